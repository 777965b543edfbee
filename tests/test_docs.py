"""The docs say what is true: every command and setting is in them, and every example works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from neighborhood import NETWORK

from hotline import diagram, roster_file, settings
from hotline.doctor.troubles import KNOWN_TROUBLES
from ivr import diagram as menu_diagram
from rehearsal.transcript import Says, parse
from serving import cli

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
EVERYTHING = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def commands(group: click.Group, prefix: str = "hotline") -> list[str]:
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):  # what the rehearsal adds, too
        command, path = group.get_command(context, name), f"{prefix} {name}"
        assert command is not None
        found += commands(command, path) if isinstance(command, click.Group) else [path]
    return found


@pytest.mark.parametrize("command", commands(cli.hotline))
def test_every_command_is_described(command: str) -> None:
    assert f"`{command}" in EVERYTHING


SETTINGS = [
    "channel_sim1_signing_key" if it == "channel_secrets" else it
    for it in settings.Environment.model_fields
]


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described_and_in_the_example(name: str) -> None:
    assert f"`{name.upper()}`" in (ROOT / "README.md").read_text(encoding="utf-8") or (
        name == "hotline_config"
    )
    assert f"{name.upper()}=" in (ROOT / ".env.example").read_text(encoding="utf-8")


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page.name, block)
        for page in PAGES
        for block in re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]


def configuration() -> str:
    (block,) = (it for _, it in blocks("toml") if "[[channels]]" not in it)
    return block


def test_the_example_configuration_has_every_key_and_the_defaults() -> None:
    network = settings.read_network(configuration(), "docs/configuration.md")
    default = settings.Network()
    assert network.waves == default.waves
    assert network.roster == default.roster
    assert network.quiet == default.quiet
    for table in (
        settings.Waves,
        settings.RosterRules,
        settings.Limits,
        settings.Voice,
        settings.Need,
        settings.Area,
    ):
        for key in table.model_fields:
            assert re.search(rf"^{key} = ", configuration(), re.MULTILINE), key
    for key in ("name", "country", "timezone", "languages", "quiet", "stewards"):
        assert re.search(rf"^{key} = ", configuration(), re.MULTILINE), key


def test_the_channels_of_the_guides_can_be_read() -> None:
    some = [it for _, it in blocks("toml") if "[[channels]]" in it]
    assert some
    for block in some:
        assert settings.read_network(block, "the guide").channels
    for key in settings.ChannelSettings.model_fields:
        assert any(re.search(rf"^{key} = ", it, re.MULTILINE) for it in some), key


def test_the_example_roster_can_be_imported() -> None:
    ((_, block),) = blocks("csv")
    network = settings.read_network(configuration(), "docs/configuration.md")
    assert [entry.name for entry in roster_file.read(block, network)] == ["Ana", "Ben"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_make_target_in_the_docs_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`|\$ )make ([a-z ]+?) *(?:`|#|$)", EVERYTHING, re.MULTILINE)
    targets = {target for line in named for target in line.split()}
    assert {"up", "talk", "test", "lint", "types", "words", "lock"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_picture_of_the_menu_is_drawn_from_its_table() -> None:
    (picture,) = [block for name, block in blocks("mermaid") if name == "calls.md"]
    assert picture.strip() == menu_diagram.draw()


def test_the_pictures_of_the_machines_are_drawn_from_their_tables() -> None:
    pictures = [block.strip() for name, block in blocks("mermaid") if name == "states.md"]
    assert pictures == [diagram.draw(drawn()) for drawn in diagram.DRAWN.values()]


def test_the_procfile_names_commands_that_exist() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    run = dict(line.split(": ", 1) for line in lines)
    assert set(run) == {"web", "worker", "clock", "release"}
    for command in run.values():
        assert " ".join(command.split()[:2]) in commands(cli.hotline)


def test_the_readmes_conversation_is_one() -> None:
    (block,) = [
        block for name, block in blocks("text") if name == "README.md" and "Maria >" in block
    ]
    turns = parse(f"The README's conversation\n\n{block}").turns
    assert any(isinstance(turn, Says) for turn in turns)
    assert "Maple Street Mutual Aid" in NETWORK


def test_the_glossary_names_every_module() -> None:
    """In the table of its room, in backticks, without the room in front where that is plain."""
    glossary = (ROOT / "docs" / "house.md").read_text(encoding="utf-8").partition("## Glossary")[2]
    named = set(re.findall(r"`([\w.]+)`", glossary))
    for module in modules():
        name = module.removeprefix("hotline.").removeprefix("store.").removeprefix("rehearsal.")
        assert {module, name} & named, module


def modules() -> Iterator[str]:
    """Those that somebody may look for: not what a package begins with, nor single migrations."""
    for room in ("hotline", "serving", "sms", "ivr", "queue/paging", "board", "rehearsal"):
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT / room).with_suffix("").parts
            if parts[-1] != "__init__" and "migrations" not in parts:
                yield ".".join([room.rpartition("/")[2], *parts])


@pytest.mark.parametrize("name", KNOWN_TROUBLES)
def test_all_that_the_doctor_can_find_is_described(name: str) -> None:
    it = KNOWN_TROUBLES[name]
    cells = (f"`{name}`", str(it.condition), it.what, it.why, it.mend)
    row = " | ".join(
        cell.replace("{{", "{").replace("}}", "}").replace("|", "\\|") for cell in cells
    )
    assert f"| {row} |" in (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
