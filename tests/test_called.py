"""What each on the roster is called to others: by the first name, and nobody by another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from neighborhood import NETWORK, Neighborhood, open_neighborhood
from sqlalchemy import select, text

from hotline.names import shown_names
from hotline.store import migrate, tables
from hotline.store.database import Database
from rehearsal.neighborhood.scene import CAST

OPEN = NETWORK + '\n[roster]\njoining = "open"\n'


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, OPEN) as opened:
        yield opened


def called(maple: Neighborhood) -> list[str | None]:
    """Everybody on the roster, who came first first."""
    found = select(tables.neighbor.c.called).where(tables.neighbor.c.on_roster)
    ordered = found.order_by(tables.neighbor.c.id)
    return list(maple.database.read(lambda c: c.execute(ordered).scalars()))


def put(maple: Neighborhood, *names: str) -> None:
    phones = [CAST[it] for it in ("Ana", "Ben", "Chi", "Nora")]
    maple.put_on_roster(
        *({"phone": phone, "name": name} for phone, name in zip(phones, names, strict=False))
    )


def test_in_a_file_of_several_with_one_name_each_is_called_by_another(maple: Neighborhood) -> None:
    put(maple, "Ana Ruiz", "Lopez, ana", "Dr. Ana Lopez", "Ana")
    assert called(maple) == ["Ana", "Ana L.", "Ana 2", "Ana 3"]


def test_the_same_file_once_more_changes_nothing(maple: Neighborhood) -> None:
    put(maple, "Ana Ruiz", "Ana Lopez")
    put(maple, "Ana Ruiz", "Ana Lopez")
    assert called(maple) == ["Ana", "Ana L."]


def test_who_leaves_leaves_the_name_to_others(maple: Neighborhood) -> None:
    put(maple, "Ana", "Ana")
    maple.order("Ana", "forget me")
    maple.text("Sam", "join Ana")
    assert called(maple) == ["Ana 2", "Ana"]
    maple.text("Ana", "back")
    assert sorted(map(str, called(maple))) == ["Ana", "Ana 2", "Ana 3"]


def test_who_changes_their_name_into_another_is_told(maple: Neighborhood) -> None:
    put(maple, "Ana", "Ben")
    maple.text("Ben", "name ANA")
    read = [it.body for it in maple.received() if it.who == "Ben"]
    assert any("to others you are ANA 2" in it for it in read)
    assert called(maple) == ["Ana", "ANA 2"]


def test_who_says_a_name_that_somebody_has_is_told_by_text(maple: Neighborhood) -> None:
    put(maple, "Ana")
    maple.call("Sam")
    for key in ("1", "8"):
        maple.press("Sam", key)
    maple.say("Sam", "my name is Ana")
    maple.press("Sam", "#")
    maple.hang_up("Sam")
    read = [it.body for it in maple.received() if it.who == "Sam"]
    assert any("to others you are Ana 2" in it for it in read)


def test_a_name_of_ones_own_costs_no_text(maple: Neighborhood) -> None:
    put(maple, "Ana")
    maple.text("Sam", "join Samira")
    assert len(maple.received()) == 1
    assert called(maple) == ["Ana", "Samira"]


def test_several_who_come_at_once_do_not_get_a_name_that_is_taken(maple: Neighborhood) -> None:
    put(maple, "Ana", "Ana")
    maple.text("Ana", "name Lucia")
    twins = [{"phone": CAST[it], "name": "Ana"} for it in ("Chi", "Nora")]
    maple.put_on_roster(*twins)
    assert called(maple) == ["Lucia", "Ana 2", "Ana", "Ana 3"]


def test_there_is_always_one_left() -> None:
    assert shown_names("Ana", 41) == ["Ana", *(f"Ana {it}" for it in range(2, 10)), "Ana 41"]


def test_who_was_there_before_is_called_by_a_name_of_their_own(
    older_database: Callable[[str], Database],
) -> None:
    database = older_database("0007")
    put_there = "INSERT INTO neighbor (phone, name, on_roster, since) VALUES "
    rows = ", ".join(f"('{CAST[it]}', 'Ana', true, '2026-01-01')" for it in ("Ana", "Ben"))
    database.write(lambda c: c.execute(text(put_there + rows)))
    migrate.upgrade(database)
    found = select(tables.neighbor.c.called).order_by(tables.neighbor.c.id)
    assert database.read(lambda c: c.execute(found).scalars().all()) == ["Ana", "Ana 2"]
