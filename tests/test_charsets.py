"""Genuine forms in other letters than UTF-8, and with half an emoji: kept, read and answered.

The signature is over what was sent: its bytes, or the letters that they stand for.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

import httpx2
import pytest
from neighborhood import TOKEN
from test_webhook_guard import FORM, Door, answered, open_door, sms

from hotline import wire
from hotline.store.tables import request


@pytest.fixture
def door(sqlite_url: str, redis_url: str) -> Iterator[Door]:
    with open_door(sqlite_url, redis_url) as it:
        yield it


@pytest.fixture
def either_door(database_url: str, redis_url: str) -> Iterator[Door]:
    """Each test with this runs on both databases."""
    with open_door(database_url, redis_url) as it:
        yield it


def signed(url: str, fields: Mapping[str, bytes]) -> str:
    """Over these bytes."""
    whole = url.encode() + b"".join(name.encode() + fields[name] for name in sorted(fields))
    return b64encode(hmac.digest(TOKEN.encode(), whole, "sha1")).decode()


def text(
    door: Door, body: bytes, charset: str = "", over: bytes | None = None, sid: str = "SM1"
) -> httpx2.Response:
    """A text whose words are these bytes, each percent-encoded; signed over them, or `over`
    others."""
    plain = {name: value.encode() for name, value in sms(sid=sid).items()}
    sent = "&".join(f"{name}={quote(it)}" for name, it in {**plain, "Body": body}.items())
    signature = signed(f"{door.address}/sms", {**plain, "Body": body if over is None else over})
    kind = f"{FORM}; charset={charset}" if charset else FORM
    return door.post(sent.encode(), signature, content_type=kind)


NEED = "necesito comida, por favor: niño pequeño, está solo"


@pytest.mark.parametrize(
    "charset", ["", "UTF-8", "ISO-8859-1", "iso-8859-15", "windows-1252", "us-ascii", "made-up"]
)
@pytest.mark.parametrize("is_over_letters", [False, True])
def test_western_letters_are_read_whatever_they_say_they_are(
    either_door: Door, charset: str, is_over_letters: bool
) -> None:
    over = NEED.encode() if is_over_letters else None
    (told,) = answered(text(either_door, NEED.encode("latin-1"), charset, over))
    assert "12" in told
    assert either_door.bodies() == [NEED]
    assert either_door.count(request) == 1


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        *(("UTF-16", "we need food é"), ("utf-16le", "we need food é")),
        *(("UTF-16BE", "we need food é"), ("windows-1251", "нужна помощь food")),
        *(("shift_jis", "食べ物 food"), ("gb18030", "需要 food"), ("iso-8859-2", "žádost food")),
        ('"utf-8"', "необходима food"),
    ],
)
@pytest.mark.parametrize("is_over_letters", [False, True])
def test_declared_letters_are_read(
    door: Door, charset: str, body: str, is_over_letters: bool
) -> None:
    over = body.encode() if is_over_letters else None
    answered(text(door, body.encode(charset.strip('"')), charset, over))
    assert door.bodies() == [body]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_whole_form_in_utf_16_is_read(door: Door, codec: str) -> None:
    fields = sms("we need food é")
    sent = "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items())
    signature = signed(f"{door.address}/sms", {it: value.encode() for it, value in fields.items()})
    kind = f"{FORM}; charset=utf-16"
    answered(door.post(sent.encode(codec), signature, content_type=kind))
    assert door.bodies() == ["we need food é"]


HALVES = {
    "half an emoji": (b"we need food \xed\xa0\xbd", "we need food \ufffd"),
    "the other half": (b"\xed\xb2\xa9 we need food", "\ufffd we need food"),
    "both halves": (b"we need food \xed\xa0\xbd\xed\xb2\xa9", "we need food \U0001f4a9"),
    "cut off": (b"we need food \xf0\x9f\x98", "we need food \ufffd"),
    "cut off in words": (b"ni\xc3\xb1o \xf0\x9f we need food", "niño \ufffd we need food"),
    "bytes": (b"\xff\xfe we need food \x80\x81", None),
    "NUL": (b"\x00we need\x00 food\x00", "we need food"),
    "NUL and half": (b"we need food\x00 \xed\xa0\xbd", "we need food \ufffd"),
}


@pytest.mark.parametrize(("sent", "kept"), HALVES.values(), ids=HALVES)
def test_what_is_broken_is_read_as_far_as_it_goes(
    either_door: Door, sent: bytes, kept: str | None
) -> None:
    (told,) = answered(text(either_door, sent))
    assert "12" in told
    (body,) = either_door.bodies()
    assert kept is None or body == kept
    assert "we need food" in body
    assert either_door.count(request) == 1
    assert answered(text(either_door, sent)) == [told]


@pytest.mark.parametrize("mark", [b"\xef\xbf\xbd", b"?"])
def test_a_signature_over_marks_in_the_place_of_half_an_emoji_holds(
    door: Door, mark: bytes
) -> None:
    answered(text(door, b"we need food \xed\xa0\xbd", over=b"we need food " + mark))
    assert door.bodies() == ["we need food \ufffd"]


def test_letters_that_are_not_encoded_are_read(door: Door) -> None:
    fields = sms("BODY")
    raw = "&".join(f"{name}={quote(value)}" for name, value in fields.items()).encode()
    body = "we need food é".encode()
    plain = {name: value.encode() for name, value in fields.items()}
    signature = signed(f"{door.address}/sms", {**plain, "Body": body})
    answered(door.post(raw.replace(b"BODY", body.replace(b" ", b"+")), signature))
    assert door.bodies() == ["we need food é"]


@pytest.mark.parametrize("charset", ["", "iso-8859-1", "utf-16"])
def test_other_bytes_than_those_signed_are_refused(door: Door, charset: str) -> None:
    for over in (b"", b"we need food", NEED.encode("latin-1")):
        answer = text(door, b"we need food \xed\xa0\xbd", charset, over)
        assert (answer.status_code, answer.content) == (403, b"")
    assert door.rows() == 0


@pytest.mark.parametrize("charset", ["idna", "unicode_escape", "zlib", "rot13", "x" * 5000, "%"])
def test_a_charset_that_is_none_makes_no_difference(door: Door, charset: str) -> None:
    answered(text(door, b"we need food \\u0041 \xe9", charset))
    assert door.bodies() == ["we need food \\u0041 é"]


@pytest.mark.parametrize("stop", [b"STOP\x00", b"STOP \xed\xa0\xbd", b"STOP \xf0\x9f"])
def test_a_stop_is_a_stop(door: Door, stop: bytes) -> None:
    answered(text(door, stop))
    assert answered(text(door, b"we need food", sid="SM2")) == []
    assert len(door.bodies()) == 2


def test_every_byte_that_was_sent_is_signed_over() -> None:
    """And read as something that every database keeps."""
    for first in range(256):
        raw = bytes([first, 0x80, first])
        ((_, value),) = wire.fields(b"Body=" + quote(raw).encode(), 10)
        assert value.encode("utf-8", "surrogateescape") == raw
        for charset in ("", "iso-8859-1", "utf-16", "shift_jis"):
            ((_, letters),) = wire.readable([("Body", value)], charset)
            wire.speakable(letters).encode()
