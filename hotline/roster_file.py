"""A roster as people keep it: a table with a row for each person who can be asked.

Reads all of it or nothing, and names every bad row with its reason. It stores nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hotline import table
from hotline.errors import BadRoster
from hotline.hours import BadHours, parse_hours
from hotline.phone import BadPhone, is_in, parse
from hotline.phrasebook import LANGUAGES
from hotline.settings import Network
from hotline.spelling import alike, did_you_mean, language_meant, meant
from hotline.store.roster import RosterEntry
from hotline.table import TableRow

COLUMNS = ("phone", "name", "languages", "areas", "needs", "hours", "reach")
REQUIRED = ("phone", "name")
WHY = "why"  # a column of ours, in a table of rows that were refused: it is not read
LONGEST_NAME = 80
LONGEST_HOURS = 200

# What people call a column, as `spelling.alike` makes it, in English, Spanish and French.
_ALSO_CALLED = {
    "phone": (
        *("phone number", "telephone", "telephone number", "tel", "mobile", "mobile phone"),
        *("cell", "cell phone", "cellphone", "number", "telefono", "celular", "movil", "numero"),
        *("numero de telefono", "portable", "numero de telephone"),
    ),
    "name": ("names", "full name", "first name", "nombre", "nombre completo", "nom", "prenom"),
    "languages": ("language", "idioma", "idiomas", "lengua", "lenguas", "langue", "langues"),
    "areas": (
        *("area", "neighborhood", "neighborhoods", "neighbourhood", "zone", "zones", "zona"),
        *("zonas", "barrio", "barrios", "quartier", "quartiers", "secteur", "secteurs"),
    ),
    "needs": (
        *("need", "can", "can do", "helps with", "necesidad", "necesidades", "puede", "ayuda con"),
        *("besoin", "besoins", "peut"),
    ),
    "hours": (
        *("hour", "time", "times", "availability", "available", "hora", "horas", "horario"),
        *("horarios", "disponibilidad", "heure", "heures", "horaire", "horaires", "disponibilite"),
    ),
    "reach": ("reached by", "reach by", "contact", "contacto", "contact by", "medio", "moyen"),
}
_COLUMNS_AS_CALLED = {
    called: column for column in COLUMNS for called in (column, *_ALSO_CALLED[column])
}
_COLUMNS_AS_CALLED[WHY] = WHY
_REACHES = {
    **dict.fromkeys(("", "text", "texts", "text message", "sms", "texto", "mensaje"), "text"),
    **dict.fromkeys(("texte", "message"), "text"),
    **dict.fromkeys(("voice", "call", "calls", "phone call", "llamada", "llamadas"), "voice"),
    **dict.fromkeys(("voz", "appel", "appels", "voix", "landline"), "voice"),
}
_ANY = frozenset(
    {
        *("any", "anything", "anywhere", "all", "everything", "everywhere", "cualquiera", "todo"),
        *("todos", "todas", "todas partes", "tout", "tous", "toutes", "partout"),
    }
)
_LOST_DIGITS = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)
_WITH_DECIMALS = re.compile(r"(\+?\d{7,15})[.,]0+")
_VARIATIONS = range(0xFE00, 0xFE10)  # of how a letter looks; they are not seen themselves


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a table, and which columns it has: of the others it says nothing."""

    entries: tuple[RosterEntry, ...]
    columns: tuple[str, ...]


def read(text: str, network: Network) -> list[RosterEntry]:
    """The people of a CSV file. Raises BadRoster with every mistake in it."""
    return list(read_roster(text, network).entries)


