"""Messages: every text and call, in and out, from being written down to what became of them.

Functions on a connection inside somebody's transaction. What moves a message is in
`hotline.message`: each change here names one move, and counts only where that has its row. A
conversation as a window shows it is in `conversation`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hotline.attachment import Attachment
from hotline.broadcast import BroadcastState
from hotline.failure import Tried
from hotline.help_request import OURSELVES, TalkLine
from hotline.limits import HeardText, Pace
from hotline.message import ARRIVED, ROWS, Channel, MessageMove, MessageState, WhyDropped
from hotline.page import PageState
from hotline.resuming import AtCarrier
from hotline.store import digests, tables
from hotline.store.database import Stale
from hotline.store.prepared import Prepared, is_among

neighbor, page = tables.neighbor, tables.page
message, recording, request = tables.message, tables.recording, tables.request


def _before(move: MessageMove, of: Any = message) -> ColumnElement[bool]:
    """In a state from which this move counts."""
    found: ColumnElement[bool] = tables.one_of(of.c.state, *ROWS[move].states)
    return found


def _after(move: MessageMove) -> str:
    return ROWS[move].next.value


def _given_up(why: WhyDropped) -> dict[str, Any]:
    return {"state": _after(MessageMove.GIVE_UP), "failure": why.value, "due": None}


# From somebody.


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that somebody wrote, or what they keyed in. `sid` is the carrier's name for it, or
    for the call; `is_words`: it is part of the words of its request."""

    sid: str
    neighbor: int
    body: str
    attachments: tuple[Attachment, ...] = ()
    channel: Channel = Channel.TEXT
    request_number: int | None = None
    is_words: bool = False
    pace: Pace = Pace.USUAL
    carrier: str | None = None


def add_inbound(connection: Connection, it: Inbound, now: datetime) -> int:
    """Write it down; its id. Raises Stale if it was written down meanwhile."""
    facts = {
        "sid": it.sid,
        "neighbor_id": it.neighbor,
        "channel": it.channel.value,
        "state": MessageState.RECEIVED.value,
        "at": now,
        "body": it.body,
        "pictures": _as_json(it.attachments),
        "request_number": it.request_number,
        "is_words": it.is_words,
        "pace": it.pace.value,
        "carrier": it.carrier,
    }
    rows = _INBOUND[connection.dialect.name].rows(connection, facts)
    if not rows:
        raise Stale("this text was written down meanwhile")
    return int(rows[0][0])


_INBOUND = {
    dialect.dialect.name: Prepared(
        dialect.insert(message)
        .values(
            {
                it: bindparam(it)
                for it in (
                    *("sid", "neighbor_id", "channel", "state", "at", "body", "pictures"),
                    *("request_number", "is_words", "pace", "carrier"),
                )
            }
        )
        .on_conflict_do_nothing(index_elements=[message.c.sid])
        .returning(message.c.id)
    )
    for dialect in (postgresql, sqlite)
}


def find_inbound(connection: Connection, sid: str) -> int | None:
    """The id of the text of this name, be it deleted."""
    rows = _FIND.rows(connection, _named(connection, sid))
    return int(rows[0][0]) if rows else None


def _named(connection: Connection, sid: str) -> dict[str, Any]:
    return {"of": sid, "gone": digests.of_name(connection, sid)}


_is_of_this_name = message.c.sid.in_([bindparam("of"), bindparam("gone")])
_FIND = Prepared(select(message.c.id).where(_is_of_this_name))


def heard_lately(
    connection: Connection, who: int, sid: str, since: datetime, limit: int
) -> list[HeardText]:
    """What somebody wrote since then, the newest first; and in front of all the text of this
    name, which the carrier may deliver again however late."""
    facts = {"who": who, "since": since, "most": limit, **_named(connection, sid)}
    return [
        HeardText(
            sid if name == facts["gone"] else name,
            body,
            bool(is_answered),
            at,
            Pace(pace),
            number,
            part_of if is_words else None,
        )
        for number, name, body, at, pace, is_answered, is_words, part_of in _HEARD_LATELY.rows(
            connection, facts
        )
    ]


_reply = message.alias("reply")
_said = message.alias("said")
_same_or_lately = union_all(
    select(message.c.id).where(_is_of_this_name),
    # Whoever writes without end is read no further than they are counted.
    select(
        select(message.c.id)
        .where(
            message.c.neighbor_id == bindparam("who"),
            message.c.at > bindparam("since", type_=tables.Moment),
            message.c.channel == literal_column("'text'"),
        )
        .order_by(message.c.at.desc(), message.c.id.desc())
        .limit(bindparam("most"))
        .subquery()
        .c.id
    ),
)
_HEARD_LATELY = Prepared(
    select(
        *(_said.c.id, _said.c.sid, _said.c.body, _said.c.at, _said.c.pace),
        exists().where(_reply.c.reply_to == _said.c.id).label("is_answered"),
        *(_said.c.is_words, _said.c.request_number),
    )
    .where(_said.c.id.in_(_same_or_lately))
    .order_by(
        _said.c.sid.in_([bindparam("of"), bindparam("gone")]).desc(),
        _said.c.id.desc(),
    )
)


# What somebody said for a request.


@dataclass(frozen=True, slots=True)
class Words:
    """What was said in one text or recording of a request: its words, what came with it, by our
    names, and whether it can be listened to."""

    body: str
    attachments: tuple[Attachment, ...] = ()
    is_recording: bool = False


