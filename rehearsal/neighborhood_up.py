"""`hotline up`: the whole hotline on this machine, for a neighborhood that is invented.

Everything it writes is in one folder. The hotline inside is the real one, in the same processes
as in earnest; only its carrier is the rehearsal's, behind the web server's own address, and its
clock can leap. It begins again when the page asks for that.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline import key_file, roster_file, settings
from hotline.errors import HotlineError
from hotline.settings import CONFIGURATION, Network, Settings
from hotline.store import migrate, roster
from hotline.store.database import Database
from hotline.store.roster import RosterEntry
from rehearsal import carrier, hints, neighborhood, redis_server
from rehearsal.carrier import Line, Person, SmsGatePhone
from rehearsal.clock import NeighborhoodClock
from rehearsal.inside import Inside
from rehearsal.neighborhood import scene
from rehearsal.page.forms import REPLAY, ROSTER, TRANSCRIPT
from rehearsal.page.views import about_volunteer
from rehearsal.transcript import parse
from serving import roles, web_server
from serving.processes import Keeper, Task
from serving.supervision import Reports

NUMBER = "+12125550199"
ACCOUNT = "AC" + "0" * 32
LOCAL = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - only if somebody says so
WATCHED_BY = ("HOTLINE_METRICS_TOKEN", "HOTLINE_METRICS_NETWORK")  # as in earnest
NEXT = "next"  # the folder of what it begins again with


class InUse(HotlineError):
    """Another program has the port, or another hotline the folder."""


class RealAccount(HotlineError):
    """The settings are those of an account at a real carrier."""


@dataclass(frozen=True)
class Place:
    """Where a neighborhood lives: its folder, and the address it listens on."""

    data: Path
    host: str
    port: int

    def file(self, name: str) -> Path:
        """That of the transcript that is played, else the neighborhood's own."""
        played = self.data / REPLAY / name
        return played if played.exists() else self.data / name

    @property
    def address(self) -> str:
        """Where its own processes reach it."""
        return f"http://{LOCAL}:{self.port}"


def run(data: Path, port: int, host: str = LOCAL) -> None:
    """Until somebody ends it. Raises HotlineError when something is missing."""
    require_rehearsal(os.environ)
    place = Place(data.resolve(), host, port)
    place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_free(host, port)
    _require_alone(place.data)
    redis_server.program()
    clock = NeighborhoodClock(place.data / "clock")
    tasks = _begin(place, clock)
    click.echo(_welcome(_settings(place), place))
    roles.import_program()
    Keeper(tasks, renew=partial(_begin_again, place, clock)).run()


def require_rehearsal(environ: Mapping[str, str]) -> None:
    """Raises RealAccount if this shell is set up for an account at a real carrier: whoever started
    a rehearsal there would wait for texts that never come, or ask people who are not rehearsing.
    """
    if not environ.get("TWILIO_ACCOUNT_SID", "").strip():
        return
    host = urlsplit(environ.get("TWILIO_API_URL", "").strip()).hostname or ""
    if not is_near(host):
        raise RealAccount(
            "These settings belong to a real account: TWILIO_ACCOUNT_SID is set, and TWILIO_API_URL"
            " names no carrier on this machine. A rehearsal does not start with them."
            " For `hotline up`, leave the TWILIO_ settings away; for `hotline rehearse`, set"
            " TWILIO_API_URL=http://127.0.0.1:4010"
        )


