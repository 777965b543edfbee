"""What the fuzzers begin with: texts of the transcripts, real ones, slow ones, and our words."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

from rehearsal.transcript import Reads, Says, Turn, parse
from sms import vocabulary

ROOT = Path(__file__).parents[1]
TRANSCRIPTS = ROOT / "tests" / "conversations"
REAL_TEXTS = ROOT.parent / "shared" / "data" / "mission4636-texts.csv"

# What took longest to read once.
SLOW = (
    "\n" * 4000,
    "\n " * 2000,
    "si1,no1," * 200,
    "yes 1 no 1 " * 145,
    "si 1 " + "no 1 " * 319,
    "\ufdfa " * 800,
    "\ufdfa" * 1600,
    "liked" + "\u00a8" * 1595,
    "y " * 800,
    "yes " + "to " * 532,
    "👍" * 1600,
    "9" * 1599 + "a",
    "\u3251" * 1600,
)


def for_reading(folder: Path) -> None:
    """Each text with eight bytes in front that choose who sent it, and to which network."""
    said = [turn.body for turn in _turns() if isinstance(turn, Says)]
    for text in {*said, *_real_texts(), *SLOW}:
        for circumstances in ("maria---", "ana-----"):
            _keep(folder, circumstances.encode() + text.encode())


def for_twiml(folder: Path) -> None:
    read = [", ".join(turn.words) for turn in _turns() if isinstance(turn, Reads)]
    odd = [
        "",
        "\x00",
        "a\x0b<b>&amp;]]>",
        "\ud800",
        "\ufffe\uffff",
        "\r\n\t",
        "👨‍👩‍👧‍👦",
        "<!-- -->",
    ]
    for texts in (read[:1], read[:3], odd, *([text] for text in odd)):
        _keep(folder, b"\xff".join(text.encode("utf-8", "surrogatepass") for text in texts))


def dictionary(file: Path) -> None:
    """Every word we know, as libFuzzer reads them."""
    tables = [value for name, value in vars(vocabulary).items() if name.isupper()]
    words = {*_words_of(tables), "Sent from my iPhone", "“", "”", "12", "#12"}
    lines = [f'"{_escaped(word)}"\n' for word in sorted(words) if len(word.encode()) < 64]
    file.write_text("".join(lines), encoding="ascii")


def _turns() -> Iterable[Turn]:
    for path in sorted(TRANSCRIPTS.glob("*.txt")):
        yield from parse(path.read_text(encoding="utf-8")).turns


def _real_texts() -> Iterable[str]:
    """Those of `tests/test_real_texts.py`, where they are beside the project."""
    if REAL_TEXTS.is_file():
        with REAL_TEXTS.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["original"].strip() or row["message"]


def _words_of(values: Iterable[object]) -> Iterable[str]:
    """The words in the collections of the vocabulary, languages' keys not among them."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict) and all(isinstance(it, str) for it in value.values()):
            yield from value
        elif isinstance(value, dict):
            yield from _words_of(value.values())
        elif isinstance(value, set | frozenset | tuple | list):
            yield from _words_of(value)


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def _keep(folder: Path, seed: bytes) -> None:
    name = hashlib.sha1(seed, usedforsecurity=False).hexdigest()
    (folder / name).write_bytes(seed)
