"""What is heard at each step of a call: which prompts, with what in them.

Pure, like `menu`, which says what leads where. Prompts are sentences of the catalogue; which voice
says them, or whose recording is played in their place, is `calling`'s to look up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hotline.prompts import Prompt
from hotline.words import Notice, notice
from ivr.menu import Call, Facts, Kind, Step, Talk, Topic, offers_calls, offers_joining, to_send


@dataclass(frozen=True, slots=True)
class PromptLine:
    """One thing that is heard: a prompt, `words` as they are, or a recording of somebody's."""

    notice: Notice | None
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


def _before(call: Call) -> Iterator[Notice]:
    if not call.greeted and call.step not in (Step.PAGE, Step.NEWS, Step.LEFT_ON_MACHINE):
        yield notice(Prompt.GREETING)
    if call.talk is Talk.OVER and call.step is not Step.GOODBYE:
        yield notice(Prompt.TALK_OVER)
    if call.wrong_key and call.step is not Step.CALL_BACK:
        yield notice(Prompt.TRY_AGAIN)
    if call.warn:
        yield notice(Prompt.NOT_FOR_DANGER)


def _language_choices(facts: Facts) -> list[PromptLine]:
    return [
        PromptLine(notice(Prompt.CHOOSE_LANGUAGE, digit=place), language)
        for place, language in enumerate(facts.languages, 1)
    ]


def _say_nothing(_call: Call, _facts: Facts) -> Iterator[Notice]:
    return iter(())


def _say_standing(call: Call, facts: Facts) -> Iterator[Notice]:
    yield _how_it_stands(call, facts)
    yield notice(Prompt.ADD_MESSAGE)
    yield from _other_choices(call, facts)


def _how_it_stands(call: Call, facts: Facts) -> Notice:
    topic = facts.topic(call.about)
    if topic and topic.asks_at:
        return notice(Prompt.WILL_BE_ASKED, number=call.about, time=topic.asks_at)
    return notice(Prompt.IS_OPEN, number=call.about)


def _say_taken(call: Call, facts: Facts) -> Iterator[Notice]:
    topic = facts.topic(call.about)
    name = topic.name if topic else None
    yield notice(Prompt.IS_TAKEN, number=call.about, name=name)
    yield from _may_listen(topic)
    if topic and topic.partner is not None:
        yield notice(Prompt.TALK_TO, name=name)
    yield notice(Prompt.MESSAGE_FOR, name=name)
    yield from _other_choices(call, facts)


def _other_choices(call: Call, facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.NO_LONGER_NEEDED)
    yield notice(Prompt.NEW_REQUEST)
    if facts.topics and facts.topics[-1].number != call.about:
        yield notice(Prompt.ELSE, digit=4)


def _may_listen(topic: Topic | None) -> Iterator[Notice]:
    if topic and topic.kind is Kind.HELD and (topic.messages or topic.quote):
        yield notice(Prompt.HEAR_WHAT_THEY_NEED)
    elif topic and topic.messages:
        yield notice(Prompt.LISTEN)


def _say_listen(call: Call, facts: Facts) -> Iterator[Notice]:
    topic = facts.topic(call.about)
    if topic and topic.quote:
        yield notice(Prompt.THEY_WROTE, quote=topic.quote)
    if topic and topic.messages and topic.kind in (Kind.TAKEN, Kind.OVER):
        yield notice(Prompt.A_MESSAGE_FROM, name=topic.name)
    elif topic and topic.messages:
        yield notice(Prompt.THE_ASKER_SAID)
    is_over = topic is not None and topic.kind is Kind.OVER
    yield notice(Prompt.AGAIN, digit=9) if is_over else notice(Prompt.ANSWER_OR_AGAIN)


def _say_holding(call: Call, facts: Facts) -> Iterator[Notice]:
    topic = facts.topic(call.about)
    yield notice(Prompt.YOU_HOLD, number=call.about)
    yield from _may_listen(topic)
    if topic and topic.partner is not None:
        yield notice(Prompt.TALK_TO_ASKER)
    yield notice(Prompt.MESSAGE_FOR_ASKER)
    yield notice(Prompt.DONE_OR_BACK)
    yield notice(Prompt.ELSE, digit=4)


def _say_over(call: Call, facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.IS_OVER, number=call.about)
    yield from _may_listen(facts.topic(call.about))
    yield notice(Prompt.NEW_REQUEST)
    if facts.topics and facts.topics[-1].number != call.about:
        yield notice(Prompt.ELSE, digit=4)


def _say_add(call: Call, _facts: Facts) -> Iterator[Notice]:
    if call.talk is Talk.NOBODY:
        yield notice(Prompt.NOBODY_CAME)
    if call.talk is Talk.NOT_NOW:
        yield notice(Prompt.NOT_NOW)
    yield notice(Prompt.SPEAK_NOW)


def _say_whisper(call: Call, _facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.A_NEIGHBOR_CALLS, number=call.about)
    yield notice(Prompt.TO_TALK)


def _say_asked(call: Call, facts: Facts) -> Iterator[Notice]:
    yield _what_is_needed(call, facts)
    yield notice(Prompt.TAKE_OR_PASS)
    yield notice(Prompt.HEAR_OR_ELSE)


