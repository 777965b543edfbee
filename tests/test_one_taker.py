"""First come, first served: of several neighbors who say YES at the same moment, one has it.

Each answers through an operating system process of its own, as web servers side by side would.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection as Pipe
from typing import Any

import pytest
from servers import KEYRING
from sqlalchemy import Connection, insert, select, update

from hotline import settings
from hotline.help_request import HelpRequest, State
from hotline.inbound import CallIn, Heard, TextIn
from hotline.store import database as database_of_store
from hotline.store import people, requests, roster, tables
from hotline.store.database import Database
from hotline.work import House, furnish
from ivr import calling
from ivr.visit import PhoneLine
from sms.receiving import receive

ROUNDS = 300
PROCESSES = 4
PATIENCE = 300.0  # seconds: four processes and a busy machine
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
NAMES = ("Ana", "Ben", "Chi", "Dee", "Eva")  # asked; Eva does not answer

Answers = list[list[str]]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(_database(database_url)) as opened:
        yield opened


def test_of_four_who_say_yes_at_once_one_has_it(database_url: str, database: Database) -> None:
    numbers = database.write(_ask_everybody)
    texts = [
        [
            TextIn(f"SM-{number}-{who}", _phone(turn, who), f"yes {number}")
            for turn, number in enumerate(numbers)
        ]
        for who in range(PROCESSES)
    ]

    answers = _text_at_once(database_url, texts)

    winners = Counter[int]()
    for turn, number in enumerate(numbers):
        told = [answers[who][turn] for who in range(PROCESSES)]
        winner = _only([who for who in range(PROCESSES) if "is yours" in told[who][0]])
        winners[winner] += 1
        for loser in set(range(PROCESSES)) - {winner}:
            assert "already covered" in _only(told[loser])
            assert NAMES[winner] in told[loser][0]
        taker, covered = database.read(partial(_outcome, number))
        assert taker == _phone(turn, winner)
        silent = [_phone(turn, who) for who in range(PROCESSES, len(NAMES))]
        assert covered == Counter(silent), "whoever answered heard it in the answer, once"
    assert winners.total() == ROUNDS
    shown = ", ".join(f"{NAMES[who]} {count}" for who, count in sorted(winners.items()))
    print(f"{ROUNDS} rounds, one taker in each: {shown}")  # noqa: T201


def test_of_a_text_and_a_key_at_once_one_has_it(database_url: str, database: Database) -> None:
    """Somebody who was texted answers YES while another, on the phone, presses 1."""
    rounds = 100
    numbers = database.write(partial(_ask_everybody, rounds=rounds))
    texts = [
        TextIn(f"SM-{number}", _phone(turn, 0), f"yes {number}")
        for turn, number in enumerate(numbers)
    ]
    callers = [_phone(turn, 1) for turn in range(rounds)]

    written, said = _at_once(database_url, (_receive_all, texts), (_press_all, callers))

    winners = Counter[str]()
    for turn, number in enumerate(numbers):
        by_text = "is yours" in _only(written[turn])
        by_key = "is yours" in _only(said[turn])
        assert by_text != by_key
        winners["text" if by_text else "key"] += 1
        assert ("already covered" if by_key else "is covered. Ana got there first") in (
            _only(written[turn] if by_key else said[turn])
        )
        taker, _ = database.read(partial(_outcome, number))
        assert taker == _phone(turn, 0 if by_text else 1)
    print(f"{rounds} rounds, one taker in each: {dict(winners)}")  # noqa: T201


def test_a_text_delivered_to_two_processes_at_once_is_one_text(
    database_url: str, database: Database
) -> None:
    numbers = database.write(partial(_ask_everybody, rounds=50))
    texts = [
        TextIn(f"SM-{number}", _phone(turn, 0), f"yes {number}")
        for turn, number in enumerate(numbers)
    ]

    answers = _text_at_once(database_url, [texts] * 2)

    assert all(answer == answers[0] for answer in answers)
    assert all("is yours" in _only(told) for told in answers[0])
    came = select(tables.message.c.sid).where(tables.from_somebody)
    rows = database.read(lambda c: c.execute(came).scalars().all())
    assert sorted(rows) == sorted(it.sid for it in texts)


def test_the_guard_is_what_makes_it_one(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read "open" before either writes. The real update lets one of them through."""
    assert _winners_when_both_read_first(postgresql_url, monkeypatch, requests.save_request) == 1


