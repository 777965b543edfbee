"""What may go wrong at the carrier, on request: how often, for whom, and when it is over.

Only the bookkeeping. `rest.py` acts on troubles with creates, `delivery.py` on texts that do not
arrive, `delivery.py` and `call_webhooks.py` on those with callbacks, `call_webhooks.py` on those
with the steps of a call, `webhooks.py` on those with anything that is signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

CREATE_KINDS = frozenset(
    {"busy", "broken", "silent_taken", "silent_lost", "slow", "account_refused", "code"}
)
CALLBACK_KINDS = frozenset(
    {"callbacks_twice", "callbacks_backwards", "callbacks_late", "no_callbacks"}
)

DELIVERY_KINDS = frozenset({"undelivered"})
STEP_KINDS = frozenset({"steps_twice"})
SIGNED_KINDS = frozenset({"forged"})
FILE_KINDS = frozenset({"files_broken"})
KINDS = CREATE_KINDS | DELIVERY_KINDS | CALLBACK_KINDS | STEP_KINDS | SIGNED_KINDS | FILE_KINDS


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong the next `times` times; `to` narrows it to one number."""

    kind: str
    times: int = 1
    to: str | None = None
    seconds: float = 1.0
    code: int = 0
    status: int = 400

    def concerns(self, kinds: Iterable[str], number: str) -> bool:
        return self.kind in kinds and self.to in (None, number)


def take(
    troubles: list[Trouble], kinds: Iterable[str], number: str
) -> tuple[Trouble | None, list[Trouble]]:
    """The oldest trouble that concerns this number, and the troubles left after it."""
    for place, trouble in enumerate(troubles):
        if trouble.concerns(kinds, number):
            left = [replace(trouble, times=trouble.times - 1)] if trouble.times > 1 else []
            return trouble, [*troubles[:place], *left, *troubles[place + 1 :]]
    return None, troubles


def trouble_from(wish: dict[str, object]) -> Trouble:
    """Read a wish of the control API. Raises ValueError that says what is wrong."""
    if extra := set(wish) - {"kind", "times", "to", "seconds", "code", "status"}:
        raise ValueError(f"unknown: {', '.join(sorted(extra))}")
    kind, to = wish.get("kind"), wish.get("to")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
    if kind in ("code", "undelivered") and not wish.get("code"):
        raise ValueError(f'kind "{kind}" needs a code, such as 30034')
    if to is not None and not isinstance(to, str):
        raise ValueError("to must be a number in quotes")
    status = int(_number(wish, "status", 400))
    if not 400 <= status < 600:
        raise ValueError("status must be from 400 to 599")
    return Trouble(
        kind=str(kind),
        times=int(_number(wish, "times", 1)),
        to=to,
        seconds=_number(wish, "seconds", 1.0),
        code=int(_number(wish, "code", 0)),
        status=status,
    )


def _number(wish: dict[str, object], name: str, default: float) -> float:
    value = wish.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} must be a number of 0 or more")
    return value
