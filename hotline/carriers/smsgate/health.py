"""How a phone says that it is: its battery, its network, what failed. Pure.

https://docs.sms-gate.app/features/health/. The same comes with a ping and as the answer of the
phone's `/health`; a server in between answers about itself, and then all but `status` is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline import wire

LONGEST_VERSION = 40  # letters
_STATUSES = ("pass", "warn", "fail")


@dataclass(frozen=True, slots=True)
class PhoneHealth:
    """`status`: "pass", "warn", "fail", or empty where it does not say. `battery`: percent.
    `failed`: texts of the last hour that failed. None is not known."""

    status: str
    battery: int | None = None
    is_charging: bool | None = None
    is_connected: bool | None = None
    failed: int | None = None
    version: str = ""


def health_in(document: object) -> PhoneHealth:
    """Read whatever it is: of what is not as described, nothing is known."""
    said = document if isinstance(document, Mapping) else {}
    checks = said.get("checks")
    checks = checks if isinstance(checks, Mapping) else {}
    charging, connected = _value(checks, "battery:charging"), _value(checks, "connection:status")
    status, version = said.get("status"), said.get("version")
    return PhoneHealth(
        status=status if isinstance(status, str) and status in _STATUSES else "",
        battery=_value(checks, "battery:level"),
        is_charging=None if charging is None else charging > 0,
        is_connected=None if connected is None else connected > 0,
        failed=_value(checks, "messages:failed"),
        version=wire.speakable(version)[:LONGEST_VERSION] if isinstance(version, str) else "",
    )


def _value(checks: Mapping[object, object], name: str) -> int | None:
    check = checks.get(name)
    value = check.get("observedValue") if isinstance(check, Mapping) else None
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6
    return value if is_number else None
