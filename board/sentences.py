"""What is in rows as a code, as a sentence: the record, and why a message did not arrive. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def N_(words: str) -> str:  # noqa: N802 - by this name it is found for the catalogues
    """A sentence that is translated later."""
    return words


NOBODY = N_("whoever runs the hotline")  # who did what has nobody's name in the record
UNNAMED = N_("Neighbor %(id)s")
NOT_TOLD = ("apart", "together")  # who is kept from whom is for nobody to read

# What somebody did, or what happened to them; `DEEDS_TO` where it was about somebody else.
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
    "wants_in": N_("%(who)s would like to help."),
    "joined": N_("%(who)s came onto the list."),
    "paused": N_("%(who)s rests."),
    "back": N_("%(who)s is back."),
    "name": N_("%(who)s changed their name."),
    "needs": N_("%(who)s changed what they help with."),
    "areas": N_("%(who)s changed where they help."),
    "hours": N_("%(who)s changed when they help."),
    "languages": N_("%(who)s changed what they speak."),
    "reach": N_("%(who)s changed how we reach them."),
    "max": N_("%(who)s changed how often we may ask them."),
    "by_phone": N_("%(who)s gets calls from now on, no texts."),
    "by_text": N_("%(who)s gets texts again, no calls."),
    "reachable": N_("Texts reach %(who)s again."),
    "set_aside": N_("Our texts do not reach %(who)s."),
    "quiet": N_("%(who)s gets texts that say nothing."),
    "quiet_ended": N_("%(who)s gets whole texts again."),
    "forgotten": N_("%(who)s had all about them deleted."),
    "restored": N_("%(who)s came back onto the list."),
    "signed_in": N_("%(who)s signed in."),
    "signed_out": N_("%(who)s signed out."),
    "ended": N_("%(who)s signed out another browser."),
}
DEEDS_TO: Mapping[str, str] = {
    "assigned": N_("%(who)s put %(about)s down for it."),
    "askedperson": N_("%(who)s asked %(about)s."),
    "asked_for": N_("%(who)s wrote it down for %(about)s."),
    "wrote": N_("%(who)s wrote to %(about)s as the hotline."),
    "joined": N_("%(who)s put %(about)s on the list."),
    "vouched": N_("%(who)s vouched for %(about)s."),
    "listed": N_("%(who)s put %(about)s on the list, or changed what is there."),
    "unlisted": N_("%(who)s took %(about)s off the list."),
    "suspended": N_("%(who)s suspended %(about)s."),
    "restored": N_("%(who)s let %(about)s help again."),
    "let_rest": N_("%(who)s let %(about)s rest."),
    "carry": N_("%(who)s changed how much %(about)s may have at a time."),
    "tried_again": N_("%(who)s lets %(about)s be texted again."),
    "by_phone": N_("%(who)s lets %(about)s be called, not texted."),
    "name": N_("%(who)s changed the name of %(about)s."),
    "needs": N_("%(who)s changed what %(about)s helps with."),
    "areas": N_("%(who)s changed where %(about)s helps."),
    "hours": N_("%(who)s changed when %(about)s helps."),
    "languages": N_("%(who)s changed what %(about)s speaks."),
    "reach": N_("%(who)s changed how we reach %(about)s."),
    "saw_number": N_("%(who)s looked at the number of %(about)s."),
    "link": N_("%(who)s made a link for %(about)s to sign in."),
    "made_steward": N_("%(who)s made %(about)s a steward."),
    "made_desk": N_("%(who)s let %(about)s onto the board: requests and people."),
    "made_reader": N_("%(who)s let %(about)s onto the board: how things stand."),
    "role_taken": N_("%(who)s took %(about)s off the board."),
    "ended": N_("%(who)s signed out a browser of %(about)s."),
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
}
