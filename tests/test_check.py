"""A wrong token, a wrong address, a file of settings: what an organizer is told, and where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from neighborhood import ACCOUNT, TOKEN
from served import serve
from starlette.types import ASGIApp
from test_commands import Shell
from test_webhook_guard import Door, open_door, sign, sms

from hotline import settings
from hotline.carriers.twilio import credentials
from hotline.carriers.twilio.signature import Signatures
from hotline.errors import BadSettings
from rehearsal import carrier
from serving import checking
from serving.app import _explain
from serving.refusals import Refusals, TurnedAway

PUBLIC = "https://help.example.org"
REAL = {
    "PUBLIC_URL": PUBLIC,
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "HOTLINE_NUMBER": "+12125550199",
}
FIELDS = sorted(sms().items())


# Refused at the door.


class Minutes:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def _refusals(public: str = PUBLIC) -> tuple[Refusals, Minutes]:
    time = Minutes()
    of = settings.load({**REAL, "PUBLIC_URL": public}).environment
    foreign = partial(credentials.foreign, environment=of, country="US")
    return Refusals(public, partial(_explain, Signatures.of(of), foreign), time), time


def _refused(address: str, token: str = TOKEN, host: str = "help.example.org") -> TurnedAway:
    """What the carrier signed for this address, and came to /sms."""
    return TurnedAway("/sms", "/sms", host, FIELDS, sign(address, sms(), token))


def test_the_log_says_it_at_most_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    refusals, time = _refusals()
    it = _refused(f"{PUBLIC}/sms", "another-token")
    for _ in range(13):
        refusals.add(it)
    assert len(caplog.messages) == 1
    time.seconds += 60
    refusals.say()
    refusals.say()
    first, rest = caplog.messages
    assert first.startswith("refused 1 request to https://help.example.org/sms: the signature")
    assert rest.startswith(
        "refused 12 requests to https://help.example.org/sms: the signature does not fit;"
        " check PUBLIC_URL and TWILIO_AUTH_TOKEN"
    )
    assert "probably the token is another account's" in rest


@pytest.mark.parametrize(
    "signed_for",
    [
        "http://help.example.org/sms",
        "https://help.example.org:8443/sms",
        "https://www.example.org/sms",
        "https://help.example.org/sms/",
        "https://help.example.org//sms",
    ],
)
def test_what_would_fit_is_said(caplog: pytest.LogCaptureFixture, signed_for: str) -> None:
    refusals, _ = _refusals()
    host = "help.example.org:8443" if ":8443" in signed_for else signed_for.split("/")[2]
    refusals.add(_refused(signed_for, host=host))
    assert caplog.messages[0].endswith(f"It would fit {signed_for}")


def test_a_path_too_many_in_our_own_setting_is_found(caplog: pytest.LogCaptureFixture) -> None:
    refusals, _ = _refusals(f"{PUBLIC}/sms")
    refusals.add(_refused(f"{PUBLIC}/sms"))
    assert caplog.messages[0].endswith("It would fit https://help.example.org/sms")


def test_another_account_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    refusals, _ = _refusals()
    fields = [("AccountSid", "AC" + "9" * 32)]
    refusals.add(TurnedAway("/sms", "/sms", "help.example.org", fields, "c2lnbmF0dXJl"))
    assert "another account than TWILIO_ACCOUNT_SID" in caplog.messages[0]


def test_nothing_that_a_stranger_brings_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    refusals, _ = _refusals()
    host, query = "evil.example.org", "/sms?x=+12125550140"
    refusals.add(TurnedAway("/sms", query, host, FIELDS, "+12125550140 \u2028elderberries"))
    said = caplog.text
    assert not any(it in said for it in (host, "12125550140", "elderberries", sms()["Body"]))


@pytest.fixture
def door(sqlite_url: str, redis_url: str) -> Iterator[Door]:
    with open_door(sqlite_url, redis_url) as door:
        yield door


def test_the_web_says_what_it_refuses(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    wrong = sign(f"{door.address}/sms", sms(), "another-token")
    for _ in range(3):
        assert door.post(b"", wrong).status_code == 403
    door.post(b"", None)
    (said,) = [it for it in caplog.messages if it.startswith("refused")]
    assert said.startswith(f"refused 1 request to {door.address}/sms: the signature does not fit")
    caplog.clear()
    door.hotline.refusals.say()
    (said,) = caplog.messages
    assert said.startswith("refused 2 requests")
    assert said.endswith("(1 more without one)")


# `hotline check`.


@pytest.fixture
def shell(tmp_path: Path, sqlite_url: str) -> Shell:
    shell = Shell(tmp_path, sqlite_url)
    shell.environment |= REAL
    return shell


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TWILIO_AUTH_TOKEN", f'"{TOKEN}"', "has quotes around it"),
        ("TWILIO_AUTH_TOKEN", f"'{TOKEN}'", "has quotes around it"),
        ("TWILIO_AUTH_TOKEN", f"\u201c{TOKEN}\u201d", "has quotes around it"),
        ("TWILIO_AUTH_TOKEN", f"{TOKEN} {TOKEN}", "must be one word without spaces"),
        ("TWILIO_AUTH_TOKEN", "AC" + "1" * 32, "begins with AC: that is the name of an account"),
        ("TWILIO_ACCOUNT_SID", "SK" + "1" * 32, "begins with SK: that is the name of an API key"),
        ("TWILIO_ACCOUNT_SID", f'"{ACCOUNT}"', "has quotes around it"),
        ("TWILIO_MESSAGING_SERVICE_SID", "PN" + "1" * 32, "that is the name of a phone number"),
        ("HOTLINE_NUMBER", '"+12125550199"', "has quotes around it"),
        ("PUBLIC_URL", f"{PUBLIC}/sms", "has the path /sms"),
        ("PUBLIC_URL", f'"{PUBLIC}"', "has quotes around it"),
        ("PUBLIC_URL", "http://help.example.org", "must begin with https://"),
    ],
)
def test_check_sees_it(shell: Shell, name: str, value: str, said: str) -> None:
    shell.environment[name] = value
    told = shell.run("check", status=1)
    assert said in told
    assert "All right" not in told
    assert TOKEN not in told


def test_check_says_how_long_words_are_kept(shell: Shell) -> None:
    assert "deleted 30 days after their request is over" in shell.run("check")
    with (shell.folder / "hotline.toml").open("a", encoding="utf-8") as file:
        file.write("\n[privacy]\nkeep_days = 1\n")
    told = shell.run("check")
    assert "deleted 1 day after" in told
    assert "400 days" in told
    assert "Backups" in told


def test_a_slash_at_the_end_is_left_away(shell: Shell) -> None:
    shell.environment["PUBLIC_URL"] = f"{PUBLIC}/"
    assert "All right" in shell.run("check")


@pytest.fixture
def carrier_address() -> Iterator[str]:
    def build(address: str) -> ASGIApp:
        return carrier.build(carrier.Line(ACCOUNT, TOKEN, REAL["HOTLINE_NUMBER"], f"{address}/sms"))

    with serve(build=build) as address:
        yield address


def test_online_asks_database_redis_and_carrier(
    shell: Shell, redis_url: str, carrier_address: str
) -> None:
    shell.environment |= {"TWILIO_API_URL": carrier_address, "REDIS_URL": redis_url}
    told = shell.run("check", "--online")
    assert "  database: can be read and written" in told
    assert "  redis: can be read and written" in told
    assert "  carrier account: is active" in told
    assert "! worker: none is running" in told
    assert TOKEN not in told


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TWILIO_AUTH_TOKEN", "another-token", "! carrier account: is refused"),
        ("TWILIO_API_URL", "http://127.0.0.1:1", "! carrier account: cannot be asked"),
        ("REDIS_URL", "redis://127.0.0.1:1", "! redis: does not answer"),
        ("DATABASE_URL", "sqlite:///none.db", "! database: The database is empty."),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/x", "! database: does not answer"),
    ],
)
def test_online_says_what_does_not_answer(
    shell: Shell, redis_url: str, carrier_address: str, name: str, value: str, said: str
) -> None:
    shell.environment |= {"TWILIO_API_URL": carrier_address, "REDIS_URL": redis_url, name: value}
    told = shell.run("check", "--online", status=1)
    assert said in told
    assert not (shell.folder / "none.db").exists()


def test_nobody_is_asked_unless_it_is_wanted(shell: Shell) -> None:
    shell.environment |= {
        "TWILIO_API_URL": "http://127.0.0.1:1",
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    assert "carrier account" not in shell.run("check")


# `.env`


def _write(folder: Path, text: str) -> None:
    (folder / ".env").write_text(text, encoding="utf-8")
    (folder / ".env").chmod(0o600)


def test_a_file_of_settings_is_read_and_it_is_said_so(shell: Shell) -> None:
    _write(shell.folder, "".join(f'{name}="{value}"\n' for name, value in REAL.items()))
    for name in REAL:
        del shell.environment[name]
    told = shell.run("check")
    assert "Settings are read from .env, too" in told
    assert "All right" in told


def test_what_the_environment_says_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(
        tmp_path, "\ufeff# ours\nexport PORT=9001\nREDIS_URL='redis://there:6379/0' # x\nA=$PORT\n"
    )
    monkeypatch.setenv("PORT", "9002")
    found = settings.load(carrier=False).environment
    assert (found.port, found.redis_url) == (9002, "redis://there:6379/0")
    assert settings.everything_set()["A"] == "$PORT"


def test_what_cannot_be_read_in_it_is_a_mistake_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path, 'PORT=8000\nTWILIO_AUTH_TOKEN\nHOTLINE_NUMBER="+1212\n')
    with pytest.raises(BadSettings) as trouble:
        settings.load(carrier=False)
    assert [it.split(":")[1] for it in trouble.value.mistakes] == [" line 2", " line 3"]
    assert "1212" not in str(trouble.value)


def test_a_file_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    _write(tmp_path, "PORT=8000\n")
    assert checking.open_to_others(tmp_path) == ""
    (tmp_path / ".env").chmod(0o644)
    assert "chmod 600 .env" in checking.open_to_others(tmp_path)


# A database that is not there.

READING = [
    ["requests"],
    ["requests", "--json"],
    ["roster", "list"],
    ["roster", "add", "+12125550141", "--name", "Ana"],
    ["log"],
    ["web"],
    ["worker"],
    ["clock"],
]


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_no_command_makes_an_empty_database(shell: Shell, command: list[str]) -> None:
    shell.environment["DATABASE_URL"] = "sqlite:///none.db"
    assert "hotline migrate" in shell.run(*command, status=1)
    assert not list(shell.folder.glob("none.db*"))


@pytest.mark.parametrize("command", [["requests"], ["roster", "list"], ["log"]], ids=" ".join)
def test_beside_a_rehearsal_it_says_where_its_database_is(shell: Shell, command: list[str]) -> None:
    del shell.environment["DATABASE_URL"]
    (shell.folder / "hotline-data").mkdir()
    (shell.folder / "hotline.db").rename(shell.folder / "hotline-data" / "hotline.db")
    (shell.folder / "hotline-data" / "hotline.toml").write_text("")
    told = shell.run(*command, status=1)
    assert "There is one in hotline-data" in told
    assert not (shell.folder / "hotline.db").exists()
    found = dict(it.split("=", 1) for it in told.split() if it.isupper() or "=" in it)
    shell.environment |= {name: value.rstrip(".") for name, value in found.items()}
    shell.run(*command)
