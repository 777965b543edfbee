"""What somebody is told, before it is worded: a name and what goes into it, in no language yet.

`words` has each notice in writing, `prompts` those worth a call as they are said on the phone, both
by its name. Pure. Who hears what is decided in `help_request`, and of texts in `sms.conversation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Told(Enum):
    """What somebody can be told. Its text is in `words.Sentence`, under the same name."""

    # To somebody who asks.
    ASKED = auto()
    ASKED_IN_QUIET = auto()
    ADDED = auto()
    HELLO = auto()
    NOT_AN_EMERGENCY_LINE = auto()
    TOO_MANY_TEXTS = auto()
    WRITE_FROM_A_PHONE = auto()
    # What the carrier says elsewhere to HELP, STOP and START.
    CARRIER_HELP = auto()
    CARRIER_STOP = auto()
    CARRIER_START = auto()
    STATUS_OPEN = auto()
    STATUS_WAITING = auto()
    STATUS_TAKEN = auto()
    NOTHING_OPEN = auto()
    TAKEN = auto()
    TAKEN_NOTE = auto()
    NOBODY_YET = auto()
    HELD_BACK = auto()
    SOME_MORE_WANTED = auto()
    WITHDRAWN = auto()
    WHICH_TO_CLOSE = auto()
    HANDED_BACK_TO_REQUESTER = auto()
    DONE_TO_REQUESTER = auto()
    GLAD = auto()
    ASKING_TAKER = auto()
    LET_GO_TO_REQUESTER = auto()
    ASKED_PEOPLE = auto()
    TAKEN_SOME = auto()

    # To somebody who is asked.
    PAGE = auto()
    PAGE_ANYWHERE = auto()
    PAGE_URGENT = auto()
    PAGE_URGENT_ANYWHERE = auto()
    YOURS = auto()
    YOURS_QUOTE_FOLLOWS = auto()
    QUOTE = auto()
    THEIR_ATTACHMENTS = auto()
    PASSED = auto()
    COVERED = auto()
    TOO_LATE = auto()
    THANKS_ALL_THE_SAME = auto()
    NO_LONGER_NEEDED = auto()
    WHICH = auto()
    HOW_TO_TAKE = auto()
    HOW_TO_TAKE_OR_ASK = auto()
    NOT_ASKED = auto()
    NOTHING_ASKED = auto()
    HANDED_BACK = auto()
    DONE = auto()
    STILL_ON_IT = auto()
    STILL_YOURS = auto()
    NOT_DONE_YET = auto()
    LET_GO = auto()
    WITH = auto()
    ALSO = auto()
    DONE_TOGETHER = auto()
    WHICH_DONE = auto()

    # Where somebody can be found, once they say OK.
    SEND_PLACE = auto()
    PLACE_LEFT_OUT = auto()
    PLACE_SENT = auto()
    PLACE_KEPT = auto()
    PLACE_FOLLOWS = auto()
    PLACE_REFUSED = auto()
    PLACE_TO_HEAR = auto()

    # To somebody on the roster, about themselves.
    PAUSED = auto()
    PAUSED_UNTIL = auto()
    BACK = auto()
    MOST_A_DAY = auto()
    ME = auto()
    ME_RESTING = auto()
    CALLED_SO = auto()
    WHICH_AREA = auto()
    WHICH_HOURS = auto()
    REST = auto()
    OPEN_NEAR = auto()
    NOTHING_TO_TAKE = auto()
    STATS = auto()
    FOR_HELPERS = auto()

    # To somebody who joins, and to who vouches for them.
    JOIN_NAME = auto()
    JOIN_CAN = auto()
    JOIN_CAN_VOUCHED = auto()
    JOIN_CAN_STEWARDS = auto()
    JOIN_AREA = auto()
    JOIN_HOURS = auto()
    JOIN_WAITS = auto()
    JOIN_WAITS_STEWARDS = auto()
    VOUCHED = auto()
    VOUCH_DONE = auto()
    VOUCH_UNKNOWN = auto()
    VOUCH_STEWARDS = auto()
    VOUCH_LATER = auto()
    VOUCH_ENOUGH = auto()

    # To somebody who may not take a request now.
    HANDS_FULL = auto()
    SUSPENDED = auto()

    # Between the two.
    CLOSING = auto()
    THEY_SAID_STOP = auto()
    FROM_TAKER = auto()
    FROM_REQUESTER = auto()
    LEFT_OUT = auto()
    LEFT_OUT_OF_CALL = auto()
    MISSING = auto()
    WHICH_TALK = auto()
    VOICE_MESSAGE = auto()
    TRANSCRIPT = auto()
    NO_WAY_BACK = auto()

    # To the number on file, of a call.
    CODE = auto()
    BOARD_CODE = auto()
    FROM_ORGANIZERS = auto()
    ASKED_IN_CALL = auto()
    ASKED_IN_CALL_IN_QUIET = auto()
    ADDED_IN_CALL = auto()
    ASKED_BY_PHONE = auto()
    ASKED_BY_PHONE_IN_QUIET = auto()
    ADDED_BY_PHONE = auto()
    CALLED_INSTEAD = auto()
    DONE_BY_PHONE = auto()
    HANDED_BACK_BY_PHONE = auto()
    MESSAGE_BY_PHONE = auto()
    JOINED_BY_PHONE = auto()
    WITHDRAWN_BY_PHONE = auto()

    # To somebody in danger, or who is kept apart from another.
    EMERGENCY = auto()
    MAYBE_DANGER = auto()
    CRISIS = auto()
    CRISIS_CALL = auto()
    HELD = auto()
    HELD_WHICH = auto()
    HELD_SPOKEN = auto()
    PARTED = auto()
    PARTED_AFTER = auto()
    TAKEN_BACK = auto()
    REPORTED = auto()
    QUIET = auto()
    QUIET_BY_TEXT = auto()
    OPEN_TO_YOU = auto()
    SAFE = auto()
    SAFE_FROM_NOBODY = auto()

    # To anybody.
    LANGUAGE_SET = auto()
    LANGUAGE_NOT_SPOKEN = auto()
    STOPPED = auto()
    TEXTED_AGAIN = auto()
    PIN_CODE = auto()
    PIN_SET = auto()
    PIN_GONE = auto()
    PIN_OTHER = auto()
    FORGOTTEN = auto()
    FORGOTTEN_FOR_A_DAY = auto()
    FORGOTTEN_BUT_THERE = auto()
    FORGET_CODE = auto()
    BACK_ON_THE_LIST = auto()
    FORGET_AFTER_CLOSING = auto()
    FORGET_AFTER_HELPING = auto()
    WANTS_TO_JOIN = auto()
    UNCLEAR_TO_HELPER = auto()

    # Questions about the hotline.
    ANSWER_WHO = auto()
    ANSWER_REAL = auto()
    ANSWER_COST = auto()
    ANSWER_PRIVACY = auto()
    ANSWER_PLACE = auto()
    ANSWER_HOURS = auto()
    ANSWER_HOW = auto()

    # To stewards.
    STEWARDS_NOBODY = auto()
    STEWARDS_JOIN = auto()
    STEWARDS_REFUSED = auto()
    STEWARDS_UNEXPLAINED = auto()
    STEWARDS_FILTERED = auto()
    STEWARDS_NOT_ALLOWED = auto()
    STEWARDS_MOST_OF_BUDGET = auto()
    STEWARDS_BUDGET_SPENT = auto()
    STEWARDS_SEGMENTS_KEPT = auto()
    STEWARDS_HELD_BACK = auto()
    STEWARDS_CROWDED = auto()
    STEWARDS_ABROAD = auto()
    STEWARDS_SET_ASIDE = auto()
    STEWARDS_UNREACHED = auto()
    STEWARDS_UNANSWERED = auto()
    STEWARDS_NO_WAY_BACK = auto()
    STEWARDS_OFTEN_LEAVES = auto()
    STEWARDS_LATE = auto()
    STEWARDS_ON_TIME = auto()
    STEWARDS_NOT_DELETED = auto()
    STEWARDS_BROKEN_HERE = auto()
    STEWARDS_BROKEN_THERE = auto()
    STEWARDS_SILENT = auto()
    STEWARDS_SILENT_AREA = auto()
    TRYING_OUT = auto()
    STEWARDS_SAFE = auto()
    STEWARDS_TAKEN_BACK = auto()
    STEWARDS_DANGER = auto()
    STEWARDS_REPORTED = auto()
    STEWARDS_APART = auto()

    # To whom it concerns, when a steward looks after a request or lets somebody rest.
    CLOSED_BY_STEWARDS = auto()
    OPENED_AGAIN = auto()
    CORRECTED = auto()
    ASSIGNED = auto()
    ASKING_OTHERS = auto()
    LET_REST = auto()
    LET_REST_UNTIL = auto()
    LET_CARRY = auto()

    # To a steward who looks after requests.
    STEWARDS_WORDS = auto()
    STEWARDS_WORDS_PEOPLE = auto()
    STEWARDS_DID_YOU_MEAN = auto()
    STEWARDS_UNCLEAR = auto()
    STEWARDS_ALL_OPEN = auto()
    STEWARDS_NO_SUCH = auto()
    STEWARDS_OPEN = auto()
    STEWARDS_SOME = auto()
    STEWARDS_DONE = auto()
    STEWARDS_OVER = auto()
    STEWARDS_CLOSED = auto()
    STEWARDS_OPENED = auto()
    STEWARDS_CORRECTED = auto()
    STEWARDS_ASKED_ANEW = auto()
    STEWARDS_ASKED_PERSON = auto()
    STEWARDS_ASKED_ALREADY = auto()
    STEWARDS_CANNOT_MERGE = auto()
    STEWARDS_ASSIGNED = auto()
    STEWARDS_TAKEN = auto()
    STEWARDS_ALL_DELETED = auto()
    STEWARDS_STOPPED = auto()
    STEWARDS_CHANNEL_FULL = auto()
    STEWARDS_CHANNEL_FULL_OTHER = auto()
    STEWARDS_CHANNEL_SILENT = auto()
    STEWARDS_CHANNEL_SILENT_OTHER = auto()
    STEWARDS_AWAY = auto()
    STEWARDS_RESTS = auto()
    STEWARDS_BUSY = auto()
    STEWARDS_FULL = auto()
    STEWARDS_THEIRS = auto()
    STEWARDS_WHOM = auto()
    STEWARDS_WHICH = auto()
    STEWARDS_RESTING = auto()
    STEWARDS_RESTING_UNTIL = auto()
    STEWARDS_CARRIES = auto()
    STEWARDS_CARRIES_NO_MORE = auto()
    STEWARDS_VOUCHED = auto()
    STEWARDS_CONFIRM_CARRY = auto()
    STEWARDS_CONFIRM_VOUCH = auto()
    STEWARDS_CONFIRM_REMOVE = auto()
    STEWARDS_CONFIRM_SUSPEND = auto()
    STEWARDS_CONFIRM_RESTORE = auto()
    NO_SUCH_CODE = auto()
    STEWARDS_REMOVED = auto()
    STEWARDS_SUSPENDED = auto()
    STEWARDS_RESTORED = auto()
    STEWARDS_BROUGHT = auto()


@dataclass(frozen=True)
class Notice:
    """What one person is told, once.

    Values: `number`, `count` and `code` int, `numbers` a tuple of int, `need` and `can` a tuple of
    need keys (none in `can` is anything), `area` an area key or None, `areas` a tuple of them (none
    is anywhere), `hours` as the roster has them, `ago` a timedelta, `time` and `day` an aware
    datetime, `name` the id of a neighbor (whoever writes the text down puts the first name there,
    or None), `names` a tuple of such ids, `open` a tuple of (number, need keys, area key,
    timedelta), `asked`, `taken` and `done` int, the rest str.
    """

    what: Told
    values: Mapping[str, object] = field(default_factory=dict)


def notice(what: Told, **values: object) -> Notice:
    return Notice(what, values)
