"""Somebody signs in on the board: by a code to their phone, or by a link from the command line.

What is answered is the same for a number that nobody knows: only the phone tells. Codes and their
digests take long, so they are made outside the transaction (`Work.slowly`).
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from hotline import phone, proof
from hotline.desk import telling
from hotline.notices import Told, notice
from hotline.organizers import BoardRole, role_of
from hotline.prompts import NEWS
from hotline.store import people, sessions
from hotline.store.messages import About
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Work

MOST_CODES = 10  # to one phone within a day
MOST_STRANGERS = 200  # sign-ins within an hour by whoever gets no code: no more are written down
HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


def role(work: Work, person: Neighbor) -> BoardRole | None:
    """What somebody is on the board now; None for who has nothing to do with it, or no more."""
    if person.suspended or person.is_blocked(work.now) or phone.is_forgotten(person.phone):
        return None
    given = sessions.given_role(work.connection, person.id)
    return role_of(work.network, person.phone, given)


def begin(work: Work, number: str, token: str, *, by_call: bool) -> None:
    """Send a code to whoever has this number (E.164), if they may come in; the browser that holds
    `token` is to bring it back."""
    code, digest = work.slowly(proof.new_code_and_digest)
    person = _who_may_come(work, number)
    if person and _had_many(work, person):
        person = None
    if person is None and _are_many_strangers(work):
        return
    sessions.begin_sign_in(work.connection, token, person.id if person else None, digest, work.now)
    if person:
        send_code(work, person, code, by_call=by_call)


def send_code(work: Work, person: Neighbor, code: str, *, by_call: bool) -> None:
    """Before all else that waits, as it holds for some minutes only."""
    told = notice(Told.BOARD_CODE, code=code)
    if not by_call or not telling.may_be_told(work, person):
        telling.send(work, person.id, told, About(may_wake=True))
        return
    news = NEWS[told.what]
    said = telling.spoken(work, news.said, told.values, person.language)
    to_machine = telling.spoken(work, news.to_machine or "", told.values, person.language)
    telling.call(work, person.id, said, About(may_wake=True), to_machine, due=work.now)


def begin_anew(work: Work, person: Neighbor, token: str) -> None:
    """Whoever is signed in shows once more that it is them."""
    code, digest = work.slowly(proof.new_code_and_digest)
    if not _had_many(work, person):
        sessions.begin_sign_in(work.connection, token, person.id, digest, work.now)
        send_code(work, person, code, by_call=person.by_voice)


def _had_many(work: Work, person: Neighbor) -> bool:
    return sessions.begun_since(work.connection, work.now - A_DAY, person.id) >= MOST_CODES


def _are_many_strangers(work: Work) -> bool:
    """However many there are, whoever may come in gets a code."""
    return sessions.strangers_since(work.connection, work.now - HOUR) >= MOST_STRANGERS


def _who_may_come(work: Work, number: str) -> Neighbor | None:
    person = people.who_is_at(work.connection, number)
    if person is None and role_of(work.network, number, None):
        person = people.add_neighbor(work.connection, number, work.now)
    if person is None:
        return None
    work.know(person)
    return person if role(work, person) else None


def finish(work: Work, token: str, code: str, *, browser: str) -> str | None:
    """Sign whoever brings the right code in: the token of their session. None: it does not fit, or
    no longer."""
    is_code = partial(work.slowly, proof.is_code)
    return _in(work, sessions.accept_code(work.connection, token, code, work.now, is_code), browser)


def follow_link(work: Work, token: str, *, browser: str) -> str | None:
    """The same, by a link."""
    return _in(work, sessions.use_link(work.connection, token, work.now), browser)


def let_in(work: Work, who: int, *, browser: str) -> str | None:
    """The same, by a passkey that was shown."""
    return _in(work, who, browser)


def _in(work: Work, who: int | None, browser: str) -> str | None:
    if who is None or role(work, work.person(who)) is None:
        return None
    token = sessions.new_token()
    sessions.open_session(work.connection, token, who, browser, work.now)
    record(work.connection, who, "signed_in", work.now)
    return token


def prove(work: Work, token: str, code: str, session: sessions.BoardSession) -> bool:
    """Whether this is the code that they were sent; then they have just shown who they are."""
    is_code = partial(work.slowly, proof.is_code)
    who = sessions.accept_code(work.connection, token, code, work.now, is_code)
    if who != session.who:
        return False
    sessions.note_proven(work.connection, session.id, work.now)
    return True


def make_link(work: Work, number: str) -> str | None:
    """A token that signs whoever has this number (E.164) in, once; None if they may not come in."""
    person = _who_may_come(work, number)
    if person is None:
        return None
    token = sessions.new_token()
    sessions.add_link(work.connection, token, person.id, work.now)
    record(work.connection, None, "link", work.now, about=person.id)
    return token
