"""What was said and done on the phones of a rehearsal, as it happened; printed, a transcript.

Whatever drives the carrier, its memory is told of each event: here people are their numbers. When
it is printed they get names, for no number stands in a file that is shared. Time is printed where
something came only because it passed; that nobody did anything for a while is no news. What cannot
be said in a scene, and what was there before the story began, is left out. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import ceil
from zoneinfo import ZoneInfo

from hotline.settings import Network
from hotline.store.roster import RosterEntry
from hotline.store.tables import FIRST_NUMBER
from rehearsal.meanwhile import (
    CarrierIs,
    Happening,
    NeverAnswers,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    TimeIs,
    TimePasses,
    words_of,
)
from rehearsal.messages import Text
from rehearsal.neighborhood import HIDDEN, scene
from rehearsal.phones import Phone
from rehearsal.player import HeardSound
from rehearsal.transcript import (
    Answers,
    Calls,
    Declines,
    HangsUp,
    Meanwhile,
    Presses,
    Reads,
    Rings,
    Says,
    Speaks,
    Turn,
    print_turns,
)

KEPT = 5000
AT_ONCE = timedelta(seconds=3)  # what comes sooner follows from what was done
A_WHILE, A_DAY = timedelta(hours=1), timedelta(days=1)
CUT = f"# It began earlier: only the last {KEPT} things that happened are kept."
ELSEWHERE = "# Its network has settings that a scene cannot say: this may play otherwise."
SOMEBODY = "Somebody"  # with the number hidden

_NAME = re.compile(r"[^\W\d_][\w .'-]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")  # newlines too: a turn is one line
_NUMBER = re.compile(r"\+\d[\d ().-]{6,16}\d|(?<!\d)1?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)")
_IN_FICTION = re.compile(r"\+1212555\d{4}|\+1\d{3}55501\d\d")
_CLOCK = re.compile(r"\d{1,2}(?::\d\d)? ?[ap]\.? ?m\b\.?|\d{1,2}:\d\d", re.IGNORECASE)
_RECORDING = re.compile(r"RE[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Hears:
    """Somebody hears this in a call; empty is a sound without words that we know."""

    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Leaps:
    """The neighborhood's clock goes on to this moment."""

    until: datetime


Event = Turn | Happening | Hears | Leaps


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One event of a story. Whoever is in it is a number."""

    at: datetime
    event: Event


# What is told.


def texted(text: Text) -> Says | Reads | None:
    """A text as the phones know it; the carrier's own, and those that were lost, are none."""
    if text.direction == "from_phone":
        return Says(0, text.phone, " ".join([text.body, *["[picture]"] * len(text.media)]).strip())
    if text.by == "carrier" or text.status not in ("sent", "delivered"):
        return None
    return Reads(0, text.phone, parts_of(text.body))


def heard(who: str, sound: HeardSound, words_in: Callable[[str], str]) -> Hears | None:
    """A sound in a call. `words_in`: what was said in the recording with this sid."""
    match sound.kind:
        case "pause":
            return None
        case "play":
            return Hears(who, played(sound.words, words_in))
    return Hears(who, sound.words or sound.kind)


def played(address: str, words_in: Callable[[str], str]) -> str:
    """What was said in the recording at this address; empty for any other sound."""
    found = _RECORDING.search(address)
    return words_in(found[0]) if found else ""


def changes(before: Phone, after: Phone) -> list[Happening]:
    """What is another about a phone."""
    states = [PhoneIs(after.number, after.state)] if before.state != after.state else []
    calls = [PhoneCalled(after.number, after.calls)] if before.calls != after.calls else []
    opted = before.opted_out != after.opted_out
    return [*states, *calls, *([PhoneOpted(after.number, after.opted_out)] if opted else [])]


# In which order, and when.


@dataclass(frozen=True, slots=True)
class _Passed:
    since: datetime
    until: datetime


_Shown = Turn | Happening | Hears | _Passed


def turns_of(
    story: Sequence[StoryEvent], names: Names, zone: ZoneInfo, asked: Iterable[str] = ()
) -> list[Turn]:
    """The story as a transcript has it. `asked`: who could be, though it may not say so."""
    events = _gathered(_timed(_played(story, set(asked))))
    return [_turn(event, names, zone) for event in events]


def _played(story: Sequence[StoryEvent], asked: set[str]) -> list[StoryEvent]:
    """Without what the phones are of people who have no part in it."""
    involved = asked | {getattr(it.event, "who", "") for it in story if not _is_set(it)}
    return [it for it in story if not _is_set(it) or getattr(it.event, "who", "") in involved]


def _is_set(told: StoryEvent) -> bool:
    """Whether this is only about what a phone is."""
    return isinstance(told.event, PhoneIs | PhoneCalled | PhoneOpted)


