"""The phone menu: what a step and a key lead to, and what is said there.

`ROWS` is the menu: from a step, a key leads to the next step, changes what the call knows, and
lets something follow. `react` follows one row, `prompts` says what is heard at a step. Pure: it
knows no carrier, no database and no clock; `calling` looks up the `Facts` and does the `Deed`s.

Silence and keys that mean nothing lead on after a while, in the end to the recording, so that a
caller without a keypad only has to stay on the line and speak. Nothing here asks for proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hotline import phone
from hotline.phone import BadPhone
from hotline.prompts import Prompt
from hotline.words import Text, text

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
    LISTEN = "listen"
    ADD = "add"
    ADDED = "added"
    CLOSED = "closed"
    FINISHED = "finished"
    HANDED_BACK = "handed back"
    NEEDS = "needs"
    POSTCODE = "postcode"
    POSTCODE_CHECK = "postcode check"
    MESSAGE = "message"
    CALL_BACK = "call back"
    CALL_BACK_CHECK = "call back check"
    CHECK = "check"
    SENT = "sent"
    WILL_CALL = "will call"
    PAGE = "page"  # we call them: can they help?
    OUTCOME = "outcome"
    NEWS = "news"  # we call them: what became of a request
    LEFT_ON_MACHINE = "left on machine"
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
    ON = "silence or wrong keys"


class Wait(StrEnum):
    """What is waited for at a step."""

    KEY = "key"  # one key
    DIGITS = "digits"  # keys until #
    MESSAGE = "message"  # a recording
    HANG_UP = "hang up"


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
    CALL_INSTEAD = "call instead of texts"
    STOP = "stop"


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


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it stands. `former` is what was said before starting over; `about` and `sent`
    are requests' numbers; `misses` counts silence and wrong keys at this step; `news` is what we
    called to say."""

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


class Kind(StrEnum):
    """What a request is to whoever calls."""

    OPEN = "open"
    TAKEN = "taken"
    HELD = "held"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Topic:
    """A request that lies between us and a caller. `name` is the taker's id; `asks_at` is when
    neighbors are asked, None for now."""

    number: int
    kind: Kind
    needs: tuple[str, ...] = ()
    area: str | None = None
    name: int | None = None
    asks_at: datetime | None = None
    messages: tuple[str, ...] = ()  # recordings that they may hear, by the carrier's names


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known around a call: the network's menu, and who is calling."""

    languages: tuple[str, ...]
    needs: tuple[Choice, ...]
    country: str
    countries: tuple[str, ...]
    language: str = ""
    knows_language: bool = False
    is_hidden: bool = False
    can_text: bool = True
    has_stopped: bool = False
    has_keypad_postcodes: bool = True
    topics: tuple[Topic, ...] = ()
    result: Result | None = None
    asks_at: datetime | None = None

    def topic(self, number: int | None) -> Topic | None:
        return next((it for it in self.topics if it.number == number), None)


# What is heard of a caller.


@dataclass(frozen=True, slots=True)
class Heard:
    """Keys, without the last #, or a recording's name at the carrier; neither is silence."""

    keys: str = ""
    recording: str = ""


# The menu.

Change = Callable[[Call, Heard, Facts], Call]


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
    return replace(call, former=call.draft, draft=Draft())


def _anew(call: Call) -> Call:
    return replace(call, former=Draft())


def _next_topic(call: Call, _heard: Heard, facts: Facts) -> Call:
    numbers = [it.number for it in facts.topics]
    after = numbers[numbers.index(call.about) + 1 :] if call.about in numbers else []
    return replace(call, about=after[0] if after else None)


