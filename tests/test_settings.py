"""What can be set, and what is said when it is set wrongly. Reads no environment but its own."""

import textwrap
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.errors import BadSettings
from hotline.hours import Quiet
from hotline.phrasebook import LANGUAGES
from hotline.settings import Environment, Need, Network, Settings, load, read_network
from hotline.spelling import did_you_mean

TOKEN = "not-for-anybodys-eyes"

ENVIRON = {
    "PUBLIC_URL": "https://help.example.org",
    "TWILIO_ACCOUNT_SID": "AC0001",
    "TWILIO_AUTH_TOKEN": TOKEN,
    "HOTLINE_NUMBER": "+12125550100",
}

EXAMPLE = """
[hotline]
name = "Maple Street Mutual Aid"   # first words of what strangers get
country = "US"                     # how local numbers are read
timezone = "America/New_York"
languages = ["en", "es"]           # the first is the default
quiet = "21:00-08:00"              # nobody is asked in these hours, unless it is urgent
stewards = ["+12125550100"]        # told when a request finds nobody, or the carrier refuses us

[waves]
sizes = [3, 5, 10]                 # how many volunteers each wave asks; the last repeats
minutes = 5                        # between waves (fractions allowed)
urgent_minutes = 2
again_minutes = 60                 # before asking begins again when nobody was free

[roster]
joining = "vouched"                # or "open", "stewards"
max_a_day = 3                      # pages to one volunteer
max_a_week = 8

[[needs]]
key = "food"
digit = 1                          # on the phone menu
urgent = false
words = { en = ["food", "groceries", "hungry"], es = ["comida", "hambre"] }
label = { en = "food", es = "comida" }

[[areas]]
key = "northside"
words = ["northside", "11216", "11221"]   # names and postcodes people write
near = ["eastside"]                       # asked next when nobody in the area can

[[areas]]
key = "eastside"
"""


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def network(text: str) -> Network:
    return read_network(textwrap.dedent(text), "hotline.toml")


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(BadSettings) as trouble:
        network(text)
    return trouble.value.mistakes


def mistakes_of(**environ: str) -> list[str]:
    with pytest.raises(BadSettings) as trouble:
        load(ENVIRON | environ)
    return trouble.value.mistakes


def environment(**environ: str) -> Environment:
    return load(ENVIRON | environ).environment


# hotline.toml


def test_the_example_of_the_guide_is_read() -> None:
    found = network(EXAMPLE)
    assert found.name == "Maple Street Mutual Aid"
    assert (found.country, found.languages) == ("US", ("en", "es"))
    assert found.zone == ZoneInfo("America/New_York")
    assert found.quiet == Quiet(time(21), time(8))
    assert found.stewards == ("+12125550100",)
    assert (found.waves.sizes, found.waves.minutes) == ((3, 5, 10), 5)
    assert (found.waves.urgent_minutes, found.waves.again_minutes) == (2, 60)
    assert found.roster.joining == "vouched"
    assert (found.roster.max_a_day, found.roster.max_a_week) == (3, 8)
    assert [need.key for need in found.needs] == ["food"]
    assert found.needs[0].words["es"] == ("comida", "hambre")
    assert [area.key for area in found.areas] == ["northside", "eastside"]
    assert found.areas[0].near == ("eastside",)


def test_without_a_file_there_are_defaults() -> None:
    found = load(ENVIRON).network
    assert found == Network()
    assert (found.name, found.country) == ("Neighbors Hotline", "US")
    assert found.languages == ("en", "es")
    assert found.quiet == Quiet(time(21), time(8))
    assert (found.stewards, found.areas) == ((), ())
    assert [need.key for need in found.needs] == [
        *("food", "ride", "medicine", "shelter", "childcare", "talk")
    ]
    assert [need.key for need in found.needs if need.urgent] == ["medicine"]


def test_the_built_in_needs_keep_our_own_rules() -> None:
    needs = Network().needs
    assert [need.digit for need in needs] == [1, 2, 3, 4, 5, 6]
    for language in LANGUAGES:
        words = [word for need in needs for word in need.words[language]]
        assert len(words) == len(set(words))
        assert all(need.label[language] == need.called(language) for need in needs)
        assert all(len(need.called(language)) <= 24 for need in needs)


