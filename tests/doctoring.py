"""A neighborhood that the doctor looks at, with everything in it well until a test breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
from neighborhood import ACCOUNT, CAST, NETWORK, NUMBER, TOKEN, Neighborhood, open_neighborhood

from hotline import settings
from hotline.doctor.findings import Finding
from hotline.settings import Environment
from hotline.store import vitals
from serving import doctor_examination, doctor_wiring
from serving.doctor_examination import Practice

HELPED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
PROCESSES = ("web", "worker", "clock")


RN = "RN" + "0" * 32


@dataclass(frozen=True)
class Registered:
    """What was registered, by the carrier's names."""

    service: str
    brand: str
    campaign: str


@dataclass
class Patient:
    maple: Neighborhood
    practice: Practice

    def cheap(self) -> dict[str, Finding]:
        return {it.key: it for it in doctor_examination.cheap_half(self.practice)}

    def rest(self) -> dict[str, Finding]:
        return {it.key: it for it in doctor_examination.other_half(self.practice)}

    def channels(self) -> dict[str, Finding]:
        return {it.key: it for it in doctor_examination.channels_half(self.practice)}

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

    def environment(self, **other: str) -> Environment:
        """As it is set, and something more or otherwise."""
        return settings.load(
            {
                "PUBLIC_URL": self.maple.address,
                "TWILIO_API_URL": self.maple.address,
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "HOTLINE_NUMBER": NUMBER,
                **other,
            }
        ).environment

    def api(self, method: str, path: str, **form: Any) -> Any:
        """Ask the carrier's own API, as its pages would."""
        address = self.maple.address
        where = f"{address}{path}"
        auth = (ACCOUNT, TOKEN)
        answer = httpx2.request(
            method, where, data=form or None, auth=auth, trust_env=False, timeout=30
        )
        assert answer.is_success, answer.text
        return answer.json()

    def number(self, **facts: str) -> str:
        """Change how our number is set there; its name."""
        book = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"
        (found,) = self.api("GET", f"{book}.json")["incoming_phone_numbers"]
        self.api("POST", f"{book}/{found['sid']}.json", **facts)
        return str(found["sid"])

    def provide(self) -> None:
        """Set our number as it should be."""
        public = self.maple.address
        self.number(
            SmsUrl=f"{public}/sms#rc=3&rp=all",
            SmsFallbackUrl=f"{public}/sms#rc=3&rp=all",
            VoiceUrl=f"{public}/voice#rc=3&rp=all",
            VoiceFallbackUrl=f"{public}/voice#rc=3&rp=all",
            StatusCallback=f"{public}/voice/status#rc=3&rp=all",
        )

    def decide(self, sid: str, **facts: object) -> None:
        """Somebody looked at a registration."""
        self.carrier("PUT", f"registrations/{sid}", **facts)

    def register(self) -> Registered:
        """A brand and a campaign, approved, and our number in its messaging service."""
        owner = self.carrier("POST", "registrations")["sid"]
        of_texts = self.api(
            "POST", "/v1/TrustProducts", FriendlyName="texts", Email="c@example.org", PolicySid=RN
        )["sid"]
        self.decide(of_texts, status="twilio-approved")
        brand = self.api(
            "POST",
            "/v1/a2p/BrandRegistrations",
            CustomerProfileBundleSid=owner,
            A2PProfileBundleSid=of_texts,
        )["sid"]
        self.decide(brand, status="APPROVED")
        service = self.serve()
        campaign = self.api(
            "POST",
            f"/v1/Services/{service}/Compliance/Usa2p",
            BrandRegistrationSid=brand,
            Description="Neighbors ask for help and other neighbors say yes to it.",
            MessageFlow="People text the number first, which they know from a poster.",
            MessageSamples=["Maple Street: got it, your request is 12."] * 2,
            UsAppToPersonUsecase="MIXED",
            HasEmbeddedLinks="false",
            HasEmbeddedPhone="false",
            HelpMessage="Maple Street Mutual Aid: neighbors helping. STOP to leave.",
            OptOutMessage="Maple Street Mutual Aid: you get no more texts from us.",
        )["sid"]
        self.decide(campaign, status="VERIFIED")
        return Registered(service, brand, campaign)

    def serve(self) -> str:
        """A messaging service with our number in it."""
        public = self.maple.address
        service = self.api(
            "POST",
            "/v1/Services",
            FriendlyName="texts",
            InboundRequestUrl=f"{public}/sms#rc=3&rp=all",
            FallbackUrl=f"{public}/sms#rc=3&rp=all",
        )["sid"]
        self.api("POST", f"/v1/Services/{service}/PhoneNumbers", PhoneNumberSid=self.number())
        return str(service)

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
        practice = doctor_wiring.practice(
            hotline.environment, hotline.house, hotline.database, hotline.jobs
        )
        patient = Patient(maple, practice)
        maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        patient.beat()
        yield patient
