"""Why a phone did not send a text, as kinds of ours, each under a number of our own.

A phone says it in words. They are those of Android's SmsManager
(https://developer.android.com/reference/android/telephony/SmsManager), which the app puts behind
"Send result: ", and a few of the app's own (https://docs.sms-gate.app/faq/errors/, both read on
28 November 2026). What is not in this table is Unexplained: `failure.is_our_account` finds out
whose trouble it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hotline.errors import (
    AccountRefused,
    BadNumber,
    CarrierBusy,
    CarrierError,
    NeverLeft,
    Refused,
    Unexplained,
)

LIMIT: Final = 9005
"""That the phone sends no more for now: its plan, or Android, which asks its owner."""


@dataclass(frozen=True, slots=True)
class PhoneReason:
    """`pause`: seconds to leave it alone; None where nobody knows."""

    code: int
    why: type[CarrierError]
    pause: float | None = None


_MINUTE: Final = 60.0
_OUT_OF_REACH = PhoneReason(9001, CarrierBusy, 2 * _MINUTE)
_BUSY_PHONE = PhoneReason(9002, CarrierBusy, _MINUTE)
_NOT_ALLOWED = PhoneReason(9004, AccountRefused)
_LIMIT = PhoneReason(LIMIT, CarrierBusy, 30 * _MINUTE)
_TOO_LATE = PhoneReason(9006, NeverLeft)
_WRONG_NUMBER = PhoneReason(9007, BadNumber)
_WRONG_TEXT = PhoneReason(9008, Refused)
_NO_REASON = PhoneReason(9009, Unexplained)

_REASONS: Final[dict[str, PhoneReason]] = {
    # The first words that fit, from the top.
    "RESULT_ERROR_RADIO_OFF": _OUT_OF_REACH,
    "RESULT_ERROR_NO_SERVICE": _OUT_OF_REACH,
    "RESULT_RADIO_NOT_AVAILABLE": _OUT_OF_REACH,
    "RESULT_RIL_RADIO_NOT_AVAILABLE": _OUT_OF_REACH,
    "RESULT_RIL_NETWORK_NOT_READY": _OUT_OF_REACH,
    "RESULT_NETWORK_ERROR": _OUT_OF_REACH,
    "RESULT_RIL_NETWORK_ERR": _OUT_OF_REACH,
    "RESULT_ERROR_LIMIT_EXCEEDED": _LIMIT,
    "RESULT_RIL_REQUEST_RATE_LIMITED": _LIMIT,
    "RESULT_UNEXPECTED_EVENT_STOP_SENDING": _LIMIT,
    "RESULT_SMS_BLOCKED_DURING_EMERGENCY": _BUSY_PHONE,
    "RESULT_RIL_BLOCKED_DUE_TO_CALL": _BUSY_PHONE,
    "RESULT_RIL_SIMULTANEOUS_SMS_AND_CALL_NOT_ALLOWED": _BUSY_PHONE,
    "RESULT_RIL_SMS_SEND_FAIL_RETRY": _BUSY_PHONE,
    "RESULT_SMS_SEND_RETRY_FAILED": _BUSY_PHONE,
    "RESULT_MODEM_ERROR": _BUSY_PHONE,
    "RESULT_RIL_MODEM_ERR": _BUSY_PHONE,
    "RESULT_NO_MEMORY": _BUSY_PHONE,
    "RESULT_NO_RESOURCES": _BUSY_PHONE,
    "RESULT_RIL_NO_MEMORY": _BUSY_PHONE,
    "RESULT_RIL_NO_RESOURCES": _BUSY_PHONE,
    "RESULT_NO_DEFAULT_SMS_APP": _NOT_ALLOWED,
    "RESULT_OPERATION_NOT_ALLOWED": _NOT_ALLOWED,
    "RESULT_RIL_OPERATION_NOT_ALLOWED": _NOT_ALLOWED,
    "RESULT_RIL_ACCESS_BARRED": _NOT_ALLOWED,
    "RESULT_RIL_SIM_ABSENT": _NOT_ALLOWED,
    "RESULT_INVALID_SMSC_ADDRESS": _NOT_ALLOWED,
    "RESULT_RIL_INVALID_SMSC_ADDRESS": _NOT_ALLOWED,
    "RESULT_ERROR_FDN_CHECK_FAILURE": _NOT_ALLOWED,  # the card lets only some numbers be texted
    "No SIMs found": _NOT_ALLOWED,
    "requires READ_PHONE_STATE permission": _NOT_ALLOWED,
    "not found": _NOT_ALLOWED,  # "SIM 2 not found"
    "RESULT_ERROR_SHORT_CODE_NOT_ALLOWED": _WRONG_NUMBER,
    "RESULT_ERROR_SHORT_CODE_NEVER_ALLOWED": _WRONG_NUMBER,
    "Invalid phone number": _WRONG_NUMBER,
    "RESULT_ERROR_NULL_PDU": _WRONG_TEXT,
    "RESULT_ENCODING_ERROR": _WRONG_TEXT,
    "RESULT_RIL_ENCODING_ERR": _WRONG_TEXT,
    "RESULT_INVALID_SMS_FORMAT": _WRONG_TEXT,
    "RESULT_RIL_INVALID_SMS_FORMAT": _WRONG_TEXT,
    "TTL expired": _TOO_LATE,
    "TTL": _TOO_LATE,
}


def reason_of(said: str) -> PhoneReason:
    """What the words of a phone come to for us."""
    return next((it for words, it in _REASONS.items() if words in said), _NO_REASON)
