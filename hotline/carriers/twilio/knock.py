"""What the carrier could bring us and that changes nothing, signed as it signs: to see whether
PUBLIC_URL is reached and whether what is signed for it is taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from hotline.carriers.twilio.signature import HEADER, signed
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
    token = environment.twilio_auth_token.get_secret_value()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        HEADER: signed(url, fields, token),
    }
    return Knock(url, urlencode(fields).encode(), headers)
