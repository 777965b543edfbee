"""`hotline keys`: the keys that seal the database."""

from __future__ import annotations

from pathlib import Path

import click

from hotline import backup_file, key_file, keyring, settings
from hotline.errors import BadKeys
from hotline.keyring import Keyring
from hotline.settings import Environment
from hotline.store import migrate, resealing
from hotline.store.database import Database


@click.group()
def keys() -> None:
    """The keys that seal numbers, names and words in the database."""


@keys.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def for_backups(file: Path) -> None:
    """Make the pair of keys for backups: the secret one in FILE, the other for .env."""
    recipient = backup_file.make_identity(file)
    click.echo(f"{file} opens the backups that are sealed from now on. Put this line into .env:")
    click.echo(f"  HOTLINE_BACKUP_RECIPIENT={recipient}")
    click.echo("Then take the file away from this machine: two people should have a copy of it.")


@keys.command()
def rotate() -> None:
    """Make a new key and seal everything with it. Stop web, worker and clock before."""
    environment = settings.load(carrier=False).environment
    ring = _with_a_new_one(environment)
    database = Database(environment.sqlalchemy_url, ring)
    try:
        many = database.rebuild(resealing.reseal)
        database.compact()
    finally:
        database.close()
    click.echo(f"{many} rows are sealed with the new key. Start web, worker and clock again.")
    click.echo(
        "The old key still opens older backups: take its line out once these are gone, or at once"
        " if somebody else has it."
    )


def _with_a_new_one(environment: Environment) -> Keyring:
    """The new key in front of the others; or the one that is in front already, if nothing is sealed
    with it yet."""
    ring = environment.keyring
    database = Database(environment.sqlalchemy_url, ring)
    try:
        migrate.require_newest(database)
        its_own = migrate.key_of(database)
    finally:
        database.close()
    if its_own not in ring.keys:
        raise BadKeys("The keys are not those of this database: put those back that are.")
    if its_own != ring.first.name:
        return ring
    new = keyring.new_key()
    if environment.hotline_keys is not None:
        raise BadKeys(
            f"The keys are in HOTLINE_KEYS. Put this one in front of what is there, and a comma:"
            f" {keyring.written(new)}\nThen run `hotline keys rotate` again."
        )
    key_file.put_first(environment.keys_path, new, ring.keys.values())
    return environment.keyring
