"""An account at a rehearsal carrier, and `hotline provision` run against it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from click.testing import CliRunner, Result
from published import DESCRIPTION, api, watch
from served import serve
from servers import KEYS

from hotline import settings
from hotline.carriers.twilio.client import Carrier
from rehearsal.carrier import Line, build
from serving.cli import hotline

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "a-token-for-rehearsals"
PUBLIC = "https://help.example.org"
CONFIGURATION = """\
[hotline]
name = "Maple Street Mutual Aid"
languages = ["en", "es"]
"""
OWNER = """\
legal_name = "Maple Street Neighbors Inc."
kind = "non-profit"
tax_number = "12-3456789"
website = "https://maple.example.org"
street = "1 Maple Street"
city = "Brooklyn"
region = "NY"
postcode = "11216"
country = "US"
first_name = "Cleo"
last_name = "Brown"
email = "cleo@maple.example.org"
phone = "+12125550100"
texts_a_month = 900
opt_in_picture = "https://maple.example.org/flyer.png"
"""


@dataclass
class Account:
    """The account as a test sees it, and a folder in which its hotline's commands run."""

    url: str
    control: httpx2.Client
    mistakes: list[str]
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        return {
            "HOTLINE_CONFIG": str(self.folder / "hotline.toml"),
            "DATABASE_URL": f"sqlite:///{self.folder / 'hotline.db'}",
            "HOTLINE_KEYS": KEYS,
            "PUBLIC_URL": PUBLIC,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": self.url,
            "HOTLINE_NUMBER": "",
            "TWILIO_MESSAGING_SERVICE_SID": "",
            **self.more,
        }

    def __post_init__(self) -> None:
        (self.folder / "hotline.toml").write_text(CONFIGURATION, encoding="utf-8")
        self.owner(OWNER)

    def owner(self, text: str) -> None:
        """Who registers the network: what is in the file."""
        (self.folder / "registration.toml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, says: str = "") -> Result:
        """`hotline provision …`, with somebody at the terminal who says this."""
        words = [it.replace("FILE", str(self.folder / "registration.toml")) for it in arguments]
        runner = CliRunner()
        return runner.invoke(hotline, ["provision", *words], env=self.environ, input=says)

    def provision(self, *arguments: str, says: str = "y\n") -> str:
        """What it says, done."""
        done = self.run(*arguments, says=says)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    def refused(self, *arguments: str, says: str = "y\n") -> str:
        """What it says when it cannot."""
        done = self.run(*arguments, says=says)
        assert done.exit_code != 0, done.output
        return f"{done.output}{done.exception}"

    def carrier(self) -> Carrier:
        return Carrier(settings.load(self.environ, carrier=False).environment)

    def environment(self) -> settings.Environment:
        return settings.load(self.environ, carrier=False).environment

    def trouble(self, kind: str, **wish: object) -> None:
        self.control.post("/rehearsal/trouble", json={"kind": kind, **wish}).raise_for_status()

    def has_profile(self, **wish: str) -> str:
        """Its owner has made one on the carrier's pages."""
        made = self.control.post("/rehearsal/registrations", json=wish).json()
        return str(made["sid"])

    def registrations(self, prefix: str) -> list[dict[str, Any]]:
        """Those whose names begin so."""
        found = self.control.get("/rehearsal/registrations").json()["registrations"]
        return [it for it in found if it["sid"].startswith(prefix)]

    def decide(self, sid: str, **facts: object) -> None:
        """Somebody has looked at a registration."""
        answer = self.control.put(f"/rehearsal/registrations/{sid}", json=facts)
        assert answer.status_code == 200, answer.text

    def changes(self) -> int:
        """How often the carrier was asked to change something."""
        log = self.control.get("/rehearsal/log").json()["log"]
        return sum(it["kind"] == "api" and it["method"] != "GET" for it in log)


@contextmanager
def opened_account(folder: Path, number: str = "") -> Iterator[Account]:
    """An account at a carrier of its own; without a number it has none."""
    if DESCRIPTION.exists():
        api()  # read before anybody waits for an answer
    mistakes: list[str] = []
    line = Line(ACCOUNT, TOKEN, number, "")
    with (
        serve(watch(build(line), mistakes)) as url,
        httpx2.Client(base_url=url, trust_env=False) as control,
    ):
        yield Account(url, control, mistakes, folder)
