"""From an event to rows: one step of a request, and every text that follows, in a transaction.

This is the thin shell around `help_request.next_step` and `roster.searches` that texts, calls and
the clock share. It sends nothing: it writes down what is to be sent and says which bells to ring
once the transaction is committed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection

from hotline import help_request, phone, roster, segments
from hotline.help_request import (
    Accepted,
    AskSoon,
    Effect,
    Event,
    GiveWords,
    HandedBack,
    HelpRequest,
    NobodyLeft,
    NotBefore,
    NotYet,
    OthersDue,
    Page,
    Passed,
    State,
    Tell,
    TellStewards,
    TellWaiting,
    TimeIsUp,
    Unreached,
    WaveDue,
    WordsAdded,
)
from hotline.house import House
from hotline.prompts import ON_A_MACHINE, SPOKEN, WAKES, WORDS_OF_PEOPLE
from hotline.settings import Network
from hotline.store import helping, outbox, store, volunteers
from hotline.words import Sentence, Text, text

HELD_LONGER = timedelta(seconds=30)
TELL_AGAIN = timedelta(hours=20)  # how often a requester hears that nobody is free yet
SHORTEST_PAGE = timedelta(minutes=1)  # a page is worth delivering at least that long
PAGES_BEFORE_REST = 3  # that nobody answers; then we ask once whether they want a rest
THANKS_EVERY = 5  # requests that somebody finished; then they hear what all did together
TOGETHER_IN = timedelta(days=30)
MOST_PICTURES = 10  # in one text, the carrier's limit
LONGEST_TEXT = 1600  # letters; the carrier's limit
LONGEST_QUOTE = 1400  # letters of what somebody wrote in all; the taker can ask for more


@dataclass(frozen=True, slots=True)
class Ring:
    """A bell to ring after the commit: `job` is "ask" (one request's number), "send" (ids of
    texts), "hang_up" (ids of calls) or "erase" (ids of what is to be deleted at the carrier);
    `name` names the work, so that it is not queued twice."""

    job: Literal["ask", "send", "hang_up", "erase"]
    about: tuple[int, ...]
    name: str


@dataclass
class Aftermath:
    """What is left to do once the transaction is committed: `answer` whoever wrote, and ring."""

    answer: list[str] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)
    asks: list[Ring] = field(default_factory=list)

    @property
    def rings(self) -> list[Ring]:
        if not self.texts:
            return self.asks
        return [*self.asks, Ring("send", tuple(self.texts), f"send-{self.texts[0]}")]

    def add(self, other: Aftermath) -> None:
        self.answer += other.answer
        self.texts += other.texts
        self.asks += other.asks


def take_step(
    connection: Connection,
    house: House,
    number: int,
    event: Event,
    *,
    sender: store.Neighbor | None = None,
    note: str = "",
    before: HelpRequest | None = None,
) -> Aftermath:
    """Let `event` happen to a request and write down all that follows.

    `sender` is the neighbor who caused it: what they are told is the answer, not a text of its
    own. `note` is kept with their page. `before` is the request that the event was decided upon.
    Raises Stale when the request changed meanwhile.
    """
    before = before or store.find_request(connection, number)
    if before is None:
        return Aftermath()
    now = house.now()
    after, effects = help_request.next_step(before, event)
    if isinstance(event, NotYet) and after.asked and _are_gone(connection, after.takers):
        after, effects = help_request.next_step(after, TimeIsUp(now))
    after = _look_again(house, before, after, now)
    store.save_request(connection, before, after, now)
    _note_on_page(connection, before, after, event, note, now)
    _record(connection, before, after, event, sender, now)
    return carry_out(connection, house, after, effects, now, sender)


def _are_gone(connection: Connection, takers: Collection[int]) -> bool:
    """Whether nobody of them can be asked anything."""
    return all(it.stopped for it in store.neighbors(connection, takers).values())


def _look_again(
    house: House, before: HelpRequest, after: HelpRequest, now: datetime
) -> HelpRequest:
    """When something is to be done about a request that is taken or done."""
    network = house.network
    match after.state:
        case State.TAKEN if after.due is None and after.asked:
            return replace(after, due=roster.answer_by(after, network, now))
        case State.TAKEN if after.due is None:
            return replace(after, due=roster.ask_how_at(after, network, now))
        case State.DONE if before.state is not State.DONE:
            return replace(after, due=roster.talk_until(network, now))
        case _:
            return after


def _record(
    connection: Connection,
    before: HelpRequest,
    after: HelpRequest,
    event: Event,
    sender: store.Neighbor | None,
    now: datetime,
) -> None:
    """Keep who gave a request back, and what opened one again that was over."""
    what = _what_is_kept(before, after, event)
    if what is None:
        return
    who = sender.id if sender else before.taker
    helping.record(connection, who, what, now, request_number=after.number)


def _what_is_kept(before: HelpRequest, after: HelpRequest, event: Event) -> str | None:
    match event:
        case HandedBack() if after.takers != before.takers:
            return "handed_back"
        case TimeIsUp() if after.state is State.OPEN:
            return "let_go"
        case NotYet() if after != before:
            return "not_yet"
        case _:
            return None


def _note_on_page(
    connection: Connection,
    before: HelpRequest,
    after: HelpRequest,
    event: Event,
    note: str,
    now: datetime,
) -> None:
    match event:
        case Accepted(neighbor) if neighbor in after.takers and after.state is not State.DONE:
            store.answer_page(connection, after.number, neighbor, "accepted", now, note)
        case Accepted(neighbor):
            # The answer says who was faster: then nobody needs to be told so once more. And
            # should it be handed back, somebody who said YES at last can be asked again.
            outbox.drop_news(connection, after.number, neighbor)
            store.answer_page(connection, after.number, neighbor, "covered", now, note)
        case Passed(neighbor) | HandedBack(neighbor):
            store.answer_page(connection, after.number, neighbor, "passed", now, note)
        case TimeIsUp() if after.state is State.OPEN:
            for silent in before.takers:
                store.answer_page(connection, after.number, silent, "passed", now)
        case Unreached(neighbor):
            store.note_unreached(connection, after.number, neighbor, now)
        case _:
            pass


def open_request(
    connection: Connection,
    house: House,
    requester: store.Neighbor,
    needs: tuple[str, ...],
    area: str | None,
    *,
    people: int = 1,
    answered: bool = True,
) -> tuple[HelpRequest, Aftermath]:
    """Write a new request down and tell its requester the number: in the answer to a text, or,
    not `answered`, in a text of its own."""
    now = house.now()
    urgent = house.network.is_urgent(needs)
    ask_from = roster.may_ask_from(urgent, house.network, now)
    request = store.open_request(
        connection,
        HelpRequest(
            0,
            requester.id,
            now,
            needs=needs,
            area=area,
            urgent=urgent,
            due=ask_from,
            people=people,
        ),
    )
    if ask_from > now:
        got_it = text(Sentence.ASKED_IN_QUIET, number=request.number, time=ask_from)
    elif people > 1:
        got_it = text(Sentence.ASKED_PEOPLE, number=request.number, count=people)
    else:
        got_it = text(Sentence.ASKED, number=request.number)
    effects: list[Effect] = [Tell(requester.id, got_it)]
    if ask_from <= now:
        effects.append(AskSoon())
    sender = requester if answered else None
    return request, carry_out(connection, house, request, effects, now, sender)


def more_words(
    house: House,
    request: HelpRequest,
    needs: tuple[str, ...],
    area: str | None,
    people: int = 1,
) -> WordsAdded:
    """The event of a requester having written more: needs add up, the newest area holds."""
    known = tuple(dict.fromkeys([*request.needs, *needs]))
    urgent = house.network.is_urgent(known)
    ask_from = roster.may_ask_from(urgent, house.network, house.now())
    return WordsAdded(known, area or request.area, urgent, ask_from, people)


def ask_volunteers(connection: Connection, house: House, number: int) -> Aftermath:
    """Ask whoever is to be asked now about one request: volunteers, or how it stands. Does
    nothing if nobody is."""
    volunteers.choose_alone(connection)
    request = store.find_request(connection, number)
    now = house.now()
    if request is None or not _is_due(request, now):
        return Aftermath()
    if request.state is not State.OPEN:
        return take_step(
            connection,
            house,
            number,
            _how_it_stands(connection, house, request, now),
            before=request,
        )
    event = _asking(connection, house, request, now)
    if isinstance(event, WaveDue | OthersDue):
        # Before the request's row, as whoever answers locks first themselves and then the request.
        volunteers.note_asked(connection, event.crew, now)
    return take_step(connection, house, number, event, before=request)


def _is_due(request: HelpRequest, now: datetime) -> bool:
    return request.owed > 0 or (request.due is not None and request.due <= now)


def _how_it_stands(
    connection: Connection, house: House, request: HelpRequest, now: datetime
) -> Event:
    """Whether a taker has been silent so long that we ask; or the two have talked long enough."""
    if request.state is State.DONE:
        lately = now - 2 * roster.GRACE  # a night may lie between the two days
        said = outbox.talk_of(connection, request.requester, [request.number], lately)
        return TimeIsUp(now, talked=any(it.by for it in said))
    if not request.asked:
        lately = now - house.network.done_within(request.needs)
        said = outbox.talk_of(connection, request.requester, [request.number], lately)
        heard = [it.at for it in said if it.by in request.takers]
        if heard:
            return NotBefore(roster.ask_how_at(request, house.network, max(heard)))
    return TimeIsUp(now)


def _asking(connection: Connection, house: House, request: HelpRequest, now: datetime) -> Event:
    """Read the roster and say what asking now comes to."""
    network = house.network
    starts = roster.may_ask_from(request.urgent, network, now)
    held_until = outbox.texts_held_until(connection)
    if held_until:  # what is held back shows when texts leave again: nobody is asked before
        starts = max(starts, held_until, now + HELD_LONGER)
    if starts > now:
        return NotBefore(starts)
    wave_due = request.due is not None and request.due <= now
    size = network.wave_size(request.wave + 1) if wave_due else request.owed
    crew = choose_crew(connection, house, request, size, now)
    if crew and wave_due:
        return WaveDue(crew, now + wave_length(request, network))
    if crew or (not wave_due and store.anybody_may_still_answer(connection, request)):
        return OthersDue(crew)
    if store.pages_wait_to_leave(connection, request):
        return NotBefore(now + wave_length(request, network))
    told = request.told_nobody_at
    return NobodyLeft(
        again_at=roster.ask_again_at(request.urgent, network, now),
        now=now,
        tell=told is None or told + TELL_AGAIN < now,
    )


def choose_crew(
    connection: Connection, house: House, request: HelpRequest, size: int, now: datetime
) -> tuple[int, ...]:
    """The ids of the next people to ask about a request, best first, at most `size`, all from
    the nearest circle in which anybody is free."""
    network = house.network
    if roster.may_ask_from(request.urgent, network, now) > now:
        return ()
    written = store.neighbors(connection, [request.requester])[request.requester].language
    language = house.speech.spoken(written)
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


def wave_length(request: HelpRequest, network: Network) -> timedelta:
    waves = network.waves
    return timedelta(minutes=waves.urgent_minutes if request.urgent else waves.minutes)


def carry_out(
    connection: Connection,
    house: House,
    request: HelpRequest,
    effects: Iterable[Effect],
    now: datetime,
    sender: store.Neighbor | None = None,
) -> Aftermath:
    """Write the effects of a step down. Nobody who said STOP is texted."""
    scribe = _Scribe(connection, house, request, now, sender)
    for effect in effects:
        scribe.do(effect)
    return scribe.aftermath


class _Scribe:
    """One step's effects on their way to rows."""

    def __init__(
        self,
        connection: Connection,
        house: House,
        request: HelpRequest,
        now: datetime,
        sender: store.Neighbor | None,
    ) -> None:
        self.connection = connection
        self.house = house
        self.request = request
        self.now = now
        self.sender = sender
        self.aftermath = Aftermath()

    def do(self, effect: Effect) -> None:
        match effect:
            case Page(neighbor):
                self._page(neighbor)
            case Tell(neighbor, told):
                self._tell(neighbor, [self._with_thanks(neighbor, told)])
            case GiveWords(neighbor):
                self._tell(neighbor, self._words_for(neighbor))
                self._give_pictures(neighbor)
            case TellWaiting(told):
                number = self.request.number
                waiting = store.close_unanswered_pages(self.connection, number, self.now)
                for neighbor in waiting:  # who is called is not called to hear of nothing to do
                    if not self._is_called(neighbor):
                        self._tell(neighbor, [told])
            case TellStewards(told):
                for steward in steward_ids(self.connection, self.house, self.now):
                    self._tell(steward, [told])
            case AskSoon():
                self.aftermath.asks.append(ask_ring(self.request))

    def _with_thanks(self, neighbor: int, told: Text) -> Text:
        """Now and then whoever finishes something hears what everybody did together."""
        if told.sentence is not Sentence.DONE or neighbor not in self.request.takers:
            return told
        if helping.finished_by(self.connection, neighbor) % THANKS_EVERY:
            return told
        *_, done = helping.since(self.connection, self.now - TOGETHER_IN)
        if done < THANKS_EVERY:
            return told
        return text(Sentence.DONE_TOGETHER, number=self.request.number, done=done)

    def _is_called(self, neighbor: int) -> bool:
        return store.neighbors(self.connection, [neighbor])[neighbor].by_voice

    def _page(self, neighbor: int) -> None:
        """A page shows need, area and how long ago: never words, name, number or address."""
        request = self.request
        page_id = store.add_page(self.connection, request, neighbor, self.now)
        sentence = Sentence.PAGE if request.area else Sentence.PAGE_ANYWHERE
        told = text(
            sentence,
            number=request.number,
            need=request.needs,
            area=request.area,
            ago=self.now - request.since,
        )
        lasts = max(wave_length(request, self.house.network), SHORTEST_PAGE)
        self._write(neighbor, told, page_id=page_id, good_until=self.now + lasts)
        if helping.pages_in_silence(self.connection, neighbor) == PAGES_BEFORE_REST + 1:
            self._tell(neighbor, [text(Sentence.REST)])  # once: whatever they write counts anew

    def _tell(self, neighbor: int, told: Iterable[Text]) -> None:
        for one in told:
            self._write(neighbor, one)

    def _write(
        self,
        neighbor: int,
        told: Text,
        page_id: int | None = None,
        good_until: datetime | None = None,
    ) -> None:
        if self.sender and neighbor == self.sender.id:
            self.aftermath.answer += say_to(self.connection, self.house, self.sender, told)
            return
        self.aftermath.texts += write_text(
            self.connection,
            self.house,
            neighbor,
            told,
            self.now,
            request_number=self.request.number,
            page_id=page_id,
            good_until=good_until,
            may_wake=self.request.urgent,
        )

    def _give_pictures(self, neighbor: int) -> None:
        request = self.request
        pictures = store.pictures_about(self.connection, request.number)
        if pictures:
            self.aftermath.texts += write_text(
                self.connection,
                self.house,
                neighbor,
                text(Sentence.THEIR_PICTURES, number=request.number),
                self.now,
                request_number=request.number,
                from_id=request.requester,
                pictures=tuple(pictures[-MOST_PICTURES:]),
            )

    def _words_for(self, neighbor: int) -> list[Text]:
        """What the requester wrote, in the taker's text if it fits, else in texts of its own."""
        person = store.neighbors(self.connection, [neighbor])[neighbor]
        number = self.request.number
        quote = self._quote(person.language)
        whole = text(Sentence.YOURS, number=number, quote=quote)
        said = [whole]
        if segments.count(spoken(self.connection, self.house, whole, person.language)) > 1:
            follows = text(Sentence.YOURS_QUOTE_FOLLOWS, number=number)
            said = [follows, text(Sentence.QUOTE, number=number, quote=quote)]
        requester = store.neighbors(self.connection, [self.request.requester])
        asker = requester[self.request.requester]
        if asker.stopped:
            said.append(text(Sentence.THEY_SAID_STOP, number=number))
        if phone.is_nobodys(asker.phone):
            said.append(text(Sentence.NO_WAY_BACK, number=number))
        return said

    def _quote(self, language: str | None) -> str:
        return quote_of(self.connection, self.house, self.request.number, language)


