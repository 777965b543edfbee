"""What a language brings along: the words of its sentences are understood, and mistakes told."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import pytest

from hotline import phrasebook, words
from hotline.hours import parse_hours
from hotline.notices import Told, notice
from hotline.phrasebook import LANGUAGES, BadPhrasebook
from hotline.prompts import Prompt
from hotline.settings import Network
from hotline.words import Sentence, Speech
from sms import danger, orders, vocabulary
from sms.danger import Alone
from sms.reading import Intent, fold, read, words_of

HEARD = Path(__file__).parents[2] / "shared" / "data" / "heard" / "a.jsonl"
NETWORK = Network(languages=LANGUAGES)
BEHIND = ("", " 2", " 3003", " Ana", " food", " any")
NOT_TO_REPLY_WITH = {"SMS", "PIN", "A PIN"}


def in_capitals(template: str) -> list[str]:
    """The words to reply with: what stands in capitals, as whole phrases."""
    found = re.findall(r"[^\W\d_]+(?: |\b)|\d+ ?|\S", re.sub(r"\{\w+\}", "0", template))
    runs = ["".join(run) for loud, run in groupby(found, _is_loud) if loud]
    return [it for run in runs if len(it := run.strip(" 0123456789")) > 1]


def _is_loud(part: str) -> bool:
    return part.isupper() or part.strip().isdigit()


def meanings(word: str) -> set[str]:
    """All that this word does, alone or with what it wants behind it."""
    said = " ".join(re.findall(r"\w+", fold(word)))
    found = {"any"} if said in orders._SKIP else set()
    found |= {"safe"} if danger.says_safe(word) else set()
    alone = danger.said_alone(words_of(word))
    found |= {alone.value} if alone in (Alone.UNDO, Alone.MEANT) else set()
    found |= {"ask"} if said in vocabulary.ASK else set()
    found |= {"need"} if said in vocabulary.NEED else set()
    first, _, rest = said.partition(" ")
    verb = vocabulary.STEWARD_VERBS.get(first)
    found |= {f"steward {verb}"} if verb and (not rest or verb == "help") else set()
    for behind in BEHIND:
        reading = read(f"{word}{behind}", NETWORK, asked_about=(2, 3003))
        if reading.intent not in (Intent.WORDS, Intent.SMALL_TALK):
            found.add(reading.intent.value)
        order = orders.find(reading, NETWORK)
        found |= {type(order).__name__} if order else set()
    return found | ({"Areas"} if orders._CHANGES.get(first, first) in ("area", "zona") else set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_to_reply_with_does_what_its_sentence_says(language: str) -> None:
    catalogue = words.load(LANGUAGES)[language]
    wrong = set()
    for it in (*Sentence, *Prompt):
        meant = set().union(*(meanings(word) for word in in_capitals(it)))
        for word in in_capitals(str(catalogue.gettext(str(it)))):
            if word not in NOT_TO_REPLY_WITH and not meanings(word) & meant:
                wrong.add((it.name, word))
    assert wrong == set()


def to_reply_with(template: str) -> list[str]:
    """The same in their order, without what no reply is."""
    return [it for it in in_capitals(template.removeprefix("OK, ")) if it not in NOT_TO_REPLY_WITH]


BRIEFER = {("es", Sentence.WHICH_AREA), ("es", Sentence.WHICH_HOURS)}  # names fewer of them


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_each_word_to_reply_with_stands_where_the_english_one_does(language: str) -> None:
    """So that YES is not told to whoever cannot, and NO to whoever can."""
    catalogue = words.load(LANGUAGES)[language]
    for it in (*Sentence, *Prompt):
        english = to_reply_with(it)
        told = to_reply_with(str(catalogue.gettext(str(it))))
        if (language, it) in BRIEFER:
            continue
        assert len(told) == len(english), f"{it.name}: {told}"
        for ours, theirs in zip(english, told, strict=True):
            assert meanings(ours) & meanings(theirs), f"{it.name}: {theirs} for {ours}"


EXAMPLES = [Told.HELLO, Told.HOW_TO_TAKE_OR_ASK, Told.UNCLEAR_TO_HELPER, Told.ANSWER_HOW]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", EXAMPLES)
@pytest.mark.parametrize("need", [it.key for it in NETWORK.needs])
def test_who_writes_the_example_of_a_sentence_asks_for_it(
    told: Told, need: str, language: str
) -> None:
    speech = Speech(NETWORK, words.load(LANGUAGES))
    said = speech.say(notice(told, number=12, need=(need,)), language)
    label = speech._called(need, language)
    (example,) = [it for it in re.findall(r": ?([^.:]+)", said) if it.endswith(label)]
    asked = read(example.strip(), NETWORK)
    assert (asked.intent, asked.needs) == (Intent.WORDS, (need,)), example
    assert asked.starts_with_need
    assert asked.language in (language, None)


def test_a_word_that_nobody_understands_is_noticed() -> None:
    assert meanings("DONE") & meanings("FINI")
    assert meanings("CANT") & meanings("PEUX PAS")
    assert not meanings("FINI") & meanings("OUI")
    assert meanings("XYZZY") == set()


def examples_of_hours() -> list[str]:
    """What our sentences say as an example of when to ask."""
    said = (
        str(words.load(LANGUAGES)[language].gettext(it.value))
        for language in LANGUAGES
        for it in (Sentence.JOIN_HOURS, Sentence.WHICH_HOURS)
    )
    return [it for text in said for it in re.findall(r"[\w -]+ \d+[h:]?\d*-\d+[h:]?\d*", text)]


@pytest.mark.parametrize("example", examples_of_hours())
def test_every_example_of_hours_can_be_read(example: str) -> None:
    said = re.sub(r"^.*[A-Z]{3,} ", "", example)
    assert len(parse_hours(said).spans) == 5


@pytest.mark.parametrize(
    ("said", "spans"),
    [
        ("mardi-jeudi 17h-21h", 3),
        ("en semaine après 18h", 5),
        ("terça 9h-12h", 1),
        ("fim de semana", 2),
        ("lasemenn 17h-21h", 5),
        ("wikenn", 2),
        ("durante a semana 17h-21h", 5),
        ("les week-ends", 2),
    ],
)
def test_hours_are_read_in_each_language(said: str, spans: int) -> None:
    assert len(parse_hours(said).spans) == spans


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("yes oui", "xx/words.tsv: line 1: write a name, a tab, and its phrases"),
        ("# of yes\n\nyess\toui", "xx/words.tsv: line 3: 'yess' is none of "),
        ("days\tlundi mardi", "xx/words.tsv: line 1: days must name seven days, from Monday on"),
        ("months\tjanvye", "xx/words.tsv: line 1: months must name twelve months"),
    ],
)
def test_a_mistake_says_where_and_what_mends_it(text: str, mend: str) -> None:
    with pytest.raises(BadPhrasebook) as mistake:
        phrasebook.read(text, "xx/words.tsv")
    assert str(mistake.value).startswith(mend)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pasted_page_is_no_answer_but_what_stands_behind_it_is(language: str) -> None:
    speech = Speech(NETWORK, words.load(LANGUAGES))
    page = speech.say(notice(Told.PAGE_ANYWHERE, number=12, need=(), ago=timedelta(0)), language)
    assert read(page, NETWORK, asked_about=(12,)).intent is Intent.REACTION
    yes = in_capitals(page.split(")")[1])[0]
    answered = read(f"{page} {yes}", NETWORK, asked_about=(12,))
    assert (answered.intent, answered.number) == (Intent.YES, 12)


def test_a_wrong_language_is_worse_than_none() -> None:
    """Of the labelled texts at most one in a hundred is told wrong; short ones stay open."""
    if not HEARD.is_file():
        pytest.skip(f"the labelled texts are not there: {HEARD.name}")
    told = [json.loads(line) for line in HEARD.read_text("utf-8").splitlines()]
    found = [(it["lang"], read(it["text"], NETWORK).language) for it in told]
    right = sum(language == said for language, said in found)
    wrong = sum(said not in (None, language) for language, said in found)
    assert right >= 0.84 * len(found)
    assert wrong <= 0.01 * len(found)


def test_phrases_are_written_as_they_are_compared() -> None:
    for code, rows in phrasebook.books().items():
        for name in rows.keys() & phrasebook.HEARD:
            for phrase in rows[name]:
                assert phrase == fold(phrase), f"{code}: {name}: {phrase}"


@pytest.mark.parametrize("word", ["CONFIRM", "Confirmar", "confirmer", "KONFIME"])
def test_a_code_is_confirmed_in_every_language(word: str) -> None:
    order = orders.find(read(f"{word} 123456", NETWORK), NETWORK)
    assert order == orders.Confirm("123456")
