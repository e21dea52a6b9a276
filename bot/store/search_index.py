"""What the search finds societies by: the words of their names, kept up by short works of their own.

Triggers note in ``search_waiting`` which societies are new, or of another name or office, whatever wrote them: an import, a
restored table, a correction by hand. ``refresh`` takes some of them and writes their words. So an import pays a fraction of a
microsecond for the note, no writer of a society can forget the search, and the gateway indexes in works of a few milliseconds,
between which messages go through. What is waiting is not found yet.

An inverted index of our own, not SQLite's FTS5 or PostgreSQL's pg_trgm: it is the same on both engines and needs no extension
that an administrator must install, it folds Bangla and Banglish to one key, and its entries begin with the word and the office, so
that the nearest of 20,000 societies for fishermen are read without reading the others. Nothing is kept in memory, so that several
processes need not tell each other of new words.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Integer, bindparam, cast, delete, func, insert, select, true, update

from bot.domain.places import OTHER_SPELLINGS
from bot.domain.search import bones, keys, near
from bot.store import offices
from bot.store.query import Query
from bot.store.schema import (
    search_near,
    search_places,
    search_postings,
    search_societies,
    search_waiting,
    search_words,
    societies,
)
from bot.store.several import ManyRows, among, several

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.store.query import Tx

ONE_AT_A_TIME = 0x62617274_61
"""The lock under which processes on PostgreSQL index one after another, so that they do not wait for each other's words in a ring."""


def _taking() -> dict[str, object]:
    first = select(search_waiting.c.society_id).order_by(search_waiting.c.society_id).limit(bindparam("most"))
    # What an open transaction is changing is left to the next time.
    chosen = {"sqlite": first, "postgresql": first.with_for_update(skip_locked=True)}
    return {
        name: delete(search_waiting)
        .where(search_waiting.c.society_id.in_(rows.scalar_subquery()))
        .returning(search_waiting.c.society_id)
        for name, rows in chosen.items()
    }


