"""Whom to ask now about a request, and whether it is time to ask anybody.

The shell around `due` and `roster.searches`: it reads the roster and what was said; what asking
comes to is `due`'s to say, what that means for the request `step`'s.
"""

from __future__ import annotations

from datetime import timedelta

from hotline import due, reserve, roster, schedule
from hotline.desk import budget
from hotline.desk.step import take_step
from hotline.help_request import Event, HeldBack, HelpRequest, NotBefore, OthersDue, State, WaveDue
from hotline.reserve import Asker, Claim
from hotline.store import messages, pages, requests, strangers
from hotline.store import roster as volunteers
from hotline.work import Work

TURN = timedelta(seconds=5)  # until a request whose turn it is not is looked at again


def ask_volunteers(work: Work, number: int) -> None:
    """Ask whoever is to be asked now about one request: volunteers, or how it stands. Does
    nothing if nobody is."""
    volunteers.choose_alone(work.connection)
    request = requests.find_request(work.connection, number)
    if request is None or not due.is_due(request, work.now):
        return
    if request.state is not State.OPEN:
        take_step(work, number, _how_it_stands(work, request), before=request)
        return
    event = _asking(work, request)
    if isinstance(event, WaveDue | OthersDue):
        # Before the request's row, as whoever answers locks first themselves and then the request.
        volunteers.note_asked(work.connection, event.crew, work.now)
    take_step(work, number, event, before=request)


def _how_it_stands(work: Work, request: HelpRequest) -> Event:
    since = due.talk_since(request, work.clock)
    said = messages.talk_of(work.connection, request.requester, [request.number], since)
    return due.how_it_stands(request, said)


def _asking(work: Work, request: HelpRequest) -> Event:
    """Read no more of the roster than what asking comes to depends on."""
    connection, clock = work.connection, work.clock
    starts = due.asks_from(request, messages.held_until(connection), clock)
    if starts > work.now:
        return NotBefore(starts)
    asker = budget.asker(work, request)
    claim = reserve.claim(request, asker)
    if not budget.may_ask(work, claim):
        return HeldBack(schedule.may_ask_from(request.urgent, work.network, budget.midnight(work)))
    if not asker.is_known and strangers.others_come_first(
        connection, request, work.now, is_crowded=asker.is_crowded
    ):
        return NotBefore(work.now + TURN)
    if asker.is_crowded:
        budget.warn_of_the_crowd(work)
    again_at = schedule.ask_again_at(request.urgent, work.network, work.now)
    if asker.is_crowded and asker.is_unrepeated:
        return HeldBack(again_at)  # nobody is asked before a steward looks after it
    if crew := _crew(work, request, asker, claim):
        return due.found(request, crew, clock)
    if claim is not Claim.ALL and choose_crew(work, request, 1):
        return HeldBack(again_at, asker.is_one_of_many)
    may_answer = pages.anybody_may_still_answer(connection, request)
    wait_to_leave = pages.wait_to_leave(connection, request)
    return due.nobody_found(request, clock, may_answer=may_answer, wait_to_leave=wait_to_leave)


def _crew(work: Work, request: HelpRequest, asker: Asker, claim: Claim) -> tuple[int, ...]:
    """Whom to ask, as far as there is a claim on them. For what a stranger calls urgent first those
    who are free for anybody."""
    size = reserve.at_once(due.how_many(request, work.clock), asker)
    if claim is Claim.ALL:
        return choose_crew(work, request, size)
    kept, in_crowd = work.network.limits.kept_percent, asker.is_one_of_many
    crew = choose_crew(work, request, size, kept, in_crowd=in_crowd)
    if crew or claim is Claim.NOTHING:
        return crew
    before = strangers.drawn_lately(work.connection, work.now)
    free = choose_crew(work, request, size + len(before))
    everybody = strangers.on_roster(work.connection)
    drawn = reserve.drawn(free, before, everybody, size, is_crowded=in_crowd)
    strangers.note_drawn(work.connection, drawn, request.number, work.now)
    return drawn


def choose_crew(
    work: Work, request: HelpRequest, size: int, kept: int = 0, *, in_crowd: bool = False
) -> tuple[int, ...]:
    """The ids of the next people to ask about a request, best first, at most `size`, all from
    the nearest circle in which anybody is free. `kept`: percent of how often they may be asked
    that are for others; `in_crowd`: and of the rest something for later."""
    connection, network, now = work.connection, work.network, work.now
    if schedule.may_ask_from(request.urgent, network, now) > now:
        return ()
    language = work.speech.spoken(work.person(request.requester).language)
    local = now.astimezone(network.zone)
    available = roster.who_speaks(volunteers.availabilities(connection), language, local)
    crew: list[int] = []
    circle = roster.Circle.AREA
    for search in roster.searches(request, network):
        if crew and search.circle is not circle:
            break
        circle = search.circle
        for some in available:
            crew += volunteers.free_volunteers(
                connection,
                request,
                search.ways,
                some,
                size - len(crew),
                network.roster,
                now,
                kept,
                in_crowd=in_crowd,
            )
    return tuple(crew)
