"""What a registration says about a network, and the file in which its stewards say who they are."""

from __future__ import annotations

import pytest
from provisioned import CONFIGURATION, OWNER

from hotline import registration_form, registration_texts, segments, settings
from hotline.carriers.twilio import registrars, registration_plan
from hotline.carriers.twilio.registration_fields import campaign_fields, verification_fields, volume
from hotline.carriers.twilio.registration_plan import todo
from hotline.errors import BadSettings
from hotline.phrasebook import LANGUAGES
from hotline.provisioning import Holdings, MessagingService, NumberKind, OwnNumber
from hotline.registration import Registered, Registration, RegistrationState, latest_of
from hotline.registration_form import Owner
from hotline.words import Speech
from hotline.work import furnish, utc_now

NUMBER = "+17185550111"


def speech(configuration: str = CONFIGURATION) -> Speech:
    return furnish(settings.read_network(configuration, "hotline.toml"), utc_now).speech


def owner(**changed: str) -> Owner:
    text = OWNER
    for name, value in changed.items():
        before = next(it for it in OWNER.splitlines() if it.startswith(f"{name} ="))
        text = text.replace(before, f'{name} = "{value}"')
    return registration_form.read(text, "registration.toml")


def texts(number: str = NUMBER) -> registration_texts.RegistrationTexts:
    return registration_texts.texts(speech(), owner(), number)


# The file.


@pytest.mark.parametrize(
    ("changed", "mistake"),
    [
        ({"email": "cleo"}, "email: cannot be read"),
        ({"phone": "12"}, "phone: "),
        ({"website": "maple.example.org"}, "website: is no address of a page"),
        ({"kind": "club"}, "kind: must be one of non-profit, sole proprietor"),
        (
            {"tax_number": ""},
            'tax_number is missing; a group without one registers as kind = "sole',
        ),
    ],
)
def test_each_mistake_is_named_and_nothing_of_it_repeated(
    changed: dict[str, str], mistake: str
) -> None:
    with pytest.raises(BadSettings) as found:
        owner(**changed)
    (said,) = found.value.mistakes
    assert said.startswith("registration.toml: ")
    assert mistake in said


def test_an_unknown_setting_and_a_missing_quote_are_mistakes() -> None:
    with pytest.raises(BadSettings, match="color: is no setting"):
        registration_form.read(f'{OWNER}color = "red"\n', "registration.toml")
    with pytest.raises(BadSettings, match="missing quote"):
        registration_form.read('legal_name = "Maple\n', "registration.toml")


def test_a_sole_proprietor_needs_no_tax_number() -> None:
    assert owner(kind="sole proprietor", tax_number="").tax_number == ""


# What it says.


def test_every_sentence_fits_the_field_that_it_stands_in() -> None:
    """https://www.twilio.com/docs/messaging/api/usapptoperson-resource, and its published
    description."""
    it = texts()
    assert 40 <= len(it.summary) <= 4096
    assert 40 <= len(it.how_people_join) <= 2048
    assert 2 <= len(it.samples) <= 5
    assert all(20 <= len(sample) <= 1024 for sample in it.samples)
    answers = (it.answers.help, it.answers.stop, it.answers.start)
    assert all(20 <= len(answer) <= 320 for answer in answers)


def test_it_names_the_network_and_its_number() -> None:
    it = texts()
    for said in (it.summary, it.how_people_join, it.answers.help, it.answers.stop):
        assert "Maple Street Mutual Aid" in said
    assert NUMBER in it.how_people_join
    assert "this number" in texts("").how_people_join