def test_an_empty_file_means_the_defaults() -> None:
    assert network("") == Network()


def test_the_file_in_the_working_directory_is_read() -> None:
    Path("hotline.toml").write_text('[hotline]\nname = "Elm Street"\n')
    assert load(ENVIRON).network.name == "Elm Street"


def test_the_named_file_comes_first(tmp_path: Path) -> None:
    Path("hotline.toml").write_text('[hotline]\nname = "Elm Street"\n')
    elsewhere = tmp_path / "oak.toml"
    elsewhere.write_text('\ufeff[hotline]\r\nname = "Oak Street"\r\n', encoding="utf-8")
    assert load(ENVIRON | {"HOTLINE_CONFIG": str(elsewhere)}).network.name == "Oak Street"


def test_a_named_file_must_be_there() -> None:
    assert mistakes_of(HOTLINE_CONFIG="oak.toml") == [
        "environment: HOTLINE_CONFIG: names oak.toml, and there is no such file; "
        "write it like HOTLINE_CONFIG=hotline.toml"
    ]


def test_a_file_that_is_no_text_is_refused() -> None:
    Path("hotline.toml").write_bytes(b"\xff\xfe\x00")
    assert mistakes_of() == ["hotline.toml: cannot be read; is it a text file, saved as UTF-8?"]


def test_the_last_wave_size_repeats() -> None:
    found = network("[waves]\nsizes = [3, 5]")
    assert [found.wave_size(number) for number in (1, 2, 3, 9)] == [3, 5, 5, 5]


def test_needs_and_areas_are_found_by_key() -> None:
    found = network(EXAMPLE)
    assert found.need("food") is found.needs[0]
    assert found.area("eastside") is found.areas[1]
    assert found.need("car") is None
    assert found.area("car") is None


def test_a_request_is_urgent_when_one_of_its_needs_is() -> None:
    assert Network().is_urgent(["food", "medicine"])
    assert not Network().is_urgent(["food", "no such need"])
    assert not Network().is_urgent([])


def test_no_quiet_hours_and_fractions_of_minutes() -> None:
    found = network('[hotline]\nquiet = ""\n[waves]\nminutes = 0.05')
    assert found.quiet is None
    assert found.waves.minutes == 0.05


def test_what_is_written_loosely_is_kept_neatly() -> None:
    found = network(
        """
        [hotline]
        name = "  Maple   Street "
        country = "us"
        stewards = ["(212) 555-0100", "+1 212 555 0100"]
        languages = ["es", "en", "es"]
        """
    )
    assert (found.name, found.country) == ("Maple Street", "US")
    assert found.stewards == ("+12125550100",)
    assert found.languages == ("es", "en")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Network().name = "Other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "english", "spanish"),
    [
        ('label = { en = "a lift", es = "un viaje" }', "a lift", "un viaje"),
        ('words = { en = ["ride", "lift"], es = ["viaje"] }', "ride", "viaje"),
        ('words = { en = ["ride"] }', "ride", "ride"),
        ('words = { es = ["viaje"] }', "rides", "viaje"),
        ('words = { en = ["somebody who can drive me", "ride"] }', "ride", "ride"),
        ('label = { en = "a lift" }\nwords = { en = ["ride"] }', "a lift", "a lift"),
        ("", "rides", "rides"),
    ],
)
def test_a_need_is_called_by_label_word_or_key(written: str, english: str, spanish: str) -> None:
    need = network(f'[[needs]]\nkey = "rides"\n{written}').needs[0]
    assert (need.called("en"), need.called("es")) == (english, spanish)
    assert need.label == {"en": english, "es": spanish}


