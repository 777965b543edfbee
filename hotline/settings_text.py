"""The text of `hotline.toml`, changed as somebody with an editor would: what is not touched stays
as it is, comments too. Pure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import AoT

Value = str | int | float | bool | list[str] | list[int] | dict[str, Any] | None


def tidy(written: str) -> str:
    """As it is to be saved: lines as everywhere, and the last one ended."""
    text = "\n".join(it.rstrip() for it in written.replace("\r\n", "\n").split("\n")).strip("\n")
    return f"{text}\n" if text else ""


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """Lines with what became of each: "+", "-" or " "; of what stays only what is beside them, and
    "…" for the rest."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm="")
    return [("…", "") if it.startswith("@@") else (it[0], it[1:]) for it in lines][2:]


def with_values(text: str, values: Mapping[tuple[str, str], Value]) -> str:
    """Let settings be so, each named by section and name; None takes one away."""
    document = tomlkit.parse(text)
    for (section, name), value in values.items():
        table = document.get(section)
        if table is None:
            if value in (None, [], {}):
                continue
            document[section] = table = tomlkit.table()
        _set(table, name, value)
    return tomlkit.dumps(document)


def with_items(text: str, section: str, items: Sequence[Mapping[str, Value]]) -> str:
    """Let [[needs]] or [[areas]] be these, known by their keys; of each, what is not named stays.
    Those that are not among them go."""
    document = tomlkit.parse(text)
    if document.get(section) is None:
        document[section] = tomlkit.aot()
    tables = document[section]
    assert isinstance(tables, AoT)  # noqa: S101 - else it was no sound configuration
    wanted = [str(it["key"]) for it in items]
    for place in reversed(range(len(tables))):
        if str(tables[place].get("key", "")) not in wanted:
            del tables[place]
    known = {str(it.get("key", "")): it for it in tables}
    for item in items:
        table = known.get(str(item["key"]))
        if is_new := table is None:
            tables.append(tomlkit.table())
            table = tables[-1]
        for name, value in item.items():
            _set(table, name, value)
        if is_new:
            table.add(tomlkit.nl())
    if not items:
        del document[section]
    return tomlkit.dumps(document)


def table_of(section: str, values: Mapping[str, Value]) -> str:
    """The text of one of several tables of a section, such as [[channels]]."""
    document, tables, table = tomlkit.document(), tomlkit.aot(), tomlkit.table()
    table.update(values)
    tables.append(table)
    document[section] = tables
    return tomlkit.dumps(document)


def _set(table: Any, name: str, value: Value) -> None:
    """Only what differs is written, so that the rest stays as somebody wrote it."""
    before = table.get(name)
    if value is None or value in ([], {}):
        table.pop(name, None)
    elif isinstance(value, dict) and before is not None:
        for key in {**_plain(before), **value}:
            _set(before, key, value.get(key))
    elif isinstance(value, dict):
        table[name] = tomlkit.inline_table()
        table[name].update(value)
    elif _plain(before) != value:
        table[name] = value


def written_values(text: str, section: str) -> dict[str, Any]:
    """What a section says."""
    found = _plain(tomlkit.parse(text).get(section))
    return found if isinstance(found, dict) else {}


def written_items(text: str, section: str) -> list[dict[str, Any]]:
    found = _plain(tomlkit.parse(text).get(section))
    return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else []


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def split(written: str) -> Iterator[str]:
    """What stands between commas and in lines."""
    for it in written.replace("\n", ",").split(","):
        if word := " ".join(it.split()):
            yield word
