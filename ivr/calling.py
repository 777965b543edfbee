"""One step of a call, from what was heard to the next document, in one transaction.

The shell around `menu`: it looks up the facts, does the deeds, and writes down where the call is.
The same step posted again gets the same document and changes nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from hotline import deliveries, joining, phone, roster, steps
from hotline.help_request import (
    Accepted,
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
)
from hotline.house import House
from hotline.limits import Pace
from hotline.prompts import Prompt
from hotline.steps import Aftermath
from hotline.store import calls, helping, store
from hotline.store.calls import CallRow
from hotline.words import Sentence, text
from ivr import menu, saying, twiml
from ivr.menu import (
    Call,
    Choice,
    Deed,
    Draft,
    Facts,
    Heard,
    Kind,
    Result,
    Step,
    Talk,
    Topic,
    Wait,
)
from ivr.saying import Line
from ivr.twiml import Addresses, Other, Spoken

LOST_AFTER = timedelta(minutes=10)  # without a word: longer than the longest step
LAST_WORDS = timedelta(minutes=1)  # and then we hang up
TRY_ON = "#rc=3&rp=all"  # the carrier's: three times more, whatever went wrong
WRITTEN_IN = {("en", "US"), ("en", "CA")}  # where the carrier can write down what was said


@dataclass(frozen=True, slots=True)
class Desk:
    """What a call is answered with: this house, where the carrier reaches it, which prompts the
    network has recorded itself ((name, language) to address), where a recording of this name
    can be heard for a while, and our number, empty if it cannot call."""

    house: House
    address: str
    audio: Mapping[tuple[str, str], str]
    listen: Callable[[str], str]
    number: str = ""


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call as it begins: the carrier's name of it and the caller's number, None for a hidden
    one."""

    sid: str
    caller: str | None


def answer(connection: Connection, desk: Desk, it: Ringing) -> Aftermath:
    """Somebody calls. The answer of what is returned is one document."""
    known = calls.call_at(connection, it.sid)
    if known:
        return Aftermath(answer=[known.answer or twiml.hang_up()])
    now = desk.house.now()
    is_busy = calls.live_calls(connection, now) >= desk.house.network.limits.calls_at_once
    person = _caller(connection, desk.house, it.caller)
    row = calls.add_call(
        connection, it.sid, person.id if person else None, None, {}, now, now + LOST_AFTER
    )
    visit = _Visit(connection, desk, row, Call(), person)
    facts = visit.facts()
    visit.call = menu.begin(facts)
    if is_busy:
        visit.call = replace(visit.call, step=Step.BUSY)
    return visit.go_on(facts)


def _caller(connection: Connection, house: House, number: str | None) -> store.Neighbor | None:
    if number is None:
        return None
    return store.who_is_at(connection, number) or store.add_neighbor(
        connection, number, house.now()
    )


def call_out(
    connection: Connection, desk: Desk, sid: str, text_id: int, *, is_machine: bool
) -> Aftermath:
    """Somebody, or a machine, answered a call of ours."""
    known = calls.call_at(connection, sid)
    if known:
        return Aftermath(answer=[known.answer or twiml.hang_up()])
    why = calls.reason(connection, text_id)
    if why is None or (is_machine and why.page_id is not None):
        return Aftermath(answer=[twiml.hang_up()])  # a machine takes nothing
    now = desk.house.now()
    person = store.neighbors(connection, [why.neighbor])[why.neighbor]
    row = calls.add_call(connection, sid, person.id, text_id, {}, now, now + LOST_AFTER)
    language = desk.house.speech.spoken(person.language)
    news = (is_machine and why.machine) or why.body
    call = Call(language=language, about=why.request_number, news=news, heard=True)
    visit = _Visit(connection, desk, row, call, person)
    facts = visit.facts()
    visit.call = replace(call, step=_first_step(why, facts, is_machine=is_machine))
    return visit.go_on(facts)


def _first_step(why: calls.Reason, facts: Facts, *, is_machine: bool) -> Step:
    if why.page_id is None:
        return Step.LEFT_ON_MACHINE if is_machine else Step.NEWS
    topic = facts.topic(why.request_number)
    return Step.PAGE if topic and topic.kind is Kind.ASKED else Step.OUTCOME


