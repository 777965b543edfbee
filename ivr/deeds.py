"""What follows in the world from a key or a recording: the deeds of the menu, in rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, assert_never

from hotline import phone, proof, schedule
from hotline.desk import apart, codes, delivery, joining, quiet, telling
from hotline.desk.step import open_request, take_step
from hotline.help_request import (
    Accepted,
    AskedBy,
    Done,
    Event,
    HandedBack,
    HelpRequest,
    NotYet,
    Passed,
    State,
    StillOnIt,
    WentWell,
    Withdrawn,
    WordsAdded,
)
from hotline.hours import parse_hours
from hotline.inbound import Heard
from hotline.message import Channel
from hotline.notices import Told, notice
from hotline.page import Answer, PageMove
from hotline.store import (
    calls,
    messages,
    pages,
    people,
    pins,
    proofs,
    requests,
    roster,
    strangers,
)
from hotline.store.messages import About, Inbound
from hotline.store.people import Neighbor
from hotline.store.record import record
from ivr import menu, recordings
from ivr.facts import facts, is_asked, topics
from ivr.menu import Deed, Draft, Kind, Step, Talk
from ivr.trust import Trust
from ivr.visit import Visit, save

SILENCE = Heard()
RequestDeed = Literal[Deed.TAKE, Deed.PASS, Deed.FINISH, Deed.HAND_BACK, Deed.WITHDRAW]


def do(visit: Visit, deed: Deed, heard: Heard = SILENCE) -> None:
    match deed:
        case Deed.REMEMBER_LANGUAGE:
            _remember_language(visit)
        case Deed.SEND:
            _send(visit)
        case Deed.ADD_MESSAGE:
            _add_message(visit, heard.recording)
        case Deed.CALL_INSTEAD:
            _call_instead(visit)
        case Deed.JOIN:
            _join(visit)
        case Deed.STOP:
            _stop(visit)
        case Deed.SAY_YES | Deed.SAY_NO:
            _say_how_it_stands(visit, is_well=deed is Deed.SAY_YES)
        case Deed.CONNECT:
            _connect(visit)
        case Deed.KEEP_APART:
            _keep_apart(visit)
        case Deed.SEND_CODE:
            _send_code(visit)
        case Deed.CHECK_CODE:
            _check_code(visit, heard.keys)
        case Deed.RING_BACK:
            _ring_back(visit)
        case Deed.TAKE | Deed.PASS | Deed.FINISH | Deed.HAND_BACK | Deed.WITHDRAW:
            _happen(visit, deed)
        case _:
            assert_never(deed)


def _remember_language(visit: Visit) -> None:
    """What is on file changes only for who has shown that it is theirs."""
    if visit.call.trust is Trust.PROVEN:
        _set_language(visit, chosen=True)


def _set_language(visit: Visit, *, chosen: bool) -> None:
    if visit.person:
        language = visit.call.language
        people.set_language(visit.work.connection, visit.person.id, language, chosen=chosen)
        visit.is_now(replace(visit.person, language=language, language_chosen=chosen))


# Whose number is it?


def _send_code(visit: Visit) -> None:
    """Nobody is sent more than a few a day, whoever calls in their name."""
    work, person = visit.work, visit.person
    if person and proofs.may_issue(work.connection, person.id, work.now):
        code, digest = work.slowly(proof.new_code_and_digest)
        proofs.issue(work.connection, person.id, work.now, digest=digest)
        telling.send(work, person.id, notice(Told.CODE, words=code), About(may_wake=True))


def _check_code(visit: Visit, keys: str) -> None:
    work, person = visit.work, visit.person
    if person is None:
        return
    had_pin = pins.can_be_tried(work.connection, person.id, work.now)
    if codes.is_proof(work, person, keys):
        visit.move(trust=Trust.PROVEN)
        quiet.end(work, person)
        if person.language is None:
            _set_language(visit, chosen=True)
        visit.call = menu.proven(visit.call, facts(visit))
    elif had_pin and visit.call.wrong_code == 1:
        _send_code(visit)  # perhaps they forgot it


def _ring_back(visit: Visit) -> None:
    """Once, and if nobody comes to the phone not again that day: who asks may be somebody else. Not
    in quiet hours, nor outside those of a helper."""
    work, person = visit.work, visit.person
    if person is None or not proofs.may_issue(work.connection, person.id, work.now):
        return
    if proofs.was_rung(work.connection, person.id, work.now):
        return
    hours = roster.standing(work.connection, person.id).entry.hours if person.on_roster else ""
    due = schedule.may_ring_from(parse_hours(hours), work.network, work.now)
    called = telling.call(work, person.id, "", About(), due=due)
    proofs.issue(work.connection, person.id, work.now, call=called, wanted=visit.call.wanted)


# Something new.


def _send(visit: Visit) -> None:
    """Open the request with everything that is known. Whose number was only shown hears of it in
    the language of the call, unless we know theirs."""
    if visit.person and visit.person.language is None:
        _set_language(visit, chosen=False)
    draft, work = menu.to_send(visit.call), visit.work
    requester = visit.person or _behind_a_hidden_number(visit)
    needs = (draft.need,) if draft.need else ()
    area = next((it.key for it in work.network.areas if draft.postcode in it.words), None)
    asked_by = AskedBy.CALL if visit.call.trust is Trust.PROVEN else AskedBy.ANYBODY
    request = _full(visit, requester, needs, area)
    if request is None:
        request = open_request(work, requester, needs, area, asked_by=asked_by)
        if visit.call.has_failed_to_repeat:
            strangers.note_unrepeated(work.connection, requester.id, request.number, work.now)
    _keep(visit, draft, request, requester)
    visit.move(sent=request.number)
    if phone.is_nobodys(requester.phone):
        delivery.no_way_back(work, request)
    elif not phone.is_in(requester.phone, work.network.countries):
        delivery.wrote_from_abroad(work, requester.phone)


def _full(
    visit: Visit, requester: Neighbor, needs: tuple[str, ...], area: str | None
) -> HelpRequest | None:
    """The newest request of somebody who has as many open as there may be: this belongs to it. Of a
    number that was only left with us, and where nobody was ever heard from, there is one: it may be
    the phone of somebody who knows nothing of it."""
    connection = visit.work.connection
    concerned = requests.requests_of(connection, requester.id)
    theirs = [it for it in concerned if it.requester == requester.id and it.state is State.OPEN]
    is_left = visit.person is None and not strangers.was_heard_from(connection, requester.id)
    if len(theirs) < (1 if is_left else visit.work.network.limits.open_requests):
        return None
    number = theirs[-1].number
    if is_left:  # they read that there is a request, and nothing for each call after that
        quietly = visit.work.by(requester, is_quiet=True)
        take_step(quietly, number, WordsAdded(needs, area))
        return theirs[-1]
    visit.happen(number, WordsAdded(needs, area))
    is_proven = visit.call.trust is Trust.PROVEN
    told = Told.ADDED_IN_CALL if is_proven else Told.ADDED_BY_PHONE
    telling.send(visit.work, requester.id, notice(told, number=number), About(number))
    return theirs[-1]


def _keep(visit: Visit, draft: Draft, request: HelpRequest, requester: Neighbor) -> None:
    """What was keyed in is part of the request's words, and so is what was spoken."""
    connection, now = visit.work.connection, visit.work.now
    if draft.postcode:
        keyed = Inbound(
            visit.row.sid,
            requester.id,
            draft.postcode,
            channel=Channel.KEYS,
            request_number=request.number,
            is_words=True,
        )
        messages.add_inbound(connection, keyed, now)
    calls.attach_recordings(connection, draft.recordings, request.number)


