"""How conversations are written down, read and printed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rehearsal.transcript import (
    Answers,
    BadTranscript,
    Calls,
    Declines,
    HangsUp,
    Meanwhile,
    Presses,
    Reads,
    Rings,
    Says,
    Speaks,
    Transcript,
    Turn,
    parse,
    passing,
    print_turns,
    silence,
)

SECOND_WAVE = """\
A second wave is asked when the first stays silent.

# Chi is the second.
volunteers: Ana (northside), Chi (eastside; food)
waves: 1, 1

Maria > need food near 11216, apt 4B
Maria < your request is 12, asking neighbors
Ana   < needs food, YES 12
-- five minutes pass --
Chi   < needs food
"""


def test_a_transcript_has_a_title_a_scene_and_turns_with_their_lines() -> None:
    assert parse(SECOND_WAVE) == Transcript(
        "A second wave is asked when the first stays silent.",
        {"volunteers": "Ana (northside), Chi (eastside; food)", "waves": "1, 1"},
        (
            Says(7, "Maria", "need food near 11216, apt 4B"),
            Reads(8, "Maria", ("your request is 12", "asking neighbors")),
            Reads(9, "Ana", ("needs food", "YES 12")),
            Meanwhile(10, "five minutes pass"),
            Reads(11, "Chi", ("needs food",)),
        ),
    )


def test_turns_are_printed_with_their_signs_below_each_other() -> None:
    turns = SECOND_WAVE.split("\n\n")[2].strip()
    turns = turns.removeprefix("waves: 1, 1").strip()
    assert print_turns(parse(SECOND_WAVE).turns) == turns


def test_what_is_printed_reads_the_same() -> None:
    turns = parse(SECOND_WAVE).turns
    again = parse(f"Title.\n\n{print_turns(turns)}").turns
    assert print_turns(again) == print_turns(turns)


def test_nothing_is_an_empty_transcript() -> None:
    assert parse("\n# only a comment\n") == Transcript("")
    assert print_turns([]) == ""


@pytest.mark.parametrize(
    ("line", "turn"),
    [
        ("Maria > is 5 < 6, or 6 > 5?", Says(2, "Maria", "is 5 < 6, or 6 > 5?")),
        ("Maria>hi", Says(2, "Maria", "hi")),
        ("Maria >", Says(2, "Maria", "")),
        ("María José > hola", Says(2, "María José", "hola")),
        ("Stranger 0177 < Hi, ,", Reads(2, "Stranger 0177", ("Hi",))),
        ("  Ana < note: this, is no scene", Reads(2, "Ana", ("note: this", "is no scene"))),
        ("--Ana's phone is off--", Meanwhile(2, "Ana's phone is off")),
    ],
)
def test_a_turn_is_read(line: str, turn: Turn) -> None:
    assert parse(f"Title.\n{line}").turns == (turn,)


CALL = """\
Maria calls
Maria < press 1
Maria presses 11216#
-- five seconds of silence --
Maria says "is 5 < 6, or \"six\"?"
Ana   < rings
Ana   answers
Ana   hangs up
Ben   declines
Maria calls from a hidden number"""


def test_people_do_things_in_calls() -> None:
    assert parse(f"Title.\n{CALL}").turns == (
        Calls(2, "Maria"),
        Reads(3, "Maria", ("press 1",)),
        Presses(4, "Maria", "11216#"),
        Meanwhile(5, "five seconds of silence"),
        Speaks(6, "Maria", 'is 5 < 6, or "six"?'),
        Rings(7, "Ana"),
        Answers(8, "Ana"),
        HangsUp(9, "Ana"),
        Declines(10, "Ben"),
        Calls(11, "Maria", is_hidden=True),
    )


def test_calls_are_printed_as_they_are_written() -> None:
    assert print_turns(parse(f"Title.\n{CALL}").turns) == CALL


@pytest.mark.parametrize(
    "line",
    [
        *("Maria needs food", "-- five minutes pass", "+12125550177 > hi", "> hi", "----"),
        *("Maria presses x", "Maria says hello", 'Maria says ""', "calls", "Maria calls Ana"),
    ],
)
def test_a_mistake_says_its_line(line: str) -> None:
    with pytest.raises(BadTranscript, match="line 4 is neither"):
        parse(f"Title.\n\n# Maria asks.\n{line}\n")


def test_the_scene_is_set_before_the_first_turn_only() -> None:
    with pytest.raises(BadTranscript, match="line 3"):
        parse("Title.\nMaria > hi\nwaves: 1\n")


@pytest.mark.parametrize(
    ("what", "length"),
    [
        ("five minutes pass", timedelta(minutes=5)),
        ("an hour passes", timedelta(hours=1)),
        ("half an hour passes", timedelta(minutes=30)),
        ("90 seconds pass", timedelta(seconds=90)),
        ("1.5 days pass", timedelta(days=1.5)),
        ("thirty minutes pass", timedelta(minutes=30)),
    ],
)
def test_time_passes(what: str, length: timedelta) -> None:
    assert passing(what) == length


def test_silence_is_no_time_that_passes() -> None:
    assert silence("five seconds of silence") == timedelta(seconds=5)
    assert silence("five seconds pass") is None
    assert passing("five seconds of silence") is None


@pytest.mark.parametrize("what", ["it is 21:00", "Ana's phone is off", "two weeks pass", "pass"])
def test_other_things_are_no_time(what: str) -> None:
    assert passing(what) is None
