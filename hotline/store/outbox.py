"""What leaves: texts and calls from being written down to what became of them.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
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
    update,
)

from hotline.help_request import OURSELVES, Said
from hotline.store import tables
from hotline.store.prepared import Prepared

neighbor, page = tables.neighbor, tables.page
inbox, outbox = tables.inbox, tables.outbox


@dataclass(frozen=True, slots=True)
class TextOut:
    """One text that waits to be sent, or of which we do not know whether it was."""

    id: int
    phone: str
    body: str
    tries: int
    claimed_at: datetime | None
    good_until: datetime | None
    page_id: int | None
    neighbor: int
    by: str = "text"  # or "voice": it is a call
    may_wake: bool = False
    pictures: tuple[str, ...] = ()


def add_text(
    connection: Connection,
    who: int,
    body: str,
    segments: int,
    now: datetime,
    *,
    request_number: int | None = None,
    page_id: int | None = None,
    good_until: datetime | None = None,
    spoken: str | None = None,
    from_id: int | None = None,
    pictures: tuple[str, ...] = (),
) -> int:
    """`spoken`: what a call would say, should no text reach them. `from_id`: whose words and
    `pictures` it passes on."""
    facts = {
        **_OF_A_TEXT,
        "neighbor_id": who,
        "body": body,
        "spoken": spoken,
        "segments": segments,
        "request_number": request_number,
        "page_id": page_id,
        "created_at": now,
        "due": now,
        "good_until": good_until,
        "from_id": from_id,
        "pictures": list(pictures) or None,
    }
    ((text_id,),) = _NEW_TEXT.rows(connection, facts)
    return int(text_id)


def add_call_out(
    connection: Connection,
    who: int,
    body: str,
    now: datetime,
    due: datetime,
    *,
    request_number: int | None = None,
    page_id: int | None = None,
    good_until: datetime | None = None,
    may_wake: bool = False,
    spoken: str | None = None,
    from_id: int | None = None,
) -> int:
    """A call to somebody who gets no texts: it waits to be made as a text waits to be sent.
    `may_wake`: also in quiet hours. `spoken`: what is left on an answering machine instead."""
    facts = {
        **_OF_A_TEXT,
        "neighbor_id": who,
        "body": body,
        "spoken": spoken,
        "by": "voice",
        "may_wake": may_wake,
        "request_number": request_number,
        "page_id": page_id,
        "created_at": now,
        "due": due,
        "good_until": good_until,
        "from_id": from_id,
    }
    ((text_id,),) = _NEW_TEXT.rows(connection, facts)
    return int(text_id)


_OF_A_TEXT = {
    "pictures": None,
    "by": "text",
    "spoken": None,
    "may_wake": False,
    "segments": 0,
    "state": "waiting",
}
_NEW_TEXT = Prepared(
    insert(outbox)
    .values(
        {
            it: bindparam(it)
            for it in (
                *("neighbor_id", "body", "request_number", "page_id", "created_at", "due"),
                *("good_until", "from_id", *_OF_A_TEXT),
            )
        }
    )
    .returning(outbox.c.id)
)


def _texts_out(connection: Connection, ids: Collection[int]) -> list[TextOut]:
    if not ids:
        return []
    rows = connection.execute(_SOME_TEXTS, {"ids": list(ids)})
    return [
        TextOut(
            row.id,
            row.phone,
            row.body,
            row.tries,
            row.claimed_at,
            row.good_until,
            row.page_id,
            row.neighbor_id,
            row.by,
            row.may_wake,
            tuple(row.pictures or ()),
        )
        for row in rows
    ]


_SOME_TEXTS = (
    select(
        *(outbox.c.id, outbox.c.body, outbox.c.tries, outbox.c.claimed_at, outbox.c.good_until),
        *(outbox.c.page_id, outbox.c.neighbor_id, outbox.c.by, outbox.c.may_wake),
        outbox.c.pictures,
        neighbor.c.phone,
    )
    .join(neighbor, neighbor.c.id == outbox.c.neighbor_id)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(outbox.c.id)
)


def drop_unwanted_texts(connection: Connection, ids: Collection[int], now: datetime) -> list[int]:
    """Give up those of these texts that must not or need not be sent any more: to somebody who
    said STOP, or good for nothing now. Returns the pages among them."""
    dropped = connection.execute(_UNWANTED, {"ids": list(ids), "now": now}).scalars()
    return [page_id for page_id in dropped if page_id is not None]


_WAITING = and_(
    outbox.c.id.in_(bindparam("ids", expanding=True)),
    outbox.c.state == "waiting",
    outbox.c.due <= bindparam("now"),
)
_UNWANTED = (
    update(outbox)
    .where(
        _WAITING,
        or_(
            outbox.c.good_until <= bindparam("now"),
            exists().where(
                neighbor.c.id == outbox.c.neighbor_id, neighbor.c.stopped_at.is_not(None)
            ),
        ),
    )
    .values(state="dropped", due=None)
    .returning(outbox.c.page_id)
)


def claim_texts(
    connection: Connection, ids: Collection[int], now: datetime, look_up_at: datetime
) -> list[TextOut]:
    """Take those of these texts that wait to be sent: nobody else will send them.

    If this process dies, they are looked up at the carrier at `look_up_at`. Of the calls to one
    person one is taken at a time: their phone rings once, in the order of the news; and a call
    in doubt can be told from others by nothing but whom it is to. So can a text from one with the
    same words: of these, too, one is taken at a time.
    """
    rang = now - LONGEST_CALL
    facts = {"ids": list(ids), "now": now, "look_up_at": look_up_at, "rang_since": rang}
    return _texts_out(connection, list(connection.execute(_CLAIM, facts).scalars()))


LONGEST_CALL = timedelta(minutes=5)  # after that it is over, though nobody told us
_other_call = outbox.alias()
_is_in_a_call = exists().where(
    _other_call.c.neighbor_id == outbox.c.neighbor_id,
    _other_call.c.by == "voice",
    _other_call.c.id != outbox.c.id,
    or_(
        _other_call.c.state.in_(["sending", "unknown"]),
        and_(
            _other_call.c.state.in_(["accepted", "sent"]),
            _other_call.c.claimed_at > bindparam("rang_since", type_=tables.Moment),
        ),
        and_(
            _other_call.c.state == "waiting",
            _other_call.c.due <= bindparam("now"),
            _other_call.c.id < outbox.c.id,
        ),
    ),
)
_equal = outbox.alias()
_is_in_doubt = exists().where(
    _equal.c.neighbor_id == outbox.c.neighbor_id,
    tables.on_its_way(_equal.c.state),
    _equal.c.body == outbox.c.body,
    _equal.c.by == "text",
    _equal.c.id != outbox.c.id,
    or_(
        _equal.c.state.in_(["sending", "unknown"]),
        and_(
            _equal.c.state == "waiting",
            _equal.c.due <= bindparam("now"),
            _equal.c.id < outbox.c.id,
        ),
    ),
)
_CLAIM = (
    update(outbox)
    .where(
        _WAITING,
        or_(
            and_(outbox.c.by == "text", ~_is_in_doubt),
            and_(outbox.c.by == "voice", ~_is_in_a_call),
        ),
    )
    .values(
        state="sending",
        claimed_at=bindparam("now"),
        tries=outbox.c.tries + 1,
        due=bindparam("look_up_at"),
    )
    .returning(outbox.c.id)
)


def drop_old_news(connection: Connection, who: int, number: int | None) -> None:
    """Do not call somebody to say how a request stood before."""
    old = update(outbox).where(
        outbox.c.neighbor_id == who,
        outbox.c.request_number == number,
        outbox.c.by == "voice",
        outbox.c.state == "waiting",
        outbox.c.page_id.is_(None),
        outbox.c.spoken.is_(None),  # what people said is no news of that kind
    )
    connection.execute(old.values(state="dropped", due=None))


def postpone(connection: Connection, ids: Collection[int], now: datetime, until: datetime) -> None:
    """Let those of these texts and calls wait whose turn it is not: somebody is in another call,
    or the same words are in doubt."""
    connection.execute(_POSTPONE, {"ids": list(ids), "now": now, "until": until})


_POSTPONE = update(outbox).where(_WAITING).values(due=bindparam("until"))


def claim_lost_texts(
    connection: Connection, ids: Collection[int], now: datetime, look_up_at: datetime
) -> list[TextOut]:
    """Take those of these texts that may or may not have reached the carrier."""
    claimed = connection.execute(
        update(outbox)
        .where(
            outbox.c.id.in_(ids), outbox.c.state.in_(["sending", "unknown"]), outbox.c.due <= now
        )
        .values(state="unknown", due=look_up_at)
        .returning(outbox.c.id)
    ).scalars()
    return _texts_out(connection, list(claimed))


# What a sender reports holds only while its claim does: whoever claimed the text after it raised
# `tries`, and knows better.


def _still_claimed(it: TextOut) -> Any:
    return and_(
        outbox.c.id == it.id,
        outbox.c.tries == it.tries,
        outbox.c.state.in_(["sending", "unknown"]),
    )


def drop_if_stopped(connection: Connection, it: TextOut) -> bool:
    """Give up a claimed text to somebody who said STOP. True if they did."""
    stopped = exists().where(neighbor.c.id == it.neighbor, neighbor.c.stopped_at.is_not(None))
    dropped = update(outbox).where(_still_claimed(it), stopped).values(state="dropped", due=None)
    return connection.execute(dropped).rowcount == 1


def note_accepted(connection: Connection, it: TextOut, sid: str) -> None:
    """The carrier has it. Its first callback may have been faster: then only the SID is new."""
    _ACCEPTED.rows(connection, {"of": it.id, "called": sid})


_ON_ITS_WAY = or_(*(outbox.c.state == it for it in ("waiting", "sending", "unknown")))
_ACCEPTED = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(
        sid=bindparam("called"),
        state=case((_ON_ITS_WAY, "accepted"), else_=outbox.c.state),
        due=case((_ON_ITS_WAY, None), else_=outbox.c.due),
        error=case((_ON_ITS_WAY, None), else_=outbox.c.error),
    )
)


def drop_news(connection: Connection, number: int, who: int) -> None:
    """Do not send what still waits for somebody about this request."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.request_number == number,
            outbox.c.neighbor_id == who,
            outbox.c.state == "waiting",
        )
        .values(state="dropped", due=None)
    )


