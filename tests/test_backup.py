"""`hotline backup` and `hotline restore`: everything comes back, where nothing is, and waits."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, closing, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from bucket import KEY_ID, NAME, SECRET, Bucket, open_bucket
from neighborhood import NETWORK, NOON
from servers import KEYRING
from sqlalchemy import Connection, func, insert, select, text
from test_commands import Shell
from waiting import until

from hotline import backup_file, key_file, keyring
from hotline.errors import BadBackup
from hotline.store import backups, copies, messages, people
from hotline.store.backups import MadeBackup
from hotline.store.database import Database
from hotline.store.messages import NewMessage
from hotline.store.tables import board_session, message, request
from serving import cli
from serving.backup_places import BackupFolder

IDENTITY = "backup-key.txt"
Elsewhere = Callable[[], Shell]


class QuickShell(Shell):
    """The same without a process of its own for each command, which takes a second to begin.
    `answers`: what is typed when it asks."""

    answers = ""

    def run(self, *arguments: str, status: int = 0) -> str:
        said = io.StringIO()
        mask = os.umask(0o077)
        with ExitStack() as stack:
            stack.callback(os.umask, mask)
            stack.enter_context(chdir(self.folder))
            stack.enter_context(patch.dict(os.environ, self.environment, clear=True))
            stack.enter_context(patch.object(sys, "argv", ["hotline", *arguments]))
            stack.enter_context(patch.object(sys, "stdin", io.StringIO(self.answers)))
            stack.enter_context(redirect_stdout(said))
            stack.enter_context(redirect_stderr(said))
            code = 0
            try:
                cli.main()
            except SystemExit as error:
                code = int(error.code or 0)
        assert code == status, said.getvalue()
        return said.getvalue()


def opened(url: str) -> Database:
    return Database(url.replace("postgresql:", "postgresql+psycopg:"), KEYRING)


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> Shell:
    """A hotline with somebody in it, and somebody to whom its backups are sealed."""
    shell = QuickShell(tmp_path, database_url)
    with_keys(shell)
    shell.run("roster", "add", "+12125550141", "--name", "Anabel")
    return shell


def with_keys(shell: Shell) -> None:
    said = shell.run("keys", "backup", IDENTITY)
    (recipient,) = re.findall("HOTLINE_BACKUP_RECIPIENT=(age1[0-9a-z]+)", said)
    shell.environment |= {"HOTLINE_BACKUP_RECIPIENT": recipient, "PATH": os.environ["PATH"]}


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, shell: Shell, tmp_path: Path, database_url: str
) -> Elsewhere:
    """Another machine, on which there is nothing but the keys and the identity."""

    def begin() -> Shell:
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        url = f"sqlite:///{folder / 'hotline.db'}"
        if database_url.startswith("postgresql"):
            url = another_postgresql(request.getfixturevalue("postgresql_server"))
        there = QuickShell(folder, url)
        (folder / "hotline.toml").unlink()
        shutil.copy(shell.folder / IDENTITY, folder)
        there.environment["PATH"] = os.environ["PATH"]
        return there

    return begin


def another_postgresql(server: str, name: str = "elsewhere") -> str:
    with closing(opened(server)) as it, it.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    return server.replace("/postgres?", f"/{name}?")


def made(shell: Shell, folder: str = "backups") -> list[Path]:
    return sorted((shell.folder / folder).iterdir())


# There and back.


def test_what_is_backed_up_is_put_back_elsewhere(shell: Shell, elsewhere: Elsewhere) -> None:
    assert "the database" in shell.run("backup")
    (file,) = made(shell)
    there = elsewhere()
    said = there.run("restore", str(file), "--identity", IDENTITY)
    assert "hotline restore --resume" in said
    assert "Anabel" in there.run("roster", "list")
    assert (there.folder / "hotline.toml").read_text("utf-8") == NETWORK
    assert {it.name for it in there.folder.iterdir()} >= {"hotline.toml", IDENTITY}
    assert not list(there.folder.glob(".hotline-restore-*"))


def test_when_the_last_was_made_is_known(shell: Shell, database_url: str) -> None:
    with closing(opened(database_url)) as database:
        assert database.read(backups.last) is None
        shell.run("backup")
        last = database.read(backups.last)
    assert last is not None
    assert datetime.now(UTC) - last.at < timedelta(minutes=2)
    assert last.size == made(shell)[0].stat().st_size


def test_of_old_ones_only_the_time_is_forgotten(database_url: str) -> None:
    with closing(opened(database_url)) as database:
        for days in (0, 1, 100):
            it = MadeBackup(NOON + timedelta(days=days), 4_000_000_000)
            database.write(lambda connection, it=it: backups.note(connection, it))
        assert database.read(backups.last) == MadeBackup(NOON + timedelta(days=100), 4_000_000_000)


def test_numbers_that_may_have_been_given_out_since_are_not_given_out_again(
    shell: Shell, elsewhere: Elsewhere
) -> None:
    shell.run("backup")
    there = elsewhere()
    there.run("restore", str(made(shell)[0]), "--identity", IDENTITY)
    url = there.environment["DATABASE_URL"]
    with closing(opened(url)) as database:
        (who,) = database.write(lambda c: people.known_or_new(c, ["+12125550140"], NOON))
        facts = {"requester_id": who, "since": NOON, "state": "open", "needs": ["food"]}
        facts |= {"urgent": False, "round": 1, "wave": 0, "owed": 0, "version": 1}
        row = request.insert().values(facts).returning(request.c.number)
        assert database.write(lambda c: c.execute(row).scalar_one()) >= 12 + copies.SKIPPED


def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path, database_url: str) -> None:
    """Each transaction writes two rows: there is never one without the other."""
    stop = threading.Event()
    with closing(opened(database_url)) as database:
        (who,) = database.write(lambda c: people.known_or_new(c, ["+12125550141"], NOON))

        def both(connection: Connection) -> None:
            for half in ("one", "other"):
                messages.add_message(connection, NewMessage(who, half), NOON)

        def write() -> None:
            while not stop.is_set():
                database.write(both)

        database.write(both)
        writers = [threading.Thread(target=write) for _ in range(3)]
        for it in writers:
            it.start()
        try:
            found = [_halves(database, tmp_path / f"copy-{number}") for number in range(3)]
        finally:
            stop.set()
            for it in writers:
                it.join()
    for one, other in found:
        assert one == other > 0


def _halves(database: Database, folder: Path) -> tuple[int, int]:
    folder.mkdir()
    copies.copy_into(database, folder)
    with copies.scratch(database, folder) as scratch:
        scratch.unlock(KEYRING)
        copies.put_back(folder, scratch, NOON, NOON)
        bodies = scratch.read(lambda c: c.execute(select(message.c.body)).scalars().all())
    return bodies.count("one"), bodies.count("other")


# To whom it is sealed.


def test_nobody_reads_it_without_the_identity(shell: Shell, elsewhere: Elsewhere) -> None:
    shell.run("backup")
    (file,) = made(shell)
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert file.stat().st_mode & 0o077 == 0
    there = elsewhere()
    assert "--identity" in there.run("restore", str(file), status=1)
    there.run("keys", "backup", "another.txt")
    said = there.run("restore", str(file), "--identity", "another.txt", status=1)
    assert "sealed to another recipient" in said
    assert not (there.folder / "hotline.toml").exists()


def test_where_no_recipient_is_set_nothing_is_copied_and_it_is_said_what_to_do(
    shell: Shell,
) -> None:
    shell.environment["HOTLINE_BACKUP_RECIPIENT"] = ""
    said = shell.run("backup", status=1)
    assert "hotline keys backup" in said
    assert "--unencrypted" in said
    assert not (shell.folder / "backups").exists()
    shell.run("backup", "--unencrypted")
    (file,) = made(shell)
    with tarfile.open(file) as tar:
        assert "about.json" in tar.getnames()
        assert key_file.NAME not in tar.getnames()


def test_the_keys_are_in_it_only_when_asked_for_and_never_in_clear(
    shell: Shell, elsewhere: Elsewhere
) -> None:
    assert "always sealed" in shell.run("backup", "--with-key", "--unencrypted", status=1)
    assert "The keys are not in it" in shell.run("backup")
    shutil.rmtree(shell.folder / "backups")
    assert "the keys" in shell.run("backup", "--with-key")
    there = elsewhere()
    del there.environment["HOTLINE_KEYS"]
    there.run("restore", str(made(shell)[0]), "--identity", IDENTITY)
    assert key_file.read(there.folder / key_file.NAME).first.name == KEYRING.first.name
    assert "Anabel" in there.run("roster", "list")


def test_without_the_keys_nothing_is_put_back(shell: Shell, elsewhere: Elsewhere) -> None:
    shell.run("backup")
    there = elsewhere()
    del there.environment["HOTLINE_KEYS"]
    said = there.run("restore", str(made(shell)[0]), "--identity", IDENTITY, status=1)
    assert "neither in it nor here" in said
    assert {it.name for it in there.folder.iterdir()} == {IDENTITY}


def test_prompts_that_were_recorded_come_along(shell: Shell, elsewhere: Elsewhere) -> None:
    prompts = shell.folder / "recordings"
    prompts.mkdir()
    (prompts / "ask_message.es.mp3").write_bytes(b"ID3 hola")
    toml = NETWORK + '\n[voice]\naudio = "recordings"\n'
    (shell.folder / "hotline.toml").write_text(toml, encoding="utf-8")
    assert "1 recorded prompts" in shell.run("backup")
    there = elsewhere()
    there.run("restore", str(made(shell)[0]), "--identity", IDENTITY)
    assert (there.folder / "recordings" / "ask_message.es.mp3").read_bytes() == b"ID3 hola"


# Nothing is written over, and nothing is left half done.


def test_nothing_is_written_over(shell: Shell, elsewhere: Elsewhere) -> None:
    shell.run("backup")
    there = elsewhere()
    restore = ("restore", str(made(shell)[0]), "--identity", IDENTITY)
    (there.folder / "hotline.toml").write_text("# mine\n", encoding="utf-8")
    assert "hotline.toml" in there.run(*restore, status=1)
    assert (there.folder / "hotline.toml").read_text("utf-8") == "# mine\n"
    assert not (there.folder / "hotline.db").exists()
    (there.folder / "hotline.toml").unlink()
    there.run(*restore)
    said = there.run(*restore, status=1)
    assert "the database that DATABASE_URL names" in said


def test_the_oldest_beyond_those_to_keep_are_removed_and_nothing_else(shell: Shell) -> None:
    folder = shell.folder / "backups"
    folder.mkdir()
    old = [f"hotline-2026030{day}T031500Z.age" for day in range(1, 6)]
    for name in (*old, "hotline.toml", "hotline-notes.age"):
        (folder / name).write_bytes(b"")
    assert "removed" in shell.run("backup", "--keep", "3")
    left = {it.name for it in folder.iterdir()}
    assert left >= {old[3], old[4], "hotline.toml", "hotline-notes.age"}
    assert not left & set(old[:3])
    assert len(left) == 5


def test_a_backup_that_fails_leaves_no_half_and_removes_no_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "hotline-20260301T031500Z.age").write_bytes(b"old")
    whole = tmp_path / "whole"
    whole.write_bytes(b"new")

    def half(_source: Path, into: Path) -> None:
        into.write_bytes(b"n")
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copyfile", half)
    with pytest.raises(KeyboardInterrupt):
        BackupFolder(folder).put(whole, "hotline-20260302T031500Z.age")
    assert [it.name for it in folder.iterdir()] == ["hotline-20260301T031500Z.age"]


def test_what_was_killed_halfway_is_swept_away_by_the_next(shell: Shell) -> None:
    folder = shell.folder / "backups"
    folder.mkdir()
    (folder / ".hotline-20260302T031500Z.age.half").write_bytes(b"n")
    shell.run("backup")
    assert [it.suffix for it in folder.iterdir()] == [".age"]


def test_told_to_end_it_leaves_nothing_behind(shell: Shell, tmp_path: Path) -> None:
    """While it writes: into a pipe that nobody reads."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    waits = tmp_path / "bin"
    waits.mkdir()
    (waits / "pg_dump").write_text("#!/bin/sh\necho begun >&2\nexec sleep 60\n", encoding="utf-8")
    (waits / "pg_dump").chmod(0o755)
    if shell.environment["DATABASE_URL"].startswith("sqlite"):
        pytest.skip("it is over before anybody could end it")
    environment = shell.environment | {"TMPDIR": str(temporary)}
    environment["PATH"] = f"{waits}:{os.environ['PATH']}"
    command = [sys.executable, "-m", "hotline", "backup"]
    with subprocess.Popen(command, cwd=shell.folder, env=environment) as process:
        until(lambda: any(temporary.glob("hotline-*/backup")), "the backup has begun")
        process.send_signal(signal.SIGTERM)
    assert process.returncode != 0
    assert not list(temporary.iterdir())
    assert not (shell.folder / "backups").exists()


