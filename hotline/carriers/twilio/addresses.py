"""Addresses of ours that the carrier is given: where it asks what to answer, and where it tells
what became of something."""

from __future__ import annotations

from hotline.provisioning import Hook, HookAddress, HookAddresses

# What stands behind an address and is not signed: try it three times more, whatever went wrong.
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
TRY_ON = "#rc=3&rp=all"


def text_status(public_url: str, message_id: int) -> str:
    """Where it tells what became of a text."""
    return f"{public_url}/sms/status?text={message_id}{TRY_ON}"


def call_status(public_url: str, message_id: int) -> str:
    """Where it tells how far a call of ours is."""
    return f"{public_url}/voice/status?text={message_id}{TRY_ON}"


def of_number(public_url: str, fallback_url: str = "") -> HookAddresses:
    """Every address that a number of ours is to have, all asked by POST.

    `fallback_url`: where the same hotline is reached another way, without a slash at the end. Where
    there is no other way it is asked once more itself: a step that could not be asked, or a text
    that nobody answered in time, is then brought to us a second time, and stored once.
    """
    again = fallback_url or public_url
    return {
        Hook.TEXT: HookAddress(f"{public_url}/sms{TRY_ON}"),
        Hook.TEXT_FALLBACK: HookAddress(f"{again}/sms{TRY_ON}"),
        Hook.CALL: HookAddress(f"{public_url}/voice{TRY_ON}"),
        Hook.CALL_FALLBACK: HookAddress(f"{again}/voice{TRY_ON}"),
        Hook.CALL_STATUS: HookAddress(f"{public_url}/voice/status{TRY_ON}"),
    }


def of_service(public_url: str, fallback_url: str = "") -> HookAddresses:
    """The same of a messaging service. What became of a text is told where that text says; this
    address is for what says nothing, so that nobody else is told of our texts."""
    numbers = of_number(public_url, fallback_url)
    return {
        Hook.TEXT: numbers[Hook.TEXT],
        Hook.TEXT_FALLBACK: numbers[Hook.TEXT_FALLBACK],
        Hook.TEXT_STATUS: HookAddress(f"{public_url}/sms/status{TRY_ON}"),
    }
