"""What the carrier reads from the `#fragment` of an address."""

import pytest

from rehearsal.overrides import BAD_POLICY, BAD_SETTING, Overrides, read_overrides

ADDRESS = "https://example.org/sms?a=1"
USUAL = Overrides(1, frozenset({"ct"}), connect=5.0, read=15.0, total=15.0)


@pytest.mark.parametrize("fragment", ["", "#", "#top", "#e=ashburn&sni=y", "#RC=5"])
def test_without_settings_it_is_as_usual(fragment: str) -> None:
    assert read_overrides(ADDRESS + fragment) == (USUAL, [])


@pytest.mark.parametrize(
    ("fragment", "overrides"),
    [
        ("#rc=3&rp=all", Overrides(retries=3, policy=frozenset({"all"}))),
        ("#rc=0", Overrides(retries=0)),
        ("#rp=4xx,5xx,ct,rt", Overrides(policy=frozenset({"4xx", "5xx", "ct", "rt"}))),
        ("#ct=100&rt=15000&tt=1500", Overrides(connect=0.1, read=15.0, total=1.5)),
        ("#rc=1&rc=2", Overrides(retries=2)),
    ],
)
def test_settings_are_read(fragment: str, overrides: Overrides) -> None:
    assert read_overrides(ADDRESS + fragment) == (overrides, [])


@pytest.mark.parametrize(
    "fragment",
    [
        *("#rc=6", "#rc=-1", "#rc=", "#rc=two", "#rc=1.5", "#rc=²"),
        *("#ct=99", "#ct=10001", "#rt=15001", "#tt=99", "#tt=1e3", "#tt=999999999999"),
    ],
)
def test_what_cannot_be_read_is_as_if_it_were_not_there(fragment: str) -> None:
    assert read_overrides(ADDRESS + fragment) == (USUAL, [BAD_SETTING])


def test_what_can_be_read_beside_it_counts() -> None:
    found = read_overrides(f"{ADDRESS}#rc=9&rp=sometimes&tt=200")
    assert found == (Overrides(total=0.2), [BAD_SETTING, BAD_POLICY])
    assert read_overrides(f"{ADDRESS}#rp=5xx,") == (USUAL, [BAD_POLICY])


def test_a_try_follows_what_the_policy_names() -> None:
    some, every = Overrides(policy=frozenset({"5xx", "rt"})), Overrides(policy=frozenset({"all"}))
    failures = ("ct", "rt", "4xx", "5xx", "other", "")
    assert [it for it in failures if some.try_again_after(it)] == ["rt", "5xx"]
    assert [it for it in failures if every.try_again_after(it)] == list(failures[:-1])
