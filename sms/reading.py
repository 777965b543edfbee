"""What a text means: words in, an intent out.

Pure, and it never fails: whatever cannot be read is somebody's own words, which count as a
request. It does not know who wrote, nor what they were asked; `conversation` does.
"""

from __future__ import annotations

import re
import unicodedata
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache, wraps
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from hotline.details import NOTHING, Details
from hotline.phone import emergency_number
from hotline.phrasebook import one_of
from hotline.settings import Network
from sms import misspelt, vocabulary
from sms.details import asks_what, details_of
from sms.moves import Move, moves_of
from sms.needs import REASONS, NeedSaid, keys_of_kinds, likely, needs_said
from sms.patterns import MOST_REMEMBERED

LONGEST = 1600  # letters in a text, the carrier's limit; what is beyond is not read
LARGEST_NUMBER = 9_999_999  # of a request; what is longer is a phone number or the like


class Intent(StrEnum):
    STOP = "stop"
    START = "start"
    CARRIER_HELP = "carrier_help"
    STATUS = "status"
    WITHDRAW = "withdraw"
    JOIN = "join"
    EMERGENCY = "emergency"  # the number of the emergency line, and nothing else
    DONE = "done"
    LANGUAGE = "language"
    REACTION = "reaction"  # an iPhone's 'Liked "..."'
    MACHINE = "machine"  # nobody wrote it, and nobody waits for an answer
    YES = "yes"
    NO = "no"
    HAND_BACK = "hand_back"
    SMALL_TALK = "small_talk"
    WORDS = "words"
    # What only somebody in a certain situation says: `turns` finds these.
    ABOUT_US = "about_us"  # a question about the hotline itself
    OFFER = "offer"  # they have time or things to give
    ASK = "ask"  # they need something, though they wrote in a situation in which most do not
    NO_SHOW = "no_show"  # nobody came, or not with everything
    UNCLEAR = "unclear"  # one short question back is better than a guess


class Needed(NamedTuple):
    """What somebody needs: keys of the network, and kinds that it has no key for."""

    keys: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, read.

    `said` is the text as written, cleaned; `number` the request's number if one was given; `note`
    what was said besides an answer, as written. `needs`, `area` and `language` are what the words
    say, None and empty when they say nothing. `asks`: it has words that ask for something.
    `only_answer`: there is nothing in it but the answer. `by_carrier`: the carrier reads this word
    as well. `first_number` stands in front of all other words. `says_more`: behind the answer stand
    words enough to be a story of their own. `offers`: it offers something and asks for nothing.
    `not_yet`: it begins with words that deny that something is done. `people`: how many it asks to
    come. `moves`: what else it does, as its words tell. `details`: what volunteers may read of it
    besides. `needed`: what somebody who asks with these words needs in all likelihood, where that
    is not what they name.
    """

    intent: Intent
    said: str = ""
    number: int | None = None
    note: str = ""
    language: str | None = None
    needs: tuple[str, ...] = ()
    area: str | None = None
    asks: bool = False
    only_answer: bool = False
    by_carrier: bool = False
    starts_with_need: bool = False
    first_number: int | None = None
    says_more: bool = False
    offers: bool = False
    not_yet: bool = False
    people: int = 1
    moves: frozenset[Move] = frozenset()
    details: Details = NOTHING
    needed: Needed | None = None

    @property
    def asks_what(self) -> bool:
        """Whether it asks what it is that somebody needs."""
        return asks_what(words_as_read(self.said), words_as_read)


class Gist(NamedTuple):
    """Which command or answer a text is, if any: the part of a `Reading` that is found first."""

    intent: Intent
    number: int | None = None
    note: str = ""
    language: str | None = None
    only_answer: bool = False
    by_carrier: bool = False
    says_more: bool = False


def fold(text: str) -> str:
    """Lower case, no accents, no apostrophes, plain spaces: for comparing, not for showing.

    A letter is the same however it is drawn, full width or bold. A sign is no letters: the numero
    sign does not become "no", and a half does not become 1 and 2."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    return text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What `fold` makes of each letter, by its code: found out once, as a letter folds the same
    wherever it stands. No more than these many are remembered, for a text can have any."""

    MOST = 4096

    def __missing__(self, code: int) -> str:
        folded = _fold_letter(chr(code))
        if len(self) < self.MOST:
            self[code] = folded
        return folded


_FOLDED = _Folded()


def _fold_letter(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    drawn = _DRAWN.match(unicodedata.decomposition(letter))
    way = drawn[1] if drawn else None
    if category == "No" and way not in ("super", "sub", "fraction"):
        return _counted(letter)
    is_sign = category[0] not in "LMZ" and way not in (None, *_SAME)
    if is_sign or way in ("super", "sub"):
        return letter.casefold()
    apart = unicodedata.normalize("NFKD", letter.casefold())
    kept = "".join(it for it in apart if not unicodedata.combining(it))
    return kept.casefold().translate(_NOT_COMPARED)


def _counted(letter: str) -> str:
    """A number in a circle or in brackets is one of its own: two of them are not one of two
    digits."""
    value = unicodedata.numeric(letter)
    return f" {int(value)} " if value.is_integer() else letter


_DRAWN = re.compile("<(.+?)>")  # how a letter differs from the plain one, as Unicode has it
_SAME = ("wide", "narrow", "small", "font", "vertical")  # the same sign, drawn in another way
_SKIN_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))
# Apostrophes, joiners, and the frame of a key.
_UNHEARD = "'\u2019\u2018\u02bc`\u00b4\ufe0f\u200d\u20e3" + _SKIN_TONES
_NOT_COMPARED = dict.fromkeys(map(ord, _UNHEARD))
# "5:30" is one word, and so is "5b"; "yes12" is two. Nothing is gone back over ("++").
_TOKEN = re.compile(
    r"\d++[:.]\d+|\d++(?!\w)|[^\W\d_]++(?=\d++(?!\w))|[^\W_]+"
    r"|[\U0001F300-\U0001FAFF\u2600-\u27BF]"
)
# As many chunks as can be folded together, because their length stays; else a single one.
_RUN = re.compile(r"[ -&(-_a-~]+(?!\S)|\S+")
# What a phone sends for a tap on one of our texts: these words, and then the text in quotes, or
# what was tapped if it was no text. Any app: a sign, a little word, and the text in quotes.
_TAPPED = "|".join(
    re.escape(it).replace(r"\.\.", ".{1,30}?") for it in sorted(vocabulary.REACTION, key=len)
)
_REACTION = re.compile(
    rf"^\s*(?:(?:{_TAPPED})|[^\w\s]{{1,12}}\s+\w{{1,6}})\s*:?\s*[\"\u201c\u201d\u201e\u201f\u00ab\u00bb]"
    rf"|^(?:{_TAPPED}) (?:{one_of(vocabulary.REACTED_TO)})$"
)


# Some phones sign every text.
_SIGNATURE = re.compile(
    r"\n[^\S\n]*(?:sent from my|get outlook for|enviado desde mi|envoye de mon|envoyé de mon)\b.*",
    re.IGNORECASE | re.DOTALL,
)


class Token(NamedTuple):
    word: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.word.isascii() and self.word.isdigit() and int(self.word) <= LARGEST_NUMBER


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases, and by their first word how many words they have, the longest first: most words
    begin none, and are soon done with."""

    known: frozenset[str]
    lengths: Mapping[str, list[int]]