def _something_new(call: Call, _heard: Heard, _facts: Facts) -> Call:
    return replace(call, about=None)


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
    Row(_S.TAKEN, "1", _S.ADD),
    Row(_S.TAKEN, "2", _S.CLOSED, None, _D.WITHDRAW),
    Row(_S.TAKEN, "3", _S.NEEDS, _something_new),
    Row(_S.TAKEN, "4", _S.TOPIC, _next_topic),
    Row(_S.TAKEN, "5", _S.LISTEN),
    Row(_S.TAKEN, "9", _S.TAKEN),
    Row(_S.TAKEN, _K.ON, _S.ADD),
    Row(_S.HOLDING, "1", _S.ADD),
    Row(_S.HOLDING, "2", _S.FINISHED, None, _D.FINISH),
    Row(_S.HOLDING, "3", _S.HANDED_BACK, None, _D.HAND_BACK),
    Row(_S.HOLDING, "4", _S.TOPIC, _next_topic),
    Row(_S.HOLDING, "5", _S.LISTEN),
    Row(_S.HOLDING, "9", _S.HOLDING),
    Row(_S.HOLDING, _K.ON, _S.ADD),
    Row(_S.ASKED, "1", _S.OUTCOME, None, _D.TAKE),
    Row(_S.ASKED, "2", _S.OUTCOME, None, _D.PASS),
    Row(_S.ASKED, "3", _S.ASKED),
    Row(_S.ASKED, "4", _S.TOPIC, _next_topic),
    Row(_S.ASKED, _K.ON, _S.NEEDS, _something_new),
    Row(_S.LISTEN, "1", _S.ADD),
    Row(_S.LISTEN, "9", _S.LISTEN),
    Row(_S.LISTEN, _K.ON, _S.TOPIC),
    Row(_S.ADD, _K.MESSAGE, _S.ADDED, None, _D.ADD_MESSAGE),
    Row(_S.ADD, _K.ON, _S.GOODBYE),
    # Something new.
    Row(_S.NEEDS, _K.NEED, _S.POSTCODE, _need),
    Row(_S.NEEDS, "0", _S.MESSAGE),
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
    # We call them.
    Row(_S.PAGE, "1", _S.OUTCOME, None, _D.TAKE),
    Row(_S.PAGE, "2", _S.OUTCOME, None, _D.PASS),
    Row(_S.PAGE, "3", _S.PAGE),
    Row(_S.PAGE, "9", _S.STOPPED, None, _D.STOP),
    Row(_S.PAGE, _K.ON, _S.GOODBYE),
    Row(_S.NEWS, "1", _S.NEWS),
    Row(_S.NEWS, "9", _S.STOPPED, None, _D.STOP),
    Row(_S.NEWS, _K.ON, _S.GOODBYE),
)
_BY_KEY = {(row.step, row.key): row for row in ROWS}

WAITS: dict[Step, Wait] = {
    **{row.step: Wait.KEY for row in ROWS},
    **dict.fromkeys((Step.POSTCODE, Step.CALL_BACK), Wait.DIGITS),
    **dict.fromkeys((Step.MESSAGE, Step.ADD), Wait.MESSAGE),
}
"""What each step waits for; after all others we hang up."""

# How long somebody is listened to: silence counts twice, for whoever has no keys to press.
PATIENCE: dict[Step, int] = {Step.NEEDS: 3, Step.LANGUAGE: 3, Step.PAGE: 5, Step.NEWS: 3}
USUAL_PATIENCE = 3
SILENCE, WRONG_KEY = 2, 1
AT_ONCE = {
    Step.LISTEN,
    Step.MESSAGE,
    Step.ADD,
    Step.SENT,
    Step.CHECK,
}  # where silence leads on at once


def wait(call: Call) -> Wait:
    return WAITS.get(call.step, Wait.HANG_UP)


def begin(facts: Facts) -> Call:
    """Somebody calls."""
    call = Call(language=facts.language)
    skips = facts.knows_language or len(facts.languages) < 2
    about = facts.topics[0].number if facts.topics else None
    call = replace(call, about=about)
    return enter(replace(call, step=Step.TOPIC if skips else Step.LANGUAGE), facts)


def react(call: Call, heard: Heard, facts: Facts) -> tuple[Call, Deed | None]:
    """What becomes of a call by what is heard. The deed is done before `enter` says where the
    call goes on."""
    key = _key(call, heard, facts)
    row = _BY_KEY.get((call.step, key))
    call = replace(call, turns=call.turns + 1, warn=False, greeted=True)
    is_endless = call.turns > MOST_TURNS and key not in (Key.NEED, Key.MESSAGE)
    if row is None or key == Key.ON or is_endless:
        return _missed(call, is_silence=heard == Heard())
    moved = row.change(call, heard, facts) if row.change else call
    return replace(moved, step=row.next, misses=0, wrong_key=False), row.deed


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
        case Step.POSTCODE:
            return Key.DIGITS if heard.keys else Key.NO_DIGITS
        case Step.CALL_BACK:
            return _key_of_number(heard.keys, facts)
    return heard.keys or Key.ON


