"""Finding societies by name, on each engine."""

from __future__ import annotations

import random
import unicodedata
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, select, update

from bot.domain.search import words
from bot.store import offices, search_index, store
from bot.store.engine import in_transaction
from bot.store.query import Query
from bot.store.schema import search_postings, search_words, societies
from bot.store.search import clear, search
from bot.store.several import ManyRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.store.engine import Connection
    from bot.store.query import Tx
    from bot.store.search import Match
    from tests.peers.postgres import Postgres

DIMLA, DOMAR, BARISHAL = "55730012", "55730015", "10060051"
NEAR = ["BD/55/5573/55730012/"]
NAMES = (
    (1, DIMLA, "ডিমলা অগ্রণী মৎস্যজীবী সমবায় সমিতি লিঃ", "Dimla Agrani Fishermen's Co-operative Society Ltd."),
    (2, DIMLA, "তিস্তা পাড় মৎস্যজীবী সমবায় সমিতি লিঃ", "Teesta Par Fishermen's Co-operative Society Ltd."),
    (3, DOMAR, "ডোমার নবজাগরণ যুব সমবায় সমিতি লিঃ", "Domar Nabajagaran Youth Co-operative Society Ltd."),
    (4, BARISHAL, "কীর্তনখোলা মৎস্যজীবী সমবায় সমিতি লিঃ", None),
    (5, BARISHAL, "অগ্রণী মৎস্যজীবী সমবায় সমিতি লিমিটেড", "Agrani Fishermen's Co-operative Society Ltd."),
    (6, DOMAR, "সূর্যমুখী মহিলা সমবায় সমিতি", "Surjomukhi Women's Co-operative Society"),
    (7, DIMLA, "১২ নং ওয়ার্ড ক্ষুদ্র ব্যবসায়ী সমবায় সমিতি লিঃ", "Ward 12 Small Traders' Co-operative Society Ltd."),
)

_ADD = ManyRows.into(
    societies, "id", "register_id", "office_id", "registration_no", "serial", "year", "name_bn", "name_en", "level"
)
_RENAME: Query[int] = Query(
    update(societies).where(societies.c.id == bindparam("society")).values(name_bn=bindparam("name"), name_en=None)
)
_TOUCH: Query[int] = Query(update(societies).values(name_bn=societies.c.name_bn, address="x"))
_MOVE: Query[int] = Query(update(societies).where(societies.c.id == 6).values(office_id=bindparam("office")))
_ENTRIES: Query[tuple[str, int]] = Query(
    select(search_words.c.key, search_postings.c.society_id).join(
        search_postings, search_postings.c.word_id == search_words.c.id
    ),
    lambda *row: row,
)
_COUNTS: Query[tuple[str, int]] = Query(select(search_words.c.key, search_words.c.societies), lambda *row: row)


def _add(tx: Tx) -> None:
    known = offices.by_codes(offices.all_offices(tx))
    rows = [
        (id_, known[offices.register_code(known[code])].id, known[code].id, f"{id_}/2020", id_, 2020, bn, en, "primary")
        for id_, code, bn, en in NAMES
    ]
    _ADD.run(tx, rows)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with store.connected(database_url) as opened:
        in_transaction(opened, _add)
        assert in_transaction(opened, lambda tx: search_index.refresh(tx, 100)) == len(NAMES)
        yield opened


def _find(connection: Connection, query: str, near: Sequence[str] = NEAR) -> list[int]:
    return [match.society_id for match in _matches(connection, query, near)]


def _matches(connection: Connection, query: str, near: Sequence[str] = NEAR) -> list[Match]:
    return in_transaction(connection, lambda tx: search(tx, query, near))


def test_every_society_is_found_by_its_own_name(connection: Connection) -> None:
    known = in_transaction(connection, lambda tx: offices.by_codes(offices.all_offices(tx)))
    for society, code, *names in NAMES:
        for name in filter(None, names):
            matches = _matches(connection, name, near=[known[code].lineage])
            assert matches[0].society_id == society, name
            assert clear(matches) == society, name


def test_every_society_is_found_by_the_beginning_of_each_word(connection: Connection) -> None:
    for society, _, *names in NAMES:
        for word in (word for name in names if name for word in words(name)):
            for length in range(3, len(word.spelling) + 1):
                if unicodedata.category(word.spelling[length : length + 1] or "x") != "Mn":
                    assert society in _find(connection, word.spelling[:length]), (word, length)


SPELLINGS = {
    "matsyajibi agroni dimla": 1,
    "motshojibi tista": 2,
    "অগ্রনি মৎসজীবি ডিমলা": 1,
    "নব জাগরণ যুব": 3,
    "nobojagoron": 3,
    "নবজাগরনযুব": 3,
    "কির্তনখলা": 4,
    "কীতর্নখোলা": 4,
    "fishermen kirtonkhola": 4,
    "বরিশাল মৎস্যজীবী অগ্রণী": 5,
    "surjomuki mohila": 6,
    "সুর্জমুখি": 6,
    "১২ নং ওয়ার্ড": 7,
    "12 ward": 7,
}


def test_other_spellings_find_it_first(connection: Connection) -> None:
    assert {asked: _find(connection, asked)[:1] for asked in SPELLINGS} == {
        asked: [found] for asked, found in SPELLINGS.items()
    }


def test_a_society_is_found_by_the_place_that_its_name_does_not_tell(connection: Connection) -> None:
    assert _find(connection, "ডিমলা মৎস্যজীবী") == [1, 2]
    assert _find(connection, "dimla fishermen", near=[]) == [1, 2]
    assert set(_find(connection, "নীলফামারী যুব")) == {3}


