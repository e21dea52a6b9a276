"""Pausing, resuming and cancelling a broadcast: which one is meant, who may, and what is said when it is somewhere else already.

Its sender may, and every officer whose area has the office that sends it. None of it needs a code: a pause and a cancellation only
prevent, and what goes on was confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot import broadcast_progress, reporting
from bot.command import LookFirst
from bot.domain.access import may_reach
from bot.domain.broadcasts import BroadcastState
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import audit, broadcast_reports, broadcasts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from bot.command import Context
    from bot.store.broadcast_reports import Counts
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

T = TypeVar("T")

LISTED = 4
"""Broadcasts that a list shows by SMS."""

AT_ONCE = 2000
"""People of a broadcast that are counted while the writer waits; more of them are counted beside it."""

_REF = {"ref": Slot.CODE}
_PARTS = {**_REF, "n": Slot.COUNT, "left": Slot.COUNT}

TEXTS = (
    Wording("control.none", 1),
    Wording("control.nothing_open", 4, option="control.option", options=LISTED),
    *(
        Wording(f"control.which_{name}", 4, option="control.option", options=LISTED)
        for name in ("pause", "resume", "cancel")
    ),
    Wording("control.option", 1, {**_REF, "place": Slot.PLACE, "n": Slot.COUNT, "d": Slot.MOMENT}),
    Wording("control.paused", 3, _PARTS),
    Wording("control.resumed", 2, {**_REF, "n": Slot.COUNT}),
    Wording("control.too_late", 3, {**_REF, "n": Slot.COUNT, "d": Slot.MOMENT}),
    Wording("control.cancelled", 2, _PARTS),
    Wording("control.dropped", 1, _REF),
    *(
        Wording(f"control.is_{state}", 2, _REF)
        for state in BroadcastState
        if state not in {BroadcastState.DONE, BroadcastState.CANCELLED}
    ),
    Wording("control.is_cancelled", 3, _REF, option="progress.button.failures", options=3),
    Wording("control.is_done", 3, _REF, option="progress.button.failures", options=3),
)

FROM: Mapping[str, frozenset[BroadcastState]] = {
    "pause": frozenset({BroadcastState.SENDING}),
    "resume": frozenset({BroadcastState.PAUSED}),
    "cancel": frozenset({BroadcastState.DRAFT, BroadcastState.WAITING, BroadcastState.SENDING, BroadcastState.PAUSED}),
}
"""Command → in which states it has something to do."""


def may_control(context: Context, broadcast: Broadcast) -> bool:
    """Whether the sender of a message has a say in a broadcast; a draft is nobody's but its sender's."""
    if broadcast.sender == context.sender.msisdn:
        return True
    drafted = broadcast.state is BroadcastState.DRAFT
    return not drafted and may_reach("broadcasts", context.sender.posts, lineage=broadcast.lineage)


def named(context: Context, args: Mapping[str, Any]) -> Broadcast | Reply:
    """The broadcast that a reference or a button names, if the sender has a say in it."""
    inbox_id = reporting.inbox_id_of(args["ref"]) if "ref" in args else None
    if "broadcast_id" in args:
        found = broadcasts.by_id(context.tx, args["broadcast_id"])
    else:
        found = None if inbox_id is None else broadcasts.by_inbox(context.tx, inbox_id)
    if found is None or not may_control(context, found):
        return Reply("report.not_found", reporting.shown(args.get("ref", "")))
    return found


def meant(context: Context, command: str, args: Mapping[str, Any]) -> Broadcast | Reply:
    """Likewise; without a reference the sender's only one that the command has something to do for, else a list."""
    if args.keys() & {"ref", "broadcast_id"}:
        return named(context, args)
    since = context.now - timedelta(minutes=context.gateway.code_minutes)
    running = broadcasts.running(context.tx, context.sender.msisdn, since)
    fitting = [each for each in running if each.state in FROM[command] and may_control(context, each)]
    own = [each for each in fitting if each.sender == context.sender.msisdn]
    if len(own) == 1:
        return own[0]
    if fitting:
        return listed(f"control.which_{command}", own or fitting, command)
    return recent(context)


