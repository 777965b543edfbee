"""A steward's order, carried out and answered. What it comes to is `desk.stewarding`'s."""

from __future__ import annotations

from hotline.desk import confirming, stewarding, telling
from hotline.desk.stewarding import Answered
from hotline.notices import Notice, Told, notice
from hotline.work import Work
from sms.steward_orders import (
    AskBack,
    Assign,
    ChangeStanding,
    CloseRequest,
    ConfirmOrder,
    LetCarry,
    LetRest,
    ReopenRequest,
    SetArea,
    SetNeeds,
    ShowOpen,
    ShowRequest,
    ShowWords,
    StewardOrder,
)


def obey(work: Work, order: StewardOrder) -> Notice | None:
    """What the steward is told, if not what anybody would be who says YES."""
    match order:
        case ShowWords():
            telling.answer(work, _words(work))
            return notice(Told.STEWARDS_WORDS_PEOPLE)
        case AskBack(example):
            return notice(Told.STEWARDS_DID_YOU_MEAN, example=example)
        case _:
            return _obeyed(work, order).told


def _words(work: Work) -> Notice:
    area = next((it.key for it in work.network.areas), "east")
    key = next((it.key for it in work.network.needs), "food")
    return notice(Told.STEWARDS_WORDS, area=area, key=key)


def _obeyed(work: Work, order: StewardOrder) -> Answered:
    match order:
        case ShowRequest(number):
            return stewarding.show(work, number)
        case CloseRequest(number):
            return stewarding.close(work, number)
        case ReopenRequest(number):
            return stewarding.reopen(work, number)
        case SetArea(number, area):
            return stewarding.correct(work, number, area=area)
        case SetNeeds(number, needs):
            return stewarding.correct(work, number, needs)
        case Assign(number, called):
            return stewarding.assign(work, number, called)
        case LetRest(called, days):
            return stewarding.let_rest(work, called, days)
        case LetCarry(called, most):
            return stewarding.let_carry(work, called, most)
        case ChangeStanding(verb, called):
            return stewarding.ask_to_confirm(work, verb, called)
        case ConfirmOrder(code):
            told = confirming.confirm(work, work.actor, code) if work.actor else None
            return Answered(told)
        case ShowOpen():
            return stewarding.list_open(work)
        case _:
            raise TypeError(order)
