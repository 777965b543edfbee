"""The numbers that the carrier reserves for tests: what comes of a text or a call with each.

https://www.twilio.com/docs/iam/test-credentials, but that these work with any credentials here.
"""

from collections.abc import Mapping

OURS = "+15005550006"  # sends and calls as a number of the account does
TEXT_FROM: Mapping[str, int] = {
    "+15005550001": 21212,  # no number
    "+15005550007": 21606,  # not of this account
    "+15005550008": 21611,  # its queue is full
}
TEXT_TO: Mapping[str, int] = {
    "+15005550001": 21211,  # no number
    "+15005550002": 21612,  # no way there
    "+15005550003": 21408,  # a country that is not switched on
    "+15005550004": 21610,  # said STOP
    "+15005550009": 21614,  # takes no texts
}
CALL_FROM: Mapping[str, int] = {
    "+15005550001": 21212,  # no number
    "+15005550007": 21210,  # not of this account
}
CALL_TO: Mapping[str, int] = {
    "+15005550001": 21217,  # no number
    "+15005550002": 21214,  # no way there
    "+15005550003": 21215,  # a country that is not switched on
    "+15005550004": 21216,  # blocked
}
