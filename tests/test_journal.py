"""The log of each process: lines of text, or of JSON, in which nothing of anybody is."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
import test_processes as processes
from test_processes import ANA, MARIA, Begin, Street, begin

from serving.journal import LineOfJson, LineOfText

__all__ = ["begin"]

SECRET = "elderberries"


def _unforeseen() -> logging.LogRecord:
    try:
        raise ValueError(f"{MARIA} needs {SECRET}")
    except ValueError:
        found = sys.exc_info()
    return logging.LogRecord("hotline.web", logging.ERROR, "", 0, "it %s", ("failed",), found)


@pytest.mark.parametrize("form", [LineOfText(), LineOfJson("web")])
def test_of_an_error_nobody_foresaw_only_kind_and_place_are_said(form: logging.Formatter) -> None:
    said = form.format(_unforeseen())
    assert "it failed" in said
    assert "ValueError" in said
    assert "_unforeseen" in said
    assert SECRET not in said
    assert MARIA not in said


def test_a_line_of_json_has_what_a_search_wants() -> None:
    said = json.loads(LineOfJson("web").format(_unforeseen()))
    assert set(said) == {"time", "level", "role", "pid", "logger", "message", "error"}
    assert (said["level"], said["role"], said["logger"]) == ("error", "web", "hotline.web")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", said["time"])


# With the real processes.


def _lines(street: Street, name: str) -> list[dict[str, Any]]:
    """Each of them is an object of JSON."""
    log = Path(street.environment["HOME"]) / f"{name}.log"
    return [json.loads(it) for it in log.read_text(encoding="utf-8").splitlines()]


def _forms(street: Street) -> None:
    """Somebody who is not the carrier."""
    form = {"From": MARIA, "Body": f"need {SECRET}", "MessageSid": "SM1"}
    for headers in ({}, {"X-Twilio-Signature": SECRET}):
        httpx2.post(f"{street.web}/sms", data=form, headers=headers, trust_env=False)
    httpx2.get(f"{street.web}/{SECRET}?from={MARIA}", trust_env=False)


def _converse(street: Street) -> None:
    trouble = f"{street.carrier}/rehearsal/trouble"
    street.text(MARIA, f"need groceries and {SECRET}, ring 212 555 0177")
    street.reads(ANA, "YES 12")
    street.text(ANA, f"YES 12 bringing {SECRET}")
    street.reads(MARIA, "Ana is taking your request 12")
    street.text(MARIA, f"my door is the blue one behind the {SECRET}")
    httpx2.post(trouble, json={"kind": "busy", "times": 2}, trust_env=False).raise_for_status()
    street.text("+12125550149", f"need medicine, {SECRET}")
    street.text("+12125550149", "JOIN")
    street.text(ANA, "DONE 12")
    street.text(ANA, "STOP")
    street.text("+12125550149", "FORGET ME")
    httpx2.post(
        f"{street.carrier}/rehearsal/calls", json={"from": MARIA}, trust_env=False
    ).raise_for_status()


def test_a_whole_conversation_is_json_and_tells_of_nobody(
    tmp_path: Path, sqlite_url: str, redis_url: str, begin: Begin
) -> None:
    street = processes._street(tmp_path, sqlite_url, redis_url, begin)
    street.environment["HOTLINE_LOG"] = "json"
    processes._open(street)
    _converse(street)
    _forms(street)
    file = Path(street.environment["HOTLINE_CONFIG"])
    file.write_text(f'[hotline]\nname = "{SECRET}\n')
    street.logs("hotline.toml has 1 mistake")
    for process in street.running.values():
        process.terminate()
        process.wait(processes.STOPPED_WITHIN)
    for name in ("web", "worker", "clock"):
        found = _lines(street, name)
        assert any("begins: hotline" in it["message"] for it in found)
        roles = {it["role"] for it in found}
        assert roles <= {name, f"{name} 1"}
        for it in found:
            said = f"{it['message']} {it.get('error', '')}"
            assert not re.search(rf"{SECRET}|groceries|medicine|blue|\bAna\b", said), said
            assert not re.search(r"\d{7}", said), said
    assert any("refused" in it["message"] for it in _lines(street, "web"))
    assert any(it["role"] == "worker 1" for it in _lines(street, "worker"))


def test_what_keeps_a_process_from_starting_is_json_as_well(tmp_path: Path, begin: Begin) -> None:
    street = processes._street(tmp_path, f"sqlite:///{tmp_path / 'none.db'}", "", begin)
    (tmp_path / ".env").write_text("HOTLINE_LOG=json\n")
    for change, said in (
        ({"PUBLIC_URL": ""}, "PUBLIC_URL: is missing"),
        ({}, "The database is empty. Run `hotline migrate` first."),
    ):
        done = processes._run(
            street.environment | {"REDIS_URL": "redis://127.0.0.1:1"} | change, "web"
        )
        assert done.returncode == 1
        found = [json.loads(it)["message"] for it in done.stderr.splitlines()]
        assert any(said in it for it in found), found


def test_a_form_of_log_that_there_is_not_is_a_mistake(tmp_path: Path, begin: Begin) -> None:
    street = processes._street(tmp_path, f"sqlite:///{tmp_path / 'none.db'}", "redis://x", begin)
    done = processes._run(street.environment | {"HOTLINE_LOG": "yaml"}, "check")
    assert done.returncode == 1
    assert "HOTLINE_LOG: must be text or json; write it like HOTLINE_LOG=json" in done.stderr