def test_the_senders_own_area_comes_first(connection: Connection) -> None:
    assert _find(connection, "মৎস্যজীবী")[:2] == [1, 2]
    assert _find(connection, "মৎস্যজীবী", near=["BD/10/1006/10060051/"])[0] in {4, 5}
    assert set(_find(connection, "মৎস্যজীবী", near=[])) == {1, 2, 4, 5}


def test_what_is_written_as_asked_is_not_buried_under_what_is_near(connection: Connection) -> None:
    assert _find(connection, "কীর্তনখোলা")[0] == 4


def test_one_in_the_own_district_is_clear_and_one_of_two_is_not(connection: Connection) -> None:
    assert clear(_matches(connection, "অগ্রণী মৎস্যজীবী", near=["BD/10/1006/10060051/"])) == 5
    assert clear(_matches(connection, "মৎস্যজীবী")) is None
    assert clear(_matches(connection, "জলঢাকা তাঁতী")) is None


def test_forms_that_look_the_same_find_the_same(connection: Connection) -> None:
    name = NAMES[6][2]
    forms = [
        unicodedata.normalize("NFC", name),
        unicodedata.normalize("NFD", name),
        "\u200d".join(name),
        f"\ufeff{name}",
    ]
    assert all(_find(connection, form) == _find(connection, name) for form in forms)
    assert _find(connection, name)[0] == 7


NOTHING = ("", " ", "সমবায় সমিতি লিঃ", "%", "_", "'; DROP TABLE societies; --", "\x00", "\ud800", "🐟", "((", "*", '"')


def test_what_names_nothing_finds_nothing(connection: Connection) -> None:
    assert [asked for asked in NOTHING if _find(connection, asked)] == []


def test_no_text_raises(connection: Connection) -> None:
    chance = random.Random(5)
    for _ in range(500):
        text = "".join(
            chr(chance.choice((chance.randrange(0x110000), chance.randrange(0x980, 0xA00)))) for _ in range(30)
        )
        assert len(_find(connection, text)) <= 50
    assert _find(connection, "মৎস্যজীবী " * 5000)[:1] == [1]
    assert _find(connection, "অগ্রণী\x00ডিমলা")[:1] == [1]


def test_no_more_than_asked_for(connection: Connection) -> None:
    assert len(in_transaction(connection, lambda tx: search(tx, "মৎস্যজীবী", NEAR, most=2))) == 2


def test_a_change_of_name_or_office_is_heard_of_and_nothing_else(connection: Connection) -> None:
    in_transaction(connection, lambda tx: tx.run(_TOUCH))
    assert in_transaction(connection, search_index.waiting) == 0
    in_transaction(connection, lambda tx: tx.run(_RENAME, society=4, name="সোনালী তাঁতী সমবায় সমিতি"))
    in_transaction(connection, lambda tx: tx.run(_MOVE, office=offices.by_code(tx, DIMLA).id))  # type: ignore[union-attr]
    assert in_transaction(connection, search_index.waiting) == 2
    assert in_transaction(connection, lambda tx: search_index.refresh(tx, 1)) == 1
    assert in_transaction(connection, lambda tx: search_index.refresh(tx, 1)) == 1
    assert in_transaction(connection, lambda tx: search_index.refresh(tx, 1)) == 0
    assert _find(connection, "কীর্তনখোলা") == []
    assert _find(connection, "সোনালী তাঁতী") == [4]
    assert _find(connection, "ডিমলা সূর্যমুখী") == [6]
    entries = in_transaction(connection, lambda tx: tx.all(_ENTRIES))
    counts = {key: count for key, count in in_transaction(connection, lambda tx: tx.all(_COUNTS)) if count}
    assert counts == {key: sum(entry[0] == key for entry in entries) for key, _ in entries}


def test_a_work_that_fails_leaves_it_waiting(connection: Connection) -> None:
    in_transaction(connection, lambda tx: tx.run(_RENAME, society=4, name="সোনালী তাঁতী সমবায় সমিতি"))
    connection.begin()
    assert search_index.refresh(connection.tx, 10) == 1
    connection.rollback()
    assert in_transaction(connection, search_index.waiting) == 1
    assert _find(connection, "কীর্তনখোলা") == [4]


def test_it_reads_only(connection: Connection, database_url: str) -> None:
    with store.connected(database_url, read_only=True) as reader:
        assert _find(reader, "ডিমলা মৎস্যজীবী") == [1, 2]


@pytest.mark.peer
def test_a_change_during_indexing_is_not_lost(postgres: Postgres, postgres_template: str) -> None:
    """What an open transaction is changing is left for the next time; SQLite has one writer, where this cannot happen."""
    url = postgres.create_database("barta_search_race", template=postgres_template)
    with store.connected(url) as one, store.connected(url) as other:
        in_transaction(one, _add)
        in_transaction(one, lambda tx: search_index.refresh(tx, 100))
        in_transaction(one, lambda tx: tx.run(_RENAME, society=4, name="সোনালী তাঁতী সমবায় সমিতি"))
        other.begin()
        other.tx.run(_RENAME, society=4, name="রূপালী তাঁতী সমবায় সমিতি")
        assert in_transaction(one, lambda tx: search_index.refresh(tx, 10)) == 0
        other.commit()
        assert in_transaction(one, lambda tx: search_index.refresh(tx, 10)) == 1
        assert _find(one, "রূপালী তাঁতী") == [4]
