"""The board in a real browser: what organizers see of it, and do with it on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from boarding import is_well
from browsing import (
    NAME_OF_FOCUS,
    NARROW,
    PATIENCE,
    WIDE,
    Complaints,
    Wire,
    browser,
    program,
)
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from png import smaller

from board import site
from board.pages import PAGES
from hotline.desk import stewarding
from hotline.store import people, requests, sessions
from hotline.store.record import record
from hotline.store.waiting import SEEN

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
REFUSED = re.compile(r"status of 4\d\d")
AWAY = "net::ERR_"
STEWARDED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
WITH_BOARD = (
    STEWARDED
    + f"""
[board]
desk = ["{CAST["Dee"]}"]
readers = ["{CAST["Nora"]}"]

[roster]
max_a_day = 90
max_a_week = 400
"""
)
ROSTER = (
    {"name": "Cleo", "areas": "westside", "needs": "medicine"},
    {"name": "Ana", "areas": "eastside", "needs": "food"},
    {"name": "Ben", "areas": "eastside", "needs": "food"},
    {"name": "Chi", "areas": "northside", "needs": "ride"},
    {"name": "Eva", "areas": "northside", "needs": "ride", "languages": "es"},
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = program()
    if path is None:
        pytest.skip("this machine has no Chromium")
    with browser(path) as started:
        yield started


@pytest.fixture(scope="module")
def street(
    chromium: Browser,  # noqa: ARG001 - without a browser nothing is started
    sqlite_template: Path,
    redis_server: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Neighborhood]:
    """One neighborhood for all: as in earnest, not in practice."""
    file = tmp_path_factory.mktemp("board") / "hotline.db"
    file.write_bytes(sqlite_template.read_bytes())
    with open_neighborhood(f"sqlite:///{file}", redis_server, WITH_BOARD) as opened:
        is_well(opened)
        opened.hotline.board._is_practice = False
        known = [it | {"phone": CAST[it["name"]]} for it in ROSTER]
        opened.put_on_roster(*known)
        yield opened


@pytest.fixture
def maple(street: Neighborhood, monkeypatch: pytest.MonkeyPatch) -> Iterator[Neighborhood]:
    """That, with nothing under way, and news that come at once."""
    monkeypatch.setattr(site, "LOOKS_EVERY", 0.05)
    monkeypatch.setattr(site, "LASTS", 0.5)
    yield street
    for it in street.requests():
        if it.is_live:
            _by_command(street, partial(_put_away, number=it.number))
    street.database.write(lambda it: people.set_facts(it, id_of(street, "Cleo"), language="en"))
    street.received()


def _put_away(work: Any, number: int) -> None:
    stewarding.close(work, number)
    record(work.connection, None, SEEN, work.now, request_number=number)


def _by_command(maple: Neighborhood, do: Callable[[Any], Any]) -> Any:
    """As the command line does it."""
    found = maple.database.write(lambda it: do(maple.hotline.house.work(it)))
    maple.settle()
    return found


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


class Desk:
    """The board in one tab, by whoever looks."""

    def __init__(self, maple: Neighborhood, context: BrowserContext, address: str) -> None:
        self.maple, self.context = maple, context
        self.address = f"{address}/board"
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("dialog", lambda it: pytest.fail(f"the page says {it.message}"))

    def goes_to(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def unfolds(self, title: str) -> Locator:
        """What can be done, by what it is called."""
        details = self.page.locator("details").filter(
            has=self.page.locator("summary").get_by_text(title, exact=True)
        )
        if not details.evaluate("it => it.open"):
            details.locator("summary").click()
        return details

    def presses(self, button: str, within: Locator | None = None) -> None:
        """And what follows from it has happened."""
        (within or self.page.locator("main")).get_by_role("button", name=button).click()
        self.page.wait_for_load_state()
        self.maple.settle()

    def is_told(self, words: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()

    def is_hindered(self, words: str) -> None:
        expect(self.page.get_by_role("alert").filter(has_text=words)).to_be_visible()

    def reads(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(words)


Look = Callable[..., Desk]


@pytest.fixture
def look(maple: Neighborhood, chromium: Browser, complaints: Complaints) -> Iterator[Look]:
    """The board in a browser of its own. `who`: they are signed in there."""
    with ExitStack() as stack:

        def desk(who: str | None = "Cleo", address: str = maple.address, **how: Any) -> Desk:
            wishes: dict[str, Any] = {"viewport": NARROW, "reduced_motion": "reduce"} | how
            context = chromium.new_context(locale="en-US", **wishes)
            stack.callback(context.close)
            complaints.listen(context)
            if who:
                context.add_cookies([_cookie(maple, who)])  # type: ignore[list-item]
            return Desk(maple, context, address)

        yield desk
    complaints.errors = [it for it in complaints.errors if not REFUSED.search(it)]
    complaints.require_none()


def _cookie(maple: Neighborhood, who: str) -> dict[str, Any]:
    """What a browser holds in which somebody signed in just now."""
    token, now = sessions.new_token(), maple.now()

    def write(connection: Any) -> None:
        ((person),) = people.known_or_new(connection, [CAST[who]], now)
        sessions.open_session(connection, token, person, "Firefox, Android", now)

    maple.database.write(write)
    return {"name": "board-session", "value": token, "domain": "127.0.0.1", "path": "/"}


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[str, Page], None]:
    """For the docs, if that was asked for: how it looks now."""
    if not request.config.getoption("pictures"):
        return lambda _name, _page: None

    def take(name: str, page: Page) -> None:
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        (PICTURES / f"board-{name}.png").write_bytes(smaller(page.screenshot()))

    return take


def asked(maple: Neighborhood, words: str, who: str = "Maria") -> int:
    """Somebody asks: the number of their request."""
    maple.text(who, words)
    return int(maple.requests()[-1].number)


def id_of(maple: Neighborhood, who: str) -> int:
    return maple.database.read(lambda it: people.ids_at(it, [CAST[who]]))[0]


def read(maple: Neighborhood, who: str) -> str:
    return "\n".join(it.body for it in maple.received() if it.who == who)


# Who comes in.


def begins(desk: Desk, number: str) -> str:
    """Somebody writes their number; the code that came to Cleo's phone, if one did."""
    desk.maple.received()
    desk.goes_to("/in").get_by_label("Your phone").fill(number)
    desk.presses("Text me a code")
    codes = re.findall(r"\b\d{6}\b", read(desk.maple, "Cleo"))
    return codes[-1] if codes else ""


