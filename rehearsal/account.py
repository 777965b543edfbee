"""What the rehearsal's account is and costs, and what went wrong with it, in the shapes that the
carrier's API shows. Plain values and plain functions; the wire is in `account_rest.py`.

Shapes follow the published description; that of the balance is not in it, and follows
https://www.twilio.com/docs/usage/api/account-balance (a page of the client's own library).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from rehearsal.messages import API_VERSION, Line, Message

STATES = frozenset({"active", "suspended", "closed"})
KINDS_OF_ACCOUNT = frozenset({"Full", "Trial"})
PRICE_OF_A_SEGMENT = 0.0083
ALL_COSTS, TEXT_COSTS = "totalprice", "sms"
NOT_OUR_ACCOUNT = 20005
ALERTS_KEPT = 1000


@dataclass(slots=True)
class AlertPaper:
    """One alert of the debugger."""

    sid: str
    created: datetime
    code: int
    level: str = "error"
    url: str = ""
    text: str = ""
    resource: str = ""


@dataclass(slots=True)
class EventPaper:
    """One change of a setting, by whom."""

    sid: str
    at: datetime
    type: str
    resource: str
    by: str = "user"


@dataclass
class AccountBook:
    """`balance` is what is left once today is paid. `spent_elsewhere`: what today costs beside our
    texts. `a_day`: what each earlier day did. `hides`: what it refuses to tell, such as
    "Balance"."""

    status: str = "active"
    type: str = "Full"
    balance: float = 100.0
    currency: str = "USD"
    spent_elsewhere: float = 0.0
    a_day: float = 1.0
    hides: frozenset[str] = frozenset()
    alerts: list[AlertPaper] = field(default_factory=list)
    events: list[EventPaper] = field(default_factory=list)

    def alert(self, now: datetime, code: int, **facts: str) -> None:
        """Something went wrong. The oldest are forgotten."""
        self.alerts.append(AlertPaper(new_name("NO"), now, code, **facts))
        del self.alerts[:-ALERTS_KEPT]


def new_name(kind: str) -> str:
    return kind + secrets.token_hex(16)


def changed(book: AccountBook, wish: Mapping[str, object]) -> None:
    """As the control address is asked for. Raises ValueError that says what is wrong."""
    numbers = ("balance", "spent_elsewhere", "a_day")
    if extra := set(wish) - {"status", "type", "currency", "hides", *numbers}:
        raise ValueError(f"unknown: {', '.join(sorted(extra))}")
    if wish.get("status", book.status) not in STATES:
        raise ValueError(f"status must be one of {', '.join(sorted(STATES))}")
    if wish.get("type", book.type) not in KINDS_OF_ACCOUNT:
        raise ValueError(f"type must be one of {', '.join(sorted(KINDS_OF_ACCOUNT))}")
    for name in numbers:
        value = wish.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{name} must be a number")
    hides = wish.get("hides", sorted(book.hides))
    if not isinstance(hides, list) or not all(isinstance(it, str) for it in hides):
        raise ValueError("hides must be a list of words")
    for name, value in {**wish, "hides": frozenset(hides)}.items():
        setattr(book, name, value)


def book_json(book: AccountBook) -> dict[str, object]:
    """As the control address shows it."""
    names = ("status", "type", "balance", "currency", "spent_elsewhere", "a_day")
    return {**{name: getattr(book, name) for name in names}, "hides": sorted(book.hides)}


def balance_json(book: AccountBook, line: Line) -> dict[str, object]:
    return {
        "account_sid": line.account_sid,
        "balance": f"{book.balance:.2f}",
        "currency": book.currency,
    }


# What it costs.


def spent_on_texts(messages: Iterable[Message], day: date) -> tuple[int, float]:
    """Segments of that day that left, and their price."""
    left = [it for it in messages if it.direction != "inbound" and _day(it.created) == day]
    segments = sum(it.segments for it in left)
    return segments, segments * PRICE_OF_A_SEGMENT


def _day(moment: datetime) -> date:
    """The carrier's days are those of GMT."""
    return moment.astimezone(UTC).date()


