"""What somebody on the roster orders, form by form, and that a request is never taken for it."""

from __future__ import annotations

import pytest
from test_reading import BAKERS, NEIGHBORHOOD, reading

from sms import orders
from sms.orders import (
    Areas,
    Back,
    Can,
    Forget,
    Join,
    Look,
    Me,
    Most,
    Name,
    Order,
    Pause,
    Skip,
    Stats,
    Times,
    Unclear,
    Vouch,
)


def found(body: str) -> Order | None:
    return orders.find(reading(body), NEIGHBORHOOD)


@pytest.mark.parametrize(
    ("body", "order"),
    [
        ("PAUSE", Pause()),
        ("pause please", Pause()),
        ("Pause.", Pause()),
        ("PAUSE 3d", Pause(3)),
        ("pause 3", Pause(3)),
        ("pause 1 day", Pause(1)),
        ("pause for a week", Pause(7)),
        ("PAUSE 2 weeks", Pause(14)),
        ("pause 1 month", Pause(30)),
        ("pause 100 months", Pause(365)),
        ("pause 0 days", Pause()),
        ("PAUSA", Pause()),
        ("pausa 3 días", Pause(3)),
        ("pausa por una semana", Pause(7)),
        ("BACK", Back()),
        ("I'm back!", Back()),
        ("Volví", Back()),
        ("vuelvo", Back()),
        ("MAX 2", Most(2)),
        ("max 2 a day", Most(2)),
        ("máximo 1 al día", Most(1)),
        ("max 0", Pause()),
        ("JOIN Ana", Join("Ana")),
        ("VOUCH 4821", Vouch(4821)),
        ("vouch for 4821", Vouch(4821)),
        ("AVALO 4821", Vouch(4821)),
        ("FORGET ME", Forget("en")),
        ("Delete me.", Forget("en")),
        ("delete my data", Forget("en")),
        ("OLVIDAME", Forget("es")),
        ("Bórrame!", Forget("es")),
        ("borra mis datos", Forget("es")),
        ("OPEN", Look()),
        ("abiertos", Look()),
        ("Stats", Stats()),
        ("ME", Me()),
        ("Mis datos", Me()),
        ("NAME Ana", Name("Ana")),
        ("name: Ana Lucía", Name("Ana Lucía")),
        ("NOMBRE Ana", Name("Ana")),
        ("CAN food ride", Can(("food", "ride"))),
        ("can groceries and rides", Can(("food", "ride"))),
        ("CAN anything", Can(())),
        ("HAGO comida y transporte", Can(("food", "ride"))),
        ("AREA northside", Areas(("northside",))),
        ("areas Northside, 11233", Areas(("northside", "eastside"))),
        ("AREA any", Areas(())),
        ("ZONA eastside", Areas(("eastside",))),
        ("AREA Brooklyn", Areas(None)),
        ("HOURS weekdays after 5", Times("weekdays after 5")),
        ("hours: mon-fri 17:00-21:00", Times("mon-fri 17:00-21:00")),
        ("HOURS any time", Times("")),
        ("HORAS fines de semana", Times("fines de semana")),
        ("hours now and then", Times(None)),
    ],
)
def test_orders(body: str, order: Order) -> None:
    assert found(body) == order


@pytest.mark.parametrize(
    "body",
    [
        *("pause?", "back?", "pause my rent payment", "pausa para comer no tengo"),
        *("back pain, need a ride to the doctor", "I'm back in the hospital", "my back hurts"),
        *("call me back", "max needs food", "max 2 bags of rice", "Max 2nd floor", "pause 3 kids"),
        *("can someone bring food", "can you call me", "can food ride?", "can I have food"),
        *("name of the pantry please", "name food", "my name is Ana, need food", "help me"),
        *("area is flooded and we need water", "area", "hours", "hours without power, please"),
        *("two hours without heat in my house", "me and my kids need milk", "can hungry"),
        *("join us tonight", "join us", "vouch", "vouch 12", "I vouch for Ana", "vouch 48211"),
        *("open?", "open the door", "is the pantry open", "open wound, need medicine"),
        *("forget me?", "forget me not", "please forget me", "dont forget me", "no me olvides"),
        *("delete my number", "olvidame por favor", "borra mi pedido", "they forget me here"),
        *("vuelvo sin comida", "need food by the back door", "STOP", "yes", "12", "need food"),
    ],
)
def test_whatever_has_a_word_more_is_no_order(body: str) -> None:
    assert found(body) is None


@pytest.mark.parametrize(
    ("question", "body", "order"),
    [
        ("name", "Ana", Name("Ana")),
        ("name", "I'm Ana Lucía", Name("Ana Lucía")),
        ("name", "me llamo Ana de la Cruz", Unclear()),
        ("name", "well it is a secret", Unclear()),
        ("can", "food and rides", Can(("food", "ride"))),
        ("can", "anything", Can(())),
        ("can", "ok", Skip()),
        ("can", "skip", Skip()),
        ("can", "I bake", Unclear()),
        ("area", "northside", Areas(("northside",))),
        ("area", "11233", Areas(("eastside",))),
        ("area", "Brooklyn", Unclear()),
        ("hours", "weekends", Times("weekends")),
        ("hours", "any time", Times("")),
        ("hours", "now and then", Unclear()),
    ],
)
def test_answers_of_a_newcomer(question: str, body: str, order: Order) -> None:
    assert orders.answer_to(question, reading(body), NEIGHBORHOOD) == order


@pytest.mark.parametrize("question", ["name", "can", "area", "hours"])
@pytest.mark.parametrize(
    "body",
    [
        *("need food", "food please", "hungry", "help me please", "I need a ride to northside"),
        *(
            "we have no water since the storm and my mother is old",
            "STOP",
            "status",
            "who is this?",
        ),
        *("tengo hambre", "necesito comida", "insulin please", "someone hurt here"),
    ],
)
def test_a_need_is_no_answer(question: str, body: str) -> None:
    assert orders.answer_to(question, reading(body), NEIGHBORHOOD) is None


def test_each_network_is_told_its_own_needs_and_areas() -> None:
    for _ in range(2):
        assert orders.find(reading("CAN bread"), BAKERS) == Can(("bread",))
        assert orders.find(reading("AREA old mill"), BAKERS) == Areas(None)
        assert orders.find(reading("AREA the old mill"), BAKERS) == Areas(("mill",))
        assert orders.find(reading("NAME Rye Mill"), BAKERS) is None
        assert found("CAN bread") is None
        assert found("NAME Rye Mill") == Name("Rye Mill")
