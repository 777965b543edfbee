"""The whole program and the rehearsal carrier in one process, with time moved by hand.

Everything is real but the carrier, and that is a server on the wire: HTTP, signatures, SQL,
Redis, RQ. `settle` lets everything happen that can happen now; `pass_time` goes from one due
moment to the next.

Calls: `call`, `answer`, `decline`, `press`, `say`, `silence`, `hang_up`, each settled when it
returns; `heard` is what somebody heard since they last did one of these, the words of
recordings too; `ringing`, whose phones ring.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from published import watch
from served import serve
from servers import KEYS
from starlette.types import ASGIApp

from hotline import roster_file, settings
from hotline.carriers.twilio.client import Carrier
from hotline.settings import Environment, Network, Settings
from hotline.store import overview, people, requests, roster
from hotline.store.database import Database
from hotline.work import furnish
from ivr.calling import lost
from paging import clock, dispatch, jobs
from rehearsal import carrier
from rehearsal.carrier import SmsGatePhone
from rehearsal.leap import moment_of
from rehearsal.meanwhile import (
    CarrierIs,
    CarrierIsWell,
    Happening,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    TimeIs,
    TimePasses,
)
from rehearsal.messages import Text
from rehearsal.neighborhood import transcripts_toml
from rehearsal.neighborhood.scene import CAST, MONDAY
from rehearsal.playing import Hands, Seen
from rehearsal.transcript import Answers, Calls, Declines, HangsUp, InCall, Presses, Speaks
from rehearsal.twiml import LONGEST_TALK
from rehearsal.variants import VARIANTS
from rehearsal.webhooks import certificates
from serving import channels as serving_channels
from serving.app import Hotline

Found = TypeVar("Found")

NAMES = {phone: name for name, phone in CAST.items()}
NUMBER = "+12125550199"
ACCOUNT = "AC" + "1" * 32
TOKEN = "the-token-of-the-tests"
SIGNING_KEY = "the-signing-key-of-the-tests"

NETWORK = transcripts_toml()

NOON = MONDAY


def _run(deed: Coroutine[Any, Any, Found]) -> Found:
    """Also where a browser is driven, which has a loop of its own running in this thread."""
    if not _is_loop_running():
        return asyncio.run(deed)
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, deed).result()


def _is_loop_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


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


PHONES = {
    name: SmsGatePhone(name, (number,), "sms", f"password-of-{name}", f"signing-key-of-{name}")
    for name, number in (("sim1", "+12125550181"), ("sim2", "+12125550182"))
}
"""Old phones that can bring the texts of a neighborhood; `channels` may name them."""


def channels_toml(address: str, *names: str, **more: object) -> str:
    """`[[channels]]` of these phones, each taken over by the next; `account` is the account.
    `more`: settings of the first; a modem's folder is one of them."""
    written = ""
    for place, name in enumerate(names):
        facts: dict[str, object] = {"name": name, "kind": "twilio"}
        if name.startswith("modem"):
            facts |= {"kind": "gammu", "number": f"+1212555019{name[-1]}"}
        if name in PHONES:
            facts |= {"kind": "smsgate", "number": PHONES[name].numbers[0]}
            facts["url"] = f"{address}/smsgate/{name}"
        if place + 1 < len(names):
            facts["fallback"] = names[place + 1]
        facts |= more if place == 0 else {}
        written += "\n[[channels]]\n" + "".join(f"{it} = {json.dumps(facts[it])}\n" for it in facts)
    return written


def make_settings(
    address: str,
    database_url: str,
    redis_url: str,
    network: Network,
    file: Path | None = None,
    dialect: str = "twilio",
) -> Settings:
    opened = {
        f"CHANNEL_{it.name.upper()}_{what}": value
        for it in PHONES.values()
        for what, value in (
            ("USER", it.user),
            ("PASSWORD", it.password),
            ("SIGNING_KEY", it.signing_key),
        )
    }
    environment: Environment = settings.load(
        {
            **opened,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "PUBLIC_URL": address,
            "HOTLINE_KEYS": KEYS,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": address + VARIANTS[dialect].prefix,
            "TWILIO_DIALECT": dialect,
            "TWILIO_SIGNING_KEY": SIGNING_KEY,
            "HOTLINE_NUMBER": NUMBER,
        }
    ).environment
    return Settings(environment, network, file)


