"""The account itself in the carrier's REST API: how it is, its balance, what it costs, its alerts
and who changed its settings. At the carrier the last two are on a host of their own; here one has
all.

https://www.twilio.com/docs/usage/api/usage-record, https://www.twilio.com/docs/usage/monitor-alert
and https://www.twilio.com/docs/usage/monitor-events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal.account import (
    EventPaper,
    UsageRecord,
    alert_json,
    balance_json,
    book_json,
    changed,
    daily_records,
    event_json,
    new_name,
    today_records,
    usage_json,
)
from rehearsal.control import read_json, route_of, words
from rehearsal.exchange import Exchange
from rehearsal.lists import Listed, meta_page_json, page_json, span_of
from rehearsal.messages import API_VERSION, Form, refusal
from rehearsal.rest import Endpoint, guarded, refused

MONITOR = "https://monitor.twilio.com"
Kept = TypeVar("Kept", bound=Listed)


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    account = f"/{API_VERSION}/Accounts/{{account}}"

    def route(path: str, endpoint: Endpoint) -> Route:
        return Route(path, guarded(exchange, endpoint), methods=["GET"])

    return [
        route(f"{account}/Balance.json", fetch_balance),
        route(f"{account}/Usage/Records/Today.json", page_of_today),
        route(f"{account}/Usage/Records/Daily.json", page_of_days),
        route("/v1/Alerts", page_of_alerts),
        route("/v1/Events", page_of_events),
    ]


def control_routes(exchange: Exchange) -> Sequence[BaseRoute]:
    """GET, PUT /rehearsal/account
        {"status"?: active | suspended | closed, "type"?: Full | Trial, "balance"?, "currency"?,
        "spent_elsewhere"?: what today costs beside our texts, "a_day"?: what each earlier day did,
        "hides"?: ["Balance", "Usage", "Alerts"]: what it refuses to tell} → the same
    POST /rehearsal/alerts   {"code", "url"?: of ours, "level"?: error | warning, "times"?: 1}
    POST /rehearsal/events   {"type": "phone-number.updated", "resource"?: its sid}"""
    route = route_of(exchange)
    return [
        route("/account", "GET", get_account),
        route("/account", "PUT", put_account),
        route("/alerts", "POST", post_alert),
        route("/events", "POST", post_event),
    ]


def is_hidden(exchange: Exchange, what: str) -> bool:
    return what in exchange.account.hides


async def fetch_balance(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    if is_hidden(exchange, "Balance"):
        return refused(refusal(20003, 401))
    return JSONResponse(balance_json(exchange.account, exchange.line))


# What it costs.


async def page_of_today(exchange: Exchange, request: Request) -> Response:
    found = today_records(exchange.account, exchange.messages.values(), exchange.now())
    return _usage(exchange, request, found)


async def page_of_days(exchange: Exchange, request: Request) -> Response:
    today = exchange.now().astimezone(UTC).date()
    try:
        first, last = (_date(request, it, today) for it in ("StartDate", "EndDate"))
    except ValueError:
        return refused(refusal(20001))
    return _usage(exchange, request, list(daily_records(exchange.account, first, last)))


def _date(request: Request, name: str, otherwise: date) -> date:
    written = request.query_params.get(name)
    return date.fromisoformat(written) if written else otherwise


def _usage(exchange: Exchange, request: Request, found: Sequence[UsageRecord]) -> Response:
    if is_hidden(exchange, "Usage"):
        return refused(refusal(20003, 401))
    asked = Form(request.query_params.multi_items())
    wanted = [it for it in found if asked.get("Category") in (None, it.category)]
    book = exchange.account
    shape = partial(usage_json, line=exchange.line, currency=book.currency, now=exchange.now())
    filters = ("Category", "StartDate", "EndDate")
    uri = request.url.path
    return JSONResponse(
        page_json(wanted, asked, filters, uri=uri, key="usage_records", shape=shape)
    )


# What went wrong, and who changed something.


async def page_of_alerts(exchange: Exchange, request: Request) -> Response:
    if is_hidden(exchange, "Alerts"):
        return refused(refusal(20003, 401))
    level = request.query_params.get("LogLevel")
    wanted = [it for it in reversed(exchange.account.alerts) if level in (None, it.level)]
    shape = partial(alert_json, line=exchange.line)
    return _monitored(request, wanted, "alerts", lambda it: it.created, shape, ("LogLevel",))


async def page_of_events(exchange: Exchange, request: Request) -> Response:
    kind = request.query_params.get("EventType")
    wanted = [it for it in reversed(exchange.account.events) if kind in (None, it.type)]
    shape = partial(event_json, line=exchange.line)
    return _monitored(request, wanted, "events", lambda it: it.at, shape, ("EventType",))


def _monitored(
    request: Request,
    some: Sequence[Kept],
    key: str,
    when: Callable[[Kept], datetime],
    shape: Callable[[Kept], dict[str, object]],
    filters: tuple[str, ...],
) -> Response:
    asked = Form(request.query_params.multi_items())
    try:
        since = span_of(asked["StartDate"])[0] if asked.get("StartDate") else None
        until = span_of(asked["EndDate"])[1] if asked.get("EndDate") else None
        wanted = [
            it
            for it in some
            if (since is None or when(it) >= since) and (until is None or when(it) <= until)
        ]
        return JSONResponse(
            meta_page_json(
                wanted,
                asked,
                url=f"{MONITOR}{request.url.path}",
                key=key,
                shape=shape,
                filters=("StartDate", "EndDate", *filters),
            )
        )
    except ValueError:
        return refused(refusal(20001))


# For programs.


async def get_account(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse(book_json(exchange.account))


async def put_account(exchange: Exchange, request: Request) -> Response:
    changed(exchange.account, await read_json(request))
    return JSONResponse(book_json(exchange.account))


async def post_alert(exchange: Exchange, request: Request) -> Response:
    wish = await read_json(request)
    code, times = wish.get("code"), wish.get("times", 1)
    if not isinstance(code, int) or not isinstance(times, int):
        raise ValueError("code and times must be numbers")
    facts = {"url": words(wish, "url"), "level": words(wish, "level", "error")}
    for _ in range(times):
        exchange.account.alert(exchange.now(), code, **facts)
    return JSONResponse({"alerts": len(exchange.account.alerts)})


async def post_event(exchange: Exchange, request: Request) -> Response:
    wish = await read_json(request)
    kind, resource = words(wish, "type"), words(wish, "resource", exchange.line.account_sid)
    made = EventPaper(new_name("AE"), exchange.now(), kind, resource)
    exchange.account.events.append(made)
    return JSONResponse({"events": len(exchange.account.events)})
