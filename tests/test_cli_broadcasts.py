"""``barta broadcasts``: the list, one of them, whom it did not reach, and what all of them cost."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import bindparam, select, update

from bot.cli import main
from bot.configured import SIMULATOR
from bot.domain.audiences import Audience, Group
from bot.store.query import Query
from bot.store.schema import outbox
from bot.store.store import do
from tests import broadcasts as making
from tests.conftest import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from bot.store.query import Tx

ALL = Audience(Group.UCO, "BD/55/5573/")
LINES = {SIMULATOR: making.line(), "chat": making.line(price="0", chat=True)}
_ROWS: Query[int] = Query(select(outbox.c.id).where(outbox.c.broadcast_id.is_not(None)).order_by(outbox.c.id))
_BECOME: Query[int] = Query(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(
        state=bindparam("new_state"),
        error=bindparam("why"),
        submitted_at=bindparam("at", type_=outbox.c.submitted_at.type),
    )
)
_BY_ANOTHER: Query[int] = Query(
    update(outbox).where(outbox.c.id == bindparam("row_id")).values(channel="second", price=Decimal("0.70"))
)


def barta(url: str, *arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["broadcasts", *arguments], env={"BARTA_DATABASE_URL": url})
    assert done.exit_code == code, done.output
    return done


def as_json(url: str, *arguments: str) -> Any:
    return json.loads(barta(url, *arguments, "--json").stdout)


@pytest.fixture
def ref(demo_url: str) -> str:
    """One of which messages are in every state; one went by another provider."""

    def work(tx: Tx) -> str:
        rules = making.rules(LINES, SIMULATOR)
        made = making.send(tx, rules, ALL, making.words())
        making.queue_all(tx, rules, made.id)
        rows = tx.all(_ROWS)
        for row_id, state, why, left in zip(
            rows,
            ("delivered", "submitted", "failed", "failed", "expired", "unconfirmed"),
            (None, None, "REJECTD", "sendsms refuses the message: 413", None, None),
            (True, True, True, False, False, False),
            strict=True,
        ):
            tx.run(_BECOME, row_id=row_id, new_state=state, why=why, at=NOW if left else None)
        tx.run(_BY_ANOTHER, row_id=rows[1])
        return making.the(tx, made.id).ref

    return do(demo_url, work)


def test_the_list(demo_url: str, ref: str) -> None:
    (found,) = as_json(demo_url)
    assert found == {
        "ref": ref,
        "office": "5573",
        "state": "sending",
        "kind": "message",
        "urgent": False,
        "asked_at": found["asked_at"],
        "confirmed_at": found["confirmed_at"],
        "ended_at": None,
        "people": 6,
        "estimate": "2.10",
    }
    assert found["confirmed_at"].startswith("2026-11-21T04:00:00")
    assert as_json(demo_url, "--office", "55") == [found]
    assert as_json(demo_url, "--office", "30") == []
    done = barta(demo_url)
    assert done.stdout == f"{ref}  21/11/2026 10:00  5573  sending  message, 6 people, 2.10 taka\n"


def test_one(demo_url: str, ref: str) -> None:
    found = as_json(demo_url, ref)
    assert found["recipients"] == 6
    assert {state: number for state, number in found["states"].items() if number} == {
        "delivered": 1,
        "submitted": 1,
        "failed": 2,
        "expired": 1,
        "unconfirmed": 1,
    }
    assert found["failed"] == {"number": 1, "absent": 0, "blocked": 0, "provider": 1, "expired": 1}
    assert found["unreached"] == {}
    assert [each["provider"] for each in found["providers"]] == ["second", SIMULATOR]
    lines = barta(demo_url, ref.lower()).stdout.splitlines()
    assert "not reached, number: 1" in lines
    assert barta(demo_url, "R999999", code=1).stderr == "barta: there is no broadcast R999999\n"


def test_the_ledger(demo_url: str, ref: str) -> None:
    """What left is paid for, also where it failed or nobody knows; what did not leave tells the difference."""
    second, first = as_json(demo_url, "--ledger")
    assert first == {
        "office": "5573",
        "month": "2026-11",
        "provider": SIMULATOR,
        "broadcasts": 1,
        "messages": 3,
        "segments": 3,
        "estimate": "2.10",
        "price": "1.05",
        "estimated_messages": 6,
        "expired": 1,
        "cancelled": 0,
        "refused": 1,
        "waiting": 0,
        "moved": -1,
    }
    assert (second["provider"], second["messages"], second["price"], second["estimate"]) == (
        "second",
        1,
        "0.70",
        "0.00",
    )
    assert second["moved"] == 1
    assert as_json(demo_url, "--ledger", "--office", "30") == []
    printed = barta(demo_url, "--ledger", "--office", "5573").stdout.splitlines()
    assert printed[1].endswith("3 segments, 1.05 taka (estimate 2.10), expired 1, refused 1, moved -1")


def test_whom_it_did_not_reach(demo_url: str, ref: str, tmp_path: Path) -> None:
    file = tmp_path / "failures.xlsx"
    barta(demo_url, ref, "--failures", str(file), "--language", "en")
    book = load_workbook(BytesIO(file.read_bytes()))
    assert book.sheetnames[:2] == ["Failed", "Not known"]
    assert book["Failed"].max_row == 9


@pytest.mark.parametrize(
    "arguments", [("--failures", "x.xlsx"), ("R1", "--failures", "x.csv"), ("R1", "--ledger"), ("--most", "many")]
)
def test_wrong_usage(demo_url: str, arguments: tuple[str, ...]) -> None:
    barta(demo_url, *arguments, code=2)
