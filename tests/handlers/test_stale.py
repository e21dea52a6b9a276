"""Confirming the entries that nobody has looked at for longest, one after the other, from a single search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import listing
from bot.command import Look, Sender
from bot.config import Config
from bot.domain.access import Post, Role
from bot.domain.quiet import NEVER
from bot.handlers import stale
from bot.return_rules import ReturnRules
from bot.sections import BroadcastSettings
from bot.send_rules import SendRules
from bot.store import societies, standings
from tests.conftest import NOW
from tests.handlers.talking import DCO, DIMLA, UCO, Talk
from tests.texts import renderer

if TYPE_CHECKING:
    import pytest

    from tests.handlers.talking import Out

LIST = {"topic": "stale"}


def _ids(out: Out) -> list[int]:
    return [one.args["society_id"] for one in out.reply.choices]


async def test_the_next_are_shown_without_another_search(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await talk.one(UCO, "calendar", **LIST)
    assert (first.key, len(first.reply.choices)) == ("stale.which", 5)
    assert first.segments <= 4
    monkeypatch.setattr(societies, "stalest", _no_search)
    details = await talk.one(UCO, "1")
    assert details.key == "stale.details"
    done = await talk.one(UCO, "1")
    assert done.key == "stale.done"
    assert _ids(done)[:4] == _ids(first)[1:]
    assert len(_ids(done)) == 5
    await talk(UCO, "2")
    again = await talk.one(UCO, "1")
    assert _ids(first)[0] not in _ids(again)  # what is confirmed does not come back
    assert _ids(done)[1] not in _ids(again)
    assert _ids(again)[0] == _ids(done)[0]


def _no_search(*_: Any) -> list[Any]:
    raise AssertionError


async def test_until_all_are_confirmed(talk: Talk) -> None:
    (first, *_) = _ids(await talk.one(UCO, "calendar", **LIST))
    assert (await talk.one(UCO, "stale", confirm=first, ids=[first])).key == "stale.done_all"


async def test_what_another_command_has_found_is_no_list(talk: Talk) -> None:
    """``calendar`` looks up what ``stale`` shows, so that the writer need not."""
    found = await talk.app.store.read(lambda tx: listing.unconfirmed(tx, _look()))
    assert len(found) > stale.LISTED
    assert _ids(await talk.one(UCO, "calendar", **LIST)) == [one.id for one in found[: stale.LISTED]]


async def test_what_was_looked_up_is_not_looked_up_again(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    stalest = societies.stalest
    calls: list[Any] = []

    def counted(*args: Any) -> list[Any]:
        calls.append(args)
        return stalest(*args)

    monkeypatch.setattr(societies, "stalest", counted)
    assert (await talk.one(UCO, "calendar", **LIST)).key == "stale.which"
    assert len(calls) == 1


def _look() -> Look:
    sender = Sender(UCO, (Post(Role.UPAZILA_OFFICER, "x", f"BD/55/5573/{DIMLA}/"),))
    sending = SendRules(BroadcastSettings(), renderer(), {}, None, NEVER)
    return Look(sender, {}, NOW, NOW.date(), ReturnRules.of(Config()), sending)


async def test_a_society_that_is_gone(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted in ("society_id", "wrong", "confirm"):
        assert (await talk.one(UCO, "stale", **{wanted: 10**6})).key == "stale.gone"
    first = await talk.one(UCO, "calendar", **LIST)
    gone = _ids(first)[1]
    by_ids = standings.by_ids
    monkeypatch.setattr(standings, "by_ids", lambda tx, ids: by_ids(tx, [one for one in ids if one != gone]))
    done = await talk.one(UCO, "stale", confirm=_ids(first)[0], ids=_ids(first))
    assert _ids(done) == _ids(first)[2:]


async def test_the_office_above_looks_and_does_not_confirm(talk: Talk) -> None:
    (first, *_) = _ids(await talk.one(DCO, "calendar", **LIST))
    assert (await talk.one(DCO, "stale", society_id=first)).key == "stale.details"
    assert (await talk.one(DCO, "stale", confirm=first)).key == "stale.not_yours"
