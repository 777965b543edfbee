"""What a text does, whoever wrote it: the words of `sms/lexicon/moves.*.tsv`."""

from __future__ import annotations

import re

import pytest
from neighborhood import NETWORK

from hotline import phrasebook
from hotline.settings import read_network
from sms.moves import MOVES
from sms.patterns import (
    EVERY_ROW,
    compiled,
    courtesy_aside,
    mistakes_in,
    rows_of,
    without_figures,
)
from sms.reading import Intent, read, words_as_read

NEIGHBORHOOD = read_network(NETWORK, "hotline.toml")


def intent(body: str) -> Intent:
    return read(body, NEIGHBORHOOD, asked_about=(12,)).intent


@pytest.mark.parametrize(
    "body",
    [
        *("please stop sending me these", "stop texting this phone!", "quit messaging us"),
        *("hi, can you take me off your list please", "remove my number from your system"),
        *("I don't want any more texts", "sorry I don't want to be on the list anymore"),
        *("don't text me again", "pls delete my number", "unsubscribe me pls", "ok just stop"),
        *("remove me from the volunteers", "leave this number alone", "take me off this thread"),
        *("ya no me manden mensajes por favor", "dejen de escribirme", "sáquenme de la lista"),
        *("quiten mi número", "no quiero recibir más mensajes", "denme de baja"),
        *("arrêtez de m'envoyer des messages", "enlevez-moi de la liste svp", "ne m'écrivez plus"),
        *("je veux plus recevoir de messages", "tanpri sispann voye mesaj", "retire m nan lis la"),
        *("m pa vle resevwa mesaj ankò", "para de me mandar mensagem", "me tira dessa lista"),
        *("não quero mais receber mensagens", "стоп", "停止", "dừng", "توقف", "やめて", "stopp!"),
    ],
)
def test_whoever_wants_no_more_texts_gets_none(body: str) -> None:
    assert intent(body) is Intent.STOP


@pytest.mark.parametrize(
    "body",
    [
        *("can you stop by with some food", "tell them to stop at the side door"),
        *("my ex won't stop texting me, I need somebody to talk to", "the bleeding will not stop"),
        *("get me off this roof", "don't text me in the middle of the night", "take me to the bus"),
        *("the rain doesn't stop and we need a tarp", "why do you not send us food"),
        *("puede parar alguien por aquí con leche", "no me mande carne por favor"),
        *("arrêtez-vous devant la pharmacie", "m pa gen manje ankò", "para duas pessoas"),
        *("pode parar na porta do lado", "please send the list to my number"),
    ],
)
def test_stopping_something_else_stops_no_texts(body: str) -> None:
    assert intent(body) is not Intent.STOP


@pytest.mark.parametrize(
    "body",
    [
        *("[Auto-Reply] I'm driving with Do Not Disturb turned on", "Automatic reply: back at 5"),
        *("I am out of the office until Monday", "Thank you for contacting Rosa's Flowers!"),
        *("Yes, we are open daily 9 to 5!", "respuesta automática: estoy conduciendo con casco"),
    ],
)
def test_a_machine_asks_for_nothing(body: str) -> None:
    assert intent(body) is Intent.MACHINE


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("stop texts", "write a name, a tab, and its entries"),
        ("stop\t.._texts", "needs a word at both ends"),
        ("stop\ta*", "begins too much"),
        ("stop\t<send>_me", "there is no row =send above it"),
        ("*\tstole_the_show", "begin it with -"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(line: str, says: str) -> None:
    found = mistakes_in(f"# words\n{line}", "moves.xx.tsv", MOVES, str.split)
    assert len(found) == 1
    assert re.match(f"moves.xx.tsv: line 2: .*{says}", found[0])


@pytest.mark.parametrize("body", ["hindi ako ang tumawag", "Hindi po ako yung nag text"])
def test_who_says_that_it_was_not_they_who_called_says_no_no(body: str) -> None:
    assert intent(body) is not Intent.NO


@pytest.mark.parametrize("body", ["hindi ako pwede", "hindi po", "hindi ako available"])
def test_a_no_in_tagalog_is_still_one(body: str) -> None:
    assert intent(body) is Intent.NO


def test_who_begins_with_need_asks() -> None:
    assert intent("need maria, delete me") is Intent.WORDS


@pytest.mark.parametrize(
    ("said", "is_found"),
    [
        ("he came by and was drunk", True),
        ("drunk again that man he", True),
        ("he came by", False),
        ("somebody was drunk", False),
        ("he was punch drunk", False),  # one of its parts is something else here
    ],
)
def test_what_has_parts_is_found_with_all_of_them(said: str, *, is_found: bool) -> None:
    patterns = compiled([rows_of("bad\the|she+drunk -punch_drunk", "moves.xx.tsv")], str.split)
    words = said.split()
    assert bool(patterns.find(words, 0, len(words))) is is_found


def test_a_figure_of_speech_is_found_for_no_row_in_whatever_language() -> None:
    here = rows_of("bad\tstole he+stole\n*\t-stole_the_show", "moves.xx.tsv")
    there = rows_of("worse\tstole", "moves.yy.tsv")
    patterns = compiled([here, there], str.split)
    for said, is_found in (("he stole the show", False), ("he stole the bike", True)):
        words = said.split()
        assert {it.name for it in patterns.find(words, 0, len(words))} == (
            {"bad", "worse"} if is_found else {EVERY_ROW}
        )


def test_what_lies_in_a_figure_of_speech_is_left_out() -> None:
    """Of what is looked up in what was learned, too."""
    words = ["anyway", "she", "stole", "the", "show", "last", "night"]
    left = without_figures(words, "danger", words_as_read)
    assert left == ["anyway", "she", "last", "night"]


@pytest.mark.parametrize("language", sorted(phrasebook.by_language("courtesy")))
def test_every_language_has_its_own_courtesy(language: str) -> None:
    word = phrasebook.by_language("courtesy")[language][0]
    assert courtesy_aside([word, "x", word]) == (1, 2)