def _behind_a_hidden_number(visit: Visit) -> Neighbor:
    """Whoever is at the number to call back; nobody, if none was given."""
    number, connection = visit.call.call_back, visit.work.connection
    found = people.who_is_at(connection, number) if number else None
    if found and found.stopped:  # whoever it is, they want to hear nothing
        visit.move(call_back="")
        found = None
    at = visit.call.call_back or phone.nobodys(visit.row.id)
    return found or people.add_neighbor(connection, at, visit.work.now, visit.call.language)


def _call_instead(visit: Visit) -> None:
    """Only who calls from a number can say that of it. They read so, should it get texts."""
    person, work = visit.person, visit.work
    if person is None:
        return
    telling.send(work, person.id, notice(Told.CALLED_INSTEAD))
    people.call_instead(work.connection, person.id)
    record(work.connection, person.id, "by_phone", work.now)
    work.changed(person.id)
    if person.joining is not None:  # nobody answers our questions in writing any more
        joining.ask(work, person, joining.WAITS)


def _join(visit: Visit) -> None:
    """As by text, where the name is the first of four questions. They are in without it."""
    work, person = visit.work, visit.person
    if person is None or person.suspended:
        return
    joining.come_in(work, person)
    visit.person = person = work.person(person.id)
    question = "can" if person.name else "name"
    asked = joining.ask(work, person, joining.WAITS if person.by_voice else question)
    if person.by_voice:
        return
    if person.on_roster:
        telling.send(work, person.id, notice(Told.JOINED_BY_PHONE))
    telling.send(work, person.id, asked)


# A message for an open request, or for the other of a conversation.


