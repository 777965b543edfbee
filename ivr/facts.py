"""What is known around a call: the network's menu, who is calling, and what lies between us.

It reads and changes nothing; what follows from it is for `menu` to say.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from hotline import page, phone, schedule
from hotline.attachment import Attachment, AttachmentKind
from hotline.desk import budget, places, telling
from hotline.desk.step import refusal
from hotline.details import as_of
from hotline.help_request import HelpRequest, State
from hotline.notices import Notice
from hotline.settings import Network
from hotline.store import apart, calls, messages, pages, pins, proofs, requests, roster
from hotline.store.messages import Words
from hotline.store.people import Neighbor
from ivr import menu
from ivr.menu import Choice, Facts, Kind, Result, Step, Topic
from ivr.trust import Trust
from ivr.visit import Visit

DIGITS = 4  # to repeat
_KINDS = {State.OPEN: Kind.OPEN, State.TAKEN: Kind.TAKEN}


def facts(visit: Visit) -> Facts:
    """How things are now, as far as this call is trusted."""
    known = _known(visit)
    return known if visit.call.trust is Trust.PROVEN else menu.for_anybody(known)


def _known(visit: Visit) -> Facts:
    network, person = visit.work.network, visit.person
    return Facts(
        languages=network.languages,
        needs=_choices(network),
        country=network.country,
        countries=network.countries,
        ours=visit.line.ours,
        language=visit.work.speech.spoken(person.language if person else None),
        knows_language=person is not None and person.language is not None,
        is_hidden=person is None,
        can_text=person is None or not person.by_voice,
        can_call=person is not None and phone.is_in(person.phone, network.countries),
        has_stopped=person is not None and person.stopped,
        has_keypad_postcodes=_has_keypad_postcodes(network),
        topics=tuple(topics(visit)),
        result=_result(visit),
        asks_at=_asks_at(visit),
        is_asked=is_asked(visit),
        joining="stewards" if person and person.suspended else network.roster.joining,
        on_roster=person is not None and person.on_roster,
        code=_code(visit),
        has_pin=_has_pin(visit),
        was_rung=_was_rung(visit),
        to_repeat=_to_repeat(visit),
    )


def _has_pin(visit: Visit) -> bool:
    """Looked up only for whom it may be asked of."""
    work, person = visit.work, visit.person
    if person is None or visit.call.trust is not Trust.CLAIMED:
        return False
    return pins.can_be_tried(work.connection, person.id, work.now)


def _was_rung(visit: Visit) -> bool:
    work, person = visit.work, visit.person
    if person is None or visit.call.step not in (Step.NEEDS, Step.PROOF, Step.RING_BACK, *_OFFERS):
        return False
    return proofs.was_rung(work.connection, person.id, work.now)


_OFFERS = (Step.SENT, Step.JOINED)  # to be called in place of texts


def _to_repeat(visit: Visit) -> str:
    """New digits for whoever begins to tell us what they need in a crowd."""
    call = visit.call
    if call.trust is Trust.PROVEN or call.to_repeat or menu.to_send(call).is_something:
        return ""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" if budget.is_crowded(visit.work) else ""


def _choices(network: Network) -> tuple[Choice, ...]:
    named = sorted((str(it.digit), it.key, it.urgent) for it in network.needs if it.digit)
    return tuple(Choice(*one) for one in named)


def _has_keypad_postcodes(network: Network) -> bool:
    return not network.areas or any(word.isdigit() for it in network.areas for word in it.words)


def _code(visit: Visit) -> int | None:
    person = visit.person
    if person is None or person.on_roster:
        return None
    return roster.standing(visit.work.connection, person.id).code


# What lies between us.


def topics(visit: Visit) -> list[Topic]:
    """Their own requests, the newest first, what they hold, what they were asked, and what is
    done so lately that there may be something to hear."""
    person = visit.person
    if person is None:
        return []
    found = requests.requests_of(visit.work.connection, person.id)
    live = [it for it in found if it.is_live]
    own = [it for it in reversed(live) if it.requester == person.id]
    held = [it for it in live if person.id in it.takers]
    return [
        *(_between(visit, it, _kind_of(it)) for it in own),
        *(_between(visit, it, Kind.HELD) for it in held),
        *_asked(visit, person),
        *_again(visit, found),
        *_over(visit, person, found),
    ]


def _kind_of(it: HelpRequest) -> Kind:
    """What a request is to whoever asked: taken, as soon as anybody has."""
    return Kind.TAKEN if it.takers else _KINDS[it.state]


def _asked(visit: Visit, person: Neighbor) -> list[Topic]:
    """Unreached: the phone rang when nobody was there, and now they call back."""
    if not person.was_asked:
        return []
    asked = {
        it.number: it.page
        for it in pages.pages_of(visit.work.connection, person.id)
        if it.page in page.UNANSWERED and it.request is State.OPEN
    }
    found = requests.find_requests(visit.work.connection, list(asked)) if asked else []
    by_number = {it.number: it for it in found}
    return [
        replace(
            _topic(visit, by_number[number], Kind.ASKED),
            was_missed=state is page.PageState.UNREACHED,
        )
        for number, state in asked.items()
        if number in by_number
    ]


def _again(visit: Visit, found: Iterable[HelpRequest]) -> list[Topic]:
    """Of a call of ours that tells them what was done in their name: what they may take again."""
    number, me = visit.call.about, visit.person.id if visit.person else 0
    if not visit.is_ours or number is None:
        return []
    done = [it for it in found if it.state is State.DONE and me in it.takers]
    asked = {it.number: it for it in pages.pages_of(visit.work.connection, me)}
    has_left = number in asked and asked[number].page is page.PageState.PASSED
    open_again = _find(visit, number) if has_left else None
    again = [it for it in (*done, open_again) if it and it.number == number]
    return [_topic(visit, it, Kind.ASKED) for it in again if it.state in (State.OPEN, State.DONE)]


def _over(visit: Visit, person: Neighbor, found: Iterable[HelpRequest]) -> list[Topic]:
    """What is done so lately that the two still talk, if there is anything to hear."""
    done = [it for it in found if it.state is State.DONE and it.due is not None]
    over = [_with_messages(visit, _topic(visit, it, Kind.OVER), it) for it in reversed(done)]
    theirs = {it.number for it in done if it.requester == person.id}
    # Whoever took it does not hear the name of whoever asked.
    named = (it if it.number in theirs else replace(it, name=None) for it in over)
    return [it for it in named if it.can_be_heard]


def _between(visit: Visit, it: HelpRequest, kind: Kind) -> Topic:
    topic = _with_messages(visit, _topic(visit, it, kind), it)
    me, work = visit.person.id if visit.person else 0, visit.work
    waits = calls.waits_to_be_read(work.connection, it.number, me, work.now)
    return replace(topic, partner=_partner(visit, it), is_being_written=waits)


def _partner(visit: Visit, request: HelpRequest) -> int | None:
    """Whom they can be put through to now: nobody in quiet hours, and nobody whom we may not
    call, or cannot."""
    work = visit.work
    to = next(iter(visit.others(request)), None)
    if to is None or not visit.line.can_call:
        return None
    is_late = schedule.may_ask_from(request.urgent, work.network, work.now) > work.now
    is_near = phone.is_in(work.person(to).phone, work.network.countries)
    return to if is_near and not is_late else None


def _with_messages(visit: Visit, topic: Topic, request: HelpRequest) -> Topic:
    """What the others of a conversation said; its taker hears what it was asked for with."""
    if visit.person is None or topic.kind is Kind.OPEN:
        return topic
    me, work = visit.person.id, visit.work
    speakers: tuple[int | None, ...] = request.takers if me == request.requester else (None,)
    recorded = tuple(
        message
        for by in speakers
        for message in calls.messages_for(work.connection, topic.number, me, work.now, by=by)
    )
    texted, is_all = _texted(visit, request)
    if topic.kind is Kind.HELD and (readable := _before_ok(visit, request)):
        return replace(topic, quote=telling.quote_aloud(readable), place_follows=True)
    quote = _words_of(visit, topic.number) if topic.kind is Kind.HELD else ""
    return replace(topic, messages=recorded + texted, quote=quote, cannot_play=not is_all)


def _texted(visit: Visit, request: HelpRequest) -> tuple[tuple[str, ...], bool]:
    """The voice messages that came with texts of the others, by our names, as far as the carrier
    plays them, the last few; and whether that is all."""
    work, me = visit.work, visit.person.id if visit.person else 0
    connection, number = work.connection, request.number
    found: list[Attachment] = []
    if me in request.takers:
        asked_with = messages.words_of(connection, number)
        found += [it for words in asked_with for it in words.attachments]
    for by in request.others(me):
        found += messages.passed_on_to(connection, number, me, by)
    voices = {it.at: it for it in found if it.kind is AttachmentKind.VOICE}
    played = [it.at for it in voices.values() if it.type in visit.line.plays]
    return tuple(played[-calls.MOST_MESSAGES :]), len(played) == len(voices)


def _topic(visit: Visit, it: HelpRequest, kind: Kind) -> Topic:
    details = as_of(it.details, visit.work.clock.today)
    asks_at = _asked_from(visit, it)
    return Topic(it.number, kind, it.named_needs, it.area, it.taker, asks_at, details=details)


def _asked_from(visit: Visit, it: HelpRequest) -> datetime | None:
    """When neighbors are asked about it, None for now."""
    waits = it.state is State.OPEN and it.wave == 0
    return it.due if waits and it.due and it.due > visit.work.now else None


def _before_ok(visit: Visit, request: HelpRequest) -> list[Words] | None:
    """What they may hear before whoever asked says OK; None if they may hear all."""
    if visit.person is None:
        return None
    said = messages.words_of(visit.work.connection, request.number)
    return places.readable_now(visit.work, request, visit.person.id, said)


def _words_of(visit: Visit, number: int) -> str:
    return telling.quote_aloud(messages.words_of(visit.work.connection, number))


# How a request stands.


def _asks_at(visit: Visit) -> datetime | None:
    request = _find(visit, visit.call.sent)
    return _asked_from(visit, request) if request else None


def _find(visit: Visit, number: int | None) -> HelpRequest | None:
    return requests.find_request(visit.work.connection, number) if number else None


def _result(visit: Visit) -> Result | None:
    """Of the request that this call is about."""
    request = _find(visit, visit.call.about)
    if request is None or visit.person is None:
        return None
    me, work, number = visit.person.id, visit.work, request.number
    if not request.is_live or me not in request.takers:
        taker = _who_was_faster(visit, request)
        refusal = _refusal(visit, request)
        return Result(number, is_open=request.state is State.OPEN, name=taker, refusal=refusal)
    if readable := _before_ok(visit, request):
        quote = telling.quote_aloud(readable)
        return Result(number, is_mine=True, quote=quote, place_follows=True)
    texted, is_all = _texted(visit, request)
    return Result(
        number,
        is_mine=True,
        quote=_words_of(visit, number),
        messages=calls.messages_for(work.connection, number, me, work.now, by=None) + texted,
        cannot_play=not is_all,
        is_nobodys=phone.is_nobodys(work.person(request.requester).phone),
    )


def _who_was_faster(visit: Visit, request: HelpRequest) -> int | None:
    """Nobody hears where somebody helps from whom they are kept apart."""
    if visit.person is None or request.state is not State.TAKEN:
        return None
    feared = apart.from_any(visit.work.connection, visit.person.id, request.takers)
    return None if feared else request.taker


def _refusal(visit: Visit, request: HelpRequest) -> Notice | None:
    """Why they may not take what is open still, if they wanted to."""
    person, work = visit.person, visit.work
    if person is None or visit.call.step is not Step.OUTCOME:
        return None
    asked = {it.number: it.page for it in pages.pages_of(work.connection, person.id)}
    has_passed = asked.get(request.number) is page.PageState.PASSED
    return None if has_passed else refusal(work, request, person.id)


def is_asked(visit: Visit) -> bool:
    """Whether we asked them how the request stands that this call is about: its takers, or, once
    it is done, whoever needed it."""
    request = _find(visit, visit.call.about)
    if visit.person is None or request is None or not request.checked_in:
        return False
    if request.state is State.DONE:
        return visit.person.id == request.requester
    return visit.person.id in request.takers
