"""A thousand texts that people really sent when they needed help: none is lost.

They are Robert Munro's, sent after the earthquake in Haiti in 2010, the floods in Pakistan and
hurricane Sandy: `original` as sent, in Kreyol, French, Urdu, English and Spanish. Those of Sandy
were sent in English and have no `original`: there `message` is what was sent, and it stands in
where an `original` was lost. They are read from beside the project; nothing of them is kept here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select
from test_webhook_guard import Door, open_door, sms

from hotline.store.tables import neighbor, request

FILE = Path(__file__).parents[2] / "shared" / "data" / "mission4636-texts.csv"


@dataclass(frozen=True)
class RealText:
    phone: str
    body: str
    asks_for_help: bool


@pytest.fixture(scope="module")
def texts() -> list[RealText]:
    if not FILE.is_file():
        pytest.skip(f"the real texts are not there: {FILE.name}")
    with FILE.open(encoding="utf-8", newline="") as file:
        return [_text(place, row) for place, row in enumerate(csv.DictReader(file))]


def _text(place: int, row: dict[str, str]) -> RealText:
    """Each from another number."""
    phone = f"+1212{5_550_000 + place}"
    return RealText(phone, row["original"].strip() or row["message"], row["request"] == "1")


@pytest.fixture
def door(sqlite_url: str, redis_url: str) -> Iterator[Door]:
    with open_door(sqlite_url, redis_url) as it:
        yield it


def test_every_call_for_help_becomes_a_request(
    texts: list[RealText], door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = [place for place, it in enumerate(texts) if not _is_answered(door, it, place)]
    asked = _who_has_a_request(door)
    calls = {it.phone for it in texts if it.asks_for_help}
    others = {it.phone for it in texts} - calls
    with capsys.disabled():
        print(  # noqa: T201 - what the run is for
            f"\n{len(texts):,} real texts: {len(failed)} failed;"
            f" {len(calls & asked)} of {len(calls)} calls for help opened a request,"
            f" so did {len(others & asked)} of the {len(others)} others"
        )
    assert failed == []
    assert calls - asked == set()
    assert door.texts() == len(texts)
    assert door.count(request) == len(asked)  # one each
    assert _who_stopped(door) == 0


def _is_answered(door: Door, it: RealText, place: int) -> bool:
    answer = door.text(sms(it.body, f"SM{place}", From=it.phone))
    if answer.status_code != 200:
        return False
    return ElementTree.fromstring(answer.content).tag == "Response"  # noqa: S314 - our own


def _who_has_a_request(door: Door) -> set[str]:
    """The numbers of all who have at least one."""
    found = select(neighbor.c.phone).join(request, request.c.requester_id == neighbor.c.id)
    return set(door.hotline.database.read(lambda c: c.execute(found).scalars().all()))


def _who_stopped(door: Door) -> int:
    stopped = select(func.count()).where(neighbor.c.stopped_at.is_not(None))
    return door.hotline.database.read(lambda c: c.scalar(stopped)) or 0
