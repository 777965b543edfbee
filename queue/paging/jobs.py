"""The jobs: ask volunteers about a request, send texts. Each may run twice and be none the worse.

A job carries ids, reads the rows again, and does nothing if they have moved on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, wraps

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hotline import deliveries, steps
from hotline.carrier import Carrier
from hotline.errors import AccountRefused, CarrierBusy, CarrierError, CarrierSilent, describe
from hotline.house import House
from hotline.steps import Aftermath
from hotline.store import store
from hotline.store.database import Database, Stale
from hotline.store.store import TextOut
from paging.dispatch import Bell

log = logging.getLogger("hotline.jobs")

AT_ONCE = 16  # texts on their way to the carrier at the same time
LOST_AFTER = timedelta(minutes=2)  # a text somebody claimed and never reported about
BEGUN_BY = timedelta(minutes=1)  # a claim that old is left to whoever will look it up
LOOK_UP_AFTER = timedelta(seconds=30)  # longer than a call to the carrier may take
LONGEST_PAUSE = timedelta(minutes=5)
UNKNOWN_CODE = 0  # for a refusal without the carrier's number


@dataclass(frozen=True)
class Workshop:
    """What the jobs of one process work with."""

    house: House
    database: Database
    carrier: Carrier
    bell: Bell


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
def ask(number: int) -> None:
    """Ask the next volunteers about one request, and send them their pages."""
    shop = _workshop[0]
    _finish(shop, shop.database.write(partial(_ask, shop.house, number)))


def _ask(house: House, number: int, connection: Connection) -> Aftermath:
    return steps.ask_volunteers(connection, house, number)


@_discreet
def send(*ids: int) -> None:
    """Send those of these texts that wait, and look up those that may have been sent."""
    shop = _workshop[0]
    lost = shop.database.write(partial(_claim, shop.house, store.claim_lost_texts, ids))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="carrier") as threads:
        list(threads.map(partial(_look_up, shop), lost))
        dropped = shop.database.write(partial(_drop, shop.house, ids))
        waiting = shop.database.write(partial(_claim, shop.house, store.claim_texts, ids))
        outcomes = list(threads.map(partial(_send_to_one, shop), _by_neighbor(waiting)))
    for aftermath in (dropped, *outcomes):
        _finish(shop, aftermath)


Claim = Callable[[Connection, Collection[int], datetime, datetime], list[TextOut]]


def _claim(
    house: House, claim: Claim, ids: Collection[int], connection: Connection
) -> list[TextOut]:
    now = house.now()
    return claim(connection, ids, now, now + LOST_AFTER)


def _by_neighbor(texts: Sequence[TextOut]) -> list[list[TextOut]]:
    """Texts to different people go out side by side, those to one person in their order."""
    groups: dict[int, list[TextOut]] = {}
    for it in texts:
        groups.setdefault(it.neighbor, []).append(it)
    return list(groups.values())


def _send_to_one(shop: Workshop, texts: Sequence[TextOut]) -> Aftermath:
    aftermath = Aftermath()
    for it in texts:
        aftermath.add(_send(shop, it))
    return aftermath


def _finish(shop: Workshop, aftermath: Aftermath) -> None:
    """Ring for what is left to do; texts are sent right here."""
    shop.bell.ring(aftermath.asks)
    if aftermath.texts:
        send(*aftermath.texts)


def _drop(house: House, ids: Collection[int], connection: Connection) -> Aftermath:
    aftermath = Aftermath()
    for page_id in store.drop_unwanted_texts(connection, ids, house.now()):
        aftermath.add(deliveries.never_left(connection, house, page_id))
    return aftermath


def _send(shop: Workshop, it: TextOut) -> Aftermath:
    """Bring one text to the carrier and note what came of it."""
    now = shop.house.now()
    if it.claimed_at is None or now - it.claimed_at > BEGUN_BY:
        return Aftermath()
    good_for = it.good_until - now if it.good_until else None
    try:
        accepted = shop.carrier.send(it.phone, it.body, it.id, good_for=good_for)
    except CarrierError as error:
        return shop.database.write(partial(_not_sent, shop.house, it, error))
    shop.database.write(lambda connection: store.note_accepted(connection, it, accepted.sid))
    return Aftermath()


def _not_sent(house: House, it: TextOut, error: CarrierError, connection: Connection) -> Aftermath:
    now = house.now()
    log.info("text %s: %s, code %s", it.id, type(error).__name__, error.code)
    match error:
        case CarrierSilent():
            store.note_unknown(connection, it, now + LOOK_UP_AFTER)
        case CarrierBusy():
            store.note_waiting(connection, it, now + _pause(it.tries, error.retry_after))
        case AccountRefused():
            log.error("the carrier refuses our account (code %s): texts wait", error.code)
            due = now + deliveries.ACCOUNT_PAUSE
            store.note_waiting(connection, it, due, held_by=error.code or UNKNOWN_CODE)
            return deliveries.account_refused(connection, house, error.code)
        case _ if store.note_failed(connection, it, error.code):
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
        sids = shop.carrier.sent_since(it.phone, it.body, it.claimed_at or now)
    except CarrierError as error:
        log.info("text %s: cannot be looked up (%s)", it.id, type(error).__name__)
        later = now + LOOK_UP_AFTER
        shop.database.write(lambda connection: store.note_unknown(connection, it, later))
        return
    shop.database.write(partial(_looked_up, it, sids, now))


def _looked_up(it: TextOut, sids: Sequence[str], now: datetime, connection: Connection) -> None:
    known = store.known_sids(connection, sids)
    found = next((sid for sid in sids if sid not in known), None)
    if not found:
        store.note_waiting(connection, it, now)
        return
    try:
        store.note_accepted(connection, it, found)
    except IntegrityError:
        raise Stale(f"another text than {it.id} took that name meanwhile") from None
