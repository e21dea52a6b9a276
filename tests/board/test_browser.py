"""The simulator as a person uses it, in a real browser."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.app import App
from tests.board.conftest import with_simulator
from tests.peers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

    from bot.clock import Clock


pytestmark = pytest.mark.peer


@asynccontextmanager
async def running(url: str, clock: Clock) -> AsyncIterator[str]:
    async with App(with_simulator(True), clock, url, jobs=()) as app:
        port = free_port()
        runner = await app.serve("127.0.0.1", port)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()
            await app.delivery.stop()


async def test_an_officer_asks_and_sees_the_answer(page: Page, demo_url: str, clock: Clock) -> None:
    troubles: list[str] = []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    async with running(demo_url, clock) as address:
        await page.goto(f"{address}/simulator")
        await page.get_by_role("radio", name="উপজেলা সমবায় অফিসার, ডিমলা").check()
        await page.get_by_label("আপনার বার্তা").fill("অবস্থা ১/২০২৩")
        await page.keyboard.press("Enter")

        answer = page.locator(".message.theirs")
        await expect(answer).to_contain_text("ডিমলা অগ্রণী")
        await expect(answer).to_contain_text("UCS-2, ২ অংশ · ৳০.৭০")
        await expect(answer.locator(".cut")).to_have_text("১/২")
        await expect(answer.locator(".state")).to_have_text("পৌঁছেছে")
        panel = page.locator("#panel")
        await expect(panel.locator(".args")).to_contain_text("১/২০২৩")
        await expect(panel.locator("table .state")).to_have_text("পৌঁছেছে")

        await page.get_by_role("link", name="English").click()
        await expect(page.locator(".message.theirs .state")).to_have_text("delivered")
        await expect(page.locator(".message.theirs")).to_contain_text("UCS-2, 2 parts · ৳0.70")
        await expect(panel.locator("h3").first).to_have_text("Understood")
    assert troubles == []


async def test_keys_of_the_phone_write_and_markup_stays_text(page: Page, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await page.goto(f"{address}/simulator")
        written = page.get_by_label("আপনার বার্তা")
        await written.fill("অবস্থা")
        for key in ("ফাঁক", "১", "৯", "মুছুন", "২"):
            await page.get_by_role("group", name="কিপ্যাড").get_by_role("button", name=key, exact=True).click()
        await expect(written).to_have_value("অবস্থা ১২")
        await written.fill("<img src=x onerror=alert(1)>")
        await page.get_by_role("button", name="পাঠান", exact=True).click()
        await expect(page.locator(".message.mine .said")).to_have_text("<img src=x onerror=alert(1)>")
        assert await page.locator(".thread img").count() == 0


async def test_a_broken_connection_is_told_and_trying_again_sends_once(page: Page, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await page.goto(f"{address}/simulator")
        await expect(page.locator("#panel .card")).to_be_visible()
        await page.context.set_offline(True)
        await page.get_by_label("আপনার বার্তা").fill("সাহায্য")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message.failed")).to_contain_text("সংযোগ নেই")
        await page.context.set_offline(False)
        await page.get_by_role("button", name="আবার পাঠান").click()
        await expect(page.locator(".message.theirs")).to_have_count(1)
        await expect(page.locator(".message.mine")).to_have_count(1)


async def test_a_narrow_phone_shows_everything_in_its_width(page: Page, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await page.set_viewport_size({"width": 360, "height": 740})
        for path in ("/", "/simulator"):
            await page.goto(address + path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360
