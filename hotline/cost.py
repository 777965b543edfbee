"""What texts cost: segments times the price of one. Pure; other prices of the carrier (calls, the
number, texts that come in) are not in it."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.reserve import POT_PARTS, Pot
from hotline.settings import Limits


def cost(segments: int, limits: Limits) -> float | None:
    """In `limits.currency`; None where nobody said what a segment costs."""
    price = limits.price_a_segment
    return None if price is None else segments * price


@dataclass(frozen=True, slots=True)
class PotLevel:
    """What was spent from one pot today, and what it has for itself alone."""

    pot: Pot
    spent: int
    own: int


def levels(spent: dict[Pot, int], limits: Limits) -> list[PotLevel]:
    return [PotLevel(it, spent[it], limits.segments_a_day // POT_PARTS) for it in Pot]
