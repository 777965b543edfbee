"""Some hundred people, and what they do: ask, answer, refuse, talk, hand back, stop, call.

What somebody can do is one function each, registered with `deed`. It looks at what that person has
read so far and returns the words of a text, or that they call (`callers`), or None when it does
not fit now.

Nobody knows more than their phone shows: they answer the numbers that they were texted. Each has a
chance of their own, so one seed makes always the same people.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx2

from chaos import callers
from chaos.callers import Called
from chaos.sentences import recognize
from hotline.words import Sentence

FIRST_NAMES = ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo", "Kit", "Lu", "Max")
AREAS = ("northside", "11216", "eastside", "11233", "westside", "11201")
NEEDS = {"en": ("groceries", "a ride", "insulin", "milk"), "es": ("comida", "insulina", "leche")}
EAGER = 300
OF_HELPERS = {"take_more"}  # deeds that who helps is eager to do; all others are of who asks
FLOOD = "flood"  # the deed of a phone that nobody knows and that does nothing else
BAD_REQUEST = 400
TELL = "stq"  # begins every word that is somebody's own: no other word begins so


@dataclass
class Sent:
    """One text of somebody's. `status` is the HTTP status of the hotline's answer, 0 for none;
    `begun` and `answered` are real seconds, None while there was no good answer."""

    sid: str
    phone: str
    body: str
    deed: str
    begun: float
    status: int = 0
    answered: float | None = None
    replies: list[str] = field(default_factory=list)


class Person:
    """`eager`: what they do much more often than others would."""

    def __init__(
        self, seed: str, phone: str, *, volunteers: bool, eager: str = "", by_voice: bool = False
    ) -> None:
        self.phone = phone
        self.by_voice = by_voice  # gets no texts, and is called
        self.volunteers = volunteers
        self.eager = eager
        self.chance = random.Random(f"{seed}-{phone}")
        self.name = f"{self.chance.choice(FIRST_NAMES)} {self.own_word().capitalize()}"
        self.language = self.chance.choice(("en", "en", "es"))
        self.busy = threading.Lock()  # people do one thing after the other
        self.asked: set[int] = set()  # about these they were asked and have not answered
        self.seen: set[int] = set()  # about these they were ever asked
        self.holds: set[int] = set()
        self.open: set[int] = set()  # theirs, and nobody took it yet
        self.taken: set[int] = set()  # theirs, and somebody has it
        self.how: set[int] = set()  # of these they were asked how it went
        self.rests = False
        self.codes: list[str] = []  # of newcomers, as the neighborhood tells them
        self.stopped = False

    def own_word(self) -> str:
        """A word that is in nobody else's texts, and in no log."""
        letters = "".join(
            self.chance.choice("bdfgklmnprtvz") + self.chance.choice("aeiou") for _ in range(5)
        )
        return f"{TELL}{letters}"

    def reads(self, body: str) -> None:
        """What a text changes in what they know."""
        self.codes += re.findall(r"(?:VOUCH|AVALO) (\d{4})", body)
        it = recognize(body)
        if it is None or it.number is None:
            return
        for change in CHANGES:
            if it.sentence in change.sentences:
                for known in change.leaves:
                    getattr(self, known).discard(it.number)
                for known in change.enters:
                    getattr(self, known).add(it.number)


class Change(NamedTuple):
    """What sentences about a request change in what somebody knows: out of which of their sets its
    number goes, and into which."""

    sentences: frozenset[Sentence]
    leaves: tuple[str, ...]
    enters: tuple[str, ...]


def _change(
    *sentences: Sentence, leaves: tuple[str, ...] = (), enters: tuple[str, ...] = ()
) -> Change:
    return Change(frozenset(sentences), leaves, enters)


CHANGES = (
    _change(
        *(Sentence.PAGE, Sentence.PAGE_ANYWHERE),
        *(Sentence.PAGE_URGENT, Sentence.PAGE_URGENT_ANYWHERE),
        enters=("asked", "seen"),
    ),
    _change(Sentence.NOT_DONE_YET, enters=("holds",)),
    _change(
        *(Sentence.YOURS, Sentence.YOURS_QUOTE_FOLLOWS),
        leaves=("asked",),
        enters=("holds",),
    ),
    _change(
        *(Sentence.ASKED, Sentence.ASKED_IN_QUIET),
        *(Sentence.ASKED_IN_CALL, Sentence.ASKED_IN_CALL_IN_QUIET),
        *(Sentence.ASKED_BY_PHONE, Sentence.ASKED_BY_PHONE_IN_QUIET),
        *(Sentence.HANDED_BACK_TO_REQUESTER, Sentence.LET_GO_TO_REQUESTER),
        leaves=("taken",),
        enters=("open",),
    ),
    _change(
        *(Sentence.TAKEN, Sentence.TAKEN_NOTE, Sentence.ASKING_TAKER),
        leaves=("open",),
        enters=("taken",),
    ),
    _change(Sentence.DONE_TO_REQUESTER, enters=("how",)),
    _change(
        *(Sentence.COVERED, Sentence.TOO_LATE, Sentence.NO_LONGER_NEEDED),
        *(Sentence.THANKS_ALL_THE_SAME, Sentence.PASSED, Sentence.HANDED_BACK),
        *(Sentence.DONE, Sentence.DONE_TO_REQUESTER, Sentence.WITHDRAWN, Sentence.LET_GO),
        leaves=("asked", "holds", "open", "taken"),
    ),
)


