"""The board in a browser without scripts: what somebody sees, and the forms they send."""

from __future__ import annotations

import re
from html import unescape

import httpx2
from neighborhood import Neighborhood


def is_well(maple: Neighborhood) -> None:
    """In one process, in which time is moved by hand, nobody gives signs of life."""
    maple.hotline.health.parts._look = dict


class AtTheBoard:
    """One browser."""

    def __init__(self, maple: Neighborhood, agent: str = "Mozilla/5.0 (Android) Firefox") -> None:
        self.maple = maple
        self.http = httpx2.Client(
            base_url=f"{maple.address}/board",
            timeout=30,
            trust_env=False,
            headers={"user-agent": agent},
            follow_redirects=True,
        )
        self.page = ""
        self.status = 0
        self.path = ""

    def close(self) -> None:
        self.http.close()

    def goes_to(self, path: str) -> str:
        return self._see(self.http.get(path))

    def sends(self, path: str, fields: dict[str, object] | None = None, **headers: str) -> str:
        """A form, with what it says of what was seen, if it does, and all that follows from it."""
        shown = self.posts(path, fields, **headers)
        self.maple.settle()
        return shown

    def posts(self, path: str, fields: dict[str, object] | None = None, **headers: str) -> str:
        """The form alone."""
        seen = re.findall(r'name="seen" value="(\w+)"', self.page)
        form = ({"seen": seen[0]} if seen else {}) | (fields or {})
        said = {"origin": self.maple.address} | headers
        return self._see(self.http.post(path, data=form, headers=said))

    def signs_in(self, who: str, *, by: str = "text") -> str:
        """With the code that comes to their phone."""
        self.goes_to("/in")
        self.maple.received()
        self.sends("/in", {"number": self.maple.number(who), "by": by})
        read = [it.body for it in self.maple.received() if it.who == who]
        (code,) = re.findall(r"\b(\d{6})\b", read[-1])
        return self.sends("/code", {"code": code})

    def _see(self, answer: httpx2.Response) -> str:
        self.status, self.page = answer.status_code, answer.text
        self.path = answer.url.raw_path.decode()
        return self.words

    @property
    def words(self) -> str:
        """What is to be read on the page."""
        main = self.page.partition("<main")[2].partition("</main>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", f"<main{main}")).split())

    @property
    def title(self) -> str:
        return unescape(self.page.partition("<title>")[2].partition("</title>")[0])
