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
    WIDE,
    Complaints,
    Wire,
    browser,
    program,
)
from desks import Desk, by_command, cookie_of, id_of, read
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from playwright.sync_api import Browser, Page, expect
from png import smaller

from board import site
from board.pages import PAGES
from hotline.broadcast import Audience
from hotline.desk import stewarding
from hotline.store import broadcasts, people, requests, sessions
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

[voice]
audio = "recordings"
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
    folder = tmp_path_factory.mktemp("board")
    (folder / "hotline.db").write_bytes(sqlite_template.read_bytes())
    network = WITH_BOARD.replace('"recordings"', f'"{folder / "recordings"}"')
    url, file = f"sqlite:///{folder / 'hotline.db'}", folder / "hotline.toml"
    with open_neighborhood(url, redis_server, network, file=file) as opened:
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
            by_command(street, partial(_put_away, number=it.number))
    speak(street, "en")
    street.received()


def _put_away(work: Any, number: int) -> None:
    stewarding.close(work, number)
    record(work.connection, None, SEEN, work.now, request_number=number)


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


Look = Callable[..., Desk]


@pytest.fixture
def look(maple: Neighborhood, chromium: Browser, complaints: Complaints) -> Iterator[Look]:
    """The board in a browser of its own. `who`: they are signed in there."""
    with ExitStack() as stack:

        def desk(who: str | None = "Cleo", address: str = maple.address, **how: Any) -> Desk:
            wishes: dict[str, Any] = {"viewport": NARROW, "reduced_motion": "reduce"}
            context = chromium.new_context(**{"locale": "en-US"} | wishes | how)
            stack.callback(context.close)
            complaints.listen(context)
            if who:
                context.add_cookies([cookie_of(maple, who)])  # type: ignore[list-item]
            return Desk(maple, context, address)

        yield desk
    complaints.errors = [it for it in complaints.errors if not REFUSED.search(it)]
    complaints.require_none()


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


# Who comes in.


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
        by_command(maple, partial(_put_away, number=number))
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
    by_command(maple, lambda work: stewarding.leaving.remove(work, _known(work, "Hugo")))


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


def test_a_page_that_says_what_hinders_somebody_goes_on_by_itself(
    maple: Neighborhood, look: Look
) -> None:
    number = asked(maple, "need food, 11233")
    desk = look()
    desk.goes_to(f"/requests/{number}")
    ask = desk.unfolds("Ask somebody")
    ask.get_by_label("Or somebody else, by name").fill("Zoe")
    desk.presses("Ask them", ask)
    desk.is_hindered("Nobody on the list is called that")
    ask.get_by_label("Or somebody else, by name").fill("")
    maple.text("Ana", f"YES {number}")
    desk.reads(re.compile("Ana has it since"))


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


TABLE = f"phone,name,areas\n{CAST['Ana']},Ana Maria,northside\n{CAST['Hugo']},Hugo,\n12,Finn,\n"


def every_page(maple: Neighborhood, look: Look, **how: Any) -> Iterator[tuple[str, Page]]:
    """Each page that there is: by its address, and behind each kind of form."""
    number = everything_happened(maple)
    desk = look(**how)
    reader, stranger = look("Nora", **how), look(None, **how)
    for path in addresses(maple, number):
        yield path, desk.goes_to(path)
    yield from behind_forms(maple, desk, number)
    yield "a page that is not theirs", reader.goes_to("/people")
    yield "a request as readers see it", reader.goes_to(f"/requests/{number}")
    yield from on_the_way_in(stranger)
    maple.pass_time(timedelta(minutes=11))
    yield "whether it is them", desk.goes_to("/settings")
    desk.page.locator("main .go").click()
    yield "their code", desk.page
    types_into(desk, 'input[name="code"]', "1")
    yield "a wrong code", desk.page
    desk.page.locator('form[action$="/passkey"] button').click()
    yield "a passkey, where there is no name", desk.page


def types_into(desk: Desk, field: str, words: str) -> None:
    """And sends that form."""
    place = desk.page.locator(f"main {field}").first
    place.evaluate("it => { const fold = it.closest('details'); if (fold) fold.open = true; }")
    place.fill(words)
    place.locator("xpath=ancestor::form").locator("button").first.click()
    desk.page.wait_for_load_state()


