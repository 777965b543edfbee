"""What the account's settings are mistaken for: names and tokens that stand side by side on the
carrier's pages; and which forms are about somebody else's. Pure: it asks nobody.

https://www.twilio.com/docs/glossary/what-is-a-sid. A carrier compatible with this one may name its
accounts otherwise, so only what is known for something else is called a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hotline import phone, wire
from hotline.settings import Environment

_NAME = re.compile(r"([A-Z]{2})[0-9a-fA-F]{32}")
_KNOWN = {
    "AC": "an account",
    "SK": "an API key",
    "MG": "a messaging service",
    "PN": "a phone number",
    "AP": "an application",
}


def mistakes(environment: Environment) -> Iterator[tuple[str, str]]:
    """Each setting that holds something else, and what it holds."""
    account = environment.twilio_account_sid
    if (kind := _kind(account)) and kind != "AC":
        yield "TWILIO_ACCOUNT_SID", _is(kind, "the account's begins with AC")
    service = environment.twilio_messaging_service_sid or ""
    if (kind := _kind(service)) and kind != "MG":
        yield "TWILIO_MESSAGING_SERVICE_SID", _is(kind, "a messaging service's begins with MG")
    for name in ("twilio_auth_token", "twilio_auth_token_secondary"):
        token = getattr(environment, name)
        if token and (kind := _kind(token.get_secret_value())):
            yield name.upper(), _is(kind, "the token stands below the account's, behind a button")


def foreign(fields: wire.Fields, environment: Environment, country: str) -> str:
    """What is not ours about a form, which need not be genuine, in words for the log; empty if
    nothing is. `country`: where digits without a + are from."""
    form = dict(fields)
    if any(it != environment.twilio_account_sid for name, it in fields if name == "AccountSid"):
        return "It names another account than TWILIO_ACCOUNT_SID"
    if not _has_our_end(form, environment, country):
        return (
            "It is about a number that is not ours: take our address off that number at the"
            " carrier, or set HOTLINE_NUMBER or TWILIO_MESSAGING_SERVICE_SID to what people use"
        )
    return ""


def _has_our_end(form: Mapping[str, str], environment: Environment, country: str) -> bool:
    """Whether it was sent to us or by us, as far as the settings tell: `To` of what comes in,
    `From` of what went out. They name no sender of WhatsApp or RCS, none of the numbers of a
    messaging service, and no number that calls come to beside a short code."""
    ours, service = environment.hotline_number, environment.twilio_messaging_service_sid
    to, sender = form.get("To", ""), form.get("From", "")
    if not (to and sender) or ours in (to, sender):
        return True
    if service:
        return form.get("MessagingServiceSid") in (None, "", service)
    if ours is None or ("CallSid" in form and not environment.calling_number):
        return True
    return any(_may_be(end, ours, country) for end in (to, sender))


def _may_be(end: str, ours: str, country: str) -> bool:
    """Whether one end of a text or call is our number, or an address that is no bare number."""
    return ":" in end or phone.sender(end, country) in (ours, phone.known_as(ours))


def _kind(text: str) -> str:
    """The letters that a name begins with; empty for what is none."""
    found = _NAME.fullmatch(text)
    if found:
        return found[1]
    return "SK" if text.startswith("SK") else ""


def _is(kind: str, right: str) -> str:
    return f"begins with {kind}: that is the name of {_KNOWN.get(kind, 'something else')}; {right}"
