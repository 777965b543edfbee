"""What people read and hear from us, in each language: where the network says it in words of its
own, and prompts that it spoke itself."""

from __future__ import annotations

from board.sitting import BoardPage, Moved, Outcome, Shown, Sitting
from hotline import own_recordings
from hotline.organizers import BoardRole
from hotline.own_recordings import LARGEST_SOUND
from hotline.prompts import Prompt
from hotline.store.record import record

PROMPTS = {it.name.lower(): it for it in Prompt}
LARGEST_SENT = LARGEST_SOUND + 10_000  # bytes, with the form around it


def _tongue(sitting: Sitting) -> str:
    """The language that is looked at."""
    said = sitting.query.get("in", "") or sitting.words("in", 8)
    spoken = sitting.work.network.languages
    return said if said in spoken else spoken[0]


def show_words(sitting: Sitting) -> Outcome:
    speech, tongue = sitting.work.speech, _tongue(sitting)
    return Shown("words.html", {"tongue": tongue, "sentences": speech.sentences(tongue)})


def show_prompts(sitting: Sitting) -> Outcome:
    return prompts_page(sitting)


def prompts_page(sitting: Sitting, *, wrong: str = "", status: int = 200) -> Shown:
    network, speech, tongue = sitting.work.network, sitting.work.speech, _tongue(sitting)
    folder = network.voice.audio
    rows = [
        (name, speech.in_words(it, tongue), own_recordings.found(folder, name, tongue))
        if folder
        else (name, speech.in_words(it, tongue), "")
        for name, it in PROMPTS.items()
    ]
    values = {"tongue": tongue, "folder": folder, "rows": rows, "wrong": wrong}
    return Shown("prompts.html", values, status)


def do_keep(sitting: Sitting) -> Outcome:
    folder, prompt, tongue = _place(sitting)
    sound = sitting.files.get("sound", b"")
    if not folder or prompt not in PROMPTS or own_recordings.ending_of(sound) is None:
        return prompts_page(sitting, wrong="sound", status=422)
    spoken = sound.decode("latin-1")
    if not sitting.work.slowly(own_recordings.keep, folder, prompt, tongue, spoken):
        return prompts_page(sitting, wrong="not_writable", status=409)
    return _done(sitting, prompt, tongue, "recorded")


def do_remove(sitting: Sitting) -> Outcome:
    folder, prompt, tongue = _place(sitting)
    if not folder or prompt not in PROMPTS:
        return prompts_page(sitting, wrong="sound", status=422)
    if not sitting.work.slowly(own_recordings.remove, folder, prompt, tongue):
        return prompts_page(sitting, wrong="not_writable", status=409)
    return _done(sitting, prompt, tongue, "unrecorded")


def _place(sitting: Sitting) -> tuple[str, str, str]:
    folder = sitting.work.network.voice.audio or ""
    return folder, sitting.words("prompt", 40), _tongue(sitting)


def _done(sitting: Sitting, prompt: str, tongue: str, said: str) -> Moved:
    record(sitting.work.connection, sitting.viewer.person.id, "prompts", sitting.work.now)
    return Moved(f"/settings/prompts?in={tongue}", said, at=prompt)


_AT = "/settings/prompts"
PAGES = (
    BoardPage("/settings/words", BoardRole.STEWARD, show_words),
    BoardPage(_AT, BoardRole.STEWARD, show_prompts),
    BoardPage(f"{_AT}/keep", BoardRole.STEWARD, do=do_keep, largest=LARGEST_SENT),
    BoardPage(f"{_AT}/remove", BoardRole.STEWARD, do=do_remove),
)