def behind_forms(maple: Neighborhood, desk: Desk, number: int) -> Iterator[tuple[str, Page]]:
    page = desk.page
    for name, table in (("seen before it is brought in", TABLE), ("that cannot be read", "a,b\n1")):
        desk.goes_to("/people/import")
        types_into(desk, 'textarea[name="table"]', table)
        yield f"a table {name}", page
    desk.goes_to("/many")
    types_into(desk, 'textarea[name="words-en"]', "We meet on Sunday at noon.")
    yield "what was written to many", page
    desk.goes_to(f"/many/{drafted_by_another(maple)}")
    yield "what another wrote to many", page
    page.locator("main .go").click()
    yield "what goes out to many", page
    page.locator("main .stop").click()
    yield "what was stopped", page
    maple.settle()
    for name, old, new in (("a change", "Maple Street", "Oak Street"), ("a mistake", "[", "[[")):
        text = desk.goes_to("/settings").locator("#text textarea").input_value()
        types_into(desk, "#text textarea", text.replace(old, new, 1))
        yield f"{name} of the settings", page
    desk.goes_to(f"/requests/{number}")
    page.evaluate("document.querySelectorAll('[name=seen]').forEach((it) => { it.value = 'old'; })")
    page.evaluate(UNFOLD)
    page.locator("#close button").click()
    yield "what somebody else did first", page


def drafted_by_another(maple: Neighborhood) -> int:
    who, words = id_of(maple, "Ana"), {"en": "We meet on Monday at noon."}
    return maple.database.write(lambda it: broadcasts.add(it, who, Audience(), words, maple.now()))


def on_the_way_in(stranger: Desk) -> Iterator[tuple[str, Page]]:
    page = stranger.goes_to("/in")
    yield "the way in", page
    types_into(stranger, 'input[name="number"]', "1")
    yield "a wrong number", page
    types_into(stranger, 'input[name="number"]', CAST["Sam"])
    yield "a code", page
    types_into(stranger, 'input[name="code"]', "123456")
    yield "a wrong code", page
    stranger.goes_to("/link/x")
    yield "a link", page
    page.locator("main .go").click()
    yield "a link that was used", page
    stranger.goes_to("/in")
    page.locator('form[action$="/passkey"] button').click()
    yield "a passkey", page


def speak(maple: Neighborhood, language: str) -> None:
    """Who looks is written to in this language."""

    def write(connection: Any) -> None:
        phones = [CAST[it] for it in ("Cleo", "Nora")]
        for who in people.known_or_new(connection, phones, maple.now()):
            people.set_facts(connection, who, language=language)

    maple.database.write(write)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_small_phone(
    maple: Neighborhood, look: Look, scheme: str, language: str
) -> None:
    """As far as axe can tell: names, roles, contrasts; and nothing too wide or too small."""
    speak(maple, language)
    axe = Axe()
    wishes = {"color_scheme": scheme, "has_touch": True, "locale": language}
    for name, page in every_page(maple, look, **wishes):
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.evaluate(UNFOLD)
        found = axe.run(page)
        assert not found.violations_count, f"{name}: {found.generate_report()}"
        assert page.evaluate(FITS), name
        assert page.locator(CONTROLS).evaluate_all(TOO_SMALL) == [], name


@pytest.mark.parametrize("width", [640, 320])
def test_at_twice_and_four_times_the_size_nothing_is_cut_off(
    maple: Neighborhood, look: Look, width: int
) -> None:
    for name, page in every_page(maple, look, viewport={"width": width, "height": width * 5 // 8}):
        page.evaluate(UNFOLD)
        assert page.evaluate(FITS), name
        assert page.locator("main button").evaluate_all(COVERED) == [], name


REACHABLE = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")];
  window.left = new Set(all.filter((it) => it.checkVisibility() && it.type !== "hidden"));
  window.unseen = [];
  document.activeElement.blur();
  return left.size;
}"""
IS_SEEN = """() => {
  const it = document.activeElement;
  const shows = (part) => getComputedStyle(it, part).outlineStyle !== "none";
  left.delete(it);
  if (it !== document.body && !shows() && !shows("::after")) unseen.push(it.outerHTML);
  return left.size;
}"""


def test_every_control_of_every_page_is_reached_by_tab_and_seen_to_be(
    maple: Neighborhood, look: Look
) -> None:
    for name, page in every_page(maple, look):
        page.evaluate(UNFOLD)
        for _ in range(3 * page.evaluate(REACHABLE) + 20):  # a date is several stops
            page.keyboard.press("Tab")
            if not page.evaluate(IS_SEEN):
                break
        missed = page.evaluate("[...left].map((it) => it.outerHTML.slice(0, 120))")
        assert (missed, page.evaluate("unseen")) == ([], []), name


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
    by_command(maple, lambda work: _noted(work, number))
    somebody = [f"/people/{id_of(maple, who)}" for who in ("Gabi", "Eva", "Sam")]
    for path in (*addresses(maple, number), *somebody):
        page = desk.goes_to(path)
        page.evaluate(UNFOLD)
        made = page.locator(
            "main img, main script, main svg:not(.chart), main b > *, main [onload]"
        )
        expect(made).to_have_count(0)
    words = desk.goes_to(f"/requests/{number}").locator(".words").all_text_contents()
    assert f"need food, 11233 {HOSTILE[0]}" in words
    assert HOSTILE[1] in words
    by_command(maple, lambda work: _forget_name(work, maple))


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