def note_waiting(
    connection: Connection, it: TextOut, due: datetime, held_by: int | None = None
) -> None:
    """Not taken by the carrier: to be sent again then. `held_by`: the carrier's number for what
    holds back every text of ours until somebody mends it."""
    connection.execute(
        update(outbox).where(_still_claimed(it)).values(state="waiting", due=due, error=held_by)
    )


def hold_texts(
    connection: Connection,
    ids: Collection[int],
    but_to: Collection[int],
    until: datetime,
    held_by: int,
) -> list[int]:
    """Let those of these texts that wait, wait until then, but for those to some people. Returns
    the ids of the ones that are held. `held_by` as above."""
    return list(
        connection.execute(
            update(outbox)
            .where(
                outbox.c.id.in_(ids),
                outbox.c.neighbor_id.not_in(but_to),
                outbox.c.state == "waiting",
            )
            .values(due=until, error=held_by)
            .returning(outbox.c.id)
        ).scalars()
    )


def segments_since(connection: Connection, moment: datetime) -> int:
    """How many segments left since then: texts that were sent, and answers."""
    ((sent, answered),) = _SEGMENTS_SINCE.rows(connection, {"moment": moment})
    return (sent or 0) + (answered or 0)


_MOMENT = bindparam("moment", type_=tables.Moment)
_SEGMENTS_SINCE = Prepared(
    select(
        select(func.sum(outbox.c.segments)).where(outbox.c.claimed_at >= _MOMENT).scalar_subquery(),
        select(func.sum(inbox.c.segments)).where(inbox.c.received_at >= _MOMENT).scalar_subquery(),
    )
)


