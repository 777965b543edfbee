"""How numbers are read, shown and hidden."""

from collections.abc import Iterator

import phonenumbers
import pytest

from hotline.phone import (
    BadPhone,
    emergency_number,
    is_country,
    is_persons,
    is_short_code,
    known_as,
    parse,
    sender,
    show,
    spellings,
)


@pytest.mark.parametrize(
    "text",
    [
        "(212) 555-0100",
        "212-555-0100",
        "212.555.0100",
        "2125550100",
        "12125550100",
        "1 212 555 0100",
        "+1 212 555 0100",
        " +12125550100 ",
        "tel:+12125550100",
        "\u202a+1 (212) 555-0100\u202c",
    ],
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    assert parse(text, "US") == "+12125550100"


def test_a_number_is_read_in_its_country() -> None:
    assert parse("020 7946 0958", "GB") == "+442079460958"
    assert parse("+44 (0)20 7946 0958", "US") == "+442079460958"
    assert parse("55 1234 5678", "MX") == "+525512345678"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a phone number in US"),
        ("ask Ana", "has letters in it and is not a phone number in US"),
        ("2.12555E+09", "has letters in it and is not a phone number in US"),
        ("212-555-0100 x12", "has letters in it and is not a phone number in US"),
        ("212-555-0100 # 12", "is not a phone number in US"),
        ("+999 123 456 789", "is not a phone number in US"),
        ("911", "is too short for a phone number in US"),
        ("2125550100.0", "is too long for a phone number in US"),
        ("555-0100", "lacks its area code to be a phone number in US"),
    ],
)
def test_a_bad_number_says_what_is_wrong_and_how_to_write_it(text: str, reason: str) -> None:
    with pytest.raises(BadPhone) as trouble:
        parse(text, "US")
    assert str(trouble.value) == f"{reason}: write it like (201) 555-0123 or +1 201-555-0123"


def test_a_bad_number_is_not_repeated() -> None:
    with pytest.raises(BadPhone) as trouble:
        parse("+1 415 867 530", "US")
    assert "867" not in str(trouble.value)


def test_an_unknown_country_still_gets_an_example() -> None:
    with pytest.raises(BadPhone, match=r"write it like \+1 212 555 0100$"):
        parse("212 555 0100", "XX")


def test_countries_are_known_by_two_capital_letters() -> None:
    assert is_country("US")
    assert not is_country("us")
    assert not is_country("USA")


def test_short_codes_have_three_to_six_digits() -> None:
    assert all(is_short_code(code) for code in ("311", "12345", "894546"))
    assert not any(is_short_code(code) for code in ("", "12", "1234567", "+12345", "12a45", "١٢٣"))


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        *((it, "MX", "+525512345678") for it in ("5512345678", "1 55 1234 5678", "+5215512345678")),
        *((it, "MX", "+525512345678") for it in ("044 55 1234 5678", "01 55 1234 5678")),
        *((it, "AR", "+5491123456789") for it in ("11 2345 6789", "011 15 2345 6789")),
        *((it, "AR", "+5491123456789") for it in ("+54 11 2345 6789", "+54 9 11 2345 6789")),
        *((it, "BR", "+5511987654321") for it in ("(11) 8765-4321", "(11) 98765-4321")),
        *((it, "CI", "+2250707123456") for it in ("07 12 34 56", "07 07 12 34 56")),
        *((it, "BJ", "+2290197123456") for it in ("97 12 34 56", "01 97 12 34 56")),
        ("(11) 2345-6789", "BR", "+551123456789"),
        ("33 1234 5678", "MX", "+523312345678"),
        ("0800 222 1234", "AR", "+548002221234"),
    ],
)
def test_one_phone_has_one_number_however_people_write_it(
    text: str, country: str, number: str
) -> None:
    assert parse(text, country) == number


def test_todays_numbers_stay_what_they_are() -> None:
    """Of every country, but for those of landlines that may be a mobile's in another spelling."""
    countries = sorted(phonenumbers.SUPPORTED_REGIONS)
    moved = [(it, number) for it in countries for number in _examples(it) if _moves(number, it)]
    assert moved == []


def _examples(country: str) -> Iterator[str]:
    """One of each kind that there is."""
    for kind in phonenumbers.supported_types_for_region(country):
        if number := phonenumbers.example_number_for_type(country, kind):
            yield phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _moves(number: str, country: str) -> bool:
    known = known_as(number)
    return known_as(known) != known or (known != number and country not in ("AR", "GA"))


@pytest.mark.parametrize("number", ["+525512345678", "+5511987654321", "+84701234567"])
def test_every_spelling_of_a_number_leads_back_to_it(number: str) -> None:
    first, *others = spellings(number)
    assert first == number
    assert others != []
    assert {known_as(it) for it in others} == {number}


def test_a_mobile_of_any_country_is_a_persons() -> None:
    countries = sorted(phonenumbers.SUPPORTED_REGIONS - {"TA"})  # which has no mobiles
    assert [it for it in countries if not _is_mobile_a_persons(it)] == []


def _is_mobile_a_persons(country: str) -> bool:
    mobile = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert mobile is not None, country
    number = phonenumbers.format_number(mobile, phonenumbers.PhoneNumberFormat.E164)
    senders = {sender(number), sender(number.removeprefix("+"), country)}
    return is_persons(number) and senders == {known_as(number)}


@pytest.mark.parametrize("number", ["+12125550100", "+442079460958", "311", "894546"])
def test_a_sender_is_a_number_or_a_short_code(number: str) -> None:
    assert sender(number) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "anonymous", "Anonymous", "unknown", "restricted", "unavailable", "REDCROSS"),
        *("+266696687", "+86282452253", "+2562533", "+7378742833", "+464"),
        *("client:ana", "sip:ana@example.org", "+", "+0123456789", "12"),
    ],
)
def test_hidden_senders_are_nobody(text: str) -> None:
    assert sender(text) is None


@pytest.mark.parametrize(
    ("country", "number"),
    [
        *(("US", "911"), ("CA", "911"), ("MX", "911"), ("PR", "911")),
        *(("DE", "112"), ("ES", "112"), ("FR", "112"), ("GB", "999")),
        *(("AU", "000"), ("BR", "190"), ("NZ", "111"), ("HK", "999"), ("JP", "110"), ("XX", "112")),
    ],
)
def test_the_emergency_number_is_the_one_of_the_country(country: str, number: str) -> None:
    assert emergency_number(country) == number


def test_every_country_has_an_emergency_number() -> None:
    assert all(emergency_number(country).isdigit() for country in phonenumbers.SUPPORTED_REGIONS)


def test_a_number_is_shown_as_people_of_the_country_write_it() -> None:
    assert show("+12125550100", "US") == "(212) 555-0100"
    assert show("+12125550100", "GB") == "+1 212-555-0100"
    assert show("+442079460958", "GB") == "020 7946 0958"


def test_what_is_no_number_is_shown_as_it_stands() -> None:
    assert show("894546", "US") == "894546"
    assert show("anonymous", "US") == "anonymous"
