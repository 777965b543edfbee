"""`make learn`: what the words of texts tell, learned from those that we labelled.

It reads `learning/texts`, `tests/heard`, `tests/told` and what people text in
`tests/conversations`, and writes `sms/lexicon/learned.tsv`, which `sms.learned` reads. It never
reads `tests/heard/aside`: how well it carries over is measured there. `--across` writes nothing and
tells what comes of texts that were not learned from, a fifth of them at a time.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy
from scipy.sparse import diags
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "queue"), str(ROOT / "tests")]

from hearing import HEARD, Case, cases
from test_told_of_danger import rows

from rehearsal.transcript import Says, parse
from sms.danger import addressed
from sms.learned import EVERY_TEXT, FEWEST_WORDS, FILE, every_piece
from sms.reading import clean, words_of

MOST = 6000  # pieces for each row: more tell no more
STRENGTH = 0.02  # how much a piece may tell; the inverse of what holds it back
PARTS = 5
LANGUAGES = ("en", "es", "fr", "ht", "pt", "fil")


class Row(NamedTuple):
    """A row to learn. `is_one`: whether a text sounds like it; None: nobody can tell, and it is not
    learned from. `sure`: of 1, from where on a text sounds like it."""

    name: str
    is_one: Callable[[Case], bool | None]
    sure: float


def _is_fear(case: Case) -> bool | None:
    """The two are parted, or the words at least kept from the other. Who talks to nobody, and is in
    danger, may mean somebody else."""
    if "shields" in case.wanted or set(case.wanted) == {"!relays", "answered"}:
        return True
    return None if "emergency" in case.wanted else False


ROWS = (
    Row("danger.alarm", _is_fear, 0.7),
    Row("danger.maybe", lambda it: "emergency" in it.wanted, 0.64),
    Row("moves.enough", lambda it: "stops" in it.wanted, 0.8),
)


_DANGEROUS = ("911", "SAFE", "STOP")


def _ordinary() -> Iterator[Case]:
    """What people text in the transcripts that are about no danger."""
    for file in sorted((HEARD.parent / "conversations").glob("*.txt")):
        transcript = file.read_text(encoding="utf-8")
        if not any(it in transcript for it in _DANGEROUS):
            turns = parse(transcript).turns
            yield from (Case("taken", ("relays",), it.body) for it in turns if isinstance(it, Says))


def _every() -> list[Case]:
    """All that is learned from, each text once."""
    heard = [case for it in _files() for case in cases(it.with_suffix("").as_posix())]
    return list(dict.fromkeys([*heard, *_told(), *_ordinary()]))


class Told(NamedTuple):
    """What each piece tells for a row, and what every text has to begin with."""

    pieces: dict[str, float]
    first: float

    def of(self, words: Sequence[str]) -> float:
        """The logarithm of the odds."""
        return self.first + sum(self.pieces.get(it, 0.0) for it in every_piece(words))


def _words(case: Case) -> list[str]:
    names = ("Ana",) if case.when in ("taken", "how") else ()
    return addressed(words_of(clean(case.text)), names)


_TOLD = {
    "emergency": ("stranger", "emergency"),
    "crisis": ("stranger", "emergency"),
    "none": ("stranger", "!emergency"),
    "apart": ("taken", "shields"),
    "apart-taker": ("holds", "shields"),
    "held": ("taken", "!relays answered"),
    "plain": ("taken", "relays"),
}
"""The situation and outcome of each kind of row of `tests/told`."""


def _told() -> Iterator[Case]:
    for row in rows():
        when, wanted = _TOLD[row.outcome]
        yield Case(when, tuple(wanted.split()), row.said)


def _files() -> list[Path]:
    return sorted((*HEARD.glob("*.tsv"), *(ROOT / "learning" / "texts").glob("*.tsv")))


@cache
def _used() -> dict[str, Counter[str]]:
    """How often each language uses a word, by the files that are in one."""
    used: dict[str, Counter[str]] = {it: Counter() for it in LANGUAGES}
    for file in _files():
        if file.stem in used:
            for case in cases(file.with_suffix("").as_posix()):
                used[file.stem].update(_words(case))
    return used


def _language(words: Sequence[str]) -> str:
    """The likeliest."""

    def tells(language: str) -> float:
        used = _used()[language]
        return sum(math.log((1 + used[it]) / (1 + used.total())) for it in words)

    return max(LANGUAGES, key=tells)


def _weights(texts: Sequence[tuple[list[str], bool]]) -> list[float]:
    """In each language those that are one weigh as much as the others, so that a language itself
    tells nothing: else Spanish would sound like fear where more was written of it."""
    kinds = [(_language(words), is_one) for words, is_one in texts]
    counted, of_language = Counter(kinds), Counter(it for it, _ in kinds)
    return [of_language[kind[0]] / 2 / counted[kind] for kind in kinds]


def learn(texts: Sequence[tuple[list[str], bool]]) -> Told:
    """Pieces are weighed by how rare they are: what stands in every text tells nothing."""
    weights = _weights(texts)
    counted = CountVectorizer(analyzer=every_piece, min_df=2)
    counts = counted.fit_transform([words for words, _ in texts]).astype(float)
    is_one = numpy.array([it for _, it in texts])
    seen_in = numpy.asarray((counts > 0).sum(0)).ravel()
    rareness = numpy.log((1 + len(texts)) / (1 + seen_in)) + 1
    weighed = counts @ diags(rareness)
    told = _fitted(weighed, is_one, weights).coef_[0]
    kept = numpy.sort(numpy.argsort(-abs(told), kind="stable")[:MOST])
    model = _fitted(weighed[:, kept], is_one, weights)
    names = counted.get_feature_names_out()[kept]
    tells = (float(it) for it in model.coef_[0] * rareness[kept])
    return Told(dict(zip(names, tells, strict=True)), float(model.intercept_[0]))


def _fitted(weighed: Any, is_one: Any, weights: Sequence[float]) -> Any:
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    return model.fit(weighed, is_one, sample_weight=weights)


def _odds(share: float) -> float:
    return math.log(share / (1 - share))


def _texts(row: Row, every: Sequence[Case]) -> list[tuple[list[str], bool]]:
    told = [(_words(it), is_one) for it in every if (is_one := row.is_one(it)) is not None]
    return [it for it in told if len(it[0]) >= FEWEST_WORDS]


def write(every: Sequence[Case]) -> None:
    learned = [learn(_texts(row, every)) for row in ROWS]
    begins = [it.first - _odds(row.sure) for row, it in zip(ROWS, learned, strict=True)]
    lines = [
        "# What pieces of words tell for rows of the lexicons. `make learn` writes this.",
        "\t".join(("piece", *(it.name for it in ROWS))),
        _line(EVERY_TEXT, begins),
    ]
    for piece in sorted({piece for it in learned for piece in it.pieces}):
        told = [it.pieces.get(piece, 0.0) for it in learned]
        if any(round(1000 * it) for it in told):
            lines.append(_line(piece, told))
    (ROOT / "sms" / "lexicon" / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{FILE}: {len(lines) - 2} pieces, from {len(every)} texts.")


def _line(piece: str, told: Sequence[float]) -> str:
    return "\t".join((piece, *(str(round(1000 * it) or "") for it in told)))


def across(every: Sequence[Case]) -> None:
    """For each row: of the texts that are one how many sound like it, and of the others, when what
    was learned did not have them."""
    for row in ROWS:
        texts = _texts(row, every)
        told: list[tuple[float, bool]] = []
        for part in range(PARTS):
            model = learn([it for place, it in enumerate(texts) if place % PARTS != part])
            told += [(model.of(words), is_one) for words, is_one in texts[part::PARTS]]
        for sure in (0.5, 0.6, 0.7, 0.8, 0.9):
            ones = [tells > _odds(sure) for tells, is_one in told if is_one]
            others = [tells > _odds(sure) for tells, is_one in told if not is_one]
            click.echo(
                f"{row.name} {sure}: {sum(ones)} of {len(ones)},"
                f" and {sum(others)} of {len(others)} others"
            )


@click.command()
@click.option("--across", "is_across", is_flag=True, help="Only tell how well it carries over.")
def main(is_across: bool) -> None:
    """Learn what words tell, from the texts of the tests."""
    if is_across:
        across(_every())
    else:
        write(_every())


if __name__ == "__main__":
    main()
