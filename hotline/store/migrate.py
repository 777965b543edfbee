"""Bring a database up to date, or say that it is not. Going back is restoring a backup."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from hotline.errors import OutdatedDatabase
from hotline.store.database import Database

NEWEST = "0008"  # the last migration; a test holds it against the folder


def upgrade(database: Database, to: str = "head") -> None:
    """Run what migrations are missing, all in one transaction. Several may try at once. `to`: not
    further than this version."""
    # Only this needs Alembic, which is slow to import.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "hotline:store/migrations")

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(4637)"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)

    database.write(run)


def version(engine: Engine) -> str | None:
    """The last migration that was run; None for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def require_current(database: Database) -> None:
    """Raise OutdatedDatabase unless every migration has run. Looking makes no file."""
    is_there = database.file is None or database.file.exists()
    found = version(database.engine) if is_there else None
    if found != NEWEST:
        state = "is empty" if found is None else f"is at version {found}, not {NEWEST}"
        raise OutdatedDatabase(f"The database {state}. Run `hotline migrate` first.")
