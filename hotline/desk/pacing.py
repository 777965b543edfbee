"""How fast texts leave by channels that bear only so many: a phone's plan, a modem.

The shell around `routes.turns`: it reads what left lately and what waits, and puts off the rest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hotline import routes
from hotline.desk import budget
from hotline.desk.delivery import warn_stewards
from hotline.limits import MINUTE
from hotline.notices import Told, notice
from hotline.settings import ChannelSettings
from hotline.store import messages
from hotline.work import Work


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of the texts that are due: those of slow channels whose turn it is now, and all that no pace
    holds back."""

    now: list[int]
    others: list[int]


def choose(work: Work, ids: Collection[int]) -> Chosen:
    """Whose turn it is. What is over a channel's day leaves by its fallback, or tomorrow. Nobody
    else chooses before this transaction ends."""
    slow = {it.name: it for it in routes.paced(work.network)}
    messages.choose_alone(work.connection)
    waiting: dict[str, list[int]] = {}
    for number, name in messages.waiting_for(work.connection, ids, slow, work.now):
        waiting.setdefault(name, []).append(number)
    going: list[int] = []
    for name, numbers in waiting.items():
        going += _turn(work, slow[name], numbers)
    held = {number for numbers in waiting.values() for number in numbers}
    return Chosen(going, [it for it in ids if it not in held])


def _turn(work: Work, channel: ChannelSettings, waiting: list[int]) -> list[int]:
    left = routes.Left(
        messages.left_by(work.connection, channel.name, work.now - MINUTE),
        messages.left_by(work.connection, channel.name, budget.day_began(work)),
    )
    turns = routes.turns(channel, waiting, left, work.now)
    for number, due in turns.later:
        messages.let_wait(work.connection, number, due)
    if turns.tomorrow:
        _is_over_for_today(work, channel, turns.tomorrow)
    return list(turns.now)


def _is_over_for_today(work: Work, channel: ChannelSettings, waiting: Collection[int]) -> None:
    """It took all that it takes in a day."""
    other = routes.takes_over(work.network, channel.name)
    if other:
        messages.redirect(work.connection, waiting, other)
    else:
        for number in waiting:
            messages.let_wait(work.connection, number, budget.midnight(work))
    told = Told.STEWARDS_CHANNEL_FULL_OTHER if other else Told.STEWARDS_CHANNEL_FULL
    values = {"channel": channel.name, "count": channel.texts_a_day or 0}
    warn_stewards(work, notice(told, **values, **({"fallback": other} if other else {})))
