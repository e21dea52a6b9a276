"""Lists of values in one statement, the same way on both engines: as JSON on SQLite, as arrays on PostgreSQL.

A statement is compiled once, so that it cannot have a parameter per value. ``among`` asks for rows with one of many values;
``ManyRows`` writes many rows: by one statement on PostgreSQL, where each statement is a journey, one after the other on SQLite.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Text, TypeDecorator, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import NULLTYPE

from bot.store.query import Query, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import BindParameter, Column, Dialect, Executable, Table, TableValuedAlias
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine

    from bot.store.query import Tx


class Several(TypeDecorator[Any]):
    """A list of numbers or texts as one parameter."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there are arrays."""
        return dialect.type_descriptor(postgresql.ARRAY(self.item) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """JSON where there are none."""
        return value if dialect.name == "postgresql" else json.dumps(value)


class among(ColumnElement[Any]):  # noqa: N801 - reads as a function in a statement
    """``among(table.c.id, "ids")``: the column is one of the values in the parameter."""

    inherit_cache = False

    def __init__(self, one: Column[Any], name: str) -> None:
        self.type = NULLTYPE  # a Boolean would be compared with 1 on SQLite, which keeps it from the index
        self.one = one
        self.parameter = several(name, one)


def several(name: str, like: Column[Any]) -> BindParameter[Any]:
    """A parameter that takes a list of values of a column's type."""
    return bindparam(name, type_=Several(like.type))


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    one, parameter = (compiler.process(part, **options) for part in (element.one, element.parameter))
    return f"{one} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 - both were compiled


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    one, parameter = (compiler.process(part, **options) for part in (element.one, element.parameter))
    return f"{one} = ANY ({parameter})"


def listed(name: str, like: Column[Any]) -> TableValuedAlias:
    """On PostgreSQL, a parameter's values as a table with the column ``value``."""
    return func.unnest(several(name, like)).table_valued("value").render_derived(name)


class ManyRows:
    """A statement for many rows of values.

    Args:
        columns: the names of its parameters, in the order of the rows.
        statements: for ``sqlite`` one that takes a row, for ``postgresql`` one that takes a list per column.
    """

    def __init__(self, columns: Sequence[str], statements: Mapping[str, Executable]) -> None:
        self._columns = columns
        self._query: Query[int] = Query(statements)

    @classmethod
    def into(cls, table: Table, *columns: str) -> ManyRows:
        """An insert."""
        lists = func.unnest(*(several(name, table.c[name]) for name in columns)).table_valued(*columns).render_derived()
        return cls(
            columns,
            {
                "sqlite": insert(table).values(values_of(*columns)),
                "postgresql": insert(table).from_select(list(columns), select(*lists.c)),
            },
        )

    def run(self, tx: Tx, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run it; nothing to do without rows."""
        if not rows:
            return
        if tx.dialect.name == "postgresql":
            tx.run(self._query, **dict(zip(self._columns, map(list, zip(*rows, strict=True)), strict=True)))
        else:
            tx.run_many(self._query, (dict(zip(self._columns, row, strict=True)) for row in rows))
