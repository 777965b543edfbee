"""The fault suite's command line.

    python -m chaos.run --seed 7 --minutes 5 --database both
    python -m chaos.run --database postgresql --halves 2
    python -m chaos.run --without look-up

Everything that is chosen is chosen by the seed: people, words, order, faults. What a race makes of
it is up to the machine. Exit status: 0 if every count is zero, 1 if not.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import shutil
import signal
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2
from sqlalchemy.exc import SQLAlchemyError

from chaos import checker, gather, power
from chaos.checker import Line
from chaos.disk import see_mounts_alone
from chaos.faults import FAULTS, ZONE, Scene, next_morning, possible
from chaos.gather import Due
from chaos.guards import GUARDS
from chaos.nursery import Nursery
from chaos.people import OF_HELPERS, Crowd, Person
from chaos.town import NotReady, Town, wait_until
from hotline.message import Channel
from serving import roles

ASKERS, VOLUNTEERS, BY_VOICE = 60, 60, 6
PATIENCE = 240.0  # seconds for everything due to be done
PLENTY = 30.0  # for what is old to be deleted, where little is
LITTLE = 5.0  # the same where a guard was taken out, and it is clear that it is in vain
STUCK = timedelta(minutes=6)  # overdue for that long: nobody comes back to it
ONLY_MUCH_LATER = ("kept_too_long",)  # this line of the count
ONLY_AT_REST = ("never_sent", "left_undone")  # these lines of the count
FEW_LEAPS, MOST_LEAPS = 4, 300  # until everything has come to rest
COUNTING = timedelta(seconds=30)  # in which nothing may become due: more than it ever takes
RISKS = (0.0, 0.0003)  # of dying at a step, whatever else goes wrong
MUCH, TOO_MUCH = 30, 60  # overdue texts and requests
TWO_AT_ONCE = 0.25  # how often two faults happen together
MUCH_LATER = timedelta(days=32)  # what is over by then is kept no longer
NIGHT = (22, 7)  # little happens then: time goes on to the morning


@dataclass(frozen=True)
class Wish:
    seed: str
    seconds: float
    database: str
    halves: int = 1
    without: str | None = None
    faults: tuple[str, ...] = ()
    tight: bool = False
    keep: Path | None = None

    @property
    def patience(self) -> float:
        return LITTLE if self.without else PATIENCE

    @property
    def noticed_in(self) -> tuple[str, ...]:
        return GUARDS[self.without].noticed_in if self.without else ()

    @property
    def is_about_much_later(self) -> bool:
        return bool(set(self.noticed_in) & set(ONLY_MUCH_LATER))

    @property
    def stays_behind(self) -> bool:
        """Whether what is taken out lets things lie undone for ever."""
        return bool(set(self.noticed_in) & set(ONLY_AT_REST))


@dataclass
class Outcome:
    """What a run came to. `recovered`: fault → seconds until everything due was done."""

    wish: Wish
    lines: list[Line] = field(default_factory=list)
    recovered: list[tuple[str, float]] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not any(line.found for line in self.lines)

    def as_json(self) -> dict[str, object]:
        return {
            "seed": self.wish.seed,
            "counts": {line.name: len(line.found) for line in self.lines},
            "found": {line.name: line.found[:20] for line in self.lines},
            "recovered": self.recovered,
            **self.facts,
        }


def people(seed: str, eager: str = "") -> list[Person]:
    numbers = random.Random(f"{seed}-numbers").sample(range(2_000_000, 9_999_999), 200)
    every = [f"+1718{number}" for number in numbers]
    return [
        Person(
            seed,
            phone,
            volunteers=place >= ASKERS,
            eager=eager if (place >= ASKERS) == (eager in OF_HELPERS) else "",
            by_voice=place >= ASKERS + VOLUNTEERS - BY_VOICE,
        )
        for place, phone in enumerate(every[: ASKERS + VOLUNTEERS])
    ]


def run(wish: Wish, nursery: Nursery, *, own_mounts: bool) -> Outcome:
    outcome = Outcome(wish)
    everybody = people(wish.seed, GUARDS[wish.without].eager if wish.without else "")
    town = Town(
        nursery,
        wish.database,
        everybody,
        seed=wish.seed,
        halves=wish.halves,
        without=wish.without,
        tight=wish.tight,
        own_mounts=own_mounts,
    )
    with town, ExitStack() as stack:
        _say(f"\n{_title(wish)}\n  disk: {town.disk.way}")
        if not power.is_loaded():
            _say("  power: never cut, as there is no C compiler")
        crowd = Crowd(wish.seed, everybody, town.carrier)
        stack.callback(crowd.close)
        stack.callback(town.desk.close)
        if wish.keep:
            kept = wish.keep / f"{wish.seed}-{wish.database}" / "logs"
            stack.callback(shutil.copytree, town.logs, kept, dirs_exist_ok=True)
        begun = town.clock()
        pages: list[str] = []
        crowd.begin()
        with ExitStack() as meanwhile:
            meanwhile.enter_context(_beside(partial(_let_time_pass, town, wish)))
            meanwhile.enter_context(_beside(partial(_knock, town, pages)))
            meanwhile.enter_context(_beside(partial(_slow_down, town, crowd)))
            meanwhile.enter_context(_beside(town.desk.look_after))
            _break_things(town, crowd, wish, outcome, lambda: _is_noticed(wish, town, crowd, pages))
        crowd.rest(go_home=not wish.without)
        if not wish.without:
            town.desk.close_all(town.read(partial(gather.open_of_others, people=crowd.people)))
        undone = _come_to_rest(town, wish.patience)
        facts = gather.facts(town, crowd, pages)
        facts = replace(facts, kept=_what_is_kept(town, facts, wish))
        outcome.lines = checker.count(facts)
        if never := [name for name, seconds in outcome.recovered if seconds == float("inf")]:
            outcome.lines.append(Line("no_recovery", "faults after which it stayed undone", never))
        if undone:
            outcome.lines.append(Line("no_rest", "never came to rest", [undone]))
        outcome.facts = _figures(town, crowd, facts, begun)
        if wish.keep:
            gather.keep(wish.keep / f"{wish.seed}-{wish.database}", facts)
    _report(outcome)
    return outcome


# Meanwhile.


@contextmanager
def _beside(do: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do something in a thread of its own until the end of the block. Raises what it raises."""
    over = threading.Event()
    problems: list[BaseException] = []

    def honestly() -> None:
        try:
            do(over)
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=honestly)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if problems:
        raise problems[0]


