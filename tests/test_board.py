"""The board: who comes in, what waits, and each deed to its effect on phones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from sqlalchemy import Connection

from board.pages import PAGES
from board.pages.setting_forms import FORMS
from hotline.desk import signing_in
from hotline.health import ROLES
from hotline.help_request import State
from hotline.organizers import BoardRole
from hotline.store import people, record, sessions, vitals

STEWARDED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
WITH_BOARD = (
    STEWARDED
    + f"""
[board]
desk = ["{CAST["Dee"]}"]
readers = ["{CAST["Nora"]}"]
"""
)


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, WITH_BOARD) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Ana", "areas": "eastside", "needs": "food"},
            {"phone": CAST["Ben"], "name": "Ben", "areas": "eastside", "needs": "food"},
        )
        give_signs_of_life(opened)
        yield opened


def give_signs_of_life(maple: Neighborhood) -> None:
    """As a worker and a clock do that run by themselves."""
    maple.database.write(lambda it: [vitals.beat(it, role, "1", maple.now()) for role in ROLES])


def read(maple: Neighborhood, who: str) -> list[str]:
    """What somebody read since this was last asked."""
    return [it.body for it in maple.received() if it.who == who]


# In and out.


def test_a_steward_signs_in_by_a_code_to_her_phone(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        assert "Sign in" in board.goes_to("/")
        assert "Nothing waits." in board.signs_in("Cleo")
        assert board.title == "Now · Maple Street Mutual Aid"


def test_who_has_no_part_in_it_gets_no_code_and_the_same_answer(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as known, closing(AtTheBoard(maple)) as unknown:
        known.sends("/in", {"number": CAST["Cleo"]})
        unknown.sends("/in", {"number": CAST["Sam"]})
        assert unknown.page == known.page
        assert [it.who for it in maple.received()] == ["Cleo"]
        assert "does not fit" in unknown.sends("/code", {"code": "123456"})


def test_a_code_holds_in_the_browser_that_asked_for_it_alone(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board, closing(AtTheBoard(maple)) as other:
        board.sends("/in", {"number": CAST["Cleo"]})
        other.sends("/in", {"number": CAST["Cleo"]})
        first, _ = (re.findall(r"\d{6}", it)[0] for it in read(maple, "Cleo"))
        assert "does not fit" in other.sends("/code", {"code": first})
        assert "Nothing waits." in board.sends("/code", {"code": first})


def test_five_wrong_codes_and_the_right_one_is_none_any_more(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        board.sends("/in", {"number": CAST["Cleo"]})
        (code,) = re.findall(r"\d{6}", read(maple, "Cleo")[0])
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for _ in range(5):
            assert "does not fit" in board.sends("/code", {"code": wrong})
        assert "does not fit" in board.sends("/code", {"code": code})


def test_a_code_is_too_old_after_ten_minutes(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        board.sends("/in", {"number": CAST["Cleo"]})
        (code,) = re.findall(r"\d{6}", read(maple, "Cleo")[0])
        maple.pass_time(timedelta(minutes=10))
        assert "does not fit" in board.sends("/code", {"code": code})


def test_however_many_strangers_try_a_steward_comes_in(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "MOST_STRANGERS", 2)
    an_hour_ago = maple.now() - timedelta(hours=1)
    with closing(AtTheBoard(maple)) as stranger, closing(AtTheBoard(maple)) as board:
        for _ in range(3):
            stranger.sends("/in", {"number": CAST["Sam"]})
        assert maple.database.read(lambda it: sessions.strangers_since(it, an_hour_ago)) == 2
        assert "Nothing waits." in board.signs_in("Cleo")


def test_a_code_can_be_spoken_by_a_call(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        board.sends("/in", {"number": CAST["Cleo"], "by": "call"})
        maple.answer("Cleo")
        (code,) = set(re.findall(r"\d(?: \d){5}", maple.heard("Cleo")))
        assert "Nothing waits." in board.sends("/code", {"code": code})


def test_a_link_signs_in_once(maple: Neighborhood) -> None:
    """Whoever only looks at it, as programs do that show what is behind a link, uses none up."""
    with closing(AtTheBoard(maple)) as board, closing(AtTheBoard(maple)) as other:
        token = maple.database.write(
            lambda it: signing_in.make_link(maple.hotline.house.work(it), CAST["Cleo"])
        )
        board.goes_to(f"/link/{token}")
        assert "Nothing waits." in board.sends(f"/link/{token}")
        assert "used already" in other.sends(f"/link/{token}")


def test_a_browser_holds_something_new_once_somebody_signs_in(maple: Neighborhood) -> None:
    """What somebody else put into it before opens nothing, for them or for her."""
    planted = sessions.new_token()
    with closing(AtTheBoard(maple)) as board, closing(AtTheBoard(maple)) as other:
        for browser in (board, other):
            browser.http.cookies.set("board-session", planted, domain="127.0.0.1", path="/")
        board.signs_in("Cleo")
        assert planted not in dict(board.http.cookies).values()
        assert "Write your phone number" in other.goes_to("/")


def test_codes_are_guessed_at_from_ten_browsers_a_day_and_no_more(maple: Neighborhood) -> None:
    """Each has five tries."""
    maple.received()
    for _ in range(12):
        with closing(AtTheBoard(maple)) as guessing:
            guessing.sends("/in", {"number": CAST["Cleo"]})
            assert "does not fit" in guessing.sends("/code", {"code": "000000"})
    assert len(read(maple, "Cleo")) == signing_in.MOST_CODES == 10


def test_nobody_else_gets_a_link(maple: Neighborhood) -> None:
    def write(connection: Connection) -> str | None:
        return signing_in.make_link(maple.hotline.house.work(connection), CAST["Sam"])

    assert maple.database.write(write) is None


def test_whose_browser_is_signed_out_by_a_steward_is_out(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    with closing(AtTheBoard(maple, "Chrome on Windows")) as dee:
        dee.signs_in("Dee")
        cleo.goes_to("/roles")
        (number,) = re.findall(r"Chrome, Windows.*?/sessions/(\d+)/end", cleo.page, re.DOTALL)
        assert "That browser is signed out." in cleo.sends(f"/sessions/{number}/end")
        assert "Write your phone number" in dee.goes_to("/")


def test_whose_role_is_taken_away_is_out_at_once(maple: Neighborhood, cleo: AtTheBoard) -> None:
    cleo.sends("/roles/give", {"number": CAST["Sam"], "role": "desk"})
    with closing(AtTheBoard(maple)) as sam:
        assert "Nothing waits." in sam.signs_in("Sam")
        cleo.goes_to("/roles")
        (number,) = re.findall(r"/roles/(\d+)/take", cleo.page)
        cleo.sends(f"/roles/{number}/take")
        assert "Write your phone number" in sam.goes_to("/")


def test_who_is_suspended_is_out_at_once(maple: Neighborhood, cleo: AtTheBoard) -> None:
    cleo.sends("/roles/give", {"number": CAST["Ana"], "role": "desk"})
    with closing(AtTheBoard(maple)) as ana:
        ana.signs_in("Ana")
        maple.order("Cleo", "SUSPEND Ana")
        assert "Write your phone number" in ana.goes_to("/")


def test_a_browser_that_nobody_used_for_a_week_is_signed_out(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    maple.pass_time(timedelta(days=7, minutes=1))
    assert "Write your phone number" in cleo.goes_to("/")


def test_signing_out_is_for_good(cleo: AtTheBoard) -> None:
    held = dict(cleo.http.cookies)
    cleo.sends("/out")
    cleo.http.cookies.update(held)
    assert "Write your phone number" in cleo.goes_to("/")


# Every route has a role, and refuses who has none, or a lesser one.


def address(path: str) -> str:
    return path.format(number=12, sid="RE1", token="x", who="-", kind="-", day="-")


EVERYBODY = {"/in", "/code", "/link/{token}", "/passkey", "/passkey/use"}
GETS = [it.path for it in PAGES if it.show]
POSTS = [it.path for it in PAGES if it.do]


def test_only_signing_in_is_for_everybody() -> None:
    assert {it.path for it in PAGES if it.least is None} == EVERYBODY


def test_each_address_refuses_who_is_not_signed_in(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        for path in {*GETS, *POSTS} - EVERYBODY:
            for see in (board.goes_to, board.sends):
                if (path in GETS) if see == board.goes_to else (path in POSTS):
                    assert "Write your phone number" in see(address(path)), path


@pytest.mark.parametrize(("who", "role"), [("Nora", BoardRole.READER), ("Dee", BoardRole.DESK)])
def test_each_address_refuses_lesser_roles(maple: Neighborhood, who: str, role: BoardRole) -> None:
    maple.text("Maria", "need food near 11216")
    with closing(AtTheBoard(maple)) as board:
        board.signs_in(who)
        for page in PAGES:
            if page.least is None or role.may(page.least):
                continue
            if page.show:
                board.goes_to(address(page.path))
                assert board.status == 403, page.path
            if page.do:
                board.sends(address(page.path))
                assert board.status == 403, page.path
    assert [it.version for it in maple.requests()] == [2], "asked once, and nothing since"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"]
)
def test_each_form_is_refused_from_elsewhere(
    maple: Neighborhood, cleo: AtTheBoard, origin: str
) -> None:
    maple.text("Maria", "need food near 11216")
    cleo.goes_to("/requests/12")
    for path in POSTS:
        cleo.sends(address(path), origin=origin)
        assert cleo.status == 403, path
    assert [it.version for it in maple.requests()] == [2], "asked once, and nothing since"


# What is sent with these says what somebody had before them; it does nothing once that has changed.
ABOUT_A_REQUEST = ("correct", "anew", "ask", "assign", "merge", "handback", "close", "reopen")
STALE = {
    *(f"/requests/{{number}}/{it}" for it in ABOUT_A_REQUEST),
    "/people/{number}/edit",  # test_board_people.py
    *("/settings/look", "/settings/save"),  # test_board_settings.py
    *(f"/settings/form/{it}" for it in FORMS),
}
# And these say how something is to be, whatever it was, or only add to it.
WHATEVER_WAS = {
    *(f"/requests/{{number}}/{it}" for it in ("note", "write", "seen")),
    *(f"/people/{{number}}/{it}" for it in ("number", "write", "rest", "try", "call", "vouch")),
    *(f"/people/{{number}}/{it}" for it in ("suspend", "restore", "remove", "block", "unblock")),
    *("/people/{number}/forget", "/people/new", "/people/export", "/asking"),
    *("/people/import", "/people/import/bring", "/people/import/refused"),
    *("/many", "/many/{number}/confirm", "/many/{number}/stop"),
    *("/roles/give", "/roles/{number}/take", "/sessions/{number}/end"),
    *("/settings/prompts/keep", "/settings/prompts/remove"),
    *("/in", "/code", "/link/{token}", "/prove", "/out"),
    *("/passkeys/add", "/passkeys/{number}/remove", "/passkey", "/passkey/use"),
}


def test_each_form_says_what_it_does_when_it_is_old() -> None:
    assert set(POSTS) == STALE | WHATEVER_WAS
    assert not STALE & WHATEVER_WAS


@pytest.mark.parametrize("deed", ABOUT_A_REQUEST)
def test_a_form_that_is_old_does_nothing_to_a_request(
    maple: Neighborhood, cleo: AtTheBoard, deed: str
) -> None:
    maple.text("Maria", "need food near 11216")
    cleo.goes_to("/requests/12")
    maple.text("Cleo", "NEED 12 ride")
    (before,) = maple.requests()
    said = {"need": "food", "people": "3", "name": "Ana", "into": "13", "who": "1"}
    assert "Somebody changed this meanwhile" in cleo.sends(f"/requests/12/{deed}", said)
    assert cleo.status == 409
    assert maple.requests() == [before]


@pytest.mark.parametrize("path", sorted(it for it in STALE if it.startswith("/settings")))
def test_a_form_that_is_old_does_nothing_to_the_settings(cleo: AtTheBoard, path: str) -> None:
    cleo.sends(path, {"digest": "0" * 16, "text": '[hotline]\nname = "Oak Street"\n'})
    assert cleo.status in (409, 422)


def test_a_form_from_elsewhere_does_nothing(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "need food near 11216")
    cleo.goes_to("/requests/12")
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example", "http://["):
        cleo.sends("/requests/12/close", origin=origin)
        assert cleo.status == 403
    assert [it.state for it in maple.requests()] == [State.OPEN]


def test_where_one_goes_after_signing_in_is_a_page_of_the_board(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        board.goes_to("/in?then=//evil.example/x")
        assert 'name="then" value="/"' in board.page


# What is shown to whom.


def test_a_reader_sees_no_words_and_no_numbers(maple: Neighborhood) -> None:
    maple.text("Maria", "need food near 11216, the blue door")
    maple.text("Ana", "YES 12 i bring soup")
    with closing(AtTheBoard(maple)) as nora:
        nora.signs_in("Nora")
        for path in ("/", "/requests", "/requests/12"):
            nora.goes_to(path)
            assert not re.search(r"blue door|soup|\+1212", nora.page), path


def test_who_looks_at_words_or_numbers_is_in_the_record(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    maple.text("Maria", "need food near 11216")
    cleo.goes_to("/requests/12")
    cleo.goes_to("/requests/12")
    who = maple.database.read(lambda it: people.ids_at(it, [CAST["Ana"]]))[0]
    assert CAST["Ana"] not in cleo.goes_to(f"/people/{who}")
    assert CAST["Ana"] in cleo.sends(f"/people/{who}/number")
    done = [it.what for it in maple.database.read(lambda it: record.events(it, 100))]
    assert [it for it in done if it in ("read_words", "saw_number")] == ["read_words", "saw_number"]


def test_a_number_is_shown_to_who_has_just_proven_who_they_are(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    who = maple.database.read(lambda it: people.ids_at(it, [CAST["Ana"]]))[0]
    maple.pass_time(timedelta(minutes=11))
    assert "show once more that it is you" in cleo.sends(f"/people/{who}/number")
    maple.received()
    cleo.sends("/prove", {"then": f"/people/{who}"})
    (code,) = re.findall(r"\d{6}", read(maple, "Cleo")[0])
    cleo.sends("/prove", {"then": f"/people/{who}", "code": code})
    assert CAST["Ana"] in cleo.sends(f"/people/{who}/number")


def test_who_has_to_do_with_a_request_sees_no_words_of_it(maple: Neighborhood) -> None:
    """What is said may be about them."""
    maple.put_on_roster({"phone": CAST["Dee"], "name": "Dee", "areas": "northside"})
    maple.text("Maria", "need food near 11216")
    maple.text("Dee", "YES 12")
    maple.text("Maria", "how do i know you")
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        dee.goes_to("/requests/12")
        assert "You have to do with this one yourself" in dee.words
        assert "how do i know you" not in dee.page
        assert "told of danger" not in dee.goes_to("/")
        dee.sends("/requests/12/close", {"version": "9"})
        assert dee.status == 403


def test_of_who_said_safe_a_steward_whom_they_fear_sees_nothing(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    maple.put_on_roster({"phone": CAST["Cleo"], "name": "Cleo", "areas": "northside"})
    maple.text("Maria", "need food near 11216")
    maple.text("Cleo", "YES 12")
    maple.text("Maria", "SAFE")
    maria = maple.database.read(lambda it: people.ids_at(it, [CAST["Maria"]]))[0]
    for path in ("/requests/12", f"/people/{maria}"):
        cleo.goes_to(path)
        assert cleo.status == 404
    assert "12 ·" not in cleo.goes_to("/requests")


def test_a_steward_who_is_feared_looks_after_no_danger_of_the_other(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    """Else nobody would hear of it any more."""
    maple.put_on_roster({"phone": CAST["Cleo"], "name": "Cleo", "areas": "northside"})
    maple.text("Maria", "need food near 11216")
    maple.text("Cleo", "YES 12")
    maple.text("Maria", "SAFE")
    maple.text("Maria", "need a ride, my husband beats me")
    cleo.sends("/requests/13/seen")
    assert cleo.status == 404
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        assert "told of danger" in dee.goes_to("/")


def test_only_who_is_on_the_list_is_asked(maple: Neighborhood, cleo: AtTheBoard) -> None:
    """Whatever ids a form was made to hold."""
    maple.text("Sam", "hello")
    maple.text("Maria", "need food, 11216")
    sam = maple.database.read(lambda it: people.ids_at(it, [CAST["Sam"]]))[0]
    cleo.goes_to("/requests/12")
    maple.received()
    for who in (sam, 999_999, "9" * 30):
        cleo.sends("/requests/12/ask", {"who": who})
        assert cleo.status == 422
    assert maple.received() == []


def test_a_steward_who_is_feared_finds_a_helper_nowhere(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    """Not on a page, nor in a table; and not where she helps."""
    maple.put_on_roster({"phone": CAST["Cleo"], "name": "Cleo", "areas": "eastside"})
    maple.text("Cleo", "need food near 11201")
    maple.text("Ana", "YES 12")
    maple.text("Ana", "SAFE")
    maple.text("Maria", "need food near 11201")
    maple.text("Ana", "YES 13")
    ana = maple.database.read(lambda it: people.ids_at(it, [CAST["Ana"]]))[0]
    for path in {path for path in GETS if "{" not in path} - {"/settings/words"}:  # an example
        assert "Ana" not in cleo.goes_to(path), path
        assert CAST["Ana"] not in cleo.page, path
    hers = (f"/people/{ana}", f"/people/{ana}/edit", f"/people?find={CAST['Ana'][1:]}")
    for path in ("/requests/13", *hers):
        assert "Ana" not in cleo.goes_to(path), path
    for fields in ({}, {"numbers": "on"}):
        cleo.sends("/people/export", dict(fields))
        assert "Ben" in cleo.page
        assert "Ana" not in cleo.page


# What waits, and what can be done.


def test_danger_waits_until_somebody_looks_after_it(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "my husband has chest pain and needs his medicine")
    assert "told of danger" in cleo.goes_to("/")
    assert cleo.title.startswith("(1) Now")
    cleo.sends("/requests/12/seen")
    assert "told of danger" not in cleo.goes_to("/")


def test_the_request_that_nobody_took_finds_somebody(maple: Neighborhood, cleo: AtTheBoard) -> None:
    """Found, its area corrected, and one of those who are asked then takes it."""
    maple.text("Maria", "need food, 11216")
    maple.pass_time(timedelta(minutes=30))
    give_signs_of_life(maple)
    maple.received()
    assert "12 · food" in cleo.goes_to("/")
    assert cleo.title.startswith("(1) Now")
    cleo.goes_to("/requests/12")
    seen = cleo.sends("/requests/12/correct", {"need": "food", "area": "eastside", "people": "1"})
    assert "Corrected. We ask whoever fits now." in seen
    assert {it.who for it in maple.received()} == {"Maria", "Ana", "Ben"}
    maple.text("Ana", "YES 12")
    assert "Ana has it." in cleo.goes_to("/requests/12")


def test_day_and_hour_are_corrected(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "need food, 11216")
    cleo.goes_to("/requests/12")
    maple.received()
    right = {
        "need": "food",
        "area": "eastside",
        "people": "1",
        "day": "2026-03-04",
        "hour": "18:00",
    }
    cleo.sends("/requests/12/correct", right)
    assert "Wed 6pm" in read(maple, "Ana")[-1]
    cleo.sends("/requests/12/correct", right | {"day": "someday"})
    assert cleo.status == 422


def test_two_people_are_asked_by_name(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.put_on_roster(
        *(({"phone": CAST[it], "name": it, "needs": "ride"}) for it in ("Chi", "Eva"))
    )
    maple.text("Maria", "need food, 11216")
    maple.received()
    ids = maple.database.read(lambda it: people.ids_at(it, [CAST["Chi"], CAST["Eva"]]))
    cleo.goes_to("/requests/12")
    assert "We ask them now." in cleo.sends("/requests/12/ask", {"who": ids})
    assert {it.who: "YES 12" in it.body for it in maple.received()} == {"Chi": True, "Eva": True}
    maple.text("Eva", "YES 12")
    assert "Eva has it." in cleo.goes_to("/requests/12")


def test_whoever_was_just_asked_is_not_asked_twice(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.put_on_roster({"phone": CAST["Chi"], "name": "Chi", "needs": "ride"})
    maple.text("Maria", "need food, 11216")
    cleo.goes_to("/requests/12")
    cleo.sends("/requests/12/ask", {"name": "Chi"})
    maple.received()
    assert "Chi was asked about 12 already" in cleo.sends("/requests/12/ask", {"name": "Chi"})
    assert read(maple, "Chi") == []


def test_whoever_a_wave_asked_meanwhile_keeps_nobody_else_from_being_asked(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    maple.put_on_roster({"phone": CAST["Chi"], "name": "Chi", "needs": "ride"})
    maple.text("Maria", "need food, 11216")
    ids = maple.database.read(lambda it: people.ids_at(it, [CAST["Ana"], CAST["Chi"]]))
    cleo.goes_to("/requests/12")
    cleo.sends("/requests/12/ask", {"name": "Ana"})
    maple.received()
    assert "We ask them now." in cleo.sends("/requests/12/ask", {"who": ids})
    assert [it.who for it in maple.received()] == ["Chi"]


def test_the_second_of_two_sees_what_the_first_did(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "need food, 11216")
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        dee.goes_to("/requests/12")
        cleo.goes_to("/requests/12")
        cleo.sends("/requests/12/correct", {"need": "ride", "people": "1"})
        seen = dee.sends("/requests/12/close")
        assert dee.status == 409
        assert "Somebody changed this meanwhile" in seen
        assert "12 · a ride" in seen
        assert [it.state for it in maple.requests()] == [State.OPEN]
        dee.sends("/requests/12/close")
        assert [it.state for it in maple.requests()] == [State.WITHDRAWN]


def test_put_down_handed_back_closed_and_opened_again(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    maple.text("Maria", "need food, 11216")
    cleo.goes_to("/requests/12")
    maple.received()
    assert "Ana has it." in cleo.sends("/requests/12/assign", {"name": "Ana"})
    assert any("12 is yours" in it for it in read(maple, "Ana"))
    ana = maple.database.read(lambda it: people.ids_at(it, [CAST["Ana"]]))[0]
    assert "It is open again" in cleo.sends("/requests/12/handback", {"who": ana})
    assert "Ana cannot make it after all" in " ".join(read(maple, "Maria"))
    assert "Closed." in cleo.sends("/requests/12/close")
    assert "closed your request 12" in read(maple, "Maria")[-1]
    assert "We are asking" in cleo.sends("/requests/12/reopen")


def test_what_was_asked_twice_becomes_one(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "need food, 11216")
    cleo.sends(
        "/asking", {"number": CAST["Maria"], "need": "ride", "words": "to the clinic on friday"}
    )
    cleo.goes_to("/requests/13")
    assert "part of the other request" in cleo.sends("/requests/13/merge", {"into": "12"})
    (kept, double) = maple.requests()
    assert (kept.needs, double.state) == (("food", "ride"), State.WITHDRAWN)
    assert "to the clinic on friday" in cleo.goes_to("/requests/12")


def test_somebody_at_the_table_is_asked_for(maple: Neighborhood, cleo: AtTheBoard) -> None:
    asked = {"number": CAST["Sam"], "need": "food", "area": "eastside", "words": "for a baby, too"}
    seen = cleo.sends("/asking", asked)
    assert "Written down. We ask neighbors now." in seen
    got = maple.received()
    assert {it.who for it in got} == {"Sam", "Ana", "Ben"}
    maple.text("Ana", "YES 12")
    assert "for a baby, too" in " ".join(read(maple, "Ana"))


def test_somebody_without_a_phone_is_asked_for_too(maple: Neighborhood, cleo: AtTheBoard) -> None:
    cleo.sends("/asking", {"need": "food", "area": "eastside", "words": "waits at the library"})
    assert "They left no number" in cleo.words
    maple.text("Ana", "YES 12")
    assert "waits at the library" in " ".join(read(maple, "Ana"))
    (told,) = maple.text("Ana", "12 i am there at 4")["replies"]
    assert told.startswith("12: they left no number, so nobody can reach them.")


def test_what_was_typed_stays_when_something_is_missing(cleo: AtTheBoard) -> None:
    cleo.sends("/asking", {"number": "12", "words": "two blankets"})
    assert cleo.status == 422
    assert "no phone number that we can read" in cleo.words
    assert "two blankets" in cleo.page


def test_an_answer_is_told_once_in_however_many_rounds_somebody_was_asked(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    maple.text("Maria", "need food, 11216")
    cleo.goes_to("/requests/12")
    cleo.sends("/requests/12/ask", {"name": "Ana"})
    cleo.sends("/requests/12/anew")
    cleo.sends("/requests/12/ask", {"name": "Ana"})
    maple.text("Ana", "YES 12")
    story = cleo.goes_to("/requests/12")
    assert story.count("Ana said yes.") == 1
    assert "need not answer" not in story


def test_a_note_is_read_at_the_desk_alone(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "need food, 11216")
    cleo.goes_to("/requests/12")
    maple.received()
    assert "ring twice" in cleo.sends("/requests/12/note", {"words": "ring twice"})
    assert maple.received() == []
    with closing(AtTheBoard(maple)) as nora:
        nora.signs_in("Nora")
        assert "ring twice" not in nora.goes_to("/requests/12")


def test_who_is_forgotten_leaves_no_note_and_no_open_browser(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    cleo.sends("/roles/give", {"number": CAST["Sam"], "role": "desk"})
    cleo.sends("/asking", {"number": CAST["Sam"], "need": "food", "words": "no fish"})
    cleo.goes_to("/requests/12")
    cleo.sends("/requests/12/note", {"words": "ring twice"})
    cleo.sends("/requests/12/close")
    with closing(AtTheBoard(maple)) as sam:
        sam.signs_in("Sam")
        maple.text("Sam", "FORGET ME")
        maple.pass_time(timedelta(minutes=10))
        assert "Write your phone number" in sam.goes_to("/")
    cleo.goes_to("/requests/12")
    assert not re.search("ring twice|no fish", cleo.page)


def test_the_hotline_writes_to_who_asked(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "need food, 11216")
    cleo.goes_to("/requests/12")
    maple.received()
    maria = maple.database.read(lambda it: people.ids_at(it, [CAST["Maria"]]))[0]
    cleo.sends("/requests/12/write", {"to": maria, "words": "is somebody home at 6?"})
    assert read(maple, "Maria") == [
        "Maple Street Mutual Aid, from the people who run it: is somebody home at 6?"
    ]


def test_what_was_said_in_a_call_is_heard(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.call("Sam")
    for keys in ("1", "1", "11216#", "1"):
        maple.press("Sam", keys)
    maple.say("Sam", "some bread please")
    for keys in ("#", "1"):
        maple.press("Sam", keys)
    maple.hang_up("Sam")
    maple.pass_time(timedelta(minutes=2))
    cleo.goes_to("/requests/12")
    (sound,) = re.findall(r'src="/board(/requests/12/sound/\w+)"', cleo.page)
    cleo.goes_to(sound)
    assert cleo.http.get(sound).headers["content-type"] == "audio/x-wav"
    with closing(AtTheBoard(maple)) as nora:
        nora.signs_in("Nora")
        nora.goes_to(sound)
        assert nora.status == 403


# People.


def test_who_looks_for_a_number_is_in_the_record(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "need food near 11216")
    cleo.goes_to("/people?find=(212) 555-0140")
    done = [it.what for it in maple.database.read(lambda it: record.events(it, 100))]
    assert done[-1] == "looked_up"


def test_a_volunteer_whose_texts_fail_is_written_to(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.phone("Ana", "landline")
    maple.text("Maria", "need food, 11216")
    maple.text("Maria", "NEVER MIND")
    who = maple.database.read(lambda it: people.ids_at(it, [CAST["Ana"]]))[0]
    assert "Their phone gets no texts: we call them." in cleo.goes_to(f"/people/{who}")
    cleo.sends(f"/people/{who}/write", {"words": "are you well?"})
    maple.answer("Ana")
    assert "are you well?" in maple.heard("Ana")


def test_a_newcomer_waits_and_is_vouched_for(maple: Neighborhood, cleo: AtTheBoard) -> None:
    for said in ("JOIN", "Sam", "food", "eastside", "any time"):
        maple.text("Sam", said)
    assert "Would like to help" in cleo.goes_to("/")
    (who,) = maple.database.read(lambda it: people.ids_at(it, [CAST["Sam"]]))
    maple.received()
    assert "on the list now" in cleo.sends(f"/people/{who}/vouch")
    assert "on our list" in " ".join(read(maple, "Sam"))


def test_a_person_rests_is_suspended_restored_and_removed(
    maple: Neighborhood, cleo: AtTheBoard
) -> None:
    (who,) = maple.database.read(lambda it: people.ids_at(it, [CAST["Ana"]]))
    cleo.goes_to(f"/people/{who}")
    assert "rests for now" in cleo.sends(f"/people/{who}/rest", {"days": "3"})
    assert "suspended" in cleo.sends(f"/people/{who}/suspend")
    assert "They can help again." in cleo.sends(f"/people/{who}/restore")
    assert "is not on the list" in cleo.sends(f"/people/{who}/remove")


def test_somebody_is_found_by_name_or_phone(cleo: AtTheBoard) -> None:
    assert "Ben" not in cleo.goes_to("/people?find=an")
    assert "Ana" in cleo.words
    cleo.goes_to("/people?find=(212) 555-0142")
    assert cleo.title.startswith("Ben")


def test_markup_in_a_name_is_shown_as_it_is(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", 'need food, 11216 <script>alert(1)</script> "quoted"')
    cleo.goes_to("/requests/12")
    assert "<script>alert" not in cleo.page
    assert "&lt;script&gt;alert(1)" in cleo.page
