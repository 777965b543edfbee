"""Whether what was texted, heard and rung is what a transcript says.

Pure memory: it fetches nothing, and leaves it to others what becomes of a mismatch. Who is meant
may be names or numbers, as long as both sides have the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rehearsal.transcript import Answers, Declines, Reads, Turn

Arrival = tuple[str, str]
"""Whose phone a text reached, and its words."""


class Watch:
    """What arrived, and which of it somebody expected.

    Nobody has to expect what is heard; it is looked for once between two deeds.
    """

    def __init__(self) -> None:
        self.unread: list[Arrival] = []
        self._have_listened: set[str] = set()
        self._expected_rings: set[str] = set()

    def arrive(self, texts: Iterable[Arrival]) -> None:
        self.unread += texts

    def finds(self, turn: Reads, heard: str) -> bool:
        """Whether they heard this since they last did something, or else read it."""
        if heard and turn.who not in self._have_listened and has(heard, turn.words):
            self._have_listened.add(turn.who)
            return True
        for who, body in self.unread:
            if who == turn.who and has(body, turn.words):
                self.unread.remove((who, body))
                return True
        return False

    def expects_ring(self, who: str, ringing: Mapping[str, str]) -> bool:
        """Whether their phone rings. `ringing`: whose phones do, by the sid of the call."""
        rings = {sid for sid, name in ringing.items() if name == who}
        self._expected_rings |= rings
        return bool(rings)

    def unexpected_rings(self, then: Turn | None, ringing: Mapping[str, str]) -> list[str]:
        """Whose phones ring that nobody expected, but for who picks up now."""
        now = {then.who} if isinstance(then, Answers | Declines) else set()
        rings = ((sid, who) for sid, who in ringing.items() if who not in now)
        return [who for sid, who in rings if sid not in self._expected_rings]

    def go_on(self) -> None:
        """Somebody does something: what is heard from here on is looked for anew."""
        self._have_listened.clear()


def has(text: str, words: tuple[str, ...]) -> bool:
    return all(word.casefold() in text.casefold() for word in words)