def _let_time_pass(town: Town, wish: Wish, over: threading.Event) -> None:
    """A minute or so at a time, sometimes a whole wave; through the night in a few steps. It waits
    for a machine that is far behind, as each leap makes more due; not for a build that stays
    behind. Where a guard was taken out, leaps are many, and so it waits sooner."""
    chance = random.Random(f"{wish.seed}-time")
    least, most = (0.3, 0.8) if wish.without else (1.5, 4.0)
    too_much = MUCH if wish.without else TOO_MUCH
    while not over.wait(chance.uniform(least, most)):
        if not wish.stays_behind and len(_look(town) or ()) > too_much:
            continue
        length = timedelta(seconds=chance.choice((5, 20, 40, 60, 90, 150, 320)))
        local = town.clock().astimezone(ZONE)
        if (local.hour >= NIGHT[0] or local.hour < NIGHT[1]) and chance.random() < 0.2:
            length = next_morning(town.clock()) - town.clock()
        town.leap(length)


def _knock(town: Town, pages: list[str], over: threading.Event) -> None:
    """Ask for pages as a stranger, and keep what is no answer."""
    with httpx2.Client(trust_env=False, timeout=5) as stranger:
        while not over.wait(0.5):
            for web in town.webs:
                for method, path in (("GET", "/ready"), ("GET", "/nothing"), ("POST", "/sms")):
                    try:
                        answer = stranger.request(method, web + path)
                    except httpx2.HTTPError:
                        continue
                    if answer.status_code != 200:
                        pages.append(f"{answer.headers}\n{answer.text}")


def _slow_down(town: Town, crowd: Crowd, over: threading.Event) -> None:
    """The more is overdue, the slower people are: what is measured is how long the hotline takes
    after a fault, and not how much a crowd can bury it under on a small machine."""
    while not over.wait(0.5):
        late = len(_look(town) or ())
        crowd.breath = crowd.BREATH * (1 + (late / MUCH) ** 2)


def _is_noticed(wish: Wish, town: Town, crowd: Crowd, pages: Sequence[str]) -> bool:
    """Whether a missing guard shows already, so that no more has to happen."""
    if not wish.noticed_in:
        return False
    look = partial(gather.facts, town, crowd, pages)
    try:
        if wish.is_about_much_later:
            return bool(_over(look()))
        if wish.stays_behind:
            return _is_behind(look())
        return checker.is_found_twice(wish.noticed_in, look)
    except SQLAlchemyError:
        return False


def _is_behind(facts: checker.Facts) -> bool:
    rows = [*facts.outbox, *(row for row in facts.requests if row.state == "open")]
    return any(row.due is not None and row.due < facts.now - STUCK for row in rows)


