"""What a text means, form by form: `read` takes words and says what they are."""

from __future__ import annotations

import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as some
from neighborhood import NETWORK

from hotline.settings import Network, read_network
from sms import vocabulary
from sms.reading import LARGEST_NUMBER, Intent, Reading, clean, fold, once_per_network, read

NEIGHBORHOOD = read_network(NETWORK, "hotline.toml")


def reading(body: str, *asked_about: int, opt_out: str = "", pictures: bool = False) -> Reading:
    return read(body, NEIGHBORHOOD, asked_about=asked_about, opt_out=opt_out, has_pictures=pictures)


def meant(body: str, *asked_about: int) -> tuple[Intent, int | None, str]:
    """Intent, number and note."""
    it = reading(body, *asked_about)
    return it.intent, it.number, it.note


# YES.


@pytest.mark.parametrize(
    "body",
    [
        *("yes", "Yes!", "YES", "  yes  ", "yes.", "y", "Y", "yeah", "yep", "yesss", "sure", "ok"),
        *("OK", "okay!", "k", "take", "I can", "I'll take it", "I’ll do it", "on it", "yes please"),
        *(
            "Yes ma'am",
            "ok yes",
            "yes I can",
            "Yes, I can take it",
            "yes yes",
            "hi yes",
            "sí puedo",
        ),
        *("si", "sí", "SÍ", "claro que sí", "yo puedo", "dale", "oui", "wi", "d'accord", "mwen ka"),
        *("👍", "👍🏽", "👍🏿👍🏿", "👌", "✅", "✔️", "🙋🏾‍♀️", "yes 👍", '"yes"', "“yes”", "*yes*"),
    ],
)
def test_yes(body: str) -> None:
    assert meant(body) == (Intent.YES, None, "")
    assert reading(body).only_answer


@pytest.mark.parametrize(
    "body",
    [
        *("12", "#12", "12!", " 12 ", "yes 12", "YES 12.", "12 yes", "12, yes", "yes #12", "YES12"),
        *("yes12!", "Yes-12", "yes, 12", "yes: 12", "y 12", "ok 12", "si 12", "sí 12", "SI12"),
        *("oui 12", "wi 12", "12 si", "👍 12", "12 👍🏽", "yes 12 👍", '"YES 12"', "“yes 12”"),
        *("'YES 12'", "«YES 12»", "Reply YES 12", "reply: yes 12", "hi, yes 12", "Responde SI 12"),
        *("YES 12 to take it", "yes for 12", "yes to request 12", "yes to number 12", "take 12"),
        *("I can take 12", "I'll take 12", "yes I can take 12", "puedo el 12", "yes 12 please"),
    ],
)
def test_yes_to_a_number(body: str) -> None:
    assert meant(body) == (Intent.YES, 12, "")
    assert meant(body, 12) == (Intent.YES, 12, "")
    assert reading(body).only_answer


@pytest.mark.parametrize(
    ("body", "number", "note"),
    [
        ("yes in 2 hours", None, "in 2 hours"),
        ("yes 2 hours from now", None, "2 hours from now"),
        ("yes 12 in 2 hours", 12, "in 2 hours"),
        ("yes, 12, in 2 hours", 12, "in 2 hours"),
        ("12 yes in 20 min", 12, "in 20 min"),
        ("yes 5:30", None, "5:30"),
        ("yes 12 at 5:30", 12, "at 5:30"),
        ("yes I can at 5", None, "I can at 5"),
        ("Yes! On my way.", None, "On my way."),
        ("yes for 2 people", None, "for 2 people"),
        ("ok but I can only at 6", None, "but I can only at 6"),
        ("sí, en 2 horas", None, "en 2 horas"),
        ("si puedo a las 5", None, "a las 5"),
        ("yes 2125550140", None, "2125550140"),
    ],
)
def test_yes_with_a_note(body: str, number: int | None, note: str) -> None:
    assert meant(body, 12) == (Intent.YES, number, note)
    assert not reading(body, 12).only_answer


