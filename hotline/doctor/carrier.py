"""What the carrier knows of us: the account, what it costs, what went wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hotline import limits
from hotline.doctor.findings import Finding, found, judged
from hotline.doctor.machine import length
from hotline.settings import Network

LOW_FOR: Final = timedelta(days=5)  # what is left shall last over a long weekend
USUAL_SPEND: Final = 1.0  # a day, in the account's currency, where nothing was spent yet
MORE_THAN_OURS: Final = 1.5  # times what our own segments come to
WORTH_A_WORD: Final = 1.0  # in the account's currency


class AccountState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    REFUSED = "refused"  # it does not take our token
    SILENT = "silent"  # nobody answered
    OTHER = "other"  # it says something that nobody listed


class AlertKind(StrEnum):
    """What the carrier's alerts tell of, by whose part it was."""

    UNREACHED = "it could not reach us"
    BAD_ANSWER = "it could not read our answer"
    NOT_ARRIVED = "texts did not arrive"
    ACCOUNT = "our account or a number of ours is not allowed that"
    OTHER = "something else"


@dataclass(frozen=True, slots=True)
class Alert:
    """All of a day with one cause: the carrier's code, how often, at which path of ours."""

    code: int
    kind: AlertKind
    count: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """Money is in `currency`; None: the carrier did not say. `a_day`: of the last week.
    `not_said`: what it would not tell. `clock`: what time it was there when it answered."""

    state: AccountState
    is_trial: bool = False
    balance: float | None = None
    currency: str = "USD"
    today: float | None = None
    a_day: float | None = None
    texts_today: float | None = None
    alerts: tuple[Alert, ...] = ()
    not_said: tuple[str, ...] = ()
    clock: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpentSeen:
    """Of our own: text segments that left today."""

    segments: int = 0


def account(it: AccountSeen) -> list[Finding]:
    return [
        *judged("account", "is active", _account(it)),
        *(_balance(it) if it.state is AccountState.ACTIVE else ()),
        *(found("account.unread", about=what, what=what) for what in it.not_said),
    ]


def _account(it: AccountSeen) -> Iterator[Finding]:
    match it.state:
        case AccountState.REFUSED | AccountState.SILENT | AccountState.SUSPENDED:
            yield found(f"account.{it.state}")
        case AccountState.CLOSED:
            yield found("account.closed")
        case AccountState.OTHER:
            yield found("account.unread", about="state", what="how it is")
    if it.is_trial:
        yield found("account.trial")


def _balance(it: AccountSeen) -> list[Finding]:
    if it.balance is None:
        return []
    left = f"{it.balance:.2f} {it.currency}"
    return judged("balance", f"{left} is left", _spent(it, it.balance, left))


def _spent(it: AccountSeen, balance: float, left: str) -> Iterator[Finding]:
    if balance <= 0:
        yield found("balance.empty", balance=left)
        return
    days = timedelta(days=balance / max(it.a_day or 0, it.today or 0, USUAL_SPEND))
    if days < LOW_FOR:
        yield found("balance.low", balance=left, days=length(days))


def spend(it: AccountSeen, ours: SpentSeen, network: Network) -> list[Finding]:
    """Our own budget of the day, and what the carrier counts against it."""
    said = f"{ours.segments} of today's {network.limits.segments_a_day} text segments are used"
    if it.today is not None:
        said += f"; the carrier counts {it.today:.2f} {it.currency} for today"
    return judged("spend", said, _budget(it, ours, network))


def _budget(it: AccountSeen, ours: SpentSeen, network: Network) -> Iterator[Finding]:
    most = network.limits.segments_a_day
    if ours.segments >= most:
        yield found("spend.all", budget=most)
    elif limits.is_low(ours.segments, network.limits):
        yield found("spend.most", spent=ours.segments, budget=most)
    price = network.limits.price_a_segment
    if price is None or it.texts_today is None or network.limits.currency != it.currency:
        return
    own = ours.segments * price
    if it.texts_today > max(own * MORE_THAN_OURS, own + WORTH_A_WORD):
        theirs, known = f"{it.texts_today:.2f} {it.currency}", f"{own:.2f} {it.currency}"
        yield found("spend.more_than_ours", theirs=theirs, ours=known)


def alerts(some: tuple[Alert, ...]) -> list[Finding]:
    said = "the carrier had no trouble with us in a day"
    return judged("alerts", said, [_alert(it) for it in some])


def _alert(it: Alert) -> Finding:
    name = "alerts.webhook" if it.kind in _AT_OUR_DOOR else "alerts.some"
    why, mend = _ALERTS[it.kind]
    at = f" at {it.path}" if it.path else ""
    times = "once" if it.count == 1 else f"{it.count} times"
    values = {"count": times, "kind": f"{it.kind}{at}", "code": it.code}
    return found(name, about=str(it.code), why=why, mend=mend, **values)


_AT_OUR_DOOR: Final = (AlertKind.UNREACHED, AlertKind.BAD_ANSWER)
_LOOK_IT_UP: Final = "Console > Monitor > Errors shows each of them, and what the code means."
_ALERTS: Final = {
    AlertKind.UNREACHED: (
        "What people texted may be lost.",
        "Look at the findings of outside and web, and at the proxy's log of that time.",
    ),
    AlertKind.BAD_ANSWER: (
        "What people texted may be lost.",
        f"Look whether the proxy answers in the hotline's place. {_LOOK_IT_UP}",
    ),
    AlertKind.NOT_ARRIVED: ("Somebody was not reached.", "Board > Texts says whom and why."),
    AlertKind.ACCOUNT: ("Some texts do not leave.", _LOOK_IT_UP),
    AlertKind.OTHER: ("It may be nothing, or the beginning of something.", _LOOK_IT_UP),
}


@dataclass(frozen=True, slots=True)
class CarrierSeen:
    """All that was read there."""

    account: AccountSeen
    spent: SpentSeen = field(default_factory=SpentSeen)
