"""A browser on this machine, and the page of phones in it as people see and touch it."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    WebError,
    expect,
    sync_playwright,
)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",  # a microphone that beeps, for which nobody is asked
    "--use-fake-ui-for-media-stream",
)
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
PATIENCE = 20_000.0  # milliseconds

expect.set_options(timeout=PATIENCE)


def program() -> str | None:
    """The browser of this machine, if it has one of those that we drive."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield started
        started.close()


class Complaints:
    """What a browser held against a page, and whom the page asked for something."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.forgiven: set[str] = set()

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)

    def forgive(self, words: str) -> None:
        """What a test may bring about by itself."""
        self.forgiven.add(words)

    def require_none(self) -> None:
        kept = [it for it in self.errors if not any(words in it for words in self.forgiven)]
        assert not kept, f"the browser says {kept}"
        assert self.hosts <= {"127.0.0.1"}, f"the page asks {self.hosts}"

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _error(self, error: WebError) -> None:
        self.errors.append(str(error.error))

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.hosts.add(urlsplit(request.url).hostname or request.url)


class Phone:
    """One phone on the page."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name
        self.frame = page.locator(".phone").and_(page.get_by_role("region", name=name, exact=True))

    # Texts.

    def texts(self, words: str) -> None:
        field = self.frame.get_by_label(f"Text as {self.name}")
        field.fill(words)
        field.press("Enter")

    def gets(self, *words: str) -> Locator:
        """Wait until there is a text with all these words, and return its bubble."""
        return self._bubble(".theirs", words)

    def sent(self, *words: str) -> Locator:
        return self._bubble(".mine", words)

    def _bubble(self, kind: str, words: tuple[str, ...]) -> Locator:
        found = self.all_texts().and_(self.page.locator(kind))
        for one in words:
            found = found.filter(has_text=one)
        expect(found.last).to_be_visible()
        return found.last

    def all_texts(self) -> Locator:
        return self.frame.get_by_role("list", name=f"Texts of {self.name}").locator("> li")

    def has_no_texts(self) -> None:
        expect(self.all_texts()).to_have_count(0)

    def buzzed(self) -> None:
        """Its name among the people shows that there is something new."""
        expect(self.chip()).to_have_class(re.compile(r"\bnews\b"))

    def chip(self) -> Locator:
        people = self.page.get_by_role("navigation", name="People")
        return people.get_by_role("link", name=self.name, exact=True)

    # Calls.

    def calls(self) -> None:
        self.frame.get_by_role("button", name=f"Call the hotline as {self.name}").click()

    def rings(self) -> None:
        expect(self.frame.get_by_text("The hotline is calling")).to_be_visible()

    def answers(self) -> None:
        self.frame.get_by_role("button", name="Answer").click()

    def declines(self) -> None:
        self.frame.get_by_role("button", name="Decline").click()

    def hears(self, words: str) -> None:
        expect(self.call_so_far().filter(has_text=words).last).to_be_attached()

    def has_done(self, *deeds: str | re.Pattern[str]) -> None:
        """What its owner is seen to have done in the call, in this order."""
        expect(self.call_so_far().and_(self.page.locator(".own"))).to_have_text(list(deeds))

    def call_so_far(self) -> Locator:
        return self.frame.get_by_role("list", name="The call so far").get_by_role("listitem")

    def presses(self, keys: str) -> None:
        for key in keys:
            name = {"#": "pound", "*": "star"}.get(key, key)
            self.keypad().get_by_role("button", name=f"key {name}", exact=True).click()

    def presses_quickly(self, keys: str) -> None:
        """One key after the other, faster than anything is answered."""
        click = """(pad, keys) => {
          for (const key of keys) pad.querySelector(`[value='${key}']`).click();
        }"""
        self.keypad().evaluate(click, keys)

    def keypad(self) -> Locator:
        return self.frame.get_by_role("group", name="Keypad")

    def says(self, words: str) -> None:
        self.frame.get_by_label(f"Speak as {self.name}").fill(words)
        self.frame.get_by_role("button", name="Speak", exact=True).click()

    def speaks(self) -> None:
        """Into the microphone, for a moment, and again if that was too short a moment."""
        recorded = self.frame.get_by_role("button", name="Record more")
        too_short = self.frame.get_by_role("alert").filter(has_text="speak a little longer")
        while not recorded.is_visible():
            self.frame.get_by_role("button", name="Record", exact=True).click()
            self.frame.get_by_role("button", name="Stop", exact=True).click()
            expect(recorded.or_(too_short).first).to_be_visible()

    def stays_silent(self) -> None:
        self.frame.get_by_role("button", name="Stay silent").click()

    def hangs_up(self) -> None:
        self.frame.get_by_role("button", name="Hang up").click()

    def is_in_no_call(self) -> None:
        expect(self.frame.get_by_text(re.compile("^(In a call|The hotline is)"))).to_have_count(0)

    # What is the matter with it.

    def is_set(self, **choices: str) -> None:
        """In its menu: `state="off"`, `calls="is busy"`."""
        self.frame.get_by_label(f"Settings of {self.name}'s phone").click()
        labels = {"state": "This phone is", "calls": "When called it"}
        for name, choice in choices.items():
            self.frame.get_by_label(labels[name]).select_option(choice)
        self.frame.get_by_role("button", name="Set", exact=True).click()
        expect(self.frame.locator(".badge")).to_have_text(list(choices.values()))


