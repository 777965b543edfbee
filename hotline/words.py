"""Every sentence that we send: its English words, its catalogues, and how it is made to fit.

A `Sentence` has the name of the notice that it words, and is the English text itself, which is also
its key in the gettext catalogues under `hotline/catalogues/`. `Speech` says a notice in somebody's
language with this network's names in it. What is spoken on the phone is in `prompts`.
Pure once loaded. It does not decide who hears what, and it sends nothing.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any, Literal

from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from hotline import phone, phrasebook, segments
from hotline.details import NEAR_DAYS, WEEKDAYS, Details
from hotline.needs import KINDS
from hotline.notices import Notice, Told
from hotline.settings import Network


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "take this into the catalogue"
    """Mark a sentence for the catalogues; `make words` collects what is marked."""
    return text


class Sentence(StrEnum):
    """How each notice is written, under its name. Names in braces are filled in by `Speech.say`."""

    # To somebody who asks.
    ASKED = N_(
        "{network}: got it, your request is {number}. We are asking neighbors now and will text"
        " you. No proof needed. More to add? Just reply."
    )
    ASKED_IN_QUIET = N_(
        "{network}: got it, your request is {number}. It is late, so we ask neighbors from"
        " {time}. No proof needed. More to add? Just reply."
    )
    ADDED = N_("Added to your request {number}. We are still asking neighbors and will text you.")
    HELLO = N_(
        "Hi, this is {network}: neighbors helping neighbors. Need something? Just write it"
        " here, like: need {need}"
    )
    NOT_AN_EMERGENCY_LINE = N_(
        "This is {network}, neighbors by text. In danger? Call {emergency} now."
        " Need a neighbor's help? Write here what you need."
    )
    TOO_MANY_TEXTS = N_(
        "{network}: many texts came from this phone. We keep every word and answer again later."
        " In danger? Call {emergency}."
    )
    WRITE_FROM_A_PHONE = N_(
        "{network}: to get help from neighbors, please text or call us from a phone: we cannot"
        " reach you here. In danger? Call {emergency}."
    )
    STATUS_OPEN = N_(
        "Your request {number} is open. We are asking neighbors and text you as soon as somebody"
        " says yes. No longer needed? Reply NEVER MIND."
    )
    STATUS_WAITING = N_(
        "Your request {number} is open. We ask neighbors at {time} and text you as soon as"
        " somebody says yes. No longer needed? Reply NEVER MIND."
    )
    STATUS_TAKEN = N_("{name} has your request {number}. Reply here to talk to {name}.")
    NOTHING_OPEN = N_("You have no open request with us. Need something? Just write it here.")
    TAKEN = N_(
        "Good news: {name} is taking your request {number}. Reply here to talk to {name}."
        " We pass it on; nobody sees your number. Afraid? SAFE"
    )
    TAKEN_NOTE = N_(
        'Good news: {name} is taking your request {number} and says: "{note}". Reply here to talk.'
        " Afraid? SAFE"
    )
    HELD_BACK = N_(
        "Many people ask us today, so {number} waits its turn: we go on asking at {time}. You are"
        " not forgotten. In danger? Call {emergency}."
    )
    NOBODY_YET = N_(
        "Nobody is free for {number} yet. We keep asking and try again at {time}. We have not"
        " forgotten you. In danger? Call {emergency}."
    )
    SOME_MORE_WANTED = N_(
        "For {number} we still look for {count} more, and try again at {time}. Who said yes is on"
        " it. In danger? Call {emergency}."
    )
    WITHDRAWN = N_(
        "Your request {number} is closed and nobody will be asked any more. Still need it, or"
        " something else? Just write it here."
    )
    WHICH_TO_CLOSE = N_(
        "Which request is no longer needed: {numbers}? Reply with its number, like"
        " NEVER MIND {number}"
    )
    HANDED_BACK_TO_REQUESTER = N_(
        "{name} cannot make it after all. Your request {number} is open again and we are asking"
        " other neighbors now."
    )
    DONE_TO_REQUESTER = N_(
        "{name} says your request {number} is done. All well? Reply 1 for yes or 2 for not yet."
    )
    GLAD = N_("Good to hear. Thank you for telling us!")
    ASKING_TAKER = N_(
        "Thanks for telling us. We are asking {name} about {number} now. If {name} cannot, we ask"
        " other neighbors."
    )
    LET_GO_TO_REQUESTER = N_(
        "We have not heard from {name}. Your request {number} is open again and we are asking"
        " other neighbors now."
    )
    ASKED_PEOPLE = N_(
        "{network}: got it, your request is {number}, for {count} people. We are asking neighbors"
        " now and will text you. No proof needed."
    )
    TAKEN_SOME = N_(
        "Good news: {name} is coming for {number}. {count} more to find, and we keep asking."
        " Reply here to talk; nobody sees your number. Afraid? SAFE"
    )

    # To somebody who is asked.
    PAGE = N_(
        "{network}: a neighbor in {area} needs {need} ({ago})."
        " Reply YES {number} to take it, NO {number} to pass."
    )
    PAGE_ANYWHERE = N_(
        "{network}: a neighbor needs {need} ({ago})."
        " Reply YES {number} to take it, NO {number} to pass."
    )
    PAGE_URGENT = N_(
        "{network}: urgent, a neighbor in {area} needs {need} ({ago})."
        " Reply YES {number} to take it, NO {number} to pass."
    )
    PAGE_URGENT_ANYWHERE = N_(
        "{network}: urgent, a neighbor needs {need} ({ago})."
        " Reply YES {number} to take it, NO {number} to pass."
    )
    YOURS = N_(
        '{number} is yours, thanks! They wrote: "{quote}" Reply here to talk.'
        " DONE {number} if done, CANT {number} hands back. Afraid? SAFE"
    )
    YOURS_QUOTE_FOLLOWS = N_(
        "{number} is yours, thank you! Their words come in the next text. Reply here to talk."
        " DONE {number} when finished, CANT {number} to hand back. Afraid? SAFE"
    )
    QUOTE = N_('{number}, in their words: "{quote}"')
    THEIR_ATTACHMENTS = N_("{number}, what they sent with it: {words}")
    PASSED = N_("Thanks for telling us. If you can after all: YES {number}")
    COVERED = N_("{number} is covered: {name} has it. Thank you for being there!")
    TOO_LATE = N_("{number} is already covered: {name} got there first. Thank you for saying yes!")
    THANKS_ALL_THE_SAME = N_("Thanks for telling us. {number} is taken care of already.")
    NO_LONGER_NEEDED = N_("{number} is no longer needed. Thank you for being there!")
    WHICH = N_(
        "We asked you about {numbers}. Which one? Reply with its number, like"
        " YES {number} or NO {number}."
    )
    HOW_TO_TAKE = N_("To take {number}, reply YES {number}. To pass, reply NO {number}.")
    HOW_TO_TAKE_OR_ASK = N_(
        "Is this about {number}? Reply YES {number} to take it, NO {number} to pass."
        " Need something yourself? Start with NEED, like: need {need}"
    )
    NOT_ASKED = N_(
        "We have not asked you about {number}. We text you when somebody needs what you can do."
    )
    NOTHING_ASKED = N_(
        "Thank you! Nobody is waiting for your answer right now. We text you when somebody does."
    )
    HANDED_BACK = N_("Thank you for trying. We are asking others about {number} now.")
    DONE = N_("{number} is done. Thank you, neighbor!")
    STILL_ON_IT = N_(
        "Are you still on {number}? Reply YES {number} if so, or CANT {number} and we ask others."
        " All done? DONE {number}"
    )
    STILL_YOURS = N_(
        "Thank you! {number} stays with you. Reply here to talk to them. DONE {number} when"
        " finished."
    )
    NOT_DONE_YET = N_(
        "Your neighbor says {number} is not done yet. Still on it? Reply YES {number}, or"
        " CANT {number} and we ask others."
    )
    LET_GO = N_(
        "We had no word from you about {number}, so we ask others now. That is fine. Can you after"
        " all? YES {number}"
    )
    WITH = N_("With you on {number}: {names}.")
    ALSO = N_("{name} is with you on {number}, too.")
    DONE_TOGETHER = N_(
        "{number} is done. Thank you, neighbor! Together we have met {done} needs in the last 30"
        " days, and you are part of that."
    )
    WHICH_DONE = N_("Which one is done: {numbers}? Reply with its number, like DONE {number}")

    # Where somebody can be found, once they say OK.
    SEND_PLACE = N_(
        "{name} would like to come. Send {name} your address, and all you wrote? Reply OK {number}"
        " or NO {number}. Until then you can talk here."
    )
    PLACE_LEFT_OUT = N_(
        "We kept that back from {name}, as it may tell where you are. Send it, and all you wrote?"
        " Reply OK {number} or NO {number}."
    )
    PLACE_SENT = N_("{number}: {name} has it now. Reply here to talk to {name}.")
    PLACE_KEPT = N_(
        "{number}: we keep it to ourselves. You can still talk to {name} here, and OK {number}"
        " sends it after all."
    )
    PLACE_FOLLOWS = N_(
        "{number} ({need}, {area}): where they are, we send you once they say OK. Reply here to"
        " talk. No answer? CANT {number} hands it back."
    )
    PLACE_REFUSED = N_(
        "{number}: they would rather not say yet where they are. That is fine. Reply here to talk,"
        " or CANT {number} to hand it back."
    )

    PLACE_TO_HEAR = N_("{number}: they said OK. To hear where they are, call this number.")

    # To somebody on the roster, about themselves.
    PAUSED = N_("OK, enjoy the rest: we ask you nothing until you text BACK.")
    PAUSED_UNTIL = N_(
        "OK, enjoy the rest: we ask you nothing until {day}. Ready before that? Text BACK."
    )
    BACK = N_("Welcome back! We text you when somebody needs what you can do.")
    MOST_A_DAY = N_("OK, {count} a day at most. Need a rest? Text PAUSE.")
    ME = N_("{name}: {can}; {areas}; {hours}. Change: NAME, CAN, AREA, HOURS, MAX. Rest: PAUSE")
    ME_RESTING = N_("{name}: {can}; {areas}; {hours}. You are resting: text BACK when ready.")
    CALLED_SO = N_(
        "Somebody else on our list is called {words}, so to others you are {name}. Rather another"
        " name? Text NAME and what it is."
    )
    WHICH_AREA = N_(
        "We know these areas: {areas}. Text AREA and one or more of them, or AREA ANY."
        " Need something? Start with NEED."
    )
    WHICH_HOURS = N_(
        "When may we ask you? Text it like HOURS weekdays after 5, HOURS weekends or HOURS any time"
    )
    REST = N_(
        "Is it too much just now? That is fine: text PAUSE and we ask you nothing until you text"
        " BACK. Or leave it as it is."
    )
    OPEN_NEAR = N_("Open now: {open}. Reply YES {number} to take it.")
    NOTHING_TO_TAKE = N_("Nothing is open right now. Thank you for looking!")
    STATS = N_(
        "The last 7 days: {asked} asked for help, {taken} found a neighbor, {done} are done."
        " Thank you for being part of it!"
    )
    FOR_HELPERS = N_(
        "That word is for neighbors on our list of helpers. Want to be one? Text JOIN."
        " Need something? Just write it here."
    )

    # To somebody who joins, and to who vouches for them.
    JOIN_NAME = N_("{network}: good to have you! What is your first name?")
    JOIN_CAN = N_(
        "Welcome, {name}! We may ask you for anything, anywhere. Rather less? What can you do,"
        " like: {need}? Or reply ANY."
    )
    JOIN_CAN_VOUCHED = N_(
        "Thanks, {name}! Ask somebody on our list to text us VOUCH {code}, and you are in."
        " What can you do, like: {need}? Or reply ANY."
    )
    JOIN_CAN_STEWARDS = N_(
        "Thanks, {name}! We told the people who run this; they put you on the list."
        " What can you do, like: {need}? Or reply ANY."
    )
    JOIN_AREA = N_("Where can you help, like: {area}? Or reply ANY.")
    JOIN_HOURS = N_("When may we ask you, like: weekdays after 5? Or reply ANY.")
    JOIN_WAITS = N_(
        "Thank you, {name}, that is all! You are in once somebody on our list texts us"
        " VOUCH {code}."
    )
    JOIN_WAITS_STEWARDS = N_("Thank you, {name}, that is all! We text you once you are in.")
    VOUCHED = N_(
        "Good news, {name}: you are on our list. We text you when somebody needs what you can"
        " do. Need a rest? Text PAUSE."
    )
    VOUCH_DONE = N_("{name} is on our list now. Thank you!")
    VOUCH_UNKNOWN = N_("We know nobody new with the number {code}. Please ask them once more.")
    VOUCH_STEWARDS = N_("Thank you! Here the people who run the hotline put others on the list.")
    VOUCH_LATER = N_(
        "Thank you for bringing somebody! You can once you have been with us for two weeks and"
        " have done two requests. Until then, please ask another neighbor."
    )
    VOUCH_ENOUGH = N_(
        "Thank you for bringing people! Each neighbor can bring two a week. Please try again in"
        " some days, or ask another neighbor."
    )

    # To somebody who may not take a request now.
    HANDS_FULL = N_(
        "Thank you! You have {other} already. Text DONE {other} when finished or CANT {other} to"
        " hand it back, then YES {number} if it is still open."
    )
    SUSPENDED = N_(
        "Thank you. The people who run {network} do not ask you to help just now. Need something"
        " yourself? Just write it here."
    )

    # Between the two.
    CLOSING = N_(
        "{number} is closed now, so words are no longer passed on. Need something? Just write it"
        " here."
    )
    THEY_SAID_STOP = N_(
        "{number}: they stopped our texts, so we cannot pass yours on. What they write, you get."
        " CANT {number} hands it back."
    )
    FROM_TAKER = N_("{name} ({number}): {words}")
    FROM_REQUESTER = N_("Your neighbor ({number}): {words}")
    LEFT_OUT = N_(
        "{number}: we could not pass on {words}: too big, or of a kind that texts cannot carry."
        " Could you tell them in words?"
    )
    LEFT_OUT_OF_CALL = N_(
        "{number}: we reach them by phone, not by text, so {words} cannot get to them."
        " Could you tell them in words?"
    )
    MISSING = N_(
        "{number}: they also sent {words}, which texts cannot carry, or which is too big."
        " To ask about it, just reply."
    )
    WHICH_TALK = N_(
        "Who is this for? Put the number first: {numbers}. For example: {number} thank you"
    )

    VOICE_MESSAGE = N_("{name} left a voice message about {number}. To hear it, call this number.")
    TRANSCRIPT = N_('{number}, their voice message: "{quote}"')
    NO_WAY_BACK = N_(
        "{number}: they left no number, so nobody can reach them. CANT {number} hands it back."
    )

    # To the number on file, of a call.
    BOARD_CODE = N_(
        "{network}: your code for the board is {code}. It holds for ten minutes. You did not want"
        " to sign in? Then tell it to nobody."
    )
    FROM_ORGANIZERS = N_("{network}, from the people who run it: {words}")
    CODE = N_(
        "{network}: your code for the phone is {words}. It holds for ten minutes. You did not call"
        " us? Then tell it to nobody."
    )
    ASKED_IN_CALL = N_(
        "{network}: got it, your request is {number}. We are asking neighbors now. More to add?"
        " Just reply. You did not call? Reply NEVER MIND {number}"
    )
    ASKED_IN_CALL_IN_QUIET = N_(
        "{network}: got it, your request is {number}. It is late, so we ask neighbors from {time}."
        " You did not call? Reply NEVER MIND {number}"
    )
    ADDED_IN_CALL = N_(
        "What you asked for in your call is part of your request {number} now. You did not call?"
        " NEVER MIND {number} closes it."
    )
    ASKED_BY_PHONE = N_(
        "{network}: we got your call. Your request is {number} and we ask neighbors now. You did"
        " not call? Reply NEVER MIND {number}"
    )
    ASKED_BY_PHONE_IN_QUIET = N_(
        "{network}: we got your call. Your request is {number} and we ask neighbors from {time}."
        " You did not call? Reply NEVER MIND {number}"
    )
    ADDED_BY_PHONE = N_(
        "Somebody called from your number and asked for more, which we added to your request"
        " {number}. You did not call? NEVER MIND {number} closes it."
    )
    CALLED_INSTEAD = N_(
        "{network}: from now on we call this number, and send no more texts, as somebody asked us"
        " there. Rather texts? Reply TEXT ME"
    )
    DONE_BY_PHONE = N_(
        "Somebody called from your number and said that {number} is done. Not so?"
        " Text YES {number} and it is yours again."
    )
    HANDED_BACK_BY_PHONE = N_(
        "Somebody called from your number and gave {number} back. We ask others now."
        " Not so? Text YES {number}"
    )
    MESSAGE_BY_PHONE = N_(
        "We have your voice message about {number}. You did not call? Write here what is true: we"
        " pass that on, too."
    )
    JOINED_BY_PHONE = N_(
        "{network}: thank you for your call, you are on our list of helpers now. You did not call?"
        " Text PAUSE and we ask you nothing."
    )
    WITHDRAWN_BY_PHONE = N_(
        "Somebody called from your number and closed your request {number}. Still need it?"
        " Just write it here."
    )

    # To somebody in danger, or who is kept apart from another.
    EMERGENCY = N_("Call {emergency} now, before anything else. They can come at once.")
    MAYBE_DANGER = N_("If somebody is hurt or in danger, call {emergency} first.")
    CRISIS = N_(
        "In danger? Call {emergency} now. You matter to us. To talk, any hour: {crisis}."
        " We are here too: what do you need today?"
    )
    CRISIS_CALL = N_(
        "In danger? Call {emergency} now, any hour. You matter to us. We are here too: what do you"
        " need today?"
    )
    HELD = N_(
        "We did not pass that on. In danger? Call {emergency}. Afraid of them? SAFE {number}: you"
        " two hear no more from each other. All fine? MEANT sends it."
    )
    HELD_WHICH = N_(
        "We did not pass that on. In danger? Call {emergency}. Reply SAFE and the number of who"
        " must keep away: {numbers}. Like this: SAFE {number}"
    )
    HELD_SPOKEN = N_(
        "We did not pass your voice message on. In danger? Call {emergency}. Afraid of them? SAFE"
        " {number} keeps you two apart."
    )
    PARTED = N_(
        "In danger? Call {emergency}. That person gets nothing from you any more; we look for"
        " somebody else for {number}. Did we misread you? UNDO {number} today."
    )
    PARTED_AFTER = N_(
        "In danger? Call {emergency}. That person gets nothing from you any more, and you two never"
        " meet through us again. Did we misread you? UNDO {number} today."
    )
    TAKEN_BACK = N_("OK, undone: you two may be brought together again.")
    REPORTED = N_(
        "Thank you for telling us. Those who look after this line hear that something went wrong,"
        " not who wrote or what. In danger? Call {emergency}."
    )
    QUIET = N_("Hi, call back when you can.")
    QUIET_BY_TEXT = N_("Hi, write back when you can.")
    OPEN_TO_YOU = N_("{number} still needs somebody. Text YES {number} if you can take it again.")
    SAFE = N_(
        "Done: nothing passes between you two any more, and we tell nobody why. Others are asked if"
        " {number} is still open. In danger? Call {emergency}."
    )
    SAFE_FROM_NOBODY = N_(
        "In danger? Call {emergency} now. You talk to nobody here just now. SAFE keeps somebody we"
        " brought you together with away from you."
    )

    # To anybody.
    LANGUAGE_SET = N_("OK, we will write to you in English.")
    LANGUAGE_NOT_SPOKEN = N_("For now we can only write in English.")
    CARRIER_HELP = N_(
        "{network}: neighbors helping neighbors. Need something? Just write it here. STOP ends our"
        " texts. In danger? Call {emergency}."
    )
    CARRIER_STOP = N_("{network}: no more texts from us. Reply START if you want them again.")
    CARRIER_START = N_(
        "{network}: welcome back! Need something? Just write it here. STOP ends our texts."
    )
    STOPPED = N_("OK, no more texts from us. Reply START if you want them again.")
    TEXTED_AGAIN = N_("OK, we text you again.")
    PIN_CODE = N_(
        "A PIN for when you call us: text CONFIRM {code} within ten minutes and it holds. We showed"
        " it to nobody. Did you not ask for it? Then do nothing."
    )
    PIN_SET = N_(
        "Your PIN holds: key it in when you call us. Tell it to nobody, and delete your text with"
        " it. PIN OFF ends it."
    )
    PIN_GONE = N_("You have no PIN any more. When you call, we text you a code instead.")
    PIN_OTHER = N_(
        "A PIN has 4 to 8 digits that nobody guesses: no row like 1234, no year, nothing of your"
        " number. Text PIN and the digits."
    )
    FORGOTTEN = N_(
        "Done: your number, name, words and voice messages are deleted here, and soon at the"
        " phone company. We keep counts, not names. You are welcome back any time."
    )
    FORGOTTEN_FOR_A_DAY = N_(
        "Done: your words are deleted here, and soon at the phone company. Your place on our list"
        " is kept for a day: text BACK to return, or FORGET ME to delete it."
    )
    FORGOTTEN_BUT_ON_A_PHONE = N_(
        "Done: your number, name and words are deleted here. The phone that brings our texts may"
        " keep some of them until we empty it. You are welcome back any time."
    )
    FORGOTTEN_FOR_A_DAY_BUT_ON_A_PHONE = N_(
        "Done: your words are deleted here; our phone may keep some. Your place on our list is kept"
        " for a day: text BACK to return, or FORGET ME to delete it."
    )
    FORGOTTEN_BUT_THERE = N_(
        "All of yours is deleted here. The phone company has not deleted its copies yet. We go on"
        " trying until it has; you need not do anything."
    )
    FORGET_CODE = N_(
        "This takes you off our list and deletes all of yours. Sure? Text CONFIRM {code} within"
        " ten minutes. Did you not ask for it? Then do nothing."
    )
    BACK_ON_THE_LIST = N_("Welcome back, {name}! You are on our list again, as before.")
    FORGET_AFTER_CLOSING = N_(
        "Gladly, but {number} is still open. Text NEVER MIND {number} to close it, then FORGET ME"
        " again and we delete everything."
    )
    FORGET_AFTER_HELPING = N_(
        "Gladly, but {number} is still yours. Text DONE {number} when finished or CANT {number}"
        " to hand it back, then FORGET ME again."
    )
    WANTS_TO_JOIN = N_("Thank you for wanting to help! To be on the list of {network}, text JOIN.")
    UNCLEAR_TO_HELPER = N_(
        "Thanks! We asked nobody because of this. Need something yourself? Start with NEED, like:"
        " need {need}. To rest: PAUSE 7 DAYS"
    )

    # Questions about the hotline.
    ANSWER_WHO = N_(
        "This is {network}: neighbors who help each other, by text. Need something? Write what and"
        " where."
    )
    ANSWER_REAL = N_(
        "{network} is real people. A computer passes texts on, a neighbor comes. Need something?"
        " Write what and where."
    )
    ANSWER_COST = N_(
        "The help is free, for anybody. Pay no one who asks for money. Need something? Write what"
        " and where."
    )
    ANSWER_PRIVACY = N_(
        "No papers, no name needed. Your words go to who says yes to helping; no neighbor sees your"
        " number. Need something? Write it."
    )
    ANSWER_PLACE = N_(
        "We have no office: neighbors come to you, or meet you nearby. Need something? Write what"
        " and where you are."
    )
    ANSWER_HOURS = N_(
        "You can write at any hour. Neighbors answer when they can, at night mostly next morning."
        " Need something? Write what and where."
    )
    ANSWER_HOW = N_(
        "Write what you need and where, like: need {need}. We ask neighbors by text until one says"
        " yes. Free, no questions."
    )

    # To stewards.
    STEWARDS_NOBODY = N_(
        "{network}: nobody is free yet for {number} ({need}, {area}). We ask again at {time}."
        " Do you know somebody who could be added?"
    )
    STEWARDS_JOIN = N_(
        "{network}: {name} wants to be on the list of helpers. If you know them, text VOUCH {code}"
    )
    STEWARDS_REFUSED = N_(
        "{network}: the phone company refuses our texts (error {code}). Nothing is lost, but"
        " texts wait until the account is mended."
    )
    STEWARDS_UNEXPLAINED = N_(
        "{network}: a text of ours did not arrive, and we do not know why (error {code}). Please"
        " look that up at the phone company."
    )
    STEWARDS_FILTERED = N_(
        "{network}: the phone company held back a text as spam (error {code}). Please look at"
        " the account before more are held back."
    )

    STEWARDS_NOT_ALLOWED = N_(
        "{network}: our account may not text one of the numbers that need us (error {code})."
        " Please look at its countries and its trial."
    )

    STEWARDS_MOST_OF_BUDGET = N_(
        "{network}: {spent} of today's {budget} text segments are used. When all are, texts wait"
        " until midnight. segments_a_day raises the limit."
    )
    STEWARDS_BUDGET_SPENT = N_(
        "{network}: all {budget} text segments of today are used, and texts wait until midnight."
        " segments_a_day raises the limit."
    )
    STEWARDS_SEGMENTS_KEPT = N_(
        "{network}: what is left of today's {budget} text segments is kept for urgent needs and"
        " people we know. Other texts wait until midnight."
    )
    STEWARDS_HELD_BACK = N_(
        "{network}: {number} ({need}, {area}) waits until {time}: what neighbors can still do is"
        " kept for urgent needs and people we know."
    )
    STEWARDS_NO_ROOM = N_(
        "{network}: {number} ({need}, {area}) waits until {time}: our phone or modem has sent what"
        " its plan bears today (texts_a_day)."
    )
    STEWARDS_CROWDED = N_(
        "{network}: many new people ask at once. All are asked about, the oldest first, a few"
        " neighbors each. OPEN lists them; CLOSE what is none."
    )
    STEWARDS_ABROAD = N_(
        "{network}: somebody wrote from a phone in {country}, where we send no texts. To answer,"
        " add it to the countries in the settings."
    )

    STEWARDS_SET_ASIDE = N_(
        "{network}: our texts no longer reach {name} (error {code}), so we ask them nothing for"
        " now. Do you know their new number?"
    )
    STEWARDS_UNREACHED = N_(
        "{network}: our texts do not reach {name}, who asked for {need} ({area}): request"
        " {number}, error {code}. Do you know them?"
    )
    STEWARDS_UNANSWERED = N_(
        '{network}: we cannot answer {sender}, who wrote: "{quote}" Nobody was asked. If it is a'
        " neighbor, can you find them?"
    )
    STEWARDS_NO_WAY_BACK = N_(
        "{network}: somebody called from a hidden number about {need} ({area}) and left no number:"
        " request {number}. Does anybody know them?"
    )

    STEWARDS_OFTEN_LEAVES = N_(
        "{network}: {name} took requests and handed them back or went silent {count} times in two"
        " weeks. Perhaps ask how they are? SUSPEND lets somebody rest."
    )
    STEWARDS_LATE = N_(
        "{network}: asking neighbors is late, since {time}. No request is lost. Please have"
        " somebody look at the machine it runs on."
    )
    STEWARDS_NOT_DELETED = N_(
        "{network}: for a day the phone company has not deleted what we are to forget. We go on"
        " trying. Please look at our account there."
    )
    STEWARDS_BROKEN_HERE = N_(
        "{network}: something on our side is broken or soon will be. Please have somebody look:"
        " the board says what it is and how to mend it."
    )
    STEWARDS_BROKEN_THERE = N_(
        "{network}: something at the phone company is broken or soon will be. Please have"
        " somebody look: the board says what it is and how to mend it."
    )
    STEWARDS_LOOK_AT_CHANNEL = N_(
        "{network}: please look at {channel}. Is it on, charged and in reach? The board says what"
        " is wrong and how to mend it."
    )
    STEWARDS_SILENT = N_(
        "{network}: no text and no call came in for hours, though there always are some at this"
        " time. Could you text us to see if it works?"
    )
    STEWARDS_SILENT_AREA = N_(
        "{network}: we have never gone so long with nothing from {area}. Could you ask somebody"
        " there whether they can still reach us?"
    )
    TRYING_OUT = N_(
        "{network}: this is a test. Please reply HI, so that we see your texts come in. A test"
        " call may follow."
    )
    STEWARDS_ON_TIME = N_("{network}: asking neighbors works again. What waited is being done now.")

    # To whom it concerns, when a steward looks after a request or lets somebody rest.
    CLOSED_BY_STEWARDS = N_(
        "The people who run {network} closed your request {number}. Still need it, or something"
        " else? Just write it here."
    )
    OPENED_AGAIN = N_(
        "The people who run {network} opened your request {number} again. We are asking neighbors."
        " No longer needed? Reply NEVER MIND {number}"
    )
    CORRECTED = N_(
        "Your request {number} now says: {need}, {area}. We ask neighbors for that. Not right?"
        " Just write it here."
    )
    ASSIGNED = N_(
        "The people who run {network} put you down for {number}. If you cannot: CANT {number}"
        " and we ask others. Here it is:"
    )
    ASKING_OTHERS = N_(
        "{number} is open again and we ask others now. Thank you for all you did! Can you after"
        " all? YES {number}"
    )
    LET_REST = N_(
        "The people who run {network} let you rest: we ask you nothing until you text BACK."
    )
    LET_CARRY = N_(
        "The people who run {network} let you have {count} requests at a time, for a day. You need"
        " not. Thank you!"
    )
    LET_REST_UNTIL = N_(
        "The people who run {network} let you rest: we ask you nothing until {day}. Ready before"
        " that? Text BACK."
    )

    # To a steward who looks after requests.
    STEWARDS_WORDS = N_(
        "OPEN, WHO 12, CLOSE 12, REOPEN 12, AREA 12 {area}, NEED 12 {key}, ASSIGN 12 Ana,"
        " PAUSE Ana 3d. For yourself: ASK and what you need."
    )
    STEWARDS_WORDS_PEOPLE = N_(
        "About helpers: PAUSE Ana 3d, CARRY Ana 8 (requests at a time, for a day), SUSPEND Ana,"
        " REMOVE Ana, RESTORE Ana."
    )
    STEWARDS_DID_YOU_MEAN = N_(
        "We did nothing: did you mean {example}? HELP STEWARD tells all words. Need something"
        " yourself? Text ASK and what it is."
    )
    STEWARDS_UNCLEAR = N_(
        "We are not sure what you mean, and asked nobody. HELP STEWARD tells your words. Need"
        " something yourself? Text ASK and what it is."
    )
    STEWARDS_ALL_OPEN = N_("{count} open: {open}. WHO {number} tells more, YES {number} takes it.")
    STEWARDS_NO_SUCH = N_("We have no request {number}. OPEN tells what is open.")
    STEWARDS_OPEN = N_("{number}: {name} asks for {need} ({area}), {ago}. Nobody has it yet.")
    STEWARDS_SOME = N_("{number}: {name} asks for {need} ({area}), {ago}. On it: {names}.")
    STEWARDS_DONE = N_("{number}: {name} asked for {need} ({area}), {ago}. It is done.")
    STEWARDS_OVER = N_("{number}: {name} asked for {need} ({area}), {ago}. It is closed.")
    STEWARDS_CLOSED = N_(
        "{number} is closed. Whoever asked, and whoever had it, is told. REOPEN {number} undoes it."
    )
    STEWARDS_OPENED = N_(
        "{number} is open and we ask neighbors. Whoever asked is told. CLOSE {number} undoes it."
    )
    STEWARDS_CORRECTED = N_("{number} now says: {need}, {area}. We ask whoever fits.")
    STEWARDS_ASKED_ANEW = N_("We ask about {number} anew now, everybody who fits.")
    STEWARDS_ASKED_PERSON = N_("We ask {name} about {number} now.")
    STEWARDS_ASKED_ALREADY = N_("{name} was asked about {number} already, not long ago.")
    STEWARDS_CANNOT_MERGE = N_(
        "{number} and {other} are not both open and of one person. Close one of them instead."
    )
    STEWARDS_ASSIGNED = N_(
        "{name} has {number} now. Both sides are told. REOPEN {number} undoes it."
    )
    STEWARDS_TAKEN = N_("{number} is with {names}. To ask others, text REOPEN {number} first.")
    STEWARDS_ALL_DELETED = N_(
        "Whoever asked for {number} had everything deleted, so it cannot be opened again."
    )
    STEWARDS_SAFE = N_(
        "{network}: SAFE was said about {number}. The two are kept apart from now on. Please look"
        " after it."
    )
    STEWARDS_TAKEN_BACK = N_(
        "{network}: what was said about {number} is taken back. The two may meet again. Please ask"
        " whether all is well."
    )
    STEWARDS_DANGER = N_(
        "{network}: {number} may be an emergency. They were given the number to call. Please look"
        " after it."
    )
    STEWARDS_REPORTED = N_(
        "{network}: somebody wrote that one of our helpers did wrong. Who and what stays private."
        " Please ask around how it goes."
    )
    STEWARDS_APART = N_("{name} cannot take {number}: they are kept apart from somebody there.")
    STEWARDS_CHANNEL_FULL = N_(
        "{network}: {channel} took the {count} texts that it takes in a day. What is left waits"
        " until midnight."
    )
    STEWARDS_CHANNEL_FULL_OTHER = N_(
        "{network}: {channel} took the {count} texts that it takes in a day. The others leave by"
        " {fallback} until midnight."
    )
    STEWARDS_CHANNEL_SILENT = N_(
        "{network}: {channel} does not take our texts, so they wait. Is it on, charged and in"
        " reach? The hotline tries again and again."
    )
    STEWARDS_CHANNEL_SILENT_OTHER = N_(
        "{network}: {channel} does not take our texts. They leave by {fallback} now. Is it on,"
        " charged and in reach?"
    )
    STEWARDS_STOPPED = N_("{name} said STOP to our texts, so we cannot give them {number}.")
    STEWARDS_AWAY = N_("Our texts do not reach {name}, so we cannot give them {number}.")
    STEWARDS_RESTS = N_("{name} is resting, so we do not give them {number}. BACK ends the rest.")
    STEWARDS_BUSY = N_("{name} has {other} already, so we do not give them {number}.")
    STEWARDS_FULL = N_(
        "{name} was asked as often as they want today, so we do not give them {number}."
    )
    STEWARDS_THEIRS = N_("{name} asked for {number} themselves. Please choose somebody else.")
    STEWARDS_WHOM = N_("Nobody on the list is called {words}.")
    STEWARDS_WHICH = N_("Which one: {people}? Put the number behind the name, like {example}")
    STEWARDS_RESTING = N_("{name} is asked nothing until they text BACK, and knows it.")
    STEWARDS_RESTING_UNTIL = N_("{name} is asked nothing until {day}, and knows it.")
    STEWARDS_CARRIES = N_(
        "{name} can have {count} requests at a time, for a day, and knows it. {example} undoes it."
    )
    STEWARDS_CARRIES_NO_MORE = N_("{name} can have as many requests as others again.")
    STEWARDS_VOUCHED = N_("{name} is on our list now, and knows it. {example} undoes it.")
    STEWARDS_CONFIRM_CARRY = N_(
        "Let {name} have {count} requests at a time, for a day? Then text CONFIRM {code} within ten"
        " minutes. Did you not ask for this? Then do nothing."
    )
    STEWARDS_CONFIRM_VOUCH = N_(
        "Put {name} on the list? Then text CONFIRM {code} within ten minutes. Did you not ask for"
        " this? Then do nothing."
    )
    STEWARDS_CONFIRM_REMOVE = N_(
        "Take {name} off the list? Then text CONFIRM {code} within ten minutes. Did you not ask"
        " for this? Then do nothing."
    )
    STEWARDS_CONFIRM_SUSPEND = N_(
        "Let {name} help nobody for now? Then text CONFIRM {code} within ten minutes. Did you not"
        " ask for this? Then do nothing."
    )
    STEWARDS_CONFIRM_RESTORE = N_(
        "Let {name} help again? Then text CONFIRM {code} within ten minutes. Did you not ask for"
        " this? Then do nothing."
    )
    NO_SUCH_CODE = N_("That code does not fit, or no longer. Please begin once more.")
    STEWARDS_REMOVED = N_(
        "{name} is off the list and cannot come back by themselves. What they had goes on to"
        " others. {example} undoes it."
    )
    STEWARDS_SUSPENDED = N_(
        "{name} helps nobody for now. What they had goes on to others. {example} undoes it."
    )
    STEWARDS_RESTORED = N_("{name} is on the list and can help again.")
    STEWARDS_BROUGHT = N_("{name} brought to the list: {people}")


class AutomaticAnswer(StrEnum):
    """What the carrier is to answer in our place, each one segment with a usual name."""

    HELP = Sentence.CARRIER_HELP.value
    STOP = Sentence.CARRIER_STOP.value
    START = Sentence.CARRIER_START.value


class Part(StrEnum):
    """What goes into sentences."""

    SOMEBODY = N_("a neighbor")
    ANYWHERE = N_("anywhere")
    ANYTHING = N_("anything")
    ANY_AREA = N_("any area")
    ANY_TIME = N_("any time")
    HELP = N_("help")
    JUST_NOW = N_("just now")
    AND_MORE = N_("{need} and more")
    TIME_PATTERN = N_("h:mma")
    FULL_HOUR_PATTERN = N_("ha")
    PICTURE = N_("[a picture]")
    VIDEO = N_("[a video]")
    CONTACT = N_("[a contact]")
    PLACE = N_("[a place on the map]")
    FILE = N_("[a file]")
    RECORDING = N_("[a voice message]")


class Detail(StrEnum):
    """What a request is about, by the keys of `hotline.needs.KINDS` and `hotline.details`: for
    volunteers, where the network has no words of its own."""

    FOOD = N_("food")
    WATER = N_("water")
    MEDICINE = N_("medicine")
    MEDICAL = N_("medical help")
    HYGIENE = N_("soap and hygiene")
    SHELTER = N_("shelter")
    CLOTHING = N_("clothes")
    RIDE = N_("a ride")
    CHILDCARE = N_("childcare")
    BABY = N_("baby things")
    MONEY = N_("help with a bill")
    REPAIRS = N_("a repair")
    COMPANY = N_("some company")
    LEGAL = N_("legal help")
    PETS = N_("pet care")
    MOVING = N_("moving help")
    INTERNET = N_("phone or internet")
    TRANSLATION = N_("an interpreter")
    DIAPERS = N_("diapers")
    WIPES = N_("wipes")
    FORMULA = N_("formula")
    CRIB = N_("crib")
    STROLLER = N_("stroller")
    CAR_SEAT = N_("car seat")
    BABY_CLOTHES = N_("baby clothes")
    WHEELCHAIR = N_("wheelchair")
    WALKER = N_("walker")
    COAT = N_("coat")
    SHOES = N_("shoes")
    BOOTS = N_("boots")
    BLANKETS = N_("blankets")
    BED = N_("bed")
    TENT = N_("tent")
    HEATER = N_("heater")
    FRIDGE = N_("fridge")
    STOVE = N_("stove")
    FURNITURE = N_("furniture")
    TRUCK = N_("truck")
    DOG_FOOD = N_("dog food")
    CAT_FOOD = N_("cat food")
    PHONE = N_("phone")
    CHARGER = N_("charger")
    BOTTLED_WATER = N_("bottled water")
    HOT_MEAL = N_("hot meal")
    STAIRS = N_("stairs")
    LOCK = N_("lock")
    WITH_SIZE = N_("{thing} size {size}")
    FOR_PEOPLE = N_("{count} people")
    TODAY = N_("today")
    TONIGHT = N_("tonight")
    TOMORROW = N_("tomorrow")
    MON = N_("Mon")
    TUE = N_("Tue")
    WED = N_("Wed")
    THU = N_("Thu")
    FRI = N_("Fri")
    SAT = N_("Sat")
    SUN = N_("Sun")


_WRITTEN: Mapping[Told, Sentence] = {it: Sentence[it.name] for it in Told}


_TOPICS: Mapping[Told, str] = {
    Told.ANSWER_WHO: "who",
    Told.ANSWER_REAL: "real",
    Told.ANSWER_COST: "cost",
    Told.ANSWER_PRIVACY: "privacy",
    Told.ANSWER_PLACE: "place",
    Told.ANSWER_HOURS: "hours",
    Told.ANSWER_HOW: "how",
}
"""Where a network's own answer stands in its `[answers]`."""

