"""The doctor's hands: looks at each part and hands on what it saw. What that means is said in
`hotline.doctor`.

The cheap half is what is here on this machine; then come phones and modems of ours; the rest asks
the carrier and the public address, and counts the roster.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from hotline.current_settings import said_of
from hotline.desk import budget
from hotline.doctor import carrier, channels, machine, number, people, silence
from hotline.doctor.carrier import AccountSeen, SpentSeen
from hotline.doctor.channels import ChannelSeen
from hotline.doctor.findings import Finding, found, judged
from hotline.doctor.machine import DatabaseSeen, Machine, OutsideSeen
from hotline.doctor.number import HoldingsSeen
from hotline.errors import BadKeys, OutdatedDatabase
from hotline.health import Vitals
from hotline.settings import Environment, Network
from hotline.store import coverage, migrate, traffic, vitals
from hotline.store.database import Database
from hotline.work import House, Now, utc_now
from paging.dispatch import JobQueue
from serving import checking
from serving.health import can_write
from sms import lexicons

Free = Callable[[Path], int]


@dataclass(frozen=True)
class Elsewhere:
    """How what is not on this machine is looked at. `account` and `holdings` ask the carrier,
    `outside` our public address; `voiceless` says which languages no voice speaks. `holdings` is
    None where the carrier did not tell."""

    account: Callable[[datetime], AccountSeen]
    holdings: Callable[[str], HoldingsSeen | None]
    outside: Callable[[], OutsideSeen]
    voiceless: Callable[[Network], Iterator[str]]


@dataclass(frozen=True)
class Practice:
    """What a doctor looks at. `elsewhere`: None where there is no account at a carrier.
    `last_backup`: when it was begun, None: there is none. `clock`: this machine's own, which in a
    rehearsal is not the network's."""

    environment: Environment
    house: House
    database: Database
    queue: JobQueue
    elsewhere: Elsewhere | None
    last_backup: Callable[[Database], datetime | None]
    channels: Callable[[Network, datetime], list[ChannelSeen]]
    free: Free = lambda folder: shutil.disk_usage(folder).free
    clock: Now = utc_now


# The cheap half.


def cheap_half(it: Practice) -> list[Finding]:
    """Whether this machine does its work."""
    now = it.house.now()
    seen = database_seen(it)
    beats = _vitals(it.database) if seen.is_usable else None
    it.house.current()
    mistakes = it.house.current.mistakes
    whole = Machine(seen, it.queue.seen(), beats, (said_of(mistakes),) if mistakes else ())
    return machine.machine(whole, now)


def database_seen(it: Practice) -> DatabaseSeen:
    database = it.database
    folder = database.file.absolute().parent if database.file else Path()
    where = str(folder)
    try:
        free = it.free(folder)
    except OSError:
        free = None
    try:
        kind = _kind(database)
        migrate.require_newest(database)
        migrate.require_its_key(database)
    except OutdatedDatabase as error:
        return DatabaseSeen(outdated=str(error), where=where, free_bytes=free)
    except BadKeys as error:
        return DatabaseSeen(locked=str(error), where=where, free_bytes=free)
    except SQLAlchemyError:
        return DatabaseSeen(answers=False, where=where, free_bytes=free)
    return DatabaseSeen(
        kind,
        can_write=can_write(database, it.house.now),
        is_follower=_is_follower(database),
        where=where,
        free_bytes=free,
        wal_bytes=_log_bytes(database),
    )


def _kind(database: Database) -> str:
    if database.is_sqlite:
        return f"SQLite {sqlite3.sqlite_version}"
    found = database.read(lambda c: c.dialect.server_version_info)
    return "PostgreSQL " + ".".join(map(str, found or ()))


def _is_follower(database: Database) -> bool:
    return not database.is_sqlite and database.read(coverage.is_follower)


