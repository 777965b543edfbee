"""One step of a call, from what was heard to the next document, in one transaction.

The shell around `menu`: it looks up the `facts`, does the `deeds`, and writes down where the call
is. The same step posted again gets the same document and changes nothing. The document is in
`work.after`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hotline import phone
from hotline.desk import joining, quiet
from hotline.document import GOODBYE, Document, Wait, as_json, from_json
from hotline.inbound import CallIn, Heard
from hotline.reserve import WhoCalls, lines
from hotline.store import calls, forgetting, people, proofs, roster, strangers
from hotline.store.calls import CallRow
from hotline.store.people import Neighbor
from hotline.work import Work
from ivr import documents, menu, recordings
from ivr.deeds import do
from ivr.facts import facts
from ivr.menu import Call, Draft, Facts, Kind, Step
from ivr.trust import Trust, trust
from ivr.visit import PhoneLine, Visit, call_of, state_of, visit_of

LOST_AFTER = timedelta(minutes=10)  # without a word: longer than the longest step
LAST_WORDS = timedelta(minutes=1)  # and then we hang up
LONGEST_TALK = timedelta(hours=1)  # of two people through us; then we hang up
AT_MOST = {
    Wait.HANG_UP: LAST_WORDS,
    Wait.TALK: LONGEST_TALK + LOST_AFTER,
}  # how long a call can be without a word to us


# It begins.


def answer(work: Work, line: PhoneLine, it: CallIn) -> None:
    """Somebody calls."""
    known = calls.call_at(work.connection, it.sid)
    if known:
        _answer(work, from_json(known.answer))
        return
    person = _caller(work, it.caller)
    if person and person.is_blocked(work.now):
        _answer(work, GOODBYE)
        return
    is_busy = _is_busy(work, person)
    row = _begin(work, it.sid, person, None)
    trusted = trust(it.caller, is_attested=it.is_attested)
    if person and trusted is Trust.PROVEN:
        quiet.end(work, person)
    visit = Visit(work, line, row, Call(trust=trusted), person)
    known_facts = facts(visit)
    visit.call = menu.begin(known_facts, trusted)
    if is_busy:
        visit.move(step=Step.BUSY)
    _go_on(visit, known_facts)


def _is_busy(work: Work, person: Neighbor | None) -> bool:
    """Whether as many call as we answer, or this one as often in an hour."""
    if _are_lines_taken(work, person):
        return True
    if person is None:
        return False
    since = work.now - timedelta(hours=1)
    often = work.network.limits.calls_an_hour
    return calls.begun_since(work.connection, person.id, since) >= often


def _are_lines_taken(work: Work, person: Neighbor | None) -> bool:
    """Whether callers like this one have all the lines that they may have together. Who only hears
    goodbye takes none."""
    connection, most = work.connection, work.network.limits.calls_at_once
    talks = work.now + LAST_WORDS
    live, hidden = calls.live_calls(connection, talks)
    if live >= most or (person is None and hidden >= lines(WhoCalls.HIDDEN, most)):
        return True
    if live < lines(WhoCalls.STRANGER, most):
        return False
    if person and not _is_stranger(work, person):
        return False
    return strangers.calling_now(connection, talks) >= lines(WhoCalls.STRANGER, most)


def _is_stranger(work: Work, person: Neighbor) -> bool:
    is_steward = person.phone in work.network.stewards
    return not is_steward and strangers.is_stranger(work.connection, person.id)


def _caller(work: Work, number: str | None) -> Neighbor | None:
    if number is None:
        return None
    found = people.who_is_at(work.connection, number)
    person = found or people.add_neighbor(work.connection, number, work.now)
    work.know(person)
    return person


def _begin(work: Work, sid: str, person: Neighbor | None, message_id: int | None) -> CallRow:
    who = person.id if person else None
    due = work.now + LOST_AFTER
    return calls.add_call(work.connection, sid, who, message_id, {}, work.now, due)


def call_out(work: Work, line: PhoneLine, sid: str, message_id: int, *, is_machine: bool) -> None:
    """Somebody, or a machine, answered a call of ours."""
    known = calls.call_at(work.connection, sid)
    if known:
        _answer(work, from_json(known.answer))
        return
    why = calls.reason(work.connection, message_id)
    wanted = proofs.wanted_in(work.connection, message_id)
    if why is None or (is_machine and (wanted or why.page_id is not None)):
        _answer(work, GOODBYE)  # a machine takes nothing
        return
    person = work.person(why.neighbor)
    row = _begin(work, sid, person, message_id)
    news = (is_machine and why.machine) or why.body
    language = work.speech.spoken(person.language)
    about, by_us = why.request_number, Trust.PROVEN  # it is the number on file that answers
    call = Call(language=language, about=about, news=news, heard=True, trust=by_us)
    visit = Visit(work, line, row, call, person)
    known_facts = facts(visit)
    if wanted:
        quiet.end(work, person)
        visit.call = menu.proven(replace(call, wanted=Step(wanted)), known_facts)
    else:
        visit.move(step=_first_step(why, known_facts, is_machine=is_machine))
    _go_on(visit, known_facts)


def _first_step(why: calls.Reason, known: Facts, *, is_machine: bool) -> Step:
    if why.page_id is None:
        return Step.LEFT_ON_MACHINE if is_machine else Step.NEWS
    topic = known.topic(why.request_number)
    return Step.PAGE if topic and topic.kind is Kind.ASKED else Step.OUTCOME


# It goes on.


def step(work: Work, line: PhoneLine, sid: str, turn: int, heard: Heard) -> None:
    """What was heard in answer to the document of this turn."""
    row = calls.call_at(work.connection, sid)
    if row is None:
        _answer(work, GOODBYE)
    elif row.due is None and heard.recording:  # they spoke and hung up, which we heard first
        _late_recording(visit_of(work, line, row), heard.recording)
        work.after.document = None
    elif row.due is None or row.turn != turn:
        _answer(work, from_json(row.answer))
    else:
        visit = visit_of(work, line, row)
        _go_on(visit, _hear(visit, heard))


def _hear(visit: Visit, heard: Heard) -> Facts:
    """Returns how things are then."""
    work = visit.work
    if heard.recording:
        calls.add_recording(work.connection, heard.recording, visit.row.id, work.now)
    known = facts(visit)
    visit.call, deed = menu.react(visit.call, heard, known)
    if deed is None:
        return known
    do(visit, deed, heard)
    return facts(visit)


def _go_on(visit: Visit, known: Facts) -> None:
    """Write down where the call is now, and answer with the document that says so."""
    visit.call = menu.enter(visit.call, known)
    document = documents.document(visit, known)
    due = visit.work.now + AT_MOST.get(document.wait, LOST_AFTER)
    calls.save_call(visit.work.connection, visit.row, state_of(visit.call), as_json(document), due)
    _answer(visit.work, document)


def _answer(work: Work, document: Document) -> None:
    work.after.document = document


# Two people talk through us.


def whisper(work: Work, line: PhoneLine, call_id: int, turn: int) -> None:
    """Somebody, or a machine, answered whom we called for a caller: what they hear first."""
    two = _still_together(work, line, call_id, turn)
    _answer(work, documents.whisper(two[0], Step.WHISPER, two[1]) if two else GOODBYE)


def consent(work: Work, line: PhoneLine, call_id: int, turn: int, heard: Heard) -> None:
    """A key, or silence, of whom we called for a caller: the two are put together, or not."""
    two = _still_together(work, line, call_id, turn)
    if two is None:
        _answer(work, GOODBYE)
        return
    visit, partner = two
    whispered, deed = menu.react(Call(step=Step.WHISPER, trust=Trust.PROVEN), heard, facts(visit))
    if deed:
        do(visit, deed)
    _answer(work, documents.whisper(visit, whispered.step, partner))


def _still_together(
    work: Work, line: PhoneLine, call_id: int, turn: int
) -> tuple[Visit, Neighbor] | None:
    """The caller's side of a call to two, and whom we called, if they may still talk."""
    row = calls.call_by_id(work.connection, call_id)
    if row is None or row.due is None or row.turn != turn:
        return None
    visit = visit_of(work, line, row)
    called, topic = visit.call.partner, facts(visit).topic(visit.call.about)
    if visit.call.step is not Step.TALK or called is None:
        return None
    if topic is None or topic.partner != called:
        return None
    return visit, work.person(called)


