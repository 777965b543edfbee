"""Any text, read and decided upon: what must hold for all of them, and how long it may take.

    python fuzz/reading.py [libFuzzer's options] [folder of texts that were found]

An input is eight bytes of circumstances and then the text. `run.py` calls this with the right
options; a file that libFuzzer kept is tried again by naming it instead of a folder.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

import atheris
from networks import NETWORKS

from hotline import page, segments, words
from hotline.details import (
    MOST_PEOPLE,
    MOST_THINGS,
    NEAR_DAYS,
    THINGS,
    WEEKDAYS,
    Details,
    dated,
    from_row,
    to_row,
)
from hotline.help_request import MOST_KINDS, HelpRequest, State
from hotline.needs import KINDS
from hotline.notices import Notice, Told
from hotline.roster import Asked
from hotline.settings import Network

with atheris.instrument_imports(include=["sms"]):
    from sms import conversation, orders, reading, shelter, vocabulary

from sms.conversation import Act, Happens, PassOn, Say, Situation, StopTexts
from sms.moves import Move
from sms.reading import Intent, Reading, read

CIRCUMSTANCES = 8  # bytes in front of the text
LONGEST_TEXT = 4000  # letters that the webhook hands on; `read` itself looks at 1,600 of them
SECONDS = 0.25  # of CPU for one text at most, with the measuring that goes on around it
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ME, OTHERS = 1, (2, 3, 4)
OPT_OUTS = ("", "", "", "", "STOP", "start", "HELP", "SOMETHING NEW", "\x00")
STOP_WORDS = sorted(vocabulary.STOP)
SPEECHES = [words.Speech(network, words.load(network.languages)) for network in NETWORKS]

T = TypeVar("T")

slowest = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """One text, and all that its reading depends on."""

    body: str
    network: Network
    speech: words.Speech
    situation: Situation
    opt_out: str
    has_pictures: bool
    stop: str

    def read(self, body: str) -> Reading:
        return read(
            body,
            self.network,
            asked_about=self.situation.numbers,
            opt_out=self.opt_out,
            has_pictures=self.has_pictures,
        )


def one_input(data: bytes) -> None:
    case = case_of(data)
    it = in_time(case, lambda: case.read(case.body))
    holds_for_any_text(case, it)
    if not case.opt_out:
        need_is_heard(case)
    order = orders.find(it, case.network)
    acts = conversation.decide(case.situation, it, order)
    acts = in_time(case, lambda: shelter.shelter(case.situation, it, acts))
    holds_for_what_follows(case, it, acts)


def case_of(data: bytes) -> Case:
    """Everything but the text is drawn by lot, and the lot is in the input."""
    lot = Random(data[:CIRCUMSTANCES])  # noqa: S311 - the same input is the same case
    place = lot.randrange(len(NETWORKS))
    return Case(
        body=letters_of(data[CIRCUMSTANCES:])[:LONGEST_TEXT],
        network=NETWORKS[place],
        speech=SPEECHES[place],
        situation=situation(lot, NETWORKS[place]),
        opt_out=lot.choice(OPT_OUTS),
        has_pictures=lot.random() < 0.2,
        stop=lot.choice(STOP_WORDS),
    )


def letters_of(data: bytes) -> str:
    """Any letters at all: lone surrogates too, and bytes that are no UTF-8 become such."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


# Somebody, and what is between us.


def situation(lot: Random, network: Network) -> Situation:
    """One that the store could hold: numbers of their own, live means due, taken has takers."""
    numbers = lot.sample((1, 2, 5, 12, 13, 14, 99, 911, 11216, 9_999_999), k=5)
    requests = [request(lot, number, network) for number in numbers[: lot.randrange(4)]]
    pages = [asked(lot, number) for number in numbers[lot.randrange(2, 6) :]]
    return Situation(
        me=ME,
        now=NOON,
        requests=tuple(requests),
        pages=tuple(pages),
        on_roster=bool(pages) or lot.random() < 0.3,
        stopped=lot.random() < 0.15,
        language_known=lot.random() < 0.5,
        languages=network.languages,
        example=tuple(need.key for need in network.needs[:1]),
    )


def request(lot: Random, number: int, network: Network) -> HelpRequest:
    """An open one of theirs, or one in which they have either part that one or several took, and
    that may need somebody more."""
    needs = tuple(need.key for need in network.needs[: lot.randrange(3)])
    due = NOON + timedelta(minutes=lot.randrange(-5, 600))
    if lot.random() < 0.5:
        return HelpRequest(number, ME, NOON, needs=needs, wave=lot.randrange(2), due=due)
    requester, *takers = lot.choice(
        [(ME, OTHERS[0]), (OTHERS[0], ME), (ME, ME), (ME, *OTHERS), (OTHERS[0], OTHERS[1], ME)]
    )
    more = lot.randrange(2) * lot.randrange(3)
    return HelpRequest(
        number,
        requester,
        NOON,
        State.OPEN if more else State.TAKEN,
        needs,
        takers=tuple(takers),
        due=due,
        checked_in=not more and lot.random() < 0.3,
        people=len(takers) + more,
    )


