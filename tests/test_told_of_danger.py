"""What people write in danger, and what only sounds like it: the table `told/danger.tsv`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from neighborhood import NETWORK

from hotline.help_request import HelpRequest, State
from hotline.notices import Told
from hotline.settings import read_network
from sms import orders
from sms.conversation import (
    Act,
    KeepApart,
    OpenRequest,
    PassOn,
    Say,
    Situation,
    StopTexts,
    Warn,
    decide,
)
from sms.reading import read
from sms.shelter import shelter

TABLE = Path(__file__).parent / "told" / "danger.tsv"
NEIGHBORHOOD = read_network(NETWORK, "hotline.toml")
NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
MARIA, ANA = 1, 2
TAKEN = HelpRequest(12, MARIA, NOW, State.TAKEN, ("food",), takers=(ANA,), due=NOW)
STRANGER = Situation(0, NOW, languages=("en", "es"), example=("food",))
ASKER = replace(STRANGER, me=MARIA, requests=(TAKEN,))
TAKER = replace(ASKER, me=ANA, on_roster=True)


class Row(NamedTuple):
    line: int
    outcome: str
    language: str
    said: str


def rows() -> list[Row]:
    lines = enumerate(TABLE.read_text("utf-8").splitlines(), 1)
    told = {line: it.split("\t") for line, it in lines if it and not it.startswith("#")}
    return [Row(line, *columns) for line, columns in told.items()]


OUTCOMES = sorted({it.outcome for it in rows()})


def follows(situation: Situation, said: str) -> list[Act]:
    reading = read(said, NEIGHBORHOOD, asked_about=situation.numbers)
    order = orders.find(reading, NEIGHBORHOOD)
    return shelter(situation, reading, decide(situation, reading, order), ["Ana"])


def names_the_number(acts: list[Act]) -> bool:
    """Whether whoever wrote reads the emergency number."""
    told = [it.notice.what for it in acts if isinstance(it, Say)]
    is_answered = Told.HELD in told or Told.NOT_AN_EMERGENCY_LINE in told
    return is_answered or any(isinstance(it, Warn | KeepApart) for it in acts)


def wrong(outcome: str, said: str) -> str:
    """How what comes of a text differs from the table; "" if it does not."""
    match outcome:
        case "emergency" | "crisis":
            everybody = (STRANGER, ASKER, TAKER)
            silent = [it.me for it in everybody if not names_the_number(follows(it, said))]
            first = follows(STRANGER, said)
            is_crisis = any(isinstance(it, Warn) and it.crisis for it in first)
            if outcome == "crisis" and not is_crisis:
                return "no crisis line"
            return f"no number for {silent}" if silent else ""
        case "none":
            acts = follows(STRANGER, said)
            is_right = not any(isinstance(it, Warn) for it in acts)
            opens = [it for it in acts if isinstance(it, OpenRequest)]
            is_urgent = any(it.urgent for it in opens)
            return "" if is_right and not is_urgent else "danger where there is none"
        case "plain":
            acts = follows(ASKER, said)
            held = [it for it in acts if isinstance(it, Say) and it.notice.what is Told.HELD]
            return f"{acts}" if held or any(isinstance(it, KeepApart) for it in acts) else ""
        case "held":
            acts = follows(ASKER, said)
            held = any(isinstance(it, Say) and it.notice.what is Told.HELD for it in acts)
            return "" if held else f"{acts}"
        case _:
            acts = follows(TAKER if outcome == "apart-taker" else ASKER, said)
            parted = [it for it in acts if isinstance(it, KeepApart)]
            passed = [it for it in acts if isinstance(it, PassOn | StopTexts)]
            is_parted = [(it.number, it.is_guess) for it in parted] == [(12, True)]
            return "" if is_parted and not passed else f"{acts}"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_comes_of_it(outcome: str) -> None:
    meant = [it for it in rows() if it.outcome == outcome]
    found = {it: how for it in meant if (how := wrong(outcome, it.said))}
    said = "\n".join(
        f"line {it.line} ({it.language}): {it.said}: {how}" for it, how in found.items()
    )
    assert not found, said
