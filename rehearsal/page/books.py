"""What was sent and what it would have cost, and what went over the wire, in words for the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from hotline import segments
from rehearsal.exchange import Exchange, Wire
from rehearsal.page.views import is_lost


@dataclass(frozen=True, slots=True)
class Costs:
    """Texts that left the hotline, and their segments; `wide`: texts of 70 letters a segment."""

    texts: int
    segments: int
    wide: int
    lost: int
    received: int
    calls: int


@lru_cache(maxsize=20_000)
def _is_wide(body: str) -> bool:
    return not segments.is_gsm7(body)


def costs(exchange: Exchange) -> Costs:
    ours = [it for it in exchange.texts if it.by in ("api", "reply")]
    return Costs(
        texts=len(ours),
        segments=sum(it.segments for it in ours),
        wide=sum(_is_wide(it.body) for it in ours),
        lost=sum(is_lost(it) for it in ours),
        received=sum(it.direction == "from_phone" for it in exchange.texts),
        calls=len(exchange.calls),
    )


@dataclass(frozen=True, slots=True)
class LogLine:
    id: str
    when: str
    kind: str
    title: str
    about: str
    verdict: str
    is_wrong: bool
    facts: tuple[tuple[str, str], ...]
    answer: str


NOTHING = Wire("", "")
API_VERDICTS: Mapping[str, str] = {
    "0": "the line dropped, no answer",
    "401": "401, wrong account or token",
    "429": "429, too many requests",
    "500": "500, the carrier is broken",
}


def log_line(
    entry: Mapping[str, object],
    zone: ZoneInfo,
    name_of: Callable[[str], str],
    wire: Wire | None = None,
) -> LogLine:
    """One line of the carrier's log, in words, and what went over the wire."""
    wire = wire or NOTHING
    kind, status = str(entry["kind"]), entry.get("status")
    rest = {k: v for k, v in entry.items() if k not in ("when", "kind", "at", "path", "status")}
    when = datetime.fromisoformat(str(entry["when"])).astimezone(zone)
    fields = parse_qsl(wire.sent)
    return LogLine(
        id=f"log-{entry['at']}",
        when=f"{when:%H:%M:%S}",
        kind=kind,
        title=f"{entry.get('method', 'POST')} {_short(entry['path'])}" if "path" in entry else kind,
        about=about(dict(fields), name_of),
        verdict=_verdict(kind, status, entry),
        is_wrong=_is_wrong(kind, status, entry),
        facts=(
            *((name, _plain(value)) for name, value in rest.items() if value is not None),
            *((("X-Twilio-Signature", wire.signature),) if wire.signature else ()),
            *fields,
        ),
        answer=wire.answer,
    )


def about(form: Mapping[str, str], name_of: Callable[[str], str]) -> str:
    """What a form that went over the wire tells, in a few words."""
    who = name_of(form.get("From" if form.get("Direction") == "inbound" else "To", ""))
    if status := form.get("MessageStatus"):
        return f"{status}: the text to {who}"
    if keys := form.get("Digits"):
        return f"{who} hung up" if keys == "hangup" else f"{who} pressed {keys}"
    if status := form.get("TranscriptionStatus"):
        return f"{status}: what {who} said, in words"
    if status := form.get("RecordingStatus"):
        return f"{status}: a recording"
    if status := form.get("CallStatus"):
        return f"{status}: the call {'from' if form.get('Direction') == 'inbound' else 'to'} {who}"
    if "SmsMessageSid" in form:
        return f"a text from {name_of(form.get('From', ''))}"
    if "Body" in form:
        return f"a text to {who}"
    return f"a call to {who}" if "To" in form else ""


def _is_wrong(kind: str, status: object, entry: Mapping[str, object]) -> bool:
    if entry.get("signature") == "wrong":
        return status != 403
    return kind == "debugger" or not isinstance(status, int) or not 200 <= status < 300


def _short(path: object) -> str:
    """Without what stands in every address of the API."""
    return re.sub(r"^/2010-04-01/Accounts/\w+", "…", str(path))


def _verdict(kind: str, status: object, entry: Mapping[str, object]) -> str:
    if kind == "debugger":
        return f"error {entry.get('code')}"
    if kind == "api":
        return API_VERDICTS.get(str(status), f"account checked, {status}")
    if status == 403:
        return "403, signature refused"
    if entry.get("signature") == "wrong":
        return f"wrong signature, and yet {status}"
    return f"signature accepted, {status}" if status else "no answer"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def is_unanswered(log: Sequence[Mapping[str, object]]) -> bool:
    """Whether the carrier could do nothing with the hotline's last answer to a text."""
    turns = [line for line in log if line["kind"] == "webhook" or line.get("about") == "text"]
    return bool(turns) and turns[-1]["kind"] == "debugger"
