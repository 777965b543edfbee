"""The phone menu: what a step and a key lead to.

`ROWS` is the menu: from a step, a key leads to the next step, changes what the call knows, and
lets something follow. `react` follows one row; what is heard at a step is in `saying`. Pure: it
knows no carrier, no database and no clock; `facts` looks up the `Facts` and `deeds` does the
`Deed`s.

Silence and keys that mean nothing lead on after a while, in the end to the recording, so that a
caller without a keypad only has to stay on the line and speak. Whoever needs something is asked
for no proof; what `LEAST` names needs it, and then it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hotline import phone, proof
from hotline.details import NOTHING, Details
from hotline.document import Wait
from hotline.inbound import Heard
from hotline.notices import Notice
from ivr.trust import Trust

JOIN_KEY = "8"
MINE_KEY = "*"  # no need has it
SAFE_KEY = "7"  # wherever two people talk: SAFE
MOST_TURNS = 40  # of one call; after that every key leads on
LONGEST_POSTCODE = 10  # keys


class Step(StrEnum):
    """Where in the menu a call is."""

    LANGUAGE = "language"
    TOPIC = "topic"  # on to what lies between us: nobody stays here
    STANDING = "standing"  # their open request
    TAKEN = "taken"  # their request that somebody took
    HOLDING = "holding"  # a request that they took
    ASKED = "asked"  # a request that they were asked about
    OVER = "over"  # one that is done, with messages that they may still hear
    LISTEN = "listen"
    ADD = "add"
    ADDED = "added"
    CLOSED = "closed"
    TALK = "talk"  # the other of a conversation is called for them
    NO_TALK = "no talk"
    WHISPER = "whisper"  # what the other hears first
    CONNECTED = "connected"
    DECLINED = "declined"
    FINISHED = "finished"
    HANDED_BACK = "handed back"
    APART = "apart"  # from the other of a conversation, for good
    REPEAT = "repeat"  # some digits, which a machine does not
    NEEDS = "needs"
    POSTCODE = "postcode"
    POSTCODE_CHECK = "postcode check"
    MESSAGE = "message"
    CALL_BACK = "call back"
    CALL_BACK_CHECK = "call back check"
    CHECK = "check"
    NAME = "name"  # of somebody who wants to help
    JOINED = "joined"
    WILL_BE_ASKED = "will be asked"  # by phone
    PROOF = "proof"  # that the number is theirs: a code that was texted there
    RING_BACK = "ring back"  # who gets no texts hangs up, and who answers our call has proven it
    WAS_RUNG = "was rung"  # and nobody came to the phone
    NO_PROOF = "no proof"
    TO_BE_CALLED = "to be called"  # we called them back: do they want calls in place of texts?
    SENT = "sent"
    WILL_CALL = "will call"
    PAGE = "page"  # we call them: can they help?
    OUTCOME = "outcome"
    NEWS = "news"  # we call them: what became of a request
    ANSWERED = "answered"
    LEFT_ON_MACHINE = "left on machine"
    NOT_PASSED_ON = "not passed on"
    STOPPED = "stopped"
    GOODBYE = "goodbye"
    NOTHING = "nothing"
    BUSY = "busy"


class Key(StrEnum):
    """What a row waits for, besides a key by its own digit."""

    LANGUAGE = "a language"
    NEED = "a need"
    DIGITS = "digits"
    NO_DIGITS = "only #"
    MESSAGE = "a message"
    TALKED = "they talked"
    NOBODY = "nobody came"
    ON = "silence or wrong keys"


class Deed(StrEnum):
    """What follows in the world."""

    REMEMBER_LANGUAGE = "remember the language"
    SEND = "send the request"
    ADD_MESSAGE = "add the message"
    WITHDRAW = "withdraw"
    TAKE = "take"
    PASS = "pass on it"  # noqa: S105 - no password
    FINISH = "done"
    HAND_BACK = "hand back"
    KEEP_APART = "keep apart"
    SAY_YES = "all is well"
    SAY_NO = "all is not well"
    CALL_INSTEAD = "call instead of texts"
    CONNECT = "connect"
    JOIN = "join"
    STOP = "stop"
    SEND_CODE = "text a code"
    CHECK_CODE = "check the code"
    RING_BACK = "call them back"


# What a call knows.


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody told us of what they need. `recordings` are the carrier's names."""

    need: str = ""
    postcode: str = ""
    recordings: tuple[str, ...] = ()

    @property
    def is_something(self) -> bool:
        return bool(self.need or self.postcode or self.recordings)