def test_a_number_somebody_was_asked_about_is_never_a_count() -> None:
    assert meant("yes 2 hours", 2) == (Intent.YES, 2, "hours")
    assert meant("yes 2 hours", 12) == (Intent.YES, None, "2 hours")


# NO, and CAN'T.


@pytest.mark.parametrize(
    "body",
    [
        *(
            "no",
            "No!",
            "NO.",
            "n",
            "nope",
            "nah",
            "no thanks",
            "No, thanks",
            "no thank you",
            "sorry",
        ),
        *("No, sorry", "not today", "not now", "busy", "I'm at work", "pass", "no gracias"),
        *("ahora no", "lo siento", "non", "non merci", "pa kapab", "👎", "👎🏼", "❌", '"no"'),
    ],
)
def test_no(body: str) -> None:
    assert meant(body) == (Intent.NO, None, "")
    assert reading(body).only_answer


@pytest.mark.parametrize(
    "body", ["no 12", "NO 12.", "12 no", "no #12", "NO12", "n 12", "NO 12 to pass", "no to 12"]
)
def test_no_to_a_number(body: str) -> None:
    assert meant(body) == (Intent.NO, 12, "")


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("no but I can at 5", "but I can at 5"),
        ("no, at work until 9", "at work until 9"),
        ("no I am away", "I am away"),
        ("no. maybe tomorrow", "maybe tomorrow"),
        ("no pero mañana sí", "pero mañana sí"),
        ("sorry, out of town", "out of town"),
    ],
)
def test_no_with_a_note(body: str, note: str) -> None:
    assert meant(body) == (Intent.NO, None, note)


@pytest.mark.parametrize(
    ("body", "number", "note"),
    [
        ("can't", None, ""),
        ("Can’t", None, ""),
        ("cant", None, ""),
        ("CANT 12", 12, ""),
        ("I can't take 12", 12, ""),
        ("12 can't", 12, ""),
        ("I cannot", None, ""),
        ("sorry, can't", None, ""),
        ("I can't make it today", None, "today"),
        ("can't come, car broke", None, "car broke"),
        ("hand it back", None, ""),
        ("no puedo", None, ""),
        ("ya no puedo", None, ""),
        ("lo siento, no puedo", None, ""),
        ("no puedo hoy", None, "hoy"),
        ("mwen pa kapab", None, ""),
    ],
)
def test_cannot(body: str, number: int | None, note: str) -> None:
    assert meant(body) == (Intent.HAND_BACK, number, note)


# What looks like an answer and is none.


@pytest.mark.parametrize(
    "body",
    [
        *("no food in the house", "no tengo comida", "no hay luz", "no heat since monday"),
        *("no water for 3 days", "no money for food", "no insulin left", "no one is helping us"),
        *(
            "nobody came",
            "I can't breathe",
            "can't pay rent",
            "I can't find your door",
            "can't walk",
        ),
        *(
            "no puedo salir de casa",
            "cannot get to the store",
            "unable to walk",
            "drop off food at 5B",
        ),
        *("take me to the hospital", "y tengo hambre", "k pasa con mi pedido", "12 cans of soup"),
        "20 people need food",
        *("11216", "yes 11216", "call 911 for me", "+12125550140", "2125550140", "12 12"),
    ],
)
def test_words_that_begin_like_an_answer(body: str) -> None:
    assert meant(body) == (Intent.WORDS, None, "")


@pytest.mark.parametrize(
    "body", ["yes?", "ok?", "take?", "si?", "ok who is this?", "OK what is this?"]
)
def test_a_question_to_us_is_no_promise_and_no_request(body: str) -> None:
    assert meant(body) == (Intent.SMALL_TALK, None, "")


def test_a_postcode_somebody_was_asked_about_is_a_number() -> None:
    assert meant("11216", 11216) == (Intent.YES, 11216, "")


