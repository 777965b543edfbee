"""Make the picture of a page smaller, as it is: what is mostly flat needs no filters."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}  # of a picture with 8 bits each, by its type


def smaller(png: bytes) -> bytes:
    """The same picture, packed again."""
    parts = list(_parts(png))
    header = parts[0][1]
    width, kind = struct.unpack(">I", header[:4])[0], header[9]
    packed = b"".join(part for name, part in parts if name == b"IDAT")
    rows = _rows(zlib.decompress(packed), width * CHANNELS[kind], CHANNELS[kind])
    plain = b"".join(b"\0" + row for row in rows)
    kept = [(b"IHDR", header), (b"IDAT", zlib.compress(plain, 9)), (b"IEND", b"")]
    return SIGNATURE + b"".join(_part(*part) for part in kept)


def _parts(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        yield name, png[place + 8 : place + 8 + length]
        place += 12 + length


def _part(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def _rows(filtered: bytes, length: int, step: int) -> Iterator[bytes]:
    """Each row without its filter: what the PNG specification calls reconstruction."""
    above = bytearray(length)
    for place in range(0, len(filtered), length + 1):
        kind, row = filtered[place], bytearray(filtered[place + 1 : place + 1 + length])
        for at in range(length):
            left = row[at - step] if at >= step else 0
            corner = above[at - step] if at >= step else 0
            row[at] = (row[at] + _foretold(kind, left, above[at], corner)) & 255
        yield bytes(row)
        above = row


def _foretold(kind: int, left: int, above: int, corner: int) -> int:
    if kind < 4:
        return (0, left, above, (left + above) // 2)[kind]
    guess = left + above - corner
    return min((left, above, corner), key=lambda it: abs(guess - it))
