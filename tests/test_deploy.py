"""What is in `deploy/`: unit files that systemd takes and that keep much away, a proxy that passes
on nothing too large, and containers without a compiler and without root."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from compose_spec import PyCompose
from ports import own_port
from served import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from waiting import until

from board.pages import PAGES
from serving import unit_files
from serving.connections import LARGEST_HEAD
from serving.unit_files import PROCESSES, Installation

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
CONFINED = Path(__file__).with_name("confined.py")
MOST_EXPOSED = 15  # tenths, of a hundred; what systemd-analyze calls OK ends at 50

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze"
)
needs_caddy = pytest.mark.skipif(shutil.which("caddy") is None, reason="this machine has no caddy")


# The unit files.


@pytest.mark.parametrize("name", unit_files.all_units(Installation()))
def test_the_unit_files_are_those_that_init_writes(name: str) -> None:
    written = unit_files.all_units(Installation())[name]
    assert (DEPLOY / "systemd" / name).read_text(encoding="utf-8") == written


def test_there_is_no_other_unit_file() -> None:
    there = {it.name for it in (DEPLOY / "systemd").iterdir()}
    assert there == set(unit_files.all_units(Installation()))


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The unit files of a hotline that is on this machine, somewhere with a space in it."""
    program = tmp_path / "our hotline"
    program.symlink_to(shutil.which("true") or "/bin/true")
    at = Installation((str(program),), "/var/lib/hotline", "hotline")
    for name, text in unit_files.all_units(at).items():
        (tmp_path / name).write_text(text)
    return tmp_path


