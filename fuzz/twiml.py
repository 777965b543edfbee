"""Any texts, written as TwiML for texts and for calls: an XML parser reads exactly these.

    python fuzz/twiml.py [libFuzzer's options] [folder of inputs that were found]

An input is the texts one after the other, with a byte between them that UTF-8 never has.
"""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import atheris

with atheris.instrument_imports(include=["sms.webhook", "ivr.twiml", "twilio.twiml"]):
    from ivr import twiml
    from ivr.menu import Wait
    from sms import webhook

BETWEEN = b"\xff"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


TO = twiml.Addresses("https://a.example/step?turn=1", "https://a.example/recording")


def one_input(data: bytes) -> None:
    texts = [letters_of(part) for part in data.split(BETWEEN)] if data else []
    as_texts(texts)
    for wait in Wait:
        as_a_call(texts, wait)


def as_a_call(texts: list[str], wait: Wait) -> None:
    said = [twiml.Spoken(text, "Polly.Joanna", "en-US") for text in texts]
    root = ElementTree.fromstring(twiml.document(said, wait, TO).encode())  # noqa: S314 - our own
    where = root[0] if wait in (Wait.KEY, Wait.DIGITS, Wait.CONSENT) else root
    assert [verb.text or "" for verb in where.findall("Say")] == [as_read(text) for text in texts]
    assert not any(list(verb) for verb in where.iter("Say")), "words stay words"
    if wait is not Wait.NOTHING:
        is_last = wait in (Wait.HANG_UP, Wait.CONSENT)
        assert root[-1].tag == ("Hangup" if is_last else "Redirect")


def as_texts(texts: list[str]) -> None:
    written = webhook.twiml(texts)
    assert written.startswith((f"{HEAD}<Response>", f"{HEAD}<Response />"))
    root = ElementTree.fromstring(written.encode())  # noqa: S314 - our own
    assert root.tag == "Response"
    assert [verb.tag for verb in root] == ["Message"] * len(texts)
    assert [verb.text or "" for verb in root] == [as_read(text) for text in texts]
    assert not any(list(verb) or verb.attrib for verb in root), "texts stay texts"


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
