"""Collects the facts that the checker counts: from the carrier, the database and every log."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Table, func, or_, select

from chaos.checker import Facts, Row
from chaos.people import TELL, Crowd
from chaos.town import Town
from hotline.help_request import State
from hotline.settings import Network
from hotline.store import tables


def facts(town: Town, crowd: Crowd, pages: Sequence[str]) -> Facts:
    """`pages`: what the web servers answered in place of what was asked, kept by whoever asked."""
    rows = town.read(_rows)
    network = town.settings[0].network
    errors = town.control("GET", "errors")["errors"]
    everything = [*pages, *(str(it["body"]) for it in errors)]
    return Facts(
        sent=list(crowd.sent),
        attempts=town.control("GET", "ledger")["ledger"],
        replies=town.control("GET", "replies")["replies"],
        called=list(crowd.called),
        acted=list(town.desk.acted),
        begun=_begun(town.begun),
        now=town.clock(),
        asked_at_most=_asked_at_most(network),
        hold=network.roster.hold,
        **rows,
        tales=list(_tales(town, crowd, everything)),
        broken=list(town.broken),
    )


def _asked_at_most(network: Network) -> int:
    """How often somebody may be asked in a day for who is not known."""
    a_day = network.roster.max_a_day
    return max(1, a_day - math.ceil(a_day * network.limits.kept_percent / 100))


def keep(folder: Path, facts: Facts) -> None:
    """Write everything down that was known, to look into what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, object] = {
        name: [dict(row._mapping) for row in getattr(facts, name)] for name in TABLES
    }
    known |= {"attempts": facts.attempts, "replies": facts.replies}
    known |= {"begun": facts.begun, "now": facts.now, "kept": facts.kept}
    known["sent"] = [asdict(it) for it in facts.sent]
    known["called"] = [asdict(it) for it in facts.called]
    known["acted"] = [asdict(it) for it in facts.acted]
    (folder / "facts.json").write_text(json.dumps(known, default=str, indent=1))


def _rows(connection: Connection) -> dict[str, list[Row]]:
    return {name: list(connection.execute(select(table))) for name, table in TABLES.items()}


TABLES: dict[str, Table] = {
    "neighbors": tables.neighbor,
    "requests": tables.request,
    "takers": tables.taker,
    "pages": tables.page,
    "messages": tables.message,
    "calls": tables.call,
    "events": tables.event,
    "notes": tables.note,
}
"""What is read of the database, as the facts call it."""


# What is due.

Due = tuple[object, ...]


def overdue(connection: Connection, now: datetime) -> set[Due]:
    """What should have been done by now; each piece is another one once somebody was at it."""
    request, message, call = tables.request.c, tables.message.c, tables.call.c
    asks = select(request.number, request.version).where(request.look_at <= now)
    texts = select(message.id, message.state, message.claims, message.due).where(message.due <= now)
    calls = select(call.id, call.due).where(call.due <= now)
    found: set[Due] = {("request", *row) for row in connection.execute(asks)}
    found |= {("call", *row) for row in connection.execute(calls)}
    return found | {("text", *row) for row in connection.execute(texts)}


def next_due(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """When the next text or call is due, and when the next request."""
    columns = (tables.message.c.due, tables.call.c.due, tables.request.c.look_at)
    earliest = (select(func.min(column, type_=tables.Moment)) for column in columns)
    texts, calls, asks = (connection.execute(query).scalar() for query in earliest)
    return min((it for it in (texts, calls) if it), default=None), asks


def open_of_others(connection: Connection, people: Collection[str]) -> list[int]:
    """Open requests of who is none of these phones."""
    request, neighbor = tables.request.c, tables.neighbor.c
    theirs = select(request.number, neighbor.phone).where(
        request.requester_id == neighbor.id, request.state == State.OPEN.value
    )
    return [number for number, phone in connection.execute(theirs) if phone not in people]


# What is kept.


def kept(connection: Connection, over: Collection[int], until: datetime) -> list[str]:
    """Where words are that were said until then about requests that were over, or about none."""
    text, call, recording = tables.message.c, tables.call.c, tables.recording.c
    is_over = or_(text.request_number.is_(None), text.request_number.in_(over))
    has_words = or_(text.body != "", text.pictures.is_not(None))
    texts = select(text.id).where(text.at <= until, is_over, has_words)
    notes = select(tables.page.c.id).where(
        tables.page.c.request_number.in_(over), tables.page.c.note != ""
    )
    private = select(tables.note.c.id).where(tables.note.c.request_number.in_(over))
    spoken = select(recording.id).where(recording.request_number.in_(over))
    answers = select(call.id).where(call.began_at <= until, call.answer.is_not(None))
    found = {"text": texts, "note": notes, "recording": spoken, "call": answers}
    found |= {"note at the desk": private}
    return [
        f"{what} {one}"
        for what, query in found.items()
        for one in connection.execute(query).scalars()
    ]


# What stands elsewhere.


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
