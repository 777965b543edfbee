"""`hotline board`: the way onto the board from the command line."""

from __future__ import annotations

import sys

import click
from sqlalchemy import Connection

from hotline import phone, settings
from hotline.desk import signing_in
from hotline.work import furnish
from serving.terminal import open_database


@click.group()
def board() -> None:
    """The board, on which organizers see how things stand and act."""


@board.command()
@click.argument("number", metavar="PHONE", required=False)
def link(number: str | None) -> None:
    """Print a link that signs somebody in, once, within an hour: the first steward, or whoever has
    this phone. The way in while the carrier sends no codes."""
    of = settings.load(carrier=False)
    written = number or next(iter(of.network.stewards), "")
    if not written:
        raise click.UsageError("Say whose phone: there are no stewards in the configuration.")
    try:
        at = phone.parse(written, of.network.country)
    except phone.BadPhone as error:
        raise click.UsageError(f"This {error}") from None
    house = furnish(of.network)

    def write(connection: Connection) -> str | None:
        return signing_in.make_link(house.work(connection), at)

    with open_database(of) as database:
        token = database.write(write)
    if token is None:
        click.echo(
            "Whoever has that phone may not come onto the board: write it under [board] in the"
            " configuration first.",
            err=True,
        )
        sys.exit(1)
    click.echo(f"{of.environment.public_url or 'https://…'}/board/link/{token}")
