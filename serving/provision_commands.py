"""`hotline provision`: what is to change at the carrier, shown first and done after a yes; and
giving a number back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from sqlalchemy.exc import SQLAlchemyError

from hotline import registration_form, settings, settings_file
from hotline.carrier_changes import ByHand, SendIn, words_of
from hotline.errors import HotlineError
from hotline.help_request import State
from hotline.provisioning import NumberKind
from hotline.settings import ENVIRONMENT_FILE, Settings
from hotline.store import requests
from serving.terminal import open_database, print_table

if TYPE_CHECKING:
    from serving.provision_desk import Plan, Wish


@click.group("provision", invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--kind",
    type=click.Choice([it.value for it in NumberKind if it is not NumberKind.OTHER]),
    default=NumberKind.LOCAL.value,
    show_default=True,
    help="Which kind of number to buy, if you have none.",
)
@click.option("--near", default="", metavar="POSTCODE", help="Buy one from there.")
@click.option("--at-most", type=Decimal, metavar="PRICE", help="What it may cost a month.")
@click.option("--pictures", is_flag=True, help="Buy one that takes pictures as well.")
@click.option("--no-calls", is_flag=True, help="Buy one even if it takes texts alone.")
@click.option(
    "--fallback",
    default="",
    metavar="URL",
    help="Another address of this hotline, for when PUBLIC_URL does not answer.",
)
@click.option(
    "--registration",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Register the network, too, with what is in this file.",
)
@click.option("--mock", is_flag=True, help="Register a brand that registers nothing, to try it.")
@click.pass_context
def provision_command(context: click.Context, /, dry_run: bool, yes: bool, **wished: Any) -> None:
    """Set up the carrier's side: a number, its addresses, its registration. Shows everything
    first."""
    if context.invoked_subcommand:
        return
    from serving.provision_desk import CarrierDesk

    desk = CarrierDesk.open(settings.load(sender=False), _wish(**wished))
    plan = desk.plan()
    _show(plan)
    if dry_run or not plan.now:
        click.echo("Nothing was changed." if plan.now else "There is nothing to change.")
    else:
        if not yes:
            click.confirm("Make these changes?", abort=True)
        plan = desk.make(plan, click.echo)
    if needed := _settings_needed(plan, desk.of):
        _keep(needed, asks=not yes, dry_run=dry_run)
    for line in _what_is_left(plan):
        click.echo(line)


def _wish(kind: str, near: str, fallback: str, *, no_calls: bool, **wished: Any) -> Wish:
    """The options as they are meant. Raises UsageError."""
    from serving.provision_desk import Wish

    return Wish(
        NumberKind(kind),
        near.strip(),
        fallback=_fallback(fallback),
        calls=not no_calls,
        **wished,
    )


def _fallback(url: str) -> str:
    """Raises UsageError."""
    if url and urlsplit(url).scheme not in ("https", "http"):
        raise click.UsageError("--fallback is an address like https://second.example.org")
    return url.rstrip("/")


# What is shown.


def _show(plan: Plan) -> None:
    for warning in plan.warnings:
        click.echo(f"! {warning}")
    rows = [it for change in plan.now if not isinstance(change, SendIn) for it in words_of(change)]
    if rows:
        table = [(it.of, str(it.part), it.now or "-", it.then) for it in rows]
        print_table(("of", "what", "now", "then"), table)
    for change in (*(it for it in plan.now if isinstance(it, SendIn)), *plan.later):
        when = f", once {change.waits_for}" if change.waits_for else ""
        click.echo(f"\n{change.title.capitalize()}{when}:")
        _show_fields({it.part: it.then for it in words_of(change) if it.part})


def _show_fields(fields: dict[str, str]) -> None:
    """Whole, however long: they are read, or pasted."""
    for name, value in fields.items():
        click.echo(f"  {name}")
        for line in value.splitlines() or [""]:
            click.echo(f"    {line}")


def _what_is_left(plan: Plan) -> Iterator[str]:
    for note in plan.notes:
        yield f"\n{note}"
    for it in plan.later:
        yield f"\nLater: {it.title}, once {it.waits_for}: run this again then."
    for hand in plan.by_hand:
        yield from _by_hand(hand)


def _by_hand(it: ByHand) -> Iterator[str]:
    yield f"\nBy hand: {it.why}."
    yield f"  at {it.where}"
    for name, value in it.fields.items():
        yield f"  {name}"
        yield from (f"    {line}" for line in value.splitlines() or [""])


# What the hotline must know of what is there now.


def _settings_needed(plan: Plan, of: Settings) -> dict[str, str]:
    """Settings that are missing, by their names."""
    number, service = plan.have.number, plan.have.service
    needed = {}
    if number and not of.environment.hotline_number:
        needed["HOTLINE_NUMBER"] = number.number
    if service and not of.environment.twilio_messaging_service_sid:
        needed["TWILIO_MESSAGING_SERVICE_SID"] = service.name
    return needed


def _keep(needed: dict[str, str], *, asks: bool, dry_run: bool) -> None:
    """Into `.env` where there is one, and else somebody writes them where the settings are."""
    click.echo("\nThe hotline needs these settings:")
    for name, value in needed.items():
        click.echo(f"  {name}={value}")
    if dry_run or not Path(ENVIRONMENT_FILE).is_file():
        return
    if asks and not click.confirm(f"Write them into {ENVIRONMENT_FILE}?"):
        return
    was = settings_file.read(Path(ENVIRONMENT_FILE))
    text = with_settings(was, needed)
    came_of_it, _ = settings_file.save(ENVIRONMENT_FILE, settings_file.digest(was), text)
    if came_of_it == settings_file.SAVED:
        click.echo(f"Done: they are in {ENVIRONMENT_FILE}. Start the hotline anew.")
    else:
        click.echo(f"{ENVIRONMENT_FILE} cannot be written: write them there yourself.")


def with_settings(text: str, needed: dict[str, str]) -> str:
    """The text of an environment file with these in it: where their names stand without a value,
    else at its end."""
    for name, value in needed.items():
        line = f"{name}={value}"
        text, count = re.subn(rf"(?m)^{name}=[ \t]*$", line, text, count=1)
        if not count:
            text = f"{text}\n" if text and not text.endswith("\n") else text
            text += f"{line}\n"
    return text


# What else there is.


@provision_command.command("form")
def form() -> None:
    """Print the file that a registration is filled in with."""
    click.echo(registration_form.FORM, nl=False)


@provision_command.command("release")
@click.argument("number", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would happen, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--with-open-requests", is_flag=True, help="With --yes: even while people wait for help."
)
def release(number: str | None, dry_run: bool, yes: bool, with_open_requests: bool) -> None:
    """Give a number back. Default: HOTLINE_NUMBER. Whoever gets it next reads what people text."""
    from hotline.carriers.twilio import holdings, provision
    from hotline.carriers.twilio.client import Carrier
    from serving.provision_desk import answered

    of = settings.load(sender=False)
    named = number or of.environment.hotline_number
    if not named:
        raise click.UsageError("Say which number, or set HOTLINE_NUMBER.")
    carrier = Carrier(of.environment)
    found = answered(partial(holdings.number, carrier, named))
    if found is None:
        click.echo(f"The account has no number {named}: there is nothing to give back.")
        return
    warnings = list(_before_release(of))
    for line in (f"Give back {found.number} ({found.kind}).", *warnings):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was changed.")
        return
    if yes and warnings and not with_open_requests:
        raise HotlineError("Nothing was changed: with --yes, say --with-open-requests as well.")
    if not yes:
        click.confirm("Nobody can promise that you get it again. Give it back?", abort=True)
    answered(partial(provision.release, carrier, found))
    click.echo(
        f"Done: {found.number} is no longer yours. Take it off your flyers, and out of"
        f" {ENVIRONMENT_FILE}. A campaign goes on costing until it is deleted on the"
        " carrier's pages."
    )


def _before_release(of: Settings) -> Iterator[str]:
    """Who would text a number that is somebody else's."""
    try:
        with open_database(of) as database:
            found = database.read(requests.open_requests)
    except (HotlineError, SQLAlchemyError):
        yield "! The database cannot be read: maybe people wait for an answer on this number."
        return
    if found:
        taken = sum(it.state is State.TAKEN for it in found)
        yield (
            f"! {len(found)} {'request is' if len(found) == 1 else 'requests are'} not over yet"
            f" ({taken} taken): these people would write to a stranger, and hear nothing of us."
        )
