"""The folders of one modem, and what files in them are called. Pure.

The daemon takes the number from behind the third `_` of a name and leaves the rest to whoever
writes it (gammu-smsd-files(7)): our row's id, and until when it is good, stand in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

INBOX, OUTBOX, SENT, ERROR = "inbox", "outbox", "sent", "error"
DAEMONS: Final = (INBOX, OUTBOX, SENT, ERROR)
ODD: Final = "odd"  # what came in and is no text
LATE: Final = "late"  # taken back, since it was good for nothing any more
TOLD: Final = "told"  # which of ours left long ago, without words and numbers
OURS: Final = (ODD, LATE, TOLD)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text of ours, as the name of its file tells. `until`: seconds of the epoch after which it
    is not to leave, 0 for never. `mark`: of whom it is to and what it says, so that another text
    of that id is not taken for it, be it of a database that began anew."""

    to: str
    message_id: int
    mark: str
    until: int = 0

    @property
    def file_name(self) -> str:
        """Sorted, these are in the order of their ids: the daemon takes the first."""
        note = f"h{self.mark}-{self.message_id}-{self.until}"
        return f"OUTC{self.message_id:012d}_0_00_{self.to}_{note}.txtd"


def outgoing(file_name: str) -> Outgoing | None:
    """What a file of ours is; None for one that is not."""
    found = _OUTGOING.fullmatch(file_name)
    if not found:
        return None
    return Outgoing(found["to"], int(found["id"]), found["mark"], int(found["until"]))


_OUTGOING: Final = re.compile(
    r"OUTC\d+_0_00_(?P<to>\+\d+)_h(?P<mark>[0-9a-f]{16})-(?P<id>\d{1,18})-(?P<until>\d{1,12})"
    r"\.txtd"
)


def told(message_id: int, mark: str) -> str:
    """What is kept of one that left long ago."""
    return f"h{mark}-{message_id}"


def sid(name: str, mark: str, message_id: int) -> str:
    """The carrier's name for a text of ours."""
    return f"{name}:{mark}-{message_id}"


def is_number(to: str) -> bool:
    return re.fullmatch(r"\+\d{4,15}", to, re.ASCII) is not None
