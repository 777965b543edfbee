"""Whether a form comes from the carrier: HMAC-SHA1 over the address it came to and every field.

https://www.twilio.com/docs/usage/security. Twilio's own validator says the same of every form (a
test holds the two together) and takes ten times as long: it takes addresses apart each time, and
always tries both spellings. Algorithm and key are ours to say, and no header's.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from hotline.settings import Environment

HEADER = "X-Twilio-Signature"


class Signatures:
    """What is signed with one of our tokens for our public address, never for a Host header's.

    A second token is accepted while one is being changed. An empty one is none.
    """

    @classmethod
    def of(cls, environment: Environment) -> Signatures:
        tokens = (environment.twilio_auth_token, environment.twilio_auth_token_secondary)
        given = [token.get_secret_value() for token in tokens if token]
        return cls(environment.public_url, given)

    def __init__(self, public_url: str, tokens: Iterable[str]) -> None:
        self._spellings = _spellings(public_url)
        self._keys = [token.encode() for token in tokens if token]

    def is_genuine(
        self, path_and_query: str, fields: Sequence[tuple[str, str]], signature: str
    ) -> bool:
        """`path_and_query` as it came, encoded; every field counts, empty ones too, and in them
        every byte: one that is no UTF-8 is a surrogate (PEP 383)."""
        if not signature.isascii():
            return False
        # A field that came twice with the same value is signed once.
        signed = "".join([name + value for name, value in sorted(set(fields))])
        return any(
            hmac.compare_digest(_signature(f"{address}{path_and_query}{signed}", key), signature)
            for address in self._spellings
            for key in self._keys
        )


def _signature(signed: str, key: bytes) -> str:
    return b64encode(hmac.digest(key, signed.encode("utf-8", "surrogateescape"), "sha1")).decode(
        "ascii"
    )


def _spellings(public_url: str) -> tuple[str, str]:
    """With the port and without: the carrier signs texts with it and calls without."""
    parts = urlsplit(public_url)
    if parts.port:
        other = parts.netloc.removesuffix(f":{parts.port}")
    else:
        other = f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    return parts.geturl(), parts._replace(netloc=other).geturl()
