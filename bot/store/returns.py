"""Returns: whose they are, and what is known of them.

A filer's returns of one form are a chain: what one closes with, the next one opens with. Whoever changes the chain locks the filer
first (``lock``). The figures that messages gave are in ``bot.store.versions``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, insert, select, update

from bot.domain.periods import Every, Period
from bot.domain.returns import Filer, Return
from bot.store import vectors
from bot.store.query import Query, values_of
from bot.store.schema import figure_versions, offices, returns, societies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from typing import Any

    from bot.domain.figures import Value
    from bot.domain.forms import Form
    from bot.store.query import Tx


def _read(*row: Any) -> Return:
    identity, form, version, every, starts_on, area_id, lineage, office_id, society_id, *rest = row
    due_on, waits, filed_at, filed_in, on_time, given, figures, counted = rest
    return Return(
        identity,
        form,
        version,
        Period(starts_on, Every(every)),
        Filer(area_id, lineage, office_id, society_id),
        due_on,
        bool(waits),
        filed_at,
        filed_in,
        on_time,
        vectors.load(given),
        vectors.load(figures),
        None if counted is None else vectors.sums(counted),
    )


_return = select(
    *(returns.c.id, returns.c.form, returns.c.version, returns.c.every, returns.c.starts_on),
    *(returns.c.area_id, offices.c.lineage, returns.c.office_id, returns.c.society_id),
    *(returns.c.due_on, returns.c.waits, returns.c.filed_at, returns.c.filed_in, returns.c.on_time),
    *(returns.c.given, returns.c.figures, returns.c.counted),
).select_from(returns.join(offices, offices.c.id == returns.c.area_id))
_kind = (returns.c.form == bindparam("form"), returns.c.every == bindparam("every"))
_BY_OFFICE = returns.c.office_id == bindparam("filer_id")
_BY_SOCIETY = returns.c.society_id == bindparam("filer_id")


def _both(build: Any, into: Any = _read) -> tuple[Query[Any], Query[Any]]:
    """A statement about the returns of an office, and the same about those of a society, each with its own index."""
    return Query(build(_BY_OFFICE), into), Query(build(_BY_SOCIETY), into)


_FIND = _both(lambda own: _return.where(own, *_kind, returns.c.starts_on == bindparam("starts_on")))
_LAST_FILED = _both(
    lambda own: (
        _return.where(own, *_kind, returns.c.starts_on < bindparam("before_on"), returns.c.filed_at.is_not(None))
        .order_by(returns.c.starts_on.desc())
        .limit(1)
    )
)
_GIVEN = _both(
    lambda own: (
        select(returns.c.starts_on, returns.c.given)
        .where(own, *_kind, returns.c.starts_on <= bindparam("until_on"), returns.c.filed_at.is_not(None))
        .order_by(returns.c.starts_on.desc())
    ),
    lambda starts_on, given: (starts_on, given),
)
_FROM = _both(
    lambda own: _return.where(own, *_kind, returns.c.starts_on >= bindparam("from_on")).order_by(returns.c.starts_on)
)
_FIRST_FILED = _both(
    lambda own: select(func.min(returns.c.starts_on)).where(own, *_kind, returns.c.filed_at.is_not(None)),
    lambda first: first,
)
_OF_AREA = Query(
    _return.where(
        *_kind,
        returns.c.starts_on == bindparam("starts_on"),
        returns.c.area_id == bindparam("area_id"),
        returns.c.filed_at.is_not(None),
    ).order_by(returns.c.id),
    _read,
)
_BY_ID = Query(_return.where(returns.c.id == bindparam("return_id")), _read)
_FILED_IN = Query(_return.where(returns.c.filed_in == bindparam("inbox_id")), _read)
_BY_REF = Query(
    _return.where(
        returns.c.id
        == select(func.max(figure_versions.c.return_id))
        .where(figure_versions.c.inbox_id == bindparam("inbox_id"))
        .scalar_subquery()
    ),
    _read,
)
_FILED_PERIODS: Query[tuple[str, str, date]] = Query(
    select(returns.c.form, returns.c.every, returns.c.starts_on)
    .where(returns.c.filed_at.is_not(None))
    .distinct()
    .order_by(returns.c.form, returns.c.every, returns.c.starts_on),
    lambda form, every, starts_on: (form, every, starts_on),
)
_FILED_FOR = Query(
    _return.add_columns(offices.c.code, societies.c.registration_no)
    .outerjoin(societies, societies.c.id == returns.c.society_id)
    .where(*_kind, returns.c.starts_on == bindparam("starts_on"), returns.c.filed_at.is_not(None))
    .order_by(offices.c.lineage, returns.c.id),
    lambda *row: (_read(*row[:-2]), row[-2], row[-1]),
)
_LATEST = _both(
    lambda own: (
        _return.add_columns(figure_versions.c.inbox_id)
        .join(figure_versions, figure_versions.c.return_id == returns.c.id)
        .where(own, figure_versions.c.by == bindparam("msisdn"), figure_versions.c.approved_by.is_(None))
        .order_by(figure_versions.c.inbox_id.desc())
        .limit(1)
    ),
    lambda *row: (row[-1], _read(*row[:-1])),
)
_OPEN: Query[int] = Query(
    insert(returns)
    .values(
        values_of(
            *("form", "version", "every", "starts_on", "area_id", "office_id", "society_id", "due_on"),
            *("waits", "given", "figures"),
        )
    )
    .returning(returns.c.id)
)
_KEEP: Query[int] = Query(
    update(returns)
    .where(returns.c.id == bindparam("return_id"))
    .values(
        version=bindparam("new_version"),
        given=bindparam("new_given"),
        figures=bindparam("new_figures"),
        counted=bindparam("new_counted"),
        waits=bindparam("new_waits"),
        filed_at=bindparam("new_filed_at"),
        filed_in=bindparam("new_filed_in"),
        on_time=bindparam("new_on_time"),
    )
)
_LOCK: tuple[Query[int], Query[int]] = (
    Query(select(offices.c.id).where(offices.c.id == bindparam("filer_id")).with_for_update(key_share=True)),
    Query(select(societies.c.id).where(societies.c.id == bindparam("filer_id")).with_for_update(key_share=True)),
)


def _of(queries: tuple[Query[Any], Query[Any]], filer: Filer) -> tuple[Query[Any], int]:
    if filer.office_id is not None:
        return queries[0], filer.office_id
    assert filer.society_id is not None  # noqa: S101 - a filer is one of the two
    return queries[1], filer.society_id


def lock(tx: Tx, filer: Filer) -> None:
    """Let nobody else change the filer's returns until this unit of work is done."""
    query, filer_id = _of(_LOCK, filer)
    tx.one(query, filer_id=filer_id)


