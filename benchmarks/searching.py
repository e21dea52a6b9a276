"""Milliseconds per search over the country's 190,000 societies, and how often what was misspelt is found among the first five.

The registry is the constructed one, in which every third society gets a name of its own, so that there are tens of thousands of
different words, as in life. Searches run one after another on a read-only connection of the store. Beside them stand, from the
same run, a look-up by primary key through the same store (the floor), a LIKE scan for the same words, and the engine's own
trigram index, which finds neither Banglish nor a misspelling.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text

from benchmarks.misspelling import BANGLISH, WAYS
from benchmarks.registry_rows import COUNTRY, rows
from bot.domain.search import words
from bot.registry import load_offices
from bot.store import offices, search, search_index, store
from bot.store.engine import engine_for, in_transaction
from bot.store.migrate import migrate
from bot.store.query import Query
from bot.store.schema import societies
from bot.store.several import ManyRows
from tests.peers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.store.engine import Connection
    from bot.store.query import Tx

SEED = 21
SEARCHES = 100
MISSPELT = 60
CHUNK = 10_000
OWN_NAME = 1 / 3

_COLUMNS = ("register_id", "office_id", "registration_no", "serial", "year", "name_bn", "name_en", "level")
_ADD = ManyRows.into(societies, *_COLUMNS)
_BY_ID: Query[str] = Query(select(societies.c.name_bn).where(societies.c.id == bindparam("id")))
_LIKE: Query[int] = Query(
    text("SELECT id FROM societies WHERE name_bn LIKE :first AND name_bn LIKE :second ORDER BY id LIMIT 50")
)
_TRIGRAM_INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE bench_trigrams USING fts5(name, tokenize='trigram')",
        "INSERT INTO bench_trigrams (rowid, name) SELECT id, name_bn FROM societies",
    ),
    "postgresql": (
        "CREATE EXTENSION pg_trgm",
        "CREATE INDEX bench_trigrams ON societies USING gin (name_bn gin_trgm_ops)",
    ),
}
_TRIGRAMS: dict[str, Query[int]] = {
    "sqlite": Query(text("SELECT rowid FROM bench_trigrams WHERE name LIKE :first AND name LIKE :second LIMIT 50")),
    "postgresql": Query(text("SELECT id FROM societies WHERE name_bn LIKE :first AND name_bn LIKE :second LIMIT 50")),
}


def _pairs(listed: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in listed.split())


_SYLLABLES = _pairs("""
    রা=ra মো=mo কি=ki সু=su নে=ne তা=ta লি=li বু=bu দে=de গো=go হা=ha পি=pi জু=ju শে=she ফা=fa চি=chi নূ=nu খা=kha ঝো=jho ধী=dhi
    মা=ma রি=ri কু=ku সে=se না=na তি=ti লো=lo বে=be দা=da গি=gi হু=hu পো=po জা=ja শি=shi ফু=fu চে=che নো=no ঘা=gha ভী=bhi টু=tu
""")
_KINDS = (
    *("কৃষি", "মৎস্যজীবী", "বহুমুখী", "মহিলা", "যুব", "সঞ্চয়", "তাঁতী", "পানি", "উন্নয়ন"),
    *("fishermen", "women", "multipurpose", "krishi", "mohila"),
)


@dataclass(frozen=True, slots=True)
class Society:
    """What a query is made from."""

    id: int
    name_bn: str
    name_en: str
    lineage: str
    office_bn: str


def main() -> None:
    """Both engines, one after the other."""
    chance = random.Random(SEED)
    registry = list(_registry(chance))
    with tempfile.TemporaryDirectory() as folder:
        _measure(f"sqlite:///{Path(folder) / 'bench.db'}", registry)
    server = Postgres()
    try:
        server.start()
        _measure(server.create_database("bench"), registry)
    finally:
        server.stop()


def _measure(url: str, registry: Sequence[dict[str, str]]) -> None:
    migrate(engine_for(url))
    store.do(url, load_offices)
    known = store.do(url, lambda tx: _fill(tx, registry))
    with store.connected(url) as connection:
        name = connection.tx.dialect.name
        _report(name, "indexed, societies per second", [_index(connection)], "{:,.0f}")
        if name == "postgresql":
            connection.begin()  # what autovacuum does after an import; now, so that it does not fall into the measuring
            connection.commit()
            connection.raw.execute("VACUUM ANALYZE")  # type: ignore[attr-defined]
    with store.connected(url, read_only=True) as connection:
        _times(connection, known)
        _recall(connection, known)
    _peers(url, known)


def _times(connection: Connection, known: Sequence[Society]) -> None:
    name = connection.tx.dialect.name
    chance = random.Random(SEED)
    floor = [_timed(connection, _look_up(chance.choice(known))) for _ in range(SEARCHES)]
    middle = statistics.median(floor)
    _report(name, "floor: a look-up by key", floor)
    for kind, make in _QUERIES.items():
        asked = [_search(make(chance.choice(known), chance), _post(known, chance)) for _ in range(SEARCHES)]
        times = [_timed(connection, work) for work in asked]
        _report(name, kind, times, note=f"{statistics.median(times) / middle:5.0f} look-ups")


def _look_up(society: Society) -> Callable[[Tx], object]:
    return lambda tx: tx.one(_BY_ID, id=society.id)


def _search(asked: str, near: Sequence[str]) -> Callable[[Tx], object]:
    return lambda tx: search.search(tx, asked, near)


def _recall(connection: Connection, known: Sequence[Society]) -> None:
    """The society itself among the first five, for its whole name with one word misspelt, asked from its own upazila."""
    chance = random.Random(SEED)
    for way, spoil in {**WAYS, **BANGLISH}.items():
        found = total = 0
        while total < MISSPELT:
            one = chance.choice(known)
            spelt = [word.spelling for word in words(one.name_en if way in BANGLISH else one.name_bn)]
            longest = max(spelt[: 1 + len(spelt) // 2], key=len)
            wrong = spoil(longest, chance)
            if wrong is None:
                continue
            asked = " ".join(wrong if word == longest else word for word in spelt)
            total += 1
            connection.begin()
            found += one.id in [match.society_id for match in search.search(connection.tx, asked, [one.lineage])[:5]]
            connection.rollback()
        print(f"{connection.tx.dialect.name:10} found among the first five, {way + ':':34} {found / total:6.1%}")


def _peers(url: str, known: Sequence[Society]) -> None:
    """The same two words looked for in other ways."""
    chance = random.Random(SEED)
    asked = [_two_words(chance.choice(known), chance).split() for _ in range(SEARCHES)]
    with store.connected(url) as connection:
        name = connection.tx.dialect.name
        _report(name, "peer: LIKE scan", [_like(connection, _LIKE, pair) for pair in asked[:20]])
        began = time.perf_counter()
        for statement in _TRIGRAM_INDEX[name]:
            prepare: Query[int] = Query(text(statement))
            connection.begin()
            connection.tx.run(prepare)
            connection.commit()
        built = time.perf_counter() - began
        times = [_like(connection, _TRIGRAMS[name], pair) for pair in asked]
        _report(name, "peer: trigram index, LIKE", times, note=f"built at {len(known) / built:,.0f}/s")


def _like(connection: Connection, query: Query[int], pair: Sequence[str]) -> float:
    first, second = (f"%{word}%" for word in (pair[0], pair[-1]))
    return _timed(connection, lambda tx: tx.all(query, first=first, second=second))


def _timed(connection: Connection, work: Callable[[Tx], object]) -> float:
    """Milliseconds; the least of three, because the machine does other things as well."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        in_transaction(connection, work)
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def _report(engine: str, what: str, values: Sequence[float], shape: str = "{:8.2f}", note: str = "") -> None:
    middle = shape.format(statistics.median(values))
    if len(values) > 1:
        high = sorted(values)[int(len(values) * 0.99) - 1]
        middle = f"p50 {middle} ms  p99 {shape.format(high)} ms  {note}"
    print(f"{engine:10} {what + ':':34} {middle}")


