"""A table as spreadsheets save it: bytes in, rows with their places out, and back.

It knows the habits of Excel and LibreOffice, and reads strictly otherwise: what cannot be read
without guessing is a mistake, told with its row. Pure, and it does not know what a table is about.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.errors import BadRoster

DELIMITERS = ",;\t|"
AS_CSV = "save it as CSV, with UTF-8 where you can choose"

# How files begin that hold no text.
_NO_TEXT = {
    b"PK\x03\x04": f"This is a spreadsheet's own file: {AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"This is an older spreadsheet's own file: {AS_CSV}",
    b"%PDF": f"This is a PDF: open the table it was made of and {AS_CSV}",
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATOR = re.compile(r'"?sep=(.)"?[ ,;]*', re.IGNORECASE)
# What a spreadsheet takes for a formula; an apostrophe in front makes it words again.
_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_APOSTROPHE = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_WORDS_IN_A_FORMULA = re.compile(r'=\s*"((?:[^"]|"")*)"', re.DOTALL)
_NUMBER_IN_A_FORMULA = re.compile(r"=\s*(\+?[\d\s().-]+)")


@dataclass(frozen=True, slots=True)
class TableRow:
    """`place` is what it is called in a mistake; `cells` are stripped, as many as there are."""

    place: str
    cells: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)


def decode(content: bytes) -> str:
    """The text of a table, also as older spreadsheets save it. Raises BadRoster."""
    for beginning, why in _NO_TEXT.items():
        if content.startswith(beginning):
            raise BadRoster([why])
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadRoster([f"The letters of this file cannot be read: {AS_CSV}"])


def _encodings(content: bytes) -> tuple[str, ...]:
    """Those to try. In UTF-16 every other byte of most letters is nothing."""
    if content[:2] in _UTF_16:
        return ("utf-16",)
    if content.count(b"\0") > len(content) // 4:
        return ("utf-16-le",) if content[1:2] == b"\0" else ("utf-16-be",)
    return "utf-8-sig", "cp1252"


def rows(text: str) -> Iterator[TableRow]:
    """All that have something in them, the header first. Raises BadRoster where reading on would
    be a guess."""
    found = _SEPARATOR.match(text)
    is_said = found is not None and text[found.end() : found.end() + 1] in ("", "\r", "\n")
    delimiter = found[1] if found and is_said else _delimiter(text)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    begins = number = 1
    try:
        for cells in reader:
            place = f"row {number}" if number == begins else f"row {number} (line {begins})"
            if not (is_said and begins == 1):
                number += 1
                row = TableRow(place, tuple(cell.strip() for cell in cells))
                _require_closed_quotes(row, delimiter)
                if not row.is_empty:
                    yield row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise BadRoster([f"row {number}: {_why(error, begins)}"]) from None


def _delimiter(text: str) -> str:
    """What stands most often between the names of the columns: where a comma is used in numbers,
    spreadsheets take semicolons."""
    header = next((line for line in text.splitlines() if line.strip(f"{DELIMITERS} ")), "")
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=bare.count)


def _require_closed_quotes(row: TableRow, delimiter: str) -> None:
    """One that was forgotten swallows the next row, up to a quote there."""
    if any("\n" in cell.replace("\r", "\n") and delimiter in cell for cell in row.cells):
        raise BadRoster([f"{row.place}: {_QUOTE}"])


_QUOTE = 'a quote (") is opened and not closed, or stands inside words: close it, or write it twice'


def _why(error: csv.Error, line: int) -> str:
    about_quotes = re.search(r"unexpected end|expected after|field limit", str(error))
    return f"{_QUOTE} (line {line})" if about_quotes else f"it cannot be read (line {line})"


def plain(cell: str) -> str:
    """A cell's words, without what keeps a spreadsheet from changing them."""
    if _APOSTROPHE.match(cell):
        return cell[1:]
    if found := _WORDS_IN_A_FORMULA.fullmatch(cell):
        return found[1].replace('""', '"').strip()
    if found := _NUMBER_IN_A_FORMULA.fullmatch(cell):
        return found[1].strip()
    return cell


def is_formula(cell: str) -> bool:
    """Whether its value is the spreadsheet's to know."""
    return cell.startswith("=") and plain(cell) == cell


def is_error(cell: str) -> bool:
    """Whether a spreadsheet says here that it has no value, or no room to show it."""
    return re.fullmatch(r"#(REF!|N/A|VALUE!|NAME\?|NUM!|DIV/0!|NULL!|#+)", cell) is not None


def write(columns: Sequence[str], entries: Iterable[Mapping[str, str]]) -> str:
    """The table as a text that a spreadsheet runs nothing of, and `plain` reads again."""
    text = io.StringIO()
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    for entry in entries:
        table.writerow({name: _defused(entry[name]) for name in columns})
    return text.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
