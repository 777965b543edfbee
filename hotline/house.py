"""What every process has at hand: this network, its sentences, and the time.

The time is a function that is handed in, so that a test can move it by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline import words
from hotline.settings import Network

Now = Callable[[], datetime]


@dataclass(frozen=True)
class House:
    network: Network
    speech: words.Speech
    now: Now


def utc_now() -> datetime:
    return datetime.now(UTC)


def furnish(network: Network, now: Now = utc_now) -> House:
    """Read the catalogues of a network's languages and put everything together."""
    return House(network, words.Speech(network, words.load(network.languages)), now)
