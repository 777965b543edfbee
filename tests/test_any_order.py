"""Several people, any texts, in any order, some delivered twice, through a moody carrier: whatever
comes of it, a request has one taker, an open one is not forgotten, and who said STOP is let be.

The web app over HTTP, the jobs as a worker calls them, on both databases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as thoroughness
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from neighborhood import CAST, NETWORK, NOON
from sqlalchemy import Connection, delete, select, text
from test_webhook_guard import Door, answered, open_door, sms

from hotline import errors, roster_file
from hotline.errors import CarrierError
from hotline.help_request import HelpRequest, State
from hotline.store import overview, requests, roster
from hotline.store.tables import FIRST_NUMBER, metadata, neighbor, page, sealing, taker
from ivr.calling import lost
from paging import clock, dispatch, jobs

ASKING, ROSTER = ("Maria", "Nora"), ("Ana", "Ben", "Chi")
EVERYBODY = some.sampled_from([*ASKING, *ROSTER])
NEEDS = some.sampled_from(
    [
        *("need food", "need milk near 11216", "insulin please", "and a blanket"),
        "need 2 people to carry a sofa",
    ]
)
ANSWERS = some.sampled_from(
    [
        *("yes", "yes", "yes 12", "YES 13", "yes in 2 hours", "12", "ok 13", "si puedo", "no"),
        *("no 12", "can't", "cant 12", "cant 13", "done", "done 12"),
    ]
)
STEERS = some.sampled_from(
    [
        *("OPEN", "WHO 12", "CLOSE 12", "REOPEN 12", "reopen 13", "close 13", "AREA 12 eastside"),
        *("NEED 12 ride", "ASSIGN 12 Ana", "ASSIGN 13 Ben", "assign 12 chi", "PAUSE Chi 1d"),
        *("CLOSE the door", "what about 12", "need milk", "ASSIGN 12 me", "HELP STEWARD"),
    ]
)
STOPS = some.sampled_from(["STOP", "leave me alone"])
SAID = some.sampled_from(
    [
        *("hi", "thanks", "status", "never mind", "never mind", "never mind 12", "START", "join"),
        *("I can cook", "help", "what do they need?", "13 I am at the door", "on my way", "11216"),
        *("911", "espanol", "", "done", "1", "2", "not yet", "yes", "thank you Ana"),
    ]
)
MOODS = some.sampled_from(
    [
        *(None, None, None, None, errors.CarrierBusy, errors.CarrierSilent, errors.BadNumber),
        *(errors.OptedOut, errors.Landline, errors.Filtered, errors.Refused, errors.AccountRefused),
    ]
)
STATES = some.sampled_from(["sent", "delivered", "undelivered", "failed", "queued"])
CODES = some.sampled_from(["", "30003", "30005", "30006", "30007", "30004", "21610", "30034", "1"])
STEWARDED = NETWORK.replace("quiet =", f'stewards = ["{CAST["Cleo"]}"]\nquiet =')
PAUSES = some.sampled_from([1, 3, 10, 70, 600, 60 * 60 * 9]).map(
    lambda them: timedelta(minutes=them)
)


class Moody:
    """A carrier that takes a text or not, as it is told; nobody on it may have said STOP."""

    def __init__(self) -> None:
        self.mood: type[CarrierError] | None = None
        self.taken: dict[int, tuple[str, str]] = {}

    def send(
        self, to: str, body: str, text_id: int, *, good_for: timedelta | None, **_more: object
    ) -> str:
        assert good_for is None or good_for > timedelta()
        if self.mood not in (None, errors.CarrierSilent):
            raise self.mood("not taken")
        assert text_id not in self.taken, "sent twice"
        self.taken[text_id] = (to, body)
        if self.mood:
            raise self.mood("no answer")
        return f"SM-{text_id}"

    def sent_since(self, to: str, body: str, since: object) -> list[str]:  # noqa: ARG002
        return [f"SM-{it}" for it, taken in self.taken.items() if taken == (to, body)]

    def replied_since(self, _to: str, _body: str, _since: object) -> None:
        """It lists no answers."""

    def call(self, to: str, text_id: int, *, leaves_message: bool) -> str:  # noqa: ARG002
        return self.send(to, "", text_id, good_for=None)

    def called_since(self, to: str, since: object) -> list[str]:
        return self.sent_since(to, "", since)

    def erase(self, *_what: object) -> int:
        """It has no books."""
        return 0

    erase_message = erase_unnamed = erase_number = erase_call = erase_recording = erase


class Street(RuleBasedStateMachine):
    """What may happen, one thing after the other."""

    def __init__(self, door: Door, queue: dispatch.JobQueue) -> None:
        super().__init__()
        self.door, self.database = door, door.hotline.database
        self.house: Any = door.hotline.house
        self.carrier = Moody()
        self.texted: list[tuple[dict[str, str], list[str], datetime]] = []
        self.house.now.moment = NOON
        self.database.write(_start_anew)
        people = [{"phone": CAST[name], "name": name} for name in ROSTER]
        entries = [roster_file.entry(person, self.house.network) for person in people]
        self.database.write(lambda c: roster.put_on_roster(c, entries, NOON))
        of: Any = self.carrier
        jobs.take_up(jobs.Tools(self.house, self.database, of, queue, lost))

    @rule(who=some.sampled_from(ASKING), body=NEEDS)
    def asks(self, who: str, body: str) -> None:
        self.text(who, body)

    @rule(who=some.sampled_from(ROSTER), body=ANSWERS)
    def answers(self, who: str, body: str) -> None:
        self.text(who, body)

    @rule(body=STEERS)
    def steers(self, body: str) -> None:
        """A steward, who may need something as well."""
        before = len(self.requests())
        self.text("Cleo", body)
        assert len(self.requests()) == before or body == "need milk", "a slip pages nobody"

    @rule(who=EVERYBODY, body=STOPS)
    def stops(self, who: str, body: str) -> None:
        self.text(who, body)

    @rule(who=EVERYBODY, body=SAID | NEEDS | ANSWERS)
    def says(self, who: str, body: str) -> None:
        self.text(who, body)

    def text(self, who: str, body: str) -> None:
        fields = sms(body, f"SM{len(self.texted)}", From=CAST[who])
        had_stopped = self.has_stopped(who)
        told = answered(self.door.text(fields))
        self.texted.append((fields, told, self.house.now()))
        if had_stopped and self.has_stopped(who):
            assert told == [], "who said STOP is not answered"
        for one in told:
            if " is yours" in one:
                number = int(one.split()[0])
                assert (number, who) in self.takers()

    @rule(which=some.integers(0, 30))
    def the_same_again(self, which: int) -> None:
        """The carrier delivers it once more, perhaps so much later that the answer is deleted."""
        if self.texted:
            fields, told, at = self.texted[which % len(self.texted)]
            before, again = self.rows(), answered(self.door.text(fields))
            is_kept = self.house.now() - at < timedelta(days=self.house.network.privacy.keep_days)
            assert again == told or (again == [] and not is_kept)
            assert self.rows() == before

    @rule(which=some.integers(0, 30), state=STATES, code=CODES)
    def callback(self, which: int, state: str, code: str) -> None:
        sent = list(self.carrier.taken)
        if sent:
            it = sent[which % len(sent)]
            fields = {"MessageSid": f"SM-{it}", "MessageStatus": state, "ErrorCode": code}
            answer = self.door.text(fields, f"/sms/status?text={it}")
            assert answer.status_code == 204

    @rule(mood=MOODS)
    def work(self, mood: type[CarrierError] | None) -> None:
        """Whatever is due is done, as the worker does it."""
        self.carrier.mood = mood
        before, stopped = set(self.carrier.taken), self.stopped()
        moment = self.house.now() + clock.GRACE
        for job in self.database.read(lambda c: clock.due(c, moment)):
            getattr(jobs, job.kind)(*job.about)
        texted = {self.carrier.taken[it][0] for it in set(self.carrier.taken) - before}
        assert not texted & stopped, "who said STOP is texted"

    @rule(length=PAUSES)
    def time_passes(self, length: timedelta) -> None:
        self.house.now.moment += length

    @invariant()
    def one_taker_and_nobody_forgotten(self) -> None:
        for it in self.requests():
            goes_on = it.state in (State.OPEN, State.TAKEN)
            assert goes_on <= (it.due is not None), it
            assert (it.state is State.WITHDRAWN) <= (it.due is None), it
            query = select(page.c.neighbor_id).where(
                page.c.request_number == it.number, page.c.state == "accepted"
            )
            accepted = {row.neighbor_id for row in self.read(query)}
            if goes_on:
                assert accepted == set(it.takers)
            if it.state is State.TAKEN:
                assert it.takers

    @invariant()
    def no_page_lies(self) -> None:
        assert self.database.read(overview.pages_that_lie) == []

    # What is written down.

    def read(self, query: Any) -> list[Any]:
        return self.database.read(lambda c: list(c.execute(query)))

    def requests(self) -> list[HelpRequest]:
        return self.database.read(lambda c: requests.requests_after(c, 0, 100_000))

    def rows(self) -> dict[str, list[Any]]:
        """All but when somebody was last heard of."""
        kept = [it for it in metadata.sorted_tables if it is not neighbor]
        return {table.name: self.read(select(table).order_by(*table.primary_key)) for table in kept}

    def stopped(self) -> set[str]:
        query = select(neighbor.c.phone).where(neighbor.c.stopped_at.is_not(None))
        return {row.phone for row in self.read(query)}

    def has_stopped(self, who: str) -> bool:
        return CAST[who] in self.stopped()

    def takers(self) -> set[tuple[int, str]]:
        query = select(taker.c.request_number, neighbor.c.phone).join(
            neighbor, neighbor.c.id == taker.c.neighbor_id
        )
        called = {phone: name for name, phone in CAST.items()}
        return {(row.request_number, called[row.phone]) for row in self.read(query)}


def _start_anew(connection: Connection) -> None:
    """Empty tables, whose numbers begin at the beginning: what is found can be found again."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(it for it in metadata.tables if it != sealing.name)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        return
    for table in reversed(metadata.sorted_tables):
        if table is not sealing:
            connection.execute(delete(table))
    seen = text("UPDATE sqlite_sequence SET seq = :before WHERE name = 'request'")
    connection.execute(seen, {"before": FIRST_NUMBER - 1})


@pytest.fixture
def street(database_url: str, redis_url: str) -> Iterator[Callable[[], Street]]:
    with (
        open_door(database_url, redis_url, network=STEWARDED) as door,
        closing(dispatch.JobQueue(redis_url)) as queue,
    ):
        yield lambda: Street(door, queue)


def test_whatever_happens_in_whatever_order(street: Callable[[], Street]) -> None:
    enough = thoroughness(
        max_examples=15, stateful_step_count=40, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(street, settings=enough)


def test_who_takes_it_before_the_page_has_left_was_asked(street: Callable[[], Street]) -> None:
    """The page that was never sent was forgotten, and with it who had taken the request."""
    maple = street()
    maple.asks(who="Maria", body="need food")
    maple.work(mood=errors.CarrierBusy)
    maple.answers(who="Ana", body="yes")
    maple.time_passes(length=timedelta(hours=1))
    maple.work(mood=None)
    assert maple.takers() == {(12, "Ana")}
    maple.one_taker_and_nobody_forgotten()
