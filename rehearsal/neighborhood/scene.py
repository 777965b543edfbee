"""The network and the people that the scene of a transcript asks for, as configuration and roster.

    volunteers: Ana (northside; food), Ben (es; voice; sat 09:00-18:00)
    network: rehearsal      that of `hotline up`; else that of the tests' transcripts
    time: Sunday 21:30      when it begins: the first such moment from Monday, the 2nd of March
                            2026, at noon, which is when it begins else
    waves: 2, 1             quiet: 21:00-08:00, or none
    minutes: 5, 2           of a wave, and of an urgent one
    joining: open           stewards: Cleo, or none
    by: an old phone        what brings the texts, in the tests; or two old phones, or an account
                            and an old phone

Everybody has a phone: the cast their own, a stranger one that ends like the name, and anybody else
one of those that are kept for fiction. Pure: it reads the files beside it and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hotline import roster_file
from hotline.phrasebook import LANGUAGES
from hotline.settings import Network, read_network
from rehearsal import neighborhood
from rehearsal.meanwhile import (
    CarrierIs,
    NeverAnswers,
    PhoneCalled,
    PhoneIs,
    PhoneOpted,
    happening,
)
from rehearsal.phones import Person
from rehearsal.transcript import Meanwhile, Transcript

CAST: Mapping[str, str] = {
    "Maria": "+12125550140",
    "Nora": "+12125550138",
    "Ana": "+12125550141",
    "Ben": "+12125550142",
    "Chi": "+12125550143",
    "Dee": "+12125550144",
    "Eva": "+12125550145",
    "Finn": "+12125550146",
    "Gabi": "+12125550147",
    "Hugo": "+12125550148",
    "Sam": "+12125550159",
    "Cleo": "+12125550100",
}
REHEARSAL = "rehearsal"
NOON = "12:00"  # when it begins if it does not say
KEYS = frozenset(
    {"volunteers", "network", "time", "waves", "quiet", "minutes", "joining", "stewards"}
    | {"languages", "by"}
)
CARRIED: Mapping[str, tuple[str, ...]] = {
    "": (),
    "an old phone": ("sim1",),
    "two old phones": ("sim1", "sim2"),
    "an account and an old phone": ("account", "sim1"),
}
"""The channels by which texts come and leave, by what a scene says."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONDAY = datetime(2026, 3, 2, 17, tzinfo=UTC)  # noon in New York, where all scenes are set
USUALLY = {"waves": "3, 5, 10", "joining": "vouched"}  # in the network of the transcripts
FILE = "hotline.toml"
# With languages of its own a scene has the built-in needs, which have words in all of them.
_NEEDS = re.compile(r"^\[\[needs\]\]\n(?:(?!\[).*\n)*", re.MULTILINE)
_STRANGER = re.compile(r"Stranger (\d{4})")
_VOLUNTEER = re.compile(r"([^\W_][\w .'-]*?)\s*(?:\(([^)]*)\))?\s*(?:,|$)")

