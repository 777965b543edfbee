"""Telling stewards otherwise than by text, which may be just what is broken: by mail, at an ntfy
topic, at a webhook. And the heartbeat: an address that is no longer called when we cannot."""

from __future__ import annotations

import http.client
import json
import logging
import smtplib
import ssl
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from hotline.doctor.findings import Finding, as_json, lines
from hotline.errors import describe
from hotline.settings import Environment
from serving.web_client import WebAnswer, ask

log = logging.getLogger("hotline.alarms")

MAIL_PATIENCE: Final = 15.0  # seconds
SUBMISSION, SUBMISSION_TLS = 587, 465


def tell_otherwise(environment: Environment, network: str, found: Sequence[Finding]) -> bool:
    """Whether it was taken on one way at least. Each way that is set is tried."""
    taken = [_was_taken(way, environment, network, found) for way in environment.alarm_ways]
    return any(taken)


def _was_taken(way: str, environment: Environment, network: str, found: Sequence[Finding]) -> bool:
    try:
        _WAYS[way](environment, network, found)
    except (OSError, smtplib.SMTPException, http.client.HTTPException) as error:
        log.warning("an alarm by %s was not taken: %s", way, describe(error))
        return False
    return True


def said(found: Sequence[Finding]) -> str:
    """What is told, in lines as on a terminal."""
    return "\n".join(line for it in found for line in lines(it))


def _title(network: str) -> str:
    return f"{network}: the hotline needs a look"


def _ntfy(environment: Environment, network: str, found: Sequence[Finding]) -> None:
    """https://docs.ntfy.sh/publish/: the body is what is shown."""
    title = _title(network).encode("ascii", "replace").decode()
    headers = {"Title": title, "Priority": "high", "Tags": "sos"}
    _take(ask("POST", environment.alarm_ntfy_url, said(found).encode(), headers))


def _webhook(environment: Environment, network: str, found: Sequence[Finding]) -> None:
    """As chat programs take it (`text`; `content` at one of them), and whole for other programs."""
    text = f"{_title(network)}\n{said(found)}"
    wish = {"text": text, "content": text, "findings": [as_json(it) for it in found]}
    headers = {"Content-Type": "application/json"}
    _take(ask("POST", environment.alarm_webhook_url, json.dumps(wish).encode(), headers))


def _take(answer: WebAnswer) -> None:
    if answer.status >= 300:
        raise http.client.HTTPException(f"it answered {answer.status}")


def _mail(environment: Environment, network: str, found: Sequence[Finding]) -> None:
    parts = urlsplit(environment.alarm_smtp_url)
    letter = EmailMessage()
    letter["Subject"] = _title(network)
    letter["From"] = _sender(unquote(parts.username or ""), parts.hostname or "")
    letter["To"] = environment.alarm_mail_to
    letter.set_content(said(found))
    with _mail_server(parts.scheme, parts.hostname or "", parts.port) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(letter)


def _sender(user: str, host: str) -> str:
    return user if "@" in user else f"hotline@{host}"


def _mail_server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, port or SUBMISSION_TLS, timeout=MAIL_PATIENCE, context=trusted
        )
    server = smtplib.SMTP(host, port or SUBMISSION, timeout=MAIL_PATIENCE)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=trusted)
        server.ehlo()
    return server


_WAYS: Final[dict[str, Callable[[Environment, str, Sequence[Finding]], None]]] = {
    "ntfy": _ntfy,
    "webhook": _webhook,
    "mail": _mail,
}


def beat(environment: Environment) -> None:
    """We live, and nothing is broken: whoever misses this tells somebody."""
    if not environment.heartbeat_url:
        return
    try:
        _take(ask("GET", environment.heartbeat_url))
    except (OSError, http.client.HTTPException) as error:
        log.warning("the heartbeat was not taken: %s", describe(error))
