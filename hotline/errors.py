"""Everything that can go wrong on purpose.

HotlineError
├── BadSettings          the process does not start; says every mistake at once
├── BadRoster            the list of neighbors is not imported; says every bad row at once
├── BadForm              a webhook's form lacks what every such form has; says which field
├── OutdatedDatabase     the tables are older than the program: `hotline migrate` comes first
├── BadKeys              what is sealed in the database cannot be opened, or there is no key
├── NotKnownThere        a text that was taken once, and that nobody there knows any more
├── BadBackup            a copy cannot be made, opened or put back; says what to do
└── CarrierError         the carrier did not take a message, or could not bring it to the phone
    ├── CarrierBusy      not taken: try again later
    │   └── NeverLeft    taken, but it waited there for longer than it was good for
    ├── CarrierSilent    taken or not, we cannot know: look it up first
    ├── BadNumber        this number can never be texted; mark it and move on
    ├── Landline         this number takes no texts: call it instead
    ├── Unreachable      the phone cannot be reached now: a few more tries
    │   └── PhoneOff     it is off or away; again and again, and its number is set aside
    ├── Blocked          never from our number to this one; others may still reach it
    ├── Filtered         taken for spam: do not send it again, tell the stewards
    ├── OptedOut         this person said STOP; never text them again
    ├── NotAllowedThere  our account may not text this number; others go out: tell the stewards
    ├── AccountRefused   no text will leave until somebody mends our account: tell the stewards
    ├── Unexplained      for a reason that we do not know: nobody's fault until it is seen whose
    └── Refused          not this message, for a reason of its own: do not send it again
        ├── BadAttachment  a file that came with it: the words go on, and each file alone
        ├── Uncallable   this number cannot be called; it may well take texts
        └── NoVoice      our own number makes no calls: HOTLINE_NUMBER is a short code, or missing

A carrier's own codes are read in its folder (`carriers`). Nothing here sends, waits or decides what
to do next.
"""

import traceback
from collections.abc import Sequence


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


class BadKeys(HotlineError):
    """The keys of the database are missing, spoiled or not the ones; says what to do."""


class NotKnownThere(HotlineError):
    """A carrier took a text once, and does not know it any more: what became of it nobody can
    tell."""


class BadBackup(HotlineError):
    """A copy of the hotline cannot be made, opened or put back; says what to do. Nothing was
    changed."""


class OutdatedDatabase(HotlineError):
    """The database is older than the program."""


class CarrierError(HotlineError):
    """`code` is the carrier's own number for it; `retry_after` are seconds to leave it alone.
    `said`: the carrier's words about it, which may hold somebody's number: for the screen of
    whoever asked, and for no log."""

    def __init__(
        self,
        message: str = "",
        *,
        code: int | None = None,
        retry_after: float | None = None,
        said: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after
        self.said = said


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


class PhoneOff(Unreachable):
    """The phone is off or away."""


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


class Unexplained(CarrierError):
    """With a code that nobody listed, or none: nobody's fault until it is seen whose."""


class Refused(CarrierError):
    """Not this message, and it will not be otherwise next time."""


class BadAttachment(Refused):
    """One of the files that came with it, or all of them together; not its words."""


class Uncallable(Refused):
    """This number cannot be called by us."""


class NoVoice(Refused):
    """No calls come from our number."""


def describe(error: BaseException) -> str:
    """An unforeseen error for the log: what it is and where, without its message, which may hold
    somebody's number or words."""
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    return f"{type(error).__name__}\n{where}"
