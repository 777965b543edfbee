"""One step of a request: from an event to rows, and to everything that follows, in a transaction.

The thin shell around `help_request.next_step` that texts, calls and the clock share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hotline import help_request, page, phone, schedule, segments
from hotline.desk import places, telling
from hotline.details import NOTHING, Details, as_of
from hotline.help_request import (
    Accepted,
    AskedBy,
    AskedPerson,
    AskForPlace,
    AskNeighbor,
    AskSoon,
    Assigned,
    ByStewards,
    Done,
    Effect,
    Event,
    GiveWords,
    HandedBack,
    HelpRequest,
    KeptApart,
    NetworkTime,
    NotYet,
    State,
    Tell,
    TellStewards,
    TellWaiting,
    Thank,
    TimeIsUp,
)
from hotline.inbound import MOST_ATTACHMENTS
from hotline.newcomers import why_not_take
from hotline.notices import Notice, Told, notice
from hotline.page import PageMove
from hotline.store import apart, messages, newcomers, pages, requests
from hotline.store.database import Stale
from hotline.store.messages import About, Words
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Job, Work

PAGES_BEFORE_REST = 3  # that nobody answers; then we ask once whether they want a rest
OFTEN, OFTEN_WITHIN = 3, timedelta(days=14)  # handed back or went silent: the stewards are told
THANKS_EVERY = 5  # requests that somebody finished; then they hear what all did together


def take_step(
    work: Work, number: int, event: Event, *, note: str = "", before: HelpRequest | None = None
) -> None:
    """Let `event` happen to a request and write down all that follows.

    `note` is kept with the pages of whom it answers for. `before` is the request that the event
    was decided upon. Raises Stale when the request changed meanwhile.
    """
    before = before or requests.find_request(work.connection, number)
    if before is None:
        return
    if isinstance(event, NotYet):
        event = NotYet(takers_are_gone=_are_gone(work, before))
    if isinstance(event, Accepted | Assigned) and would_meet(work, before, event.neighbor):
        event = KeptApart(event.neighbor)
    if isinstance(event, Accepted):
        event = replace(event, refusal=refusal(work, before, event.neighbor))
    after, effects = help_request.next_step(before, event, work.clock)
    _write(work, before, after, event, note)
    _require_not_apart(work, before, after)
    carry_out(work, after, effects)


def _require_not_apart(work: Work, before: HelpRequest, after: HelpRequest) -> None:
    """SAFE may be said at the moment of a YES. The request is ours by now, so what is read here is
    all that was said before; raises Stale, for the decision to be made again."""
    if any(would_meet(work, before, it) for it in after.takers):
        raise Stale(f"somebody who takes request {after.number} is kept apart from another there")


def would_meet(work: Work, request: HelpRequest, who: int) -> bool:
    """Whether by taking it somebody would meet one whom they are kept apart from."""
    if who in request.takers:
        return False
    return apart.from_any(work.connection, who, (request.requester, *request.takers))


def _are_gone(work: Work, request: HelpRequest) -> bool:
    """Whether none of its takers can be asked anything."""
    work.meet(request.takers)
    return all(_is_gone(work.person(it)) for it in request.takers)


def _is_gone(person: Neighbor) -> bool:
    return person.stopped or person.suspended


def refusal(work: Work, request: HelpRequest, who: int) -> Notice | None:
    """What somebody hears who may not take this now; of what is not to be had they hear that."""
    if request.state is not State.OPEN or who in request.takers:
        return None
    helper, held = newcomers.helper(work.connection, who), newcomers.held(work.connection, who)
    return why_not_take(helper, held, request.number, work.network.roster.hold, work.now)


def _write(work: Work, before: HelpRequest, after: HelpRequest, event: Event, note: str) -> None:
    """The request, the pages about it, and the record. Whoever leaves it does so before the
    request is written, whoever takes it after that."""
    connection, number, now = work.connection, after.number, work.now
    pages.note_answers(connection, number, page.leaving(before, after, event), now, note)
    requests.save_request(connection, before, after, now)
    coming = page.coming(before, after, event)
    for it in coming:
        if it.move is PageMove.COME_LATE:
            # The answer says who was faster: then nobody needs to be told so once more. And
            # should it be handed back, somebody who said YES at last can be asked again.
            messages.drop_news(connection, number, it.neighbor)
    pages.note_answers(connection, number, coming, now, note)
    if what := _what_is_kept(before, after, event):
        about = event.neighbor if isinstance(event, Assigned | AskedPerson) else None
        for who in _who(work, before, event):
            record(connection, who, what, now, about=about, request_number=number)
        _tell_who_often_leaves(work, before, after)


def _who(work: Work, before: HelpRequest, event: Event) -> tuple[int | None, ...]:
    """Whoever acts; where nobody does, whose time was up, or who is not reached any more. None: the
    command line."""
    match event:
        case Accepted(neighbor) | HandedBack(neighbor) if not work.actor:
            return (neighbor,)
        case TimeIsUp():
            return before.takers
    if work.actor:
        return (work.actor.id,)
    return (None,) if isinstance(event, ByStewards) else (before.taker,)


def _tell_who_often_leaves(work: Work, before: HelpRequest, after: HelpRequest) -> None:
    """The stewards hear of somebody on the roster who handed back or went silent for the third
    time: perhaps it is too much for them, perhaps they only look."""
    since = work.now - OFTEN_WITHIN
    for who in before.takers:
        if who in after.takers or not work.person(who).on_roster:
            continue
        if newcomers.left_since(work.connection, who, since) >= OFTEN:
            often = notice(Told.STEWARDS_OFTEN_LEAVES, name=who, count=OFTEN)
            telling.tell_stewards_once(work, often, since)


def _what_is_kept(before: HelpRequest, after: HelpRequest, event: Event) -> str | None:
    """Who took a request, gave it back or finished it, what opened one again that was over, and
    what stewards did."""
    if isinstance(event, AskedPerson):
        return type(event).__name__.lower()
    if isinstance(event, ByStewards):
        return type(event).__name__.lower() if after != before else None
    match event:
        case Accepted() if after.takers != before.takers:
            return "took"
        case Done() if after.state is State.DONE:
            return "done"
        case HandedBack() if after.takers != before.takers:
            return "handed_back"
        case TimeIsUp() if after.state is State.OPEN:
            return "let_go"
        case NotYet() if after != before:
            return "not_yet"
        case _:
            return None


def open_request(
    work: Work,
    requester: Neighbor,
    needs: tuple[str, ...],
    area: str | None,
    *,
    people: int = 1,
    urgent: bool = False,
    details: Details = NOTHING,
    asked_by: AskedBy = AskedBy.TEXT,
) -> HelpRequest:
    """Write a new request down and tell its requester the number."""
    asked = help_request.new_request(
        requester.id, needs, area, people, work.clock, urgent=urgent, details=details
    )
    request = requests.open_request(work.connection, asked)
    work.know(requester)
    carry_out(work, request, help_request.opened(request, work.clock, asked_by))
    return request


def ask_job(it: HelpRequest | requests.DueRequest) -> Job:
    """The job that asks for one request's next wave, or others in place of some who passed."""
    if it.state is not State.OPEN:
        name = f"look-{it.number}-{it.version}"
    elif it.owed:
        # By version: the next to pass may do so while the job for the last one still runs.
        name = f"others-{it.number}-{it.version}"
    else:
        name = f"wave-{it.number}-{it.round}-{it.wave + 1}"
    return Job("ask", (it.number,), name)


