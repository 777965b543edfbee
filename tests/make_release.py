"""Keep the database of this version for the tests of upgrades: once, when a version is released.

    python tests/make_release.py

It plays a day in a neighborhood on each kind of database and writes what is in it, as text, into
`tests/releases`. What is there already is never made anew: it is what people have.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "queue"), str(ROOT / "tests")]

from importlib.metadata import version  # noqa: E402

import servers  # noqa: E402
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood  # noqa: E402

from hotline.backup_file import POSTGRESQL_COPY, SQLITE_COPY  # noqa: E402
from hotline.store import copies, migrate  # noqa: E402
from hotline.store.database import Database  # noqa: E402

OFTEN = f"{NETWORK}\n[roster]\nmax_a_day = 20\nmax_a_week = 50\n"
RELEASES = ROOT / "tests" / "releases"


def main() -> None:
    programs = servers.postgresql_programs()
    assert programs, "this needs PostgreSQL"
    RELEASES.mkdir(exist_ok=True)
    with servers.postgresql(programs) as server, tempfile.TemporaryDirectory() as folder:
        for url in (f"sqlite:///{folder}/hotline.db", server):
            keep(url, Path(folder))


def keep(url: str, folder: Path) -> None:
    driver = url.replace("postgresql:", "postgresql+psycopg:")
    copy = folder / "copy"
    copy.mkdir(exist_ok=True)
    with servers.redis() as redis, closing(Database(driver, servers.KEYRING)) as database:
        migrate.upgrade(database)
        with open_neighborhood(url, redis, OFTEN) as maple:
            live(maple)
        copies.copy_into(database, copy)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    content = (copy / (SQLITE_COPY if database.is_sqlite else POSTGRESQL_COPY)).read_bytes()
    into = RELEASES / f"{version('hotline')}-{kind}.gz"
    with into.open("xb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(content)


def live(maple: Neighborhood) -> None:
    """12 is done, 13 is taken, 14 is open; 15 was taken back."""
    names = ("Ana", "Ben", "Chi", "Dee")
    spoken = {"languages": "en;es"}
    maple.put_on_roster(*({"phone": CAST[it], "name": it, **spoken} for it in names))
    maple.text("Maria", "need food near 11216, apt 4B")
    maple.text("Ana", "yes 12")
    maple.text("Ana", "on my way")
    maple.text("Ana", "done 12")
    maple.text("Nora", "need a ride to the clinic")
    maple.text("Ben", "yes 13")
    maple.text("Sam", "necesito comida")
    maple.text("Eva", "need groceries")
    maple.text("Eva", "never mind")
    maple.call("Finn")
    maple.hang_up("Finn")


if __name__ == "__main__":
    main()
