"""What volunteers read of a request besides need and area."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from neighborhood import NETWORK

from hotline import segments, settings
from hotline.details import THINGS, Details, as_of, dated, from_row, joined, to_row
from hotline.help_request import HelpRequest
from hotline.needs import KINDS
from hotline.notices import Told, notice
from hotline.phrasebook import LANGUAGES
from hotline.prompts import Prompt
from hotline.work import furnish
from sms.reading import read

NEIGHBORHOOD = settings.read_network(NETWORK, "hotline.toml")
MONDAY = date(2026, 3, 2)
speech = furnish(NEIGHBORHOOD).speech
EVERY_LANGUAGE = furnish(settings.Network(languages=LANGUAGES)).speech


def details(body: str) -> Details:
    return read(body, NEIGHBORHOOD).details


@pytest.mark.parametrize(
    ("body", "things", "people", "day", "hour"),
    [
        ("need diapers size 4 and wipes pls", ("diapers:4", "wipes"), 0, "", ""),
        ("pañales talla 3 para mañana", ("diapers:3",), 0, "tomorrow", ""),
        ("boys size 5 boots", ("boots:5",), 0, "", ""),
        ("winter coat, size XL", ("coat:xl",), 0, "", ""),
        ("ride to dialysis Tuesday 6am", (), 0, "tue", "06:00"),
        ("someone at 6:30 pm tomorrow", (), 0, "tomorrow", "18:30"),
        ("chez le médecin jeudi 14h30", (), 0, "thu", "14:30"),
        ("place to sleep tonight, 2 adults 1 kid", (), 3, "tonight", ""),
        ("nou se 5 moun, manje pou aswè a", (), 5, "tonight", ""),
        ("somos 6, comida para el viernes", (), 6, "fri", ""),
        ("family of 4", (), 4, "", ""),
        ("comida para 7 pessoas, domingo", (), 7, "sun", ""),
    ],
)
def test_things_people_and_when_are_found(
    body: str, things: tuple[str, ...], people: int, day: str, hour: str
) -> None:
    it = details(body)
    assert (it.things, it.people, it.day, it.hour) == (things, people, day, hour)


@pytest.mark.parametrize(
    "body",
    [
        *("no heat since tuesday", "til friday when i get paid", "me and my 3 kids", "last sunday"),
        *("desde el lunes sin luz", "depuis mardi", "at 40 Elm St apt 6, ask for Luis"),
        *("my husband has cancer and lost his job", "call 212 555 0141", "5:75am", "25h", "at 6"),
        *("need 3 people to move", "por la mañana"),
    ],
)
def test_nothing_else_is(body: str) -> None:
    it = details(body)
    assert (it.things, it.people, it.day, it.hour) == ((), 0, "", "")


def test_a_kind_without_a_key_is_named() -> None:
    it = details("my roof leaks")
    assert it.kinds == ("repairs",)
    named = asked_for(it).named_needs
    assert "needs a repair (just now)" in page(it, need=named)
    assert "necesita un arreglo (" in page(it, "es", named)
    assert asked_for(it, "food").named_needs == ("food",)
    assert details("need groceries").kinds == (), "the network has a key for it"


def test_a_reason_is_no_need_beside_another() -> None:
    assert details("I was laid off and we need diapers").kinds == ("baby",)
    assert details("my wife is in the hospital, can someone walk my dog").kinds == ("pets",)
    assert details("I was laid off").kinds == ("money",)


def asked_for(it: Details, *needs: str) -> HelpRequest:
    return HelpRequest(
        12, requester=1, since=datetime(2026, 3, 2, tzinfo=UTC), needs=needs, details=it
    )


def page(it: Details, language: str = "en", need: tuple[str, ...] = ()) -> str:
    about = {"number": 12, "area": "northside", "ago": timedelta(), "need": need}
    return speech.say(notice(Told.PAGE, **about, details=it), language)


def test_days_are_told_as_they_are_on_the_day() -> None:
    told = dated(Details(day="tue", hour="06:00"), MONDAY)
    assert told.day == "2026-03-03"
    assert "(Tue 6am, just now)" in page(as_of(told, MONDAY), need=("ride",))
    assert "(today 6am, just now)" in page(as_of(told, date(2026, 3, 3)), need=("ride",))
    assert "(just now)" in page(as_of(told, date(2026, 3, 4)), need=("ride",))
    assert dated(Details(day="mon"), MONDAY).day == "2026-03-02", "today is the next Monday"


MOST = Details(things=("diapers:4", "wheelchair"), people=4, day="2026-03-03", hour="06:00")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "needs a ride, Tuesday 6am, diapers size 4, wheelchair, 4 people."),
        ("es", "necesita transporte, martes 6:00, pañales talla 4, silla de ruedas, 4 personas."),
        ("fr", "cherche un trajet, mardi 6:00, couches taille 4, fauteuil roulant, 4 personnes."),
        ("ht", "bezwen woulib, madi 6:00, kouchèt gwosè 4, chèz woulant, 4 moun."),
        ("pt", "precisa de carona, terça-feira 6:00, fraldas tamanho 4, cadeira de rodas,"),
        ("fil", "ng sakay, Martes 6:00, diaper, sukat 4, silyang de gulong, 4 katao."),
    ],
)
def test_a_call_says_them_too(language: str, said: str) -> None:
    about = {"need": ("ride",), "area": "northside", "details": MOST}
    assert said in EVERY_LANGUAGE.speak(Prompt.NEEDED, about, language)


def test_a_call_names_a_kind_without_a_key() -> None:
    it = Details(kinds=("repairs", "pets", "moving"), day="tonight")
    about = {"need": asked_for(it).named_needs, "details": it}
    said = speech.speak(Prompt.NEEDED_ANYWHERE, about, "en")
    assert said == "A neighbor needs a repair and pet care, tonight."
    nothing = {"need": (), "details": Details()}
    assert speech.speak(Prompt.NEEDED_ANYWHERE, nothing, "en") == "A neighbor needs help."


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "just now; 1 minute ago; 5 minutes ago; 3 hours ago; August 1"),
        ("es", "ahora mismo; hace 1 minuto; hace 5 minutos; hace 3 horas; 1 de agosto"),
        ("fr", "à l'instant; il y a 1 minute; il y a 5 minutes; il y a 3 heures; 1er aout"),
        ("ht", "kounye a; sa gen 1 minit; sa gen 5 minit; sa gen 3 èdtan; 1 out"),
        ("pt", "agora mesmo; ha 1 minuto; ha 5 minutos; ha 3 horas; 1 de agosto"),
        (
            "fil",
            "ngayon lang; 1 minuto ang nakalipas; 5 minuto ang nakalipas;"
            " 3 oras ang nakalipas; Agosto 1",
        ),
    ],
)
def test_ago_and_days_in_each_language(language: str, told: str) -> None:
    ages = [timedelta(), timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=3)]
    said = [EVERY_LANGUAGE._value("ago", it, language) for it in ages]
    said.append(EVERY_LANGUAGE._value("day", datetime(2026, 8, 1, 17, tzinfo=UTC), language))
    assert "; ".join(map(str, said)) == told


def test_tonight_is_no_other_night() -> None:
    told = dated(Details(day="tonight"), MONDAY)
    assert "(tonight, just now)" in page(as_of(told, MONDAY), need=("shelter",))
    assert "(just now)" in page(as_of(told, date(2026, 3, 3)), need=("shelter",))


def test_what_is_added_adds_up() -> None:
    known = Details(things=("diapers",), people=4, day="2026-03-03", hour="06:00")
    more = Details(things=("wipes", "diapers"), day="2026-03-05")
    assert joined(known, more) == Details((), ("diapers", "wipes"), 4, "2026-03-05")
    assert from_row(to_row(known)) == known
    assert from_row({}) == Details()


@pytest.mark.parametrize("language", NEIGHBORHOOD.languages)
@pytest.mark.parametrize("urgent", [False, True])
def test_a_page_stays_one_segment_however_much_is_said(urgent: bool, language: str) -> None:
    most = Details(things=("baby_clothes", "bottled_water", "dog_food:10"), people=12, hour="18:30")
    told = Told.PAGE_URGENT if urgent else Told.PAGE
    about = {"number": 99_999, "area": "a" * 20, "ago": timedelta(minutes=88)}
    need = ("food", "medicine")
    said = speech.say(notice(told, **about, need=need, details=most), language)
    assert segments.count(said) == 1
    assert segments.outside_gsm7(said) == set()


@pytest.mark.parametrize("language", NEIGHBORHOOD.languages)
@pytest.mark.parametrize("key", sorted(THINGS | KINDS))
def test_every_thing_and_every_kind_has_a_name_in_one_segment(key: str, language: str) -> None:
    one = Details(things=(f"{key}:10",)) if key in THINGS else Details(kinds=(key,))
    said = page(one, language)
    assert segments.count(said) == 1
    assert segments.outside_gsm7(said) == set()
    assert "{" not in said