def find(tx: Tx, form: str, period: Period, filer: Filer) -> Return | None:
    """The return of a filer for a period, open or filed."""
    query, filer_id = _of(_FIND, filer)
    found: Return | None = tx.first(
        query, filer_id=filer_id, form=form, every=period.every.value, starts_on=period.starts_on
    )
    return found


def by_id(tx: Tx, return_id: int) -> Return:
    """The return with our id."""
    return tx.one(_BY_ID, return_id=return_id)


def by_ref(tx: Tx, inbox_id: int) -> Return | None:
    """The return that a message filed, or gave figures to."""
    return tx.first(_FILED_IN, inbox_id=inbox_id) or tx.first(_BY_REF, inbox_id=inbox_id)


def of_area(tx: Tx, form: str, period: Period, area_id: int) -> list[Return]:
    """The filed returns of a period that count right at an office, and not at one below it."""
    return tx.all(_OF_AREA, form=form, every=period.every.value, starts_on=period.starts_on, area_id=area_id)


def latest_of(
    tx: Tx, msisdn: str, *, office_id: int | None = None, society_id: int | None = None
) -> list[tuple[int, Return]]:
    """The return of an office or a society that a number gave figures to last, with the message; whatever became of it."""
    query, filer_id = (_LATEST[0], office_id) if office_id is not None else (_LATEST[1], society_id)
    return tx.all(query, filer_id=filer_id, msisdn=msisdn)


def last_filed(tx: Tx, form: str, period: Period, filer: Filer) -> Return | None:
    """The filer's last filed return before a period."""
    query, filer_id = _of(_LAST_FILED, filer)
    found: Return | None = tx.first(
        query, filer_id=filer_id, form=form, every=period.every.value, before_on=period.starts_on
    )
    return found


def given_up_to(tx: Tx, last: Return) -> Iterator[tuple[Period, Mapping[str, Value]]]:
    """What was typed for a filed return and the filed ones before it, the latest first."""
    query, filer_id = _of(_GIVEN, last.filer)
    every, until_on = last.period.every, last.period.starts_on
    found = tx.all(query, filer_id=filer_id, form=last.form, every=every.value, until_on=until_on)
    return ((Period(starts_on, every), vectors.load(given)) for starts_on, given in found)


def first_filed(tx: Tx, form: str, every: Every, filer: Filer) -> Period | None:
    """The earliest period that the filer has filed."""
    query, filer_id = _of(_FIRST_FILED, filer)
    found: date | None = tx.first(query, filer_id=filer_id, form=form, every=every.value)
    return None if found is None else Period(found, every)


def since(tx: Tx, form: str, period: Period, filer: Filer) -> list[Return]:
    """The filer's returns of a period and all later ones, open and filed, in order."""
    query, filer_id = _of(_FROM, filer)
    found: list[Return] = tx.all(
        query, filer_id=filer_id, form=form, every=period.every.value, from_on=period.starts_on
    )
    return found


def open_one(tx: Tx, form: Form, period: Period, filer: Filer, due_on: date) -> Return:
    """An open return without figures; the filer is locked, and has none yet."""
    empty = vectors.dump({})
    identity = tx.one(
        _OPEN,
        form=form.code,
        version=form.version,
        every=period.every.value,
        starts_on=period.starts_on,
        area_id=filer.area_id,
        office_id=filer.office_id,
        society_id=filer.society_id,
        due_on=due_on,
        waits=False,
        given=empty,
        figures=empty,
    )
    return Return(
        identity,
        form.code,
        form.version,
        period,
        filer,
        due_on,
        False,
        None,
        None,
        None,
        {},
        {},
        None,
    )


def keep(tx: Tx, one: Return) -> None:
    """Write what a return has become."""
    tx.run(
        _KEEP,
        return_id=one.id,
        new_version=one.version,
        new_given=vectors.dump(one.given),
        new_figures=vectors.dump(one.figures),
        new_counted=None if one.counted is None else vectors.dump(one.counted),
        new_waits=one.waits,
        new_filed_at=one.filed_at,
        new_filed_in=one.filed_in,
        new_on_time=one.on_time,
    )


def filed_periods(tx: Tx) -> list[tuple[str, str, date]]:
    """Form, length and first day of every period of which something is filed."""
    return tx.all(_FILED_PERIODS)


def filed_for(tx: Tx, form: str, every: str, starts_on: date) -> list[tuple[Return, str, str | None]]:
    """What is filed for a period, in the order of the tree, with the office's code and the society's number."""
    return tx.all(_FILED_FOR, form=form, every=every, starts_on=starts_on)