class Talk(StrEnum):
    """How far two people are who talk through us. All but BEGAN is said at once, and over."""

    NONE = ""
    BEGAN = "began"  # who was called has pressed the key
    OVER = "over"
    NOBODY = "nobody came"
    NOT_NOW = "not now"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it stands. `former` is what was said before starting over; `about` and `sent`
    are requests' numbers; `misses` counts silence and wrong keys at this step; `news` is what we
    called to say; `partner` is the id of whom we call for them; `name` is
    the recording of theirs; `wanted` is where they go once they have proven who they are;
    `to_repeat` are the digits that they hear and key in, and `repeated` once they did."""

    trust: Trust = Trust.UNKNOWN
    wanted: Step = Step.TOPIC
    wrong_code: int = 0
    step: Step = Step.LANGUAGE
    language: str = ""
    turns: int = 0
    misses: int = 0
    wrong_key: bool = False
    greeted: bool = False
    draft: Draft = Draft()
    former: Draft = Draft()
    warn: bool = False
    call_back: str = ""
    about: int | None = None
    sent: int | None = None
    news: str = ""
    heard: bool = False
    partner: int | None = None
    talk: Talk = Talk.NONE
    name: str = ""
    to_repeat: str = ""
    repeated: bool = False

    @property
    def has_failed_to_repeat(self) -> bool:
        return bool(self.to_repeat) and not self.repeated


class Kind(StrEnum):
    """What a request is to whoever calls."""

    OPEN = "open"
    TAKEN = "taken"
    HELD = "held"
    ASKED = "asked"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Topic:
    """A request that lies between us and a caller. `name` is the taker's id; `asks_at` is when
    neighbors are asked, None for now; `partner` is the id of whom they can talk to now."""

    number: int
    kind: Kind
    needs: tuple[str, ...] = ()
    area: str | None = None
    name: int | None = None
    asks_at: datetime | None = None
    messages: tuple[str, ...] = ()  # what they may hear, by the carrier's names and by ours
    cannot_play: bool = False  # there is a voice message that no phone line plays
    quote: str = ""  # what was written, for whoever holds it
    was_missed: bool = False  # our call about it: somebody else is asked by now
    partner: int | None = None
    place_follows: bool = False  # they hear no more before whoever asked says OK
    details: Details = NOTHING  # as of today
    is_being_written: bool = False  # a voice message for them, which they hear once it is

    @property
    def can_be_heard(self) -> bool:
        return bool(self.messages or self.quote or self.cannot_play)

    @property
    def is_talk(self) -> bool:
        """Whether two people have to do with each other about it."""
        return self.kind in (Kind.TAKEN, Kind.HELD)


@dataclass(frozen=True, slots=True)
class Choice:
    """A need on the menu."""

    digit: str
    need: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """How the request stands that somebody just answered about, for them."""

    number: int
    is_mine: bool = False
    is_open: bool = False
    name: int | None = None
    quote: str = ""
    messages: tuple[str, ...] = ()
    cannot_play: bool = False
    is_nobodys: bool = False  # who asked left no number
    place_follows: bool = False  # as of a topic
    refusal: Notice | None = None  # why they may not take it now


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known around a call: the network's menu, and who is calling."""

    languages: tuple[str, ...]
    needs: tuple[Choice, ...]
    country: str
    countries: tuple[str, ...]
    ours: frozenset[str] = frozenset()  # our own numbers
    language: str = ""
    knows_language: bool = False
    is_hidden: bool = False
    can_text: bool = True
    can_call: bool = True
    has_stopped: bool = False
    has_keypad_postcodes: bool = True
    topics: tuple[Topic, ...] = ()
    result: Result | None = None
    asks_at: datetime | None = None
    is_asked: bool = False  # how the request stands that this call is about
    joining: str = "vouched"  # or "open", "stewards"
    on_roster: bool = False
    code: int | None = None  # of a newcomer, to be vouched for
    has_pin: bool = False
    was_rung: bool = False  # called back today, and nobody came to the phone
    to_repeat: str = ""  # digits, while so many strangers ask that a machine may be among them

    def topic(self, number: int | None) -> Topic | None:
        return next((it for it in self.topics if it.number == number), None)


