"""What people need, by their own words: `sms/lexicon/needs.*.tsv`, and what a network adds."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from hotline import settings
from hotline.errors import BadSettings
from hotline.needs import KINDS
from hotline.phrasebook import LANGUAGES
from hotline.settings import read_network
from serving import checking
from sms import learned, lexicons
from sms.needs import likely
from sms.patterns import MOST_REMEMBERED, compiled, lexicon_files, mistakes_in, rows_of
from sms.reading import read

DATA = Path(__file__).parents[2] / "shared" / "data"
TEXTS = DATA / "mission4636-texts.csv"
CORRECTIONS = DATA / "heard" / "mission4636-corrections.txt"

EVERY_KIND = read_network(
    'hotline.languages = ["en", "es"]\n'
    + "".join(f'[[needs]]\nkey = "{kind}"\n' for kind in sorted(KINDS)),
    "hotline.toml",
)


def needs(body: str) -> set[str]:
    return set(read(body, EVERY_KIND).needs)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("yo we outta food fr", "food"),
        ("nada de comer desde ayer, somos cinco", "food"),
        ("on a plus rien à manger à la maison", "food"),
        ("timoun yo grangou anpil", "food"),
        ("minha geladeira tá vazia", "food"),
        ("our tap went brown, nothing to drink", "water"),
        ("dlo potab tanpri", "water"),
        ("can anyone get my refill from cvs", "medicine"),
        ("se me acabaron las pastillas de la presión", "medicine"),
        ("my husband is bleeding and the nurse wont come", "medical"),
        ("j'ai besoin d'un médecin pour ma mère", "medical"),
        ("i need pads, im on my period", "hygiene"),
        ("papel higiênico e sabonete", "hygiene"),
        ("slept in my car last night, nowhere to go", "shelter"),
        ("nou pa gen kote pou nou dòmi", "shelter"),
        ("work boots size 9 for the harvest", "clothing"),
        ("abrigos para mis niños", "clothing"),
        ("can u take my grandma to church", "ride"),
        ("tem alguém que me leve ao hospital", "ride"),
        ("who can watch my kids while I work the fields", "childcare"),
        ("quelqu'un pour garder mes enfants samedi", "childcare"),
        ("pampers size 3 please", "baby"),
        ("lèt pou ti bebe a", "baby"),
        ("they shutting off my lights, past due", "money"),
        ("no me alcanza para la renta", "money"),
        ("the furnace quit and its freezing", "repairs"),
        ("a pia está entupida e o cano estourou", "repairs"),
        ("nobody to talk to since he passed", "company"),
        ("me siento muy sola, quisiera platicar", "company"),
        ("ICE took my brother this morning", "legal"),
        ("le propriétaire veut nous expulser", "legal"),
        ("somebody to walk my dog this week", "pets"),
        ("croquetas para mi perro", "pets"),
        ("two strong guys to move a sofa", "moving"),
        ("ayuda con la mudanza el sábado", "moving"),
        ("no wifi for school and my charger broke", "internet"),
        ("recarga para mi celular", "internet"),
        ("I dont speak english, help me read this letter", "translation"),
        ("mwen bezwen yon entèprèt", "translation"),
    ],
)
def test_a_kind_alone_has_its_words_in_every_language(body: str, kind: str) -> None:
    assert kind in needs(body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("there is two feet of water in my basement", "water"),
        ("I need a ride to the hospital", "medical"),
        ("im across the street from the pharmacy", "medicine"),
        ("you can call me, im sick of waiting", "medical"),
        ("we dont need groceries any more", "food"),
        ("dog food for rex", "food"),
        ("adult diapers please", "baby"),
        ("short of breath", "clothing"),
        ("every body here is fine", "baby"),
        ("no hay nadie en el mes de mayo", "clothing"),
        ("hay una fila larga", "pets"),
        ("tant pis pour moi", "shelter"),
        ("legal, valeu demais", "legal"),
    ],
)
def test_a_word_with_another_meaning_is_no_need(body: str, kind: str) -> None:
    assert kind not in needs(body)


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("dialysis is monday and the van quit coming", {"ride", "medical"}),
        ("can you watch my kids while i go to court", {"childcare"}),
        ("insulin, diapers and something to eat please", {"medicine", "baby", "food"}),
        (
            "we need food, water, diapers and a ride to the clinic",
            {"food", "water", "baby", "ride"},
        ),
    ],
)
def test_what_is_needed_is_not_all_that_is_named_nor_only_that(body: str, kinds: set[str]) -> None:
    reading = read(body, EVERY_KIND)
    needed = reading.needed.keys if reading.needed else reading.needs
    assert set(needed) == kinds


@pytest.mark.parametrize(
    "body",
    [
        "my son is hurt, his arm is swollen, and we need food too",
        "need a nurse to look at my foot and a ride",
        "mi nena tiene fiebre y no tengo para la receta",
    ],
)
def test_who_is_hurt_or_ill_is_never_left_out(body: str) -> None:
    reading = read(body, EVERY_KIND)
    assert "medical" in (reading.needed.keys if reading.needed else reading.needs)


def test_a_need_that_only_this_network_knows_is_never_only_why() -> None:
    network = read_network(
        '[[needs]]\nkey = "bingo"\nwords.en = ["cards"]\n[[needs]]\nkey = "ride"\n',
        "hotline.toml",
    )
    reading = read("my dialysis is monday, the van quit coming, and bring cards", network)
    assert reading.needed is not None
    assert reading.needed.keys == ("bingo", "ride")


def test_a_kind_is_known_by_other_keys() -> None:
    network = read_network('[[needs]]\nkey = "rides"\n[[needs]]\nkey = "bread"\n', "hotline.toml")
    assert read("can someone drive me to the dentist", network).needs == ("rides",)
    assert read("some rice please", network).needs == ()  # bread is a word, and no kind


def test_of_two_keys_for_one_kind_the_networks_own_words_choose() -> None:
    network = read_network(
        '[[needs]]\nkey = "meals"\nwords.en = ["hot meal"]\n[[needs]]\nkey = "groceries"\n',
        "hotline.toml",
    )
    assert read("a hot meal please", network).needs == ("meals",)
    assert read("we are hungry", network).needs == ()


# A network's own words.

BINGO = read_network(
    '[[needs]]\nkey = "bingo"\n[needs.words]\nen = ["backgammon", "cards", "jigsaw"]',
    "hotline.toml",
)


@pytest.mark.parametrize("word", ["backgamon", "backgammmon", "backgommon", "bakcgammon", "jigsw"])
def test_one_letter_may_be_wrong_in_a_networks_own_words(word: str) -> None:
    assert read(f"anyone for {word}?", BINGO).needs == ("bingo",)


@pytest.mark.parametrize("word", ["backgamn", "carts", "packgammon", "bakcgamon"])
def test_more_than_one_may_not_nor_one_of_a_short_word(word: str) -> None:
    assert read(f"anyone for {word}?", BINGO).needs == ()


def test_no_more_words_are_remembered_than_is_good_for_memory() -> None:
    patterns = compiled([rows_of("food\tbread\tand", "needs.xx.tsv")], str.split)
    for number in range(MOST_REMEMBERED + 100):
        patterns.find([f"w{number}", "bread"], 0, 2)
    assert len(patterns.remembered) == MOST_REMEMBERED
    assert [it.name for it in patterns.find(["x", "bread"], 0, 2)] == ["food"]


# What `hotline check` says.


def test_the_words_of_the_hotline_have_no_mistake() -> None:
    assert lexicons.mistakes() == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("food bread", "write a name, a tab, and its entries"),
        ("fodo\tbread", "'fodo' is none of baby, childcare"),
        ("food\tbr*", "'br\\*' begins too much; write the words out"),
        ("food\t.._bread", "needs a word at both ends"),
        ("food\t<bread>", "there is no row =bread above it"),
        ("food\t-no+bread", "excludes two things; write two entries"),
        ("food\tbread+", "'' is no word"),
    ],
)
def test_a_mistake_in_a_lexicon_is_refused_with_its_line(line: str, says: str) -> None:
    found = mistakes_in(f"# words\nfood\trice\n{line}\nfood\tx*", "needs.xx.tsv", KINDS, str.split)
    assert len(found) == 2, "each is told, not only the first"
    assert re.search(f"^needs.xx.tsv: line 3: .*{says}", found[0])
    assert found[1].startswith("needs.xx.tsv: line 4: ")


def test_check_refuses_a_lexicon_with_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicons, "NAMES", {"needs": KINDS - {"food"}})
    with pytest.raises(BadSettings, match=r"needs\.en\.tsv: line \d+: 'food' is none of"):
        checking.require_sound(settings.load({}, carrier=False), [])


def test_check_warns_of_a_word_that_is_a_small_word_elsewhere() -> None:
    network = read_network(
        '[[needs]]\nkey = "ride"\nwords = { en = ["van", "church van", "carpool"] }\n',
        "hotline.toml",
    )
    (said,) = lexicons.collisions(network)
    assert said.startswith('needs.ride.words.en: "van" is also a small word in es')
    assert read("mis hijos van mañana", network).needs == ("ride",), "and so it is"


@pytest.mark.parametrize(
    ("setting", "languages", "mistaken"),
    [
        ('[[needs]]\nkey = "baby"\nwords = { ht = ["lèt"] }', '"en", "ht"', "a small word in en"),
        ('[[needs]]\nkey = "baby"\nwords = { ht = ["LET"] }', '"en", "ht"', "a small word in en"),
        ('[[needs]]\nkey = "water"\nwords = { ht = ["dlo"] }', '"en", "ht"', ""),
        ('[[needs]]\nkey = "baby"\nwords = { ht = ["lèt"] }', '"ht", "es"', ""),
        ('[[needs]]\nkey = "tools"\nwords = { es = ["pala"] }', '"es", "fil"', "word in fil"),
        ('[[areas]]\nkey = "south"\nwords = ["Sur"]', '"es", "fr"', "a small word in fr"),
        ('[[areas]]\nkey = "south"\nwords = ["Zona Sur"]', '"es", "fr"', ""),
        ('[[needs]]\nkey = "legal"\nwords = { en = ["alto"] }', '"en"', "what people answer us"),
        ('[[needs]]\nkey = "moving"\nwords = { en = ["done"] }', '"en"', "what people answer us"),
    ],
)
def test_check_warns_of_own_words_that_are_heard_as_something_else(
    setting: str, languages: str, mistaken: str
) -> None:
    network = read_network(f"[hotline]\nlanguages = [{languages}]\n{setting}\n", "hotline.toml")
    said = "\n".join(lexicons.collisions(network))
    assert mistaken in said
    assert bool(said) is bool(mistaken)


@pytest.mark.parametrize(
    ("said", "is_heard"),
    [
        *(("need a strolr", False), ("need a stroler", True), ("need a strollerr", True)),
        *(("need a stroller", True), ("need a stroleer", True), ("need a sroller", True)),
        *(("need a ttroller", False), ("need a tsroller", False), ("need a srtoler", False)),
        *(("need a crib", True), ("need a crb", False), ("need a crab", False)),
        *(("need a cribs", True), ("need a cradle", True), ("need a cradel", True)),
        *(("need a crade", True), ("need a cradles", True), ("need a caddle", True)),
        *(("need a stool", True), ("need a stol", False), ("need a stoop", False)),
    ],
)
def test_one_letter_may_be_wrong_in_own_words_of_six_letters_and_more(
    said: str, is_heard: bool
) -> None:
    network = read_network(
        '[[needs]]\nkey = "nursery"\nwords = { en = ["stroller", "crib", "cradle", "stool"] }\n',
        "hotline.toml",
    )
    assert read(said, network).needs == (("nursery",) if is_heard else ())


def test_our_own_words_are_no_small_words_of_another_language() -> None:
    small, found = lexicons.small_words(), set()
    for file in lexicon_files("needs"):
        language = file.name.split(".")[1]
        for row in rows_of(file.read_text("utf-8"), file.name):
            words = {it for it in row.entries if it.isalpha()}
            for other in small.keys() - {language}:
                found |= {(language, word, other) for word in words & small[other]}
    # A tent, and to sleep: "tant pis", "demi-heure" and the like are excluded.
    assert found == {("ht", "tant", "fr"), ("ht", "demi", "fr")}


# Measured on texts that people really sent.

LETTERS = {
    "f": {"food"},
    "w": {"water"},
    "m": {"medical", "medicine", "hygiene"},
    "s": {"shelter"},
    "c": {"clothing"},
}
COLUMNS = {
    "f": ("food",),
    "w": ("water",),
    "m": ("medical_help", "medical_products"),
    "s": ("shelter",),
    "c": ("clothing",),
}
# Of these texts, F1 on the half that the words were not written by: in English, and as sent.
FLOORS = {
    "f": (0.95, 0.92),
    "w": (0.95, 0.90),
    "m": (0.72, 0.68),
    "s": (0.83, 0.78),
    "c": (0.88, 0.83),
}
SPLIT = 4636  # the seed that halves them


class Labelled(NamedTuple):
    english: str
    sent: str
    asks: frozenset[str]


@pytest.fixture(scope="module")
def unseen() -> list[Labelled]:
    if not (TEXTS.is_file() and CORRECTIONS.is_file()):
        pytest.skip(f"the real texts are not there: {TEXTS.name}")
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = [row["id"] for row in rows]
    Random(SPLIT).shuffle(ids)  # noqa: S311 - the same halves each time
    kept = set(ids[len(ids) // 2 :])
    corrections = dict(line.split() for line in CORRECTIONS.read_text("utf-8").splitlines())
    return [_labelled(row, corrections.get(row["id"], "")) for row in rows if row["id"] in kept]


def _labelled(row: dict[str, str], corrections: str) -> Labelled:
    asks = {it for it, columns in COLUMNS.items() if any(row[name] == "1" for name in columns)}
    for letter, sign in re.findall("([fwmsc])([+-])", corrections):
        (asks.add if sign == "+" else asks.discard)(letter)
    return Labelled(row["message"], row["original"].strip() or row["message"], frozenset(asks))


@pytest.mark.parametrize("letter", LETTERS)
def test_needs_are_heard_in_real_texts(
    letter: str, unseen: list[Labelled], capsys: pytest.CaptureFixture[str]
) -> None:
    english = _f1(letter, unseen, lambda it: it.english)
    sent = _f1(letter, unseen, lambda it: it.sent)
    with capsys.disabled():
        name = "+".join(sorted(LETTERS[letter]))
        print(f"\n{name}: F1 {english:.3f} in English, {sent:.3f} as sent")  # noqa: T201
    assert english >= FLOORS[letter][0]
    assert sent >= FLOORS[letter][1]


def _f1(letter: str, texts: list[Labelled], said: Callable[[Labelled], str]) -> float:
    pairs = list(_pairs(letter, texts, said))
    right = sum(found and asked for found, asked in pairs)
    return 2 * right / (sum(found for found, _ in pairs) + sum(asked for _, asked in pairs))


def _pairs(
    letter: str, texts: list[Labelled], said: Callable[[Labelled], str]
) -> Iterator[tuple[bool, bool]]:
    for it in texts:
        yield bool(needs(said(it)) & LETTERS[letter]), letter in it.asks


def test_the_built_in_words_are_heard_as_nothing_else() -> None:
    spoken = ", ".join(f'"{it}"' for it in LANGUAGES)
    network = read_network(f"[hotline]\nlanguages = [{spoken}]\n", "hotline.toml")
    assert list(lexicons.collisions(network)) == []


@pytest.mark.parametrize(
    ("named", "told", "kinds"),
    [
        ((), {"food": 2_500, "water": 2_100, "ride": -900}, {"food", "water"}),
        ((), {"food": 300, "water": -4_000}, {"food"}),
        ((), {"food": 300, "water": -900}, set()),  # "help" is better than the wrong need
        ((), {"food": -300, "water": -9_000}, set()),
        (("water",), {"food": 2_500, "water": -900}, {"food", "water"}),
        (("water",), {"food": 900, "water": -900}, {"water"}),
        (("legal", "childcare"), {"legal": 900, "childcare": 4_000}, {"childcare"}),
        (("medical", "food"), {"medical": -900, "food": 4_000}, {"medical", "food"}),
        ((), {}, set()),
    ],
)
def test_a_need_that_nobody_names_is_taken_where_much_tells_for_it(
    monkeypatch: pytest.MonkeyPatch,
    named: tuple[str, ...],
    told: dict[str, int],
    kinds: set[str],
) -> None:
    monkeypatch.setattr(learned, "tells_for", lambda *_: told)
    assert likely(["as", "it", "is"], named) == kinds
