"""How many answers one sender may draw: a forged or looping sender cannot burn the credit.

Kept in memory on purpose: it protects, it proves nothing, and a restart may forget it.

A sender is known by his address on his channel. A number and its linked chat are counted apart although they are one person's: whoever
forges the number by SMS must not silence the chat.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_SENDERS = 50_000
"""Senders remembered at once; the longest quiet is forgotten first."""


class SenderLimit:
    """At most ``most`` answers per sender in a window of ``seconds``."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allows(self, sender: str, at: float) -> bool:
        """Whether ``sender`` may still be answered at monotonic time ``at``."""
        began, count = self._windows.get(sender, (at, 0))
        return count < self._most or at - began >= self._seconds

    def count(self, sender: str, at: float) -> None:
        """One answer was drawn: repetitions by the provider and messages that were refused do not count."""
        began, count = self._windows.pop(sender, (at, 0))
        if at - began >= self._seconds:
            began, count = at, 0
        self._windows[sender] = (began, count + 1)
        if len(self._windows) > MOST_SENDERS:
            self._windows.popitem(last=False)


MOST_TEXTS = 32
"""Texts of one sender remembered at once; the one that was longest not sent is forgotten first."""

SENT_BACK = 4
"""Answers that are known again when they come back."""

SHORTEST_ECHO = 20
"""Characters from which on our own words coming back are no accident."""

_VARIES = re.compile(r"[0-9০-৯A-Z]+")
"""What differs between two answers that say the same: references, amounts, codes."""


@dataclass(slots=True)
class _Same:
    """An answer that a text has drawn again and again."""

    answer: int
    count: int
    at: float


@dataclass(slots=True)
class _Exchange:
    """What was said between a sender and us: hashes, so that it takes little room, and tells nobody anything."""

    texts: OrderedDict[int, _Same] = field(default_factory=OrderedDict)
    sent: deque[int] = field(default_factory=lambda: deque(maxlen=SENT_BACK))


class LoopGuard:
    """Notices that we talk with a machine: the same text draws the same answer, or our own answer comes back.

    A person who turns the pages of a list, or answers one question after the other with a nought, draws other answers each time. A
    loop is over when its text has not come for ``seconds``, so that a machine that goes on and on stays unanswered.

    Args:
        most: so often the same text gets the same answer.
        seconds: after so long a pause it gets it again.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._exchanges: OrderedDict[str, _Exchange] = OrderedDict()

    def is_loop(self, sender: str, texts: Iterable[str], at: float) -> bool:
        """Whether what ``sender`` sends at monotonic time ``at`` has had its answer often enough."""
        exchange = self._exchanges.get(sender)
        looping = False
        for text in texts if exchange is not None else ():
            same = exchange.texts.get(hash(text)) if exchange is not None else None
            if same is not None and same.count >= self._most:
                looping = looping or at - same.at < self._seconds
                same.count = same.count if at - same.at < self._seconds else 0
                same.at = at
        return looping

    def is_echo(self, sender: str, text: str) -> bool:
        """Whether it is one of our own last answers."""
        exchange = self._exchanges.get(sender)
        return exchange is not None and len(text) >= SHORTEST_ECHO and hash(normalise(text)) in exchange.sent

    def answered(self, sender: str, texts: Iterable[str], answer: str, at: float) -> None:
        """These texts of a sender, which are his words and what they were understood as, have drawn an answer."""
        exchange = self._exchanges.pop(sender, None) or _Exchange()
        self._exchanges[sender] = exchange
        exchange.sent.append(hash(normalise(answer)))
        said = hash(_VARIES.sub("#", answer))
        for text in map(hash, texts):
            same = exchange.texts.pop(text, None)
            goes_on = same is not None and same.answer == said and at - same.at < self._seconds
            exchange.texts[text] = _Same(said, same.count + 1 if goes_on and same is not None else 1, at)
        while len(exchange.texts) > MOST_TEXTS:
            exchange.texts.popitem(last=False)
        if len(self._exchanges) > MOST_SENDERS:
            self._exchanges.popitem(last=False)
