"""When a neighbor wants to be asked, and when nobody is.

Reads "mon-fri 17:00-21:00; sat 09:00-18:00" and "21:00-08:00" as people write them, and answers
for a given moment. Reads no clock and knows nobody's time zone: local times come in as arguments.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from hotline.phrasebook import books, heard

_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY
_SHORTEST_AWAKE: Final = 2 * 60

_MINUTE: Final = timedelta(minutes=1)

_HOW_HOURS: Final = "write hours like mon-fri 17:00-21:00; sat 09:00-18:00"
_HOW_QUIET: Final = "write quiet hours like 21:00-08:00"

_ANY_TIME: Final = frozenset(
    {
        *("", "any", "any time", "anytime", "always", "24/7", "whenever", "any hour"),
        *("cuando sea", "siempre", "cualquier hora", "a cualquier hora", "cualquier momento"),
    }
)
_MORE_ANY_TIME: Final = heard("any")
_DAY_NAMES: Final = (
    ("monday", "lunes"),
    ("tuesday", "martes"),
    ("wednesday", "miercoles"),
    ("thursday", "jueves"),
    ("friday", "viernes"),
    ("saturday", "sabado"),
    ("sunday", "domingo"),
)
# In other languages a day is told by three letters or more: with two, too much is one.
_MORE_DAY_NAMES: Final = tuple(
    (number, name) for rows in books().values() for number, name in enumerate(rows.get("days", ()))
)
_DAY_GROUPS: Final = {
    "daily": range(7),
    "everyday": range(7),
    "weekdays": range(5),
    "weekday": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
}
_SPELLING: Final = (
    (re.compile(r"[\u2010-\u2015\u2212]|\s(?:to|until|a|hasta)\s"), "-"),
    (re.compile(r"\s*-\s*"), "-"),
    (re.compile(r"\s*([ap])\.?m\b\.?"), r"\1m"),
    (re.compile(r"\bevery\s+day\b"), "daily"),
    (re.compile(r"\bnoon\b"), "12pm"),
    (re.compile(r"(?<=-)midnight\b"), "24:00"),
    (re.compile(r"\bmidnight\b"), "12am"),
)
# What people say who do not write a table.
_SAYING: Final = (
    (re.compile(r"\bentre semana\b"), "weekdays"),
    (re.compile(r"\b(?:los )?fin(?:es)? de semana\b"), "weekends"),
    (re.compile(r"\bafter work\b|\bdespues del trabajo\b"), "17:00-22:00"),
    (
        re.compile(r"(?:\b(?:in the|por las?|en las?) )?\b(?:mornings?|ma[nñ]anas?)\b"),
        "06:00-12:00",
    ),
    (re.compile(r"(?:\b(?:in the|por las?|en las?) )?\b(?:afternoons?|tardes?)\b"), "12:00-18:00"),
    (
        re.compile(r"(?:\b(?:in the|at|por las?|en las?) )?\b(?:evenings?|nights?|noches?)\b"),
        "18:00-22:00",
    ),
)
_MORE_SAYING: Final = {
    phrase: plain
    for plain in ("weekdays", "weekends", "after", "before")
    for phrase in heard(plain)
}
_MORE_SAID: Final = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, sorted(_MORE_SAYING, key=len, reverse=True)))})\b"
)
_AFTER: Final = re.compile(
    r"\b(?:after|despues de(?: las?)?|desde(?: las?)?) (\d{1,2}(?::\d\d)?)h?(am|pm)?\b"
)
_BEFORE: Final = re.compile(r"\b(?:before|antes de(?: las?)?) (\d{1,2}(?::\d\d)?)h?(am|pm)?\b")
_AFTERNOON: Final = range(1, 9)  # the hours that "after 5" and "before 5" mean past noon
_CLOCK: Final = re.compile(r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})|h)?(?P<half>[ap]m)?")


class BadHours(ValueError):
    """Says what cannot be read and how to write it right."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of a week, in minutes since Monday 00:00; the last may run into the next Monday."""

    spans: tuple[tuple[int, int], ...] = ()

    def include(self, local: datetime) -> bool:
        minute = local.weekday() * _DAY + local.hour * 60 + local.minute
        return not self.spans or any(
            start <= moment < end
            for start, end in self.spans
            for moment in (minute, minute + _WEEK)
        )


