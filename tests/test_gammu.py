"""A USB modem by way of gammu-smsd: the real daemon with the driver that needs no modem, and what
is in its folders where that driver cannot show it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest
from modems import CONFINED, PROGRAM, DummyModem, header, short_message
from waiting import until

from hotline.carriers.gammu import names, smsbackup, spool, watchdog
from hotline.carriers.gammu.client import Gammu
from hotline.carriers.gammu.config import Modem, smsdrc
from hotline.carriers.gammu.names import Outgoing
from hotline.carriers.gammu.watchdog import PATIENCE, DaemonSigns
from hotline.carriers.shape import Abilities, TextCarrier
from hotline.errors import BadNumber, CarrierBusy, NeverLeft, Unexplained, Unreachable
from hotline.inbound import Delivery, Origin, TextIn
from hotline.message import MessageMove

MARIA, ANA, BEN = "+12125550111", "+12125550122", "+12125550133"
DEPLOY = Path(__file__).parent.parent / "deploy" / "modem"
MOST_EXPOSED = 15  # as the other units: tests/test_deploy.py

needs_daemon = pytest.mark.skipif(
    PROGRAM is None, reason="this machine has no gammu-smsd (apt install gammu-smsd)"
)
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze"
)


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[DummyModem]:
    made = DummyModem(tmp_path, "modem1")
    yield made
    made.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A modem's folder without any daemon."""
    spool.prepare(tmp_path / "modem1")
    return tmp_path / "modem1"


def _arrived(folder: Path, now: datetime | None = None) -> list[tuple[spool.Files, TextIn]]:
    return spool.arrived(folder, folder.name, "US", now or datetime.now(UTC))


def _became(folder: Path, now: datetime | None = None) -> list[tuple[spool.Files, Delivery]]:
    return spool.became(folder, folder.name, now or datetime.now(UTC))


def _carrier(folder: Path) -> Gammu:
    return Gammu(folder.name, folder)


BODY = "Can you help?"


def _sid(folder: Path) -> str:
    """Of the text 12 to Ana."""
    return names.sid(folder.name, spool.mark_of(folder, ANA, BODY), 12)


def _send(folder: Path, message_id: int, body: str = BODY, to: str = ANA) -> str:
    return _carrier(folder).send(to, body, message_id, good_for=timedelta(hours=1))


def _in(folder: Path, box: str) -> list[str]:
    return sorted(it.name for it in (folder / box).iterdir())


def _put(folder: Path, name: str, content: str, minutes_ago: float = 0) -> Path:
    file = folder / names.INBOX / name
    file.write_text(f"; Gammu+\n\n{content}", encoding="utf-8")
    moment = datetime.now(UTC).timestamp() - minutes_ago * 60
    os.utime(file, (moment, moment))
    return file


# With the daemon: what comes in.


@needs_daemon
def test_a_text_comes_in(modem: DummyModem) -> None:
    modem.start()
    modem.texted(short_message(MARIA, "Necesito comida, ¿sí?\nPDU = Status_Report 😀"))
    ((files, text),) = until(lambda: _arrived(modem.folder), "the text comes in")
    assert text.sender == MARIA
    assert text.body == "Necesito comida, ¿sí?\nPDU = Status_Report 😀"
    assert text.origin is Origin.PHONE
    assert text.sid.startswith("modem1:in-")
    assert len(text.sid) <= 64
    assert _arrived(modem.folder) == [(files, text)], "until it is kept elsewhere"
    spool.done(files)
    assert _arrived(modem.folder) == []


@needs_daemon
def test_a_text_of_three_parts_comes_in_as_one(modem: DummyModem) -> None:
    modem.start()
    parts = ["one " * 30, "two " * 30, "three 😀"]
    modem.texted(
        short_message(MARIA, parts[2], header=header(7, 3, 3), at="20261128T033002"),
        short_message(MARIA, parts[0], header=header(7, 3, 1), at="20261128T033000"),
        short_message(MARIA, parts[1], header=header(7, 3, 2), at="20261128T033001"),
    )
    ((_, text),) = until(lambda: _arrived(modem.folder), "the text comes in")
    assert text.body == "".join(parts)


