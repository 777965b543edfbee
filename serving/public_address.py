"""Our public address called as the carrier would call it: from outside, over HTTPS, signed."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from hotline.doctor.machine import OutsideSeen, Reached
from serving.web_client import WebAnswer, ask

_EXPIRED, _WRONG_NAME = (10,), (62, 64)  # OpenSSL's X509_V_ERR_…
TAKEN_NOTE_OF: Final = 204
HERE: Final = ("localhost", "127.0.0.1")


def look_from_outside(
    public_url: str, url: str, form: bytes, headers: Mapping[str, str]
) -> OutsideSeen:
    """By a form that is signed for this address of ours and changes nothing. Never raises."""
    host = urlsplit(public_url).hostname or ""
    try:
        answer = ask("POST", url, form, headers)
    except (OSError, http.client.HTTPException) as error:
        return OutsideSeen(_why(error), host, public_url)
    return OutsideSeen(_reached(answer, host), host, public_url, answer.status, answer.expires)


def _why(error: Exception) -> Reached:
    match error:
        case socket.gaierror():
            return Reached.NO_SUCH_NAME
        case ssl.SSLCertVerificationError(verify_code=code) if code in _EXPIRED:
            return Reached.EXPIRED
        case ssl.SSLCertVerificationError(verify_code=code) if code in _WRONG_NAME:
            return Reached.WRONG_NAME
        case ssl.SSLCertVerificationError():
            return Reached.NOT_TRUSTED
    return Reached.NOT_REACHED


def _reached(answer: WebAnswer, host: str) -> Reached:
    match answer.status:
        case status if status == TAKEN_NOTE_OF:
            return Reached.HERE_ONLY if host in HERE else Reached.ANSWERS
        case 403:
            return Reached.REFUSES
        case status if status >= 500:
            return Reached.FAILING
    return Reached.ANOTHER
