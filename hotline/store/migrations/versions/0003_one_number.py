"""Everybody under the one number that `phone.known_as` makes, and who was split is one person.

Whoever came as +52 1 55... and as +52 55... had two rows of `neighbor`. All that refers to one of
them goes to the other: the one on the roster, else the older. Of what the two had of themselves,
what asks for more restraint is kept. It is safe to run on a database that has nobody to bring
together: then it changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline import phone

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
BRINGS_WITH_IT = {"taker", "page", "offer"}  # moved by themselves: two rows may be about the same
LIKELIEST = ("accepted", "passed", "covered")  # of two pages about the same: what was answered


def _table(name: str, *columns: str, moments: Sequence[str] = ()) -> Any:
    typed = dict.fromkeys(moments, MOMENT)
    return sa.table(name, *(sa.column(it, typed.get(it)) for it in (*columns, *moments)))


neighbor = _table(
    *("neighbor", "id", "phone", "name", "language", "language_chosen", "trouble", "on_roster"),
    *("max_a_day", "joining", "code"),
    moments=("stopped_at", "paused_until", "joining_since", "since", "asked_at"),
)
taker = _table("taker", "id", "request_number", "neighbor_id", "outcome", moments=["since"])
page = _table("page", "id", "request_number", "neighbor_id", "round", "state", "taken_by")
message = _table("message", "id", "page_id", "from_id")
call: Any = sa.table("call", sa.column("id"), sa.column("state", sa.JSON()))
offer = _table("offer", "neighbor_id", moments=["asked_at"])


def upgrade() -> None:
    connection = op.get_bind()
    for number, people in _changed(connection).items():
        kept, *others = people
        for other in others:
            _move_takers(connection, other.id, kept.id)
            _move_pages(connection, other.id, kept.id)
            _move_the_rest(connection, other.id, kept.id)
        facts = _together(number, people)
        connection.execute(sa.update(neighbor).where(neighbor.c.id == kept.id).values(facts))
        asked = sa.update(offer).where(offer.c.neighbor_id == kept.id)
        connection.execute(asked.values(asked_at=facts["asked_at"]))


def downgrade() -> None:
    """Nobody knows any more who was two."""


def _changed(connection: sa.Connection) -> dict[str, list[Any]]:
    """By their new number the people of whom one at least had another; first who stays."""
    known: dict[str, list[Any]] = {}
    for row in connection.execute(sa.select(neighbor).order_by(neighbor.c.id)):
        known.setdefault(phone.sender(row.phone) or row.phone, []).append(row)
    return {
        number: sorted(people, key=lambda it: (not it.on_roster, it.id))
        for number, people in known.items()
        if any(it.phone != number for it in people)
    }


# What refers to somebody.


def _move_takers(connection: sa.Connection, old: int, new: int) -> None:
    """Copied first, as pages refer to them; whoever is still at it is so for both."""
    theirs = {it.request_number: it for it in _rows(connection, taker, new)}
    for it in _rows(connection, taker, old):
        same = theirs.get(it.request_number)
        if same is None:
            facts = {"request_number": it.request_number, "neighbor_id": new}
            facts |= {"since": it.since, "outcome": it.outcome}
            connection.execute(sa.insert(taker).values(facts))
        elif it.outcome is None:
            still = sa.update(taker).where(taker.c.id == same.id)
            connection.execute(still.values(outcome=None))


def _move_pages(connection: sa.Connection, old: int, new: int) -> None:
    theirs = {(it.request_number, it.round): it for it in _rows(connection, page, new)}
    for it in _rows(connection, page, old):
        same = theirs.get((it.request_number, it.round))
        stays = min((it, same), key=_likely) if same else it
        if same:
            _drop_page(connection, same if stays is it else it, stays)
        is_accepted = stays.taken_by is not None
        moved = sa.update(page).where(page.c.id == stays.id)
        taken_by = new if is_accepted else None
        connection.execute(moved.values(neighbor_id=new, taken_by=taken_by))
    connection.execute(sa.delete(taker).where(taker.c.neighbor_id == old))


def _likely(it: Any) -> int:
    return LIKELIEST.index(it.state) if it.state in LIKELIEST else len(LIKELIEST)


def _drop_page(connection: sa.Connection, it: Any, stays: Any) -> None:
    told = sa.update(message).where(message.c.page_id == it.id)
    connection.execute(told.values(page_id=stays.id))
    connection.execute(sa.delete(page).where(page.c.id == it.id))


def _move_the_rest(connection: sa.Connection, old: int, new: int) -> None:
    """Whatever table refers to a neighbor, those of later versions of the hotline too."""
    connection.execute(sa.delete(offer).where(offer.c.neighbor_id == old))
    for table, column in (*_references(connection), ("message", "from_id")):
        of = _table(table, column)
        moved = sa.update(of).where(of.c[column] == old).values({column: new})
        connection.execute(moved)
    called = sa.select(call).where(call.c.state["partner"].as_integer() == old)
    for row in connection.execute(called).all():
        state = {**row.state, "partner": new}
        connection.execute(sa.update(call).where(call.c.id == row.id).values(state=state))
    connection.execute(sa.delete(neighbor).where(neighbor.c.id == old))


def _references(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        for key in inspector.get_foreign_keys(table):
            if key["referred_table"] == "neighbor" and table not in BRINGS_WITH_IT:
                yield table, key["constrained_columns"][0]


def _rows(connection: sa.Connection, of: Any, who: int) -> list[Any]:
    found = sa.select(of).where(of.c.neighbor_id == who).order_by(of.c.id)
    return list(connection.execute(found).all())


# What somebody has of themselves.


def _together(number: str, people: list[Any]) -> dict[str, Any]:
    """Of each the first that is known; of what holds us back, what holds longest."""
    speaks = next((it for it in people if it.language_chosen), None) or next(
        (it for it in people if it.language), people[0]
    )
    newcomers = [it for it in people if it.joining and not people[0].on_roster]
    joins = (newcomers or people)[0]
    return {
        "phone": number,
        "name": _first(it.name for it in people),
        "language": speaks.language,
        "language_chosen": speaks.language_chosen,
        "stopped_at": _most(it.stopped_at for it in people),
        "paused_until": _most(it.paused_until for it in people),
        "max_a_day": _least(it.max_a_day for it in people),
        "trouble": _trouble(number, people),
        "joining": joins.joining,
        "joining_since": joins.joining_since,
        "code": None if people[0].on_roster else _first(it.code for it in people),
        "since": min(it.since for it in people),
        "asked_at": max(it.asked_at for it in people),
    }


def _trouble(number: str, people: list[Any]) -> Any:
    """Who blocked us has; what else was wrong with an old number is not wrong with the new one."""
    if any(it.trouble == "blocked" for it in people):
        return "blocked"
    return _first(it.trouble for it in people if it.phone == number)


def _first(values: Iterable[Any]) -> Any:
    return next((it for it in values if it is not None), None)


def _most(values: Iterable[Any]) -> Any:
    return max((it for it in values if it is not None), default=None)


def _least(values: Iterable[Any]) -> Any:
    return min((it for it in values if it is not None), default=None)