def types(desk: Desk, code: str) -> None:
    desk.page.get_by_label("Six digits").fill(code)
    desk.presses("Sign in")


def test_a_steward_signs_in_by_a_code_and_out_again(look: Look) -> None:
    desk = look(None)
    desk.goes_to("/requests")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    desk.page.get_by_label("Your phone").fill("(212) 555-0100")
    desk.maple.received()
    desk.presses("Text me a code")
    types(desk, re.findall(r"\b\d{6}\b", read(desk.maple, "Cleo"))[-1])
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Requests")
    desk.page.get_by_role("button", name="Sign out").click()
    desk.goes_to("/")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_five_wrong_codes_and_the_right_one_is_none_any_more(look: Look) -> None:
    desk = look(None)
    code = begins(desk, CAST["Cleo"])
    for _ in range(5):
        types(desk, f"{(int(code) + 1) % 1_000_000:06}")
        desk.is_hindered("does not fit")
    types(desk, code)
    desk.is_hindered("does not fit")


def test_a_code_holds_ten_minutes_and_in_its_browser_alone(look: Look) -> None:
    desk, other = look(None), look(None)
    code = begins(desk, CAST["Cleo"])
    begins(other, CAST["Sam"])
    types(other, code)
    other.is_hindered("does not fit")
    desk.maple.pass_time(timedelta(minutes=10))
    types(desk, code)
    desk.is_hindered("does not fit")


def test_who_is_taken_off_the_board_leaves_it_by_themselves(
    maple: Neighborhood, look: Look
) -> None:
    def give(role: str | None) -> None:
        who, cleo = id_of(maple, "Finn"), id_of(maple, "Cleo")
        if role:
            maple.database.write(lambda it: sessions.give_role(it, who, role, cleo, maple.now()))
        else:
            maple.database.write(lambda it: sessions.take_role(it, who))

    maple.database.write(lambda it: people.known_or_new(it, [CAST["Finn"]], maple.now()))
    give("desk")
    desk = look("Finn")
    expect(desk.goes_to("/").get_by_role("heading", level=1)).to_have_text("Nothing waits.")
    give(None)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_reader_sees_how_it_stands_and_neither_words_nor_numbers(
    maple: Neighborhood, look: Look
) -> None:
    number = asked(maple, "need food, 11233, on the third floor")
    desk = look("Nora")
    desk.goes_to(f"/requests/{number}")
    desk.reads("Open since")
    assert "third floor" not in desk.page.content()
    assert not re.search(r"\+?1?212555\d{4}", desk.page.content())
    expect(desk.page.locator(".deeds")).to_have_count(0)
    desk.goes_to("/people")
    desk.reads("That is not yours to see")


# What it is for.


