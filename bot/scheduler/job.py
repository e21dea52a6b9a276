"""What a job is: a name, a plan, and what it does when its time has come. One job per file in ``bot/scheduler/jobs``.

A job is run for a moment, ``Run.now``, and must bear to be run again for the same one after a kill: what it makes has keys of its own.
Its long reads use a reader; what it writes goes through the store's writer in short works, so that messages are answered meanwhile.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date, datetime

    from bot.config import Config
    from bot.posting import Post
    from bot.store.store import Store


@dataclass(slots=True)
class Run:
    """One run of a job.

    Attributes:
        store: to read and to write.
        post: to queue messages.
        config: all settings.
        now: the gateway's time, aware.
        today: its date in Dhaka.
        state: what the job kept at the end of its last run; what it leaves here is kept when it ends well.
        queued: how many messages it queued, by class.
        channels: the channels that have something to do now.
        detail: what else is recorded of the run, such as how many societies it looked at.
    """

    store: Store
    post: Post
    config: Config
    now: datetime
    today: date
    state: dict[str, Any] = field(default_factory=dict)
    queued: Counter[str] = field(default_factory=Counter)
    channels: set[str] = field(default_factory=set)
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        name: as in ``[jobs]``, where its plan is.
        run: does it.
        sends: it sends messages by itself, so that it is held when the clock may be wrong.
        preview: what a run would do now, as values that JSON can hold; it reads only, and queues nothing.
    """

    name: str
    run: Callable[[Run], Awaitable[None]]
    sends: bool = True
    preview: Callable[[Run], Awaitable[Mapping[str, Any]]] | None = None

    def plan(self, config: Config) -> str:
        """Its cron expression."""
        plans: Mapping[str, str] = config.jobs.model_dump()
        return plans[self.name]
