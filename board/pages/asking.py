"""A request for somebody who came to the table, written down by anybody at the desk."""

from __future__ import annotations

from secrets import token_hex

from board.sitting import BoardPage, Moved, Outcome, Shown, Sitting
from hotline import phone
from hotline.desk.step import open_request
from hotline.help_request import HelpRequest
from hotline.message import Channel
from hotline.organizers import BoardRole
from hotline.store import messages, people
from hotline.store.messages import Inbound
from hotline.store.people import Neighbor
from hotline.store.record import record

MOST_PEOPLE = 20


def show(sitting: Sitting) -> Outcome:
    return Shown("asking.html", {"typed": sitting.form, "wrong": ""})


def do(sitting: Sitting) -> Outcome:
    wrong, number = _number(sitting)
    needs = tuple(it for it in sitting.form.getlist("need") if sitting.work.network.need(it))
    if not wrong and not needs and not sitting.words("words"):
        wrong = "empty"
    if wrong:
        return Shown("asking.html", {"typed": sitting.form, "wrong": wrong}, status=422)
    request = _open(sitting, _asker(sitting, number), needs)
    return Moved(f"/requests/{request.number}", "opened")


def _number(sitting: Sitting) -> tuple[str, str]:
    """What is wrong with the number, and the number: none for somebody without a phone."""
    written = sitting.words("number", 40)
    if not written:
        return "", ""
    try:
        return "", phone.parse(written, sitting.work.network.country)
    except phone.BadPhone:
        return "number", ""


def _asker(sitting: Sitting, number: str) -> Neighbor:
    work, connection = sitting.work, sitting.work.connection
    language = sitting.words("language", 8)
    known = people.who_is_at(connection, number) if number else None
    if known:
        return known
    spoken = language if language in work.network.languages else None
    at = number or phone.nobodys(token_hex(8))
    return people.add_neighbor(connection, at, work.now, spoken, chosen=bool(spoken))


def _open(sitting: Sitting, asker: Neighbor, needs: tuple[str, ...]) -> HelpRequest:
    work, said = sitting.work, sitting.words("people", 3)
    area = sitting.words("area", 20)
    request = open_request(
        work.by(None),
        asker,
        needs,
        area if work.network.area(area) else None,
        people=min(int(said), MOST_PEOPLE) if said.isdecimal() and int(said) else 1,
        urgent="urgent" in sitting.form,
    )
    by, number = sitting.viewer.person.id, request.number
    if words := sitting.words("words"):
        written = Inbound(
            f"desk-{token_hex(16)}",
            asker.id,
            words,
            channel=Channel.DESK,
            request_number=number,
            is_words=True,
        )
        messages.add_inbound(work.connection, written, work.now)
    record(work.connection, by, "asked_for", work.now, about=asker.id, request_number=number)
    return request


PAGES = (BoardPage("/asking", BoardRole.DESK, show, do),)
