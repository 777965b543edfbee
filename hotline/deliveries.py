"""What became of a text, and what follows from it.

Shared by the carrier's callbacks and by the worker, who hears some of it when it sends. It sends
nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from hotline import errors, steps
from hotline.errors import CarrierError
from hotline.help_request import Unreached
from hotline.house import House
from hotline.steps import Aftermath
from hotline.store import store
from hotline.words import Sentence, Text, text

MOST_TRIES = 3  # of a text to somebody whose phone is off or away
TRY_AGAIN = timedelta(minutes=10)
STEWARDS_HEAR = timedelta(hours=6)  # how often of the same trouble


@dataclass(frozen=True, slots=True)
class Delivery:
    """`state` is "sent", "delivered" or "undelivered"; `error` the carrier's number for it."""

    text_id: int
    sid: str
    state: str
    error: int | None = None


def delivered(connection: Connection, house: House, it: Delivery) -> Aftermath:
    """Note what the carrier says became of a text. Twice, or late, it changes nothing."""
    news = store.note_delivery(connection, it.text_id, it.sid, it.state, it.error)
    if news is None or it.state != "undelivered":
        return Aftermath()
    return failed(connection, house, news, errors.from_carrier(it.error, None), it.error)


def failed(
    connection: Connection,
    house: House,
    it: store.TextOut,
    why: type[CarrierError],
    code: int | None,
) -> Aftermath:
    """A text did not and will not reach somebody: mark what is to be marked, ask the next
    person, try again later, or tell the stewards."""
    _mark(connection, house, it.neighbor, why)
    aftermath = Aftermath()
    if issubclass(why, errors.AccountRefused):
        # Whoever comes next would not be reached either.
        aftermath.add(account_refused(connection, house, code))
    elif it.page_id is not None:
        aftermath.add(unreached(connection, house, it.page_id))
    if issubclass(why, errors.Filtered):
        aftermath.add(_tell_stewards(connection, house, Sentence.STEWARDS_FILTERED, code))
    if it.page_id is None and _is_worth_another_try(it, why):
        now = house.now()
        store.try_anew(connection, it, now, now + TRY_AGAIN * it.tries)
    return aftermath


def _is_worth_another_try(it: store.TextOut, why: type[CarrierError]) -> bool:
    """Away or busy: a few times. While our account is refused: as long as it takes."""
    if issubclass(why, errors.AccountRefused):
        return True
    return it.tries < MOST_TRIES and issubclass(why, errors.Unreachable | errors.CarrierBusy)


def unreached(connection: Connection, house: House, page_id: int) -> Aftermath:
    """A page came to nothing: somebody else is asked at once."""
    if not store.is_unanswered(connection, page_id):
        return Aftermath()
    number, neighbor = store.page_target(connection, page_id)
    return steps.take_step(connection, house, number, Unreached(neighbor))


def account_refused(connection: Connection, house: House, code: int | None) -> Aftermath:
    """No text leaves until somebody mends our account: say so, though it may wait as well."""
    return _tell_stewards(connection, house, Sentence.STEWARDS_REFUSED, code)


def _mark(connection: Connection, house: House, who: int, why: type[CarrierError]) -> None:
    if issubclass(why, errors.OptedOut):
        store.set_stopped(connection, who, house.now())
    elif issubclass(why, errors.BadNumber):
        store.set_trouble(connection, who, "no_number")
    elif issubclass(why, errors.Landline):
        store.set_trouble(connection, who, "landline")


def _tell_stewards(
    connection: Connection, house: House, sentence: Sentence, code: int | None
) -> Aftermath:
    now = house.now()
    aftermath = Aftermath()
    told = text(sentence, code=code or 0)
    for steward in steps.steward_ids(connection, house, now):
        if not _heard_lately(connection, house, steward, told):
            aftermath.texts += steps.write_text(connection, house, steward, told, now)
    return aftermath


def _heard_lately(connection: Connection, house: House, who: int, told: Text) -> bool:
    language = store.neighbors(connection, [who])[who].language
    body = steps.spoken(connection, house, told, language)
    return store.was_texted_since(connection, who, body, house.now() - STEWARDS_HEAR)