def _what_is_needed(call: Call, facts: Facts) -> Notice:
    """Need and area, and nothing else, as a page in writing."""
    topic = facts.topic(call.about)
    if topic is None or topic.area is None:
        return notice(Prompt.NEEDED_ANYWHERE, need=topic.needs if topic else ())
    return notice(Prompt.NEEDED, need=topic.needs, area=topic.area)


def _say_needs(_call: Call, facts: Facts) -> Iterator[Notice]:
    for choice in facts.needs:
        yield notice(Prompt.CHOOSE_NEED, need=(choice.need,), digit=choice.digit)
    yield notice(Prompt.CHOOSE_MESSAGE, digit=0)
    if offers_joining(facts) and not facts.on_roster:
        yield notice(Prompt.TO_HELP)
    yield notice(Prompt.AGAIN, digit=9)


def _say_joined(_call: Call, facts: Facts) -> Iterator[Notice]:
    if facts.on_roster:
        yield notice(Prompt.ON_THE_LIST)
    elif facts.joining == "stewards":
        yield notice(Prompt.STEWARDS_DECIDE)
    else:
        yield notice(Prompt.YOUR_CODE, code=facts.code)
        yield notice(Prompt.WHO_VOUCHES)
    if not facts.can_text:
        yield notice(Prompt.ASKED_BY_PHONE)
    elif offers_calls(facts):
        yield notice(Prompt.ASKED_BY_TEXT)
        yield notice(Prompt.CANNOT_TEXT)


def _say_postcode_check(call: Call, _facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.POSTCODE_IS, digits=call.draft.postcode)
    yield notice(Prompt.IS_THAT_RIGHT)


def _say_call_back(call: Call, _facts: Facts) -> Iterator[Notice]:
    if call.wrong_key:
        yield notice(Prompt.NOT_A_NUMBER)
    yield notice(Prompt.ASK_CALL_BACK)


def _say_call_back_check(call: Call, _facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.CALL_BACK_IS, digits=call.call_back.lstrip("+"))
    yield notice(Prompt.IS_THAT_RIGHT)


def _say_check(call: Call, _facts: Facts) -> Iterator[Notice]:
    draft = to_send(call)
    if draft.need:
        yield notice(Prompt.YOU_NEED, need=(draft.need,))
    if draft.postcode:
        yield notice(Prompt.POSTCODE_IS, digits=draft.postcode)
    if draft.recordings:
        yield notice(Prompt.WE_HAVE_A_MESSAGE)
    if call.call_back:
        yield notice(Prompt.CALL_BACK_IS, digits=call.call_back.lstrip("+"))
    yield notice(Prompt.SEND_OR_START_OVER)


def _say_sent(call: Call, facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.YOUR_NUMBER_IS, number=call.sent)
    if facts.asks_at:
        yield notice(Prompt.ASKING_FROM, time=facts.asks_at)
    else:
        yield notice(Prompt.ASKING_NOW)
    if facts.is_hidden and not call.call_back:
        yield notice(Prompt.NO_WAY_BACK)
    elif facts.has_stopped and offers_calls(facts):
        yield notice(Prompt.TEXTS_STOPPED)
    elif facts.has_stopped or not (facts.can_text or facts.can_call):
        yield notice(Prompt.CALL_AGAIN)
    elif facts.can_text:
        yield notice(Prompt.WE_TEXT_YOU)
        yield from [notice(Prompt.CANNOT_TEXT)] * offers_calls(facts)
    else:
        yield notice(Prompt.WE_CALL_YOU)


def _say_added(call: Call, facts: Facts) -> Iterator[Notice]:
    topic = facts.topic(call.about)
    if topic and topic.kind is Kind.OPEN:
        yield notice(Prompt.MESSAGE_ADDED, number=call.about)
    else:
        yield notice(Prompt.MESSAGE_PASSED_ON)


def _say_page(call: Call, facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.A_CALL_FROM)
    yield _what_is_needed(call, facts)
    yield notice(Prompt.TAKE_OR_PASS)
    yield notice(Prompt.HEAR_OR_STOP)


def _say_news(_call: Call, _facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.A_CALL_FROM)
    yield notice(Prompt.HEAR_NEWS_AGAIN)


def _say_to_machine(_call: Call, _facts: Facts) -> Iterator[Notice]:
    yield notice(Prompt.A_CALL_FROM)
    yield notice(Prompt.GOODBYE)


def _say_outcome(_call: Call, facts: Facts) -> Iterator[Notice]:
    result = facts.result
    if result is None:
        return
    number = result.number
    if result.is_mine:
        yield notice(Prompt.IT_IS_YOURS, number=number)
        if result.quote:
            yield notice(Prompt.THEY_WROTE, quote=result.quote)
        if result.is_nobodys:
            yield notice(Prompt.NOBODY_TO_CALL)
        if result.messages:
            yield notice(Prompt.THEY_LEFT_A_MESSAGE)
        yield notice(Prompt.HOW_TO_FINISH)
    elif result.is_open:
        yield notice(Prompt.PASSED)
    elif result.name is not None:
        yield notice(Prompt.TOO_LATE, number=number, name=result.name)
    else:
        yield notice(Prompt.NOT_NEEDED, number=number)


def _only(prompt: Prompt) -> Callable[[Call, Facts], Iterator[Notice]]:
    return lambda call, _facts: iter([notice(prompt, number=call.about)])


_SAID: dict[Step, Callable[[Call, Facts], Iterator[Notice]]] = {
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
