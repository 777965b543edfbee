"""What is heard at each step of a call: which prompts, with what in them.

Pure, like `menu`, which says what leads where. Prompts are sentences of the catalogue; which voice
says them, or whose recording is played in their place, is `calling`'s to look up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hotline.notices import Notice, Told
from hotline.prompts import Prompt, Spoken, spoken
from ivr.menu import (
    SAFE_KEY,
    Call,
    Facts,
    Kind,
    Step,
    Talk,
    Topic,
    offers_calls,
    offers_joining,
    to_send,
)
from ivr.trust import Trust


@dataclass(frozen=True, slots=True)
class PromptLine:
    """One thing that is heard: a prompt, `words` as they are, or a recording of somebody's."""

    spoken: Spoken | None
    language: str
    words: str = ""
    recording: str = ""


def prompts(call: Call, facts: Facts) -> list[PromptLine]:
    """What is heard at this step."""
    said = [*_before(call), *_SAID[call.step](call, facts)]
    lines = [PromptLine(it, call.language) for it in said]
    if call.step is Step.LANGUAGE:
        return [*lines, *_language_choices(facts)]
    if call.step in (Step.NEWS, Step.LEFT_ON_MACHINE):
        return [*lines[:-1], PromptLine(None, call.language, call.news), *lines[-1:]]
    if call.step in (Step.LISTEN, Step.OUTCOME):
        return [*lines[:-1], *_messages(call, facts), *lines[-1:]]
    return lines


def _messages(call: Call, facts: Facts) -> list[PromptLine]:
    """What others said, in their own voice."""
    about = facts.result if call.step is Step.OUTCOME else facts.topic(call.about)
    return [
        PromptLine(None, call.language, recording=it) for it in (about.messages if about else ())
    ]


def _before(call: Call) -> Iterator[Spoken]:
    if not call.greeted and call.step not in (Step.PAGE, Step.NEWS, Step.LEFT_ON_MACHINE):
        yield spoken(Prompt.GREETING)
    if call.talk is Talk.OVER and call.step is not Step.GOODBYE:
        yield spoken(Prompt.TALK_OVER)
    if call.wrong_key and call.step not in (Step.CALL_BACK, Step.REPEAT):
        yield spoken(Prompt.TRY_AGAIN)
    if call.warn:
        yield spoken(Prompt.NOT_FOR_DANGER)


def _language_choices(facts: Facts) -> list[PromptLine]:
    return [
        PromptLine(spoken(Prompt.CHOOSE_LANGUAGE, digit=place), language)
        for place, language in enumerate(facts.languages, 1)
    ]


def _say_nothing(_call: Call, _facts: Facts) -> Iterator[Spoken]:
    return iter(())


def _say_standing(call: Call, facts: Facts) -> Iterator[Spoken]:
    yield _how_it_stands(call, facts)
    yield spoken(Prompt.ADD_MESSAGE)
    yield from _other_choices(call, facts)


def _how_it_stands(call: Call, facts: Facts) -> Spoken:
    topic = facts.topic(call.about)
    if topic and topic.asks_at:
        return spoken(Prompt.WILL_BE_ASKED, number=call.about, time=topic.asks_at)
    return spoken(Prompt.IS_OPEN, number=call.about)


def _say_taken(call: Call, facts: Facts) -> Iterator[Spoken]:
    topic = facts.topic(call.about)
    name = topic.name if topic else None
    yield spoken(Prompt.IS_TAKEN, number=call.about, name=name)
    yield from _may_listen(topic)
    if topic and topic.partner is not None:
        yield spoken(Prompt.TALK_TO, name=name)
    yield spoken(Prompt.MESSAGE_FOR, name=name)
    yield from _other_choices(call, facts)
    yield spoken(Prompt.KEEP_APART, digit=SAFE_KEY)


def _other_choices(call: Call, facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.NO_LONGER_NEEDED)
    yield spoken(Prompt.NEW_REQUEST)
    if facts.topics and facts.topics[-1].number != call.about:
        yield spoken(Prompt.ELSE, digit=4)


