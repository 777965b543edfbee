"""Passkeys: what a browser is asked, and whether what it answers is right. Pure, but for chance.

A passkey belongs to a host name; an address in digits has none.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

SURE = UserVerificationRequirement.REQUIRED  # a finger or a PIN: it takes the place of a code
LOCAL = "localhost"


@dataclass(frozen=True, slots=True)
class PasskeyHost:
    """Whose passkeys these are: the name of a host, and the origin of its pages."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class PasskeyAsked:
    """What a browser is asked, as JSON, and what is to be known when it answers."""

    options: str
    challenge: str


def host_of(public_url: str, asked: str) -> PasskeyHost | None:
    """The host of our public address; None if it has no name. `asked`: as the browser calls us,
    which on the same machine may be localhost."""
    parts = urlsplit(public_url)
    name = parts.hostname or ""
    if name == "127.0.0.1" and asked.partition(":")[0] == LOCAL:
        return PasskeyHost(LOCAL, f"{parts.scheme}://{asked}")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return PasskeyHost(name, f"{parts.scheme}://{parts.netloc}") if name else None
    return None


def _server(host: PasskeyHost, network: str) -> Fido2Server:
    relying = PublicKeyCredentialRpEntity(name=network, id=host.name)
    return Fido2Server(relying, verify_origin=lambda origin: origin == host.origin)


def ask_to_make(
    host: PasskeyHost, network: str, who: int, name: str, known: Sequence[str]
) -> PasskeyAsked:
    """A new one for somebody; `known`: those they have already."""
    user = PublicKeyCredentialUserEntity(name=name, id=who.to_bytes(8, "big"), display_name=name)
    options, state = _server(host, network).register_begin(
        user, [_read(it) for it in known], ResidentKeyRequirement.REQUIRED, SURE
    )
    return PasskeyAsked(json.dumps(dict(options)["publicKey"], default=dict), state["challenge"])


def ask_to_show(host: PasskeyHost, network: str) -> PasskeyAsked:
    """Any that belongs here."""
    options, state = _server(host, network).authenticate_begin(user_verification=SURE)
    return PasskeyAsked(json.dumps(dict(options)["publicKey"], default=dict), state["challenge"])


def made(host: PasskeyHost, network: str, challenge: str, answered: str) -> tuple[str, str] | None:
    """A new one: its id, and what it is known by; None if the answer is not right."""
    state = {"challenge": challenge, "user_verification": SURE}
    try:
        data = _server(host, network).register_complete(state, json.loads(answered))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    found = data.credential_data
    return (websafe_encode(found.credential_id), websafe_encode(found)) if found else None


def id_in(answered: str) -> str:
    """Which passkey an answer says it is."""
    try:
        return str(json.loads(answered)["id"])
    except (ValueError, TypeError, KeyError):
        return ""


def is_shown(host: PasskeyHost, network: str, challenge: str, known: str, answered: str) -> bool:
    """Whether the answer comes from the passkey that is known by this."""
    state = {"challenge": challenge, "user_verification": SURE}
    try:
        server = _server(host, network)
        server.authenticate_complete(state, [_read(known)], json.loads(answered))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def _read(known: str) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(known))
