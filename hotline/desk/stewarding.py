"""What a steward looks up and does: about a request, and about somebody on the roster.

The shell that the command line and stewards' texts share. What it means for a request is for
`help_request`; here it is looked up, refused in words where it cannot be, and written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from hotline import phone, roster
from hotline.desk import codes, joining, leaving, listing, telling
from hotline.desk.step import take_step, would_meet
from hotline.help_request import (
    Accepted,
    AskedAnew,
    AskedPerson,
    Assigned,
    Closed,
    Corrected,
    Event,
    HandedBack,
    HelpRequest,
    Merged,
    Reopened,
    State,
    WordsAdded,
)
from hotline.newcomers import CARRIES_FOR, most_carried
from hotline.notices import Notice, Told, notice
from hotline.store import apart, messages, newcomers, pages, people, requests
from hotline.store import roster as entries
from hotline.store.confirmations import Confirmation
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.store.tables import UNTIL_BACK
from hotline.work import Work

MOST_LISTED = 20  # open requests, before they are made to fit a text
MOST_NAMESAKES = 4  # told in one text

# A request by its number, to decide on it as it stands; or as whoever acts saw it: then all that
# is done to it raises Stale where it has changed since.
Asked = int | HelpRequest


@dataclass(frozen=True, slots=True)
class Answered:
    """What a steward is told; `is_done`: what they wanted is so now."""

    told: Notice | None
    is_done: bool = True


def _refused(what: Told, **values: object) -> Answered:
    return Answered(notice(what, **values), is_done=False)


# What they look up.


def list_open(work: Work) -> Answered:
    """Every open request, whoever waits longest first; a steward may take one by YES, too."""
    feared = _kept_apart(work)
    some = [it for it in requests.open_requests(work.connection) if not it.concerns(feared)]
    if not some:
        return Answered(notice(Told.NOTHING_TO_TAKE))
    listed = some[:MOST_LISTED]
    for it in reversed(listed):  # the newest page is what a bare YES answers
        if work.actor and it.requester != work.actor.id:
            pages.show(work.connection, it.number, work.actor.id, work.now)
    shown = tuple((it.number, it.named_needs, it.area, work.now - it.since) for it in listed)
    told = notice(Told.STEWARDS_ALL_OPEN, count=len(some), open=shown, number=listed[0].number)
    return Answered(told)


def show(work: Work, number: int) -> Answered:
    """Who asked, for what, and who has it: first names, no words and no phone number."""
    request = _request(work, number)
    return Answered(_standing(work, request)) if request else _no_such(number)


def _request(work: Work, it: Asked) -> HelpRequest | None:
    """To whoever is kept apart from somebody, what these ask for or take is not there."""
    request = it if isinstance(it, HelpRequest) else requests.find_request(work.connection, it)
    return None if request and request.concerns(_kept_apart(work)) else request


def _number(it: Asked) -> int:
    return it.number if isinstance(it, HelpRequest) else it


def _kept_apart(work: Work) -> frozenset[int]:
    """From whom this steward is: they see nothing of them and do nothing about them."""
    return apart.others_of(work.connection, work.actor.id) if work.actor else frozenset()


def _standing(work: Work, request: HelpRequest) -> Notice:
    sentence = {
        State.OPEN: Told.STEWARDS_SOME if request.takers else Told.STEWARDS_OPEN,
        State.TAKEN: Told.STEWARDS_SOME,
        State.DONE: Told.STEWARDS_DONE,
        State.WITHDRAWN: Told.STEWARDS_OVER,
    }[request.state]
    return notice(
        sentence,
        number=request.number,
        name=request.requester,
        need=request.named_needs,
        area=request.area,
        ago=work.now - request.since,
        names=request.takers,
    )


def _no_such(number: int) -> Answered:
    return _refused(Told.STEWARDS_NO_SUCH, number=number)


# What they do to a request.


def close(work: Work, it: Asked) -> Answered:
    return _done_to(work, it, Closed(), notice(Told.STEWARDS_CLOSED, number=_number(it)))


def reopen(work: Work, it: Asked) -> Answered:
    """Refused when nobody is there any more who asked."""
    request = _request(work, it)
    if request and _is_forgotten(work, request.requester):
        return _refused(Told.STEWARDS_ALL_DELETED, number=request.number)
    return _done_to(work, it, Reopened(), notice(Told.STEWARDS_OPENED, number=_number(it)))


def _is_forgotten(work: Work, who: int) -> bool:
    """Held as they are until this is written, so that they are not forgotten meanwhile."""
    person = people.who_is_at(work.connection, work.person(who).phone)
    return person is None or phone.is_forgotten(person.phone)


def correct(
    work: Work,
    it: Asked,
    needs: tuple[str, ...] | None = None,
    area: str | None = None,
    *,
    urgent: bool | None = None,
    people: int | None = None,
    when: tuple[str, str] | None = None,
) -> Answered:
    request = _request(work, it)
    if request is None or request.state is not State.OPEN:
        return _standing_as_it_is(work, request, _number(it))
    known = {"need": request.named_needs if needs is None else needs, "area": area or request.area}
    done = notice(Told.STEWARDS_CORRECTED, number=request.number, **known)
    return _done_to(work, request, Corrected(needs, area, urgent, people, when), done)


def ask_anew(work: Work, it: Asked) -> Answered:
    """Begin asking from the beginning, with everybody who fits, whoever was asked before."""
    return _done_to(work, it, AskedAnew(), notice(Told.STEWARDS_ASKED_ANEW, number=_number(it)))


def ask_person(work: Work, it: Asked, who: int) -> Answered:
    """Ask one more about a request, beside those whose turn it is."""
    entries.choose_alone(work.connection)
    request, number = _request(work, it), _number(it)
    if request is None or request.state is not State.OPEN:
        return _standing_as_it_is(work, request, number)
    if refused := _why_not(work, request, who):
        return refused
    if who in pages.asked_in(work.connection, number, request.round):
        return _refused(Told.STEWARDS_ASKED_ALREADY, number=number, name=who)
    entries.note_asked(work.connection, [who], work.now)
    requests.require_unchanged(work.connection, request)
    take_step(work, number, AskedPerson(who), before=request)
    return Answered(notice(Told.STEWARDS_ASKED_PERSON, number=number, name=who))


def merge(work: Work, it: Asked, into: int) -> Answered:
    """Somebody asked for the same twice: all of it is part of `into`, and the other is over."""
    double, kept = _request(work, it), _request(work, into)
    if double is None or kept is None or not _is_asked_twice(double, kept):
        return _refused(Told.STEWARDS_CANNOT_MERGE, number=_number(it), other=into)
    messages.move_words(work.connection, double.number, into)
    take_step(work.by(work.actor, is_quiet=True), double.number, Merged(), before=double)
    added = WordsAdded(
        double.needs, double.area, double.people, urgent=double.urgent, details=double.details
    )
    take_step(work.by(work.actor, is_quiet=True), into, added, before=kept)
    done = {"need": (*kept.named_needs, *double.named_needs), "area": kept.area or double.area}
    return Answered(notice(Told.STEWARDS_CORRECTED, number=into, **done))


def _is_asked_twice(one: HelpRequest, other: HelpRequest) -> bool:
    are_open = one.state is State.OPEN and other.state is State.OPEN
    return are_open and one.requester == other.requester and one != other and not one.takers


def hand_back(work: Work, it: Asked, who: int) -> Answered:
    """In the name of somebody who takes it and said elsewhere that they cannot."""
    return _done_to(work, it, HandedBack(who), notice(Told.STEWARDS_OPENED, number=_number(it)))


def _done_to(work: Work, it: Asked, event: Event, done: Notice) -> Answered:
    """Let it happen; whoever does it is not told what the others are."""
    before, number = _request(work, it), _number(it)
    if before is None:
        return _no_such(number)
    take_step(work.by(work.actor, is_quiet=True), number, event, before=before)
    after = requests.find_request(work.connection, number)
    if after == before:
        return _standing_as_it_is(work, before, number)
    return Answered(done)


def _standing_as_it_is(work: Work, request: HelpRequest | None, number: int) -> Answered:
    return Answered(_standing(work, request), is_done=False) if request else _no_such(number)


def assign(work: Work, it: Asked, called: str) -> Answered:
    """Put somebody down for a request who said elsewhere that they would take it."""
    request, number = _request(work, it), _number(it)
    if request is None:
        return _no_such(number)
    if request.state is State.TAKEN:
        return _refused(Told.STEWARDS_TAKEN, number=number, names=request.takers)
    if request.state is not State.OPEN:
        return _standing_as_it_is(work, request, number)
    found = _find(work, called, f"ASSIGN {number}")
    if isinstance(found, Answered):
        return found
    if work.actor and found == work.actor.id:  # as if they said YES
        if found == request.requester:
            return _refused(Told.STEWARDS_THEIRS, number=number, name=found)
        pages.show(work.connection, number, found, work.now)
        take_step(work, number, Accepted(found), before=request)
        return Answered(None)
    return _why_not(work, request, found) or _assigned(work, request, found)


def _assigned(work: Work, request: HelpRequest, who: int) -> Answered:
    """As if they had been asked: whoever takes a request has a page about it."""
    pages.show(work.connection, request.number, who, work.now)
    done = notice(Told.STEWARDS_ASSIGNED, number=request.number, name=who)
    return _done_to(work, request, Assigned(who), done)


def _why_not(work: Work, request: HelpRequest, who: int) -> Answered | None:
    """Why somebody can be given nothing now. Their row is held, so that a STOP comes before or
    after this."""
    people.who_is_at(work.connection, work.person(who).phone)
    load = entries.load(work.connection, who, request.number, work.now)
    about = {"name": who, "number": request.number}
    if who == request.requester:
        return _refused(Told.STEWARDS_THEIRS, **about)
    if would_meet(work, request, who):
        return _refused(Told.STEWARDS_APART, **about)
    if load.stopped:
        return _refused(Told.STEWARDS_STOPPED, **about)
    if load.out_of_reach:
        return _refused(Told.STEWARDS_AWAY, **about)
    if load.paused_until is not None and load.paused_until > work.now:
        return _refused(Told.STEWARDS_RESTS, **about)
    if load.holds is not None and not _carries_more(work, request, who):
        return _refused(Told.STEWARDS_BUSY, **about, other=load.holds)
    most = work.network.roster.max_a_day
    if load.asked_today >= min(most, load.max_a_day or most):
        return _refused(Told.STEWARDS_FULL, **about)
    return None


def _carries_more(work: Work, request: HelpRequest, who: int) -> bool:
    """Whether a steward lets them have more than one, and they have not got so many."""
    most = most_carried(newcomers.helper(work.connection, who), work.now) or 0
    held = [it for it in newcomers.held(work.connection, who) if it != request.number]
    return len(held) < most


# What they do for somebody.


def let_rest(work: Work, called: str, days: int | None) -> Answered:
    """Somebody on the roster is asked nothing for so many days, or until they are back; they hear
    so, and are back when they say so."""
    command = f"PAUSE {{}} {days}d" if days else "PAUSE"
    found = _find(work, called, command)
    if isinstance(found, Answered):
        return found
    until = work.now + timedelta(days=days) if days else None
    by = work.actor.id if work.actor else None
    entries.let_rest(work.connection, found, until or UNTIL_BACK, by, work.now)
    rest = notice(Told.LET_REST_UNTIL, day=until) if until else notice(Told.LET_REST)
    telling.send(work, found, rest)
    told = Told.STEWARDS_RESTING_UNTIL if until else Told.STEWARDS_RESTING
    return Answered(notice(told, name=found, **({"day": until} if until else {})))


def let_carry(work: Work, called: str, most: int) -> Answered:
    """Somebody may have so many requests at a time, for a day, once it is confirmed: they read that
    many addresses. 0: as others again, at once."""
    found = _find(work, called, f"CARRY {{}} {most}")
    if isinstance(found, Answered):
        return found
    if not most or work.actor is None:
        return _carries(work, found, most)
    code = codes.ask(work, work.actor, f"{CARRY} {most}", found)
    return _refused(Told.STEWARDS_CONFIRM_CARRY, name=found, count=most, code=code)


CARRY, VOUCH = "carry", "vouch"


def _carries(work: Work, found: int, most: int) -> Answered:
    newcomers.let_carry(work.connection, found, most, work.now + CARRIES_FOR)
    by = work.actor.id if work.actor else None
    record(work.connection, by, "carry", work.now, about=found)
    if not most:
        return Answered(notice(Told.STEWARDS_CARRIES_NO_MORE, name=found))
    telling.send(work, found, notice(Told.LET_CARRY, count=most))
    undo = f"CARRY {found} 0"
    return Answered(notice(Told.STEWARDS_CARRIES, name=found, count=most, example=undo))


def ask_to_let_in(work: Work, steward: Neighbor, newcomer: int) -> Notice:
    """Somebody is brought to the list once it is confirmed."""
    code = codes.ask(work, steward, VOUCH, newcomer)
    return notice(Told.STEWARDS_CONFIRM_VOUCH, name=newcomer, code=code)


def _let_in(work: Work, newcomer: int) -> Notice:
    by = work.actor.id if work.actor else 0
    if not joining.vouched(work, newcomer, by):
        return notice(Told.NO_SUCH_CODE)
    return notice(Told.STEWARDS_VOUCHED, name=newcomer, example=f"REMOVE {newcomer}")


# What they do about somebody, once it is confirmed: texts can be sent in somebody's name.


def ask_to_confirm(work: Work, verb: str, called: str) -> Answered:
    """`verb`: "remove", "suspend" or "restore"."""
    everybody = entries.suspended_names if verb == "restore" else entries.names
    found = _find(work, called, verb.upper(), everybody(work.connection))
    if isinstance(found, Answered) or work.actor is None:
        return found if isinstance(found, Answered) else Answered(None, is_done=False)
    code = codes.ask(work, work.actor, verb, found)
    return _refused(_TO_CONFIRM[verb], name=found, code=code)


_TO_CONFIRM = {
    "remove": Told.STEWARDS_CONFIRM_REMOVE,
    "suspend": Told.STEWARDS_CONFIRM_SUSPEND,
    "restore": Told.STEWARDS_CONFIRM_RESTORE,
}
_CONFIRMED: dict[str, tuple[Callable[[Work, str], object], Told]] = {
    "remove": (listing.remove, Told.STEWARDS_REMOVED),
    "suspend": (listing.suspend, Told.STEWARDS_SUSPENDED),
    "restore": (listing.restore, Told.STEWARDS_RESTORED),
}


def confirmed(work: Work, order: Confirmation) -> Notice | None:
    """Do it; of somebody who is taken off, whom they brought is told behind it."""
    verb, _, most = order.verb.partition(" ")
    if order.about in _kept_apart(work):
        return notice(Told.NO_SUCH_CODE)
    if verb == CARRY:
        return _carries(work, order.about, int(most)).told
    if verb == VOUCH:
        return _let_in(work, order.about)
    do, told = _CONFIRMED[order.verb]
    do(work, work.person(order.about).phone)
    telling.answer(work, notice(told, name=order.about, example=f"RESTORE {order.about}"))
    gone = order.verb != "restore"
    brought = leaving.brought_by(work, order.about, _kept_apart(work)) if gone else ""
    list_them = notice(Told.STEWARDS_BROUGHT, name=order.about, people=brought)
    return list_them if brought else None


def find_person(work: Work, called: str) -> int | None:
    """Who on the roster is meant by a name or an id; None if that is nobody, or several."""
    found = _find(work, called, "")
    return None if isinstance(found, Answered) else found


def _find(
    work: Work, called: str, command: str, everybody: list[tuple[int, str]] | None = None
) -> int | Answered:
    """Who is meant by a name, or by the number that tells two of that name apart."""
    everybody = entries.names(work.connection) if everybody is None else everybody
    feared = _kept_apart(work)
    everybody = [it for it in everybody if it[0] not in feared]
    if work.actor and called.casefold() in ("me", "yo", "moi"):
        return work.actor.id
    found = roster.called(called, everybody)
    if len(found) == 1:
        return found[0][0]
    if not found:
        return _refused(Told.STEWARDS_WHOM, words=called)
    some = ", ".join(f"{name} ({who})" for who, name in found[:MOST_NAMESAKES])
    example = command.format(found[0][0]) if "{}" in command else f"{command} {found[0][0]}"
    return _refused(Told.STEWARDS_WHICH, people=some, example=example)
