"""The page of phones as a real `hotline up` serves it; seen in a browser, it is
`test_page_in_browser`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from ports import own_port
from test_recordings import a_wav
from waiting import until

from rehearsal import leap
from rehearsal.clock import NeighborhoodClock
from rehearsal.page import books, tale
from rehearsal.transcript import Meanwhile, Says, parse
from rehearsal.webhooks import certificates

MARIA, ANA, BEN, CHI, SAM = (f"+121255501{it}" for it in (40, 41, 42, 43, 59))
FROM_PAGE = {"X-From-The-Page": "yes"}
OAK_HILL = """
[hotline]
name = "Oak Hill Neighbors"
country = "US"
timezone = "America/Chicago"
languages = ["en"]
quiet = ""

[waves]
sizes = [1]
minutes = 1

[[needs]]
key = "food"
digit = 1
words.en = ["food"]
"""


class Page:
    """What one sees and does at `hotline up`."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.Client(base_url=url, trust_env=False, timeout=30)

    def do(self, deed: str, **fields: str) -> httpx2.Response:
        """Fill in a form, as the page's own script sends it."""
        return self.http.post(f"/do/{deed}", data=fields, headers=FROM_PAGE)

    def does(self, deed: str, **fields: str) -> None:
        answer = self.do(deed, **fields)
        assert answer.status_code == 200, answer.text

    def text(self, who: str, body: str) -> None:
        self.does("text", **{"from": who, "body": body})

    def html(self) -> str:
        return unescape(self.http.get("/").text)

    def texts_to(self, who: str) -> list[str]:
        found = self.http.get("/rehearsal/texts").json()["texts"]
        return [it["body"] for it in found if it["phone"] == who and it["direction"] == "to_phone"]

    def call_of(self, who: str) -> dict[str, Any]:
        """The last call of this phone."""
        calls = self.http.get("/rehearsal/calls").json()["calls"]
        return [dict(it) for it in calls if it["phone"] == who][-1]

    def gets(self, who: str, words: str) -> None:
        until(lambda: any(words in it for it in self.texts_to(who)), f"{who} gets {words}")

    def leap(self, to: str) -> None:
        """And see the clock come to rest."""
        self.does("leap", to=to)
        until(lambda: "leaping</small>" not in self.html(), "the clock is there")

    def time(self) -> datetime:
        """What the clock shows, to the minute."""
        found = re.search(r'id="clock"><time datetime="([^"]+)"', self.html())
        assert found
        return datetime.fromisoformat(found[1])

    def begin_again(self, **files: str) -> httpx2.Response:
        """Begin anew with these files, and wait until it has begun."""
        return self.anew("begin_again", **files)

    def anew(self, deed: str, **files: str) -> httpx2.Response:
        before = self._token()
        sent = {name: (name, words) for name, words in files.items()} or {"nothing": ("", "")}
        answer = self.http.post(f"/do/{deed}", files=sent, headers=FROM_PAGE)
        if answer.status_code == 200:
            until(lambda: self._token() not in ("", before), "it has begun anew", 60)
        return answer

    def _token(self) -> str:
        """Another one whenever the web server is another."""
        try:
            ready = self.http.get("/ready").status_code == 200
            return self.http.get("/rehearsal/since").json()["since"] if ready else ""
        except httpx2.HTTPError:
            return ""


@contextmanager
def hotline_up(folder: Path) -> Iterator[str]:
    """The address of a `hotline up` of its own."""
    port = own_port()
    command = [sys.executable, "-m", "hotline", "up", "--port", str(port), "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as up:
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: _is_up(url), "hotline up is up", 60)
            yield url
        finally:
            up.terminate()


def _is_up(url: str) -> bool:
    try:
        ready = httpx2.get(f"{url}/ready", trust_env=False, verify=certificates())
        return ready.status_code == 200
    except httpx2.HTTPError:
        return False


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with hotline_up(tmp_path_factory.mktemp("up")) as url:
        page = Page(url)
        yield page
        page.http.close()


@pytest.fixture
def page(running: Page) -> Page:
    """As if just started."""
    running.begin_again(invented="yes")
    return running


# What is seen.