def quote_of(connection: Connection, house: House, number: int, language: str | None) -> str:
    """Everything that was said for a request, as its taker reads it."""
    picture = spoken(connection, house, text(Sentence.PICTURE), language)
    recording = spoken(connection, house, text(Sentence.RECORDING), language)
    parts = [
        " ".join([*[recording] * words.is_recording, words.body, *[picture] * words.pictures])
        for words in store.words_of(connection, number)
    ]
    said = " / ".join(part.strip() for part in parts if part.strip())
    return textwrap.shorten(said, LONGEST_QUOTE, placeholder=" ...")


def write_text(
    connection: Connection,
    house: House,
    neighbor: int,
    told: Text,
    now: datetime,
    *,
    request_number: int | None = None,
    page_id: int | None = None,
    good_until: datetime | None = None,
    may_wake: bool = False,
    from_id: int | None = None,
    pictures: tuple[str, ...] = (),
) -> list[int]:
    """Write a text to somebody down and return its id; nothing for somebody who said STOP. Whoever
    gets no texts is called, if it is worth a call; `may_wake`: also in quiet hours. `from_id`: the
    neighbor whose words and `pictures` (by `store.picture_name`) it passes on."""
    person = store.neighbors(connection, [neighbor])[neighbor]
    about: dict[str, Any] = {
        "request_number": request_number,
        "page_id": page_id,
        "good_until": good_until,
        "from_id": from_id,
    }
    if person.by_voice:
        return _write_call(connection, house, person, told, now, may_wake=may_wake, **about)
    # A page that reaches nobody as a text brings somebody else.
    aloud = aloud_to(connection, house, person, told) if page_id is None else None
    return [
        outbox.add_text(
            connection,
            neighbor,
            body,
            segments.count(body),
            now,
            spoken=aloud,
            pictures=pictures if is_last else (),
            **about,
        )
        for body, is_last in _and_the_last(say_to(connection, house, person, told))
    ]


