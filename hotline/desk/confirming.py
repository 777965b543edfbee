"""An order that waited for its code: by this, and by nothing else, what cannot be taken lightly is
done. The code went to the phone on file; texts can be sent in somebody's name, but not read.
"""

from __future__ import annotations

from hotline.desk import codes, farewell, stewarding
from hotline.notices import Notice, Told, notice
from hotline.store.people import Neighbor
from hotline.work import Work


def confirm(work: Work, person: Neighbor, code: str) -> Notice | None:
    """Do what they ordered with this code; what they are told, if not in other words."""
    order = codes.confirmed(work, person, code)
    if order is None:
        return notice(Told.NO_SUCH_CODE)
    match order.verb:
        case farewell.FORGET:
            return farewell.confirmed(work, person)
        case codes.PIN:
            return codes.pin_confirmed(work, person)
    return stewarding.confirmed(work, order)
