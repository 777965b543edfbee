"""Every transcript in `conversations/`, played through the whole program on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from by_modem import open_by_modem
from modems import PROGRAM
from neighborhood import Neighborhood, open_neighborhood

from rehearsal.neighborhood import scene
from rehearsal.playing import Player
from rehearsal.transcript import InCall, Transcript, parse

FOLDER = Path(__file__).parent / "conversations"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_conversation(path: Path, database_url: str, redis_url: str) -> None:
    transcript = parse(path.read_text(encoding="utf-8"))
    channels = scene.carried_by(transcript.scene)
    play(transcript, database_url, redis_url, partial(open_neighborhood, channels=channels))


def play(
    transcript: Transcript,
    database_url: str,
    redis_url: str,
    opened: Callable[..., AbstractContextManager[Neighborhood]] = open_neighborhood,
) -> None:
    """Fails where something else happens than what is written. `opened`: with what brings the
    texts, as `open_neighborhood`."""
    of, cast = transcript.scene, scene.numbers_of(transcript)
    network, now = scene.network_toml(of, cast), scene.begins(of)
    with opened(database_url, redis_url, network, now, cast=cast) as neighborhood:
        neighborhood.put_on_roster(*scene.volunteers(of, cast))
        different = asyncio.run(first_difference(transcript, Player(neighborhood.hands)))
    assert different == "", different


# The same by an old phone and by a modem, on which nobody can call.

_STOP = "the hotline answers STOP, START or HELP itself"
_FILES = "pictures and voice messages are not passed on"
_REASONS = "neither gives a code for why a number is wrong, and none tells of phones that are off"
_ACCOUNT = "it tells of trouble with an account"
OTHERWISE: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("fear_in_filipino", "forget_me_after_stop", "help_is_the_carriers"),
            *("holder_says_stop", "not_yet_after_stop_and_another_takes_it", "stopped_requester"),
            *("stop_while_asked_how_it_went", "stop_and_start", "who_said_stop_hears_nothing"),
            *("talking_to_somebody_who_stopped", "a_steward_assigns", "start_in_ones_own_words"),
        ),
        _STOP,
    ),
    **dict.fromkeys(
        ("a_voice_message_by_text", "a_file_that_cannot_be_passed_on", "a_picture_alone"), _FILES
    ),
    **dict.fromkeys(
        (
            *("bad_number_is_told_to_stewards", "bad_number_of_who_asked"),
            *("no_such_number_brings_the_next", "phone_that_is_always_off"),
            "undelivered_brings_the_next",
        ),
        _REASONS,
    ),
    **dict.fromkeys(
        ("a_page_that_was_never_sent", "carrier_is_busy", "opted_out_at_the_carrier"), _ACCOUNT
    ),
    **dict.fromkeys(("forget_me", "forget_me_in_spanish"), "the phone may keep some of it"),
    "call_nobody_answers": "somebody is called",
}
"""Those in which something else happens there, and why."""


def _is_by_text(transcript: Transcript) -> bool:
    said = transcript.scene.get("volunteers", "")
    is_called = any(isinstance(it, InCall) for it in transcript.turns) or "voice" in said
    return not is_called and "by" not in transcript.scene


BY_TEXT = [it for it in TRANSCRIPTS if _is_by_text(parse(it.read_text(encoding="utf-8")))]


THE_SAME = [it for it in BY_TEXT if it.stem not in OTHERWISE]


@pytest.mark.parametrize("path", THE_SAME, ids=lambda path: path.stem)
def test_the_same_by_an_old_phone(path: Path, sqlite_url: str, redis_url: str) -> None:
    opened = partial(open_neighborhood, channels=["sim1"])
    play(parse(path.read_text(encoding="utf-8")), sqlite_url, redis_url, opened)


@pytest.mark.skipif(PROGRAM is None, reason="gammu-smsd is not installed")
@pytest.mark.parametrize("path", THE_SAME, ids=lambda path: path.stem)
def test_the_same_by_a_modem(path: Path, sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    opened = partial(open_by_modem, tmp_path)
    play(parse(path.read_text(encoding="utf-8")), sqlite_url, redis_url, opened)


def test_those_that_go_otherwise_there_are_known() -> None:
    assert set(OTHERWISE) <= {it.stem for it in TRANSCRIPTS}


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
