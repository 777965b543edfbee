"""The thanks for what somebody finished: in the answer that they get anyway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

OFTEN = NETWORK + "\n[roster]\nmax_a_day = 50\nmax_a_week = 50\n\n[waves]\nsizes = [1]\n"


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, OFTEN) as opened:
        opened.put_on_roster(*({"phone": CAST[name], "name": name} for name in ("Ana", "Ben")))
        yield opened


def _finish(maple: Neighborhood, taker: str, number: int, by: str = "") -> dict[str, list[str]]:
    """What everybody reads when a request is done."""
    maple.text("Maria", "need milk")
    maple.text(taker, "OPEN")
    maple.text(taker, f"yes {number}")
    maple.received()
    maple.text(by or taker, f"done {number}")
    assert maple.requests()[-1].state == "done"
    got: dict[str, list[str]] = {}
    for it in maple.received():
        got.setdefault(it.who, []).append(it.body)
    maple.pass_time(timedelta(minutes=11))  # or they write too much
    return got


def test_every_fifth_time_the_taker_hears_what_all_did_together(maple: Neighborhood) -> None:
    """Whoever says that it is done; the requester is thanked as ever, and nobody is compared."""
    takers = ["Ben", "Ana", "Ben", "Ben", "Ben", "Ben", "Ben"]
    heard = {
        number: _finish(maple, taker, number, by="Maria" if number == 17 else "")
        for number, taker in enumerate(takers, 12)
    }
    together = {
        (number, who)
        for number, got in heard.items()
        for who, bodies in got.items()
        if any("Together" in body for body in bodies)
    }
    assert together == {(17, "Ben")}
    assert heard[17]["Ben"] == [
        "17 is done. Thank you, neighbor! Together we have met 6 needs in the last 30 days, and"
        " you are part of that."
    ]
    assert heard[17]["Maria"] == ["17 is done. Thank you, neighbor!"]


def test_a_month_with_little_to_tell_is_thanked_as_ever(maple: Neighborhood) -> None:
    for number in range(12, 16):
        _finish(maple, "Ben", number)
    maple.pass_time(timedelta(days=31))
    assert _finish(maple, "Ben", 16)["Ben"] == ["16 is done. Thank you, neighbor!"]