def test_in_another_language_a_need_is_called_as_in_the_default_one() -> None:
    need = network('[hotline]\nlanguages = ["es"]\n[[needs]]\nkey = "x"\nwords={es=["pan"]}').needs[
        0
    ]
    assert need.called("en") == "pan"
    assert Need(key="ride").called("en") == "ride"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[hotline]\nname = ' '", 'hotline.name: is empty; write it like name = "Maple Street'),
        (f"[hotline]\nname = '{61 * 'x'}'", "hotline.name: has 61 letters, and 60 is the most; "),
        ("[hotline]\nname = 3", "hotline.name: must stand in quotes; write it like name = "),
        (
            "[hotline]\ncountry = 'USA'",
            'hotline.country: is not the two letters of a country; write it like country = "US"',
        ),
        (
            "[hotline]\ntimezone = 'New York'",
            "hotline.timezone: is not a time zone we know; "
            'write it like timezone = "America/New_York"',
        ),
        ("[hotline]\ntimezone = '../etc'", "hotline.timezone: is not a time zone we know; "),
        ("[hotline]\ntimezone = 'America'", "hotline.timezone: is not a time zone we know; "),
        (
            "[hotline]\nlanguages = []",
            'hotline.languages: names no language; write it like languages = ["en", "es"]',
        ),
        (
            "[hotline]\nlanguages = ['en', 'xx']",
            "hotline.languages: entry 2 is not a language the hotline speaks "
            f"(it speaks {', '.join(LANGUAGES[:-1])} and {LANGUAGES[-1]}); "
            'write it like languages = ["en", "es"]',
        ),
        ("[hotline]\nlanguages = 'en'", "hotline.languages: must be a list in square brackets; "),
        (
            "[hotline]\nquiet = 'night'",
            'hotline.quiet: "night" cannot be read; write quiet hours like 21:00-08:00',
        ),
        ("[hotline]\nquiet = 21", 'hotline.quiet: must stand in quotes; write it like quiet = "21'),
        (
            "[hotline]\nstewards = ['+12125550100', '555-0100']",
            "hotline.stewards: entry 2 lacks its area code to be a phone number in US: "
            "write it like (201) 555-0123 or +1 201-555-0123",
        ),
        ("[waves]\nsizes = []", "waves.sizes: has no numbers; write it like sizes = [3, 5, 10]"),
        (
            "[waves]\nsizes = [3, 0]",
            "waves.sizes: entry 2 must be 1 or more; write it like sizes = [3, 5, 10]",
        ),
        (
            "[waves]\nsizes = ['3']",
            "waves.sizes: entry 1 must be a whole number without quotes; write it like sizes = ",
        ),
        ("[waves]\nminutes = 0", "waves.minutes: must be more than 0; write it like minutes = 5"),
        (
            "[waves]\nurgent_minutes = -1",
            "waves.urgent_minutes: must be more than 0; write it like urgent_minutes = 2",
        ),
        (
            "[waves]\nagain_minutes = '60'",
            "waves.again_minutes: must be a number without quotes; "
            "write it like again_minutes = 60",
        ),
        ("[waves]\nminutes = inf", "waves.minutes: must be an ordinary number; write it like "),
        (
            "[roster]\njoining = 'all'",
            'roster.joining: must be "vouched", "open" or "stewards"; '
            'write it like joining = "vouched"',
        ),
        (
            "[roster]\nmax_a_day = 0",
            "roster.max_a_day: must be 1 or more; write it like max_a_day = 3",
        ),
        ("[[needs]]\ndigit = 1", 'needs.1.key: is missing; write it like key = "food"'),
        (
            "[[needs]]\nkey = 'Food!'",
            "needs.1.key: must be 1 to 20 small letters, digits, - or _; "
            'write it like key = "food"',
        ),
        (
            "[[needs]]\nkey = 'food'\ndigit = 9",
            "needs.food.digit: must be from 1 to 8 (9 and 0 are taken on the phone menu); "
            "write it like digit = 1",
        ),
        (
            "[[needs]]\nkey = 'food'\nurgent = 'yes'",
            "needs.food.urgent: must be true or false; write it like urgent = true",
        ),
        (
            "[[needs]]\nkey = 'food'\nwords = ['food']",
            "needs.food.words: must name the language of each; write it like words = { en = ",
        ),
        (
            "[[needs]]\nkey = 'food'\nwords = { en = ['food', ''] }",
            "needs.food.words.en: entry 2 is empty; write it like words = { en = ",
        ),
        (
            f"[[needs]]\nkey = 'food'\nlabel = {{ en = '{25 * 'x'}' }}",
            "needs.food.label.en: has more than 24 letters; write it like label = { en = ",
        ),
        (
            "[[needs]]\nkey = 'food'\n[[needs]]\nkey = 'food'",
            "needs.food.key: is there twice; give each of the needs its own; write it like key = ",
        ),
        (
            "[[needs]]\nkey = 'food'\ndigit = 1\n[[needs]]\nkey = 'ride'\ndigit = 1",
            "needs.ride.digit: is 1, and so is that of food; write it like digit = 1",
        ),
        (
            "[[needs]]\nkey = 'a'\nwords = { en = ['Bread'] }\n"
            "[[needs]]\nkey = 'b'\nwords = { en = ['bread'] }",
            'needs.b.words.en: has "bread", and so has a; write it like words = { en = ',
        ),
        (
            "[[areas]]\nkey = 'north'\n[[areas]]\nkey = 'north'",
            "areas.north.key: is there twice; give each of the areas its own; write it like key = ",
        ),
        (
            "[[areas]]\nkey = 'north'\nnear = ['moon']",
            "areas.north.near: names moon, which is not the key of an area; "
            'write it like near = ["eastside"]',
        ),
        (
            "[[areas]]\nkey = 'north'\nnear = ['suth']\n[[areas]]\nkey = 'south'",
            "areas.north.near: names suth, which is not the key of an area; did you mean south?",
        ),
        (
            "[[areas]]\nkey = 'north'\nwords = '11216'",
            "areas.north.words: must be a list in square brackets; write it like words = [",
        ),
        ("[hotline]\nnmae = 'x'", "hotline.nmae: is not a setting; did you mean name?"),
        (
            "[[needs]]\nkey = 'a'\nurgnt = true",
            "needs.a.urgnt: is not a setting; did you mean urgent?",
        ),
        ("[wavs]\nminutes = 5", "wavs: is not a setting; did you mean waves?"),
        (
            "[hotline]\nminutes = 5",
            "hotline.minutes: is not a setting here; it belongs under [waves]",
        ),
        ("name = 'x'", "name: is not a setting here; it belongs under [hotline]"),
        (
            "[[areas]]\nkey = 'a'\nzip = 1",
            "areas.a.zip: is not a setting; there can be key, words and near",
        ),
        ("waves = 5", "waves: must be a section of its own; write it like [waves]"),
        ("[needs]\nkey = 'a'", "needs: must be a list in square brackets; write it like [[needs]]"),
        (
            "[hotline]\nname = Maple Street",
            "line 2: cannot be read; look for a missing quote or ]",
        ),
        ("[hotline]\nname = 'Maple", "line 2: cannot be read; look for a missing quote or ]"),
        ("[waves]\nminutes = 5\nminutes = 6\n", "line 3: is there a second time"),
        ("[waves]\n\n[waves]\n", "line 3: is there a second time"),
    ],
)
def test_a_mistake_says_where_what_and_how(text: str, mistake: str) -> None:
    (told,) = mistakes_in(text)
    assert told.startswith(f"hotline.toml: {mistake}")


