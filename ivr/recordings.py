"""What was spoken for a request, once it is known later than the request: told to whoever took it.

A recording, its file and its words come from the carrier one after the other, in any order, often
after somebody said YES.
"""

from __future__ import annotations

from collections.abc import Iterable

from hotline.desk import places, telling
from hotline.help_request import HelpRequest
from hotline.notices import Told, notice
from hotline.store import calls, requests
from hotline.store.calls import RecordingOf
from hotline.store.messages import About
from hotline.work import Work
from hotline.worry import ReadsWorry
from ivr import heeding


def add_to_words(work: Work, recording: str, number: int) -> None:
    """It is part of what a request was asked for with. Whoever took it by now read its words
    without that."""
    calls.attach_recordings(work.connection, [recording], number)
    if request := _held(work, number):
        tell(work, request, request.requester, request.takers)


def can_be_heard(work: Work, of: RecordingOf) -> None:
    """Its file is there. Who took the request by phone before that could not be played it, and
    has no text to say that there is one."""
    late = work.now - of.since <= calls.COMPLETE_BY
    if of.request_number is None or of.passed_to is not None or not late:
        return
    if request := _held(work, of.request_number):
        heard_nothing = requests.takers_since(work.connection, request.number, of.since)
        by_voice = [it for it in heard_nothing if work.person(it).by_voice]
        tell(work, request, request.requester, by_voice)


def is_written_down(
    work: Work, of: RecordingOf, recording: str, words: str, reads_worry: ReadsWorry
) -> None:
    """Whoever is to hear it reads it, too; who takes the request later reads it then."""
    number = of.request_number
    request = _held(work, number) if number else None
    if request is None:
        return
    speaker = _speaker(work, of, request)
    worry = reads_worry(words, speaker in request.takers)
    if heeding.goes_on(work, request, of, recording, speaker, worry):
        readers = request.takers if of.passed_to is None else (of.passed_to,)
        readers = tuple(it for it in readers if not places.is_kept_from(work, request, it))
        told = notice(Told.TRANSCRIPT, number=number, quote=words)
        for reader in readers:
            telling.send(work, reader, told, About(number, may_wake=request.urgent))


def _speaker(work: Work, of: RecordingOf, request: HelpRequest) -> int:
    row = calls.call_by_id(work.connection, of.call_id) if of.passed_to is not None else None
    return row.neighbor if row and row.neighbor is not None else request.requester


def tell(work: Work, request: HelpRequest, speaker: int, listeners: Iterable[int]) -> None:
    """That somebody left a message for them. Whoever asked is named to nobody."""
    name = None if speaker == request.requester else speaker
    told = notice(Told.VOICE_MESSAGE, number=request.number, name=name)
    about = About(request.number, may_wake=request.urgent, from_id=speaker)
    for listener in listeners:
        telling.send(work, listener, told, about)


def _held(work: Work, number: int) -> HelpRequest | None:
    """The request, as long as two have to do with each other about it; it stays so until all of
    this is written down: a YES at the same moment reads these words, or is told."""
    request = requests.find_request(work.connection, number)
    if request is None or request.outcome is not None:
        return None
    requests.require_unchanged(work.connection, request)
    return request
