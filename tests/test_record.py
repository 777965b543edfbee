"""The record of who decided what: on both databases, and without numbers or words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from neighborhood import Neighborhood, open_neighborhood

from hotline.store import record


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url) as opened:
        opened.put_on_roster({"phone": "+12125550141", "name": "Ana"})
        yield opened


def test_what_people_decide_is_kept(maple: Neighborhood) -> None:
    maple.text("Ana", "pause 3d")
    maple.text("Ana", "back")
    maple.text("Ana", "can ride")
    maple.text("Ben", "join Ben")
    maple.text("Ana", "vouch 8642")
    maple.text("Maria", "need groceries")
    maple.text("Ben", "yes 12")
    maple.text("Ana", "yes 12")
    maple.text("Ana", "cant 12")
    maple.text("Ben", "cant 12")
    found = maple.database.read(lambda c: record.events(c, 100))
    ana, ben = 1, 2
    assert [(it.who, it.what, it.about, it.request) for it in found] == [
        (ana, "paused", None, None),
        (ana, "back", None, None),
        (ana, "needs", None, None),
        (ben, "name", None, None),
        (ben, "wants_in", None, None),
        (ana, "vouched", ben, None),
        (ben, "took", None, 12),
        (ben, "handed_back", None, 12),
    ]
    assert maple.database.read(lambda c: record.events(c, 1)) == found[-1:]