_TIME = re.compile(r"(?:([A-Za-z]+) )?([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)

Fields = dict[str, str]
"""A row of a roster, by its columns."""


def begins(scene: Mapping[str, str]) -> datetime:
    """When it does. Raises ValueError in words."""
    found = _TIME.fullmatch(scene.get("time", NOON))
    day = (found[1] or "").lower() if found else "never"
    if found is None or (day and day not in DAYS):
        raise ValueError(f"time: {scene.get('time')} is no time like 21:30, or like Sunday 8:00")
    first = MONDAY.astimezone(network({}).zone)
    later = timedelta(days=(DAYS.index(day) - first.weekday()) % 7 if day else 0)
    then = later + first.replace(hour=int(found[2]), minute=int(found[3]))
    if then < first:
        then += timedelta(days=7 if day else 1)
    return then.astimezone(UTC)


def carried_by(scene: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the channels; none for the account alone. Raises ValueError in words."""
    said = scene.get("by", "")
    if said not in CARRIED:
        raise ValueError(f"by: {said} is none of {', '.join(filter(None, CARRIED))}")
    return CARRIED[said]


def network_toml(scene: Mapping[str, str], numbers: Mapping[str, str] = CAST) -> str:
    """The configuration, with what the scene says otherwise."""
    is_ours = scene.get("network") == REHEARSAL
    toml = neighborhood.hotline_toml() if is_ours else neighborhood.transcripts_toml()
    scene = scene if is_ours else {**USUALLY, **scene}
    for key, section, setting, value in _settings(scene, numbers):
        if key in scene:
            toml = with_setting(toml, section, setting, value)
    return _NEEDS.sub("", toml) if "languages" in scene else toml


def _settings(
    scene: Mapping[str, str], numbers: Mapping[str, str]
) -> Iterable[tuple[str, str, str, str]]:
    """What each line of a scene sets, and to what."""
    said = {key: "" if value == "none" else value for key, value in scene.items()}
    stewards = [numbers[name] for name in _several(said.get("stewards", ""))]
    languages = re.findall(r"\w+", said.get("languages", ""))
    minutes, _, urgent = said.get("minutes", "").partition(",")
    return (
        ("languages", "hotline", "languages", json.dumps(languages)),
        ("quiet", "hotline", "quiet", json.dumps(said.get("quiet", ""))),
        ("stewards", "hotline", "stewards", json.dumps(stewards)),
        ("joining", "roster", "joining", json.dumps(said.get("joining", ""))),
        ("waves", "waves", "sizes", f"[{said.get('waves', '')}]"),
        ("minutes", "waves", "minutes", minutes),
        ("minutes", "waves", "urgent_minutes", urgent or minutes),
    )


def with_setting(toml: str, section: str, key: str, value: str) -> str:
    """The text of a configuration in which this is set so, whatever it was before."""
    header, line = f"[{section}]\n", f"{key} = {value}\n"
    if header not in toml:
        return f"{toml}\n{header}{line}"
    before, _, after = toml.partition(header)
    end = re.search(r"^\[", after, re.MULTILINE)
    body, rest = (after[: end.start()], after[end.start() :]) if end else (after, "")
    kept = re.sub(rf"^{key} = .*\n", "", body, flags=re.MULTILINE)
    return f"{before}{header}{line}{kept}{rest}"


def network(scene: Mapping[str, str], numbers: Mapping[str, str] = CAST) -> Network:
    return read_network(network_toml(scene, numbers), FILE)


def volunteers(scene: Mapping[str, str], numbers: Mapping[str, str] = CAST) -> list[Fields]:
    """Each word in the parentheses is what the configuration or the roster knows it as."""
    found = _VOLUNTEER.findall(scene.get("volunteers", ""))
    of = network(scene, numbers)
    return [_volunteer(name, about, of) | {"phone": numbers[name]} for name, about in found]


def _volunteer(name: str, about: str, of: Network) -> Fields:
    known: dict[str, Sequence[str]] = {
        "areas": [area.key for area in of.areas],
        "needs": [need.key for need in of.needs],
        "languages": LANGUAGES,
        "reach": ("voice",),
    }
    fields: dict[str, list[str]] = {column: [] for column in (*known, "hours")}
    for word in _several(about, ";"):
        column = next((column for column, words in known.items() if word in words), "hours")
        fields[column].append(word)
    return {"name": name} | {column: ";".join(words) for column, words in fields.items()}


def roster_csv(rows: Iterable[Fields]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, roster_file.COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


# Who is in it.


def numbers_of(transcript: Transcript) -> dict[str, str]:
    """The phones of everybody whom we know, and of whoever else the transcript names."""
    numbers = {person.name: person.phone for person in neighborhood.cast()}
    numbers.update(CAST)
    names = [name for name in dict.fromkeys(_names(transcript)) if name not in numbers]
    for name in sorted(names, key=lambda it: not _STRANGER.fullmatch(it)):
        numbers[name] = _number(name, set(numbers.values()))
    return numbers


def _number(name: str, taken: set[str]) -> str:
    if (found := _STRANGER.fullmatch(name)) and f"+1212555{found[1]}" not in taken:
        return f"+1212555{found[1]}"
    free = (f"+1212555{number:04}" for number in (*range(101, 200), *range(200, 10_000)))
    return next(it for it in free if it not in taken)


def people(transcript: Transcript) -> list[Person]:
    """Whoever the transcript names."""
    numbers = numbers_of(transcript)
    return [Person(numbers[name], name) for name in dict.fromkeys(_names(transcript))]


def _names(transcript: Transcript) -> Iterable[str]:
    yield from (name for name, _ in _VOLUNTEER.findall(transcript.scene.get("volunteers", "")))
    stewards = transcript.scene.get("stewards", "")
    yield from _several("" if stewards == "none" else stewards)
    for turn in transcript.turns:
        name = _meant(turn.what) if isinstance(turn, Meanwhile) else turn.who
        yield from [name] if name else []


def _meant(what: str) -> str | None:
    match happening(what):
        case PhoneIs(who) | PhoneCalled(who) | PhoneOpted(who) | NeverAnswers(who):
            return who
        case CarrierIs(trouble):
            return trouble.to
    return None


def _several(words: str, between: str = ",") -> list[str]:
    return [word.strip() for word in words.split(between) if word.strip()]
