"""`hotline init`: some questions, and the files of a new hotline."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from hotline import keyring, settings
from hotline.errors import HotlineError
from serving import init_files, init_questions
from serving.init_questions import CHANNEL, Question
from serving.unit_files import PROCESSES, TARGET_FILE, Installation

SERVICE_SID: Final = "MG"  # what the name of a messaging service begins with, and no number does
SYSTEM_USER: Final = "hotline"  # who runs it where root sets it up


Answers = dict[str, str]


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each question; a secret one is no word of a command line, which others see."""
    for it in reversed(init_questions.every_one()):
        names: dict[str, Any] = {
            "envvar": it.variable or None,
            "help": it.asks + ("" if it.asks.endswith("?") else "."),
        }
        if it.is_secret:
            names |= {"type": click.File(), "metavar": "FILE", "envvar": None}
            names["help"] = f"A file with it; - reads it from here. Or set {it.variable}."
        command = click.option(it.option, it.key, **names)(command)
    return command


@click.command()
@click.option(
    "--channel",
    type=click.Choice(init_questions.KINDS),
    help="Without an account at a carrier: texts go by one old phone, or by one modem.",
)
@_options
@click.option("--redis", "redis_url", envvar="REDIS_URL", help="Where Redis is, if not here.")
@click.option("--api-url", envvar="TWILIO_API_URL", help="Where the carrier's API is.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where its files are to be. Default: here.",
)
@click.option("--user", help="Who runs it. Default: you; `hotline`, if you are root.")
@click.option("--yes", is_flag=True, help="Ask nothing: take what is usual where nothing is said.")
@click.pass_context
def init(
    context: click.Context,
    /,
    channel: str | None,
    redis_url: str | None,
    api_url: str | None,
    port: int,
    folder: Path,
    user: str | None,
    yes: bool,
    **given: Any,
) -> None:
    """Write the settings of a new hotline: hotline.toml, .env with fresh keys, unit files."""
    folder = folder.resolve()
    at = Installation(_program(), str(folder), user or _usual_user(), port)
    owner = _owner(at.user)
    init_files.require_new(folder, init_files.names_of(at))
    known = _given(given, channel or "")
    others = {"REDIS_URL": redis_url or "", "TWILIO_API_URL": api_url or ""}
    answers = _answered(known, at, others, asks=not yes)
    variables = {**_variables(answers, others, at), "HOTLINE_KEYS": _fresh_key()}
    if channel == "smsgate":
        variables[init_questions.SIGNING_KEY] = secrets.token_hex(24)
    init_files.write_all(folder, init_files.new_files(answers, variables, at), owner)
    click.echo(_written(at, answers))
    _look_it_over(context, folder)


def _given(options: Mapping[str, Any], channel: str) -> Answers:
    """What was said on the command line or in the environment, by the question's key. Raises
    UsageError for what nobody asks there."""
    questions = [*init_questions.asked(channel), *init_questions.unasked(channel)]
    found = {
        key: (value if isinstance(value, str) else value.read()).strip()
        for key, value in options.items()
        if value is not None
    }
    for it in questions:
        if it.is_secret and it.key not in found:
            secret = os.environ.get(it.variable, "").strip()
            found |= {it.key: secret} if secret else {}
    keys = {it.key for it in questions}
    context = click.get_current_context()
    strange = [
        it.option
        for it in init_questions.every_one()
        if it.key in found.keys() - keys
        and context.get_parameter_source(it.key) is ParameterSource.COMMANDLINE
    ]
    if strange:
        where = f"with --channel {channel}" if channel else "without --channel"
        raise click.UsageError(f"{', '.join(strange)}: nothing is asked of that {where}")
    return {CHANNEL: channel, **{key: it for key, it in found.items() if key in keys}}


def _answered(
    known: Answers, at: Installation, others: Mapping[str, str], *, asks: bool
) -> Answers:
    """An answer to each question. Raises UsageError for all that cannot be, at once."""
    questions, unasked = (
        of(known[CHANNEL]) for of in (init_questions.asked, init_questions.unasked)
    )
    known = {**{it.key: _usual(it, at) for it in unasked}, **known}
    wrong = _wrong(known, others)
    if not asks:
        known = {**{it.key: _usual(it, at) for it in questions}, **known}
        needed = [it for it in questions if not it.can_wait]
        wrong += [f"{it.option}: is missing" for it in needed if not known[it.key]]
    if wrong:
        raise click.UsageError("\n  ".join(["This cannot be:", *wrong]))
    for place, it in enumerate(questions, 1):
        if it.key not in known:
            known = {**known, it.key: _ask(it, f"{place}. {it.asks}", known, at)}
    return known


def _ask(it: Question, words: str, known: Answers, at: Installation) -> str:
    """Until the answer can be."""

    def heard(written: str) -> str:
        answer = written.strip()
        if not answer and it.can_wait:
            return answer
        if not answer:
            raise click.UsageError("this one needs an answer.")
        if wrong := _wrong({**known, it.key: answer}, {}):
            raise click.UsageError(wrong[0].partition(": ")[2])
        return answer

    usual = _usual(it, at)
    answer: str = click.prompt(
        words,
        default=usual or ("" if it.can_wait else None),
        show_default=bool(usual),
        hide_input=it.is_secret,
        value_proc=heard,
        prompt_suffix=": ",
    )
    return answer


def _usual(it: Question, at: Installation) -> str:
    match it.key:
        case "database":
            return f"sqlite:///{Path(at.folder) / 'hotline.db'}"
        case "timezone":
            return _timezone_here() or it.usual
        case "modem_device":
            return _modem_here() or it.usual
    return it.usual.format(port=at.port)


