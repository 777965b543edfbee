"""How our account is at the carrier, read: whether it is active, what is left on it, what today
costs, and what went wrong there in a day.

https://www.twilio.com/docs/iam/api/account,
https://www.twilio.com/docs/usage/api/usage-record and
https://www.twilio.com/docs/usage/monitor-alert. A carrier like this one may know none of the last
three, and an API key may not see the balance: what was not said is named in `AccountSeen.not_said`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from hotline.carriers.twilio.client import Carrier
from hotline.carriers.twilio.codes import kind_of
from hotline.doctor.carrier import AccountSeen, AccountState, Alert, AlertKind
from hotline.errors import AccountRefused, CarrierError

Told = TypeVar("Told")

A_DAY: Final = timedelta(days=1)
A_WEEK: Final = timedelta(days=7)
MOST_ALERTS: Final = 1000  # the newest; each group says how many of these are its own
NOT_ACTIVE: Final = (20005, 20006)  # it takes our token, and no longer serves us
EVERYTHING: Final = "totalprice"  # the carrier's category of all that costs
TEXTS: Final = "sms"


def read(carrier: Carrier, account: str, now: datetime) -> AccountSeen:
    """Never raises: what the carrier does not tell is said to be so. `account`: its name."""
    try:
        found = carrier.ask(carrier.api.api.v2010.accounts(account).fetch)
    except AccountRefused as error:
        is_suspended = error.code in NOT_ACTIVE
        return AccountSeen(AccountState.SUSPENDED if is_suspended else AccountState.REFUSED)
    except CarrierError:
        return AccountSeen(AccountState.SILENT)
    clock = carrier.last_date()
    not_said: list[str] = []

    def ask(what: str, do: Callable[[], Told]) -> Told | None:
        try:
            return do()
        except (CarrierError, ValueError, TypeError):
            not_said.append(what)
            return None

    balance = ask("its balance", lambda: _balance(carrier, account))
    today = ask("what today costs", lambda: _today(carrier, account))
    week = ask("what a day costs", lambda: _a_day(carrier, account, now.date()))
    alerts = ask("its alerts", lambda: alerts_since(carrier, now - A_DAY))
    return AccountSeen(
        _STATES.get(str(found.status), AccountState.OTHER),
        is_trial=str(found.type).lower() == "trial",
        balance=balance[0] if balance else None,
        currency=balance[1] if balance else "USD",
        today=today.get(EVERYTHING) if today else None,
        texts_today=today.get(TEXTS) if today else None,
        a_day=week,
        alerts=tuple(alerts or ()),
        not_said=tuple(not_said),
        clock=clock,
    )


_STATES: Final = {
    it.value: it for it in (AccountState.ACTIVE, AccountState.SUSPENDED, AccountState.CLOSED)
}


def _balance(carrier: Carrier, account: str) -> tuple[float, str]:
    found = carrier.ask(carrier.api.api.v2010.accounts(account).balance.fetch)
    return float(found.balance), str(found.currency or "USD").upper()


def _today(carrier: Carrier, account: str) -> dict[str, float]:
    """The price of today by category, as far as the carrier has counted it."""
    usage = carrier.api.api.v2010.accounts(account).usage.records.today
    found = carrier.ask(usage.list)
    return {str(it.category): float(it.price or 0) for it in found}


def _a_day(carrier: Carrier, account: str, today: date) -> float:
    """What a day cost in the last week. The carrier counts days by GMT."""
    usage = carrier.api.api.v2010.accounts(account).usage.records.daily
    days = {"start_date": today - A_WEEK, "end_date": today - A_DAY}
    found = carrier.ask(usage.list, category=EVERYTHING, **days)
    return sum(float(it.price or 0) for it in found) / A_WEEK.days


# What went wrong.


def alerts_since(carrier: Carrier, since: datetime) -> list[Alert]:
    """By cause, the most frequent first. Their words are not read: there may be somebody's text in
    them. Raises CarrierError."""
    alerts = carrier.api.monitor.v1.alerts
    found = carrier.ask(alerts.list, start_date=since, limit=MOST_ALERTS)
    told = [it for it in found if str(it.log_level) in _WORTH_TELLING]
    causes = Counter((_code(it.error_code), _path(it)) for it in told)
    return [Alert(code, alert_kind(code), count, at) for (code, at), count in causes.most_common()]


_WORTH_TELLING: Final = ("error", "warning")


def _code(written: Any) -> int:
    return int(written) if str(written).isdigit() else 0


def _path(it: Any) -> str:
    """Which of our addresses it was, by its path alone; for what was about no address of ours,
    nothing."""
    is_at_our_door = alert_kind(_code(it.error_code)) in (
        AlertKind.UNREACHED,
        AlertKind.BAD_ANSWER,
    )
    return urlsplit(str(it.request_url or "")).path if is_at_our_door else ""


def alert_kind(code: int) -> AlertKind:
    """Whose part it was. https://www.twilio.com/docs/api/errors: 11xxx is fetching what is at an
    address of ours, 12xxx reading it."""
    if 11200 <= code < 11300:
        return AlertKind.UNREACHED
    if 11300 <= code < 13000:
        return AlertKind.BAD_ANSWER
    if 30003 <= code <= 30008:
        return AlertKind.NOT_ARRIVED
    return AlertKind.ACCOUNT if kind_of(code) is AccountRefused else AlertKind.OTHER
