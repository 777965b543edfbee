"""What was spoken and is held back can be listened to no more; the rest can."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood
from sqlalchemy import Connection, select
from test_late_recordings import Late, speaking

from hotline.store import calls, tables


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


# Before it is written down.


@pytest.fixture
def spoken(maple: Neighborhood) -> Iterator[Late]:
    """Maria left Ana a message, which the carrier has, and has not written down."""
    with speaking(maple, "6", "message") as late:
        maple.received()
        (late.name,) = maple.database.read(_recordings)
        late.recording(late.name)
        yield late


def _recordings(connection: Connection) -> list[str]:
    return list(connection.execute(select(tables.recording.c.sid)).scalars())


def _audible(maple: Neighborhood) -> tuple[str, ...]:
    """What Ana may listen to now."""

    def read(connection: Connection) -> tuple[str, ...]:
        known = select(tables.neighbor.c.id).where(tables.neighbor.c.phone == CAST["Ana"])
        ana = connection.execute(known).scalar_one()
        return calls.messages_for(connection, 12, ana, maple.now(), by=None)

    return maple.database.read(read)


def _may_hear(maple: Neighborhood, late: Late) -> bool:
    """Whether Ana may listen to it now; she hears so who may not yet."""
    found = _audible(maple)
    maple.call("Ana")
    has_to_wait = "call again in ten minutes" in maple.heard("Ana")
    maple.hang_up("Ana")
    assert has_to_wait is (late.name not in found)
    return late.name in found


@pytest.mark.parametrize(
    ("words", "is_heard"),
    [("the bell is broken", True), ("he touched my daughter", False), ("she was drunk", False)],
)
def test_what_is_not_read_yet_is_not_heard(
    maple: Neighborhood, spoken: Late, words: str, *, is_heard: bool
) -> None:
    assert not _may_hear(maple, spoken)
    spoken.transcript(spoken.name, words)
    if is_heard:
        assert _may_hear(maple, spoken)
    else:
        assert spoken.name not in _audible(maple)


def test_what_cannot_be_written_down_is_heard(maple: Neighborhood, spoken: Late) -> None:
    spoken.transcript(spoken.name, "", status="failed")
    assert _may_hear(maple, spoken)


def test_of_what_nobody_says_a_word_it_is_heard_after_ten_minutes(
    maple: Neighborhood, spoken: Late
) -> None:
    maple.pass_time(timedelta(minutes=9))
    assert not _may_hear(maple, spoken)
    maple.pass_time(timedelta(minutes=2))
    assert _may_hear(maple, spoken)
