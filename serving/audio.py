"""Prompts that a network recorded itself: files named by prompt and language, such as
`ask_message.es.mp3`, in one folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from hotline.own_recordings import ENDINGS

LOOKS_AFTER = 1.0  # seconds between two looks at the folder


class RecordedPrompts:
    """The files of the folder that the settings name, as they are now."""

    def __init__(self, folder: Callable[[], str | None]) -> None:
        self._folder = folder
        self._found: tuple[str | None, float, dict[str, Path]] = (None, 0.0, {})

    def file(self, name: str) -> Path | None:
        """Only what is there: no name leads out of the folder."""
        return self._files().get(name)

    def addresses(self, at: str) -> dict[tuple[str, str], str]:
        """Where each can be heard, by the prompt's name and the language."""
        return {
            (prompt, language): f"{at}/{name}"
            for name, path in self._files().items()
            for prompt, _, language in [path.stem.rpartition(".")]
            if prompt
        }

    def _files(self) -> dict[str, Path]:
        named = self._folder()
        folder, look_at, files = self._found
        if folder != named or time.monotonic() >= look_at:
            files = _sounds(named)
            self._found = (named, time.monotonic() + LOOKS_AFTER, files)
        return files


def _sounds(named: str | None) -> dict[str, Path]:
    try:
        found = sorted(Path(named).iterdir()) if named else []
    except OSError:
        return {}
    return {path.name: path for path in found if path.suffix in ENDINGS}
