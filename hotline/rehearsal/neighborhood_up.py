"""`hotline up`: the whole hotline on this machine, for a neighborhood that is invented.

Everything it writes is in one folder. The hotline inside is the real one, in the same processes
as in earnest; only its carrier is the rehearsal's, behind the web server's own address.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from hotline import redis_server, roles, roster_file, settings
from hotline.errors import HotlineError
from hotline.house import utc_now
from hotline.processes import Keeper
from hotline.rehearsal import carrier, neighborhood
from hotline.rehearsal.carrier import Line
from hotline.settings import Settings
from hotline.store import migrate, store
from hotline.store.database import Database

NUMBER = "+12125550199"
ACCOUNT = "AC" + "0" * 32
HOST = "127.0.0.1"


class InUse(HotlineError):
    """Another program has the port, or another hotline the folder."""


def run(data: Path, port: int) -> None:
    """Until somebody ends it. Raises HotlineError when something is missing."""
    data = data.resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_free(port)
    _require_alone(data)
    redis_server.program()
    redis_socket = redis_server.socket_in(data)
    of = _settings(data, port, redis_socket)
    _prepare_database(of)
    click.echo(_welcome(of, data, port))
    tasks: dict[str, Callable[[], None]] = {
        "redis": partial(redis_server.run, data / "redis", redis_socket),
        "web": partial(_run_web, of, port),
        "worker": partial(roles.worker, of),
        "clock": partial(roles.clock, of),
    }
    roles.import_program()
    Keeper(tasks).run()


def _require_alone(data: Path) -> None:
    """One hotline in one folder. The lock goes with the processes that hold it."""
    handle = os.open(data / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InUse(f"Another hotline runs in {data}: end it, or choose --data") from None


def _require_free(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            raise InUse(
                f"Something else uses port {port}: choose another, like --port {port + 1}"
            ) from None


def run_carrier(of: Settings, port: int) -> None:
    """The carrier alone, for the hotline that these settings describe."""
    click.echo(f"The rehearsal carrier is at http://{HOST}:{port}/")
    roles.serve(carrier.build(_line(of), cast=neighborhood.cast()), HOST, port)


def _settings(data: Path, port: int, redis_socket: Path) -> Settings:
    configuration = data / "hotline.toml"
    if not configuration.exists():
        configuration.write_text(neighborhood.hotline_toml(), encoding="utf-8")
    address = f"http://{HOST}:{port}"
    return settings.load(
        {
            "HOTLINE_CONFIG": str(configuration),
            "DATABASE_URL": f"sqlite:///{data / 'hotline.db'}",
            "REDIS_URL": f"unix://{redis_socket}",
            "PUBLIC_URL": address,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_API_URL": address,
            "HOTLINE_NUMBER": NUMBER,
            "PORT": str(port),
        }
    )


def _prepare_database(of: Settings) -> None:
    """Bring it up to date, and the first time put the invented neighbors on the roster."""
    database = Database(of.environment.sqlalchemy_url)
    migrate.upgrade(database)
    if not database.read(store.roster):
        entries = roster_file.read(neighborhood.roster_csv(), of.network)
        database.write(lambda connection: store.put_on_roster(connection, entries, utc_now()))
    database.close()


def _line(of: Settings) -> Line:
    environment = of.environment
    token = environment.twilio_auth_token
    return Line(
        account_sid=environment.twilio_account_sid,
        auth_token=token.get_secret_value(),
        number=environment.hotline_number or NUMBER,
        sms_url=f"{environment.public_url}/sms#rc=3&rp=all",
        voice_url=f"{environment.public_url}/voice#rc=3&rp=all",
        voice_status_url=f"{environment.public_url}/voice/status",
        api_url=environment.twilio_api_url,
    )


def _run_web(of: Settings, port: int) -> None:
    front = carrier.build(_line(of), cast=neighborhood.cast())
    roles.web(of, HOST, port, front)


def _welcome(of: Settings, data: Path, port: int) -> str:
    return (
        f"\n  {of.network.name} is up, with a rehearsal carrier: no real text leaves this machine."
        f"\n\n  Open  http://{HOST}:{port}/"
        f"\n\n  and text as Maria: need groceries for 2 kids near 11216"
        f"\n  Everything is kept in {data}. Ctrl+C ends it.\n"
    )