def _log_bytes(database: Database) -> int | None:
    if not database.is_sqlite:
        return database.read(coverage.log_bytes)
    log = Path(f"{database.file}-wal") if database.file else None
    return log.stat().st_size if log and log.exists() else 0


def _vitals(database: Database) -> Vitals | None:
    try:
        return database.read(vitals.vitals)
    except SQLAlchemyError:
        return None


# Phones and modems.


def channels_half(it: Practice) -> list[Finding]:
    """Whether they are there: asking them costs nothing, and their silence nobody else tells."""
    return channels.channels(it.channels(it.house.network, it.house.now()))


# The rest.


def other_half(it: Practice) -> list[Finding]:
    """What takes longer to find out, or costs somebody something."""
    network, now = it.house.network, it.house.now()
    return [
        *settings_found(it.environment, network, _voiceless(it)),
        *_elsewhere(it, network, now),
        *_in_rows(it, network, now),
    ]


def _voiceless(it: Practice) -> Callable[[Network], Iterator[str]]:
    return it.elsewhere.voiceless if it.elsewhere else lambda _: iter(())


def settings_found(
    environment: Environment, network: Network, voiceless: Callable[[Network], Iterator[str]]
) -> list[Finding]:
    """What can be read and may still not be meant."""
    lines = {
        "settings.left_over": network.leftovers,
        "words.collide": tuple(lexicons.collisions(network)),
        "languages.lack": tuple(lexicons.lacking(network)),
        "languages.voiceless": tuple(voiceless(network)),
    }
    told = [
        found(name, about=line.partition(":")[0], what=line)
        for name, some in lines.items()
        for line in some
    ]
    return [
        *(found(name) for name in _missing(environment, network)),
        *judged("settings", f"{network.name}: all can be read", told),
        *people.words(network),
    ]


def _missing(environment: Environment, network: Network) -> Iterator[str]:
    if checking.open_to_others():
        yield "settings.open_to_others"
    if not network.stewards:
        yield "settings.no_stewards"
    if not environment.alarm_ways:
        yield "settings.no_other_way"
    if not environment.heartbeat_url:
        yield "settings.no_heartbeat"


def _elsewhere(it: Practice, network: Network, now: datetime) -> list[Finding]:
    if it.elsewhere is None:
        return []
    seen = it.elsewhere.account(now)
    lines = [*carrier.account(seen), *machine.skew(it.clock(), seen.clock)]
    if seen.state not in _NOT_ASKED_ON:
        holdings = it.elsewhere.holdings(network.name)
        unread = [found("account.unread", about="number", what="our number")]
        lines += number.holdings(holdings) if holdings else unread
        lines += carrier.alerts(seen.alerts)
    if (spent := _spent(it)) is not None:
        lines += carrier.spend(seen, SpentSeen(spent), network)
    return [*lines, *machine.outside(it.elsewhere.outside(), it.clock())]


_NOT_ASKED_ON: Final = (carrier.AccountState.REFUSED, carrier.AccountState.SILENT)


def _spent(it: Practice) -> int | None:
    """Text segments of today; None while the database does not answer."""
    if not it.database.is_there:
        return None
    try:
        return it.database.read(
            lambda c: traffic.segments_since(c, budget.day_began(it.house.work(c)))
        )
    except SQLAlchemyError:
        return None


def _in_rows(it: Practice, network: Network, now: datetime) -> list[Finding]:
    """What only the database can tell; while it does not, the cheap half says so."""
    if not it.database.is_there:
        return []
    calls = bool(it.environment.calling_number)
    try:
        roster = it.database.read(lambda c: coverage.roster_seen(c, now, makes_calls=calls))
        came = it.database.read(lambda c: coverage.traffic_seen(c, now))
        last = it.last_backup(it.database)
    except (SQLAlchemyError, BadKeys):
        return []
    return [
        *people.roster(roster, network),
        *silence.silence(came, now),
        *machine.backup(last, now),
    ]
