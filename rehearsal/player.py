"""How a document is carried out: what is heard, where the call comes to a halt, what goes on.

Pure: a document, a place in it and what a person does go in; out come a `Passage`, what is heard
from there on and the `Halt` at which the carrier must ask the hotline, wait for somebody, or end.
Speaking takes no time: whatever is said is heard at once, and a key pressed during a prompt is one
that is pressed while its Gather waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rehearsal.twiml import (
    Address,
    Dial,
    Gather,
    Hangup,
    PauseVerb,
    Play,
    Prompt,
    Record,
    Redirect,
    Reject,
    SayVerb,
    Verb,
    joined,
)

WORDS_A_SECOND = 2.5  # how fast people speak, where it matters how long that takes
CONFIDENCE = "0.9"
A_VOICE = "(a voice)"


@dataclass(frozen=True, slots=True)
class HeardSound:
    """One sound. `kind`: say, play (its URL in `words`), pause, beep, voice, error."""

    kind: str
    words: str = ""
    voice: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class PlayedDocument:
    """What is being carried out, and the address it came from: others are relative to that."""

    url: str
    verbs: tuple[Verb, ...]

    def address(self, written: Address) -> Address:
        """Empty, it is this document's own."""
        return Address(joined(self.url, written.url), written.method)


EMPTY = PlayedDocument("", ())


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask the hotline what to do, with these fields besides the usual ones."""

    address: Address
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gathering:
    """Waits for keys or words; `after` is the place of the next verb."""

    gather: Gather
    after: int
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Listening:
    """Records. `words` were said so far, in `seconds`; `file` is the sound, if there is one."""

    record: Record
    after: int
    words: tuple[str, ...] = ()
    seconds: float = 0.0
    file: bytes = b""


@dataclass(frozen=True, slots=True)
class Dialing:
    """Waits for the end of what it dials."""

    dial: Dial
    after: int


@dataclass(frozen=True, slots=True)
class End:
    """The carrier hangs up. `by`: end (of the document), hangup, rejected, busy."""

    by: str


Halt = Fetch | Gathering | Listening | Dialing | End
Passage = tuple[list[HeardSound], Halt]


def walk(document: PlayedDocument, place: int = 0) -> Passage:
    """From this verb on."""
    heard: list[HeardSound] = []
    for after, verb in enumerate(document.verbs[place:], place + 1):
        match verb:
            case Gather():
                heard += [it for prompt in verb.prompts for it in sounds_of(prompt)]
                return heard, Gathering(verb, after)
            case Record():
                return heard + [HeardSound("beep")] * verb.play_beep, Listening(verb, after)
            case Dial():
                return heard, Dialing(verb, after)
            case Redirect(to):
                return heard, Fetch(document.address(to))
            case Hangup():
                return heard, End("hangup")
            case Reject(reason):
                return heard, End(reason if after == 1 else "hangup")
            case _:
                heard += sounds_of(verb)
    return heard, End("end")


def sounds_of(prompt: Prompt) -> list[HeardSound]:
    match prompt:
        case SayVerb(words, voice, language, loop):
            return [HeardSound("say", words, voice, language)] * loop if words else []
        case Play(url, loop):
            return [HeardSound("play", url)] * loop
        case PauseVerb():
            return [HeardSound("pause")]


# A Gather.


def pressed(document: PlayedDocument, at: Gathering, key: str) -> Passage:
    """The finish key before any other is no input: the call goes on with the next verb."""
    gather = at.gather
    if "dtmf" not in gather.input:
        return [], at
    if key == gather.finish_on_key:
        return _gathered(document, at, key) if at.keys else unanswered(document, at, key)
    at = replace(at, keys=at.keys + key)
    return _gathered(document, at) if len(at.keys) == gather.num_digits else ([], at)


def _gathered(document: PlayedDocument, at: Gathering, finished_on: str = "") -> Passage:
    fields = {"Digits": at.keys, "FinishedOnKey": finished_on, "msg": "Gather End"}
    return [], Fetch(document.address(at.gather.action), fields)


def understood(document: PlayedDocument, at: Gathering, words: str) -> Passage:
    """Somebody spoke, and nothing else counts any more."""
    if "speech" not in at.gather.input:
        return [], at
    fields = {"SpeechResult": words, "Confidence": CONFIDENCE}
    return [], Fetch(document.address(at.gather.action), fields)


def silent(document: PlayedDocument, at: Gathering) -> Passage:
    """Its time is over: the keys so far are its input."""
    return _gathered(document, at) if at.keys else unanswered(document, at)


def unanswered(document: PlayedDocument, at: Gathering, finished_on: str = "") -> Passage:
    if at.gather.action_on_empty_result:
        return _gathered(document, at, finished_on)
    return walk(document, at.after)


# A Record, and a Dial.


def said(at: Listening, words: str) -> Listening:
    """What does not fit into its length is not recorded."""
    room = int((at.record.max_length - at.seconds) * WORDS_A_SECOND)
    kept = words.split()[: max(room, 1)]
    return replace(
        at, words=(*at.words, " ".join(kept)), seconds=at.seconds + len(kept) / WORDS_A_SECOND
    )


def sounded(at: Listening, file: bytes, seconds: float) -> Listening:
    """Somebody really spoke: nobody here knows their words."""
    return replace(at, words=(*at.words, A_VOICE), seconds=at.seconds + seconds, file=file)


def recorded(document: PlayedDocument, at: Listening, fields: Mapping[str, str] | None) -> Passage:
    """It is over; `fields` are None when nobody said a word: then nobody is told of it."""
    if fields is None:
        return walk(document, at.after)
    return [], Fetch(document.address(at.record.action), fields)


def dialed(document: PlayedDocument, at: Dialing, fields: Mapping[str, str]) -> Passage:
    """Everybody it dialed is gone."""
    if at.dial.action is None:
        return walk(document, at.after)
    return [], Fetch(document.address(at.dial.action), fields)
