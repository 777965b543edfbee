"""The jobs: ask volunteers about a request, send messages, end calls, and delete here and at the
carrier what is to be forgotten.

Each may run twice and be none the worse.

A job carries ids, reads the rows again, and does nothing if they have moved on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hotline import organizers, routes, schedule
from hotline.attachment import Attachment
from hotline.carriers.shape import CameIn, Letterbox, OwnCarrier, Remembering, TextCarrier
from hotline.carriers.twilio.attachments import File, as_passed_on, can_go
from hotline.carriers.twilio.client import Carrier
from hotline.contact import Contact
from hotline.desk import alarm, broadcasting, budget, delivery, pacing
from hotline.desk.wave import ask_volunteers
from hotline.errors import (
    AccountRefused,
    CarrierBusy,
    CarrierError,
    CarrierSilent,
    NotKnownThere,
    NoVoice,
    Refused,
    Unexplained,
    describe,
)
from hotline.failure import ASKED_AFTER, LOOK_UP_AFTER, asked_again
from hotline.inbound import Delivery, TextIn
from hotline.message import Channel
from hotline.store import forgetting, messages, retention
from hotline.store.database import Database, Stale
from hotline.store.forgetting import Erasure
from hotline.store.messages import Outbound
from hotline.store.restorations import Hold, newer
from hotline.work import AfterCommit, House, Work
from paging.dispatch import JobQueue

log = logging.getLogger("hotline.jobs")

Result = TypeVar("Result")

AT_ONCE = 16  # messages on their way to the carrier at the same time
LOST_AFTER = timedelta(minutes=2)  # one that somebody claimed and never reported about
FRESH = timedelta(seconds=1)  # a claim that is older is looked at again before it is sent
BEGUN_BY = timedelta(minutes=1)  # a claim that old is left to whoever will look it up
ATTACHMENTS_LAST = timedelta(hours=12)  # the carrier keeps a text for ten hours before it fetches
MOST_LOOKS = 4  # for what came with a text and the carrier does not give at once
NEXT_TURN = timedelta(seconds=30)  # for what waits for another call, or for words in doubt
ONCE_MORE = timedelta(minutes=1)  # until a number is looked for again of which there was something
BATCHES = 20  # of what is old, in one job
LONGEST_WAIT_TO_ERASE = timedelta(hours=1)


@dataclass(frozen=True)
class Tools:
    """What the jobs of one process work with."""

    house: House
    database: Database
    carrier: Carrier | None  # the account that the environment names, if there is one
    queue: JobQueue
    end_call: Callable[[Work, int], None]  # what is left to do of one whose end nobody told us
    contact: Contact = field(default_factory=lambda: Contact("The carrier", log))
    hold: Hold = field(default_factory=Hold)
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="carrier")
    )
    channels: Mapping[str, OwnCarrier] = field(default_factory=dict)  # but for the account
    letterboxes: Sequence[Letterbox] = ()
    take_in: Callable[[Work, CameIn, Mapping[str, OwnCarrier]], None] | None = None  # from these

    def carrier_of(self, it: Outbound) -> TextCarrier:
        """What brings this text. Raises CarrierBusy where it is not there any more."""
        found = self.channels.get(it.carrier or "")
        if found:
            return found
        channel = self.house.network.channel(it.carrier)
        is_account = it.carrier is None or (channel is not None and channel.kind == "twilio")
        if is_account and self.carrier:
            return self.carrier
        raise CarrierBusy("the settings name no such channel any more")

    def do(self, work: Callable[[Work], Result]) -> tuple[Result, AfterCommit]:
        """One unit of work, committed: what it returned, and what is left to do then."""

        def done(connection: Connection) -> tuple[Result, AfterCommit]:
            begun = self.house.work(connection)
            return work(begun), begun.after

        return self.database.write(done)


_tools: list[Tools] = []


def take_up(tools: Tools) -> None:
    """Say what the jobs of this process work with. RQ calls them by name, with ids alone."""
    _tools[:] = [tools]


class JobFailed(Exception):
    """A job met something unforeseen. It says where, and nothing of what was in the rows."""


def _discreet(job: Callable[..., None]) -> Callable[..., None]:
    """RQ logs and keeps what a job raises, so no number and no word may be in it. While a restored
    database waits to be resumed, none does anything about what was in it."""

    @wraps(job)
    def run(*ids: int) -> None:
        try:
            held = _tools[0].hold.of(_tools[0].database)
            if held is None:
                job(*ids)
            elif new := _tools[0].database.read(partial(newer, held, job.__name__, ids)):
                job(*new)
        except Exception as error:
            raise JobFailed(describe(error)) from None

    return run


@_discreet
def ask(*numbers: int) -> None:
    """Do what is due for these requests: ask the next volunteers, or how it stands."""
    tools = _tools[0]
    sending: list[Future[AfterCommit]] = []
    for number in numbers:
        # More than can leave at once is left to `send`, which claims each as it leaves.
        busy = sum(not it.done() for it in sending) >= AT_ONCE
        claimed, after = tools.do(partial(_ask, number, not busy))
        sending += _send_all(tools, claimed)
        _finish(tools, after)
    _finish_all(tools, sending)


def _ask(number: int, at_once: bool, work: Work) -> list[Outbound]:
    """One request's next wave. Messages that leave at once are claimed as they are written."""
    ask_volunteers(work, number)
    written = work.after.messages
    if not (at_once and written) or routes.paced(work.network) or not budget.is_ample(work):
        return []
    claimed = messages.claim(work.connection, written[:AT_ONCE], work.now, work.now + LOST_AFTER)
    written[:] = sorted(set(written) - {it.id for it in claimed})
    return claimed