class Neighborhood:
    def __init__(
        self,
        address: str,
        hotline: Hotline,
        tools: jobs.Tools,
        now: HandClock,
        worker: dispatch.PagingWorker,
        cast: Mapping[str, str] = CAST,
    ) -> None:
        self.address = address
        self.hands = Hands(OverHttp(self), cast)
        self.hotline = hotline
        self.now = now
        self.database = tools.database
        self._jobs = tools.queue
        self._letterboxes = tools.letterboxes
        self._worker = worker
        (self._queue,) = worker.queues
        self._http = httpx2.Client(
            base_url=address, timeout=30, trust_env=False, verify=certificates()
        )

    def close(self) -> None:
        self._http.close()

    def number(self, who: str) -> str:
        return self.hands.number(who)

    # Deeds.

    def put_on_roster(self, *people: dict[str, str]) -> None:
        entries = [roster_file.entry(fields, self.hotline.house.network) for fields in people]
        now = self.now()
        self.database.write(lambda c: roster.put_on_roster(c, entries, now))

    def text(self, who: str, body: str, **more: Any) -> dict[str, Any]:
        """Somebody texts the hotline; what follows at once has happened when this returns."""
        return self.ask("texts", {"from": self.number(who), "body": body, **more})

    def order(self, who: str, body: str) -> list[str]:
        """Somebody orders what needs a code, and confirms it by the code that they read; what they
        read then."""
        self.received()
        self.text(who, body)
        read = [it.body for it in self.received() if it.who == who]
        (code,) = re.findall(r"CONFIRM (\d{6})", read[-1])
        self.text(who, f"CONFIRM {code}")
        return [it.body for it in self.received() if it.who == who]

    def phone(self, who: str, state: str | None = None, **more: Any) -> None:
        """What it is, what it does when it is called (`calls`), and whether it is `opted_out`."""
        wish = more | ({"state": state} if state else {})
        self._http.put(f"/rehearsal/phones/{self.number(who)}", json=wish).raise_for_status()

    def trouble(self, kind: str, **more: Any) -> None:
        self._post("trouble", {"kind": kind, **more})

    def trouble_of(self, phone: str, kind: str, **more: Any) -> None:
        """Of one of the old phones that bring texts."""
        self._post(f"smsgate/{phone}/trouble", {"kind": kind, **more})

    def end_trouble_of(self, phone: str) -> None:
        self._http.delete(f"/rehearsal/smsgate/{phone}/trouble").raise_for_status()

    def set_phone(self, phone: str, **facts: Any) -> None:
        """One of the old phones: its `battery`, and whether it is `away`."""
        self._http.put(f"/rehearsal/smsgate/{phone}", json=facts).raise_for_status()

    def ping(self, phone: str) -> None:
        """An old phone says that it is there, and how it is."""
        self._post(f"smsgate/{phone}/ping", {})
        self.settle()

    def forget_webhooks(self, phone: str) -> None:
        """Somebody set one of the old phones up anew."""
        own = PHONES[phone]
        webhooks = f"/smsgate/{phone}/webhooks"
        for it in self._http.get(webhooks, auth=(own.user, own.password)).json():
            self._http.delete(f"{webhooks}/{it['id']}", auth=(own.user, own.password))

    def end_trouble(self) -> None:
        self._http.delete("/rehearsal/trouble").raise_for_status()

    # Calls: each as the rehearsal's control addresses show it.

    def call(self, who: str, *, is_hidden: bool = False, shown: str = "") -> Seen:
        """Somebody calls the hotline; `shown`: with this number, for which nobody vouches."""
        return self._do(Calls(0, who, is_hidden, shown))

    def answer(self, who: str) -> Seen:
        return self._do(Answers(0, who))

    def decline(self, who: str) -> Seen:
        return self._do(Declines(0, who))

    def press(self, who: str, keys: str) -> Seen:
        return self._do(Presses(0, who, keys))

    def say(self, who: str, words: str) -> Seen:
        return self._do(Speaks(0, who, words))

    def hang_up(self, who: str) -> Seen:
        return self._do(HangsUp(0, who))

    def _do(self, turn: InCall) -> Seen:
        return _run(self.hands.do_in_call(turn))

    def silence(self, seconds: float | None = None, who: str = "") -> Seen:
        """Nobody says a word, in the call of whoever called or answered last: so long, or until
        it goes on by itself."""
        return _run(self.hands.be_silent(seconds, who))

    def never_answer(self, who: str) -> Seen:
        """The phone rings until it stops."""
        return _run(self.hands.never_answer(who))

    def heard(self, who: str) -> str:
        """What they heard since they last did something, all in one; also what a machine did."""
        return _run(self.hands.heard(who))

    def words_in(self, call: Seen, sound: Seen) -> str:
        """What was said in what is played; its address where nobody spoke."""
        found = self._post(f"calls/{call['sid']}/listen", {"at": sound["at"]})
        assert found["status"] == 200, f"nothing can be played from {sound['words']}"
        assert found["plays"], f"the carrier plays no {found['type']}"
        return str(found["words"] or sound["words"])

    def ringing(self) -> dict[str, str]:
        """Whose phones ring, by the sid of the call."""
        return _run(self.hands.ringing())

    def calls(self) -> list[Seen]:
        """Every call there was, the oldest first."""
        found: list[Seen] = self._http.get("/rehearsal/calls").json()["calls"]
        return found

    def call_of(self, who: str) -> Seen:
        """The last call that somebody was in."""
        return _run(self.hands.call_of(who))

    # Time.

    def settle(self) -> None:
        """Let everything happen that can happen now."""
        while True:
            self.hotline.enqueuer.settle()
            self._http.get("/rehearsal/idle", params={"wait": 30}).raise_for_status()
            self.hotline.enqueuer.settle()
            if self._queue.is_empty():
                return
            self._worker.work(burst=True, logging_level="ERROR")

    def tick(self) -> None:
        clock.tick(self.database, self._jobs, self.now(), self._letterboxes)
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
        if live:
            self.settle()  # what comes of a call that ends meanwhile is known before time goes on
        self.now.moment = moment
        self.tick()

    def _next_moment(self) -> datetime | None:
        due = self.database.read(overview.next_due)
        # What stays due is enqueued again only after a while.
        return max(due, self.now() + timedelta(seconds=3)) if due else None

    def pass_until(self, hour: int, minute: int = 0) -> None:
        """To the next time that clocks in the neighborhood show this."""
        zone = self.hotline.house.network.zone
        self.pass_time(moment_of(f"{hour}:{minute:02}", self.now(), zone) - self.now())

    # What is seen.

    def received(self) -> list[Got]:
        """What reached phones since this was asked last, but for the carrier's own replies."""
        found = _run(self.hands.received())
        return [Got(self.hands.name(it.phone), it.body, it.error) for it in found]

    def texts(self, after: int) -> list[Text]:
        found = self._http.get("/rehearsal/texts", params={"after": after}).json()["texts"]
        return [Text(**it) for it in found]

    def id_of(self, who: str) -> int:
        number = self.number(who)
        (found,) = self.database.read(lambda c: people.ids_at(c, [number]))
        return found

    def requests(self) -> list[Any]:
        return self.database.read(lambda c: requests.requests_after(c, 0, 100_000))

    def ask(self, path: str, wish: Mapping[str, object]) -> dict[str, Any]:
        """At the control address: what is answered, when all that follows at once has happened."""
        found = self._post(path, wish)
        self.settle()
        return found

    def _post(self, path: str, wish: Mapping[str, object]) -> dict[str, Any]:
        answer = self._http.post(f"/rehearsal/{path}", json=wish)
        if answer.status_code == HTTPStatus.BAD_REQUEST:
            raise ValueError(answer.json()["error"])
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


