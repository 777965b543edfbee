"""The way from what we have at the carrier to what we want there, as a list of changes that a
person reads before they are made. Pure.

Nothing is remembered on our side: the list is made anew from what the carrier has, so a way that
broke off half-way goes on where it was, and a second one finds nothing to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from hotline.provisioning import (
    Holdings,
    Hook,
    HookAddress,
    HookAddresses,
    MessagingService,
    NumberKind,
    OwnNumber,
    mismatch,
)
from hotline.registration import Registered


@dataclass(frozen=True, slots=True)
class NumberWish:
    """Which number to buy, besides that it takes texts. `postcode`: near there, or anywhere;
    `at_most`: what it may cost a month, in the currency of the carrier's prices, or anything."""

    country: str
    kind: NumberKind = NumberKind.LOCAL
    postcode: str = ""
    at_most: Decimal | None = None
    calls: bool = True
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that can be bought. `price`: a month, in `currency`; None where nobody says."""

    number: str
    kind: NumberKind
    place: str = ""
    takes_texts: bool = True
    takes_calls: bool = True
    takes_pictures: bool = True
    price: Decimal | None = None
    currency: str = ""
    needs_address: bool = False
    """The law there wants an address of ours first, which is given on the carrier's pages."""

    @property
    def in_words(self) -> str:
        place = f", {self.place}" if self.place else ""
        price = "price unknown"
        if self.price is not None:
            price = f"{self.price} {self.currency.upper()} a month"
        return f"{self.number} ({self.kind}{place}; {price})"


def best(offers: Iterable[Offer], wish: NumberWish) -> Offer | None:
    """The first that takes texts and whatever else is wished, wants no address and costs no more;
    of those the cheapest. Where the price is unknown and one was wished for, none does."""
    fitting = [
        it
        for it in offers
        if it.takes_texts and not it.needs_address
        if it.takes_calls or not wish.calls
        if it.takes_pictures or not wish.pictures
        if wish.at_most is None or (it.price is not None and it.price <= wish.at_most)
    ]
    return min(fitting, key=lambda it: it.price or Decimal(0), default=None)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be at the carrier. `label`: how we find again what we made, 64 letters at most.
    `service`: whether numbers are to be in a messaging service: there the answers to HELP and STOP
    are set, and a campaign belongs to one."""

    label: str
    number: HookAddresses
    service: HookAddresses
    has_service: bool = True


@dataclass(frozen=True, slots=True)
class BuyNumber:
    """Buy it, with its webhooks: there is no moment in which somebody calls in vain."""

    offer: Offer
    label: str
    webhooks: HookAddresses

    @property
    def title(self) -> str:
        return f"buy {self.offer.number}, with its addresses"

    def rows(self) -> Iterator[ChangeRow]:
        yield ChangeRow(self.offer.number, "number", "", f"buy {self.offer.in_words}")
        yield from _new_rows(self.offer.number, self.webhooks)


@dataclass(frozen=True, slots=True)
class SetNumber:
    """Set these webhooks of a number of ours. What overruled them no longer does."""

    number: OwnNumber
    webhooks: HookAddresses

    @property
    def title(self) -> str:
        return f"set {', '.join(self.webhooks)} of {self.number.number}"

    def rows(self) -> Iterator[ChangeRow]:
        for hook, then in self.webhooks.items():
            by = self.number.overruled.get(hook)
            now = self.number.webhooks.get(hook, HookAddress())
            yield ChangeRow(self.number.number, hook, by or _shown(now), _shown(then))


@dataclass(frozen=True, slots=True)
class MakeService:
    label: str
    webhooks: HookAddresses

    @property
    def title(self) -> str:
        return "make a messaging service, with its addresses"

    def rows(self) -> Iterator[ChangeRow]:
        yield ChangeRow("messaging service", "name", "", self.label)
        yield from _new_rows("messaging service", self.webhooks)


@dataclass(frozen=True, slots=True)
class SetService:
    """Set these webhooks of it; and texts go to those of the number that they were sent to."""

    service: MessagingService
    webhooks: HookAddresses

    @property
    def title(self) -> str:
        return "set the addresses of the messaging service"

    def rows(self) -> Iterator[ChangeRow]:
        for hook, then in self.webhooks.items():
            now = self.service.webhooks.get(hook, HookAddress())
            yield ChangeRow("messaging service", hook, _shown(now), _shown(then))
        if not self.service.asks_the_number:
            yield ChangeRow("messaging service", "whom it asks", "itself", "the number")


@dataclass(frozen=True, slots=True)
class PutIntoService:
    """`name` and `service` are the carrier's, once they are known."""

    number: str
    name: str = ""
    service: str = ""

    @property
    def title(self) -> str:
        return f"put {self.number} into the messaging service"

    def rows(self) -> Iterator[ChangeRow]:
        yield ChangeRow(self.number, "messaging service", "in none", "in ours")


