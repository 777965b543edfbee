"""The channels of a network: what brings texts, and who may tell us what came in by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.carriers.shape import TextCarrier
from hotline.desk import delivery
from hotline.inbound import Delivery, Origin, TextIn
from hotline.settings import ChannelSettings, Environment, Network
from hotline.work import Work
from sms import unanswerable
from sms.receiving import receive

CameIn = TextIn | Delivery


def take_in(work: Work, it: CameIn) -> None:
    """What somebody wrote, or what became of a text of ours."""
    match it:
        case Delivery():
            delivery.delivered(work, it)
        case TextIn(origin=Origin.PHONE):
            receive(work, it)
        case TextIn():
            unanswerable.keep(work, it)


def opened(environment: Environment, network: Network) -> dict[str, TextCarrier]:
    """What brings texts, by the names of the channels, but for the account that the environment
    names."""
    return {
        it.name: _OPENED[it.kind](environment, it) for it in network.channels if it.kind in _OPENED
    }


def _smsgate(environment: Environment, it: ChannelSettings) -> TextCarrier:
    from hotline.carriers.smsgate.client import SmsGate

    user, password = (environment.channel_secret(it.name, what) for what in ("USER", "PASSWORD"))
    return SmsGate(it.name, it.url or "", user, password, sim=it.sim, api=it.api)


_OPENED: Mapping[str, Callable[[Environment, ChannelSettings], TextCarrier]] = {"smsgate": _smsgate}


@dataclass(frozen=True, slots=True)
class Door:
    """Where one channel tells us what came in. `is_genuine`: of a body with these headers, at this
    moment. `read`: what it says, None for what is nothing to us; raises BadForm."""

    is_genuine: Callable[[bytes, Mapping[str, str], datetime], bool]
    read: Callable[[bytes, str], CameIn | None]


def doors(environment: Environment, network: Network) -> dict[str, Door]:
    """By the names of the channels that post to us."""
    return {it.name: _door(environment, it) for it in network.channels if it.kind == "smsgate"}


def _door(environment: Environment, it: ChannelSettings) -> Door:
    from hotline.carriers.smsgate import events, signature

    key = environment.channel_secret(it.name, "SIGNING_KEY")

    def is_genuine(body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        return signature.is_genuine(key, body, headers, now)

    def read(body: bytes, country: str) -> CameIn | None:
        found = events.read(body, it.name, country)
        return found if isinstance(found, CameIn) else None

    return Door(is_genuine, read)
