"""The troubles, the REST API and the control addresses of calls."""

from __future__ import annotations

import json
import wave
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from calling import (
    ACCOUNT,
    ANA,
    BEN,
    MARIA,
    NUMBER,
    RECORD,
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
from twilio.base.exceptions import TwilioException

from rehearsal.trouble import STEP_KINDS

# Troubles.


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("callbacks_twice", [s for it in ("initiated", "ringing", "busy") for s in (it, it)]),
        ("callbacks_backwards", ["busy", "ringing", "initiated"]),
        ("callbacks_late", ["initiated", "ringing", "busy"]),
        ("no_callbacks", []),
    ],
)
def test_callbacks_come_as_they_like(
    carrier: Carrier, hotline: Hotline, kind: str, expected: list[str]
) -> None:
    carrier.trouble(kind, seconds=0.01)
    placed(carrier, hotline)
    carrier.do(carrier.call_of(ANA), "decline")
    assert statuses(hotline, carrier) == expected


def test_recordings_are_told_of_as_it_likes(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": TOLD, "/done": "<Hangup/>"}
    carrier.trouble("callbacks_twice", to=MARIA)
    carrier.press(carrier.say(carrier.call(), "milk"), "#")
    carrier.settle()
    assert [len(hotline.told(it)) for it in ("/recorded", "/written", "/voice/status")] == [2] * 3


def test_a_step_can_come_twice_at_once(carrier: Carrier, hotline: Hotline) -> None:
    answers = iter(["First", "Second"])
    hotline.says["/voice"] = lambda fields: f"<Say>{next(answers)} {fields['From']}</Say><Gather/>"
    carrier.trouble("steps_twice")
    call = carrier.call()
    assert [it["CallSid"] for it in hotline.told("/voice")] == [call["sid"]] * 2
    assert len(heard(call)) == 1
    assert {"steps_twice"} == STEP_KINDS


def test_somebody_else_may_send_a_step_first(carrier: Carrier, hotline: Hotline) -> None:
    answers = iter(["<Reject/>", "<Say>Hello</Say><Gather/>"])
    hotline.says["/voice"] = lambda _: next(answers)
    carrier.trouble("forged")
    call = carrier.call()
    assert [it.is_genuine for it in hotline.asked] == [False, True]
    assert (heard(call), call["status"]) == (["Hello"], "in-progress")
    log = carrier.control.get("/rehearsal/log").json()["log"]
    steps = [(it["status"], it.get("signature")) for it in log if it["kind"] == "step"]
    assert steps == [(200, "wrong"), (200, None)]
    hotline.asked.clear()


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        ({"kind": "busy"}, (429, 20429)),
        ({"kind": "account_refused"}, (401, 20003)),
        ({"kind": "code", "code": 21215}, (400, 21215)),
    ],
)
def test_a_carrier_in_trouble_calls_nobody(
    carrier: Carrier, wish: dict[str, Any], refused: tuple[int, int]
) -> None:
    carrier.trouble(**wish)
    assert refusal_of(carrier.place) == refused
    assert carrier.calls() == []


def test_a_silent_carrier_calls_all_the_same(carrier: Carrier) -> None:
    carrier.trouble("silent_taken", seconds=0.01)
    with pytest.raises(Exception, match="Connection aborted"):
        carrier.place()
    assert [call.to for call in carrier.client.calls.list(to=ANA)] == [ANA]


def test_the_ledger_has_calls_as_well(carrier: Carrier, hotline: Hotline) -> None:
    call = placed(carrier, hotline)
    carrier.do(carrier.call_of(ANA), "decline")
    carrier.trouble("busy")
    refusal_of(lambda: carrier.place(BEN))
    carrier.settle()
    taken, busy = carrier.control.get("/rehearsal/ledger").json()["ledger"]
    assert (taken["what"], taken["to"], taken["sid"]) == ("call", ANA, call.sid)
    assert taken["told"] == ["initiated", "ringing", "busy"]
    assert (busy["what"], busy["trouble"], busy["taken"]) == ("call", "busy", False)


