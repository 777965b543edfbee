"""What was seen of the channels that are no account: phones and modems of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from hotline.doctor.findings import Finding, found, judged

BATTERY_LOW: Final = 20  # percent
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
    `waits`: texts that wait for it for longer than LATE_AFTER_MINUTES. `is_full`: it said lately
    that it sends no more for now."""

    name: str
    kind: str
    state: ChannelState = ChannelState.UNASKED
    battery: int | None = None
    is_charging: bool | None = None
    waits: int = 0
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
    if it.battery is not None and it.battery <= BATTERY_LOW and not it.is_charging:
        yield found("channel.battery", about=it.name, channel=it.name, percent=it.battery)
    if it.is_full:
        yield found("channel.full", about=it.name, channel=it.name)
    if it.waits and name is None:
        yield found("channel.late", about=it.name, channel=it.name, count=it.waits)
