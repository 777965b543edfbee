"""What the account's settings are mistaken for: names and tokens that stand side by side on the
carrier's pages. Pure: it asks nobody.

https://www.twilio.com/docs/glossary/what-is-a-sid. A carrier compatible with this one may name its
accounts otherwise, so only what is known for something else is called a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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


def names_account(fields: Sequence[tuple[str, str]], account: str) -> bool:
    """Whether a form, which need not be genuine, is about this account or about none."""
    named = [value for name, value in fields if name == "AccountSid"]
    return all(value == account for value in named)


def _kind(text: str) -> str:
    """The letters that a name begins with; empty for what is none."""
    found = _NAME.fullmatch(text)
    if found:
        return found[1]
    return "SK" if text.startswith("SK") else ""


def _is(kind: str, right: str) -> str:
    return f"begins with {kind}: that is the name of {_KNOWN.get(kind, 'something else')}; {right}"
