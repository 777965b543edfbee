"""What somebody on the roster orders, form by form, and that a request is never taken for it."""

from __future__ import annotations

import pytest
from test_reading import reading

from sms import orders
from sms.orders import Back, Most, Order, Pause


def found(body: str) -> Order | None:
    return orders.find(reading(body))


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
        *("vuelvo sin comida", "need food by the back door", "STOP", "yes", "12", "need food"),
    ],
)
def test_whatever_has_a_word_more_is_no_order(body: str) -> None:
    assert found(body) is None
