"""A service manager as the processes of a hotline see one: a socket, and what was said to it."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from waiting import PATIENCE


class Manager:
    """Hears whoever is begun with its `environment`."""

    def __init__(self, path: Path | str, watchdog: float | None = None) -> None:
        """`path`: of its socket, an abstract one where it begins with @. `watchdog`: seconds after
        which a process that says nothing is taken for stuck."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        named = str(path)
        self._socket.bind(f"\0{named[1:]}" if named[0] == "@" else named)
        self.environment = {"NOTIFY_SOCKET": named}
        if watchdog:
            self.environment["WATCHDOG_USEC"] = str(int(watchdog * 1_000_000))

    def __enter__(self) -> Manager:
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self._socket.close()

    def hears(self, state: str, patience: float = PATIENCE) -> None:
        """Wait until this is said; whatever is said before is passed over."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            with suppress(TimeoutError):
                if self._socket.recv(4096).decode() == state:
                    return
        raise AssertionError(f"{state} was not said within {patience:.0f} s")

    def hears_nothing_for(self, seconds: float) -> bool:
        """Whether nothing is said for so long. What was said before does not count."""
        self.forget()
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(4096)
        except TimeoutError:
            return True
        return False

    def forget(self) -> None:
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(4096)
        except BlockingIOError:
            return
