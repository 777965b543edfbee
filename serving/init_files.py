"""A new hotline from some answers: what its files say, and the files, all of them or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from hotline import settings, settings_text
from hotline.carriers.gammu.config import Modem, smsdrc
from hotline.errors import BadSettings, HotlineError
from serving import unit_files
from serving.init_questions import CHANNEL, NAMES, channel_toml
from serving.unit_files import Installation

UNITS: Final = "systemd"  # the folder of the unit files, beside the settings
CADDY: Final = "Caddyfile"
SMSDRC: Final = f"{NAMES['gammu']}.smsdrc"
OWN, OPEN = 0o600, 0o644  # who may read a file: its owner, everybody

# What stands in hotline.toml under [hotline], and the answer that it comes from.
IN_FILE: Final = ("name", "country", "timezone", "languages", "stewards")
LISTS: Final = ("languages", "stewards")


class AlreadyThere(HotlineError):
    """Files that would be overwritten; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewFile:
    text: str
    mode: int


def hotline_toml(answers: Mapping[str, str]) -> str:
    """The configuration of a network that just begins."""
    given = {name: answers[name] for name in IN_FILE if answers.get(name)}
    values: dict[tuple[str, str], settings_text.Value] = {
        ("hotline", name): list(settings_text.split(value)) if name in LISTS else value
        for name, value in given.items()
    }
    text, channel = settings_text.with_values(_BEGINNING, values), channel_toml(answers)
    return f"{text}\n{channel}" if channel else text


def environment_file(variables: Mapping[str, str]) -> str:
    """The text of `.env`."""
    lines = (f"{name}={_value(it)}\n" for name, it in variables.items() if it)
    return _HEAD + "".join(lines)


def _value(written: str) -> str:
    """In quotes where it would be read as something else: # begins a remark, $ a variable."""
    if not set(written) & set(" #$'\"\\"):
        return written
    return "'" + written.replace("\\", "\\\\").replace("'", "\\'") + "'"


def mistakes(answers: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with what was answered until now, a line each."""
    text = hotline_toml(answers)
    for reading in (
        lambda: settings.read_network(text, settings.CONFIGURATION),
        lambda: settings.read_environment(variables, carrier=False),
    ):
        try:
            reading()
        except BadSettings as error:
            yield from error.mistakes


def new_files(
    answers: Mapping[str, str], variables: Mapping[str, str], at: Installation
) -> dict[str, NewFile]:
    """Everything that is written, by its path from the folder."""
    address = urlsplit(variables["PUBLIC_URL"])
    units = unit_files.all_units(at)
    proxy = unit_files.caddyfile(address.netloc, f"127.0.0.1:{at.port}")
    # Nothing stands in front of what only this machine calls.
    front = {CADDY: NewFile(proxy, OPEN)} if address.scheme == "https" else {}
    return {
        settings.CONFIGURATION: NewFile(hotline_toml(answers), OWN),
        settings.ENVIRONMENT_FILE: NewFile(environment_file(variables), OWN),
        **front,
        **_daemon(answers),
        **{f"{UNITS}/{name}": NewFile(text, OPEN) for name, text in units.items()},
    }


def _daemon(answers: Mapping[str, str]) -> dict[str, NewFile]:
    """What the daemon of a modem is told."""
    if answers.get(CHANNEL) != "gammu":
        return {}
    folder = PurePosixPath(answers["modem_folder"])
    modem = Modem(answers["modem_device"], folder, NAMES["gammu"])
    return {SMSDRC: NewFile(smsdrc(modem), OWN)}


def names_of(at: Installation) -> list[str]:
    """The paths of all that may be written."""
    units = (f"{UNITS}/{name}" for name in unit_files.all_units(at))
    return [settings.CONFIGURATION, settings.ENVIRONMENT_FILE, CADDY, SMSDRC, *units]


def require_new(folder: Path, names: Iterable[str]) -> None:
    """Raises AlreadyThere, with every file that is."""
    found = [name for name in names if os.path.lexists(folder / name)]
    if found:
        raise AlreadyThere(
            f"In {folder} there {'is' if len(found) == 1 else 'are'} already {', '.join(found)}:"
            " nothing was written. Move them away, or choose another --folder."
        )


def write_all(folder: Path, files: Mapping[str, NewFile], owner: tuple[int, int] | None) -> None:
    """All of them, or none. `owner`: user and group they are given to. Raises HotlineError."""
    made: list[Path] = []
    try:
        _make_folder(folder, made, owner)
        with tempfile.TemporaryDirectory(prefix=".hotline-init-", dir=folder) as aside:
            for name, file in files.items():
                _make_folder((folder / name).parent, made, owner)
                _put(Path(aside) / "next", folder / name, file, owner)
                made.append(folder / name)
    except OSError as error:
        _take_back(made)
        raise HotlineError(
            f"The files cannot be written in {folder} ({error.strerror}): nothing was. May you"
            " write there, and is there room?"
        ) from None


def _make_folder(folder: Path, made: list[Path], owner: tuple[int, int] | None) -> None:
    if folder.is_dir():
        return
    folder.mkdir(mode=0o755 if folder.name == UNITS else 0o750, parents=True)
    made.append(folder)
    if owner:
        os.chown(folder, *owner)


def _put(aside: Path, place: Path, file: NewFile, owner: tuple[int, int] | None) -> None:
    """Whole, and only where there is nothing."""
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN)
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        written.write(file.text)
        written.flush()
        os.fchmod(written.fileno(), file.mode)
        if owner:
            os.fchown(written.fileno(), *owner)
        os.fsync(written.fileno())
    os.link(aside, place)
    aside.unlink()


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


_BEGINNING: Final = """\
# All that can stand here: docs/configuration.md. A change holds within seconds.
[hotline]
"""

_HEAD: Final = """\
# Secrets: whoever reads this can write to your neighbors, and read what is in the database.
# Keep a copy apart from the backups.
"""