@needs_daemon
def test_a_modem_that_is_reset_between_the_parts_of_a_text_gives_it_once(modem: DummyModem) -> None:
    parts = ["one " * 30, "two " * 30, "three"]
    pieces = [short_message(MARIA, it, header=header(7, 3, n)) for n, it in enumerate(parts, 1)]
    modem.start()
    modem.texted(*pieces[:2])
    _send(modem.folder, 12)
    until(lambda: _became(modem.folder), "the daemon went its round")
    modem.kill()
    modem.texted(pieces[2])
    modem.start()
    ((files, text),) = until(lambda: _arrived(modem.folder), "the text comes in")
    assert text.body == "".join(parts)
    spool.done(files)
    until(lambda: not modem.on_sim(), "nothing is left on the card")
    assert _arrived(modem.folder) == []


@needs_daemon
def test_half_a_long_text_is_waited_for_and_then_given_as_far_as_it_is(tmp_path: Path) -> None:
    modem = DummyModem(tmp_path, "modem1", half_waits=1)
    modem.start()
    try:
        modem.texted(
            short_message(MARIA, "first ", header=header(7, 3, 1)),
            short_message(MARIA, "third", header=header(7, 3, 3)),
        )
        until(lambda: len(_in(modem.folder, "inbox")) == 2, "the daemon waits no more")
    finally:
        modem.kill()
    assert _arrived(modem.folder) == []
    ((files, text),) = _arrived(modem.folder, datetime.now(UTC) + spool.OTHER_HALF)
    assert text.body == "first third"
    assert len(files) == 2


@needs_daemon
def test_a_text_that_the_daemon_takes_twice_has_one_name(modem: DummyModem) -> None:
    """It was killed between keeping a text and deleting it on the SIM card."""
    text = short_message(MARIA, "I need a ride")
    modem.texted(text, text)
    modem.start()
    until(lambda: len(_arrived(modem.folder)) == 2, "both come in")
    (_, first), (_, again) = _arrived(modem.folder)
    assert first == again


@needs_daemon
def test_who_is_no_phone_is_nobody_to_be_answered(modem: DummyModem) -> None:
    modem.start()
    modem.texted(short_message("Info", "Your bill"), short_message("", "hidden"))
    until(lambda: len(_arrived(modem.folder)) == 2, "both come in")
    texts = {it.sender: it.origin for _, it in _arrived(modem.folder)}
    assert texts == {"Info": Origin.MACHINE, "nobody": Origin.MACHINE}


# With the daemon: what leaves.


@needs_daemon
@pytest.mark.parametrize("body", ["Can you help?", "¿Puedes? 😀", "curly ’ " * 100], ids=len)
def test_a_text_leaves_once_though_it_is_sent_twice(modem: DummyModem, body: str) -> None:
    sid = _send(modem.folder, 12, body)
    assert re.fullmatch(r"modem1:[0-9a-f]{16}-12", sid)
    assert _send(modem.folder, 12, body) == sid
    assert len(_in(modem.folder, "outbox")) == 1
    modem.start()
    ((files, news),) = until(lambda: _became(modem.folder), "it leaves")
    assert news == Delivery(12, sid, MessageMove.SEND)
    assert _send(modem.folder, 12, body) == news.sid
    spool.done(files)
    assert _send(modem.folder, 12, body) == news.sid
    assert _in(modem.folder, "outbox") == []
    assert _became(modem.folder) == [], "it is told once"
    (left,) = (modem.folder / "sent").iterdir()
    assert left.stat().st_size == 0, "none of its words are kept"


@needs_daemon
@pytest.mark.parametrize("body", [BODY, "three parts, curly ’ " * 7], ids=["short", "three parts"])
def test_a_daemon_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    modem: DummyModem, body: str
) -> None:
    for number in range(1, 21):
        _send(modem.folder, number, body)
        modem.texted(short_message(MARIA, f"text {number}"))
    modem.start()
    until(lambda: 2 < len(_in(modem.folder, "sent")) < 20, "some have left")
    modem.kill()
    assert _in(modem.folder, "outbox")
    for number in range(1, 21):
        _send(modem.folder, number, body)
    modem.start()
    until(lambda: len(_in(modem.folder, "sent")) == 20, "all have left")
    until(lambda: not modem.on_sim(), "all came in")
    assert _in(modem.folder, "outbox") == []
    assert Counter(it.message_id for _, it in _became(modem.folder)) == Counter(range(1, 21))
    texts = {it.sid: it.body for _, it in _arrived(modem.folder)}
    assert sorted(texts.values()) == sorted(f"text {number}" for number in range(1, 21))


