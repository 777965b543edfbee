"""One inbound text, from being written down to being answered, in one transaction.

The shell around `reading` and `conversation`: it looks up, asks them, and writes down. The same
text delivered again gets the same answer and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hotline import deliveries, limits, phone, segments, steps
from hotline.help_request import Event, HelpRequest, Said, WordsAdded
from hotline.house import House
from hotline.limits import Heard, Pace
from hotline.steps import Aftermath
from hotline.store import helping, outbox, store
from hotline.words import Sentence, Text, text
from sms import conversation, joining, orders, tending
from sms.conversation import (
    Act,
    AddWords,
    Happens,
    Obey,
    OpenRequest,
    PassOn,
    Say,
    SetLanguage,
    Situation,
    StartTexts,
    StopTexts,
)
from sms.orders import Forget, Order
from sms.reading import Reading, read

LATELY = timedelta(hours=24)  # what was said before that is not what somebody answers
STRANGER = 0  # who has no row yet, and so nothing that could be about them


@dataclass(frozen=True, slots=True)
class TextIn:
    """A text as it arrived. `sid` is the carrier's name for it, `opt_out` its own reading."""

    sid: str
    sender: str
    body: str
    pictures: tuple[str, ...] = ()
    opt_out: str = ""


def receive(connection: Connection, house: House, it: TextIn) -> Aftermath:
    """Write the text down, let follow what follows, and return the answer to its sender."""
    now = house.now()
    person = store.who_is_at(connection, it.sender)
    lately = _lately(connection, house, person, it.sid, now)
    if lately and lately[0].sid == it.sid:
        return Aftermath(answer=list(lately[0].answer))
    situation = _situation(connection, house, person)
    reading = read(
        it.body,
        house.network,
        asked_about=situation.numbers,
        opt_out=it.opt_out,
        has_pictures=bool(it.pictures),
    )
    pace = limits.pace(it.body, lately, now, house.network.limits)
    acts = conversation.decide(situation, reading, *_orders(house, situation, reading))
    if person and person.trouble and store.note_texts(connection, person.id):
        helping.record(connection, person.id, "reachable", now)
    person = person or _somebody_new(connection, it.sender, acts, now)
    pictures = [store.picture_name(it.sid, place) for place in range(len(it.pictures))]
    visit = _Visit(connection, house, person, tuple(pictures[: steps.MOST_PICTURES]))
    if pace is Pace.USUAL or conversation.must_be_done(acts):
        _do_all(visit, acts)
    else:
        _do_quietly(visit, acts, pace)
    answer = visit.aftermath.answer
    if not phone.is_in(it.sender, house.network.countries):
        answer.clear()
        visit.aftermath.add(deliveries.wrote_from_abroad(connection, house, it.sender))
    store.note_inbound(
        connection,
        it.sid,
        person.id,
        "" if visit.is_forgotten else it.body,
        () if visit.is_forgotten else it.pictures[: steps.MOST_PICTURES],
        now,
        visit.words_of,
        () if visit.is_forgotten else answer,
        sum(map(segments.count, answer)),
        pace,
    )
    return visit.aftermath


def _orders(
    house: House, situation: Situation, reading: Reading
) -> tuple[Order | None, Order | None]:
    """What a text orders, and what it says to our question if it orders nothing."""
    order = orders.find(reading, house.network)
    if order or situation.question is None:
        return order, None
    return None, orders.answer_to(situation.question, reading, house.network)


def _do_all(visit: _Visit, acts: Iterable[Act]) -> None:
    for act in acts:
        visit.do(act)


def _do_quietly(visit: _Visit, acts: Iterable[Act], pace: Pace) -> None:
    """Of a phone that writes too much: keep the words, and say so once."""
    _do_all(visit, conversation.words_to_keep(acts, pace))
    visit.aftermath.answer.clear()
    if pace is Pace.TOO_MANY:
        visit.do(Say(text(Sentence.TOO_MANY_TEXTS)))


def _lately(
    connection: Connection, house: House, person: store.Neighbor | None, sid: str, now: datetime
) -> list[Heard]:
    most = house.network.limits.texts_an_hour + 1
    who = person.id if person else STRANGER
    return store.heard_lately(connection, who, sid, now - limits.LATELY, most)


def _situation(connection: Connection, house: House, person: store.Neighbor | None) -> Situation:
    example = tuple(need.key for need in house.network.needs[:1])
    languages = house.network.languages
    if person is None:
        return Situation(STRANGER, house.now(), languages=languages, example=example)
    requests = store.requests_of(connection, person.id)
    return Situation(
        me=person.id,
        now=house.now(),
        requests=tuple(requests),
        talk=_talk(connection, house, person, requests),
        pages=tuple(store.pages_of(connection, person.id)) if person.was_asked else (),
        on_roster=person.on_roster,
        stopped=person.stopped,
        language_known=person.language is not None,
        languages=languages,
        example=example,
        question=joining.question_of(person, house.now()),
        may_vouch=joining.may_vouch(house, person),
    )


