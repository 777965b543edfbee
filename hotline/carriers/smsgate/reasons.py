"""Why a text did not leave the phone, or did not arrive: what the app says, as kinds of ours.

The app hands on what Android answered, as words with a name of Android's in them, and Android what
the radio or the network said. Rows keep a number: the ones here are ours and never change.

- The names: https://developer.android.com/reference/android/telephony/SmsManager#constants_1
- What is behind some of them: https://docs.sms-gate.app/faq/errors/
- What the network's centre says of a text that it could not bring: 3GPP TS 23.040, 9.2.3.15
- Full queues of the server: https://docs.sms-gate.app/features/private-server/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hotline.errors import (
    AccountRefused,
    BadNumber,
    CarrierBusy,
    CarrierError,
    Landline,
    NeverLeft,
    PhoneOff,
    Refused,
    Unexplained,
    Unreachable,
)

A_MOMENT, SOME_MINUTES, HALF_AN_HOUR = 60.0, 5 * 60.0, 30 * 60.0  # seconds


@dataclass(frozen=True, slots=True)
class PhoneReason:
    """`code`: what a row keeps. `pause`: how many seconds to leave the phone alone."""

    code: int
    kind: type[CarrierError]
    pause: float | None = None


UNKNOWN: Final = PhoneReason(9000, Unexplained)
BAD_NUMBER: Final = PhoneReason(9030, BadNumber)
NO_MOBILE: Final = PhoneReason(9031, Landline)
NO_SIM: Final = PhoneReason(9020, AccountRefused)
NOT_PERMITTED: Final = PhoneReason(9023, AccountRefused)
TOO_LATE: Final = PhoneReason(9040, NeverLeft)
PHONE_OFF: Final = PhoneReason(9050, PhoneOff)
DID_NOT_ARRIVE: Final = PhoneReason(9051, Unreachable)
QUEUE_FULL: Final = PhoneReason(9060, CarrierBusy, SOME_MINUTES)

_RESULTS: Final[dict[PhoneReason, str]] = {
    # A pause: the phone has no network, is busy, or asks its owner.
    PhoneReason(9001, CarrierBusy, SOME_MINUTES): "ERROR_NO_SERVICE",
    PhoneReason(9002, CarrierBusy, SOME_MINUTES): "ERROR_RADIO_OFF",
    PhoneReason(9003, CarrierBusy, A_MOMENT): (
        "RADIO_NOT_AVAILABLE RIL_RADIO_NOT_AVAILABLE RIL_NETWORK_NOT_READY"
    ),
    PhoneReason(9004, CarrierBusy, HALF_AN_HOUR): "ERROR_LIMIT_EXCEEDED RIL_REQUEST_RATE_LIMITED",
    PhoneReason(9005, CarrierBusy, HALF_AN_HOUR): "UNEXPECTED_EVENT_STOP_SENDING",
    PhoneReason(9006, CarrierBusy, A_MOMENT): (
        "SMS_BLOCKED_DURING_EMERGENCY RIL_BLOCKED_DUE_TO_CALL"
        " RIL_SIMULTANEOUS_SMS_AND_CALL_NOT_ALLOWED"
    ),
    PhoneReason(9007, CarrierBusy, A_MOMENT): (
        "NO_MEMORY NO_RESOURCES RIL_NO_MEMORY RIL_NO_RESOURCES"
    ),
    PhoneReason(9008, CarrierBusy, HALF_AN_HOUR): "RIL_ACCESS_BARRED",
    # Nobody knows why: often there is no money left on the SIM.
    PhoneReason(9010, Unexplained): "ERROR_GENERIC_FAILURE RIL_GENERIC_ERROR",
    PhoneReason(9011, Unexplained): "NETWORK_REJECT RIL_NETWORK_REJECT",
    PhoneReason(9012, Unexplained): (
        "MODEM_ERROR RIL_MODEM_ERR NETWORK_ERROR RIL_NETWORK_ERR SYSTEM_ERROR RIL_SYSTEM_ERR"
        " INTERNAL_ERROR RIL_INTERNAL_ERR INVALID_STATE RIL_INVALID_STATE RIL_INVALID_MODEM_STATE"
        " SMS_SEND_RETRY_FAILED RIL_SMS_SEND_FAIL_RETRY CANCELLED RIL_CANCELLED REMOTE_EXCEPTION"
        " ERROR_NONE"
    ),
    # No text leaves before somebody looks after the phone.
    NO_SIM: "RIL_SIM_ABSENT",
    PhoneReason(9021, AccountRefused): "NO_DEFAULT_SMS_APP",
    PhoneReason(9022, AccountRefused): "ERROR_FDN_CHECK_FAILURE",
    NOT_PERMITTED: "OPERATION_NOT_ALLOWED RIL_OPERATION_NOT_ALLOWED",
    PhoneReason(9024, AccountRefused): "INVALID_SMSC_ADDRESS RIL_INVALID_SMSC_ADDRESS",
    # This text, and no other.
    PhoneReason(9032, Refused): "ERROR_SHORT_CODE_NOT_ALLOWED ERROR_SHORT_CODE_NEVER_ALLOWED",
    PhoneReason(9033, Refused): (
        "ERROR_NULL_PDU ENCODING_ERROR RIL_ENCODING_ERR INVALID_SMS_FORMAT RIL_INVALID_SMS_FORMAT"
        " INVALID_ARGUMENTS RIL_INVALID_ARGUMENTS REQUEST_NOT_SUPPORTED RIL_REQUEST_NOT_SUPPORTED"
    ),
}
LIMITS: Final = (9004, 9005)
"""That the phone sends no more for now: its plan, or Android, which asks its owner."""

_BY_NAME: Final = {name: it for it, names in _RESULTS.items() for name in names.split()}

# In the app's own words, or in those of a part of Android that it hands on; the first that fits.
_BY_WORDS: Final = (
    ("ttl expired", TOO_LATE),
    ("invalid phone number type", NO_MOBILE),
    ("invalid phone number", BAD_NUMBER),
    ("invalid destinationaddress", BAD_NUMBER),
    ("no sims found", NO_SIM),
    ("permission", NOT_PERMITTED),
    ("queue limits exceeded", QUEUE_FULL),
)
_SIM_GONE: Final = re.compile(r"\bsim [1-9] not found")
_NAME: Final = re.compile(r"\bRESULT_([A-Z_]{1,60})\b")
_FROM_THE_CENTRE: Final = re.compile(r"delivery result from sc .{0,40}: ([0-9]{1,3})\b")
_OFF: Final = (0x46, 0x61, 0x62)  # it waited until it was too late; the phone is busy, or silent


def reason_of(said: str) -> PhoneReason:
    """What the app's words mean; UNKNOWN for words that nobody listed."""
    found = _NAME.search(said)
    if found:
        return _BY_NAME.get(found[1], UNKNOWN)
    plain = said.lower()
    if centre := _FROM_THE_CENTRE.search(plain):
        return PHONE_OFF if int(centre[1]) in _OFF else DID_NOT_ARRIVE
    if "delivery result" in plain:
        return DID_NOT_ARRIVE
    if _SIM_GONE.search(plain):
        return NO_SIM
    return next((it for words, it in _BY_WORDS if words in plain), UNKNOWN)