@needs_daemon
@needs_systemd
def test_it_works_as_confined_as_its_unit_says(modem: DummyModem) -> None:
    """Its system calls and sockets; this machine may not be one that can refuse them."""
    unit = DEPLOY / "hotline-modem@.service"
    words = [sys.executable, str(CONFINED), str(unit), "--", "/bin/true"]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("this machine cannot refuse system calls")
    _send(modem.folder, 1)
    modem.texted(short_message(MARIA, "I need food"))
    modem.start(confined_as=unit)
    until(lambda: _arrived(modem.folder) and _became(modem.folder), "it receives and sends")


@needs_daemon
def test_two_modems_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = DummyModem(tmp_path, "modem1"), DummyModem(tmp_path, "modem2")
    one.start()
    other.start()
    try:
        one.texted(short_message(MARIA, "to the first"))
        assert _send(one.folder, 1) != _send(other.folder, 1)
        _send(other.folder, 2)
        until(lambda: len(_in(other.folder, "sent")) == 2, "both of the second leave")
        until(lambda: _arrived(one.folder) and _became(one.folder), "the first works, too")
        assert len(_in(one.folder, "sent")) == 1
        assert _arrived(other.folder) == []
    finally:
        one.kill()
        other.kill()


# The folders alone: what is sent.


def test_it_is_a_carrier_of_texts_that_can_do_nothing_else(folder: Path) -> None:
    carrier: TextCarrier = _carrier(folder)
    assert carrier.abilities == Abilities()


def test_the_daemon_finds_the_number_where_it_looks_for_it() -> None:
    """Between the third and the fourth _ of a name of at most 99 letters."""
    name = Outgoing("+123456789012345", 10**17, "a" * 16, 10**11).file_name
    assert name.split("_")[3] == "+123456789012345"
    assert len(name) < 100
    assert names.outgoing(name) == Outgoing("+123456789012345", 10**17, "a" * 16, 10**11)
    assert names.outgoing(name.replace("_ha", "_hz")) is None


def test_of_many_that_send_one_message_at_once_one_does(folder: Path) -> None:
    carrier = _carrier(folder)

    def send(hours: int) -> str:
        return carrier.send(ANA, "Can you help?", 12, good_for=timedelta(hours=hours))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(1, 40)))) == 1
    assert len(_in(folder, "outbox")) == 1


def test_what_can_be_found_is_not_sent_again(folder: Path) -> None:
    since = datetime.now(UTC)
    assert _carrier(folder).find(ANA, BODY, 12, since) == []
    sid = _send(folder, 12)
    (file,) = (folder / "outbox").iterdir()
    for box in ("outbox", "sent", "error"):
        file = file.rename(folder / box / file.name)
        assert _carrier(folder).find(ANA, BODY, 12, since) == [sid]
    assert _carrier(folder).find(ANA, BODY, 1, since) == []
    assert _carrier(folder).find(ANA, "another", 12, since) == []
    assert _carrier(folder).find(BEN, BODY, 12, since) == []


def test_of_what_left_long_ago_only_that_is_known(folder: Path) -> None:
    sid = _send(folder, 12)
    (file,) = (folder / "outbox").iterdir()
    file = file.rename(folder / "sent" / file.name)
    now = datetime.now(UTC)
    assert len(_became(folder, now + timedelta(days=4))) == 1, "while it is not told"
    spool.done([file])
    _became(folder, now + spool.REPORTED_WITHIN + timedelta(hours=1))
    assert (_in(folder, "sent"), _in(folder, "told")) == ([], [f"h{sid.removeprefix('modem1:')}"])
    assert _send(folder, 12) == sid
    assert _in(folder, "outbox") == []
    _became(folder, now + spool.KNOWN_FOR + timedelta(days=4))
    assert _in(folder, "told") == []


def test_an_outbox_that_is_not_there_is_busy(tmp_path: Path) -> None:
    with pytest.raises(CarrierBusy, match="a modem's folder cannot be read: No such file"):
        _send(tmp_path / "gone", 12)
    with pytest.raises(CarrierBusy):
        _carrier(tmp_path / "gone").find(ANA, BODY, 12, datetime.now(UTC))
    for look in (_arrived, _became):
        with pytest.raises(CarrierBusy):
            look(tmp_path / "gone")


def test_a_full_disk_is_busy_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CarrierBusy, match="No space left"):
        _send(folder, 12)
    assert _in(folder, "outbox") == []


