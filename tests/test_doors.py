"""Whoever writes or calls is heard, whatever their address is, and is one person at every door.

Signed forms against the real app. What a person wrote is never answered 200 and dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from neighborhood import CAST, NETWORK, NUMBER, HandClock
from sqlalchemy import select
from test_webhook_guard import Door, answered, open_door, sms

from hotline import roster_file
from hotline.carriers.twilio import senders
from hotline.desk.wave import ask_volunteers
from hotline.errors import BadRoster
from hotline.phone import elsewhere
from hotline.store import roster
from hotline.store.tables import call, message, neighbor, page, request, taker
from ivr.menu import Facts, callable_number

MARIA, ANA, CLEO = CAST["Maria"], CAST["Ana"], CAST["Cleo"]
EVERYWHERE = 'countries = ["US", "MX", "AR", "BR", "CI", "BJ", "GA", "CO", "VN", "GB"]'


@pytest.fixture
def door(sqlite_url: str, redis_url: str) -> Iterator[Door]:
    with open_door(sqlite_url, redis_url, network=_everywhere()) as it:
        yield it


@pytest.fixture
def either_door(database_url: str, redis_url: str) -> Iterator[Door]:
    """Each test with this runs on both databases."""
    with open_door(database_url, redis_url, network=_everywhere()) as it:
        yield it


def _everywhere() -> str:
    """The network of the transcripts, with a steward, and texting far away."""
    with_steward = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CLEO}"]')
    return f"{with_steward}\n[limits]\n{EVERYWHERE}\n"


def all_of(door: Door, *columns: Any) -> list[Any]:
    asked = select(*columns).order_by(columns[0].table.c.id)
    return list(door.hotline.database.read(lambda c: c.execute(asked).all()))


def phones(door: Door) -> list[str]:
    """Of everybody who is known, but for the steward."""
    return [it for (it,) in all_of(door, neighbor.c.phone) if it != CLEO]


def told_to_stewards(door: Door) -> list[str]:
    (steward,) = [
        who for who, number in all_of(door, neighbor.c.id, neighbor.c.phone) if number == CLEO
    ] or [0]
    sent = all_of(door, message.c.neighbor_id, message.c.channel, message.c.body)
    return [body for who, channel, body in sent if who == steward and channel == "api"]


def put_on_roster(door: Door, **fields: str) -> None:
    house = door.hotline.house
    entries = [roster_file.entry(fields, house.network)]
    door.hotline.database.write(lambda c: roster.put_on_roster(c, entries, house.now()))


def calls_us(door: Door, sid: str = "CA1", **form: str) -> str:
    fields = {"CallSid": sid, "From": MARIA, "To": NUMBER, "CallStatus": "ringing", **form}
    return door.text(fields, "/voice").text


# An address that is no bare number is the person behind the number.

ADDRESSES = [
    *(f"rcs:{MARIA}", f"whatsapp:{MARIA}", f"WhatsApp:{MARIA}", f"tel:{MARIA}", f" {MARIA} "),
    *(MARIA.removeprefix("+"), MARIA.removeprefix("+1"), MARIA.replace("+", "whatsapp: ")),
    *(f"sip:{MARIA}@example.org", f"sips:{MARIA}@example.org;transport=tls", f"client:{MARIA}"),
    *(f"sip:%2B{MARIA[1:]}@example.org", "+1 (212) 555-0140", f"{MARIA}\x00"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_the_person_behind_the_number(door: Door, address: str) -> None:
    answered(door.text(sms("we need groceries")))
    (told,) = answered(door.text(sms("and 2 blankets", "SM2", From=address)))
    assert "12" in told
    assert phones(door) == [MARIA]
    assert door.count(request) == 1
    assert door.bodies() == ["we need groceries", "and 2 blankets"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_with_such_an_address_has_asked(door: Door, address: str) -> None:
    (told,) = answered(door.text(sms(From=address)))
    assert "your request is 12" in told
    assert phones(door) == [MARIA]


@pytest.mark.parametrize("channel", ["rcs", "whatsapp"])
def test_a_yes_and_a_stop_hold_from_wherever_they_come(either_door: Door, channel: str) -> None:
    door = either_door
    put_on_roster(door, phone=ANA, name="Ana")
    answered(door.text(sms()))
    door.hotline.database.write(lambda c: ask_volunteers(door.hotline.house.work(c), 12))
    (told,) = answered(door.text(sms("yes", "SM2", From=f"{channel}:{ANA}")))
    assert "12 is yours" in told
    assert door.count(taker) == 1
    answered(door.text(sms("STOP", "SM3", From=f"{channel}:{ANA}")))
    stopped = {number for number, at in all_of(door, neighbor.c.phone, neighbor.c.stopped_at) if at}
    assert stopped == {ANA}


@pytest.mark.parametrize("address", [*ADDRESSES, f"client:{MARIA[1:]}", "sip:2125550140@a.example"])
def test_a_call_from_such_an_address_is_from_that_person(door: Door, address: str) -> None:
    answered(door.text(sms("we need groceries")))
    assert "<Gather" in calls_us(door, From=address)
    ((who,),) = all_of(door, call.c.neighbor_id)
    assert who is not None
    assert phones(door) == [MARIA]


# Who can be answered there and nowhere else.

APPS = ["messenger:1234567890123456", "messenger:2125550140", "client:ana", "sip:ana@example.org"]


@pytest.mark.parametrize("address", APPS)
def test_who_has_no_number_is_answered_there_and_told_to_the_stewards(
    either_door: Door, address: str
) -> None:
    door = either_door
    (told,) = answered(door.text(sms("we need insulin", From=address)))
    assert "from a phone" in told
    assert door.bodies() == ["we need insulin"]
    assert [door.count(it) for it in (request, page)] == [0, 0]
    (heard,) = told_to_stewards(door)
    assert address in heard
    assert "we need insulin" in heard


def test_who_has_no_number_is_told_so_once_and_every_word_is_kept(door: Door) -> None:
    first = sms("we need insulin", From=APPS[0])
    told = answered(door.text(first))
    assert answered(door.text(sms("please", "SM2", From=APPS[0]))) == []
    assert answered(door.text(first)) == told
    assert door.bodies() == ["we need insulin", "please"]
    assert len(told_to_stewards(door)) == 1
    assert len(phones(door)) == 1


def test_who_has_no_number_and_stops_hears_nothing_more(door: Door) -> None:
    assert answered(door.text(sms("stop", From=APPS[0]))) == []
    clock = door.hotline.house.now
    assert isinstance(clock, HandClock)
    clock.moment += timedelta(hours=7)
    assert answered(door.text(sms("we need insulin", "SM2", From=APPS[0]))) == []
    assert door.bodies() == ["stop", "we need insulin"]
    assert len(told_to_stewards(door)) == 2
    assert answered(door.text(sms("start", "SM3", From=APPS[0]))) != []


def test_what_did_not_arrive_there_is_not_sent_anywhere_else(door: Door) -> None:
    answered(door.text(sms("we need insulin", From=APPS[0])))
    ((reply,),) = [
        (it,) for it, channel in all_of(door, message.c.id, message.c.channel) if channel == "reply"
    ]
    fields = {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": "30008"}
    assert door.text(fields, f"/sms/status?text={reply}").status_code == 204
    hidden = [who for who, it in all_of(door, neighbor.c.id, neighbor.c.phone) if it != CLEO]
    sent = all_of(door, message.c.neighbor_id, message.c.channel)
    assert sorted(it for who, it in sent if who in hidden) == ["reply", "text"]


@pytest.mark.parametrize("address", APPS)
def test_a_call_without_a_number_is_asked_for_one(door: Door, address: str) -> None:
    assert "<Gather" in calls_us(door, From=address.replace("messenger:2125550140", "client:21"))
    ((who,),) = all_of(door, call.c.neighbor_id)
    assert who is None


# Networks and machines.

MACHINES = [
    *("+1121611611", "+10476000000", "+11234567890", "+19115550100", "+19995550100", "+9991234567"),
    *("46363", "311", "12", "+12345", "Bank", "REDCROSS", "Día Bank", "+19005550100", "+0123"),
    *("anonymous", "unknown", "restricted", "+266696687", "+464", "whatsapp:+1212", "rcs:46363"),
]


@pytest.mark.parametrize("address", MACHINES)
def test_a_machine_opens_nothing_and_is_not_answered(door: Door, address: str) -> None:
    put_on_roster(door, phone=ANA, name="Ana")
    for sid in ("SM1", "SM2", "SM2"):
        assert answered(door.text(sms("we need insulin", sid, From=address))) == []
    assert door.bodies() == ["we need insulin", "we need insulin"]
    assert [door.count(it) for it in (request, page)] == [0, 0]
    (heard,) = told_to_stewards(door)
    assert address in heard


@pytest.mark.parametrize(
    "number",
    [
        *("+15555550100", "+15550001234", "+12125550140", "+13705550140", "+18005550140"),
        *("+447911123456", "+4915112345678", "+8816123456789"),
    ],
)
def test_in_doubt_it_is_a_person(door: Door, number: str) -> None:
    """Of an area code that is newer than what we know of."""
    answered(door.text(sms(From=number)))
    assert phones(door) == [number]
    assert door.count(request) == 1


def test_a_network_that_calls_is_asked_for_a_number(door: Door) -> None:
    for place, address in enumerate(["+1121611611", "+10476000000", "46363", "Bank"]):
        assert "<Gather" in calls_us(door, f"CA{place}", From=address)
    assert phones(door) == []


# One phone in two spellings is one person.

SPELLINGS = [
    ("+5215512345678", "+525512345678"),
    ("+541123456789", "+5491123456789"),
    ("+551187654321", "+5511987654321"),
    ("+22507123456", "+2250707123456"),
    ("+22544123456", "+2250544123456"),
    ("+22541123456", "+2250141123456"),
    ("+22520212345", "+2252720212345"),
    ("+22997123456", "+2290197123456"),
    ("+24106123456", "+24166123456"),
    ("+5712345678", "+576012345678"),
    ("+841201234567", "+84701234567"),
    ("+4407400123456", "+447400123456"),
]


@pytest.mark.parametrize(("old", "new"), SPELLINGS)
def test_one_phone_in_two_spellings_is_one_person(door: Door, old: str, new: str) -> None:
    answered(door.text(sms(From=old)))
    answered(door.text(sms("and a blanket", "SM2", From=new)))
    answered(door.text(sms("and milk", "SM3", From=f"whatsapp:{old}")))
    calls_us(door, From=old)
    put_on_roster(door, phone=old, name="Lupe")
    put_on_roster(door, phone=new, name="Lupe")
    assert phones(door) == [new]
    assert door.count(request) == 1
    assert all_of(door, call.c.neighbor_id) == all_of(door, neighbor.c.id)[:1]


def test_who_said_stop_in_one_spelling_has_said_it_in_the_other(door: Door) -> None:
    put_on_roster(door, phone="+52 1 55 1234 5678", name="Lupe")
    answered(door.text(sms("STOP", From="+5215512345678")))
    assert [bool(at) for (at,) in all_of(door, neighbor.c.stopped_at)] == [True]


def test_a_steward_in_another_spelling_is_told(sqlite_url: str, redis_url: str) -> None:
    network = _everywhere().replace(CLEO, "+5215512345678")
    with open_door(sqlite_url, redis_url, network=network) as door:
        answered(door.text(sms(From="+525512345678")))
        answered(door.text(sms("hello", "SM2", From="46363")))
        assert phones(door) == ["+525512345678", elsewhere("46363")]


def test_what_the_carrier_keeps_of_somebody_is_looked_for_under_every_address() -> None:
    found = senders.addresses("+525512345678")
    assert found[0] == "+525512345678"
    assert {"+5215512345678", "whatsapp:+5215512345678", "rcs:+525512345678"} <= set(found)
    assert senders.addresses(MARIA) == [MARIA, f"whatsapp:{MARIA}", f"rcs:{MARIA}"]


def test_a_roster_with_one_phone_in_two_spellings_says_so(door: Door) -> None:
    table = "phone,name\n+52 1 55 1234 5678,Lupe\n+52 55 1234 5678,Guadalupe\n"
    with pytest.raises(BadRoster, match="have the same phone"):
        roster_file.read(table, door.hotline.house.network)


@pytest.mark.parametrize("keys", ["5512345678", "15512345678", "0445512345678"])
def test_a_number_that_is_keyed_in_is_the_persons(keys: str) -> None:
    assert callable_number(keys, Facts(("en",), (), "MX", ("MX",))) == "+525512345678"
