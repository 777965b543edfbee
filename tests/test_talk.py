"""`hotline talk` with a pipe, as a user runs it: in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from subprocess import CompletedProcess
from typing import Any

import pytest
from calling import ANA, MARIA, Carrier, Hotline
from neighborhood import NETWORK, open_neighborhood
from served import serve
from starlette.applications import Starlette

from rehearsal.talk import COMMANDS
from rehearsal.transcript import Meanwhile, Reads, Says, Transcript, parse

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
    script = "Maria > need food near 11216, apt 4B\n-- Hugo's phone is off --\nana > yes\n"
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
    assert 'Ana   < 12 is yours, thanks! They wrote: "need food near 11216, apt 4B"' in said
    assert "Maria < Good news: Ana is taking your request 12." in said


def test_the_transcript_says_who_volunteers(transcript: Transcript) -> None:
    assert transcript.title == "Texts from Maria and Ana, and what follows."
    assert transcript.scene == {
        "volunteers": "Ana (northside), Ben (northside; food; ride)",
        "waves": "2, 3, 5",
    }


def test_what_else_happens_is_left_out_and_that_is_said(
    asking_and_yes: CompletedProcess[str],
) -> None:
    assert asking_and_yes.stderr == (
        "Left out: -- Hugo's phone is off -- (here people text and call, and time passes).\n"
    )


@pytest.fixture(scope="module")
def leaping() -> CompletedProcess[str]:
    """Time goes on by command, and as a transcript has it."""
    script = (
        "/clock\nMaria > need food near 11216\n/clock 1 minute\n-- five minutes pass --\n"
        "/clock next morning\n/clock +1 hour\n/clock 25:00\n/clock 20 days\n/help\nfood"
    )
    return talk(script, "--own", "--print")


def test_the_clock_leaps_and_what_is_due_happens(leaping: CompletedProcess[str]) -> None:
    turns = parse(leaping.stdout).turns
    leaps = [it.what for it in turns if isinstance(it, Meanwhile)]
    assert leaps == ["1 minute passes", "5 minutes pass", "it is 8:00", "1 hour passes"]
    first = next(place for place, it in enumerate(turns) if isinstance(it, Meanwhile))
    asked = {it.who for it in turns[:first] if isinstance(it, Reads)}
    later = {it.who for it in turns[first:] if isinstance(it, Reads)}
    assert (asked, bool(later - asked)) == ({"Maria", "Ana", "Ben"}, True)


def test_the_clock_is_shown(leaping: CompletedProcess[str]) -> None:
    said = leaping.stderr.splitlines()
    times = [line for line in said if line.startswith("It is ")]
    assert re.fullmatch(r"It is \w+day \d+:\d\d, as it is\.", times[0])
    assert times[1].endswith(", 1 min ahead.")
    assert times[2].endswith(", 6 min ahead.")
    assert re.search(r"day 8:0\d, .* ahead\.", times[3])
    assert re.search(r"day 9:0\d, .* ahead\.", times[4])
    assert "Write it like: /clock 5 minutes, /clock 8:00 or /clock next morning" in said
    assert any(line.startswith("That cannot be done: leap some seconds") for line in said)


def test_help_is_shown_with_words_of_the_network(leaping: CompletedProcess[str]) -> None:
    assert "Write who says what, like: Maria > need food near 11216\n" in leaping.stderr
    assert "Who says that? Begin with a name" not in leaping.stderr
    for command in COMMANDS.replace(" and", ",").split(", "):
        assert command in leaping.stderr.partition("Write who says what")[2]


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
    lines = "hello", "Maria >", "/go", "# a comment", "", "Maria < what she would read"
    assert talk("\n".join(lines), "--url", address).stdout == (
        "Who says that? Begin with a name, like: Maria > hello\n"
        "What does Maria say?\n"
        f"There is no /go here, only {COMMANDS}.\n"
    )


def test_a_carrier_alone_has_no_clock(address: str) -> None:
    done = talk("/clock\n/clock 5 minutes\n", "--url", address, "--print")
    alone = "That cannot be done: The carrier runs alone here: it knows nothing of the hotline."
    assert done.stderr.splitlines() == [alone, alone]
    assert "pass" not in done.stdout


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


# Calls, with a hotline that says what the test wants.


@pytest.fixture
def says(hotline: Hotline) -> Hotline:
    hotline.says = {
        "/voice": '<Gather numDigits="1" action="/menu"><Say>Press 1, or wait</Say></Gather>'
        "<Say>Still there?</Say>"
        '<Record action="/done" timeout="5" finishOnKey="#"/>',
        "/menu": f"<Say>We ring Ana</Say><Dial>{ANA}</Dial><Say>Goodbye</Say>",
        "/done": lambda fields: f"<Say>Thanks</Say><Play>{fields['RecordingUrl']}</Play>",
    }
    return hotline


def test_somebody_calls_presses_and_talks(carrier: Carrier, says: Hotline) -> None:
    script = '/call Maria\n1\n/answer\nhello Maria\nMaria says "hi"\n/hangup\n'
    lines = talk(script, "--url", carrier.url).stdout.splitlines()
    assert lines == [
        "Maria calls",
        "Maria < Press 1, or wait  (heard)",
        "Maria presses 1",
        "Maria < We ring Ana  (heard)",
        "Ana's phone rings: /answer Ana or /decline Ana",
        "Ana   answers",
        'Ana   says "hello Maria"',
        "Maria < hello Maria  (heard)",
        'Maria says "hi"',
        "Ana   < hi  (heard)",
        "Maria hangs up",
        "Maria's call is over.",
        "Ana's call is over.",
    ]
    assert says.told("/voice")[0]["From"] == MARIA


TRANSCRIPT = """\
Calls from Maria, and what follows.

