"""What a file is, by its bytes; and how people call it, by what it calls itself."""

from __future__ import annotations

import pytest

from hotline.attachment import Attachment, AttachmentKind, type_by_bytes
from rehearsal.files import TAKEN, file

NOTHING_KNOWN = [
    b"",
    b"\xff",
    b"BMW for sale, ask Ana",
    b"<!doctype html><p>\xff\xd8\xff",
    b"  <svg xmlns='http://www.w3.org/2000/svg'>",
    b"MZ\x90\x00",
    b"PK\x03\x04",
    b"RIFF\x00\x00\x00\x00AVI LIST",
    b"BEGIN",
    b"plain words",
]


@pytest.mark.parametrize("beginning", NOTHING_KNOWN)
def test_what_no_phone_sends_is_nothing(beginning: bytes) -> None:
    assert type_by_bytes(beginning) is None


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        (b"\xff\xd8\xff\xdb<script>", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00", "image/heif"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", "image/avif"),
        (b"\x1aE\xdf\xa3\x42\x82\x84webm V_VP8", "video/webm"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"#!AMR-WB\n", "audio/amr-wb"),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00", "image/bmp"),
        (b"II*\x00", "image/tiff"),
        (b"\xef\xbb\xbf\r\nbegin:vcard", "text/vcard"),
        (b"FORM\x00\x00\x00\x00AIFF", "audio/aiff"),
    ],
)
def test_a_file_is_known_by_how_it_begins(beginning: bytes, found: str) -> None:
    assert type_by_bytes(beginning) == found


def test_every_file_of_the_rehearsal_that_the_carrier_takes_is_known() -> None:
    names = ("a.jpg", "a.heic", "a.3gp", "a.3gpv", "a.amr", "a.ogg", "a.m4a", "a.mp3", "a.mov")
    more = ("a.mp4", "a.vcf", "a.loc.vcf", "a.ics", "a.pdf", "a.wav", "a picture")
    assert {type_by_bytes(file(it)) for it in names + more} <= set(TAKEN)


@pytest.mark.parametrize(
    ("calls_itself", "kind"),
    [
        ("image/jpg", AttachmentKind.PICTURE),
        ("audio/amr-nb", AttachmentKind.VOICE),
        ("video/quicktime", AttachmentKind.VIDEO),
        ("text/x-vcard", AttachmentKind.CONTACT),
        ("text/x-vlocation", AttachmentKind.PLACE),
        ("application/geo+json", AttachmentKind.PLACE),
        ("application/vnd.google-earth.kml+xml", AttachmentKind.PLACE),
        ("text/calendar", AttachmentKind.FILE),
        ("", AttachmentKind.FILE),
    ],
)
def test_it_is_called_as_people_call_it(calls_itself: str, kind: AttachmentKind) -> None:
    assert Attachment("at", calls_itself).kind is kind
