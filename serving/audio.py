"""Prompts that a network recorded itself: files named by prompt and language, such as
`ask_message.es.mp3`, in one folder."""

from __future__ import annotations

from pathlib import Path

ENDINGS = {".mp3", ".wav"}  # what every carrier plays


class RecordedPrompts:
    """The files of a folder, as they are when the program starts."""

    def __init__(self, folder: str | None) -> None:
        found = sorted(Path(folder).iterdir()) if folder and Path(folder).is_dir() else []
        self._files = {path.name: path for path in found if path.suffix in ENDINGS}

    def file(self, name: str) -> Path | None:
        """Only what was there: no name leads out of the folder."""
        return self._files.get(name)

    def addresses(self, at: str) -> dict[tuple[str, str], str]:
        """Where each can be heard, by the prompt's name and the language."""
        return {
            (prompt, language): f"{at}/{name}"
            for name, path in self._files.items()
            for prompt, _, language in [path.stem.rpartition(".")]
            if prompt
        }
