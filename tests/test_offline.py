"""`hotline up --offline`: the whole hotline by a modem, on a machine without any network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import test_processes as processes
from modems import PROGRAM, DummyModem, short_message
from neighborhood import CAST
from ports import own_port
from waiting import until

NETWORK = """
[hotline]
name = "Maple Street Mutual Aid"
quiet = ""

[[channels]]
name = "modem1"
kind = "gammu"
number = "+12125550198"
folder = "{folder}"
"""
BEYOND = {
    "HEARTBEAT_URL": "https://hc.example.org/1",
    "ALARM_NTFY_URL": "https://ntfy.example.org/2",
}


def _without_a_network() -> list[str]:
    """What runs a command where there is no network but a loopback; nothing where that is not
    allowed."""
    up = ["unshare", "--net", "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$@"', "sh"]
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*up, "true"], capture_output=True, check=False)
    return up if tried.returncode == 0 else []


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[DummyModem]:
    if PROGRAM is None:
        pytest.skip("gammu-smsd is not installed")
    modem = DummyModem(tmp_path, "modem1")
    modem.start()
    yield modem
    modem.kill()


def _begin(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "hotline", "up", "--offline", "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **BEYOND}
    with (folder / "up.log").open("ab") as log:
        return subprocess.Popen(
            [*_without_a_network(), *command], env=environment, cwd=folder, stdout=log, stderr=log
        )


def test_the_story_goes_on_without_a_network_and_over_a_power_cut(
    tmp_path: Path, modem: DummyModem
) -> None:
    port = own_port()
    (tmp_path / "hotline.toml").write_text(NETWORK.format(folder=modem.folder), encoding="utf-8")
    running = _begin(tmp_path, port)
    try:
        modem.texted(short_message(CAST["Maria"], "need groceries"))
        sent = modem.folder / "sent"
        until(lambda: any(sent.glob(f"OUT*{CAST['Maria']}*")), "Maria is answered")
    finally:
        _cut(running)
    running = _begin(tmp_path, port)
    try:
        modem.texted(short_message(CAST["Maria"], "status"))
        until(lambda: len(list(sent.glob(f"OUT*{CAST['Maria']}*"))) == 2, "and answered again")
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)
    log = (tmp_path / "up.log").read_text(encoding="utf-8")
    assert "asks nobody on the internet for anything" in log
    assert "texts by modem1" in log
    assert "carrier at" not in log
    assert "Traceback" not in log


def _cut(running: subprocess.Popen[bytes]) -> None:
    """All of its processes at once, as a power cut ends them."""
    processes._end(processes._family(running))
    running.wait(10)


def test_an_account_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hotline", "up", "--offline"],
        env={
            "PATH": os.environ["PATH"],
            "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
            "TWILIO_AUTH_TOKEN": "x" * 32,
            "HOTLINE_NUMBER": "+12125550198",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Write what brings your texts under [[channels]]" in done.stderr
