"""The database itself refuses figures of an office or a society by anybody who does not serve there, whatever the program asks."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from bot.domain.access import Role
from bot.domain.messages import MO
from bot.domain.periods import Period
from bot.domain.registry import RegistrationNo, SocietyLevel
from bot.domain.returns import Author, Filer
from bot.form import load_forms
from bot.store import inbox, offices, people, returns, societies, versions
from bot.store.engine import in_transaction
from bot.store.inbox import Fate
from bot.store.people import Appointment
from bot.store.query import Query
from bot.store.schema import appointments, figure_versions
from bot.store.societies import Facts
from bot.store.store import connected
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.domain.returns import Return
    from bot.store.engine import Connection
    from bot.store.query import Tx

REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
NUMBER = "+8801700099900"
_POSTS: Query[tuple[int, str, int | None, int | None]] = Query(
    appointments.select().with_only_columns(
        appointments.c.id, appointments.c.role, appointments.c.office_id, appointments.c.society_id
    ),
    lambda *row: row,
)
_VERSIONS: Query[tuple[Any, ...]] = Query(figure_versions.select().order_by(figure_versions.c.id), lambda *row: row)


@dataclass(frozen=True)
class World:
    """A return of an upazila and one of a society there, each with a version; and everybody's posts."""

    own: Return
    societys: Return
    posts: dict[str, int]
    message: int

    def by(self, post: str) -> Author:
        return Author(self.posts[post], NUMBER, self.message, NOW)


def _made(tx: Tx) -> World:
    places = {name: offices.by_code(tx, code) for name, code in (("dimla", "55730012"), ("domar", "55730015"))}
    places |= {name: offices.by_code(tx, code) for name, code in (("dco", "5573"), ("jr", "55"), ("registrar", "BD"))}
    ids = {name: one.id for name, one in places.items() if one is not None}
    facts = Facts(ids["dimla"], None, "সমিতি", None, SocietyLevel.PRIMARY, "milk", None, None)
    first, second = (
        societies.add(tx, ids["dco"], RegistrationNo(serial, 2019), facts, NOW.date()) for serial in (1, 2)
    )
    new = {
        "dimla": (Role.UPAZILA_OFFICER, ids["dimla"], None),
        "dimla_inspector": (Role.INSPECTOR, ids["dimla"], None),
        "domar": (Role.UPAZILA_OFFICER, ids["domar"], None),
        "domar_inspector": (Role.INSPECTOR, ids["domar"], None),
        "dco": (Role.DISTRICT_OFFICER, ids["dco"], None),
        "jr": (Role.JOINT_REGISTRAR, ids["jr"], None),
        "registrar": (Role.REGISTRAR, ids["registrar"], None),
        "president": (Role.PRESIDENT, None, first),
        "other_president": (Role.PRESIDENT, None, second),
    }
    posts = {}
    for number, (name, (role, office_id, society_id)) in enumerate(new.items()):
        known = {row[0] for row in tx.all(_POSTS)}
        person = people.person(tx, name, f"+88017000998{number:02}")
        people.appoint(tx, [Appointment(person, role, date(2020, 1, 1), office_id, society_id)])
        (posts[name],) = {row[0] for row in tx.all(_POSTS)} - known
    message = inbox.add(tx, MO("simulator", "m", NUMBER, "16123", "x"), NUMBER, NOW, Fate("replied"))
    assert message is not None
    dimla = places["dimla"]
    assert dimla is not None
    forms = load_forms()
    soc, mem = forms.newest("SOC"), forms.newest("MEM")
    assert soc is not None
    assert mem is not None
    own = returns.open_one(
        tx, soc, Period.parse("2026-10"), Filer(dimla.id, dimla.lineage, office_id=dimla.id), NOW.date()
    )
    societys = returns.open_one(
        tx, mem, Period.parse("2026-27/Q1"), Filer(dimla.id, dimla.lineage, society_id=first), NOW.date()
    )
    world = World(own, societys, posts, message)
    versions.add(tx, own, {"new": 5}, world.by("dimla"))
    versions.add(tx, societys, {"male": 5}, world.by("president"))
    return world


@pytest.fixture
def opened(database_url: str) -> Iterator[tuple[Connection, World]]:
    with connected(database_url) as connection:
        yield connection, in_transaction(connection, _made)


def refused(connection: Connection, work: Callable[[Tx], object]) -> None:
    """A work that the database does not let pass; what is written stays as it is."""
    before = in_transaction(connection, lambda tx: tx.all(_VERSIONS))
    with pytest.raises(REFUSED):
        in_transaction(connection, work)
    assert in_transaction(connection, lambda tx: tx.all(_VERSIONS)) == before


def _execute(tx: Tx, statement: str) -> None:
    tx._cursor.execute(statement)