def words_of(connection: Connection, number: int) -> list[Words]:
    """In the order in which they came; of a recording what is known of its words."""
    facts = {"of": number}
    said = [
        (at, Words(body, by_our_names(sid, _from_json(kept))))
        for sid, at, body, kept in _WRITTEN.rows(connection, facts)
    ]
    said += [
        (at, Words(transcript or "", is_recording=True))
        for at, transcript in _RECORDED.rows(connection, facts)
    ]
    return [words for _, words in sorted(said, key=lambda it: it[0])]


_WRITTEN = Prepared(
    select(message.c.sid, message.c.at, message.c.body, message.c.pictures)
    .where(message.c.request_number == bindparam("of"), message.c.is_words)
    .order_by(message.c.id)
)
_RECORDED = Prepared(
    select(recording.c.recorded_at, recording.c.transcript)
    .where(recording.c.request_number == bindparam("of"), recording.c.passed_to.is_(None))
    .order_by(recording.c.id)
)


def move_words(connection: Connection, number: int, into: int) -> None:
    """What somebody wrote and said for one request is part of another."""
    for table in (message, recording):
        theirs = update(table).where(table.c.request_number == number)
        if table is message:
            theirs = theirs.where(tables.from_somebody)
        connection.execute(theirs.values(request_number=into))


def said_besides(connection: Connection, number: int, who: int, since: datetime) -> list[Words]:
    """What somebody wrote about a request since then that is no part of what it was asked for
    with, the oldest first."""
    said = select(message.c.sid, message.c.body, message.c.pictures).where(
        message.c.request_number == number,
        message.c.neighbor_id == who,
        tables.from_somebody,
        message.c.is_words.is_(False),
        message.c.at >= since,
    )
    rows = connection.execute(said.order_by(message.c.id))
    return [Words(body, by_our_names(sid, _from_json(kept))) for sid, body, kept in rows]


