"""The jobs: ask volunteers about a request, send texts, make and end calls, and delete at the
carrier what is to be forgotten.

Each may run twice and be none the worse.

A job carries ids, reads the rows again, and does nothing if they have moved on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial, wraps

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hotline import deliveries, roster, steps
from hotline.carrier import Accepted, Carrier
from hotline.errors import (
    AccountRefused,
    CarrierBusy,
    CarrierError,
    CarrierSilent,
    NotAllowedThere,
    Refused,
    describe,
)
from hotline.house import House
from hotline.limits import Budget
from hotline.steps import Aftermath
from hotline.store import forgetting, outbox
from hotline.store.database import Database, Stale
from hotline.store.forgetting import Erasure
from hotline.store.outbox import TextOut
from paging.dispatch import Bell

log = logging.getLogger("hotline.jobs")

AT_ONCE = 16  # texts on their way to the carrier at the same time
LOST_AFTER = timedelta(minutes=2)  # a text somebody claimed and never reported about
FRESH = timedelta(seconds=1)  # a claim that is older is looked at again before it is sent
BEGUN_BY = timedelta(minutes=1)  # a claim that old is left to whoever will look it up
LOOK_UP_AFTER = timedelta(seconds=30)  # longer than a call to the carrier may take
LONGEST_PAUSE = timedelta(minutes=5)
PICTURES_LAST = timedelta(hours=12)  # the carrier keeps a text for ten hours before it fetches
NEXT_TURN = timedelta(seconds=30)  # for what waits for another call, or for words in doubt
MOST_CALLS = 24  # tries of a call that our account may not make, one every five minutes
ONCE_MORE = timedelta(minutes=1)  # until a number is looked for again of which there was something
LONGEST_WAIT_TO_ERASE = timedelta(hours=1)
UNKNOWN_CODE = 0  # for a refusal without the carrier's number


@dataclass(frozen=True)
class Workshop:
    """What the jobs of one process work with."""

    house: House
    database: Database
    carrier: Carrier
    bell: Bell
    hang_up: Callable[[Connection, House, int], Aftermath]  # what is left to do of a call
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="carrier")
    )


_workshop: list[Workshop] = []


def open_workshop(workshop: Workshop) -> None:
    """Say what the jobs of this process work with. RQ calls them by name, with ids alone."""
    _workshop[:] = [workshop]


class JobFailed(Exception):
    """A job met something unforeseen. It says where, and nothing of what was in the rows."""


def _discreet(job: Callable[..., None]) -> Callable[..., None]:
    """RQ logs and keeps what a job raises, so no number and no word may be in it."""

    @wraps(job)
    def run(*ids: int) -> None:
        try:
            job(*ids)
        except Exception as error:
            raise JobFailed(describe(error)) from None

    return run


@_discreet
def ask(*numbers: int) -> None:
    """Ask the next volunteers about these requests, and send them their pages."""
    shop = _workshop[0]
    sending: list[Future[Aftermath]] = []
    for number in numbers:
        # More than can leave at once is left to `send`, which claims each as it leaves.
        busy = sum(not it.done() for it in sending) >= AT_ONCE
        aftermath, claimed = shop.database.write(partial(_ask, shop.house, number, not busy))
        sending += _send_all(shop, claimed)
        _finish(shop, aftermath)
    _finish_all(shop, sending)


def _ask(
    house: House, number: int, at_once: bool, connection: Connection
) -> tuple[Aftermath, list[TextOut]]:
    """One request's next wave. Texts that leave at once are claimed as they are written."""
    aftermath = steps.ask_volunteers(connection, house, number)
    if not (at_once and aftermath.texts) or not _has_budget(house, connection):
        return aftermath, []
    now = house.now()  # not before they were written, or they would not be due yet
    claimed = outbox.claim_texts(connection, aftermath.texts[:AT_ONCE], now, now + LOST_AFTER)
    left = set(aftermath.texts) - {it.id for it in claimed}
    return replace(aftermath, texts=sorted(left)), claimed


@_discreet
def hang_up(*calls: int) -> None:
    """Do what is left to do of calls of whose end nobody told us."""
    shop = _workshop[0]
    for call_id in calls:
        _finish(shop, shop.database.write(partial(_hang_up, shop, call_id)))


def _hang_up(shop: Workshop, call_id: int, connection: Connection) -> Aftermath:
    return shop.hang_up(connection, shop.house, call_id)


@_discreet
def erase(*ids: int) -> None:
    """Delete at the carrier what is due of these. A carrier in trouble is left alone: the others
    stay due."""
    shop = _workshop[0]
    for erasure_id in ids:
        now = shop.house.now()
        claim = partial(forgetting.claim_erasure, erasure_id, now, now + LOST_AFTER)
        it = shop.database.write(claim)
        if it and not _erase(shop, it):
            return