def phrases_of(known: Iterable[str]) -> Phrases:
    lengths: dict[str, set[int]] = {}
    for phrase in known:
        words = phrase.split()
        lengths.setdefault(words[0], set()).add(len(words))
    longest_first = {word: sorted(some, reverse=True) for word, some in lengths.items()}
    return Phrases(frozenset(known), longest_first)


_COPIED = phrases_of(vocabulary.COPIED)
_NOT_YET = phrases_of(vocabulary.NOT_YET)
_OFFERED = phrases_of(vocabulary.OFFERED)
_OFFERS = phrases_of(vocabulary.OFFERS)
_WITHDRAW = phrases_of(vocabulary.WITHDRAW)
_YES = phrases_of(vocabulary.YES)


def clean(body: str) -> str:
    """The words without control characters, runs of blanks, and what is over the limit."""
    body = _SIGNATURE.sub("", body)
    shown = " ".join(body[:LONGEST].split())
    if shown.isprintable():  # none of these categories is
        return shown
    kept = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") else letter
        for letter in shown
    )
    return " ".join(kept.split())


def read(
    body: str,
    network: Network,
    *,
    asked_about: Collection[int] = (),
    opt_out: str = "",
    has_pictures: bool = False,
) -> Reading:
    """Read one text.

    `asked_about`: numbers of requests this person was asked about or is part of, so that the 2
    of "yes in 2 hours" is not taken for one. `opt_out`: the carrier's own reading of the text
    (OptOutType), which holds where there is one. A picture says something without words.
    """
    said = clean(body)
    tokens = _tokens(said)
    by_carrier = _OPT_OUTS.get(opt_out.upper())
    number = None
    if not _MAY_MARK.isdisjoint([token.word for token in tokens]):  # each "no" among them
        if not by_carrier:
            number, said, tokens = _behind_copied_pages(tokens, said)
        tokens = _without_marks(tokens, said, asked_about)
    lexicon = lexicon_of(network)
    gist = by_carrier or _command(tokens, said) or _emergency(tokens, lexicon, asked_about)
    if gist is None:
        gist = _answer(said, tokens, frozenset(asked_about)) or _own_words(tokens, said)
    if has_pictures and gist.intent is Intent.SMALL_TALK:
        gist = gist._replace(intent=Intent.WORDS)
    words = [token.word for token in tokens]
    moves = moves_of(words, words_as_read) if _may_do_more(gist) else frozenset()
    gist = _by_what_it_does(gist, words, moves)
    meant = _with_meaning(gist, said, tokens, lexicon, moves)
    if _is_postcode(meant, asked_about):
        meant = _own_words_after_all(meant)
    return meant if number is None else _about_the_copy(meant, number)


