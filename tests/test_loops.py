"""Machines at the other end: whatever they answer with, the exchange comes to an end."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.limits import MOST_SENDERS, MOST_TEXTS, LoopGuard
from bot.store import outbox
from tests.conftest import NOW
from tests.handlers.sent import MEETING, Sending
from tests.handlers.talking import DCO, PRESIDENT, STRANGER, UCO, Talk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SAME = 20
"""The default of ``same_answers``."""

BOUND = SAME + 3
"""Our first answers may differ from the later ones: thanks once, a limit that is reached."""


@pytest.fixture
async def talk(demo_url: str) -> AsyncIterator[Talk]:
    """With the settings as they come."""
    async with App(Config(), Clock(NOW), demo_url) as app:
        yield Talk(app)


async def exchange(talk: Talk, who: str, first: str, machine: Callable[[str], str], most: int = 200) -> int:
    """Let a machine answer everything that we send it; how many messages it drew."""
    said = first
    for count in range(most):
        answers = [out for out in await talk(who, said) if out.to == who]
        if not answers:
            return count
        said = machine(answers[-1].text)
    raise AssertionError("it goes on for ever")


async def test_a_telephone_that_sends_everything_back(talk: Talk) -> None:
    for text in ("HELP", "অবস্থা ১/২০২৩", "qwerty", "বন্ধ", "ভাষা ইংরেজি"):
        assert await exchange(talk, STRANGER, text, str) == 1, text


@pytest.mark.parametrize("meeting", [None, MEETING])
async def test_a_broadcast_that_comes_back_is_no_answer(talk: Talk, meeting: dict[str, str] | None) -> None:
    send = Sending(talk)
    one = await send("কাল বেলা ১১টায় সকল সমিতির হিসাব নিয়ে জেলা কার্যালয়ে আসুন", meeting=meeting)
    rows = {row.to: row.text for row in await send.app.store.read(outbox.rows)}
    assert await exchange(talk, UCO, rows[UCO], str) == 0
    assert await exchange(talk, UCO, f"Re: {rows[UCO]} -- sent by phone", str) == 0
    assert (await send.rows(one))[UCO][1] is None


@pytest.mark.parametrize(
    "text",
    [
        "আমি এখন ব্যস্ত আছি, পরে কথা বলব",
        "I am busy now, talk to you later",
        "I am driving, will call you later",
        "Thank you for your message. We will get back to you.",
        "ধন্যবাদ",
        "1",
        "২",
        "yes",
        "না",
        "STATUS",
        "সাহায্য",
        "STOP",
        "লিংক",
    ],
)
async def test_an_automatic_answer(talk: Talk, text: str) -> None:
    send = Sending(talk)
    await send("কাল তথ্য দিন")
    assert await exchange(talk, UCO, text, lambda _: text) <= BOUND
    await send("সমন্বয়", meeting=MEETING)
    assert await exchange(talk, PRESIDENT, text, lambda _: text) <= BOUND
    assert await exchange(talk, UCO, text, lambda _: text) <= BOUND


@pytest.mark.parametrize("texts", [("1", "2"), ("HELP", "STATUS", "অবস্থা ১/২০২৩"), ("STOP", "START")])
async def test_texts_that_take_turns(talk: Talk, texts: tuple[str, ...]) -> None:
    await Sending(talk)("সমন্বয়", meeting=MEETING)
    turn = itertools.cycle(texts)
    assert await exchange(talk, UCO, next(turn), lambda _: next(turn)) <= BOUND * len(texts)


async def test_a_machine_that_counts_what_it_says(talk: Talk) -> None:
    numbers = itertools.count(8821)
    assert await exchange(talk, STRANGER, "STATUS", lambda _: f"STATUS ticket {next(numbers)} received") <= BOUND


async def test_who_says_something_else_is_answered(talk: Talk) -> None:
    await exchange(talk, UCO, "HELP", lambda _: "HELP")
    assert (await talk.one(UCO, "অবস্থা ১/২০২৩")).key.startswith("status.")


async def test_a_person_may_turn_pages_and_answer_with_noughts(talk: Talk) -> None:
    await talk(DCO, "খুঁজুন মৎস্যজীবী")
    for _ in range(4):
        assert await talk(DCO, "আরও")
    assert (await talk(UCO, "রিটার্ন SOC ১০/২৬"))[0].key.startswith("guide.")
    for _ in range(6):
        assert await talk(UCO, "0")


async def test_the_chat_of_a_number_that_somebody_forges_is_answered(talk: Talk) -> None:
    await talk.link(UCO, "8801700099900")
    await exchange(talk, UCO, "HELP", lambda _: "HELP")
    assert await talk("8801700099900", "HELP")


# ---- The guard by itself ----


def drawn(guard: LoopGuard, text: str, at: float, answer: str = "so it is") -> bool:
    """Draw an answer, if one may be drawn."""
    if guard.is_loop("a", [text], at):
        return False
    guard.answered("a", [text], answer, at)
    return True


def test_the_same_text_gets_the_same_answer_so_often_and_after_a_pause_again() -> None:
    guard = LoopGuard(2, 60)
    assert [drawn(guard, "x", at) for at in (0, 1, 2, 3, 4)] == [True, True, False, False, False]
    assert drawn(guard, "y", 5)
    assert not drawn(guard, "x", 60), "it has not been quiet"
    assert drawn(guard, "x", 121)


def test_an_answer_of_another_kind_begins_anew() -> None:
    guard = LoopGuard(2, 60)
    assert all(drawn(guard, "more", at, f"page {'abcdefgh'[at]}") for at in range(8))
    assert [drawn(guard, "more", 9, f"R{number}: done") for number in range(4)] == [True, True, False, False]


def test_only_so_much_is_remembered() -> None:
    guard = LoopGuard(1, 60)
    for number in range(MOST_TEXTS + 1):
        assert drawn(guard, f"t{number}", 0)
    assert drawn(guard, "t0", 1)
    assert not drawn(guard, f"t{MOST_TEXTS}", 1)
    for number in range(MOST_SENDERS):
        guard.answered(str(number), ["x"], "y", 2)
    assert drawn(guard, f"t{MOST_TEXTS}", 3)
