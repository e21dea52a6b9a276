"""A gateway's jobs run for days of the tester's choosing, without a clock or a network; and what should come of it, by another way."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sqlalchemy import Date, and_, bindparam, select, update

from bot.app import parts
from bot.channel import Line
from bot.clock import DHAKA
from bot.config import Config
from bot.configured import channels
from bot.posting import Post
from bot.scheduler.job import Run
from bot.store.query import Query
from bot.store.schema import appointments, committee_terms, intents, outbox, people, societies
from bot.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.scheduler.job import Job


class Reminder(NamedTuple):
    """A reminder as the outbox and the intents tell it."""

    registration_no: str
    milestone: str
    person_id: int
    state: str
    made_on: date
    send_on: date
    message: int | None
    message_state: str | None
    to: str | None


def _reminder(number: str, milestone: str, person: int, state: str, made_at: datetime, *rest: Any) -> Reminder:
    return Reminder(number, milestone, person, state, made_at.astimezone(DHAKA).date(), *rest)


_REMINDERS = Query(
    select(
        societies.c.registration_no,
        intents.c.milestone,
        intents.c.person_id,
        intents.c.state,
        intents.c.made_at,
        intents.c.send_on,
        intents.c.outbox_id,
        outbox.c.state,
        outbox.c.recipient,
    )
    .select_from(
        intents.join(societies, societies.c.id == intents.c.society_id).outerjoin(
            outbox, outbox.c.id == intents.c.outbox_id
        )
    )
    .where(intents.c.kind == "term")
    .order_by(intents.c.id),
    _reminder,
)
_TERMS = Query(
    select(societies.c.id, societies.c.registration_no, committee_terms.c.formed_on, committee_terms.c.expires_on)
    .join_from(committee_terms, societies, societies.c.id == committee_terms.c.society_id)
    .order_by(committee_terms.c.formed_on),
    lambda *row: row,
)
_BEARERS = Query(
    select(appointments.c.society_id, people.c.id)
    .join_from(appointments, people, people.c.id == appointments.c.person_id)
    .where(and_(appointments.c.society_id.is_not(None), appointments.c.ended_on.is_(None))),
    lambda society, person: (society, person),
)


_NUMBER: Query[str] = Query(select(societies.c.registration_no).where(societies.c.id == bindparam("society")))


ENDS: Query[int] = Query(
    update(committee_terms)
    .where(committee_terms.c.society_id == bindparam("society"))
    .values(expires_on=bindparam("ends", type_=Date), recorded_on=bindparam("told", type_=Date))
)
"""Another end of a society's term, told on a day."""


class World:
    """One database, one gateway's settings, and the state of its jobs."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.config = config
        self.state: dict[str, dict[str, Any]] = defaultdict(dict)
        lines = {name: Line(own, kind.abilities) for name, (kind, own) in channels(config).items()}
        self.post = Post(parts(config).renderer, lines, "simulator", timedelta(hours=24))

    @classmethod
    async def open(cls, url: str, config: Config | None = None) -> Self:
        """Open a database that was initialised."""
        return cls(await Store.open(url), config or Config())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()

    def at(self, job: Job, day: date, hour: int = 10) -> Run:
        """A run of a job at an hour of a day in Dhaka."""
        now = datetime.combine(day, time(hour), DHAKA).astimezone(UTC)
        return Run(self.store, self.post, self.config, now, day, dict(self.state[job.name]))

    async def run(self, job: Job, day: date, hour: int = 10) -> Run:
        """Run a job, and keep its state as the scheduler does."""
        run = self.at(job, day, hour)
        await job.run(run)
        self.state[job.name] = run.state
        return run

    async def reminders(self) -> list[Reminder]:
        """Every intent about a term."""
        return await self.store.read(lambda tx: tx.all(_REMINDERS))

    async def number_of(self, society_id: int) -> str:
        """A society's registration number."""
        return await self.store.read(lambda tx: tx.one(_NUMBER, society=society_id))

    async def bearers(self) -> list[tuple[int, int]]:
        """Every office-bearer: society and person."""
        return await self.store.read(lambda tx: tx.all(_BEARERS))

    async def expected(self, days: Iterable[date], milestones: Iterable[int]) -> set[tuple[str, str, int, date]]:
        """Which office-bearer should be reminded of which milestone on which day, as of the terms and people on record now."""
        current: dict[int, tuple[str, date]] = {}
        for society, number, _, ends in await self.store.read(lambda tx: tx.all(_TERMS)):
            current[society] = (number, ends)
        served = defaultdict(set)
        for society, person in await self.store.read(lambda tx: tx.all(_BEARERS)):
            served[society].add(person)
        wanted = set(days)
        found = set()
        for society, (number, ends) in current.items():
            for left in milestones:
                day = ends - timedelta(days=left)
                if day in wanted:
                    name = "expired" if left < 0 else str(left)
                    found |= {(number, name, person, day) for person in served[society]}
        return found