def _may_do_more(gist: Gist) -> bool:
    return not (gist.only_answer or gist.by_carrier) and gist.intent in _MAY_DO_MORE


def _by_what_it_does(gist: Gist, words: list[str], moves: frozenset[Move]) -> Gist:
    """Words that ask for no more texts, and those that no person wrote, are no answer and no
    request, whatever else they look like; but who begins with "need" asks."""
    if words[:1] == ["need"]:
        return gist
    if Move.AUTO in moves:
        return Gist(Intent.MACHINE)
    return Gist(Intent.STOP) if Move.STOP in moves else gist


def words_as_read(written: str) -> list[str]:
    """The words of what is written, folded, each as it stands: as lexicons are compared."""
    return [token.word for token in _tokens(written)]


_MAY_DO_MORE = {
    *(Intent.WORDS, Intent.SMALL_TALK, Intent.YES, Intent.NO, Intent.HAND_BACK, Intent.WITHDRAW),
}


def words_of(said: str) -> list[str]:
    """The words of what somebody said, folded."""
    return [token.word for token in _without_marks(_tokens(said), said, ())]


def _without_marks(tokens: list[Token], said: str, asked_about: Collection[int]) -> list[Token]:
    """Without what only says that a number follows: "No. 12 I am outside" is no NO. "No. 12" and
    nothing else is one: a phone makes a full stop of two spaces."""
    kept: list[Token] = []
    place = 0
    while place < len(tokens):
        length = _longest_phrase(tokens[place : place + 3], _MARKS)
        is_all = not kept or kept[-1].word in vocabulary.BEFORE_ANSWER
        numbers = asked_about if not is_all or place + length + 1 < len(tokens) else ()
        if length and _marks_a_number(tokens[place:], length, said, numbers):
            place += length
        kept.append(tokens[place])
        place += 1
    return kept


_MARKS = phrases_of(vocabulary.MARKS | vocabulary.MARKS_BY_SIGN)
_MAY_MARK = frozenset(_MARKS.lengths) | vocabulary.NO_ON_PAGES


def _marks_a_number(
    tokens: list[Token], length: int, said: str, asked_about: Collection[int]
) -> bool:
    """Whether these words stand for "number"."""
    if length >= len(tokens) or not tokens[length].is_number:
        return False
    if _spoken(tokens[:length]) in vocabulary.MARKS:
        return True
    number = tokens[length]
    signs = said[tokens[0].end : number.start]
    if not _SIGNS_OF_DEGREE.isdisjoint(signs):
        return True
    return "." in signs and int(number.word) in asked_about


_SIGNS_OF_DEGREE = set("\u00b0\u02da\u00ba")  # what people write for the small o of "number"


def _spoken(tokens: list[Token]) -> str:
    return " ".join([token.word for token in tokens])


def _emergency(tokens: list[Token], lexicon: Lexicon, asked_about: Collection[int]) -> Gist | None:
    word = tokens[0].word if len(tokens) == 1 else ""
    is_one = word in lexicon.emergency and word not in map(str, asked_about)
    return Gist(Intent.EMERGENCY) if is_one else None


def _behind_copied_pages(tokens: list[Token], said: str) -> tuple[int | None, str, list[Token]]:
    """What stands behind a pasted page answers it: the page's number, and that."""
    number, length = _copied_pages(tokens)
    if number is None:
        return None, said, tokens
    said = said[tokens[length].start :] if length < len(tokens) else ""
    return number, said, _tokens(said)


def _copied_pages(tokens: list[Token]) -> tuple[int | None, int]:
    """The number in the last page of ours that was pasted whole, and how many tokens there are up
    to its end: "YES 12 … NO 12 to pass"."""
    number, length, place = None, 0, 0
    offered: set[str] = set()
    while place + 1 < len(tokens):
        word, following = tokens[place].word, tokens[place + 1]
        place += 1
        if word in vocabulary.NO_ON_PAGES and following.word in offered:
            behind = place + 1
            behind += _longest_phrase(tokens[behind : behind + 5], _COPIED)
            number, length, place = int(following.word), behind, behind
            offered.clear()
        elif word in vocabulary.YES_ON_PAGES and following.is_number:
            offered.add(following.word)
    return number, length


def _about_the_copy(reading: Reading, number: int) -> Reading:
    """Nothing behind a pasted page is no answer to it."""
    if reading.intent in (Intent.YES, Intent.NO, Intent.HAND_BACK) and reading.number is None:
        return replace(reading, number=number)
    return reading if reading.said else Reading(Intent.REACTION)


