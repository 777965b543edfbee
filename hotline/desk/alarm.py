"""Asking is late, and well again; or the carrier does not delete what is to be forgotten: who
notices tells the stewards, once.

Any process may notice. The one whose UPDATE changes the alarm's row tells them; it sends nothing
itself, and what it wrote down anybody may send, who claims it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from hotline import health
from hotline.desk import telling
from hotline.notices import Told, notice
from hotline.store import forgetting, messages, restorations, vitals
from hotline.work import Work

TOO_LONG = timedelta(days=1)  # for the carrier to delete something


def is_to_be_minded(connection: Connection, now: datetime) -> bool:
    """Whether asking is late, or was: the rest of the time nothing is written. While a restored
    database waits to be resumed, most of it is."""
    if restorations.waiting(connection):
        return False
    since = vitals.alarm_since(connection)
    return since is not None or health.is_alarm(_late_by(connection, now), was_alarm=False)


def mind(work: Work) -> list[int]:
    """Tell the stewards if something has changed. Returns which texts to them are to be sent now,
    by whoever can."""
    connection, late_by = work.connection, _late_by(work.connection, work.now)
    since = vitals.alarm_since(connection)
    is_late = health.is_alarm(late_by, was_alarm=since is not None)
    if is_late and since is None and vitals.raise_alarm(connection, work.now):
        telling.tell_stewards(work, notice(Told.STEWARDS_LATE, time=work.now - late_by))
    if not is_late and since is not None and vitals.end_alarm(connection):
        telling.tell_stewards(work, notice(Told.STEWARDS_ON_TIME))
    return messages.due_for(connection, telling.stewards(work), work.now)


def not_deleted(work: Work, since: datetime | None) -> None:
    """The carrier did not delete something that it was to delete since then."""
    if since is None or work.now - since < TOO_LONG:
        return
    if vitals.raise_alarm(work.connection, work.now, vitals.DELETING):
        telling.tell_stewards(work, notice(Told.STEWARDS_NOT_DELETED))


def deleted(work: Work) -> None:
    """It did: if that was the last of what waited for long, they hear of the next trouble anew."""
    if vitals.alarm_since(work.connection, vitals.DELETING) is None:
        return
    if not forgetting.waits_since(work.connection, work.now - TOO_LONG):
        vitals.end_alarm(work.connection, vitals.DELETING)


def _late_by(connection: Connection, now: datetime) -> timedelta:
    return vitals.waiting(connection).late_by(now)