def _talk(
    connection: Connection, house: House, person: store.Neighbor, requests: list[HelpRequest]
) -> tuple[Said, ...]:
    """What was said lately, where it may not be plain what an answer is about."""
    numbers = [it.number for it in requests if it.takers]
    if not numbers or (len(requests) < 2 and not any(it.asked for it in requests)):
        return ()
    return tuple(outbox.talk_of(connection, person.id, numbers, house.now() - LATELY))


def _somebody_new(
    connection: Connection, phone_number: str, acts: Iterable[Act], now: datetime
) -> store.Neighbor:
    """Written down only now, with the language that their first text tells."""
    told = next((act for act in acts if isinstance(act, SetLanguage)), None)
    if told is None:
        return store.add_neighbor(connection, phone_number, now)
    return store.add_neighbor(connection, phone_number, now, told.language, chosen=told.chosen)


class _Visit:
    """The acts of one text on their way to rows."""

    def __init__(
        self,
        connection: Connection,
        house: House,
        person: store.Neighbor,
        pictures: tuple[str, ...] = (),
    ) -> None:
        self.connection = connection
        self.house = house
        self.person = person
        self.pictures = pictures  # that came with this text, by their names
        self.words_of: int | None = None  # the request that this text is part of
        self.is_forgotten = False  # then nothing of this text is kept either
        self.aftermath = Aftermath()

    def do(self, act: Act) -> None:
        connection, me = self.connection, self.person.id
        match act:
            case Say(told):
                answer = steps.spoken(connection, self.house, told, self.person.language)
                self.aftermath.answer.append(answer)
            case SetLanguage(language, chosen):
                self._set_language(language, chosen)
            case StopTexts():
                store.set_stopped(connection, me, self.house.now())
                self.person = replace(self.person, stopped=True)
            case StartTexts():
                store.set_stopped(connection, me, None)
                self.person = replace(self.person, stopped=False)
            case OpenRequest(needs, area, people):
                request, after = steps.open_request(
                    connection, self.house, self.person, needs, area, people=people
                )
                self.words_of = request.number
                self.aftermath.add(after)
            case AddWords(request, needs, area, people):
                store.require_unchanged(connection, request)
                self.words_of = request.number
                more = steps.more_words(self.house, request, needs, area, people)
                self._happen(request.number, more)
            case Happens(number, event, note, quietly):
                self._happen(number, event, note, quietly=quietly)
            case Obey(order):
                self.is_forgotten = isinstance(order, Forget)
                told_all = tending.obey(connection, self.house, self.person, order)
                self.aftermath.texts += told_all.texts
                for told in told_all.answers:
                    self.do(Say(told))
            case PassOn(to, told, request):
                store.require_unchanged(connection, request)
                self._pass_on(to, told, request)

    def _set_language(self, language: str, chosen: bool) -> None:
        """What somebody chose by a command is not changed by a guess."""
        known = (self.person.language, self.person.language_chosen)
        if known != (language, chosen) and (chosen or not self.person.language_chosen):
            store.set_language(self.connection, self.person.id, language, chosen=chosen)
            self.person = replace(self.person, language=language, language_chosen=chosen)

    def _happen(
        self, number: int, event: Event | WordsAdded, note: str = "", *, quietly: bool = False
    ) -> None:
        after = steps.take_step(
            self.connection, self.house, number, event, sender=self.person, note=note
        )
        if quietly:
            after.answer.clear()
        self.aftermath.add(after)

    def _pass_on(self, to: int, told: Text, request: HelpRequest) -> None:
        """To the other person; whoever wrote hears it if that person stopped our texts."""
        if store.neighbors(self.connection, [to])[to].stopped:
            self.do(Say(text(Sentence.THEY_SAID_STOP, number=request.number)))
            return
        self.aftermath.texts += steps.write_text(
            self.connection,
            self.house,
            to,
            self._with_pictures(told, to),
            self.house.now(),
            request_number=request.number,
            may_wake=request.urgent,
            from_id=self.person.id,
            pictures=self.pictures,
        )

    def _with_pictures(self, told: Text, to: int) -> Text:
        """A phone that shows no pictures shows at least that there is one."""
        if not self.pictures:
            return told
        language = store.neighbors(self.connection, [to])[to].language
        shown = steps.spoken(self.connection, self.house, text(Sentence.PICTURE), language)
        words = " ".join([str(told.values["words"]), *[shown] * len(self.pictures)]).strip()
        return replace(told, values={**told.values, "words": words})