def by_our_names(sid: str, attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """What came with the text of this name, each by the name of the text and its place in it."""
    return tuple(Attachment(f"{sid}/{place}", it.type) for place, it in enumerate(attachments))


def attachments_of(connection: Connection, sid: str) -> tuple[Attachment, ...]:
    """What came with the text of this name, by our names."""
    query = select(message.c.pictures).where(message.c.sid == sid, tables.from_somebody)
    return by_our_names(sid, _from_json(connection.execute(query).scalar()))


def address_of(connection: Connection, name: str) -> str | None:
    """Where the carrier has what we call so; None if there is no such thing."""
    sid, _, place = name.rpartition("/")
    query = select(message.c.pictures).where(message.c.sid == sid, tables.from_somebody)
    found = _from_json(connection.execute(query).scalar())
    is_there = place.isascii() and place.isdigit() and int(place) < len(found)
    return found[int(place)].at if is_there else None


def passed_on_to(connection: Connection, number: int, who: int, by: int) -> tuple[Attachment, ...]:
    """What came with one person's texts about a request and was passed on to another."""
    rows = _PASSED_ON.rows(connection, {"number": number, "who": who, "by_id": by})
    return tuple(it for (kept,) in rows for it in _from_json(kept))


_PASSED_ON = Prepared(
    select(message.c.pictures)
    .where(
        message.c.request_number == bindparam("number"),
        message.c.neighbor_id == bindparam("who"),
        message.c.from_id == bindparam("by_id"),
        tables.one_of(message.c.channel, Channel.API, Channel.CALL),
    )
    .order_by(message.c.id)
)


def _as_json(attachments: Sequence[Attachment]) -> list[list[str]] | None:
    return [[it.at, it.type] for it in attachments] or None


def _from_json(kept: Sequence[Sequence[str]] | None) -> tuple[Attachment, ...]:
    return tuple(Attachment(*it) for it in kept or ())


# To somebody.


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody is told in the answer to their text."""

    body: str
    segments: int
    request_number: int | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """The same as it leaves: `id` is the message's."""

    id: int
    body: str


def add_replies(
    connection: Connection,
    who: int,
    text_id: int,
    replies: Sequence[Reply],
    now: datetime,
    *,
    is_forgotten: bool = False,
) -> list[Replied]:
    """The carrier gets them with our answer, so they are accepted; how they are called there its
    callback tells. What it refuses it tells nobody: without a callback they are looked up. A number
    that somebody named may be no request's. `is_forgotten`: whoever hears them wants nothing
    kept."""
    found: list[Replied] = []
    for it in replies:
        facts = {
            "neighbor_id": who,
            "reply_to": text_id,
            "body": "" if is_forgotten else it.body,
            "segments": it.segments,
            "request_number": it.request_number,
            "moment": now,
            "look_up_at": None if is_forgotten else now + TOLD_WITHIN,
        }
        ((number,),) = _REPLY.rows(connection, facts)
        found.append(Replied(number, it.body))
    return found


OVER_BUDGET = -1  # among the codes of what holds a message back: ourselves
TOLD_WITHIN = timedelta(minutes=5)  # the carrier tells what becomes of a reply
_REPLY = Prepared(
    insert(message)
    .values(
        {
            **{it: bindparam(it) for it in ("neighbor_id", "reply_to", "body", "segments")},
            "request_number": select(request.c.number)
            .where(request.c.number == bindparam("request_number"))
            .scalar_subquery(),
            "channel": Channel.REPLY.value,
            "state": MessageState.ACCEPTED.value,
            "at": bindparam("moment", type_=tables.Moment),
            "claimed_at": bindparam("moment", type_=tables.Moment),
            "due": bindparam("look_up_at", type_=tables.Moment),
            "tries": 1,
        }
    )
    .returning(message.c.id)
)


def replies_to(connection: Connection, text_id: int) -> list[Replied]:
    """What a text was answered with, to be said again when the carrier asks again; nothing of what
    is forgotten."""
    query = select(message.c.id, message.c.body).where(message.c.reply_to == text_id)
    said = query.where(message.c.body != "").order_by(message.c.id)
    return [Replied(*row) for row in connection.execute(said)]


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about, and what it passes on."""

    request_number: int | None = None
    page_id: int | None = None  # it asks somebody
    good_until: datetime | None = None  # not worth sending after that
    may_wake: bool = False  # a call may ring in quiet hours, and a text leaves before others
    from_id: int | None = None  # the neighbor whose words and attachments it passes on
    attachments: tuple[Attachment, ...] = ()  # by `by_our_names`
    broadcast_id: int | None = None  # it is part of what was written to many


NOTHING = About()


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message that waits to be sent, or of which we do not know whether it was.

    `tries`: how often its words were brought to this phone, this time included. `claims`: how often
    it was claimed to be brought to the carrier, which may have put it back."""

    channel: Channel
    attachments: tuple[Attachment, ...]
    id: int
    phone: str
    body: str
    tries: int
    claims: int
    claimed_at: datetime | None
    good_until: datetime | None
    page_id: int | None
    neighbor: int
    may_wake: bool
    aloud: str | None
    on_machine: str | None
    request_number: int | None
    held_by: int | None
    from_id: int | None
    carrier: str | None
    written_at: datetime


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message as it is written down. `aloud`: what a call would say, should a text reach nobody;
    `on_machine`: what that, or a call, leaves on an answering machine instead. `carrier`: by which
    channel it leaves. `reply_to`: the text that it answers, where no answer leaves by itself."""

    neighbor: int
    body: str
    segments: int = 0
    channel: Channel = Channel.API
    aloud: str | None = None
    on_machine: str | None = None
    about: About = NOTHING
    due: datetime | None = None  # else at once
    carrier: str | None = None
    reply_to: int | None = None


def add_message(
    connection: Connection, it: NewMessage, now: datetime, look_up_at: datetime | None = None
) -> int:
    """Write a message down that waits to be sent; its id. `look_up_at`: it leaves at once, and is
    looked up at the carrier then if nobody reports of it."""
    is_claimed = look_up_at is not None
    facts = {
        "neighbor_id": it.neighbor,
        "channel": it.channel.value,
        "state": _after(MessageMove.CLAIM) if is_claimed else MessageState.WAITING.value,
        "at": now,
        "body": it.body,
        "words": _words_to(it.neighbor, it.body),
        "segments": it.segments,
        "request_number": it.about.request_number,
        "pictures": _as_json(it.about.attachments),
        "page_id": it.about.page_id,
        "from_id": it.about.from_id,
        "broadcast_id": it.about.broadcast_id,
        "aloud": it.aloud,
        "on_machine": it.on_machine,
        "may_wake": it.about.may_wake,
        "claims": 1 if is_claimed else 0,
        "due": look_up_at or it.due or now,
        "good_until": it.about.good_until,
        "claimed_at": now if is_claimed else None,
        "carrier": it.carrier,
        "reply_to": it.reply_to,
    }
    ((number,),) = _NEW.rows(connection, facts)
    return int(number)


_NEW = Prepared(
    insert(message)
    .values(
        {"tries": 1}
        | {
            it: bindparam(it)
            for it in (
                *("neighbor_id", "channel", "state", "at", "body", "words", "segments"),
                *("request_number", "pictures", "page_id", "from_id", "aloud", "on_machine"),
                *("may_wake", "claims", "broadcast_id"),
                *("due", "good_until", "claimed_at", "carrier", "reply_to"),
            )
        }
    )
    .returning(message.c.id)
)


def _words_to(who: int, body: str) -> str:
    """What is marked, so that the same words to two people have nothing in common."""
    return f"{who} {body}"


def mark_anew(connection: Connection) -> None:
    """With the newest key: of what is on its way, for of what has left nobody asks long."""
    columns = (message.c.id, message.c.neighbor_id, message.c.body)
    marked = select(*columns).where(
        message.c.words.is_not(None), tables.on_its_way(message.c.state)
    )
    for number, who, body in connection.execute(marked).all():
        words = _words_to(who, body)
        connection.execute(update(message).where(message.c.id == number).values(words=words))


def outbound(connection: Connection, ids: Collection[int]) -> list[Outbound]:
    if not ids:
        return []
    return [
        Outbound(Channel(channel), _from_json(kept), *rest)
        for channel, kept, *rest in _SOME.rows(connection, {"ids": list(ids)})
    ]


_SOME = Prepared(
    select(
        *(message.c.channel, message.c.pictures, message.c.id, neighbor.c.phone, message.c.body),
        *(message.c.tries, message.c.claims, message.c.claimed_at, message.c.good_until),
        *(message.c.page_id, message.c.neighbor_id, message.c.may_wake, message.c.aloud),
        *(message.c.on_machine, message.c.request_number, message.c.held_by, message.c.from_id),
        *(message.c.carrier, message.c.at),
    )
    .join(neighbor, neighbor.c.id == message.c.neighbor_id)
    .where(is_among(message.c.id, "ids"))
    .order_by(message.c.id)
)


# On its way to the carrier.


def drop_unwanted(connection: Connection, ids: Collection[int], now: datetime) -> list[int]:
    """Give up those of these messages that must not or need not be sent any more: to somebody who
    said STOP, part of what stewards stopped, or good for nothing now. Returns the pages among
    them."""
    dropped = _UNWANTED.rows(connection, {"ids": list(ids), "now": now})
    return [page_id for (page_id,) in dropped if page_id is not None]


_IS_DUE = and_(
    is_among(message.c.id, "ids"),
    _before(MessageMove.CLAIM),
    message.c.due <= bindparam("now"),
)
_HAS_STOPPED = exists().where(
    neighbor.c.id == message.c.neighbor_id,
    neighbor.c.stopped_at.is_not(None),
    # But for the answer to their STOP, where the carrier gives none.
    or_(message.c.reply_to.is_(None), message.c.at < neighbor.c.stopped_at),
)
_IS_CALLED_OFF = exists().where(
    tables.broadcast.c.id == message.c.broadcast_id,
    tables.broadcast.c.state == BroadcastState.STOPPED.value,
)
_UNWANTED = Prepared(
    update(message)
    .where(_IS_DUE, or_(message.c.good_until <= bindparam("now"), _HAS_STOPPED, _IS_CALLED_OFF))
    .values(
        state=_after(MessageMove.GIVE_UP),
        failure=case(
            (_HAS_STOPPED, WhyDropped.STOPPED.value),
            (_IS_CALLED_OFF, WhyDropped.CALLED_OFF.value),
            else_=WhyDropped.TOO_OLD.value,
        ),
        due=None,
    )
    .returning(message.c.page_id)
)


def claim(
    connection: Connection, ids: Collection[int], now: datetime, look_up_at: datetime
) -> list[Outbound]:
    """Take those of these messages that wait to be sent: nobody else will send them.

    If this process dies, they are looked up at the carrier at `look_up_at`. Of the calls to one
    person one is taken at a time: their phone rings once, in the order of the news; and a call
    in doubt can be told from others by nothing but whom it is to. So can a text from one with the
    same words: of these, too, one is taken at a time.
    """
    rang = now - LONGEST_CALL
    facts = {"ids": list(ids), "now": now, "look_up_at": look_up_at, "rang_since": rang}
    return outbound(connection, [number for (number,) in _CLAIM.rows(connection, facts)])


LONGEST_CALL = timedelta(minutes=5)  # after that it is over, though nobody told us
_IS_CALL = message.c.channel == Channel.CALL.value
_other = message.alias()
_waits_before = and_(
    _before(MessageMove.CLAIM, _other),
    _other.c.due <= bindparam("now"),
    _other.c.id < message.c.id,
)
_is_in_a_call = exists().where(
    _other.c.neighbor_id == message.c.neighbor_id,
    _other.c.channel == Channel.CALL.value,
    _other.c.id != message.c.id,
    or_(
        _before(MessageMove.REFUSE, _other),
        and_(
            tables.one_of(_other.c.state, MessageState.ACCEPTED, MessageState.SENT),
            _other.c.claimed_at > bindparam("rang_since", type_=tables.Moment),
        ),
        _waits_before,
    ),
)
_is_in_doubt = exists().where(
    _other.c.neighbor_id == message.c.neighbor_id,
    tables.on_its_way(_other.c.state),
    _other.c.words == message.c.words,
    _other.c.channel == Channel.API.value,
    _other.c.id != message.c.id,
    or_(_before(MessageMove.REFUSE, _other), _waits_before),
)
_CLAIM = Prepared(
    update(message)
    .where(_IS_DUE, or_(and_(~_IS_CALL, ~_is_in_doubt), and_(_IS_CALL, ~_is_in_a_call)))
    .values(
        state=_after(MessageMove.CLAIM),
        claimed_at=bindparam("now"),
        claims=message.c.claims + 1,
        due=bindparam("look_up_at"),
    )
    .returning(message.c.id)
)


def bring_by(connection: Connection, it: Outbound, carrier: str | None, due: datetime) -> bool:
    """Its own channel did not take it, for certain: it leaves by another. False if it had moved
    on."""
    return _move(connection, it, MessageMove.PUT_BACK, due=due, carrier=carrier)


LOCK_FOR_PACE = 4638  # of PostgreSQL


def choose_alone(connection: Connection) -> None:
    """Let no other process choose whose turn it is before this transaction ends. On SQLite writing
    transactions are alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_FOR_PACE)))


