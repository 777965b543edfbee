"""By which channel a text leaves, how many at once, and how many are asked by it. Pure.

Whoever wrote to us is answered where they wrote. Who is asked, and never wrote, is asked by the
channel whose prefix their number has, and else by the first. A text goes on by another channel (the
`fallback`) only where it is certain that its own did not take it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.limits import MINUTE
from hotline.settings import ChannelSettings, Network

TRIES_BEFORE_ANOTHER = 2  # times that a channel does not answer: a phone may just be restarting


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a carrier can do, and does by itself. What is not said it cannot.

    `replies_in_answer`: what people are answered leaves in the answer to their text. `obeys_stop`:
    it answers STOP, START and HELP itself, and holds back what would go to whoever said STOP.
    """

    calls: bool = False
    attachments: bool = False
    replies_in_answer: bool = False
    obeys_stop: bool = False


ACCOUNT = Abilities(calls=True, attachments=True, replies_in_answer=True, obeys_stop=True)
BARE = Abilities()
BY_KIND = {"twilio": ACCOUNT, "smsgate": BARE, "gammu": BARE}


def abilities(network: Network, name: str | None) -> Abilities:
    """Of the channel of this name; without one, of the account that the environment names."""
    channel = network.channel(name) or next(iter(network.channels), None)
    return ACCOUNT if channel is None else BY_KIND[channel.kind]


def account(network: Network) -> str | None:
    """What the channel is called that is the account which the environment names."""
    return next((it.name for it in network.channels if it.kind == "twilio"), None)


def makes_calls(network: Network) -> bool:
    """Whether any of its channels can call somebody."""
    return network.has_account


def channel_for(
    network: Network, phone: str, wrote_by: str | None, *, is_page: bool = False
) -> str | None:
    """The name of the channel by which a text to this number leaves. None where no channels are
    set: then there is the one account. `wrote_by`: where they wrote last. `is_page`: it asks them
    something, and the network may have said by which channel."""
    own = network.channel(wrote_by)
    by_prefix = _by_prefix(network, phone)
    wanted = (by_prefix, own) if is_page else (own, by_prefix)
    found = next((it for it in (*wanted, *network.channels) if it is not None), None)
    return found.name if found else None


def _by_prefix(network: Network, phone: str) -> ChannelSettings | None:
    """The channel with the longest prefix that the number has."""
    fits = [
        (len(prefix), it)
        for it in network.channels
        for prefix in it.prefixes
        if phone.startswith(prefix)
    ]
    return max(fits, key=lambda it: it[0], default=(0, None))[1]


def cannot(network: Network) -> list[str]:
    """A line for each thing that people would expect and the channels cannot do."""
    bare = [it.name for it in network.channels if BY_KIND[it.kind] == BARE]
    found = [
        f"{name} makes no calls and passes no pictures on; to STOP, START and HELP the hotline"
        " answers itself"
        for name in bare
    ]
    if bare and not makes_calls(network):
        urgent = [f"needs.{it.key}" for it in network.needs if it.urgent]
        asked = f": {', '.join(urgent)} {_are(urgent)} asked by text alone" if urgent else ""
        found.append(f"No channel makes calls{asked}. Who has a landline is not reached")
    return [*found, *_slow(network)]


def _are(some: Sequence[str]) -> str:
    return "is" if len(some) == 1 else "are"


def _slow(network: Network) -> Iterator[str]:
    """Channels by which not all of a wave can be asked before the next is due."""
    most, shortest = max(network.waves.sizes), network.waves.urgent_minutes
    at_once = room(network, {}, timedelta(minutes=shortest), urgent=True)
    for name, fit in at_once.items():
        bears = network.channel(name)
        if bears and bears.texts_a_minute and fit < most:
            yield (
                f"{name} takes {bears.texts_a_minute} in a minute: of a wave of {most} it asks"
                f" {fit} where it is urgent, for {shortest:g} minutes later the next is due"
            )
        if bears and (a_day := _pages_a_day(bears, urgent=False)) is not None:
            yield (
                f"{name} takes {bears.texts_a_day} in a day: after {a_day} it asks nobody until"
                " midnight but for what is urgent; the others are for answers"
            )


def takes_over(network: Network, name: str | None) -> str | None:
    """What takes over from a channel that is silent; None if nothing does."""
    channel = network.channel(name)
    other = network.channel(channel.fallback) if channel else None
    return other.name if other else None


def paced(network: Network) -> list[ChannelSettings]:
    """Those by which only so many texts may leave in a while."""
    return [it for it in network.channels if it.texts_a_minute or it.texts_a_day]


@dataclass(frozen=True, slots=True)
class Left:
    """How many texts left by a channel in the last minute, and since midnight."""

    in_a_minute: int
    today: int


