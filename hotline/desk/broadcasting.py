"""Writing to many: one steward writes it, another lets it go out, and it leaves some people at a
time, after everything else.

A batch is one transaction: its texts are written down in it, and whoever they are for has had
their turn, or nothing is. So nobody gets it twice, whichever process dies when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline import cost, reserve, schedule, segments
from hotline.broadcast import BATCH, PAUSE, Audience, Broadcast, BroadcastState
from hotline.desk import budget, telling
from hotline.notices import Told, notice
from hotline.reserve import Pot
from hotline.store import apart, broadcasts, messages
from hotline.store.messages import About
from hotline.store.record import record
from hotline.work import Work

LOOKS_AGAIN = timedelta(minutes=1)  # whether the last of it has left
SEND_NOW = timedelta(seconds=2)  # whoever wrote a message has enqueued it by then


def write(work: Work, by: int, to: Audience, words: Mapping[str, str]) -> int:
    """A draft for another steward to look at; its id."""
    record(work.connection, by, "many_wrote", work.now)
    return broadcasts.add(work.connection, by, to, words, work.now)


def confirm(work: Work, it: Broadcast, by: int) -> bool:
    """Let it go out. False: whoever wrote it cannot, and nobody once it goes or was stopped."""
    if not it.may_be_confirmed_by(by) or not broadcasts.confirm(work.connection, it, by, work.now):
        return False
    broadcasts.write_recipients(work.connection, it, work.network.languages, _but(work, it))
    record(work.connection, by, "many_sent", work.now)
    return True


def stop(work: Work, it: Broadcast, by: int) -> bool:
    """Nothing of it leaves any more; what waited to leave is given up."""
    if not broadcasts.stop(work.connection, it, by, work.now):
        return False
    messages.call_off(work.connection, it.id)
    record(work.connection, by, "many_stop", work.now)
    return True


def _but(work: Work, it: Broadcast) -> frozenset[int]:
    """Nobody gets the words of whom they are kept apart from."""
    return apart.others_of(work.connection, it.by)


# What leaves.


def go_on(work: Work, number: int) -> None:
    """The next batch of it, if it is time for that."""
    it = broadcasts.find(work.connection, number)
    if it is None or it.state is not BroadcastState.GOING or it.due is None or it.due > work.now:
        return
    if (later := _not_before(work)) > work.now:
        broadcasts.put_off(work.connection, it, later)
        return
    some = broadcasts.next_recipients(work.connection, it, BATCH)
    if not some:
        _end(work, it)
        return
    if not broadcasts.begin_batch(work.connection, it, some[-1], work.now + PAUSE):
        return
    work.meet(some)
    but = _but(work, it)
    for who in some:
        if who not in but:
            _tell(work, it, who)
    broadcasts.note_written(work.connection, it, some)


def _end(work: Work, it: Broadcast) -> None:
    """Once nothing of it waits to be sent: until then it can be stopped."""
    if broadcasts.waits(work.connection, it):
        broadcasts.put_off(work.connection, it, work.now + LOOKS_AGAIN)
    else:
        broadcasts.finish(work.connection, it, work.now)


def _not_before(work: Work) -> datetime:
    """When the next batch may leave: not in quiet hours, nor while others wait to be sent, nor from
    what is kept of the day's segments."""
    now, limits = work.now, work.network.limits
    starts = schedule.may_ask_from(False, work.network, now)
    if held := messages.held_until(work.connection):
        starts = max(starts, held, now + PAUSE)
    if len(messages.due_messages(work.connection, now - SEND_NOW, BATCH)) == BATCH:
        starts = max(starts, now + PAUSE)
    spent = budget.spent_today(work)
    if not reserve.has_room(spent, Pot.OTHERS, limits, limits.kept_percent):
        starts = max(starts, budget.midnight(work))
    return starts


def _tell(work: Work, it: Broadcast, who: int) -> None:
    """Whoever left the roster, said STOP or was suspended meanwhile is left out."""
    person = work.person(who)
    if not person.on_roster or (person.by_voice and not it.to.calls):
        return
    language = work.speech.spoken(person.language)
    words = it.words_in(language, work.network.languages[0])
    about = About(broadcast_id=it.id)
    telling.send(work.by(None), who, notice(Told.FROM_ORGANIZERS, words=words), about)


# What it comes to, before it leaves.


@dataclass(frozen=True, slots=True)
class ReadAs:
    """A text as people of one language read it, how many do, and what each takes."""

    language: str
    text: str
    people: int
    segments: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Whom it reaches as texts (`readings`) and by calls, and whom not, as things are now. `cost`
    is that of the texts, None where nobody said what a segment costs. `some`: the first of them."""

    readings: tuple[ReadAs, ...]
    called: int
    stopped: int
    unreached: int
    cost: float | None
    some: tuple[int, ...]

    @property
    def people(self) -> int:
        return sum(it.people for it in self.readings)

    @property
    def segments(self) -> int:
        return sum(it.people * it.segments for it in self.readings)


def forecast(work: Work, it: Broadcast, most: int) -> Forecast:
    spoken, but = work.network.languages, _but(work, it)
    found = broadcasts.counted(work.connection, it.to, spoken, but)
    readers: dict[str, int] = {}
    ways: dict[str, int] = {}
    for one in found:
        ways[one.way] = ways.get(one.way, 0) + one.people
        if one.way == "text":
            language = work.speech.spoken(one.language)
            readers[language] = readers.get(language, 0) + one.people
    readings = tuple(
        _reading(work, it, language, readers.get(language, 0))
        for language in spoken
        if language in readers or language in it.words
    )
    spent = sum(one.people * one.segments for one in readings)
    return Forecast(
        readings,
        ways.get("called", 0),
        ways.get("stopped", 0),
        ways.get("unreached", 0),
        cost.cost(spent, work.network.limits),
        tuple(broadcasts.some_of(work.connection, it.to, spoken, but, most)),
    )


def _reading(work: Work, it: Broadcast, language: str, people: int) -> ReadAs:
    words = it.words_in(language, work.network.languages[0])
    text = telling.written(work, notice(Told.FROM_ORGANIZERS, words=words), language)
    return ReadAs(language, text, people, segments.count(text))
