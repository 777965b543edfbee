"""Who is forgotten, and must be known again should they come back. And what is delivered again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood
from servers import KEYRING
from test_apart import STEWARDED
from test_forgetting import _everything_here, _has_none_of, _rows, forget
from test_late_recordings import speaking
from test_retention import DAY, move_clock

from hotline import keyring
from hotline.keyring import Keyring
from hotline.store import digests, resealing
from hotline.store.database import Database

MINUTE = timedelta(minutes=1)


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Ana is asked first."""
    with open_neighborhood(database_url, redis_url, STEWARDED) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield opened


def help_once(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.text("Ana", "done")


def come_back(maple: Neighborhood) -> None:
    """As somebody whom the roster does not know."""
    maple.pass_time(2 * MINUTE)
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Bella"})
    maple.received()


def are_brought_together(maple: Neighborhood) -> bool:
    """Whether Ana hears of what Maria needs next, or takes it."""
    maple.received()
    maple.text("Maria", "need insulin")
    maple.pass_time(10 * MINUTE)
    maple.text("Ana", "yes 13")
    return any("is yours" in it.body or "YES 13" in it.body for it in maple.received())


def test_after_being_forgotten_somebody_new_is_asked(maple: Neighborhood) -> None:
    """So that the tests below would see it."""
    help_once(maple)
    forget(maple, "Ana")
    come_back(maple)
    assert are_brought_together(maple)


def test_who_is_feared_comes_back_and_stays_apart(maple: Neighborhood) -> None:
    help_once(maple)
    maple.text("Maria", "SAFE")
    forget(maple, "Ana")
    maple.pass_time(2 * MINUTE)
    assert _has_none_of(_everything_here(maple), "Ana")
    come_back(maple)
    assert not are_brought_together(maple)


def test_again_and_again(maple: Neighborhood) -> None:
    help_once(maple)
    maple.text("Maria", "SAFE")
    for _ in range(3):
        forget(maple, "Ana")
        come_back(maple)
    assert not are_brought_together(maple)


def test_safe_said_after_they_were_forgotten(maple: Neighborhood) -> None:
    help_once(maple)
    forget(maple, "Ana")
    maple.text("Maria", "SAFE")
    come_back(maple)
    assert not are_brought_together(maple)


def test_safe_said_after_they_came_back(maple: Neighborhood) -> None:
    help_once(maple)
    forget(maple, "Ana")
    come_back(maple)
    maple.text("Maria", "SAFE")
    assert not are_brought_together(maple)


def test_who_said_safe_may_be_forgotten_as_well(maple: Neighborhood) -> None:
    help_once(maple)
    maple.text("Maria", "SAFE")
    maple.text("Maria", "FORGET ME")
    forget(maple, "Ana")
    come_back(maple)
    assert not are_brought_together(maple)


def test_nobody_has_to_ask_for_it(maple: Neighborhood) -> None:
    """Maria is forgotten because she was not heard of for half a year."""
    help_once(maple)
    maple.text("Maria", "SAFE")
    move_clock(maple, 182 * DAY)
    assert _has_none_of(_everything_here(maple), "Maria")
    assert not are_brought_together(maple)


def test_who_texts_and_joins_by_themselves_is_known_again(maple: Neighborhood) -> None:
    help_once(maple)
    maple.text("Maria", "SAFE")
    forget(maple, "Ana")
    maple.pass_time(2 * MINUTE)
    maple.text("Ana", "need milk")
    *_, before, after = _rows(maple, "known_again")
    assert before.phone == after.phone
    pairs = {(it.neighbor_id, it.other_id) for it in _rows(maple, "apart")}
    (maria,) = _rows(maple, "neighbor", "id", lambda row: row.phone == CAST["Maria"])
    assert {(after.neighbor_id, maria), (maria, after.neighbor_id)} <= pairs


def test_suspension_is_not_washed_off_by_being_forgotten(maple: Neighborhood) -> None:
    maple.order("Cleo", "SUSPEND Ana")
    maple.text("Ana", "FORGET ME")
    maple.pass_time(2 * MINUTE)
    maple.text("Ana", "join Bella")
    (ana,) = _rows(maple, "neighbor", which=lambda row: row.phone == CAST["Ana"])
    assert ana.suspended_at is not None
    first = ana.id
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Bella"})
    forget(maple, "Ana")
    maple.text("Ana", "join Bella")
    (ana,) = _rows(maple, "neighbor", which=lambda row: row.phone == CAST["Ana"])
    assert ana.id != first
    assert ana.suspended_at is None, "the stewards had restored them"


def test_who_had_to_do_with_nobody_leaves_nothing_to_be_known_by(maple: Neighborhood) -> None:
    maple.text("Sam", "need a ride")
    maple.text("Sam", "never mind")
    maple.text("Sam", "forget me")
    assert _rows(maple, "known_again") == []


def test_after_a_month_only_who_must_stay_apart_is_known_again(maple: Neighborhood) -> None:
    help_once(maple)
    maple.text("Maria", "SAFE")
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben"})
    maple.text("Sam", "need milk")
    maple.text("Ben", "yes")
    maple.text("Ben", "done")
    for who in ("Ana", "Ben"):
        forget(maple, who)
    assert len(set(_rows(maple, "known_again", "phone"))) == 2
    move_clock(maple, 32 * DAY)
    assert len(set(_rows(maple, "known_again", "phone"))) == 1
    come_back(maple)
    assert not are_brought_together(maple)


def test_with_new_keys_they_are_known_as_before(maple: Neighborhood) -> None:
    help_once(maple)
    maple.text("Maria", "SAFE")
    forget(maple, "Ana")
    new = Keyring([keyring.new_key(), *KEYRING.keys.values()])
    database = Database(str(maple.database.url), new)
    database.rebuild(resealing.reseal)
    again = database.read(lambda c: digests.of_phone(c, CAST["Ana"]))
    database.close()
    assert {bytes(it) for it in _rows(maple, "known_again", "phone")} == {again}


# The carrier's names.


def test_of_what_is_forgotten_the_carriers_names_are_gone(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.text("Ana", "yes in five")
    maple.text("Maria", "the green door")
    maple.text("Ana", "done")
    maple.call("Maria")
    maple.hang_up("Maria")
    (maria,) = _rows(maple, "neighbor", "id", lambda row: row.phone == CAST["Maria"])
    maple.text("Maria", "forget me")
    maple.pass_time(5 * MINUTE)
    theirs = [
        row
        for table in ("message", "call")
        for row in _rows(maple, table, which=lambda row: row.neighbor_id == maria)
    ]
    assert len(theirs) > 5
    assert all(digests.is_gone(it.sid) for it in theirs if it.sid)
    emptied = _rows(maple, "message", "sid", lambda row: row.body == "" and row.sid)
    assert all(digests.is_gone(it) for it in emptied), "what others wrote to her, too"


def test_after_a_month_the_carriers_names_are_gone_and_texts_are_known(maple: Neighborhood) -> None:
    sid = maple.text("Maria", "need food")["sid"]
    maple.text("Maria", "never mind")
    move_clock(maple, 32 * DAY)
    assert sid not in _everything_here(maple)
    maple.received()
    again = maple.text("Maria", "need food", sid=sid)
    assert again["replies"] == []
    assert len(maple.requests()) == 1


def test_names_of_what_was_empty_before_are_gone_as_well(maple: Neighborhood) -> None:
    """What was forgotten before there were digests, or kept no words from the beginning."""
    sid = maple.text("Maria", "PIN 4821")["sid"]
    maple.text("Maria", "hello")
    assert sid in _rows(maple, "message", "sid", lambda row: row.body == "")
    move_clock(maple, 32 * DAY)
    assert sid not in _rows(maple, "message", "sid")


@pytest.mark.parametrize("is_asked", [True, False], ids=["forgotten", "after a month"])
def test_a_call_that_is_deleted_takes_no_words_back(maple: Neighborhood, *, is_asked: bool) -> None:
    with speaking(maple) as spoken:
        spoken.recording("RE1")
        spoken.transcript("RE1", "the green door")
        assert "green door" in _everything_here(maple)
        maple.text("Maria", "never mind")
        if is_asked:
            maple.text("Maria", "forget me")
        move_clock(maple, timedelta() if is_asked else 32 * DAY)
        assert _rows(maple, "recording") == []
        spoken.recording("RE1")
        spoken.transcript("RE1", "the green door")
        assert _rows(maple, "recording") == []
        assert "green door" not in _everything_here(maple)
