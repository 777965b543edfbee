"""The record: who did what when, in words; a part of it, some at a time, or as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from markupsafe import Markup, escape

from board.deeds import A_REQUEST, GROUPS, NOBODY, NOT_SHOWN, SENTENCES, SOMEBODY, sentence
from board.sitting import BoardPage, Handed, NotHere, Outcome, Shown, Sitting
from board.speech import BoardSpeech
from board.spreadsheet import as_csv
from hotline.desk import stewarding
from hotline.organizers import BoardRole
from hotline.store import people
from hotline.store.record import Event, NumberedEvent, Wanted, record, some_events

DEEDS_AT_A_TIME = 50
MOST_IN_A_FILE = 10_000
NO_ONE = "-"  # in the address of a file: not by that


def show(sitting: Sitting) -> Outcome:
    query = sitting.query
    name, who = query.get("name", "").strip()[:60], query.get("who", "")
    found = _somebody(sitting, name, who)
    kind, day = query.get("kind", ""), _day(query.get("day", ""))
    wrong = "nobody" if name and found is None else ""
    before = int(query["before"]) if query.get("before", "").isdecimal() else None
    wanted = _wanted(sitting, found, kind, day)
    ask = partial(some_events, sitting.work.connection, wanted)
    some = [] if wrong else ask(DEEDS_AT_A_TIME + 1, before)
    shown = some[:DEEDS_AT_A_TIME]
    sitting.work.meet([it for deed in shown for it in (deed.event.who, deed.event.about) if it])
    person = sitting.work.person(found) if found else None
    values = {
        "deeds": shown,
        "more": shown[-1].id if len(some) > DEEDS_AT_A_TIME else None,
        "person": sitting.work.person,
        "sentence": sentence,
        "phrase": _phrase,
        "a_request": A_REQUEST,
        "groups": GROUPS,
        "kind": kind if kind in GROUPS else "",
        "day": day.isoformat() if day else "",
        "who": found or "",
        "name": (person.shown_name or "") if person else name,
        "file": "/".join((str(found or NO_ONE), kind or NO_ONE, str(day or NO_ONE))),
        "most": MOST_IN_A_FILE,
        "wrong": wrong,
    }
    return Shown("record.html", values)


def _phrase(
    words: str, it: Event, name: Markup | str, about: Markup | str, a_request: str
) -> Markup:
    """Nothing in it is markup but the links."""
    number = f"/board/requests/{it.request}"
    request = Markup('<a href="{}">{}</a>').format(number, it.request) if it.request else a_request
    what = it.what.replace("_", " ")
    return escape(words).format(name=name, about=about, number=request, what=what)


def _somebody(sitting: Sitting, name: str, who: str) -> int | None:
    if name:
        found = stewarding.find_person(sitting.work, name)
    else:
        found = int(who) if who.isdecimal() and len(who) < 10 else None
    if not found or found in sitting.feared:
        return None
    return found if people.neighbors(sitting.work.connection, [found]) else None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _wanted(sitting: Sitting, who: int | None, kind: str, day: date | None) -> Wanted:
    zone = sitting.work.network.zone
    since = datetime.combine(day, time(), zone) if day else None
    until = datetime.combine(day + timedelta(days=1), time(), zone) if day else None
    kinds = tuple(SENTENCES.get(kind, ()))
    return Wanted(who, kinds, since, until, NOT_SHOWN, sitting.feared)


# As a file.


def show_file(sitting: Sitting) -> Outcome:
    """Whoever takes it along is in the record."""
    work, place = sitting.work, sitting.place
    kind, day = place["kind"], _day(place["day"])
    who = _somebody(sitting, "", place["who"])
    if who is None and place["who"] != NO_ONE:
        raise NotHere
    by = sitting.viewer.person.id
    record(work.connection, by, "exported", work.now)
    some = some_events(work.connection, _wanted(sitting, who, kind, day), MOST_IN_A_FILE)
    work.meet([it for deed in some for it in (deed.event.who, deed.event.about) if it])
    language = sitting.viewer.person.language or work.network.languages[0]
    rows = _rows(sitting, BoardSpeech(work.network, language, work.now), some)
    heading = ("when", "who", "id", "what", "about", "about id", "request")
    return Handed(f"record-{work.now:%Y-%m-%d}.csv", as_csv(heading, rows))


def _rows(
    sitting: Sitting, speech: BoardSpeech, some: Sequence[NumberedEvent]
) -> list[tuple[object, ...]]:
    zone, somebody = sitting.work.network.zone, speech.told(SOMEBODY)
    names: Mapping[int | None, str] = {
        it: speech.called(sitting.work.person(it))
        for deed in some
        for it in (deed.event.who, deed.event.about)
        if it
    }
    rows: list[tuple[object, ...]] = []
    for it in (deed.event for deed in some):
        who = names.get(it.who) or speech.told(NOBODY)
        about = names.get(it.about, "")
        words = speech.told(sentence(it.what)).format(
            name=who,
            about=about or somebody,
            number=it.request or speech.told(A_REQUEST),
            what=it.what.replace("_", " "),
        )
        when = f"{it.at.astimezone(zone):%Y-%m-%d %H:%M}"
        said = words[:1].upper() + words[1:]
        rows.append((when, who, it.who or "", said, about, it.about or "", it.request or ""))
    return rows


PAGES = (
    BoardPage("/record", BoardRole.DESK, show),
    BoardPage(
        "/record/file/{who}/{kind}/{day}",
        BoardRole.STEWARD,
        show_file,
        records=True,
        fresh=True,
    ),
)
