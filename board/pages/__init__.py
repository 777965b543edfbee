"""The pages of the board, each in a file of its own. `PAGES` is the site map."""

from __future__ import annotations

from board.pages import (
    asking,
    deeds,
    entry,
    farewells,
    health,
    home,
    importing,
    many,
    passkeys,
    people,
    person,
    progress,
    request,
    requests,
    roles,
    settings,
    signing,
    texts,
    wording,
)
from board.sitting import BoardPage

PAGES: tuple[BoardPage, ...] = (
    *home.PAGES,
    *requests.PAGES,
    *request.PAGES,
    *asking.PAGES,
    *people.PAGES,
    *importing.PAGES,
    *entry.PAGES,
    *farewells.PAGES,
    *person.PAGES,
    *texts.PAGES,
    *progress.PAGES,
    *many.PAGES,
    *deeds.PAGES,
    *roles.PAGES,
    *health.PAGES,
    *settings.PAGES,
    *wording.PAGES,
    *signing.PAGES,
    *passkeys.PAGES,
)
