"""What organizers do on the board while everything breaks: correct a request, note, write, ask,
close, and write one down for somebody who came to the table. Mostly two at once, with the same page
before them.

They know no more of a request than its page shows, and send no form that is not on it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

import httpx2

from chaos.people import TELL

BREATH = 1.0  # seconds between two looks
PATIENCE = 20.0  # seconds for an answer
DONE, REFUSED = 303, range(400, 500)
KEPT_AS = {  # what the record calls it
    "correct": "corrected",
    "anew": "askedanew",
    "ask": "askedperson",
    "close": "closed",
    "write": "wrote",
    "asking": "asked_for",
}
OFTEN = {"correct": 6, "note": 3, "write": 3, "ask": 3, "anew": 1, "close": 1}
NEEDS, AREAS = ("food", "ride", "medicine"), ("northside", "eastside", "westside")
DESK_WORD = f"{TELL}desk"  # begins each word of theirs, with a number behind it
SEEN = re.compile(r'name="seen" value="(\w+)"')
REQUESTS = re.compile(r'href="/board/requests/(\d+)"')
FITTING = re.compile(r'name="who" value="(\d+)"')
TO = re.compile(r'<select name="to">\s*<option value="(\d+)"')

Fields = dict[str, str]


@dataclass
class Acted:
    """One form that somebody at the desk sent. `number` is that of the request, 0 while there is
    none; `seen` what it was like on the page before them, and `opened` when they had that, in real
    seconds; `word` is in what they wrote and nowhere else. `status`: of the answer, 0 for none."""

    phone: str
    what: str
    number: int
    seen: str
    word: str
    opened: float
    status: int = 0
    answered: float = 0.0

    @property
    def is_done(self) -> bool:
        return self.status == DONE

    @property
    def may_be_done(self) -> bool:
        """Whether nobody was told that it was refused."""
        return self.status not in REFUSED


@dataclass(frozen=True)
class OpenPage:
    """A request as somebody sees it."""

    number: int
    html: str
    opened: float

    @property
    def seen(self) -> str:
        found = SEEN.search(self.html)
        return found[1] if found else ""

    @property
    def forms(self) -> list[str]:
        """What can be done there, in an order of its own."""
        return [it for it in OFTEN if f'action="/board/requests/{self.number}/{it}"' in self.html]


class Organizer:
    """Somebody at the desk, in one browser."""

    def __init__(self, phone: str, token: str) -> None:
        self.phone = phone
        self._http = httpx2.Client(
            trust_env=False,
            timeout=PATIENCE,
            headers={"cookie": f"board-session={token}"},
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    def close(self) -> None:
        self._http.close()

    def looks_at(self, web: str, path: str) -> str:
        """The page; empty if there was no good answer."""
        try:
            answer = self._http.get(f"{web}/board{path}")
        except httpx2.HTTPError:
            return ""
        return answer.text if answer.status_code == httpx2.codes.OK else ""

    def sends(self, web: str, path: str, fields: Fields, it: Acted) -> None:
        try:
            answer = self._http.post(f"{web}/board{path}", data=fields, headers={"origin": web})
        except httpx2.HTTPError:
            return
        finally:
            it.answered = time.time()
        it.status = answer.status_code
        if found := re.search(r"/board/requests/(\d+)", answer.headers.get("location", "")):
            it.number = int(found[1])


class BusyDesk:
    """Two organizers, who go on until they are told to rest. `acted` grows."""

    def __init__(
        self, seed: str, tokens: Mapping[str, str], webs: Sequence[str], phones: Sequence[str]
    ) -> None:
        """`tokens`: of the browsers in which they are signed in, by phone; `phones`: of those who
        may come to the table."""
        self.acted: list[Acted] = []
        self._chance = Random(f"{seed}-desk")
        self._organizers = [Organizer(phone, token) for phone, token in tokens.items()]
        self._webs, self._phones = webs, phones
        self._words = 0

    def look_after(self, over: threading.Event) -> None:
        while not over.wait(BREATH * self._chance.uniform(0.5, 1.5)):
            self.act()

    def close_all(self, numbers: Sequence[int]) -> None:
        """Close these requests: whoever asked does not say themselves that they need nothing."""
        organizer = self._organizers[0]
        for number in numbers:
            page = OpenPage(
                number, organizer.looks_at(self._webs[0], f"/requests/{number}"), time.time()
            )
            if "close" in page.forms:
                self._sending(
                    organizer, f"/requests/{number}/close", {"seen": page.seen}, "close", page
                )()

    def close(self) -> None:
        for organizer in self._organizers:
            organizer.close()

    def act(self) -> None:
        with ThreadPoolExecutor(len(self._organizers)) as together:
            sends = self._ask() if self._chance.random() < 0.15 else self._change(together)
            for one in [together.submit(it) for it in sends]:
                one.result()

    def _ask(self) -> list[Callable[[], None]]:
        """For somebody at the table, with a phone or without."""
        chance = self._chance
        number = chance.choice(self._phones) if chance.random() < 0.5 else ""
        fields = {"need": chance.choice(NEEDS), "area": chance.choice(AREAS), "number": number}
        organizer = chance.choice(self._organizers)
        return [self._sending(organizer, "/asking", fields, "asking", OpenPage(0, "", time.time()))]

    def _change(self, together: ThreadPoolExecutor) -> list[Callable[[], None]]:
        """Each with a form of the same request."""
        chance = self._chance
        listed = self._organizers[0].looks_at(chance.choice(self._webs), "/requests")
        if not (numbers := sorted({int(it) for it in REQUESTS.findall(listed)})):
            return []
        number = chance.choice(numbers)
        web = chance.choice(self._webs)
        looks = [
            together.submit(it.looks_at, web, f"/requests/{number}") for it in self._organizers
        ]
        pages = [OpenPage(number, it.result(), time.time()) for it in looks]
        sends = [
            self._choose(organizer, page)
            for organizer, page in zip(self._organizers, pages, strict=True)
            if page.forms
        ]
        return [it for it in sends if it]

    def _choose(self, organizer: Organizer, page: OpenPage) -> Callable[[], None] | None:
        chance, forms = self._chance, page.forms
        (what,) = chance.choices(forms, [OFTEN[it] for it in forms])
        fields: Fields = {"seen": page.seen}
        match what:
            case "correct":  # to an hour that nobody said before: it never becomes as it was
                day, hour = f"2026-09-{chance.randint(1, 30):02}", chance.randrange(24 * 60)
                fields |= {"need": chance.choice(NEEDS), "area": chance.choice(AREAS)}
                fields |= {"people": "1", "day": day, "hour": f"{hour // 60:02}:{hour % 60:02}"}
            case "ask":
                if not (fitting := FITTING.findall(page.html)):
                    return None
                fields["who"] = chance.choice(fitting)
            case "write":
                if not (to := TO.search(page.html)):
                    return None
                fields["to"] = to[1]
            case _:
                pass
        return self._sending(organizer, f"/requests/{page.number}/{what}", fields, what, page)

    def _sending(
        self, organizer: Organizer, path: str, fields: Fields, what: str, page: OpenPage
    ) -> Callable[[], None]:
        self._words += 1
        it = Acted(
            organizer.phone, what, page.number, page.seen, f"{DESK_WORD}{self._words}", page.opened
        )
        self.acted.append(it)
        web, said = self._chance.choice(self._webs), {"words": f"please see to {it.word}, thanks"}
        return lambda: organizer.sends(web, path, fields | said, it)
