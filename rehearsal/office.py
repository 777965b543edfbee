"""What the rehearsal's account has at its carrier beside texts and calls: its numbers, messaging
services and registrations. Memory, and what follows from it for the line; the wire is in
`number_rest.py`, `service_rest.py`, `registration_rest.py`, `verification_rest.py` and
`trust_rest.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from rehearsal.messages import API_VERSION, Form, Line, is_callback_address
from rehearsal.offers import ForSale

TRUE, FALSE = "true", "false"
NEW_NUMBER: Mapping[str, object] = {
    "address_requirements": "none",
    "address_sid": None,
    "api_version": API_VERSION,
    "beta": False,
    "bundle_sid": None,
    "emergency_address_sid": None,
    "emergency_address_status": "unregistered",
    "emergency_status": "Inactive",
    "friendly_name": "",
    "identity_sid": None,
    "origin": "twilio",
    "sms_application_sid": None,
    "sms_fallback_method": "POST",
    "sms_fallback_url": "",
    "sms_method": "POST",
    "sms_url": "",
    "status": "in-use",
    "status_callback": "",
    "status_callback_method": "POST",
    "trunk_sid": None,
    "voice_application_sid": None,
    "voice_caller_id_lookup": False,
    "voice_fallback_method": "POST",
    "voice_fallback_url": "",
    "voice_method": "POST",
    "voice_receive_mode": "voice",
    "voice_url": "",
}
NEW_SERVICE: Mapping[str, object] = {
    "area_code_geomatch": True,
    "fallback_method": "POST",
    "fallback_to_long_code": True,
    "fallback_url": None,
    "friendly_name": "",
    "inbound_method": "POST",
    "inbound_request_url": None,
    "mms_converter": True,
    "scan_message_content": "inherit",
    "smart_encoding": True,
    "status_callback": None,
    "sticky_sender": True,
    "synchronous_validation": False,
    "us_app_to_person_registered": False,
    "use_inbound_webhook_on_number": False,
    "usecase": "undeclared",
    "validity_period": 36_000,
}


@dataclass
class Paper:
    """One thing on file: all that the carrier's API shows of it but its sid and its dates."""

    sid: str
    created: datetime
    facts: dict[str, object]
    updated: datetime | None = None

    def text(self, name: str) -> str:
        """The fact as words; empty where there is none."""
        return str(self.facts.get(name) or "")

    def change(self, facts: Mapping[str, object], now: datetime) -> None:
        self.facts.update(facts)
        self.updated = now


Book = dict[str, Paper]


@dataclass
class Office:
    """Everything on file, by sid. `in_service`: the numbers of each messaging service."""

    numbers: Book = field(default_factory=dict)
    services: Book = field(default_factory=dict)
    in_service: dict[str, list[str]] = field(default_factory=dict)
    brands: Book = field(default_factory=dict)
    campaigns: Book = field(default_factory=dict)
    verifications: Book = field(default_factory=dict)
    profiles: Book = field(default_factory=dict)
    trust_products: Book = field(default_factory=dict)
    end_users: Book = field(default_factory=dict)
    assignments: Book = field(default_factory=dict)

    def registrations(self) -> Iterable[Book]:
        return (
            self.profiles,
            self.trust_products,
            self.brands,
            self.campaigns,
            self.verifications,
        )

    def own(self, number: Paper) -> Paper:
        self.numbers[number.sid] = number
        return number

    def number_called(self, number: str) -> Paper | None:
        return next(
            (it for it in self.numbers.values() if it.facts["phone_number"] == number), None
        )

    def service_of(self, number: str) -> Paper | None:
        """The messaging service that this number (its sid) is in."""
        found = (name for name, inside in self.in_service.items() if number in inside)
        return self.services.get(next(found, ""))


def opened(line: Line, now: datetime) -> Office:
    """What an account has at first: the number of its line, with the addresses that it was opened
    with. A short code is on no list of numbers; a line without a number has none yet. In the
    line's messaging service, texts go to the number's addresses."""
    office = Office()
    if line.service:
        facts = {**NEW_SERVICE, "friendly_name": "Rehearsal", "use_inbound_webhook_on_number": True}
        office.services[line.service] = Paper(line.service, now, facts)
    if line.number.startswith("+"):
        addresses = {
            "sms_url": line.sms_url,
            "sms_fallback_url": line.sms_fallback_url,
            "voice_url": line.voice_url,
            "voice_fallback_url": line.voice_fallback_url,
            "status_callback": line.voice_status_url,
        }
        kind = "toll_free" if line.number.startswith("+1833") else "local"
        own = office.own(owned(ForSale(line.number, kind, ""), {**NEW_NUMBER, **addresses}, now))
        if line.service:
            office.in_service[line.service] = [own.sid]
    return office


def owned(it: ForSale, facts: Mapping[str, object], now: datetime) -> Paper:
    """A number as the account's."""
    can = {"voice": it.calls, "sms": it.texts, "mms": it.texts, "fax": False}
    name = facts["friendly_name"] or it.number
    given = {"phone_number": it.number, "capabilities": can, "type": it.kind.replace("_", "-")}
    return new_paper("PN", now, {**facts, **given, "friendly_name": name})


def new_paper(prefix: str, now: datetime, facts: Mapping[str, object]) -> Paper:
    return Paper(prefix + secrets.token_hex(16), now, dict(facts))


def wired(line: Line, office: Office) -> Line:
    """The line with the addresses that count for its number as things are on file. A line whose
    number the account does not have is that of the first number there is; a short code's stays."""
    number = office.number_called(line.number) or next(iter(office.numbers.values()), None)
    if number is None:
        nobody: dict[str, Any] = dict.fromkeys(
            ("sms_url", "sms_fallback_url", "voice_url", "voice_fallback_url"), ""
        )
        return line if line.number and line.number[0] != "+" else replace(line, **nobody)
    service = office.service_of(number.sid)
    texts, url, fallback = number, "sms_url", "sms_fallback_url"
    if service and not service.facts["use_inbound_webhook_on_number"]:
        texts, url, fallback = service, "inbound_request_url", "fallback_url"
    return replace(
        line,
        number=str(number.facts["phone_number"]),
        sms_url=texts.text(url),
        sms_fallback_url=texts.text(fallback),
        voice_url=number.text("voice_url"),
        voice_fallback_url=number.text("voice_fallback_url"),
        voice_status_url=number.text("status_callback"),
    )


# What is posted about one of these.


def asked_of(form: Form, names: Iterable[str], like: Mapping[str, object]) -> dict[str, object]:
    """What a form says of these facts, each of the kind that it is in `like`. Raises ValueError
    for what is of another kind."""
    return {
        name: _value(form, form_name(name), like.get(name))
        for name in names
        if form_name(name) in form
    }


def form_name(name: str) -> str:
    """`sms_url` as a form calls it."""
    if name.startswith("a2p_"):
        return "A2P" + form_name(name.removeprefix("a2p_"))
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _value(form: Form, name: str, like: object) -> object:
    written = form[name]
    match like:
        case bool():
            if written.lower() not in (TRUE, FALSE):
                raise ValueError(f"{name} is true or false")
            return written.lower() == TRUE
        case int():
            return int(written)
        case list():
            return form.getlist(name)
    if name.endswith("Url") and written and not is_callback_address(written):
        raise ValueError(f"{name} is no address")
    return written or None


def missing(form: Form, names: Iterable[str]) -> str:
    """The first of these facts that a form must name and does not; empty if it names all."""
    return next((form_name(it) for it in names if not form.get(form_name(it))), "")


def iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
