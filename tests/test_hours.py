"""How hours are read, and when quiet ends; nothing here looks at the clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.hours import BadHours, Hours, Quiet, parse_hours, parse_quiet

NEW_YORK = ZoneInfo("America/New_York")
ZONES = ("America/New_York", "America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "UTC")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHT = Quiet(time(21), time(8))


def local(moment: str) -> datetime:
    """A local time such as "sat 09:30", in some week."""
    day, clock = moment.split()
    hour, minute = clock.split(":")
    return datetime(2026, 6, 1 + DAYS.index(day), int(hour), int(minute), tzinfo=NEW_YORK)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_hours_of_the_guide() -> None:
    hours = parse_hours("mon-fri 17:00-21:00; sat 09:00-18:00")
    assert hours.include(local("mon 17:00"))
    assert hours.include(local("fri 20:59"))
    assert hours.include(local("sat 09:00"))
    assert not hours.include(local("mon 16:59"))
    assert not hours.include(local("fri 21:00"))
    assert not hours.include(local("sat 18:00"))
    assert not hours.include(local("sun 12:00"))


@pytest.mark.parametrize("text", ["", "  ", "any", "Any time", "always", "24/7"])
def test_no_hours_mean_any_time(text: str) -> None:
    assert parse_hours(text) == Hours()
    assert Hours().include(local("sun 03:00"))


def test_a_span_over_midnight_belongs_to_the_day_it_starts() -> None:
    hours = parse_hours("fri 22:00-06:00")
    assert hours.include(local("fri 22:00"))
    assert hours.include(local("sat 05:59"))
    assert not hours.include(local("fri 05:00"))
    assert not hours.include(local("sat 22:00"))


def test_sunday_night_runs_into_monday() -> None:
    hours = parse_hours("sun 22:00-06:00")
    assert hours.include(local("mon 05:59"))
    assert not hours.include(local("mon 06:00"))


def test_a_day_alone_is_all_day() -> None:
    hours = parse_hours("sat")
    assert hours.include(local("sat 00:00"))
    assert hours.include(local("sat 23:59"))
    assert not hours.include(local("sun 00:00"))


def test_times_alone_are_for_every_day() -> None:
    hours = parse_hours("17:00-21:00")
    assert all(hours.include(local(f"{day} 18:00")) for day in DAYS)
    assert not hours.include(local("mon 16:00"))


def test_a_day_may_end_at_24() -> None:
    assert parse_hours("sat 18:00-24:00") == parse_hours("sat 18:00-00:00")
    assert parse_hours("sat 00:00-24:00") == parse_hours("sat")


def test_days_may_run_over_the_weekend() -> None:
    assert parse_hours("fri-mon") == parse_hours("mon; fri; sat; sun")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("MON-FRI 17:00-21:00", "mon-fri 17:00-21:00"),
        ("mon – fri  17:00 – 21:00", "mon-fri 17:00-21:00"),
        ("mon−fri 17:00—21:00", "mon-fri 17:00-21:00"),
        ("mon to fri 17:00 to 21:00", "mon-fri 17:00-21:00"),
        ("Monday-Friday: 17.00-21.00", "mon-fri 17:00-21:00"),
        ("mondays, wednesdays and fridays 9-17", "mon 9-17; wed 9-17; fri 9-17"),
        ("tues, thurs 9-17", "tue 09:00-17:00; thu 09:00-17:00"),
        ("mon-fri 5pm-9pm", "mon-fri 17:00-21:00"),
        ("mon-fri 5 PM - 9:30 p.m.", "mon-fri 17:00-21:30"),
        ("5-9pm", "17:00-21:00"),
        ("9-5pm", "09:00-17:00"),
        ("10pm-6am", "22:00-06:00"),
        ("22-6", "22:00-06:00"),
        ("12am-12pm", "00:00-12:00"),
        ("noon-midnight", "12:00-24:00"),
        ("midnight-6am", "00:00-06:00"),
        ("9-noon", "09:00-12:00"),
        ("17:00-9pm", "17:00-21:00"),
        ("mon 9-12 14-18", "mon 09:00-12:00; mon 14:00-18:00"),
        ("mon 9-12, tue 14-18", "mon 09:00-12:00; tue 14:00-18:00"),
        ("weekdays 17-21; weekends", "mon-fri 17:00-21:00; sat-sun"),
        ("every day 9-17", "09:00-17:00"),
        ("mon 9-12;\nsat;", "mon 09:00-12:00; sat"),
        ("lunes-viernes 17h-21h30; sábado", "mon-fri 17:00-21:30; sat"),
        ("lunes a viernes 9 a 17", "mon-fri 09:00-17:00"),
        ("mié, dom 9-17", "wed 09:00-17:00; sun 09:00-17:00"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, meaning: str) -> None:
    assert parse_hours(text) == parse_hours(meaning)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("weekdays after 5", "mon-fri 17:00-24:00"),
        ("weekdays after 5:30", "mon-fri 17:30-24:00"),
        ("Weekday evenings and weekends", "mon-fri 18:00-22:00; sat-sun 00:00-24:00"),
        ("after 9", "9:00-24:00"),
        ("after 7am", "7:00-24:00"),
        ("sat before 3", "sat 0:00-15:00"),
        ("before 11", "0:00-11:00"),
        ("mornings", "6:00-12:00"),
        ("sundays in the afternoon", "sun 12:00-18:00"),
        ("entre semana después de las 5", "mon-fri 17:00-24:00"),
        ("fines de semana", "sat-sun"),
        ("sábados por la mañana", "sat 6:00-12:00"),
    ],
)
def test_hours_are_read_as_people_say_them(text: str, table: str) -> None:
    assert parse_hours(text) == parse_hours(table)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sometimes", '"sometimes" cannot be read'),
        ("mon 17:00", '"17:00" cannot be read'),
        ("mon-fry 9-17", '"mon-fry" cannot be read'),
        ("mon 25:00-26:00", '"25:00-26:00" is not a time of day'),
        ("mon 9:75-17:00", '"9:75-17:00" is not a time of day'),
        ("mon 24:00-06:00", '"24:00-06:00" is not a time of day'),
        ("mon 9:00-9:00", '"9:00-9:00" is not a time of day'),
        ("mon 13pm-15pm", '"13pm-15pm" is not a time of day'),
        ("mon 9-5", '"9-5" could be morning or evening'),
        ("mon noon-5", '"12pm-5" could be morning or evening'),
        ("mon 9am-5", '"9am-5" could be morning or evening'),
    ],
)
def test_hours_that_cannot_be_read_say_how_to_write_them(text: str, reason: str) -> None:
    with pytest.raises(BadHours) as trouble:
        parse_hours(text)
    how = "write hours like mon-fri 17:00-21:00; sat 09:00-18:00"
    assert str(trouble.value) == f"{reason}; {how}"


@given(st.text(alphabet="montuesat 0123456789:-;,.pahd", max_size=30))
def test_whatever_is_written_is_read_or_refused_in_words(text: str) -> None:
    try:
        hours = parse_hours(text)
    except BadHours:
        return
    assert isinstance(hours.include(local("mon 12:00")), bool)
    assert all(0 <= start < 7 * 24 * 60 for start, _ in hours.spans)
    assert all(start < end <= start + 24 * 60 for start, end in hours.spans)


def test_quiet_hours_are_read() -> None:
    assert parse_quiet("21:00-08:00") == NIGHT
    assert parse_quiet(" 9pm – 8am ") == NIGHT
    assert parse_quiet("21:00-24:00") == Quiet(time(21), time(0))
    assert parse_quiet("  ") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("night", '"night" cannot be read'),
        ("mon 21:00-08:00", '"mon 21:00-08:00" cannot be read'),
        ("21:00-25:00", '"21:00-25:00" is not a time of day'),
        ("0:00-24:00", '"0:00-24:00" leaves hardly any time to ask people'),
        ("09:00-08:00", '"09:00-08:00" leaves hardly any time to ask people'),
    ],
)
def test_quiet_hours_that_cannot_be_read_say_how_to_write_them(text: str, reason: str) -> None:
    with pytest.raises(BadHours) as trouble:
        parse_quiet(text)
    assert str(trouble.value) == f"{reason}; write quiet hours like 21:00-08:00"


def test_quiet_covers_the_night_and_not_its_end() -> None:
    assert NIGHT.covers(local("mon 21:00"))
    assert NIGHT.covers(local("mon 07:59"))
    assert not NIGHT.covers(local("mon 08:00"))
    assert not NIGHT.covers(local("mon 20:59"))


def test_quiet_may_be_at_noon_or_end_at_midnight() -> None:
    siesta, evening = Quiet(time(12), time(15)), Quiet(time(21), time(0))
    assert siesta.covers(local("mon 12:00"))
    assert not siesta.covers(local("mon 15:00"))
    assert evening.covers(local("mon 23:59"))
    assert not evening.covers(local("mon 00:00"))


@pytest.mark.parametrize(
    ("quiet", "moment", "end"),
    [
        # An ordinary day: 08:00 in summer is 12:00 UTC.
        (NIGHT, "2026-06-01T02:00", "2026-06-01T12:00"),
        (NIGHT, "2026-06-01T11:59", "2026-06-01T12:00"),
        (NIGHT, "2026-06-01T12:00", "2026-06-02T12:00"),
        (NIGHT, "2026-06-01T15:00", "2026-06-02T12:00"),
        # Clocks go forward on March 8, 2026, at 07:00 UTC.
        (NIGHT, "2026-03-08T02:00", "2026-03-08T12:00"),
        (NIGHT, "2026-03-07T13:00", "2026-03-08T12:00"),
        # 02:30 is skipped: quiet ends when clocks jump to 03:00.
        (Quiet(time(21), time(2, 30)), "2026-03-08T06:59", "2026-03-08T07:00"),
        (Quiet(time(21), time(2, 30)), "2026-03-08T07:00", "2026-03-09T06:30"),
        (Quiet(time(21), time(2, 30)), "2026-03-08T07:15", "2026-03-09T06:30"),
        # Clocks go back on November 1, 2026, at 06:00 UTC.
        (NIGHT, "2026-11-01T02:00", "2026-11-01T13:00"),
        (NIGHT, "2026-10-31T12:00", "2026-11-01T13:00"),
        # 01:30 comes twice: quiet ends, returns with the second 01:00, and ends again.
        (Quiet(time(21), time(1, 30)), "2026-11-01T05:00", "2026-11-01T05:30"),
        (Quiet(time(21), time(1, 30)), "2026-11-01T05:30", "2026-11-01T06:30"),
        (Quiet(time(21), time(1, 30)), "2026-11-01T06:15", "2026-11-01T06:30"),
    ],
)
def test_quiet_ends_by_the_clock_on_the_wall(quiet: Quiet, moment: str, end: str) -> None:
    assert quiet.ends_after(utc(moment), NEW_YORK) == utc(end)


@given(
    start=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    length=st.integers(min_value=1, max_value=20 * 60),
    moment=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_the_end_of_quiet_is_soon_and_not_quiet(
    start: time, length: int, moment: datetime, zone: ZoneInfo
) -> None:
    end = (datetime.combine(moment, start) + timedelta(minutes=length)).time()
    assume(start != end)
    quiet = Quiet(start, end)
    ends = quiet.ends_after(moment, zone)
    assert ends.tzinfo is UTC
    assert timedelta() < ends - moment <= timedelta(hours=25)
    assert not quiet.covers(ends.astimezone(zone))


@given(
    moment=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_before_its_end_quiet_has_not_ended(moment: datetime, zone: ZoneInfo) -> None:
    assume(NIGHT.covers(moment.astimezone(zone)))
    ends = NIGHT.ends_after(moment, zone)
    assert NIGHT.covers((ends - timedelta(minutes=1)).astimezone(zone))
    assert NIGHT.covers((moment + (ends - moment) / 2).astimezone(zone))