def waiting_for(
    connection: Connection, ids: Collection[int], carriers: Collection[str], now: datetime
) -> list[tuple[int, str]]:
    """Those of these texts that wait for one of these channels and are due, with its name: answers
    first, then what is urgent, then what is asked and said, then what stewards write to many."""
    some = select(message.c.id, message.c.carrier).where(
        message.c.id.in_(ids),
        message.c.carrier.in_(carriers),
        ~_IS_CALL,
        message.c.state == MessageState.WAITING.value,
        message.c.due <= now,
    )
    is_for_many = message.c.broadcast_id.is_not(None)
    first = (_IS_ANSWER.desc(), message.c.may_wake.desc(), is_for_many)
    ordered = some.order_by(*first, message.c.id)
    return [(number, carrier) for number, carrier in connection.execute(ordered)]


_IS_ANSWER = message.c.reply_to.is_not(None)


def in_line(
    connection: Connection, carriers: Collection[str], until: datetime, *, urgent: bool
) -> dict[str, int]:
    """How many texts wait for each of these channels until then, before a page that is written
    now. `urgent`: what the page is about."""
    before = or_(_IS_ANSWER, message.c.may_wake) if urgent else message.c.broadcast_id.is_(None)
    some = select(message.c.carrier, func.count()).where(
        message.c.carrier.in_(carriers),
        ~_IS_CALL,
        message.c.state == MessageState.WAITING.value,
        message.c.due <= until,
        before,
    )
    counted = connection.execute(some.group_by(message.c.carrier))
    return {str(name): count for name, count in counted}


