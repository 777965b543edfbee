"""`hotline requests`: the requests, and what is done to one from the command line: who asked, who
was asked, all that was said about one, and why a text did not arrive.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from hotline import settings
from hotline.desk import stewarding, telling
from hotline.desk.stewarding import Answered
from hotline.message import ARRIVED, Channel, MessageState
from hotline.settings import Network
from hotline.store import conversation, overview, record
from hotline.store.conversation import ConversationLine
from hotline.work import Work, furnish
from serving.terminal import open_database, print_table

LANGUAGE = "en"  # of the command line, where the network speaks it


@click.group(invoke_without_command=True)
@click.option("--open", "only_open", is_flag=True, help="Only those that wait for somebody.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def requests(context: click.Context, only_open: bool, as_json: bool) -> None:
    """Show the requests, newest last: no phone numbers, no words. Or look after one of them."""
    if context.invoked_subcommand is not None:
        return
    of = settings.load(carrier=False)
    with open_database(of) as database:
        every = overview.every_request(database.read, only_open=only_open)
        if as_json:
            _print_json(map(_as_json, every))
        else:
            _print_requests(every, of.network.zone)


def _as_json(it: overview.ListedRequest) -> dict[str, object]:
    request = it.request
    return {
        "number": request.number,
        "state": request.state.value,
        "needs": list(request.needs),
        "area": request.area,
        "since": request.since.isoformat(),
        "way_back": it.way_back,
        "urgent": request.urgent,
        "people": request.people,
    }


def _print_json(rows: Iterator[dict[str, object]]) -> None:
    """A list, row by row: it may be long."""
    click.echo("[", nl=False)
    for place, row in enumerate(rows):
        click.echo(",\n  " if place else "\n  ", nl=False)
        click.echo(json.dumps(row), nl=False)
    click.echo("\n]")


def _print_requests(every: Iterator[overview.ListedRequest], zone: ZoneInfo) -> None:
    """Some at a time, each under the names of its columns."""
    columns: tuple[str, ...] = ("number", "state", "needs", "area", "since")
    some = list(islice(every, overview.MOST_AT_ONCE))
    print_table(columns, [_as_row(it, zone) for it in some])
    while some := list(islice(every, overview.MOST_AT_ONCE)):
        print_table(("",) * len(columns), [_as_row(it, zone) for it in some])


def _as_row(it: overview.ListedRequest, zone: ZoneInfo) -> tuple[str, ...]:
    request = it.request
    since = f"{request.since.astimezone(zone):%a %d %b %H:%M}"
    return (
        str(request.number),
        request.state.value,
        ", ".join(request.named_needs) or "other",
        request.area or "",
        since if it.way_back else f"{since}, no way back",
    )


# One of them.

NUMBER = click.argument("number", type=click.IntRange(1, 2**31 - 1))


@requests.command("show")
@NUMBER
@click.option("--words", is_flag=True, help="With all that was said, and why a text never came.")
def show(number: int, words: bool) -> None:
    """Show who asked, who was asked and what became of it: no phone numbers."""
    of = settings.load(carrier=False)
    with open_database(of) as database:
        story = database.read(partial(overview.discreet_story, number=number))
        happened = database.read(partial(record.events_about, number=number))
        said = database.read(partial(_conversation, number=number)) if words else ([], {})
    if story is None:
        click.echo(f"There is no request {number}.", err=True)
        sys.exit(1)
    zone = of.network.zone
    for line in (*_lines(story, zone, words=words), *(_recorded(it, zone) for it in happened)):
        click.echo(line)
    for message in said[0]:
        click.echo(_said(message, said[1], zone))


def _conversation(
    connection: Connection, number: int
) -> tuple[list[ConversationLine], dict[int, str]]:
    """All that was said about a request, and what those are called who said or heard it."""
    lines = conversation.conversation(connection, number)
    return lines, overview.discreet_names(connection, {it.who for it in lines})


def _said(it: ConversationLine, names: dict[int, str], zone: ZoneInfo) -> str:
    """As in a transcript: > is from somebody, < to somebody; and behind it why it is not there."""
    is_theirs = it.channel in (Channel.TEXT, Channel.KEYS)
    called = "call: " * (it.channel is Channel.CALL)
    line = f"{_at(it.at, zone)}  {names[it.who]} {'>' if is_theirs else '<'} {called}{it.body}"
    if it.state in (MessageState.RECEIVED, *ARRIVED):
        return line
    code = it.error or it.held_by
    why = [it.state, it.failure, f"code {code}" if code else None]
    return f"{line} ({', '.join(filter(None, why))})"


def _lines(story: overview.Story, zone: ZoneInfo, *, words: bool) -> Iterator[str]:
    request = story.request
    needs = ", ".join(request.named_needs) or "other"
    urgent = ", urgent" * request.urgent
    people = f", for {request.people} people" if request.people > 1 else ""
    yield f"{request.number}: {request.state.value}, {needs}, {request.area or 'anywhere'}{urgent}"
    yield f"asked by {story.requester} on {_at(request.since, zone)}{people}"
    for body in story.words if words else ():
        yield f'  "{body}"'
    if story.takers:
        yield f"taken by {', '.join(story.takers)}"
    for wave in story.waves:
        crew = ", ".join(_answered(it, words=words) for it in wave.asked)
        yield f"{_at(wave.at, zone)}  asked {crew}"


def _recorded(it: record.Event, zone: ZoneInfo) -> str:
    about = f" neighbor {it.about}" if it.about else ""
    who = "the command line" if it.who is None else f"neighbor {it.who}"
    return f"{_at(it.at, zone)}  {it.what.replace('_', ' ')}{about} by {who}"


def _answered(it: overview.PagedNeighbor, *, words: bool) -> str:
    note = f': "{it.note}"' if words and it.note else ""
    return f"{it.name} ({it.state}{note})"


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %H:%M}"


@requests.command("close")
@NUMBER
def close(number: int) -> None:
    """Ask nobody any more; whoever asked, and whoever has it, is told."""
    _do(lambda work: stewarding.close(work, number))


@requests.command("reopen")
@NUMBER
def reopen(number: int) -> None:
    """Look for somebody once more, whoever has it or had it; they are told."""
    _do(lambda work: stewarding.reopen(work, number))


@requests.command("assign")
@NUMBER
@click.argument("name", nargs=-1, required=True)
def assign(number: int, name: tuple[str, ...]) -> None:
    """Put somebody down for it who said that they would take it."""
    _do(lambda work: stewarding.assign(work, number, " ".join(name)))


@requests.command("need")
@NUMBER
@click.argument("needs", nargs=-1, required=True)
def need(number: int, needs: tuple[str, ...]) -> None:
    """Say what is needed after all, by the keys of needs; asking begins anew."""
    _do(
        lambda work: stewarding.correct(work, number, needs),
        lambda network: _known("needs", needs, [it.key for it in network.needs]),
    )


@requests.command("area")
@NUMBER
@click.argument("area")
def area(number: int, area: str) -> None:
    """Say where it is needed after all, by the key of an area; asking begins anew."""
    _do(
        lambda work: stewarding.correct(work, number, area=area),
        lambda network: _known("areas", (area,), [it.key for it in network.areas]),
    )


def _known(what: str, said: tuple[str, ...], keys: list[str]) -> None:
    for it in said:
        if it not in keys:
            raise click.UsageError(f"We know no {it!r}. The {what} are: {', '.join(keys)}.")


def _do(
    deed: Callable[[Work], Answered], allowed: Callable[[Network], None] = lambda _network: None
) -> None:
    """Do it and say what came of it; texts and pages leave within seconds, by the clock."""
    of = settings.load(carrier=False)
    allowed(of.network)
    house = furnish(of.network)

    def write(connection: Connection) -> tuple[str, bool]:
        work = house.work(connection)
        answered = deed(work)
        said = telling.written(work, answered.told, LANGUAGE) if answered.told else ""
        return said, answered.is_done

    with open_database(of) as database:
        said, is_done = database.write(write)
    click.echo(said, err=not is_done)
    if not is_done:
        sys.exit(1)
