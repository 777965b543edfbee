"""The whole program and the rehearsal carrier in one process, with time moved by hand.

Everything is real but the carrier, and that is a server on the wire: HTTP, signatures, SQL,
Redis, RQ. `settle` lets everything happen that can happen now; `pass_time` goes from one due
moment to the next.

Calls: `call`, `answer`, `decline`, `press`, `say`, `silence`, `hang_up`, each settled when it
returns; `heard` is what somebody heard since they last did one of these, the words of
recordings too; `ringing`, whose phones ring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from published import watch
from serving import serve
from sqlalchemy import Connection, func, select
from starlette.types import ASGIApp

from hotline import roster_file, settings
from hotline.carrier import Carrier
from hotline.house import furnish
from hotline.settings import Environment, Network, Settings
from hotline.store import store, tables, volunteers
from hotline.store.database import Database
from hotline.web.app import Hotline
from ivr.calling import lost
from paging import clock, dispatch, jobs
from rehearsal import carrier
from rehearsal.neighborhood import transcripts_toml
from rehearsal.neighborhood.scene import CAST, MONDAY

NAMES = {phone: name for name, phone in CAST.items()}
NUMBER = "+12125550199"
ACCOUNT = "AC" + "1" * 32
TOKEN = "the-token-of-the-tests"

NETWORK = transcripts_toml()

LONGEST_RING = 600.0  # seconds
LONGEST_TALK = 14_400.0

NOON = MONDAY


class HandClock:
    def __init__(self, now: datetime = NOON) -> None:
        self.moment = now

    def __call__(self) -> datetime:
        return self.moment


@dataclass(frozen=True)
class Got:
    """A text that reached somebody's phone."""

    who: str
    body: str
    error: int | None


def make_settings(address: str, database_url: str, redis_url: str, network: Network) -> Settings:
    environment: Environment = settings.load(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "PUBLIC_URL": address,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": address,
            "HOTLINE_NUMBER": NUMBER,
        }
    ).environment
    return Settings(environment, network)