def test_whose_post_is_at_the_filer_may_write(opened: tuple[Connection, World]) -> None:
    connection, world = opened
    one, other = in_transaction(
        connection,
        lambda tx: (
            versions.add(tx, world.own, {"new": 6}, world.by("dimla_inspector")),
            versions.add(tx, world.societys, {"male": 6}, world.by("president"), approved_by=NUMBER),
        ),
    )
    assert (one, other) == (2, 2)


@pytest.mark.parametrize("approved", [False, True])
def test_nobody_else_may(opened: tuple[Connection, World], *, approved: bool) -> None:
    """Not even what somebody has approved."""
    connection, world = opened
    how: dict[str, Any] = {"approved_by": NUMBER, "approved_in": world.message} if approved else {}
    for one, own in ((world.own, {"dimla", "dimla_inspector"}), (world.societys, {"president"})):
        for post in world.posts.keys() - own:
            refused(connection, partial(versions.add, one=one, figures={"new": 9}, by=world.by(post), **how))


def test_nor_in_the_name_of_another_office(opened: tuple[Connection, World]) -> None:
    """A return that is said to be of the author's own office, or of his society, or of nobody, or of both."""
    connection, world = opened
    rows = in_transaction(connection, lambda tx: {row[0]: row for row in tx.all(_POSTS)})
    for one, post in (
        (world.own, "dco"),
        (world.own, "domar"),
        (world.own, "other_president"),
        (world.societys, "dimla"),
    ):
        _, _, office_id, society_id = rows[world.posts[post]]
        lied = replace(one, filer=replace(one.filer, office_id=office_id, society_id=society_id))
        refused(connection, partial(versions.add, one=lied, figures={"new": 9}, by=world.by(post)))
    for filer in (
        replace(world.own.filer, office_id=None),
        replace(world.own.filer, society_id=world.societys.filer.society_id),
    ):
        lied = replace(world.own, filer=filer)
        refused(connection, partial(versions.add, one=lied, figures={"new": 9}, by=world.by("dimla")))


def test_nor_by_moving_what_is_written(opened: tuple[Connection, World]) -> None:
    """Neither the author of a version, nor its return, nor the office of either can be made another."""
    connection, world = opened
    rows = in_transaction(connection, lambda tx: {row[0]: row for row in tx.all(_POSTS)})
    dco, dimla = world.posts["dco"], world.posts["dimla"]
    dco_office, own = rows[dco][2], world.own
    society = world.societys.filer.society_id
    columns = "return_id, number, figures, inbox_id, at, by, appointment_id"
    copied, versions = "return_id, 7, figures, inbox_id, at, by", f"FROM figure_versions WHERE return_id = {own.id}"
    for statement in (
        f"UPDATE figure_versions SET appointment_id = {dco} WHERE return_id = {own.id}",
        f"UPDATE figure_versions SET office_id = {dco_office} WHERE return_id = {own.id}",
        f"UPDATE figure_versions SET office_id = {dco_office}, appointment_id = {dco} WHERE return_id = {own.id}",
        f"UPDATE figure_versions SET office_id = NULL WHERE return_id = {own.id}",
        f"UPDATE figure_versions SET office_id = NULL, society_id = {society} WHERE return_id = {own.id}",
        f"UPDATE figure_versions SET return_id = {world.societys.id}, number = 9 WHERE return_id = {own.id}",
        f"UPDATE returns SET office_id = {dco_office} WHERE id = {own.id}",
        f"UPDATE returns SET office_id = NULL, society_id = {society} WHERE id = {own.id}",
        f"UPDATE appointments SET office_id = {dco_office} WHERE id = {dimla}",
        f"DELETE FROM returns WHERE id = {own.id}",
        f"DELETE FROM appointments WHERE id = {dimla}",
        f"INSERT INTO figure_versions ({columns}, office_id) SELECT {copied}, {dco}, {dco_office} {versions}",
        f"INSERT INTO figure_versions ({columns}) SELECT {copied}, {dimla} {versions}",
    ):
        refused(connection, partial(_execute, statement=statement))


def test_what_was_given_is_kept_as_it_was(opened: tuple[Connection, World]) -> None:
    connection, world = opened
    for statement in (
        f"UPDATE figure_versions SET figures = '{{}}' WHERE return_id = {world.own.id}",
        f"UPDATE figure_versions SET approved_by = '{NUMBER}' WHERE return_id = {world.own.id}",
        f"DELETE FROM figure_versions WHERE return_id = {world.own.id}",
    ):
        refused(connection, partial(_execute, statement=statement))
    in_transaction(connection, partial(versions.take_back, return_id=world.own.id, at=NOW))


def test_one_return_of_an_office_for_a_period(opened: tuple[Connection, World]) -> None:
    connection, world = opened
    soc = load_forms().newest("SOC")
    assert soc is not None
    refused(connection, lambda tx: returns.open_one(tx, soc, world.own.period, world.own.filer, NOW.date()))
