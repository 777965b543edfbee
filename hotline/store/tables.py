"""The tables. One person is one row of `neighbor`, whether they ask, help or both.

Times are stored as UTC; lists of keys as JSON. Changing this file needs a migration.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

FIRST_NUMBER = 12  # of requests: single digits stay free to answer a question with


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


SHOWN = 0  # the round of a page that somebody asked to see: the others begin with 1
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when somebody was asked last who never was
UNTIL_BACK = datetime(9000, 1, 1, tzinfo=UTC)  # how long somebody pauses who gave no end

neighbor = Table(
    "neighbor",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    # E.164, a short code, or what `phone.nobodys` puts in the place of a hidden number.
    Column("phone", String(20), nullable=False, unique=True),
    Column("name", String(80)),
    Column("language", String(8)),  # what to answer in; NULL until we know
    Column("language_chosen", Boolean, nullable=False, server_default=false()),
    Column("stopped_at", Moment),  # said STOP: nothing is texted until START
    Column("trouble", String(12)),  # NULL, "landline", "no_number", "unreachable" or "blocked"
    Column("on_roster", Boolean, nullable=False, server_default=false()),
    Column("languages", JSON, nullable=False, server_default=text("'[]'")),
    Column("areas", JSON, nullable=False, server_default=text("'[]'")),
    Column("needs", JSON, nullable=False, server_default=text("'[]'")),
    Column("hours", String(200), nullable=False, server_default=""),
    Column("reach", String(8), nullable=False, server_default="text"),
    Column("paused_until", Moment),
    Column("max_a_day", Integer),  # how often they want to be asked; NULL: as the network has it
    Column("joining", String(8)),  # what a newcomer was asked last: name, can, area, hours
    Column("joining_since", Moment),  # when they were asked that
    Column("code", Integer),  # of a newcomer: who is on the roster vouches for this number
    Column("since", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False, server_default="1970-01-01 00:00:00.000000"),
)
Index("ix_neighbor_on_roster", neighbor.c.on_roster)
Index("ix_neighbor_code", neighbor.c.code, unique=True)

# Where a wave is looked for, made anew from a neighbor's row whenever that changes: so that three
# people are found among a hundred thousand without reading them all.

# When people can be asked and in which languages, as JSON. Many share one; rows never change.
availability = Table(
    "availability",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("content", Text, nullable=False, unique=True),
)

# What somebody on the roster offers, and where: each area with each need, and for both what
# `roster` calls ANY, WHEREVER and WHATEVER.
offer = Table(
    "offer",
    metadata,
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("area", String(20), primary_key=True),
    Column("need", String(20), primary_key=True),
    Column("availability_id", ForeignKey("availability.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),  # as the neighbor's: the order to ask in
    Index("ix_offer_area", "area", "need", "asked_at", "neighbor_id", "availability_id"),
)

request = Table(
    "request",
    metadata,
    Column("number", Integer, Identity(start=FIRST_NUMBER), primary_key=True),
    Column("requester_id", ForeignKey("neighbor.id"), nullable=False, index=True),
    Column("since", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("needs", JSON, nullable=False),
    Column("area", String(20)),
    Column("urgent", Boolean, nullable=False),
    Column("taker_id", ForeignKey("neighbor.id"), index=True),
    Column("round", Integer, nullable=False),
    Column("wave", Integer, nullable=False),
    Column("due", Moment),
    Column("owed", Integer, nullable=False),
    # When the clock rings for it: `due`, or at once while others are owed.
    Column("ring_at", Moment),
    Column("told_nobody_at", Moment),
    # Whether we asked how it stands and wait for the answer: of the taker while it is taken, of
    # the requester once it is done.
    Column("asked", Boolean, nullable=False, server_default=false()),
    Column("people", Integer, nullable=False, server_default="1"),  # how many it needs
    Column("version", Integer, nullable=False),
    CheckConstraint("state NOT IN ('taken', 'done') OR taker_id IS NOT NULL", name="has_taker"),
    sqlite_autoincrement=True,
)
Index("ix_request_ring_at", request.c.ring_at)

# Who takes a request besides its taker, when it needs several people.
companion = Table(
    "companion",
    metadata,
    Column("request_number", ForeignKey("request.number"), primary_key=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True, index=True),
    Column("since", Moment, nullable=False),
)

page = Table(
    "page",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("request_number", ForeignKey("request.number"), nullable=False),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("wave", Integer, nullable=False),
    # asked, accepted, passed, covered (told that somebody has it), unreached, shown (they asked
    # what is open: in round 0)
    Column("state", String(10), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("note", Text),
    UniqueConstraint("request_number", "neighbor_id", "round"),
    Index("ix_page_neighbor", "neighbor_id", "asked_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("sid", String(64), nullable=False, unique=True),  # the carrier's name for the text
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("pictures", JSON, nullable=False),  # addresses at the carrier
    Column("received_at", Moment, nullable=False),
    Column("request_number", ForeignKey("request.number"), index=True),  # part of its words
    Column("answer", JSON, nullable=False),  # the texts it was answered with
    Column("segments", Integer, nullable=False, server_default="0"),  # of the answer
    Column("pace", String(10), nullable=False, server_default="usual"),  # see `limits`
    Index("ix_inbox_neighbor", "neighbor_id", "received_at"),
    Index("ix_inbox_received_at", "received_at", "segments"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("by", String(5), nullable=False, server_default="text"),  # or "voice": it is a call
    # What a call would say, should no text reach them; of a call, what a machine hears instead.
    Column("spoken", Text),
    Column("may_wake", Boolean, nullable=False, server_default=false()),  # a call in quiet hours
    Column("segments", Integer, nullable=False),
    Column("request_number", ForeignKey("request.number")),
    Column("page_id", ForeignKey("page.id"), index=True),  # when this text asks somebody
    Column("from_id", Integer),  # the neighbor whose words it passes on
    Column("pictures", JSON),  # that it passes on: names of texts in the inbox, with places
    # waiting -> sending -> accepted -> sent -> delivered | undelivered
    # waiting -> dropped (no longer wanted) ; sending -> unknown (look it up) ; sending -> failed
    Column("state", String(12), nullable=False),
    Column("sid", String(64), unique=True),
    Column("error", Integer),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("due", Moment),  # when to send, or to look up, next; NULL when nothing is to be done
    Column("good_until", Moment),  # not worth sending after that
    Column("claimed_at", Moment),
)
Index("ix_outbox_due", outbox.c.due)
passed_on = outbox.c.from_id.is_not(None)
Index("ix_outbox_from", outbox.c.from_id, sqlite_where=passed_on, postgresql_where=passed_on)


def on_its_way(state: Any) -> Any:
    """Not with the carrier yet, as far as we know; as the index below has it, word by word."""
    return state.in_([literal_column(f"'{it}'") for it in ("waiting", "sending", "unknown")])


Index(
    "ix_outbox_on_its_way",
    outbox.c.neighbor_id,
    sqlite_where=on_its_way(outbox.c.state),
    postgresql_where=on_its_way(outbox.c.state),
)
Index("ix_outbox_claimed_at", outbox.c.claimed_at, outbox.c.segments)
held = (outbox.c.state == "waiting") & outbox.c.error.is_not(None)  # by our account's trouble
Index("ix_outbox_held", outbox.c.due, sqlite_where=held, postgresql_where=held)

call = Table(
    "call",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("sid", String(64), nullable=False, unique=True),  # the carrier's name for the call
    Column("neighbor_id", ForeignKey("neighbor.id"), index=True),  # NULL: a hidden number
    Column("text_id", ForeignKey("outbox.id"), index=True),  # what we called to say
    Column("state", JSON, nullable=False),  # where in the menu it is: see `ivr.menu.Call`
    Column("turn", Integer, nullable=False),  # how many documents it was answered with
    Column("answer", Text, nullable=False),  # the last of them, should it be asked for again
    Column("began_at", Moment, nullable=False),
    # When it is taken for ended, should nobody tell us; NULL once it has ended.
    Column("due", Moment),
)
Index("ix_call_due", call.c.due)

recording = Table(
    "recording",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("sid", String(64), nullable=False, unique=True),  # the carrier's name for it
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("request_number", ForeignKey("request.number"), index=True),
    Column("passed_to", ForeignKey("neighbor.id")),  # NULL: it is part of the request's words
    Column("seconds", Integer),  # NULL until the carrier says that it is complete
    Column("transcript", Text),
    Column("recorded_at", Moment, nullable=False),
)

# Who decided what, when: only ever added to, and it holds no numbers and no words.
event = Table(
    "event",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("neighbor_id", ForeignKey("neighbor.id")),  # who; NULL: from the command line
    Column("what", String(12), nullable=False),
    Column("about_id", ForeignKey("neighbor.id")),
    Column("request_number", ForeignKey("request.number")),
)
Index("ix_event_at", event.c.at)

# What is still to be deleted at the carrier of people who wanted to be forgotten. A row is gone
# once it is done, and the number with it.
erasure = Table(
    "erasure",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    # "number": every text and call from and to it; "message" and "recording": the one of this
    # name; "answer": one to a text of somebody else, by a digest of its words
    Column("kind", String(9), nullable=False),
    Column("what", String(64), nullable=False),
    Column("neighbor_id", ForeignKey("neighbor.id")),  # who got the answer
    Column("at", Moment, nullable=False),  # when it was said; of a number what came until then
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due", Moment, nullable=False),
)
Index("ix_erasure_due", erasure.c.due)
