"""The commands that the rehearsal adds to `hotline`: up, talk and rehearse.

They are entry points, so the command line finds them where the rehearsal is installed and the core
knows nothing of it.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from hotline import settings
from hotline.errors import HotlineError

NEEDED = ("httpx2",)  # libraries without which nothing of it runs


class NotInstalled(HotlineError):
    """The libraries of the rehearsal are an extra, and are not there."""


def _require_libraries() -> None:
    """Raises NotInstalled. A hotline in earnest has none of them, and shows these commands too."""
    missing = [it for it in NEEDED if find_spec(it) is None]
    if missing:
        raise NotInstalled(
            f"This is for rehearsing, and needs {' and '.join(missing)}, which comes with the extra"
            " `rehearsal`: docs/installing.md says how to install it."
        )


@click.command()
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("hotline-data"))
@click.option(
    "--host",
    type=click.Choice(["127.0.0.1", "0.0.0.0"]),  # noqa: S104 - only if somebody says so
    default="127.0.0.1",
    show_default=True,
    help="Who can reach it: this machine, or the whole network.",
)
@click.option(
    "--offline",
    is_flag=True,
    help="In earnest, without internet: texts by the phone or modem in hotline.toml.",
)
def up(port: int, data: Path, host: str, *, offline: bool) -> None:
    """Run everything on this machine, with phones to try it on. No account needed."""
    if offline:
        from rehearsal import offline_up

        offline_up.run(data, port, host)
        return
    _require_libraries()
    from rehearsal import neighborhood_up

    neighborhood_up.run(data, port, host)


@click.command()
@click.option(
    "--url", help="Of a running `hotline up`. Default: http://127.0.0.1:8000, else its own."
)
@click.option("--own", is_flag=True, help="Start a neighborhood of its own in any case.")
@click.option("--print", "printing", is_flag=True, help="At the end, print it all as a transcript.")
def talk(url: str | None, own: bool, printing: bool) -> None:
    """Text and call as anybody of the rehearsal neighborhood, in this terminal."""
    _require_libraries()
    from rehearsal import talk as talking

    if url and own:
        raise click.UsageError("Either --url or --own.")
    talking.run(url, own=own, printing=printing)


@click.command()
@click.option("--port", type=int, default=4010, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
def rehearse(port: int, host: str) -> None:
    """Run the rehearsal carrier alone, for a hotline whose TWILIO_API_URL points here."""
    _require_libraries()
    from rehearsal import neighborhood_up

    neighborhood_up.require_rehearsal(settings.everything_set())
    neighborhood_up.run_carrier(settings.load(sender=False), host, port)
