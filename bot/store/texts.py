"""The texts that offices have written in their own words, each for its own area and all below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, exists, or_, select

from bot.domain.messages import Language
from bot.domain.offices import Level, Office
from bot.store.query import Query, upsert
from bot.store.schema import offices, societies, texts

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Select

    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text of an office.

    Attributes:
        office: whose it is.
        key: in the catalogue.
        language: of the text.
        text: with its gaps by their plain names.
        changed_at: when it was last written.
        changed_by: by which number, or ``barta`` for the command line.
    """

    office: Office
    key: str
    language: Language
    text: str
    changed_at: datetime
    changed_by: str


_LEVELS = 4
"""Nation, division, district, and the offices that look after societies."""

_CODES = tuple(f"code{number}" for number in range(_LEVELS))
# A handful of look-ups by an index, from the nation down, so that the nearest office comes last.
_over = or_(*(offices.c.code == bindparam(name) for name in _CODES))
_joined = texts.join(offices, offices.c.id == texts.c.office_id)


def _own(*row: Any) -> OwnText:
    office = Office(row[0], row[1], Level(row[2]), *row[3:6])
    return OwnText(office, row[6], Language(row[7]), *row[8:])


def _texts() -> Select[Any]:
    office, own = offices.c, texts.c
    return (
        select(
            *(office.id, office.code, office.level, office.lineage, office.name_bn, office.name_en),
            *(own.key, own.language, own.text, own.changed_at, own.changed_by),
        )
        .select_from(_joined)
        .order_by(office.lineage, own.key, own.language)
    )


_IN_FORCE: Query[tuple[str, str]] = Query(
    select(texts.c.key, texts.c.text)
    .select_from(_joined)
    .where(_over, texts.c.language == bindparam("language"))
    .order_by(offices.c.lineage),
    lambda key, text: (key, text),
)
_OVER = Query(_texts().where(_over), _own)
_ALL = Query(_texts(), _own)
_OF_OFFICE: Query[str] = Query(
    select(texts.c.text).where(
        texts.c.office_id == bindparam("office_id"),
        texts.c.key == bindparam("key"),
        texts.c.language == bindparam("language"),
    )
)
_PUT = upsert(
    texts,
    *("office_id", "key", "language", "text", "changed_at", "changed_by"),
    unique=["office_id", "key", "language"],
    update=["text", "changed_at", "changed_by"],
)
_REMOVE: Query[int] = Query(
    delete(texts).where(
        texts.c.office_id == bindparam("office_id"),
        texts.c.key == bindparam("key"),
        texts.c.language == bindparam("language"),
    )
)

_EXAMPLE: Query[str] = Query(
    select(offices.c.lineage)
    .where(
        offices.c.lineage >= bindparam("lineage"),
        offices.c.lineage < bindparam("lineage_end"),
        exists().where(societies.c.office_id == offices.c.id),
    )
    .order_by(offices.c.lineage)
    .limit(1)
)


def in_force(tx: Tx, lineage: str, language: Language) -> list[tuple[str, str]]:
    """Key and text of everything that an office and those above it have written, the nearest one's last."""
    return tx.all(_IN_FORCE, language=language, **_codes(lineage))


def over(tx: Tx, lineage: str) -> list[OwnText]:
    """Every text that an office or one above it has written, from the nation down."""
    return tx.all(_OVER, **_codes(lineage))


def every(tx: Tx) -> list[OwnText]:
    """Every text that any office has written, in the order of the tree."""
    return tx.all(_ALL)


def of_office(tx: Tx, office_id: int, key: str, language: Language) -> str | None:
    """What an office itself has written."""
    return tx.first(_OF_OFFICE, office_id=office_id, key=key, language=language)


def put(tx: Tx, office_id: int, key: str, language: Language, text: str, *, at: datetime, by: str) -> None:
    """Write a text of an office, in place of what it had."""
    tx.run(_PUT, office_id=office_id, key=key, language=language, text=text, changed_at=at, changed_by=by)


def remove(tx: Tx, office_id: int, key: str, language: Language) -> bool:
    """Take back a text of an office; whether there was one."""
    return tx.run(_REMOVE, office_id=office_id, key=key, language=language) > 0


def _codes(lineage: str) -> dict[str, str]:
    codes = lineage.rstrip("/").split("/")
    return dict(zip(_CODES, [*codes, *[""] * _LEVELS], strict=False))


def example(tx: Tx, lineage: str) -> str | None:
    """The lineage of some office in an area that looks after a society; None where none does."""
    return tx.first(_EXAMPLE, lineage=lineage, lineage_end=lineage[:-1] + "0")
