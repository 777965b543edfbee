"""What a modem's daemon left in its folders: texts that came in, and what became of ours.

The folders are the truth. What is given here is there again at the next look, under the same names,
until `done` says that it is kept elsewhere.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hotline import phone, wire
from hotline.carriers.gammu import names, smsbackup
from hotline.carriers.gammu.names import Outgoing
from hotline.carriers.gammu.smsbackup import Content, ShortMessage
from hotline.carriers.gammu.watchdog import DaemonSigns
from hotline.errors import CarrierBusy, CarrierError, NeverLeft, Unexplained, Unreachable
from hotline.inbound import Delivery, Origin, TextIn
from hotline.message import MessageMove

log = logging.getLogger("hotline.gammu")

Files = tuple[Path, ...]

MOST_WORDS = 4000  # letters kept of a text
HALF_WRITTEN = timedelta(minutes=1)  # how long a file may not be whole yet
OTHER_HALF = timedelta(minutes=1)  # and a text lack parts, once the daemon waits no more for them
REPORTED_WITHIN = timedelta(days=3)  # after a text left
KNOWN_FOR = timedelta(days=90)  # that one left
CLOCKS_TOGETHER = timedelta(minutes=2)  # the network's moment of a text, and ours
QUARTER = timedelta(minutes=15)  # by whole ones their time zone may differ from ours
FEWEST_DIGITS = 7  # of a number that is written without its country
KEY = "key"
RESTART = "restart"


def prepare(folder: Path) -> None:
    """Make a modem's folders, as far as they are missing, for nobody else to look into."""
    for box in (*names.DAEMONS, *names.OURS):
        (folder / box).mkdir(mode=0o700, parents=True, exist_ok=True)


# What came in.


def arrived(folder: Path, name: str, country: str, now: datetime) -> list[tuple[Files, TextIn]]:
    """Texts, and the files each stands in. `country`: where digits without a + are from. What is
    no text is moved aside once. Raises CarrierBusy if the folder cannot be read."""
    texts = [it for it in _received(folder, now) if it[1][0].content is Content.TEXT]
    found = []
    for files, parts in _joined(texts, now):
        sid = f"{name}:in-{_mark(folder, parts)}"
        found.append((files, _text_in(sid, parts, country)))
    return found


def _received(folder: Path, now: datetime) -> list[tuple[Path, list[ShortMessage]]]:
    """The files of the inbox that can be read, in the order in which they came."""
    found = []
    for file in _listed(folder / names.INBOX, _came):
        parts = _read(file)
        if parts is None and now - _came(file) < HALF_WRITTEN:
            continue
        if parts is None or parts[0].content is Content.DATA:
            _set_aside(folder, file)
        else:
            found.append((file, parts))
    return found


def _read(file: Path) -> list[ShortMessage] | None:
    """Parts that belong together; None for anything else."""
    try:
        with file.open("rb") as opened:
            parts = smsbackup.read(opened.read(smsbackup.ROOM))
    except OSError:
        return None
    alike = {(it.number, it.content, it.reference, it.total) for it in parts or ()}
    return parts if len(alike) == 1 else None


def _set_aside(folder: Path, file: Path) -> None:
    try:
        (folder / names.ODD).mkdir(mode=0o700, exist_ok=True)
        file.rename(folder / names.ODD / file.name)
    except OSError as error:
        log.warning("what is no text cannot be moved aside: %s", os.strerror(error.errno or 0))
    else:
        log.warning("something came in that is no text, or not readable: it is in %s/", names.ODD)


def _joined(
    texts: Sequence[tuple[Path, list[ShortMessage]]], now: datetime
) -> Iterator[tuple[Files, list[ShortMessage]]]:
    """The daemon joins them, but for parts that came too late for it. One of which parts are still
    missing is held back for a while, and then given without them."""
    gathered: dict[object, list[tuple[Path, list[ShortMessage]]]] = {}
    for file, parts in texts:
        first, is_whole = parts[0], len(parts) >= parts[0].total
        key = file if is_whole else (first.number, first.reference, first.total)
        gathered.setdefault(key, []).append((file, parts))
    for pieces in gathered.values():
        found = {it.place: it for _, parts in pieces for it in parts}
        is_whole = len(found) >= next(iter(found.values())).total
        if is_whole or now - max(_came(file) for file, _ in pieces) >= OTHER_HALF:
            yield tuple(file for file, _ in pieces), [found[it] for it in sorted(found)]


