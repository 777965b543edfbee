"""How the board speaks: its catalogues, its templates, and how moments and needs are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations
from jinja2 import Environment, PackageLoader, StrictUndefined

from hotline.settings import Network

NEAREST = {"ht": "fr"}  # for dates and lists, where Babel does not know a language


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
        skeleton = "EEE d MMM" if abs(today - local.date()) < timedelta(days=300) else "d MMM y"
        return f"{format_date(local.date(), skeleton, locale=self._locale)}, {hour}"

    def short_day(self, moment: datetime) -> str:
        """ "2 Mar"."""
        local = moment.astimezone(self._network.zone).date()
        return format_skeleton("MMMd", local, locale=self._locale)

    def long(self, since: datetime) -> str:
        """How long that is by now: "3 hours"."""
        return format_timedelta(
            max(self._now - since, timedelta(minutes=1)), granularity="minute", locale=self._locale
        )

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
        known = [(self._network.need(key), key) for key in keys]
        return self.listed([it.called(self.language) if it else key for it, key in known])

    def listed(self, names: Sequence[str]) -> str:
        return format_list(list(names), locale=self._locale) if names else ""
