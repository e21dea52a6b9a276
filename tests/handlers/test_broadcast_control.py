"""Holding a broadcast, letting it go on, taking it back: by its sender, by an officer above him, by reference, button or neither."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot import controlling
from bot.configured import SIMULATED_CHAT, SIMULATOR
from bot.domain.audiences import Audience, Group
from bot.domain.broadcasts import BroadcastState
from bot.domain.messages import MessageClass, State
from bot.domain.replies import load
from bot.store import broadcast_reports, broadcasts, claims, outbox, tidying
from bot.store.query import Query
from bot.store.schema import broadcasts as table
from tests import broadcasts as making
from tests.conftest import NOW
from tests.handlers.talking import DCO, JOINT, PRESIDENT, UCO, UCO_OF_DOMAR

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.store.broadcast_reports import Counts
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx
    from tests.handlers.talking import Talk

ALL = Audience(Group.UCO, "BD/55/5573/")
CHAT = "777001"


async def sent(talk: Talk, audience: Audience = ALL, *, urgent: bool = False) -> Broadcast:
    """A confirmed broadcast of the district's officer."""
    rules, says = talk.app._sending, making.words(urgent=urgent)
    made = await talk.app.store.write(partial(making.send, by=rules, audience=audience, says=says, channel=SIMULATOR))
    return await now(talk, made.id)


async def now(talk: Talk, broadcast_id: int) -> Broadcast:
    return await talk.app.store.read(partial(making.the, broadcast_id=broadcast_id))


async def carry_on(talk: Talk) -> None:
    """Let the gateway do what there is to do; nothing leaves."""
    while await talk.app.broadcasting.once():
        pass
    await talk.app.progress.stop()
    await talk.app.store.read(talk._fresh)


async def leave(talk: Talk, most: int, of: MessageClass = MessageClass.BROADCAST) -> int:
    """Some messages go to the provider."""

    def work(tx: Tx) -> int:
        clock = talk.app.clock
        rows = claims.claim(
            tx, SIMULATOR, now=NOW, running=clock.running(), lease=making.WORTH, most=most, first=of.priority
        )
        return sum(claims.submitted(tx, row, at=NOW, provider_id=None, delivered=True) for row in rows)

    return await talk.app.store.write(work)


async def counted(talk: Talk, broadcast: Broadcast) -> Counts:
    return await talk.app.store.read(partial(broadcast_reports.counts, broadcast=broadcast, chats=[SIMULATED_CHAT]))


async def test_pause_resume_cancel(talk: Talk) -> None:
    broadcast = await sent(talk)
    await carry_on(talk)
    people = broadcast.estimate.people
    assert people > 4
    assert await leave(talk, 2) == 2
    paused = await talk.one(DCO, f"PAUSE {broadcast.ref}")
    assert paused.key == "control.paused"
    assert (paused.reply.params["left"], paused.reply.params["n"]) == (2, people - 2)
    assert (await now(talk, broadcast.id)).state is BroadcastState.PAUSED
    await carry_on(talk)
    assert await leave(talk, 9) == 0
    assert (await talk.one(DCO, f"স্থগিত {broadcast.ref}")).key == "control.is_paused"
    assert (await talk.one(DCO, f"পুনরারম্ভ {broadcast.ref}")).key == "control.resumed"
    assert (await talk.one(DCO, "RESUME")).key == "control.nothing_open"
    await carry_on(talk)
    assert await leave(talk, 1) == 1
    done = await talk.one(DCO, f"CANCEL {broadcast.ref}")
    assert done.key == "control.cancelled"
    assert (done.reply.params["left"], done.reply.params["n"]) == (3, people - 3)
    await carry_on(talk)
    assert await leave(talk, 9) == 0
    counts = await counted(talk, broadcast)
    assert counts.states == {State.DELIVERED: 3, State.CANCELLED: people - 3}
    assert (await now(talk, broadcast.id)).ended_at is not None
    assert (await now(talk, broadcast.id)).state is BroadcastState.CANCELLED
    again = await talk.one(DCO, f"CANCEL {broadcast.ref}")
    assert again.key == "control.is_cancelled"
    actions = [each.action for each in await talk.log("5573")]
    assert actions == ["broadcast.cancel", "broadcast.resume", "broadcast.pause"]


async def test_the_only_one_needs_no_reference(talk: Talk) -> None:
    assert (await talk.one(DCO, "PAUSE")).key == "control.none"
    first = await sent(talk)
    assert (await talk.one(DCO, "PAUSE")).key == "control.paused"
    assert (await now(talk, first.id)).state is BroadcastState.PAUSED
    second = await sent(talk)
    listed = await talk.one(DCO, "CANCEL")
    assert listed.key == "control.which_cancel"
    assert [one.args["broadcast_id"] for one in listed.reply.choices] == [second.id, first.id]
    assert (await talk.one(DCO, "2")).key == "control.cancelled"
    assert (await now(talk, first.id)).state is BroadcastState.CANCELLED
    assert (await now(talk, second.id)).state is BroadcastState.SENDING


