"""Where a figure comes from: down the tree of areas to the offices that filed, their returns, and the messages that gave each figure.

An area's figure is that of the areas below it and of what is filed right at its own office, so that every level adds up to the one above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import rollups
from bot.clock import DHAKA
from bot.domain import figures
from bot.domain.forms import FiledBy, Kind
from bot.store import people, returns, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.domain.access import Role
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Indicator
    from bot.domain.offices import Office
    from bot.domain.periods import Period
    from bot.domain.returns import Return
    from bot.rollups import Row
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class Change:
    """A version of a return's figures, as far as it bears on what is asked about.

    Attributes:
        number: from 1.
        inbox_id: the message that gave it.
        at: when.
        figures: what it gave.
        corrects: whether it is a correction.
        approved_by: of a correction, the post of who approved it, where that is still known.
        undone: whether it was taken back.
    """

    number: int
    inbox_id: int
    at: datetime
    figures: Mapping[str, Value]
    corrects: bool
    approved_by: Role | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Area:
    """A node of the tree.

    Attributes:
        row: the area with its figures.
        below: the areas under it.
        returns: what is filed right at its own office.
    """

    row: Row
    below: Sequence[Area]
    returns: Sequence[Return]


def below(tx: Tx, form: Form, period: Period, office: Office) -> list[Row]:
    """The areas right below an office; none where its figures are its own returns' alone."""
    found = rollups.rollup(tx, form, period, office)
    return [row for row in found.rows if row.office.id != office.id]


def filed_at(tx: Tx, form: Form, period: Period, office: Office) -> list[Return]:
    """The filed returns that count right at an office: its own, or those of the societies that it looks after."""
    return returns.of_area(tx, form.code, period, office.id)


def tree(tx: Tx, form: Form, period: Period, office: Office) -> Area:
    """All of it, from an office down."""
    found = rollups.rollup(tx, form, period, office)
    return _area(tx, form, period, found.total)


def _area(tx: Tx, form: Form, period: Period, row: Row) -> Area:
    under = [_area(tx, form, period, each) for each in below(tx, form, period, row.office)] if row.filed else []
    own = filed_at(tx, form, period, row.office) if form.filed_by is FiledBy.SOCIETY or not under else []
    return Area(row, under, own)


def value(indicator: Indicator, one: Return) -> Value | None:
    """A return's figure."""
    if indicator.kind is Kind.RATIO:
        return figures.ratio(indicator, one.figures)
    return one.figures.get(indicator.name)


def carried_from(tx: Tx, form: Form, indicator: Indicator, one: Return) -> Return | None:
    """The return before, where a figure, or one that it is computed of, was not typed but carried from there."""
    if not any(form.by_name[name].is_carried and name not in one.given for name in ingredients(form, indicator)):
        return None
    return returns.last_filed(tx, form.code, one.period, one.filer)


def changes(tx: Tx, form: Form, one: Return, indicator: Indicator) -> list[Change]:
    """The versions that an indicator of a return comes from: those that gave it, or what it is computed of."""
    names = dict.fromkeys(ingredients(form, indicator))
    found = []
    for version in versions.of(tx, one.id):
        given = {name: version.figures[name] for name in names if name in version.figures}
        if given:
            role = None if version.approved_by is None else _approver(tx, one, version.approved_by, version.at)
            fate = (version.approved_by is not None, role, version.undone_at is not None)
            found.append(Change(version.number, version.inbox_id, version.at, given, *fate))
    return found


def _approver(tx: Tx, one: Return, msisdn: str, at: datetime) -> Role | None:
    """The post of who approved a correction: above the office that asked for it, or at the one that looks after the society."""
    lineage = one.filer.lineage
    if one.filer.office_id is not None:
        lineage = lineage.rstrip("/").rpartition("/")[0] + "/"
    return people.role_above(tx, msisdn, lineage, at.astimezone(DHAKA).date())


def ingredients(form: Form, indicator: Indicator) -> Iterator[str]:
    """The indicators that are typed to make up one: itself, or those in its formulas."""
    if indicator.is_asked:
        yield indicator.name
        return
    for formula in (indicator.formula, indicator.by):
        for name in formula.names if formula is not None else ():
            yield from ingredients(form, form.by_name[name])