@pytest.mark.parametrize(
    ("body", "says_more"),
    [
        ("yes", False),
        ("yes in 2 hours", False),
        ("no thanks, have a good day", False),
        ("ok thank you very much", False),
        ("no we have no heat", True),
        ("sí nosotros tampoco tenemos donde dormir", True),
    ],
)
def test_a_story_behind_an_answer(body: str, says_more: bool) -> None:
    """From somebody who was asked nothing it is a request."""
    assert reading(body).says_more is says_more


@pytest.mark.parametrize(
    "body",
    [
        *(
            "si alguien más puede",
            "si nadie puede yo voy",
            "Si hay comida avísenme",
            "si no llueve",
        ),
        *("si me das la dirección", "si tienes carro", "hola si alguien puede"),
        *(
            "Si nou te jwen yon kote pou domi",
            "si gen manje",
            "si mwen jwenn machin",
            "si vous voulez",
        ),
    ],
)
def test_if_is_no_yes(body: str) -> None:
    """In Spanish as many write it, in Kreyol and in French."""
    assert meant(body) == (Intent.WORDS, None, "")


@pytest.mark.parametrize(
    ("body", "note"),
    [
        *(("si puedo", ""), ("si yo puedo", ""), ("si voy", ""), ("si claro", ""), ("si si", "")),
        *(("si gracias", "gracias"), ("si en 2 horas", "en 2 horas"), ("si a las 5", "a las 5")),
        *(("si, alguien me ayuda?", "alguien me ayuda?"), ("si pero tarde", "pero tarde")),
        *(("sí alguien va conmigo", "alguien va conmigo"), ("si! nos vemos", "nos vemos")),
        *(("si\u0301 nos vemos", "nos vemos"), ("SÍ NOS VEMOS", "NOS VEMOS")),
    ],
)
def test_a_yes_in_spanish_among_other_words(body: str, note: str) -> None:
    assert meant(body) == (Intent.YES, None, note)


# Offers.


@pytest.mark.parametrize(
    "body",
    [
        *("I can cook", "I can help", "Hi, I can cook dinner for families", "I have extra food!"),
        *("we have extra groceries to share", "I'd like to help", "I can donate clothes"),
        *("I can give rides after work", "I can cook for everyone who needs it", "puedo ayudar"),
        *("Puedo cocinar para familias", "tengo comida de sobra", "me gustaría ayudar"),
        *("I can help out with deliveries on weekends", "Hola, quiero ayudar a los vecinos"),
    ],
)
def test_an_offer(body: str) -> None:
    assert reading(body).offers


@pytest.mark.parametrize(
    "body",
    [
        *("I can cook but have no food", "I can cook, need food", "I can cook. Food?", "need food"),
        *("I can cook if somebody brings food", "I have extra people at home", "I can help?"),
        *("I have extra food but no medicine", "I have no extra food", "I can donate, need a ride"),
        *("can you help", "I can cook for my kids", "puedo ayudar pero necesito comida"),
        *(
            "puedo cocinar si hay gas",
            "tengo comida extra para un día",
            "I can help myself to food",
        ),
        *("I have extra food for a day", "I would like help", "I want food", "yes", "I can"),
    ],
)
def test_in_doubt_it_is_no_offer(body: str) -> None:
    assert not reading(body).offers


# Taps.

QUOTED = "Maple Street Mutual Aid: a neighbor needs food. Reply YES 12 to take it, NO 12 to pass."


