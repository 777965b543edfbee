"""Telling somebody something: in their language, as the answer to their text, as a text, or by
phone.

It writes down what is to be sent and sends nothing. Who hears what is for others to say; whoever we
may not write to hears nothing (`may_be_told`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hotline import phone, routes, schedule, segments
from hotline.address import LEFT_OUT
from hotline.attachment import Attachment, AttachmentKind
from hotline.message import Channel
from hotline.notices import Notice, Told, notice
from hotline.prompts import NEWS
from hotline.store import apart, messages, people, requests, tables
from hotline.store.messages import NOTHING, About, NewMessage, Reply
from hotline.store.people import Neighbor
from hotline.words import Part
from hotline.work import Work

LONGEST_TEXT = 1600  # letters; the carrier's limit
MOST_PARTS = 4  # of a text by a phone or a modem: more than six fail on many, docs/old-phone.md
LONGEST_QUOTE = 1400  # letters of what somebody wrote in all; the taker can ask for more


def tell(work: Work, who: int, told: Notice, about: About = NOTHING) -> None:
    """Tell somebody: whoever acts is answered, everybody else gets a message."""
    if work.actor and who == work.actor.id:
        answer(work, told, about.request_number)
    else:
        send(work, who, told, about)


def answer(work: Work, told: Notice, request_number: int | None = None) -> None:
    """Answer whoever acts, unless they hear of it in other words."""
    if work.actor is None or work.is_quiet:
        return
    person = work.person(work.actor.id)
    if not _may_be_answered(work, person):
        return
    if person.is_quiet:
        if work.replies:
            return
        told = says_nothing(work)
    number = request_number or _number_in(told)
    bodies = in_pieces(written(work, told, person.language), _most_parts(work, person.carrier))
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
    waits = person.is_quiet and told.what not in _SAYS_NOTHING
    due = tables.UNTIL_THEY_CALL if waits else None
    # A page that reaches nobody as a text brings somebody else.
    is_page = about.page_id is not None
    said = None if is_page else aloud(work, person, told)
    left = None if is_page else left_on_machine(work, person, told)
    by = routes.channel_for(work.network, person.phone, person.carrier, is_page=is_page)
    bodies = in_pieces(written(work, told, person.language), _most_parts(work, by))
    draft = NewMessage(who, "", aloud=said, on_machine=left, about=about, due=due, carrier=by)
    for place, body in enumerate(bodies, 1):
        part = about if place == len(bodies) else replace(about, attachments=())
        draft = replace(draft, body=body, segments=segments.count(body), about=part)
        number = messages.add_message(work.connection, draft, work.now)
        if not waits:
            work.after.messages.append(number)
    if waits:
        _ask_to_call(work, person)


# Codes, because they ask just now.
_SAYS_NOTHING = (Told.QUIET, Told.QUIET_BY_TEXT, Told.CODE, Told.BOARD_CODE)
_ASKED_TO_CALL = timedelta(hours=1)


def says_nothing(work: Work) -> Notice:
    """What whoever said QUIET reads."""
    return notice(Told.QUIET if routes.makes_calls(work.network) else Told.QUIET_BY_TEXT)


def _ask_to_call(work: Work, person: Neighbor) -> None:
    """Whoever said QUIET reads a line that says nothing, not too often."""
    told = says_nothing(work)
    since, body = work.now - _ASKED_TO_CALL, written(work, told, person.language)
    if not messages.was_told_since(work.connection, person.id, body, since):
        send(work, person.id, told)


def _call(work: Work, person: Neighbor, told: Notice, about: About) -> None:
    """A call to be made now; one that waits for the morning is left to the clock."""
    news = NEWS.get(told.what)
    said = aloud(work, person, told)
    if news is None or said is None:
        return
    if news.replaces_older:
        messages.drop_old_news(work.connection, person.id, about.request_number)
    to_machine = left_on_machine(work, person, told)
    about = replace(about, may_wake=about.may_wake and news.wakes)
    call(work, person.id, said, about, to_machine)


def call(
    work: Work,
    who: int,
    said: str,
    about: About,
    on_machine: str | None = None,
    due: datetime | None = None,
) -> int:
    """Write a call down, to be made when it is `due`: not in quiet hours, unless it may wake
    somebody. Its id."""
    due = due or schedule.may_ask_from(about.may_wake, work.network, work.now)
    draft = NewMessage(who, said, channel=Channel.CALL, on_machine=on_machine, about=about, due=due)
    number = messages.add_message(work.connection, draft, work.now)
    if due <= work.now:
        work.after.messages.append(number)
    return number


def may_be_told(work: Work, person: Neighbor) -> bool:
    """Nor whom organizers blocked: of what they write, only danger is answered."""
    return _may_be_answered(work, person) and not person.is_blocked(work.now)


def _may_be_answered(work: Work, person: Neighbor) -> bool:
    """Not somebody who said STOP, or lives where we send nothing."""
    return not person.stopped and phone.is_in(person.phone, work.network.countries)


def aloud(work: Work, person: Neighbor, told: Notice) -> str | None:
    """What a call would say to somebody in the place of a text; None if it is worth no call, and
    for whom we may not call."""
    news = NEWS.get(told.what)
    if news is None or not may_be_told(work, person):
        return None
    return spoken(work, news.said, told.values, person.language)


def left_on_machine(work: Work, person: Neighbor, told: Notice) -> str | None:
    """What the same call leaves on an answering machine, which others may hear, if that differs."""
    news = NEWS.get(told.what)
    if news is None or news.to_machine is None:
        return None
    return spoken(work, news.to_machine, told.values, person.language)


def written(work: Work, told: Notice, language: str | None) -> str:
    """A text in somebody's language, with first names where it has neighbors' ids."""
    named = replace(told, values=_with_names(work, told.values))
    return work.speech.say(named, work.speech.spoken(language))


def spoken(work: Work, words: str, values: Mapping[str, object], language: str | None) -> str:
    """The same on the phone, from English words and what goes into them."""
    return work.speech.speak(words, _with_names(work, values), work.speech.spoken(language))


def _most_parts(work: Work, carrier: str | None) -> int | None:
    """In how many parts a text may leave by this channel; None: the limit is of letters."""
    return None if routes.abilities(work.network, carrier).calls else MOST_PARTS


def in_pieces(body: str, most_parts: int | None = None) -> list[str]:
    """Several texts where one is over the carrier's limit. `most_parts`: that it leaves in."""
    longest = LONGEST_TEXT
    if most_parts and segments.count(body) > most_parts:
        longest = segments.room(body, most_parts)
    if len(body) <= longest:
        return [body]
    return textwrap.wrap(body, longest, drop_whitespace=False, replace_whitespace=False)


