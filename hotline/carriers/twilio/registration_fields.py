"""What stands in each field of a registration at Twilio, and on which of its pages the rest is set.
Pure.

Names of fields are those of https://www.twilio.com/docs/messaging/api/tollfree-verification-resource
and https://www.twilio.com/docs/messaging/api/usapptoperson-resource.
"""

from __future__ import annotations

from typing import Final

from hotline.carrier_changes import ByHand
from hotline.provisioning import Hook, HookAddresses
from hotline.registration import AutomaticAnswers
from hotline.registration_form import Owner, OwnerKind
from hotline.registration_texts import JOIN_WORDS, RegistrationTexts

CONSOLE = "https://console.twilio.com"
PROFILES = f"{CONSOLE} > Admin > Trust Hub > Customer Profiles"
BRANDS_PAGE = f"{CONSOLE} > Messaging > Regulatory Compliance > A2P 10DLC"
VERIFICATIONS_PAGE = f"{CONSOLE} > Phone Numbers > Manage > Regulatory Compliance > Toll-free"
SHORT_CODES_PAGE = f"{CONSOLE} > Phone Numbers > Manage > Short Codes"
ANSWERS_PAGE = f"{CONSOLE} > Messaging > Services > (ours) > Opt-Out Management"
Fields = dict[str, str | tuple[str, ...]]


# A toll-free number.

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


# A campaign.


def campaign_fields(owner: Owner, texts: RegistrationTexts) -> Fields:
    """By the names of the form. LOW_VOLUME is any mixture of uses, few texts a day; CHARITY is for
    those alone whom the tax office knows as one."""
    answers = texts.answers
    fields: Fields = {
        "UsAppToPersonUsecase": "SOLE_PROPRIETOR" if is_sole(owner) else "LOW_VOLUME",
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


def is_sole(owner: Owner) -> bool:
    return owner.kind is OwnerKind.SOLE_PROPRIETOR


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
