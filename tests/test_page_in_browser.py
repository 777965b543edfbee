"""The neighborhood in a real browser: what people see of it, and what they can do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import (
    NARROW,
    WIDE,
    Complaints,
    Keyboard,
    Phones,
    Screen,
    Window,
    Wire,
    browser,
    program,
)
from playwright.sync_api import Browser, expect
from png import smaller
from ports import own_port
from served import serve
from waiting import until

from bench.crowd import PEOPLE, crowded
from rehearsal import neighborhood

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
FROM_THE_PAGE = {"X-From-The-Page": "yes"}
SAM = "+12125550159"
GROCERIES = "need groceries for 2 kids near 11216"
NOBODY = "+12125550198"

OAK_STREET = """
[hotline]
name = "Oak Street"
country = "US"
timezone = "America/Chicago"
languages = ["en"]
quiet = ""

[waves]
sizes = [2]

[[needs]]
key = "water"
digit = 1
urgent = false
words.en = ["water"]
"""
OAK_ROSTER = "phone,name\n+12125550161,Ines\n"
MAPLE_STREET, MAPLE_ROSTER = neighborhood.hotline_toml(), neighborhood.roster_csv()
PANELS = ("Requests", "Texts sent", "Trouble", "Log", "Scripts", "Your own network")
AWAY = "net::ERR_"  # what a browser says of a page that cannot be reached for a while
REFUSED = "status of 422"
LONG_AGO = 1_000_000_000  # seconds

Open = Callable[..., Screen]
Picture = Callable[[str, Screen], None]


class Street:
    """`hotline up`, as it runs."""

    def __init__(self, address: str, said: Path) -> None:
        """`said`: where it writes what it says in the terminal."""
        self.address, self.said = address, said
        self.http = httpx2.Client(base_url=address, trust_env=False, timeout=30)
        self.is_new = True

    def begin_anew(self) -> None:
        """As the page's own button does. It has begun when nobody knows any more of NOBODY."""
        if not self.is_new:
            self.http.put(f"/rehearsal/phones/{NOBODY}", json={"name": "Nobody"})
            self.http.post("/do/begin_again", headers=FROM_THE_PAGE).raise_for_status()
        until(self.is_ready, "the hotline is up")
        self.is_new = False

    def text(self, number: str, words: str) -> None:
        form = {"from": number, "body": words}
        self.http.post("/do/text", data=form, headers=FROM_THE_PAGE).raise_for_status()

    def is_ready(self) -> bool:
        try:
            ready = self.http.get("/ready").status_code == 200
            return ready and not self.http.get(f"/rehearsal/phones/{NOBODY}").json()["name"]
        except httpx2.TransportError:
            return False


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = program()
    if path is None:
        pytest.skip("this machine has no Chromium")
    with browser(path) as started:
        yield started


