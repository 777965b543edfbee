"""Where somebody can be found, kept from whoever takes their request until they say OK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

SHELTER = """
[[needs]]
key = "shelter"
digit = 7
words.en = ["shelter", "bed", "sleep"]

[[needs]]
key = "sofa"
address = "asked"
words.en = ["sofa"]
"""
BED = "need a bed for 2 kids, 212 Elm Street apt 4B"
STEWARDED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]') + SHELTER


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, STEWARDED) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield opened


def _read(maple: Neighborhood, who: str) -> list[str]:
    """What somebody read since this was last asked."""
    return [it.body for it in maple.received() if it.who == who]


def _ana_takes(maple: Neighborhood, words: str = BED) -> list[str]:
    """What Ana reads, and has read before Maria says anything."""
    maple.text("Maria", words)
    maple.text("Ana", "YES 12")
    return _read(maple, "Ana")


def test_the_taker_reads_the_need_and_the_place_after_ok(maple: Neighborhood) -> None:
    maple.text("Maria", BED)
    maple.text("Ana", "YES 12")
    got = maple.received()
    ana = " ".join(it.body for it in got if it.who == "Ana")
    assert "need a bed for 2 kids, [...]" in ana
    assert "Elm" not in ana
    assert "4B" not in ana
    assert "once they say OK" in ana
    asked = [it.body for it in got if it.who == "Maria"]
    assert "Ana is taking" in asked[-2]
    assert "Send Ana your address" in asked[-1]
    maple.text("Maria", "OK")
    got = maple.received()
    assert [it.body for it in got if it.who == "Ana"] == [f'12, in their words: "{BED}"']
    assert [it.body for it in got if it.who == "Maria"] == [
        "12: Ana has it now. Reply here to talk to Ana."
    ]


def test_no_keeps_it_and_ok_with_the_number_sends_it_after_all(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.text("Maria", "no")
    (told,) = _read(maple, "Ana")
    assert "rather not say yet" in told
    maple.text("Maria", "call me Rosa, gate code 4711")
    assert not any("4711" in it or "Rosa" in it for it in _read(maple, "Ana"))
    maple.text("Maria", "OK 12")
    read = " ".join(_read(maple, "Ana"))
    assert "212 Elm Street" in read
    assert "4711" in read


def test_words_in_between_go_through_but_for_a_place(maple: Neighborhood) -> None:
    _ana_takes(maple, "need a bed tonight")
    maple.text("Ana", "where are you?")
    maple.received()
    maple.text("Maria", "thank you so much")
    assert _read(maple, "Ana") == ["Your neighbor (12): thank you so much"]
    maple.text("Maria", "212 Elm Street")
    got = maple.received()
    assert not [it for it in got if it.who == "Ana"]
    assert "We kept that back from Ana" in next(it.body for it in got if it.who == "Maria")
    maple.text("Maria", "OK 12")
    assert any("212 Elm Street" in it for it in _read(maple, "Ana"))
    maple.text("Maria", "apt 4B, ring twice")
    assert _read(maple, "Ana") == ["Your neighbor (12): apt 4B, ring twice"]


def test_an_ok_to_the_taker_is_none_to_us(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.text("Ana", "I will be there at five")
    maple.received()
    maple.text("Maria", "ok")
    read = _read(maple, "Ana")
    assert not any("Elm" in it for it in read)


def test_a_picture_waits_as_well(maple: Neighborhood) -> None:
    maple.text("Maria", "need a bed", media=["the door"])
    maple.text("Ana", "YES 12")
    assert "[a picture]" not in " ".join(_read(maple, "Ana"))
    maple.text("Maria", "OK")
    assert "12, what they sent with it: [a picture]" in _read(maple, "Ana")


def test_on_the_phone_the_place_is_kept_as_well(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.call("Ana")
    maple.press("Ana", "1")
    maple.press("Ana", "5")
    heard = maple.heard("Ana")
    assert "need a bed for 2 kids" in heard
    assert "Elm" not in heard
    assert "once they agree" in heard
    maple.hang_up("Ana")
    maple.text("Maria", "OK 12")
    maple.call("Ana")
    maple.press("Ana", "5")
    assert "212 Elm Street" in maple.heard("Ana")


def test_whom_a_steward_assigns_waits_as_well(maple: Neighborhood) -> None:
    maple.text("Maria", BED)
    maple.text("Cleo", "ASSIGN 12 Ana")
    assert not any("Elm" in it for it in _read(maple, "Ana"))
    maple.text("Maria", "OK")
    assert any("Elm" in it for it in _read(maple, "Ana"))


def test_who_does_not_answer_is_asked_once_more_when_we_check_in(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.pass_time(timedelta(days=1, hours=1))
    assert any("Send Ana your address" in it for it in _read(maple, "Maria"))


def test_the_next_one_is_asked_for_anew(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.text("Maria", "OK")
    maple.text("Ana", "CANT 12")
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben"})
    maple.pass_time(timedelta(minutes=6))
    maple.received()
    maple.text("Ben", "OPEN")
    maple.text("Ben", "YES 12")
    assert not any("Elm" in it for it in _read(maple, "Ben"))


def test_groceries_come_with_their_address_at_once(maple: Neighborhood) -> None:
    (told, *_) = _ana_takes(maple, "need groceries, 212 Elm Street")[-1:]
    assert "212 Elm Street" in told


def test_a_network_asks_first_where_it_says_so(maple: Neighborhood) -> None:
    assert not any("Elm" in it for it in _ana_takes(maple, "move a sofa, 212 Elm Street"))


def test_a_network_without_a_key_for_shelter_keeps_the_place_as_well(
    sqlite_url: str, redis_url: str
) -> None:
    with open_neighborhood(sqlite_url, redis_url, NETWORK) as maple:
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        taken = " ".join(_ana_takes(maple))
        assert "a neighbor needs shelter" in taken
        assert "once they say OK" in taken
        assert "Elm" not in taken


def test_nobody_is_asked_where_there_is_nothing_to_keep(maple: Neighborhood) -> None:
    maple.text("Maria", "need a bed for tonight")
    maple.text("Ana", "YES 12")
    got = maple.received()
    assert not any("Send Ana" in it.body for it in got if it.who == "Maria")
    assert any('"need a bed for tonight"' in it.body for it in got if it.who == "Ana")
