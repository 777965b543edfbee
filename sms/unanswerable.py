"""A text from where nobody can be written to later: an app without a number, a network, letters.

It is kept, and the stewards are told, so that nobody's words are lost. It opens nothing, and nobody
is asked. In an app it is answered once in a while, where it was written; a machine never is: two
machines would write to each other for ever.
"""

from __future__ import annotations

import textwrap

from hotline import phone, segments
from hotline.desk import telling
from hotline.desk.delivery import STEWARDS_HEAR
from hotline.inbound import Origin, TextIn
from hotline.notices import Told, notice
from hotline.store import messages, people
from hotline.store.messages import Inbound, Reply
from hotline.store.people import Neighbor
from hotline.work import Work
from sms.reading import Intent, Reading, read

LONGEST_SHOWN = 60  # letters of it, for the stewards: one segment, if they are usual ones
LONGEST_ADDRESS = 40


def keep(work: Work, it: TextIn) -> None:
    """Write the text down; the answer to it, if there is one, is in `work.after`."""
    connection, at = work.connection, phone.elsewhere(it.sender)
    delivered_as = messages.find_inbound(connection, it.sid)
    if delivered_as is not None:
        work.after.replies += messages.replies_to(connection, delivered_as)
        return
    sender = people.who_is_at(connection, at) or people.add_neighbor(connection, at, work.now)
    reading = read(it.body, work.network, opt_out=it.opt_out, has_pictures=bool(it.attachments))
    is_first = not messages.heard_lately(
        connection, sender.id, it.sid, work.now - STEWARDS_HEAR, limit=1
    )
    if is_first or reading.intent is Intent.START:
        _tell_stewards(work, it)
    replies = _replies(work, it, sender, reading, is_first=is_first)
    inbound = Inbound(it.sid, sender.id, it.body, it.attachments)
    number = messages.add_inbound(connection, inbound, work.now)
    work.after.replies += messages.add_replies(connection, sender.id, number, replies, work.now)


def _tell_stewards(work: Work, it: TextIn) -> None:
    told = notice(
        Told.STEWARDS_UNANSWERED,
        sender=textwrap.shorten(it.sender, LONGEST_ADDRESS, placeholder="..."),
        quote=textwrap.shorten(it.body, LONGEST_SHOWN, placeholder=" ..."),
    )
    telling.tell_stewards(work, told)


def _replies(
    work: Work, it: TextIn, sender: Neighbor, reading: Reading, *, is_first: bool
) -> list[Reply]:
    """In an app, for who wrote the first time in a while, and has not said STOP."""
    if it.origin is not Origin.APP:
        return []
    is_stop, is_start = reading.intent is Intent.STOP, reading.intent is Intent.START
    if is_stop or is_start:
        people.set_stopped(work.connection, sender.id, work.now if is_stop else None)
    is_stopped = is_stop or (sender.stopped and not is_start)
    if is_stopped or not (is_first or is_start):
        return []
    body = telling.written(work, notice(Told.WRITE_FROM_A_PHONE), reading.language)
    return [Reply(body, segments.count(body))]
