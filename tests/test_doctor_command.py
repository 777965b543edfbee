"""`hotline doctor` as it is typed: what is shown, how it exits, and the loop with one phone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from doctoring import HELPED, Patient, open_patient
from neighborhood import ACCOUNT, CAST, NUMBER, TOKEN
from servers import KEYS

from hotline.store import people
from serving.doctor_call import Trial

ANA = CAST["Ana"]
LITTLE = timedelta(seconds=5)


@pytest.fixture
def patient(sqlite_url: str, redis_url: str) -> Iterator[Patient]:
    with open_patient(sqlite_url, redis_url) as patient:
        yield patient


def typed(
    patient: Patient, folder: Path, *arguments: str, **other: str
) -> subprocess.CompletedProcess[str]:
    (folder / "hotline.toml").write_text(HELPED, encoding="utf-8")
    environment = {
        "DATABASE_URL": patient.practice.database.url.replace("+pysqlite", ""),
        "REDIS_URL": patient.practice.environment.redis_url,
        "HOTLINE_KEYS": KEYS,
        "PUBLIC_URL": patient.maple.address,
        "TWILIO_API_URL": patient.maple.address,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "HOTLINE_NUMBER": NUMBER,
        "PYTHONUTF8": "1",
        **other,
    }
    return subprocess.run(
        [sys.executable, "-m", "hotline", "doctor", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_names_what_is_broken_and_exits_with_1(patient: Patient, tmp_path: Path) -> None:
    done = typed(patient, tmp_path)
    assert done.returncode == 1, done.stderr
    assert "[ok]     account: is active" in done.stdout
    assert "[broken] registration: Our number is not registered: there is no brand." in done.stdout
    assert "         -> Run `hotline provision`;" in done.stdout
    assert " broken, " in done.stdout.splitlines()[-1]


def test_programs_read_it_as_json(patient: Patient, tmp_path: Path) -> None:
    done = typed(patient, tmp_path, "--json")
    told = json.loads(done.stdout)
    assert told["broken"] is True
    registration = next(it for it in told["findings"] if it["part"] == "registration")
    assert registration["condition"] == "broken"
    assert registration["name"] == "registration.none"
    assert all(it["what"] for it in told["findings"])


def test_settings_that_cannot_be_read_are_the_first_thing_that_is_broken(
    patient: Patient, tmp_path: Path
) -> None:
    done = typed(patient, tmp_path, PUBLIC_URL="help.example.org", HOTLINE_NUMBER="12")
    assert done.returncode == 1
    assert "[broken] settings: environment: PUBLIC_URL: is not a web address" in done.stdout
    assert "[broken] settings: environment: HOTLINE_NUMBER:" in done.stdout


def test_a_phone_that_is_none_is_asked_for_again(patient: Patient, tmp_path: Path) -> None:
    done = typed(patient, tmp_path, "--call", "12")
    assert done.returncode == 2


# The whole loop.


def trial(patient: Patient, said: list[str], heard: list[str]) -> Trial:
    """Ana's phone, and Ana, who does what she is asked to."""
    maple, house = patient.maple, patient.practice.house

    def do(step: object) -> object:
        def done(connection: object) -> tuple[object, object]:
            work = house.work(connection)  # type: ignore[arg-type]
            return step(work), work  # type: ignore[operator]

        result, work = patient.practice.database.write(done)
        patient.practice.queue.enqueue(work.after.jobs)  # type: ignore[attr-defined]
        return result

    def wait(_seconds: float) -> None:
        maple.settle()
        if said and said[-1].startswith("Now reply"):
            maple.text("Ana", "HI")
        if maple.ringing():
            maple.answer("Ana")
            heard.append(maple.heard("Ana"))
            maple.hang_up("Ana")
        maple.now.moment += LITTLE

    who = patient.practice.database.write(lambda c: people.known_or_new(c, [ANA], maple.now()))
    return Trial(do, maple.now, who[0], said.append, wait)


def test_a_text_a_reply_and_a_call_and_when_each_arrived(patient: Patient) -> None:
    said: list[str] = []
    heard: list[str] = []
    it = trial(patient, said, heard)
    assert it.text()
    assert it.reply()
    assert it.call()
    assert [line.partition(" after")[0] for line in said] == [
        "text: it arrived",
        "Now reply HI to it.",
        "reply: it came in",
        "call: it arrived",
    ]
    (told,) = [text.body for text in patient.maple.received() if "this is a test" in text.body]
    assert "reply HI" in told
    assert "It worked" in heard[0]
    assert ANA not in " ".join(said)


def test_a_text_that_does_not_arrive_is_said_to(patient: Patient) -> None:
    said: list[str] = []
    patient.maple.trouble("undelivered", code=30034, times=5)
    assert not trial(patient, said, []).text()
    assert "30034" in said[-1]


def test_a_phone_that_said_stop_is_left_alone(patient: Patient) -> None:
    patient.maple.text("Ana", "STOP")
    said: list[str] = []
    assert not trial(patient, said, []).text()
    assert said == ["text: none was written: this phone said STOP, or is in another country."]


def test_a_reply_that_never_comes_is_given_up(patient: Patient) -> None:
    said: list[str] = []
    it = trial(patient, said, [])
    it.say = lambda line: said.append("." + line)
    assert not it.reply()
    assert "none came in" in said[-1]
