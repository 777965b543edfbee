"""What somebody is called by, however their name was written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.names import first_name, is_own_name


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("Ana", "Ana"),
        ("Ana Smith", "Ana"),
        ("  Ana   Smith ", "Ana"),
        ("Smith, Ana", "Ana"),
        ("Smith,Ana", "Ana"),
        ("SMITH , Ana Maria", "Ana"),
        ("García López, Ana", "Ana"),
        ("de la Cruz, José", "José"),
        ("Smith, Dr. Ana", "Ana"),
        ("Smith, Jr., Ana", "Ana"),
        ("Smith, Ana, RN", "Ana"),
        ("Ana Smith, RN", "Ana"),
        ("Ana Smith, Jr.", "Ana"),
        ("Ana Smith, M.D.", "Ana"),
        ("Ana, she/her", "Ana"),
        ("Ana Smith (she/her)", "Ana"),
        ("Ana,", "Ana"),
        (", Ana", "Ana"),
        ("Smith\uff0c Ana", "Ana"),
        ("Dr. Ana Smith", "Ana"),
        ("Dr Ana Smith", "Ana"),
        ("Prof. Dr. Ana Smith", "Ana"),
        ("Sr. José Ruiz", "José"),
        ("Sra. Ana Ruiz", "Ana"),
        ("SRA ANA RUIZ", "ANA"),
        ("Señora Ana Ruiz", "Ana"),
        ("Doña Ana Ruiz", "Ana"),
        ("Mme Ana Dupont", "Ana"),
        ("M. Luc Dupont", "Luc"),
        ("Ms. Ana Smith", "Ana"),
        ("Dr. Smith", "Dr. Smith"),
        ("Mme Dupont", "Mme Dupont"),
        ("Sra. Rosa", "Sra. Rosa"),
        ("Smith, Dr.", "Smith"),
        ("Don Smith", "Don"),
        ("María José Ruiz", "María"),
        ("Jean-Luc Dupont", "Jean-Luc"),
        ("D'Arcy Smith", "D'Arcy"),
        ("J. Robert Smith", "J"),
        ('"Nina" Ana Smith', "Nina"),
        ("(Ana) Smith", "Ana"),
        ("🌻 Ana", "Ana"),
        ("Ana & Ben", "Ana"),
        ("Me Li", "Me"),
        ("Nguyễn", "Nguyễn"),
        ("Jr.", "Jr."),
        ("Smith, Sr., Ana", "Ana"),
        ("Dr.", "Dr."),
        (",", ","),
        ("", None),
        (None, None),
    ],
)
def test_the_first_name_of(written: str | None, called: str | None) -> None:
    assert first_name(written) == called


@given(st.text())
def test_whoever_has_a_name_is_called_by_some_of_it(name: str) -> None:
    called = first_name(name)
    assert (called is None) == (not name.split())
    assert called is None or set(called.split()) != {""}


@pytest.mark.parametrize(
    "name",
    [
        *("Ana", "ana lucía", "Jean-Luc", "O'Brien", "D\u2019Angelo", "Ana B.", "Søren", "Zoë"),
        *("Нина", "محمد", "李娜", "ゆき", "José María", "Nguyễn"),
    ],
)
def test_people_call_themselves_so(name: str) -> None:
    assert is_own_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "Officer Ana", "POLICE", "Policía", "dokte Jan", "Dr. Ana", "Ana-Admin", "hotline"),
        *("<b>Ana</b>", "Ana\u202e", "A\u200bna", "\u2066Ana", "Ana\x1b[31m", "Аnа", "Ana 2"),
        *("a b c d", "A" * 31, "Ana_B", "Ana/Ben", "Ana @ home", "Ana\nBen!", "Ana!"),
    ],
)
def test_nobody_calls_themselves_so(name: str) -> None:
    """Offices, marks that cannot be seen or turn a line around, two scripts in one name."""
    assert not is_own_name(name)
