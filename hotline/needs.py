"""What people need, where a network says nothing else: for each need the words they use, and what
it is called in a text; in English, and with what each language's words.tsv adds.

A network that has `[[needs]]` in its `hotline.toml` says all of them itself: then none of these
holds. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hotline.phrasebook import by_language

KINDS: Final = frozenset(
    [
        *("food", "water", "medicine", "medical", "hygiene", "shelter", "clothing", "ride"),
        *("childcare", "baby", "money", "repairs", "company", "legal", "pets", "moving"),
        *("internet", "translation"),
    ]
)
"""Kinds of need whose words the hotline knows by itself: `[[needs]] key = "food"` is enough."""

ALSO_KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("groceries", "meals"), "food"),
    **dict.fromkeys(("meds", "medicines", "medication"), "medicine"),
    "health": "medical",
    "toiletries": "hygiene",
    "housing": "shelter",
    "clothes": "clothing",
    **dict.fromkeys(("rides", "transport", "transportation"), "ride"),
    **dict.fromkeys(("child-care", "babysitting"), "childcare"),
    **dict.fromkeys(("rent", "bills"), "money"),
    "repair": "repairs",
    **dict.fromkeys(("talk", "visits"), "company"),
    **dict.fromkeys(("pet", "animals"), "pets"),
    "phone": "internet",
    **dict.fromkeys(("interpreting", "language"), "translation"),
}
"""Keys under which a network may have one of these kinds, if it has none under the kind's own."""


def kind_of(key: str) -> str | None:
    """The kind that a network means by this key; None if it is none of ours."""
    return key if key in KINDS else ALSO_KEYS.get(key)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """As `[[needs]]` has it: see docs/configuration.md."""

    key: str
    digit: int
    urgent: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    label: Mapping[str, str] = field(default_factory=dict)


def _built_in(
    key: str, digit: int, label: str, words: tuple[str, ...], *, urgent: bool = False
) -> BuiltIn:
    """With what each language's words.tsv has for it."""
    labels = {code: said[0] for code, said in by_language(f"label_{key}").items()}
    said = {"en": words, **by_language(f"need_{key}")}
    return BuiltIn(key, digit, urgent, words=said, label={"en": label, **labels})


NEEDS: Final = (
    _built_in("food", 1, "food", ("food", "groceries", "grocery", "hungry", "meal", "meals")),
    _built_in("ride", 2, "a ride", ("ride", "rides", "lift", "transport", "transportation")),
    _built_in(
        "medicine",
        3,
        "medicine",
        (
            *("medicine", "medication", "medications", "meds", "prescription", "pharmacy"),
            *("insulin", "inhaler", "pills"),
        ),
        urgent=True,
    ),
    _built_in(
        "shelter",
        4,
        "shelter",
        ("shelter", "place to stay", "place to sleep", "housing", "homeless", "evicted"),
    ),
    _built_in(
        "childcare",
        5,
        "childcare",
        ("childcare", "child care", "babysitter", "babysitting", "babysit", "daycare"),
    ),
    _built_in("talk", 6, "someone to talk to", ("talk", "someone to talk to", "lonely", "listen")),
)
