"""Counts what must not be. Pure: facts from the carrier, the database and the logs go in.

Each line of the count is a list of ids, so that a fault can be looked at afterwards; no line holds
words or numbers of people.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from chaos.callers import Called
from chaos.desk import DESK_WORD, KEPT_AS, Acted
from chaos.people import FLOOD, Sent
from chaos.sentences import Recognized, recognize
from hotline.errors import OptedOut
from hotline.message import Channel
from hotline.store.tables import SHOWN
from hotline.words import Sentence
from ivr.menu import LEAST, Step
from ivr.trust import Trust

UNDER_WAY = 2.0  # seconds between deciding to send a text and its being on the wire
PERMANENT = {21610, 21211, 21214, 21217, 21612, 21614}  # the carrier's codes for "never"
STATES = ["waiting", "sending", "unknown", "accepted", "sent", "delivered"]
TELLING = {"sent", "delivered", "undelivered", "failed"}  # of these callbacks note is taken
STARTS = re.compile(r"\s*(start|unstop|yes)\s*", re.IGNORECASE)  # what opts in again

TAKEN = (Sentence.YOURS, Sentence.YOURS_QUOTE_FOLLOWS)
ABOUT_TAKING = (
    *TAKEN,
    Sentence.HANDED_BACK,
    Sentence.TOO_LATE,
    Sentence.NO_LONGER_NEEDED,
    Sentence.THANKS_ALL_THE_SAME,
    Sentence.DONE,
)

VOUCHED = {Sentence.VOUCH_DONE, Sentence.STEWARDS_VOUCHED}
RESTING = {"rest": "paused", "come_back": "back"}  # a deed, and what the record calls it
ABOUT_RESTING = {Sentence.PAUSED, Sentence.PAUSED_UNTIL, Sentence.BACK}

AT_DESK = {*KEPT_AS.values(), "read_words"} - {"closed"}  # leaves a request with whoever has it

THEIRS = {it.value for it, least in LEAST.items() if isinstance(it, Step) and least is Trust.PROVEN}

Row = Any  # one row of a table, with its columns by name


@dataclass(frozen=True)
class Facts:
    """Everything there is to know after a run.

    `attempts`: the carrier's ledger, and `replies` the same of what it read in answers to texts.
    `begun`: when (in real seconds) a text, by its id, set out to the carrier. `now`: the time of
    the hotline at the end. `tales`: where logs hold what none may hold. `kept`: where words still
    are a month later. `broken`: what a power cut left of the database that is none.
    """

    sent: Sequence[Sent]
    attempts: Sequence[Mapping[str, Any]]
    begun: Mapping[int, Sequence[float]]
    neighbors: Sequence[Row]
    requests: Sequence[Row]
    takers: Sequence[Row]
    pages: Sequence[Row]
    messages: Sequence[Row]
    now: datetime
    asked_at_most: int = 0  # how often somebody may be asked in a day for who is not known
    hold: int = 0  # how many requests somebody may have at a time
    replies: Sequence[Mapping[str, Any]] = ()
    called: Sequence[Called] = ()
    acted: Sequence[Acted] = ()
    calls: Sequence[Row] = ()
    events: Sequence[Row] = ()
    notes: Sequence[Row] = ()
    tales: Sequence[str] = ()
    kept: Sequence[str] = ()
    broken: Sequence[str] = ()

    @cached_property
    def inbox(self) -> list[Row]:
        """The texts that people wrote, as they were stored one after the other."""
        return self._by(Channel.TEXT)

    @cached_property
    def outbox(self) -> list[Row]:
        """The texts and calls that left, or were to leave, by themselves."""
        return self._by(Channel.API, Channel.CALL)

    @cached_property
    def answers(self) -> dict[int, list[Row]]:
        """What each text, by its id, was answered with."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self._by(Channel.REPLY):
            found[row.reply_to].append(row)
        return found

    @cached_property
    def at_desk(self) -> list[Row]:
        """What was written down for somebody who came to the table."""
        return self._by(Channel.DESK)

    def told(self, text: Row) -> list[Recognized]:
        """The sentences that a text was answered with."""
        return [it for it in map(recognize, self.bodies(text)) if it]

    def bodies(self, text: Row) -> list[str]:
        return [row.body for row in self.answers.get(text.id, ())]

    def _by(self, *channels: Channel) -> list[Row]:
        rows = [row for row in self.messages if row.channel in channels]
        return sorted(rows, key=lambda row: int(row.id))


