"""Danger in what was spoken, once the carrier wrote it down: as in a text. Words of fear or threat
do not go on to whom they may be about, and cannot be listened to any more."""

from __future__ import annotations

from hotline.desk import apart, telling, warning
from hotline.desk.step import take_step
from hotline.help_request import HelpRequest, WordsAdded
from hotline.notices import Told, notice
from hotline.store import calls
from hotline.store.calls import RecordingOf
from hotline.store.messages import About
from hotline.work import Work
from hotline.worry import Worry


def goes_on(
    work: Work, request: HelpRequest, of: RecordingOf, recording: str, speaker: int, worry: Worry
) -> bool:
    """Whether its words go on to whom they are for, after what their danger leads to."""
    number, person = request.number, work.person(speaker)
    is_to_other = of.passed_to is not None
    if is_to_other and (worry.parts or worry.holds):
        calls.withhold(work.connection, recording, speaker)
    if worry.in_danger:
        _warn(work, request, speaker, worry)
    if is_to_other and worry.parts:
        told = apart.keep_apart(work.by(person, is_quiet=True), person, number, is_guess=True)
        telling.send(work, speaker, told, About(number, may_wake=True))
        return False
    if is_to_other and worry.holds:
        held = notice(Told.HELD_SPOKEN, number=number)
        telling.send(work, speaker, held, About(number, may_wake=True))
        return False
    return True


def _warn(work: Work, request: HelpRequest, speaker: int, worry: Worry) -> None:
    number, person = request.number, work.person(speaker)
    lines = warning.whom_to_call(work, person, crisis=worry.about_life, is_sure=worry.is_sure)
    telling.send(work, speaker, lines, About(number, may_wake=True))
    if not worry.is_sure:
        return
    if speaker == request.requester:
        urgent = WordsAdded((), None, urgent=True)
        take_step(work.by(person, is_quiet=True), number, urgent)
    warning.tell_stewards(work, number)