def read_roster(text: str, network: Network) -> Roster:
    """The people and the columns of a CSV file. Raises BadRoster with every mistake in it."""
    found = sort_out(text, network)
    if mistakes := [*found.mistakes, *found.broken_off]:
        raise BadRoster(mistakes)
    return found.roster


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One of a table that cannot be read, and why."""

    row: TableRow
    mistakes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SortedRoster:
    """A table of which some rows may be refused. `broken_off`: why it was not read to its end."""

    roster: Roster
    refused: tuple[RefusedRow, ...]
    header: TableRow
    broken_off: tuple[str, ...] = ()

    @property
    def mistakes(self) -> list[str]:
        return [f"{it.row.place}: {why}" for it in self.refused for why in it.mistakes]


def sort_out(text: str, network: Network) -> SortedRoster:
    """What can be read of a CSV file, and what not. Raises BadRoster for wrong columns."""
    found = table.rows(text)
    header = next(found, TableRow("row 1", ()))
    columns = [_COLUMNS_AS_CALLED.get(alike(name)) for name in header.cells]
    if wrong := list(_wrong_columns(header, columns)):
        raise BadRoster(wrong)
    entries: dict[str, tuple[str, RosterEntry]] = {}  # by phone, with the row
    refused: list[RefusedRow] = []
    broken_off: tuple[str, ...] = ()
    try:
        for row in found:
            entry, why = _entry_in(row, columns, network)
            if entry and (before := entries.get(entry.phone)):
                place, one = before
                why = [f"{entry.name} and {one.name} have the same phone; {one.name} is in {place}"]
            if entry and not why:
                entries[entry.phone] = row.place, entry
            else:
                refused.append(RefusedRow(row, tuple(why)))
    except BadRoster as error:
        broken_off = tuple(error.mistakes)
    known = tuple(name for name in COLUMNS if name in columns)
    read = Roster(tuple(it for _, it in entries.values()), known)
    return SortedRoster(read, tuple(refused), header, broken_off)


def _entry_in(
    row: TableRow, columns: Sequence[str | None], network: Network
) -> tuple[RosterEntry | None, list[str]]:
    """The person in a row, or its mistakes."""
    cells = dict(zip(columns, row.cells, strict=False))
    fields = {name: cell for name, cell in cells.items() if name and name != WHY}
    found = [*_nameless(row, columns), *_mistakes(fields, network)]
    return (None, found) if found else (_entry(_plain(fields), network), [])


def write_refused(found: SortedRoster) -> str:
    """The rows that were refused, each with why, to be mended and read again."""
    names = [it for it in found.header.cells if it and it != WHY]
    rows = (
        dict(zip(found.header.cells, it.row.cells, strict=False)) | {WHY: "; ".join(it.mistakes)}
        for it in found.refused
    )
    return table.write(
        [*names, WHY], ({it: row.get(it, "") for it in [*names, WHY]} for row in rows)
    )


def write_without_numbers(people: Iterable[tuple[int, RosterEntry]]) -> str:
    """The same without phones: each is known by the id that the hotline has for them."""
    columns = ("id", *COLUMNS[1:])
    return table.write(
        columns, ({"id": str(who), **{it: _cell(one, it) for it in COLUMNS}} for who, one in people)
    )


def _nameless(row: TableRow, columns: Sequence[str | None]) -> Iterator[str]:
    for place, cell in enumerate(row.cells):
        if cell and (place >= len(columns) or columns[place] is None):
            yield (
                f"there is something in column {place + 1}, which has no name;"
                ' a comma in a name needs quotes around it: "Smith, Ana"'
            )
            return


def entry(fields: Mapping[str, str], network: Network) -> RosterEntry:
    """One person, from fields named like the columns. Raises BadRoster."""
    if mistakes := list(_mistakes(fields, network)):
        raise BadRoster(mistakes)
    return _entry(_plain(fields), network)


def write(entries: Iterable[RosterEntry]) -> str:
    """A table that can be read again, and that a spreadsheet runs nothing of."""
    return table.write(COLUMNS, ({it: _cell(one, it) for it in COLUMNS} for one in entries))


def _cell(one: RosterEntry, column: str) -> str:
    value = getattr(one, column)
    return value if isinstance(value, str) else "; ".join(value)


# The header.


def _wrong_columns(header: TableRow, columns: Sequence[str | None]) -> Iterator[str]:
    named = dict(zip(header.cells, columns, strict=True))
    for missing in (name for name in REQUIRED if name not in columns):
        needed = f"the first row names them: {','.join(COLUMNS)}"
        yield f"{header.place}: there is no column {missing}; {needed}"
    for column in COLUMNS:
        if columns.count(column) > 1:
            written = [cell for cell, it in zip(header.cells, columns, strict=True) if it == column]
            yield f"{header.place}: there are several columns {column}: {', '.join(written)}"
    if not any(columns):
        return  # it is no header
    for unknown in (name for name, column in named.items() if name and column is None):
        known = f"here can be {', '.join(COLUMNS)}"
        yield f"{header.place}: {unknown!r} is no column; {_suggestion(unknown, COLUMNS)}{known}"


def _suggestion(word: str, known: Collection[str]) -> str:
    """What was probably meant, in front of "here are" or "here can be"."""
    close = did_you_mean(word, known)
    return f"did you mean {close}? T" if close else "t"


# A row.


def _plain(fields: Mapping[str, str]) -> dict[str, str]:
    """The cells' words. A phone keeps its invisible letters, to be told of them."""
    known = {name: table.plain(cell.strip()) for name, cell in fields.items()}
    phone = _WITH_DECIMALS.sub(r"\1", known.get("phone", ""))
    return {name: _visible(cell) for name, cell in known.items()} | {"phone": phone}


def _visible(text: str) -> str:
    """Without letters that nobody sees and that turn around or part what is beside them."""
    kept = (it for it in text if it in "\u200c\u200d" or not _is_invisible(it))
    return "".join(kept).strip()


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf" or (
        unicodedata.category(letter) == "Cc" and not letter.isspace()
    )