def left_by(connection: Connection, carrier: str, since: datetime) -> int:
    """How many texts were brought to this channel since then."""
    left = select(func.count()).where(message.c.carrier == carrier, message.c.claimed_at > since)
    return connection.execute(left).scalar_one()


def let_wait(connection: Connection, number: int, due: datetime) -> None:
    """A text that waits, waits until then."""
    waits = message.c.state == MessageState.WAITING.value
    later = update(message).where(message.c.id == number, waits)
    connection.execute(later.values(due=due))


def redirect(connection: Connection, ids: Collection[int], carrier: str) -> None:
    """These, of which none was brought anywhere yet, leave by another channel."""
    waits = message.c.state == MessageState.WAITING.value
    others = update(message).where(message.c.id.in_(ids), waits)
    connection.execute(others.values(carrier=carrier))


def drop_old_news(connection: Connection, who: int, number: int | None) -> None:
    """Do not call somebody to say how a request stood before."""
    old = update(message).where(
        message.c.request_number == number,
        message.c.neighbor_id == who,
        _IS_CALL,
        message.c.state == MessageState.WAITING.value,
        message.c.page_id.is_(None),
        message.c.on_machine.is_(None),  # what people said is no news of that kind
    )
    connection.execute(old.values(_given_up(WhyDropped.OLD_NEWS)))


def drop_news(connection: Connection, number: int, who: int) -> None:
    """Do not send what still waits for somebody about this request."""
    _DROP_NEWS.rows(connection, {"number": number, "who": who})


_DROP_NEWS = Prepared(
    update(message)
    .where(
        message.c.request_number == bindparam("number"),
        message.c.neighbor_id == bindparam("who"),
        tables.one_of(message.c.state, MessageState.WAITING),
    )
    .values(_given_up(WhyDropped.OLD_NEWS))
)


def drop_between(connection: Connection, one: int, other: int) -> None:
    """Do not send what either of these said to the other and still waits."""
    pairs = ((one, other), (other, one))
    theirs = [and_(message.c.neighbor_id == to, message.c.from_id == by) for to, by in pairs]
    waits = message.c.state == MessageState.WAITING.value
    left = update(message).where(or_(*theirs), waits)
    connection.execute(left.values(_given_up(WhyDropped.OLD_NEWS)))


def call_off(connection: Connection, broadcast: int) -> None:
    """Do not send what still waits of what was written to many."""
    theirs = update(message).where(message.c.broadcast_id == broadcast)
    waits = theirs.where(message.c.state == MessageState.WAITING.value)
    connection.execute(waits.values(_given_up(WhyDropped.CALLED_OFF)))


def hold_all(connection: Connection, who: int) -> None:
    """What waits to be sent to somebody waits until they call."""
    theirs = message.c.neighbor_id == who, message.c.channel == Channel.API.value
    held = update(message).where(*theirs, message.c.state == MessageState.WAITING.value)
    connection.execute(held.values(due=tables.UNTIL_THEY_CALL))


def release_held(connection: Connection, who: int, now: datetime) -> list[int]:
    """They called: what waited for that is due now. The ids of these messages."""
    theirs = message.c.neighbor_id == who, message.c.due == tables.UNTIL_THEY_CALL
    due = update(message).where(*theirs).values(due=now).returning(message.c.id)
    return sorted(connection.execute(due).scalars())


def postpone(connection: Connection, ids: Collection[int], now: datetime, until: datetime) -> None:
    """Let those of these wait whose turn it is not: somebody is in another call, or the same words
    are in doubt."""
    _POSTPONE.rows(connection, {"ids": list(ids), "now": now, "until": until})


_POSTPONE = Prepared(update(message).where(_IS_DUE).values(due=bindparam("until")))


def claim_lost(
    connection: Connection, ids: Collection[int], now: datetime, look_up_at: datetime
) -> list[Outbound]:
    """Take those of these messages that may or may not have reached the carrier."""
    is_silent = and_(_before(MessageMove.DOUBT), message.c.channel == Channel.REPLY.value)
    in_doubt = or_(_before(MessageMove.LOSE), is_silent)
    claimed = connection.execute(
        update(message)
        .where(message.c.id.in_(ids), in_doubt, message.c.due <= now)
        .values(state=_after(MessageMove.LOSE), due=look_up_at)
        .returning(message.c.id)
    ).scalars()
    return outbound(connection, list(claimed))


def claim_untold(
    connection: Connection, ids: Collection[int], now: datetime, ask_at: datetime
) -> list[Outbound]:
    """Take those of these texts that the carrier has and of which it told nothing: nobody else asks
    after them before `ask_at`."""
    claimed = update(message).where(message.c.id.in_(ids), _IS_UNTOLD, message.c.due <= now)
    found = connection.execute(claimed.values(due=ask_at).returning(message.c.id)).scalars()
    return outbound(connection, list(found))


_IS_UNTOLD = and_(
    message.c.channel == Channel.API.value, message.c.state == MessageState.ACCEPTED.value
)


def ask_again_of(connection: Connection, it: Outbound, ask_at: datetime | None) -> None:
    """Of a text of which nothing is known yet; None: nobody is asked any more."""
    untold = update(message).where(message.c.id == it.id, _IS_UNTOLD)
    connection.execute(untold.values(due=ask_at))


