"""Every transcript in `conversations/`, played through the whole program on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from neighborhood import Neighborhood, open_neighborhood

from rehearsal import matching
from rehearsal.meanwhile import (
    CarrierIs,
    CarrierIsWell,
    NeverAnswers,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    Silence,
    TimeIs,
    TimePasses,
    happening,
)
from rehearsal.neighborhood import scene
from rehearsal.transcript import (
    Answers,
    Calls,
    Declines,
    HangsUp,
    Meanwhile,
    Presses,
    Reads,
    Rings,
    Says,
    Speaks,
    Transcript,
    Turn,
    parse,
)

FOLDER = Path(__file__).parent / "conversations"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_conversation(path: Path, database_url: str, redis_url: str) -> None:
    transcript = parse(path.read_text(encoding="utf-8"))
    play(transcript, database_url, redis_url)


def test_there_are_enough_of_them() -> None:
    assert len(TRANSCRIPTS) >= 30


def play(transcript: Transcript, database_url: str, redis_url: str) -> None:
    """Fails where something else happens than what is written."""
    of, cast = transcript.scene, scene.numbers_of(transcript)
    network = scene.network_toml(of, cast)
    now = scene.begins(of)
    with open_neighborhood(database_url, redis_url, network, now, cast=cast) as neighborhood:
        neighborhood.put_on_roster(*scene.volunteers(of, cast))
        _play(transcript, neighborhood)


def _play(transcript: Transcript, neighborhood: Neighborhood) -> None:
    watch = Watch(neighborhood)
    for turn in transcript.turns:
        match turn:
            case Reads():
                watch.find(turn)
            case Rings():
                watch.expect_ring(turn.who, turn.line)
            case _:
                watch.require_nothing_else(turn)
                _do(neighborhood, turn)
    watch.require_nothing_else(None)


class Watch:
    """Fails when something was not texted, said or rung that somebody expected, or the reverse."""

    def __init__(self, neighborhood: Neighborhood) -> None:
        self._neighborhood = neighborhood
        self._watch = matching.Watch()

    def find(self, turn: Reads) -> None:
        heard = self._neighborhood.heard(turn.who)
        self._receive()
        if not self._watch.finds(turn, heard):
            words = ", ".join(turn.words)
            pytest.fail(
                f"line {turn.line}: {turn.who} did not read or hear {words}; {self._rest(heard)}"
            )

    def _receive(self) -> None:
        self._watch.arrive((got.who, got.body) for got in self._neighborhood.received())

    def _rest(self, heard: str) -> str:
        unread = self._shown() or " nothing"
        return f"unread:{unread}" + (f"\nheard:\n  {heard}" if heard else "")

    def _shown(self) -> str:
        return "".join(f"\n  {who} < {body}" for who, body in self._watch.unread)

    def expect_ring(self, who: str, line: int) -> None:
        if not self._watch.expects_ring(who, self._neighborhood.ringing()):
            pytest.fail(f"line {line}: {who}'s phone does not ring")

    def require_nothing_else(self, then: Turn | None) -> None:
        """Every text was read, and whoever's phone rings was expected or picks up now."""
        where = f"line {then.line}" if then else "the end"
        self._receive()
        if self._watch.unread:
            pytest.fail(f"before {where}, nobody expected:{self._shown()}")
        for who in self._watch.unexpected_rings(then, self._neighborhood.ringing()):
            pytest.fail(f"before {where}, nobody expected that {who}'s phone rings")
        self._watch.go_on()


def _do(neighborhood: Neighborhood, turn: Turn) -> None:
    match turn:
        case Says(_, who, body):
            _say(neighborhood, who, body)
        case Calls(_, who, is_hidden):
            neighborhood.call(who, is_hidden=is_hidden)
        case Answers(_, who):
            neighborhood.answer(who)
        case Declines(_, who):
            neighborhood.decline(who)
        case Presses(_, who, keys):
            neighborhood.press(who, keys)
        case Speaks(_, who, words):
            neighborhood.say(who, words)
        case HangsUp(_, who):
            neighborhood.hang_up(who)
        case Meanwhile(line, what):
            _happen(neighborhood, what, line)


def _say(neighborhood: Neighborhood, who: str, body: str) -> None:
    pictures = ["https://media.example.org/1"] * body.count("[picture]")
    words = body.replace("[picture]", "").strip()
    answer = neighborhood.text(who, words, **({"media": pictures} if pictures else {}))
    assert answer["status"] == 200


def _happen(neighborhood: Neighborhood, what: str, line: int) -> None:
    match happening(what):
        case TimePasses(length):
            neighborhood.pass_time(length)
        case Silence(seconds):
            neighborhood.silence(seconds)
        case TimeIs(hour, minute):
            neighborhood.pass_until(hour, minute)
        case PhoneIs(who, state):
            neighborhood.phone(who, state=state)
        case PhoneCalled(who, calls):
            neighborhood.phone(who, calls=calls)
        case PhoneOpted(who, out):
            neighborhood.phone(who, opted_out=out)
        case NeverAnswers(who):
            neighborhood.never_answer(who)
        case CarrierIs(trouble):
            to = {"to": neighborhood.number(trouble.to)} if trouble.to else {}
            neighborhood.trouble(trouble.kind, times=trouble.times, code=trouble.code, **to)
        case CarrierIsWell():
            neighborhood.end_trouble()
        case _:
            pytest.fail(f"line {line}: nobody knows how this happens: {what}")