def _is_postcode(reading: Reading, asked_about: Collection[int]) -> bool:
    """Whether what looks like a request's number names a place."""
    bare = reading.number is not None and reading.only_answer
    return bare and reading.area is not None and reading.number not in asked_about


def _own_words_after_all(reading: Reading) -> Reading:
    return replace(reading, intent=Intent.WORDS, number=None, only_answer=False)


def _tokens(said: str) -> list[Token]:
    """The words of a text, each with its place in it."""
    return list(_tokens_once(said))


@lru_cache(maxsize=2)  # a text is read, and looked at for danger, in the same moment
def _tokens_once(said: str) -> tuple[Token, ...]:
    runs = (_tokens_of(match.group(), match.start()) for match in _RUN.finditer(said))
    return tuple(chain.from_iterable(runs))


def _tokens_of(run: str, start: int) -> list[Token]:
    """Folding can change a word's length, so a token's place is that of its letters as written."""
    if run.isascii() and "'" not in run and "`" not in run:  # its length stays, as it mostly does
        return [
            Token(match[0], start + match.start(), start + match.end())
            for match in _TOKEN.finditer(run.lower())
        ]
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(run, start):
        for folded in _FOLDED[ord(letter)]:
            letters.append(folded)
            places.append(place)
    return [
        Token(match[0], places[match.start()], places[match.end() - 1] + 1)
        for match in _TOKEN.finditer("".join(letters))
    ]


_OPT_OUTS = {
    opt_out: Gist(intent, by_carrier=True, only_answer=True)
    for opt_out, intent in (
        ("STOP", Intent.STOP),
        ("START", Intent.START),
        ("HELP", Intent.CARRIER_HELP),
    )
}


def _command(tokens: list[Token], said: str) -> Gist | None:
    """Words that mean one thing whoever says them."""
    words = _spoken(tokens)
    plain = without_politeness(words)
    if words in vocabulary.STOP or plain in vocabulary.STOP_IN_OTHER_WORDS:
        return Gist(Intent.STOP, by_carrier=fold(said).strip() in vocabulary.STOP)
    if words in vocabulary.START:
        return Gist(Intent.START, by_carrier=True)
    folded = fold(said)
    if _has_stop_sentence(said, folded):
        return Gist(Intent.STOP)
    if folded in vocabulary.CARRIER_HELP:  # not "help!": the carrier may not know it
        return Gist(Intent.CARRIER_HELP, by_carrier=True)
    if plain in vocabulary.LANGUAGES:
        return Gist(Intent.LANGUAGE, language=vocabulary.LANGUAGES[plain])
    if plain in vocabulary.JOIN:
        return Gist(Intent.JOIN)
    if _REACTION.match(folded):
        return Gist(Intent.REACTION)
    return _numbered_command(tokens, said)


def _has_stop_sentence(said: str, folded: str) -> bool:
    """Whether one of several sentences is STOP and nothing else, however long it is drawn: "I told
    you. STOPPP!!" `folded`: the same, folded."""
    if not _MAY_STOP.search(folded):
        return False
    sentences = (_DRAWN_OUT.sub(r"\1", fold(it)).strip(" ,-") for it in _ENDS.split(said))
    return any(without_politeness(it) in vocabulary.STOP_SENTENCES for it in sentences)


_MAY_STOP = re.compile(one_of({it[:3] for it in vocabulary.STOP_SENTENCES}))
_ENDS = re.compile(r"[.!?;\n]+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")  # three times the same letter and more


def without_politeness(words: str) -> str:
    for before, behind in _POLITE:
        words = words.removeprefix(before).removesuffix(behind)
    return words


_POLITE = tuple((f"{polite} ", f" {polite}") for polite in vocabulary.PLEASE)
_POLITE_WORDS = vocabulary.THANKS.union(it.split()[0] for it in vocabulary.PLEASE)


def _numbered_command(tokens: list[Token], said: str) -> Gist | None:
    """STATUS, NEVER MIND, JOIN and DONE, perhaps with a number before or after."""
    rest, number = _without_number(tokens)
    intent = _COMMANDS.get(_spoken(rest))
    if intent:
        return Gist(intent, number=number)
    if number is None and _begins_with_break(tokens, said, _WITHDRAW):
        return Gist(Intent.WITHDRAW)
    return None


_COMMANDS = {
    **dict.fromkeys(vocabulary.STATUS, Intent.STATUS),
    **dict.fromkeys(vocabulary.WITHDRAW, Intent.WITHDRAW),
    **dict.fromkeys(vocabulary.JOIN, Intent.JOIN),
    **dict.fromkeys(vocabulary.DONE, Intent.DONE),
}


def _without_number(tokens: list[Token]) -> tuple[list[Token], int | None]:
    for place in (0, -1):
        if len(tokens) > 1 and tokens[place].is_number:
            rest = tokens[1:] if place == 0 else tokens[:-1]
            return rest, int(tokens[place].word)
    return tokens, None