def _erase(shop: Workshop, it: Erasure) -> bool:
    """False if the carrier did not do it."""
    now = shop.house.now()
    try:
        found = _delete(shop.carrier, it)
    except CarrierError as error:
        log.info("erasure %s: %s, code %s", it.id, type(error).__name__, error.code)
        later = now + _pause_of_erasing(it.tries, error.retry_after)
        shop.database.write(lambda connection: forgetting.erase_later(connection, it.id, later))
        return isinstance(error, Refused)  # only this one, which may not be complete there
    if found:
        # More may turn up: the answer to the text in which they asked for it, for one.
        again = now if found == AT_ONCE else now + ONCE_MORE
        shop.database.write(lambda connection: forgetting.erase_later(connection, it.id, again))
    else:
        shop.database.write(lambda connection: forgetting.erased(connection, it.id))
    return True


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
        case "answer" if it.phone:
            carrier.erase_answers(it.phone, it.at, it.is_it)
        case _:
            pass
    return 0


def _pause_of_erasing(tries: int, asked_for: float | None) -> timedelta:
    """Twice as long each time, and at most an hour."""
    if asked_for is not None:
        return timedelta(seconds=asked_for)
    return min(timedelta(seconds=30 * 2 ** min(tries - 1, 10)), LONGEST_WAIT_TO_ERASE)


@_discreet
def send(*ids: int) -> None:
    """Send those of these texts that wait, and look up those that may have been sent."""
    shop = _workshop[0]
    warned, wanted = Aftermath(), list(ids)
    if not shop.database.read(partial(_has_budget, shop.house)):
        warned, wanted = shop.database.write(partial(_mind_the_budget, shop.house, ids))
    now = shop.house.now()
    due = shop.database.read(lambda connection: outbox.due_by_neighbor(connection, wanted, now))
    _finish_all(shop, [shop.threads.submit(_bring, shop, some) for some in due])
    _finish(shop, warned)


def _has_budget(house: House, connection: Connection) -> bool:
    return deliveries.budget(connection, house) is Budget.ENOUGH


def _mind_the_budget(
    house: House, ids: Collection[int], connection: Connection
) -> tuple[Aftermath, list[int]]:
    return deliveries.mind_the_budget(connection, house, ids)


def _send_all(shop: Workshop, texts: Sequence[TextOut]) -> list[Future[Aftermath]]:
    """Texts to different people go out side by side, those to one person in their order."""
    groups: dict[int, list[TextOut]] = {}
    for it in texts:
        groups.setdefault(it.neighbor, []).append(it)
    return [shop.threads.submit(_send_to_one, shop, group) for group in groups.values()]


def _finish_all(shop: Workshop, sending: Sequence[Future[Aftermath]]) -> None:
    """Wait for texts to be sent, and see to what follows. One that fails stops no other: its row
    says that it is to be looked up."""
    together = Aftermath()
    for future in sending:
        try:
            together.add(future.result())
        except Exception as error:
            log.error("texts to one person failed: %s", describe(error))
    _finish(shop, together)


def _finish(shop: Workshop, aftermath: Aftermath) -> None:
    """Ring for what is left to do; texts are sent right here."""
    shop.bell.ring(aftermath.asks)
    if aftermath.texts:
        send(*aftermath.texts)


def _bring(shop: Workshop, due: outbox.Due) -> Aftermath:
    """Bring one person's texts to the carrier, as far as they are still wanted."""
    if due.lost:
        for it in shop.database.write(partial(_claim_lost, shop.house, due.lost)):
            _look_up(shop, it)
    # Claimed only now, a moment before they leave: a STOP that came meanwhile holds them back.
    dropped, claimed = shop.database.write(partial(_claim, shop.house, due.texts))
    dropped.add(_send_to_one(shop, claimed))
    return dropped


def _claim_lost(house: House, ids: Collection[int], connection: Connection) -> list[TextOut]:
    now = house.now()
    return outbox.claim_lost_texts(connection, ids, now, now + LOST_AFTER)


def _claim(
    house: House, ids: Collection[int], connection: Connection
) -> tuple[Aftermath, list[TextOut]]:
    now = house.now()
    aftermath = Aftermath()
    for page_id in outbox.drop_unwanted_texts(connection, ids, now):
        aftermath.add(deliveries.never_left(connection, house, page_id))
    claimed = outbox.claim_texts(connection, ids, now, now + LOST_AFTER)
    outbox.postpone(connection, ids, now, now + NEXT_TURN)
    return aftermath, claimed


def _send_to_one(shop: Workshop, texts: Sequence[TextOut]) -> Aftermath:
    aftermath = Aftermath()
    for it in texts:
        aftermath.add(_send(shop, it))
    return aftermath


