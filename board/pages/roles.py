"""Who may come onto the board, and in which browsers somebody is signed in."""

from __future__ import annotations

from board.sitting import BoardPage, Moved, NotHere, Outcome, Shown, Sitting
from hotline.desk import signing_in
from hotline.organizers import BoardRole, phones, role_of
from hotline.phone import BadPhone, parse
from hotline.store import people, sessions
from hotline.store.record import record


def show(sitting: Sitting) -> Outcome:
    return page(sitting)


def page(sitting: Sitting, *, wrong: str = "", status: int = 200) -> Shown:
    work, feared = sitting.work, sitting.feared
    connection = work.connection
    in_file = people.ids_at(connection, phones(work.network))
    given = sessions.given_roles(connection)
    work.meet([*in_file, *given])
    rows = [
        (work.person(who), signing_in.role(work, work.person(who)), who in given)
        for who in dict.fromkeys([*in_file, *given])
        if who not in feared
    ]
    every = [it for it in sessions.sessions(connection) if it.who not in feared]
    work.meet([it.who for it in every])
    open_now = [(it, work.person(it.who)) for it in every]
    values = {"rows": rows, "sessions": open_now, "wrong": wrong, "typed": sitting.form}
    return Shown("roles.html", values, status)


def do_give(sitting: Sitting) -> Outcome:
    work, role = sitting.work, sitting.words("role", 8)
    try:
        number = parse(sitting.words("number", 40), work.network.country)
    except BadPhone:
        return page(sitting, wrong="number", status=422)
    if role not in list(BoardRole):
        return page(sitting, wrong="role", status=422)
    ((who),) = people.known_or_new(work.connection, [number], work.now)
    by = sitting.viewer.person.id
    sessions.give_role(work.connection, who, role, by, work.now)
    record(work.connection, by, f"made_{role}"[:12], work.now, about=who)
    return Moved("/roles", "given")


def do_take(sitting: Sitting) -> Outcome:
    """What stands in hotline.toml is taken away there."""
    work, who = sitting.work, sitting.number
    sessions.take_role(work.connection, who)
    person = people.neighbors(work.connection, [who]).get(who)
    if person and role_of(work.network, person.phone, None) is None:
        sessions.end_sessions_of(work.connection, who)
    record(work.connection, sitting.viewer.person.id, "role_taken", work.now, about=who)
    return Moved("/roles", "taken")


def do_end(sitting: Sitting) -> Outcome:
    """One's own, and as a steward anybody's."""
    work, viewer = sitting.work, sitting.viewer
    found = next((it for it in sessions.sessions(work.connection) if it.id == sitting.number), None)
    if found is None or not (viewer.may(BoardRole.STEWARD) or found.who == viewer.person.id):
        raise NotHere
    sessions.end_session(work.connection, found.id)
    record(work.connection, viewer.person.id, "ended", work.now, about=found.who)
    return Moved("/in" if found.id == viewer.session.id else "/roles", "ended")


PAGES = (
    BoardPage("/roles", BoardRole.STEWARD, show, fresh=True),
    BoardPage("/roles/give", BoardRole.STEWARD, do=do_give, fresh=True),
    BoardPage("/roles/{number}/take", BoardRole.STEWARD, do=do_take, fresh=True),
    BoardPage("/sessions/{number}/end", BoardRole.READER, do=do_end),
)