@pytest.mark.parametrize(
    "tap",
    [
        *("Liked “{}”", 'Liked "{}"', "Loved “{}”", "Disliked “{}”", "Laughed at “{}”"),
        *("Emphasized “{}”", "Emphasised “{}”", "Questioned “{}”", "Removed a like from “{}”"),
        *("Removed an exclamation from “{}”", "Removed 👍 from “{}”", "Reacted 👍 to “{}”"),
        *("Reacted ❤️ to “{}”", "👍 to “{}”", "👍🏽 to “{}”", "❤️ to “{}”", "👍 to “ {} ”"),
        *("\u200a\u200b👍\u200b to “\u200a{}\u200a”", "\u200a\u200b😂\u200b to “\u200a{}\u200a”"),
        *("Le gustó “{}”", "Le gusta “{}”", "Le encantó “{}”", "No le gustó “{}”"),
        *("Le dio risa “{}”", "Enfatizó “{}”", "Cuestionó “{}”", "Reaccionó con 👍 a “{}”"),
        *("Quitó un me gusta de “{}”", "👍 a “{}”", "A aimé « {} »", "A adoré « {} »"),
        *("Exclamó por “{}”", "Dudó sobre “{}”", "Le pareció gracioso “{}”", '👍 a "{}"'),
        *("N’a pas aimé « {} »", "A ri de « {} »", "A souligné « {} »", "A réagi avec 👍 à « {} »"),
        *("A posé une question sur « {} »", "S’est interrogé(e) sur « {} »", "👍 à « {} »"),
        *("a ajouté un « J’aime » à « {} »", "A supprimé un « J’aime » de « {} »"),
        *("Curtiu “{}”", "Não curtiu “{}”", "Amou “{}”", "Riu de “{}”", "Enfatizou “{}”"),
        *("Reagiu com 👍 a “{}”", "Removeu uma curtida de “{}”", "👍 para “{}”"),
        *("Nag-react ng 👍 sa “{}”", "Inalis ang 👍 sa “{}”", "👍 sa “{}”", "👍\u200d to “{}”"),
        *(
            "Reacted with 👍 to “{}”",
            "Removed the 👍 reaction from “{}”",
            "👨\u200d👩\u200d👧 to „{}“",
        ),
    ],
)
def test_a_tap_on_our_text_is_no_answer(tap: str) -> None:
    assert meant(tap.format(QUOTED), 12) == (Intent.REACTION, None, "")


@pytest.mark.parametrize(
    "body",
    [
        *(
            "Liked an image",
            "Loved a movie",
            "Laughed at an audio message",
            "Le encantó una imagen",
        ),
        *("A adoré une image", "Curtiu uma imagem"),
    ],
)
def test_a_tap_on_a_picture(body: str) -> None:
    assert meant(body) == (Intent.REACTION, None, "")


@pytest.mark.parametrize(
    "tap",
    [
        *("Removed a like from “{}”", "Quitó un me gusta de “{}”", "Removed 👍 from “{}”"),
        *(
            "A supprimé un « J’aime » de « {} »",
            "Removeu uma curtida de “{}”",
            "Retirou 👍 de “{}”",
        ),
        *("Liked “{}", "👍 to “{}"),
    ],
)
def test_a_tap_on_a_page_cut_short_and_a_tap_taken_back_are_no_yes(tap: str) -> None:
    for quoted in (QUOTED, QUOTED[:60] + "…", "YES 12"):
        assert meant(tap.format(quoted), 12)[0] is Intent.REACTION


@pytest.mark.parametrize(
    "body",
    [
        *("I liked the food, need more", "Loved your help, need milk", 'she said "need milk"'),
        'mwen renmen manje a, "bezwen" let',
    ],
)
def test_praise_is_no_tap(body: str) -> None:
    assert reading(body).intent is Intent.WORDS


# Our own text, pasted.


def test_what_stands_behind_a_pasted_page_answers_it() -> None:
    assert meant(f"{QUOTED} yes") == (Intent.YES, 12, "")
    assert meant(f"{QUOTED} need milk") == (Intent.WORDS, None, "")
    assert meant(QUOTED) == (Intent.REACTION, None, "")


def test_of_several_pasted_pages_the_last_is_answered() -> None:
    other = QUOTED.replace("12", "13")
    assert meant(f"{QUOTED} {other} I can't") == (Intent.HAND_BACK, 13, "")
    assert meant("si1,no1," * 200) == (Intent.REACTION, None, "")


def test_the_carriers_own_reading_holds_for_a_pasted_page() -> None:
    it = reading(f"{QUOTED} stop", opt_out="STOP")
    assert (it.intent, it.by_carrier) == (Intent.STOP, True)


# Small talk.


