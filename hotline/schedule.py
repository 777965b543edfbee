"""When things are due: asking, asking again, asking how it stands, and ending a talk.

Pure. Quiet hours are the network's: nobody is asked in them, unless it is urgent.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from hotline.hours import Hours
from hotline.settings import Network

ANSWER_WITHIN, URGENT_ANSWER_WITHIN = timedelta(hours=2), timedelta(minutes=30)
GRACE = timedelta(days=1)  # how long the two still talk once it is done
HOURS_STEP = timedelta(minutes=5)  # how exactly the beginning of somebody's hours is found
SHORTEST_PAGE = timedelta(minutes=1)  # a page is worth delivering at least that long


def may_ask_from(urgent: bool, network: Network, now: datetime) -> datetime:
    """When volunteers may first be asked: now, or at the end of quiet hours."""
    quiet = network.quiet
    if urgent or quiet is None or not quiet.covers(now.astimezone(network.zone)):
        return now
    return quiet.ends_after(now, network.zone)


def may_ring_from(hours: Hours, network: Network, now: datetime) -> datetime:
    """When the phone of somebody with these hours may first ring for what is not urgent."""
    moment = may_ask_from(False, network, now)
    until = now + timedelta(days=7)
    while not hours.include(moment.astimezone(network.zone)) and moment < until:
        later = moment + HOURS_STEP - (moment - datetime.min.replace(tzinfo=UTC)) % HOURS_STEP
        moment = may_ask_from(False, network, later)
    return moment


def ask_again_at(urgent: bool, network: Network, now: datetime) -> datetime:
    """When asking begins again after nobody was free: after the pause, or when quiet ends."""
    after_pause = now + timedelta(minutes=network.waves.again_minutes)
    quiet = network.quiet
    if quiet is None or not quiet.covers(after_pause.astimezone(network.zone)):
        if quiet is None or not quiet.covers(now.astimezone(network.zone)):
            return after_pause
        return min(after_pause, quiet.ends_after(now, network.zone))
    return after_pause if urgent else quiet.ends_after(after_pause, network.zone)


def check_in_at(
    needs: Collection[str], urgent: bool, network: Network, heard_at: datetime
) -> datetime:
    """When to ask a taker, who was heard of then, whether they are still on it."""
    later = heard_at + network.done_within(tuple(needs))
    return may_ask_from(urgent, network, later)


def answer_by(urgent: bool, network: Network, now: datetime) -> datetime:
    """How long to wait for the answer to that; nobody has to give it at night."""
    within = URGENT_ANSWER_WITHIN if urgent else ANSWER_WITHIN
    morning = may_ask_from(urgent, network, now + within)
    return now + within if morning == now + within else morning + within


def talk_until(network: Network, now: datetime) -> datetime:
    """When two people can no longer write to each other about what is done."""
    return may_ask_from(False, network, now + GRACE)


def wave_length(urgent: bool, network: Network) -> timedelta:
    """How long one wave of people has to answer before the next is asked."""
    waves = network.waves
    return timedelta(minutes=waves.urgent_minutes if urgent else waves.minutes)


def page_lasts(urgent: bool, network: Network) -> timedelta:
    """How long a page is worth delivering."""
    return max(wave_length(urgent, network), SHORTEST_PAGE)
