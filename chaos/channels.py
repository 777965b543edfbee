"""Two old phones and a modem in the place of a carrier, and everything goes wrong: counts what was
lost and what came twice.

    python -m chaos.channels --seed 7

Thirty people ask by one or the other. Meanwhile answers of the phones are lost before and after
they took a text, they are full, break, fail, tell things twice, backwards and forged, and web,
worker, clock and the modem's daemon are killed. Then all is mended, and after some minutes each who
asked has read once that it is asked about, and each of two volunteers was asked once about it. The
exit status is 1 if not.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from hotline.carriers.gammu import names
from rehearsal import redis_server

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from modems import PROGRAM, DummyModem, short_message

ASKING = 30
VOLUNTEERS = 8
NUMBERS = {"sim1": "+12125550199", "sim2": "+12125550198"}
MODEM = "modem1"
OF_THE_MODEM = "+1917"  # begins the numbers of the volunteers whom it asks
KINDS = (
    *("silent_taken", "silent_lost", "full", "broken", "fails"),
    *("twice", "backwards", "forged"),
)
MENDED_WITHIN = 420.0  # seconds: what a killed process left is looked for after two minutes
LATE = 45.0  # seconds in which something could still come a second time
LOOK = 0.05  # seconds; a modem's daemon takes its time
TOML = """
[hotline]
name = "Maple Street Mutual Aid"
quiet = ""
[waves]
sizes = [2]
minutes = 60
[roster]
max_a_day = 200
max_a_week = 900
[limits]
strangers_an_hour = 1000
kept_percent = 0
"""
PHONE = """
[[channels]]
name = "{name}"
kind = "smsgate"
number = "{number}"
url = "http://127.0.0.1:{port}/smsgate/{name}"
fallback = "{other}"
"""
USB = """
[[channels]]
name = "{name}"
kind = "gammu"
number = "+12125550197"
folder = "{folder}"
prefixes = ["{prefix}"]
fallback = "sim1"
"""


class Modem:
    """One with its real daemon, and what it sent: the hotline empties each file once it is told."""

    def __init__(self, folder: Path) -> None:
        self._dummy = DummyModem(folder, MODEM)
        self.folder = self._dummy.folder
        self._words: dict[str, str] = {}
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._read)

    def start(self) -> None:
        self._dummy.start()
        self._reader.start()

    def end(self) -> None:
        self._over.set()
        self._reader.join()
        self._dummy.kill()

    def kill(self, seconds: float) -> None:
        self._dummy.kill()
        time.sleep(seconds)
        self._dummy.start()

    def texted(self, sender: str, words: str) -> None:
        self._dummy.texted(short_message(sender, words))

    def sent(self) -> list[dict[str, Any]]:
        left = (names.outgoing(it.name) for it in (self.folder / names.SENT).iterdir())
        return [{"phone": it.to, "body": self._words[it.file_name]} for it in left if it]

    def _read(self) -> None:
        while not self._over.wait(LOOK):
            for file in (self.folder / names.OUTBOX).iterdir():
                with suppress(FileNotFoundError):  # it has just left
                    self._words[file.name] = file.read_bytes()[2:].decode("utf-16-le")


@dataclass
class ChannelTown:
    """The program's own processes in a folder, the rehearsal's phones, and a modem if this machine
    has gammu-smsd."""

    folder: Path
    port: int
    chance: random.Random
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    modem: Modem | None = None

    @property
    def environment(self) -> dict[str, str]:
        secrets = {
            f"CHANNEL_SIM{number}_{what}": f"{what}-{number}".lower()
            for number in (1, 2)
            for what in ("USER", "PASSWORD", "SIGNING_KEY")
        }
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.folder / 'hotline.db'}",
            "REDIS_URL": f"unix://{self.folder / 'redis.sock'}",
            **secrets,
        }

    def prepare(self) -> None:
        rehearsal = self.port + 1
        toml = TOML + "".join(
            PHONE.format(name=name, number=NUMBERS[name], port=rehearsal, other=other)
            for name, other in (("sim1", "sim2"), ("sim2", "sim1"))
        )
        if PROGRAM:
            self.modem = Modem(self.folder)
            toml += USB.format(name=MODEM, folder=self.modem.folder, prefix=OF_THE_MODEM)
        (self.folder / "hotline.toml").write_text(toml, encoding="utf-8")
        begin = ("+1212", OF_THE_MODEM)
        people = (f"{begin[it % 2]}555{1000 + it},Vera {it}\n" for it in range(VOLUNTEERS))
        (self.folder / "people.csv").write_text("phone,name\n" + "".join(people), encoding="utf-8")
        for command in (["migrate"], ["roster", "import", "people.csv"]):
            subprocess.run(
                self._hotline(*command),
                env=self.environment,
                cwd=self.folder,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def _hotline(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hotline", *arguments]

    def start(self, name: str) -> None:
        redis = [str(redis_server.program()), "--port", "0", "--save", ""]
        command = {
            "redis": [*redis, "--unixsocket", str(self.folder / "redis.sock")],
            "rehearse": self._hotline("rehearse", "--port", str(self.port + 1)),
        }.get(name, self._hotline(name))
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.environment, cwd=self.folder, stdout=log, stderr=log
            )

    def kill_one(self) -> None:
        programs = ["web", "worker", "worker", "clock", *([MODEM] if self.modem else [])]
        name, seconds = self.chance.choice(programs), self.chance.uniform(0, 2)
        if self.modem and name == MODEM:
            self.modem.kill(seconds)
            return
        self.running[name].kill()
        self.running[name].wait()
        time.sleep(seconds)
        self.start(name)

    def end(self) -> None:
        if self.modem:
            self.modem.end()
        for it in self.running.values():
            it.terminate()
        for it in self.running.values():
            it.wait(30)

    def control(self, method: str, path: str, wish: Any = None) -> Any:
        url = f"http://127.0.0.1:{self.port + 1}/rehearsal/{path}"
        answer = httpx2.request(method, url, json=wish, timeout=60, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def is_ready(self) -> bool:
        try:
            ready = httpx2.get(f"http://127.0.0.1:{self.port}/ready", trust_env=False)
            webhooks = httpx2.get(
                f"http://127.0.0.1:{self.port + 1}/smsgate/sim2/webhooks",
                auth=("user-2", "password-2"),
                trust_env=False,
            )
        except httpx2.HTTPError:
            return False
        return ready.status_code == 200 and "sms:failed" in webhooks.text

    def text(self, sender: str, words: str) -> None:
        """Somebody texts one of the channels."""
        to = self.chance.choice([*NUMBERS, *([MODEM] if self.modem else [])])
        if self.modem and to == MODEM:
            self.modem.texted(sender, words)
        else:
            self.control("POST", "texts", {"from": sender, "body": words, "to": NUMBERS[to]})

    def arrived(self) -> list[dict[str, Any]]:
        texts = self.control("GET", "texts")["texts"]
        by_phones = [
            it for it in texts if it["direction"] == "to_phone" and it["status"] == "delivered"
        ]
        return by_phones + (self.modem.sent() if self.modem else [])


def trouble(town: ChannelTown) -> None:
    """Thirty people ask while it goes wrong."""
    for place in range(ASKING):
        for name in NUMBERS:
            if town.chance.random() < 0.5:
                wish = {"kind": town.chance.choice(KINDS), "times": town.chance.randint(1, 3)}
                town.control("POST", f"smsgate/{name}/trouble", wish)
        town.text(f"+1646555{2000 + place}", "need milk")
        if town.chance.random() < 0.35:
            town.kill_one()
        time.sleep(town.chance.uniform(0, 4))
    for name in NUMBERS:
        town.control("DELETE", f"smsgate/{name}/trouble")


@dataclass(frozen=True)
class ChannelCount:
    """How often each read that it is asked about, and each volunteer was asked about each."""

    told: Counter[str]
    asked: Counter[tuple[str, str]]

    @property
    def is_complete(self) -> bool:
        return len(self.told) == ASKING and len(self.asked) == 2 * ASKING

    @property
    def is_once(self) -> bool:
        return {*self.told.values(), *self.asked.values()} == {1}

    def __str__(self) -> str:
        twice = [it for some in (self.told, self.asked) for it in some.values() if it > 1]
        return (
            f"{len(self.told)} of {ASKING} were told, {len(self.asked)} of {2 * ASKING} asked,"
            f" {len(twice)} more than once"
        )


def count(texts: Sequence[dict[str, Any]]) -> ChannelCount:
    asked = ((it["phone"], re.search(r"YES (\d+)", it["body"])) for it in texts)
    return ChannelCount(
        Counter(it["phone"] for it in texts if "got it" in it["body"]),
        Counter((phone, found[1]) for phone, found in asked if found),
    )


def main() -> None:
    parser = argparse.ArgumentParser("python -m chaos.channels", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1000))
    seed = parser.parse_args().seed
    with tempfile.TemporaryDirectory(prefix="hotline-channels-") as folder:
        town = ChannelTown(Path(folder), 18400 + seed % 500 * 2, random.Random(seed))
        town.prepare()
        try:
            for name in ("redis", "rehearse", "web", "worker", "clock"):
                town.start(name)
            if town.modem:
                town.modem.start()
            _until(town.is_ready, 60.0)
            trouble(town)
            _until(lambda: count(town.arrived()).is_complete, MENDED_WITHIN)
            time.sleep(LATE)
            found = count(town.arrived())
            by_modem = len(town.modem.sent()) if town.modem else 0
        finally:
            town.end()
    by = f"{by_modem} texts by modem" if town.modem else "no modem, as there is no gammu-smsd"
    print(f"seed {seed}: {found}; {by}")
    sys.exit(0 if found.is_complete and found.is_once else 1)


def _until(is_so: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(1)


if __name__ == "__main__":
    main()
