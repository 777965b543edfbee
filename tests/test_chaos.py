"""The fault suite in its short form, and that it notices: `make chaos` is the long one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest
import servers
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from test_power import needs_compiler
from waiting import until

from board.pages import request
from chaos import callers, checker, faults, gather, guards, sentences, town
from chaos.clock import SharedClock
from chaos.desk import OFTEN, BusyDesk
from chaos.people import Sent, WrongMoment
from chaos.run import MUCH_LATER, next_leap
from hotline import words
from hotline.store import apart, notes, retention, sessions
from hotline.words import Sentence
from ivr import calling
from sms.receiving import Answering

ROOT = Path(__file__).parent.parent
SEED = os.environ.get("SEED", "2026")
FAR = 400.0  # seconds; a run is over long before

needs_postgresql = pytest.mark.skipif(
    servers.postgresql_programs() is None, reason="this machine has no PostgreSQL server"
)


def break_it(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """One run: its exit status, what it counted, and what it printed."""
    counted = folder / "counted.json"
    command = [sys.executable, "-m", "chaos.run", "--seed", SEED, "--json", str(counted)]
    done = subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=FAR,
        check=False,
    )
    assert counted.exists(), done.stdout
    (outcome,) = json.loads(counted.read_text())
    return done.returncode, outcome, done.stdout


@pytest.mark.trial
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--minutes", "0.6", "--database", "sqlite"], id="sqlite"),
        pytest.param(
            ["--minutes", "0.6", "--database", "postgresql"],
            id="postgresql",
            marks=needs_postgresql,
        ),
        pytest.param(
            ["--minutes", "0.5", "--database", "postgresql", "--halves", "2"],
            id="two machines",
            marks=needs_postgresql,
        ),
        pytest.param(
            ["--minutes", "0.3", "--database", "sqlite", "--fault", "power_cut"],
            id="power",
            marks=needs_compiler,
        ),
    ],
)
def test_whatever_breaks_nothing_is_lost_and_nothing_done_twice(
    tmp_path: Path, arguments: list[str]
) -> None:
    status, outcome, printed = break_it(tmp_path, *arguments)
    assert not any(outcome["counts"].values()), printed
    assert set(checker.CHECKS) <= set(outcome["counts"])
    assert outcome["recovered"], printed
    assert outcome["texts in"] > 20, printed
    assert status == 0, printed


@pytest.mark.trial
@pytest.mark.parametrize(
    "guard",
    [
        pytest.param(it, id=it.name, marks=needs_postgresql if it.database == "postgresql" else ())
        for it in guards.GUARDS.values()
    ],
)
def test_a_guard_that_is_missing_is_noticed(tmp_path: Path, guard: guards.Guard) -> None:
    if "power_cut" in guard.faults and not shutil.which("cc"):
        pytest.skip("this machine has no C compiler")
    status, outcome, printed = break_it(tmp_path, "--without", guard.name, "--minutes", "1")
    assert all(outcome["counts"][line] > 0 for line in guard.noticed_in), printed
    assert status == 1


@pytest.mark.trial
@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_nothing_outlives_a_run(how: str) -> None:
    command = [sys.executable, "-m", "chaos.run", "--database", "sqlite", "--fault", "quiet"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert any("everything due done" in line for line in run.stdout)
        # One of them may just have died, as they do there, and be about to begin again.
        family = until(lambda: _whole(descendants(run.pid)), "all seven are there", FAR)
        getattr(run, how)()
        run.stdout.read()
        run.wait(FAR)
    until(lambda: not family & set(parents()), "all have ended", FAR)


def parents() -> dict[int, int]:
    """The parent of every process of this machine that has not ended."""
    shown = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in shown.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def _whole(family: set[int]) -> set[int]:
    """The nursery, Redis, carrier, web, two workers and clock; nobody as long as one is missing."""
    return family if len(family) >= 7 else set()


def descendants(pid: int) -> set[int]:
    known, found = parents(), set[int]()
    ahead = {pid}
    while ahead:
        ahead = {it for it, parent in known.items() if parent in ahead}
        found |= ahead
    return found


# Parts.


@pytest.mark.parametrize("language", sentences.LANGUAGES)
def test_people_recognize_every_sentence(language: str) -> None:
    assert [it.name for it in Sentence if not _is_recognized(it, language)] == []


def _is_recognized(sentence: Sentence, language: str) -> bool:
    template = str(words.load(sentences.LANGUAGES)[language].gettext(sentence.value))
    values = {place: "some 3" for _, place, _, _ in Formatter().parse(template) if place}
    told = sentences.recognize(template.format(**values | {"number": 17}))
    return told is not None and (told.sentence is sentence or told.number in (17, None))


def test_clocks_change_twice_a_year() -> None:
    change = faults.next_change(datetime(2026, 3, 7, 17, 20, tzinfo=UTC))
    assert change == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert faults.next_change(change) == datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert faults.next_morning(change) == datetime(2026, 3, 8, 12, 30, tzinfo=UTC)


def test_time_does_not_leap_over_a_text_on_its_way(tmp_path: Path) -> None:
    ours, theirs = SharedClock(tmp_path / "clock"), SharedClock(tmp_path / "clock")
    noon = datetime(2026, 3, 7, 17, tzinfo=UTC)
    ours.set(noon)
    assert timedelta() <= theirs() - noon < timedelta(minutes=1)
    with theirs.standing_still() as is_fresh:
        assert is_fresh
    assert ours.leap(timedelta(hours=1))
    with theirs.standing_still() as is_fresh:
        assert not is_fresh, "what was decided an hour ago is old"
    assert not ours.leap(timedelta(hours=1), ready=lambda: False)
    assert theirs() - noon < timedelta(hours=2)


def test_everything_rests_when_nothing_can_become_due_while_it_is_counted() -> None:
    now = datetime(2026, 3, 7, 17, tzinfo=UTC)
    soon, later = now + timedelta(seconds=10), now + timedelta(minutes=10)
    assert next_leap(None, None, now, 0) is None, "nothing will ever be due"
    assert next_leap(None, later, now, 0) == timedelta(minutes=10, seconds=3), "a round of asking"
    assert next_leap(None, later, now, 4) is None, "enough rounds were seen"
    assert next_leap(None, soon, now, 4) == timedelta(seconds=13), "somebody is asked meanwhile"
    assert next_leap(soon, later, now, 50) == timedelta(seconds=13), "a text waits"
    assert next_leap(now - timedelta(seconds=1), None, now, 4) == timedelta(seconds=3)


def test_pages_are_held_against_takers_both_ways() -> None:
    def pages_that_lie(pages: list[tuple[int, str]], takers: list[int]) -> list[str]:
        rows = [SimpleNamespace(request_number=12, neighbor_id=who, state=it) for who, it in pages]
        taken = [SimpleNamespace(request_number=12, neighbor_id=who) for who in takers]
        known: dict[str, Any] = {"pages": rows, "takers": taken}
        empty: dict[str, Any] = dict.fromkeys(("sent", "attempts", "neighbors", "requests"), ())
        now = datetime(2026, 3, 7, 17, tzinfo=UTC)
        facts = checker.Facts(begun={}, messages=(), now=now, **empty, **known)
        return list(checker.pages_that_lie(facts))

    assert pages_that_lie([(1, "accepted"), (2, "passed"), (2, "asked")], [1]) == []
    assert pages_that_lie([(1, "accepted"), (2, "accepted")], [1]) == [
        "request 12: neighbor 2 accepted and does not take it"
    ]
    assert pages_that_lie([(1, "accepted"), (2, "covered")], [1, 2]) == [
        "request 12: neighbor 2 takes it and has no accepted page"
    ]


# What somebody says to somebody else.


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Maria asked twice, Ana and Ben are on it, and the carrier took a STOP of hers that never
    reached us."""
    with open_neighborhood(database_url, redis_url) as neighborhood:
        for name in ("Ana", "Ben"):
            neighborhood.put_on_roster({"phone": CAST[name], "name": name})
            neighborhood.text("Maria", "need food" if name == "Ana" else "need a ride")
            neighborhood.text(name, "yes")
        neighborhood.phone("Maria", opted_out=True)
        yield neighborhood


