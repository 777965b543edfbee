"""One phone, or a machine with many numbers, cannot silence us: what is kept, and for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from neighborhood import CAST, NETWORK, NUMBER, Neighborhood, open_neighborhood
from sqlalchemy import select, update

from hotline.store import record, requests
from hotline.store.tables import message, request

ROSTER = [{"phone": f"+1917555{1000 + place}", "name": f"Vera {place}"} for place in range(6)]
STEWARDS = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
QUIETLY = "\n[waves]\nminutes = 60\nurgent_minutes = 60\n"
SMALL_DAY = "\n[limits]\nsegments_a_day = 60\n"


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, STEWARDS + QUIETLY) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


def _stranger(place: int) -> str:
    return f"+1646555{1000 + place}"


def _pages(maple: Neighborhood) -> dict[str, int]:
    """How many pages each volunteer got since this was called last."""
    found = {one["phone"]: 0 for one in ROSTER}
    for it in maple.received():
        if it.who in found and "YES" in it.body:
            found[it.who] += 1
    return found


# How often people are asked.


def test_a_flood_of_requests_does_not_use_up_every_volunteers_day(maple: Neighborhood) -> None:
    for place in range(18):
        maple.text(_stranger(place), "need groceries")
    pages = _pages(maple)
    assert max(pages.values()) == 2  # of three

    maple.text("Maria", "my mother is out of insulin")

    assert sum(_pages(maple).values()) > 0


@pytest.mark.parametrize("key", ["1", "3"], ids=["food", "urgent"])
def test_hidden_calls_do_not_use_up_every_volunteers_day(maple: Neighborhood, key: str) -> None:
    for _ in range(18):
        maple.call("Sam", is_hidden=True)
        _is_no_machine(maple, "Sam")
        maple.press("Sam", key)
        maple.hang_up("Sam")
    assert len(maple.requests()) == 18
    assert max(_pages(maple).values()) <= 3

    maple.text("Maria", "my mother is out of insulin")

    assert sum(_pages(maple).values()) > 0


def test_who_was_helped_before_is_asked_for_in_a_flood(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    maple.text(ROSTER[0]["phone"], "yes")
    maple.text("Maria", "done")
    for place in range(18):
        maple.text(_stranger(place), "need groceries")
    maple.received()

    maple.text("Maria", "need a ride tomorrow")

    assert sum(_pages(maple).values()) > 0


def test_who_waits_hears_so_and_so_do_the_stewards(maple: Neighborhood) -> None:
    for place in range(18):
        maple.text(_stranger(place), "need groceries")

    received = maple.received()

    assert sum("waits its turn" in it.body for it in received) == 15
    read = [it.body for it in received if it.who == "Cleo"]
    assert sum("many new people" in it for it in read) == 1
    assert sum("waits until" in it for it in read) == 3, "of those that came before the crowd"


def test_on_a_night_when_many_need_something_each_is_asked_about_at_once(
    maple: Neighborhood,
) -> None:
    more = [{"phone": f"+1718555{1000 + place}", "name": f"Wim {place}"} for place in range(18)]
    maple.put_on_roster(*ROSTER, *more)
    for place in range(12):
        maple.text(_stranger(place), "our street is under water, need a bed tonight")

    asked: dict[int, str] = {}
    for it in maple.received():
        if found := re.search(r"YES (\d+)", it.body):
            asked.setdefault(int(found[1]), it.who)
    assert list(asked) == sorted(it.number for it in maple.requests())
    for number, volunteer in asked.items():
        maple.text(volunteer, f"yes {number}")
    assert {it.state.value for it in maple.requests()} == {"taken"}


# Whatever is called urgent.


def _flood_of_urgent(maple: Neighborhood, calls: str) -> None:
    for place in range(12):
        if calls == "texts":
            maple.text(_stranger(place), "my mother is out of insulin")
            continue
        maple.call("Sam", is_hidden=True)
        _is_no_machine(maple, "Sam")
        for key in ("3", "#"):
            maple.press("Sam", key)
        maple.say("Sam", "insulin")
        maple.press("Sam", "#")
        maple.press("Sam", f"212555{1000 + place}#")
        maple.press("Sam", "1")
        maple.hang_up("Sam")


def _is_no_machine(maple: Neighborhood, who: str) -> None:
    """They choose English and repeat the digits, if they hear some."""
    maple.press(who, "1")
    if found := re.search(r"Key in ([\d ]+),", maple.heard(who)):
        maple.press(who, found[1].replace(" ", "") + "#")


@pytest.mark.parametrize("calls", ["texts", "hidden calls that leave numbers"])
def test_who_calls_each_request_urgent_leaves_some_for_people_we_know(
    maple: Neighborhood, calls: str
) -> None:
    maple.text("Maria", "need groceries")
    maple.text(ROSTER[0]["phone"], "yes")
    maple.text("Maria", "done")
    maple.text("Maria", "1")
    maple.received()
    _flood_of_urgent(maple, calls)
    of_each = _pages(maple)
    drawn = sum(max(0, pages - 2) for pages in of_each.values())
    assert drawn <= 2, "of the six that are kept, a third"
    if calls != "texts":
        assert drawn == 0

    maple.text("Maria", "need a ride tomorrow")

    assert sum(_pages(maple).values()) > 0


def test_who_calls_something_urgent_and_waits_hears_so_and_so_do_the_stewards(
    maple: Neighborhood,
) -> None:
    _flood_of_urgent(maple, "texts")
    received = maple.received()
    waiting = [it for it in received if "waits its turn" in it.body]
    assert waiting
    assert all("911" in it.body for it in waiting)
    assert any("waits until" in it.body for it in received if it.who == "Cleo")


def test_a_steward_finds_somebody_for_who_waits(maple: Neighborhood) -> None:
    _flood_of_urgent(maple, "texts")
    maple.text("Maria", "my mother is out of insulin")
    number = maple.requests()[-1].number
    of_each = _pages(maple)
    (least, *_) = [it for it in ROSTER if of_each[it["phone"]] == 2]
    maple.text("Cleo", f"ASSIGN {number} {least['name']}")
    assert any(f"{number} is yours" in it.body for it in maple.received())


def test_in_calm_times_what_a_stranger_calls_urgent_is_asked_of_who_was_asked_already(
    maple: Neighborhood,
) -> None:
    for number, asker in ((12, "Nora"), (13, "Dee")):
        maple.text(asker, "need groceries")
        for one in ROSTER:
            maple.text(one["phone"], f"no {number}")
        maple.text(asker, "never mind")
    maple.received()

    maple.text("Maria", "my mother is out of insulin")

    assert sum(_pages(maple).values()) == 2


# A crowd leaves something for later.


@pytest.fixture
def larger(maple: Neighborhood) -> Neighborhood:
    more = [{"phone": f"+1718555{1000 + place}", "name": f"Wim {place}"} for place in range(18)]
    maple.put_on_roster(*ROSTER, *more)
    return maple


@pytest.mark.parametrize("words", ["need groceries", "my mother is out of insulin"])
def test_a_flood_of_many_phones_leaves_somebody_for_who_asks_hours_later(
    larger: Neighborhood, words: str
) -> None:
    """Also when the flood's own requests have waited since then."""
    for place in range(60):
        larger.text(_stranger(place), words)
    larger.pass_time(timedelta(hours=3))
    larger.received()

    larger.text("Maria", words)

    number = larger.requests()[-1].number
    assert any(f"YES {number}" in it.body for it in larger.received())