def test_a_dump_that_fails_says_why_in_one_line(shell: Shell) -> None:
    if shell.environment["DATABASE_URL"].startswith("sqlite"):
        pytest.skip("SQLite needs no program")
    shell.environment["PATH"] = ""
    assert "apt install postgresql-client" in shell.run("backup", status=1)
    assert not (shell.folder / "backups").exists()


# Trying it.


def test_a_check_puts_it_into_a_scratch_database_and_says_what_is_missing(
    shell: Shell, elsewhere: Elsewhere
) -> None:
    shell.run("backup")
    there = elsewhere()
    check = ("restore", str(made(shell)[0]), "--check", "--identity", IDENTITY)
    said = there.run(*check)
    assert "Made 0 minutes ago" in said
    assert "People: 1, requests: 0," in said
    assert "the settings in .env" in said
    assert {it.name for it in there.folder.iterdir()} == {IDENTITY}
    del there.environment["HOTLINE_KEYS"]
    said = there.run(*check, status=1)
    assert f"put them at {key_file.NAME}" in said or "put them at" in said
    with closing(opened(there.environment["DATABASE_URL"])) as database:
        assert copies.is_empty(database)
    there.environment["HOTLINE_KEYS"] = "x" * 43
    assert "Missing: the keys it was made with" in there.run(*check, status=1)


