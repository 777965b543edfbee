"""What the rehearsal carrier tells of its account keeps to the published description, and our
client reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from published import _open_objects
from served import serve

from hotline import settings
from hotline.carriers.twilio import account
from hotline.carriers.twilio.client import Carrier
from hotline.doctor.carrier import AccountSeen, AccountState, Alert, AlertKind
from rehearsal.carrier import Line, build

DESCRIPTION = Path(__file__).parents[2] / "shared" / "data" / "twilio-account-subset.json"
ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "a-token-for-rehearsals"
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
USAGE = f"/2010-04-01/Accounts/{ACCOUNT}/Usage/Records"
MONITOR = "https://monitor.twilio.com"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    line = Line(ACCOUNT, TOKEN, "+12125550199", "http://127.0.0.1:1/sms")
    with serve(build(line, now=lambda: NOON)) as address:
        yield address


def ask(address: str, path: str, **query: str) -> httpx2.Response:
    return httpx2.get(
        f"{address}{path}", params=query, auth=(ACCOUNT, TOKEN), trust_env=False, timeout=30
    )


def tell(address: str, method: str, path: str, **wish: Any) -> None:
    url = f"{address}/rehearsal/{path}"
    httpx2.request(method, url, json=wish, trust_env=False).raise_for_status()


def read(address: str, token: str = TOKEN) -> AccountSeen:
    environment = settings.load(
        {
            "PUBLIC_URL": "https://help.example.org",
            "TWILIO_API_URL": address,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": token,
            "HOTLINE_NUMBER": "+12125550199",
        }
    ).environment
    return account.read(Carrier(environment), ACCOUNT, NOON)


@pytest.fixture(autouse=True)
def _anew(address: str) -> None:
    httpx2.delete(f"{address}/rehearsal", trust_env=False).raise_for_status()


@pytest.fixture(scope="module")
def published() -> OpenAPI:
    if not DESCRIPTION.exists():
        pytest.skip(f"{DESCRIPTION.name} is not here: no answer is checked with it")
    book = json.loads(DESCRIPTION.read_text())
    _open_objects(book["components"]["schemas"])
    strict = Config(
        spec_validator_cls=None,
        additional_properties_default_policy="forbid",
        response_properties_default_policy="required",
    )
    return OpenAPI.from_dict(book, config=strict)


@pytest.mark.parametrize(
    ("host", "path", "query"),
    [
        ("https://api.twilio.com", f"{USAGE}/Today.json", {}),
        ("https://api.twilio.com", f"{USAGE}/Today.json", {"Category": "totalprice"}),
        (
            "https://api.twilio.com",
            f"{USAGE}/Daily.json",
            {"StartDate": "2026-03-07", "EndDate": "2026-03-13", "PageSize": "3"},
        ),
        (MONITOR, "/v1/Alerts", {"StartDate": "2026-03-13T12:00:00Z"}),
        (MONITOR, "/v1/Events", {}),
    ],
)
def test_it_answers_as_published(
    address: str, published: OpenAPI, host: str, path: str, query: dict[str, str]
) -> None:
    tell(address, "POST", "alerts", code=11200, url="https://help.example.org/sms")
    tell(address, "POST", "events", type="phone-number.updated")
    answer = ask(address, path, **query)
    request = MockRequest(host, "GET", path, args=tuple(query.items()))
    response = MockResponse(answer.content, status_code=200, content_type="application/json")
    errors = [
        *published.iter_response_errors(request, response),
    ]
    assert [str(getattr(it.__cause__, "schema_errors", it)) for it in errors] == []
    named = {it["name"] for it in _parameters(path)}
    assert set(query) <= named


def _parameters(path: str) -> list[dict[str, Any]]:
    book = json.loads(DESCRIPTION.read_text())["paths"]
    found: list[dict[str, Any]] = book[path.replace(ACCOUNT, "{AccountSid}")]["get"]["parameters"]
    return found


def test_what_our_client_reads(address: str) -> None:
    tell(address, "PUT", "account", balance=41.5, currency="EUR", a_day=2.0, spent_elsewhere=3.0)
    tell(address, "POST", "alerts", code=11200, url="https://help.example.org/sms", times=2)
    seen = read(address)
    assert (seen.state, seen.is_trial, seen.balance) == (AccountState.ACTIVE, False, 41.5)
    assert (seen.currency, seen.today, seen.a_day) == ("EUR", 3.0, 2.0)
    assert seen.alerts == (Alert(11200, AlertKind.UNREACHED, 2, "/sms"),)
    assert seen.not_said == ()
    assert seen.clock is not None
    assert abs(seen.clock - datetime.now(UTC)) < timedelta(minutes=1)


def test_more_alerts_than_fit_on_a_page_are_counted(address: str) -> None:
    tell(address, "POST", "alerts", code=30008, level="warning", times=120)
    tell(address, "POST", "alerts", code=30034, level="notice")
    assert read(address).alerts == (Alert(30008, AlertKind.NOT_ARRIVED, 120),)


def test_a_suspended_account_is_refused_all_but_to_see_how_it_is(address: str) -> None:
    tell(address, "PUT", "account", status="suspended")
    assert read(address).state is AccountState.SUSPENDED
    assert ask(address, f"{USAGE}/Today.json").json()["code"] == 20005
    assert read(address, "another").state is AccountState.REFUSED


@pytest.mark.parametrize(
    "wish", [{"status": "odd"}, {"type": "Half"}, {"balance": "much"}, {"hides": "all"}, {"x": 1}]
)
def test_a_wrong_wish_is_answered_with_what_is_wrong(address: str, wish: dict[str, Any]) -> None:
    answer = httpx2.put(f"{address}/rehearsal/account", json=wish, trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"]