class OverHttp:
    """The neighborhood as the street of a player. Each deed is over when it returns, and nothing
    else goes on in the loop that waits for it."""

    def __init__(self, maple: Neighborhood) -> None:
        self._maple = maple

    async def text(self, number: str, words: str, media: Sequence[str]) -> int:
        return int(self._maple.text(number, words, media=media)["status"])

    async def call(self, number: str, *, is_attested: bool = True) -> Seen:
        return self._maple.ask("calls", {"from": number, "is_attested": is_attested})

    async def act(self, sid: str, deed: str, wish: dict[str, object]) -> Seen:
        return self._maple.ask(f"calls/{sid}/{deed}", wish)

    async def happen(self, it: Happening) -> None:
        match it:
            case TimePasses(length):
                self._maple.pass_time(length)
            case TimeIs(hour, minute):
                self._maple.pass_until(hour, minute)
            case PhoneIs(number, state):
                self._maple.phone(number, state=state)
            case PhoneCalled(number, calls):
                self._maple.phone(number, calls=calls)
            case PhoneOpted(number, out):
                self._maple.phone(number, opted_out=out)
            case CarrierIs(trouble):
                to = {"to": trouble.to} if trouble.to else {}
                self._maple.trouble(trouble.kind, times=trouble.times, code=trouble.code, **to)
            case CarrierIsWell():
                self._maple.end_trouble()

    async def texts(self, after: int) -> Sequence[Text]:
        return self._maple.texts(after)

    async def calls(self) -> Sequence[Seen]:
        return self._maple.calls()

    async def words_in(self, call: Seen, sound: Seen) -> str:
        return self._maple.words_in(call, sound)


