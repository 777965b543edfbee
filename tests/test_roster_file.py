"""A roster as people keep it: what spreadsheets make of it is read, and what cannot be read without
guessing is told with its row."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighborhood import NETWORK

from hotline import roster_file, table
from hotline.errors import BadRoster
from hotline.settings import read_network
from hotline.store.roster import RosterEntry

MAPLE = read_network(
    NETWORK + '\n[[areas]]\nkey = "old-town"\nwords = ["Old Town", "casco viejo"]\n', "hotline.toml"
)
ANA = RosterEntry("+12125550141", "Ana")
BEN = RosterEntry("+12125550142", "Ben")


def read(content: str | bytes) -> list[RosterEntry]:
    data = content if isinstance(content, bytes) else content.encode()
    return roster_file.read(table.decode(data), MAPLE)


def mistakes_in(content: str | bytes) -> list[str]:
    with pytest.raises(BadRoster) as caught:
        read(content)
    return list(caught.value.mistakes)


# As spreadsheets save it.


@pytest.mark.parametrize(
    "content",
    [
        "phone,name\n+12125550141,Ana\n+12125550142,Ben\n",
        "phone,name\r\n+12125550141,Ana\r\n+12125550142,Ben\r\n",
        "phone,name\r+12125550141,Ana\r+12125550142,Ben\r",
        "phone;name\n+12125550141;Ana\n+12125550142;Ben\n",
        "phone\tname\n+12125550141\tAna\n+12125550142\tBen\n",
        "sep=;\nphone;name\n+12125550141;Ana\n+12125550142;Ben\n",
        '"sep=;"\r\nphone;name\r\n+12125550141;Ana\r\n+12125550142;Ben\r\n',
        '"phone","name"\n"+12125550141","Ana"\n"+12125550142","Ben"\n',
        'phone, name\n+12125550141, Ana\n+12125550142, "Ben"\n',
        "\n\nphone,name\n\n+12125550141,Ana\n,\n+12125550142,Ben\n,,,\n\n",
        "phone,name,,\n+12125550141,Ana,,\n+12125550142,Ben,,,,\n",
        "phone,name,hours\n+12125550141,Ana\n+12125550142,Ben\n",
        'phone,name\n="+12125550141",Ana\n"=""+12125550142""",Ben\n',
        "phone,name\n=+12125550141,Ana\n=12125550142,Ben\n",
        "phone,name\n'+12125550141,Ana\n'2125550142,Ben\n",
        "phone,name\n12125550141.0,Ana\n2125550142.00,Ben\n",
        "phone,name\n\u202a+1 212-555-0141\u202c,Ana\n\u200b212\u00a0555\u00a00142,\u200eBen\n",
        'phone,name\n"+12125550141\n","Ana"\n+12125550142,"\nBen"\n',
        "Phone Number,Full Name\n+12125550141,Ana\n+12125550142,Ben\n",
        "Teléfono;Nombre\n+12125550141;Ana\n+12125550142;Ben\n",
        "TELEPHONE,Prénom\n+12125550141,Ana\n+12125550142,Ben\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_same_two_people(content: str, encoding: str) -> None:
    assert read(content.encode(encoding)) == [ANA, BEN]


def test_accents_as_older_spreadsheets_save_them() -> None:
    assert read("teléfono;nombre\n+12125550141;José\n".encode("cp1252"))[0].name == "José"


def test_a_name_with_a_comma_and_one_over_two_lines() -> None:
    found = read('phone,name\n+12125550141,"Smith, Ana"\n+12125550142,"Ben\nRuiz"\n')
    assert [it.name for it in found] == ["Smith, Ana", "Ben Ruiz"]


def test_the_columns_of_a_table_are_known_by_many_names() -> None:
    header = "tel,nombre,idiomas,zona,besoins,horario,contact\n"
    row = "+12125550141,Ana,ingles;Spanish,Old Town;NORTHSIDE,comida;rides,,llamada\n"
    (ana,) = read(header + row)
    assert (ana.languages, ana.areas) == (("en", "es"), ("old-town", "northside"))
    assert (ana.needs, ana.reach) == (("food", "ride"), "voice")


@pytest.mark.parametrize(
    ("areas", "known"),
    [
        *((it, ("old-town",)) for it in ("old-town", "Old Town", "OLD_TOWN", "Casco Viejo")),
        *((it, ("old-town", "northside")) for it in ("old town; northside", "old town|northside")),
        *((it, ()) for it in ("", "any", "Anywhere", "todas partes", "-", ";")),
    ],
)
def test_areas_as_people_write_them(areas: str, known: tuple[str, ...]) -> None:
    assert read(f"phone,name,areas\n+12125550141,Ana,{areas}\n")[0].areas == known


def test_several_values_over_lines_and_behind_commas() -> None:
    (ana,) = read('phone,name,areas,languages\n2125550141,Ana,"old town\nnorthside","en, es"\n')
    assert (ana.areas, ana.languages) == (("old-town", "northside"), ("en", "es"))


