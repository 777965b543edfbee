"""Names as people write them."""

from __future__ import annotations

import pytest

from hotline.spelling import alike, language_meant


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *((it, "en") for it in ("en", "EN", "eng", "en-US", "en_GB", "English", " ENGLISH ")),
        *((it, "en") for it in ("inglés", "ingles", "anglais", "English\u200b")),
        *((it, "es") for it in ("es", "spa", "es-MX", "español", "Espanol", "Spanish")),
        *((it, "es") for it in ("castellano", "espagnol")),
        *((it, None) for it in ("", "x", "fr", "français", "eng lish", "en es", "speak")),
    ],
)
def test_a_language_is_known_by_any_of_its_names(written: str, code: str | None) -> None:
    assert language_meant(written, ("en", "es")) == code


@pytest.mark.parametrize("written", ["Old Town", "old-town", "OLD_TOWN", " old  town ", "Óld Town"])
def test_all_ways_to_write_it_are_alike(written: str) -> None:
    assert alike(written) == "old town"
