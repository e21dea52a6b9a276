"""The texts of offices in the store, on both engines: the nearest office's counts, each language by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.messages import Language
from bot.domain.replies import Reply
from bot.i18n import NOTHING_OWN
from bot.store import audit, offices, texts
from bot.store.store import do
from bot.texts import change, in_force, own
from tests.conftest import NOW
from tests.texts import renderer

if TYPE_CHECKING:
    from bot.domain.offices import Office
    from bot.store.query import Tx

DIMLA, DOMAR, NILPHAMARI, RANGPUR, NATION = "55730012", "55730015", "5573", "55", "BD"
CHARGHAT = "50810025"
NOTICE, URGENT = "reminder.term.notice", "reminder.term.urgent"


def _office(tx: Tx, code: str) -> Office:
    office = offices.by_code(tx, code)
    assert office is not None
    return office


def _put(tx: Tx, code: str, text: str, key: str = NOTICE, language: Language = Language.BN) -> None:
    change(tx, _office(tx, code), key, language, text, at=NOW, by="+8801700099900", inbox_id=None)


def _own(tx: Tx, code: str, language: Language = Language.BN) -> dict[str, str]:
    return dict(own(tx, Reply("reminder.term", area=_office(tx, code).lineage), language))


def test_the_nearest_office_counts(database_url: str) -> None:
    def work(tx: Tx) -> None:
        steps = [(NATION, "দেশ"), (RANGPUR, "বিভাগ"), (NILPHAMARI, "জেলা"), (DIMLA, "উপজেলা")]
        seen = []
        for code, text in steps:
            _put(tx, code, f"{{r}} {text}")
            seen.append([_own(tx, at).get(NOTICE, "-").split()[-1] for at in (DIMLA, DOMAR, RANGPUR, CHARGHAT)])
        assert seen == [
            ["দেশ", "দেশ", "দেশ", "দেশ"],
            ["বিভাগ", "বিভাগ", "বিভাগ", "দেশ"],
            ["জেলা", "জেলা", "বিভাগ", "দেশ"],
            ["উপজেলা", "জেলা", "বিভাগ", "দেশ"],
        ]
        assert _own(tx, DIMLA, Language.EN) == {}
        assert in_force(tx, renderer(), _office(tx, DIMLA).lineage, NOTICE, Language.BN).source == _office(tx, DIMLA)

    do(database_url, work)


def test_writing_again_and_taking_back(database_url: str) -> None:
    def work(tx: Tx) -> None:
        dimla = _office(tx, DIMLA)
        _put(tx, DIMLA, "{r} এক")
        _put(tx, DIMLA, "{r} দুই")
        _put(tx, DIMLA, "{r} one", language=Language.EN)
        _put(tx, DIMLA, "{r} তিন", URGENT)
        assert texts.of_office(tx, dimla.id, NOTICE, Language.BN) == "{r} দুই"
        assert [(each.key, each.language, each.changed_at) for each in texts.every(tx)] == [
            (NOTICE, Language.BN, NOW),
            (NOTICE, Language.EN, NOW),
            (URGENT, Language.BN, NOW),
        ]
        change(tx, dimla, NOTICE, Language.BN, None, at=NOW, by="barta", inbox_id=None)
        assert _own(tx, DIMLA) == {URGENT: "{r} তিন"}
        assert not texts.remove(tx, dimla.id, NOTICE, Language.BN)
        log = audit.of_office(tx, dimla.id)
        assert [each.action for each in log] == ["texts.drop", *["texts.change"] * 4]
        assert log[0].before == {"key": NOTICE, "language": "bn", "text": "{r} দুই"}
        assert log[0].after["text"] is None
        assert (log[3].before["text"], log[3].after["text"]) == ("{r} এক", "{r} দুই")

    do(database_url, work)


@pytest.mark.parametrize(
    ("key", "text"), [(NOTICE, "{r} {y} x"), (NOTICE, "{r!r} x"), (NOTICE, "{r x"), ("status.own", "x")]
)
def test_a_text_that_cannot_be_filled_in_gives_way(sqlite_url: str, key: str, text: str) -> None:
    def work(tx: Tx) -> None:
        dimla = _office(tx, DIMLA)
        texts.put(tx, dimla.id, key, Language.BN, text, at=NOW, by="an older program")
        assert _own(tx, DIMLA) == {}
        if key == NOTICE:
            assert in_force(tx, renderer(), dimla.lineage, key, Language.BN).source is None

    do(sqlite_url, work)


def test_a_reply_without_an_area_asks_nothing(sqlite_url: str) -> None:
    class NoTx:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    assert own(NoTx(), Reply("help.main"), Language.BN) is NOTHING_OWN  # type: ignore[arg-type]