# It ends.


def ended(work: Work, line: PhoneLine, sid: str) -> None:
    """The carrier says that the call is over."""
    row = calls.call_at(work.connection, sid)
    if row and row.due:
        _end(visit_of(work, line, row))


def lost(work: Work, call_id: int) -> None:
    """Nobody told us how a call ended."""
    row = calls.call_by_id(work.connection, call_id)
    if row and row.due and row.due <= work.now:
        _end(visit_of(work, PhoneLine(), row))


def _end(visit: Visit) -> None:
    """Nothing that somebody told us before hanging up is lost. What is needed no longer is not
    kept: words and numbers."""
    if deed := menu.hung_up(visit.call):
        do(visit, deed)
    kept = replace(visit.call, news="", call_back="", draft=Draft(), former=Draft())
    calls.end_call(visit.work.connection, visit.row, state_of(kept))


def was_heard(work: Work, sid: str, message_id: int) -> bool:
    """Whether what we called for was said to somebody, or left on their machine."""
    row = calls.call_about(work.connection, message_id, sid)
    return row is not None and call_of(row.state).heard


# What was recorded in it.


def recorded(work: Work, line: PhoneLine, sid: str, name: str, seconds: int) -> None:
    """The carrier has the file of a recording. Of one that we did not hear of, because whoever
    spoke hung up, this is the news."""
    row = _still_kept(work, sid, name)
    if row is None:
        return
    if seconds > 0 and not calls.is_recorded(work.connection, name):
        _late_recording(visit_of(work, line, row), name)
    of = calls.note_complete(work.connection, name, seconds)
    if of and seconds > 0:
        recordings.can_be_heard(work, of)