def test_a_wrong_country_does_not_make_every_steward_wrong() -> None:
    told = mistakes_in("[hotline]\ncountry = 'Mars'\nstewards = ['020 7946 0958']")
    assert [line.split(": ")[1] for line in told] == ["hotline.country"]


def test_the_same_word_may_mean_two_needs_in_two_languages() -> None:
    found = network(
        """
        [[needs]]
        key = "food"
        words = { en = ["pan"], es = ["pan"], fr = ["pain"] }
        [[needs]]
        key = "doctor"
        words = { en = ["pain"] }
        """
    )
    assert len(found.needs) == 2


# Names as people write them.


def test_languages_and_areas_are_known_as_people_write_them() -> None:
    found = network(
        """
        [hotline]
        languages = ["English", "español"]
        [voice]
        voices = { Spanish = "Mia es-MX" }
        [[needs]]
        key = "Pet Food"
        words = { English = ["pet food"] }
        label = { castellano = "croquetas" }
        [[areas]]
        key = "Old Town"
        near = ["North  Side", "old-town"]
        [[areas]]
        key = "north-side"
        """
    )
    assert found.languages == ("en", "es")
    assert found.voice.voices == {"es": "Mia es-MX"}
    assert found.needs[0].key == "pet-food"
    assert found.needs[0].words == {"en": ("pet food",)}
    assert found.needs[0].label == {"en": "pet food", "es": "croquetas"}
    assert [area.key for area in found.areas] == ["old-town", "north-side"]
    assert found.areas[0].near == ("north-side", "old-town")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "[[areas]]\nkey = 'Old Town'\n[[areas]]\nkey = 'old-town'",
            "areas.old-town.key: is there twice",
        ),
        (
            "[[needs]]\nkey = 'food'\nwords = { en = ['pan'], English = ['food'] }",
            "needs.food.words: names one language twice",
        ),
    ],
)
def test_two_ways_to_write_one_name_are_one(text: str, mistake: str) -> None:
    (told,) = mistakes_in(text)
    assert told.startswith(f"hotline.toml: {mistake}")


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("Nam", ["name"], "name"),
        ("Name", ["name"], "name"),
        ("name", ["name"], None),
        ("name", ["name", "names"], "names"),
        ("name\u200b", ["name"], None),
        (" name ", ["name"], None),
        ("moon", ["north"], None),
    ],
)
def test_a_suggestion_is_never_the_mistake_itself(
    word: str, known: list[str], meant: str | None
) -> None:
    assert did_you_mean(word, known) == meant


