"""The tables. One person is one row of `neighbor`, whether they ask, help or both.

Times are stored as UTC; lists of keys as JSON; numbers, names and words sealed. Changing this
file needs a migration.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
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

from hotline.message import ON_ITS_WAY
from hotline.store.sealed import Mark, Sealed, SealedAlike, SealedValue

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
UNTIL_THEY_CALL = datetime(9001, 1, 1, tzinfo=UTC)  # when a text is due to whoever said QUIET

neighbor = Table(
    "neighbor",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    # E.164, a short code, or what `phone.nobodys` puts in the place of a hidden number.
    Column("phone", SealedAlike("neighbor.phone"), nullable=False, unique=True),
    Column("name", Sealed("neighbor.name")),
    # To others, each by another, while they are on the roster.
    Column("called", SealedAlike("neighbor.called")),
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
    Column("newcomer_since", Moment),  # joined by themselves; NULL: an organizer put them there
    Column("suspended_at", Moment),  # stewards let them help nobody
    Column("carry", Integer),  # how many requests a steward lets them hold, until then
    Column("carry_until", Moment),
    Column("quiet_since", Moment),  # said QUIET: texts say nothing, and what they would say waits
    Column("blocked_until", Moment),  # organizers: nothing from this number is answered until then
    Column("block_reason", Sealed("neighbor.block_reason")),
    Column("carrier", String(20)),  # the channel that they wrote by last; NULL: the first
)
Index("ix_neighbor_on_roster", neighbor.c.on_roster)
Index("ix_neighbor_called", neighbor.c.called)
Index("ix_neighbor_code", neighbor.c.code, unique=True)
has_trouble = neighbor.c.trouble.is_not(None)
Index("ix_neighbor_trouble", neighbor.c.id, sqlite_where=has_trouble, postgresql_where=has_trouble)

# Who is never brought together again, each pair in both directions: ids, and never why. Where it
# was not said, but meant by somebody's words, they can take it back for a day.
apart = Table(
    "apart",
    metadata,
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("other_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("guessed_by", Integer),  # whose words meant it; NULL: somebody said so
    Column("request_number", Integer),  # the request that these words were about
)
Index("ix_apart_other_id", apart.c.other_id)

# Who is forgotten and must be known again, by a digest of their number; and who was known again:
# see `store.known_again`.
known_again = Table(
    "known_again",
    metadata,
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("phone", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("ix_known_again_phone", known_again.c.phone)

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
    Column("round", Integer, nullable=False),
    Column("wave", Integer, nullable=False),
    Column("due", Moment),
    Column("owed", Integer, nullable=False),
    # When the clock looks at it: `due`, or at once while others are owed.
    Column("look_at", Moment),
    Column("told_nobody_at", Moment),
    # Whether we asked how it stands and wait for the answer: of the takers while it is taken, of
    # the requester once it is done.
    Column("checked_in", Boolean, nullable=False, server_default=false()),
    Column("people", Integer, nullable=False, server_default="1"),  # how many it needs
    Column("details", JSON, nullable=False, server_default=text("'{}'")),  # see `details.to_row`
    Column("version", Integer, nullable=False),
    # Since when it is neither open nor taken; NULL: it is, or its words are deleted.
    Column("over_since", Moment),
    sqlite_autoincrement=True,
)
Index("ix_request_look_at", request.c.look_at)
Index("ix_request_since", request.c.since, request.c.state)
is_open = request.c.state == literal_column("'open'")
Index(
    "ix_request_over_since",
    request.c.over_since,
    sqlite_where=request.c.over_since.is_not(None),
    postgresql_where=request.c.over_since.is_not(None),
)
Index("ix_request_open", request.c.number, sqlite_where=is_open, postgresql_where=is_open)
is_live = request.c.state.in_([literal_column("'open'"), literal_column("'taken'")])
Index("ix_request_live", request.c.number, sqlite_where=is_live, postgresql_where=is_live)
# Bare, as the index has it: SQLite does not see that a column and "column = 1" are the same.
is_silent = (request.c.state == literal_column("'taken'")) & literal_column("checked_in")
Index("ix_request_silent", request.c.number, sqlite_where=is_silent, postgresql_where=is_silent)

# Who takes a request, in the order in which they said YES.
taker = Table(
    "taker",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("request_number", ForeignKey("request.number"), nullable=False),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("outcome", String(10)),  # the request's last state; NULL until it is over
    Column("place", String(8)),  # whether they know it: see `store.places`; NULL: nobody was asked
    UniqueConstraint("request_number", "neighbor_id"),
    # Somebody may have finished thousands: what they are at is found without looking at these.
    Index("ix_taker_neighbor_id", "neighbor_id", "outcome", "request_number"),
)
is_at_it = taker.c.outcome.is_(None)

page = Table(
    "page",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("request_number", ForeignKey("request.number"), nullable=False),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False),
    Column("round", Integer, nullable=False),  # 0 for one that they asked to see
    Column("wave", Integer, nullable=False),
    Column("state", String(10), nullable=False),  # see `hotline.page`
    # The neighbor again, while the page is accepted: then they take the request, or the database
    # refuses it.
    Column("taken_by", Integer),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("note", Sealed("page.note")),
    UniqueConstraint("request_number", "neighbor_id", "round"),
    CheckConstraint("(state = 'accepted') = (taken_by IS NOT NULL)", name="accepted_is_taken"),
    CheckConstraint("taken_by IS NULL OR taken_by = neighbor_id", name="taken_by_who_was_asked"),
    ForeignKeyConstraint(
        ["request_number", "taken_by"],
        ["taker.request_number", "taker.neighbor_id"],
        name="fk_page_taker",
    ),
    Index("ix_page_neighbor", "neighbor_id", "asked_at"),
)

# What stewards write to many: see `hotline.broadcast`.
broadcast = Table(
    "broadcast",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("by_id", ForeignKey("neighbor.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    # To whom: a part of the roster; NULL: all of it.
    Column("area", String(20)),
    Column("need", String(20)),
    Column("language", String(8)),
    Column("calls", Boolean, nullable=False),  # whoever gets no texts is called
    Column("words", SealedValue("broadcast.words"), nullable=False),  # by language
    Column("confirmed_by", ForeignKey("neighbor.id")),
    Column("confirmed_at", Moment),
    Column("stopped_by", ForeignKey("neighbor.id")),
    Column("ended_at", Moment),
    Column("batch", Integer, nullable=False, server_default="0"),  # how many went out
    Column("reached", Integer, nullable=False, server_default="0"),  # the last recipient's id
    Column("due", Moment),  # when the next batch goes out
)
_is_due = broadcast.c.due.is_not(None)
Index("ix_broadcast_due", broadcast.c.due, sqlite_where=_is_due, postgresql_where=_is_due)

# To whom one goes, each once: written down before the first text is.
recipient = Table(
    "recipient",
    metadata,
    Column("broadcast_id", ForeignKey("broadcast.id"), primary_key=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("message_id", Integer),  # what was written to them; NULL: not yet, or they are left out
)

# Every text and call, in and out: see `hotline.message`. One conversation is one query.
message = Table(
    "message",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False),  # whom it is from, or to
    Column("channel", String(5), nullable=False),
    Column("state", String(12), nullable=False),
    Column("at", Moment, nullable=False),  # when it was received, or written down
    Column("body", Sealed("message.body"), nullable=False),
    # Of a text of ours to somebody: by this, and not by its words, one is known from another.
    Column("words", Mark("message.words")),
    Column("request_number", ForeignKey("request.number")),
    Column("sid", String(64), unique=True),  # the carrier's name for it; a digest, once deleted
    Column("segments", Integer, nullable=False, server_default="0"),
    # What came with it: pairs of an address at the carrier, or of what passes it on the name of
    # a text with a place in it, and of what it calls itself.
    Column("pictures", SealedValue("message.pictures")),
    # Of one from somebody: whether its words are part of a request's, and see `limits`.
    Column("is_words", Boolean, nullable=False, server_default=false()),
    Column("pace", String(10)),
    # Of one to somebody.
    Column("reply_to", ForeignKey("message.id")),  # the text it answers
    Column("page_id", ForeignKey("page.id")),  # when it asks somebody
    Column("from_id", Integer),  # the neighbor whose words it passes on
    Column("broadcast_id", Integer),  # what it is part of that was written to many
    # What a call would say, should this text reach nobody.
    Column("aloud", Sealed("message.aloud")),
    # Of a call: what is left on an answering machine instead.
    Column("on_machine", Sealed("message.on_machine")),
    Column("may_wake", Boolean, nullable=False, server_default=false()),  # a call in quiet hours
    Column("error", Integer),  # the carrier's code for why it did not arrive
    Column("failure", String(16)),  # and what that is to us: the name of an error
    Column("held_by", Integer),  # the code of what holds back all of ours, until it is mended
    Column("tries", Integer, nullable=False, server_default="0"),  # of its words, with this one
    Column("claims", Integer, nullable=False, server_default="0"),  # to bring it to the carrier
    Column("due", Moment),  # when to send, or to look up, next; NULL when nothing is to be done
    Column("good_until", Moment),  # not worth sending after that
    Column("claimed_at", Moment),
    Column("carrier", String(20)),  # by which channel it came or leaves; NULL: the first
)


def one_of(column: Any, *values: str) -> Any:
    """Whether a column is one of these words of ours, written out: so a partial index fits, and a
    statement need not be made anew."""
    return column.in_([literal_column(f"'{it}'") for it in values])


from_somebody = one_of(message.c.channel, "text", "keys", "desk")


def _partial(name: str, where: Any, *columns: Column[Any]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


Index("ix_message_neighbor", message.c.neighbor_id, message.c.at)
for _column in (
    *(message.c.request_number, message.c.reply_to, message.c.page_id, message.c.due),
    message.c.broadcast_id,
):
    _partial(f"ix_message_{_column.name}", _column.is_not(None), _column)
_partial("ix_message_from_id", message.c.from_id.is_not(None), message.c.from_id, message.c.at)
_partial(
    "ix_message_claimed_at",
    message.c.claimed_at.is_not(None),
    *(message.c.claimed_at, message.c.segments, message.c.channel, message.c.page_id),
)


def on_its_way(state: Any) -> Any:
    """Not with the carrier yet, as far as we know; as the index below has it, word by word."""
    return one_of(state, *ON_ITS_WAY)


_partial("ix_message_on_its_way", on_its_way(message.c.state), message.c.neighbor_id)
_partial("ix_message_failure", message.c.failure.is_not(None), message.c.at, message.c.failure)
held = (message.c.state == literal_column("'waiting'")) & message.c.held_by.is_not(None)
_partial("ix_message_held", held, message.c.due)

call = Table(
    "call",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    # The carrier's name for the call; a digest, once it is deleted.
    Column("sid", String(64), nullable=False, unique=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), index=True),  # NULL: a hidden number
    Column("message_id", ForeignKey("message.id"), index=True),  # what we called to say
    # Where in the menu it is: see `ivr.menu.Call`.
    Column("state", SealedValue("call.state"), nullable=False),
    Column("turn", Integer, nullable=False),  # how many documents it was answered with
    Column("answer", SealedValue("call.answer")),  # the last of them, should it be asked for again
    Column("began_at", Moment, nullable=False),
    # When it is taken for ended, should nobody tell us; NULL once it has ended.
    Column("due", Moment),
)
Index("ix_call_due", call.c.due)

recording = Table(
    "recording",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    # The carrier's name for it.
    Column("sid", SealedAlike("recording.sid"), nullable=False, unique=True),
    Column("call_id", ForeignKey("call.id"), nullable=False, index=True),
    Column("request_number", ForeignKey("request.number"), index=True),
    # NULL: it is part of the request's words.
    Column("passed_to", ForeignKey("neighbor.id"), index=True),
    Column("seconds", Integer),  # NULL until the carrier says that it is complete
    Column("transcript", Sealed("recording.transcript")),
    Column("recorded_at", Moment, nullable=False),
)

# What was sent to a number so that who calls can show that it is theirs. Rows of a day.
proof = Table(
    "proof",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False, index=True),
    Column("digest", Sealed("proof.digest")),  # of the code, with its salt; NULL: used, or a call
    Column("message_id", ForeignKey("message.id"), index=True),  # the call that was made
    Column("wanted", String(16)),  # and where in the menu they wanted to go
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("at", Moment, nullable=False),
)

# PINs that people chose for the phone.
pin = Table(
    "pin",
    metadata,
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("digest", Sealed("pin.digest")),  # with its salt; NULL: none holds yet
    Column("wanted", Sealed("pin.wanted")),  # of one that is not confirmed
    Column("tries", Integer, nullable=False),  # wrong ones, since
    Column("since", Moment),
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
Index("ix_event_neighbor_id", event.c.neighbor_id)
Index("ix_event_about_id", event.c.about_id)
Index("ix_event_request_number", event.c.request_number)
Index("ix_event_what", event.c.what, event.c.id)

danger_said = event.c.what == literal_column("'danger'")
_partial("ix_event_danger", danger_said, event.c.at)

# A private note of organizers about a request, for organizers.
note = Table(
    "note",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("request_number", ForeignKey("request.number"), nullable=False, index=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False),  # who wrote it
    Column("at", Moment, nullable=False),
    Column("body", Sealed("note.body"), nullable=False),
)

# Roles on the board that a steward gave there; those in hotline.toml stand in no row.
board_role = Table(
    "board_role",
    metadata,
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("role", String(8), nullable=False),  # see `organizers.BoardRole`
    Column("by_id", ForeignKey("neighbor.id")),
    Column("since", Moment, nullable=False),
)

# Browsers in which somebody is about to sign in, and links that sign somebody in once. Rows of a
# day.
sign_in = Table(
    "sign_in",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),  # a digest of what the browser has
    Column("neighbor_id", ForeignKey("neighbor.id"), index=True),  # NULL: nobody who may come in
    Column("digest", Sealed("sign_in.digest")),  # of the code, with its salt; NULL: used
    Column("is_link", Boolean, nullable=False, server_default=false()),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("at", Moment, nullable=False, index=True),
)

# Browsers in which somebody is signed in on the board.
board_session = Table(
    "board_session",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),  # a digest of what the browser has
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False, index=True),
    Column("name", String(60), nullable=False),  # the browser's, as people call it
    Column("since", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("proven_at", Moment, nullable=False),  # when they last showed that it is them
)

# What takes the place of the code on the board, by a digest of the name that browsers have for it.
passkey = Table(
    "passkey",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("credential", String(64), nullable=False, unique=True),
    Column("neighbor_id", ForeignKey("neighbor.id"), nullable=False, index=True),
    Column("known", Sealed("passkey.known"), nullable=False),  # its answers are checked by this
    Column("name", String(60), nullable=False),  # of the browser in which it was added
    Column("since", Moment, nullable=False),
    Column("used_at", Moment),
)
passkey_asked = Table(
    "passkey_asked",
    metadata,
    Column("token", String(64), primary_key=True),  # a digest of what the page has
    Column("challenge", String(100), nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

# What hotline.toml was, whole: the last that were saved on the board.
settings_version = Table(
    "settings_version",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("neighbor_id", ForeignKey("neighbor.id")),  # who saved it; NULL: it stood there before
    Column("text", Sealed("settings_version.text"), nullable=False),
)

# What somebody ordered by text and has not confirmed: one order of each.
confirmation = Table(
    "confirmation",
    metadata,
    Column("neighbor_id", ForeignKey("neighbor.id"), primary_key=True),
    Column("verb", String(8), nullable=False),
    Column("about_id", ForeignKey("neighbor.id"), nullable=False),
    # Of the code, with its salt.
    Column("digest", Sealed("confirmation.digest"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
)

# What is still to be deleted at the carrier of people who wanted to be forgotten. A row is gone
# once it is done, and the number with it.
erasure = Table(
    "erasure",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    # "number": every text and call from and to it; "message", "call" and "recording": the one of
    # this name; "unnamed": a text to somebody else of which we never learned the name, by a digest;
    # "entry": nothing there, but what the roster knew of whoever had this number, until it is due
    Column("kind", String(9), nullable=False),
    Column("what", SealedAlike("erasure.what"), nullable=False),
    Column("neighbor_id", ForeignKey("neighbor.id")),  # who got that text, or was on the roster
    Column("at", Moment, nullable=False),  # when it was said; of a number what came until then
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due", Moment, nullable=False),
    Column("entry", SealedValue("erasure.entry")),  # see `store.grace`
    Column("since", Moment),  # when it was to be deleted first
)
Index("ix_erasure_due", erasure.c.due)
Index("ix_erasure_what", erasure.c.what)

# How far the clock has come with deleting what is old: a row for each kind, once it was looked
# at: see `store.retention`.
sweep = Table(
    "sweep",
    metadata,
    Column("what", String(8), primary_key=True),
    Column("last_id", Integer, nullable=False),  # all before it and itself are looked at
    Column("due", Moment, nullable=False),
)

# Which processes there are: each says so again and again. Those that ended politely are gone.
heartbeat = Table(
    "heartbeat",
    metadata,
    Column("role", String(8), primary_key=True),  # web, worker or clock
    Column("process", String(80), primary_key=True),  # the machine's name and the process's number
    Column("at", Moment, nullable=False),
)

# What the stewards were told of and is not over. Whoever changes the row tells them, and one alone
# can.
alarm = Table(
    "alarm",
    metadata,
    Column("what", String(12), primary_key=True),
    Column("since", Moment),  # NULL: all is well
)

# Copies that were made of the database, and kept somewhere.
backup = Table(
    "backup",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes
)

# That this database came back from a copy. Until it is resumed nobody is told and asked anything
# but in answer to what they do: see `store.restorations`.
restoration = Table(
    "restoration",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("copied_at", Moment, nullable=False),  # when the copy was made
    Column("at", Moment, nullable=False),
    Column("resumed_at", Moment),
)

# What the doctor found when it looked last: a row for each half of what it looks at, whoever of the
# clocks does. `findings` as `doctor.findings.as_json` has them.
checkup = Table(
    "checkup",
    metadata,
    Column("half", String(8), primary_key=True),
    Column("due", Moment, nullable=False),
    Column("at", Moment),
    Column("findings", JSON, nullable=False, server_default=text("'[]'")),
)

# What of it the stewards are told of, each once while it lasts: see `store.checkups`.
finding = Table(
    "finding",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("half", String(8), nullable=False),
    Column("since", Moment),  # NULL: it is over
    Column("told_at", Moment),  # when it was told last
)

# The name of the key that seals: with another one nobody is found under their number. And the key
# of digests of what is deleted: see `store.digests`.
sealing = Table(
    "sealing",
    metadata,
    Column("key", String(8), primary_key=True),
    Column("digests", Sealed("sealing.digests"), nullable=False),
)
