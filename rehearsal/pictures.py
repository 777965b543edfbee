"""Pictures for a rehearsal: each name has one of its own."""

import hashlib
import struct
import zlib

SIDE = 8  # pixels


def picture(name: str) -> bytes:
    """A small PNG of one color."""
    color = hashlib.sha256(name.encode()).digest()[:3]
    rows = (b"\0" + color * SIDE) * SIDE
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = (_part(b"IHDR", head), _part(b"IDAT", zlib.compress(rows)), _part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _part(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