# The menu.

Change = Callable[[Call, Heard, Facts], Call]


def _repeated(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, repeated=True)


def _language(call: Call, heard: Heard, facts: Facts) -> Call:
    return replace(call, language=facts.languages[int(heard.keys) - 1])


def _need(call: Call, heard: Heard, facts: Facts) -> Call:
    choice = next(it for it in facts.needs if it.digit == heard.keys)
    return replace(_anew(call), draft=Draft(need=choice.need), warn=choice.urgent)


def _postcode(call: Call, heard: Heard, _facts: Facts) -> Call:
    return replace(call, draft=replace(call.draft, postcode=heard.keys[:LONGEST_POSTCODE]))


def _no_postcode(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, draft=replace(call.draft, postcode=""))


def _message(call: Call, heard: Heard, _facts: Facts) -> Call:
    call = _anew(call)
    recordings = (*call.draft.recordings, heard.recording)
    return replace(call, draft=replace(call.draft, recordings=recordings))


def _call_back(call: Call, heard: Heard, facts: Facts) -> Call:
    return replace(call, call_back=callable_number(heard.keys, facts) or "")


def _no_call_back(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, call_back="")


def _start_over(call: Call, _heard: Heard, _facts: Facts) -> Call:
    """What was said stays until something new is: a hang-up now loses nothing."""
    return replace(call, former=to_send(call), draft=Draft())


def _anew(call: Call) -> Call:
    return replace(call, former=Draft())


def _next_topic(call: Call, _heard: Heard, facts: Facts) -> Call:
    numbers = [it.number for it in facts.topics]
    after = numbers[numbers.index(call.about) + 1 :] if call.about in numbers else []
    return replace(call, about=after[0] if after else None)


def _something_new(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, about=None)


def _call_partner(call: Call, _heard: Heard, facts: Facts) -> Call:
    topic = facts.topic(call.about)
    partner = topic.partner if topic else None
    return replace(call, partner=partner, talk=Talk.NOT_NOW if partner is None else Talk.NONE)


def _first_topic(call: Call, _heard: Heard, facts: Facts) -> Call:
    return replace(call, about=facts.topics[0].number if facts.topics else None)


def _code(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, wrong_code=call.wrong_code + 1)


def _name(call: Call, heard: Heard, _facts: Facts) -> Call:
    return replace(call, name=heard.recording)


def _after_talk(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, talk=Talk.OVER)


def _nobody_came(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, talk=Talk.NOBODY)


@dataclass(frozen=True, slots=True)
class Row:
    """From `step`, `key` leads to `next`."""

    step: Step
    key: str
    next: Step
    change: Change | None = None
    deed: Deed | None = None


