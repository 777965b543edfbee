"""What an organizer types, and what is said to them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from neighborhood import NETWORK
from servers import KEYS

from rehearsal import neighborhood_up

HEADER = "phone,name,languages,areas,needs,hours,reach\n"


class Shell:
    """A folder with a configuration and a database; commands run in it as a person would."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        (folder / "hotline.toml").write_text(NETWORK, encoding="utf-8")
        self.environment = {
            "DATABASE_URL": database_url,
            "HOTLINE_KEYS": KEYS,
            "PYTHONUTF8": "1",
        }

    def run(self, *arguments: str, status: int = 0) -> str:
        command = [sys.executable, "-m", "hotline", *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def roster(self, content: bytes | str, status: int = 0) -> str:
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / "neighbors.csv").write_bytes(data)
        return self.run("roster", "import", "neighbors.csv", status=status)


@pytest.fixture
def shell(tmp_path: Path, sqlite_url: str) -> Shell:
    return Shell(tmp_path, sqlite_url)


def test_a_roster_is_imported_listed_and_brought_up_to_date(shell: Shell) -> None:
    rows = (
        HEADER + "(212) 555-0141,Ana,en;es,northside,food;ride,,\n,,,,,,\n212-555-0142,Ben,,,,,\n"
    )
    assert "2 added, 0 changed, 0 unchanged." in shell.roster(rows)
    shell.run("roster", "add", "+12125550141", "--name", "Ana Maria", "--areas", "eastside")
    listed = shell.run("roster", "list")
    assert "+12125550141  Ana Maria" in listed
    assert "eastside" in listed
    assert "northside" not in listed
    assert "Ben" in listed
    assert shell.run("log").count("command line  listed") == 3


def test_one_bad_row_and_nothing_changes_and_every_mistake_is_told(shell: Shell) -> None:
    rows = (
        HEADER
        + "+12125550141,Ana,,,,,\n12,Ben,,,,,\n+12125550143,,,,,,\n"
        + "+12125550144,Dee,xx,southside,money,sometimes,pigeon\n+1 212 555 0141,Ana too,,,,,\n"
    )
    said = shell.roster(rows, status=1)
    for mistake in (
        "row 3: phone",
        "row 4: name is empty",
        "row 5: hours",
        "row 5: reach is neither text nor voice",
        "row 5: languages: 'xx' is not known",
        "row 5: areas: 'southside' is not known",
        "row 5: needs: 'money' is not known",
        "Ana too and Ana have the same phone",
    ):
        assert mistake in said
    assert "Ana" not in shell.run("roster", "list")


def test_tables_as_spreadsheets_save_them(shell: Shell) -> None:
    assert "1 added" in shell.roster("\ufeffPhone, Name \n+12125550141,José\n")
    assert "1 added" in shell.roster("phone;name\n+12125550142;María\n".encode("cp1252"))
    listed = shell.run("roster", "list")
    assert "José" in listed
    assert "María" in listed


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("name\n", "there is no column phone"),
        ("phone,name,email\n", "'email' is no column"),
        ("phone,phone,name\n", "there are several columns phone"),
    ],
)
def test_wrong_columns(shell: Shell, header: str, said: str) -> None:
    assert said in shell.roster(header, status=1)


def test_a_name_has_letters(shell: Shell) -> None:
    assert "name has no letters" in shell.roster("phone,name\n+12125550141,12\n", status=1)


def test_an_import_says_what_would_change_and_then_what_did(shell: Shell) -> None:
    shell.roster(HEADER + "+12125550141,Ana,,northside,,,\n+12125550142,Ben,,,,,\n")
    rows = HEADER + "+12125550141,Ana,,eastside,,,\n+12125550143,Chi,,,,,\n"
    (shell.folder / "neighbors.csv").write_text(rows, encoding="utf-8")
    everything = ("roster", "import", "neighbors.csv", "--remove-missing")
    lines = [
        "changed  +12125550141  Ana: areas northside -> eastside",
        "added    +12125550143  Chi",
        "removed  +12125550142  Ben",
    ]
    looked = shell.run(*everything, "--dry-run").splitlines()
    before = shell.run("roster", "list")
    assert "northside" in before
    assert "Ben" in before
    assert "Chi" not in before
    counts = "1 added, 1 changed, 0 unchanged, 1 removed."
    assert looked == [*lines, f"{counts} Nothing is changed yet: leave out --dry-run."]
    assert shell.run(*everything).splitlines() == [*lines, counts]
    assert shell.run(*everything).splitlines() == ["0 added, 0 changed, 2 unchanged, 0 removed."]
    listed = shell.run("roster", "list")
    assert "eastside" in listed
    assert "Ben" not in listed


def test_a_table_of_nobody_takes_nobody_off(shell: Shell) -> None:
    shell.roster("phone,name\n+12125550141,Ana\n")
    (shell.folder / "neighbors.csv").write_text("phone,name\n", encoding="utf-8")
    said = shell.run("roster", "import", "neighbors.csv", "--remove-missing", status=1)
    assert "names nobody" in said
    assert "Ana" in shell.run("roster", "list")


