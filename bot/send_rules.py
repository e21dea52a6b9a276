"""What holds for messages to many: the settings, the ways they go, and when nobody is disturbed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.broadcast_texts import Writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.broadcast_texts import Words
    from bot.channel import Line
    from bot.domain.broadcasts import BroadcastKind
    from bot.domain.quiet import QuietHours
    from bot.i18n import Renderer
    from bot.sections import BroadcastSettings


@dataclass(frozen=True, slots=True)
class SendRules:
    """The rules of broadcasts.

    Attributes:
        settings: what was configured.
        renderer: for the texts.
        lines: every channel's settings and abilities, by name.
        sms: the channel that short messages go by; None where there is none.
        quiet: when only urgent ones leave.
    """

    settings: BroadcastSettings
    renderer: Renderer
    lines: Mapping[str, Line]
    sms: str | None
    quiet: QuietHours

    def writing(self, words: Words, today: date) -> Writing:
        """What writes the messages of a broadcast on a day."""
        statutory = self.is_statutory(words.kind, urgent=words.urgent)
        return Writing(self.renderer, self.lines, self.sms, today, statutory=statutory)

    def is_statutory(self, kind: BroadcastKind, *, urgent: bool) -> bool:
        """Whether one of a kind goes to numbers in STOP, too."""
        return ("urgent" if urgent else kind.value) in self.settings.statutory