# What people do.


@dataclass(frozen=True)
class Words:
    """To text these words to the hotline."""

    body: str


@dataclass(frozen=True)
class Calls:
    """To call the hotline, and to say this word there. `is_forged`: with this number, by somebody
    else."""

    word: str
    is_forged: bool = False


Doing = Words | Calls
Deed = Callable[[Person], Doing | None]
DEEDS: dict[str, tuple[int, Deed]] = {}


def deed(often: int) -> Callable[[Deed], Deed]:
    """Register something that people do; `often` compared with the others."""

    def register(do: Deed) -> Deed:
        DEEDS[do.__name__] = often, do
        return do

    return register


@deed(often=8)
def ask(it: Person) -> Words | None:
    if it.open or it.asked or len(it.taken) > 1 or (it.volunteers and it.chance.random() < 0.8):
        return None
    need, area = it.chance.choice(NEEDS[it.language]), it.chance.choice(AREAS)
    asks = {
        "en": f"need {need} for {it.own_word()} near {area}",
        "es": f"necesito {need} para {it.own_word()} cerca de {area}",
    }
    return Words(asks[it.language])


@deed(often=4)
def call(it: Person) -> Calls | None:
    """Somebody with something open hears of it first."""
    return Calls(it.own_word()) if it.chance.random() < 0.5 else None


@deed(often=1)
def call_in_their_name(it: Person) -> Calls | None:
    """Somebody else, who only shows their number."""
    has_something = it.open or it.taken or it.holds
    return Calls(it.own_word(), is_forged=True) if has_something else None


@deed(often=1)
def add_words(it: Person) -> Words | None:
    return Words(f"need it by noon, ring at {it.own_word()}") if it.open else None


@deed(often=1)
def ask_for_news(it: Person) -> Words | None:
    return Words("status") if it.open or it.taken else None


@deed(often=1)
def withdraw(it: Person) -> Words | None:
    mine = it.open | it.taken
    return Words(f"never mind {it.chance.choice(sorted(mine))}") if mine else None


@deed(often=14)
def accept(it: Person) -> Words | None:
    if not it.asked:
        return None
    number = it.chance.choice(sorted(it.asked))
    it.asked.discard(number)
    note = f" i come with {it.own_word()}" if it.chance.random() < 0.3 else ""
    bare = len(it.asked) == 0 and not it.holds and it.chance.random() < 0.2
    return Words("yes" if bare else f"yes {number}{note}")


@deed(often=5)
def refuse(it: Person) -> Words | None:
    if not it.asked:
        return None
    number = it.chance.choice(sorted(it.asked))
    it.asked.discard(number)
    return Words(f"no {number}")


@deed(often=5)
def talk(it: Person) -> Words | None:
    """To the other person of one conversation."""
    talks = sorted(it.holds | it.taken)
    if not talks or it.open or it.asked:
        return None
    return Words(f"{it.chance.choice(talks)} see you at {it.own_word()}")


@deed(often=3)
def finish(it: Person) -> Words | None:
    mine = it.holds | it.taken
    return Words(f"done {it.chance.choice(sorted(mine))}") if mine else None


@deed(often=3)
def hand_back(it: Person) -> Words | None:
    return Words(f"cant {it.chance.choice(sorted(it.holds))}") if it.holds else None


@deed(often=4)
def say_how_it_went(it: Person) -> Words | None:
    if not it.how or it.asked or it.open:
        return None
    it.how.clear()
    return Words(it.chance.choice(("1", "1", "2", "not yet")))


@deed(often=1)
def rest(it: Person) -> Words | None:
    if not it.volunteers or it.rests or it.chance.random() < 0.7:
        return None
    it.rests = True
    return Words("PAUSE")


