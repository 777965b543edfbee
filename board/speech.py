"""How the board speaks: its catalogues, its templates, and how moments and needs are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations
from jinja2 import Environment, PackageLoader, StrictUndefined

from board.deeds import NOBODY, NOT_SHOWN, SOMEBODY, sentence
from board.sentences import FAILURES, UNNAMED
from hotline import phrasebook
from hotline.needs import KINDS
from hotline.settings import Network
from hotline.store.people import Neighbor
from hotline.words import kind_called

OWN_NAMES = {"ht": "Kreyòl ayisyen"}  # of languages that Babel does not know
NEAREST = {"ht": "fr"}  # for hours, where Babel does not know a language
UNITS = {  # of such a language, the longest first
    "ht": (
        ("jou", timedelta(days=1)),
        ("èdtan", timedelta(hours=1)),
        ("minit", timedelta(minutes=1)),
    ),
}
A_YEAR = timedelta(days=300)  # of a day that is nearer the year goes without saying


@cache
def templates(language: str) -> Environment:
    """The templates in one language."""
    found = Environment(
        loader=PackageLoader("board", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.policies["ext.i18n.trimmed"] = True
    vars(found)["install_gettext_translations"](_catalogue(language), newstyle=True)
    return found


@cache
def _catalogue(language: str) -> Translations:
    path = resources.files("board") / "catalogues" / language / "LC_MESSAGES" / "board.po"
    if not path.is_file():
        return Translations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=_locale(language)))
    compiled.seek(0)
    return Translations(compiled)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except UnknownLocaleError:
        return Locale.parse(NEAREST.get(language, "en"))


def language_name(language: str) -> str:
    """What people who speak it call it."""
    return OWN_NAMES.get(language) or _locale(language).get_display_name() or language


class BoardSpeech:
    """One network's board in one language, at one moment."""

    def __init__(self, network: Network, language: str, now: datetime) -> None:
        self.language = language
        self._network, self._now = network, now
        self._locale = _locale(language)

    def render(self, template: str, values: Mapping[str, object]) -> str:
        told: dict[str, Any] = {
            "network": self._network,
            "now": self._now,
            "language": self.language,
            "at": self.at,
            "long": self.long,
            "needs": self.needs,
            "listed": self.listed,
            "called": self.called,
            "named": self.named,
            "deed": self.deed,
            "why": self.why,
            "language_name": language_name,
            "figure": self.figure,
            "short_day": self.short_day,
            "told": self.told,
            "money": self.money,
        }
        return templates(self.language).get_template(template).render(**told, **values)

    def at(self, moment: datetime) -> str:
        """ "2:05 PM" of today, with the day in front of any other."""
        local = moment.astimezone(self._network.zone)
        today = self._now.astimezone(self._network.zone).date()
        hour = format_time(local.timetz(), "short", locale=self._locale)
        if local.date() == today:
            return hour
        return f"{self._day(local, is_near=abs(today - local.date()) < A_YEAR)}, {hour}"

    def _day(self, local: datetime, *, is_near: bool) -> str:
        if self.language in NEAREST:
            months = phrasebook.said("months", self.language)
            (pattern,) = phrasebook.said("day", self.language)
            day = pattern.format(day=local.day, month=months[local.month - 1])
            return day if is_near else f"{day} {local.year}"
        skeleton = "MMMEd" if is_near else "yMMMd"
        return str(format_skeleton(skeleton, local, locale=self._locale))

    def short_day(self, moment: datetime) -> str:
        """ "2 Mar"."""
        local = moment.astimezone(self._network.zone).date()
        return format_skeleton("MMMd", local, locale=self._locale)

    def long(self, since: datetime) -> str:
        """How long that is by now: "3 hours"."""
        while_ = max(self._now - since, timedelta(minutes=1))
        if units := UNITS.get(self.language):
            name, length = next(it for it in units if while_ >= it[1])
            return f"{round(while_ / length)} {name}"
        return format_timedelta(while_, granularity="minute", locale=self._locale)

    def told(self, sentence: str) -> str:
        """A sentence of ours in this language."""
        return str(_catalogue(self.language).gettext(sentence))

    def figure(self, count: float) -> str:
        """ "1,234"."""
        return format_decimal(count, locale=self._locale)

    def money(self, amount: float) -> str:
        """ "$12.30", in the currency of the network."""
        return format_currency(amount, self._network.limits.currency, locale=self._locale)

    def needs(self, keys: Sequence[str]) -> str:
        """What they are called; empty for none."""
        return self.listed([self._need(it) for it in keys])

    def _need(self, key: str) -> str:
        if known := self._network.need(key):
            return known.called(self.language)
        return kind_called(key, self.language) if key in KINDS else key

    def listed(self, names: Sequence[str]) -> str:
        if self.language in NEAREST and len(names) > 1:
            (link,) = phrasebook.said("and", self.language)
            return f"{', '.join(names[:-1])} {link} {names[-1]}"
        return format_list(list(names), locale=self._locale) if names else ""

    def called(self, person: Neighbor | None) -> str:
        """By the name that others hear; whoever has none by their number here."""
        if person is None:
            return self._say(NOBODY)
        return person.shown_name or self._say(UNNAMED, id=person.id)

    def named(self, people: Iterable[Neighbor]) -> str:
        return self.listed([self.called(it) for it in people])

    def deed(self, what: str, number: int, who: Neighbor | None, about: Neighbor | None) -> str:
        """What somebody did about a request, as the record has it; "" for who is kept from whom,
        which is nobody's."""
        if what in NOT_SHOWN:
            return ""
        other = self.called(about) if about else self._say(SOMEBODY)
        named = {"name": self.called(who), "about": other, "number": number, "what": what}
        said = self._say(sentence(what)).format(**named)
        return said[:1].upper() + said[1:]

    def why(self, failure: str) -> str:
        """Why a message did not arrive."""
        return self._say(FAILURES[failure]) if failure in FAILURES else failure

    def _say(self, sentence: str, **values: object) -> str:
        said = _catalogue(self.language).gettext(sentence)
        return said % values if values else said
