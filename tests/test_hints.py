"""What is said to whoever has just begun: in words that this very network understands."""

from __future__ import annotations

import pytest

from hotline.phrasebook import LANGUAGES
from hotline.settings import Network, read_network
from rehearsal import hints, neighborhood
from sms.reading import Intent, read

OAK_STREET = """
[hotline]
name = "Oak Street"
languages = [{languages}]

[[needs]]
key = "water"
words.en = ["water"]
words.es = ["agua"]

[[areas]]
key = "harbor"
words = ["harbor", "old town", "60601"]

[[areas]]
key = "hill"
"""


def network(*languages: str) -> Network:
    listed = ", ".join(f'"{it}"' for it in languages)
    return read_network(OAK_STREET.replace("{languages}", listed), "hotline.toml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hint_is_a_request_in_the_first_language(language: str) -> None:
    of = network(language, *(it for it in LANGUAGES if it != language))
    found = read(hints.asking(of), of)
    assert (found.intent, found.needs, found.area) == (Intent.WORDS, ("water",), "harbor")
    assert found.asks


def test_it_has_the_need_and_the_postcode_of_the_network() -> None:
    assert hints.asking(network("en")) == "need water near 60601"
    maple = read_network(neighborhood.hotline_toml(), "hotline.toml")
    assert hints.asking(maple) == "need food near 11216"


def test_without_areas_or_needs_nothing_is_made_up() -> None:
    of = network("en")
    assert hints.asking(of.model_copy(update={"areas": ()})) == "need water"
    assert hints.asking(of.model_copy(update={"needs": (), "areas": ()})) == "need help"
    named = of.model_copy(update={"areas": of.areas[1:]})
    assert hints.asking(named) == "need water near hill"
