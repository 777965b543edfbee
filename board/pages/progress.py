"""How it goes: asked, taken and done by week, how long a YES takes, and what was not found."""

from __future__ import annotations

from datetime import timedelta

from board.charts import bar_chart
from board.sitting import BoardPage, Outcome, Shown, Sitting
from hotline import tally
from hotline.organizers import BoardRole
from hotline.store import tallies

WEEKS = 12
LATELY = timedelta(days=28)


def show(sitting: Sitting) -> Outcome:
    work, network = sitting.work, sitting.work.network
    connection, since = work.connection, work.now - LATELY
    weeks = tallies.weeks(connection, tally.week_starts(work.now, network.zone, WEEKS))
    areas = [it.key for it in network.areas]
    waits = tally.waits(tallies.first_answers(connection, since), areas, network.zone)
    states = tallies.states_between(connection, since, work.now + timedelta(days=1))
    taken = states.get("taken", 0) + states.get("done", 0)
    texts = tallies.pages_since(connection, since)
    values = {
        "weeks": weeks,
        "weeks_chart": bar_chart(
            [(it.asked, it.taken, it.done) for it in weeks],
            [it.since for it in weeks],
            every=3,
        ),
        "waits": waits,
        "hours_chart": bar_chart(
            [(it.minutes,) for it in waits.by_hour], [str(hour) for hour in range(24)], every=3
        ),
        "hours": [(hour, it) for hour, it in enumerate(waits.by_hour) if it.minutes is not None],
        "parts": [(start, start + tally.HOURS_A_PART) for start in tally.DAY_PARTS],
        "taken": taken,
        "texts_each": texts / taken if taken >= tally.FEWEST else None,
        "not_found": tally.by_need(tallies.not_found_since(connection, since)),
        "days": LATELY.days,
        "fewest": tally.FEWEST,
    }
    return Shown("progress.html", values)


PAGES = (BoardPage("/progress", BoardRole.READER, show),)
