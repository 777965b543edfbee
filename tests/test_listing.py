"""The roster as whoever runs the hotline changes it, through the whole program: what people set by
text stays, and nobody is left waiting when somebody is taken off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from neighborhood import CAST, NETWORK, NOON, Neighborhood, open_neighborhood

from hotline import roster_file
from hotline.desk import listing
from hotline.roster_changes import ChangeKind, RosterChange
from hotline.store import listing as listed
from hotline.store import record
from hotline.store.listing import KnownPerson
from hotline.store.roster import RosterEntry
from hotline.store.tables import UNTIL_BACK
from serving.roster_commands import lines_of, states_of

WAVES = "\n[waves]\nsizes = [1]\n"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Ana is asked first, then Ben."""
    with open_neighborhood(database_url, redis_url, NETWORK + WAVES) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Smith, Ana", "hours": "", "areas": "northside"},
            {"phone": CAST["Ben"], "name": "Ben"},
        )
        yield opened


def import_table(maple: Neighborhood, rows: str, *, overwrite: bool = False) -> list[RosterChange]:
    house = maple.hotline.house
    found = roster_file.read_roster(rows, house.network)
    return maple.database.write(
        lambda c: listing.bring(house.work(c), found.entries, found.columns, overwrite=overwrite)
    )


def remove(maple: Neighborhood, who: str) -> RosterChange | None:
    house = maple.hotline.house
    gone = maple.database.write(lambda c: listing.remove(house.work(c), CAST[who]))
    maple.pass_time(timedelta(seconds=5))
    return gone


def known(maple: Neighborhood, who: str) -> KnownPerson:
    return maple.database.read(lambda c: listed.known_at(c, [CAST[who]]))[CAST[who]]


def texts(maple: Neighborhood, who: str) -> list[str]:
    """All that somebody was ever sent."""
    found = (it for it in maple.texts(0) if it.direction != "from_phone")
    return [it.body for it in found if it.phone == CAST[who]]


# First names.


