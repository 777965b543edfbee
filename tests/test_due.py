"""What it comes to that something is due for a request, as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from neighborhood import NETWORK

from hotline import due, settings
from hotline.due import HELD_LONGER
from hotline.help_request import (
    HeardOf,
    HelpRequest,
    NetworkTime,
    NobodyLeft,
    NotBefore,
    OthersDue,
    State,
    TalkLine,
    TimeIsUp,
    WaveDue,
)

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
CLOCK = NetworkTime(settings.read_network(NETWORK, "hotline.toml"), NOON)
MARIA, ANA, BEN = 1, 2, 3
MINUTE = timedelta(minutes=1)
DUE = HelpRequest(12, MARIA, NOON, due=NOON)
OWES_TWO = replace(DUE, due=NOON + MINUTE, owed=2)
TAKEN = replace(DUE, state=State.TAKEN, takers=(ANA,))


def test_a_request_is_due_at_its_time_or_when_it_owes_somebody() -> None:
    assert due.is_due(DUE, NOON)
    assert due.is_due(OWES_TWO, NOON)
    assert not due.is_due(DUE, NOON - MINUTE)
    assert not due.is_due(replace(DUE, due=None), NOON)


def test_a_whole_wave_is_asked_when_it_is_time_else_one_for_each_who_passed() -> None:
    assert due.how_many(DUE, CLOCK) == CLOCK.network.wave_size(1)
    assert due.how_many(OWES_TWO, CLOCK) == 2
    assert due.found(DUE, (ANA, BEN), CLOCK) == WaveDue((ANA, BEN))
    assert due.found(OWES_TWO, (ANA, BEN), CLOCK) == OthersDue((ANA, BEN))


def test_nobody_is_asked_before_it_shows_whether_messages_leave() -> None:
    assert due.asks_from(DUE, None, CLOCK) == NOON
    assert due.asks_from(DUE, NOON - MINUTE, CLOCK) == NOON + HELD_LONGER
    assert due.asks_from(DUE, NOON + MINUTE, CLOCK) == NOON + MINUTE


WAVE = timedelta(minutes=CLOCK.network.waves.minutes)


@pytest.mark.parametrize(
    ("request_", "may_answer", "wait_to_leave", "event"),
    [
        (DUE, False, False, NobodyLeft()),
        (DUE, True, False, NobodyLeft()),
        (DUE, True, True, NotBefore(NOON + WAVE)),
        (OWES_TWO, True, False, OthersDue(())),
        (OWES_TWO, True, True, OthersDue(())),
        (OWES_TWO, False, False, NobodyLeft()),
    ],
)
def test_where_nobody_is_free_it_matters_whether_somebody_may_still_answer(
    request_: HelpRequest, may_answer: bool, wait_to_leave: bool, event: object
) -> None:
    found = due.nobody_found(request_, CLOCK, may_answer=may_answer, wait_to_leave=wait_to_leave)
    assert found == event


def test_a_taker_who_was_heard_of_is_not_asked() -> None:
    said = [TalkLine(12, ANA, NOON - 2 * MINUTE), TalkLine(12, MARIA, NOON - MINUTE)]
    assert due.how_it_stands(TAKEN, said) == HeardOf(NOON - 2 * MINUTE)
    assert due.how_it_stands(TAKEN, said[1:]) == TimeIsUp()
    assert due.how_it_stands(replace(TAKEN, checked_in=True), said) == TimeIsUp()


def test_who_talked_is_told_that_words_are_no_longer_passed_on() -> None:
    done = replace(TAKEN, state=State.DONE)
    assert due.how_it_stands(done, [TalkLine(12, ANA, NOON)]) == TimeIsUp(talked=True)
    assert due.how_it_stands(done, [TalkLine(12, 0, NOON)]) == TimeIsUp(talked=False)
