"""Statements compiled once, and the transaction that runs them.

Half of what SQLAlchemy Core costs per statement lies in its execution context, not in its SQL. A ``Query`` therefore has the
statement compiled on first use, once per dialect, and runs it on the driver's own cursor; the column types still convert
values on the way in and out, so that nothing differs from Core but the time. Measured: ``make bench``.

``insert_once`` is the one seam where the dialects' statements differ (``ON CONFLICT`` belongs to each dialect's module).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from sqlalchemy import bindparam, case
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Dialect, Executable, Table
    from sqlalchemy.sql.compiler import SQLCompiler

T = TypeVar("T")


class Query(Generic[T]):
    """A statement with named parameters, and what each of its rows becomes.

    Args:
        statement: a Core statement, or one per dialect name where they must differ.
        into: called with a row's columns in order; a dataclass as a rule. The default gives the first column.
    """

    def __init__(
        self, statement: Executable | Mapping[str, Executable], into: Callable[..., T] = lambda first, *_: first
    ) -> None:
        self._statement = statement
        self.into = into
        self._compiled: dict[str, _Compiled] = {}

    def compiled(self, dialect: Dialect) -> _Compiled:
        """The statement for ``dialect``, compiled on first use."""
        found = self._compiled.get(dialect.name)
        if found is None:
            statement = self._statement
            if not hasattr(statement, "compile"):
                statement = cast("Mapping[str, Executable]", statement)[dialect.name]
            found = self._compiled[dialect.name] = _Compiled.of(cast("Executable", statement), dialect)
        return found


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    defaults: dict[str, Any]
    bind: tuple[tuple[str, Callable[[Any], Any]], ...]
    result: tuple[tuple[int, Callable[[Any], Any]], ...]

    @classmethod
    def of(cls, statement: Executable, dialect: Dialect) -> _Compiled:
        made = cast("SQLCompiler", statement.compile(dialect=dialect))  # type: ignore[attr-defined]
        bind, defaults = [], {}
        # A name may stand in several places of a statement; it is converted once.
        for name, parameter in {name: parameter for parameter, name in made.bind_names.items()}.items():
            convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                bind.append((name, convert))
            if not parameter.required:
                defaults[name] = convert(parameter.value) if convert else parameter.value
        result = []
        columns = getattr(statement, "exported_columns", ())
        for position, column in enumerate(columns):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                result.append((position, convert))
        return cls(str(made), defaults, tuple(bind), tuple(result))

    def parameters(self, given: dict[str, Any]) -> dict[str, Any]:
        """Parameters as the driver wants them."""
        values = {**self.defaults, **given} if self.defaults else given
        for name, convert in self.bind:
            if name in given:
                values[name] = convert(given[name])
        return values

    def row(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row as the program wants it."""
        if not self.result:
            return row
        values = list(row)
        for position, convert in self.result:
            values[position] = convert(values[position])
        return values


class Tx:
    """One open transaction: what a unit of work may use.

    Everything a work does goes through here, so that a group which is rolled back leaves nothing behind.
    """

    __slots__ = ("_cursor", "dialect")

    def __init__(self, cursor: Any, dialect: Dialect) -> None:
        self._cursor = cursor
        self.dialect = dialect

    def run(self, query: Query[Any], **values: Any) -> int:
        """Execute a statement for its effect; returns how many rows it touched."""
        compiled = query.compiled(self.dialect)
        self._cursor.execute(compiled.sql, compiled.parameters(values))
        return cast("int", self._cursor.rowcount)

    def run_many(self, query: Query[Any], rows: Iterable[dict[str, Any]]) -> None:
        """Execute a statement once for each row of values."""
        compiled = query.compiled(self.dialect)
        self._cursor.executemany(compiled.sql, [compiled.parameters(dict(row)) for row in rows])

    def first(self, query: Query[T], **values: Any) -> T | None:
        """The first row, or None."""
        compiled = query.compiled(self.dialect)
        self._cursor.execute(compiled.sql, compiled.parameters(values))
        row = self._cursor.fetchone()
        return None if row is None else query.into(*compiled.row(row))

    def one(self, query: Query[T], **values: Any) -> T:
        """The first row, which must be there."""
        found = self.first(query, **values)
        if found is None:
            message = "a row that must exist does not"
            raise LookupError(message)
        return found

    def all(self, query: Query[T], **values: Any) -> list[T]:
        """Every row."""
        compiled = query.compiled(self.dialect)
        self._cursor.execute(compiled.sql, compiled.parameters(values))
        into = query.into
        if not compiled.result:
            return [into(*row) for row in self._cursor.fetchall()]
        return [into(*compiled.row(row)) for row in self._cursor.fetchall()]


def values_of(*names: str) -> dict[str, Any]:
    """Bound parameters named like their columns, for ``insert().values(...)``."""
    return {name: bindparam(name) for name in names}


NOTHING_FOLLOWS: Mapping[str, str] = MappingProxyType({})


def insert_once(table: Table, *columns: str, unique: Sequence[str], returning: str | None = None) -> Query[Any]:
    """An insert that does nothing where a row with the same ``unique`` columns is already there."""
    return Query(
        {
            name: _returning(
                dialect.insert(table).values(values_of(*columns)).on_conflict_do_nothing(index_elements=list(unique)),
                table,
                returning,
            )
            for name, dialect in _DIALECTS.items()
        }
    )


def upsert(
    table: Table,
    *columns: str,
    unique: Sequence[str],
    update: Sequence[str],
    following: Mapping[str, str] = NOTHING_FOLLOWS,
    where: Any = None,
) -> Query[int]:
    """An insert that updates ``update`` where a row with the same ``unique`` columns is already there.

    Args:
        table: where.
        columns: what is written.
        unique: what makes a row the same.
        update: what is changed then.
        following: column → another one: it is changed only where the other one becomes something else.
        where: only rows for which this holds are changed.
    """
    statements = {}
    for name, dialect in _DIALECTS.items():
        insert = dialect.insert(table).values(values_of(*columns))
        statements[name] = insert.on_conflict_do_update(
            index_elements=list(unique),
            set_={column: insert.excluded[column] for column in update}
            | {
                column: case((table.c[cause] != insert.excluded[cause], insert.excluded[column]), else_=table.c[column])
                for column, cause in following.items()
            },
            where=where,
        )
    return Query(statements)


def _returning(statement: Any, table: Table, column: str | None) -> Any:
    return statement if column is None else statement.returning(table.c[column])


_DIALECTS: Mapping[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
