"""`hotline doctor`: looks at everything, and says of each part how it is, why that matters and what
mends it. `--call`: whether a text and a call of ours reach a phone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click

from hotline import phone, settings
from hotline.doctor.findings import Finding, as_json, found, is_any_broken, lines
from hotline.doctor.troubles import Condition
from hotline.errors import BadSettings
from hotline.settings import Settings

_COLORS = {Condition.OK: "green", Condition.LOOK: "yellow", Condition.BROKEN: "red"}


@click.command()
@click.option("--json", "as_one", is_flag=True, help="As one JSON object, for programs.")
@click.option("--call", "number", metavar="PHONE", help="Text and call this phone, as a test.")
def doctor(as_one: bool, number: str | None) -> None:
    """Look at everything: [ok], [look] or [broken], and what mends it. Exits 1 if something is
    broken."""
    try:
        of = _sound()
    except BadSettings as error:
        _show([found("settings.wrong", what=line) for line in error.mistakes], as_one=as_one)
        sys.exit(1)
    if number is not None:
        _try_out(of, number)
        return
    seen = examine(of)
    _show(seen, as_one=as_one)
    if is_any_broken(seen):
        sys.exit(1)


def _sound() -> Settings:
    """Raises BadSettings."""
    from serving import checking, doctor_wiring

    of = settings.load()
    checking.require_sound(of, doctor_wiring.carrier_mistakes(of))
    return of


def examine(of: Settings) -> list[Finding]:
    """Everything that can be looked at, once."""
    from serving import doctor_examination, doctor_wiring

    with doctor_wiring.opened(of) as it:
        return [
            *doctor_examination.cheap_half(it),
            *doctor_examination.channels_half(it),
            *doctor_examination.other_half(it),
        ]


def _show(seen: Sequence[Finding], *, as_one: bool) -> None:
    if as_one:
        told = {"broken": is_any_broken(seen), "findings": [as_json(it) for it in seen]}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for it in seen:
        first, *others = lines(it)
        click.echo(click.style(first, fg=_COLORS[it.condition], bold=it.condition != "ok"))
        for line in others:
            click.echo(line)
    click.echo(_summary(seen))


def _summary(seen: Sequence[Finding]) -> str:
    counts = {it: sum(one.condition is it for one in seen) for it in Condition}
    broken, look = counts[Condition.BROKEN], counts[Condition.LOOK]
    if not broken and not look:
        return "All is well."
    return f"{broken} broken, {look} to look at, {counts[Condition.OK]} well."


def _try_out(of: Settings, written: str) -> None:
    from serving import doctor_call

    try:
        number = phone.parse(written, of.network.country)
    except phone.BadPhone as error:
        raise click.UsageError(f"This {error}") from None
    if not doctor_call.run(of, number, click.echo):
        sys.exit(1)
