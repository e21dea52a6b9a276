"""One-time codes and tokens in messages out: nothing of what such a message said is kept, once nobody will send it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, and_, bindparam, case, select, text, update

from bot.domain.replies import Reply, dump
from bot.store.query import Query
from bot.store.schema import SECRET, outbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.store.query import Tx

FORGOTTEN = "•••"
_NOTHING = dump(Reply("broken"))
_secret = text(SECRET)
_FORGET: Query[int] = Query(
    update(outbox).where(outbox.c.id == bindparam("row_id"), _secret).values(text=FORGOTTEN, content=_NOTHING)
)
_idle_secrets = (
    select(outbox.c.id)
    .where(
        _secret,
        outbox.c.channel == bindparam("for_channel"),
        outbox.c.created_at <= bindparam("before"),
        outbox.c.state != "queued",
        outbox.c.state != "sending",
    )
    .limit(1000)
)
_SWEEP: Query[int] = Query(
    update(outbox).where(outbox.c.id.in_(_idle_secrets.scalar_subquery())).values(text=FORGOTTEN, content=_NOTHING)
)
_doomed = and_(bindparam("forgetting", type_=Boolean), _secret)
"""A secret that is given up in the same statement, on a channel to real people."""
GONE: Mapping[str, Any] = {
    "text": case((_doomed, FORGOTTEN), else_=outbox.c.text),
    "content": case((_doomed, _NOTHING), else_=outbox.c.content),
}
"""What a statement that gives messages up lets them say; its parameter ``forgetting`` tells whether the channel leads to real people."""


def is_secret(content: str) -> bool:
    """Whether a message holds a one-time code or token, as the condition above says it."""
    return '"secret":true' in content


def forget(tx: Tx, row_id: int) -> None:
    """Keep nothing of what a message said, if it held a one-time code or token: it is out, or will never be."""
    tx.run(_FORGET, row_id=row_id)


def sweep(tx: Tx, channel: str, before: datetime) -> int:
    """Likewise for every message of a channel older than ``before`` that nobody will send; how many there were.

    Those that left in a response, and those that an older program kept.
    """
    return tx.run(_SWEEP, for_channel=channel, before=before)
