"""What texts tell of danger, and which only sound like it."""

from __future__ import annotations

import pytest

from hotline.help_lines import HelpLines, help_lines
from hotline.settings import Network
from sms.danger import Danger, heard, says_safe, signs
from sms.reading import words_of


@pytest.mark.parametrize(
    ("said", "danger"),
    [
        ("He cant breathe!!", Danger.RESCUE),
        ("my dad has CHEST PAIN", Danger.RESCUE),
        ("she overdosed", Danger.RESCUE),
        ("smell of gas in the hallway", Danger.RESCUE),
        ("we are stuck, water is rising", Danger.RESCUE),
        ("hay un incendio en el edificio", Danger.RESCUE),
        ("mi mamá no respira", Danger.RESCUE),
        ("il ne respire plus", Danger.RESCUE),
        ("pitit mwen pa ka respire", Danger.RESCUE),
        ("minha avó desmaiou", Danger.RESCUE),
        ("i want to die", Danger.SELF_HARM),
        ("ya no quiero vivir", Danger.SELF_HARM),
        ("je veux mourir", Danger.SELF_HARM),
        ("he hit me", Danger.VIOLENCE),
        ("me pegó otra vez", Danger.VIOLENCE),
        ("S.O.S.", Danger.CALL),
        ("9-1-1", Danger.CALL),
        ("\N{SQUARED SOS} please hurry", Danger.CALL),
    ],
)
def test_danger(said: str, danger: Danger) -> None:
    found = heard(signs(words_of(said)), said)
    assert found is not None
    assert found.danger is danger


@pytest.mark.parametrize(
    "said",
    [
        "need a battery for my fire alarm",
        "dying for a coffee",
        "can anyone help with a gas card",
        "we live in the heart of the city",
        "help me move my chest of drawers",
        "you are all bleeding hearts",
        "my mother died last year and we need funeral help",
        "my phone is about to die",
        "911 Maple St, need groceries",
        "keep me in mind for something closer",
        "need food for 3",
    ],
)
def test_no_danger(said: str) -> None:
    assert heard(signs(words_of(said)), said) is None


@pytest.mark.parametrize(
    "said", ["SAFE", "safe 12", "Block her please", "NOT THEM", "SAFE he is at my door", "salvo"]
)
def test_safe(said: str) -> None:
    assert says_safe(said)


@pytest.mark.parametrize(
    "said", ["is it safe to come?", "home safe!", "the block party", "SAFE AND SOUND THANK YOU"]
)
def test_not_safe(said: str) -> None:
    assert not says_safe(said)


def test_whom_to_call() -> None:
    network = Network(country="US", timezone="America/New_York")
    assert help_lines("+12125550100", network) == HelpLines("911", "988")
    assert help_lines("+442079460000", network) == HelpLines("911", "988")
