"""Files that come with texts in a rehearsal: each name has one of its own.

`broken.jpg` is none that can be shown, `tracked.mov` tells where it was at each moment. How a name
ends says what the file is and what it calls itself, as phones do it: `ring twice.amr`,
`the door.mov`, `home.loc.vcf`; without an ending it is a small picture. `900 KB.mov` is that large.
"""

import hashlib
import io
import re
import struct
import zlib

from rehearsal.recordings import sound

SIDE = 8  # pixels
ORIENTATION, ON_ITS_SIDE, PLACE = 0x0112, 6, 0x8825  # as EXIF numbers them
MADE_AT = 3_855_310_203  # in seconds since 1904, as films count
KILOBYTE = 1000

# What the carrier takes, each with how it may begin where that is easily told.
# https://www.twilio.com/docs/messaging/guides/accepted-mime-types
TAKEN: dict[str, bytes] = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/jpg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG",
    "image/gif": b"GIF8",
    "image/bmp": b"BM",
    "audio/amr": b"#!AMR",
    "audio/amr-nb": b"#!AMR",
    "audio/ogg": b"OggS",
    "audio/vnd.wave": b"RIFF",
    "application/pdf": b"%PDF",
    **dict.fromkeys(("text/vcard", "text/x-vcard", "text/directory"), b"BEGIN:VCARD"),
    "text/calendar": b"BEGIN:VCALENDAR",
    **dict.fromkeys(("image/heic", "image/heif", "image/tiff"), b""),
    **dict.fromkeys(("audio/3gpp", "audio/3gpp2", "audio/mp4", "audio/mpeg", "audio/ac3"), b""),
    **dict.fromkeys(("audio/basic", "audio/L24", "audio/webm", "video/webm", "video/mpeg"), b""),
    **dict.fromkeys(("video/mp4", "video/quicktime", "video/3gpp", "video/3gpp2"), b""),
    **dict.fromkeys(("text/csv", "text/rtf", "text/richtext", "application/vcard"), b""),
}
RESIZED = ("image/jpeg", "image/jpg", "image/png", "image/gif")
MOST_BYTES = 5_000_000  # of all files of a text
MOST_NOT_RESIZED = 600_000  # of those that are none of RESIZED, at the strictest of networks
PLAYED = {
    *("audio/mpeg", "audio/wav", "audio/wave", "audio/x-wav", "audio/aiff", "audio/x-aifc"),
    *("audio/x-aiff", "audio/x-gsm", "audio/gsm", "audio/ulaw"),
}
"""What it plays in a call: https://www.twilio.com/docs/voice/twiml/play"""


def is_sendable(file: bytes, kind: str) -> bool:
    """Whether the carrier takes a file that is given to it as of this kind."""
    return kind in TAKEN and file.startswith(TAKEN[kind])


def is_too_much(sizes: list[tuple[int, str]]) -> bool:
    """Whether these many bytes, each of this kind, are more than go with one text."""
    heavy = sum(size for size, kind in sizes if kind not in RESIZED)
    return sum(size for size, _ in sizes) > MOST_BYTES or heavy > MOST_NOT_RESIZED


def kind_of(name: str) -> str:
    """What the file of this name calls itself."""
    return _made(name)[1]


def file(name: str) -> bytes:
    """The file of this name: of what it is there is only the beginning, and its name."""
    made = _made(name)[0]
    size = re.search(r"\b(\d{1,5}) KB\b", name)
    return made.ljust(int(size[1]) * KILOBYTE, b"\0") if size else made


def _made(name: str) -> tuple[bytes, str]:
    ending = re.search(r"(\.loc)?\.(\w+)$", name.lower())
    if ending is None:
        return picture(name), "image/png"
    if ending[0] == ".wav":
        return sound(2, name.removesuffix(".wav")), "audio/x-wav"
    if name.startswith("broken"):
        return b"\xff\xd8\xff" + name.encode(), "image/jpeg"
    if name.startswith("tracked"):
        return _boxes(b"qt  ", b"meta"), "video/quicktime"
    begins, kind = _ENDINGS.get(ending[0], (b"", "application/octet-stream"))
    if begins in _PHOTOS:
        return photo(name, _PHOTOS[begins]), kind
    return begins + (_box(b"mdat", name.encode()) if b"ftyp" in begins else name.encode()), kind


def _box(name: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I4s", 8 + len(content), name) + content


def _boxes(brand: bytes, shows: bytes) -> bytes:
    """A film without a picture, or sound without a sound, that tells where and when it was made."""
    made = _box(b"mvhd", struct.pack(">4xII", MADE_AT, MADE_AT))
    track = _box(b"trak", _box(b"mdia", _box(b"hdlr", struct.pack(">II4s", 0, 0, shows))))
    place = _box(b"udta", _box(b"\xa9xyz", b"+40.6892-073.9442/"))
    return _box(b"ftyp", brand, bytes(4)) + _box(b"moov", made, track, place)


_JPEG, _HEIC, _WEBP = b"a JPEG", b"a HEIC", b"a WebP"
_PHOTOS = {_JPEG: "JPEG", _HEIC: "HEIF", _WEBP: "WEBP"}  # as Pillow calls them
_CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"
_ENDINGS = {
    ".jpg": (_JPEG, "image/jpg"),
    ".bin": (_JPEG, "application/octet-stream"),
    ".heic": (_HEIC, "image/heic"),
    ".webp": (_WEBP, "image/webp"),
    ".3gp": (_boxes(b"3gp6", b"soun"), "audio/3gpp"),
    ".3gpv": (_boxes(b"3gp4", b"vide"), "video/3gpp"),
    ".amr": (b"#!AMR\n", "audio/amr-nb"),
    ".ogg": (b"OggS\x00\x02", "audio/ogg"),
    ".m4a": (_boxes(b"M4A ", b"soun"), "audio/mp4"),
    ".mp3": (b"ID3\x03\x00", "audio/mpeg"),
    ".mov": (_boxes(b"qt  ", b"vide"), "video/quicktime"),
    ".mp4": (_boxes(b"mp42", b"vide"), "video/mp4"),
    ".vcf": (_CARD, "text/x-vcard"),
    ".loc.vcf": (_CARD, "text/x-vlocation"),
    ".ics": (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
    ".pdf": (b"%PDF-1.4\n", "application/pdf"),
    ".html": (b"<!doctype html><script>alert(1)</script>", "image/jpeg"),  # it says
    ".svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    ".kml": (b"<?xml version='1.0'?><kml/>", "application/vnd.google-earth.kml+xml"),
}


def photo(name: str, called: str) -> bytes:
    """A picture as a phone takes it, on its side and with the place where it was taken. `called`:
    its kind, as Pillow calls it."""
    from PIL import Image  # only for pictures: it takes memory
    from pillow_heif import register_heif_opener

    register_heif_opener()
    notes = Image.Exif()
    notes[ORIENTATION] = ON_ITS_SIDE
    notes.get_ifd(PLACE).update({1: "N", 2: (40.0, 41.0, 21.0), 3: "W", 4: (73.0, 56.0, 39.0)})
    written = io.BytesIO()
    size = (2 * SIDE, SIDE)
    Image.new("RGB", size, tuple(_color(name))).save(written, called, exif=notes, quality=90)
    return written.getvalue()


def _color(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:3]


def picture(name: str) -> bytes:
    """A small PNG of one color."""
    color = _color(name)
    rows = (b"\0" + color * SIDE) * SIDE
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = (_part(b"IHDR", head), _part(b"IDAT", zlib.compress(rows)), _part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _part(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