def test_what_came_in_a_crowd_goes_on_a_day_later(larger: Neighborhood) -> None:
    for place in range(40):
        larger.text(_stranger(place), "need groceries")
    asked = {it.body for it in larger.received() if "YES" in it.body}
    larger.pass_time(timedelta(hours=25))
    assert {it.body for it in larger.received() if "YES" in it.body} - asked


# Who comes first.


def test_after_a_night_the_oldest_is_asked_about_first(maple: Neighborhood) -> None:
    maple.pass_until(23)
    for place in (4, 2, 7, 1, 5, 3):
        maple.text(_stranger(place), "need groceries")
    maple.received()

    maple.pass_until(8)
    maple.pass_time(timedelta(minutes=2))

    pages = select(message.c.request_number).where(message.c.page_id.is_not(None))
    asked = maple.database.read(lambda c: c.execute(pages.order_by(message.c.id)).scalars().all())
    assert asked == sorted(asked)
    assert len(set(asked)) > 1
    assert asked[0] == maple.requests()[0].number


def test_of_what_falls_due_at_one_moment_the_oldest_comes_first(maple: Neighborhood) -> None:
    maple.pass_until(23)
    for place in range(6):
        maple.text(_stranger(place), "need groceries")
    numbers = [it.number for it in maple.requests()]
    then = maple.now() + timedelta(hours=12)

    for number in reversed(numbers):  # PostgreSQL finds first what was written first
        _is_due(maple, number, then)

    due = maple.database.read(lambda c: requests.due_requests(c, then, 100))
    assert [it.number for it in due] == numbers


def _is_due(maple: Neighborhood, number: int, moment: datetime) -> None:
    later = update(request).where(request.c.number == number).values(look_at=moment)
    maple.database.write(lambda c: c.execute(later))


# A machine on the phone.


@pytest.fixture
def crowded(maple: Neighborhood) -> Neighborhood:
    """More strangers asked in the last hour than fits."""
    more = [{"phone": f"+1718555{1000 + place}", "name": f"Wim {place}"} for place in range(24)]
    maple.put_on_roster(*ROSTER, *more)
    for place in range(8):
        maple.text(_stranger(place), "need groceries")
    maple.received()
    return maple


