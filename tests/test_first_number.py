"""What organizers paste into a registration is as long as it may be, and what we really send."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hotline.words import Sentence

GUIDE = (Path(__file__).parent.parent / "docs" / "first-number.md").read_text(encoding="utf-8")


def pasted(begins: str) -> list[str]:
    """The blocks that follow a field's name, until another thing begins."""
    after = GUIDE.partition(f"**{begins}")[2]
    assert after, begins
    blocks, rest = [], after.partition("\n\n")[2]
    while block := re.match(r"```text\n(.*?)\n```\n\n?", rest, re.DOTALL):
        blocks.append(block[1])
        rest = rest[block.end() :]
    return blocks


# The lengths are those of Usa2p in the published description of the carrier's API.


def test_the_description_and_the_message_flow_may_be_that_long() -> None:
    (description,) = pasted("Description")
    (flow,) = pasted("Message flow")
    assert 40 <= len(description) <= 4096
    assert 40 <= len(flow) <= 2048


def test_the_flow_says_all_that_reviewers_look_for() -> None:
    (flow,) = pasted("Message flow")
    for words in ("JOIN", "STOP", "HELP", "frequency varies", "data rates may apply", "#privacy"):
        assert words in flow


def test_there_are_as_many_samples_as_there_may_be() -> None:
    samples = pasted("Sample messages")
    assert 2 <= len(samples) <= 5
    assert all(20 <= len(it) <= 1024 for it in samples)


def _sent(words: str) -> bool:
    """Whether one of our sentences can come out like that."""
    for sentence in Sentence:
        parts = (re.escape(it) for it in re.split(r"{\w+}", sentence.value))
        if re.fullmatch("(.+?)".join(parts), words):
            return True
    return False


@pytest.mark.parametrize("words", [*pasted("Sample messages"), *pasted("Opt-in message")])
def test_they_are_what_we_send(words: str) -> None:
    assert _sent(words)


def test_the_page_says_what_carriers_want_to_read_on_one() -> None:
    page = GUIDE.partition("## The page on the web")[2]
    for words in ("STOP", "HELP", "data rates may apply", "do not sell or share", "JOIN"):
        assert words in page
