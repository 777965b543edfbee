"""The doctor with all that it needs: wired for a command that looks once, and for the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

from hotline.carriers.twilio import account, addresses, credentials, holdings, voices
from hotline.carriers.twilio.client import Carrier
from hotline.carriers.twilio.knock import knock
from hotline.doctor.channels import ChannelSeen
from hotline.doctor.machine import OutsideSeen
from hotline.doctor.number import HoldingsSeen
from hotline.errors import BadKeys, CarrierError
from hotline.settings import Environment, Network, Settings
from hotline.store import backups
from hotline.store.database import Database
from hotline.work import House, Now, furnish, utc_now
from paging.dispatch import JobQueue
from serving import doctor_channels
from serving.doctor_examination import Elsewhere, Practice
from serving.public_address import look_from_outside


def practice(
    environment: Environment, house: House, database: Database, queue: JobQueue
) -> Practice:
    others = elsewhere(environment) if house.network.has_account else None
    look = partial(_look_at_channels, environment, database)
    return Practice(environment, house, database, queue, others, last_backup, look)


def _look_at_channels(
    environment: Environment, database: Database, network: Network, now: datetime
) -> list[ChannelSeen]:
    return doctor_channels.look(environment, network, database, now)


def elsewhere(environment: Environment) -> Elsewhere:
    """What is asked of others, by somebody who keeps one pool of connections to the carrier."""
    carrier = Carrier(environment)
    return Elsewhere(
        account=lambda now: account.read(carrier, environment.twilio_account_sid, now),
        holdings=partial(_holdings, carrier, environment),
        outside=lambda: _outside(environment),
        voiceless=voiceless,
    )


def _holdings(carrier: Carrier, environment: Environment, network: str) -> HoldingsSeen | None:
    try:
        found = holdings.read(carrier, environment)
    except CarrierError:
        return None
    return HoldingsSeen(
        found,
        addresses.of_number(environment.public_url),
        environment.hotline_number or "",
        environment.twilio_messaging_service_sid or "",
        network,
    )


def _outside(environment: Environment) -> OutsideSeen:
    it = knock(environment)
    return look_from_outside(environment.public_url, it.url, it.body, it.headers)


def last_backup(database: Database) -> datetime | None:
    """When the last backup was begun; None: there is none, as far as we know."""
    found = database.read(backups.last)
    return found.at if found else None


@contextmanager
def opened(of: Settings, now: Now = utc_now) -> Iterator[Practice]:
    """All of it for a command: whatever is broken, it opens."""
    environment = of.environment
    database = Database(environment.sqlalchemy_url)
    with suppress(BadKeys):  # then the database is found to be locked
        database.unlock(environment.keyring)
    queue = JobQueue(environment.redis_url)
    try:
        yield practice(environment, furnish(of.network, now, of.file), database, queue)
    finally:
        queue.close()
        database.close()


# What only the carrier's side knows of the settings.


def carrier_mistakes(of: Settings) -> Iterator[tuple[str, str]]:
    """Settings that hold something else than they should, and what."""
    return credentials.mistakes(of.environment)


def voiceless(network: Network) -> Iterator[str]:
    """A line for each language that no voice speaks."""
    for language in network.languages:
        reading = voices.reads_it(language)
        if reading != language and language not in network.voice.voices and not network.voice.audio:
            yield (
                f"{language}: on the phone a voice of {reading} reads it; name one that"
                " speaks it in [voice] voices, or record the prompts"
            )


def account_status(of: Settings) -> str:
    """How our account is at the carrier, which is asked. Raises CarrierError."""
    return Carrier(of.environment).account_status()