def _index(connection: Connection) -> float:
    began, done = time.perf_counter(), 0
    while taken := in_transaction(connection, lambda tx: search_index.refresh(tx, CHUNK)):
        done += taken
    return done / (time.perf_counter() - began)


def _registry(chance: random.Random) -> Iterator[dict[str, str]]:
    for row in rows(COUNTRY):
        if chance.random() < OWN_NAME:
            made = chance.choices(list(_SYLLABLES), k=chance.randint(3, 4))
            bn, en = "".join(made), "".join(_SYLLABLES[part] for part in made).capitalize()
            row["name_bn"], row["name_en"] = f"{bn} {row['name_bn']}", f"{en} {row['name_en']}"
        yield row


def _fill(tx: Tx, registry: Sequence[dict[str, str]]) -> list[Society]:
    """Written straight into the table: here the import is not what is measured."""
    known = offices.by_codes(offices.all_offices(tx))
    made = []
    for row in registry:
        office = known[row["office_code"]]
        register = known[offices.register_code(office)].id
        serial, year = map(int, row["registration_no"].split("/"))
        made.append(
            (register, office.id, row["registration_no"], serial, year, row["name_bn"], row["name_en"], row["level"])
        )
    for start in range(0, len(made), CHUNK):
        _ADD.run(tx, made[start : start + CHUNK])
    by_id = {office.id: office for office in known.values()}
    every: Query[Society] = Query(
        select(societies.c.id, societies.c.name_bn, societies.c.name_en, societies.c.office_id).order_by(
            societies.c.id
        ),
        lambda id_, bn, en, office: Society(id_, bn, en, by_id[office].lineage, by_id[office].name_bn),
    )
    return tx.all(every)


def _post(known: Sequence[Society], chance: random.Random) -> list[str]:
    """Where the sender is: somewhere, or nowhere for every fifth, as citizens are."""
    return [] if chance.random() < 0.2 else [chance.choice(known).lineage]


def _words(society: Society) -> list[str]:
    return [word.spelling for word in words(society.name_bn)]


def _two_words(society: Society, chance: random.Random) -> str:
    spelt = _words(society)
    return f"{spelt[0]} {chance.choice(spelt[1:] or spelt)}"


def _misspelt(society: Society, chance: random.Random) -> str:
    spoil = chance.choice(list(WAYS.values()))
    return " ".join((spoil(word, chance) if at == 0 else None) or word for at, word in enumerate(_words(society)[:2]))


def _common(how_many: int) -> Callable[[Society, random.Random], str]:
    return lambda _, chance: " ".join(chance.sample(_KINDS, how_many))


def _garbage(_: Society, chance: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzঅআইকখগঘচছজটডতদনপবমযরলশসহািীুেো্ %_'\""
    return "".join(chance.choice(letters) for _ in range(chance.randint(4, 40)))


_QUERIES: dict[str, Callable[[Society, random.Random], str]] = {
    "whole name": lambda society, _: society.name_bn,
    "two words": _two_words,
    "two words, one misspelt": _misspelt,
    "place of the office and a word": lambda society, _: f"{society.office_bn} {_words(society)[-1]}",
    "beginnings of two words": lambda society, _: " ".join(word[:3] for word in _words(society)[:2]),
    "name in English letters": lambda society, _: society.name_en,
    "one word that thousands have": _common(1),
    "two words that thousands have": _common(2),
    "one letter": lambda society, _: society.name_bn[0],
    "garbage": _garbage,
}
