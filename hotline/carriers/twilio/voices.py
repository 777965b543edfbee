"""The voice for each language: the carrier's names of them, each found in a list of those that it
offers; which of them an account may use, and at what price, it says alone.
https://www.twilio.com/docs/voice/twiml/say/text-speech
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# The accent of a language in a country, and a voice that speaks it.
_ACCENTS: Final = {
    ("en", ""): "en-US",
    ("en", "GB"): "en-GB",
    ("en", "IE"): "en-GB",
    ("en", "AU"): "en-AU",
    ("en", "NZ"): "en-AU",
    ("es", ""): "es-MX",
    ("es", "ES"): "es-ES",
    ("es", "US"): "es-US",
    ("fr", ""): "fr-CA",
    ("fr", "FR"): "fr-FR",
    ("fr", "BE"): "fr-FR",
    # No voice of the carrier's speaks Kreyol: a French one reads it, badly. A network whose callers
    # speak it records the prompts ([voice] audio).
    ("ht", ""): "fr-FR",
    ("pt", ""): "pt-BR",
    ("pt", "PT"): "pt-PT",
    ("fil", ""): "fil-PH",
}
_VOICES: Final = {
    "en-US": "Polly.Joanna",
    "en-GB": "Polly.Amy",
    "en-AU": "Polly.Nicole",
    "es-MX": "Polly.Mia",
    "es-ES": "Polly.Lucia",
    "es-US": "Polly.Lupe",
    "fr-CA": "Polly.Chantal",
    "fr-FR": "Polly.Lea",
    "pt-BR": "Polly.Camila",
    "pt-PT": "Polly.Ines",
    "fil-PH": "Google.fil-PH-Standard-A",
}
_PLAIN: Final = {"man", "woman", "alice"}  # the carrier's own, without a maker's name


def voice_of(language: str, country: str, chosen: Mapping[str, str]) -> tuple[str, str]:
    """The carrier's name of the voice and the accent that it speaks. `chosen`: by the network, for
    each language, perhaps with an accent behind it ("Mia es-MX")."""
    known = language if is_spoken(language) else OTHERWISE
    accent = _ACCENTS.get((known, country)) or _ACCENTS[known, ""]
    name, _, spoken = chosen.get(language, "").partition(" ")
    return _called(name) or _VOICES[accent], spoken or accent


OTHERWISE: Final = "en"  # whose voice reads a language that none of ours speaks


def is_spoken(language: str) -> bool:
    """Whether there is a voice for this language, unless the network chose one."""
    return (language, "") in _ACCENTS


def reads_it(language: str) -> str:
    """Which language's voice reads it, unless the network chose one: its own, or another's."""
    known = language if is_spoken(language) else OTHERWISE
    return _ACCENTS[known, ""].partition("-")[0]


def _called(name: str) -> str:
    """With its maker's name in front."""
    return name if not name or "." in name or name in _PLAIN else f"Polly.{name}"