def _begins_with_break(tokens: list[Token], said: str, phrases: Phrases) -> bool:
    """Whether one of the phrases stands first, with a comma or the like (or courtesy) behind it."""
    length = _longest_phrase(tokens, phrases)
    if length == 0 or length == len(tokens):
        return length > 0
    between = said[tokens[length - 1].end : tokens[length].start]
    return bool(between.strip()) or tokens[length].word in _POLITE_WORDS


def _longest_phrase(tokens: list[Token], phrases: Phrases) -> int:
    """How many of the first tokens make up a phrase; 0 if none do."""
    if not tokens:
        return 0
    for length in phrases.lengths.get(tokens[0].word, ()):
        if length <= len(tokens) and _spoken(tokens[:length]) in phrases.known:
            return length
    return 0


def _answer(said: str, tokens: list[Token], asked_about: frozenset[int]) -> Gist | None:
    """YES, NO or CAN'T, with a number before or behind it and words after it."""
    tokens = _without_greeting(tokens)
    if _is_abbreviated(tokens, said):
        return Gist(Intent.SMALL_TALK)
    number, rest = _leading_number(tokens, asked_about)
    if number is not None and not rest:
        return Gist(Intent.YES, number=number, only_answer=True)
    intent, length = _answer_word(rest)
    if intent is None:
        return None
    answer, after = rest[:length], rest[length:]
    if number is None:
        number, after = _number_behind(after, said, asked_about)
    if intent is Intent.YES and not _has_words(_behind_more_yes(after)):
        after = []
    note = _note(said, after)
    if _is_unclear(intent, answer, after, said, number):
        return None
    more = _says_more(after)
    return Gist(intent, number=number, note=note, only_answer=not note, says_more=more)


def _is_abbreviated(tokens: list[Token], said: str) -> bool:
    """Whether all that is said is "n.12", which may be a number and may be a NO."""
    if len(tokens) != 2 or tokens[0].word not in vocabulary.MARKS_BY_SIGN:
        return False
    return tokens[1].is_number and said[tokens[0].end : tokens[1].start] == "."


def _without_greeting(tokens: list[Token]) -> list[Token]:
    length = 0
    while length < len(tokens) - 1 and tokens[length].word in vocabulary.BEFORE_ANSWER:
        length += 1
    return tokens[length:]


def _leading_number(
    tokens: list[Token], asked_about: frozenset[int]
) -> tuple[int | None, list[Token]]:
    if not tokens or not tokens[0].is_number:
        return None, tokens
    number = int(tokens[0].word)
    if len(tokens) == 1 or number in asked_about or _answer_word(tokens[1:])[0]:
        return number, tokens[1:]
    return None, tokens


def _answer_word(tokens: list[Token]) -> tuple[Intent | None, int]:
    """The answer that stands first and how many tokens it takes. The longest phrase wins."""
    length = _longest_phrase(tokens, _ANSWER_PHRASES)
    return (_ANSWERS[_spoken(tokens[:length])], length) if length else (None, 0)


_ANSWERS: dict[str, Intent | None] = {
    **dict.fromkeys(vocabulary.NO, Intent.NO),
    **dict.fromkeys(vocabulary.YES, Intent.YES),
    **dict.fromkeys(vocabulary.HAND_BACK, Intent.HAND_BACK),
    **dict.fromkeys(vocabulary.NOT_NO),
}
_ANSWER_PHRASES = phrases_of(_ANSWERS)


def _has_words(tokens: list[Token]) -> bool:
    return any(letter.isalnum() for it in tokens for letter in it.word)


def _behind_more_yes(tokens: list[Token]) -> list[Token]:
    """What is left after "I can" of "yes I can", and after "sure thing" of "ok sure thing"."""
    while length := _longest_phrase(tokens, _YES):
        tokens = tokens[length:]
    return tokens


def _number_behind(
    after: list[Token], said: str, asked_about: frozenset[int]
) -> tuple[int | None, list[Token]]:
    """The number right behind the answer, unless it plainly counts something else."""
    rest = _behind_more_yes(after)
    while rest and rest[0].word in vocabulary.BEFORE_NUMBER:
        rest = rest[1:]
    if not rest or not rest[0].is_number:
        return None, after
    number = int(rest[0].word)
    if number in asked_about or _ends_with_break(rest, said):
        return number, rest[1:]
    return None, after


def _ends_with_break(tokens: list[Token], said: str) -> bool:
    """Whether the sentence ends behind the first of these, or goes on in our own words."""
    if len(tokens) == 1:
        return True
    between = said[tokens[0].end : tokens[1].start]
    is_sign = not tokens[1].word.isalnum()
    return bool(between.strip()) or is_sign or _longest_phrase(tokens[1:], _COPIED) > 0


