"""Codes and PINs: what somebody keys in or texts back to show that a phone is theirs.

Their digests take long, so they are made outside the transaction (`Work.slowly`).
"""

from __future__ import annotations

from functools import partial

from hotline import proof
from hotline.notices import Notice, Told, notice
from hotline.store import confirmations, pins, proofs
from hotline.store.confirmations import Confirmation
from hotline.store.people import Neighbor
from hotline.work import Work

PIN = "pin"  # as an order that waits to be confirmed


def ask(work: Work, person: Neighbor, verb: str, about: int) -> str:
    """Let this order wait for a code of six digits, which is to be texted to their phone."""
    code, digest = work.slowly(proof.new_code_and_digest)
    order = Confirmation(verb, about)
    confirmations.ask(work.connection, person.id, order, digest, work.now)
    return code


def confirmed(work: Work, person: Neighbor, code: str) -> Confirmation | None:
    """The order that waited for this code."""
    is_code = partial(work.slowly, proof.is_code)
    return confirmations.confirmed(work.connection, person.id, code, work.now, is_code)


def is_proof(work: Work, person: Neighbor, keys: str) -> bool:
    """Whether these keys are the code that we texted, or their PIN. It counts the try of both."""
    is_code = partial(work.slowly, proof.is_code)
    return any(
        accept(work.connection, person.id, keys, work.now, is_code)
        for accept in (proofs.accept, pins.accept)
    )


def set_pin(work: Work, person: Neighbor, pin: str) -> Notice:
    """It holds once they confirm it: who can text in their name could else call in it, too."""
    if not proof.is_good_pin(pin, person.phone):
        return notice(Told.PIN_OTHER)
    code = ask(work, person, PIN, person.id)
    pins.want(work.connection, person.id, work.slowly(proof.digest, pin))
    return notice(Told.PIN_CODE, code=code)


def pin_confirmed(work: Work, person: Neighbor) -> Notice:
    pins.hold(work.connection, person.id)
    return notice(Told.PIN_SET)


def remove_pin(work: Work, person: Neighbor) -> Notice:
    pins.remove(work.connection, person.id)
    return notice(Told.PIN_GONE)