@pytest.mark.parametrize(
    "body",
    [
        *("hi", "Hello!", "hello there", "good morning", "hey, how are you?", "thanks", "THANKS!!"),
        *(
            "thank you so much",
            "thanks for your help",
            "god bless you",
            "lol",
            "wrong number",
            "test",
        ),
        *("hola", "Hola, buenos días", "¿cómo estás?", "muchas gracias", "gracias por su ayuda"),
        *("bonjour", "Bonsoir", "merci beaucoup", "merci à vous", "bonjou", "mesi anpil"),
        *("😀", "❤️", "🙏🏽🙏🏽", "😂😂😂", "🇭🇹", "...", "?", "!!", "", " ", "\n", "\x00", "-"),
        *("help!", "HELP!!!"),
    ],
)
def test_small_talk(body: str) -> None:
    assert meant(body) == (Intent.SMALL_TALK, None, "")


@pytest.mark.parametrize(
    "body",
    ["hi, need food", "thanks, and milk please", "hola, tengo hambre", "help me", "help please"],
)
def test_courtesy_around_a_need_is_still_a_request(body: str) -> None:
    assert reading(body).intent is Intent.WORDS


def test_a_picture_says_something_without_words() -> None:
    assert reading("", pictures=True).intent is Intent.WORDS
    assert reading("hi", pictures=True).intent is Intent.WORDS
    assert reading("yes 12", pictures=True).intent is Intent.YES


# The carrier's words.


@pytest.mark.parametrize("word", sorted(vocabulary.STOP))
def test_stop(word: str) -> None:
    for body in (word, word.upper(), f" {word.title()} \n"):
        it = reading(body)
        assert (it.intent, it.by_carrier) == (Intent.STOP, True)


@pytest.mark.parametrize(
    "body",
    [
        *("Stop.", "STOP!!", "stop please", "Please stop", "stop it", "opt-out", "stop texting me"),
        *("please stop texting me", "Don't text me", "remove me", "take me off the list, please"),
        *("leave me alone", "no more texts", "alto", "¡Basta!", "no me escriban más", "arrêt"),
    ],
)
def test_stop_in_other_words(body: str) -> None:
    """The carrier does not know these: we confirm them ourselves."""
    it = reading(body)
    assert (it.intent, it.by_carrier) == (Intent.STOP, False)


@pytest.mark.parametrize(
    "body",
    [
        *("the bus stop on 5th", "stop by at 5", "it will not stop bleeding", "end of the street"),
        *("I quit my job, need food", "dead end street", "they cancel everything"),
    ],
)
def test_the_carriers_words_among_others_are_words(body: str) -> None:
    assert reading(body).intent is Intent.WORDS


def test_start_and_help_are_the_carriers() -> None:
    for body in ("start", "START", "Unstop"):
        assert (reading(body).intent, reading(body).by_carrier) == (Intent.START, True)
    for body in ("help", "HELP", " info "):
        assert (reading(body).intent, reading(body).by_carrier) == (Intent.CARRIER_HELP, True)


def test_the_carriers_own_reading_holds() -> None:
    assert reading("no quiero más", opt_out="STOP").intent is Intent.STOP
    assert reading("si", opt_out="START").intent is Intent.START
    assert reading("ayuda", opt_out="help").intent is Intent.CARRIER_HELP
    assert reading("need food", opt_out="SOMETHING NEW").intent is Intent.WORDS


# Our own commands.


