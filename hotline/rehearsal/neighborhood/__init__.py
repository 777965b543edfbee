"""The invented people of Maple Street, for `hotline up`: who helps, who asks, how it is set up.

Names are made up and the numbers are from the range kept for fiction (555-01xx). Reads the files
beside it and nothing else; what they mean is decided where a real roster and configuration are.
"""

import csv
from collections.abc import Sequence
from importlib import resources

from hotline.rehearsal.phones import Person

STEWARD = Person("+12125550100", "Cleo", "steward")
ASKERS = (
    Person("+12125550140", "Maria", "asks for help, writes Spanish and English"),
    Person("+12125550159", "Sam", "a stranger"),
)


def hotline_toml() -> str:
    """The configuration, as `hotline.toml` text."""
    return _read("hotline.toml")


def roster_csv() -> str:
    """The volunteers, as roster CSV text."""
    return _read("roster.csv")


def cast() -> Sequence[Person]:
    """Everybody a phone is shown for: who asks, who helps, and the steward."""
    rows = csv.DictReader(roster_csv().splitlines())
    volunteers = (Person(row["phone"], row["name"], _about(row)) for row in rows)
    return (*ASKERS, *volunteers, STEWARD)


def _about(row: dict[str, str]) -> str:
    needs = row["needs"].replace(";", ", ") or "anything"
    areas = row["areas"].replace(";", ", ") or "everywhere"
    return f"volunteer: {needs}; {areas}"


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