def recent(context: Context) -> Reply:
    """The sender's newest broadcasts, which lead to how they went."""
    found = broadcasts.of_sender(context.tx, context.sender.msisdn, LISTED)
    return listed("control.nothing_open", found, "broadcasts") if found else Reply("control.none")


def listed(key: str, found: Iterable[Broadcast], command: str) -> Reply:
    """A list to choose from."""
    return Reply(key, choices=tuple(_choice(each, command) for each in list(found)[:LISTED]))


def _choice(broadcast: Broadcast, command: str) -> Choice:
    params = {
        "ref": broadcast.ref,
        "place": broadcast.place,
        "n": broadcast.estimate.people,
        "d": (broadcast.confirmed_at or broadcast.asked_at).isoformat(),
    }
    return Choice(Reply("control.option", params), command, {"broadcast_id": broadcast.id}, (broadcast.ref,))


def moved(context: Context, broadcast: Broadcast, command: str, to: BroadcastState) -> Reply | None:
    """Move a broadcast on by a command, and write that down; what to say instead where it is somewhere else."""
    old = broadcast.state
    if old not in FROM[command] or broadcast.ended_at is not None:
        return standing(broadcast)
    if not broadcasts.move(context.tx, broadcast.id, old, to):
        return standing(broadcasts.by_id(context.tx, broadcast.id) or broadcast)
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action=f"broadcast.{command}",
        before={"ref": broadcast.ref, "state": old.value},
        after={"ref": broadcast.ref, "state": to.value},
        office_id=broadcast.office_id,
    )
    return None


def standing(broadcast: Broadcast) -> Reply:
    """Where it is, if that is not where a command would find something to do; one that is over leads to how it went."""
    is_over = broadcast.ended_at is not None or broadcast.state is BroadcastState.CANCELLED
    state = BroadcastState.DONE if is_over and broadcast.state is not BroadcastState.CANCELLED else broadcast.state
    choices = broadcast_progress.afterwards(broadcast.id) if broadcast.ended_at is not None else ()
    return Reply(f"control.is_{state}", {"ref": broadcast.ref}, choices=choices)


@dataclass(frozen=True, slots=True)
class Beside:
    """What was read of a large broadcast beside the writer."""

    broadcast_id: int
    what: str
    found: Any


def read(context: Context, broadcast: Broadcast, what: str, reader: Callable[[Tx], T]) -> T:
    """What a reader finds of a broadcast; of a large one that takes long, and is done beside the writer.

    Args:
        context: of the handler, which is run again then.
        broadcast: which one.
        what: a name of what is read.
        reader: reads it.
    """
    if broadcast.estimate.people <= AT_ONCE:
        return reader(context.tx)
    there = context.found
    if isinstance(there, Beside) and (there.broadcast_id, there.what) == (broadcast.id, what):
        found: T = there.found
        return found
    raise LookFirst(lambda tx: Beside(broadcast.id, what, reader(tx)))


def counted(context: Context, broadcast: Broadcast) -> Counts:
    """Where its people stand."""
    return read(
        context, broadcast, "counts", partial(broadcast_reports.counts, broadcast=broadcast, chats=chats(context))
    )


def parts(context: Context, broadcast: Broadcast) -> dict[str, Any]:
    """How many have had it, and how many not yet."""
    left = read(context, broadcast, "left", partial(broadcast_reports.left, broadcast=broadcast, chats=chats(context)))
    return {"ref": broadcast.ref, "left": left, "n": max(broadcast.estimate.people - left, 0)}


def chats(context: Context) -> Collection[str]:
    """The channels that are chats."""
    return [name for name, line in context.sending.lines.items() if line.abilities.chat]
