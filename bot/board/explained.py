"""How a message is told to the simulator's page: plain JSON values, made from the rows of the store.

Nothing here decides anything. Times go out in UTC, amounts as text, and what people read is put into words on the page.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot import explain
from bot.board import chat
from bot.board.texted import SMS, recorded
from bot.domain.committee import colour
from bot.domain.grammar import Ask, Call, Unknown
from bot.domain.messages import FINAL, State
from bot.domain.segments import measure, split
from bot.domain.text import normalise
from bot.store import conversation, offices, senders, standings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.board.texted import How
    from bot.domain.access import Post
    from bot.domain.grammar import Understanding
    from bot.domain.offices import Office
    from bot.domain.registry import Standing
    from bot.store.conversation import Came, Went
    from bot.store.query import Tx

ON_ITS_WAY = frozenset(State) - FINAL - {State.SUBMITTED, State.UNCONFIRMED}
"""States that soon become another one, so that the page looks again."""

JSON = dict[str, Any]


_NEVER = datetime.max.replace(tzinfo=UTC)
"""No dialogue is open then: the panel shows who somebody is, not what he is in the middle of."""


def thread(came: Sequence[JSON], went: Sequence[JSON]) -> list[JSON]:
    """Messages of both directions, oldest first, each answer right after what it answers."""
    by_id = {one["id"]: one for one in came}
    placed: list[tuple[tuple[str, int, int, int], JSON]] = [((one["at"], one["id"], 0, 0), one) for one in came]
    for one in went:
        asked = by_id.get(one["in_reply_to"])
        at, after = (one["at"], 0) if asked is None else (asked["at"], asked["id"])
        placed.append(((at, after, 1, one["id"]), one))
    return [message for _, message in sorted(placed, key=lambda pair: pair[0])]


def incoming(came: Came, channel: str) -> JSON:
    """A message in."""
    size = measure(came.text)
    how, identity = recorded(came.provider_id, channel)
    return {
        "direction": "in",
        "id": came.id,
        "provider_id": identity,
        "channel": channel,
        "how": str(how),
        "text": came.text,
        "at": came.received_at.isoformat(),
        "encoding": str(size.encoding),
        "segments": size.segments,
        "outcome": came.outcome,
        "command": came.command,
        "reason": came.reason,
    }


def outgoing(went: Went) -> JSON:
    """A message out, and where it is cut into parts."""
    return {
        "direction": "out",
        "id": went.id,
        "in_reply_to": went.in_reply_to,
        "class": went.message_class,
        "channel": went.channel,
        "state": went.state,
        "text": went.text,
        "parts": split(went.text),
        "encoding": went.encoding,
        "segments": went.segments,
        "price": f"{went.price:.2f}",
        "at": went.created_at.isoformat(),
        "expires_at": went.expires_at.isoformat(),
        "submitted_at": _moment(went.submitted_at),
        "settled_at": _moment(went.settled_at),
        "attempts": went.attempts,
        "provider_id": went.provider_id,
        "error": went.error,
    }


def understood(understanding: Understanding | None, came: Came, how: How) -> JSON:
    """What a message means, and how the grammar came to it; ``understanding`` is None where it had no words."""
    if understanding is None:
        return {
            "normalised": None,
            "outcome": str(how) if came.command else "unknown",
            "command": came.command,
            "args": {},
            "language": None,
            "reason": came.reason,
        }
    told: JSON = {
        "normalised": normalise(came.text),
        **explain.as_json(understanding),
        "language": None,
        "reason": None,
    }
    match understanding:
        case Call(language=language):
            told["language"] = str(language)
        case Ask(reason=reason, suggestions=suggestions, language=language):
            told |= {"language": str(language), "reason": reason, "suggestions": list(suggestions)}
        case Unknown(machine=machine, reserved=reserved):
            told |= {"machine": machine, "reserved": reserved}
    if came.outcome == "replied" and came.reason is None and not isinstance(understanding, Call):
        # It means nothing by itself, and was answered all the same: it went on with an open question.
        told |= {"outcome": "dialogue", "command": came.command}
    return told


def sender(tx: Tx, number: str, today: date) -> JSON:
    """Who a number is to the gateway."""
    chosen = senders.known(tx, number, today, _NEVER)
    return {
        "number": number,
        "language": chosen.language and str(chosen.language),
        "stopped": chosen.stopped_at is not None,
        "posts": [_post(tx, post, today) for post in chosen.posts],
    }


def chatter(tx: Tx, own: str, today: date) -> JSON:
    """Who a chat is: whoever's number it stands for now; somebody without a number, as long as it stands for none."""
    number, linked = chat.speaks_for(tx, own)
    return sender(tx, number, today) | {"chat": own, "number": number if linked else None}


def story(tx: Tx, came: Came, channel: str, understanding: Understanding | None, today: date) -> JSON:
    """Everything about one message in: what it means, who sent it, what was stored."""
    how, _ = recorded(came.provider_id, channel)
    return {
        "understood": understood(understanding, came, how),
        "sender": sender(tx, came.sender, today) if channel == SMS else chatter(tx, came.sender, today),
        "inbox": incoming(came, channel),
        "outbox": [outgoing(one) for one in conversation.answers(tx, came.id)],
    }


def _post(tx: Tx, post: Post, today: date) -> JSON:
    told: JSON = {"role": str(post.role), "person": post.person}
    codes = post.lineage.rstrip("/").split("/")
    told["office"] = _place(offices.by_code(tx, codes[-1]))
    if post.society_id is not None:
        told["society"] = next((_society(found, today) for found in standings.by_ids(tx, [post.society_id])), None)
    return told


def _place(office: Office | None) -> JSON | None:
    if office is None:
        return None
    return {"code": office.code, "level": str(office.level), "bn": office.name_bn, "en": office.name_en}


def _society(found: Standing, today: date) -> JSON:
    return {
        "registration_no": found.registration_no,
        "bn": found.name_bn,
        "en": found.name_en or found.name_bn,
        "colour": found.expires_on and str(colour(found.expires_on, today)),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
