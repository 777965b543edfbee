"""Writing to many: one steward writes, another looks at it and lets it go out, either stops it."""

from __future__ import annotations

from collections.abc import Callable

from board.sitting import BoardPage, Moved, NotHere, Outcome, Shown, Sitting
from hotline.broadcast import BATCH, LONGEST, PAUSE, Audience, Broadcast, BroadcastState
from hotline.desk import broadcasting
from hotline.organizers import BoardRole
from hotline.store import broadcasts

BROADCASTS_SHOWN = 20
MOST_NAMED = 40


def show(sitting: Sitting) -> Outcome:
    return page(sitting)


def page(sitting: Sitting, wrong: str = "", status: int = 200) -> Shown:
    work = sitting.work
    found = broadcasts.newest(work.connection, BROADCASTS_SHOWN)
    first = work.network.languages[0]
    work.meet([it.by for it in found])
    rows = [(it, work.person(it.by), it.words_in(first, first)) for it in found]
    values = {"rows": rows, "typed": sitting.form, "most": LONGEST, "wrong": wrong}
    return Shown("many.html", values, status)


def do_write(sitting: Sitting) -> Outcome:
    network = sitting.work.network
    written = {it: sitting.words(f"words-{it}", LONGEST + 1) for it in network.languages}
    words = {language: said for language, said in written.items() if said}
    if network.languages[0] not in words:
        return page(sitting, "empty", 422)
    if any(len(it) > LONGEST for it in words.values()):
        return page(sitting, "too_long", 422)
    number = broadcasting.write(sitting.work, sitting.viewer.person.id, _audience(sitting), words)
    return Moved(f"/many/{number}", "drafted")


def _audience(sitting: Sitting) -> Audience:
    """What is none of the network's is not asked for."""
    network = sitting.work.network
    area, need = sitting.words("area", 20), sitting.words("need", 20)
    language = sitting.words("language", 8)
    return Audience(
        area if network.area(area) else None,
        need if network.need(need) else None,
        language if language in network.languages else None,
        "calls" in sitting.form,
    )


# One of them.


def the_broadcast(sitting: Sitting) -> Broadcast:
    found = broadcasts.find(sitting.work.connection, sitting.number)
    if found is None:
        raise NotHere
    return found


def show_one(sitting: Sitting) -> Outcome:
    return one(sitting, the_broadcast(sitting))


def one(sitting: Sitting, it: Broadcast, wrong: str = "", status: int = 200) -> Shown:
    work, viewer = sitting.work, sitting.viewer
    is_draft = it.state is BroadcastState.DRAFT
    forecast = broadcasting.forecast(work, it, MOST_NAMED)
    some = [who for who in forecast.some if who not in sitting.feared] if is_draft else []
    work.meet([who for who in (it.by, it.confirmed_by, it.stopped_by, *some) if who])
    minutes = round(forecast.people / BATCH * PAUSE.total_seconds() / 60)
    values = {
        "it": it,
        "forecast": forecast,
        "some": [work.person(who).shown_name or "" for who in some],
        "progress": None if is_draft else broadcasts.progress(work.connection, it),
        "person": work.person,
        "may_confirm": it.may_be_confirmed_by(viewer.person.id),
        "minutes": max(1, minutes),
        "wrong": wrong,
    }
    return Shown("many_one.html", values, status)


def deed(do: Callable[[Sitting, Broadcast], bool], said: str) -> Callable[[Sitting], Outcome]:
    def done(sitting: Sitting) -> Outcome:
        it = the_broadcast(sitting)
        if do(sitting, it):
            return Moved(f"/many/{it.id}", said)
        is_own = it.state is BroadcastState.DRAFT and it.by == sitting.viewer.person.id
        return one(sitting, the_broadcast(sitting), "not_you" if is_own else "changed", 409)

    return done


def _confirm(sitting: Sitting, it: Broadcast) -> bool:
    return broadcasting.confirm(sitting.work, it, sitting.viewer.person.id)


def _stop(sitting: Sitting, it: Broadcast) -> bool:
    return broadcasting.stop(sitting.work, it, sitting.viewer.person.id)


PAGES = (
    BoardPage("/many", BoardRole.STEWARD, show, do_write),
    BoardPage("/many/{number}", BoardRole.STEWARD, show_one),
    BoardPage("/many/{number}/confirm", BoardRole.STEWARD, do=deed(_confirm, "going"), fresh=True),
    BoardPage("/many/{number}/stop", BoardRole.STEWARD, do=deed(_stop, "stopped")),
)