@_discreet
def end_calls(*calls: int) -> None:
    """Do what is left to do of calls of whose end nobody told us."""
    tools = _tools[0]
    for call_id in calls:
        _, after = tools.do(partial(_end_call, tools, call_id))
        _finish(tools, after)


def _end_call(tools: Tools, call_id: int, work: Work) -> None:
    tools.end_call(work, call_id)


@_discreet
def collect(*places: int) -> None:
    """Take in what lies in these letterboxes."""
    tools = _tools[0]
    for place in places:
        letterbox = tools.letterboxes[place]
        for token, came in letterbox.news(tools.house.now()):
            _, after = tools.do(partial(_take_in, tools, came))
            _finish(tools, after)
            letterbox.done(token)
            _say_goodbye(tools, came, after)


def _take_in(tools: Tools, came: CameIn, work: Work) -> None:
    if tools.take_in:
        tools.take_in(work, came, tools.channels)


def _say_goodbye(tools: Tools, came: CameIn, after: AfterCommit) -> None:
    """To who is forgotten from now on, and so could be written to no more: at once, and once."""
    if not isinstance(came, TextIn):
        return
    for reply in after.replies:
        try:
            carrier = tools.channels[came.carrier or ""]
            carrier.send(came.sender, reply.body, reply.id, good_for=None)
        except (CarrierError, KeyError) as error:
            log.info("message %s: %s", reply.id, describe(error))


@_discreet
def go_on(*numbers: int) -> None:
    """Write the next batch of what stewards write to many."""
    tools = _tools[0]
    for number in numbers:
        _, after = tools.do(partial(_go_on, number))
        _finish(tools, after)


def _go_on(number: int, work: Work) -> None:
    broadcasting.go_on(work, number)


@_discreet
def erase(*ids: int) -> None:
    """Delete at the carrier what is due of these. A carrier in trouble is left alone: the others
    stay due."""
    tools = _tools[0]
    tools.database.empty_log()  # of what was deleted here
    _erase_all(tools, ids)
    tools.database.empty_log()  # of what was to be deleted there


def _erase_all(tools: Tools, ids: Sequence[int]) -> None:
    for erasure_id in ids:
        now = tools.house.now()
        claim = partial(forgetting.claim_erasure, erasure_id, now, now + LOST_AFTER)
        it = tools.database.write(claim)
        if it and not _erase(tools, it):
            return


def _erase(tools: Tools, it: Erasure) -> bool:
    """False if the carrier did not do it."""
    now = tools.house.now()
    try:
        found = _delete(tools.carrier, it) if tools.carrier and _is_at(tools, it) else 0
    except CarrierError as error:
        log.info("erasure %s: %s, code %s", it.id, type(error).__name__, error.code)
        _, after = tools.do(partial(_not_erased, it, error.retry_after))
        _finish(tools, after)
        # Only this one, which may not be complete there.
        return isinstance(error, Refused | Unexplained)
    if found:
        # More may turn up: the answer to the text in which they asked for it, for one.
        again = now if found == AT_ONCE else now + ONCE_MORE
        tools.database.write(lambda connection: forgetting.erase_later(connection, it.id, again))
    else:
        tools.do(partial(_erased, it))
    return True


