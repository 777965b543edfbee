"""One inbound text, from being written down to being answered, in one transaction.

The shell around `reading` and `conversation`: it looks up what is between us and whoever wrote,
asks them what follows, and writes that down. The same text delivered again gets the same answer
and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hotline import limits, phone, routes
from hotline.address import KeptPlace
from hotline.attachment import Attachment
from hotline.desk import apart, delivery, farewell, quiet, step, telling, warning
from hotline.desk import places as desk_places
from hotline.help_request import Event, HelpRequest, TalkLine, WordsAdded
from hotline.inbound import TextIn
from hotline.limits import HeardText, Pace
from hotline.notices import Notice, Told, notice
from hotline.store import forgetting, messages, pages, people, places, requests
from hotline.store.database import Stale
from hotline.store.messages import About, Inbound, NewMessage
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Work
from sms import conversation, danger, joining, orders, shelter, steward_orders, stewards, tending
from sms.conversation import (
    Act,
    AddWords,
    BeQuiet,
    Happens,
    KeepApart,
    Obey,
    OpenRequest,
    PassOn,
    Say,
    SayWhatIsNeeded,
    SendHeld,
    SetLanguage,
    Situation,
    StartTexts,
    Steer,
    StopTexts,
    TakeBack,
    TellOfDanger,
    TellOfWrong,
    TellPlace,
    Warn,
)
from sms.danger import Alone
from sms.orders import Back, Confirm, Forget, Order, Pin
from sms.reading import Reading, read, words_of
from sms.steward_orders import ConfirmOrder, StewardOrder

STRANGER = 0  # who has no row yet, and so nothing that could be about them


def receive(work: Work, it: TextIn) -> None:
    """Write the text down, and let follow what follows. The answer to its sender is in
    `work.after`: as replies, and where a carrier takes none, as messages."""
    person = people.who_is_at(work.connection, it.sender)
    lately = _lately(work, person, it.sid) if person else []
    if lately and lately[0].sid == it.sid:
        _reply_again(work, it, lately[0].id)
        return
    situation = _situation(work, person, it, lately)
    reading, order, answer, steering = _read(work, it, situation)
    if isinstance(order, Back) and not situation.on_roster:
        may = farewell.may_come_back(work, it.sender)
        situation = replace(situation, may_come_back=may)
    acts = conversation.decide(situation, reading, order, answer, steering)
    names = _names_of_others(work, acts)
    acts = shelter.shelter(situation, reading, acts, names)
    pace = limits.pace(it.body, lately, work.now, work.network.limits)
    if person and person.trouble and people.note_texts(work.connection, person.id):
        record(work.connection, person.id, "reachable", work.now)
    person = person or _somebody_new(work, it, acts)
    if person is None:
        return
    if person.carrier != it.carrier:
        people.set_carrier(work.connection, person.id, it.carrier)
        person = replace(person, carrier=it.carrier)
    files = messages.by_our_names(it.sid, it.attachments)
    answering = Answering(work.by(person), person, files, lately)
    answering.is_secret = isinstance(order, Pin)
    if person.is_blocked(work.now):
        answering.do_all(_owed_to_anybody(acts))
        _write_down(answering, it, pace)
        return
    acts = _meant_after_all(answering, situation, lately, acts)
    if pace is Pace.USUAL or conversation.must_be_done(acts):
        answering.do_all(acts)
    else:
        _do_quietly(answering, acts, pace)
    if not phone.is_in(it.sender, work.network.countries):
        delivery.wrote_from_abroad(work, it.sender)
    _write_down(answering, it, pace)


def _lately(work: Work, person: Neighbor, sid: str) -> list[HeardText]:
    """What they wrote lately; in front of all this very text, if it was delivered before."""
    most = work.network.limits.texts_an_hour + 1
    since = work.now - limits.LATELY
    return messages.heard_lately(work.connection, person.id, sid, since, most)


def _read(
    work: Work, it: TextIn, situation: Situation
) -> tuple[Reading, Order | None, Order | None, StewardOrder | None]:
    """What a text means, what it orders, what it says to our question if it orders nothing, and
    what a steward orders by it."""
    network = work.network
    reading = read(
        it.body,
        network,
        asked_about=situation.numbers,
        opt_out=it.opt_out,
        has_pictures=bool(it.attachments),
    )
    if situation.is_steward:
        talks = bool(situation.conversations)
        if steering := steward_orders.find(reading, network, talks=talks):
            return reading, None, None, steering
    order = orders.find(reading, network)
    if order or situation.question is None:
        return reading, order, None, None
    return reading, None, orders.answer_to(situation.question, reading, network), None


def _situation(
    work: Work, person: Neighbor | None, it: TextIn, lately: Sequence[HeardText]
) -> Situation:
    is_steward = it.sender in work.network.stewards
    obeys_stop = routes.abilities(work.network, it.carrier).obeys_stop
    example = tuple(need.key for need in work.network.needs[:1])
    languages = work.network.languages
    if person is None:
        return Situation(
            STRANGER,
            work.now,
            languages=languages,
            example=example,
            may_vouch=is_steward,
            is_steward=is_steward,
            carrier_obeys_stop=obeys_stop,
        )
    concerned = requests.requests_of(work.connection, person.id)
    kept = _places_kept(work, person, concerned)
    asked = pages.pages_of(work.connection, person.id) if person.was_asked else []
    return Situation(
        me=person.id,
        now=work.now,
        requests=tuple(concerned),
        talk=_talk(work, person, concerned, is_asked=bool(kept)),
        places=kept,
        pages=tuple(asked),
        on_roster=person.on_roster,
        stopped=person.stopped,
        language_known=person.language is not None,
        languages=languages,
        example=example,
        question=joining.question_of(person, work.now),
        may_vouch=joining.may_vouch(work, person),
        is_steward=is_steward,
        is_called=person.by_voice,
        carrier_obeys_stop=obeys_stop,
        wrote_lately=bool(lately),
    )


def _places_kept(
    work: Work, person: Neighbor, concerned: Iterable[HelpRequest]
) -> tuple[KeptPlace, ...]:
    """Of their own requests, in the needs of which they are asked."""
    mine = [it for it in concerned if it.requester == person.id and it.takers and it.is_live]
    asked = [it.number for it in mine if work.network.asks_before_address(it.named_needs)]
    return tuple(kept for number in asked for kept in places.kept(work.connection, number))


def _talk(
    work: Work, person: Neighbor, concerned: list[HelpRequest], *, is_asked: bool
) -> tuple[TalkLine, ...]:
    """What was said lately, where it may not be plain what an answer is about."""
    numbers = [it.number for it in concerned if it.takers]
    is_plain = len(concerned) < 2 and not any(it.checked_in for it in concerned)
    if not numbers or (is_plain and not is_asked):
        return ()
    since = work.now - conversation.LATELY
    return tuple(messages.talk_of(work.connection, person.id, numbers, since))


def _somebody_new(work: Work, it: TextIn, acts: Iterable[Act]) -> Neighbor | None:
    """Written down only now, with the language that their first text tells. None for a text that
    was delivered before, by somebody who is forgotten by now: it is answered as it was then.
    Raises Stale if they were added meanwhile."""
    told = next((act for act in acts if isinstance(act, SetLanguage)), None)
    language, chosen = (told.language, told.chosen) if told else (None, False)
    connection, now = work.connection, work.now
    new = people.add_writer(connection, it.sender, it.sid, now, language, chosen=chosen)
    if new is None:
        number = messages.find_inbound(connection, it.sid)
        if number is None:
            raise Stale("somebody new was added meanwhile")
        _reply_again(work, it, number)
    return new


def _reply_again(work: Work, it: TextIn, text_id: int) -> None:
    """To a text that was delivered before; what was a message leaves by itself."""
    if routes.abilities(work.network, it.carrier).replies_in_answer:
        work.after.replies += messages.replies_to(work.connection, text_id)


def _names_of_others(work: Work, acts: Iterable[Act]) -> list[str]:
    """What those are called whom these words would go to."""
    others = [it.to for it in acts if isinstance(it, PassOn)]
    return [name for it in others if (name := work.person(it).name)]


def _meant_after_all(
    answering: Answering, situation: Situation, lately: Iterable[HeardText], acts: list[Act]
) -> list[Act]:
    """In place of `SendHeld` what the words lead to that were held back last, of those that came
    lately."""
    if not (acts and isinstance(acts[-1], SendHeld)):
        return acts
    for text in lately:
        if danger.said_alone(words_of(text.body)) is Alone.MEANT:
            break
        reading = read(text.body, answering.work.network, asked_about=situation.numbers)
        led_to = conversation.decide(situation, reading)
        names = _names_of_others(answering.work, led_to)
        if shelter.is_held(situation, reading, led_to, names):
            answering.attachments = messages.attachments_of(answering.work.connection, text.sid)
            return led_to
    return list(acts[-1].otherwise)


def _owed_to_anybody(acts: Iterable[Act]) -> list[Act]:
    """Also to whom organizers blocked: to be left alone, and to read whom to call in danger."""
    return [it for it in acts if isinstance(it, StopTexts | StartTexts | Warn)]


def _do_quietly(answering: Answering, acts: list[Act], pace: Pace) -> None:
    """Of a phone that writes too much the words are kept, and it is told so once."""
    answering.do_all(conversation.words_to_keep(acts, pace))
    answering.work.replies.clear()
    if pace is Pace.TOO_MANY:
        answering.do(Say(notice(Told.TOO_MANY_TEXTS)))


def _write_down(answering: Answering, it: TextIn, pace: Pace) -> None:
    """The text, and the replies to it."""
    work, gone = answering.work, answering.is_forgotten
    if answering.is_secret:
        forgetting.erase_text(work.connection, it.sid, work.now)
    inbound = Inbound(
        it.sid,
        answering.person.id,
        "" if gone or answering.is_secret else it.body,
        () if gone else it.attachments,
        request_number=answering.words_of or answering.about,
        is_words=answering.words_of is not None,
        pace=pace,
        carrier=it.carrier,
    )
    number = messages.add_inbound(work.connection, inbound, work.now)
    who, in_answer = answering.person.id, routes.abilities(work.network, it.carrier)
    # Of who is forgotten there is no number any more to which something could be sent later.
    if in_answer.replies_in_answer or gone:
        work.after.replies += messages.add_replies(
            work.connection, who, number, work.replies, work.now, is_forgotten=gone
        )
    else:
        _send_replies(work, who, number, it.carrier)


def _send_replies(work: Work, who: int, text_id: int, carrier: str | None) -> None:
    """As messages of their own, where none leave in the answer to a text."""
    for reply in work.replies:
        about = About(requests.known_number(work.connection, reply.request_number))
        draft = NewMessage(
            who, reply.body, reply.segments, about=about, carrier=carrier, reply_to=text_id
        )
        work.after.answers.append(messages.add_message(work.connection, draft, work.now))


class Answering:
    """The acts of one text on their way to rows."""

    def __init__(
        self,
        work: Work,
        person: Neighbor,
        attachments: tuple[Attachment, ...] = (),
        lately: Sequence[HeardText] = (),
    ) -> None:
        self.work = work
        self.person = person
        self.lately = lately  # what they wrote before, the newest first
        self.attachments = attachments  # that came with this text, by our names
        self.words_of: int | None = None  # the request that this text is part of
        self.about: int | None = None  # the request that it is about
        self.is_forgotten = False  # then nothing of this text is kept either
        self.is_secret = False  # nor of this one, nor at the carrier

    def do_all(self, acts: Iterable[Act]) -> None:
        for act in acts:
            self.do(act)

    def do(self, act: Act) -> None:
        work, me = self.work, self.person.id
        match act:
            case Say(told):
                telling.answer(work, told)
            case SayWhatIsNeeded(number):
                if asked := requests.find_request(work.connection, number):
                    telling.answer(work, step.what_is_asked(asked, work.clock))
            case SetLanguage(language, chosen):
                self._set_language(language, chosen)
            case StopTexts():
                people.set_stopped(work.connection, me, work.now)
                self._is_now(replace(self.person, stopped=True))
            case StartTexts():
                people.set_stopped(work.connection, me, None)
                self._is_now(replace(self.person, stopped=False))
                if not routes.makes_calls(work.network):
                    quiet.end(work, self.person)
                    self._is_now(replace(self.person, is_quiet=False))
            case Obey(order):
                self._tell_if_anything(work, tending.obey(work, self.person, order), order)
            case Steer(steering):
                by_me = work.by(self.person)
                self._tell_if_anything(by_me, stewards.obey(by_me, steering), steering)
            case OpenRequest() | AddWords() | Happens() | TellPlace() | PassOn():
                self._do_about_request(act)
            case _:
                self._do_in_danger(act)

    def _do_about_request(self, act: OpenRequest | AddWords | Happens | TellPlace | PassOn) -> None:
        work = self.work
        match act:
            case OpenRequest(needs, area, many, urgent, details):
                request = step.open_request(
                    work, self.person, needs, area, people=many, urgent=urgent, details=details
                )
                self.words_of = request.number
            case AddWords(request, needs, area, many, urgent, details):
                requests.require_unchanged(work.connection, request)
                self.words_of = request.number
                added = WordsAdded(needs, area, many, urgent, details)
                goes_on = self._goes_on(request, added)
                self._happen(request.number, added, quietly=goes_on, before=request)
            case Happens(number, event, note, quietly):
                self._happen(number, event, note, quietly=quietly)
            case TellPlace(request, taker, is_ok):
                requests.require_unchanged(work.connection, request)
                self.about = self.about or request.number
                answering = work.by(self.person)
                (desk_places.give if is_ok else desk_places.keep)(answering, request, taker)
            case PassOn(to, told, request):
                requests.require_unchanged(work.connection, request)
                self._pass_on(to, told, request)

    def _do_in_danger(
        self, act: Warn | TellOfDanger | TellOfWrong | KeepApart | BeQuiet | TakeBack | SendHeld
    ) -> None:
        work, person = self.work, self.person
        match act:
            case Warn(crisis, is_sure):
                told = warning.whom_to_call(work, person, crisis=crisis, is_sure=is_sure)
                telling.answer(work, told)
            case TellOfDanger(number):
                warning.tell_stewards(work, number or self.words_of)
            case TellOfWrong():
                warning.tell_of_wrong(work)
            case KeepApart(number, is_guess, not_done):
                told = apart.keep_apart(work, person, number, is_guess=is_guess, not_done=not_done)
                telling.answer(work, told)
            case BeQuiet():
                quiet.begin(work, person)
                self.person = work.person(person.id)
            case TakeBack(number, otherwise):
                if not apart.take_back(work, person, number):
                    self.do_all(otherwise)
            case SendHeld(otherwise):
                self.do_all(otherwise)

    def _tell_if_anything(
        self, work: Work, told: Notice | None, order: Order | StewardOrder
    ) -> None:
        """What became of their order, once it is known whether they are forgotten by it."""
        self._may_be_forgotten(order)
        if told:
            telling.answer(work, told)

    def _goes_on(self, request: HelpRequest, added: WordsAdded) -> bool:
        """Whether these words go on with a story, and say nothing new of need, place or people."""
        is_new = not set(added.needs) <= set(request.needs) or added.people > request.people
        is_new = is_new or added.area not in (None, request.area) or added.urgent
        return not is_new and limits.is_long_story(self.lately, request.number, self.work.now)

    def _may_be_forgotten(self, order: Order | StewardOrder) -> None:
        """By their own word, or by the code that they gave for it."""
        if isinstance(order, Forget | Confirm | ConfirmOrder):
            self.is_forgotten = forgetting.is_forgotten(self.work.connection, self.person.id)

    def _is_now(self, person: Neighbor) -> None:
        self.person = person
        self.work.know(person)

    def _set_language(self, language: str, chosen: bool) -> None:
        """What somebody chose by a command is not changed by a guess."""
        known = (self.person.language, self.person.language_chosen)
        if known != (language, chosen) and (chosen or not self.person.language_chosen):
            people.set_language(self.work.connection, self.person.id, language, chosen=chosen)
            self._is_now(replace(self.person, language=language, language_chosen=chosen))

    def _happen(
        self,
        number: int,
        event: Event,
        note: str = "",
        *,
        quietly: bool = False,
        before: HelpRequest | None = None,
    ) -> None:
        self.about = self.about or number
        by_me = self.work.by(self.person, is_quiet=quietly)
        step.take_step(by_me, number, event, note=note, before=before)

    def _pass_on(self, to: int, told: Notice, request: HelpRequest) -> None:
        """To the other person; whoever wrote hears it if that person stopped our texts, or has no
        phone."""
        self.about = self.about or request.number
        other = self.work.person(to)
        if other.stopped or phone.is_nobodys(other.phone):
            why = Told.THEY_SAID_STOP if other.stopped else Told.NO_WAY_BACK
            telling.answer(self.work, notice(why, number=request.number))
            return
        if request.requester == self.person.id and self._is_kept(to, told, request):
            return
        about = About(
            request.number,
            may_wake=request.urgent,
            from_id=self.person.id,
            attachments=self.attachments,
        )
        telling.send(self.work, to, self._with_attachments(told, to), about)
        me, number = self.person.id, request.number
        telling.left_out_of_call(self.work.by(self.person), to, number, me, self.attachments)

    def _is_kept(self, to: int, told: Notice, request: HelpRequest) -> bool:
        """Whether these words wait for an OK, because they may tell where somebody can be found."""
        work, words = self.work.by(self.person), str(told.values["words"])
        return desk_places.is_kept_from(work, request, to) and desk_places.keep_words(
            work, request, to, words, self.attachments
        )

    def _with_attachments(self, told: Notice, to: int) -> Notice:
        language = self.work.person(to).language
        shown = telling.shown(self.work, self.attachments, language)
        words = f"{told.values['words']} {shown}".strip()
        return replace(told, values={**told.values, "words": words})
