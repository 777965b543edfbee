"""How conversations are written down, read and printed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.rehearsal.transcript import (
    BadTranscript,
    Meanwhile,
    Reads,
    Says,
    Transcript,
    parse,
    passing,
    print_turns,
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
def test_a_turn_is_read(line: str, turn: Says | Reads | Meanwhile) -> None:
    assert parse(f"Title.\n{line}").turns == (turn,)


@pytest.mark.parametrize(
    "line", ["Maria needs food", "-- five minutes pass", "+12125550177 > hi", "> hi", "----"]
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


@pytest.mark.parametrize("what", ["it is 21:00", "Ana's phone is off", "two weeks pass", "pass"])
def test_other_things_are_no_time(what: str) -> None:
    assert passing(what) is None
