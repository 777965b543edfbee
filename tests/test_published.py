"""The check against the published description notices what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from published import DESCRIPTION, FORM, Answered, Asked, mistakes

from rehearsal.messages import Line, Message, as_json, refusal

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason=f"{DESCRIPTION.name} is not here: no answer is checked with it"
)
ACCOUNT, ANA, NUMBER = "AC" + "0" * 32, "+12125550141", "+12125550199"
LINE = Line(ACCOUNT, "a token", NUMBER, "")
MESSAGE = Message(
    "SM" + "0" * 32, NUMBER, ANA, "hi", "outbound-api", "api", datetime(2026, 3, 14, tzinfo=UTC)
)
SHAPE = as_json(MESSAGE, LINE)
LIST = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
CREATE = Asked("POST", LIST, (), (("To", ANA), ("From", NUMBER), ("Body", "hi")), True)


def answered(status: int, shape: object, challenge: str = "") -> Answered:
    return Answered(status, "application/json", json.dumps(shape), challenge)


def created(**other: object) -> Answered:
    return answered(201, SHAPE | other)


def said(asked: Asked, answer: Answered) -> str:
    return " ".join(mistakes(asked, answer))


def with_fields(*fields: tuple[str, str]) -> Asked:
    return replace(CREATE, fields=CREATE.fields + fields)


def test_what_keeps_to_it_is_right() -> None:
    assert mistakes(CREATE, created()) == ()


@pytest.mark.parametrize(
    ("asked", "mistake"),
    [
        (with_fields(("Bodies", "hi")), "Bodies is unknown"),
        (with_fields(("ValidityPeriod", "soon")), "soon"),
        (with_fields(("MessagingServiceSid", "MG1")), "MG1"),
        (with_fields(("SmartEncoded", "perhaps")), "perhaps"),
        (replace(CREATE, query=(("To", ANA),)), "?To is unknown"),
        (replace(CREATE, is_signed=False), "Security"),
        (replace(CREATE, path=f"/2010-04-01/Accounts/{ACCOUNT}/Texts.json"), "Path not found"),
        (replace(CREATE, method="DELETE"), "delete not found"),
    ],
)
def test_a_wrong_request_is_not_to_be_taken(asked: Asked, mistake: str) -> None:
    assert mistake in said(asked, created())
    assert mistakes(asked, answered(400, refusal(20001).as_json())) == ()


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (answered(201, {k: v for k, v in SHAPE.items() if k != "uri"}), "'uri' is a required"),
        (created(error_code="30003"), "$.error_code '30003' is not of type 'integer'"),
        (created(num_segments=1), "$.num_segments 1 is not of type 'string'"),
        (created(status="on its way"), "$.status 'on its way' is not one of"),
        (created(sid="SM1"), "$.sid 'SM1' does not match"),
        (created(date_created="2026-03-14T12:00:00Z"), "'date-time-rfc-2822'"),
        (created(date_created="Sat, 14 Mar 2026 12:00:00 -0400"), "'date-time-rfc-2822'"),
        (created(color="red"), "('color' was unexpected)"),
        (answered(200, SHAPE), "Unknown response http status: 200"),
        (replace(created(), type="text/plain"), "text/plain"),
    ],
)
def test_a_wrong_answer_is_noticed(answer: Answered, mistake: str) -> None:
    assert mistake in said(CREATE, answer)


def test_what_is_in_a_list_is_looked_at_as_well() -> None:
    pages = dict.fromkeys(("first_page_uri", "next_page_uri", "previous_page_uri", "uri"), "/")
    listed = {**pages, "start": 0, "end": 0, "page": 0, "page_size": 50}
    asked = Asked("GET", LIST, (("PageSize", "50"), ("DateSent>", "2026-03-14")), (), True)
    assert mistakes(asked, answered(200, {**listed, "messages": [SHAPE]})) == ()
    found = said(asked, answered(200, {**listed, "messages": [SHAPE, SHAPE | {"to": 1}]}))
    assert "$.messages[1].to 1 is not of type 'string'" in found


REFUSAL = refusal(21211).as_json()


@pytest.mark.parametrize(
    "answer",
    [
        answered(400, {k: v for k, v in REFUSAL.items() if k != "more_info"}),
        answered(400, REFUSAL | {"detail": "none"}),
        answered(404, REFUSAL),
        answered(400, REFUSAL | {"message": ""}),
        answered(400, {}),
        answered(401, refusal(20003, 401).as_json()),
        answered(400, REFUSAL, challenge="Basic realm"),
        Answered(400, "text/plain", "no", ""),
        Answered(500, "application/json", "{}", ""),
        Answered(400, FORM, "", ""),
    ],
)
def test_a_refusal_has_the_carriers_shape(answer: Answered) -> None:
    assert mistakes(CREATE, answer) != ()


@pytest.mark.parametrize(
    "answer",
    [
        answered(400, REFUSAL),
        answered(401, refusal(20003, 401).as_json(), challenge="Basic realm"),
        Answered(500, "text/plain; charset=utf-8", "Internal Server Error", ""),
    ],
)
def test_a_refusal_in_that_shape_is_right(answer: Answered) -> None:
    assert mistakes(CREATE, answer) == ()