def texts_held_until(connection: Connection) -> datetime | None:
    """When the last of those texts is tried again that are held back by our account's trouble;
    None while there is no such trouble."""
    until: datetime | None = _HELD_UNTIL.rows(connection, {})[0][0]
    return until


_HELD_UNTIL = Prepared(
    select(func.max(outbox.c.due, type_=tables.Moment)).where(
        outbox.c.state == literal_column("'waiting'"), outbox.c.error.is_not(None)
    )
)


def note_unknown(connection: Connection, it: TextOut, due: datetime) -> None:
    """Taken or not, we cannot know: to be looked up then."""
    connection.execute(update(outbox).where(_still_claimed(it)).values(state="unknown", due=due))


def note_failed(connection: Connection, it: TextOut, error: int | None) -> bool:
    """The carrier will not take it, ever. False if it had moved on."""
    changed = connection.execute(
        update(outbox).where(_still_claimed(it)).values(state="failed", error=error, due=None)
    )
    return changed.rowcount == 1


# Callbacks come in any order and twice: a text only moves forward along these.
BEFORE = {
    "sent": ["sending", "unknown", "accepted"],
    "delivered": ["sending", "unknown", "accepted", "sent"],
    "undelivered": ["sending", "unknown", "accepted", "sent"],
}


def note_delivery(
    connection: Connection, text_id: int, sid: str, state: str, error: int | None
) -> TextOut | None:
    """What became of a text: "sent", "delivered" or "undelivered". None if that is no news, or
    if the name is that of another text."""
    other = outbox.alias()
    changed = connection.execute(
        update(outbox)
        .where(
            outbox.c.id == text_id,
            or_(outbox.c.sid == sid, outbox.c.sid.is_(None)),
            ~exists().where(other.c.sid == sid, other.c.id != text_id),
            outbox.c.state.in_(BEFORE[state]),
        )
        .values(state=state, sid=sid, error=error, due=None)
    )
    return _texts_out(connection, [text_id])[0] if changed.rowcount else None


