"""By which channel a text leaves, and whose turn it is, as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from neighborhood import NETWORK

from hotline import routes, settings
from hotline.errors import BadSettings
from hotline.routes import Ahead, Left
from hotline.settings import Network

TWO = """
[[channels]]
name = "sim1"
kind = "smsgate"
number = "+12125550199"
url = "http://192.168.1.20:8080"
texts_a_minute = 6
texts_a_day = 10
prefixes = ["+1212"]
fallback = "modem1"

[[channels]]
name = "modem1"
kind = "gammu"
number = "+12125550198"
folder = "/var/spool/hotline/modem1"
prefixes = ["+1", "+1212555"]
"""
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
BRONX, QUEENS = "+12127770101", "+17185550101"


def network(channels: str = TWO) -> Network:
    return settings.read_network(NETWORK + channels, "hotline.toml")


def mistakes(channels: str) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        network(channels)
    return caught.value.mistakes


def test_without_channels_there_is_the_account_of_the_environment() -> None:
    assert routes.channel_for(network(""), BRONX, None) is None
    assert routes.abilities(network(""), None) == routes.ACCOUNT


def test_who_wrote_is_answered_where_they_wrote() -> None:
    assert routes.channel_for(network(), BRONX, "modem1") == "modem1"


def test_who_is_asked_is_asked_by_the_channel_of_the_longest_prefix() -> None:
    assert routes.channel_for(network(), BRONX, "modem1", is_page=True) == "sim1"
    assert routes.channel_for(network(), "+12125550101", "sim1", is_page=True) == "modem1"
    assert routes.channel_for(network(), QUEENS, None, is_page=True) == "modem1"


def test_a_number_of_no_prefix_is_asked_where_they_wrote_or_by_the_first() -> None:
    assert routes.channel_for(network(), "+33612345678", "modem1", is_page=True) == "modem1"
    assert routes.channel_for(network(), "+33612345678", None, is_page=True) == "sim1"


def test_a_channel_that_is_no_more_answers_nobody() -> None:
    assert routes.channel_for(network(), QUEENS, "sim9") == "modem1"


def test_what_takes_over_is_named() -> None:
    assert routes.takes_over(network(), "sim1") == "modem1"
    assert routes.takes_over(network(), "modem1") is None
    assert routes.takes_over(network(), None) is None


def turns(waiting: list[int], left: Left) -> routes.Turns:
    (sim1,) = routes.paced(network())
    return routes.turns(sim1, waiting, left, NOON)


def test_as_many_go_as_the_minute_has_room_for() -> None:
    found = turns([1, 2, 3, 4], Left(4, 4))
    assert found.now == (1, 2)
    assert [number for number, _ in found.later] == [3, 4]


def test_the_others_come_one_by_one_and_not_to_the_beat() -> None:
    moments = [due for _, due in turns([1, 2, 3, 4], Left(6, 6)).later]
    gaps = [after - before for before, after in zip([NOON, *moments], moments, strict=False)]
    assert all(timedelta(seconds=4) < it < timedelta(seconds=16) for it in gaps)
    assert len(set(gaps)) > 1


def test_what_is_over_the_day_waits_for_tomorrow() -> None:
    found = turns([1, 2, 3, 4], Left(0, 8))
    assert (found.now, found.tomorrow) == ((1, 2), (3, 4))
    assert turns([1], Left(0, 11)).tomorrow == (1,)


# How many are asked at once.


@pytest.mark.parametrize(
    ("line", "minutes", "bears"),
    [
        (Ahead(), 5, 6 + 29),
        (Ahead(), 2, 6 + 11),
        (Ahead(waits=16), 2, 1),
        (Ahead(waits=40), 2, 0),
        (Ahead(left_in_a_minute=6), 2, 11),
        (Ahead(left_in_a_minute=9), 2, 11),
        (Ahead(), 0.1, 6),  # they leave at once
        (Ahead(left_in_a_minute=6), 0.1, 0),
    ],
)
def test_a_slow_channel_bears_what_leaves_before_the_next_wave(
    line: Ahead, minutes: float, bears: int
) -> None:
    length, lines = timedelta(minutes=minutes), {"sim1": line, "modem1": Ahead(9, 9)}
    assert routes.room(network(), lines, length, urgent=False) == {"sim1": bears}


ALONE = TWO.replace('fallback = "modem1"', "").replace("texts_a_day = 10", "texts_a_day = 40")


@pytest.mark.parametrize(
    ("line", "urgent", "bears"),
    [
        (Ahead(), False, 30),
        (Ahead(left_today=25), False, 5),
        (Ahead(left_today=25, waits=4), False, 1),
        (Ahead(left_today=30), False, 0),
        (Ahead(left_today=30), True, 6),
        (Ahead(left_today=36), True, 0),
    ],
)
def test_a_quarter_of_a_day_is_for_answers_most_of_it_for_what_is_urgent_too(
    line: Ahead, urgent: bool, bears: int
) -> None:
    length, lines = timedelta(minutes=5), {"sim1": line}
    assert routes.room(network(ALONE), lines, length, urgent=urgent) == {"sim1": bears}
    is_over = routes.over_for_today(network(ALONE), lines, urgent=urgent) == {"sim1"}
    assert is_over is not bool(bears)


def test_where_another_takes_over_a_day_bounds_nothing() -> None:
    full = {"sim1": Ahead(left_today=40)}
    assert routes.room(network(), full, timedelta(minutes=5), urgent=False) == {"sim1": 35}
    assert routes.over_for_today(network(), full, urgent=False) == set()


def test_a_day_alone_bounds_a_channel_too() -> None:
    fast = network(ALONE.replace("texts_a_minute = 6", ""))
    assert routes.room(fast, {}, timedelta(minutes=5), urgent=False) == {"sim1": 30}


def test_who_is_asked_by_a_channel_that_is_full_waits_and_others_are_asked() -> None:
    leaves_by = {1: "sim1", 2: "modem1", 3: "sim1", 4: None, 5: "sim1"}
    assert routes.who_fits([1, 2, 3, 4, 5], leaves_by, {"sim1": 1}) == [1, 2, 4]
    assert routes.who_fits([1, 2, 3, 4, 5], leaves_by, {"sim1": 0}) == [2, 4]
    assert routes.who_fits([1, 2, 3, 4, 5], leaves_by, {}) == [1, 2, 3, 4, 5]


# Mistakes in the settings.


@pytest.mark.parametrize(
    ("was", "written", "said"),
    [
        ('"modem1"\nkind', '"sim1"\nkind', "channels.sim1.name: is there twice"),
        ('fallback = "modem1"', 'fallback = "modm1"', "did you mean modem1?"),
        ('fallback = "modem1"', 'fallback = "sim1"', "channels.sim1.fallback: is this channel"),
        ('url = "http://192.168.1.20:8080"', "", "channels.sim1.url: is missing"),
        ('number = "+12125550199"', "", "channels.sim1.number: is missing"),
        ('folder = "/var/spool/hotline/modem1"', "", "channels.modem1.folder: is missing"),
        ('prefixes = ["+1212"]', 'prefixes = ["1212"]', "must be + and the first digits"),
        ('kind = "gammu"', 'kind = "pigeon"', "channels.modem1.kind: must be"),
        ("texts_a_day = 10", "texts_an_hour = 10", "texts_an_hour: is not a setting; did you mean"),
    ],
)
def test_a_mistake_names_the_channel_and_what_to_write(was: str, written: str, said: str) -> None:
    assert was in TWO
    found = mistakes(TWO.replace(was, written))
    assert any(said in it for it in found), found


def test_there_is_one_account() -> None:
    accounts = """
