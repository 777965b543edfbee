"""The settings: `hotline.toml` as text and as forms, what it was before, and back to that."""

from __future__ import annotations

from collections.abc import Mapping

from tomlkit.exceptions import TOMLKitError

from board.pages import setting_forms
from board.sitting import BoardPage, Moved, NotHere, Outcome, Shown, Sitting
from hotline import settings, settings_file, settings_text
from hotline.errors import BadSettings
from hotline.organizers import BoardRole, role_of
from hotline.settings import CONFIGURATION
from hotline.store import sessions, settings_versions
from hotline.store.record import record

_AT = "/settings"


def text_now(sitting: Sitting) -> str:
    file = sitting.current.file
    return settings_file.read(file) if file else ""


def show(sitting: Sitting) -> Outcome:
    record(sitting.work.connection, sitting.viewer.person.id, "saw_settings", sitting.work.now)
    return page(sitting)


def page(sitting: Sitting, *, wrong: str = "", status: int = 200) -> Shown:
    """As it is now, with what was typed, if something was."""
    work, file, text = sitting.work, sitting.current.file, text_now(sitting)
    kept = settings_versions.versions(work.connection)
    work.meet([it.who for it in kept if it.who])
    values = {
        "text": sitting.form.get("text", text),
        "digest": settings_file.digest(text),
        "is_writable": bool(file and settings_file.is_writable(file)),
        "mistakes": sitting.current.mistakes,
        "versions": [(it, work.person(it.who) if it.who else None) for it in kept],
        "forms": setting_forms.FORMS,
        "wrong": wrong,
    }
    return Shown("settings.html", values, status)


# One form, or the text: either leads to what it would change, and that to saving.


def form_page(sitting: Sitting, name: str, *, wrong: str = "", status: int = 200) -> Shown:
    text = text_now(sitting)
    try:
        shown = setting_forms.shown(name, text, sitting.work.network)
    except TOMLKitError:
        return page(sitting, wrong="unreadable", status=422)
    typed: Mapping[str, object] = sitting.form if wrong else {}
    values = {"form": name, "digest": settings_file.digest(text), "wrong": wrong, "typed": typed}
    return Shown("setting_form.html", values | shown, status)


def form_pages(name: str) -> tuple[BoardPage, ...]:
    """One that was opened a while ago is still read, so that nothing typed is lost."""

    def show_form(sitting: Sitting) -> Outcome:
        return form_page(sitting, name)

    def do_form(sitting: Sitting) -> Outcome:
        if _is_stale(sitting):
            return form_page(sitting, name, wrong="changed", status=409)
        try:
            text = setting_forms.merged(name, text_now(sitting), sitting.form)
        except (TOMLKitError, ValueError):
            return form_page(sitting, name, wrong="empty", status=422)
        return preview(sitting, text)

    at = f"{_AT}/form/{name}"
    return (
        BoardPage(at, BoardRole.STEWARD, show_form, fresh=True),
        BoardPage(at, BoardRole.STEWARD, do=do_form),
    )


def do_look(sitting: Sitting) -> Outcome:
    if _is_stale(sitting):
        return page(sitting, wrong="changed", status=409)
    return preview(sitting, settings_text.tidy(sitting.form.get("text", "")))


def show_version(sitting: Sitting) -> Outcome:
    text = settings_versions.text_of(sitting.work.connection, sitting.number)
    if text is None:
        raise NotHere
    return preview(sitting, text)


def preview(sitting: Sitting, text: str, *, wrong: str = "", status: int = 200) -> Shown:
    """What it would change, or what is wrong with it. Where we may not write it, it can be copied
    from here."""
    now, file = text_now(sitting), sitting.current.file
    mistakes = _mistakes(sitting, text)
    values = {
        "text": text,
        "digest": settings_file.digest(now),
        "changes": settings_text.differences(now, text),
        "mistakes": mistakes,
        "locks_out": not mistakes and _locks_out(sitting, text),
        "file": str(file or CONFIGURATION),
        "is_writable": bool(file and settings_file.is_writable(file)),
        "wrong": wrong,
    }
    return Shown("settings_preview.html", values, 422 if mistakes else status)


def do_save(sitting: Sitting) -> Outcome:
    work, file = sitting.work, sitting.current.file
    text = settings_text.tidy(sitting.form.get("text", ""))
    if not file or _mistakes(sitting, text) or _locks_out(sitting, text):
        return preview(sitting, text, status=422)
    if not sitting.viewer.session.is_fresh(work.now):
        return preview(sitting, text, wrong="fresh", status=403)
    came, before = work.slowly(settings_file.save, str(file), sitting.words("digest", 32), text)
    if came != settings_file.SAVED:
        return preview(sitting, text, wrong=came, status=409)
    sitting.current.look()
    if before and before != text:
        settings_versions.keep(work.connection, before, None, work.now)
    by = sitting.viewer.person.id
    settings_versions.keep(work.connection, text, by, work.now)
    record(work.connection, by, "settings", work.now)
    return Moved("/settings", "saved")


def _is_stale(sitting: Sitting) -> bool:
    return sitting.words("digest", 32) != settings_file.digest(text_now(sitting))


def _mistakes(sitting: Sitting, text: str) -> list[str]:
    file = sitting.current.file
    try:
        settings.read_network(text, file.name if file else CONFIGURATION)
    except BadSettings as error:
        return error.mistakes
    return []


def _locks_out(sitting: Sitting, text: str) -> bool:
    """Whether whoever saves this could not come back to mend it."""
    person = sitting.viewer.person
    given = sessions.given_role(sitting.work.connection, person.id)
    network = settings.read_network(text, CONFIGURATION)
    return role_of(network, person.phone, given) is not BoardRole.STEWARD


PAGES = (
    BoardPage(_AT, BoardRole.STEWARD, show, records=True, fresh=True),
    *(it for name in setting_forms.FORMS for it in form_pages(name)),
    BoardPage(f"{_AT}/look", BoardRole.STEWARD, do=do_look),
    BoardPage(f"{_AT}/versions/{{number}}", BoardRole.STEWARD, show_version, fresh=True),
    BoardPage(f"{_AT}/save", BoardRole.STEWARD, do=do_save),
)