def test_without_the_guard_both_are_told_that_it_is_theirs(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _winners_when_both_read_first(postgresql_url, monkeypatch, _save_whatever_it_was) == 2


# The scene.


def _database(url: str) -> Database:
    return Database(url.replace("postgresql:", "postgresql+psycopg:"), KEYRING)


def _house() -> House:
    return furnish(settings.read_network("", "hotline.toml"), lambda: NOON)


def _phone(turn: int, who: int) -> str:
    return f"+1646{2_000_000 + turn * 10 + who}"


def _ask_everybody(connection: Connection, rounds: int = ROUNDS) -> list[int]:
    """A request for each round, and five neighbors of its own who were asked about each."""
    (maria,) = people.known_or_new(connection, ["+12125550140"], NOON)
    needed = HelpRequest(0, maria, NOON, needs=("food",), wave=1)
    numbers = [requests.open_request(connection, needed).number for _ in range(rounds)]
    every = [(turn, who) for turn in range(rounds) for who in range(len(NAMES))]
    asked = [{"phone": _phone(turn, who), "name": NAMES[who], "since": NOON} for turn, who in every]
    connection.execute(insert(tables.neighbor), asked)
    ids = select(tables.neighbor.c.phone, tables.neighbor.c.id)
    id_at = {row.phone: row.id for row in connection.execute(ids)}
    facts = {"round": 1, "wave": 1, "state": "asked", "asked_at": NOON}
    pages = [
        {"request_number": numbers[turn], "neighbor_id": id_at[_phone(turn, who)], **facts}
        for turn, who in every
    ]
    connection.execute(insert(tables.page), pages)
    roster.note_asked(connection, {it["neighbor_id"] for it in pages}, NOON)
    return numbers


def _text_at_once(url: str, texts: Sequence[Sequence[TextIn]]) -> list[Answers]:
    """Each list of texts is received by a process of its own, text by text at the same moment."""
    return _at_once(url, *((_receive_all, mine) for mine in texts))


def _at_once(url: str, *deeds: tuple[Callable[..., None], Sequence[Any]]) -> list[Answers]:
    """Each deed is done by a process of its own, piece by piece at the same moment."""
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(len(deeds))
    pipes = [spawn.Pipe(duplex=False) for _ in deeds]
    processes = [
        spawn.Process(target=do, args=(url, mine, together, telling))
        for (do, mine), (_, telling) in zip(deeds, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    try:
        return [_heard(listening) for listening, _ in pipes]
    finally:
        for process in processes:
            process.join(PATIENCE)
            process.kill()


def _heard(listening: Pipe) -> Answers:
    assert listening.poll(PATIENCE), "a process did not answer"
    answers: Answers = listening.recv()
    return answers


def answer_to(database: Database, house: House, it: TextIn) -> list[str]:
    """What a text is answered."""

    def run(connection: Connection) -> list[str]:
        work = house.work(connection)
        receive(work, it)
        return [reply.body for reply in work.after.replies]

    return database.write(run)


def _receive_all(url: str, texts: Sequence[TextIn], together: Any, telling: Pipe) -> None:
    """In a process of its own."""
    database, house = _database(url), _house()
    answers = []
    for it in texts:
        together.wait(PATIENCE)
        answers.append(answer_to(database, house, it))
    telling.send(answers)
    database.close()


def _press_all(url: str, callers: Sequence[str], together: Any, telling: Pipe) -> None:
    """In a process of its own: each calls, hears what they were asked about, and takes it."""
    database, house, line = _database(url), _house(), PhoneLine()

    def said(step: Callable[..., None], *about: Any) -> list[str]:
        def run(connection: Connection) -> list[str]:
            work = house.work(connection)
            step(work, line, *about)
            document = work.after.document
            return [" ".join(it.words for it in document.said)] if document else []

        return database.write(run)

    answers = []
    for place, caller in enumerate(callers):
        sid = f"CA-{place}"
        said(calling.answer, CallIn(sid, caller, is_attested=True))
        assert "press 1. To pass" in _only(said(calling.step, sid, 1, Heard(keys="1")))
        together.wait(PATIENCE)
        answers.append(said(calling.step, sid, 2, Heard(keys="1")))
        said(calling.ended, sid)
    telling.send(answers)
    database.close()


def _outcome(number: int, connection: Connection) -> tuple[str, Counter[str]]:
    """The taker's number, and how many texts told whom that somebody has it."""
    request = requests.find_request(connection, number)
    assert request is not None
    assert request.state is State.TAKEN
    assert request.taker is not None
    told = connection.execute(
        select(tables.neighbor.c.phone, tables.message.c.body)
        .join(tables.message, tables.message.c.neighbor_id == tables.neighbor.c.id)
        .where(tables.message.c.request_number == number, tables.message.c.state == "waiting")
    )
    covered = Counter(number for number, body in told if "is covered" in body)
    return people.neighbors(connection, [request.taker])[request.taker].phone, covered


def _only(several: Sequence[Any]) -> Any:
    (one,) = several
    return one


# Two who decide upon the same reading.

Save = Callable[[Connection, HelpRequest, HelpRequest, datetime], None]


def _save_whatever_it_was(
    connection: Connection, _before: HelpRequest, it: HelpRequest, now: datetime
) -> None:
    """What `requests.save_request` would be without its guard."""
    row = tables.request.c
    connection.execute(
        update(tables.request).where(row.number == it.number).values(state=it.state, due=it.due)
    )
    takes = {"request_number": it.number, "neighbor_id": it.taker, "since": now, "outcome": None}
    connection.execute(insert(tables.taker).values(takes))


def _winners_when_both_read_first(url: str, monkeypatch: pytest.MonkeyPatch, save: Save) -> int:
    # Each as in a process of its own: one process might write both in the same transaction.
    databases, house = [_database(url), _database(url)], _house()
    (number,) = databases[0].write(partial(_ask_everybody, rounds=1))
    both_have_read, have_waited = threading.Barrier(2), set[int | None]()

    def save_together(
        connection: Connection, before: HelpRequest, after: HelpRequest, now: datetime
    ) -> None:
        if after != before and after.taker not in have_waited:
            have_waited.add(after.taker)
            both_have_read.wait(PATIENCE)
        save(connection, before, after, now)

    monkeypatch.setattr(requests, "save_request", save_together)
    # Else whoever waited too long for the other's row would read again what both have read.
    monkeypatch.setattr(database_of_store, "SHORT_WAIT", int(PATIENCE * 1000))

    def say_yes(who: int) -> list[str]:
        it = TextIn(f"SM-{who}", _phone(0, who), f"yes {number}")
        return answer_to(databases[who], house, it)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(say_yes, (0, 1)))
    for database in databases:
        database.close()
    return sum("is yours" in told[0] for told in answers)