def _and_the_last(bodies: list[str]) -> list[tuple[str, bool]]:
    return [(body, place == len(bodies)) for place, body in enumerate(bodies, 1)]


def _write_call(
    connection: Connection,
    house: House,
    person: store.Neighbor,
    told: Text,
    now: datetime,
    *,
    may_wake: bool,
    **about: Any,
) -> list[int]:
    """The id of a call to be made now; one that waits for the morning is left to the clock."""
    aloud = aloud_to(connection, house, person, told)
    if aloud is None:
        return []
    if about.get("page_id") is None and told.sentence not in WORDS_OF_PEOPLE:
        outbox.drop_old_news(connection, person.id, about.get("request_number"))
    may_wake = may_wake and told.sentence in WAKES
    due = roster.may_ask_from(may_wake, house.network, now)
    prompt = ON_A_MACHINE.get(told.sentence)
    machine = prompt and said_aloud(connection, house, Text(prompt, told.values), person.language)
    call = outbox.add_call_out(
        connection, person.id, aloud, now, due, may_wake=may_wake, spoken=machine, **about
    )
    return [call] if due <= now else []


def aloud_to(
    connection: Connection, house: House, person: store.Neighbor, told: Text
) -> str | None:
    """What a call would say to somebody in the place of a text; None if it is worth no call, and
    for whom we may not call."""
    prompt = SPOKEN.get(told.sentence)
    if prompt is None or person.stopped or not phone.is_in(person.phone, house.network.countries):
        return None
    return said_aloud(connection, house, Text(prompt, told.values), person.language)


