"""The words of a message to many: what may stand in them, and whether they fit in the worst case.

They are measured as whoever reads them at greatest length gets them, with the sending office's name around them and the widest names in
their gaps, in either language: what is sent is never cut.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.broadcast_texts import NAME_GAP, NUMBER_GAP, Words
from bot.domain import gaps
from bot.domain.gaps import Flaw, Kind
from bot.domain.messages import Language
from bot.domain.replies import SMS, Reply
from bot.domain.segments import measure, room
from bot.domain.wording import BROADCAST_WIDTH, MESSAGE_WIDTH, NAME_WIDTH, Slot, Wording

if TYPE_CHECKING:
    from datetime import date

    from bot.i18n import Renderer
    from bot.send_rules import SendRules

_GAPS = {"r": NUMBER_GAP, "name": NAME_GAP}
_WIDEST_NUMBER = "88888/2019"
_WIDE = {Language.BN: "ক", Language.EN: "M"}

_ROWS = {"row": "send.gap.name", "rows": len(_GAPS)}
TEXTS = (
    Wording("send.too_long", 2, {"n": Slot.COUNT, "most": Slot.COUNT}),
    *(Wording(f"send.flaw.{kind}", 2) for kind in (Kind.EMPTY, Kind.CONTROL)),
    Wording("send.flaw.braces", 3, row="send.gap.name", rows=len(_GAPS)),
    Wording("send.flaw.unknown_gap", 3, {"typed": Slot.TYPED}, row="send.gap.name", rows=len(_GAPS)),
    *(Wording(f"send.gap.{gap}", 1) for gap in _GAPS),
)


def judged(rules: SendRules, words: Words, typed: str, today: date, *, of_societies: bool) -> Words | Reply:
    """The message with these words; or what is wrong with them.

    Args:
        rules: of broadcasts.
        words: the message without them.
        typed: the words, as they were typed.
        today: the day on which it is written.
        of_societies: whether its readers serve societies, which have numbers.
    """
    allowed = tuple(_GAPS) if of_societies else ("name",)
    text = gaps.read(typed, _names(rules.renderer), allowed, needs=None, lines=True)
    if isinstance(text, Flaw):
        return _flawed(text, allowed)
    said = replace(words, text=text)
    excess = _excess(rules, said, today)
    if excess:
        return Reply("send.too_long", {"n": excess, "most": rules.settings.most_segments})
    return said


def _names(renderer: Renderer) -> dict[str, str]:
    """How the gaps may be called → their plain names."""
    spelt = {
        gaps.folded(spelling): gap
        for gap in _GAPS
        for language in Language
        for spelling in renderer.text(language, f"gap.{gap}").split("|")
    }
    return spelt | {gap: gap for gap in _GAPS}


def _flawed(flaw: Flaw, allowed: tuple[str, ...]) -> Reply:
    shown = tuple(Reply(f"send.gap.{gap}") for gap in allowed)
    if flaw.kind is Kind.UNKNOWN_GAP:
        return Reply("send.flaw.unknown_gap", {"typed": flaw.gap or "{}"}, lines=shown)
    return Reply(f"send.flaw.{flaw.kind}", lines=shown if flaw.kind is Kind.BRACES else ())


def _excess(rules: SendRules, words: Words, today: date) -> int:
    """By how many letters a message is too long in its worst case; 0 where it fits."""
    most = rules.settings.most_segments
    room_for_words = BROADCAST_WIDTH if words.meeting is None else MESSAGE_WIDTH
    worst = 0
    for language, letter in _WIDE.items():
        filled = words.text.replace(NUMBER_GAP, _WIDEST_NUMBER).replace(NAME_GAP, letter * NAME_WIDTH)
        reply = replace(words, text=filled).to(None, language, chat=False)
        size = measure(rules.renderer.render(reply, language, today, SMS))
        over = size.units - room(size.encoding, most)
        # Where letters that stay together leave parts unfilled, one less is the least that may help.
        worst = max(worst, len(filled) - room_for_words, max(over, 1) if size.segments > most else 0)
    return worst
