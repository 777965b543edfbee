"""The watch: what the doctor looks at is looked at again and again, beside the clock, and what
turns broken is told to the stewards once.

By text, as long as texts leave; otherwise by whatever else is set (`alarms`). While the database is
away nothing can be claimed or kept there, and this process remembers by itself what it told.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from hotline.desk import telling
from hotline.doctor.findings import Finding, is_any_broken, mutes
from hotline.errors import describe
from hotline.notices import Notice, Told, notice
from hotline.store import checkups, messages
from hotline.work import Work
from serving import alarms, doctor_examination
from serving.doctor_examination import Practice

log = logging.getLogger("hotline.watch")

LOOKS_FOR_TURN: Final = 5.0  # seconds
AT_THE_END: Final = 1.0  # seconds that a look under way is waited for
AWAY: Final = (SQLAlchemyError, OSError)  # what a database that is away raises, or its folder
LOOKS_AGAIN: Final = timedelta(minutes=5)  # at what may only be a moment's trouble
OURS: Final = frozenset(
    [
        *("settings", "database", "redis", "worker", "clock", "web", "work", "backup", "skew"),
        *("outside", "roster"),
    ]
)
"""Parts that are on our side: all others are at the carrier."""

Examine = Callable[[Practice], list[Finding]]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Half:
    """`every`: how often it is looked at. `lasting`: how long something is so before it is told, so
    that it was so at the look before, too."""

    name: str
    examine: Examine
    every: timedelta
    lasting: timedelta


HALVES: Final = (
    Half("cheap", doctor_examination.cheap_half, timedelta(minutes=1), timedelta(seconds=50)),
    Half("channels", doctor_examination.channels_half, timedelta(minutes=5), timedelta(minutes=9)),
    Half("rest", doctor_examination.other_half, timedelta(hours=1), timedelta(minutes=4)),
)


@dataclass
class Rounds:
    """Of one clock. `send` brings messages, by their ids, to the carrier."""

    practice: Practice
    send: Callable[..., None]
    _told: set[str] = field(default_factory=set)  # while the database was away
    _due: dict[str, float] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(AT_THE_END)

    def go(self, half: Half) -> list[Finding]:
        """Look at one half, if it is this one's turn, and tell what is new. Returns what was
        found; nothing if somebody else looks."""
        if not self._is_our_turn(half):
            return []
        found = half.examine(self.practice)
        self.heed(half, found)
        if half is HALVES[0] and not is_any_broken(found):
            alarms.beat(self.practice.environment)
        return found

    def heed(self, half: Half, found: Sequence[Finding]) -> None:
        """Tell what of it is new."""
        to_tell = [it for it in found if it.is_to_be_told]
        keys = self._new(half, found, to_tell)
        new = [it for it in to_tell if it.key[: checkups.LONGEST_KEY] in keys]
        if new and self._tell(new):
            self._note_told([it.key[: checkups.LONGEST_KEY] for it in new])

    # Whose turn it is, and what is new: the database knows, or this process alone.

    def _is_our_turn(self, half: Half) -> bool:
        """While the database is away every clock looks."""
        now, database = self.practice.house.now(), self.practice.database
        try:
            if not database.read(lambda c: checkups.is_due(c, half.name, now)):
                return False
            return database.write(lambda c: checkups.claim(c, half.name, now, half.every))
        except AWAY:
            is_due = time.monotonic() >= self._due.get(half.name, 0.0)
            if is_due:
                self._due[half.name] = time.monotonic() + half.every.total_seconds()
            return is_due

    def _new(self, half: Half, found: Sequence[Finding], to_tell: Sequence[Finding]) -> set[str]:
        now, keys = self.practice.house.now(), [it.key for it in to_tell]

        def note(work: Work) -> list[str]:
            checkups.keep(work.connection, half.name, found, now)
            if checkups.note(work.connection, half.name, keys, now):
                checkups.look_again(work.connection, half.name, now + LOOKS_AGAIN)
            return checkups.to_tell(work.connection, half.name, now, half.lasting)

        try:
            new = set(self._write(note)) - self._told
            self._told &= set(keys)
        except AWAY:
            new = set(keys) - self._told
        return new

    def _note_told(self, keys: Sequence[str]) -> None:
        now = self.practice.house.now()
        try:
            self._write(lambda work: checkups.told(work.connection, keys, now))
        except AWAY:
            self._told |= set(keys)

    def _write(self, do: Callable[[Work], Made]) -> Made:
        house = self.practice.house
        return self.practice.database.write(lambda c: do(house.work(c)))

    # Telling.

    def _tell(self, new: Sequence[Finding]) -> bool:
        """Whether somebody was told, or will be by a text that waits."""
        written, has_left = self._text(new)
        network, environment = self.practice.house.network.name, self.practice.environment
        if has_left and not mutes([it.name for it in new]):
            return True
        log.warning("texts may not leave: %s", ", ".join(sorted({it.name for it in new})))
        return alarms.tell_otherwise(environment, network, new) or written

    def _text(self, new: Sequence[Finding]) -> tuple[bool, bool]:
        """Whether texts to the stewards were written down, and whether all of them left."""

        def write(work: Work) -> list[int]:
            for told in notices_of(new):
                telling.tell_stewards(work, told)
            return messages.due_for(work.connection, telling.stewards(work), work.now)

        try:
            ids = self._write(write)
            if not ids:
                return False, False
            self.send(*ids)
            left = self.practice.database.read(lambda c: messages.all_left(c, ids))
        except AWAY:
            return False, False
        return True, left

    def _run(self) -> None:
        while not self._over.wait(LOOKS_FOR_TURN):
            for half in HALVES:
                try:
                    self.go(half)
                except Exception as error:
                    log.error("the doctor's round failed: %s", describe(error))


def notices_of(new: Sequence[Finding]) -> list[Notice]:
    """What stewards are texted: that something is broken and on which side, once for each; the rest
    is on the board. Of phones, of modems and of what is silent each by itself."""
    by_name = ("silence", "channel")
    parts = {it.part for it in new if it.name not in _TOLD_OTHERWISE and it.part not in by_name}
    here = [notice(Told.STEWARDS_BROKEN_HERE)] if parts & OURS else []
    there = [notice(Told.STEWARDS_BROKEN_THERE)] if parts - OURS else []
    channels = dict.fromkeys(it.about for it in new if it.part == "channel")
    return [
        *here,
        *there,
        *(notice(Told.STEWARDS_LOOK_AT_CHANNEL, channel=it) for it in channels),
        *(_silence(it) for it in new if it.part == "silence"),
    ]


# What `desk.alarm`, `desk.budget` and `desk.delivery` text already.
_TOLD_OTHERWISE: Final = ("work.late", "spend.all", "sending.refused")


def _silence(it: Finding) -> Notice:
    if it.name == "silence.area":
        return notice(Told.STEWARDS_SILENT_AREA, area=it.about)
    return notice(Told.STEWARDS_SILENT)