def _text_in(sid: str, parts: Sequence[ShortMessage], country: str) -> TextIn:
    written = parts[0].number
    body = wire.speakable("".join(it.words for it in parts))[:MOST_WORDS]
    number = phone.sender(written, country)
    if number is None or phone.is_short_code(number):
        address = " ".join(written.split()) or "nobody"
        return TextIn(sid, number or address, body, origin=Origin.MACHINE)
    return TextIn(sid, number, body)


def _mark(folder: Path, parts: Sequence[ShortMessage]) -> str:
    """The same for the same text, however often the daemon takes it from the modem; it tells
    nothing of whose it is to whoever lacks the key."""
    told = hashlib.blake2b(key=_key(folder), digest_size=12)
    for it in parts:
        told.update(f"{it.number}\0{it.at}\0{it.place}\0{it.words}\0".encode())
    return told.hexdigest()


def mark_of(folder: Path, to: str, body: str, written_at: datetime | None = None) -> str:
    """The same for the same text to the same number, written at the same moment, and for whoever
    lacks the key nothing."""
    moment = written_at.astimezone(UTC).isoformat() if written_at else ""
    told = f"{to}\0{body}\0{moment}".encode()
    return hashlib.blake2b(told, key=_key(folder), digest_size=8).hexdigest()


def has_news(folder: Path) -> bool:
    """Whether something lies there that may be news. Cheap; where nobody can look there is none."""
    for box in (names.INBOX, names.SENT, names.ERROR, names.LATE):
        with suppress(OSError), os.scandir(folder / box) as files:
            if any(it.stat().st_size for it in files if not it.name.startswith(".")):
                return True
    return False


def _key(folder: Path) -> bytes:
    """A secret of this folder's own, made when it is first wanted: whole, or not there."""
    file = folder / KEY
    try:
        if not file.exists():
            made = folder / f".{KEY}-{secrets.token_hex(8)}"
            made.touch(mode=0o600)
            made.write_bytes(secrets.token_bytes(32))
            with suppress(FileExistsError):
                os.link(made, file)
            made.unlink()
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(error) from None


# What became of ours.


def became(folder: Path, name: str, now: datetime) -> list[tuple[Files, Delivery]]:
    """What is news of texts of ours: taken by the network, on the phone, failed, or taken back
    because they were not to leave so late. Raises CarrierBusy if a folder cannot be read."""
    outgoing = partial(_outgoing, folder)
    tell = partial(_delivery, name)
    left = outgoing(names.SENT)
    news: list[tuple[Files, Delivery]] = [
        ((file,), tell(it, MessageMove.SEND)) for file, it in left if file.stat().st_size
    ]
    _take_back(folder, outgoing(names.OUTBOX), now)
    for box, why in ((names.ERROR, Unexplained), (names.LATE, NeverLeft)):
        news += [((file,), tell(it, MessageMove.MISS, why)) for file, it in outgoing(box)]
    news += _reported(folder, left, tell, now)
    _shelve(folder, left, now)
    return news


def _delivery(
    name: str, it: Outgoing, move: MessageMove, why: type[CarrierError] | None = None
) -> Delivery:
    return Delivery(it.message_id, names.sid(name, it.mark, it.message_id), move, why)


def _reported(
    folder: Path,
    left: Sequence[tuple[Path, Outgoing]],
    tell: Callable[..., Delivery],
    now: datetime,
) -> Iterator[tuple[Files, Delivery]]:
    """What the network reports. A report that says nothing new, or fits nothing, is let go; that
    of a text which left just now may have been quicker than its file."""
    for file, parts in _received(folder, now):
        report = parts[0]
        if report.content is not Content.REPORT:
            continue
        its = _reported_on(report, left)
        if its and report.words == "Delivered":
            yield (file,), tell(its, MessageMove.DELIVER)
        elif its and report.words == "Failed":
            yield (file,), tell(its, MessageMove.MISS, Unreachable)
        elif its or now - _came(file) > OTHER_HALF:
            file.unlink(missing_ok=True)


