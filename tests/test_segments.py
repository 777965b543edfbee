"""What a text costs, by the rules of GSM 03.38."""

import pytest

from hotline import segments

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"


def test_the_basic_alphabet_has_127_characters_and_the_escape() -> None:
    assert len(set(BASIC)) == 127
    assert set(BASIC) == segments.GSM7_BASIC


def test_a_basic_letter_takes_one_place() -> None:
    found = {it: (segments.count(it * 160), segments.count(it * 161)) for it in BASIC}
    assert found == dict.fromkeys(BASIC, (1, 2))


@pytest.mark.parametrize("letter", EXTENSION)
def test_an_extension_letter_takes_two_places(letter: str) -> None:
    assert segments.is_gsm7(letter)
    assert segments.count(letter * 80) == 1
    assert segments.count(letter * 81) == 2


@pytest.mark.parametrize("letter", "áíóúçâê“”‘’—–…`\t😀中")
def test_one_letter_from_outside_costs_the_whole_text_its_room(letter: str) -> None:
    assert segments.outside_gsm7(f"hola {letter}") == {letter}
    assert segments.count(letter + "a" * 66) == 1
    assert segments.count(letter + "a" * 70) == 2


@pytest.mark.parametrize("word", ["¿Mañana? ¡Sí!", "comió"])
def test_spanish_accents_leave_gsm7(word: str) -> None:
    assert not segments.is_gsm7(word)


@pytest.mark.parametrize("word", ["¿Cuántos años?".replace("á", "a"), "niño", "té", "pingüino"])
def test_spanish_without_them_stays_inside(word: str) -> None:
    assert segments.is_gsm7(word)


@pytest.mark.parametrize(
    ("length", "expected"), [(0, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)]
)
def test_joined_gsm7_segments_hold_153(length: int, expected: int) -> None:
    assert segments.count("a" * length) == expected


@pytest.mark.parametrize(("length", "expected"), [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3)])
def test_joined_ucs2_segments_hold_67(length: int, expected: int) -> None:
    assert segments.count("á" * length) == expected


def test_ucs2_counts_utf16_code_units() -> None:
    assert segments.count("😀" * 35) == 1
    assert segments.count("😀" * 36) == 2


def test_a_surrogate_pair_is_never_split() -> None:
    assert segments.count("á" * 67 + "a" * 67) == 2
    assert segments.count("á" * 66 + "😀" + "a" * 66) == 3


def test_an_escape_pair_is_never_split() -> None:
    assert segments.count("a" * 153 + "b" * 153) == 2
    assert segments.count("a" * 152 + "€" + "b" * 152) == 3


@pytest.mark.parametrize("letter", ["a", "€", "ó", "😀"])
@pytest.mark.parametrize("most", [1, 4])
def test_what_there_is_room_for_fits(letter: str, most: int) -> None:
    text = letter * 2000
    assert segments.count(text[: segments.room(text, most)]) <= most
