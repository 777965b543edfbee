"""What comes of a text in a situation, without a process: for `heard/*.tsv`.

The situations: `stranger`; `open`: waits for food, request 12; `taken`: the same, and Ana comes;
`how`: asked how it went; `paged`: asked about 12; `holds`: took 12; `helper`: on the roster;
`stopped`: on the roster, and said STOP.

What can come of it: `asks`, with `asks:food` for a need; `adds` to their request; `answered`: they
read something; `relays`: the other reads it; `takes`, `passes`, `hands_back`, `reopens`, `closes`,
`stops`, `starts`; `joins`: they hear how to join; `emergency`: they read whom to call; `shields`:
the two are parted; `steward`: the stewards hear of it; `quiet`: nobody is texted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hotline.help_request import (
    Accepted,
    Done,
    HandedBack,
    HelpRequest,
    NotYet,
    Passed,
    State,
    WentWell,
    Withdrawn,
)
from hotline.notices import Told
from hotline.page import PageState
from hotline.roster import Asked
from hotline.settings import Network
from sms import conversation, orders, shelter
from sms.conversation import (
    Act,
    AddWords,
    Happens,
    KeepApart,
    Obey,
    OpenRequest,
    PassOn,
    Say,
    SayWhatIsNeeded,
    Situation,
    StartTexts,
    StopTexts,
    TellOfDanger,
    TellOfWrong,
    Warn,
)
from sms.orders import Join
from sms.reading import read

HEARD = Path(__file__).parent / "heard"
NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
ASKER, HELPER, NOBODY = 1, 2, 3


class Case(NamedTuple):
    """One text. `wanted`: each must hold, of one with bars in it either, with "!" it must not."""

    when: str
    wanted: tuple[str, ...]
    text: str


def cases(language: str) -> Iterator[Case]:
    for line in (HEARD / f"{language}.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            when, wanted, text = line.split("\t")
            yield Case(when, tuple(wanted.split()), text)


def holds(case: Case, network: Network) -> bool:
    came = outcomes(case.when, case.text, network)
    return all(_holds(it, came) for it in case.wanted)


def _holds(wanted: str, came: set[str]) -> bool:
    if wanted.startswith("!"):
        return wanted[1:] not in came
    return any(it in came for it in wanted.split("|"))


def outcomes(when: str, text: str, network: Network) -> set[str]:
    situation = _situation(when, network)
    reading = read(text, network, asked_about=situation.numbers)
    acts = conversation.decide(situation, reading, orders.find(reading, network))
    names = ("Ana",) if when in ("taken", "how") else ()
    acts = shelter.shelter(situation, reading, acts, names)
    came = {it for act in acts for it in _outcomes(act)}
    if "asks" in came:
        came.discard("adds")
    if not came:
        came.add("quiet")
    if when == "how" and "reopens" not in came:
        came.add("closes")
    return came


def _situation(when: str, network: Network) -> Situation:
    who, state, is_asked_how, pages = _SITUATIONS[when]
    request = HelpRequest(
        number=12,
        requester=ASKER,
        needs=("food",),
        area=None,
        state=state or State.OPEN,
        since=NOW - timedelta(minutes=30),
        due=NOW + timedelta(hours=3),
        takers=(HELPER,) if state in (State.TAKEN, State.DONE) else (),
        checked_in=is_asked_how,
    )
    return Situation(
        who,
        NOW,
        requests=(request,) if state else (),
        pages=tuple(pages),
        on_roster=who in (HELPER, NOBODY) and when != "stranger",
        stopped=when == "stopped",
        language_known=who == ASKER,
        languages=network.languages,
        example=("food",),
    )


_ASKED = Asked(12, page=PageState.ASKED, request=State.OPEN, asked_at=NOW)
_TOOK = Asked(12, page=PageState.ACCEPTED, request=State.TAKEN, asked_at=NOW)
_SITUATIONS: dict[str, tuple[int, State | None, bool, Sequence[Asked]]] = {
    "stranger": (NOBODY, None, False, ()),
    "open": (ASKER, State.OPEN, False, ()),
    "taken": (ASKER, State.TAKEN, False, ()),
    "how": (ASKER, State.DONE, True, ()),
    "paged": (HELPER, None, False, (_ASKED,)),
    "holds": (HELPER, State.TAKEN, False, (_TOOK,)),
    "helper": (HELPER, None, False, ()),
    "stopped": (HELPER, None, False, ()),
}
_EVENTS: dict[type[object], tuple[str, ...]] = {
    Accepted: ("takes",),
    Passed: ("passes",),
    HandedBack: ("hands_back",),
    NotYet: ("reopens",),
    Done: ("closes",),
    Withdrawn: ("closes",),
    WentWell: ("closes",),
}


def _outcomes(act: Act) -> tuple[str, ...]:
    match act:
        case Say(told) if told.what is Told.HELD:
            return ("answered", "emergency")
        case Say(told):
            joins = told.what is Told.WANTS_TO_JOIN
            return ("answered", "joins") if joins else ("answered",)
        case SayWhatIsNeeded():
            return ("answered",)
        case OpenRequest(needs):
            return ("asks", "answered", *(f"asks:{need}" for need in needs))
        case AddWords():
            return ("adds", "answered")
        case PassOn():
            return ("relays",)
        case StopTexts():
            return ("stops", "answered")
        case StartTexts():
            return ("starts", "answered")
        case Warn():
            return ("emergency", "answered")
        case KeepApart(not_done=not_done):
            again = ("reopens",) if not_done else ()
            return (*again, "shields", "steward", "emergency", "answered")
        case TellOfDanger() | TellOfWrong():
            return ("steward",)
        case Obey(order):
            return ("joins", "answered") if isinstance(order, Join) else ("answered",)
        case Happens(_, event):
            came = _EVENTS.get(type(event), ())
            return (*came, "answered") if came else ()
        case _:
            return ()
