"""Calls from the hotline to a phone, and between two phones, are like the real carrier's."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from calling import (
    ACCOUNT,
    ANA,
    BEN,
    MARIA,
    NUMBER,
    SORRY,
    STAND_STILL,
    TOKEN,
    TOLD,
    Carrier,
    Hotline,
    heard,
    placed,
    refusal_of,
    statuses,
)
from starlette.responses import Response

from rehearsal.calls import call_from
from rehearsal.carrier import Line
from rehearsal.exchange import Exchange
from rehearsal.messages import Form
from rehearsal.switchboard import place, stop_ringing

# Dial: two phones.

DIAL = (
    f'<Dial callerId="{NUMBER}" action="/dialed" timeout="20">'
    f'<Number url="/whisper">{ANA}</Number></Dial><Say>never</Say>'
)
SCREEN = '<Gather numDigits="1" action="/accept"><Say>Press 1 to talk</Say></Gather><Hangup/>'


def screened(hotline: Hotline, **more: str) -> None:
    hotline.says = {
        "/voice": DIAL,
        "/whisper": SCREEN,
        "/accept": "<Say>Here you go</Say>",
        "/dialed": "<Say>Bye</Say>",
        **more,
    }


def test_a_callee_hears_the_whisper_and_then_both_talk(carrier: Carrier, hotline: Hotline) -> None:
    screened(hotline)
    maria = carrier.call()
    assert maria["waits_for"] == "bridge"
    ana = carrier.call_of(ANA)
    assert (ana["waits_for"], ana["direction"]) == ("answer", "outbound-dial")
    assert (ana["parent"], ana["from"]) == (maria["sid"], NUMBER)
    ana = carrier.do(ana, "answer")
    assert (heard(ana), ana["waits_for"]) == (["Press 1 to talk"], "keys")
    (whisper,) = hotline.told("/whisper")
    assert (whisper["CallSid"], whisper["ParentCallSid"]) == (ana["sid"], maria["sid"])
    assert (whisper["From"], whisper["To"], whisper["CallStatus"]) == (NUMBER, ANA, "in-progress")
    assert "AnsweredBy" not in whisper
    ana = carrier.press(ana, "1")
    assert (heard(ana), ana["waits_for"]) == (["Press 1 to talk", "Here you go"], "bridge")
    carrier.say(ana, "hello")
    maria = carrier.say(maria, "hi Ana")
    assert heard(maria) == ["hello"]
    carrier.wait(maria, 30)
    ana = carrier.do(ana, "hang_up")
    assert heard(ana, "voice") == ["hi Ana"]
    (told,) = hotline.told("/dialed")
    assert told["CallSid"] == maria["sid"]
    assert {name: told[name] for name in told if name.startswith("Dial")} == {
        "DialCallStatus": "completed",
        "DialCallSid": ana["sid"],
        "DialCallDuration": "30",
        "DialBridged": "true",
    }
    assert heard(carrier.look(maria)) == ["hello", "Bye"]


def test_the_caller_can_end_the_bridge_as_well(carrier: Carrier, hotline: Hotline) -> None:
    screened(hotline)
    maria = carrier.call()
    ana = carrier.press(carrier.do(carrier.call_of(ANA), "answer"), "1")
    maria = carrier.do(maria, "hang_up")
    assert [carrier.look(it)["status"] for it in (maria, ana)] == ["completed", "completed"]
    (told,) = hotline.told("/dialed")
    assert (told["CallStatus"], told["DialCallStatus"]) == ("completed", "completed")
    assert heard(maria) == []


@pytest.mark.parametrize(
    ("deed", "status"), [("decline", "busy"), ("hang_up", "busy"), ("wait", "no-answer")]
)
def test_a_callee_need_not_answer(
    carrier: Carrier, hotline: Hotline, deed: str, status: str
) -> None:
    screened(hotline)
    maria = carrier.call()
    ana = carrier.do(carrier.call_of(ANA), deed, **({"seconds": 20} if deed == "wait" else {}))
    assert (ana["status"], ana["heard"]) == (status, [])
    (told,) = hotline.told("/dialed")
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, "false")
    assert heard(carrier.look(maria)) == ["Bye"]


def test_while_it_rings_time_passes_for_the_caller_too(carrier: Carrier, hotline: Hotline) -> None:
    screened(hotline)
    maria = carrier.wait(carrier.call(), 19)
    assert carrier.call_of(ANA)["waits_for"] == "answer"
    maria = carrier.wait(maria, 1)
    assert (heard(maria), carrier.call_of(ANA)["status"]) == (["Bye"], "no-answer")


@pytest.mark.parametrize(
    ("way", "status"), [("busy", "busy"), ("no_answer", "no-answer"), ("unreachable", "failed")]
)
def test_phones_have_ways_of_their_own(
    carrier: Carrier, hotline: Hotline, way: str, status: str
) -> None:
    carrier.phone(ANA, calls=way)
    screened(hotline)
    assert heard(carrier.call()) == ["Bye"]
    assert hotline.told("/dialed")[0]["DialCallStatus"] == status


def test_a_phone_that_is_off_does_not_answer(carrier: Carrier, hotline: Hotline) -> None:
    carrier.phone(ANA, state="off")
    screened(hotline)
    carrier.call()
    assert hotline.told("/dialed")[0]["DialCallStatus"] == "no-answer"


def test_a_machine_presses_nothing_and_is_not_bridged(carrier: Carrier, hotline: Hotline) -> None:
    """It answered, though: that a dialed call was completed does not mean that anybody talked."""
    carrier.phone(ANA, calls="machine")
    screened(hotline)
    assert heard(carrier.call()) == ["Bye"]
    (told,) = hotline.told("/dialed")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")
    assert heard(carrier.call_of(ANA)) == ["Press 1 to talk"]


def test_without_a_whisper_a_machine_is_talked_to_until_it_is_full(
    carrier: Carrier, hotline: Hotline
) -> None:
    carrier.phone(ANA, calls="machine")
    hotline.says["/voice"] = f"<Dial>{ANA}</Dial><Say>Bye</Say>"
    maria = carrier.call()
    assert "leave a message" in heard(maria, "voice")[0]
    carrier.say(maria, "it is Maria")
    assert heard(carrier.call_of(ANA)) == ["it is Maria"]
    assert heard(carrier.wait(maria, 120), "say") == ["Bye"]


def test_whoever_hangs_up_in_the_whisper_is_not_bridged(carrier: Carrier, hotline: Hotline) -> None:
    screened(hotline)
    maria = carrier.call()
    carrier.wait(carrier.do(carrier.call_of(ANA), "answer"), 5)
    assert hotline.told("/accept") == []
    assert hotline.told("/dialed")[0]["DialBridged"] == "false"
    assert heard(carrier.look(maria)) == ["Bye"]


def test_without_an_action_the_call_goes_on(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = f"<Dial>{ANA}</Dial><Say>Now what?</Say>"
    maria = carrier.call()
    ana = carrier.do(carrier.call_of(ANA), "answer")
    assert (ana["waits_for"], ana["from"]) == ("bridge", MARIA)
    carrier.do(ana, "hang_up")
    assert heard(carrier.look(maria)) == ["Now what?"]


def test_a_hidden_caller_stays_hidden(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = f"<Dial>{ANA}</Dial>"
    carrier.call("anonymous")
    assert carrier.call_of(ANA)["from"] == "anonymous"


def test_the_first_of_several_to_answer_is_the_one(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = (
        f'<Dial action="/dialed"><Number>{ANA}</Number><Number>{BEN}</Number></Dial>'
    )
    carrier.call()
    ben = carrier.do(carrier.call_of(BEN), "answer")
    assert ben["waits_for"] == "bridge"
    assert carrier.call_of(ANA)["status"] == "canceled"
    carrier.do(ben, "hang_up")
    assert hotline.told("/dialed")[0]["DialCallSid"] == ben["sid"]


def test_the_call_goes_on_when_nobody_of_several_answers(
    carrier: Carrier, hotline: Hotline
) -> None:
    carrier.phone(ANA, calls="busy")
    numbers = f"<Number>{ANA}</Number><Number>{BEN}</Number>"
    hotline.says["/voice"] = f'<Dial timeout="10">{numbers}</Dial><Say>Nobody</Say>'
    assert heard(carrier.wait(carrier.call(), 10)) == ["Nobody"]


@pytest.mark.parametrize(
    ("dial", "error"),
    [
        (f'<Dial callerId="+12125550177" action="/dialed">{ANA}</Dial>', 13214),
        ('<Dial action="/dialed">Ana</Dial>', 13224),
    ],
)
def test_a_wrong_number_is_not_dialed(
    carrier: Carrier, hotline: Hotline, dial: str, error: int
) -> None:
    hotline.says = {"/voice": dial, "/dialed": "<Say>Sorry</Say>"}
    assert heard(carrier.call()) == ["Sorry"]
    assert hotline.told("/dialed")[0]["DialCallStatus"] == "failed"
    assert carrier.errors() == [error]


@pytest.mark.parametrize("verb", [f"<Dial>{BEN}</Dial>", "<Record/>", "<Redirect>/x</Redirect>"])
def test_some_things_cannot_be_whispered(carrier: Carrier, hotline: Hotline, verb: str) -> None:
    screened(hotline, **{"/whisper": verb})
    maria = carrier.call()
    ana = carrier.do(carrier.call_of(ANA), "answer")
    assert SORRY in heard(ana, "error")[0]
    assert heard(carrier.look(maria)) == ["Bye"]
    assert carrier.errors() == [12200]


def test_talking_has_a_limit(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = f'<Dial timeLimit="60">{ANA}</Dial><Say>That was a minute</Say>'
    maria = carrier.call()
    carrier.do(carrier.call_of(ANA), "answer")
    assert carrier.wait(maria, 59)["waits_for"] == "bridge"
    assert heard(carrier.wait(maria, 1)) == ["That was a minute"]


def test_a_dialed_number_has_callbacks_of_its_own(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = (
        '<Dial><Number statusCallback="/leg" statusCallbackEvent="initiated answered completed">'
        f"{ANA}</Number></Dial>"
    )
    maria = carrier.call()
    carrier.do(carrier.do(carrier.call_of(ANA), "answer"), "hang_up")
    carrier.settle()
    told = hotline.told("/leg")
    assert [it["CallStatus"] for it in told] == ["initiated", "in-progress", "completed"]
    assert {it["ParentCallSid"] for it in told} == {maria["sid"]}


# Calls that go out.


def test_somebody_is_called_and_hears_what_the_url_says(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/ring"] = "<Say>Can you help?</Say><Gather/>"
    call = placed(carrier, hotline)
    assert (call.status, call.direction, call.to) == ("queued", "outbound-api", ANA)
    assert (call.fetch().status, hotline.told("/ring")) == ("ringing", [])
    ana = carrier.do(carrier.call_of(ANA), "answer")
    assert (heard(ana), ana["answered_by"]) == (["Can you help?"], None)
    (told,) = hotline.told("/ring")
    assert (told["CallSid"], told["CallStatus"]) == (call.sid, "in-progress")
    assert (told["From"], told["To"], told["Direction"]) == (NUMBER, ANA, "outbound-api")
    assert "AnsweredBy" not in told
    carrier.do(carrier.wait(ana, 3), "hang_up")
    assert statuses(hotline, carrier) == ["initiated", "ringing", "in-progress", "completed"]
    told_of = hotline.told("/voice/status")
    assert [it["SequenceNumber"] for it in told_of] == ["0", "1", "2", "3"]
    assert told_of[-1]["CallDuration"] == "3"
    assert "CallDuration" not in told_of[2]
    later = call.fetch()
    assert (later.status, later.duration, later.answered_by) == ("completed", "3", None)


def test_only_what_was_asked_for_is_told(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/ring"] = "<Hangup/>"
    carrier.place(status_callback=f"{hotline.url}/voice/status")
    carrier.do(carrier.call_of(ANA), "answer")
    assert statuses(hotline, carrier) == ["completed"]
    carrier.place()
    carrier.do(carrier.call_of(ANA), "answer")
    assert statuses(hotline, carrier) == ["completed"]


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("busy", ["initiated", "busy"]),
        ("no_answer", ["initiated", "ringing", "no-answer"]),
        ("unreachable", ["initiated", "failed"]),
    ],
)
def test_a_call_that_nobody_takes_says_why(
    carrier: Carrier, hotline: Hotline, way: str, told: list[str]
) -> None:
    carrier.phone(ANA, calls=way)
    call = placed(carrier, hotline)
    assert statuses(hotline, carrier) == told
    assert (call.fetch().status, call.fetch().duration) == (told[-1], None)
    assert hotline.told("/ring") == []


def test_it_rings_as_long_as_was_asked_for(carrier: Carrier, hotline: Hotline) -> None:
    placed(carrier, hotline, timeout=15)
    ana = carrier.wait(carrier.call_of(ANA), 14)
    assert ana["waits_for"] == "answer"
    assert carrier.wait(ana, 1)["status"] == "no-answer"


@pytest.mark.parametrize(
    ("detection", "way", "answered_by"),
    [
        ("Enable", "machine", "machine_start"),
        ("DetectMessageEnd", "machine", "machine_end_beep"),
        ("Enable", "rings", "human"),
    ],
)
def test_machines_are_told_from_people_on_request(
    carrier: Carrier, hotline: Hotline, detection: str, way: str, answered_by: str
) -> None:
    hotline.says["/ring"] = "<Say>Can you help?</Say>"
    carrier.phone(ANA, calls=way)
    call = placed(carrier, hotline, machine_detection=detection)
    if way == "rings":
        carrier.do(carrier.call_of(ANA), "answer")
    assert hotline.told("/ring")[0]["AnsweredBy"] == answered_by
    assert call.fetch().answered_by == answered_by
    assert heard(carrier.call_of(ANA)) == ["Can you help?"]


def test_a_machine_hears_everything_until_it_is_full(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/ring"] = "<Gather><Say>Press 1</Say></Gather><Record/><Redirect/>"
    carrier.phone(ANA, calls="machine")
    call = placed(carrier, hotline)
    assert "AnsweredBy" not in hotline.told("/ring")[0]
    assert heard(carrier.call_of(ANA), "say") == ["Press 1"] * 13
    assert (call.fetch().status, call.fetch().duration) == ("completed", "125")


def test_a_call_can_bring_its_document(carrier: Carrier, hotline: Hotline) -> None:
    carrier.place(url=None, twiml="<Response><Say>Hello</Say></Response>")
    assert heard(carrier.do(carrier.call_of(ANA), "answer")) == ["Hello"]
    assert hotline.asked == []


def test_a_call_has_a_fallback_and_methods_of_its_own(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/ring": Response(status_code=500), "/mine": "<Say>Hello</Say>"}
    carrier.place(method="GET", fallback_url=f"{hotline.url}/mine", fallback_method="GET")
    assert heard(carrier.do(carrier.call_of(ANA), "answer")) == ["Hello"]
    assert [(it.path, it.method) for it in hotline.asked] == [("/ring", "GET"), ("/mine", "GET")]


def test_a_call_has_a_time_limit(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/ring"] = '<Gather timeout="100"/>'
    carrier.place(time_limit=60)
    ana = carrier.do(carrier.call_of(ANA), "answer")
    assert carrier.wait(ana, 60)["status"] == "completed"


def test_a_live_call_can_be_sent_elsewhere(carrier: Carrier, hotline: Hotline) -> None:
    screened(hotline, **{"/elsewhere": "<Say>Somewhere else</Say><Gather/>"})
    maria = carrier.call()
    ana = carrier.press(carrier.do(carrier.call_of(ANA), "answer"), "1")
    live = carrier.client.calls(maria["sid"])
    live.update(url=f"{hotline.url}/elsewhere")
    assert heard(carrier.look(maria)) == ["Somewhere else"]
    assert (carrier.look(ana)["status"], hotline.told("/dialed")) == ("completed", [])
    live.update(twiml="<Response><Say>And bye</Say></Response>")
    assert heard(carrier.look(maria)) == ["Somewhere else", "And bye"]
    assert refusal_of(lambda: live.update(status="completed")) == (400, 21220)


def test_what_was_recorded_is_kept_when_a_call_is_sent_elsewhere(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says["/voice"] = TOLD
    maria = carrier.say(carrier.call(), "milk")
    carrier.client.calls(maria["sid"]).update(twiml="<Response/>")
    assert len(carrier.look(maria)["recordings"]) == 1
    assert (len(hotline.told("/recorded")), hotline.told("/done")) == (1, [])


def test_a_ringing_call_can_be_canceled_and_a_live_one_completed(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says["/ring"] = "<Gather/>"
    call = placed(carrier, hotline)
    assert refusal_of(lambda: call.update(url=f"{hotline.url}/ring")) == (400, 21220)
    assert call.update(status="canceled").status == "canceled"
    assert statuses(hotline, carrier) == ["initiated", "ringing", "canceled"]
    call = placed(carrier, hotline)
    carrier.do(carrier.call_of(ANA), "answer")
    assert call.update(status="canceled").status == "in-progress"
    call.update(status="completed")
    carrier.settle()
    assert call.fetch().status == "completed"


def test_a_phone_stops_ringing_by_the_clock_as_well() -> None:
    """Where nobody says how long it has rung."""
    now = [STAND_STILL]

    async def ring() -> list[str]:
        line = Line(ACCOUNT, TOKEN, NUMBER, "http://127.0.0.1:9/sms")
        exchange = Exchange(line, lambda: now[0], [])
        form = Form({"To": ANA, "From": NUMBER, "Twiml": "<Response/>", "Timeout": "30"})
        call = call_from(form, line, STAND_STILL)
        place(exchange, call)
        statuses = []
        for seconds in (0, 29, 1):
            now[0] += timedelta(seconds=seconds)
            assert await exchange.work.is_idle_within(5)
            await stop_ringing(exchange)
            statuses.append(call.status)
        return statuses

    assert asyncio.run(ring()) == ["ringing", "ringing", "no-answer"]