def said_aloud(connection: Connection, house: House, told: Text, language: str | None) -> str:
    """As `spoken`, on the phone."""
    told = _with_names(connection, told)
    return house.speech.speak(told, house.speech.spoken(language))


def say_to(connection: Connection, house: House, person: store.Neighbor, told: Text) -> list[str]:
    """A text in somebody's language, in several if it is over the carrier's limit; nothing for
    somebody who said STOP or lives where we send no texts."""
    if person.stopped or not phone.is_in(person.phone, house.network.countries):
        return []
    body = spoken(connection, house, told, person.language)
    if len(body) <= LONGEST_TEXT:
        return [body]
    return textwrap.wrap(body, LONGEST_TEXT, drop_whitespace=False, replace_whitespace=False)


def spoken(connection: Connection, house: House, told: Text, language: str | None) -> str:
    """A text in somebody's language, with first names where it has neighbors' ids."""
    told = _with_names(connection, told)
    return house.speech.say(told, house.speech.spoken(language))


def _with_names(connection: Connection, told: Text) -> Text:
    values = dict(told.values)
    if isinstance(who := values.get("name"), int):
        values["name"] = _first_name(connection, who)
    if isinstance(some := values.get("names"), tuple):
        values["names"] = tuple(_first_name(connection, who) for who in some)
    return replace(told, values=values)


def _first_name(connection: Connection, who: int) -> str | None:
    person = store.neighbors(connection, [who]).get(who)
    return person.name.split()[0] if person and person.name else None


def steward_ids(connection: Connection, house: House, now: datetime) -> list[int]:
    return store.ids_at(connection, house.network.stewards, now)


def ask_ring(request: HelpRequest) -> Ring:
    """The bell for one request's next wave, or for others in place of some who passed."""
    if request.state is not State.OPEN:
        name = f"look-{request.number}-{request.version}"
    elif request.owed:
        # By version: the next to pass may do so while the job for the last one still runs.
        name = f"others-{request.number}-{request.version}"
    else:
        name = f"wave-{request.number}-{request.round}-{request.wave + 1}"
    return Ring("ask", (request.number,), name)