@dataclass(slots=True)
class UsageRecord:
    """One category over one span of days. `sid`: where it is in the list."""

    sid: str
    category: str
    first: date
    last: date
    count: int
    price: float


def today_records(
    book: AccountBook, messages: Iterable[Message], now: datetime
) -> list[UsageRecord]:
    day = _day(now)
    count, price = spent_on_texts(messages, day)
    return [
        UsageRecord("0", TEXT_COSTS, day, day, count, price),
        UsageRecord("1", ALL_COSTS, day, day, count, price + book.spent_elsewhere),
    ]


def daily_records(book: AccountBook, first: date, last: date) -> Iterator[UsageRecord]:
    """The newest first."""
    for place in range((last - first).days + 1):
        day = last - timedelta(days=place)
        yield UsageRecord(f"{place}-s", TEXT_COSTS, day, day, 0, 0.0)
        yield UsageRecord(f"{place}-t", ALL_COSTS, day, day, 0, book.a_day)


_DESCRIBED = {TEXT_COSTS: "SMS", ALL_COSTS: "Total Price"}
_SPANS = ("all_time", "daily", "last_month", "monthly", "this_month", "today", "yearly")


def usage_json(it: UsageRecord, line: Line, currency: str, now: datetime) -> dict[str, object]:
    records = f"/{API_VERSION}/Accounts/{line.account_sid}/Usage/Records"
    category = f"?Category={it.category}"
    spans = {
        name: f"{records}/{''.join(map(str.capitalize, name.split('_')))}.json{category}"
        for name in (*_SPANS, "yesterday")
    }
    days = f"&StartDate={it.first}&EndDate={it.last}"
    return {
        "account_sid": line.account_sid,
        "api_version": API_VERSION,
        "as_of": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00",
        "category": it.category,
        "count": str(it.count),
        "count_unit": "messages" if it.category == TEXT_COSTS else "",
        "description": _DESCRIBED[it.category],
        "end_date": it.last.isoformat(),
        "price": round(it.price, 4),
        "price_unit": currency.lower(),
        "start_date": it.first.isoformat(),
        "subresource_uris": spans,
        "uri": f"{records}.json{category}{days}",
        "usage": str(it.count),
        "usage_unit": "segments" if it.category == TEXT_COSTS else currency.lower(),
    }


# What went wrong, and who changed something.


def alert_json(it: AlertPaper, line: Line) -> dict[str, object]:
    return {
        "account_sid": line.account_sid,
        "alert_text": it.text,
        "api_version": API_VERSION,
        "date_created": zulu(it.created),
        "date_generated": zulu(it.created),
        "date_updated": zulu(it.created),
        "error_code": str(it.code),
        "log_level": it.level,
        "more_info": f"https://www.twilio.com/docs/errors/{it.code}",
        "request_method": "POST",
        "request_url": it.url or None,
        "resource_sid": it.resource or None,
        "service_sid": None,
        "sid": it.sid,
        "url": f"https://monitor.twilio.com/v1/Alerts/{it.sid}",
    }


def event_json(it: EventPaper, line: Line) -> dict[str, object]:
    account = f"https://api.twilio.com/{API_VERSION}/Accounts/{line.account_sid}"
    return {
        "account_sid": line.account_sid,
        "actor_sid": f"US{it.sid[2:]}",
        "actor_type": it.by,
        "description": None,
        "event_data": {},
        "event_date": zulu(it.at),
        "event_type": it.type,
        "links": {"actor": account, "resource": account},
        "resource_sid": it.resource,
        "resource_type": it.type.partition(".")[0],
        "sid": it.sid,
        "source": "web",
        "source_ip_address": "192.0.2.1",
        "url": f"https://monitor.twilio.com/v1/Events/{it.sid}",
    }


def zulu(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