LONGEST_LIST = 30  # letters; of more than one name
# 911 is no "nine hundred and eleven"
DIGIT_BY_DIGIT = {"number", "digits", "emergency", "crisis", "code"}


def load(languages: Sequence[str]) -> dict[str, Translations]:
    """Read the catalogues of these languages. Sentences missing in one stay English."""
    return {language: _catalogue(language) for language in languages}


@cache
def _catalogue(language: str) -> Translations:
    """Compiled once in a process: that takes a while, and nobody changes it."""
    path = resources.files("hotline") / "catalogues" / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return Translations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=language))
    compiled.seek(0)
    return Translations(compiled)


def kind_called(kind: str, language: str) -> str:
    """What people call a need of `hotline.needs.KINDS` where a network does not name it itself."""
    return str(_catalogue(language).gettext(str(Detail[kind.upper()])))


@dataclass(frozen=True, slots=True)
class SentenceShown:
    """A text as it stands here, where in `[answers]` the network can say it otherwise, and how it
    does."""

    ours: str
    topic: str
    own: str


@dataclass(frozen=True)
class Speech:
    """One network's way of saying every sentence in each of its languages."""

    network: Network
    catalogues: Mapping[str, Translations]

    def say(self, it: Notice, language: str) -> str:
        """The text as it is sent, in one segment where cutting names at a word allows that."""
        language = self.spoken(language)
        if own := self._own_answer(it.what, language):
            return own
        template = self._template(_WRITTEN[it.what], language)
        text = ""
        for values in self._ever_shorter(it.values, language):
            text = template.format(**values)
            if segments.count(text) <= 1:
                break
        return text

    def sentences(self, language: str) -> list[SentenceShown]:
        """Every text there is, with gaps for what goes into it, in the order of the first."""
        return [
            SentenceShown(
                self._template(_WRITTEN[it], language),
                _TOPICS.get(it, ""),
                self._own_answer(it, language) or "",
            )
            for it in Told
        ]

    def written(self, words: str, language: str) -> str:
        """What is written by these English words, which are no notice's, with the network's name
        and the emergency number in it: in one segment where cutting the name allows that."""
        template, emergency = self._template(words, self.spoken(language)), self._emergency
        names = shorter_names(self.network.name)
        every = [template.format(network=name, emergency=emergency) for name in names]
        return next((it for it in every if segments.count(it) <= 1), every[0])

    def in_words(self, words: str, language: str) -> str:
        """What is said or written by these English words, with gaps for what goes into it."""
        return self._template(words, language)

    def _own_answer(self, what: Told, language: str) -> str | None:
        """What the network itself says to a question about it."""
        topic = _TOPICS.get(what)
        return getattr(self.network.answers, topic).get(language) if topic else None

    def speak(self, words: str, values: Mapping[str, object], language: str) -> str:
        """What is said on the phone: whole, with numbers digit by digit. `words` are English, with
        the same values as a notice."""
        language = self.spoken(language)
        said = {name: self._value(name, value, language) for name, value in values.items()}
        said.setdefault("network", self.network.name)
        said.setdefault("emergency", self._emergency)
        for name in DIGIT_BY_DIGIT & said.keys():
            said[name] = " ".join(str(said[name]))
        if isinstance(details := values.get("details"), Details):
            about = self._about(details, language, is_spoken=True)
            said["need"] = ", ".join([str(said["need"]), *about])
        return self._template(words, language).format(**said)

    def part(self, part: Part, language: str | None) -> str:
        return self._template(part, self.spoken(language))

    def spoken(self, language: str | None) -> str:
        """The language itself if this network speaks it, else its first one."""
        known = self.network.languages
        return language if language in known else known[0]

    @property
    def _emergency(self) -> str:
        network = self.network
        return network.danger.emergency or phone.emergency_number(network.country)

    def _template(self, words: str, language: str) -> str:
        return str(self.catalogues[language].gettext(str(words)))

    def _ever_shorter(
        self, values: Mapping[str, object], language: str
    ) -> Iterator[dict[str, object]]:
        spoken = {name: self._value(name, value, language) for name, value in values.items()}
        spoken.setdefault("network", self.network.name)
        spoken.setdefault("emergency", self._emergency)
        in_detail = self._in_detail(values, language)
        spoken |= in_detail[0]
        yield spoken
        names = shorter_names(str(spoken["network"]))
        needs = values.get("need")
        tries = [{**spoken, **some, "network": name} for some in in_detail for name in names]
        spoken |= in_detail[-1]
        if isinstance(needs, tuple) and len(needs) > 1:
            first = self._called(needs[0], language)
            brief = self._template(Part.AND_MORE, language).format(need=first)
            tries += [{**spoken, "network": name, "need": brief} for name in names]
        shown = values.get("open")
        if isinstance(shown, tuple):
            fewer = (shown[:count] for count in range(len(shown) - 1, 0, -1))
            tries += [{**spoken, "open": self._shown(some, language)} for some in fewer]
        if "hours" in values:
            tries.append({**spoken, "hours": textwrap.shorten(str(values["hours"]), 29)})
        # What the network is called matters more than the second need, but not as one word.
        yield from sorted(tries, key=lambda one: " " not in str(one["network"]))

    def _in_detail(self, values: Mapping[str, object], language: str) -> list[dict[str, str]]:
        """What details make of the age, with ever fewer of them."""
        details, ago = values.get("details"), values.get("ago")
        if not isinstance(details, Details) or not isinstance(ago, timedelta):
            return [{}]
        said, age = self._about(details, language), self._ago(ago, language)
        return [{"ago": ", ".join([*said[:count], age])} for count in range(len(said), -1, -1)]

    def _about(self, details: Details, language: str, *, is_spoken: bool = False) -> list[str]:
        """When, which things, and for how many."""
        things = [self._thing(it, language) for it in details.things]
        people = self._template(Detail.FOR_PEOPLE, language).format(count=details.people)
        when = self._when(details, language, is_spoken=is_spoken)
        return [it for it in (when, *things, people if details.people > 1 else "") if it]

    def _thing(self, thing: str, language: str) -> str:
        name, _, size = thing.partition(":")
        called = self._template(Detail[name.upper()], language)
        if not size:
            return called
        return self._template(Detail.WITH_SIZE, language).format(thing=called, size=size.upper())

    def _when(self, details: Details, language: str, *, is_spoken: bool) -> str:
        """The day, and the hour if that was said: "Tue 6am", "tonight"; on the phone "Tuesday
        6am"."""
        day = details.day
        if is_spoken and day and day not in NEAR_DAYS:
            said = [_weekday(date.fromisoformat(day), language)]
        else:
            if day and day not in NEAR_DAYS:
                day = WEEKDAYS[date.fromisoformat(day).weekday()]
            said = [self._template(Detail[day.upper()], language)] if day else []
        if details.hour:
            said.append(self._clock(time.fromisoformat(details.hour), language))
        return " ".join(said)

    def _value(self, name: str, value: object, language: str) -> object:
        match name, value:
            case "need", tuple():
                return self._needs(value, language)
            case "area", None:
                return self._template(Part.ANYWHERE, language)
            case "can", tuple():
                called = [self._called(need, language) for need in value]
                return self._some(called, Part.ANYTHING, language)
            case "open", tuple():
                return self._shown(value, language)
            case "areas", tuple():
                return self._some(value, Part.ANY_AREA, language)
            case "hours", "":
                return self._template(Part.ANY_TIME, language)
            case "name", None:
                return self._template(Part.SOMEBODY, language)
            case "names", tuple():
                somebody = self._template(Part.SOMEBODY, language)
                return _list([name or somebody for name in value], language)
            case "numbers", tuple():
                return _list([str(number) for number in value], language)
            case "time", datetime():
                return self._time(value, language)
            case "day", datetime():
                return self._day(value, language)
            case "ago", timedelta():
                return self._ago(value, language)
            case _:
                return value

    def _called(self, need: str, language: str) -> str:
        if known := self.network.need(need):
            return known.called(language)
        kind = Detail[need.upper()] if need in KINDS else Part.HELP
        return self._template(kind, language)

    def _needs(self, needs: tuple[str, ...], language: str) -> str:
        called = [self._called(need, language) for need in needs]
        return _list(called, language) if called else self._called("", language)

    def _shown(self, requests: Iterable[tuple[Any, ...]], language: str) -> str:
        """Number, first need, area and age of each, as short as can be."""
        return "; ".join(
            ", ".join(
                filter(None, (f"{number} {self._needs(needs[:1], language)}", area, _age(ago)))
            )
            for number, needs, area, ago in requests
        )

    def _some(self, names: Sequence[str], none: Part, language: str) -> str:
        """All of them if they are short, else the first."""
        every = _list(names, language) if names else self._template(none, language)
        if len(names) < 2 or len(every) <= LONGEST_LIST:
            return every
        return f"{names[0]}, ..."

    def _time(self, moment: datetime, language: str) -> str:
        return self._clock(moment.astimezone(self.network.zone).time(), language)

    def _clock(self, at: time, language: str) -> str:
        pattern = Part.TIME_PATTERN if at.minute else Part.FULL_HOUR_PATTERN
        return format_time(at, self._template(pattern, language), locale=language).lower()

    def _day(self, moment: datetime, language: str) -> str:
        """Day and month: the Spanish for Wednesday and Saturday costs a segment."""
        local = moment.astimezone(self.network.zone)
        if months := phrasebook.said("months", language):
            (pattern,) = phrasebook.said("day", language)
            first = phrasebook.said("first", language)
            day = first[0] if first and local.day == 1 else local.day
            return pattern.format(day=day, month=months[local.month - 1])
        return str(format_skeleton("MMMMd", local, locale=language))

    def _ago(self, since: timedelta, language: str) -> str:
        """In minutes, then in hours however many: the Spanish for "day" costs a segment."""
        if since < timedelta(minutes=1):
            return self._template(Part.JUST_NOW, language)
        unit: Literal["minute", "hour"] = "minute" if since < timedelta(minutes=90) else "hour"
        if phrasebook.said("ago_minute", language):
            return _ago_told(since, unit, language)
        return format_timedelta(
            -since, granularity=unit, threshold=math.inf, add_direction=True, locale=language
        )