@contextmanager
def open_neighborhood(
    database_url: str,
    redis_url: str,
    network: str = NETWORK,
    now: datetime = NOON,
    cast: Mapping[str, str] = CAST,
    *,
    watched: bool = True,
    file: Path | None = None,
    dialect: str = "twilio",
    channels: Sequence[str] = (),
    first_channel: Mapping[str, object] | None = None,
    kind: type[Neighborhood] = Neighborhood,
) -> Iterator[Neighborhood]:
    """`dialect`: which of the carriers alike it is. `channels`: the names of what brings the texts,
    if it is not the account; `first_channel`: more settings of the first. `file`: where the
    settings are to stand, if they are to change. `watched`: what the carrier is asked and answers
    keeps to its published description."""
    by_hand = HandClock(now)
    built: list[tuple[Hotline, settings.Settings]] = []
    mistakes: list[str] = []
    if file:
        file.write_text(network, encoding="utf-8")

    def build(address: str) -> ASGIApp:
        over = channels_toml(address, *channels, **(first_channel or {}))
        rules = settings.read_network(network + over, "hotline.toml")
        of = make_settings(address, database_url, redis_url, rules, file, dialect)
        line = _line(address, dialect, channels)
        phones = [PHONES[it] for it in channels if it in PHONES]
        people = [carrier.Person(phone, name) for name, phone in cast.items()]
        front = watch(carrier.build(line, now=by_hand, cast=people, smsgates=phones), mistakes)
        hotline = Hotline(of, by_hand, front)
        built.append((hotline, of))
        return hotline.app

    with ExitStack() as stack:
        address = stack.enter_context(serve(build=build))
        ((hotline, of),) = built
        database = Database(of.environment.sqlalchemy_url, of.environment.keyring)
        stack.callback(database.close)
        queue = dispatch.JobQueue(redis_url)
        stack.callback(queue.close)
        shop = _tools(of, by_hand, database, queue)
        jobs.take_up(shop)
        worker = dispatch.worker(redis_url)
        stack.callback(worker.connection.close)
        hotline.registrar.tell()
        neighborhood = kind(address, hotline, shop, by_hand, worker, cast)
        stack.callback(neighborhood.close)
        yield neighborhood
    assert not watched or mistakes == [], (
        "the published description of the carrier's API says otherwise"
    )


def _line(address: str, dialect: str, channels: Sequence[str]) -> carrier.Line:
    return carrier.Line(
        ACCOUNT,
        TOKEN,
        NUMBER if not channels or "account" in channels else "",
        sms_url=f"{address}/sms",
        voice_url=f"{address}/voice",
        voice_status_url=f"{address}/voice/status",
        api_url=address,
        dialect=dialect,
        signing_key=SIGNING_KEY if dialect == "signalwire" else "",
    )


def _tools(
    of: settings.Settings, by_hand: HandClock, database: Database, queue: dispatch.JobQueue
) -> jobs.Tools:
    return jobs.Tools(
        furnish(of.network, by_hand, of.file),
        database,
        Carrier(of.environment) if of.network.has_account else None,
        queue,
        lost,
        channels=serving_channels.opened(of.environment, of.network),
        letterboxes=serving_channels.letterboxes(of.network),
        take_in=serving_channels.take_in,
    )
