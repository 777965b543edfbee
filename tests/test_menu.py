"""The table of the phone menu: every step ends, however it is left, and nothing said is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hotline.prompts import Prompt
from ivr import menu, saying
from ivr.menu import (
    PATIENCE,
    ROWS,
    Call,
    Choice,
    Deed,
    Draft,
    Facts,
    Heard,
    Key,
    Kind,
    Step,
    Talk,
    Topic,
    Wait,
)
from ivr.trust import Trust

CONVERSATIONS = Path(__file__).parent / "conversations"
FACTS = Facts(
    languages=("en", "es"),
    needs=(Choice("1", "food"), Choice("3", "medicine", urgent=True)),
    is_asked=True,
    country="US",
    countries=("US",),
    language="en",
    is_hidden=True,
    topics=(
        Topic(12, Kind.OPEN),
        Topic(13, Kind.TAKEN, name=7, messages=("RE1",), partner=7),
        Topic(14, Kind.HELD, messages=("RE2",), partner=8),
        Topic(15, Kind.ASKED, needs=("food",)),
    ),
)
ABOUT = {Step.STANDING: 12, Step.TAKEN: 13, Step.HOLDING: 14, Step.ASKED: 15, Step.PAGE: 15}
WAITING = sorted({row.step for row in ROWS})
FOOD = Draft(need="food")
SILENCE, LONE_HASH = Heard(), Heard(keys="#")


def at(step: Step, draft: Draft = FOOD) -> Call:
    about = ABOUT.get(step, 14)
    back = "+12125550140"
    call = Call(step=step, language="en", draft=draft, about=about, call_back=back, partner=8)
    return replace(call, trust=Trust.PROVEN, to_repeat="2125550140")


def go(call: Call, heard: Heard) -> tuple[Call, Deed | None]:
    after, deed = menu.react(call, heard, FACTS)
    return menu.enter(after, FACTS), deed


@pytest.mark.parametrize("step", WAITING)
def test_a_hang_up_at_any_step_sends_what_was_said(step: Step) -> None:
    assert menu.hung_up(at(step)) is Deed.SEND
    assert menu.hung_up(at(step, Draft(recordings=("RE1",)))) is Deed.SEND
    assert menu.hung_up(replace(at(step, Draft()), former=FOOD)) is Deed.SEND
    assert menu.hung_up(at(step, Draft())) is None
    assert menu.hung_up(replace(at(step), sent=12)) is None, "once is enough"


@pytest.mark.parametrize("heard", [SILENCE, Heard(keys="D"), LONE_HASH], ids=["silence", "D", "#"])
@pytest.mark.parametrize("step", WAITING)
def test_silence_and_wrong_keys_lead_on_from_every_step(step: Step, heard: Heard) -> None:
    call, tries = at(step), 0
    while call.step is step:
        call, _ = go(call, heard)
        tries += 1
        assert tries <= PATIENCE.get(step, 3), "no step is a trap"


@pytest.mark.parametrize("step", WAITING)
def test_in_the_end_everybody_hears_a_goodbye(step: Step) -> None:
    call, passed = at(step), 0
    while menu.wait(call) is not Wait.HANG_UP:
        call, deed = go(call, SILENCE)
        if deed is Deed.SEND:
            call = replace(call, sent=12)
        passed += 1
        assert passed < 20
    assert call.step in (Step.GOODBYE, Step.OUTCOME, Step.NOTHING, Step.DECLINED, Step.NO_PROOF)
    assert call.sent or menu.hung_up(call) is Deed.SEND, "what was said is not lost"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.step}: {row.key}")
def test_every_row_can_be_followed(row: menu.Row) -> None:
    heard = {
        Key.LANGUAGE: Heard(keys="2"),
        Key.NEED: Heard(keys="3"),
        Key.DIGITS: Heard(keys="2125550140"),
        Key.NO_DIGITS: SILENCE,
        Key.MESSAGE: Heard(recording="RE9"),
        Key.TALKED: Heard(was_bridged=True),
        Key.NOBODY: Heard(was_bridged=True),
        Key.ON: None,
    }.get(row.key, Heard(keys=row.key))  # type: ignore[call-overload] # other keys are themselves
    call = replace(at(row.step), talk=Talk.BEGAN if row.key is Key.TALKED else Talk.NONE)
    if row.step in (Step.SENT, Step.JOINED) or row.next is Step.NAME:  # whose number we see
        facts = replace(FACTS, is_hidden=False)
        call = call if heard else replace(call, misses=10)
        after, deed = menu.react(call, heard or SILENCE, facts)
        assert (after.step, deed) == (row.next, row.deed)
        return
    if heard is None:
        heard, call = SILENCE, replace(call, misses=10)
    after, deed = menu.react(call, heard, FACTS)
    if row.key is Key.ON and row.step is Step.CALL_BACK:  # silence there is the same as # alone
        after, deed = menu.react(call, Heard(keys="1"), FACTS)
    assert (after.step, deed) == (row.next, row.deed)


def test_starting_over_twice_forgets_nothing() -> None:
    call = replace(at(Step.CHECK), draft=FOOD)
    for _ in range(3):
        call, _ = go(call, Heard(keys="2"))
        assert call.step is Step.NEEDS
        assert menu.to_send(call) == FOOD
        call = replace(call, step=Step.CHECK)


TALKABLE = [Step.TAKEN, Step.HOLDING]


def without(number: int, *others: Topic) -> Facts:
    """As the facts are once this topic is gone, or another in its place."""
    return replace(FACTS, topics=(*others, *(it for it in FACTS.topics if it.number != number)))


@pytest.mark.parametrize("step", TALKABLE)
def test_key_1_calls_the_other(step: Step) -> None:
    call, deed = go(replace(at(step), partner=None), Heard(keys="1"))
    topic = FACTS.topic(call.about)
    assert topic is not None
    assert (call.step, call.partner, deed) == (Step.TALK, topic.partner, None)
    assert menu.wait(call) is Wait.TALK
    assert go(at(step), Heard(keys="6"))[0].step is Step.ADD


@pytest.mark.parametrize("step", TALKABLE)
def test_whom_we_may_not_call_is_left_a_message(step: Step) -> None:
    topic = FACTS.topic(ABOUT[step])
    assert topic is not None
    facts = without(topic.number, replace(topic, partner=None))
    call, _ = menu.react(at(step), Heard(keys="1"), facts)
    call = menu.enter(call, facts)
    assert (call.step, call.partner, call.talk) == (Step.ADD, None, Talk.NOT_NOW)


@pytest.mark.parametrize("step", TALKABLE)
@pytest.mark.parametrize("heard", [Heard(keys="1"), Heard()], ids=["the key", "nobody came"])
def test_two_who_have_nothing_to_do_with_each_other_any_more(step: Step, heard: Heard) -> None:
    """Before the key, and while it rings: the facts are those of that moment."""
    call = at(step) if heard.keys else replace(at(Step.TALK), about=ABOUT[step])
    gone, is_open = without(ABOUT[step]), without(ABOUT[step], Topic(ABOUT[step], Kind.OPEN))
    after, _ = menu.react(call, heard, gone)
    assert menu.enter(after, gone).step is Step.NO_TALK
    after, _ = menu.react(call, heard, is_open)
    assert menu.enter(after, is_open).step is Step.STANDING


@pytest.mark.parametrize(
    ("talk", "was_bridged", "then"),
    [
        (Talk.BEGAN, True, Step.HOLDING),
        (Talk.BEGAN, False, Step.ADD),
        (Talk.NONE, True, Step.ADD),  # a machine answered: the carrier calls it completed
        (Talk.NONE, False, Step.ADD),
    ],
)
def test_they_talked_if_the_key_was_pressed_and_the_carrier_put_them_together(
    talk: Talk, was_bridged: bool, then: Step
) -> None:
    call, _ = go(replace(at(Step.TALK), talk=talk), Heard(was_bridged=was_bridged))
    assert call.step is then
    assert call.talk is (Talk.OVER if then is Step.HOLDING else Talk.NOBODY)
    assert go(call, Heard(keys="9"))[0].talk is Talk.NONE, "said once"


@pytest.mark.parametrize("keys", ["", *"023456789*#", "11"])
def test_one_key_alone_puts_them_together(keys: str) -> None:
    call, deed = go(at(Step.WHISPER), Heard(keys=keys))
    assert (call.step, deed) == (Step.DECLINED, None)
    call, deed = go(at(Step.WHISPER), Heard(keys="1"))
    assert (call.step, deed, menu.wait(call)) == (Step.CONNECTED, Deed.CONNECT, Wait.NOTHING)


SEEN = replace(FACTS, is_hidden=False)


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        (SEEN, True),
        (FACTS, False),
        (replace(SEEN, can_call=False), False),
        (replace(SEEN, has_stopped=True), False),
        (replace(SEEN, needs=(Choice("8", "food"),)), False),
        (replace(SEEN, can_text=False), True),
    ],
    ids=["seen", "hidden", "abroad", "said STOP", "the key is a need's", "a landline"],
)
def test_whoever_can_be_asked_can_join(facts: Facts, may: bool) -> None:
    call, _ = menu.react(at(Step.NEEDS), Heard(keys="8"), facts)
    assert (call.step is Step.NAME) is may
    said = [it.spoken.prompt for it in saying.prompts(at(Step.NEEDS), facts) if it.spoken]
    assert (Prompt.TO_HELP in said) is may


@pytest.mark.parametrize("known", [{"on_roster": True}, {"code": 8642}])
def test_nobody_joins_twice(known: dict[str, Any]) -> None:
    facts = replace(SEEN, **known)
    call, deed = menu.react(at(Step.NEEDS), Heard(keys="8"), facts)
    assert (menu.enter(call, facts).step, deed) == (Step.JOINED, None)


@pytest.mark.parametrize("step", Step)
def test_every_step_has_something_to_say(step: Step) -> None:
    if step in (Step.TOPIC, Step.CONNECTED):
        return  # nobody stays there; nothing more is said
    facts = replace(FACTS, result=menu.Result(15, is_mine=True))
    assert saying.prompts(at(step), facts)


@given(some.lists(some.text("0123456789*#", max_size=12) | some.just("speaks"), max_size=80))
def test_no_keys_whatever_make_it_endless(pressed: list[str]) -> None:
    call, script = menu.begin(FACTS, Trust.PROVEN), iter(pressed)
    chose = False
    for _ in range(menu.MOST_TURNS + 30):
        if menu.wait(call) is Wait.HANG_UP:
            break
        keys = next(script, "")
        speaks = menu.wait(call) is Wait.MESSAGE and keys == "speaks"
        before = call
        heard = Heard(recording="RE1") if speaks else Heard(keys=keys.replace("speaks", ""))
        call, deed = go(call, heard)
        chose = chose or (before.step is Step.NEEDS and call.draft.need != "")
        if deed is Deed.SEND:
            call = replace(call, sent=12)
    assert menu.wait(call) is Wait.HANG_UP
    assert call.sent or menu.hung_up(call) is Deed.SEND or not chose


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("2125550140", "+12125550140"),
        ("12125550140", "+12125550140"),
        ("555", None),
        ("99999999999999999", None),
        ("01152155512345678", None),  # a country that is not called
        ("", None),
    ],
)
def test_numbers_to_call_back(keys: str, number: str | None) -> None:
    assert menu.callable_number(keys, FACTS) == number


@pytest.mark.parametrize("key", ["2", "3"])
def test_news_that_ask_nothing_take_no_answer(key: str) -> None:
    call, deed = menu.react(at(Step.NEWS), Heard(keys=key), replace(FACTS, is_asked=False))
    assert (call.step, call.wrong_key, deed) == (Step.NEWS, True, None)


def test_every_deed_says_how_far_a_call_must_be_trusted_for_it() -> None:
    assert set(Deed) <= menu.LEAST.keys()


NEED_PROOF = [it for it in ROWS if it.deed and menu.LEAST[it.deed] is Trust.PROVEN]


@pytest.mark.parametrize("row", NEED_PROOF, ids=lambda it: it.deed)
def test_who_has_proven_nothing_does_nothing_that_needs_it(row: menu.Row) -> None:
    assert row.deed
    facts = replace(FACTS, is_hidden=False)
    call = replace(at(row.step), trust=Trust.CLAIMED)
    heard = Heard(recording="RE1") if row.key == Key.MESSAGE else Heard(keys=row.key)
    _, deed = menu.react(call, heard, facts)
    assert deed is not row.deed


# What the number on file hears of a call.

TEXTED = {
    Deed.SEND: "undo_what_a_call_did.txt",
    Deed.ADD_MESSAGE: "call_the_taker.txt",
    Deed.CALL_INSTEAD: "undo_a_call_that_closed.txt",
    Deed.JOIN: "call_join_open.txt",
    Deed.TAKE: "call_back_to_answer_a_page.txt",
    Deed.PASS: "call_passes_a_page.txt",
    Deed.FINISH: "undo_what_a_call_did.txt",
    Deed.HAND_BACK: "undo_what_a_call_did.txt",
    Deed.WITHDRAW: "undo_a_call_that_closed.txt",
}
ONLY_IN_CALLS_OF_OURS = {Deed.SAY_YES, Deed.SAY_NO, Deed.STOP}
NOT_TOLD = {
    Deed.KEEP_APART: "whoever sees the phone would read it",
    Deed.CONNECT: "both talk",
    Deed.REMEMBER_LANGUAGE: "what was not known before; the texts are in it",
    Deed.SEND_CODE: "it is a text",
    Deed.CHECK_CODE: "who reads the code calls",
    Deed.RING_BACK: "it is a call",
}


def test_of_each_deed_the_number_on_file_hears_or_it_is_known_why_not() -> None:
    assert TEXTED.keys() | ONLY_IN_CALLS_OF_OURS | NOT_TOLD.keys() == set(Deed)
    for name in TEXTED.values():
        assert (CONVERSATIONS / name).is_file(), name


def test_what_is_said_of_the_number_itself_is_said_in_calls_of_ours() -> None:
    """There it is the number on file that answers."""
    steps = {row.step for row in menu.ROWS if row.deed in ONLY_IN_CALLS_OF_OURS}
    assert steps == {Step.PAGE, Step.NEWS}


def test_the_key_for_safe_is_one_in_a_call_that_tells_who_takes_it() -> None:
    call = Call(step=Step.NEWS, about=12, trust=Trust.PROVEN)
    together = replace(FACTS, topics=(Topic(12, Kind.TAKEN),))
    assert menu.react(call, Heard(keys=menu.SAFE_KEY), together)[1] is Deed.KEEP_APART
    alone = replace(FACTS, topics=())
    assert menu.react(call, Heard(keys=menu.SAFE_KEY), alone)[1] is None
