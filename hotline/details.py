"""What volunteers read of a request besides need and area: things and sizes, for how many people,
and when. Never a name, a place, an illness or a reason: it is put together from keys of ours, and
from none of the words that somebody wrote.

Pure. `sms.details` finds it in a text, `words` says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEAR_DAYS: Final = ("today", "tonight", "tomorrow")
THINGS: Final = frozenset(
    [
        *("diapers", "wipes", "formula", "crib", "stroller", "car_seat", "baby_clothes"),
        *("wheelchair", "walker", "coat", "shoes", "boots", "blankets", "bed", "tent", "heater"),
        *("fridge", "stove", "furniture", "truck", "dog_food", "cat_food", "phone", "charger"),
        *("bottled_water", "hot_meal", "stairs", "lock"),
    ]
)
MOST_THINGS = 4
MOST_PEOPLE = 99


@dataclass(frozen=True, slots=True)
class Details:
    """`kinds` of need that the network has no key for; `things` of THINGS, with a size behind a
    colon if one was given ("diapers:4"); `people`: for how many, 0 if that was not said.

    `day`: one of WEEKDAYS or NEAR_DAYS as it was said; once `dated`, an ISO date, and `as_of` a
    day near it one of NEAR_DAYS again. `hour`: "06:00", 24 hours. `tonight`: not before evening."""

    kinds: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    people: int = 0
    day: str = ""
    hour: str = ""
    tonight: bool = False


NOTHING: Final = Details()


def dated(it: Details, today: date) -> Details:
    """The same with the day's date: the next of its name, today included."""
    if it.day in NEAR_DAYS:
        day = today + timedelta(days=it.day == "tomorrow")
    elif it.day in WEEKDAYS:
        day = today + timedelta(days=(WEEKDAYS.index(it.day) - today.weekday()) % 7)
    else:
        return it
    return replace(it, day=day.isoformat(), tonight=it.day == "tonight")


def as_of(it: Details, today: date) -> Details:
    """The same as it is said on that day: today by that name, and nothing of a day that is over."""
    if not it.day or date.fromisoformat(it.day) > today:
        return it
    if date.fromisoformat(it.day) < today:
        return replace(it, day="", hour="", tonight=False)
    return replace(it, day="tonight" if it.tonight else "today")


def joined(known: Details, more: Details) -> Details:
    """What was known and what was added: things add up, of the rest the newest holds."""
    is_when = bool(more.day or more.hour)
    when = more if is_when else known
    return Details(
        kinds=tuple(dict.fromkeys((*known.kinds, *more.kinds))),
        things=tuple(dict.fromkeys((*known.things, *more.things)))[:MOST_THINGS],
        people=more.people or known.people,
        day=when.day,
        hour=when.hour,
        tonight=when.tonight,
    )


def to_row(it: Details) -> dict[str, Any]:
    """What is not empty, as JSON takes it."""
    return {name: value for name in _FIELDS if (value := getattr(it, name))}


_FIELDS = [it.name for it in fields(Details)]


def from_row(row: Mapping[str, Any]) -> Details:
    known = dict(row)
    for name in ("kinds", "things"):
        known[name] = tuple(known.get(name, ()))
    return Details(**known)
