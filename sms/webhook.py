"""The carrier's words for texts, translated: a form comes in, TwiML goes out.

`From`, `MessageSid` and `undelivered` stop here. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection
from twilio.twiml.messaging_response import MessagingResponse

from hotline import phone
from hotline.deliveries import Delivery, delivered
from hotline.house import House
from hotline.steps import Aftermath
from sms.receiving import MOST_PICTURES, TextIn, receive

LONGEST_BODY = 4000  # letters kept of a text; the carrier sends at most 1,600
LONGEST_SID = 64


class BadForm(ValueError):
    """The form lacks what every text has; says which field."""


def inbound(connection: Connection, house: House, form: Mapping[str, str]) -> Aftermath:
    """`POST /sms`: somebody texted. Raises BadForm."""
    sid = _sid(form)
    sender = phone.sender(form.get("From", ""))
    if sender is None:
        return Aftermath()  # letters, or a hidden number: nobody who could be answered
    body = form.get("Body", "").replace("\x00", "")[:LONGEST_BODY]
    it = TextIn(sid, sender, body, _pictures(form), form.get("OptOutType", ""))
    return receive(connection, house, it)


def status(
    connection: Connection, house: House, form: Mapping[str, str], text_id: int
) -> Aftermath:
    """`POST /sms/status`: what became of a text we sent. Raises BadForm."""
    state = _STATES.get(form.get("MessageStatus", form.get("SmsStatus", "")))
    if state is None:
        return Aftermath()  # on its way still
    code = form.get("ErrorCode", "")
    error = int(code) if code.isascii() and code.isdigit() else None
    return delivered(connection, house, Delivery(text_id, _sid(form), state, error))


_STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "undelivered",
}


def _sid(form: Mapping[str, str]) -> str:
    sid = form.get("MessageSid") or form.get("SmsSid") or form.get("SmsMessageSid") or ""
    if not 0 < len(sid) <= LONGEST_SID or not sid.isprintable():
        raise BadForm("MessageSid is missing or is no name of a text")
    return sid


def _pictures(form: Mapping[str, str]) -> tuple[str, ...]:
    count = form.get("NumMedia", "0")
    most = min(int(count), MOST_PICTURES) if count.isascii() and count.isdigit() else 0
    found = (form.get(f"MediaUrl{place}", "") for place in range(most))
    return tuple(address[:1000].replace("\x00", "") for address in found if address)


def twiml(answer: list[str]) -> str:
    """The answer to a text's sender. With nothing to say it is an empty response."""
    response = MessagingResponse()
    for body in answer:
        response.message(body)
    return str(response)
