"""Every transcript in `conversations/`, played through the whole program on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from neighborhood import open_neighborhood

from rehearsal.neighborhood import scene
from rehearsal.playing import Player
from rehearsal.transcript import Transcript, parse

FOLDER = Path(__file__).parent / "conversations"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_conversation(path: Path, database_url: str, redis_url: str) -> None:
    play(parse(path.read_text(encoding="utf-8")), database_url, redis_url)


def play(transcript: Transcript, database_url: str, redis_url: str) -> None:
    """Fails where something else happens than what is written."""
    of, cast = transcript.scene, scene.numbers_of(transcript)
    network, now = scene.network_toml(of, cast), scene.begins(of)
    with open_neighborhood(database_url, redis_url, network, now, cast=cast) as neighborhood:
        neighborhood.put_on_roster(*scene.volunteers(of, cast))
        different = asyncio.run(first_difference(transcript, Player(neighborhood.hands)))
    assert different == "", different


async def first_difference(transcript: Transcript, player: Player) -> str:
    for turn in transcript.turns:
        outcome = await player.play(turn)
        if outcome.unexpected:
            return f"before line {turn.line}, nobody expected:{_each(outcome.unexpected)}"
        if outcome.why:
            return f"line {turn.line}: {outcome.why}"
    left = await player.look_up(None)
    return f"before the end, nobody expected:{_each(left)}" if left else ""


def _each(unexpected: tuple[str, ...]) -> str:
    return "".join(f"\n  {it}" for it in unexpected)


def test_there_are_enough_of_them() -> None:
    assert len(TRANSCRIPTS) >= 30
