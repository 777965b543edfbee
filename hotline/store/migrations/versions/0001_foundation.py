"""The foundation: every table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
FIRST_NUMBER = 12  # of requests


def upgrade() -> None:
    _availability()
    _neighbor()
    _erasure()
    _offer()
    _request()
    _event()
    _taker()
    _page()
    _message()
    _call()
    _recording()
    _begin_to_count()


def _begin_to_count() -> None:
    """SQLite has no sequences: the next number follows the last one it remembers."""
    if op.get_bind().dialect.name == "sqlite":
        remembered = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
        op.execute(remembered.insert().values(name="request", seq=FIRST_NUMBER - 1))


def _availability() -> None:
    op.create_table(
        "availability",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_availability"),
        sa.UniqueConstraint("content", name="uq_availability_content"),
    )


def _neighbor() -> None:
    op.create_table(
        "neighbor",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=True),
        sa.Column("language", sa.String(8), nullable=True),
        sa.Column("language_chosen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.String(12), nullable=True),
        sa.Column("on_roster", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("languages", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("areas", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("needs", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("hours", sa.String(200), server_default="", nullable=False),
        sa.Column("reach", sa.String(8), server_default="text", nullable=False),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("max_a_day", sa.Integer(), nullable=True),
        sa.Column("joining", sa.String(8), nullable=True),
        sa.Column("joining_since", MOMENT, nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, server_default="1970-01-01 00:00:00.000000", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_neighbor"),
        sa.UniqueConstraint("phone", name="uq_neighbor_phone"),
    )
    op.create_index("ix_neighbor_code", "neighbor", ["code"], unique=True)
    op.create_index("ix_neighbor_on_roster", "neighbor", ["on_roster"], unique=False)


def _erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_erasure_neighbor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_due", "erasure", ["due"], unique=False)
    op.create_index("ix_erasure_what", "erasure", ["what"], unique=False)


def _offer() -> None:
    op.create_table(
        "offer",
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("need", sa.String(20), nullable=False),
        sa.Column("availability_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["availability_id"], ["availability.id"], name="fk_offer_availability_id"
        ),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_offer_neighbor_id"),
        sa.PrimaryKeyConstraint("neighbor_id", "area", "need", name="pk_offer"),
    )
    op.create_index(
        "ix_offer_area",
        "offer",
        ["area", "need", "asked_at", "neighbor_id", "availability_id"],
        unique=False,
    )


def _request() -> None:
    op.create_table(
        "request",
        sa.Column(
            "number", sa.Integer(), sa.Identity(always=False, start=FIRST_NUMBER), nullable=False
        ),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(20), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("told_nobody_at", MOMENT, nullable=True),
        sa.Column("checked_in", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("people", sa.Integer(), server_default="1", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["requester_id"], ["neighbor.id"], name="fk_request_requester_id"),
        sa.PrimaryKeyConstraint("number", name="pk_request"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_request_look_at", "request", ["look_at"], unique=False)
    op.create_index(
        "ix_request_open",
        "request",
        ["number"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_request_requester_id", "request", ["requester_id"], unique=False)
    op.create_index("ix_request_since", "request", ["since", "state"], unique=False)


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["neighbor.id"], name="fk_event_about_id"),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_event_neighbor_id"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_event_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_about_id", "event", ["about_id"], unique=False)
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_index("ix_event_neighbor_id", "event", ["neighbor_id"], unique=False)
    op.create_index("ix_event_request_number", "event", ["request_number"], unique=False)


def _taker() -> None:
    op.create_table(
        "taker",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(10), nullable=True),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_taker_neighbor_id"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_taker_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_taker"),
        sa.UniqueConstraint("request_number", "neighbor_id", name="uq_taker_request_number"),
    )
    op.create_index(
        "ix_taker_neighbor_id",
        "taker",
        ["neighbor_id", "outcome", "request_number"],
        unique=False,
    )


def _page() -> None:
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'accepted') = (taken_by IS NOT NULL)", name="ck_page_accepted_is_taken"
        ),
        sa.CheckConstraint(
            "taken_by IS NULL OR taken_by = neighbor_id", name="ck_page_taken_by_who_was_asked"
        ),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_page_neighbor_id"),
        sa.ForeignKeyConstraint(
            ["request_number", "taken_by"],
            ["taker.request_number", "taker.neighbor_id"],
            name="fk_page_taker",
        ),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_page_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        sa.UniqueConstraint(
            "request_number", "neighbor_id", "round", name="uq_page_request_number"
        ),
    )
    op.create_index("ix_page_neighbor", "page", ["neighbor_id", "asked_at"], unique=False)


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(5), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.Column("sid", sa.String(64), nullable=True),
        sa.Column("segments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pictures", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_words", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("pace", sa.String(10), nullable=True),
        sa.Column("reply_to", sa.Integer(), nullable=True),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("aloud", sa.Text(), nullable=True),
        sa.Column("on_machine", sa.Text(), nullable=True),
        sa.Column("may_wake", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(16), nullable=True),
        sa.Column("held_by", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("good_until", MOMENT, nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_message_neighbor_id"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_message_page_id"),
        sa.ForeignKeyConstraint(["reply_to"], ["message.id"], name="fk_message_reply_to"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_message_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("sid", name="uq_message_sid"),
    )
    op.create_index(
        "ix_message_claimed_at",
        "message",
        ["claimed_at", "segments"],
        unique=False,
        sqlite_where=sa.text("claimed_at IS NOT NULL"),
        postgresql_where=sa.text("claimed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_message_due",
        "message",
        ["due"],
        unique=False,
        sqlite_where=sa.text("due IS NOT NULL"),
        postgresql_where=sa.text("due IS NOT NULL"),
    )
    op.create_index(
        "ix_message_from_id",
        "message",
        ["from_id", "at"],
        unique=False,
        sqlite_where=sa.text("from_id IS NOT NULL"),
        postgresql_where=sa.text("from_id IS NOT NULL"),
    )
    op.create_index(
        "ix_message_held",
        "message",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting' AND held_by IS NOT NULL"),
        postgresql_where=sa.text("state = 'waiting' AND held_by IS NOT NULL"),
    )
    op.create_index("ix_message_neighbor", "message", ["neighbor_id", "at"], unique=False)
    op.create_index(
        "ix_message_on_its_way",
        "message",
        ["neighbor_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending', 'unknown')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending', 'unknown')"),
    )
    op.create_index(
        "ix_message_page_id",
        "message",
        ["page_id"],
        unique=False,
        sqlite_where=sa.text("page_id IS NOT NULL"),
        postgresql_where=sa.text("page_id IS NOT NULL"),
    )
    op.create_index(
        "ix_message_reply_to",
        "message",
        ["reply_to"],
        unique=False,
        sqlite_where=sa.text("reply_to IS NOT NULL"),
        postgresql_where=sa.text("reply_to IS NOT NULL"),
    )
    op.create_index(
        "ix_message_request_number",
        "message",
        ["request_number"],
        unique=False,
        sqlite_where=sa.text("request_number IS NOT NULL"),
        postgresql_where=sa.text("request_number IS NOT NULL"),
    )


def _call() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_call_message_id"),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_call_neighbor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("sid", name="uq_call_sid"),
    )
    op.create_index("ix_call_due", "call", ["due"], unique=False)
    op.create_index("ix_call_message_id", "call", ["message_id"], unique=False)
    op.create_index("ix_call_neighbor_id", "call", ["neighbor_id"], unique=False)


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.Column("passed_to", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_recording_call_id"),
        sa.ForeignKeyConstraint(["passed_to"], ["neighbor.id"], name="fk_recording_passed_to"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_recording_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.UniqueConstraint("sid", name="uq_recording_sid"),
    )
    op.create_index("ix_recording_call_id", "recording", ["call_id"], unique=False)
    op.create_index("ix_recording_passed_to", "recording", ["passed_to"], unique=False)
    op.create_index("ix_recording_request_number", "recording", ["request_number"], unique=False)