@deed(often=3)
def come_back(it: Person) -> Words | None:
    if not it.rests:
        return None
    it.rests = False
    return Words("BACK")


@deed(often=1)
def join(it: Person) -> Words | None:
    if it.volunteers or it.open or it.taken or it.chance.random() < 0.7:
        return None
    return Words(f"join {it.name.split()[0]}")


@deed(often=2)
def vouch(it: Person) -> Words | None:
    """Codes go around by word of mouth."""
    if not (it.volunteers and it.codes):
        return None
    return Words(f"vouch {it.codes.pop(0)}")


@deed(often=1)
def stop(it: Person) -> Words | None:
    """In the middle of something, which is where it matters. Most say it in words that the carrier
    does not know: then our own record is all there is."""
    if not (it.asked or it.holds or it.open or it.taken) or it.chance.random() < 0.6:
        return None
    it.stopped = True
    return Words(it.chance.choice(("STOP", "please stop texting me", "no more texts")))


@deed(often=1)
def be_safe(it: Person) -> Words | None:
    """Only where that guard is out: whoever says it is asked nothing by the other ever again."""
    mine = it.taken | it.holds
    if it.eager != "be_safe" or not mine:
        return None
    return Words(f"SAFE {it.chance.choice(sorted(mine))}")


@deed(often=1)
def take_more(it: Person) -> Words | None:
    """Only where that guard is out: whoever has one says YES to all that they were asked about."""
    more = it.seen - it.holds
    if it.eager != "take_more" or not it.holds or not more:
        return None
    return Words(f"yes {it.chance.choice(sorted(more))}")


def start(it: Person) -> Words | None:
    """The only thing that somebody does who said STOP."""
    if it.chance.random() < 0.9:
        return None
    it.stopped = False
    return Words("START")


def next_deed(it: Person) -> tuple[str, Doing] | None:
    """What somebody does next, chosen by their own chance; None for nothing."""
    if it.stopped:
        words = start(it)
        return ("start", words) if words else None
    names = list(DEEDS)
    eager = it.eager
    if eager == "be_safe" and not (it.taken or it.holds):
        eager = "ask"  # the more they ask for, the sooner two meet again
    if eager == "take_more" and not it.holds:
        eager = "accept"
    often = [DEEDS[name][0] * (EAGER if name == eager else 1) for name in names]
    (name,) = it.chance.choices(names, often)
    doing = DEEDS[name][1](it)
    return (name, doing) if doing else None


# All of them at once.


class WrongMoment(Exception):
    """A call is over, or waits for something else by now."""


