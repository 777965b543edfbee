"""The numbers that the rehearsal carrier has for sale, and what they cost. Pure.

All of them are kept for stories (555-01xx and the like): none can ring anywhere. A place has the
same ones each time. In postcodes that begin with 00 there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

AREA_CODES = {
    "0": ("617", "Boston", "MA"),
    "1": ("718", "Brooklyn", "NY"),
    "2": ("202", "Washington", "DC"),
    "3": ("305", "Miami", "FL"),
    "4": ("313", "Detroit", "MI"),
    "5": ("612", "Minneapolis", "MN"),
    "6": ("312", "Chicago", "IL"),
    "7": ("504", "New Orleans", "LA"),
    "8": ("303", "Denver", "CO"),
    "9": ("415", "San Francisco", "CA"),
}
ELSEWHERE = ("212", "New York", "NY")
NOWHERE = "00"
FREE_OF_CHARGE = "833"  # the area code of toll-free numbers
PRICES = {  # a month, in dollars
    "US": {"local": "1.15", "toll free": "2.15"},
    "CA": {"local": "1.15", "toll free": "2.15"},
    "GB": {"local": "1.15", "mobile": "1.15"},
}
COUNTRIES = {"US": "United States", "CA": "Canada", "GB": "United Kingdom"}
KINDS_IN = {"US": ("local", "toll_free"), "CA": ("local", "toll_free"), "GB": ("local", "mobile")}
A_PAGE = 10


@dataclass(frozen=True, slots=True)
class ForSale:
    """A number that can be bought; `postal_code` and the like are empty where it is from nowhere in
    particular."""

    number: str
    kind: str
    country: str
    locality: str = ""
    region: str = ""
    postal_code: str = ""
    texts: bool = True
    calls: bool = True


def for_sale(country: str, kind: str, asked: Mapping[str, str]) -> Iterator[ForSale]:
    """Numbers of a kind (`local`, `toll_free`, `mobile`) that are as was asked for."""
    for it in _made(country, kind, asked.get("InPostalCode", ""), asked.get("AreaCode", "")):
        if _is_as_asked(it, asked):
            yield it


def _is_as_asked(it: ForSale, asked: Mapping[str, str]) -> bool:
    wished = {"SmsEnabled": it.texts, "VoiceEnabled": it.calls, "MmsEnabled": it.texts}
    return all(asked.get(name, str(on)).lower() == str(on).lower() for name, on in wished.items())


def _made(country: str, kind: str, postcode: str, area_code: str) -> Iterator[ForSale]:
    is_nowhere = postcode.startswith(NOWHERE) or (kind == "local" and area_code == FREE_OF_CHARGE)
    if is_nowhere or kind not in KINDS_IN.get(country, ()):
        return
    if kind == "toll_free":
        yield from (ForSale(f"+1{FREE_OF_CHARGE}555011{it}", kind, country) for it in range(A_PAGE))
    elif country == "GB":
        start = "+44770090011" if kind == "mobile" else "+44207946011"
        yield from (ForSale(f"{start}{it}", kind, country, "London") for it in range(A_PAGE))
    else:
        code, place, region = AREA_CODES.get(postcode[:1], ELSEWHERE)
        for it in range(A_PAGE):
            yield ForSale(
                f"+1{area_code or code}555011{it}",
                kind,
                country,
                place,
                region,
                postcode or "10001",
                texts=it != 0,  # the first one takes calls alone
            )


def price(country: str, kind: str) -> str | None:
    return PRICES.get(country, {}).get(kind.replace("_", " "))
