"""One request: how it stands, what was said and done, and all that can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from hashlib import sha256

from board import story
from board.sitting import BoardPage, Moved, NotHere, Outcome, Plays, Shown, Sitting
from hotline import phone
from hotline.desk import stewarding, telling
from hotline.desk.stewarding import Answered
from hotline.desk.wave import choose_crew
from hotline.help_request import HelpRequest, State
from hotline.notices import Told, notice
from hotline.organizers import BoardRole
from hotline.store import notes, pages, people, requests, timeline
from hotline.store.messages import About
from hotline.store.record import record, was_recorded_since

MOST_SUGGESTED = 8
_AT = "/requests/{number}"
READ, READ_FOR = "read_words", timedelta(hours=1)


def the_request(sitting: Sitting) -> HelpRequest:
    """The one that the address names; raises NotHere where they are not to see it."""
    connection = sitting.work.connection
    found = requests.find_request(connection, sitting.number)
    feared = sitting.feared
    if found is None or any(timeline.has_to_do(connection, found.number, it) for it in feared):
        raise NotHere
    return found


def as_seen(request: HelpRequest) -> str:
    """What somebody decides upon who acts: another once any of it has changed. That more people
    were asked meanwhile is no other."""
    stands = (request.state, request.takers, request.needs, request.area)
    more = (request.urgent, request.people, request.details)
    return sha256(repr((stands, more)).encode()).hexdigest()[:16]


def has_to_do(sitting: Sitting, number: int) -> bool:
    """Whether the words about a request may be about whoever looks: then they see none."""
    return timeline.has_to_do(sitting.work.connection, number, sitting.viewer.person.id)


def show(sitting: Sitting) -> Outcome:
    return page(sitting, the_request(sitting))


def page(
    sitting: Sitting, request: HelpRequest, *, wrong: str = "", wanted: str = "", status: int = 200
) -> Shown:
    """`wrong`: what hinders what they `wanted`, in words; what they typed for it comes back."""
    work, viewer = sitting.work, sitting.viewer
    is_theirs = has_to_do(sitting, request.number)
    reads = viewer.may(BoardRole.DESK) and not is_theirs
    if reads:
        _note_read(sitting, request.number)
    lines = [] if is_theirs else timeline.timeline(work.connection, request.number)
    kept = notes.notes_on(work.connection, request.number) if reads else []
    asked = pages.asked_in(work.connection, request.number, request.round)
    is_open = request.state is State.OPEN
    crew = choose_crew(work, request, MOST_SUGGESTED) if reads and is_open else ()
    ids = [request.requester, *request.takers, *asked, *crew, *(it.who for it in kept)]
    work.meet([*ids, *(who for it in lines for who in (it.who, it.about) if who)])
    asker = work.person(request.requester)
    values = {
        "request": request,
        "seen": as_seen(request),
        "asker": asker,
        "is_nobodys": phone.is_nobodys(asker.phone),
        "takers": [work.person(it) for it in request.takers],
        "since": requests.taken_since(work.connection, [request.number]),
        "asked": len(asked),
        "words": story.words_of(lines, request.requester) if reads else [],
        "in_danger": story.is_in_danger(lines),
        "entries": story.story(it for it in lines if reads or not it.body),
        "notes": kept,
        "crew": [work.person(it) for it in crew if it not in sitting.feared],
        "person": work.person,
        "reads": reads,
        "is_theirs": is_theirs,
        "wrong": wrong,
        "wanted": wanted,
        "typed": sitting.form,
    }
    return Shown("request.html", values, status)


def _note_read(sitting: Sitting, number: int) -> None:
    """Whoever looks at words is in the record, once an hour."""
    work, by = sitting.work, sitting.viewer.person.id
    if not was_recorded_since(work.connection, by, READ, number, work.now - READ_FOR):
        record(work.connection, by, READ, work.now, request_number=number)


def play(sitting: Sitting) -> Outcome:
    """What somebody said for it in a call."""
    request = the_request(sitting)
    sids = {it.sid for it in timeline.timeline(sitting.work.connection, request.number)}
    sid = sitting.place["sid"]
    if has_to_do(sitting, request.number) or sid not in sids:
        raise NotHere
    _note_read(sitting, request.number)
    return Plays(sid)


# What can be done to it. Whoever acted on what is no longer so sees how it is now.


def deed(
    wanted: str,
    do: Callable[[Sitting, HelpRequest], Answered | str],
    said: str,
    *,
    changes: bool = True,
) -> BoardPage:
    """`do` returns what hinders it, or what came of it. `changes`: it changes the request, so what
    it was decided upon has to be so still, now and when it is written."""

    def done(sitting: Sitting) -> Outcome:
        request = the_request(sitting)
        if has_to_do(sitting, request.number):
            return page(sitting, request, wrong="theirs", status=403)
        if changes and is_stale(sitting, request):
            return page(sitting, request, wrong="changed", wanted=wanted, status=409)
        answered = do(sitting, request)
        if isinstance(answered, str):
            return page(sitting, request, wrong=answered, wanted=wanted, status=422)
        if not answered.is_done and answered.told:
            told = telling.written(sitting.work, answered.told, sitting.viewer.person.language)
            now = the_request(sitting)
            return page(sitting, now, wrong=told, wanted=wanted, status=409)
        return Moved(f"/requests/{request.number}", said)

    return BoardPage(f"{_AT}/{wanted}", BoardRole.DESK, do=done)


def is_stale(sitting: Sitting, request: HelpRequest) -> bool:
    """Whether it has changed since they saw the form."""
    return sitting.words("seen") != as_seen(request)


def _correct(sitting: Sitting, request: HelpRequest) -> Answered | str:
    network, count = sitting.work.network, sitting.words("people")
    needs = tuple(it for it in sitting.form.getlist("need") if network.need(it))
    area = sitting.words("area")
    when = _when(sitting)
    if not count.isdecimal() or not 1 <= int(count) <= 20 or when is None:
        return "empty"
    return stewarding.correct(
        sitting.work,
        request,
        needs or request.needs,
        area if network.area(area) else request.area,
        urgent="urgent" in sitting.form,
        people=int(count),
        when=when,
    )


def _when(sitting: Sitting) -> tuple[str, str] | None:
    """A day and an hour, each empty if it is any; None if one cannot be read."""
    day, hour = sitting.words("day", 10), sitting.words("hour", 5)
    try:
        day = day and date.fromisoformat(day).isoformat()
        hour = hour and f"{time.fromisoformat(hour):%H:%M}"
    except ValueError:
        return None
    return day, hour


def _ask_anew(sitting: Sitting, request: HelpRequest) -> Answered:
    return stewarding.ask_anew(sitting.work, request)


def _ask(sitting: Sitting, request: HelpRequest) -> Answered | str:
    """Each of these people, but for whom a wave asked meanwhile; the first who cannot be asked is
    told of."""
    chosen = _chosen(sitting)
    if not chosen:
        return "nobody" if sitting.words("name") else "empty"
    asked = pages.asked_in(sitting.work.connection, request.number, request.round)
    left: stewarding.Asked = request
    for who in [it for it in chosen if it not in asked] or chosen:
        done, left = stewarding.ask_person(sitting.work, left, who), request.number
        if not done.is_done:
            return done
    return Answered(None)


def _assign(sitting: Sitting, request: HelpRequest) -> Answered | str:
    chosen = _chosen(sitting)
    return stewarding.assign(sitting.work, request, str(chosen[0])) if chosen else "nobody"


def _chosen(sitting: Sitting) -> list[int]:
    """Who was ticked, and whoever was written by name or id, as far as they are on the roster."""
    ids = [int(it) for it in sitting.form.getlist("who") if it.isdecimal() and len(it) < 10]
    written = sitting.words("name", 60)
    found = stewarding.find_person(sitting.work, written) if written else None
    chosen = list(dict.fromkeys([*ids, *([found] if found else [])]))
    known = people.neighbors(sitting.work.connection, chosen)
    here = [it for it in chosen if it in known and known[it].on_roster]
    return [it for it in here if not known[it].suspended and it not in sitting.feared]


def _merge(sitting: Sitting, request: HelpRequest) -> Answered | str:
    into = sitting.words("into", 9).lstrip("#")
    if not into.isdecimal():
        return "empty"
    if has_to_do(sitting, int(into)):
        return "theirs"
    return stewarding.merge(sitting.work, request, int(into))


def _hand_back(sitting: Sitting, request: HelpRequest) -> Answered | str:
    who = sitting.words("who")
    known = who.isdecimal() and int(who) in request.takers
    return stewarding.hand_back(sitting.work, request, int(who)) if known else "empty"


def _close(sitting: Sitting, request: HelpRequest) -> Answered:
    return stewarding.close(sitting.work, request)


def _reopen(sitting: Sitting, request: HelpRequest) -> Answered:
    return stewarding.reopen(sitting.work, request)


def _note(sitting: Sitting, request: HelpRequest) -> Answered | str:
    if not (body := sitting.words("words")):
        return "empty"
    work, by = sitting.work, sitting.viewer.person.id
    notes.add_note(work.connection, request.number, by, body, work.now)
    return Answered(None)


def _write(sitting: Sitting, request: HelpRequest) -> Answered | str:
    """As the hotline, to whoever asked or a taker."""
    words, to = sitting.words("words", 300), sitting.words("to")
    who = int(to) if to.isdecimal() else 0
    if not words or who not in (request.requester, *request.takers):
        return "empty"
    work = sitting.work
    if not telling.may_be_told(work, work.person(who)):
        return "written"
    told = notice(Told.FROM_ORGANIZERS, words=words)
    telling.send(work.by(None), who, told, About(request.number))
    by = sitting.viewer.person.id
    record(work.connection, by, "wrote", work.now, about=who, request_number=request.number)
    return Answered(None)


PAGES = (
    BoardPage(_AT, BoardRole.READER, show, records=True),
    BoardPage(f"{_AT}/sound/{{sid}}", BoardRole.DESK, play, records=True),
    deed("correct", _correct, "corrected"),
    deed("anew", _ask_anew, "asked_anew"),
    deed("ask", _ask, "asked"),
    deed("assign", _assign, "assigned"),
    deed("merge", _merge, "merged"),
    deed("handback", _hand_back, "handed_back"),
    deed("close", _close, "closed"),
    deed("reopen", _reopen, "reopened"),
    deed("note", _note, "noted", changes=False),
    deed("write", _write, "written", changes=False),
)