def _break_things(
    town: Town, crowd: Crowd, wish: Wish, outcome: Outcome, is_enough: Callable[[], bool]
) -> None:
    chance = random.Random(f"{wish.seed}-faults")
    until = time.monotonic() + wish.seconds
    scene = Scene(town, crowd, chance, threading.Event())
    ahead: list[str] = []
    while time.monotonic() < until and not is_enough():
        if not ahead:
            ahead = list(wish.faults or possible(wish.database, wish.halves))
            chance.shuffle(ahead)
        names = [ahead.pop()]
        other = next((it for it in ahead if _goes_with(it, names[0])), None)
        if other and chance.random() < TWO_AT_ONCE:
            ahead.remove(other)
            names.append(other)
        town.clock.risk = chance.choice(RISKS)
        _happen(scene, names)
        town.clock.risk = 0.0
        name = " + ".join(names)
        seconds = _recover(town, wish.patience)
        outcome.recovered.append((name, seconds))
        shown = f"{seconds:6.1f} s" if seconds != float("inf") else "  never"
        _say(f"  {name:<50} everything due done after {shown}")


def _goes_with(one: str, other: str) -> bool:
    """Two faults of one thing would end each other's."""
    alone = {"disk_full", "machine_lost", "all_killed", "told_to_end", "clocks_change", "power_cut"}
    return not {one, other} & alone and one.split("_")[0] != other.split("_")[0]


def _happen(scene: Scene, names: Sequence[str]) -> None:
    errors: list[BaseException] = []

    def one(name: str, chance: random.Random) -> None:
        try:
            FAULTS[name].happen(Scene(scene.town, scene.crowd, chance, scene.over))
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=one, args=(name, random.Random(scene.chance.random())))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# Everything due being done.


def _look(town: Town) -> set[Due] | None:
    """What is overdue; None while the database is away."""
    try:
        found: set[Due] = town.read(partial(gather.overdue, now=town.clock()))
    except SQLAlchemyError:
        return None
    return found


def _recover(town: Town, patience: float) -> float:
    """Seconds until everything is done that was due when the fault ended."""
    begun = time.monotonic()
    try:
        wait_until(lambda: _look(town) is not None, "the database answers", patience)
        due = _look(town) or set()
        wait_until(lambda: not due & (_look(town) or due), "what is due is done", patience)
    except NotReady:
        return float("inf")
    return time.monotonic() - begun


def _come_to_rest(town: Town, patience: float) -> str:
    """Let everything happen that is to happen, from due moment to due moment, until no text waits.

    Open requests go on asking: of them some rounds are seen. Returns what did not happen.
    """
    try:
        wait_until(lambda: _look(town) is not None, "the database answers", patience)
        for leaps in range(MOST_LEAPS):
            wait_until(lambda: _is_calm(town), "what is due is done", patience)
            texts, asks = town.read(gather.next_due)
            idle = town.control("GET", "idle", params={"wait": 60})["idle"]
            if not idle or not _is_calm(town) or town.read(gather.next_due) != (texts, asks):
                continue  # a phone stopped ringing meanwhile, and somebody else is to be asked
            length = next_leap(texts, asks, town.clock(), leaps)
            if length is None:
                return ""
            town.leap(length)
    except NotReady as problem:
        return str(problem)
    return "texts wait on and on"


def _is_calm(town: Town) -> bool:
    """Nothing is overdue, and no phone rings: what comes of a call is known when it is over."""
    if _look(town) != set():
        return False
    return not any(it["waits_for"] == "answer" for it in town.control("GET", "calls")["calls"])


def next_leap(
    texts: datetime | None, asks: datetime | None, now: datetime, leaps: int
) -> timedelta | None:
    """How far to the next that is due, `texts` or `asks`; None when everything has come to rest,
    and will rest for as long as counting takes: time goes on meanwhile."""
    first = min((it for it in (texts, asks) if it), default=None)
    if first is None:
        return None
    if texts is None and leaps >= FEW_LEAPS and first - now > COUNTING:
        return None
    return max(first - now, timedelta()) + timedelta(seconds=3)


# Much later.


def _what_is_kept(town: Town, facts: checker.Facts, wish: Wish) -> list[str]:
    """Of what was over, a month later. Nobody waits for that where another guard was taken out."""
    if wish.without and not wish.is_about_much_later:
        return []
    look = partial(gather.kept, over=_over(facts), until=facts.now)
    town.leap(MUCH_LATER)
    try:
        patience = PLENTY if wish.without else PATIENCE
        wait_until(lambda: not town.read(look), "what is old is deleted", patience)
    except NotReady:
        return list(town.read(look))
    return []


