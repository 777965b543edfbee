"""What lies on the disk: no number, no name, no word, wherever one looks."""

from __future__ import annotations

import logging
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import servers
from neighborhood import CAST, NOON, Neighborhood, open_neighborhood
from redis import Redis
from servers import KEYRING
from sqlalchemy import Connection, select, text
from test_late_recordings import speaking
from test_one_number import person, put, rows, said
from test_place_after_ok import BED, STEWARDED
from test_proof import ask_for_proof
from test_retention import move_clock

from hotline import key_file, keyring
from hotline.errors import BadKeys
from hotline.keyring import Keyring
from hotline.store import migrate, people, resealing, tables
from hotline.store.database import Database
from hotline.store.sealed import Sealed, SealedValue

VOICE = "RE" + "5" * 32  # the carrier's name for what was spoken
SECRETS = (
    *("Anabel", "Quince", "Zuleika", "2 kids", "Elm Street", "apt 4B", "terrier", "twenty minutes"),
    *("inhaler", VOICE, "dialysis", "orchid", "soup", "boathouse", "willow"),
    *(number.removeprefix("+1") for number in CAST.values()),
)


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, STEWARDED) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Anabel Quince"})
        yield opened


def a_busy_day(maple: Neighborhood) -> list[str]:
    """Something of everything that is kept; the codes that were texted."""
    with speaking(maple) as spoken:
        spoken.recording(VOICE)
        spoken.transcript(VOICE, words="the spare inhaler is upstairs")
    bed_after_ok(maple)
    maple.received()
    code = ask_for_proof(maple, "Finn")
    maple.hang_up("Finn")
    maple.text("Ben", "join Zuleika")
    maple.text("Maria", "need a ride to the dialysis [picture]", media=["https://m/orchid.jpg"])
    maple.text("Sam", "need soup, I am at the boathouse")
    maple.text("Sam", "FORGET ME")
    maple.text("Nora", "SAFE he waits by the willow")
    maple.received()
    maple.text("Cleo", "SUSPEND Anabel")
    ordered = " ".join(it.body for it in maple.received() if it.who == "Cleo")
    maple.pass_time(timedelta(minutes=5))
    return [code, *re.findall(r"CONFIRM (\d{6})", ordered)]


def bed_after_ok(maple: Neighborhood) -> None:
    """The taker reads the place, and both write to each other."""
    maple.text("Nora", BED)
    maple.text("Ana", "YES 13 in twenty minutes")
    maple.text("Nora", "OK")
    maple.text("Nora", "mind the terrier")