_S, _K, _D = Step, Key, Deed
ROWS: tuple[Row, ...] = (
    Row(_S.LANGUAGE, _K.LANGUAGE, _S.TOPIC, _language, _D.REMEMBER_LANGUAGE),
    Row(_S.LANGUAGE, _K.ON, _S.TOPIC),
    # What lies between us.
    Row(_S.STANDING, "1", _S.ADD),
    Row(_S.STANDING, "2", _S.CLOSED, None, _D.WITHDRAW),
    Row(_S.STANDING, "3", _S.NEEDS, _something_new),
    Row(_S.STANDING, "4", _S.TOPIC, _next_topic),
    Row(_S.STANDING, "9", _S.STANDING),
    Row(_S.STANDING, _K.ON, _S.ADD),
    Row(_S.TAKEN, "1", _S.TALK, _call_partner),
    Row(_S.TAKEN, "2", _S.CLOSED, None, _D.WITHDRAW),
    Row(_S.TAKEN, "3", _S.NEEDS, _something_new),
    Row(_S.TAKEN, "4", _S.TOPIC, _next_topic),
    Row(_S.TAKEN, "5", _S.LISTEN),
    Row(_S.TAKEN, "6", _S.ADD),
    Row(_S.TAKEN, SAFE_KEY, _S.APART, None, _D.KEEP_APART),
    Row(_S.TAKEN, "9", _S.TAKEN),
    Row(_S.TAKEN, _K.ON, _S.ADD),
    Row(_S.HOLDING, "1", _S.TALK, _call_partner),
    Row(_S.HOLDING, "2", _S.FINISHED, None, _D.FINISH),
    Row(_S.HOLDING, "3", _S.HANDED_BACK, None, _D.HAND_BACK),
    Row(_S.HOLDING, "4", _S.TOPIC, _next_topic),
    Row(_S.HOLDING, "5", _S.LISTEN),
    Row(_S.HOLDING, "6", _S.ADD),
    Row(_S.HOLDING, SAFE_KEY, _S.APART, None, _D.KEEP_APART),
    Row(_S.HOLDING, "9", _S.HOLDING),
    Row(_S.HOLDING, _K.ON, _S.ADD),
    Row(_S.ASKED, "1", _S.OUTCOME, None, _D.TAKE),
    Row(_S.ASKED, "2", _S.OUTCOME, None, _D.PASS),
    Row(_S.ASKED, "3", _S.ASKED),
    Row(_S.ASKED, "4", _S.TOPIC, _next_topic),
    Row(_S.ASKED, _K.ON, _S.NEEDS, _something_new),
    Row(_S.OVER, "3", _S.NEEDS, _something_new),
    Row(_S.OVER, "4", _S.TOPIC, _next_topic),
    Row(_S.OVER, "5", _S.LISTEN),
    Row(_S.OVER, SAFE_KEY, _S.APART, None, _D.KEEP_APART),
    Row(_S.OVER, "9", _S.OVER),
    Row(_S.OVER, _K.ON, _S.NEEDS, _something_new),
    Row(_S.LISTEN, "1", _S.ADD),
    Row(_S.LISTEN, "9", _S.LISTEN),
    Row(_S.LISTEN, _K.ON, _S.TOPIC),
    Row(_S.ADD, _K.MESSAGE, _S.ADDED, None, _D.ADD_MESSAGE),
    Row(_S.ADD, _K.ON, _S.GOODBYE),
    # Between the two.
    Row(_S.TALK, _K.TALKED, _S.TOPIC, _after_talk),
    Row(_S.TALK, _K.NOBODY, _S.ADD, _nobody_came),
    Row(_S.WHISPER, "1", _S.CONNECTED, None, _D.CONNECT),
    Row(_S.WHISPER, _K.ON, _S.DECLINED),
    # Something new.
    Row(_S.REPEAT, _K.DIGITS, _S.NEEDS, _repeated),
    Row(_S.REPEAT, _K.ON, _S.MESSAGE),
    Row(_S.NEEDS, _K.NEED, _S.POSTCODE, _need),
    Row(_S.NEEDS, "0", _S.MESSAGE),
    Row(_S.NEEDS, JOIN_KEY, _S.NAME),
    Row(_S.NEEDS, MINE_KEY, _S.TOPIC, _first_topic),
    Row(_S.NEEDS, "9", _S.NEEDS),
    Row(_S.NEEDS, _K.ON, _S.MESSAGE),
    Row(_S.POSTCODE, _K.DIGITS, _S.POSTCODE_CHECK, _postcode),
    Row(_S.POSTCODE, _K.NO_DIGITS, _S.MESSAGE),
    Row(_S.POSTCODE, _K.ON, _S.MESSAGE),
    Row(_S.POSTCODE_CHECK, "1", _S.MESSAGE),
    Row(_S.POSTCODE_CHECK, "2", _S.POSTCODE, _no_postcode),
    Row(_S.POSTCODE_CHECK, _K.ON, _S.MESSAGE),
    Row(_S.MESSAGE, _K.MESSAGE, _S.CALL_BACK, _message),
    Row(_S.MESSAGE, _K.ON, _S.CALL_BACK),
    Row(_S.CALL_BACK, _K.DIGITS, _S.CALL_BACK_CHECK, _call_back),
    Row(_S.CALL_BACK, _K.NO_DIGITS, _S.CHECK),
    Row(_S.CALL_BACK, _K.ON, _S.CHECK),
    Row(_S.CALL_BACK_CHECK, "1", _S.CHECK),
    Row(_S.CALL_BACK_CHECK, "2", _S.CALL_BACK, _no_call_back),
    Row(_S.CALL_BACK_CHECK, _K.ON, _S.CHECK),
    Row(_S.CHECK, "1", _S.SENT, None, _D.SEND),
    Row(_S.CHECK, "2", _S.NEEDS, _start_over),
    Row(_S.CHECK, _K.ON, _S.SENT, None, _D.SEND),
    Row(_S.SENT, "1", _S.WILL_CALL, None, _D.CALL_INSTEAD),
    Row(_S.SENT, _K.ON, _S.GOODBYE),
    # Onto the list of neighbors who help.
    Row(_S.NAME, _K.MESSAGE, _S.JOINED, _name, _D.JOIN),
    Row(_S.NAME, _K.ON, _S.JOINED, None, _D.JOIN),
    Row(_S.JOINED, "1", _S.WILL_BE_ASKED, None, _D.CALL_INSTEAD),
    Row(_S.JOINED, _K.ON, _S.GOODBYE),
    # Whose number is it?
    Row(_S.PROOF, "1", _S.RING_BACK),
    Row(_S.PROOF, _K.DIGITS, _S.PROOF, _code, _D.CHECK_CODE),
    Row(_S.PROOF, _K.ON, _S.NO_PROOF),
    Row(_S.TO_BE_CALLED, "1", _S.WILL_CALL, None, _D.CALL_INSTEAD),
    Row(_S.TO_BE_CALLED, _K.ON, _S.GOODBYE),
    # We call them.
    Row(_S.PAGE, "1", _S.OUTCOME, None, _D.TAKE),
    Row(_S.PAGE, "2", _S.OUTCOME, None, _D.PASS),
    Row(_S.PAGE, "3", _S.PAGE),
    Row(_S.PAGE, "9", _S.STOPPED, None, _D.STOP),
    Row(_S.PAGE, _K.ON, _S.GOODBYE),
    Row(_S.NEWS, "1", _S.NEWS),
    Row(_S.NEWS, "2", _S.ANSWERED, None, _D.SAY_YES),
    Row(_S.NEWS, "3", _S.ANSWERED, None, _D.SAY_NO),
    Row(_S.NEWS, "4", _S.TOPIC),
    Row(_S.NEWS, SAFE_KEY, _S.APART, None, _D.KEEP_APART),
    Row(_S.NEWS, "9", _S.STOPPED, None, _D.STOP),
    Row(_S.NEWS, _K.ON, _S.GOODBYE),
)
_BY_KEY = {(row.step, row.key): row for row in ROWS}