class Neighborhood:
    def __init__(
        self,
        address: str,
        hotline: Hotline,
        workshop: jobs.Workshop,
        now: HandClock,
        worker: dispatch.PagingWorker,
        cast: Mapping[str, str] = CAST,
    ) -> None:
        self.address = address
        self._cast = cast
        self._names = {phone: name for name, phone in cast.items()}
        self.hotline = hotline
        self.now = now
        self.database = workshop.database
        self._bell = workshop.bell
        self._worker = worker
        (self._queue,) = worker.queues
        self._http = httpx2.Client(base_url=address, timeout=30, trust_env=False)
        self._seen = 0
        self._calls: dict[str, str] = {}  # the sid of the call that somebody is in, or was
        self._heard: dict[str, int] = {}  # by sid, the last sound before the last deed
        self._last_in_call = ""

    def close(self) -> None:
        self._http.close()

    def number(self, who: str) -> str:
        return self._cast.get(who, who)

    # Deeds.

    def put_on_roster(self, *people: dict[str, str]) -> None:
        entries = [roster_file.entry(fields, self.hotline.house.network) for fields in people]
        now = self.now()
        self.database.write(lambda c: volunteers.put_on_roster(c, entries, now))

    def text(self, who: str, body: str, **more: Any) -> dict[str, Any]:
        """Somebody texts the hotline; what follows at once has happened when this returns."""
        answer = self._post("texts", {"from": self.number(who), "body": body, **more})
        self.settle()
        return answer

    def phone(self, who: str, state: str | None = None, **more: Any) -> None:
        """What it is, what it does when it is called (`calls`), and whether it is `opted_out`."""
        wish = more | ({"state": state} if state else {})
        self._http.put(f"/rehearsal/phones/{self._cast[who]}", json=wish).raise_for_status()

    def trouble(self, kind: str, **more: Any) -> None:
        self._post("trouble", {"kind": kind, **more})

    def end_trouble(self) -> None:
        self._http.delete("/rehearsal/trouble").raise_for_status()

    # Calls.

    def call(self, who: str, *, is_hidden: bool = False) -> dict[str, Any]:
        """Somebody calls the hotline: the call, as the rehearsal's control addresses show it."""
        number = "anonymous" if is_hidden else self.number(who)
        return self._in_call(who, self._post("calls", {"from": number}))

    def answer(self, who: str) -> dict[str, Any]:
        return self._in_call(who, self._do(self._ringing(who), "answer"))

    def decline(self, who: str) -> dict[str, Any]:
        return self._do(self._ringing(who), "decline")

    def press(self, who: str, keys: str) -> dict[str, Any]:
        return self._do(self.call_of(who), "press", keys=keys)

    def say(self, who: str, words: str) -> dict[str, Any]:
        return self._do(self.call_of(who), "say", words=words)

    def hang_up(self, who: str) -> dict[str, Any]:
        return self._do(self.call_of(who), "hang_up")

    def silence(self, seconds: float | None = None, who: str = "") -> dict[str, Any]:
        """Nobody says a word, in the call of whoever called or answered last: so long, or until
        it goes on by itself."""
        call = self.call_of(who or self._last_in_call)
        return self._do(call, "wait", seconds=seconds or call["due_in"])

    def never_answer(self, who: str) -> dict[str, Any]:
        """The phone rings until it stops."""
        return self._do(self._ringing(who), "wait", seconds=LONGEST_RING)

    def heard(self, who: str) -> str:
        """What they heard since they last did something, all in one; also what a machine did."""
        call = self._last_call(who)
        if call is None:
            return ""
        since = self._heard.get(call["sid"], 0)
        sounds = [it for it in call["heard"] if it["at"] > since and it["kind"] != "pause"]
        return " ".join(self._words_of(call, it) or it["kind"] for it in sounds)

    def _words_of(self, call: dict[str, Any], sound: dict[str, Any]) -> str:
        """Of a recording that is played, what was said in it."""
        words: str = sound["words"]
        if sound["kind"] != "play":
            return words
        found = self._post(f"calls/{call['sid']}/listen", {"at": sound["at"]})
        assert found["status"] == 200, f"nothing can be played from {words}"
        return found["words"] or words

    def ringing(self) -> dict[str, str]:
        """Whose phones ring, by the sid of the call."""
        rings = [it for it in self.calls() if it["waits_for"] == "answer"]
        return {it["sid"]: self._names.get(it["phone"], it["phone"]) for it in rings}

    def calls(self) -> list[dict[str, Any]]:
        """Every call there was, the oldest first."""
        found: list[dict[str, Any]] = self._http.get("/rehearsal/calls").json()["calls"]
        return found

    def call_of(self, who: str) -> dict[str, Any]:
        """The last call that somebody was in."""
        call = self._last_call(who)
        assert call is not None, f"{who} was never in a call"
        return call

    def _last_call(self, who: str) -> dict[str, Any] | None:
        number, sid = self.number(who), self._calls.get(who)
        theirs = [it for it in self.calls() if it["sid"] == sid or it["phone"] == number]
        return theirs[-1] if theirs else None

    def _in_call(self, who: str, seen: dict[str, Any]) -> dict[str, Any]:
        self._calls[who], self._last_in_call = seen["sid"], who
        self.settle()
        return seen

    def _ringing(self, who: str) -> dict[str, Any]:
        call = self.call_of(who)
        assert call["waits_for"] == "answer", f"{who}'s phone does not ring"
        return call

    def _do(self, call: dict[str, Any], deed: str, **wish: Any) -> dict[str, Any]:
        self._heard[call["sid"]] = max((it["at"] for it in call["heard"]), default=0)
        seen = self._post(f"calls/{call['sid']}/{deed}", wish)
        self.settle()
        return seen

    # Time.

    def settle(self) -> None:
        """Let everything happen that can happen now."""
        while True:
            self.hotline.ringer.settle()
            self._http.get("/rehearsal/idle", params={"wait": 30}).raise_for_status()
            self.hotline.ringer.settle()
            if self._queue.is_empty():
                return
            self._worker.work(burst=True, logging_level="ERROR")

    def tick(self) -> None:
        clock.tick(self.database, self._bell, self.now())
        self.settle()

    def pass_time(self, length: timedelta) -> None:
        """Everything that falls due on the way happens when it is due, in calls as well."""
        until = self.now() + length
        while (moment := self._next_moment()) and moment < until:
            self._go_to(moment)
        self._go_to(until)

    def _go_to(self, moment: datetime) -> None:
        seconds = min((moment - self.now()).total_seconds(), LONGEST_TALK)
        live = [it for it in self.calls() if it["waits_for"] and not it["parent"]]
        for call in live if seconds > 0 else ():
            self._post(f"calls/{call['sid']}/wait", {"seconds": seconds})
        self.now.moment = moment
        self.tick()

    def _next_moment(self) -> datetime | None:
        due = self.database.read(_next_due)
        # What stays due is rung for again only after a while.
        return max(due, self.now() + timedelta(seconds=3)) if due else None

    def pass_until(self, hour: int, minute: int = 0) -> None:
        """To the next time that clocks in the neighborhood show this."""
        zone = self.hotline.house.network.zone
        local = self.now().astimezone(zone)
        then = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if then <= local:
            then += timedelta(days=1)
        self.pass_time(then.astimezone(UTC) - self.now())

    # What is seen.

    def received(self) -> list[Got]:
        """What reached phones since this was asked last, but for the carrier's own replies."""
        found = self._http.get("/rehearsal/texts", params={"after": self._seen}).json()
        self._seen = found["last"]
        return [
            Got(self._names.get(it["phone"], it["phone"]), it["body"], it["error"])
            for it in found["texts"]
            if it["direction"] == "to_phone"
            and it["by"] != "carrier"
            and it["status"] in ("sent", "delivered")
        ]

    def requests(self) -> list[Any]:
        return self.database.read(lambda c: store.all_requests(c, only_open=False))

    def _post(self, path: str, wish: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(f"/rehearsal/{path}", json=wish)
        assert answer.status_code != 400, answer.json()["error"]
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def _next_due(connection: Connection) -> datetime | None:
    """The next moment at which something is to be done."""
    request, outbox = tables.request.c, tables.outbox.c
    asks = select(func.min(request.ring_at, type_=tables.Moment))
    texts = select(func.min(outbox.due, type_=tables.Moment))
    erasures = select(func.min(tables.erasure.c.due, type_=tables.Moment))
    moments = [connection.execute(query).scalar() for query in (asks, texts, erasures)]
    return min((moment for moment in moments if moment), default=None)


@contextmanager
def open_neighborhood(
    database_url: str,
    redis_url: str,
    network: str = NETWORK,
    now: datetime = NOON,
    cast: Mapping[str, str] = CAST,
    *,
    watched: bool = True,
) -> Iterator[Neighborhood]:
    """`watched`: what the carrier is asked and answers keeps to its published description."""
    by_hand = HandClock(now)
    built: list[Hotline] = []
    mistakes: list[str] = []

    def build(address: str) -> ASGIApp:
        of = make_settings(
            address, database_url, redis_url, settings.read_network(network, "hotline.toml")
        )
        line = carrier.Line(
            ACCOUNT,
            TOKEN,
            NUMBER,
            sms_url=f"{address}/sms",
            voice_url=f"{address}/voice",
            voice_status_url=f"{address}/voice/status",
            api_url=address,
        )
        people = [carrier.Person(phone, name) for name, phone in cast.items()]
        front = watch(carrier.build(line, now=by_hand, cast=people), mistakes)
        built.append(Hotline(of, by_hand, front))
        return built[0].app

    with ExitStack() as stack:
        address = stack.enter_context(serve(build=build))
        (hotline,) = built
        of = make_settings(address, database_url, redis_url, hotline.house.network)
        database = Database(of.environment.sqlalchemy_url)
        stack.callback(database.close)
        bell = dispatch.Bell(redis_url)
        stack.callback(bell.close)
        shop = jobs.Workshop(
            furnish(of.network, by_hand), database, Carrier(of.environment), bell, lost
        )
        jobs.open_workshop(shop)
        worker = dispatch.worker(redis_url)
        stack.callback(worker.connection.close)
        neighborhood = Neighborhood(address, hotline, shop, by_hand, worker, cast)
        stack.callback(neighborhood.close)
        yield neighborhood
    assert not watched or mistakes == [], (
        "the published description of the carrier's API says otherwise"
    )
