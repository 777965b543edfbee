"""Pictures and videos without what else is in them: where and when they were taken above all, with
which phone, and smaller pictures of before somebody cut them.

Pure. A picture is drawn anew, upright, from what can be seen in it; nothing else is taken over. In
a video, and in sound in such a file, the boxes that tell about it are emptied where they stand.
What cannot be cleaned is not passed on. Other sound, contacts, places on a map and documents stay
as they are: what they tell is what somebody wants to tell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from hotline.attachment import type_by_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE: Final = 2048  # pixels at most, of what is passed on
QUALITY: Final = 85
LARGEST_PNG: Final = 1_000_000  # bytes; what is larger is a photo, and a JPEG of it a tenth

# How Pillow calls it, and how many pixels are drawn: a few bytes can say that they are a billion. A
# JPEG is drawn smaller from the start.
_PICTURES: Final = {
    "image/jpeg": ("JPEG", 100_000_000),
    "image/heic": ("HEIF", 50_000_000),
    "image/heif": ("HEIF", 50_000_000),
    "image/avif": ("AVIF", 25_000_000),
    "image/webp": ("WEBP", 25_000_000),
    "image/png": ("PNG", 25_000_000),
    "image/gif": ("GIF", 25_000_000),
    "image/bmp": ("BMP", 25_000_000),
    "image/tiff": ("TIFF", 25_000_000),
}
_SEE_THROUGH: Final = frozenset({"image/png", "image/gif"})  # and few colors: they stay as sharp


def cleaned(file: bytes) -> bytes | None:
    """The same to see and to hear, and nothing more; None for what cannot be cleaned."""
    kind = type_by_bytes(file)
    try:
        if kind in _PICTURES:
            return _drawn_anew(file, kind)
        return _without_notes(file) if _is_boxes(file) else file
    except Exception:  # whatever a stranger's file makes of a decoder, it is no picture for anybody
        return None


# Pictures.


def _drawn_anew(file: bytes, kind: str) -> bytes | None:
    """Imported only here: pictures are rare, and it takes memory."""
    from PIL import Image, ImageOps

    called, most = _PICTURES[kind]
    if called == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    with Image.open(BytesIO(file), formats=(called,)) as it:
        if it.width * it.height > most:
            return None
        it.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(it)
        upright.thumbnail((SIDE, SIDE))
        return _saved(upright, is_drawing=kind in _SEE_THROUGH)


def _saved(it: Image, *, is_drawing: bool) -> bytes:
    if is_drawing:
        drawing = _alone(it, "RGBA" if it.has_transparency_data else "RGB", "PNG")
        if len(drawing) <= LARGEST_PNG:
            return drawing
    return _alone(it, "RGB", "JPEG")


def _alone(it: Image, mode: str, called: str) -> bytes:
    """The pixels in a picture that never had anything else."""
    from PIL import Image

    new = Image.new(mode, it.size)
    new.paste(it.convert(mode))
    written = BytesIO()
    new.save(written, called, quality=QUALITY)
    return written.getvalue()


# Videos, and sound in boxes: ISO/IEC 14496-12, and QuickTime as 3GPP TS 26.244 has it.

_INSIDE: Final = {b"moov", b"trak", b"mdia"}
_NOTES: Final = {b"udta", b"meta", b"uuid", b"free", b"skip"}
_DATED: Final = {b"mvhd", b"tkhd", b"mdhd"}  # when it was made and changed, behind the version
_NOTED_ALONG: Final = b"meta"  # the kind of a track that tells where the phone was at each moment


def _is_boxes(file: bytes) -> bool:
    return file[4:8] == b"ftyp"


def _without_notes(file: bytes) -> bytes | None:
    """Emptied, not taken out: else what points into the file would point beside it."""
    new = bytearray(file)
    for name, begins, inside, end in _boxes(file, 0, len(file)):
        if name == b"hdlr" and file[inside + 8 : inside + 12] == _NOTED_ALONG:
            return None
        if name in _DATED:
            dated = min(inside + (20 if file[inside] else 12), end)
            new[inside + 4 : dated] = bytes(dated - inside - 4)
        if name in _NOTES:
            new[inside:end] = bytes(end - inside)
            new[begins + 4 : begins + 8] = b"free"
    return bytes(new)


def _boxes(file: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """The name of each box, where it begins, where what is in it does, and where both end. Raises
    ValueError or struct.error for what is not made of boxes to the end."""
    while start < end:
        size, name = struct.unpack_from(">I4s", file, start)
        inside = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", file, inside)
            inside += 8
        stop = start + size if size else end
        if stop < inside or stop > end:
            raise ValueError("a box ends where none can")
        yield name, start, inside, stop
        if name in _INSIDE:
            yield from _boxes(file, inside, stop)
        start = stop
