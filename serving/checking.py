"""`hotline check`: what is wrong with the settings, and with `--online` whether those answer whom
they name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from hotline.errors import AccountRefused, BadSettings, CarrierError, HotlineError
from hotline.health import Vital
from hotline.settings import ENVIRONMENT_FILE, Environment, Network, Settings
from hotline.store import migrate
from hotline.store.database import Database
from hotline.work import utc_now
from paging.dispatch import JobQueue
from serving import health
from sms import lexicons

NEEDED = ("database", "redis", "carrier account")  # to begin at all


def require_sound(of: Settings, mistakes: Iterable[tuple[str, str]]) -> None:
    """Raises BadSettings for what can be read and is hardly meant, and for a mistake in the words
    that texts are read by. `mistakes`: settings that the carrier's side finds wrong, each with what
    is wrong."""
    found = [*mistakes, *_doubts(of.environment)]
    wrong = [f"environment: {name}: {what}" for name, what in found] + lexicons.mistakes()
    if wrong:
        raise BadSettings(wrong)


def _doubts(environment: Environment) -> Iterator[tuple[str, str]]:
    parts = urlsplit(environment.public_url)
    if parts.path:
        bare = parts._replace(path="").geturl()
        what = f"has the path {parts.path}, and the hotline's addresses stand at the top"
        yield "PUBLIC_URL", f"{what}; write PUBLIC_URL={bare}"


def open_to_others(folder: Path = Path()) -> str:
    """A word about a file with secrets that others on this machine may read; empty if there is
    none."""
    file = folder / ENVIRONMENT_FILE
    if os.name != "posix" or not file.is_file() or not file.stat().st_mode & 0o077:
        return ""
    return f"Others on this machine can read {ENVIRONMENT_FILE}: chmod 600 {ENVIRONMENT_FILE}"


def kept(network: Network) -> str:
    """What is kept where, and how long."""
    days = network.privacy.keep_days
    return (
        f"Words are deleted {days} {'day' if days == 1 else 'days'} after their request is over,"
        " here and at the carrier (keep_days under [privacy]). What nobody deletes there it keeps"
        " for about 400 days. Backups keep what was in them until you delete them."
    )


def online(of: Settings, account_status: Callable[[], str]) -> dict[str, Vital]:
    """Ask the database, Redis and the carrier, and what they know of the rest. `account_status`
    asks the carrier, and may raise CarrierError."""
    database = Database(of.environment.sqlalchemy_url)
    queue = JobQueue(of.environment.redis_url)
    try:
        outdated = _outdated(database, of.environment)
        found = health.look(database, queue, utc_now) if not outdated else _without(outdated, queue)
    finally:
        queue.close()
        database.close()
    found.pop("web", None)  # it is not asked: whether the carrier reaches it is not seen from here
    return {**found, "carrier account": _account(account_status)}


def _outdated(database: Database, environment: Environment) -> str:
    try:
        migrate.require_newest(database)
        database.unlock(environment.keyring)
        migrate.require_its_key(database)
    except HotlineError as error:
        return str(error)
    except SQLAlchemyError:
        return "does not answer"
    return ""


def _without(trouble: str, queue: JobQueue) -> dict[str, Vital]:
    redis = queue.can_write()
    said = "can be read and written" if redis else "does not answer, or takes nothing"
    return {"database": Vital(False, trouble), "redis": Vital(redis, said)}


def _account(account_status: Callable[[], str]) -> Vital:
    try:
        status = account_status()
    except AccountRefused:
        return Vital(False, "is refused: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    except CarrierError as error:
        return Vital(False, f"cannot be asked ({type(error).__name__})")
    return Vital(status == "active", f"is {status}")
