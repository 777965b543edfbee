"""Any document and anything that people do: the rehearsal carrier goes on, and comes to rest."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import pytest
from calling import ANA, BEN, NUMBER, Carrier, Fields, Hotline, twiml
from hypothesis import HealthCheck, given
from hypothesis import settings as thoroughness
from hypothesis import strategies as some
from starlette.responses import Response

WAYS = ["rings", "machine", "busy", "no_answer", "unreachable"]
URLS = ["", "/voice", "/other", "../x?a=b#c", "http://[", "mailto:x"]
SECONDS, FLAGS, KEYS = ["1", "5", "60"], ["true", "false"], ["", "#", "*", "1"]
GOOD: dict[str, dict[str, list[str]]] = {
    "Say": {"voice": ["alice"], "language": ["en-US"], "loop": ["0", "2"]},
    "Play": {"loop": ["2"], "digits": ["1w2"]},
    "Pause": {"length": SECONDS},
    "Gather": {
        "action": URLS,
        "input": ["dtmf", "speech", "dtmf speech"],
        "timeout": SECONDS,
        "numDigits": ["1", "5"],
        "finishOnKey": KEYS,
        "actionOnEmptyResult": FLAGS,
    },
    "Record": {
        "action": URLS,
        "timeout": SECONDS,
        "maxLength": SECONDS,
        "finishOnKey": [*KEYS, "123"],
        "transcribe": FLAGS,
        "transcribeCallback": URLS,
        "recordingStatusCallback": URLS,
    },
    "Dial": {"action": URLS, "timeout": SECONDS, "timeLimit": SECONDS, "callerId": [NUMBER, ANA]},
    "Number": {"url": URLS, "statusCallback": URLS, "statusCallbackEvent": ["initiated ringing"]},
    "Redirect": {"method": ["GET", "POST"]},
    "Reject": {"reason": ["busy", "rejected"]},
    "Hangup": {"now": ["1"]},
}
INSIDE = {"Number": [ANA, BEN, "nobody"], "Redirect": URLS, "Say": ["", "Hello", "&lt;"]}


@some.composite
def elements(draw: some.DrawFn, names: tuple[str, ...] = tuple(sorted(GOOD))) -> str:
    """An element as it may be; rarely one as it may not."""
    name = draw(some.sampled_from(names))
    known = GOOD[name]
    attributes = {
        it: draw(some.sampled_from([*known[it] * 5, "², no"]))
        for it in draw(some.lists(some.sampled_from(sorted(known)), max_size=3, unique=True))
    }
    written = "".join(f" {it}={quoteattr(value)}" for it, value in attributes.items())
    match name:
        case "Gather":
            inside = "".join(draw(some.lists(elements(("Say", "Play", "Pause")), max_size=2)))
        case "Dial":
            inside = "".join(draw(some.lists(elements(("Number",)), min_size=1, max_size=2)))
        case "Play":
            inside = "https://127.0.0.1/a.mp3"
        case _:
            inside = draw(some.sampled_from(INSIDE.get(name, [""])))
    return f"<{name}{written}>{inside}</{name}>"


DOCUMENTS = some.lists(elements(), max_size=4).map("".join)
DEEDS = some.tuples(
    some.sampled_from(["press", "say", "wait", "answer", "decline", "hang_up"]),
    some.fixed_dictionaries(
        {
            "keys": some.sampled_from(["1", "#", "*", "11216#"]),
            "words": some.sampled_from(["milk", "milk and bread " * 20]),
            "seconds": some.sampled_from([1, 4.5, 5, 60, 14_400]),
        }
    ),
    some.integers(0, 3),
)


def test_any_call(carrier: Carrier, hotline: Hotline, caplog: pytest.LogCaptureFixture) -> None:
    @thoroughness(max_examples=80, suppress_health_check=list(HealthCheck))
    @given(
        documents=some.lists(DOCUMENTS, min_size=1, max_size=4),
        deeds=some.lists(DEEDS, max_size=6),
        ways=some.tuples(some.sampled_from(WAYS), some.sampled_from(WAYS)),
    )
    def call(documents: list[str], deeds: list[tuple], ways: tuple[str, str]) -> None:  # type: ignore[type-arg]
        carrier.control.delete("/rehearsal")
        for number, way in zip((ANA, BEN), ways, strict=True):
            carrier.phone(number, calls=way)
        left = list(documents)

        def answer(fields: Fields) -> Response:
            if "SequenceNumber" in fields:
                return Response(status_code=204)
            return twiml(left.pop(0) if left else "<Say>Bye</Say>")

        hotline.says = dict.fromkeys(("/voice", "/other", "/fallback", "/ring"), answer)
        carrier.call()
        carrier.place(BEN)
        for deed, wish, place in deeds:
            calls = carrier.calls()
            seen = calls[place % len(calls)]
            done = carrier.control.post(f"/rehearsal/calls/{seen['sid']}/{deed}", json=wish)
            assert done.status_code in (200, 400), done.text
        everything_ends(carrier)
        hotline.asked.clear()

    call()
    assert caplog.messages == []


def everything_ends(carrier: Carrier) -> None:
    """Whoever is still in a call hangs up, or is called in vain."""
    for seen in carrier.calls():
        carrier.control.post(f"/rehearsal/calls/{seen['sid']}/hang_up")
    assert {it["waits_for"] for it in carrier.calls()} <= {""}
