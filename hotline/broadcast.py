"""What stewards write to many: to the roster or a part of it, some people at a time.

Pure. One steward writes it, another lets it go out; either stops it at any time. A batch is small
and a pause long enough that answers and pages leave first, here and at the carrier, who lets about
one text a second through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BATCH = 10  # people
PAUSE = timedelta(seconds=10)  # between two batches
LONGEST = 300  # letters


class BroadcastState(StrEnum):
    DRAFT = "draft"  # another steward is to look at it
    GOING = "going"
    STOPPED = "stopped"
    OVER = "over"


class BroadcastMove(StrEnum):
    CONFIRM = "another steward lets it go out"
    STOP = "a steward stops it"
    FINISH = "everybody was written to"


@dataclass(frozen=True, slots=True)
class BroadcastRow:
    """From each of `states`, this move leads to `next`."""

    move: BroadcastMove
    states: tuple[BroadcastState, ...]
    next: BroadcastState


_NOT_OVER = (BroadcastState.DRAFT, BroadcastState.GOING)
TABLE: tuple[BroadcastRow, ...] = (
    BroadcastRow(BroadcastMove.CONFIRM, (BroadcastState.DRAFT,), BroadcastState.GOING),
    BroadcastRow(BroadcastMove.STOP, _NOT_OVER, BroadcastState.STOPPED),
    BroadcastRow(BroadcastMove.FINISH, (BroadcastState.GOING,), BroadcastState.OVER),
)
ROWS = {row.move: row for row in TABLE}


@dataclass(frozen=True, slots=True)
class Audience:
    """To whom: those on the roster who help in this area, with this need, and whom we write to in
    this language; None: in all, with all, in any. `calls`: whoever gets no texts is called."""

    area: str | None = None
    need: str | None = None
    language: str | None = None
    calls: bool = False


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One of them. `words`: by language; `batch`: how many batches went out, `reached`: the id of
    the last of whom they were for."""

    id: int
    by: int
    at: datetime
    state: BroadcastState
    to: Audience
    words: Mapping[str, str]
    confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    stopped_by: int | None = None
    ended_at: datetime | None = None
    batch: int = 0
    reached: int = 0
    due: datetime | None = None

    def may_be_confirmed_by(self, who: int) -> bool:
        """Not by whoever wrote it; nor once its words were forgotten."""
        return self.state is BroadcastState.DRAFT and who != self.by and bool(self.words)

    def words_in(self, language: str, default: str) -> str:
        """Where nothing was given in a language, the network's first; nothing once its writer is
        forgotten."""
        return self.words.get(language) or self.words.get(default, "")
