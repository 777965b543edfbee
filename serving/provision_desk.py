"""One provision: planned from what the carrier has, and made change by change.

Each change is planned anew when its turn comes: one that broke off half-way goes on where it was,
and nothing is done that nobody said yes to. Speaks to no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

from hotline import carrier_changes, phone, registration_form, registration_texts, settings
from hotline.carrier_changes import (
    ByHand,
    Change,
    ChangeRow,
    NumberWish,
    Offer,
    SendIn,
    Target,
    words_of,
)
from hotline.carriers.twilio import (
    addresses,
    holdings,
    provision,
    registration_fields,
    registration_plan,
)
from hotline.carriers.twilio.client import Carrier
from hotline.errors import (
    AccountRefused,
    CarrierBusy,
    CarrierError,
    CarrierSilent,
    HotlineError,
)
from hotline.provisioning import Holdings, NumberKind, OwnNumber
from hotline.registration_form import Owner
from hotline.settings import Settings
from hotline.work import furnish, utc_now

LONGEST_LABEL = 64  # letters of what something is called at the carrier
Found = TypeVar("Found")


class NotProvisioned(HotlineError):
    """What could not be done at the carrier, and what to do about it."""


@dataclass(frozen=True)
class Wish:
    """What whoever provisions wishes for: see the command's options. `fallback` without a slash at
    the end."""

    kind: NumberKind = NumberKind.LOCAL
    near: str = ""
    at_most: Decimal | None = None
    fallback: str = ""
    registration: Path | None = None
    mock: bool = False
    calls: bool = True
    pictures: bool = False


@dataclass(frozen=True)
class Plan:
    """Changes to make now, those that wait for somebody, what a person does, and how things
    stand. `warnings` are read before anybody says yes."""

    have: Holdings
    warnings: tuple[str, ...]
    now: tuple[Change, ...]
    later: tuple[SendIn, ...]
    by_hand: tuple[ByHand, ...]
    notes: tuple[str, ...]


class CarrierDesk:
    """Where one provision is planned and made."""

    def __init__(self, of: Settings, carrier: Carrier, wish: Wish, owner: Owner | None) -> None:
        self.of, self._carrier, self._wish, self._owner = of, carrier, wish, owner
        self._label = f"hotline: {of.network.name}"[:LONGEST_LABEL]
        self._offer: Offer | None = None

    @classmethod
    def open(cls, of: Settings, wish: Wish) -> CarrierDesk:
        """Raises BadSettings for a file that cannot be sent in."""
        owner = None
        if wish.registration:
            text = settings.read_text(wish.registration)
            owner = registration_form.read(text, str(wish.registration))
        return cls(of, Carrier(of.environment), wish, owner)

    def plan(self) -> Plan:
        """What is to do now, from what the carrier has now. Raises NotProvisioned."""
        have = answered(partial(holdings.read, self._carrier, self.of.environment, self._label))
        self._require_ours(have)
        if have.number is None and self._offer is None and not self._short_code:
            self._offer = self._chosen()
        changes = tuple(carrier_changes.changes(have, self._wanted(have), self._offer))
        number = have.number or (_as_if_bought(self._offer) if self._offer else None)
        todo = self._registration(have, number)
        return Plan(
            have,
            tuple(self._others(have)) if self._offer else (),
            (*changes, *(it for it in todo.changes if not it.waits_for)),
            tuple(it for it in todo.changes if it.waits_for),
            (*todo.by_hand, *self._of_short_code(), self._answers(number)),
            todo.notes,
        )

    @property
    def _short_code(self) -> str:
        """Ours, if that is what we have."""
        number = self.of.environment.hotline_number or ""
        return number if phone.is_short_code(number) else ""

    def _require_ours(self, have: Holdings) -> None:
        number = self.of.environment.hotline_number
        if number and have.number is None and not self._short_code:
            raise NotProvisioned(
                f"The carrier's account has no number {number}: is it another account's? Leave"
                " HOTLINE_NUMBER away to buy one."
            )
        service = self.of.environment.twilio_messaging_service_sid
        if service and have.service is None:
            raise NotProvisioned(
                "The carrier's account has no messaging service of the name in"
                " TWILIO_MESSAGING_SERVICE_SID. Leave it away to have one made."
            )

    def _chosen(self) -> Offer:
        wish = self._wish
        country, can = self.of.network.country, {"calls": wish.calls, "pictures": wish.pictures}
        wished = NumberWish(country, wish.kind, wish.near, wish.at_most, **can)
        found = answered(partial(provision.offers, self._carrier, wished))
        if offer := carrier_changes.best(found, wished):
            return offer
        near = f" near {wish.near}" if wish.near else f" in {wished.country}"
        cost = f" for {wish.at_most} a month" if wish.at_most is not None else ""
        raise NotProvisioned(
            f"The carrier has no {wish.kind} number{near}{cost} that takes what you want it to and"
            " needs no papers first. Try another --near, another --kind or a higher --at-most."
        )

    def _wanted(self, have: Holdings) -> Target:
        public, fallback = self.of.environment.public_url, self._wish.fallback
        number = addresses.of_number(public, fallback)
        service = addresses.of_service(public, fallback)
        if not fallback and have.number:
            number = carrier_changes.with_fallbacks_kept(number, have.number.webhooks)
        if not fallback and have.service:
            service = carrier_changes.with_fallbacks_kept(service, have.service.webhooks)
        return Target(self._label, number, service)

    def _registration(self, have: Holdings, number: OwnNumber | None) -> registration_plan.Todo:
        if self._owner is None:
            return registration_plan.Todo(notes=tuple(_unregistered(have, number)))
        speech = furnish(self.of.network, utc_now).speech
        texts = registration_texts.texts(speech, self._owner, number.number if number else "")
        return registration_plan.todo(have, number, self._owner, texts, mock=self._wish.mock)

    def _of_short_code(self) -> Iterator[ByHand]:
        if self._short_code:
            yield registration_fields.short_code_fields(self._wanted(Holdings()).number)

    def _answers(self, number: OwnNumber | None) -> ByHand:
        network = self.of.network
        speech = furnish(network, utc_now).speech
        answers = registration_texts.automatic_answers(speech, network.languages[0])
        is_toll_free = number is not None and number.kind is NumberKind.TOLL_FREE
        return registration_fields.answer_fields(answers, is_toll_free=is_toll_free)

    def _others(self, have: Holdings) -> Iterator[str]:
        """A number that somebody has already, before another is bought."""
        if have.number is None:
            for it in answered(partial(holdings.numbers, self._carrier)):
                yield (
                    f"The account has {it.number} already. To use it and buy none, set"
                    f" HOTLINE_NUMBER={it.number} and run this again."
                )

    def make(self, plan: Plan, say: Callable[[str], None]) -> Plan:
        """Make the changes of this plan one after the other, those that waited as well if their
        time comes, and `say` each; the plan for what is left then. Raises NotProvisioned where one
        cannot be made: those before it are."""
        agreed = {words_of(it) for it in (*plan.now, *plan.later)}
        made: set[tuple[ChangeRow, ...]] = set()
        while plan.now:
            change, words = plan.now[0], words_of(plan.now[0])
            if words in made:
                raise NotProvisioned(f"The carrier took it, and shows it as before: {change.title}")
            if words not in agreed:
                say("There is more to do now than you said yes to: run this again to see it.")
                break
            plan = self._made(change)
            made.add(words)
            say(f"Done: {change.title}.")
        return plan

    def _made(self, change: Change) -> Plan:
        """The plan once this was made. Silence is no answer: it is looked at what is there."""
        try:
            provision.make(self._carrier, change)
        except CarrierSilent:
            plan = self.plan()
            if words_of(change) in {words_of(it) for it in plan.now}:
                raise NotProvisioned(
                    f"The carrier did not answer, and this was not done: {change.title}."
                    " Run it again: it looks first, and does nothing twice."
                ) from None
            return plan
        except CarrierError as error:
            raise NotProvisioned(_in_words(error, change.title)) from None
        return self.plan()


def _as_if_bought(offer: Offer) -> OwnNumber:
    return OwnNumber("", offer.number, kind=offer.kind)


def _unregistered(have: Holdings, number: OwnNumber | None) -> Iterator[str]:
    if not have.registrations and number and number.number.startswith("+1"):
        yield (
            "In the US and Canada texts are only carried for networks that are registered."
            " `hotline provision form > registration.toml`, fill it in, then run this again with"
            " --registration registration.toml"
        )


def answered(ask: Callable[[], Found]) -> Found:
    """What the carrier answers. Raises NotProvisioned, in words for whoever can mend it."""
    try:
        return ask()
    except CarrierError as error:
        raise NotProvisioned(_in_words(error, "look at the account")) from None


def _in_words(error: CarrierError, what: str) -> str:
    said = f" It says: {error.said}" if error.said else ""
    code = f" ({error.code})" if error.code else ""
    match error:
        case CarrierBusy() | CarrierSilent():
            mend = "It could not be reached or is busy: try again in a minute."
        case AccountRefused() if not error.said:
            mend = "Are TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN right, and TWILIO_API_URL?"
        case _:
            mend = "What was done before this stays, and is not done again."
    return f"The carrier did not do this: {what}.{said}{code} {mend}"
