"""Calls to the hotline, and what it says in them, are like the real carrier's on the wire."""

from __future__ import annotations

import socket
from typing import Any

import httpx2
import pytest
from calling import (
    ACCOUNT,
    MARIA,
    NUMBER,
    RECORD,
    SORRY,
    TOKEN,
    TOLD,
    Carrier,
    Fields,
    Hotline,
    heard,
    twiml,
)
from starlette.responses import PlainTextResponse, Response

from rehearsal.call_webhooks import signed_address

# A call that comes in.


def test_a_call_reaches_the_hotline_with_every_field(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = "<Gather/>"
    call = carrier.call()
    places = [f"{end}{it}" for end in ("From", "To", "Caller", "Called") for it in PLACES]
    assert hotline.told("/voice") == [
        {
            **dict.fromkeys(places, ""),
            "CallSid": call["sid"],
            "AccountSid": ACCOUNT,
            "From": MARIA,
            "To": NUMBER,
            "Caller": MARIA,
            "Called": NUMBER,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "StirVerstat": "TN-Validation-Passed-A",
            "ApiVersion": "2010-04-01",
        }
    ]


PLACES = ("City", "State", "Zip", "Country")


@pytest.mark.parametrize("who", ["anonymous", "+266696687", "restricted"])
def test_callers_may_hide(carrier: Carrier, hotline: Hotline, who: str) -> None:
    hotline.says["/voice"] = "<Say>Hello</Say>"
    assert carrier.call(who)["phone"] == who
    assert hotline.told("/voice")[0]["From"] == who


def test_a_caller_hears_what_is_said_until_the_end_hangs_up(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says["/voice"] = (
        '<Say voice="Google.es-US-Neural2-A" language="es-US">Hola,\n <break time="1s"/> hola</Say>'
        '<Pause length="2"/><Play>https://127.0.0.1/a.mp3</Play><Say loop="2">Bye</Say>'
    )
    call = carrier.call()
    assert call["heard"][0] == {
        "at": 1,
        "kind": "say",
        "words": "Hola, hola",
        "voice": "Google.es-US-Neural2-A",
        "language": "es-US",
    }
    assert [it["kind"] for it in call["heard"]] == ["say", "pause", "play", "say", "say"]
    assert heard(call, "play") == ["https://127.0.0.1/a.mp3"]
    assert (call["status"], call["waits_for"]) == ("completed", "")


def test_the_end_is_told_once(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = "<Gather/><Say>Bye</Say>"
    call = carrier.call()
    carrier.wait(call, 5)
    carrier.settle()
    (told,) = hotline.told("/voice/status")
    assert (told["CallSid"], told["CallStatus"]) == (call["sid"], "completed")
    assert (told["CallDuration"], told["Duration"]) == ("5", "1")
    assert (told["SequenceNumber"], told["Timestamp"]) == ("0", "Sat, 14 Mar 2026 12:00:05 +0000")


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_call_can_be_rejected(
    carrier: Carrier, hotline: Hotline, reason: str, status: str
) -> None:
    hotline.says["/voice"] = f'<Reject reason="{reason}"/><Say>never heard</Say>'
    call = carrier.call()
    carrier.settle()
    assert (call["status"], call["heard"]) == (status, [])
    assert hotline.told("/voice/status")[0]["CallDuration"] == "0"


def test_too_late_to_reject_is_hanging_up(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = '<Say>Hello</Say><Reject reason="busy"/>'
    assert carrier.call()["status"] == "completed"


def test_a_redirect_is_followed(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = "<Say>One</Say><Redirect>deep/er?a=1&amp;b=2</Redirect>"
    hotline.says["/deep/er"] = '<Say>Two</Say><Redirect method="GET">../third</Redirect>'
    hotline.says["/third"] = "<Say>Three</Say><Hangup/><Say>Four</Say>"
    call = carrier.call()
    assert heard(call) == ["One", "Two", "Three"]
    assert hotline.told("/deep/er")[0]["CallStatus"] == "in-progress"
    assert hotline.asked[1].fields["b"] == "2"
    assert [it.method for it in hotline.asked[:3]] == ["POST", "POST", "GET"]
    assert call["url"].endswith("/third")


def test_going_in_circles_ends(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = "<Redirect/>"
    call = carrier.call()
    assert SORRY in heard(call, "error")[0]
    assert len(hotline.told("/voice")) < 1000


def test_a_sid_of_ones_own(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = "<Gather/>"
    assert carrier.call(sid="CA1")["sid"] == "CA1"
    again = carrier.control.post("/rehearsal/calls", json={"from": MARIA, "sid": "CA1"})
    assert again.status_code == 400


# Gather.

MENU = '<Gather numDigits="1" action="/menu" timeout="4"><Say>Press 1</Say></Gather>'


def test_a_key_is_posted(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": MENU, "/menu": "<Say>Thanks</Say>"}
    call = carrier.call()
    assert (call["waits_for"], heard(call)) == ("keys", ["Press 1"])
    call = carrier.press(call, "1")
    assert heard(call) == ["Press 1", "Thanks"]
    (told,) = hotline.told("/menu")
    assert (told["Digits"], told["FinishedOnKey"], told["msg"]) == ("1", "", "Gather End")
    assert told["CallStatus"] == "in-progress"


def test_a_key_cuts_the_prompt_short(carrier: Carrier, hotline: Hotline) -> None:
    """What follows the Gather is never heard."""
    hotline.says = {"/voice": f"{MENU}<Say>Nobody there?</Say>", "/menu": "<Say>Thanks</Say>"}
    assert heard(carrier.press(carrier.call(), "1")) == ["Press 1", "Thanks"]


def test_without_a_key_the_call_goes_on_with_the_next_verb(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says = {"/voice": f"{MENU}<Say>Still there?</Say>{MENU}"}
    call = carrier.wait(carrier.call(), 3)
    assert (heard(call), call["due_in"]) == (["Press 1"], 1)
    call = carrier.wait(call, 1.5)
    assert heard(call) == ["Press 1", "Still there?", "Press 1"]
    call = carrier.wait(call, 3.5)
    assert (call["status"], hotline.told("/menu")) == ("completed", [])


def test_left_over_seconds_go_on_to_what_follows(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": f"{MENU}{MENU}<Redirect>/again</Redirect>", "/again": MENU}
    call = carrier.wait(carrier.call(), 11)
    assert heard(call) == ["Press 1"] * 3
    assert carrier.wait(call, 1)["status"] == "completed"


@pytest.mark.parametrize(
    ("attributes", "keys", "digits", "finish"),
    [
        ('numDigits="5"', "11216", "11216", ""),
        ("", "12#", "12", "#"),
        ('finishOnKey="*"', "1#2*", "1#2", "*"),
        ('finishOnKey="" numDigits="3"', "1#2", "1#2", ""),
    ],
)
def test_several_keys(
    carrier: Carrier, hotline: Hotline, attributes: str, keys: str, digits: str, finish: str
) -> None:
    hotline.says = {"/voice": f'<Gather action="/keys" {attributes}/>', "/keys": "<Hangup/>"}
    carrier.press(carrier.call(), keys)
    (told,) = hotline.told("/keys")
    assert (told["Digits"], told["FinishedOnKey"]) == (digits, finish)


def test_keys_that_were_not_finished_count_when_time_is_over(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says = {"/voice": '<Gather action="/keys" numDigits="5"/>', "/keys": "<Hangup/>"}
    call = carrier.press(carrier.call(), "11")
    call = carrier.wait(call, 4)
    call = carrier.press(call, "2")
    call = carrier.wait(call, 4)
    assert hotline.told("/keys") == []
    carrier.wait(call, 1)
    assert hotline.told("/keys")[0]["Digits"] == "112"


def test_the_finish_key_alone_is_no_input(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": '<Gather action="/keys"/><Say>Pardon?</Say>'}
    assert heard(carrier.press(carrier.call(), "#")) == ["Pardon?"]
    assert hotline.told("/keys") == []


def test_an_empty_result_can_be_asked_for(carrier: Carrier, hotline: Hotline) -> None:
    gather = '<Gather action="/keys" actionOnEmptyResult="true"/>'
    hotline.says = {"/voice": f"{gather}<Say>never</Say>", "/keys": "<Say>Nothing</Say>"}
    assert heard(carrier.wait(carrier.call(), 5)) == ["Nothing"]
    assert hotline.told("/keys")[0]["Digits"] == ""


def test_keys_are_pressed_one_document_after_the_other(carrier: Carrier, hotline: Hotline) -> None:
    second = '<Gather numDigits="5" action="/area"/>'
    hotline.says = {"/voice": MENU, "/menu": second, "/area": "<Say>Thanks</Say>"}
    call = carrier.press(carrier.call(), "111216#")
    assert [told["Digits"] for path in ("/menu", "/area") for told in hotline.told(path)] == [
        "1",
        "11216",
    ]
    assert heard(call) == ["Press 1", "Thanks"]


def test_without_an_action_a_gather_asks_the_same_address_again(
    carrier: Carrier, hotline: Hotline
) -> None:
    def answer(fields: Fields) -> str:
        return f"<Say>You said {fields['Digits']}</Say>" if "Digits" in fields else "<Gather/>"

    hotline.says["/voice"] = answer
    assert heard(carrier.press(carrier.call(), "7#")) == ["You said 7"]


def test_words_are_understood(carrier: Carrier, hotline: Hotline) -> None:
    gather = '<Gather input="speech" action="/words" hints="food, ride" speechTimeout="auto"/>'
    hotline.says = {"/voice": gather, "/words": "<Hangup/>"}
    call = carrier.call()
    assert call["waits_for"] == "words"
    carrier.say(call, "food please")
    (told,) = hotline.told("/words")
    assert told["SpeechResult"] == "food please"
    assert 0 < float(told["Confidence"]) <= 1


def test_hanging_up_during_a_gather_tells_its_action_nothing(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says = {"/voice": MENU}
    call = carrier.do(carrier.call(), "hang_up")
    carrier.settle()
    assert (call["status"], call["waits_for"]) == ("completed", "")
    assert hotline.paths() == ["/voice", "/voice/status"]


def test_whoever_hangs_up_waits_for_no_answer(carrier: Carrier, hotline: Hotline) -> None:
    """The answer to what was asked before comes too late."""
    seen: list[dict[str, Any]] = []

    def answer(fields: Fields) -> str:
        with httpx2.Client(base_url=carrier.url, trust_env=False) as other:
            address = f"/rehearsal/calls/{fields['CallSid']}"
            seen.append(other.get(address).json())
            seen.append(other.post(f"{address}/hang_up").json())
        return "<Say>Too late</Say>"

    hotline.says = {"/voice": answer}
    call = carrier.call()
    assert [(it["status"], it["waits_for"]) for it in seen] == [
        ("ringing", "webhook"),
        ("no-answer", ""),
    ]
    assert call["heard"] == []


# Record.


def test_what_is_said_is_recorded(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": "<Say>Thanks</Say>"}
    call = carrier.call()
    assert (call["waits_for"], call["heard"][0]["kind"]) == ("words", "beep")
    call = carrier.say(call, "insulin, in the fridge please")
    call = carrier.wait(call, 3)
    call = carrier.say(call, "today")
    call = carrier.press(call, "#")
    assert heard(call, "say") == ["Thanks"]
    (told,) = hotline.told("/done")
    assert (told["Digits"], told["RecordingDuration"]) == ("#", "2")
    assert [told["RecordingSid"]] == call["recordings"]
    address = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}"
    assert told["RecordingUrl"] == carrier.url + address


def test_silence_ends_a_recording(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": "<Hangup/>"}
    call = carrier.wait(carrier.say(carrier.call(), "milk"), 4)
    assert (hotline.told("/done")[0]["Digits"], call["status"]) == ("", "completed")


def test_so_does_its_length(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {
        "/voice": '<Record action="/done" maxLength="2" playBeep="false"/>',
        "/done": "<Hangup/>",
    }
    call = carrier.say(carrier.call(), "one two three four five six seven")
    assert hotline.told("/done")[0]["RecordingDuration"] == "2"
    assert call["heard"] == []


def test_when_nobody_speaks_the_call_goes_on_with_the_next_verb(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says = {"/voice": RECORD}
    call = carrier.wait(carrier.call(), 4)
    assert (heard(call, "say"), hotline.told("/done")) == (["Nobody spoke"], [])
    assert call["recordings"] == []


def test_without_an_action_a_record_asks_the_same_address_again(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says = {"/voice": "<Record/>"}
    call = carrier.press(carrier.say(carrier.call(), "milk"), "1")
    assert call["waits_for"] == "words"
    first, second = hotline.told("/voice")
    assert "RecordingSid" in second
    assert "RecordingSid" not in first


def test_hanging_up_is_told_to_the_action_of_a_record(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": "<Say>never heard</Say>"}
    call = carrier.do(carrier.say(carrier.call(), "milk"), "hang_up")
    (told,) = hotline.told("/done")
    assert (told["Digits"], told["CallStatus"]) == ("hangup", "completed")
    assert heard(call, "say") == []


def test_that_the_file_is_there_is_told_later_and_without_numbers(
    carrier: Carrier, hotline: Hotline
) -> None:
    files: list[int] = []

    def done(fields: Fields) -> str:
        address = f"{fields['RecordingUrl']}.wav"
        with httpx2.Client(trust_env=False) as other:
            files.append(other.get(address, auth=(ACCOUNT, TOKEN)).status_code)
        return "<Hangup/>"

    hotline.says = {"/voice": TOLD, "/done": done}
    call = carrier.press(carrier.say(carrier.call(), "we need milk and bread today"), "1#")
    carrier.settle()
    assert files == [404]
    assert hotline.paths().index("/recorded") > hotline.paths().index("/done")
    (told,) = hotline.told("/recorded")
    assert told == {
        "AccountSid": ACCOUNT,
        "CallSid": call["sid"],
        "RecordingSid": call["recordings"][0],
        "RecordingUrl": hotline.told("/done")[0]["RecordingUrl"],
        "RecordingStatus": "completed",
        "RecordingDuration": "2",
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
        "RecordingStartTime": "Sat, 14 Mar 2026 12:00:00 +0000",
        "ErrorCode": "0",
    }
    (written,) = hotline.told("/written")
    assert written["TranscriptionStatus"] == "completed"
    assert written["TranscriptionText"] == "we need milk and bread today"
    assert written["From"] == MARIA


def test_what_is_short_is_not_written_down(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": TOLD, "/done": "<Hangup/>"}
    carrier.press(carrier.say(carrier.call(), "milk"), "#")
    carrier.settle()
    (written,) = hotline.told("/written")
    assert (written["TranscriptionStatus"], written["TranscriptionText"]) == ("failed", "")


# What cannot be carried out.

WRONG = [
    (Response("<Response><Say>", media_type="text/xml"), 12100),
    (Response("<Other/>", media_type="text/xml"), 12100),
    (twiml("<Dance/>"), 12200),
    (twiml("<Say color='red'>Hi</Say>"), 12200),
    (twiml("Hello"), 12200),
    (twiml("<Gather><Dial>+12125550141</Dial></Gather>"), 12200),
    (twiml("<Gather numDigits='many'/>"), 12200),
    (twiml("<Gather timeout='0'/>"), 12200),
    (twiml("<Record finishOnKey='x'/>"), 12200),
    (twiml("<Dial><Client>maria</Client></Dial>"), 12200),
    (twiml("<Say voice='Google.es-US-Neural2-A' language='en-US'>Hi</Say>"), 12200),
    (twiml(f"<Say>{'long ' * 1000}</Say>"), 12200),
    (twiml("<Play/>"), 12200),
    (twiml("<Hangup now='1'/>"), 12200),
    (twiml(f"<Say>{'x' * 4000}</Say>" * 20), 11750),
    (twiml("<Redirect>ftp://127.0.0.1/x</Redirect>"), 11100),
    (twiml("<Redirect>http://[</Redirect>"), 11100),
    (PlainTextResponse("<Response/>"), 12300),
    (Response(status_code=204), 12300),
    (PlainTextResponse("broken", status_code=500), 11200),
    (Response(status_code=307, headers={"Location": "/elsewhere"}), 11200),
]


@pytest.mark.parametrize(("answer", "error"), WRONG)
def test_what_cannot_be_carried_out_goes_to_the_fallback(
    carrier: Carrier, hotline: Hotline, answer: Response, error: int
) -> None:
    hotline.says = {"/voice": answer, "/fallback": "<Say>One moment</Say>"}
    call = carrier.call()
    assert heard(call, "say") == ["One moment"]
    (told,) = hotline.told("/fallback")
    assert told["ErrorCode"] == str(error)
    if error != 11100:
        assert told["ErrorUrl"] == f"{hotline.url}/voice"
    assert told["CallSid"] == call["sid"]
    assert carrier.errors() == [error]


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_step_is_asked_for_again_as_its_address_says(
    carrier: Carrier, hotline: Hotline, method: str
) -> None:
    answers = iter([Response(status_code=503), Response(status_code=503), "<Say>Hello</Say>"])
    step = "/next?a=b#rc=2&amp;rp=5xx"
    hotline.says = {
        "/voice": f'<Redirect method="{method}">{step}</Redirect>',
        "/next": lambda _: next(answers),
    }
    call = carrier.call()
    assert heard(call) == ["Hello"]
    assert [it["CallSid"] for it in hotline.told("/next")] == [call["sid"]] * 3
    assert (hotline.told("/fallback"), carrier.errors()) == ([], [])


def test_without_a_good_fallback_the_caller_hears_an_error(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.says = {"/voice": Response(status_code=500), "/fallback": Response(status_code=503)}
    call = carrier.call()
    assert SORRY in heard(call, "error")[0]
    assert call["status"] == "completed"
    assert carrier.errors() == [11200, 11200]
    assert hotline.told("/voice/status")[0]["CallStatus"] == "completed"


def test_a_later_step_falls_back_as_well(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": MENU, "/menu": Response(status_code=500), "/fallback": MENU}
    call = carrier.press(carrier.call(), "1")
    assert (call["waits_for"], heard(call)) == ("keys", ["Press 1", "Press 1"])
    told = hotline.told("/fallback")[0]
    assert (told["Digits"], told["ErrorUrl"]) == ("1", f"{hotline.url}/menu")


def test_an_unreachable_step_is_an_error(carrier: Carrier, hotline: Hotline) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        hotline.says = {"/voice": f"<Redirect>http://127.0.0.1:{deaf.getsockname()[1]}</Redirect>"}
        carrier.call()
    assert carrier.errors() == [11200, 12300]


@pytest.mark.parametrize(
    ("address", "signed"),
    [
        ("https://hotline.example:8443/voice?a=1", "https://hotline.example/voice?a=1"),
        ("https://hotline.example/voice", "https://hotline.example/voice"),
        ("http://127.0.0.1:8000/voice", "http://127.0.0.1:8000/voice"),
    ],
)
def test_the_port_of_https_is_not_signed(address: str, signed: str) -> None:
    assert signed_address(address) == signed