# What follows.


def carry_out(work: Work, request: HelpRequest, effects: Iterable[Effect]) -> None:
    """Write the effects of a step down. Nobody who said STOP is told anything."""
    effects = list(effects)
    work.meet([request.requester, *_concerned(effects)])
    _page(work, request, [it.neighbor for it in effects if isinstance(it, AskNeighbor)])
    about = About(request.number, may_wake=request.urgent)
    for effect in effects:
        match effect:
            case AskNeighbor():
                pass
            case Tell(neighbor, told):
                telling.tell(work, neighbor, told, about)
            case Thank(neighbor):
                telling.tell(work, neighbor, _thanks(work, request, neighbor), about)
            case GiveWords(neighbor):
                _give_words(work, request, neighbor)
            case AskForPlace(neighbor):
                places.ask(work, request, neighbor)
            case TellWaiting(told):
                _tell_waiting(work, request, told)
            case TellStewards(told):
                telling.tell_stewards(work, told, about)
            case AskSoon():
                work.after.asks.append(ask_job(request))


def _concerned(effects: Iterable[Effect]) -> list[int]:
    """Everybody that these effects are for, or name."""
    found: list[int] = []
    for effect in effects:
        if isinstance(effect, AskNeighbor | Tell | GiveWords | AskForPlace | Thank):
            found.append(effect.neighbor)
        if isinstance(effect, Tell | TellWaiting):
            named = effect.notice.values.get("name")
            found += [named] if isinstance(named, int) else []
    return found


