"""Our number at the carrier, its messaging service, and how both are registered: what of that keeps
texts from coming in or from arriving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from hotline.doctor.findings import Finding, found, judged, well
from hotline.phone import is_short_code
from hotline.provisioning import (
    Holdings,
    Hook,
    HookAddress,
    HookAddresses,
    Mismatch,
    NumberKind,
    OwnNumber,
    mismatch,
    webhooks_that_count,
)
from hotline.registration import (
    AutomaticAnswers,
    Registered,
    Registration,
    RegistrationState,
    latest_of,
)

_NORTH_AMERICA: Final = "+1"  # where a number that is not registered reaches few


@dataclass(frozen=True, slots=True)
class HoldingsSeen:
    """What we have at the carrier, and what we want there: `named` and `service` as the settings
    name them, `wanted` the addresses of a number of ours, `network` its name."""

    holdings: Holdings
    wanted: HookAddresses
    named: str = ""
    service: str = ""
    network: str = ""


def holdings(it: HoldingsSeen) -> list[Finding]:
    number = it.holdings.number
    return [
        *judged("number", "texts and calls to it are brought to us", _number(it)),
        *(judged("service", "our number is in it", _service(it)) if _has_service(it) else ()),
        *(_registered(it, number) if number else ()),
    ]


def _number(it: HoldingsSeen) -> Iterator[Finding]:
    number = it.holdings.number
    if number is None:
        yield from _no_number(it)
        return
    if not number.takes_texts:
        yield found("number.no_texts")
    if not number.takes_calls:
        yield found("number.no_calls")
    service = it.holdings.service
    have = webhooks_that_count(number, service)
    by_service = bool(service and number.name in service.numbers and not service.asks_the_number)
    for hook, want in it.wanted.items():
        if _is_of_use(hook, number):
            at = have.get(hook, HookAddress())
            yield from _hook(hook, at, want, number, by_service=by_service)


def _no_number(it: HoldingsSeen) -> Iterator[Finding]:
    if is_short_code(it.named):
        yield found("number.short_code", address=it.wanted[Hook.TEXT].address)
    elif it.named:
        yield found("number.not_ours")


def _is_of_use(hook: Hook, number: OwnNumber) -> bool:
    is_about_texts = hook in (Hook.TEXT, Hook.TEXT_FALLBACK)
    return number.takes_texts if is_about_texts else number.takes_calls


_FALLBACKS: Final = (Hook.TEXT_FALLBACK, Hook.CALL_FALLBACK)
_BROUGHT: Final = {
    Hook.TEXT: "texts",
    Hook.TEXT_FALLBACK: "texts",
    Hook.CALL: "calls",
    Hook.CALL_FALLBACK: "calls",
    Hook.CALL_STATUS: "the ends of calls",
}
_NUMBERS: Final = "Console > Phone Numbers > our number"
_SERVICES: Final = "Console > Messaging > Services > ours > Integration"
_PLACES: Final = {
    Hook.TEXT: f"{_NUMBERS} > Messaging > A message comes in",
    Hook.TEXT_FALLBACK: f"{_NUMBERS} > Messaging > Primary handler fails",
    Hook.CALL: f"{_NUMBERS} > Voice > A call comes in",
    Hook.CALL_FALLBACK: f"{_NUMBERS} > Voice > Primary handler fails",
    Hook.CALL_STATUS: f"{_NUMBERS} > Voice > Call status changes",
}


def _hook(
    hook: Hook, have: HookAddress, want: HookAddress, number: OwnNumber, *, by_service: bool
) -> Iterator[Finding]:
    facts = {"about": hook.name.lower(), "hook": _BROUGHT[hook], "address": want.address}
    if by := number.overruled.get(hook):
        if hook in (Hook.TEXT, Hook.CALL) and not by_service:
            yield found("number.overruled", by=by.capitalize(), **facts)
        return
    wrong = mismatch(have, want)
    if hook in _FALLBACKS and wrong is not Mismatch.MISSING:
        return  # where else it leads is for others to say
    if hook is Hook.CALL_STATUS and wrong is Mismatch.IMPATIENT:
        return  # nothing is lost with it
    if wrong:
        is_texts = hook in (Hook.TEXT, Hook.TEXT_FALLBACK)
        place = _SERVICES if by_service and is_texts else _PLACES[hook]
        yield found(_name(hook, wrong), place=place, **facts)


def _name(hook: Hook, wrong: Mismatch) -> str:
    if hook in _FALLBACKS:
        return "number.no_fallback"
    return "number.no_status" if hook is Hook.CALL_STATUS else f"number.{wrong}"


# The messaging service.


def _has_service(it: HoldingsSeen) -> bool:
    return bool(it.service or it.holdings.service)


def _service(it: HoldingsSeen) -> Iterator[Finding]:
    service, number = it.holdings.service, it.holdings.number
    if service is None:
        yield found("service.unknown")
    elif not service.numbers:
        yield found("service.empty")
    elif number and number.name not in service.numbers:
        yield found("service.without_ours")


# What is registered.


def _registered(it: HoldingsSeen, number: OwnNumber) -> list[Finding]:
    if not number.number.startswith(_NORTH_AMERICA):
        return []
    wanted = _WANTED.get(number.kind, ())
    troubles = [line for what in wanted for line in _registration(what, it.holdings.registrations)]
    if not wanted:
        return []
    return [
        *judged("registration", "the phone companies know who we are", troubles[:1]),
        *_answers(it, wanted[-1]),
    ]


# The first that is wrong is what the others wait for.
_WANTED: Final = {
    NumberKind.TOLL_FREE: (Registered.TOLL_FREE,),
    NumberKind.LOCAL: (Registered.BRAND, Registered.CAMPAIGN),
}
_WHERE: Final = {
    Registered.TOLL_FREE: "Console > Messaging > Regulatory Compliance > Toll-free",
    Registered.BRAND: "Console > Messaging > Regulatory Compliance > Brands",
    Registered.CAMPAIGN: "Console > Messaging > Regulatory Compliance > Campaigns",
}


def _registration(what: Registered, some: Sequence[Registration]) -> Iterator[Finding]:
    latest = latest_of(some, what)
    if latest is None:
        yield found("registration.none", what=what)
    elif latest.standing is RegistrationState.APPROVED and latest.is_mock:
        yield found("registration.mock", what=what)
    elif latest.standing is not RegistrationState.APPROVED:
        yield _standing(latest)


def _standing(it: Registration) -> Finding:
    name = _STANDINGS_SAID.get(it.standing, "registration.unclear")
    fields = list(dict.fromkeys(name for reason in it.reasons for name in reason.fields))
    return found(
        name,
        what=it.what,
        said=it.said,
        reasons="; ".join(filter(None, map(_reason, it.reasons))) or "it does not say why",
        fields=", ".join(fields) or "what it names",
        place=_WHERE[it.what],
        until=_until(it),
    )


_STANDINGS_SAID: Final = {
    RegistrationState.DRAFT: "registration.draft",
    RegistrationState.WAITING: "registration.waiting",
    RegistrationState.REFUSED: "registration.refused",
    RegistrationState.SUSPENDED: "registration.suspended",
}


def _reason(it: object) -> str:
    words, code = getattr(it, "words", ""), getattr(it, "code", None)
    said = str(words).rstrip(". ")
    return f"{said} ({code})" if code else said


def _until(it: Registration) -> str:
    if it.may_be_edited is False:
        return " (it can no longer be changed: begin another)"
    if it.edit_until is None:
        return ""
    return f" until {it.edit_until.astimezone(UTC):%d %B %Y}"


# The carrier's own answers.


def _answers(it: HoldingsSeen, what: Registered) -> Iterator[Finding]:
    """What was registered as them. What it really answers no carrier tells: somebody texts HELP."""
    latest = latest_of(it.holdings.registrations, what)
    if latest is None or latest.answers is None:
        return
    told = list(_wrong_answers(latest.answers, it.network, _WHERE[what]))
    yield from told or [well("words", "STOP and HELP are answered in our name")]


def _wrong_answers(it: AutomaticAnswers, network: str, place: str) -> Iterator[Finding]:
    if not it.help:
        yield found("words.no_help", place=place)
    for word, said in (("HELP", it.help), ("STOP", it.stop)):
        if said and network.casefold() not in said.casefold():
            yield found("words.no_name", about=word, word=word, network=network, place=place)
    if it.stop_words and "STOP" not in it.stop_words:
        yield found("words.no_stop", words=", ".join(it.stop_words))
