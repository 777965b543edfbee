"""What was seen of the channels that are no account: phones and modems of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from hotline.doctor.findings import Finding, found, judged
from hotline.limits import MINUTE

BATTERY_LOW: Final = 20  # percent
PINGS_MISSED: Final = 3  # in a row, until a phone is taken for silent
LATE_AFTER_MINUTES: Final = 10  # of a text that waits for its channel


class ChannelState(Enum):
    ANSWERS = auto()
    SILENT = auto()
    REFUSES = auto()  # what opens it is wrong
    HANGS = auto()  # a modem, of which its daemon hears nothing
    UNREADABLE = auto()  # the folders of a modem
    UNASKED = auto()  # nothing there can be asked


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """`kind`: "smsgate" or "gammu". `battery`: percent; None where there is none, or nobody says.
    `runs_down`: it said so by itself. `waits`: texts that wait for it for longer than
    LATE_AFTER_MINUTES. `is_full`: it said lately that it sends no more for now. `unheard_minutes`:
    for how long it told us nothing though it was to; else None. `untold`: texts of a day of which
    nobody knows what became."""

    name: str
    kind: str
    state: ChannelState = ChannelState.UNASKED
    battery: int | None = None
    is_charging: bool | None = None
    runs_down: bool = False
    unheard_minutes: int | None = None
    waits: int = 0
    untold: int = 0
    is_full: bool = False


def channels(some: Sequence[ChannelSeen]) -> list[Finding]:
    return [line for it in some for line in judged("channel", _well(it), _troubles(it))]


def _well(it: ChannelSeen) -> str:
    said = {ChannelState.ANSWERS: "answers"}.get(it.state, "takes our texts")
    return f"{it.name} {said}" + ("" if it.battery is None else f"; battery at {it.battery} %")


def _troubles(it: ChannelSeen) -> Iterator[Finding]:
    name = {
        ChannelState.SILENT: "channel.silent",
        ChannelState.REFUSES: "channel.refuses",
        ChannelState.HANGS: "channel.hangs",
        ChannelState.UNREADABLE: "channel.unreadable",
    }.get(it.state)
    if name:
        yield found(name, about=it.name, channel=it.name)
    elif it.unheard_minutes is not None:
        minutes = it.unheard_minutes
        yield found("channel.unheard", about=it.name, channel=it.name, minutes=minutes)
    if is_running_down(it.battery, it.is_charging):
        yield found("channel.battery", about=it.name, channel=it.name, percent=it.battery)
    elif it.battery is None and it.runs_down:
        yield found("channel.runs_down", about=it.name, channel=it.name)
    if it.is_full:
        yield found("channel.full", about=it.name, channel=it.name)
    if it.untold:
        yield found("channel.untold", about=it.name, channel=it.name, count=it.untold)
    if it.waits and name is None:
        yield found("channel.late", about=it.name, channel=it.name, count=it.waits)


def is_running_down(battery: int | None, is_charging: bool | None) -> bool:
    return battery is not None and battery <= BATTERY_LOW and not is_charging


def unheard(last: datetime, now: datetime, every: timedelta) -> int | None:
    """For how many minutes a phone that says `every` so long that it is there has said nothing;
    None while that may be chance."""
    silent = now - last
    return int(silent / MINUTE) if silent > PINGS_MISSED * every else None