@pytest.mark.parametrize(
    ("body", "intent", "number"),
    [
        ("status", Intent.STATUS, None),
        ("Status?", Intent.STATUS, None),
        ("STATUS 12", Intent.STATUS, 12),
        ("12 status", Intent.STATUS, 12),
        ("any news?", Intent.STATUS, None),
        ("estado", Intent.STATUS, None),
        ("never mind", Intent.WITHDRAW, None),
        ("NEVERMIND", Intent.WITHDRAW, None),
        ("nvm", Intent.WITHDRAW, None),
        ("never mind 12", Intent.WITHDRAW, 12),
        ("Never mind, got food", Intent.WITHDRAW, None),
        ("never mind - my sister came", Intent.WITHDRAW, None),
        ("never mind thanks", Intent.WITHDRAW, None),
        ("never mind please", Intent.WITHDRAW, None),
        ("I don't need it anymore", Intent.WITHDRAW, None),
        ("no longer needed", Intent.WITHDRAW, None),
        ("cancel my request", Intent.WITHDRAW, None),
        ("cancel 12", Intent.WITHDRAW, 12),
        ("ya no", Intent.WITHDRAW, None),
        ("Olvídalo", Intent.WITHDRAW, None),
        ("ya no lo necesito, gracias", Intent.WITHDRAW, None),
        ("pa bezwen ankò", Intent.WITHDRAW, None),
        ("done", Intent.DONE, None),
        ("DONE 12", Intent.DONE, 12),
        ("done12", Intent.DONE, 12),
        ("12 done!", Intent.DONE, 12),
        ("It's done", Intent.DONE, None),
        ("hecho 12", Intent.DONE, 12),
        ("Ya está", Intent.DONE, None),
        ("JOIN", Intent.JOIN, None),
        ("I want to help", Intent.JOIN, None),
        ("quiero ayudar", Intent.JOIN, None),
    ],
)
def test_commands(body: str, intent: Intent, number: int | None) -> None:
    assert meant(body) == (intent, number, "")


@pytest.mark.parametrize(
    "body",
    [
        *(
            "never mind the address, it is 5B",
            "never mind about the food, need milk",
            "ya no hay luz",
        ),
        *(
            "done with work, need a ride",
            "join us at the park, bring food",
            "what is the status of my food",
        ),
    ],
)
def test_commands_among_other_words_are_words(body: str) -> None:
    assert reading(body).intent is Intent.WORDS


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("ENGLISH", "en"),
        ("English please", "en"),
        ("inglés", "en"),
        ("Español", "es"),
        ("en español, por favor", "es"),
        ("spanish", "es"),
    ],
)
def test_choosing_a_language(body: str, language: str) -> None:
    it = reading(body)
    assert (it.intent, it.language) == (Intent.LANGUAGE, language)


# What is needed, where, in which language.


@pytest.mark.parametrize(
    ("body", "needs"),
    [
        ("need food", ("food",)),
        ("NEED FOOD", ("food",)),
        ("groceries and insulin", ("food", "medicine")),
        ("insulin and groceries", ("food", "medicine")),
        ("my inhalers ran out", ("medicine",)),
        ("two lifts and milk", ("food", "ride")),
        ("necesito transporte", ("ride",)),
        ("INSULÍNA", ("medicine",)),
        ("tengo carros y leche", ("food", "ride")),
        ("food!!!food", ("food",)),
        ("my driver left, the milky way, foodie, uplifting", ()),
        ("blankets", ()),
    ],
)
def test_needs(body: str, needs: tuple[str, ...]) -> None:
    assert reading(body).needs == needs


@pytest.mark.parametrize(
    ("body", "area"),
    [
        ("need food in northside", "northside"),
        ("NORTHSIDE", "northside"),
        ("need food 11216.", "northside"),
        ("I am at 11201, not 11216", "westside"),
        ("Eastside now, from westside", "eastside"),
        ("westside-eastside line", "westside"),
        ("NY11233", "eastside"),
        ("northsider", None),
        ("112160", None),
        ("1-11216", "northside"),
        ("need food", None),
    ],
)
def test_areas(body: str, area: str | None) -> None:
    """The one that is named first."""
    assert reading(body).area == area


def test_of_two_areas_in_one_place_the_longer_name_holds() -> None:
    longer = NETWORK + '[[areas]]\nkey = "lower"\nwords = ["northside park"]\n'
    network = read_network(longer, "hotline.toml")
    assert read("food at Northside Park", network).area == "lower"
    assert read("food at northside", network).area == "northside"


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("need groceries for my kids", "en"),
        ("hello", "en"),
        ("I can't breathe, is somebody there", "en"),
        ("Necesito comida", "es"),
        ("hola", "es"),
        ("no hay leche para los niños", "es"),
        ("voy a la calle 5 a las 3", "es"),
        ("Mwen bezwen manje pou timoun yo", None),
        ("nous avons besoin de couvertures", None),
        ("12", None),
        ("asdf", None),
    ],
)
def test_the_language_of_words(body: str, language: str | None) -> None:
    """None for what the network does not speak, and for what tells nothing."""
    assert reading(body).language == language