# The REST API.


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "Ana"}, 21211),
        ({"from_": ""}, 21213),
        ({"from_": "+12125550177"}, 21210),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21210),
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"url": ""}, 21205),
        ({"url": "elsewhere"}, 21205),
        ({"url": "http://127.0.0.1:99999/"}, 21205),
        ({"url": "", "twiml": "x" * 4001}, 20001),
        ({"method": "PUT"}, 20001),
        ({"timeout": 601}, 20001),
        ({"machine_detection": "Maybe"}, 20001),
        ({"status_callback": "https://my_host.example/status"}, 21609),
        ({"status_callback_event": ["never"]}, 21626),
    ],
)
def test_what_is_wrong_is_said(carrier: Carrier, wish: dict[str, Any], code: int) -> None:
    assert refusal_of(lambda: carrier.place(**wish)) == (400, code)
    assert carrier.calls() == []


@pytest.mark.parametrize(
    ("state", "code"),
    [("nowhere", 21211), ("tablet", 21214), ("unknown", 13224), ("blocked", 21216)],
)
def test_some_numbers_are_refused_at_once(carrier: Carrier, state: str, code: int) -> None:
    carrier.phone(ANA, state=state)
    assert refusal_of(carrier.place) == (400, code)


def test_the_number_that_passes_for_ours_calls(carrier: Carrier) -> None:
    carrier.place(from_="+15005550006")
    assert carrier.call_of(ANA)["from"] == "+15005550006"


@pytest.mark.parametrize("wish", [{"state": "landline"}, {"opted_out": True}])
def test_who_cannot_be_texted_can_be_called(carrier: Carrier, wish: dict[str, Any]) -> None:
    carrier.phone(ANA, **wish)
    carrier.place()
    assert carrier.call_of(ANA)["waits_for"] == "answer"


