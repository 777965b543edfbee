"""What became of a text, and what follows from it.

Shared by the carrier's callbacks and by the worker, who hears some of it when it sends. It sends
nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from hotline import errors, limits, phone, roster, steps
from hotline.errors import CarrierError
from hotline.help_request import HandedBack, HelpRequest, State, Unreached
from hotline.house import House
from hotline.limits import Budget
from hotline.steps import Aftermath
from hotline.store import helping, outbox, store
from hotline.words import Sentence, Text, text

MOST_TRIES = 3  # of a text to somebody whose phone is off or away
TRY_AGAIN = timedelta(minutes=10)
ACCOUNT_PAUSE = timedelta(minutes=5)  # until a text is tried again that our account held back
LONGEST_PAUSE = timedelta(hours=1)  # so that texts leave soon after an account is mended
STEWARDS_HEAR = timedelta(hours=6)  # how often of the same trouble
OFF = 30003  # among the carrier's numbers: the phone is off or away
TIMES_OFF = 3  # in a row, and a number is set aside
OVER_BUDGET = -1  # among the carrier's numbers for what holds a text back: ourselves


@dataclass(frozen=True, slots=True)
class Delivery:
    """`state` is "sent", "delivered" or "undelivered"; `error` the carrier's number for it."""

    text_id: int
    sid: str
    state: str
    error: int | None = None


def delivered(connection: Connection, house: House, it: Delivery) -> Aftermath:
    """Note what the carrier says became of a text. Twice, or late, it changes nothing."""
    news = outbox.note_delivery(connection, it.text_id, it.sid, it.state, it.error)
    if news is None or it.state != "undelivered":
        return Aftermath()
    return failed(connection, house, news, errors.from_carrier(it.error, None), it.error)


def failed(
    connection: Connection,
    house: House,
    it: outbox.TextOut,
    why: type[CarrierError],
    code: int | None,
) -> Aftermath:
    """A text did not and will not reach somebody: mark what is to be marked, ask the next
    person, try again later, or tell the stewards."""
    if not it.body:  # it was forgotten, and so was who it was for, or about
        return Aftermath()
    now = house.now()
    aftermath = _mark(connection, house, it, why, code, now)
    if issubclass(why, errors.AccountRefused):
        outbox.try_anew(connection, it, now, now + ACCOUNT_PAUSE, held_by=code)
        aftermath.add(account_refused(connection, house, code))
    elif it.page_id is not None and issubclass(why, errors.NeverLeft):
        aftermath.add(never_left(connection, house, it.page_id))
    elif it.page_id is not None:
        others = not issubclass(why, errors.Filtered | errors.CarrierBusy)
        aftermath.add(unreached(connection, house, it.page_id, ask_others=others))
    elif issubclass(why, errors.Landline) and it.by == "text":
        aftermath.add(_call_instead(connection, house, it))
    elif it.pictures and why is errors.Refused:
        again = outbox.try_anew(connection, it, now, now, with_pictures=False)
        aftermath.texts.append(again)
    elif _is_worth_another_try(it, why):
        outbox.try_anew(connection, it, now, _try_again_at(house, it, now))
    if issubclass(why, errors.Filtered):
        aftermath.add(_tell_stewards(connection, house, _about(Sentence.STEWARDS_FILTERED, code)))
    if issubclass(why, errors.NotAllowedThere):
        aftermath.add(not_allowed(connection, house, code))
    return aftermath


def call_ended(
    connection: Connection, house: House, text_id: int, sid: str, *, was_heard: bool
) -> Aftermath:
    """A call of ours is over. Nobody answered, or a machine to whom nothing was to be said: as a
    phone that is off."""
    state = "delivered" if was_heard else "undelivered"
    news = outbox.note_delivery(connection, text_id, sid, state, None)
    if news is None or was_heard:
        return Aftermath()
    return failed(connection, house, news, errors.Unreachable, None)