@dataclass(frozen=True, slots=True)
class Quiet:
    """A span of each day, perhaps over midnight, in which nobody is asked."""

    start: time
    end: time

    def covers(self, local: datetime) -> bool:
        clock = local.time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def ends_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first end of quiet after an aware moment, in UTC."""
        today = moment.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(3))
        ends = (end for day in days for end in _moments(datetime.combine(day, self.end), zone))
        return min(end for end in ends if end > moment and not self.covers(end.astimezone(zone)))


@lru_cache(maxsize=4096)
def parse_hours(text: str) -> Hours:
    """Read the hours of a neighbor; nothing means any time. Raises BadHours."""
    plain = _plain(text)
    if plain in _ANY_TIME or plain in _MORE_ANY_TIME:
        return Hours()
    spans = (span for part in re.split(r"[;\n]", _as_a_table(plain)) for span in _part(part))
    return Hours(tuple(sorted(set(spans))))


def parse_quiet(text: str) -> Quiet | None:
    """Read the quiet hours of a network; nothing means none. Raises BadHours."""
    plain = _plain(text)
    if not plain:
        return None
    start, end = _span(plain, _HOW_QUIET)
    if end - start > _DAY - _SHORTEST_AWAKE:
        raise BadHours(f'"{text.strip()}" leaves hardly any time to ask people; {_HOW_QUIET}')
    return Quiet(_time(start), _time(end))


_UNACCENTED: Final = str.maketrans("áàâãéèêíîóòôõúùûç", "aaaaeeeiioooouuuc")


def _plain(text: str) -> str:
    plain = text.strip().lower().translate(_UNACCENTED)
    plain = _MORE_SAID.sub(lambda it: _MORE_SAYING[it[0]], plain)
    for written, meant in _SPELLING:
        plain = written.sub(meant, plain)
    return plain


def _as_a_table(plain: str) -> str:
    """Hours as people say them: "weekdays after 5"."""
    for said, spoken in _SAYING:
        plain = said.sub(spoken, plain)
    plain = _AFTER.sub(lambda it: f"{_past_noon(it)}-24:00", plain)
    return _BEFORE.sub(lambda it: f"00:00-{_past_noon(it)}", plain)


def _past_noon(clock: re.Match[str]) -> str:
    half = clock[2] or ("pm" if int(clock[1].partition(":")[0]) in _AFTERNOON else "")
    return f"{clock[1]}{half}"


def _part(text: str) -> Iterator[tuple[int, int]]:
    """The spans of "mon-wed,fri 9-12 14-18": each day takes the times that follow it."""
    days: list[int] = []
    timed = False
    for word in re.split(r"[\s,&]+", text.strip()):
        named = _days(word)
        if named is None and word not in ("", "and"):
            timed = True
            start, end = _span(word, _HOW_HOURS)
            yield from ((day * _DAY + start, day * _DAY + end) for day in days or range(7))
        elif named is not None:
            days = list(named) if timed else [*days, *named]
            timed = False
    if not timed:
        yield from ((day * _DAY, (day + 1) * _DAY) for day in days)


def _days(word: str) -> range | list[int] | None:
    """The days that "mon", "fri-mon" or "weekdays" names; None when it names none."""
    if word in _DAY_GROUPS:
        return _DAY_GROUPS[word]
    first, dash, last = word.rstrip(":").partition("-")
    start, end = _day(first), _day(last if dash else first)
    if start is None or end is None:
        return None
    return [day % 7 for day in range(start, start + (end - start) % 7 + 1)]


def _day(word: str) -> int | None:
    """The day that a word begins to spell, Monday is 0; two letters are enough."""
    if len(word) < 2:
        return None
    begun = (
        number
        for number, names in enumerate(_DAY_NAMES)
        if any(f"{name}s".startswith(word.rstrip(".")) for name in names)
    )
    known = next(begun, None)
    return _day_elsewhere(word.rstrip(".")) if known is None and len(word) > 2 else known


def _day_elsewhere(word: str) -> int | None:
    return next((number for number, it in _MORE_DAY_NAMES if f"{it}s".startswith(word)), None)


def _span(text: str, how: str) -> tuple[int, int]:
    """Minutes of a day; an end that comes before its start is on the day after."""
    first, _, last = text.partition("-")
    opening, closing = _CLOCK.fullmatch(first), _CLOCK.fullmatch(last)
    if opening is None or closing is None:
        raise BadHours(f'"{text}" cannot be read; {how}')
    if _says_too_little(opening, closing):
        raise BadHours(f'"{text}" could be morning or evening; {how}')
    end = _minutes(closing, closing["half"])
    start = _opens(opening, closing["half"], end)
    if start is None or end is None or start in (end, _DAY):
        raise BadHours(f'"{text}" is not a time of day; {how}')
    return start, end if end > start else end + _DAY


def _opens(opening: re.Match[str], half: str | None, end: int | None) -> int | None:
    """The half of the end, if that comes before it: "5-9pm" is from 5pm, "9-5pm" from 9am."""
    if opening["half"] or not half or not 1 <= int(opening["hour"]) <= 12:
        return _minutes(opening, opening["half"])
    same = _minutes(opening, half)
    if same is None or end is None or same < end:
        return same
    return _minutes(opening, "am" if half == "pm" else "pm")


def _says_too_little(opening: re.Match[str], closing: re.Match[str]) -> bool:
    """Whether one reader takes it for the day and another for the night: "9am-5" or "9-5"."""
    if closing["half"] or not 1 <= int(closing["hour"]) <= 12:
        return False
    bare = opening["minute"] is None and closing["minute"] is None
    backwards = 12 >= int(opening["hour"]) > int(closing["hour"])
    return opening["half"] is not None or (bare and backwards)


def _minutes(clock: re.Match[str], half: str | None) -> int | None:
    """Minutes since midnight, up to 24:00; None when there is no such time."""
    hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    minutes = hour * 60 + minute
    return minutes if minute < 60 and minutes <= _DAY else None


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _moments(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """When clocks of the zone come to this time: twice where an hour is repeated; where it is
    skipped, the moment at which they jump over it."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return [first, second]
    while second.astimezone(zone).replace(tzinfo=None) < wall:
        second += _MINUTE
    return [second]