class Phones:
    def __init__(self, page: Page) -> None:
        self.page = page

    def __getitem__(self, name: str) -> Phone:
        return Phone(self.page, name)


class Screen:
    """The page, open in one tab."""

    def __init__(self, page: Page, address: str, complaints: Complaints) -> None:
        page.set_default_timeout(PATIENCE)
        self.page, self.address, self.complaints = page, address, complaints
        self.phones = Phones(page)

    def open(self) -> Screen:
        self.page.goto(self.address)
        expect(self.page.get_by_role("navigation", name="People")).to_be_visible()
        return self

    # The clock.

    def leaps(self, button: str) -> None:
        """Wait until the leap has begun, and is done."""
        shown = self.clock().locator("time")
        before = shown.get_attribute("datetime") or ""
        self.page.get_by_role("button", name=button).click()
        expect(shown).not_to_have_attribute("datetime", before)
        expect(self.clock()).to_contain_text(re.compile("ahead"))
        expect(self.clock()).not_to_contain_text("leaping")

    def clock(self) -> Locator:
        return self.page.get_by_label("The neighborhood's clock").locator("p")

    # People.

    def form(self, what: str) -> Locator:
        """One of the forms below the phones, in sight."""
        new = self.page.get_by_role("region", name="Somebody new")
        if what == "put on the roster":
            details = new.locator("details")
            if not details.evaluate("it => it.open"):
                details.get_by_text("Put a neighbor on the roster").click()
            return details
        return new.locator("form").first

    def puts_on_roster(self, *, name: str, needs: str, areas: str, reach: str = "text") -> None:
        form = self.form("put on the roster")
        form.get_by_label("Name").fill(name)
        form.get_by_label("Can do").select_option(needs)
        form.get_by_label("Where").select_option(areas)
        form.get_by_label("Is asked by").select_option(reach)
        form.get_by_role("button", name="Put on the roster").click()
        expect(self.phones[name].frame).to_be_visible()

    def texts_as(self, number: str, words: str) -> None:
        form = self.form("text as any number")
        form.get_by_label("Their number").fill(number)
        form.get_by_label("Their text").fill(words)
        form.get_by_role("button", name="Send").click()

    def begins_anew(self, **files: str) -> None:
        """With the words of these files: configuration, roster."""
        panel = self.panel("Your own network")
        labels = {"configuration": "hotline.toml", "roster": "Roster"}
        for name, words in files.items():
            content = {"name": name, "mimeType": "text/plain", "buffer": words.encode()}
            panel.get_by_label(labels[name]).set_input_files(content)  # type: ignore[arg-type]
        panel.get_by_role("button", name="Start over").click()

    # What is in sight.

    def is_in_sight(self, place: Locator) -> None:
        """All of it, or as much as the window holds, and nothing stands in front of it."""
        self.page.wait_for_function(IS_IN_SIGHT, arg=place.element_handle())

    def announces(self, *words: str) -> None:
        """For whoever listens to the page."""
        said = self.page.get_by_role("log", name="What happens on the phones")
        for one in words:
            expect(said).to_contain_text(one)

    def loads_until(self, place: Locator, words: str) -> None:
        """For who has no news: load the page again until it says so there."""
        while words not in (place.text_content() or ""):
            self.page.reload()

    # The panels.

    def panel(self, title: str) -> Locator:
        """That panel, open."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        panel = self.page.locator("details.panel").filter(has=heading)
        if not panel.evaluate("it => it.open"):
            panel.locator("summary").first.click()
        return panel

    def request(self, number: int) -> Locator:
        heading = self.page.get_by_role("heading", name=re.compile(rf"^{number} "))
        return self.page.locator("li.request").filter(has=heading)

    def tells(self, number: int, *lines: str) -> None:
        """What the panel of requests tells of one of them, line by line, without the times."""
        told = self.request(number).locator(".timeline > li")
        expected = [re.compile(rf"^\s*(\d\d:\d\d )?{re.escape(line)}") for line in lines]
        expect(told).to_have_text(expected)

    def makes_trouble(self, title: str, how_often: str = "once") -> None:
        panel = self.panel("Trouble")
        panel.get_by_label("How often").select_option(how_often)
        panel.get_by_role("button", name=re.compile(f"^{title}")).click()
        expect(self.trouble(title)).to_be_visible()

    def trouble(self, title: str) -> Locator:
        return self.panel("Trouble").locator("#troubles li").filter(has_text=title)

    def logs(self, *words: str) -> Locator:
        found = self.panel("Log").locator("#log > li")
        for one in words:
            found = found.filter(has_text=one)
        return found


IS_IN_SIGHT = """(it) => {
  const box = it.getBoundingClientRect();
  const [top, bottom] = [box.top + 2, Math.min(box.bottom, box.top + innerHeight / 2) - 2];
  const [left, right] = [box.left + 12, box.right - 12];
  return bottom > top && [top, bottom].every((y) => [left, right].every((x) => {
    const seen = document.elementFromPoint(x, y);
    return seen && (it.contains(seen) || seen.contains(it));
  }));
}"""
NAME_OF_FOCUS = """() => {
  const it = document.activeElement;
  const words = (label) => [...label.childNodes].map((it) => it.data || "").join("");
  const labels = [...(it.labels || [])].map(words);
  return (it.getAttribute("aria-label") || labels[0] || it.textContent).trim();
}"""
FOCUS_IS_LOST = """
  window.focusWasLost = [];
  let last = null;
  addEventListener("focusin", (event) => { last = event.target; });
  requestAnimationFrame(function look() {
    if (last && document.activeElement === document.body) {
      focusWasLost.push(last.outerHTML.slice(0, 200));
      last = null;
    }
    requestAnimationFrame(look);
  });