def _not_erased(it: Erasure, retry_after: float | None, work: Work) -> None:
    later = work.now + _pause_of_erasing(it.tries, retry_after)
    forgetting.erase_later(work.connection, it.id, later)
    alarm.not_deleted(work, it.since)


def _erased(it: Erasure, work: Work) -> None:
    forgetting.erased(work.connection, it.id)
    alarm.deleted(work)


def _is_at(tools: Tools, it: Erasure) -> bool:
    """Whether it is with the account: what a phone or a modem of ours keeps is deleted there."""
    return it.what.partition(":")[0] not in tools.channels


def _delete(carrier: Carrier, it: Erasure) -> int:
    """How many were found of what may be more, of a number; 0 when it is all gone. Raises
    CarrierError."""
    match it.kind:
        case "number":
            return carrier.erase_number(it.what, it.at, AT_ONCE)
        case "message":
            carrier.erase_message(it.what)
        case "recording":
            carrier.erase_recording(it.what)
        case "call":
            carrier.erase_call(it.what)
        case "unnamed" if it.phone:
            carrier.erase_unnamed(it.phone, it.at, it.is_it)
        case _:
            pass
    return 0


def _pause_of_erasing(tries: int, asked_for: float | None) -> timedelta:
    """Twice as long each time, and at most an hour."""
    if asked_for is not None:
        return timedelta(seconds=asked_for)
    return min(timedelta(seconds=30 * 2 ** min(tries - 1, 10)), LONGEST_WAIT_TO_ERASE)


@_discreet
def forget_old() -> None:
    """Delete some batches of each kind of what the network keeps no longer, each by itself, so that
    others write in between."""
    tools = _tools[0]
    now, network = tools.house.now(), tools.house.network
    kept = timedelta(days=network.privacy.keep_days)
    for _ in range(BATCHES):
        if not tools.database.read(lambda connection: retention.is_due(connection, now)):
            break
        for it in retention.SWEEPS:
            tools.database.write(
                partial(retention.go_on, it, now, kept, organizers.phones(network))
            )
    tools.database.empty_log()


@_discreet
def send(*ids: int) -> None:
    """Send those of these messages that wait, and look up those that may have been sent."""
    tools = _tools[0]
    warned, wanted = AfterCommit(), list(ids)
    if not tools.database.read(partial(_has_budget, tools.house)):
        wanted, warned = tools.do(lambda work: budget.mind(work, ids))
    sending: list[Future[AfterCommit]] = []
    if routes.paced(tools.house.network):
        (claimed, wanted), turned = tools.do(partial(_take_turns, wanted))
        warned.add(turned)
        sending = _send_all(tools, claimed)
    now = tools.house.now()
    due = tools.database.read(lambda connection: messages.due_by_neighbor(connection, wanted, now))
    _finish_all(tools, [*sending, *(tools.threads.submit(_bring, tools, some) for some in due)])
    _finish(tools, warned)


def _take_turns(ids: Collection[int], work: Work) -> tuple[list[Outbound], list[int]]:
    """Those of slow channels whose turn it is, claimed; the ids of those that none holds back."""
    chosen = pacing.choose(work, ids)
    return _claim(chosen.now, work) if chosen.now else [], chosen.others


@_discreet
def answer(*ids: int) -> None:
    """Send what goes to who wrote just now: before others are asked, where only so many texts
    leave at once."""
    send(*ids)


def _has_budget(house: House, connection: Connection) -> bool:
    return budget.is_ample(house.work(connection))


def _send_all(tools: Tools, some: Sequence[Outbound]) -> list[Future[AfterCommit]]:
    """Messages to different people go out side by side, those to one person in their order."""
    groups: dict[int, list[Outbound]] = {}
    for it in some:
        groups.setdefault(it.neighbor, []).append(it)
    return [tools.threads.submit(_send_to_one, tools, group) for group in groups.values()]


def _finish_all(tools: Tools, sending: Sequence[Future[AfterCommit]]) -> None:
    """Wait for messages to be sent, and see to what follows. One that fails stops no other: its row
    says that it is to be looked up."""
    together = AfterCommit()
    for future in sending:
        try:
            together.add(future.result())
        except Exception as error:
            log.error("messages to one person failed: %s", describe(error))
    _finish(tools, together)


def _finish(tools: Tools, after: AfterCommit) -> None:
    """Enqueue what is left to do; messages are sent right here."""
    if after.answers:
        send(*after.answers)
    tools.queue.enqueue(after.asks)
    if after.messages:
        send(*after.messages)


