"""Messages of ours against a carrier in trouble: nothing is lost, nothing is sent twice, nobody who
cannot be reached is waited for."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from neighborhood import CAST, NAMES, NETWORK, NUMBER, TOKEN, Neighborhood, open_neighborhood
from redis import Redis
from rq import Callback
from sqlalchemy import select, update
from stoppable_redis import StoppableRedis
from twilio.request_validator import RequestValidator
from waiting import until

from hotline import failure
from hotline.desk import step, telling
from hotline.desk.wave import ask_volunteers
from hotline.notices import Told, notice
from hotline.store import messages, people, record, tables
from hotline.store.messages import Outbound
from hotline.work import House
from paging import clock, dispatch, jobs

# One neighbor is asked at a time, in this order.
VOLUNTEERS = ("Ana", "Ben", "Chi", "Dee")
ONE_AT_A_TIME = NETWORK.replace("quiet =", f'stewards = ["{CAST["Cleo"]}"]\nquiet =')
ONE_AT_A_TIME += "\n[waves]\nsizes = [1]\n"

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
MOMENT = 0.05  # seconds for which a carrier that does not answer keeps a connection


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Maple Street, where nothing has happened yet."""
    with _maple_street(sqlite_url, redis_url) as neighborhood:
        yield neighborhood


