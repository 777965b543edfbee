"""What was said in a rehearsal is printed as a transcript, and that plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rehearsing import Rehearsal, open_rehearsal
from test_conversations import play

from hotline.store.roster import RosterEntry
from rehearsal import deeds, neighborhood
from rehearsal.delivery import text_hotline
from rehearsal.leap import leap, moment_of
from rehearsal.meanwhile import CarrierIs, CarrierIsWell, PhoneIs, Silence
from rehearsal.neighborhood import HIDDEN, scene
from rehearsal.neighborhood.scene import CAST
from rehearsal.phones import Phone, PhoneState, WhenCalled
from rehearsal.story import (
    A_DAY,
    A_WHILE,
    KEPT,
    Event,
    Hears,
    Leaps,
    StoryEvent,
    names_of,
    parts_of,
    print_story,
    turns_of,
)
from rehearsal.transcript import (
    Answers,
    Calls,
    HangsUp,
    Presses,
    Reads,
    Rings,
    Says,
    parse,
    print_turns,
)
from rehearsal.trouble import Trouble

Open = Callable[[], AbstractContextManager[Rehearsal]]
MARIA, ANA, BEN, CHI, SAM = (CAST[name] for name in ("Maria", "Ana", "Ben", "Chi", "Sam"))
ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


# Told and printed.


def story(*events: tuple[float, Event]) -> list[StoryEvent]:
    """By the seconds after noon."""
    return [StoryEvent(NOON + timedelta(seconds=seconds), event) for seconds, event in events]


def lines(*events: tuple[float, Event]) -> list[str]:
    names = names_of([(MARIA, "Maria"), (ANA, "Ana"), (BEN, "Ben")])
    return print_turns(turns_of(story(*events), names, ZONE)).splitlines()


def test_only_time_that_brings_something_is_news() -> None:
    assert lines(
        (0, Says(0, MARIA, "food")),
        (2, Reads(0, ANA, ("YES 12",))),
        (50, Says(0, MARIA, "and milk")),
        (52.5, Reads(0, MARIA, ("noted",))),
        (60.2, Reads(0, BEN, ("YES 12",))),
        (63.1, Reads(0, ANA, ("still",))),
        (400, Says(0, ANA, "yes")),
    ) == [
        "Maria > food",
        "Ana   < YES 12",
        "Maria > and milk",
        "Maria < noted",
        "-- 61 seconds pass --",
        "Ben   < YES 12",
        "Ana   < still",
        "Ana   > yes",
    ]


def test_what_a_phone_is_counts_where_something_happens_to_it() -> None:
    assert lines(
        (0, PhoneIs(ANA, PhoneState.LANDLINE)),
        (0, PhoneIs(SAM, PhoneState.LANDLINE)),
        (600, Says(0, MARIA, "food")),
        (660, Rings(0, ANA)),
    ) == [
        "-- Ana's phone is a landline --",
        "Maria > food",
        "-- 1 minute passes --",
        "Ana   < rings",
    ]


def test_a_leap_is_all_the_time_since_the_last_and_neighbors_are_one() -> None:
    minute = timedelta(minutes=1)
    assert lines(
        (0, Says(0, MARIA, "food")),
        (59.4, Leaps(NOON + minute)),
        (60.1, Reads(0, ANA, ("YES 12",))),
        (61, Leaps(NOON + 2 * minute)),
        (120, Leaps(NOON + 5 * minute)),
        (300, Says(0, ANA, "yes")),
    ) == [
        "Maria > food",
        "-- 1 minute passes --",
        "Ana   < YES 12",
        "-- 4 minutes pass --",
        "Ana   > yes",
    ]


def test_a_leap_to_a_time_of_the_day_is_said_so() -> None:
    morning = moment_of("08:00", NOON, ZONE)
    said = lines((7, Says(0, MARIA, "food")), (8, Leaps(morning)), (9, Says(0, MARIA, "food")))
    assert said[1] == "-- it is 8:00 --"


def test_what_is_heard_between_two_deeds_is_one_line() -> None:
    assert lines(
        (0, Calls(0, MARIA)),
        (0, Hears(MARIA, "Press 1, or wait.")),
        (0, Rings(0, ANA)),
        (0, Hears(MARIA, "")),
        (1, Hears(MARIA, "Still there?")),
        (1, Hears(MARIA, "beep")),
        (2, Presses(0, MARIA, "1")),
        (2, Hears(MARIA, "Thanks")),
        (2, Answers(0, ANA)),
        (3, Silence(5)),
        (4, HangsUp(0, ANA)),
    ) == [
        "Maria calls",
        "Maria < Press 1, or wait., Still there? beep",
        "Ana   < rings",
        "Maria presses 1",
        "Maria < Thanks",
        "Ana   answers",
        "-- 5 seconds of silence --",
        "Ana   hangs up",
    ]


def test_no_number_stands_in_it_that_can_be_called() -> None:
    zed = "+14155551234"
    assert lines(
        (0, Says(0, zed, "call me at (415) 555-1234\nor 212 555 0155")),
        (0, Reads(0, ANA, ("they are at",))),
        (0, Calls(0, HIDDEN, is_hidden=True)),
        (0, Presses(0, HIDDEN, "4155551234#")),
        (0, PhoneIs(zed, PhoneState.LANDLINE)),
        (0, CarrierIs(Trouble("slow", 2, to=zed))),
        (0, CarrierIsWell()),
    ) == [
        "Stranger 0001 > call me at 212 555 1234 or 212 555 0155",
        "Ana           < they are at",
        "Somebody      calls from a hidden number",
        "Somebody      presses 2125551234#",
        "-- Stranger 0001's phone is a landline --",
        "-- the carrier is slow 2 times for Stranger 0001 --",
        "-- the carrier is well --",
    ]


@pytest.mark.parametrize("clock", ["1:04pm", "13:04", "9 a.m.", "8 AM", "+1 415 555 1234"])
def test_no_time_of_the_day_is_looked_for(clock: str) -> None:
    assert parts_of(f"We try again at {clock}. So, wait 5 minutes") == (
        "We try again at",
        "So",
        "wait 5 minutes",
    )


def test_nobody_shares_a_name() -> None:
    names = names_of([(ANA, "Ana"), (BEN, "Ana"), (SAM, "+12125550159"), ("1", "Ana, (x)")])
    assert names[ANA] == "Ana"
    assert [names[it] for it in (BEN, SAM, "+14155550159", "1")] == [
        "Stranger 0142",
        "Stranger 0159",
        "Stranger 0160",
        "Stranger 0001",
    ]


def test_requests_are_numbered_as_in_a_network_where_nothing_happened() -> None:
    told = story((0, Says(0, MARIA, "15, not 155")), (0, Reads(0, MARIA, ("your 16 is", "16"))))
    printed = print_story(told, [], scene.network({}), [Phone(MARIA, "Maria")], [15, 16])
    assert "Maria > 12, not 155\nMaria < your 13 is, 13\n" in printed


def test_the_scene_says_what_is_not_as_usual() -> None:
    roster = [RosterEntry(ANA, "Ana"), RosterEntry(BEN, "Ben", ("es",), ("northside",), ("food",))]
    of = {"waves": "1", "quiet": "none", "stewards": "Cleo", "minutes": "2, 0.5"}
    phones = [Phone(CAST["Cleo"], "Cleo")]
    printed = print_story(story((60, Says(0, MARIA, "hi"))), roster, scene.network(of), phones)
    assert parse(printed).scene == {
        "volunteers": "Ana, Ben (northside; food; es)",
        "time": "Monday 12:01",
        **of,
    }
    assert "#" not in printed


def test_a_network_that_no_scene_can_say_is_said_to_be_one() -> None:
    network = scene.network({}).model_copy(update={"name": "Oak Street"})
    assert "# Its network has settings that a scene cannot say" in print_story([], [], network)


def test_what_began_too_long_ago_to_be_kept_is_said_to_be_missing() -> None:
    told = story((0, Says(0, MARIA, "hi"))) * (KEPT + 1)
    begins = "# It began earlier: only the last 5000 things that happened are kept."
    assert begins in print_story(told, [], scene.network({}))
    assert begins not in print_story(told[1:], [], scene.network({}))


# Round trips.


@pytest.fixture
def opening(sqlite_url: str, redis_url: str, tmp_path: Path) -> Open:
    """The neighborhood of `hotline up`; it is over before its story is played."""

    @contextmanager
    def opened() -> Iterator[Rehearsal]:
        toml, roster = neighborhood.hotline_toml(), neighborhood.roster_csv()
        with open_rehearsal(
            tmp_path, sqlite_url, redis_url, toml, roster, neighborhood.cast()
        ) as maple:
            yield maple

    return opened


def test_texts_waves_and_trouble_play_again(
    opening: Open, postgresql_url: str, redis_url: str
) -> None:
    with opening() as maple:
        exchange, inside = maple.exchange, maple.inside
        exchange.keep(Phone(ANA, "Ana", state=PhoneState.OFF))
        exchange.keep(Phone(CHI, "Chi", opted_out=True))
        exchange.befall(Trouble("busy", to=BEN))
        maple.do(text_hotline(exchange, "+12125550177", "need food near 11216"))
        maple.do(leap(exchange, inside, exchange.now() + timedelta(seconds=90)))
        maple.do(text_hotline(exchange, BEN, "yes 12", media=["https://media.example.org/1"]))
        hour = _hour_not_soon(exchange.now())
        maple.do(leap(exchange, inside, moment_of(f"{hour}:00", exchange.now(), ZONE)))
        maple.do(text_hotline(exchange, BEN, "done 12"))
        printed = maple.printed()
    assert "-- Ana's phone is off --\n-- Chi's phone is opted out --\n" in printed
    assert "-- the carrier is busy for Ben --\n" in printed
    assert "\nStranger 0177 > need food near 11216\n" in printed
    assert "Ben           > yes 12 [picture]\n" in printed
    assert f"\n-- it is {hour}:00 --\nBen           > done 12\n" in printed
    play(parse(printed), postgresql_url, redis_url)


def _hour_not_soon(now: datetime) -> int:
    """In the morning, and so far off that a story says it by the hour: it is any time of the day
    where this runs."""
    return 8 if moment_of("08:00", now, ZONE) - now > 2 * A_WHILE else 11


@pytest.mark.parametrize("minutes", range(0, 24 * 60, 7))
def test_at_any_time_of_the_day_such_an_hour_is_found(minutes: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    assert A_WHILE < moment_of(f"{_hour_not_soon(now)}:00", now, ZONE) - now < A_DAY


def test_calls_play_again(opening: Open, postgresql_url: str, redis_url: str) -> None:
    with opening() as maple:
        exchange, inside = maple.exchange, maple.inside
        exchange.keep(Phone(ANA, "Ana", state=PhoneState.LANDLINE))
        exchange.keep(Phone(BEN, "Ben", calls=WhenCalled.MACHINE))
        call = maple.do(deeds.call_hotline(exchange, SAM))
        for keys in ("1", "1", "11216#"):
            maple.do(deeds.press(exchange, call, keys))
        maple.do(deeds.press(exchange, call, "1"))
        maple.do(deeds.say(exchange, call, "milk for a baby, please"))
        maple.do(deeds.wait(exchange, call, 6))
        maple.do(deeds.hang_up(exchange, call))
        maple.do(leap(exchange, inside, exchange.now() + timedelta(minutes=4)))
        printed = maple.printed()
    assert "\nSam  calls\nSam  < This is Maple Street Mutual Aid" in printed
    assert "\n-- 6 seconds of silence --\nSam  < You need food. " in printed
    play(parse(printed), postgresql_url, redis_url)
