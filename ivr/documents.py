"""What is heard at a step of the menu, as a document: worded, and by whom it is heard."""

from __future__ import annotations

from hotline.desk import telling
from hotline.document import Document, Said
from hotline.prompts import Prompt, Spoken
from hotline.store.people import Neighbor
from ivr import menu, saying
from ivr.facts import facts
from ivr.menu import Call, Facts, Step
from ivr.saying import PromptLine
from ivr.visit import Visit


def document(visit: Visit, known: Facts) -> Document:
    """What whoever calls hears next, and what is waited for then."""
    call = visit.call
    connects = ""
    if call.step is Step.TALK and call.partner is not None:
        connects = visit.work.person(call.partner).phone
    return Document(
        tuple(_said(visit, line) for line in saying.prompts(call, known)),
        menu.wait(call),
        call.language,
        visit.row.id,
        visit.row.turn + 1,
        connects,
    )


def whisper(visit: Visit, step: Step, partner: Neighbor) -> Document:
    """What whom we called hears at this step, in their language."""
    language = visit.work.speech.spoken(partner.language)
    heard = Call(step=step, language=language, greeted=True, about=visit.call.about)
    return Document(
        tuple(_said(visit, line) for line in saying.prompts(heard, facts(visit))),
        menu.wait(heard),
        language,
        visit.row.id,
        visit.row.turn,
        is_whisper=True,
    )


def _said(visit: Visit, line: PromptLine) -> Said:
    if line.spoken is None:
        return Said(line.words, line.language, recording=line.recording)
    prompt, values = line.spoken.prompt, line.spoken.values
    words = telling.spoken(visit.work, prompt, values, line.language)
    return Said(words, line.language, _name(line.spoken))


def _name(it: Spoken) -> str:
    """By which a network's own recording of a prompt is called; of a need on the menu with its
    key."""
    name, need = it.prompt.name.lower(), it.values.get("need")
    if it.prompt is Prompt.CHOOSE_NEED and isinstance(need, tuple):
        return f"{name}-{need[0]}"
    return name
