"""What stands in the record, in words: a sentence for each kind, and the groups they are looked
through by. The record has a page, and what is about one request stands on that request's. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping


def N_(sentence: str) -> str:  # noqa: N802 - as catalogues have it
    """A sentence that is translated where it is told."""
    return sentence


# `{name}` did it, to or about `{about}`, for the request `{number}`.
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "requests": {
        "took": N_("{name} took {number}."),
        "done": N_("{name} finished {number}."),
        "handed_back": N_("{name} handed {number} back."),
        "let_go": N_("{number} was given to others: {name} did not answer."),
        "not_yet": N_("{name} said that {number} is not done yet."),
        "closed": N_("{name} closed {number}."),
        "reopened": N_("{name} opened {number} again."),
        "assigned": N_("{name} put {about} down for {number}."),
        "corrected": N_("{name} corrected {number}."),
        "askedanew": N_("{name} asked everybody anew about {number}."),
        "askedperson": N_("{name} asked {about} about {number}."),
        "asked_for": N_("{name} wrote {number} down for {about}."),
        "danger": N_("{name} told of danger, in {number}."),
        "seen": N_("{name} looks after {number}."),
        "merged": N_("{name} joined {number} to another request."),
        "unrepeated": N_("{name} did not repeat the digits, in {number}."),
    },
    "people": {
        "listed": N_("{name} put {about} on the list, or changed the entry."),
        "unlisted": N_("{name} took {about} off the list."),
        "suspended": N_("{name} suspended {about}."),
        "restored": N_("{name} let {about} help again."),
        "wants_in": N_("{name} would like to help."),
        "joined": N_("{name} joined."),
        "vouched": N_("{name} vouched for {about}."),
        "name": N_("{name} changed a name."),
        "areas": N_("{name} changed the areas of an entry."),
        "needs": N_("{name} changed what somebody helps with."),
        "hours": N_("{name} changed the hours of an entry."),
        "reach": N_("{name} changed how somebody is reached."),
        "max": N_("{name} said how often they want to be asked."),
        "paused": N_("{name} rests."),
        "back": N_("{name} is back."),
        "let_rest": N_("{name} let {about} rest."),
        "carry": N_("{name} let {about} have more at a time."),
        "by_phone": N_("{name}: by calls from now on."),
        "by_text": N_("{name}: by texts again."),
        "set_aside": N_("No text reaches {name} any more."),
        "reachable": N_("Texts reach {name} again."),
        "entered": N_("{name} wrote the entry of {about}."),
        "imported": N_("{name} brought people in from a table."),
        "blocked": N_("{name} blocked {about}."),
        "unblocked": N_("{name} lets {about} be answered again."),
        "forgot": N_("{name} had all about somebody deleted who asked for it."),
        "tried_again": N_("{name} let {about} be texted again."),
        "forgotten": N_("Somebody asked to be forgotten, and was."),
    },
    "writing": {
        "wrote": N_("{name} wrote to {about} as the hotline."),
        "many_wrote": N_("{name} wrote something to many, for a second steward to look at."),
        "many_sent": N_("{name} confirmed what was written to many: it goes out."),
        "many_stop": N_("{name} stopped what was written to many."),
    },
    "board": {
        "signed_in": N_("{name} signed in on the board."),
        "signed_out": N_("{name} signed out."),
        "ended": N_("{name} signed a browser of {about} out."),
        "link": N_("{name} made a link that signs {about} in."),
        "made_reader": N_("{name} let {about} read on the board."),
        "made_desk": N_("{name} let {about} sit at the desk."),
        "made_steward": N_("{name} made {about} a steward of the board."),
        "role_taken": N_("{name} took the place on the board from {about}."),
        "saw_number": N_("{name} looked at the number of {about}."),
        "looked_up": N_("{name} looked for the number of {about}."),
        "read_words": N_("{name} read the words of {number}."),
        "passkey": N_("{name} added a passkey."),
        "passkey_off": N_("{name} took a passkey away."),
        "saw_settings": N_("{name} looked at the settings."),
        "settings": N_("{name} changed the settings."),
        "prompts": N_("{name} changed what is heard on the phone."),
        "exported": N_("{name} downloaded the record."),
    },
}
GROUPS: Mapping[str, str] = {
    "requests": N_("Requests"),
    "people": N_("People"),
    "writing": N_("What was written"),
    "board": N_("The board"),
}
OTHER = N_("{name}: {what}")
NOBODY = N_("whoever runs the hotline")  # who did what has nobody's name in the record
SOMEBODY, A_REQUEST = N_("somebody"), N_("a request")

# Who keeps themselves safe, and from whom, is nobody's to see.
NOT_SHOWN = ("apart", "together", "quiet", "quiet_ended", "from_kept")

_ALL = {kind: words for group in SENTENCES.values() for kind, words in group.items()}


def sentence(kind: str) -> str:
    return _ALL.get(kind, OTHER)
