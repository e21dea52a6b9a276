"""Chromium, driven by Playwright."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

from tests.peers.child import program

_SWITCHES = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page under test that reaches for another machine fails here as it would in an office without internet.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]


@asynccontextmanager
async def open_page() -> AsyncIterator[Page]:
    """A page in a browser of its own, set to Bangladesh."""
    chromium = program("chromium", "chromium")
    # Chromium's sandbox does not work for root.
    switches = [*_SWITCHES, "--no-sandbox"] if os.geteuid() == 0 else _SWITCHES
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=switches)
        try:
            yield await browser.new_page(locale="bn-BD", timezone_id="Asia/Dhaka")
        finally:
            await browser.close()
