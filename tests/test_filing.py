"""Filing in any order: totals are always what the returns make, nothing written disappears, and the order of messages does not matter."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import filing, following
from bot.domain.access import Role
from bot.domain.forms import FiledBy
from bot.domain.messages import MO
from bot.domain.periods import Period
from bot.domain.registry import RegistrationNo, SocietyLevel
from bot.domain.returns import Author, Filer
from bot.filing import Fate, Owed
from bot.form import load_forms
from bot.store import inbox, offices, people, returns, societies, totals, versions
from bot.store.engine import in_transaction
from bot.store.inbox import Fate as Answered
from bot.store.people import Appointment
from bot.store.query import Query
from bot.store.schema import appointments, figure_versions
from bot.store.schema import returns as returns_table
from bot.store.societies import Facts
from bot.store.store import connected
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.domain.returns import Return
    from bot.filing import Given
    from bot.store.engine import Connection
    from bot.store.query import Tx

FORMS = load_forms()
DIMLA, DOMAR, RANGPUR_SADAR = "55730012", "55730015", "55850049"
PERIODS = {
    # Two co-operative years, with the turn of the year between.
    "SOC": ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"],
    "EGOV": ["2025-26/Q3", "2025-26/Q4", "2026-27/Q1", "2026-27/Q2"],
    "TRACK": ["2025-26/Q4", "2026-27/Q1"],
    "MEM": ["2025-26/Q3", "2025-26/Q4", "2026-27/Q1", "2025-26"],
}
_APPOINTMENTS: Query[tuple[int, int | None, int | None]] = Query(
    appointments.select().with_only_columns(appointments.c.id, appointments.c.office_id, appointments.c.society_id),
    lambda *row: row,
)
_VERSIONS: Query[tuple[Any, ...]] = Query(
    figure_versions.select()
    .with_only_columns(
        figure_versions.c.id, figure_versions.c.return_id, figure_versions.c.number, figure_versions.c.figures
    )
    .order_by(figure_versions.c.id),
    lambda *row: row,
)
_RETURNS: Query[int] = Query(returns_table.select().with_only_columns(returns_table.c.id).order_by(returns_table.c.id))


class UndoneError(Exception):
    """Takes everything that an example has written away again."""


@dataclass(frozen=True)
class Step:
    """What one message does."""

    act: str
    filer: int
    form: str
    period: int
    values: dict[str, Any]


class World:
    """Two upazilas of one district, one of another, and a society, inside one transaction."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.count = itertools.count(1)
        found = [offices.by_code(tx, code) for code in (DIMLA, DOMAR, RANGPUR_SADAR)]
        self.offices = [Filer(one.id, one.lineage, office_id=one.id) for one in found if one is not None]
        assert len(self.offices) == 3
        register = offices.by_code(tx, "5573")
        assert register is not None
        facts = Facts(self.offices[0].area_id, None, "সমিতি", None, SocietyLevel.PRIMARY, "milk", None, None)
        society = societies.add(tx, register.id, RegistrationNo(1, 2019), facts, NOW.date())
        area = self.offices[0]
        self.societies = [Filer(area.area_id, area.lineage, society_id=society)]
        for number, filer in enumerate((*self.offices, *self.societies)):
            person = people.person(tx, f"ক {number}", f"+88017000999{number:02}")
            role = Role.PRESIDENT if filer.society_id else Role.UPAZILA_OFFICER
            people.appoint(tx, [Appointment(person, role, date(2020, 1, 1), filer.office_id, filer.society_id)])
        self.posts = {(office, society): one for one, office, society in tx.all(_APPOINTMENTS)}

    def filer(self, form: str, number: int) -> Filer:
        own = self.societies if FORMS.newest(form).filed_by is FiledBy.SOCIETY else self.offices  # type: ignore[union-attr]
        return own[number % len(own)]

    def owed(self, form: str, filer: int, period: int) -> Owed:
        newest = FORMS.newest(form)
        assert newest is not None
        name = PERIODS[form][period % len(PERIODS[form])]
        meant = Period.named(name, newest.every)
        assert meant is not None
        return Owed(newest, meant, self.filer(form, filer), meant.due_on(newest.due[meant.every]))

    def author(self, filer: Filer) -> Author:
        name = f"m{next(self.count)}"
        message = inbox.add(
            self.tx, MO("simulator", name, "+8801700099900", "16123", name), name, NOW, Answered("replied")
        )
        assert message is not None
        return Author(self.posts[filer.office_id, filer.society_id], "+8801700099900", message, NOW)

    def give(self, form: str, filer: int, period: int, values: dict[str, Any], **how: bool) -> Given:
        due = self.owed(form, filer, period)
        return filing.give(self.tx, FORMS, due, self.author(due.filer), values, **how)

    def do(self, step: Step) -> Fate | None:
        """One message, with the checks that a command makes first."""
        due = self.owed(step.form, step.filer, step.period)
        one = returns.find(self.tx, step.form, due.period, due.filer)
        match step.act:
            case "give" | "hold":
                return self.give(step.form, step.filer, step.period, step.values, hold=step.act == "hold").fate
            case "confirm":
                return self.give(step.form, step.filer, step.period, {}, file_open=True).fate
            case "correct" if one is not None and one.is_filed:
                changes = {name: value for name, value in step.values.items() if due.form.by_name[name].is_asked}
                checked = filing.corrected(self.tx, due.form, one, changes)
                if (
                    changes
                    and not checked.problems
                    and not following.spoilt(self.tx, FORMS, one, changes, checked.values)
                ):
                    by = self.author(due.filer)
                    filing.correct(self.tx, FORMS, one, changes, by, approved_by="+88", approved_in=by.inbox_id)
            case "undo" if one is not None:
                filing.take_back(self.tx, FORMS, one, NOW)
        return None

    def everything(self) -> list[Return]:
        return [returns.by_id(self.tx, one) for one in self.tx.all(_RETURNS)]