def test_one_person_is_added_changed_shown_and_removed(shell: Shell) -> None:
    assert "--name" in shell.run("roster", "add", "2125550141", status=1)
    said = shell.run("roster", "add", "2125550141", "--name", "Ana", "--areas", "Northside")
    assert "Ana is on the roster now." in said
    said = shell.run("roster", "add", "2125550141", "--hours", "weekdays 17-21", "--needs", "")
    assert "changed  +12125550141  Ana: hours any -> weekdays 17-21" in said
    assert "Ana is on the roster, just so." in shell.run("roster", "add", "212-555-0141")
    listed = shell.run("roster", "list")
    assert "+12125550141  Ana   can be asked" in listed
    shown = shell.run("roster", "show", "(212) 555-0141")
    assert shown == shell.run("roster", "show", "1")
    for line in ("state        can be asked", "areas        northside", "asked last   never"):
        assert line in shown
    assert "Ana helps nobody until" in shell.run("roster", "suspend", "1")
    assert "suspended already" in shell.run("roster", "suspend", "1", status=1)
    assert "suspended" in shell.run("roster", "list")
    for _ in range(2):
        assert "Ana is on the roster and can help" in shell.run("roster", "restore", "2125550141")
        assert "was suspended or taken off" in shell.run("roster", "restore", "1", status=1)
        assert "Ana is off the roster." in shell.run("roster", "remove", "1")
    for command in ("remove", "show"):
        for who in ("1", "2125550141", "99", "2125550149", "Ana"):
            assert "Nobody on the roster has" in shell.run("roster", command, who, status=1)
    log = shell.run("log")
    assert "command line  unlisted" in log


def test_what_is_exported_is_imported_again_without_a_change(shell: Shell) -> None:
    rows = 'phone,name,languages\n+12125550141,"Smith, Ana",en;es\n+12125550142,@ben,\n'
    shell.roster(rows)
    exported = shell.run("roster", "export")
    assert exported.splitlines()[0] == "phone,name,languages,areas,needs,hours,reach"
    assert '\'+12125550141,"Smith, Ana",en; es,,,,text' in exported
    assert "'@ben" in exported
    assert "0 added, 0 changed, 2 unchanged." in shell.roster(exported)
    assert "2 people written" in shell.run("roster", "export", "out.csv")
    assert (shell.folder / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfphone,")
    assert (shell.folder / "out.csv").stat().st_mode & 0o077 == 0, "it is its owner's alone"
    assert "0 added, 0 changed, 2 unchanged." in shell.run("roster", "import", "out.csv")


def test_requests_show_no_numbers_and_no_words(shell: Shell) -> None:
    assert json.loads(shell.run("requests", "--json")) == []
    assert "number" in shell.run("requests", "--open")


def test_without_a_migrated_database_it_says_what_to_do(shell: Shell, tmp_path: Path) -> None:
    shell.environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'new.db'}"
    assert "hotline migrate" in shell.run("roster", "list", status=1)
    assert "up to date" in shell.run("migrate")
    assert "up to date" in shell.run("migrate")
    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0, "it is its owner's alone"


def test_check_says_every_mistake_at_once(shell: Shell) -> None:
    said = shell.run("check", status=1)
    for name in ("PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "HOTLINE_NUMBER"):
        assert f"environment: {name}" in said
    shell.environment |= {
        "PUBLIC_URL": "https://help.example.org",
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "secret",
        "HOTLINE_NUMBER": "+12125550199",
    }
    assert "All right: Maple Street Mutual Aid, 3 needs, 3 areas, in en and es." in shell.run(
        "check"
    )


def test_check_tells_what_is_left_of_a_language_that_is_not_spoken(shell: Shell) -> None:
    with (shell.folder / "hotline.toml").open("a", encoding="utf-8") as file:
        file.write('\n[voice]\nvoices = { fr = "Lea" }\n')
    shell.environment |= {
        "PUBLIC_URL": "https://help.example.org",
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "secret",
        "HOTLINE_NUMBER": "+12125550199",
    }
    said = shell.run("check")
    assert "All right" in said
    assert "hotline.toml: nobody is answered in fr" in said


def test_what_is_asked_wrongly_ends_with_two(shell: Shell) -> None:
    shell.run("sing", status=2)
    shell.run("roster", "import", "nowhere.csv", status=2)


# A rehearsal, where the settings are those of a real account.

REAL = {"TWILIO_ACCOUNT_SID": "AC" + "4" * 32, "TWILIO_AUTH_TOKEN": "of a real account"}


@pytest.mark.parametrize("command", ["up", "rehearse"])
@pytest.mark.parametrize("address", ["", "https://api.twilio.com", "https://carrier.example.org"])
def test_no_rehearsal_starts_with_a_real_account(shell: Shell, command: str, address: str) -> None:
    shell.environment |= {**REAL, "TWILIO_API_URL": address, "PUBLIC_URL": "https://h.example.org"}
    said = shell.run(command, "--port", "1", status=1)
    assert "These settings belong to a real account" in said
    assert "4444" not in said
    assert not (shell.folder / "hotline-data").exists()


@pytest.mark.parametrize(
    ("host", "near"),
    [
        *((it, True) for it in ("127.0.0.1", "localhost", "carrier", "::1", "192.168.1.5")),
        *((it, True) for it in ("pi.local", "carrier.localhost")),
        *((it, False) for it in ("", "api.twilio.com", "8.8.8.8", "local.example.org")),
    ],
)
def test_what_is_near_enough_for_a_rehearsal(host: str, near: bool) -> None:
    assert neighborhood_up.is_near(host) is near


def test_the_first_lines_name_the_board_and_who_can_sign_in_there(tmp_path: Path) -> None:
    place = neighborhood_up.Place(tmp_path, neighborhood_up.LOCAL, 8000)
    said = neighborhood_up._welcome(neighborhood_up._settings(place), place)
    assert "The board  http://127.0.0.1:8000/board/  Sign in as Cleo: +12125550100" in said