@dataclass(frozen=True, slots=True)
class SendIn:
    """Send a registration in, or once more with what was changed: `fields` by the carrier's own
    names, in the order in which a person reads them. `edits`: the carrier's name of the one that
    was refused. `of`: the carrier's names of what it is for and builds on, by those of their
    fields. `waits_for`: what must come first, and only others can bring about; empty for nothing.
    """

    what: Registered
    fields: Mapping[str, str | tuple[str, ...]]
    edits: str = ""
    of: Mapping[str, str] = field(default_factory=dict)
    waits_for: str = ""

    @property
    def title(self) -> str:
        return f"send in the {self.what}" + (" again" if self.edits else "")

    def rows(self) -> Iterator[ChangeRow]:
        then = "send it in again, with these fields" if self.edits else "send it in"
        yield ChangeRow(str(self.what), "", "refused" if self.edits else "", then)
        for name, value in self.fields.items():
            yield ChangeRow(
                str(self.what), name, "", value if isinstance(value, str) else "; ".join(value)
            )


Change = BuyNumber | SetNumber | MakeService | SetService | PutIntoService | SendIn


@dataclass(frozen=True, slots=True)
class ByHand:
    """What only a person can do, on the carrier's pages: where, why, and what to write into which
    field, ready to paste."""

    where: str
    why: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of what a person reads before saying yes: of what, which part, how it is now and
    how it will be."""

    of: str
    part: str
    now: str
    then: str


def changes(have: Holdings, want: Target, offer: Offer | None = None) -> Iterator[Change]:
    """The way from what is there to what is wanted; nothing if all is as it should be.

    `offer`: the number to buy where there is none. Each change can be made once those before it
    were, and is planned anew then: names that the carrier gives are not known before.
    """
    if have.number is None and offer:
        yield BuyNumber(offer, want.label, want.number)
    if have.number and (wrong := _wrong_of_number(have.number, want.number)):
        yield SetNumber(have.number, wrong)
    if not want.has_service:
        return
    if have.service is None:
        yield MakeService(want.label, want.service)
    elif have.service and (
        (wrong := _wrong(have.service.webhooks, want.service)) or not have.service.asks_the_number
    ):
        yield SetService(have.service, wrong)
    yield from _into_service(have, offer)


def with_fallbacks_kept(want: HookAddresses, have: HookAddresses) -> HookAddresses:
    """The same, but a fallback that leads to our path on another machine is one that somebody
    chose: it stays, and is asked as patiently as ours."""
    return {hook: _kept(hook, it, have.get(hook, HookAddress())) for hook, it in want.items()}


def _kept(hook: Hook, want: HookAddress, have: HookAddress) -> HookAddress:
    is_fallback = hook in (Hook.TEXT_FALLBACK, Hook.CALL_FALLBACK)
    path = urlsplit(want.address).path
    if not is_fallback or not have.address or urlsplit(have.address).path != path:
        return want
    patience = want.address.partition("#")[2]
    return HookAddress(f"{have.place}#{patience}" if patience else have.place)


def _into_service(have: Holdings, offer: Offer | None) -> Iterator[PutIntoService]:
    number, service = have.number, have.service
    if number and (service is None or number.name not in service.numbers):
        yield PutIntoService(number.number, number.name, service.name if service else "")
    elif number is None and offer:
        yield PutIntoService(offer.number)


def _wrong_of_number(number: OwnNumber, want: HookAddresses) -> HookAddresses:
    overruled = {it: want[it] for it in number.overruled if it in want}
    return {**_wrong(number.webhooks, want), **overruled}


def _wrong(have: HookAddresses, want: HookAddresses) -> HookAddresses:
    return {it: to for it, to in want.items() if mismatch(have.get(it, HookAddress()), to)}


def _new_rows(of: str, webhooks: HookAddresses) -> Iterator[ChangeRow]:
    return (ChangeRow(of, hook, "", _shown(it)) for hook, it in webhooks.items())


def _shown(it: HookAddress) -> str:
    if not it.address:
        return ""
    return it.address if it.method == "POST" else f"{it.method} {it.address}"


def words_of(it: Change) -> tuple[ChangeRow, ...]:
    """What a person said yes to: two changes with the same rows are one change."""
    return tuple(it.rows())
