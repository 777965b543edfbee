"""Transcripts of the tests, played before people's eyes in a rehearsal with its own worker."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rehearsing import Rehearsal, open_rehearsal

from hotline.errors import BadRoster, BadSettings
from rehearsal import replay
from rehearsal.neighborhood import scene
from rehearsal.replay import Replay
from rehearsal.transcript import BadTranscript, parse

FOLDER = Path(__file__).parent / "conversations"
PLAYED = (
    *("asking_and_yes", "second_wave", "quiet_hours", "a_picture_alone", "near_then_all"),
    *("pausing", "still_on_it_at_night", "fifth_time_thanks"),
    *("carrier_is_busy", "undelivered_brings_the_next"),
    *("call_asking_by_keypad", "call_talk_to_the_taker", "call_nobody_answers"),
    *("call_hidden_number", "call_machine_takes_nothing", "call_hang_up_in_the_message"),
)
Opening = Callable[[Replay], AbstractContextManager[Rehearsal]]


@pytest.fixture
def opening(sqlite_url: str, redis_url: str, tmp_path: Path) -> Opening:
    def opened(script: Replay) -> AbstractContextManager[Rehearsal]:
        toml, roster = replay.prepare(script.transcript)
        cast = scene.people(script.transcript)
        at = scene.begins(script.transcript.scene)
        return open_rehearsal(tmp_path, sqlite_url, redis_url, toml, roster, cast, at)

    return opened


def played(text: str, opening: Opening) -> Replay:
    script = Replay(text)
    with opening(script) as maple:
        maple.do(script.play(maple.exchange, maple.inside, pause=0))
    return script


def marks(script: Replay) -> list[str]:
    return [it.mark for it in script.lines]


@pytest.mark.parametrize("name", PLAYED)
def test_it_goes_as_written(name: str, opening: Opening) -> None:
    script = played((FOLDER / f"{name}.txt").read_text(encoding="utf-8"), opening)
    assert [it.words for it in script.lines if it.mark not in ("right", "done")] == []
    assert script.verdict == "all as written"


SAVED = """\
Texts from Maria and Stranger 0177, and what follows.

volunteers: Ana (northside; en; es), Ben (northside; food; ride; en), Chi (northside; food; en)
network: rehearsal
time: 09:41
waves: 2, 3, 5

Maria         > need shelter near 11216
Maria         < got it, your request is 12
Ana           < needs shelter (just now). Reply YES 12 to take it, NO 12 to pass.
-- 61 seconds pass --
Ben           < needs shelter (1 minute ago)
Chi           < needs shelter (1 minute ago)
Stranger 0177 > hello
Stranger 0177 < Maple Street Mutual Aid
"""


def test_what_was_saved_in_the_neighborhood_of_hotline_up_plays_there(opening: Opening) -> None:
    script = played(SAVED, opening)
    assert [it.words for it in script.lines if it.mark == "wrong"] == []
    assert script.verdict == "all as written"


DIFFERENT = """\
What is written is not what happens.

volunteers: Ana, Zoe (voice)

Maria > need food
Maria < your request is 99
Ben   < rings
# Zoe's phone rings, and nobody expected it.
Stranger 0177 > help me
Stranger 0177 presses 1
Zoe answers
"""


def test_what_differs_is_marked_and_named_and_does_not_stop_it(opening: Opening) -> None:
    script = played(DIFFERENT, opening)
    assert script.title == "What is written is not what happens."
    assert marks(script) == ["done", "wrong", "wrong", "done", "wrong", "done"]
    assert script.lines[1].words == "Maria < your request is 99"
    assert script.verdict.startswith("3 lines were different. nobody expected: Maria < ")
    assert "; Ana < Maple Street Mutual Aid: " in script.verdict
    assert "; Zoe < rings; " in script.verdict
    assert script.verdict.endswith(" more")


def test_it_stops_where_so_much_time_is_to_pass_that_no_clock_leaps_so_far(
    opening: Opening,
) -> None:
    script = played("Long.\n\nMaria > hi\nMaria <\n-- 900 hours pass --\nMaria > hi\n", opening)
    assert marks(script) == ["done", "right", "wrong", "ahead"]
    assert script.verdict == "this line cannot be read: 900 hours pass"


def test_it_can_be_stopped(opening: Opening) -> None:
    script = Replay("Slow.\n\nMaria > hi\nMaria > hi\n")

    async def stop(maple: Rehearsal) -> None:
        playing = asyncio.create_task(script.play(maple.exchange, maple.inside, pause=3600))
        while marks(script)[0] != "now":
            await maple.exchange.news.wait()
        assert script.verdict == "line 1 of 2"
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)

    with opening(script) as maple:
        maple.do(stop(maple))
    assert marks(script) == ["now", "ahead"]
    assert script.verdict == "stopped"


def test_what_is_no_transcript_has_no_lines() -> None:
    script = Replay("A title.\n\nMaria says hi\n")
    assert script.lines == []
    assert script.verdict.startswith("this cannot be read: line 3 is neither ")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("nonsense", "nobody does anything in it"),
        (
            "Rain.\n\nMaria > hi\n-- it rains --\n",
            "line 4: nobody knows how this happens: it rains",
        ),
        (
            "Oslo.\n\ntimezone: Europe/Oslo\n\nMaria > hi\n",
            "a scene has no timezone; it has by, joining,",
        ),
    ],
)
def test_what_cannot_be_played_is_refused_before_anything_is_lost_for_it(
    script: str, why: str
) -> None:
    with pytest.raises(BadTranscript, match=re.escape(why)):
        replay.prepare(parse(script))


def test_a_title_may_be_left_out(opening: Opening) -> None:
    script = played("Maria > need food\nMaria < your request is 12\n", opening)
    assert (script.title, marks(script)) == ("A transcript without a title", ["done", "right"])


def test_a_scene_that_cannot_be_set_is_refused() -> None:
    with pytest.raises(BadSettings, match="sizes"):
        replay.prepare(parse("A title.\n\nwaves: 0\n\nMaria > hi\n"))
    for time in ("25:00", "900", "Someday 8:00", "٩:00"):
        with pytest.raises(BadTranscript, match="no time like 21:30"):
            replay.prepare(parse(f"A title.\n\ntime: {time}\n\nMaria > hi\n"))
    with pytest.raises(BadRoster, match="sometimes"):
        replay.prepare(parse("A title.\n\nvolunteers: Ana (sometimes)\n\nMaria > hi\n"))


@pytest.mark.parametrize(
    ("time", "begins"),
    [
        ("", "2026-03-02 12:00"),
        ("time: 12:00\n", "2026-03-02 12:00"),
        ("time: 21:30\n", "2026-03-02 21:30"),
        ("time: 8:00\n", "2026-03-03 08:00"),
        ("time: Monday 12:00\n", "2026-03-02 12:00"),
        ("time: monday 8:00\n", "2026-03-09 08:00"),
        ("time: Sunday 16:26\n", "2026-03-08 16:26"),
    ],
)
def test_it_begins_on_a_monday_at_noon_or_at_the_next_time_the_scene_says(
    time: str, begins: str
) -> None:
    found = scene.begins(parse(f"A title.\n\n{time}").scene)
    assert f"{found.astimezone(ZoneInfo('America/New_York')):%Y-%m-%d %H:%M}" == begins
