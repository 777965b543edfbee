"""What was seen of the machine, its database, its Redis, its processes and its public address, and
what of that is trouble."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hotline import health
from hotline.doctor.findings import Finding, found, judged
from hotline.health import LastAnswer, Vitals

GIGABYTE: Final = 1024**3
MEGABYTE: Final = 1024**2
FULL_BELOW, LOW_BELOW = 100 * MEGABYTE, GIGABYTE
WAL_LARGE: Final = 256 * MEGABYTE  # some sixty times what SQLite tidies up at
WAL_LARGE_ON_A_SERVER: Final = 4 * GIGABYTE  # four times what PostgreSQL keeps unless told more
BACKUP_OLD: Final = timedelta(days=2)
SKEW_SMALL: Final = timedelta(seconds=30)
SKEW_LARGE: Final = timedelta(minutes=4)  # at five what left is no longer found at the carrier
EXPIRES_SOON: Final = timedelta(days=14)  # it is renewed thirty days before, as a rule


# The database.


@dataclass(frozen=True, slots=True)
class DatabaseSeen:
    """`kind`: "SQLite 3.40.1". `where`: the folder that the database is in, or that we write to.
    `outdated` and `locked`: what is wrong, in words. Bytes are None where nobody may know."""

    kind: str = ""
    answers: bool = True
    outdated: str = ""
    locked: str = ""
    can_write: bool = True
    is_follower: bool = False
    where: str = "."
    free_bytes: int | None = None
    wal_bytes: int | None = None

    @property
    def is_usable(self) -> bool:
        return self.answers and not self.outdated and not self.locked

    @property
    def is_sqlite(self) -> bool:
        return self.kind.startswith("SQLite")


def database(it: DatabaseSeen) -> list[Finding]:
    said = f"{it.kind}, can be read and written"
    if it.free_bytes is not None:
        said += f"; {size(it.free_bytes)} free on its disk"
    return judged("database", said, [*_reached(it), *_disk(it), *_wal(it)])


def _reached(it: DatabaseSeen) -> Iterator[Finding]:
    if not it.answers:
        yield found("database.silent")
    elif it.outdated:
        yield found("database.outdated", what=it.outdated)
    elif it.locked:
        yield found("database.locked", what=it.locked)
    elif not it.can_write:
        yield found("database.read_only", mend=_to_write(it))


def _to_write(it: DatabaseSeen) -> str:
    if it.is_follower:
        return "It only follows another server: name the one that leads in DATABASE_URL."
    if it.is_sqlite:
        return f"ls -l {it.where} and df -h {it.where}: the file and its folder must be ours."
    return (
        "ALTER DATABASE … SET default_transaction_read_only = off, and look at the server's disk."
    )


def _disk(it: DatabaseSeen) -> Iterator[Finding]:
    if it.free_bytes is None or it.free_bytes >= LOW_BELOW:
        return
    name = "database.disk_full" if it.free_bytes < FULL_BELOW else "database.disk_low"
    yield found(name, where=it.where, free=size(it.free_bytes))


def _wal(it: DatabaseSeen) -> Iterator[Finding]:
    most = WAL_LARGE if it.is_sqlite else WAL_LARGE_ON_A_SERVER
    if it.wal_bytes is not None and it.wal_bytes > most:
        mend = (
            "Restart the program that reads it for so long, mostly a copy that hangs."
            if it.is_sqlite
            else "SELECT slot_name FROM pg_replication_slots WHERE NOT active; drop what nobody"
            " reads."
        )
        yield found("database.wal_large", size=size(it.wal_bytes), mend=mend)


def backup(last: datetime | None, now: datetime) -> list[Finding]:
    """`last`: when the last one was begun."""
    if last is None:
        return [found("backup.none")]
    age = now - last
    old = [found("backup.old", ago=length(age))] if age > BACKUP_OLD else []
    return judged("backup", f"the last one is {length(age)} old", old)


# Redis.


@dataclass(frozen=True, slots=True)
class RedisSeen:
    """`refusal`: in its own words why it takes nothing; empty if it does. What it did not say is
    None. `keeps`: whether what it is told outlasts a restart."""

    answers: bool = True
    refusal: str = ""
    version: str = ""
    policy: str | None = None
    has_limit: bool = False
    keeps: bool | None = None
    could_save: bool = True


def redis(it: RedisSeen) -> list[Finding]:
    said = f"{it.version or 'Redis'}, can be read and written"
    return judged("redis", said, _redis(it))


def _redis(it: RedisSeen) -> Iterator[Finding]:
    if not it.answers:
        yield found("redis.silent")
        return
    if it.refusal:
        yield found("redis.unwritable", reason=it.refusal, mend=_to_take(it.refusal))
    if it.policy not in (None, "noeviction"):
        yield found("redis.evicts", policy=it.policy)
    if it.keeps is False:
        yield found("redis.forgets")
    if not it.could_save:
        yield found("redis.cannot_save")


_TO_TAKE: Final = {
    "OOM": "It is full: redis-cli CONFIG SET maxmemory 256mb, and the same in redis.conf.",
    "MISCONF": "It cannot write to its disk: make room, then redis-cli CONFIG SET"
    " stop-writes-on-bgsave-error yes",
    "READONLY": "It only follows another: name the one that leads in REDIS_URL, or"
    " redis-cli REPLICAOF NO ONE",
    "NOAUTH": "It wants a password: REDIS_URL=redis://:password@host:6379/0",
    "WRONGPASS": "The password in REDIS_URL is not its own: write it anew.",
    "NOPERM": "That user may not write: ACL SETUSER … on ~* +@all",
}


def _to_take(refusal: str) -> str:
    return _TO_TAKE.get(refusal.partition(" ")[0], "Look at its log: redis-cli INFO")


# The processes.

_RUNS: Final = ("web", "worker", "clock")


def processes(vitals: Vitals, now: datetime) -> list[Finding]:
    """Each of them, and whether what is due is done."""
    return [
        *_restored(vitals.restored_from, now),
        *(it for role in _RUNS for it in _process(role, vitals.beats.get(role), now)),
        *judged("work", "nothing is overdue", _late(vitals, now)),
        *judged("sending", f"the carrier {vitals.carrier}", _sending(vitals.carrier)),
    ]


def _process(role: str, last: datetime | None, now: datetime) -> list[Finding]:
    state = ""
    if last is None:
        state = "is running"
    elif now - last > health.SILENT:
        state = f"has given a sign of life for {length(now - last)}"
    return judged(role, "is at work", [found(f"{role}.none", state=state)] if state else [])


def _restored(copied_at: datetime | None, now: datetime) -> list[Finding]:
    """Only while the database waits to be resumed."""
    return [found("database.not_resumed", ago=length(now - copied_at))] if copied_at else []


def _late(vitals: Vitals, now: datetime) -> Iterator[Finding]:
    for what, since in (
        ("Asking neighbors", vitals.oldest_due),
        ("Sending texts", vitals.oldest_text),
    ):
        if since and now - since >= health.LATE:
            yield found("work.late", about=what[:6].lower(), what=what, late=length(now - since))


def _sending(last: LastAnswer) -> Iterator[Finding]:
    """What became of the last text that was brought to the carrier."""
    if last is LastAnswer.REFUSED:
        yield found("sending.refused")
    elif last not in health.ANSWERS_WELL:
        yield found("sending.not_taken", said=last)


def skew(ours: datetime, theirs: datetime | None) -> list[Finding]:
    """How far our clock is from the carrier's, which did not say within what a second is."""
    if theirs is None:
        return []
    apart = abs(ours - theirs)
    said = "this machine's clock is right"
    wrong = [found("skew.small", minutes=length(apart))] if apart > SKEW_SMALL else []
    if apart > SKEW_LARGE:
        wrong = [found("skew.large", minutes=length(apart))]
    return judged("skew", said, wrong)


