"""Makes docs/images/simulator.png again from the running program: ``python -m tests.board.screenshot``."""

from __future__ import annotations

import asyncio
import struct
import tempfile
import zlib
from pathlib import Path

from playwright.async_api import expect

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.demo import load
from bot.registry import load_offices
from bot.store import store
from bot.store.engine import engine_for
from bot.store.migrate import migrate
from tests.peers.browser import open_page
from tests.peers.ports import free_port

IMAGE = Path(__file__).parents[2] / "docs" / "images" / "simulator.png"
SIZE = {"width": 1366, "height": 768}
SIGNATURE = b"\x89PNG\r\n\x1a\n"
WHO = "যুগ্ম নিবন্ধক, রংপুর"


async def shoot(url: str) -> None:
    async with App(Config(), Clock(), url) as app, open_page() as page:
        port = free_port()
        runner = await app.serve("127.0.0.1", port)
        await page.set_viewport_size(SIZE)  # type: ignore[arg-type]  # the type is Playwright's own
        await page.goto(f"http://127.0.0.1:{port}/simulator")
        await page.get_by_role("radio", name=WHO).check()
        sms, chat = page.locator("#sms-phone"), page.locator("#chat-phone")
        await sms.get_by_role("textbox").fill("লিংক")
        await page.keyboard.press("Enter")
        await sms.locator("a.start-link").first.click()
        await expect(chat.locator(".message.theirs.delivered")).to_have_count(1)
        await expect(sms.locator(".message.theirs.delivered")).to_have_count(2)
        await chat.get_by_role("textbox").fill("অবস্থা ৭/২০০৯")
        await page.keyboard.press("Enter")
        await chat.get_by_role("list", name="উত্তরের বোতাম").get_by_role("button", name="রংপুর").click()
        await expect(chat.locator(".message.theirs.delivered")).to_have_count(3)
        await expect(page.locator("#panel table .state.delivered")).to_have_count(1)
        await page.mouse.move(0, 0)
        IMAGE.parent.mkdir(parents=True, exist_ok=True)
        IMAGE.write_bytes(smaller(await page.screenshot(animations="disabled")))
        await runner.cleanup()
        await app.delivery.stop()


def smaller(png: bytes) -> bytes:
    """The same picture, packed as tightly as it goes: a browser is in a hurry."""
    chunks, at = [], len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    packed = zlib.compress(zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT")), 9)
    (head, *_, end) = chunks
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (head, (b"IDAT", packed), end)
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'demo.db'}"
        migrate(engine_for(url))
        store.do(url, load_offices)
        store.do(url, lambda tx: load(tx, Clock().today()))
        asyncio.run(shoot(url))


if __name__ == "__main__":
    main()
