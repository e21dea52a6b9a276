"""What a sender sees of his broadcast: one message that is changed, and one report, whatever goes wrong on the way."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import UTC, timedelta
from datetime import time as time_of
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, select, update

from bot import broadcast_progress
from bot.channel import ChannelSettings, cost
from bot.channels.telegram.outgoing import rows
from bot.clock import DHAKA, Clock
from bot.demo import load as load_demo
from bot.domain.audiences import Audience, Group
from bot.domain.broadcasts import BroadcastState
from bot.domain.failing import Reason, reason
from bot.domain.messages import DLR, Draft, Language, MessageClass, ReceiptKind, State
from bot.domain.quiet import QuietHours
from bot.domain.replies import Choice, Reply, dump, load
from bot.domain.text import precomposed
from bot.posting import Post
from bot.scheduler import progress
from bot.scheduler.progress import Progress
from bot.store import (
    audiences,
    broadcast_drafts,
    broadcast_reports,
    broadcast_told,
    broadcasts,
    links,
    outbox,
    receipts,
)
from bot.store import store as stores
from bot.store.query import Query
from bot.store.schema import appointments, people
from bot.store.schema import broadcasts as broadcasts_table
from bot.store.schema import outbox as outbox_table
from bot.store.store import Store
from tests import broadcasts as making
from tests.conftest import NOW
from tests.scripted import RealChat
from tests.texts import renderer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.messages import MT
    from bot.send_rules import SendRules
    from bot.store.broadcast_reports import Counts
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

ALL = Audience(Group.UCO, "BD/55/5573/")
CHAT = "5001"


class Changing(RealChat):
    """A chat whose messages can be changed; what comes of it is scripted."""

    def __init__(self) -> None:
        super().__init__("chat", ChannelSettings(kind="scripted"))
        self.edits: list[MT] = []
        self.outcomes: list[float | Exception | None] = []

    async def edit(self, mt: MT, provider_id: str) -> float | None:
        assert provider_id == "17"
        self.edits.append(mt)
        outcome = self.outcomes.pop(0) if self.outcomes else 0.0
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def link(tx: Tx) -> None:
    links.link(tx, "chat", CHAT, making.SENDER, "contact", NOW)


@pytest.fixture
async def store(demo_url: str) -> AsyncIterator[Store]:
    """The demonstration, its district officer with a linked chat."""
    stores.do(demo_url, link)
    async with await Store.open(demo_url) as opened:
        yield opened


@pytest.fixture
async def store_on_each(database_url: str) -> AsyncIterator[Store]:
    """Likewise, on PostgreSQL too."""
    stores.do(database_url, lambda tx: load_demo(tx, NOW.date()))
    stores.do(database_url, link)
    async with await Store.open(database_url) as opened:
        yield opened


class World:
    """A broadcast, its sender's chat, and what shows him how far it is."""

    def __init__(self, store: Store, *, by_sms: bool = False, quiet: QuietHours | None = None, **settings: Any) -> None:
        self.store = store
        self.rules: SendRules = making.rules(**settings)
        if quiet is not None:
            self.rules = replace(self.rules, quiet=quiet)
        self.chat = Changing()
        self.clock = Clock(NOW)
        self.woken: list[str] = []
        self.by_sms = by_sms
        self.is_asked_to_wait = False
        self.id = 0
        self.progress = self.another()

    def another(self) -> Progress:
        """As after a restart, or in a second process."""
        post = Post(self.rules.renderer, self.rules.lines, "sms", making.WORTH)
        channels: Any = {"chat": self.chat}
        return Progress(self.store, self.clock, self.rules, channels, post, self.woken.append)

    async def begin(self, audience: Audience = ALL, *, urgent: bool = False) -> Broadcast:
        """Confirm one and queue its messages; the answer to the confirmation has left."""

        def work(tx: Tx) -> int:
            channel, address = ("sms", making.SENDER) if self.by_sms else ("chat", CHAT)
            says = making.words(urgent=urgent)
            made = making.send(tx, self.rules, audience, says, channel=channel, address=address)
            self._answer(tx, made.id)
            making.queue_all(tx, self.rules, made.id)
            return made.id

        self.id = await self.store.write(work)
        return await self.now()

    def _answer(self, tx: Tx, broadcast_id: int) -> None:
        one = making.the(tx, broadcast_id)
        assert one.progress_id is not None
        reply = broadcast_progress.shown(one, None)
        text = self.rules.renderer.render(reply, Language.BN, NOW.date(), self.rules.lines[one.channel].abilities)
        size, price = cost(text, self.rules.lines[one.channel])
        draft = Draft(
            outbox.reply_key(one.progress_id),
            MessageClass.REPLY,
            one.channel,
            one.address,
            reply,
            Language.BN,
            NOW + making.WORTH,
        )
        outbox.add(tx, draft, content=dump(reply), text=text, size=size, price=price, now=NOW, born=State.SUBMITTED)
        tx.run(_HAS_LEFT, its_key=draft.key)

    async def now(self) -> Broadcast:
        return await self.store.read(partial(making.the, broadcast_id=self.id))

    async def look(self, by: Progress | None = None) -> None:
        """Look once; it has been long enough since the last time."""
        watching = by or self.progress
        for seen in watching._seen.values():
            seen.again_at = 0.0
            if seen.edited_from < math.inf and not self.is_asked_to_wait:
                seen.edited_from = 0.0
        await watching.once(await self.store.read(broadcasts.open_ones))

    async def become(self, states: dict[State, int], error: str | None = None) -> None:
        """So many of the queued messages go on to a state."""

        def work(tx: Tx) -> None:
            waiting = tx.all(_WAITING)
            for state, number in states.items():
                for _ in range(number):
                    tx.run(_BECOME, row_id=waiting.pop(), new_state=state.value, why=error)

        await self.store.write(work)

    async def end(self, **changes: Any) -> None:
        """Nothing is on its way any more."""
        await self.store.write(partial(broadcasts.end, broadcast_id=self.id, at=NOW))
        if changes:
            change: Query[int] = Query(update(broadcasts_table).values(**changes))
            await self.store.write(lambda tx: tx.run(change))

    async def letters(self) -> list[outbox.Row]:
        """Reports in the outbox."""
        return [row for row in await self.store.read(outbox.rows) if row.message_class == MessageClass.NOTICE]

    async def counts(self) -> Counts:
        broadcast = await self.now()
        return await self.store.read(partial(broadcast_reports.counts, broadcast=broadcast, chats=["chat"]))


