"""Two organizers with the same page before them, who send its form at the same moment: one of them
is told what the other did. On PostgreSQL, where two forms are read side by side; on SQLite one
comes after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, Neighborhood, open_neighborhood
from sqlalchemy import Connection
from test_board import WITH_BOARD

from board.pages import entry, request
from hotline.help_request import HelpRequest, State
from hotline.store import forgetting, people


@pytest.fixture
def maple(postgresql_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(postgresql_url, redis_url, WITH_BOARD) as opened:
        yield opened


def then(look: Callable[..., Any], acts: Callable[[], Any]) -> Callable[..., Any]:
    """As `look`, and after its first time somebody else acts before what follows from it."""
    left = [acts]

    def looks(*arguments: Any) -> Any:
        found = look(*arguments)
        if left:
            with ThreadPoolExecutor(1) as other:
                other.submit(left.pop()).result()
        return found

    return looks


def the_one(maple: Neighborhood) -> HelpRequest:
    (found,) = maple.requests()
    return found


@pytest.mark.parametrize("deed", ["correct", "close", "assign", "anew", "ask"])
def test_of_two_who_act_at_once_the_second_is_told_what_the_first_did(
    maple: Neighborhood,
    cleo: AtTheBoard,
    dee: AtTheBoard,
    monkeypatch: pytest.MonkeyPatch,
    deed: str,
) -> None:
    maple.text("Maria", "need food near 11216")
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "needs": "medicine"})
    for board in (cleo, dee):
        board.goes_to("/requests/12")

    def dee_corrects() -> None:
        dee.posts("/requests/12/correct", {"need": "ride", "area": "eastside", "people": "3"})
        assert dee.status == 200, dee.words

    monkeypatch.setattr(request, "is_stale", then(request.is_stale, dee_corrects))
    said = {"need": "medicine", "people": "5", "name": "Ana", "area": "westside"}
    seen = cleo.sends(f"/requests/12/{deed}", said)
    assert (cleo.status, "Somebody changed this meanwhile" in seen) == (409, True)
    it = the_one(maple)
    assert (it.needs, it.people, it.takers) == (("ride",), 3, ())
    assert it.state is State.OPEN


def test_of_two_who_write_an_entry_at_once_the_second_sees_the_first(
    maple: Neighborhood, cleo: AtTheBoard, dee: AtTheBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "areas": "westside"})
    cleo.goes_to("/people?name=Ana")
    at = re.findall(r'href="/board(/people/\d+)"', cleo.page)[0]
    digests = []
    for board in (cleo, dee):
        board.goes_to(f"{at}/edit")
        digests += re.findall(r'name="digest" value="(\w+)"', board.page)

    def dee_writes() -> None:
        dee.posts(f"{at}/edit", {"digest": digests[1], "name": "Anne", "areas": "westside"})

    monkeypatch.setattr(entry, "the_person", then(entry.the_person, dee_writes))
    seen = cleo.sends(f"{at}/edit", {"digest": digests[0], "name": "Anna", "areas": "eastside"})
    assert (cleo.status, "Somebody changed this meanwhile" in seen) == (409, True)
    assert "Anne" in dee.goes_to(at)


def test_who_is_forgotten_while_their_entry_is_written_stays_forgotten(
    maple: Neighborhood, cleo: AtTheBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "areas": "westside"})
    cleo.goes_to("/people?name=Ana")
    at = re.findall(r'href="/board(/people/\d+)"', cleo.page)[0]
    cleo.goes_to(f"{at}/edit")
    (digest,) = re.findall(r'name="digest" value="(\w+)"', cleo.page)

    def ana_is_forgotten() -> None:
        def forget(connection: Connection) -> None:
            ana = people.who_is_at(connection, CAST["Ana"])
            assert ana is not None
            forgetting.forget(connection, ana, (), maple.now())

        maple.database.write(forget)

    monkeypatch.setattr(entry, "the_person", then(entry.the_person, ana_is_forgotten))
    cleo.sends(f"{at}/edit", {"digest": digest, "name": "Ana", "areas": "eastside"})
    assert cleo.status == 404
    assert maple.database.read(lambda it: people.who_is_at(it, CAST["Ana"])) is None
