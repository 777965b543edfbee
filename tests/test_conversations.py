"""Every transcript in `conversations/`, played through the whole program on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from neighborhood import CAST, NETWORK, Got, Neighborhood, open_neighborhood

from hotline.rehearsal.transcript import Meanwhile, Reads, Says, Transcript, parse, passing

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
    waves = f"sizes = [{scene.get('waves', '3, 5, 10')}]\n"
    return f"{network}\n[waves]\n{waves}"


def _volunteers(line: str) -> list[dict[str, str]]:
    """`Ana (northside; food), Ben (es)`: each word is what it is known as in the configuration."""
    found = re.findall(r"(\w+)(?:\s*\(([^)]*)\))?\s*,?", line)
    return [_volunteer(name, about) for name, about in found]


def _volunteer(name: str, about: str) -> dict[str, str]:
    fields: dict[str, list[str]] = {"areas": [], "needs": [], "languages": [], "hours": []}
    known = {
        "areas": ("northside", "eastside", "westside"),
        "needs": ("food", "ride", "medicine"),
        "languages": ("en", "es"),
    }
    for word in filter(None, (word.strip() for word in about.split(";"))):
        column = next((column for column, words in known.items() if word in words), "hours")
        fields[column].append(word)
    return {"phone": CAST[name], "name": name} | {k: ";".join(v) for k, v in fields.items()}


def _play(transcript: Transcript, neighborhood: Neighborhood) -> None:
    unread: list[Got] = []
    for turn in transcript.turns:
        match turn:
            case Reads(line, who, words):
                unread += neighborhood.received()
                _find(unread, who, words, line)
            case Says(line, who, body):
                _nothing_unread(unread + neighborhood.received(), line)
                _say(neighborhood, who, body)
            case Meanwhile(line, what):
                _nothing_unread(unread + neighborhood.received(), line)
                _happen(neighborhood, what, line)
    _nothing_unread(unread + neighborhood.received(), "the end")


def _find(unread: list[Got], who: str, words: tuple[str, ...], line: int) -> None:
    for got in unread:
        if got.who == who and all(word.casefold() in got.body.casefold() for word in words):
            unread.remove(got)
            return
    shown = "\n  ".join(f"{got.who} < {got.body}" for got in unread) or "nothing"
    pytest.fail(f"line {line}: {who} did not read {', '.join(words)}; unread are:\n  {shown}")


def _nothing_unread(unread: list[Got], line: int | str) -> None:
    shown = "\n  ".join(f"{got.who} < {got.body}" for got in unread)
    if unread:
        pytest.fail(f"before line {line}, nobody expected:\n  {shown}")


def _say(neighborhood: Neighborhood, who: str, body: str) -> None:
    pictures = ["https://media.example.org/1"] * body.count("[picture]")
    words = body.replace("[picture]", "").strip()
    answer = neighborhood.text(who, words, **({"media": pictures} if pictures else {}))
    assert answer["status"] == 200


def _happen(neighborhood: Neighborhood, what: str, line: int) -> None:
    if length := passing(what):
        neighborhood.pass_time(length)
    elif found := re.fullmatch(r"it is (\d+):(\d+)", what):
        neighborhood.pass_until(int(found[1]), int(found[2]))
    elif found := re.fullmatch(r"(\w+)'s phone is (?:a )?(\w+)", what):
        neighborhood.phone(found[1], found[2])
    elif found := re.fullmatch(r"the carrier is (\w+)", what):
        neighborhood.trouble(found[1])
    else:
        pytest.fail(f"line {line}: nobody knows how this happens: {what}")
