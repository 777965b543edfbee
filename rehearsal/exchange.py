"""Everything one rehearsal carrier remembers while it runs, and what it has under way.

State only, in memory and gone at the end: decisions are in `phones.py`, `messages.py`, `calls.py`
and `trouble.py`, and the wire is in `rest.py`, `webhooks.py`, `delivery.py` and `switchboard.py`.
Lives in one event loop, so nothing here takes a lock.
"""

import asyncio
import hashlib
import logging
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import httpx2

from rehearsal import story
from rehearsal.account import AccountBook
from rehearsal.calls import CarrierCall
from rehearsal.departures import Departure
from rehearsal.handset import Handset, SmsGatePhone, fresh
from rehearsal.meanwhile import CarrierIs, CarrierIsWell
from rehearsal.messages import Line, Message, Text
from rehearsal.office import opened
from rehearsal.phones import DeliveryPace, Person, Phone, phones_of
from rehearsal.player import HeardSound
from rehearsal.recordings import Recording
from rehearsal.trouble import Trouble, take

logger = logging.getLogger(__name__)
LOG_LENGTH = 200
LONGEST_SHOWN = 4000  # letters of what went over the wire
ERRORS_KEPT = 1000
CALLS_KEPT = 2000
LINES = 100
"""How many webhooks and callbacks are open at once; the client's own queue is slow when long."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Attempt:
    """One request to take a text or a call on, written down as it arrives.

    `status_callback` is as it was given. Whether it was `taken`, and under which sid, or which
    `code` it was refused with, is added when that is decided; until then it is `under_way`. Of a
    reply, which comes in the hotline's answer to a text, it is decided at once.
    """

    at: int
    arrived: str
    to: str
    status_callback: str
    trouble: str | None = None
    under_way: bool = True
    taken: bool = False
    sid: str | None = None
    code: int | None = None
    what: str = "text"


@dataclass(frozen=True, slots=True)
class Wire:
    """What went over the wire for a line of the log: words and numbers too, so only the page on
    this machine shows it, and only for a while. `sent` and `answer` as they were, cut off."""

    sent: str
    answer: str
    signature: str = ""


class UnderWay:
    """What is under way: so that a test can wait for the carrier instead of for a clock."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self.on_end = on_end
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        self._count += 1
        try:
            yield
        finally:
            self._end()

    def start(self, deed: Coroutine[None, None, None]) -> None:
        """Do it in the background; it counts from this moment, not from its first step."""
        self._count += 1
        task = asyncio.create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def is_idle_within(self, seconds: float) -> bool:
        """Wait until nothing is under way; False when that takes longer."""
        try:
            async with asyncio.timeout(seconds):
                while self._count:
                    self._quiet.clear()
                    await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("The rehearsal carrier dropped something", exc_info=error)
        self._end()

    def _end(self) -> None:
        self._count -= 1
        self.on_end()
        if not self._count:
            self._quiet.set()


