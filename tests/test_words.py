"""Every sentence in every language: translated, with the same names in it, in one segment."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from neighborhood import NETWORK

from hotline import segments, settings, words
from hotline.notices import Told, notice
from hotline.phrasebook import LANGUAGES
from hotline.prompts import NEWS, Prompt
from hotline.words import Detail, Part, Sentence
from hotline.work import furnish
from ivr.menu import SAFE_KEY
from sms import danger

# The longest that the configuration and people's names come to.
LONGEST_NETWORK = "The Maple Street and Northside Neighbors Mutual Aid Network"
LONGEST_AREA = "a" * 20
LONGEST_LABEL = "need" * 6
LONGEST = {
    "number": 99_999,
    "numbers": (99_996, 99_997, 99_998, 99_999),
    "need": ("long",),
    "area": LONGEST_AREA,
    "ago": timedelta(minutes=88),
    "time": datetime(2026, 3, 2, 17, 45, tzinfo=UTC),
    "day": datetime(2026, 9, 30, 17, 45, tzinfo=UTC),
    "count": 10,
    "open": tuple((99_990 + it, ("long",), LONGEST_AREA, timedelta(hours=80)) for it in range(3)),
    "asked": 10_000,
    "taken": 10_000,
    "done": 10_000,
    "can": ("long", "ride"),
    "areas": (LONGEST_AREA, "eastside"),
    "hours": "mon-fri 17:00-21:00; sat 09:00-18:00",
    "name": "Maximiliano",
    "names": ("Maximiliano", "Guadalupe", "Alessandra"),
    "emergency": "911",
    "code": 30_034,
    "crisis": "800 911 2000",
    "spent": 80_000,
    "budget": 100_000,
    "country": "MX",
    "sender": "messenger:1234567890123456",
    "other": 99_999,
    "channel": "phone-upstairs",
    "fallback": "modem-at-the-pub",
    "example": "REOPEN 99999",
    "key": "other_needs",
    "people": "Ana Ruiz (41), Ana Lopez (57), Ana (80)",
}
USUAL_QUOTE = "groceries for 2 kids, apt 4B"
USUAL_NOTE = "in 2 hours"
WORDS_OF_PEOPLE = {"quote": USUAL_QUOTE, "note": USUAL_NOTE, "words": "I am at the door"}
SPOKEN = [
    *Prompt,
    *dict.fromkeys(words for it in NEWS.values() for words in (it.said, it.to_machine) if words),
]

ALL_LANGUAGES = f"languages = [{', '.join(map(repr, LANGUAGES))}]"
configuration = NETWORK.replace("Maple Street Mutual Aid", LONGEST_NETWORK).replace(
    'key = "food"\ndigit = 1\nlabel = { en = "food", es = "comida" }',
    f'key = "long"\ndigit = 1\nlabel = {{ en = "{LONGEST_LABEL}", es = "{LONGEST_LABEL}" }}',
)
configuration = configuration.replace('languages = ["en", "es"]', ALL_LANGUAGES)
speech = furnish(settings.read_network(configuration, "hotline.toml")).speech


def named(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def called(words: object) -> str:
    return getattr(words, "name", str(words))


def test_every_notice_is_written_and_nothing_else_is() -> None:
    assert {it.name for it in Told} == {it.name for it in Sentence}


def test_a_call_has_nothing_to_say_that_its_text_does_not_know() -> None:
    for told, news in NEWS.items():
        known = named(Sentence[told.name].value) | {"network", "emergency"}
        assert named(news.said) <= known, told
        assert named(news.to_machine or "") <= named(news.said), told


TELLS_OF_SAFE = ("TAKEN", "TAKEN_NOTE", "TAKEN_SOME", "YOURS", "YOURS_QUOTE_FOLLOWS")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", TELLS_OF_SAFE)
def test_who_takes_or_is_helped_reads_the_word_that_keeps_them_apart(
    told: str, language: str
) -> None:
    said = speech.say(notice(Told[told], **LONGEST, **WORDS_OF_PEOPLE), language)
    assert danger.says_only_safe(said.split()[-1]), said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", ["TAKEN", "TAKEN_NOTE", "TAKEN_SOME"])
def test_who_is_called_hears_the_key_for_it_and_a_machine_does_not(
    told: str, language: str
) -> None:
    news = NEWS[Told[told]]
    assert SAFE_KEY in speech.in_words(news.said, language)
    assert SAFE_KEY not in speech.in_words(news.to_machine or SAFE_KEY, language)


# One test for each language: what is wrong with a sentence stands behind its name.


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_sentence_is_in_the_catalogue(language: str) -> None:
    catalogue = words.load([language])[language]
    every = dict.fromkeys((*Sentence, *Part, *Detail, *SPOKEN))
    wrong = _each((it, _mistranslated(it, catalogue.gettext(str(it)))) for it in every)
    assert not wrong, wrong


def _mistranslated(sentence: str, translated: str) -> str:
    """A sentence may leave a name out where grammar wants that, but never invent one."""
    english, untranslated = str(sentence), {Sentence.FROM_TAKER}
    if translated == english and sentence not in untranslated:
        return "is not translated"
    if invented := named(translated) - named(english):
        return f"has names that it cannot know: {invented}"
    lost = "number" in named(english) and "number" not in named(translated)
    return "does not say the number" if lost else ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_costs_one_segment(language: str) -> None:
    values = {**LONGEST, **WORDS_OF_PEOPLE}
    wrong = _each((it, _too_dear(speech.say(notice(it, **values), language))) for it in Told)
    assert not wrong, wrong


def _too_dear(said: str) -> str:
    if strange := segments.outside_gsm7(said):
        return f"has letters that cost more: {strange}"
    return "" if segments.count(said) == 1 else f"{len(said)} letters: {said}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_prompt_can_be_said(language: str) -> None:
    values = {"digit": 1, "digits": "11216", **LONGEST, **WORDS_OF_PEOPLE}
    wrong = _each((it, _unspeakable(speech.speak(it, values, language))) for it in SPOKEN)
    assert not wrong, wrong


def _unspeakable(said: str) -> str:
    if "{" in said:
        return f"has a name left in it: {said}"
    if re.search(r"\d\d", said.replace(USUAL_QUOTE, "").replace("12:45", "")):
        return f"says a number otherwise than digit by digit: {said}"
    long = [it for it in re.split(r"(?<=[.?]) ", said) if len(it.split()) > 40]
    return f"says more than one thing in a sentence: {long}" if long else ""


def _each(found: Iterable[tuple[object, str]]) -> str:
    """A line for each of which something is wrong."""
    return "\n".join(f"{called(it)}: {why}" for it, why in found if why)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated(language: str) -> None:
    catalogue = words.load([language])[language]
    sentences = dict.fromkeys(map(str, (*Sentence, *Part, *Detail, *SPOKEN)))
    kept = {Sentence.FROM_TAKER.value}
    left = [it for it in sentences if it not in kept and catalogue.gettext(it) == it]
    told = "\n".join(left)
    assert language == "en" or not left, f"{language}: {len(left)} to translate:\n{told}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_month_and_no_while_costs_a_segment_more(language: str) -> None:
    for month in range(1, 13):
        until = notice(Told.PAUSED_UNTIL, day=datetime(2026, month, 28, 12, tzinfo=UTC))
        assert segments.count(speech.say(until, language)) == 1, month
    for minutes in (0, 1, 2, 45, 60, 100, 600):
        ago = timedelta(minutes=minutes)
        page = notice(Told.PAGE_ANYWHERE, number=12, need=("ride",), ago=ago)
        assert segments.outside_gsm7(speech.say(page, language)) == set(), minutes


def test_the_name_of_the_network_is_cut_at_a_word() -> None:
    said = speech.say(notice(Told.PAGE, **LONGEST), "en")
    name = said.split(":")[0]
    assert name == "The Maple Street"


def test_a_name_is_not_cut_behind_a_small_word() -> None:
    assert words.shorter_names("Maple and Main") == ["Maple and Main", "Maple"]
    assert words.shorter_names("vecinos") == ["vecinos"]


def test_several_needs_are_named_while_they_fit() -> None:
    two = {**LONGEST, "need": ("ride", "medicine"), "area": "northside"}
    assert "a ride and medicine" in speech.say(notice(Told.PAGE, **two), "en")
    assert "transporte y medicina" in speech.say(notice(Told.PAGE, **two), "es")
    many = {**LONGEST, "need": ("long", "ride", "medicine")}
    assert f"{LONGEST_LABEL} and more" in speech.say(notice(Told.PAGE, **many), "en")


@pytest.mark.parametrize(
    ("language", "since", "said"),
    [
        ("en", timedelta(seconds=20), "just now"),
        ("en", timedelta(minutes=5), "5 minutes ago"),
        ("en", timedelta(hours=2), "2 hours ago"),
        ("en", timedelta(days=3), "72 hours ago"),
        ("es", timedelta(seconds=20), "ahora mismo"),
        ("es", timedelta(minutes=5), "hace 5 minutos"),
        ("es", timedelta(days=3), "hace 72 horas"),
        ("fr", timedelta(minutes=5), "il y a 5 minutes"),
        ("ht", timedelta(minutes=1), "sa gen 1 minit"),
        ("ht", timedelta(hours=2), "sa gen 2 èdtan"),
        ("pt", timedelta(minutes=1), "ha 1 minuto"),
        ("pt", timedelta(days=3), "ha 72 horas"),
        ("fil", timedelta(minutes=5), "5 minuto ang nakalipas"),
    ],
)
def test_how_long_ago(language: str, since: timedelta, said: str) -> None:
    page = notice(Told.PAGE_ANYWHERE, number=12, need=("ride",), ago=since)
    assert f"({said})" in speech.say(page, language)


@pytest.mark.parametrize(
    ("language", "hour", "minute", "said"),
    [("en", 13, 0, "at 8am"), ("en", 20, 40, "at 3:40pm"), ("es", 13, 0, "a las 8:00")],
)
def test_times_are_the_neighborhoods(language: str, hour: int, minute: int, said: str) -> None:
    moment = datetime(2026, 3, 2, hour, minute, tzinfo=UTC)
    told = notice(Told.NOBODY_YET, number=12, time=moment, emergency="911")
    assert said in speech.say(told, language)


def test_an_unknown_need_or_area_or_name_has_words_too() -> None:
    nothing = {"number": 12, "need": (), "area": None, "time": LONGEST["time"]}
    assert "(help, anywhere)" in speech.say(notice(Told.STEWARDS_NOBODY, **nothing), "en")
    taken = speech.say(notice(Told.TAKEN, number=12, name=None), "en")
    assert "a neighbor is taking your request" in taken
