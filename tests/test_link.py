"""Linking a chat with a number: the three proofs, what proves nothing, and what a linked chat may go on with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.configured import SIMULATED_CHAT, SIMULATOR
from bot.domain.messages import MO, Language, Press
from bot.domain.text import precomposed
from bot.domain.understanding import Call
from bot.store import links, outbox
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.outbox import Row

UCO = "+8801700099900"
PRESIDENT = "01700100001"
STRANGER = "01711999999"


@dataclass
class Talk:
    """Somebody with a telephone and a chat, and everything that was sent to anybody."""

    app: App
    count: int = 0
    seen: set[int] = field(default_factory=set)

    async def said(self, channel: str, sender: str, text: str, **more: Any) -> list[Row]:
        """What went out because of a message in."""
        self.count += 1
        await self.app.receiver.receive(MO(channel, f"t{self.count}", sender, "16123", text, **more))
        rows = [row for row in await self.app.store.read(outbox.rows) if row.id not in self.seen]
        self.seen.update(row.id for row in rows)
        return rows

    async def chat(self, text: str, chat: str = "77", **more: Any) -> list[Row]:
        return await self.said(SIMULATED_CHAT, chat, text, **more)

    async def sms(self, number: str, text: str) -> list[Row]:
        return await self.said(SIMULATOR, number, text)

    async def contact(self, number: str, *, owner: bool = True, chat: str = "77") -> list[Row]:
        return await self.chat("☎", chat, call=Call("link", {"contact": number, "owner": owner}, Language.BN))

    async def start(self, token: str, chat: str = "77") -> list[Row]:
        return await self.chat("/start", chat, call=Call("link", {"token": token}, Language.BN))


def says(row: Row, text: str) -> bool:
    return precomposed(text) in row.text


@pytest.fixture
async def talk(demo_url: str) -> AsyncIterator[Talk]:
    async with App(Config(), Clock(NOW), demo_url) as app:
        yield Talk(app)


async def test_an_own_contact_links_and_shows_the_posts(talk: Talk) -> None:
    (answer,) = await talk.contact(UCO)
    assert says(answer, "০১৭০০০৯৯৯০০")
    assert says(answer, "উপজেলা সমবায় অফিসার")
    (answer,) = await talk.chat("লিংক")
    assert says(answer, "যুক্ত")


async def test_a_forwarded_contact_links_nobody(talk: Talk) -> None:
    (answer,) = await talk.contact(UCO, owner=False)
    assert says(answer, "নিজের নম্বর নয়")
    (answer,) = await talk.chat("পঞ্জি")
    assert says(answer, "আগে নিচের বোতামে")


async def test_a_link_by_sms_works_once(talk: Talk) -> None:
    (sms,) = await talk.sms(PRESIDENT, "LINK")
    token = re.search(r"start=(\w+)", sms.text)
    assert token is not None
    answers = await talk.start(token[1])
    assert [row.channel for row in answers] == [SIMULATOR, SIMULATED_CHAT]  # the number hears of it
    (answer,) = await talk.start(token[1], chat="78")
    assert says(answer, "মেয়াদ শেষ")


async def test_a_code_by_sms(talk: Talk) -> None:
    answers = await talk.chat(f"লিংক {PRESIDENT}")
    code = next(re.search(r"\d{6}", row.text.translate(DIGITS)) for row in answers if row.channel == SIMULATOR)
    assert code is not None
    (wrong,) = await talk.chat("লিংক ০০০০০০" if code[0] != "000000" else "লিংক ১১১১১১")
    assert says(wrong, "মেলেনি")
    (answer,) = await talk.chat(f"লিংক {code[0]}")
    assert says(answer, "সভাপতি")


DIGITS = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")


async def test_strangers_are_not_pestered_and_nobody_learns_who_is_registered(talk: Talk) -> None:
    (stranger,) = await talk.chat(f"লিংক {STRANGER}")
    known = await talk.chat(f"লিংক {PRESIDENT}", chat="79")
    assert stranger.channel == SIMULATED_CHAT
    assert [row.text for row in known if row.channel == SIMULATED_CHAT] == [stranger.text]
    for _ in range(2):
        await talk.chat(f"লিংক {PRESIDENT}", chat="79")
    answers = await talk.chat(f"লিংক {PRESIDENT}", chat="80")  # by number too, not only by chat
    assert [row.channel for row in answers] == [SIMULATED_CHAT]
    assert says(answers[0], "অনেকবার")


async def test_the_newest_chat_stands_for_the_number_and_the_older_is_told(talk: Talk) -> None:
    await talk.contact(UCO)
    told, answer = await talk.contact(UCO, chat="78")
    assert (told.to, answer.to) == ("77", "78")
    assert says(told, "অন্য একটি চ্যাটে")


async def test_a_dialogue_goes_on_in_the_chat(talk: Talk) -> None:
    (listed,) = await talk.sms(UCO, "STATUS 7/2009 রংপুর")
    await talk.sms(STRANGER, "status 7/2009")
    await talk.contact(STRANGER)
    (answer,) = await talk.chat("2")
    assert "7/2009" in answer.text.translate(DIGITS)
    assert listed.channel == SIMULATOR


async def test_a_button_means_what_it_meant_and_only_to_whom_it_was_sent(talk: Talk) -> None:
    (listed,) = await talk.chat("status 7/2009")
    (other,) = await talk.chat("status 5")
    pressed = Press(listed.id, 2)
    (answer,) = await talk.chat(f"{listed.id}:2", press=pressed)
    assert says(answer, "নীলফামারী") or says(answer, "Nilphamari")
    (foreign,) = await talk.chat(f"{listed.id}:2", "99", press=pressed)
    assert foreign.text != answer.text
    assert other.id != listed.id
    came = await talk.app.store.read(partial(_texts, chat="77"))
    assert f"{listed.id}:2" not in came  # the record shows the label


def _texts(tx: Any, chat: str) -> list[str]:
    from bot.store import conversation

    return [one.text for one in conversation.came_from(tx, chat, SIMULATED_CHAT, 10)]


async def test_a_button_answers_in_the_language_of_its_list(talk: Talk) -> None:
    (listed,) = await talk.chat("status 7/2009")
    (answer,) = await talk.chat(f"{listed.id}:1", press=Press(listed.id, 1))
    assert says(answer, "days left") or says(answer, "days ago")


async def test_leaving_ends_the_link_in_silence(talk: Talk) -> None:
    await talk.contact(UCO)
    assert await talk.chat("", call=Call("link", {"left": True}, Language.BN)) == []
    (answer,) = await talk.chat("লিংক")
    assert says(answer, "স্বাগতম")


async def test_unlinking_by_sms_is_told_to_the_chat(talk: Talk) -> None:
    await talk.contact(UCO)
    await talk.sms(UCO, "ভাষা ইংরেজি")
    told, answer = await talk.sms(UCO, "লিংক বন্ধ")
    assert (told.channel, told.to, answer.channel) == (SIMULATED_CHAT, "77", SIMULATOR)
    assert says(told, "not linked to 01700099900")
    assert says(answer, "ended")
    (answer,) = await talk.chat("লিংক")
    assert says(answer, "স্বাগতম")


def _token(row: Row) -> str:
    found = re.search(r"start=(\w+)", row.text)
    assert found is not None
    return found[1]


async def test_a_linked_chat_asks_before_it_follows_another_numbers_link(talk: Talk) -> None:
    (sms,) = await talk.sms(STRANGER, "LINK")
    await talk.contact(UCO)
    (asked,) = await talk.start(_token(sms))
    assert says(asked, "০১৭১১৯৯৯৯৯৯")
    (answer,) = await talk.chat("", press=Press(asked.id, 2))
    assert says(answer, "বাতিল")
    assert await _number(talk) == UCO
    (asked,) = await talk.start(_token(sms))  # it was not used up by asking
    answers = await talk.chat("", press=Press(asked.id, 1))
    assert await _number(talk) == f"+88{STRANGER}"
    # Both numbers hear of it, whoever holds them.
    assert {row.to for row in answers if row.channel == SIMULATOR} == {UCO, f"+88{STRANGER}"}
    (answer,) = await talk.start(_token(sms), chat="78")
    assert says(answer, "মেয়াদ শেষ")


async def test_a_link_that_is_used_up_meanwhile(talk: Talk) -> None:
    (sms,) = await talk.sms(STRANGER, "LINK")
    await talk.contact(UCO)
    (asked,) = await talk.start(_token(sms))
    await talk.start(_token(sms), chat="78")
    (answer,) = await talk.chat("", press=Press(asked.id, 1))
    assert says(answer, "মেয়াদ শেষ")
    assert await _number(talk) == UCO


async def _number(talk: Talk) -> str | None:
    return await talk.app.store.read(partial(links.number_of, channel=SIMULATED_CHAT, chat="77"))


async def test_an_own_contact_moves_the_chat_and_its_old_number_hears_of_it(talk: Talk) -> None:
    await talk.contact(UCO)
    told, _ = await talk.contact(STRANGER)
    assert (told.channel, told.to) == (SIMULATOR, UCO)


async def test_the_chat_that_is_left_is_told_in_the_numbers_language(talk: Talk) -> None:
    await talk.contact(UCO)
    await talk.sms(UCO, "LANG EN")
    told, _ = await talk.contact(UCO, chat="78")
    assert (told.to, says(told, "linked to another chat")) == ("77", True)


async def test_links_are_not_sent_without_an_end(talk: Talk) -> None:
    for _ in range(3):
        (sms,) = await talk.sms(PRESIDENT, "LINK")
        assert "start=" in sms.text
    (sms,) = await talk.sms(PRESIDENT, "LINK")
    assert says(sms, "already sent") or says(sms, "sent already")


async def test_without_short_messages_no_code_is_promised(demo_url: str) -> None:
    config = Config.model_validate({"simulator": {"enabled": False}})
    async with App(config, Clock(NOW), demo_url) as app:
        talk = Talk(app)
        (answer,) = await talk.chat(f"লিংক {PRESIDENT}")
        assert says(answer, "এসএমএসে কোড পাঠানো যায় না")
        await talk.contact(UCO)
        answers = await talk.contact(UCO, chat="78")
        assert {row.channel for row in answers} == {SIMULATED_CHAT}
        answers = await talk.contact(STRANGER, chat="78")  # a warning by SMS would reach nobody
        assert {row.channel for row in answers} == {SIMULATED_CHAT}
