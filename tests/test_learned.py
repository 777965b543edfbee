"""What texts sound like where no phrase is found: the tables that were learned from our own
texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hearing import Case, cases, holds, outcomes
from neighborhood import NETWORK

from hotline.needs import KINDS
from hotline.settings import read_network
from sms import learned
from sms.danger import Sign, signs
from sms.learned import pairs, pieces, sounds_like, table_of, tells_for
from sms.looks import looks
from sms.moves import Move, moves_of
from sms.patterns import BadLexicon
from sms.reading import Intent, Reading, read, words_as_read, words_of
from sms.turns import Role, by_its_moves, turned

NEIGHBORHOOD = read_network(NETWORK, "hotline.toml")
SPEAKS_ALL = NEIGHBORHOOD.model_copy(update={"languages": ("en", "es", "fr", "ht", "pt")})


def test_the_pieces_of_a_word_and_of_a_text() -> None:
    assert list(pieces("no")) == ["_n", "no", "o_", "_no", "no_", "_no_"]
    assert [*pieces("fear")][-3:] == ["fear", "ear_", "_fear_"]
    assert list(pairs(["we", "know"])) == ["^ we", "we know", "know $"]


def test_a_word_for_somebody_else_tells_nothing() -> None:
    """Else whoever tells of a "he" would sound afraid of him."""
    assert list(pieces("he")) == list(pieces("ella")) == []
    assert list(pairs(["he", "knows"])) == ["he knows", "knows $"]


@pytest.fixture
def nothing_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "sounds_like", lambda *_: frozenset())


UNHEARD = "ele ficou parado no portão me olhando até eu apagar a luz"


def test_fear_in_words_that_no_phrase_knows_is_kept_from_the_other() -> None:
    assert Sign.ALARM in signs(words_of(UNHEARD)).signs


@pytest.mark.usefixtures("nothing_learned")
def test_and_without_what_was_learned_it_is_not() -> None:
    assert signs(words_of(UNHEARD)).signs == set()


def test_it_takes_nothing_away_from_what_the_phrases_find() -> None:
    """In all our texts, whoever writes them."""
    for case in cases("en"):
        words = words_as_read(case.text)
        assert moves_of(words, words_as_read) >= _by_phrases(words)


def _by_phrases(words: list[str]) -> frozenset[Move]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learned, "sounds_like", lambda *_: frozenset())
        return moves_of(words, words_as_read)


@pytest.mark.parametrize("said", ["", "ok", "touched me", "block him", "😀"])
def test_one_or_two_words_sound_like_nothing(said: str) -> None:
    assert sounds_like(words_of(said), "danger") == sounds_like(words_of(said), "moves") == set()


def test_who_sounds_like_stop_is_stopped_but_a_stranger_is_asked_back() -> None:
    """We write nothing to a stranger, so they cannot mean that; and they may need something."""
    said = "bórrenme, ya no vivo ahí"
    assert Move.STOP not in read(said, NEIGHBORHOOD).moves
    assert "stops" in outcomes("helper", said, NEIGHBORHOOD)
    assert not {"stops", "asks"} & outcomes("stranger", said, NEIGHBORHOOD)


def test_who_asks_for_something_is_not_stopped_whatever_it_sounds_like() -> None:
    said = "please contact me for more info about my needs"
    assert Move.ENOUGH in read(said, NEIGHBORHOOD).moves
    assert "stops" not in outcomes("helper", said, NEIGHBORHOOD)


@pytest.mark.parametrize(
    "said", ["i want it all to stop", "tell him to stop texting me", "ya no quiero seguir"]
)
@pytest.mark.parametrize("when", ["helper", "paged", "taken", "open"])
def test_who_tells_of_danger_or_of_somebody_does_not_mean_our_texts(when: str, said: str) -> None:
    assert "stops" not in outcomes(when, said, NEIGHBORHOOD)


@pytest.mark.parametrize(
    "said",
    [
        "oui j'y vais mais n'envoyez plus de sms sur ce numero ce soir",
        "sim eu vou mas depois nao mande mais mensagem nesse numero hoje",
    ],
)
def test_who_says_yes_is_there_for_others_whatever_the_rest_sounds_like(said: str) -> None:
    assert "stops" not in outcomes("paged", said, NEIGHBORHOOD)


def _heard(batch: str, meant: Callable[[Case], bool]) -> tuple[int, int]:
    """How many of these are heard, and how many would be without what was learned."""
    some = [it for it in cases(f"aside/{batch}") if meant(it)]
    with_it = sum(holds(it, NEIGHBORHOOD) for it in some)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learned, "sounds_like", lambda *_: frozenset())
        return with_it, sum(holds(it, NEIGHBORHOOD) for it in some)


def _is_fear(case: Case) -> bool:
    return set(case.wanted) == {"!relays", "answered"}


@pytest.mark.parametrize(
    ("batch", "kind", "least", "more"),
    [
        ("19", _is_fear, 16, 2),
        ("20", _is_fear, 60, 20),
        ("21", _is_fear, 23, 7),
        ("19", lambda it: "stops" in it.wanted, 9, 3),
        ("20", lambda it: "stops" in it.wanted, 34, 4),
        ("20", lambda it: "emergency" in it.wanted, 36, 7),
        ("20", lambda it: "relays" in it.wanted, 112, -14),
    ],
)
def test_texts_that_nobody_learned_from_are_heard_better(
    batch: str, kind: Callable[[Case], bool], least: int, more: int
) -> None:
    """About as many as when the batch was played first. They are mended by nothing, and none may be
    added to what is learned."""
    with_it, without = _heard(batch, kind)
    assert with_it >= least
    assert with_it - without >= more


def test_a_long_story_sounds_like_nothing_however_much_adds_up() -> None:
    story = "the door is around the corner, behind the old tree. " * 25
    assert sounds_like(words_of(story), "danger") == set()


TABLE = "piece\tdanger.alarm\tmoves.enough\n*\t-5\t-6\n_x_\t\t7\n"


def test_the_table_as_it_is_written() -> None:
    found = table_of(TABLE, learned.SIGNS)
    assert found.rows == ("danger.alarm", "moves.enough")
    assert found.tells == {"*": (-5, -6), "_x_": (0, 7)}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (TABLE + "_y_\t1\n", "learned.tsv: line 4: write 2 whole numbers"),
        (TABLE + "_y_\t1\tmuch\n", "learned.tsv: line 4: write 2 whole numbers"),
        ("# nothing\n", 'learned.tsv: there is no piece "*"'),
    ],
)
def test_a_mistake_in_it_is_told_with_its_line(written: str, said: str) -> None:
    with pytest.raises(BadLexicon, match="make learn") as bad:
        table_of(written, learned.SIGNS)
    assert str(bad.value).startswith(said)


@pytest.mark.parametrize("file", learned.FILES)
def test_whatever_is_texted_has_a_sum(file: str) -> None:
    for said in ("a " * 800, "\U0001f600 " * 400, "x" * 1600, "* ^ $ _ __ " * 50):
        sounds_like(words_of(said), "danger")
        tells_for(words_of(said), file)


# What somebody means in their moment.


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        (learned.STRANGER, {Intent.WORDS, Intent.OFFER, Intent.MACHINE, Intent.SMALL_TALK}),
        (learned.PAGED, {Intent.YES, Intent.NO, Intent.UNCLEAR, Intent.ASK}),
        (learned.ASKED_HOW, {Intent.YES, Intent.NO_SHOW}),
    ],
)
def test_the_rows_of_a_moment_are_intents(file: str, rows: set[Intent]) -> None:
    assert set(learned.table(file).rows) == rows


def test_the_rows_of_needs_are_kinds_that_a_network_may_have() -> None:
    assert KINDS.issuperset(learned.table(learned.NEEDS).rows)


@pytest.fixture
def nothing_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "tells_for", lambda *_: {})


MEANT = [
    ("stranger", "MetroMart: buy one get one on all cereal this weekend only. Show this text", ""),
    ("how", "nobody ever knocked", "reopens"),
    ("stranger", "our bus line got cut and my appointment is at 9", "asks:ride"),
]


@pytest.mark.parametrize(("when", "said", "comes"), MEANT)
def test_what_no_phrase_says_is_told_by_its_sound(when: str, said: str, comes: str) -> None:
    came = outcomes(when, said, NEIGHBORHOOD)
    assert comes in came if comes else "asks" not in came


@pytest.mark.usefixtures("nothing_meant")
@pytest.mark.parametrize(("when", "said", "comes"), MEANT)
def test_and_by_the_phrases_alone_it_is_not(when: str, said: str, comes: str) -> None:
    came = outcomes(when, said, NEIGHBORHOOD)
    assert comes not in came if comes else "asks" in came


def doubted(
    tells: int,
    *,
    asks: bool = False,
    named: tuple[str, ...] = (),
    area: str | None = None,
    language: str | None = "en",
    again: bool = False,
) -> bool:
    """Whether a stranger's words are asked back about, when they tell as much for a request, and
    surely for chatter. `again`: they wrote a moment ago."""
    moves = frozenset([Move.ASK]) if asks else frozenset[Move]()
    said = "this is what they say"
    reading = Reading(Intent.WORDS, said, needs=named, area=area, moves=moves, language=language)
    with pytest.MonkeyPatch.context() as patch:
        told = {Intent.WORDS: tells, Intent.SMALL_TALK: 9_000}
        patch.setattr(learned, "tells_for", lambda *_: told)
        return turned(reading, Role.STRANGER, again=again).intent is Intent.SMALL_TALK


PERHAPS, HARDLY, NEVER = -200, -3_000, -9_000


def means(said: str, role: Role, **tells: int) -> Intent:
    """What a text comes to when its words tell so much for each row, and little for the others."""
    others = learned.table(TABLE_OF[role]).rows
    told = {**dict.fromkeys(others, -9_000), **tells}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learned, "tells_for", lambda *_: told)
        return turned(read(said, SPEAKS_ALL), role).intent


TABLE_OF = {Role.STRANGER: learned.STRANGER, Role.PAGED: learned.PAGED}
of_a_stranger = partial(means, role=Role.STRANGER)
of_who_was_asked = partial(means, role=Role.PAGED)


def test_silence_is_for_what_is_a_machine_by_far() -> None:
    said = "Oakfield Water: 2 new messages for you"
    assert of_a_stranger(said, machine=5_000) is Intent.MACHINE
    assert of_a_stranger(said, machine=2_000) is Intent.SMALL_TALK  # it may be a person
    assert of_a_stranger("new messages for you", machine=5_000) is Intent.SMALL_TALK
    assert of_a_stranger(said, machine=5_000, words=100) is Intent.WORDS
    assert of_a_stranger("we need 2 gallons of water", machine=5_000, words=-9) is Intent.WORDS


@pytest.mark.parametrize(
    ("when", "said", "comes"),
    [
        ("stranger", "I got a final notice on my electric, please help with the bill", "asks"),
        ("stranger", "unpaid toll and a boot on my car, need a ride to dialysis", "asks:ride"),
        ("stranger", "I have limited access to email, can someone print my papers", "asks"),
        ("stranger", "me llegó el aviso de desalojo final, ayúdenme por favor", "asks"),
        ("stranger", "su paquete de comida no llegó", "asks"),
        ("stranger", "Final notice came today. Court 12/09 9:30.", "asks"),
        ("stranger", "final notice taped to the door and now the stove is on fire", "emergency"),
        ("stranger", "your driver said your order is here but nobody came", "answered"),
        ("taken", "a Ana não veio até agora e o telefone só dá caixa postal", "reopens"),
    ],
)
def test_who_writes_words_of_machines_is_a_person_all_the_same(
    when: str, said: str, comes: str
) -> None:
    assert Move.AUTO in read(said, SPEAKS_ALL).moves
    assert comes in outcomes(when, said, SPEAKS_ALL)


def test_who_offers_by_our_phrases_is_welcome_unless_they_sound_more_like_asking() -> None:
    said = "I have a truck if anybody needs a hand"
    assert of_a_stranger(said) is Intent.OFFER
    assert of_a_stranger(said, words=500, offer=400) is Intent.WORDS
    assert of_a_stranger(said, words=500, offer=5_000) is Intent.OFFER


def test_in_languages_that_we_know_less_well_much_has_to_speak_against_asking() -> None:
    said = "bel mizik sa a wi"
    assert read(said, SPEAKS_ALL).language == "ht"
    assert of_a_stranger(said, small_talk=4_000) is Intent.WORDS
    assert of_a_stranger(said, small_talk=6_000) is Intent.SMALL_TALK


def test_a_strangers_no_answers_nothing_of_ours_and_may_ask() -> None:
    said = "no, nobody here has seen any help so far"
    assert by_its_moves(read(said, NEIGHBORHOOD), Role.STRANGER).intent is Intent.NO
    assert of_a_stranger(said, words=-400) is Intent.WORDS


def test_who_hardly_sounds_like_an_offer_is_asked_back_and_not_told_how_to_join() -> None:
    said = "driving now and there later"
    assert of_a_stranger(said, offer=500) is Intent.OFFER
    assert of_a_stranger(said, offer=-500) is Intent.SMALL_TALK


def test_who_may_mean_neither_yes_nor_no_is_asked_back() -> None:
    said = "that is on my street"
    assert of_who_was_asked(said, yes=2_000) is Intent.YES
    assert of_who_was_asked(said, yes=2_000, unclear=1_000) is Intent.UNCLEAR
    assert of_who_was_asked(said, no=2_000, unclear=1_000) is Intent.UNCLEAR


@pytest.mark.parametrize(
    "said",
    [
        "Oakfield Water: your bill of $64.12 was paid on 11/04. Ref 5510072",
        "Tu código es 448120. No lo compartas con nadie",
        "Elmridge Power: outage near you affects 214 homes. Est. restoration 9:40 PM",
    ],
)
def test_what_is_written_to_many_is_known_by_its_looks(said: str) -> None:
    assert outcomes("stranger", said, NEIGHBORHOOD).isdisjoint({"asks", "joins"})


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("need milk", {"small"}),
        ("NEED MILK!", {"capitals", "!", "sign", "end"}),
        ("Oakfield Water: $64.12 is due 11/04", {"sender", "price", "cents", "date"}),
        ("Reply STOP or dial *86 by 5:30", {"1 words in capitals", "code to dial", "clock"}),
        ("shopfar.example/q2 has 20 % off", {"address", "share", "small"}),
        ("Chofè Wilmer Jean rive, plak KJT 402", {"names", "code", "begins large"}),
        ("im fine 😊", {"picture"}),
    ],
)
def test_how_a_text_looks(said: str, seen: set[str]) -> None:
    assert seen <= set(looks(said))


def test_who_may_ask_is_not_doubted() -> None:
    assert not doubted(PERHAPS)
    assert doubted(HARDLY)


def test_nobody_is_asked_back_twice() -> None:
    assert doubted(NEVER)
    assert not doubted(NEVER, again=True)


def test_who_sounds_like_stop_asks_for_nothing_however_much_their_words_tell_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        learned, "tells_for", lambda *_: {Intent.WORDS: 9_000, Intent.SMALL_TALK: 0}
    )
    reading = read("bórrenme, ya no vivo ahí", NEIGHBORHOOD)
    assert turned(reading, Role.STRANGER).intent is Intent.SMALL_TALK


def test_who_asks_and_names_what_they_need_is_hardly_ever_doubted() -> None:
    assert doubted(HARDLY, asks=True)
    assert doubted(HARDLY, named=("food",))
    assert not doubted(HARDLY, asks=True, named=("food",))
    assert not doubted(HARDLY, named=("food", "water"))
    assert not doubted(HARDLY, named=("food",), area="northside")
    assert doubted(NEVER, asks=True, named=("food",))


def test_who_asks_in_a_language_that_we_know_less_well_is_not_doubted() -> None:
    assert doubted(NEVER, asks=True)
    assert not doubted(NEVER, asks=True, language="ht")
    assert not doubted(NEVER, named=("food",), language="ht")


def test_an_answer_and_nothing_else_is_what_it_is() -> None:
    """Whatever it sounds like."""
    for body, intent in (("yes", Intent.YES), ("12", Intent.YES), ("no", Intent.NO)):
        reading = read(body, NEIGHBORHOOD, asked_about=(12,))
        assert turned(reading, Role.PAGED).intent is intent


@pytest.mark.parametrize(
    ("when", "said", "comes", "sounds"),
    [
        ("stranger", "the house is on fire and my mother is inside", "emergency", "small_talk"),
        ("stranger", "I want to kill myself tonight", "emergency", "machine"),
        ("stranger", "need milk for the baby", "asks", "machine"),
        ("paged", "stop texting me please", "stops", "yes"),
        ("paged", "bórrenme, ya no vivo ahí", "stops", "yes"),
        ("paged", "there is a man with a gun at my door", "emergency", "yes"),
        ("how", "he grabbed me and I am scared of him", "answered", "yes"),
    ],
)
def test_danger_and_stop_are_heard_whatever_else_it_sounds_like(
    monkeypatch: pytest.MonkeyPatch, when: str, said: str, comes: str, sounds: str
) -> None:
    monkeypatch.setattr(learned, "tells_for", lambda *_: {"words": -9_000, sounds: 9_000})
    came = outcomes(when, said, NEIGHBORHOOD)
    assert comes in came
    assert came.isdisjoint({"takes", "relays"})


@pytest.mark.parametrize(
    ("batch", "least", "more"),
    [
        ("28", 204, 10),
        ("30", 300, 25),
        ("31", 148, 12),
        ("32", 264, 14),
        ("33", 127, 6),
        ("34", 275, 25),
        ("35", 130, 12),
        ("36", 88, 12),
    ],
)
def test_what_others_mean_is_heard_better(batch: str, least: int, more: int) -> None:
    """About as many as when the batch was played first; as above."""
    some = [it for it in cases(f"aside/{batch}") if it.when in ("stranger", "paged", "how")]
    with_it = sum(holds(it, NEIGHBORHOOD) for it in some)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learned, "tells_for", lambda *_: {})
        without = sum(holds(it, NEIGHBORHOOD) for it in some)
    assert with_it >= least
    assert with_it - without >= more
