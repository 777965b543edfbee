"""What the tests' neighborhood offers for calls, and what a transcript may leave out of them.

The documents come with the calls: nothing here depends on what the hotline itself would say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from neighborhood import ACCOUNT, CAST, NUMBER, TOKEN, Neighborhood, open_neighborhood

from rehearsal.playing import Outcome, Player
from rehearsal.transcript import Answers, Declines, HangsUp, Reads, Rings, Says, Turn

MENU = (
    '<Gather numDigits="1" timeout="5"><Say>For food press 1</Say></Gather>'
    "<Say>Still there?</Say><Record/><Say>Bye</Say>"
)


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url) as it:
        yield it


def ring(maple: Neighborhood, who: str, twiml: str = MENU) -> None:
    """Somebody is called, and hears this."""
    address = f"{maple.address}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    wish = {"To": CAST[who], "From": NUMBER, "Twiml": f"<Response>{twiml}</Response>"}
    answer = httpx2.post(address, data=wish, auth=(ACCOUNT, TOKEN), trust_env=False)
    assert answer.status_code == 201
    maple.settle()


def test_what_is_heard_is_what_came_since_the_last_deed(maple: Neighborhood) -> None:
    ring(maple, "Ana")
    assert list(maple.ringing().values()) == ["Ana"]
    maple.answer("Ana")
    assert (maple.heard("Ana"), maple.ringing()) == ("For food press 1", {})
    maple.silence(4)
    assert maple.heard("Ana") == ""
    maple.silence(1)
    assert maple.heard("Ana") == "Still there? beep"
    maple.say("Ana", "I can bring food")
    assert maple.heard("Ana") == ""
    assert maple.silence()["status"] == "completed"


def test_who_does_not_answer_is_called_in_vain(maple: Neighborhood) -> None:
    ring(maple, "Ana")
    assert maple.never_answer("Ana")["status"] == "no-answer"
    ring(maple, "Ana")
    assert maple.decline("Ana")["status"] == "busy"


def test_whoever_does_not_know_our_token_is_turned_away(maple: Neighborhood) -> None:
    """Of texts, calls and what is told of them."""
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
    maple.trouble("forged", times=100)
    maple.text("Maria", "need food")
    maple.call("Sam")
    maple.hang_up("Sam")
    log = httpx2.get(f"{maple.address}/rehearsal/log", trust_env=False).json()["log"]
    asked = [it for it in log if it["kind"] in ("webhook", "step", "callback")]
    assert {it["kind"] for it in asked} == {"webhook", "step", "callback"}
    assert {it["status"] for it in asked if "signature" in it} == {403}
    assert {it["status"] // 100 for it in asked if "signature" not in it} == {2}
    assert [it.who for it in maple.received()] == ["Maria", "Ana"]


def test_no_phone_rings_for_an_hour(maple: Neighborhood) -> None:
    ring(maple, "Ana")
    maple.pass_time(timedelta(hours=1))
    assert maple.ringing() == {}


def test_what_a_machine_heard_can_be_looked_at(maple: Neighborhood) -> None:
    maple.phone("Ana", calls="machine")
    ring(maple, "Ana")
    assert maple.heard("Ana") == "For food press 1 Still there? beep Bye"


def test_people_talk_to_each_other(maple: Neighborhood) -> None:
    ring(maple, "Ana", f"<Dial>{CAST['Maria']}</Dial>")
    maple.answer("Ana")
    maple.answer("Maria")
    maple.say("Ana", "hi Maria")
    assert maple.heard("Maria") == "hi Maria"
    assert maple.hang_up("Maria")["status"] == "completed"


def test_a_wrong_deed_fails_with_the_reason(maple: Neighborhood) -> None:
    ring(maple, "Ana")
    with pytest.raises(ValueError, match="nobody waits for keys now"):
        maple.press("Ana", "1")
    with pytest.raises(ValueError, match="Ben was never in a call"):
        maple.hang_up("Ben")


# What a transcript has to mention.


def played(maple: Neighborhood, *turns: Turn) -> list[Outcome]:
    async def play() -> list[Outcome]:
        return [await player.play(turn) for turn in turns]

    player = Player(maple.hands)
    return asyncio.run(play())


DONE, RIGHT = Outcome("done"), Outcome("right")


def test_what_is_heard_may_be_left_out(maple: Neighborhood) -> None:
    ring(maple, "Ana")
    assert played(maple, Answers(1, "Ana"), HangsUp(2, "Ana")) == [DONE, DONE]


def test_what_is_heard_is_looked_for_once_and_then_among_the_texts(maple: Neighborhood) -> None:
    ring(maple, "Ana")
    outcomes = played(
        maple,
        Answers(1, "Ana"),
        Says(2, "Ana", "hello"),
        Reads(3, "Ana", ("press 1", "for FOOD")),
        Reads(4, "Ana", ("Maple Street",)),
        Reads(5, "Ana", ("press 1",)),
        Says(6, "Ben", "hello"),
        Reads(7, "Ana", ("press 1",)),
    )
    assert [it.mark for it in outcomes] == [
        *["done", "done", "right", "right", "wrong", "done", "right"]
    ]
    assert outcomes[4].why.startswith("Ana did not read or hear press 1; unread: nothing")


@pytest.mark.parametrize("turn", [HangsUp(1, "Ana"), Answers(1, "Ben"), Says(1, "Ben", "hello")])
def test_a_phone_that_rings_may_not_be_left_out(maple: Neighborhood, turn: Turn) -> None:
    ring(maple, "Ana")
    assert played(maple, turn)[0].unexpected == ("Ana < rings",)


def test_a_phone_that_rings_is_expected_or_picked_up_at_once(maple: Neighborhood) -> None:
    ring(maple, "Ana")
    assert played(maple, Declines(1, "Ana")) == [DONE]
    ring(maple, "Ana")
    outcomes = played(maple, Rings(2, "Ben"), Rings(3, "Ana"), Says(4, "Ben", "hello"))
    assert outcomes == [Outcome("wrong", "Ben's phone does not ring"), RIGHT, DONE]
