"""How long a webhook may take and how often it is tried, as its address says.

The carrier reads connection settings from the `#fragment` of an address, as in
`https://example.org/sms#rc=3&rp=all`: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
Plain values and plain functions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag

ALL, CONNECT, READ = "all", "ct", "rt"
POLICIES = frozenset({"4xx", "5xx", CONNECT, READ, ALL})
SPANS: Mapping[str, tuple[int, int]] = {
    "rc": (0, 5),
    "ct": (100, 10_000),  # milliseconds, as those that follow
    "rt": (100, 15_000),
    "tt": (100, 15_000),
}
BAD_POLICY, BAD_SETTING = 11243, 11100


@dataclass(frozen=True, slots=True)
class Overrides:
    """`connect` and `read` are seconds for one try, `total` for all of them."""

    retries: int = 1
    policy: frozenset[str] = frozenset({CONNECT})
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0

    def try_again_after(self, failure: str) -> bool:
        """`failure`: one of the policies, or any other word, or nothing where none was."""
        return bool(failure) and not self.policy.isdisjoint({ALL, failure})


def read_overrides(address: str) -> tuple[Overrides, list[int]]:
    """The settings in the address, and an error of the carrier's for each that cannot be read.

    What cannot be read is as if it were not there. Settings that mean nothing here, such as the
    edge that calls, are passed over.
    """
    pairs = parse_qsl(urldefrag(address).fragment, keep_blank_values=True)
    written = {name: value for name, value in pairs if name == "rp" or name in SPANS}
    right = {name: value for name, value in written.items() if _is_right(name, value)}
    wrong = [BAD_POLICY if name == "rp" else BAD_SETTING for name in written if name not in right]
    return _overrides(right), wrong


def _is_right(name: str, value: str) -> bool:
    if name == "rp":
        return POLICIES.issuperset(value.split(","))
    least, most = SPANS[name]
    return bool(re.fullmatch("[0-9]{1,5}", value)) and least <= int(value) <= most


def _overrides(written: Mapping[str, str]) -> Overrides:
    usual = Overrides()

    def seconds(name: str, otherwise: float) -> float:
        return int(written[name]) / 1000 if name in written else otherwise

    return Overrides(
        retries=int(written.get("rc", usual.retries)),
        policy=frozenset(written["rp"].split(",")) if "rp" in written else usual.policy,
        connect=seconds("ct", usual.connect),
        read=seconds("rt", usual.read),
        total=seconds("tt", usual.total),
    )
