"""A message: one text or call, to or from one person. What moves it from state to state.

Pure. Whoever reports what became of a message may do so twice, late, and in any order: a move
counts only from the states that stand in its row, so a message only moves forward. What follows
when one did not arrive is in `desk.delivery`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """How it comes or leaves."""

    TEXT = "text"  # somebody texted us
    KEYS = "keys"  # somebody keyed it in, in a call
    DESK = "desk"  # somebody said it, and it was written down for them
    REPLY = "reply"  # it leaves in the answer to their text
    API = "api"  # a text that leaves by itself
    CALL = "call"  # it is said in a call of ours


class MessageState(StrEnum):
    RECEIVED = "received"  # from somebody: nothing more becomes of it
    WAITING = "waiting"
    SENDING = "sending"  # claimed by whoever brings it to the carrier
    UNKNOWN = "unknown"  # taken or not: it is to be looked up
    ACCEPTED = "accepted"  # the carrier has it
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"  # the carrier will not take it, ever
    DROPPED = "dropped"  # STOP came first, or it is good for nothing now


class MessageMove(StrEnum):
    """What can become of a message."""

    CLAIM = "claimed to be sent"
    HAND_OVER = "the carrier takes it"
    LOSE = "no answer, taken or not"
    DOUBT = "nothing was heard of it"
    RESTORE = "back from a backup, it may have left since"
    PUT_BACK = "not taken, later again"
    REFUSE = "refused for good"
    GIVE_UP = "no longer wanted"
    SEND = "on its way to the phone"
    DELIVER = "on the phone, or heard"
    MISS = "did not arrive"


class WhyDropped(StrEnum):
    """What stands in the place of a failure, in the row of one that was given up."""

    STOPPED = "stopped"  # whom it was for said STOP
    TOO_OLD = "too old"  # it was good for nothing any more
    OLD_NEWS = "old news"  # there is newer, or they have heard it
    FORGOTTEN = "forgotten"
    CALLED_OFF = "called off"  # stewards stopped what was written to many


@dataclass(frozen=True, slots=True)
class MessageRow:
    """From each of `states`, this move leads to `next`."""

    move: MessageMove
    states: tuple[MessageState, ...]
    next: MessageState


_CLAIMED = (MessageState.SENDING, MessageState.UNKNOWN)
ON_ITS_WAY = (MessageState.WAITING, *_CLAIMED)  # not with the carrier yet, as far as we know
ARRIVED = (MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED)  # as far as we know

TABLE: tuple[MessageRow, ...] = (
    MessageRow(MessageMove.CLAIM, (MessageState.WAITING,), MessageState.SENDING),
    MessageRow(MessageMove.HAND_OVER, ON_ITS_WAY, MessageState.ACCEPTED),
    MessageRow(MessageMove.LOSE, _CLAIMED, MessageState.UNKNOWN),
    MessageRow(MessageMove.DOUBT, (MessageState.ACCEPTED,), MessageState.UNKNOWN),
    MessageRow(MessageMove.RESTORE, (MessageState.WAITING,), MessageState.UNKNOWN),
    MessageRow(MessageMove.PUT_BACK, _CLAIMED, MessageState.WAITING),
    MessageRow(MessageMove.REFUSE, _CLAIMED, MessageState.FAILED),
    MessageRow(MessageMove.GIVE_UP, ON_ITS_WAY, MessageState.DROPPED),
    MessageRow(MessageMove.SEND, (*_CLAIMED, MessageState.ACCEPTED), MessageState.SENT),
    MessageRow(
        MessageMove.DELIVER,
        (*_CLAIMED, MessageState.ACCEPTED, MessageState.SENT),
        MessageState.DELIVERED,
    ),
    MessageRow(
        MessageMove.MISS,
        (*_CLAIMED, MessageState.ACCEPTED, MessageState.SENT),
        MessageState.UNDELIVERED,
    ),
)
"""The machine. A reply begins as accepted: the carrier gets it with our answer, and is asked for it
if it tells nothing of it. docs/states.md draws it."""

ROWS = {row.move: row for row in TABLE}