def _key_of_number(keys: str, facts: Facts) -> str:
    if not keys:
        return Key.NO_DIGITS
    return Key.DIGITS if callable_number(keys, facts) else Key.ON


def callable_number(keys: str, facts: Facts) -> str | None:
    """The number that somebody keyed in, if it can be one where we call."""
    try:
        number = phone.parse(keys, facts.country)
    except BadPhone:
        return None
    return number if phone.is_in(number, facts.countries) else None


def enter(call: Call, facts: Facts) -> Call:
    """Past the steps that do not concern this call. `facts` as they are after the deed."""
    while (onward := _passes(call, facts)) is not None:
        call = replace(call, step=onward)
    return call


_TOPICS = {
    Kind.OPEN: Step.STANDING,
    Kind.TAKEN: Step.TAKEN,
    Kind.HELD: Step.HOLDING,
    Kind.ASKED: Step.ASKED,
}


def _passes(call: Call, facts: Facts) -> Step | None:
    """The step to go to instead of this one, if it does not concern this call."""
    topic = facts.topic(call.about)
    match call.step:
        case Step.TOPIC:
            return _TOPICS[topic.kind] if topic else Step.NEEDS
        case Step.STANDING | Step.TAKEN | Step.HOLDING | Step.ASKED if topic is None:
            return Step.NEEDS
        case Step.STANDING | Step.TAKEN | Step.HOLDING | Step.ASKED if topic is not None:
            standing = _TOPICS[topic.kind]
            return standing if standing is not call.step else None
        case Step.LISTEN if topic is None or not topic.messages:
            return Step.TOPIC
        case Step.NEEDS if not facts.needs:
            return Step.MESSAGE
        case Step.POSTCODE if not facts.has_keypad_postcodes:
            return Step.MESSAGE
        case Step.CALL_BACK if not facts.is_hidden or not to_send(call).is_something:
            return Step.CHECK
        case Step.CHECK if not to_send(call).is_something:
            return Step.NOTHING
    return None


def to_send(call: Call) -> Draft:
    """What the request is: what was said last, or before starting over."""
    return call.draft if call.draft.is_something else call.former


def hung_up(call: Call) -> Deed | None:
    """What a hang-up leaves to do: nothing that somebody told us is lost."""
    return Deed.SEND if call.sent is None and to_send(call).is_something else None


# What is said.


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is heard: a prompt, `words` as they are, or a recording of somebody's."""

    text: Text | None
    language: str
    words: str = ""
    recording: str = ""


def prompts(call: Call, facts: Facts) -> list[Line]:
    """What is heard at this step."""
    said = [*_before(call), *_SAID[call.step](call, facts)]
    lines = [Line(it, call.language) for it in said]
    if call.step is Step.LANGUAGE:
        return [*lines, *_language_choices(facts)]
    if call.step in (Step.NEWS, Step.LEFT_ON_MACHINE):
        return [lines[0], Line(None, call.language, call.news), *lines[1:]]
    if call.step in (Step.LISTEN, Step.OUTCOME):
        return [*lines[:-1], *_messages(call, facts), *lines[-1:]]
    return lines


def _messages(call: Call, facts: Facts) -> list[Line]:
    """What others said, in their own voice."""
    about = facts.result if call.step is Step.OUTCOME else facts.topic(call.about)
    return [Line(None, call.language, recording=it) for it in (about.messages if about else ())]


def _before(call: Call) -> Iterator[Text]:
    if not call.greeted and call.step not in (Step.PAGE, Step.NEWS, Step.LEFT_ON_MACHINE):
        yield text(Prompt.GREETING)
    if call.wrong_key and call.step is not Step.CALL_BACK:
        yield text(Prompt.TRY_AGAIN)
    if call.warn:
        yield text(Prompt.NOT_FOR_DANGER)


def _language_choices(facts: Facts) -> list[Line]:
    return [
        Line(text(Prompt.CHOOSE_LANGUAGE, digit=place), language)
        for place, language in enumerate(facts.languages, 1)
    ]


def _say_nothing(_call: Call, _facts: Facts) -> Iterator[Text]:
    return iter(())