DIGITS = "show us that you are no machine"


def _begins(maple: Neighborhood, who: str, *, is_hidden: bool) -> str:
    maple.call(who, is_hidden=is_hidden, shown="" if is_hidden else who)
    maple.press(who, "1")
    return maple.heard(who)


@pytest.mark.parametrize("is_hidden", [True, False], ids=["hidden", "shown"])
def test_in_calm_times_nobody_is_asked_to_repeat_anything(
    maple: Neighborhood, *, is_hidden: bool
) -> None:
    assert DIGITS not in _begins(maple, "Maria", is_hidden=is_hidden)


@pytest.mark.parametrize("is_hidden", [True, False], ids=["hidden", "shown"])
def test_in_a_crowd_who_repeats_the_digits_asks_as_ever(
    crowded: Neighborhood, *, is_hidden: bool
) -> None:
    heard = _begins(crowded, "Maria", is_hidden=is_hidden)
    assert DIGITS in heard
    crowded.press("Maria", "0000#")
    again = crowded.heard("Maria")
    assert "That was something else" in again
    (digits,) = re.findall(r"Key in ([\d ]+),", again)
    assert digits in heard, "the same ones"
    crowded.press("Maria", digits.replace(" ", "") + "#")
    assert "For food, press 1" in crowded.heard("Maria")
    crowded.press("Maria", "1")
    crowded.hang_up("Maria")
    assert len(crowded.requests()) == 9
    number = crowded.requests()[-1].number
    assert sum(f"YES {number}" in it.body for it in crowded.received()) == 2


def test_who_is_vouched_for_by_the_phone_company_is_asked_nothing(crowded: Neighborhood) -> None:
    crowded.call("Maria")
    crowded.press("Maria", "1")
    assert DIGITS not in crowded.heard("Maria")


@pytest.mark.parametrize("keys", ["1#", ""], ids=["wrong keys", "silence"])
def test_who_cannot_repeat_them_leaves_a_message_that_people_look_at(
    crowded: Neighborhood, keys: str
) -> None:
    _begins(crowded, "Sam", is_hidden=True)
    for _ in range(4):
        if "After the tone" in crowded.heard("Sam"):
            break
        crowded.press("Sam", keys) if keys else crowded.silence(None, "Sam")
    crowded.say("Sam", "my insulin is empty")
    crowded.press("Sam", "#")
    crowded.press("Sam", "2125550140#")
    crowded.press("Sam", "1")
    crowded.press("Sam", "1")
    assert "this waits its turn" in crowded.heard("Sam")
    crowded.hang_up("Sam")
    received = crowded.received()
    number = crowded.requests()[-1].number
    assert len(crowded.requests()) == 9
    assert not any(f"YES {number}" in it.body for it in received)
    assert any(f"{number} " in it.body for it in received if it.who == "Cleo")
    crowded.text("Cleo", f"NEED {number} medicine")
    crowded.pass_time(timedelta(minutes=31))
    assert any(f"YES {number}" in it.body for it in crowded.received())


def test_who_shows_somebodys_number_holds_back_nothing_of_theirs(crowded: Neighborhood) -> None:
    for need in ("groceries", "a ride", "a bed"):
        crowded.text("Maria", f"something else: need {need}")
    theirs = [it.number for it in crowded.requests()][8:]
    crowded.call("Eve", shown="Maria")
    for keys in ("1", "0#", "0#", "0#", "0#"):
        crowded.press("Eve", keys)
    crowded.say("Eve", "nothing at all")
    crowded.press("Eve", "#")
    crowded.hang_up("Eve")
    said = crowded.database.read(lambda c: record.events(c, 100))
    assert not {it.request for it in said if it.what == "unrepeated"} & set(theirs)


def test_what_is_urgent_waits_for_nothing_that_is_not(maple: Neighborhood) -> None:
    maple.pass_until(23)
    for place in range(3):
        maple.text(_stranger(place), "need groceries")
    maple.received()
    maple.text("Nora", "my mother is out of insulin")
    assert sum(_pages(maple).values()) > 0


def test_a_machine_that_presses_keys_and_hangs_up_asks_for_nothing(crowded: Neighborhood) -> None:
    for _ in range(6):
        _begins(crowded, "Sam", is_hidden=True)
        crowded.press("Sam", "3")
        crowded.hang_up("Sam")
    assert len(crowded.requests()) == 8
    assert sum(_pages(crowded).values()) == 0


# The day's segments.


