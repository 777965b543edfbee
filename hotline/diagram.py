"""The machines as diagrams, drawn from their tables: `python -m hotline.diagram`.

docs/states.md has them, and a test holds it against this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hotline import help_request, message, page

Arrow = tuple[str, str, str]  # from a state, by what, to a state


def request_arrows() -> Iterator[Arrow]:
    for row in help_request.TABLE:
        for after in row.next:
            yield row.state.value, _in_words(row.event.__name__), after.value


def page_arrows() -> Iterator[Arrow]:
    for row in page.TABLE:
        for state in row.states:
            yield state.value, row.move.value, row.next.value


def message_arrows() -> Iterator[Arrow]:
    for row in message.TABLE:
        for state in row.states:
            yield state.value, row.move.value, row.next.value


def draw(arrows: Iterable[Arrow]) -> str:
    """As Mermaid, which code hosts show as a picture: an arrow between two states has everything
    that leads from one to the other. What leaves a state as it is, is no arrow."""
    between: dict[tuple[str, str], list[str]] = {}
    for before, by, after in arrows:
        if before != after:
            between.setdefault((before, after), []).append(by)
    lines = (f"    {one} --> {two}: {', '.join(by)}" for (one, two), by in between.items())
    return "\n".join(["stateDiagram-v2", *lines])


def _in_words(name: str) -> str:
    """An event's name: NotYet is "not yet"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


DRAWN = {
    "request": request_arrows,
    "page": page_arrows,
    "message": message_arrows,
}

if __name__ == "__main__":
    for machine, drawn in DRAWN.items():
        print(f"{machine}\n{draw(drawn())}\n")  # noqa: T201 - what it is for