"""
MOST_STOPS = 120


class Keyboard:
    """Whoever uses no mouse: goes from place to place with Tab."""

    def __init__(self, screen: Screen) -> None:
        self.page = screen.page

    def goes_to(self, name: str, *, back: bool = False) -> None:
        passed = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            passed.append(self.page.evaluate(NAME_OF_FOCUS))
            if passed[-1] == name:
                return
        raise AssertionError(f"{name} is not among {passed}")

    def is_at(self, name: str) -> None:
        self.page.wait_for_function(f"name => ({NAME_OF_FOCUS})() === name", arg=name)

    def types(self, words: str) -> None:
        self.page.keyboard.type(words)

    def presses(self, key: str = "Enter") -> None:
        self.page.keyboard.press(key)

    def never_lost_its_place(self) -> None:
        lost = self.page.evaluate("focusWasLost")
        assert not lost, f"it was at {lost}"


class Window:
    """A browser's window of its own: nothing is shared with other windows but the address."""

    def __init__(self, browser: Browser, address: str, complaints: Complaints, **how: Any) -> None:
        wishes: dict[str, Any] = {"viewport": WIDE, "reduced_motion": "reduce"} | how
        self.context = browser.new_context(**wishes)
        self.address, self.complaints = address, complaints
        complaints.listen(self.context)

    def watches_the_focus(self) -> None:
        self.context.add_init_script(FOCUS_IS_LOST)

    def tab(self) -> Screen:
        return Screen(self.context.new_page(), self.address, self.complaints).open()


class Wire:
    """Leads to a server. While it is cut, what it carries breaks off and nobody gets through."""

    def __init__(self, address: str) -> None:
        self._there = urlsplit(address).port or 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._ends: list[socket.socket] = []
        self._is_cut = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break()

    @property
    def is_cut(self) -> bool:
        return self._is_cut

    @is_cut.setter
    def is_cut(self, is_cut: bool) -> None:
        self._is_cut = is_cut
        if is_cut:
            self._break()

    def _break(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._there))
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
