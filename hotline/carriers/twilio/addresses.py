"""Addresses of ours that the carrier is given: where it tells what became of something."""

from __future__ import annotations

# What stands behind an address and is not signed: try it three times more, whatever went wrong.
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
TRY_ON = "#rc=3&rp=all"


def text_status(public_url: str, message_id: int) -> str:
    """Where it tells what became of a text."""
    return f"{public_url}/sms/status?text={message_id}{TRY_ON}"


def call_status(public_url: str, message_id: int) -> str:
    """Where it tells how far a call of ours is."""
    return f"{public_url}/voice/status?text={message_id}{TRY_ON}"
