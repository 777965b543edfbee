"""Keys, and what they seal: words and numbers as they lie in the database.

Pure. A key is 32 random bytes; from each are derived one key that seals, one that seals alike and
one that marks. What was sealed by any of the keys can be opened; the first one seals. It protects
files, disks and backups. It does not protect a machine that is seized while it runs: that one has
the keys in its memory.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from hotline.errors import BadKeys

KEY_BYTES = 32
NAME_BYTES = 4
NONCE_BYTES = 12  # of AES-GCM: NIST SP 800-38D, 8.2
MARK_BYTES = 16


@dataclass(frozen=True)
class SealingKey:
    """One key. Its name, which tells nothing of it, stands in front of all that it sealed."""

    secret: bytes

    @cached_property
    def name(self) -> bytes:
        return self._derived("name", NAME_BYTES)

    @cached_property
    def sealing(self) -> AESGCM:
        return AESGCM(self._derived("seal", 32))

    @cached_property
    def alike(self) -> AESSIV:
        return AESSIV(self._derived("alike", 64))

    @cached_property
    def marking(self) -> bytes:
        return self._derived("mark", 32)

    def _derived(self, purpose: str, length: int) -> bytes:
        info = f"hotline {purpose}".encode()
        return HKDFExpand(SHA256(), length, info).derive(self.secret)

    def __repr__(self) -> str:
        return f"SealingKey({self.name.hex()})"


class Keyring:
    """Some keys, the newest first. `place` is what something belongs to, such as a column: what was
    sealed for one opens for no other. Empty words stay empty, so that one can ask for them."""

    def __init__(self, keys: Sequence[SealingKey]) -> None:
        if not keys:
            raise BadKeys("there is no key")
        self.first = keys[0]
        self.keys = {key.name: key for key in keys}

    def seal(self, words: str, place: bytes) -> bytes:
        """The same words look different each time."""
        if not words:
            return b""
        nonce = os.urandom(NONCE_BYTES)
        key = self.first
        return key.name + nonce + key.sealing.encrypt(nonce, words.encode(), place)

    def open(self, sealed: bytes, place: bytes) -> str:
        """Raises BadKeys if none of these keys sealed it, or somebody changed it."""
        if not sealed:
            return ""
        key, rest = self._of(sealed)
        nonce, rest = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return key.sealing.decrypt(nonce, rest, place).decode()
        except InvalidTag:
            raise BadKeys("what was sealed has been changed") from None

    def seal_alike(self, words: str, place: bytes) -> bytes:
        """The same words look the same, so that they can be looked up. They are told from others,
        and nothing else of them."""
        if not words:
            return b""
        key = self.first
        return key.name + key.alike.encrypt(words.encode(), [place])

    def open_alike(self, sealed: bytes, place: bytes) -> str:
        """Raises BadKeys as `open` does."""
        if not sealed:
            return ""
        key, rest = self._of(sealed)
        try:
            return key.alike.decrypt(rest, [place]).decode()
        except InvalidTag:
            raise BadKeys("what was sealed has been changed") from None

    def mark(self, words: str, place: bytes) -> bytes:
        """By this, words are known again that are kept nowhere; without the key nobody can try
        whether it was these."""
        made = hmac.new(self.first.marking, place + b"\0" + words.encode(), hashlib.sha256)
        return made.digest()[:MARK_BYTES]

    def _of(self, sealed: bytes) -> tuple[SealingKey, bytes]:
        key = self.keys.get(sealed[:NAME_BYTES])
        if key is None:
            raise BadKeys("this was sealed with a key that is not among ours")
        return key, sealed[NAME_BYTES:]


def new_key() -> SealingKey:
    return SealingKey(os.urandom(KEY_BYTES))


def written(key: SealingKey) -> str:
    """As it stands in HOTLINE_KEYS."""
    return base64.urlsafe_b64encode(key.secret).decode().rstrip("=")


def read(text: str) -> Keyring:
    """Keys as they stand in HOTLINE_KEYS or in the file: one or more words, the newest first;
    what follows a # in a line is a remark. Raises BadKeys."""
    lines = (line.partition("#")[0] for line in text.splitlines())
    return Keyring([_key(word) for line in lines for word in line.replace(",", " ").split()])


def _key(word: str) -> SealingKey:
    try:
        secret = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadKeys("one of the keys has letters that no key has") from None
    if len(secret) != KEY_BYTES:
        raise BadKeys(f"one of the keys has {len(secret)} bytes, not {KEY_BYTES}")
    return SealingKey(secret)


def as_file(keys: Iterable[SealingKey]) -> str:
    """What is written into the file of the keys."""
    first = (
        "# The keys of the hotline's database, the newest first. Without them nothing in it can\n"
        "# be read, not even by you. Keep a copy of this file apart from the backups.\n"
    )
    return first + "".join(f"{written(key)}\n" for key in keys)
