"""The life of a message out in the store, on each engine: claims, leases, settling, receipts; a state never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bot.domain.messages import DLR, Draft, Language, MessageClass, ReceiptKind, State
from bot.domain.replies import Reply, dump
from bot.domain.segments import measure
from bot.receipts import apply
from bot.store import claims, one_time, outbox, store, tidying

if TYPE_CHECKING:
    from bot.store.claims import Claimed
    from bot.store.query import Tx

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


DONE = Reply("stop.done")


def queue(
    tx: Tx,
    key: str,
    message_class: MessageClass = MessageClass.REPLY,
    *,
    not_before_at: datetime | None = None,
    expires_at: datetime = NOW + timedelta(days=1),
    reply: Reply = DONE,
    born: State = State.QUEUED,
) -> int:
    draft = Draft(
        key, message_class, "kannel", "+8801700000001", reply, Language.BN, expires_at, not_before_at=not_before_at
    )
    new = outbox.add(
        tx,
        draft,
        content=dump(reply),
        text="বার্তা",
        size=measure("বার্তা"),
        price=Decimal("0.35"),
        now=NOW,
        born=born,
    )
    return outbox.rows(tx)[-1].id if new else 0


def claim(tx: Tx, most: int = 10, now: datetime = NOW) -> list[Claimed]:
    return claims.claim(tx, "kannel", now=now, running=now, lease=MINUTE, most=most)


SECRET = Reply("link.code", {"code": "482913"}, secret=True)


def kept(tx: Tx, row_id: int) -> bool:
    """Whether a message still says what it said."""
    said = outbox.said(tx, row_id, "kannel", "+8801700000001")
    assert said is not None
    return "482913" in said[0]


def test_secrets_that_nobody_will_send_are_forgotten(database_url: str) -> None:
    def work(tx: Tx) -> None:
        lapsed = queue(tx, "lapsed", reply=SECRET)
        claim(tx)
        expired = queue(tx, "expired", reply=SECRET, expires_at=NOW)
        in_body = queue(tx, "in a response", reply=SECRET, born=State.SUBMITTED)
        waiting = queue(tx, "waiting", reply=SECRET)
        plain = queue(tx, "plain", reply=Reply("ask.line", {"line": '"secret":true 482913'}), born=State.SUBMITTED)
        assert tidying.lapse(tx, "kannel", running=NOW + MINUTE, state=State.UNCONFIRMED, forgetting=True) == 1
        assert tidying.expire(tx, "kannel", NOW, forgetting=True) == 1
        assert not kept(tx, lapsed)
        assert not kept(tx, expired)
        assert one_time.sweep(tx, "kannel", NOW - MINUTE) == 0
        assert one_time.sweep(tx, "another", NOW) == 0
        assert kept(tx, in_body)
        assert one_time.sweep(tx, "kannel", NOW) == 1
        assert not kept(tx, in_body)
        assert kept(tx, waiting), "it is still to be sent"
        assert kept(tx, plain), "what somebody typed makes no secret"
        assert tidying.lapse(tx, "kannel", running=NOW, state=State.UNCONFIRMED) == 0

    store.do(database_url, work)


def test_a_lapsed_secret_that_is_queued_again_and_one_of_a_simulated_phone_are_kept(database_url: str) -> None:
    def work(tx: Tx) -> None:
        again = queue(tx, "again", reply=SECRET)
        claim(tx)
        assert tidying.lapse(tx, "kannel", running=NOW + MINUTE, state=State.QUEUED, forgetting=True) == 1
        shown = queue(tx, "shown", reply=SECRET, expires_at=NOW)
        assert tidying.expire(tx, "kannel", NOW) == 1
        assert kept(tx, again)
        assert kept(tx, shown)

    store.do(database_url, work)


def test_a_lease_can_be_made_longer(database_url: str) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "a")
        (row,) = claim(tx)
        claims.extend(tx, row.id, NOW + 5 * MINUTE)
        assert tidying.lapse(tx, "kannel", running=NOW + 4 * MINUTE, state=State.UNCONFIRMED) == 0
        assert tidying.lapse(tx, "kannel", running=NOW + 5 * MINUTE, state=State.UNCONFIRMED) == 1

    store.do(database_url, work)


def state_of(tx: Tx, row_id: int) -> State:
    found = outbox.current(tx, row_id, "kannel")
    assert found is not None
    return found.state


def test_the_same_key_is_queued_once(database_url: str) -> None:
    def work(tx: Tx) -> None:
        first = queue(tx, "reply:1")
        assert first
        assert not queue(tx, "reply:1")
        assert [row.id for row in outbox.rows(tx)] == [first]
        assert outbox.rows(tx)[0].price == Decimal("0.35")

    store.do(database_url, work)


def test_a_claim_takes_the_most_pressing_first_and_only_once(database_url: str) -> None:
    def work(tx: Tx) -> None:
        slow = queue(tx, "b", MessageClass.BROADCAST)
        reply = queue(tx, "r", MessageClass.REPLY)
        code = queue(tx, "c", MessageClass.CODE)
        assert [row.id for row in claim(tx, most=2)] == [code, reply]
        assert [row.id for row in claim(tx)] == [slow]
        assert claim(tx) == []

    store.do(database_url, work)


def test_what_is_not_due_is_not_claimed(database_url: str) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "early", not_before_at=NOW + MINUTE)
        queue(tx, "late", expires_at=NOW)
        assert claim(tx) == []
        assert tidying.expire(tx, "kannel", NOW) == 1
        assert tidying.release(tx, "kannel", NOW) == 0
        assert claim(tx) == []
        assert tidying.release(tx, "another", NOW + MINUTE) == 0
        assert tidying.release(tx, "kannel", NOW + MINUTE) == 1
        assert [row.id for row in claim(tx, now=NOW + MINUTE)] == [1]

    store.do(database_url, work)


def test_a_lapsed_lease_is_unconfirmed_or_queued_again(database_url: str) -> None:
    def work(tx: Tx) -> None:
        for key in ("a", "b"):
            queue(tx, key)
        first, second = claim(tx)
        assert tidying.lapse(tx, "kannel", running=NOW, state=State.UNCONFIRMED) == 0
        assert tidying.lapse(tx, "kannel", running=NOW + MINUTE, state=State.UNCONFIRMED) == 2
        assert state_of(tx, first.id) is State.UNCONFIRMED
        assert not claims.requeue(tx, second, again=None, why="down", burnt=True), "a lapsed claim cannot be taken back"
        assert state_of(tx, second.id) is State.UNCONFIRMED
        assert claims.submitted(tx, second, at=NOW, provider_id=None, delivered=False), "but the answer resolves it"
        assert state_of(tx, second.id) is State.SUBMITTED


def test_what_is_in_ones_own_hands_does_not_lapse(database_url: str) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "a")
        (row,) = claim(tx)
        later = NOW + timedelta(days=1)
        assert tidying.lapse(tx, "kannel", running=later, state=State.UNCONFIRMED, but={row.id}) == 0
        assert tidying.lapse(tx, "kannel", running=later, state=State.UNCONFIRMED) == 1

    store.do(database_url, work)


def test_a_clock_that_was_set_back_holds_nothing_up(database_url: str) -> None:
    def work(tx: Tx) -> None:
        for key in ("retried", "leased"):
            queue(tx, key)
        first, second = claim(tx, now=NOW)
        claims.requeue(tx, first, again=NOW + MINUTE, why="down", burnt=True)
        earlier = NOW - timedelta(days=30)
        assert tidying.lapse(tx, "kannel", running=earlier, state=State.UNCONFIRMED) == 1
        assert state_of(tx, second.id) is State.UNCONFIRMED
        found = claims.claim(tx, "kannel", now=NOW, running=earlier, lease=MINUTE, most=9)
        assert [row.id for row in found] == [first.id]

    store.do(database_url, work)


def test_throttling_burns_no_attempt(database_url: str) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "a")
        (row,) = claim(tx)
        assert claims.requeue(tx, row, again=NOW, why="too fast", burnt=False)
        (row,) = claim(tx)
        assert row.attempt == 1
        assert claims.requeue(tx, row, again=NOW + MINUTE, why="down", burnt=True)
        assert claim(tx) == []
        assert claim(tx, now=NOW + MINUTE)[0].attempt == 2

    store.do(database_url, work)


@pytest.mark.parametrize(
    ("receipts", "end"),
    [
        ("accepted delivered", State.DELIVERED),
        ("delivered accepted", State.DELIVERED),
        ("delivered delivered failed", State.DELIVERED),
        ("failed delivered", State.FAILED),
        ("accepted accepted", State.SUBMITTED),
    ],
)
@pytest.mark.parametrize("before", ["submitted", "sending", "unconfirmed"])
def test_receipts_in_any_order_never_move_a_state_back(
    database_url: str, before: str, receipts: str, end: State
) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "a")
        (row,) = claim(tx)
        if before == "submitted":
            claims.submitted(tx, row, at=NOW, provider_id=None, delivered=False)
        if before == "unconfirmed":
            claims.not_submitted(tx, row, State.UNCONFIRMED, why="no answer", at=NOW)
        for kind in receipts.split():
            assert apply(tx, DLR("kannel", row.id, ReceiptKind(kind)), NOW)
        assert state_of(tx, row.id) is end
        claims.submitted(tx, row, at=NOW, provider_id=None, delivered=False)
        assert state_of(tx, row.id) is end, "the late answer of the provider must not undo a receipt"

    store.do(database_url, work)


def test_a_receipt_for_something_never_sent_changes_nothing(database_url: str) -> None:
    def work(tx: Tx) -> None:
        row_id = queue(tx, "a")
        assert apply(tx, DLR("kannel", row_id, ReceiptKind.DELIVERED), NOW)
        assert state_of(tx, row_id) is State.QUEUED
        assert not apply(tx, DLR("kannel", 999, ReceiptKind.DELIVERED), NOW)
        assert not apply(tx, DLR("another", row_id, ReceiptKind.DELIVERED), NOW), "a channel settles only its own"

    store.do(database_url, work)


def test_a_receipt_by_the_providers_id_counts_for_the_newest_message_to_its_number(database_url: str) -> None:
    def receipt(theirs: str, to: str | None = None) -> DLR:
        return DLR("kannel", None, ReceiptKind.DELIVERED, theirs, to=to)

    def work(tx: Tx) -> None:
        older, newer = queue(tx, "a"), queue(tx, "b")
        for row in claim(tx):
            claims.submitted(tx, row, at=NOW, provider_id="7", delivered=False)
        assert not apply(tx, receipt("8"), NOW)
        assert not apply(tx, receipt("7", to="00000002"), NOW), "it went to another number"
        assert apply(tx, receipt("7", to="00000001"), NOW)
        assert (state_of(tx, older), state_of(tx, newer)) == (State.SUBMITTED, State.DELIVERED)
        assert apply(tx, receipt("7"), NOW), "no number is told"

    store.do(database_url, work)


def test_a_message_thought_unsent_is_not_sent_again_once_a_receipt_shows_it_was(database_url: str) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "a")
        (row,) = claim(tx)
        claims.requeue(tx, row, again=NOW, why="503", burnt=True)
        apply(tx, DLR("kannel", row.id, ReceiptKind.DELIVERED), NOW)
        assert claim(tx) == []
        assert state_of(tx, row.id) is State.DELIVERED

    store.do(database_url, work)