def _call_instead(connection: Connection, house: House, it: outbox.TextOut) -> Aftermath:
    """A landline: what is worth a call is said by phone."""
    told = outbox.what_to_say(connection, it.id)
    if told is None:
        return Aftermath()
    body, number = told
    request = store.find_request(connection, number) if number else None
    may_wake = request is not None and request.urgent
    now = house.now()
    due = roster.may_ask_from(may_wake, house.network, now)
    call = outbox.add_call_out(
        connection, it.neighbor, body, now, due, request_number=number, may_wake=may_wake
    )
    return Aftermath(texts=[call] if due <= now else [])


def _try_again_at(house: House, it: outbox.TextOut, now: datetime) -> datetime:
    """Later each time, and a call not in quiet hours."""
    later = now + min(TRY_AGAIN * it.tries, LONGEST_PAUSE)
    if it.by == "text":
        return later
    return roster.may_ask_from(it.may_wake, house.network, later)


def _is_worth_another_try(it: outbox.TextOut, why: type[CarrierError]) -> bool:
    """Away or busy: a few times."""
    return it.tries < MOST_TRIES and issubclass(why, errors.Unreachable | errors.CarrierBusy)


def never_left(connection: Connection, house: House, page_id: int) -> Aftermath:
    """A page's text was not sent in time: nobody was asked, and somebody is to be."""
    waited_for = store.is_unanswered(connection, page_id)
    number, neighbor = store.page_target(connection, page_id)
    store.remove_pages(connection, [page_id])
    if not waited_for:
        return Aftermath()
    return steps.take_step(connection, house, number, Unreached(neighbor))


def unreached(connection: Connection, house: House, page_id: int, *, ask_others: bool) -> Aftermath:
    """A page came to nothing: somebody else is asked at once, unless they would fare no better;
    then the next wave comes when it is due."""
    if not store.is_unanswered(connection, page_id):
        return Aftermath()
    number, neighbor = store.page_target(connection, page_id)
    if not ask_others:
        store.note_unreached(connection, number, neighbor, house.now())
        return Aftermath()
    return steps.take_step(connection, house, number, Unreached(neighbor))


def account_refused(connection: Connection, house: House, code: int | None) -> Aftermath:
    """No text leaves until somebody mends our account: say so, though it may wait as well."""
    return _tell_stewards(connection, house, _about(Sentence.STEWARDS_REFUSED, code))


def not_allowed(connection: Connection, house: House, code: int | None) -> Aftermath:
    """One number cannot be reached from our account: say so."""
    return _tell_stewards(connection, house, _about(Sentence.STEWARDS_NOT_ALLOWED, code))


def _about(sentence: Sentence, code: int | None) -> Text:
    return text(sentence, code=code or 0)


def budget(connection: Connection, house: House) -> Budget:
    """How many of the day's segments are left."""
    spent = outbox.segments_since(connection, _midnight(house))
    return limits.budget(spent, house.network.limits)


