"""Whom a form is from: `From` is a number, with or without the name of a channel in front, or it is
none. Pure.

Numbers come bare, as `whatsapp:+1212…`, `rcs:+1212…`, `sip:+1212…@example.org` and `client:+1212…`,
with a + and without; people in Messenger have a number that is Messenger's own. The answer to a
text goes back to `From` as it came, whatever that is; what is sent later goes to the number.
https://www.twilio.com/docs/messaging/channels, https://www.twilio.com/docs/voice/twiml#request-parameters
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from hotline import phone, wire
from hotline.carriers import origins
from hotline.inbound import Origin

# What stands behind the colon: always somebody's number; a name, or a number. Behind any other it
# is a name, even where it is all digits.
_NUMBERED: Final = {"", "tel", "sms", "mms", "rcs", "whatsapp"}
_NAMED: Final = {"client", "sip", "sips"}
_TEXTED_BY: Final = ("", "whatsapp:", "rcs:")

_ADDRESS: Final = re.compile(r"(?:([a-z][a-z0-9+.-]*):)?(.*)", re.IGNORECASE | re.DOTALL)


def number(written: str, country: str) -> str | None:
    """The number of the person behind an address; None if we know of none. `country`: where digits
    without a + are from."""
    channel, name = _parts(written)
    if channel in _NAMED:
        name = unquote(re.split("[@;]", name)[0])
    elif channel not in _NUMBERED:
        return None
    return origins.number(name, country)


def origin(written: str, country: str) -> tuple[str, Origin]:
    """The number of the person who wrote from an address; or the address, and what it is."""
    if found := number(written, country):
        return found, Origin.PHONE
    is_machine = _parts(written)[0] in _NUMBERED
    return origins.as_it_came(written), Origin.MACHINE if is_machine else Origin.APP


def addresses(number: str) -> list[str]:
    """Every address under which texts from and to this number may be kept at the carrier: in each
    spelling of the number, bare and by each channel."""
    return [f"{channel}{it}" for channel in _TEXTED_BY for it in phone.spellings(number)]


def _parts(written: str) -> tuple[str, str]:
    """The channel, in small letters, and what is behind its colon."""
    found = _ADDRESS.fullmatch(wire.speakable(written).strip())
    channel, name = found.groups() if found else (None, "")
    return (channel or "").lower(), name.strip()
