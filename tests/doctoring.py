"""A neighborhood that the doctor looks at, with everything in it well until a test breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

from hotline.doctor.findings import Finding
from hotline.store import vitals
from serving import consulting, examining
from serving.examining import Practice

HELPED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
PROCESSES = ("web", "worker", "clock")


@dataclass
class Patient:
    maple: Neighborhood
    practice: Practice

    def cheap(self) -> dict[str, Finding]:
        return {it.key: it for it in examining.cheap_half(self.practice)}

    def rest(self) -> dict[str, Finding]:
        return {it.key: it for it in examining.other_half(self.practice)}

    def beat(self, *roles: str) -> None:
        """Each of these processes gives a sign of life now."""
        now = self.maple.now()
        for role in roles or PROCESSES:
            self.practice.database.write(lambda c, role=role: vitals.beat(c, role, "one:1", now))

    def carrier(self, method: str, path: str, **wish: Any) -> Any:
        """Ask the control address of the rehearsal carrier."""
        url = f"{self.maple.address}/rehearsal/{path}"
        answer = httpx2.request(method, url, json=wish, trust_env=False, timeout=30)
        assert answer.is_success, answer.text
        return answer.json()

    def account(self, **wish: Any) -> None:
        self.carrier("PUT", "account", **wish)

    def where(self, **other: Any) -> Patient:
        """The same, looked at another way."""
        return replace(self, practice=replace(self.practice, **other))


@contextmanager
def open_patient(
    database_url: str, redis_url: str, network: str = HELPED, **options: Any
) -> Iterator[Patient]:
    with open_neighborhood(database_url, redis_url, network, **options) as maple:
        hotline = maple.hotline
        practice = consulting.practice(
            hotline._environment, hotline.house, hotline.database, hotline.jobs
        )
        patient = Patient(maple, practice)
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        patient.beat()
        yield patient
