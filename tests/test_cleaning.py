"""Where a picture was taken is nobody's business but who took it: files as phones make them, before
and after."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from hotline.attachment import type_by_bytes
from hotline.cleaning import SIDE, cleaned
from rehearsal.files import MADE_AT, PLACE, file


def _opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


@pytest.mark.parametrize("name", ["a.jpg", "a.heic", "a.webp"])
def test_a_photo_no_longer_tells_where_it_was_taken(name: str) -> None:
    assert _opened(file(name)).getexif().get_ifd(PLACE), "phones write it there"
    clean = cleaned(file(name)) or b""
    assert type_by_bytes(clean) == "image/jpeg"
    assert not _opened(clean).getexif()
    assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(_opened(clean).info)


def test_it_is_upright_and_of_the_same_color() -> None:
    before, after = _opened(file("a.jpg")), _opened(cleaned(file("a.jpg")) or b"")
    assert (after.width, after.height) == (before.height, before.width)
    pairs = zip(_color(before), _color(after), strict=True)
    assert all(abs(one - other) < 8 for one, other in pairs)


def _color(it: Image.Image) -> tuple[int, ...]:
    found = it.convert("RGB").getpixel((0, 0))
    assert isinstance(found, tuple)
    return found


def test_words_in_a_drawing_go_and_what_one_sees_through_stays() -> None:
    from PIL.PngImagePlugin import PngInfo

    notes, written = PngInfo(), BytesIO()
    notes.add_text("Comment", "12 Oak Street")
    Image.new("RGBA", (4, 4), (200, 0, 0, 77)).save(written, "PNG", pnginfo=notes)
    clean = cleaned(written.getvalue()) or b""
    assert b"Oak" not in clean
    assert _opened(clean).getpixel((0, 0)) == (200, 0, 0, 77)


def test_a_large_picture_is_made_smaller() -> None:
    written = BytesIO()
    Image.new("RGB", (3 * SIDE, SIDE)).save(written, "JPEG")
    assert max(_opened(cleaned(written.getvalue()) or b"").size) == SIDE


def test_a_few_bytes_that_say_they_are_a_billion_pixels_are_not_drawn() -> None:
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(it)) + name + it + struct.pack(">I", zlib.crc32(name + it))
        for name, it in parts
    )
    assert cleaned(bomb) is None


@pytest.mark.parametrize("name", ["a.jpg", "a.heic", "a.webp", "a door"])
def test_half_a_picture_is_none(name: str) -> None:
    whole = file(name)
    assert cleaned(whole[: len(whole) // 2]) is None


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.3gp", "a.m4a"])
def test_a_film_no_longer_tells_where_and_when_it_was_made(name: str) -> None:
    before, made_at = file(name), struct.pack(">I", MADE_AT)
    assert b"+40.6892-073.9442" in before
    assert made_at in before
    clean = cleaned(before) or b""
    assert b"+40" not in clean
    assert made_at not in clean
    assert (len(clean), type_by_bytes(clean)) == (len(before), type_by_bytes(before))
    assert clean[-len(name) :] == before[-len(name) :]  # what is seen and heard stays in its place


@pytest.mark.parametrize("film", [file("tracked.mov"), file("a.mp4")[:-3], file("a.mp4") + b"\0"])
def test_a_film_that_cannot_be_cleaned_is_none(film: bytes) -> None:
    assert cleaned(film) is None


@pytest.mark.parametrize(
    "name", ["a.amr", "a.ogg", "a.mp3", "a.wav", "a.vcf", "a.loc.vcf", "a.pdf"]
)
def test_what_tells_what_somebody_wants_to_tell_stays(name: str) -> None:
    assert cleaned(file(name)) == file(name)