def test_from_a_phone_the_request_that_nobody_took_finds_somebody(
    maple: Neighborhood, look: Look, picture: Callable[[str, Page], None]
) -> None:
    """The story by which the board is measured: nobody needs to have seen a terminal."""
    number = asked(maple, "need food for 4 kids, 11201")
    maple.pass_time(timedelta(minutes=40))
    desk = look(has_touch=True, is_mobile=True)
    page = desk.goes_to("/")
    expect(page).to_have_title(re.compile(r"^\(1\) Now"))
    expect(page.get_by_role("heading", level=1)).to_have_text("1 thing waits for somebody.")
    picture("now", page)
    page.get_by_role("link", name=f"{number} · food").tap()
    desk.reads("Nobody found yet")
    expect(page.locator("blockquote")).to_have_text("need food for 4 kids, 11201")
    picture("request", page)
    page.set_viewport_size(WIDE)
    picture("wide", page)
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    picture("night", page)
    page.emulate_media(color_scheme="light")

    correct = desk.unfolds("Correct what, where, when")
    correct.get_by_label("Where").select_option("northside")
    desk.presses("Correct it", correct)
    desk.is_told("Corrected. We ask whoever fits now.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("food, northside")
    maple.received()

    ask = desk.unfolds("Ask somebody")
    for name in ("Chi", "Eva"):
        ask.get_by_label("Or somebody else, by name").fill(name)
        desk.presses("Ask them", ask)
        desk.is_told("We ask them now.")
    assert {it.who for it in maple.received() if f"{number}" in it.body} >= {"Chi", "Eva"}

    maple.text("Chi", f"YES {number}")
    desk.reads(re.compile("Chi has it since"))  # by itself
    expect(page.get_by_role("button", name="Ask them")).to_have_count(0)
    picture("taken", page)


def test_who_gets_no_texts_is_found_and_called_instead(
    maple: Neighborhood, look: Look, picture: Callable[[str, Page], None]
) -> None:
    maple.put_on_roster({"phone": CAST["Hugo"], "name": "Hugo", "needs": "medicine"})
    maple.phone("Hugo", state="off")
    for _ in range(4):
        number = asked(maple, "need insulin, 11233", "Sam")
        maple.pass_time(timedelta(hours=1))
        _by_command(maple, partial(_put_away, number=number))
    desk = look()
    card = desk.goes_to("/").locator(".card.unreached").filter(has_text="Hugo")
    expect(card).to_contain_text("Our texts did not arrive again and again")
    card.get_by_role("link").click()
    picture("person", desk.page)
    maple.phone("Hugo", state="on")
    desk.presses("Text them again")
    desk.is_told("We text them again from now on.")
    write = desk.unfolds("Write to them")
    write.get_by_label("As the hotline").fill("your phone was off: is all well?")
    maple.received()
    desk.presses("Send", write)
    assert "your phone was off: is all well?" in read(maple, "Hugo")
    _by_command(maple, lambda work: stewarding.leaving.remove(work, _known(work, "Hugo")))


def _known(work: Any, who: str) -> Any:
    from hotline.store import listing

    return listing.known_at(work.connection, [CAST[who]])[CAST[who]]


def test_the_second_of_two_sees_what_the_first_did_and_keeps_what_they_typed(
    maple: Neighborhood, look: Look
) -> None:
    number = asked(maple, "need food, 11201")
    first, second = look("Cleo"), look("Dee", viewport=WIDE)
    for desk in (first, second):
        desk.goes_to(f"/requests/{number}")
    slow = second.unfolds("Correct what, where, when")
    slow.get_by_label("For how many people").fill("5")
    quick = first.unfolds("Correct what, where, when")
    quick.get_by_label("Where").select_option("northside")
    first.presses("Correct it", quick)
    expect(second.page.get_by_role("heading", level=1)).to_contain_text("food, northside")
    second.presses("Correct it", slow)
    second.is_hindered("Somebody changed this meanwhile")
    again = second.unfolds("Correct what, where, when")
    expect(again.get_by_label("For how many people")).to_have_value("5")
    (found,) = maple.database.read(lambda it: requests.find_requests(it, [number]))
    assert (found.area, found.people) == ("northside", 1)


def test_a_note_and_words_are_not_lost_because_somebody_took_it_meanwhile(
    maple: Neighborhood, look: Look
) -> None:
    number = asked(maple, "need food, 11233")
    desk = look()
    desk.goes_to(f"/requests/{number}")
    note = desk.unfolds("Note for the desk")
    note.get_by_label("Only people at the desk read it").fill("ring twice")
    maple.text("Ana", f"YES {number}")
    desk.reads(re.compile("Ana has it since"))
    desk.presses("Keep it", note)
    desk.is_told("Noted.")
    expect(desk.page.locator(".note")).to_contain_text("ring twice")


# Whoever sees or moves in other ways.


def addresses(maple: Neighborhood, number: int) -> list[str]:
    """Every page that there is, by the site map, with something on it."""
    who = {"requests": number, "people": id_of(maple, "Ana")}
    shown = [it.path for it in PAGES if it.show and "{sid}" not in it.path]
    filled = [
        re.sub(r"/(\w+)/\{number\}", lambda m: f"/{m[1]}/{who.get(m[1], 1)}", it) for it in shown
    ]
    return [it for it in filled if "{" not in it]


def everything_happened(maple: Neighborhood) -> int:
    number = asked(maple, "need food for 2 kids, 11233")
    maple.text("Sam", "need a ride, my husband beats me")
    maple.text("Ana", f"YES {number} at 6")
    maple.text("Maria", "thank you so much")
    maple.text("Gabi", "JOIN Gabi")
    return number


UNFOLD = "document.querySelectorAll('main details').forEach((it) => { it.open = true; })"
FITS = "document.documentElement.scrollWidth <= innerWidth"
CONTROLS = "a, button, input, select, textarea, summary"
TOO_SMALL = """(controls) => controls.filter((it) => it.checkVisibility() && it.type !== "hidden")
  .map((it) => it.matches("[type=checkbox], [type=radio]") ? it.closest("label") || it : it)
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([it]) => !it.matches("p > a, .card > a, .skip"))  // of a card all of it is touched
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([it, box]) => `${it.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`)
"""


COVERED = """(all) => all.filter((it) => {
  it.focus();
  const box = it.getBoundingClientRect();
  const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return !(seen && (it.contains(seen) || seen.contains(it)));
}).map((it) => it.outerHTML)
"""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_small_phone(
    maple: Neighborhood, look: Look, scheme: str, language: str
) -> None:
    """As far as axe can tell: names, roles, contrasts; and nothing too wide or too small."""
    number = everything_happened(maple)
    maple.database.write(lambda it: people.set_facts(it, id_of(maple, "Cleo"), language=language))
    desk = look(color_scheme=scheme, has_touch=True)
    axe = Axe()
    for path in addresses(maple, number):
        page = desk.goes_to(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.evaluate(UNFOLD)
        found = axe.run(page)
        assert not found.violations_count, f"{path}: {found.generate_report()}"
        assert page.evaluate(FITS), path
        assert page.locator(CONTROLS).evaluate_all(TOO_SMALL) == [], path


@pytest.mark.parametrize("width", [640, 320])
def test_at_twice_and_four_times_the_size_nothing_is_cut_off(
    maple: Neighborhood, look: Look, width: int
) -> None:
    number = everything_happened(maple)
    desk = look(viewport={"width": width, "height": width * 5 // 8})
    for path in addresses(maple, number):
        page = desk.goes_to(path)
        page.evaluate(UNFOLD)
        assert page.evaluate(FITS), path
        assert page.locator("main button").evaluate_all(COVERED) == [], path


def test_everything_can_be_done_with_keys_alone(maple: Neighborhood, look: Look) -> None:
    number = asked(maple, "need food, 11201")
    maple.pass_time(timedelta(minutes=40))
    desk = look(viewport=WIDE)
    page = desk.goes_to("/")

    def goes_to(name: str) -> None:
        passed = []
        for _ in range(60):
            page.keyboard.press("Tab")
            passed.append(" ".join(page.evaluate(NAME_OF_FOCUS).split()))
            if passed[-1] == name:
                return
        raise AssertionError(f"{name} is not among {passed}")

    goes_to("More")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Who comes in")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Who comes in")).not_to_be_visible()
    goes_to(f"{number} · food, westside")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/*")
    goes_to("Skip to the page")
    page.keyboard.press("Enter")
    goes_to("Correct what, where, when")
    page.keyboard.press("Enter")
    goes_to("Where")
    page.keyboard.type("northside")
    goes_to("Correct it")
    page.keyboard.press("Enter")
    desk.is_told("Corrected.")
    maple.settle()
    goes_to("Or somebody else, by name")
    page.keyboard.type("Chi")
    goes_to("Ask them")
    page.keyboard.press("Enter")
    desk.is_told("We ask them now.")
    maple.settle()
    goes_to("Note for the desk")
    maple.text("Chi", f"YES {number}")
    desk.reads(re.compile("Chi has it since"))
    page.wait_for_function(
        f"({NAME_OF_FOCUS})().trim() !== '' && document.activeElement !== document.body"
    )


def test_without_scripts_plain_forms_do_it(maple: Neighborhood, look: Look) -> None:
    number = asked(maple, "need food, 11201")
    maple.pass_time(timedelta(minutes=40))
    desk = look(java_script_enabled=False)
    page = desk.goes_to("/")
    page.get_by_role("link", name=f"{number} · food").click()
    page.get_by_text("Correct what, where, when").click()
    page.locator("#correct").get_by_label("Where").select_option("northside")
    page.get_by_role("button", name="Correct it").click()
    desk.is_told("Corrected.")
    page.get_by_label("Or somebody else, by name").fill("Chi")
    page.get_by_role("button", name="Ask them").click()
    desk.is_told("We ask them now.")
    maple.settle()
    maple.text("Chi", f"YES {number}")
    page.goto(f"{desk.address}/requests/{number}")
    desk.reads(re.compile("Chi has it since"))
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Who comes in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who comes in")


# Lost and found.


def test_a_page_that_lost_the_hotline_says_so_and_catches_up(
    maple: Neighborhood, look: Look, complaints: Complaints
) -> None:
    complaints.forgive(AWAY)
    number = asked(maple, "need food, 11233")
    with Wire(maple.address) as wire:
        desk = look(address=wire.address)
        desk.goes_to(f"/requests/{number}")
        draft = desk.unfolds("Note for the desk").get_by_label("Only people at the desk read it")
        draft.fill("ring tw")
        wire.is_cut = True
        away = desk.page.locator("#away")
        expect(away).to_be_visible()
        maple.text("Ana", f"YES {number}")
        wire.is_cut = False
        desk.reads(re.compile("Ana has it since"))
        expect(away).to_be_hidden()
        expect(draft).to_have_value("ring tw")
        desk.context.close()


# What strangers write.

HOSTILE = (
    "<b>bold</b><img src=x onerror=alert(1)><script>alert(2)</script></textarea>",
    "\"'><svg onload=alert(3)>&amp;&lt;{{ 7 * 7 }}{% raw %} %(name)s",
)


def test_what_strangers_write_is_words(maple: Neighborhood, look: Look) -> None:
    page_of, mark = "<img src=x onerror=alert(1)>", "<svg onload=alert(4)>"
    number = asked(maple, f"need food, 11233 {HOSTILE[0]}", "Sam")
    maple.text("Sam", HOSTILE[1])
    maple.text("Ana", f"YES {number} {HOSTILE[1]}")
    maple.text("Eva", f"NAME {mark}")
    maple.text("Gabi", f"JOIN {page_of}")
    desk = look()
    _by_command(maple, lambda work: _noted(work, number))
    for path in (
        "/",
        "/requests",
        f"/requests/{number}",
        "/people",
        f"/people/{id_of(maple, 'Gabi')}",
    ):
        page = desk.goes_to(path)
        page.evaluate(UNFOLD)
        expect(page.locator("main img, main script, main svg, main b > *")).to_have_count(0)
    words = desk.goes_to(f"/requests/{number}").locator(".words").all_text_contents()
    assert f"need food, 11233 {HOSTILE[0]}" in words
    assert HOSTILE[1] in words
    _by_command(maple, lambda work: _forget_name(work, maple))


def _noted(work: Any, number: int) -> None:
    from hotline.store import notes

    who = people.ids_at(work.connection, [CAST["Cleo"]])[0]
    notes.add_note(work.connection, number, who, HOSTILE[0], work.now)


def _forget_name(work: Any, maple: Neighborhood) -> None:
    people.set_facts(work.connection, id_of(maple, "Eva"), name="Eva")


def test_what_is_typed_at_the_desk_comes_back_as_it_was(look: Look) -> None:
    desk = look()
    desk.goes_to("/asking").get_by_label("Their phone").fill("\"'><script>alert(5)</script>")
    desk.page.get_by_label("In their words").fill(HOSTILE[0])
    desk.presses("Ask neighbors")
    desk.is_hindered("no phone number")
    expect(desk.page.get_by_label("Their phone")).to_have_value("\"'><script>alert(5)</script>")
    expect(desk.page.get_by_label("In their words")).to_have_value(HOSTILE[0])


def test_an_address_with_markup_is_no_page(look: Look) -> None:
    desk = look()
    for path in ("/?said=<script>alert(6)</script>", "/people?find=<img src=x onerror=alert(7)>"):
        page = desk.goes_to(path)
        expect(page.locator("main img, main script")).to_have_count(0)
    desk.goes_to("/in?then=//example.org")
    expect(desk.page).to_have_url(f"{desk.address}/")