@pytest.fixture
def connection(sqlite_url: str) -> Iterator[Connection]:
    with connected(sqlite_url) as opened:
        yield opened


def inside(connection: Connection, work: Callable[[World], None]) -> None:
    """Run a work, and leave nothing behind."""

    def whole(tx: Tx) -> None:
        work(World(tx))
        raise UndoneError

    with pytest.raises(UndoneError):
        in_transaction(connection, whole)


SMALL = st.integers(0, 9)
DAYS = st.dates(date(2026, 7, 1), date(2026, 7, 9))
VALUES = {
    "SOC": st.fixed_dictionaries(
        {}, optional={"opening": st.integers(10, 12), "new": SMALL, "cancelled": SMALL, "closing": SMALL}
    ),
    "EGOV": st.fixed_dictionaries(
        {}, optional={"target": SMALL, "achieved": SMALL, "dnothi_achieved": SMALL, "dnothi_target": SMALL}
    ),
    "TRACK": st.fixed_dictionaries({}, optional={"integrity": DAYS, "grievance": DAYS}),
    "MEM": st.fixed_dictionaries(
        dict.fromkeys(("male", "female", "share_capital", "savings"), SMALL),
        optional={"loan_disbursed": SMALL, "loan_outstanding": SMALL},
    ),
}
STEPS = st.lists(
    st.sampled_from(["SOC", "SOC", "EGOV", "TRACK", "MEM"]).flatmap(
        lambda form: st.builds(
            Step,
            st.sampled_from(["give", "give", "give", "hold", "confirm", "correct", "undo"]),
            st.integers(0, 2),
            st.just(form),
            st.integers(0, 5),
            VALUES[form],
        )
    ),
    max_size=25,
)
MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(steps=STEPS)
def test_totals_are_what_the_returns_make(connection: Connection, steps: list[Step]) -> None:
    def work(world: World) -> None:
        written: list[tuple[Any, ...]] = []
        for step in steps:
            fate = world.do(step)
            assert list(totals.differing(world.tx)) == []
            now = world.tx.all(_VERSIONS)
            assert now[: len(written)] == written, "a version never changes and never disappears"
            assert fate is not Fate.REFUSED or len(now) == len(written), "what is refused writes nothing"
            written = now
            agree(world)

    inside(connection, work)


def agree(world: World) -> None:
    """What each filed return shows follows from what was typed and from the filed return before it."""
    before: dict[Any, Return] = {}
    sure: dict[Any, bool] = {}
    for one in sorted(world.everything(), key=lambda one: one.period.starts_on):
        if not one.is_filed:
            assert (one.counted, one.filed_in, one.on_time) == (None, None, None)
            continue
        key = (one.filer, one.form, one.period.every)
        last = before.get(key)
        if one.form == "SOC":
            own = one.figures
            if own.get("opening") is not None:
                assert own["closing"] == own["opening"] + own["new"] - own["cancelled"]  # type: ignore[operator]
            typed, follows = "opening" in one.given, last is not None and last.period.next() == one.period
            # Behind a gap an opening is a guess, which what is typed goes before.
            if last is not None and follows and (sure[key] or not typed):
                assert own.get("opening") == last.figures.get("closing")
            sure[key] = typed or (follows and sure[key])
        live = [version for version in versions.of(world.tx, one.id) if version.undone_at is None]
        given_since: dict[str, Any] = {}
        for version in live:
            given_since |= version.figures
        assert given_since == one.given
        before[key] = one


