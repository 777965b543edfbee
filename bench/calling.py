"""How many steps of calls a second one web process answers, beside the floors of a text.

People call, choose English and food, key in a postcode, say that it is right, and hang up. Each
step is a signed form of its own, and comes after the one before it was answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from bench import children, inbound
from bench.report import Figure
from bench.texts import ANSWERED_BY_THEN, People, form_request
from bench.town import ACCOUNT, NUMBER, PUBLIC_URL, Servers

KEYS = (None, "1", "1", "11216", "1")  # pressed at each document; the first is none
TOGETHER = 2 * ANSWERED_BY_THEN  # calls side by side, so that a step finds the last one answered


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    for kind in servers.kinds(quick=quick):
        yield from _figures(servers, kind, quick)


def _figures(servers: Servers, kind: str, quick: bool) -> Iterator[Figure]:
    runs, seconds = (1, 0.3) if quick else (5, inbound.SECONDS)
    place, people = servers.place(kind), People()
    with (
        place.open(),
        place.web(children.MEASURED) as web,
        inbound.floors_at(servers, kind, people) as both,
    ):
        steps = _steps(people)
        ours = inbound.Side(web, lambda enough: [next(steps) for _ in range(enough)])
        turns = inbound.Turns(ours, *both)
        turns.take(runs, seconds)
    return inbound.judged("calling", "steps of calls beside texts", kind, turns)


def _steps(people: People) -> Iterator[bytes]:
    """Every step of every call, those of some calls side by side."""
    sids = count(1)
    while True:
        calls = [(f"CA{next(sids):032}", people.stranger()) for _ in range(TOGETHER)]
        for turn, keys in enumerate(KEYS):
            for sid, caller in calls:
                yield _step(sid, caller, turn, keys)


def _step(sid: str, caller: str, turn: int, keys: str | None) -> bytes:
    path = "/voice" if keys is None else f"/voice/step?turn={turn}"
    pressed = {} if keys is None else {"Digits": keys, "msg": "Gather Digits"}
    fields = {
        "Called": NUMBER,
        "ToState": "NY",
        "CallerCountry": "US",
        "Direction": "inbound",
        "CallerState": "NY",
        "ToZip": "10001",
        "CallSid": sid,
        "To": NUMBER,
        "CallerZip": "",
        "ToCountry": "US",
        "ApiVersion": "2010-04-01",
        "CalledZip": "10001",
        "CalledCity": "NEW YORK",
        "CallStatus": "in-progress",
        "From": caller,
        "AccountSid": ACCOUNT,
        "CalledCountry": "US",
        "CallerCity": "",
        "Caller": caller,
        "FromCountry": "US",
        "ToCity": "NEW YORK",
        "FromCity": "",
        "CalledState": "NY",
        "FromZip": "",
        "FromState": "NY",
        **pressed,
    }
    return form_request(PUBLIC_URL, path, fields)
