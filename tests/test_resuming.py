"""A busy hotline is copied, goes on, and is lost. What was copied is put back: nobody is asked or
told anything before it is resumed, and then nobody is asked twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from boarding import AtTheBoard
from neighborhood import (
    ACCOUNT,
    CAST,
    NETWORK,
    NOON,
    NUMBER,
    TOKEN,
    Neighborhood,
    open_neighborhood,
)
from sqlalchemy import select
from test_backup import QuickShell

from hotline import resuming
from hotline.carriers.twilio.client import Carrier
from hotline.desk import resuming as desk
from hotline.health import Vitals, parts
from hotline.help_request import State
from hotline.resuming import AtCarrier
from hotline.store import copies, messages, pages, restorations
from hotline.store.database import Database
from hotline.store.restorations import Hold
from hotline.store.tables import message
from paging import clock, jobs

SMALL_WAVES = NETWORK + "\n[waves]\nsizes = [1, 1, 1, 1]\n"
STEWARDED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
FOUR = ("Ana", "Ben", "Chi", "Dee")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, SMALL_WAVES) as it:
        it.put_on_roster(*({"phone": CAST[name], "name": name} for name in FOUR))
        yield it


class Backup:
    """A copy of a neighborhood's database, as it is when this is made."""

    def __init__(self, maple: Neighborhood, folder: Path) -> None:
        self._maple = maple
        self._folder = folder
        self._at = maple.now()
        folder.mkdir()
        copies.copy_into(maple.database, folder)

    def put_back(self) -> None:
        """In the place of what was lost; every process has begun anew."""
        maple = self._maple
        maple.settle()
        maple.database.close()
        maple.hotline.database.close()
        file = maple.database.file
        assert file
        for it in file.parent.glob("hotline.db*"):
            it.unlink()
        with closing(Database(maple.database.url)) as empty:
            copies.put_back(self._folder, empty, self._at, maple.now())
        jobs.take_up(replace(jobs._tools[0], hold=Hold()))


def resume(maple: Neighborhood) -> desk.Resumed:
    """As `hotline restore --resume` does it."""
    held = maple.database.read(restorations.waiting)
    assert held
    carrier: Carrier = jobs._tools[0].carrier
    known = carrier.known_since(held.copied_at, "US")
    house = maple.hotline.house
    done = maple.database.write(lambda c: desk.resume(house.work(c), held, known))
    maple.settle()
    return done


def asked(maple: Neighborhood, number: int) -> Counter[str]:
    """How often each was asked about a request, as their phones show it."""
    texts = [it for it in maple.texts(0) if f"YES {number}" in it.body and "NO " in it.body]
    return Counter(maple.hands.name(it.phone) for it in texts)


# Until it is resumed.


def test_nobody_is_asked_before_it_is_resumed_and_whoever_writes_is_looked_after(
    maple: Neighborhood, tmp_path: Path
) -> None:
    maple.text("Maria", "need food near 11216")
    copy = Backup(maple, tmp_path / "copy")
    copy.put_back()
    maple.received()
    maple.pass_time(20 * MINUTE)
    assert maple.received() == []
    assert maple.database.read(lambda c: clock.due(c, maple.now())) == []
    (first,) = asked(maple, 12)
    maple.text(first, "no 12")
    assert {it.who for it in maple.received()} <= {first}, "others wait, too"
    maple.text("Sam", "need a ride")
    sam, neighbor = maple.received()
    assert sam.who == "Sam"
    assert f"YES {13 + copies.SKIPPED}" in neighbor.body
    maple.pass_time(11 * MINUTE)
    assert not any("12" in it.body.split() for it in maple.received())
    assert sum(asked(maple, 12).values()) == 1
    found = httpx2.get(f"{maple.address}/health/deep", trust_env=False).json()
    assert not found["well"]
    assert "hotline restore --resume" in json.dumps(found["parts"]["restored"])