Maria calls from a hidden number
Maria < Press 1, or wait
-- 5 seconds of silence --
Maria < Still there? beep
Maria says "milk please"
Maria presses #
Maria < Thanks
"""


def test_a_transcript_of_a_call_is_a_script_that_prints_itself(
    carrier: Carrier, says: Hotline
) -> None:
    done = talk(
        TRANSCRIPT.partition("\n")[2].replace("5 seconds of ", ""), "--url", carrier.url, "--print"
    )
    assert done.stdout == TRANSCRIPT
    assert says.told("/voice")[0]["From"] == "anonymous"


def test_a_lone_pound_ends_a_recording_and_is_no_comment(carrier: Carrier, says: Hotline) -> None:
    script = "# a comment\nMaria calls\n-- silence --\nmilk please\n#\n# another\n"
    lines = talk(script, "--url", carrier.url).stdout.splitlines()
    assert "Maria presses #" in lines
    assert says.told("/done")


def test_what_cannot_be_done_in_a_call_is_said_and_not_written_down(
    carrier: Carrier, says: Hotline
) -> None:
    wrong = "/call", "/answer", "Maria presses 1", "-- 5 seconds of silence --", "/hangup Maria"
    done = talk("\n".join(wrong), "--url", carrier.url, "--print")
    assert done.stdout == "Nobody texts.\n\n\n"
    assert done.stderr.splitlines() == [
        "Whose phone? Write it like: /call Maria",
        "Whose phone? Write it like: /answer Maria",
        "That cannot be done: there is no such call.",
        "That cannot be done: there is no such call.",
        "That cannot be done: there is no such call.",
    ]
    assert says.asked == []


def test_in_a_call_words_are_no_keys_and_a_name_still_texts(
    carrier: Carrier, says: Hotline
) -> None:
    says.says["/sms"] = "<Message>Hello</Message>"
    script = "Maria calls\nfood please\nMaria > food please\n/call\n"
    lines = talk(script, "--url", carrier.url).stdout.splitlines()
    assert lines[2:] == [
        "Keys are waited for, like 1 or 12#. Enter is silence.",
        "Maria > food please",
        "Maria < Hello",
        "Maria calls",
        "That cannot be done: there is a call already.",
    ]


@pytest.mark.usefixtures("says")
def test_a_phone_that_nobody_answers_is_seen_to_stop(carrier: Carrier) -> None:
    script = "/call Maria\n1\n/decline\n"
    lines = talk(script, "--url", carrier.url).stdout.splitlines()
    assert lines[-3:] == [
        "Maria < Goodbye  (heard)",
        "Maria's call is over.",
        "Ana's phone has stopped ringing.",
    ]


def _readers(transcript: Transcript, start: int, end: int | None) -> list[Any]:
    """Who reads here, in the order of their names: several are texted at the same moment."""
    found = transcript.turns[start:end]
    assert all(isinstance(it, Reads) for it in found)
    return sorted(it.who for it in found if isinstance(it, Reads))