def _modem_here() -> str:
    """The first that is plugged in, by the name that it keeps."""
    found = sorted(Path("/dev/serial/by-id").glob("*"))
    return str(found[0]) if found else ""


def _timezone_here() -> str:
    """What this machine keeps; empty where it says nothing, or nothing of use."""
    try:
        named = os.readlink("/etc/localtime").partition("zoneinfo/")[2]
    except OSError:
        return ""
    return named if "/" in named and not named.startswith("Etc/") else ""


def _wrong(known: Answers, others: Mapping[str, str]) -> list[str]:
    """Each mistake behind the option that it is about."""
    channel = known[CHANNEL]
    questions = [*init_questions.asked(channel), *init_questions.unasked(channel)]
    options = {init_questions.place_of(channel, it): it.option for it in questions}
    variables = {it.variable: known.get(it.key, "") for it in questions if it.variable}
    found = init_files.mistakes(known, {**_sender(variables), **others})
    parts = (it.split(": ", 2) for it in found)
    return [f"{options.get(place, place)}: {what}" for _, place, what in parts]


def _variables(answers: Answers, others: Mapping[str, str], at: Installation) -> dict[str, str]:
    channel = answers[CHANNEL]
    questions = (*init_questions.asked(channel), *init_questions.unasked(channel))
    stated = {it.variable: answers[it.key] for it in questions if it.variable}
    return {
        "HOTLINE_CONFIG": str(Path(at.folder) / settings.CONFIGURATION),
        **_sender(stated),
        **others,
        "PORT": str(at.port),
    }


def _sender(variables: Mapping[str, str]) -> dict[str, str]:
    """A number, or the messaging service that was named in its place."""
    named = variables.get("HOTLINE_NUMBER", "")
    if not named.startswith(SERVICE_SID):
        return dict(variables)
    return {**variables, "HOTLINE_NUMBER": "", "TWILIO_MESSAGING_SERVICE_SID": named}


def _fresh_key() -> str:
    return keyring.written(keyring.new_key())


# Where it runs, and as whom.


def _program() -> tuple[str, ...]:
    """The command line of this very program."""
    installed = Path(sys.executable).with_name("hotline")
    return (str(installed),) if installed.exists() else (sys.executable, "-m", "hotline")


def _usual_user() -> str:
    return SYSTEM_USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _owner(user: str) -> tuple[int, int] | None:
    """Whom the files are given to; nobody, where they are that user's anyway. Raises HotlineError
    where they could not be read."""
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        raise HotlineError(
            f"There is no user {user} on this machine, who is to run it: nothing was written."
            f" Run `useradd --system --home-dir /var/lib/{user} --shell /usr/sbin/nologin {user}`"
            " first, or name another with --user."
        ) from None
    return found.pw_uid, found.pw_gid


# What is left to do.


def _written(at: Installation, answers: Answers) -> str:
    units = " ".join(f"hotline-{role}" for role in PROCESSES)
    there = "" if Path(at.folder) == Path.cwd() else f"  cd {shlex.quote(at.folder)}\n"
    return (
        f"Written in {at.folder}: {', '.join(_files(answers))} and .env with fresh keys.\n"
        "Keep a copy of .env somewhere safe, apart from backups: without its keys nobody can read\n"
        "the database.\n"
        "\nNext:\n"
        f"{there}"
        f"{_first(at, answers)}"
        "  hotline migrate\n"
        "  hotline roster import neighbors.csv\n"
        f"  sudo cp -r {shlex.quote(f'{at.folder}/{init_files.UNITS}')}/. /etc/systemd/system/\n"
        "  sudo systemctl daemon-reload\n"
        f"  sudo systemctl enable --now {TARGET_FILE} {units}\n"
    )


def _files(answers: Answers) -> list[str]:
    daemon = [init_files.SMSDRC] if answers[CHANNEL] == "gammu" else []
    front = [init_files.CADDY] if answers["public_url"].startswith("https:") else []
    return [settings.CONFIGURATION, f"{init_files.UNITS}/", *front, *daemon]


def _first(at: Installation, answers: Answers) -> str:
    """What is done before all else, by what brings the texts."""
    match answers[CHANNEL]:
        case "smsgate":
            usb = f"  adb reverse tcp:{at.port} tcp:{at.port}   # by USB; docs/old-phone.md\n"
            here = answers["public_url"].startswith("http:")
            return (
                f"  grep {init_questions.SIGNING_KEY} .env   # in the app: Settings, Webhooks,"
                f" signing key\n{usb if here else ''}"
            )
        case "gammu":
            name = init_files.SMSDRC
            user = shlex.quote(at.user)
            return (
                f"  sudo install -D -o {user} -m 600 {name} /etc/hotline/{name}"
                "   # and its daemon: docs/modem.md\n"
            )
    buys = "  hotline provision   # buys a number, and sets its addresses\n"
    return "" if answers["number"] else buys


def _look_it_over(context: click.Context, folder: Path) -> None:
    """By the doctor. What it finds is for the person to read: the files are written."""
    group = context.parent.command if context.parent else None
    assert isinstance(group, click.Group)  # noqa: S101 - it is one of `hotline`'s
    command = group.get_command(context, "doctor") or group.get_command(context, "check")
    assert command is not None  # noqa: S101
    with contextlib.chdir(folder):
        try:
            context.invoke(command)
        except HotlineError as error:
            click.echo(str(error), err=True)
        except SystemExit:
            pass
