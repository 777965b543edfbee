"""When a neighbor wants to be asked, and when nobody is.

Reads "mon-fri 17:00-21:00; sat 09:00-18:00" and "21:00-08:00" as people write them, and answers
for a given moment. Reads no clock and knows nobody's time zone: local times come in as arguments.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from hotline.phrasebook import by_language, heard, one_of


def _any_of(*names: str) -> str:
    """A pattern for what stands under any of these names in a words.tsv."""
    return one_of(it for name in names for it in heard(name))


_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY
_SHORTEST_AWAKE: Final = 2 * 60

_MINUTE: Final = timedelta(minutes=1)

_HOW_HOURS: Final = "write hours like mon-fri 17:00-21:00; sat 09:00-18:00"
_HOW_QUIET: Final = "write quiet hours like 21:00-08:00"

_ANY_TIME: Final = heard("any") | {
    *("", "any", "any time", "anytime", "always", "24/7", "whenever", "any hour")
}
_ENGLISH_DAYS: Final = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_DAYS: Final = tuple(enumerate(_ENGLISH_DAYS)) + tuple(
    each for days in by_language("days").values() for each in enumerate(days)
)
# In two letters, where not too much would be a day.
_BRIEF_DAYS: Final = {it[:2]: number for number, it in enumerate(_ENGLISH_DAYS)} | {
    it: number for days in by_language("brief_days").values() for number, it in enumerate(days)
}
_DAY_GROUPS: Final = {
    "daily": range(7),
    "everyday": range(7),
    "weekdays": range(5),
    "weekday": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
}
_SPELLING: Final = (
    (re.compile(rf"[\u2010-\u2015\u2212]|\s(?:to|{_any_of('until')})\s"), "-"),
    (re.compile(r"\s*-\s*"), "-"),
    (re.compile(r"\s*([ap])\.?m\b\.?"), r"\1m"),
    (re.compile(r"\bevery\s+day\b"), "daily"),
    (re.compile(r"\bnoon\b"), "12pm"),
    (re.compile(r"(?<=-)midnight\b"), "24:00"),
    (re.compile(r"\bmidnight\b"), "12am"),
)
# What people say who do not write a table.
_SAYING: Final = (
    (re.compile(rf"\b(?:after work|{_any_of('after_work')})\b"), "17:00-22:00"),
    (re.compile(rf"(?:\bin the )?\b(?:mornings?|{_any_of('mornings')})\b"), "06:00-12:00"),
    (re.compile(rf"(?:\bin the )?\b(?:afternoons?|{_any_of('afternoons')})\b"), "12:00-18:00"),
    (
        re.compile(rf"(?:\b(?:in the|at) )?\b(?:evenings?|nights?|{_any_of('evenings')})\b"),
        "18:00-22:00",
    ),
)
_MORE_SAYING: Final = {
    phrase: plain
    for plain in ("weekdays", "weekends", "after", "before")
    for phrase in heard(plain)
}
_MORE_SAID: Final = re.compile(rf"\b(?:{_any_of('weekdays', 'weekends', 'after', 'before')})\b")
_AFTER: Final = re.compile(r"\bafter (\d{1,2}(?::\d\d)?)h?(am|pm)?\b")
_BEFORE: Final = re.compile(r"\bbefore (\d{1,2}(?::\d\d)?)h?(am|pm)?\b")
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
    if plain in _ANY_TIME:
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


_UNACCENTED: Final = str.maketrans("áàâãéèêíîóòôõúùûçñ", "aaaaeeeiioooouuucn")


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().lower().translate(_UNACCENTED)
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
    bare = word.rstrip(".")
    if len(bare) < 3:
        return _BRIEF_DAYS.get(bare)
    return next((number for number, name in _DAYS if f"{name}s".startswith(bare)), None)


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
