"""The limit per sender."""

from bot.limits import MOST_SENDERS, SenderLimit


def test_a_sender_gets_so_many_answers_in_a_window_and_then_again() -> None:
    limit = SenderLimit(2, 60)
    assert [limit.allows("a", at) for at in (0, 1, 2, 59, 60, 61, 62)] == [True, True, False, False, True, True, False]
    assert limit.allows("b", 2)


def test_the_quietest_sender_is_forgotten_first() -> None:
    limit = SenderLimit(1, 60)
    limit.allows("first", 0)
    for number in range(MOST_SENDERS):
        limit.allows(str(number), 1)
    assert limit.allows("first", 2)
    assert not limit.allows(str(MOST_SENDERS - 1), 2)