_HAS_LEFT: Query[int] = Query(
    update(outbox_table).where(outbox_table.c.key == bindparam("its_key")).values(provider_id="17")
)
_BECOME: Query[int] = Query(
    update(outbox_table)
    .where(outbox_table.c.id == bindparam("row_id"))
    .values(state=bindparam("new_state"), error=bindparam("why"))
)
_WAITING: Query[int] = Query(
    select(outbox_table.c.id)
    .where(outbox_table.c.state == "queued", outbox_table.c.broadcast_id.is_not(None))
    .order_by(outbox_table.c.id.desc())
)


async def test_the_answer_to_a_confirmation(store: Store) -> None:
    world = World(store, by_sms=True)
    broadcast = await world.begin()
    begun: Any = SimpleNamespace(in_chat=False, sending=world.rules, now=NOW)
    said = broadcast_progress.begun(begun, broadcast)
    text = world.rules.renderer.render(said, Language.EN, NOW.date())
    people = broadcast.estimate.people
    assert text.startswith(f"{broadcast.ref}: going to {people} (Telegram 0, SMS {people}), done about 21/11/26")
    in_chat: Any = SimpleNamespace(in_chat=True)
    shown = broadcast_progress.begun(in_chat, broadcast)
    assert shown.key == "progress.sending"
    assert [one.command for one in shown.choices if not one.withdrawn] == ["pause", "cancel"]


