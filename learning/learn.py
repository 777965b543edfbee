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
from sms.learned import BY_PHRASES, EVERY_TEXT, FEWEST, FEWEST_WORDS, LOOKS, every_piece
from sms.needs import as_found
from sms.reading import Intent, clean, read, words_of
from sms.turns import Role, by_its_moves, look_of, phrases_found

PARTS = 5
LANGUAGES = ("en", "es", "fr", "ht", "pt", "fil")


IsOne = Callable[[Case], bool | None]


class Row(NamedTuple):
    """A row to learn. `is_one`: whether a text sounds like it; None: nobody can tell, and it is not
    learned from. `sure`: of 1, from where on a text sounds like it."""

    name: str
    is_one: IsOne
    sure: float = 0.5


class Table(NamedTuple):
    """A file to write. `strength`: how much a piece may tell; the inverse of what holds it back.
    `most`: how many pieces. `finds`: the pieces of a text that are no words of it."""

    file: str
    rows: tuple[Row, ...]
    strength: float
    most: int
    finds: Callable[[Case], list[str]] = lambda _case: []


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


def _asks_for_something_else(case: Case) -> bool:
    """For what no kind is for: in `learning/texts` that is what no key says."""
    return case.wanted == ("asks",) and case in _first_tries()


def _needs(kind: str) -> IsOne:
    def is_one(case: Case) -> bool | None:
        if case.when != "stranger":
            return None
        named = _named(case)
        return kind in named if named or _asks_for_something_else(case) else None

    return is_one


def _moment(file: str, role: Role, *intents: Intent) -> Table:
    rows = tuple(Row(it.value, _means(_WHENS[role], it)) for it in intents)
    return Table(file, rows, 0.05, 6000, partial(_seen_in, role))


_WHENS = {Role.STRANGER: "stranger", Role.PAGED: "paged", Role.ASKED_HOW: "how"}


@cache
def _seen_in(role: Role, case: Case) -> list[str]:
    reading = read(case.text, _NETWORK)
    found = phrases_found(reading, by_its_moves(reading, role).intent)
    return [*look_of(reading.said), *_unless_mended(case, found)]


@cache
def _needs_found(case: Case) -> list[str]:
    return _unless_mended(case, as_found(read(case.text, _NETWORK).needs))


def _unless_mended(case: Case, found: list[str]) -> list[str]:
    """Of texts that the phrases were mended by it is not learned what phrases tell: they are never
    wrong there."""
    return found if case in _first_tries() else [_MENDED]


