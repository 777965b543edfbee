"""Calls in `hotline talk`: who is in one, what is heard in it, and what is typed.

It carries deeds to the rehearsal's control addresses and shows what follows there; it knows no more
of a call than the phones do. Looked at from two threads: what people type, and what comes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from rehearsal.neighborhood import HIDDEN
from rehearsal.phones import Phone
from rehearsal.transcript import (
    Answers,
    Calls,
    Declines,
    HangsUp,
    InCall,
    Meanwhile,
    Presses,
    Reads,
    Rings,
    Speaks,
    Turn,
)
from rehearsal.twiml import KEYS

SILENCE = 10.0  # seconds that an empty line is where nobody waits for anything

Seen = dict[str, Any]
"""A call as `/rehearsal/calls` shows it."""


class Addresses(Protocol):
    """What is needed of a rehearsal. A deed that is refused is a `ValueError` in its words."""

    def calls(self) -> list[Seen]: ...
    def call(self, number: str) -> Seen: ...
    def do(self, sid: str, deed: str, **wish: object) -> Seen: ...
    def played(self, sid: str, at: int) -> str: ...


class Teller(Protocol):
    """Who shows what happens, and writes it down."""

    def show(self, number: str, name: str, sign: str, body: str, remark: str = "") -> None: ...
    def say(self, line: str) -> None: ...
    def echo(self, number: str, name: str, deed: InCall) -> None: ...
    def note(self, turn: Turn) -> None: ...
    def take_back(self, turn: Turn) -> None: ...
    def name_of(self, number: str, name: str) -> str: ...


class PhoneCalls:
    def __init__(self, rehearsal: Addresses, teller: Teller) -> None:
        self._rehearsal = rehearsal
        self._teller = teller
        self._callers: dict[str, Phone] = {}  # who it is that calls, by sid: they may hide
        self._heard: dict[str, int] = {}
        self._waits_for: dict[str, str] = {}
        self._lock = threading.RLock()
        self._last_sid = ""
        for call in rehearsal.calls():  # what was before is no news
            self._remember(call)

    # What is seen.

    def look(self) -> None:
        """Show what is new in all calls."""
        with self._lock:
            for call in self._rehearsal.calls():
                self._show(call)

    def is_live(self, who: Phone) -> bool:
        return self._live(who) is not None

    def _remember(self, call: Seen) -> None:
        self._heard[call["sid"]] = max((it["at"] for it in call["heard"]), default=0)
        self._waits_for[call["sid"]] = call["waits_for"]

    def _show(self, call: Seen) -> None:
        since, before = self._heard.get(call["sid"], 0), self._waits_for.get(call["sid"])
        new = [it for it in call["heard"] if it["at"] > since]
        self._remember(call)
        number, name = self._whose(call)
        if heard := " ".join(filter(None, (self._words_of(call, it) for it in new))):
            self._teller.show(number, name, "<", heard, "  (heard)")
            parts = tuple(filter(None, (part.strip() for part in heard.split(","))))
            self._teller.note(Reads(0, self._teller.name_of(number, name), parts))
        self._show_change(call, before, number, name)

    def _show_change(self, call: Seen, before: str | None, number: str, name: str) -> None:
        called, now = name or number, call["waits_for"]
        if now == "answer" != before:
            self._teller.note(Rings(0, self._teller.name_of(number, name)))
            self._teller.say(f"{called}'s phone rings: /answer {called} or /decline {called}")
        elif not now and before == "answer" and not call["heard"]:
            self._teller.say(f"{called}'s phone has stopped ringing.")
        elif not now and before != "":
            self._teller.say(f"{called}'s call is over.")

    def _whose(self, call: Seen) -> tuple[str, str]:
        caller = self._callers.get(call["sid"])
        return (caller.number, caller.name) if caller else (call["phone"], call["name"])

    def _words_of(self, call: Seen, sound: Seen) -> str:
        match sound["kind"]:
            case "pause":
                return ""
            case "beep":
                return "beep"
            case "play":
                return self._rehearsal.played(call["sid"], sound["at"])
        return str(sound["words"])

    # What is done.

    def type(self, who: Phone, line: str) -> None:
        """Whatever somebody types in a call: keys, words, or nothing, which is silence."""
        call = self._live(who)
        if not line and call:  # until it goes on by itself
            self.be_silent(sid=call["sid"])
        elif set(line) <= set(KEYS):
            self.do(Presses(0, who.name, line), who)
        elif call and call["waits_for"] == "keys":
            self._teller.say("Keys are waited for, like 1 or 12#. Enter is silence.")
        else:
            self.do(Speaks(0, who.name, line), who)

    def do(self, deed: InCall, who: Phone) -> bool:
        """Do it, and show what follows at once. False when it cannot be done, which is said."""
        turn = replace(deed, who=self._teller.name_of(who.number, who.name))
        with self._lock, self._noting(turn) as noted:
            self._teller.echo(who.number, who.name, turn)
            self._last_sid = self._do(deed, who)["sid"]
            self.look()
        return bool(noted)

    def be_silent(self, seconds: float | None = None, sid: str = "") -> None:
        """In this call, or in that of whoever did something last: so long, or until it goes on by
        itself."""
        sid = sid or self._last_sid or "none"
        due = (it["due_in"] for it in self._rehearsal.calls() if it["sid"] == sid)
        seconds = seconds or next(due, None) or SILENCE
        turn = Meanwhile(0, f"{seconds:g} seconds of silence")
        with self._lock, self._noting(turn):
            self._rehearsal.do(sid, "wait", seconds=seconds)
            self.look()

    @contextmanager
    def _noting(self, turn: Turn) -> Iterator[list[Turn]]:
        """Note it before it is done: what follows may be noted sooner than that it is done. Says
        why it cannot be done; otherwise it is in the list."""
        done = [turn]
        self._teller.note(turn)
        try:
            yield done
        except ValueError as error:
            done.clear()
            self._teller.take_back(turn)
            self._teller.say(f"That cannot be done: {error}.")

    def who_rings(self) -> list[str]:
        """The numbers of the phones that ring."""
        return [it["phone"] for it in self._rehearsal.calls() if it["waits_for"] == "answer"]

    def _do(self, deed: InCall, who: Phone) -> Seen:
        match deed:
            case Calls(_, _, is_hidden, shown):
                if shown:
                    raise ValueError("here everybody calls with their own number")
                if self.is_live(who):
                    raise ValueError("there is a call already")
                call = self._rehearsal.call(HIDDEN if is_hidden else who.number)
                self._callers[call["sid"]] = who
                return call
            case Answers():
                return self._do_in(self._call_of(who, "answer"), "answer")
            case Declines():
                return self._do_in(self._call_of(who, "answer"), "decline")
            case Presses(_, _, keys):
                return self._do_in(self._live(who), "press", keys=keys)
            case Speaks(_, _, words):
                return self._do_in(self._live(who), "say", words=words)
            case HangsUp():
                return self._do_in(self._live(who), "hang_up")

    def _do_in(self, call: Seen | None, deed: str, **wish: object) -> Seen:
        if call is None:
            raise ValueError("there is no such call")
        return self._rehearsal.do(call["sid"], deed, **wish)

    def _live(self, who: Phone) -> Seen | None:
        return self._call_of(who, "keys", "words", "bridge", "webhook")

    def _call_of(self, who: Phone, *waits_for: str) -> Seen | None:
        """Their last call that waits for one of these."""
        found = [
            call
            for call in self._rehearsal.calls()
            if self._whose(call)[0] == who.number and call["waits_for"] in waits_for
        ]
        return found[-1] if found else None
