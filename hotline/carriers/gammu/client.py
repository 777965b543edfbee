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

from hotline import routes
from hotline.carriers.gammu import names, spool
from hotline.carriers.gammu.names import Outgoing
from hotline.errors import BadNumber, CarrierBusy
from hotline.routes import Abilities

BYTE_ORDER = b"\xff\xfe"  # by which the daemon knows UTF-16, whatever its locale is
LOCK = "lock"


class Gammu:
    """One modem. `name` as in `[[channels]]`; `folder` has the daemon's folders."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder

    @property
    def abilities(self) -> Abilities:
        return routes.BARE

    def send(
        self,
        to: str,
        body: str,
        message_id: int,
        *,
        good_for: timedelta | None,
        attachments: Sequence[str] = (),  # noqa: ARG002
        until: datetime | None = None,  # noqa: ARG002
        written_at: datetime | None = None,
    ) -> str:
        """As TextCarrier has it. What has not left after `good_for` is taken back by
        `spool.became`: the daemon itself knows no such end."""
        if not names.is_number(to):
            raise BadNumber("that is no number that a modem can text")
        end = 0 if good_for is None else int(time.time() + good_for.total_seconds())
        try:
            mark = spool.mark_of(self._folder, to, body, written_at)
            file = Outgoing(to, message_id, mark, end)
            with _alone(self._folder):
                if not self._has(message_id, mark):
                    _put(self._folder / names.OUTBOX, file.file_name, _written(body))
        except OSError as error:
            raise CarrierBusy(
                f"the outbox of {self._name} cannot be written: {os.strerror(error.errno or 0)}"
            ) from None
        return names.sid(self._name, mark, message_id)

    def find(
        self,
        to: str,
        body: str,
        message_id: int,
        since: datetime,  # noqa: ARG002
        *,
        written_at: datetime | None = None,
    ) -> list[str]:
        """As TextCarrier has it; there is at most one."""
        try:
            mark = spool.mark_of(self._folder, to, body, written_at)
            has = self._has(message_id, mark)
        except OSError:
            raise CarrierBusy(f"the folders of {self._name} cannot be read") from None
        return [names.sid(self._name, mark, message_id)] if has else []

    def name_of(
        self, to: str, body: str, message_id: int, *, written_at: datetime | None = None
    ) -> str:
        """As OwnCarrier has it."""
        try:
            mark = spool.mark_of(self._folder, to, body, written_at)
        except OSError:
            raise CarrierBusy(f"the folders of {self._name} cannot be read") from None
        return names.sid(self._name, mark, message_id)

    def _has(self, message_id: int, mark: str) -> bool:
        """Looked for in the order in which it goes from folder to folder."""
        for box in (names.OUTBOX, names.SENT, names.ERROR, names.LATE):
            found = (names.outgoing(it) for it in os.listdir(self._folder / box))
            if any(it and (it.message_id, it.mark) == (message_id, mark) for it in found):
                return True
        return (self._folder / names.TOLD / names.told(message_id, mark)).exists()


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
