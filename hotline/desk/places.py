"""The exact place of whoever asked: kept from whoever takes the request until they say OK.

What tells a place is found by `address`. A network may have places told at once (`address` of a
need). So it is where whoever asked cannot be asked anything: who said STOP, is called, or called
from a hidden number. Whoever takes it is told that the place follows, and can talk meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from hotline import address, phone
from hotline.address import PlaceState
from hotline.attachment import Attachment
from hotline.desk import telling
from hotline.help_request import HelpRequest
from hotline.inbound import MOST_ATTACHMENTS
from hotline.notices import Notice, Told, notice
from hotline.store import messages, places
from hotline.store.messages import About, Words
from hotline.work import Work


def is_kept_from(work: Work, request: HelpRequest, who: int) -> bool:
    """Whether whoever asked has still to say OK, before this taker may know where they are."""
    if not work.network.asks_before_address(request.named_needs):
        return False
    asker = work.person(request.requester)
    can_answer = not (asker.stopped or asker.by_voice or phone.is_nobodys(asker.phone))
    given = places.state_of(work.connection, request.number, who) is PlaceState.GIVEN
    return can_answer and not given


def shown(work: Work, words: str) -> str | None:
    """Words without the place in them; None if nothing of them can be shown."""
    known = {word.casefold() for area in work.network.areas for word in (area.key, *area.words)}
    return address.without_place(words, known)


def before_ok(
    work: Work, request: HelpRequest, who: int, said: list[Words]
) -> tuple[list[Words], list[Notice]]:
    """Of what was said for a request what this taker may read now, and what tells them that the
    rest follows."""
    readable = readable_now(work, request, who, said)
    if readable is None:
        return said, []
    places.note(work.connection, request.number, who, PlaceState.ASKED)
    about = {"number": request.number, "need": request.named_needs, "area": request.area}
    return readable, [notice(Told.PLACE_FOLLOWS, **about)]


def readable_now(
    work: Work, request: HelpRequest, who: int, said: list[Words]
) -> list[Words] | None:
    """The words without a place in them; None if nothing has to be left out. Of what was spoken, or
    came with a text, nobody knows what it tells."""
    if not is_kept_from(work, request, who):
        return None
    is_plain = not any(it.attachments or it.is_recording for it in said)
    without = shown(work, _quote(work, said, who)) if is_plain else None
    if without is not None and address.LEFT_OUT not in without:
        return None
    return [Words(without or address.LEFT_OUT)]


def _quote(work: Work, said: list[Words], who: int) -> str:
    return telling.quote(work, said, work.person(who).language)


def ask(work: Work, request: HelpRequest, who: int) -> None:
    """Ask whoever asked for help, if an answer of theirs is missing; of several takers one after
    the other."""
    waiting = _waiting(work, request.number)
    if waiting[:1] == [who]:
        question = notice(Told.SEND_PLACE, number=request.number, name=who)
        telling.tell(
            work, request.requester, question, About(request.number, may_wake=request.urgent)
        )


def _waiting(work: Work, number: int) -> list[int]:
    kept = places.kept(work.connection, number)
    return [it.taker for it in kept if it.state is PlaceState.ASKED]


def keep_words(
    work: Work, request: HelpRequest, who: int, words: str, attachments: Sequence[Attachment]
) -> bool:
    """Whether words of whoever asked are kept from a taker: those that may tell a place, and all
    that came with a text. Whoever asked is asked whether to send them."""
    if not attachments and shown(work, words) == words:
        return False
    places.note(work.connection, request.number, who, PlaceState.ASKED)
    telling.answer(work, notice(Told.PLACE_LEFT_OUT, number=request.number, name=who))
    return True


def give(work: Work, request: HelpRequest, who: int) -> None:
    """They said OK: all that was kept from this taker goes to them."""
    places.note(work.connection, request.number, who, PlaceState.GIVEN)
    number = request.number
    about = About(number, may_wake=request.urgent, from_id=request.requester)
    said = messages.words_of(work.connection, number)
    whole = notice(Told.QUOTE, number=number, quote=_quote(work, said, who))
    telling.send(work, who, whole, about)
    if work.person(who).by_voice:
        telling.send(work, who, notice(Told.PLACE_TO_HEAR, number=number), about)
    kept = _kept_words(work, request, who)
    for it in kept:
        told = notice(Told.FROM_REQUESTER, number=number, words=_quote(work, [it], who))
        telling.send(work, who, told, about)
    files = tuple(it for words in (*said, *kept) for it in words.attachments)
    telling.pass_on_attachments(work, who, about, request.requester, files[-MOST_ATTACHMENTS:])
    telling.answer(work, notice(Told.PLACE_SENT, number=number, name=who))
    _ask_next(work, request)


def _kept_words(work: Work, request: HelpRequest, who: int) -> list[Words]:
    since = places.taken_at(work.connection, request.number, who)
    said = messages.said_besides(work.connection, request.number, request.requester, since)
    return [it for it in said if it.attachments or shown(work, it.body) != it.body]


def keep(work: Work, request: HelpRequest, who: int) -> None:
    """They said NO: the taker hears so, and can talk or hand it back."""
    places.note(work.connection, request.number, who, PlaceState.KEPT)
    telling.send(
        work, who, notice(Told.PLACE_REFUSED, number=request.number), About(request.number)
    )
    telling.answer(work, notice(Told.PLACE_KEPT, number=request.number, name=who))
    _ask_next(work, request)


def _ask_next(work: Work, request: HelpRequest) -> None:
    for who in _waiting(work, request.number)[:1]:
        ask(work, request, who)