# Back from a backup.


def waiting_to_leave(connection: Connection, until: datetime) -> list[Outbound]:
    """Those written down until then that are not with the carrier, as far as we know."""
    found = select(message.c.id).where(tables.on_its_way(message.c.state), message.c.at <= until)
    return outbound(connection, list(connection.execute(found).scalars()))


def doubt_waiting(connection: Connection, until: datetime, since: datetime) -> int:
    """What was written down until then and waits may have been sent `since`: it is looked up at the
    carrier when it is due, and sent only if it is not there. How many these are."""
    doubted = update(message).where(_before(MessageMove.RESTORE), message.c.at <= until)
    facts = {"state": _after(MessageMove.RESTORE), "claimed_at": since}
    return connection.execute(doubted.values(facts)).rowcount


def add_found(connection: Connection, it: AtCarrier, who: int, number: int | None) -> None:
    """Write down what the carrier has and we did not: a text from somebody, of which nothing
    follows any more, or one to them."""
    facts = {"neighbor_id": who, "sid": it.sid, "at": it.at, "body": it.body}
    facts["request_number"] = number
    if it.is_ours:
        facts |= {"channel": Channel.API.value, "state": MessageState.SENT.value, "tries": 1}
        facts["claimed_at"] = it.at
    else:
        facts |= {"channel": Channel.TEXT.value, "state": MessageState.RECEIVED.value}
        facts["pace"] = Pace.USUAL.value
    connection.execute(insert(message).values(facts))


# What a sender reports holds only while its claim does: whoever claimed the message after it raised
# `claims`, and knows better.


def _move(connection: Connection, it: Outbound, move: MessageMove, **facts: Any) -> bool:
    """False if the message had moved on."""
    claimed = message.c.id == it.id, message.c.claims == it.claims, _before(move)
    moved = update(message).where(*claimed).values({"due": None, **facts, "state": _after(move)})
    return connection.execute(moved).rowcount == 1


def drop_if_stopped(connection: Connection, it: Outbound) -> bool:
    """Give up a claimed message to somebody who said STOP. True if they did."""
    claimed = message.c.id == it.id, message.c.claims == it.claims, _before(MessageMove.LOSE)
    dropped = update(message).where(*claimed, _HAS_STOPPED)
    return connection.execute(dropped.values(_given_up(WhyDropped.STOPPED))).rowcount == 1


def keep_attachments(connection: Connection, it: Outbound, kept: Sequence[Attachment]) -> bool:
    """Send a claimed message with these and no others. False if it had moved on."""
    claimed = message.c.id == it.id, message.c.claims == it.claims, _before(MessageMove.LOSE)
    changed = update(message).where(*claimed).values(pictures=_as_json(kept))
    return connection.execute(changed).rowcount == 1


def note_accepted(
    connection: Connection, it: Outbound, sid: str | None, ask_at: datetime | None = None
) -> None:
    """The carrier has it, under this name if anybody tells. Its first callback may have been
    faster: then only the SID is new. `ask_at`: if it tells nothing until then, it is asked what
    became of it."""
    _ACCEPTED.rows(connection, {"of": it.id, "called": sid, "ask_at": ask_at})


_IS_EARLY = or_(*(message.c.state == it.value for it in ROWS[MessageMove.HAND_OVER].states))
_ACCEPTED = Prepared(
    update(message)
    .where(message.c.id == bindparam("of"))
    .values(
        sid=bindparam("called"),
        state=case((_IS_EARLY, _after(MessageMove.HAND_OVER)), else_=message.c.state),
        due=case(
            (_IS_EARLY, bindparam("ask_at", type_=tables.Moment)),
            else_=message.c.due,
        ),
        held_by=case((_IS_EARLY, None), else_=message.c.held_by),
    )
)


def note_waiting(
    connection: Connection, it: Outbound, due: datetime, held_by: int | None = None
) -> None:
    """Not taken by the carrier: to be sent again then. `held_by`: the carrier's code for what
    holds back every message of ours until somebody mends it."""
    _move(connection, it, MessageMove.PUT_BACK, due=due, held_by=held_by)


def note_unknown(connection: Connection, it: Outbound, due: datetime) -> None:
    """Taken or not, we cannot know: to be looked up then."""
    _move(connection, it, MessageMove.LOSE, due=due)


def note_failed(connection: Connection, it: Outbound, error: int | None, failure: str) -> bool:
    """The carrier will not take it, ever, for this reason. False if it had moved on."""
    return _move(connection, it, MessageMove.REFUSE, error=error, failure=failure)


def hold(
    connection: Connection,
    ids: Collection[int],
    but_to: Collection[int],
    until: datetime,
    held_by: int,
) -> list[int]:
    """Let those of these messages that wait, wait until then, but for those to some people. Returns
    the ids of the ones that are held. `held_by` as above."""
    return list(
        connection.execute(
            update(message)
            .where(
                message.c.id.in_(ids),
                message.c.neighbor_id.not_in(but_to),
                message.c.state == MessageState.WAITING.value,
            )
            .values(due=until, held_by=held_by)
            .returning(message.c.id)
        ).scalars()
    )


def held_until(connection: Connection) -> datetime | None:
    """When the last of those messages is tried again that are held back by our account's trouble;
    None while there is no such trouble. What the day's segments hold back is none."""
    until: datetime | None = _HELD_UNTIL.rows(connection, {})[0][0]
    return until


