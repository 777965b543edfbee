"""What it costs to understand a text: what it does, needs and is in danger of, with everything
between its words and what follows left out.

It is the time on the processor. The floor takes the same texts apart into words, and that is all.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence

from bench import children, town
from bench.report import Figure, median
from bench.texts import People
from bench.town import Servers
from hotline.settings import Network, read_network
from sms import danger
from sms.reading import clean, read, words_of
from sms.turns import Role, turned

RUNS, TEXTS = 15, 2_000  # in each
MOST = 0.1  # ms
LANGUAGES = ("en", "es", "fr", "ht", "pt")
HEARD = children.ROOT / "tests" / "heard"


def figures(_servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    runs, many = (1, 20) if quick else (RUNS, TEXTS)
    network = read_network(town.CONFIGURATION.format_map(town.OFTEN), "hotline.toml")
    kinds = {
        "on a busy day": [it.body for it in People().mixture(many, iter(()))],
        "in every situation": _heard(many),
    }
    with children.pinned(children.MEASURED):
        for kind, texts in kinds.items():
            yield _judged(kind, network, texts, runs)


def _heard(many: int) -> list[str]:
    """Texts that the tests know: no two alike, in five languages."""
    files = [(HEARD / f"{it}.tsv").read_text("utf-8").splitlines() for it in LANGUAGES]
    texts = [it.split("\t")[2] for lines in files for it in lines if not it.startswith("#")]
    random.Random(1).shuffle(texts)  # noqa: S311 - the same ones each time
    return texts[:many]


def _judged(kind: str, network: Network, texts: Sequence[str], runs: int) -> Figure:
    found: dict[str, list[float]] = {"ours": [], "floor": []}
    for run in range(runs + 1):  # the first prepares much, and is left out
        ours = _timed(lambda it: understand(it, network), texts)
        floor = _timed(lambda it: words_of(clean(it)), texts)
        if run:
            found["ours"].append(ours)
            found["floor"].append(floor)
    ours, floor = median(found["ours"]), median(found["floor"])
    return Figure(
        "reading",
        f"understanding a text, {kind}",
        "ms",
        ours,
        floor,
        ours / floor,
        f"≤ {MOST} ms",
        ours <= MOST,
        found,
    )


def understand(body: str, network: Network) -> None:
    """All that is found in a stranger's words."""
    turned(read(body, network), Role.STRANGER)
    said = clean(body)
    danger.heard(danger.signs(words_of(said)), said)


def _timed(do: Callable[[str], object], texts: Sequence[str]) -> float:
    """ms for each."""
    began = time.thread_time()
    for it in texts:
        do(it)
    return (time.thread_time() - began) * 1000 / len(texts)
