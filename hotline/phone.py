"""Read and print phone numbers.

Inside the hotline a number is E.164 (`+12125550100`) or a short code of 3 to 6 digits. Numbers
need only be possible, not handed out: the fictional 555-01xx ones are as good as any. Nothing
here looks a number up anywhere, and nothing here says whose it is.
"""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult
from phonenumbers.phonemetadata import PhoneMetadata

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE: Final = re.compile(r"[0-9]{3,6}")

# What carriers put in the place of a number that the caller hides: the letters of anonymous,
# unavailable, blocked, restricted, unknown and private on a phone's keys.
_HIDDEN: Final = frozenset(
    {
        *("+266696687", "+86282452253", "+2562533", "+7378742833", "+464"),
        *("+8656696", "+7748483"),
    }
)

_NOBODYS: Final = "hidden-"

_HOW_WRONG: Final = {
    ValidationResult.TOO_SHORT: "is too short for a phone number",
    ValidationResult.TOO_LONG: "is too long for a phone number",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code to be a phone number",
}

# Countries by themselves in the numbering, and not for who lives there or what a text costs.
_TERRITORIES: Final = dict.fromkeys(("PR", "VI", "GU", "AS", "MP"), "US")

# The numbers that help of every kind answers, the best known first.
_EMERGENCY: Final = ("000", "911", "999", "112", "111")


class BadPhone(ValueError):
    """Says what is wrong with a number and how to write it, without repeating it."""


def parse(text: str, country: str) -> str:
    """Read a number as people of the country write it, as E.164; raises BadPhone."""
    plain = text.strip().removeprefix("tel:")
    if any(letter.isalpha() for letter in plain):
        raise _bad("has letters in it and is not a phone number", country)
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException as error:
        raise _bad("is not a phone number", country) from error
    possible = phonenumbers.is_possible_number_with_reason(number)
    if number.extension or possible != ValidationResult.IS_POSSIBLE:
        raise _bad(_HOW_WRONG.get(possible, "is not a phone number"), country)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_country(country: str) -> bool:
    """Whether local numbers can be read for these two letters."""
    return country in phonenumbers.SUPPORTED_REGIONS


def country(number: str) -> str | None:
    """The two letters of the country that an E.164 number belongs to; None when nobody can tell."""
    if number.startswith("+1") and len(number) == len("+12125550100"):
        # Countries that share a code share it by area codes: the rest of the number tells nothing.
        number = f"{number[:5]}2345678"
    return _country(number)


@lru_cache(maxsize=4096)
def _country(number: str) -> str | None:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return None


def is_in(number: str, countries: tuple[str, ...]) -> bool:
    """Whether a number belongs to one of these countries, as far as anybody can tell."""
    found = country(number)
    if found is not None:
        return found in countries or _TERRITORIES.get(found) in countries
    codes = (phonenumbers.country_code_for_region(one) for one in countries)
    return any(number.startswith(f"+{code}") for code in codes)


def is_short_code(text: str) -> bool:
    return _SHORT_CODE.fullmatch(text) is not None


def sender(text: str) -> str | None:
    """Who the carrier says it is; None when they hide it, or cannot be answered."""
    plain = text.strip()
    if plain in _HIDDEN:
        return None
    return plain if is_short_code(plain) or _E164.fullmatch(plain) else None


def nobodys(call_id: int | str) -> str:
    """In the place of a number, for who called with theirs hidden and left none. Nobody is texted
    or called there: it is in no country."""
    return f"{_NOBODYS}{call_id}"


def forgotten(who: int) -> str:
    """In the place of the number of somebody who wanted to be forgotten."""
    return nobodys(f"gone-{who}")


def is_forgotten(number: str) -> bool:
    return number.startswith(nobodys("gone-"))


def is_nobodys(number: str) -> bool:
    return number.startswith(_NOBODYS)


def is_possible(number: str) -> bool:
    """Whether an E.164 number can be anybody's, by its length."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False


@lru_cache
def emergency_number(country: str) -> str:
    """Whom to call in danger. Europe is where calling codes begin with 3 or 4: 112 there."""
    in_europe = str(phonenumbers.country_code_for_region(country))[0] in "34"
    for digits in ("112", *_EMERGENCY) if in_europe else _EMERGENCY:
        if phonenumbers.is_emergency_number(digits, country):
            return digits
    metadata = PhoneMetadata.short_metadata_for_region(country)
    return (metadata and metadata.emergency and metadata.emergency.example_number) or "112"


def show(number: str, country: str) -> str:
    """As people of the country write it: without the country's code when it is their own."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    own = parsed.country_code == phonenumbers.country_code_for_region(country)
    style = PhoneNumberFormat.NATIONAL if own else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def _bad(reason: str, country: str) -> BadPhone:
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if example is None:
        return BadPhone(f"{reason}: write it like +1 212 555 0100")
    national = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
    abroad = phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL)
    return BadPhone(f"{reason} in {country}: write it like {national} or {abroad}")