def _say_standing(call: Call, facts: Facts) -> Iterator[Text]:
    yield _how_it_stands(call, facts)
    yield text(Prompt.ADD_MESSAGE)
    yield from _other_choices(call, facts)


def _how_it_stands(call: Call, facts: Facts) -> Text:
    topic = facts.topic(call.about)
    if topic and topic.asks_at:
        return text(Prompt.WILL_BE_ASKED, number=call.about, time=topic.asks_at)
    return text(Prompt.IS_OPEN, number=call.about)


def _say_taken(call: Call, facts: Facts) -> Iterator[Text]:
    topic = facts.topic(call.about)
    name = topic.name if topic else None
    yield text(Prompt.IS_TAKEN, number=call.about, name=name)
    yield from _may_listen(topic)
    yield text(Prompt.MESSAGE_FOR, name=name)
    yield from _other_choices(call, facts)


def _other_choices(call: Call, facts: Facts) -> Iterator[Text]:
    yield text(Prompt.NO_LONGER_NEEDED)
    yield text(Prompt.NEW_REQUEST)
    if facts.topics and facts.topics[-1].number != call.about:
        yield text(Prompt.ELSE, digit=4)


def _may_listen(topic: Topic | None) -> Iterator[Text]:
    if topic and topic.messages:
        yield text(Prompt.LISTEN)


def _say_listen(call: Call, facts: Facts) -> Iterator[Text]:
    topic = facts.topic(call.about)
    name = topic.name if topic and topic.kind is Kind.TAKEN else None
    yield text(Prompt.A_MESSAGE_FROM, name=name)
    yield text(Prompt.ANSWER_OR_AGAIN)


def _say_holding(call: Call, facts: Facts) -> Iterator[Text]:
    yield text(Prompt.YOU_HOLD, number=call.about)
    yield from _may_listen(facts.topic(call.about))
    yield text(Prompt.MESSAGE_FOR, name=None)
    yield text(Prompt.DONE_OR_BACK)
    yield text(Prompt.ELSE, digit=4)


def _say_asked(call: Call, facts: Facts) -> Iterator[Text]:
    yield _what_is_needed(call, facts)
    yield text(Prompt.TAKE_OR_PASS)
    yield text(Prompt.HEAR_OR_ELSE)


def _what_is_needed(call: Call, facts: Facts) -> Text:
    """Need and area, and nothing else, as a page in writing."""
    topic = facts.topic(call.about)
    if topic is None or topic.area is None:
        return text(Prompt.NEEDED_ANYWHERE, need=topic.needs if topic else ())
    return text(Prompt.NEEDED, need=topic.needs, area=topic.area)


def _say_needs(_call: Call, facts: Facts) -> Iterator[Text]:
    for choice in facts.needs:
        yield text(Prompt.CHOOSE_NEED, need=(choice.need,), digit=choice.digit)
    yield text(Prompt.CHOOSE_MESSAGE, digit=0)
    yield text(Prompt.AGAIN, digit=9)


def _say_postcode_check(call: Call, _facts: Facts) -> Iterator[Text]:
    yield text(Prompt.POSTCODE_IS, digits=call.draft.postcode)
    yield text(Prompt.IS_THAT_RIGHT)


def _say_call_back(call: Call, _facts: Facts) -> Iterator[Text]:
    if call.wrong_key:
        yield text(Prompt.NOT_A_NUMBER)
    yield text(Prompt.ASK_CALL_BACK)


def _say_call_back_check(call: Call, _facts: Facts) -> Iterator[Text]:
    yield text(Prompt.CALL_BACK_IS, digits=call.call_back.lstrip("+"))
    yield text(Prompt.IS_THAT_RIGHT)


def _say_check(call: Call, _facts: Facts) -> Iterator[Text]:
    draft = to_send(call)
    if draft.need:
        yield text(Prompt.YOU_NEED, need=(draft.need,))
    if draft.postcode:
        yield text(Prompt.POSTCODE_IS, digits=draft.postcode)
    if draft.recordings:
        yield text(Prompt.WE_HAVE_A_MESSAGE)
    if call.call_back:
        yield text(Prompt.CALL_BACK_IS, digits=call.call_back.lstrip("+"))
    yield text(Prompt.SEND_OR_START_OVER)