def step(connection: Connection, desk: Desk, sid: str, turn: int, heard: Heard) -> Aftermath:
    """What was heard in answer to the document of this turn."""
    row = calls.call_at(connection, sid)
    if row is None:
        return Aftermath(answer=[twiml.hang_up()])
    if row.due is None and heard.recording:  # somebody spoke and hung up, which we heard first
        return replace(_late_recording(connection, desk, row, heard.recording), answer=[])
    if row.due is None or row.turn != turn:
        return Aftermath(answer=[row.answer or twiml.hang_up()])
    visit = _visit(connection, desk, row)
    return visit.go_on(visit.hear(heard))


def whisper(connection: Connection, desk: Desk, call_id: int, turn: int) -> Aftermath:
    """Somebody, or a machine, answered whom we called for a caller: what they hear first."""
    two = _still_together(connection, desk, call_id, turn)
    if two is None:
        return Aftermath(answer=[twiml.hang_up()])
    visit, partner = two
    return visit.whisper(Step.WHISPER, partner)


def consent(connection: Connection, desk: Desk, call_id: int, turn: int, heard: Heard) -> Aftermath:
    """A key, or silence, of whom we called for a caller: the two are put together, or not."""
    two = _still_together(connection, desk, call_id, turn)
    if two is None:
        return Aftermath(answer=[twiml.hang_up()])
    visit, partner = two
    whispered, deed = menu.react(Call(step=Step.WHISPER), heard, visit.facts())
    if deed is Deed.CONNECT:
        visit.connect()
    return visit.whisper(whispered.step, partner)


def _still_together(
    connection: Connection, desk: Desk, call_id: int, turn: int
) -> tuple[_Visit, store.Neighbor] | None:
    """The caller's side of a call to two, and whom we called, if they may still talk."""
    row = calls.call_by_id(connection, call_id)
    if row is None or row.due is None or row.turn != turn:
        return None
    visit = _visit(connection, desk, row)
    called, topic = visit.call.partner, visit.facts().topic(visit.call.about)
    if visit.call.step is not Step.TALK or called is None:
        return None
    if topic is None or topic.partner != called:
        return None
    return visit, store.neighbors(connection, [called])[called]


def ended(connection: Connection, desk: Desk, sid: str) -> Aftermath:
    """The carrier says that the call is over."""
    row = calls.call_at(connection, sid)
    return _end(connection, desk, row) if row and row.due else Aftermath()


def was_heard(connection: Connection, sid: str, text_id: int) -> bool:
    """Whether what we called for was said to somebody, or left on their machine."""
    row = calls.call_about(connection, text_id, sid)
    return row is not None and _call_of(row.state).heard


def lost(connection: Connection, house: House, call_id: int) -> Aftermath:
    """Nobody told us how a call ended."""
    row = calls.call_by_id(connection, call_id)
    if row is None or row.due is None or row.due > house.now():
        return Aftermath()
    return _end(connection, Desk(house, "", {}, str), row)


def _end(connection: Connection, desk: Desk, row: CallRow) -> Aftermath:
    """Nothing that somebody told us before hanging up is lost."""
    return _visit(connection, desk, row).end()


def recorded(connection: Connection, desk: Desk, sid: str, name: str, seconds: int) -> Aftermath:
    """The carrier has the file of a recording. Of one that we did not hear of, because whoever
    spoke hung up, this is the news."""
    row = calls.call_at(connection, sid)
    if row is None:
        return Aftermath()
    aftermath = Aftermath()
    if not calls.is_recorded(connection, name) and seconds > 0:
        aftermath = _late_recording(connection, desk, row, name)
    calls.note_complete(connection, name, seconds)
    return aftermath


def _late_recording(connection: Connection, desk: Desk, row: CallRow, name: str) -> Aftermath:
    visit = _visit(connection, desk, row)
    if menu.wait(visit.call) is not Wait.MESSAGE or calls.is_recorded(connection, name):
        return Aftermath()
    if visit.call.sent is not None:
        calls.add_recording(connection, name, row.id, desk.house.now())
        calls.attach_recordings(connection, [name], visit.call.sent)
        return Aftermath()
    facts = visit.hear(Heard(recording=name))
    if row.due is None:
        visit.call = menu.enter(visit.call, facts)
        return visit.end()
    visit.go_on(facts)
    return replace(visit.aftermath, answer=[])


