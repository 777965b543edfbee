"""The whole hotline on old phones with a gateway app, in the place of an account at a carrier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from functools import partial

import httpx2
import pytest
from boarding import AtTheBoard
from neighborhood import CAST, NETWORK, PHONES, Neighborhood, open_neighborhood
from sqlalchemy import select
from test_board import WITH_BOARD

from hotline import segments
from hotline.doctor.channels import channels
from hotline.failure import ASKED_AFTER, TRY_AGAIN
from hotline.settings import Settings
from hotline.store import messages
from hotline.store.tables import message, page
from rehearsal.neighborhood_up import old_phones
from rehearsal.smsgate_events import signed_phone_headers
from serving import doctor_channels
from serving.channels import smsgate

ROSTER = [{"phone": CAST[name], "name": name} for name in ("Ana", "Ben")]
STEWARDS = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
SOON = timedelta(minutes=3)
Open = Callable[..., AbstractContextManager[Neighborhood]]


@pytest.fixture
def opened(database_url: str, redis_url: str) -> Open:
    return partial(open_neighborhood, database_url, redis_url, STEWARDS)


@pytest.fixture(params=[("sim1",), ("sim1", "sim2"), ("account", "sim1")], ids="+".join)
def maple(request: pytest.FixtureRequest, opened: Open) -> Iterator[Neighborhood]:
    with opened(channels=request.param) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


@pytest.fixture
def on_a_phone(opened: Open) -> Iterator[Neighborhood]:
    with opened(channels=["sim1"]) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


@pytest.fixture
def on_two(opened: Open) -> Iterator[Neighborhood]:
    with opened(channels=["sim1", "sim2"]) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


def got(maple: Neighborhood) -> dict[str, list[str]]:
    """What reached each phone since this was asked last."""
    found: dict[str, list[str]] = {}
    for it in maple.received():
        found.setdefault(it.who, []).append(it.body)
    return found


def trouble(maple: Neighborhood, kind: str, name: str = "sim1", **more: object) -> None:
    maple.trouble_of(name, kind, **more)


def carriers(maple: Neighborhood, who: str) -> list[str | None]:
    """By which channel each text to and from somebody went."""
    theirs = select(message.c.carrier).where(message.c.neighbor_id == maple.id_of(who))
    return list(maple.database.read(lambda c: c.execute(theirs.order_by(message.c.id)).scalars()))


# The story.


def test_somebody_asks_and_is_helped(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    first = got(maple)
    assert first["Maria"][0].startswith("Maple Street Mutual Aid: got it, your request is 12.")
    assert all("Reply YES 12" in it for name in ("Ana", "Ben") for it in first[name])

    maple.text("Ana", "yes")
    taken = got(maple)
    assert "Ana is taking your request 12" in taken["Maria"][0]
    assert taken["Ana"][0].startswith("12 is yours, thanks!")

    maple.text("Maria", "third floor, blue door")
    maple.text("Ana", "on my way")
    said = got(maple)
    assert said["Ana"] == ["Your neighbor (12): third floor, blue door"]
    assert said["Maria"] == ["Ana (12): on my way"]

    maple.text("Maria", "done")
    assert set(got(maple)) == {"Maria", "Ana"}
    maple.text("Ana", "stop")
    got(maple)
    maple.text("Maria", "need a ride")
    assert "Ana" not in got(maple)


# What a carrier would have done.


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("STOP", "Maple Street Mutual Aid: no more texts from us. Reply START if you want them"),
        ("cancel", "Maple Street Mutual Aid: no more texts from us. Reply START if you want them"),
        ("HELP", "Maple Street Mutual Aid: neighbors helping neighbors. Need something?"),
        ("START", "Maple Street Mutual Aid: welcome back! Need something? Just write it here."),
    ],
)
def test_the_words_of_the_law_are_answered(
    on_a_phone: Neighborhood, word: str, answer: str
) -> None:
    on_a_phone.text("Ana", word)
    ((said,),) = got(on_a_phone).values()
    assert said.startswith(answer)


def test_they_are_answered_in_the_language_of_who_writes(on_a_phone: Neighborhood) -> None:
    on_a_phone.text("Sam", "hola, necesito comida")
    got(on_a_phone)
    on_a_phone.text("Sam", "STOP")
    assert got(on_a_phone)["Sam"][0].startswith(
        "Maple Street Mutual Aid: listo, dejamos de escribirte."
    )


def test_after_stop_there_is_nothing_until_start(on_a_phone: Neighborhood) -> None:
    on_a_phone.text("Ana", "STOP")
    got(on_a_phone)
    on_a_phone.text("Ana", "STOP")
    on_a_phone.text("Ana", "HELP")
    on_a_phone.text("Maria", "need groceries")
    assert "Ana" not in got(on_a_phone)

    on_a_phone.text("Ana", "START")
    assert "welcome back" in got(on_a_phone)["Ana"][0]
    on_a_phone.text("Sam", "need groceries")
    assert "YES 13" in got(on_a_phone)["Ana"][0]


def test_at_an_account_the_carrier_answers_them(opened: Open) -> None:
    with opened(channels=["account", "sim1"]) as town:
        town.text("Maria", "HELP")
        assert all("neighbors helping" not in it for it in got(town).get("Maria", []))


def test_who_is_forgotten_reads_so(on_a_phone: Neighborhood) -> None:
    on_a_phone.text("Maria", "hello")
    got(on_a_phone)
    on_a_phone.text("Maria", "FORGET ME")
    said = got(on_a_phone)["Maria"][0]
    assert said.startswith("Done: your number, name and words are deleted here. The phone that")


def test_quiet_ends_by_start_where_nobody_can_call(on_a_phone: Neighborhood) -> None:
    on_a_phone.text("Maria", "need groceries")
    on_a_phone.text("Ana", "yes")
    got(on_a_phone)
    on_a_phone.text("Maria", "QUIET")
    assert got(on_a_phone)["Maria"] == ["Hi, write back when you can."]
    on_a_phone.text("Ana", "I am at the door")
    assert "Maria" not in got(on_a_phone)

    on_a_phone.text("Maria", "START")
    assert "Ana (12): I am at the door" in got(on_a_phone)["Maria"]


def test_what_came_with_a_text_is_named_where_it_cannot_be_passed_on(opened: Open) -> None:
    """Maria writes to the account, Ana is texted by a phone."""
    ana_by_the_phone = {"prefixes": [CAST["Maria"]]}
    with opened(channels=["account", "sim1"], first_channel=ana_by_the_phone) as town:
        town.put_on_roster(*ROSTER)
        town.text("Ana", "hello", to=PHONES["sim1"].numbers[0])
        town.text("Maria", "need groceries")
        town.text("Ana", "yes", to=PHONES["sim1"].numbers[0])
        got(town)
        town.text("Maria", "this door", media=["door.jpg"])
        said = got(town)
    assert "Your neighbor (12): this door [a picture]" in said["Ana"]
    assert any("[a picture]" in it for it in said["Maria"])  # who sent it hears that it stayed


def test_a_long_text_leaves_in_several_that_a_phone_can_send(on_a_phone: Neighborhood) -> None:
    on_a_phone.text("Maria", "need groceries")
    on_a_phone.text("Ana", "yes")
    got(on_a_phone)
    story = "the door is around the corner, behind the old tree. " * 25
    on_a_phone.text("Maria", story)
    said = got(on_a_phone)["Ana"]
    assert len(said) > 1
    assert max(map(segments.count, said)) <= 4
    assert "".join(said) == f"Your neighbor (12): {story.strip()}"


# Webhooks: twice, in any order, forged.


def test_a_text_that_is_told_twice_is_one(on_a_phone: Neighborhood) -> None:
    trouble(on_a_phone, "twice", times=20)
    on_a_phone.text("Maria", "need groceries")
    assert [len(it) for it in got(on_a_phone).values()] == [1, 1, 1]
    assert len(on_a_phone.requests()) == 1


def test_delivered_before_sent_is_delivered(on_a_phone: Neighborhood) -> None:
    trouble(on_a_phone, "backwards", times=20)
    on_a_phone.text("Maria", "hello")
    assert _states(on_a_phone) == ["delivered"]


def _states(maple: Neighborhood) -> list[str]:
    ours = select(message.c.state).where(message.c.channel == "api").order_by(message.c.id)
    return list(maple.database.read(lambda c: c.execute(ours).scalars()))


# What became of a text of which the phone told nothing.


@pytest.mark.parametrize(
    ("kind", "is_now"), [("untold", "delivered"), ("holds", "accepted"), ("forgets", "accepted")]
)
def test_after_a_while_the_phone_is_asked(on_a_phone: Neighborhood, kind: str, is_now: str) -> None:
    trouble(on_a_phone, kind)
    on_a_phone.text("Maria", "hello")
    assert _states(on_a_phone) == ["accepted"]
    on_a_phone.pass_time(ASKED_AFTER + SOON)
    assert _states(on_a_phone) == [is_now]


def test_a_text_of_which_it_says_then_that_it_failed_is_tried_anew(
    on_a_phone: Neighborhood,
) -> None:
    trouble(on_a_phone, "untold")
    on_a_phone.phone("Maria", "off")
    on_a_phone.text("Maria", "hello")
    on_a_phone.phone("Maria", "on")
    got(on_a_phone)
    on_a_phone.pass_time(ASKED_AFTER + TRY_AGAIN + SOON)
    assert _states(on_a_phone) == ["undelivered", "delivered"]
    assert len(got(on_a_phone)["Maria"]) == 1


@pytest.mark.parametrize("kind", ["holds", "forgets"])
def test_what_stays_unknown_is_never_sent_again_and_is_told_as_a_count(
    on_a_phone: Neighborhood, kind: str
) -> None:
    trouble(on_a_phone, kind)
    on_a_phone.text("Maria", "hello")
    on_a_phone.pass_time(timedelta(hours=23))
    assert _states(on_a_phone) == ["accepted"]
    of = on_a_phone.hotline
    (seen,) = doctor_channels.look(of.environment, of.house.network, of.database, on_a_phone.now())
    assert seen.untold == 1
    assert [it.key for it in channels([seen])] == ["channel.untold:sim1"]


def test_what_others_post_is_refused(on_a_phone: Neighborhood) -> None:
    trouble(on_a_phone, "forged")
    on_a_phone.text("Maria", "need groceries")
    assert len(on_a_phone.requests()) == 1  # of two posts


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[]", 400),
        ("no json", 400),
        ('{"event": "sms:received", "id": "1", "payload": {}}', 400),
        ('{"event": "sms:received", "id": "1", "payload": {"sender": 5}}', 400),
        ('{"event": "sms:failed", "id": "1", "payload": {"messageId": "of-others"}}', 200),
        ('{"event": "app:started", "id": "1", "payload": {}}', 200),
        ('{"event": "sms:received", "id": "1", "payload": ' + "[" * 5000 + "}", 400),
    ],
)
def test_what_is_no_event_of_ours_changes_nothing(
    on_a_phone: Neighborhood, body: str, status: int
) -> None:
    assert _post(on_a_phone, "sim1", body) == status
    assert on_a_phone.requests() == []


def test_what_a_phone_tells_of_a_text_of_an_earlier_database_is_told_of_no_other(
    on_a_phone: Neighborhood,
) -> None:
    """It has texts with the same numbers: the one here is on its way, and has no name yet."""
    trouble(on_a_phone, "silent_lost", times=100)
    on_a_phone.text("Maria", "hello")
    assert _states(on_a_phone) == ["unknown"]
    of, (its,) = on_a_phone.hotline, on_a_phone.hotline.house.network.channels
    ours = select(message.c.id).where(message.c.channel == "api")
    ids = on_a_phone.database.read(lambda c: c.execute(ours).scalars().all())
    (text,) = on_a_phone.database.read(lambda c: messages.outbound(c, ids))

    phone, earlier = smsgate(of.environment, its), text.written_at - timedelta(days=30)
    for moment, state in ((earlier, "unknown"), (text.written_at, "delivered")):
        named = phone.name_of(text.phone, text.body, text.id, written_at=moment)
        payload = f'{{"messageId": "{named.removeprefix("sim1:")}"}}'
        event = f'{{"event": "sms:delivered", "id": "1", "payload": {payload}}}'
        assert _post(on_a_phone, "sim1", event) == 200
        assert _states(on_a_phone) == [state]


def test_a_signature_holds_for_its_body_and_phone_alone(on_a_phone: Neighborhood) -> None:
    payload = '{"sender": "+16465550101", "message": "need food", "receivedAt": "now"}'
    body = f'{{"event": "sms:received", "id": "1", "payload": {payload}}}'
    now = str(int(on_a_phone.now().timestamp()))
    good = signed_phone_headers(body.encode(), PHONES["sim1"].signing_key, now)
    later = signed_phone_headers(body.encode(), PHONES["sim1"].signing_key, "1")
    other = signed_phone_headers(body.encode(), PHONES["sim2"].signing_key, now)
    assert _send(on_a_phone, "sim1", body.replace("food", "ride"), good) == 403
    assert _send(on_a_phone, "sim1", body, good | {"X-Timestamp": "1"}) == 403
    assert _send(on_a_phone, "sim1", body, later) == 403
    assert _send(on_a_phone, "sim1", body, other) == 403
    assert _send(on_a_phone, "sim1", body, {}) == 403
    assert _send(on_a_phone, "sim9", body, good) == 404
    assert on_a_phone.requests() == []
    assert _send(on_a_phone, "sim1", body, good) == 200
    assert len(on_a_phone.requests()) == 1


def _post(maple: Neighborhood, name: str, body: str) -> int:
    now = str(int(maple.now().timestamp()))
    return _send(
        maple, name, body, signed_phone_headers(body.encode(), PHONES[name].signing_key, now)
    )


def _send(maple: Neighborhood, name: str, body: str, headers: Mapping[str, str]) -> int:
    url = f"{maple.address}/channels/{name}"
    answer = httpx2.post(url, content=body.encode(), headers=dict(headers), trust_env=False)
    maple.settle()
    return answer.status_code


# Phones that are away, full, or say no.


def test_a_text_whose_answer_was_lost_is_not_sent_again(on_a_phone: Neighborhood) -> None:
    trouble(on_a_phone, "silent_taken", times=3)
    on_a_phone.text("Maria", "need groceries")
    on_a_phone.pass_time(SOON)
    texts = got(on_a_phone)
    assert [len(texts[it]) for it in ("Ana", "Ben")] == [1, 1]
    assert len([it for it in texts["Maria"] if "got it" in it]) == 1


def test_a_text_that_never_came_there_is_sent(on_a_phone: Neighborhood) -> None:
    trouble(on_a_phone, "silent_lost", times=3)
    on_a_phone.text("Maria", "need groceries")
    assert got(on_a_phone) == {}
    on_a_phone.pass_time(SOON)
    assert len([it for it in got(on_a_phone)["Maria"] if "got it" in it]) == 1


def test_a_phone_that_is_full_is_tried_again_and_the_stewards_hear(
    on_a_phone: Neighborhood,
) -> None:
    trouble(on_a_phone, "full", times=8)
    on_a_phone.text("Maria", "need groceries")
    on_a_phone.pass_time(timedelta(minutes=20))
    texts = got(on_a_phone)
    assert "got it" in texts["Maria"][0]
    assert texts["Cleo"][0] == (
        "Maple Street Mutual Aid: sim1 does not take our texts, so they wait. Is it on, charged and"
        " in reach? The hotline tries again and again."
    )


def test_another_takes_over_from_a_phone_that_is_full(on_two: Neighborhood) -> None:
    trouble(on_two, "full", times=1000)
    on_two.text("Maria", "need groceries")
    on_two.pass_time(SOON)
    texts = got(on_two)
    assert [len(texts[it]) for it in ("Ana", "Ben")] == [1, 1]
    assert texts["Cleo"] == [
        "Maple Street Mutual Aid: sim1 does not take our texts. They leave by sim2 now. Is it on,"
        " charged and in reach?"
    ]
    assert set(carriers(on_two, "Ana")) == {"sim2"}


def test_another_takes_over_from_a_phone_that_is_away(opened: Open) -> None:
    away = {"url": "http://127.0.0.1:1"}
    with opened(channels=["sim1", "sim2"], first_channel=away) as town:
        town.put_on_roster(*ROSTER)
        town.text("Maria", "need groceries", to=PHONES["sim2"].numbers[0])
        town.pass_time(SOON)
        texts = got(town)
        assert "got it" in texts["Maria"][0]
        assert [len(texts[it]) for it in ("Ana", "Ben")] == [1, 1]


def test_nothing_moves_while_nobody_can_tell_whether_it_left(on_two: Neighborhood) -> None:
    trouble(on_two, "silent_lost", times=1000)
    on_two.text("Maria", "hello")
    for _ in range(3):
        on_two.pass_time(SOON)
    assert set(carriers(on_two, "Maria")) == {"sim1"}


def test_a_text_that_the_phone_could_not_send_leaves_by_another(on_two: Neighborhood) -> None:
    reason = "Send result: RESULT_ERROR_LIMIT_EXCEEDED"
    trouble(on_two, "fails", reason=reason)
    on_two.text("Maria", "hello")
    on_two.pass_time(timedelta(minutes=31))
    assert carriers(on_two, "Maria") == ["sim1", "sim1", "sim2"]
    assert len(got(on_two)["Maria"]) == 1


def test_a_phone_that_does_not_let_us_in_is_told_to_the_stewards(opened: Open) -> None:
    with opened(channels=["sim1", "sim2"]) as town:
        trouble(town, "locked", times=1000)
        town.text("Maria", "hello")
        town.pass_time(timedelta(minutes=6))
        texts = got(town)
    assert texts["Maria"]
    assert any("sim1 does not take our texts" in it for it in texts["Cleo"])


def test_after_an_hour_away_everything_is_there_once(on_a_phone: Neighborhood) -> None:
    """What it takes it does not answer, and what it tells comes in."""
    trouble(on_a_phone, "away", times=1_000_000)
    for who in ("Maria", "Sam"):
        on_a_phone.text(who, "need groceries")
    on_a_phone.pass_time(timedelta(hours=1))
    assert got(on_a_phone) == {}

    on_a_phone.end_trouble_of("sim1")
    on_a_phone.pass_time(timedelta(minutes=10))
    texts = got(on_a_phone)
    answers = [it for name in ("Maria", "Sam") for it in texts[name] if "got it" in it]
    asked = [it for name in ("Ana", "Ben") for it in texts[name] if "Reply YES" in it]
    assert len(answers) == 2
    assert len(asked) == 4  # each of the two about each


# Two at once.


def test_everybody_is_answered_where_they_wrote(on_two: Neighborhood) -> None:
    on_two.text("Maria", "hello", to=PHONES["sim2"].numbers[0])
    on_two.text("Sam", "hello", to=PHONES["sim1"].numbers[0])
    assert carriers(on_two, "Maria") == ["sim2", "sim2"]
    assert carriers(on_two, "Sam") == ["sim1", "sim1"]


def test_who_is_asked_is_asked_by_the_channel_of_their_prefix(opened: Open) -> None:
    ana_by_the_first = {"prefixes": [CAST["Ana"][:9]]}
    with opened(channels=["sim1", "sim2"], first_channel=ana_by_the_first) as town:
        town.put_on_roster(*ROSTER)
        town.text("Ana", "hello", to=PHONES["sim2"].numbers[0])
        town.text("Maria", "need groceries")
        assert carriers(town, "Ana")[-1] == "sim1"


# How fast.


def test_only_so_many_leave_in_a_minute_answers_first(opened: Open) -> None:
    with opened(channels=["sim1"], first_channel={"texts_a_minute": 2}) as town:
        town.put_on_roster(*ROSTER)
        town.text("Maria", "need groceries")
        first = got(town)
        assert "Maria" in first
        assert sum(map(len, first.values())) == 2
        town.pass_time(timedelta(minutes=2))
        assert sum(map(len, got(town).values())) == 1


SIX = [{"phone": CAST[name], "name": name} for name in ("Ana", "Ben", "Chi", "Dee", "Eva", "Finn")]
WAVES = f"{STEWARDS}\n[waves]\nsizes = [5]\nurgent_minutes = 2\nminutes = 5\n"


@contextmanager
def _slow(database_url: str, redis_url: str, **bears: int) -> Iterator[Neighborhood]:
    """Five are asked at once, by a phone that bears so many texts."""
    with open_neighborhood(
        database_url, redis_url, WAVES, channels=["sim1"], first_channel=bears
    ) as neighborhood:
        neighborhood.put_on_roster(*SIX)
        yield neighborhood


def test_a_phone_asks_as_many_as_it_can_before_the_next_wave_is_due(
    database_url: str, redis_url: str
) -> None:
    with _slow(database_url, redis_url, texts_a_minute=1) as town:
        town.text("Maria", "need my heart medicine today")
        assert len(_asked(town)) == 1  # of five; the answer to Maria left before theirs
        town.pass_time(timedelta(minutes=2, seconds=5))
        assert len(_asked(town)) == 2
        assert [it.who for it in town.received()] == ["Maria", "Ana"]


def test_what_is_urgent_waits_for_nothing_else(database_url: str, redis_url: str) -> None:
    with _slow(database_url, redis_url, texts_a_minute=2) as town:
        town.text("Nora", "need groceries")
        before = _asked(town)
        town.text("Gabi", "need my heart medicine today")
        (urgent,) = _asked(town) - before
        later, columns = town.now() + timedelta(hours=1), (message.c.id, message.c.neighbor_id)
        whose = dict(iter(town.database.read(lambda c: c.execute(select(*columns)).all())))
        line = town.database.read(lambda c: messages.waiting_for(c, whose, ["sim1"], later))
        asked = [whose[number] for number, _ in line if whose[number] in _asked(town)]
        assert asked[0] == urgent
        assert len(asked) > 1


def test_nobody_is_put_in_a_line_that_is_full_and_nobody_is_given_up(
    database_url: str, redis_url: str
) -> None:
    with _slow(database_url, redis_url, texts_a_minute=1) as town:
        for who in ("Maria", "Sam", "Nora"):
            town.text(who, "need groceries")
        in_line = len(_asked(town))
        assert in_line < len(SIX)
        town.pass_time(timedelta(minutes=4))
        assert not any("Nobody is free" in it.body for it in town.received())
        town.pass_time(timedelta(minutes=4))
        assert len(_asked(town)) > in_line


def _asked(maple: Neighborhood) -> set[int]:
    """Whom pages were written to, left or not."""
    asked = select(page.c.neighbor_id)
    return set(maple.database.read(lambda c: c.execute(asked).scalars()))


def test_a_code_to_sign_in_with_leaves_before_what_neighbors_are_asked(
    database_url: str, redis_url: str
) -> None:
    with (
        open_neighborhood(
            database_url,
            redis_url,
            WITH_BOARD + "[waves]\nsizes = [5]\n",
            channels=["sim1"],
            first_channel={"texts_a_minute": 2},
        ) as town,
        closing(AtTheBoard(town)) as board,
    ):
        town.put_on_roster(*SIX)
        town.text("Maria", "need groceries")
        assert len(_asked(town)) > 2
        town.received()
        board.goes_to("/in")
        board.sends("/in", {"number": CAST["Cleo"], "by": "text"})
        town.pass_time(timedelta(minutes=2))
        assert "your code for the board" in town.received()[0].body


def test_what_is_over_the_day_leaves_by_another(opened: Open) -> None:
    with opened(channels=["sim1", "sim2"], first_channel={"texts_a_day": 2}) as town:
        for who in ("Maria", "Sam", "Nora"):
            town.text(who, "hello")
            town.pass_time(timedelta(minutes=1))
        assert carriers(town, "Nora") == ["sim1", "sim2"]
        assert any("sim1 took the 2 texts" in it for it in got(town)["Cleo"])


def test_without_another_it_waits_until_midnight(opened: Open) -> None:
    with opened(channels=["sim1"], first_channel={"texts_a_day": 2}) as town:
        for who in ("Maria", "Sam", "Nora"):
            town.text(who, "hello")
        assert "Nora" not in got(town)
        town.pass_until(1)
        assert "Nora" in got(town)


def test_late_in_the_day_of_a_phone_nobody_is_asked_and_who_asks_reads_when(
    database_url: str, redis_url: str
) -> None:
    """Two of the nine texts of its day are for answers, and Maria's request took six."""
    with _slow(database_url, redis_url, texts_a_day=9) as town:
        town.text("Maria", "need groceries")
        before = _asked(town)
        town.received()
        town.text("Sam", "need groceries")
        town.pass_time(timedelta(minutes=1))
        found = got(town)
        assert _asked(town) == before
        assert set(found) == {"Sam", "Cleo"}
        assert "13 waits its turn: we go on asking at 8am" in found["Sam"][-1]
        assert "waits until 8am: our phone or modem has sent" in found["Cleo"][-1]
        town.pass_until(8, 10)
        assert any("Reply YES 13" in it.body for it in town.received())


def test_late_in_the_day_of_a_phone_what_is_urgent_is_asked_about(
    database_url: str, redis_url: str
) -> None:
    with _slow(database_url, redis_url, texts_a_day=8) as town:
        town.text("Maria", "need groceries")
        town.received()
        town.text("Gabi", "need my heart medicine today")
        asked = [it for it in town.received() if "Reply YES 13" in it.body]
        assert len(asked) == 1  # with the answer to Gabi, all that was left of the day


# In the rehearsal.


def test_the_rehearsal_has_the_phones_that_the_settings_name(opened: Open) -> None:
    with opened(channels=["sim1", "sim2"]) as town:
        found = old_phones(Settings(town.hotline.environment, town.hotline.house.network))
    assert [(it.name, it.numbers, it.user, it.password, it.signing_key) for it in found] == [
        (it.name, it.numbers, it.user, it.password, it.signing_key) for it in PHONES.values()
    ]