def _still_kept(work: Work, sid: str, recording: str) -> CallRow | None:
    """The call, if something of what was said in it is kept; else nothing is, there neither."""
    row = calls.call_at(work.connection, sid)
    if row is None or not row.is_deleted:
        return row
    if not calls.is_recorded(work.connection, recording):
        forgetting.forget_recording(work.connection, recording, work.now)
    return None


def _late_recording(visit: Visit, name: str) -> None:
    connection, now = visit.work.connection, visit.work.now
    if visit.person and phone.is_forgotten(visit.person.phone):
        forgetting.forget_recording(connection, name, now)
        return
    if menu.wait(visit.call) is not Wait.MESSAGE or calls.is_recorded(connection, name):
        return
    if visit.call.sent is not None:
        calls.add_recording(connection, name, visit.row.id, now)
        recordings.add_to_words(visit.work, name, visit.call.sent)
        return
    known = _hear(visit, Heard(recording=name))
    if visit.row.due is None:
        visit.call = menu.enter(visit.call, known)
        _end(visit)
    else:
        _go_on(visit, known)


def transcribed(work: Work, line: PhoneLine, sid: str, name: str, words: str) -> None:
    """The carrier wrote down what was said; whoever is to hear it reads it. It may be the first
    that we hear of the recording. Without words: it cannot be written down, and is heard unread."""
    row = _still_kept(work, sid, name)
    if row is None:
        return
    if not words:
        calls.note_transcript(work.connection, name, "")
        return
    if not calls.is_recorded(work.connection, name):
        _late_recording(visit_of(work, line, row), name)
    of = calls.note_transcript(work.connection, name, words)
    if of and of.request_number is None:
        _name_heard(work, line, of.call_id, name, words)
    elif of:
        recordings.is_written_down(work, of, name, words, line.reads_worry)


def _name_heard(work: Work, line: PhoneLine, call_id: int, recording: str, words: str) -> None:
    """If it is what a newcomer is called, and we know no name in writing, we call them that."""
    row, name = calls.call_by_id(work.connection, call_id), joining.name_in_speech(words)
    if row is None or row.neighbor is None or not name:
        return
    visit = visit_of(work, line, row)
    person = visit.person
    if person is None or person.name or visit.call.name != recording:
        return
    roster.change(work.connection, person.id, "name", name, work.now)
    work.changed(person.id)
    joining.tell_name(work, person.id)
    joining.tell_stewards(work, person)
