"""What a document tells the carrier to do in a call: read, and checked as strictly as it gets.

The carrier's schema only warns of much that it then leaves out; here whatever is not in the
published description is an error, and so are the few verbs that compatible carriers lack. Pure:
it plays nothing. https://www.twilio.com/docs/voice/twiml
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

LARGEST = 64 * 1024  # bytes of a document
LONGEST_SPEECH = 4096  # characters of one Say
LONGEST_TALK = 14_400.0  # seconds that a call may last
MOST_LOOPS = 10
KEYS = "1234567890*#"
NO_XML, NOT_IN_SCHEMA, TOO_LARGE = 12100, 12200, 11750
EVENTS = ("initiated", "ringing", "answered", "completed")
SSML = frozenset(
    {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
)


SPEAKS = re.compile(r"Google\.(?P<language>[a-z]{2,3}-[A-Z]{2})-")  # voices that say it themselves


class BadTwiml(ValueError):
    """A document that the carrier cannot carry out, with the code of its error."""

    def __init__(self, why: str, code: int = NOT_IN_SCHEMA) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Address:
    """Where the carrier asks, and how. The URL may be relative, or empty for the same again."""

    url: str
    method: str = "POST"


NOWHERE = Address("")


def joined(url: str, written: str) -> str:
    """The address that a document from this URL means. What cannot be joined stays as it is."""
    try:
        return urljoin(url, written)
    except ValueError:
        return written


@dataclass(frozen=True, slots=True)
class SayVerb:
    words: str
    voice: str = ""
    language: str = ""
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Play:
    url: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class PauseVerb:
    length: int = 1


Prompt = SayVerb | Play | PauseVerb


@dataclass(frozen=True, slots=True)
class Gather:
    """`timeout`: seconds until the first key, and between two. `finish_on_key` may be empty."""

    action: Address
    prompts: tuple[Prompt, ...] = ()
    input: frozenset[str] = frozenset({"dtmf"})
    timeout: float = 5
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty_result: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """`timeout`: seconds of silence that end it. `events`: what its status callback is told of."""

    action: Address
    timeout: float = 5
    max_length: float = 3600
    finish_on_key: str = KEYS
    play_beep: bool = True
    transcribe: bool = False
    transcribe_callback: str = ""
    status_callback: Address = NOWHERE
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Number:
    """Somebody to call. `whisper` is what they hear before both can talk."""

    to: str
    whisper: Address = NOWHERE
    status_callback: Address = NOWHERE
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Dial:
    """Without an action the call goes on with the next verb."""

    numbers: tuple[Number, ...]
    action: Address | None = None
    timeout: float = 30
    time_limit: float = LONGEST_TALK
    caller_id: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    to: Address


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Reject:
    reason: str = "rejected"


Verb = Prompt | Gather | Record | Dial | Redirect | Hangup | Reject
WHISPER = frozenset({SayVerb, Play, PauseVerb, Gather, Hangup})  # all that a callee may hear first


def read(document: str) -> tuple[Verb, ...]:
    """The verbs in their order. Raises BadTwiml."""
    if len(document.encode(errors="replace")) > LARGEST:
        raise BadTwiml(f"more than {LARGEST} bytes", TOO_LARGE)
    try:
        # From the hotline, on this machine; expat itself refuses entities that explode.
        root = ElementTree.fromstring(document.strip())  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadTwiml(f"no XML: {error}", NO_XML) from None
    if root.tag != "Response":
        raise BadTwiml(f"{root.tag} in the place of Response", NO_XML)
    return tuple(_verb(it) for it in _children(root, READERS))


def require_whisper(verbs: Collection[Verb]) -> None:
    """Raises BadTwiml for what a callee cannot be told before the bridge."""
    for it in verbs:
        if type(it) not in WHISPER:
            raise BadTwiml(f"{type(it).__name__} cannot be whispered")


# Attributes: what each is worth, by the name it has here; None for what changes nothing here.


def _anything(written: str) -> str:
    return written


def _count(written: str) -> int:
    if not re.fullmatch(r"\d{1,6}", written):
        raise ValueError("no number")
    return int(written)


def _at_least(least: int) -> Callable[[str], int]:
    def count(written: str) -> int:
        if (number := _count(written)) < least:
            raise ValueError(f"less than {least}")
        return number

    return count


def _loops(written: str) -> int:
    """0 is forever: here that is ten times."""
    return min(_count(written) or MOST_LOOPS, MOST_LOOPS)


def _gather_timeout(written: str) -> int:
    return 5 if written == "auto" else _at_least(1)(written)


def _flag(written: str) -> bool:
    return {"true": True, "false": False}[written]


def _one_of(*allowed: str) -> Callable[[str], str]:
    def word(written: str) -> str:
        if written not in allowed:
            raise ValueError("not allowed")
        return written

    return word


def _some_of(*allowed: str) -> Callable[[str], frozenset[str]]:
    def words(written: str) -> frozenset[str]:
        found = frozenset(written.split())
        if not found or found - set(allowed):
            raise ValueError("not allowed")
        return found

    return words


def _key(written: str) -> str:
    if len(written) > 1:
        raise ValueError("more than one key")
    return _keys(written)


def _keys(written: str) -> str:
    if set(written) - set(KEYS):
        raise ValueError("no keys")
    return written


def _voice(written: str) -> str:
    if not re.fullmatch(r"man|woman|alice|(Polly|Google|Amazon)\.[\w-]+", written):
        raise ValueError("no voice")
    return written


def _language(written: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", written):
        raise ValueError("no language")
    return written


_METHOD = _one_of("GET", "POST")
Attributes = Mapping[str, tuple[str | None, Callable[[str], Any]]]
SAY: Attributes = {
    "voice": ("voice", _voice),
    "language": ("language", _language),
    "loop": ("loop", _loops),
}
PLAY: Attributes = {"loop": ("loop", _loops), "digits": (None, _anything)}
PAUSE: Attributes = {"length": ("length", _count)}
GATHER: Attributes = {
    "action": ("action", _anything),
    "method": ("method", _METHOD),
    "input": ("input", _some_of("dtmf", "speech")),
    "timeout": ("timeout", _gather_timeout),
    "numDigits": ("num_digits", _at_least(1)),
    "finishOnKey": ("finish_on_key", _key),
    "actionOnEmptyResult": ("action_on_empty_result", _flag),
    "speechTimeout": (None, _gather_timeout),
    "maxSpeechTime": (None, _at_least(1)),
    "language": (None, _language),
    "hints": (None, _anything),
    "speechModel": (None, _anything),
    "enhanced": (None, _flag),
    "profanityFilter": (None, _flag),
    "bargeIn": (None, _flag),
    "debug": (None, _flag),
    "partialResultCallback": (None, _anything),
    "partialResultCallbackMethod": (None, _METHOD),
}
RECORD: Attributes = {
    "action": ("action", _anything),
    "method": ("method", _METHOD),
    "timeout": ("timeout", _at_least(1)),
    "maxLength": ("max_length", _at_least(1)),
    "finishOnKey": ("finish_on_key", _keys),
    "playBeep": ("play_beep", _flag),
    "trim": (None, _one_of("trim-silence", "do-not-trim")),
    "transcribe": ("transcribe", _flag),
    "transcribeCallback": ("transcribe_callback", _anything),
    "recordingStatusCallback": ("callback", _anything),
    "recordingStatusCallbackMethod": ("callback_method", _METHOD),
    "recordingStatusCallbackEvent": ("events", _some_of("in-progress", "completed", "absent")),
}
DIAL: Attributes = {
    "action": ("action", _anything),
    "method": ("method", _METHOD),
    "timeout": ("timeout", _at_least(1)),
    "timeLimit": ("time_limit", _at_least(1)),
    "callerId": ("caller_id", _anything),
    "answerOnBridge": (None, _flag),
    "hangupOnStar": (None, _flag),
    "ringTone": (None, _anything),
}
NUMBER: Attributes = {
    "url": ("url", _anything),
    "method": ("method", _METHOD),
    "statusCallback": ("callback", _anything),
    "statusCallbackMethod": ("callback_method", _METHOD),
    "statusCallbackEvent": ("events", _some_of(*EVENTS)),
}
REDIRECT: Attributes = {"method": ("method", _METHOD)}
REJECT: Attributes = {"reason": ("reason", _one_of("rejected", "busy"))}


def _attributes(element: ElementTree.Element, known: Attributes) -> dict[str, Any]:
    """What is said of a verb. Raises BadTwiml for what nobody knows, or is no value for it."""
    found = {}
    for name, written in element.attrib.items():
        if name not in known:
            raise BadTwiml(f"{element.tag} has no {name}")
        field, read_value = known[name]
        try:
            value = read_value(written)
        except (ValueError, KeyError):
            raise BadTwiml(f"{element.tag}: {name} cannot be {written!r}") from None
        if field:
            found[field] = value
    return found


# Verbs.


def _children(element: ElementTree.Element, allowed: Collection[str]) -> list[ElementTree.Element]:
    """What is inside, nothing but elements. Raises BadTwiml."""
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        raise BadTwiml(f"words in {element.tag}")
    for child in element:
        if child.tag not in allowed:
            raise BadTwiml(f"{child.tag} in {element.tag}")
    return list(element)


def _words(element: ElementTree.Element, inside: Collection[str] = ()) -> str:
    for child in element.iter():
        if child is not element and child.tag not in inside:
            raise BadTwiml(f"{child.tag} in {element.tag}")
    return " ".join("".join(element.itertext()).split())


def _address(of: dict[str, Any], name: str = "action", method: str = "method") -> Address:
    return Address(of.pop(name, ""), of.pop(method, "POST"))


def _say(element: ElementTree.Element) -> SayVerb:
    words = _words(element, SSML)
    if len(words) > LONGEST_SPEECH:
        raise BadTwiml(f"more than {LONGEST_SPEECH} characters to say")
    say = SayVerb(words, **_attributes(element, SAY))
    if say.language and (of := SPEAKS.match(say.voice)) and of["language"] != say.language:
        raise BadTwiml(f"{say.voice} does not speak {say.language}")
    return say


def _play(element: ElementTree.Element) -> Play:
    url, of = _words(element), _attributes(element, PLAY)
    if not url and not element.get("digits"):
        raise BadTwiml("nothing to play")
    return Play(url or element.get("digits", ""), **of)


def _pause(element: ElementTree.Element) -> PauseVerb:
    _children(element, ())
    return PauseVerb(**_attributes(element, PAUSE))


def _gather(element: ElementTree.Element) -> Gather:
    of = _attributes(element, GATHER)
    prompts = tuple(PROMPTS[it.tag](it) for it in _children(element, PROMPTS))
    return Gather(action=_address(of), prompts=prompts, **of)


def _record(element: ElementTree.Element) -> Record:
    _children(element, ())
    of = _attributes(element, RECORD)
    callback = _address(of, "callback", "callback_method")
    return Record(action=_address(of), status_callback=callback, **of)


def _dial(element: ElementTree.Element) -> Dial:
    of = _attributes(element, DIAL)
    has_action = "action" in of
    action = _address(of)
    if len(element):
        numbers = tuple(_number(it) for it in _children(element, {"Number"}))
    else:
        numbers = (Number(_words(element)),)
    if len(numbers) > 10:
        raise BadTwiml("more than ten to dial")
    return Dial(numbers=numbers, action=action if has_action else None, **of)


def _number(element: ElementTree.Element) -> Number:
    to, of = _words(element), _attributes(element, NUMBER)
    callback = _address(of, "callback", "callback_method")
    return Number(to=to, whisper=_address(of, "url"), status_callback=callback, **of)


def _redirect(element: ElementTree.Element) -> Redirect:
    return Redirect(Address(_words(element), **_attributes(element, REDIRECT)))


def _hangup(element: ElementTree.Element) -> Hangup:
    _children(element, ())
    _attributes(element, {})
    return Hangup()


def _reject(element: ElementTree.Element) -> Reject:
    _children(element, ())
    return Reject(**_attributes(element, REJECT))


PROMPTS: Mapping[str, Callable[[ElementTree.Element], Prompt]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
}
READERS: Mapping[str, Callable[[ElementTree.Element], Verb]] = {
    **PROMPTS,
    "Gather": _gather,
    "Record": _record,
    "Dial": _dial,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
}


def _verb(element: ElementTree.Element) -> Verb:
    return READERS[element.tag](element)
