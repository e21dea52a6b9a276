"""A message in on its way through the gateway: what is known of it before the unit of work, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.grammar import Ask, Call, Unknown
from bot.store.inbox import Fate

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.channel import Answer
    from bot.domain.grammar import Understanding
    from bot.domain.messages import MO

LIMIT = "limit"
"""Why a sender who has drawn too many answers gets none."""

LOOP, ECHO = "loop", "echo"
"""Why a machine gets none: the same text has had the same answer too often; it is our own text that comes back."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message in with everything that is known before the writer is asked.

    Attributes:
        mo: as the channel gave it.
        sender: the number in E.164, or the raw sender where it is no number.
        silence: why it gets no answer, if that is known already.
        understanding: what the text means by itself.
        now, today: the gateway's time.
        found: what the command's ``look`` found.
    """

    mo: MO
    sender: str
    silence: str | None
    understanding: Understanding
    now: datetime
    today: date
    found: Any = None

    def expected(self) -> Fate:
        """What will most probably become of it."""
        if self.silence is not None:
            return Fate("silent", None, self.silence)
        match self.understanding:
            case Call(command=command):
                return Fate("replied", command)
            case Ask(command=command, reason=reason):
                return Fate("replied", command, reason)
            case Unknown(reserved=reserved):
                return Fate("replied", None, "unknown" if reserved is None else "not_yet")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message in.

    Attributes:
        answer: for the channel.
        fate: as recorded.
        fresh: False when the provider sent it before; nothing was changed then.
        queued: the channels on which something waits to be sent because of it.
        said: the answer as it was rendered, if there is a new one.
    """

    answer: Answer
    fate: Fate
    fresh: bool = True
    queued: frozenset[str] = frozenset()
    said: str | None = None
