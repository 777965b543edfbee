"""The board in a real browser: one tab of it, and what a test knows of the neighborhood behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import PATIENCE
from neighborhood import CAST, Neighborhood
from playwright.sync_api import BrowserContext, Locator, Page, expect

from hotline.store import people, sessions


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


def cookie_of(maple: Neighborhood, who: str) -> dict[str, Any]:
    """What a browser holds in which somebody signed in just now."""
    token, now = sessions.new_token(), maple.now()

    def write(connection: Any) -> None:
        ((person),) = people.known_or_new(connection, [CAST[who]], now)
        sessions.open_session(connection, token, person, "Firefox, Android", now)

    maple.database.write(write)
    return {"name": "board-session", "value": token, "domain": "127.0.0.1", "path": "/"}


def by_command(maple: Neighborhood, do: Callable[[Any], Any]) -> Any:
    """As the command line does it."""
    found = maple.database.write(lambda it: do(maple.hotline.house.work(it)))
    maple.settle()
    return found


def id_of(maple: Neighborhood, who: str) -> int:
    return maple.database.read(lambda it: people.ids_at(it, [CAST[who]]))[0]


def read(maple: Neighborhood, who: str) -> str:
    return "\n".join(it.body for it in maple.received() if it.who == who)
