"""Whom to ask now about a request, and whether it is time to ask anybody.

The shell around `roster.searches`: it reads the roster and says what asking comes to; what that
means for the request is `step`'s.
"""

from __future__ import annotations

from datetime import timedelta

from hotline import roster, schedule
from hotline.desk.step import take_step
from hotline.help_request import (
    Event,
    HeardOf,
    HelpRequest,
    NobodyLeft,
    NotBefore,
    OthersDue,
    State,
    TimeIsUp,
    WaveDue,
)
from hotline.store import messages, pages, requests
from hotline.store import roster as volunteers
from hotline.work import Work

HELD_LONGER = timedelta(seconds=30)


def ask_volunteers(work: Work, number: int) -> None:
    """Ask whoever is to be asked now about one request: volunteers, or how it stands. Does
    nothing if nobody is."""
    volunteers.choose_alone(work.connection)
    request = requests.find_request(work.connection, number)
    if request is None or not _is_due(work, request):
        return
    if request.state is not State.OPEN:
        take_step(work, number, _how_it_stands(work, request), before=request)
        return
    event = _asking(work, request)
    if isinstance(event, WaveDue | OthersDue):
        # Before the request's row, as whoever answers locks first themselves and then the request.
        volunteers.note_asked(work.connection, event.crew, work.now)
    take_step(work, number, event, before=request)


def _is_due(work: Work, request: HelpRequest) -> bool:
    return request.owed > 0 or (request.due is not None and request.due <= work.now)


def _how_it_stands(work: Work, request: HelpRequest) -> Event:
    """Whether a taker has been silent so long that we ask; or the two have talked long enough."""
    if request.state is State.DONE:
        lately = work.now - 2 * schedule.GRACE  # a night may lie between the two days
        said = messages.talk_of(work.connection, request.requester, [request.number], lately)
        return TimeIsUp(talked=any(it.by for it in said))
    if not request.checked_in:
        lately = work.now - work.network.done_within(request.needs)
        said = messages.talk_of(work.connection, request.requester, [request.number], lately)
        heard = [it.at for it in said if it.by in request.takers]
        if heard:
            return HeardOf(max(heard))
    return TimeIsUp()


def _asking(work: Work, request: HelpRequest) -> Event:
    """Read the roster and say what asking now comes to."""
    connection, network, now = work.connection, work.network, work.now
    starts = schedule.may_ask_from(request.urgent, network, now)
    held_until = messages.held_until(connection)
    if held_until:  # what is held back shows when messages leave again: nobody is asked before
        starts = max(starts, held_until, now + HELD_LONGER)
    if starts > now:
        return NotBefore(starts)
    wave_due = request.due is not None and request.due <= now
    size = network.wave_size(request.wave + 1) if wave_due else request.owed
    crew = choose_crew(work, request, size)
    if crew and wave_due:
        return WaveDue(crew)
    if crew or (not wave_due and pages.anybody_may_still_answer(connection, request)):
        return OthersDue(crew)
    if pages.wait_to_leave(connection, request):
        return NotBefore(now + schedule.wave_length(request.urgent, network))
    return NobodyLeft()


def choose_crew(work: Work, request: HelpRequest, size: int) -> tuple[int, ...]:
    """The ids of the next people to ask about a request, best first, at most `size`, all from
    the nearest circle in which anybody is free."""
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
                connection, request, search.ways, some, size - len(crew), network.roster, now
            )
    return tuple(crew)