def transcribed(connection: Connection, desk: Desk, name: str, words: str) -> Aftermath:
    """The carrier wrote down what was said; whoever is to hear it reads it."""
    of = calls.note_transcript(connection, name, words)
    if of is None:
        return Aftermath()
    if of.request_number is None:
        return _name_heard(connection, desk, of.call_id, name, words)
    request = store.find_request(connection, of.request_number)
    reader = of.passed_to or (request.taker if request and request.state is State.TAKEN else None)
    if reader is None:
        return Aftermath()
    now = desk.house.now()
    told = text(Sentence.TRANSCRIPT, number=of.request_number, quote=words)
    return Aftermath(
        texts=steps.write_text(
            connection, desk.house, reader, told, now, request_number=of.request_number
        )
    )


def _name_heard(
    connection: Connection, desk: Desk, call_id: int, recording: str, words: str
) -> Aftermath:
    """If it is what a newcomer is called, and we know no name in writing, we call them that."""
    row, name = calls.call_by_id(connection, call_id), joining.name_in_speech(words)
    if row is None or row.neighbor is None or not name:
        return Aftermath()
    visit = _visit(connection, desk, row)
    person = visit.person
    if person is None or person.name or visit.call.name != recording:
        return Aftermath()
    helping.change(connection, person.id, "name", name, desk.house.now())
    return Aftermath(texts=joining.tell_stewards(connection, desk.house, person))


# A call between two documents.


def _visit(connection: Connection, desk: Desk, row: CallRow) -> _Visit:
    person = None
    if row.neighbor is not None:
        person = store.neighbors(connection, [row.neighbor])[row.neighbor]
    return _Visit(connection, desk, row, _call_of(row.state), person)


