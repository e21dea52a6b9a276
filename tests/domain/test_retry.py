"""The retry policy: waits grow, stop growing, and are the same for the same input."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retry import JITTER, RetryPolicy

SPREADS = st.floats(min_value=0, max_value=1, exclude_max=True)
ATTEMPTS = st.integers(min_value=1, max_value=5000)


@st.composite
def policies(draw: st.DrawFn) -> RetryPolicy:
    first = draw(st.floats(min_value=0.001, max_value=3600))
    return RetryPolicy(
        first=first,
        factor=draw(st.floats(min_value=1, max_value=100)),
        ceiling=draw(st.floats(min_value=first, max_value=1e6)),
        attempts=draw(st.none() | st.integers(min_value=1, max_value=100)),
    )


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60)])
def test_waits_double_up_to_the_ceiling(attempt: int, seconds: float) -> None:
    assert RetryPolicy().delay(attempt, 0.5) == seconds


def test_jitter_is_a_fifth_either_way() -> None:
    policy = RetryPolicy(first=10)
    assert policy.delay(1, 0.0) == 8
    assert policy.delay(1, math.nextafter(1, 0)) == pytest.approx(12)


def test_the_millionth_attempt_still_waits_for_the_ceiling() -> None:
    assert RetryPolicy().delay(1_000_000, 0.5) == 60


def test_a_factor_of_one_keeps_the_waits_equal() -> None:
    policy = RetryPolicy(first=5, factor=1)
    assert policy.delay(1, 0.25) == policy.delay(1000, 0.25)


@given(policies(), ATTEMPTS, SPREADS)
def test_a_wait_is_positive_and_never_beyond_the_ceiling_and_its_jitter(
    policy: RetryPolicy, attempt: int, spread: float
) -> None:
    wait = policy.delay(attempt, spread)
    assert 0 < wait <= policy.ceiling * (1 + JITTER)
    assert wait >= policy.first * (1 - JITTER)


@given(policies(), ATTEMPTS, ATTEMPTS, SPREADS)
def test_waits_never_get_shorter(policy: RetryPolicy, one: int, other: int, spread: float) -> None:
    earlier, later = sorted((one, other))
    assert policy.delay(earlier, spread) <= policy.delay(later, spread)


@given(policies(), ATTEMPTS, SPREADS)
def test_the_same_input_gives_the_same_wait(policy: RetryPolicy, attempt: int, spread: float) -> None:
    assert policy.delay(attempt, spread) == policy.delay(attempt, spread)


def test_gives_up_after_the_last_attempt() -> None:
    policy = RetryPolicy(attempts=3)
    assert [policy.gives_up(attempt) for attempt in (1, 2, 3, 4)] == [False, False, True, True]


@given(ATTEMPTS)
def test_never_gives_up_without_a_limit(attempt: int) -> None:
    assert not RetryPolicy().gives_up(attempt)


@pytest.mark.parametrize("spread", [-0.01, 1.0, 2.0, math.nan])
def test_a_spread_outside_its_range_is_refused(spread: float) -> None:
    with pytest.raises(ValueError, match="spread"):
        RetryPolicy().delay(1, spread)


def test_attempts_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        RetryPolicy().delay(0, 0.5)


@pytest.mark.parametrize(
    ("first", "factor", "ceiling", "attempts"),
    [
        (0.0, 2.0, 60.0, None),
        (-1.0, 2.0, 60.0, None),
        (61.0, 2.0, 60.0, None),
        (2.0, 0.9, 60.0, None),
        (2.0, math.inf, 60.0, None),
        (2.0, 2.0, math.inf, None),
        (math.nan, 2.0, 60.0, None),
        (2.0, 2.0, 60.0, 0),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    first: float, factor: float, ceiling: float, attempts: int | None
) -> None:
    with pytest.raises(ValueError, match=r"\."):
        RetryPolicy(first, factor, ceiling, attempts)
