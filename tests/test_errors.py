"""What each number of the carrier means for us, and how errors speak. No carrier is asked."""

import pickle

import pytest

from hotline import errors
from hotline.errors import (
    AccountRefused,
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
    OptedOut,
    OutdatedDatabase,
    Refused,
    Uncallable,
    Unreachable,
    from_carrier,
)

MEANINGS: dict[type[CarrierError], list[int]] = {
    CarrierBusy: [20429, 21611, 30001, 30410, 30022, 30023],
    NeverLeft: [30036],
    OptedOut: [21610],
    BadNumber: [21211, 21214, 21217, 21401, 21421, 30005],
    Landline: [21614, 30006],
    Unreachable: [30003, 30008],
    Blocked: [30004, 21612],
    Filtered: [30007],
    NotAllowedThere: [21408, 21608],
    AccountRefused: [20003, 20404, 21606, 30002, 30024, 30032, 30034, 30035],
    Uncallable: [13224, 13225, 21215, 21216],
}


@pytest.mark.parametrize(
    ("code", "kind"), [(code, kind) for kind, codes in MEANINGS.items() for code in codes]
)
def test_a_number_of_the_carrier_means_one_thing(code: int, kind: type[CarrierError]) -> None:
    assert from_carrier(code, None) is kind


def test_the_number_counts_more_than_the_http_status() -> None:
    assert from_carrier(21610, 400) is OptedOut
    assert from_carrier(21408, 503) is NotAllowedThere


@pytest.mark.parametrize(
    ("http_status", "kind"),
    [
        (429, CarrierBusy),
        (500, CarrierBusy),
        (503, CarrierBusy),
        (401, AccountRefused),
        (403, AccountRefused),
        (400, Refused),
        (404, AccountRefused),
        (None, Refused),
    ],
)
@pytest.mark.parametrize("code", [None, 99999])
def test_without_a_known_number_the_http_status_speaks(
    code: int | None, http_status: int | None, kind: type[CarrierError]
) -> None:
    assert from_carrier(code, http_status) is kind


def test_a_daily_cap_says_to_wait_until_tomorrow() -> None:
    assert CarrierBusy(code=30023).retry_after == 24 * 60 * 60
    assert CarrierBusy(code=30022).retry_after == 60
    assert CarrierBusy(code=20429).retry_after is None


def test_what_the_carrier_says_about_waiting_counts_first() -> None:
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
