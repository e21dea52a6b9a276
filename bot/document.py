"""What a document is: something an office prints, ordered by plain values, collected from the store, then made outside it.

An ``Order`` is plain JSON, so that it can wait in the outbox: its ``kind`` is one of ``bot.documents.KINDS``; its ``args`` are ``office``
(a code, needed), ``format`` (``pdf``, the default, ``xlsx``, or ``png``), ``language`` (``bn``, the default, or ``en``) and what the
kind knows besides. ``collect`` runs in a reader's transaction and is short; ``make`` costs processor time, touches nothing but its
arguments, and is called in a thread. Whoever takes an order decides who may give it: a document knows nothing of its reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bot.domain.messages import File
from bot.domain.replies import Order
from bot.domain.rollup_columns import PICTURED_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.store.query import Tx

__all__ = ["MOST_ROWS", "PDF", "PNG", "XLSX", "File", "Maker", "Order"]

MOST_ROWS: Mapping[str, int] = {"pdf": 5_000, "xlsx": 50_000, "png": PICTURED_ROWS}
"""Most rows by format: some 300 pages, which a small machine can still set, and more than the largest division has. The whole country is
what ``barta export`` writes: as a document it would keep a processor busy for minutes. A picture is read on a phone.
"""

PDF = "application/pdf"
PNG = "image/png"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Maker(Protocol):
    """Makes documents: for those who hand them out and need not know how they come to be."""

    def collect(self, tx: Tx, order: Order, today: date) -> Any:
        """Read what an order needs.

        Raises:
            InvalidValue: the order names no document, office, format or language that there is.
            TooManyRows: the document would be longer than anybody prints.
        """
        ...

    def make(self, order: Order, data: Any, today: date) -> File:
        """Make the document out of what ``collect`` read on the same day; may be called in any thread."""
        ...
