"""Everything that can go wrong on purpose.

HotlineError
├── BadSettings          the process does not start; says every mistake at once
├── BadRoster            the list of neighbors is not imported; says every bad row at once
├── BadForm              a webhook's form lacks what every such form has; says which field
├── OutdatedDatabase     the tables are older than the program: `hotline migrate` comes first
└── CarrierError         the carrier did not take a message, or could not bring it to the phone
    ├── CarrierBusy      not taken: try again later
    │   └── NeverLeft    taken, but it waited there for longer than it was good for
    ├── CarrierSilent    taken or not, we cannot know: look it up first
    ├── BadNumber        this number can never be texted; mark it and move on
    ├── Landline         this number takes no texts: call it instead
    ├── Unreachable      the phone is off or away: a few more tries
    ├── Blocked          never from our number to this one; others may still reach it
    ├── Filtered         taken for spam: do not send it again, tell the stewards
    ├── OptedOut         this person said STOP; never text them again
    ├── NotAllowedThere  our account may not text this number; others go out: tell the stewards
    ├── AccountRefused   no text will leave until somebody mends our account: tell the stewards
    └── Refused          not this message, for a reason of its own: do not send it again
        ├── Uncallable   this number cannot be called; it may well take texts
        └── NoVoice      our own number makes no calls: HOTLINE_NUMBER is a short code, or missing

One function reads the carrier's numbers. Nothing here sends, waits or decides what to do next.
"""

import traceback
from collections.abc import Sequence
from typing import Final


class HotlineError(Exception):
    """Any trouble that the hotline knows by name."""


class _Mistakes(HotlineError):
    """Several mistakes, told together so that they can be mended together."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(mistakes)
        self.mistakes: list[str] = list(mistakes)

    def __str__(self) -> str:
        return "\n".join(self.mistakes)


class BadSettings(_Mistakes):
    """Each mistake names the file, the setting, what is wrong and how to write it right."""


class BadRoster(_Mistakes):
    """Each mistake names the row and the reason."""


class BadForm(HotlineError):
    """A webhook's form lacks what every such form has; says which field."""


class OutdatedDatabase(HotlineError):
    """The database is older than the program."""


class CarrierError(HotlineError):
    """`code` is the carrier's own number for it; `retry_after` are seconds to leave it alone."""

    def __init__(
        self, message: str = "", *, code: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = _PAUSES.get(code) if retry_after is None else retry_after


class CarrierBusy(CarrierError):
    """Not taken: try again later."""


class NeverLeft(CarrierBusy):
    """It waited at the carrier for its turn, for longer than it was good for."""


class CarrierSilent(CarrierError):
    """Taken or not, we cannot know: look it up first."""


class BadNumber(CarrierError):
    """This number can never be texted."""


class Landline(CarrierError):
    """This number takes no texts, but it can be called."""


class Unreachable(CarrierError):
    """The phone cannot be reached now, or nobody knows why not."""


class Blocked(CarrierError):
    """Never from our number to this one."""


class Filtered(CarrierError):
    """The text was taken for spam."""


class OptedOut(CarrierError):
    """This person said STOP."""


class AccountRefused(CarrierError):
    """Our own account or registration is not in order."""


class NotAllowedThere(CarrierError):
    """Our account may not text this number, though it may text others."""


class Refused(CarrierError):
    """Not this message, and it will not be otherwise next time."""


class Uncallable(Refused):
    """This number cannot be called by us."""


class NoVoice(Refused):
    """No calls come from our number."""


# https://www.twilio.com/docs/api/errors
_KINDS: Final[dict[int, type[CarrierError]]] = {
    20429: CarrierBusy,  # too many requests
    21611: CarrierBusy,  # the carrier's own queue is full
    30001: CarrierBusy,
    30036: NeverLeft,
    30410: CarrierBusy,
    30022: CarrierBusy,  # faster than our registration allows
    30023: CarrierBusy,  # as many as our registration allows in a day
    21610: OptedOut,
    21211: BadNumber,
    21214: BadNumber,
    21217: BadNumber,
    21401: BadNumber,
    21421: BadNumber,
    30005: BadNumber,
    21614: Landline,
    30006: Landline,
    30003: Unreachable,
    30008: Unreachable,
    21612: Blocked,
    30004: Blocked,
    30007: Filtered,
    20003: AccountRefused,
    20404: AccountRefused,
    21408: NotAllowedThere,  # this country is not switched on
    21210: AccountRefused,  # we may not call from this number, or it is none
    21212: AccountRefused,
    21606: AccountRefused,  # the number we send from is not ours, or sends no texts
    21608: NotAllowedThere,  # a trial account, which texts few numbers
    30002: AccountRefused,
    30024: AccountRefused,
    30032: AccountRefused,  # toll-free number not verified
    30034: AccountRefused,  # local number not registered
    30035: AccountRefused,
    13224: Uncallable,
    13225: Uncallable,
    21215: Uncallable,
    21216: Uncallable,
}

# Seconds, where the number itself says how long to wait.
_PAUSES: Final[dict[int | None, float]] = {30022: 60.0, 30023: 24 * 60 * 60.0}


def from_carrier(code: int | None, http_status: int | None) -> type[CarrierError]:
    """What the carrier's number means for us; the HTTP status speaks where the number does not."""
    if code in _KINDS:
        return _KINDS[code]
    match http_status:
        case 401 | 403 | 404:
            return AccountRefused
        case 429:
            return CarrierBusy
        case int() if http_status >= 500:
            return CarrierBusy
        case _:
            return Refused


def describe(error: BaseException) -> str:
    """An unforeseen error for the log: what it is and where, without its message, which may hold
    somebody's number or words."""
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    return f"{type(error).__name__}\n{where}"
