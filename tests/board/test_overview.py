from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.domain.committee import colour
from bot.store import overview, standings, store
from bot.store.query import Query
from bot.store.schema import societies
from tests.board.conftest import OFFICER, with_simulator

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.store.query import Tx
    from tests.board.conftest import Client, Serve

_IDS: Query[int] = Query(select(societies.c.id))


async def test_it_tells_what_the_gateway_is_and_how_to_use_it(client: Client) -> None:
    html = await (await client.get("/")).text()
    for expected in ("সমবায় বার্তা", "১৬১২৩", "অবস্থা ১/২০২৩", "STATUS 1/2023", "/simulator", "নমুনা তথ্য", "২১/১১/২০২৬"):
        assert expected in html


async def test_it_holds_no_telephone_number(client: Client) -> None:
    await client.post("/simulator/send", json={"from": OFFICER, "text": "অবস্থা ১/২০২৩"})
    for language in ("bn", "en"):
        html = await (await client.get("/", params={"lang": language})).text()
        assert re.search(r"[০-৯0-9]{6,}", re.sub(r"/static/\w+/", "", html)) is None


async def test_without_the_simulator_nothing_leads_to_it(serve: Serve) -> None:
    async with serve(with_simulator(False)) as client:
        assert "/simulator" not in await (await client.get("/")).text()


def test_colours_agree_with_the_rule_for_one_society(demo_url: str, clock: Clock) -> None:
    for days in (0, 57, 200):
        today = clock.today() + timedelta(days=days)

        def count(tx: Tx) -> tuple[overview.Colours, list[str]]:
            found = standings.by_ids(tx, tx.all(_IDS))
            each = [str(colour(one.expires_on, today)) if one.expires_on else "unformed" for one in found]  # noqa: B023
            return overview.colours(tx, today), each  # noqa: B023

        counted, each = store.do(demo_url, count, read_only=True)
        assert counted == overview.Colours(*(each.count(name) for name in ("green", "yellow", "red", "unformed")))
        assert counted.total == len(each) > 200


def test_an_empty_database_counts_nothing(sqlite_url: str, clock: Clock) -> None:
    assert store.do(sqlite_url, lambda tx: overview.colours(tx, clock.today())) == overview.Colours()
    assert store.do(sqlite_url, overview.states) == {}


async def test_bangla_first_and_the_choice_of_english_is_kept(client: Client) -> None:
    first = await client.get("/")
    assert 'lang="bn"' in await first.text()
    chosen = await client.get("/", params={"lang": "en"})
    assert chosen.headers["Content-Language"] == "en"
    assert "16123" in await chosen.text()
    assert 'lang="en"' in await (await client.get("/simulator")).text()
    assert 'lang="bn"' in await (await client.get("/", params={"lang": "bn"})).text()


async def test_an_unknown_language_is_bangla(client: Client) -> None:
    assert (await client.get("/", params={"lang": "<script>"})).headers["Content-Language"] == "bn"


async def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for path in (
        "/",
        "/simulator",
        "/simulator/thread?from=017",
        "/simulator/thread",
        "/static/x/frame.css",
        "/static/x/none.css",
    ):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


async def test_pages_need_no_inline_script_or_style_and_nothing_from_elsewhere(client: Client) -> None:
    for path in ("/", "/simulator"):
        html = await (await client.get(path)).text()
        assert re.search(r"<[^>]+\s(style|on\w+)=", html) is None
        assert re.search(r"<style|<script(?! type=\"application/json\"| type=\"module\" src=\"/static/)", html) is None
        assert re.search(r"(src|href)=\"(https?:)?//", html) is None


async def test_files_are_kept_for_good_under_the_address_of_their_content(client: Client) -> None:
    html = await (await client.get("/simulator")).text()
    addresses = re.findall(r"/static/[^\"]+", html)
    assert len(addresses) > 4
    types = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for address in addresses:
        response = await client.get(address)
        assert response.status == 200
        assert response.content_type == types[address.rpartition(".")[2]]
        assert "immutable" in response.headers["Cache-Control"]
    old = await client.get("/static/0123456789ab/simulator.js")
    assert (old.status, old.headers["Cache-Control"]) == (200, "no-cache")


async def test_nothing_but_the_files_is_served(client: Client) -> None:
    for path in ("/static/x/..%2fpages.py", "/static/x/pages.py", "/static/x/", "/static/x/%00"):
        assert (await client.get(path)).status == 404
