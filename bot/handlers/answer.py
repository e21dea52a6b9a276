"""``answer``: what somebody says to a message to many. Which message he means is found out before (``bot.broadcast_answers``).

A meeting's notice is answered by a button, by a number or by words that tell it; the last answer counts, and each is echoed with the
meeting's date, so that a mistake is noticed. To anything else the answer is the sender's own words, which are acknowledged once: of two
machines one would otherwise thank the other for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.command import Command, Silence
from bot.domain.attending import COMING, NOT_COMING
from bot.domain.grammar import number_choice
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.store.answers import Question

LISTED = 4
"""Meetings to choose from."""

LONGEST = 500
"""Characters kept of an answer in words; the message itself is kept whole."""

_WHEN = {"d": Slot.DATE, "time": Slot.TIME}
_FROM = {"place": Slot.PLACE}
_KEYS = {COMING: "coming", NOT_COMING: "not_coming"}

TEXTS = (
    *(Wording(f"answer.{key}", 1, _WHEN) for each in _KEYS.values() for key in (each, f"{each}_now")),
    Wording("answer.over", 1, _WHEN),
    Wording("answer.not_yours"),
    Wording("answer.taken", 1, _FROM),
    Wording("answer.number", 2, {**_FROM, "n": Slot.COUNT}),
    Wording("answer.words", 2, {**_FROM, "d": Slot.DATE}),
    Wording("answer.which", 4, option="answer.option", options=LISTED),
    Wording("answer.option", 1, {**_WHEN, **_FROM}),
)


def _answer(context: Context, args: Mapping[str, Any]) -> Reply | Silence:
    if "which" in args:
        return _which(context, args)
    question = answers.question(context.tx, context.sender.msisdn, int(args["broadcast"]))
    if question is None:
        unknown = context.in_chat and not context.linked
        return Reply("link_first", asks_contact=True) if unknown else Reply("answer.not_yours")
    if "answer" not in args or question.meeting is None:
        return _heard(context, question, str(args["words"]), number="number" in args)
    if question.until is None or question.until <= context.now:
        return Reply("answer.over", _when(question.meeting))
    return _noted(context, question, question.meeting, str(args["answer"]))


def _when(meeting: Mapping[str, Any]) -> dict[str, Any]:
    return {"d": meeting["date"], "time": meeting["time"]}


def _which(context: Context, args: Mapping[str, Any]) -> Reply:
    """Several meetings are open: which one is it?"""
    asked = [answers.question(context.tx, context.sender.msisdn, each) for each in args["which"][:LISTED]]
    rest = {name: value for name, value in args.items() if name != "which"}
    options = [
        Choice(
            Reply("answer.option", {**_when(one.meeting), "place": dict(one.place)}),
            "answer",
            {"broadcast": one.broadcast_id, **rest},
            tuple(one.place.values()),
        )
        for one in asked
        if one is not None and one.meeting is not None
    ]
    return Reply("answer.which", choices=tuple(options))


def _noted(context: Context, question: Question, meeting: Mapping[str, Any], answer: str) -> Reply:
    answers.record(context.tx, question.recipient_id, answer, context.inbox_id, context.now)
    changed = question.answer in _KEYS and question.answer != answer
    return Reply(f"answer.{_KEYS[answer]}{'_now' if changed else ''}", _when(meeting))


def _heard(context: Context, question: Question, words: str, *, number: bool) -> Reply | Silence:
    """Words leave what was said about coming as it is, and are read beside it."""
    said = question.answer if question.answer in _KEYS else words[:LONGEST]
    answers.record(context.tx, question.recipient_id, str(said), context.inbox_id, context.now)
    if question.answer is not None and not context.in_chat:
        return Silence("answered")
    place = {"place": dict(question.place)}
    if question.meeting is not None and question.answer not in _KEYS:
        return Reply("answer.words", {**place, "d": question.meeting["date"]})
    if number and (typed := number_choice(words)) is not None:
        return Reply("answer.number", {**place, "n": typed})
    return Reply("answer.taken", place)


ANSWER = Command("answer", _answer, TEXTS)
