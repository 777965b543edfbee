"""A modem for tests: the real gammu-smsd, with the driver that gammu has for trying it without."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path, PurePosixPath

from hotline.carriers.gammu import names, spool
from hotline.carriers.gammu.config import HALF_WAITS, Modem, smsdrc

PROGRAM = shutil.which("gammu-smsd", path="/usr/bin:/usr/local/bin:/usr/sbin")
CONFINED = Path(__file__).with_name("confined.py")


class DummyModem:
    """One with its daemon. What is texted to it is a file in its SIM card."""

    def __init__(
        self, root: Path, name: str, half_waits: int = HALF_WAITS, *, only_sends: bool = False
    ) -> None:
        """`only_sends`: the daemon never rests, which a modem would not bear (`at_work`), and does
        not look at the SIM card: of this modem that alone takes it a tenth of a second."""
        self.name, self.folder = name, root / name
        self._sim, self._config = root / f"{name}-dummy" / "sms", root / f"{name}.smsdrc"
        for place in range(1, 6):
            (self._sim / str(place)).mkdir(parents=True)
        spool.prepare(self.folder)
        modem = Modem(str(self._sim.parent), PurePosixPath(self.folder), name, "", "none", "dummy")
        waits = f"multiparttimeout = {half_waits}"
        text = smsdrc(modem).replace(f"multiparttimeout = {HALF_WAITS}", waits)
        if only_sends:
            text = text.replace("loopsleep = 1\n", "loopsleep = 0\n")
            text = text.replace("commtimeout = 1\n", "commtimeout = 0\n")
            text = text.replace("receivefrequency = 3\n", "receivefrequency = 100000\n")
        self._config.write_text(text, encoding="utf-8")
        self._place = 0
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self, confined_as: Path | None = None) -> None:
        """`confined_as`: the unit file that says what it may do."""
        assert PROGRAM
        assert not self._daemon
        command = [PROGRAM, "--config", str(self._config), "--max-failures=5"]
        if confined_as:
            command = [sys.executable, str(CONFINED), str(confined_as), "--", *command]
        self._daemon = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """As a power cut does."""
        if self._daemon:
            self._daemon.kill()
            self._daemon.wait()
        self._daemon = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A daemon that never rests goes on for so long, and stands still else: it would take a
        processor of its own."""
        assert self._daemon
        self._daemon.send_signal(signal.SIGCONT)
        try:
            yield
        finally:
            self._daemon.send_signal(signal.SIGSTOP)

    def texted(self, *parts: str) -> None:
        """They are in the SIM card all at once, each in a place of its own."""
        for part in parts:
            self._place += 1
            unfinished = self._sim.parent / "unfinished"
            unfinished.write_text(f"; Gammu+\n\n{part}", encoding="utf-8")
            unfinished.rename(self._sim / "1" / str(self._place))

    def took_in(self, *parts: str) -> None:
        """As the daemon does with what it finds on the SIM card (tests/test_gammu.py)."""
        for part in parts:
            self._place += 1
            unfinished = self.folder / names.INBOX / ".unfinished"
            unfinished.write_text(f"; Gammu+\n\n{part}", encoding="utf-8")
            unfinished.rename(unfinished.with_name(f"IN{self._place:06d}_00.smsbackup"))

    def on_sim(self) -> int:
        return sum(1 for _ in (self._sim / "1").iterdir())


def short_message(
    number: str, words: str, *, header: str = "", at: str = "20261128T033000", pdu: str = "Deliver"
) -> str:
    """One, as gammu writes it."""
    coding = "Default" if words.isascii() else "Unicode"
    written = _digits(words)
    lines = [f"Text{n:02d} = {written[n * 200 : n * 200 + 200]}" for n in range(50)]
    texts = [it for it in lines if not it.endswith("= ")] or lines[:1]
    return "\n".join(
        [
            "[SMSBackup000]",
            f"PDU = {pdu}",
            f"DateTime = {at}",
            "State = UnRead",
            f'Number = "{number}"',
            f"NumberUnicode = {_digits(number)}",
            f"UDH = {header}",
            *texts,
            f"Coding = {coding}_No_Compression",
            "Folder = 1",
            f"Length = {len(words.encode('utf-16-be')) // 2}",
            "Class = -1",
            "MessageReference = 0",
            "",
            "",
        ]
    )


def parts(number: str, words: str) -> list[str]:
    """A text as the network brings it, in as many short messages as it needs. No two of these are
    of one second, so that none is taken for the other."""
    text = next(_TEXTS)
    length = SHORTEST if words.isascii() else SHORTEST_UNICODE
    pieces = [words[start : start + length] for start in range(0, len(words), length)] or [""]
    at = (BEGAN + timedelta(seconds=text)).strftime("%Y%m%dT%H%M%S")
    if len(pieces) == 1:
        return [short_message(number, words, at=at)]
    return [
        short_message(number, it, header=header(text % 256, len(pieces), place), at=at)
        for place, it in enumerate(pieces, 1)
    ]


BEGAN = datetime(2026, 11, 28, 3, 30, tzinfo=UTC)
SHORTEST, SHORTEST_UNICODE = 150, 30  # letters that fit into a short message, whatever they are
_TEXTS = count()


def header(reference: int, total: int, place: int) -> str:
    return f"050003{reference:02X}{total:02X}{place:02X}"


def _digits(words: str) -> str:
    return words.encode("utf-16-be").hex().upper()
