"""Carrying a broadcast out: what it comes to, and its messages queued page by page.

The estimate and the queueing walk the same pages of the same audience and ask the same ``Writing`` for each person's way, text and
price, so that what a sender is shown is what then happens. Who is linked, stops or gets a number in between goes the way that is open to
him then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.broadcast_texts import Words
from bot.domain import broadcasts as rules
from bot.domain.broadcasts import VACANT, Estimate, Share, Unreached
from bot.domain.messages import Draft, State
from bot.domain.quiet import NEVER
from bot.store import audiences, broadcasts, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime, timedelta

    from bot.broadcast_texts import Letter, Writing
    from bot.domain.audiences import Audience
    from bot.domain.quiet import QuietHours
    from bot.store.audiences import Member
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

PAGE = 500
"""Societies or officers of an audience that are read at once."""

NAMED = 5
"""People without a usable number that a preview names."""


def _walked(
    tx: Tx, audience: Audience, today: date, channels: Sequence[str], after: int = 0, most: int = PAGE
) -> Iterator[list[tuple[Member, tuple[str, str] | None]]]:
    """The pages of an audience from a position on, each person with the chat that stands for his number."""
    while members := audiences.page(tx, audience, today, after=after, most=most):
        numbers = {member.msisdn for member in members if member.msisdn}
        chats = audiences.chats(tx, numbers, channels)
        yield [(member, chats.get(member.msisdn or "")) for member in members]
        after = members[-1].position


@dataclass(slots=True)
class _Sum:
    """What is added up on the way through an audience."""

    met: set[str | int | None] = field(default_factory=set)
    people: int = 0
    shares: dict[str, Share] = field(default_factory=dict)
    unreached: dict[str, int] = field(default_factory=dict)
    nameless: list[dict[str, str]] = field(default_factory=list)
    longest: tuple[int, int, str] = (0, 0, "")

    def is_new(self, member: Member) -> bool:
        """Whether neither his number nor, where he has none, he himself was met before."""
        key = member.msisdn or member.person_id
        if key is None or key not in self.met:
            self.met.add(key)
            return True
        return False

    def add(self, member: Member, letters: list[Letter] | Unreached) -> None:
        """One more of the audience."""
        if isinstance(letters, Unreached):
            why = VACANT if member.person_id is None else letters.value
            self.unreached[why] = self.unreached.get(why, 0) + 1
            if letters is Unreached.NO_NUMBER and len(self.nameless) < NAMED:
                self.nameless.append({"name": member.name or "—", **member.place})
            return
        self.people += 1
        for letter in letters:
            share = self.shares.get(letter.channel, Share())
            self.shares[letter.channel] = share.plus(letter.size.segments, letter.price)
        first = letters[0]
        self.longest = max(self.longest, (first.size.segments, len(first.text), first.text))


def estimate(tx: Tx, writing: Writing, words: Words, audience: Audience, now: datetime, quiet: QuietHours) -> Estimate:
    """What a broadcast would come to if it were sent now; it reads only, and walks through the whole audience."""
    total = _Sum()
    for page in _walked(tx, audience, writing.today, list(writing.lines)):
        for member, chat in page:
            if total.is_new(member):
                total.add(member, writing.letters(words, member, chat))
    return Estimate(
        people=total.people,
        shares=total.shares,
        unreached=total.unreached,
        nameless=tuple(total.nameless),
        longest=total.longest[2],
        segments=total.longest[0],
        ends_at=_ends_at(tx, writing, total.shares, now, NEVER if words.urgent else quiet),
    )


def _ends_at(
    tx: Tx, writing: Writing, shares: Mapping[str, Share], now: datetime, quiet: QuietHours
) -> datetime | None:
    """When the slowest channel will be done, with what waits there already."""
    return max(
        (
            rules.ends_at(
                broadcasts.ahead(tx, channel) + share.segments,
                writing.lines[channel].settings.segments_per_second,
                now,
                quiet,
            )
            for channel, share in shares.items()
        ),
        default=None,
    )


def expires_at(estimate: Estimate, meeting_at: datetime | None, now: datetime, worth: timedelta) -> datetime:
    """Until when its messages are worth sending: a while after the last one should have left, and no longer than until the meeting."""
    until = max(estimate.ends_at or now, now) + worth
    return until if meeting_at is None else max(min(until, meeting_at), now)


@dataclass(frozen=True, slots=True)
class Queued:
    """What a page added.

    Attributes:
        messages: to how many numbers that were new.
        channels: which have something to do.
        complete: whether the audience is at its end.
    """

    messages: int
    channels: frozenset[str]
    complete: bool


def queue(tx: Tx, writing: Writing, broadcast: Broadcast, now: datetime, most: int) -> Queued:
    """Unit of work: queue the next page of a broadcast. Running it again adds nothing: keys make everybody's message unique."""
    words = Words.of(broadcast)
    walked = _walked(tx, broadcast.audience, writing.today, list(writing.lines), broadcast.queued_through, most)
    page = next(walked, [])
    added = 0
    channels: set[str] = set()
    for member, chat in page:
        if member.person_id is None:
            continue
        letters = writing.letters(words, member, chat)
        if isinstance(letters, Unreached):
            broadcasts.add_recipient(tx, broadcast.id, member, unreached=letters)
            continue
        first = _post(tx, broadcast, words, letters[0], member, now)
        if first is None:
            continue  # his number has it: somebody else uses it too, or this page was queued before
        broadcasts.add_recipient(tx, broadcast.id, member, outbox_id=first)
        for letter in letters[1:]:
            _post(tx, broadcast, words, letter, member, now)
        added += 1
        channels.update(letter.channel for letter in letters)
    through = page[-1][0].position if page else broadcast.queued_through
    broadcasts.queued(tx, broadcast.id, through, None if page else now)
    return Queued(added, frozenset(channels), complete=not page)


def _post(tx: Tx, broadcast: Broadcast, words: Words, letter: Letter, member: Member, now: datetime) -> int | None:
    draft = Draft(
        key=f"b{broadcast.id}:{member.msisdn}{letter.suffix}",
        message_class=words.message_class,
        channel=letter.channel,
        to=letter.to,
        reply=letter.reply,
        language=letter.language,
        expires_at=broadcast.expires_at or now,
        broadcast_id=broadcast.id,
    )
    return outbox.add_new(
        tx,
        draft,
        content=letter.content,
        text=letter.text,
        size=letter.size,
        price=letter.price,
        now=now,
        born=State.QUEUED,
    )
