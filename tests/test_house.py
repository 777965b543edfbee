"""The rules of the house that a reader cannot see in one file: who imports whom, where a carrier's
words stand, and that the standard `queue`, the jobs' names and the migrations stay what they are
taken for."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from servers import KEYRING

from hotline.carriers.twilio.codes import _KINDS
from hotline.store import migrate
from hotline.store.database import Database
from hotline.store.tables import metadata
from paging.dispatch import JOBS

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "hotline": ROOT / "hotline",
    "sms": ROOT / "sms",
    "ivr": ROOT / "ivr",
    "paging": ROOT / "queue" / "paging",
    "board": ROOT / "board",
    "serving": ROOT / "serving",
    "rehearsal": ROOT / "rehearsal",
}

PURE_CORE = [
    "hotline.address",
    "hotline.attachment",
    "hotline.backup_file",
    "hotline.carriers.gammu.config",
    "hotline.carriers.gammu.names",
    "hotline.carriers.gammu.smsbackup",
    "hotline.carriers.gammu.watchdog",
    "hotline.carriers.origins",
    "hotline.carriers.smsgate.events",
    "hotline.carriers.smsgate.health",
    "hotline.carriers.smsgate.reasons",
    "hotline.carriers.smsgate.signature",
    "hotline.carriers.twilio.addresses",
    "hotline.carriers.twilio.attachments",
    "hotline.carriers.twilio.codes",
    "hotline.carriers.twilio.credentials",
    "hotline.carriers.twilio.forms",
    "hotline.carriers.twilio.knock",
    "hotline.carriers.twilio.senders",
    "hotline.carriers.twilio.dialect",
    "hotline.carriers.twilio.signature",
    "hotline.carriers.twilio.voices",
    "hotline.broadcast",
    "hotline.cleaning",
    "hotline.contact",
    "hotline.cost",
    "hotline.diagram",
    "hotline.doctor",
    "hotline.doctor.carrier",
    "hotline.doctor.channels",
    "hotline.doctor.findings",
    "hotline.doctor.machine",
    "hotline.doctor.number",
    "hotline.doctor.people",
    "hotline.doctor.silence",
    "hotline.doctor.troubles",
    "hotline.document",
    "hotline.details",
    "hotline.due",
    "hotline.errors",
    "hotline.failure",
    "hotline.health",
    "hotline.help_request",
    "hotline.hours",
    "hotline.inbound",
    "hotline.key_file",
    "hotline.keyring",
    "hotline.limits",
    "hotline.reserve",
    "hotline.resuming",
    "hotline.message",
    "hotline.names",
    "hotline.needs",
    "hotline.notices",
    "hotline.organizers",
    "hotline.own_recordings",
    "hotline.page",
    "hotline.passkeys",
    "hotline.phone",
    "hotline.phrasebook",
    "hotline.prompts",
    "hotline.proof",
    "hotline.provisioning",
    "hotline.registration",
    "hotline.registration_form",
    "hotline.registration_texts",
    "hotline.carrier_changes",
    "hotline.carriers.twilio.registration_fields",
    "hotline.carriers.twilio.registration_plan",
    "hotline.roster",
    "hotline.routes",
    "hotline.schedule",
    "hotline.segments",
    "hotline.settings",
    "hotline.settings_file",
    "hotline.settings_text",
    "hotline.help_lines",
    "hotline.signed_addresses",
    "hotline.spelling",
    "hotline.table",
    "hotline.translations",
    "hotline.tally",
    "hotline.undelivered",
    "hotline.newcomers",
    "hotline.wire",
    "hotline.words",
    "hotline.worry",
]
PURE = [
    *PURE_CORE,
    "ivr.menu",
    "ivr.saying",
    "ivr.trust",
    "rehearsal.handset",
    "rehearsal.lists",
    "rehearsal.magic",
    "rehearsal.matching",
    "rehearsal.meanwhile",
    "rehearsal.offers",
    "rehearsal.overrides",
    "rehearsal.phones",
    "rehearsal.player",
    "rehearsal.transcript",
    "rehearsal.trouble",
    "rehearsal.twiml",
    "sms.conversation",
    "sms.orders",
    "sms.patterns",
    "sms.reading",
    "sms.vocabulary",
]
# Each room imports from itself and from those before it; one name stands for all that is in it.
ROOMS: list[tuple[str, ...]] = [
    tuple(PURE_CORE),
    ("hotline.store", "hotline.roster_file", "hotline.roster_changes"),
    ("hotline.current_settings", "hotline.work"),
    ("hotline.desk",),
    ("hotline.carriers", "sms", "ivr", "board"),
    ("paging", "hotline.__main__"),
    ("serving",),
    ("rehearsal",),
]
WIRING = {"serving.roles", "serving.app"}
CARRIER = "hotline.carriers.twilio"
THEIR_WORDS = re.compile(rf"MessageSid|Polly|#rc=|<Response|\b({'|'.join(map(str, _KINDS))})\b")
INPUT_AND_OUTPUT = {
    "alembic", "httpx2", "psycopg", "redis", "requests", "rq", "sqlalchemy", "starlette",
    "twilio", "urllib3", "uvicorn",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter", "localtime", "gmtime", "sleep"}


# `queue/` holds a package and is none.


def test_queue_is_no_package() -> None:
    assert not (ROOT / "queue" / "__init__.py").exists()


@pytest.mark.parametrize(
    "arguments",
    [["-c", "import queue; queue.Queue"], ["-m", "pytest", "--version"], ["-m", "hotline", "-h"]],
    ids=["import queue", "pytest", "hotline"],
)
def test_from_the_root_the_standard_queue_is_found(arguments: list[str]) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("name", JOBS.values())
def test_every_job_is_found_by_the_name_that_is_stored(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(import_module(module), function))


# Who imports whom.


@pytest.mark.parametrize("module", PURE)
def test_what_decides_does_no_input_and_output(module: str) -> None:
    for reached in sorted(_reached_from(module)):
        assert not _outside(reached) & INPUT_AND_OUTPUT, f"{module} comes to {reached}"


@pytest.mark.parametrize("module", PURE)
def test_what_decides_reads_no_clock(module: str) -> None:
    assert "time" not in _outside(module)
    called = [it.func for it in ast.walk(_tree(module)) if isinstance(it, ast.Call)]
    names = {it.attr if isinstance(it, ast.Attribute) else ast.unparse(it) for it in called}
    assert not names & CLOCKS


def test_every_module_of_ours_is_in_a_room() -> None:
    assert {it for it in _modules() if _room(it) is None} == {"hotline"}


@pytest.mark.parametrize("place", range(len(ROOMS)))
def test_a_room_imports_from_those_before_it(place: int) -> None:
    for module in _modules():
        if _room(module) == place:
            ahead = {it for it in _inside(module) if (_room(it) or 0) > place}
            assert not ahead, f"{module} imports {ahead}"


def test_there_is_no_circle() -> None:
    tuple(TopologicalSorter({it: _inside(it) for it in _modules()}).static_order())


def test_the_core_knows_nobody() -> None:
    for module in _modules():
        if module.startswith("hotline"):
            assert {it for it in _inside(module) if not it.startswith("hotline")} == set(), module


def test_the_rehearsal_is_known_to_nobody() -> None:
    knowing = {it for it in _modules() if any(n.startswith("rehearsal") for n in _inside(it))}
    assert {it for it in knowing if not it.startswith("rehearsal")} == set()


def test_texts_calls_and_jobs_do_not_know_each_other() -> None:
    beside = {"sms", "ivr", "paging"}
    for module in _modules():
        own = module.split(".")[0]
        others = tuple(beside - {own}) if own in beside else ()
        assert not any(it.startswith(others) for it in _inside(module)), module


def test_texts_and_calls_know_no_carrier() -> None:
    knowing = {it for it in _modules() if any(n.startswith(CARRIER) for n in _inside(it))}
    ours = {it for it in knowing if not it.startswith((CARRIER, "rehearsal"))}
    others = {"serving.provision_desk", "serving.provision_commands", "serving.doctor_wiring"}
    assert ours == {*WIRING, *others, "serving.webhooks", "paging.jobs"}


def test_each_class_has_a_name_of_its_own() -> None:
    named = [
        it.name
        for module in _modules()
        for it in ast.walk(_tree(module))
        if isinstance(it, ast.ClassDef)
    ]
    assert [name for name, many in Counter(named).items() if many > 1] == []


@pytest.mark.parametrize("is_rehearsal", [False, True], ids=["the hotline", "the rehearsal"])
def test_each_constant_is_written_down_once(is_rehearsal: bool) -> None:
    """What means something else may have the same name, and then another value. The rehearsal's
    carrier knows by itself what a carrier knows."""
    named = [
        ast.unparse(it)
        for module in _modules()
        if module.startswith("rehearsal") is is_rehearsal and "migrations" not in module
        for it in _tree(module).body
        if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]).isupper()
        if not isinstance(it.value, ast.DictComp)  # what is found by a table of its own
    ]
    assert [it for it, many in Counter(named).items() if many > 1] == []


def test_the_carriers_own_package_is_imported_in_its_room_alone() -> None:
    """The rehearsal is a carrier itself, and signs what it posts."""
    importing = {it for it in _modules() if _outside(it) & {"twilio", "urllib3"}}
    ours = {it for it in importing if not it.startswith("rehearsal")}
    assert ours == {f"{CARRIER}.client", "hotline.carriers.smsgate.client"}


def test_the_carriers_words_stand_in_its_room_alone() -> None:
    """Its names of fields and voices, the codes of its errors, its settings in addresses."""
    speaking = {
        module: found
        for module, path in _modules().items()
        if not module.startswith((CARRIER, "rehearsal"))
        if (found := set(THEIR_WORDS.findall(path.read_text(encoding="utf-8"))))
    }
    assert speaking == {}


def test_one_file_alone_writes_what_is_said_in_calls() -> None:
    writing = {
        module
        for module, path in _modules().items()
        if not module.startswith("rehearsal") and "<Response" in path.read_text(encoding="utf-8")
    }
    assert writing == {f"{CARRIER}.twiml"}


def test_nobody_imports_what_wires_everything() -> None:
    wired = {it for it in _modules() if "serving.app" in _inside(it)}
    assert wired == {"serving.roles"}


@pytest.mark.parametrize(
    ("library", "only"),
    [
        ("rq", {"paging.dispatch"}),
        ("urllib3", {f"{CARRIER}.client", "hotline.carriers.smsgate.client"}),
        ("alembic", {"hotline.store.migrate", "hotline.store.migrations.env"}),
    ],
)
def test_one_file_alone_imports(library: str, only: set[str]) -> None:
    importing = {module for module in _modules() if library in _outside(module)}
    assert {it for it in importing if ".versions." not in it} == only


def test_one_file_alone_calls_the_carrier() -> None:
    calling = {
        module
        for module in _modules()
        if any(it.startswith(("twilio.rest", "twilio.http")) for it in _imports(module))
    }
    assert calling == {f"{CARRIER}.client"}


# The tables and the migrations.


def test_the_newest_migration_is_the_one_that_is_asked_for() -> None:
    config = Config()
    config.set_main_option("script_location", "hotline:store/migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.NEWEST


def test_the_migrations_make_the_tables(database_url: str) -> None:
    database = Database(database_url.replace("postgresql:", "postgresql+psycopg:"), KEYRING)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False}
        )
        assert compare_metadata(context, metadata) == []
    database.close()


# Reading imports.


@cache
def _modules() -> dict[str, Path]:
    return {
        _name(package, path.relative_to(folder)): path
        for package, folder in PACKAGES.items()
        for path in folder.rglob("*.py")
    }


def _name(package: str, path: Path) -> str:
    parts = [part for part in path.with_suffix("").parts if part != "__init__"]
    return ".".join([package, *parts])


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_modules()[module].read_text(encoding="utf-8"))


def _imports(module: str) -> Iterator[str]:
    """Every name that a module imports, anywhere in it, but not for types alone."""
    for node in _running(_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module}: imports are absolute here"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree that are not under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _running(child)


def _inside(module: str) -> set[str]:
    """What of ours a module imports: of `from package import module` the module alone."""
    names = {name for name in _imports(module) if name in _modules()}
    return names - {name.rpartition(".")[0] for name in names} | _things_of(module) & names


def _things_of(module: str) -> set[str]:
    """The packages and modules of which a module imports something that is no module itself."""
    return {
        node.module
        for node in _running(_tree(module))
        if isinstance(node, ast.ImportFrom) and node.module
        if any(f"{node.module}.{alias.name}" not in _modules() for alias in node.names)
    }


def _room(module: str) -> int | None:
    """The place among ROOMS of the one whose name fits best."""
    fitting = [
        (len(name), place)
        for place, names in enumerate(ROOMS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    return max(fitting)[1] if fitting else None


def _outside(module: str) -> set[str]:
    return {name.split(".")[0] for name in _imports(module)} - set(PACKAGES)


def _reached_from(module: str) -> set[str]:
    """The module and everything of ours that it imports, and that imports, and so on."""
    reached: set[str] = set()
    ahead = {module}
    while ahead:
        reached |= ahead
        ahead = {name for one in ahead for name in _inside(one)} - reached
    return reached