def _midnight(house: House) -> datetime:
    local = house.now().astimezone(house.network.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def mind_the_budget(
    connection: Connection, house: House, ids: Collection[int]
) -> tuple[Aftermath, list[int]]:
    """Tell the stewards when most of the day's segments are used. When all are, hold these texts
    until midnight, but for those to stewards. Returns what follows and the texts to send."""
    match budget(connection, house):
        case Budget.ENOUGH:
            return Aftermath(), list(ids)
        case Budget.LOW:
            return _warn_of_the_budget(connection, house), list(ids)
        case Budget.SPENT:
            return _hold_until_midnight(connection, house, ids)


def _warn_of_the_budget(connection: Connection, house: House) -> Aftermath:
    most = house.network.limits.segments_a_day
    spent = round(limits.WARN_AT * most)
    told = text(Sentence.STEWARDS_MOST_OF_BUDGET, spent=spent, budget=most)
    return _tell_stewards(connection, house, told, _midnight(house))


def _hold_until_midnight(
    connection: Connection, house: House, ids: Collection[int]
) -> tuple[Aftermath, list[int]]:
    midnight = _midnight(house)
    stewards = steps.steward_ids(connection, house, house.now())
    until = (midnight + timedelta(days=1)).astimezone(UTC)
    held = outbox.hold_texts(connection, ids, stewards, until, OVER_BUDGET)
    told = text(Sentence.STEWARDS_BUDGET_SPENT, budget=house.network.limits.segments_a_day)
    left = [it for it in ids if it not in set(held)]
    return _tell_stewards(connection, house, told, midnight), left


def wrote_from_abroad(connection: Connection, house: House, number: str) -> Aftermath:
    """Somebody wrote from where we send no texts: a person must decide whether we shall."""
    country = phone.country(number) or "another country"
    return _tell_stewards(connection, house, text(Sentence.STEWARDS_ABROAD, country=country))


TROUBLES = (
    (errors.BadNumber, "no_number"),
    (errors.Landline, "landline"),
    (errors.Blocked, "blocked"),
)


def _mark(
    connection: Connection,
    house: House,
    it: outbox.TextOut,
    why: type[CarrierError],
    code: int | None,
    now: datetime,
) -> Aftermath:
    """Remember that no text reaches somebody. What they hold is given back: they could neither
    hear of it nor hand it back themselves. Who has a landline can, by phone, and whose phone is
    off may come back."""
    if issubclass(why, errors.OptedOut):
        store.note_opted_out(connection, it.neighbor, it.claimed_at or now, now)
    trouble = next((name for kind, name in TROUBLES if issubclass(why, kind)), None)
    if code == OFF and _is_always_off(connection, it.neighbor):
        trouble = "unreachable"
    aftermath = Aftermath()
    if trouble and store.set_trouble(connection, it.neighbor, trouble):
        aftermath.add(_set_aside(connection, house, it.neighbor, trouble, code))
    if not issubclass(why, errors.OptedOut) and trouble not in ("no_number", "blocked"):
        return aftermath
    for request in store.requests_of(connection, it.neighbor):
        if it.neighbor in request.takers:
            back = HandedBack(it.neighbor, now)
            aftermath.add(steps.take_step(connection, house, request.number, back))
    return aftermath


def _is_always_off(connection: Connection, who: int) -> bool:
    return store.last_errors(connection, who, TIMES_OFF) == [OFF] * TIMES_OFF


def _set_aside(
    connection: Connection, house: House, who: int, trouble: str, code: int | None
) -> Aftermath:
    """Keep it in the record, and let the stewards know whom to look for: somebody on the roster,
    or whose request is open. Who has a landline is called from now on."""
    now = house.now()
    person = store.neighbors(connection, [who])[who]
    waits = [
        it
        for it in store.requests_of(connection, who)
        if it.requester == who and it.state is not State.DONE
    ]
    if not person.on_roster and not waits:
        return Aftermath()
    helping.record(connection, who, "by_phone" if trouble == "landline" else "set_aside", now)
    if trouble == "landline":
        return Aftermath()
    told = text(Sentence.STEWARDS_SET_ASIDE, name=who, code=code or 0)
    if waits:
        it = waits[0]
        about = {"number": it.number, "need": it.needs, "area": it.area}
        told = text(Sentence.STEWARDS_UNREACHED, name=who, code=code or 0, **about)
    # Of two people of one name as well.
    return _tell_stewards(connection, house, told, since=now)


def no_way_back(connection: Connection, house: House, it: HelpRequest) -> Aftermath:
    """Somebody asked and cannot be told: perhaps a steward knows who it is."""
    about = {"number": it.number, "need": it.needs, "area": it.area}
    return _tell_stewards(connection, house, text(Sentence.STEWARDS_NO_WAY_BACK, **about))


def _tell_stewards(
    connection: Connection, house: House, told: Text, since: datetime | None = None
) -> Aftermath:
    """`since`: those who heard it after that are not told again."""
    now = house.now()
    aftermath = Aftermath()
    for steward in steps.steward_ids(connection, house, now):
        if not _heard_since(connection, house, steward, told, since or now - STEWARDS_HEAR):
            aftermath.texts += steps.write_text(connection, house, steward, told, now)
    return aftermath


def _heard_since(
    connection: Connection, house: House, who: int, told: Text, since: datetime
) -> bool:
    language = store.neighbors(connection, [who])[who].language
    body = steps.spoken(connection, house, told, language)
    return outbox.was_texted_since(connection, who, body, since)
