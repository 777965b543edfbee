"""What Prometheus reads at `/metrics`: what it says, who may read it, that it tells of nobody."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import httpx2
import pytest
import test_processes as processes
from hypothesis import given
from hypothesis import strategies as some
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from test_processes import ANA, MARIA, Begin, begin
from test_webhook_guard import Door, open_door
from waiting import until

from hotline.carriers.twilio.client import HowAnswered
from hotline.help_request import State
from hotline.reserve import Pot
from hotline.settings import Environment
from hotline.store import readings
from hotline.undelivered import Cause
from serving import carrier_times
from serving.beginning import version_of_program
from serving.metrics import Metrics, ReadersDoor

__all__ = ["begin"]

ROOT = Path(__file__).parent.parent
TOKEN = "a-token-for-the-monitor"
HOUR = timedelta(hours=1)

Samples = dict[tuple[str, str], float]


def samples(text: str) -> Samples:
    """Each by its name and the value of its label, or of its labels one after the other."""
    return {
        (it.name, " ".join(it.labels.values())): it.value
        for family in text_string_to_metric_families(text)
        for it in family.samples
    }


# Who may read.


@pytest.mark.parametrize(
    ("authorization", "peer", "is_forwarded", "is_let_in"),
    [
        (f"Bearer {TOKEN}", "203.0.113.1", False, True),
        (f"bearer  {TOKEN} ", "203.0.113.1", True, True),
        (TOKEN, "203.0.113.1", False, False),
        (f"Basic {TOKEN}", "203.0.113.1", False, False),
        ("Bearer ", "203.0.113.1", False, False),
        ("Bearer another-token", "203.0.113.1", False, False),
        ("Bearer t\u00f6ken", "203.0.113.1", False, False),
        ("", "10.1.2.3", False, True),
        ("", "::ffff:10.1.2.3", False, True),
        ("", "10.1.2.3", True, False),
        ("", "11.1.2.3", False, False),
        ("", "", False, False),
    ],
)
def test_a_token_opens_it_and_so_does_a_near_address_that_came_by_no_proxy(
    authorization: str, peer: str, is_forwarded: bool, is_let_in: bool
) -> None:
    door = ReadersDoor(TOKEN, (ip_network("10.0.0.0/8"),))
    assert door.lets_in(authorization, peer, is_forwarded=is_forwarded) is is_let_in


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer None"])
def test_without_a_token_none_opens_it(authorization: str) -> None:
    door = ReadersDoor("", (ip_network("10.0.0.0/8"),))
    assert not door.lets_in(authorization, "203.0.113.1", is_forwarded=False)


@given(
    authorization=some.text(some.characters(max_codepoint=255)) | some.just(TOKEN),
    peer=some.text(max_size=20) | some.ip_addresses().map(str),
)
def test_whatever_is_brought_opens_nothing(authorization: str, peer: str) -> None:
    door = ReadersDoor(TOKEN, (ip_network("203.0.113.0/24"),))
    is_there = peer.startswith("203.0.113.")
    assert door.lets_in(authorization, peer, is_forwarded=False) is is_there


def test_nobody_reads_it_where_nobody_may(sqlite_url: str, redis_url: str) -> None:
    with open_door(sqlite_url, redis_url) as door:
        answer = door.http.get("/metrics", headers={"Authorization": "Bearer None"})
        assert (answer.status_code, answer.content) == (404, b"")


@pytest.fixture
def door(sqlite_url: str, redis_url: str) -> Iterator[Door]:
    """Opened by a token, and to addresses that nobody here has."""
    opened = {"hotline_metrics_token": SecretStr(TOKEN), "hotline_metrics_network": "10.0.0.0/8"}
    with open_door(sqlite_url, redis_url, environment=opened) as it:
        yield it


def _read(door: Door, token: str = TOKEN, **headers: str) -> httpx2.Response:
    return door.http.get("/metrics", headers={"Authorization": f"Bearer {token}", **headers})


def test_whoever_has_the_token_reads_it(door: Door) -> None:
    answer = _read(door)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    assert samples(answer.text)["hotline_part_well", "database"] == 1
    other = _read(door, Accept="application/openmetrics-text; version=1.0.0")
    assert other.headers["content-type"].startswith("application/openmetrics-text")
    assert other.text.endswith("# EOF\n")


def test_whoever_has_not_learns_nothing(door: Door) -> None:
    for answer in (_read(door, "wrong"), door.http.get("/metrics")):
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["www-authenticate"] == "Bearer"


# What is read.


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, NETWORK) as neighborhood:
        people = [{"phone": CAST[name], "name": name} for name in ("Ana", "Ben", "Chi")]
        neighborhood.put_on_roster(*people)
        yield neighborhood


def _metrics(maple: Neighborhood, folder: Path) -> Metrics:
    """That read anew each time they are asked."""
    hotline = maple.hotline
    environment = Environment(
        database_url=f"sqlite:///{folder / 'none.db'}", hotline_metrics_token=SecretStr(TOKEN)
    )
    return Metrics(hotline.house, maple.database, hotline.health.parts, environment)


def _said(maple: Neighborhood, folder: Path) -> str:
    return _metrics(maple, folder).exposed("")[0].decode()


def test_it_says_how_requests_stand(maple: Neighborhood, tmp_path: Path) -> None:
    maple.text("Maria", "need food")
    maple.text("Sam", "need a ride")
    maple.pass_time(timedelta(minutes=3))
    maple.text("Ana", "YES 12")
    found = samples(_said(maple, tmp_path))
    assert found["hotline_requests", "open"] == found["hotline_requests", "taken"] == 1
    assert found["hotline_requests_last_day", "taken"] == 1
    assert found["hotline_first_page_seconds_bucket", "0.1"] == 2
    assert found["hotline_first_page_seconds_gcount", ""] == 2
    assert found["hotline_first_yes_seconds_bucket", "120.0"] == 0
    assert found["hotline_first_yes_seconds_bucket", "300.0"] == 1
    assert found["hotline_first_yes_seconds_gsum", ""] == pytest.approx(180, abs=2)

    maple.text("Ana", "done 12")
    maple.pass_time(25 * HOUR)
    later = samples(_said(maple, tmp_path))
    assert (later["hotline_requests", "open"], later["hotline_requests", "taken"]) == (1, 0)
    assert later["hotline_requests_last_day", "done"] == 0
    assert later["hotline_first_page_seconds_gcount", ""] == 0


def test_it_says_what_became_of_texts(maple: Neighborhood, tmp_path: Path) -> None:
    maple.phone("Ben", "landline")
    maple.text("Maria", "need food")
    found = samples(_said(maple, tmp_path))
    assert found["hotline_texts_last_hour", "arrived"] >= 3
    assert found["hotline_texts_last_hour", "lost"] == 1
    assert found["hotline_texts_lost_last_hour", "landline"] == 1
    spent = {pot: found["hotline_segments_spent_today", pot] for pot in Pot}
    assert all(spent[it] >= 1 for it in (Pot.ANSWERS, Pot.PAGES))
    assert found["hotline_segments_a_day", ""] == 10_000
    maple.pass_time(2 * HOUR)
    assert samples(_said(maple, tmp_path))["hotline_texts_lost_last_hour", "landline"] == 0


def test_it_says_by_how_much_what_is_due_is_late(maple: Neighborhood, tmp_path: Path) -> None:
    """No worker is there to do it."""
    wish = {"from": CAST["Maria"], "body": "need food"}
    httpx2.post(f"{maple.address}/rehearsal/texts", json=wish, trust_env=False).raise_for_status()
    maple.hotline.enqueuer.settle()
    assert samples(_said(maple, tmp_path))["hotline_queue_age_seconds", "requests"] == 0
    maple.now.moment += HOUR
    assert samples(_said(maple, tmp_path))["hotline_queue_age_seconds", "requests"] >= 3590
    maple.tick()
    assert samples(_said(maple, tmp_path))["hotline_queue_age_seconds", "requests"] == 0


def test_with_the_account_refused_texts_are_held(maple: Neighborhood, tmp_path: Path) -> None:
    maple.trouble("account_refused")
    maple.text("Maria", "need food")
    assert samples(_said(maple, tmp_path))["hotline_texts_held", "account_is_mended"] >= 1


def test_without_the_database_it_says_so(
    maple: Neighborhood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = _metrics(maple, tmp_path)
    monkeypatch.setattr(metrics, "_read", _fails)
    found = samples(metrics.exposed("")[0].decode())
    assert {name for name, _ in found} == {"hotline_build_info", "hotline_part_well"}


def _fails(_connection: object) -> None:
    raise OperationalError("SELECT", {}, ValueError())


def test_it_is_read_once_in_a_while_however_often_it_is_asked_for(
    maple: Neighborhood, tmp_path: Path
) -> None:
    metrics, statements = _metrics(maple, tmp_path), list[str]()
    metrics.exposed("")
    event.listen(
        maple.database.engine, "before_cursor_execute", lambda *it: statements.append(it[2])
    )
    for _ in range(20):
        metrics.exposed("")
    assert statements == []


@pytest.mark.parametrize("large", ["request", "message", "page", "event"])
def test_no_table_that_grows_is_read_whole(maple: Neighborhood, large: str) -> None:
    """But for indexes that hold what is live, and the newest rows."""
    if not maple.database.is_sqlite:
        pytest.skip("as SQLite plans it")
    maple.text("Maria", "need food")
    statements: list[tuple[str, object]] = []
    engine = maple.database.engine
    event.listen(engine, "before_cursor_execute", lambda *it: statements.append((it[2], it[3])))
    maple.database.read(lambda c: readings.read(c, maple.now()))
    with engine.connect() as connection:
        plans = [
            row[3]
            for words, values in list(statements)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)
        ]
    assert statements
    assert [it for it in plans if it.startswith(f"SCAN {large}") and it not in _SHORT] == []


_SHORT = (
    "SCAN page",  # from its end, and no more than a thousand
    "SCAN message USING INDEX ix_message_held",  # what waits alone
)


# It tells of nobody.

WORDS = {
    "state": {*State},
    "outcome": {"arrived", "on_the_way", "lost", *HowAnswered},
    "cause": {*Cause},
    "until": {"midnight", "account_is_mended"},
    "pot": {*Pot},
    "queue": {"requests", "texts"},
    "asked": {"send", "call", "look_up", "delete", "other"},
    "version": {version_of_program()},
    "part": {
        *("web", "database", "redis", "worker", "clock", "carrier", "settings"),
        *("oldest_due", "oldest_waiting_text", "last_page"),
    },
}


def _labels(text: str) -> Iterator[tuple[str, str]]:
    for family in text_string_to_metric_families(text):
        for it in family.samples:
            yield from it.labels.items()


def test_labels_are_words_of_ours_after_a_whole_conversation(
    maple: Neighborhood, tmp_path: Path
) -> None:
    maple.text("Maria", "need insulin and a ride to northside, call me at 212 555 0177, I am Maria")
    maple.text("Ana", "YES 12")
    maple.text("Ana", "on my way with elderberries")
    maple.text("Sam", "JOIN")
    maple.text("Sam", "Samantha")
    maple.phone("Ben", "off")
    maple.text("Chi", "need diapers in eastside")
    maple.text("Maria", "FORGET ME")
    maple.pass_time(2 * HOUR)
    said = _said(maple, tmp_path)
    for label, value in _labels(said):
        assert label == "le" or value in WORDS[label], f"{label} is {value}"
    network = maple.hotline.house.network
    for theirs in (*CAST, *(it.key for it in (*network.needs, *network.areas)), "elderberries"):
        assert not re.search(rf"\b{re.escape(theirs)}\b", said, re.IGNORECASE), theirs
    assert not re.search(r"\d{7}", said), "no number"


# What is counted in no row: how long the carrier takes.

COUNT = """
import sys
from pathlib import Path
from hotline.carriers.twilio.client import HowAnswered
from serving import carrier_times
heard = carrier_times.begin(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    heard("send", HowAnswered.ANSWERED, 0.25)
print("counted", flush=True)
sys.stdin.read()
"""


class _Counting:
    """A process that counts so many answers, and lives until it is told to end."""

    def __init__(self, folder: Path, many: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", COUNT, str(folder), str(many)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "queue")])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == b"counted\n"

    def close(self) -> None:
        self._process.communicate()


def _counted(folder: Path) -> float:
    found = {it.name: it.value for family in carrier_times.read(folder) for it in family.samples}
    return float(found.get("hotline_carrier_seconds_count", 0))


def test_what_each_process_counts_is_read_together_and_outlives_it(tmp_path: Path) -> None:
    folder = tmp_path / "counted"
    assert carrier_times.read(folder) == []
    with closing(_Counting(folder, 3)):
        with closing(_Counting(folder, 4)):
            assert _counted(folder) == 7
            assert len(list(folder.glob("histogram_*"))) == 2
        assert _counted(folder) == 7
    assert _counted(folder) == 7
    assert [it.name for it in folder.glob("histogram_*")] == [carrier_times.ENDED]
    with closing(_Counting(folder, 2)):
        assert _counted(folder) == 9
    assert _counted(folder) == 9


def test_where_nothing_can_be_written_nothing_is_counted_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the place of a folder")
    assert carrier_times.begin(tmp_path / "file" / "counted") is None
    (said,) = caplog.messages
    assert said.startswith("the carrier's times are not counted: ")


def test_a_full_disk_keeps_nobody_from_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def is_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", is_full)
    assert carrier_times.begin(tmp_path / "counted") is None
    assert "No space left on device" in caplog.text


def test_workers_count_what_web_tells(
    tmp_path: Path, sqlite_url: str, redis_url: str, begin: Begin
) -> None:
    """With the real processes, of which the worker that sent is killed."""
    street = processes._street(tmp_path, sqlite_url, redis_url, begin)
    street.environment["HOTLINE_METRICS_TOKEN"] = TOKEN
    processes._open(street)
    street.text(MARIA, "need groceries")
    street.reads(ANA, "YES 12")

    def sent() -> float:
        found = httpx2.get(
            f"{street.web}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
        )
        return samples(found.text).get(("hotline_carrier_seconds_count", "send answered"), 0)

    before = until(sent, "a text was counted")
    (worker,) = processes._descendants(street.running["worker"].pid)
    os.kill(worker, 9)
    folder = tmp_path / "hotline-metrics"
    until(lambda: worker not in processes._processes(), "it has ended, and its keeper knows")
    assert sent() >= before
    assert not list(folder.glob(f"*_{worker}.db"))
    assert folder.stat().st_mode & 0o077 == 0


# The dashboard, the rules and the docs name what there is.


@pytest.fixture
def exposed(maple: Neighborhood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every name there is."""
    monkeypatch.setenv(carrier_times.VARIABLE, "")  # put back at the end
    times = carrier_times.begin(tmp_path / "hotline-metrics")
    assert times is not None
    times("send", HowAnswered.ANSWERED, 0.1)
    return {name for name, _ in samples(_said(maple, tmp_path))}


NAMED = re.compile(r"\bhotline_[a-z_]+")


def _expressions(panels: Iterable[dict[str, object]]) -> Iterator[str]:
    for panel in panels:
        targets = panel.get("targets", [])
        assert isinstance(targets, list)
        yield from (it["expr"] for it in targets)


def test_each_metric_on_the_dashboard_and_in_the_rules_exists(exposed: set[str]) -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    shown = {it for words in _expressions(dashboard["panels"]) for it in NAMED.findall(words)}
    assert shown
    assert shown <= exposed
    rules = (ROOT / "deploy" / "prometheus-rules.yml").read_text(encoding="utf-8")
    alarms = {it for line in re.findall(r"expr: (.*)", rules) for it in NAMED.findall(line)}
    assert alarms
    assert alarms <= exposed


def test_each_metric_is_described(exposed: set[str]) -> None:
    page = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`(hotline_\w+)[`{]", page))
    families = {re.sub(r"_(bucket|gcount|gsum|count|sum)$", "", it) for it in exposed}
    assert described == families
