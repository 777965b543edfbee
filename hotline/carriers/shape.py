"""What every carrier of texts is to the rest of the program: an account, a phone, a modem.

Each is a folder beside this file. What comes in it makes into `inbound.TextIn` and
`inbound.Delivery`, what goes wrong there into an error of `hotline.errors`; what it cannot do
stands in its `Abilities`, so that nobody asks it for that. It stores nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from hotline.inbound import Delivery, Ping, TextIn
from hotline.routes import Abilities

CameIn = TextIn | Delivery | Ping


class TextCarrier(Protocol):
    """Whatever brings texts of ours to phones. Used by several threads at once."""

    @property
    def abilities(self) -> Abilities: ...

    def send(
        self,
        to: str,
        body: str,
        message_id: int,
        *,
        good_for: timedelta | None,
        attachments: Sequence[str] = (),
        until: datetime | None = None,
        written_at: datetime | None = None,
    ) -> str:
        """Send one text to a number (E.164); the carrier's name for it, which no other message of
        any carrier of ours has. `message_id`: our row's; `written_at`: when it was written down,
        which tells it from one that had this id in a database before this. `good_for`: not to be
        delivered later than that from now. `attachments` go with it, by our names; `until` then it
        can fetch them.

        Raises CarrierError; CarrierSilent means that it may have been taken all the same. What
        was taken under this id before is not sent again, where the carrier knows our ids.
        """
        ...

    def find(
        self,
        to: str,
        body: str,
        message_id: int,
        since: datetime,
        *,
        written_at: datetime | None = None,
    ) -> list[str]:
        """The carrier's names of texts of ours that may be this one, oldest first; none if it never
        took it. Raises CarrierError: then nobody can tell."""
        ...


class OwnCarrier(TextCarrier, Protocol):
    """A phone or a modem of ours: it calls a text by our own name for it."""

    def name_of(
        self, to: str, body: str, message_id: int, *, written_at: datetime | None = None
    ) -> str:
        """What `send` would return. Raises CarrierError."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """What knows later what became of a text, and may fail to tell it by itself."""

    def became(
        self, to: str, body: str, message_id: int, *, written_at: datetime | None = None
    ) -> Delivery | None:
        """Of one that it took: None while it has not left. Raises NotKnownThere where nobody there
        knows it any more, else CarrierError."""
        ...


class Letterbox(Protocol):
    """Where a carrier that posts nothing leaves what came in, for whoever looks. What was looked at
    is there again the next time, until it is `done`."""

    def has_news(self) -> bool:
        """Whether it is worth looking. Cheap, and never raises."""
        ...

    def news(self, now: datetime) -> list[tuple[Any, CameIn]]:
        """What came in, each with what is to be said `done` of. Raises CarrierError."""
        ...

    def done(self, it: Any) -> None:
        """It is kept elsewhere."""
        ...
