"""What the page's addresses share: the carrier, the hotline behind it, and the templates."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import httpx2
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hotline.needs import KINDS
from hotline.words import kind_called
from rehearsal.exchange import Exchange
from rehearsal.inside import Inside
from rehearsal.replay import Replay

HERE = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
UTC = ZoneInfo("UTC")
LOOKS_EVERY = 0.1  # seconds

Anew = Callable[[Mapping[str, str]], None]
"""Have the whole neighborhood begin again, with these files in the place of its own."""


@dataclass
class Stage:
    """`inside` is None where the carrier runs alone. `replay`: what is played, or was last."""

    exchange: Exchange
    inside: Inside | None = None
    anew: Anew | None = None
    replay: Replay | None = None
    playing: asyncio.Task[None] | None = None
    is_leaping: bool = False
    leaps: set[asyncio.Task[None]] = field(default_factory=set)
    _drawn: dict[str, Markup] = field(default_factory=dict)
    _drawn_for: asyncio.Event | None = None
    _drawn_at: float = 0.0

    def shared(self, draw: Callable[[Stage], dict[str, Markup]]) -> dict[str, Markup]:
        """What every open page is shown alike, drawn when something has happened, or a second
        has gone by."""
        now = time.monotonic()
        if self.exchange.news is not self._drawn_for or now - self._drawn_at > 1:
            self._drawn, self._drawn_for, self._drawn_at = draw(self), self.exchange.news, now
        return self._drawn

    @property
    def is_playing(self) -> bool:
        """Whether a transcript is under way."""
        return self.replay is not None and self.playing is not None and not self.playing.done()

    async def play(self) -> None:
        """What there is to play, once the hotline answers; then time goes on."""
        if self.inside is None:
            return
        try:
            if self.replay:
                await _until_ready(self.exchange)
                await self.replay.play(self.exchange, self.inside)
        finally:
            self.inside.clock.go_on()

    @property
    def zone(self) -> ZoneInfo:
        return self.inside.network.zone if self.inside else UTC

    @property
    def labels(self) -> Mapping[str, str]:
        """What needs are called, by key."""
        if self.inside is None:
            return {}
        language = self.inside.network.languages[0]
        kinds = {kind: kind_called(kind, language) for kind in KINDS}
        return kinds | {need.key: need.called(language) for need in self.inside.network.needs}


async def _until_ready(exchange: Exchange) -> None:
    address = urljoin(exchange.line.sms_url, "/ready")
    while True:
        with suppress(httpx2.HTTPError):
            if (await exchange.client.get(address)).status_code == HTTPStatus.OK:
                return
        await asyncio.sleep(LOOKS_EVERY)
