"""`/metrics`: what Prometheus reads, and who may read it.

What is true of the whole is read in SQL when somebody asks, so that it outlives every process and
is the same whichever web is asked; what is in no row is counted (`carrier_times`). Every label's
values are words of ours from lists that are closed: no number, no name, no need and no area is
among them.
"""

from __future__ import annotations

import hmac
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from prometheus_client.core import (
    CollectorRegistry,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.utils import floatToGoString
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from hotline.desk import budget
from hotline.health import Vital
from hotline.reserve import Pot
from hotline.settings import Environment
from hotline.store import readings
from hotline.store.database import Database
from hotline.store.readings import Readings
from hotline.work import House
from serving import carrier_times
from serving.beginning import version_of_program
from serving.health import Lately

READ_FOR = 5.0  # seconds for which what was read is taken for what is
MINUTE_AND_MORE = (60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14400.0, 43200.0)
UNTIL_PAGE = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, *MINUTE_AND_MORE)
UNTIL_YES = (10.0, 30.0, *MINUTE_AND_MORE)

Parts = Mapping[str, Vital]


# Who may read.


@dataclass(frozen=True, slots=True)
class ReadersDoor:
    """A token opens it, and so does an address in one of the networks that came by no proxy: behind
    one everybody has the proxy's address."""

    token: str
    networks: Sequence[IPv4Network | IPv6Network]

    def lets_in(self, authorization: str, peer: str, *, is_forwarded: bool) -> bool:
        """`authorization`: the header; `peer`: the address at the other end of the connection."""
        return self._has_token(authorization) or (not is_forwarded and self._is_near(peer))

    def _has_token(self, authorization: str) -> bool:
        """Compared in a time that tells nothing of how much of it is right."""
        scheme, _, given = authorization.partition(" ")
        is_right = hmac.compare_digest(given.strip().encode(), self.token.encode())
        return bool(self.token) and scheme.lower() == "bearer" and is_right

    def _is_near(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in it for it in self.networks)


def door(environment: Environment) -> ReadersDoor:
    token = environment.hotline_metrics_token
    return ReadersDoor(token.get_secret_value() if token else "", environment.metrics_networks)


FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")  # headers that proxies add


# What they read.


class Metrics:
    """Of one web process, and with it of the whole."""

    def __init__(
        self,
        house: House,
        database: Database,
        parts: Callable[[], Parts],
        environment: Environment,
    ) -> None:
        self._house = house
        self._database = database
        self._parts = parts
        self._door = door(environment)
        self._folder = environment.metrics_folder
        self._found = Lately(self._look, READ_FOR)

    def lets_in(self, request: Request) -> bool:
        return self._door.lets_in(
            request.headers.get("authorization", ""),
            request.client.host if request.client else "",
            is_forwarded=any(it in request.headers for it in FORWARDED),
        )

    def exposed(self, accepted: str) -> tuple[bytes, str]:
        """What is read, and its content type: of the two formats the one that is asked for."""
        registry = CollectorRegistry()
        registry.register(_Found([*self._found(), *self._counted()]))
        encode, media_type = choose_encoder(accepted)
        return encode(registry), media_type

    def _look(self) -> list[Metric]:
        """Without the database, what is known without it."""
        try:
            read, spent = self._database.read(self._read)
        except SQLAlchemyError:
            return list(_known_anyway(self._parts()))
        of_a_day = self._house.network.limits.segments_a_day
        return [*_known_anyway(self._parts()), *_of_readings(read), *_of_budget(spent, of_a_day)]

    def _read(self, connection: Connection) -> tuple[Readings, dict[Pot, int]]:
        work = self._house.work(connection)
        return readings.read(connection, work.now), budget.spent_today(work)

    def _counted(self) -> list[Metric]:
        return carrier_times.read(self._folder) if self._folder else []


class _Found:
    """As the library takes it."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _known_anyway(parts: Parts) -> Iterator[Metric]:
    yield _gauge(
        "hotline_build_info",
        "Which version this is.",
        "version",
        {version_of_program(): 1},
    )
    yield _gauge(
        "hotline_part_well",
        "Whether a part does its work, as /health/deep has it: 1, or 0.",
        "part",
        {name: it.well for name, it in parts.items()},
    )


def _of_readings(read: Readings) -> Iterator[Metric]:
    yield _gauge("hotline_requests", "Requests that are open or taken now.", "state", read.live)
    yield _gauge(
        "hotline_requests_last_day",
        "Requests of the last 24 hours, by how they stand now.",
        "state",
        read.of_day,
    )
    yield _histogram(
        "hotline_first_page_seconds",
        "Seconds from asking until the first neighbor was asked, of the newest of the last 24"
        " hours. In quiet hours that is in the morning.",
        read.first_pages,
        UNTIL_PAGE,
    )
    yield _histogram(
        "hotline_first_yes_seconds",
        "Seconds from asking until the first YES, of the newest of the last 24 hours.",
        read.first_answers,
        UNTIL_YES,
    )
    yield _gauge(
        "hotline_queue_age_seconds",
        "By how much the oldest request, and the oldest text, are late; 0 if none is.",
        "queue",
        read.late,
    )
    yield from _of_texts(read)


def _of_texts(read: Readings) -> Iterator[Metric]:
    sent = read.sent
    yield _gauge(
        "hotline_texts_last_hour",
        "Texts that left in the last hour, by what became of them until now.",
        "outcome",
        {"arrived": sent.arrived, "on_the_way": sent.on_the_way, "lost": sent.lost},
    )
    yield _gauge(
        "hotline_texts_lost_last_hour",
        "Texts and calls of the last hour that did not arrive, or not at once, by cause.",
        "cause",
        {cause.value: count for cause, count in read.lost.items()},
    )
    yield _gauge(
        "hotline_texts_held",
        "Texts that wait: for midnight, as the day's segments are used; or for our account.",
        "until",
        {"midnight": sent.waits_for_tomorrow, "account_is_mended": sent.held},
    )


def _of_budget(spent: Mapping[Pot, int], of_a_day: int) -> Iterator[Metric]:
    yield _gauge(
        "hotline_segments_spent_today",
        "Segments that left since midnight, by what for.",
        "pot",
        {pot.value: count for pot, count in spent.items()},
    )
    yield GaugeMetricFamily(
        "hotline_segments_a_day", "How many may leave in a day: segments_a_day.", value=of_a_day
    )


def _gauge(name: str, said: str, label: str, values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=[label])
    for value, count in values.items():
        family.add_metric([str(value)], float(count))
    return family


def _histogram(name: str, said: str, seconds: Sequence[float], ends: Sequence[float]) -> Metric:
    """How many took at most so long, for each of the `ends`. It is of a window that moves, so each
    may become less again: a gauge of its kind."""
    counts = [0] * (len(ends) + 1)
    for it in seconds:
        counts[bisect_left(ends, it)] += 1
    names = [floatToGoString(it) for it in (*ends, float("inf"))]
    sums = [sum(counts[: place + 1]) for place in range(len(counts))]
    buckets = list(zip(names, sums, strict=True))
    return GaugeHistogramMetricFamily(name, said, buckets=buckets, gsum_value=sum(seconds))
