"""The lists of the carrier's REST API: spans of time to filter by, and pages.

Plain functions, for whatever has a sid: texts, calls, recordings.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlencode


class Listed(Protocol):
    sid: str


Thing = TypeVar("Thing", bound=Listed)
Span = tuple[datetime, datetime]


def span_of(written: str) -> Span:
    """The first and last second that a date or a time means. Raises ValueError."""
    if len(written) == len("2026-01-01"):
        day = datetime.combine(datetime.fromisoformat(written).date(), time(), UTC)
        return day, day + timedelta(days=1, seconds=-1)
    moment = datetime.fromisoformat(written)
    moment = moment.replace(tzinfo=moment.tzinfo or UTC, microsecond=0)
    return moment, moment


def is_within(asked: Mapping[str, str], name: str) -> Callable[[datetime | None], bool]:
    """Whether a moment is within `name`, `name<` and `name>` as they were asked for.

    `<` and `>` include the moment they name. Raises ValueError for what is no date.
    """
    on, until, since = (
        span_of(asked[it]) if asked.get(it) else None for it in (name, f"{name}<", f"{name}>")
    )

    def is_wanted(moment: datetime | None) -> bool:
        if moment is None:
            return not any((on, until, since))
        moment = moment.replace(microsecond=0)
        return (
            (on is None or on[0] <= moment <= on[1])
            and (until is None or moment <= until[1])
            and (since is None or moment >= since[0])
        )

    return is_wanted


def page_json(
    found: Sequence[Thing],
    asked: Mapping[str, str],
    filters: Iterable[str],
    *,
    uri: str,
    key: str,
    shape: Callable[[Thing], dict[str, object]],
) -> dict[str, object]:
    """One page of a list, its things under `key`, each in this shape.

    `filters`: which of what was asked for stays in the addresses of the other pages. Raises
    ValueError for a page or size that is no number.
    """
    size = min(max(int(asked.get("PageSize") or 50), 1), 1000)
    number = max(int(asked.get("Page") or 0), 0)
    start = _start_of(found, asked.get("PageToken", ""), number * size)
    shown = found[start : start + size]
    kept = {name: asked[name] for name in filters if name in asked}

    def page(number: int, **token: str) -> str:
        return f"{uri}?{urlencode({**kept, 'PageSize': size, 'Page': number, **token})}"

    is_more = start + size < len(found)
    return {
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "page": number,
        "page_size": size,
        "uri": page(number),
        "first_page_uri": page(0),
        "next_page_uri": page(number + 1, PageToken=f"PA{shown[-1].sid}") if is_more else None,
        "previous_page_uri": page(number - 1) if number else None,
        key: [shape(it) for it in shown],
    }


def _start_of(found: Sequence[Listed], token: str, otherwise: int) -> int:
    """Where the page begins: after the thing the token names, so that new ones move nothing."""
    after = (place + 1 for place, it in enumerate(found) if f"PA{it.sid}" == token)
    return next(after, otherwise)


def meta_page_json(
    found: Sequence[Thing],
    asked: Mapping[str, str],
    *,
    url: str,
    key: str,
    shape: Callable[[Thing], dict[str, object]],
    filters: Iterable[str] = (),
) -> dict[str, object]:
    """The same as the newer part of the API has it, with all about pages under `meta`, and the
    addresses of others whole. `url`: the list's own."""
    old = page_json(found, asked, filters, uri=url, key=key, shape=shape)
    meta = {
        "first_page_url": old["first_page_uri"],
        "key": key,
        "next_page_url": old["next_page_uri"],
        "page": old["page"],
        "page_size": old["page_size"],
        "previous_page_url": old["previous_page_uri"],
        "url": old["uri"],
    }
    return {"meta": meta, key: old[key]}