def test_the_words_are_kept_as_written() -> None:
    assert reading("  Need\tFOOD,\n  apt 4B 🥫 \x07").said == "Need FOOD, apt 4B 🥫"
    assert reading("need milk").starts_with_need
    assert not reading("I need milk").starts_with_need
    assert not reading("need you to come before 6").starts_with_need
    assert not reading("kailangan ba ngayon").starts_with_need, "a question, in Tagalog"
    assert reading("need ba, baby bottles").starts_with_need, "and in English none"
    assert reading("12 I am at the door").first_number == 12


def test_a_phones_signature_is_not_read() -> None:
    for signature in ("\nSent from my iPhone", "\n\n  Get Outlook for iOS\nmore"):
        assert reading(f"need milk{signature}").said == "need milk"
    assert reading("sent from my heart").said == "sent from my heart"


def test_a_million_blank_lines_are_passed_over_at_once() -> None:
    """Trying each line with all that follow it would take hours."""
    assert clean("need milk" + "\n" * 1_000_000 + "x") == "need milk"


# Two networks, two sets of words.

BAKERS = read_network(
    """
    [[needs]]
    key = "bread"
    words = { en = ["bread", "loaf of rye"], es = ["pan"] }

    [[areas]]
    key = "mill"
    words = ["mill", "the old mill"]
    """,
    "hotline.toml",
)


def test_each_network_is_read_with_its_own_words() -> None:
    for _ in range(2):
        it = read("need two loaf of ryes by the old mill", BAKERS)
        assert (it.needs, it.area) == (("bread",), "mill")
        assert read("food in northside", BAKERS).needs == ()
        assert read("food in northside", BAKERS).area is None
        assert reading("food in northside").needs == ("food",)
        assert reading("food in northside").area == "northside"


def test_what_is_compiled_for_a_network_is_compiled_once_and_goes_with_it() -> None:
    names: list[str] = []

    @once_per_network
    def compiled(network: Network) -> list[str]:
        names.append(network.name)
        return [network.name]

    oak, elm = Network(name="Oak Street"), Network(name="Elm Street")
    assert compiled(oak) is compiled(oak)
    assert compiled(elm) == ["Elm Street"]
    assert names == ["Oak Street", "Elm Street"]
    oak_is = weakref.ref(oak)
    del oak
    assert oak_is() is None
    assert compiled(Network(name="Ash Street")) == ["Ash Street"]


# Anything at all.

TELLING = sorted(
    vocabulary.YES | vocabulary.NO | vocabulary.HAND_BACK | vocabulary.STOP | vocabulary.WITHDRAW
)
PIECES = some.lists(
    some.sampled_from([*TELLING, "12", "99999999", "#", "?", ",", "“", "”", "to take it", "food"])
    | some.text(max_size=8),
    max_size=8,
).map(" ".join)


@given(body=some.text() | PIECES, asked_about=some.sets(some.integers(1, 99)), opt_out=some.text())
def test_whatever_is_written_can_be_read(body: str, asked_about: set[int], opt_out: str) -> None:
    it = read(body, NEIGHBORHOOD, asked_about=asked_about, opt_out=opt_out)
    assert it.number is None or 0 <= it.number <= LARGEST_NUMBER
    assert it.area in (None, *(area.key for area in NEIGHBORHOOD.areas))
    assert set(it.needs) <= {need.key for need in NEIGHBORHOOD.needs}
    assert it.language in (None, *NEIGHBORHOOD.languages)
    assert it.note in it.said
    assert not (it.only_answer and it.note)


@given(some.text())
def test_a_letter_folds_the_same_wherever_it_stands(text: str) -> None:
    assert fold(text) == "".join(map(fold, text))


