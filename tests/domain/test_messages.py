"""The life of a message as a pure table: in any order of events a state never goes back, and an end is an end."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import FINAL, MessageClass, ReceiptKind, State, may_become, settle

RANK = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNCONFIRMED: 2,
    State.SUBMITTED: 3,
    State.DELIVERED: 4,
    State.FAILED: 4,
    State.EXPIRED: 4,
    State.CANCELLED: 4,
}


def test_only_sending_goes_back_to_queued() -> None:
    back = {(now, then) for now in State for then in State if may_become(now, then) and RANK[then] <= RANK[now]}
    assert back == {(State.SENDING, State.QUEUED)}


@given(st.sampled_from(State), st.lists(st.sampled_from(ReceiptKind), max_size=8), st.booleans())
def test_receipts_never_move_a_state_back(state: State, receipts: list[ReceiptKind], attempted: bool) -> None:
    for kind in receipts:
        then = settle(state, kind, attempted=attempted)
        assert RANK[then] >= RANK[state]
        assert then is state or state not in FINAL
        state = then


@given(st.permutations([ReceiptKind.ACCEPTED, ReceiptKind.DELIVERED, ReceiptKind.DELIVERED]))
def test_true_receipts_in_any_order_end_in_delivered(receipts: list[ReceiptKind]) -> None:
    state = State.UNCONFIRMED
    for kind in receipts:
        state = settle(state, kind, attempted=True)
    assert state is State.DELIVERED


def test_a_receipt_for_what_was_never_handed_over_is_a_lie() -> None:
    for kind in ReceiptKind:
        assert settle(State.QUEUED, kind, attempted=False) is State.QUEUED


def test_a_failure_does_not_stop_what_will_be_tried_again() -> None:
    assert settle(State.QUEUED, ReceiptKind.FAILED, attempted=True) is State.QUEUED
    assert settle(State.QUEUED, ReceiptKind.DELIVERED, attempted=True) is State.DELIVERED


def test_codes_before_replies_before_the_rest_before_broadcasts() -> None:
    assert sorted(MessageClass, key=lambda each: each.priority)[:3] == [
        MessageClass.CODE,
        MessageClass.REPLY,
        MessageClass.URGENT,
    ]
    assert max(MessageClass, key=lambda each: each.priority) is MessageClass.BROADCAST
