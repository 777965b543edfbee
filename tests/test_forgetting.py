"""FORGET ME, through the whole program: what is left of somebody, here and at the carrier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from neighborhood import ACCOUNT, CAST, NETWORK, NUMBER, TOKEN, Neighborhood, open_neighborhood
from sqlalchemy import Connection, func, select, text, update

from hotline import phone
from hotline.carriers.twilio.client import Carrier
from hotline.desk.delivery import delivered
from hotline.errors import AccountRefused, CarrierBusy, CarrierError, CarrierSilent, PhoneOff
from hotline.inbound import Delivery
from hotline.message import MessageMove
from hotline.store import overview, record, requests, roster, strangers, tables
from hotline.work import AfterCommit
from paging import clock

STEWARDS = NETWORK.replace("quiet =", f'stewards = ["{CAST["Cleo"]}"]\nquiet =')
STEWARDS += '\n[roster]\njoining = "stewards"\n\n[waves]\nsizes = [1]\n'
MINUTE = timedelta(minutes=1)


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Ana is asked first, then Ben."""
    with open_neighborhood(database_url, redis_url, STEWARDS) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Anabel Quince", "areas": "northside"},
            {"phone": CAST["Ben"], "name": "Ben"},
        )
        yield opened


# What is left.


def test_of_whoever_asked_nothing_is_left_anywhere(maple: Neighborhood) -> None:
    maple.text("Maria", "join Zuleika")
    _ask_by_voice(maple, "Maria", "the green door behind the bakery")
    maple.text("Ana", "yes in twenty minutes")
    maple.text("Maria", "ring twice [picture]", media=["https://media.example.org/ring"])
    maple.text("Ana", "on my way")
    maple.text("Ana", "cant")
    maple.text("Ben", "yes")
    maple.text("Ana", "yes 12")
    maple.call("Maria")
    maple.press("Maria", "3")
    maple.hang_up("Maria")
    maple.text("Maria", "mind the terrier")
    maple.text("Ben", "done")
    maple.text("Maria", "need a cello string tomorrow")
    maple.text("Maria", "never mind")
    assert _rows(maple, "request", "details")[-1] == {"day": "2026-03-03"}
    words = ("zuleika", "bakery", "ring", "terrier", "cello", "11216", "twenty", "on my way")
    assert all(it in _everything_here(maple) for it in ("zuleika", "bakery", "cello", "11216"))
    assert all(it in _everything_there(maple) for it in ("zuleika", "bakery", "terrier"))

    maple.text("Maria", "FORGET ME")
    assert _has_none_of(_everything_here(maple, but="erasure"), "Maria", *words)
    maple.pass_time(10 * MINUTE)

    assert _has_none_of(_everything_here(maple), "Maria", *words)
    assert _has_none_of(_everything_there(maple), "Maria", *words)
    assert _rows(maple, "request", "details") == [{}, {}]
    assert _rows(maple, "erasure") == []
    assert [(it.number, it.state.value) for it in maple.requests()] == [
        (12, "done"),
        (13, "withdrawn"),
    ]


