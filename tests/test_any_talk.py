"""Several people who talk through us, in any order: words reach nobody but who they are for, and
nobody ever sees anybody's number.

Every text that somebody writes here carries a word of its own, so that it is known wherever it
turns up again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as thoroughness
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from neighborhood import CAST, NETWORK
from sqlalchemy import select
from test_any_order import ASKING, EVERYBODY, ROSTER, Street
from test_webhook_guard import answered, open_door, sms

from hotline.help_request import State
from hotline.store.tables import from_somebody, message, neighbor, one_of, page, request
from paging import dispatch

BEFORE = some.sampled_from(
    ["", "", "", "", "12 ", "13 ", "14 ", "need ", "not yet, ", "yes, ", "no ", "done "]
)
ENDS = some.sampled_from(["done", "done 12", "done 13", "cant 12", "cant", "never mind", "STOP"])
NEVER_TIRED = f"{NETWORK}\n[roster]\nmax_a_day = 1000\nmax_a_week = 7000\n"
OWN_WORD = re.compile(r"word\d+x")


class Talk(RuleBasedStateMachine):
    """Mostly there is a conversation, and often more than one."""

    def __init__(self, street: Street) -> None:
        super().__init__()
        self.street = street
        self.read = street.read
        self.words: dict[str, str] = {}  # each, and who wrote it
        self.meant: dict[str, int] = {}  # those with a request's number in front
        self.texted: list[tuple[dict[str, str], list[str]]] = []
        self.count = 0
        self.seen = 0  # the last text to somebody that was looked at
        self.parties: dict[int, set[str]] = {}  # of each request, whoever has been part of it

    @initialize()
    def three_talks(self) -> None:
        """One asked for two of them."""
        self.one_more_is_taken("Maria", "Ana", "need food")
        self.one_more_is_taken("Maria", "Ben", "need milk")
        self.one_more_is_taken("Nora", "Chi", "need food")

    @rule(
        asker=some.sampled_from(ASKING),
        taker=some.sampled_from(ROSTER),
        need=some.sampled_from(["need food", "need milk", "need 2 people to carry a sofa"]),
    )
    def one_more_is_taken(self, asker: str, taker: str, need: str) -> None:
        told = self.text(asker, need)
        self.street.work(mood=None)
        numbers = re.findall(r"request is (\d+)", " ".join(told))
        self.text(taker, f"yes {numbers[0]}" if numbers else "yes")
        self.street.work(mood=None)

    @rule(who=EVERYBODY, before=BEFORE)
    def talks(self, who: str, before: str) -> None:
        self.says_a_word(who, before)

    @rule(who=EVERYBODY, which=some.integers(0, 5))
    def talks_about_one_of_theirs(self, who: str, which: int) -> None:
        self.note_parties()
        if theirs := [number for number in sorted(self.parties) if self.is_talking(who, number)]:
            self.says_a_word(who, f"{theirs[which % len(theirs)]} ")

    @rule(who=EVERYBODY, before=BEFORE, answers=EVERYBODY)
    def talk_at_once(self, who: str, before: str, answers: str) -> None:
        self.says_a_word(who, before)
        self.street.work(mood=None)
        self.says_a_word(answers, "")

    @rule(who=EVERYBODY, body=ENDS)
    def ends_it(self, who: str, body: str) -> None:
        self.text(who, body)

    @rule(who=EVERYBODY)
    def comes_back(self, who: str) -> None:
        self.text(who, "START")

    @rule(length=some.sampled_from([timedelta(seconds=5), timedelta(minutes=2)]))
    def a_moment_passes(self, length: timedelta) -> None:
        self.street.house.now.moment += length
        self.street.work(mood=None)

    @rule()
    def a_day_passes(self) -> None:
        self.street.house.now.moment += timedelta(hours=25)
        self.street.work(mood=None)

    def says_a_word(self, who: str, before: str) -> None:
        word = f"word{len(self.words)}x"
        self.words[word] = who
        self.note_parties()
        if before.strip().isdigit() and self.is_talking(who, int(before)):
            self.meant[word] = int(before)
        self.text(who, f"{before}see you at the {word}")

    def is_talking(self, who: str, number: int) -> bool:
        state = self.read(select(request.c.state).where(request.c.number == number))
        is_taken = [row.state for row in state] == [State.TAKEN]
        return is_taken and who in self.parties[number]

    def text(self, who: str, body: str) -> list[str]:
        """Whoever is part of a request now, or is once this text is read, may hear its words."""
        self.note_parties()
        had_stopped = self.street.has_stopped(who)
        self.count += 1
        fields = sms(body, f"SM{self.count}", From=CAST[who])
        told = answered(self.street.door.text(fields))
        if not had_stopped:  # whom we may not ask whom their words are for
            self.texted.append((fields, told))
        self.note_parties()
        for one in told:
            self.may_be_shown(one, who)
        return told

    def note_parties(self) -> None:
        name = {row.id: row.phone for row in self.read(select(neighbor.c.id, neighbor.c.phone))}
        of = {phone: who for who, phone in CAST.items()}
        for it in self.street.requests():
            found = {it.requester, *it.takers}
            people = {of[name[who]] for who in found if name[who] in of}
            self.parties.setdefault(it.number, set()).update(people)

    def may_be_shown(self, body: str, who: str) -> None:
        assert not any(CAST[it][2:] in body for it in CAST), "somebody's number"
        for word in OWN_WORD.findall(body):
            by = self.words[word]
            about = [self.meant[word]] if word in self.meant else self.parties
            together = any({by, who} <= self.parties[number] for number in about)
            assert by == who or together, f"{who} reads the words of {by}"

    @invariant()
    def no_page_lies(self) -> None:
        self.street.no_page_lies()

    @invariant()
    def words_reach_nobody_else(self) -> None:
        self.note_parties()
        of = {phone: who for who, phone in CAST.items()}
        rows = self.read(
            select(
                message.c.id,
                message.c.body,
                message.c.request_number,
                message.c.from_id,
                message.c.neighbor_id,
                neighbor.c.phone,
            )
            .join(neighbor, neighbor.c.id == message.c.neighbor_id)
            .where(message.c.id > self.seen, ~from_somebody)
            .order_by(message.c.id)
        )
        for row in rows:
            self.seen = row.id
            who = of.get(row.phone)
            if who:
                self.may_be_shown(row.body, who)
            if row.from_id:
                self.is_between_the_two(row.request_number, row.from_id, row.neighbor_id)

    def is_between_the_two(self, number: int, by: int, to: int) -> None:
        (requester,) = self.read(select(request.c.requester_id).where(request.c.number == number))
        assert requester.requester_id in (by, to), f"{number}: neither asked for it"
        (other,) = {by, to} - {requester.requester_id} or {by}
        answered_yes = select(page.c.id).where(
            page.c.request_number == number, page.c.neighbor_id == other
        )
        assert self.read(answered_yes), f"{number}: {other} was never asked"

    @invariant()
    def nobodys_words_are_lost(self) -> None:
        """They are passed on, part of a request, or whoever wrote them was answered."""
        kept = {row.sid: row for row in self.read(select(message).where(from_somebody))}
        for fields, told in self.texted:
            found = OWN_WORD.findall(fields["Body"])
            if found and not told:
                row = kept[fields["MessageSid"]]
                ours = select(message.c.body).where(one_of(message.c.channel, "api", "call"))
                passed_on = any(found[0] in it.body for it in self.read(ours))
                assert row.is_words or passed_on or row.pace != "usual", fields


@pytest.fixture
def street(database_url: str, redis_url: str) -> Iterator[Callable[[], Talk]]:
    door_of = partial(open_door, database_url, redis_url, network=NEVER_TIRED)
    with door_of() as door, closing(dispatch.JobQueue(redis_url)) as queue:
        yield lambda: Talk(Street(door, queue))


def test_whatever_is_said_reaches_only_who_it_is_for(street: Callable[[], Talk]) -> None:
    enough = thoroughness(
        max_examples=15, stateful_step_count=40, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(street, settings=enough)
