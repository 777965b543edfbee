"""What may happen between the lines of a transcript, and the scene it is set in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline import roster_file
from hotline.settings import read_network
from rehearsal import neighborhood
from rehearsal.meanwhile import (
    CarrierIs,
    CarrierIsWell,
    Happening,
    NeverAnswers,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    Silence,
    TimeIs,
    TimePasses,
    happening,
    words_of,
)
from rehearsal.neighborhood import scene
from rehearsal.phones import PhoneState, WhenCalled
from rehearsal.transcript import parse
from rehearsal.trouble import Trouble

WORDS: dict[str, Happening] = {
    "1 minute passes": TimePasses(timedelta(minutes=1)),
    "25 hours pass": TimePasses(timedelta(hours=25)),
    "61 seconds pass": TimePasses(timedelta(seconds=61)),
    "12345678 seconds pass": TimePasses(timedelta(seconds=12345678)),
    "it is 8:05": TimeIs(8, 5),
    "silence": Silence(None),
    "0.5 seconds of silence": Silence(0.5),
    "Ana's phone is off": PhoneIs("Ana", PhoneState.OFF),
    "Stranger 0177's phone is a landline": PhoneIs("Stranger 0177", PhoneState.LANDLINE),
    "Ana's phone is busy": PhoneCalled("Ana", WhenCalled.BUSY),
    "Ana's phone is answered by a machine": PhoneCalled("Ana", WhenCalled.MACHINE),
    "Ana's phone is opted out": PhoneOpted("Ana", out=True),
    "Ana's phone is opted in": PhoneOpted("Ana", out=False),
    "Ana does not answer": NeverAnswers("Ana"),
    "the carrier is busy": CarrierIs(Trouble("busy")),
    "the carrier is slow 3 times for Ana": CarrierIs(Trouble("slow", 3, "Ana")),
    "the carrier answers 30034": CarrierIs(Trouble("code", code=30034)),
    "the carrier is well": CarrierIsWell(),
}


@pytest.mark.parametrize("words", WORDS)
def test_what_happens_is_read_and_said_again(words: str) -> None:
    assert happening(words) == WORDS[words]
    assert words_of(WORDS[words]) == words


@pytest.mark.parametrize("words", ["five minutes pass", "a minute passes", "it is 08:05"])
def test_it_may_be_said_in_other_words(words: str) -> None:
    meant = happening(words)
    assert meant is not None
    assert happening(words_of(meant)) == meant


@pytest.mark.parametrize(
    "words",
    [
        *("it rains", "it is 24:00", "Ana's phone is purple", "the carrier is tired", ""),
        *("the carrier is code", "the carrier answers", "the carrier is well 3 times"),
    ],
)
def test_nobody_knows_how_anything_else_happens(words: str) -> None:
    assert happening(words) is None


# The scene.


def test_every_line_of_a_scene_is_set() -> None:
    network = scene.network(
        {
            "waves": "2, 1",
            "minutes": "3, 1",
            "quiet": "none",
            "joining": "open",
            "stewards": "Cleo, Nora",
        }
    )
    assert network.waves.sizes == (2, 1)
    assert (network.waves.minutes, network.waves.urgent_minutes) == (3, 1)
    assert network.quiet is None
    assert network.roster.joining == "open"
    assert network.stewards == (scene.CAST["Cleo"], scene.CAST["Nora"])


def test_a_scene_without_a_word_is_that_of_the_transcripts() -> None:
    network = scene.network({})
    assert network.waves.sizes == (3, 5, 10)
    assert network.quiet is not None
    assert [need.key for need in network.needs] == ["food", "ride", "medicine"]


def test_the_network_of_hotline_up_is_another() -> None:
    ours = read_network(neighborhood.hotline_toml(), "hotline.toml")
    assert scene.network({"network": "rehearsal"}) == ours
    network = scene.network({"network": "rehearsal", "waves": "1", "stewards": "none"})
    assert (network.waves.sizes, network.waves.minutes) == ((1,), 1)
    assert network.stewards == ()


def test_volunteers_are_rows_of_a_roster() -> None:
    line = "Ana (northside; food; en), Ben (voice; mon-fri 17:00-21:00; sat 09:00-13:00), Chi"
    rows = scene.volunteers({"volunteers": line})
    assert rows[1]["hours"] == "mon-fri 17:00-21:00;sat 09:00-13:00"
    found = roster_file.read(scene.roster_csv(rows), scene.network({}))
    assert [(it.name, it.areas, it.needs, it.languages, it.reach) for it in found] == [
        ("Ana", ("northside",), ("food",), ("en",), "text"),
        ("Ben", (), (), (), "voice"),
        ("Chi", (), (), (), "text"),
    ]
    assert [it.phone for it in found] == [scene.CAST[name] for name in ("Ana", "Ben", "Chi")]


def test_everybody_has_a_phone_of_their_own() -> None:
    numbers = scene.numbers_of(
        parse(
            "Who is there.\n\nvolunteers: Zoe Quince (food), Ana\nstewards: Yan\n\nUma > hi\n"
            "Stranger 0177 > hi\nStranger 0141 > hi\n-- Xena's phone is off --\n"
        )
    )
    assert numbers["Ana"] == scene.CAST["Ana"]
    assert numbers["Stranger 0177"] == "+12125550177"
    assert numbers["Stranger 0141"] not in ("+12125550141", "")
    assert {"Zoe Quince", "Yan", "Uma", "Xena"} < set(numbers)
    assert len(set(numbers.values())) == len(numbers)


def test_the_people_of_hotline_up_have_the_same_phones_in_transcripts() -> None:
    cast = {person.name: person.phone for person in neighborhood.cast()}
    numbers = scene.numbers_of(parse("Nobody."))
    assert cast.items() <= numbers.items()
    assert len(set(numbers.values())) == len(numbers)
