"""What people do on the page: each form and the function behind it.

Each takes the form's fields and returns the place on the page to come back to. A mistake is a
`ValueError` in words for whoever filled in the form.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from hotline.errors import BadRoster, BadSettings
from hotline.settings import CONFIGURATION
from rehearsal import deeds, leap, neighborhood
from rehearsal.calls import CarrierCall
from rehearsal.delivery import leave_due, text_hotline
from rehearsal.inside import Inside
from rehearsal.messages import LONGEST_BODY, Form
from rehearsal.page import views
from rehearsal.page.stage import Stage
from rehearsal.phones import PhoneState, WhenCalled, readable_number
from rehearsal.replay import prepare
from rehearsal.transcript import BadTranscript, parse
from rehearsal.trouble import trouble_from

ROSTER, TRANSCRIPT = "roster.csv", "transcript.txt"
REPLAY = "replay"  # the folder of a transcript that is played, with its network and roster
NONE = ""  # in the place of a file: there is to be none
log = logging.getLogger("rehearsal")

Deed = Callable[[Stage, Form], Awaitable[str]]


async def text(stage: Stage, form: Form) -> str:
    number = views.sender_of(form.get("from", ""), stage.exchange)
    body, has_picture = form.get("body", ""), bool(form.get("picture"))
    if number is None:
        raise ValueError("That is not a phone number. Write it like +1 212 555 0142.")
    if not body.strip() and not has_picture:
        raise ValueError("Write something first.")
    if len(body) > LONGEST_BODY:
        raise ValueError(f"A text holds {LONGEST_BODY} characters at most.")
    place = len(stage.exchange.texts)
    media = (f"picture {place}",) if has_picture else ()
    await text_hotline(stage.exchange, number, body, media=media)
    return views.anchor_of(number)


# Calls.


async def call(stage: Stage, form: Form) -> str:
    who = form.get("from", "")
    number = who if who == neighborhood.HIDDEN else readable_number(who)
    if number is None:
        raise ValueError("Whose phone calls?")
    before = views.last_calls(stage.exchange).get(number)
    if before and not before.is_over:
        raise ValueError("This phone is in a call already.")
    await deeds.call_hotline(stage.exchange, number)
    return views.anchor_of(number)


def in_call(deed: Callable[[Stage, CarrierCall, Form], Awaitable[None]]) -> Deed:
    async def do(stage: Stage, form: Form) -> str:
        call = stage.exchange.calls.get(form.get("sid", ""))
        if call is None:
            raise ValueError("There is no such call.")
        await deed(stage, call, form)
        return views.anchor_of(call.phone)

    return do


async def answer(stage: Stage, call: CarrierCall, _form: Form) -> None:
    await deeds.answer(stage.exchange, call)


async def decline(stage: Stage, call: CarrierCall, _form: Form) -> None:
    await deeds.decline(stage.exchange, call)


async def hang_up(stage: Stage, call: CarrierCall, _form: Form) -> None:
    await deeds.hang_up(stage.exchange, call)


async def press(stage: Stage, call: CarrierCall, form: Form) -> None:
    await deeds.press(stage.exchange, call, form.get("keys", ""))


async def say(stage: Stage, call: CarrierCall, form: Form) -> None:
    await deeds.say(stage.exchange, call, form.get("words", ""))


async def silence(stage: Stage, call: CarrierCall, _form: Form) -> None:
    """Until the call goes on by itself."""
    due = min((left for name, left in call.timers.items() if name != "limit"), default=0.0)
    if due > 0:
        await deeds.wait(stage.exchange, call, due)


# Phones and trouble.


async def phone(stage: Stage, form: Form) -> str:
    number = views.sender_of(form.get("number", ""), stage.exchange)
    if number is None:
        raise ValueError("Whose phone?")
    before = stage.exchange.phone(number)
    try:
        state, calls = PhoneState(form.get("state", "")), WhenCalled(form.get("calls", ""))
    except ValueError:
        raise ValueError("A phone cannot be that.") from None
    opted_out = bool(form.get("opted_out"))
    stage.exchange.keep(replace(before, state=state, calls=calls, opted_out=opted_out))
    stage.exchange.stir()
    return views.anchor_of(number)


async def trouble(stage: Stage, form: Form) -> str:
    kind, times = form.get("kind", ""), form.get("times", "1")
    known = next((it for it in views.TROUBLES if it.kind == kind), None)
    if not re.fullmatch(r"[1-9]\d{0,6}", times):
        raise ValueError("How often?")
    wish: dict[str, object] = {"kind": kind, "times": int(times)}
    if known:
        wish |= {"seconds": known.seconds} | ({"times": views.FOREVER} if known.lasts else {})
    stage.exchange.befall(trouble_from(wish))
    stage.exchange.stir()
    return "troubles"


async def rate(stage: Stage, form: Form) -> str:
    wish = form.get("rate", "")
    if wish not in views.RATES:
        raise ValueError("How many segments a second?")
    exchange = stage.exchange
    exchange.line = replace(exchange.line, segments_a_second=float(wish) if wish else None)
    leave_due(exchange)
    exchange.stir()
    return "rate"


async def end_trouble(stage: Stage, form: Form) -> str:
    stage.exchange.end_troubles(form.get("kind"))
    stage.exchange.stir()
    return "troubles"


# The neighborhood.


def inside_of(stage: Stage) -> Inside:
    if stage.inside is None:
        raise ValueError("The carrier runs alone here: it knows nothing of the hotline.")
    return stage.inside


async def go_on(stage: Stage, form: Form) -> str:
    """Leap. The page is answered at once; the clock is seen to run."""
    begin_leap(stage, form.get("to", ""))
    return "clock"


def begin_leap(stage: Stage, to: str) -> asyncio.Task[None]:
    """It is done when the clock is there. Raises ValueError for a leap that cannot be."""
    inside = inside_of(stage)
    if stage.is_leaping:
        raise ValueError("The clock is leaping already.")
    if stage.is_playing:
        raise ValueError("A transcript plays and moves the clock. Stop it first, under Scripts.")
    moment = leap.moment_of(to, stage.exchange.now(), stage.zone)
    stage.is_leaping = True
    task = asyncio.create_task(_leap(stage, inside, moment))
    stage.leaps.add(task)
    task.add_done_callback(stage.leaps.discard)
    return task


async def _leap(stage: Stage, inside: Inside, moment: datetime) -> None:
    try:
        await leap.leap(stage.exchange, inside, moment)
    except Exception:
        log.exception("A leap of the clock stopped half-way")
    finally:
        stage.is_leaping = False
        stage.exchange.stir()


async def person(stage: Stage, form: Form) -> str:
    inside = inside_of(stage)
    several = {name: ";".join(form.getlist(name)) for name in ("needs", "areas")}
    single = {name: form.get(name, "") for name in ("name", "phone", "languages", "reach")}
    try:
        entry = await inside.put_on_roster(single | several)
    except BadRoster as error:
        raise ValueError(f"{'; '.join(error.mistakes)}.") from None
    known = stage.exchange.phone(entry.phone)
    about = views.about_volunteer(entry)
    stage.exchange.keep(replace(known, name=entry.name, about=about))
    stage.exchange.stir()
    return views.anchor_of(entry.phone)


async def begin_again(stage: Stage, form: Form) -> str:
    """With the files that came along, if they are right, or as the invented neighborhood."""
    given = {CONFIGURATION: form.get("configuration", ""), ROSTER: form.get("roster", "")}
    files = {name: words for name, words in given.items() if words.strip()}
    if form.get("invented"):
        files = {CONFIGURATION: neighborhood.hotline_toml(), ROSTER: NONE}
    _begin_anew(stage, files)
    return ""


async def replay(stage: Stage, form: Form) -> str:
    """Begin again with the people and the network of a transcript, and play it."""
    inside_of(stage)
    script = form.get("file", "").strip() or form.get("text", "").strip()
    if not script:
        raise ValueError("Choose a transcript, or write one.")
    try:
        configuration, roster = prepare(parse(script))
    except BadTranscript as error:
        raise ValueError(f"This cannot be read: {error}") from None
    except (BadSettings, BadRoster) as error:
        raise ValueError("\n".join(error.mistakes)) from None
    except KeyError as error:
        raise ValueError(f"Nobody is called {error}.") from None
    files = {CONFIGURATION: configuration, ROSTER: roster, TRANSCRIPT: f"{script}\n"}
    _begin_anew(stage, {f"{REPLAY}/{name}": words for name, words in files.items()})
    return ""


async def stop_replay(stage: Stage, _form: Form) -> str:
    if stage.playing:
        stage.playing.cancel()
    return "replay-progress"


def _begin_anew(stage: Stage, files: Mapping[str, str]) -> None:
    """Raises ValueError that says every mistake in the files."""
    inside_of(stage)
    try:
        _anew(stage)(files)
    except BadSettings as error:
        raise ValueError("\n".join(error.mistakes)) from None
    except BadRoster as error:
        raise ValueError("\n".join(_in_roster(error, is_given=ROSTER in files))) from None


def _in_roster(error: BadRoster, *, is_given: bool) -> list[str]:
    """Its mistakes. Whoever brought a configuration alone does not look for them there."""
    mistakes = [f"{ROSTER}: {it}" for it in error.mistakes]
    if is_given:
        return mistakes
    return ["The roster that is here already does not fit. Bring one that does:", *mistakes]


def _anew(stage: Stage) -> Callable[[Mapping[str, str]], None]:
    if stage.anew is None:
        raise ValueError("This neighborhood cannot begin again.")
    return stage.anew


DEEDS: Mapping[str, Deed] = {
    "text": text,
    "call": call,
    "answer": in_call(answer),
    "decline": in_call(decline),
    "hang_up": in_call(hang_up),
    "press": in_call(press),
    "say": in_call(say),
    "silence": in_call(silence),
    "phone": phone,
    "trouble": trouble,
    "end_trouble": end_trouble,
    "rate": rate,
    "leap": go_on,
    "person": person,
    "begin_again": begin_again,
    "replay": replay,
    "stop_replay": stop_replay,
}
