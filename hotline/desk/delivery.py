"""What became of a message, and what follows from it, in rows.

The shell around `failure`, shared by the carrier's callbacks and by the worker, who hears some of
it when it sends (`paging.jobs`). Why a message did not leave, or not arrive, is in its row
(`message`); to whom nothing is written in the first place, `desk.telling` decides. It sends nothing
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline import errors, failure, phone, routes
from hotline.attachment import Attachment
from hotline.desk import telling
from hotline.desk.step import take_step
from hotline.errors import CarrierError, PhoneOff
from hotline.failure import (
    TIMES_OFF,
    CallInstead,
    Consequence,
    Failed,
    GiveBack,
    GiveUp,
    LookUp,
    NoteOptedOut,
    PageMissed,
    PageNeverLeft,
    PutBack,
    SetAside,
    TryAnew,
    WarnStewards,
)
from hotline.help_request import HandedBack, HelpRequest, State, Unreached
from hotline.inbound import Delivery
from hotline.message import Channel, MessageMove
from hotline.notices import Notice, Told, notice
from hotline.page import Answer, PageMove
from hotline.store import messages, pages, people, requests
from hotline.store.messages import About, Outbound
from hotline.store.record import record
from hotline.work import Work

SETTLED_AFTER = timedelta(minutes=2)  # what was sent that long ago has mostly arrived, or not
STEWARDS_HEAR = timedelta(hours=6)  # how often of the same trouble
UNKNOWN_CODE = 0  # for a refusal without a code


def delivered(work: Work, it: Delivery) -> None:
    """Note what the carrier says became of a message. Twice, or late, it changes nothing."""
    failure_name = it.why.__name__ if it.why else None
    news = messages.note_delivery(
        work.connection, it.message_id, it.sid, it.move, it.code, failure_name
    )
    if news and it.move is MessageMove.MISS:
        settled = work.now - SETTLED_AFTER
        why = whose(work, news, it.why or errors.Unreachable, it.code, settled)
        failed(work, news, why, it.code, it.retry_after)


def call_ended(work: Work, message_id: int, sid: str, *, was_heard: bool) -> None:
    """A call of ours is over. Nobody answered, or a machine to whom nothing was to be said: as a
    phone that cannot be reached."""
    move = MessageMove.DELIVER if was_heard else MessageMove.MISS
    delivered(work, Delivery(message_id, sid, move, None if was_heard else errors.Unreachable))


def whose(
    work: Work,
    it: Outbound,
    why: type[CarrierError],
    code: int | None,
    settled: datetime | None = None,
) -> type[CarrierError]:
    """The same, or that of our account: what several people meet in a row is nobody's own, unless
    it is known to be. `settled`: of what was sent before, nothing worse will be reported. Of calls
    it only means that they wait: they may be switched off where texts are not."""
    ours = errors.NotAllowedThere if it.channel is Channel.CALL else errors.AccountRefused
    if issubclass(why, errors.AccountRefused):
        return ours
    if code is None or why not in failure.NOBODYS:
        return why
    since = work.now - failure.IN_A_ROW
    is_ours = failure.is_our_account(
        it.neighbor,
        messages.who_met(work.connection, it, code, since),
        messages.last_arrival(work.connection, it, since, settled),
        is_held=it.held_by == code,
        now=work.now,
    )
    return ours if is_ours else why


def not_taken(work: Work, it: Outbound, why: type[CarrierError], error: CarrierError) -> None:
    """The carrier did not take a message that was brought to it; `why` as of `whose`."""
    brought = Failed(it.channel, claims=it.claims, pause=_pause(error.retry_after))
    for handling in failure.not_taken(brought, why, error.code, work.clock):
        match handling:
            case LookUp(at):
                messages.note_unknown(work.connection, it, at)
            case PutBack(at, is_held):
                messages.note_waiting(work.connection, it, at, _held_by(error.code, is_held))
            case GiveUp():
                if messages.note_failed(work.connection, it, error.code, why.__name__):
                    failed(work, it, why, error.code, error.retry_after)
            case WarnStewards(told):
                warn_stewards(work, told)


def brought_by_another(
    work: Work, it: Outbound, why: type[CarrierError], pause: float | None = None
) -> bool:
    """Whether a text that its channel did not take, for certain, leaves by another now. Of one that
    is silent the stewards hear in either case. `pause`: seconds that it wants to be left alone."""
    is_certain = issubclass(why, errors.CarrierBusy | errors.AccountRefused)
    if it.carrier is None or it.channel is Channel.CALL or not is_certain:
        return False
    if work.network.channel(it.carrier) is None:  # the settings name it no longer
        return _bring_by(work, it, routes.channel_for(work.network, it.phone, None))
    is_new = issubclass(why, errors.CarrierBusy) and it.claims < routes.TRIES_BEFORE_ANOTHER
    if is_new and pause is None:
        return False
    other = routes.takes_over(work.network, it.carrier)
    told = Told.STEWARDS_CHANNEL_SILENT_OTHER if other else Told.STEWARDS_CHANNEL_SILENT
    values = {"channel": it.carrier} | ({"fallback": other} if other else {})
    warn_stewards(work, notice(told, **values))
    return other is not None and _bring_by(work, it, other)


def _bring_by(work: Work, it: Outbound, carrier: str | None) -> bool:
    is_moved = messages.bring_by(work.connection, it, carrier, work.now)
    if is_moved:
        work.after.messages.append(it.id)
    return is_moved


def _held_by(code: int | None, is_held: bool) -> int | None:
    return (code or UNKNOWN_CODE) if is_held else None


def _pause(retry_after: float | None) -> timedelta | None:
    return None if retry_after is None else timedelta(seconds=retry_after)


def failed(
    work: Work,
    it: Outbound,
    why: type[CarrierError],
    code: int | None,
    retry_after: float | None = None,
) -> None:
    """A message did not and will not reach somebody."""
    if not it.body:  # it was forgotten, and so was who it was for, or about
        return
    if phone.is_nobodys(it.phone):  # the answer to who wrote in an app, where nothing else goes
        return
    of = Failed(
        it.channel,
        it.tries,
        is_page=it.page_id is not None,
        has_attachments=bool(it.attachments),
        may_wake=it.may_wake,
        is_always_off=issubclass(why, PhoneOff) and _is_always_off(work, it.neighbor),
        good_until=it.good_until,
        pause=_pause(retry_after),
    )
    for consequence in failure.next_step(of, why, code, work.clock):
        _carry_out(work, it, consequence, why, code)


def _carrier_after(work: Work, it: Outbound, why: type[CarrierError]) -> str | None:
    """By which channel it is tried anew: another, where its own was in the way."""
    was_the_channel = issubclass(why, errors.CarrierBusy | errors.AccountRefused)
    other = routes.takes_over(work.network, it.carrier) if was_the_channel else None
    return other or it.carrier


def _carry_out(
    work: Work,
    it: Outbound,
    consequence: Consequence,
    why: type[CarrierError],
    code: int | None,
) -> None:
    connection, who = work.connection, it.neighbor
    match consequence:
        case NoteOptedOut():
            people.note_opted_out(connection, who, it.claimed_at or work.now, work.now)
            work.changed(who)
        case SetAside(trouble):
            _set_aside(work, who, trouble, code)
        case GiveBack():
            _give_back(work, who)
        case TryAnew(at, is_held, with_attachments, each_alone):
            held_by = _held_by(code, is_held)
            again = messages.try_anew(
                *(connection, it, work.now, at, held_by),
                with_attachments=with_attachments,
                carrier=_carrier_after(work, it, why),
            )
            if each_alone and len(it.attachments) > 1:
                _send_each_alone(work, it)
            elif not with_attachments:
                left_out(work, it, it.attachments)
            work.after.messages += [again] if at <= work.now else []
        case PageNeverLeft():
            never_left(work, it.page_id or 0)
        case PageMissed(asks_others):
            unreached(work, it.page_id or 0, ask_others=asks_others)
        case CallInstead():
            _call_instead(work, it)
        case WarnStewards(told):
            warn_stewards(work, told)


def _is_always_off(work: Work, who: int) -> bool:
    """Whether nothing but that was said of their last messages, this one among them."""
    last = messages.last_failures(work.connection, who, TIMES_OFF)
    return last == [PhoneOff.__name__] * TIMES_OFF


def _give_back(work: Work, who: int) -> None:
    for request in requests.requests_of(work.connection, who):
        if who in request.takers:
            take_step(work, request.number, HandedBack(who))


def _set_aside(work: Work, who: int, trouble: str, code: int | None) -> None:
    """Keep it in the record, and let the stewards know whom to look for: somebody on the roster,
    or whose request is open. Who has a landline is called from now on."""
    if not people.set_trouble(work.connection, who, trouble):
        return
    work.changed(who)
    theirs = requests.requests_of(work.connection, who)
    waits = [it for it in theirs if it.requester == who and it.state is not State.DONE]
    if not work.person(who).on_roster and not waits:
        return
    is_landline = trouble == "landline"
    record(work.connection, who, "by_phone" if is_landline else "set_aside", work.now)
    if is_landline:
        return
    told = notice(Told.STEWARDS_SET_ASIDE, name=who, code=code or 0)
    if waits:
        about = _about(waits[0])
        told = notice(Told.STEWARDS_UNREACHED, name=who, code=code or 0, **about)
    # Of two people of one name as well.
    telling.tell_stewards_once(work, told, since=work.now)


def _about(it: HelpRequest) -> dict[str, object]:
    return {"number": it.number, "need": it.named_needs, "area": it.area}


def _call_instead(work: Work, it: Outbound) -> None:
    if it.aloud is None:
        return
    number = it.request_number
    request = requests.find_request(work.connection, number) if number else None
    may_wake = request is not None and request.urgent
    telling.call(work, it.neighbor, it.aloud, About(number, may_wake=may_wake), it.on_machine)


def never_left(work: Work, page_id: int) -> None:
    """A page's message was not sent in time: nobody was asked, and somebody is to be."""
    waited_for = pages.is_unanswered(work.connection, page_id)
    number, neighbor = pages.page_target(work.connection, page_id)
    pages.remove_pages(work.connection, [page_id])
    if waited_for:
        take_step(work, number, Unreached(neighbor))


