"""What the carrier could bring us and that changes nothing, signed as it signs: to see whether
PUBLIC_URL is reached and whether what is signed for it is taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from hotline.carriers.twilio.dialect import spoken_at
from hotline.carriers.twilio.signature import signed
from hotline.settings import Environment


@dataclass(frozen=True, slots=True)
class Knock:
    """A form to be posted there."""

    url: str
    body: bytes
    headers: dict[str, str]


def knock(environment: Environment) -> Knock:
    """A callback that tells what became of no text."""
    url = f"{environment.public_url}/sms/status"
    fields = [("AccountSid", environment.twilio_account_sid), ("MessageStatus", "sent")]
    dialect = spoken_at(environment)
    key = next(dialect.signing_keys(environment), "")
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        dialect.signature_headers[0]: signed(url, fields, key),
    }
    return Knock(url, urlencode(fields).encode(), headers)
