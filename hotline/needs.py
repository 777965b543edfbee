"""What people need, where a network says nothing else: for each need the words they use in each
language, and what it is called in a text.

A network that has `[[needs]]` in its `hotline.toml` says all of them itself: then none of these
holds. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

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


NEEDS: Final[tuple[BuiltIn, ...]] = (
    BuiltIn(
        key="food",
        digit=1,
        words={
            "en": ("food", "groceries", "grocery", "hungry", "meal", "meals"),
            "es": ("comida", "hambre", "alimentos", "despensa", "mandado", "comer"),
        },
        label={"en": "food", "es": "comida"},
    ),
    BuiltIn(
        key="ride",
        digit=2,
        words={
            "en": ("ride", "rides", "lift", "transport", "transportation"),
            "es": ("transporte", "viaje", "aventón", "raite"),
        },
        label={"en": "a ride", "es": "transporte"},
    ),
    BuiltIn(
        key="medicine",
        digit=3,
        urgent=True,
        words={
            "en": (
                *("medicine", "medication", "medications", "meds", "prescription", "pharmacy"),
                *("insulin", "inhaler", "pills"),
            ),
            "es": (
                *("medicina", "medicinas", "medicamento", "medicamentos", "farmacia"),
                *("insulina", "inhalador", "pastillas"),
            ),
        },
        label={"en": "medicine", "es": "medicina"},
    ),
    BuiltIn(
        key="shelter",
        digit=4,
        words={
            "en": ("shelter", "place to stay", "place to sleep", "housing", "homeless", "evicted"),
            "es": ("refugio", "albergue", "donde dormir", "donde quedarme", "alojamiento"),
        },
        label={"en": "shelter", "es": "refugio"},
    ),
    BuiltIn(
        key="childcare",
        digit=5,
        words={
            "en": ("childcare", "child care", "babysitter", "babysitting", "babysit", "daycare"),
            "es": ("cuidado de niños", "cuidar niños", "niñera", "guardería"),
        },
        label={"en": "childcare", "es": "cuidado de niños"},
    ),
    BuiltIn(
        key="talk",
        digit=6,
        words={
            "en": ("talk", "someone to talk to", "lonely", "listen"),
            "es": ("hablar", "platicar", "conversar", "me siento sola", "me siento solo"),
        },
        label={"en": "someone to talk to", "es": "hablar con alguien"},
    ),
)
