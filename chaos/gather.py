"""Collects the facts that the checker counts: from the carrier, the database and every log."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import Connection, select

from chaos.checker import Facts, Row
from chaos.people import TELL, Crowd
from chaos.town import Town
from hotline.store import tables


def facts(town: Town, crowd: Crowd, pages: Sequence[str]) -> Facts:
    """`pages`: what the web servers answered in place of what was asked, kept by whoever asked."""
    rows = town.read(_rows)
    errors = town.control("GET", "errors")["errors"]
    everything = [*pages, *(str(it["body"]) for it in errors)]
    return Facts(
        sent=list(crowd.sent),
        attempts=town.control("GET", "ledger")["ledger"],
        called=list(crowd.called),
        calls=rows[5],
        events=rows[6],
        begun=_begun(town.begun),
        neighbors=rows[0],
        requests=rows[1],
        pages=rows[2],
        inbox=rows[3],
        outbox=rows[4],
        now=town.clock(),
        tales=list(_tales(town, crowd, everything)),
    )


def keep(folder: Path, facts: Facts) -> None:
    """Write everything down that was known, to look into what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = ("neighbors", "requests", "pages", "inbox", "outbox", "calls", "events")
    known: dict[str, object] = {
        name: [dict(row._mapping) for row in getattr(facts, name)] for name in tables
    }
    known |= {"attempts": facts.attempts, "begun": facts.begun, "now": facts.now}
    known["sent"] = [asdict(it) for it in facts.sent]
    known["called"] = [asdict(it) for it in facts.called]
    (folder / "facts.json").write_text(json.dumps(known, default=str, indent=1))


def _rows(connection: Connection) -> list[list[Row]]:
    every = (
        *(tables.neighbor, tables.request, tables.page, tables.inbox, tables.outbox),
        *(tables.call, tables.event),
    )
    return [list(connection.execute(select(table))) for table in every]


def _begun(path: Path) -> dict[int, list[float]]:
    found = defaultdict(list)
    if path.exists():
        for line in path.read_text().splitlines():
            text_id, moment = line.split()
            found[int(text_id)].append(float(moment))
    return found


def _tales(town: Town, crowd: Crowd, pages: Iterable[str]) -> Iterator[str]:
    """Where somebody's number or words, or a secret, stand. The tale itself is not repeated."""
    numbers = {it.phone.removeprefix("+1") for it in crowd.people.values()}
    words = {it.name.split()[1].lower() for it in crowd.people.values()}
    secrets = {town.token, town.password}
    pattern = re.compile("|".join(map(re.escape, numbers | words | secrets)) + rf"|\b{TELL}\w+")
    for log in sorted(town.logs.iterdir()):
        with log.open(encoding="utf-8", errors="replace") as lines:
            for place, line in enumerate(lines, 1):
                if pattern.search(line.lower()):
                    yield f"{log.name}, line {place}"
    for place, page in enumerate(pages, 1):
        if pattern.search(page.lower()):
            yield f"error page {place}"