def _bring(tools: Tools, due: messages.DueMessages) -> AfterCommit:
    """Bring one person's messages to the carrier, as far as they are still wanted."""
    if due.lost:
        for it in tools.database.write(partial(_claim_lost, tools.house, due.lost)):
            _look_up(tools, it)
        for it in tools.database.write(partial(_claim_untold, tools.house, due.lost)):
            _finish(tools, _ask_after(tools, it))
    # Claimed only now, a moment before they leave: a STOP that came meanwhile holds them back.
    claimed, after = tools.do(partial(_claim, due.messages))
    after.add(_send_to_one(tools, claimed))
    return after


def _claim_lost(house: House, ids: Collection[int], connection: Connection) -> list[Outbound]:
    now = house.now()
    return messages.claim_lost(connection, ids, now, now + LOST_AFTER)


def _claim_untold(house: House, ids: Collection[int], connection: Connection) -> list[Outbound]:
    now = house.now()
    return messages.claim_untold(connection, ids, now, now + LOST_AFTER)


def _claim(ids: Collection[int], work: Work) -> list[Outbound]:
    connection, now = work.connection, work.now
    for page_id in messages.drop_unwanted(connection, ids, now):
        delivery.never_left(work, page_id)
    claimed = messages.claim(connection, ids, now, now + LOST_AFTER)
    messages.postpone(connection, ids, now, now + NEXT_TURN)
    return claimed


def _send_to_one(tools: Tools, some: Sequence[Outbound]) -> AfterCommit:
    after = AfterCommit()
    for it in some:
        after.add(_send(tools, it))
    return after


def _send(tools: Tools, it: Outbound) -> AfterCommit:
    """Bring one message to the carrier and note what came of it."""
    now = tools.house.now()
    if it.claimed_at is None or now - it.claimed_at > BEGUN_BY:
        return AfterCommit()
    if now - it.claimed_at > FRESH and tools.database.write(partial(_give_up_if_stopped, it)):
        return AfterCommit()
    if it.channel is Channel.CALL and (wakes_at := _wakes_at(tools.house, it, now)) > now:
        tools.database.write(lambda connection: messages.note_waiting(connection, it, wakes_at))
        return AfterCommit()
    after = AfterCommit()
    try:
        if it.attachments:
            it, after = _with_what_can_go(tools, it)
        sid = _hand_over(tools, it, now)
    except CarrierError as error:
        failure = error
        if isinstance(error, CarrierBusy | CarrierSilent):
            tools.contact.lost(error, "does not take our messages")
    else:
        tools.contact.found()
        ask_at = now + ASKED_AFTER if _can_be_asked(tools, it) else None
        tools.database.write(lambda c: messages.note_accepted(c, it, sid, ask_at))
        return after
    _, then = tools.do(partial(_not_sent, it, failure))
    after.add(then)
    return after


def _hand_over(tools: Tools, it: Outbound, now: datetime) -> str:
    """Give the carrier a text to send or a call to make. Raises CarrierError."""
    if it.channel is Channel.CALL:
        return _account(tools).call(it.phone, it.id, leaves_message=it.page_id is None)
    good_for = it.good_until - now if it.good_until else None
    until = now + ATTACHMENTS_LAST if it.attachments else None
    names = [one.at for one in it.attachments]
    return tools.carrier_of(it).send(
        it.phone,
        it.body,
        it.id,
        good_for=good_for,
        attachments=names,
        until=until,
        written_at=it.written_at,
    )


def _account(tools: Tools) -> Carrier:
    """What makes calls and keeps files. Raises NoVoice where there is none."""
    if tools.carrier is None:
        raise NoVoice("none of our channels makes calls")
    return tools.carrier


def _with_what_can_go(tools: Tools, it: Outbound) -> tuple[Outbound, AfterCommit]:
    """The message with those of its attachments that the carrier takes; of the others both are
    told. Raises CarrierBusy or CarrierSilent where the carrier does not give them now."""
    found: list[File | None] = [None] * len(it.attachments)
    if tools.carrier_of(it).abilities.attachments:
        found = [_looked_at(tools, one, is_last=it.claims >= MOST_LOOKS) for one in it.attachments]
    kept = [one for one, goes in zip(it.attachments, can_go(found), strict=True) if goes]
    if len(kept) == len(it.attachments):
        return it, AfterCommit()
    _, after = tools.do(partial(_leave_out, it, kept))
    return replace(it, attachments=tuple(kept)), after


