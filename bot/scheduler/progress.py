"""Shows senders how far their broadcasts are: one message in a chat that is brought up to date, and one report at the end.

Counting walks through everybody of a broadcast and is done beside everything else, rarely enough to cost little; a message is changed
every few seconds at most. Nothing here decides anything about a broadcast: whatever fails, it goes on.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot import broadcast_progress
from bot.channel import Edits
from bot.domain.broadcasts import BroadcastState
from bot.domain.messages import MT, MessageClass, State
from bot.domain.replies import dump, load
from bot.domain.segments import Encoding
from bot.posting import Letter
from bot.store import broadcast_drafts, broadcast_reports, broadcast_told, broadcasts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.channel import Channel
    from bot.clock import Clock
    from bot.domain.replies import Reply
    from bot.posting import Post
    from bot.send_rules import SendRules
    from bot.store.broadcast_reports import Counts
    from bot.store.broadcast_told import Shown
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx
    from bot.store.store import Store

log = structlog.get_logger()

SECONDS = 2.5
"""A message is changed no more often."""

SECONDS_AFTER = 10.0
"""Likewise while only receipts are waited for."""

SHARE = 20
"""Counting rests so many times as long as it took."""

LONG = timedelta(minutes=3)
"""After longer than this a chat hears of the end by a message of its own: who looks at the progress that long?"""

REMEMBERED = timedelta(days=2)
"""What ended longer ago is not reported any more."""

WORTH = timedelta(hours=24)
_NEVER_SHOWN = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED, State.UNCONFIRMED})


@dataclass(slots=True)
class _Seen:
    """What was seen of a broadcast last.

    Attributes:
        stage: its state, and whether it had ended: where that changes, its message does so at once.
        again_at: when it is looked at next, in monotonic time.
        content: what its reader has before his eyes.
        edited_from: when his chat may be asked again to change the message; never where it cannot be changed any more.
    """

    stage: tuple[BroadcastState, bool] | None = None
    again_at: float = 0.0
    content: str | None = None
    edited_from: float = 0.0


class Progress:
    """Shows how far broadcasts are.

    Args:
        rules: of broadcasts: the renderer, the lines, the quiet hours, when they are reported.
        channels: by name: some can change a message.
        wake: told the name of a channel where something waits.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        rules: SendRules,
        channels: Mapping[str, Channel],
        post: Post,
        wake: Callable[[str], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._channels = channels
        self._post = post
        self._wake = wake
        self._chats = tuple(name for name, line in rules.lines.items() if line.abilities.chat)
        self._seen: dict[int, _Seen] = {}
        self._task: asyncio.Task[None] | None = None

    async def watch(self, now_open: Sequence[Broadcast]) -> None:
        """Look at the open broadcasts, beside whoever calls this; once at a time."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(now_open), name="progress")

    async def stop(self) -> None:
        """End after the look that is under way."""
        if self._task is not None:
            await self._task

    async def _look(self, now_open: Sequence[Broadcast]) -> None:
        try:
            await self.once(now_open)
        except Exception as error:  # noqa: BLE001 - the database is busy or gone: a later look tells the same
            log.warning("progress_not_shown", error=type(error).__name__)

    async def once(self, now_open: Sequence[Broadcast]) -> None:
        """Look at the open broadcasts, and at those that have ended and were not reported."""
        since = self._clock.now() - REMEMBERED
        ended = await self._store.read(partial(broadcasts.untold, since=since))
        watched = {each.id: each for each in (*now_open, *ended)}
        self._seen = {number: seen for number, seen in self._seen.items() if number in watched}
        for each in watched.values():
            seen = self._seen.setdefault(each.id, _Seen())
            stage = (each.state, each.ended_at is not None)
            if each.state is BroadcastState.WAITING:
                continue  # the answer to its confirmation says who decides
            if each.ended_at is None and each.channel not in self._chats:
                continue  # by SMS there is nothing to show before the end
            if seen.stage != stage or time.monotonic() >= seen.again_at:
                seen.stage = stage
                await self._one(each, seen)

    async def _one(self, broadcast: Broadcast, seen: _Seen) -> None:
        started = time.monotonic()
        count = partial(broadcast_reports.counts, broadcast=broadcast, chats=self._chats)
        counts = await self._store.read(count, slow=True)
        now = time.monotonic()
        least = SECONDS if broadcast.state is BroadcastState.SENDING else SECONDS_AFTER
        seen.again_at = now + max(least, (now - started) * SHARE)
        wait = await self._show(broadcast, counts, seen)
        if wait > 0:
            seen.again_at = max(seen.again_at, time.monotonic() + wait)
        if self._is_to_be_told(broadcast, counts, shown=wait <= 0):
            await self._tell(broadcast, counts)

    async def _show(self, broadcast: Broadcast, counts: Counts, seen: _Seen) -> float:
        """Bring the message up to date; for how many seconds it has to wait, if it has to."""
        row = await self._store.read(partial(broadcast_told.shown, broadcast=broadcast))
        if row is None or row.channel not in self._chats or row.state in _NEVER_SHOWN:
            return 0.0
        reply = broadcast_progress.shown(broadcast, counts)
        content = dump(reply)
        text = self._rules.renderer.render(
            reply, row.language, self._clock.today(), self._rules.lines[row.channel].abilities
        )
        if content != row.content:
            show = partial(broadcast_told.show, row_id=row.id, content=content, text=text)
            await self._store.write(show)
        return await self._edit(row, content, text, seen)

    async def _edit(self, row: Shown, content: str, text: str, seen: _Seen) -> float:
        channel = self._channels.get(row.channel)
        if not isinstance(channel, Edits) or seen.content == content:
            return 0.0
        if row.provider_id is None:
            return SECONDS if row.state in {State.QUEUED, State.SENDING} else 0.0
        if seen.edited_from > (now := time.monotonic()):
            return 0.0 if seen.edited_from == math.inf else seen.edited_from - now
        labels = self._rules.renderer.labels(load(content), row.language, self._clock.today())
        try:
            wait = await channel.edit(
                MT(row.id, row.to, text, Encoding.UTF8, 1, choices=labels), provider_id=row.provider_id
            )
        except Exception as error:  # noqa: BLE001 - whatever a channel does, the broadcast goes on
            log.warning("not_edited", channel=row.channel, message=row.id, error=type(error).__name__)
            wait = SECONDS_AFTER
        if wait == 0:
            seen.content = content
        else:
            seen.edited_from = math.inf if wait is None else time.monotonic() + wait
        return wait or 0.0

    def _is_to_be_told(self, broadcast: Broadcast, counts: Counts, *, shown: bool) -> bool:
        """When nothing more will be known, or enough has been waited for that."""
        if broadcast.ended_at is None:
            return False
        waited = self._clock.now() - broadcast.ended_at
        enough = timedelta(minutes=self._rules.settings.report_minutes)
        return (shown and counts.is_final) or waited >= enough

    async def _tell(self, broadcast: Broadcast, counts: Counts) -> None:
        work = partial(tell, post=self._post, rules=self._rules, broadcast=broadcast, counts=counts, clock=self._clock)
        channel = await self._store.write(work)
        if channel is not None:
            self._wake(channel)


def tell(tx: Tx, *, post: Post, rules: SendRules, broadcast: Broadcast, counts: Counts, clock: Clock) -> str | None:
    """Unit of work: let the sender hear once how it went; the channel that has something to do.

    Who saw the progress in a chat needs no more, unless it took long; nor does who cancelled it, or heard that it was rejected, before
    anything had left.
    """
    now = clock.now()
    if not broadcasts.told(tx, broadcast.id, now):
        return None
    in_chat = broadcast.channel in rules.lines and rules.lines[broadcast.channel].abilities.chat
    took = now - (broadcast.confirmed_at or now)
    known = broadcast.state is BroadcastState.CANCELLED and broadcast.reason != broadcast_drafts.UNDECIDED
    if (in_chat and took < LONG) or (known and not counts.left):
        return None
    said: Reply = broadcast_progress.reported(broadcast, counts)
    letter = Letter.in_hours(
        broadcast_told.report_key(broadcast.id),
        broadcast.sender,
        said,
        MessageClass.NOTICE,
        worth=WORTH,
        quiet=rules.quiet,
        now=now,
        buttons=tuple(one for one in broadcast_progress.buttons(broadcast, counts) if not one.withdrawn),
    )
    posted = post.send(tx, letter, now, clock.today())
    return None if posted is None else posted.channel
