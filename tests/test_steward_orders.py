"""What a steward orders by text, form by form; and that what may be a need is never lost, nor a
slip taken for one."""

from __future__ import annotations

import pytest
from test_reading import NEIGHBORHOOD

from sms import steward_orders
from sms.reading import read
from sms.steward_orders import (
    AskBack,
    Assign,
    CloseRequest,
    LetRest,
    ReopenRequest,
    SetArea,
    SetNeeds,
    ShowOpen,
    ShowRequest,
    ShowWords,
    StewardOrder,
    asks_for_themselves,
)


@pytest.mark.parametrize(
    ("body", "order"),
    [
        *(("OPEN", ShowOpen()), ("open", ShowOpen()), ("Abiertos", ShowOpen())),
        *(("WHO 12", ShowRequest(12)), ("who 12?", ShowRequest(12)), ("quien 12", ShowRequest(12))),
        *(("CLOSE 12", CloseRequest(12)), ("close #12 please", CloseRequest(12))),
        *(("Close request 12.", CloseRequest(12)), ("CLOSE № 12", CloseRequest(12))),
        *(("cerrar 12", CloseRequest(12)), ("REOPEN no. 12", ReopenRequest(12))),
        *(
            ("AREA 12 eastside", SetArea(12, "eastside")),
            ("zona 12 eastside", SetArea(12, "eastside")),
        ),
        *(
            ("NEED 12 ride", SetNeeds(12, ("ride",))),
            ("NEED 12: food and ride", SetNeeds(12, ("food", "ride"))),
        ),
        *(("ASSIGN 12 Ana", Assign(12, "ana")), ("assign 12 to Ana Ruiz", Assign(12, "ana ruiz"))),
        *(("asigna 12 a Ana", Assign(12, "ana")), ("ASSIGN 12 41", Assign(12, "41"))),
        *(
            ("PAUSE Ana 3d", LetRest("ana", 3)),
            ("pause Ana Ruiz for 2 weeks", LetRest("ana ruiz", 14)),
        ),
        *(("PAUSE Ana", LetRest("ana", None)), ("HELP STEWARD", ShowWords())),
    ],
)
def test_what_a_steward_orders(body: str, order: object) -> None:
    assert steered(body) == order


@pytest.mark.parametrize(
    "body",
    [
        *("CLOSE", "CLOSE it", "close 12?", "close 12 and 13", "CLOSE 12 eastside", "reopen"),
        *("who is on tonight", "WHO", "WHO 12 AND 13", "assign Ana", "ASSIGN 12", "open 12"),
        *(
            "AREA 12 nowhere",
            "NEED 12 umbrellas",
            "need 12 ride",
            "Need 12 rides",
            "close the food bank",
        ),
    ],
)
def test_what_looks_like_an_order_is_asked_back(body: str) -> None:
    assert isinstance(steered(body), AskBack)


@pytest.mark.parametrize(
    "body",
    [
        *(
            "need food",
            "need 12 eggs and milk",
            "NEED FOOD",
            "help me",
            "close to me nobody helps, I need milk",
        ),
        *(
            "PAUSE 3d",
            "pause",
            "area eastside",
            "can food",
            "my kids have no food",
            "YES 12",
            "STOP",
        ),
        *(
            "12 I am at the door",
            "done 12",
            "help with food please",
            "vouch 4821",
            "pause it for now",
        ),
    ],
)
def test_what_is_no_order_of_a_stewards(body: str) -> None:
    assert steered(body) is None


@pytest.mark.parametrize("body", ["open the door", "who is this", "close to you now", "need to go"])
def test_words_to_the_other_person_are_no_order(body: str) -> None:
    assert steered(body, talks=True) is None
    assert isinstance(steered("CLOSE 12", talks=True), CloseRequest)


@pytest.mark.parametrize(
    "body", ["need food", "ASK for a hand", "help me", "insulin", "pido un favor"]
)
def test_a_steward_who_needs_something(body: str) -> None:
    assert asks_for_themselves(read(body, NEIGHBORHOOD))


@pytest.mark.parametrize(
    "body", ["what about 12", "please tell everybody", "somebody should look", "flood"]
)
def test_words_that_ask_for_nothing(body: str) -> None:
    assert not asks_for_themselves(read(body, NEIGHBORHOOD))


def steered(body: str, *, talks: bool = False) -> StewardOrder | None:
    return steward_orders.find(
        read(body, NEIGHBORHOOD, asked_about=(12,)), NEIGHBORHOOD, talks=talks
    )