def test_accents_and_apostrophes_are_not_compared() -> None:
    assert fold("¡Mañana NO podré, d’accord?") == "¡manana no podre, daccord?"
    assert (
        fold("Stra\u00dfe \ufb01n cafe\u0301 \U0001f44d\U0001f3fd") == "strasse fin cafe \U0001f44d"
    )


# What only looks like a word.

MARKED = ("№ 12", "№12", "Nº 12", "nº12", "N° 12", "N°12", "N.º 12", "n.° 12", "n.o 12", "No. 12")
MARKED_TOO = ("n.12", "n. 12", "nr 12", "Nr. 12", "num. 12", "núm. 12", "Nro. 12", "#12", "# 12")


@pytest.mark.parametrize("mark", [*MARKED, *MARKED_TOO, "no.12", "１２", "⑫", "1️⃣2️⃣"])
def test_the_mark_of_a_number_is_no_answer(mark: str) -> None:
    it = reading(f"{mark}, on my way", 12)
    assert (it.intent, it.first_number) == (Intent.WORDS, 12)
    assert reading(f"{mark} I am outside", 12).intent is Intent.WORDS
    assert meant(f"{mark} I can't make it", 12)[:2] == (Intent.HAND_BACK, 12)


@pytest.mark.parametrize("mark", [*MARKED, *MARKED_TOO])
def test_a_number_behind_an_answer_may_be_marked(mark: str) -> None:
    assert meant(f"yes {mark} thanks", 12)[:2] == (Intent.YES, 12)
    assert meant(f"YES {mark}", 12) == (Intent.YES, 12, "")
    assert meant(f"can't {mark} sorry", 12)[:2] == (Intent.HAND_BACK, 12)


@pytest.mark.parametrize(
    "body", ["No. 12", "no.  12", "NO 12", "n. 12", "NO 12 sorry", "No, 12", "Hi no. 12"]
)
def test_a_full_stop_that_the_phone_made_keeps_a_no(body: str) -> None:
    assert meant(body, 12)[:2] == (Intent.NO, 12)


@pytest.mark.parametrize("body", ["n.12", "no.12", "N.12"])
def test_what_may_be_a_no_or_a_number_holds_nobody_to_it(body: str) -> None:
    assert meant(body, 12) == (Intent.SMALL_TALK, None, "")


def test_an_address_behind_a_mark_is_no_answer() -> None:
    assert reading("N° 4 Elm Street, 2nd floor", 12).intent is Intent.WORDS
    assert meant("No. 2 of my kids are sick", 12)[0] is Intent.NO


@pytest.mark.parametrize(
    ("body", "intent", "number"),
    [
        *(
            ("ＹＥＳ １２", Intent.YES, 12),
            ("ＮＯ　１２", Intent.NO, 12),
            ("𝐘𝐄𝐒 𝟏𝟐", Intent.YES, 12),
        ),
        *(("YES ⑫", Intent.YES, 12), ("⑫", Intent.YES, 12), ("yes ١٢", Intent.YES, 12)),
        *(("YES 1️⃣2️⃣", Intent.YES, 12), ("ﬁnished １２", Intent.DONE, 12)),
    ],
)
def test_letters_and_digits_however_they_are_drawn(body: str, intent: Intent, number: int) -> None:
    assert meant(body, 12) == (intent, number, "")


@pytest.mark.parametrize("sign", ["№", "º", "ª", "½", "²", "℠", "™", "℡", "Ⅻ", "Ⓝ", "㏂", "Ⅰ", "ⅰ"])
def test_a_sign_is_no_letters(sign: str) -> None:
    assert not fold(sign).isascii()


@pytest.mark.parametrize("body", ["①② bags", "12² on my way", "1½ hours", "1º de mayo", "y½"])
def test_signs_make_no_number_and_no_answer(body: str) -> None:
    it = reading(body, 12)
    assert it.intent in (Intent.WORDS, Intent.SMALL_TALK)
    assert it.number is None