def _may_listen(topic: Topic | None) -> Iterator[Spoken]:
    if topic and topic.can_be_heard:
        is_held = topic.kind is Kind.HELD
        yield spoken(Prompt.HEAR_WHAT_THEY_NEED if is_held else Prompt.LISTEN)
    if topic and topic.is_being_written:
        yield spoken(Prompt.MESSAGE_NOT_READY)


def _say_listen(call: Call, facts: Facts) -> Iterator[Spoken]:
    topic = facts.topic(call.about)
    if topic and topic.quote:
        yield spoken(Prompt.THEY_WROTE, quote=topic.quote)
    if topic and topic.place_follows:
        yield spoken(Prompt.PLACE_FOLLOWS)
    if topic and topic.cannot_play:
        yield spoken(Prompt.CANNOT_PLAY)
    if topic and topic.messages and topic.kind in (Kind.TAKEN, Kind.OVER):
        yield spoken(Prompt.A_MESSAGE_FROM, name=topic.name)
    elif topic and topic.messages:
        yield spoken(Prompt.THE_ASKER_SAID)
    is_over = topic is not None and topic.kind is Kind.OVER
    yield spoken(Prompt.AGAIN, digit=9) if is_over else spoken(Prompt.ANSWER_OR_AGAIN)


def _say_holding(call: Call, facts: Facts) -> Iterator[Spoken]:
    topic = facts.topic(call.about)
    yield spoken(Prompt.YOU_HOLD, number=call.about)
    yield from _may_listen(topic)
    if topic and topic.partner is not None:
        yield spoken(Prompt.TALK_TO_ASKER)
    yield spoken(Prompt.MESSAGE_FOR_ASKER)
    yield spoken(Prompt.DONE_OR_BACK)
    yield spoken(Prompt.ELSE, digit=4)
    yield spoken(Prompt.KEEP_APART, digit=SAFE_KEY)


def _say_over(call: Call, facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.IS_OVER, number=call.about)
    yield from _may_listen(facts.topic(call.about))
    yield spoken(Prompt.NEW_REQUEST)
    if facts.topics and facts.topics[-1].number != call.about:
        yield spoken(Prompt.ELSE, digit=4)
    yield spoken(Prompt.KEEP_APART, digit=SAFE_KEY)


def _say_add(call: Call, _facts: Facts) -> Iterator[Spoken]:
    if call.talk is Talk.NOBODY:
        yield spoken(Prompt.NOBODY_CAME)
    if call.talk is Talk.NOT_NOW:
        yield spoken(Prompt.NOT_NOW)
    yield spoken(Prompt.SPEAK_NOW)


def _say_whisper(call: Call, _facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.A_NEIGHBOR_CALLS, number=call.about)
    yield spoken(Prompt.TO_TALK)


def _say_asked(call: Call, facts: Facts) -> Iterator[Spoken]:
    yield _what_is_needed(call, facts)
    yield spoken(Prompt.TAKE_OR_PASS)
    yield spoken(Prompt.HEAR_OR_ELSE)


def _what_is_needed(call: Call, facts: Facts) -> Spoken:
    """Need, area and details, and nothing else, as a page in writing."""
    topic = facts.topic(call.about)
    if topic is None:
        return spoken(Prompt.NEEDED_ANYWHERE, need=())
    about = {"need": topic.needs, "details": topic.details}
    if topic.area is None:
        return spoken(Prompt.NEEDED_ANYWHERE, **about)
    return spoken(Prompt.NEEDED, **about, area=topic.area)


def _say_repeat(call: Call, _facts: Facts) -> Iterator[Spoken]:
    if call.wrong_key:
        yield spoken(Prompt.NOT_THESE_DIGITS)
    yield spoken(Prompt.REPEAT_DIGITS, digits=call.to_repeat)


def _say_needs(call: Call, facts: Facts) -> Iterator[Spoken]:
    for choice in facts.needs:
        yield spoken(Prompt.CHOOSE_NEED, need=(choice.need,), digit=choice.digit)
    yield spoken(Prompt.CHOOSE_MESSAGE, digit=0)
    if offers_joining(facts) and not facts.on_roster:
        yield spoken(Prompt.TO_HELP)
    if call.trust < Trust.PROVEN:
        yield spoken(Prompt.ABOUT_MINE)
    yield spoken(Prompt.AGAIN, digit=9)