_C, _P = Trust.CLAIMED, Trust.PROVEN
LEAST: dict[Deed | Step, Trust] = {
    # What somebody does.
    **dict.fromkeys((_D.REMEMBER_LANGUAGE, _D.SEND), Trust.UNKNOWN),
    **dict.fromkeys((_D.SEND_CODE, _D.CHECK_CODE, _D.RING_BACK), _C),
    **dict.fromkeys((_D.CALL_INSTEAD, _D.TAKE, _D.PASS, _D.FINISH, _D.HAND_BACK, _D.WITHDRAW), _P),
    **dict.fromkeys((_D.SAY_YES, _D.SAY_NO, _D.STOP, _D.JOIN), _P),
    **dict.fromkeys((_D.ADD_MESSAGE, _D.CONNECT, _D.KEEP_APART), _P),
    # What they hear. Of what is not here everybody hears: it tells of nobody.
    **dict.fromkeys((_S.STANDING, _S.TAKEN, _S.HOLDING, _S.ASKED, _S.OVER), _P),
    **dict.fromkeys((_S.LISTEN, _S.ADD, _S.TALK, _S.OUTCOME, _S.NAME), _P),
}
"""The least trust that a deed and a step need. From somebody who has less, proof is asked for."""

WAITS: dict[Step, Wait] = {
    **{row.step: Wait.KEY for row in ROWS},
    **dict.fromkeys((Step.POSTCODE, Step.CALL_BACK, Step.PROOF, Step.REPEAT), Wait.DIGITS),
    **dict.fromkeys((Step.MESSAGE, Step.ADD, Step.NAME), Wait.MESSAGE),
    Step.TALK: Wait.TALK,
    Step.WHISPER: Wait.CONSENT,
    Step.CONNECTED: Wait.NOTHING,
}
"""What each step waits for; after all others we hang up."""

