"""What somebody could text here, for whoever has just begun: in the network's own words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.settings import Area, Network
from rehearsal import neighborhood

NEED: Mapping[str, str] = {
    "en": "need {need}",
    "es": "necesito {need}",
    "fr": "cherche {need}",
    "ht": "bezwen {need}",
    "pt": "preciso de {need}",
    "fil": "kailangan ng {need}",
}
NEAR: Mapping[str, str] = {
    "en": "near {area}",
    "es": "cerca de {area}",
    "fr": "vers {area}",
    "ht": "bò {area}",
    "pt": "perto de {area}",
    "fil": "malapit sa {area}",
}
HELP = "help"  # of any kind
ASKER = neighborhood.ASKER.name
SCRIPT = """\
Ana takes what Maria asks for.

volunteers: Ana

Maria > need food
Maria < your request is 12
Ana   < needs food, YES 12
Ana   > yes
Ana   < 12 is yours
Maria < Ana is taking
"""
"""A transcript that plays as it stands. Transcripts bring a network of their own."""


def asking(network: Network) -> str:
    """A text that asks for the first need in the first area, in the first language."""
    language = network.languages[0]
    need = network.needs[0].called(language) if network.needs else HELP
    asked = NEED.get(language, "{need}").format(need=need)
    if not network.areas:
        return asked
    return f"{asked} {NEAR.get(language, '{area}').format(area=_called(network.areas[0]))}"


def _called(area: Area) -> str:
    """By its postcode, as a stranger would, or else by its name."""
    postcodes = (word for word in area.words if word.isdecimal())
    return next(postcodes, next(iter(area.words), area.key))
