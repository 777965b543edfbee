"""Everything that the hotline says on the phone: its English words, which are also its keys in
the catalogues. `Prompt` is what the menu says, `NEWS` how a notice is said in a call of ours.

Spoken sentences are shorter than written ones: one thing in each, and the key after the choice.
Numbers are said digit by digit. A network may put a recording of its own in the place of any
prompt, named after it. It does not decide who hears what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hotline.notices import Told
from hotline.words import N_


class Prompt(StrEnum):
    """What a caller can hear. Names in braces are filled in by `Speech.speak`."""

    # To whoever calls.
    GREETING = N_("This is {network}, neighbors helping neighbors.")
    CHOOSE_LANGUAGE = N_("For English, press {digit}.")
    TRY_AGAIN = N_("That key does nothing here. Let us try again.")
    AGAIN = N_("To hear this again, press {digit}.")
    ELSE = N_("For something else, press {digit}.")
    GOODBYE = N_("Thank you for calling. Goodbye.")
    ALL_LINES_BUSY = N_(
        "All our lines are in use. Please text this number, or call again in a few minutes."
    )

    # To whoever calls while so many do that a machine may be among them.
    REPEAT_DIGITS = N_(
        "Very many people call just now, so please show us that you are no machine. Key in"
        " {digits}, then press pound. If you cannot, just stay on the line."
    )
    NOT_THESE_DIGITS = N_("That was something else. Let us try again.")
    WAITS_ITS_TURN = N_(
        "So many people ask just now that this waits its turn. The people who look after this line"
        " hear of it."
    )

    # To whoever needs something.
    CHOOSE_NEED = N_("For {need}, press {digit}.")
    CHOOSE_MESSAGE = N_("To leave a message right away, press {digit}, or just stay on the line.")
    NOT_FOR_DANGER = N_(
        "This line is neighbors, and not for danger to life. In danger, hang up and call"
        " {emergency}. Else stay on the line."
    )
    ASK_POSTCODE = N_(
        "Key in the postcode where help is needed, then press pound. To skip this, press pound."
    )
    POSTCODE_IS = N_("The postcode is {digits}.")
    IS_THAT_RIGHT = N_("If that is right, press 1. To key it in again, press 2.")
    ASK_MESSAGE = N_("After the tone, tell us what you need, then press pound.")
    ASK_CALL_BACK = N_(
        "We cannot see your number. Key in a phone number where we can call you back, with its"
        " area code, then press pound. To skip this, press pound."
    )
    NOT_A_NUMBER = N_("We cannot call that number.")
    CALL_BACK_IS = N_("The number to call back is {digits}.")
    YOU_NEED = N_("You need {need}.")
    WE_HAVE_A_MESSAGE = N_("We have your message.")
    SEND_OR_START_OVER = N_("To send this to neighbors, press 1. To start over, press 2.")
    YOUR_NUMBER_IS = N_("Thank you. Your request number is {number}. Once more: {number}.")
    ASKING_NOW = N_("We are asking neighbors now.")
    ASKING_FROM = N_("It is late, so we ask neighbors from {time}.")
    WE_TEXT_YOU = N_("When somebody says yes, we text you.")
    WE_CALL_YOU = N_("When somebody says yes, we call you.")
    NO_WAY_BACK = N_(
        "We have no number to call you back. We tell the people who look after this line."
    )
    CALL_AGAIN = N_("Call again to hear how it stands.")
    CANNOT_TEXT = N_("If this phone cannot get texts, press 1, and we call you instead.")
    TEXTS_STOPPED = N_(
        "You stopped our messages. Call again to hear how it stands, or press 1, and we call you."
    )
    NOTHING_HEARD = N_(
        "We could not hear you. Please call again, or text this number what you need. Goodbye."
    )

    # To whoever has to show that the number is theirs.
    ABOUT_MINE = N_("For a request that you made, took or were asked about, press star.")
    KEY_IN_CODE = N_(
        "If you have a PIN, key it in. If not, key in the code that we text to this number. Then"
        " press pound. If this phone gets no texts, press 1, then pound."
    )
    WRONG_CODE = N_("That is not the code.")
    TO_BE_CALLED = N_(
        "Somebody at this number asked to be called in place of texts. If you want that, press 1."
        " If not, just hang up."
    )
    RINGING_BACK = N_(
        "Please hang up. We call this number back in a moment, or later if its phone should not"
        " ring now. Goodbye."
    )
    WAS_RUNG = N_(
        "We called this number back today, and nobody came to the phone. We do that once a day,"
        " so please call again tomorrow. For something new, call us at any time. Goodbye."
    )
    NO_PROOF = N_(
        "We cannot make sure that this is your number. Please text this number, or call again"
        " from a phone that shows its number. Goodbye."
    )

    # To whoever has an open request.
    IS_OPEN = N_("Your request {number} is open. We are asking neighbors.")
    WILL_BE_ASKED = N_("Your request {number} is open. We ask neighbors at {time}.")
    IS_TAKEN = N_("{name} is taking your request {number}.")
    IS_OVER = N_("Request {number} is done.")
    ADD_MESSAGE = N_("To add a message, press 1.")
    KEEP_APART = N_("If you are afraid of the other person, press {digit}.")
    KEPT_APART = N_(
        "Done. Nothing passes between you two any more, and we tell nobody why. In danger, call"
        " {emergency}. Goodbye."
    )
    TALK_TO = N_("To talk to {name}, press 1.")
    MESSAGE_FOR = N_("To leave a message for {name}, press 6.")
    LISTEN = N_("To hear the voice messages, press 5.")
    MESSAGE_NOT_READY = N_(
        "There is a new voice message for you. To hear it, please call again in ten minutes."
    )
    A_MESSAGE_FROM = N_("This is what {name} said.")
    ANSWER_OR_AGAIN = N_("To answer, press 1. To hear it again, press 9.")
    NO_LONGER_NEEDED = N_("If it is no longer needed, press 2.")
    NEW_REQUEST = N_("For something new, press 3.")
    SPEAK_NOW = N_("Speak after the tone, then press pound.")
    MESSAGE_ADDED = N_("Thank you. Your message is part of request {number}. Goodbye.")
    NOT_PASSED_ON = N_(
        "That request is closed, or we cannot reach them. Your message was not passed on. Goodbye."
    )
    MESSAGE_PASSED_ON = N_("Thank you. We pass your message on. Goodbye.")
    CLOSED = N_("Request {number} is closed. Nobody is asked any more. Goodbye.")

    # To whoever is asked.
    A_CALL_FROM = N_("Hello. This is {network}.")
    NEEDED = N_("A neighbor in {area} needs {need}.")
    NEEDED_ANYWHERE = N_("A neighbor needs {need}.")
    TAKE_OR_PASS = N_("To take it, press 1. To pass, press 2.")
    HEAR_OR_STOP = N_("To hear this again, press 3. To stop these calls, press 9.")
    HEAR_OR_ELSE = N_("To hear this again, press 3. For something else, press 4.")
    IT_IS_YOURS = N_("Thank you. Request {number} is yours. Once more: {number}.")
    THEY_WROTE = N_("They wrote: {quote}.")
    THEY_LEFT_A_MESSAGE = N_("This is what they said.")
    HOW_TO_FINISH = N_(
        "When it is done, if you cannot make it, or if you are afraid of them, call this number"
        " again. Goodbye."
    )
    TOO_LATE = N_("Request {number} is covered. {name} got there first. Thank you. Goodbye.")
    PASSED = N_("Thank you for telling us. Goodbye.")
    HANDS_FULL = N_(
        "Thank you. You have request {number} already. Once that is done, call again. Goodbye."
    )
    SUSPENDED = N_("Thank you. We do not ask you to help just now. Goodbye.")
    NOT_NEEDED = N_("Request {number} is taken care of. Thank you. Goodbye.")
    STOPPED = N_("We will not call this number any more. Goodbye.")
    YOU_HOLD = N_("You are taking request {number}.")
    TALK_TO_ASKER = N_("To talk to the neighbor who asked, press 1.")
    MESSAGE_FOR_ASKER = N_("To leave a message for the neighbor who asked, press 6.")
    HEAR_WHAT_THEY_NEED = N_("To hear what they need, press 5.")
    CANNOT_PLAY = N_("With a text came a voice message that we cannot play on the phone.")
    THE_ASKER_SAID = N_("This is what the neighbor who asked said.")
    PLACE_FOLLOWS = N_("You hear where they are once they agree. We let you know.")
    NOBODY_TO_CALL = N_("They left no number, so nobody can call them back.")
    DONE_OR_BACK = N_("If it is done, press 2. To hand it back, press 3.")
    THANKS_DONE = N_("Request {number} is done. Thank you, neighbor. Goodbye.")
    HANDED_BACK = N_("Thank you for trying. We are asking others about request {number}. Goodbye.")

    # To whoever wants to help.
    TO_HELP = N_("To be on the list of neighbors who help, press 8.")
    ASK_NAME = N_(
        "Good to have you. After the tone, say your first name, then press pound."
        " To skip this, press pound."
    )
    YOUR_CODE = N_("Thank you. Your number is {code}. Once more: {code}.")
    WHO_VOUCHES = N_(
        "Give it to somebody on our list who knows you. They text us VOUCH and that number, and"
        " you are in."
    )
    STEWARDS_DECIDE = N_("Thank you. We told the people who run this. They put you on the list.")
    ON_THE_LIST = N_("Thank you. You are on our list of neighbors who help.")
    ASKED_BY_TEXT = N_("When somebody needs help, we text you.")
    ASKED_BY_PHONE = N_("When somebody needs help, we call you.")

    # To two who talk to each other through us.
    ONE_MOMENT = N_("One moment, we are calling.")
    A_NEIGHBOR_CALLS = N_("A neighbor from {network} about request {number}.")
    TO_TALK = N_("To talk, press 1.")
    PARTING = N_("Goodbye.")
    TALK_OVER = N_("You are back with {network}.")
    NOBODY_CAME = N_("Nobody could come to the phone. Leave a message, and we pass it on.")
    NOT_NOW = N_("We cannot call them right now. Leave a message, and we pass it on.")
    NO_TALK = N_("That request is over, or no longer yours. Goodbye.")

    # To whoever is called with news.
    HEAR_NEWS_AGAIN = N_("To hear this again, press 1. To stop these calls, press 9.")


@dataclass(frozen=True)
class Spoken:
    """One thing that the menu says: a prompt, and what goes into it, as into a `Notice`."""

    prompt: Prompt
    values: Mapping[str, object] = field(default_factory=dict)


def spoken(prompt: Prompt, **values: object) -> Spoken:
    return Spoken(prompt, values)


# What is worth a call to somebody who gets no texts.


@dataclass(frozen=True, slots=True)
class News:
    """How a notice is told in a call of ours: `said` to a person.

    `to_machine` is left on an answering machine instead, as others in the household hear it, too.
    `wakes`: a phone may ring for it at night, if the request is urgent. `replaces_older`: older
    news of the request that nobody has heard yet is not told any more.
    """

    said: str
    to_machine: str | None = None
    wakes: bool = False
    replaces_older: bool = True


# What is left on a machine says nothing of fear.
_TAKEN = N_("Good news. {name} is taking your request {number}.")
_TAKEN_SOME = N_(
    "Good news. {name} is coming for your request {number}. We keep asking for the others."
)
_ASSIGNED = N_(
    "The people who run this line put you down for request {number}. To hear what is needed, or to"
    " hand it back, call this number."
)
_QUESTION = N_(
    "There is a question about request {number}. To say whether you are still on it, call"
    " this number."
)
_LET_REST = N_(
    "The people who run this line let you rest for a while. To be asked again, please tell them."
)
_MESSAGE = N_("There is a message about request {number}. To hear it, call this number.")
_VOICE_MESSAGE = N_(
    "{name} left a voice message about request {number}. To hear it, call this number."
)

# Others in the household hear what is left on a machine.
_CALL_US = N_("Please call this number when you can.")
_IN_DANGER: Mapping[str, Any] = {"to_machine": _CALL_US, "wakes": True, "replaces_older": False}
_PARTED = N_(
    "About request {number}. After what you told us, nothing passes between you and that person any"
    " more, and we tell nobody why. In danger, call {emergency}."
)

TRIED_OUT = N_("This is {network}, with a test call. It worked. There is nothing to do. Goodbye.")

NEWS: Mapping[Told, News] = {
    # To somebody who asks.
    Told.TAKEN: News(
        N_(
            "Good news. {name} is taking your request {number}. If you are afraid of them, press 7."
        ),
        to_machine=_TAKEN,
        wakes=True,
    ),
    Told.TAKEN_NOTE: News(
        N_(
            "Good news. {name} is taking your request {number}, and says: {note}. If you are afraid"
            " of them, press 7."
        ),
        to_machine=_TAKEN,
        wakes=True,
        replaces_older=False,
    ),
    Told.TAKEN_SOME: News(
        N_(
            "Good news. {name} is coming for your request {number}. We keep asking for the others."
            " If you are afraid of them, press 7."
        ),
        to_machine=_TAKEN_SOME,
        wakes=True,
    ),
    Told.NOBODY_YET: News(
        N_(
            "Nobody is free for your request {number} yet. We try again at {time}. We have not"
            " forgotten you. In danger, call {emergency}."
        ),
        wakes=True,
    ),
    Told.HELD_BACK: News(
        N_(
            "Many people ask us today, so your request {number} waits its turn. We go on asking at"
            " {time}. You are not forgotten. In danger, call {emergency}."
        )
    ),
    Told.SOME_MORE_WANTED: News(
        N_(
            "For your request {number} we still look for somebody more, and try again at {time}."
            " Who said yes is on it. In danger, call {emergency}."
        )
    ),
    Told.HANDED_BACK_TO_REQUESTER: News(
        N_(
            "{name} cannot make it after all. Your request {number} is open again, and we are"
            " asking other neighbors."
        ),
        wakes=True,
    ),
    Told.LET_GO_TO_REQUESTER: News(
        N_(
            "We have not heard from {name}. Your request {number} is open again, and we are"
            " asking other neighbors."
        ),
        wakes=True,
    ),
    Told.DONE_TO_REQUESTER: News(
        N_(
            "{name} says that your request {number} is done. If all is well, press 2. If something"
            " is missing, press 3."
        ),
        to_machine=N_(
            "{name} says that your request {number} is done. Still need something? Call us."
        ),
    ),
    # To somebody who is asked, or takes something.
    Told.PAGE: News(Prompt.NEEDED, wakes=True, replaces_older=False),
    Told.PAGE_ANYWHERE: News(Prompt.NEEDED_ANYWHERE, wakes=True, replaces_older=False),
    Told.PAGE_URGENT: News(Prompt.NEEDED, wakes=True, replaces_older=False),
    Told.PAGE_URGENT_ANYWHERE: News(Prompt.NEEDED_ANYWHERE, wakes=True, replaces_older=False),
    Told.STILL_ON_IT: News(
        N_(
            "Are you still taking request {number}? If so, press 2. If you cannot make it, press 3."
        ),
        to_machine=_QUESTION,
        wakes=True,
    ),
    Told.NOT_DONE_YET: News(
        N_(
            "Your neighbor says that request {number} is not done yet. If you are still on it,"
            " press 2. If you cannot make it, press 3."
        ),
        to_machine=_QUESTION,
        wakes=True,
    ),
    Told.LET_GO: News(
        N_("We had no word from you about request {number}, so we ask others now. That is fine.")
    ),
    Told.ALSO: News(N_("{name} is with you on request {number}, too.")),
    Told.NO_LONGER_NEEDED: News(
        N_("Request {number} is no longer needed. Thank you for being there.")
    ),
    # To somebody in danger, or who is kept apart from another.
    Told.EMERGENCY: News(
        N_("If you are in danger, hang up and call {emergency} now. They can come at once."),
        **_IN_DANGER,
    ),
    Told.MAYBE_DANGER: News(
        N_("If somebody is hurt or in danger, hang up and call {emergency} first."), **_IN_DANGER
    ),
    Told.CRISIS: News(
        N_(
            "If you are in danger, hang up and call {emergency} now. You matter to us. To talk to"
            " somebody, at any hour, call {crisis}."
        ),
        **_IN_DANGER,
    ),
    Told.CRISIS_CALL: News(
        N_(
            "If you are in danger, hang up and call {emergency} now, at any hour. You matter to us."
        ),
        **_IN_DANGER,
    ),
    Told.HELD_SPOKEN: News(
        N_(
            "We did not pass your voice message about request {number} on. If you are afraid of the"
            " other person, call this number and press 7. In danger, call {emergency}."
        ),
        to_machine=_CALL_US,
        replaces_older=False,
    ),
    Told.PARTED: News(_PARTED, to_machine=_CALL_US, replaces_older=False),
    Told.PARTED_AFTER: News(_PARTED, to_machine=_CALL_US, replaces_older=False),
    # From the people who run it.
    Told.CLOSED_BY_STEWARDS: News(
        N_(
            "The people who run this line closed your request {number}. If you still need"
            " something, call this number."
        )
    ),
    Told.OPENED_AGAIN: News(
        N_(
            "The people who run this line opened your request {number} again. We are asking"
            " neighbors."
        )
    ),
    Told.ASSIGNED: News(
        N_(
            "The people who run this line put you down for request {number}. To hear what is"
            " needed, to hand it back, or if you are afraid of the neighbor who asked, call this"
            " number."
        ),
        to_machine=_ASSIGNED,
    ),
    Told.ASKING_OTHERS: News(
        N_("Request {number} is open again, and we ask others. Thank you for all you did.")
    ),
    Told.LET_REST: News(_LET_REST),
    Told.LET_REST_UNTIL: News(_LET_REST),
    Told.LET_CARRY: News(
        N_(
            "The people who run this line let you have more requests at a time, for a day. You need"
            " not. Thank you."
        )
    ),
    # Between the two.
    Told.FROM_TAKER: News(
        N_("About request {number}. {name} says: {words}."),
        to_machine=_MESSAGE,
        wakes=True,
        replaces_older=False,
    ),
    Told.FROM_REQUESTER: News(
        N_("About request {number}. Your neighbor says: {words}."),
        to_machine=_MESSAGE,
        wakes=True,
        replaces_older=False,
    ),
    Told.VOICE_MESSAGE: News(
        _VOICE_MESSAGE, to_machine=_VOICE_MESSAGE, wakes=True, replaces_older=False
    ),
    # Of a call.
    Told.ASKED_BY_PHONE: News(
        N_(
            "Somebody called from your number and asked for help, request {number}. If that was"
            " not you, press 4."
        )
    ),
    Told.ADDED_BY_PHONE: News(
        N_(
            "Somebody called from your number and asked for more. It is part of your request"
            " {number} now. If that was not you, press 4."
        )
    ),
    Told.ASKED_BY_PHONE_IN_QUIET: News(
        N_(
            "Somebody called from your number and asked for help, request {number}. We ask"
            " neighbors from {time}. If that was not you, press 4."
        )
    ),
    Told.DONE_BY_PHONE: News(
        N_(
            "Somebody called from your number and said that request {number} is done. If that is"
            " not so, press 4."
        )
    ),
    Told.HANDED_BACK_BY_PHONE: News(
        N_(
            "Somebody called from your number and gave request {number} back. If that is not so,"
            " press 4."
        )
    ),
    Told.WITHDRAWN_BY_PHONE: News(
        N_(
            "Somebody called from your number and closed your request {number}. If you still need"
            " it, call this number."
        )
    ),
    Told.PLACE_TO_HEAR: News(
        N_("For request {number}, you can hear now where they are. Call this number."),
        wakes=True,
        replaces_older=False,
    ),
    Told.PLACE_REFUSED: News(
        N_("For request {number}, they would rather not say yet where they are. That is fine."),
        replaces_older=False,
    ),
    Told.FROM_ORGANIZERS: News(
        N_("A message from the people who run this line: {words}."),
        to_machine=N_("There is a message from the people who run this line. Please call back."),
        replaces_older=False,
    ),
    # To somebody who signs in on the board.
    Told.BOARD_CODE: News(
        N_(
            "Your code for the board is {code}. Once more: {code}. If you did not want to sign in,"
            " tell it to nobody."
        ),
        to_machine=N_("We called with a code for the board. Please ask for it once more."),
        wakes=True,
        replaces_older=False,
    ),
    # To somebody who joins.
    Told.VOUCHED: News(
        N_("Good news. You are on our list. When somebody needs help, we call you.")
    ),
}
"""Whoever is called is told what is here, and nothing else."""
