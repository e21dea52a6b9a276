"""Carrying a broadcast out: what it comes to, and its messages queued page by page.

The estimate and the queueing walk the same pages of the same audience and ask the same ``Writing`` for each person's way, text and
price, so that what a sender is shown is what then happens. Who is linked, stops or gets a number in between goes the way that is open to
him then: pages are found beside the writer, so that what decides about a person's way is asked again as his message is queued.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.broadcast_texts import Words
from bot.domain import broadcasts as rules
from bot.domain.broadcasts import VACANT, Estimate, Share, Unreached
from bot.domain.messages import Draft, State
from bot.domain.quiet import NEVER
from bot.store import audiences, broadcasts, outbox, reaching

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from decimal import Decimal

    from bot.broadcast_texts import Addressed, Writing
    from bot.domain.audiences import Audience
    from bot.domain.quiet import QuietHours
    from bot.store.audiences import Member
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

PAGE = 2000
"""Societies or officers of an audience that are read at once, beside the writer: finding them may take a while."""

WHOLE = 100
"""Most people whose messages are queued in the work that lets a broadcast go."""

NAMED = 5
"""People without a usable number that a preview names."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of an audience.

    Attributes:
        after: the position behind which it begins.
        members: none behind the end of the audience.
    """

    after: int
    members: tuple[Member, ...]

    @property
    def through(self) -> int:
        """The position at which the next one begins."""
        return self.members[-1].position if self.members else self.after

    def split(self, most: int) -> tuple[Page, Page]:
        """About so many people, and the rest; who stands at one position stays together."""
        at = min(most, len(self.members))
        while 0 < at < len(self.members) and self.members[at].position == self.members[at - 1].position:
            at += 1
        first = Page(self.after, self.members[:at])
        return first, Page(first.through, self.members[at:])


def page(tx: Tx, writing: Writing, audience: Audience, after: int, most: int = PAGE) -> Page:
    """The people of an audience behind a position; it reads only."""
    return Page(after, tuple(audiences.page(tx, audience, writing.today, after=after, most=most)))


@dataclass(slots=True)
class _Sum:
    """What is added up on the way through an audience."""

    met: set[str | int | None] = field(default_factory=set)
    people: int = 0
    # How many letters of a channel, a length and a price.
    tally: Counter[tuple[str, int, Decimal]] = field(default_factory=Counter)
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

    def add(self, member: Member, letters: list[Addressed] | Unreached) -> None:
        """One more of the audience."""
        if isinstance(letters, Unreached):
            why = VACANT if member.person_id is None else letters.value
            self.unreached[why] = self.unreached.get(why, 0) + 1
            if letters is Unreached.NO_NUMBER and len(self.nameless) < NAMED:
                self.nameless.append({"name": member.name or "—", **member.place})
            return
        self.people += 1
        for letter, *_ in letters:
            self.tally[letter.channel, letter.size.segments, letter.price] += 1
        first = letters[0].letter
        if first.size.segments >= self.longest[0]:
            self.longest = max(self.longest, (first.size.segments, len(first.text), first.text))

    @property
    def shares(self) -> dict[str, Share]:
        """By channel."""
        found: dict[str, Share] = {}
        for (channel, segments, price), count in self.tally.items():
            found[channel] = found.get(channel, Share()).plus(count, segments * count, price * count)
        return found


def estimate(tx: Tx, writing: Writing, words: Words, audience: Audience, now: datetime, quiet: QuietHours) -> Estimate:
    """What a broadcast would come to if it were sent now; it reads only, and walks through the whole audience."""
    total = _Sum()
    after = 0
    while (found := page(tx, writing, audience, after)).members:
        chats = _chats(tx, writing, found)
        for member in found.members:
            if total.is_new(member):
                total.add(member, writing.letters(words, member, chats.get(member.msisdn or "")))
        after = found.through
    shares = total.shares
    return Estimate(
        people=total.people,
        shares=shares,
        unreached=total.unreached,
        nameless=tuple(total.nameless),
        longest=total.longest[2],
        segments=total.longest[0],
        ends_at=_ends_at(tx, writing, shares, now, NEVER if words.urgent else quiet),
    )


def _chats(tx: Tx, writing: Writing, found: Page) -> Mapping[str, tuple[str, str]]:
    """The chats that stand for the numbers of a page."""
    return audiences.chats(tx, _numbers(found), list(writing.lines))


def _numbers(found: Page) -> set[str]:
    return {member.msisdn for member in found.members if member.msisdn}


def _ends_at(
    tx: Tx, writing: Writing, shares: Mapping[str, Share], now: datetime, quiet: QuietHours
) -> datetime | None:
    """When the slowest channel will be done, with what waits there already."""
    return max(
        (
            rules.ends_at(
                reaching.ahead(tx, channel) + share.segments,
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


def queue(tx: Tx, writing: Writing, broadcast: Broadcast, now: datetime, next_page: Page) -> Queued:
    """Unit of work: queue the page of a broadcast that follows what was queued. Again, it adds nothing: keys make messages unique."""
    if next_page.after != broadcast.queued_through:
        return Queued(0, frozenset(), complete=False)  # another process was faster
    words = Words.of(broadcast)
    added = 0
    channels: set[str] = set()
    chats, stopped = _chats(tx, writing, next_page), audiences.stopped(tx, _numbers(next_page))
    for was in next_page.members:
        member = was._replace(stopped=was.msisdn in stopped)
        letters = [] if member.person_id is None else writing.letters(words, member, chats.get(member.msisdn or ""))
        if isinstance(letters, Unreached):
            reaching.miss(tx, broadcast.id, member, letters)
        elif letters and (first := _post(tx, broadcast, words, letters[0], member, now)) is not None:
            # Else his number has it: somebody else uses it too, or this page was queued before.
            reaching.reach(tx, broadcast.id, member, first)
            for letter in letters[1:]:
                _post(tx, broadcast, words, letter, member, now)
            added += 1
            channels.update(one.letter.channel for one in letters)
    complete = not next_page.members
    broadcasts.queued(tx, broadcast.id, next_page.through, now if complete else None)
    return Queued(added, frozenset(channels), complete)


def is_few(estimate: Estimate) -> bool:
    """Whether it goes to so few that it is queued whole as it is let go; who is not reached counts, because that is written down, too."""
    return estimate.people + sum(estimate.unreached.values()) <= WHOLE


def begin(tx: Tx, writing: Writing, broadcast: Broadcast, now: datetime, found: Page) -> frozenset[str]:
    """Queue a broadcast to a few people whole, in the unit of work that lets it go; returns the channels that have something to do.

    One to many is left to ``bot.scheduler.broadcasting``.
    """
    channels = queue(tx, writing, broadcast, now, found).channels
    if len(found.members) < PAGE:
        broadcasts.queued(tx, broadcast.id, found.through, now)
    return channels


def _post(tx: Tx, broadcast: Broadcast, words: Words, one: Addressed, member: Member, now: datetime) -> int | None:
    letter = one.letter
    draft = Draft(
        key=f"b{broadcast.id}:{member.msisdn}{one.suffix}",
        message_class=words.message_class,
        channel=letter.channel,
        to=one.to,
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