def asked(lot: Random, number: int) -> Asked:
    found = lot.choice([page.PageState.ASKED, *page.PageState])
    return Asked(number, found, lot.choice(list(State)), NOON)


# What must hold.


def in_time(case: Case, do: Callable[[], T]) -> T:
    """What is done with a text. If that is slow it is done twice more: the machine may have been
    busy."""
    global slowest
    taken = []
    for _ in range(3):
        begun = time.thread_time()
        it = do()
        taken.append(time.thread_time() - begun)
        if taken[-1] < SECONDS / 2:
            break
    if min(taken) > slowest:
        slowest = min(taken)
        print(f"slowest: {slowest * 1000:.1f} ms for {len(case.body)} letters", flush=True)
    assert min(taken) < SECONDS, f"{min(taken):.2f} s for {len(case.body)} letters"
    return it


def holds_for_any_text(case: Case, it: Reading) -> None:
    said = reading.clean(case.body)
    assert it.intent in Intent
    assert case.read(case.body) == it, "read twice, it means the same"
    assert case.read(said) == it, "cleaned twice, it means the same"
    assert said.endswith(it.said), "the words are kept as written"
    assert it.note in it.said
    assert not (it.only_answer and it.note)
    assert it.number is None or 0 <= it.number <= reading.LARGEST_NUMBER
    assert it.area in (None, *(area.key for area in case.network.areas))
    assert set(it.needs) <= {need.key for need in case.network.needs}
    spoken = (None, *case.network.languages, *vocabulary.LANGUAGES.values())
    assert it.language in spoken
    holds_for_details(it.details)
    assert not (it.offers and it.said.endswith("?")), "in doubt it is a request"
    by_carrier = {"STOP": Intent.STOP, "START": Intent.START, "HELP": Intent.CARRIER_HELP}
    if meant := by_carrier.get(case.opt_out.upper()):
        assert (it.intent, it.by_carrier) == (meant, True), "the carrier's own reading holds"
    else:
        assert case.read(f"\n{case.stop.upper()} ").intent is Intent.STOP, "alone it always stops"


def holds_for_details(it: Details) -> None:
    """What volunteers read is put together from keys of ours, whatever somebody wrote."""
    assert set(it.kinds) <= KINDS
    assert {thing.partition(":")[0] for thing in it.things} <= THINGS
    assert len(it.things) <= MOST_THINGS
    assert all(len(thing.partition(":")[2]) <= len("newborn") for thing in it.things)
    assert 0 <= it.people <= MOST_PEOPLE
    assert it.day in ("", *WEEKDAYS, *NEAR_DAYS)
    dated_details = dated(it, NOON.date())
    assert from_row(to_row(dated_details)) == dated_details
    about = {"number": 12, "need": it.kinds[:MOST_KINDS], "area": None, "ago": timedelta()}
    for speech in SPEECHES:
        for language in speech.network.languages:
            page = Notice(Told.PAGE_ANYWHERE, {**about, "details": dated_details})
            assert segments.count(speech.say(page, language)) == 1


def need_is_heard(case: Case) -> None:
    """Whatever stands behind "need", somebody asks; but not in our own words, pasted whole, nor
    where a whole sentence is STOP. And it begins with the need, but for "need you to come"."""
    call = f"need {case.body}"
    said = reading.clean(call)
    if reading._copied_pages(reading._tokens(said))[0] is not None:
        return
    it = case.read(call)
    if reading._has_stop_sentence(said, reading.fold(said)):
        assert it.intent is Intent.STOP, it.intent
        return
    assert it.intent is Intent.WORDS, it.intent
    assert it.asks
    behind = {" ".join(reading.words_as_read(call)[1:length]) for length in (2, 3)}
    assert it.starts_with_need or not behind.isdisjoint(vocabulary.NEED["need"])


def holds_for_what_follows(case: Case, it: Reading, acts: list[Act]) -> None:
    stopped = case.situation.stopped
    stops = any(isinstance(act, StopTexts) for act in acts)
    assert stops or it.intent is not Intent.STOP, "a STOP is obeyed"
    assert not stops or it.intent is Intent.STOP or Move.ENOUGH in it.moves, "nothing else is one"
    assert acts or stopped or it.intent is not Intent.WORDS, "nobody's words are lost"
    for act in acts:
        match act:
            case Say(told):
                assert not stopped, "who said STOP hears nothing"
                is_said(case, told)
            case Happens(number, _, note):
                assert number in case.situation.numbers
                assert note in it.said
            case PassOn(to, told, between):
                assert to in (between.requester, *between.takers)
                assert between in case.situation.conversations
                is_said(case, told)


def is_said(case: Case, told: Notice) -> None:
    """In every language, with a name where there is an id."""
    named = {"name": "Ana", "names": ("Ana", "Ben")}
    values = {name: named.get(name, value) for name, value in told.values.items()}
    for language in case.network.languages:
        assert case.speech.say(Notice(told.what, values), language).strip()


if __name__ == "__main__":
    atheris.enabled_hooks.add("RegEx")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
