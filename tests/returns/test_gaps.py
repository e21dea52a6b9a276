"""A month that is missing in between: what follows it is neither refused because of a guess nor filed with a wrong opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from tests.conftest import NOW
from tests.handlers.talking import Talk
from tests.returns.country import appoint, officer, upazilas

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.handlers.talking import Out


class Officer:
    """One officer, and the answers he gets."""

    def __init__(self, app: App, number: str) -> None:
        self.talk = Talk(app)
        self.number = number

    async def __call__(self, text: str) -> Out:
        return await self.talk.one(self.number, text)


@pytest.fixture
async def uco(sqlite_url: str) -> AsyncIterator[Officer]:
    offices = upazilas(sqlite_url, "5573")[:1]
    appoint(sqlite_url, offices)
    async with App(Config(), Clock(NOW), sqlite_url) as app:
        said = Officer(app, officer(offices[0]))
        assert (await said("RET SOC 7/26 1390 5 2")).key == "return.filed"  # closes with 1,393
        yield said


@pytest.mark.parametrize("text", ["RET SOC 9/26 1 0 1401", "ret soc 9/26 new=1 cancel=0 closing=1401"])
async def test_a_closing_that_the_missing_month_explains_waits_for_it(uco: Officer, text: str) -> None:
    assert (await uco(text)).key == "return.opening"
    answer = await uco("RET SOC 8/26 9 2")
    assert answer.key == "return.filed"
    assert "SOC Sep/26" in answer.text
    assert "1,401" in (await uco("RET SOC 9/26 1 0")).text


async def test_an_opening_after_a_guess_is_believed_and_one_after_a_sure_closing_is_not(uco: Officer) -> None:
    assert (await uco("RET SOC 9/26 1 0")).key == "return.filed"  # opens with 1,393 until August is known
    assert (await uco("RET SOC 10/26 1401 3 1 1403")).key == "return.filed"
    answer = await uco("RET SOC 8/26 9 2")
    assert answer.key == "return.filed"
    assert "1,401" in (await uco("RET SOC 9/26 1 0")).text
    assert (await uco("RET SOC 10/26 1401 3 1 1403")).key == "return.same"


async def test_without_a_gap_another_opening_or_closing_is_refused(uco: Officer) -> None:
    assert (await uco("RET SOC 8/26 1400 9 2")).key == "return.refused"
    assert (await uco("RET SOC 8/26 9 2 1399")).key == "return.refused"
    assert (await uco("RET SOC 8/26 9 2 1400")).key == "return.filed"
