"""Measure, and print one table.

    make bench
    python -m bench.run [--only inbound,waves] [--quick] [--json FILE] [--docs]

`--docs` brings the tables in docs/speed.md and docs/waves.md up to date. With `--only`, the other
rows of the JSON file are kept; each says at which commit it was measured. `--quick` does a little
of everything in some seconds: whether it works can be seen, how fast it is cannot.
"""

from __future__ import annotations

import argparse
import logging
import platform
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    board_pages,
    browsing,
    calling,
    children,
    choosing,
    first_page,
    growth,
    inbound,
    memory,
    reading,
    report,
    sealing,
    sending,
    ticking,
    town,
    waves,
)
from bench.report import Figure
from bench.town import Servers

Row = Callable[..., Iterator[Figure]]
ROWS: dict[str, Row] = {
    "inbound": inbound.figures,
    "calling": calling.figures,
    "first-page": first_page.figures,
    "sending": sending.figures,
    "choosing": choosing.figures,
    "ticking": ticking.figures,
    "growth": growth.figures,
    "reading": reading.figures,
    "sealing": sealing.figures,
    "memory": memory.figures,
    "browsing": browsing.figures,
    "board": board_pages.figures,
    "waves": waves.figures,
}
DOCS = children.ROOT / "docs"


def main() -> None:
    wishes = _wishes()
    logging.disable(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything begun is ended
    began = time.monotonic()
    with town.servers_for_a_run() as servers:
        machine = _machine(servers)
        figures = [
            figure for name in wishes.only for figure in _measured(name, servers, wishes.quick)
        ]
    for figure in figures:
        figure.measured = str(machine["commit"])
    print(f"\n{report.in_words(machine)}, {(time.monotonic() - began) / 60:.1f} minutes\n")
    report.show(figures)
    if "waves" in wishes.only:
        print(f"\n{waves.markdown(20 if wishes.quick else waves.REQUESTS)}")
    if wishes.json:
        figures = sorted([*report.kept(wishes.json, wishes.only), *figures], key=_place)
        report.write_json(wishes.json, machine, figures)
    if wishes.docs:
        report.replace_between(DOCS / "speed.md", "table", report.markdown(machine, figures))
        report.replace_between(DOCS / "waves.md", "curve", waves.markdown())


def _place(figure: Figure) -> int:
    return list(ROWS).index(figure.row)


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--only", type=_rows, default=list(ROWS), help="rows, separated by commas")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--docs", action="store_true")
    wishes = parser.parse_args()
    if wishes.docs and (wishes.quick or (wishes.only != list(ROWS) and not wishes.json)):
        parser.error("--docs wants all rows (some anew, with --json), not in their quick form")
    return wishes


def _rows(names: str) -> list[str]:
    wanted = names.split(",")
    if unknown := [name for name in wanted if name not in ROWS]:
        raise argparse.ArgumentTypeError(f"no row {unknown[0]}; there are {', '.join(ROWS)}")
    return wanted


def _measured(name: str, servers: Servers, quick: bool) -> Iterator[Figure]:
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    yield from ROWS[name](servers, quick=quick)


def _machine(servers: Servers) -> dict[str, object]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": _commit(),
        "processor": _processor(),
        "cores": len(children.EVERY_CORE),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **servers.versions(),
    }


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(command, cwd=children.ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


if __name__ == "__main__":
    main()
