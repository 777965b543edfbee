"""How many texts a second one worker brings to a carrier that takes 100 ms for each.

The texts wait, each for somebody else; the real clock rings for them and one real
worker sends them. The floor: 16 threads that post with one pooled session, and nothing else.
Both are measured at the carrier, from the first text that comes to the last that is answered.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from bench import carrier_stub, children, town
from bench.carrier_stub import CREATE, Taken
from bench.report import Figure, median
from bench.town import Place, Servers
from hotline.desk import telling
from hotline.notices import Told, notice
from hotline.store import people, roster

MILLISECONDS = 100
LEAST, ENOUGH = 0.7, 100.0  # of the floor; texts a second


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    runs, count = (1, 32) if quick else (3, 500)
    kinds = servers.kinds(quick=quick)
    ours: dict[str, list[float]] = {kind: [] for kind in kinds}
    cpu: dict[str, list[float]] = {kind: [] for kind in kinds}
    floor: list[float] = []
    for _ in range(runs):
        floor.append(_floor(count))
        for kind in kinds:
            rate, milliseconds = _ours(servers, kind, count)
            ours[kind].append(rate)
            cpu[kind].append(milliseconds)
    for kind in kinds:
        yield _judged(kind, ours[kind], floor, cpu[kind])


def _judged(kind: str, ours: list[float], floor: list[float], cpu: list[float]) -> Figure:
    rate, bare = median(ours), median(floor)
    return Figure(
        "sending",
        f"texts sent by one worker, {kind}",
        "texts/s",
        rate,
        bare,
        rate / bare,
        f"≥ {LEAST}; ≥ {ENOUGH:.0f}/s",
        rate / bare >= LEAST and rate >= ENOUGH,
        {"ours": ours, "floor": floor},
        {"cpu_ms_a_text": median(cpu)},
    )


def _ours(servers: Servers, kind: str, count: int) -> tuple[float, float]:
    """Texts a second, and the milliseconds that the worker computed for each."""
    with carrier_stub.running(MILLISECONDS) as carrier:
        place = servers.place(kind, carrier.address)
        with place.open() as database:
            town.fill_roster(database, count)
            database.write(lambda connection: _write_texts(connection, place))
        with place.worker(children.MEASURED) as worker:
            before = children.computed_by_family(worker)
            with place.process("clock", cores=children.OTHERS):
                taken = carrier.taken(0, count)
            computed = children.computed_by_family(worker) - before
        return _rate(taken), computed * 1000 / count


def _write_texts(connection: Connection, place: Place) -> None:
    phones = [it.phone for it in roster.roster(connection)]
    work = place.house.work(connection)
    told = notice(Told.NO_LONGER_NEEDED, number=12)
    for neighbor in people.known_or_new(connection, phones, work.now):
        telling.send(work, neighbor, told)


def _floor(count: int) -> float:
    with carrier_stub.running(MILLISECONDS) as carrier:
        command = ("bench.floors", "post", carrier.address + CREATE, count)
        with children.running(*command, cores=children.MEASURED):
            return _rate(carrier.taken(0, count))


def _rate(taken: list[Taken]) -> float:
    seconds = max(it.answered for it in taken) - min(it.arrived for it in taken)
    return len(taken) / seconds
