"""`hotline talk`: text as anybody of a rehearsal, in the terminal.

    Maria > need food near 11216
    Maria < Maple Street Mutual Aid: got it, your request is 12. …
    Ana   < Maple Street Mutual Aid: a neighbor in northside needs food. …

It talks to a running `hotline up`, else to one that it starts for itself and ends with itself.
Lines from a pipe are a script: each waits until everything that follows has happened. It only
carries texts to and fro: it moves no time, places no calls, and knows no more than the phones do.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from multiprocessing.connection import wait
from pathlib import Path
from typing import IO, Any

import httpx2
from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.text import Text as Rich

from hotline import redis_server
from hotline.errors import HotlineError
from hotline.rehearsal import neighborhood
from hotline.rehearsal.exchange import Text, new_sid
from hotline.rehearsal.phones import Phone, PhoneState, readable_number
from hotline.rehearsal.transcript import Reads, Says, print_turns

try:
    import readline
except ImportError:  # not every Python has it; then a line is cut in two when a text arrives
    readline = None  # type: ignore[assignment]

DEFAULT_URL = "http://127.0.0.1:8000"
START_SECONDS = 30.0  # for a neighborhood of our own to be up
STOP_SECONDS = 15.0  # and for it to be down again
QUIET_SECONDS = 0.5  # nothing new for so long: everything has happened
LONGEST_WAIT = 10.0  # seconds after which a script goes on in any case
COLORS = ("cyan", "magenta", "green", "yellow", "blue", "red")
HOW_TO = "like: Maria > need food near 11216"
WELCOME = f"""
Write who says what, {HOW_TO}
A line without a name goes on as the same person; a phone number is a stranger's name.
/who shows the people again, /quit ends. No real text leaves this machine.
"""

_SAID = re.compile(r"(?P<who>[^<>]*?)\s*>\s?(?P<body>.*)")
_READ = re.compile(r"(?P<who>[^<>]+?)\s*<")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")  # newlines too: a text is one line here
_NAME_IN_TRANSCRIPT = re.compile(r"[^\W\d_][\w .'-]*")


class NobodyAnswers(HotlineError):
    """There is no rehearsal at this address, or there is none any more."""


def run(url: str | None, *, own: bool, printing: bool) -> None:
    """Talk until /quit or the end of the input. Raises HotlineError."""
    is_script = not sys.stdin.isatty()
    shows_texts = not (is_script and printing)  # else they would be seen twice
    screen = Screen(sys.stderr if printing else sys.stdout, shows_texts=shows_texts)
    with ExitStack() as stack:
        rehearsal = stack.enter_context(_rehearsal(url, own=own, screen=screen))
        conversation = Conversation(rehearsal, screen, is_script=is_script)
        stack.callback(conversation.end)
        conversation.begin()
        try:
            _read_everything(conversation, screen)
        except KeyboardInterrupt:
            screen.say("")
        if printing:
            print(conversation.transcript())  # noqa: T201 - this is what was asked for


def _read_everything(conversation: Conversation, screen: Screen) -> None:
    for line in _script() if conversation.is_script else screen.typed_lines():
        if not conversation.read(line):
            return


def _script() -> Iterator[str]:
    with open(sys.stdin.fileno(), encoding="utf-8-sig", errors="replace", closefd=False) as lines:
        yield from lines


# The other side: a rehearsal that is up, or one of our own.


class Rehearsal:
    """The control addresses of a rehearsal, as far as one needs them to talk."""

    is_own = False

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx2.Client(trust_env=False, timeout=60)

    def close(self) -> None:
        self._http.close()

    def people(self) -> list[Phone]:
        found = self._ask("phones", "GET", "phones").get("phones", [])
        return [
            Phone(it["phone"], it["name"], it["about"], PhoneState(it["state"]), it["opted_out"])
            for it in found
        ]

    def text(self, number: str, body: str, sid: str) -> str:
        """Text the hotline. Returns what went wrong, or nothing."""
        wish = {"from": number, "body": body, "sid": sid}
        answer = self._ask("status", "POST", "texts", json=wish)
        if "error" in answer:
            return f"That cannot be texted: {answer['error']}."
        status = answer["status"] or "silence"
        return "" if status == 200 else f"The hotline did not take this text ({status})."

    def has_settled(self) -> bool:
        """Whether nothing is under way, as far as one can see from outside."""
        return bool(self._ask("idle", "GET", "idle", params={"wait": 5})["idle"])

    def last(self) -> int:
        return int(self._ask("last", "GET", "texts", params={"after": sys.maxsize})["last"])

    def texts(self, after: int) -> Iterator[Text]:
        """Every text after this one, as it comes, until the rehearsal ends."""
        address = f"{self.url}/rehearsal/events?after={after}"
        with self._http.stream("GET", address, timeout=None) as response:
            for event in httpx2.EventSource(response):
                found: Any = event.json()
                yield Text(**found)

    def _ask(self, key: str, method: str, path: str, **more: Any) -> dict[str, Any]:
        """What is answered: it has this key, or `error`."""
        try:
            answer = self._http.request(method, f"{self.url}/rehearsal/{path}", **more)
            found: dict[str, Any] = answer.json()
            if key not in found and "error" not in found:
                raise ValueError("something else lives here")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TypeError):
            raise NobodyAnswers(
                f"No rehearsal answers at {self.url}. `hotline up` starts one; without --url,"
                " `hotline talk` brings its own."
            ) from None
        return found


class OwnRehearsal(Rehearsal):
    """One that we started: here we also see whether its worker still has something to do."""

    is_own = True

    def __init__(self, url: str, redis_socket: Path) -> None:
        super().__init__(url)
        self._redis = Redis(unix_socket_path=str(redis_socket))

    def close(self) -> None:
        self._redis.close()
        super().close()

    def is_up(self) -> bool:
        try:
            ready = self._http.get(f"{self.url}/ready").status_code == 200
            return ready and bool(self._workers())
        except (httpx2.HTTPError, RedisError):
            return False

    def has_settled(self) -> bool:
        return super().has_settled() and not any(
            it.get_state() == "busy" or it.queues[0].count for it in self._workers()
        )

    def _workers(self) -> list[Any]:
        from paging.dispatch import PagingWorker

        return PagingWorker.all(connection=self._redis)


@contextmanager
def _rehearsal(url: str | None, *, own: bool, screen: Screen) -> Iterator[Rehearsal]:
    """What answers at the address; without an address, and nobody at the usual one, our own."""
    rehearsal = Rehearsal(url or DEFAULT_URL)
    try:
        if not own and _is_there(rehearsal, must_be=url is not None):
            yield rehearsal
            return
    finally:
        rehearsal.close()
    with _own_rehearsal(screen) as rehearsal:
        yield rehearsal


def _is_there(rehearsal: Rehearsal, *, must_be: bool) -> bool:
    try:
        rehearsal.people()
    except NobodyAnswers:
        if must_be:
            raise
        return False
    return True


@contextmanager
def _own_rehearsal(screen: Screen) -> Iterator[Rehearsal]:
    """`hotline up` for as long as this lasts, in a folder that goes with it."""
    redis_server.program()
    data, port = Path(tempfile.mkdtemp(prefix="hotline-talk-")), _free_port()
    life, ours = os.pipe()  # it ends when we do, however we end
    with tempfile.TemporaryFile() as log:
        context = multiprocessing.get_context("fork")
        keeper = context.Process(target=_keep_up, args=(data, port, log.fileno(), life, ours))
        keeper.start()
        os.close(life)
        rehearsal = OwnRehearsal(f"http://127.0.0.1:{port}", redis_server.socket_in(data))
        try:
            with screen.waiting("A neighborhood starts"):
                _wait_until_up(rehearsal, keeper.is_alive, log)
            yield rehearsal
        finally:
            rehearsal.close()
            os.close(ours)
            keeper.join(STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_up(rehearsal: OwnRehearsal, is_alive: Any, log: IO[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not rehearsal.is_up():
        if not is_alive() or time.monotonic() > until:
            log.seek(0)
            said = log.read().decode(errors="replace").strip() or "it did not say why"
            raise HotlineError(f"The neighborhood did not start: {said.splitlines()[-1]}")
        time.sleep(0.05)


def _keep_up(data: Path, port: int, log: int, life: int, ours: int) -> None:
    """Out of reach of Ctrl+C in the terminal, until `life` ends. Nothing there is worth saving."""
    os.close(ours)
    os.setsid()
    for output in (1, 2):
        os.dup2(log, output)
    hotline = multiprocessing.get_context("fork").Process(target=_up, args=(data, port))
    hotline.start()
    group = hotline.pid or 0
    os.setpgid(group, group)  # and with it whatever it starts
    wait([life, hotline.sentinel])
    os.killpg(group, signal.SIGKILL)
    hotline.join()
    shutil.rmtree(data, ignore_errors=True)


def _up(data: Path, port: int) -> None:
    from hotline.rehearsal import neighborhood_up

    neighborhood_up.run(data, port)


# This side: the terminal, or the pipe.


class Screen:
    """Writes lines; between what is being typed, when somebody types."""

    def __init__(self, file: IO[str], *, shows_texts: bool = True) -> None:
        self.shows_texts = shows_texts
        self._console = Console(file=file, highlight=False, markup=False, emoji=False)
        self._lock = threading.Lock()
        self._is_typing = False

    def say(self, line: str | Rich) -> None:
        with self._lock:
            typed = self._typed()
            if typed:
                self._console.file.write("\r\x1b[K")
            self._console.print(line, soft_wrap=True)
            self._console.file.write(typed)
            self._console.file.flush()

    def waiting(self, what: str) -> Any:
        """Something to look at for a while; nothing in a pipe."""
        return self._console.status(what) if self._console.is_terminal else nullcontext()

    def typed_lines(self) -> Iterator[str]:
        while True:
            self._is_typing = True
            try:
                line = input()
            except EOFError:
                return
            finally:
                self._is_typing = False
            yield line

    def _typed(self) -> str:
        if not (self._is_typing and readline and self._console.is_terminal):
            return ""
        return readline.get_line_buffer()


class Conversation:
    """Who is there, who spoke last, and what was said."""

    def __init__(self, rehearsal: Rehearsal, screen: Screen, *, is_script: bool) -> None:
        self.is_script = is_script
        self._rehearsal = rehearsal
        self._screen = screen
        self._people: list[Phone] = rehearsal.people()
        self._speaker: Phone | None = None
        self._turns: list[Says | Reads] = []
        self._our_sids: set[str] = set()
        self._news = threading.Event()
        self._is_over = False

    def begin(self) -> None:
        """Welcome whoever types, and show every text from now on."""
        after = self._rehearsal.last()
        threading.Thread(target=self._listen, args=(after,), daemon=True).start()
        if not self.is_script:
            self._screen.say(f"The people at {self._rehearsal.url}:")
            self._show_people()
            self._screen.say(WELCOME)

    def end(self) -> None:
        self._is_over = True

    def read(self, line: str) -> bool:
        """Do what one line says. False when it is the last."""
        line = line.strip()
        if line == "/quit":
            return False
        if line == "/who":
            self._show_people()
        elif line.startswith("/"):
            self._screen.say(f"There is no {line.split()[0]} here, only /who and /quit.")
        elif line.startswith("--"):
            self._screen.say(f"Left out: {line} (time passes by itself; people only text).")
        elif line and not line.startswith("#"):
            self._read_text(line)
        return True

    def transcript(self) -> str:
        """What was said, as a test in `tests/conversations/` has it."""
        names = list(dict.fromkeys(it.who for it in self._turns if isinstance(it, Says)))
        lines = [f"Texts from {_and(names)}, and what follows." if names else "Nobody texts.", ""]
        if self._rehearsal.is_own and (scene := _scene({it.who for it in self._turns})):
            lines += [*scene, ""]
        return "\n".join([*lines, print_turns(self._turns)])

    # Speaking.

    def _read_text(self, line: str) -> None:
        if (read := _READ.match(line)) and self._find(read["who"]):
            if not self.is_script:  # a transcript may be a script: what they should read is no news
                self._screen.say(f"What they say is written with >, {HOW_TO}")
            return
        said = _SAID.fullmatch(line)
        body = said["body"].strip() if said else line
        speaker = self._find(said["who"]) if said else self._speaker
        if speaker and body:
            self._text(speaker, body)
        elif speaker:
            self._screen.say(f"What does {_called(speaker)} say?")
        elif said:
            self._screen.say(f"Nobody here is called {said['who'] or 'nothing'}. There are:")
            self._show_people()
        else:
            self._screen.say(f"Who says that? Begin with a name, {HOW_TO}")

    def _find(self, written: str) -> Phone | None:
        """By first name in any case, or by number: anybody may have one."""
        wanted = written.strip().casefold()
        for phone in self._people:
            if phone.name and wanted in (phone.name.casefold(), phone.name.casefold().split()[0]):
                return phone
        number = readable_number(written)
        known = {phone.number: phone for phone in self._people}
        return known.get(number, Phone(number)) if number else None

    def _text(self, speaker: Phone, body: str) -> None:
        self._speaker = speaker
        sid = new_sid()
        self._our_sids.add(sid)
        self._turns.append(Says(0, _in_transcript(speaker.number, speaker.name), body))
        if self.is_script:
            self._show(speaker.number, speaker.name, ">", body)
        if trouble := self._rehearsal.text(speaker.number, body, sid):
            self._screen.say(trouble)
        if self.is_script:
            self._settle()

    def _settle(self) -> None:
        """Wait until everything that follows has happened, but not forever."""
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until:
            self._news.clear()
            if not self._news.wait(QUIET_SECONDS) and self._rehearsal.has_settled():
                return

    # Listening.

    def _listen(self, after: int) -> None:
        try:
            for text in self._rehearsal.texts(after):
                self._hear(text)
        except (httpx2.HTTPError, httpx2.StreamError, ValueError):
            pass  # it went away in the middle of something
        if not self._is_over:
            self._screen.say(f"The hotline at {self._rehearsal.url} has ended.")

    def _hear(self, text: Text) -> None:
        if text.sid in self._our_sids:
            return
        name = _in_transcript(text.phone, text.name)
        body = _CONTROL.sub(" ", text.body)
        if text.direction == "from_phone":  # somebody else talks here too, on the phones page
            self._turns.append(Says(0, name, body))
        elif text.status in ("sent", "delivered") and text.by != "carrier":
            words = (part.strip() for part in re.split(rf",|{_CONTROL.pattern}", text.body))
            self._turns.append(Reads(0, name, tuple(filter(None, words))))
        sign = ">" if text.direction == "from_phone" else "<"
        self._show(text.phone, text.name, sign, body, _remark(text))
        self._news.set()

    # Showing.

    def _show(self, number: str, name: str, sign: str, body: str, remark: str = "") -> None:
        width = max((len(phone.name) for phone in self._people), default=0)
        who = f"{name or number:{width}}", f"bold {self._color(number)}"
        if self._screen.shows_texts:
            self._screen.say(Rich.assemble(who, f" {sign} {body}", (remark, "dim")))

    def _show_people(self) -> None:
        self._people = self._rehearsal.people()
        width = max((len(_called(phone)) for phone in self._people), default=0)
        for phone in self._people:
            who = f"  {_called(phone):{width}}", f"bold {self._color(phone.number)}"
            self._screen.say(Rich.assemble(who, f"  {_about(phone)}"))

    def _color(self, number: str) -> str:
        numbers = [phone.number for phone in self._people]
        place = numbers.index(number) if number in numbers else len(numbers)
        return COLORS[place % len(COLORS)]


def _in_transcript(number: str, name: str) -> str:
    """A name that a transcript can have. A number is none, and is not for files that are shared."""
    return name if _NAME_IN_TRANSCRIPT.fullmatch(name) else f"Stranger {number[-4:]}"


def _called(phone: Phone) -> str:
    return phone.name or phone.number


def _about(phone: Phone) -> str:
    """What they are, and what is odd about their phone."""
    odd = [f"phone: {phone.state}"] if phone.state is not PhoneState.ON else []
    odd += ["has said STOP"] if phone.opted_out else []
    return "; ".join([phone.about or "a stranger", *odd])


def _remark(text: Text) -> str:
    """What one cannot see from a text itself."""
    if text.by == "carrier":
        return "  (from the carrier)"
    if text.direction == "to_phone" and text.status not in ("sent", "delivered"):
        return f"  (never arrived: {text.error or text.status})"
    return ""


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _scene(names: set[str]) -> list[str]:
    """Our neighborhood as a transcript sets it: those who took part, and the waves."""
    rows = csv.DictReader(neighborhood.roster_csv().splitlines())
    people = [_volunteer(row) for row in rows if row["name"] in names]
    if not people:
        return []
    sizes = tomllib.loads(neighborhood.hotline_toml())["waves"]["sizes"]
    return [f"volunteers: {', '.join(people)}", f"waves: {', '.join(map(str, sizes))}"]


def _volunteer(row: dict[str, str]) -> str:
    languages = "" if row["languages"].startswith("en") else row["languages"]
    about = "; ".join(filter(None, (*row["areas"].split(";"), *row["needs"].split(";"), languages)))
    return f"{row['name']} ({about})" if about else row["name"]
