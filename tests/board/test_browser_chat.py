"""Both phones of one person, in a real browser: linking, buttons, a link out of an SMS, one dialogue on two phones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.board.test_browser import running

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from bot.clock import Clock


pytestmark = pytest.mark.peer

REGISTRAR = "যুগ্ম নিবন্ধক, রংপুর"
"""In whose division 7/2009 is there twice."""


class Phones:
    """The page with its two phones.

    Attributes:
        sms, chat: the phones.
        troubles: what the browser complained of.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sms = page.locator("#sms-phone")
        self.chat = page.locator("#chat-phone")
        self.troubles: list[str] = []
        page.on("console", lambda line: self.troubles.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    async def play(self, address: str, who: str) -> None:
        await self.page.goto(f"{address}/simulator")
        await self.page.get_by_role("radio", name=who).check()

    async def text(self, text: str) -> None:
        await self._write(self.sms, text)

    async def write(self, text: str) -> None:
        await self._write(self.chat, text)

    async def _write(self, phone: Locator, text: str) -> None:
        await phone.get_by_role("textbox").fill(text)
        await phone.get_by_role("textbox").press("Enter")

    async def link(self) -> None:
        """Share the number."""
        await self.chat.get_by_role("button", name="শুরু করুন").click()
        await self.chat.get_by_role("button", name="আমার নম্বর পাঠান").click()
        await expect(self.chat.locator("#stands-for")).to_have_text(re.compile("যুক্ত$"))

    def answers(self, phone: Locator) -> Locator:
        return phone.locator(".message.theirs.delivered")


@pytest.fixture
def phones(page: Page) -> Phones:
    return Phones(page)


async def test_linking_asking_and_pressing_a_button(phones: Phones, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.link()
        panel = phones.page.locator("#panel")
        await expect(panel.locator(".verdict")).to_contain_text("নম্বর পাঠানো")
        await expect(phones.chat.locator("#share")).to_be_hidden()

        await phones.write("অবস্থা ৭/২০০৯")
        button = phones.chat.get_by_role("list", name="উত্তরের বোতাম").get_by_role("button", name="রংপুর")
        await button.focus()
        await phones.page.keyboard.press("Enter")
        await expect(phones.answers(phones.chat)).to_have_count(4)
        await expect(phones.answers(phones.chat).last).to_contain_text("রংপুর: ৭/২০০৯")
        await expect(phones.chat.locator(".message.mine").last).to_contain_text("রংপুর")
        await expect(button).to_be_focused()
        await expect(button).not_to_have_attribute("aria-busy", "true")
        await expect(panel.locator(".verdict")).to_contain_text("বোতাম")
        await expect(panel.locator("dl").first).to_contain_text("অবস্থা")
        await expect(phones.sms.locator(".message")).to_have_count(0)
    assert phones.troubles == []


async def test_a_pressed_button_looks_pressed_until_its_answer_is_there(
    phones: Phones, demo_url: str, clock: Clock
) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.write("অবস্থা ৭/২০০৯")
        button = phones.chat.get_by_role("button", name="রংপুর")
        await expect(button).to_be_visible()
        await phones.page.context.set_offline(True)
        await button.evaluate("button => { button.click(); window.pressed = button.ariaBusy; button.click(); }")
        assert await phones.page.evaluate("window.pressed") == "true"
        await expect(phones.chat.locator(".message.failed")).to_have_count(1)
        await phones.page.context.set_offline(False)
        await phones.chat.get_by_role("button", name="আবার পাঠান").click()
        await expect(phones.answers(phones.chat)).to_have_count(2)
        await expect(phones.chat.locator(".message.mine")).to_have_count(2)


async def test_a_link_that_came_by_sms_opens_the_chat(phones: Phones, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.text("LINK")
        await phones.sms.locator("a.start-link").first.click()
        await expect(phones.chat.locator("#stands-for")).to_have_text(re.compile("যুক্ত$"))
        await expect(phones.answers(phones.chat)).to_have_count(1)
        await expect(phones.answers(phones.sms)).to_have_count(2)  # the telephone hears of it
        assert phones.page.url == f"{address}/simulator"
    assert phones.troubles == []


async def test_a_link_of_its_own_page_is_offered_to_whoever_is_chosen(
    phones: Phones, demo_url: str, clock: Clock
) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.text("LINK")
        link = await phones.sms.locator("a.start-link").first.get_attribute("href")
        await phones.page.goto(f"{address}{link}")
        offer = phones.chat.locator("#offer")
        await expect(offer).to_contain_text("রফিক হোসেন")
        await phones.page.get_by_role("radio", name="উপজেলা সমবায় অফিসার, সৈয়দপুর").check()
        await expect(offer).to_contain_text("শফিক")
        await phones.page.get_by_role("radio", name=REGISTRAR).check()
        await offer.get_by_role("button", name="খুলুন").click()
        await expect(phones.chat.locator("#stands-for")).to_have_text(re.compile("যুক্ত$"))
        await expect(offer).to_be_hidden()
        assert phones.page.url == f"{address}/simulator"


async def test_a_list_by_sms_is_answered_in_the_chat(phones: Phones, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.link()
        await phones.text("অবস্থা ৭/২০০৯")
        await expect(phones.answers(phones.sms)).to_contain_text("২.")
        await phones.write("২")
        await expect(phones.answers(phones.chat).last).to_contain_text(": ৭/২০০৯")
        await expect(phones.page.locator("#panel .verdict")).to_contain_text("আগের প্রশ্নের উত্তর")


async def test_the_threads_of_different_people_stay_apart(phones: Phones, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.link()
        await phones.text("সাহায্য")
        await expect(phones.answers(phones.sms)).to_have_count(1)
        await phones.page.get_by_role("radio", name="সাধারণ নাগরিক").check()
        await expect(phones.chat.locator("#hello")).to_be_visible()
        await expect(phones.page.locator(".message")).to_have_count(0)
        await expect(phones.chat.locator("#stands-for")).to_contain_text("কোনো নম্বর যুক্ত")
        await phones.page.get_by_role("radio", name=REGISTRAR).check()
        await expect(phones.answers(phones.chat)).to_have_count(2)
        await expect(phones.answers(phones.sms)).to_have_count(1)


async def test_a_document_opens_from_its_bubble(phones: Phones, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.link()
        await phones.write("calendar pdf")
        file = phones.chat.get_by_role("link", name="নির্বাচন পঞ্জিকা")
        await expect(file).to_have_attribute("target", "_blank")
        found = await phones.page.request.get(f"{address}{await file.get_attribute('href')}")
        assert (await found.body()).startswith(b"%PDF")


async def test_a_picture_is_seen_in_its_bubble_and_the_end_stays_in_view(
    phones: Phones, demo_url: str, clock: Clock
) -> None:
    async with running(demo_url, clock) as address:
        await phones.play(address, REGISTRAR)
        await phones.link()
        await phones.write("rollup SOC 10/26")
        picture = phones.chat.get_by_role("img", name="রিটার্নের একীভূত হিসাব")
        await expect(picture).to_be_visible()
        await expect(picture).to_have_js_property("complete", value=True)
        await expect(phones.chat.get_by_role("button", name="PDF")).to_be_in_viewport()
    assert phones.troubles == []


async def test_one_phone_at_a_time_where_only_one_fits(phones: Phones, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        page = phones.page
        await page.set_viewport_size({"width": 390, "height": 844})
        await phones.play(address, REGISTRAR)
        await expect(phones.sms).to_be_visible()
        await expect(phones.chat).to_be_hidden()
        await page.get_by_role("tab", name="এসএমএস").press("ArrowRight")
        await expect(page.get_by_role("tab", name="চ্যাট")).to_be_focused()
        await expect(phones.chat).to_be_visible()
        await expect(phones.sms).to_be_hidden()
        await page.get_by_role("tab", name="এসএমএস").click()
        await phones.text("LINK")
        await phones.sms.locator("a.start-link").first.click()
        await expect(phones.answers(phones.chat)).to_have_count(1)  # the link brought the chat to the front
        await expect(page.get_by_role("tab", name="এসএমএস")).to_contain_text("নতুন বার্তা আছে")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_both_phones_and_the_panel_fit_a_small_laptop(phones: Phones, demo_url: str, clock: Clock) -> None:
    async with running(demo_url, clock) as address:
        await phones.page.set_viewport_size({"width": 1366, "height": 768})
        await phones.play(address, REGISTRAR)
        await phones.link()
        for place in (phones.sms, phones.chat, phones.page.locator(".panel")):
            box = await place.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 1366
            assert box["y"] + box["height"] <= 768
        assert await phones.page.evaluate("document.documentElement.scrollWidth") <= 1366
