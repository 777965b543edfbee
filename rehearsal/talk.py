"""`hotline talk`: text and call as anybody of a rehearsal, in the terminal.

    Maria > need food near 11216
    Maria < Maple Street Mutual Aid: got it, your request is 12. …
    Ana   < Maple Street Mutual Aid: a neighbor in northside needs food. …

It talks to a running `hotline up`, else to one that it starts for itself and ends with itself.
Lines from a pipe are a script: each waits until everything that follows has happened. It only
carries texts and calls to and fro, and has the clock leap where there is one; it knows no more than
the phones do.
"""

from __future__ import annotations

import csv
import re
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from datetime import datetime
from typing import IO, Any

import httpx2
from rich.console import Console
from rich.text import Text as Rich

from hotline.names import first_name
from rehearsal import neighborhood
from rehearsal.exchange import new_sid
from rehearsal.hints import ASKER
from rehearsal.meanwhile import Silence, TimeIs, TimePasses, happening, words_of
from rehearsal.messages import Text
from rehearsal.phones import Phone, PhoneState, readable_number
from rehearsal.story import CONTROL, parts_of, title_of
from rehearsal.talk_calls import PhoneCalls
from rehearsal.talk_rehearsal import NobodyAnswers, Rehearsal, open_rehearsal
from rehearsal.transcript import (
    Answers,
    Calls,
    Declines,
    HangsUp,
    InCall,
    Meanwhile,
    Reads,
    Says,
    Turn,
    deed_in,
    print_turns,
)

try:
    import readline
except ImportError:  # not every Python has it; then a line is cut in two when a text arrives
    readline = None  # type: ignore[assignment]

QUIET_SECONDS = 0.5  # nothing new for so long: everything has happened
LONGEST_WAIT = 10.0  # seconds after which a script goes on in any case
COLORS = ("cyan", "magenta", "green", "yellow", "blue", "red")
POUND = "#"
HELLO = "hello"  # is answered by any hotline
HELP = """
Write who says what, {how_to}
A line without a name goes on as the same person; a phone number is a stranger's name.
/call calls the hotline as the same person, or /call Maria; then type keys, or words where it
records; Enter is silence, /hangup ends the call. A phone that rings: /answer or /decline.
/clock shows the neighborhood's time; /clock 5 minutes, /clock 8:00 or /clock next morning goes on
to then, and what is due on the way happens.
/who shows the people again, /help shows this, /quit ends. No real text or call leaves this machine.
"""
COMMANDS = "/call, /answer, /decline, /hangup, /clock, /who, /help and /quit"
NEXT_MORNING = TimeIs(8, 0)
LOOKS_EVERY = 0.5  # seconds between two looks at the phones, for one that rings

_SAID = re.compile(r"(?P<who>[^<>]*?)\s*>\s?(?P<body>.*)")
_READ = re.compile(r"(?P<who>[^<>]+?)\s*<")
_NAME_IN_TRANSCRIPT = re.compile(r"[^\W\d_][\w .'-]*")