def unreached(work: Work, page_id: int, *, ask_others: bool) -> None:
    """A page came to nothing: somebody else is asked at once, unless they would fare no better;
    then the next wave comes when it is due."""
    if not pages.is_unanswered(work.connection, page_id):
        return
    number, neighbor = pages.page_target(work.connection, page_id)
    if ask_others:
        take_step(work, number, Unreached(neighbor))
    else:
        missed = Answer(neighbor, PageMove.MISS)
        pages.note_answers(work.connection, number, [missed], work.now)


def _send_each_alone(work: Work, it: Outbound) -> None:
    """Nobody knows which of them was refused: the others are not lost with it."""
    number, language = it.request_number, work.person(it.neighbor).language
    for one in it.attachments:
        words = telling.shown(work, [one], language)
        told = notice(Told.THEIR_ATTACHMENTS, number=number or 0, words=words)
        about = About(number, from_id=it.from_id, attachments=(one,))
        telling.send(work, it.neighbor, told, about)


def left_out(work: Work, it: Outbound, which: Sequence[Attachment]) -> None:
    """Some of what came with somebody's words cannot be passed on: both hear what."""
    told = (it.neighbor, Told.MISSING), (it.from_id, Told.LEFT_OUT)
    for who, what in told:
        if who is not None:
            shown = telling.shown(work, which, work.person(who).language)
            left = notice(what, number=it.request_number or 0, words=shown)
            telling.send(work, who, left, About(it.request_number))


# What stewards hear of.


def warn_stewards(work: Work, told: Notice, since: datetime | None = None) -> None:
    """`since`: those who heard it after that are not told again."""
    telling.tell_stewards_once(work, told, since or work.now - STEWARDS_HEAR)


def wrote_from_abroad(work: Work, number: str) -> None:
    """Somebody wrote from where we send no texts: a person must decide whether we shall."""
    country = phone.country(number) or "another country"
    warn_stewards(work, notice(Told.STEWARDS_ABROAD, country=country))


def no_way_back(work: Work, it: HelpRequest) -> None:
    """Somebody asked and cannot be told: perhaps a steward knows who it is."""
    warn_stewards(work, notice(Told.STEWARDS_NO_WAY_BACK, **_about(it)))
