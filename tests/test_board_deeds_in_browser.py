"""Each form of the board in a real browser, pressed as people press it, to its effect on phones.

A form is one function, registered by its address: one that is added to the site map and tried by
nobody fails the first test.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from boarding import is_well
from browsing import NARROW, Complaints, browser, program
from desks import Desk, by_command, cookie_of, id_of, read
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from playwright.sync_api import Browser, Locator, expect
from test_board_wording import sound

from board.pages import PAGES
from board.pages.setting_forms import FORMS
from hotline.desk import signing_in, stewarding
from hotline.help_request import State
from hotline.store import people
from hotline.store.record import events

WITH_BOARD = (
    NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
    + f"""
[board]
stewards = ["{CAST["Nora"]}"]
desk = ["{CAST["Dee"]}"]

[limits]
price_a_segment = 0.01

[voice]
audio = "recordings"
"""
)
ROSTER = (
    {"name": "Ana", "areas": "eastside", "needs": "food"},
    {"name": "Ben", "areas": "eastside", "needs": "food"},
    {"name": "Chi", "areas": "northside", "needs": "ride"},
)
REFUSED = re.compile(r"status of 4\d\d")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = program()
    if path is None:
        pytest.skip("this machine has no Chromium")
    with browser(path) as started:
        yield started


@pytest.fixture
def maple(
    sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Neighborhood]:
    monkeypatch.setattr("serving.audio.LOOKS_AFTER", 0.0)
    network = WITH_BOARD.replace('"recordings"', f'"{tmp_path / "recordings"}"')
    file = tmp_path / "hotline.toml"
    with open_neighborhood(sqlite_url, redis_url, network, file=file) as opened:
        is_well(opened)
        opened.put_on_roster(*(it | {"phone": CAST[it["name"]]} for it in ROSTER))
        yield opened


Look = Callable[..., Desk]


@pytest.fixture
def look(maple: Neighborhood, chromium: Browser) -> Iterator[Look]:
    """The board in a browser of its own, in which somebody is signed in."""
    complaints = Complaints()
    with ExitStack() as stack:

        def desk(who: str | None = "Cleo") -> Desk:
            context = chromium.new_context(
                locale="en-US", viewport=NARROW, reduced_motion="reduce", permissions=["microphone"]
            )
            stack.callback(context.close)
            complaints.listen(context)
            if who:
                context.add_cookies([cookie_of(maple, who)])  # type: ignore[list-item]
            return Desk(maple, context, maple.address)

        yield desk
    complaints.errors = [it for it in complaints.errors if not REFUSED.search(it)]
    complaints.require_none()


Deed = Callable[[Neighborhood, Look], None]
DEEDS: dict[str, Deed] = {}
ELSEWHERE = {  # an authenticator is needed for these: test_board_passkeys.py
    *("/passkeys/add", "/passkeys/{number}/remove", "/passkey", "/passkey/use"),
    "/in",  # these in each test of test_board_in_browser.py that signs in
    *("/code", "/out"),
}


def deed(path: str) -> Callable[[Deed], Deed]:
    """Register how a form is used."""

    def register(do: Deed) -> Deed:
        DEEDS[path] = do
        return do

    return register


def test_each_form_of_the_site_map_is_tried_here() -> None:
    assert {it.path for it in PAGES if it.do} == {*DEEDS, *ELSEWHERE}


@pytest.mark.parametrize("path", DEEDS)
def test_what_is_pressed_has_its_effect(maple: Neighborhood, look: Look, path: str) -> None:
    sent: list[str] = []
    opened: list[Desk] = []

    def watched(who: str | None = "Cleo") -> Desk:
        desk = look(who)
        desk.context.on("request", lambda it: sent.append(it.url) if it.method == "POST" else None)
        opened.append(desk)
        return desk

    DEEDS[path](maple, watched)
    pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", f".*/board{path}"))
    assert any(map(pattern.fullmatch, sent)), f"{path} was not sent, but {sent}"


def asked(maple: Neighborhood, words: str = "need food, 11233", who: str = "Maria") -> int:
    maple.text(who, words)
    maple.received()
    return int(maple.requests()[-1].number)


def got(maple: Neighborhood) -> set[str]:
    """Who was texted since this was last asked."""
    return {it.who for it in maple.received()}


def at_request(maple: Neighborhood, look: Look, words: str = "need food, 11233") -> Desk:
    number = asked(maple, words)
    desk = look()
    desk.goes_to(f"/requests/{number}")
    return desk


def at_person(maple: Neighborhood, look: Look, who: str = "Ana") -> Desk:
    desk = look()
    desk.goes_to(f"/people/{id_of(maple, who)}")
    return desk


def fold(desk: Desk, title: str, button: str, **typed: str) -> None:
    """Unfold what can be done, type, and press."""
    there = desk.unfolds(title)
    fill(there, **typed)
    desk.presses(button, there)


def fill(there: Locator, **typed: str) -> None:
    """By the names of the fields, with dots for underlines."""
    for name, value in typed.items():
        there.locator(f'[name="{name}"]').fill(value)


# One request.


@deed("/requests/{number}/correct")
def correct(maple: Neighborhood, look: Look) -> None:
    desk = at_request(maple, look, "need food, 11201")
    there = desk.unfolds("Correct what, where, when")
    there.get_by_label("Where").select_option("eastside")
    desk.presses("Correct it", there)
    desk.is_told("Corrected. We ask whoever fits now.")
    assert got(maple) >= {"Maria", "Ana", "Ben"}


@deed("/requests/{number}/anew")
def ask_anew(maple: Neighborhood, look: Look) -> None:
    desk = at_request(maple, look)
    fold(desk, "Ask everybody again", "Ask everybody again")
    desk.is_told("We ask everybody who fits, from the beginning.")
    assert {"Ana", "Ben"} <= got(maple)


@deed("/requests/{number}/ask")
def ask(maple: Neighborhood, look: Look) -> None:
    desk = at_request(maple, look)
    fold(desk, "Ask somebody", "Ask them", name="chi")
    desk.is_told("We ask them now.")
    assert "YES 12" in read(maple, "Chi")
    fold(desk, "Ask somebody", "Ask them", name="Zoe")
    desk.is_hindered("Nobody on the list is called that")
    expect(desk.page.get_by_label("Or somebody else, by name")).to_have_value("Zoe")


@deed("/requests/{number}/assign")
def assign(maple: Neighborhood, look: Look) -> None:
    desk = at_request(maple, look)
    fold(desk, "Somebody said yes elsewhere", "It is theirs", name="Chi")
    desk.is_told("It is theirs now. Both sides are told.")
    heard = maple.received()
    assert any(it.who == "Chi" and "12 is yours" in it.body for it in heard)
    assert any(it.who == "Maria" and "Chi" in it.body for it in heard)


@deed("/requests/{number}/handback")
def hand_back(maple: Neighborhood, look: Look) -> None:
    number = asked(maple)
    maple.text("Ana", f"YES {number}")
    maple.received()
    desk = look()
    desk.goes_to(f"/requests/{number}")
    fold(desk, "Somebody cannot make it", "Look for somebody else")
    desk.is_told("It is open again, and we ask others.")
    assert "Ana cannot make it after all" in read(maple, "Maria")


@deed("/requests/{number}/close")
def close(maple: Neighborhood, look: Look) -> None:
    desk = at_request(maple, look)
    fold(desk, "Close it", "Close it")
    desk.is_told("Closed. Nobody is asked any more.")
    assert "closed your request 12" in read(maple, "Maria")
    assert [it.state for it in maple.requests()] == [State.WITHDRAWN]


@deed("/requests/{number}/reopen")
def reopen(maple: Neighborhood, look: Look) -> None:
    number = asked(maple)
    by_command(maple, lambda work: stewarding.close(work, number))
    maple.received()
    desk = look()
    desk.goes_to(f"/requests/{number}")
    fold(desk, "Open it again", "Open it again")
    desk.is_told("It is open again, and we ask neighbors now.")
    assert "Maria" in got(maple)
    assert [it.state for it in maple.requests()] == [State.OPEN]


@deed("/asking")
def ask_for_somebody(maple: Neighborhood, look: Look) -> None:
    desk = look()
    page = desk.goes_to("/asking")
    page.get_by_label("Their phone").fill(CAST["Sam"])
    page.get_by_label("food", exact=True).check()
    page.get_by_label("In their words").fill("for a baby, too")
    page.get_by_label("Where").select_option("eastside")
    desk.presses("Ask neighbors")
    desk.is_told("Written down. We ask neighbors now.")
    assert got(maple) == {"Sam", "Ana", "Ben"}
    maple.text("Ana", "YES 12")
    assert "for a baby, too" in read(maple, "Ana")


@deed("/requests/{number}/merge")
def merge(maple: Neighborhood, look: Look) -> None:
    asked(maple)
    desk = look()
    page = desk.goes_to("/asking")
    page.get_by_label("Their phone").fill(CAST["Maria"])
    page.get_by_label("a ride", exact=True).check()
    desk.presses("Ask neighbors")
    fold(desk, "The same person asked twice", "Make it part of that one", into="12")
    desk.is_told("It is part of the other request now, and closed.")
    kept, double = maple.requests()
    assert (kept.needs, double.state) == (("food", "ride"), State.WITHDRAWN)


@deed("/requests/{number}/note")
def note(maple: Neighborhood, look: Look) -> None:
    desk = at_request(maple, look)
    fold(desk, "Note for the desk", "Keep it", words="ring twice")
    desk.is_told("Noted. Only people at the desk read it.")
    expect(desk.page.locator(".note")).to_contain_text("ring twice")
    assert got(maple) == set()


@deed("/requests/{number}/write")
def write_to_who_asked(maple: Neighborhood, look: Look) -> None:
    desk = at_request(maple, look)
    fold(desk, "Write to them", "Send", words="is somebody home at 6?")
    desk.is_told("Sent.")
    assert "is somebody home at 6?" in read(maple, "Maria")
    maple.text("Maria", "STOP")
    fold(desk, "Write to them", "Send", words="hello?")
    desk.is_hindered("That could not be sent")
    expect(desk.page.locator("#write textarea")).to_have_value("hello?")
    assert read(maple, "Maria") == ""


@deed("/requests/{number}/seen")
def look_after_danger(maple: Neighborhood, look: Look) -> None:
    number = asked(maple, "my husband has chest pain and needs his medicine")
    desk = look()
    desk.goes_to("/").get_by_role("link", name=f"{number} ·").click()
    desk.presses("I look after it")
    desk.is_told("Thank you for looking after it.")
    expect(desk.goes_to("/").locator(".card.danger")).to_have_count(0)


# One person.


@deed("/people/{number}/number")
def show_number(maple: Neighborhood, look: Look) -> None:
    """Also for who has not shown for a while who they are: they come back to where they were."""
    desk = at_person(maple, look)
    maple.pass_time(timedelta(minutes=11))
    maple.received()
    desk.presses("Show it")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    desk.presses("Send me a code")
    (code,) = re.findall(r"\b\d{6}\b", read(maple, "Cleo"))
    desk.page.get_by_label("Six digits").fill(code)
    desk.presses("Go on")
    desk.presses("Show it")
    expect(desk.page.get_by_role("link", name=CAST["Ana"])).to_be_visible()
    assert "saw_number" in kept(maple)


def kept(maple: Neighborhood) -> list[str]:
    """What stands in the record."""
    return [it.what for it in maple.database.read(lambda it: events(it, 100))]


@deed("/prove")
def prove(maple: Neighborhood, look: Look) -> None:
    show_number(maple, look)


@deed("/people/{number}/write")
def write_to_somebody(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look)
    fold(desk, "Write to them", "Send", words="are you well?")
    desk.is_told("Sent.")
    assert "are you well?" in read(maple, "Ana")
    maple.text("Ana", "STOP")
    maple.received()
    fold(desk, "Write to them", "Send", words="really?")
    desk.is_hindered("That could not be sent")
    expect(desk.page.locator("#write textarea")).to_have_value("really?")


@deed("/people/{number}/rest")
def let_rest(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look)
    there = desk.unfolds("Let them rest")
    there.get_by_label("For how many days").fill("3")
    desk.presses("Let them rest", there)
    desk.is_told("They rest now, and have been told.")
    assert read(maple, "Ana") != ""
    maple.text("Maria", "need food, 11233")
    assert "Ana" not in got(maple)


def put_down(maple: Neighborhood, **facts: Any) -> None:
    maple.database.write(lambda it: people.set_facts(it, id_of(maple, "Ana"), **facts))


@deed("/people/{number}/try")
def text_again(maple: Neighborhood, look: Look) -> None:
    put_down(maple, trouble="unreachable")
    desk = look()
    desk.goes_to("/").get_by_role("link", name="Ana").click()
    desk.reads("Our texts did not arrive again and again.")
    desk.presses("Text them again")
    desk.is_told("We text them again from now on.")
    maple.text("Maria", "need food, 11233")
    assert "Ana" in got(maple)


@deed("/people/{number}/call")
def call_instead(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look)
    desk.presses("Call them from now on")
    desk.is_told("From now on we call them.")
    maple.text("Maria", "need food, 11233")
    maple.settle()
    maple.answer("Ana")
    assert "food" in maple.heard("Ana")


@deed("/people/{number}/vouch")
def vouch(maple: Neighborhood, look: Look) -> None:
    for said in ("JOIN", "Sam", "food", "eastside", "any time"):
        maple.text("Sam", said)
    maple.received()
    desk = look()
    desk.goes_to("/").get_by_role("link", name="Sam").click()
    desk.presses("Vouch for them")
    desk.is_told("They are on the list now, and have been told.")
    assert "on our list" in read(maple, "Sam")
    maple.text("Maria", "need food, 11233")
    assert "Sam" in got(maple)


@deed("/people/{number}/suspend")
def suspend(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look)
    fold(desk, "Suspend or remove", "Suspend")
    desk.is_told("They are asked nothing now.")
    maple.text("Maria", "need food, 11233")
    assert "Ana" not in got(maple)


@deed("/people/{number}/restore")
def restore(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look)
    fold(desk, "Suspend or remove", "Suspend")
    desk.presses("Let them help again")
    desk.is_told("They can help again.")
    maple.text("Maria", "need food, 11233")
    assert "Ana" in got(maple)


@deed("/people/{number}/remove")
def remove(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look)
    fold(desk, "Suspend or remove", "Remove from the list")
    desk.is_told("They are off the list.")
    maple.text("Maria", "need food, 11233")
    assert "Ana" not in got(maple)


@deed("/people/{number}/block")
def block(maple: Neighborhood, look: Look) -> None:
    maple.text("Sam", "hi")
    desk = at_person(maple, look, "Sam")
    fold(desk, "Block or forget", "Block them", reason="threats")
    desk.is_told("They are not answered any more.")
    desk.reads("threats")
    maple.received()
    assert maple.text("Sam", "need food, 11233")["replies"] == []
    assert got(maple) == set()


@deed("/people/{number}/unblock")
def unblock(maple: Neighborhood, look: Look) -> None:
    maple.text("Sam", "hi")
    desk = at_person(maple, look, "Sam")
    fold(desk, "Block or forget", "Block them", reason="threats")
    desk.presses("Answer them again")
    desk.is_told("They are answered again.")
    assert maple.text("Sam", "need food, 11233")["replies"] != []


@deed("/people/{number}/forget")
def forget(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look)
    desk.unfolds("Block or forget").get_by_role("link", name="Forget them").click()
    desk.page.get_by_label("Yes, that is what they want").check()
    desk.presses("Forget them")
    desk.is_told("They are forgotten.")
    expect(desk.page.get_by_role("link", name="Ana")).to_have_count(0)
    maple.text("Maria", "need food, 11233")
    assert "Ana" not in got(maple)


@deed("/people/new")
def somebody_new(maple: Neighborhood, look: Look) -> None:
    desk = look()
    page = desk.goes_to("/people/new")
    page.get_by_label("Their phone").fill(CAST["Eva"])
    page.get_by_label("Name", exact=True).fill("Eva")
    page.get_by_label("food", exact=True).check()
    desk.presses("Keep it")
    desk.is_told("Kept. From now on they are asked so.")
    maple.text("Maria", "need food, 11233")
    assert "Eva" in got(maple)


@deed("/people/{number}/edit")
def edit(maple: Neighborhood, look: Look) -> None:
    desk = at_person(maple, look, "Chi")
    desk.page.get_by_role("link", name="Change what we know").click()
    for name in ("eastside", "food"):
        desk.page.get_by_label(name, exact=True).check()
    desk.presses("Keep it")
    desk.is_told("Kept. From now on they are asked so.")
    maple.text("Maria", "need food, 11233")
    assert "Chi" in got(maple)


# A table.

TABLE = f"phone,name,areas,needs\n{CAST['Eva']},Eva,eastside,food\n12,Finn,,\n"


def at_preview(look: Look) -> Desk:
    desk = look()
    page = desk.goes_to("/people/import")
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    page.get_by_label("The file, saved as CSV").set_input_files(file)  # type: ignore[arg-type]
    desk.presses("See what changes")
    expect(page.locator(".card").filter(has_text="Eva")).to_contain_text("new")
    return desk


@deed("/people/import")
def look_at_a_table(maple: Neighborhood, look: Look) -> None:
    at_preview(look)
    maple.text("Maria", "need food, 11233")
    assert "Eva" not in got(maple), "nothing changes before somebody says so"


@deed("/people/import/bring")
def bring_in(maple: Neighborhood, look: Look) -> None:
    desk = at_preview(look)
    desk.presses("Bring in 1 person")
    desk.is_told("They are on the list now.")
    maple.text("Maria", "need food, 11233")
    assert "Eva" in got(maple)


def saved(desk: Desk, button: str) -> list[dict[str, str]]:
    """The rows of the table that is saved."""
    with desk.page.expect_download() as download:
        desk.page.get_by_role("button", name=button).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@deed("/people/import/refused")
def save_the_refused(_maple: Neighborhood, look: Look) -> None:
    (row,) = saved(at_preview(look), "Save these rows as a file, with why")
    assert (row["name"], "phone" in row["why"]) == ("Finn", True)


@deed("/people/export")
def export(maple: Neighborhood, look: Look) -> None:
    desk = look()
    page = desk.goes_to("/people/export")
    rows = saved(desk, "Save the table")
    assert [it["name"] for it in rows] == ["Ana", "Ben", "Chi"]
    assert "phone" not in rows[0]
    page.get_by_label("With phone numbers").check()
    assert saved(desk, "Save the table")[0]["phone"] == f"'{CAST['Ana']}"
    assert [it for it in kept(maple) if it in ("exported", "took_numbers")] == [
        "exported",
        "took_numbers",
    ]


# Many.


def drafted(maple: Neighborhood, look: Look) -> tuple[Desk, str]:
    desk = look()
    page = desk.goes_to("/many")
    page.get_by_label("English", exact=True).fill("We meet on Sunday at noon.")
    desk.presses("See what it would be")
    desk.is_told("Nothing is sent yet.")
    desk.reads("3 people get a text")
    desk.reads("$0.03 · 3 segments")
    assert got(maple) == set()
    return desk, page.url.partition("/board")[2].partition("?")[0]


@deed("/many")
def write_to_many(maple: Neighborhood, look: Look) -> None:
    drafted(maple, look)


@deed("/many/{number}/confirm")
def let_it_go(maple: Neighborhood, look: Look) -> None:
    """By another, who has just shown that it is really them."""
    _, path = drafted(maple, look)
    maple.pass_time(timedelta(minutes=11))
    other = look("Nora")
    maple.pass_time(timedelta(minutes=11))
    maple.received()
    other.goes_to(path)
    other.presses("Let it go out")
    expect(other.page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    other.presses("Send me a code")
    (code,) = re.findall(r"\b\d{6}\b", read(maple, "Nora"))
    other.page.get_by_label("Six digits").fill(code)
    other.presses("Go on")
    assert got(maple) == set()
    other.presses("Let it go out")
    other.is_told("It goes out now, some people at a time.")
    maple.pass_time(timedelta(minutes=2))
    assert got(maple) == {"Ana", "Ben", "Chi"}


@deed("/many/{number}/stop")
def stop_it(maple: Neighborhood, look: Look) -> None:
    desk, path = drafted(maple, look)
    desk.presses("Do not send it")
    desk.is_told("Stopped. Nothing more of it is sent.")
    other = look("Nora")
    other.goes_to(path)
    expect(other.page.get_by_role("button", name="Let it go out")).to_have_count(0)
    maple.pass_time(timedelta(minutes=2))
    assert got(maple) == set()


# Who comes in.


@deed("/roles/give")
def let_in(_maple: Neighborhood, look: Look) -> None:
    desk = look()
    page = desk.goes_to("/roles")
    there = desk.unfolds("Let somebody in")
    there.get_by_label("Their phone").fill(CAST["Finn"])
    there.get_by_label("They may see").select_option("desk")
    desk.presses("Let them in", there)
    desk.is_told("They may come in now.")
    finn = look("Finn")
    expect(finn.goes_to("/people").get_by_role("heading", level=1)).to_have_text("People")
    expect(page.locator(".card").filter(has_text=CAST["Finn"][-4:])).to_contain_text("desk")


@deed("/roles/{number}/take")
def let_in_no_more(maple: Neighborhood, look: Look) -> None:
    let_in(maple, look)
    desk, finn = look(), look("Finn")
    page = desk.goes_to("/roles")
    page.get_by_role("button", name="Let them in no more").click()
    desk.is_told("They may not come in any more.")
    expect(finn.goes_to("/people").get_by_role("heading", level=1)).to_have_text("Sign in")


@deed("/sessions/{number}/end")
def sign_somebody_out(maple: Neighborhood, look: Look) -> None:
    desk, dee = look(), look("Dee")
    page = desk.goes_to("/roles")
    hers = page.locator(".card").filter(has_text=f"Neighbor {id_of(maple, 'Dee')}").last
    hers.get_by_role("button", name="Sign out there").click()
    desk.is_told("That browser is signed out.")
    expect(dee.goes_to("/").get_by_role("heading", level=1)).to_have_text("Sign in")


@deed("/link/{token}")
def follow_a_link(maple: Neighborhood, look: Look) -> None:
    token = by_command(maple, lambda work: signing_in.make_link(work, CAST["Cleo"]))
    desk, other = look(None), look(None)
    desk.goes_to(f"/link/{token}")
    other.goes_to(f"/link/{token}")
    desk.presses("Sign in here")
    desk.reads("Nothing waits.")
    other.presses("Sign in here")
    other.is_hindered("This link was used already")


# The settings.


def changed(look: Look, form: str, name: str, value: str) -> Desk:
    """A field of a form, what that changes, and saved."""
    desk = look()
    page = desk.goes_to("/settings")
    page.locator(f'a[href$="/settings/form/{form}"]').click()
    page.locator(f'[name="{name}"]').fill(value)
    desk.presses("See what changes")
    expect(page.locator(".diff ins").filter(has_text=value.split(",")[0]).first).to_be_visible()
    desk.presses("Save it")
    desk.is_told("Saved. It holds from now on.")
    return desk


CHANGES = {
    "basics": ("hotline.name", "Oak Street"),
    "organizers": ("board.readers", CAST["Eva"]),
    "asking": ("waves.sizes", "2, 4, 8"),
    "limits": ("limits.segments_a_day", "900"),
    "phone": ("voice.audio", "elsewhere"),
    "answers": ("who.en", "We are the library."),
    "needs": ("0.words.en", "food, groceries, nosh"),
    "areas": ("0.words", "northside, 11216, the hill"),
}


def form_of_settings(form: str) -> Deed:
    def do(_maple: Neighborhood, look: Look) -> None:
        changed(look, form, *CHANGES[form])

    return do


for _form in FORMS:
    DEEDS[f"/settings/form/{_form}"] = form_of_settings(_form)


@deed("/settings/save")
def save_settings(maple: Neighborhood, look: Look) -> None:
    """What is saved holds at once; what was before comes back by one tap, and one to save it."""
    desk = changed(look, "basics", "hotline.name", "Oak Street")
    assert "Oak Street" in maple.text("Sam", "need food, 11233")["replies"][0]
    desk.page.locator('ol a[href*="/settings/versions/"]').last.click()
    desk.presses("Save it")
    assert "Maple Street" in maple.text("Gabi", "need food, 11233")["replies"][0]


@deed("/settings/look")
def settings_as_text(maple: Neighborhood, look: Look) -> None:
    desk = look()
    desk.goes_to("/settings")
    there = desk.unfolds("All of it, as text")
    text = there.locator("textarea")
    before = text.input_value()
    text.fill(before.replace("Maple Street Mutual Aid", "Elm Street"))
    desk.presses("See what changes", there)
    expect(desk.page.locator(".diff ins")).to_contain_text("Elm Street")
    there = desk.unfolds("Change the text")
    there.locator("textarea").fill("[hotline]\nname = 5\n")
    desk.presses("See what changes", there)
    desk.reads("This cannot be saved yet:")
    assert "Maple Street" in maple.text("Sam", "need food, 11233")["replies"][0]


# What people hear.


def at_prompt(desk: Desk, prompt: str = "greeting") -> Locator:
    card = desk.goes_to("/settings/prompts").locator(f"#{prompt}")
    card.get_by_text("Speak it yourself").click()
    return card


IS_RECORDED = "begun => recorder?.state === 'recording' && performance.now() > begun + 600"


@deed("/settings/prompts/keep")
def speak_a_prompt(maple: Neighborhood, look: Look) -> None:
    """Into the microphone, which beeps here; whoever calls then hears that."""
    desk = look()
    card = at_prompt(desk)
    card.get_by_role("button", name="Record", exact=True).click()
    stop = card.get_by_role("button", name="Stop and keep")
    expect(stop).to_be_visible()
    begun = desk.page.evaluate("performance.now()")
    desk.page.wait_for_function(IS_RECORDED, arg=begun)
    stop.click()
    desk.is_told("From now on people hear this recording.")
    kept = desk.page.locator("#greeting audio").get_attribute("src") or ""
    assert "greeting.en.wav" in str(maple.call("Maria")), kept


@deed("/settings/prompts/remove")
def let_the_machine_say_it(maple: Neighborhood, look: Look) -> None:
    desk = look()
    card = at_prompt(desk)
    file = {"name": "x.wav", "mimeType": "audio/wav", "buffer": sound()}
    card.get_by_label("A sound file, wav or mp3").set_input_files(file)  # type: ignore[arg-type]
    desk.presses("Keep this recording", card)
    desk.is_told("From now on people hear this recording.")
    desk.presses("Let the machine say it")
    desk.is_told("From now on the machine says it.")
    assert "greeting.en.wav" not in str(maple.call("Maria"))
