"""Texts of ours to one modem: a file in the folder from which its daemon sends.

Its name has our row's id, so that what is there already is not written twice. It stores nothing
else, and never speaks to the modem.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from hotline.carriers.gammu import names
from hotline.carriers.gammu.names import Outgoing
from hotline.carriers.shape import Abilities
from hotline.errors import BadNumber, CarrierBusy

BYTE_ORDER = b"\xff\xfe"  # by which the daemon knows UTF-16, whatever its locale is
LOCK = "lock"


class Gammu:
    """One modem. `name` as in `[[channels]]`; `folder` has the daemon's folders; `prefix` tells our
    ids from those of another hotline: at most 16 letters and digits."""

    def __init__(self, name: str, folder: Path, prefix: str = "") -> None:
        if not names.is_prefix(prefix):
            raise ValueError("a prefix is at most 16 letters and digits")
        self._name, self._folder, self._prefix = name, folder, prefix

    @property
    def abilities(self) -> Abilities:
        return Abilities()

    def send(
        self,
        to: str,
        body: str,
        message_id: int,
        *,
        good_for: timedelta | None,
        attachments: Sequence[str] = (),  # noqa: ARG002
        until: datetime | None = None,  # noqa: ARG002
    ) -> str:
        """As TextCarrier has it. What has not left after `good_for` is taken back by
        `spool.became`: the daemon itself knows no such end."""
        if not names.is_number(to):
            raise BadNumber("that is no number that a modem can text")
        end = 0 if good_for is None else int(time.time() + good_for.total_seconds())
        file = Outgoing(to, message_id, self._prefix, end)
        try:
            with _alone(self._folder):
                if not self._has(message_id):
                    _put(self._folder / names.OUTBOX, file.file_name, _written(body))
        except OSError as error:
            raise CarrierBusy(
                f"the outbox of {self._name} cannot be written: {os.strerror(error.errno or 0)}"
            ) from None
        return names.sid(self._name, self._prefix, message_id)

    def find(
        self,
        to: str,  # noqa: ARG002
        body: str,  # noqa: ARG002
        message_id: int,
        since: datetime,  # noqa: ARG002
    ) -> list[str]:
        """As TextCarrier has it; there is at most one."""
        try:
            has = self._has(message_id)
        except OSError:
            raise CarrierBusy(f"the folders of {self._name} cannot be read") from None
        return [names.sid(self._name, self._prefix, message_id)] if has else []

    def _has(self, message_id: int) -> bool:
        """Looked for in the order in which it goes from folder to folder."""
        for box in (names.OUTBOX, names.SENT, names.ERROR, names.LATE):
            found = (names.outgoing(it, self._prefix) for it in os.listdir(self._folder / box))
            if any(it and it.message_id == message_id for it in found):
                return True
        return (self._folder / names.TOLD / names.told(message_id, self._prefix)).exists()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time, of all processes: two that send one message must not both find it missing."""
    with (folder / LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _written(body: str) -> bytes:
    return BYTE_ORDER + body.rstrip("\n").encode("utf-16-le", "replace")


def _put(box: Path, file_name: str, content: bytes) -> None:
    """All of it under its name, or nothing: the daemon passes over what begins with a dot."""
    unfinished = box / f".{file_name}"
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(box / file_name)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    place = os.open(box, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