async def test_one_message_is_changed(store: Store) -> None:
    world = World(store)
    broadcast = await world.begin()
    people = broadcast.estimate.people
    await world.look()
    assert len(world.chat.edits) == 1  # the waiting ones were not counted when it was first said
    await world.look()
    assert len(world.chat.edits) == 1  # nothing is new
    await world.become({State.DELIVERED: 2, State.FAILED: 1}, "the SMSC answers ESME_RINVDSTADR")
    await world.look()
    assert len(world.chat.edits) == 2
    shown = world.chat.edits[-1]
    row = next(row for row in await store.read(outbox.rows) if row.id == shown.id)
    assert row.text == shown.text
    assert "পৌঁছেছে: ২" in shown.text
    assert precomposed("নম্বর চালু নেই বা বার্তা নেয়নি: ১") in shown.text
    assert [label for label in shown.choices if label] == ["স্থগিত", "বাতিল"]
    await store.write(
        partial(broadcasts.move, broadcast_id=world.id, old=BroadcastState.SENDING, new=BroadcastState.PAUSED)
    )
    await world.progress.once(await store.read(broadcasts.open_ones))  # at once, though it was just looked at
    assert [label for label in world.chat.edits[-1].choices if label] == ["আবার চালু", "বাতিল"]
    assert world.chat.edits[-1].choices[2] == shown.choices[2]  # each button keeps its number
    await store.write(
        partial(broadcasts.move, broadcast_id=world.id, old=BroadcastState.PAUSED, new=BroadcastState.SENDING)
    )
    await world.become({State.DELIVERED: people - 3})
    await world.end()
    await world.look()
    done = world.chat.edits[-1]
    assert [label for label in done.choices if label] == ["হিসাব", "যাঁরা পাননি (XLSX)", "তাঁদের আবার পাঠান"]
    assert await world.letters() == []  # he has seen it: it was short
    assert (await world.now()).told_at == NOW
    before = len(world.chat.edits)
    await world.look()
    assert len(world.chat.edits) == before


async def test_it_is_looked_at_no_more_often_than_it_costs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(store)
    await world.begin()
    await world.look()
    open_ones = await store.read(broadcasts.open_ones)
    await world.become({State.DELIVERED: 1})
    await world.progress.once(open_ones)
    assert len(world.chat.edits) == 1  # within 2.5 seconds
    monkeypatch.setattr(progress, "SHARE", 1e6)
    await world.look()
    assert world.progress._seen[world.id].again_at > time.monotonic() + 60


async def test_a_chat_that_asks_for_a_pause(store: Store) -> None:
    world = World(store)
    await world.begin()
    world.chat.outcomes = [30.0]
    await world.look()
    assert world.progress._seen[world.id].again_at > time.monotonic() + 25
    world.is_asked_to_wait = True
    await world.become({State.DELIVERED: 1})
    await world.look()
    assert len(world.chat.edits) == 1  # though there is news
    world.is_asked_to_wait = False
    await world.look()
    assert len(world.chat.edits) == 2
    await world.look()
    assert len(world.chat.edits) == 2


async def test_nothing_that_a_chat_does_stops_anything(store: Store) -> None:
    world = World(store)
    await world.begin()
    world.chat.outcomes = [RuntimeError("broken"), None]
    await world.look()
    await world.look()
    await world.look()
    assert len(world.chat.edits) == 2  # it cannot be changed any more
    await world.become({State.DELIVERED: (await world.counts()).people})
    await world.end()
    await world.look()
    assert (await world.now()).told_at == NOW


