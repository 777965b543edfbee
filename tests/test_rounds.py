"""The watch: what turns broken is told to the stewards once, by another way when texts fail, and a
heartbeat stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from boarding import AtTheBoard
from doctoring import HELPED, Patient, open_patient
from listening import Listener, Mailbox, listening, mailbox
from servers import KEYRING

from hotline.doctor.findings import Finding, found, well
from hotline.notices import Told
from hotline.store.database import Database
from paging import jobs
from serving import doctor_rounds
from serving.doctor_rounds import HALVES, Half, Rounds

MINUTE = timedelta(minutes=1)
CHEAP, CHANNELS, REST = HALVES


@pytest.fixture
def patient(sqlite_url: str, redis_url: str) -> Iterator[Patient]:
    with open_patient(sqlite_url, redis_url) as patient:
        yield patient


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def letters() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def watch(patient: Patient, **environment: str) -> Rounds:
    set_so = patient.environment(**environment)
    return Rounds(patient.where(environment=set_so).practice, jobs.send)


def by_all(listener: Listener, letters: Mailbox) -> dict[str, str]:
    return {
        "ALARM_NTFY_URL": f"{listener.url}/topic",
        "ALARM_WEBHOOK_URL": f"{listener.url}/hook",
        "ALARM_SMTP_URL": letters.url,
        "ALARM_MAIL_TO": "cleo@example.org, dee@example.org",
    }


def half(*found: Finding, name: str = "cheap") -> Half:
    """One that finds this."""
    usual = CHEAP if name == "cheap" else REST
    return Half(name, lambda _practice: list(found), usual.every, usual.lasting)


def go_on(patient: Patient, watching: Rounds, looked: Half, *, looks: int = 1) -> None:
    for _ in range(looks):
        watching.go(looked)
        patient.maple.now.moment += looked.every
    patient.maple.settle()


def read_by_cleo(patient: Patient) -> list[str]:
    return [it.body for it in patient.maple.received() if it.who == "Cleo"]


BROKEN = found("clock.none", state="is running")
OUTSIDE = found("outside.expired", host="help.example.org")
THERE = found("number.no_texts")
ON_OUR_SIDE, AT_THE_CARRIER = "something on our side is broken", "at the phone company is broken"


def test_what_turns_broken_is_told_once(patient: Patient) -> None:
    watching = watch(patient)
    go_on(patient, watching, half(BROKEN))
    assert read_by_cleo(patient) == []  # it may only be a moment
    go_on(patient, watching, half(BROKEN), looks=5)
    (told,) = read_by_cleo(patient)
    assert ON_OUR_SIDE in told
    assert "board" in told


def test_on_a_server_it_is_told_once_too(postgresql_url: str, redis_url: str) -> None:
    with open_patient(postgresql_url, redis_url) as patient:
        go_on(patient, watch(patient), half(BROKEN), looks=4)
        assert len(read_by_cleo(patient)) == 1


def test_what_comes_and_goes_is_told_every_six_hours_at_most(patient: Patient) -> None:
    watching = watch(patient)
    for _ in range(3):
        go_on(patient, watching, half(BROKEN), looks=2)
        go_on(patient, watching, half(well("clock", "is at work")))
    assert len(read_by_cleo(patient)) == 1
    patient.maple.now.moment += timedelta(hours=6)
    go_on(patient, watching, half(BROKEN), looks=2)
    assert len(read_by_cleo(patient)) == 1


def test_what_is_only_to_be_looked_at_is_not_told(patient: Patient) -> None:
    go_on(patient, watch(patient), half(found("redis.forgets")), looks=3)
    assert read_by_cleo(patient) == []


def test_on_which_side_it_is(patient: Patient) -> None:
    seen = half(THERE, OUTSIDE, name="rest")
    watching = watch(patient)
    watching.go(seen)
    patient.maple.now.moment += doctor_rounds.LOOKS_AGAIN  # it is looked at again sooner
    watching.go(seen)
    patient.maple.settle()
    told = " ".join(read_by_cleo(patient))
    assert ON_OUR_SIDE in told
    assert AT_THE_CARRIER in told


def test_of_a_phone_it_is_told_which_and_within_a_quarter_of_an_hour(patient: Patient) -> None:
    silent = Half(
        CHANNELS.name,
        lambda _practice: [
            found("channel.silent", about="sim1", channel="sim1"),
            found("channel.battery", about="sim1", channel="sim1", percent=5),
        ],
        CHANNELS.every,
        CHANNELS.lasting,
    )
    watching, began = watch(patient), patient.maple.now()
    while not (told := read_by_cleo(patient)):
        go_on(patient, watching, silent)
    assert patient.maple.now() - began <= timedelta(minutes=15)
    assert [it.partition(". ")[0] for it in told] == [
        "Maple Street Mutual Aid: please look at sim1"
    ]
    go_on(patient, watching, silent, looks=5)
    assert read_by_cleo(patient) == []


def test_a_half_is_looked_at_when_it_is_due_and_by_one_clock(patient: Patient) -> None:
    one, other = watch(patient), watch(patient)
    assert one.go(half(BROKEN)) == [BROKEN]
    assert other.go(half(BROKEN)) == []
    patient.maple.now.moment += MINUTE
    assert other.go(half(BROKEN)) == [BROKEN]
    assert one.go(half(BROKEN)) == []


def test_silence_is_told_too(patient: Patient) -> None:
    area = next(it.key for it in patient.practice.house.network.areas)
    quiet = found("silence.hours", hours="the last 3 hours")
    there = found("silence.area", about=area, area=area, days="5 days")
    watching = watch(patient)
    for _ in range(2):
        watching.go(half(quiet, there, name="rest"))
        patient.maple.now.moment += doctor_rounds.LOOKS_AGAIN
    patient.maple.settle()
    told = " ".join(read_by_cleo(patient))
    assert "no text and no call came in for hours" in told
    assert f"nothing from {area}" in told


def test_all_ways_are_used_when_texts_fail(
    patient: Patient, listener: Listener, letters: Mailbox
) -> None:
    watching = watch(patient, **by_all(listener, letters))
    patient.maple.trouble("account_refused", times=100)
    go_on(patient, watching, half(BROKEN), looks=4)
    ((to, subject, letter),) = letters.letters
    assert to == ["cleo@example.org", "dee@example.org"]
    assert "Maple Street Mutual Aid" in subject
    assert "`hotline clock`" in letter
    (told,) = listener.as_json("/hook")
    assert told["findings"][0]["name"] == "clock.none"
    assert "No clock is running" in told["text"]
    (shown,) = listener.told("/topic")
    assert shown.startswith("[broken] clock: No clock is running.")


def test_while_texts_leave_no_other_way_is_used(
    patient: Patient, listener: Listener, letters: Mailbox
) -> None:
    go_on(patient, watch(patient, **by_all(listener, letters)), half(BROKEN), looks=3)
    assert len(read_by_cleo(patient)) == 1
    assert listener.heard == []
    assert letters.letters == []


def test_what_keeps_texts_from_arriving_is_told_the_other_way_too(
    patient: Patient, listener: Listener
) -> None:
    watching = watch(patient, ALARM_WEBHOOK_URL=f"{listener.url}/hook")
    mute = found("registration.none", what="campaign")
    for _ in range(3):
        watching.go(half(mute, name="rest"))
        patient.maple.now.moment += doctor_rounds.LOOKS_AGAIN
    assert len(listener.told("/hook")) == 1


@pytest.fixture
def without_stewards(sqlite_url: str, redis_url: str) -> Iterator[Patient]:
    nobody = HELPED.replace("stewards = ", "# stewards = ")
    with open_patient(sqlite_url, redis_url, nobody) as patient:
        yield patient


def test_where_there_are_no_stewards_the_other_way_is_used(
    without_stewards: Patient, listener: Listener
) -> None:
    watching = watch(without_stewards, ALARM_WEBHOOK_URL=f"{listener.url}/hook")
    go_on(without_stewards, watching, half(BROKEN), looks=3)
    assert len(listener.told("/hook")) == 1


def test_who_does_not_take_it_is_told_again(
    without_stewards: Patient, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    watching = watch(without_stewards, ALARM_NTFY_URL=f"{listener.url}/topic")
    listener.answers = 503
    go_on(without_stewards, watching, half(BROKEN), looks=3)
    assert len(listener.told("/topic")) == 2
    assert "ntfy was not taken" in caplog.text
    listener.answers = 200
    go_on(without_stewards, watching, half(BROKEN), looks=3)
    assert len(listener.told("/topic")) == 3


def test_without_a_database_it_is_told_once_by_another_way(
    patient: Patient, listener: Listener
) -> None:
    away = Database("postgresql+psycopg://hotline@127.0.0.1:1/hotline", KEYRING)
    with closing(away):
        practice = patient.where(
            environment=patient.environment(ALARM_NTFY_URL=f"{listener.url}/topic"), database=away
        ).practice
        watching = Rounds(practice, jobs.send)
        looked = Half("cheap", CHEAP.examine, timedelta(), CHEAP.lasting)
        for _ in range(3):
            watching.go(looked)
    (told,) = listener.told("/topic")
    assert "[broken] database: The database does not answer." in told


def test_the_heartbeat_stops_when_something_is_broken(patient: Patient, listener: Listener) -> None:
    watching = watch(patient, HEARTBEAT_URL=f"{listener.url}/beat")
    patient.beat()
    go_on(patient, watching, CHEAP)
    assert [it[:2] for it in listener.heard] == [("GET", "/beat")]
    go_on(patient, watching, CHEAP, looks=2)  # nobody gave a sign of life since
    assert len(listener.heard) == 1
    patient.beat()
    go_on(patient, watching, CHEAP)
    assert len(listener.heard) == 2


def test_an_alarm_tells_of_no_secret(
    patient: Patient, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    watching = watch(patient, ALARM_NTFY_URL="http://127.0.0.1:1/secret-topic")
    patient.maple.trouble("account_refused", times=100)
    go_on(patient, watching, half(BROKEN), looks=3)
    assert "secret-topic" not in caplog.text
    assert listener.heard == []


def test_each_side_is_said_once() -> None:
    some = [BROKEN, OUTSIDE, THERE, found("work.late", about="asking", what="It", late="1 hour")]
    assert [it.what for it in doctor_rounds.notices_of(some)] == [
        Told.STEWARDS_BROKEN_HERE,
        Told.STEWARDS_BROKEN_THERE,
    ]
    assert doctor_rounds.notices_of(some[-1:]) == []


def test_stewards_see_it_on_the_board(sqlite_url: str, redis_url: str) -> None:
    from test_board import WITH_BOARD

    with open_patient(sqlite_url, redis_url, WITH_BOARD) as patient:
        with closing(AtTheBoard(patient.maple)) as board:
            board.signs_in("Cleo")
            assert "Nobody has looked yet" in board.goes_to("/health")
            go_on(patient, watch(patient), half(BROKEN, found("redis.forgets")))
            go_on(patient, watch(patient), half(well("roster", "3 can be asked"), name="rest"))
            seen = board.goes_to("/health")
            assert seen.index("No clock is running.") < seen.index("keeps nothing on disk")
            assert "`hotline clock`" in seen
            assert "3 can be asked" in seen
        with closing(AtTheBoard(patient.maple)) as board:
            board.signs_in("Dee")
            board.goes_to("/health")
            assert board.status in (403, 404)