def test_whoever_asked_hears_the_first_name_of_a_roster_that_has_surnames_first(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need groceries")
    maple.text("Ana", "yes")
    assert "Good news: Ana is taking your request 12." in texts(maple, "Maria")[-1]
    maple.text("Ana", "cant")
    assert texts(maple, "Maria")[-1].startswith("Ana cannot make it after all.")


# What people set by text.


def test_an_import_keeps_what_people_set_by_text(maple: Neighborhood) -> None:
    maple.text("Ana", "hours weekdays after 5")
    maple.text("Ana", "name Anita")
    maple.text("Ana", "español")
    maple.text("Ana", "pausa 3")
    rows = f"phone,name,areas,hours,languages\n{CAST['Ana']},Ana Smith,eastside,sat 9-12,en\n"
    (change,) = import_table(maple, rows)
    assert (change.kind, change.changed) == (ChangeKind.CHANGED, ("languages", "areas"))
    assert change.kept == ("name", "hours", "language")
    ana = f"{CAST['Ana']}  Anita"
    assert list(lines_of(change)) == [
        f"changed  {ana}: languages any -> en; areas northside -> eastside",
        f"kept     {ana}: name Anita, as they set it (the file has Ana Smith)",
        f"kept     {ana}: hours weekdays after 5, as they set it (the file has sat 9-12)",
        f"kept     {ana}: we write to them in es, as they chose",
    ]
    person = known(maple, "Ana")
    assert (person.entry.name, person.entry.hours) == ("Anita", "weekdays after 5")
    assert (person.entry.areas, person.language) == (("eastside",), "es")
    assert person.paused_until is not None

    (change,) = import_table(maple, rows, overwrite=True)
    assert change.changed == ("name", "hours")
    person = known(maple, "Ana")
    assert (person.entry.name, person.entry.hours) == ("Ana Smith", "sat 9-12")
    assert person.language == "en"
    assert person.paused_until is not None, "a pause is no column"
    assert person.own == frozenset()

    later = rows.replace("sat 9-12", "sun 9-12")
    (change,) = import_table(maple, later)
    assert (change.changed, change.kept) == (("hours",), ()), "it is the table's again"


def test_an_import_does_not_undo_a_stop(maple: Neighborhood) -> None:
    maple.text("Ana", "STOP")
    for overwrite in (False, True):
        rows = f"phone,name\n{CAST['Ana']},Another {overwrite}\n"
        (change,) = import_table(maple, rows, overwrite=overwrite)
        assert known(maple, "Ana").stopped
        assert "said STOP" in list(lines_of(change))[-1]


def test_of_a_column_that_is_missing_nothing_changes(maple: Neighborhood) -> None:
    (change,) = import_table(maple, f'phone,name\n{CAST["Ana"]},"Smith, Ana"\n')
    assert change.kind is ChangeKind.UNCHANGED
    assert known(maple, "Ana").entry.areas == ("northside",)


def test_an_import_leaves_whoever_is_set_aside_and_is_as_before(maple: Neighborhood) -> None:
    maple.phone("Ana", "nowhere")
    maple.text("Maria", "need groceries")
    assert known(maple, "Ana").trouble == "no_number"
    import_table(maple, f"phone,name,areas\n{CAST['Ana']},Anna,northside\n")
    assert known(maple, "Ana").trouble == "no_number"


def test_who_changes_what_they_offer_is_found_under_the_new(maple: Neighborhood) -> None:
    import_table(maple, f"phone,name,needs\n{CAST['Ana']},Ana,ride\n{CAST['Ben']},Ben,food\n")
    maple.text("Maria", "need groceries")
    assert texts(maple, "Ana") == []
    assert "YES 12" in texts(maple, "Ben")[-1]


def test_who_waits_for_a_vouch_and_is_in_the_table_hears_that_they_are_in(
    maple: Neighborhood,
) -> None:
    maple.text("Sam", "join")
    maple.text("Sam", "Sam Okoye")
    maple.text("Sam", "food")
    (change,) = import_table(maple, f"phone,name,needs\n{CAST['Sam']},Samuel Okoye,\n")
    assert (change.kind, change.kept) == (ChangeKind.ADDED, ("name", "needs"))
    sam = known(maple, "Sam")
    assert (sam.entry.name, sam.entry.needs, sam.code) == ("Sam Okoye", ("food",), None)
    maple.pass_time(timedelta(seconds=5))
    assert "you are on our list" in texts(maple, "Sam")[-1]


# Who is taken off.


def test_what_somebody_holds_goes_to_others_and_who_asked_is_told(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    maple.text("Ana", "yes")
    gone = remove(maple, "Ana")
    assert gone is not None
    assert gone.before is not None
    assert gone.before.holds == (12,)
    assert texts(maple, "Maria")[-1].startswith("Ana cannot make it after all. Your request 12")
    assert texts(maple, "Ana")[-1].startswith("Thank you for trying.")
    assert "YES 12" in texts(maple, "Ben")[-1]
    maple.text("Ben", "yes")
    assert "Ben is taking your request 12" in texts(maple, "Maria")[-1]


def test_what_somebody_was_asked_others_are_asked_at_once(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    assert "YES 12" in texts(maple, "Ana")[-1]
    remove(maple, "Ana")
    assert "YES 12" in texts(maple, "Ben")[-1]


@pytest.mark.parametrize("words", ["yes", "YES 12", "cant 12"])
def test_who_is_off_takes_nothing_that_they_were_asked_before(
    maple: Neighborhood, words: str
) -> None:
    maple.text("Maria", "need groceries, apt 4B")
    remove(maple, "Ana")
    maple.text("Ana", words)
    (request,) = maple.requests()
    assert request.takers == ()
    assert not any("4B" in it for it in texts(maple, "Ana"))
    maple.call("Ana")
    assert "groceries" not in (heard := maple.heard("Ana"))
    assert "12" not in heard


def test_one_of_several_is_taken_off_and_the_other_stays(maple: Neighborhood) -> None:
    maple.text("Maria", "need 2 people to move a sofa")
    maple.text("Ana", "yes 12")
    maple.pass_time(6 * MINUTE)
    maple.text("Ben", "yes 12")
    (request,) = maple.requests()
    assert len(request.takers) == 2
    remove(maple, "Ben")
    (request,) = maple.requests()
    assert (request.state.value, request.takers) == ("open", (known(maple, "Ana").id,))
    kept = maple.database.read(lambda c: record.events(c, 2))
    assert [(it.who, it.what) for it in kept] == [
        (None, "unlisted"),
        (known(maple, "Ben").id, "handed_back"),
    ]
    assert texts(maple, "Maria")[-1].startswith("Ben cannot make it after all.")


def test_a_page_that_has_not_left_does_not(maple: Neighborhood) -> None:
    maple.trouble("busy", times=100)
    maple.text("Maria", "need groceries")
    remove(maple, "Ana")
    maple.end_trouble()
    maple.pass_time(10 * MINUTE)
    assert not any("YES 12" in it for it in texts(maple, "Ana"))
    assert "YES 12" in texts(maple, "Ben")[-1]


def test_who_is_not_on_it_cannot_be_taken_off_and_who_is_off_can_ask(maple: Neighborhood) -> None:
    assert remove(maple, "Maria") is None
    assert remove(maple, "Ana") is not None
    assert remove(maple, "Ana") is None
    maple.text("Ana", "need a ride")
    assert "YES 12" in texts(maple, "Ben")[-1]
    import_table(maple, f"phone,name\n{CAST['Ana']},Ana\n")
    assert known(maple, "Ana").on_roster


# How somebody stands.


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        ({}, ["can be asked"]),
        ({"paused_until": NOON - MINUTE}, ["can be asked"]),
        ({"paused_until": NOON + MINUTE}, ["paused until Mon 02 Mar 2026 12:01"]),
        ({"paused_until": UNTIL_BACK}, ["paused until BACK"]),
        ({"stopped": True}, ["said STOP"]),
        ({"trouble": "no_number"}, ["set aside: there is no such number"]),
        ({"trouble": "landline"}, ["a landline: is called"]),
        ({"code": 4821, "on_roster": False}, ["waits for a vouch: 4821"]),
        ({"holds": (12, 15), "stopped": True}, ["said STOP", "holds 12, 15"]),
    ],
)
def test_how_somebody_stands(facts: dict[str, Any], states: list[str]) -> None:
    person = KnownPerson(**{"id": 1, "entry": RosterEntry("", ""), "on_roster": True, **facts})
    assert states_of(person, NOON, ZoneInfo("America/New_York")) == states
