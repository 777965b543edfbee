"""What each code of the carrier means for us, and how errors speak. No carrier is asked."""

import pickle

import pytest
from twilio.base.exceptions import TwilioRestException

from hotline import errors, settings
from hotline.carriers.twilio import client, codes
from hotline.carriers.twilio.codes import kind_of
from hotline.errors import (
    AccountRefused,
    BadAttachment,
    BadNumber,
    BadRoster,
    BadSettings,
    Blocked,
    CarrierBusy,
    CarrierError,
    CarrierSilent,
    Filtered,
    HotlineError,
    Landline,
    NeverLeft,
    NotAllowedThere,
    NoVoice,
    OptedOut,
    OutdatedDatabase,
    PhoneOff,
    Refused,
    Uncallable,
    Unexplained,
    Unreachable,
)

MEANINGS: dict[type[CarrierError], list[int]] = {
    CarrierBusy: [20429, 21611, 30001, 30410, 30022, 30023, 30027, 10004, 14107, 30500],
    NeverLeft: [30036],
    OptedOut: [21610, 30630],
    BadNumber: [21211, 21214, 21217, 21265, 21268, 21401, 21421, 30005],
    Landline: [21614, 21635, 30006],
    PhoneOff: [30003],
    Unreachable: [30008, 30450, 30453],
    Blocked: [30004, 21612],
    Filtered: [30007],
    NotAllowedThere: [21408, 21608, 21203],
    AccountRefused: [
        *(10001, 13227, 20003, 20404, 21210, 21212, 21219, 21601, 21606, 21659, 21660, 21661),
        *(21703, 21704, 21705, 21730, 30002, 30024, 30032, 30033, 30034, 30035, 30037, 30990),
    ],
    BadAttachment: [11751, 12300, 21620, 30019],
    Uncallable: [13224, 13225, 21215, 21216],
    Refused: [20009, 21617],
}
ENDS = (CarrierBusy, Unreachable)


@pytest.mark.parametrize(
    ("code", "kind"), [(code, kind) for kind, codes in MEANINGS.items() for code in codes]
)
def test_a_code_of_the_carrier_means_one_thing(code: int, kind: type[CarrierError]) -> None:
    assert kind_of(code) is kind


def test_no_code_is_listed_twice() -> None:
    assert len(codes._KINDS) == sum(len(some) for some in codes._CODES.values())


def test_every_kind_of_failure_but_those_that_are_found_out_has_codes() -> None:
    without = {CarrierError, CarrierSilent, Unexplained, NoVoice}
    kinds = {it for it in vars(errors).values() if isinstance(it, type)}
    assert {it for it in kinds if issubclass(it, CarrierError)} - without == set(codes._CODES)


def test_only_what_ends_says_when() -> None:
    assert all(issubclass(kind_of(code), ENDS) for code in codes.PAUSES)


def test_a_phone_that_is_off_cannot_be_reached() -> None:
    assert issubclass(kind_of(30003), Unreachable)


def test_the_code_counts_more_than_the_http_status() -> None:
    assert kind_of(21610, 400) is OptedOut
    assert kind_of(21408, 503) is NotAllowedThere


@pytest.mark.parametrize(
    ("http_status", "kind"),
    [
        (429, CarrierBusy),
        (500, CarrierBusy),
        (503, CarrierBusy),
        (401, AccountRefused),
        (403, AccountRefused),
        (400, Unexplained),
        (404, AccountRefused),
    ],
)
@pytest.mark.parametrize("code", [None, 99999])
def test_without_a_known_code_the_http_status_speaks(
    code: int | None, http_status: int | None, kind: type[CarrierError]
) -> None:
    assert kind_of(code, http_status) is kind


def test_of_what_did_not_arrive_an_unlisted_code_is_unexplained_and_none_tells_nothing() -> None:
    assert kind_of(99999) is Unexplained
    assert kind_of(None) is Unreachable


def test_a_daily_cap_says_to_wait_until_tomorrow() -> None:
    assert _pause_after(30023) == 24 * 60 * 60
    assert _pause_after(30022) == 60
    assert _pause_after(20429) is None


def _pause_after(code: int) -> float | None:
    """How long whoever asked for something is told to wait."""

    def refuse() -> None:
        raise TwilioRestException(429, "/Messages", code=code)

    with pytest.raises(CarrierBusy) as refused:
        client.Carrier(_environment())._call(refuse)
    assert refused.value.code == code
    return refused.value.retry_after


def _environment() -> settings.Environment:
    account = {"TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "12345"}
    ours = {"PUBLIC_URL": "https://help.example.org", "HOTLINE_NUMBER": "+12125550199"}
    return settings.load(account | ours).environment


def test_what_is_said_about_waiting_is_kept() -> None:
    assert CarrierBusy(code=30022, retry_after=5).retry_after == 5


def test_a_carrier_error_keeps_its_number_and_words() -> None:
    trouble = OptedOut("not texted", code=21610)
    assert (str(trouble), trouble.code, trouble.retry_after) == ("not texted", 21610, None)


@pytest.mark.parametrize("kind", [BadSettings, BadRoster])
def test_mistakes_are_told_one_a_line(kind: type[BadSettings | BadRoster]) -> None:
    trouble = kind(["row 2: has no phone", "row 5: has no name"])
    assert str(trouble) == "row 2: has no phone\nrow 5: has no name"
    assert trouble.mistakes == ["row 2: has no phone", "row 5: has no name"]


def test_errors_survive_the_way_to_another_process() -> None:
    roster = pickle.loads(pickle.dumps(BadRoster(["row 2: has no phone"])))  # noqa: S301
    busy = pickle.loads(pickle.dumps(CarrierBusy("wait", code=30001, retry_after=2)))  # noqa: S301
    assert roster.mistakes == ["row 2: has no phone"]
    assert (str(busy), busy.code, busy.retry_after) == ("wait", 30001, 2)


def test_the_drawn_tree_names_every_error() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    names = {kind.__name__ for kind in kinds if issubclass(kind, HotlineError)} - {"_Mistakes"}
    assert {CarrierSilent.__name__, OutdatedDatabase.__name__} < names
    assert all(name in str(errors.__doc__) for name in names)