def lost_words(maple: Neighborhood, *texts: tuple[str, str]) -> list[str]:
    """What is counted when people say these things to each other."""
    sent = [
        Sent(str(maple.text(who, said)["sid"]), maple.number(who), said, "talk", begun=0.0)
        for who, said in texts
    ]
    rows = maple.database.read(gather._rows)
    facts = checker.Facts(sent=sent, attempts=(), begun={}, now=maple.now(), **rows)
    return list(checker.passed_on(facts))


def test_whoever_said_stop_to_the_carrier_alone_is_asked_nothing_and_has_lost_nothing(
    maple: Neighborhood,
) -> None:
    """The carrier told us with its refusal (21610). What she says then about something that is over
    could only be asked about, and she can be asked nothing."""
    maple.text("Ana", "12 I am here")
    assert lost_words(maple, ("Maria", "14 see you at w1")) == []
    assert lost_words(maple, ("Maria", "12 see you at w2")) == [], "it is clear whom this is for"


def test_words_that_are_passed_on_to_nobody_are_counted(maple: Neighborhood) -> None:
    nobody = "passed on 0 times"
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(Answering, "_pass_on", lambda *_arguments: None)
        assert nobody in lost_words(maple, ("Ana", "12 see you at w1"))[0]
        assert nobody in lost_words(maple, ("Maria", "12 see you at w2"))[0], "before we hear of it"
        maple.text("Maria", "START")
        assert nobody in lost_words(maple, ("Maria", "12 see you at w3"))[0]


@pytest.fixture
def desk(sqlite_url: str, redis_url: str) -> Iterator[tuple[Neighborhood, BusyDesk]]:
    """Two at a desk, and something that was asked for."""
    network = f'{NETWORK}\n[board]\ndesk = ["{CAST["Dee"]}", "{CAST["Nora"]}"]\n'
    with open_neighborhood(sqlite_url, redis_url, network) as maple:
        tokens = {CAST[it]: sessions.new_token() for it in ("Dee", "Nora")}
        maple.database.write(lambda it: town.sign_in(it, tokens, maple.now()))
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        maple.text("Maria", "need food, 11216")
        yield maple, BusyDesk("a seed", tokens, [maple.address], [CAST["Sam"]])