async def test_by_sms_one_message_at_the_end(store: Store) -> None:
    world = World(store, by_sms=True, report_minutes=0)
    broadcast = await world.begin()
    people = broadcast.estimate.people
    await world.become({State.SUBMITTED: people - 2, State.UNCONFIRMED: 1})
    await world.become({State.FAILED: 1}, "EXPIRED")
    await world.look()
    assert await world.letters() == []
    text = next(row.text for row in await store.read(outbox.rows) if row.message_class == MessageClass.REPLY)
    await world.end()
    await world.look()
    (letter,) = await world.letters()
    assert (letter.channel, letter.to) == ("chat", CHAT)  # his linked chat is free
    content = await store.read(partial(outbox.content, row_id=letter.id, channel="chat", to=CHAT))
    assert content is not None
    said = load(content)
    assert said.key == "progress.report_lacking"
    assert (said.params["sent"], said.params["n"]) == (people - 2, people)
    assert [line.key for line in said.lines] == ["progress.count.unconfirmed", "progress.why.absent"]
    assert [one.args.get("topic", one.command) for one in said.choices] == ["broadcasts", "failures", "send"]
    assert world.woken == ["chat"]
    assert world.chat.edits == []
    answer = next(row for row in await store.read(outbox.rows) if row.message_class == MessageClass.REPLY)
    assert answer.text == text  # a short message that was sent says what it said


async def test_who_has_no_chat_hears_by_sms_in_allowed_hours(store: Store) -> None:
    night = NOW.replace(hour=23)
    world = World(store, by_sms=True, quiet=QuietHours(time_of(21), time_of(8), DHAKA))
    await store.write(lambda tx: links.end(tx, "chat", CHAT, NOW, "left"))
    broadcast = await world.begin()
    world.clock = Clock(night)
    world.progress = world.another()
    await world.become({State.DELIVERED: broadcast.estimate.people})
    await world.end()
    await world.look()
    (letter,) = await world.letters()
    assert (letter.channel, letter.to) == ("sms", making.SENDER)
    leaves: Query[Any] = Query(select(outbox_table.c.not_before_at).where(outbox_table.c.id == letter.id))
    assert await store.read(lambda tx: tx.one(leaves)) == (night + timedelta(hours=9)).astimezone(UTC)


async def test_it_is_reported_once(store: Store) -> None:
    """By two processes, and by one that had no time to say that it had."""
    world = World(store, by_sms=True)
    broadcast = await world.begin()
    await world.become({State.DELIVERED: broadcast.estimate.people})
    await world.end()
    ended, counts = await world.now(), await world.counts()
    post = world.progress._post
    told = partial(progress.tell, post=post, rules=world.rules, broadcast=ended, counts=counts, clock=world.clock)

    def broken(tx: Tx) -> None:
        told(tx)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await store.write(broken)
    assert await world.letters() == []
    assert await store.write(told) == "chat"
    assert await store.write(told) is None
    await world.look(world.another())
    assert len(await world.letters()) == 1


async def test_receipts_are_waited_for_a_while(store: Store) -> None:
    world = World(store, by_sms=True, report_minutes=10)
    broadcast = await world.begin()
    await world.become({State.SUBMITTED: broadcast.estimate.people})
    await world.end()
    await world.look()
    assert await world.letters() == []
    world.clock = Clock(NOW + timedelta(minutes=10))
    await world.look(world.another())
    assert len(await world.letters()) == 1


async def test_a_long_one_is_reported_in_a_chat_too(store: Store) -> None:
    world = World(store)
    broadcast = await world.begin()
    await world.become({State.DELIVERED: broadcast.estimate.people})
    await world.end(confirmed_at=NOW - timedelta(minutes=4))
    await world.look()
    (letter,) = await world.letters()
    assert letter.channel == "chat"


async def test_who_cancels_before_anything_left_needs_no_report(store: Store) -> None:
    world = World(store, by_sms=True)
    broadcast = await world.begin()
    await world.become({State.CANCELLED: broadcast.estimate.people})
    await world.end(state="cancelled")
    await world.look()
    assert await world.letters() == []
    assert (await world.now()).told_at is not None


