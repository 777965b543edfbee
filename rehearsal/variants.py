"""Carriers that speak the same API as the rehearsal's own, and where they differ on the wire.

After their documents, as far as there are some: docs/carriers.md names them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True)
class Variant:
    """`prefix`: in front of every address of its API. `has_uuids`: its names of texts and calls."""

    signature_header: str = "X-Twilio-Signature"
    prefix: str = ""
    longest_validity: int = 36_000
    has_services: bool = True
    has_uuids: bool = False

    def new_sid(self, media: Sequence[str] = ()) -> str:
        """A name for a text."""
        if self.has_uuids:
            return str(uuid.uuid4())
        return ("MM" if media else "SM") + token_hex(16)


VARIANTS: Mapping[str, Variant] = {
    "twilio": Variant(),
    "signalwire": Variant("X-SignalWire-Signature", "/api/laml", has_uuids=True),
    "somleng": Variant(longest_validity=14_400, has_services=False, has_uuids=True),
}


class UnderPrefix:
    """Everything of an API is behind its prefix; what is asked for without it is not there."""

    def __init__(self, app: ASGIApp, prefix: str, paths: tuple[str, ...]) -> None:
        self.app, self.prefix, self.paths = app, prefix, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and self.prefix:
            if path.startswith(self.paths):
                await JSONResponse({"status": 404}, status_code=404)(scope, receive, send)
                return
            if path.startswith(f"{self.prefix}/"):
                scope = {**scope, "path": path.removeprefix(self.prefix)}
        await self.app(scope, receive, send)
