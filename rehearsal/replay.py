"""A transcript, played on the phones of a rehearsal that people watch.

Time stands still but for what it says. Its deeds are done one after the other through the same
functions as anybody's, each with all that follows from it, and what comes is compared with what is
written. What differs is marked and does not stop it. It builds no rehearsal: `prepare` says what
one needs for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hotline import roster_file
from rehearsal import deeds, neighborhood, story
from rehearsal.calls import Call, Ringing
from rehearsal.delivery import text_hotline
from rehearsal.exchange import Exchange
from rehearsal.inside import Inside
from rehearsal.leap import LONGEST, leap, moment_of, settle
from rehearsal.matching import Watch
from rehearsal.meanwhile import (
    CarrierIs,
    CarrierIsWell,
    Happening,
    NeverAnswers,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    Silence,
    TimeIs,
    TimePasses,
    happening,
)
from rehearsal.neighborhood import scene
from rehearsal.phones import Phone
from rehearsal.transcript import (
    Answers,
    BadTranscript,
    Calls,
    Declines,
    HangsUp,
    InCall,
    Meanwhile,
    Presses,
    Reads,
    Rings,
    Says,
    Speaks,
    Transcript,
    Turn,
    parse,
)
from rehearsal.twiml import LONGEST_TALK

log = logging.getLogger("rehearsal")
PAUSE = 1.2  # seconds in which people see what a deed brought
LONGEST_RING = 600.0
SURPRISES_SHOWN = 3
PICTURE = "[picture]"
A_PICTURE = "https://media.example.org/1"


def prepare(transcript: Transcript) -> tuple[str, str]:
    """The text of the `hotline.toml` and of the roster that its scene asks for. Raises BadSettings,
    BadRoster or BadTranscript for a scene that cannot be set."""
    _require_playable(transcript)
    numbers = scene.numbers_of(transcript)
    network = scene.network(transcript.scene, numbers)
    roster = scene.roster_csv(scene.volunteers(transcript.scene, numbers))
    roster_file.read(roster, network)
    return scene.network_toml(transcript.scene, numbers), roster


def _require_playable(transcript: Transcript) -> None:
    """Before anything is lost for it. Raises BadTranscript."""
    if not transcript.turns:
        raise BadTranscript("nobody does anything in it")
    if unknown := sorted(set(transcript.scene) - scene.KEYS):
        raise BadTranscript(f"a scene has no {unknown[0]}; it has {', '.join(sorted(scene.KEYS))}")
    for turn in transcript.turns:
        if isinstance(turn, Meanwhile) and happening(turn.what) is None:
            raise BadTranscript(f"line {turn.line}: nobody knows how this happens: {turn.what}")
    try:
        scene.begins(transcript.scene)
    except ValueError as error:
        raise BadTranscript(str(error)) from None


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """`words`: as written. `mark`: ahead, then now, then right or wrong; of a deed, done."""

    words: str
    mark: str = "ahead"


class Replay:
    """One playing of one transcript. `verdict`: how far it is, and then how it went."""

    def __init__(self, text: str) -> None:
        self.verdict = ""
        self.transcript = Transcript("")
        try:
            self.transcript = parse(text)
        except BadTranscript as error:
            self.verdict = f"this cannot be read: {error}"
        written = text.splitlines()
        self.title = self.transcript.title or "A transcript without a title"
        self.lines = [ScriptLine(written[it.line - 1].strip()) for it in self.transcript.turns]

    async def play(self, exchange: Exchange, inside: Inside, *, pause: float = PAUSE) -> None:
        """From the first line to the last, in a rehearsal where nothing has happened yet and the
        clock stands where it begins."""
        hands = Hands(exchange, inside, self.transcript)
        try:
            hands.begin()
            for place, turn in enumerate(self.transcript.turns):
                self._mark(exchange, place, "now")
                self._mark(exchange, place, await _do(hands, turn, pause))
            hands.look_up(None)
            self.verdict = self._result(hands.surprises)
        except asyncio.CancelledError:
            self.verdict = "stopped"
            raise
        except Unreadable as error:
            self._mark(exchange, place, "wrong")
            self.verdict = f"this line cannot be read: {error}"
        except Exception as error:
            log.exception("A transcript could not be played to its end")
            self.verdict = f"this cannot be played: {error}"
        finally:
            exchange.stir()

    def _mark(self, exchange: Exchange, place: int, mark: str) -> None:
        self.verdict = f"line {place + 1} of {len(self.lines)}"
        self.lines[place] = replace(self.lines[place], mark=mark)
        exchange.stir()

    def _result(self, surprises: list[str]) -> str:
        wrong = sum(it.mark == "wrong" for it in self.lines)
        different = [f"{wrong} line{' was' if wrong == 1 else 's were'} different"] if wrong else []
        more = len(surprises) - SURPRISES_SHOWN
        shown = [*surprises[:SURPRISES_SHOWN], *([f"{more} more"] if more > 0 else [])]
        unexpected = [f"nobody expected: {'; '.join(shown)}"] if shown else []
        return ". ".join([*different, *unexpected]) or "all as written"


class Unreadable(ValueError):
    """Nobody knows how this happens."""


async def _do(hands: Hands, turn: Turn, pause: float) -> str:
    """Its mark, once it is done or found."""
    if isinstance(turn, Reads | Rings):
        return "right" if hands.finds(turn) else "wrong"
    hands.look_up(turn)
    await asyncio.sleep(pause)
    try:
        await hands.do(turn)
    except Unreadable:
        raise
    except (ValueError, TimeoutError):  # it cannot be done now, or what follows has no end
        return "wrong"
    return "done"


class Hands:
    """Whoever holds the phones: does what is written, and sees what comes. People are names."""

    def __init__(self, exchange: Exchange, inside: Inside, transcript: Transcript) -> None:
        self.surprises: list[str] = []
        self._exchange, self._inside = exchange, inside
        self._transcript = transcript
        self._numbers = scene.numbers_of(transcript)
        self._names = {number: name for name, number in self._numbers.items()}
        self._watch = Watch()
        self._seen = len(exchange.texts)
        self._calls: dict[str, str] = {}  # the sid of the call that somebody is in, or was
        self._heard: dict[str, int] = {}  # by sid, the last sound before the last deed
        self._last_in_call = ""

    def begin(self) -> None:
        """Everybody gets a phone."""
        for person in scene.people(self._transcript):
            if person.phone not in self._exchange.phones:
                self._exchange.keep(Phone(person.phone, person.name))

    # What comes.

    def finds(self, turn: Reads | Rings) -> bool:
        if isinstance(turn, Rings):
            return self._watch.expects_ring(turn.who, self._ringing())
        self._receive()
        return self._watch.finds(turn, self._all_heard(turn.who))

    def look_up(self, then: Turn | None) -> None:
        """Note what came that nobody expected."""
        self._receive()
        self.surprises += [f"{who} < {body}" for who, body in self._watch.unread]
        self._watch.unread.clear()
        for who in self._watch.unexpected_rings(then, self._ringing()):
            self.surprises.append(f"{who} < rings")
            self._watch.expects_ring(who, self._ringing())
        self._watch.go_on()

    def _receive(self) -> None:
        texts = self._exchange.texts[self._seen :]
        self._seen += len(texts)
        read = (it for it in texts if isinstance(story.texted(it), Reads))
        self._watch.arrive((self._name(it.phone), it.body) for it in read)

    def _ringing(self) -> Mapping[str, str]:
        calls = self._exchange.calls.values()
        return {it.sid: self._name(it.phone) for it in calls if isinstance(it.halt, Ringing)}

    def _name(self, number: str) -> str:
        return self._names.get(number, number)

    def _all_heard(self, who: str) -> str:
        """Since they last did something, all in one."""
        call = self._last_call(who)
        if call is None:
            return ""
        since, words_in = self._heard.get(call.sid, 0), self._exchange.words_in
        sounds = (story.heard(who, it, words_in) for at, it in call.heard if at > since)
        return " ".join(it.words for it in sounds if it and it.words)

    # What is done.

    async def do(self, turn: Says | InCall | Meanwhile) -> None:
        """Do it, and wait for what follows at once. Raises ValueError if it cannot be done."""
        match turn:
            case Says(_, who, body):
                await self._text(who, body)
            case Meanwhile(_, what):
                await self._happen(happening(what), what)
            case _:
                await self._do_in_call(turn)
        await settle(self._exchange, self._inside)

    async def _text(self, who: str, body: str) -> None:
        pictures = [A_PICTURE] * body.count(PICTURE)
        words = body.replace(PICTURE, "").strip()
        await text_hotline(self._exchange, self._numbers[who], words, media=pictures)

    async def _do_in_call(self, turn: InCall) -> None:
        exchange = self._exchange
        match turn:
            case Calls(_, who, is_hidden):
                number = neighborhood.HIDDEN if is_hidden else self._numbers[who]
                self._be_in(who, await deeds.call_hotline(exchange, number))
            case Answers(_, who):
                self._be_in(who, call := self._acting(who))
                await deeds.answer(exchange, call)
            case Declines(_, who):
                await deeds.decline(exchange, self._acting(who))
            case Presses(_, who, keys):
                await deeds.press(exchange, self._acting(who), keys)
            case Speaks(_, who, words):
                await deeds.say(exchange, self._acting(who), words)
            case HangsUp(_, who):
                await deeds.hang_up(exchange, self._acting(who))

    def _be_in(self, who: str, call: Call) -> None:
        self._calls[who], self._last_in_call = call.sid, who

    def _acting(self, who: str) -> Call:
        """Their call; what they hear in it from here on is news."""
        call = self._last_call(who)
        if call is None:
            raise ValueError(f"{who} is in no call")
        self._heard[call.sid] = call.sounds
        return call

    def _last_call(self, who: str) -> Call | None:
        number, sid = self._numbers.get(who), self._calls.get(who)
        calls = self._exchange.calls.values()
        theirs = [it for it in calls if it.sid == sid or it.phone == number]
        return theirs[-1] if theirs else None

    async def _happen(self, it: Happening | None, what: str) -> None:
        exchange = self._exchange
        match it:
            case TimePasses(length):
                if length > LONGEST:
                    raise Unreadable(what)
                await self._leap(exchange.now() + length)
            case TimeIs(hour, minute):
                zone = self._inside.network.zone
                await self._leap(moment_of(f"{hour}:{minute:02}", exchange.now(), zone))
            case Silence(seconds):
                call = self._acting(self._last_in_call)
                await deeds.wait(exchange, call, seconds or _due_in(call))
            case NeverAnswers(who):
                await deeds.wait(exchange, self._acting(who), LONGEST_RING)
            case PhoneIs(who, state):
                exchange.keep(replace(exchange.phone(self._numbers[who]), state=state))
            case PhoneCalled(who, calls):
                exchange.keep(replace(exchange.phone(self._numbers[who]), calls=calls))
            case PhoneOpted(who, out):
                exchange.keep(replace(exchange.phone(self._numbers[who]), opted_out=out))
            case CarrierIs(trouble):
                to = self._numbers[trouble.to] if trouble.to else None
                exchange.befall(replace(trouble, to=to))
            case CarrierIsWell():
                exchange.end_troubles()
            case None:
                raise Unreadable(what)

    async def _leap(self, until: datetime) -> None:
        await leap(self._exchange, self._inside, until)


def _due_in(call: Call) -> float:
    """Seconds of silence until it goes on by itself."""
    waits = (left for name, left in call.timers.items() if name != "limit")
    return min(waits, default=LONGEST_TALK)
