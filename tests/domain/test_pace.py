"""The pace: over any stretch of time no more segments leave than allowed, but for the first second's burst."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import Pace


@given(
    st.floats(min_value=0.2, max_value=50),
    st.lists(st.tuples(st.integers(min_value=1, max_value=6), st.floats(min_value=0, max_value=2)), max_size=60),
)
def test_never_faster_than_allowed(rate: float, messages: list[tuple[int, float]]) -> None:
    pace, clock, left = Pace(rate), 100.0, []
    for segments, pause in messages:
        clock += pause
        clock += pace.take(segments, clock)
        left.append((clock, segments))
    for first, (began, _) in enumerate(left):
        for ended, _ in left[first:]:
            between = [segments for at, segments in left if began <= at <= ended]
            # The burst of a second, and the message that goes beyond it.
            assert sum(between[:-1]) <= rate * (ended - began + 1) + 1e-6


def test_an_idle_channel_sends_at_once() -> None:
    pace = Pace(1)
    assert pace.take(1, 100) == 0
    assert pace.take(1, 100) == 0
    assert pace.take(1, 100) > 0
