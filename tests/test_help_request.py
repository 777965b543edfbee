"""What can happen to a request, one event after the other, in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from hotline import settings
from hotline.help_request import (
    TABLE,
    Accepted,
    AskedAnew,
    AskedPerson,
    AskNeighbor,
    AskSoon,
    Assigned,
    Closed,
    Corrected,
    Done,
    Effect,
    Event,
    GiveWords,
    HandedBack,
    HeardOf,
    HeldBack,
    HelpRequest,
    KeptApart,
    Merged,
    NetworkTime,
    NobodyLeft,
    NotBefore,
    NotYet,
    OthersDue,
    Parted,
    Passed,
    Reopened,
    State,
    StillOnIt,
    Tell,
    TellWaiting,
    Thank,
    TimeIsUp,
    Together,
    Unreached,
    WaveDue,
    WentWell,
    Withdrawn,
    WordsAdded,
    new_request,
    next_step,
    opened,
)
from hotline.notices import Told, notice

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
NIGHT, MORNING = datetime(2026, 3, 3, 4, tzinfo=UTC), datetime(2026, 3, 3, 13, tzinfo=UTC)
MARIA, ANA, BEN, CHI = 1, 2, 3, 4
ASKED = HelpRequest(12, MARIA, NOON, needs=("food",), due=NOON)
NETWORK = settings.read_network("", "hotline.toml")

people = some.sampled_from([ANA, BEN, CHI])
moments = some.integers(0, 10_000).map(lambda minutes: NOON + timedelta(minutes=minutes))
needs = some.sampled_from([(), ("food",), ("medicine",), ("food", "medicine")])
events: some.SearchStrategy[Event] = some.one_of(
    some.builds(WordsAdded, needs, some.none() | some.just("northside"), some.integers(1, 3)),
    some.builds(WaveDue, some.lists(people, unique=True, min_size=1).map(tuple)),
    some.builds(OthersDue, some.lists(people, unique=True).map(tuple)),
    some.just(NobodyLeft()),
    some.builds(NotBefore, moments),
    some.builds(HeldBack, moments),
    some.builds(HeardOf, moments),
    some.builds(Accepted, people, some.sampled_from(["", "at five"])),
    some.builds(Passed, people),
    some.builds(Unreached, people),
    some.builds(HandedBack, people),
    some.builds(TimeIsUp, some.booleans()),
    some.builds(StillOnIt, people),
    some.builds(Done, people | some.just(MARIA)),
    some.just(WentWell()),
    some.builds(NotYet, some.booleans()),
    some.builds(Withdrawn),
    some.builds(Closed),
    some.builds(Reopened),
    some.builds(Assigned, people),
    some.builds(Corrected, some.none() | needs, some.none() | some.just("northside")),
    some.just(AskedAnew()),
    some.builds(AskedPerson, people),
    some.just(Merged()),
)
HappenedAt = tuple[Event, datetime]
happenings: some.SearchStrategy[list[HappenedAt]] = some.lists(
    some.tuples(events, moments), max_size=30
)


def happen(
    request: HelpRequest, event: Event, now: datetime = NOON
) -> tuple[HelpRequest, list[Effect]]:
    return next_step(request, event, NetworkTime(NETWORK, now))


def live(*happened: Event) -> tuple[HelpRequest, list[Effect]]:
    """All of it at noon."""
    return live_on(*((event, NOON) for event in happened))


def live_on(*happened: HappenedAt) -> tuple[HelpRequest, list[Effect]]:
    request, effects = ASKED, []
    for event, now in happened:
        request, effects = happen(request, event, now)
    return request, effects


# How it begins.


def test_a_request_by_day_is_asked_about_at_once() -> None:
    clock = NetworkTime(NETWORK, NOON)
    request = new_request(MARIA, ("food",), None, 1, clock)
    assert (request.due, request.urgent) == (NOON, False)
    got_it = Tell(MARIA, notice(Told.ASKED, number=0))
    assert opened(request, clock) == [got_it, AskSoon()]
    for_three = new_request(MARIA, ("food",), None, 3, clock)
    got_it = Tell(MARIA, notice(Told.ASKED_PEOPLE, number=0, count=3))
    assert opened(for_three, clock) == [got_it, AskSoon()]


def test_a_request_by_night_waits_for_the_morning_unless_it_is_urgent() -> None:
    clock = NetworkTime(NETWORK, NIGHT)
    request = new_request(MARIA, ("food",), None, 1, clock)
    assert request.due == MORNING
    got_it = Tell(MARIA, notice(Told.ASKED_IN_QUIET, number=0, time=MORNING))
    assert opened(request, clock) == [got_it]
    urgent = new_request(MARIA, ("medicine",), None, 1, clock)
    assert (urgent.due, urgent.urgent) == (NIGHT, True)
    assert opened(urgent, clock)[1:] == [AskSoon()]


# The table.

ROWS = {(row.state, row.event): row for row in TABLE}


@given(happenings, some.integers(1, 3))
def test_whatever_happens_is_in_the_table(happened: list[HappenedAt], needed: int) -> None:
    """It leads to where its row says, and what has no row changes nothing."""
    request = replace(ASKED, people=needed)
    for event, now in happened:
        row = ROWS.get((request.state, type(event)))
        after, effects = happen(request, event, now)
        if row is None:
            assert (after, effects) == (request, [])
        else:
            assert after.state in row.next, f"{request.state} after {event}"
        request = after


def test_every_row_leads_to_all_that_it_says_and_to_nothing_else() -> None:
    """Found by trying a few events of every kind after each other."""
    found: set[tuple[State, type[Event], State]] = set()
    reached = ahead = {ASKED, replace(ASKED, people=2)}
    for _ in range(4):
        tried = [(before, event, happen(before, event)[0]) for before in ahead for event in SOME]
        found |= {(before.state, type(event), after.state) for before, event, after in tried}
        ahead = {after for _, _, after in tried} - reached
        reached = reached | ahead
    said = {(row.state, row.event, following) for row in TABLE for following in row.next}
    assert {it for it in found if it[:2] in ROWS} == said
    assert {(before, after) for before, event, after in found if (before, event) not in ROWS} == {
        (state, state) for state in State
    }


SOME: tuple[Event, ...] = (
    HeldBack(NOON),
    *(WordsAdded((), None), WaveDue((ANA,)), OthersDue((BEN,)), NobodyLeft(), NotBefore(NOON)),
    *(HeardOf(NOON), Accepted(ANA), Accepted(BEN), Passed(ANA), Unreached(ANA), HandedBack(ANA)),
    *(TimeIsUp(), StillOnIt(ANA), Done(ANA), Done(MARIA), WentWell(), NotYet()),
    *(NotYet(takers_are_gone=True), Withdrawn()),
    *(Parted(ANA, by=MARIA), Parted(ANA, by=ANA), KeptApart(BEN), Together(ANA)),
    Parted(ANA, by=MARIA, not_done=True),
    *(Closed(), Reopened(), Assigned(ANA), Assigned(BEN), Corrected(("medicine",))),
    *(AskedAnew(), AskedPerson(BEN), Merged()),
)


def test_a_state_and_an_event_have_one_row() -> None:
    assert len(ROWS) == len(TABLE)


# What holds of every request.


@given(happenings)
def test_whatever_happens_nobody_is_forgotten(happened: list[HappenedAt]) -> None:
    request, _ = live_on(*happened)
    assert (request.state is State.OPEN) <= (request.due is not None), "open means due sometime"
    assert (request.state in (State.TAKEN, State.DONE)) <= (request.taker is not None)
    assert request.owed == 0 or request.state is State.OPEN


@given(happenings, some.integers(2, 3))
def test_one_that_needs_several_is_open_until_that_many_took_it(
    happened: list[HappenedAt], needed: int
) -> None:
    request = replace(ASKED, people=needed)
    for event, now in happened:
        request, _ = happen(request, event, now)
        assert len(set(request.takers)) == len(request.takers) <= request.people
        if request.state is State.TAKEN and not request.checked_in:
            assert request.takers
        if request.state is State.OPEN:
            assert len(request.takers) < request.people


def test_each_of_several_is_told_who_else() -> None:
    request, _ = happen(replace(ASKED, people=3), Accepted(ANA))
    request, effects = happen(request, Accepted(BEN))
    assert request.state is State.OPEN
    told = {it.neighbor: it.notice for it in effects if isinstance(it, Tell)}
    assert told[ANA].values["name"] == BEN
    assert told[BEN].values["names"] == (ANA,)


@given(happenings, people)
def test_a_request_that_is_taken_has_one_taker(happened: list[HappenedAt], late: int) -> None:
    before, _ = live_on(*happened, (WaveDue((ANA,)), NOON), (Accepted(ANA), NOON))
    after, effects = happen(before, Accepted(late))
    if before.state is State.TAKEN and late not in before.takers:
        assert after == before
        assert not any(isinstance(effect, GiveWords) for effect in effects)


@given(happenings)
def test_only_a_person_ends_a_request(happened: list[HappenedAt]) -> None:
    request, _ = live_on(*happened)
    if request.state in (State.DONE, State.WITHDRAWN):
        assert any(isinstance(event, Done | Withdrawn | Closed | Merged) for event, _ in happened)


def test_a_no_brings_one_other_person_at_once() -> None:
    request, _ = live(WaveDue((ANA, BEN)), Passed(ANA))
    assert request.owed == 1
    asked, effects = happen(request, OthersDue((CHI,)), NOON + timedelta(minutes=1))
    assert effects == [AskNeighbor(CHI)]
    assert asked.due == NOON + timedelta(minutes=5), "the clock is not stopped"


def test_a_no_while_asking_rests_brings_nobody() -> None:
    request, _ = live(WaveDue((ANA,)), NobodyLeft(), Passed(ANA))
    again = NOON + timedelta(minutes=NETWORK.waves.again_minutes)
    assert (request.owed, request.due) == (0, again)


def test_whoever_takes_it_ends_the_asking() -> None:
    _, effects = live(WaveDue((ANA, BEN)), Accepted(BEN))
    assert any(isinstance(effect, TellWaiting) for effect in effects)
    assert GiveWords(BEN) in effects


def test_takers_are_thanked_and_whoever_asked_is_asked_how_it_went() -> None:
    asked = notice(Told.DONE_TO_REQUESTER, number=12, name=ANA)
    assert live(Accepted(ANA), Done(ANA))[1] == [Thank(ANA), Tell(MARIA, asked)]
    told = notice(Told.DONE, number=12)
    assert live(Accepted(ANA), Done(MARIA))[1] == [Thank(ANA), Tell(MARIA, told)]


def test_only_the_taker_hands_it_back() -> None:
    taken, _ = live(WaveDue((ANA, BEN)), Accepted(BEN))
    assert happen(taken, HandedBack(ANA)) == (taken, [])
    again, _ = happen(taken, HandedBack(BEN))
    assert (again.state, again.taker, again.due) == (State.OPEN, None, NOON)


# What stewards do.


def told(effects: list[Effect]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for it in effects:
        if isinstance(it, Tell):
            found.setdefault(it.neighbor, []).append(it.notice.what.name)
    return found


@given(happenings, some.sampled_from([Closed(), Reopened()]))
def test_whoever_asked_and_whoever_has_it_hear_what_a_steward_did(
    happened: list[HappenedAt], event: Event
) -> None:
    before, _ = live_on(*happened)
    after, effects = happen(before, event)
    if after != before:
        assert set(told(effects)) == {MARIA, *before.takers}
        assert any(isinstance(it, TellWaiting) for it in effects) == (
            before.state is State.OPEN and isinstance(event, Closed)
        )


@given(happenings, people)
def test_nobody_is_put_in_the_place_of_who_has_it(
    happened: list[HappenedAt], neighbor: int
) -> None:
    before, _ = live_on(*happened)
    after, effects = happen(before, Assigned(neighbor))
    assert set(before.takers) <= set(after.takers)
    if before.state is not State.OPEN or neighbor in before.takers:
        assert (after, effects) == (before, [])
    else:
        assert {MARIA, neighbor} <= set(told(effects))
        assert GiveWords(neighbor) in effects


@given(happenings)
def test_what_is_opened_again_is_asked_about_at_once(happened: list[HappenedAt]) -> None:
    before, _ = live_on(*happened)
    after, effects = happen(before, Reopened())
    if before.state is not State.OPEN:
        assert (after.state, after.takers, after.due) == (State.OPEN, (), NOON)
        assert after.round > before.round, "everybody can be asked again"
        assert AskSoon() in effects


def test_a_late_yes_after_a_close_hears_so_and_changes_nothing() -> None:
    closed, _ = live(WaveDue((ANA, BEN)), Accepted(ANA), Closed())
    after, effects = happen(closed, Accepted(BEN))
    assert after == closed
    assert told(effects) == {BEN: ["NO_LONGER_NEEDED"]}


def test_a_correction_begins_anew_and_takes_the_place_of_what_was_known() -> None:
    asked, _ = live(WaveDue((ANA,)), WordsAdded(("medicine",), "eastside"))
    after, effects = happen(asked, Corrected(needs=("food",)), NOON + timedelta(minutes=1))
    assert (after.needs, after.area, after.urgent) == (("food",), "eastside", False)
    assert (after.due, after.wave, after.round) == (NOON + timedelta(minutes=1), 0, 2)
    assert told(effects) == {MARIA: ["CORRECTED"]}
    assert happen(after, Corrected(area="eastside")) == (after, [])
