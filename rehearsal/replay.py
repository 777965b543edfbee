"""A transcript, played on the phones of a rehearsal that people watch.

Time stands still but for what it says. `playing` plays it, here through the same functions as
anybody's deeds; what differs is marked and does not stop it. It builds no rehearsal: `prepare` says
what one needs for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline import roster_file
from rehearsal import deeds, story
from rehearsal.call_control import DEEDS
from rehearsal.calls import CarrierCall, seen_json
from rehearsal.delivery import text_hotline
from rehearsal.exchange import Exchange
from rehearsal.inside import Inside
from rehearsal.leap import LONGEST, leap, moment_of, settle
from rehearsal.meanwhile import (
    CarrierIs,
    CarrierIsWell,
    Happening,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    TimeIs,
    TimePasses,
    happening,
    words_of,
)
from rehearsal.messages import Text
from rehearsal.neighborhood import scene
from rehearsal.phones import Person, Phone
from rehearsal.playing import Hands, Player, Seen, Unreadable
from rehearsal.transcript import BadTranscript, Meanwhile, Transcript, parse

log = logging.getLogger("rehearsal")
PAUSE = 1.2  # seconds in which people see what a deed brought
SURPRISES_SHOWN = 3


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
        numbers = scene.numbers_of(self.transcript)
        player = Player(Hands(Watched(exchange, inside), numbers))
        surprises: list[str] = []
        try:
            _give_phones(exchange, scene.people(self.transcript))
            for place, turn in enumerate(self.transcript.turns):
                self._mark(exchange, place, "now")
                outcome = await player.play(turn, pause=pause)
                surprises += outcome.unexpected
                self._mark(exchange, place, outcome.mark)
            surprises += await player.look_up(None)
            self.verdict = self._result(surprises)
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


def _give_phones(exchange: Exchange, people: Iterable[Person]) -> None:
    for person in people:
        if person.phone not in exchange.phones:
            exchange.keep(Phone(person.phone, person.name))


class Watched:
    """The street of a rehearsal that people watch, from inside its web process."""

    def __init__(self, exchange: Exchange, inside: Inside) -> None:
        self._exchange, self._inside = exchange, inside

    async def text(self, number: str, words: str, media: Sequence[str]) -> int:
        _, answer = await text_hotline(self._exchange, number, words, media=media)
        await self._settle()
        return answer.status

    async def call(self, number: str, *, is_attested: bool = True) -> Seen:
        call = await deeds.call_hotline(self._exchange, number, is_attested=is_attested)
        return await self._seen(call)

    async def act(self, sid: str, deed: str, wish: dict[str, object]) -> Seen:
        call = self._exchange.calls[sid]
        await DEEDS[deed](self._exchange, call, wish)
        return await self._seen(call)

    async def _seen(self, call: CarrierCall) -> Seen:
        await self._settle()
        return seen_json(call, self._exchange.phone)

    async def happen(self, it: Happening) -> None:
        exchange = self._exchange
        match it:
            case TimePasses(length):
                if length > LONGEST:
                    raise Unreadable(words_of(it))
                await self._leap(exchange.now() + length)
            case TimeIs(hour, minute):
                zone = self._inside.network.zone
                await self._leap(moment_of(f"{hour}:{minute:02}", exchange.now(), zone))
            case PhoneIs(number, state):
                exchange.keep(replace(exchange.phone(number), state=state))
            case PhoneCalled(number, calls):
                exchange.keep(replace(exchange.phone(number), calls=calls))
            case PhoneOpted(number, out):
                exchange.keep(replace(exchange.phone(number), opted_out=out))
            case CarrierIs(trouble):
                exchange.befall(trouble)
            case CarrierIsWell():
                exchange.end_troubles()
        await self._settle()

    async def _leap(self, until: datetime) -> None:
        await leap(self._exchange, self._inside, until)

    async def _settle(self) -> None:
        await settle(self._exchange, self._inside)

    async def texts(self, after: int) -> Sequence[Text]:
        return self._exchange.texts[after:]

    async def calls(self) -> Sequence[Seen]:
        return [seen_json(it, self._exchange.phone) for it in self._exchange.calls.values()]

    async def words_in(self, call: Seen, sound: Seen) -> str:  # noqa: ARG002
        return story.played(sound["words"], self._exchange.words_in)
