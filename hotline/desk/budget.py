"""How much of the day is left, and for whom: the day's segments, and what is kept of them and of
how often volunteers may be asked.

The shell around `reserve`: it reads what was spent and who asks.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from hotline import limits, phone, reserve
from hotline.desk import telling
from hotline.desk.delivery import warn_stewards
from hotline.help_request import HelpRequest
from hotline.notices import Told, notice
from hotline.reserve import Asker, Claim, Pot
from hotline.store import messages, strangers
from hotline.work import Work

HOUR = timedelta(hours=1)


def asker(work: Work, request: HelpRequest) -> Asker:
    """Who asks for this, as far as it matters for what is kept."""
    if strangers.is_known(work.connection, request):
        return Asker(is_known=True)
    person = work.person(request.requester)
    if person.phone in work.network.stewards:
        return Asker(is_known=True)
    is_hidden = phone.is_nobodys(person.phone) or not strangers.was_heard_from(
        work.connection, person.id
    )
    is_unrepeated = strangers.is_unrepeated(work.connection, request.number)
    came_so = _came_in_a_crowd(work, request)
    return Asker(False, is_hidden, is_crowded(work), is_unrepeated, came_so)


def _came_in_a_crowd(work: Work, request: HelpRequest) -> bool:
    lately = work.now - request.since < reserve.CROWD_LASTS
    return lately and is_crowded(work, request.since)


def is_crowded(work: Work, at: datetime | None = None) -> bool:
    """Whether more strangers asked in the last hour than fits the roster; in that before `at`."""
    at = at or work.now
    asked = strangers.asked_between(work.connection, at - HOUR, at)
    if asked <= min(reserve.FEWEST_IN_AN_HOUR, work.network.limits.strangers_an_hour or asked):
        return False
    return asked > reserve.most_in_an_hour(work.network, strangers.on_roster(work.connection))


def warn_of_the_crowd(work: Work) -> None:
    warn_stewards(work, notice(Told.STEWARDS_CROWDED))


# The day's segments.


def is_ample(work: Work) -> bool:
    """Whether so much is left of the day's segments that nothing is to be looked at."""
    spent = spent_today(work)
    return not _is_low(work, spent) and all(_has_room_for_anybody(work, spent, it) for it in Pot)


def may_ask(work: Work, claim: Claim) -> bool:
    """Whether pages may leave today for whoever has this claim."""
    return _has_room(work, spent_today(work), Pot.PAGES, claim)


def mind(work: Work, ids: Collection[int]) -> list[int]:
    """Tell the stewards when most of the day's segments are used. Hold those of these messages
    until midnight for which nothing is left, but for those to stewards. Returns those to send."""
    spent = spent_today(work)
    if _is_low(work, spent):
        _warn_of_the_budget(work)
    late = [
        (number, claim)
        for number, pot, claim in strangers.pots_of(work.connection, ids)
        if not _has_room(work, spent, pot, claim)
    ]
    held = set(_hold(work, [number for number, _ in late]))
    if any(number in held for number, _ in late):
        is_all_spent = any(it is Claim.ALL for number, it in late if number in held)
        _warn_of_what_waits(work, is_all_spent=is_all_spent)
    return [it for it in ids if it not in held]


def midnight(work: Work) -> datetime:
    """When the next day begins."""
    return (day_began(work) + timedelta(days=1)).astimezone(UTC)


def spent_today(work: Work) -> dict[Pot, int]:
    return strangers.spent_since(work.connection, day_began(work))


def day_began(work: Work) -> datetime:
    local = work.now.astimezone(work.network.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _is_low(work: Work, spent: dict[Pot, int]) -> bool:
    return limits.is_low(sum(spent.values()), work.network.limits)


def _has_room(work: Work, spent: dict[Pot, int], pot: Pot, claim: Claim) -> bool:
    kept = reserve.kept_from(claim, work.network.limits)
    return reserve.has_room(spent, pot, work.network.limits, kept)


def _has_room_for_anybody(work: Work, spent: dict[Pot, int], pot: Pot) -> bool:
    return pot is Pot.ANSWERS or _has_room(work, spent, pot, Claim.NOTHING)


def _warn_of_the_budget(work: Work) -> None:
    most = work.network.limits.segments_a_day
    spent = round(limits.WARN_AT * most)
    told = notice(Told.STEWARDS_MOST_OF_BUDGET, spent=spent, budget=most)
    warn_stewards(work, told, day_began(work))


def _hold(work: Work, ids: Collection[int]) -> list[int]:
    until, stewards = midnight(work), telling.stewards(work)
    return messages.hold(work.connection, ids, stewards, until, messages.OVER_BUDGET)


def _warn_of_what_waits(work: Work, *, is_all_spent: bool) -> None:
    what = Told.STEWARDS_BUDGET_SPENT if is_all_spent else Told.STEWARDS_SEGMENTS_KEPT
    told = notice(what, budget=work.network.limits.segments_a_day)
    warn_stewards(work, told, day_began(work))