def _entry(fields: Mapping[str, str], network: Network) -> RosterEntry:
    """From fields without a mistake."""
    return RosterEntry(
        phone=parse(fields["phone"], network.country),
        name=" ".join(fields["name"].split()),
        languages=_known(fields, "languages", network),
        areas=_known(fields, "areas", network),
        needs=_known(fields, "needs", network),
        hours=" ".join(fields.get("hours", "").split()),
        reach=_REACHES[alike(fields.get("reach", ""))],
    )


def _mistakes(fields: Mapping[str, str], network: Network) -> Iterator[str]:
    spoilt = dict(_spoilt(fields))
    yield from spoilt.values()
    known = {name: "" if name in spoilt else cell for name, cell in _plain(fields).items()}
    if "phone" not in spoilt:
        yield from _wrong_phone(known["phone"], network)
    if "name" not in spoilt:
        yield from _wrong_name(known.get("name", ""))
    yield from _wrong_hours(known.get("hours", ""))
    if alike(known.get("reach", "")) not in _REACHES:
        yield "reach is neither text nor voice"
    for column in ("languages", "areas", "needs"):
        yield from _unknown(known, column, network)


def _spoilt(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Cells whose words a spreadsheet has kept for itself, or lost."""
    for column, written in fields.items():
        cell = written.strip()
        if table.is_formula(cell):
            yield column, f"{column} is a formula; copy the cell and paste its value"
        elif table.is_error(cell):
            yield column, f"{column} is {cell}, a spreadsheet's sign that something is wrong there"
        elif "\ufffd" in cell:
            yield column, f"{column} has letters that were lost; {table.AS_CSV}"
        elif column == "phone" and _LOST_DIGITS.fullmatch(table.plain(cell)):
            yield (
                column,
                "phone was shortened by a spreadsheet, and digits are lost; make the column Text"
                " and type the number again",
            )


def _wrong_phone(written: str, network: Network) -> Iterator[str]:
    try:
        if not is_in(parse(written, network.country), network.countries):
            yield "phone is in none of the countries we text; they stand under [limits]"
    except BadPhone as error:
        yield f"phone {error}{_unseen(written)}" if written else "phone is empty"


def _unseen(written: str) -> str:
    """A hint, where somebody sees nothing wrong."""
    unseen = {it for it in written if _is_invisible(it) or ord(it) in _VARIATIONS}
    codes = ", ".join(sorted(f"U+{ord(it):04X}" for it in unseen))
    return f"; it has invisible characters ({codes}): type it again by hand" if unseen else ""


def _wrong_name(name: str) -> Iterator[str]:
    if not name:
        yield "name is empty"
    elif not any(letter.isalpha() for letter in name):
        yield "name has no letters in it"
    if len(name) > LONGEST_NAME:
        yield f"name is longer than {LONGEST_NAME} letters"


def _wrong_hours(hours: str) -> Iterator[str]:
    try:
        parse_hours(hours)
    except BadHours as error:
        yield f"hours {error}"
    if len(hours) > LONGEST_HOURS:
        yield f"hours is longer than {LONGEST_HOURS} letters"


# Areas, needs and languages, under the names that people have for them.


def _unknown(fields: Mapping[str, str], column: str, network: Network) -> Iterator[str]:
    keys, names = _names(column, network)
    for value in _several(fields.get(column, "")):
        if _meant(value, column, names) is None:
            there_are = ", ".join(keys) or "none in the configuration"
            suggestion = _suggestion(value, [*keys, *names])
            yield f"{column}: {value!r} is not known; {suggestion}here are {there_are}"


def _known(fields: Mapping[str, str], column: str, network: Network) -> tuple[str, ...]:
    _, names = _names(column, network)
    found = (_meant(value, column, names) for value in _several(fields.get(column, "")))
    return tuple(dict.fromkeys(key for key in found if key))


def _meant(value: str, column: str, names: Mapping[str, str]) -> str | None:
    return language_meant(value, LANGUAGES) if column == "languages" else meant(value, names)


def _names(column: str, network: Network) -> tuple[tuple[str, ...], dict[str, str]]:
    """The keys there are, and what people call each; a key is never another one's word."""
    match column:
        case "areas":
            called = {area.key: [*area.words] for area in network.areas}
        case "needs":
            called = {
                need.key: [
                    *need.label.values(),
                    *(it for some in need.words.values() for it in some),
                ]
                for need in network.needs
            }
        case _:
            return LANGUAGES, {}
    words = {_alike(word): key for key, some in reversed(called.items()) for word in some}
    return tuple(called), words | {_alike(key): key for key in called}


@lru_cache(maxsize=4096)
def _alike(word: str) -> str:
    """Of a word of the settings, of which there are few: they are looked at for every row."""
    return alike(word)


def _several(cell: str) -> list[str]:
    values = (" ".join(value.split()) for value in re.split(r"[;,|\r\n]", cell))
    return [value for value in values if alike(value) and alike(value) not in _ANY]
