"""What newcomers may take and whom they may bring, and everybody else on the roster.

Pure. Newcomers are those who joined by themselves, vouched for or where joining is open. Whoever
runs the hotline stands for the people they put on the roster: these are no newcomers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.notices import Notice, Told, notice

NEWCOMER_HOLDS = 1  # requests at a time
CONFIRMED_TO_HOLD = 3  # requests that went well, as their requesters said; then as others do
CONFIRMED_TO_VOUCH = 2
VOUCHES_FROM = timedelta(days=14)  # after joining
MOST_VOUCHED = 2  # newcomers that one neighbor brings
VOUCHED_WITHIN = timedelta(days=7)
CARRIES_FOR = timedelta(days=1)  # how long a steward's CARRY holds
MOST_CARRIED = 50


@dataclass(frozen=True, slots=True)
class Helper:
    """What decides about somebody who helps. `newcomer_since`: None for whom an organizer put on
    the roster; `confirmed`: requests of which whoever asked said that they are done, counted up to
    what matters; `carry`: what a steward lets them hold until `carry_until`."""

    newcomer_since: datetime | None = None
    suspended: bool = False
    confirmed: int = 0
    carry: int | None = None
    carry_until: datetime | None = None


def most_held(it: Helper, hold: int, now: datetime) -> int:
    """How many requests they may have at a time; `hold` is what the network lets others have."""
    if carried := most_carried(it, now):
        return carried
    is_newcomer = it.newcomer_since is not None and it.confirmed < CONFIRMED_TO_HOLD
    return min(NEWCOMER_HOLDS, hold) if is_newcomer else hold


def most_carried(it: Helper, now: datetime) -> int | None:
    """What a steward lets them have at a time; None if nobody said so, or it is over."""
    return it.carry if it.carry_until is not None and it.carry_until > now else None


def why_not_take(
    it: Helper, held: tuple[int, ...], number: int, hold: int, now: datetime
) -> Notice | None:
    """What they hear who may not take request `number` now; `held` are those they have."""
    if it.suspended:
        return notice(Told.SUSPENDED)
    if len(held) >= most_held(it, hold, now):
        return notice(Told.HANDS_FULL, number=number, other=held[0])
    return None


def why_not_vouch(it: Helper, lately: int, now: datetime) -> Notice | None:
    """What they hear who may bring nobody now; `lately` is how many they brought in a week."""
    since = it.newcomer_since
    is_new = since is not None and since + VOUCHES_FROM > now
    if is_new or (since is not None and it.confirmed < CONFIRMED_TO_VOUCH):
        return notice(Told.VOUCH_LATER)
    return notice(Told.VOUCH_ENOUGH) if lately >= MOST_VOUCHED else None