def run(url: str | None, *, own: bool, printing: bool) -> None:
    """Talk until /quit or the end of the input. Raises HotlineError."""
    is_script = not sys.stdin.isatty()
    shows_texts = not (is_script and printing)  # else they would be seen twice
    screen = Screen(sys.stderr if printing else sys.stdout, shows_texts=shows_texts)
    with ExitStack() as stack:
        rehearsal = stack.enter_context(open_rehearsal(url, own=own, waiting=screen.waiting))
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
        self._turns: list[Turn] = []
        self._our_sids: set[str] = set()
        self._news = threading.Event()
        self._is_over = False
        self._calls = PhoneCalls(rehearsal, self)

    def begin(self) -> None:
        """Welcome whoever types, and show every text from now on."""
        after = self._rehearsal.last()
        threading.Thread(target=self._listen, args=(after,), daemon=True).start()
        if not self.is_script:
            self._screen.say(f"The people at {self._rehearsal.url}:")
            self._show_people()
            self._show_help()
            threading.Thread(target=self._watch_calls, daemon=True).start()

    def end(self) -> None:
        self._is_over = True

    def read(self, line: str) -> bool:
        """Do what one line says. False when it is the last."""
        line = line.strip()
        if line == "/quit":
            return False
        if line.startswith("/"):
            self._command(*line.split(maxsplit=1))
        elif line.startswith("--"):
            self._read_meanwhile(line)
        elif (deed := deed_in(line)) and (who := self._find(deed.who)):
            self._do(deed, who)
        elif line == POUND and self._speaks_in_call():  # and no comment
            self._type(line)
        elif line and not line.startswith("#"):
            self._read_text(line)
        elif not line and not self.is_script and self._speaks_in_call():
            self._type("")
        return True

    def _command(self, command: str, rest: str = "") -> None:
        match command:
            case "/who":
                self._show_people()
            case "/help":
                self._show_help()
            case "/clock":
                self._command_clock(rest)
            case "/call" | "/answer" | "/decline" | "/hangup":
                self._command_in_call(command, rest)
            case _:
                self._screen.say(f"There is no {command} here, only {COMMANDS}.")

    def transcript(self) -> str:
        """What was said, as a test in `tests/conversations/` has it."""
        lines = [title_of(self._turns), ""]
        people = {it.who for it in self._turns if not isinstance(it, Meanwhile)}
        if self._rehearsal.is_own and (scene := _scene(people)):
            lines += [*scene, ""]
        return "\n".join([*lines, print_turns(self._turns)])

    # Speaking.

    def _read_text(self, line: str) -> None:
        if (read := _READ.match(line)) and self._find(read["who"]):
            if not self.is_script:  # a transcript may be a script: what they should read is no news
                self._screen.say(f"What they say is written with >, {self._how_to()}")
            return
        said = _SAID.fullmatch(line)
        if not said and self._speaks_in_call():
            self._type(line)
            return
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
            self._screen.say(f"Who says that? Begin with a name, {self._how_to()}")

    def _find(self, written: str) -> Phone | None:
        """By first name in any case, or by number: anybody may have one."""
        wanted = written.strip().casefold()
        for phone in self._people:
            names = {phone.name.casefold(), (first_name(phone.name) or "").casefold()}
            if phone.name and wanted in names:
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
            self.show(speaker.number, speaker.name, ">", body)
        if trouble := self._rehearsal.text(speaker.number, body, sid):
            self._screen.say(trouble)
        self._look_after()

    def _settle(self) -> None:
        """Wait until everything that follows has happened, but not forever."""
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until:
            self._news.clear()
            if not self._news.wait(QUIET_SECONDS) and self._rehearsal.has_settled():
                return

    # Calling.

    def _command_in_call(self, command: str, whose: str) -> None:
        deeds = {"/call": Calls, "/answer": Answers, "/decline": Declines, "/hangup": HangsUp}
        rings = self._calls.who_rings() if command in ("/answer", "/decline") else []
        who = self._find(whose) if whose else self._speaker
        if not whose and len(rings) == 1:
            who = self._find(rings[0])
        if who is None:
            self._screen.say(f"Whose phone? Write it like: {command} Maria")
            return
        self._do(deeds[command](0, who.name), who)

    def _do(self, deed: InCall, who: Phone) -> None:
        if self._calls.do(deed, who):
            self._speaker = who
        self._look_after()

    def _type(self, line: str) -> None:
        if self._speaker:
            self._calls.type(self._speaker, line)
        self._look_after()

    def _read_meanwhile(self, line: str) -> None:
        match happening(line.strip("- ")):
            case Silence(seconds):
                self._calls.be_silent(seconds)
                self._look_after()
            case TimePasses() | TimeIs() as wish:
                self._leap(wish)
            case _:
                self._screen.say(f"Left out: {line} (here people text and call, and time passes).")

    # The clock.

    def _command_clock(self, wish: str) -> None:
        """Show it, or have it leap: five minutes, +1 hour, 8:00, next morning."""
        words = wish.strip().removeprefix("+").removesuffix(" pass")
        leap = happening(f"{words} pass") or happening(f"it is {words}")
        if words in ("morning", "next morning"):
            leap = NEXT_MORNING
        if isinstance(leap, TimePasses | TimeIs):
            self._leap(leap)
        elif words:
            self._screen.say("Write it like: /clock 5 minutes, /clock 8:00 or /clock next morning")
        else:
            self._try(lambda: self._show_time(self._rehearsal.neighborhood()))

    def _leap(self, wish: TimePasses | TimeIs) -> None:
        """It is noted first: what follows may be heard of sooner than that it is done."""
        turn = Meanwhile(0, words_of(wish))
        self.note(turn)
        if not self._try(lambda: self._show_time(self._rehearsal.leap(_moment(wish)))):
            self.take_back(turn)
        self._look_after()

    def _try(self, do: Callable[[], None]) -> bool:
        """Say why it cannot be done."""
        try:
            do()
        except ValueError as error:
            self.say(f"That cannot be done: {error}.".replace("..", "."))
            return False
        return True

    def _show_time(self, seen: dict[str, Any]) -> None:
        now = datetime.fromisoformat(seen["now"])
        self._screen.say(f"It is {now:%A} {now.hour}:{now:%M}, {seen['way']}.")

    def _speaks_in_call(self) -> bool:
        return self._speaker is not None and self._calls.is_live(self._speaker)

    def _look_after(self) -> None:
        """See what followed: in a script, all of it."""
        if self.is_script:
            self._settle()
        self._calls.look()

    def _watch_calls(self) -> None:
        while not self._is_over:
            time.sleep(LOOKS_EVERY)
            try:
                self._calls.look()
            except NobodyAnswers:
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
        body = CONTROL.sub(" ", text.body)
        if text.direction == "from_phone":  # somebody else talks here too, on the phones page
            self._turns.append(Says(0, name, body))
        elif text.status in ("sent", "delivered") and text.by != "carrier":
            self._turns.append(Reads(0, name, parts_of(text.body)))
        sign = ">" if text.direction == "from_phone" else "<"
        self.show(text.phone, text.name, sign, body, _remark(text))
        self._news.set()

    # Showing.

    def say(self, line: str) -> None:
        self._screen.say(line)

    def echo(self, number: str, name: str, deed: InCall) -> None:
        """Show what is done in a call, where nobody sees it typed."""
        if self.is_script:
            self.show(number, name, "", print_turns([replace(deed, who="")]).strip())

    def note(self, turn: Turn) -> None:
        """Keep it for the transcript."""
        self._turns.append(turn)

    def take_back(self, turn: Turn) -> None:
        """It did not happen after all."""
        self._turns.remove(turn)

    def name_of(self, number: str, name: str) -> str:
        return _in_transcript(number, name)

    def show(self, number: str, name: str, sign: str, body: str, remark: str = "") -> None:
        width = max((len(phone.name) for phone in self._people), default=0)
        who = f"{name or number:{width}}", f"bold {self._color(number)}"
        if self._screen.shows_texts:
            said = f" {sign} {body}" if sign else f" {body}"
            self._screen.say(Rich.assemble(who, said, (remark, "dim")))

    def _show_help(self) -> None:
        self._screen.say(HELP.format(how_to=self._how_to()))

    def _how_to(self) -> str:
        """Like what lines are written, in words that this network knows."""
        hint = HELLO
        with suppress(ValueError):  # a carrier alone knows of no network
            hint = self._rehearsal.neighborhood()["hint"]
        return f"like: {ASKER} > {hint}"

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


def _moment(wish: TimePasses | TimeIs) -> str:
    """As a leap is asked for."""
    if isinstance(wish, TimeIs):
        return f"{wish.hour:02}:{wish.minute:02}"
    return str(round(wish.length.total_seconds()))


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
    reach = "voice" if row["reach"] == "voice" else ""
    known = (*row["areas"].split(";"), *row["needs"].split(";"), languages, reach)
    about = "; ".join(filter(None, known))
    return f"{row['name']} ({about})" if about else row["name"]
