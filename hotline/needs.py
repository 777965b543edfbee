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
            "fr": ("nourriture", "manger", "faim", "courses", "repas", "épicerie", "aliments"),
            "ht": ("manje", "grangou", "pwovizyon", "repa"),
            "pt": ("comida", "fome", "alimentos", "cesta básica", "mantimentos", "compras"),
            "fil": ("pagkain", "gutom", "makakain", "bigas", "ulam", "groserya"),
        },
        label={
            "en": "food",
            "es": "comida",
            "fr": "de la nourriture",
            "ht": "manje",
            "pt": "comida",
            "fil": "pagkain",
        },
    ),
    BuiltIn(
        key="ride",
        digit=2,
        words={
            "en": ("ride", "rides", "lift", "transport", "transportation"),
            "es": ("transporte", "viaje", "aventón", "raite"),
            "fr": ("transport", "trajet", "voiture", "covoiturage", "m'emmener", "me conduire"),
            "ht": ("woulib", "transpò", "machin", "kondwi m", "mennen m"),
            "pt": ("carona", "transporte", "me levar"),
            "fil": ("sakay", "masasakyan", "sasakyan", "maghahatid", "ihatid"),
        },
        label={
            "en": "a ride",
            "es": "transporte",
            "fr": "un trajet",
            "ht": "woulib",
            "pt": "carona",
            "fil": "sakay",
        },
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
            "fr": (
                "médicament",
                "médicaments",
                "pharmacie",
                "ordonnance",
                "insuline",
                "inhalateur",
                "ventoline",
                "cachets",
            ),
            "ht": ("medikaman", "remèd", "famasi", "ensilin", "preskripsyon", "grenn", "ponp"),
            "pt": (
                "remédio",
                "remédios",
                "medicamento",
                "medicamentos",
                "farmácia",
                "insulina",
                "receita",
                "bombinha",
            ),
            "fil": ("gamot", "botika", "parmasya", "insulin", "reseta", "inhaler"),
        },
        label={
            "en": "medicine",
            "es": "medicina",
            "fr": "des médicaments",
            "ht": "medikaman",
            "pt": "remédio",
            "fil": "gamot",
        },
    ),
    BuiltIn(
        key="shelter",
        digit=4,
        words={
            "en": ("shelter", "place to stay", "place to sleep", "housing", "homeless", "evicted"),
            "es": ("refugio", "albergue", "donde dormir", "donde quedarme", "alojamiento"),
            "fr": (
                "abri",
                "logement",
                "hébergement",
                "où dormir",
                "endroit où dormir",
                "sans abri",
                "à la rue",
                "expulsé",
                "expulsée",
            ),
            "ht": (
                "abri",
                "lojman",
                "kote pou m dòmi",
                "kote pou m rete",
                "kote pou dòmi",
                "kote pou rete",
                "tant",
                "pa gen kay",
            ),
            "pt": (
                "abrigo",
                "onde dormir",
                "onde ficar",
                "moradia",
                "lugar para dormir",
                "lugar para ficar",
                "despejada",
                "despejado",
            ),
            "fil": (
                "matutuluyan",
                "matutulugan",
                "tirahan",
                "bahay na matutuluyan",
                "walang bahay",
            ),
        },
        label={
            "en": "shelter",
            "es": "refugio",
            "fr": "un abri",
            "ht": "kote pou rete",
            "pt": "abrigo",
            "fil": "matutuluyan",
        },
    ),
    BuiltIn(
        key="childcare",
        digit=5,
        words={
            "en": ("childcare", "child care", "babysitter", "babysitting", "babysit", "daycare"),
            "es": ("cuidado de niños", "cuidar niños", "niñera", "guardería"),
            "fr": (
                "garde d'enfants",
                "garder mes enfants",
                "garder les enfants",
                "baby sitter",
                "babysitter",
                "nounou",
                "crèche",
            ),
            "ht": ("gade timoun", "gade pitit", "gade ti moun", "gadri"),
            "pt": (
                "cuidar das crianças",
                "cuidar de crianças",
                "cuidar dos meus filhos",
                "cuidar do meu filho",
                "babá",
                "creche",
            ),
            "fil": ("bantay sa bata", "mag-aalaga ng bata", "alaga sa bata", "yaya", "magbabantay"),
        },
        label={
            "en": "childcare",
            "es": "cuidado de niños",
            "fr": "une garde d'enfants",
            "ht": "moun pou gade timoun",
            "pt": "ajuda com os filhos",
            "fil": "bantay sa bata",
        },
    ),
    BuiltIn(
        key="talk",
        digit=6,
        words={
            "en": ("talk", "someone to talk to", "lonely", "listen"),
            "es": ("hablar", "platicar", "conversar", "me siento sola", "me siento solo"),
            "fr": (
                "parler",
                "discuter",
                "quelqu'un à qui parler",
                "je me sens seul",
                "je me sens seule",
            ),
            "ht": ("pale", "moun pou pale", "moun pou m pale", "poukont mwen", "m santi m sèl"),
            "pt": (
                "conversar",
                "falar com alguém",
                "desabafar",
                "me sinto só",
                "me sinto sozinha",
                "me sinto sozinho",
            ),
            "fil": ("makausap", "kausap", "nalulungkot", "nag-iisa ako"),
        },
        label={
            "en": "someone to talk to",
            "es": "hablar con alguien",
            "fr": "quelqu'un à qui parler",
            "ht": "moun pou pale",
            "pt": "conversar",
            "fil": "makausap",
        },
    ),
)
