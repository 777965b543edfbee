"""What one phone, one machine and one day may come to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, NETWORK, Got, Neighborhood, open_neighborhood

from hotline import roster_file, settings
from hotline.errors import BadRoster, BadSettings

ROSTER = [{"phone": CAST[name], "name": name} for name in ("Ana", "Ben")]
TIGHT = """
[limits]
texts_a_minute = 4
texts_an_hour = 8
segments_a_day = 22
"""
STEWARDS = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, STEWARDS + TIGHT) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


@pytest.fixture
def town(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """With the limits that hold where none are set."""
    with open_neighborhood(database_url, redis_url, STEWARDS) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


def _answers(maple: Neighborhood, who: str, *bodies: str) -> list[str]:
    """The answers to some texts, each as one string; what else was sent is forgotten."""
    found = [" ".join(maple.text(who, body)["replies"]) for body in bodies]
    maple.received()
    return found


# One phone.


def test_a_phone_that_writes_too_much_is_told_once_and_nothing_is_lost(
    maple: Neighborhood,
) -> None:
    words = ["need groceries", "for two kids", "no car", "eggs too", "and rice", "and beans"]

    answers = _answers(maple, "Maria", *words)

    assert ["request" in answer for answer in answers] == [True] * 2 + [False] * 4  # a long story
    assert "We keep every word" in answers[4]
    assert answers[5] == ""
    maple.text("Ana", "yes")
    told = " ".join(it.body for it in maple.received() if it.who == "Ana")
    assert all(word in told for word in words)


def test_after_a_while_it_is_answered_again(maple: Neighborhood) -> None:
    _answers(maple, "Maria", "need milk", "two", "three", "four", "five", "six")

    maple.pass_time(timedelta(minutes=6))

    assert "Added" in _answers(maple, "Maria", "and a bottle")[0]


def test_within_an_hour_it_is_told_once(maple: Neighborhood) -> None:
    answers: list[str] = []
    for word in ("milk", "eggs", "rice", "beans", "oil", "salt", "tea", "bread", "soap", "jam"):
        answers += _answers(maple, "Maria", f"need {word}")
        maple.pass_time(timedelta(minutes=2))

    assert sum("We keep every word" in answer for answer in answers) == 1
    assert answers[9] == ""


def test_stop_is_obeyed_however_much_a_phone_wrote(maple: Neighborhood) -> None:
    _answers(maple, "Ana", *(f"this is {number} of many" for number in "abcdefg"))

    maple.text("Ana", "please stop texting me")
    maple.received()
    maple.text("Maria", "need a ride")

    assert {it.who for it in maple.received()} == {"Ben", "Maria"}


def test_a_phone_that_writes_too_much_changes_nothing_more(maple: Neighborhood) -> None:
    """Else whoever wants to could have the whole roster texted again and again."""
    _answers(maple, "Maria", "need milk", "never mind", "need eggs", "never mind", "need rice")

    _answers(maple, "Maria", "never mind", "need soap", "never mind")

    states = [it.state.value for it in maple.requests()]
    assert states == ["withdrawn", "withdrawn", "open"]


# A machine.


def test_an_automatic_answer_hears_nothing(town: Neighborhood) -> None:
    away = [f"Automatic reply: I am away until Monday. Ref {number}" for number in range(9)]

    assert not any(_answers(town, "Sam", *away))
    assert town.requests() == []


def test_one_that_is_taken_for_a_person_hears_nothing_after_two(town: Neighborhood) -> None:
    away = [f"need a little while, we will be back soon. Ref {number}" for number in range(9)]

    answers = _answers(town, "Sam", *away)

    assert [bool(answer) for answer in answers] == [True] * 2 + [False] * 7
    assert len(town.requests()) == 1


def test_two_machines_that_sound_like_people_do_not_talk_for_ever(town: Neighborhood) -> None:
    town.text("Maria", "need a ride")
    town.text("Ana", "yes")
    town.received()

    for _ in range(12):
        town.text("Maria", "gone fishing, back on monday")
        town.text("Ana", "gone to the hills, back on tuesday")

    relayed = [it for it in town.received() if "gone" in it.body]
    assert 0 < len(relayed) <= 24


def test_what_reads_like_a_machine_is_not_even_passed_on(town: Neighborhood) -> None:
    town.text("Maria", "need a ride")
    town.text("Ana", "yes")
    town.received()

    town.text("Ana", "Automatic reply: out until Monday")

    assert town.received() == []


def test_the_same_words_much_later_are_answered(town: Neighborhood) -> None:
    for _ in range(8):
        assert _answers(town, "Sam", "what is this?") != [""]
        town.pass_time(timedelta(minutes=11))


# A country.


def test_nobody_is_texted_where_the_network_does_not_text(town: Neighborhood) -> None:
    abroad = "+525512345678"

    answers = _answers_unread(town, abroad, "necesito comida", "por favor")

    assert answers == [[], []]
    assert [it.state.value for it in town.requests()] == ["open"]
    received = town.received()
    assert abroad not in {it.who for it in received}
    assert sum("from a phone in MX" in it.body for it in received if it.who == "Cleo") == 1
    assert any("food" in it.body for it in received if it.who == "Ana")


def test_a_country_that_is_allowed_is_texted(database_url: str, redis_url: str) -> None:
    both = STEWARDS + '\n[limits]\ncountries = ["US", "MX"]'
    with open_neighborhood(database_url, redis_url, both) as town:
        (answer,) = _answers_unread(town, "+525512345678", "necesito comida")
    assert "pedido" in answer[0]


def test_the_islands_of_a_country_belong_to_it(town: Neighborhood) -> None:
    (answer,) = _answers_unread(town, "+17875550100", "necesito comida")
    assert answer


def _answers_unread(town: Neighborhood, phone: str, *bodies: str) -> list[list[str]]:
    return [town.text(phone, body)["replies"] for body in bodies]


def test_a_volunteer_abroad_is_a_mistake_in_the_roster() -> None:
    network = settings.read_network(NETWORK, "hotline.toml")
    with pytest.raises(BadRoster, match="none of the countries we text"):
        roster_file.entry({"phone": "+52 55 1234 5678", "name": "Ana"}, network)


def test_a_steward_abroad_is_a_mistake_in_the_configuration() -> None:
    abroad = NETWORK.replace("[hotline]", '[hotline]\nstewards = ["+525512345678"]')
    with pytest.raises(BadSettings, match=r"hotline\.stewards: entry 1 is a phone in none"):
        settings.read_network(abroad, "hotline.toml")


# A day.


def test_when_most_of_the_days_segments_are_used_the_stewards_hear_once(
    maple: Neighborhood,
) -> None:
    _use(maple, 17)

    maple.text("Maria", "need groceries")
    maple.text("Ana", "no")

    received = maple.received()
    assert "Ana" in {it.who for it in received}
    assert [it.body for it in received if it.who == "Cleo"] == [
        "Maple Street Mutual Aid: 18 of today's 22 text segments are used. When all are, texts"
        " wait until midnight. segments_a_day raises the limit."
    ]


def test_when_all_are_used_texts_wait_until_midnight(maple: Neighborhood) -> None:
    _use(maple, 22)
    for place, need in enumerate(("groceries", "groceries", "insulin")):
        maple.text(f"+1646555090{place}", f"need {need}")  # asking has a part of its own
    maple.received()

    answer = maple.text("Maria", "need insulin")["replies"]

    assert "your request is 15" in answer[0]  # who writes is answered
    received = maple.received()
    assert {it.who for it in received} == {"Maria", "Cleo"}
    assert any("15 waits its turn" in it.body for it in received if it.who == "Maria")
    assert any("15 (medicine" in it.body for it in received if it.who == "Cleo")
    assert _asked(received) == []
    maple.pass_until(7)
    assert _asked(maple.received()) == ["YES 14"]  # at night the oldest that is urgent, no others
    maple.pass_until(13)  # nor is anybody asked more often in a day
    assert _asked(maple.received()) == ["YES 12"]


def _asked(got: list[Got]) -> list[str]:
    """What Ana was asked, by the answer that takes it."""
    said = (it.body for it in got if it.who == "Ana")
    return [found[0] for it in said if (found := re.search(r"YES \d+", it))]


def _use(maple: Neighborhood, segments: int) -> None:
    """Many people say hello: each answer is a segment."""
    for place in range(segments):
        maple.text(f"+1646555{1000 + place}", "hello")
    maple.received()


# One volunteer.


def test_nobody_is_asked_more_often_in_a_week_than_they_may_be(
    sqlite_url: str, redis_url: str
) -> None:
    seldom = NETWORK + "\n[roster]\nmax_a_day = 3\nmax_a_week = 4\n"
    with open_neighborhood(sqlite_url, redis_url, seldom) as maple:
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        asked = [_is_asked_today(maple, "Ana") for _ in range(10)]

    # Of four times a week half are kept for what is urgent, and for people the network knows.
    assert asked == [True, True, *[False] * 5, True, True, False]


def _is_asked_today(maple: Neighborhood, who: str) -> bool:
    """Whether they are asked about what Maria needs today, who then needs it no more."""
    maple.text("Maria", "need milk")
    told = [it.body for it in maple.received() if it.who == who]
    maple.text("Maria", "never mind")
    maple.received()
    maple.pass_time(timedelta(days=1))
    return any("needs" in it for it in told)
