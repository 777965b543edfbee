"""`hotline init`: some questions, and the files of a hotline that can begin, or none."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hotline import keyring, settings
from serving import cli, init_command, init_files, init_questions
from serving.unit_files import Installation, quoted, service

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "0" * 32
ANSWERS = {
    "--name": "Maple Street Mutual Aid",
    "--country": "US",
    "--timezone": "America/Chicago",
    "--languages": "en, ht",
    "--stewards": "(212) 555-0100",
    "--public-url": "https://help.example.org",
    "--account-sid": ACCOUNT,
    "--number": "+1 212 555 0199",
}
OWNER = ("--user", "root") if os.geteuid() == 0 else ()


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in settings.Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("HOTLINE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, says: str = "") -> Result:
    return CliRunner().invoke(cli.hotline, ["init", *OWNER, *arguments], input=says)


def given(without: Sequence[str] = (), **changed: str) -> list[str]:
    """The answers as options; the token in a file."""
    Path("token.txt").write_text(f"{TOKEN}\n")
    named = {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    answers = {**ANSWERS, **named}
    words = [word for name, it in answers.items() if name not in without for word in (name, it)]
    return [*words, "--auth-token-file", "token.txt"]


def written(folder: Path) -> list[str]:
    names = (it.relative_to(folder) for it in folder.rglob("*") if it.is_file())
    return sorted(str(it) for it in names if it.name != "token.txt")


ALL = [
    ".env",
    "Caddyfile",
    "hotline.toml",
    "systemd/hotline-clock.service",
    "systemd/hotline-web.service",
    "systemd/hotline-worker.service",
    "systemd/hotline.target",
]


# Asked.


def test_it_asks_ten_questions_and_no_eleventh(tmp_path: Path) -> None:
    says = ["Maple Street Mutual Aid", "", "", "", "+12125550100", "https://help.example.org"]
    says += [ACCOUNT, TOKEN, "+12125550199", ""]
    done = run(says="\n".join(says) + "\n")
    assert done.exit_code == 0, done.output
    assert [f"{number}. " in done.output for number in range(1, 12)] == [True] * 10 + [False]
    assert written(tmp_path) == ALL
    of = settings.load(settings.everything_set())
    assert of.network.name == "Maple Street Mutual Aid"
    assert of.environment.database_url == f"sqlite:///{tmp_path}/hotline.db"


def test_what_cannot_be_is_asked_again_at_once_and_says_why(tmp_path: Path) -> None:
    says = ["", "Maple Street", "USA", "US", "Springfield", "America/New_York", "Klingon", "en"]
    says += ["12", "+12125550100", "http://help.example.org", "https://help.example.org"]
    says += [ACCOUNT, "two words", TOKEN, "555", "5551", "+12125550199", "mysql://x", ""]
    done = run(says="\n".join(says) + "\n")
    assert done.exit_code == 0, done.output
    for wrong in (
        "is not the two letters of a country",
        "is not a time zone we know",
        "is not a language the hotline speaks",
        "must begin with https://",
        "must be one word without spaces",
        "is not a database we know",
    ):
        assert wrong in done.output
    assert settings.load(settings.everything_set()).environment.hotline_number == "555"
    assert tmp_path.joinpath(".env").exists()


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "with --yes"])
def test_who_has_no_number_yet_is_told_how_to_buy_one(tmp_path: Path, *, asked: bool) -> None:
    says = ["Maple Street Mutual Aid", "", "", "", "+12125550100", "https://help.example.org"]
    says += [ACCOUNT, TOKEN, "", ""]
    done = run(says="\n".join(says) + "\n") if asked else run("--yes", *given(("--number",)))
    assert done.exit_code == 0, done.output
    assert done.output.index("hotline provision") < done.output.index("hotline migrate")
    assert "HOTLINE_NUMBER" not in tmp_path.joinpath(".env").read_text()


def test_the_token_is_not_shown(tmp_path: Path) -> None:
    assert TOKEN not in run("--yes", *given()).output
    assert TOKEN in tmp_path.joinpath(".env").read_text()


def test_whoever_goes_away_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    assert run(says="Maple Street\nUS\n").exit_code == 1
    assert written(tmp_path) == []


# Without an account: one old phone, or one modem.


NOBODY = "http://127.0.0.1:1"  # it is looked for in the end


def test_a_network_on_one_phone_is_asked_for_its_phone_and_for_no_account(tmp_path: Path) -> None:
    says = ["Maple Street Mutual Aid", "", "", "", "+12125550100", "", "+12125550199"]
    says += ["127.0.0.1", NOBODY, "", "its-password"]
    done = run("--channel", "smsgate", says="\n".join(says) + "\n")
    assert done.exit_code == 0, done.output
    assert "is not a web address" in done.output
    assert [f"{number}. " in done.output for number in range(1, 12)] == [True] * 10 + [False]
    of = settings.load(settings.everything_set())
    (phone,) = of.network.channels
    assert (phone.name, phone.kind, phone.number) == ("sim1", "smsgate", "+12125550199")
    assert (phone.url, phone.texts_a_minute) == (NOBODY, 6)
    opened = [of.environment.channel_secret("sim1", it) for it in ("USER", "PASSWORD")]
    assert opened == ["sms", "its-password"]
    assert len(of.environment.channel_secret("sim1", "SIGNING_KEY")) == 48
    assert of.environment.public_url == "http://127.0.0.1:8000"
    assert not tmp_path.joinpath("Caddyfile").exists()


def test_a_network_on_one_modem_gets_what_its_daemon_is_told(tmp_path: Path) -> None:
    says = ["Maple Street Mutual Aid", "", "", "", "+12125550100", "+12125550198"]
    says += ["/dev/ttyUSB3", "/var/spool/modem"]
    done = run("--channel", "gammu", says="\n".join(says) + "\n")
    assert done.exit_code == 0, done.output
    (modem,) = settings.load(settings.everything_set()).network.channels
    assert (modem.name, modem.folder) == ("modem1", "/var/spool/modem")
    told = tmp_path.joinpath("modem1.smsdrc").read_text()
    assert "device = /dev/ttyUSB3\n" in told
    assert "outboxpath = /var/spool/modem/outbox/\n" in told
    assert "provision" not in done.output


@pytest.mark.parametrize(
    "its",
    [
        ("smsgate", "--phone-url", NOBODY, "--phone-password-file", "token.txt"),
        ("gammu", "--modem-device", "/dev/ttyUSB0", "--public-url", "https://help.example.org"),
    ],
)
def test_what_it_writes_can_be_checked_as_it_is(its: tuple[str, ...]) -> None:
    Path("token.txt").write_text(f"{TOKEN}\n")
    general = ("--name", "Maple Street", "--stewards", "+12125550100")
    written_so = run("--yes", "--channel", *its, *general, "--sim-number", "+12125550199")
    assert written_so.exit_code == 0, written_so.output
    assert Path("Caddyfile").exists() is ("--public-url" in its)
    checked = CliRunner().invoke(cli.hotline, ["check"])
    assert checked.exit_code == 0, checked.output
    assert "makes no calls" in checked.output


def test_a_mistake_about_the_phone_stands_behind_its_option(tmp_path: Path) -> None:
    general = ("--name", "Maple Street", "--stewards", "+12125550100")
    done = run(
        "--yes", "--channel", "smsgate", *general, "--phone-url", "phone", "--sim-number", "x"
    )
    assert done.exit_code == 2
    for option in ("--phone-url: is not", "--sim-number: ", "--phone-password-file: is missing"):
        assert option in done.output
    assert written(tmp_path) == []


def test_what_nobody_asks_there_is_refused(tmp_path: Path) -> None:
    done = run("--yes", "--channel", "gammu", "--account-sid", ACCOUNT)
    assert "--account-sid: nothing is asked of that with --channel gammu" in done.output
    other = run("--yes", *given(), "--sim-number", "+12125550199")
    assert "--sim-number: nothing is asked of that without --channel" in other.output
    assert written(tmp_path) == []


# Said on the command line.


def test_with_yes_nothing_is_asked(tmp_path: Path) -> None:
    done = run("--yes", *given())
    assert done.exit_code == 0, done.output
    assert written(tmp_path) == ALL
    of = settings.load(settings.everything_set())
    assert of.network.languages == ("en", "ht")
    assert of.network.timezone == "America/Chicago"
    assert of.network.stewards == ("+12125550100",)
    assert of.environment.twilio_auth_token.get_secret_value() == TOKEN
    assert of.environment.hotline_number == "+12125550199"
    assert of.file == tmp_path / "hotline.toml"


def test_it_says_everything_that_is_missing_and_wrong_at_once(tmp_path: Path) -> None:
    done = run("--yes", *given(("--name", "--stewards"), country="Mars", public_url="help.org"))
    assert done.exit_code == 2
    for line in (
        "--name: is missing",
        "--stewards: is missing",
        "--country: is not the two letters",
    ):
        assert line in done.output
    assert "--public-url: is not a web address" in done.output
    assert written(tmp_path) == []


def test_what_the_environment_says_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("DATABASE_URL", "postgresql://hotline@database/hotline")
    monkeypatch.setenv("REDIS_URL", "redis://redis:6379/0")
    done = run("--yes", *given()[:-2])
    assert done.exit_code == 0, done.output
    env = tmp_path.joinpath(".env").read_text()
    assert "DATABASE_URL=postgresql://hotline@database/hotline\n" in env
    assert "REDIS_URL=redis://redis:6379/0\n" in env


def test_a_messaging_service_in_the_place_of_a_number(tmp_path: Path) -> None:
    sid = "MG" + "1" * 32
    assert run("--yes", *given(number=sid)).exit_code == 0
    env = tmp_path.joinpath(".env").read_text()
    assert f"TWILIO_MESSAGING_SERVICE_SID={sid}\n" in env
    assert "HOTLINE_NUMBER" not in env


# What is written.


def test_the_secrets_are_their_owners_alone_and_the_keys_are_fresh(tmp_path: Path) -> None:
    keys = []
    for folder in ("one", "two"):
        assert run("--yes", "--folder", folder, *given()).exit_code == 0
        for name in (".env", "hotline.toml"):
            assert stat.S_IMODE((tmp_path / folder / name).stat().st_mode) == 0o600
        lines = (tmp_path / folder / ".env").read_text().splitlines()
        (key,) = (it.removeprefix("HOTLINE_KEYS=") for it in lines if it.startswith("HOTLINE_KEYS"))
        keys.append(keyring.read(key).first.secret)
    assert keys[0] != keys[1]


def test_names_with_quotes_in_them_are_read_as_they_were_written(tmp_path: Path) -> None:
    name = 'Ana\'s "Maple" \\ Street # 5'
    url = "postgresql://hotline:it's$HOME #1@db/hotline"
    assert run("--yes", *given(name=name, database=url)).exit_code == 0
    of = settings.load(settings.everything_set())
    assert of.network.name == name
    assert of.environment.database_url == url
    assert tmp_path.joinpath(".env").exists()


def test_the_unit_files_have_the_paths_of_this_very_program(tmp_path: Path) -> None:
    assert run("--yes", "--port", "8123", *given()).exit_code == 0
    text = tmp_path.joinpath("systemd/hotline-web.service").read_text()
    assert f"WorkingDirectory={tmp_path}\n" in text
    (command,) = (it for it in text.splitlines() if it.startswith("ExecStart="))
    program, *rest = command.removeprefix("ExecStart=").split()
    assert os.access(program, os.X_OK)
    assert rest[-1] == "web"
    assert "reverse_proxy 127.0.0.1:8123 {" in tmp_path.joinpath("Caddyfile").read_text()
    assert "help.example.org {" in tmp_path.joinpath("Caddyfile").read_text()


@pytest.mark.parametrize(
    ("folder", "home"),
    [("/var/lib/hotline", "yes"), ("/home/cleo/hotline", "read-only"), ("/root", "read-only")],
)
def test_what_is_in_somebodys_home_is_not_hidden_from_it(folder: str, home: str) -> None:
    assert f"ProtectHome={home}\n" in service("web", Installation(folder=folder))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("/opt/hotline", "/opt/hotline"),
        ("/opt/our hotline", '"/opt/our hotline"'),
        ("100%", "100%%"),
        ('a "b"', '"a \\"b\\""'),
        ("$HOME", "$$HOME"),
    ],
)
def test_a_path_in_a_unit_file_is_one_word(word: str, text: str) -> None:
    assert quoted(word) == text


# All or nothing.


@pytest.mark.parametrize("name", ALL)
def test_it_writes_over_nothing(tmp_path: Path, name: str) -> None:
    there = tmp_path / name
    there.parent.mkdir(exist_ok=True)
    there.write_text("mine")
    done = run("--yes", *given())
    assert done.exit_code == 1
    assert isinstance(done.exception, init_files.AlreadyThere)
    assert name in str(done.exception)
    assert written(tmp_path) == [name]
    assert there.read_text() == "mine"


def test_a_disk_that_is_full_in_the_middle_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.link, [4]

    def link(source: Path, place: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        real(source, place)

    monkeypatch.setattr(os, "link", link)
    done = run("--yes", "--folder", "new", *given())
    assert "No space left on device" in str(done.exception)
    assert not tmp_path.joinpath("new").exists()


def test_two_at_once_never_mix_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one comes between the look and the writing."""
    look = init_files.require_new

    def other_comes(folder: Path, names: list[str]) -> None:
        look(folder, names)
        (folder / ".env").write_text("theirs")

    monkeypatch.setattr(init_files, "require_new", other_comes)
    assert run("--yes", *given()).exit_code == 1
    assert written(tmp_path) == [".env"]
    assert tmp_path.joinpath(".env").read_text() == "theirs"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_root_gives_the_files_to_whoever_runs_it(tmp_path: Path) -> None:
    assert run("--user", "nobody", "--yes", "--folder", "new", *given()).exit_code == 0
    nobody = tmp_path.joinpath("new").stat()
    assert nobody.st_uid != 0
    assert {it.stat().st_uid for it in tmp_path.joinpath("new").rglob("*")} == {nobody.st_uid}
    done = run("--user", "nobody-at-all", "--yes", "--folder", "other", *given())
    assert "useradd --system" in str(done.exception)
    assert not tmp_path.joinpath("other").exists()


