"""One unit of work: what happens in one transaction, with all that it needs to know.

A `Work` is made where a transaction begins (a text, a step of a call, a job) and handed to whatever
is done in it. The time is read once, so that everything in it happens at one moment. What is left
to do once it is committed (messages to send, jobs to enqueue, the answer to whoever acts) gathers
in `after`: a transaction may run twice, and each time begins with a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection

from hotline import words
from hotline.current_settings import CurrentNetwork
from hotline.document import Document
from hotline.help_request import NetworkTime
from hotline.settings import Network
from hotline.store import people
from hotline.store.messages import Replied, Reply
from hotline.store.people import Neighbor

Now = Callable[[], datetime]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to enqueue after the commit. `kind` is "ask" (about one request, by its number),
    "send" (ids of messages), "answer" (the same, of what goes to who wrote just now), "end_calls"
    (ids of calls), "erase" (ids of what is to be deleted at the carrier), "go_on" (ids of what was
    written to many), "collect" (places of letterboxes) or "forget_old" (what is kept no longer, of
    everybody); `name` names the work, so that it is not
    queued twice."""

    kind: Literal["answer", "ask", "send", "collect", "end_calls", "erase", "go_on", "forget_old"]
    about: tuple[int, ...]
    name: str


@dataclass
class AfterCommit:
    """What is left to do once the transaction is committed. `replies` and `document` are what
    whoever texted, or called, is answered; where that takes no replies, `answers` are the messages
    that leave instead, before anything else."""

    replies: list[Replied] = field(default_factory=list)
    document: Document | None = None
    answers: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    asks: list[Job] = field(default_factory=list)

    @property
    def jobs(self) -> list[Job]:
        # What is asked may bring news in the place of what waits to be sent.
        return [*_sending("answer", self.answers), *self.asks, *_sending("send", self.messages)]

    def add(self, other: AfterCommit) -> None:
        """What another unit of work left to do, but for its answers."""
        self.answers += other.answers
        self.messages += other.messages
        self.asks += other.asks


def _sending(kind: Literal["answer", "send"], messages: Sequence[int]) -> list[Job]:
    return [Job(kind, tuple(messages), f"{kind}-{messages[0]}")] if messages else []


class TakesLong(Exception):
    """A unit of work needs to know what takes too long for a transaction, in which everybody else
    waits: `ask` is to be called outside, and then the work is done anew."""

    def __init__(self, ask: Callable[..., Any], about: tuple[str, ...]) -> None:
        super().__init__(ask.__name__)
        self.ask = ask
        self.about = about

    @property
    def key(self) -> LongAnswer:
        return (self.ask.__name__, *self.about)


LongAnswer = tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """`actor` is whoever acts, if anybody does: what they are told is the answer to what they did
    (`replies`), unless `is_quiet`, when they hear of it in other words. `answers`: what was asked
    outside the transaction; None where nobody else waits for it."""

    connection: Connection
    network: Network
    speech: words.Speech
    now: datetime
    actor: Neighbor | None = None
    is_quiet: bool = False
    replies: list[Reply] = field(default_factory=list)
    after: AfterCommit = field(default_factory=AfterCommit)
    answers: Mapping[LongAnswer, Any] | None = None
    _known: dict[int, Neighbor] = field(default_factory=dict)

    @property
    def clock(self) -> NetworkTime:
        return NetworkTime(self.network, self.now)

    def by(self, actor: Neighbor | None, *, is_quiet: bool = False) -> Work:
        """The same, done by somebody."""
        if actor:
            self.know(actor)
        return replace(self, actor=actor, is_quiet=is_quiet)

    def slowly(self, ask: Callable[..., Answer], *about: str) -> Answer:
        """What `ask` returns, without keeping the transaction waiting. Raises TakesLong."""
        if self.answers is None:
            return ask(*about)
        long = TakesLong(ask, about)
        if long.key not in self.answers:
            raise long
        answer: Answer = self.answers[long.key]
        return answer

    def person(self, who: int) -> Neighbor:
        """What is known of somebody, read once."""
        if who not in self._known:
            self.meet([who])
        return self._known[who]

    def meet(self, ids: Collection[int]) -> None:
        """Read at once what is known of these people."""
        if new := [who for who in dict.fromkeys(ids) if who not in self._known]:
            self._known.update(people.neighbors(self.connection, new))

    def know(self, person: Neighbor) -> None:
        """This is how somebody is now."""
        self._known[person.id] = person

    def changed(self, who: int) -> None:
        """Somebody's row was written: what was known of them is read again."""
        self._known.pop(who, None)


class House:
    """What a process has at hand of one network: its settings as they are now, its sentences, and
    the time.

    The time is a function that is handed in, so that a test can move it by hand.
    """

    def __init__(self, current: CurrentNetwork, now: Now) -> None:
        self.current = current
        self.now = now
        self._speech = _speech_of(current())

    @property
    def network(self) -> Network:
        return self.current()

    @property
    def speech(self) -> words.Speech:
        """Its sentences, as the settings are now."""
        network = self.current()
        if self._speech.network is not network:
            self._speech = _speech_of(network)
        return self._speech

    def work(self, connection: Connection, answers: Mapping[LongAnswer, Any] | None = None) -> Work:
        """Begin a unit of work in this transaction. Its settings stay what they are now."""
        speech = self.speech
        return Work(connection, speech.network, speech, self.now(), answers=answers)


def _speech_of(network: Network) -> words.Speech:
    return words.Speech(network, words.load(network.languages))


def utc_now() -> datetime:
    return datetime.now(UTC)


def furnish(network: Network, now: Now = utc_now, file: Path | None = None) -> House:
    """Put everything together. `file`: where the settings stand, if they may change."""
    return House(CurrentNetwork(network, file), now)
