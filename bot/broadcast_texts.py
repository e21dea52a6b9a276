"""What a broadcast says to each of its readers, by which way, and what that costs.

A linked chat comes first, which is free, and a short message otherwise; what is urgent goes by both. Somebody in STOP is spared what is not
statutory. What is the same for all is rendered once for each channel and language.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from bot.channel import cost
from bot.clock import DHAKA
from bot.domain.attending import COMING, NOT_COMING
from bot.domain.broadcasts import BroadcastKind, Unreached
from bot.domain.messages import Language, MessageClass
from bot.domain.offices import NATION_CODE, lineage
from bot.domain.replies import Choice, Reply, dump
from bot.domain.wording import NAME_WIDTH, Slot, Wording
from bot.fills import cut, digits
from bot.store.moves import FOR_THE_CHAT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from typing import Any

    from bot.channel import Line
    from bot.domain.segments import Measure
    from bot.i18n import Renderer
    from bot.store.audiences import Member
    from bot.store.broadcasts import Broadcast

NUMBER_GAP, NAME_GAP = "{r}", "{name}"
"""What a sender may leave open: the society's registration number; the name of the society, or of the office."""

_NOTICES = frozenset({"broadcast.meeting", "broadcast.meeting_here"})
NATION = lineage("", NATION_CODE)
_FULL_STOPS = " .।"

