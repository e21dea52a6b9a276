"""The limit per sender."""

from bot.limits import MOST_SENDERS, SenderLimit


def drawn(limit: SenderLimit, sender: str, at: float) -> bool:
    """Draw an answer, if one may be drawn."""
    allowed = limit.allows(sender, at)
    if allowed:
        limit.count(sender, at)
    return allowed


def test_a_sender_gets_so_many_answers_in_a_window_and_then_again() -> None:
    limit = SenderLimit(2, 60)
    assert [drawn(limit, "a", at) for at in (0, 1, 2, 59, 60, 61, 62)] == [True, True, False, False, True, True, False]
    assert limit.allows("b", 2)


def test_asking_draws_nothing() -> None:
    limit = SenderLimit(1, 60)
    assert all(limit.allows("a", at) for at in range(9))


def test_the_quietest_sender_is_forgotten_first() -> None:
    limit = SenderLimit(1, 60)
    drawn(limit, "first", 0)
    for number in range(MOST_SENDERS):
        drawn(limit, str(number), 1)
    assert limit.allows("first", 2)
    assert not limit.allows(str(MOST_SENDERS - 1), 2)
