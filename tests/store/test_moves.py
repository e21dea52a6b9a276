"""What may leave, and what goes another way, in the store, on each engine: broadcasts that rest, providers that fail, chats."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.broadcasts import BroadcastState
from bot.domain.messages import DLR, MessageClass, ReceiptKind, State
from bot.domain.segments import measure
from bot.receipts import apply
from bot.store import claims, links, moves, outbox, ready, store
from tests.conftest import NOW
from tests.scripted import broadcast, queued, turned

if TYPE_CHECKING:
    from bot.store.claims import Claimed
    from bot.store.query import Tx

MINUTE = timedelta(minutes=1)
BROADCAST = MessageClass.BROADCAST
CHAT = "8801700"
NUMBER = "+8801700099900"


def claim(tx: Tx, channel: str = "scripted", most: int = 10, **bound: Any) -> list[Claimed]:
    return claims.claim(tx, channel, now=NOW, running=NOW, lease=MINUTE, most=most, **bound)


def keys(rows: list[Claimed]) -> list[str]:
    return [row.key for row in rows]


@pytest.mark.parametrize("state", [each for each in BroadcastState if each is not BroadcastState.SENDING])
def test_what_belongs_to_a_broadcast_leaves_only_while_that_is_sent(database_url: str, state: BroadcastState) -> None:
    def work(tx: Tx) -> None:
        broadcast(1, BroadcastState.SENDING)(tx)
        broadcast(2, BroadcastState.SENDING)(tx)
        for number in range(3):
            queued(f"rests {number}", message_class=BROADCAST, broadcast_id=1)(tx)
        queued("urgent, rests", message_class=MessageClass.URGENT, broadcast_id=1)(tx)
        queued("goes", message_class=BROADCAST, broadcast_id=2)(tx)
        queued("reply")(tx)
        if state is not BroadcastState.DRAFT:  # a confirmed one is no draft any more
            turned(1, state)(tx)
            assert keys(claim(tx)) == ["reply", "goes"]
            turned(1, BroadcastState.SENDING)(tx)
            assert keys(claim(tx)) == ["urgent, rests", "rests 0", "rests 1", "rests 2"]

    store.do(database_url, work)


def test_a_claim_looks_at_no_more_of_a_resting_broadcast_than_a_little(database_url: str) -> None:
    def work(tx: Tx) -> None:
        broadcast(1, BroadcastState.PAUSED)(tx)
        for number in range(ready.REACH):
            queued(f"rests {number}", message_class=BROADCAST, broadcast_id=1)(tx)
        queued("behind", message_class=BROADCAST)(tx)
        queued("reply")(tx)
        assert keys(claim(tx)) == ["reply"], "what is behind waits until the resting ones are put aside, in seconds"
        turned(1, BroadcastState.SENDING)(tx)
        assert len(claim(tx, most=ready.REACH)) == ready.REACH
        assert keys(claim(tx)) == ["behind"]

    store.do(database_url, work)


def test_priorities_have_bounds_on_both_sides(database_url: str) -> None:
    def work(tx: Tx) -> None:
        for each in (BROADCAST, MessageClass.URGENT, MessageClass.REPLY, MessageClass.DUE):
            queued(each, message_class=each)(tx)
        assert keys(claim(tx, least=2)) == ["reply", "urgent"]
        assert keys(claim(tx, first=3, least=3)) == ["due"]

    store.do(database_url, work)


def test_the_least_pressing_one_finds_out(database_url: str) -> None:
    def work(tx: Tx) -> None:
        for key, each in (("a", BROADCAST), ("b", BROADCAST), ("reply", MessageClass.REPLY)):
            queued(key, message_class=each)(tx)
        found = claims.claim(tx, "scripted", now=NOW, running=NOW, lease=MINUTE, most=1, last_first=True)
        assert keys(found) == ["b"]

    store.do(database_url, work)


def test_what_waits_for_a_provider_goes_on_to_the_next_as_if_it_were_new(database_url: str) -> None:
    def work(tx: Tx) -> None:
        for key in ("tried", "under way", "unconfirmed", "new"):
            queued(key)(tx)
        queued("later", not_before_at=NOW + MINUTE)(tx)
        queued("of another", channel="third")(tx)
        queued("night", message_class=MessageClass.REMINDER)(tx)
        tried, _, lost = claim(tx, most=3)
        claims.requeue(tx, tried, again=NOW + MINUTE, why="down", burnt=True)
        claims.not_submitted(tx, lost, State.UNCONFIRMED, why="cut", at=NOW)
        assert moves.onward(tx, "scripted", "second", Decimal("0.5"), now=NOW, most=1, least=2) == 1
        assert moves.onward(tx, "scripted", "second", Decimal("0.5"), now=NOW, most=9, least=2) == 1
        found = {row.id: row for row in outbox.rows(tx)}
        assert [found[number].channel for number in range(1, 8)] == [
            *("second", "scripted", "scripted", "second", "scripted", "third", "scripted"),
        ]
        assert found[1].price == found[1].segments * Decimal("0.5")
        again = claim(tx, "second")
        assert [(row.key, row.attempt) for row in again] == [("tried", 1), ("new", 1)]

    store.do(database_url, work)


def test_a_resting_broadcast_stays_where_it_is(database_url: str) -> None:
    def work(tx: Tx) -> None:
        broadcast(1, BroadcastState.PAUSED)(tx)
        queued("rests", message_class=BROADCAST, broadcast_id=1)(tx)
        assert moves.onward(tx, "scripted", "second", Decimal(1), now=NOW, most=9) == 0
        turned(1, BroadcastState.SENDING)(tx)
        assert moves.onward(tx, "scripted", "second", Decimal(1), now=NOW, most=9) == 1

    store.do(database_url, work)


def test_after_a_move_the_first_provider_and_its_courier_have_no_say(database_url: str) -> None:
    def work(tx: Tx) -> None:
        queued("a")(tx)
        (first,) = claim(tx)
        claims.requeue(tx, first, again=None, why="down", burnt=True)
        moves.onward(tx, "scripted", "second", Decimal(1), now=NOW, most=9)
        (second,) = claim(tx, "second")
        assert (second.id, second.attempt) == (first.id, first.attempt)
        assert not claims.submitted(tx, first, at=NOW, provider_id="theirs", delivered=False)
        assert not claims.not_submitted(tx, first, State.FAILED, why="no", at=NOW)
        assert not claims.requeue(tx, first, again=None, why=None, burnt=True)
        assert not apply(tx, DLR("scripted", first.id, ReceiptKind.DELIVERED, "theirs"), NOW), "a stray receipt"
        assert outbox.state(tx, first.id) is State.SENDING
        assert claims.submitted(tx, second, at=NOW, provider_id="theirs", delivered=False)
        assert not apply(tx, DLR("scripted", None, ReceiptKind.FAILED, "theirs"), NOW)
        assert apply(tx, DLR("second", None, ReceiptKind.DELIVERED, "theirs"), NOW)
        assert outbox.state(tx, first.id) is State.DELIVERED

    store.do(database_url, work)


def test_what_waits_for_a_chat_may_go_to_its_number_but_no_answers(database_url: str) -> None:
    def work(tx: Tx) -> None:
        links.link(tx, "scripted", CHAT, NUMBER, "contact", NOW)
        queued("notice", message_class=MessageClass.NOTICE, to=CHAT)(tx)
        queued("both ways:chat", message_class=MessageClass.URGENT, to=CHAT)(tx)
        queued("not linked", message_class=MessageClass.NOTICE, to="17")(tx)
        queued("at night", message_class=MessageClass.BROADCAST, to=CHAT)(tx)
        found = moves.stranded(tx, "scripted", now=NOW, most=9, least=3)
        assert [(row.id, row.number) for row in found] == [(1, NUMBER)]
        (row,) = found

        def move(state: State) -> bool:
            return moves.divert(
                tx,
                row.id,
                row.attempt,
                row.channel,
                state,
                by="sms",
                number=NUMBER,
                content=row.content,
                text="short",
                size=measure("short"),
                price=Decimal("0.35"),
                why=None,
            )

        assert not move(State.SENDING)
        assert move(State.QUEUED)
        assert not move(State.QUEUED)
        moved = outbox.rows(tx)[0]
        assert (moved.channel, moved.to, moved.text, moved.price) == ("sms", NUMBER, "short", Decimal("0.35"))
        assert not moves.give_up(tx, row, why="cannot be read", at=NOW)

    store.do(database_url, work)
