"""What of a registration is still to do at Twilio. Pure.

https://www.twilio.com/docs/messaging/compliance/a2p-10dlc and
https://www.twilio.com/docs/messaging/compliance/toll-free/api-onboarding. A local number needs, one
after the other: the owner's profile (made on Twilio's pages), a profile for texts, a brand and a
campaign. A toll-free number needs one verification. A brand of a sole proprietor who has no
customers of their own to register can only be made on Twilio's pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hotline.carrier_changes import ByHand, SendIn
from hotline.carriers.twilio.registration_fields import (
    BRANDS_PAGE,
    CONSOLE,
    PROFILES,
    VERIFICATIONS_PAGE,
    Fields,
    brand_fields,
    campaign_fields,
    is_sole,
    profile_fields,
    verification_fields,
)
from hotline.provisioning import Holdings, NumberKind, OwnNumber
from hotline.registration import (
    RefusalReason,
    Registered,
    Registration,
    RegistrationState,
    latest_of,
)
from hotline.registration_form import Owner, OwnerKind
from hotline.registration_texts import RegistrationTexts

SENT_IN = (RegistrationState.WAITING, RegistrationState.APPROVED)


@dataclass(frozen=True, slots=True)
class Todo:
    """`notes`: how the rest stands, a sentence each."""

    changes: tuple[SendIn, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    notes: tuple[str, ...] = ()


Step = SendIn | ByHand | str


def todo(
    have: Holdings,
    number: OwnNumber | None,
    owner: Owner,
    texts: RegistrationTexts,
    *,
    mock: bool = False,
) -> Todo:
    """What is left to do for this number, which may not be bought yet. `mock`: a brand that
    registers nothing, to try it out."""
    steps = list(_steps(have, number, owner, texts, mock=mock))
    return Todo(
        tuple(it for it in steps if isinstance(it, SendIn)),
        tuple(it for it in steps if isinstance(it, ByHand)),
        tuple(it for it in steps if isinstance(it, str)),
    )


def _steps(
    have: Holdings,
    number: OwnNumber | None,
    owner: Owner,
    texts: RegistrationTexts,
    *,
    mock: bool,
) -> Iterator[Step]:
    if number is None:
        yield "Registration: there is no number yet to register."
    elif number.kind is NumberKind.TOLL_FREE:
        yield from _verification(have, number, owner, texts)
    elif number.number.startswith("+1"):
        yield from _ten_digits(have, owner, texts, mock=mock)
    else:
        yield (
            f"Registration: numbers like {number.number} are registered otherwise, if at all: look"
            f" under {CONSOLE} > Phone Numbers > Regulatory Compliance."
        )


# A toll-free number.


def _verification(
    have: Holdings, number: OwnNumber, owner: Owner, texts: RegistrationTexts
) -> Iterator[Step]:
    fields = verification_fields(owner, texts)
    found = latest_of(have.registrations, Registered.TOLL_FREE)
    if found is None:
        about = {"TollfreePhoneNumberSid": number.name}
        yield SendIn(Registered.TOLL_FREE, fields, of=about)
    elif found.standing is not RegistrationState.REFUSED:
        yield _how_it_stands(found)
    elif not found.may_be_edited:
        yield _how_it_stands(found)
        yield ByHand(VERIFICATIONS_PAGE, "it was refused, and must be sent in anew", _plain(fields))
    elif _differs(found, fields):
        yield _how_it_stands(found)
        yield SendIn(Registered.TOLL_FREE, fields, edits=found.name)
    else:
        yield _how_it_stands(found)
        yield _say_otherwise(found)


# A number with an area code, in the US.


def _ten_digits(
    have: Holdings, owner: Owner, texts: RegistrationTexts, *, mock: bool
) -> Iterator[Step]:
    found = have.registrations
    profile = latest_of(found, Registered.PROFILE)
    campaign = latest_of(found, Registered.CAMPAIGN)
    brand = latest_of([it for it in found if it.is_mock is mock], Registered.BRAND)
    if brand is None or brand.standing not in SENT_IN:
        yield from _until_profile(profile, owner)
        yield from _brand(have, profile, brand, owner, mock=mock)
    else:
        yield _how_it_stands(brand)
    yield from _campaign(have, brand, campaign, owner, texts)


def _until_profile(profile: Registration | None, owner: Owner) -> Iterator[Step]:
    if profile is None:
        why = "the account's owner has no profile yet; only a person can make the first one"
        yield ByHand(PROFILES, why, profile_fields(owner))
    elif profile.standing is not RegistrationState.APPROVED:
        yield _how_it_stands(profile)


def _brand(
    have: Holdings,
    profile: Registration | None,
    brand: Registration | None,
    owner: Owner,
    *,
    mock: bool,
) -> Iterator[Step]:
    if brand is not None:
        yield _how_it_stands(brand)
        yield ByHand(BRANDS_PAGE, "the brand was refused; mend the profile and send it in again")
        return
    if owner.kind is OwnerKind.SOLE_PROPRIETOR and not mock:
        yield ByHand(BRANDS_PAGE, "a sole proprietor registers the brand here", brand_fields(owner))
        return
    known = profile if profile and profile.standing is RegistrationState.APPROVED else None
    for_texts = _messaging_profile(have)
    waits = "" if known else "the owner's profile is approved"
    if for_texts is None or for_texts.standing not in SENT_IN:
        yield SendIn(
            Registered.MESSAGING_PROFILE,
            {"Email": owner.email, "company_type": _COMPANY_TYPES[owner.kind]},
            of={"profile": known.name if known else ""},
            waits_for=waits,
        )
        waits = waits or "the profile for texts is sent in"
    of = {
        "CustomerProfileBundleSid": known.name if known else "",
        "A2PProfileBundleSid": for_texts.name if for_texts else "",
    }
    fields: Fields = {"BrandType": "SOLE_PROPRIETOR" if is_sole(owner) else "STANDARD"}
    fields |= {"SkipAutomaticSecVet": "true"} | ({"Mock": "true"} if mock else {})
    yield SendIn(Registered.BRAND, fields, of=of, waits_for=waits)


def _messaging_profile(have: Holdings) -> Registration | None:
    """Trust products are of other kinds, too: for calls, for instance."""
    return latest_of(
        [it for it in have.registrations if it.fields.get("PolicySid") == TEXTS_POLICY],
        Registered.MESSAGING_PROFILE,
    )


TEXTS_POLICY: Final = "RNb0d4771c2c98518d916a3d4cd70a8f8b"
"""What a profile for texts must have in it: the same for every account."""
_COMPANY_TYPES: Final = {
    OwnerKind.NON_PROFIT: "non-profit",
    OwnerKind.SOLE_PROPRIETOR: "private",
    OwnerKind.PRIVATE: "private",
    OwnerKind.GOVERNMENT: "government",
}


def _campaign(
    have: Holdings,
    brand: Registration | None,
    campaign: Registration | None,
    owner: Owner,
    texts: RegistrationTexts,
) -> Iterator[Step]:
    fields = campaign_fields(owner, texts)
    if campaign is None:
        is_ready = brand is not None and brand.standing is RegistrationState.APPROVED
        of = {
            "BrandRegistrationSid": brand.name if brand else "",
            "service": have.service.name if have.service else "",
        }
        waits = "" if is_ready else "the brand is approved"
        yield SendIn(Registered.CAMPAIGN, fields, of=of, waits_for=waits)
    elif campaign.standing is not RegistrationState.REFUSED:
        yield _how_it_stands(campaign)
    elif _differs(campaign, fields):
        changed = {name: it for name, it in fields.items() if name in CAMPAIGN_EDITS}
        yield _how_it_stands(campaign)
        yield SendIn(
            Registered.CAMPAIGN, changed, edits=campaign.name, of={"service": campaign.about}
        )
    else:
        yield _how_it_stands(campaign)
        yield _say_otherwise(campaign)


CAMPAIGN_EDITS: Final = frozenset(
    {
        *("Description", "MessageFlow", "MessageSamples", "HasEmbeddedLinks", "HasEmbeddedPhone"),
        *("AgeGated", "DirectLending", "PrivacyPolicyUrl", "TermsAndConditionsUrl"),
    }
)


# How one stands, in a sentence.


def _how_it_stands(it: Registration) -> str:
    said = f"The {it.what} is {it.standing}" + (f" ({it.said})" if it.said else "") + "."
    mock = " It is a mock one: it registers nothing." if it.is_mock else ""
    reasons = "".join(f" {_reason_in_words(one)}" for one in it.reasons)
    until = f" It can be edited until {it.edit_until:%Y-%m-%d %H:%M} UTC." if it.edit_until else ""
    return said + mock + reasons + until


def _reason_in_words(it: RefusalReason) -> str:
    code = f"{it.code}: " if it.code else ""
    fields = f" Look at {', '.join(it.fields)}." if it.fields else ""
    more = f" {it.more}" if it.more else ""
    return f"{code}{it.words.rstrip('.')}.{fields}{more}"


def _say_otherwise(it: Registration) -> str:
    return (
        f"Nothing in your file differs from what was refused: change it there (its [texts], for"
        f" instance), then run this again to send the {it.what} in."
    )


def _differs(it: Registration, fields: Fields) -> bool:
    """Whether any field that we can read of it says something else in the file."""
    return any(_text(fields[name]) != said for name, said in it.fields.items() if name in fields)


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _plain(fields: Fields) -> dict[str, str]:
    return {name: _text(it) for name, it in fields.items()}
