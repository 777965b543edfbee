"""What gammu-smsd is told about one modem: its gammu-smsdrc(5). Pure.

It writes no log: the one it can write has people's numbers, and at its louder levels their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from hotline.carriers.gammu import names

HALF_WAITS = 300  # seconds the daemon waits for the other parts of a long text


@dataclass(frozen=True, slots=True)
class Modem:
    """`device`: as under /dev/serial/by-id, which stays the same when it is plugged in anew.
    `phone_id`: what it is called, as in `[[channels]]`. `pin`: of a SIM card that asks for one;
    take it off in any phone rather, for here it stands in the clear."""

    device: str
    folder: PurePosixPath
    phone_id: str
    pin: str = ""
    connection: str = "at"
    model: str = ""


def smsdrc(modem: Modem) -> str:
    """The file. Raises ValueError for a value that would be more than one line."""
    values = (modem.device, str(modem.folder), modem.phone_id, modem.pin, modem.model)
    if any(not it.isprintable() for it in (*values, modem.connection)):
        raise ValueError("what stands in a gammu-smsdrc is one line each")
    folder = modem.folder
    return _SMSDRC.format(
        device=modem.device,
        connection=modem.connection,
        model=f"model = {modem.model}\n" if modem.model else "",
        phone_id=modem.phone_id,
        pin=f"pin = {modem.pin}\n" if modem.pin else "",
        half=HALF_WAITS,
        inbox=folder / names.INBOX,
        outbox=folder / names.OUTBOX,
        sent=folder / names.SENT,
        error=folder / names.ERROR,
    )


_SMSDRC: Final = """\
[gammu]
device = {device}
connection = {connection}
{model}
[smsd]
service = files
phoneid = {phone_id}
{pin}inboxpath = {inbox}/
outboxpath = {outbox}/
sentsmspath = {sent}/
errorsmspath = {error}/
# One file for a whole text, and a report that can be told from it.
inboxformat = detail
transmitformat = auto
deliveryreport = sms
multiparttimeout = {half}
commtimeout = 1
receivefrequency = 3
loopsleep = 1
"""
