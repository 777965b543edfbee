"""Writing to many: who may, who gets what in which language, never twice, and how it is stopped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, Neighborhood, open_neighborhood
from test_board import STEWARDED

from hotline.broadcast import BATCH, PAUSE
from hotline.desk import broadcasting, telling
from hotline.store import apart, broadcasts, forgetting, people, retention
from hotline.store.record import events
from hotline.work import Work
from paging.jobs import JobFailed, go_on

NETWORK = (
    STEWARDED
    + f"""
[board]
stewards = ["{CAST["Nora"]}"]
desk = ["{CAST["Dee"]}"]

[limits]
segments_a_day = 100
price_a_segment = 0.01
"""
)
NEWS = "We meet on Sunday at noon."
NOTICIAS = "Nos vemos el domingo."
READ = f"Maple Street Mutual Aid, from the people who run it: {NEWS}"
LEE = f"Maple Street Mutual Aid, de quienes la organizan: {NEWS}"
ALL = {"Ana": [READ], "Ben": [READ], "Gabi": [LEE]}


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, NETWORK) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Ana", "areas": "eastside", "needs": "food"},
            {"phone": CAST["Ben"], "name": "Ben", "areas": "northside", "needs": "ride"},
            {"phone": CAST["Gabi"], "name": "Gabi", "languages": "es"},
        )
        yield opened


@pytest.fixture
def nora(maple: Neighborhood) -> Iterator[AtTheBoard]:
    """Another."""
    with closing(AtTheBoard(maple)) as board:
        board.signs_in("Nora")
        maple.received()
        yield board


def crowd(maple: Neighborhood, count: int) -> list[str]:
    """So many more on the roster, by their phones."""
    phones = [f"+1718555{1000 + place}" for place in range(count)]
    maple.put_on_roster(*({"phone": it, "name": f"Wim {it[-4:]}"} for it in phones))
    return phones


def write(board: AtTheBoard, words: str = NEWS, **more: object) -> str:
    """A draft; its page."""
    seen = board.sends("/many", {"words-en": words} | more)
    assert "Nothing is sent yet." in seen
    return board.path.removeprefix("/board").partition("?")[0]


def got(maple: Neighborhood) -> dict[str, list[str]]:
    """What was read by whom since this was last asked."""
    read: dict[str, list[str]] = {}
    for it in maple.received():
        read.setdefault(it.who, []).append(it.body)
    return read


def long_enough(maple: Neighborhood) -> None:
    maple.pass_time(PAUSE * 12)


# Two stewards.


def test_one_writes_and_another_lets_it_go_out(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    at = write(cleo)
    assert "Another steward has to look at it" in cleo.words
    assert "so somebody else has to" in cleo.sends(f"{at}/confirm")
    long_enough(maple)
    assert got(maple) == {}

    seen = nora.goes_to(at)
    assert READ in seen
    assert "3 people get a text" in seen
    assert "Ana, Ben, Gabi" in seen
    assert "$0.03 · 3 segments" in seen
    assert "It goes out now" in nora.sends(f"{at}/confirm")
    long_enough(maple)

    assert got(maple) == ALL
    assert "Has gone out." in cleo.goes_to(at)
    assert "Written to 3" in cleo.words
    kept = maple.database.read(lambda c: [it.what for it in events(c, 99)])
    assert [it for it in kept if it.startswith("many")] == ["many_wrote", "many_sent"]


def test_whoever_lets_it_go_shows_once_more_who_they_are(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    """Nothing that can be done here reaches more people."""
    at = write(cleo)
    maple.pass_time(timedelta(minutes=11))
    assert "Is it you?" in nora.sends(f"{at}/confirm")
    assert f'name="then" value="{at}"' in nora.page, "back to where it was"
    long_enough(maple)
    assert got(maple) == {}


def test_it_is_let_go_once(maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard) -> None:
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    assert "Somebody changed this meanwhile." in nora.sends(f"{at}/confirm")
    long_enough(maple)
    assert got(maple)["Ana"] == [READ]


def test_only_stewards_write_to_many(maple: Neighborhood, cleo: AtTheBoard) -> None:
    at = write(cleo)
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        maple.received()
        for path in (at, "/many"):
            dee.goes_to(path)
            assert dee.status == 403
        for path in (f"{at}/confirm", f"{at}/stop", "/many"):
            dee.sends(path, {"words-en": NEWS})
            assert dee.status == 403
    long_enough(maple)
    assert got(maple) == {}


def test_nothing_to_say_or_too_much_is_said_so(cleo: AtTheBoard) -> None:
    assert "Something is missing" in cleo.sends("/many", {"words-en": " "})
    assert "300 letters at most" in cleo.sends("/many", {"words-en": "x" * 301})


def test_words_with_markup_are_only_words(cleo: AtTheBoard) -> None:
    words = "<script>alert(1)</script>"
    at = write(cleo, words)
    for path in (at, "/many"):
        cleo.goes_to(path)
        assert words not in cleo.page
        assert "&lt;script&gt;" in cleo.page


# To whom, and in which language.


@pytest.mark.parametrize(
    ("part", "who"),
    [
        ({"area": "eastside"}, {"Ana", "Gabi"}),
        ({"need": "ride"}, {"Ben", "Gabi"}),
        ({"area": "eastside", "need": "ride"}, {"Gabi"}),
        ({"language": "es"}, {"Gabi"}),
        ({"language": "en"}, {"Ana", "Ben"}),
    ],
    ids=["area", "need", "both", "spanish", "english"],
)
def test_a_part_of_the_roster(
    maple: Neighborhood,
    cleo: AtTheBoard,
    nora: AtTheBoard,
    part: dict[str, object],
    who: set[str],
) -> None:
    maple.text("Gabi", "español")
    maple.received()
    at = write(cleo, **part)
    nora.sends(f"{at}/confirm")
    long_enough(maple)
    assert set(got(maple)) == who


def test_each_reads_their_language_where_it_was_given(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    maple.text("Gabi", "español")
    maple.received()
    at = write(cleo, **{"words-es": NOTICIAS})
    nora.sends(f"{at}/confirm")
    long_enough(maple)
    read = got(maple)
    assert NOTICIAS in read["Gabi"][0]
    assert read["Ana"] == [READ]


def test_who_said_stop_before_or_meanwhile_gets_nothing(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    maple.text("Ana", "STOP")
    at = write(cleo)
    assert "1 said STOP and is left out" in nora.goes_to(at)
    maple.text("Ben", "STOP")
    maple.received()
    nora.sends(f"{at}/confirm")
    long_enough(maple)
    assert got(maple) == {"Gabi": [LEE]}


def test_who_said_quiet_reads_nothing_of_it(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    who = id_of(maple, "Ana")
    maple.database.write(lambda c: people.set_quiet(c, who, maple.now()))
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    long_enough(maple)
    read = got(maple)
    assert NEWS not in " ".join(read.get("Ana", []))
    assert read["Ben"] == [READ]


def test_nobody_gets_the_words_of_whom_they_are_kept_apart_from(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    one, other = id_of(maple, "Ana"), id_of(maple, "Cleo")
    maple.database.write(lambda c: apart.keep(c, one, other, maple.now()))
    at = write(cleo)
    assert "Ana" not in cleo.words
    nora.sends(f"{at}/confirm")
    long_enough(maple)
    assert set(got(maple)) == {"Ben", "Gabi"}


def test_who_gets_no_texts_is_left_out_or_called(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    maple.put_on_roster({"phone": CAST["Hugo"], "name": "Hugo", "reach": "voice"})
    at = write(cleo)
    assert "1 who gets no texts is left out" in nora.goes_to(at)
    nora.sends(f"{at}/confirm")
    long_enough(maple)
    assert "Hugo" not in maple.ringing()

    at = write(cleo, calls="on")
    assert "1 is called" in nora.goes_to(at)
    nora.sends(f"{at}/confirm")
    maple.tick()
    maple.answer("Hugo")
    assert NEWS.rstrip(".") in maple.heard("Hugo")


# When.


def test_nothing_leaves_in_quiet_hours(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    maple.pass_until(22)
    at = write(cleo)
    nora.signs_in("Nora")  # anew, as it is late
    nora.sends(f"{at}/confirm")
    maple.received()
    maple.pass_until(7)
    assert got(maple) == {}
    maple.pass_until(9)
    assert got(maple)["Ana"] == [READ]


def test_what_is_kept_of_the_day_is_not_touched_and_the_rest_leaves_on_the_next(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    """Of 100 segments 70 are for anybody: a fifth and two fifths of these are for others than
    answers and pages."""
    phones = crowd(maple, 60)
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    maple.pass_time(timedelta(hours=5))
    today = len(got(maple))
    assert 0 < today <= 42 + BATCH
    maple.pass_time(timedelta(days=1))
    assert today + len(got(maple)) == len(phones) + 3


def test_a_request_is_asked_about_while_it_goes_out(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    crowd(maple, 3 * BATCH)
    nora.sends(f"{write(cleo)}/confirm")
    maple.tick()
    maple.received()
    maple.text("Maria", "need food, eastside")
    assert [it for it in maple.received() if it.who == "Ana" and "food" in it.body]


# Stopped, and never twice.


def test_it_is_stopped_while_it_goes_out(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    crowd(maple, 3 * BATCH)
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    maple.tick()
    assert len(got(maple)) == BATCH
    assert "Nothing more of it is sent." in cleo.sends(f"{at}/stop")
    long_enough(maple)
    assert got(maple) == {}
    assert "Was stopped." in nora.goes_to(at)
    assert "Somebody changed this meanwhile." in nora.sends(f"{at}/confirm")


def test_what_waits_at_our_door_is_stopped_with_it(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    maple.trouble("busy", times=99)
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    maple.tick()
    assert got(maple) == {}
    cleo.sends(f"{at}/stop")
    maple.end_trouble()
    long_enough(maple)
    assert got(maple) == {}


def test_a_batch_that_is_begun_twice_is_written_once(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    number = int(re.findall(r"\d+", at)[0])
    for _ in range(2):
        go_on(number)
    long_enough(maple)
    assert got(maple) == ALL


def test_where_two_are_at_the_same_batch_one_writes_it(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    """Both have read it before either writes."""
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    number = int(re.findall(r"\d+", at)[0])
    found = maple.database.read(lambda c: broadcasts.find(c, number))
    assert found is not None
    begin = [
        maple.database.write(lambda c: broadcasts.begin_batch(c, found, 1, maple.now()))
        for _ in range(2)
    ]
    assert begin == [True, False]


def test_a_worker_that_dies_in_the_middle_leaves_nobody_out_and_nobody_twice(
    maple: Neighborhood,
    cleo: AtTheBoard,
    nora: AtTheBoard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    number = int(re.findall(r"\d+", at)[0])
    with monkeypatch.context() as patched:
        patched.setattr(telling, "send", _dies_at_the_second(telling.send))
        with pytest.raises(JobFailed):
            go_on(number)
    long_enough(maple)
    assert got(maple) == ALL


def _dies_at_the_second(send: Callable[..., None]) -> Callable[..., None]:
    sent: list[int] = []

    def dying(work: Work, who: int, *more: Any) -> None:
        sent.append(who)
        if len(sent) >= 2:  # it is tried once more by itself
            raise SystemError("out of memory")
        send(work, who, *more)

    return dying


def test_a_writer_who_is_forgotten_leaves_no_words(
    maple: Neighborhood, cleo: AtTheBoard, nora: AtTheBoard
) -> None:
    crowd(maple, 2 * BATCH)
    at = write(cleo)
    nora.sends(f"{at}/confirm")
    maple.tick()
    who = maple.database.read(lambda c: people.neighbors(c, [id_of(maple, "Cleo")]))
    (cleo_herself,) = who.values()
    maple.database.write(lambda c: forgetting.forget(c, cleo_herself, [], maple.now()))
    maple.received()
    long_enough(maple)
    assert got(maple) == {}
    assert NEWS not in nora.goes_to(at)


def test_its_words_are_kept_no_longer_than_others(maple: Neighborhood, cleo: AtTheBoard) -> None:
    at = write(cleo)
    (sweep,) = (it for it in retention.SWEEPS if it.what == "many")
    old = retention.Old(0, maple.now(), maple.now(), ())
    maple.database.write(lambda c: sweep.forget(c, old))
    assert NEWS not in cleo.goes_to(at)


def test_who_is_no_writer_lets_it_go_out(maple: Neighborhood, cleo: AtTheBoard) -> None:
    """Below the page, too."""
    number = int(re.findall(r"\d+", write(cleo))[0])

    def confirm(work: Work) -> bool:
        it = broadcasts.find(work.connection, number)
        assert it is not None
        return broadcasting.confirm(work, it, it.by)

    house = maple.hotline.house
    assert not maple.database.write(lambda c: confirm(house.work(c)))


def id_of(maple: Neighborhood, who: str) -> int:
    ((found),) = maple.database.read(lambda c: people.ids_at(c, [CAST[who]]))
    return found