def _send(shop: Workshop, it: TextOut) -> Aftermath:
    """Bring one text to the carrier and note what came of it."""
    now = shop.house.now()
    if it.claimed_at is None or now - it.claimed_at > BEGUN_BY:
        return Aftermath()
    if now - it.claimed_at > FRESH and shop.database.write(partial(_has_stopped, it)):
        return Aftermath()
    if it.by == "voice" and (wakes_at := _wakes_at(shop.house, it, now)) > now:
        shop.database.write(lambda connection: outbox.note_waiting(connection, it, wakes_at))
        return Aftermath()
    try:
        accepted = _hand_over(shop, it, now)
    except CarrierError as error:
        return shop.database.write(partial(_not_sent, shop.house, it, error))
    shop.database.write(lambda connection: outbox.note_accepted(connection, it, accepted.sid))
    return Aftermath()


def _hand_over(shop: Workshop, it: TextOut, now: datetime) -> Accepted:
    """Give the carrier a text to send or a call to make. Raises CarrierError."""
    if it.by == "voice":
        try:
            return shop.carrier.call(it.phone, it.id, leaves_message=it.page_id is None)
        except AccountRefused as error:  # calls may be switched off where texts are not
            raise NotAllowedThere(str(error), code=error.code) from None
    good_for = it.good_until - now if it.good_until else None
    until = now + PICTURES_LAST if it.pictures else None
    return shop.carrier.send(
        it.phone, it.body, it.id, good_for=good_for, pictures=it.pictures, until=until
    )


def _wakes_at(house: House, it: TextOut, now: datetime) -> datetime:
    """When a phone may ring: not in quiet hours, unless it is urgent."""
    return roster.may_ask_from(it.may_wake, house.network, now)


def _has_stopped(it: TextOut, connection: Connection) -> bool:
    """Whether somebody said STOP since their text was claimed: it is given up then."""
    return outbox.drop_if_stopped(connection, it)


def _not_sent(house: House, it: TextOut, error: CarrierError, connection: Connection) -> Aftermath:
    now = house.now()
    log.info("text %s: %s, code %s", it.id, type(error).__name__, error.code)
    match error:
        case CarrierSilent():
            outbox.note_unknown(connection, it, now + LOOK_UP_AFTER)
        case CarrierBusy():
            outbox.note_waiting(connection, it, now + _pause(it.tries, error.retry_after))
        case AccountRefused():
            log.error("the carrier refuses our account (code %s): texts wait", error.code)
            due = now + deliveries.ACCOUNT_PAUSE
            outbox.note_waiting(connection, it, due, held_by=error.code or UNKNOWN_CODE)
            return deliveries.account_refused(connection, house, error.code)
        case NotAllowedThere() if it.by == "voice" and it.tries < MOST_CALLS:
            outbox.note_waiting(connection, it, now + deliveries.ACCOUNT_PAUSE)
            return deliveries.not_allowed(connection, house, error.code)
        case _ if outbox.note_failed(connection, it, error.code):
            return deliveries.failed(connection, house, it, type(error), error.code)
        case _:
            pass
    return Aftermath()


def _pause(tries: int, asked_for: float | None) -> timedelta:
    """Twice as long each time: 5 s, 10 s, 20 s … unless the carrier said how long."""
    if asked_for is not None:
        return timedelta(seconds=asked_for)
    doubled = 2 ** max(0, min(tries - 1, 10))
    return min(timedelta(seconds=5 * doubled), LONGEST_PAUSE)


def _look_up(shop: Workshop, it: TextOut) -> None:
    """Find out whether a text of which we know nothing reached the carrier."""
    now = shop.house.now()
    try:
        sids = _found_at_carrier(shop, it, it.claimed_at or now)
    except CarrierError as error:
        log.info("text %s: cannot be looked up (%s)", it.id, type(error).__name__)
        later = now + LOOK_UP_AFTER
        shop.database.write(lambda connection: outbox.note_unknown(connection, it, later))
        return
    shop.database.write(partial(_looked_up, it, sids, now))


def _found_at_carrier(shop: Workshop, it: TextOut, since: datetime) -> list[str]:
    if it.by == "voice":
        return shop.carrier.called_since(it.phone, since)
    return shop.carrier.sent_since(it.phone, it.body, since)


def _looked_up(it: TextOut, sids: Sequence[str], now: datetime, connection: Connection) -> None:
    known = outbox.known_sids(connection, sids)
    found = next((sid for sid in sids if sid not in known), None)
    if not found:
        outbox.note_waiting(connection, it, now)
        return
    try:
        outbox.note_accepted(connection, it, found)
    except IntegrityError:
        raise Stale(f"another text than {it.id} took that name meanwhile") from None