def try_anew(
    connection: Connection,
    it: TextOut,
    now: datetime,
    due: datetime,
    held_by: int | None = None,
    *,
    with_pictures: bool = True,
) -> int:
    """Send the words of an undelivered text again then, as a new text; returns its id. `held_by`
    as above."""
    row = connection.execute(select(outbox).where(outbox.c.id == it.id)).one()
    again = connection.execute(
        insert(outbox)
        .values(
            neighbor_id=it.neighbor,
            body=it.body,
            by=it.by,
            spoken=row.spoken,
            may_wake=it.may_wake,
            segments=row.segments,
            request_number=row.request_number,
            page_id=it.page_id,
            from_id=row.from_id,
            pictures=row.pictures if with_pictures else None,
            state="waiting",
            error=held_by,
            tries=it.tries,
            created_at=now,
            due=due,
            good_until=it.good_until,
        )
        .returning(outbox.c.id)
    )
    return int(again.scalar_one())


def what_to_say(connection: Connection, text_id: int) -> tuple[str, int | None] | None:
    """What a call would say in the place of a text, and about which request; None if nothing."""
    row = connection.execute(
        select(outbox.c.spoken, outbox.c.request_number).where(outbox.c.id == text_id)
    ).one()
    return (row.spoken, row.request_number) if row.spoken else None


def known_sids(connection: Connection, sids: Collection[str]) -> set[str]:
    """Those of the carrier's names that belong to texts we know were sent."""
    return set(connection.execute(select(outbox.c.sid).where(outbox.c.sid.in_(sids))).scalars())


def due_texts(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Texts to send or to look up now, most overdue first."""
    return [text for (text,) in _DUE_TEXTS.rows(connection, {"now": now, "most": limit})]


_DUE_TEXTS = Prepared(
    select(outbox.c.id)
    .where(outbox.c.due <= bindparam("now"))
    .order_by(outbox.c.due)
    .limit(bindparam("most"))
)


@dataclass
class Due:
    """One person's texts that are due, by their ids; `lost` are those among them that may have
    been sent already."""

    texts: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


def due_by_neighbor(connection: Connection, ids: Collection[int], now: datetime) -> list[Due]:
    """Those of these texts that are due, each person's together and in their order."""
    people: dict[int, Due] = {}
    for row in connection.execute(_DUE_BY_NEIGHBOR, {"ids": list(ids), "now": now}):
        due = people.setdefault(row.neighbor_id, Due())
        due.texts.append(row.id)
        if row.state != "waiting":
            due.lost.append(row.id)
    return list(people.values())


_DUE_BY_NEIGHBOR = (
    select(outbox.c.id, outbox.c.neighbor_id, outbox.c.state)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.due <= bindparam("now"))
    .order_by(outbox.c.id)
)


def was_texted_since(connection: Connection, who: int, body: str, since: datetime) -> bool:
    """Whether this very text was written for this person since then."""
    same = select(outbox.c.id).where(
        outbox.c.neighbor_id == who, outbox.c.body == body, outbox.c.created_at > since
    )
    return connection.execute(select(exists(same))).scalar_one()


def talk_of(
    connection: Connection, who: int, numbers: Collection[int], since: datetime
) -> list[Said]:
    """What was passed on to somebody, and from them, about these requests, and what we told them
    of these; the newest first."""
    facts = {"who": who, "numbers": list(numbers), "since": since}
    said = [
        Said(number, by or OURSELVES, at, state in ON_THE_WAY)
        for number, by, at, state in connection.execute(_TALK_OF, facts)
    ]
    # What they took: the words of whoever asked came in the answer to their YES.
    taken = [Said(number, OURSELVES, at) for number, at in connection.execute(_TAKEN_OF, facts)]
    return sorted([*taken, *said], key=lambda it: it.at, reverse=True)


ON_THE_WAY = ("accepted", "sent", "delivered")
MOST_SAID = 50
_TAKEN_OF = select(page.c.request_number, page.c.answered_at).where(
    page.c.neighbor_id == bindparam("who"),
    page.c.state == "accepted",
    page.c.request_number.in_(bindparam("numbers", expanding=True)),
    page.c.answered_at > bindparam("since", type_=tables.Moment),
)
_TALK_OF = (
    select(outbox.c.request_number, outbox.c.from_id, outbox.c.created_at, outbox.c.state)
    .where(
        outbox.c.page_id.is_(None),
        or_(
            outbox.c.neighbor_id == bindparam("who"),
            outbox.c.from_id == bindparam("who"),
        ),
        outbox.c.request_number.in_(bindparam("numbers", expanding=True)),
        outbox.c.created_at > bindparam("since", type_=tables.Moment),
        outbox.c.state.not_in(["failed", "undelivered", "dropped"]),
    )
    .order_by(outbox.c.id.desc())
    .limit(MOST_SAID)
)
