"""Telling somebody something: in their language, as the answer to their text, as a text, or by
phone.

It writes down what is to be sent and sends nothing. Who hears what is for others to say.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from hotline import phone, schedule, segments
from hotline.message import Channel
from hotline.prompts import ON_A_MACHINE, SPOKEN, WAKES, WORDS_OF_PEOPLE
from hotline.store import messages, people
from hotline.store.messages import NOTHING, About, NewMessage, Reply
from hotline.store.people import Neighbor
from hotline.words import Notice, Sentence, notice
from hotline.work import Work

LONGEST_TEXT = 1600  # letters; the carrier's limit
LONGEST_QUOTE = 1400  # letters of what somebody wrote in all; the taker can ask for more


def tell(work: Work, who: int, told: Notice, about: About = NOTHING) -> None:
    """Tell somebody: whoever acts is answered, everybody else gets a message."""
    if work.actor and who == work.actor.id:
        answer(work, told, about.request_number)
    else:
        send(work, who, told, about)


def answer(work: Work, told: Notice, request_number: int | None = None) -> None:
    """Answer whoever acts, unless they hear of it in other words."""
    if work.actor is None or work.is_quiet or not may_be_told(work, work.person(work.actor.id)):
        return
    number = request_number or _number_in(told)
    bodies = in_pieces(written(work, told, work.person(work.actor.id).language))
    work.replies.extend(Reply(body, segments.count(body), number) for body in bodies)


def _number_in(told: Notice) -> int | None:
    """The request that it tells of, if it names one."""
    number = told.values.get("number")
    names_several = told.values.keys() & {"numbers", "open"}
    return number if isinstance(number, int) and not names_several else None


def send(work: Work, who: int, told: Notice, about: About = NOTHING) -> None:
    """Write a message to somebody down; nothing for somebody who said STOP. Whoever gets no texts
    is called, if it is worth a call."""
    person = work.person(who)
    if person.by_voice:
        _call(work, person, told, about)
        return
    if not may_be_told(work, person):
        return
    # A page that reaches nobody as a text brings somebody else.
    said = aloud(work, person, told) if about.page_id is None else None
    bodies = in_pieces(written(work, told, person.language))
    for place, body in enumerate(bodies, 1):
        part = about if place == len(bodies) else replace(about, pictures=())
        draft = NewMessage(who, body, segments.count(body), aloud=said, about=part)
        work.after.messages.append(messages.add_message(work.connection, draft, work.now))


def _call(work: Work, person: Neighbor, told: Notice, about: About) -> None:
    """A call to be made now; one that waits for the morning is left to the clock."""
    said = aloud(work, person, told)
    if said is None:
        return
    if about.page_id is None and told.sentence not in WORDS_OF_PEOPLE:
        messages.drop_old_news(work.connection, person.id, about.request_number)
    prompt = ON_A_MACHINE.get(told.sentence)
    on_machine = prompt and spoken(work, Notice(prompt, told.values), person.language)
    may_wake = about.may_wake and told.sentence in WAKES
    call(work, person.id, said, replace(about, may_wake=may_wake), on_machine)


def call(work: Work, who: int, said: str, about: About, on_machine: str | None = None) -> None:
    """Write a call down: not in quiet hours, unless it may wake somebody."""
    due = schedule.may_ask_from(about.may_wake, work.network, work.now)
    draft = NewMessage(who, said, channel=Channel.CALL, on_machine=on_machine, about=about, due=due)
    number = messages.add_message(work.connection, draft, work.now)
    if due <= work.now:
        work.after.messages.append(number)


def may_be_told(work: Work, person: Neighbor) -> bool:
    """Not somebody who said STOP, or lives where we send nothing."""
    return not person.stopped and phone.is_in(person.phone, work.network.countries)


def aloud(work: Work, person: Neighbor, told: Notice) -> str | None:
    """What a call would say to somebody in the place of a text; None if it is worth no call, and
    for whom we may not call."""
    prompt = SPOKEN.get(told.sentence)
    if prompt is None or not may_be_told(work, person):
        return None
    return spoken(work, Notice(prompt, told.values), person.language)


def written(work: Work, told: Notice, language: str | None) -> str:
    """A text in somebody's language, with first names where it has neighbors' ids."""
    return work.speech.say(_with_names(work, told), work.speech.spoken(language))


def spoken(work: Work, told: Notice, language: str | None) -> str:
    """The same, as it is said on the phone."""
    return work.speech.speak(_with_names(work, told), work.speech.spoken(language))


def in_pieces(body: str) -> list[str]:
    """Several texts where one is over the carrier's limit."""
    if len(body) <= LONGEST_TEXT:
        return [body]
    return textwrap.wrap(body, LONGEST_TEXT, drop_whitespace=False, replace_whitespace=False)


def _with_names(work: Work, told: Notice) -> Notice:
    who, some = told.values.get("name"), told.values.get("names")
    if not isinstance(who, int) and not isinstance(some, tuple):
        return told
    values = dict(told.values)
    if isinstance(who, int):
        values["name"] = _first_name(work, who)
    if isinstance(some, tuple):
        values["names"] = tuple(_first_name(work, it) for it in some)
    return replace(told, values=values)


def _first_name(work: Work, who: int) -> str | None:
    name = work.person(who).name
    return name.split()[0] if name else None


# What somebody said, for whoever is to read or hear it.


def quote(work: Work, said: Iterable[messages.Words], language: str | None) -> str:
    """Everything that was said for a request, as its taker reads it."""
    picture = written(work, notice(Sentence.PICTURE), language)
    recording = written(work, notice(Sentence.RECORDING), language)
    parts = [
        " ".join([*[recording] * it.is_recording, it.body, *[picture] * len(it.pictures)])
        for it in said
    ]
    whole = " / ".join(part.strip() for part in parts if part.strip())
    return textwrap.shorten(whole, LONGEST_QUOTE, placeholder=" ...")


def quote_aloud(said: Iterable[messages.Words]) -> str:
    """What was written or keyed in, to be read out: a postcode by its digits."""
    bodies = [it.body for it in said if it.body]
    whole = ". ".join(" ".join(body) if body.isdigit() else body for body in bodies)
    return textwrap.shorten(whole, LONGEST_QUOTE, placeholder=" ...")


# Stewards.


def stewards(work: Work) -> list[int]:
    """Their ids, new if need be."""
    return people.known_or_new(work.connection, work.network.stewards, work.now)


def tell_stewards(work: Work, told: Notice, about: About = NOTHING) -> None:
    for steward in stewards(work):
        tell(work, steward, told, about)


def tell_stewards_once(work: Work, told: Notice, since: datetime) -> None:
    """Those who heard it after that are not told again."""
    for steward in stewards(work):
        body = written(work, told, work.person(steward).language)
        if not messages.was_told_since(work.connection, steward, body, since):
            send(work, steward, told)