def _note(said: str, after: list[Token]) -> str:
    """What was said besides the answer, as written, less what was copied from our own text."""
    length = _longest_phrase(after, _COPIED)
    after = after[length:]
    return said[after[0].start :].strip(" \t\"'\u201c\u201d\u00ab\u00bb") if after else ""


def _is_unclear(
    intent: Intent, answer: list[Token], after: list[Token], said: str, number: int | None
) -> bool:
    """Whether the word may well mean something else; then nobody is held to it."""
    words = [token.word for token in after]
    word = answer[0].word if len(answer) == 1 else ""
    runs_on = bool(words) and number is None and _is_one_breath(answer, after, said)
    match intent:
        case Intent.YES:
            if runs_on and word in vocabulary.MAY_BE_IF and _is_if(answer[0], after, said):
                return True
            asks_back = _is_question(said) and number is None
            unsure = asks_back and (not words or word in vocabulary.WEAK_YES)
            return unsure or _says_both(words, number) or (runs_on and word in vocabulary.YES_ALONE)
        case Intent.NO:
            bare = word == "n" or word in vocabulary.NO_ON_PAGES
            return bare and runs_on and words[0] not in vocabulary.AFTER_NO
        case _:
            return runs_on and words[0].isalnum() and words[0] not in vocabulary.AFTER_CANT


def _is_if(si: Token, after: list[Token], said: str) -> bool:
    """Whether a "si" is no yes: "si alguien más puede". With its accent it always is one."""
    written = unicodedata.normalize("NFC", said[si.start : si.end].casefold())
    more = _longest_phrase(after, _BEHIND_IF)
    return written == si.word and not more and after[0].word.isalnum()


_BEHIND_IF = phrases_of(vocabulary.YES | vocabulary.AFTER_IF)


_ON_PAGES = vocabulary.YES_ON_PAGES | vocabulary.NO_ON_PAGES


def _says_both(words: list[str], number: int | None) -> bool:
    """YES with a NO behind it, or one of several answers."""
    several = number is not None and any(word in _ON_PAGES for word in words[:4])
    return words[:1] == ["no"] or several


def _is_one_breath(answer: list[Token], after: list[Token], said: str) -> bool:
    return not said[answer[-1].end : after[0].start].strip(" #")


def _is_question(said: str) -> bool:
    return said.rstrip().endswith("?")


def _says_more(after: list[Token]) -> bool:
    """Whether that is a story and no part of an answer, as "in 2 hours" is."""
    telling = [it for it in after if it.word.isalpha() and it.word not in _SMALL_TALK]
    return len(telling) > 2


def _own_words(tokens: list[Token], said: str) -> Gist:
    """Small talk, or words of substance. "Yes?" and "ok who is this?" ask us, not for help."""
    passing = _longest_phrase(tokens, _YES) if _is_question(said) else 0
    words = [token.word for token in tokens[passing:]]
    small = all(word in _SMALL_TALK or not word.isalnum() or len(word) == 1 for word in words)
    thanks = bool(words) and words[0] in vocabulary.THANKS and _is_short_sentence(tokens, said)
    return Gist(Intent.SMALL_TALK if small or thanks else Intent.WORDS)


def _is_short_sentence(tokens: list[Token], said: str) -> bool:
    """Up to eight words with no stop between them: "thank you Ana you saved us"."""
    return len(tokens) <= 8 and not _has_stops(tokens, said)


def _has_stops(tokens: list[Token], said: str) -> bool:
    between = said[tokens[0].start : tokens[-1].end]
    return any(sign in between for sign in ",.;:-\n")


def _offers(tokens: list[Token], said: str) -> bool:
    """Whether somebody has something to give. One word that we do not expect, a stop or a question
    leaves it in doubt, and then it may be a request: "I can cook but have no food"."""
    tokens = _without_greeting(tokens)
    length = _longest_phrase(tokens, _OFFERS)
    if not length or _is_question(said) or _has_stops(tokens, said):
        return False
    while length < len(tokens):
        more = _longest_phrase(tokens[length : length + 5], _OFFERED)
        if not more and tokens[length].word.isalnum():
            return False
        length += more or 1
    return True


_SMALL_TALK = frozenset().union(*vocabulary.SMALL_TALK.values())
_ASKING = frozenset().union(*vocabulary.ASKING.values())


def _with_meaning(
    gist: Gist, said: str, tokens: list[Token], lexicon: Lexicon, moves: frozenset[Move]
) -> Reading:
    """Add what the words say of need, area and language."""
    words = [token.word for token in tokens]
    found, kinds = _meant(words, lexicon.needs), needs_said(words, words_as_read)
    asks = bool(found) or not _ASKING.isdisjoint(words)
    people = _people(words)
    denied = _denial(tokens)
    talks = gist.intent is Intent.SMALL_TALK
    return Reading(
        intent=Intent.WORDS if talks and asks else gist.intent,
        said=said,
        number=gist.number,
        note=gist.note,
        language=gist.language or _language(words, [*found, *kinds], lexicon),
        needs=_needs(found, kinds, lexicon),
        area=_area(words, lexicon),
        asks=asks,
        only_answer=gist.only_answer or (denied > 0 and denied == len(tokens)),
        by_carrier=gist.by_carrier,
        starts_with_need=_starts_with_need(words),
        first_number=int(words[0]) if tokens and tokens[0].is_number else None,
        says_more=gist.says_more,
        offers=_offers(tokens, said),
        not_yet=denied > 0,
        people=people,
        moves=moves,
        details=_details(words, kinds, people, lexicon),
        needed=_needed(words, found, kinds, lexicon),
    )


