"""How the hotline is: what the doctor found when it looked last, and what mends it.

The findings themselves are said as the command line says them, to whoever mends it there.
"""

from __future__ import annotations

from board.sitting import BoardPage, Outcome, Shown, Sitting
from hotline.doctor.troubles import Condition
from hotline.organizers import BoardRole
from hotline.store import checkups

WORST_FIRST = (Condition.BROKEN, Condition.LOOK, Condition.OK)


def show(sitting: Sitting) -> Outcome:
    seen = checkups.latest(sitting.work.connection)
    found = [it for half in seen for it in half.findings]
    groups = [(worst, [it for it in found if it.condition is worst]) for worst in WORST_FIRST]
    values = {
        "groups": [(worst.value, some) for worst, some in groups if some],
        "looked_at": min((it.at for it in seen), default=None),
    }
    return Shown("health.html", values)


PAGES = (BoardPage("/health", BoardRole.STEWARD, show),)