def _add_message(visit: Visit, recording: str) -> None:
    number, work = visit.call.about, visit.work
    request = requests.find_request(work.connection, number) if number else None
    if request is None or visit.person is None:
        return
    requests.require_unchanged(work.connection, request)
    listeners, me = visit.others(request), visit.person.id
    is_theirs = request.requester == me
    is_words = is_theirs and (request.state is State.OPEN or len(listeners) > 1)
    if not listeners and not is_words:
        _not_passed_on(visit, request, recording)
        return
    # What several are to hear is part of what it was asked for with.
    only = listeners[0] if listeners and not is_words else None
    calls.attach_recordings(work.connection, [recording], request.number, only)
    if visit.call.language not in visit.line.written:
        calls.note_transcript(work.connection, recording, "")  # nobody need wait to hear it
    if listeners:
        _heard_of(visit, me)
    recordings.tell(work, request, me, listeners)
    told = notice(Told.MESSAGE_BY_PHONE, number=request.number)
    telling.send(work, me, told, About(request.number))


def _not_passed_on(visit: Visit, request: HelpRequest, recording: str) -> None:
    """It was finished or given back meanwhile: what its requester says is a new request."""
    if visit.person and request.requester == visit.person.id:
        visit.move(draft=Draft(recordings=(recording,)), step=Step.SENT)
        _send(visit)
    else:
        visit.move(step=Step.NOT_PASSED_ON)


def _connect(visit: Visit) -> None:
    """They pressed the key: from here on both can talk, and who took it was heard of."""
    if visit.call.talk is Talk.BEGAN:
        return
    visit.move(talk=Talk.BEGAN)
    save(visit)
    if visit.person and visit.call.partner is not None:
        _heard_of(visit, visit.person.id, visit.call.partner)


def _heard_of(visit: Visit, *who: int) -> None:
    """Who took it and talks about it need not be asked whether they are still on it."""
    request = requests.find_request(visit.work.connection, visit.call.about or 0)
    for taker in set(request.takers) & set(who) if request else ():
        visit.happen(visit.call.about or 0, StillOnIt(taker))


# What happens to a request.


def _happen(visit: Visit, deed: RequestDeed) -> None:
    """Something happens to the request that this is about, if it is theirs to decide. What
    somebody is to do is texted as well: nobody can write down an address as fast as it is said."""
    number = visit.call.about
    if visit.person is None or number is None:
        return
    topic = next((it for it in topics(visit) if it.number == number), None)
    if deed is not Deed.TAKE and topic is None:
        return
    if deed is Deed.PASS and topic and topic.was_missed:
        _pass_at_last(visit, number, visit.person.id)
        return
    is_told = deed in (Deed.TAKE, Deed.PASS) and not visit.is_ours
    visit.happen(number, _event(deed, visit.person.id), is_told=is_told or deed is Deed.TAKE)
    if not visit.is_ours and (told := _BY_PHONE.get(deed)):
        about = About(number)
        telling.send(visit.work, visit.person.id, notice(told, number=number), about)


_BY_PHONE = {
    Deed.FINISH: Told.DONE_BY_PHONE,
    Deed.HAND_BACK: Told.HANDED_BACK_BY_PHONE,
    Deed.WITHDRAW: Told.WITHDRAWN_BY_PHONE,
}
"""What the number on file is told of a change by phone, with the way to undo it. Of a call that we
made nothing: it is that number that answered."""


def _pass_at_last(visit: Visit, number: int, me: int) -> None:
    """Somebody else was asked in their place when they missed our call."""
    passed = [Answer(me, PageMove.LEAVE)]
    pages.note_answers(visit.work.connection, number, passed, visit.work.now)


def _event(deed: RequestDeed, me: int) -> Event:
    match deed:
        case Deed.TAKE:
            return Accepted(me)
        case Deed.PASS:
            return Passed(me)
        case Deed.FINISH:
            return Done(by=me)
        case Deed.HAND_BACK:
            return HandedBack(me)
        case Deed.WITHDRAW:
            return Withdrawn()
        case _:
            assert_never(deed)


def _keep_apart(visit: Visit) -> None:
    """As SAFE by text. Nobody is texted about it: whoever sees the phone could read that."""
    if visit.person and visit.call.about:
        apart.keep_apart(visit.work.by(visit.person, is_quiet=True), visit.person, visit.call.about)


def _say_how_it_stands(visit: Visit, *, is_well: bool) -> None:
    """The answer to our question, if it is still one."""
    number = visit.call.about
    if visit.person is None or number is None or not is_asked(visit):
        return
    me, request = visit.person.id, requests.find_request(visit.work.connection, number)
    if request and request.state is State.DONE:
        visit.happen(number, WentWell() if is_well else NotYet())
    elif is_well:
        visit.happen(number, Accepted(me), is_told=True)
    else:
        visit.happen(number, HandedBack(me))


def _stop(visit: Visit) -> None:
    """No more calls or texts. Whoever was asked is not waited for, and what they held is
    given back."""
    if visit.person is None:
        return
    me = visit.person.id
    people.set_stopped(visit.work.connection, me, visit.work.now)
    visit.is_now(replace(visit.person, stopped=True))
    for topic in topics(visit):
        if topic.kind is Kind.ASKED and not topic.was_missed:
            visit.happen(topic.number, Passed(me))
        elif topic.kind is Kind.HELD:
            visit.happen(topic.number, HandedBack(me))
