"""Passkeys on the board, in a Chromium with an authenticator that is none of anybody's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from boarding import AtTheBoard
from browsing import NARROW, browser, program
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from playwright.sync_api import Page, expect

from hotline import passkeys
from hotline.passkeys import PasskeyHost, host_of

WITH_BOARD = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
HERE = "With a passkey"


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, WITH_BOARD) as opened:
        yield opened


@pytest.fixture
def held(maple: Neighborhood) -> dict[str, str]:
    """What a browser holds in which Cleo is signed in."""
    with closing(AtTheBoard(maple)) as board:
        board.signs_in("Cleo")
        return dict(board.http.cookies)


@contextmanager
def cleo_at(maple: Neighborhood, held: dict[str, str]) -> Iterator[Page]:
    path = program()
    if path is None:
        pytest.skip("this machine has no Chromium")
    at = maple.address.replace("127.0.0.1", "localhost")
    with browser(path) as chromium:
        context = chromium.new_context(base_url=at)
        page = context.new_page()
        authenticators = context.new_cdp_session(page)
        authenticators.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        authenticators.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        where = {"domain": "localhost", "path": "/"}
        for name, value in held.items():
            context.add_cookies([{"name": name, "value": value, **where}])  # type: ignore[typeddict-item]
        yield page


def adds_one(page: Page) -> None:
    page.goto("/board/passkeys")
    page.get_by_role("button", name="Add one on this device").click()
    expect(page.get_by_role("status")).to_have_text("Next time you can sign in with it.")


def uses_it(page: Page) -> None:
    page.get_by_role("button", name=HERE).click()
    page.get_by_role("button", name="Use the passkey").click()


def test_a_passkey_takes_the_place_of_the_code(maple: Neighborhood, held: dict[str, str]) -> None:
    with cleo_at(maple, held) as page:
        adds_one(page)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        uses_it(page)
        expect(page).to_have_title(re.compile("Now"))

        maple.now.moment += timedelta(minutes=11)
        page.goto("/board/settings")
        expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
        uses_it(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Settings")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_passkeys_are_accessible(
    maple: Neighborhood, held: dict[str, str], scheme: Literal["light", "dark"]
) -> None:
    with cleo_at(maple, held) as page:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(NARROW)
        adds_one(page)
        found = [Axe().run(page)]
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name=HERE).click()
        expect(page.get_by_role("button", name="Use the passkey")).to_be_visible()
        found.append(Axe().run(page))
        assert [it.violations_count for it in found] == [0, 0], found[-1].generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_that_was_removed_opens_nothing(maple: Neighborhood, held: dict[str, str]) -> None:
    with cleo_at(maple, held) as page:
        adds_one(page)
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("status")).to_have_text("It is removed.")
        page.get_by_role("button", name="Sign out").click()
        uses_it(page)
        expect(page.get_by_role("alert")).to_contain_text("none that we know")
        page.goto("/board/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_an_answer_is_good_once(maple: Neighborhood, held: dict[str, str]) -> None:
    """Whoever has seen one cannot send it again."""
    with cleo_at(maple, held) as page:
        adds_one(page)
        page.get_by_role("button", name="Sign out").click()
        sent: list[str] = []
        page.on("request", lambda it: sent.append(it.post_data or "") if "/use" in it.url else None)
        uses_it(page)
        expect(page).to_have_title(re.compile("Now"))
    at = maple.address.replace("127.0.0.1", "localhost")
    said = {
        "origin": at,
        "host": at.partition("//")[2],
        "content-type": "application/x-www-form-urlencoded",
    }
    with closing(AtTheBoard(maple)) as stranger:
        answer = stranger.http.post("/passkey/use", content=sent[0], headers=said)
        assert answer.status_code == 422
        assert "Write your phone number" in stranger.goes_to("/")


@pytest.mark.parametrize("answered", ["", "{}", "[]", "null", '{"id": "x"}', '{"id": 1}', "\x00"])
def test_what_is_no_answer_is_none(maple: Neighborhood, answered: str) -> None:
    host = PasskeyHost("localhost", "http://localhost")
    assert passkeys.made(host, "Maple", "", answered) is None
    assert not passkeys.is_shown(host, "Maple", "", "", answered)
    with closing(AtTheBoard(maple)) as stranger:
        stranger.sends("/passkey/use", {"token": "x", "answer": answered})
        assert stranger.status == 422


@pytest.mark.parametrize(
    ("public", "asked", "host"),
    [
        ("https://help.example.org", "help.example.org", "help.example.org"),
        ("https://help.example.org", "evil.example", "help.example.org"),
        ("http://127.0.0.1:8000", "localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", None),
        ("https://192.0.2.1", "localhost", None),
    ],
)
def test_a_passkey_belongs_to_a_name(public: str, asked: str, host: str | None) -> None:
    found = host_of(public, asked)
    assert (found.name if found else None) == host


def test_where_there_is_no_name_the_board_says_so(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as stranger:
        assert "open the board under localhost" in stranger.sends("/passkey")
