"""The one line that each process says when it begins: whom it works with, and no secret."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from hotline.settings import Environment, Settings

SHOWN = 4  # of the number's last digits


def line(role: str, of: Settings) -> str:
    """Its role, the program's version, and where database, Redis and carrier are."""
    environment, network = of.environment, of.network
    brought = [f"texts by {', '.join(it.name for it in network.channels)}"] * bool(network.channels)
    if network.has_account:
        carrier = urlsplit(environment.twilio_api_url).netloc.rpartition("@")[2]
        brought += [f"carrier at {carrier}", _sender(environment)]
    where = (_database(environment.database_url), f"Redis at {_redis(environment.redis_url)}")
    return f"{role} begins: hotline {version_of_program()}, {', '.join([*where, *brought])}"


def version_of_program() -> str:
    try:
        return version("hotline")
    except PackageNotFoundError:
        return "of a folder"


def _database(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return f"SQLite in {parts.path[1:] or 'memory'}"
    return f"PostgreSQL at {_host(url)}"


def _redis(url: str) -> str:
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else _host(url)


def _host(url: str) -> str:
    """Host and port without who signs in, and how."""
    return urlsplit(url).netloc.rpartition("@")[2] or "its socket"


def _sender(environment: Environment) -> str:
    number = environment.hotline_number
    if number is None:
        return "a messaging service"
    return f"number ending in {number[-SHOWN:]}" if len(number) > SHOWN + 2 else f"number {number}"