@dataclass(frozen=True)
class Chain:
    """The months of one office, as they should be filed.

    Attributes:
        opening: of the first month.
        flows: new and cancelled, month by month.
        typed: whether a month's message says the opening, too, which the first one's always does.
        split: whether each of a month's figures comes in a message of its own.
    """

    opening: int
    flows: tuple[tuple[int, int], ...]
    typed: tuple[bool, ...]
    split: tuple[bool, ...]

    def messages(self, filer: int) -> list[Step]:
        """The messages; the opening of the first month is always said."""
        found, opening = [], self.opening
        for month, (new, cancelled) in enumerate(self.flows):
            values = {"new": new, "cancelled": cancelled}
            if month == 0 or (self.typed[month] and not self.split[month]):
                values["opening"] = opening
            parts = [{name: value} for name, value in values.items()] if self.split[month] else [values]
            found += [Step("give", filer, "SOC", month, part) for part in parts]
            opening += new - cancelled
        return found


FLOWS = st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=6).map(tuple)
CHAINS = st.lists(
    st.builds(
        Chain,
        st.integers(60, 99),
        FLOWS,
        st.tuples(*[st.booleans()] * 6),
        st.tuples(*[st.booleans()] * 6),
    ),
    min_size=1,
    max_size=3,
)


@MANY
@given(chains=CHAINS, data=st.data())
def test_the_order_of_messages_does_not_matter(
    connection: Connection, chains: list[Chain], data: st.DataObject
) -> None:
    """Whatever order they come in, and however often, the totals are those of the right order."""
    messages = [step for filer, chain in enumerate(chains) for step in chain.messages(filer)]
    shuffled = data.draw(st.permutations(messages))
    again = data.draw(st.lists(st.sampled_from(messages), max_size=5))
    results = []
    for order in (messages, [*shuffled, *again], list(reversed(messages))):

        def work(world: World, order: Sequence[Step] = order) -> None:
            fates = [world.do(step) for step in order]
            assert Fate.REFUSED not in fates
            assert Fate.OTHER not in fates
            assert list(totals.differing(world.tx)) == []
            figures = {(one.filer, one.period): one.figures for one in world.everything() if one.is_filed}
            results.append((figures, totals.kept(world.tx)))

        inside(connection, work)
    assert results[0] == results[1] == results[2]
    counted = Counter(len(chain.flows) for chain in chains)
    assert len(results[0][0]) == sum(length * times for length, times in counted.items())


def test_an_opening_behind_a_gap_is_a_guess(connection: Connection) -> None:
    """What is typed goes before it, until the gap is filled; then the earlier months are right."""

    def work(world: World) -> None:
        for month, values in ((0, {"opening": 10}), (2, {}), (3, {"opening": 12}), (4, {})):
            assert world.give("SOC", 0, month, {"new": 0, "cancelled": 0, **values}).fate is Fate.FILED
        assert [one.figures["opening"] for one in world.everything()] == [10, 10, 12, 12]
        # Nothing of June changes but that it is known for certain.
        assert world.give("SOC", 0, 1, {"new": 0, "cancelled": 0}).fate is Fate.FILED
        assert [one.figures["opening"] for one in world.everything()] == [10] * 5
        assert list(totals.differing(world.tx)) == []
        assert world.give("SOC", 0, 5, {"new": 0, "cancelled": 0, "opening": 12}).fate is Fate.REFUSED

    inside(connection, work)


def test_an_opening_that_has_become_known_is_no_contradiction(connection: Connection) -> None:
    """A figure that was given before does not stand in the way of the ones that come after."""

    def work(world: World) -> None:
        world.give("SOC", 0, 1, {"opening": 10, "new": 1})
        world.give("SOC", 0, 0, {"opening": 20, "new": 2, "cancelled": 0})
        given = world.give("SOC", 0, 1, {"cancelled": 0})
        assert (given.fate, given.checked.values["opening"], given.checked.values["closing"]) == (Fate.FILED, 22, 23)
        assert world.give("SOC", 0, 1, {"opening": 10}).fate is Fate.OTHER

    inside(connection, work)


def test_a_late_return_does_not_make_later_ones_impossible(connection: Connection) -> None:
    """What would leave fewer societies than none in a month that is filed is refused, and nothing of it is written."""

    def work(world: World) -> None:
        first = {"opening": 10, "new": 0, "cancelled": 0}
        for month, values in ((0, first), (2, {**first, "cancelled": 6}), (3, {"new": 0, "cancelled": 3})):
            assert world.give("SOC", 0, month, values).fate is Fate.FILED
        versions = world.tx.all(_VERSIONS)
        refused = world.give("SOC", 0, 1, {"new": 0, "cancelled": 2})
        assert (refused.fate, refused.checked.problems, world.tx.all(_VERSIONS)) == (Fate.REFUSED, (), versions)
        assert refused.spoilt is not None
        assert refused.spoilt.period.name == PERIODS["SOC"][3]
        assert world.give("SOC", 0, 1, {"new": 0, "cancelled": 1}).fate is Fate.FILED
        assert [one.figures["closing"] for one in world.everything()][-2:] == [0, 9]
        # Nor is anything taken back that keeps a later month from being impossible.
        assert world.give("SOC", 1, 0, first).fate is Fate.FILED
        assert world.give("SOC", 1, 1, {"new": 9, "cancelled": 0}).fate is Fate.FILED
        assert world.give("SOC", 1, 2, {"new": 0, "cancelled": 15}).fate is Fate.FILED
        one = returns.find(world.tx, "SOC", world.owed("SOC", 1, 1).period, world.filer("SOC", 1))
        assert one is not None
        needs = following.needed_by(world.tx, FORMS, one)
        assert needs is not None
        assert needs.period.name == PERIODS["SOC"][2]

    inside(connection, work)


