"""Answers to broadcasts: which questions somebody has before him, what he said, and what it comes to.

Of several answers the last one counts; each is a message in. To the notice of a meeting the answer is a number, beside which the words of
a later message may stand: ``1``, and then ``একটু দেরি হবে``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, bindparam, case, func, literal_column, or_, select, update

from bot.domain.attending import COMING, NOT_COMING
from bot.domain.broadcasts import BroadcastKind
from bot.store.query import Query
from bot.store.schema import broadcasts, inbox, offices, outbox, people, recipients, societies

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.store.query import Tx

MOST_OPEN = 9
"""Questions that somebody may have before him: the newest ones."""

ANSWERED, UNANSWERED = "answered", "unanswered"
"""Kinds of people of a broadcast, besides ``COMING`` and ``NOT_COMING``."""
WORDS = "words"
"""Those who answered a meeting's notice with neither."""


@dataclass(frozen=True, slots=True)
class Question:
    """A broadcast as one of its readers has it before him.

    Attributes:
        recipient_id: his row.
        broadcast_id, kind, meeting: of the broadcast.
        place: the sending office's name, by language.
        text: what was sent to him.
        until: answers are counted so long.
        shown_at: when it left.
        answer: what he said last.
    """

    recipient_id: int
    broadcast_id: int
    kind: BroadcastKind
    meeting: Mapping[str, Any] | None
    place: Mapping[str, str]
    text: str
    until: datetime | None
    shown_at: datetime
    answer: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many answered what, of those who were sent it.

    Attributes:
        coming, not_coming: to a meeting.
        other: in words.
        none: nothing yet.
    """

    coming: int
    not_coming: int
    other: int
    none: int

    @property
    def answered(self) -> int:
        """How many said anything."""
        return self.coming + self.not_coming + self.other


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody a broadcast was sent to, and his answer.

    Attributes:
        name: the person's.
        place_bn, place_en: of his office or society.
        msisdn: his number: the page after him begins behind it.
        answer: ``1``, ``2``, his words, or None.
        words: the text of the message that said it, or that he added later.
        at: when.
    """

    name: str
    place_bn: str
    place_en: str | None
    msisdn: str
    answer: str | None
    words: str | None
    at: datetime | None

    @property
    def place(self) -> dict[str, str]:
        """By language."""
        return {"bn": self.place_bn, "en": self.place_en or self.place_bn}


def _question(*row: Any) -> Question:
    recipient, broadcast, kind, meeting, bn, en, said, until, shown_at, answer = row
    told = None if meeting is None else json.loads(meeting)
    place = {"bn": bn, "en": en}
    return Question(recipient, broadcast, BroadcastKind(kind), told, place, said, until, shown_at, answer)


_own = recipients.c
_asked = select(
    *(_own.id, _own.broadcast_id, broadcasts.c.kind, broadcasts.c.meeting, offices.c.name_bn, offices.c.name_en),
    *(outbox.c.text, broadcasts.c.answers_until_at, func.coalesce(outbox.c.submitted_at, outbox.c.created_at)),
    _own.answer,
).select_from(
    recipients.join(broadcasts, broadcasts.c.id == _own.broadcast_id)
    .join(offices, offices.c.id == broadcasts.c.office_id)
    .join(outbox, outbox.c.id == _own.outbox_id)
)
# What a receipt calls failed may have arrived; what waits has not.
_LEFT = or_(
    outbox.c.submitted_at.is_not(None),
    *(outbox.c.state == state for state in ("sending", "submitted", "unconfirmed", "delivered")),
)
_OPEN = Query(
    _asked.where(_own.msisdn == bindparam("msisdn"), broadcasts.c.answers_until_at > bindparam("now"), _LEFT)
    .order_by(_own.broadcast_id.desc())
    .limit(MOST_OPEN),
    _question,
)
_ONE = Query(
    _asked.where(_own.msisdn == bindparam("msisdn"), _own.broadcast_id == bindparam("broadcast_id")), _question
)
_RECORD: Query[int] = Query(
    update(recipients)
    .where(_own.id == bindparam("recipient_id"))
    .values(answer=bindparam("said"), answered_in=bindparam("in_inbox"), answered_at=bindparam("at"))
)
_of = and_(_own.broadcast_id == bindparam("broadcast_id"), _own.outbox_id.is_not(None))


def _number(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_COUNTS = Query(
    select(
        _number(_own.answer == COMING),
        _number(_own.answer == NOT_COMING),
        _number(and_(_own.answer != COMING, _own.answer != NOT_COMING)),
        _number(_own.answer.is_(None)),
    ).where(_of),
    lambda *row: Counts(*map(int, row)),
)
_WHICH = bindparam("which", type_=Text)


def _is(which: str) -> Any:
    return literal_column(f"'{which}'") == _WHICH


_EVERYBODY = Query(
    select(
        *(people.c.name, func.coalesce(societies.c.name_bn, offices.c.name_bn)),
        *(func.coalesce(societies.c.name_en, offices.c.name_en), _own.msisdn, _own.answer, inbox.c.text),
        _own.answered_at,
    )
    .select_from(
        recipients.join(people, people.c.id == _own.person_id)
        .outerjoin(societies, societies.c.id == _own.society_id)
        .outerjoin(offices, offices.c.id == _own.office_id)
        .outerjoin(inbox, inbox.c.id == _own.answered_in)
    )
    .where(
        _of,
        _own.msisdn > bindparam("after"),
        or_(
            _WHICH.is_(None),
            _own.answer == _WHICH,
            and_(_is(ANSWERED), _own.answer.is_not(None)),
            and_(_is(UNANSWERED), _own.answer.is_(None)),
            and_(_is(WORDS), _own.answer != COMING, _own.answer != NOT_COMING),
        ),
    )
    .order_by(_own.msisdn)  # as the index has it, so that a page costs as much as it is long
    .limit(bindparam("most")),
    Given,
)


def open_questions(tx: Tx, msisdn: str, now: datetime) -> list[Question]:
    """The broadcasts that have left for a number and whose answers are still counted, the newest first."""
    return tx.all(_OPEN, msisdn=msisdn, now=now)


def question(tx: Tx, msisdn: str, broadcast_id: int) -> Question | None:
    """One that a number was sent, whether answers are still counted or not."""
    return tx.first(_ONE, msisdn=msisdn, broadcast_id=broadcast_id)


def record(tx: Tx, recipient_id: int, answer: str, inbox_id: int, at: datetime) -> None:
    """Write down what somebody said last, and by which message."""
    tx.run(_RECORD, recipient_id=recipient_id, said=answer, in_inbox=inbox_id, at=at)


def counts(tx: Tx, broadcast_id: int) -> Counts:
    """How many answered what."""
    return tx.one(_COUNTS, broadcast_id=broadcast_id)


def everybody(tx: Tx, broadcast_id: int, *, which: str | None = None, after: str = "", most: int = 500) -> list[Given]:
    """A page of those who were sent it, with what they said.

    Args:
        tx: an open transaction.
        broadcast_id: which broadcast.
        which: only ``COMING``, ``NOT_COMING``, ``WORDS``, ``ANSWERED`` or ``UNANSWERED``.
        after: behind this number.
        most: so many.
    """
    return tx.all(_EVERYBODY, broadcast_id=broadcast_id, which=which, after=after, most=most)
