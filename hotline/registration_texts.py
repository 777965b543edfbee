"""What a network's registration says about its texts, and what people are answered who text HELP or
STOP. The only file with these sentences.

They are read by whoever decides on the registration, in English. The samples are sentences of ours
as people get them. Whoever sends this in reads it first: it must be true of their network. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hotline import phrasebook
from hotline.notices import Notice, Told
from hotline.registration import AutomaticAnswers
from hotline.registration_form import Owner
from hotline.words import AutomaticAnswer, Speech

ENGLISH = "en"
HELP_WORDS = ("HELP", "INFO")
STOP_WORDS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
"""What the carrier takes for STOP whoever we are; none of them is a word of ours."""
START_WORDS = ("START", "UNSTOP")
"""Not YES, which is how a neighbor says that they help."""
JOIN_WORDS = ("JOIN",)


SUMMARY = (
    "{network} is a group of neighbors who help each other, free of charge. Somebody who needs"
    " food, medicine, a ride or the like texts or calls this number. Volunteers who joined"
    " themselves are then texted, a few at a time, until one of them replies YES; whoever asked is"
    " told who is coming, and the two can talk through this number without seeing each other's."
    " Nothing is advertised and nothing is sold. Nobody is texted who did not text or call first"
    " or join as a volunteer."
)
HOW_PEOPLE_JOIN = (
    "People opt in by texting or calling {number} themselves; the number is on the network's"
    " flyers and on its page {website}. (1) Somebody who needs help texts or calls what they need."
    " They get texts about that request alone, and the first one names {network}. (2) Volunteers"
    " text JOIN to {number}, are asked for their name, what they can do, where and when, and get"
    " texts when a neighbor near them needs that. A volunteer whom an organizer enters has agreed"
    " to it in person. Texts come as often as somebody needs help; message and data rates may"
    " apply. Every text can be answered with STOP, which ends all of them at once, and with HELP."
)
UNKNOWN_NUMBER = "this number"


@dataclass(frozen=True, slots=True)
class RegistrationTexts:
    """What is said about our texts. `samples`: three to five of them."""

    summary: str
    how_people_join: str
    samples: tuple[str, ...]
    answers: AutomaticAnswers


def texts(speech: Speech, owner: Owner, number: str) -> RegistrationTexts:
    """`number`: the network's own, empty while it has none."""
    values = {
        "network": speech.network.name,
        "number": number or UNKNOWN_NUMBER,
        "website": owner.website,
    }
    own, answers = owner.texts, automatic_answers(speech, ENGLISH)
    return RegistrationTexts(
        own.summary or SUMMARY.format(**values),
        own.how_people_join or HOW_PEOPLE_JOIN.format(**values),
        (*samples(speech), answers.help),
        answers,
    )


def samples(speech: Speech) -> tuple[str, ...]:
    """To a volunteer, to somebody who asked, and to them when somebody helps."""
    network = speech.network
    need = network.needs[0].key if network.needs else "food"
    area = network.areas[0].key if network.areas else None
    page = Told.PAGE if area else Told.PAGE_ANYWHERE
    asked = {"need": (need,), "area": area, "ago": timedelta(minutes=2), "number": 12}
    return (
        speech.say(Notice(page, asked), ENGLISH),
        speech.say(Notice(Told.ASKED, {"number": 12}), ENGLISH),
        speech.say(Notice(Told.TAKEN, {"number": 12, "name": "Ana"}), ENGLISH),
    )


def automatic_answers(speech: Speech, language: str) -> AutomaticAnswers:
    """What people are to be answered, in this language, and for which words: those for STOP in any
    language of the network, each of them one word."""
    said = {it: speech.written(it, language) for it in AutomaticAnswer}
    own = [word for it in speech.network.languages for word in phrasebook.said("stop", it)]
    return AutomaticAnswers(
        help=said[AutomaticAnswer.HELP],
        stop=said[AutomaticAnswer.STOP],
        start=said[AutomaticAnswer.START],
        help_words=HELP_WORDS,
        stop_words=(*STOP_WORDS, *(it.upper() for it in own if " " not in it)),
        start_words=START_WORDS,
    )