def _say_proof(call: Call, _facts: Facts) -> Iterator[Spoken]:
    if call.wrong_code:
        yield spoken(Prompt.WRONG_CODE)
    yield spoken(Prompt.KEY_IN_CODE)


def _say_joined(call: Call, facts: Facts) -> Iterator[Spoken]:
    if facts.on_roster:
        yield spoken(Prompt.ON_THE_LIST)
    elif facts.joining == "stewards":
        yield spoken(Prompt.STEWARDS_DECIDE)
    else:
        yield spoken(Prompt.YOUR_CODE, code=facts.code)
        yield spoken(Prompt.WHO_VOUCHES)
    if not facts.can_text:
        yield spoken(Prompt.ASKED_BY_PHONE)
    elif offers_calls(call, facts):
        yield spoken(Prompt.ASKED_BY_TEXT)
        yield spoken(Prompt.CANNOT_TEXT)


def _say_postcode_check(call: Call, _facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.POSTCODE_IS, digits=call.draft.postcode)
    yield spoken(Prompt.IS_THAT_RIGHT)


def _say_call_back(call: Call, _facts: Facts) -> Iterator[Spoken]:
    if call.wrong_key:
        yield spoken(Prompt.NOT_A_NUMBER)
    yield spoken(Prompt.ASK_CALL_BACK)


def _say_call_back_check(call: Call, _facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.CALL_BACK_IS, digits=call.call_back.lstrip("+"))
    yield spoken(Prompt.IS_THAT_RIGHT)


def _say_check(call: Call, _facts: Facts) -> Iterator[Spoken]:
    draft = to_send(call)
    if draft.need:
        yield spoken(Prompt.YOU_NEED, need=(draft.need,))
    if draft.postcode:
        yield spoken(Prompt.POSTCODE_IS, digits=draft.postcode)
    if draft.recordings:
        yield spoken(Prompt.WE_HAVE_A_MESSAGE)
    if call.call_back:
        yield spoken(Prompt.CALL_BACK_IS, digits=call.call_back.lstrip("+"))
    yield spoken(Prompt.SEND_OR_START_OVER)


def _say_sent(call: Call, facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.YOUR_NUMBER_IS, number=call.sent)
    if call.has_failed_to_repeat:
        yield spoken(Prompt.WAITS_ITS_TURN)
    elif facts.asks_at:
        yield spoken(Prompt.ASKING_FROM, time=facts.asks_at)
    else:
        yield spoken(Prompt.ASKING_NOW)
    if facts.is_hidden and not call.call_back:
        yield spoken(Prompt.NO_WAY_BACK)
    elif facts.has_stopped and offers_calls(call, facts):
        yield spoken(Prompt.TEXTS_STOPPED)
    elif facts.has_stopped or not (facts.can_text or facts.can_call):
        yield spoken(Prompt.CALL_AGAIN)
    elif facts.can_text:
        yield spoken(Prompt.WE_TEXT_YOU)
        yield from [spoken(Prompt.CANNOT_TEXT)] * offers_calls(call, facts)
    else:
        yield spoken(Prompt.WE_CALL_YOU)


def _say_added(call: Call, facts: Facts) -> Iterator[Spoken]:
    topic = facts.topic(call.about)
    if topic and topic.kind is Kind.OPEN:
        yield spoken(Prompt.MESSAGE_ADDED, number=call.about)
    else:
        yield spoken(Prompt.MESSAGE_PASSED_ON)


def _say_page(call: Call, facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.A_CALL_FROM)
    yield _what_is_needed(call, facts)
    yield spoken(Prompt.TAKE_OR_PASS)
    yield spoken(Prompt.HEAR_OR_STOP)


def _say_news(_call: Call, _facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.A_CALL_FROM)
    yield spoken(Prompt.HEAR_NEWS_AGAIN)


def _say_to_machine(_call: Call, _facts: Facts) -> Iterator[Spoken]:
    yield spoken(Prompt.A_CALL_FROM)
    yield spoken(Prompt.GOODBYE)


