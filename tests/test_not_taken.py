"""What follows when the carrier does not take a message, as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from neighborhood import NETWORK

from hotline import errors, failure, settings
from hotline.errors import CarrierError
from hotline.failure import (
    Failed,
    GiveUp,
    Handling,
    LookUp,
    PutBack,
    Tried,
    WarnStewards,
    is_our_account,
)
from hotline.help_request import NetworkTime
from hotline.message import Channel
from hotline.notices import Told, notice

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
CLOCK = NetworkTime(settings.read_network(NETWORK, "hotline.toml"), NOON)
TEXT, CALL = Failed(Channel.API), Failed(Channel.CALL)


def after(**pause: float) -> datetime:
    return NOON + timedelta(**pause)


@pytest.mark.parametrize(
    ("it", "why", "follows"),
    [
        (TEXT, errors.CarrierSilent, [LookUp(after(seconds=30))]),
        (TEXT, errors.CarrierBusy, [PutBack(after(seconds=5))]),
        (
            TEXT,
            errors.AccountRefused,
            [
                PutBack(after(minutes=5), is_held=True),
                WarnStewards(notice(Told.STEWARDS_REFUSED, code=7)),
            ],
        ),
        (TEXT, errors.NotAllowedThere, [GiveUp()]),
        (
            CALL,
            errors.NotAllowedThere,
            [PutBack(after(minutes=5)), WarnStewards(notice(Told.STEWARDS_NOT_ALLOWED, code=7))],
        ),
        (Failed(Channel.CALL, claims=failure.MOST_CALLS), errors.NotAllowedThere, [GiveUp()]),
        (TEXT, errors.BadNumber, [GiveUp()]),
        (TEXT, errors.Refused, [GiveUp()]),
    ],
)
def test_what_is_not_taken_is_looked_up_put_back_or_given_up(
    it: Failed, why: type[CarrierError], follows: list[Handling]
) -> None:
    assert failure.not_taken(it, why, 7, CLOCK) == follows


def test_a_busy_carrier_is_left_alone_twice_as_long_each_time() -> None:
    def pause(claims: int, asked_for: timedelta | None = None) -> timedelta:
        it = Failed(Channel.API, claims=claims, pause=asked_for)
        (back,) = failure.not_taken(it, errors.CarrierBusy, None, CLOCK)
        assert isinstance(back, PutBack)
        return back.at - NOON

    assert [pause(it).total_seconds() for it in (1, 2, 3, 7, 1000)] == [5, 10, 20, 300, 300]
    assert pause(4, timedelta(seconds=2)) == timedelta(seconds=2)


# Whose trouble it is.


def test_what_our_account_held_back_stays_held_back_until_something_gets_through() -> None:
    """One text alone waits, and nobody else could show that it is our account's trouble."""
    alone = [Tried(1, NOON, 5)]
    held = partial(is_our_account, 1, alone, is_held=True, now=NOON)
    assert held(None)
    assert held(Tried(2, NOON - timedelta(hours=1), 3))
    assert not held(Tried(2, NOON - timedelta(minutes=1), 3))
    assert not is_our_account(1, alone, None, is_held=False, now=NOON)


# What was taken, and nobody told what became of it.


@pytest.mark.parametrize(
    ("minutes", "again"), [(0, 10), (10, 20), (20, 40), (25, 50), (700, 1400), (721, None)]
)
def test_what_became_is_asked_ever_later_for_a_day(minutes: int, again: int | None) -> None:
    found = failure.asked_again(NOON, after(minutes=minutes))
    assert found == (None if again is None else after(minutes=again))
