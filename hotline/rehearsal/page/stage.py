"""What the page's addresses share: the carrier, the hotline behind it, and the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hotline.rehearsal.exchange import Exchange
from hotline.rehearsal.inside import Inside

HERE = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
UTC = ZoneInfo("UTC")

Anew = Callable[[Mapping[str, str]], None]
"""Have the whole neighborhood begin again, with these files in the place of its own."""


@dataclass
class Stage:
    """`inside` is None where the carrier runs alone. `draft`: what somebody typed and could not be
    done, until it is shown again, and why, by the id of the form."""

    exchange: Exchange
    inside: Inside | None = None
    anew: Anew | None = None
    replay: Any = None
    is_leaping: bool = False
    leaps: set[Any] = field(default_factory=set)

    @property
    def zone(self) -> ZoneInfo:
        return self.inside.network.zone if self.inside else UTC

    @property
    def labels(self) -> Mapping[str, str]:
        """What needs are called, by key."""
        if self.inside is None:
            return {}
        language = self.inside.network.languages[0]
        return {need.key: need.called(language) for need in self.inside.network.needs}