def test_a_guess_stands_in_nobodys_way(connection: Connection) -> None:
    """What does not agree with an opening that is only guessed waits until it is known; what is true is never refused for a guess."""

    def work(world: World) -> None:
        assert world.give("SOC", 0, 0, {"opening": 5, "new": 0, "cancelled": 0}).fate is Fate.FILED
        waits = world.give("SOC", 0, 2, {"new": 0, "cancelled": 8})
        assert (waits.fate, waits.checked.missing) == (Fate.KEPT, ("opening",))
        filed = world.give("SOC", 0, 1, {"new": 10, "cancelled": 0})
        assert (filed.fate, [one.figures["closing"] for one in filed.others]) == (Fate.FILED, [7])
        assert world.give("SOC", 1, 0, {"opening": 20, "new": 0, "cancelled": 0}).fate is Fate.FILED
        assert world.give("SOC", 1, 3, {"new": 0, "cancelled": 10}).fate is Fate.FILED
        assert world.give("SOC", 1, 1, {"new": 0, "cancelled": 15}).fate is Fate.FILED
        assert world.give("SOC", 1, 2, {"new": 20, "cancelled": 0}).fate is Fate.FILED
        assert [one.figures["closing"] for one in world.everything()] == [5, 7, 15, 20, 15, 5, 25]
        assert list(totals.differing(world.tx)) == []

    inside(connection, work)


def test_what_was_sure_before_a_return_went_is_not_sure_after(connection: Connection) -> None:
    """Taking one back makes those behind the gap guesses again, also where no figure between changes."""

    def work(world: World) -> None:
        nothing = {"new": 0, "cancelled": 0}
        for month, opening in ((3, 12), (0, 10)):
            assert world.give("SOC", 0, month, {"opening": opening, **nothing}).fate is Fate.FILED
        for month in (1, 2):
            assert world.give("SOC", 0, month, nothing).fate is Fate.FILED
        assert {one.figures["opening"] for one in world.everything()} == {10}
        one = returns.find(world.tx, "SOC", world.owed("SOC", 0, 1).period, world.filer("SOC", 0))
        assert one is not None
        filing.take_back(world.tx, FORMS, one, NOW)
        openings = {one.period.name: one.figures["opening"] for one in world.everything() if one.is_filed}
        assert openings == {"2026-04": 10, "2026-06": 10, "2026-07": 12}
        assert list(totals.differing(world.tx)) == []

    inside(connection, work)


def test_decimals_are_carried(connection: Connection) -> None:
    """A target of the year in percent holds for the rest of the year as it was typed."""

    def work(world: World) -> None:
        first = {"target": 4, "achieved": 1, "dnothi_target": Decimal("82.5"), "dnothi_achieved": 86}
        assert world.give("EGOV", 0, 2, first).fate is Fate.FILED
        second = world.give("EGOV", 0, 3, {"achieved": 2, "dnothi_achieved": 70})
        assert (second.fate, second.checked.values["dnothi_target"]) == (Fate.FILED, Decimal("82.5"))

    inside(connection, work)


def test_a_society_that_moves_counts_where_it_filed(connection: Connection) -> None:
    """A correction of what it filed before the move changes its growth after it, and each office's totals are right."""

    def work(world: World) -> None:
        values = dict.fromkeys(("male", "female", "share_capital", "savings", "loan_disbursed", "loan_outstanding"), 5)
        assert world.give("MEM", 0, 0, values).fate is Fate.FILED
        domar = world.offices[1]
        world.societies = [Filer(domar.area_id, domar.lineage, society_id=world.societies[0].society_id)]
        assert world.give("MEM", 0, 1, {**values, "male": 8}).fate is Fate.FILED
        first = world.everything()[0]
        by = world.author(world.societies[0])
        filing.correct(world.tx, FORMS, first, {"male": 6}, by, approved_by="+88", approved_in=by.inbox_id)
        assert [one.counted["male+"] for one in world.everything() if one.counted] == [6, 2]
        assert list(totals.differing(world.tx)) == []

    inside(connection, work)