def test_everybody_has_a_phone_and_strangers_have_one(page: Page) -> None:
    html = page.html()
    for name in ("Maria", "Ana", "Hugo", "Cleo", "Sam", "Ruth", "Somebody", "Somebody new"):
        assert f">{name}</h2>" in html
    assert "a landline" in html


def test_a_request_is_told_as_it_goes(page: Page) -> None:
    page.text(MARIA, "need groceries for 2 kids near 11216")
    page.gets(ANA, "YES 12")
    page.gets(BEN, "YES 12")
    page.text(ANA, "yes in 2 hours")
    page.gets(MARIA, "Ana is taking")
    html = page.html()
    for words in (
        "food in northside",
        "need groceries for 2 kids near 11216",
        "Maria asked",
        "Asked Ana (said YES “in 2 hours”), Ben",
        "Ana has it",
        "asks how it stands at",
    ):
        assert words in html


def test_what_was_sent_is_counted_in_segments(page: Page) -> None:
    page.text(SAM, "hello")
    until(lambda: page.texts_to(SAM), "an answer")
    assert re.search(r"<dt>segments, what is paid for</dt><dd>1</dd>", page.html())


def test_the_log_tells_of_signatures_and_accounts(page: Page) -> None:
    page.text(MARIA, "need food near 11216")
    page.gets(ANA, "YES 12")
    html = page.html()
    assert "POST /sms</span>" in html
    assert "signature accepted, 200" in html
    assert "account checked, 201" in html
    assert ">a text from Maria</span>" in html
    assert ">a text to Ana</span>" in html
    until(lambda: ">delivered: the text to Ana</span>" in page.html(), "its delivery is told")


def test_the_log_tells_who_was_called_and_what_was_pressed(page: Page) -> None:
    page.does("call", **{"from": MARIA})
    page.does("press", sid=page.call_of(MARIA)["sid"], keys="1")
    page.does("hang_up", sid=page.call_of(MARIA)["sid"])
    until(lambda: ">completed: the call from Maria</span>" in page.html(), "its end is told")
    html = page.html()
    assert '<li class="own keys"><span class="unseen">pressed </span>1</li>' in html
    assert ">ringing: the call from Maria</span>" in html
    assert ">Maria pressed 1</span>" in html


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"From": MARIA, "SmsMessageSid": "SM1", "Body": "hi"}, "a text from Maria"),
        ({"To": MARIA, "Body": "hi"}, "a text to Maria"),
        ({"To": MARIA, "MessageStatus": "sent"}, "sent: the text to Maria"),
        ({"To": MARIA, "Twiml": "<Response/>"}, "a call to Maria"),
        (
            {"To": MARIA, "Direction": "outbound-api", "CallStatus": "busy"},
            "busy: the call to Maria",
        ),
        ({"From": MARIA, "Direction": "inbound", "Digits": "12#"}, "Maria pressed 12#"),
        ({"From": MARIA, "Direction": "inbound", "Digits": "hangup"}, "Maria hung up"),
        (
            {"From": MARIA, "Direction": "inbound", "TranscriptionStatus": "completed"},
            "completed: what Maria said, in words",
        ),
        ({"CallSid": "CA1", "RecordingStatus": "completed"}, "completed: a recording"),
        ({}, ""),
    ],
)
def test_what_went_over_the_wire_is_told_in_a_few_words(form: dict[str, str], words: str) -> None:
    assert books.about(form, lambda number: {MARIA: "Maria"}.get(number, number)) == words


def test_of_a_long_night_the_beginning_and_the_end_are_seen_at_once() -> None:
    lines = [tale.StoryLine(f"{hour:02}:00", "wave", "Asked Ana") for hour in range(24)]
    first, between, last = tale.folded(lines)
    assert [*first, *between, *last] == lines
    assert (first[-1].when, last[0].when) == ("03:00", "18:00")
    assert tale.folded(lines[:14]) == (tuple(lines[:14]), (), ())