async def test_people_are_counted_once(store_on_each: Store) -> None:
    """Of an urgent message that goes both ways the copy that came farther counts."""
    store = store_on_each

    def both(tx: Tx) -> None:
        for row in tx.all(_UCOS):
            links.link(tx, "chat", row[1:], row, "contact", NOW)

    await store.write(both)
    world = World(store, by_sms=True)
    broadcast = await world.begin(urgent=True)
    people = broadcast.estimate.people
    assert (await world.counts()).states == {State.QUEUED: people}

    def go(tx: Tx) -> None:
        rows = sorted((row for row in outbox.rows(tx) if row.message_class == "urgent"), key=lambda row: row.id)
        first, second = (row for row in rows if row.to.endswith(rows[0].to[1:]))
        tx.run(_BECOME, row_id=first.id, new_state="failed", why="REJECTD")
        tx.run(_BECOME, row_id=second.id, new_state="submitted", why=None)
        third, fourth = (row for row in rows if row.to.endswith(rows[2].to[1:]))
        tx.run(_BECOME, row_id=third.id, new_state="failed", why="REJECTD")
        tx.run(_BECOME, row_id=fourth.id, new_state="failed", why="the chat does not take messages from the bot")

    await store.write(go)
    counts = await world.counts()
    assert counts.states == {State.QUEUED: people - 2, State.SUBMITTED: 1, State.FAILED: 1}
    assert counts.reasons == {Reason.NUMBER: 1}
    assert (counts.left, counts.over, counts.receipted) == (2, 2, 0)
    assert not counts.is_final
    missed = await store.read(partial(broadcast_reports.missed, broadcast=broadcast, most=99))
    assert [(each.state, each.error) for each in missed] == [(State.FAILED, "REJECTD")]


_UCOS: Query[str] = Query(
    select(people.c.msisdn)
    .join_from(appointments, people, people.c.id == appointments.c.person_id)
    .where(appointments.c.role == "uco", people.c.msisdn.is_not(None))
)


def test_a_choice_that_is_withdrawn_keeps_its_number() -> None:
    offered, withdrawn = Choice(Reply("confirm.yes"), "yes"), Choice(Reply("confirm.no"), "no", withdrawn=True)
    reply = Reply("stop.done", choices=(withdrawn, offered))
    assert load(dump(reply)) == reply
    labels = renderer().labels(reply, Language.EN, NOW.date())
    assert labels[0] == ""
    assert rows(labels) == [[(2, labels[1])]]
    assert f"1. {labels[1]}" in renderer().render(reply, Language.EN, NOW.date())


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("status 2", Reason.ABSENT),
        ("status 16", Reason.NUMBER),
        ("UNDELIV 011", Reason.ABSENT),
        ("EXPIRED", Reason.ABSENT),
        ("REJECTD", Reason.NUMBER),
        ("the SMSC answers ESME_RINVDSTADR", Reason.NUMBER),
        ("Kannel has no route to this number", Reason.NUMBER),
        ("the chat does not take messages from the bot any more", Reason.BLOCKED),
        ("Telegram knows no such chat", Reason.BLOCKED),
        ("the SMSC answers ESME_RINVMSGLEN", Reason.PROVIDER),
        ("sendsms refuses the message: 413", Reason.PROVIDER),
        (None, Reason.PROVIDER),
    ],
)
def test_reasons(said: str | None, kind: Reason) -> None:
    assert reason(said) is kind


