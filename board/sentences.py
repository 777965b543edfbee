"""Why a message did not arrive, and how whoever has no name is called: codes of rows in words.
What is in the record is in `deeds`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping


def N_(words: str) -> str:  # noqa: N802 - by this name it is found for the catalogues
    """A sentence that is translated later."""
    return words


UNNAMED = N_("Neighbor %(id)s")

# Why a message did not arrive, or was given up: kinds of `hotline.errors`, and `WhyDropped`.
FAILURES: Mapping[str, str] = {
    "BadNumber": N_("the number is not in service"),
    "Landline": N_("a landline, which gets no texts"),
    "PhoneOff": N_("the phone was off"),
    "Unreachable": N_("the phone could not be reached"),
    "Blocked": N_("blocked by the phone or its company"),
    "Filtered": N_("taken for spam by the phone company"),
    "OptedOut": N_("they said STOP"),
    "AccountRefused": N_("our account at the carrier is not in order"),
    "NotAllowedThere": N_("our account may not text there"),
    "CarrierBusy": N_("the carrier was too busy"),
    "NeverLeft": N_("the carrier was too busy"),
    "CarrierSilent": N_("the carrier did not answer"),
    "Refused": N_("the carrier did not take it"),
    "BadAttachment": N_("a picture or file could not be sent"),
    "Uncallable": N_("the number cannot be called"),
    "NoVoice": N_("our number makes no calls"),
    "Unexplained": N_("nobody knows why"),
    "stopped": N_("they said STOP"),
    "too old": N_("it came too late to be of use"),
    "old news": N_("there was newer to say"),
    "forgotten": N_("they had all about them deleted"),
    "called off": N_("it was stopped"),
}