def _looked_at(tools: Tools, it: Attachment, *, is_last: bool) -> File | None:
    """None for what is not there any more. `is_last`: nobody waits longer for it."""
    address = tools.database.read(lambda connection: messages.address_of(connection, it.at))
    try:
        file = as_passed_on(_account(tools).attachment(address)) if address else None
    except CarrierError as error:
        if isinstance(error, CarrierBusy | CarrierSilent) and not is_last:
            raise CarrierBusy(str(error)) from None
        return None
    return None if file is None else File.of(file)


def _leave_out(it: Outbound, kept: Sequence[Attachment], work: Work) -> None:
    if messages.keep_attachments(work.connection, it, kept):
        delivery.left_out(work, it, [one for one in it.attachments if one not in kept])


def _wakes_at(house: House, it: Outbound, now: datetime) -> datetime:
    """When a phone may ring: not in quiet hours, unless it is urgent."""
    return schedule.may_ask_from(it.may_wake, house.network, now)


def _give_up_if_stopped(it: Outbound, connection: Connection) -> bool:
    """Whether somebody said STOP since their text was claimed: it is given up then."""
    return messages.drop_if_stopped(connection, it)


def _not_sent(it: Outbound, error: CarrierError, work: Work) -> None:
    log.info("message %s: %s, code %s", it.id, type(error).__name__, error.code)
    why = delivery.whose(work, it, type(error), error.code)
    if issubclass(why, AccountRefused):
        log.error("the carrier refuses our account (code %s): messages wait", error.code)
    if not delivery.brought_by_another(work, it, why, error.retry_after):
        delivery.not_taken(work, it, why, error)


def _look_up(tools: Tools, it: Outbound) -> None:
    """Find out whether a message of which we know nothing reached the carrier."""
    now = tools.house.now()
    try:
        sids = _found_at_carrier(tools, it, it.claimed_at or now)
    except CarrierError as error:
        log.info("message %s: cannot be looked up (%s)", it.id, type(error).__name__)
        later = now + LOOK_UP_AFTER
        tools.database.write(lambda connection: messages.note_unknown(connection, it, later))
        return
    ask_at = now + ASKED_AFTER if _can_be_asked(tools, it) else None
    tools.database.write(partial(_looked_up, it, sids, now, ask_at))


def _can_be_asked(tools: Tools, it: Outbound) -> bool:
    return it.channel is Channel.API and isinstance(
        tools.channels.get(it.carrier or ""), Remembering
    )


def _ask_after(tools: Tools, it: Outbound) -> AfterCommit:
    """Find out what became of a text that the carrier has and of which it told nothing. It is sent
    again only where it says itself that it failed."""
    now, carrier = tools.house.now(), tools.channels.get(it.carrier or "")
    again = asked_again(it.claimed_at or now, now)
    became: Delivery | None = None
    try:
        if isinstance(carrier, Remembering) and it.body:
            became = carrier.became(it.phone, it.body, it.id, written_at=it.written_at)
        else:
            again = None
    except NotKnownThere:
        again = None
    except CarrierError as error:
        log.info("message %s: nobody tells what became of it (%s)", it.id, type(error).__name__)
    if became is None:
        tools.database.write(lambda connection: messages.ask_again_of(connection, it, again))
        return AfterCommit()
    _, after = tools.do(partial(_became, became))
    return after


def _became(it: Delivery, work: Work) -> None:
    delivery.delivered(work, it)


def _found_at_carrier(tools: Tools, it: Outbound, since: datetime) -> list[str] | None:
    """The carrier's names of what it may be; None if that cannot be told."""
    if it.channel is Channel.REPLY:
        return _account(tools).replied_since(it.phone, it.body, since)
    if it.channel is Channel.CALL:
        return _account(tools).called_since(it.phone, since)
    return tools.carrier_of(it).find(it.phone, it.body, it.id, since, written_at=it.written_at)


def _looked_up(
    it: Outbound,
    sids: Sequence[str] | None,
    now: datetime,
    ask_at: datetime | None,
    connection: Connection,
) -> None:
    if sids is None:
        messages.note_accepted(connection, it, None)
        return
    known = messages.known_sids(connection, sids)
    found = next((sid for sid in sids if sid not in known), None)
    if not found:
        messages.note_waiting(connection, it, now)
        return
    try:
        messages.note_accepted(connection, it, found, ask_at)
    except IntegrityError:
        raise Stale(f"another message than {it.id} took that name meanwhile") from None
