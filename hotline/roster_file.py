"""A roster as people keep it: a table with a row for each person who can be asked.

Reads all of it or nothing, and names every bad row with its reason. It stores nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from hotline.errors import BadRoster
from hotline.hours import BadHours, parse_hours
from hotline.phone import BadPhone, is_in, parse
from hotline.settings import LANGUAGES, Network
from hotline.store.roster import RosterEntry

COLUMNS = ("phone", "name", "languages", "areas", "needs", "hours", "reach")
REQUIRED = ("phone", "name")
LONGEST_NAME = 80
LONGEST_HOURS = 200


def read(text: str, network: Network) -> list[RosterEntry]:
    """The people of a CSV file. Raises BadRoster with every mistake in it."""
    rows = csv.DictReader(io.StringIO(text), delimiter=_delimiter(text), restkey="", restval="")
    rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or []]
    mistakes = list(_wrong_columns(rows.fieldnames))
    if mistakes:
        raise BadRoster(mistakes)
    entries: list[RosterEntry] = []
    for row in rows:
        fields = {name: value.strip() for name, value in row.items() if name in COLUMNS}
        if not any(fields.values()):
            continue
        entry = _entry(fields, network, mistakes, f"row {rows.line_num}")
        if entry:
            entries.append(entry)
    mistakes += _twice(entries)
    if mistakes:
        raise BadRoster(mistakes)
    return entries


def decode(content: bytes) -> str:
    """The text of a table, also as older spreadsheets save it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """Where a comma is used in numbers, spreadsheets put semicolons between the fields."""
    header = text.partition("\n")[0]
    return ";" if ";" in header and "," not in header else ","


def entry(fields: dict[str, str], network: Network) -> RosterEntry:
    """One person, from fields named like the columns. Raises BadRoster."""
    mistakes: list[str] = []
    found = _entry(fields, network, mistakes, "")
    if found is None:
        raise BadRoster(mistakes)
    return found


def _wrong_columns(names: Collection[str]) -> Iterator[str]:
    for missing in (name for name in REQUIRED if name not in names):
        yield f"row 1: there is no column {missing}; the first row names them: {','.join(COLUMNS)}"
    for twice in sorted({name for name in names if name and list(names).count(name) > 1}):
        yield f"row 1: there are several columns {twice}"
    for unknown in (name for name in names if name not in COLUMNS):
        yield f"row 1: {unknown!r} is no column; there can be {', '.join(COLUMNS)}"


def _entry(
    fields: dict[str, str], network: Network, mistakes: list[str], where: str
) -> RosterEntry | None:
    found = list(_mistakes(fields, network))
    mistakes += [f"{where}: {mistake}" if where else mistake for mistake in found]
    if found:
        return None
    return RosterEntry(
        phone=parse(fields["phone"], network.country),
        name=" ".join(fields["name"].split()),
        languages=_several(fields, "languages"),
        areas=_several(fields, "areas"),
        needs=_several(fields, "needs"),
        hours=fields.get("hours", ""),
        reach=fields.get("reach", "").lower() or "text",
    )


def _mistakes(fields: dict[str, str], network: Network) -> Iterator[str]:
    try:
        phone = parse(fields.get("phone", ""), network.country)
        if not is_in(phone, network.countries):
            yield "phone is in none of the countries we text; they stand under [limits]"
    except BadPhone as error:
        yield f"phone {error}"
    name = fields.get("name", "")
    if not name:
        yield "name is empty"
    elif not any(letter.isalpha() for letter in name):
        yield "name has no letters in it"
    if len(fields.get("name", "")) > LONGEST_NAME:
        yield f"name is longer than {LONGEST_NAME} letters"
    try:
        parse_hours(fields.get("hours", ""))
    except BadHours as error:
        yield f"hours {error}"
    if len(fields.get("hours", "")) > LONGEST_HOURS:
        yield f"hours is longer than {LONGEST_HOURS} letters"
    if fields.get("reach", "").lower() not in ("", "text", "voice"):
        yield "reach is neither text nor voice"
    yield from _unknown(fields, "languages", LANGUAGES)
    yield from _unknown(fields, "areas", [area.key for area in network.areas])
    yield from _unknown(fields, "needs", [need.key for need in network.needs])


def _unknown(fields: dict[str, str], column: str, known: Collection[str]) -> Iterator[str]:
    for value in _several(fields, column):
        if value not in known:
            there_are = ", ".join(known) or "none in the configuration"
            yield f"{column}: {value!r} is not known; there are {there_are}"


def _several(fields: dict[str, str], column: str) -> tuple[str, ...]:
    values = (value.strip().lower() for value in fields.get(column, "").split(";"))
    return tuple(dict.fromkeys(value for value in values if value))


def _twice(entries: list[RosterEntry]) -> Iterator[str]:
    first: dict[str, str] = {}
    for one in entries:
        if one.phone in first:
            yield f"{one.name} and {first[one.phone]} have the same phone"
        first.setdefault(one.phone, one.name)