# How long somebody is listened to: silence counts twice, for whoever has no keys to press.
PATIENCE: dict[Step, int] = {
    Step.NEEDS: 3,
    Step.LANGUAGE: 3,
    Step.PAGE: 5,
    Step.NEWS: 3,
    Step.WHISPER: 1,  # somebody is waiting
    Step.PROOF: 9,  # a text takes a while
    Step.REPEAT: 4,
}
USUAL_PATIENCE = 3
SILENCE, WRONG_KEY = 2, 1
AT_ONCE = {
    Step.LISTEN,
    Step.MESSAGE,
    Step.ADD,
    Step.NAME,
    Step.SENT,
    Step.CHECK,
}  # where silence leads on at once


def wait(call: Call) -> Wait:
    return WAITS.get(call.step, Wait.HANG_UP)


def begin(facts: Facts, trust: Trust) -> Call:
    """Somebody calls."""
    call = Call(language=facts.language, trust=trust)
    skips = facts.knows_language or len(facts.languages) < 2
    about = facts.topics[0].number if facts.topics else None
    call = replace(call, about=about)
    return enter(replace(call, step=Step.TOPIC if skips else Step.LANGUAGE), facts)


def react(call: Call, heard: Heard, facts: Facts) -> tuple[Call, Deed | None]:
    """What becomes of a call by what is heard. The deed is done before `enter` says where the
    call goes on."""
    key = _key(call, heard, facts)
    row = _BY_KEY.get((call.step, key))
    call = replace(call, turns=call.turns + 1, warn=False, greeted=True, talk=Talk.NONE)
    is_endless = call.turns > MOST_TURNS and key not in _ENDING
    if row is None or key == Key.ON or is_endless:
        return _missed(call, is_silence=heard == Heard())
    if call.trust < _least(row):
        return _ask_for_proof(replace(call, misses=0, wrong_key=False), row, facts)
    moved = row.change(call, heard, facts) if row.change else call
    return replace(moved, step=row.next, misses=0, wrong_key=False), row.deed


def _least(row: Row) -> Trust:
    if row.key == MINE_KEY:
        return Trust.PROVEN
    of_deed = LEAST[row.deed] if row.deed else Trust.UNKNOWN
    return max(of_deed, LEAST.get(row.next, Trust.UNKNOWN))