def _page(work: Work, request: HelpRequest, crew: list[int]) -> None:
    """Ask these people."""
    if not crew:
        return
    ids = pages.add_pages(work.connection, request, crew, work.now)
    told = what_is_asked(request, work.clock)
    until = work.now + schedule.page_lasts(request.urgent, work.network)
    silent = pages.pages_in_silence(work.connection, crew, PAGES_BEFORE_REST + 2)
    for neighbor in crew:
        page_about = About(request.number, ids[neighbor], until, may_wake=request.urgent)
        telling.send(work, neighbor, told, page_about)
        if silent[neighbor] == PAGES_BEFORE_REST + 1:  # once: whatever they write counts anew
            rest = About(request.number, may_wake=request.urgent)
            telling.send(work, neighbor, notice(Told.REST), rest)


def what_is_asked(request: HelpRequest, clock: NetworkTime) -> Notice:
    """What a page shows, and what a volunteer hears who asks what is needed: need, area, how long
    ago and details; never words, name, number or address."""
    return notice(
        _page_told(request),
        number=request.number,
        need=request.named_needs,
        area=request.area,
        ago=clock.now - request.since,
        details=as_of(request.details, clock.today),
    )


def _page_told(request: HelpRequest) -> Told:
    if request.urgent:
        return Told.PAGE_URGENT if request.area else Told.PAGE_URGENT_ANYWHERE
    return Told.PAGE if request.area else Told.PAGE_ANYWHERE


def _thanks(work: Work, request: HelpRequest, neighbor: int) -> Notice:
    """Now and then whoever finishes something hears what everybody did together."""
    thanks = notice(Told.DONE, number=request.number)
    if requests.finished_by(work.connection, neighbor) % THANKS_EVERY:
        return thanks
    done = requests.done_lately(work.connection, work.now)
    if done < THANKS_EVERY:
        return thanks
    return notice(Told.DONE_TOGETHER, number=request.number, done=done)


def _tell_waiting(work: Work, request: HelpRequest, told: Notice) -> None:
    """Nobody reads where somebody helps from whom they are kept apart."""
    waiting = pages.close_unanswered(work.connection, request.number, work.now)
    work.meet(waiting)
    feared = _feared_by(work, told)
    unnamed = notice(Told.NO_LONGER_NEEDED, number=request.number)
    for neighbor in waiting:  # who is called is not called to hear of nothing to do
        if not work.person(neighbor).by_voice:
            heard = unnamed if neighbor in feared else told
            telling.tell(work, neighbor, heard, About(request.number, may_wake=request.urgent))


def _feared_by(work: Work, told: Notice) -> frozenset[int]:
    """From whom somebody is kept apart whom this names."""
    name = told.values.get("name")
    return apart.others_of(work.connection, name) if isinstance(name, int) else frozenset()


def _give_words(work: Work, request: HelpRequest, neighbor: int) -> None:
    """What the requester wrote, in the taker's text if it fits, else in texts of its own, and what
    came with it."""
    said = messages.words_of(work.connection, request.number)
    about = About(request.number, may_wake=request.urgent)
    said, follows = places.before_ok(work, request, neighbor, said)
    for told in (*_words_for(work, request, neighbor, said), *follows):
        telling.tell(work, neighbor, told, about)
    attachments = tuple(it for words in said for it in words.attachments)[-MOST_ATTACHMENTS:]
    telling.pass_on_attachments(work, neighbor, about, request.requester, attachments)


def _words_for(work: Work, request: HelpRequest, neighbor: int, said: list[Words]) -> list[Notice]:
    language, number = work.person(neighbor).language, request.number
    quote = telling.quote(work, said, language)
    whole = notice(Told.YOURS, number=number, quote=quote)
    told = [whole]
    if segments.count(telling.written(work, whole, language)) > 1:
        follows = notice(Told.YOURS_QUOTE_FOLLOWS, number=number)
        told = [follows, notice(Told.QUOTE, number=number, quote=quote)]
    asker = work.person(request.requester)
    if asker.stopped:
        told.append(notice(Told.THEY_SAID_STOP, number=number))
    if phone.is_nobodys(asker.phone):
        told.append(notice(Told.NO_WAY_BACK, number=number))
    return told
