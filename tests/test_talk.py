"""`hotline talk` with a pipe, as a user runs it: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from subprocess import CompletedProcess
from typing import Any

import pytest
from neighborhood import NETWORK, open_neighborhood
from serving import serve
from starlette.applications import Starlette

from hotline.rehearsal.transcript import Reads, Says, Transcript, parse

PATIENCE = 60


def talk(script: str, *options: str) -> CompletedProcess[str]:
    """The script goes in by a pipe; there are no settings, and none are needed."""
    names = ("PATH", "HOME", "TMPDIR")
    return subprocess.run(
        [sys.executable, "-m", "hotline", "talk", *options],
        input=script,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={name: os.environ[name] for name in names if name in os.environ},
    )


# A neighborhood of its own.


@pytest.fixture(scope="module")
def asking_and_yes() -> CompletedProcess[str]:
    """Maria asks; Ana and Ben are asked; Ana says yes; Maria hears."""
    script = "Maria > need food near 11216, apt 4B\n-- five minutes pass --\nana > yes\n"
    return talk(script, "--own", "--print")


@pytest.fixture
def transcript(asking_and_yes: CompletedProcess[str]) -> Transcript:
    return parse(asking_and_yes.stdout)


def test_it_ends_well(asking_and_yes: CompletedProcess[str]) -> None:
    assert asking_and_yes.returncode == 0


def test_everything_that_follows_is_in_the_transcript(transcript: Transcript) -> None:
    turns = transcript.turns
    assert [(type(it), it.who) for it in turns[:2]] == [(Says, "Maria"), (Reads, "Maria")]
    assert _readers(transcript, 2, 4) == ["Ana", "Ben"]
    assert isinstance(turns[4], Says)
    assert (turns[4].who, turns[4].body) == ("Ana", "yes")
    assert _readers(transcript, 5, None) == ["Ana", "Ben", "Maria"]


def test_the_transcript_has_the_texts_as_they_were_sent(
    asking_and_yes: CompletedProcess[str],
) -> None:
    said = asking_and_yes.stdout
    assert "Maria > need food near 11216, apt 4B\n" in said
    assert 'Ana   < 12 is yours, thank you! They wrote: "need food near 11216, apt 4B"' in said
    assert "Maria < Good news: Ana is taking your request 12." in said


def test_the_transcript_says_who_volunteers(transcript: Transcript) -> None:
    assert transcript.title == "Texts from Maria and Ana, and what follows."
    assert transcript.scene == {
        "volunteers": "Ana (northside), Ben (northside; food; ride)",
        "waves": "2, 3, 5",
    }


def test_time_cannot_be_moved_and_that_is_said(asking_and_yes: CompletedProcess[str]) -> None:
    assert asking_and_yes.stderr == (
        "Left out: -- five minutes pass -- (time passes by itself; people only text).\n"
    )


# A neighborhood that is up already.


@pytest.fixture
def address(sqlite_url: str, redis_url: str) -> Iterator[str]:
    with open_neighborhood(sqlite_url, redis_url, NETWORK) as neighborhood:
        yield neighborhood.address


def test_texts_are_shown_in_plain_words_as_they_come(address: str) -> None:
    done = talk(
        "sam > need food near 11216\n  for two kids \n/quit\nSam > never said\n", "--url", address
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "Sam   > need food near 11216"
    assert lines[1].startswith("Sam   < Maple Street Mutual Aid: got it, your request is 12.")
    assert lines[2] == "Sam   > for two kids"
    assert "never said" not in done.stdout
    assert "\x1b" not in done.stdout


def test_a_number_is_a_strangers_name(address: str) -> None:
    done = talk("(212) 555-0177 > hello\n", "--url", address, "--print")
    transcript = parse(done.stdout)
    assert transcript.scene == {}
    assert [it.who for it in transcript.turns] == ["Stranger 0177", "Stranger 0177"]


def test_an_unknown_name_is_answered_with_those_who_are_there(address: str) -> None:
    lines = talk("Zoe > hello\n", "--url", address).stdout.splitlines()
    assert lines[0] == "Nobody here is called Zoe. There are:"
    assert [line.split()[0] for line in lines[1:4]] == ["Maria", "Nora", "Ana"]


def test_who_shows_them_again(address: str) -> None:
    assert talk("/who\n", "--url", address).stdout.startswith("  Maria  ")


def test_a_line_that_is_no_text_sends_none(address: str) -> None:
    lines = "hello", "Maria >", "/help", "# a comment", "", "Maria < what she would read"
    assert talk("\n".join(lines), "--url", address).stdout == (
        "Who says that? Begin with a name, like: Maria > need food near 11216\n"
        "What does Maria say?\n"
        "There is no /help here, only /who and /quit.\n"
    )


def test_nobody_at_the_url_is_said_in_one_sentence() -> None:
    done = talk("Maria > hello\n", "--url", "http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("No rehearsal answers at http://127.0.0.1:9.")
    assert "Traceback" not in done.stderr


def test_something_else_at_the_url_is_nobody() -> None:
    with serve(Starlette()) as address:
        done = talk("Maria > hello\n", "--url", address)
    assert done.returncode == 1
    assert done.stderr.startswith(f"No rehearsal answers at {address}.")


def test_a_url_and_a_neighborhood_of_its_own_are_asked_wrongly() -> None:
    assert talk("", "--own", "--url", "http://127.0.0.1:9").returncode == 2


def _readers(transcript: Transcript, start: int, end: int | None) -> list[Any]:
    """Who reads here, in the order of their names: several are texted at the same moment."""
    found = transcript.turns[start:end]
    assert all(isinstance(it, Reads) for it in found)
    return sorted(it.who for it in found if isinstance(it, Reads))