@pytest.mark.parametrize("content", [b"", b"no backup", b"age-encryption.org/v1\n-> X25519 x\n"])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    file, identity = tmp_path / "file.age", tmp_path / "identity"
    file.write_bytes(content)
    backup_file.make_identity(identity)
    with pytest.raises(BadBackup):
        backup_file.unpack(file, tmp_path / "into", identity)


def test_a_backup_that_lost_its_end_is_no_backup(shell: Shell, elsewhere: Elsewhere) -> None:
    shell.run("backup")
    (file,) = made(shell)
    file.write_bytes(file.read_bytes()[:-100])
    said = elsewhere().run("restore", str(file), "--identity", IDENTITY, status=1)
    assert "not whole" in said


def test_a_file_that_wants_to_be_put_outside_is_not(tmp_path: Path) -> None:
    file = tmp_path / "evil.tar.gz"
    with gzip.open(file, "wb") as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(BadBackup):
        backup_file.unpack(file, tmp_path / "into", None)
    assert not (tmp_path / "outside").exists()


def test_a_backup_of_the_other_kind_of_database_is_not_put_back(
    sqlite_url: str, tmp_path: Path
) -> None:
    shell = QuickShell(tmp_path, sqlite_url)
    with_keys(shell)
    shell.run("backup")
    shell.environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    said = shell.run("restore", str(made(shell)[0]), "--identity", IDENTITY, status=1)
    assert "hotline move" in said


