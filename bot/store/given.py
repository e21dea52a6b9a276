"""A list as one parameter: what a batch asks about, as the rows of a table that one statement joins.

A question per row costs more than its answer, and ``IN`` with a parameter per value needs another statement for every length. The
list travels as JSON, which both databases unfold; ``position`` says which entry a row answers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Text, bindparam, cast, func, literal_column
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from typing import TypeVar

    from sqlalchemy import ColumnElement, Executable, FromClause
    from sqlalchemy.types import TypeEngine

    T = TypeVar("T")

    Columns = Sequence[ColumnElement[Any]]

_PARAMETER = "given"


def given_query(
    types: Sequence[type[TypeEngine[Any]]],
    build: Callable[[FromClause, ColumnElement[int], Columns], Executable],
    into: Callable[..., T],
) -> Query[T]:
    """A query over a list; run it with ``**given(entries)``.

    Args:
        types: of the columns of an entry.
        build: makes the statement from the list as a table, the position and the columns.
        into: as for ``Query``.
    """
    return Query({"sqlite": build(*_sqlite(types)), "postgresql": build(*_postgresql(types))}, into)


def given(entries: Iterable[Sequence[int | str | date | None]]) -> dict[str, str]:
    """The entries as the parameter of such a query."""
    return {_PARAMETER: json.dumps(list(entries), ensure_ascii=False, separators=(",", ":"), default=str)}


def _sqlite(types: Sequence[type[TypeEngine[Any]]]) -> tuple[FromClause, ColumnElement[int], Columns]:
    table = func.json_each(bindparam(_PARAMETER, type_=Text)).table_valued("key", "value", name=_PARAMETER)
    columns = [literal_column(f"json_extract({_PARAMETER}.value, '$[{at}]')", kind) for at, kind in enumerate(types)]
    return table, literal_column(f"{_PARAMETER}.key", Integer), columns


def _postgresql(types: Sequence[type[TypeEngine[Any]]]) -> tuple[FromClause, ColumnElement[int], Columns]:
    unfolded = func.jsonb_array_elements(cast(bindparam(_PARAMETER, type_=Text), JSONB))
    table = unfolded.table_valued("value", with_ordinality="key").render_derived(name=_PARAMETER)
    columns = [cast(literal_column(f"({_PARAMETER}.value ->> {at})", Text), kind) for at, kind in enumerate(types)]
    return table, literal_column(f"({_PARAMETER}.key - 1)::integer", Integer), columns
