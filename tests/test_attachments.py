"""What comes with texts is passed on by what its bytes are: fetched with our credentials, and shown
to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood
from sqlalchemy import select

from hotline.cleaning import cleaned
from hotline.store import tables
from rehearsal.files import file


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield opened


@pytest.fixture
def talk(maple: Neighborhood) -> Neighborhood:
    """Ana has taken what Maria asked for."""
    maple.text("Maria", "need milk")
    maple.text("Ana", "yes")
    return maple


def test_a_picture_of_the_request_goes_to_its_taker(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk, this one", media=["the carton"])
    assert [it["media"] for it in texts_to(maple, "Ana")] == [[]], "a page shows no picture"

    maple.text("Ana", "yes")
    shown = texts_to(maple, "Ana")[-1]
    assert shown["body"] == "12, what they sent with it: [a picture]"
    assert files_in(shown) == [clean("the carton")]


def test_pictures_are_passed_on_both_ways(talk: Neighborhood) -> None:
    talk.text("Maria", "the blue door", media=["a door", "a bell"])
    shown = texts_to(talk, "Ana")[-1]
    assert shown["body"] == "Your neighbor (12): the blue door [a picture] [a picture]"
    assert files_in(shown) == [clean("a door"), clean("a bell")]

    talk.text("Ana", "", media=["milk"])
    shown = texts_to(talk, "Maria")[-1]
    assert shown["body"] == "Ana (12): [a picture]"
    assert files_in(shown) == [clean("milk")]


GOES = {
    "a.jpg": ("[a picture]", "image/jpeg"),
    "a.heic": ("[a picture]", "image/jpeg"),
    "a.webp": ("[a picture]", "image/jpeg"),
    "a.amr": ("[a voice message]", "audio/amr"),
    "a.3gp": ("[a voice message]", "audio/3gpp"),
    "a.m4a": ("[a voice message]", "audio/mp4"),
    "a.mp3": ("[a voice message]", "audio/mpeg"),
    "a.ogg": ("[a voice message]", "audio/ogg"),
    "a.wav": ("[a voice message]", "audio/vnd.wave"),
    "a.3gpv": ("[a video]", "video/3gpp"),
    "a.mp4": ("[a video]", "video/mp4"),
    "a.mov": ("[a video]", "video/quicktime"),
    "a.vcf": ("[a contact]", "text/vcard"),
    "a.loc.vcf": ("[a place on the map]", "text/vcard"),
    "a.ics": ("[a file]", "text/calendar"),
    "a.pdf": ("[a file]", "application/pdf"),
    "a.bin": ("[a file]", "image/jpeg"),
}


@pytest.mark.parametrize("name", GOES)
def test_what_phones_send_goes_through(talk: Neighborhood, name: str) -> None:
    called, kind = GOES[name]
    talk.text("Maria", "look", media=[name])
    text = texts_to(talk, "Ana")[-1]
    assert (text["body"], text["status"]) == (f"Your neighbor (12): look {called}", "delivered")
    (found,) = [httpx2.get(it, trust_env=False) for it in text["media"]]
    assert (found.content, found.headers["content-type"]) == (cleaned(file(name)), kind)
    assert not any(it in found.content for it in (b"Exif", b"+40.6892"))


LEFT_OUT = {
    "page.html": "[a picture]",  # it says that it is one
    "a.svg": "[a picture]",
    "a.kml": "[a place on the map]",
    "900 KB.mov": "[a video]",
    "5100 KB.jpg": "[a picture]",
    "broken.jpg": "[a picture]",
    "tracked.mov": "[a video]",
    "https://127.0.0.1:1/gone": "[a picture]",
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_cannot_go_is_left_out_and_both_hear_of_it(talk: Neighborhood, name: str) -> None:
    called = LEFT_OUT[name]
    before = len(texts_to(talk, "Ana"))
    talk.text("Maria", "the door", media=["a door", name, "a bell"])
    words, missing = words_first(texts_to(talk, "Ana")[before:])
    assert words["body"] == f"Your neighbor (12): the door [a picture] {called} [a picture]"
    assert (words["status"], files_in(words)) == ("delivered", [clean("a door"), clean("a bell")])
    assert missing["body"].startswith(f"12: they also sent {called}, which")
    told = texts_to(talk, "Maria")[-1]["body"]
    assert told.startswith(f"12: we could not pass on {called}: too big, or of a kind")


def test_together_no_more_goes_than_the_carrier_takes(talk: Neighborhood) -> None:
    heavy = [f"{it} 250 KB.ogg" for it in range(4)]
    talk.text("Maria", "look", media=heavy)
    words, _ = words_first(texts_to(talk, "Ana")[-2:])
    assert (words["status"], len(words["media"])) == ("delivered", 2)


def test_large_pictures_are_made_smaller_and_all_go(talk: Neighborhood) -> None:
    talk.text("Maria", "look", media=[f"{it} 700 KB.jpg" for it in range(9)])
    text = texts_to(talk, "Ana")[-1]
    assert (text["status"], len(text["media"])) == ("delivered", 9)


def test_at_no_address_of_ours_is_there_anything_that_a_browser_runs(talk: Neighborhood) -> None:
    talk.text("Maria", "look", media=["a door", "page.html", "a.svg"])
    (good,) = words_first(texts_to(talk, "Ana")[-2:])[0]["media"]
    found = httpx2.get(good, trust_env=False)
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-disposition"] == "attachment"
    assert "sandbox" in found.headers["content-security-policy"]
    media = talk.hotline.media
    for place in (1, 2):
        address = addresses_at_carrier(talk)[place]
        assert media.attachment(address) is None
        assert media.texted_voice(address) is None


def test_what_is_refused_all_the_same_takes_nothing_with_it(talk: Neighborhood) -> None:
    before = len(texts_to(talk, "Ana"))
    talk.trouble("code", code=21620, to=CAST["Ana"])
    talk.text("Maria", "the blue door", media=["a door", "a bell"])
    talk.pass_time(timedelta(minutes=1))  # the same words to one person leave one after the other
    words, *alone = sorted(texts_to(talk, "Ana")[before:], key=lambda it: len(it["media"]))
    assert words["body"] == "Your neighbor (12): the blue door [a picture] [a picture]"
    assert sorted(files_in(it)[0] for it in alone) == sorted([clean("a door"), clean("a bell")])
    assert {it["body"] for it in alone} == {"12, what they sent with it: [a picture]"}


def test_one_that_is_refused_by_itself_is_told_to_both(talk: Neighborhood) -> None:
    before = len(texts_to(talk, "Ana"))
    talk.trouble("code", code=21620, to=CAST["Ana"])
    talk.text("Maria", "the blue door", media=["a door"])
    words, missing = words_first(texts_to(talk, "Ana")[before:])
    assert (words["media"], missing["body"][:22]) == ([], "12: they also sent [a ")
    assert "we could not pass on [a picture]" in texts_to(talk, "Maria")[-1]["body"]


def test_what_the_carrier_does_not_give_now_waits(talk: Neighborhood) -> None:
    before = len(texts_to(talk, "Ana"))
    talk.trouble("files_broken", times=2)
    talk.text("Maria", "the blue door", media=["a door"])
    assert len(texts_to(talk, "Ana")) == before
    talk.pass_time(timedelta(minutes=2))
    (text,) = texts_to(talk, "Ana")[before:]
    assert files_in(text) == [clean("a door")]


def test_words_do_not_wait_for_ever(talk: Neighborhood) -> None:
    before = len(texts_to(talk, "Ana"))
    talk.trouble("files_broken", times=99)
    talk.text("Maria", "the blue door", media=["a door"])
    talk.pass_time(timedelta(minutes=5))
    words, missing = words_first(texts_to(talk, "Ana")[before:])
    assert (words["status"], words["media"]) == ("delivered", [])
    assert "[a picture]" in missing["body"]


def test_an_attachment_is_found_only_at_an_address_that_we_made(talk: Neighborhood) -> None:
    talk.text("Maria", "", media=["a door"])
    (address,) = texts_to(talk, "Ana")[-1]["media"]
    assert address.startswith(f"{talk.address}/sms/picture/MM")

    found = httpx2.get(address, trust_env=False)
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert found.headers["cache-control"] == "no-store"
    assert httpx2.head(address, trust_env=False).headers["content-type"] == "image/png"
    for wrong in (
        address.partition("?")[0],
        address.replace("key=", "key=0"),
        address.replace("/0?", "/1?"),
        address.replace("until=1", "until=2"),
        address.replace("/sms/picture/", "/voice/listen/"),
    ):
        assert httpx2.get(wrong, trust_env=False).status_code == 403, wrong
    talk.now.moment += timedelta(hours=13)
    assert httpx2.get(address, trust_env=False).status_code == 403


@pytest.mark.parametrize(
    ("name", "kind"), [("ring.wav", "audio/x-wav"), ("a.mp3", "audio/mpeg"), ("a.amr", None)]
)
def test_a_call_plays_what_the_carrier_can_play(
    talk: Neighborhood, name: str, kind: str | None
) -> None:
    talk.text("Maria", "", media=[name])
    query = select(tables.message.c.sid).order_by(tables.message.c.id.desc())
    query = query.where(tables.from_somebody)
    sid = talk.database.read(lambda c: c.execute(query).scalars().first())
    found = httpx2.get(talk.hotline.media.listening_address(f"{sid}/0"), trust_env=False)
    assert found.status_code == (200 if kind else 404)
    assert found.headers.get("content-type") == kind


def texts_to(maple: Neighborhood, who: str) -> list[dict[str, Any]]:
    """What was made through the carrier's API for this phone, oldest first."""
    found = httpx2.get(f"{maple.address}/rehearsal/texts", trust_env=False).json()["texts"]
    return [it for it in found if it["phone"] == CAST[who] and it["by"] == "api"]


def words_first(texts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is fetched along may arrive after what was sent later."""
    return sorted(texts, key=lambda it: "they also sent" in it["body"])


def files_in(text: dict[str, Any]) -> list[bytes]:
    """As the carrier gets them: without credentials."""
    return [httpx2.get(it, trust_env=False).content for it in text["media"]]


def addresses_at_carrier(maple: Neighborhood) -> list[str]:
    """Of what came with the last text."""
    query = select(tables.message.c.pictures).where(tables.from_somebody)
    last = query.order_by(tables.message.c.id.desc())
    kept = maple.database.read(lambda c: c.execute(last).scalars().first()) or []
    return [address for address, _ in kept]


def clean(name: str) -> bytes | None:
    """The file of this name, as it is passed on."""
    return cleaned(file(name))