[[channels]]
name = "a"
kind = "twilio"

[[channels]]
name = "b"
kind = "twilio"
"""
    assert any("one account" in it for it in mistakes(accounts))


PHONE = {
    "PUBLIC_URL": "https://help.example.org",
    "CHANNEL_SIM1_USER": "sms",
    "CHANNEL_SIM1_PASSWORD": "a-password",
    "CHANNEL_SIM1_SIGNING_KEY": "a-key",
}


def load(tmp_path: object, environ: dict[str, str]) -> settings.Settings:
    file = f"{tmp_path}/hotline.toml"
    with open(file, "w", encoding="utf-8") as it:
        it.write(NETWORK + TWO)
    return settings.load({"HOTLINE_CONFIG": file, **environ})


def test_without_an_account_nobody_asks_for_its_keys(tmp_path: object) -> None:
    found = load(tmp_path, PHONE)
    assert found.environment.channel_secret("sim1", "PASSWORD") == "a-password"
    assert "a-password" not in repr(found)


@pytest.mark.parametrize("name", PHONE)
def test_what_opens_a_phone_must_be_there(tmp_path: object, name: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load(tmp_path, {it: value for it, value in PHONE.items() if it != name})
    assert [it for it in caught.value.mistakes if it.startswith(f"environment: {name}: is missing")]


# What `hotline check` says.


def test_what_a_phone_cannot_do_is_said() -> None:
    assert routes.cannot(network("")) == []
    assert routes.cannot(network(TWO.replace("texts_a_minute = 6\n", ""))) == [
        "sim1 makes no calls and passes no pictures on; to STOP, START and HELP the hotline answers"
        " itself",
        "modem1 makes no calls and passes no pictures on; to STOP, START and HELP the hotline"
        " answers itself",
        "No channel makes calls: needs.medicine is asked by text alone. Who has a landline is not"
        " reached",
    ]


def test_a_channel_that_cannot_ask_a_whole_wave_is_named() -> None:
    slow = network(TWO.replace("texts_a_minute = 6", "texts_a_minute = 1"))
    assert routes.cannot(slow)[-1] == (
        "sim1 takes 1 in a minute: of a wave of 5 it asks 2 where it is urgent, for 2 minutes later"
        " the next is due"
    )
