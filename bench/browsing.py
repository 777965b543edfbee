"""How long until 200 phones with 5,000 texts are in a browser, and until a text is seen there.

A text is timed inside the page: from its sending to its bubble. The floors are the same HTML as a
file, and a page that appends the words it is sent: see `crowd.py`. They take turns. Left out where
there is no Chromium.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from playwright.sync_api import Page

from bench import children
from bench.crowd import PEOPLE, PHONES, TEXTS
from bench.report import Figure, median
from bench.town import Servers

sys.path.insert(0, str(children.ROOT / "tests"))
import browsing

PAUSE = 0.3  # seconds in which the page becomes idle again
MOST_TO_LOAD, MOST_TO_SEE = 1.5, 250.0  # times the floor; ms
SEND = """([list, body, from]) => new Promise((seen) => {
  const began = performance.now();
  const place = document.getElementById(list);
  const watch = new MutationObserver(() => {
    if (!place.lastElementChild.textContent.includes(body)) return;
    watch.disconnect();
    seen(performance.now() - began);
  });
  watch.observe(place, { childList: true });
  fetch("/do/text", {
    method: "POST", body: new URLSearchParams({ from, body }),
    headers: { "X-From-The-Page": "yes" },
  });
})"""

Sample = Callable[[], float]
"""Does it once; returns milliseconds."""


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:  # noqa: ARG001
    program = browsing.program()
    if program is None:
        return
    loads, texts = (1, 2) if quick else (7, 40)
    with ExitStack() as stack:
        ours, floor = _serve(stack)
        browser = stack.enter_context(browsing.browser(program))
        yield _judged(
            f"until {PHONES} phones with {TEXTS:,} texts are in the browser",
            _taken_in_turns(
                _loading(browser.new_page(), ours), _loading(browser.new_page(), floor), loads
            ),
            f"≤ {MOST_TO_LOAD} ×",
            lambda ms, bare: ms <= MOST_TO_LOAD * bare,
        )
        page, bare = browser.new_page(), browser.new_page()
        page.goto(ours)
        bare.goto(f"{floor}/appends")
        person = PEOPLE[PHONES // 2].phone
        yield _judged(
            "from a text to its bubble among them",
            _taken_in_turns(
                _sending(page, f"phone-{person.lstrip('+')}-texts", person),
                _sending(bare, "list", person),
                texts,
            ),
            f"≤ {MOST_TO_SEE:.0f} ms",
            lambda ms, _: ms <= MOST_TO_SEE,
        )


def _serve(stack: ExitStack) -> tuple[str, str]:
    """The addresses of the page and of its floor."""
    ours, floor = children.free_port(), children.free_port()
    stack.enter_context(children.running("bench.crowd", "page", ours))
    children.wait_for_port(ours)
    stack.enter_context(children.running("bench.crowd", "still", floor, ours))
    children.wait_for_port(floor)
    return f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{floor}"


def _loading(page: Page, address: str) -> Sample:
    def sample() -> float:
        began = time.monotonic()
        page.goto(address, timeout=0)
        if page.evaluate("document.querySelectorAll('#phones > .phone').length") != PHONES:
            raise RuntimeError("not all phones are there")
        taken = (time.monotonic() - began) * 1000
        page.goto("about:blank")
        return taken

    return sample


def _sending(page: Page, place: str, person: str) -> Sample:
    count = 0

    def sample() -> float:
        nonlocal count
        count += 1
        taken: float = page.evaluate(SEND, [place, f"and one more, {count}", person])
        time.sleep(PAUSE)
        return taken

    return sample


def _taken_in_turns(ours: Sample, floor: Sample, times: int) -> dict[str, list[float]]:
    ours(), floor()
    found: dict[str, list[float]] = {"ours": [], "floor": []}
    for _ in range(times):
        found["ours"].append(ours())
        found["floor"].append(floor())
    return found


def _judged(
    what: str, runs: dict[str, list[float]], goal: str, is_met: Callable[[float, float], bool]
) -> Figure:
    ms, bare = median(runs["ours"]), median(runs["floor"])
    return Figure("browsing", what, "ms", ms, bare, ms / bare, goal, is_met(ms, bare), runs)
