"""What can happen to a request, one event after the other, in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from hotline.help_request import (
    Accepted,
    Done,
    Effect,
    Event,
    GiveWords,
    HandedBack,
    HelpRequest,
    NobodyLeft,
    NotBefore,
    NotYet,
    OthersDue,
    Page,
    Passed,
    State,
    StillOnIt,
    Tell,
    TellWaiting,
    TimeIsUp,
    Unreached,
    WaveDue,
    WentWell,
    Withdrawn,
    WordsAdded,
    next_step,
)

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
MARIA, ANA, BEN, CHI = 1, 2, 3, 4
ASKED = HelpRequest(12, MARIA, NOON, needs=("food",), due=NOON)

people = some.sampled_from([ANA, BEN, CHI])
moments = some.integers(0, 10_000).map(lambda minutes: NOON + timedelta(minutes=minutes))
events: some.SearchStrategy[Event] = some.one_of(
    some.builds(WordsAdded, some.just(("food",)), some.none(), some.booleans(), moments),
    some.builds(WaveDue, some.lists(people, unique=True, min_size=1).map(tuple), moments),
    some.builds(OthersDue, some.lists(people, unique=True).map(tuple)),
    some.builds(NobodyLeft, moments, moments, some.booleans()),
    some.builds(NotBefore, moments),
    some.builds(Accepted, people),
    some.builds(Passed, people),
    some.builds(Unreached, people),
    some.builds(HandedBack, people, moments),
    some.builds(TimeIsUp, moments, some.booleans()),
    some.builds(StillOnIt, people),
    some.builds(Done, people),
    some.just(WentWell()),
    some.just(NotYet()),
    some.builds(Withdrawn),
)


def live(*happened: Event) -> tuple[HelpRequest, list[Effect]]:
    request, effects = ASKED, []
    for event in happened:
        request, effects = next_step(request, event)
    return request, effects


@given(some.lists(events, max_size=30))
def test_whatever_happens_nobody_is_forgotten(happened: list[Event]) -> None:
    request, _ = live(*happened)
    assert (request.state is State.OPEN) <= (request.due is not None), "open means due sometime"
    assert (request.state in (State.TAKEN, State.DONE)) <= (request.taker is not None)
    assert request.owed == 0 or request.state is State.OPEN


@given(some.lists(events, max_size=30), some.integers(2, 3))
def test_one_that_needs_several_is_open_until_that_many_took_it(
    happened: list[Event], needed: int
) -> None:
    request = replace(ASKED, people=needed)
    for event in happened:
        request, _ = next_step(request, event)
        assert len(set(request.takers)) == len(request.takers) <= needed
        if request.state is State.TAKEN and not request.asked:
            assert request.takers
        if request.state is State.OPEN:
            assert len(request.takers) < needed


def test_each_of_several_is_told_who_else() -> None:
    request, _ = next_step(replace(ASKED, people=3), Accepted(ANA))
    request, effects = next_step(request, Accepted(BEN))
    assert request.state is State.OPEN
    told = {it.neighbor: it.text for it in effects if isinstance(it, Tell)}
    assert told[ANA].values["name"] == BEN
    assert told[BEN].values["names"] == (ANA,)


@given(some.lists(events, max_size=30), people)
def test_a_request_that_is_taken_has_one_taker(happened: list[Event], late: int) -> None:
    before, _ = live(*happened, WaveDue((ANA,), NOON), Accepted(ANA))
    after, effects = next_step(before, Accepted(late))
    if before.state is State.TAKEN and late != before.taker:
        assert after == before
        assert not any(isinstance(effect, GiveWords) for effect in effects)


@given(some.lists(events, max_size=30))
def test_only_a_person_ends_a_request(happened: list[Event]) -> None:
    request, _ = live(*happened)
    if request.state in (State.DONE, State.WITHDRAWN):
        assert any(isinstance(event, Done | Withdrawn) for event in happened)


def test_a_no_brings_one_other_person_at_once() -> None:
    request, _ = live(WaveDue((ANA, BEN), NOON + timedelta(minutes=5)), Passed(ANA))
    assert request.owed == 1
    asked, effects = next_step(request, OthersDue((CHI,)))
    assert effects == [Page(CHI)]
    assert asked.due == NOON + timedelta(minutes=5), "the clock is not stopped"


def test_a_no_while_asking_rests_brings_nobody() -> None:
    again = NOON + timedelta(hours=1)
    request, _ = live(WaveDue((ANA,), NOON), NobodyLeft(again, NOON, tell=True), Passed(ANA))
    assert (request.owed, request.due) == (0, again)


def test_whoever_takes_it_ends_the_asking() -> None:
    _, effects = live(WaveDue((ANA, BEN), NOON), Accepted(BEN))
    assert any(isinstance(effect, TellWaiting) for effect in effects)
    assert GiveWords(BEN) in effects


def test_only_the_taker_hands_it_back() -> None:
    taken, _ = live(WaveDue((ANA, BEN), NOON), Accepted(BEN))
    assert next_step(taken, HandedBack(ANA, NOON)) == (taken, [])
    again, _ = next_step(taken, HandedBack(BEN, NOON))
    assert (again.state, again.taker, again.due) == (State.OPEN, None, NOON)
