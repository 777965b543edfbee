"""The carrier's codes for what went wrong, each as a kind of ours.

https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

from typing import Final

from hotline.errors import (
    AccountRefused,
    BadNumber,
    Blocked,
    CarrierBusy,
    CarrierError,
    Filtered,
    Landline,
    NeverLeft,
    NotAllowedThere,
    OptedOut,
    PhoneOff,
    Refused,
    Uncallable,
    Unreachable,
)

_KINDS: Final[dict[int, type[CarrierError]]] = {
    20429: CarrierBusy,  # too many requests
    21611: CarrierBusy,  # the carrier's own queue is full
    30001: CarrierBusy,
    30036: NeverLeft,
    30410: CarrierBusy,
    30022: CarrierBusy,  # faster than our registration allows
    30023: CarrierBusy,  # as many as our registration allows in a day
    21610: OptedOut,
    21211: BadNumber,
    21214: BadNumber,
    21217: BadNumber,
    21401: BadNumber,
    21421: BadNumber,
    30005: BadNumber,
    21614: Landline,
    30006: Landline,
    30003: PhoneOff,
    30008: Unreachable,
    21612: Blocked,
    30004: Blocked,
    30007: Filtered,
    20003: AccountRefused,
    20404: AccountRefused,
    21408: NotAllowedThere,  # this country is not switched on
    21210: AccountRefused,  # we may not call from this number, or it is none
    21212: AccountRefused,
    21606: AccountRefused,  # the number we send from is not ours, or sends no texts
    21608: NotAllowedThere,  # a trial account, which texts few numbers
    30002: AccountRefused,
    30024: AccountRefused,
    30032: AccountRefused,  # toll-free number not verified
    30034: AccountRefused,  # local number not registered
    30035: AccountRefused,
    13224: Uncallable,
    13225: Uncallable,
    21215: Uncallable,
    21216: Uncallable,
}

# Seconds, where the code itself says how long to wait.
PAUSES: Final[dict[int | None, float]] = {30022: 60.0, 30023: 24 * 60 * 60.0}


def kind_of(code: int | None, http_status: int | None = None) -> type[CarrierError]:
    """What a code means for us; the HTTP status speaks where the code does not."""
    if code in _KINDS:
        return _KINDS[code]
    match http_status:
        case 401 | 403 | 404:
            return AccountRefused
        case 429:
            return CarrierBusy
        case int() if http_status >= 500:
            return CarrierBusy
        case _:
            return Refused