class _Visit:
    """One step of a call on its way to rows and a document."""

    def __init__(
        self,
        connection: Connection,
        desk: Desk,
        row: CallRow,
        call: Call,
        person: store.Neighbor | None,
    ) -> None:
        self.connection = connection
        self.desk = desk
        self.house = desk.house
        self.row = row
        self.call = call
        self.person = person
        self.aftermath = Aftermath()

    def hear(self, heard: Heard) -> Facts:
        """Returns how things are then."""
        if heard.recording:
            now = self.house.now()
            calls.add_recording(self.connection, heard.recording, self.row.id, now)
        facts = self.facts()
        self.call, deed = menu.react(self.call, heard, facts)
        if deed is None:
            return facts
        self.do(deed, heard)
        return self.facts()

    def go_on(self, facts: Facts) -> Aftermath:
        """Write down where the call is now; the answer is the document that says so."""
        self.call = menu.enter(self.call, facts)
        said = [self._spoken(line) for line in saying.prompts(self.call, facts)]
        wait = menu.wait(self.call)
        document = twiml.document(said, wait, self._addresses(), self._other_phone())
        due = self.house.now() + AT_MOST.get(wait, LOST_AFTER)
        calls.save_call(self.connection, self.row, _state_of(self.call), document, due)
        return replace(self.aftermath, answer=[document])

    def _other_phone(self) -> Other | None:
        """Who is called for whoever calls."""
        if self.call.step is not Step.TALK or self.call.partner is None:
            return None
        at = f"{self.desk.address}/whisper?call={self.row.id}&turn={self.row.turn + 1}"
        return Other(self._phone_of(self.call.partner), self.desk.number, at)

    def whisper(self, step: Step, partner: store.Neighbor) -> Aftermath:
        """What whom we called hears at this step, in their language."""
        of, turn = self.row.id, self.row.turn
        language = self.house.speech.spoken(partner.language)
        heard = Call(step=step, language=language, greeted=True, about=self.call.about)
        said = [self._spoken(line) for line in saying.prompts(heard, self.facts())]
        to = Addresses(f"{self.desk.address}/whisper/key?call={of}&turn={turn}", "")
        return replace(self.aftermath, answer=[twiml.document(said, menu.wait(heard), to)])

    def connect(self) -> None:
        """They pressed the key: from here on both can talk, and who took it was heard of."""
        if self.call.talk is Talk.BEGAN:
            return
        self.call = replace(self.call, talk=Talk.BEGAN)
        calls.note_state(self.connection, self.row, _state_of(self.call))
        if self.person and self.call.partner is not None:
            self._heard_of(self.person.id, self.call.partner)

    def _heard_of(self, *people: int) -> None:
        """Who took it and talks about it need not be asked whether they are still on it."""
        request = store.find_request(self.connection, self.call.about or 0)
        if request is None:
            return
        for taker in set(request.takers) & set(people):
            self._take_step(request.number, StillOnIt(taker))

    def end(self) -> Aftermath:
        """Nothing more is said. What is needed no longer is not kept: words and numbers."""
        if deed := menu.hung_up(self.call):
            self.do(deed)
        kept = replace(self.call, news="", call_back="", draft=Draft(), former=Draft())
        calls.end_call(self.connection, self.row, _state_of(kept))
        return self.aftermath

    def _addresses(self) -> Addresses:
        address, turn = self.desk.address, self.row.turn + 1
        network = self.house.network
        is_written = (self.call.language, network.country) in WRITTEN_IN
        return Addresses(
            f"{address}/step?turn={turn}",
            f"{address}/recording{TRY_ON}",
            f"{address}/transcript{TRY_ON}" if is_written else "",
        )

    def _spoken(self, line: Line) -> Spoken:
        voice, accent = self.house.network.voice.of(line.language, self.house.network.country)
        if line.text is None:
            file = self.desk.listen(line.recording) if line.recording else ""
            return Spoken(line.words, voice, accent, file)
        words = steps.said_aloud(self.connection, self.house, line.text, line.language)
        return Spoken(words, voice, accent, self._file(line.text.sentence, line))

    def _file(self, prompt: Any, line: Line) -> str:
        """The network's own recording of a prompt; of a need on the menu with its key."""
        values = line.text.values if line.text else {}
        need = values.get("need")
        name = prompt.name.lower()
        if prompt is Prompt.CHOOSE_NEED and isinstance(need, tuple):
            name = f"{name}-{need[0]}"
        return self.desk.audio.get((name, line.language), "")

    # Facts.

    def facts(self) -> Facts:
        network, person = self.house.network, self.person
        choices = sorted(
            (str(need.digit), need.key, need.urgent) for need in network.needs if need.digit
        )
        keyed = [word.isdigit() for area in network.areas for word in area.words]
        return Facts(
            languages=network.languages,
            needs=tuple(Choice(*choice) for choice in choices),
            country=network.country,
            countries=network.countries,
            language=self.house.speech.spoken(person.language if person else None),
            knows_language=person is not None and person.language is not None,
            is_hidden=person is None,
            can_text=person is None or not person.by_voice,
            can_call=self._is_near(person),
            has_stopped=person is not None and person.stopped,
            has_keypad_postcodes=not network.areas or any(keyed),
            topics=tuple(self._topics(person)) if person else (),
            result=self._result(person) if person else None,
            asks_at=self._asks_at(self.call.sent),
            is_asked=self._is_asked(person),
            joining=network.roster.joining,
            on_roster=person is not None and person.on_roster,
            code=self._code(person),
        )

    def _code(self, person: store.Neighbor | None) -> int | None:
        if person is None or person.on_roster:
            return None
        return helping.standing(self.connection, person.id).code

    def _is_near(self, person: store.Neighbor | None) -> bool:
        """Whether we text and call where they are."""
        return person is not None and phone.is_in(person.phone, self.house.network.countries)

    def _topics(self, person: store.Neighbor) -> list[Topic]:
        """Their own requests, the newest first, what they hold, and what they were asked."""
        found = store.requests_of(self.connection, person.id)
        live = [it for it in found if it.state in _KINDS]
        own = [it for it in reversed(live) if it.requester == person.id]
        held = [it for it in live if person.id in it.takers]
        topics = [self._between(it, _kind_of(it)) for it in own]
        topics += [self._between(it, Kind.HELD) for it in held]
        for asked in store.pages_of(self.connection, person.id) if person.was_asked else ():
            # Unreached: the phone rang when nobody was there, and now they call back.
            if asked.page in ("asked", "unreached") and asked.request is State.OPEN:
                request = store.find_request(self.connection, asked.number)
                if request:
                    topic = self._topic(request, Kind.ASKED)
                    topics.append(replace(topic, was_missed=asked.page == "unreached"))
        return [*topics, *self._over(found)]

    def _over(self, found: Iterable[HelpRequest]) -> list[Topic]:
        """What is done so lately that the two still talk, if there is anything to hear."""
        done = [it for it in found if it.state is State.DONE and it.due is not None]
        topics = [self._with_messages(self._topic(it, Kind.OVER), it) for it in reversed(done)]
        me = self.person.id if self.person else None
        theirs = {it.number for it in done if it.requester == me}
        # Whoever took it does not hear the name of whoever asked.
        named = (it if it.number in theirs else replace(it, name=None) for it in topics)
        return [it for it in named if it.messages]

    def _between(self, it: HelpRequest, kind: Kind) -> Topic:
        topic = self._with_messages(self._topic(it, kind), it)
        return replace(topic, partner=self._partner(it))

    def _partner(self, request: HelpRequest) -> int | None:
        """Whom they can be put through to now: nobody in quiet hours, and nobody whom we may not
        call, or cannot."""
        now, network = self.house.now(), self.house.network
        to = self._other(request)
        if to is None or not self.desk.number:
            return None
        is_late = roster.may_ask_from(request.urgent, network, now) > now
        is_near = phone.is_in(self._phone_of(to), network.countries)
        return to if is_near and not is_late else None

    def _with_messages(self, topic: Topic, request: HelpRequest) -> Topic:
        """What the others of a conversation said; its taker hears what it was asked for with."""
        if self.person is None or topic.kind is Kind.OPEN:
            return topic
        me, now = self.person.id, self.house.now()
        speakers: tuple[int | None, ...] = request.takers if me == request.requester else (None,)
        found = tuple(
            message
            for by in speakers
            for message in calls.messages_for(self.connection, topic.number, me, now, by=by)
        )
        quote = self._words_of(topic.number) if topic.kind is Kind.HELD else ""
        return replace(topic, messages=found, quote=quote)

    def _topic(self, it: HelpRequest, kind: Kind) -> Topic:
        waits = it.state is State.OPEN and it.wave == 0
        asks_at = it.due if waits and it.due and it.due > self.house.now() else None
        return Topic(it.number, kind, it.needs, it.area, it.taker, asks_at)

    def _asks_at(self, number: int | None) -> Any:
        request = store.find_request(self.connection, number) if number else None
        return self._topic(request, Kind.OPEN).asks_at if request else None

    def _result(self, person: store.Neighbor) -> Result | None:
        number = self.call.about
        request = store.find_request(self.connection, number) if number else None
        if request is None or number is None:
            return None
        is_mine = request.state in _KINDS and person.id in request.takers
        taker = request.taker if request.state is State.TAKEN else None
        if not is_mine:
            return Result(number, is_open=request.state is State.OPEN, name=taker)
        return Result(
            number,
            is_mine=True,
            quote=self._words_of(number),
            messages=calls.messages_for(
                self.connection, number, person.id, self.house.now(), by=None
            ),
            is_nobodys=phone.is_nobodys(self._phone_of(request.requester)),
        )

    def _words_of(self, number: int) -> str:
        """What was written or keyed in for a request, to be read out: a postcode by its digits."""
        bodies = [it.body for it in store.words_of(self.connection, number) if it.body]
        said = ". ".join(" ".join(body) if body.isdigit() else body for body in bodies)
        return textwrap.shorten(said, steps.LONGEST_QUOTE, placeholder=" ...")

    def _phone_of(self, who: int) -> str:
        return store.neighbors(self.connection, [who])[who].phone

    # Deeds.

    def do(self, deed: Deed, heard: Heard = Heard()) -> None:  # noqa: B008 - it never changes
        match deed:
            case Deed.REMEMBER_LANGUAGE:
                self._remember_language()
            case Deed.SEND:
                self._send()
            case Deed.ADD_MESSAGE:
                self._add_message(heard.recording)
            case Deed.CALL_INSTEAD:
                self._call_instead()
            case Deed.JOIN:
                self._join()
            case Deed.STOP:
                self._stop()
            case Deed.SAY_YES | Deed.SAY_NO:
                self._say_how_it_stands(is_well=deed is Deed.SAY_YES)
            case _:
                self._happen(deed)

    def _remember_language(self) -> None:
        if self.person:
            store.set_language(self.connection, self.person.id, self.call.language, chosen=True)
            self.person = replace(self.person, language=self.call.language)

    def _send(self) -> None:
        """Open the request with everything that is known."""
        draft, network = menu.to_send(self.call), self.house.network
        requester = self.person or self._behind_a_hidden_number()
        needs = (draft.need,) if draft.need else ()
        area = next((it.key for it in network.areas if draft.postcode in it.words), None)
        request, after = steps.open_request(
            self.connection, self.house, requester, needs, area, answered=False
        )
        self.aftermath.add(after)
        self._keep(draft, request, requester)
        self.call = replace(self.call, sent=request.number)
        if phone.is_nobodys(requester.phone):
            self.aftermath.add(deliveries.no_way_back(self.connection, self.house, request))
        elif not phone.is_in(requester.phone, network.countries):
            self.aftermath.add(
                deliveries.wrote_from_abroad(self.connection, self.house, requester.phone)
            )

    def _keep(self, draft: Draft, request: HelpRequest, requester: store.Neighbor) -> None:
        """What was keyed in is part of the request's words, and so is what was spoken."""
        if draft.postcode:
            store.note_inbound(
                self.connection,
                self.row.sid,
                requester.id,
                draft.postcode,
                (),
                self.house.now(),
                request.number,
                (),
                0,
                Pace.USUAL,
            )
        calls.attach_recordings(self.connection, draft.recordings, request.number)

    def _behind_a_hidden_number(self) -> store.Neighbor:
        """Whoever is at the number to call back; nobody, if none was given."""
        number, now = self.call.call_back, self.house.now()
        found = store.who_is_at(self.connection, number) if number else None
        if found and found.stopped:  # whoever it is, they want to hear nothing
            self.call = replace(self.call, call_back="")
            found = None
        return found or store.add_neighbor(
            self.connection,
            self.call.call_back or phone.nobodys(self.row.id),
            now,
            self.call.language,
        )

    def _call_instead(self) -> None:
        """Only who calls from a number can say that of it."""
        if self.person is None:
            return
        calls.call_instead(self.connection, self.person.id)
        if self.person.joining is not None:  # nobody answers our questions in writing any more
            joining.ask(self.connection, self.house, self.person, joining.WAITS)

    def _join(self) -> None:
        """As by text, where the name is the first of four questions. They are in without it."""
        person, connection, house = self.person, self.connection, self.house
        if person is None:
            return
        self.aftermath.texts += joining.come_in(connection, house, person)
        (self.person,) = store.neighbors(connection, [person.id]).values()
        question = "can" if person.name else "name"
        asked = joining.ask(
            connection, house, person, joining.WAITS if person.by_voice else question
        )
        if not person.by_voice:
            self.aftermath.texts += steps.write_text(
                connection, house, person.id, asked, house.now()
            )

    def _add_message(self, recording: str) -> None:
        """To the words of an open request, or to the other person of a conversation."""
        number = self.call.about
        request = store.find_request(self.connection, number) if number else None
        if request is None or self.person is None:
            return
        store.require_unchanged(self.connection, request)
        listeners = self._others(request)
        is_theirs = request.requester == self.person.id
        is_words = is_theirs and (request.state is State.OPEN or len(listeners) > 1)
        if not listeners and not is_words:
            self._not_passed_on(request, recording)
            return
        # What several are to hear is part of what it was asked for with.
        only = listeners[0] if listeners and not is_words else None
        calls.attach_recordings(self.connection, [recording], request.number, only)
        if listeners:
            self._heard_of(self.person.id)
        for to in listeners:
            told = text(Sentence.VOICE_MESSAGE, number=number, name=self.person.id)
            self.aftermath.texts += steps.write_text(
                self.connection,
                self.house,
                to,
                told,
                self.house.now(),
                request_number=number,
                may_wake=request.urgent,
                from_id=self.person.id,
            )

    def _not_passed_on(self, request: HelpRequest, recording: str) -> None:
        """It was finished or given back meanwhile: what its requester says is a new request."""
        if self.person and request.requester == self.person.id:
            self.call = replace(self.call, draft=Draft(recordings=(recording,)), step=Step.SENT)
            self._send()
        else:
            self.call = replace(self.call, step=Step.NOT_PASSED_ON)

    def _other(self, request: HelpRequest) -> int | None:
        """Whom somebody is put through to in a conversation; None if there is nobody."""
        return next(iter(self._others(request)), None)

    def _others(self, request: HelpRequest) -> list[int]:
        """Who hears what somebody says in a conversation."""
        me = self.person.id if self.person else None
        if (
            me is None
            or request.state not in _KINDS
            or me not in (request.requester, *request.takers)
        ):
            return []
        people = store.neighbors(self.connection, [it for it in request.others(me) if it != me])
        return [
            who
            for who in request.others(me)
            if who in people and not (people[who].stopped or phone.is_nobodys(people[who].phone))
        ]

    def _happen(self, deed: Deed) -> None:
        """Something happens to the request that this is about, if it is theirs to decide."""
        if self.person is None or self.call.about is None:
            return
        topic = next((it for it in self._topics(self.person) if it.number == self.call.about), None)
        if deed is not Deed.TAKE and topic is None:
            return
        if deed is Deed.PASS and topic and topic.was_missed:
            self._pass_at_last(topic.number)
            return
        self._take_step(self.call.about, self._event(deed, self.person.id))

    def _is_asked(self, person: store.Neighbor | None) -> bool:
        """Whether we asked them how the request stands that this call is about: its taker, or,
        once it is done, whoever needed it."""
        request = store.find_request(self.connection, self.call.about) if self.call.about else None
        if person is None or request is None or not request.asked:
            return False
        if request.state is State.DONE:
            return person.id == request.requester
        return person.id in request.takers

    def _say_how_it_stands(self, *, is_well: bool) -> None:
        """The answer to our question, if it is still one."""
        if self.person is None or self.call.about is None or not self._is_asked(self.person):
            return
        me, request = self.person.id, store.find_request(self.connection, self.call.about)
        event: Event
        if request and request.state is State.DONE:
            event = WentWell() if is_well else NotYet()
        else:
            event = Accepted(me) if is_well else HandedBack(me, self.house.now())
        self._take_step(self.call.about, event)

    def _pass_at_last(self, number: int) -> None:
        """Somebody else was asked in their place when they missed our call."""
        if self.person:
            now = self.house.now()
            store.answer_page(self.connection, number, self.person.id, "passed", now)

    def _event(self, deed: Deed, me: int) -> Event:
        match deed:
            case Deed.TAKE:
                return Accepted(me)
            case Deed.PASS:
                return Passed(me)
            case Deed.FINISH:
                return Done(by=me)
            case Deed.HAND_BACK:
                return HandedBack(me, self.house.now())
            case _:
                return Withdrawn()

    def _take_step(self, number: int, event: Event) -> None:
        """What they are told of it is said in the next document. What they are to do is texted
        as well, if they get texts: nobody can write down an address as fast as it is said."""
        is_texted = isinstance(event, Accepted) and self.person and not self.person.by_voice
        sender = None if is_texted else self.person
        after = steps.take_step(self.connection, self.house, number, event, sender=sender)
        self.aftermath.add(replace(after, answer=[]))

    def _stop(self) -> None:
        """No more calls or texts. Whoever was asked is not waited for, and what they held is
        given back."""
        if self.person is None:
            return
        me, now = self.person.id, self.house.now()
        store.set_stopped(self.connection, me, now)
        self.person = replace(self.person, stopped=True)
        for topic in self._topics(self.person):
            if topic.kind is Kind.ASKED and not topic.was_missed:
                self._take_step(topic.number, Passed(me))
            elif topic.kind is Kind.HELD:
                self._take_step(topic.number, HandedBack(me, now))