async def test_who_may(talk: Talk) -> None:
    broadcast = await sent(talk)
    for stranger in (UCO, UCO_OF_DOMAR):
        assert (await talk.one(stranger, f"CANCEL {broadcast.ref}")).key == "report.not_found"
        assert (await talk.one(stranger, "PAUSE")).key == "control.none"
    assert (await talk.one(PRESIDENT, f"CANCEL {broadcast.ref}")).key == "report.not_found"
    assert (await now(talk, broadcast.id)).state is BroadcastState.SENDING
    listed = await talk.one(JOINT, "PAUSE")
    assert listed.key == "control.which_pause"  # it is not his own: he chooses it
    assert (await talk.one(JOINT, "1")).key == "control.paused"
    assert (await talk.one(DCO, f"RESUME {broadcast.ref}")).key == "control.resumed"
    assert (await talk.one(DCO, "CANCEL R999999")).key == "report.not_found"


@pytest.mark.parametrize("state", [BroadcastState.DRAFT, BroadcastState.WAITING])
async def test_before_anything_left(talk: Talk, state: BroadcastState) -> None:
    broadcast = await sent(talk)
    await talk.app.store.write(partial(put, broadcast_id=broadcast.id, state=state))
    assert (await talk.one(DCO, f"PAUSE {broadcast.ref}")).key == f"control.is_{state}"
    assert (await talk.one(DCO, "CANCEL")).key == "control.dropped"
    await carry_on(talk)
    assert (await now(talk, broadcast.id)).state is BroadcastState.CANCELLED
    assert (await counted(talk, broadcast)).people == 0


def put(tx: Tx, broadcast_id: int, state: BroadcastState) -> None:
    """As if it had come no farther."""
    values = {"state": state.value} | ({"confirmed_at": None} if state is BroadcastState.DRAFT else {})
    change(tx, broadcast_id, **values)


def expire(tx: Tx, broadcast_id: int) -> None:
    """As if its time had passed."""
    change(tx, broadcast_id, expires_at=NOW)
    tidying.expire(tx, SIMULATOR, now=NOW + making.WORTH * 9)


def change(tx: Tx, broadcast_id: int, **values: object) -> None:
    statement: Query[int] = Query(update(table).where(table.c.id == broadcast_id).values(**values))
    tx.run(statement)


async def test_a_draft_is_nobody_elses(talk: Talk) -> None:
    broadcast = await sent(talk)
    await talk.app.store.write(partial(put, broadcast_id=broadcast.id, state=BroadcastState.DRAFT))
    assert (await talk.one(JOINT, f"CANCEL {broadcast.ref}")).key == "report.not_found"


async def test_what_expires_while_it_is_paused(talk: Talk) -> None:
    broadcast = await sent(talk)
    await carry_on(talk)
    assert await leave(talk, 1) == 1
    await talk.one(DCO, "PAUSE")
    await carry_on(talk)
    await talk.app.store.write(partial(expire, broadcast_id=broadcast.id))
    assert (await talk.one(DCO, "RESUME")).key == "control.too_late"
    await carry_on(talk)
    ended = await now(talk, broadcast.id)
    assert ended.state is BroadcastState.DONE
    counts = await counted(talk, broadcast)
    assert counts.states == {State.DELIVERED: 1, State.EXPIRED: broadcast.estimate.people - 1}
    over = await talk.one(DCO, f"RESUME {broadcast.ref}")
    assert over.key == "control.is_done"
    assert [(one.command, dict(one.args)) for one in over.reply.choices] == [
        ("broadcasts", {"broadcast_id": broadcast.id}),
        ("broadcasts", {"broadcast_id": broadcast.id, "topic": "failures"}),
        ("send", {"resend_of": broadcast.id}),
    ]
    report = await talk.one(DCO, "1")
    assert report.key == "progress.report_lacking"
    assert (report.reply.params["sent"], report.reply.params["n"]) == (1, broadcast.estimate.people)
    assert [line.key for line in report.reply.lines] == ["progress.why.expired"]
    link = await talk.one(DCO, "1")
    assert link.key == "broadcasts.link"
    assert "/d/" in link.text


