"""What people write comes to what any kind human at that phone would have done.

`heard/*.tsv` has texts that we invented, in each situation and language. Not every one is heard;
how many are is held here, so that a wording that helps one does not silently lose another.
"""

import pytest
from hearing import HEARD, Case, cases, holds
from neighborhood import NETWORK

from hotline.settings import read_network

NEIGHBORHOOD = read_network(NETWORK, "hotline.toml")
LANGUAGES = sorted(file.stem for file in HEARD.glob("*.tsv"))
LEAST = 0.95  # of a file


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_write_is_heard(language: str) -> None:
    every = list(cases(language))
    missed = [case for case in every if not holds(case, NEIGHBORHOOD)]
    share = 1 - len(missed) / len(every)
    assert share >= LEAST, f"{share:.3f} of {language}: {missed}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stop_is_always_obeyed_and_what_is_for_the_other_always_relayed(language: str) -> None:
    sure = {"stops", "!stops", "starts", "!starts", "relays", "!relays", "emergency", "shields"}
    must = [case for case in cases(language) if not sure.isdisjoint(case.wanted)]
    assert [case for case in must if not holds(_only(case, sure), NEIGHBORHOOD)] == []


def _only(case: Case, wanted: set[str]) -> Case:
    return case._replace(wanted=tuple(it for it in case.wanted if it in wanted))
