"""The board's sentences in every language: none is missing, none has lost what stands in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from neighborhood import NETWORK

from board import deeds, sentences, speech
from hotline import errors, settings
from hotline.help_request import ByStewards
from hotline.message import WhyDropped
from hotline.phrasebook import LANGUAGES
from hotline.store.people import Neighbor

ROOT = Path(__file__).parent.parent
BOARD = ROOT / "board"
TRANSLATED = LANGUAGES[1:]
METHODS = [("*.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
NOW = datetime(2026, 3, 2, 17, 5, tzinfo=UTC)


def catalogue(language: str) -> Catalog:
    file = BOARD / "catalogues" / language / "LC_MESSAGES" / "board.po"
    return read_po(BytesIO(file.read_bytes()))


def written() -> set[str]:
    """Every sentence that is in the code; of those with a plural the singular."""
    keywords: dict[str, tuple[int, ...] | None] = {
        "_": None,
        "N_": None,
        "gettext": None,
        "ngettext": (1, 2),
    }
    found = extract_from_dir(BOARD, METHODS, OPTIONS, keywords=keywords)
    return {words if isinstance(words, str) else words[0] for _, _, words, _, _ in found}


def messages(language: str) -> Iterator[Message]:
    return (it for it in catalogue(language) if it.id)


def forms(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def named(words: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", words))


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_of_the_board_is_missing(language: str) -> None:
    known = {forms(it.id)[0]: it for it in messages(language)}
    assert written() <= set(known), "run `make words`"
    left = [words for words in written() if not all(forms(known[words].string))]
    assert not left, f"{language}: {len(left)} to translate:\n" + "\n".join(sorted(left))


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_stands_in_a_sentence_stands_in_its_translation(language: str) -> None:
    for it in messages(language):
        wanted = set().union(*map(named, forms(it.id)))
        for said in forms(it.string):
            assert named(said) == wanted, f"{it.id}: {said}"
            assert "%" not in re.sub(r"%\(\w+\)s", "", said), said


@pytest.mark.parametrize("language", TRANSLATED)
def test_many_and_one_are_told_apart_as_the_language_does(language: str) -> None:
    for it in messages(language):
        if not isinstance(it.id, str):
            assert len(forms(it.string)) > 1, it.id


def neighbor(who: int, name: str | None = None) -> Neighbor:
    return Neighbor(who, f"+1212555010{who}", name, None, False, False, False, False)


def board_in(language: str) -> speech.BoardSpeech:
    return speech.BoardSpeech(settings.read_network(NETWORK, "hotline.toml"), language, NOW)


@pytest.mark.parametrize(
    ("language", "today", "other", "long"),
    [
        ("en", "11:30 AM", "Sun, Mar 1, 11:30 AM", "35 minutes"),
        ("es", "11:30", "dom, 1 mar, 11:30", "35 minutos"),
        ("fr", "11:30", "dim. 1 mars, 11:30", "35 minutes"),
        ("ht", "11:30", "1 mas, 11:30", "35 minit"),
        ("pt", "11:30", "dom., 1 de mar., 11:30", "35 minutos"),
        ("fil", "11:30 AM", "Lin, Mar 1, 11:30 AM", "35 minuto"),
    ],
)
def test_moments_are_told_as_the_language_tells_them(
    language: str, today: str, other: str, long: str
) -> None:
    board = board_in(language)
    moment = NOW - timedelta(minutes=35)
    assert board.at(moment).replace("\u202f", " ") == today
    assert board.at(moment - timedelta(days=1)).replace("\u202f", " ") == other
    assert board.long(moment) == long


def recorded() -> dict[str, str]:
    """Each code that is written into the record, and where."""
    found = {kind.__name__.lower(): "hotline/desk/step.py" for kind in get_args(ByStewards)}
    found |= dict.fromkeys(("took", "done", "handed_back", "let_go", "not_yet"), "the same")
    found |= dict.fromkeys(("unlisted", "suspended", "joined"), "hotline/desk")
    for room in ("hotline", "sms", "ivr", "queue/paging", "board"):
        for file in (ROOT / room).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "record":
                    continue
                codes = [it for it in ast.walk(call.args[2]) if isinstance(it, ast.Constant)]
                found |= {it.value: str(file) for it in codes if isinstance(it.value, str)}
    return found


def test_the_record_is_told_in_sentences() -> None:
    told = {*deeds.NOT_SHOWN, *(code for group in deeds.SENTENCES.values() for code in group)}
    unknown = {code: file for code, file in recorded().items() if code not in {*told, "made_"}}
    assert not unknown, f"no sentence in board/deeds.py for {unknown}"


def test_why_something_did_not_arrive_is_told() -> None:
    def all_of(kind: type[errors.CarrierError]) -> set[str]:
        return {kind.__name__}.union(*map(all_of, kind.__subclasses__()))

    kinds = all_of(errors.CarrierError) - {"CarrierError"}
    assert kinds | set(WhyDropped) <= set(sentences.FAILURES)


def test_who_has_no_name_is_told_apart_by_their_number_here() -> None:
    board = board_in("es")
    ana, other = neighbor(3, "Ana Ruiz"), neighbor(4)
    assert board.deed("askedperson", 12, ana, other) == "Ana preguntó a Vecino 4 por el 12."
    assert board.deed("took", 12, ana, None) == "Ana tomó el 12."
    assert board.deed("closed", 12, None, None) == "Quien lleva la línea cerró el 12."


def test_who_is_kept_from_whom_is_never_told() -> None:
    ana, ben = neighbor(3, "Ana"), neighbor(4, "Ben")
    for code in deeds.NOT_SHOWN:
        assert board_in("en").deed(code, 12, ana, ben) == ""