@pytest.mark.parametrize("to", ["", "+1/../../x", "2125550122", "+1_2", "+12125550122\n"])
def test_what_is_no_number_is_no_name_of_a_file(folder: Path, to: str) -> None:
    with pytest.raises(BadNumber):
        _send(folder, 12, to=to)


def test_another_text_of_that_id_is_another(folder: Path) -> None:
    """Of a database that began anew."""
    sids = {_send(folder, 12), _send(folder, 12, "something else"), _send(folder, 12, to=BEN)}
    assert len(sids) == len(_in(folder, "outbox")) == 3


# The folders alone: what became of it. The driver never fails and never reports.


def _left(folder: Path, message_id: int, box: str = "sent") -> Path:
    _send(folder, message_id)
    (file,) = (folder / "outbox").iterdir()
    return file.rename(folder / box / file.name)


def _report(folder: Path, words: str, hours: int = 0, to: str = ANA) -> Path:
    """Of a text that left now, by a clock that is so many hours apart."""
    at = f"{datetime.now(UTC) + timedelta(hours=hours):%Y%m%dT%H%M%SZ}"
    content = short_message(to, words, at=at, pdu="Status_Report")
    return _put(folder, f"IN{at[:8]}_{at[9:15]}_00_{to}_00.txt", content)


@pytest.mark.parametrize(
    ("words", "move", "why"),
    [
        ("Delivered", MessageMove.DELIVER, None),
        ("Failed", MessageMove.MISS, Unreachable),
    ],
)
@pytest.mark.parametrize("hours", [0, -5], ids=["UTC", "New York"])
def test_a_report_says_what_became_of_the_text(
    folder: Path, words: str, move: MessageMove, why: type[Unreachable] | None, hours: int
) -> None:
    spool.done([_left(folder, 12)])
    report = _report(folder, words, hours)
    assert _became(folder) == [((report,), Delivery(12, _sid(folder), move, why))]
    assert _arrived(folder) == [], "it is no text of hers"
    spool.done([report])
    assert _became(folder) == []


@pytest.mark.parametrize("written", [ANA, ANA[1:], ANA[2:], f"00{ANA[1:]}"])
def test_a_report_may_write_the_number_otherwise(folder: Path, written: str) -> None:
    spool.done([_left(folder, 12)])
    _report(folder, "Delivered", to=written)
    assert [it.message_id for _, it in _became(folder)] == [12]


def test_of_several_to_one_number_it_is_the_one_that_left_then(folder: Path) -> None:
    now = datetime.now(UTC).timestamp()
    for number, minutes_ago in ((11, 25), (12, 5), (13, 0)):
        file = _left(folder, number)
        spool.done([file])
        os.utime(file, (now - 60 * minutes_ago, now - 60 * minutes_ago))
    at = f"{datetime.fromtimestamp(now - 5 * 60, UTC):%Y%m%dT%H%M%SZ}"
    _put(folder, "IN0.txt", short_message(ANA, "Delivered", at=at, pdu="Status_Report"))
    assert [it.message_id for _, it in _became(folder)] == [12]


def test_a_report_that_fits_nothing_is_let_go(folder: Path) -> None:
    spool.done([_left(folder, 12)])
    pending, of_another = _report(folder, "Pending"), _report(folder, "Delivered", to=BEN)
    assert _became(folder) == []
    assert (pending.exists(), of_another.exists()) == (False, True)
    assert _became(folder, datetime.now(UTC) + timedelta(minutes=2)) == []
    assert not of_another.exists()


def test_who_texts_delivered_reports_nothing(folder: Path) -> None:
    spool.done([_left(folder, 12)])
    _put(folder, "IN1.txt", short_message(ANA, "Delivered"))
    assert _became(folder) == []
    assert [it.body for _, it in _arrived(folder)] == ["Delivered"]


def test_what_the_modem_could_not_send_failed_for_nobodys_fault(folder: Path) -> None:
    file = _left(folder, 12, "error")
    sid = _sid(folder)
    news = Delivery(12, sid, MessageMove.MISS, Unexplained)
    assert _became(folder) == [((file,), news)]
    spool.done([file])
    assert _became(folder) == []