def test_what_was_said_is_saved_as_a_transcript_that_can_be_read(page: Page) -> None:
    page.text(MARIA, "need food near 11216")
    page.gets(BEN, "YES 12")
    page.leap("60")
    page.gets(CHI, "YES 12")
    page.text(CHI, "yes")
    page.gets(MARIA, "Chi is taking")
    written = parse(page.http.get("/transcript").text)
    assert written.title == "Texts from Maria and Chi, and what follows."
    assert written.scene["network"] == "rehearsal"
    assert Says(0, "Maria", "need food near 11216") == replace(written.turns[0], line=0)
    assert any("pass" in it.what for it in written.turns if isinstance(it, Meanwhile))


def test_a_transcript_plays_and_then_the_own_network_is_back(page: Page) -> None:
    page.begin_again(configuration=OAK_HILL, roster="phone,name\n312 555 0111,Zed\n")
    script = (Path(__file__).parent / "conversations" / "second_wave.txt").read_text()
    page.anew("replay", file=script)
    refused = page.do("leap", to="60")
    assert (refused.status_code, "A transcript plays" in refused.text) == (422, True)
    until(lambda: "> all as written</p>" in page.html(), "all is as it is written", 60)
    page.leap("60")
    assert "<h1>Maple Street Mutual Aid</h1>" in page.html()
    page.begin_again()
    assert "<h1>Oak Hill Neighbors</h1>" in page.html()
    assert "all as written" not in page.html()


def test_the_transcript_that_is_shown_as_an_example_plays(page: Page) -> None:
    found = re.search(r'id="replay-text"[^>]* placeholder="([^"]*)"', page.html())
    assert found
    page.anew("replay", text=found[1])
    until(lambda: "all as written</p>" in page.html(), "all is as it is written", 60)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("", "Choose a transcript"),
        ("A title.\n\nMaria says hello", "line 3"),
        ("A title.\n\nvolunteers: Ana (southside)\n\nMaria > hi", "southside"),
        ("A title.\n\nwaves: many\n\nMaria > hi", "hotline.toml"),
    ],
)
def test_what_cannot_be_played_is_refused(page: Page, script: str, why: str) -> None:
    answer = page.do("replay", text=script)
    assert answer.status_code == 422
    assert why in answer.text


# Trouble.


def test_a_forged_webhook_is_seen_to_be_refused(page: Page) -> None:
    page.does("trouble", kind="forged", times="1")
    page.text(MARIA, "need food near 11216")
    page.gets(ANA, "YES 12")
    html = page.html()
    assert "403, signature refused" in html
    assert "signature accepted, 200" in html
    assert page.texts_to(MARIA)[0].count("12") == 1


def test_trouble_goes_on_until_it_is_ended(page: Page) -> None:
    page.does("trouble", kind="busy", times="1000000")
    page.text(MARIA, "need food near 11216")
    until(lambda: ">429, too many requests<" in page.html(), "the carrier refuses")
    assert page.texts_to(ANA) == []
    page.does("end_trouble", kind="busy")
    page.leap("60")
    page.gets(ANA, "YES 12")


def test_a_dropped_account_is_dropped_until_that_is_ended(page: Page) -> None:
    page.does("trouble", kind="account_refused", times="1")
    page.text(MARIA, "need food near 11216")
    page.leap("60")
    assert page.texts_to(ANA) == []
    assert "<strong>Our account is dropped</strong>, until it is ended" in page.html()
    page.does("end_trouble", kind="account_refused")
    page.leap("300")
    page.gets(ANA, "YES 12")


def test_texts_wait_for_their_turn_where_the_number_is_slow(page: Page) -> None:
    page.does("rate", rate="1")
    page.text(MARIA, "need food near 11216")
    page.text(SAM, "hello")
    until(lambda: " at the carrier.</p>" in page.html(), "some texts wait")
    page.leap("60")
    page.gets(ANA, "YES 12")
    page.gets(BEN, "YES 12")
    assert page.do("rate", rate="many").status_code == 422


# The clock.


def test_a_second_wave_goes_out_when_the_clock_leaps(page: Page) -> None:
    page.text(MARIA, "need food near 11216")
    page.gets(BEN, "YES 12")
    assert page.texts_to(CHI) == []
    before = page.time()
    page.leap("60")
    page.gets(CHI, "YES 12")
    assert timedelta(minutes=1) <= page.time() - before <= timedelta(minutes=2)


