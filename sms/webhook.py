"""The carrier's words for texts, translated: a form comes in, TwiML goes out.

`From`, `MessageSid` and `undelivered` stop here. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection
from twilio.twiml.messaging_response import MessagingResponse

from hotline import phone, wire
from hotline.deliveries import Delivery, delivered
from hotline.errors import BadForm
from hotline.house import House
from hotline.steps import MOST_PICTURES, Aftermath
from sms.receiving import TextIn, receive

LONGEST_BODY = 4000  # letters kept of a text; the carrier sends at most 1,600
LONGEST_SID = 64


def inbound(connection: Connection, house: House, form: Mapping[str, str]) -> Aftermath:
    """`POST /sms`: somebody texted. Raises BadForm."""
    sid = _sid(form)
    if not form.get("From"):
        raise BadForm("From is missing")
    sender = phone.sender(form["From"])
    if sender is None or phone.is_short_code(sender):
        return Aftermath()  # letters, a hidden number or a machine: nobody to be answered
    body = wire.speakable(form.get("Body", ""))[:LONGEST_BODY]
    it = TextIn(sid, sender, body, _pictures(form), form.get("OptOutType", ""))
    return receive(connection, house, it)


def status(
    connection: Connection, house: House, form: Mapping[str, str], text_id: int
) -> Aftermath:
    """`POST /sms/status`: what became of a text we sent. Raises BadForm."""
    state = _STATES.get(form.get("MessageStatus", form.get("SmsStatus", "")))
    if state is None:
        return Aftermath()  # on its way still
    error = wire.number(form.get("ErrorCode", ""))
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
    most = min(wire.number(form.get("NumMedia", "")) or 0, MOST_PICTURES)
    found = (form.get(f"MediaUrl{place}", "") for place in range(most))
    return tuple(wire.speakable(address)[:1000] for address in found if address)


def twiml(answer: list[str]) -> str:
    """The answer to a text's sender. With nothing to say it is an empty response.

    One letter that XML cannot hold, in a name perhaps, would leave the whole answer unread.
    """
    response = MessagingResponse()
    for body in answer:
        response.message(wire.speakable(body))
    return str(response)