async def test_who_is_sent_it_again(store_on_each: Store) -> None:
    """Those whom it certainly failed to reach, and nobody of whom that is not known."""
    store = store_on_each
    world = World(store, by_sms=True)
    await store.write(lambda tx: [links.link(tx, "chat", row[1:], row, "contact", NOW) for row in tx.all(_UCOS)[:2]])
    broadcast = await world.begin(urgent=True)

    def go(tx: Tx) -> list[str]:
        rows = sorted((row for row in outbox.rows(tx) if row.message_class == "urgent"), key=lambda row: row.id)
        copies = [row for row in rows if row.channel == "chat"]
        for row in rows:
            tx.run(_BECOME, row_id=row.id, new_state="failed", why="EXPIRED")
        tx.run(_BECOME, row_id=copies[0].id, new_state="submitted", why=None)
        tx.run(_BECOME, row_id=copies[1].id, new_state="cancelled", why=None)
        by_sms = [row for row in rows if row.channel == "sms" and row.to != f"+{copies[0].to}"]
        tx.run(_BECOME, row_id=by_sms[-1].id, new_state="unconfirmed", why=None)
        return sorted(row.to for row in by_sms[:-1])

    expected = await store.write(go)
    again = replace(broadcast.audience, failed_of=broadcast.id)
    members = await store.read(partial(audiences.page, audience=again, today=NOW.date(), after=0, most=99))
    assert sorted(member.msisdn or "" for member in members) == expected
    assert (await world.counts()).reasons == {Reason.ABSENT: len(expected)}
    spent = {one.channel: one for one in await store.read(partial(broadcast_reports.spent, broadcast_id=broadcast.id))}
    assert (spent["chat"].messages, spent["chat"].price, spent["chat"].cancelled) == (1, Decimal(0), 1)
    assert (spent["sms"].messages, spent["sms"].refused) == (1, len(expected) + 1)
    row = await store.read(partial(broadcast_told.shown, broadcast=broadcast))
    assert row is not None
    assert row.provider_id == "17"


async def test_who_has_it_after_all_is_not_sent_it_again(store_on_each: Store) -> None:
    """The first final receipt counts, and a later one says otherwise; a receipt comes for what had been given up."""
    world = World(store_on_each, by_sms=True)
    broadcast = await world.begin()
    await world.become({State.FAILED: 2, State.EXPIRED: 2})
    failed = [row for row in await store_on_each.read(outbox.rows) if row.state in {State.FAILED, State.EXPIRED}]
    for row, kind in zip(failed, (ReceiptKind.DELIVERED, ReceiptKind.ACCEPTED, ReceiptKind.ACCEPTED), strict=False):
        receipt = DLR("sms", row.id, kind)
        await store_on_each.write(partial(receipts.add, outbox_id=row.id, dlr=receipt, received_at=NOW))
    again = replace(broadcast.audience, failed_of=broadcast.id)
    members = await store_on_each.read(partial(audiences.page, audience=again, today=NOW.date(), after=0, most=99))
    assert [member.msisdn for member in members] == [failed[1].to, failed[3].to]


async def test_nobody_decided(store: Store) -> None:
    """Who waited for a second officer in vain hears of it, although nothing had left."""
    world = World(store, by_sms=True)
    broadcast = await world.begin()
    await world.become({State.CANCELLED: broadcast.estimate.people})
    await world.end(state="cancelled", reason=broadcast_drafts.UNDECIDED)
    await world.look()
    assert len(await world.letters()) == 1


async def test_what_was_cancelled_before_all_were_queued(store: Store) -> None:
    world = World(store)
    broadcast = replace(await world.begin(), queued_at=None)
    counts = await world.counts()
    more = replace(broadcast, estimate=replace(broadcast.estimate, people=counts.people + 10))
    waiting = broadcast_progress.shown(more, counts)
    assert waiting.lines[0].key == "progress.count.queued"
    assert waiting.lines[0].params["n"] == counts.people + 10
    cancelled = replace(more, state=BroadcastState.CANCELLED, ended_at=NOW)
    none_left = replace(counts, states={State.DELIVERED: 1, State.CANCELLED: counts.people - 1})
    shown = broadcast_progress.shown(cancelled, none_left)
    assert [(line.key, line.params["n"]) for line in shown.lines] == [
        ("progress.count.delivered", 1),
        ("progress.count.cancelled", counts.people + 9),
    ]
    said = broadcast_progress.reported(cancelled, none_left)
    assert (said.key, said.params["sent"], said.params["n"]) == ("progress.report_cancelled", 1, counts.people + 10)
    assert broadcast_progress.reported(more, counts).key == "progress.so_far"
