"""How a network is registered with those who carry its texts: how far each registration is, why one
was refused, and what to change until when. Pure values; `registration_texts` has what we write into
the fields, `carriers.twilio.holdings` reads how things stand.

In the US and Canada a number's texts are carried only once somebody knows who writes: a local
number belongs to a *campaign* (what is written) of a *brand* (who writes it), a toll-free number is
*verified*. Both build on the *profile* of the account's owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Registered(StrEnum):
    """What is registered."""

    PROFILE = "profile"
    """Who owns the account. The first one is made on the carrier's pages, by a person."""
    MESSAGING_PROFILE = "messaging profile"
    """The profile again, for texts: a brand builds on both."""
    BRAND = "brand"
    """Who writes."""
    CAMPAIGN = "campaign"
    """What is written, for all numbers of a messaging service."""
    TOLL_FREE = "toll-free verification"
    """Both, for one toll-free number."""


class RegistrationState(StrEnum):
    """How far a registration is."""

    DRAFT = "draft"
    """It was begun, and nobody has sent it in."""
    WAITING = "waiting"
    """Somebody looks at it: nothing to do but wait."""
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    """It was approved, and is no longer good."""
    UNKNOWN = "unknown"
    """The carrier says something that nobody listed; its own word is in `Registration.said`."""


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """Why it was refused: in the carrier's words, with its code, the names of the fields that are
    wrong as the carrier calls them, and where more is written about it. Each may be missing."""

    words: str = ""
    code: int | None = None
    fields: tuple[str, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class AutomaticAnswers:
    """What was registered as the answer to words that the carrier takes for itself, and those
    words, in capitals. Empty where nothing was said.

    It is what the registration promises. What the carrier really answers is set elsewhere, and no
    carrier of ours can be asked for that: somebody texts HELP to see it.
    """

    help: str = ""
    stop: str = ""
    start: str = ""
    help_words: tuple[str, ...] = ()
    stop_words: tuple[str, ...] = ()
    start_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration as the carrier has it.

    `name`: the carrier's name of it. `about`: the carrier's name of what it is for: of the number
    of a toll-free verification, of the messaging service of a campaign, of the profile of a brand;
    empty for a profile. `said`: how it stands in the carrier's own word.
    `may_be_edited`: None where nobody said. `edit_until`: after that it must be sent in anew; with
    a zone. `is_mock`: it registers nothing, and lets no text through.
    """

    what: Registered
    name: str
    standing: RegistrationState
    said: str = ""
    about: str = ""
    reasons: tuple[RefusalReason, ...] = ()
    may_be_edited: bool | None = None
    edit_until: datetime | None = None
    is_mock: bool = False
    answers: AutomaticAnswers | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """Some of what is in it, by the carrier's names of the fields: to see what to change."""

    @property
    def lets_texts_through(self) -> bool:
        """Whether this one is in order, and earnest."""
        return self.standing is RegistrationState.APPROVED and not self.is_mock


def latest_of(registrations: Sequence[Registration], what: Registered) -> Registration | None:
    """The one that counts among several of a kind: an approved one, else one that waits, else the
    first, which is the newest. None if there is none."""
    of_kind = [it for it in registrations if it.what is what]
    for standing in (RegistrationState.APPROVED, RegistrationState.WAITING):
        for it in of_kind:
            if it.standing is standing:
                return it
    return of_kind[0] if of_kind else None