def test_what_is_left_of_a_language_that_is_not_spoken_is_told() -> None:
    found = network(
        """
        [hotline]
        languages = ["en"]
        [voice]
        voices = { en = "Joanna", es = "Mia" }
        [[needs]]
        key = "food"
        words = { en = ["food"], es = ["comida"], fr = ["pain"] }
        label = { es = "comida" }
        """
    )
    assert found.leftovers == (
        "hotline.toml: nobody is answered in es: it is not in languages (en),"
        " but voice.voices, needs.food.words and needs.food.label have something in it",
        "hotline.toml: nobody is answered in fr: it is not in languages (en),"
        " but needs.food.words has something in it",
    )
    assert network('[hotline]\nlanguages = ["en"]').leftovers == (), "these words are ours"


# The environment


def test_the_environment_is_read() -> None:
    found = environment(
        TWILIO_AUTH_TOKEN_SECONDARY="older", PORT="4000", REDIS_URL="rediss://redis.example.org/1"
    )
    assert found.public_url == "https://help.example.org"
    assert (found.twilio_account_sid, found.hotline_number) == ("AC0001", "+12125550100")
    assert found.twilio_auth_token.get_secret_value() == TOKEN
    assert found.twilio_auth_token_secondary is not None
    assert found.twilio_auth_token_secondary.get_secret_value() == "older"
    assert (found.port, found.redis_url) == (4000, "rediss://redis.example.org/1")


def test_what_is_not_set_or_empty_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9999")
    monkeypatch.setenv("REDIS_URL", "redis://not-ours")
    found = environment(DATABASE_URL="", TWILIO_AUTH_TOKEN_SECONDARY=" ", PORT="")
    assert found.database_url == "sqlite:///hotline.db"
    assert found.redis_url == "redis://127.0.0.1:6379/0"
    assert found.twilio_api_url == "https://api.twilio.com"
    assert found.twilio_auth_token_secondary is None
    assert found.twilio_messaging_service_sid is None
    assert found.port == 8000