@dataclass(frozen=True, slots=True)
class Turns:
    """What becomes of the texts that wait for one channel: these go now, these are tried again
    then, and for these the day is over."""

    now: tuple[int, ...] = ()
    later: tuple[tuple[int, datetime], ...] = ()
    tomorrow: tuple[int, ...] = ()


def turns(channel: ChannelSettings, waiting: Sequence[int], left: Left, now: datetime) -> Turns:
    """Whose turn it is, of texts by their ids, the most wanted first."""
    a_day = len(waiting) if channel.texts_a_day is None else channel.texts_a_day - left.today
    today, tomorrow = waiting[: max(0, a_day)], waiting[max(0, a_day) :]
    if channel.texts_a_minute is None:
        return Turns(tuple(today), (), tuple(tomorrow))
    free = max(0, channel.texts_a_minute - left.in_a_minute)
    apart = MINUTE / channel.texts_a_minute
    later = tuple(
        (number, now + apart * (place + 1 + _jitter(number)))
        for place, number in enumerate(today[free:])
    )
    return Turns(tuple(today[:free]), later, tuple(tomorrow))


LATEST = 0.5  # of a turn


def _jitter(number: int) -> float:
    """From 0 to LATEST, another for each text: a phone plan takes an even beat for a machine."""
    return number * 2654435761 % 1000 / 1000 * LATEST


# Waves.


KEPT_FOR_ANSWERS = 0.25  # of what a channel takes in a day
KEPT_FROM_URGENT = 0.1  # of the same: who asks for what is urgent, again and again, ends no talks


@dataclass(frozen=True, slots=True)
class Ahead:
    """What stands before a page at one channel: how many texts wait that leave before it, and how
    many left in the last minute and since midnight."""

    waits: int = 0
    left_in_a_minute: int = 0
    left_today: int = 0


NOBODY_AHEAD = Ahead()


def bounded(network: Network) -> list[ChannelSettings]:
    """Those that bear only so many pages at a time. Where another takes over when a day is full,
    the day bounds nothing."""
    return [it for it in network.channels if it.texts_a_minute or _ends_at(it)]


def _ends_at(channel: ChannelSettings) -> int | None:
    return None if channel.fallback else channel.texts_a_day


def room(
    network: Network, lines: Mapping[str, Ahead], length: timedelta, *, urgent: bool
) -> dict[str, int]:
    """How many pages each such channel bears before the next wave is due, which is `length` from
    now; of the others nothing is said. `urgent`: what the pages are about."""
    return {
        it.name: _bears(it, lines.get(it.name, NOBODY_AHEAD), length, urgent=urgent)
        for it in bounded(network)
    }


def _bears(channel: ChannelSettings, line: Ahead, length: timedelta, *, urgent: bool) -> int:
    bounds = (_soon(channel, line, length), _today(channel, line, urgent=urgent))
    return max(0, min(it for it in bounds if it is not None) - line.waits)


def _soon(channel: ChannelSettings, line: Ahead, length: timedelta) -> int | None:
    """Some leave at once and the others one by one, each up to half its turn late (`turns`)."""
    if channel.texts_a_minute is None:
        return None
    at_once = max(0, channel.texts_a_minute - line.left_in_a_minute)
    return at_once + int(channel.texts_a_minute * (length / MINUTE) - LATEST)


def _today(channel: ChannelSettings, line: Ahead, *, urgent: bool) -> int | None:
    a_day = _pages_a_day(channel, urgent=urgent)
    return None if a_day is None else a_day - line.left_today


def _pages_a_day(channel: ChannelSettings, *, urgent: bool) -> int | None:
    """After how many texts nobody is asked any more. What is left is for answers, and the most of
    it for what is urgent, too: who asks late in the day would read nothing before midnight."""
    a_day = _ends_at(channel)
    kept = KEPT_FROM_URGENT if urgent else KEPT_FOR_ANSWERS
    return None if a_day is None else a_day - int(a_day * kept)


def over_for_today(network: Network, lines: Mapping[str, Ahead], *, urgent: bool) -> set[str]:
    """The names of those that bear no page any more before midnight."""
    found: set[str] = set()
    for it in network.channels:
        left = _today(it, lines.get(it.name, NOBODY_AHEAD), urgent=urgent)
        if left is not None and left <= 0:
            found.add(it.name)
    return found


def who_fits(
    people: Sequence[int], leaves_by: Mapping[int, str | None], room: Mapping[str, int]
) -> list[int]:
    """Those of these people, the best first, for whose page their channel has room."""
    found: list[int] = []
    left = dict(room)
    for who in people:
        name = leaves_by[who]
        if name is None or left.get(name, 1) > 0:
            found.append(who)
        if name in left:
            left[name] -= 1
    return found
