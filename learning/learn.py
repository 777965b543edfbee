"""`make learn`: what the words of texts tell, learned from those that we labelled.

It reads `learning/texts`, `tests/heard`, `tests/told` and what people text in
`tests/conversations`, and writes `sms/lexicon/learned*.tsv`, which `sms.learned` reads. It never
reads `tests/heard/aside`: how well it carries over is measured there. `--across` writes nothing and
tells what comes of texts that were not learned from, a fifth of them at a time.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import chain
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

from hotline.needs import KINDS
from hotline.settings import read_network
from rehearsal.transcript import Says, parse
from sms import learned
from sms.danger import addressed
from sms.learned import BY_PHRASES, EVERY_TEXT, FEWEST, FEWEST_WORDS, every_piece
from sms.needs import as_found
from sms.reading import Intent, clean, read, words_of
from sms.turns import Role, by_its_moves, phrases_found

PARTS = 5
LANGUAGES = ("en", "es", "fr", "ht", "pt", "fil")


IsOne = Callable[[Case], bool | None]


class Row(NamedTuple):
    """A row to learn. `is_one`: whether a text sounds like it; None: nobody can tell, and it is not
    learned from. `sure`: of 1, from where on a text sounds like it. `strength`: how much a piece
    may tell; the inverse of what holds it back. `most`: how many pieces; more tell no more.
    `finds`: the pieces that phrases of ours find in a text, if these tell as well."""

    name: str
    is_one: IsOne
    sure: float
    strength: float = 0.02
    most: int = 6000
    finds: Callable[[str], list[str]] | None = None


def _is_fear(case: Case) -> bool | None:
    """The two are parted, or the words at least kept from the other. Who talks to nobody, and is in
    danger, may mean somebody else."""
    if "shields" in case.wanted or set(case.wanted) == {"!relays", "answered"}:
        return True
    return None if "emergency" in case.wanted else False


_BEFORE_ALL = ("stops", "shields", "!relays", "steward")
"""What is heard before anybody asks what it means in its moment."""


def _meant(case: Case) -> Intent | None:
    """What somebody means in the moments that have a table; None: nobody can tell."""
    if not set(_BEFORE_ALL).isdisjoint(case.wanted):
        return None
    wanted = {it for some in case.wanted for it in _all_of(some)}
    rows = _MEANINGS.get(case.when, ())
    return next((intent for outcomes, intent in rows if outcomes <= wanted), None)


def _all_of(wanted: str) -> set[str]:
    """An outcome, or what all of several have in common: "asks:food|asks" is "asks"."""
    any_of = {it.partition(":")[0] for it in wanted.split("|")}
    return any_of if len(any_of) == 1 else {"|".join(sorted(any_of))}


_MEANINGS: dict[str, tuple[tuple[set[str], Intent], ...]] = {
    "stranger": (
        ({"asks"}, Intent.WORDS),
        ({"emergency"}, Intent.WORDS),
        ({"joins"}, Intent.OFFER),
        ({"answered|joins"}, Intent.OFFER),
        ({"quiet"}, Intent.MACHINE),
        ({"answered|quiet", "!asks"}, Intent.MACHINE),
        ({"!asks"}, Intent.SMALL_TALK),
    ),
    "paged": (
        ({"asks"}, Intent.ASK),
        ({"takes"}, Intent.YES),
        ({"passes"}, Intent.NO),
        ({"!takes"}, Intent.UNCLEAR),
    ),
    "how": (
        ({"closes"}, Intent.YES),
        ({"answered|closes"}, Intent.YES),
        ({"!closes"}, Intent.NO_SHOW),
    ),
}
"""In each situation: what a text means that is to have all of these outcomes; the first that fits
holds."""


def _means(when: str, intent: Intent) -> IsOne:
    def is_one(case: Case) -> bool | None:
        meant = _meant(case) if case.when == when else None
        return None if meant is None else meant is intent

    return is_one


def _named(case: Case) -> set[str]:
    """The needs that a stranger's text must be read as."""
    named = {it for wanted in case.wanted for it in wanted.split("|") if it.startswith("asks:")}
    return {key for it in named for key in it.removeprefix("asks:").split("+")}


