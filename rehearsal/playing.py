"""Transcripts, played: what each turn means on a street, and whether what came is what is written.

A `Street` is wherever people have phones. The page has one in its own process (`replay.py`), the
tests have one over HTTP, whose time is moved by hand. Here people are their names; on a street they
are numbers. What differs is told, and stops nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from rehearsal import story
from rehearsal.matching import Watch
from rehearsal.meanwhile import (
    CarrierIs,
    Happening,
    NeverAnswers,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    Silence,
    happening,
)
from rehearsal.messages import Text
from rehearsal.neighborhood import HIDDEN
from rehearsal.transcript import (
    Answers,
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
    Turn,
)
from rehearsal.twiml import LONGEST_TALK

LONGEST_RING = 600.0
TAKEN = 200
FILES = {
    "[picture]": "a picture",
    "[voice message]": "a voice message.amr",
    "[voice message as mp3]": "a voice message.mp3",
    "[voice message as wav]": "ring twice.wav",
    "[video]": "a video.mov",
    "[huge video]": "a video of 900 KB.mov",
    "[contact]": "a contact.vcf",
    "[place]": "a place.loc.vcf",
    "[web page]": "a page.svg",
}
"""What somebody sends along, as transcripts write it, and its name."""

Seen = dict[str, Any]
"""A call as `/rehearsal/calls` shows it."""


CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
DIGITS = re.compile(r"(?<!\d)(?<!\d )\d(?: \d){3}(?! ?\d)")


class Street(Protocol):
    """Where people have phones. When a deed returns, all that follows from it at once has
    happened; one that cannot be done now is a ValueError in words."""

    async def text(self, number: str, words: str, media: Sequence[str]) -> int:
        """Text the hotline: the HTTP status of its answer."""

    async def call(self, number: str, *, is_attested: bool = True) -> Seen:
        """Call the hotline; `is_attested`: the carrier vouches for the number."""

    async def act(self, sid: str, deed: str, wish: dict[str, object]) -> Seen:
        """Do in a call what has this name in `call_control.DEEDS`."""

    async def happen(self, it: Happening) -> None:
        """Let time pass, or something befall a phone or the carrier. Raises Unreadable for what
        never happens here."""

    async def texts(self, after: int) -> Sequence[Text]:
        """Those that come after the one with this place."""

    async def calls(self) -> Sequence[Seen]:
        """All there were, the oldest first."""

    async def words_in(self, call: Seen, sound: Seen) -> str:
        """What was said in a recording that is played in the call; empty for another sound."""


class Unreadable(ValueError):
    """Nobody knows how this happens."""


class Hands:
    """Whoever holds the phones: who is in which call, and what they heard since they did something
    last."""

    def __init__(self, street: Street, numbers: Mapping[str, str]) -> None:
        self._street = street
        self._numbers = numbers
        self._names = {number: name for name, number in numbers.items()}
        self._read = 0  # the place of the last text that was looked at
        self._codes: dict[str, str] = {}  # by name, the last that they read
        self._calls: dict[str, str] = {}  # the sid of the call that somebody is in, or was
        self._heard: dict[str, int] = {}  # by sid, the last sound before the last deed
        self._last_in_call = ""

    def number(self, who: str) -> str:
        return self._numbers.get(who, who)

    def name(self, number: str) -> str:
        return self._names.get(number, number)

    # What is done.

    async def do(self, turn: Says | InCall | Meanwhile) -> None:
        """Raises ValueError if it cannot be done now, and Unreadable if it never can."""
        match turn:
            case Says(_, who, body):
                await self._text(who, self._with_code(who, body))
            case Meanwhile(_, what):
                await self._happen(happening(what), what)
            case _:
                await self.do_in_call(turn)

    def _with_code(self, who: str, said: str) -> str:
        """A code is made up anew each time, so whoever writes a transcript cannot know it."""
        if "{code}" in said and who not in self._codes:
            raise ValueError(f"{who} has read no code")
        return said.replace("{code}", self._codes.get(who, ""))

    async def _with_digits(self, who: str, keys: str) -> str:
        """Nor the digits that a call asks them to repeat."""
        if "{digits}" not in keys:
            return keys
        call = await self.call_of(who)
        sounds = [await self._words_of(call, it) for it in call["heard"] if it["kind"] != "pause"]
        found = [it for words in sounds for it in DIGITS.findall(words)]
        if not found:
            raise ValueError(f"{who} has heard no digits to repeat")
        return keys.replace("{digits}", found[-1].replace(" ", ""))

    async def _text(self, who: str, body: str) -> None:
        sent = re.findall("|".join(map(re.escape, FILES)), body)
        words = re.sub("|".join(map(re.escape, FILES)), "", body).strip()
        status = await self._street.text(self.number(who), words, [FILES[it] for it in sent])
        if status != TAKEN:
            raise ValueError(f"the hotline did not take the text: {status}")

    async def do_in_call(self, turn: InCall) -> Seen:
        match turn:
            case Calls(_, who, is_hidden, shown):
                number = HIDDEN if is_hidden else self.number(shown or who)
                return self._be_in(who, await self._street.call(number, is_attested=not shown))
            case Answers(_, who):
                return self._be_in(who, await self._act(who, "answer"))
            case Declines(_, who):
                return await self._act(who, "decline")
            case Presses(_, who, keys):
                keys = await self._with_digits(who, self._with_code(who, keys))
                return await self._act(who, "press", keys=keys)
            case Speaks(_, who, words):
                return await self._act(who, "say", words=words)
            case HangsUp(_, who):
                return await self._act(who, "hang_up")

    def _be_in(self, who: str, call: Seen) -> Seen:
        self._calls[who], self._last_in_call = call["sid"], who
        return call

    async def _act(self, who: str, deed: str, **wish: object) -> Seen:
        """What they hear from here on is news."""
        call = await self.call_of(who)
        self._heard[call["sid"]] = max((it["at"] for it in call["heard"]), default=0)
        return await self._street.act(call["sid"], deed, wish)

    async def be_silent(self, seconds: float | None = None, who: str = "") -> Seen:
        """In the call of whoever called or answered last: so long, or until it goes on by
        itself."""
        who = who or self._last_in_call
        seconds = seconds or (await self.call_of(who))["due_in"] or LONGEST_TALK
        return await self._act(who, "wait", seconds=seconds)

    async def never_answer(self, who: str) -> Seen:
        """The phone rings until it stops."""
        if (await self.call_of(who))["waits_for"] != "answer":
            raise ValueError("the phone does not ring")
        return await self._act(who, "wait", seconds=LONGEST_RING)

    async def _happen(self, it: Happening | None, what: str) -> None:
        match it:
            case None:
                raise Unreadable(what)
            case Silence(seconds):
                await self.be_silent(seconds)
            case NeverAnswers(who):
                await self.never_answer(who)
            case PhoneIs(who) | PhoneCalled(who) | PhoneOpted(who):
                await self._street.happen(replace(it, who=self.number(who)))
            case CarrierIs(trouble) if trouble.to:
                of_them = replace(trouble, to=self.number(trouble.to))
                await self._street.happen(CarrierIs(of_them))
            case _:
                await self._street.happen(it)

    # What comes.

    async def received(self) -> list[Text]:
        """What reached phones since this was asked last, but for the carrier's own replies."""
        found = await self._street.texts(self._read)
        self._read = max((it.at for it in found), default=self._read)
        for it in found:
            if code := CODE.search(it.body):
                self._codes[self.name(it.phone)] = code[0]
        return [it for it in found if isinstance(story.texted(it), Reads)]

    async def ringing(self) -> dict[str, str]:
        """Whose phones ring, by the sid of the call."""
        calls = await self._street.calls()
        return {it["sid"]: self.name(it["phone"]) for it in calls if it["waits_for"] == "answer"}

    async def heard(self, who: str) -> str:
        """What they heard since they last did something, all in one; also what a machine did."""
        call = await self._last_call(who)
        if call is None:
            return ""
        since = self._heard.get(call["sid"], 0)
        sounds = [it for it in call["heard"] if it["at"] > since and it["kind"] != "pause"]
        words = [await self._words_of(call, it) for it in sounds]
        return " ".join(filter(None, words))

    async def _words_of(self, call: Seen, sound: Seen) -> str:
        if sound["kind"] == "play":
            return await self._street.words_in(call, sound)
        return str(sound["words"] or sound["kind"])

    async def call_of(self, who: str) -> Seen:
        """The last call that somebody was in. Raises ValueError."""
        call = await self._last_call(who)
        if call is None:
            raise ValueError(f"{who} was never in a call" if who else "nobody is in a call")
        return call

    async def _last_call(self, who: str) -> Seen | None:
        number, sid = self.number(who), self._calls.get(who)
        calls = await self._street.calls()
        of_others = {it for name, it in self._calls.items() if name != who}
        theirs = [
            it
            for it in calls
            if it["sid"] == sid or (it["phone"] == number and it["sid"] not in of_others)
        ]
        return theirs[-1] if theirs else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn went. `mark`: right or wrong; of a deed, done or wrong. `why` it is wrong, and
    what came before a deed that nobody expected, in words."""

    mark: str
    why: str = ""
    unexpected: tuple[str, ...] = ()


class Player:
    """Plays one turn after the other."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._watch = Watch()

    async def play(self, turn: Turn, *, pause: float = 0) -> Outcome:
        """`pause`: seconds before a deed, in which people see what came of the last. Raises
        Unreadable."""
        if isinstance(turn, Reads):
            return await self._find(turn)
        if isinstance(turn, Rings):
            return await self._find_ring(turn.who)
        unexpected = await self.look_up(turn)
        await asyncio.sleep(pause)
        try:
            await self._hands.do(turn)
        except Unreadable:
            raise
        except (ValueError, TimeoutError) as error:  # not now; or what follows has no end
            return Outcome("wrong", str(error), unexpected)
        return Outcome("done", "", unexpected)

    async def _find(self, turn: Reads) -> Outcome:
        await self._receive()
        heard = await self._hands.heard(turn.who)
        if self._watch.finds(turn, heard):
            return Outcome("right")
        unread = "".join(f"\n  {who} < {body}" for who, body in self._watch.unread) or " nothing"
        also = f"\nheard:\n  {heard}" if heard else ""
        words = ", ".join(turn.words)
        return Outcome("wrong", f"{turn.who} did not read or hear {words}; unread:{unread}{also}")

    async def _find_ring(self, who: str) -> Outcome:
        if self._watch.expects_ring(who, await self._hands.ringing()):
            return Outcome("right")
        return Outcome("wrong", f"{who}'s phone does not ring")

    async def look_up(self, then: Turn | None) -> tuple[str, ...]:
        """What came that nobody expected, before this is done, or at the end. It is told once."""
        await self._receive()
        ringing = await self._hands.ringing()
        texts = [f"{who} < {body}" for who, body in self._watch.unread]
        rings = self._watch.unexpected_rings(then, ringing)
        self._watch.unread.clear()
        for who in rings:
            self._watch.expects_ring(who, ringing)
        self._watch.go_on()
        return (*texts, *(f"{who} < rings" for who in rings))

    async def _receive(self) -> None:
        texts = await self._hands.received()
        self._watch.arrive((self._hands.name(it.phone), it.body) for it in texts)
