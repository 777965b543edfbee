"""One request over HTTP to somebody else: our own public address, or who is told of an alarm. Sent
on to no other address, tried once, and in no log."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

PATIENCE_OUTSIDE = 10.0  # seconds
MOST_READ = 64 * 1024  # bytes of an answer


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """`expires`: the certificate of who answered, over HTTPS."""

    status: int
    body: bytes = b""
    expires: datetime | None = None


def ask(
    method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> WebAnswer:
    """Raises OSError (also for a certificate that is not right: ssl.SSLError) and
    http.client.HTTPException."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.connect()
        expires = _expires(connection)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body or None, dict(headers or {}))
        answer = connection.getresponse()
        return WebAnswer(answer.status, answer.read(MOST_READ), expires)
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        trusted = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=PATIENCE_OUTSIDE, context=trusted)
    return http.client.HTTPConnection(host, port, timeout=PATIENCE_OUTSIDE)


def _expires(connection: http.client.HTTPConnection) -> datetime | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    certificate = connection.sock.getpeercert() or {}
    written = certificate.get("notAfter")
    if not isinstance(written, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(written), UTC)