# What is told.


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ("", "row 1: there is no column phone"),
        ("phone\n", "row 1: there is no column name"),
        ("name\nAna\n", "row 1: there is no column phone"),
        ("phone,name,emial\n", "row 1: 'emial' is no column; there can be phone"),
        ("phone,name,area s\n", "row 1: 'area s' is no column; did you mean areas? There can"),
        ("phone,tel,name\n", "row 1: there are several columns phone: phone, tel"),
        ("phone,name\n+12125550141,Smith, Ana\n", "row 2: there is something in column 3"),
        ("phone,name,\n+12125550141,Ana,x\n", "row 2: there is something in column 3"),
        ('phone,name\n+12125550141,"Ana\n+12125550142,Ben\n', "row 2: a quote"),
        ('phone,name\n1,Ana\n+12125550141,"Ana\n', "row 3: a quote"),
        ('phone,name\n+12125550141,"Ana\n+12125550142,"Ben"\n', "row 2: a quote"),
        ('phone,name\n+12125550141,"Ana\n+12125550142,Ben"\n', "row 2: a quote"),
        ('phone,name\n+12125550141,"Ana" Ruiz\n', "row 2: a quote"),
        (f'phone,name\n+12125550141,"{"x" * 200_000}\n', "row 2: a quote"),
        ("phone,name\n\n12,Ana\n", "row 3: phone is too short"),
        ('phone,name\n2125550141,"An\na"\n12,Ben\n', "row 3 (line 4): phone is too short"),
        ("sep=;\nphone;name\n12;Ana\n", "row 2 (line 3): phone is too short"),
        ("phone,name\n1.2125E+10,Ana\n", "row 2: phone was shortened by a spreadsheet"),
        ("phone;name\n1,2125e+10;Ana\n", "row 2: phone was shortened by a spreadsheet"),
        ("phone,name\n+1212555\ufe0d0141,Ana\n", "row 2: phone is not a phone number"),
        ("phone,name\n=A1&B1,Ana\n", "row 2: phone is a formula"),
        ("phone,name\n#NAME?,Ana\n", "row 2: phone is #NAME?"),
        ("phone,name\n#########,Ana\n", "row 2: phone is ####"),
        ("phone,name\n,Ana\n", "row 2: phone is empty"),
        ("phone,name\n212-555-0141 / 212-555-0142,Ana\n", "row 2: phone is not a phone number"),
        ("phone,name\n+12125550141,=HYPERLINK(x)\n", "row 2: name is a formula"),
        ("phone,name\n+12125550141,Jos\ufffd\n", "row 2: name has letters that were lost"),
        ("phone,name,areas\n2125550141,A,Nrthside\n", "row 2: areas: 'Nrthside' is not known; did"),
        (
            "phone,name,languages\n2125550141,A,Klingon\n",
            "row 2: languages: 'Klingon' is not known",
        ),
        (b"PK\x03\x04 and so on", "This is a spreadsheet's own file: save it as CSV"),
        (b"\xd0\xcf\x11\xe0 and so on", "This is an older spreadsheet's own file"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"phone,name\n+12125550141,\x81\n", "The letters of this file cannot be read"),
        (b"\xff\xfep\x00h", "The letters of this file cannot be read"),
        (b"phone,name\n\x00\xff\n", "The letters of this file cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(content: str | bytes, mistake: str) -> None:
    assert [it for it in mistakes_in(content) if it.startswith(mistake)]


@pytest.mark.parametrize("letter", ["\ufe0d", "\ufe0f", "\u2062\ufe0f"])
def test_invisible_letters_in_a_phone_are_named(letter: str) -> None:
    (told,) = mistakes_in(f"phone,name\n+1212555{letter}0141,Ana\n")
    assert "invisible characters" in told
    assert f"U+{ord(letter[-1]):04X}" in told
    assert "0141" not in told


def test_every_mistake_is_told_up_to_where_reading_ends() -> None:
    told = mistakes_in('phone,name\n12,Ana\n2125550141,\n2125550142,"Ben\n')
    assert [it.partition(":")[0] for it in told] == ["row 2", "row 3", "row 4"]


def test_two_rows_with_one_phone_are_both_named() -> None:
    (told,) = mistakes_in("phone,name\n2125550141,Ana\n2125550142,Ben\n\n(212) 555-0141,Anne\n")
    assert told == "row 5: Anne and Ana have the same phone; Ana is in row 2"


def test_a_suggestion_is_not_what_was_written() -> None:
    network = read_network('[[areas]]\nkey = "north"\n', "hotline.toml")
    with pytest.raises(BadRoster) as caught:
        roster_file.read("phone,name,areas\n2125550141,Ana,nort\n", network)
    assert "'nort' is not known; did you mean north? There are north" in caught.value.mistakes[0]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_a_file_has_in_it_is_read_or_told(content: bytes) -> None:
    for file in (content, b"phone,name\n" + content):
        with suppress(BadRoster):
            read(file)


# And back.


def test_what_is_written_is_read_again_and_is_no_formula() -> None:
    entries = [
        RosterEntry(
            "+12125550141", "=SUM(A1)", ("en", "es"), ("old-town",), ("food",), "", "voice"
        ),
        RosterEntry("+12125550142", "-Ben, the 'baker'", hours="mon-fri 17:00-21:00; sat 9-12"),
        RosterEntry("+12125550143", "'=Chi"),
        RosterEntry("+12125550144", "'t Hooft"),
        RosterEntry("+12125550145", "@dee"),
    ]
    written = roster_file.write(entries)
    assert read(written) == entries
    assert written.splitlines()[1] == "'+12125550141,'=SUM(A1),en; es,old-town,food,,voice"
    for cell in written.replace("\n", ",").split(","):
        assert cell.lstrip('"')[:1] not in tuple("=+-@"), cell
