"""The whole hotline on a modem: the real gammu-smsd, with the driver that gammu has for trying it
without a modem."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from modems import PROGRAM, DummyModem, short_message
from neighborhood import CAST, PHONES, Neighborhood, open_neighborhood
from waiting import until

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="gammu-smsd is not installed")
ROSTER = [{"phone": CAST[name], "name": name} for name in ("Ana", "Ben")]


class Town:
    """A neighborhood whose people text a modem, or an old phone beside it."""

    def __init__(self, maple: Neighborhood, modem: DummyModem) -> None:
        self.maple, self.modem = maple, modem
        self._read: set[str] = set()

    def text(self, who: str, words: str) -> None:
        """Somebody texts the modem; the hotline has taken it in when this returns."""
        self.modem.texted(short_message(CAST[who], words))
        inbox = self.modem.folder / "inbox"
        until(lambda: any(inbox.glob("IN*")), "the daemon takes it from the modem")
        until(lambda: self.modem.on_sim() == 0, "all of it")
        self.maple.tick()
        assert not any(inbox.glob("IN*")), "it is kept elsewhere"

    def got(self, *names: str) -> dict[str, list[str]]:
        """What the modem sent to each of these since this was asked last, once there is some."""
        for name in names:
            until(lambda name=name: self._new(name), f"a text to {name} leaves")
        found = {name: [self._words(it) for it in self._new(name)] for name in names}
        self.maple.tick()
        return found

    def _new(self, name: str) -> list[Path]:
        sent = (self.modem.folder / "sent").glob(f"OUT*_{CAST[name]}_*")
        return sorted(it for it in sent if it.name not in self._read)

    def _words(self, file: Path) -> str:
        self._read.add(file.name)
        return file.read_bytes()[2:].decode("utf-16-le")


@pytest.fixture
def town(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Town]:
    yield from _open(database_url, redis_url, tmp_path, ["modem1"])


@pytest.fixture
def beside_a_phone(sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[Town]:
    yield from _open(sqlite_url, redis_url, tmp_path, ["modem1", "sim1"])


def _open(database_url: str, redis_url: str, folder: Path, channels: list[str]) -> Iterator[Town]:
    modem = DummyModem(folder, "modem1")
    its = {"folder": str(modem.folder)}
    with open_neighborhood(
        database_url, redis_url, channels=channels, first_channel=its
    ) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        modem.start()
        try:
            yield Town(neighborhood, modem)
        finally:
            modem.kill()


def test_somebody_asks_and_is_helped(town: Town) -> None:
    town.text("Maria", "need groceries")
    first = town.got("Maria", "Ana", "Ben")
    assert first["Maria"][0].startswith("Maple Street Mutual Aid: got it, your request is 12.")
    assert all("Reply YES 12" in it for name in ("Ana", "Ben") for it in first[name])

    town.text("Ana", "yes")
    taken = town.got("Maria", "Ana")
    assert "Ana is taking your request 12" in taken["Maria"][0]
    assert taken["Ana"][0].startswith("12 is yours, thanks!")

    town.text("Maria", "tercer piso, puerta azul. ¿Está bien? 😀")
    assert town.got("Ana")["Ana"] == [
        "Your neighbor (12): tercer piso, puerta azul. ¿Está bien? 😀"
    ]
    town.text("Ana", "STOP")
    assert "no more texts from us" in town.got("Ana")["Ana"][0]


def test_a_modem_that_dies_loses_and_doubles_nothing(town: Town) -> None:
    town.text("Maria", "need groceries")
    town.modem.kill()
    town.maple.tick()
    town.modem.start()
    texts = town.got("Maria", "Ana", "Ben")
    assert {name: len(some) for name, some in texts.items()} == {"Maria": 1, "Ana": 1, "Ben": 1}
    assert len(town.maple.requests()) == 1


def test_beside_an_old_phone_each_is_answered_where_they_wrote(beside_a_phone: Town) -> None:
    town = beside_a_phone
    town.maple.text("Maria", "need groceries", to=PHONES["sim1"].numbers[0])
    assert "got it, your request is 12" in town.maple.received()[0].body
    assert all("YES 12" in it[0] for it in town.got("Ana", "Ben").values())

    town.text("Ana", "yes")
    assert town.got("Ana")["Ana"][0].startswith("12 is yours")
    assert "Ana is taking your request 12" in town.maple.received()[0].body
