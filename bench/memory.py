"""How much memory a whole hotline takes: `hotline up`, and web, worker and clock by themselves.

The sum of what proc(5) calls Pss, in which memory that several processes share counts once. Each
has done its part before: a text came in, volunteers were asked. The floor is the same number of
processes that only import their libraries.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

from bench import carrier_stub, children, first_page, town
from bench.report import Figure
from bench.texts import People, http_request
from bench.town import Servers

MOST = 250.0  # MB for `hotline up`
CLOCK = ("sqlalchemy", "pydantic_settings", "phonenumbers", "babel", "redis", "rq")
WORKER = (*CLOCK, "twilio.rest", "requests")
WEB = (
    *CLOCK,
    *("uvicorn", "uvloop", "httptools", "starlette.applications"),
    *("twilio.request_validator", "twilio.twiml.messaging_response"),
)
SETTLED = 2.0  # seconds after its last work


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    if not Path("/proc/self/smaps_rollup").exists():
        return
    runs = 1 if quick else 3
    settled = 0.1 if quick else SETTLED
    everything = [_up(servers, number, settled) for number in range(runs)]
    bare = [_imports([(*WEB, *WORKER, *CLOCK)]) for _ in range(runs)]
    yield _judged("memory of `make up`, Redis included", everything, bare, MOST)
    apart = [_three(servers, settled) for _ in range(runs)]
    bare = [_imports([WEB, WORKER, CLOCK]) for _ in range(runs)]
    yield _judged("memory of web, worker and clock", apart, bare, None)


def _judged(what: str, ours: list[float], floor: list[float], most: float | None) -> Figure:
    middle, bare = sorted(ours)[len(ours) // 2], sorted(floor)[len(floor) // 2]
    return Figure(
        "memory",
        what,
        "MB",
        middle,
        bare,
        middle / bare,
        f"≤ {most:.0f} MB" if most else "",
        middle <= most if most else None,
        {"ours": ours, "floor": floor},
    )


def _up(servers: Servers, number: int, settled: float) -> float:
    port = children.free_port()
    address = f"http://127.0.0.1:{port}"
    home = servers.folder / f"up-{number}"
    home.mkdir()
    command = ("hotline", "up", "--port", port, "--data", home / "data")
    with children.running(
        *command, environment={"HOME": str(home)}, folder=home, cores=children.EVERY_CORE
    ) as process:
        children.until(lambda: _is_ready(address), "`hotline up` is ready")
        _text_in_rehearsal(port)
        time.sleep(settled)
        return megabytes(children.family(process.pid))


def _is_ready(address: str) -> bool:
    with suppress(OSError), urlopen(f"{address}/ready", timeout=5) as answer:  # noqa: S310 - our own
        return bool(answer.status == 200)
    return False


def _text_in_rehearsal(port: int) -> None:
    wish = json.dumps({"from": "+12125550140", "body": "need groceries near 11216"})
    http = HTTPConnection("127.0.0.1", port, timeout=30)
    http.request("POST", "/rehearsal/texts", wish, {"Content-Type": "application/json"})
    answer = http.getresponse()
    answer.read()
    http.close()
    if answer.status >= 400:
        raise RuntimeError(f"the rehearsal answered {answer.status}")


def _three(servers: Servers, settled: float) -> float:
    with ExitStack() as stack:
        carrier = stack.enter_context(carrier_stub.running(0))
        place = servers.place("SQLite", carrier.address)
        with place.open() as database:
            town.fill_roster(database, 100, hours=False)
        web = stack.enter_context(place.web())
        processes = [web.process, stack.enter_context(place.worker())]
        processes.append(stack.enter_context(place.process("clock")))
        http = HTTPConnection("127.0.0.1", web.port)
        http.connect()
        http.sock.sendall(http_request(People().request()))
        carrier.taken(0, first_page.WAVE)
        http.close()
        time.sleep(settled)
        return megabytes(pid for it in processes for pid in children.family(it.pid))


def _imports(each: list[tuple[str, ...]]) -> float:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(children.running("bench.imports", *modules, stdout=subprocess.PIPE))
            for modules in each
        ]
        for process in processes:
            if process.stdout is None or process.stdout.readline() != b"imported\n":
                raise RuntimeError("a library could not be imported")
        return megabytes(process.pid for process in processes)


def megabytes(pids: Iterable[int]) -> float:
    return sum(map(_proportional_kilobytes, pids)) / 1000


def _proportional_kilobytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