def began(story: Sequence[StoryEvent]) -> datetime | None:
    """When somebody first did something but set their phone."""
    return next((it.at for it in story if not _is_set(it)), None)


def _timed(story: Sequence[StoryEvent]) -> list[_Shown]:
    """With the time that passes where something came only because it did: all of it since such a
    line stood there last, so that it comes again when it is played."""
    events: list[_Shown] = []
    marked = acted = began(story) or datetime.min.replace(tzinfo=UTC)
    for told in story:
        moment = _had_to_come(told, acted)
        if moment and moment - marked > AT_ONCE:
            _let_pass(events, marked, moment)
            marked = acted = moment
        elif not isinstance(told.event, _Followed):
            acted = max(acted, told.at)
        if not isinstance(told.event, Leaps):
            events.append(told.event)
    return events


_Followed = Reads | Rings | Hears


def _had_to_come(told: StoryEvent, acted: datetime) -> datetime | None:
    """The moment that had to come before this could be; None when it could at once."""
    match told.event:
        case Leaps(until):
            return until
        case Reads() | Rings() | Hears() if told.at - acted > AT_ONCE:
            return told.at
    return None


def _let_pass(events: list[_Shown], since: datetime, until: datetime) -> None:
    """Two such lines in a row are one."""
    if events and isinstance(before := events[-1], _Passed):
        since = before.since
        del events[-1]
    events.append(_Passed(since, until))


def _gathered(events: Iterable[_Shown]) -> list[_Shown]:
    """What somebody hears between two deeds, all in one, before what is read then."""
    gathered: list[_Shown] = []
    followed: list[Reads | Rings | Hears] = []
    for event in events:
        if isinstance(event, _Followed):
            followed.append(event)
        else:
            gathered += [*_in_order(followed), event]
            followed = []
    return [*gathered, *_in_order(followed)]


def _in_order(followed: Sequence[Reads | Rings | Hears]) -> list[_Shown]:
    sounds: dict[str, list[str]] = {}
    for it in followed:
        if isinstance(it, Hears):
            sounds.setdefault(it.who, []).append(CONTROL.sub(" ", it.words) or "\n")
    said = (Reads(0, who, parts_of(" ".join(words))) for who, words in sounds.items())
    return [*(it for it in said if it.words), *(it for it in followed if not isinstance(it, Hears))]


def parts_of(body: str) -> tuple[str, ...]:
    """The words of a text, as they can be looked for: without commas, numbers that can be called,
    and times of the day, which are others when it is played."""
    kept = _CLOCK.sub(",", _NUMBER.sub(",", body))
    parts = re.split(rf",|{CONTROL.pattern}", kept)
    return tuple(filter(None, (part.lstrip(" .:;!?)").rstrip() for part in parts)))


# Who it is, and in which words.


class Names(dict[str, str]):
    """By number, the names that a transcript can have. No two are the same."""

    def __missing__(self, number: str) -> str:
        # Of a real number nothing is told, not even its end.
        last = int(number[-4:]) if _IN_FICTION.fullmatch(number) else 1
        free = (f"Stranger {(last + step) % 10_000:04}" for step in range(10_000))
        taken = set(self.values())
        self[number] = SOMEBODY if number == HIDDEN else next(it for it in free if it not in taken)
        return self[number]


def names_of(people: Iterable[tuple[str, str]]) -> Names:
    """Of numbers and what they are called. A number is no name, and is not for files that are
    shared."""
    names = Names()
    for number, name in people:
        if number not in names and _NAME.fullmatch(name) and name not in names.values():
            names[number] = name
    return names


def _turn(event: _Shown, names: Names, zone: ZoneInfo) -> Turn:
    match event:
        case _Passed(since, until):
            return Meanwhile(0, words_of(_time(since, until, zone)))
        case Says(_, who, body):
            return Says(0, names[who], _written(body))
        case Speaks(_, who, words):
            return Speaks(0, names[who], _written(words))
        case Presses(_, who, keys):
            return Presses(0, names[who], _written(keys))
        case Reads() | Rings() | Calls() | HangsUp() | Answers() | Declines():
            return replace(event, who=names[event.who])
        case PhoneIs() | PhoneCalled() | PhoneOpted() | NeverAnswers():
            return Meanwhile(0, words_of(replace(event, who=names[event.who])))
        case CarrierIs(trouble) if trouble.to:
            return Meanwhile(0, words_of(CarrierIs(replace(trouble, to=names[trouble.to]))))
        case Hears() | Meanwhile():
            raise TypeError("sounds are gathered, and what happens is told as a value")
    return Meanwhile(0, words_of(event))


def _written(words: str) -> str:
    """In one line, and with numbers that are kept for fiction."""
    return _NUMBER.sub(_fiction, CONTROL.sub(" ", words)).strip()