def test_without_an_argument_the_process_environment_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (ENVIRON | {"PORT": "9999"}).items():
        monkeypatch.setenv(name, value)
    assert load().environment.port == 9999


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("sqlite:///hotline.db", "sqlite+pysqlite:///hotline.db"),
        ("sqlite:////srv/hotline.db", "sqlite+pysqlite:////srv/hotline.db"),
        ("postgresql://ana:pw@db/hotline", "postgresql+psycopg://ana:pw@db/hotline"),
        ("postgres://ana:pw@db/hotline", "postgresql+psycopg://ana:pw@db/hotline"),
    ],
)
def test_a_database_is_called_as_sqlalchemy_likes_it(url: str, called: str) -> None:
    assert environment(DATABASE_URL=url).sqlalchemy_url == called


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("PUBLIC_URL", "https://help.example.org/sms-app/", "https://help.example.org/sms-app"),
        ("PUBLIC_URL", " https://help.example.org:8443 ", "https://help.example.org:8443"),
        ("PUBLIC_URL", "http://localhost:8000", "http://localhost:8000"),
        ("PUBLIC_URL", "http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("TWILIO_API_URL", "http://127.0.0.1:4010/", "http://127.0.0.1:4010"),
        ("REDIS_URL", "unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("HOTLINE_NUMBER", "+1 (212) 555-0100", "+12125550100"),
        ("HOTLINE_NUMBER", "898211", "898211"),
    ],
)
def test_addresses_and_numbers_are_kept_neatly(name: str, written: str, kept: str) -> None:
    assert getattr(environment(**{name: written}), name.lower()) == kept


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("PUBLIC_URL", "", "is missing"),
        ("PUBLIC_URL", "help.example.org", "is not a web address"),
        ("PUBLIC_URL", "https://", "is not a web address"),
        ("PUBLIC_URL", "https://[help", "is not a web address"),
        ("PUBLIC_URL", "https://help.example.org:99999", "is not a web address"),
        ("PUBLIC_URL", "https://help example.org", "is not a web address"),
        ("PUBLIC_URL", "ftp://help.example.org", "is not a web address"),
        ("PUBLIC_URL", "https://help.example.org/?a=1", "must end before the ? or #"),
        ("PUBLIC_URL", "https://help.example.org/#rc=3", "must end before the ? or #"),
        (
            "PUBLIC_URL",
            "http://help.example.org",
            "must begin with https://, the carrier calls nothing else",
        ),
        (
            "PUBLIC_URL",
            "https://my_help.example.org",
            "has a _ in its name, and the carrier cannot call that",
        ),
        ("DATABASE_URL", "mysql://db/hotline", "is not a database we know"),
        ("DATABASE_URL", "sqlite://hotline.db", "is not a database we know"),
        ("DATABASE_URL", "hotline.db", "is not a database we know"),
        ("REDIS_URL", "127.0.0.1:6379", "is not the address of a Redis"),
        ("TWILIO_ACCOUNT_SID", "", "is missing"),
        ("TWILIO_ACCOUNT_SID", "AC 1", "must be one word without spaces"),
        ("TWILIO_AUTH_TOKEN", "", "is missing"),
        ("TWILIO_AUTH_TOKEN", "two words", "must be one word without spaces"),
        ("TWILIO_AUTH_TOKEN_SECONDARY", "two words", "must be one word without spaces"),
        ("TWILIO_API_URL", "api.twilio.com", "is not a web address"),
        (
            "TWILIO_API_URL",
            "http://carrier.internal:4010",
            "must begin with https://: the token goes there; http:// is for 127.0.0.1",
        ),
        (
            "HOTLINE_NUMBER",
            "",
            "is missing, and TWILIO_MESSAGING_SERVICE_SID too: set one of them",
        ),
        (
            "HOTLINE_NUMBER",
            "(212) 555-0100",
            "is not a number with its country code, or a short code of 3 to 6 digits",
        ),
        ("TWILIO_MESSAGING_SERVICE_SID", "MG 1", "must be one word without spaces"),
        ("PORT", "web", "must be a whole number"),
        ("PORT", "0", "must be 1 or more"),
        ("PORT", "70000", "must be 65535 or less"),
    ],
)
def test_a_wrong_variable_says_what_and_how(name: str, value: str, what: str) -> None:
    (told,) = mistakes_of(**{name: value})
    assert told.startswith(f"environment: {name}: {what}; write it like {name}=")


def test_the_guide_to_a_missing_address() -> None:
    assert mistakes_of(PUBLIC_URL="") == [
        "environment: PUBLIC_URL: is missing; write it like PUBLIC_URL=https://help.example.org"
    ]


def test_a_messaging_service_is_as_good_as_a_number() -> None:
    found = environment(HOTLINE_NUMBER="", TWILIO_MESSAGING_SERVICE_SID="MG0001")
    assert (found.hotline_number, found.twilio_messaging_service_sid) == (None, "MG0001")