def is_near(host: str) -> bool:
    """Whether the name or address is one of this machine or its network, and not of the world."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return bool(host) and ("." not in host or host.endswith((".localhost", ".local")))


def _begin(place: Place, clock: NeighborhoodClock) -> Mapping[str, Task]:
    """Prepare everything that the processes need: what each of them is to do."""
    redis_socket = redis_server.socket_in(place.data)
    of = _settings(place)
    _prepare_database(of, place, clock())
    return {
        "redis": lambda _: redis_server.run(place.data / "redis", redis_socket),
        "web": partial(_run_web, of, place, clock),
        "worker": partial(roles.worker, of, clock),
        "clock": partial(roles.clock, of, clock),
    }


def _begin_again(place: Place, clock: NeighborhoodClock) -> Mapping[str, Task]:
    """Forget everything but the configuration and the roster, of which there may be new ones."""
    for old in place.data.glob("hotline.db*"):
        old.unlink()
    for folder in ("redis", REPLAY):
        shutil.rmtree(place.data / folder, ignore_errors=True)
    for new in (place.data / NEXT).glob("*"):
        new.replace(place.data / new.name)
    roster = place.data / ROSTER
    if roster.exists() and not roster.read_bytes():
        roster.unlink()
    script = place.data / REPLAY / TRANSCRIPT
    played = parse(script.read_text(encoding="utf-8")) if script.exists() else None
    clock.begin_again(scene.begins(played.scene) if played else None)
    return _begin(place, clock)


def _ask_to_begin_again(place: Place, keeper: int, files: Mapping[str, str]) -> None:
    """Lay the files out and tell the keeper of the processes. Raises BadSettings or BadRoster for
    a configuration and a roster that do not go together."""
    of = settings.read_network(_file(place, files, CONFIGURATION) or "", CONFIGURATION)
    _entries(_file(place, files, ROSTER), of)
    shutil.rmtree(place.data / NEXT, ignore_errors=True)
    for name, words in files.items():
        file = place.data / NEXT / name
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(words, encoding="utf-8")
    os.kill(keeper, signal.SIGUSR1)


def _require_alone(data: Path) -> None:
    """One hotline in one folder. The lock goes with the processes that hold it."""
    handle = os.open(data / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InUse(f"Another hotline runs in {data}: end it, or choose --data") from None


def _require_free(host: str, port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError:
            raise InUse(
                f"Something else uses port {port}: choose another, like"
                f" `hotline up --port {port + 1}`, or `make up PORT={port + 1}`"
            ) from None


def run_carrier(of: Settings, host: str, port: int) -> None:
    """The carrier alone, for the hotline that these settings describe."""
    click.echo(f"The rehearsal carrier is at http://{host}:{port}/")
    phones = old_phones(of)
    app = carrier.build(_line(of), cast=neighborhood.cast(), smsgates=phones)
    for it in phones:
        click.echo(f"The old phone {it.name} is at http://{host}:{port}/smsgate/{it.name}")
    web_server.serve(app, host, port)


def old_phones(of: Settings) -> list[SmsGatePhone]:
    """Those that the settings name: each behaves as the app does, with the invented people."""
    secret = of.environment.channel_secret
    return [
        SmsGatePhone(
            it.name,
            (it.number or "",),
            user=secret(it.name, "USER"),
            password=secret(it.name, "PASSWORD"),
            signing_key=secret(it.name, "SIGNING_KEY"),
        )
        for it in of.network.channels
        if it.kind == "smsgate"
    ]


def _settings(place: Place) -> Settings:
    configuration = place.file(CONFIGURATION)
    if not configuration.exists():
        configuration.write_text(neighborhood.hotline_toml(), encoding="utf-8")
    return settings.load(
        {
            "HOTLINE_CONFIG": str(configuration),
            "DATABASE_URL": f"sqlite:///{place.data / 'hotline.db'}",
            "REDIS_URL": f"unix://{redis_server.socket_in(place.data)}",
            "PUBLIC_URL": place.address,
            "HOTLINE_KEYS_FILE": str(place.data / key_file.NAME),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_API_URL": place.address,
            "HOTLINE_NUMBER": NUMBER,
            "PORT": str(place.port),
            **{name: os.environ.get(name, "") for name in WATCHED_BY},
            **_invented_keys(configuration),
        }
    )


def _invented_keys(configuration: Path) -> dict[str, str]:
    """What opens the old phones that the configuration names: nobody else is to know it."""
    network = settings.read_network(settings.read_text(configuration), str(configuration))
    return {
        settings.secret_name(it.name, what): secrets.token_hex(16)
        for it in network.channels
        for what in ("USER", "PASSWORD", "SIGNING_KEY")
    }


def _prepare_database(of: Settings, place: Place, now: datetime) -> None:
    """Bring it up to date, and the first time put the neighbors on the roster."""
    database = Database(
        of.environment.sqlalchemy_url, key_file.read_or_make(of.environment.keys_path)
    )
    migrate.upgrade(database)
    if not database.read(roster.roster):
        own = place.file(ROSTER)
        entries = _entries(own.read_text(encoding="utf-8") if own.exists() else None, of.network)
        database.write(lambda connection: roster.put_on_roster(connection, entries, now))
    database.close()


def _file(place: Place, files: Mapping[str, str], name: str) -> str | None:
    """What is in a file of these, else in the own one of the neighborhood."""
    new = files.get(f"{REPLAY}/{name}", files.get(name))
    own = place.data / name
    if new is None:
        return own.read_text(encoding="utf-8") if own.exists() else None
    return new or None


def _entries(roster: str | None, network: Network) -> list[RosterEntry]:
    """The people of a roster, or the invented neighbors. Raises BadRoster."""
    return roster_file.read(roster or neighborhood.roster_for(network), network)


def _cast(of: Settings) -> Sequence[Person]:
    """A phone for everybody on the roster, for the stewards, and for some who ask."""
    database = Database(of.environment.sqlalchemy_url, of.environment.keyring)
    entries = database.read(roster.roster)
    database.close()
    helping = [Person(it.phone, it.name, about_volunteer(it)) for it in entries]
    known = neighborhood.STEWARD
    stewards = [
        known if phone == known.phone else Person(phone, "A steward", "steward")
        for phone in of.network.stewards
    ]
    return neighborhood.with_strangers(helping, stewards)


def _line(of: Settings) -> Line:
    """Settings that name neither a number nor a messaging service have an account in which there is
    nothing yet: `hotline provision` makes it."""
    environment = of.environment
    is_new = not environment.hotline_number and not environment.twilio_messaging_service_sid
    token = environment.twilio_auth_token
    return Line(
        account_sid=environment.twilio_account_sid,
        auth_token=token.get_secret_value(),
        number=environment.hotline_number or ("" if is_new else NUMBER),
        service=environment.twilio_messaging_service_sid or "",
        sms_url=f"{environment.public_url}/sms#rc=3&rp=all",
        voice_url=f"{environment.public_url}/voice#rc=3&rp=all",
        voice_status_url=f"{environment.public_url}/voice/status",
        api_url=environment.twilio_api_url,
    )


def _script(place: Place) -> str | None:
    """What is to be played, once."""
    file = place.data / REPLAY / TRANSCRIPT
    if not file.exists():
        return None
    script = file.read_text(encoding="utf-8")
    file.unlink()
    return script


def _run_web(of: Settings, place: Place, clock: NeighborhoodClock, reports: Reports) -> None:
    front = carrier.build(
        _line(of),
        now=clock,
        cast=_cast(of),
        inside=Inside(of, clock),
        smsgates=old_phones(of),
        script=_script(place),
        anew=partial(_ask_to_begin_again, place, os.getppid()),
    )
    roles.web(of, place.host, place.port, front, clock, reports)


def _welcome(of: Settings, place: Place) -> str:
    shown = _address_in_network() if place.host == EVERYWHERE else LOCAL
    return (
        f"\n  {of.network.name} is up, with a rehearsal carrier: no real text leaves this machine."
        f"\n\n  Open  http://{shown}:{place.port}/"
        f"\n\n  and text as {hints.ASKER}: {hints.asking(of.network)}"
        f"{_board(of, f'http://{shown}:{place.port}/board/')}"
        f"\n  Everything is kept in {place.data}. Ctrl+C ends it.\n"
        + ("  Everybody in this network can see and use that page.\n" * (place.host == EVERYWHERE))
    )


def _board(of: Settings, address: str) -> str:
    """Where organizers see how things stand, and whose code lets one in."""
    number = next(iter((*of.network.stewards, *of.network.board.stewards)), None)
    if number is None:
        return f"\n  The board  {address}  (nobody may come in: write a phone under stewards)\n"
    name = neighborhood.STEWARD.name if number == neighborhood.STEWARD.phone else "a steward"
    return f"\n  The board  {address}  Sign in as {name}: {number}\n"


def _address_in_network() -> str:
    """Where others in the network find this machine. Sends nothing: it only asks for the way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # an address that is kept for documents
        except OSError:
            return LOCAL
        return str(asking.getsockname()[0])
