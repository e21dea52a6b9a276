"""Parts of messages: joined whatever their order, met again after a connection broke, on both databases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.parts import Part, Whole
from bot.store import parts, store
from bot.store.engine import in_transaction

if TYPE_CHECKING:
    from bot.store.query import Tx

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
_names = iter(range(10**9))


def part(text: str, number: int = 1, total: int = 1, session: str = "first", **changed: object) -> Part:
    made = Part(
        channel="smpp",
        session=session,
        # The first one is there all the time, others are made after whatever came before.
        began=NOW if session == "first" else NOW + timedelta(minutes=10),
        name=f"name {next(_names)}",
        digest=f"{text} {number}/{total}",
        thread="0a" * 32 if total > 1 else None,
        number=number,
        total=total,
        octets=text.encode(),
        at=NOW,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def take(url: str, *given_parts: Part) -> list[Whole | None]:
    return [store.do(url, lambda tx, each=each: parts.take(tx, each)) for each in given_parts]  # type: ignore[misc]


def settle(url: str, before: datetime, session: str = "first") -> None:
    store.do(url, lambda tx: parts.settle(tx, "smpp", session, before=before, at=NOW))


def ids(wholes: list[Whole | None]) -> list[str | None]:
    return [None if whole is None else whole.provider_id for whole in wholes]


def test_one_part_is_whole(database_url: str) -> None:
    one, same = take(database_url, part("0"), part("0"))
    assert one is not None
    assert same is not None
    assert one.octets == b"0"
    assert one.provider_id != same.provider_id


def test_the_last_part_makes_it_whole(database_url: str) -> None:
    third, first, second = take(database_url, part("c", 3, 3), part("a", 1, 3), part("b", 2, 3))
    assert (third, first) == (None, None)
    assert second is not None
    assert second.octets == b"abc"


def test_what_comes_again_over_a_new_connection_is_the_same(database_url: str) -> None:
    first, again, fresh = ids(take(database_url, part("0"), part("0", session="second"), part("0", session="second")))
    assert first == again != fresh
    assert ids(take(database_url, part("0", session="third"))) == [first], "lost once more"


def test_each_is_met_once(database_url: str) -> None:
    one, two = ids(take(database_url, part("0"), part("0")))
    assert ids(take(database_url, *(part("0", session="second") for _ in range(2)))) == [one, two]


def test_what_is_settled_too_old_or_of_another_channel_does_not_come_again(database_url: str) -> None:
    first, other = ids(take(database_url, part("0"), part("1", at=NOW + timedelta(seconds=1))))
    settle(database_url, NOW + timedelta(seconds=1))
    assert ids(take(database_url, part("0", session="second"))) != [first]
    late = NOW + timedelta(minutes=16)
    assert ids(take(database_url, part("1", session="second", at=late))) != [other]
    assert ids(take(database_url, part("1", session="third", at=late, channel="other"))) != [other]


def test_settling_knows_its_connection_and_its_moment(database_url: str) -> None:
    first, moved = ids(take(database_url, part("0"), part("1")))
    assert ids(take(database_url, part("1", session="second", at=NOW + timedelta(seconds=5)))) == [moved]
    settle(database_url, NOW + timedelta(seconds=4), "second")
    settle(database_url, NOW, "first")
    third = [part(text, session="third", at=NOW + timedelta(seconds=6)) for text in "01"]
    assert ids(take(database_url, *third)) == [first, moved]


def test_what_was_refused_is_the_same_in_one_connection_too(database_url: str) -> None:
    first, again = ids(take(database_url, part("0"), part("0", refused_at=NOW)))
    assert first == again


def test_what_was_refused_and_not_kept_does_not_borrow_from_the_message_before(database_url: str) -> None:
    refused_at = NOW + timedelta(seconds=1)
    first, second = ids(take(database_url, part("0"), part("0", at=NOW + timedelta(seconds=2), refused_at=refused_at)))
    assert first != second


def test_the_last_part_of_a_message_that_was_refused_makes_it_whole_again(database_url: str) -> None:
    _, whole = take(database_url, part("a", 1, 2), part("b", 2, 2))
    settle(database_url, NOW + timedelta(seconds=1))
    late = NOW + timedelta(hours=1)
    assert take(database_url, part("b", 2, 2, at=late, refused_at=NOW)) == [whole]


def test_a_second_connection_beside_the_first_brings_messages_of_its_own(database_url: str) -> None:
    one, other = ids(take(database_url, part("0"), part("0", session="beside", began=NOW - timedelta(hours=1))))
    assert one != other


def test_every_part_again_is_the_whole_again(database_url: str) -> None:
    whole = take(database_url, part("a", 1, 2), part("b", 2, 2))[1]
    again = take(database_url, part("b", 2, 2, "second"), part("a", 1, 2, "second"))
    assert again == [whole, whole]


def test_a_part_again_while_others_are_missing_is_no_other_message(database_url: str) -> None:
    assert take(database_url, part("a", 1, 2), part("a", 1, 2)) == [None, None]
    (whole,) = take(database_url, part("b", 2, 2))
    assert whole is not None
    assert whole.octets == b"ab"


def test_a_reference_that_begins_anew(database_url: str) -> None:
    """One message never gets its second part; the next of the same reference does not borrow from it."""
    assert take(database_url, part("old", 1, 2), part("new", 1, 2)) == [None, None]
    (whole,) = take(database_url, part("!", 2, 2))
    assert whole is not None
    assert whole.octets == b"new!"
    day = NOW + timedelta(days=1)
    (late,) = take(database_url, part("?", 2, 2, at=day))
    assert late is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_order_and_any_loss_of_acknowledgements(sqlite_url: str, seed: int) -> None:
    """Each message is whole under one id alone, and says what it said."""
    order = random.Random(seed)
    messages = {f"{seed}-{number}": order.randint(1, 4) for number in range(4)}
    waiting = [(name, number) for name, total in messages.items() for number in range(1, total + 1)]
    order.shuffle(waiting)
    found: dict[bytes, set[str]] = {}
    session = 0
    with store.connected(sqlite_url) as connection:
        while waiting:
            name, number = waiting.pop()
            total = messages[name]
            thread = name.encode().hex().ljust(64, "0") if total > 1 else None
            came = part(f"{name}.{number};", number, total, f"{seed} {session}", thread=thread)
            whole = in_transaction(connection, partial(parts.take, part=came))
            if whole is not None:
                found.setdefault(whole.octets, set()).add(whole.provider_id)
            if order.random() < 0.3:  # the acknowledgement is lost, and the connection with it
                session += 1
                waiting.append((name, number))
    assert {octets: len(names) for octets, names in found.items()} == {
        "".join(f"{name}.{number};" for number in range(1, total + 1)).encode(): 1 for name, total in messages.items()
    }


def test_two_processes_that_take_two_parts_at_one_moment_make_it_whole(database_url: str) -> None:
    found: list[Whole | None] = []
    threads = []
    with store.connected(database_url) as connection:

        def slowly(tx: Tx) -> Whole | None:
            whole = parts.take(tx, part("a", 1, 2))
            threads.append(Thread(target=lambda: found.extend(take(database_url, part("b", 2, 2)))))
            threads[0].start()
            threads[0].join(0.3)  # it has to wait: the commit comes after this
            return whole

        assert in_transaction(connection, slowly) is None
    threads[0].join(10)
    assert [whole and whole.octets for whole in found] == [b"ab"]