def test_everything_due_on_the_way_happens_when_it_is_due(page: Page) -> None:
    page.text(MARIA, "need food near 11216")
    page.leap("300")
    asked = re.findall(r"<time>.*?(\d\d):(\d\d)</time> Asked", page.html())
    minutes = [int(hour) * 60 + int(minute) for hour, minute in asked]
    assert len(minutes) == 4
    assert {(after - before) % 1440 for before, after in pairwise(minutes)} == {1}


def test_next_morning_is_eight_and_a_leap_is_seen_in_every_process(page: Page) -> None:
    page.leap("08:00")
    assert page.time().strftime("%H:%M") in ("08:00", "08:01")
    page.text(MARIA, "need food near 11216")
    page.gets(ANA, "(just now)")


def test_a_phone_that_rings_in_vain_stops_when_the_clock_leaps(page: Page) -> None:
    page.begin_again(roster="phone,name,reach\n212 555 0177,Vera,voice\n")
    page.text(MARIA, "lonely, somebody to talk to")
    until(lambda: "The hotline is calling" in page.html(), "Vera's phone rings")
    page.leap("120")
    assert "The hotline is calling" not in page.html()


@pytest.mark.parametrize("wish", ["", "soon", "0", "-60", "25:00", "99999999", "1e3"])
def test_a_leap_to_nowhere_is_refused(page: Page, wish: str) -> None:
    answer = page.do("leap", to=wish)
    assert (answer.status_code, "leap some seconds" in answer.text) == (422, True)


def test_the_time_somebody_wishes_for_is_the_next_there_is() -> None:
    zone, noon = ZoneInfo("America/New_York"), datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert leap.moment_of("90", noon, zone) == noon + timedelta(seconds=90)
    assert leap.moment_of("13:30", noon, zone) == noon + timedelta(hours=1, minutes=30)
    assert leap.moment_of("08:00", noon, zone) == noon + timedelta(hours=20)


def test_the_clock_never_goes_back_and_outlasts_its_processes(tmp_path: Path) -> None:
    clock = NeighborhoodClock(tmp_path / "clock")
    assert clock.ahead == timedelta()
    tomorrow = clock() + timedelta(days=1)
    clock.go_to(tomorrow)
    clock.go_to(tomorrow - timedelta(hours=3))
    assert NeighborhoodClock(tmp_path / "clock")() >= tomorrow
    clock.begin_again()
    assert NeighborhoodClock(tmp_path / "clock")() < tomorrow


def test_the_clock_stands_still_until_it_goes_on_from_there(tmp_path: Path) -> None:
    clock, once = NeighborhoodClock(tmp_path / "clock"), datetime(2026, 3, 2, 17, tzinfo=UTC)
    clock.begin_again(once)
    assert NeighborhoodClock(tmp_path / "clock")() == once
    clock.go_to(once + timedelta(minutes=5))
    clock.go_to(once)
    assert NeighborhoodClock(tmp_path / "clock")() == once + timedelta(minutes=5)
    clock.go_on()
    assert not clock.stands
    assert timedelta() < clock() - once - timedelta(minutes=5) < timedelta(minutes=1)


def test_what_follows_from_a_call_nobody_answers_follows_in_its_time(page: Page) -> None:
    roster = "phone,name,reach\n212 555 0177,Vera,voice\n212 555 0178,Zed,text\n"
    page.begin_again(configuration=OAK_HILL, roster=roster)
    page.text(MARIA, "need food")
    until(lambda: "The hotline is calling" in page.html(), "Vera's phone rings")
    page.leap("50")
    page.gets("+12125550178", "YES 12")


# Somebody new, and a neighborhood of one's own.


def test_somebody_is_put_on_the_roster_and_asked(page: Page) -> None:
    page.does("person", name="Vera", phone="(212) 555-0177", needs="food", areas="westside")
    page.text(MARIA, "need food near 11217")
    page.gets("+12125550177", "YES 12")
    assert ">Vera</h2>" in page.html()


def test_what_is_wrong_with_somebody_is_said(page: Page) -> None:
    answer = page.do("person", name="", phone="12", needs="money")
    assert answer.status_code == 422
    for words in ("phone", "name is empty", "'money' is not known"):
        assert words in answer.text