def _needs(kind: str) -> IsOne:
    def is_one(case: Case) -> bool | None:
        named = _named(case) if case.when == "stranger" else None
        return kind in named if named else None

    return is_one


def _moment(role: Role, *intents: Intent) -> tuple[Row, ...]:
    when, finds = _WHENS[role], partial(_found_by, role)
    return tuple(Row(it.value, _means(when, it), 0.5, 0.03, 3000, finds) for it in intents)


_WHENS = {Role.STRANGER: "stranger", Role.PAGED: "paged", Role.ASKED_HOW: "how"}


@cache
def _found_by(role: Role, text: str) -> list[str]:
    reading = read(text, _NETWORK)
    return phrases_found(reading, by_its_moves(reading, role).intent)


def _needs_found(text: str) -> list[str]:
    return as_found(read(text, _NETWORK).needs)


TABLES: dict[str, tuple[Row, ...]] = {
    learned.SIGNS: (
        Row("danger.alarm", _is_fear, 0.7),
        Row("danger.maybe", lambda it: "emergency" in it.wanted, 0.64),
        Row("moves.enough", lambda it: "stops" in it.wanted, 0.8),
    ),
    learned.STRANGER: _moment(
        Role.STRANGER, Intent.WORDS, Intent.OFFER, Intent.MACHINE, Intent.SMALL_TALK
    ),
    learned.PAGED: _moment(Role.PAGED, Intent.YES, Intent.NO, Intent.UNCLEAR, Intent.ASK),
    learned.ASKED_HOW: _moment(Role.ASKED_HOW, Intent.YES, Intent.NO_SHOW),
    learned.NEEDS: tuple(
        Row(it, _needs(it), 0.5, 0.05, 1200, _needs_found) for it in sorted(KINDS)
    ),
}


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


class Text(NamedTuple):
    """A text to learn from: its words, what phrases of ours find in it, and whether it is one."""

    words: list[str]
    found: list[str]
    is_one: bool

    def pieces(self) -> list[str]:
        return [*every_piece(self.words), *self.found]


class Told(NamedTuple):
    """What each piece tells for a row, and what every text has to begin with."""

    pieces: dict[str, float]
    first: float

    def of(self, text: Text) -> float:
        """The logarithm of the odds."""
        return self.first + sum(self.pieces.get(it, 0.0) for it in text.pieces())


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


def _weights(texts: Sequence[Text]) -> list[float]:
    """In each language those that are one weigh as much as the others, so that a language itself
    tells nothing: else Spanish would sound like fear where more was written of it."""
    kinds = [(_language(it.words), it.is_one) for it in texts]
    counted, of_language = Counter(kinds), Counter(it for it, _ in kinds)
    return [of_language[kind[0]] / 2 / counted[kind] for kind in kinds]


def learn(row: Row, texts: Sequence[Text]) -> Told:
    """Pieces are weighed by how rare they are: what stands in every text tells nothing. What
    phrases find is kept, whatever it tells."""
    weights = _weights(texts)
    counted = CountVectorizer(analyzer=Text.pieces, min_df=2)
    counts = counted.fit_transform(texts).astype(float)
    is_one = numpy.array([it.is_one for it in texts])
    seen_in = numpy.asarray((counts > 0).sum(0)).ravel()
    by_phrases = numpy.array([it[0] == BY_PHRASES for it in counted.get_feature_names_out()])
    rareness = numpy.log((1 + len(texts)) / (1 + seen_in)) + 1
    scale = numpy.where(by_phrases, OF_PHRASES, rareness)
    weighed = counts @ diags(scale)
    told = abs(_fitted(weighed, is_one, weights, row.strength).coef_[0])
    told[by_phrases] = numpy.inf
    kept = numpy.sort(numpy.argsort(-told, kind="stable")[: row.most])
    model = _fitted(weighed[:, kept], is_one, weights, row.strength)
    names = counted.get_feature_names_out()[kept]
    tells = (float(it) for it in model.coef_[0] * scale[kept])
    return Told(dict(zip(names, tells, strict=True)), float(model.intercept_[0]))


OF_PHRASES = 8.0
"""How much what phrases find weighs: as much as a piece that is in one of a thousand texts."""