def _ask_for_proof(call: Call, row: Row, facts: Facts) -> tuple[Call, Deed | None]:
    """Who says that no texts reach them is asked for no code: we call them back."""
    if row.deed is Deed.CALL_INSTEAD:
        return replace(call, step=Step.RING_BACK, wanted=Step.TO_BE_CALLED), None
    call = replace(call, wanted=row.next)
    if facts.is_hidden or facts.has_stopped or not facts.can_call:
        return replace(call, step=Step.NO_PROOF), None
    if facts.can_text:
        return replace(call, step=Step.PROOF), None if facts.has_pin else Deed.SEND_CODE
    return replace(call, step=Step.RING_BACK), None


def proven(call: Call, facts: Facts) -> Call:
    """They have shown who they are: on to what they wanted. `facts` as they are then."""
    return _first_topic(
        replace(call, trust=Trust.PROVEN, step=call.wanted, wrong_code=0), Heard(), facts
    )


def for_anybody(facts: Facts) -> Facts:
    """What somebody may hear who has proven nothing: nobody can tell from it whether a number is
    known."""
    return replace(
        facts,
        language=facts.languages[0],
        knows_language=False,
        topics=(),
        result=None,
        is_asked=False,
        on_roster=False,
        code=None,
    )


_ENDING = {Key.NEED, Key.MESSAGE, Key.TALKED, Key.NOBODY}


def _missed(call: Call, *, is_silence: bool) -> tuple[Call, Deed | None]:
    misses = call.misses + (SILENCE if is_silence else WRONG_KEY)
    at_once = (is_silence and call.step in AT_ONCE) or call.turns > MOST_TURNS
    if misses < PATIENCE.get(call.step, USUAL_PATIENCE) and not at_once:
        return replace(call, misses=misses, wrong_key=not is_silence), None
    on = _BY_KEY[call.step, Key.ON]
    return replace(call, step=on.next, misses=0, wrong_key=False), on.deed


def _key(call: Call, heard: Heard, facts: Facts) -> str:
    """The key of the table that this is."""
    if heard.recording:
        return Key.MESSAGE
    match call.step:
        case Step.LANGUAGE if heard.keys in map(str, range(1, len(facts.languages) + 1)):
            return Key.LANGUAGE
        case Step.NEEDS if heard.keys in (it.digit for it in facts.needs):
            return Key.NEED
        case Step.REPEAT:
            is_right = heard.keys and heard.keys == call.to_repeat
            return Key.DIGITS if is_right else Key.ON
        case Step.POSTCODE:
            return Key.DIGITS if heard.keys else Key.NO_DIGITS
        case Step.PROOF if heard.keys and heard.keys != "1":
            return Key.DIGITS
        case Step.CALL_BACK:
            return _key_of_number(heard.keys, facts)
        case Step.NEEDS if heard.keys == JOIN_KEY and not offers_joining(facts):
            return Key.ON
        case Step.NEEDS if heard.keys == MINE_KEY and is_told_of_their_own(call, facts):
            return Key.ON
        case Step.SENT | Step.JOINED if not offers_calls(call, facts):
            return Key.ON
        case Step.NEWS if heard.keys in ("2", "3") and not facts.is_asked:
            return Key.ON
        case Step.NEWS if heard.keys == SAFE_KEY and not _is_talk(facts.topic(call.about)):
            return Key.ON
        case Step.TALK:
            has_talked = heard.was_bridged and call.talk is Talk.BEGAN
            return Key.TALKED if has_talked else Key.NOBODY
    return heard.keys or Key.ON


def is_told_of_their_own(call: Call, facts: Facts) -> bool:
    """Whether they hear of what is between us without asking for it, or there is nothing."""
    return call.trust is Trust.PROVEN and not facts.topics


def offers_calls(call: Call, facts: Facts) -> bool:
    """Whether they can choose to be called. Not for a number that was only keyed in: it may be
    somebody else's; nor, once STOP was said there, for one that was only shown."""
    if facts.is_hidden or not facts.can_call:
        return False
    return call.trust is Trust.PROVEN if facts.has_stopped else facts.can_text


