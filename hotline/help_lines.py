"""Whom to call in danger: the emergency number of a country, and who listens to people who do not
want to live. Pure. A network's `[danger]` says it where these do not fit.

Each line was looked up with who runs it or with the country's health service: US and CA 988 (988
Suicide and Crisis Lifeline; Public Health Agency of Canada), GB Samaritans, MX Línea de la Vida
(CONASAMA), FR 3114 (Ministry of Health), BR CVV (with the Ministry of Health), ES 024 (Ministry of
Health), AU Lifeline. All are free, or cost a local call, and answer day and night. For the
Dominican Republic the Ministry of Public Health announced 811 in 2026, and not that it answers at
night already; for Haiti we found none that is sure to answer. There it stays with the emergency
number. Numbers change: whoever runs a network checks its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from hotline import phone
from hotline.settings import Network

_CRISIS = {
    "US": "988",
    "CA": "988",
    "GB": "116 123",
    "MX": "800 911 2000",
    "FR": "3114",
    "BR": "188",
    "ES": "024",
    "AU": "13 11 14",
}


@dataclass(frozen=True, slots=True)
class HelpLines:
    """`crisis` is None where we know of none."""

    emergency: str
    crisis: str | None


def help_lines(number: str, network: Network) -> HelpLines:
    """For whoever has this phone: of their own country, if it is one of the network's."""
    own = phone.country(number)
    country = own if own in network.countries else network.country
    if country != network.country:
        return HelpLines(phone.emergency_number(country), _CRISIS.get(country))
    emergency = network.danger.emergency or phone.emergency_number(country)
    return HelpLines(emergency, network.danger.crisis or _CRISIS.get(country))
