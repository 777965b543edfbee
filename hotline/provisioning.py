"""What we have at the carrier: numbers, messaging services, and what it asks of ours.

`carrier_changes` has the way from there to what we want. Pure values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.registration import Registration


class Hook(StrEnum):
    """What the carrier asks one of our addresses."""

    TEXT = "texts"
    """Somebody wrote: what is the answer?"""
    TEXT_FALLBACK = "texts, when that fails"
    TEXT_STATUS = "what became of texts"
    CALL = "calls"
    """Somebody calls: what is said?"""
    CALL_FALLBACK = "calls, when that fails"
    CALL_STATUS = "how calls end"


class NumberKind(StrEnum):
    LOCAL = "local"
    TOLL_FREE = "toll-free"
    MOBILE = "mobile"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class HookAddress:
    """An address of ours at the carrier, as it stands there, and by which method it is asked.

    What stands behind a `#` is no part of what is asked: it tells the carrier how patient to be.
    """

    address: str = ""
    method: str = "POST"

    @property
    def place(self) -> str:
        """The address without that."""
        return self.address.partition("#")[0]


class Mismatch(StrEnum):
    """What is wrong with a webhook."""

    MISSING = "missing"
    ELSEWHERE = "elsewhere"
    """It leads to somebody else, or to another address of ours."""
    METHOD = "method"
    """We are asked by GET, and answer POST alone."""
    IMPATIENT = "impatient"
    """The address is right, and the carrier tries it only once: a text is lost when we stumble."""


def mismatch(have: HookAddress, want: HookAddress) -> Mismatch | None:
    """The worst that is wrong with what the carrier has, or None."""
    if not have.address:
        return Mismatch.MISSING if want.address else None
    if have.place.rstrip("/") != want.place.rstrip("/"):
        return Mismatch.ELSEWHERE
    if have.method.upper() != want.method:
        return Mismatch.METHOD
    return Mismatch.IMPATIENT if have.address != want.address else None


HookAddresses = Mapping[Hook, HookAddress]


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of our account.

    `name`: the carrier's name of it. `label`: what somebody called it there. `webhooks`: every one
    that a number has, an empty address where none is set. `overruled`: webhooks that do not count,
    each with what counts in their place, in words ("an application", "a trunk").
    """

    name: str
    number: str
    label: str = ""
    kind: NumberKind = NumberKind.OTHER
    takes_texts: bool = False
    takes_calls: bool = False
    webhooks: HookAddresses = field(default_factory=dict)
    overruled: Mapping[Hook, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessagingService:
    """What bundles numbers for texts. `numbers`: the carrier's names of those in it.

    `asks_the_number`: texts go to the webhooks of the number that they were sent to; else to those
    of the service, and without one there nobody is told of them at all.
    """

    name: str
    label: str = ""
    webhooks: HookAddresses = field(default_factory=dict)
    asks_the_number: bool = False
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holdings:
    """What we have at the carrier.

    `number`: the one that HOTLINE_NUMBER names, or that a provision bought; `service`: the one
    that is named, or that this number is in. None where there is none. `registrations`: of the
    account, of this service and of this number, the newest of each kind first.
    """

    number: OwnNumber | None = None
    service: MessagingService | None = None
    registrations: tuple[Registration, ...] = ()


def webhooks_that_count(number: OwnNumber, service: MessagingService | None) -> HookAddresses:
    """Those that the carrier asks when somebody texts or calls this number."""
    texts: HookAddresses = {}
    if service and number.name in service.numbers and not service.asks_the_number:
        texts = {
            it: service.webhooks.get(it, HookAddress()) for it in (Hook.TEXT, Hook.TEXT_FALLBACK)
        }
    return {**number.webhooks, **texts}
