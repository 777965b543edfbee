"""What an organizer types about one request, and what is said to them and to those it concerns.

Commands in processes of their own, beside a hotline on either database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from test_commands import Shell
from test_webhook_guard import Door, answered, open_door, sms

from hotline import roster_file
from hotline.desk.wave import ask_volunteers
from hotline.store import conversation, overview, requests, roster, tables
from rehearsal.neighborhood.scene import CAST

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


@pytest.fixture
def door(database_url: str, redis_url: str) -> Iterator[Door]:
    with open_door(database_url, redis_url) as it:
        people = [{"phone": CAST[name], "name": f"{name} Ruiz"} for name in ("Ana", "Ben", "Chi")]
        entries = [roster_file.entry(person, it.hotline.house.network) for person in people]
        it.hotline.database.write(lambda c: roster.put_on_roster(c, entries, NOON))
        yield it


@pytest.fixture
def shell(tmp_path: Path, door: Door, database_url: str) -> Shell:  # noqa: ARG001 - it is served
    return Shell(tmp_path, database_url)


def texts(door: Door, who: str, body: str) -> list[str]:
    texts.count += 1  # type: ignore[attr-defined]
    return answered(door.text(sms(body, f"SM{texts.count}", From=CAST[who])))  # type: ignore[attr-defined]


texts.count = 0  # type: ignore[attr-defined]


def told(door: Door, number: int, who: str) -> list[str]:
    """The texts about a request that are written to somebody."""
    lines = door.hotline.database.read(lambda c: conversation.conversation(c, number))
    known = dict(door.hotline.database.read(roster.names))
    return [it.body for it in lines if known.get(it.who, "Maria").split()[0] == who]


def asks(door: Door) -> None:
    assert "12" in texts(door, "Maria", "need groceries, elderberries")[0]
    house = door.hotline.house
    door.hotline.database.write(lambda c: ask_volunteers(house.work(c), 12))


def test_a_request_is_shown_without_numbers_and_words(door: Door, shell: Shell) -> None:
    assert "no request 12" in shell.run("requests", "show", "12", status=1)
    assert "no request 12" in shell.run("requests", "close", "12", status=1)
    asks(door)
    (listed,) = json.loads(shell.run("requests", "--open", "--json"))
    assert (listed["number"], listed["state"], listed["needs"]) == (12, "open", ["food"])
    texts(door, "Ana", "YES 12 at five")
    said = shell.run("requests", "show", "12")
    assert "12: taken, food" in said
    assert "taken by Ana" in said
    assert "Ana (accepted)" in said
    for hidden in ("elderberries", "at five", "Ruiz", *CAST.values()):
        assert hidden not in said
    with_words = shell.run("requests", "show", "12", "--words")
    assert '"need groceries, elderberries"' in with_words
    assert '"at five"' in with_words
    assert not any(number in with_words for number in CAST.values())


def test_the_words_tell_all_that_was_said_and_what_did_not_arrive(door: Door, shell: Shell) -> None:
    asks(door)
    message, neighbor = tables.message.c, tables.neighbor.c
    to_ana = message.neighbor_id == neighbor.id, neighbor.phone == CAST["Ana"]
    page = select(message.id).where(*to_ana, message.page_id.is_not(None))
    lost = update(tables.message).where(message.id.in_(page))
    lost = lost.values(state="undelivered", failure="landline", error=30006, due=None)
    assert door.hotline.database.write(lambda c: c.execute(lost).rowcount) == 1
    said = shell.run("requests", "show", "12", "--words")
    assert "> need groceries, elderberries\n" in said
    assert re.search(r"neighbor \d+ < .*12", said), "whoever asked gave no name"
    assert re.search(r"Ana < .*YES 12.*\(undelivered, landline, code 30006\)", said)
    assert "< " not in shell.run("requests", "show", "12")


def test_a_request_is_closed_and_opened_again(door: Door, shell: Shell) -> None:
    asks(door)
    texts(door, "Ana", "YES 12")
    assert "12 is closed" in shell.run("requests", "close", "12")
    assert "closed your request 12" in told(door, 12, "Maria")[-1]
    assert "no longer needed" in told(door, 12, "Ana")[-1]
    assert "no longer needed" in texts(door, "Ana", "YES 12")[0], "a late YES"
    assert "It is closed" in shell.run("requests", "close", "12", status=1)
    assert "12 is open" in shell.run("requests", "reopen", "12")
    assert "opened your request 12 again" in told(door, 12, "Maria")[-1]
    assert "open again" in told(door, 12, "Ana")[-1]
    log = shell.run("log")
    assert "command line  closed" in log
    assert "command line  reopened" in log
    assert "closed by the command line" in shell.run("requests", "show", "12")


def test_a_request_is_given_to_somebody(door: Door, shell: Shell) -> None:
    asks(door)
    texts(door, "Ben", "STOP")
    assert "said STOP" in shell.run("requests", "assign", "12", "ben", status=1)
    assert "Nobody on the list" in shell.run("requests", "assign", "12", "Dora", status=1)
    assert "Chi has 12 now" in shell.run("requests", "assign", "12", "Chi", "R"), (
        "who was not asked"
    )
    assert any("elderberries" in body for body in told(door, 12, "Chi"))
    assert "Chi is taking your request 12" in told(door, 12, "Maria")[-1]
    assert "with Chi" in shell.run("requests", "assign", "12", "Ana", status=1)
    assert "assigned" in shell.run("log")
    assert door.hotline.database.read(overview.pages_that_lie) == []


def test_what_is_needed_and_where_is_corrected(door: Door, shell: Shell) -> None:
    asks(door)
    assert "12 now says: food, eastside" in shell.run("requests", "area", "12", "eastside")
    assert "12 now says: a ride, eastside" in shell.run("requests", "need", "12", "ride")
    assert "now says: a ride, eastside" in told(door, 12, "Maria")[-1]
    it = door.hotline.database.read(lambda c: requests.find_request(c, 12))
    assert it
    assert (it.needs, it.area, it.wave) == (("ride",), "eastside", 0)
    assert shell.run("log").count("command line  corrected") == 2
    assert "The areas are" in shell.run("requests", "area", "12", "nowhere", status=2)
    assert "The needs are" in shell.run("requests", "need", "12", "umbrellas", status=2)


@pytest.mark.parametrize(
    "name", ["[/red] Ana", "[bold", "Ana\x1b]0;mine\x07", "Ana\u202e ziuR", "\\[/]", "A\tB", ""]
)
def test_the_roster_is_listed_whatever_somebody_is_called(
    door: Door, shell: Shell, name: str
) -> None:
    strange = roster.RosterEntry("+12125550177", name)
    door.hotline.database.write(lambda c: roster.put_on_roster(c, [strange], NOON))
    listed = shell.run("roster", "list")
    assert "Ben Ruiz" in listed
    assert not {"\x1b", "\x07", "\u202e", "\t"} & set(listed)
    assert name.partition("\x1b")[0].partition("\u202e")[0].partition("\t")[0] in listed
