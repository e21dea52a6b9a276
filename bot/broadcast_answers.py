"""Which broadcast a text answers, if it answers one: asked before and after the sender's open dialogue has its turn.

A command is always a command. A bare number, a yes or a no belongs to what the sender was shown last: a list that came after the notice of
a meeting has it first. A message that is no such notice asked for no number, and takes none from a list or a return. Words that tell
whether somebody comes belong to a meeting; other words that mean nothing else belong to the newest broadcast. The database is asked only
about texts that may be an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.confirming import holder
from bot.domain.attending import COMING, NOT_COMING, AnswerWords
from bot.domain.broadcasts import BroadcastKind
from bot.domain.grammar import Ask, Call, Unknown, number_choice
from bot.domain.messages import Language
from bot.domain.text import normalise
from bot.i18n import read_catalogue
from bot.store import answers, tickets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.incoming import Incoming
    from bot.store.answers import Question

SHOWN = "at"
"""Of a dialogue's state: when it was shown."""

_LISTS = "choices"
"""The dialogue of a list, which takes words only where they name something on it; others take whatever is no command."""

QUOTE = 30
"""Characters of a message of ours in somebody's text from which on a machine sent it back."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text answers.

    Attributes:
        call: the command that writes it down.
        first: it does not belong to the open dialogue, which has its turn otherwise.
    """

    call: Call
    first: bool


@dataclass(frozen=True, slots=True)
class Echo:
    """It is the broadcast itself, sent back by a machine."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text may say: ``value`` of a meeting; a bare number; a yes or no."""

    text: str
    value: str | None
    number: bool = False
    word: bool = False


@cache
def _words() -> AnswerWords:
    return AnswerWords.of(read_catalogue(language, "words") for language in Language)


def meant(context: Context, incoming: Incoming, dialogue: tuple[str, Mapping[str, Any]] | None) -> Meant | Echo | None:
    """The broadcast that a text answers; None where it answers none."""
    said = _said(incoming)
    if said is None or (said.word and _awaited(context)):
        return None
    questions = answers.open_questions(context.tx, context.sender.msisdn, context.now)
    if not questions:
        return None
    if any(_quotes(said.text, one.text) for one in questions):
        return Echo()
    about = _about(questions, said)
    if not about:
        return None
    own = dialogue is None or max(one.shown_at for one in about) > _shown_at(dialogue[1], context.now)
    if said.number and dialogue is not None and about[0].kind is BroadcastKind.MESSAGE:
        own = False
    if not own and (said.number or said.word):
        return None
    words = said.value is None and not said.number
    first = own and (dialogue is None or dialogue[0] != _LISTS or not words)
    if said.number and about[0].kind is BroadcastKind.MESSAGE and about[0].answer is not None:
        # He has been thanked already, and may as well ask about a society.
        answers.record(context.tx, about[0].recipient_id, said.text, context.inbox_id, context.now)
        return None
    return Meant(Call("answer", _args(about, said), incoming.understanding.language), first)


def _said(incoming: Incoming) -> _Said | None:
    """A text as an answer; None where it is none, whatever was asked."""
    mo, text = incoming.mo, incoming.mo.text.strip()
    if mo.call is not None or mo.press is not None or not text:
        return None
    match incoming.understanding:
        case Unknown(machine=False, reserved=None, more=False):
            return _Said(text, _words().read(text))
        case Ask(command="yes", reason="missing_code"):
            return _Said(text, COMING, word=True)
        case Call(command="no", args=args) if not args:
            return _Said(text, NOT_COMING, word=True)
        case Ask(command="status", reason="bare_number"):
            value, number = _words().read(text), number_choice(text)
            return None if value is None and number is None else _Said(text, value, number=True)
        case _:
            return None


def _awaited(context: Context) -> bool:
    """Whether something waits for a yes or a no."""
    holders = {holder(context), context.sender.msisdn}
    return any(tickets.of_holder(context.tx, "confirm", each, context.now) is not None for each in holders)


def _about(questions: Sequence[Question], said: _Said) -> list[Question]:
    """The broadcast that is answered; several meetings where it may be any of them.

    A meeting that he has not answered comes first; what is no answer to a meeting, or changes none for sure, belongs to the newest one.
    """
    newest = questions[0]
    meetings = [one for one in questions if one.kind is BroadcastKind.MEETING]
    fresh = [one for one in meetings if one.answer not in {COMING, NOT_COMING}]
    if said.value is None:
        return [newest] if newest.kind is BroadcastKind.MESSAGE or not said.number else []
    if newest.kind is BroadcastKind.MESSAGE and (said.word or (said.number and not fresh)):
        return [newest]
    return fresh or meetings or [newest]


def _args(about: Sequence[Question], said: _Said) -> dict[str, Any]:
    value = {"answer": said.value} if said.value is not None and about[0].kind is BroadcastKind.MEETING else {}
    if len(about) > 1:
        return {"which": [one.broadcast_id for one in about], **value, "words": said.text}
    number = {"number": True} if said.number and not value else {}
    return {"broadcast": about[0].broadcast_id, **value, **number, "words": said.text}


def _shown_at(state: Mapping[str, Any], now: datetime) -> datetime:
    """When a dialogue was shown; one of an older program, which did not write that down, just now."""
    return datetime.fromisoformat(state[SHOWN]) if SHOWN in state else now


def _quotes(text: str, ours: str) -> bool:
    sent, back = normalise(ours), normalise(text)
    return sent in back if len(sent) >= QUOTE else sent == back
