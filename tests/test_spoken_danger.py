"""What was spoken and is held back can be listened to no more; the rest can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "languages": "en"})
        opened.text("Maria", "need food")
        opened.text("Ana", "yes")
        yield opened


def _leaves_a_message(maple: Neighborhood, words: str) -> None:
    maple.call("Maria")
    maple.press("Maria", "6")
    maple.say("Maria", words)
    maple.hang_up("Maria")
    maple.received()


def _hears(maple: Neighborhood) -> str:
    maple.call("Ana")
    maple.heard("Ana")
    maple.press("Ana", "5")
    heard = maple.heard("Ana")
    maple.hang_up("Ana")
    return heard


def test_words_of_unease_are_not_heard(maple: Neighborhood) -> None:
    _leaves_a_message(maple, "the bell is broken")
    _leaves_a_message(maple, "she was kind of drunk last time")
    heard = _hears(maple)
    assert "the bell is broken" in heard
    assert "drunk" not in heard


def test_of_an_emergency_the_other_hears(maple: Neighborhood) -> None:
    _leaves_a_message(maple, "my husband collapsed, he is not breathing")
    assert "collapsed" in _hears(maple)