@pytest.fixture
def maple_on_each(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """The same on each of the two databases, where one may be unlike the other."""
    with _maple_street(database_url, redis_url) as neighborhood:
        yield neighborhood


@contextmanager
def _maple_street(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, ONE_AT_A_TIME) as neighborhood:
        roster = ({"phone": CAST[name], "name": name} for name in VOLUNTEERS)
        neighborhood.put_on_roster(*roster)
        yield neighborhood


# Busy, broken, silent.


def test_a_busy_carrier_is_left_alone_ever_longer(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    maple.trouble("busy", times=2)
    maple.text("Maria", "need food")
    maple.pass_time(4 * SECOND)
    assert _left(maple, "busy") == 1
    maple.pass_time(4 * SECOND)
    assert _left(maple, "busy") == 0
    maple.pass_time(9 * SECOND)
    assert _sent_to(maple, "Ana") == []
    maple.pass_time(5 * SECOND)
    assert len(_sent_to(maple, "Ana")) == 1


def test_a_broken_carrier_may_have_taken_it_and_is_asked_first(maple: Neighborhood) -> None:
    maple.trouble("broken")
    maple.text("Maria", "need food")
    assert _state_of(maple, "Ana") == "unknown"
    maple.pass_time(29 * SECOND)
    assert _sent_to(maple, "Ana") == []
    maple.pass_time(5 * SECOND)
    assert len(_sent_to(maple, "Ana")) == 1
    assert _state_of(maple, "Ana") == "delivered"


def test_a_text_that_was_taken_in_silence_is_not_sent_again(maple: Neighborhood) -> None:
    maple.trouble("silent_taken", seconds=MOMENT)
    maple.trouble("no_callbacks", to=CAST["Ana"])
    maple.text("Maria", "need food")
    assert _state_of(maple, "Ana") == "unknown"
    maple.pass_time(MINUTE)
    assert len(_sent_to(maple, "Ana")) == 1
    assert _state_of(maple, "Ana") == "accepted"


def test_a_callback_tells_that_a_text_was_taken_in_silence(maple: Neighborhood) -> None:
    maple.trouble("silent_taken", seconds=MOMENT)
    maple.text("Maria", "need food")
    maple.pass_time(MINUTE)
    assert len(_sent_to(maple, "Ana")) == 1
    assert _state_of(maple, "Ana") == "delivered"


def test_a_text_that_was_lost_in_silence_is_sent_again_once(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    maple.trouble("silent_lost", seconds=MOMENT)
    maple.text("Maria", "need food")
    maple.pass_time(29 * SECOND)
    assert _sent_to(maple, "Ana") == []
    maple.pass_time(2 * MINUTE)
    assert len(_sent_to(maple, "Ana")) == 1


def test_equal_texts_that_were_taken_in_silence_are_each_found(
    maple_on_each: Neighborhood, caplog: pytest.LogCaptureFixture
) -> None:
    maple = maple_on_each
    ids = [_write_to(maple, "Ana", Told.LANGUAGE_SET) for _ in range(8)]
    maple.trouble("silent_taken", times=8, seconds=MOMENT)
    maple.trouble("no_callbacks", times=8, to=CAST["Ana"])
    jobs.send(*ids)
    maple.pass_time(10 * MINUTE)
    assert len(_sent_to(maple, "Ana")) == 8
    assert {row.state for row in _leaving(maple, "Ana")} == {"accepted"}
    assert len({row.sid for row in _leaving(maple, "Ana")}) == 8
    assert "exception" not in caplog.text, "no job failed over it"


def test_a_text_in_doubt_is_found_behind_all_that_left_after_it(maple: Neighborhood) -> None:
    """As at midnight, when all leaves at once that the day before had no means for."""
    first = _write_to(maple, "Ana", Told.LANGUAGE_SET)
    maple.trouble("silent_taken", seconds=MOMENT)
    maple.trouble("no_callbacks", to=CAST["Ana"])
    jobs.send(first)
    for _ in range(120):
        jobs.send(_write_to(maple, "Ana", Told.NO_SUCH_CODE))
    maple.pass_time(10 * MINUTE)
    assert len(_sent_to(maple, "Ana")) == 121


def test_of_two_equal_texts_the_lost_one_is_sent_again(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    ids = [_write_to(maple, "Ana", Told.LANGUAGE_SET) for _ in range(2)]
    maple.trouble("silent_taken", seconds=MOMENT)
    maple.trouble("silent_lost", seconds=MOMENT)
    maple.trouble("no_callbacks", times=2, to=CAST["Ana"])
    jobs.send(*ids)
    maple.pass_time(10 * MINUTE)
    assert len(_sent_to(maple, "Ana")) == 2


def test_equal_texts_in_doubt_are_not_taken_for_each_other(maple_on_each: Neighborhood) -> None:
    """The second was found for the first, which was lost, and then sent again itself."""
    maple = maple_on_each
    first, second = (_write_to(maple, "Ana", Told.LANGUAGE_SET) for _ in range(2))
    maple.trouble("silent_lost", seconds=MOMENT)
    jobs.send(first)
    maple.trouble("silent_taken", seconds=MOMENT)
    maple.trouble("no_callbacks", times=2, to=CAST["Ana"])
    jobs.send(second)
    maple.pass_time(10 * MINUTE)
    taken = Counter(
        parse_qs(urlsplit(it["status_callback"]).query)["text"][0]
        for it in _rehearsal(maple, "ledger")
        if it["taken"]
    )
    assert taken == {str(first): 1, str(second): 1}


def test_the_same_words_in_an_answer_are_not_the_text_that_was_lost(
    maple_on_each: Neighborhood,
) -> None:
    """The carrier lists its answers to texts beside what we send."""
    maple = maple_on_each
    (told,) = maple.text("Ana", "english")["replies"]
    text_id = _write_to(maple, "Ana", Told.LANGUAGE_SET)
    maple.trouble("silent_lost", seconds=MOMENT)
    jobs.send(text_id)
    maple.pass_time(10 * MINUTE)
    assert [it.body for it in maple.received() if it.who == "Ana"] == [told, told]
    assert _state_of(maple, "Ana") == "delivered"


def test_a_carrier_that_cannot_be_looked_up_is_asked_again(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    maple.trouble("silent_lost", seconds=MOMENT)
    maple.text("Maria", "need food")
    with monkeypatch.context() as away:
        away.setattr(type(_tools().carrier), "sent_since", _is_silent)
        maple.pass_time(45 * SECOND)
    assert _state_of(maple, "Ana") == "unknown"
    assert _sent_to(maple, "Ana") == []
    maple.pass_time(40 * SECOND)
    assert len(_sent_to(maple, "Ana")) == 1


# People who cannot be reached.


def test_whoever_opted_out_at_the_carrier_is_never_texted_again(maple: Neighborhood) -> None:
    maple.trouble("code", code=21610, to=CAST["Ana"])
    maple.text("Maria", "need food")
    assert _neighbor(maple, "Ana").stopped_at == maple.now()
    assert len(_sent_to(maple, "Ben")) == 1, "the next person is asked at once"
    assert _write_to(maple, "Ana", Told.LANGUAGE_SET) is None
    maple.pass_time(20 * MINUTE)
    assert _sent_to(maple, "Ana") == []


@pytest.mark.parametrize(
    ("phone", "trouble"),
    [
        ("nowhere", "no_number"),  # 21211 when asked
        ("unknown", "no_number"),  # 30005 later
        ("tablet", "landline"),  # 21614 when asked
        ("landline", "landline"),  # 30006 later
        ("blocked", "blocked"),  # 30004 later
    ],
)
def test_a_number_that_takes_no_texts_is_marked(
    maple: Neighborhood, phone: str, trouble: str
) -> None:
    maple.phone("Ana", phone)
    maple.text("Maria", "need food")
    assert _neighbor(maple, "Ana").trouble == trouble
    assert len(_sent_to(maple, "Ben")) == 1, "the next person is asked at once"
    maple.pass_time(20 * MINUTE)
    assert len(_sent_to(maple, "Ana")) <= 1


def _told_of_numbers(maple: Neighborhood) -> list[str]:
    return [told for told in _sent_to(maple, "Cleo") if "reach" in told]


def _record(maple: Neighborhood) -> list[str]:
    return [it.what for it in maple.database.read(lambda c: record.events(c, 100))]


@pytest.mark.parametrize(
    ("phone", "code"), [("nowhere", 21211), ("unknown", 30005), ("blocked", 30004)]
)
def test_stewards_hear_once_of_each_number_that_is_set_aside(
    maple_on_each: Neighborhood, phone: str, code: int
) -> None:
    maple = maple_on_each
    maple.put_on_roster({"phone": CAST["Eva"], "name": "Ana"})
    for name in ("Ana", "Eva"):
        maple.phone(name, phone)
    maple.text("Maria", "need food")
    maple.text("Ben", "cant")
    maple.pass_time(2 * HOUR)
    told = _told_of_numbers(maple)
    assert len(told) == 2, "two people of one name are two"
    assert all("Ana" in it and f"error {code}" in it for it in told)
    assert not any(CAST[name][-4:] in it for name in ("Ana", "Eva") for it in told)
    assert _record(maple).count("set_aside") == 2


def test_of_strangers_who_wait_for_nothing_stewards_hear_nothing(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.text("Maria", "never mind")
    maple.phone("Maria", "unknown")
    _write_to(maple, "Maria", Told.LANGUAGE_SET)
    maple.pass_time(MINUTE)
    assert _neighbor(maple, "Maria").trouble == "no_number"
    assert _told_of_numbers(maple) == []
    assert _record(maple) == []


def test_three_times_off_in_a_row_and_a_number_is_set_aside(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    for phone in ("off", "off", "on", "off", "off", "lost", "off", "off"):
        maple.phone("Ana", phone)
        _text_once(maple, "Ana")
        assert _neighbor(maple, "Ana").trouble is None
    assert _told_of_numbers(maple) == []
    _text_once(maple, "Ana")
    assert _neighbor(maple, "Ana").trouble == "unreachable"
    _text_once(maple, "Ana")
    assert len(_told_of_numbers(maple)) == 1
    maple.text("Maria", "need food")
    assert len(_sent_to(maple, "Ben")) == 1, "Ana is not asked"

    maple.phone("Ana", "on")
    maple.text("Ana", "thanks")
    assert _neighbor(maple, "Ana").trouble is None
    assert _record(maple) == ["set_aside", "reachable"]


def test_one_text_that_is_tried_three_times_is_off_once(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    maple.phone("Ana", "off")
    _write_to(maple, "Ana", Told.LANGUAGE_SET)
    maple.pass_time(120 * MINUTE)
    assert len(_sent_to(maple, "Ana")) == failure.MOST_TRIES
    assert _neighbor(maple, "Ana").trouble is None


def test_three_times_off_is_that_however_busy_the_carrier_was(maple: Neighborhood) -> None:
    maple.phone("Ana", "off")
    for _ in range(3):
        assert _neighbor(maple, "Ana").trouble is None
        maple.trouble("busy", times=1, to=CAST["Ana"])
        _text_once(maple, "Ana")
    assert _neighbor(maple, "Ana").trouble == "unreachable"


def _text_once(maple: Neighborhood, who: str) -> None:
    """Text somebody, and not again if it does not arrive."""
    _write_to(maple, who, Told.LANGUAGE_SET)
    maple.pass_time(MINUTE)
    again = update(tables.message).where(tables.message.c.state == "waiting")
    maple.database.write(lambda c: c.execute(again.values(state="dropped", due=None)))


def test_a_landline_is_called_from_then_on_and_that_is_in_the_record(maple: Neighborhood) -> None:
    maple.phone("Ana", "landline")
    maple.text("Maria", "need food")
    assert _record(maple) == ["by_phone"]
    assert _told_of_numbers(maple) == []
    maple.text("Ben", "yes")
    maple.text("Nora", "need a ride")
    maple.pass_time(16 * MINUTE)
    assert "Ana" in {NAMES[it["phone"]] for it in maple.calls()}


@pytest.mark.parametrize("phone", ["off", "lost"])
def test_a_page_that_did_not_arrive_brings_the_next_person(maple: Neighborhood, phone: str) -> None:
    maple.phone("Ana", phone)
    maple.text("Maria", "need food")
    assert len(_sent_to(maple, "Ben")) == 1
    assert _neighbor(maple, "Ana").trouble is None
    assert _sent_to(maple, "Chi") == []


def test_other_texts_to_a_phone_that_is_off_are_tried_three_times(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.phone("Maria", "off")
    maple.text("Ana", "yes")
    assert len(_sent_to(maple, "Maria")) == 1
    maple.pass_time(12 * MINUTE)
    assert len(_sent_to(maple, "Maria")) == 2
    maple.pass_time(3 * HOUR)
    assert len(_sent_to(maple, "Maria")) == 3
    assert len(set(_sent_to(maple, "Maria"))) == 1, "the same words each time"


def test_a_busy_carrier_takes_no_try_from_a_phone_that_is_off(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    maple.text("Maria", "need food")
    maple.phone("Maria", "off")
    maple.trouble("busy", times=3, to=CAST["Maria"])
    maple.text("Ana", "yes")
    maple.pass_time(MINUTE)
    assert len(_sent_to(maple, "Maria")) == 1
    maple.pass_time(3 * HOUR)
    assert len(_sent_to(maple, "Maria")) == failure.MOST_TRIES


def test_an_account_that_is_refused_takes_no_try_from_a_phone_that_is_off(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    maple.trouble("no_callbacks", to=CAST["Maria"], times=3)
    maple.text("Ana", "yes")
    maple.phone("Maria", "off")
    for _ in range(3):
        _call_back(maple, _leaving(maple, "Maria")[-1], "undelivered", error=30034)
        maple.pass_time(6 * MINUTE)
    assert len(_sent_to(maple, "Maria")) == 4
    maple.pass_time(3 * HOUR)
    assert len(_sent_to(maple, "Maria")) == 3 + failure.MOST_TRIES


def test_a_phone_that_is_on_again_gets_what_it_missed_once(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.phone("Maria", "off")
    maple.text("Ana", "yes")
    maple.phone("Maria", "on")
    maple.received()
    maple.pass_time(3 * HOUR)
    assert [got.who for got in maple.received()] == ["Maria"]


def test_stewards_hear_once_that_texts_are_taken_for_spam(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    for name in ("Ana", "Ben"):
        maple.phone(name, "filtered")
    maple.text("Maria", "need food")
    (told,) = _sent_to(maple, "Cleo")
    assert "spam" in told
    assert _sent_to(maple, "Ben") == [], "nobody else is asked at once: it would be held back, too"
    maple.pass_time(5 * MINUTE)
    assert len(_sent_to(maple, "Ben")) == 1, "the next wave comes when it is due"
    maple.pass_time(2 * MINUTE)
    assert len(_sent_to(maple, "Ana")) == len(_sent_to(maple, "Ben")) == 1


def test_a_taker_whom_no_text_reaches_gives_the_request_back(
    maple_on_each: Neighborhood,
) -> None:
    maple = maple_on_each
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.phone("Ana", "unknown")
    maple.text("Maria", "which day?")
    assert "open again" in _sent_to(maple, "Maria")[-1]
    assert len(_sent_to(maple, "Ben")) == 1


def test_a_job_that_would_call_something_else_calls_nothing(
    maple: Neighborhood, capsys: pytest.CaptureFixture[str]
) -> None:
    maple._queue.enqueue_call("paging.jobs.send", args=(), on_success=Callback("builtins.print"))
    maple._queue.enqueue_call("builtins.print", args=("a word",))
    maple.settle()
    assert capsys.readouterr().out == ""


def test_a_report_that_comes_after_the_text_was_claimed_anew_changes_nothing(
    maple_on_each: Neighborhood,
) -> None:
    maple = maple_on_each
    written = _write_to(maple, "Ana", Told.LANGUAGE_SET)
    (old,) = _claim(maple, written)
    maple.database.write(lambda c: messages.note_waiting(c, old, maple.now()))
    (new,) = _claim(maple, written)
    maple.database.write(lambda c: messages.note_waiting(c, old, maple.now()))
    assert _state_of(maple, "Ana") == "sending"
    maple.database.write(lambda c: messages.note_accepted(c, new, "SM-new"))
    assert _state_of(maple, "Ana") == "accepted"


# Our own account.


def test_a_country_that_is_not_switched_on_holds_back_nobody_else(maple: Neighborhood) -> None:
    maple.trouble("code", code=21408, to=CAST["Nora"], times=1000)
    maple.text("Nora", "need a ride")
    maple.text("Ana", "yes 12")
    maple.text("Ana", "I am on my way")
    maple.text("Maria", "need food")
    assert len(_sent_to(maple, "Ben")) == 1
    assert [told for told in _sent_to(maple, "Cleo") if "21408" in told]


@pytest.mark.parametrize(
    "trouble", [{"kind": "account_refused"}, {"kind": "code", "code": 30034}], ids=str
)
def test_while_our_account_is_refused_texts_wait_and_none_is_lost(
    maple_on_each: Neighborhood, trouble: dict[str, Any]
) -> None:
    maple = maple_on_each
    maple.text("Maria", "need food")
    maple.trouble(**trouble, times=1000)
    maple.text("Ana", "yes")
    maple.text("Nora", "need a ride")
    maple.pass_time(20 * MINUTE)
    assert _sent_to(maple, "Maria") == []
    assert _sent_to(maple, "Cleo") == []
    refusals = [it for it in _leaving(maple, "Cleo") if "refuses our texts" in it.body]
    assert len(refusals) == 1, "the stewards' text is written, and waits as well"

    maple.end_trouble()
    maple.pass_time(6 * MINUTE)

    (good_news,) = _sent_to(maple, "Maria")
    assert "Ana is taking your request 12" in good_news
    assert refusals[0].body in _sent_to(maple, "Cleo")
    maple.pass_time(HOUR)
    assert set(_asked(maple)) - {"Ana"}, "somebody is asked about the second request"


def test_while_our_account_is_refused_the_roster_is_not_used_up(maple: Neighborhood) -> None:
    maple.trouble("account_refused", times=1000)
    maple.text("Nora", "need a ride")
    maple.pass_time(25 * MINUTE)
    maple.end_trouble()
    maple.pass_time(6 * MINUTE)
    assert _sent_to(maple, "Nora") == [], "nobody was asked, so nobody was found to be busy"
    assert _asked(maple)


def test_an_account_refused_only_afterwards_asks_nobody_else_in_vain(maple: Neighborhood) -> None:
    maple.trouble("no_callbacks", to=CAST["Ana"])
    maple.text("Maria", "need food")
    _call_back(maple, _leaving(maple, "Ana")[0], "undelivered", error=30034)
    maple.settle()
    assert len(_sent_to(maple, "Cleo")) == 1
    assert _leaving(maple, "Ben") == []


def test_other_texts_are_sent_again_when_an_account_refused_afterwards_is_mended(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    maple.trouble("no_callbacks", to=CAST["Maria"])
    maple.text("Ana", "yes")
    for _ in range(4):
        maple.trouble("no_callbacks", to=CAST["Maria"])
        _call_back(maple, _leaving(maple, "Maria")[-1], "undelivered", error=30034)
        maple.pass_time(2 * HOUR)
    maple.pass_time(HOUR)
    assert len(_sent_to(maple, "Maria")) == 5, "as long as it takes"


# Callbacks.


@pytest.mark.parametrize("order", ["callbacks_twice", "callbacks_backwards"])
def test_callbacks_come_in_any_order_and_twice(maple: Neighborhood, order: str) -> None:
    maple.trouble(order, to=CAST["Ana"])
    maple.text("Maria", "need food")
    assert _state_of(maple, "Ana") == "delivered"


@pytest.mark.parametrize("order", ["callbacks_twice", "callbacks_backwards"])
def test_a_failure_told_twice_or_backwards_brings_one_other(
    maple: Neighborhood, order: str
) -> None:
    maple.phone("Ana", "off")
    maple.trouble(order, to=CAST["Ana"])
    maple.text("Maria", "need food")
    assert _state_of(maple, "Ana") == "undelivered"
    assert len(_sent_to(maple, "Ben")) == 1
    assert _sent_to(maple, "Chi") == []


def test_a_callback_may_be_faster_than_our_own_note(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    written = _write_to(maple, "Ana", Told.LANGUAGE_SET)
    (it,) = _claim(maple, written)
    _call_back(maple, it, "delivered", sid="SM-early")
    maple.database.write(lambda c: messages.note_accepted(c, it, "SM-early"))
    (row,) = _leaving(maple, "Ana")
    assert (row.state, row.sid, row.due) == ("delivered", "SM-early", None)


def test_callbacks_about_texts_that_are_not_ours_change_nothing(
    maple_on_each: Neighborhood,
) -> None:
    maple = maple_on_each
    maple.trouble("no_callbacks", to=CAST["Ana"])
    maple.text("Maria", "need food")
    before = _leaving(maple, "Ana")
    for text_id in (before[0].id, 4711, 10**15, -1, "", "x", "²"):
        _call_back(maple, text_id, "undelivered", sid="SM-foreign", error=30003)
    maple.settle()
    assert _leaving(maple, "Ana") == before
    assert _leaving(maple, "Ben") == []


# What is not worth sending any more.


def test_a_page_is_good_for_no_longer_than_its_wave(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.text("Nora", "need insulin")
    assert _validity_periods(maple) == [5 * 60, 2 * 60]


def test_a_page_that_had_to_wait_is_good_for_the_rest_of_its_wave(maple: Neighborhood) -> None:
    maple.trouble("busy")
    maple.text("Maria", "need food")
    maple.pass_time(10 * SECOND)
    first, second = _validity_periods(maple)
    assert first == 5 * 60
    assert second <= 5 * 60 - 5


def test_a_page_whose_time_is_over_is_not_sent(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    _ask_without_sending(maple, "Maria")
    maple.now.moment += 6 * MINUTE
    maple.tick()
    assert [it.state for it in _leaving(maple, "Ana")] == ["dropped", "delivered"]
    (page,) = _sent_to(maple, "Ana")
    assert "6 minutes ago" in page, "she had not been asked, so she still is the first to be"


def test_a_page_that_expired_in_the_carriers_queue_is_not_the_phones_fault(
    maple_on_each: Neighborhood,
) -> None:
    """She was not asked, so she still is the first to be."""
    maple = maple_on_each
    _send_slowly(maple, 0.001)
    maple.text("Maria", "need food")
    maple.pass_time(4 * MINUTE)
    assert [it.state for it in _leaving(maple, "Ana")] == ["accepted"]
    maple.pass_time(2 * MINUTE)
    _send_slowly(maple, None)
    maple.settle()
    assert [(it.state, it.error) for it in _leaving(maple, "Ana")] == [
        ("undelivered", 30036),
        ("delivered", None),
    ]
    assert _asked(maple) == ["Ana"]
    assert _neighbor(maple, "Ana").trouble is None


def test_another_text_that_expired_in_the_carriers_queue_is_sent_again(
    maple: Neighborhood,
) -> None:
    _send_slowly(maple, 0.0002)
    for _ in range(6):
        maple.text("Sam", "HELP")
    _write_to(maple, "Ana", Told.LANGUAGE_SET)
    maple.pass_time(MINUTE)
    _send_slowly(maple, 0.0001)
    maple.pass_time(10 * HOUR)
    _send_slowly(maple, None)
    maple.pass_time(11 * MINUTE)
    assert [(it.state, it.error) for it in _leaving(maple, "Ana")] == [
        ("undelivered", 30036),
        ("delivered", None),
    ]


def test_whose_page_never_left_is_not_told_that_it_is_covered(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.trouble("busy", times=1, to=CAST["Ben"])
    maple.pass_time(5 * MINUTE)
    maple.text("Ana", "yes")
    maple.pass_time(10 * MINUTE)
    assert _state_of(maple, "Ben") == "dropped"
    assert _sent_to(maple, "Ben") == []


def test_whoever_said_stop_meanwhile_is_not_texted(maple: Neighborhood) -> None:
    _ask_without_sending(maple, "Maria")
    maple.text("Ana", "STOP")
    assert len(_sent_to(maple, "Ben")) == 1
    maple.pass_time(3 * MINUTE)
    assert _sent_to(maple, "Ana") == []
    assert _state_of(maple, "Ana") == "dropped"


def test_nothing_else_is_sent_to_whoever_said_stop_meanwhile(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.trouble("busy", times=2)
    maple.text("Ana", "yes")
    maple.text("Maria", "STOP")
    maple.pass_time(HOUR)
    assert _sent_to(maple, "Maria") == []
    assert _state_of(maple, "Maria") == "dropped"


# Workers, queues and clocks that fail.


def test_what_a_dead_worker_had_not_sent_is_sent_after_two_minutes(maple: Neighborhood) -> None:
    _claim(maple, _write_to(maple, "Ana", Told.LANGUAGE_SET))
    maple.pass_time(118 * SECOND)
    assert _sent_to(maple, "Ana") == []
    maple.pass_time(10 * SECOND)
    assert len(_sent_to(maple, "Ana")) == 1


def test_what_a_dead_worker_had_sent_is_not_sent_again(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    (it,) = _claim(maple, _write_to(maple, "Ana", Told.LANGUAGE_SET))
    maple.trouble("no_callbacks", to=CAST["Ana"])
    sid = _tools().carrier.send(it.phone, it.body, it.id, good_for=None)
    maple.pass_time(3 * MINUTE)
    assert len(_sent_to(maple, "Ana")) == 1
    (row,) = _leaving(maple, "Ana")
    assert (row.state, row.sid) == ("accepted", sid)


def test_two_runs_of_one_job_send_once(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    ids = [_write_to(maple, name, Told.LANGUAGE_SET) for name in VOLUNTEERS]
    _at_once(lambda: jobs.send(*ids), lambda: jobs.send(*reversed(ids)))
    jobs.send(*ids)
    maple.settle()
    sent = Counter(name for name in VOLUNTEERS for _ in _sent_to(maple, name))
    assert sent == Counter(VOLUNTEERS)


def test_two_runs_of_one_wave_ask_once(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    _post_text(maple, "Maria", "need food")
    _at_once(lambda: jobs.ask(12), lambda: jobs.ask(12))
    maple.settle()
    assert [len(_sent_to(maple, name)) for name in VOLUNTEERS] == [1, 0, 0, 0]


def test_two_clocks_that_tick_at_once_double_nothing(maple_on_each: Neighborhood) -> None:
    maple = maple_on_each
    for name in ("Maria", "Nora"):
        _post_text(maple, name, "need food")
    _write_to(maple, "Dee", Told.LANGUAGE_SET)
    maple.now.moment += 3 * SECOND
    tools = _tools()
    tick = partial(clock.tick, tools.database, tools.queue, maple.now())
    _at_once(tick, tick)
    maple.settle()
    assert [len(_sent_to(maple, name)) for name in VOLUNTEERS] == [1, 1, 0, 1]


def test_a_job_that_was_lost_is_queued_again(maple: Neighborhood, redis_url: str) -> None:
    _post_text(maple, "Maria", "need food")
    maple.hotline.enqueuer.settle()
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    maple.settle()
    assert _sent_to(maple, "Ana") == []
    maple.now.moment += SECOND
    maple.tick()
    assert len(_sent_to(maple, "Ana")) == 1


@pytest.mark.parametrize("answer", ["", "no"], ids=["the wave", "the one in place of another"])
def test_a_job_that_failed_is_done_again(
    maple_on_each: Neighborhood, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    maple = maple_on_each
    if answer:
        maple.text("Maria", "need food")
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "ask_volunteers", _fails)
        maple.text(*("Ana", answer) if answer else ("Maria", "need food"))
    asked = "Ben" if answer else "Ana"
    assert _sent_to(maple, asked) == []
    maple.pass_time(40 * SECOND)
    assert len(_sent_to(maple, asked)) == 1


def test_without_redis_a_text_is_answered_at_once_and_nothing_is_lost(sqlite_url: str) -> None:
    with StoppableRedis() as redis, _maple_street(sqlite_url, redis.url) as maple:
        redis.stop()
        answer = _post_text(maple, "Maria", "need food")
        assert answer["status"] == 200
        assert "your request is 12" in answer["replies"][0]
        redis.start()
        maple.pass_time(5 * SECOND)
        assert len(_sent_to(maple, "Ana")) == 1


def test_while_redis_does_not_answer_nobody_waits_for_it(sqlite_url: str) -> None:
    """A Redis that hangs is worse than one that is gone: a call to it takes its full time-out."""
    with StoppableRedis() as redis, _maple_street(sqlite_url, redis.url) as maple:
        with redis.hanging():
            answers = [_post_text(maple, "Maria", "need food") for _ in range(3)]
        assert [answer["status"] for answer in answers] == [200] * 3
        assert all(answer["seconds"] < dispatch.PATIENCE for answer in answers)
        maple.pass_time(20 * SECOND)
        assert len(_sent_to(maple, "Ana")) == 1


# Deeds.


def _post_text(maple: Neighborhood, who: str, body: str) -> dict[str, Any]:
    """Somebody texts; what follows has not happened yet when this returns."""
    wish = {"from": CAST[who], "body": body}
    answer = httpx2.post(f"{maple.address}/rehearsal/texts", json=wish, timeout=30, trust_env=False)
    answer.raise_for_status()
    return {**answer.json(), "seconds": answer.elapsed.total_seconds()}


def _ask_without_sending(maple: Neighborhood, who: str) -> None:
    """A page is written down, and then its job is lost."""
    number = maple.database.write(partial(_open_request, maple, who))
    maple.database.write(lambda c: ask_volunteers(maple.hotline.house.work(c), number))


def _open_request(maple: Neighborhood, who: str, connection: Any) -> int:
    requester = people.who_is_at(connection, CAST[who]) or people.add_neighbor(
        connection, CAST[who], maple.now()
    )
    work = maple.hotline.house.work(connection)
    return step.open_request(work, requester, ("food",), None).number


def _send_slowly(maple: Neighborhood, segments_a_second: float | None) -> None:
    wish = {"segments_a_second": segments_a_second}
    address = f"{maple.address}/rehearsal/line"
    httpx2.put(address, json=wish, trust_env=False).raise_for_status()


def _write_to(maple: Neighborhood, who: str, what: Told) -> Any:
    """A text is written down; its id, or None if it was not."""

    def write(connection: Any) -> list[int]:
        (neighbor,) = people.known_or_new(connection, [CAST[who]], maple.now())
        work = maple.hotline.house.work(connection)
        telling.send(work, neighbor, notice(what))
        return work.after.messages

    return next(iter(maple.database.write(write)), None)


def _claim(maple: Neighborhood, text_id: int) -> list[Outbound]:
    """What a worker does before it sends."""
    now = maple.now()
    return maple.database.write(lambda c: messages.claim(c, [text_id], now, now + jobs.LOST_AFTER))


def _call_back(
    maple: Neighborhood, about: Any, status: str, *, sid: str | None = None, error: int = 0
) -> None:
    """The carrier tells what became of a text."""
    text_id = getattr(about, "id", about)
    sid = sid or about.sid
    assert sid
    fields = {"MessageSid": sid, "MessageStatus": status, "From": NUMBER, "ErrorCode": str(error)}
    url = str(httpx2.URL(f"{maple.address}/sms/status", params={"text": text_id}))
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    headers = {"X-Twilio-Signature": signature}
    answer = httpx2.post(url, data=fields, headers=headers, trust_env=False)
    assert answer.status_code == 204


def _at_once(*deeds: Callable[[], object]) -> None:
    together = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        together.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as threads:
        list(threads.map(do, deeds))


def _is_silent(*_arguments: object) -> list[str]:
    from hotline.errors import CarrierSilent

    raise CarrierSilent


def _fails(*_arguments: object) -> None:
    raise RuntimeError("as jobs do")


# What is seen.


def _tools() -> jobs.Tools:
    return jobs._tools[0]


def _rehearsal(maple: Neighborhood, path: str, key: str = "") -> Any:
    answer = httpx2.get(f"{maple.address}/rehearsal/{path}", trust_env=False)
    return answer.json()[key or path]


def _left(maple: Neighborhood, kind: str) -> int:
    """How often a trouble will happen yet."""
    return sum(it["times"] for it in _rehearsal(maple, "trouble", "troubles") if it["kind"] == kind)


def _sent_to(maple: Neighborhood, who: str) -> list[str]:
    """Every text that the carrier took for somebody, also those that did not arrive."""
    return [
        it["body"]
        for it in _rehearsal(maple, "texts")
        if it["by"] == "api" and it["phone"] == CAST[who]
    ]


def _asked(maple: Neighborhood) -> list[str]:
    """Who of the volunteers got any text."""
    return [name for name in VOLUNTEERS if _sent_to(maple, name)]


def _validity_periods(maple: Neighborhood) -> list[int]:
    return [
        int(line["validity_period"])
        for line in _rehearsal(maple, "log")
        if line.get("validity_period")
    ]


def _leaving(maple: Neighborhood, who: str) -> list[Any]:
    leaves_by_itself = tables.one_of(tables.message.c.channel, "api", "call")
    rows = (
        select(tables.message)
        .join(tables.neighbor, tables.neighbor.c.id == tables.message.c.neighbor_id)
        .where(tables.neighbor.c.phone == CAST[who], leaves_by_itself)
        .order_by(tables.message.c.id)
    )
    return list(maple.database.read(lambda c: c.execute(rows).all()))


def _state_of(maple: Neighborhood, who: str) -> str:
    (row,) = _leaving(maple, who)
    return str(row.state)


def _neighbor(maple: Neighborhood, who: str) -> Any:
    row = select(tables.neighbor).where(tables.neighbor.c.phone == CAST[who])
    return maple.database.read(lambda c: c.execute(row).one())


def test_pages_leave_in_the_moment_they_are_written(maple_on_each: Neighborhood) -> None:
    """On a clock that goes on meanwhile, as clocks do."""
    maple = maple_on_each
    number = maple.database.write(partial(_open_request, maple, "Maria"))
    moments = (maple.now() + timedelta(milliseconds=it) for it in count())
    house = House(maple.hotline.house.current, lambda: next(moments))

    claimed = maple.database.write(lambda c: jobs._ask(number, True, house.work(c)))

    assert len(claimed) == 1


def test_who_stops_while_the_carrier_is_slow_is_not_texted_any_more(
    database_url: str, redis_url: str
) -> None:
    """Thirty are asked at once, sixteen are on their way, and the last of all says STOP."""
    crowd = [f"+1212555{number}" for number in range(1000, 1030)]
    with open_neighborhood(database_url, redis_url, NETWORK + "\n[waves]\nsizes = [30]\n") as maple:
        maple.put_on_roster(*({"phone": it, "name": "Ana"} for it in crowd))
        maple.trouble("slow", times=100, seconds=2)
        with ThreadPoolExecutor(1) as threads:
            stopping = threads.submit(_last_of_all_stops, maple, crowd)
            maple.text("Maria", "need milk")
            last = stopping.result()
        assert last not in {it["to"] for it in _attempts(maple)}


def _last_of_all_stops(maple: Neighborhood, crowd: list[str]) -> str:
    until(lambda: len(_attempts(maple)) >= jobs.AT_ONCE, "the first are on their way")
    last = max(set(crowd) - {it["to"] for it in _attempts(maple)})
    _text_at_once(maple, last, "no more texts")
    return last


def _attempts(maple: Neighborhood) -> list[dict[str, Any]]:
    """What the carrier was asked to send."""
    answer = httpx2.get(f"{maple.address}/rehearsal/ledger", timeout=30, trust_env=False)
    found: list[dict[str, Any]] = answer.json()["ledger"]
    return found


def _text_at_once(maple: Neighborhood, phone: str, body: str) -> None:
    """Somebody texts, whatever else is under way."""
    wish = {"from": phone, "body": body}
    httpx2.post(
        f"{maple.address}/rehearsal/texts", json=wish, timeout=30, trust_env=False
    ).raise_for_status()
