"""The doctor looks at phones and modems of ours."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from hotline.carriers.gammu import spool, watchdog
from hotline.carriers.smsgate.events import EVENTS
from hotline.carriers.smsgate.reasons import LIMITS
from hotline.doctor.channels import LATE_AFTER_MINUTES, ChannelSeen, ChannelState, unheard
from hotline.errors import AccountRefused, CarrierError
from hotline.failure import ASKED_FOR
from hotline.settings import ChannelSettings, Environment, Network
from hotline.store import coverage, vitals
from hotline.store.database import Database
from serving import channels

log = logging.getLogger("hotline.doctor")

LATE = timedelta(minutes=LATE_AFTER_MINUTES)
THIS_HOUR = timedelta(hours=1)


def look(
    environment: Environment, network: Network, database: Database, now: datetime
) -> list[ChannelSeen]:
    """Each of them, as it answers and as our own rows tell. A phone that forgot where to post is
    told again; a modem that hangs is asked to begin anew."""
    some = [it for it in network.channels if it.kind != "twilio"]
    return [_with_rows(_seen(environment, it), it, database, now) for it in some]


def _with_rows(
    seen: ChannelSeen, it: ChannelSettings, database: Database, now: datetime
) -> ChannelSeen:
    if not database.is_there:
        return seen
    try:
        waits = database.read(lambda c: coverage.waits_for(c, it.name, now - LATE))
        full = database.read(lambda c: coverage.was_refused(c, it.name, LIMITS, now - THIS_HOUR))
        untold = _untold(it, database, now)
        heard = database.read(lambda c: vitals.last_heard(c, it.name))
    except SQLAlchemyError:
        return seen
    seen = replace(seen, waits=waits, is_full=full, untold=untold)
    if heard is None or not heard.pings:
        return seen
    missed = unheard(heard.at, now, timedelta(minutes=it.ping_minutes))
    return replace(seen, unheard_minutes=missed, runs_down=heard.runs_down)


def _untold(it: ChannelSettings, database: Database, now: datetime) -> int:
    """Of a phone: a modem's folders tell of each."""
    if it.kind != "smsgate":
        return 0
    return database.read(lambda c: coverage.untold(c, it.name, now - ASKED_FOR))


def _seen(environment: Environment, it: ChannelSettings) -> ChannelSeen:
    return _phone(environment, it) if it.kind == "smsgate" else _modem(it)


_NEEDED = {it for it in EVENTS if it.startswith("sms:")}


def _phone(environment: Environment, it: ChannelSettings) -> ChannelSeen:
    phone = channels.smsgate(environment, it)
    try:
        health = phone.health()
        url = channels.told_at(environment, it)
        told = {hook.event for hook in phone.webhooks() if hook.url == url}
        if not told.issuperset(_NEEDED):
            channels.tell_us_at(phone, url)
    except AccountRefused:
        return ChannelSeen(it.name, it.kind, ChannelState.REFUSES)
    except CarrierError as error:
        log.info("channel %s does not answer (%s)", it.name, type(error).__name__)
        return ChannelSeen(it.name, it.kind, ChannelState.SILENT)
    return ChannelSeen(it.name, it.kind, ChannelState.ANSWERS, health.battery, health.is_charging)


def _modem(it: ChannelSettings) -> ChannelSeen:
    """By this machine's own clock, as its files are."""
    folder = Path(it.folder or "")
    try:
        hangs = watchdog.hangs(spool.signs(folder), datetime.now(UTC))
        if hangs:
            spool.ask_for_restart(folder)
    except (CarrierError, OSError):
        return ChannelSeen(it.name, it.kind, ChannelState.UNREADABLE)
    state = ChannelState.HANGS if hangs else ChannelState.UNASKED
    return ChannelSeen(it.name, it.kind, state)