_HELD_UNTIL = Prepared(
    select(func.max(message.c.due, type_=tables.Moment)).where(
        tables.held, message.c.held_by != OVER_BUDGET
    )
)


# What became of it.


def note_delivery(
    connection: Connection,
    number: int,
    sid: str,
    move: MessageMove,
    error: int | None = None,
    failure: str | None = None,
) -> Outbound | None:
    """What became of a message. None if that is no news, or if the name is that of another. Of one
    that is deleted only a digest of the name is kept."""
    facts = {"number": number, "called": sid, "error": error, "failure": failure}
    facts["gone"] = digests.of_name(connection, sid)
    is_news = _REPORTED[move].rows(connection, facts)
    return outbound(connection, [number])[0] if is_news else None


def _reported(move: MessageMove) -> Prepared:
    sid, gone = (bindparam(it, type_=message.c.sid.type) for it in ("called", "gone"))
    same_name = exists().where(_other.c.sid.in_([sid, gone]), _other.c.id != bindparam("number"))
    return Prepared(
        update(message)
        .where(
            message.c.id == bindparam("number"),
            or_(message.c.sid.in_([sid, gone]), message.c.sid.is_(None)),
            ~same_name,
            _before(move),
        )
        .values(
            state=_after(move),
            sid=case((message.c.body == "", gone), else_=sid),
            error=bindparam("error"),
            failure=bindparam("failure"),
            due=None,
        )
        .returning(message.c.id)
    )


_REPORTED = {
    move: _reported(move) for move in (MessageMove.SEND, MessageMove.DELIVER, MessageMove.MISS)
}


def try_anew(
    connection: Connection,
    it: Outbound,
    now: datetime,
    due: datetime,
    held_by: int | None = None,
    *,
    with_attachments: bool = True,
    carrier: str | None = None,
) -> int:
    """Send the words of an undelivered message again then, as a new one; returns its id. `held_by`
    as above. Where our account or the pictures were in the way, the phone was not tried yet.
    `carrier`: by which channel."""
    row = connection.execute(select(message).where(message.c.id == it.id)).one()
    kept = (
        *("neighbor_id", "body", "segments", "request_number", "page_id", "from_id"),
        *("aloud", "on_machine", "may_wake", "good_until", "broadcast_id"),
    )
    again = connection.execute(
        insert(message)
        .values(
            {
                **{name: getattr(row, name) for name in kept},
                "words": _words_to(row.neighbor_id, row.body),
                "channel": (Channel.CALL if it.channel is Channel.CALL else Channel.API).value,
                "pictures": row.pictures if with_attachments else None,
                "state": MessageState.WAITING.value,
                "held_by": held_by,
                "tries": row.tries + (held_by is None and with_attachments),
                "at": now,
                "due": due,
                "carrier": carrier,
                "reply_to": row.reply_to if it.channel is Channel.API else None,
            }
        )
        .returning(message.c.id)
    )
    return int(again.scalar_one())


# Whose trouble it is that the carrier gives no reason for, or none of the recipient's.


def who_met(connection: Connection, it: Outbound, code: int, since: datetime) -> list[Tried]:
    """Whoever met the same code since then, and when first; whom this message is for among them."""
    when = func.min(message.c.claimed_at, type_=tables.Moment)
    met = or_(message.c.id == it.id, message.c.error == code, message.c.held_by == code)
    query = (
        select(message.c.neighbor_id, when, func.min(message.c.id))
        .where(message.c.claimed_at > since, _leaves_as(it), met)
        .group_by(message.c.neighbor_id)
    )
    return [Tried(*row) for row in connection.execute(query)]


def last_arrival(
    connection: Connection, it: Outbound, since: datetime, settled: datetime | None
) -> Tried | None:
    """The last message since then, of this one's kind, that got through to anybody.

    What the carrier refuses at once (`settled` is None) it would have accepted. What it reports
    afterwards would have been reported of those, too, that were sent after `settled`; and it may
    never say more of them than that they were sent.
    """
    through = message.c.state == MessageState.DELIVERED.value
    if settled:
        was_sent = message.c.state == MessageState.SENT.value
        through = or_(through, and_(was_sent, message.c.claimed_at <= settled))
    else:
        through = message.c.state.in_([state.value for state in ARRIVED])
        through = and_(through, message.c.channel != Channel.REPLY.value)
    query = (
        select(message.c.neighbor_id, message.c.claimed_at, message.c.id)
        .where(message.c.claimed_at > since, _leaves_as(it), through)
        .order_by(message.c.claimed_at.desc(), message.c.id.desc())
        .limit(1)
    )
    return next((Tried(*row) for row in connection.execute(query)), None)


def _leaves_as(it: Outbound) -> ColumnElement[bool]:
    """As a call, or as a text."""
    return _IS_CALL if it.channel is Channel.CALL else ~_IS_CALL


def known_sids(connection: Connection, sids: Collection[str]) -> set[str]:
    """Those of the carrier's names that belong to messages we know were sent, be they deleted."""
    names = {it: sid for sid in sids for it in digests.names(connection, sid)}
    found = connection.execute(select(message.c.sid).where(message.c.sid.in_(names))).scalars()
    return {names[it] for it in found if it}


