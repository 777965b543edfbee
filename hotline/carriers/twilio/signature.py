"""Whether a form comes from the carrier: HMAC-SHA1 over the address it came to and every field.

https://www.twilio.com/docs/usage/security. Twilio's own validator says the same of every form (a
test holds the two together) and takes ten times as long: it takes addresses apart each time, and
always tries both spellings. Algorithm and key are ours to say, and no header's.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from hotline.carriers.twilio.dialect import DIALECTS, spoken_at
from hotline.settings import Environment


class Signatures:
    """What is signed with one of our tokens for our public address, never for a Host header's.

    A second token is accepted while one is being changed. An empty one is none.
    """

    @classmethod
    def of(cls, environment: Environment) -> Signatures:
        dialect = spoken_at(environment)
        keys = dialect.signing_keys(environment)
        return cls(environment.public_url, keys, dialect.signature_headers)

    def __init__(
        self,
        public_url: str,
        tokens: Iterable[str],
        headers: tuple[str, ...] = DIALECTS["twilio"].signature_headers,
    ) -> None:
        self.headers = headers
        self._public = urlsplit(public_url)
        self._spellings = _spellings(public_url)
        self._keys = [token.encode() for token in tokens if token]

    def is_genuine(
        self, path_and_query: str, fields: Sequence[tuple[str, str]], signature: str
    ) -> bool:
        """`path_and_query` as it came, encoded; every field counts, empty ones too, and in them
        every byte: one that is no UTF-8 is a surrogate (PEP 383)."""
        if not signature.isascii():
            return False
        signed = _in_one(fields)
        return any(
            hmac.compare_digest(_signature(f"{address}{path_and_query}{signed}", key), signature)
            for address in self._spellings
            for key in self._keys
        )

    def nearest(
        self, host: str, path_and_query: str, fields: Sequence[tuple[str, str]], signature: str
    ) -> str | None:
        """The address near ours that the carrier signed this for; None if it is none of those that
        people write by mistake. `host` is what the Host header says. To tell whoever can mend it:
        it lets nobody in."""
        path, _, query = path_and_query.partition("?")
        signed = (f"?{query}" if query else "") + _in_one(fields)
        return next(
            (
                address
                for address in self._near(host, path)
                for key in self._keys
                if signature == _signature(address + signed, key)
            ),
            None,
        )

    def _near(self, host: str, path: str) -> Iterator[str]:
        """The other protocol, host or port; a path too many or missing, or a slash."""
        ours = self._public.netloc
        ports = {found[0] for it in (ours, host) if (found := _PORT.search(it))}
        names = dict.fromkeys([_PORT.sub("", it) for it in (ours, host)])
        prefix = self._public.path
        paths = dict.fromkeys([f"{prefix}{path}", path, f"{prefix}/{path}"])
        for scheme, standard in (("https", ":443"), ("http", ":80")):
            for name in filter(None, names):
                for port in ("", standard, *sorted(ports)):
                    for known in paths:
                        yield f"{scheme}://{name}{port}{known}"
                        yield f"{scheme}://{name}{port}{known}/"


_PORT = re.compile(r":[0-9]{1,5}$")


def signed(address: str, fields: Sequence[tuple[str, str]], token: str) -> str:
    """What the carrier would put into the header for this form."""
    return _signature(address + _in_one(fields), token.encode())


def _in_one(fields: Sequence[tuple[str, str]]) -> str:
    """A field that came twice with the same value is signed once."""
    return "".join([name + value for name, value in sorted(set(fields))])


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
