"""What is in rows as a code, as a sentence: the record, and why a message did not arrive. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def N_(words: str) -> str:  # noqa: N802 - by this name it is found for the catalogues
    """A sentence that is translated later."""
    return words


NOBODY = N_("whoever runs the hotline")  # who did what has nobody's name in the record
UNNAMED = N_("Neighbor %(id)s")
NOT_TOLD = ("apart", "together")  # who is kept from whom is for nobody to read

# What somebody did about a request; `DEEDS_TO` where it was about somebody else, too. All that is
# in the record is in `deeds`.
DEEDS: Mapping[str, str] = {
    "took": N_("%(who)s took it."),
    "done": N_("%(who)s said that it is done."),
    "handed_back": N_("%(who)s handed it back."),
    "let_go": N_("%(who)s did not answer: others are asked."),
    "not_yet": N_("%(who)s said that it is still needed."),
    "closed": N_("%(who)s closed it."),
    "reopened": N_("%(who)s opened it again."),
    "corrected": N_("%(who)s corrected it."),
    "merged": N_("%(who)s joined it to another request."),
    "askedanew": N_("%(who)s had everybody asked again."),
    "danger": N_("%(who)s told of danger."),
    "seen": N_("%(who)s looks after what was said of danger."),
    "wrote": N_("%(who)s wrote as the hotline."),
    "read_words": N_("%(who)s read the words."),
    "asked_for": N_("%(who)s wrote it down at the desk."),
    "unrepeated": N_("%(who)s did not repeat the digits on the phone."),
}
DEEDS_TO: Mapping[str, str] = {
    "assigned": N_("%(who)s put %(about)s down for it."),
    "askedperson": N_("%(who)s asked %(about)s."),
    "asked_for": N_("%(who)s wrote it down for %(about)s."),
    "wrote": N_("%(who)s wrote to %(about)s as the hotline."),
}

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
