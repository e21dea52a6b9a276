"""Parts of messages in: what a provider hands in that says neither a whole message at a time nor the same id again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

AGAIN_WITHIN = timedelta(minutes=15)
"""How long a provider is expected to take to bring again what was not acknowledged."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message, or a message that is one part.

    Attributes:
        channel: the configured name of the channel.
        session: the connection it came over; what came over an earlier one may come again.
        began: when that connection was made.
        name: an id that no other part has; that of the whole message if this is the first of its parts to come.
        digest: of everything it says, so that what comes again has the same.
        thread: of what all parts of its message have in common; None where it is the only one.
        number: which part it is, from 1.
        total: how many there are.
        octets: what it says, not decoded: a part may end inside a character.
        at: when it came.
        refused_at: when the same came before in this session, if that was not acknowledged: it is no other message then.
    """

    channel: str
    session: str
    began: datetime
    name: str
    digest: str
    thread: str | None
    number: int
    total: int
    octets: bytes
    at: datetime
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A message of which every part is there.

    Attributes:
        provider_id: its id, the same however often a part of it comes again.
        octets: what it says.
    """

    provider_id: str
    octets: bytes
