"""The statements of ``bot.store.search``, each the same work on both engines; where a plan must be forced, it says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, and_, bindparam, select, true

from bot.store.query import Query
from bot.store.schema import (
    offices,
    search_near,
    search_places,
    search_postings,
    search_societies,
    search_words,
    societies,
)
from bot.store.several import among, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select

LONGER_WORDS: Final = 32
COMMON: Final = 500
"""Words; of those that begin with a letter, only these are meant by the letter."""

_post = search_postings.c
_own = search_societies.c


_ENGINES = ("sqlite", "postgresql")


def _societies(chosen: Mapping[str, Select[Any]]) -> Query[Any]:
    """The societies of some entries, with their words."""
    statements = {}
    for name, select_them in chosen.items():
        entries = select_them.limit(bindparam("most")).subquery()
        own = select(_own.society_id, _own.office_id, _own.words)
        statements[name] = own.join(entries, entries.c.society_id == _own.society_id)
    return Query(statements, lambda *row: row)


def _entries() -> Mapping[str, Select[Any]]:
    every = select(_post.society_id, _post.office_id).where(among(_post.word_id, "words"))
    return dict.fromkeys(_ENGINES, every)


def _entries_in() -> Mapping[str, Select[Any]]:
    """On PostgreSQL each word is looked up in each office, because a plan made once for any lists reads all that have the words."""
    words, there = listed("words", _post.word_id), listed("offices", _post.office_id)
    those = and_(_post.word_id == words.c.value, _post.office_id == there.c.value)
    found = select(_post.society_id, _post.office_id).where(those).limit(bindparam("most")).lateral()
    pairs = select(found.c.society_id, found.c.office_id).select_from(words.join(there, true()).join(found, true()))
    whole = select(_post.society_id, _post.office_id)
    both = and_(among(_post.word_id, "words"), among(_post.office_id, "offices"))
    return {"sqlite": whole.where(both), "postgresql": pairs}


def _with_others(first: Mapping[str, Select[Any]]) -> Mapping[str, Select[Any]]:
    """Those of the first entries whose societies have one of some other words too; looked up one by one.

    A plain EXISTS would be the same, but PostgreSQL makes it a join, for which it reads all that have the other words.
    """
    statements = {}
    for name, select_them in first.items():
        some = select_them.limit(bindparam("scanned")).subquery()
        other = search_postings.alias("other").c
        same = and_(other.office_id == some.c.office_id, other.society_id == some.c.society_id)
        found = select(other.word_id).where(among(other.word_id, "others"), same).limit(1).scalar_subquery()
        statements[name] = select(some.c.society_id).where(found.is_not(None))
    return statements


_WORD = (search_words.c.id, search_words.c.key, search_words.c.societies)
OF_KEYS = Query(select(*_WORD).where(among(search_words.c.key, "keys")), lambda *row: row)
OF_BONES = Query(
    select(*_WORD, search_near.c.bones)
    .join(search_near, search_near.c.word_id == search_words.c.id)
    .where(among(search_near.c.bones, "bones"), search_near.c.taken_out <= bindparam("taken_out", type_=Integer)),
    lambda *row: row,
)
BEGUN: Query[Any] = Query(
    select(*_WORD)
    .where(search_words.c.key >= bindparam("begin"), search_words.c.key < bindparam("end"))
    .order_by(search_words.c.societies.desc())
    .limit(LONGER_WORDS),
    lambda *row: row,
)
_commonest = select(*_WORD).order_by(search_words.c.societies.desc()).limit(COMMON).subquery()
COMMON_BEGUN: Query[Any] = Query(
    select(_commonest).where(_commonest.c.key >= bindparam("begin"), _commonest.c.key < bindparam("end")),
    lambda *row: row,
)
PLACES = Query(
    select(search_places.c.word_id, search_places.c.office_id).where(among(search_places.c.word_id, "words")),
    lambda *row: row,
)
OF_WORDS = _societies(_entries())
OF_WORDS_IN = _societies(_entries_in())
OF_BOTH = _societies(_with_others(_entries()))
OF_BOTH_IN = _societies(_with_others(_entries_in()))
OF_OFFICES = Query(
    select(_own.society_id, _own.office_id, _own.words)
    .select_from(societies.join(search_societies, _own.society_id == societies.c.id))
    .where(among(societies.c.office_id, "offices"))
    .limit(bindparam("most")),
    lambda *row: row,
)
UNDER = Query(
    select(offices.c.id, offices.c.lineage).where(
        offices.c.lineage >= bindparam("lineage"), offices.c.lineage < bindparam("lineage_end")
    ),
    lambda *row: row,
)
NAMES = Query(
    select(societies.c.id, societies.c.name_bn, societies.c.name_en).where(among(societies.c.id, "ids")),
    lambda *row: row,
)