class Crowd:
    """Everybody does something again and again, several at once, until told to rest."""

    HANDS = 16  # who text at the same moment
    BREATH = 0.4  # seconds between two deeds of one hand
    FLOOD = 24  # phones that nobody knows
    GO_ON = 0.05  # of those who wait, who still do when the others rest
    LINE_SECONDS = 40.0  # for the carrier to answer us, who waits 15 s for the hotline twice

    def __init__(self, seed: str, people: Iterable[Person], carrier_url: str) -> None:
        self.people = {it.phone: it for it in people}
        self.sent: list[Sent] = []
        self.called: list[Called] = []
        self.breath = self.BREATH
        self._seed = seed
        self._carrier = httpx2.Client(
            base_url=f"{carrier_url}/rehearsal/",
            trust_env=False,
            timeout=self.LINE_SECONDS,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )
        self._rest = threading.Event()
        self._gone = threading.Event()
        self._hands: list[threading.Thread] = []
        self._phones = threading.Thread(target=self._honestly, args=(self._answer_phones,))
        self.problems: list[BaseException] = []  # of this suite, not of the hotline
        self._read = 0

    def begin(self) -> None:
        self._hands = [
            threading.Thread(target=self._honestly, args=(self._act, hand), name=f"hand-{hand}")
            for hand in range(self.HANDS)
        ]
        reader = threading.Thread(target=self._honestly, args=(self._read_on,), name="reader")
        self._hands.append(reader)
        self._phones.start()
        for thread in self._hands:
            thread.start()

    def flood(self, chance: random.Random) -> None:
        """Many phones that nobody knows, and that do nothing else, ask for something."""
        for number in chance.sample(range(2_000_000, 9_999_999), self.FLOOD):
            if self._rest.is_set():
                return
            it = Person(self._seed, f"+1347{number}", volunteers=False)
            need = chance.choice(("groceries", "a ride", "milk"))
            self._text(it, FLOOD, f"need {need} for {it.own_word()}", chance)

    def rest(self, *, go_home: bool) -> None:
        """Nobody writes any more; what is under way is waited for. `go_home`: of those whom nobody
        helps yet most ask for nothing any more. Of hundreds there is always one for whom somebody
        is called; but what was withdrawn, some checks leave aside."""
        self._rest.set()
        for thread in self._hands:
            thread.join()
        if self.problems:
            raise self.problems[0]
        chance = random.Random(f"{self._seed}-rest")
        for it in self.people.values():
            for number in sorted(it.open):
                if go_home and not it.stopped and chance.random() > self.GO_ON:
                    self._text(it, withdraw.__name__, f"never mind {number}", chance)

    def close(self) -> None:
        self._gone.set()
        self._rest.set()
        for thread in self._hands:
            thread.join()
        if self._phones.is_alive():
            self._phones.join()
        self._carrier.close()

    def _honestly(self, do: Callable[..., None], *arguments: object) -> None:
        try:
            do(*arguments)
        except BaseException as problem:
            self.problems.append(problem)
            self._rest.set()

    def _act(self, hand: int) -> None:
        chance = random.Random(f"{self._seed}-hand-{hand}")
        everybody = list(self.people.values())
        while not self._rest.wait(self.breath * chance.uniform(0.5, 1.5)):
            it = self._somebody(chance, everybody)
            if not it.busy.acquire(blocking=False):
                continue
            try:
                if found := next_deed(it):
                    self._do(it, *found, chance)
            finally:
                it.busy.release()

    def _somebody(self, chance: random.Random, everybody: list[Person]) -> Person:
        """Whoever was asked something is more likely to act than others."""
        for _ in range(4):
            it = chance.choice(everybody)
            if it.asked or it.holds:
                return it
        return chance.choice(everybody)

    def _do(self, it: Person, name: str, doing: Doing, chance: random.Random) -> None:
        match doing:
            case Words(body):
                self._text(it, name, body, chance)
            case Calls(word, is_forged):
                with suppress(WrongMoment):
                    found = callers.call(
                        self._ask_carrier, it.phone, word, chance, is_forged=is_forged
                    )
                    self.called.append(found)

    def _ask_carrier(self, path: str, wish: dict[str, object]) -> Any:
        """Raises WrongMoment if the call is not where it was a moment ago."""
        answer = self._carrier.post(path, json=wish)
        if answer.status_code == BAD_REQUEST:
            raise WrongMoment
        return answer.json()

    def _answer_phones(self) -> None:
        """Whoever is called does something with their phone; at rest they let it ring."""
        chance = random.Random(f"{self._seed}-phones")
        while not self._gone.wait(0.5):
            do = callers.let_ring if self._rest.is_set() else callers.answer
            for it in self._carrier.get("calls").json()["calls"]:
                if it["waits_for"] == "answer":
                    with suppress(WrongMoment):
                        do(self._ask_carrier, it, chance)

    def _text(self, it: Person, name: str, body: str, chance: random.Random) -> None:
        """The carrier tells the hotline once, twice at the same moment, or again a second later;
        and as `#rc=3` has it, again when there was no good answer."""
        sent = Sent("", it.phone, body, name, time.time())
        self.sent.append(sent)
        times = 2 if chance.random() < 0.15 else 1
        self._deliver(it, sent, times)
        for _ in range(2):
            if sent.answered is None and chance.random() < 0.8 and not self._rest.wait(0.3):
                self._deliver(it, sent, 1)
        if chance.random() < 0.1 and not self._rest.wait(1.0):
            self._deliver(it, sent, 1)

    def _deliver(self, it: Person, sent: Sent, times: int) -> None:
        wish = {"from": it.phone, "body": sent.body, "times": times}
        if sent.sid:
            wish["sid"] = sent.sid
        found = self._carrier.post("texts", json=wish).json()
        sent.sid, sent.status = found["sid"], found["status"]
        sent.replies += found["replies"]
        if sent.status == 200 and sent.answered is None:
            sent.answered = time.time()

    def _tell_codes(self, it: Person) -> None:
        """A newcomer tells somebody who helps which number to vouch for."""
        helpers = [other for other in self.people.values() if other.volunteers]
        while it.codes and not it.volunteers and helpers:
            it.chance.choice(helpers).codes.append(it.codes.pop())

    def _read_on(self) -> None:
        while not self._rest.wait(0.25):
            found = self._carrier.get("texts", params={"after": self._read}).json()
            self._read = found["last"]
            for text in found["texts"]:
                reader = self.people.get(text["phone"])
                arrived = text["status"] in ("sent", "delivered")
                if reader and arrived and text["direction"] == "to_phone":
                    reader.reads(text["body"])
                    self._tell_codes(reader)
