"""Why messages did not arrive, counted by cause, as people see it who can do something about it. Of
one message it stands in its row: `hotline requests show 12 --words` says it.

Pure. What follows by itself when one did not arrive is in `failure`; what a cause is called and
what helps, whoever shows it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hotline import errors
from hotline.message import WhyDropped


class Cause(StrEnum):
    NO_NUMBER = "no_number"
    LANDLINE = "landline"
    OFF = "off"
    BLOCKED = "blocked"
    STOPPED = "stopped"
    FILTERED = "filtered"
    COUNTRY = "country"
    ACCOUNT = "account"
    BUSY = "busy"
    FILE = "file"
    CALL = "call"
    LATE = "late"
    UNKNOWN = "unknown"


_CAUSES: tuple[tuple[type[errors.CarrierError], Cause], ...] = (
    (errors.BadNumber, Cause.NO_NUMBER),
    (errors.Landline, Cause.LANDLINE),
    (errors.Unreachable, Cause.OFF),
    (errors.Blocked, Cause.BLOCKED),
    (errors.OptedOut, Cause.STOPPED),
    (errors.Filtered, Cause.FILTERED),
    (errors.NotAllowedThere, Cause.COUNTRY),
    (errors.AccountRefused, Cause.ACCOUNT),
    (errors.CarrierBusy, Cause.BUSY),
    (errors.CarrierSilent, Cause.BUSY),
    (errors.BadAttachment, Cause.FILE),
    (errors.Uncallable, Cause.CALL),
    (errors.NoVoice, Cause.CALL),
)
_DROPPED = {WhyDropped.STOPPED.value: Cause.STOPPED, WhyDropped.TOO_OLD.value: Cause.LATE}
_MEANT = (WhyDropped.OLD_NEWS.value, WhyDropped.FORGOTTEN.value, WhyDropped.CALLED_OFF.value)


def cause_of(failure: str) -> Cause | None:
    """Of the name that is kept of it; None where it was meant to stay away."""
    if failure in _MEANT:
        return None
    kind = getattr(errors, failure, errors.Unexplained)
    found = (cause for error, cause in _CAUSES if issubclass(kind, error))
    return _DROPPED.get(failure) or next(found, Cause.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """So many messages did not arrive for this cause; `people`: to whom."""

    cause: Cause
    count: int
    people: tuple[int, ...]


def by_cause(failures: Iterable[tuple[str, int, int]]) -> list[Undelivered]:
    """From the name of a failure, whom it met and how often; the most frequent first."""
    found: dict[Cause, dict[int, int]] = {}
    for failure, who, count in failures:
        if cause := cause_of(failure):
            people = found.setdefault(cause, {})
            people[who] = people.get(who, 0) + count
    causes = [Undelivered(it, sum(met.values()), tuple(met)) for it, met in found.items()]
    return sorted(causes, key=lambda it: -it.count)
