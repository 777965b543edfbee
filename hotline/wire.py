"""What stands in a form from the carrier: read in whatever letters it was written, and made safe to
keep and to say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl

Fields = Sequence[tuple[str, str]]

# What neither XML nor PostgreSQL can hold: a text with it could be quoted to nobody.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Alphabets that are read besides UTF-8, by the names that Python has for them too.
_CHARSETS: Final = re.compile(
    r"iso-?8859-(?:[1-9]|1[03-6])|windows-125[0-8]|koi8-[ru]|utf-16(?:le|be)?"
    r"|shift_jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5"
)
_WESTERN: Final = {"", "utf-8", "iso-8859-1", "iso8859-1"}  # read as windows-1252, as browsers do
_BYTE_ORDERS: Final = (b"\xff\xfe", b"\xfe\xff")  # what UTF-16 begins with
_UTF8: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")  # letters of two bytes and more


def speakable(words: str) -> str:
    return _UNSPEAKABLE.sub("", words)


def number(written: str) -> int | None:
    """A number of at most nine digits, or None."""
    is_number = written.isascii() and written.isdigit() and len(written) < 10
    return int(written) if is_number else None


def fields(body: bytes, most: int) -> Fields:
    """The fields of an encoded form, blank ones kept, each byte as it was sent: what is no UTF-8
    is a surrogate (PEP 383) until it is made `readable`. Raises ValueError if there are more than
    `most`."""
    plain = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % found[0][0], _in_bytes(body))
    written = plain.decode("ascii")
    return parse_qsl(written, keep_blank_values=True, max_num_fields=most, errors="surrogateescape")


def _in_bytes(body: bytes) -> bytes:
    """A whole form in UTF-16 as one in UTF-8: there is no other that has a zero in it."""
    if b"\x00" not in body:
        return body
    order = "utf-16" if body.startswith(_BYTE_ORDERS) else _byte_order(body)
    return body.decode(order, "replace").encode()


def _byte_order(body: bytes) -> str:
    return "utf-16-be" if body.startswith(b"\x00") else "utf-16-le"


def readable(sent: Fields, charset: str) -> Fields:
    """The same in letters. `charset`: what the form says of itself, which need not be true."""
    return [(_letters(name, charset), _letters(value, charset)) for name, value in sent]


def renderings(sent: Fields, charset: str) -> Iterator[Fields]:
    """What a signature of a form may be over: the bytes that were sent, the letters that they stand
    for, and these as some write them who cannot."""
    yield sent
    read = readable(sent, charset)
    if read != sent:
        yield read
        yield [(name, value.replace("\ufffd", "?")) for name, value in read]


def _letters(sent: str, charset: str) -> str:
    if sent.isascii() and "\x00" not in sent:
        return sent
    raw = sent.encode("utf-8", "surrogateescape")
    charset = charset.lower()
    declared = charset if _CHARSETS.fullmatch(charset) and charset not in _WESTERN else None
    if declared and declared.startswith("utf-16") and b"\x00" in raw:
        return raw.decode(declared, "replace")
    return _utf8(raw) or _other(raw, declared, charset)


def _utf8(raw: bytes) -> str:
    """Empty for what is none. Two halves of an emoji, each by itself, are put together; of one
    there stays a mark."""
    try:
        halves = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return ""
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _other(raw: bytes, declared: str | None, charset: str) -> str:
    """In the declared alphabet; else as UTF-8 with something broken, if it has whole letters or
    their beginnings; else in the one of Western Europe, whatever it says of itself."""
    if declared:
        return raw.decode(declared, "replace")
    is_broken = _UTF8.search(raw) and charset in ("", "utf-8")
    return raw.decode("utf-8" if is_broken else "windows-1252", "replace")