# The public address.


class Reached(StrEnum):
    """How far somebody came who called PUBLIC_URL from outside."""

    HERE_ONLY = "here_only"  # it is an address of this machine
    NO_SUCH_NAME = "no_such_name"
    NOT_REACHED = "not_reached"
    EXPIRED = "expired"
    WRONG_NAME = "wrong_name"
    NOT_TRUSTED = "not_trusted"
    REFUSES = "refuses"
    ANOTHER = "another"
    FAILING = "failing"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class OutsideSeen:
    """`url`: PUBLIC_URL. `status`: of the answer to what was signed for it; 0: there was none.
    `expires`: its certificate."""

    reached: Reached
    host: str
    url: str = ""
    status: int = 0
    expires: datetime | None = None


def outside(it: OutsideSeen, now: datetime) -> list[Finding]:
    said = f"{it.host} is reached, and takes what is signed for it"
    if it.expires:
        said += f"; its certificate holds for {length(it.expires - now)}"
    return judged("outside", said, _outside(it, now))


def _outside(it: OutsideSeen, now: datetime) -> Iterator[Finding]:
    if it.reached is not Reached.ANSWERS:
        yield found(f"outside.{it.reached}", host=it.host, status=it.status, url=it.url)
    if it.expires and timedelta() < it.expires - now < EXPIRES_SOON:
        yield found("outside.expires_soon", host=it.host, days=length(it.expires - now))


# How it is said.


@dataclass(frozen=True, slots=True)
class Machine:
    """All of it. None: it was not looked at, or could not be."""

    database: DatabaseSeen
    redis: RedisSeen
    vitals: Vitals | None = None
    mistakes: tuple[str, ...] = field(default=())


def machine(it: Machine, now: datetime) -> list[Finding]:
    """The cheap half: what is looked at every minute."""
    wrong = [found("settings.not_taken", what=line) for line in it.mistakes]
    return [
        *wrong,
        *database(it.database),
        *redis(it.redis),
        *(processes(it.vitals, now) if it.vitals else ()),
    ]


def size(count: int) -> str:
    """Bytes, as people say it."""
    if count >= GIGABYTE:
        return f"{count / GIGABYTE:.1f} GB"
    return f"{count / MEGABYTE:.0f} MB"


def length(span: timedelta) -> str:
    """A span in its largest unit: "3 days", "2 minutes"."""
    seconds = max(int(span.total_seconds()), 0)
    for name, unit in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * unit or (seconds >= unit and name != "day"):
            many = seconds // unit
            return f"{many} {name}{'' if many == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
