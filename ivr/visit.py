"""A call between two documents: its row, where it is in the menu, and who is calling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from hotline.desk.step import take_step
from hotline.help_request import Event, HelpRequest
from hotline.phone import is_nobodys
from hotline.store import calls
from hotline.store.calls import CallRow
from hotline.store.people import Neighbor
from hotline.work import Work
from hotline.worry import ReadsWorry, carefree
from ivr.menu import Call, Draft, Step, Talk
from ivr.trust import Trust


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """What we can do on the phone: whether our number `can_call`, what sounds must call themselves
    so that it `plays` them, which numbers are `ours`, what tells danger in what was spoken, and in
    which languages that is `written` down."""

    can_call: bool = False
    plays: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    reads_worry: ReadsWorry = carefree
    written: frozenset[str] = frozenset()


@dataclass
class Visit:
    """One step of a call on its way to rows and a document. `call` is where it is, `person` who
    calls; both are what they are now."""

    work: Work
    line: PhoneLine
    row: CallRow
    call: Call
    person: Neighbor | None

    @property
    def is_ours(self) -> bool:
        """Whether it was we who called the number on file."""
        return self.row.message_id is not None

    def move(self, **facts: Any) -> None:
        """Go on in the menu."""
        self.call = replace(self.call, **facts)

    def is_now(self, person: Neighbor) -> None:
        """Who calls has changed something of themselves."""
        self.person = person
        self.work.know(person)

    def happen(self, number: int, event: Event, *, is_told: bool = False) -> None:
        """Something happens to a request. What whoever calls hears of it is said in the next
        document; `is_told`: it is texted as well, if they get texts."""
        by_text = is_told and self.person is not None and not self.person.by_voice
        actor = None if by_text else self.person
        take_step(self.work.by(actor, is_quiet=True), number, event)

    def others(self, request: HelpRequest) -> list[int]:
        """Who hears what somebody says in a conversation."""
        me = self.person.id if self.person else None
        if me is None or not request.is_live or me not in (request.requester, *request.takers):
            return []
        them = [it for it in request.others(me) if it != me]
        self.work.meet(them)
        known = [self.work.person(it) for it in them]
        return [it.id for it in known if not (it.stopped or is_nobodys(it.phone))]


def visit_of(work: Work, line: PhoneLine, row: CallRow) -> Visit:
    """The call as it was written down."""
    person = work.person(row.neighbor) if row.neighbor is not None else None
    return Visit(work, line, row, call_of(row.state), person)


def save(visit: Visit) -> None:
    """Write down where the call is, though nothing is said in it."""
    calls.note_state(visit.work.connection, visit.row, state_of(visit.call))


_PLAIN = [it.name for it in fields(Call) if it.name not in ("draft", "former")]


def state_of(call: Call) -> dict[str, Any]:
    """As it is written down. `asdict` would copy everything deep, for each step of each call."""
    return {
        **{name: getattr(call, name) for name in _PLAIN},
        "draft": _draft_of(call.draft),
        "former": _draft_of(call.former),
    }


def _draft_of(it: Draft) -> list[Any]:
    return [it.need, it.postcode, it.recordings]


def call_of(state: Mapping[str, Any]) -> Call:
    """As it was written down."""
    drafts = {name: _as_draft(*state[name]) for name in ("draft", "former")}
    known = {
        "step": Step(state["step"]),
        "wanted": Step(state.get("wanted", Step.TOPIC)),
        "trust": Trust(state.get("trust", Trust.UNKNOWN)),
        "talk": Talk(state.get("talk", "")),
    }
    return Call(**{**state, **drafts, **known})


def _as_draft(need: str, postcode: str, recordings: list[str]) -> Draft:
    return Draft(need, postcode, tuple(recordings))
