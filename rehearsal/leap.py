"""Leaps of the neighborhood's clock: what falls due on the way happens when it is due, in order.

Time goes from one due moment to the next, in calls as well; at each, everything that follows at
once has happened before it goes on.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rehearsal import deeds
from rehearsal.delivery import leave_due, to_leave
from rehearsal.exchange import Exchange
from rehearsal.inside import Inside
from rehearsal.story import Leaps
from rehearsal.twiml import LONGEST_TALK

LONGEST = timedelta(days=14)
SOON = timedelta(seconds=3)  # what was enqueued is enqueued again only after a while
PATIENCE = 60.0  # seconds for what is under way to end
LOOKS_EVERY = 0.02
QUIET_LOOKS = 3  # in a row: the web server enqueues what it took on a moment later
MOST_LOOKS = 100  # while something is due and nobody is at it: a busy machine takes a while


def moment_of(wish: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When "90" (seconds from now) or "08:00" (the next time clocks in the neighborhood show that)
    is. Raises ValueError in words."""
    if found := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", wish):
        local = now.astimezone(zone)
        then = local.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
        return (then if then > local else then + timedelta(days=1)).astimezone(UTC)
    if not re.fullmatch(r"\d{1,7}", wish) or not 0 < int(wish) <= LONGEST.total_seconds():
        raise ValueError("leap some seconds, up to 14 days of them, or to a time like 08:00")
    return now + timedelta(seconds=int(wish))


async def leap(exchange: Exchange, inside: Inside, until: datetime) -> None:
    """Go on to this moment. One leap at a time."""
    async with inside.leaping:
        pause = SOON
        while (due := await _next_due(exchange, inside)) and due < until:
            # What stays due, because the carrier is away, say, is looked at less and less often.
            pause = SOON if due > exchange.now() else pause * 2
            moment = max(due, exchange.now() + pause)
            if moment >= until:
                break
            await _go_to(exchange, inside, moment)
        await _go_to(exchange, inside, until)


async def _next_due(exchange: Exchange, inside: Inside) -> datetime | None:
    """For the hotline, for the carrier's queue of texts, or in a call."""
    leaving = [it.moment for it in to_leave(exchange)[:1]]
    live = (it for it in exchange.calls.values() if not it.is_over)
    silences = (left for it in live for name, left in it.timers.items() if name != "limit")
    waiting = [exchange.now() + timedelta(seconds=left) for left in silences]
    due = await inside.next_due()
    return min([*leaving, *waiting, *([due] if due else [])], default=None)


async def _go_to(exchange: Exchange, inside: Inside, moment: datetime) -> None:
    exchange.tell(Leaps(moment))
    seconds = min((moment - exchange.now()).total_seconds(), LONGEST_TALK)
    for call in list(exchange.calls.values()):
        if seconds > 0 and call.parent is None and not call.is_over:
            await _be_silent(exchange, call.sid, seconds)
    since = exchange.now()
    inside.clock.go_to(moment)
    await inside.carry_over(since)
    exchange.stir()
    leave_due(exchange)
    await inside.tick()
    with suppress(TimeoutError):  # something has no end: the rest of the time passes all the same
        await settle(exchange, inside)


async def _be_silent(exchange: Exchange, sid: str, seconds: float) -> None:
    with suppress(ValueError):  # it ended meanwhile
        await deeds.wait(exchange, exchange.calls[sid], seconds, is_told=False)


async def settle(exchange: Exchange, inside: Inside) -> None:
    """Wait until everything that can happen now has happened. Raises TimeoutError if it never
    does."""
    quiet = 0
    async with asyncio.timeout(PATIENCE):
        while quiet < QUIET_LOOKS or (quiet < MOST_LOOKS and await _is_due(exchange, inside)):
            is_idle = await exchange.work.is_idle_within(PATIENCE) and not await inside.is_working()
            quiet = quiet + 1 if is_idle else 0
            await asyncio.sleep(LOOKS_EVERY)


async def _is_due(exchange: Exchange, inside: Inside) -> bool:
    """Whether something could be done now: its job is about to be enqueued, or it comes later."""
    due = await inside.next_due()
    return due is not None and due <= exchange.now()
