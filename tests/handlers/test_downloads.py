"""A document's address is good only as long as whoever got it may see the document."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from aiohttp.test_utils import TestClient, TestServer

from bot.store import outbox
from tests.handlers.talking import DCO, UCO, by_number

if TYPE_CHECKING:
    from tests.handlers.talking import Talk


async def _address(talk: Talk, who: str) -> str:
    sent = await talk.one(who, "পঞ্জি xlsx")
    rows = await talk.app.store.read(partial(outbox.rows))
    text = next(row.text for row in rows if row.id == sent.id)
    found = re.search(r"/d/\w+", text)
    assert found is not None
    return found[0]


async def test_a_released_officers_addresses_are_gone(talk: Talk) -> None:
    own, above = await _address(talk, UCO), await _address(talk, DCO)
    async with TestClient(TestServer(talk.app.web)) as client:
        for address in (own, above):
            async with client.get(address) as response:
                assert response.status == 200
        assert by_number(await talk.confirmed(DCO, "officer", topic="end", msisdn=UCO))[UCO].key == "officer.relieved"
        async with client.get(own) as response:
            assert response.status == 404
        async with client.get(above) as response:
            assert response.status == 200


async def test_an_officer_who_was_moved_sees_his_new_office_only(talk: Talk) -> None:
    own = await _address(talk, UCO)
    await talk.confirmed(DCO, "officer", topic="move", msisdn=UCO, office="ডোমার")
    async with TestClient(TestServer(talk.app.web)) as client, client.get(own) as response:
        assert response.status == 404
