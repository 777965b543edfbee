"""The files that the daemon writes of what the modem received, read. Pure.

In its format `detail` one file has all parts of a long text, each with its header, and tells a
delivery report from a text; in the others neither can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from hotline import wire

ROOM = 100_000  # bytes of a file that are read; one of ours to come has less than 3,000 a part


class Content(Enum):
    """What a part is."""

    TEXT = auto()
    REPORT = auto()  # what became of a text of ours
    DATA = auto()  # for a program on a phone: a picture to be fetched, a setting


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """One short message. `reference`, `total` and `place` say of which long text it is which part;
    `at` is when the network took it, as it writes that."""

    number: str
    words: str
    at: str
    content: Content = Content.TEXT
    reference: int = 0
    total: int = 1
    place: int = 1


def read(file: bytes) -> list[ShortMessage] | None:
    """The parts in a file, as they stand in it; None if it is not whole, or no such file."""
    sections = _SECTION.split(file[:ROOM].decode("utf-8", "replace"))[1:]
    parts = [_part(dict(_FIELD.findall(section))) for section in sections]
    found = [it for it in parts if it]
    return found if found and len(found) == len(parts) else None


_SECTION: Final = re.compile(r"^\[SMSBackup\d+\][ \t\r]*$", re.MULTILINE)
_FIELD: Final = re.compile(r"^(\w+) = ?(.*?)\r?$", re.MULTILINE)
_LAST = "MessageReference"  # of each section


def _part(fields: dict[str, str]) -> ShortMessage | None:
    if not {"PDU", "NumberUnicode", "Text00", "Coding", _LAST} <= fields.keys():
        return None
    is_data = fields["Coding"].startswith("8bit")
    content = Content.DATA if is_data else Content.TEXT
    if fields["PDU"] == "Status_Report":
        content = Content.REPORT
    number, words = _letters(fields["NumberUnicode"]), _letters("".join(_texts(fields)))
    if number is None or (words is None and not is_data):
        return None
    reference, total, place = _joined(fields.get("UDH", ""))
    at = fields.get("DateTime", "")
    return ShortMessage(number.strip(), words or "", at, content, reference, total, place)


def _texts(fields: dict[str, str]) -> Iterator[str]:
    place = 0
    while f"Text{place:02d}" in fields:
        yield fields[f"Text{place:02d}"]
        place += 1


def _letters(written: str) -> str | None:
    """Letters of UTF-16 that are written as digits; None if these are none."""
    try:
        return wire.speakable(bytes.fromhex(written).decode("utf-16-be", "replace"))
    except ValueError:
        return None


def _joined(header: str) -> tuple[int, int, int]:
    """Which long text, how many parts, which of them: 3GPP TS 23.040, 9.2.3.24. A text of its own
    if it does not say."""
    try:
        octets = bytes.fromhex(header)[1:]
    except ValueError:
        octets = b""
    while len(octets) >= 2:
        kind, length = octets[0], octets[1]
        value, octets = octets[2 : 2 + length], octets[2 + length :]
        if (kind, len(value)) in ((0, 3), (8, 4)) and 1 <= value[-1] <= value[-2]:
            return int.from_bytes(value[:-2], "big"), value[-2], value[-1]
    return 0, 1, 1
