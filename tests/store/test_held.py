"""What is not to leave yet waits beside the queue: a claim never looks at it, its time lets it go, and no clock strands it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.messages import Draft, Language, MessageClass, State
from bot.domain.quiet import ANY_HOUR
from bot.domain.replies import Reply, dump
from bot.domain.segments import measure
from bot.store import claims, moves, outbox, ready, store, tidying

if TYPE_CHECKING:
    from bot.store.claims import Claimed
    from bot.store.query import Query, Tx

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SAID = Reply("stop.done")


def queue(
    tx: Tx,
    key: str,
    message_class: MessageClass = MessageClass.REMINDER,
    *,
    not_before_at: datetime | None = None,
    written_at: datetime = NOW,
) -> int:
    draft = Draft(
        *(key, message_class, "kannel", "+8801700099900", SAID, Language.BN, NOW + 9 * DAY),
        not_before_at=not_before_at,
    )
    size, price = measure("বার্তা"), Decimal("0.35")
    assert outbox.add(
        tx, draft, content=dump(SAID), text="বার্তা", size=size, price=price, now=written_at, born=State.QUEUED
    )
    return outbox.id_of(tx, key)


def claim(tx: Tx, now: datetime = NOW, **bound: Any) -> list[Claimed]:
    return claims.claim(tx, "kannel", now=now, running=NOW, lease=MINUTE, most=10, **bound)


def state_of(tx: Tx, row_id: int) -> State:
    found = outbox.current(tx, row_id, "kannel")
    assert found is not None
    return found.state


def test_in_quiet_hours_only_the_most_pressing_are_claimed(database_url: str) -> None:
    def work(tx: Tx) -> None:
        rows = {each: queue(tx, each, each) for each in MessageClass}
        at_night = [row.id for row in claim(tx, least=ANY_HOUR)]
        assert at_night == [rows[MessageClass.CODE], rows[MessageClass.REPLY], rows[MessageClass.URGENT]]
        assert claim(tx, least=ANY_HOUR) == []
        assert len(claim(tx)) == len(MessageClass) - 3

    store.do(database_url, work)


def test_a_thousand_are_let_go_at_once_the_earliest_first(database_url: str) -> None:
    def work(tx: Tx) -> None:
        later = queue(tx, "later", not_before_at=NOW)
        for number in range(tidying.AT_ONCE):
            queue(tx, f"n{number}", not_before_at=NOW - MINUTE)
        queue(tx, "urgent", MessageClass.URGENT, not_before_at=NOW + MINUTE)
        assert tidying.release(tx, "kannel", NOW) == tidying.AT_ONCE
        assert len(claims.claim(tx, "kannel", now=NOW, running=NOW, lease=MINUTE, most=2000)) == tidying.AT_ONCE
        assert tidying.release(tx, "kannel", NOW) == 1
        assert [row.id for row in claim(tx)] == [later]
        assert tidying.release(tx, "kannel", NOW) == 0

    store.do(database_url, work)


def test_a_clock_that_was_set_back_strands_nothing(database_url: str) -> None:
    def work(tx: Tx) -> None:
        ahead = queue(tx, "ahead", not_before_at=NOW + 401 * DAY, written_at=NOW + 400 * DAY)
        queue(tx, "planned", not_before_at=NOW + 401 * DAY)
        queue(tx, "of this hour", not_before_at=NOW + DAY, written_at=NOW + ready.FAR)
        assert tidying.release(tx, "kannel", NOW) == 0
        assert tidying.release_ahead(tx, "kannel", NOW) == 1
        assert [row.id for row in claim(tx)] == [ahead]
        assert tidying.release_ahead(tx, "kannel", NOW) == 0

    store.do(database_url, work)


def test_what_was_let_go_stays_in_the_queue_when_the_clock_is_set_back(database_url: str) -> None:
    def work(tx: Tx) -> None:
        row = queue(tx, "a", not_before_at=NOW)
        tidying.release(tx, "kannel", NOW)
        assert [each.id for each in claim(tx, now=NOW - DAY)] == [row]

    store.do(database_url, work)


def test_what_is_not_true_any_more_was_never_under_way(database_url: str) -> None:
    def work(tx: Tx) -> None:
        row_id = queue(tx, "a")
        (row,) = claim(tx)
        assert claims.cancel(tx, row, at=NOW, why="not true any more")
        assert not claims.cancel(tx, row, at=NOW, why="not true any more")
        found = outbox.current(tx, row_id, "kannel")
        assert found == outbox.Current(row_id, State.CANCELLED, 0), "no attempt was made"
        assert claim(tx) == []
        assert not claims.submitted(tx, row, at=NOW, provider_id=None, delivered=False)

    store.do(database_url, work)


def test_a_rewritten_message_keeps_its_reply_unless_it_is_another_one(database_url: str) -> None:
    def work(tx: Tx) -> None:
        queue(tx, "a")
        (row,) = claim(tx)
        claims.rewrite(tx, row.id, "আজ", measure("আজ"), Decimal(1))
        assert outbox.content(tx, row.id, "kannel", row.to) == row.content
        claims.rewrite(tx, row.id, "আজ", measure("আজ"), Decimal(1), dump(Reply("help.other")))
        assert outbox.content(tx, row.id, "kannel", row.to) == dump(Reply("help.other"))
        assert outbox.rows(tx)[0].text == "আজ"

    store.do(database_url, work)


FILL = """
    INSERT INTO outbox (key, class, priority, channel, "to", state, content, language, text, encoding, segments, price,
        created_at, not_before_at, expires_at)
    SELECT 'held' || n, 'reminder', 3, 'kannel', '+8801700099900', 'queued', '{}', 'bn', 'x', 'GSM-7', 1, 0,
        '2026-11-21 04:00:00.000000', '2026-11-22 02:00:00.000000', '2026-11-30 04:00:00.000000'
    FROM """
NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT n FROM c)",
    "postgresql": "generate_series(1, 5000) AS n",
}


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (
            claims._CLAIM,
            {
                "channel": "kannel",
                "now": NOW,
                "running": NOW,
                "far": NOW,
                "lease_until": NOW,
                "most": 9,
                "first": 0,
                "least": 4,
            },
            "ix_outbox_waiting",
        ),
        (
            claims._CLAIM_LAST,
            {
                "channel": "kannel",
                "now": NOW,
                "running": NOW,
                "far": NOW,
                "lease_until": NOW,
                "most": 9,
                "first": 0,
                "least": 4,
            },
            "ix_outbox_waiting",
        ),
        (
            moves._ONWARD,
            {"channel": "kannel", "by": "other", "rate": Decimal(1), "now": NOW, "most": 9, "first": 0, "least": 4},
            "ix_outbox_waiting",
        ),
        (moves._STRANDED, {"channel": "kannel", "now": NOW, "most": 9, "first": 0, "least": 4}, "ix_outbox_waiting"),
        (tidying._RELEASE, {"for_channel": "kannel", "now": NOW}, "ix_outbox_held"),
        (tidying._RELEASE_AHEAD, {"for_channel": "kannel", "far": NOW}, "ix_outbox_ahead"),
    ],
    ids=["claim", "probe", "onward", "stranded", "release", "ahead"],
)
def test_an_index_leads_to_what_is_looked_for(
    database_url: str, query: Query[Any], values: dict[str, Any], index: str
) -> None:
    """However much is held, nothing reads it: neither the rows nor the part of an index that they are in."""

    def work(tx: Tx) -> str:
        tx._cursor.execute(FILL + NUMBERS[tx.dialect.name])
        tx._cursor.execute("ANALYZE outbox" if tx.dialect.name == "postgresql" else "SELECT 1")
        compiled = query.compiled(tx.dialect)
        how = "EXPLAIN (FORMAT JSON) " if tx.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        tx._cursor.execute(how + compiled.sql, compiled.parameters(values))
        return json.dumps([row[-1] for row in tx._cursor.fetchall()])

    plan = store.do(database_url, work)
    assert index in plan
    assert "SCAN outbox" not in plan
    assert "Seq Scan" not in plan
