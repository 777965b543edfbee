"""What comes in, in words of our own: a text, a call, a key, a recording, what became of a message.

Pure values. A carrier's folder makes them of its forms; `sms` and `ivr` take them from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from hotline.attachment import Attachment
from hotline.errors import CarrierError
from hotline.message import MessageMove

MOST_ATTACHMENTS = 10  # in one text, in or out
LONGEST_BODY = 4000  # letters kept of a text; an account sends at most 1,600


class Origin(Enum):
    """Where a text comes from: a phone; an app, where it can be answered while it is heard and
    never later; or what is no person's (networks, short codes, letters), which answers answers."""

    PHONE = auto()
    APP = auto()
    MACHINE = auto()


@dataclass(frozen=True, slots=True)
class TextIn:
    """A text as it arrived. `sid` is the carrier's name for it, `opt_out` its own reading ("STOP",
    "START" or "HELP"), `attachments` are at addresses of the carrier, at most MOST_ATTACHMENTS.
    `sender` is the number of a phone, and else the address as it came. `carrier`: by which of our
    channels; None: by the account that the environment names."""

    sid: str
    sender: str
    body: str
    attachments: tuple[Attachment, ...] = ()
    opt_out: str = ""
    origin: Origin = Origin.PHONE
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class CallIn:
    """A call as it begins: the carrier's name of it and the caller's number, None for a hidden
    one. `is_attested`: the carrier knows that they may use that number."""

    sid: str
    caller: str | None
    is_attested: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Keys, without the last #, or a recording's name at the carrier; neither is silence.
    `was_bridged`: of a call for them, that the carrier may have put the two together."""

    keys: str = ""
    recording: str = ""
    was_bridged: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a carrier tells of a message, by our id of it. `why` and `code` say what went wrong,
    `retry_after` how many seconds to leave it alone."""

    message_id: int
    sid: str
    move: MessageMove
    why: type[CarrierError] | None = None
    code: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """A phone of ours is there. `battery`: percent, None where it does not say."""

    battery: int | None = None
    is_charging: bool | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """Who, or what, answered a call of ours."""

    is_machine: bool = False
    is_fax: bool = False


@dataclass(frozen=True, slots=True)
class RecordingIn:
    """A recording that is complete, and of which call."""

    call: str
    sid: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TranscriptIn:
    """What was said in a recording, and of which call it is; both empty if that is not told."""

    call: str
    sid: str
    words: str
