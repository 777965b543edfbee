"""The carrier's codes for what went wrong, each as a kind of ours.

From https://www.twilio.com/docs/api/errors (a copy of 2026, read on 27 November 2026): every code
that can come when a text is sent or a call is placed, or with a callback that tells what became of
one; not those of parameters that we never give, nor of other products. The carrier adds codes and
splits old ones without notice: `failure.is_our_account` finds out whose trouble an unlisted one is.
"""

from __future__ import annotations

from typing import Final

from hotline.errors import (
    AccountRefused,
    BadAttachment,
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
    Unexplained,
    Unreachable,
)

_CODES: Final[dict[type[CarrierError], tuple[int, ...]]] = {
    # The recipient: a wish, a number, a phone.
    OptedOut: (21610, 30630),
    BadNumber: (
        *(21211, 21214, 21217, 21401, 21421, 30005),
        *(21265, 21266, 21268),  # a short code, our own number, a premium number
    ),
    Landline: (21614, 21635, 30006),
    PhoneOff: (30003,),
    Unreachable: (
        *(30008, 30017, 30046),  # nobody knows; their network is congested, or confirms nothing
        *(30450, 30453, 30485),  # blocked for a while, because fraudsters have numbers texted
        *(30610, 30615, 30620),  # it is night where they are, and the account minds it
        *(32016, 32017),  # the call never rang, or their network did not trust it
    ),
    Uncallable: (13223, 13224, 13225, 21202, 21215, 21216),
    # The pair of our number and theirs, or of our account and their country.
    Blocked: (21612, 30004, 30640),
    NotAllowedThere: (
        *(21203, 21408, 21608),  # not switched on; a trial account, which texts few numbers
        *(30018, 30040, 30041, 30043),  # our number is not registered there
    ),
    # A pause.
    CarrierBusy: (
        *(20429, 21611, 30001, 30410),
        *(30022, 30023, 30027),  # as fast, or as many in a day, as our registration allows
        *(10004, 14107, 22001, 22005),  # as many calls, or replies to one number, at once
        *(20500, 20503, 20504, 30020, 30021, 30500),  # something broke there
    ),
    NeverLeft: (30036,),
    # The account: who we are, what we have registered, what is set.
    AccountRefused: (
        *(10001, 10002, 10005, 20003, 20005, 20006, 20008, 20010, 20403, 20404, 20426),
        *(20101, 20151, 20160, 21470, 21471, 21472, 30002, 30037, 32005),
        *(30010, 30454, 63038),  # its price, and how much it may send
        *(21205, 21402, 21502, 21609),  # addresses that we give: PUBLIC_URL
        *(21210, 21212, 21213, 21264, 21267, 21601, 21603, 21606, 21607, 21613, 21616, 21657),
        *(21659, 21660, 21661, 21662, 21663, 21668, 30042),  # the number we send from
        *(21701, 21702, 21703, 21704, 21705, 21709, 21711, 21712, 21713, 21715),  # the service
        *(13227, 21219),  # calls: the country, the trial
        21730,  # maintenance
        *(21717, 21729, 21731, 30024, 30032, 30033, 30034, 30035, 30125, 30126),  # registration
        *(30904, 30905, 30906, 30990, 30991, 30992, 30993, 30994),
    ),
    # Ours: what we asked for was wrong.
    Filtered: (30007, 30038),
    Refused: (
        *(20001, 20002, 20004, 20009, 20413, 20422, 20423),
        *(21201, 21204, 21208, 21209, 21220, 21234, 21263),  # calls
        *(21602, 21604, 21605, 21617, 21618, 21619, 21624, 21626, 21653, 21658, 21910),
        *(30012, 30013, 30014, 30015, 30016, 30028, 30044, 30045, 30400, 30404, 30409),
    ),
    BadAttachment: (11200, 11751, 12300, 21620, 21621, 21622, 21623, 30011, 30019),
}
_KINDS: Final = {code: kind for kind, codes in _CODES.items() for code in codes}

_MINUTE, _HOUR = 60.0, 60 * 60.0

# Seconds until what ends has ended: of the others it is not known, and tried ever later.
PAUSES: Final[dict[int | None, float]] = {
    14107: 30.0,
    **dict.fromkeys((10004, 22001, 22005, 30022), _MINUTE),
    30017: 10 * _MINUTE,
    30450: 30 * _MINUTE,
    **dict.fromkeys((30610, 30615, 30620), _HOUR),
    **dict.fromkeys((30453, 30485), 3 * _HOUR),
    **dict.fromkeys((30023, 30027), 24 * _HOUR),
}


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
        case None if not code:  # it did not arrive, and that is all there is
            return Unreachable
        case _:
            return Unexplained
