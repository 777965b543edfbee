"""Texts as the carrier would bring them: whole HTTP requests, signed before the clock runs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from bench.town import ACCOUNT, AREAS, NUMBER, PUBLIC_URL, TOKEN

ANSWERED_BY_THEN = 64  # texts later somebody's first text was answered, on any few connections

ASKING = (
    "need groceries for 2 kids near {area}",
    "Hi, can somebody give me a ride to the clinic tomorrow morning? {area}",
    "I ran out of insulin and cannot get to the pharmacy, {area}",
    "we lost our apartment, need a place to sleep tonight around {area}",
    "looking for someone to watch my son from 3 to 6, I live in {area}",
    "I am so lonely, need someone to talk to",
    "my mother needs a warm meal today. {area}, third floor",
    "necesito comida para mi familia cerca de {area}",
    "alguien me puede llevar al hospital? transporte por favor, {area}",
    "necesito medicina para mi abuela, {area}",
    "the heat is out and I have a baby, please help",
    "could someone fix a broken lock in {area}? the door does not close",
)
MORE = (
    "we are two adults and a baby",
    "I am in {area}",
    "the second floor, ring twice",
    "it should be after 5 pm",
    "no peanuts please, allergic",
    "y también leche",
)
OTHERS = ("status", "thank you so much", "hello?", "ok")


@dataclass(frozen=True)
class Text:
    sender: str
    body: str


class People:
    """Everybody who texts in one run: nobody is asked for twice, and no text is the same."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - the same texts each time
        self._numbers = count(2_000_000)

    def stranger(self) -> str:
        return f"+1347{next(self._numbers)}"

    def request(self, sender: str | None = None) -> Text:
        return Text(sender or self.stranger(), self._filled(ASKING))

    def mixture(self, length: int, answers: Iterator[Text]) -> list[Text]:
        """What comes in on a busy day: 70 % ask, 20 % add words to what they asked, 5 % say
        something else, and 5 % are answers of volunteers (while there are `answers`)."""
        texts: list[Text] = []
        asked: list[str] = []
        for place in range(length):
            known = asked[: max(0, len(asked) - ANSWERED_BY_THEN)]
            share = self._chance.random()
            if share < 0.05 and (answer := next(answers, None)):
                texts.append(answer)
            elif share < 0.10 and known:
                texts.append(Text(self._chance.choice(known), self._chance.choice(OTHERS)))
            elif share < 0.30 and known:
                texts.append(Text(known[place % len(known)], self._filled(MORE)))
            else:
                texts.append(self.request())
                asked.append(texts[-1].sender)
        return texts

    def _filled(self, sentences: Sequence[str]) -> str:
        return self._chance.choice(sentences).format(area=self._chance.choice(AREAS))


def http_requests(texts: Sequence[Text]) -> list[bytes]:
    return [http_request(text) for text in texts]


def http_request(text: Text) -> bytes:
    """One text as the carrier posts it to `/sms`, all of its fields, signed."""
    sid = f"SM{uuid4().hex}"
    fields = {
        "ToCountry": "US",
        "ToState": "NY",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "NEW YORK",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "NY",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text.body,
        "FromCountry": "US",
        "To": NUMBER,
        "ToZip": "10001",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": text.sender,
        "ApiVersion": "2010-04-01",
    }
    return form_request(PUBLIC_URL, "/sms", fields)


def form_request(public_url: str, path: str, fields: dict[str, str]) -> bytes:
    """A form as the carrier posts it, signed."""
    body = urlencode(fields).encode("ascii")
    head = (
        f"POST {path} HTTP/1.1\r\n"
        "Host: help.example.org\r\n"
        "User-Agent: TwilioProxy/1.1\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {signature(f'{public_url}{path}', fields)}\r\n"
        f"I-Twilio-Idempotency-Token: {uuid4()}\r\n"
        "\r\n"
    )
    return head.encode("ascii") + body


def signature(address: str, fields: dict[str, str]) -> str:
    """https://www.twilio.com/docs/usage/security, for the address that we call ourselves."""
    signed = address + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")