def last_failures(connection: Connection, who: int, most: int) -> list[str | None]:
    """Why the last texts to somebody did not arrive, the newest first; None: it arrived, or
    is taken for that. A text that was tried again counts once. Of two that fail at the same moment
    the second waits here for the first."""
    alone = select(neighbor.c.id).where(neighbor.c.id == who).with_for_update(key_share=True)
    connection.execute(alone)
    known = [
        MessageState.SENT,
        MessageState.DELIVERED,
        MessageState.UNDELIVERED,
        MessageState.FAILED,
    ]
    last = select(message.c.failure).where(
        message.c.neighbor_id == who,
        message.c.channel.in_([Channel.API.value, Channel.REPLY.value]),
        message.c.state.in_([it.value for it in known]),
        message.c.tries <= 1,
    )
    newest = last.order_by(message.c.at.desc(), message.c.id.desc()).limit(most)
    return list(connection.execute(newest).scalars())


def was_told_since(connection: Connection, who: int, body: str, since: datetime) -> bool:
    """Whether these very words were written for this person since then."""
    same = select(message.c.id).where(
        message.c.neighbor_id == who,
        message.c.words == _words_to(who, body),
        message.c.channel == Channel.API.value,
        message.c.at > since,
    )
    return connection.execute(select(exists(same))).scalar_one()


# What is due.


def due_messages(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Messages to send or to look up now, most overdue first."""
    return [number for (number,) in _DUE.rows(connection, {"now": now, "most": limit})]


_DUE = Prepared(
    select(message.c.id)
    .where(message.c.due <= bindparam("now"))
    .order_by(message.c.due, message.c.id)
    .limit(bindparam("most"))
)


def due_for(connection: Connection, people: Collection[int], now: datetime) -> list[int]:
    """Those among them that are for these people."""
    theirs = select(message.c.id).where(message.c.due <= now, message.c.neighbor_id.in_(people))
    return list(connection.execute(theirs.order_by(message.c.id)).scalars())


def all_left(connection: Connection, ids: Collection[int]) -> bool:
    """Whether the carrier has each of these, as far as we know."""
    with_it = tables.one_of(message.c.state, *ARRIVED)
    left = select(func.count()).select_from(message).where(message.c.id.in_(ids), with_it)
    return connection.execute(left).scalar_one() == len(ids)


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """How far one of ours is. `error`: the carrier's code for why it did not arrive; `held_by`: for
    why all of ours wait."""

    state: MessageState
    error: int | None = None
    held_by: int | None = None


def seen(connection: Connection, number: int) -> MessageSeen | None:
    row = connection.execute(
        select(message.c.state, message.c.error, message.c.held_by).where(message.c.id == number)
    ).first()
    return None if row is None else MessageSeen(MessageState(row.state), row.error, row.held_by)


def wrote_since(connection: Connection, who: int, since: datetime) -> bool:
    """Whether they texted us since then."""
    it = message.c
    texted = select(it.id).where(it.neighbor_id == who, it.at >= since, tables.from_somebody)
    return connection.execute(texted.limit(1)).first() is not None


@dataclass
class DueMessages:
    """One person's messages that are due, by their ids; `lost` are those among them that may have
    been sent already, or of which nobody told what became."""

    messages: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


def due_by_neighbor(
    connection: Connection, ids: Collection[int], now: datetime
) -> list[DueMessages]:
    """Those of these messages that are due, each person's together and in their order."""
    people: dict[int, DueMessages] = {}
    for number, who, state in _DUE_BY_NEIGHBOR.rows(connection, {"ids": list(ids), "now": now}):
        due = people.setdefault(who, DueMessages())
        due.messages.append(number)
        if state != MessageState.WAITING.value:
            due.lost.append(number)
    return list(people.values())


_DUE_BY_NEIGHBOR = Prepared(
    select(message.c.id, message.c.neighbor_id, message.c.state)
    .where(is_among(message.c.id, "ids"), message.c.due <= bindparam("now"))
    .order_by(message.c.id)
)


# What two people said to each other.


def talk_of(
    connection: Connection, who: int, numbers: Collection[int], since: datetime
) -> list[TalkLine]:
    """What was passed on to somebody, and from them, about these requests, and what we told them
    of these; the newest first."""
    facts = {"who": who, "numbers": list(numbers), "since": since}
    said = [
        TalkLine(number, by or OURSELVES, at, state in _SEEN)
        for number, by, at, state in _TALK_OF.rows(connection, facts)
    ]
    # What they took: the words of whoever asked came in the answer to their YES.
    taken = [TalkLine(number, OURSELVES, at) for number, at in _TAKEN_OF.rows(connection, facts)]
    return sorted([*taken, *said], key=lambda it: it.at, reverse=True)


_SEEN = {it.value for it in ARRIVED}
MOST_SAID = 50
_TAKEN_OF = Prepared(
    select(page.c.request_number, page.c.answered_at).where(
        page.c.neighbor_id == bindparam("who"),
        page.c.state == PageState.ACCEPTED.value,
        is_among(page.c.request_number, "numbers"),
        page.c.answered_at > bindparam("since", type_=tables.Moment),
    )
)
_TALK_OF = Prepared(
    select(message.c.request_number, message.c.from_id, message.c.at, message.c.state)
    .where(
        message.c.page_id.is_(None),
        tables.one_of(message.c.channel, Channel.API, Channel.CALL),
        or_(
            message.c.neighbor_id == bindparam("who"),
            message.c.from_id == bindparam("who"),
        ),
        is_among(message.c.request_number, "numbers"),
        message.c.at > bindparam("since", type_=tables.Moment),
        ~tables.one_of(
            message.c.state, MessageState.FAILED, MessageState.UNDELIVERED, MessageState.DROPPED
        ),
    )
    .order_by(message.c.id.desc())
    .limit(MOST_SAID)
)