def offers_joining(facts: Facts) -> bool:
    """Whether they can come onto the list: we must be able to ask them. A network may have given
    the key to a need."""
    is_free = all(it.digit != JOIN_KEY for it in facts.needs)
    return is_free and not facts.is_hidden and facts.can_call and not facts.has_stopped


def _key_of_number(keys: str, facts: Facts) -> str:
    if not keys:
        return Key.NO_DIGITS
    return Key.DIGITS if callable_number(keys, facts) else Key.ON


def callable_number(keys: str, facts: Facts) -> str | None:
    """The number that somebody keyed in, if it can be one where we call: never ours."""
    number = phone.can_be_called_back(keys, facts.country)
    is_far = number is None or not phone.is_in(number, facts.countries)
    return None if is_far or number in facts.ours else number


def enter(call: Call, facts: Facts) -> Call:
    """Past the steps that do not concern this call. `facts` as they are after the deed."""
    while (onward := _passes(call, facts)) is not None:
        call = replace(call, step=onward)
        if onward is Step.REPEAT and not call.to_repeat:
            call = replace(call, to_repeat=facts.to_repeat)
    return call


_TOPICS = {
    Kind.OPEN: Step.STANDING,
    Kind.TAKEN: Step.TAKEN,
    Kind.HELD: Step.HOLDING,
    Kind.ASKED: Step.ASKED,
    Kind.OVER: Step.OVER,
}
_ABOUT = frozenset(_TOPICS.values())


def _passes(call: Call, facts: Facts) -> Step | None:
    """The step to go to instead of this one, if it does not concern this call."""
    topic = facts.topic(call.about)
    match call.step:
        case Step.TOPIC if topic is None and call.talk is Talk.OVER:
            return Step.GOODBYE
        case Step.TOPIC:
            return _TOPICS[topic.kind] if topic else Step.NEEDS
        case Step.TALK:
            return _unless_together(topic) or (Step.ADD if call.partner is None else None)
        case Step.ADD if call.talk is Talk.NOBODY:
            return _unless_together(topic)
        case about if about in _ABOUT and topic is None:
            return Step.NEEDS
        case about if about in _ABOUT and topic is not None:
            standing = _TOPICS[topic.kind]
            return standing if standing is not call.step else None
        case Step.LISTEN if topic is None or not topic.can_be_heard:
            return Step.TOPIC
        case Step.PROOF if call.wrong_code >= proof.MOST_TRIES:
            return Step.NO_PROOF
        case Step.RING_BACK if facts.was_rung:
            return Step.WAS_RUNG
        case Step.NEEDS if _has_to_repeat(call, facts):
            return Step.REPEAT
        case Step.NAME if facts.on_roster or facts.code is not None:
            return Step.JOINED
        case Step.NEEDS if not facts.needs:
            return Step.MESSAGE
        case Step.POSTCODE if not facts.has_keypad_postcodes:
            return Step.MESSAGE
        case Step.CALL_BACK if not facts.is_hidden or not to_send(call).is_something:
            return Step.CHECK
        case Step.CHECK if not to_send(call).is_something:
            return Step.NOTHING
    return None


def _has_to_repeat(call: Call, facts: Facts) -> bool:
    """Whether they must show first that they are no machine: nobody whose number is proven."""
    if call.repeated or call.trust is Trust.PROVEN:
        return False
    return bool(call.to_repeat or facts.to_repeat)


def _unless_together(topic: Topic | None) -> Step | None:
    """Where to go if the two have nothing to do with each other, any more."""
    if topic is None:
        return Step.NO_TALK
    return None if topic.is_talk else Step.TOPIC


def _is_talk(topic: Topic | None) -> bool:
    return topic is not None and topic.is_talk


def to_send(call: Call) -> Draft:
    """What the request is: what was said last, or before starting over."""
    return call.draft if call.draft.is_something else call.former


def hung_up(call: Call) -> Deed | None:
    """What a hang-up leaves to do: nothing that somebody told us is lost."""
    if call.sent is None and to_send(call).is_something:
        return Deed.SEND
    return Deed.RING_BACK if call.step is Step.RING_BACK else None