def test_of_whoever_helped_nothing_is_left_anywhere(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries near 11216")
    maple.text("Ana", "yes after the matinee")
    maple.text("Ana", "do you like turnips")
    maple.text("Maria", "status")
    maple.text("Ana", "cant")
    maple.text("Ben", "yes")
    maple.text("Ben", "done")
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes 13 in half a fortnight")
    maple.text("Ben", "yes 13")
    maple.text("Ana", "my parasol is yellow")
    maple.text("Maria", "thank you so much")
    maple.text("Ana", "done")
    maple.text("Ana", "need a lift to the harbor")
    maple.text("Ana", "never mind")
    words = ("anabel", "quince", "turnips", "parasol", "harbor", "fortnight")
    assert all(it in _everything_here(maple) for it in words)

    forget(maple, "Ana", "delete my data")
    assert _has_none_of(_everything_here(maple, but="erasure"), "Ana", *words)
    maple.pass_time(10 * MINUTE)

    assert _has_none_of(_everything_here(maple), "Ana", *words, "matinee", "delete my data")
    assert _has_none_of(_everything_there(maple), "Ana", *words, "matinee", "delete my data")
    assert maple.database.read(roster.roster) == [roster.RosterEntry(CAST["Ben"], "Ben")]
    assert set(_rows(maple, "offer", "neighbor_id")) == {2}


def test_who_is_known_by_their_surname_first_is_forgotten_as_well(maple: Neighborhood) -> None:
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Quince, Anabel", "areas": "northside"})
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.text("Maria", "status")
    assert "anabel" in _everything_here(maple)
    maple.text("Ana", "cant")
    forget(maple, "Ana")
    maple.pass_time(10 * MINUTE)
    assert _has_none_of(_everything_here(maple), "Ana", "anabel", "quince")
    assert _has_none_of(_everything_there(maple), "Ana", "anabel", "quince")


def test_of_one_among_several_nothing_is_left_anywhere(maple: Neighborhood) -> None:
    maple.text("Maria", "need 2 people to carry a sofa")
    maple.text("Ana", "yes")
    maple.pass_time(6 * MINUTE)
    maple.text("Ben", "yes")
    maple.text("Ana", "mind the chandelier")
    maple.text("Ben", "12 let us meet at six")
    maple.text("Ben", "done 12")
    assert "anabel" in _everything_there(maple)
    forget(maple, "Ana")
    maple.pass_time(10 * MINUTE)
    words = ("anabel", "chandelier")
    assert _has_none_of(_everything_here(maple), "Ana", *words)
    assert _has_none_of(_everything_there(maple), "Ana", *words)
    assert "meet at six" in _everything_here(maple)


def test_of_whoever_helped_what_was_written_to_them_is_gone_too(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.text("Maria", "the marmalade door")
    maple.pass_time(MINUTE)
    maple.text("Ana", "cant")
    maple.text("Maria", "is a porcupine coming")
    maple.text("Ben", "yes")
    maple.text("Maria", "the cinnamon door")
    forget(maple, "Ana")
    maple.pass_time(10 * MINUTE)
    for seen in (_everything_here(maple), _everything_there(maple)):
        assert "marmalade" not in seen
        assert all(it in seen for it in ("need milk", "porcupine", "cinnamon")), "these are Ben's"
    maple.text("Ben", "done")
    forget(maple, "Ben")
    maple.pass_time(10 * MINUTE)
    for seen in (_everything_here(maple), _everything_there(maple)):
        assert "cinnamon" not in seen
        assert "need milk" in seen, "what Maria asked for is hers"


def test_a_name_that_they_had_before_is_gone_too(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.text("Maria", "status")
    maple.text("Ana", "cant")
    maple.text("Ana", "name Lucia")
    forget(maple, "Ana")
    maple.pass_time(10 * MINUTE)
    assert _has_none_of(_everything_here(maple), "Ana", "anabel", "lucia")
    assert _has_none_of(_everything_there(maple), "Ana", "anabel", "lucia")


def test_words_of_theirs_that_wait_are_not_passed_on(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.text("Ana", "done")
    maple.trouble("busy", times=1)
    maple.text("Maria", "so kind")
    maple.received()
    maple.text("Maria", "forget me")
    maple.pass_time(10 * MINUTE)
    assert [it.who for it in maple.received()] == ["Maria"]


def test_who_still_talks_to_somebody_forgotten_hears_that_it_goes_nowhere(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.text("Ana", "done")
    forget(maple, "Ana")
    maple.received()
    maple.text("Maria", "see you at the church on sunday, dear")
    assert [(it.who, it.body[:12]) for it in maple.received()] == [("Maria", "12: they sto")]
    maple.text("Maria", "not yet")
    maple.pass_time(timedelta(days=2))
    assert any(it.who == "Ben" and "YES 12" in it.body for it in maple.received())


def test_at_the_carrier_every_spelling_of_a_number_is_deleted(maple: Neighborhood) -> None:
    """It keeps what somebody wrote under the number as it came."""
    old, new = "+5215512345678", "+525512345678"
    for number, body in ((old, "need milk near 11216"), (new, "never mind"), (old, "forget me")):
        maple.ask("texts", {"from": number, "body": body})
    maple.pass_time(10 * MINUTE)
    here, there = _everything_here(maple), _everything_there(maple)
    assert not any(number.removeprefix("+") in it for number in (old, new) for it in (here, there))


def test_who_called_from_a_hidden_number_and_left_theirs(maple: Neighborhood) -> None:
    maple.call("Sam", is_hidden=True)
    for keys in ("1", "1", "#"):
        maple.press("Sam", keys)
    maple.say("Sam", "a walker for the stairs")
    maple.press("Sam", "#")
    maple.press("Sam", "1")
    maple.press("Sam", "2125550159#")
    maple.press("Sam", "1")
    maple.hang_up("Sam")
    assert "walker" in _everything_here(maple)
    maple.text("Sam", "never mind")
    maple.text("Sam", "forget me")
    maple.pass_time(10 * MINUTE)
    assert _has_none_of(_everything_here(maple), "Sam", "walker")
    assert _has_none_of(_everything_there(maple), "Sam", "walker")


def test_of_two_who_were_put_through_to_each_other_nothing_is_left(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.call("Maria")
    maple.press("Maria", "1")
    maple.answer("Ana")
    maple.press("Ana", "1")
    maple.hang_up("Ana")
    maple.hang_up("Maria")
    maple.text("Ana", "done")
    forget(maple, "Ana")
    maple.pass_time(timedelta(hours=1))
    assert _has_none_of(_everything_here(maple), "Ana", "anabel")
    assert _has_none_of(_everything_there(maple), "Ana", "anabel")
    maple.text("Maria", "forget me")
    maple.pass_time(timedelta(hours=1))
    assert _has_none_of(_everything_there(maple), "Maria", "milk")


def test_who_joined_by_phone_is_forgotten_with_their_spoken_name(maple: Neighborhood) -> None:
    maple.call("Sam")
    maple.press("Sam", "1")
    maple.press("Sam", "8")
    maple.say("Sam", "Wilhelmina")
    maple.press("Sam", "#")
    maple.hang_up("Sam")
    assert "wilhelmina" in _everything_there(maple)
    maple.text("Sam", "forget me")
    maple.pass_time(timedelta(hours=1))
    assert _has_none_of(_everything_here(maple), "Sam", "wilhelmina")
    assert _has_none_of(_everything_there(maple), "Sam", "wilhelmina")


def test_nothing_is_left_of_who_was_never_known(maple: Neighborhood) -> None:
    maple.text("Sam", "forget me")
    (got,) = maple.received()
    assert "deleted here" in got.body
    maple.pass_time(5 * MINUTE)
    assert _has_none_of(_everything_here(maple), "Sam")
    assert _has_none_of(_everything_there(maple), "Sam")


def test_however_much_there_is_it_all_goes(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    for day in range(20):
        maple.text("Maria", f"and a loaf of bread on day {day}")
        maple.pass_time(3 * MINUTE)
    maple.text("Maria", "never mind")
    maple.text("Maria", "forget me")
    maple.pass_time(20 * MINUTE)
    assert _has_none_of(_everything_there(maple), "Maria", "loaf")
    assert _rows(maple, "erasure") == []


def test_not_even_sealed_words_are_left_on_the_disk(sqlite_url: str, redis_url: str) -> None:
    """Not in the database's log of writes, either: whoever has the keys could open them."""
    with open_neighborhood(sqlite_url, redis_url, STEWARDS) as maple:
        maple.text("Maria", "need milk near 11216, the green door")
        maple.text("Maria", "never mind")
        query = text("SELECT body FROM message")
        found = maple.database.read(lambda c: c.execute(query).scalars().all())
        bodies = [bytes(it) for it in found if it]
        assert bodies
        assert all(it in _bytes_of(maple) for it in bodies)
        maple.text("Maria", "forget me")
        maple.pass_time(5 * MINUTE)
        assert not any(it in _bytes_of(maple) for it in bodies)


def _bytes_of(maple: Neighborhood) -> bytes:
    file = maple.database.file
    assert file
    return b"".join(it.read_bytes() for it in file.parent.glob(f"{file.name}*") if it.is_file())


# What stays.


def _segments(connection: Connection) -> int:
    return sum(strangers.spent_since(connection, tables.NEVER).values())


def test_what_is_counted_stays_and_the_record_has_their_id_alone(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    maple.text("Ana", "yes")
    maple.text("Ana", "done")
    week = partial(requests.counts_since, moment=maple.now() - timedelta(days=7))
    before = maple.database.read(week)
    segments = maple.database.read(_segments)
    maple.text("Maria", "forget me")
    after = maple.database.read(week)
    assert after == before == (1, 1, 1)
    assert maple.database.read(_segments) > segments
    (last,) = maple.database.read(lambda c: record.events(c, 1))
    assert (last.what, last.about, last.request) == ("forgotten", None, None)
    (gone,) = _rows(maple, "neighbor", "phone", lambda row: row.id == last.who)
    assert phone.is_nobodys(gone)
    listed = maple.database.read(lambda c: overview.listed_after(c, 0, only_open=False))
    assert all(it.way_back for it in listed)


def test_the_same_text_delivered_again_brings_nobody_back(maple: Neighborhood) -> None:
    first = maple.text("Maria", "need milk")["sid"]
    maple.text("Maria", "never mind")
    last = maple.text("Maria", "forget me")["sid"]
    many = _count(maple, "neighbor")
    for sid, body in ((first, "need milk"), (last, "forget me")):
        maple.received()
        again = maple.text("Maria", body, sid=sid)
        assert again["replies"] == []
        assert maple.received() == []
    assert _count(maple, "neighbor") == many
    assert len(maple.requests()) == 1


def test_who_writes_later_is_somebody_new(maple: Neighborhood) -> None:
    forget(maple, "Ana")
    maple.pass_time(5 * MINUTE)
    maple.text("Ana", "need milk")
    (request,) = maple.requests()
    assert request.requester not in (1, 2)
    maple.pass_time(timedelta(hours=1))
    assert "need milk" in _everything_there(maple)


def test_what_waited_to_be_sent_to_them_or_to_name_them_is_not_sent(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.received()
    maple.trouble("busy", times=2)
    maple.text("Ana", "cant")
    forget(maple, "Ana")
    maple.end_trouble()
    maple.pass_time(4 * MINUTE)
    got = [(it.who, it.body) for it in maple.received()]
    assert not any("Anabel" in body for _, body in got)
    assert any(who == "Ben" and "YES 12" in body for who, body in got)


def test_what_tells_of_nobody_is_still_sent(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.trouble("busy", times=1)
    maple.text("Maria", "never mind")
    maple.text("Maria", "forget me")
    maple.received()
    maple.pass_time(MINUTE)
    assert [(it.who, it.body[:25]) for it in maple.received()] == [
        ("Ana", "12 is no longer needed. T")
    ]


def test_a_text_that_did_not_arrive_is_not_tried_again_empty(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk near 11216")
    maple.trouble("no_callbacks", to=CAST["Maria"])
    maple.text("Ana", "yes")
    maple.text("Maria", "never mind")
    maple.text("Maria", "forget me")
    (row,) = _rows(maple, "message", "", lambda it: (it.channel, it.state) == ("api", "accepted"))
    late = Delivery(row.id, row.sid, MessageMove.MISS, PhoneOff, 30003)
    many = _count(maple, "message")

    def tell(connection: Connection) -> AfterCommit:
        work = maple.hotline.house.work(connection)
        delivered(work, late)
        return work.after

    assert maple.database.write(tell) == AfterCommit()
    assert _count(maple, "message") == many


def test_who_writes_too_much_is_forgotten_all_the_same(maple: Neighborhood) -> None:
    for _ in range(30):
        maple.text("Maria", "hi")
    maple.text("Maria", "forget me")
    maple.pass_time(10 * MINUTE)
    assert _has_none_of(_everything_here(maple), "Maria")


def test_a_call_under_way_ends_and_is_deleted_once_it_is_over(maple: Neighborhood) -> None:
    maple.call("Maria")
    maple.press("Maria", "1")
    maple.text("Maria", "forget me")
    maple.tick()
    maple.press("Maria", "1")
    assert maple.call_of("Maria")["waits_for"] == "", "we hung up"
    maple.pass_time(timedelta(hours=1))
    assert _has_none_of(_everything_there(maple), "Maria")
    assert maple.requests() == []


def test_what_turns_up_late_at_the_carrier_is_deleted_too(maple: Neighborhood) -> None:
    maple.text("Maria", "forget me")
    maple.pass_time(1.5 * MINUTE)
    assert len(_rows(maple, "erasure")) == 1, "it looks once more"
    _carrier(maple, "POST", "Messages.json", To=CAST["Maria"], From=NUMBER, Body="the answer")
    maple.pass_time(2 * MINUTE)
    assert _has_none_of(_everything_there(maple), "Maria")
    assert _rows(maple, "erasure") == []


def test_what_they_write_later_is_not_deleted_by_a_carrier_that_is_late(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_arguments: object) -> int:
        raise CarrierBusy

    with monkeypatch.context() as patch:
        patch.setattr(Carrier, "erase_number", busy)
        maple.text("Maria", "forget me")
        maple.pass_time(7 * MINUTE)
    maple.text("Maria", "need milk")
    maple.pass_time(30 * MINUTE)
    assert "forget me" not in _everything_there(maple)
    assert "need milk" in _everything_there(maple)
    assert _rows(maple, "erasure") == []


# A carrier in trouble.


@pytest.mark.parametrize(
    "trouble",
    [CarrierBusy("busy", code=20429), CarrierSilent(""), AccountRefused("refused", code=20003)],
    ids=["busy", "silent", "refused"],
)
def test_a_carrier_in_trouble_is_tried_later(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch, trouble: CarrierError
) -> None:
    tried: list[Any] = []

    def fails(_carrier: Carrier, number: str, *_more: object) -> int:
        tried.append((maple.now(), number))
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(Carrier, "erase_number", fails)
        maple.text("Maria", "forget me")
        assert tried == [], "not before the text itself is on the carrier's books"
        maple.pass_time(timedelta(minutes=30))
    pauses = [later - earlier for (earlier, _), (later, _) in pairwise(tried)]
    assert 4 <= len(tried) <= 7
    assert pauses == sorted(pauses)
    assert _rows(maple, "erasure", "what") == [CAST["Maria"]]
    maple.pass_time(timedelta(hours=2))
    assert _rows(maple, "erasure") == []
    assert _has_none_of(_everything_there(maple), "Maria")


def test_after_a_day_the_stewards_hear_once_that_the_carrier_does_not_delete(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_arguments: object) -> int:
        raise AccountRefused("refused", code=20003)

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(Carrier, "erase_number", refuses)
            maple.text("Maria", "forget me")
            maple.pass_time(timedelta(hours=22))
            assert not [it for it in maple.received() if it.who == "Cleo"]
            maple.pass_time(timedelta(hours=30))
            (told,) = [it.body for it in maple.received() if it.who == "Cleo"]
            assert "has not deleted what we are to forget" in told
        maple.pass_time(timedelta(hours=2))
        assert _rows(maple, "erasure") == []
        assert not [it for it in maple.received() if it.who == "Cleo"]


def test_who_asks_again_hears_what_still_waits(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_arguments: object) -> int:
        raise CarrierBusy

    with monkeypatch.context() as patch:
        patch.setattr(Carrier, "erase_number", busy)
        maple.text("Maria", "forget me")
        assert "deleted here, and soon at the phone company" in maple.received()[-1].body
        maple.pass_time(20 * MINUTE)
        maple.text("Maria", "forget me")
        assert "has not deleted its copies yet" in maple.received()[-1].body
    maple.pass_time(timedelta(hours=3))
    maple.text("Maria", "forget me")
    assert "soon at the phone company" in maple.received()[-1].body


def test_what_is_gone_at_the_carrier_already_is_done(maple: Neighborhood) -> None:
    _ask_by_voice(maple, "Maria", "the green door")
    maple.text("Ana", "yes")
    maple.text("Ana", "done")
    (recording,) = _rows(maple, "recording", "sid")
    for path in [f"Recordings/{recording}", *(f"Messages/{it['sid']}" for it in _messages(maple))]:
        _carrier(maple, "DELETE", f"{path}.json")
    maple.text("Maria", "forget me")
    maple.pass_time(5 * MINUTE)
    assert _rows(maple, "erasure") == []


def test_several_clocks_and_workers_delete_once(maple: Neighborhood) -> None:
    maple.text("Maria", "forget me")
    now = maple.now() + 2 * MINUTE
    first = maple.database.read(lambda c: clock.due(c, now))
    assert [job.kind for job in first] == ["erase", "forget_old"]
    assert first == maple.database.read(lambda c: clock.due(c, now))


# Somebody on the roster.


@pytest.mark.parametrize("wrong", ["", "CONFIRM 000000"])
def test_without_the_code_a_helper_is_not_forgotten(maple: Neighborhood, wrong: str) -> None:
    maple.text("Ana", "forget me")
    maple.text("Ana", wrong or "forget me")
    maple.pass_time(11 * MINUTE)
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    assert maple.requests()[0].takers == (1,)


def test_who_comes_back_within_a_day_is_on_the_roster_as_they_were(maple: Neighborhood) -> None:
    maple.text("Ana", "MAX 2")
    maple.text("Maria", "need milk near 11216")
    maple.text("Ana", "yes")
    maple.text("Maria", "SAFE")
    before = maple.database.read(roster.roster)
    maple.order("Ana", "forget me")
    maple.pass_time(timedelta(hours=23))
    assert _has_none_of(_everything_here(maple, but="erasure"), "Ana", "anabel", "quince")
    assert _has_none_of(_everything_there(maple), "Ana", "anabel")
    maple.text("Ana", "back")
    assert maple.database.read(roster.roster) == before
    (ana,) = _rows(maple, "neighbor", which=lambda row: row.phone == CAST["Ana"])
    assert ana.max_a_day == 2
    apart = {(it.neighbor_id, it.other_id) for it in _rows(maple, "apart")}
    assert (ana.id, 1) not in apart
    assert any(ana.id in pair for pair in apart), "SAFE still holds"
    assert _rows(maple, "erasure") == []


def test_a_newcomer_comes_back_as_a_newcomer(maple: Neighborhood) -> None:
    _change(maple, "Ana", newcomer_since=maple.now())
    maple.order("Ana", "forget me")
    maple.text("Ana", "back")
    (ana,) = _rows(maple, "neighbor", which=lambda row: row.phone == CAST["Ana"])
    assert ana.newcomer_since is not None


def test_after_a_day_nothing_is_left_that_could_come_back(maple: Neighborhood) -> None:
    maple.order("Ana", "forget me")
    maple.pass_time(timedelta(hours=25))
    assert _has_none_of(_everything_here(maple), "Ana", "anabel", "quince")
    maple.text("Ana", "back")
    assert [it.name for it in maple.database.read(roster.roster)] == ["Ben"]


def test_suspension_is_not_washed_off_by_coming_back(maple: Neighborhood) -> None:
    _change(maple, "Ana", suspended_at=maple.now())
    maple.text("Ana", "forget me")
    maple.text("Ana", "back")
    assert [it.name for it in maple.database.read(roster.roster)] == ["Ben"]


def test_who_needs_something_meanwhile_hears_what_comes_first(maple: Neighborhood) -> None:
    maple.text("Ana", "forget me")
    code = re.findall(r"CONFIRM (\d{6})", maple.received()[-1].body)[0]
    maple.text("Ana", "need milk")
    maple.text("Ana", f"CONFIRM {code}")
    assert "12 is still open" in maple.received()[-1].body


def test_a_steward_who_helps_is_forgotten_by_code_as_well(maple: Neighborhood) -> None:
    maple.put_on_roster({"phone": CAST["Cleo"], "name": "Cleopatra"})
    assert "kept for a day" in maple.order("Cleo", "forget me")[-1]
    maple.pass_time(timedelta(hours=25))
    assert _has_none_of(_everything_here(maple), "Sam", "cleopatra")


def _change(maple: Neighborhood, who: str, **facts: Any) -> None:
    theirs = tables.neighbor.c.phone == CAST[who]
    maple.database.write(lambda c: c.execute(update(tables.neighbor).where(theirs).values(facts)))


# What is seen.


def forget(maple: Neighborhood, who: str, words: str = "forget me") -> None:
    """Somebody on the roster, who does not want to come back either."""
    assert "FORGET ME" in maple.order(who, words)[-1]
    maple.text(who, words)


def _ask_by_voice(maple: Neighborhood, who: str, words: str) -> None:
    maple.call(who)
    for keys in ("1", "1", "11216#", "1"):
        maple.press(who, keys)
    maple.say(who, words)
    maple.press(who, "#")
    maple.hang_up(who)


def _everything_here(maple: Neighborhood, but: str = "") -> str:
    """Every column of every table, as text."""
    found = [str(_rows(maple, name)) for name in tables.metadata.tables if name != but]
    return "\n".join(found).casefold()


def _everything_there(maple: Neighborhood) -> str:
    """All that the carrier tells whoever has our account, as text."""
    texts, calls, recordings = (
        _carrier(maple, "GET", f"{path}.json?PageSize=1000")
        for path in ("Messages", "Calls", "Recordings")
    )
    assert not texts["next_page_uri"]
    sounds = [
        _carrier(maple, "GET", f"Recordings/{it['sid']}.wav") for it in recordings["recordings"]
    ]
    return str([texts, calls, recordings, sounds]).casefold()


def _has_none_of(text: str, who: str, *words: str) -> bool:
    found = [it for it in (CAST[who].removeprefix("+1"), *words) if it.casefold() in text]
    places = [text[max(text.index(it) - 200, 0) :][:300] for it in found]
    assert found == [], "\n".join(places)
    return True


def _messages(maple: Neighborhood) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _carrier(maple, "GET", "Messages.json")["messages"]
    return found


def _carrier(maple: Neighborhood, method: str, path: str, **form: str) -> Any:
    address = f"{maple.address}/2010-04-01/Accounts/{ACCOUNT}/{path}"
    sent: dict[str, Any] = {"data": form} if form else {}
    who = (ACCOUNT, TOKEN)
    answer = httpx2.request(method, address, auth=who, timeout=30, trust_env=False, **sent)
    answer.raise_for_status()
    if path.endswith(".wav"):
        return answer.content
    return answer.json() if answer.content else None


def _rows(maple: Neighborhood, table: str, column: str = "", which: Any = None) -> list[Any]:
    query = select(tables.metadata.tables[table])
    rows = maple.database.read(lambda c: c.execute(query).all())
    chosen = [row for row in rows if which is None or which(row)]
    return [getattr(row, column) for row in chosen] if column else chosen


def _count(maple: Neighborhood, table: str) -> int:
    query = select(func.count()).select_from(tables.metadata.tables[table])
    return maple.database.read(lambda c: c.execute(query).scalar_one())
