"""Every transcript in `conversations/`, played through the whole program on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from neighborhood import CAST, NETWORK, Got, Neighborhood, open_neighborhood

from hotline.rehearsal.transcript import (
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
    passing,
    silence,
)

FOLDER = Path(__file__).parent / "conversations"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_conversation(path: Path, database_url: str, redis_url: str) -> None:
    transcript = parse(path.read_text(encoding="utf-8"))
    with open_neighborhood(database_url, redis_url, _network(transcript)) as neighborhood:
        if begins := transcript.scene.get("time"):
            neighborhood.pass_until(*map(int, begins.split(":")))
        neighborhood.put_on_roster(*_volunteers(transcript.scene.get("volunteers", "")))
        _play(transcript, neighborhood)


def test_there_are_enough_of_them() -> None:
    assert len(TRANSCRIPTS) >= 30


def _network(transcript: Transcript) -> str:
    """The tests' configuration, with what the scene says otherwise."""
    scene = transcript.scene
    network = NETWORK
    if "quiet" in scene:
        quiet = "" if scene["quiet"] == "none" else scene["quiet"]
        network = re.sub(r"quiet = .*", f'quiet = "{quiet}"', network)
    if "stewards" in scene:
        phones = ", ".join(f'"{CAST[name.strip()]}"' for name in scene["stewards"].split(","))
        network = network.replace("quiet =", f"stewards = [{phones}]\nquiet =")
    joining = f'[roster]\njoining = "{scene.get("joining", "vouched")}"\n'
    waves = f"sizes = [{scene.get('waves', '3, 5, 10')}]\n"
    return f"{network}\n{joining}\n[waves]\n{waves}"


def _volunteers(line: str) -> list[dict[str, str]]:
    """`Ana (northside; food), Ben (es; voice)`: each word is what the configuration or the roster
    knows it as."""
    found = re.findall(r"(\w+)(?:\s*\(([^)]*)\))?\s*,?", line)
    return [_volunteer(name, about) for name, about in found]


def _volunteer(name: str, about: str) -> dict[str, str]:
    columns = ("areas", "needs", "languages", "hours", "reach")
    fields: dict[str, list[str]] = {column: [] for column in columns}
    known = {
        "areas": ("northside", "eastside", "westside"),
        "needs": ("food", "ride", "medicine"),
        "languages": ("en", "es"),
        "reach": ("voice",),
    }
    for word in filter(None, (word.strip() for word in about.split(";"))):
        column = next((column for column, words in known.items() if word in words), "hours")
        fields[column].append(word)
    return {"phone": CAST[name], "name": name} | {k: ";".join(v) for k, v in fields.items()}


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
    """What was texted, said and rung, and which of it somebody expected.

    Nobody has to expect what is heard; it is looked for once between two deeds.
    """

    def __init__(self, neighborhood: Neighborhood) -> None:
        self._neighborhood = neighborhood
        self._unread: list[Got] = []
        self._have_listened: set[str] = set()
        self._expected_rings: set[str] = set()

    def find(self, turn: Reads) -> None:
        heard = self._neighborhood.heard(turn.who)
        if turn.who not in self._have_listened and _has(heard, turn.words):
            self._have_listened.add(turn.who)
            return
        self._unread += self._neighborhood.received()
        for got in self._unread:
            if got.who == turn.who and _has(got.body, turn.words):
                self._unread.remove(got)
                return
        words = ", ".join(turn.words)
        pytest.fail(
            f"line {turn.line}: {turn.who} did not read or hear {words}; {self._rest(heard)}"
        )

    def _rest(self, heard: str) -> str:
        unread = "".join(f"\n  {got.who} < {got.body}" for got in self._unread) or " nothing"
        return f"unread:{unread}" + (f"\nheard:\n  {heard}" if heard else "")

    def expect_ring(self, who: str, line: int) -> None:
        rings = {sid for sid, name in self._neighborhood.ringing().items() if name == who}
        if not rings:
            pytest.fail(f"line {line}: {who}'s phone does not ring")
        self._expected_rings |= rings

    def require_nothing_else(self, then: Turn | None) -> None:
        """Every text was read, and whoever's phone rings was expected or picks up now."""
        where = f"line {then.line}" if then else "the end"
        self._unread += self._neighborhood.received()
        if self._unread:
            shown = "\n  ".join(f"{got.who} < {got.body}" for got in self._unread)
            pytest.fail(f"before {where}, nobody expected:\n  {shown}")
        now = {then.who} if isinstance(then, Answers | Declines) else set()
        for sid, who in self._neighborhood.ringing().items():
            if sid not in self._expected_rings and who not in now:
                pytest.fail(f"before {where}, nobody expected that {who}'s phone rings")
        self._have_listened.clear()


def _has(text: str, words: tuple[str, ...]) -> bool:
    return bool(text) and all(word.casefold() in text.casefold() for word in words)


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


CALLS = {
    "answered by a machine": "machine",
    "busy": "busy",
    "not answered": "no_answer",
    "unreachable": "unreachable",
    "answered again": "rings",
}


def _happen(neighborhood: Neighborhood, what: str, line: int) -> None:
    if length := passing(what):
        neighborhood.pass_time(length)
    elif length := silence(what):
        neighborhood.silence(length.total_seconds())
    elif what == "silence":
        neighborhood.silence()
    elif found := re.fullmatch(r"it is (\d+):(\d+)", what):
        neighborhood.pass_until(int(found[1]), int(found[2]))
    elif found := re.fullmatch(rf"(\w+)'s phone is ({'|'.join(CALLS)})", what):
        neighborhood.phone(found[1], calls=CALLS[found[2]])
    elif found := re.fullmatch(r"(\w+)'s phone is (?:a )?(\w+)", what):
        neighborhood.phone(found[1], state=found[2])
    elif found := re.fullmatch(r"(\w+) does not answer", what):
        neighborhood.never_answer(found[1])
    elif found := re.fullmatch(r"the carrier is (\w+)", what):
        neighborhood.trouble(found[1])
    else:
        pytest.fail(f"line {line}: nobody knows how this happens: {what}")
