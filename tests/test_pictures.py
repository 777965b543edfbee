"""Pictures are passed on: fetched with our credentials, and shown to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood
from sqlalchemy import select

from hotline.store import tables
from rehearsal.pictures import picture


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield opened


def test_a_picture_of_the_request_goes_to_its_taker(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk, this one", media=["the carton"])
    assert [it["media"] for it in texts_to(maple, "Ana")] == [[]], "a page shows no picture"

    maple.text("Ana", "yes")
    shown = texts_to(maple, "Ana")[-1]
    assert shown["body"] == "12, what they sent with it: [a picture]"
    assert pictures_in(shown) == [sent_by(maple, "Maria")]


def test_pictures_are_passed_on_both_ways(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    maple.text("Ana", "yes")
    maple.text("Maria", "the blue door", media=["a door", "a bell"])
    shown = texts_to(maple, "Ana")[-1]
    assert shown["body"] == "Your neighbor (12): the blue door [a picture] [a picture]"
    assert len(pictures_in(shown)) == 2
    assert pictures_in(shown)[0] == sent_by(maple, "Maria")

    maple.text("Ana", "", media=["milk"])
    shown = texts_to(maple, "Maria")[-1]
    assert shown["body"] == "Ana (12): [a picture]"
    assert pictures_in(shown) == [sent_by(maple, "Ana")]


def test_words_arrive_when_their_picture_cannot(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    maple.text("Ana", "yes")
    maple.text("Maria", "the blue door", media=["https://127.0.0.1:1/gone"])
    words = "Your neighbor (12): the blue door [a picture]"
    found = [(it["status"], it["error"], it["body"]) for it in texts_to(maple, "Ana")][-2:]
    assert found == [("undelivered", 12300, words), ("delivered", None, words)]


def test_a_picture_is_found_only_at_an_address_that_we_made(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    maple.text("Ana", "yes")
    maple.text("Maria", "", media=["a door"])
    (address,) = texts_to(maple, "Ana")[-1]["media"]
    assert address.startswith(f"{maple.address}/sms/picture/MM")

    found = httpx2.get(address, trust_env=False)
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert found.headers["cache-control"] == "no-store"
    for wrong in (
        address.partition("?")[0],
        address.replace("key=", "key=0"),
        address.replace("/0?", "/1?"),
        address.replace("until=1", "until=2"),
    ):
        assert httpx2.get(wrong, trust_env=False).status_code == 403, wrong
    maple.now.moment += timedelta(hours=13)
    assert httpx2.get(address, trust_env=False).status_code == 403


def test_what_a_browser_would_run_is_passed_on_to_nobody(maple: Neighborhood) -> None:
    """Whoever sends a web page in the place of a picture shows it at none of our addresses."""
    maple.text("Maria", "need milk")
    maple.text("Ana", "yes")
    maple.text("Maria", "look", media=[f"{maple.address}/rehearsal/phones"])
    (address,) = texts_to(maple, "Ana")[-2]["media"]
    assert httpx2.get(address, trust_env=False).status_code == 404


def texts_to(maple: Neighborhood, who: str) -> list[dict[str, Any]]:
    """What was made through the carrier's API for this phone, oldest first."""
    found = httpx2.get(f"{maple.address}/rehearsal/texts", trust_env=False).json()["texts"]
    return [it for it in found if it["phone"] == CAST[who] and it["by"] == "api"]


def pictures_in(text: dict[str, Any]) -> list[bytes]:
    """As the carrier gets them: without credentials."""
    return [httpx2.get(it, trust_env=False).content for it in text["media"]]


def sent_by(maple: Neighborhood, who: str) -> bytes:
    """The first picture of somebody's last text."""
    query = (
        select(tables.message.c.pictures)
        .join(tables.neighbor, tables.neighbor.c.id == tables.message.c.neighbor_id)
        .where(tables.neighbor.c.phone == CAST[who], tables.from_somebody)
        .order_by(tables.message.c.id.desc())
    )
    address = maple.database.read(lambda c: c.execute(query).scalars().first())[0]
    return picture(address.rpartition("/")[2])
