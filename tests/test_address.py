"""What is taken out of a text that tells where somebody can be found, and what is kept whole."""

from __future__ import annotations

import pytest

from hotline.address import LEFT_OUT, without_place

AREAS = ("northside", "old town", "11216")

SECRETS = [
    ("need a bed tonight, 212 Elm Street apt 4B", ("212", "Elm", "4B")),
    ("shelter for 2 kids, 14-16 W 31st St, buzzer 12", ("14-16", "31st", "buzzer 12")),
    ("bed please, my name is rosa lopez", ("rosa",)),
    ("call me Rosa, 212-555-0141", ("Rosa", "0141")),
    ("i live behind the blue church", ("blue church",)),
    ("im at 212 elm", ("212", "elm")),
    ("elm 212, need a place to sleep", ("212",)),
    ("gate code is 4711#, need company", ("4711",)),
    ("need a bed. Ask for Ana at Roosevelt", ("Ana", "Roosevelt")),
    ("need shelter, it is Mrs. Lopez", ("Lopez",)),
    ("need shelter #4B", ("4B",)),
    ("NEED SHELTER 212 ELM STREET", ("212", "ELM")),
    ("refugio por favor, calle Ocho 140, piso 3", ("Ocho", "140", "3")),
    ("necesito cama, vivo en la esquina de la farmacia", ("farmacia",)),
    ("cama, me llamo Rosa, av. Juárez no. 12 depto 5", ("Rosa", "Juárez", "12", "5")),
    ("un lit svp, 12 bis rue de la Paix, 3e étage, digicode 45A12", ("12 bis", "Paix", "45")),
    ("j'habite au-dessus du tabac", ("tabac",)),
    ("je m'appelle Anne, besoin d'un lit", ("Anne",)),
    ("mwen bezwen kabann, mwen rete dèyè legliz la", ("legliz",)),
    ("mwen rele Jan, ri Kapwa 23", ("Jan", "Kapwa", "23")),
    ("preciso de abrigo, Rua das Flores, 12, apto 34", ("Flores", "12", "34")),
    ("moro perto da padaria", ("padaria",)),
    ("meu nome é Bia, bloco C", ("Bia", "bloco C")),
    ("kailangan ko ng matutuluyan, kalye Rizal 12, palapag 3", ("Rizal", "12", "3")),
    ("nakatira ako sa tabi ng simbahan", ("simbahan",)),
    ("ako si Jun, kailangan ng kausap", ("Jun",)),
    ("I need a bed, Hilltop Houses, Anna", ("Hilltop", "Anna")),
]

PLAIN = [
    "need a place to sleep tonight",
    "need shelter for 2 kids and a dog, northside",
    "I need a bed near 11216, I can come at 9 pm",
    "need shelter in Old Town please",
    "bed for 3 people from 21:30",
    "necesito refugio para 2 personas esta noche",
    "besoin d'un lit pour 2 enfants",
    "mwen bezwen yon kabann aswè a",
    "preciso de abrigo para 2 pessoas hoje",
    "kailangan ng matutuluyan ngayong gabi, 2 bata",
    "I am lonely. Can somebody talk?",
]


@pytest.mark.parametrize(("text", "secrets"), SECRETS)
def test_no_place_and_no_name_is_left(text: str, secrets: tuple[str, ...]) -> None:
    shown = without_place(text, AREAS)
    assert not any(it in (shown or "") for it in secrets), shown


@pytest.mark.parametrize("text", PLAIN)
def test_what_tells_no_place_is_shown_as_it_is(text: str) -> None:
    assert without_place(text, AREAS) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("need a bed tonight, 212 Elm Street apt 4B", f"need a bed tonight, {LEFT_OUT}"),
        ("bed for 2 kids, calle Ocho 140", f"bed for 2 kids, {LEFT_OUT}"),
        ("un lit, 12 rue de la Paix", f"un lit, {LEFT_OUT}"),
    ],
)
def test_the_need_stays(text: str, shown: str) -> None:
    assert without_place(text, AREAS) == shown