# It ends with a look at everything.


def test_it_ends_with_a_look_at_everything_and_what_is_to_do_next(tmp_path: Path) -> None:
    done = run("--yes", *given())
    assert "hotline migrate" in done.output
    # Nobody but its owner and root sees into that folder: their shell has nothing to put for a *.
    assert f"sudo cp -r {tmp_path}/systemd/. /etc/systemd/system/\n" in done.output
    assert "  cd " not in done.output
    assert "systemctl enable --now hotline.target hotline-web hotline-worker" in done.output
    assert "[broken] database: The database is empty. Run `hotline migrate` first." in done.output
    assert not tmp_path.joinpath("hotline.db").exists(), "looking makes no file"
    assert Path.cwd() == tmp_path


def test_it_ends_with_the_doctor_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def doctor(as_json: bool) -> None:
        assert not as_json
        seen.append(Path.cwd())
        raise SystemExit(1)

    monkeypatch.setitem(cli.hotline.commands, "doctor", doctor)
    done = run("--yes", "--folder", "new", *given())
    assert done.exit_code == 0, "what it finds does not unmake the files"
    assert seen == [Path("new").resolve()]
    assert f"  cd {Path('new').resolve()}\n" in done.output


def test_each_question_is_an_option_and_a_secret_is_no_word_of_it() -> None:
    assert len(init_questions.QUESTIONS) == 10
    options = {it for command in init_command.init.params for it in command.opts}
    assert {it.option for it in init_questions.every_one()} <= options
    assert "--phone-password" not in options
    assert "--auth-token" not in options
