"""The channels of a network: what brings texts, and who may tell us what came in by them."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.carriers.gammu import spool
from hotline.carriers.shape import CameIn, Letterbox, OwnCarrier
from hotline.desk import delivery
from hotline.doctor.channels import is_running_down
from hotline.errors import CarrierError, Refused, describe
from hotline.inbound import Delivery, Origin, Ping, TextIn
from hotline.settings import ChannelSettings, Environment, Network
from hotline.store import messages, vitals
from hotline.work import Work
from sms import unanswerable
from sms.receiving import receive

if TYPE_CHECKING:
    from hotline.carriers.smsgate.client import SmsGate

log = logging.getLogger("hotline.channels")

SOON, LATER = 2.0, 300.0  # seconds until a phone is told where to post, and tried again


def take_in(work: Work, it: CameIn, ours: Mapping[str, OwnCarrier]) -> None:
    """What somebody wrote, what became of a text of ours, or how a phone is. `ours`: the phones and
    modems, by their channels."""
    match it:
        case Ping():
            pass
        case Delivery():
            if _is_of_this_database(work, it, ours):
                delivery.delivered(work, it)
        case TextIn(origin=Origin.PHONE):
            receive(work, it)
        case TextIn():
            unanswerable.keep(work, it)


def _is_of_this_database(work: Work, it: Delivery, ours: Mapping[str, OwnCarrier]) -> bool:
    """Whether it tells of the text that has this number here. A phone still has those of a database
    before this one, in which another had it."""
    carrier = ours.get(it.sid.partition(":")[0])
    of = next(iter(messages.outbound(work.connection, [it.message_id])), None)
    if carrier is None or of is None or not of.body:  # of what is deleted its row knows the name
        return True
    try:
        named = carrier.name_of(of.phone, of.body, of.id, written_at=of.written_at)
    except CarrierError:
        return False
    return named == it.sid


def told(work: Work, door: Door, it: CameIn) -> None:
    """A phone told us this: so it is there, whatever it is."""
    name = door.name
    vitals.heard_of(work.connection, name, work.now)
    if isinstance(it, Ping):
        is_empty = is_running_down(it.battery, it.is_charging)
        vitals.pinged(work.connection, name, work.now, is_running_down=is_empty)
    take_in(work, it, {name: door.carrier})


def opened(environment: Environment, network: Network) -> dict[str, OwnCarrier]:
    """What brings texts, by the names of the channels, but for the account that the environment
    names."""
    return {
        it.name: _OPENED[it.kind](environment, it) for it in network.channels if it.kind in _OPENED
    }


def smsgate(environment: Environment, it: ChannelSettings) -> SmsGate:
    from hotline.carriers.smsgate.client import SmsGate

    user, password = (environment.channel_secret(it.name, what) for what in ("USER", "PASSWORD"))
    return SmsGate(
        *(it.name, it.url or "", user, password),
        prefix=_prefix(environment, it),
        sim=it.sim,
        api=it.api,
    )


def _prefix(environment: Environment, it: ChannelSettings) -> str:
    """What our ids at a phone begin with, that no other hotline and channel has."""
    return hashlib.sha256(told_at(environment, it).encode()).hexdigest()[:8]


def _gammu(_environment: Environment, it: ChannelSettings) -> OwnCarrier:
    from hotline.carriers.gammu.client import Gammu

    return Gammu(it.name, Path(it.folder or ""))


_OPENED: Mapping[str, Callable[[Environment, ChannelSettings], OwnCarrier]] = {
    "smsgate": smsgate,
    "gammu": _gammu,
}


def letterboxes(network: Network) -> list[Letterbox]:
    """Of the channels that post nothing, in their order."""
    modems = [it for it in network.channels if it.kind == "gammu"]
    return [_Spool(Path(it.folder or ""), it.name, network.country) for it in modems]


class _Spool:
    """The folders of a modem's daemon."""

    def __init__(self, folder: Path, name: str, country: str) -> None:
        self._folder, self._name, self._country = folder, name, country
        try:
            spool.prepare(folder)
        except OSError as error:
            log.error("the folders of channel %s cannot be made: %s", name, error.strerror)

    def has_news(self) -> bool:
        return spool.has_news(self._folder)

    def news(self, now: datetime) -> list[tuple[Any, CameIn]]:
        """By this machine's clock, as the files are, whatever the network's is in a rehearsal."""
        del now
        moment = datetime.now(UTC)
        came = spool.arrived(self._folder, self._name, self._country, moment)
        became = spool.became(self._folder, self._name, moment)
        return [*((it, replace(text, carrier=self._name)) for it, text in came), *became]

    def done(self, it: Any) -> None:
        spool.done(it)


def tell_us_at(phone: SmsGate, url: str) -> None:
    """What comes in, and becomes of texts of ours, is posted there from now on. Done again it
    changes nothing. Raises CarrierError."""
    from hotline.carriers.smsgate.events import EVENTS

    for event in EVENTS:
        try:
            phone.register(url, event)
        except Refused:  # older versions of the app know nothing of pictures and pings
            if event.startswith("sms:"):
                raise


def told_at(environment: Environment, it: ChannelSettings) -> str:
    """Where a phone tells us what came in."""
    return f"{environment.public_url}/channels/{it.name}"


class Registrar:
    """Tells phones of ours where to post, beside whatever else goes on: one that is away is told
    when it comes back."""

    def __init__(self, environment: Environment, network: Network) -> None:
        some = [it for it in network.channels if it.kind == "smsgate"]
        self._left = {told_at(environment, it): it for it in some}
        self._environment = environment
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registrar", daemon=True)

    def start(self) -> None:
        if self._left:
            self._thread.start()

    def close(self) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def tell(self) -> None:
        """Once each of those that were not told yet. Two may do this at once: a phone that is told
        twice is no worse for it."""
        for url, it in list(self._left.items()):
            try:
                tell_us_at(smsgate(self._environment, it), url)
            except CarrierError as error:
                log.info("channel %s was not told where to post: %s", it.name, describe(error))
            else:
                self._left.pop(url, None)

    def _run(self) -> None:
        pause = SOON
        while self._left and not self._is_over.wait(pause):
            self.tell()
            pause = min(2 * pause, LATER)


@dataclass(frozen=True, slots=True)
class Door:
    """Where the channel of this name tells us what came in. `is_genuine`: of a body with these
    headers, at this moment. `read`: what it says, None for what is nothing to us; raises
    BadForm."""

    name: str
    carrier: OwnCarrier
    is_genuine: Callable[[bytes, Mapping[str, str], datetime], bool]
    read: Callable[[bytes, str], CameIn | None]


def doors(environment: Environment, network: Network) -> dict[str, Door]:
    """By the names of the channels that post to us."""
    return {it.name: _door(environment, it) for it in network.channels if it.kind == "smsgate"}


def _door(environment: Environment, it: ChannelSettings) -> Door:
    from hotline.carriers.smsgate import events, signature

    phones = signature.PhoneSignatures([environment.channel_secret(it.name, "SIGNING_KEY")])
    prefix = _prefix(environment, it)

    def is_genuine(body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        moment, signed = (
            headers.get(name, "")
            for name in (signature.TIMESTAMP_HEADER, signature.SIGNATURE_HEADER)
        )
        return phones.is_genuine(body, moment, signed, now)

    def read(body: bytes, country: str) -> CameIn | None:
        match events.read(body, it.name, prefix, country, sim=it.sim):
            case TextIn() as text:
                return replace(text, carrier=it.name)
            case other:
                return other

    return Door(it.name, smsgate(environment, it), is_genuine, read)
