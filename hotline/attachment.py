"""What comes with a text: pictures, voice messages, videos, contacts, places.

What a file is, its first bytes say; what it calls itself only tells how to speak of it before
anybody looked. Pure: it fetches nothing, and knows no carrier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class AttachmentKind(StrEnum):
    """What people call it."""

    PICTURE = "picture"
    VOICE = "voice"
    VIDEO = "video"
    CONTACT = "contact"
    PLACE = "place"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Attachment:
    """`at`: its address at the carrier, or our name for it; `type`: what it calls itself."""

    at: str
    type: str = ""

    @property
    def kind(self) -> AttachmentKind:
        return kind_of(self.type)


def kind_of(media_type: str) -> AttachmentKind:
    main, _, sub = media_type.partition("/")
    if re.search(r"location|geo|kml|gpx", sub):
        return AttachmentKind.PLACE
    if re.search(r"vcard|directory", sub):
        return AttachmentKind.CONTACT
    return _BY_MAIN_TYPE.get(main, AttachmentKind.FILE)


_BY_MAIN_TYPE = {
    "image": AttachmentKind.PICTURE,
    "audio": AttachmentKind.VOICE,
    "video": AttachmentKind.VIDEO,
}


# By the bytes. https://www.iana.org/assignments/media-types has the names, and what they stand for.

_BEGINNINGS = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"II\*\x00|MM\x00\*", "image/tiff"),
    (rb"BM.{4}\x00{4}", "image/bmp"),
    (rb"RIFF.{4}WEBP", "image/webp"),
    (rb"RIFF.{4}WAVE", "audio/vnd.wave"),
    (rb"FORM.{4}AIF[FC]", "audio/aiff"),
    (rb"#!AMR\n", "audio/amr"),
    (rb"#!AMR-WB\n", "audio/amr-wb"),
    (rb"OggS", "audio/ogg"),
    (rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", "audio/aac"),
    (rb"\.snd", "audio/basic"),
    (rb"\x00\x00\x01[\xb3\xba]", "video/mpeg"),
    (rb"%PDF-", "application/pdf"),
    (rb"(?:\xef\xbb\xbf)?\s*(?i:BEGIN:VCARD)", "text/vcard"),
    (rb"(?:\xef\xbb\xbf)?\s*(?i:BEGIN:VCALENDAR)", "text/calendar"),
)
_KNOWN = tuple((re.compile(begins, re.DOTALL), name) for begins, name in _BEGINNINGS)
_BRAND = re.compile(rb".{4}ftyp(.{4})", re.DOTALL)
_SHOWS = re.compile(rb"hdlr.{8}vide|V_(?:VP|AV|MPEG)", re.DOTALL)  # a track of moving pictures
# Boxes of ISO/IEC 14496-12, by the brand that their first one names: https://mp4ra.org
_BRANDS = (
    (rb"hei[cxms]|hev[cx]", "image/heic"),
    (rb"mif1|msf1", "image/heif"),
    (rb"avi[fs]", "image/avif"),
    (rb"qt  ", "video/quicktime"),
    (rb"3g2.", "3gpp2"),
    (rb"3g..", "3gpp"),
)
_FAMILIES = tuple((re.compile(brand), name) for brand, name in _BRANDS)


def type_by_bytes(file: bytes) -> str | None:
    """The media type of a file; None for what is none of those that phones send, and so for all
    that a browser would run."""
    if brand := _BRAND.match(file):
        family = next((it for known, it in _FAMILIES if known.fullmatch(brand[1])), "mp4")
        return family if "/" in family else f"{_sound_or_film(file)}/{family}"
    if file.startswith(b"\x1aE\xdf\xa3") and b"webm" in file[:64]:
        return f"{_sound_or_film(file)}/webm"
    return next((name for begins, name in _KNOWN if begins.match(file)), None)


def _sound_or_film(file: bytes) -> str:
    return "video" if _SHOWS.search(file) else "audio"
