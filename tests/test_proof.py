"""Who calls, and how they show that the number is theirs: by the code that is texted there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import Neighborhood, open_neighborhood
from sqlalchemy import select

from hotline import proof
from hotline.store import tables
from rehearsal.neighborhood.scene import CAST


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "languages": "en"})
        yield opened


def hold_a_request(maple: Neighborhood) -> None:
    maple.text("Maria", "need food, 12 Elm Street")
    maple.text("Ana", "yes")
    maple.received()


def ask_for_proof(maple: Neighborhood, who: str) -> str:
    """The code that Ana is texted."""
    maple.call(who, shown="Ana")
    for key in ("1", "*"):
        maple.press(who, key)
    got = maple.received()
    assert [it.who for it in got] == ["Ana"]
    found = re.search(r"\d{6}", got[0].body)
    assert found
    return found[0]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_who_keys_in_the_code_hears_what_is_between_us(maple: Neighborhood) -> None:
    hold_a_request(maple)
    code = ask_for_proof(maple, "Ana")
    assert "12" not in maple.heard("Ana"), "not before"
    maple.press("Ana", another(code) + "#")
    assert "That is not the code" in maple.heard("Ana")
    maple.press("Ana", code + "#")
    assert "You are taking request 1 2" in maple.heard("Ana")
    maple.press("Ana", "5")
    assert "12 Elm Street" in maple.heard("Ana")


def test_after_five_wrong_codes_the_right_one_is_none(maple: Neighborhood) -> None:
    hold_a_request(maple)
    code = ask_for_proof(maple, "Sam")
    for _ in range(proof.MOST_TRIES):
        maple.press("Sam", another(code) + "#")
    assert "We cannot make sure that this is your number" in maple.heard("Sam")
    later = ask_for_proof(maple, "Sam")
    maple.press("Sam", code + "#")
    assert later == code or "That is not the code" in maple.heard("Sam")


def test_a_code_is_good_for_ten_minutes_and_once(maple: Neighborhood) -> None:
    hold_a_request(maple)
    code = ask_for_proof(maple, "Ana")
    maple.now.moment += proof.LIVES + timedelta(seconds=1)
    maple.press("Ana", code + "#")
    assert "That is not the code" in maple.heard("Ana")
    maple.hang_up("Ana")
    code = ask_for_proof(maple, "Ana")
    maple.press("Ana", code + "#")
    assert "You are taking request 1 2" in maple.heard("Ana")
    maple.hang_up("Ana")
    ask_for_proof(maple, "Ana")
    maple.press("Ana", code + "#")
    assert "You are taking" not in maple.heard("Ana")


def test_a_number_is_texted_few_codes_a_day_whoever_calls(maple: Neighborhood) -> None:
    hold_a_request(maple)
    for _ in range(proof.MOST_A_DAY + 3):
        maple.call("Sam", shown="Ana")
        for key in ("1", "*"):
            maple.press("Sam", key)
        maple.hang_up("Sam")
    assert len(maple.received()) == proof.MOST_A_DAY


def test_no_code_is_kept_in_clear(maple: Neighborhood) -> None:
    hold_a_request(maple)
    code = ask_for_proof(maple, "Ana")
    kept = maple.database.read(lambda c: c.execute(select(tables.proof.c.digest)).scalar_one())
    assert code not in kept
    assert proof.is_code(code, kept)
    assert not proof.is_code(another(code), kept)


@pytest.mark.parametrize("keys", ["", "1"])
def test_nobody_can_tell_from_what_is_heard_first_whether_a_number_is_known(
    maple: Neighborhood, keys: str
) -> None:
    hold_a_request(maple)
    maple.text("Nora", "necesito comida")
    heard = []
    for shown in ("Ana", "Maria", "Nora", "+12125550177"):
        maple.call("Sam", shown=shown)
        if keys:
            maple.press("Sam", keys)
        heard.append(maple.heard("Sam"))
        maple.hang_up("Sam")
    assert len(set(heard)) == 1


def test_a_stranger_with_a_number_that_nobody_vouches_for_asks_as_ever(
    maple: Neighborhood,
) -> None:
    maple.call("Sam", shown="Sam")
    for keys in ("1", "1", "#"):
        maple.press("Sam", keys)
    maple.say("Sam", "groceries for two")
    for keys in ("#", "1"):
        maple.press("Sam", keys)
    assert "Your request number is 1 2" in maple.heard("Sam")


def test_who_only_shows_a_number_does_not_choose_its_language(maple: Neighborhood) -> None:
    maple.text("Maria", "hi")
    maple.text("Nora", "")
    for shown in ("Nora", "Maria"):
        maple.call("Sam", shown=shown)
        maple.press("Sam", "2")
        maple.hang_up("Sam")
    maple.received()
    for who in ("Nora", "Maria"):
        maple.text(who, "STATUS")
    assert all("no open request" in it.body for it in maple.received())


def test_somebody_new_who_asks_by_phone_is_texted_in_the_language_of_the_call(
    maple: Neighborhood,
) -> None:
    maple.call("Sam", shown="Sam")
    for keys in ("2", "1", "#"):
        maple.press("Sam", keys)
    maple.hang_up("Sam")
    assert "Responde YA NO 12" in next(it.body for it in maple.received() if it.who == "Sam")
    maple.text("Sam", "please ring the bell twice when you are here")
    assert "Added to your request 12" in maple.received()[-1].body, "and it is only a guess"


def test_what_somebody_adds_in_her_name_she_is_told(maple: Neighborhood) -> None:
    for number in (12, 13, 14):
        maple.text("Maria", f"need food for {number} o'clock" if number == 12 else "need a ride")
        maple.call("Maria")
        for keys in ("3", "1", "#"):
            maple.press("Maria", keys)
        maple.hang_up("Maria")
    maple.received()
    maple.call("Sam", shown="Maria")
    for keys in ("1", "1", "#"):
        maple.press("Sam", keys)
    maple.hang_up("Sam")
    read = [it.body for it in maple.received() if it.who == "Maria"]
    assert any("Somebody called from your number" in it and "NEVER MIND" in it for it in read)


def test_whom_stop_was_said_for_is_not_called_by_who_shows_their_number(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "STOP")
    maple.call("Sam", shown="Maria")
    for keys in ("1", "1", "#", "#", "1"):
        maple.press("Sam", keys)
    assert "press 1" not in maple.heard("Sam")
    maple.press("Sam", "1")
    assert maple.ringing() == {}
