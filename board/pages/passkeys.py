"""Passkeys: added by who is signed in, and then in the place of the code."""

from __future__ import annotations

from board.pages.signing import then
from board.sitting import SESSION, BoardPage, Moved, Outcome, Shown, Sitting
from hotline import passkeys
from hotline.desk import signing_in
from hotline.organizers import BoardRole
from hotline.passkeys import PasskeyAsked
from hotline.store import passkeys as kept
from hotline.store import sessions
from hotline.store.record import record

MOST_ASKED = 1000  # browsers at a time, that anybody may have


def _asked(sitting: Sitting, asked: PasskeyAsked) -> dict[str, object]:
    token = sessions.new_token()
    kept.ask(sitting.work.connection, token, asked.challenge, sitting.work.now)
    return {"token": token, "options": asked.options}


def _challenge(sitting: Sitting) -> str:
    """What this browser was asked; empty if it was nothing, or too long ago."""
    token = sitting.words("token", 60)
    return kept.take_asked(sitting.work.connection, token, sitting.work.now) or ""


def show_mine(sitting: Sitting) -> Outcome:
    return mine(sitting)


def mine(sitting: Sitting, *, wrong: str = "", status: int = 200) -> Shown:
    """One's own, and what the browser is asked to make another."""
    work, person, host = sitting.work, sitting.viewer.person, sitting.passkey_host
    found = kept.passkeys_of(work.connection, person.id)
    values: dict[str, object] = {"passkeys": found, "wrong": wrong, "options": ""}
    if host:
        name, known = person.shown_name or person.phone[-4:], [it.known for it in found]
        asked = passkeys.ask_to_make(host, work.network.name, person.id, name, known)
        values |= _asked(sitting, asked)
    return Shown("passkeys.html", values, status)


def do_add(sitting: Sitting) -> Outcome:
    work, host, by = sitting.work, sitting.passkey_host, sitting.viewer.person.id
    challenge, answered = _challenge(sitting), sitting.words("answer", 20_000)
    made = passkeys.made(host, work.network.name, challenge, answered) if host else None
    if made is None or kept.passkey_called(work.connection, made[0]):
        return mine(sitting, wrong="passkey", status=422)
    kept.add_passkey(work.connection, made[0], by, made[1], sitting.browser, work.now)
    record(work.connection, by, "passkey", work.now)
    return Moved("/passkeys", "passkey_added")


def do_remove(sitting: Sitting) -> Outcome:
    work, by = sitting.work, sitting.viewer.person.id
    if kept.remove_passkey(work.connection, sitting.number, by):
        record(work.connection, by, "passkey_off", work.now)
    return Moved("/passkeys", "passkey_removed")


def do_ask(sitting: Sitting) -> Outcome:
    return ask(sitting)


def ask(sitting: Sitting, *, wrong: str = "", status: int = 200) -> Shown:
    """To sign in, or to show once more that it is them."""
    values: dict[str, object] = {"then": then(sitting), "wrong": wrong, "options": ""}
    many = kept.asked_lately(sitting.work.connection) >= MOST_ASKED
    if (host := sitting.passkey_host) and not many:
        values |= _asked(sitting, passkeys.ask_to_show(host, sitting.work.network.name))
    return Shown("passkey.html", values, status)


def do_use(sitting: Sitting) -> Outcome:
    work, host, challenge = sitting.work, sitting.passkey_host, _challenge(sitting)
    answered = sitting.words("answer", 20_000)
    found = kept.passkey_called(work.connection, passkeys.id_in(answered))
    if (
        host is None
        or found is None
        or not passkeys.is_shown(host, work.network.name, challenge, found.known, answered)
    ):
        return ask(sitting, wrong="passkey", status=422)
    kept.note_used(work.connection, found.id, work.now)
    if sitting.who and sitting.who.person.id == found.who:
        sessions.note_proven(work.connection, sitting.who.session.id, work.now)
        return Moved(then(sitting))
    token = signing_in.let_in(work, found.who, browser=sitting.browser)
    if token is None:
        return ask(sitting, wrong="passkey", status=422)
    return Moved(then(sitting), cookies={SESSION: token})


PAGES = (
    BoardPage("/passkeys", BoardRole.READER, show_mine, records=True, fresh=True),
    BoardPage("/passkeys/add", BoardRole.READER, do=do_add, fresh=True),
    BoardPage("/passkeys/{number}/remove", BoardRole.READER, do=do_remove),
    BoardPage("/passkey", None, do=do_ask),
    BoardPage("/passkey/use", None, do=do_use),
)