def test_no_number_and_no_word_is_found_in_the_tables(maple: Neighborhood) -> None:
    secrets = [*SECRETS, *a_busy_day(maple)]
    for table in tables.metadata.tables:
        raw = text(f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
        rows = maple.database.read(lambda c, raw=raw: c.execute(raw).all())  # type: ignore[misc]
        lying = b" ".join(_as_bytes(value) for row in rows for value in row)
        assert not [it for it in secrets if it.encode() in lying], table


def _as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_who_has_the_keys_finds_all_of_it_but_what_was_forgotten(maple: Neighborhood) -> None:
    codes = a_busy_day(maple)
    assert len(codes) == 2
    kept = [select(table) for table in tables.metadata.tables.values()]
    opened = str([maple.database.read(lambda c, it=it: c.execute(it).all()) for it in kept])  # type: ignore[misc]
    asleep = {CAST[it].removeprefix("+1") for it in ("Chi", "Dee", "Eva", "Finn", "Gabi", "Hugo")}
    forgotten = {"soup", "boathouse", CAST["Sam"].removeprefix("+1")}
    missing = {it for it in (*SECRETS, *codes) if it not in opened}
    assert missing <= asleep | forgotten


def test_no_number_and_no_word_is_found_in_the_files(
    sqlite_url: str, redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with open_neighborhood(sqlite_url, redis_url, STEWARDED) as maple:
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Anabel Quince"})
        secrets = [*SECRETS, *a_busy_day(maple)]
        files = everything_that_lies_about(maple, redis_url, tmp_path, caplog)
        for name, lying in files.items():
            assert not [it for it in secrets if it.encode() in lying], name


def everything_that_lies_about(
    maple: Neighborhood, redis_url: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> dict[str, bytes]:
    """The database, its log of writes, a backup, Redis and the log, byte by byte."""
    files = {it.name: it.read_bytes() for it in folder.iterdir() if it.is_file()}
    assert "hotline.db-wal" in files
    backup = folder / "backup.db"
    backup.unlink(missing_ok=True)
    with maple.database.engine.connect() as connection:
        connection.exec_driver_sql(f"VACUUM INTO '{backup}'")
    files["backup"] = backup.read_bytes()
    with Redis.from_url(redis_url) as redis:
        files["redis"] = b" ".join(redis.dump(key) or b"" for key in redis.scan_iter())
    ours = [it for it in caplog.records if it.name != "httpx2"]  # the client of the test itself
    files["log"] = "\n".join(it.getMessage() for it in ours).encode()
    backup.unlink()
    return files


@pytest.fixture
def own_postgresql() -> Iterator[tuple[str, Path]]:
    """A server whose folder holds nothing of other tests: its address, and that folder."""
    programs = servers.postgresql_programs()
    if programs is None:
        pytest.skip("this machine has no PostgreSQL server")
    with servers.postgresql(programs) as address:
        driven = address.replace("postgresql:", "postgresql+psycopg:")
        with closing(Database(driven, KEYRING)) as database:
            migrate.upgrade(database)
        yield address, Path(address.partition("host=")[2])


def test_no_number_and_no_word_is_found_in_what_postgresql_keeps(
    own_postgresql: tuple[str, Path], redis_url: str
) -> None:
    """In its tables' files, its log of writes, and a dump; in a dump bytes are written as hex."""
    address, folder = own_postgresql
    with open_neighborhood(address, redis_url, STEWARDED) as maple:
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Anabel Quince"})
        secrets = [*SECRETS, *a_busy_day(maple)]
        kept = sealed_bytes(maple)
        with maple.database.engine.connect() as connection:
            connection.exec_driver_sql("CHECKPOINT")
        dump = dumped(address)
        files = {str(it): it.read_bytes() for it in folder.rglob("*") if it.is_file()}
    assert any("pg_wal" in it for it in files)
    assert all(it.hex().encode() in dump for it in kept["words"])
    everything = b"".join(files.values())
    assert all(it in everything for it in kept["words"] if len(it) < 500)
    for secret in secrets:
        plain = secret.encode()
        assert plain not in dump, secret
        assert plain.hex().encode() not in dump, secret
        assert plain not in everything, secret


def dumped(address: str) -> bytes:
    """As somebody backs it up."""
    programs = servers.postgresql_programs()
    assert programs
    return subprocess.run([programs / "pg_dump", address], check=True, capture_output=True).stdout


def test_after_forget_me_no_dump_has_even_the_sealed_bytes(
    own_postgresql: tuple[str, Path], redis_url: str
) -> None:
    address, _ = own_postgresql
    with open_neighborhood(address, redis_url, STEWARDED) as maple:
        maple.text("Maria", "need milk near 11216, the green door")
        maple.text("Maria", "never mind")
        bodies = sealed_bytes(maple)["words"]
        assert bodies
        assert all(it.hex().encode() in dumped(address) for it in bodies)
        maple.text("Maria", "forget me")
        maple.pass_time(timedelta(minutes=5))
        assert not any(it.hex().encode() in dumped(address) for it in bodies)


@pytest.mark.parametrize("by", ["a month", "FORGET ME"])
def test_of_what_is_deleted_not_even_sealed_bytes_are_found(
    sqlite_url: str, redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    """Who has the keys could open them. Nor is the carrier's name for anything that is deleted."""
    caplog.set_level(logging.INFO)
    with open_neighborhood(sqlite_url, redis_url, STEWARDED) as maple:
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Anabel Quince"})
        a_busy_day(maple)
        kept = sealed_bytes(maple)
        lying = b"".join(everything_that_lies_about(maple, redis_url, tmp_path, caplog).values())
        assert kept["words"]
        assert all(it in lying for some in kept.values() for it in some)
        for it in maple.requests():
            maple.text(maple.hands.name(phone_of(maple, it.requester)), f"never mind {it.number}")
        if by == "a month":
            move_clock(maple, timedelta(days=32))
            kept["numbers"] = set()
        else:
            for who in ("Maria", "Nora", "Ben"):
                maple.text(who, "FORGET ME")
            maple.order("Ana", "FORGET ME")
            move_clock(maple, timedelta(days=2))
        files = everything_that_lies_about(maple, redis_url, tmp_path, caplog)
        still = sealed_bytes(maple)
        gone = {name: kept[name] - still[name] for name in kept}
        assert len(gone["words"]) > 20
        assert len(gone["names at the carrier"]) > 10
        assert not kept["numbers"] or gone["numbers"]
        for file, lying in files.items():
            for name, some in gone.items():
                assert not [it for it in some if it in lying], (file, name)


def phone_of(maple: Neighborhood, who: int) -> str:
    found = select(tables.neighbor.c.phone).where(tables.neighbor.c.id == who)
    return maple.database.read(lambda c: c.execute(found).scalar_one())


def sealed_bytes(maple: Neighborhood) -> dict[str, set[bytes]]:
    """As they lie in the tables."""
    kinds = {
        "words": ("message.body", "message.pictures", "page.note", "recording.transcript"),
        "numbers": ("neighbor.phone", "neighbor.name"),
        "names at the carrier": ("message.sid", "call.sid", "recording.sid"),
    }
    found: dict[str, set[bytes]] = {name: set() for name in kinds}
    for name, columns in kinds.items():
        for column in columns:
            table, of = column.split(".")
            raw = text(f"SELECT {of} FROM {table}")  # noqa: S608 - a column of ours
            rows = maple.database.read(lambda c, raw=raw: c.execute(raw).scalars().all())  # type: ignore[misc]
            found[name] |= {_as_bytes(it) for it in rows if it}
    return found


def test_what_is_sealed_for_one_column_opens_in_no_other(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")

    def move(connection: Connection) -> None:
        body = text("UPDATE neighbor SET name = (SELECT body FROM message LIMIT 1)")
        connection.execute(body)

    maple.database.write(move)
    with pytest.raises(BadKeys, match="changed"):
        maple.database.read(lambda c: c.execute(select(tables.neighbor.c.name)).all())


def test_the_same_words_look_different_each_time() -> None:
    once, again = (KEYRING.seal("yes 12", b"message.body") for _ in range(2))
    assert once != again
    assert KEYRING.open(once, b"message.body") == KEYRING.open(again, b"message.body") == "yes 12"


def test_every_column_that_holds_words_is_sealed() -> None:
    """A new one has to be put on one of these lists."""
    open_ones = {
        *("neighbor.language", "neighbor.trouble", "neighbor.hours", "neighbor.reach"),
        *("neighbor.joining", "availability.content", "offer.area", "offer.need"),
        *("request.state", "request.area", "taker.outcome", "page.state", "message.channel"),
        *(
            "message.carrier",
            "neighbor.carrier",
            "message.state",
            "message.sid",
            "message.pace",
            "message.failure",
            "call.sid",
        ),
        *("event.what", "erasure.kind", "sealing.key", "alarm.what", "confirmation.verb"),
        # Of the board: digests, and what a browser is by its own telling.
        *("board_role.role", "sign_in.token", "board_session.token", "board_session.name"),
        *("passkey.credential", "passkey.name", "passkey_asked.token", "passkey_asked.challenge"),
        *("checkup.half", "finding.half", "finding.key"),
        *("taker.place", "sweep.what", "heartbeat.role", "heartbeat.process", "proof.wanted"),
        *("board_role.role", "sign_in.token", "board_session.token", "board_session.name"),
        *("broadcast.state", "broadcast.area", "broadcast.need", "broadcast.language"),
    }
    words = {
        str(column)
        for table in tables.metadata.tables.values()
        for column in table.c
        if not isinstance(column.type, Sealed | SealedValue) and column.type.python_type is str
    }
    assert words == open_ones


# A database that was in clear before.


def test_what_was_in_clear_is_sealed_and_gone(older_database: Callable[[str], Database]) -> None:
    database = older_database("0008")

    def in_clear_before(connection: Connection) -> None:
        maria = person(connection, CAST["Maria"], name="Maria Quince")
        ana = person(connection, CAST["Ana"], name="Anabel")
        said(connection, maria, "need insulin " * 1000, pictures=[["https://m/orchid.jpg", ""]])
        said(connection, maria, "12 is yours", channel="api")
        order = {"verb": "remove", "about_id": ana, "digest": "salted", "at": NOON, "tries": 0}
        put(connection, tables.confirmation, neighbor_id=maria, **order)

    database.write(in_clear_before)
    migrate.upgrade(database)
    assert rows(database, tables.neighbor.c.name) == [("Anabel",), ("Maria Quince",)]
    assert rows(database, tables.confirmation.c.digest) == [("salted",)]
    (pictures,) = (it for (it,) in rows(database, tables.message.c.pictures) if it)
    assert pictures == [["https://m/orchid.jpg", ""]]
    if database.file:
        lying = b"".join(
            it.read_bytes() for it in database.file.parent.glob(f"{database.file.name}*")
        )
        former = ("Maria Quince", "Anabel", "insulin", "orchid", "salted", CAST["Maria"][2:])
        assert not [it for it in former if it.encode() in lying]


# Keys.


def test_with_another_key_nothing_starts(maple: Neighborhood) -> None:
    other = Database(str(maple.database.url), Keyring([keyring.new_key()]))
    with pytest.raises(BadKeys, match="not those of this database"):
        migrate.require_current(other)
    other.close()


def test_a_new_key_seals_everything_anew(maple: Neighborhood) -> None:
    a_busy_day(maple)
    new = Keyring([keyring.new_key(), *KEYRING.keys.values()])
    database = Database(str(maple.database.url), new)
    with pytest.raises(BadKeys, match="not finished"):
        migrate.require_current(database)
    assert database.rebuild(resealing.reseal) > 10
    migrate.require_current(database)
    database.close()

    only = Database(str(maple.database.url), Keyring([new.first]))
    ana = only.read(lambda c: people.who_is_at(c, CAST["Ana"]))
    assert ana is not None
    assert ana.name == "Anabel Quince"
    said = only.read(lambda c: c.execute(select(tables.message.c.body)).scalars().all())
    assert "mind the terrier" in said
    only.close()


def test_changed_bytes_are_noticed(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    body = tables.message.c.body

    def change(connection: Connection) -> None:
        raw = connection.execute(text("SELECT body FROM message ORDER BY id LIMIT 1")).scalar_one()
        spoiled = bytes(raw)[:-1] + bytes([bytes(raw)[-1] ^ 1])
        changing = text("UPDATE message SET body = :body WHERE body = :raw")
        connection.execute(changing, {"body": spoiled, "raw": bytes(raw)})

    maple.database.write(change)
    with pytest.raises(BadKeys, match="changed"):
        maple.database.read(lambda c: c.execute(select(body)).all())


def test_the_file_of_the_keys_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / key_file.NAME
    with pytest.raises(BadKeys, match="hotline migrate"):
        key_file.read(path)
    made = key_file.make(path)
    assert path.stat().st_mode & 0o077 == 0
    assert key_file.make(path).first == made.first, "who came second has the first one's"
    newer = keyring.new_key()
    key_file.put_first(path, newer, made.keys.values())
    assert list(key_file.read(path).keys) == [newer.name, made.first.name]
    assert [it.name for it in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no key"),
        ("# only a remark\n", "there is no key"),
        ("shorter8", "bytes"),
        ("!" * 43, "letters that no key has"),
    ],
)
def test_a_spoiled_key_is_told_and_not_shown(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / key_file.NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadKeys, match=said) as told:
        key_file.read(path)
    assert not text.strip("#\n ") or text.strip() not in str(told.value)
