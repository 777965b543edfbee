"""Texts: what was sent today and became of it, by which channels, why some did not arrive, and what
it costs."""

from __future__ import annotations

from datetime import timedelta

from board.sitting import BoardPage, Outcome, Shown, Sitting
from hotline import cost, undelivered
from hotline.desk import budget
from hotline.organizers import BoardRole
from hotline.store import traffic
from hotline.work import Work

FAILURES_FOR = timedelta(days=7)
MOST_NAMED = 12  # people whom no text reached, for each cause


def show(sitting: Sitting) -> Outcome:
    work, network = sitting.work, sitting.work.network
    today = budget.day_began(work)
    spent = budget.spent_today(work)
    this_month = traffic.segments_since(work.connection, today.replace(day=1))
    causes = undelivered.by_cause(
        traffic.failures_since(work.connection, work.now - FAILURES_FOR),
    )
    names_people = sitting.viewer.may(BoardRole.DESK)
    values = {
        "sent": traffic.sent_since(work.connection, today),
        "segments": sum(spent.values()),
        "this_month": this_month,
        "cost_today": cost.cost(sum(spent.values()), network.limits),
        "cost_this_month": cost.cost(this_month, network.limits),
        "levels": cost.levels(spent, network.limits),
        "causes": [(it, _named(sitting, it.people) if names_people else []) for it in causes],
        "channels": [
            (it, traffic.of_channel(work.connection, it.name, today)) for it in network.channels
        ],
        "opens_again": budget.midnight(work),
    }
    return Shown("texts.html", values)


def _named(sitting: Sitting, people: tuple[int, ...]) -> list[tuple[int, str]]:
    """Those of them whom they may see: not who is kept apart from them."""
    work: Work = sitting.work
    feared = sitting.feared
    shown = [it for it in people if it not in feared][:MOST_NAMED]
    work.meet(shown)
    return [(it, work.person(it).shown_name or "") for it in shown]


PAGES = (BoardPage("/texts", BoardRole.READER, show),)