def _over(facts: checker.Facts) -> list[int]:
    return [row.number for row in facts.requests if row.state not in ("open", "taken")]


# Telling.


def _figures(town: Town, crowd: Crowd, facts: checker.Facts, begun: datetime) -> dict[str, object]:
    killed_at: Counter[str] = Counter()
    for log in town.logs.iterdir():
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("chaos: killed at "):
                killed_at[line.removeprefix("chaos: killed at ")] += 1
    deeds = Counter(it.deed for it in crowd.sent)
    return {
        "hours": round((facts.now - begun).total_seconds() / 3600, 1),
        "texts in": len(facts.inbox),
        "replies": sum(map(len, facts.answers.values())),
        "texts out": sum(row.channel == Channel.API for row in facts.messages),
        "on the board": dict(Counter(f"{it.what} {it.status}" for it in facts.acted)),
        "calls in": len(facts.called),
        "calls in which something was said": sum(it.told_us for it in facts.called),
        "calls out": sum(row.channel == Channel.CALL for row in facts.messages),
        "requests": dict(Counter(row.state for row in facts.requests)),
        "taken by the carrier": sum(bool(it["taken"]) for it in facts.attempts),
        "deeds": dict(deeds.most_common()),
        "killed at": dict(killed_at.most_common()),
        "started": {it.name: it.lives for it in town.members.values()},
        "ended by themselves": {
            f"{it.name} ({status})": times
            for it in town.members.values()
            for status, times in it.endings.items()
            if status not in (-signal.SIGKILL, -signal.SIGTERM, 0)
        },
    }


def _title(wish: Wish) -> str:
    machines = "two machines" if wish.halves == 2 else "one machine"
    broken = f", without the guard {wish.without!r}" if wish.without else ""
    return f"seed {wish.seed}: {wish.database}, {machines}, {wish.seconds:.0f} s{broken}"


def _report(outcome: Outcome) -> None:
    for name, value in outcome.facts.items():
        shown = (
            ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        _say(f"  {name}: {shown}")
    seconds = sorted(it for _, it in outcome.recovered)
    if seconds:
        p99 = statistics.quantiles(seconds, n=100)[98] if len(seconds) > 99 else seconds[-1]
        _say(f"  everything due done: p50 {statistics.median(seconds):.1f} s, p99 {p99:.1f} s")
    for line in outcome.lines:
        _say(f"  {len(line.found):6}  {line.says}")
        for found in line.found[:5]:
            _say(f"            {found}")


def _say(words: str) -> None:
    print(words, flush=True)


def main() -> None:
    wish = _parser().parse_args()
    seed = wish.seed or str(secrets.randbelow(1_000_000))
    power.load()
    own_mounts = see_mounts_alone()
    roles.import_program()
    nursery = Nursery()
    if power.is_loaded():
        nursery.remove_at_last(power.folder())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    outcomes = []
    try:
        for one in _wishes(wish, seed):
            outcomes.append(run(one, nursery, own_mounts=own_mounts))  # noqa: PERF401
    finally:
        nursery.close()
    if wish.json:
        wish.json.write_text(json.dumps([it.as_json() for it in outcomes]))
    sys.exit(0 if all(it.is_good for it in outcomes) else 1)


def _wishes(wish: argparse.Namespace, seed: str) -> list[Wish]:
    both = ("sqlite", "postgresql")
    if wish.without:
        guard = GUARDS[wish.without]
        databases: Sequence[str] = (guard.database,)
        faults, tight = guard.faults, guard.tight
    else:
        databases = both if wish.database == "both" else (wish.database,)
        faults, tight = tuple(wish.fault), wish.tight
    return [
        Wish(seed, wish.minutes * 60, it, wish.halves, wish.without, faults, tight, wish.keep)
        for it in databases
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m chaos.run", description=__doc__)
    parser.add_argument("--seed", default="", help="the same people, words and faults again")
    parser.add_argument("--minutes", type=float, default=5.0, help="of faults (default: 5)")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--halves", type=int, choices=[1, 2], default=1, help="how many machines")
    parser.add_argument("--without", choices=sorted(GUARDS), help="a guard to take out")
    parser.add_argument("--fault", action="append", default=[], choices=sorted(FAULTS))
    parser.add_argument(
        "--tight", action="store_true", help="people may be asked, and have, little"
    )
    parser.add_argument("--keep", type=Path, help="keep tables, ledger and logs in that folder")
    parser.add_argument("--json", type=Path, help="write what was counted there as well")
    return parser


if __name__ == "__main__":
    main()