AT_MOST = {
    Wait.HANG_UP: LAST_WORDS,
    Wait.TALK: timedelta(seconds=twiml.RING_SECONDS + twiml.TALK_SECONDS) + LOST_AFTER,
}  # how long a call can be without a word to us

_KINDS = {State.OPEN: Kind.OPEN, State.TAKEN: Kind.TAKEN}


def _kind_of(it: HelpRequest) -> Kind:
    """What a request is to whoever asked: taken, as soon as anybody has."""
    return Kind.TAKEN if it.takers else _KINDS[it.state]


_PLAIN = [it.name for it in fields(Call) if it.name not in ("draft", "former")]


def _state_of(call: Call) -> dict[str, Any]:
    """As it is written down. `asdict` would copy everything deep, for each step of each call."""
    return {
        **{name: getattr(call, name) for name in _PLAIN},
        "draft": _draft_of(call.draft),
        "former": _draft_of(call.former),
    }


def _draft_of(it: Draft) -> list[Any]:
    return [it.need, it.postcode, it.recordings]


def _call_of(state: Mapping[str, Any]) -> Call:
    """As it was written down."""
    drafts = {name: _as_draft(*state[name]) for name in ("draft", "former")}
    known = {"step": Step(state["step"]), "talk": Talk(state.get("talk", ""))}
    return Call(**{**state, **drafts, **known})


def _as_draft(need: str, postcode: str, recordings: list[str]) -> Draft:
    return Draft(need, postcode, tuple(recordings))
