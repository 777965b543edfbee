"""Any keys, silence and hang-ups, through the whole menu: every document is one that carriers
read, every path ends, and nobody who told us anything is lost.

The web app over HTTP, as the carrier posts to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as thoroughness
from hypothesis import strategies as some
from neighborhood import ACCOUNT, CAST, NOON, NUMBER
from sqlalchemy import Connection, func, select
from test_webhook_guard import Door, open_door

from hotline import roster_file
from hotline.desk import step, wave
from hotline.help_request import Accepted
from hotline.store import overview, pages, people, requests, roster
from hotline.store.tables import call, neighbor, recording, request
from ivr import menu
from paging import dispatch

KEYS = "0123456789*#"
LONGEST = menu.MOST_TURNS + 20  # documents in one call
SIDS = count(1)
CALLERS = some.sampled_from(
    [CAST["Maria"], CAST["Ana"], "anonymous", "+266696687", "+4915112345678"]
)
EVENTS = some.lists(
    some.one_of(
        some.sampled_from(list(KEYS)),
        some.sampled_from(["1", "1", "2", "3", ""]),
        some.sampled_from(["11216", "2125550177", "1234", "99999999999999999", "message"]),
        some.just("hang up"),
    ),
    max_size=30,
)


WAITING = ("Gather", "Record", "Dial")


@dataclass
class Caller:
    """One call as the carrier drives it."""

    door: Door
    number: str
    sid: str = field(default_factory=lambda: f"CA{next(SIDS):08}")
    url: str = ""
    documents: list[str] = field(default_factory=list)
    heard: str = ""
    waits_for: str = ""
    has_ended: bool = False
    called: tuple[str, str] = ("", "")

    def begin(self) -> None:
        self.post("/voice")

    def post(self, path: str, **more: str) -> None:
        fields = {
            "CallSid": self.sid,
            "AccountSid": ACCOUNT,
            "From": self.number,
            "StirVerstat": "TN-Validation-Passed-A",
            "To": NUMBER,
            "CallStatus": "in-progress",
            "FromCity": "",
            **more,
        }
        first, again = (self.door.text(fields, path) for _ in range(2))
        assert (first.status_code, first.text) == (200, again.text), "twice is once"
        self.read(first.text)

    def read(self, document: str) -> None:
        self.documents.append(document)
        assert len(self.documents) < LONGEST, "a loop"
        root = ElementTree.fromstring(document)  # noqa: S314 - our own
        assert root.tag == "Response"
        assert_allowed(root)
        self.heard = " ".join(it.text or "" for it in root.iter("Say"))
        self.waits_for = next((it.tag for it in root if it.tag in WAITING), "")
        waiting = root.find(self.waits_for) if self.waits_for else None
        self.url = waiting.attrib["action"] if waiting is not None else ""
        self.has_ended = waiting is None
        if waiting is not None:
            redirect = root[-1]
            assert redirect.tag == "Redirect", "a Gather or Record without input falls through"
        if self.waits_for == "Dial":
            self.called = self.dialed(root)

    def dialed(self, root: ElementTree.Element) -> tuple[str, str]:
        """Who is called, and where what they hear is asked for."""
        ((dial, number),) = [(it, one) for it in root.iter("Dial") for one in it]
        assert dial.attrib["callerId"] == NUMBER, "ours, and nobody's own"
        assert number.text not in (None, self.number)
        return number.text or "", number.attrib["url"].removeprefix(self.door.address)

    def answered(self, key: str) -> bool:
        """Who is called answers and presses this key, or nothing: whether both can talk then."""
        number, path = self.called
        fields = {"CallSid": f"CA{next(SIDS):08}", "AccountSid": ACCOUNT, "To": number}
        root = self.whispered(fields, path)
        if root[0].tag == "Hangup":
            return False
        path = root[0].attrib["action"].removeprefix(self.door.address)
        return len(self.whispered(fields | {"Digits": key}, path)) == 0

    def whispered(self, fields: dict[str, str], path: str) -> ElementTree.Element:
        first, again = (self.door.text(fields, path) for _ in range(2))
        assert (first.status_code, first.text) == (200, again.text), "twice is once"
        root = ElementTree.fromstring(first.text)  # noqa: S314 - our own
        assert {it.tag for it in root} <= {"Say", "Play", "Pause", "Gather", "Hangup"}
        return root

    def does(self, event: str) -> None:
        path = self.url.removeprefix(self.door.address)
        if event == "hang up":
            self.has_ended = True
        elif self.waits_for == "Dial":
            is_bridged = self.answered(event) if event else False
            told = {"DialCallStatus": "completed"} if event else {"DialCallStatus": "no-answer"}
            self.post(path, **told, DialBridged=str(is_bridged).lower())
            was_told_so = "You are back with" in self.heard or "Thank you for" in self.heard
            assert was_told_so == is_bridged
        elif self.waits_for == "Record" and event:
            self.post(path, RecordingSid=f"RE{next(SIDS)}", RecordingDuration="7", Digits="#")
        elif self.waits_for == "Record":
            self.post(path)
        else:
            self.post(path, Digits="" if event == "message" else event.rstrip("#") or event)

    def end(self) -> None:
        fields = {"CallSid": self.sid, "CallStatus": "completed", "From": self.number}
        for _ in range(2):
            assert self.door.text(fields, "/voice/status").status_code == 204


def assert_allowed(root: ElementTree.Element) -> None:
    for verb in root:
        assert verb.tag in {"Say", "Play", "Pause", "Redirect", "Hangup", *WAITING}
        inside = {"Gather": {"Say", "Play", "Pause"}, "Dial": {"Number"}}.get(verb.tag, set())
        assert {it.tag for it in verb} <= inside
    for it in root.iter():
        for name in ("action", "url", "recordingStatusCallback", "transcribeCallback"):
            assert it.attrib.get(name, "http").startswith("http"), "absolute addresses"
    for said in root.iter("Say"):
        assert (said.text or "").strip()
        assert "{" not in (said.text or "")


@dataclass
class Line:
    """The hotline's, with one volunteer on its roster."""

    door: Door

    def count(self, table: Any) -> int:
        counted = select(func.count()).select_from(table)
        return self.door.hotline.database.read(lambda c: c.scalar(counted)) or 0

    def needs(self) -> list[str]:
        """Of all requests, one after the other."""
        rows = self.door.hotline.database.read(
            lambda c: c.execute(select(request.c.needs).order_by(request.c.number)).scalars().all()
        )
        return [need for needs in rows for need in needs]

    def ask(self) -> None:
        """Ana is asked about whatever is open."""
        house = self.door.hotline.house

        def run(connection: Connection) -> None:
            for it in requests.requests_after(connection, 0, 1000, only_open=True):
                wave.ask_volunteers(house.work(connection), it.number)

        self.door.hotline.database.write(run)

    def let_ana_take_what_maria_needs(self) -> None:
        """Unless there is such a request."""
        house = self.door.hotline.house

        def run(connection: Connection) -> None:
            (maria, ana) = (
                people.who_is_at(connection, CAST[name])
                or people.add_neighbor(connection, CAST[name], NOON)
                for name in ("Maria", "Ana")
            )
            if any(it.taker == ana.id for it in requests.requests_of(connection, ana.id)):
                return
            work = house.work(connection)
            request = step.open_request(work, maria, ("ride",), None)
            pages.add_pages(connection, request, [ana.id], NOON)
            step.take_step(work, request.number, Accepted(ana.id))

        self.door.hotline.database.write(run)