def test_calls_are_listed_newest_first(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = f"<Dial>{BEN}</Dial>"
    first = carrier.place()
    maria = carrier.call()
    calls = carrier.client.calls
    assert [it.to for it in calls.list()] == [BEN, NUMBER, ANA]
    assert [it.sid for it in calls.list(to=ANA)] == [first.sid]
    assert [it.to for it in calls.list(parent_call_sid=maria["sid"])] == [BEN]
    assert [it.sid for it in calls.list(status="in-progress")] == [maria["sid"]]
    assert [it.direction for it in calls.list(from_=MARIA)] == ["outbound-dial", "inbound"]
    assert len(calls.list(start_time_after="2026-03-14T12:00:00Z")) == 3
    assert calls.list(start_time_after="2026-03-14T12:00:01Z") == []
    assert calls.list(end_time_before="2026-03-15") == []
    assert [it.to for it in calls.page(page_size=2)] == [BEN, NUMBER]
    assert [it.to for it in calls.list(page_size=1)] == [BEN, NUMBER, ANA]
    with pytest.raises(TwilioException, match="20001"):
        calls.page(page_size="many")


def test_recordings_are_listed_fetched_and_deleted(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": "<Hangup/>"}
    call = carrier.press(carrier.say(carrier.call(), "milk and bread and eggs"), "#")
    carrier.settle()
    (sid,) = call["recordings"]
    recording = carrier.client.recordings(sid).fetch()
    assert (recording.call_sid, recording.duration, recording.source) == (
        call["sid"],
        "2",
        "RecordVerb",
    )
    assert [it.sid for it in carrier.client.recordings.list()] == [sid]
    assert [it.sid for it in carrier.client.recordings.list(call_sid="CA" + "f" * 32)] == []
    assert [it.sid for it in carrier.client.calls(call["sid"]).recordings.list()] == [sid]
    assert carrier.client.recordings(sid).delete()
    assert refusal_of(carrier.client.recordings(sid).fetch) == (404, 20404)
    assert refusal_of(carrier.client.recordings(sid).delete) == (404, 20404)
    assert carrier.control.get(recording.media_url, auth=(ACCOUNT, TOKEN)).status_code == 404


def test_calls_and_recordings_come_in_pages(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": RECORD}
    for _ in range(3):
        call = carrier.call()
        for words in ("milk", "bread"):
            carrier.press(carrier.say(call, words), "#")
    carrier.settle()
    client, sid = carrier.client, call["sid"]
    for every, count in (
        (client.calls, 3),
        (client.recordings, 6),
        (client.calls(sid).recordings, 2),
    ):
        assert len({it.sid for it in every.stream(page_size=1)}) == count
        page = every.page(page_size=1)
        assert [it.sid for it in page] == [every.list()[0].sid]
        assert [it.sid for it in page.next_page()] == [every.list()[1].sid]
    assert {it.call_sid for it in client.recordings.list(call_sid=sid, page_size=1)} == {sid}


def test_a_call_and_what_was_recorded_in_it_are_fetched(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": "<Gather/>"}
    call = carrier.press(carrier.say(carrier.call(), "milk"), "#")
    found = carrier.client.calls(call["sid"])
    assert (found.fetch().status, found.fetch().direction) == ("in-progress", "inbound")
    assert found.update(status="completed").sid == call["sid"]
    carrier.settle()
    assert found.fetch().status == "completed"
    (recording,) = found.recordings.list()
    assert recording.fetch().status == "completed"
    elsewhere = carrier.client.calls("CA" + "f" * 32).recordings(recording.sid)
    assert refusal_of(elsewhere.fetch) == refusal_of(elsewhere.delete) == (404, 20404)
    assert recording.delete()
    assert carrier.client.recordings.list() == []


@pytest.mark.parametrize("ending", ["", ".wav"])
def test_a_recording_can_be_listened_to_by_us_alone(
    carrier: Carrier, hotline: Hotline, ending: str
) -> None:
    hotline.says = {"/voice": RECORD, "/done": "<Hangup/>"}
    carrier.press(carrier.say(carrier.call(), "milk and bread and eggs"), "#")
    carrier.settle()
    address = hotline.told("/done")[0]["RecordingUrl"] + ending
    assert carrier.control.get(address).status_code == 401
    found = carrier.control.get(address, auth=(ACCOUNT, TOKEN))
    assert found.headers["content-type"] == "audio/x-wav"
    with wave.open(BytesIO(found.content)) as sound:
        assert sound.getnframes() / sound.getframerate() == 2


def test_what_was_said_can_be_heard_where_it_is_played(carrier: Carrier, hotline: Hotline) -> None:
    """Wherever the hotline kept the file meanwhile."""
    hotline.says = {"/voice": RECORD, "/done": "<Hangup/>"}
    carrier.press(carrier.say(carrier.call(), "milk, señora"), "#")
    carrier.settle()
    file = carrier.control.get(hotline.told("/done")[0]["RecordingUrl"], auth=(ACCOUNT, TOKEN))
    hotline.says["/kept"] = Response(file.content, media_type="audio/x-wav")
    hotline.says["/other"] = Response(b"no recording")
    hotline.says["/voice"] = "".join(
        f"<Play>{address}</Play>"
        for address in (f"{hotline.url}/kept", f"{hotline.url}/other", "http://127.0.0.1:9/", "x")
    )
    call = carrier.call()
    assert "/kept" not in hotline.paths()
    size = len(file.content)
    heard = [
        {
            "status": 200,
            "type": "audio/x-wav",
            "bytes": size,
            "words": "milk, señora",
            "plays": True,
        }
    ]
    heard += [{"status": 200, "type": "", "bytes": 12, "words": "", "plays": False}]
    heard += [{"status": 0, "type": "", "bytes": 0, "words": "", "plays": False}]
    assert [carrier.do(call, "listen", at=at) for at in (1, 2, 3)] == heard
    for at in (4, 5, None):
        address = f"/rehearsal/calls/{call['sid']}/listen"
        assert carrier.control.post(address, json={"at": at}).status_code == 400


def test_what_is_not_there_is_not_found(carrier: Carrier) -> None:
    calls = carrier.client.calls
    nobody = calls("CA" + "f" * 32)
    for deed in (nobody.fetch, nobody.delete, lambda: nobody.update(status="completed")):
        assert refusal_of(deed) == (404, 20404)
    with pytest.raises(TwilioException, match="20404"):
        nobody.recordings.list()
    live = carrier.place()
    assert refusal_of(live.delete) == (400, 20001)
    live.update(status="canceled")
    assert live.delete()
    assert calls.list() == []


# The control addresses.


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("calls", {}),
        ("calls", {"from": " "}),
        ("calls", {"from": 1}),
        ("calls", {"from": MARIA, "sid": "a/b"}),
        ("calls/CA1/press", {"keys": ""}),
        ("calls/CA1/press", {"keys": "x"}),
        ("calls/CA1/press", {"keys": "1" * 101}),
        ("calls/CA1/press", {}),
        ("calls/CA1/say", {"words": " "}),
        ("calls/CA1/say", {"words": "nobody listens"}),
        ("calls/CA1/wait", {"seconds": 0}),
        ("calls/CA1/wait", {"seconds": "5"}),
        ("calls/CA1/wait", {"seconds": 1e9}),
        ("calls/CA1/answer", {}),
        ("calls/CA1/decline", {}),
        ("calls/CA2/hang_up", {}),
        ("trouble", {"kind": "steps_thrice"}),
    ],
)
def test_a_wrong_wish_is_answered_with_what_is_wrong(
    carrier: Carrier, hotline: Hotline, path: str, wish: object
) -> None:
    hotline.says["/voice"] = "<Gather/>"
    carrier.call(sid="CA1")
    answer = carrier.control.post(f"/rehearsal/{path}", json=wish)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("deed", ["press", "say", "wait", "hang_up", "answer", "decline"])
def test_nothing_can_be_done_in_a_call_that_is_over(
    carrier: Carrier, hotline: Hotline, deed: str
) -> None:
    hotline.says["/voice"] = "<Say>Bye</Say>"
    call = carrier.call()
    wish = {"keys": "1", "words": "hi", "seconds": 1}
    answer = carrier.control.post(f"/rehearsal/calls/{call['sid']}/{deed}", json=wish)
    assert answer.status_code == 400


def test_a_phone_rings_busy_or_not_as_is_wished(carrier: Carrier) -> None:
    assert carrier.phone(BEN, calls="machine")["calls"] == "machine"
    answer = carrier.control.put(f"/rehearsal/phones/{BEN}", json={"calls": "sings"})
    assert answer.status_code == 400


def test_whoever_calls_has_a_phone(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says["/voice"] = "<Say>Hello</Say>"
    carrier.call("+12125550177")
    phones = carrier.control.get("/rehearsal/phones").json()["phones"]
    assert phones[-1]["phone"] == "+12125550177"


def test_everything_is_forgotten_on_request(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": "<Hangup/>"}
    carrier.press(carrier.say(carrier.call(), "milk"), "#")
    carrier.settle()
    carrier.control.delete("/rehearsal")
    assert carrier.calls() == []
    assert carrier.client.recordings.list() == []


def test_the_log_tells_no_words_numbers_or_tokens(carrier: Carrier, hotline: Hotline) -> None:
    hotline.says = {"/voice": RECORD, "/done": Response(status_code=500)}
    carrier.press(carrier.say(carrier.call(), "my secret"), "#")
    placed(carrier, hotline)
    carrier.settle()
    log = json.dumps(carrier.control.get("/rehearsal/log").json())
    for secret in ("my secret", "Nobody spoke", TOKEN, MARIA, ANA, NUMBER):
        assert secret not in log


def test_nothing_here_knows_our_menu() -> None:
    folder = Path(__file__).parent.parent / "hotline" / "rehearsal"
    for path in folder.glob("*.py"):
        assert "ivr" not in path.read_text(encoding="utf-8"), path.name
