"""Error codes that nobody listed are nobody's fault until it is seen whose they are: one person's,
or, when several meet the same one in a row, that of our account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from sqlalchemy import select

from hotline.store import tables

UNKNOWN, OTHER = 39999, 39998
VOLUNTEERS = ("Ana", "Ben", "Chi", "Dee", "Eva", "Finn", "Gabi", "Hugo", "Ida", "Jo", "Kai", "Lea")
PHONES = {**CAST, "Ida": "+12125550171", "Jo": "+12125550172", "Kai": "+12125550173"}
PHONES |= {"Lea": "+12125550174"}
WAVES_OF_3 = NETWORK.replace("quiet =", f'stewards = ["{CAST["Cleo"]}"]\nquiet =')
WAVES_OF_3 += "\n[waves]\nsizes = [3]\n"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, WAVES_OF_3, cast=PHONES) as neighborhood:
        neighborhood.put_on_roster(*({"phone": PHONES[it], "name": it} for it in VOLUNTEERS))
        yield neighborhood


# Our account.


@pytest.mark.parametrize("code", [UNKNOWN, 21703, 10001, 21601, 21219])
def test_a_code_that_everybody_meets_is_our_accounts(maple: Neighborhood, code: int) -> None:
    maple.trouble("code", code=code, times=1000)
    maple.text("Maria", "need food")
    maple.pass_time(MINUTE)
    _nobody_is_blamed(maple, asked=3)
    maple.pass_time(20 * MINUTE)
    _nobody_is_blamed(maple, asked=3)
    assert _sent_to(maple, "Cleo") == []
    told = [it.body for it in _leaving(maple, "Cleo") if f"error {code}" in it.body]
    assert len(told) == 1, "the stewards' text is written, and waits as well"

    maple.end_trouble()
    maple.pass_time(8 * MINUTE)

    assert told[0] in _sent_to(maple, "Cleo")
    assert len(_asked(maple)) >= 3
    maple.text(_asked(maple)[0], "yes")
    assert "is taking your request 12" in _sent_to(maple, "Maria")[-1]


@pytest.mark.parametrize("code", [UNKNOWN, 30990])
def test_a_code_of_which_everybodys_callback_tells_is_our_accounts(
    maple: Neighborhood, code: int
) -> None:
    maple.trouble("undelivered", code=code, times=1000)
    maple.text("Maria", "need food")
    maple.pass_time(20 * MINUTE)
    _nobody_is_blamed(maple, asked=3)
    told = {it.body for it in _leaving(maple, "Cleo") if f"error {code}" in it.body}
    assert len(told) == 1

    maple.end_trouble()
    maple.pass_time(8 * MINUTE)

    assert told <= set(_arrived(maple, "Cleo"))
    maple.text(_asked(maple)[0], "yes")
    assert "is taking your request 12" in _arrived(maple, "Maria")[-1]


def test_what_waits_for_our_account_waits_for_as_long_as_it_takes(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.trouble("code", code=UNKNOWN, times=10_000)
    maple.text("Ana", "yes")
    maple.text("Nora", "need a ride")
    maple.pass_time(5 * HOUR)
    maple.end_trouble()
    maple.pass_time(10 * MINUTE)
    assert "is taking your request 12" in _sent_to(maple, "Maria")[-1]
    assert any("ride" in it for name in VOLUNTEERS for it in _sent_to(maple, name))


def test_codes_of_our_own_making_that_everybody_meets_stop_asking_too(
    maple: Neighborhood,
) -> None:
    """A trial account, a country that is switched off, words that are refused to all. Of a wave of
    three nobody may know of the others yet: each is followed by one more, and then it is known."""
    for code in (21608, 21408, 21618):
        began = maple.now()
        maple.trouble("code", code=code, times=1000)
        maple.text("Maria", "need food")
        maple.pass_time(4 * MINUTE)
        tried = [who for who in VOLUNTEERS if any(it.at >= began for it in _leaving(maple, who))]
        assert 2 <= len(tried) <= 6 < len(VOLUNTEERS), code
        maple.end_trouble()
        maple.text("Maria", "never mind")
        maple.pass_time(2 * HOUR)


# One person.


def test_a_code_that_one_person_meets_once_is_forgotten(maple: Neighborhood) -> None:
    maple.trouble("code", code=UNKNOWN, to=PHONES["Ana"])
    maple.text("Maria", "need food")
    assert _asked(maple) == ["Ben", "Chi"]
    maple.pass_time(MINUTE)
    assert _asked(maple) == ["Ana", "Ben", "Chi"]
    assert _sent_to(maple, "Cleo") == []


def test_a_code_that_one_person_meets_again_brings_another(maple: Neighborhood) -> None:
    maple.trouble("code", code=UNKNOWN, to=PHONES["Ana"], times=1000)
    maple.text("Maria", "need food")
    maple.pass_time(2 * MINUTE)
    assert _asked(maple) == ["Ben", "Chi", "Dee"]
    assert _trouble(maple, "Ana") is None


def test_a_text_that_one_person_misses_is_tried_for_hours(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.trouble("undelivered", code=UNKNOWN, to=PHONES["Maria"], times=4)
    maple.text("Ana", "yes")
    maple.pass_time(MINUTE)
    maple.text("Ben", "status")
    maple.pass_time(2 * HOUR)
    (good_news,) = _arrived(maple, "Maria")
    assert "is taking your request 12" in good_news
    assert _sent_to(maple, "Cleo") == []


def test_stewards_hear_of_a_text_that_was_given_up_and_nobody_knows_why(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    maple.trouble("code", code=UNKNOWN, to=PHONES["Maria"], times=1000)
    maple.text("Ana", "yes")
    for _ in range(12):
        maple.pass_time(HOUR)
    (told,) = [it for it in _sent_to(maple, "Cleo") if f"error {UNKNOWN}" in it]
    assert "refuses our texts" not in told
    assert _trouble(maple, "Maria") is None


def test_two_who_meet_the_same_code_between_others_are_not_our_account(
    maple: Neighborhood,
) -> None:
    """All three are asked at once. If Chi's text was the last to be taken it looks like our account
    for minutes; then others are asked all the same."""
    maple.trouble("code", code=UNKNOWN, to=PHONES["Ana"], times=1000)
    maple.trouble("code", code=UNKNOWN, to=PHONES["Ben"], times=1000)
    maple.text("Maria", "need food")
    maple.pass_time(12 * MINUTE)
    assert {"Chi", "Dee", "Eva"} <= set(_asked(maple))
    assert not {"Ana", "Ben"} & set(_asked(maple))
    assert not _is_held(maple)


@pytest.mark.parametrize("trouble", ["code", "undelivered"])
def test_two_who_meet_the_same_code_stop_the_others_for_minutes(
    maple: Neighborhood, trouble: str
) -> None:
    """Nobody between them got anything, so it looks like our account until somebody does."""
    maple.trouble(trouble, code=UNKNOWN, to=PHONES["Ben"], times=1000)
    maple.trouble(trouble, code=UNKNOWN, to=PHONES["Chi"], times=1000)
    maple.text("Maria", "need food")
    maple.pass_time(12 * MINUTE)
    others = set(_asked(maple)) - {"Ana", "Ben", "Chi"}
    assert len(others) >= 2
    assert not _is_held(maple)


def test_each_their_own_code_is_not_our_account(maple: Neighborhood) -> None:
    for place, name in enumerate(("Ana", "Ben", "Chi")):
        maple.trouble("code", code=UNKNOWN - place, to=PHONES[name], times=1000)
    maple.text("Maria", "need food")
    maple.pass_time(2 * MINUTE)
    assert _asked(maple) == ["Dee", "Eva", "Finn"]
    assert _sent_to(maple, "Cleo") == []


def test_two_codes_in_turn_are_our_account(maple: Neighborhood) -> None:
    for code in (UNKNOWN, OTHER) * 50:
        maple.trouble("code", code=code)
    maple.text("Maria", "need food")
    maple.pass_time(3 * MINUTE)
    _nobody_is_blamed(maple, asked=3)
    assert _is_held(maple)


# Replies, calls.


def test_a_reply_that_an_unknown_code_held_back_is_said_again(maple: Neighborhood) -> None:
    maple.trouble("undelivered", code=UNKNOWN, to=PHONES["Maria"])
    maple.text("Maria", "need food")
    maple.pass_time(2 * MINUTE)
    assert "your request is 12" in _arrived(maple, "Maria", by="")[-1]


def test_calls_that_our_account_may_not_make_wait_and_texts_go_on(maple: Neighborhood) -> None:
    for name in ("Ana", "Ben", "Chi"):
        maple.phone(name, "landline")
    maple.trouble("code", code=UNKNOWN, to=PHONES["Ana"], times=1000)
    for name in ("Ben", "Chi"):
        maple.trouble("code", code=UNKNOWN, to=PHONES[name], times=1000)
    maple.text("Maria", "need food")
    maple.pass_time(HOUR)
    assert set(_asked(maple)) >= {"Dee", "Eva"}


# Codes that end.


def test_a_number_that_is_blocked_for_half_an_hour_is_texted_after_it(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    maple.trouble("undelivered", code=30450, to=PHONES["Maria"])
    maple.text("Ana", "yes")
    maple.pass_time(29 * MINUTE)
    assert len(_sent_to(maple, "Maria")) == 1
    maple.pass_time(3 * MINUTE)
    (good_news,) = _arrived(maple, "Maria")
    assert "is taking your request 12" in good_news
    assert _trouble(maple, "Maria") is None


@pytest.mark.parametrize("how", ["undelivered", "code"])
def test_a_landline_in_most_countries_is_called(maple: Neighborhood, how: str) -> None:
    maple.text("Maria", "need food")
    maple.trouble(how, code=21635, to=PHONES["Maria"])
    maple.text("Ana", "yes")
    maple.settle()
    assert _trouble(maple, "Maria") == "landline"
    assert [it["phone"] for it in maple.calls()] == [PHONES["Maria"]]


@pytest.mark.parametrize(
    ("code", "after"), [(30022, 2 * MINUTE), (30023, 25 * HOUR), (30027, 25 * HOUR)]
)
def test_what_is_too_much_for_now_is_sent_when_it_is_not(
    maple: Neighborhood, code: int, after: timedelta
) -> None:
    maple.text("Maria", "need food")
    maple.trouble("undelivered", code=code, to=PHONES["Maria"])
    maple.text("Ana", "yes")
    maple.pass_time(after)
    assert len(_sent_to(maple, "Maria")) >= 2
    assert "is taking your request 12" in _arrived(maple, "Maria")[0]


@pytest.mark.parametrize("code", [30450, 30022, 30001])
def test_a_page_that_is_held_back_for_a_while_brings_somebody_else(
    maple: Neighborhood, code: int
) -> None:
    maple.trouble("undelivered", code=code, to=PHONES["Ana"])
    maple.text("Maria", "need food")
    maple.pass_time(10 * MINUTE)
    assert len(set(_asked(maple)) - {"Ana", "Ben", "Chi"}) >= 1
    assert _trouble(maple, "Ana") is None


# What is seen.


def _nobody_is_blamed(maple: Neighborhood, asked: int) -> None:
    assert {name: _trouble(maple, name) for name in VOLUNTEERS} == dict.fromkeys(VOLUNTEERS)
    assert len([it for it in VOLUNTEERS if _leaving(maple, it)]) <= asked
    page = tables.page.c
    missed = select(page.neighbor_id).where(page.state == "unreached")
    assert maple.database.read(lambda c: c.execute(missed).all()) == []


def _is_held(maple: Neighborhood) -> bool:
    held = select(tables.message.c.id).where(tables.held)
    return bool(maple.database.read(lambda c: c.execute(held).all()))


def _texts(maple: Neighborhood, who: str) -> list[dict[str, Any]]:
    found = httpx2.get(f"{maple.address}/rehearsal/texts", trust_env=False).json()["texts"]
    return [it for it in found if it["phone"] == PHONES[who] and it["direction"] != "from_phone"]


def _sent_to(maple: Neighborhood, who: str) -> list[str]:
    """What left by itself and the carrier took, also what did not arrive."""
    return [it["body"] for it in _texts(maple, who) if it["by"] == "api"]


def _arrived(maple: Neighborhood, who: str, by: str = "api") -> list[str]:
    return [it["body"] for it in _texts(maple, who) if by in it["by"] and not it["error"]]


def _asked(maple: Neighborhood) -> list[str]:
    return [name for name in VOLUNTEERS if _sent_to(maple, name)]


def _leaving(maple: Neighborhood, who: str) -> list[Any]:
    of = tables.message.c
    rows = (
        select(tables.message)
        .join(tables.neighbor, tables.neighbor.c.id == of.neighbor_id)
        .where(tables.neighbor.c.phone == PHONES[who], tables.one_of(of.channel, "api", "call"))
        .order_by(of.id)
    )
    return list(maple.database.read(lambda c: c.execute(rows).all()))


def _trouble(maple: Neighborhood, who: str) -> str | None:
    row = select(tables.neighbor.c.trouble).where(tables.neighbor.c.phone == PHONES[who])
    found: str | None = maple.database.read(lambda c: c.execute(row).scalar())
    return found