def test_what_did_not_leave_in_time_is_taken_back_but_for_what_may_be_leaving(folder: Path) -> None:
    for number in (1, 2, 3):
        _send(folder, number)
    _carrier(folder).send(ANA, "whenever", 4, good_for=None)
    assert _became(folder) == []
    news = _became(folder, datetime.now(UTC) + timedelta(hours=2))
    assert [(it.message_id, it.move, it.why) for _, it in news] == [
        (2, MessageMove.MISS, NeverLeft),
        (3, MessageMove.MISS, NeverLeft),
    ]
    waiting = [names.outgoing(it) for it in _in(folder, "outbox")]
    assert [it.message_id for it in waiting if it] == [1, 4]
    for files, _ in news:
        spool.done(files)
    assert _became(folder) == []


# The folders alone: what is no text.


def test_what_is_no_text_stops_nobody_and_is_moved_aside_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _put(folder, "IN0_garbage_00.txt", "garbage of Maria's", minutes_ago=5)
    data = short_message(MARIA, "picture").replace("Default_No_Compression", "8bit")
    _put(folder, "IN1_picture_00.bin", data)
    two_people = short_message(MARIA, "hers") + short_message(ANA, "not hers")
    _put(folder, "IN2_two_00.txt", two_people, minutes_ago=5)
    _put(folder, "IN3_text_00.txt", short_message(MARIA, "I need food"))
    (folder / "inbox" / "a folder").mkdir()
    for _ in range(2):
        assert [it.body for _, it in _arrived(folder)] == ["I need food"]
    assert len(_in(folder, "odd")) == 3
    assert len(caplog.messages) == 3
    assert not any(it in caplog.text for it in ("Maria", "2125", "garbage", "IN0"))


@pytest.mark.parametrize("letters", [0, 60, 300, 420])
def test_what_is_half_written_is_waited_for(folder: Path, letters: int) -> None:
    whole = short_message(MARIA, "I need food " * 5)
    _put(folder, "IN0.txt", whole[:letters])
    assert _arrived(folder) == []
    assert _in(folder, "odd") == []
    _put(folder, "IN0.txt", whole)
    assert [it.body for _, it in _arrived(folder)] == ["I need food " * 5]


@pytest.mark.parametrize("line", ["NumberUnicode", "Text00", "UDH", "DateTime"])
@pytest.mark.parametrize("value", ["", "zz", "D83D", "05000307", "FF", "00" * 300])
def test_nothing_in_a_file_is_more_than_odd(folder: Path, line: str, value: str) -> None:
    lines = short_message(MARIA, "I need food", header=header(7, 1, 1)).split("\n")
    changed = [f"{line} = {value}" if it.startswith(f"{line} =") else it for it in lines]
    _put(folder, "IN0.txt", "\n".join(changed), minutes_ago=5)
    _put(folder, "IN1.txt", short_message(BEN, "YES"))
    assert BEN in [it.sender for _, it in _arrived(folder)]


def test_a_name_tells_nothing_without_the_folders_key(tmp_path: Path) -> None:
    for name in ("a", "b"):
        spool.prepare(tmp_path / name / "modem1")
        _put(tmp_path / name / "modem1", "IN0.txt", short_message(MARIA, "YES"))
    sids = {_arrived(tmp_path / name / "modem1")[0][1].sid for name in ("a", "b")}
    assert len(sids) == 2
    assert (tmp_path / "a" / "modem1" / "key").stat().st_mode & 0o077 == 0


def test_parts_that_came_in_files_of_their_own_are_joined_in_order(folder: Path) -> None:
    for name, place in (("IN0.txt", 2), ("IN1.txt", 1)):
        part = short_message(MARIA, f"part {place} ", header=header(7, 2, place))
        _put(folder, name, part)
    other = short_message(ANA, "of another ", header=header(7, 2, 1))
    _put(folder, "IN2.txt", other)
    assert [it.body for _, it in _arrived(folder)] == ["part 1 part 2 "]


def test_a_file_of_which_a_part_is_cut_off_is_not_whole(folder: Path) -> None:
    """The daemon still has it on the SIM card, and writes it again."""
    parts = [short_message(MARIA, "x" * 90, header=header(7, 2, place)) for place in (1, 2)]
    _put(folder, "IN0.txt", "".join(parts)[:-40], minutes_ago=0.5)
    assert _arrived(folder, datetime.now(UTC)) == []
    assert _arrived(folder, datetime.now(UTC) + spool.HALF_WRITTEN) == []
    assert _in(folder, "odd") == ["IN0.txt"]


def test_when_a_text_left_is_remembered_without_its_words(folder: Path) -> None:
    file = _left(folder, 12)
    moment = file.stat().st_ctime
    spool.done([file])
    assert file.stat().st_size == 0
    assert file.stat().st_mtime == pytest.approx(moment, abs=2e-6)


