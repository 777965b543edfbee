"""The network's settings as they are now: the file is looked at while the program runs, so that
what is changed there holds within seconds, in every process and on each machine.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from hotline import settings
from hotline.errors import BadSettings
from hotline.settings import CONFIGURATION, Network

log = logging.getLogger("hotline.settings")

LOOK_AFTER = 1.0  # seconds between two looks at the file


class CurrentNetwork:
    """Of one process. A file in which something is wrong changes nothing: `mistakes` says what."""

    def __init__(self, network: Network, file: Path | None) -> None:
        """`file`: None where the settings stay what they are."""
        self.file = file
        self._network = network
        self._in_force: str | None = None
        self._seen: str | None = None
        self._looking = threading.Lock()
        self._look_at = 0.0
        self.mistakes: tuple[str, ...] = ()

    def __call__(self) -> Network:
        """Whoever comes while somebody else looks gets what holds so far."""
        if self.file and time.monotonic() >= self._look_at and self._looking.acquire(False):
            try:
                self._look_at = time.monotonic() + LOOK_AFTER
                self._look(self.file)
            finally:
                self._looking.release()
        return self._network

    def look(self) -> None:
        """At once: whoever calls has just written the file whole."""
        if self.file:
            with self._looking:
                self._look(self.file)
                self._look(self.file)

    def _look(self, file: Path) -> None:
        """What an editor is just writing may be cut off: only what is the same twice is taken."""
        try:
            text = settings.read_text(file)
        except FileNotFoundError:
            if self._in_force is not None:
                self._keep([f"{file}: is gone"])
            return
        except BadSettings as error:
            self._keep(error.mistakes)
            return
        is_the_same, self._seen = text == self._seen, text
        if is_the_same and text != self._in_force:
            self._take(text, file)
        elif is_the_same:
            self._keep(())

    def _take(self, text: str, file: Path) -> None:
        try:
            network = settings.read_network(text, str(file))
        except BadSettings as error:
            self._keep(error.mistakes)
            return
        if network != self._network:
            log.info("the settings are those of %s now", file)
        self._network, self._in_force, self.mistakes = network, text, ()

    def _keep(self, mistakes: Sequence[str]) -> None:
        """What holds still holds. The log has not what is wrong: people's words may be in it."""
        if mistakes and tuple(mistakes) != self.mistakes:
            log.error("%s; the settings stay what they were", said_of(mistakes))
        self.mistakes = tuple(mistakes)


def said_of(mistakes: Sequence[str]) -> str:
    """In words for everybody, which say nothing of what stands there."""
    count = f"{len(mistakes)} {'mistake' if len(mistakes) == 1 else 'mistakes'}"
    return f"{CONFIGURATION} has {count} (hotline check says where)"