def acts(maple: Neighborhood, at: BusyDesk, *, until_done: Collection[str]) -> checker.Facts:
    """They act until each of these is done; what is known then."""
    for _ in range(200):
        at.act()
        if {it.what for it in at.acted if it.is_done} >= set(until_done):
            rows = maple.database.read(gather._rows)
            now = maple.now()
            return checker.Facts(sent=(), attempts=(), begun={}, now=now, acted=at.acted, **rows)
    raise AssertionError([(it.what, it.status) for it in at.acted])


def test_what_two_at_a_desk_do_is_there_once(desk: tuple[Neighborhood, BusyDesk]) -> None:
    facts = acts(*desk, until_done={*OFTEN, "asking"} - {"anew"})
    assert list(checker.desk(facts)) == []
    assert list(checker.overwritten(facts)) == []
    assert {it.status for it in facts.acted} <= {303, 409, 422}


@pytest.mark.parametrize(
    ("guard", "what"), [("seen", checker.overwritten), ("noted", checker.desk)]
)
def test_what_two_at_a_desk_lose_is_counted(
    desk: tuple[Neighborhood, BusyDesk], guard: str, what: checker.Check
) -> None:
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(request, "is_stale", request.is_stale)  # as they are again afterwards
        broken.setattr(notes, "add_note", notes.add_note)
        guards.take_out(guard, "web")
        facts = acts(*desk, until_done={"note", "correct", "close"})
    assert list(what(facts))


def test_what_is_on_its_way_to_the_record_is_not_missing(
    desk: tuple[Neighborhood, BusyDesk],
) -> None:
    """A note is written down after the rows were read, and before it is read what was done."""
    facts = acts(*desk, until_done={"note"})
    too_soon = replace(facts, notes=[])
    assert list(checker.desk(too_soon))
    assert not checker.is_found_twice(["desk"], iter([too_soon, facts]).__next__)
    assert checker.is_found_twice(["desk"], iter([too_soon, too_soon]).__next__)


def forged_calls(maple: Neighborhood) -> list[str]:
    """What is counted when somebody calls with Maria's number and presses what they hear of."""

    def control(path: str, wish: Any) -> Any:
        try:
            return maple.ask(path, wish)
        except ValueError as over:
            raise WrongMoment from over

    called = []
    for seed in range(6):
        with suppress(WrongMoment):
            chance = Random(seed)  # noqa: S311 - no secret
            phone = maple.number("Maria")
            called.append(callers.call(control, phone, "w1", chance, is_forged=True))
    rows = maple.database.read(gather._rows)
    facts = checker.Facts(sent=(), attempts=(), begun={}, now=maple.now(), called=called, **rows)
    return list(checker.unproven(facts))


def test_what_whoever_shows_a_number_hears_of_its_owner_is_counted(maple: Neighborhood) -> None:
    assert forged_calls(maple) == []
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(calling, "trust", calling.trust)  # as it is again afterwards
        guards.take_out("proof", "web")
        assert forged_calls(maple)


@pytest.mark.parametrize("is_kept", [True, False])
def test_who_is_brought_together_after_safe_is_counted(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    if not is_kept:
        monkeypatch.setattr(apart, "keep", lambda *_arguments, **_named: None)
    maple.text("Ana", "done 12")
    maple.text("Ana", "SAFE 12")
    maple.pass_time(timedelta(minutes=5))
    maple.text("Maria", "need to borrow a ladder")
    maple.settle()
    rows = maple.database.read(gather._rows)
    facts = checker.Facts(sent=(), attempts=(), begun={}, now=maple.now(), **rows)
    assert bool(list(checker.brought_together(facts))) is not is_kept


@pytest.mark.parametrize("is_deleted", [True, False])
def test_words_that_are_kept_too_long_are_counted(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch, *, is_deleted: bool
) -> None:
    if not is_deleted:
        monkeypatch.setattr(retention, "go_on", retention.go_on)  # as it is again afterwards
        guards.take_out("retention", "worker")
    maple.text("Ana", "done 12")
    until = maple.now()
    maple.now.moment += MUCH_LATER
    for _ in range(4):
        maple.tick()
        maple.now.moment += timedelta(seconds=16)
    kept = maple.database.read(lambda c: gather.kept(c, [12], until))
    assert bool(kept) is not is_deleted
    going_on = maple.database.read(lambda c: gather.kept(c, [13], until))
    assert going_on, "of what is not over all is kept"


def test_the_docs_name_every_fault_guard_and_count() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    for name in [*faults.FAULTS, *guards.GUARDS]:
        assert f"`{name}`" in page, name
    for says, _ in checker.CHECKS.values():
        assert says in page, says
    for guard in guards.GUARDS.values():
        lines = "; ".join(checker.CHECKS[name][0] for name in guard.noticed_in)
        assert f"| `{guard.name}` | {guard.means} | {lines} |" in page, guard.name