def test_organizers_sign_in_and_read_that_it_waits(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    with open_neighborhood(sqlite_url, redis_url, STEWARDED) as maple:
        Backup(maple, tmp_path / "copy").put_back()
        maple.pass_time(MINUTE)
        with closing(AtTheBoard(maple)) as cleo:
            cleo.signs_in("Cleo")
            assert "hotline restore --resume" in cleo.goes_to("/")


def test_stewards_are_not_told_that_asking_is_late(maple: Neighborhood, tmp_path: Path) -> None:
    from hotline.desk import alarm

    maple.text("Maria", "need food near 11216")
    copy = Backup(maple, tmp_path / "copy")
    maple.now.moment += 60 * MINUTE
    assert maple.database.read(lambda c: alarm.is_to_be_minded(c, maple.now()))
    copy.put_back()
    assert not maple.database.read(lambda c: alarm.is_to_be_minded(c, maple.now()))


def test_health_says_so_only_while_it_waits() -> None:
    said = parts(
        Vitals(restored_from=NOON), NOON + 90 * MINUTE, can_write=True, redis_can_write=True
    )
    assert "made 90 minutes ago" in said["restored"].said
    assert "restored" not in parts(Vitals(), NOON, can_write=True, redis_can_write=True)


# Then nobody is asked twice.


def test_a_busy_hotline_goes_on_elsewhere_and_nobody_is_asked_twice(
    maple: Neighborhood, tmp_path: Path
) -> None:
    maple.text("Maria", "need food near 11216")
    copy = Backup(maple, tmp_path / "copy")
    maple.pass_time(11 * MINUTE)
    before = asked(maple, 12)
    assert sum(before.values()) == 3, "two waves more went out after the copy"
    copy.put_back()
    maple.pass_time(5 * MINUTE)
    done = resume(maple)
    assert done.asked == 2
    maple.pass_time(50 * MINUTE)
    assert asked(maple, 12) == before, "it rests, for a steward to look at it"
    maple.pass_time(20 * MINUTE)
    after = asked(maple, 12)
    assert set(after) == set(FOUR), "then it goes on with whoever was not asked"
    assert max(after.values()) == 1
    maple.text(next(iter(before)), "yes 12")
    (request,) = maple.requests()
    assert request.state is State.TAKEN


def test_a_yes_to_a_page_that_the_copy_knew_nothing_of_is_understood(
    maple: Neighborhood, tmp_path: Path
) -> None:
    maple.text("Maria", "need food near 11216")
    first = set(asked(maple, 12))
    copy = Backup(maple, tmp_path / "copy")
    maple.pass_time(6 * MINUTE)
    (second,) = set(asked(maple, 12)) - first
    copy.put_back()
    resume(maple)
    maple.text(second, "yes")
    (request,) = maple.requests()
    assert request.state is State.TAKEN
    assert any("it is yours" in it.body or "is yours" in it.body for it in maple.received())


def test_what_was_on_its_way_is_looked_up_and_sent_only_if_it_is_not_there(
    maple: Neighborhood, tmp_path: Path
) -> None:
    """Two were waiting when the copy was made: one left after it, the other never did."""
    maple.trouble("busy", times=50)
    maple.text("Maria", "need food near 11216")
    (who,) = pages_of(maple)
    add_waiting(maple, "Ben", "see you at the hall")
    copy = Backup(maple, tmp_path / "copy")
    maple.end_trouble()
    drop_waiting(maple, "Ben")
    maple.pass_time(2 * MINUTE)
    assert asked(maple, 12) == {who: 1}
    copy.put_back()
    done = resume(maple)
    assert done.found == 1
    assert done.doubted == 1
    maple.received()
    maple.pass_time(10 * MINUTE)
    assert [it.body for it in maple.received() if it.who == "Ben"] == ["see you at the hall"]
    assert asked(maple, 12)[who] == 1


def test_what_the_carrier_does_not_list_at_once_is_looked_up_by_its_words(
    maple: Neighborhood, tmp_path: Path
) -> None:
    maple.trouble("busy", times=50)
    maple.text("Maria", "need food near 11216")
    copy = Backup(maple, tmp_path / "copy")
    maple.end_trouble()
    maple.pass_time(2 * MINUTE)
    before = asked(maple, 12)
    assert sum(before.values()) == 1
    copy.put_back()
    held = maple.database.read(restorations.waiting)
    assert held
    house = maple.hotline.house
    maple.database.write(lambda c: desk.resume(house.work(c), held, []))
    maple.pass_time(3 * MINUTE)
    (first,) = before
    assert asked(maple, 12)[first] == 1


def pages_of(maple: Neighborhood) -> list[str]:
    found = maple.database.read(lambda c: pages.asked_in(c, 12, 1))
    return [name for name in FOUR for who in found if person(maple, name) == who]


def person(maple: Neighborhood, name: str) -> int:
    from hotline.store import people

    (who,) = maple.database.read(lambda c: people.ids_at(c, [CAST[name]]))
    return who


def add_waiting(maple: Neighborhood, name: str, body: str) -> None:
    who = person(maple, name)
    new = messages.NewMessage(who, body)
    maple.database.write(lambda c: messages.add_message(c, new, maple.now()))


def drop_waiting(maple: Neighborhood, name: str) -> None:
    who = person(maple, name)
    gone = message.update().where(message.c.neighbor_id == who, message.c.due.is_not(None))
    maple.database.write(lambda c: c.execute(gone.values(due=None, state="dropped")))


def test_what_was_written_meanwhile_is_kept_for_a_steward_to_read(
    maple: Neighborhood, tmp_path: Path
) -> None:
    maple.text("Maria", "need food near 11216")
    copy = Backup(maple, tmp_path / "copy")
    (first,) = asked(maple, 12)
    maple.text(first, "yes 12")
    maple.text("Sam", "need a ride")
    maple.pass_time(MINUTE)
    copy.put_back()
    maple.received()
    done = resume(maple)
    assert done.wrote == {CAST[first]: 1, CAST["Sam"]: 1}
    assert done.rest == (12,)
    maple.pass_time(30 * MINUTE)
    assert maple.received() == [], "nobody hears of what is over"
    bodies = maple.database.read(lambda c: c.execute(select(message.c.body)).scalars().all())
    assert "need a ride" in bodies
    assert "yes 12" in bodies


def test_the_same_text_delivered_once_more_is_known(maple: Neighborhood, tmp_path: Path) -> None:
    copy = Backup(maple, tmp_path / "copy")
    maple.pass_time(MINUTE)
    maple.text("Sam", "need a ride")
    maple.pass_time(MINUTE)
    copy.put_back()
    resume(maple)
    sids = maple.database.read(
        lambda c: c.execute(select(message.c.sid).where(message.c.state == "received")).scalars()
    )
    assert all(maple.database.read(lambda c, it=it: messages.find_inbound(c, it)) for it in sids)
    assert maple.requests() == []


def test_resuming_once_is_all(maple: Neighborhood, tmp_path: Path) -> None:
    Backup(maple, tmp_path / "copy").put_back()
    resume(maple)
    assert maple.database.read(restorations.waiting) is None
    maple.text("Maria", "need food near 11216")
    assert sum(asked(maple, 12 + copies.SKIPPED).values()) == 1


def test_a_call_that_was_under_way_leads_to_nothing_more(
    maple: Neighborhood, tmp_path: Path
) -> None:
    """In the life that was lost it ended, and what it asked for was asked for."""
    maple.call("Maria")
    maple.press("Maria", "1")
    maple.press("Maria", "2")
    copy = Backup(maple, tmp_path / "copy")
    maple.hang_up("Maria")
    maple.pass_time(MINUTE)
    copy.put_back()
    resume(maple)
    maple.received()
    maple.pass_time(120 * MINUTE)
    assert maple.requests() == []
    assert maple.received() == []


# What the carrier knows, and what it means.


def text(body: str, *, minutes: int = 0, ours: bool = True, phone: str = "+1") -> AtCarrier:
    return AtCarrier(f"SM{minutes}", phone, NOON + minutes * MINUTE, ours, body)


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("Can you help? Reply YES 12 or NO 12", {12}),
        ("12, 13 and 14?", {12, 13, 14}),
        ("call +12125550141 at 8:30", set()),
        ("SI 12. NO 12.", {12}),
        ("", set()),
    ],
)
def test_numbers_are_found_in_any_language(body: str, numbers: set[int]) -> None:
    assert resuming.numbers_in(body) == numbers