class Exchange:
    """The carrier's memory: phones, messages, texts, troubles and the log."""

    client: httpx2.AsyncClient
    handsets: dict[str, Handset]

    def __init__(
        self,
        line: Line,
        now: Callable[[], datetime],
        cast: Sequence[Person],
        smsgates: Sequence[SmsGatePhone] = (),
    ) -> None:
        self.opened_with = line
        self.smsgates = smsgates
        self.handsets = {}
        self.now = now
        self.since = now()
        self.began = utc_now()
        self.cast = cast
        self.life = 0  # how often it began
        self.work = UnderWay(self.stir)
        self.lines = asyncio.Semaphore(LINES)
        self.asked_at_once = 0  # requests to the REST API that are not answered yet
        self.news = asyncio.Event()
        self.is_ending = False
        self._begin()

    def _begin(self) -> None:
        self.life += 1
        self.met: dict[str, None] = {}  # whoever texted or called, in that order
        self.line = self.opened_with
        self._rest()
        self.handsets = {it.name: fresh(it) for it in self.smsgates}
        self.office = opened(self.line, self.now())
        self.account = AccountBook()
        self.waiting: list[Message] = []  # texts to phones, in the order in which they came
        self.last_left: Departure | None = None
        self.phones: dict[str, Phone] = phones_of(self.cast)
        self.messages: dict[str, Message] = {}
        self.calls: dict[str, CarrierCall] = {}
        self.recordings: dict[str, Recording] = {}
        self.texts: list[Text] = []
        self.files: dict[str, str] = {}  # the names of those that came with texts
        self.paces: dict[str, DeliveryPace] = {}
        self.troubles: list[Trouble] = []
        self.logged = 0
        self.story: deque[story.StoryEvent] = deque(maxlen=story.KEPT + 1)
        for phone in self.phones.values():
            self.tell(*story.changes(Phone(phone.number), phone))
        self.log: deque[dict[str, object]] = deque(maxlen=LOG_LENGTH)
        self.wire: dict[int, Wire] = {}  # by the place of the line
        self.ledger: list[Attempt] = []
        self.replies: list[Attempt] = []
        self.texted_by: dict[str, str] = {}  # the number that texted a phone last
        self.under_way = 0
        self.errors: deque[dict[str, object]] = deque(maxlen=ERRORS_KEPT)

    def _rest(self) -> None:
        for handset in self.handsets.values():
            handset.rest()

    def number_for(self, sender: str) -> str:
        """Which of the hotline's numbers somebody writes to: the one that wrote to them last."""
        phones = (number for it in self.smsgates for number in it.numbers)
        return self.texted_by.get(sender) or self.line.number or next(phones, "")

    def handset_of(self, number: str) -> Handset | None:
        """The old phone that has this number, if one has."""
        return next((it for it in self.handsets.values() if it.sim_of(number)), None)

    async def forget(self) -> None:
        """Be as new: drop what is under way, and forget everything."""
        await self.work.stop()
        for call in self.calls.values():
            call.begin_turn()
        self._begin()
        self.stir()

    def phone(self, number: str) -> Phone:
        return self.phones.get(number) or Phone(number)

    def name_of(self, number: str) -> str:
        return self.phone(number).name or number

    def tell(self, *events: story.Event) -> None:
        """Let the story go on; people are numbers there."""
        self.story.extend(story.StoryEvent(self.now(), event) for event in events)

    def keep(self, phone: Phone) -> Phone:
        self.tell(*story.changes(self.phone(phone.number), phone))
        self.phones[phone.number] = phone
        return phone

    def known(self) -> list[Phone]:
        """The cast, then whoever texted or called, or was texted or called."""
        others = (number for number in self.met if number not in self.phones)
        return [*self.phones.values(), *(self.phone(number) for number in others)]

    def keep_call(self, call: CarrierCall) -> None:
        """Put it on the books; the oldest that are over, and their recordings, make room."""
        self.calls[call.sid] = call
        self.met[call.phone] = None
        call.overheard = partial(self._overhear, call.phone)
        while len(self.calls) > CALLS_KEPT:
            oldest = next((it for it in self.calls.values() if it.is_over), None)
            if oldest is None:
                return
            del self.calls[oldest.sid]
            for sid in oldest.recordings:
                self.recordings.pop(sid, None)

    def _overhear(self, who: str, sound: HeardSound) -> None:
        if told := story.heard(who, sound, self.words_in):
            self.tell(told)

    def words_in(self, sid: str) -> str:
        """What was said in the recording; empty when there is none."""
        return self.recordings[sid].words if sid in self.recordings else ""

    def note(self, kind: str, **facts: object) -> None:
        """Write a line of the log. Never words, numbers or tokens."""
        self.logged += 1
        when = self.now().isoformat()
        self.log.append({"at": self.logged, "when": when, "kind": kind, **facts})
        self.stir()

    def keep_wire(self, sent: str, answer: str, signature: str = "") -> None:
        """It belongs to the line that was written last."""
        self.wire[self.logged] = Wire(sent[:LONGEST_SHOWN], answer[:LONGEST_SHOWN], signature)
        while len(self.wire) > LOG_LENGTH:
            del self.wire[next(iter(self.wire))]

    @contextmanager
    def attempt(self, to: str, status_callback: str, what: str = "text") -> Iterator[Attempt]:
        """Write down that a text or a call is to be taken on; at the end it is decided."""
        when = self.now().isoformat()
        attempt = Attempt(len(self.ledger) + 1, when, to, status_callback, what=what)
        self.ledger.append(attempt)
        self.under_way += 1
        try:
            yield attempt
        finally:
            attempt.under_way = False
            self.under_way -= 1

    def reply(self, to: str, status_callback: str) -> Attempt:
        """Write down that a reply was read in an answer of the hotline."""
        when, place = self.now().isoformat(), len(self.replies) + 1
        found = Attempt(place, when, to, status_callback, under_way=False, what="reply")
        self.replies.append(found)
        return found

    def keep_file(self, name: str) -> str:
        """Something that comes with a text: what the carrier calls it."""
        sid = "ME" + hashlib.sha256(name.encode()).hexdigest()[:32]
        self.files[sid] = name
        return sid

    def show(self, message: Message, phone: Phone, direction: str) -> None:
        """Let the phones page, and whoever listens, see how a text ended."""
        self.met[phone.number] = None
        if direction == "to_phone":
            self.texted_by[phone.number] = message.sender
        self.texts.append(
            Text(
                at=len(self.texts) + 1,
                phone=phone.number,
                name=phone.name,
                direction=direction,
                body=message.body,
                status=message.status,
                error=message.error,
                sid=message.sid,
                segments=message.segments,
                media=message.media,
                by=message.by,
                when=self.now().isoformat(),
            )
        )
        if told := story.texted(self.texts[-1]):
            self.tell(told)
        self.stir()

    def end(self) -> None:
        """Whoever listens is told nothing more."""
        self.is_ending = True
        self._rest()
        self.stir()

    def stir(self) -> None:
        """Wake whoever watches: something may look different now."""
        told, self.news = self.news, asyncio.Event()
        told.set()

    def befall(self, trouble: Trouble) -> None:
        """From now on this goes wrong, too."""
        self.troubles = [*self.troubles, trouble]
        self.tell(CarrierIs(trouble))

    def end_troubles(self, kind: str | None = None) -> None:
        """Those of a kind, or all."""
        before, self.troubles = self.troubles, [it for it in self.troubles if it.kind != kind]
        self.troubles = self.troubles if kind else []
        if before and not self.troubles:
            self.tell(CarrierIsWell())

    def trouble(self, kinds: frozenset[str], number: str) -> Trouble | None:
        """The next trouble of these kinds for this number, used up by one."""
        found, self.troubles = take(self.troubles, kinds, number)
        return found


def new_sid(media: Sequence[str] = ()) -> str:
    return ("MM" if media else "SM") + secrets.token_hex(16)
