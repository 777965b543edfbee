"""The invented people of Maple Street, for `hotline up`: who helps, who asks, how it is set up.

Names are made up and the numbers are from the range kept for fiction (555-01xx). Reads the files
beside it and nothing else; what they mean is decided where a real roster and configuration are.
"""

import csv
import io
from collections.abc import Sequence
from importlib import resources

from hotline.settings import Network
from rehearsal.phones import Person

HIDDEN = "anonymous"
STEWARD = Person("+12125550100", "Cleo", "steward")
ASKER = Person("+12125550140", "Maria", "asks for help, writes Spanish and English")
STRANGERS = (
    Person("+12125550159", "Sam", "a stranger"),
    Person("+12125550149", "Ruth", "has a landline: she only calls", is_landline=True),
    Person(HIDDEN, "Somebody", "calls with a hidden number"),
)


def hotline_toml() -> str:
    """The configuration, as `hotline.toml` text."""
    return _read("hotline.toml")


def transcripts_toml() -> str:
    """The configuration of the transcripts in the tests, before their scene is set."""
    return _read("transcripts.toml")


def roster_csv() -> str:
    """The volunteers, as roster CSV text."""
    return _read("roster.csv")


def roster_for(network: Network) -> str:
    """The volunteers, where there may be other needs, areas and languages: what nobody there knows
    they leave out."""
    known = {
        "needs": {need.key for need in network.needs},
        "areas": {area.key for area in network.areas},
        "languages": set(network.languages),
    }
    written = io.StringIO()
    rows = csv.DictReader(roster_csv().splitlines())
    table = csv.DictWriter(written, rows.fieldnames or (), lineterminator="\n")
    table.writeheader()
    for row in rows:
        kept = {
            column: ";".join(it for it in row[column].split(";") if it in words)
            for column, words in known.items()
        }
        table.writerow(row | kept)
    return written.getvalue()


def cast() -> Sequence[Person]:
    """Everybody a phone is shown for: who asks, who helps, and the steward."""
    rows = csv.DictReader(roster_csv().splitlines())
    volunteers = [Person(row["phone"], row["name"], _about(row)) for row in rows]
    return with_strangers(volunteers, [STEWARD])


def with_strangers(volunteers: Sequence[Person], stewards: Sequence[Person]) -> Sequence[Person]:
    """These people, and those who ask; whoever is two of them has one phone."""
    people = (ASKER, *volunteers, *stewards, *STRANGERS)
    known = {person.phone: person for person in (*STRANGERS, *stewards, *volunteers, ASKER)}
    return tuple(known[phone] for phone in dict.fromkeys(it.phone for it in people))


def _about(row: dict[str, str]) -> str:
    needs = row["needs"].replace(";", ", ") or "anything"
    areas = row["areas"].replace(";", ", ") or "everywhere"
    return f"volunteer: {needs}; {areas}"


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