def test_only_what_is_not_known_and_came_before_is_missing() -> None:
    found = [text("b", minutes=2), text("a", minutes=1), text("late", minutes=9)]
    until = NOON + 5 * MINUTE
    assert [it.body for it in resuming.missing(found, {"SM2"}, until)] == ["a"]


def test_a_call_may_have_been_about_any_request() -> None:
    call = AtCarrier("CA1", "+2", NOON, True, is_call=True)
    lost = [text("YES 12"), text("12 please", ours=False, phone="+3"), call]
    assert resuming.told_about(lost, {12, 13}) == {(12, "+1"), (12, "+2"), (13, "+2")}


# As somebody types it.


def test_resume_shows_what_waits_and_asks_before_it_goes_on(
    maple: Neighborhood, tmp_path: Path, redis_url: str
) -> None:
    maple.text("Maria", "need food near 11216")
    copy = Backup(maple, tmp_path / "copy")
    maple.pass_time(6 * MINUTE)
    maple.text("Sam", "need a ride")
    maple.pass_time(MINUTE)
    copy.put_back()
    folder = tmp_path / "shell"
    folder.mkdir()
    shell = QuickShell(folder, f"sqlite:///{maple.database.file}")
    shell.environment |= {
        "REDIS_URL": redis_url,
        "PUBLIC_URL": maple.address,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": maple.address,
        "HOTLINE_NUMBER": NUMBER,
    }
    shell.environment["TWILIO_AUTH_TOKEN"] = "another"
    said = shell.run("restore", "--resume", "--yes", status=1)
    assert "cannot be asked of the carrier" in said
    shell.environment["TWILIO_AUTH_TOKEN"] = TOKEN
    shell.answers = "n\n"
    said = shell.run("restore", "--resume", status=1)
    assert "open or taken: 12" in said
    assert "Nothing was changed" in said
    assert maple.database.read(restorations.waiting)
    said = shell.run("restore", "--resume", "--yes")
    assert "not asked again: 1" in said
    assert f"{CAST['Sam']} wrote 1 text" in said
    assert maple.database.read(restorations.waiting) is None
    assert "goes on as usual" in shell.run("restore", "--resume")
