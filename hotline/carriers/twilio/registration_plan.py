"""What of a registration is still to do at Twilio, and what stands in each of its fields. Pure.

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

from hotline.provisioning import (
    ByHand,
    Holdings,
    Hook,
    HookAddresses,
    NumberKind,
    OwnNumber,
    SendIn,
)
from hotline.registration import (
    AutomaticAnswers,
    RefusalReason,
    Registered,
    Registration,
    RegistrationState,
    latest_of,
)
from hotline.registration_form import Owner, OwnerKind
from hotline.registration_texts import JOIN_WORDS, RegistrationTexts

CONSOLE = "https://console.twilio.com"
PROFILES = f"{CONSOLE} > Admin > Trust Hub > Customer Profiles"
BRANDS_PAGE = f"{CONSOLE} > Messaging > Regulatory Compliance > A2P 10DLC"
VERIFICATIONS_PAGE = f"{CONSOLE} > Phone Numbers > Manage > Regulatory Compliance > Toll-free"
SHORT_CODES_PAGE = f"{CONSOLE} > Phone Numbers > Manage > Short Codes"
ANSWERS_PAGE = f"{CONSOLE} > Messaging > Services > (ours) > Opt-Out Management"
ONES_WAIT = (RegistrationState.WAITING, RegistrationState.APPROVED)
Fields = dict[str, str | tuple[str, ...]]


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


_BUSINESS_TYPES: Final = {
    OwnerKind.NON_PROFIT: "NON_PROFIT",
    OwnerKind.SOLE_PROPRIETOR: "SOLE_PROPRIETOR",
    OwnerKind.PRIVATE: "PRIVATE_PROFIT",
    OwnerKind.GOVERNMENT: "GOVERNMENT",
}
_AUTHORITIES: Final = {"US": "EIN", "CA": "CBN", "GB": "CRN"}
_VOLUMES: Final = (10, 100, 1_000, 10_000, 100_000, 250_000, 500_000, 750_000, 1_000_000)


def verification_fields(owner: Owner, texts: RegistrationTexts) -> Fields:
    """By the names of the form. What is empty is left out."""
    fields: Fields = {
        "BusinessName": owner.legal_name,
        "BusinessType": _BUSINESS_TYPES[owner.kind],
        "BusinessWebsite": owner.website,
        **_registered_as(owner),
        "BusinessStreetAddress": owner.street,
        "BusinessCity": owner.city,
        "BusinessStateProvinceRegion": owner.region,
        "BusinessPostalCode": owner.postcode,
        "BusinessCountry": owner.country,
        "BusinessContactFirstName": owner.first_name,
        "BusinessContactLastName": owner.last_name,
        "BusinessContactEmail": owner.email,
        "BusinessContactPhone": owner.phone,
        "NotificationEmail": owner.email,
        "UseCaseCategories": _categories(owner),
        "UseCaseSummary": texts.summary,
        "ProductionMessageSample": texts.samples[0],
        "AdditionalInformation": texts.how_people_join,
        "OptInType": "VIA_TEXT",
        "OptInKeywords": JOIN_WORDS,
        "OptInImageUrls": (owner.opt_in_picture,),
        "OptInConfirmationMessage": texts.samples[1],
        "HelpMessageSample": texts.answers.help,
        "MessageVolume": volume(owner.texts_a_month),
        "PrivacyPolicyUrl": owner.privacy_page,
        "TermsAndConditionsUrl": owner.terms_page,
    }
    return {name: it for name, it in fields.items() if it}


def _registered_as(owner: Owner) -> Fields:
    if owner.kind is OwnerKind.SOLE_PROPRIETOR:
        return {}
    return {
        "BusinessRegistrationNumber": owner.tax_number,
        "BusinessRegistrationAuthority": _AUTHORITIES.get(owner.country, "OTHER"),
        "BusinessRegistrationCountry": owner.country,
    }


def _categories(owner: Owner) -> tuple[str, ...]:
    charity = ("CHARITY_NONPROFIT",) if owner.kind is OwnerKind.NON_PROFIT else ()
    return (*charity, "ACCOUNT_NOTIFICATIONS")


def volume(texts_a_month: int) -> str:
    """The step that it is in: Twilio knows only some, and writes them with commas."""
    return f"{next((it for it in _VOLUMES if it >= texts_a_month), _VOLUMES[-1]):,}"


# A number with an area code, in the US.


def _ten_digits(
    have: Holdings, owner: Owner, texts: RegistrationTexts, *, mock: bool
) -> Iterator[Step]:
    found = have.registrations
    profile = latest_of(found, Registered.PROFILE)
    campaign = latest_of(found, Registered.CAMPAIGN)
    brand = latest_of([it for it in found if it.is_mock is mock], Registered.BRAND)
    if brand is None or brand.standing not in ONES_WAIT:
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
    if for_texts is None or for_texts.standing not in ONES_WAIT:
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
    fields: Fields = {"BrandType": "SOLE_PROPRIETOR" if _is_sole(owner) else "STANDARD"}
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


def _is_sole(owner: Owner) -> bool:
    return owner.kind is OwnerKind.SOLE_PROPRIETOR


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


def campaign_fields(owner: Owner, texts: RegistrationTexts) -> Fields:
    """By the names of the form. LOW_VOLUME is any mixture of uses, few texts a day; CHARITY is for
    those alone whom the tax office knows as one."""
    answers = texts.answers
    fields: Fields = {
        "UsAppToPersonUsecase": "SOLE_PROPRIETOR" if _is_sole(owner) else "LOW_VOLUME",
        "Description": texts.summary,
        "MessageFlow": texts.how_people_join,
        "MessageSamples": texts.samples,
        "HasEmbeddedLinks": "false",
        "HasEmbeddedPhone": "true",  # whom to call in danger
        "SubscriberOptIn": "true",
        "AgeGated": "false",
        "DirectLending": "false",
        "OptInKeywords": JOIN_WORDS,
        "OptInMessage": texts.samples[1],
        "OptOutKeywords": answers.stop_words,
        "OptOutMessage": answers.stop,
        "HelpKeywords": answers.help_words,
        "HelpMessage": answers.help,
        "PrivacyPolicyUrl": owner.privacy_page,
        "TermsAndConditionsUrl": owner.terms_page,
    }
    return {name: it for name, it in fields.items() if it}


# What a person writes into the fields of Twilio's pages.


def profile_fields(owner: Owner) -> dict[str, str]:
    """As the fields are called there, as far as we know: a word may have changed since."""
    names = {
        "Legal business name": owner.legal_name,
        "Business type": {
            OwnerKind.NON_PROFIT: "Non-profit corporation",
            OwnerKind.SOLE_PROPRIETOR: "Sole proprietorship",
            OwnerKind.PRIVATE: "Corporation",
            OwnerKind.GOVERNMENT: "Non-profit corporation",
        }[owner.kind],
        "Business registration number": owner.tax_number,
        "Business industry": "Not for profit" if owner.kind is OwnerKind.NON_PROFIT else "",
        "Website": owner.website,
        "Street": owner.street,
        "City": owner.city,
        "State": owner.region,
        "Postal code": owner.postcode,
        "Country": owner.country,
        "First name": owner.first_name,
        "Last name": owner.last_name,
        "Email": owner.email,
        "Phone": owner.phone,
    }
    return {name: it for name, it in names.items() if it}


def brand_fields(owner: Owner) -> dict[str, str]:
    return {"Brand type": "Sole Proprietor", **profile_fields(owner), "Mobile phone": owner.phone}


def short_code_fields(webhooks: HookAddresses) -> ByHand:
    """Where the addresses of a short code are set: it is on no list of numbers, and takes no
    calls."""
    fields = {
        "A message comes in": webhooks[Hook.TEXT].address,
        "Primary handler fails": webhooks[Hook.TEXT_FALLBACK].address,
    }
    return ByHand(SHORT_CODES_PAGE, "a short code is set up there, both by POST", fields)


def answer_fields(it: AutomaticAnswers, *, is_toll_free: bool) -> ByHand:
    """The answers to HELP, STOP and START of Opt-Out Management.

    Twilio's API has no word for them (as far as its published description goes), so nobody can see
    from outside whether they are set: somebody texts HELP and reads. What a toll-free number
    answers STOP with is the phone networks' own, and nobody can change it.
    """
    fields = {
        "Opt-out words": ", ".join(it.stop_words),
        "Opt-out answer": it.stop,
        "Opt-in words": ", ".join(it.start_words),
        "Opt-in answer": it.start,
        "Help words": ", ".join(it.help_words),
        "Help answer": it.help,
    }
    if is_toll_free:
        fields = {name: said for name, said in fields.items() if name.startswith("Help")}
    why = "what HELP and STOP are answered with is set there alone; then text HELP, and read"
    return ByHand(ANSWERS_PAGE, why, fields)


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
