"""Where backups are kept: a folder, or a bucket that speaks S3. Both put a backup there whole or
not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from hotline.errors import BadBackup
from hotline.settings import Environment

HALF = ".half"  # what is not whole yet ends so
MOST_RETRIES = 3
RETRY_WITHIN = timedelta(minutes=2)


class BackupPlace(Protocol):
    def put(self, file: Path, name: str) -> None:
        """Under this name, whole or not at all. Raises BadBackup."""

    def names(self) -> list[str]:
        """Of all that is there. Raises BadBackup."""

    def remove(self, name: str) -> None:
        """Raises BadBackup."""

    def fetch(self, name: str, into: Path) -> None:
        """Raises BadBackup."""


class BackupFolder:
    """On a disk of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, file: Path, name: str) -> None:
        half = self._path / f".{name}{HALF}"
        with _in_words(str(self._path)):
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            try:
                shutil.copyfile(file, half)
                half.chmod(0o600)
                _settle(half)
                half.rename(self._path / name)
                _settle(self._path)
            finally:
                half.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """What somebody left who was killed."""
        for half in self._path.glob(f".hotline-*{HALF}"):
            half.unlink(missing_ok=True)

    def names(self) -> list[str]:
        with _in_words(str(self._path)):
            return [it.name for it in self._path.iterdir() if it.is_file()]

    def remove(self, name: str) -> None:
        with _in_words(str(self._path)):
            (self._path / name).unlink(missing_ok=True)

    def fetch(self, name: str, into: Path) -> None:
        with _in_words(str(self._path)):
            shutil.copyfile(self._path / name, into)


def _settle(path: Path) -> None:
    """All of it is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BackupBucket:
    """At whoever AWS_ENDPOINT_URL names: what is not whole there is not there."""

    def __init__(self, bucket: str, prefix: str, environment: Environment) -> None:
        self._where = f"s3://{bucket}/{prefix}"
        try:
            import obstore
            from obstore.store import S3Store
        except ImportError:
            raise BadBackup(
                "For backups in a bucket one more library is needed: pip install 'hotline[s3]'"
            ) from None
        secret = environment.aws_secret_access_key
        if not environment.aws_access_key_id or secret is None:
            raise BadBackup(
                "Who may write into the bucket? Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        endpoint = environment.aws_endpoint_url
        more: Any = {"endpoint": endpoint} if endpoint else {}
        self._obstore: Any = obstore
        with _in_words(self._where):
            self._store: Any = S3Store(
                bucket,
                prefix=prefix or None,
                access_key_id=environment.aws_access_key_id,
                secret_access_key=secret.get_secret_value(),
                region=environment.aws_region,
                client_options={"allow_http": endpoint.startswith("http://")},
                retry_config={"max_retries": MOST_RETRIES, "retry_timeout": RETRY_WITHIN},
                **more,
            )

    def put(self, file: Path, name: str) -> None:
        with _in_words(self._where):
            self._obstore.put(self._store, name, file)

    def names(self) -> list[str]:
        with _in_words(self._where):
            batches = self._obstore.list(self._store)
            return [it["path"].rpartition("/")[2] for batch in batches for it in batch]

    def remove(self, name: str) -> None:
        with _in_words(self._where):
            self._obstore.delete(self._store, name)

    def fetch(self, name: str, into: Path) -> None:
        with _in_words(self._where), into.open("xb") as file:
            for some in self._obstore.get(self._store, name):
                file.write(some)


def place_named(where: str, environment: Environment) -> BackupPlace:
    """`s3://bucket/folder`, or the path of a folder. Raises BadBackup."""
    if "://" not in where:
        return BackupFolder(Path(where))
    parts = urlsplit(where)
    if parts.scheme != "s3" or not parts.netloc:
        raise BadBackup(f"{where} is no place for backups. Name a folder, or s3://bucket/folder.")
    return BackupBucket(parts.netloc, parts.path.strip("/"), environment)


@contextmanager
def _in_words(where: str) -> Iterator[None]:
    """Whatever goes wrong there is said in one line, and has no secret in it."""
    try:
        yield
    except OSError as error:
        raise BadBackup(f"{where}: {error.strerror or 'there is no such backup'}") from None
    except BadBackup:
        raise
    except Exception as error:
        if not type(error).__module__.startswith("obstore"):
            raise
        raise BadBackup(f"{where}: {_said(error)}") from None


def _said(error: Exception) -> str:
    kinds = {
        "PermissionDeniedError": "these keys may not do that there",
        "UnauthenticatedError": "these keys are not known there",
    }
    return kinds.get(type(error).__name__, "it cannot be reached, or does not do what it is asked")