def _weekday(day: date, language: str) -> str:
    """Its whole name, from the words of a language that Babel does not know."""
    names = phrasebook.said("weekday_names", language)
    return names[day.weekday()] if names else format_date(day, "EEEE", locale=language)


def _ago_told(since: timedelta, unit: Literal["minute", "hour"], language: str) -> str:
    """In the words of a language that Babel does not know."""
    count = round(since / timedelta(**{f"{unit}s": 1}))
    (words,) = phrasebook.said(f"ago_{unit}" if count == 1 else f"ago_{unit}s", language)
    return words.format(count=count)


def _list(names: Sequence[str], language: str) -> str:
    """The names with "and" before the last, from the words of a language that Babel does not
    know, if need be."""
    link = phrasebook.said("and", language)
    if not link or len(names) < 2:
        return format_list(names, locale=language)
    return f"{', '.join(names[:-1])} {link[0]} {names[-1]}"


def _age(since: timedelta) -> str:
    minutes = int(since.total_seconds() // 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h"


def shorter_names(name: str) -> list[str]:
    """The name, then cut after ever fewer of its words, for texts that must fit a segment.

    No cut ends in a small word: "Maple and Main" becomes "Maple", not "Maple and".
    """
    words = name.split()
    cuts = [words[:count] for count in range(len(words) - 1, 0, -1)]
    return [name, *(" ".join(cut) for cut in cuts if not cut[-1].islower())]