async def test_in_a_chat(talk: Talk) -> None:
    """The buttons of every version of the progress keep their meaning; a document comes as a file."""
    await talk.link(DCO, CHAT)
    broadcast = await sent(talk)
    await carry_on(talk)
    shown = await talk.one(CHAT, "broadcasts", broadcast_id=broadcast.id)
    assert shown.key == "progress.sending"
    names = [one.command for one in shown.reply.choices if not one.withdrawn]
    assert names == ["pause", "cancel"]
    (paused,) = await talk.press(shown, 1)
    assert paused.key == "control.paused"
    (twice,) = await talk.press(shown, 1)
    assert twice.key == "control.is_paused"
    (cancelled,) = await talk.press(shown, 3)
    assert cancelled.key == "control.cancelled"
    await carry_on(talk)
    (file,) = await talk.press(shown, 5)
    assert file.reply.document is not None
    assert file.reply.document.args["broadcast"] == broadcast.id
    assert (await talk.one(CHAT, "CANCEL")).key == "control.nothing_open"
    assert (await talk.one(CHAT, "1")).key == "progress.cancelled"


async def test_an_urgent_one_counts_people(talk: Talk) -> None:
    await talk.link(UCO, "777002")
    broadcast = await sent(talk, urgent=True)
    await carry_on(talk)
    rows = [row for row in await talk.app.store.read(outbox.rows) if row.message_class == "urgent"]
    assert len(rows) == broadcast.estimate.people + 1
    assert await leave(talk, 2, MessageClass.URGENT) == 2
    paused = await talk.one(DCO, "PAUSE")
    assert (paused.reply.params["left"], paused.reply.params["n"]) == (2, broadcast.estimate.people - 2)
    running = await talk.app.store.read(partial(broadcasts.running, sender=DCO, since=NOW))
    assert [each.id for each in running] == [broadcast.id]


async def test_many_are_counted_beside_the_writer(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever walks through the people of a large broadcast is read first, and the message is taken then."""
    monkeypatch.setattr(controlling, "AT_ONCE", 0)
    read: list[Tx] = []

    def counting(tx: Tx, broadcast: Broadcast, chats: Collection[str]) -> Counts:
        read.append(tx)
        return counts(tx, broadcast, chats)

    counts = broadcast_reports.counts
    monkeypatch.setattr(broadcast_reports, "counts", counting)
    broadcast = await sent(talk, urgent=True)
    await carry_on(talk)
    assert await leave(talk, 2, MessageClass.URGENT) == 2
    paused = await talk.one(DCO, "PAUSE")
    assert (paused.reply.params["left"], paused.reply.params["n"]) == (2, broadcast.estimate.people - 2)
    assert (await now(talk, broadcast.id)).state is BroadcastState.PAUSED
    assert (await talk.one(DCO, "broadcasts", broadcast_id=broadcast.id)).reply.params["sent"] == 2
    answers = await talk.one(DCO, "answers", broadcast_id=broadcast.id)
    assert [choice.label.params["n"] for choice in answers.reply.choices] == [broadcast.estimate.people]
    assert (await talk.one(DCO, "1")).reply.params["n"] == broadcast.estimate.people
    writers = await talk.app.store.write(lambda tx: tx)
    assert len(read) == 2
    assert writers not in read


async def test_from_the_confirmation_to_those_who_were_not_reached(talk: Talk) -> None:
    """In a chat: the answer to the confirmation shows how far it is, and leads to sending it again to those who failed."""
    await talk.link(DCO, CHAT)
    preview = await talk.one(CHAT, "SEND ALL UCO কাল সভা")
    (begun,) = [out for out in await talk.press(preview, 1) if out.to == CHAT]
    assert begun.key == "progress.sending"
    await carry_on(talk)
    (broadcast,) = await talk.app.store.read(broadcasts.open_ones)
    waiting = await talk.app.store.read(partial(outbox.content, row_id=begun.id, channel=SIMULATED_CHAT, to=CHAT))
    assert waiting is not None
    assert [line.key for line in load(waiting).lines] == ["progress.count.queued", "progress.by"]
    assert await leave(talk, 2) == 2
    await talk.app.store.write(partial(fail, most=99))
    await carry_on(talk)
    content = await talk.app.store.read(partial(outbox.content, row_id=begun.id, channel=SIMULATED_CHAT, to=CHAT))
    assert content is not None
    done = load(content)
    assert done.key == "progress.done"
    assert [line.key for line in done.lines] == ["progress.count.delivered", "progress.why.number"]
    (again,) = await talk.press(begun, 6)
    assert again.reply.choices
    (sent_again,) = [out for out in await talk.press(again, 1) if out.to == CHAT]
    assert sent_again.key == "progress.sending"
    await carry_on(talk)
    (second,) = await talk.app.store.read(broadcasts.open_ones)
    assert second.audience.failed_of == broadcast.id
    assert (await counted(talk, second)).people == broadcast.estimate.people - 2


def fail(tx: Tx, most: int) -> None:
    """The provider refuses what waits."""
    rows = claims.claim(
        tx, SIMULATOR, now=NOW, running=NOW, lease=making.WORTH, most=most, first=MessageClass.BROADCAST.priority
    )
    for row in rows:
        claims.not_submitted(tx, row, State.FAILED, why="REJECTD", at=NOW)
