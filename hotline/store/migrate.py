"""Bring a database up to date, or say that it is not. Going back is restoring a backup."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection, Engine, inspect, select, text

from hotline.errors import BadKeys, OutdatedDatabase
from hotline.store.database import Database
from hotline.store.sealed import keyring_of
from hotline.store.tables import sealing

SEALED = "0009"  # the first version in which words and numbers are sealed
NEWEST = "0021"  # the last migration; a test holds it against the folder


def upgrade(database: Database, to: str = "head") -> None:
    """Run what migrations are missing, all in one transaction. Several may try at once. `to`: not
    further than this version. Raises
    BadKeys when its keys are not there."""
    keyring_of(database.engine.dialect)
    before = version(database.engine)
    if is_sealed(before):
        require_its_key(database)
    database.rebuild(partial(run_missing, to=to))
    if before and not is_sealed(before) and is_sealed(version(database.engine)):
        database.compact()  # no page of the file shall hold what was in clear before


def run_missing(connection: Connection, to: str = "head") -> None:
    """The migrations alone, in this transaction. Of several who try at once on PostgreSQL one
    waits for the other."""
    # Only this needs Alembic, which is slow to import.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "hotline:store/migrations")
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(4637)"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def is_sealed(at: str | None) -> bool:
    """Whether a database of this version has keys of its own."""
    return at is not None and at >= SEALED


def version(engine: Engine) -> str | None:
    """The last migration that was run; None for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def require_current(database: Database, *, may_be_newer: bool = False) -> None:
    """Raises OutdatedDatabase unless every migration has run, and BadKeys unless its keys are
    there. Looking makes no file. `may_be_newer`: a process that runs already goes on while the
    database is brought to the next version (docs/upgrading.md)."""
    if not (may_be_newer and (version(database.engine) or "") > NEWEST):
        require_newest(database)
    require_its_key(database)


def require_newest(database: Database) -> None:
    """Raises OutdatedDatabase; needs no keys."""
    found = version(database.engine) if database.is_there else None
    if found is not None and found > NEWEST:
        raise OutdatedDatabase(
            f"The database is at version {found}, newer than this program ({NEWEST}). Install the"
            " newer hotline, or go back to a backup."
        )
    if found != NEWEST:
        state = "is empty" if found is None else f"is at version {found}, not {NEWEST}"
        raise OutdatedDatabase(f"The database {state}. Run `hotline migrate` first.")


def key_of(database: Database) -> bytes:
    """The name of the key that it is sealed with."""
    query = select(sealing.c.key)
    return bytes.fromhex(database.read(lambda connection: connection.execute(query).scalar_one()))


def require_its_key(database: Database) -> None:
    """Raises BadKeys: with another key than its own, everybody would be somebody new."""
    key, ours = key_of(database), keyring_of(database.engine.dialect)
    if key == ours.first.name:
        return
    if key in ours.keys:
        raise BadKeys("The change of keys was not finished. Run `hotline keys rotate` once more.")
    raise BadKeys(
        "The keys are not those of this database. Put back the file of the keys (hotline.keys), or"
        " HOTLINE_KEYS, that belongs to it."
    )
