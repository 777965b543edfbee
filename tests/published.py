"""The published description of the carrier's API, and whether an answer keeps to it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DESCRIPTION = Path(__file__).parents[2] / "shared" / "data" / "twilio-api-subset.json"


@cache
def description() -> dict[str, Any]:
    """All of it. The test is left out where it is not there."""
    if not DESCRIPTION.exists():
        pytest.skip(f"{DESCRIPTION.name} is not here")
    return dict(json.loads(DESCRIPTION.read_text()))


KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
}


def mistakes(value: Any, schema: dict[str, Any], book: dict[str, Any], where: str) -> list[str]:
    """What the value has that the schema does not allow. Formats are left out."""
    if "$ref" in schema:
        schema = book["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if value is None:
        return [] if schema.get("nullable") else [f"{where} is null"]
    if not isinstance(value, KINDS[schema["type"]]):
        return [f"{where} is no {schema['type']}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where} is {value}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{where} is {value}")
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            found += mistakes(value[name], inner, book, f"{where}.{name}")
        else:
            found.append(f"{where}.{name} is missing")
    for item in value if schema["type"] == "array" else []:
        found += mistakes(item, schema["items"], book, f"{where}[]")
    return found


def schema_of(book: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    answer = book["paths"][f"/2010-04-01/Accounts/{path}"][method]["responses"][status]
    return dict(answer["content"]["application/json"]["schema"])
