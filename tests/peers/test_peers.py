"""The counterparts themselves work, without our program."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote_to_bytes

import psycopg
import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.peers.child import PeerMissingError, program
from tests.peers.kannel import mo_url
from tests.peers.plugin import KannelFactory
from tests.peers.ports import LOOPBACK, free_port, wait_for
from tests.peers.postgres import Postgres
from tests.peers.segments import count_segments
from tests.peers.smsc import Sent, Smsc, rejoined

HANDSET = "8801712345678"
SHORT = "সমিতি ১২৩/২০১৯ এর মেয়াদ কত দিন"
LONG = "জেলা সমবায় কার্যালয়, নীলফামারী: ব্যবস্থাপনা কমিটির মেয়াদ শেষ হইতে আর ৩০ দিন বাকি। নির্বাচনের ব্যবস্থা লউন। 🙏 ধন্যবাদ।"


@dataclass
class Gateway:
    """Stands where our program will: remembers what it was asked, answers as it is told."""

    url: str = ""
    queries: list[str] = field(default_factory=list)
    receipts: list[tuple[str, int]] = field(default_factory=list)
    answer: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def on_mo(self, request: web.Request) -> web.Response:
        self.queries.append(request.rel_url.raw_query_string)
        return web.Response(text=self.answer, headers=self.headers)

    async def on_receipt(self, request: web.Request) -> web.Response:
        self.receipts.append((request.query["id"], int(request.query["status"])))
        return web.Response()

    @property
    def last(self) -> dict[str, bytes]:
        """The last query, undecoded: a text in UTF-16 is no text to an ordinary query parser."""
        pairs = (pair.split("=", 1) for pair in self.queries[-1].split("&"))
        return {name: unquote_to_bytes(value.replace("+", " ")) for name, value in pairs}


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    served = Gateway()
    app = web.Application()
    app.router.add_get("/channels/kannel/mo", served.on_mo)
    app.router.add_get("/channels/kannel/dlr", served.on_receipt)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, LOOPBACK, port).start()
    served.url = f"http://{LOOPBACK}:{port}"
    yield served
    await runner.cleanup()


async def test_mo_arrives_as_utf8(smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway) -> None:
    await kannel_factory(mo_url=mo_url(gateway.url, "s&cret"), mo_recode=True)
    await smsc.send_mo(HANDSET, SHORT)
    await wait_for(lambda: gateway.queries)
    query = dict(parse_qsl(gateway.queries[0]))
    assert query["text"] == SHORT
    assert (query["coding"], query["charset"]) == ("0", "UTF-8")
    assert (query["from"], query["to"], query["secret"]) == ("+" + HANDSET, "16123", "s&cret")
    assert query["id"]


async def test_mo_arrives_as_utf16(smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway) -> None:
    await kannel_factory(mo_url=mo_url(gateway.url, "secret"), mo_recode=False)
    await smsc.send_mo(HANDSET, SHORT, ton=0)
    await wait_for(lambda: gateway.queries)
    assert gateway.last["text"] == SHORT.encode("utf-16-be")
    assert (gateway.last["coding"], gateway.last["charset"]) == (b"2", b"UTF-16BE")
    assert gateway.last["from"] == HANDSET.encode()
    await smsc.send_mo(HANDSET, "STATUS 123/2019 {ok}", encoding="GSM")
    await wait_for(lambda: len(gateway.queries) == 2)
    assert gateway.last["text"] == b"STATUS 123/2019 {ok}"
    assert gateway.last["coding"] == b"0"


async def test_long_mo_arrives_whole(smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway) -> None:
    await kannel_factory(mo_url=mo_url(gateway.url, "secret"))
    in_order = await smsc.send_mo(HANDSET, LONG)
    last_first = await smsc.send_mo(HANDSET, LONG, reversed_parts=True)
    long_reference = await smsc.send_mo(HANDSET, LONG, reference_bits=16)
    assert in_order == last_first == long_reference == Sent(parts=2, statuses=(0, 0))
    await wait_for(lambda: len(gateway.queries) == 3)
    assert [dict(parse_qsl(query))["text"] for query in gateway.queries] == [LONG] * 3


async def test_answer_in_the_body_reaches_the_handset(
    smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway
) -> None:
    gateway.answer, gateway.headers = SHORT, {"X-Kannel-Coding": "2"}
    await kannel_factory(mo_url=mo_url(gateway.url, "secret"), body_reply=True)
    await smsc.send_mo(HANDSET, "STATUS", encoding="GSM")
    (reply,) = await smsc.wait_submitted(1)
    assert (reply.text, reply.to, reply.data_coding) == (SHORT, HANDSET, 8)


async def test_bangla_goes_out_in_parts_and_receipts_come_back(
    smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway
) -> None:
    kannel = await kannel_factory(mo_url=mo_url(gateway.url, "secret"))
    await smsc.behave(receipt_delay_ms=100)
    status, body = await kannel.send(HANDSET, LONG, dlr_url=f"{gateway.url}/channels/kannel/dlr?id=m1&status=%d")
    assert (status, body) == (202, "0: Accepted for delivery")
    parts = await smsc.wait_submitted(2)
    assert [part.data_coding for part in parts] == [8, 8]
    (message,) = rejoined(parts)
    assert (message.text, message.sender) == (LONG, "16123")
    await wait_for(lambda: ("m1", 1) in gateway.receipts)
    assert gateway.receipts[0] == ("m1", 8)
    counters = await smsc.counters()
    assert counters.dlr == counters.dlr_acknowledged > 0


async def test_a_failed_delivery_and_a_refused_submit_are_told(
    smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway
) -> None:
    kannel = await kannel_factory(mo_url=mo_url(gateway.url, "secret"))
    await smsc.behave(receipt_status="UNDELIV")
    await kannel.send(HANDSET, SHORT, dlr_url=f"{gateway.url}/channels/kannel/dlr?id=m1&status=%d")
    await wait_for(lambda: ("m1", 2) in gateway.receipts)
    await smsc.behave(refuse_next=1, refuse_status="ESME_RINVDSTADR")
    await kannel.send(HANDSET, SHORT, dlr_url=f"{gateway.url}/channels/kannel/dlr?id=m2&status=%d")
    await wait_for(lambda: ("m2", 16) in gateway.receipts)
    assert (await smsc.counters()).refused == 1


async def test_a_throttled_submit_is_tried_again_and_a_receipt_may_be_late(
    smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway
) -> None:
    kannel = await kannel_factory(mo_url=mo_url(gateway.url, "secret"))
    await smsc.behave(refuse_next=1, refuse_status="ESME_RTHROTTLED", receipts=False)
    await kannel.send(HANDSET, SHORT, dlr_url=f"{gateway.url}/channels/kannel/dlr?id=m1&status=%d")
    (part,) = await smsc.wait_submitted(1)
    await wait_for(lambda: gateway.receipts == [("m1", 8)])
    counters = await smsc.counters()
    assert (counters.refused, counters.submits, counters.dlr) == (1, 1, 0)
    await smsc.send_receipt(part.id)
    await wait_for(lambda: gateway.receipts == [("m1", 8), ("m1", 1)])
    with pytest.raises(ValueError, match="no such SMPP error"):
        await smsc.behave(refuse_status="ESME_NONSENSE")


async def test_kannel_comes_back_with_what_it_had_not_delivered(
    smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway
) -> None:
    kannel = await kannel_factory(mo_url=mo_url(gateway.url, "secret"))
    await kannel.stop()
    under_way = asyncio.create_task(smsc.send_mo(HANDSET, SHORT))
    await wait_for(smsc.counters)
    assert not gateway.queries
    await kannel.start()
    assert (await under_way).statuses == (0,)
    await wait_for(lambda: gateway.queries)
    kannel.kill()
    await kannel.start()
    assert await smsc.drop() == 1
    await kannel.wait_online()
    await wait_for(lambda: kannel.send(HANDSET, SHORT))
    assert (await smsc.wait_submitted(1))[0].text == SHORT


async def test_a_lost_answer_leaves_the_submit_in_the_list(
    smsc: Smsc, kannel_factory: KannelFactory, gateway: Gateway
) -> None:
    kannel = await kannel_factory(mo_url=mo_url(gateway.url, "secret"))
    await smsc.behave(lose_answers=1)
    await kannel.send(HANDSET, SHORT)
    first, again = await smsc.wait_submitted(2)
    assert first.text == again.text == SHORT  # Kannel cannot know, and sends it twice


def test_postgres_answers(postgres: Postgres) -> None:
    url = postgres.create_database("original")
    with psycopg.connect(url) as connection:
        (version,) = connection.execute("SELECT version()").fetchone() or ("",)
        assert "PostgreSQL" in version
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE societies AS SELECT 'সমিতি' AS name")
    with psycopg.connect(postgres.create_database("copy", template="original")) as connection:
        assert connection.execute("SELECT name, length(name) FROM societies").fetchone() == ("সমিতি", 5)
    postgres.drop_database("copy")


async def test_chromium_shows_bangla(page: Page, tmp_path: Path) -> None:
    await page.set_content("<p style='font-size: 40px'></p><b>ক্ষ</b><i>ক</i><u>ষ</u>")
    blank = await page.screenshot(path=tmp_path / "blank.png")
    await page.locator("p").evaluate("(p, text) => { p.textContent = text }", SHORT)
    shown = await page.screenshot(path=tmp_path / "bangla.png")
    assert _ink(shown) > _ink(blank) + 1000
    # A font with Bangla joins the letters of a conjunct; without one they would be boxes side by side.
    conjunct, *letters = [
        await page.locator(name).evaluate("e => e.getBoundingClientRect().width") for name in ("b", "i", "u")
    ]
    assert 0 < conjunct < sum(letters)


def _ink(png: bytes) -> int:
    """How many octets of a picture's raw rows are not what the row above or the pixel before foretells."""
    packed, place = b"", 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + size]
        place += size + 12
    return sum(octet != 0 for octet in zlib.decompress(packed))


@pytest.mark.peer
def test_the_oracle_counts_segments() -> None:
    latin, edge, conjunct, emoji = count_segments(["hello {}", "ক" * 70, "ক" * 66 + "ক্ষ" + "ক", "🙏" * 36])
    assert (latin.encoding, latin.segments) == ("GSM-7", 1)
    assert (edge.encoding, edge.segments, edge.parts) == ("UCS-2", 1, ("ক" * 70,))
    assert conjunct.parts[0] == "ক" * 66 or conjunct.segments == 1
    assert emoji.segments == 2


def test_a_missing_counterpart_is_told_in_one_line() -> None:
    with pytest.raises(
        PeerMissingError, match=r"^no-such-box is not installed: run `make test`.* `apt-get install box`$"
    ):
        program("no-such-box", "box")