_LOCK: Query[Any] = Query(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
_TAKE: Query[int] = Query(_taking())  # type: ignore[arg-type]
_WAITING: Query[int] = Query(select(func.count()).select_from(search_waiting))
_NAMED = Query(
    select(societies.c.id, societies.c.office_id, societies.c.name_bn, societies.c.name_en).where(
        among(societies.c.id, "ids")
    ),
    lambda *row: row,
)
_KNOWN = Query(
    select(search_societies.c.society_id, search_societies.c.office_id, search_societies.c.words).where(
        among(search_societies.c.society_id, "ids")
    ),
    lambda *row: row,
)
_WORDS = Query(select(search_words.c.key, search_words.c.id).where(among(search_words.c.key, "keys")), lambda *row: row)
_PLACED: Query[Any] = Query(
    select(search_places.c.office_id).distinct().where(among(search_places.c.office_id, "offices"))
)
_DROP: Query[int] = Query(
    delete(search_postings).where(
        search_postings.c.word_id == bindparam("word_id"),
        search_postings.c.office_id == bindparam("office_id"),
        search_postings.c.society_id == bindparam("society_id"),
    )
)
_FORGET: Query[int] = Query(delete(search_societies).where(among(search_societies.c.society_id, "ids")))


def _entering() -> Query[int]:
    """The entries of societies, read off what was written of each; in the order of the table, which makes it several times as fast."""
    own = search_societies.c
    word = {
        "sqlite": func.json_each(own.words).table_valued("value"),
        "postgresql": func.json_array_elements_text(cast(own.words, JSON)).table_valued("value"),
    }
    columns = [column.name for column in search_postings.c]
    return Query(
        {
            name: insert(search_postings).from_select(
                columns,
                select(cast(words.c.value, Integer), own.office_id, own.society_id)
                .select_from(search_societies.join(words, true()))
                .where(among(own.society_id, "ids"))
                .order_by(cast(words.c.value, Integer), own.office_id, own.society_id),
            )
            for name, words in word.items()
        }
    )


_ADD_ENTRIES = _entering()
_ADD_WORDS = ManyRows.into(search_words, "key")
_ADD_NEAR = ManyRows.into(search_near, "bones", "taken_out", "word_id")
_ADD_PLACES = ManyRows.into(search_places, "word_id", "office_id")
_ADD_SOCIETIES = ManyRows.into(search_societies, "society_id", "office_id", "words")


def _counting() -> ManyRows:
    changes = (
        func.unnest(several("word", search_words.c.id), several("change", search_words.c.societies))
        .table_valued("word", "change")
        .render_derived("changes")
    )
    total = search_words.c.societies
    return ManyRows(
        ("word", "change"),
        {
            "sqlite": update(search_words)
            .where(search_words.c.id == bindparam("word"))
            .values(societies=total + bindparam("change")),
            "postgresql": update(search_words)
            .where(search_words.c.id == changes.c.word)
            .values(societies=total + changes.c.change),
        },
    )


_COUNT = _counting()


def waiting(tx: Tx) -> int:
    """How many societies are not found yet as they are now."""
    return tx.one(_WAITING)


def refresh(tx: Tx, most: int) -> int:
    """Index some of the societies that wait; returns how many, 0 when none is left."""
    if tx.dialect.name == "postgresql":
        tx.first(_LOCK)
    taken = tx.all(_TAKE, most=most)
    if taken:
        put(tx, tx.all(_NAMED, ids=taken))
    return len(taken)


def put(tx: Tx, named: Iterable[tuple[int, int, str, str | None]]) -> None:
    """Write how societies are found.

    Args:
        tx: the open transaction.
        named: each society's id, office, Bangla name and English name.
    """
    found = [(society, office, keys(names)) for society, office, *names in named]
    ids = _word_ids(tx, frozenset(chain.from_iterable(words for _, _, words in found)))
    before = {row[0]: row[1:] for row in tx.all(_KNOWN, ids=[society for society, _, _ in found])}
    now = {society: (office, json.dumps(sorted(ids[key] for key in words))) for society, office, words in found}
    changed = {society: entry for society, entry in now.items() if before.get(society) != entry}
    old = {society: before[society] for society in changed if society in before}
    tx.run_many(
        _DROP,
        (
            {"word_id": word, "office_id": office, "society_id": society}
            for society, (office, words) in old.items()
            for word in json.loads(words)
        ),
    )
    tx.run(_FORGET, ids=list(old))
    _ADD_SOCIETIES.run(tx, [(society, *entry) for society, entry in sorted(changed.items())])
    tx.run(_ADD_ENTRIES, ids=list(changed))
    counts = Counter(ids[key] for society, _, words in found if society in changed for key in words)
    counts.subtract(chain.from_iterable(json.loads(words) for _, words in old.values()))
    _COUNT.run(tx, sorted((word, change) for word, change in counts.items() if change))
    _place(tx, {office for office, _ in changed.values()})


def _word_ids(tx: Tx, wanted: Collection[str]) -> dict[str, int]:
    """The ids of words by their keys; new words are written."""
    ids: dict[str, int] = dict(tx.all(_WORDS, keys=list(wanted)))
    new = sorted(set(wanted) - ids.keys())
    if new:
        _ADD_WORDS.run(tx, [(key,) for key in new])
        ids |= dict(tx.all(_WORDS, keys=new))
        _ADD_NEAR.run(tx, sorted((bone, out, ids[key]) for key in new for out, bone in near(bones(key))))
    return ids


def _place(tx: Tx, wanted: set[int]) -> None:
    """Write the words of offices, and of the offices above them, where that was not done: they are words of their societies."""
    new = wanted - set(tx.all(_PLACED, offices=list(wanted)))
    if not new:
        return
    every = offices.all_offices(tx)
    names = {
        office.lineage: (office.name_bn, office.name_en, *OTHER_SPELLINGS.get(office.code, ())) for office in every
    }
    found: dict[int, frozenset[str]] = {}
    for office in every:
        if office.id in new:
            above = [name for lineage, listed in names.items() if _covers(lineage, office.lineage) for name in listed]
            found[office.id] = keys(above)
    ids = _word_ids(tx, frozenset(key for listed in found.values() for key in listed))
    _ADD_PLACES.run(tx, sorted((ids[key], office) for office, listed in found.items() for key in listed))


def _covers(lineage: str, other: str) -> bool:
    return other.startswith(lineage) and lineage.count("/") > 1
