"""How far a broadcast is, as its sender reads it: the answer to his confirmation, the message that is brought up to date, the last report.

In a chat the answer to the confirmation is itself brought up to date (``bot.scheduler.progress``), with the buttons that fit the moment.
By SMS there is that answer, and one message at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.broadcasts import BroadcastKind, BroadcastState, Unreached
from bot.domain.failing import Reason
from bot.domain.messages import State
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.channel import Line
    from bot.command import Context
    from bot.store.broadcast_reports import Counts
    from bot.store.broadcasts import Broadcast

_REF = {"ref": Slot.CODE}
_COUNT = {"n": Slot.COUNT}
_PART = {**_COUNT, "percent": Slot.DAYS}
_ON = {**_REF, "place": Slot.PLACE, **_PART}

_BUTTONS = ("pause", "resume", "cancel", "report", "failures", "resend", "answers")
_REPORT = {**_REF, **_COUNT, "sent": Slot.COUNT}
_REPORTS = ("report", "report_lacking", "report_cancelled", "so_far")

REASONS = tuple(Reason)
ROWS = 4
"""Kinds of what did not arrive that a short message tells."""

CHANGING = frozenset({"progress.sending", "progress.waiting"})
"""What may say something else a moment later."""

_SHOWN = (State.DELIVERED, State.SUBMITTED, State.QUEUED, State.UNCONFIRMED, State.CANCELLED)
"""What is counted line by line, in this order; what failed is told by its reasons."""

TEXTS = (
    Wording("progress.begun", 3, {**_REF, **_COUNT, "sms": Slot.COUNT, "chat": Slot.COUNT, "d": Slot.MOMENT}),
    *(
        Wording(f"progress.{state}", chat=True, slots=_ON)
        for state in BroadcastState
        if state is not BroadcastState.DRAFT
    ),
    Wording("progress.by", chat=True, slots={"d": Slot.MOMENT}),
    *(Wording(f"progress.count.{state}", 1, _PART) for state in _SHOWN),
    *(Wording(f"progress.why.{reason}", 1, _PART) for reason in REASONS),
    *(Wording(f"progress.unreached.{why}", 1, _COUNT) for why in Unreached),
    *(Wording(f"progress.button.{name}") for name in _BUTTONS),
    *(Wording(f"progress.{key}", 5, _REPORT, row="progress.count.unconfirmed", rows=ROWS) for key in _REPORTS),
)


def begun(context: Context, broadcast: Broadcast) -> Reply:
    """The answer to a confirmation: whom it goes to, by which way, and until when that takes.

    In a chat it is the message that then shows how far it is.
    """
    if context.in_chat:
        return shown(broadcast, None)
    shares = broadcast.estimate.shares
    lines = context.sending.lines
    chats = sum(one.messages for name, one in shares.items() if _is_chat(lines, name))
    ends_at = broadcast.estimate.ends_at or context.now
    return Reply(
        "progress.begun",
        {
            "ref": broadcast.ref,
            "n": broadcast.estimate.people,
            "sms": sum(one.messages for one in shares.values()) - chats,
            "chat": chats,
            "d": ends_at.isoformat(),
        },
    )


def _is_chat(lines: Mapping[str, Line], channel: str) -> bool:
    return channel in lines and lines[channel].abilities.chat


def shown(broadcast: Broadcast, counts: Counts | None) -> Reply:
    """How far it is, for a chat; without counts nothing has happened yet."""
    people = _people(broadcast, counts)
    done = 0 if counts is None else counts.over
    params = {"ref": broadcast.ref, "place": broadcast.place, "n": people, "percent": percent(done, people)}
    lines = list(_lines(broadcast, counts, people)) if counts is not None else []
    if broadcast.state is BroadcastState.SENDING and broadcast.estimate.ends_at is not None:
        lines.append(Reply("progress.by", {"d": broadcast.estimate.ends_at.isoformat()}))
    return Reply(f"progress.{_state(broadcast)}", params, lines=tuple(lines), choices=buttons(broadcast, counts))


def _state(broadcast: Broadcast) -> BroadcastState:
    """A broadcast of which nothing is on its way any more is done, as far as it went."""
    return BroadcastState.WAITING if broadcast.state is BroadcastState.DRAFT else broadcast.state


def _people(broadcast: Broadcast, counts: Counts | None) -> int:
    """How many it goes to; as long as not all are queued, that is what was expected."""
    return max(broadcast.estimate.people if broadcast.queued_at is None else 0, counts.people if counts else 0)


def _lines(broadcast: Broadcast, counts: Counts, people: int) -> Iterator[Reply]:
    is_open = broadcast.ended_at is None and broadcast.state is not BroadcastState.CANCELLED
    never_queued = State.QUEUED if is_open else State.CANCELLED
    for state in _SHOWN:
        number = counts.of(state)
        if state is State.QUEUED:
            number += counts.of(State.SENDING)
        if state is never_queued:
            number += people - counts.people
        if number:
            yield Reply(f"progress.count.{state}", _part(number, people))
    yield from _failed(counts, people)
    for why in Unreached:
        if counts.unreached.get(why.value):
            yield Reply(f"progress.unreached.{why}", {"n": counts.unreached[why.value]})


def _failed(counts: Counts, people: int) -> Iterator[Reply]:
    for reason in REASONS:
        if counts.reasons.get(reason):
            yield Reply(f"progress.why.{reason}", _part(counts.reasons[reason], people))


def _part(number: int, people: int) -> dict[str, Any]:
    return {"n": number, "percent": percent(number, people)}


def percent(number: int, whole: int) -> int:
    """How much of it, in whole percent: 100 is everything."""
    return number * 100 // whole if whole else 100


def reported(broadcast: Broadcast, counts: Counts) -> Reply:
    """How it went, in one message: what left, and what did not arrive, and why."""
    people, unconfirmed = _people(broadcast, counts), counts.of(State.UNCONFIRMED)
    if broadcast.state is BroadcastState.CANCELLED:
        key = "report_cancelled"
    elif broadcast.ended_at is None:
        key = "so_far"
    else:
        key = "report_lacking" if counts.reasons or unconfirmed else "report"
    lines = [Reply("progress.count.unconfirmed", _part(unconfirmed, people))] if unconfirmed else []
    lines += _failed(counts, people)
    sent = counts.of(State.DELIVERED) + counts.of(State.SUBMITTED)
    return Reply(f"progress.{key}", {"ref": broadcast.ref, "n": people, "sent": sent}, lines=tuple(lines[:ROWS]))


def buttons(broadcast: Broadcast, counts: Counts | None = None) -> tuple[Choice, ...]:
    """What a chat offers below it. Each keeps its place, so that who presses an older version of the message gets what he read."""
    state = broadcast.state
    is_open = broadcast.ended_at is None
    failed = counts is not None and bool(counts.reasons)
    offered = {
        "pause": state is BroadcastState.SENDING and is_open,
        "resume": state is BroadcastState.PAUSED,
        "cancel": is_open and state is not BroadcastState.CANCELLED,
        "report": not is_open,
        "failures": not is_open and counts is not None and (failed or counts.is_lacking),
        "resend": not is_open and failed,
        "answers": broadcast.kind is BroadcastKind.MEETING and (counts is not None and counts.left > 0),
    }
    return tuple(_button(name, broadcast.id, offered=is_offered) for name, is_offered in offered.items())


def afterwards(broadcast_id: int) -> tuple[Choice, ...]:
    """What is offered of one that is over, where it is not counted for the occasion."""
    return tuple(_button(name, broadcast_id, offered=True) for name in ("report", "failures", "resend"))


def _button(name: str, broadcast_id: int, *, offered: bool) -> Choice:
    does: Mapping[str, tuple[str, dict[str, Any]]] = {
        "report": ("broadcasts", {"broadcast_id": broadcast_id}),
        "failures": ("broadcasts", {"broadcast_id": broadcast_id, "topic": "failures"}),
        "resend": ("send", {"resend_of": broadcast_id}),
        "answers": ("answers", {"broadcast_id": broadcast_id}),
    }
    command, args = does.get(name, (name, {"broadcast_id": broadcast_id}))
    return Choice(Reply(f"progress.button.{name}"), command, args, withdrawn=not offered)