def test_commands_without_a_carrier_need_nothing_of_it() -> None:
    assert isinstance(load({}, carrier=False), Settings)


def test_what_is_given_wrongly_is_wrong_even_without_a_carrier() -> None:
    with pytest.raises(BadSettings, match=r"^environment: PUBLIC_URL: is not a web address; .*$"):
        load({"PUBLIC_URL": "help.example.org"}, carrier=False)


def test_every_mistake_is_told_at_once() -> None:
    Path("hotline.toml").write_text(
        textwrap.dedent(
            """
            [hotline]
            nam = "x"
            quiet = "night"
            [waves]
            sizes = []
            [[needs]]
            key = "food"
            digit = 1
            [[needs]]
            key = "ride"
            digit = 1
            urgent = "yes"
            """
        )
    )
    told = mistakes_of(PUBLIC_URL="", TWILIO_AUTH_TOKEN="", HOTLINE_NUMBER="", PORT="web")
    assert sorted(": ".join(line.split(": ")[:2]) for line in told) == [
        "environment: HOTLINE_NUMBER",
        "environment: PORT",
        "environment: PUBLIC_URL",
        "environment: TWILIO_AUTH_TOKEN",
        "hotline.toml: hotline.nam",
        "hotline.toml: hotline.quiet",
        "hotline.toml: needs.ride.digit",
        "hotline.toml: needs.ride.urgent",
        "hotline.toml: waves.sizes",
    ]


def test_what_is_secret_never_shows() -> None:
    settings = load(
        ENVIRON
        | {
            "TWILIO_AUTH_TOKEN_SECONDARY": TOKEN,
            "DATABASE_URL": f"postgresql://ana:{TOKEN}@db/hotline",
            "REDIS_URL": f"redis://:{TOKEN}@redis/0",
        }
    )
    for shown in (settings, settings.environment, settings.environment.twilio_auth_token):
        assert TOKEN not in repr(shown)
        assert TOKEN not in str(shown)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_AUTH_TOKEN", f"{TOKEN} {TOKEN}"),
        ("TWILIO_AUTH_TOKEN_SECONDARY", f"{TOKEN} {TOKEN}"),
        ("DATABASE_URL", f"mysql://ana:{TOKEN}@db/hotline"),
        ("REDIS_URL", f"http://:{TOKEN}@redis/0"),
        ("PUBLIC_URL", "help.example.org"),
    ],
)
def test_a_mistake_does_not_tell_the_secret(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as trouble:
        load(ENVIRON | {name: value})
    told = trouble.value
    assert TOKEN not in f"{told} {told!r} {told.__cause__!r} {told.__context__!r}"


# Who may read /metrics, and how the log is written.


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HOTLINE_METRICS_TOKEN", "short", "has fewer than 16 letters, and could be guessed"),
        ("HOTLINE_METRICS_NETWORK", "10.0.0.0/99", "is no network of addresses"),
        ("HOTLINE_METRICS_NETWORK", "10.0.0.1/8", "is no network of addresses"),
        ("HOTLINE_METRICS_NETWORK", "127.0.0.1", "has this machine's own address in it"),
        ("HOTLINE_METRICS_NETWORK", "10.0.0.0/8,::/0", "has this machine's own address in it"),
        ("HOTLINE_LOG", "yaml", "must be text or json"),
    ],
)
def test_what_is_wrong_with_who_watches(name: str, value: str, said: str) -> None:
    (mistake,) = mistakes_of(**{name: value})
    assert mistake.startswith(f"environment: {name}: {said}")
    assert f"write it like {name}=" in mistake
    assert value not in mistake


def test_who_may_read_the_metrics() -> None:
    found = load(
        ENVIRON
        | {"HOTLINE_METRICS_NETWORK": "10.0.0.0/8, fd00::/8", "DATABASE_URL": "sqlite:////srv/a.db"}
    ).environment
    assert [str(it) for it in found.metrics_networks] == ["10.0.0.0/8", "fd00::/8"]
    assert found.metrics_folder == Path("/srv/hotline-metrics")
    assert load(ENVIRON).environment.metrics_folder is None
    assert load(ENVIRON | {"HOTLINE_LOG": "JSON"}).environment.hotline_log == "json"
