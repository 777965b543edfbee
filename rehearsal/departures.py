"""When texts leave: the queue of one sender, which has a rate.

Plain values and plain functions; `delivery.py` lets them go. A text whose validity ends before its
turn comes does not leave, and takes nobody's place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.messages import LONG_AGO, Message

QUEUE_OVERFLOW, VALIDITY_EXPIRED = 30001, 30036
LONGEST_QUEUE = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Departure:
    """A text leaves at this moment; with an error it never does."""

    message: Message
    moment: datetime
    error: int | None = None


def time_for(message: Message, rate: float | None) -> timedelta:
    """How long the sender is busy with it. `rate`: segments a second, None for any number."""
    return timedelta(seconds=message.segments / rate) if rate else timedelta()


def free_from(last: Departure | None, rate: float | None) -> datetime:
    """When the sender is done with the last text that left."""
    return last.moment + time_for(last.message, rate) if last else LONG_AGO


def departures(waiting: Iterable[Message], free: datetime, rate: float | None) -> list[Departure]:
    """What becomes of each of those that wait, from first to last, if nothing else comes."""
    found = []
    for message in waiting:
        turn = max(message.created, free)
        expiry = message.created + timedelta(seconds=message.validity)
        if expiry < turn:
            found.append(Departure(message, expiry, VALIDITY_EXPIRED))
        else:
            found.append(Departure(message, turn))
            free = turn + time_for(message, rate)
    return sorted(found, key=lambda it: it.moment)


def is_full(waiting: Iterable[Message], free: datetime, rate: float | None, now: datetime) -> bool:
    """Whether the sender is busy for longer than the carrier keeps a queue."""
    times = (time_for(message, rate) for message in waiting)
    return sum(times, max(free - now, timedelta())) > LONGEST_QUEUE
