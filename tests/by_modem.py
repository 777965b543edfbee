"""A neighborhood whose texts a modem brings: the real gammu-smsd sends them. What comes in is put
into its folder as it does that; tests/test_gammu.py and tests/test_modem_story.py have it do that
itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from modems import DummyModem, parts
from neighborhood import Neighborhood, open_neighborhood
from waiting import until

from hotline.carriers.gammu import names, spool
from hotline.work import Job
from rehearsal.messages import Text
from rehearsal.playing import TAKEN


class ByModem(Neighborhood):
    """What the modem sent is read from the daemon's folders before the hotline empties them."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        (channel,) = self.hotline.house.network.channels
        self.modem = DummyModem(Path(channel.folder or "").parent, channel.name, only_sends=True)
        self._sent: list[Text] = []
        self._seen: set[str] = set()
        self._looks = count()

    def text(self, who: str, body: str, **more: Any) -> dict[str, Any]:
        if more.get("media"):
            raise ValueError("a modem gets no files")
        self.modem.took_in(*parts(self.number(who), body))
        self.settle()
        return {"status": TAKEN}

    def settle(self) -> None:
        super().settle()
        while self._waits_at_the_modem():
            self._jobs.enqueue([Job("collect", (0,), f"collect-{next(self._looks)}")])
            super().settle()

    def _waits_at_the_modem(self) -> bool:
        """What the hotline has to take in, once the daemon has sent all that it was given."""
        outbox = self.modem.folder / names.OUTBOX
        if any(outbox.iterdir()):
            with self.modem.at_work():
                until(lambda: not any(outbox.iterdir()), "the daemon sends it")
        left = sorted((self.modem.folder / names.SENT).iterdir())
        for file in (it for it in left if it.name not in self._seen):
            self._seen.add(file.name)
            self._sent.append(_text(len(self._sent) + 1, file))
        return spool.has_news(self.modem.folder)

    def texts(self, after: int) -> list[Text]:
        return self._sent[after:]


def _text(place: int, file: Path) -> Text:
    to = names.outgoing(file.name)
    assert to
    words = file.read_bytes()[2:].decode("utf-16-le")
    return Text(
        *(place, to.to, "", "outbound-api", words, "sent", None, str(to.message_id), 1, ()),
        by="hotline",
        when="",
    )


@contextmanager
def open_by_modem(folder: Path, *arguments: Any, **more: Any) -> Iterator[ByModem]:
    """As `open_neighborhood`. `folder`: where the modem's is made."""
    its = {"folder": str(folder / "modem1")}
    with open_neighborhood(
        *arguments, channels=["modem1"], first_channel=its, kind=ByModem, **more
    ) as neighborhood:
        assert isinstance(neighborhood, ByModem)
        neighborhood.modem.start()
        try:
            with neighborhood.modem.at_work():
                pass
            yield neighborhood
        finally:
            neighborhood.modem.kill()
