"""Makes docs/images/simulator.png again from the running program: ``python -m tests.board.screenshot``."""

from __future__ import annotations

import asyncio
import tempfile
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
TEXTS = ("অবস্থা ১/২০২৩", "STATUS 1/2023")
SIZE = {"width": 1366, "height": 900}


async def shoot(url: str) -> None:
    async with App(Config(), Clock(), url) as app, open_page() as page:
        port = free_port()
        runner = await app.serve("127.0.0.1", port)
        await page.set_viewport_size(SIZE)  # type: ignore[arg-type]  # the type is Playwright's own
        await page.goto(f"http://127.0.0.1:{port}/simulator")
        for count, text in enumerate(TEXTS, start=1):
            await page.locator("#text").fill(text)
            await page.keyboard.press("Enter")
            await expect(page.locator(".message.theirs.delivered")).to_have_count(count)
            await expect(page.locator("#panel code").first).to_have_text(text.translate(str.maketrans("০১২৩", "0123")))
            await expect(page.locator("#panel table .state.delivered")).to_have_count(1)
        IMAGE.parent.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=IMAGE)
        await runner.cleanup()
        await app.delivery.stop()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'demo.db'}"
        migrate(engine_for(url))
        store.do(url, load_offices)
        store.do(url, lambda tx: load(tx, Clock().today()))
        asyncio.run(shoot(url))


if __name__ == "__main__":
    main()