# In a bucket.


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with open_bucket() as it:
        yield it


def at_bucket(shell: Shell, bucket: Bucket, secret: str = SECRET) -> None:
    shell.environment |= {
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_ENDPOINT_URL": bucket.address,
    }


@pytest.fixture
def small(tmp_path: Path, sqlite_url: str) -> Shell:
    shell = QuickShell(tmp_path, sqlite_url)
    with_keys(shell)
    return shell


def test_a_bucket_keeps_backups_and_gives_them_back(
    small: Shell, bucket: Bucket, tmp_path: Path
) -> None:
    at_bucket(small, bucket)
    bucket.things["maple/hotline-20260301T031500Z.age"] = b"old"
    bucket.things["maple/else"] = b""
    bucket.things["other/hotline-20260301T031500Z.age"] = b""
    where = f"s3://{NAME}/maple"
    small.run("backup", "--to", where, "--keep", "1")
    assert bucket.refused == 0
    (name,) = [it for it in bucket.things if it.startswith("maple/hotline")]
    assert name != "maple/hotline-20260301T031500Z.age"
    assert len(bucket.things) == 3
    (tmp_path / "hotline.db").unlink()
    for it in tmp_path.glob("hotline.db-*"):
        it.unlink()
    small.run("restore", f"s3://{NAME}/{name}", "--identity", IDENTITY)
    small.run("requests")