def _say_outcome(_call: Call, facts: Facts) -> Iterator[Spoken]:
    result = facts.result
    if result is None:
        return
    number = result.number
    if result.is_mine:
        yield spoken(Prompt.IT_IS_YOURS, number=number)
        if result.quote:
            yield spoken(Prompt.THEY_WROTE, quote=result.quote)
        if result.place_follows:
            yield spoken(Prompt.PLACE_FOLLOWS)
        if result.is_nobodys:
            yield spoken(Prompt.NOBODY_TO_CALL)
        if result.cannot_play:
            yield spoken(Prompt.CANNOT_PLAY)
        if result.messages:
            yield spoken(Prompt.THEY_LEFT_A_MESSAGE)
        yield spoken(Prompt.HOW_TO_FINISH)
    elif result.refusal:
        yield _refused(result.refusal)
    elif result.is_open:
        yield spoken(Prompt.PASSED)
    elif result.name is not None:
        yield spoken(Prompt.TOO_LATE, number=number, name=result.name)
    else:
        yield spoken(Prompt.NOT_NEEDED, number=number)


def _refused(refusal: Notice) -> Spoken:
    if refusal.what is Told.SUSPENDED:
        return spoken(Prompt.SUSPENDED)
    return spoken(Prompt.HANDS_FULL, number=refusal.values["other"])


def _only(prompt: Prompt) -> Callable[[Call, Facts], Iterator[Spoken]]:
    return lambda call, _facts: iter([spoken(prompt, number=call.about)])


_SAID: dict[Step, Callable[[Call, Facts], Iterator[Spoken]]] = {
    Step.LANGUAGE: _say_nothing,
    Step.STANDING: _say_standing,
    Step.TAKEN: _say_taken,
    Step.HOLDING: _say_holding,
    Step.ASKED: _say_asked,
    Step.OVER: _say_over,
    Step.LISTEN: _say_listen,
    Step.ADD: _say_add,
    Step.ADDED: _say_added,
    Step.TALK: _only(Prompt.ONE_MOMENT),
    Step.NO_TALK: _only(Prompt.NO_TALK),
    Step.WHISPER: _say_whisper,
    Step.CONNECTED: _say_nothing,
    Step.DECLINED: _only(Prompt.PARTING),
    Step.CLOSED: _only(Prompt.CLOSED),
    Step.FINISHED: _only(Prompt.THANKS_DONE),
    Step.HANDED_BACK: _only(Prompt.HANDED_BACK),
    Step.APART: _only(Prompt.KEPT_APART),
    Step.REPEAT: _say_repeat,
    Step.NEEDS: _say_needs,
    Step.POSTCODE: _only(Prompt.ASK_POSTCODE),
    Step.POSTCODE_CHECK: _say_postcode_check,
    Step.MESSAGE: _only(Prompt.ASK_MESSAGE),
    Step.CALL_BACK: _say_call_back,
    Step.CALL_BACK_CHECK: _say_call_back_check,
    Step.CHECK: _say_check,
    Step.NAME: _only(Prompt.ASK_NAME),
    Step.JOINED: _say_joined,
    Step.WILL_BE_ASKED: _only(Prompt.ASKED_BY_PHONE),
    Step.SENT: _say_sent,
    Step.PROOF: _say_proof,
    Step.RING_BACK: _only(Prompt.RINGING_BACK),
    Step.WAS_RUNG: _only(Prompt.WAS_RUNG),
    Step.NO_PROOF: _only(Prompt.NO_PROOF),
    Step.TO_BE_CALLED: _only(Prompt.TO_BE_CALLED),
    Step.WILL_CALL: _only(Prompt.WE_CALL_YOU),
    Step.PAGE: _say_page,
    Step.OUTCOME: _say_outcome,
    Step.NEWS: _say_news,
    Step.ANSWERED: _only(Prompt.PASSED),
    Step.LEFT_ON_MACHINE: _say_to_machine,
    Step.NOT_PASSED_ON: _only(Prompt.NOT_PASSED_ON),
    Step.STOPPED: _only(Prompt.STOPPED),
    Step.GOODBYE: _only(Prompt.GOODBYE),
    Step.NOTHING: _only(Prompt.NOTHING_HEARD),
    Step.BUSY: _only(Prompt.ALL_LINES_BUSY),
}