@pytest.fixture
def poor(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    whole = STEWARDS + QUIETLY + SMALL_DAY
    with open_neighborhood(database_url, redis_url, whole) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


def test_greetings_do_not_use_up_what_pages_need(poor: Neighborhood) -> None:
    for place in range(80):
        poor.text(_stranger(place), "hello")
    poor.received()

    poor.text("Maria", "my mother is out of insulin")

    assert sum(_pages(poor).values()) == 5


# The phone.


@pytest.mark.parametrize(
    "keys",
    ["9005550199", "8005550199", "911", NUMBER, NUMBER.removeprefix("+1"), "+18765550199"],
    ids=["premium", "toll-free", "emergency", "ours", "ours, short", "abroad"],
)
def test_nobody_makes_us_call_what_is_no_ordinary_phone(maple: Neighborhood, keys: str) -> None:
    heard = _keys_in(maple, keys)
    assert "The number to call back is" not in heard
    assert "We cannot see your number" in heard  # they are asked once more


def test_an_ordinary_number_is_called_back(maple: Neighborhood) -> None:
    assert "2 1 2 5 5 5 0 1 4 0" in _keys_in(maple, "2125550140")


def _keys_in(maple: Neighborhood, keys: str) -> str:
    """What a hidden caller hears who keys this number in."""
    maple.call("Maria", is_hidden=True)
    for key in ("1", "1", "#"):
        maple.press("Maria", key)
    maple.say("Maria", "groceries")
    maple.press("Maria", "#")
    maple.press("Maria", f"{keys.lstrip('+')}#")
    return maple.heard("Maria")


def test_one_phone_has_three_open_requests_and_nothing_of_more_is_lost(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    for key in "2121":
        maple.call("Maria")
        maple.press("Maria", "3")  # something new
        maple.press("Maria", key)
        maple.hang_up("Maria")
    assert len(maple.requests()) == 3
    assert set(maple.requests()[-1].needs) == {"food", "ride"}


def test_who_calls_again_and_again_hears_that_the_lines_are_in_use(maple: Neighborhood) -> None:
    for _ in range(10):
        maple.call("Maria")
        assert "For English" in maple.heard("Maria")
        maple.hang_up("Maria")
    maple.call("Maria")
    assert "All our lines are in use" in maple.heard("Maria")
    maple.call("Nora")
    assert "For English" in maple.heard("Nora")
    maple.pass_time(timedelta(hours=1))
    maple.call("Maria")
    assert "For English" in maple.heard("Maria")


FEW_LINES = "\n[limits]\ncalls_at_once = 4\n"


def test_hidden_calls_leave_half_of_the_lines(database_url: str, redis_url: str) -> None:
    with open_neighborhood(database_url, redis_url, NETWORK + FEW_LINES) as maple:
        for place in range(3):
            maple.call(_stranger(place), is_hidden=True)
        heard = [maple.heard(_stranger(place)) for place in range(3)]
        assert ["All our lines are in use" in it for it in heard] == [False, False, True]
        maple.call("Maria")
        assert "For English" in maple.heard("Maria")


BUSY = "All our lines are in use"


def test_many_phones_leave_a_line_for_whom_we_know(database_url: str, redis_url: str) -> None:
    """On the list, or helped just now; whoever texts is answered as ever."""
    with open_neighborhood(database_url, redis_url, NETWORK + FEW_LINES) as maple:
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        maple.text("Maria", "need groceries")
        maple.text("Ana", "yes")
        heard = []
        for place in range(4):
            maple.call(_stranger(place), shown=_stranger(place))
            heard.append(BUSY in maple.heard(_stranger(place)))
        assert heard == [False, False, False, True]
        maple.call("Maria")
        assert BUSY not in maple.heard("Maria")
        maple.hang_up("Maria")
        maple.call("Ana")
        assert BUSY not in maple.heard("Ana")
        maple.hang_up("Ana")
        maple.hang_up(_stranger(0))
        maple.call("Nora")
        assert BUSY not in maple.heard("Nora")


SOMEBODYS = "+12125550177"


def _leaves_a_number(maple: Neighborhood) -> None:
    maple.call("Sam", is_hidden=True)
    for key in ("1", "1", "#"):
        maple.press("Sam", key)
    maple.say("Sam", "groceries")
    maple.press("Sam", "#")
    for keys in (f"{SOMEBODYS.removeprefix('+1')}#", "1", "1"):
        maple.press("Sam", keys)
    maple.hang_up("Sam")


def test_hidden_calls_leave_one_request_with_a_number_where_nobody_answers(
    maple: Neighborhood,
) -> None:
    for _ in range(4):
        _leaves_a_number(maple)
    assert len(maple.requests()) == 1
    assert len([it for it in maple.received() if it.who == SOMEBODYS]) == 1


def test_a_number_that_answers_has_as_many_requests_as_any(maple: Neighborhood) -> None:
    _leaves_a_number(maple)
    maple.text(SOMEBODYS, "yes that was me, my phone hides its number")
    _leaves_a_number(maple)
    assert len(maple.requests()) == 2
