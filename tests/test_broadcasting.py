"""What a sender is shown is what is then queued: once for each number, with nobody forgotten, however often it begins again."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, text, update

from bot import broadcasting
from bot.clock import DHAKA
from bot.demo import load as load_demo
from bot.domain.audiences import Audience, Group
from bot.domain.broadcasts import VACANT, BroadcastState, Share, Unreached, ends_at
from bot.domain.committee import Colour, colour
from bot.domain.messages import Language
from bot.domain.quiet import LEAST, QuietHours
from bot.domain.registry import SocietyLevel
from bot.store import broadcast_queue, broadcasts, claims, links, reaching, senders, store
from bot.store.broadcast_queue import Step
from bot.store.query import Query
from bot.store.schema import appointments, committee_terms, offices, outbox, people, recipients, returns, societies
from tests.broadcasts import line, queue_all, rules, send, show, the, words
from tests.conftest import NOW

if TYPE_CHECKING:
    from bot.store.query import Tx

NATION, DISTRICT, DIMLA = "BD/", "BD/55/5573/", "BD/55/5573/55730012/"
TODAY = NOW.date()

_ALL: dict[str, Query[tuple[Any, ...]]] = {
    table.name: Query(select(table), lambda *row: row)
    for table in (appointments, committee_terms, offices, people, societies, recipients)
}
_OUT: Query[tuple[Any, ...]] = Query(
    select(outbox.c.id, outbox.c.key, outbox.c.channel, outbox.c.segments, outbox.c.price, outbox.c.text)
    .where(outbox.c.broadcast_id.is_not(None))
    .order_by(outbox.c.id),
    lambda *row: row,
)
_STATES: Query[tuple[str, int]] = Query(
    text("SELECT state, count(*) FROM outbox WHERE broadcast_id IS NOT NULL GROUP BY state"),
    lambda state, count: (state, count),
)
_NO_NUMBER: Query[int] = Query(update(people).where(people.c.id % 5 == 0).values(msisdn=None))
_SHARED: Query[int] = Query(
    update(people).where(people.c.id % 7 == 0, people.c.msisdn.is_not(None)).values(msisdn="+8801700000001")
)
_LEFT: Query[int] = Query(
    update(appointments)
    .where(appointments.c.society_id % 11 == 0, appointments.c.society_id.is_not(None))
    .values(ended_on=TODAY - timedelta(days=1))
)


@pytest.fixture
def url(database_url: str) -> str:
    """The demonstration with shared phones, people without one, vacant posts, numbers in STOP and linked chats."""
    store.do(database_url, _disturbed)
    return database_url


def _disturbed(tx: Tx) -> None:
    load_demo(tx, TODAY)
    for change in (_NO_NUMBER, _SHARED, _LEFT):
        tx.run(change)
    numbers = sorted({row[2] for row in tx.all(_ALL["people"]) if row[2]})
    chance = random.Random(6)
    for number in numbers:
        if chance.random() < 0.1:
            senders.stop(tx, number, NOW)
        if chance.random() < 0.3:
            links.link(tx, "chat", number[1:], number, "contact", NOW)
        if chance.random() < 0.3:
            senders.choose_language(tx, number, Language.EN)


AUDIENCES = [
    Audience(Group.UCO, NATION),
    Audience(Group.UCO, DISTRICT),
    Audience(Group.UCO, DIMLA, alone=True),
    Audience(Group.DCO, NATION),
    Audience(Group.PRESIDENT, NATION),
    Audience(Group.SECRETARY, DISTRICT),
    Audience(Group.BEARERS, DIMLA),
    Audience(Group.BEARERS, NATION, colour=Colour.RED),
    Audience(Group.PRESIDENT, NATION, colour=Colour.YELLOW),
    Audience(Group.PRESIDENT, NATION, colour=Colour.GREEN),
    Audience(Group.BEARERS, NATION, level=SocietyLevel.CENTRAL),
    Audience(Group.PRESIDENT, DISTRICT, category="fisheries"),
]


def expected(tx: Tx, audience: Audience) -> tuple[set[str], int, int]:
    """The numbers meant, the people without one, and the societies where nobody serves: reckoned from the bare tables."""
    lineages = {row[0]: row[4] for row in tx.all(_ALL["offices"])}
    persons = {row[0]: row[2] for row in tx.all(_ALL["people"])}
    terms: dict[int, Any] = {}
    for row in sorted(tx.all(_ALL["committee_terms"]), key=lambda row: row[3]):
        terms[row[1]] = row[4]
    serving: dict[tuple[str, int], list[int]] = defaultdict(list)
    for _, person, role, office, society, _, ended in tx.all(_ALL["appointments"]):
        if (ended is None or (office is not None and ended > TODAY)) and role in audience.group.roles:
            serving[("office", office) if society is None else ("society", society)].append(person)

    def within(office_id: int) -> bool:
        lineage = lineages[office_id]
        return bool(lineage == audience.lineage if audience.alone else lineage.startswith(audience.lineage))

    if audience.group.of_societies:
        columns = [column.name for column in societies.columns]
        meant = []
        for row in tx.all(_ALL["societies"]):
            one = dict(zip(columns, row, strict=True))
            fits = within(one["office_id"])
            fits &= audience.level is None or one["level"] == audience.level
            fits &= audience.category is None or one["category"] == audience.category
            if audience.colour is not None:
                fits &= one["id"] in terms and colour(terms[one["id"]], TODAY) is audience.colour
            if fits:
                meant.append(serving.get(("society", one["id"]), []))
    else:
        meant = [who for (kind, office), who in serving.items() if kind == "office" and within(office)]
    everybody = [person for who in meant for person in who]
    return (
        {persons[person] for person in everybody if persons[person]},
        len({person for person in everybody if not persons[person]}),
        sum(not who for who in meant),
    )


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda one: "-".join(map(str, one.as_json().values())))
def test_the_audience_is_what_the_tables_say(url: str, audience: Audience) -> None:
    def work(tx: Tx) -> None:
        numbers, nameless, vacant = expected(tx, audience)
        stopped = {number for number in numbers if senders.known(tx, number, TODAY, NOW).stopped_at}
        estimate = show(tx, rules(), audience, words())
        assert estimate.people == len(numbers - stopped)
        assert estimate.people, "an audience of nobody proves nothing"
        reasons = {Unreached.NO_NUMBER: nameless, Unreached.STOPPED: len(stopped), VACANT: vacant}
        assert estimate.unreached == {why: count for why, count in reasons.items() if count}

    store.do(url, work)


@pytest.mark.parametrize("says", [words(), words("সমিতি {r}: {name}", urgent=True)], ids=["plain", "personal-urgent"])
def test_what_is_shown_is_what_is_queued(url: str, says: Any) -> None:
    def work(tx: Tx) -> None:
        for audience in AUDIENCES:
            one = send(tx, rules(), audience, says)
            before = {row[0] for row in tx.all(_OUT)}
            assert queue_all(tx, rules(), one.id) == one.estimate.people
            rows = [row for row in tx.all(_OUT) if row[0] not in before]
            shares: dict[str, Share] = {}
            for _, _, channel, segments, price, _ in rows:
                shares[channel] = shares.get(channel, Share()).plus(1, segments, price)
            assert shares == one.estimate.shares
            assert max((row[3], len(row[5])) for row in rows)[1] >= len(one.estimate.longest)
            assert one.estimate.longest in {row[5] for row in rows}
            mine = [row for row in tx.all(_ALL["recipients"]) if row[1] == one.id]
            unreached = Counter(row[7] for row in mine if row[7])
            assert unreached == Counter({k: v for k, v in one.estimate.unreached.items() if k != VACANT})

    store.do(url, work)


def test_beginning_again_anywhere_adds_nothing_and_forgets_nobody(url: str) -> None:
    """A page that was committed is not known to whoever was killed: it is queued again."""

    def work(tx: Tx) -> None:
        audience = Audience(Group.BEARERS, NATION)
        one = send(tx, rules(), audience, words())
        added = queue_all(tx, rules(), one.id)
        chance = random.Random(7)
        for _ in range(5):
            broadcasts.queued(tx, one.id, chance.randrange(the(tx, one.id).queued_through), None)
            assert queue_all(tx, rules(), one.id, page=chance.randrange(1, 60)) == 0
        assert added == one.estimate.people == len(tx.all(_OUT))

    store.do(url, work)


def test_who_changed_the_way_meanwhile_gets_it_once(url: str) -> None:
    """Whoever links a chat while his page is queued again has his message already."""

    def work(tx: Tx) -> None:
        one = send(tx, rules(), Audience(Group.UCO, NATION), words())
        queue_all(tx, rules(), one.id)
        for row in tx.all(_OUT):
            number = row[1].split(":")[1]
            links.link(tx, "chat", number[1:], number, "contact", NOW)
        broadcasts.queued(tx, one.id, 0, None)
        assert queue_all(tx, rules(), one.id) == 0

    store.do(url, work)


def test_who_starts_again_between_two_pages_is_reached_once(url: str) -> None:
    shared = "+8801700000001"

    def row(tx: Tx) -> list[tuple[Any, ...]]:
        return [one for one in tx.all(_ALL["recipients"]) if one[5] == shared]

    def work(tx: Tx) -> None:
        senders.stop(tx, shared, NOW)
        one = send(tx, rules(), Audience(Group.BEARERS, NATION), words())
        while not row(tx):
            broadcast = the(tx, one.id)
            writing = rules().writing(words(), TODAY)
            following = broadcasting.page(tx, writing, broadcast.audience, broadcast.queued_through, 1)
            broadcasting.queue(tx, writing, broadcast, NOW, following)
        assert row(tx)[0][7] == Unreached.STOPPED
        senders.stop(tx, shared, None)
        queue_all(tx, rules(), one.id)
        ((*_, message, unreached, _, _, _),) = row(tx)
        assert (message is not None, unreached) == (True, None)
        assert [out[1] for out in tx.all(_OUT)].count(f"b{one.id}:{shared}") == 1

    store.do(url, work)


def test_stop_spares_what_is_not_statutory(url: str) -> None:
    def work(tx: Tx) -> None:
        audience = Audience(Group.PRESIDENT, NATION)
        spared = show(tx, rules(), audience, words())
        told = show(tx, rules(statutory=("message",)), audience, words())
        assert spared.unreached[Unreached.STOPPED] > 0
        assert told.people == spared.people + spared.unreached[Unreached.STOPPED]
        assert Unreached.STOPPED not in told.unreached
        assert show(tx, rules(statutory=("urgent",)), audience, words()).people == spared.people

    store.do(url, work)


def test_without_short_messages_only_chats_are_reached(url: str) -> None:
    def work(tx: Tx) -> None:
        only = rules({"chat": line(price="0", chat=True)}, sms=None)
        estimate = show(tx, only, Audience(Group.PRESIDENT, NATION), words())
        assert set(estimate.shares) == {"chat"}
        assert estimate.unreached[Unreached.NO_WAY] > 0
        assert estimate.price == Decimal(0)

    store.do(url, work)


def test_who_has_filed_is_not_asked(url: str) -> None:
    file: Query[int] = Query(insert(returns))

    def work(tx: Tx) -> None:
        period: dict[str, Any] = {"form": "SOC", "every": "month", "starts_on": "2026-10-01"}
        audience = Audience(Group.UCO, DISTRICT, **period)
        before = show(tx, rules(), audience, words()).people
        assert before == show(tx, rules(), Audience(Group.UCO, DISTRICT), words()).people
        dimla = next(row for row in tx.all(_ALL["offices"]) if row[4] == DIMLA)
        tx.run(
            file,
            form="SOC",
            version=1,
            every="month",
            starts_on=TODAY.replace(month=10, day=1),
            area_id=dimla[0],
            office_id=dimla[0],
            due_on=TODAY,
            waits=False,
            filed_at=NOW,
            filed_in=send(tx, rules(), audience, words()).id,
            counted="{}",
            given="{}",
            figures="{}",
            society_id=None,
            on_time=True,
            id=1,
        )
        assert show(tx, rules(), audience, words()).people == before - 1

    store.do(url, work)


def test_paused_is_put_aside_and_let_go_and_cancelled_is_taken_back(url: str) -> None:
    def states(tx: Tx) -> dict[str, int]:
        return dict(tx.all(_STATES))

    def aside(tx: Tx, broadcast_id: int, step: Step) -> None:
        after = 0
        while ids := broadcast_queue.some(tx, broadcast_id, step, after):
            broadcast_queue.do(tx, step, ids, NOW)
            after = max(ids)

    def claimed(tx: Tx) -> int:
        taken = claims.claim(tx, "sms", now=NOW, running=NOW, lease=timedelta(minutes=1), most=1000, least=LEAST)
        for row in taken:
            claims.requeue(tx, row, again=None, why=None, burnt=False)
        return len(taken)

    def work(tx: Tx) -> None:
        one = send(tx, rules(), Audience(Group.BEARERS, NATION), words())
        people_in_all = queue_all(tx, rules(), one.id)
        ready = claimed(tx)
        assert ready > 0
        assert broadcasts.move(tx, one.id, BroadcastState.SENDING, BroadcastState.PAUSED)
        assert claimed(tx) == 0, "it holds at once"
        aside(tx, one.id, Step.HOLD)
        assert broadcasts.move(tx, one.id, BroadcastState.PAUSED, BroadcastState.SENDING)
        aside(tx, one.id, Step.RELEASE)
        assert claimed(tx) == ready
        assert broadcasts.move(tx, one.id, BroadcastState.SENDING, BroadcastState.CANCELLED)
        assert claimed(tx) == 0
        aside(tx, one.id, Step.CANCEL)
        assert states(tx) == {"cancelled": people_in_all}
        assert not reaching.on_its_way(tx, one.id)

    store.do(url, work)


QUIET = QuietHours(NOW.time().replace(hour=21), NOW.time().replace(hour=8), DHAKA)


@pytest.mark.parametrize(
    ("segments", "pace", "begins", "ends"),
    [
        (0, 10, "10:00", "10:00"),
        (600, 10, "10:00", "10:01"),
        (36_000, 10, "20:30", "08:30+1"),
        (10, 10, "22:00", "08:00:01+1"),
        (468_000 * 2, 10, "08:00", "21:00+1"),
    ],
)
def test_the_end_keeps_the_pace_and_the_quiet_hours(segments: int, pace: float, begins: str, ends: str) -> None:
    def moment(said: str) -> Any:
        clock, _, days = said.partition("+")
        hour, minute, *second = map(int, clock.split(":"))
        told = NOW.replace(hour=hour, minute=minute, second=second[0] if second else 0)
        return told + timedelta(days=int(days or 0))

    assert ends_at(segments, pace, moment(begins), QUIET) == moment(ends)
