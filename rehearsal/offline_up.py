"""`hotline up --offline`: a real hotline in one building, on one machine, that asks nobody on the
internet for anything.

Its texts come and leave by a phone or a modem that stand beside it, as `[[channels]]` names them;
its database is SQLite, its Redis its own. Everything it writes is in one folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline import key_file, routes, settings
from hotline.errors import HotlineError
from hotline.settings import Settings
from hotline.store import migrate
from hotline.store.database import Database
from rehearsal import redis_server
from rehearsal.neighborhood_up import is_near
from serving import roles
from serving.processes import Keeper, Task

ASKS_OTHERS = ("ALARM_NTFY_URL", "ALARM_WEBHOOK_URL", "ALARM_SMTP_URL", "HEARTBEAT_URL")


class NeedsInternet(HotlineError):
    """What brings the texts is an account at a carrier."""


def run(data: Path, port: int, host: str) -> None:
    """Until somebody ends it. Raises HotlineError when something is missing."""
    data = data.resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    of = settings.load(environment(settings.everything_set(), data, port))
    if of.network.has_account:
        raise NeedsInternet(
            "Without internet there is no account at a carrier. Write what brings your texts under"
            " [[channels]] in hotline.toml, a phone or a modem: docs/offline.md says how."
        )
    redis_server.program()
    tasks = _begin(of, data, port, host)
    click.echo(_welcome(of, port))
    roles.import_program()
    Keeper(tasks, hands_on_hangup=not roles.is_in_terminal()).run()


def environment(given: Mapping[str, str], data: Path, port: int) -> dict[str, str]:
    """The settings, with what is on this machine where nothing else was set, and without whoever
    would be asked beyond this building."""
    own = {
        "DATABASE_URL": f"sqlite:///{data / 'hotline.db'}",
        "REDIS_URL": f"unix://{redis_server.socket_in(data)}",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOTLINE_KEYS_FILE": str(data / key_file.NAME),
    }
    if given.get("HOTLINE_KEYS", "").strip():
        del own["HOTLINE_KEYS_FILE"]
    beyond = {name for name in ASKS_OTHERS if not _is_in_the_building(given.get(name, ""))}
    kept = {name: value for name, value in given.items() if value.strip() and name not in beyond}
    return {**own, **kept}


def _is_in_the_building(address: str) -> bool:
    return is_near(urlsplit(address).hostname or "")


def _begin(of: Settings, data: Path, port: int, host: str) -> Mapping[str, Task]:
    database = Database(
        of.environment.sqlalchemy_url, key_file.read_or_make(of.environment.keys_path)
    )
    migrate.upgrade(database)
    database.close()
    socket = redis_server.socket_in(data)
    is_own = of.environment.redis_url == f"unix://{socket}"
    redis: Mapping[str, Task] = (
        {"redis": lambda _: redis_server.run(data / "redis", socket)} if is_own else {}
    )
    return {
        **redis,
        "web": lambda reports: roles.web(of, host, port, reports=reports),
        "worker": lambda reports: roles.worker(of, reports=reports),
        "clock": lambda reports: roles.clock(of, reports=reports),
    }


def _welcome(of: Settings, port: int) -> str:
    numbers = ", ".join(f"{it.number} ({it.name})" for it in of.network.channels)
    return "\n".join(
        [
            f"\n  {of.network.name} is up, and asks nobody on the internet for anything.",
            f"\n  People text  {numbers}",
            f"  The board is at  http://127.0.0.1:{port}/board/",
            *(f"  {it}." for it in routes.cannot(of.network)),
            "  Ctrl+C ends it.\n",
        ]
    )