def _reported_on(report: ShortMessage, left: Sequence[tuple[Path, Outgoing]]) -> Outgoing | None:
    """The one to that number that left when the report says, the newest of several: the daemon
    keeps no other mark of it in its files."""
    try:
        at = datetime.strptime(report.at[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    to_them = [(_apart(_left(file), at), it) for file, it in left if _is(report.number, it.to)]
    fitting = [it for it in to_them if it[0] <= CLOCKS_TOGETHER]
    best = min(fitting, key=lambda it: (it[0], -it[1].message_id), default=None)
    return best[1] if best else None


def _is(written: str, number: str) -> bool:
    """Whether it is this number, in whatever way the network writes it."""
    digits = written.lstrip("+0")
    return len(digits) >= FEWEST_DIGITS and number.endswith(digits)


def _apart(one: datetime, other: datetime) -> timedelta:
    """How far two clocks are apart that may be in different time zones."""
    rest = abs(one - other) % QUARTER
    return min(rest, QUARTER - rest)


def _take_back(folder: Path, waiting: Sequence[tuple[Path, Outgoing]], now: datetime) -> None:
    """Move away what is good for nothing any more, but for the first: the daemon may be at it. One
    that moved while the first left may have been begun, and goes back."""
    late = [it for it in waiting[1:] if 0 < it[1].until < now.timestamp()]
    if late:
        (folder / names.LATE).mkdir(mode=0o700, exist_ok=True)
    for file, _ in late:
        away = folder / names.LATE / file.name
        try:
            file.rename(away)
            if not waiting[0][0].exists():
                away.rename(file)
        except OSError:
            return


def _shelve(folder: Path, left: Sequence[tuple[Path, Outgoing]], now: datetime) -> None:
    """Forget to whom it was what left long ago, and at last that it left."""
    shelf = folder / names.TOLD
    shelf.mkdir(mode=0o700, exist_ok=True)
    for file, it in left:
        if not file.stat().st_size and now - _left(file) > REPORTED_WITHIN:
            file.rename(shelf / names.told(it.message_id, it.mark))
    for file in shelf.iterdir():
        if now - _came(file) > KNOWN_FOR:
            file.unlink(missing_ok=True)


def done(files: Sequence[Path]) -> None:
    """These are kept elsewhere: away with them. Of a text that left only its words go, so that it
    is known not to be sent again."""
    for file in files:
        try:
            if file.parent.name == names.SENT:
                _empty(file)
            else:
                file.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a file is left lying: %s", os.strerror(error.errno or 0))


def _empty(file: Path) -> None:
    if file.stat().st_size:
        moment = _left(file).timestamp()
        os.truncate(file, 0)
        os.utime(file, (moment, moment))


# How its daemon does.


def signs(folder: Path) -> DaemonSigns:
    """What it left lying. Raises CarrierBusy if a folder cannot be read."""
    waiting = [_came(it) for it in _listed(folder / names.OUTBOX, _came)]
    moved = [_left(it) for box in (names.SENT, names.ERROR) for it in _listed(folder / box, _left)]
    asked = folder / RESTART
    return DaemonSigns(
        min(waiting, default=None),
        max(moved, default=None),
        _came(asked) if asked.exists() else None,
    )


def ask_for_restart(folder: Path) -> None:
    """systemd watches this file, and starts the modem's daemon again (deploy/modem)."""
    (folder / RESTART).write_bytes(b"")


# Files.


def _outgoing(folder: Path, box: str) -> list[tuple[Path, Outgoing]]:
    """Ours in a folder, in the order in which the daemon takes them."""
    if box == names.LATE and not (folder / box).exists():
        return []
    found = ((it, names.outgoing(it.name)) for it in _listed(folder / box, str))
    return [(file, it) for file, it in found if it]


def _listed(box: Path, order: Callable[[Path], object]) -> list[Path]:
    """The files in a folder that are no beginnings of one, in that order. The daemon may move one
    meanwhile."""
    found: list[tuple[Any, str, Path]] = []
    try:
        for it in box.iterdir():
            with suppress(FileNotFoundError):
                if it.is_file() and not it.name.startswith("."):
                    found.append((order(it), it.name, it))
    except OSError as error:
        raise _unreadable(error) from None
    return [it for _, _, it in sorted(found)]


def _unreadable(error: OSError) -> CarrierBusy:
    return CarrierBusy(f"a modem's folder cannot be read: {os.strerror(error.errno or 0)}")


def _came(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _left(file: Path) -> datetime:
    """When the daemon moved it; once it is empty, as it was noted then."""
    found = file.stat()
    return datetime.fromtimestamp(found.st_ctime if found.st_size else found.st_mtime, UTC)