@contextmanager
def open_line(database_url: str, redis_url: str) -> Iterator[Line]:
    with open_door(database_url, redis_url) as door, closing(dispatch.JobQueue(redis_url)):
        house = door.hotline.house
        ana = roster_file.entry({"phone": CAST["Ana"], "name": "Ana"}, house.network)
        door.hotline.database.write(lambda c: roster.put_on_roster(c, [ana], NOON))
        yield Line(door)


@pytest.fixture
def line(database_url: str, redis_url: str) -> Iterator[Line]:
    with open_line(database_url, redis_url) as opened:
        yield opened


def test_any_call(line: Line) -> None:
    enough = thoroughness(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

    @enough
    @given(number=CALLERS, events=EVENTS)
    def any_call(number: str, events: list[str]) -> None:
        play(line, number, events)

    any_call()


def test_any_call_of_two_who_have_to_do_with_each_other(line: Line) -> None:
    enough = thoroughness(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    first = some.lists(some.sampled_from(["1", "1", "2", "4", "6", "9", "", "hang up"]), max_size=8)

    @enough
    @example(number=CAST["Maria"], keys=["1"], events=[])
    @example(number=CAST["Ana"], keys=["1"], events=[])
    @given(number=some.sampled_from([CAST["Maria"], CAST["Ana"]]), keys=first, events=EVENTS)
    def any_call(number: str, keys: list[str], events: list[str]) -> None:
        line.let_ana_take_what_maria_needs()
        caller = play(line, number, ["1", *keys, *events])  # English: known after the first time
        called.add(caller.called[0])

    called: set[str] = set()
    any_call()
    assert called >= {CAST["Maria"], CAST["Ana"]}, "both can be put through"


def play(line: Line, number: str, events: list[str]) -> Caller:
    """Whatever is pressed; then silence to the end."""
    requests, recordings = line.count(request), line.count(recording)
    caller = Caller(line.door, number)
    caller.begin()
    told_us = False
    script = iter(events)
    while not caller.has_ended:
        event = next(script, "")
        told_us = told_us or chooses_a_need(caller, event) or starts_a_message(caller, event)
        caller.does(event)
    caller.end()
    made = line.count(request) - requests
    assert made <= 1
    if told_us:
        assert made == 1, "lost"
    if not made and line.count(recording) == recordings:
        assert caller.heard or not events, "an honest goodbye"
    if made and number.startswith("+1"):
        line.ask()
    assert line.door.hotline.database.read(overview.pages_that_lie) == []
    return caller


def chooses_a_need(caller: Caller, event: str) -> bool:
    return "For food, press 1." in caller.heard and event in ("1", "2", "3")


def starts_a_message(caller: Caller, event: str) -> bool:
    is_new = caller.heard.startswith(("After the tone", "This line is"))
    return caller.waits_for == "Record" and is_new and event not in ("", "hang up")


def test_whoever_stays_silent_to_the_end_hears_so(line: Line) -> None:
    caller = Caller(line.door, CAST["Maria"])
    caller.begin()
    while not caller.has_ended:
        caller.does("")
    assert "We could not hear you" in caller.heard
    caller.end()
    assert line.count(request) == 0


def test_whoever_only_speaks_is_heard(line: Line) -> None:
    caller = Caller(line.door, CAST["Maria"])
    caller.begin()
    while caller.waits_for != "Record":
        caller.does("")
    caller.does("message")
    while not caller.has_ended:
        caller.does("")
    assert line.count(request) == 1


def test_pressing_for_ever_ends(line: Line) -> None:
    """Every step that leads back to itself, over and over."""
    for key in ("9", "2", "4", "8", "*"):
        play(line, CAST["Maria"], [key] * 200)


def test_a_restart_in_the_middle_of_a_call_changes_nothing(
    database_url: str, redis_url: str
) -> None:
    with open_line(database_url, redis_url) as before:
        caller = Caller(before.door, CAST["Maria"])
        caller.begin()
        caller.does("1")  # English
        caller.does("1")  # food
    with open_line(database_url, redis_url) as after:
        caller.url = caller.url.replace(caller.door.address, after.door.address)
        caller.door = after.door
        for event in ("11216", "1", "message", "1"):
            caller.does(event)
        caller.end()
        assert after.needs() == ["food"]


def test_a_call_of_whose_end_nobody_tells_is_a_request_all_the_same(line: Line) -> None:
    from ivr.calling import lost  # as the worker does it

    caller = Caller(line.door, CAST["Maria"])
    caller.begin()
    caller.does("1")
    caller.does("3")
    house: Any = line.door.hotline.house
    (call_id,) = line.door.hotline.database.read(
        lambda c: c.execute(select(call.c.id)).scalars().all()
    )
    line.door.hotline.database.write(lambda c: lost(house.work(c), call_id))
    assert line.count(request) == 0, "not while it may go on"
    house.now.moment = NOON + menu_patience()
    line.door.hotline.database.write(lambda c: lost(house.work(c), call_id))
    line.door.hotline.database.write(lambda c: lost(house.work(c), call_id))
    caller.end()
    assert line.needs() == ["medicine"]


def menu_patience() -> Any:
    from ivr.calling import LOST_AFTER

    return LOST_AFTER


def test_a_hidden_number_is_nobodys(line: Line) -> None:
    caller = Caller(line.door, "anonymous")
    caller.begin()
    caller.does("1")
    caller.does("1")
    caller.does("hang up")
    caller.end()
    phones = line.door.hotline.database.read(
        lambda c: c.execute(select(neighbor.c.phone)).scalars().all()
    )
    assert [it for it in phones if it.startswith("hidden-")] != []
    assert line.door.texts() == 0
