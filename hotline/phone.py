"""Read and print phone numbers.

Inside the hotline a number is E.164 (`+12125550100`) or a short code of 3 to 6 digits, and one
phone has one: `known_as` is where its spellings meet. Numbers need only be possible, not handed
out: the fictional 555-01xx ones are as good as any. Nothing here looks a number up anywhere, and
nothing here says whose it is.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult
from phonenumbers.phonemetadata import PhoneMetadata

_DIGITS: Final = re.compile(r"\+?[0-9]{7,15}")
_BETWEEN_DIGITS: Final = re.compile(r"[\s().\-]")
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

# Where 112 and 911 lead as well, but not from every phone, or are less known.
_BEST_KNOWN: Final = {"BR": "190", "GB": "999"}
# The numbers that help of every kind answers, the best known first.
_EMERGENCY: Final = ("000", "911", "999", "112", "111")


# What answers at such a number is nobody: services that cost extra, and mailboxes.
_SERVICES: Final = {
    *(PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.VOICEMAIL),
    PhoneNumberType.UAN,
}

# What costs whoever calls it as much as any call. Of a number that nobody knows yet, `is_persons`
# tells whether it can be somebody's.
_ORDINARY: Final = {
    *(PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE),
    *(PhoneNumberType.VOIP, PhoneNumberType.UNKNOWN),
}

# Area codes that there can be in North America, handed out or not: none begins with 0 or 1, has a 9
# in the middle or ends like 911. https://www.nanpa.com/numbering/area-codes
_NORTH_AMERICAN: Final = re.compile(r"\+1(?!.11)[2-9][0-8][0-9]")


class BadPhone(ValueError):
    """Says what is wrong with a number and how to write it, without repeating it."""


# One phone, one number.


@dataclass(frozen=True, slots=True)
class _Renumbering:
    """Behind `head`, `old` was written once and `new` is today, and then comes `rest`: all of them
    patterns but `old` and `new`."""

    head: str
    old: str
    new: str
    rest: str

    def is_old(self, number: str) -> re.Match[str] | None:
        return re.fullmatch(f"({self.head}){self.old}({self.rest})", number)

    def is_new(self, number: str) -> re.Match[str] | None:
        return re.fullmatch(f"({self.head}){self.new}({self.rest})", number)


_RENUMBERINGS: Final = tuple(
    _Renumbering(rf"\+{head}", old, new, rest)
    for head, old, new, rest in (
        # Mexico, 2019: no 1 before a mobile's number, and nothing before anybody's at home. Texts
        # go to +52 and ten digits: https://www.twilio.com/en-us/guidelines/mx/sms
        *(("52", old, "", r"[2-9]\d{9}") for old in ("1", "01", "044", "045")),
        # Argentina: a mobile's number has a 9 when it is called from abroad, and comes with it or
        # without. With it, it counts as a mobile's in `phonenumbers`, and so with carriers that
        # refuse to text a landline. What Twilio makes of each is written nowhere.
        ("54", "", "9", r"[1-3]\d{9}"),
        # Brazil, 2012 to 2016: a 9 before a mobile's eight digits. Old accounts of apps lack it.
        (r"55[1-9][1-9]", "", "9", r"[6-9]\d{7}"),
        # Ivory Coast, 31 January 2021: the network's two digits in front. Which, the second digit
        # of a mobile's number tells, and the third of others. https://www.itu.int/oth/T0202000031/en
        ("225", "", "01", r"[04-9][0-3]\d{6}"),
        ("225", "", "05", r"[04-9][4-6]\d{6}"),
        ("225", "", "07", r"[04-9][7-9]\d{6}"),
        ("225", "", "25", r"[23]\d0\d{5}"),
        ("225", "", "21", r"2\d8\d{5}"),
        ("225", "", "27", r"(?:2\d[1-79]|3\d[1-9])\d{5}"),
        # Benin, 30 November 2024. https://www.itu.int/oth/T0202000017/en
        ("229", "", "01", r"[24-9]\d{7}"),
        # Gabon, 2019: a 1, 6 or 7 behind the 0, which is not dialled from abroad.
        *(
            ("241", old, new, rest)
            for old in ("", "0")
            for new, rest in (("1", r"1\d{6}"), ("6", r"[256]\d{6}"), ("7", r"[47]\d{6}"))
        ),
        # Colombia, 2021: 60 before a landline's area.
        ("57", "", "60", r"[124-8]\d{7}"),
        # Vietnam, 2018: eleven digits of a mobile became ten. Address books remember.
        *(
            ("84", old, new, r"\d{7}")
            for old, new in (
                *(("120", "70"), ("121", "79"), ("122", "77"), ("126", "76"), ("128", "78")),
                *(("123", "83"), ("124", "84"), ("125", "85"), ("127", "81"), ("129", "82")),
                *((f"16{digit}", f"3{digit}") for digit in range(2, 10)),
                *(("186", "56"), ("188", "58"), ("199", "59")),
            )
        ),
    )
)
_RENUMBERED: Final = ("+52", "+54", "+55", "+57", "+84", "+225", "+229", "+241")


@lru_cache(maxsize=4096)
def known_as(number: str) -> str:
    """The E.164 number under which whoever has this one is known, written to and called.

    Some phones have two: countries lengthened their numbers, and networks, apps and address books
    still come with the old ones. It is the one that today's carriers take.
    """
    changes = _RENUMBERINGS if number.startswith(_RENUMBERED) else ()
    for change in changes:
        if found := change.is_old(number):
            return f"{found[1]}{change.new}{found[2]}"
    return number


def spellings(number: str) -> list[str]:
    """A number as `known_as` gives it, first, and each other way in which its phone may come."""
    found = ((change, change.is_new(number)) for change in _RENUMBERINGS)
    others = [f"{of[1]}{change.old}{of[2]}" for change, of in found if of]
    return list(dict.fromkeys([number, *others]))


def parse(text: str, country: str) -> str:
    """Read a number as people of the country write it, as `known_as` has it; raises BadPhone."""
    plain = text.strip().removeprefix("tel:")
    if any(letter.isalpha() for letter in plain):
        raise _bad("has letters in it and is not a phone number", country)
    try:
        written = phonenumbers.parse(plain, country)
        number = known_as(phonenumbers.format_number(written, PhoneNumberFormat.E164))
        possible = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException as error:
        raise _bad("is not a phone number", country) from error
    if written.extension or possible != ValidationResult.IS_POSSIBLE:
        raise _bad(_HOW_WRONG.get(possible, "is not a phone number"), country)
    return number


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


def sender(text: str, country: str = "") -> str | None:
    """Who the carrier says it is: a short code, or the number under which a person is known. None
    when they hide it, and for networks and services, whom nobody can answer.

    Digits without a + are read as people of the country write them, or with the country's code.
    """
    plain = _BETWEEN_DIGITS.sub("", text)
    if is_short_code(plain):
        return plain
    if plain in _HIDDEN or not (plain.isascii() and _DIGITS.fullmatch(plain)):
        return None
    readings = [it for it in _readings(plain, country) if is_persons(it)]
    if len(readings) > 1:
        readings.sort(key=_is_unsure)
    return readings[0] if readings else None


def _readings(digits: str, country: str) -> list[str]:
    """The numbers that these digits can stand for, the likeliest first."""
    if digits.startswith("+"):
        return [_e164(digits, None)]
    at_home, whole = _e164(digits, country), _e164(f"+{digits}", None)
    has_own_code = digits.startswith(str(phonenumbers.country_code_for_region(country)))
    return [whole, at_home] if has_own_code else [at_home, whole]


@lru_cache(maxsize=4096)
def _e164(digits: str, country: str | None) -> str:
    """As `known_as` has it; empty for what is no number."""
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return ""
    return known_as(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _is_unsure(number: str) -> bool:
    return not phonenumbers.is_valid_number(phonenumbers.parse(number, None))


@lru_cache(maxsize=4096)
def is_persons(number: str) -> bool:
    """Whether a person can have this E.164 number. Where `phonenumbers` does not know of it, it may
    be newer than what it knows: then its length decides, and in North America its area code."""
    try:
        it = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    if not phonenumbers.is_possible_number(it):
        return False
    if phonenumbers.is_valid_number(it):
        return phonenumbers.number_type(it) not in _SERVICES
    return not number.startswith("+1") or bool(_NORTH_AMERICAN.match(number))


def can_be_called_back(keys: str, country: str) -> str | None:
    """The number that somebody keyed in, as `known_as` has it, if a call there costs what any call
    costs, and it is no emergency number."""
    if phonenumbers.connects_to_emergency_number(keys, country):
        return None
    try:
        number = parse(keys, country)
    except BadPhone:
        return None
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    return number if is_persons(number) and kind in _ORDINARY else None


def nobodys(call_id: int | str) -> str:
    """In the place of a number, for who called with theirs hidden and left none. Nobody is texted
    or called there: it is in no country."""
    return f"{_NOBODYS}{call_id}"


def elsewhere(address: str) -> str:
    """In the place of a number, for an address that is none: somebody's in an app, a short code,
    letters. The same for the same address."""
    return nobodys(f"at-{hashlib.sha256(address.encode()).hexdigest()[:10]}")


def forgotten(who: int) -> str:
    """In the place of the number of somebody who wanted to be forgotten."""
    return nobodys(f"gone-{who}")


def is_forgotten(number: str) -> bool:
    return number.startswith(nobodys("gone-"))


def is_nobodys(number: str) -> bool:
    return number.startswith(_NOBODYS)


@lru_cache
def emergency_number(country: str) -> str:
    """Whom to call in danger. Europe is where calling codes begin with 3 or 4: 112 there."""
    if country in _BEST_KNOWN:
        return _BEST_KNOWN[country]
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