@dataclass(frozen=True)
class Line:
    """One line of the count: its name, what it says, and what it found."""

    name: str
    says: str
    found: list[str] = field(default_factory=list)


Check = Callable[[Facts], Iterable[str]]
CHECKS: dict[str, tuple[str, Check]] = {}


def _check(name: str, says: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS[name] = says, check
        return check

    return register


def count(facts: Facts) -> list[Line]:
    return [Line(name, says, sorted(check(facts))) for name, (says, check) in CHECKS.items()]


def is_found_twice(names: Iterable[str], look: Callable[[], Facts]) -> bool:
    """Whether each of these checks finds something that it finds at a second look as well: while
    people go on, what is there may not have been told yet, and what was told be there only now."""
    first = look()
    found = {name: set(CHECKS[name][1](first)) for name in names}
    if not all(found.values()):
        return False
    second = look()
    return all(not once.isdisjoint(CHECKS[name][1](second)) for name, once in found.items())


# What somebody was told.


@_check("not_stored", "acknowledged to somebody and not in the database")
def not_stored(facts: Facts) -> Iterator[str]:
    """Every text that was answered is stored, and what its answer says is so."""
    stored = {row.sid for row in facts.inbox}
    people = {row.id: row.phone for row in facts.neighbors}
    requests = {row.number: row for row in facts.requests}
    for it in facts.sent:
        if it.answered is not None and it.sid not in stored:
            yield f"text {it.sid}"
        for told in filter(None, map(recognize, it.replies)):
            request = requests.get(told.number or 0)
            match told.sentence:
                case Sentence.ASKED | Sentence.ASKED_IN_QUIET:
                    if request is None or people[request.requester_id] != it.phone:
                        yield f"request {told.number}"
                case Sentence.WITHDRAWN:
                    if request is None or request.state != "withdrawn":
                        yield f"withdrawal of {told.number}"
                case _:
                    pass


@_check("stored_twice", "inbound texts stored twice")
def stored_twice(facts: Facts) -> Iterator[str]:
    people = {row.id: row.phone for row in facts.neighbors}
    written = Counter((it.phone, it.body) for it in facts.sent)
    stored = Counter((people[row.neighbor_id], row.body) for row in facts.inbox)
    last = {(people[row.neighbor_id], row.body): row.id for row in facts.inbox}
    for key, times in stored.items():
        if times > written[key]:
            yield f"text in {last[key]}: {times} for {written[key]}"


@_check("replies", "replies not written down as they were said, or told of in vain")
def replies(facts: Facts) -> Iterator[str]:
    """What the carrier read in an answer is a row for whoever texted; every row that a text was
    answered with was read there; and once we took note of a callback, the row knows its name."""
    people = {row.id: row.phone for row in facts.neighbors}
    rows = {row.id: row for some in facts.answers.values() for row in some}
    for it in facts.replies:
        row = rows.get(_text_id(it))
        if row is None or people[row.neighbor_id] != it["to"]:
            yield f"reply {_text_id(it)}: not written down for them"
        elif row.sid is None and TELLING & set(it["told"]):
            yield f"reply {row.id}: told of, and its name is not known"
    read = {_text_id(it) for it in facts.replies}
    texts = {row.sid: row for row in facts.inbox}
    for sent in facts.sent:
        text = texts.get(sent.sid)
        if text is None or sent.answered is None:
            continue
        for row in facts.answers.get(text.id, ()):
            if row.id not in read:
                yield f"reply {row.id}: written down and not said"
        if set(sent.replies) - {body.strip() for body in facts.bodies(text)}:
            yield f"text in {text.id}: answered with other words"


# What somebody said on the phone.


@_check("calls_lost", "said on the phone, answered, and no request")
def calls_lost(facts: Facts) -> Iterator[str]:
    """Whoever chose a need or spoke, and heard what comes next, has a request: also if they, or a
    process, went away then."""
    rows = {row.sid: row for row in facts.calls}
    for it in facts.called:
        row = rows.get(it.sid)
        if it.told_us and (row is None or row.state["sent"] is None):
            yield f"call {it.sid}"


@_check("unproven", "heard or done by whoever only showed a number")
def unproven(facts: Facts) -> Iterator[str]:
    """What is between us and somebody is theirs alone, until the caller has proven to be them."""
    rows = {row.sid: row for row in facts.calls}
    for it in facts.called:
        row = rows.get(it.sid) if it.is_forged else None
        if row and (row.state["about"] is not None or row.state["step"] in THEIRS):
            yield f"call {it.sid}"


@_check("unasked", "requests that nobody asked for")
def unasked(facts: Facts) -> Iterator[str]:
    """Each request has words in a text or from the desk, or is that of one call."""
    known = {row.request_number for row in (*facts.inbox, *facts.at_desk) if row.is_words}
    known |= {row.state["sent"] for row in facts.calls}
    for row in facts.requests:
        if row.number not in known:
            yield f"request {row.number}"


# Requests.


@_check("two_takers", "requests with two takers")
def two_takers(facts: Facts) -> Iterator[str]:
    """Whoever was told that it is theirs holds it, or has given it back since."""
    gave_back = {
        (row.request_number, row.neighbor_id) for row in facts.pages if row.state == "passed"
    }
    holders: dict[int, set[int]] = defaultdict(set)
    for row in facts.pages:
        if row.state == "accepted":
            holders[row.request_number].add(row.neighbor_id)
    for (number, taker), told in _last_told(facts).items():
        if told in TAKEN and (number, taker) not in gave_back:
            holders[number].add(taker)
    for row in facts.takers:
        holders[row.request_number].add(row.neighbor_id)
    for number, who in holders.items():
        if len(who) > 1:
            yield f"request {number}: neighbors {sorted(who)}"


def _last_told(facts: Facts) -> dict[tuple[int, int], Sentence]:
    """What somebody was answered last about a request; nothing since they said STOP."""
    stops = {it.sid for it in facts.sent if it.deed == "stop"}
    last: dict[tuple[int, int], Sentence] = {}
    for row in facts.inbox:
        if row.sid in stops:
            last = {key: told for key, told in last.items() if key[1] != row.neighbor_id}
        for told in facts.told(row):
            if told.number and told.sentence in ABOUT_TAKING:
                last[told.number, row.neighbor_id] = told.sentence
    return last


@_check("pages_that_lie", "accepted pages of who does not take it, and takers without one")
def pages_that_lie(facts: Facts) -> Iterator[str]:
    accepted = {
        (row.request_number, row.neighbor_id) for row in facts.pages if row.state == "accepted"
    }
    taken = {(row.request_number, row.neighbor_id) for row in facts.takers}
    for number, who in accepted - taken:
        yield f"request {number}: neighbor {who} accepted and does not take it"
    for number, who in taken - accepted:
        yield f"request {number}: neighbor {who} takes it and has no accepted page"


@_check("nothing_due", "open or taken requests with nothing due")
def nothing_due(facts: Facts) -> Iterator[str]:
    for row in facts.requests:
        if row.state in ("open", "taken") and row.look_at is None:
            yield f"request {row.number}"


@_check("left_undone", "due and not done when everything had come to rest")
def left_undone(facts: Facts) -> Iterator[str]:
    for row in facts.requests:
        if row.look_at is not None and row.look_at <= facts.now:
            yield f"request {row.number}"
    for row in facts.messages:
        if row.due is not None and row.due <= facts.now:
            yield f"text {row.id}"


# Texts that went out.


def _text_id(attempt: Mapping[str, Any]) -> int:
    found = re.search(r"[?&]text=(\d+)", str(attempt["status_callback"]))
    return int(found[1]) if found else 0


@_check("taken_twice", "texts that the carrier took twice for one row")
def taken_twice(facts: Facts) -> Iterator[str]:
    taken = Counter(_text_id(it) for it in facts.attempts if it["taken"])
    for text_id, times in taken.items():
        if times > 1:
            yield f"text {text_id}: {times} times"


@_check("never_sent", "texts never sent though nothing forbade it")
def never_sent(facts: Facts) -> Iterator[str]:
    taken = {_text_id(it) for it in facts.attempts if it["taken"]}
    refused = {_text_id(it) for it in facts.attempts if it["code"] in PERMANENT}
    stopped = _ever_stopped(facts)
    for row in facts.outbox:
        match row.state:
            case "accepted" | "sent" | "delivered" | "undelivered" if row.id not in taken:
                yield f"text {row.id}: {row.state}, and the carrier never took it"
            case "waiting" | "sending" | "unknown":
                waits = f"made {row.at}, due {row.due}, now it is {facts.now}"
                yield f"{row.channel} {row.id}: {row.state} after {row.claims} claims, {waits}"
            case "failed" if row.id not in refused:
                yield f"text {row.id}: failed, and the carrier never refused it for good"
            case "dropped" if not _may_be_dropped(row, facts, stopped):
                yield f"text {row.id}: dropped for no reason"
            case _:
                pass


def _ever_stopped(facts: Facts) -> set[int]:
    people = {row.phone: row.id for row in facts.neighbors}
    said = {people[it.phone] for it in facts.sent if it.deed == "stop" and it.phone in people}
    return said | {row.id for row in facts.neighbors if row.stopped_at is not None}


def _may_be_dropped(row: Row, facts: Facts, stopped: set[int]) -> bool:
    """A page may come too late, and somebody who said STOP, or has the news already in the answer
    to their own YES, needs no text."""
    if row.neighbor_id in stopped or row.good_until is not None or row.channel == Channel.CALL:
        return True
    return any(
        page.request_number == row.request_number and page.neighbor_id == row.neighbor_id
        for page in facts.pages
        if page.state != "asked"
    )


@_check("brought_together", "asked about a request of whom they are kept apart from")
def brought_together(facts: Facts) -> Iterator[str]:
    """A page that was written at the moment of a SAFE is allowed."""
    asker = {row.number: row.requester_id for row in facts.requests}
    since: dict[tuple[int, int], datetime] = {}
    for row in facts.events:
        for pair in ((row.neighbor_id, row.about_id), (row.about_id, row.neighbor_id)):
            if row.what == "apart":
                since.setdefault(pair, row.at)
            elif row.what == "together":
                since.pop(pair, None)
    for page in facts.pages:
        apart = since.get((page.neighbor_id, asker[page.request_number]))
        if apart is not None and apart < page.asked_at:
            yield f"page {page.id}"


@_check("used_up", "asked for who is not known, out of what is kept for others")
def used_up(facts: Facts) -> Iterator[str]:
    """For phones of a flood nobody is asked who was asked as often already that day. Counted is
    who was asked for the first time about something: pages are moved by later rounds."""
    flood = {it.phone for it in facts.sent if it.deed == FLOOD}
    theirs = {row.id for row in facts.neighbors if row.phone in flood}
    for_flood = {row.number for row in facts.requests if row.requester_id in theirs}
    by_name = {(it.request_number, it.about_id) for it in facts.events if it.what == "askedperson"}
    pages: dict[int, list[Row]] = defaultdict(list)
    for row in sorted(facts.pages, key=lambda row: int(row.id)):
        if (row.request_number, row.neighbor_id) not in by_name:
            pages[row.neighbor_id].append(row)
    for some in pages.values():
        for place, page in enumerate(some):
            if page.request_number in for_flood and page.round > SHOWN:
                day_ago = page.asked_at - timedelta(days=1)
                before = [it for it in some[:place] if it.round == 1 and it.asked_at > day_ago]
                if len(before) >= facts.asked_at_most:
                    yield f"page {page.id}: {len(before)} before it"


@_check("held_too_many", "took more at a time than they may")
def held_too_many(facts: Facts) -> Iterator[str]:
    """By the record, which tells of everything but of what was withdrawn: that is left aside."""
    withdrawn = {row.number for row in facts.requests if row.state == "withdrawn"}
    holders: dict[int, set[int]] = defaultdict(set)
    for row in sorted(facts.events, key=lambda row: int(row.id)):
        number, who = row.request_number, row.neighbor_id
        if number is None or number in withdrawn:
            continue
        if row.what == "took":
            held = sum(who in some for it, some in holders.items() if it != number)
            if held >= facts.hold:
                yield f"event {row.id}: {held} before it"
            holders[number].add(who)
        elif row.what in ("handed_back", "let_go"):
            holders[number].discard(who)
        elif row.what not in AT_DESK:
            holders[number].clear()


@_check("after_stop", "texts sent after a STOP was stored")
def after_stop(facts: Facts) -> Iterator[str]:
    """What set out before the hotline had answered the STOP was under way and is allowed."""
    quiet = _quiet_times(facts)
    for row in facts.outbox:
        for begun in facts.begun.get(row.id, ()):
            if any(since + UNDER_WAY < begun < until for since, until in quiet[row.neighbor_id]):
                yield f"text {row.id}"


def _quiet_times(facts: Facts) -> dict[int, list[tuple[float, float]]]:
    """From a STOP's being answered to the next text of theirs that opts in again, in real seconds.

    Which is the next says the order in which the hotline stored them.
    """
    written = {it.sid: it for it in facts.sent if it.sid}
    theirs: dict[int, list[tuple[Row, Sent]]] = defaultdict(list)
    for row in facts.inbox:
        if sent := written.get(row.sid):
            theirs[row.neighbor_id].append((row, sent))
    quiet: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for who, texts in theirs.items():
        for place, (_, sent) in enumerate(texts):
            if sent.deed != "stop" or sent.answered is None:
                continue
            again = (it.begun for _, it in texts[place + 1 :] if STARTS.fullmatch(it.body))
            quiet[who].append((sent.answered, min(again, default=float("inf"))))
    return quiet


@_check("backwards", "texts moved backwards by a callback")
def backwards(facts: Facts) -> Iterator[str]:
    """A text is where the furthest of the callbacks moved it that the hotline took note of."""
    rows = {row.id: row for row in facts.messages}
    for attempt in (*facts.attempts, *facts.replies):
        row = rows.get(_text_id(attempt))
        if row is None or row.sid != attempt["sid"] or row.channel == Channel.CALL:
            continue
        if "undelivered" in attempt["told"] or row.state in ("undelivered", "failed", "dropped"):
            ends = {"undelivered", "delivered"} & set(attempt["told"])
            if ends and row.state not in ends:
                yield f"text {row.id}: {row.state}"
        elif any(_rank(row.state) < _rank(told) for told in attempt["told"]):
            yield f"text {row.id}: {row.state}"


def _rank(state: str) -> int:
    return STATES.index(state) if state in STATES else -1


@_check("passed_on", "words passed on not once, or to somebody else")
def passed_on(facts: Facts) -> Iterator[str]:
    """What somebody says in a conversation is written once, for the other person of it."""
    written = {it.sid: it for it in facts.sent if it.deed == "talk" and it.sid}
    taken_by = _ever_takers(facts)
    requesters = {row.number: row.requester_id for row in facts.requests}
    written_out: dict[str, list[Row]] = defaultdict(list)
    for row in facts.outbox:
        for word in re.findall(r"see you at (\w+)", row.body):
            written_out[word].append(row)
    tries, stopped = _tries(facts), _said_while_stopped(facts)
    for row in facts.inbox:
        sent = written.get(row.sid)
        if sent is None or facts.bodies(row) or row.is_words:
            continue  # it was asked about, or became part of a request
        word = sent.body.split()[-1]
        passed = _once([it for it in written_out[word] if it.id not in tries])
        if len(passed) != 1 and not (row.id in stopped and not passed):
            yield f"text in {row.id}: passed on {len(passed)} times"
        for it in passed:
            number = it.request_number
            pair = taken_by[number] | {requesters.get(number)}
            if it.neighbor_id == row.neighbor_id or not {it.neighbor_id, row.neighbor_id} <= pair:
                yield f"text in {row.id}: to neighbor {it.neighbor_id}"


def _once(rows: Sequence[Row]) -> list[Row]:
    """A call that nobody answered is made again, with a row of its own: that is one."""
    calls = {(it.neighbor_id, it.body): it for it in rows if it.channel == Channel.CALL}
    return [it for it in rows if it.channel != Channel.CALL] + list(calls.values())


def _said_while_stopped(facts: Facts) -> set[int]:
    """What people wrote after their STOP: about what is over they are not even answered. A STOP of
    which the carrier alone heard shows in its refusing a text of ours."""
    stops = {it.sid for it in facts.sent if it.deed == "stop"}
    refused = [row for row in facts.messages if row.failure == OptedOut.__name__]
    stopped: set[int] = set()
    began: dict[int, int] = {}  # to hear from us again, with which text of theirs
    said: set[int] = set()
    for row in facts.inbox:
        who = row.neighbor_id
        if row.sid in stops:
            stopped.add(who)
        elif STARTS.fullmatch(row.body):
            stopped.discard(who)
            began[who] = row.id
        if who in stopped or any(_shows_a_stop(it, row, began.get(who, 0)) for it in refused):
            said.add(row.id)
    return said


def _shows_a_stop(refused: Row, text: Row, began: int) -> bool:
    """Whether our text was refused before theirs, and after they last began anew."""
    is_theirs = refused.neighbor_id == text.neighbor_id and refused.claimed_at <= text.at
    return bool(is_theirs and began < refused.id < text.id)


def _ever_takers(facts: Facts) -> dict[int, set[int]]:
    """Who had a request at any time: whoever was told that it is theirs, by text, or on the phone,
    where the answer to a page is all that is left of it."""
    found: dict[int, set[int]] = defaultdict(set)
    by_voice = {row.id for row in facts.neighbors if row.reach == "voice"}
    for row in facts.pages:
        if row.neighbor_id in by_voice and row.state in ("accepted", "passed"):
            found[row.request_number].add(row.neighbor_id)
    told_to = [(row.neighbor_id, row.body) for some in facts.answers.values() for row in some]
    told_to += [(row.neighbor_id, row.body) for row in facts.outbox]  # who pressed a key
    for who, body in told_to:
        told = recognize(body)
        if told and told.sentence in TAKEN and told.number:
            found[told.number].add(who)
    return found


def _tries(facts: Facts) -> set[int]:
    """Rows that say an undelivered text, or reply, once more."""
    failed = Counter(
        (row.neighbor_id, row.body) for row in facts.messages if row.state == "undelivered"
    )
    again: set[int] = set()
    for row in reversed(facts.outbox):
        key = (row.neighbor_id, row.body)
        if failed[key] and row.state != "undelivered":
            failed[key] -= 1
            again.add(row.id)
    return again


@_check("roster", "changes of the roster lost, or made twice")
def roster(facts: Facts) -> Iterator[str]:
    """Whoever was answered that they rest, or are back, is, and it is in the record once. Whoever
    was vouched for is on the roster, once."""
    kept = Counter((it.neighbor_id, it.what) for it in facts.events if it.what in RESTING.values())
    told: Counter[tuple[int, str]] = Counter()
    last: dict[int, str] = {}
    deeds = {it.sid: it.deed for it in facts.sent}
    vouched_by = {(it.neighbor_id, it.what) for it in facts.events}
    for row in facts.inbox:
        answers = {it.sentence for it in facts.told(row)}
        if (what := RESTING.get(deeds.get(row.sid, ""))) and answers & ABOUT_RESTING:
            told[row.neighbor_id, what] += 1
            last[row.neighbor_id] = what
        if VOUCHED.intersection(answers) and (row.neighbor_id, "vouched") not in vouched_by:
            yield f"text in {row.id}: nobody was vouched for"
    for who, what in told.keys() | kept.keys():
        if told[who, what] != kept[who, what]:
            yield f"neighbor {who}: {what} {told[who, what]} times, kept {kept[who, what]} times"
    entered = Counter(it.about_id for it in facts.events if it.what in ("vouched", "joined"))
    for row in facts.neighbors:
        if (row.id in last) and (row.paused_until is not None) != (last[row.id] == "paused"):
            yield f"neighbor {row.id}: {last[row.id]}, and the roster says otherwise"
        if entered[row.id] > 1 or (entered[row.id] and not row.on_roster):
            yield f"neighbor {row.id}: put on the roster {entered[row.id]} times"


# What organizers did on the board.


@_check("desk", "done on the board and not there, refused and there, or half of it")
def desk(facts: Facts) -> Iterator[str]:
    """What the board said is done is in the record, once for each; what it refused is not; of what
    it did not answer, either. The same of the words, and where one is, the other is."""
    people = {row.phone: row.id for row in facts.neighbors}
    kept = Counter((it.neighbor_id, it.what, it.request_number) for it in facts.events)
    done: Counter[tuple[int, str, int]] = Counter()
    most: Counter[tuple[int, str, int]] = Counter()
    for it in facts.acted:
        if it.number and it.what in KEPT_AS:
            key = (people[it.phone], KEPT_AS[it.what], it.number)
            done[key] += it.is_done
            most[key] += it.may_be_done
    for key in done:
        if key[1] != "asked_for" and not done[key] <= kept[key] <= most[key]:
            yield f"request {key[2]}: {key[1]} {done[key]} to {most[key]} times, kept {kept[key]}"
    yield from _words_of_the_desk(facts)
    yield from _written_down(facts)


def _words_of_the_desk(facts: Facts) -> Iterator[str]:
    """A note once, what was asked for once, what was written to somebody in at least one text."""
    noted = _count_words(facts.notes)
    asked, written = _count_words(facts.at_desk), _count_words(facts.outbox)
    for it in facts.acted:
        times = {"note": noted, "asking": asked, "write": written}.get(it.what, Counter())[it.word]
        if it.what not in ("note", "asking", "write"):
            continue
        most = times if it.what == "write" and it.may_be_done else int(it.may_be_done)
        if not int(it.is_done) <= times <= most:
            yield f"{it.what} about {it.number}: {it.status}, and there {times} times"


def _count_words(rows: Sequence[Row]) -> Counter[str]:
    pattern = re.compile(rf"{DESK_WORD}\d+")
    return Counter(word for row in rows for word in set(pattern.findall(row.body)))


def _written_down(facts: Facts) -> Iterator[str]:
    """A request from the desk has its words, and is in the record; a text as well."""
    asked = Counter(it.request_number for it in facts.events if it.what == "asked_for")
    if asked != (here := Counter(it.request_number for it in facts.at_desk)):
        yield from (f"request {it}: half written down" for it in (asked - here) + (here - asked))
    wrote = Counter(it.request_number for it in facts.events if it.what == "wrote")
    words = {
        (it.request_number, *_count_words([it])) for it in facts.outbox if DESK_WORD in it.body
    }
    told = Counter(number for number, *said in words if any(said) and _is_written(facts, said))
    if wrote != told:
        yield from (f"request {it}: written to half" for it in (wrote - told) + (told - wrote))


def _is_written(facts: Facts, said: Sequence[str]) -> bool:
    """Whether these words were written to somebody, and are not those of a request."""
    return bool({it.word for it in facts.acted if it.what == "write"}.intersection(said))


@_check("overwritten", "corrected or closed on the board by who had not seen the last change")
def overwritten(facts: Facts) -> Iterator[str]:
    """Of two with the same page before them one is told what the other did."""
    same: dict[tuple[int, str], list[Acted]] = defaultdict(list)
    for it in facts.acted:
        if it.is_done and it.what in ("correct", "close"):
            same[it.number, it.seen].append(it)
    for (number, _), some in same.items():
        if len(some) > 1 and max(it.opened for it in some) < min(it.answered for it in some):
            yield f"request {number}: {len(some)} times"


@_check("broken", "databases that a power cut broke")
def broken(facts: Facts) -> Iterator[str]:
    yield from facts.broken


@_check("told_tales", "secrets, numbers and words in logs and error pages")
def told_tales(facts: Facts) -> Iterator[str]:
    yield from facts.tales


@_check("kept_too_long", "words kept for longer than they may be")
def kept_too_long(facts: Facts) -> Iterator[str]:
    """A month after everything had come to rest, of what was over then."""
    yield from facts.kept