def _fiction(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if digits[-7:-2] == "55501":
        return found[0]
    return f"212555{digits[-4:]}" if found[0].isdigit() else f"212 555 {digits[-4:]}"


def _time(since: datetime, until: datetime, zone: ZoneInfo) -> TimePasses | TimeIs:
    """Rounded up; to a time of the day when that is what was asked for."""
    local = until.astimezone(zone)
    if A_WHILE <= until - since < A_DAY and not (local.second or local.microsecond):
        return TimeIs(local.hour, local.minute)
    return TimePasses(timedelta(seconds=ceil((until - since).total_seconds())))


# The file.


def took_part(story: Sequence[StoryEvent], roster: Sequence[RosterEntry]) -> list[RosterEntry]:
    """Those of the roster who did something, or got something: nobody else needs to be named."""
    part = {getattr(told.event, "who", "") for told in story}
    return [it for it in roster if it.phone in part]


def print_story(
    story: Sequence[StoryEvent],
    roster: Sequence[RosterEntry],
    network: Network,
    phones: Iterable[Phone] = (),
    requests: Sequence[int] = (),
) -> str:
    """A transcript that plays the story again, in a network where nothing has happened yet.

    `roster`: as it was when the story began. `phones`: what people are called who are not on it.
    `requests`: the numbers of those that were made in the story, the oldest first.
    """
    called = [(it.phone, it.name) for it in roster] + [(it.number, it.name) for it in phones]
    names = names_of(called)
    numbers = dict(zip(requests, count(FIRST_NUMBER), strict=False))
    told = turns_of(story, names, network.zone, [*network.stewards, *(it.phone for it in roster)])
    turns = [_renumbered(it, numbers) for it in told]
    moment = began(story)
    begins = f"{moment.astimezone(network.zone):%A %H:%M}" if moment else scene.NOON
    lines = scene_lines(network, roster, names, begins)
    cut = [CUT] if len(story) > KEPT else []
    return "\n".join([title_of(turns), "", *cut, *lines, "", print_turns(turns), ""])


def _renumbered(turn: Turn, numbers: Mapping[int, int]) -> Turn:
    """With the requests numbered as where nobody has asked for anything yet."""

    def renumber(words: str) -> str:
        return re.sub(r"(?<!\d)\d+(?!\d)", lambda it: _number(it[0], numbers), words)

    match turn:
        case Says(_, who, body):
            return Says(0, who, renumber(body))
        case Reads(_, who, words):
            return Reads(0, who, tuple(map(renumber, words)))
    return turn


def _number(written: str, numbers: Mapping[int, int]) -> str:
    return str(numbers.get(int(written), written))


def title_of(turns: Sequence[Turn]) -> str:
    begun = [it for it in turns if isinstance(it, Says | Calls)]
    if not begun:
        return "Nobody texts."
    kinds = [kind for kind, of in (("texts", Says), ("calls", Calls)) if _has(begun, of)]
    names = list(dict.fromkeys(it.who for it in begun))
    return f"{' and '.join(kinds).capitalize()} from {_and(names)}, and what follows."


def _has(turns: Sequence[Turn], kind: type) -> bool:
    return any(isinstance(it, kind) for it in turns)


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def scene_lines(
    network: Network, roster: Sequence[RosterEntry], names: Names, begins: str
) -> list[str]:
    """What a scene has to say of this network; and whether that is all there is to say."""
    ours = scene.network({"network": scene.REHEARSAL})
    named = {"network": scene.REHEARSAL} if ours.needs == network.needs else {}
    usual = _said(scene.network(named), names)
    said = {key: value for key, value in _said(network, names).items() if value != usual[key]}
    who = ", ".join(_volunteer(names[it.phone], it) for it in roster)
    waves = ", ".join(map(str, network.waves.sizes))
    lines = {"volunteers": who, **named, "time": begins, "waves": waves, **said}
    played = scene.network(lines, {name: number for number, name in names.items()})
    doubt = [] if played == network else [ELSEWHERE]
    return [*doubt, *(f"{key}: {value}" for key, value in lines.items() if value)]


def _said(network: Network, names: Names) -> dict[str, str]:
    """The settings that a scene can say."""
    quiet, waves = network.quiet, network.waves
    return {
        "quiet": f"{quiet.start:%H:%M}-{quiet.end:%H:%M}" if quiet else "none",
        "minutes": f"{waves.minutes:g}, {waves.urgent_minutes:g}",
        "joining": network.roster.joining,
        "stewards": ", ".join(names[it] for it in network.stewards) or "none",
    }


def _volunteer(name: str, entry: RosterEntry) -> str:
    known = (*entry.areas, *entry.needs, *entry.languages, entry.hours)
    about = "; ".join(filter(None, (*known, entry.reach.replace("text", ""))))
    return f"{name} ({about})" if about else name