def _say_sent(call: Call, facts: Facts) -> Iterator[Text]:
    yield text(Prompt.YOUR_NUMBER_IS, number=call.sent)
    if facts.asks_at:
        yield text(Prompt.ASKING_FROM, time=facts.asks_at)
    else:
        yield text(Prompt.ASKING_NOW)
    if facts.is_hidden and not call.call_back:
        yield text(Prompt.NO_WAY_BACK)
    elif facts.has_stopped:
        yield text(Prompt.TEXTS_STOPPED)
    elif facts.can_text:
        yield text(Prompt.WE_TEXT_YOU)
        yield text(Prompt.CANNOT_TEXT)
    else:
        yield text(Prompt.WE_CALL_YOU)


def _say_added(call: Call, facts: Facts) -> Iterator[Text]:
    topic = facts.topic(call.about)
    if topic and topic.kind is Kind.OPEN:
        yield text(Prompt.MESSAGE_ADDED, number=call.about)
    else:
        yield text(Prompt.MESSAGE_PASSED_ON)


def _say_page(call: Call, facts: Facts) -> Iterator[Text]:
    yield text(Prompt.A_CALL_FROM)
    yield _what_is_needed(call, facts)
    yield text(Prompt.TAKE_OR_PASS)
    yield text(Prompt.HEAR_OR_STOP)


def _say_news(_call: Call, _facts: Facts) -> Iterator[Text]:
    yield text(Prompt.A_CALL_FROM)
    yield text(Prompt.HEAR_NEWS_AGAIN)


def _say_to_machine(_call: Call, _facts: Facts) -> Iterator[Text]:
    yield text(Prompt.A_CALL_FROM)
    yield text(Prompt.GOODBYE)


def _say_outcome(_call: Call, facts: Facts) -> Iterator[Text]:
    result = facts.result
    if result is None:
        return
    number = result.number
    if result.is_mine:
        yield text(Prompt.IT_IS_YOURS, number=number)
        if result.quote:
            yield text(Prompt.THEY_WROTE, quote=result.quote)
        if result.messages:
            yield text(Prompt.THEY_LEFT_A_MESSAGE)
        yield text(Prompt.HOW_TO_FINISH)
    elif result.is_open:
        yield text(Prompt.PASSED)
    elif result.name is not None:
        yield text(Prompt.TOO_LATE, number=number, name=result.name)
    else:
        yield text(Prompt.NOT_NEEDED, number=number)


def _only(prompt: Prompt) -> Callable[[Call, Facts], Iterator[Text]]:
    return lambda call, _facts: iter([text(prompt, number=call.about)])


_SAID: dict[Step, Callable[[Call, Facts], Iterator[Text]]] = {
    Step.LANGUAGE: _say_nothing,
    Step.STANDING: _say_standing,
    Step.TAKEN: _say_taken,
    Step.HOLDING: _say_holding,
    Step.ASKED: _say_asked,
    Step.LISTEN: _say_listen,
    Step.ADD: _only(Prompt.SPEAK_NOW),
    Step.ADDED: _say_added,
    Step.CLOSED: _only(Prompt.CLOSED),
    Step.FINISHED: _only(Prompt.THANKS_DONE),
    Step.HANDED_BACK: _only(Prompt.HANDED_BACK),
    Step.NEEDS: _say_needs,
    Step.POSTCODE: _only(Prompt.ASK_POSTCODE),
    Step.POSTCODE_CHECK: _say_postcode_check,
    Step.MESSAGE: _only(Prompt.ASK_MESSAGE),
    Step.CALL_BACK: _say_call_back,
    Step.CALL_BACK_CHECK: _say_call_back_check,
    Step.CHECK: _say_check,
    Step.SENT: _say_sent,
    Step.WILL_CALL: _only(Prompt.WE_CALL_YOU),
    Step.PAGE: _say_page,
    Step.OUTCOME: _say_outcome,
    Step.NEWS: _say_news,
    Step.LEFT_ON_MACHINE: _say_to_machine,
    Step.STOPPED: _only(Prompt.STOPPED),
    Step.GOODBYE: _only(Prompt.GOODBYE),
    Step.NOTHING: _only(Prompt.NOTHING_HEARD),
    Step.BUSY: _only(Prompt.ALL_LINES_BUSY),
}