def _needed(
    words: list[str],
    found: Collection[_NeedPhrase],
    kinds: Collection[NeedSaid],
    lexicon: Lexicon,
) -> Needed | None:
    """What is named may be no more than why; a need that is none of our kinds is never that."""
    places = {it.place for it in found}
    of_kinds = places & lexicon.kind_at.keys()
    named = {it.kind for it in kinds} | {lexicon.kind_at[it] for it in of_kinds}
    needed = likely(words, named)
    if needed == named:
        return None
    places = places - of_kinds | {lexicon.kinds[it] for it in needed & lexicon.kinds.keys()}
    keys = tuple(lexicon.keys[it] for it in sorted(places))
    return Needed(keys, tuple(sorted(needed - lexicon.kinds.keys())))


def _starts_with_need(words: list[str]) -> bool:
    """ "need milk", but not "need you to come before 6"."""
    if not words or words[0] not in vocabulary.NEED:
        return False
    behind = {" ".join(words[1:length]) for length in (2, 3)}
    return behind.isdisjoint(vocabulary.NEED[words[0]])


def _needs(
    found: Iterable[_NeedPhrase], kinds: Iterable[NeedSaid], lexicon: Lexicon
) -> tuple[str, ...]:
    """The keys of the needs that are named, in the network's own words or in words that everybody
    knows, as they stand in the configuration."""
    named = {need.place for need in found}
    named.update(lexicon.kinds[it.kind] for it in kinds if it.kind in lexicon.kinds)
    return tuple(lexicon.keys[place] for place in sorted(named))


def _details(words: list[str], kinds: Iterable[NeedSaid], people: int, lexicon: Lexicon) -> Details:
    """With the kinds of need that the network has no key for. Who asks for three people to come
    says nothing of how many there are."""
    found = details_of(words, words_as_read)
    unknown = {it.kind for it in kinds} - lexicon.kinds.keys()
    unknown = unknown - REASONS or unknown
    if not unknown and people == 1:
        return found
    return replace(found, kinds=tuple(sorted(unknown)), people=found.people if people == 1 else 0)


def _denial(tokens: list[Token]) -> int:
    """How many of the first tokens say that it is not done, perhaps with the key of that answer in
    front: "2 not yet"."""
    key = 1 if len(tokens) > 1 and tokens[0].word == "2" else 0
    length = _longest_phrase(tokens[key:], _NOT_YET)
    return key + length if length else 0


def _people(words: list[str]) -> int:
    """How many people somebody asks for: "need 3 people to move a sofa"."""
    if vocabulary.COUNTS.keys().isdisjoint(words):  # as is mostly so
        return 1
    for place, word in enumerate(words):
        count = vocabulary.COUNTS.get(word, 1)
        if count > 1 and _ends_with(words[:place], vocabulary.COUNTING):
            behind = words[place + 1 : place + 4]
            if any(" ".join(behind[:length]) in vocabulary.PEOPLE for length in (1, 2, 3)):
                return count
    return 1


def _ends_with(words: list[str], phrases: Collection[str]) -> bool:
    return any(" ".join(words[-length:]) in phrases for length in (1, 2, 3))


def _area(words: list[str], lexicon: Lexicon) -> str | None:
    """The area whose name or postcode stands first; of two there, the longer."""
    found = _meant(words, lexicon.areas)
    if not found:
        return None
    spoken = f" {' '.join(words)}"
    return min((spoken.find(area.said), -area.length, area.key) for area in found)[2]


def _language(
    words: list[str], needs: Iterable[_NeedPhrase | NeedSaid], lexicon: Lexicon
) -> str | None:
    """The language these words are in, as far as they tell and the network speaks it."""
    told: dict[str, int] = {}
    for need in needs:
        told[need.language] = told.get(need.language, 0) + _TELLS[type(need)]
    for word in words:
        for language, weight in _TELLING.get(word, ()):
            told[language] = told.get(language, 0) + weight
    most = max(told.values(), default=0)
    if most < 2:
        return None
    language, *others = (language for language, weight in told.items() if weight == most)
    return language if not others and language in lexicon.languages else None


