"""What each turn of a transcript means on a street, and how it went; here nothing follows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from rehearsal.meanwhile import CarrierIs, CarrierIsWell, Happening, PhoneIs, TimeIs, TimePasses
from rehearsal.messages import Text
from rehearsal.phones import PhoneState
from rehearsal.playing import Hands, Outcome, Player, Seen, Unreadable
from rehearsal.transcript import parse
from rehearsal.trouble import Trouble

MARIA, ANA = "+12125550140", "+12125550141"
NUMBERS = {"Maria": MARIA, "Ana": ANA}
DONE, RIGHT = Outcome("done"), Outcome("right")


def call_of(phone: str, waits_for: str = "keys", sid: str = "CA1") -> Seen:
    heard = [{"at": 1, "kind": "say", "words": "For food press 1"}, {"at": 2, "kind": "pause"}]
    return {"sid": sid, "phone": phone, "waits_for": waits_for, "due_in": 5.0, "heard": heard}


def arrived(at: int, phone: str, body: str, status: str = "delivered", by: str = "api") -> Text:
    return Text(at, phone, "", "to_phone", body, status, None, f"SM{at}", 1, (), by, "")


@dataclass
class Still:
    """A street that writes down what is done there."""

    status: int = 200
    done: list[object] = field(default_factory=list)
    came: list[Text] = field(default_factory=list)
    rang: list[Seen] = field(default_factory=list)

    async def text(self, number: str, words: str, media: Sequence[str]) -> int:
        self.done.append((number, words, *media))
        return self.status

    async def call(self, number: str, *, is_attested: bool = True) -> Seen:  # noqa: ARG002
        self.done.append((number, "calls"))
        self.rang.append(call_of(number))
        return self.rang[-1]

    async def act(self, sid: str, deed: str, wish: dict[str, object]) -> Seen:
        self.done.append((sid, deed, *wish.values()))
        if deed == "say":
            raise ValueError("nobody waits for words now")
        return self.rang[-1]

    async def happen(self, it: Happening) -> None:
        self.done.append(it)

    async def texts(self, after: int) -> Sequence[Text]:
        return self.came[after:]

    async def calls(self) -> Sequence[Seen]:
        return self.rang

    async def words_in(self, call: Seen, sound: Seen) -> str:
        raise AssertionError(f"nothing is played in {call}: {sound}")


def played(street: Still, script: str) -> list[Outcome]:
    async def play() -> list[Outcome]:
        return [await player.play(turn) for turn in parse(f"A title.\n\n{script}").turns]

    player = Player(Hands(street, NUMBERS))
    return asyncio.run(play())


MEANS: dict[str, list[object]] = {
    "Maria > need food": [(MARIA, "need food")],
    "Maria > look [picture] [picture]": [(MARIA, "look", "a picture", "a picture")],
    "Maria calls\nMaria presses 1#": [(MARIA, "calls"), ("CA1", "press", "1#")],
    "Maria calls from a hidden number\nMaria hangs up": [
        *[("anonymous", "calls"), ("CA1", "hang_up")]
    ],
    "Maria calls\n-- silence --": [(MARIA, "calls"), ("CA1", "wait", 5.0)],
    "Maria calls\n-- 2 seconds of silence --": [(MARIA, "calls"), ("CA1", "wait", 2.0)],
    "-- five minutes pass --": [TimePasses(timedelta(minutes=5))],
    "-- it is 8:00 --": [TimeIs(8, 0)],
    "-- Ana's phone is off --": [PhoneIs(ANA, PhoneState.OFF)],
    "-- the carrier is slow for Ana --": [CarrierIs(Trouble("slow", 1, ANA))],
    "-- the carrier is well --": [CarrierIsWell()],
}


@pytest.mark.parametrize("script", MEANS)
def test_each_turn_means_a_deed(script: str) -> None:
    street = Still()
    assert set(played(street, script)) == {DONE}
    assert street.done == MEANS[script]


@pytest.mark.parametrize(("script", "deed"), [("answers", "answer"), ("declines", "decline")])
def test_a_phone_that_rings_is_picked_up(script: str, deed: str) -> None:
    street = Still(rang=[call_of(ANA, "answer")])
    assert played(street, f"Ana {script}") == [DONE]
    assert street.done == [("CA1", deed)]


def test_a_phone_that_nobody_answers_rings_for_long() -> None:
    street = Still(rang=[call_of(ANA, "answer")])
    assert played(street, "Ana < rings\n-- Ana does not answer --") == [RIGHT, DONE]
    assert street.done == [("CA1", "wait", 600.0)]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("Ana hangs up", "Ana was never in a call"),
        ("-- silence --", "nobody is in a call"),
        ("Maria < rings", "Maria's phone does not ring"),
        ("Ana < hello", "Ana did not read or hear hello; unread: nothing"),
    ],
)
def test_what_cannot_be_done_or_did_not_come_is_told(script: str, why: str) -> None:
    assert played(Still(), script) == [Outcome("wrong", why)]


def test_what_a_street_refuses_is_told_in_its_words() -> None:
    street = Still(rang=[call_of(ANA)])
    told = played(street, '-- Ana does not answer --\nAna says "hello"')
    assert [it.why for it in told] == ["the phone does not ring", "nobody waits for words now"]


def test_a_text_that_is_not_taken_is_told() -> None:
    (told,) = played(Still(status=503), "Maria > need food")
    assert (told.mark, told.why) == ("wrong", "the hotline did not take the text: 503")


def test_what_nobody_understands_is_not_played() -> None:
    with pytest.raises(Unreadable, match="it rains"):
        played(Still(), "-- it rains --")


def test_what_nobody_expected_is_told_once() -> None:
    texts = [arrived(1, ANA, "needs food"), arrived(2, ANA, "lost", "undelivered")]
    street = Still(came=[*texts, arrived(3, ANA, "STOP ends them", by="carrier")])
    street.rang = [call_of(ANA, "answer")]
    first, second = played(street, "Maria > hello\nMaria > hello")
    assert first.unexpected == ("Ana < needs food", "Ana < rings")
    assert second == DONE


def test_digits_that_were_heard_are_pressed() -> None:
    asked = call_of(MARIA)
    heard = ("Code 1 2 3 4 5 6", "Key in 0 7 1 4, please", "That was something else. Call 9 1 1")
    asked["heard"] = [{"at": at, "kind": "say", "words": it} for at, it in enumerate(heard, 1)]
    street = Still(rang=[asked])
    assert played(street, "Maria presses {digits}#") == [DONE]
    assert street.done == [("CA1", "press", "0714#")]


def test_digits_that_nobody_heard_cannot_be_pressed() -> None:
    (told,) = played(Still(rang=[call_of(MARIA)]), "Maria presses {digits}#")
    assert told.why == "Maria has heard no digits to repeat"


def test_what_is_heard_is_news_until_the_next_deed() -> None:
    script = "Maria calls\nMaria < press 1\nMaria presses 1\nMaria < press 1"
    *done, missed = played(Still(), script)
    assert done == [DONE, RIGHT, DONE]
    assert missed.mark == "wrong"