def _fitted(weighed: Any, is_one: Any, weights: Sequence[float], strength: float) -> Any:
    model = LogisticRegression(C=strength, max_iter=3000)
    return model.fit(weighed, is_one, sample_weight=weights)


def _odds(share: float) -> float:
    return math.log(share / (1 - share))


def _texts(row: Row, every: Sequence[Case], fewest: int) -> list[Text]:
    told = [
        Text(_words(it), _found(it, row), is_one)
        for it in every
        if (is_one := row.is_one(it)) is not None
    ]
    return [it for it in told if len(it.words) >= fewest]


def _found(case: Case, row: Row) -> list[str]:
    """What phrases find in a text, where that is to tell something. Of texts that the phrases were
    mended by it is not learned, as it is never wrong there."""
    if row.finds is None:
        return []
    if case not in _first_tries():
        return [_MENDED]
    return row.finds(case.text)


_MENDED = f"{BY_PHRASES}mended"  # stands for all of it; no text that is read has it


_NETWORK = read_network(
    '[hotline]\nname = "Maple Street Mutual Aid"\ncountry = "US"\ntimezone = "America/New_York"\n'
    + f"languages = {list(LANGUAGES)}\n"
    + "".join(f'[[needs]]\nkey = "{kind}"\n' for kind in sorted(KINDS)),
    "hotline.toml",
)
"""It knows every kind of need."""


@cache
def _first_tries() -> frozenset[Case]:
    files = (ROOT / "learning" / "texts").glob("*.tsv")
    return frozenset(chain.from_iterable(cases(it.with_suffix("").as_posix()) for it in files))


def _fewest(file: str) -> int:
    return FEWEST_WORDS.get(file, FEWEST)


FEWEST_TEXTS = 20


def write(file: str, rows: Sequence[Row], every: Sequence[Case]) -> None:
    """A row of which few texts are one is left out."""
    found = {it: _texts(it, every, _fewest(file)) for it in rows}
    kept = [it for it, texts in found.items() if sum(text.is_one for text in texts) >= FEWEST_TEXTS]
    told = [learn(it, found[it]) for it in kept]
    begins = [it.first - _odds(row.sure) for row, it in zip(kept, told, strict=True)]
    lines = [
        "# What pieces of words tell for the rows of this table. `make learn` writes it.",
        "\t".join(("piece", *(it.name for it in kept))),
        _line(EVERY_TEXT, begins),
    ]
    for piece in sorted({piece for it in told for piece in it.pieces}):
        tells = [it.pieces.get(piece, 0.0) for it in told]
        if piece != _MENDED and any(round(1000 * it) for it in tells):
            lines.append(_line(piece, tells))
    (ROOT / "sms" / "lexicon" / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    most = max(len(texts) for texts in found.values())
    click.echo(f"{file}: {len(lines) - 3} pieces, from {most} texts.")


def _line(piece: str, told: Sequence[float]) -> str:
    return "\t".join((piece, *(str(round(1000 * it) or "") for it in told)))


def across(file: str, rows: Sequence[Row], every: Sequence[Case]) -> None:
    """For each row: of the texts that are one how many sound like it, and of the others, when what
    was learned did not have them."""
    for row in rows:
        texts = _texts(row, every, _fewest(file))
        told: list[tuple[float, bool]] = []
        for part in range(PARTS):
            model = learn(row, [it for place, it in enumerate(texts) if place % PARTS != part])
            told += [(model.of(it), it.is_one) for it in texts[part::PARTS]]
        for sure in (0.5, 0.6, 0.7, 0.8, 0.9):
            _compare(f"{row.name} {sure}", told, _odds(sure))


def _compare(what: str, told: Sequence[tuple[float, bool]], odds: float) -> None:
    ones = [tells > odds for tells, is_one in told if is_one]
    others = [tells > odds for tells, is_one in told if not is_one]
    click.echo(f"{what}: {sum(ones)} of {len(ones)}, and {sum(others)} of {len(others)} others")


@click.command()
@click.option("--across", "is_across", is_flag=True, help="Only tell how well it carries over.")
def main(is_across: bool) -> None:
    """Learn what words tell, from the texts of the tests."""
    every = _every()
    for file, of_file in TABLES.items():
        (across if is_across else write)(file, of_file, every)


if __name__ == "__main__":
    main()