def _telling() -> dict[str, list[tuple[str, int]]]:
    """The languages that each word tells of, and how much."""
    telling: dict[str, list[tuple[str, int]]] = {}
    tables = ((vocabulary.SMALL_TALK, 2), (vocabulary.ASKING, 2), (vocabulary.HINTS, 1))
    for table, weight in tables:
        for language, known in table.items():
            for word in known:
                telling.setdefault(word, []).append((language, weight))
    return telling


_TELLING = _telling()


# The network's own words.


class _NeedPhrase(NamedTuple):
    """One phrase for a need: the need's place in the configuration, and the phrase's own."""

    place: int
    language: str
    phrase: int


# How much of the language a word for a need tells: the network's own, or one of ours.
_TELLS: Mapping[type, int] = {_NeedPhrase: 4, NeedSaid: 2}


class _AreaPhrase(NamedTuple):
    """One phrase for an area, as its words stand in a text, and its length as configured."""

    key: str
    said: str
    length: int


_Meaning = TypeVar("_Meaning")


@dataclass(frozen=True, slots=True)
class Named(Generic[_Meaning]):
    """What is meant by each phrase, in the singular and plural."""

    phrases: Phrases
    meanings: Mapping[str, list[_Meaning]]
    nearly: Mapping[str, frozenset[str]] = field(default_factory=dict)  # see `sms.misspelt`
    misspelt: dict[str, frozenset[str]] = field(default_factory=dict)  # what was, as far as known

    def nearly_said(self, word: str) -> frozenset[str]:
        """What a word may be a slip for. That is remembered, but of no more than MOST_REMEMBERED
        words: a text can have any."""
        known = self.misspelt.get(word)
        if known is None:
            is_none = not self.nearly or word in self.meanings or word in _TELLING
            known = frozenset() if is_none else frozenset(misspelt.meant_by(word, self.nearly))
            if len(self.misspelt) < MOST_REMEMBERED:
                self.misspelt[word] = known
        return known


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one network, compiled once and not for every text, so that a text is gone
    through once, however many phrases there are."""

    needs: Named[_NeedPhrase]
    areas: Named[_AreaPhrase]
    keys: tuple[str, ...]  # of the needs, in the order of the configuration
    kinds: Mapping[str, int]  # of needs, as `sms.needs` finds them, to places in `keys`
    kind_at: Mapping[int, str]  # the same the other way round
    languages: tuple[str, ...]
    emergency: frozenset[str]


def once_per_network(compiled: Callable[[Network], _Meaning]) -> Callable[[Network], _Meaning]:
    """Remember what a function makes of a network for as long as there is that network. Its
    identity is the key: it holds dictionaries, and so it cannot be one itself."""
    known: dict[int, _Meaning] = {}

    @wraps(compiled)
    def remembered(network: Network) -> _Meaning:
        key = id(network)
        if key not in known:
            known[key] = compiled(network)
            weakref.finalize(network, known.pop, key, None)
        return known[key]

    return remembered


@once_per_network
def lexicon_of(network: Network) -> Lexicon:
    keys = tuple(need.key for need in network.needs)
    kinds = keys_of_kinds(keys)
    needs = _named(
        (phrase, _NeedPhrase(place, language, number))
        for place, need in enumerate(network.needs)
        for language, phrases in need.words.items()
        for number, phrase in enumerate(phrases)
    )
    return Lexicon(
        needs=replace(needs, nearly=misspelt.by_deletion(_words_of_needs(network))),
        areas=_named(
            (phrase, _AreaPhrase(area.key, f" {_spoken(_tokens(phrase))}", len(phrase)))
            for area in network.areas
            for phrase in area.words
        ),
        keys=keys,
        kinds={kind: keys.index(key) for kind, key in kinds.items()},
        kind_at={keys.index(key): kind for kind, key in kinds.items()},
        languages=network.languages,
        emergency=vocabulary.EMERGENCY | {emergency_number(network.country)},
    )


def _words_of_needs(network: Network) -> Iterator[str]:
    """As they stand in the configuration: in the plural, one letter more is too many."""
    for need in network.needs:
        for phrases in need.words.values():
            yield from (_spoken(_tokens(phrase)) for phrase in phrases)


def _named(phrases: Iterable[tuple[str, _Meaning]]) -> Named[_Meaning]:
    """A phrase without a word names nothing."""
    meanings: dict[str, list[_Meaning]] = {}
    for phrase, meaning in phrases:
        said = _spoken(_tokens(phrase))
        for form in (said, f"{said}s", f"{said}es") if said else ():
            meanings.setdefault(form, []).append(meaning)
    return Named(phrases_of(meanings), meanings)


def _meant(words: list[str], named: Named[_Meaning]) -> set[_Meaning]:
    """What is named in these words, once each."""
    found: set[_Meaning] = set()
    for place, word in enumerate(words):
        for length in named.phrases.lengths.get(word, ()):
            phrase = " ".join(words[place : place + length])
            found.update(named.meanings.get(phrase, ()))
        for known in named.nearly_said(word):
            found.update(named.meanings[known])
    return found
