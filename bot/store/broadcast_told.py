"""What the sender of a broadcast is told of it: the message that shows how far it is, and the report at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.domain.messages import Language, State
from bot.store.outbox import reply_key
from bot.store.query import Query
from bot.store.schema import outbox

if TYPE_CHECKING:
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Shown:
    """The message that shows a sender how far his broadcast is.

    Attributes:
        id: ours.
        channel, to: where it is.
        state: of the message.
        provider_id: theirs, once they have it.
        content: what it says, as the outbox keeps it.
        language: of its reader.
    """

    id: int
    channel: str
    to: str
    state: State
    provider_id: str | None
    content: str
    language: Language

    @classmethod
    def of(cls, id: int, channel: str, to: str, state: str, theirs: str | None, content: str, language: str) -> Shown:  # noqa: A002 - the column's name
        """From a row."""
        return cls(id, channel, to, State(state), theirs, content, Language(language))


_SHOWN = Query(
    select(
        *(outbox.c.id, outbox.c.channel, outbox.c.recipient, outbox.c.state, outbox.c.provider_id, outbox.c.content),
        outbox.c.language,
    ).where(outbox.c.key == bindparam("its_key")),
    Shown.of,
)
_SHOW: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(content=bindparam("new_content"), text=bindparam("new_text"))
)


def shown(tx: Tx, broadcast: Broadcast) -> Shown | None:
    """The answer to the message that confirmed a broadcast."""
    return None if broadcast.progress_id is None else tx.first(_SHOWN, its_key=reply_key(broadcast.progress_id))


def report_key(broadcast_id: int) -> str:
    """The key of the one report of a broadcast."""
    return f"b{broadcast_id}:report"


def show(tx: Tx, row_id: int, content: str, text: str) -> None:
    """Let that message say something else. In a chat one message costs the same however long it is."""
    tx.run(_SHOW, row_id=row_id, new_content=content, new_text=text)