_FROM = {"place": Slot.SENDER, "text": Slot.BROADCAST}
_MEETING = {**_FROM, "text": Slot.MESSAGE, "day": Slot.WEEKDAY, "d": Slot.DATE, "time": Slot.TIME}
TEXTS = (
    Wording("broadcast.message", 5, _FROM),
    Wording("broadcast.urgent", 5, _FROM),
    Wording("broadcast.meeting", 6, {**_MEETING, "where": Slot.WHERE}, row="broadcast.answer_by", rows=1),
    Wording("broadcast.meeting_here", 6, _MEETING, row="broadcast.answer_by", rows=1),
    Wording("broadcast.answer_by", 1),
    Wording("broadcast.coming", 1),
    Wording("broadcast.not_coming", 1),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a broadcast says, before it is anybody's.

    Attributes:
        kind: a message, or the notice of a meeting.
        place: the sending office's name, by language.
        text: the sender's words, or the agenda.
        meeting: the ``date`` (ISO), ``time`` (HH:MM) and ``place`` of a meeting.
        urgent: by chat and by SMS, at any hour.
        broadcast_id: once it has one: what a button below it answers.
        national: whether the sending office is the nation's, which is called by no place.
    """

    kind: BroadcastKind
    place: Mapping[str, str]
    text: str
    meeting: Mapping[str, Any] | None = None
    urgent: bool = False
    broadcast_id: int = 0
    national: bool = False

    @classmethod
    def of(cls, broadcast: Broadcast) -> Words:
        """What a broadcast that was kept says."""
        one = broadcast
        return cls(one.kind, one.place, one.text, one.meeting, one.urgent, one.id, one.lineage == NATION)

    @property
    def is_personal(self) -> bool:
        """Whether it differs from reader to reader."""
        return NUMBER_GAP in self.text or NAME_GAP in self.text

    @property
    def message_class(self) -> MessageClass:
        """Of its messages."""
        return MessageClass.URGENT if self.urgent else MessageClass.BROADCAST

    def to(self, member: Member | None, language: Language, *, chat: bool) -> Reply:
        """What somebody reads; None stands for whoever it is the same for."""
        text = self.text if member is None else self._filled(member, language)
        params: dict[str, Any] = {"place": {**self.place, "national": self.national}, "text": text}
        if self.meeting is None:
            return Reply("broadcast.urgent" if self.urgent else "broadcast.message", params)
        day, where = self.meeting["date"], self.meeting.get("place")
        params |= {"text": text.rstrip(_FULL_STOPS), "day": day, "d": day, "time": self.meeting["time"]}
        if where:
            params["where"] = where.rstrip(_FULL_STOPS)
        said = Reply("broadcast.meeting" if where else "broadcast.meeting_here", params)
        if not chat:
            return by_sms(said)
        buttons = tuple(
            Choice(Reply(f"broadcast.{name}"), "answer", {"broadcast": self.broadcast_id, "answer": answer})
            for answer, name in ((COMING, "coming"), (NOT_COMING, "not_coming"))
        )
        return replace(said, choices=buttons)

    def _filled(self, member: Member, language: Language) -> str:
        number = digits(member.registration_no or "—", language)
        name = cut(member.place[language], NAME_WIDTH, language)  # so that it is known before how long it can get
        return self.text.replace(NUMBER_GAP, number).replace(NAME_GAP, name)


def by_sms(reply: Reply) -> Reply:
    """What was written for a chat, for a number: without buttons, in the place of which the notice of a meeting says how it is answered."""
    lines = (Reply("broadcast.answer_by"),) if reply.key in _NOTICES else reply.lines
    return replace(reply, choices=(), lines=lines)


def meeting_at(meeting: Mapping[str, Any]) -> datetime:
    """When a meeting begins, aware: from then on nobody needs to hear of it, and no answer is counted.

    Raises:
        ValueError: its date or its time is none.
    """
    try:
        day, hour = date.fromisoformat(meeting["date"]), time.fromisoformat(meeting["time"])
    except (KeyError, TypeError) as error:
        message = "a meeting has a date and a time"
        raise ValueError(message) from error
    return datetime.combine(day, hour, DHAKA)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a broadcast says to one reader, or to all of one channel and language.

    Attributes:
        channel: by which it leaves.
        language: of its reader.
        reply, content, text: what it says, as a reply, as the outbox keeps that, and rendered.
        size, price: what it weighs and costs.
    """

    channel: str
    language: Language
    reply: Reply
    content: str
    text: str
    size: Measure
    price: Decimal


class Addressed(NamedTuple):
    """A letter on its way to somebody.

    Attributes:
        to: his address on the letter's channel.
        suffix: of its key, where it is a second copy.
    """

    letter: Letter
    to: str
    suffix: str = ""


@dataclass(slots=True)
class Writing:
    """Finds everybody's way and writes his message; what is the same for many is rendered once.

    Attributes:
        renderer: for the texts.
        lines: every channel's settings and abilities, by name.
        sms: the channel that short messages go by; None where there is none.
        today: the day on which it is written.
        statutory: whether it goes to numbers in STOP, too.
    """

    renderer: Renderer
    lines: Mapping[str, Line]
    sms: str | None
    today: date
    statutory: bool = False
    _rendered: dict[tuple[str, Language], Letter] = field(default_factory=dict)

    def letters(self, words: Words, member: Member, chat: tuple[str, str] | None) -> list[Addressed] | Unreached:
        """What somebody gets: one message, or an urgent one both ways; or why he gets nothing."""
        if member.msisdn is None:
            return Unreached.NO_NUMBER
        if member.stopped and not self.statutory:
            return Unreached.STOPPED
        language = member.language or Language.BN
        if self.sms is not None and (chat is None or words.urgent):
            first = Addressed(self._letter(words, member, self.sms, language), member.msisdn)
            if chat is None:
                return [first]
            return [first, Addressed(self._letter(words, member, chat[0], language), chat[1], FOR_THE_CHAT)]
        if chat is None:
            return Unreached.NO_WAY
        return [Addressed(self._letter(words, member, chat[0], language), chat[1])]

    def _letter(self, words: Words, member: Member, channel: str, language: Language) -> Letter:
        known = self._rendered.get((channel, language))
        if known is not None:
            return known
        line = self.lines[channel]
        reply = words.to(member if words.is_personal else None, language, chat=line.abilities.chat)
        text = self.renderer.render(reply, language, self.today, line.abilities)
        letter = Letter(channel, language, reply, dump(reply), text, *cost(text, line))
        if not words.is_personal:
            self._rendered[channel, language] = letter
        return letter
