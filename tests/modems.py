"""A modem for tests: the real gammu-smsd, with the driver that gammu has for trying it without."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

from hotline.carriers.gammu import spool
from hotline.carriers.gammu.config import HALF_WAITS, Modem, smsdrc

PROGRAM = shutil.which("gammu-smsd", path="/usr/bin:/usr/local/bin:/usr/sbin")
CONFINED = Path(__file__).with_name("confined.py")


class DummyModem:
    """One with its daemon. What is texted to it is a file in its SIM card."""

    def __init__(self, root: Path, name: str, half_waits: int = HALF_WAITS) -> None:
        self.name, self.folder = name, root / name
        self._sim, self._config = root / f"{name}-dummy" / "sms", root / f"{name}.smsdrc"
        for place in range(1, 6):
            (self._sim / str(place)).mkdir(parents=True)
        spool.prepare(self.folder)
        modem = Modem(str(self._sim.parent), PurePosixPath(self.folder), name, "", "none", "dummy")
        waits = f"multiparttimeout = {half_waits}"
        text = smsdrc(modem).replace(f"multiparttimeout = {HALF_WAITS}", waits)
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

    def texted(self, *parts: str) -> None:
        """They are in the SIM card all at once, each in a place of its own."""
        for part in parts:
            self._place += 1
            unfinished = self._sim.parent / "unfinished"
            unfinished.write_text(f"; Gammu+\n\n{part}", encoding="utf-8")
            unfinished.rename(self._sim / "1" / str(self._place))

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


def header(reference: int, total: int, place: int) -> str:
    return f"050003{reference:02X}{total:02X}{place:02X}"


def _digits(words: str) -> str:
    return words.encode("utf-16-be").hex().upper()