def test_the_samples_are_what_people_get() -> None:
    page, asked, taken = registration_texts.samples(speech())
    assert "Reply YES 12" in page
    assert "your request is 12" in asked
    assert "Ana is taking your request" in taken


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["Maple", "Maple Street Neighborhood Mutual Aid Of Brooklyn"])
def test_what_help_and_stop_are_answered_with_is_one_segment(language: str, name: str) -> None:
    network = f'[hotline]\nname = "{name}"\nlanguages = ["{language}"]\n'
    it = registration_texts.automatic_answers(speech(network), language)
    for answer in (it.help, it.stop, it.start):
        assert segments.count(answer) == 1
        assert answer.startswith("Maple")
    assert all(" " not in word and word == word.upper() for word in it.stop_words)


def test_yes_is_no_word_for_texts_to_begin_again() -> None:
    """It is how a neighbor says that they help."""
    assert "YES" not in texts().answers.start_words


# Into which fields.


def test_a_field_is_called_as_the_package_calls_it() -> None:
    fields = {**verification_fields(owner(), texts()), **campaign_fields(owner(), texts())}
    names = [registrars.argument(it) for it in fields]
    assert {"business_name", "opt_in_image_urls", "us_app_to_person_usecase"} <= set(names)
    assert registrars.argument("A2PProfileBundleSid") == "a2p_profile_bundle_sid"


@pytest.mark.parametrize(
    ("texts_a_month", "step"), [(1, "10"), (900, "1,000"), (1000, "1,000"), (9**9, "1,000,000")]
)
def test_a_volume_is_the_step_that_it_is_in(texts_a_month: int, step: str) -> None:
    assert volume(texts_a_month) == step


def test_a_sole_proprietor_says_no_tax_number() -> None:
    fields = verification_fields(owner(kind="sole proprietor", tax_number=""), texts())
    assert not any(it.startswith("BusinessRegistration") for it in fields)


# What is left to do.


def local(state: RegistrationState, *, what: Registered = Registered.PROFILE) -> Registration:
    fields = {"PolicySid": registration_plan.TEXTS_POLICY}
    return Registration(what, f"a {what}", state, fields=fields)


def left(*registrations: Registration, kind: NumberKind = NumberKind.LOCAL) -> str:
    """What is to do now, a word for each."""
    number = OwnNumber("PN1", NUMBER, kind=kind)
    have = Holdings(number, MessagingService("MG1", numbers=("PN1",)), registrations)
    found = todo(have, number, owner(), texts())
    return ", ".join(str(it.what) for it in found.changes if not it.waits_for)


APPROVED, WAITING = RegistrationState.APPROVED, RegistrationState.WAITING


@pytest.mark.parametrize(
    ("there", "to_do"),
    [
        ([], ""),
        ([local(WAITING)], ""),
        ([local(APPROVED)], "messaging profile"),
        ([local(APPROVED), local(WAITING, what=Registered.MESSAGING_PROFILE)], "brand"),
        ([local(APPROVED), local(WAITING, what=Registered.BRAND)], ""),
        ([local(APPROVED), local(APPROVED, what=Registered.BRAND)], "campaign"),
        (
            [
                local(APPROVED, what=Registered.BRAND),
                local(RegistrationState.UNKNOWN, what=Registered.CAMPAIGN),
            ],
            "",
        ),
    ],
)
def test_one_step_follows_the_other(there: list[Registration], to_do: str) -> None:
    assert left(*there) == to_do


def test_a_number_elsewhere_is_told_where_to_look() -> None:
    number = OwnNumber("PN1", "+447946011011", kind=NumberKind.LOCAL)
    found = todo(Holdings(number), number, owner(), texts())
    assert not found.changes
    assert "Regulatory Compliance" in found.notes[0]


def test_the_one_that_counts_is_approved_or_waits_or_is_the_newest() -> None:
    refused, waiting = local(RegistrationState.REFUSED), local(WAITING)
    assert latest_of([refused, waiting, local(APPROVED)], Registered.PROFILE) == local(APPROVED)
    assert latest_of([refused, waiting], Registered.PROFILE) is waiting
    assert latest_of([refused], Registered.PROFILE) is refused
    assert latest_of([refused], Registered.BRAND) is None
