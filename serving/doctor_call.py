"""`hotline doctor --call PHONE`: the whole loop with one phone. A text goes out as every other does
(a row, a worker, the carrier), somebody replies, and a call rings; each step is said when it is
seen, with how long it took.

The phone is somebody's own: nothing here shows its number.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hotline.desk import telling
from hotline.message import MessageState
from hotline.notices import Told, notice
from hotline.prompts import TRIED_OUT
from hotline.settings import Settings
from hotline.store import messages, people
from hotline.store.messages import About, MessageSeen
from hotline.work import Now, Work, furnish, utc_now
from paging.dispatch import JobQueue
from serving.terminal import open_database

LOOKS_EVERY_SECONDS: Final = 0.25
LONGEST_WAY: Final = timedelta(seconds=60)  # of a text, a reply, a call
STEPS: Final = {
    MessageState.ACCEPTED: "the carrier took it",
    MessageState.SENT: "it is on its way to the phone",
    MessageState.DELIVERED: "it arrived",
}
ENDED: Final = (
    MessageState.DELIVERED,
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.DROPPED,
)
Say = Callable[[str], object]


@dataclass
class Trial:
    """One phone that is tried. `wait`: lets some seconds pass."""

    do: Callable[[Callable[[Work], object]], object]
    now: Now
    who: int
    say: Say
    wait: Callable[[float], object]

    def text(self) -> bool:
        return self._follow("text", self._number(self._write_text))

    def reply(self) -> bool:
        """Whether somebody texted us from that phone."""
        begun = self.now()
        self.say("Now reply HI to it.")

        def came(work: Work) -> bool:
            return messages.wrote_since(work.connection, self.who, begun)

        while not self.do(came):
            if self.now() - begun > LONGEST_WAY:
                self.say("reply: none came in. Look at `hotline doctor`: outside and number.")
                return False
            self.wait(LOOKS_EVERY_SECONDS)
        self.say(f"reply: it came in after {_seconds(self.now() - begun)}")
        return True

    def call(self) -> bool:
        return self._follow("call", self._number(self._write_call))

    def _number(self, write: Callable[[Work], int | None]) -> int | None:
        found = self.do(write)
        return found if isinstance(found, int) else None

    def _write_text(self, work: Work) -> int | None:
        before = len(work.after.messages)
        telling.send(work, self.who, notice(Told.TRYING_OUT))
        written = work.after.messages[before:]
        return written[0] if written else None

    def _write_call(self, work: Work) -> int | None:
        person = work.person(self.who)
        if not telling.may_be_told(work, person):
            return None
        said = telling.spoken(work, TRIED_OUT, {}, person.language)
        return telling.call(work, self.who, said, About(may_wake=True), due=work.now)

    def _follow(self, what: str, number: int | None) -> bool:
        """Say each state that it comes to, until there is no next one."""
        if number is None:
            self.say(f"{what}: none was written: this phone said STOP, or is in another country.")
            return False
        begun, told = self.now(), ""
        while True:
            seen = self.do(lambda work: messages.seen(work.connection, number))
            if not isinstance(seen, MessageSeen):
                return False
            if (step := _step(seen)) and step != told:
                told = step
                self.say(f"{what}: {step} after {_seconds(self.now() - begun)}")
            if seen.state in ENDED:
                return seen.state is MessageState.DELIVERED
            if self.now() - begun > LONGEST_WAY:
                self.say(f"{what}: nothing more was heard of it in {_seconds(LONGEST_WAY)}")
                return seen.state is MessageState.SENT
            self.wait(LOOKS_EVERY_SECONDS)


def _step(seen: MessageSeen) -> str:
    if seen.state in STEPS:
        return STEPS[seen.state]
    if seen.held_by is not None:
        return f"the carrier refuses our account (error {seen.held_by})"
    if seen.state in ENDED:
        return f"it did not arrive (error {seen.error or 'unknown'})"
    return ""


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.1f} s"


def run(of: Settings, number: str, say: Say, now: Now = utc_now) -> bool:
    """Whether all of it worked."""
    house, queue = furnish(of.network, now, of.file), JobQueue(of.environment.redis_url)
    breath = threading.Event()
    with open_database(of) as database:

        def do(step: Callable[[Work], object]) -> object:
            def done(work: Work) -> tuple[object, Work]:
                return step(work), work

            result, work = database.write(lambda c: done(house.work(c)))
            queue.enqueue(work.after.jobs)
            return result

        try:
            who = database.write(lambda c: people.known_or_new(c, [number], now()))[0]
            trial = Trial(do, now, who, say, breath.wait)
            tried = [trial.text(), trial.reply()]
            if of.environment.calling_number:
                tried.append(trial.call())
        finally:
            queue.close()
    return all(tried)
