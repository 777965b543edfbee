"""Texts wait in the carrier's queue for their turn, and not longer than they are good for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from calling import ACCOUNT, ANA, BEN, NUMBER, TOKEN, Carrier, Hotline, refusal_of
from neighborhood import NOON, HandClock

from rehearsal import carrier as carrier_app
from rehearsal.delivery import accept, leave_due, to_leave
from rehearsal.departures import Departure, departures, free_from, is_full
from rehearsal.exchange import Exchange
from rehearsal.messages import Line, Message

SERVICE = "MG" + "0" * 31 + "2"


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def message(name: str, after: float = 0, validity: int = 36_000, length: int = 1) -> Message:
    """A text that came so many seconds after noon, as long as that."""
    created = NOON + seconds(after)
    body = "x" * length
    return Message(name, NUMBER, ANA, body, "outbound-api", "api", created, validity=validity)


# The plan.

PAST = datetime(2026, 1, 1, tzinfo=UTC)


def planned(
    *waiting: Message, rate: float | None, free: datetime = PAST
) -> list[tuple[str, float, int | None]]:
    """Who leaves how many seconds after noon, or with which error not at all."""
    found = departures(waiting, free, rate)
    return [(it.message.sid, (it.moment - NOON).total_seconds(), it.error) for it in found]


def test_without_a_rate_all_leave_as_they_come() -> None:
    assert planned(message("one"), message("two", 3), rate=None) == [
        ("one", 0, None),
        ("two", 3, None),
    ]


def test_each_waits_for_the_segments_before_it() -> None:
    long, short, late = message("long", length=161), message("short"), message("late", 60)
    assert planned(long, short, late, rate=0.5) == [
        ("long", 0, None),
        ("short", 4, None),
        ("late", 60, None),
    ]


def test_the_first_waits_for_what_left_last() -> None:
    last = Departure(message("last", length=161), NOON)
    assert free_from(None, 1) < PAST
    assert planned(message("one"), rate=1, free=free_from(last, 1)) == [("one", 2, None)]
    assert planned(message("one"), rate=None, free=free_from(last, None)) == [("one", 0, None)]


def test_who_waits_too_long_takes_nobodys_place() -> None:
    first, soon, other = message("first"), message("soon", validity=9), message("other")
    assert planned(first, soon, other, rate=0.1) == [
        ("first", 0, None),
        ("soon", 9, 30036),
        ("other", 10, None),
    ]


def test_at_the_last_moment_it_still_leaves() -> None:
    assert planned(message("one"), message("two", validity=10), rate=0.1)[1] == ("two", 10, None)


def test_more_than_ten_hours_are_too_many() -> None:
    waiting, hour = [message("one"), message("two")], 1 / 3600
    assert not is_full(waiting, NOON + seconds(8 * 3600), hour, NOON)
    assert is_full(waiting, NOON + seconds(8 * 3600 + 1), hour, NOON)
    assert not is_full(waiting, PAST, None, NOON)


# The queue as time goes on.


class Queue:
    """A carrier of one text a second, whose time goes on by hand, and a hotline that hears."""

    def __init__(self, rate: float | None) -> None:
        self.clock = HandClock(NOON)
        line = Line(ACCOUNT, TOKEN, NUMBER, "", segments_a_second=rate)
        self.exchange = Exchange(line, self.clock, [])

    def take(self, *messages: Message) -> None:
        for it in messages:
            it.status_callback = "http://127.0.0.1:1/status"
            accept(self.exchange, it)

    def go_to(self, after: float) -> None:
        self.clock.moment = NOON + seconds(after)
        leave_due(self.exchange)

    def ended(self) -> list[tuple[str, str]]:
        """What became of which, in order."""
        return [(it.sid, it.status) for it in self.exchange.texts]


def played(script: Callable[[Queue], None], rate: float | None = 1) -> Queue:
    async def play() -> Queue:
        queue = Queue(rate)
        hear = httpx2.MockTransport(lambda _: httpx2.Response(204))
        async with httpx2.AsyncClient(transport=hear) as queue.exchange.client:
            script(queue)
            assert await queue.exchange.work.is_idle_within(5)
        return queue

    return asyncio.run(play())


def test_texts_leave_in_order_as_time_goes_on() -> None:
    def script(queue: Queue) -> None:
        queue.take(*(message(name) for name in "abcd"))
        queue.go_to(1.5)

    queue = played(script)
    assert queue.ended() == [("a", "delivered"), ("b", "delivered")]
    assert [it.message.sid for it in to_leave(queue.exchange)] == ["c", "d"]


def test_a_leap_changes_neither_their_order_nor_when_they_left() -> None:
    def script(queue: Queue) -> None:
        queue.take(message("a"), message("b", validity=1), message("c", validity=1), message("d"))
        queue.go_to(3600)

    queue = played(script)
    assert queue.ended() == [
        ("a", "delivered"),
        ("b", "delivered"),
        ("c", "failed"),
        ("d", "delivered"),
    ]
    sent = [queue.exchange.messages[name].sent for name in "abcd"]
    assert sent == [NOON, NOON + seconds(1), None, NOON + seconds(2)]


def test_a_text_that_expired_is_called_back_as_failed() -> None:
    def script(queue: Queue) -> None:
        queue.take(message("a", length=459), message("b", validity=2))
        queue.go_to(2.5)

    exchange = played(script).exchange
    assert exchange.messages["b"].told == ["failed"]
    assert (exchange.messages["b"].error, exchange.waiting) == (30036, [])


def test_a_slower_or_faster_rate_concerns_those_that_wait() -> None:
    def script(queue: Queue) -> None:
        queue.take(*(message(name) for name in "abc"))
        queue.exchange.line = Line(ACCOUNT, TOKEN, NUMBER, "", segments_a_second=0.1)
        queue.go_to(9)
        queue.exchange.line = Line(ACCOUNT, TOKEN, NUMBER, "", segments_a_second=0.2)
        queue.go_to(9.5)

    queue = played(script)
    assert queue.ended() == [("a", "delivered"), ("b", "delivered")]
    assert to_leave(queue.exchange)[0].moment == NOON + seconds(10)


def test_the_carrier_looks_at_the_clock_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier_app, "READS_CLOCK_EVERY", 0)

    async def play() -> None:
        queue = Queue(1)
        exchange = queue.exchange
        for name in "ab":
            accept(exchange, message(name))
        queue.clock.moment += seconds(1)
        watch = asyncio.create_task(carrier_app._watch_the_clock(exchange))
        async with asyncio.timeout(5):
            while exchange.waiting:
                await asyncio.sleep(0)
        watch.cancel()
        assert await exchange.work.is_idle_within(5)
        assert [it.sid for it in exchange.texts] == ["a", "b"]

    asyncio.run(play())


# On the wire, where time stands still.


@pytest.fixture
def rate(carrier: Carrier) -> Iterator[Callable[[float | None], dict[str, Any]]]:
    def change(rate: float | None) -> dict[str, Any]:
        answer = carrier.control.put("/rehearsal/line", json={"segments_a_second": rate})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return change


Rate = Callable[[float | None], dict[str, Any]]


def send(carrier: Carrier, hotline: Hotline, to: str = ANA, **more: Any) -> Any:
    callback = f"{hotline.url}/sms/status"
    wish = {"to": to, "from_": NUMBER, "body": "hi", "status_callback": callback} | more
    return carrier.client.messages.create(**wish)


def statuses(carrier: Carrier, hotline: Hotline) -> list[str]:
    carrier.settle()
    return [it["MessageStatus"] for it in hotline.told("/sms/status")]


def test_the_rate_is_changed_while_it_runs(carrier: Carrier, hotline: Hotline, rate: Rate) -> None:
    assert carrier.control.get("/rehearsal/line").json() == {
        "segments_a_second": None,
        "waiting": 0,
        "next": None,
    }
    rate(1)
    first, second = send(carrier, hotline), send(carrier, hotline, BEN)
    carrier.settle()
    assert (first.fetch().status, second.fetch().status) == ("delivered", "queued")
    assert carrier.control.get("/rehearsal/line").json() == {
        "segments_a_second": 1,
        "waiting": 1,
        "next": "2026-03-14T12:00:01+00:00",
    }
    assert rate(None)["waiting"] == 0
    assert statuses(carrier, hotline) == ["sent", "delivered"] * 2


def test_what_waits_can_be_neither_changed_nor_deleted(
    carrier: Carrier, hotline: Hotline, rate: Rate
) -> None:
    rate(1)
    first, second = send(carrier, hotline), send(carrier, hotline)
    carrier.settle()
    assert refusal_of(second.delete) == (409, 20009)
    assert refusal_of(lambda: second.update(body="")) == (409, 20009)
    assert first.delete()
    rate(None)
    carrier.settle()
    assert second.delete()


def test_a_service_queues_after_it_accepted(carrier: Carrier, hotline: Hotline, rate: Rate) -> None:
    rate(1)
    wish = {"from_": None, "messaging_service_sid": SERVICE}
    send(carrier, hotline, **wish)
    assert statuses(carrier, hotline) == ["queued", "sent", "delivered"]
    waits = send(carrier, hotline, **wish)
    assert statuses(carrier, hotline)[3:] == ["queued"]
    assert (waits.fetch().status, waits.fetch().from_) == ("queued", NUMBER)
    rate(None)
    assert statuses(carrier, hotline)[4:] == ["sent", "delivered"]


def test_a_full_queue_takes_no_more(carrier: Carrier, hotline: Hotline, rate: Rate) -> None:
    rate(0.0001)
    for _ in range(4):
        send(carrier, hotline)
    assert refusal_of(lambda: send(carrier, hotline)) == (400, 21611)
    failed = send(carrier, hotline, from_=None, messaging_service_sid=SERVICE)
    carrier.settle()
    assert (failed.status, failed.fetch().status) == ("accepted", "failed")
    assert (failed.fetch().error_code, failed.fetch().date_sent) == (30001, None)
    told = [it for it in hotline.told("/sms/status") if it["MessageSid"] == failed.sid]
    assert [(it["MessageStatus"], it["ErrorCode"]) for it in told] == [("failed", "30001")]


def test_a_full_queue_loses_replies(carrier: Carrier, hotline: Hotline, rate: Rate) -> None:
    rate(0.0001)
    hotline.says["/sms"] = '<Message statusCallback="/sms/status">Got it</Message>' * 5
    carrier.control.post("/rehearsal/texts", json={"from": ANA, "body": "hi"})
    assert sorted(statuses(carrier, hotline)) == ["delivered", "failed", "sent"]
    assert [it.get("ErrorCode") for it in hotline.told("/sms/status")].count("30001") == 1
    assert sorted(it.status for it in carrier.client.messages.list(to=ANA)) == [
        *["delivered", "failed", "queued", "queued", "queued"]
    ]


@pytest.mark.parametrize(
    "wish",
    [{}, {"rate": 1}, *({"segments_a_second": it} for it in (0, -1, 1001, True, "1", [1]))],
)
def test_a_rate_is_a_number(carrier: Carrier, wish: dict[str, Any]) -> None:
    assert carrier.control.put("/rehearsal/line", json=wish).status_code == 400


def test_forgetting_everything_forgets_who_waits_and_how_fast(
    carrier: Carrier, hotline: Hotline, rate: Rate
) -> None:
    rate(1)
    for _ in range(3):
        send(carrier, hotline)
    carrier.control.delete("/rehearsal").raise_for_status()
    assert carrier.control.get("/rehearsal/line").json()["segments_a_second"] is None
    assert rate(1)["waiting"] == 0
    send(carrier, hotline)
    assert rate(1)["waiting"] == 0
