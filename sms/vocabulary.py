"""The words that people steer us with (YES, STOP, STATUS, JOIN), and what they offer, as plain
data: in English, and with what each language's words.tsv adds (`heard`). What people need is not
here: see `hotline.needs`, and a network's own `[[needs]]`.

All are written as `reading.fold` leaves them: lower case, without accents and apostrophes. They
are understood from everybody, whatever language we answer in. The carrier's own words (STOP,
START, HELP and what else CARRIER rules name) are here too, and none of them is a command of ours.
"""

from collections.abc import Mapping

from hotline.phrasebook import by_language, heard


def _added_to(row: str, known: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """What is known of each language, and what its words.tsv adds."""
    more = by_language(row)
    return {
        code: frozenset(known.get(code, ())).union(more.get(code, ()))
        for code in dict.fromkeys((*known, *more))
    }


# What the carrier takes for itself: https://www.twilio.com/docs, "default opt-out keywords".
STOP = {
    *("stop", "stopall", "stop all", "unsubscribe", "end", "quit", "cancel", "revoke"),
    *("optout", "opt out"),
}
START = {"start", "unstop"}
CARRIER_HELP = {"help", "info"}
# Said by people who mean STOP; the carrier does not know these, so we confirm them ourselves.
STOP_IN_OTHER_WORDS = {
    *heard("stop"),
    *("stop texting me", "stop texting", "stop messaging me", "unsubscribe me", "remove me"),
    *("take me off", "take me off the list", "no more texts", "dont text me", "do not text me"),
    *("dont text me anymore", "leave me alone"),
    *("stop", "stop it", "stop this"),  # politely: "stop please" is no word of the carrier's
}
# The same as a sentence among others.
STOP_SENTENCES = {
    *("stop", "stop it", "stop this", "stop now", "stop texting me", "stop texting", "just stop"),
    *("i said stop", "unsubscribe", "stop the texts", "stop these texts", "stop messaging me"),
    *(it for it in heard("stop") if " " not in it),
}
PLEASE = ("please", "pls", "plz", *sorted(heard("please")))

STATUS = {
    *heard("status"),
    *("status", "my status", "status please", "any news", "update", "any update", "any updates"),
}
WITHDRAW = {
    *heard("withdraw"),
    *("never mind", "nevermind", "nvm", "no longer needed", "no longer need", "not needed"),
    *("not needed anymore", "dont need it", "dont need it anymore", "dont need help anymore"),
    *("i no longer need", "i dont need it anymore", "we no longer need", "forget it"),
    *("cancel my request", "cancel request", "close my request", "withdraw"),
    "cancel",  # with a number; CANCEL alone is the carrier's STOP
}
JOIN = {
    *heard("join"),
    *("join", "i want to help", "i want to volunteer", "volunteer", "sign me up", "can i help"),
    "how can i help",
}
_GOODS = (
    *("food", "groceries", "meals", "clothes", "blankets", "diapers", "water", "milk", "formula"),
    *("supplies", "bread", "rice", "vegetables", "masks", "toys", "furniture"),
)
# Said by people who have something to give, if nothing follows but what is in OFFERED: whoever
# says more than that may well need something.
OFFERS = {
    *heard("offers"),
    *(f"{we} {can}" for we in ("i", "we") for can in ("can help", "can volunteer", "can donate")),
    *(f"{we} can {make}" for we in ("i", "we") for make in ("cook", "give rides", "drive people")),
    *(
        f"{we} have {more} {it}"
        for we in ("i", "we")
        for more in ("extra", "spare")
        for it in _GOODS
    ),
    *(
        f"{we} can {give} {it}"
        for we in ("i", "we")
        for give in ("donate", "share")
        for it in _GOODS
    ),
    *(f"{we} would like to {help_}" for we in ("i", "we") for help_ in ("help", "volunteer")),
    *("id like to help", "id like to volunteer", "i want to help", "i want to volunteer"),
    *("we want to help", "happy to help", "im happy to help", "i am happy to help"),
}
OFFERED = {
    *_GOODS,
    *heard("goods"),
    *heard("offered"),
    *("a", "and", "the", "some", "to", "too", "also", "out", "for", "with", "give", "share"),
    *("donate", "people", "neighbors", "families", "others", "seniors", "everybody", "everyone"),
    *("you", "your", "who needs it", "in need", "today", "tonight", "tomorrow", "this week"),
    *("on weekends", "after work", "anytime", "any time", "dinner", "lunch", "dishes", "rides"),
    *("cook", "cooking", "driving", "deliveries", "thanks", "thank"),
}
THANKS = {"thanks", "thank", "thx", "ty", *heard("thanks")}
EMERGENCY = frozenset({"911", "112", "999", "sos"})  # and that of the network's country
DONE = {
    *heard("done"),
    *("done", "all done", "finished", "completed", "its done", "delivered"),
}
# A language's name, as its own speakers and others write it -> what we call it.
LANGUAGES = {
    **{name: code for code, names in by_language("language").items() for name in names},
    **dict.fromkeys(("english", "in english", *heard("english")), "en"),
}

YES = {
    *heard("yes"),
    *("yes", "yes please", "y", "yeah", "yea", "yep", "yup", "yess", "yesss", "ye", "sure"),
    *("sure thing", "yes maam", "yes sir", "ill take", "i will take"),
    *("ok", "okay", "okey", "k", "kk", "take", "take it", "ill take it", "i will take it"),
    *(
        "i can",
        "i can do it",
        "i can help",
        "i can take it",
        "i can do this",
        "i can do that",
        "ill do it",
        "i will",
        "i got it",
    ),
    *("i got this", "ive got it", "on it", "im on it", "absolutely", "of course", "certainly"),
    *("no problem", "accept", "accepted", "count me in", "im in", "will do", "happy to"),
    *("\N{THUMBS UP SIGN}", "\N{OK HAND SIGN}", "\N{WHITE HEAVY CHECK MARK}"),
    *("\N{HEAVY CHECK MARK}", "\N{RAISED HAND}", "\N{HAPPY PERSON RAISING ONE HAND}"),
}
# Said in passing too: with a question behind them they are no promise.
WEAK_YES = {"ok", "okay", "okey", "k", "kk", "y", "ye", "take", *heard("weak_yes")}
# Answers when they stand alone: "take me home", "k pasa" and "y tengo hambre" are none.
YES_ALONE = {"y", "ye", "k", "kk", "take"}
NO = {
    *heard("no"),
    *("no", "n", "nope", "nah", "no thanks", "no thank you", "no sorry", "not now", "not today"),
    *("not tonight", "not me", "not this time", "sorry", "sorry no", "im sorry", "pass"),
    *("i pass", "ill pass", "busy", "im busy", "unavailable", "not available", "at work"),
    *("im at work", "decline", "skip", "i wont", "wont be able"),
    *("\N{THUMBS DOWN SIGN}", "\N{CROSS MARK}", "\N{NEGATIVE SQUARED CROSS MARK}"),
}
_CANT = ("cant", "i cant", "cannot", "i cannot", "can not", "i can not")
_DO_IT = ("make it", "make", "come", "go", "help", "do", "do it", "do this", "take", "take it")
# No to a question; from somebody who took a request: "I give it back".
HAND_BACK = {
    *heard("hand_back"),
    *("no i cant", "no cant", "no i cannot"),
    *_CANT,
    *(f"{cant} {do_it}" for cant in _CANT for do_it in _DO_IT),
    *("sorry cant", "sorry i cant", "sorry i cant make it"),
    *("hand back", "hand it back", "give back", "give it back", "drop", "drop it"),
    *("unable", "im unable", "unable to help", "unable to make it"),
}
# Words that are a yes and, as many write them, an "if": "si" without its accent in Spanish, in
# French, and in Kreyol, where yes is "wi". With one of AFTER_IF or a yes behind it, it is a yes.
MAY_BE_IF = heard("if")
AFTER_IF = heard("after_if")
# What begins like a NO and is none: "hindi ako ang", it was not I who.
NOT_NO = heard("not_no")
# What may follow a bare NO for it to be an answer: "no but …", "no I …". "No food" is a need.
AFTER_NO = {
    *heard("after_no"),
    *("but", "i", "im", "ill", "sorry", "thanks", "thank", "not", "cant", "can", "maybe", "today"),
    *("tonight", "tomorrow", "way", "because", "only", "unfortunately", "too", "its", "we", "my"),
}
# What may follow a CAN'T in the same breath. "I can't breathe" and "can't find your door" are no
# answers.
AFTER_CANT = {
    *heard("after_cant"),
    *("today", "tonight", "tomorrow", "now", "right", "anymore", "this", "it", "because", "but"),
    *("sorry", "unfortunately", "after", "at", "thanks", "thank"),
}
# In front of an answer, and no part of it.
BEFORE_ANSWER = {
    *heard("before_answer"),
    *("reply", "hi", "hello", "hey", "well", "so", "oh", "um"),
}
# What a text may begin and end with besides what it says.
COURTESY = {
    *heard("courtesy"),
    *("hi", "hello", "hey", "ok", "okay", "please", "pls", "plz", "just", "yo", "sorry", "um"),
    *("well", "so", "thanks", "thank", "you", "no", "and", "but", "guys"),
}
COURTESY_BEHIND = COURTESY | {
    *heard("courtesy_behind"),
    *("now", "already", "asap", "immediately", "sir"),
}
BEFORE_NUMBER = {
    *heard("before_number"),
    *("request", "number", "num", "to", "for", "the", "take", "do"),
}
# In front of a number, and no word of its own: "nr 12". The others are a NO without their sign.
MARKS = {"n\u00ba", "n \u00ba", "nr", "num", *heard("number")}
MARKS_BY_SIGN = {"n", "n o", "no"}
# With which our pages ask to be answered.
YES_ON_PAGES = frozenset({"yes"}) | heard("page_yes")
NO_ON_PAGES = frozenset({"no"}) | heard("page_no")
# Copied from the page along with the word to reply with.
COPIED = {
    "to take it",
    "to take",
    "to pass",
    "please",
    *heard("copied"),
}

# Said without asking for anything.
SMALL_TALK = _added_to(
    "small_talk",
    {
        "en": {
            *(
                "hi",
                "hello",
                "hey",
                "hiya",
                "yo",
                "good",
                "morning",
                "afternoon",
                "evening",
                "night",
            ),
            *("day", "there", "thanks", "thank", "you", "thx", "ty", "tysm", "much", "very", "so"),
            *(
                "great",
                "cool",
                "nice",
                "bye",
                "goodbye",
                "test",
                "testing",
                "what",
                "who",
                "is",
                "this",
            ),
            *("are", "how", "hows", "it", "going", "dear", "sir", "madam", "everybody", "everyone"),
            *(
                "all",
                "welcome",
                "god",
                "bless",
                "lol",
                "haha",
                "hmm",
                "wrong",
                "number",
                "whats",
                "up",
            ),
            *("awesome", "perfect", "many", "a", "lot", "again", "really", "for", "your", "help"),
        },
    },
)
# These alone or among others make words ask for something. "Thanks for your help" does not.
ASKING = _added_to(
    "asking",
    {
        "en": {
            *("need", "needs", "needed", "want", "please", "looking", "lost", "hungry", "urgent"),
            *(
                "emergency",
                "desperate",
                "stuck",
                "stranded",
                "somebody",
                "someone",
                "anybody",
                "anyone",
            ),
        },
    },
)
# Enough to tell a language by when no need word does.
HINTS = _added_to(
    "hints",
    {
        "en": {
            *("the", "and", "with", "for", "my", "we", "have", "from", "our", "children", "kids"),
            *("i", "can", "you", "it", "is", "at", "in"),
        },
    },
)
# Of these, what is also said without asking for anything of one's own.
ASKING_IN_PASSING = {
    *("please", "want", "looking", "somebody", "someone", "anybody", "anyone", "needed"),
    *heard("asking_in_passing"),
}
# In front of a text each of these makes it a request, not an answer; but for what stands behind it
# in its own language: then it is for whoever comes, and nothing new.
_FOR_WHO_COMES = _added_to(
    "need_of_others",
    {"en": {"you to", "u to", "it by", "it before", "it to", "this to"}},
)
NEED = {
    word: _FOR_WHO_COMES.get(code, frozenset())
    for code, words in _added_to("need", {"en": {"need"}}).items()
    for word in words
}
# To the question how it went.
NOT_YET = {
    *heard("not_yet"),
    *("not yet", "no not yet", "not done", "not done yet", "its not done", "not really"),
    "not finished",
}
# Counted out in front of one of PEOPLE, right behind one of these: "need 3 people". "Food for 3
# people" is no count of those who are to come.
COUNTING = {
    *heard("counting"),
    *("need", "needs", "want", "want about", "need about", "need at least", "looking for"),
}
COUNTS = {
    **{str(count): count for count in range(2, 10)},
    **dict(zip(("two", "three", "four", "five", "six"), range(2, 7), strict=True)),
    **{it: count for some in by_language("counts").values() for count, it in enumerate(some, 2)},
}
PEOPLE = {
    *heard("people"),
    *("people", "persons", "neighbors", "neighbours", "volunteers", "helpers", "hands", "guys"),
    *("men", "women", "strong people", "more people", "other people", "pairs of hands"),
}
_VERBS = {
    **{it: it for it in ("open", "who", "close", "reopen", "assign", "pause", "carry", "remove")},
    **{it: it for it in ("suspend", "restore", "confirm")},
    "area": "area",
    "steward_area": "area",
    "steward_need": "need",
    "steward_help": "help",
}
# What a steward orders, in front of the number of a request or somebody's name.
STEWARD_VERBS = {
    **{it: verb for row, verb in _VERBS.items() for it in heard(row)},
    **{it: it for it in ("area", "need", "help", *_VERBS) if "_" not in it},
}
# In front of what a steward needs for themselves.
ASK = {"ask", *heard("ask")}
# What a phone writes for a tap on a text, in front of that text in quotes; two dots stand for a
# sign or a word of its own: "reacted .. to".
REACTION = {
    *heard("reaction"),
    *("liked", "loved", "disliked", "laughed at", "emphasized", "emphasised", "questioned"),
    *("reacted .. to", "reacted with .. to", "removed .. from"),
}
# And what was tapped where that is no text.
REACTED_TO = {
    *heard("reacted_to"),
    *("an image", "a photo", "a movie", "a video", "an audio message", "an attachment"),
    *("a message", "a sticker", "a contact", "a location"),
}
