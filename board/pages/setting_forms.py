"""The settings that people change most, as forms: what each shows, and what it makes of the text.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import ImmutableMultiDict

from hotline import settings_text
from hotline.settings import Network, OwnAnswers
from hotline.settings_text import Value
from hotline.spelling import as_key

NAME, LIST, WHOLE, WHOLES, NUMBER = "name", "list", "whole", "wholes", "number"


@dataclass(frozen=True, slots=True)
class FormField:
    """One setting in a form, by its section and name."""

    section: str
    name: str
    kind: str

    @property
    def id(self) -> str:
        return f"{self.section}.{self.name}"


def _fields(kind: str, section: str, *names: str) -> list[FormField]:
    return [FormField(section, it, kind) for it in names]


FORMS: dict[str, list[FormField]] = {
    "basics": [*_fields(NAME, "hotline", "name", "quiet"), *_fields(LIST, "hotline", "languages")],
    "organizers": [
        *_fields(LIST, "hotline", "stewards"),
        *_fields(LIST, "board", "stewards", "desk", "readers"),
    ],
    "asking": [
        *_fields(WHOLES, "waves", "sizes"),
        *_fields(NUMBER, "waves", "minutes", "urgent_minutes", "again_minutes"),
        *_fields(WHOLE, "roster", "max_a_day", "max_a_week", "hold"),
    ],
    "limits": _fields(
        *(WHOLE, "limits", "texts_a_minute", "texts_an_hour", "segments_a_day", "kept_percent"),
        *("strangers_an_hour", "open_requests", "calls_an_hour", "calls_at_once"),
    ),
    "phone": _fields(NAME, "voice", "audio"),
    "answers": [],
    "needs": [],
    "areas": [],
}
ITEMS = ("needs", "areas")
TOPICS = tuple(OwnAnswers.model_fields)


def shown(form: str, text: str, network: Network) -> dict[str, Any]:
    """What stands in the form: as the text says, and beside it what holds where it says nothing."""
    fields = [(it, _written(_value(text, it))) for it in FORMS[form]]
    items = settings_text.written_items(text, form) if form in ITEMS else []
    usual = {it.id: _written(_holds(network, it)) for it in FORMS[form]}
    shared = {"fields": fields, "usual": usual, "items": items, "languages": network.languages}
    return shared | {"answers": _answers(text) if form == "answers" else {}}


def _answers(text: str) -> dict[str, dict[str, str]]:
    written = settings_text.written_values(text, "answers")
    return {it: dict(written.get(it, {})) for it in TOPICS}


def _answered(text: str, typed: ImmutableMultiDict[str, str]) -> dict[tuple[str, str], Value]:
    """What was typed for some languages, and what stands there for others."""
    found: dict[tuple[str, str], Value] = {}
    for topic, said in _answers(text).items():
        for name, value in typed.items():
            of, _, language = name.partition(".")
            if of == topic and language:
                said[language] = " ".join(value.split())
        found["answers", topic] = {it: told for it, told in said.items() if told}
    return found


def merged(form: str, text: str, typed: ImmutableMultiDict[str, str]) -> str:
    """The text with what was typed. Raises ValueError where a number is none."""
    if form in ITEMS:
        return settings_text.tidy(settings_text.with_items(text, form, _items(form, text, typed)))
    if form == "answers":
        answers = _answered(text, typed)
        return settings_text.tidy(settings_text.with_values(text, answers))
    values = {(it.section, it.name): _read(it, typed.get(it.id, "")) for it in FORMS[form]}
    return settings_text.tidy(settings_text.with_values(text, values))


def _value(text: str, field: FormField) -> Any:
    return settings_text.written_values(text, field.section).get(field.name)


def _holds(network: Network, field: FormField) -> Any:
    return getattr(
        network if field.section == "hotline" else getattr(network, field.section), field.name
    )


def _written(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else f"{value or ''}"


def _read(field: FormField, typed: str) -> Value:
    words = list(settings_text.split(typed))
    if not words:
        return "" if field.id == "hotline.quiet" else None
    match field.kind:
        case "list":
            return words
        case "wholes":
            return [int(it) for it in words]
        case "whole":
            return int(typed)
        case "number":
            number = float(typed)
            return int(number) if number.is_integer() else number
        case _:
            return typed.strip()


# Needs and areas: each in a row of fields, numbered; an empty one at the end is a new one.


def _items(form: str, text: str, typed: ImmutableMultiDict[str, str]) -> list[dict[str, Value]]:
    before = {str(it.get("key")): it for it in settings_text.written_items(text, form)}
    found: list[dict[str, Value]] = []
    for number in range(len(before) + 1):
        at = f"{number}."
        key = typed.get(f"{at}key", "").strip()
        if not key or f"{at}gone" in typed:
            continue
        named = key if key in before else as_key(key)
        read = _area(at, typed) if form == "areas" else _need(at, typed, before.get(named, {}))
        found.append({"key": named, **read})
    return found


def _area(at: str, typed: ImmutableMultiDict[str, str]) -> dict[str, Value]:
    return {it: list(settings_text.split(typed.get(f"{at}{it}", ""))) for it in ("words", "near")}


def _need(at: str, typed: ImmutableMultiDict[str, str], before: dict[str, Any]) -> dict[str, Value]:
    digit = typed.get(f"{at}digit", "").strip()
    words, label = dict(before.get("words", {})), dict(before.get("label", {}))
    for name, value in typed.items():
        kind, _, language = name.removeprefix(at).partition(".")
        if not name.startswith(at) or not language:
            continue
        if kind == "words":
            words[language] = list(settings_text.split(value))
        elif kind == "label":
            label[language] = value.strip()
    return {
        "digit": int(digit) if digit else None,
        "urgent": f"{at}urgent" in typed or (False if "urgent" in before else None),
        "label": {it: told for it, told in label.items() if told},
        "words": {it: told for it, told in words.items() if told},
    }