def test_a_bucket_that_refuses_keeps_the_old_ones_and_is_named(
    small: Shell, bucket: Bucket
) -> None:
    bucket.things["hotline-20260301T031500Z.age"] = b"old"
    at_bucket(small, bucket, "not-the-secret")
    said = small.run("backup", "--to", f"s3://{NAME}", "--keep", "1", status=1)
    assert f"s3://{NAME}" in said
    assert "not-the-secret" not in said
    assert bucket.refused > 0
    assert list(bucket.things) == ["hotline-20260301T031500Z.age"]
    del small.environment["AWS_ACCESS_KEY_ID"]
    assert "AWS_ACCESS_KEY_ID" in small.run("backup", "--to", f"s3://{NAME}", status=1)


# Names.


def test_names_of_backups_are_in_the_order_of_time() -> None:
    names = [backup_file.name_of(NOON + timedelta(hours=it), is_encrypted=it != 1) for it in (1, 0)]
    assert backup_file.too_many(names, 1) == [names[1]]
    assert backup_file.too_many(names, 2) == []
    assert backup_file.made_at(names[1]) == NOON
    assert backup_file.made_at("hotline.age") is None


def test_a_new_identity_is_written_over_nothing(tmp_path: Path) -> None:
    path = tmp_path / "identity"
    backup_file.make_identity(path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BadBackup):
        backup_file.make_identity(path)


# Keys that were changed since.


def test_a_backup_from_before_the_keys_were_changed_is_put_back(tmp_path: Path) -> None:
    shell = QuickShell(tmp_path, f"sqlite:///{tmp_path / 'hotline.db'}")
    del shell.environment["HOTLINE_KEYS"]
    shell.run("migrate")
    with_keys(shell)
    shell.run("roster", "add", "+12125550141", "--name", "Anabel")
    shell.run("backup")
    shell.run("keys", "rotate")
    (file,) = made(shell)
    shell.run("restore", str(file), "--check", "--identity", IDENTITY)
    for it in tmp_path.glob("hotline.db*"):
        it.unlink()
    said = shell.run("restore", str(file), "--identity", IDENTITY)
    assert "run `hotline keys rotate` first" in said
    shell.run("keys", "rotate")
    assert "Anabel" in shell.run("roster", "list")


def test_with_the_keys_of_another_database_nothing_is_put_back(
    shell: Shell, elsewhere: Elsewhere
) -> None:
    shell.run("backup")
    there = elsewhere()
    there.environment["HOTLINE_KEYS"] = keyring.written(keyring.new_key())
    said = there.run("restore", str(made(shell)[0]), "--identity", IDENTITY, status=1)
    assert "neither in it nor here" in said
    with closing(opened(there.environment["DATABASE_URL"])) as database:
        assert copies.is_empty(database)


def test_whoever_was_signed_in_on_the_board_signs_in_again(
    tmp_path: Path, database_url: str
) -> None:
    with closing(opened(database_url)) as database:
        (who,) = database.write(lambda c: people.known_or_new(c, ["+12125550100"], NOON))
        facts = {"neighbor_id": who, "name": "Firefox", "since": NOON, "seen_at": NOON}
        row = insert(board_session).values(token="t", proven_at=NOON, **facts)
        database.write(lambda c: c.execute(row))
        (tmp_path / "copy").mkdir()
        copies.copy_into(database, tmp_path / "copy")
        with copies.scratch(database, tmp_path) as scratch:
            copies.put_back(tmp_path / "copy", scratch, NOON, NOON)
            count = select(func.count()).select_from(board_session)
            assert scratch.read(lambda c: c.execute(count).scalar_one()) == 0