@needs_systemd
def test_systemd_takes_them_without_a_word(units: Path) -> None:
    files = sorted(units.glob("hotline*.*"))
    assert len(files) == 4
    command = ["systemd-analyze", "verify", "--man=no", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("role", PROCESSES)
def test_they_keep_much_away(units: Path, role: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    command += [f"--threshold={MOST_EXPOSED}", str(units / f"hotline-{role}.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("role", PROCESSES)
def test_what_is_asked_of_them_is_in_each(role: str) -> None:
    lines = unit_files.service(role, Installation()).splitlines()
    for line in (
        "Type=notify",
        "WatchdogSec=60",
        "Restart=always",
        "User=hotline",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "MemoryDenyWriteExecute=yes",
        f"ExecStart=/opt/hotline/bin/hotline {role}",
    ):
        assert line in lines, line


# The proxy.


@needs_caddy
@pytest.mark.parametrize("host", ["help.example.org", "help.example.org:8443"])
def test_caddy_takes_its_file(tmp_path: Path, host: str) -> None:
    (tmp_path / "Caddyfile").write_text(unit_files.caddyfile(host))
    adapted = _caddy("adapt", "--config", str(tmp_path / "Caddyfile"))
    assert adapted.returncode == 0, adapted.stderr
    assert "not formatted" not in adapted.stderr


def test_the_caddyfile_is_the_one_that_init_writes_with_names_for_containers() -> None:
    written = unit_files.caddyfile("{$HOTLINE_HOST:localhost}", "{$HOTLINE_WEB:127.0.0.1:8000}")
    assert (DEPLOY / "Caddyfile").read_text(encoding="utf-8") == written


async def _many_bytes(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Caddy in front of a server that says how many bytes came."""
    folder = tmp_path_factory.mktemp("caddy")
    app = Starlette(routes=[Route("/{any:path}", _many_bytes, methods=["GET", "POST"])])
    with serve(app, h11_max_incomplete_event_size=1_000_000) as web, _proxy(folder, web) as at:
        yield at


@contextmanager
def _proxy(folder: Path, web: str) -> Iterator[str]:
    address = f"http://127.0.0.1:{own_port()}"
    text = unit_files.caddyfile(address, web.removeprefix("http://"))
    file = folder / "Caddyfile"
    file.write_text(text.replace("{\n", "{\n\tadmin off\n", 1))
    command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    log = (folder / "log").open("w")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: _answers(address), "caddy answers")
        yield address
    finally:
        process.terminate()
        process.wait()
        log.close()


def _answers(address: str) -> bool:
    try:
        return httpx2.get(address, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


@needs_caddy
def test_it_passes_on_what_the_hotline_takes(proxy: str) -> None:
    most = max(it.largest or 0 for it in PAGES)
    answer = httpx2.post(f"{proxy}/board", content=b"x" * most, trust_env=False)
    assert (answer.status_code, answer.text) == (200, str(most))
    assert "server" not in answer.headers


@needs_caddy
def test_it_passes_on_no_head_and_no_body_that_is_too_large(proxy: str) -> None:
    long = {"X-Long": "x" * (LARGEST_HEAD + 8_000)}
    assert httpx2.get(proxy, headers=long, trust_env=False).status_code == 431
    answer = httpx2.post(proxy, content=b"x" * 5_000_000, trust_env=False)
    assert answer.status_code in (413, 502)


def _caddy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["caddy", *arguments], capture_output=True, text=True, check=False)


# Containers. No engine is asked: a linter reads the one file, we the other, and the steps in that
# are done in test_install.


def _stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage of the Containerfile."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [it for it in text.splitlines() if it.strip() and not it.startswith("#")]
    found: list[list[tuple[str, str]]] = []
    for line in lines:
        word, _, rest = line.partition(" ")
        assert word in {
            "FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
            "ENTRYPOINT", "CMD",
        }, line  # fmt: skip
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest.strip()))
    return found


def test_the_last_stage_builds_nothing_and_installs_nothing() -> None:
    build, last = _stages()
    assert last[0][1].endswith("-slim"), "which has no compiler"
    runs = " ".join(rest for word, rest in last if word == "RUN")
    assert not re.search(r"pip|apt|gcc|build", runs)
    copied = [rest for word, rest in last if word == "COPY"]
    assert copied == ["--from=build /opt/hotline /opt/hotline"]
    runs = " ".join(rest for word, rest in build if word == "RUN")
    assert "--only-binary :all: -r requirements-run.lock" in runs, "no compiler is needed at all"
    assert runs.count("--require-hashes") == 2
    assert "uninstall --quiet --yes pip" in runs


def test_it_runs_as_nobody_in_particular_and_never_as_root() -> None:
    _, last = _stages()
    words = [word for word, _ in last]
    (user,) = (rest for word, rest in last if word == "USER")
    assert user == "10001:10001"
    after = words[words.index("USER") :]
    assert "RUN" not in after
    assert after[-2:] == ["ENTRYPOINT", "CMD"]


def test_its_health_is_that_of_a_web_that_answers(compose: dict[str, Any]) -> None:
    """The very command, against a server that answers and one that does not."""
    _, last = _stages()
    (check,) = (rest for word, rest in last if word == "HEALTHCHECK")
    command = yaml.safe_load(check.partition("CMD ")[2])
    assert command[0] == "python"
    assert compose["services"]["web"]["healthcheck"]["test"] == ["CMD", *command]
    app = Starlette(routes=[Route("/health", lambda _: PlainTextResponse("{}"))])
    with serve(app) as web:
        environment = {"PORT": web.rpartition(":")[2]}
        healthy = subprocess.run([sys.executable, *command[1:]], env=environment, check=False)
    ill = subprocess.run(
        [sys.executable, *command[1:]], env=environment, capture_output=True, check=False
    )
    assert healthy.returncode == 0
    assert ill.returncode != 0


def test_no_secret_and_no_database_goes_into_an_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for it in (".git", "**/.env", "**/hotline.db*", "**/hotline.keys*", "hotline-data", ".venv*"):
        assert it in left_out
    needed = {"hotline", "sms", "ivr", "queue", "board", "serving", "rehearsal", "README.md"}
    assert not needed & set(left_out)


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_it_keeps_to_the_specification(compose: dict[str, Any]) -> None:
    """Which knows each word, and each value that it may have."""
    read = PyCompose.from_json(json.dumps(compose))
    read.validate()
    assert set(read.service_names()) == set(compose["services"])
    compose["services"]["web"]["comand"] = ["web"]
    with pytest.raises(ValueError, match="comand"):
        PyCompose.from_json(json.dumps(compose))


def test_the_whole_hotline_is_in_one_file(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"web", "worker", "clock", "hotline", "database", "redis", "caddy"}
    for role in PROCESSES:
        assert services[role]["command"][0] == role
        assert services[role]["depends_on"]["database"] == {"condition": "service_healthy"}
    assert "postgres:" in services["database"]["image"]
    assert "valkey" in services["redis"]["image"]
    assert services["hotline"]["profiles"], "it is no part of `up`"


def test_each_service_may_as_little_as_possible(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        if name != "database":  # whose own beginning changes the owner of its folder
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
        assert "privileged" not in service
        assert not any("docker.sock" in it for it in service.get("volumes", ()))


def test_nobody_from_outside_reaches_the_database_or_redis(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert compose["networks"]["inside"] == {"internal": True}
    assert services["database"]["networks"] == services["redis"]["networks"] == ["inside"]
    assert [name for name, it in services.items() if "ports" in it] == ["caddy"]
    assert services["caddy"]["networks"] == ["outside"]


def test_every_name_in_it_is_there(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).is_file() if source[0] == "." else source in compose["volumes"]
        for needed in service.get("depends_on", {}):
            assert "test" in compose["services"][needed]["healthcheck"]
        if build := service.get("build"):
            assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()


def test_no_password_stands_in_it() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    for value in re.findall(r"PASSWORD: (.*)", text):
        assert value.startswith("${POSTGRES_PASSWORD:?")