def _with_names(work: Work, values: Mapping[str, object]) -> Mapping[str, object]:
    who, some = values.get("name"), values.get("names")
    named: dict[str, object] = {}
    if isinstance(who, int):
        named["name"] = work.person(who).shown_name
    if isinstance(some, tuple):
        named["names"] = tuple(work.person(it).shown_name for it in some)
    return {**values, **named}


# What somebody said, for whoever is to read or hear it.


def quote(work: Work, said: Iterable[messages.Words], language: str | None) -> str:
    """Everything that was said for a request, as its taker reads it."""
    recording = work.speech.part(Part.RECORDING, language)
    parts = [
        " ".join([*[recording] * it.is_recording, it.body, shown(work, it.attachments, language)])
        for it in said
    ]
    whole = " / ".join(part.strip() for part in parts if part.strip())
    return textwrap.shorten(whole, LONGEST_QUOTE, placeholder=" ...")


def shown(work: Work, attachments: Iterable[Attachment], language: str | None) -> str:
    """What came with a text, in words: a phone that shows none of it shows at least that."""
    return " ".join(work.speech.part(_SHOWN[it.kind], language) for it in attachments)


def pass_on_attachments(
    work: Work, who: int, about: About, by: int, attachments: tuple[Attachment, ...]
) -> None:
    """What came with a request, to whoever takes it."""
    if not attachments or about.request_number is None:
        return
    number = about.request_number
    words = shown(work, attachments, work.person(who).language)
    told = notice(Told.THEIR_ATTACHMENTS, number=number, words=words)
    send(work, who, told, About(number, from_id=by, attachments=attachments))
    left_out_of_call(work, who, number, by, attachments)


def left_out_of_call(
    work: Work, to: int, number: int, by: int, attachments: Iterable[Attachment]
) -> None:
    """Whoever is called hears voice messages, and sees nothing: whoever sent it is told."""
    unseen = [it for it in attachments if it.kind is not AttachmentKind.VOICE]
    if unseen and work.person(to).by_voice:
        words = shown(work, unseen, work.person(by).language)
        told = notice(Told.LEFT_OUT_OF_CALL, number=number, words=words)
        tell(work, by, told, About(number))


_SHOWN = {
    AttachmentKind.PICTURE: Part.PICTURE,
    AttachmentKind.VOICE: Part.RECORDING,
    AttachmentKind.VIDEO: Part.VIDEO,
    AttachmentKind.CONTACT: Part.CONTACT,
    AttachmentKind.PLACE: Part.PLACE,
    AttachmentKind.FILE: Part.FILE,
}


def quote_aloud(said: Iterable[messages.Words]) -> str:
    """What was written or keyed in, to be read out: a postcode by its digits."""
    bodies = [it.body.replace(LEFT_OUT, "...") for it in said if it.body]
    whole = ". ".join(" ".join(body) if body.isdigit() else body for body in bodies)
    return textwrap.shorten(whole, LONGEST_QUOTE, placeholder=" ...")


# Stewards.


def stewards(work: Work) -> list[int]:
    """Their ids, new if need be."""
    return people.known_or_new(work.connection, work.network.stewards, work.now)


def tell_stewards(
    work: Work, told: Notice, about: About = NOTHING, but: Collection[int] = ()
) -> None:
    """All who may hear of whom it tells, `but` these."""
    for steward in _who_may_hear(work, told):
        if steward not in but:
            tell(work, steward, told, about)


def tell_stewards_once(work: Work, told: Notice, since: datetime) -> None:
    """As `tell_stewards`; those who heard it after that are not told again."""
    for steward in _who_may_hear(work, told):
        body = written(work, told, work.person(steward).language)
        if not messages.was_told_since(work.connection, steward, body, since):
            send(work, steward, told)


def _who_may_hear(work: Work, told: Notice) -> list[int]:
    """A steward may be whom somebody is afraid of: they hear nothing that names or describes who
    is kept apart from them."""
    everybody = stewards(work)
    feared = _kept_apart_from(work, told)
    return [it for it in everybody if it not in feared]


def _kept_apart_from(work: Work, told: Notice) -> frozenset[int]:
    """From whomever a notice names, and from those of the request that it tells of."""
    name, number = told.values.get("name"), told.values.get("number")
    request = requests.find_request(work.connection, number) if isinstance(number, int) else None
    about = {name} if isinstance(name, int) else set()
    about |= {request.requester, *request.takers} if request else set()
    return frozenset().union(*(apart.others_of(work.connection, it) for it in about))
