"""What the doctor finds: one line each, with what is wrong, why it matters and what mends it.

No finding tells of a person: there is no number, no name and none of anybody's words in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hotline.doctor.troubles import KNOWN_TROUBLES, Condition


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `name`: its row in `troubles.KNOWN_TROUBLES`, or of what is well only the part.
    `about`: what tells it from another of that name, such as the key of an area."""

    name: str
    condition: Condition
    what: str
    why: str = ""
    mend: str = ""
    about: str = ""

    @property
    def part(self) -> str:
        """What it is about: "redis", "number"."""
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        """The same at each look, however often and however bad."""
        return f"{self.name}:{self.about}" if self.about else self.name

    @property
    def is_to_be_told(self) -> bool:
        """Whether the stewards hear of it, once, when nobody has asked."""
        trouble = KNOWN_TROUBLES.get(self.name)
        return trouble is not None and trouble.is_told


def found(name: str, about: str = "", **values: object) -> Finding:
    """A row of the table, with what was seen filled in."""
    it = KNOWN_TROUBLES[name]
    what, why, mend = (words.format(**values) for words in (it.what, it.why, it.mend))
    return Finding(name, it.condition, what, why, mend, about)


def well(part: str, what: str) -> Finding:
    return Finding(part, Condition.OK, what)


def judged(part: str, said: str, troubles: Iterable[Finding]) -> list[Finding]:
    """What is wrong with a part, or one line that says that it is well."""
    return list(troubles) or [well(part, said)]


def is_any_broken(findings: Iterable[Finding]) -> bool:
    return any(it.condition is Condition.BROKEN for it in findings)


def mutes(names: Collection[str]) -> bool:
    """Whether with one of these no text of ours arrives, so that it is to be told otherwise."""
    return any(KNOWN_TROUBLES[name].mutes for name in names if name in KNOWN_TROUBLES)


# How they are shown and kept.


def lines(it: Finding) -> list[str]:
    """As on a terminal: `[broken] redis: ...`, and under it why and what mends it."""
    mark = f"[{it.condition}]"
    shown = [f"{mark:<9}{it.part}: {it.what}"]
    shown += [f"{'':<9}{words}" for words in (it.why, it.mend and f"-> {it.mend}") if words]
    return shown


def as_json(it: Finding) -> dict[str, str]:
    return {**asdict(it), "part": it.part}


def from_json(kept: Mapping[str, Any]) -> Finding:
    """One that was kept by `as_json`."""
    words = {name: str(kept.get(name, "")) for name in ("name", "what", "why", "mend", "about")}
    return Finding(condition=Condition(kept["condition"]), **words)
