"""Who may come onto the board, and what each may see and do there. Pure."""

from __future__ import annotations

from enum import StrEnum

from hotline.settings import Network


class BoardRole(StrEnum):
    """Each may do what those before it may. `READER`: sees how things stand, no numbers and no
    words. `DESK`: looks after requests and people. `STEWARD`: everything."""

    READER = "reader"
    DESK = "desk"
    STEWARD = "steward"

    def may(self, least: BoardRole) -> bool:
        return _RANKS[self] >= _RANKS[least]


_RANKS = {role: rank for rank, role in enumerate(BoardRole)}


def phones(network: Network) -> tuple[str, ...]:
    """Of all who organize, as far as `hotline.toml` names them."""
    board = network.board
    named = (*network.stewards, *board.stewards, *board.desk, *board.readers)
    return tuple(dict.fromkeys(named))


def role_of(network: Network, phone: str, given: str | None) -> BoardRole | None:
    """The highest that somebody with this number has: by `hotline.toml`, or `given` on the board by
    a steward; None for whoever has nothing to do with it."""
    board = network.board
    named = (
        (BoardRole.STEWARD, (*network.stewards, *board.stewards)),
        (BoardRole.DESK, board.desk),
        (BoardRole.READER, board.readers),
    )
    roles = [role for role, phones in named if phone in phones]
    roles += [BoardRole(given)] if given else []
    return max(roles, key=_RANKS.__getitem__, default=None)