@pytest.fixture(scope="module")
def street(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:  # noqa: ARG001 - without a browser nothing is started
    home = tmp_path_factory.mktemp("up")
    port = own_port()
    command = [sys.executable, "-m", "hotline", "up", "--port", str(port)]
    with (home / "said").open("w") as said:
        up = subprocess.Popen(
            [*command, "--data", str(home / "data")],
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
    street = Street(f"http://127.0.0.1:{port}", home / "said")
    try:
        until(street.is_ready, "the hotline is up")
        yield street
    finally:
        street.http.close()
        up.terminate()
        up.wait()


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def windows(chromium: Browser, complaints: Complaints) -> Iterator[Callable[..., Window]]:
    """Browser windows. In the end no page was complained of, and none asked anybody else."""
    with ExitStack() as stack:

        def window(address: str, **how: Any) -> Window:
            it = Window(chromium, address, complaints, **how)
            stack.callback(it.context.close)
            return it

        yield window
    complaints.require_none()


@pytest.fixture
def look(street: Street, windows: Callable[..., Window]) -> Open:
    """Look at a neighborhood in which nothing has happened yet."""
    street.begin_anew()
    return lambda **how: windows(street.address, **how).tab()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Picture:
    """For the docs, if that was asked for: how it looks now."""
    if not request.config.getoption("pictures"):
        return lambda _name, _screen: None

    def take(name: str, screen: Screen) -> None:
        screen.page.evaluate("document.activeElement.blur()")
        PICTURES.mkdir(exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(smaller(screen.page.screenshot()))

    return take


# Somebody asks, somebody says yes.


def test_maria_asks_and_ana_says_yes(look: Open, picture: Picture) -> None:
    screen = look()
    phones = screen.phones
    phones["Maria"].texts(GROCERIES)
    phones["Maria"].gets("your request is 12")
    for name in ("Ana", "Ben"):
        phones[name].gets("a neighbor in northside needs food", "Reply YES 12")
        phones[name].buzzed()
    phones["Chi"].has_no_texts()

    phones["Ana"].texts("yes in 2 hours")
    phones["Ana"].gets("12 is yours, thanks!", "need groceries for 2 kids near 11216")
    news = phones["Maria"].gets("Ana is taking your request 12", "in 2 hours")
    expect(news.get_by_title("delivered")).to_have_text("delivered✓✓")
    phones["Ben"].gets("12 is covered: Ana has it")
    screen.tells(
        12,
        "Maria asked",
        "Asked Ana (said YES “in 2 hours”), Ben",
        "Ana has it",
        "asks how it stands at",
    )
    expect(screen.request(12).get_by_role("heading")).to_have_text(
        re.compile("12 food in northside taken")
    )
    picture("neighborhood", screen)
    screen.page.emulate_media(color_scheme="dark")
    picture("dark", screen)


# Calls.


def test_maria_speaks_into_the_microphone_and_ana_can_listen(look: Open) -> None:
    screen = look()
    maria, ana = screen.phones["Maria"], screen.phones["Ana"]
    maria.calls()
    maria.presses("1")
    maria.hears("press 0")
    maria.presses("0")
    maria.hears("After the tone")
    maria.speaks()
    maria.has_done("pressed 1", "pressed 0", "said (a voice)")
    maria.presses("#")
    maria.hears("We have your message")
    maria.presses("1")
    ana.gets("YES 12")
    ana.texts("yes")
    ana.gets("[a voice message]")
    ana.calls()
    ana.hears("press 5")
    ana.presses("5")
    ana.hears("a recording")
    sound = ana.frame.get_by_label("a recording").get_attribute("src")
    found = screen.page.request.get(f"{screen.address}{sound}")
    assert found.body().startswith(b"RIFF")


def test_maria_asks_by_keypad(look: Open, picture: Picture) -> None:
    screen = look()
    maria = screen.phones["Maria"]
    maria.calls()
    maria.hears("For English, press 1")
    maria.presses("1")
    maria.hears("For food, press 1")
    picture("call", screen)
    maria.presses("1")
    maria.hears("postcode")
    maria.presses_quickly("11216#")
    maria.hears("1 1 2 1 6")
    maria.presses("1")
    maria.hears("After the tone")
    maria.says("two bags of groceries, please")
    maria.presses("#")
    maria.hears("We have your message")
    maria.presses("1")
    maria.hears("Your request number is 1 2")
    screen.phones["Ana"].gets("needs food", "YES 12")
    maria.hangs_up()
    maria.is_in_no_call()


def test_what_somebody_does_in_a_call_is_seen_in_it(look: Open) -> None:
    here, there = look(), look()
    maria = here.phones["Maria"]
    maria.calls()
    maria.hears("For English, press 1")
    maria.presses("11")
    maria.hears("postcode")
    maria.presses_quickly("11216#")
    maria.hears("1 1 2 1 6")
    maria.stays_silent()
    maria.presses("1")
    maria.hears("After the tone")
    maria.says("two bags of groceries, please")
    for screen in (here, there):
        screen.phones["Maria"].has_done(
            "pressed 1",
            "pressed 1",
            "pressed 11216#",
            re.compile(r"^\d+ seconds of silence$"),
            "pressed 1",
            "said two bags of groceries, please",
        )
    maria.hangs_up()
    maria.frame.get_by_text("Last call").click()
    expect(maria.call_so_far().filter(has_text="11216#")).to_be_visible()


def test_this_computers_keys_press_those_of_the_phone_in_sight(look: Open) -> None:
    screen = look()
    maria, keys = screen.phones["Maria"], screen.page.keyboard
    maria.calls()
    maria.hears("For English, press 1")
    screen.page.evaluate("document.activeElement.blur()")
    keys.press("1")
    maria.hears("For food, press 1")
    screen.announces("Maria pressed 1", "For food, press 1")
    keys.press("1")
    maria.hears("postcode")
    keys.type("11216#")
    maria.hears("1 1 2 1 6")
    maria.has_done("pressed 1", "pressed 1", "pressed 11216#")


def test_where_somebody_writes_keys_press_nothing(look: Open) -> None:
    screen = look()
    maria, page = screen.phones["Maria"], screen.page
    page.keyboard.press("1")
    maria.calls()
    maria.hears("For English, press 1")
    field = screen.phones["Ana"].frame.get_by_label("Text as Ana")
    field.focus()
    page.keyboard.type("yes 12 #*")
    expect(field).to_have_value("yes 12 #*")
    page.get_by_label("Find a phone").focus()
    page.keyboard.press("1")
    page.get_by_label("Find a phone").fill("")
    page.get_by_role("button", name="Light or dark").focus()
    for key in ("Control+1", "Alt+1", "Meta+1"):
        page.keyboard.press(key)
    page.keyboard.press("2")
    maria.has_done("pressed 2")


def test_of_two_phones_in_a_call_the_last_one_that_was_touched_is_meant(look: Open) -> None:
    screen = look()
    maria, ana, keys = screen.phones["Maria"], screen.phones["Ana"], screen.page.keyboard
    for phone in (maria, ana):
        phone.calls()
        phone.hears("press 1")
    maria.frame.get_by_role("heading", name="Maria").click()
    keys.press("1")
    maria.has_done("pressed 1")
    ana.frame.get_by_role("heading", name="Ana").click()
    keys.press("9")
    ana.has_done("pressed 9")
    maria.has_done("pressed 1")


@pytest.fixture
def omar_is_called(look: Open) -> Screen:
    """Omar drives on the east side. He gets no texts: he is called."""
    screen = look()
    screen.puts_on_roster(name="Omar", needs="ride", areas="eastside", reach="voice")
    return screen


def test_who_gets_no_texts_is_called_and_says_yes_with_a_key(omar_is_called: Screen) -> None:
    phones = omar_is_called.phones
    phones["Maria"].texts("need a ride near 11233")
    omar = phones["Omar"]
    omar.rings()
    omar.answers()
    omar.hears("needs a ride")
    omar.presses("1")
    phones["Maria"].gets("Omar is taking your request 12")
    omar.is_in_no_call()
    omar.has_no_texts()


def test_who_declines_a_call_is_passed_over(omar_is_called: Screen) -> None:
    screen, phones = omar_is_called, omar_is_called.phones
    phones["Maria"].texts("need a ride near 11233")
    phones["Omar"].rings()
    phones["Omar"].declines()
    phones["Omar"].is_in_no_call()
    phones["Ana"].gets("needs a ride", "YES 12")
    screen.tells(12, "Maria asked", "Asked Omar (not reached), Ana", "asks on at")


# The clock.


def test_five_minutes_later_more_are_asked(look: Open) -> None:
    screen = look()
    expect(screen.clock()).to_contain_text("as it is")
    screen.phones["Maria"].texts(GROCERIES)
    screen.phones["Ana"].gets("YES 12")
    screen.leaps("+5 minutes")
    expect(screen.clock()).to_contain_text("5 min ahead")
    screen.phones["Chi"].gets("a neighbor in northside needs food", "YES 12")


def test_the_next_morning_is_eight_o_clock(look: Open) -> None:
    screen = look()
    screen.leaps("next morning")
    expect(screen.clock()).to_contain_text("08:00")
    screen.phones["Maria"].texts(GROCERIES)
    expect(screen.phones["Ana"].gets("YES 12")).to_contain_text("08:0")


# Trouble.


def test_the_settings_of_a_phone_say_how_it_is(look: Open) -> None:
    screen = look()
    ana = screen.phones["Ana"]
    ana.is_set(state="a landline", calls="is busy")
    expect(ana.frame.get_by_label("Text as Ana")).to_have_count(0)
    ana.frame.get_by_label("Settings of Ana's phone").click()
    expect(ana.frame.get_by_label("This phone is")).to_have_value("landline")
    expect(ana.frame.get_by_label("When called it")).to_have_value("busy")
    expect(ana.frame.get_by_label("has said STOP")).not_to_be_checked()
    ana.frame.get_by_label("This phone is").select_option("off")
    for _ in range(2):  # close it without having set that, and open it again
        ana.frame.get_by_label("Settings of Ana's phone").click()
    expect(ana.frame.get_by_label("This phone is")).to_have_value("landline")
    ana.frame.get_by_label("has said STOP").check()
    ana.frame.get_by_role("button", name="Set", exact=True).click()
    expect(ana.frame.get_by_label("has said STOP")).not_to_be_visible()  # set, and closed
    ana.frame.get_by_label("Settings of Ana's phone").click()
    expect(ana.frame.get_by_label("has said STOP")).to_be_checked()


def test_who_is_off_gets_nothing_and_the_next_is_asked(look: Open, picture: Picture) -> None:
    screen = look()
    ana = screen.phones["Ana"]
    ana.is_set(state="off")
    screen.phones["Maria"].texts(GROCERIES)
    lost = ana.gets("a neighbor in northside needs food")
    expect(lost).to_contain_text("the phone was off (30003)")
    screen.phones["Chi"].gets("YES 12")
    screen.tells(12, "Maria asked", "Asked Ana (not reached), Ben, Chi", "asks on at")
    screen.makes_trouble("Too many requests", "five times")
    picture("trouble", screen)


def test_a_text_that_the_carrier_is_too_busy_for_is_sent_again(look: Open) -> None:
    screen = look()
    screen.makes_trouble("Too many requests")
    screen.phones["Maria"].texts(GROCERIES)
    expect(screen.logs("Messages.json", "429, too many requests")).to_have_count(1)
    expect(screen.trouble("Too many requests")).to_have_count(0)
    screen.leaps("+1 minute")
    for name in ("Ana", "Ben"):
        screen.phones[name].gets("YES 12")


def test_told_twice_of_a_delivery_nobody_is_texted_twice(look: Open, picture: Picture) -> None:
    screen = look()
    screen.makes_trouble("Told twice")
    screen.phones["Maria"].texts(GROCERIES)
    for name in ("Ana", "Ben"):
        screen.phones[name].gets("YES 12")
    # Of the reply and of both pages that it is sent, and that it arrived; of one that twice each.
    expect(screen.logs("/sms/status", "204")).to_have_count(3 * 2 + 2)
    for name in ("Ana", "Ben"):
        expect(screen.phones[name].all_texts()).to_have_count(1)
    screen.logs("/sms/status", "204").last.locator("summary").first.click()
    picture("log", screen)


def test_texts_wait_while_the_account_is_dropped(look: Open) -> None:
    screen = look()
    screen.makes_trouble("Our account is dropped")
    expect(screen.trouble("Our account is dropped")).to_contain_text("until it is ended")
    screen.phones["Maria"].texts(GROCERIES)
    expect(screen.logs("Messages.json", "401, wrong account").first).to_be_visible()
    screen.phones["Ana"].has_no_texts()
    screen.trouble("Our account is dropped").get_by_role("button", name="End it").click()
    expect(screen.trouble("Our account is dropped")).to_have_count(0)
    screen.leaps("+5 minutes")
    screen.leaps("+1 minute")  # a page that is too old by then is asked anew, a moment later
    screen.phones["Ana"].gets("YES 12")


# Several pages, and pages that sleep.


def test_two_who_look_see_the_same(look: Open) -> None:
    here, there = look(), look()
    here.phones["Maria"].texts(GROCERIES)
    there.phones["Ana"].gets("YES 12")
    there.phones["Ana"].texts("yes")
    here.phones["Maria"].gets("Ana is taking your request 12")
    here.phones["Ana"].sent("yes")
    for screen in (here, there):
        screen.tells(
            12, "Maria asked", "Asked Ana (said YES), Ben", "Ana has it", "asks how it stands at"
        )


def test_a_page_that_was_asleep_catches_up_and_keeps_what_was_typed(
    street: Street, look: Open, windows: Callable[..., Window], complaints: Complaints
) -> None:
    complaints.forgive(AWAY)
    here = look()
    with Wire(street.address) as wire:
        there = windows(wire.address).tab()
        draft = there.page.get_by_label("Text as Ben")
        draft.fill("yes, at")
        wire.is_cut = True
        expect(there.page.get_by_role("status")).to_contain_text("The hotline does not answer")
        here.phones["Maria"].texts(GROCERIES)
        here.phones["Ana"].gets("YES 12")
        here.phones["Ana"].texts("yes")
        here.phones["Maria"].gets("Ana is taking your request 12")
        there.phones["Maria"].has_no_texts()
        wire.is_cut = False
        there.phones["Maria"].gets("Ana is taking your request 12")
        there.phones["Ben"].gets("Ana has it")
        expect(draft).to_have_value("yes, at")
        expect(there.page.get_by_role("status")).to_be_hidden()


def test_open_pages_show_the_new_neighborhood_by_themselves(
    street: Street, look: Open, complaints: Complaints
) -> None:
    here, there = look(), look()
    here.phones["Maria"].texts(GROCERIES)
    there.phones["Maria"].gets("your request is 12")
    here.begins_anew()
    for screen in (here, there):
        screen.phones["Maria"].has_no_texts()
        expect(screen.request(12)).to_have_count(0)
    here.phones["Maria"].texts(GROCERIES)
    there.phones["Maria"].gets("your request is 12")
    complaints.forgive(AWAY)
    assert "Traceback" not in street.said.read_text(), "nobody who looks on is in the way"


# People.


def test_anybody_can_be_put_on_the_roster(look: Open) -> None:
    screen = look()
    screen.puts_on_roster(name="Zoë", needs="ride", areas="eastside")
    screen.puts_on_roster(name="Yann", needs="food", areas="westside")
    expect(screen.phones["Zoë"].frame).to_contain_text("volunteer: ride; eastside")
    screen.phones["Maria"].texts("need a ride near 11233")
    screen.phones["Zoë"].gets("needs a ride", "YES 12")
    screen.phones["Zoë"].texts("yes")
    screen.phones["Maria"].gets("Zoë is taking your request 12")


def test_any_number_can_text(look: Open) -> None:
    screen = look()
    screen.texts_as("(212) 555-0177", "need food near 11216")
    screen.phones["+12125550177"].gets("your request is 12")
    screen.phones["Ana"].gets("needs food")


def test_mistakes_are_said_beside_the_form_and_what_was_typed_stays(
    look: Open, complaints: Complaints
) -> None:
    screen = look()
    screen.texts_as("my phone", "need food")
    stranger = screen.form("text as any number")
    expect(stranger.get_by_role("alert")).to_have_text(
        "That is not a phone number. Write it like +1 212 555 0142."
    )
    expect(stranger.get_by_label("Their number")).to_have_value("my phone")
    expect(stranger.get_by_label("Their text")).to_have_value("need food")

    person = screen.form("put on the roster")
    person.get_by_label("Name").fill("Omar")
    person.get_by_label("Number").fill("one two three")
    person.get_by_role("button", name="Put on the roster").click()
    expect(person.get_by_role("alert")).to_contain_text("number")
    expect(person.get_by_label("Name")).to_have_value("Omar")
    expect(person.get_by_label("Number")).to_have_value("one two three")
    complaints.forgive(REFUSED)


def test_ones_own_network_and_roster_can_be_rehearsed(look: Open, complaints: Complaints) -> None:
    screen = look()
    screen.begins_anew(configuration=OAK_STREET, roster=OAK_ROSTER)
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Oak Street")
    expect(screen.phones["Ana"].frame).to_have_count(0)
    expect(screen.panel("Requests")).to_contain_text("Text as Maria: need water")
    screen.phones["Maria"].texts("need water")
    screen.phones["Ines"].gets("Oak Street: a neighbor needs water", "YES 12")
    complaints.forgive(AWAY)
    screen.begins_anew(configuration=MAPLE_STREET, roster=MAPLE_ROSTER)
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Maple Street Mutual Aid")
    complaints.forgive(REFUSED)
    screen.begins_anew(configuration=OAK_STREET)
    said = screen.panel("Your own network").get_by_role("alert")
    expect(said).to_contain_text("The roster that is here already does not fit")
    expect(said).to_contain_text("roster.csv: row 2: areas: 'northside' is not known")


def test_of_a_broken_network_every_mistake_is_said(look: Open, complaints: Complaints) -> None:
    screen = look()
    screen.begins_anew(configuration=OAK_STREET.replace("US", "Narnia").replace("[2]", "[0]"))
    said = screen.panel("Your own network").get_by_role("alert")
    expect(said).to_contain_text("country")
    expect(said).to_contain_text("sizes")
    screen.begins_anew(configuration="[hotline")
    expect(said).to_contain_text("hotline.toml")
    screen.begins_anew(configuration=OAK_STREET, roster="phone,name\n12,Ines\n13,Jo\n")
    expect(said).to_contain_text("roster.csv: row 2")
    expect(said).to_contain_text("roster.csv: row 3")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Maple Street Mutual Aid")
    complaints.forgive(REFUSED)


# Whoever sees, hears or moves in other ways.


def test_everything_can_be_done_with_keys_alone(
    street: Street, windows: Callable[..., Window]
) -> None:
    street.begin_anew()
    window = windows(street.address)
    window.watches_the_focus()
    screen = window.tab()
    phones, keys = screen.phones, Keyboard(screen)

    keys.goes_to("Skip to the phones")
    keys.presses()
    keys.goes_to("Text as Maria")
    keys.types(GROCERIES)
    keys.presses()
    phones["Maria"].gets("your request is 12")
    phones["Ana"].gets("YES 12")
    keys.is_at("Text as Maria")

    keys.goes_to("Text as Ana")
    keys.types("yes")
    keys.presses()
    phones["Maria"].gets("Ana is taking your request 12")

    keys.goes_to("Call the hotline as Maria", back=True)
    keys.presses()
    phones["Maria"].hears("To talk to Ana, press 1")
    keys.is_at("key 1")
    keys.goes_to("key 6")
    keys.presses("Space")
    phones["Maria"].hears("After the tone")
    keys.is_at("key 6")
    keys.goes_to("Speak as Maria", back=True)
    keys.types("thank you so much")
    keys.presses()
    keys.goes_to("key pound")
    keys.presses()
    phones["Maria"].is_in_no_call()
    keys.is_at("Call the hotline as Maria")

    keys.goes_to("Settings of Ben's phone")
    keys.presses()
    keys.goes_to("This phone is")
    keys.types("off")
    keys.goes_to("Set")
    keys.presses()
    keys.is_at("Settings of Ben's phone")
    keys.goes_to("+5 minutes", back=True)
    keys.presses()
    expect(screen.clock()).to_contain_text("5 min ahead")
    keys.is_at("+5 minutes")
    keys.never_lost_its_place()


def test_a_call_that_is_answered_and_ends_leaves_the_focus_on_the_phone(
    street: Street, windows: Callable[..., Window]
) -> None:
    street.begin_anew()
    window = windows(street.address)
    window.watches_the_focus()
    screen = window.tab()
    screen.puts_on_roster(name="Omar", needs="ride", areas="eastside", reach="voice")
    screen.phones["Maria"].texts("need a ride near 11233")
    screen.phones["Omar"].rings()
    keys = Keyboard(screen)
    keys.goes_to("Answer")
    keys.presses()
    screen.phones["Omar"].hears("needs a ride")
    keys.is_at("key 1")
    keys.presses()
    screen.phones["Omar"].is_in_no_call()
    keys.is_at("Call the hotline as Omar")
    keys.never_lost_its_place()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_that_is_on_the_page_is_accessible(look: Open, theme: str) -> None:
    """As far as axe can tell: names, roles, contrasts."""
    screen = look(color_scheme=theme)
    screen.complaints.forgive(REFUSED)
    phones = screen.phones
    require_accessible(screen, "nothing happened yet")
    screen.puts_on_roster(name="Omar", needs="ride", areas="eastside", reach="voice")
    phones["Ben"].is_set(state="off")
    phones["Maria"].texts(GROCERIES)
    phones["Ana"].gets("YES 12")
    phones["Ana"].texts("yes in 2 hours")
    phones["Maria"].gets("Ana is taking your request 12")
    phones["Sam"].texts("need a ride near 11233")
    phones["Omar"].rings()
    phones["Ana"].calls()
    phones["Ana"].hears("To talk to the neighbor who asked, press 1")
    screen.makes_trouble("Told twice")
    for title in PANELS:
        screen.panel(title)
    screen.logs("/sms").first.locator("summary").click()
    screen.texts_as("my phone", "need food")
    expect(screen.page.get_by_role("alert")).to_be_visible()
    require_accessible(screen, "everything happened")
    phones["Chi"].frame.get_by_label("Settings of Chi's phone").click()
    require_accessible(screen, "a menu is open")
    screen.page.goto(f"{screen.address}/phone/%2B12125550140")
    require_accessible(screen, "all texts of one phone")


def require_accessible(screen: Screen, when: str) -> None:
    found = Axe().run(screen.page)
    assert not found.violations_count, f"{when}: {found.generate_report()}"


def test_light_and_dark_are_chosen_on_the_page_and_remembered(look: Open) -> None:
    screen = look(color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = screen.page.evaluate(paper)
    screen.page.get_by_role("button", name="Light or dark").click()
    assert screen.page.evaluate(paper) != light
    screen.page.reload()
    assert screen.page.evaluate(paper) != light


CONTROLS = "a, button, input, select, textarea, summary"
TOO_SMALL = """(controls) => controls.filter((it) => it.checkVisibility() && it.type !== "hidden")
  .map((it) => it.matches("[type=checkbox]") ? it.closest("label") : it)
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([it, box]) => (box.width < 24 || box.height < 24) && !it.matches("p > a, .skip"))
  .map(([it, box]) => `${it.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`)
"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((it) => it.checkVisibility() && !it.closest(".people, .unseen, .skip, .log"))
  .filter((it) => it.getBoundingClientRect().right > innerWidth + 0.5)
  .map((it) => it.outerHTML.slice(0, 120))
"""


def test_on_a_small_telephone_nothing_is_cut_off_or_too_small_to_touch(
    look: Open, picture: Picture
) -> None:
    screen = look(viewport=NARROW, has_touch=True, is_mobile=True)
    phones = screen.phones
    phones["Maria"].texts(GROCERIES)
    phones["Ana"].gets("YES 12")
    phones["Ana"].texts("yes")
    phones["Maria"].gets("Ana is taking your request 12")
    phones["Maria"].frame.evaluate("(it) => it.scrollIntoView()")
    picture("phone", screen)
    phones["Maria"].calls()
    phones["Maria"].hears("To talk to Ana, press 1")
    screen.form("put on the roster")
    for title in PANELS:
        screen.panel(title)
    fits = "() => [document.documentElement.scrollWidth, innerWidth]"
    assert screen.page.evaluate(fits) == [NARROW["width"]] * 2
    assert screen.page.evaluate(TOO_WIDE) == []
    assert screen.page.locator(CONTROLS).evaluate_all(TOO_SMALL) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_whose_phone_buzzes_is_always_in_sight(look: Open, size: dict[str, int]) -> None:
    screen = look(viewport=size)
    phones = screen.phones
    screen.puts_on_roster(name="Omar", needs="ride", areas="eastside", reach="voice")
    screen.page.get_by_role("navigation", name="People").evaluate("it => { it.scrollLeft = 9999; }")
    screen.panel("Your own network").get_by_role("button", name="Start over").focus()
    look().phones["Maria"].texts("need a ride near 11233")
    phones["Omar"].rings()
    screen.is_in_sight(phones["Maria"].chip())
    screen.is_in_sight(phones["Omar"].chip())
    expect(phones["Omar"].chip()).to_have_class(re.compile(r"\brings\b"))
    screen.page.reload()
    expect(phones["Omar"].chip()).to_have_class(re.compile(r"\brings\b"))
    phones["Omar"].declines()
    expect(phones["Omar"].chip()).not_to_have_class(re.compile(r"\brings\b"))


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_what_is_opened_comes_into_sight(look: Open, size: dict[str, int]) -> None:
    screen = look(viewport=size)
    screen.phones["Maria"].texts(GROCERIES)
    screen.phones["Ana"].gets("YES 12")
    for title in PANELS[1:]:
        panel = screen.panel(title)
        screen.is_in_sight(panel)
        panel.locator("summary").first.click()
    new = screen.form("put on the roster")
    screen.is_in_sight(new)
    menu = screen.phones["Ana"].frame.get_by_label("Settings of Ana's phone")
    menu.evaluate("it => window.scrollBy(0, it.getBoundingClientRect().bottom - innerHeight + 5)")
    menu.click()
    screen.is_in_sight(screen.phones["Ana"].frame.locator(".menu form"))


def test_what_was_opened_stays_in_sight_whatever_comes(look: Open) -> None:
    screen, elsewhere = look(viewport=NARROW), look()
    for came, title in enumerate(PANELS[1:]):
        panel = screen.panel(title)
        screen.is_in_sight(panel)
        elsewhere.phones["Maria"].texts("never mind" if came % 2 else "need milk")
        screen.phones["Maria"].frame.locator(".theirs").nth(came).wait_for()
        screen.is_in_sight(panel)


def test_a_mistake_in_ones_own_files_is_seen_where_one_looks(
    look: Open, complaints: Complaints
) -> None:
    complaints.forgive(REFUSED)
    for scripted in (True, False):
        screen = look(viewport=NARROW, java_script_enabled=scripted)
        screen.begins_anew(configuration=OAK_STREET, roster="phone,name\n12,Ines\n13,Jo\n")
        said = screen.panel("Your own network").get_by_role("alert")
        expect(said).to_contain_text("row 3")
        expect(said).to_be_in_viewport()
        assert screen.page.get_by_role("status").filter(has_text="row 3").count() == 0
        panel = screen.panel("Scripts")
        panel.get_by_label("or write one").fill("A title.\n\nMaria says hello")
        panel.get_by_role("button", name="Play it").click()
        expect(screen.panel("Scripts").get_by_role("alert")).to_be_in_viewport()
        expect(screen.panel("Scripts").get_by_label("or write one")).to_have_value(
            "A title.\n\nMaria says hello"
        )


def test_a_file_that_was_mended_since_it_was_chosen_is_to_be_chosen_again(
    look: Open, complaints: Complaints, tmp_path: Path
) -> None:
    complaints.forgive(REFUSED)
    complaints.forgive(AWAY)
    screen, file = look(), tmp_path / "hotline.toml"
    file.write_text("[hotline")
    os.utime(file, (LONG_AGO, LONG_AGO))  # browsers compare whole seconds
    panel = screen.panel("Your own network")
    panel.get_by_label("hotline.toml").set_input_files(file)
    said = panel.get_by_role("alert")
    panel.get_by_role("button", name="Start over").click()
    expect(said).to_contain_text("hotline.toml")
    file.write_text(OAK_STREET)
    panel.get_by_role("button", name="Start over").click()
    expect(said).to_have_text("hotline.toml has changed since you chose it: choose it again.")
    panel.get_by_label("hotline.toml").set_input_files(file)
    screen.begins_anew(roster=OAK_ROSTER)
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Oak Street")
    screen.begins_anew(configuration=MAPLE_STREET, roster=MAPLE_ROSTER)
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Maple Street Mutual Aid")


def test_without_a_script_a_mistake_on_a_phone_is_said_on_it(
    look: Open, complaints: Complaints
) -> None:
    complaints.forgive(REFUSED)
    screen = look(java_script_enabled=False)
    maria = screen.phones["Maria"]
    maria.calls()
    here = screen.page.context.new_page()
    here.goto(screen.address)
    maria.hangs_up()
    Phones(here)["Maria"].presses("1")
    alert = Phones(here)["Maria"].frame.get_by_role("alert")
    expect(alert).to_have_text("the call is over")
    expect(alert).to_be_in_viewport()


def test_without_scripts_plain_forms_do_it(look: Open, complaints: Complaints) -> None:
    complaints.forgive(REFUSED)
    screen = look(java_script_enabled=False)
    phones, page = screen.phones, screen.page
    phones["Maria"].frame.get_by_label("Text as Maria").fill(GROCERIES)
    phones["Maria"].frame.get_by_role("button", name="Send as Maria").click()
    phones["Maria"].gets("your request is 12")
    page.get_by_role("button", name="+5 minutes").click()
    screen.loads_until(screen.clock(), "5 min ahead")
    phones["Chi"].gets("YES 12")
    phones["Ana"].calls()
    phones["Ana"].hears("needs food")
    phones["Ana"].presses("1")
    phones["Ana"].is_in_no_call()
    screen.loads_until(phones["Maria"].all_texts().last, "Ana is taking your request 12")
    screen.texts_as("my phone", "need food")
    expect(page.get_by_role("alert")).to_contain_text("That is not a phone number")
    expect(page.get_by_label("Their number")).to_have_value("my phone")
    expect(page.get_by_label("Their text")).to_have_value("need food")
    page.get_by_label("Settings of Chi's phone").click()
    phones["Chi"].frame.get_by_role("link", name="Settings").click()
    page.get_by_label("This phone is").select_option("off")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(phones["Chi"].frame.locator(".badge")).to_have_text(["off"])


HOSTILE = {
    "a page": "<b>bold</b><img src=x onerror=alert(1)><script>alert(2)</script></textarea>",
    "quotes": "\"'><svg onload=alert(3)>&amp;&lt;{{ 7 * 7 }}{% raw %}",
    "long": "need food " + "ñ" * 1590,
    "one long word": "w" * 1600,
    "from right to left": "أحتاج إلى طعام‮ rewop",
    "emoji": "🏠🍞👩‍👩‍👧‍👦 need food 🙏🏽",
    "lines": "need food\n\ndata: gone\nevent: gone\r\n\r\nid: 7",
}


def test_words_are_shown_as_they_were_written(street: Street, look: Open) -> None:
    screen = look()
    screen.page.on("dialog", lambda it: pytest.fail(f"the page says {it.message}"))
    for words in HOSTILE.values():
        street.text(SAM, words)
    shown = screen.phones["Sam"].frame.locator(".mine p")
    for _ in range(2):
        expect(shown.nth(len(HOSTILE) - 1)).to_be_attached()
        as_written = [words.replace("\r\n", "\n") for words in HOSTILE.values()]
        assert shown.evaluate_all("all => all.map((it) => it.textContent)") == as_written
        assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        screen.page.reload()


def test_a_hostile_name_is_a_name(look: Open) -> None:
    screen = look()
    screen.page.on("dialog", lambda it: pytest.fail(f"the page says {it.message}"))
    name = "<img src=x onerror=alert(1)>\" onfocus='alert(2)'"
    screen.puts_on_roster(name=name, needs="ride", areas="eastside")
    heading = screen.page.get_by_role("main").get_by_role("heading", name=name, exact=True)
    expect(heading).to_be_visible()
    screen.phones["Maria"].texts("need a ride near 11233")
    screen.tells(12, "Maria asked", f"Asked {name}", "asks on at")


@pytest.mark.parametrize("width", [360, 1400])
def test_of_a_phone_with_a_long_name_the_settings_can_be_reached(look: Open, width: int) -> None:
    screen = look(viewport={"width": width, "height": 800})
    name = "Bartholomew Featherstonehaugh"
    screen.puts_on_roster(name=name, needs="ride", areas="eastside")
    card = screen.phones[name].frame.bounding_box()
    menu = screen.phones[name].frame.get_by_label(f"Settings of {name}'s phone").bounding_box()
    assert card
    assert menu
    assert menu["x"] + menu["width"] <= card["x"] + card["width"]


def test_what_is_unfolded_stays_so_and_keeps_the_focus(street: Street, look: Open) -> None:
    screen = look()
    street.text(SAM, "need a ride near 11201")
    screen.leaps("next morning")
    more = screen.request(12).get_by_text(re.compile(r"^\d+ more$"))
    for _ in range(12):  # how long a night is depends on when this runs
        if more.count():
            break
        screen.leaps("+1 hour")
    more.press("Enter")
    screen.leaps("+1 hour")
    expect(screen.request(12).locator("details")).to_have_attribute("open", "")
    more.focus()
    street.text(SAM, "on the second floor")
    expect(screen.request(12)).to_contain_text("on the second floor")
    expect(more).to_be_focused()


# Many.


NOTE_CHANGES = """() => {
  window.changed = new Set();
  new MutationObserver((all) => all.forEach(({ target }) => {
    const it = target.nodeType === 1 ? target : target.parentElement;
    const phone = it.closest(".phone");
    if (phone) changed.add(phone.id);
  })).observe(document.body, { subtree: true, childList: true, attributes: true });
  window.sizes = [];
  events.addEventListener("message", (event) => sizes.push(event.data.length));
}"""


@pytest.fixture(scope="module")
def crowd() -> Iterator[str]:
    """Where the page with 200 phones and 5,000 texts is."""
    with serve(build=crowded) as address:
        yield address


def test_among_many_a_text_changes_its_own_phone_and_comes_as_one_small_piece(
    crowd: str, windows: Callable[..., Window]
) -> None:
    screen = windows(crowd).tab()
    expect(screen.page.locator("#phones > .phone")).to_have_count(200)
    expect(screen.page.locator("#phones select")).to_have_count(0)  # they make browsers slow
    screen.page.get_by_label("Find a phone").fill("neighbor 15")
    shown = screen.page.locator("#phones > .phone:visible .number")
    expect(shown).to_have_text([it.phone for it in (PEOPLE[15], *PEOPLE[150:160])])
    draft = screen.page.locator("#phone-19175550153-body")
    draft.press_sequentially("I am wri")
    screen.page.evaluate(NOTE_CHANGES)
    form = {"from": PEOPLE[150].phone, "body": "one more"}
    httpx2.post(f"{crowd}/do/text", data=form, headers=FROM_THE_PAGE, trust_env=False)
    expect(screen.page.locator("#phone-19175550150-texts > li").last).to_contain_text("one more")
    draft.press_sequentially("ting")
    expect(draft).to_have_value("I am writing")
    assert screen.page.evaluate("[...changed]") == ["phone-19175550150"]
    assert 0 < screen.page.evaluate("Math.max(...sizes)") < 3000


def test_the_texts_that_a_phone_has_no_place_for_are_on_a_page_of_their_own(
    crowd: str, windows: Callable[..., Window]
) -> None:
    for number in range(50):
        form = {"from": PEOPLE[7].phone, "body": f"and {number}"}
        httpx2.post(f"{crowd}/do/text", data=form, headers=FROM_THE_PAGE, trust_env=False)
    assert ">15 earlier texts</a>" in httpx2.get(crowd, trust_env=False, timeout=60).text
    screen = windows(f"{crowd}/phone/{quote(PEOPLE[7].phone)}")
    page = screen.context.new_page()
    page.goto(screen.address)
    expect(page.get_by_role("heading", name="Neighbor 7")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_count(25 + 50)
