"""What the doctor finds of phones and modems, on the wire and in their folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from neighborhood import PHONES, Neighborhood, open_neighborhood

from hotline.carriers.gammu import spool
from hotline.carriers.gammu.watchdog import PATIENCE
from hotline.doctor.channels import ChannelSeen, ChannelState, channels
from serving import doctor_channels


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, channels=["sim1"]) as neighborhood:
        yield neighborhood


def found(maple: Neighborhood) -> list[str]:
    """The names of what is not well, or the words of what is."""
    of = maple.hotline
    seen = doctor_channels.look(of.environment, of.house.network, of.database, maple.now())
    return [it.name if it.why else it.what for it in channels(seen)]


def test_a_phone_that_is_well_says_how_full_it_is(maple: Neighborhood) -> None:
    assert found(maple) == ["sim1 answers; battery at 94 %"]


def test_a_battery_that_runs_down_is_told(maple: Neighborhood) -> None:
    maple.set_phone("sim1", battery=15)
    assert found(maple) == ["channel.battery"]
    maple.set_phone("sim1", battery=5)  # then the app says that it fails
    assert found(maple) == ["channel.battery"]


def test_a_phone_that_is_away_is_silent(sqlite_url: str, redis_url: str) -> None:
    away = {"url": "http://127.0.0.1:1"}
    with open_neighborhood(
        sqlite_url, redis_url, channels=["sim1"], first_channel=away
    ) as neighborhood:
        assert found(neighborhood) == ["channel.silent"]


PING = timedelta(minutes=10)  # as often as docs/old-phone.md has it


def test_a_phone_whose_pings_stay_away_is_found_after_three(maple: Neighborhood) -> None:
    maple.ping("sim1")
    maple.now.moment += 3 * PING
    assert found(maple) == ["sim1 answers; battery at 94 %"]
    maple.now.moment += timedelta(minutes=1)
    assert found(maple) == ["channel.unheard"]
    maple.ping("sim1")
    assert found(maple) == ["sim1 answers; battery at 94 %"]


def test_whatever_it_tells_is_a_sign_of_life(maple: Neighborhood) -> None:
    maple.ping("sim1")
    maple.now.moment += 3 * PING
    maple.text("Maria", "hello")
    maple.now.moment += PING
    assert found(maple) == ["sim1 answers; battery at 94 %"]


def test_of_a_phone_that_never_pinged_silence_tells_nothing(maple: Neighborhood) -> None:
    maple.text("Maria", "hello")
    maple.now.moment += timedelta(days=1)
    assert found(maple) == ["sim1 answers; battery at 94 %"]


def test_how_often_it_pings_can_be_set(sqlite_url: str, redis_url: str) -> None:
    hourly = {"ping_minutes": 60}
    with open_neighborhood(
        sqlite_url, redis_url, channels=["sim1"], first_channel=hourly
    ) as neighborhood:
        neighborhood.ping("sim1")
        neighborhood.now.moment += timedelta(hours=3)
        assert found(neighborhood) == ["sim1 answers; battery at 94 %"]
        neighborhood.now.moment += timedelta(minutes=1)
        assert found(neighborhood) == ["channel.unheard"]


def test_a_ping_tells_of_the_battery_where_nobody_else_does(maple: Neighborhood) -> None:
    """A server in between answers about itself."""
    seen = ChannelSeen("sim1", "smsgate", ChannelState.ANSWERS)
    of, (its,) = maple.hotline, maple.hotline.house.network.channels

    def names() -> list[str]:
        with_rows = doctor_channels._with_rows(seen, its, of.database, maple.now())
        return [it.name for it in channels([with_rows])]

    maple.set_phone("sim1", battery=15)
    maple.ping("sim1")
    assert names() == ["channel.runs_down"]
    maple.set_phone("sim1", battery=80)
    maple.ping("sim1")
    assert names() == ["channel"]


def test_a_phone_that_was_reset_is_told_again_where_to_post(maple: Neighborhood) -> None:
    maple.forget_webhooks("sim1")
    maple.text("Maria", "hello")
    assert maple.received() == []
    found(maple)
    maple.text("Maria", "hello")
    assert len(maple.received()) == 1


def test_a_phone_that_sends_no_more_for_now_is_told(maple: Neighborhood) -> None:
    maple.trouble_of("sim1", "fails", reason="Send result: RESULT_ERROR_LIMIT_EXCEEDED")
    maple.text("Maria", "hello")
    assert found(maple) == ["channel.full"]


def test_texts_that_wait_for_long_are_counted(sqlite_url: str, redis_url: str) -> None:
    with open_neighborhood(
        sqlite_url, redis_url, channels=["sim1"], first_channel={"texts_a_day": 1}
    ) as neighborhood:
        for who in ("Maria", "Sam"):
            neighborhood.text(who, "hello")
        assert found(neighborhood) == ["sim1 answers; battery at 94 %"]


def test_a_modem_that_hangs_is_asked_to_begin_anew(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    its = {"folder": str(tmp_path / "modem1")}
    with open_neighborhood(
        sqlite_url, redis_url, channels=["modem1", "sim1"], first_channel=its
    ) as neighborhood:
        assert found(neighborhood)[0] == "modem1 takes our texts"
        neighborhood.put_on_roster({"phone": PHONES["sim2"].numbers[0], "name": "Ana"})
        neighborhood.text("Maria", "need food", to=PHONES["sim1"].numbers[0])
        (waiting,) = (tmp_path / "modem1" / "outbox").iterdir()
        long_ago = waiting.stat().st_mtime - PATIENCE.total_seconds() - 60
        os.utime(waiting, (long_ago, long_ago))
        assert found(neighborhood)[0] == "channel.hangs"
        assert (tmp_path / "modem1" / spool.RESTART).exists()
        assert found(neighborhood)[0] == "modem1 takes our texts"  # it is given time


def test_folders_that_are_gone_are_told(sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    its = {"folder": str(tmp_path / "modem1")}
    with open_neighborhood(
        sqlite_url, redis_url, channels=["modem1"], first_channel=its
    ) as neighborhood:
        (tmp_path / "modem1").rename(tmp_path / "elsewhere")
        assert found(neighborhood) == ["channel.unreadable"]
