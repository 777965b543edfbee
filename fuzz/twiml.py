"""Any texts, written as TwiML for texts and for calls: an XML parser reads exactly these.

    python fuzz/twiml.py [libFuzzer's options] [folder of inputs that were found]

An input is the texts one after the other, with a byte between them that UTF-8 never has.
"""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import atheris

with atheris.instrument_imports(include=["hotline.carriers.twilio"]):
    from hotline.carriers.twilio import twiml

from hotline.document import Document, Said, Wait
from hotline.store.messages import Replied

BETWEEN = b"\xff"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
PUBLIC = "https://a.example"
STUDIO = twiml.Studio(PUBLIC, "+12125550199", {}, lambda sid: f"{PUBLIC}/{sid}", "US", {})


def one_input(data: bytes) -> None:
    texts = [letters_of(part) for part in data.split(BETWEEN)] if data else []
    as_texts(texts)
    for wait in Wait:
        as_a_call(texts, wait)


def as_a_call(texts: list[str], wait: Wait) -> None:
    said = tuple(Said(text, "en") for text in texts)
    written = twiml.document(Document(said, wait, "en", 1, 2), STUDIO)
    root = ElementTree.fromstring(written.encode())  # noqa: S314 - our own
    where = root[0] if wait in (Wait.KEY, Wait.DIGITS, Wait.CONSENT) else root
    is_said([verb.text or "" for verb in where.findall("Say")], [as_read(text) for text in texts])
    assert not any(list(verb) for verb in where.iter("Say")), "words stay words"
    if wait is not Wait.NOTHING:
        is_last = wait in (Wait.HANG_UP, Wait.CONSENT)
        assert root[-1].tag == ("Hangup" if is_last else "Redirect")


def is_said(heard: list[str], texts: list[str]) -> None:
    """Word by word; what is too long to be said at once, in pieces."""
    longest = twiml.LONGEST_SAYING
    if all(len(text) <= longest for text in texts):
        assert heard == texts
    assert all(len(piece) <= longest for piece in heard)
    assert "".join("".join(heard).split()) == "".join("".join(texts).split()), "nothing is left out"


def as_texts(texts: list[str]) -> None:
    written = twiml.replies([Replied(*it) for it in enumerate(texts)], PUBLIC)
    assert written.startswith((f"{HEAD}<Response>", f"{HEAD}<Response />"))
    root = ElementTree.fromstring(written.encode())  # noqa: S314 - our own
    assert root.tag == "Response"
    assert [verb.tag for verb in root] == ["Message"] * len(texts)
    assert [verb.text or "" for verb in root] == [as_read(text) for text in texts]
    assert not any(list(verb) for verb in root), "texts stay texts"
    told_at = [f"{PUBLIC}/sms/status?text={place}#rc=3&rp=all" for place in range(len(texts))]
    assert [verb.attrib for verb in root] == [{"statusCallback": it} for it in told_at]


def letters_of(data: bytes) -> str:
    """Any letters at all: lone surrogates too, and bytes that are no UTF-8 become such."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def as_read(text: str) -> str:
    """What XML can hold of it (https://www.w3.org/TR/xml/#charsets), lines ended its way."""
    kept = "".join(letter for letter in text if is_in_xml(ord(letter)))
    return kept.replace("\r\n", "\n").replace("\r", "\n")


def is_in_xml(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or code >= 0x10000
    )


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
