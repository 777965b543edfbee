"""Every kind of channel has the same shape: what each is asked, and must do, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood

from hotline import routes
from hotline.errors import AccountRefused, CarrierError
from paging import jobs
from serving import channels

NAMES = {"twilio": "account", "smsgate": "sim1", "gammu": "modem1"}
ANA, BEN = CAST["Ana"], CAST["Ben"]
HOUR = timedelta(hours=1)
KNOWS_OUR_IDS = [it for it in NAMES if it != "twilio"]


@pytest.fixture
def town(
    request: pytest.FixtureRequest, sqlite_url: str, redis_url: str, tmp_path: Path
) -> Iterator[Neighborhood]:
    first = {"folder": str(tmp_path / "modem1")} if request.param == "gammu" else {}
    with open_neighborhood(
        sqlite_url, redis_url, channels=[NAMES[request.param]], first_channel=first
    ) as neighborhood:
        yield neighborhood


def carrier() -> Any:
    tools = jobs._tools[0]
    found = next(iter(tools.channels.values()), tools.carrier)
    assert found
    return found


def test_there_is_one_of_each_kind() -> None:
    assert set(routes.BY_KIND) == set(NAMES)


@pytest.mark.parametrize("town", NAMES, indirect=True)
def test_it_says_what_it_can_do(town: Neighborhood) -> None:
    (channel,) = town.hotline.house.network.channels
    assert carrier().abilities == routes.BY_KIND[channel.kind]
    assert bool(routes.cannot(town.hotline.house.network)) is (channel.kind != "twilio")


@pytest.mark.parametrize("town", NAMES, indirect=True)
def test_what_left_is_found_and_what_did_not_is_not(town: Neighborhood) -> None:
    since = town.now()
    sid = carrier().send(ANA, "can you help?", 12, good_for=HOUR)
    assert carrier().find(ANA, "can you help?", 12, since) == [sid]
    assert carrier().find(ANA, "something else", 12, since) == []
    assert carrier().find(BEN, "can you help?", 12, since) == []


@pytest.mark.parametrize("town", NAMES, indirect=True)
def test_no_two_texts_have_one_name(town: Neighborhood) -> None:
    assert town.requests() == []
    texts = [(ANA, "one", 12), (ANA, "two", 13), (BEN, "one", 14), (ANA, "one", 15)]
    sids = [carrier().send(to, body, number, good_for=None) for to, body, number in texts]
    assert len(set(sids)) == len(texts)
    assert max(map(len, sids)) <= 64  # what a row has place for


@pytest.mark.parametrize("town", KNOWS_OUR_IDS, indirect=True)
def test_what_is_sent_again_is_not_sent_twice(town: Neighborhood, tmp_path: Path) -> None:
    first = carrier().send(ANA, "can you help?", 12, good_for=HOUR)
    assert carrier().send(ANA, "can you help?", 12, good_for=HOUR) == first
    outbox = tmp_path / "modem1" / "outbox"
    waits = list(outbox.iterdir()) if outbox.exists() else []
    town.settle()
    assert len(waits) + len(town.received()) == 1


@pytest.mark.parametrize("town", KNOWS_OUR_IDS, indirect=True)
def test_a_database_that_began_anew_sends_its_own(town: Neighborhood) -> None:
    """With other words, or the same ones at another moment: the first request of all is answered
    in the same words each time."""
    before, after = town.now(), town.now() + HOUR
    texts = [("12 is open", before), ("12 is taken", before), ("12 is open", after)]
    sids = [carrier().send(ANA, body, 12, good_for=HOUR, written_at=at) for body, at in texts]
    assert len(set(sids)) == 3
    assert [carrier().name_of(ANA, body, 12, written_at=at) for body, at in texts] == sids
    assert carrier().find(ANA, "12 is open", 12, before, written_at=before + 2 * HOUR) == []


@pytest.mark.parametrize("town", ["smsgate"], indirect=True)
def test_a_phone_that_refuses_is_an_error_of_ours(town: Neighborhood) -> None:
    town.trouble_of("sim1", "locked")
    with pytest.raises(AccountRefused):
        carrier().send(ANA, "hello", 12, good_for=None)


@pytest.mark.parametrize("town", ["smsgate"], indirect=True)
def test_two_may_tell_a_phone_at_once_where_to_post(
    town: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, told = town.hotline, []
    registrar = channels.Registrar(house.environment, house.house.network)

    def tell(_phone: object, url: str) -> None:
        told.append(url)
        if len(told) == 1:
            registrar.tell()

    monkeypatch.setattr(channels, "tell_us_at", tell)
    registrar.tell()
    registrar.tell()
    assert len(told) == 2, "and after that nobody is left to tell"


@pytest.mark.parametrize("town", ["gammu"], indirect=True)
def test_folders_that_are_gone_are_an_error_of_ours(town: Neighborhood, tmp_path: Path) -> None:
    assert town.requests() == []
    (tmp_path / "modem1").rename(tmp_path / "elsewhere")
    with pytest.raises(CarrierError):
        carrier().send(ANA, "hello", 12, good_for=None)


@pytest.mark.parametrize("town", ["twilio"], indirect=True)
def test_an_account_that_refuses_is_an_error_of_ours(town: Neighborhood) -> None:
    town.trouble("account_refused")
    with pytest.raises(AccountRefused):
        carrier().send(ANA, "hello", 12, good_for=None)
