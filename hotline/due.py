"""What it comes to that something is due for a request: whom to ask, or how it stands.

Pure: each function takes the request, what was read for it, and the time in its network. Who there
is to be asked, and what was said, is for others to look up; what the event means for the request is
`help_request`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hotline import schedule
from hotline.help_request import (
    HeardOf,
    HelpRequest,
    NetworkTime,
    NobodyLeft,
    NotBefore,
    OthersDue,
    State,
    TalkLine,
    TimeIsUp,
    WaveDue,
)

HELD_LONGER = timedelta(seconds=30)


def is_due(request: HelpRequest, now: datetime) -> bool:
    return request.owed > 0 or _is_time(request, now)


def _is_time(request: HelpRequest, now: datetime) -> bool:
    return request.due is not None and request.due <= now


# Of one that is open: whom to ask.


def asks_from(request: HelpRequest, held_until: datetime | None, clock: NetworkTime) -> datetime:
    """When somebody may be asked. `held_until`: when what our account holds back is tried again;
    whether messages leave then shows first."""
    starts = schedule.may_ask_from(request.urgent, clock.network, clock.now)
    return max(starts, held_until, clock.now + HELD_LONGER) if held_until else starts


def how_many(request: HelpRequest, clock: NetworkTime) -> int:
    """To ask: a whole wave, or one for each who passed."""
    if _is_time(request, clock.now):
        return clock.network.wave_size(request.wave + 1)
    return request.owed


def found(request: HelpRequest, crew: tuple[int, ...], clock: NetworkTime) -> WaveDue | OthersDue:
    """These people can be asked."""
    return WaveDue(crew) if _is_time(request, clock.now) else OthersDue(crew)


def nobody_found(
    request: HelpRequest, clock: NetworkTime, *, may_answer: bool, wait_to_leave: bool
) -> OthersDue | NotBefore | NobodyLeft:
    """Nobody can be asked now. `may_answer`: somebody who was asked this round still may;
    `wait_to_leave`: some of this round's pages are not with the carrier yet."""
    if may_answer and not _is_time(request, clock.now):
        return OthersDue(())
    if wait_to_leave:
        return NotBefore(clock.now + schedule.wave_length(request.urgent, clock.network))
    return NobodyLeft()


# Of one that is taken or done: how it stands.


def talk_since(request: HelpRequest, clock: NetworkTime) -> datetime:
    """From when on it matters what was said about it."""
    if request.state is State.DONE:
        return clock.now - 2 * schedule.GRACE  # a night may lie between the two days
    return clock.now - clock.network.done_within(request.needs)


def how_it_stands(request: HelpRequest, said: Iterable[TalkLine]) -> HeardOf | TimeIsUp:
    """Whether a taker has been silent so long that we ask; or the two have talked long enough."""
    if request.state is State.DONE:
        return TimeIsUp(talked=any(it.by for it in said))
    heard = [it.at for it in said if it.by in request.takers]
    return HeardOf(max(heard)) if heard and not request.checked_in else TimeIsUp()
