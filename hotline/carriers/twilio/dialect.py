"""Carriers that speak this one's API, and where they differ. Pure: a table, chosen by settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hotline.settings import Environment

OURS = "X-Twilio-Signature"


@dataclass(frozen=True)
class Dialect:
    """What differs at one of them. `has_signing_key`: webhooks are signed with a key of their own,
    not with the account's token, and its name of the header comes first. `longest_validity`:
    seconds. docs/carriers.md says which document each is from."""

    name: str
    signature_headers: tuple[str, ...] = (OURS,)
    has_signing_key: bool = False
    longest_validity: int = 36_000
    has_services: bool = True

    def signing_keys(self, environment: Environment) -> Iterator[str]:
        """The keys that webhooks may be signed with, the one in use first."""
        kind = "twilio_signing_key" if self.has_signing_key else "twilio_auth_token"
        keys = (getattr(environment, name) for name in (kind, f"{kind}_secondary"))
        return (key.get_secret_value() for key in keys if key)


DIALECTS: Mapping[str, Dialect] = {
    it.name: it
    for it in (
        Dialect("twilio"),
        Dialect("signalwire", ("X-SignalWire-Signature", OURS), has_signing_key=True),
        Dialect("somleng", longest_validity=14_400, has_services=False),
    )
}


def spoken_at(environment: Environment) -> Dialect:
    """The dialect that the settings name; no request has a say in it."""
    return DIALECTS[environment.dialect_name]
