"""What people do on the phone: call and press what they hear of, speak, hang up; or answer a phone
that rings. They know no more of the menu than what is said to them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

MOST_STEPS = 30
SOME_POSTCODES = ("11216#", "11233#", "#")
NEEDS = ("For food, press", "Para comida, marque")
KEY = re.compile(r"(?:press|marque el) (\d)")
HASH = ("then press pound", "luego la tecla de número")
MINE = ("made, took or were asked about, press star", "le preguntamos, marque asterisco")
POSTCODE = ("Key in the postcode", "Marque el código postal")
MESSAGE = ("After the tone, tell us", "Después del tono, díganos")
READ_BACK = ("We have your message", "Tenemos su mensaje")

Control = Callable[..., Any]
"""Asks one of the carrier's own addresses: (path, wish) → what came back."""


@dataclass
class Called:
    """One call. `told_us`: the hotline has answered after a need was chosen or something was
    said, so that it may not be lost. `is_forged`: by somebody who only shows this number."""

    sid: str
    phone: str
    begun: float
    told_us: bool = False
    is_forged: bool = False


def call(
    control: Control, phone: str, word: str, chance: Random, *, is_forged: bool = False
) -> Called:
    """Call the hotline and see it through, or hang up half-way."""
    call = control("calls", {"from": phone, "is_attested": not is_forged})
    it = Called(call["sid"], phone, time.time(), is_forged=is_forged)
    said = _said(call, 0)
    for _ in range(MOST_STEPS):
        if not call["waits_for"]:
            break
        if chance.random() < 0.08:
            control(f"calls/{it.sid}/hang_up", {})
            break
        before, heard = said, _last(call)
        call = _do_something(control, call, said, word, chance)
        said = _said(call, heard)
        it.told_us = it.told_us or _is_heard(before, said)
    return it


def _is_heard(before: str, said: str) -> bool:
    """Whether the hotline has just taken a need or a message, and says what comes next."""
    chose = any(it in before for it in NEEDS) and any(it in said for it in POSTCODE)
    spoke = any(it in before for it in MESSAGE) and any(it in said for it in READ_BACK)
    return chose or spoke


def answer(control: Control, call: dict[str, Any], chance: Random) -> None:
    """The phone rings: some decline, some let it ring, most listen and press a key."""
    sid = call["sid"]
    choice = chance.random()
    if choice < 0.1:
        control(f"calls/{sid}/decline", {})
    elif choice < 0.2:
        let_ring(control, call, chance)
    else:
        call = control(f"calls/{sid}/answer", {})
        if call["waits_for"] == "keys" and chance.random() < 0.8:
            control(f"calls/{sid}/press", {"keys": chance.choice("1112237")})
        elif call["waits_for"]:
            control(f"calls/{sid}/hang_up", {})


def let_ring(control: Control, call: dict[str, Any], _chance: Random) -> None:
    """Nobody is there."""
    control(f"calls/{call['sid']}/wait", {"seconds": 90})


def _do_something(
    control: Control, call: dict[str, Any], said: str, word: str, chance: Random
) -> dict[str, Any]:
    sid = call["sid"]
    if chance.random() < 0.12:
        return _wait(control, sid)
    if call["waits_for"] == "words":
        control(f"calls/{sid}/say", {"words": f"bring it to {word}"})
        return dict(control(f"calls/{sid}/press", {"keys": "#"}))
    if call["waits_for"] == "bridge":  # it rings for somebody else, or the two talk
        ends = chance.random() < 0.3
        return dict(control(f"calls/{sid}/hang_up", {}) if ends else _wait(control, sid))
    keys = KEY.findall(said) or ["1"]
    if any(it in said for it in MINE):  # whoever has shown who they are is not offered it
        keys = ["*"]
    pressed = (
        chance.choice(SOME_POSTCODES) if any(it in said for it in HASH) else chance.choice(keys)
    )
    return dict(control(f"calls/{sid}/press", {"keys": pressed}))


def _wait(control: Control, sid: str) -> dict[str, Any]:
    return dict(control(f"calls/{sid}/wait", {"seconds": 9}))


def _said(call: dict[str, Any], after: int) -> str:
    """What was said since then."""
    return " ".join(it["words"] for it in call["heard"] if it["kind"] == "say" and it["at"] > after)


def _last(call: dict[str, Any]) -> int:
    return int(call["heard"][-1]["at"]) if call["heard"] else 0