TABLES = (
    Table(
        learned.SIGNS,
        (
            Row("danger.alarm", _is_fear, 0.68),
            Row("danger.maybe", lambda it: "emergency" in it.wanted, 0.6),
            Row("moves.enough", lambda it: "stops" in it.wanted, 0.79),
        ),
        0.04,
        12_000,
    ),
    _moment(
        *(learned.STRANGER, Role.STRANGER),
        *(Intent.WORDS, Intent.OFFER, Intent.MACHINE, Intent.SMALL_TALK),
    ),
    _moment(
        *(learned.PAGED, Role.PAGED),
        *(Intent.YES, Intent.NO, Intent.UNCLEAR, Intent.ASK),
    ),
    _moment(learned.ASKED_HOW, Role.ASKED_HOW, Intent.YES, Intent.NO_SHOW),
    Table(
        learned.NEEDS,
        tuple(Row(it, _needs(it)) for it in sorted(KINDS)),
        0.05,
        6000,
        _needs_found,
    ),
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


class Text(NamedTuple):
    """A text to learn from: its words, and the pieces of it that are no words."""

    words: list[str]
    found: list[str]

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


def _weights(words: Sequence[list[str]], is_one: Sequence[bool]) -> list[float]:
    """In each language those that are one weigh as much as the others, so that a language itself
    tells nothing: else Spanish would sound like fear where more was written of it."""
    kinds = list(zip(map(_language, words), is_one, strict=True))
    counted, of_language = Counter(kinds), Counter(it for it, _ in kinds)
    return [of_language[kind[0]] / 2 / counted[kind] for kind in kinds]


class Known(NamedTuple):
    """What is known of each text for one row: where in the list those stand of which somebody can
    tell, whether each of these is one, and how much it weighs."""

    places: list[int]
    is_one: list[bool]
    weights: list[float]

    def fit(self, weighed: Any, strength: float) -> Any:
        model = LogisticRegression(C=strength, max_iter=3000)
        return model.fit(weighed[self.places], self.is_one, sample_weight=self.weights)


def _known(row: Row, every: Sequence[Case], texts: Sequence[Text]) -> Known:
    told = [(place, it) for place, case in enumerate(every) if (it := row.is_one(case)) is not None]
    places, is_one = [place for place, _ in told], [it for _, it in told]
    return Known(places, is_one, _weights([texts[it].words for it in places], is_one))


def learn(table: Table, every: Sequence[Case]) -> dict[Row, Told]:
    """What each piece tells for each row. A row of which few texts are one is left out."""
    texts = [_text(table, it) for it in every]
    known = {row: _known(row, every, texts) for row in table.rows}
    some = {row: it for row, it in known.items() if sum(it.is_one) >= FEWEST_TEXTS}
    counted = CountVectorizer(analyzer=Text.pieces, min_df=2)
    counts = counted.fit_transform(texts).astype(float)
    names = counted.get_feature_names_out()
    seen_in = numpy.asarray((counts > 0).sum(0)).ravel()
    scale = _scale(names, seen_in, len(texts))
    weighed = (counts @ diags(scale)).tocsr()
    tells = [it.fit(weighed, table.strength).coef_[0] * scale for it in some.values()]
    kept = _kept(names, tells, seen_in, table.most)
    models = {row: it.fit(weighed[:, kept], table.strength) for row, it in some.items()}
    return {row: _told_by(it, names[kept], scale[kept]) for row, it in models.items()}


def _scale(names: Any, seen_in: Any, texts: int) -> Any:
    """Pieces are weighed by how rare they are: what stands in every text tells nothing."""
    rareness = numpy.log((1 + texts) / (1 + seen_in)) + 1
    others = [OF_LOOKS if it.startswith(LOOKS) else OF_PHRASES for it in names]
    return numpy.where(_is_no_word(names), others, rareness)


def _kept(names: Any, tells: Sequence[Any], seen_in: Any, most: int) -> Any:
    """The places of those pieces that tell most in the texts that have them, for any row; and of
    all that is no word."""
    told = numpy.linalg.norm(tells, axis=0) * seen_in**0.25
    told[_is_no_word(names)] = numpy.inf
    return numpy.sort(numpy.argsort(-told, kind="stable")[:most])


def _is_no_word(names: Any) -> Any:
    return numpy.array([it.startswith(BY_PHRASES) for it in names])


def _told_by(model: Any, names: Sequence[str], scale: Any) -> Told:
    tells = (model.coef_[0] * scale).tolist()
    return Told(dict(zip(names, tells, strict=True)), float(model.intercept_[0]))


OF_PHRASES, OF_LOOKS = 8.0, 4.0
"""How much what phrases find weighs: as much as a piece that is in one of a thousand texts; and how
much the looks of a text, by which nobody who asks properly may be taken for a shop."""


def _odds(share: float) -> float:
    return math.log(share / (1 - share))


def _text(table: Table, case: Case) -> Text:
    return Text(_words(case), table.finds(case))


def _learned_from(table: Table, every: Sequence[Case]) -> list[Case]:
    """The texts of which a row of the table says something, and which are long enough for it."""
    fewest = FEWEST_WORDS.get(table.file, FEWEST)
    told = [it for it in every if any(row.is_one(it) is not None for row in table.rows)]
    return [it for it in told if len(_words(it)) >= fewest]


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


FEWEST_TEXTS = 20


def write(table: Table, every: Sequence[Case]) -> None:
    texts = _learned_from(table, every)
    learned_of = learn(table, texts)
    told = learned_of.values()
    begins = [it.first - _odds(row.sure) for row, it in learned_of.items()]
    lines = [
        "# What pieces of words tell for the rows of this table. `make learn` writes it.",
        "\t".join(("piece", *(it.name for it in learned_of))),
        _line(EVERY_TEXT, begins),
    ]
    for piece in sorted({piece for it in told for piece in it.pieces}):
        tells = [it.pieces.get(piece, 0.0) for it in told]
        if piece != _MENDED and any(round(1000 * it) for it in tells):
            lines.append(_line(piece, tells))
    written = "\n".join(lines) + "\n"
    (ROOT / "sms" / "lexicon" / table.file).write_text(written, encoding="utf-8")
    click.echo(f"{table.file}: {len(lines) - 3} pieces, from {len(texts)} texts.")


def _line(piece: str, told: Sequence[float]) -> str:
    return "\t".join((piece, *(str(round(1000 * it) or "") for it in told)))


def across(table: Table, every: Sequence[Case]) -> None:
    """For each row: of the texts that are one how many sound like it, and of the others, when what
    was learned did not have them."""
    texts = _learned_from(table, every)
    told: dict[Row, list[tuple[float, bool]]] = {row: [] for row in table.rows}
    for part in range(PARTS):
        models = learn(table, [it for place, it in enumerate(texts) if place % PARTS != part])
        for row, model in models.items():
            told[row] += [
                (model.of(_text(table, it)), is_one)
                for it in texts[part::PARTS]
                if (is_one := row.is_one(it)) is not None
            ]
    for row in table.rows:
        for sure in (0.5, 0.6, 0.7, 0.8, 0.9):
            _compare(f"{row.name} {sure}", told[row], _odds(sure))


def _compare(what: str, told: Sequence[tuple[float, bool]], odds: float) -> None:
    ones = [tells > odds for tells, is_one in told if is_one]
    others = [tells > odds for tells, is_one in told if not is_one]
    click.echo(f"{what}: {sum(ones)} of {len(ones)}, and {sum(others)} of {len(others)} others")


@click.command()
@click.option("--across", "is_across", is_flag=True, help="Only tell how well it carries over.")
def main(is_across: bool) -> None:
    """Learn what words tell, from the texts of the tests."""
    every = _every()
    for table in TABLES:
        (across if is_across else write)(table, every)


if __name__ == "__main__":
    main()