def test_it_begins_anew_with_ones_own_network_and_roster(page: Page) -> None:
    page.leap("3600")
    page.text(MARIA, "need food near 11216")
    roster = "phone,name\n312 555 0111,Zed\n"
    assert page.begin_again(configuration=OAK_HILL, roster=roster).status_code == 200
    html = page.html()
    assert "<h1>Oak Hill Neighbors</h1>" in html
    assert ">Zed</h2>" in html
    assert ">Ana</h2>" not in html
    assert "as it is</small>" in html
    page.text(SAM, "need food")
    page.gets("+13125550111", "Oak Hill Neighbors: a neighbor needs food")


def test_a_broken_network_changes_nothing_and_every_mistake_is_said(page: Page) -> None:
    page.text(SAM, "hello")
    broken = OAK_HILL.replace("America/Chicago", "Oak Hill").replace('"en"', '"xx"')
    answer = page.begin_again(configuration=broken, roster="phone\n12\n")
    assert answer.status_code == 422
    assert "timezone" in answer.text
    assert "languages" in answer.text
    answer = page.begin_again(roster="phone,name\n12,Zed\n")
    assert "row 2: phone" in answer.text
    assert ">hello</p>" in page.html()


def test_what_was_begun_with_lasts(page: Page) -> None:
    page.begin_again(configuration=OAK_HILL, roster="phone,name\n312 555 0111,Zed\n")
    page.begin_again()
    assert ">Zed</h2>" in page.html()


def test_a_network_alone_keeps_the_neighbors_as_far_as_it_knows_what_they_do(page: Page) -> None:
    assert page.begin_again(configuration=OAK_HILL).status_code == 200
    html = page.html()
    assert "<h1>Oak Hill Neighbors</h1>" in html
    assert ">Ana</h2>" in html
    page.text(SAM, "need food")
    until(lambda: "Asked Ana" in page.html(), "somebody is asked")


def test_a_roster_that_does_not_fit_the_network_is_refused_before_anything_is_lost(
    page: Page,
) -> None:
    page.begin_again(roster="phone,name,areas\n312 555 0111,Zed,northside\n")
    page.text(SAM, "hello")
    answer = page.begin_again(configuration=OAK_HILL)
    assert answer.status_code == 422
    assert "northside" in answer.text
    assert ">hello</p>" in page.html()


def test_a_stop_is_not_undone_by_whoever_sets_something_else(page: Page) -> None:
    watch = re.search(r'data-watch="([^"]+)"', page.http.get("/").text)
    assert watch
    page.text(SAM, "stop")
    with page.http.stream("GET", f"/events/{watch[1]}") as news:
        lines = takewhile(lambda line: line != ": still here", news.iter_lines())
        assert any(f'data-number="{SAM}"' in line and "data-stopped" in line for line in lines)


# A voice of one's own.


def test_what_somebody_really_says_is_heard_by_whoever_helps(page: Page) -> None:
    page.does("call", **{"from": MARIA})
    for key in "10":
        page.does("press", sid=page.call_of(MARIA)["sid"], keys=key)
    sid, voice = page.call_of(MARIA)["sid"], a_wav(seconds=3)
    assert page.http.post(f"/record/{sid}", content=voice).status_code == 204
    page.does("press", sid=sid, keys="#")
    page.does("hang_up", sid=sid)
    page.gets(ANA, "YES 12")
    page.text(ANA, "yes")
    page.gets(ANA, "[a voice message]")
    page.does("call", **{"from": ANA})
    page.does("press", sid=page.call_of(ANA)["sid"], keys="5")
    call = page.call_of(ANA)
    (played,) = (it["at"] for it in call["heard"] if it["kind"] == "play")
    assert page.http.get(f"/sound/{call['sid']}/{played}").content == voice


def test_what_is_no_sound_is_not_recorded(page: Page) -> None:
    page.does("call", **{"from": MARIA})
    sid = page.call_of(MARIA)["sid"]
    assert page.http.post(f"/record/{sid}", content=b"RIFF").status_code == 422
    assert page.http.post("/record/CA1", content=a_wav(seconds=1)).status_code == 422
