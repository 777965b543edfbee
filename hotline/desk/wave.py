"""Whom to ask now about a request, and whether it is time to ask anybody.

The shell around `due` and `roster.searches`: it reads the roster and what was said; what asking
comes to is `due`'s to say, what that means for the request `step`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hotline import due, reserve, roster, routes, schedule
from hotline.desk import budget
from hotline.desk.step import take_step
from hotline.help_request import Event, HeldBack, HelpRequest, NotBefore, OthersDue, State, WaveDue
from hotline.limits import MINUTE
from hotline.reserve import Asker, Claim
from hotline.routes import Ahead
from hotline.store import messages, pages, requests, strangers
from hotline.store import roster as volunteers
from hotline.work import Work

TURN = timedelta(seconds=5)  # until a request whose turn it is not is looked at again
LINE_MOVES = timedelta(seconds=30)  # until the line at a slow channel is looked at again


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
    lines = _lines(work, request.urgent)
    length = schedule.wave_length(request.urgent, work.network)
    room = routes.room(work.network, lines, length, urgent=request.urgent)
    if crew := _crew(work, request, asker, claim, room):
        return due.found(request, crew, clock)
    full = {name for name, it in room.items() if not it}
    if full and choose_crew(work, request, 1):
        return _no_room(work, request, lines, full)
    if claim is not Claim.ALL and choose_crew(work, request, 1):
        return HeldBack(again_at, asker.is_one_of_many)
    may_answer = pages.anybody_may_still_answer(connection, request)
    wait_to_leave = pages.wait_to_leave(connection, request)
    return due.nobody_found(request, clock, may_answer=may_answer, wait_to_leave=wait_to_leave)


def _lines(work: Work, urgent: bool) -> dict[str, Ahead]:
    """What stands before a page at each channel that bears only so many."""
    connection, slow = work.connection, [it.name for it in routes.bounded(work.network)]
    if not slow:
        return {}
    until = work.now + schedule.wave_length(urgent, work.network)
    waits = messages.in_line(connection, slow, until, urgent=urgent)
    began = budget.day_began(work)
    return {
        name: Ahead(
            waits.get(name, 0),
            messages.left_by(connection, name, work.now - MINUTE),
            messages.left_by(connection, name, began),
        )
        for name in slow
    }


def _no_room(work: Work, request: HelpRequest, lines: Mapping[str, Ahead], full: set[str]) -> Event:
    """Somebody is free, and these channels are full: for a while, or until midnight."""
    if full <= routes.over_for_today(work.network, lines, urgent=request.urgent):
        midnight = schedule.may_ask_from(request.urgent, work.network, budget.midnight(work))
        return HeldBack(midnight, no_room=True)
    return NotBefore(max(request.due or work.now, work.now + LINE_MOVES))


def _crew(
    work: Work, request: HelpRequest, asker: Asker, claim: Claim, room: Mapping[str, int]
) -> tuple[int, ...]:
    """Whom to ask, as far as there is a claim on them. For what a stranger calls urgent first those
    who are free for anybody."""
    size = reserve.at_once(due.how_many(request, work.clock), asker)
    if claim is Claim.ALL:
        return choose_crew(work, request, size, room=room)
    kept, in_crowd = work.network.limits.kept_percent, asker.is_one_of_many
    crew = choose_crew(work, request, size, kept, in_crowd=in_crowd, room=room)
    if crew or claim is Claim.NOTHING:
        return crew
    before = strangers.drawn_lately(work.connection, work.now)
    free = choose_crew(work, request, size + len(before), room=room)
    everybody = strangers.on_roster(work.connection)
    drawn = reserve.drawn(free, before, everybody, size, is_crowded=in_crowd)
    strangers.note_drawn(work.connection, drawn, request.number, work.now)
    return drawn


def choose_crew(
    work: Work,
    request: HelpRequest,
    size: int,
    kept: int = 0,
    *,
    in_crowd: bool = False,
    room: Mapping[str, int] | None = None,
) -> tuple[int, ...]:
    """The ids of the next people to ask about a request, best first, at most `size`, all from
    the nearest circle in which anybody is free. `kept`: percent of how often they may be asked
    that are for others; `in_crowd`: and of the rest something for later. `room`: how many pages
    slow channels bear, where it matters."""
    connection, network, now = work.connection, work.network, work.now
    if schedule.may_ask_from(request.urgent, network, now) > now:
        return ()
    language = work.speech.spoken(work.person(request.requester).language)
    local = now.astimezone(network.zone)
    available = roster.who_speaks(volunteers.availabilities(connection), language, local)
    crew: list[int] = []
    circle, others = roster.Circle.AREA, len(network.channels) if room else 1
    for search in roster.searches(request, network):
        if crew and search.circle is not circle:
            break
        circle = search.circle
        for some in available:
            # Of more people, where some may have to wait for a channel and others not.
            most = (size - len(crew)) * others
            crew += volunteers.free_volunteers(
                connection,
                request,
                search.ways,
                some,
                most,
                network.roster,
                now,
                kept,
                in_crowd=in_crowd,
            )
            crew = _who_fits(work, crew, room)[:size] if room else crew
    return tuple(crew)


def _who_fits(work: Work, crew: Sequence[int], room: Mapping[str, int]) -> list[int]:
    """Those of these people for whose page there is room; who is called takes none."""
    work.meet(crew)
    people = {who: work.person(who) for who in crew}
    leaves_by = {
        who: None
        if it.by_voice
        else routes.channel_for(work.network, it.phone, it.carrier, is_page=True)
        for who, it in people.items()
    }
    return routes.who_fits(crew, leaves_by, room)
