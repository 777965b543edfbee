"""What a page of the board is given and what it gives back. Plain values; `site` makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.datastructures import ImmutableMultiDict

from board.names import NameIndex
from hotline.current_settings import CurrentNetwork
from hotline.health import Vital
from hotline.organizers import BoardRole
from hotline.passkeys import PasskeyHost
from hotline.store import apart
from hotline.store.people import Neighbor
from hotline.store.sessions import BoardSession
from hotline.work import Work

SIGNING, SESSION = "signing", "session"  # what a browser holds, by cookies


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is signed in."""

    person: Neighbor
    role: BoardRole
    session: BoardSession

    def may(self, least: BoardRole) -> bool:
        return self.role.may(least)


@dataclass(frozen=True)
class Sitting:
    """One look, or one deed, on the board. `place` is what the address names, `query` and `form`
    what was sent with it, `held` the tokens of the browser."""

    work: Work
    who: Viewer | None
    place: Mapping[str, str]
    query: Mapping[str, str]
    form: ImmutableMultiDict[str, str]
    held: Mapping[str, str]
    browser: str
    vitals: Callable[[], Mapping[str, Vital]]
    names: NameIndex
    current: CurrentNetwork
    files: Mapping[str, bytes] = field(default_factory=dict)
    passkey_host: PasskeyHost | None = None
    begun: int = 0  # how much of it is done and kept, of what takes several transactions

    @property
    def viewer(self) -> Viewer:
        """Whoever looks, on pages for which one has to be signed in."""
        if self.who is None:
            raise LookupError("nobody is signed in")
        return self.who

    @property
    def number(self) -> int:
        """That of the request, or the id of the person, in the address. Raises NotHere."""
        said = self.place.get("number", "")
        if not said.isdecimal() or len(said) > 9:
            raise NotHere
        return int(said)

    def words(self, name: str, most: int = 1000) -> str:
        """What was typed into a field."""
        return self.form.get(name, "").strip()[:most]

    @cached_property
    def feared(self) -> frozenset[int]:
        """Whose requests they are not to see: they are kept apart from each other."""
        return apart.others_of(self.work.connection, self.viewer.person.id)


class NotHere(Exception):
    """There is no such page for whoever asks."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, by its template and what goes into it."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """Go on there. `said`: a key of what is told on that page; `at`: its place in it; `cookies`:
    tokens that the browser is to hold from now on, and no longer (None)."""

    path: str
    said: str = ""
    at: str = ""
    cookies: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plays:
    """What somebody said in a call, by the carrier's name for it: fetched once nobody waits for
    it."""

    sid: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A file to keep."""

    name: str
    body: bytes
    kind: str = "text/csv"


@dataclass(frozen=True, slots=True)
class GoesOn:
    """So much of it is done, and kept whatever follows; the rest is done in another transaction,
    so that others have their turn between."""

    begun: int


Outcome = Shown | Moved | Plays | Handed | GoesOn


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One address. `least`: the role that one has to have, None for everybody. `show` answers GET,
    `do` POST. `records`: looking is itself written down. `fresh`: one has to have shown just now
    that it is really them. `largest`: bytes that may be sent to it, if more than usual. `reads`:
    what is sent changes nothing, so that nobody who writes has to wait for it."""

    path: str
    least: BoardRole | None
    show: Callable[[Sitting], Outcome] | None = None
    do: Callable[[Sitting], Outcome] | None = None
    records: bool = False
    fresh: bool = False
    largest: int | None = None
    reads: bool = False