@pytest.mark.parametrize("wrong", [header(7, 0, 0), header(7, 3, 4), header(7, 3, 0), "0500", "zz"])
def test_a_header_that_cannot_be_joins_nothing(wrong: str) -> None:
    (part,) = smsbackup.read(short_message(MARIA, "x", header=wrong).encode()) or []
    assert (part.reference, part.total, part.place) == (0, 1, 1)


def test_a_header_of_sixteen_bits_joins_as_well() -> None:
    (part,) = smsbackup.read(short_message(MARIA, "x", header="06080412340302").encode()) or []
    assert (part.reference, part.total, part.place) == (0x1234, 3, 2)


# The watchdog.

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - PATIENCE - timedelta(seconds=1), NOW - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("signs", "it_hangs"),
    [
        (DaemonSigns(), False),
        (DaemonSigns(moved_at=LONG_AGO), False),
        (DaemonSigns(waiting_since=JUST_NOW, moved_at=LONG_AGO), False),
        (DaemonSigns(waiting_since=LONG_AGO), True),
        (DaemonSigns(waiting_since=LONG_AGO, moved_at=JUST_NOW), False),
        (DaemonSigns(waiting_since=LONG_AGO, moved_at=LONG_AGO), True),
        (DaemonSigns(waiting_since=LONG_AGO, asked_at=JUST_NOW), False),
        (DaemonSigns(waiting_since=LONG_AGO, asked_at=LONG_AGO), True),
    ],
)
def test_it_hangs_if_a_text_waits_and_none_leaves(signs: DaemonSigns, it_hangs: bool) -> None:
    assert watchdog.hangs(signs, NOW) is it_hangs


def test_the_folders_tell_the_signs(folder: Path) -> None:
    assert spool.signs(folder) == DaemonSigns()
    _left(folder, 1)
    _send(folder, 2)
    later = datetime.now(UTC) + PATIENCE + timedelta(minutes=1)
    assert watchdog.hangs(spool.signs(folder), later)
    spool.ask_for_restart(folder)
    assert not watchdog.hangs(spool.signs(folder), datetime.now(UTC))
    assert spool.signs(folder).asked_at


# What the daemon and systemd are told.


def test_the_configuration_is_one_line_for_each_thing() -> None:
    modem = Modem("/dev/serial/by-id/usb-1", PurePosixPath("/var/spool/hotline/modem1"), "modem1")
    lines = smsdrc(modem).splitlines()
    for line in (
        "device = /dev/serial/by-id/usb-1",
        "inboxpath = /var/spool/hotline/modem1/inbox/",
        "inboxformat = detail",
        "deliveryreport = sms",
    ):
        assert line in lines
    assert not any(it.startswith(("pin", "logfile", "debuglevel", "model")) for it in lines)
    with pytest.raises(ValueError, match="one line"):
        smsdrc(Modem("/dev/x\nrunonreceive = rm", PurePosixPath("/x"), "x"))


def test_the_guide_shows_the_configuration_that_is_written() -> None:
    guide = (DEPLOY.parent.parent / "docs" / "modem.md").read_text(encoding="utf-8")
    device = "/dev/serial/by-id/usb-HUAWEI_Mobile-if00-port0"
    modem = Modem(device, PurePosixPath("/var/spool/hotline/modem1"), "modem1")
    assert smsdrc(modem) in guide


@needs_systemd
def test_systemd_takes_the_units_of_a_modem_without_a_word(tmp_path: Path) -> None:
    for unit in DEPLOY.iterdir():
        text = unit.read_text(encoding="utf-8")
        text = text.replace("/usr/bin/gammu-smsd", shutil.which("true") or "/bin/true")
        (tmp_path / unit.name.replace("@", "@modem1")).write_text(text)
    assert len(list(tmp_path.iterdir())) == 3
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    command += [f"--threshold={MOST_EXPOSED}", str(tmp_path / "hotline-modem@modem1.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_units_are_about_the_folder_that_the_program_touches() -> None:
    path = (DEPLOY / "hotline-modem-restart@.path").read_text(encoding="utf-8")
    assert f"PathModified=/var/spool/hotline/%i/{spool.RESTART}" in path
    unit = (DEPLOY / "hotline-modem@.service").read_text(encoding="utf-8").splitlines()
    assert "Restart=always" in unit
    assert "ReadWritePaths=/var/spool/hotline/%i" in unit
