"""How far a broadcast is, in one message of a bot that is changed while it goes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot import broadcast_progress
from bot.channel import cost
from bot.domain.audiences import Audience, Group
from bot.domain.messages import MT, Draft, Language, MessageClass, State
from bot.domain.replies import dump
from bot.domain.segments import Encoding
from bot.domain.text import precomposed
from bot.scheduler import progress
from bot.store import links, outbox, people
from tests import broadcasts as making
from tests.channels.test_telegram import config, linked
from tests.conftest import NOW
from tests.gateway import Running, running
from tests.peers.ports import free_port, wait_for

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx
    from tests.peers.telegram import Telegram

OFFICER = 5001
ALL = Audience(Group.UCO, "BD/55/5573/")


async def begin(gateway: Running) -> Broadcast:
    """A broadcast of the district's officer to those below him who have chats; it was confirmed in his."""
    rules = gateway.app._sending

    def work(tx: Tx) -> Broadcast:
        numbers = [one.msisdn for _, one in people.staff(tx, "BD/55/5573/") if one and one.msisdn]
        for chat, number in enumerate(sorted(set(numbers) - {making.SENDER})[:5], start=6001):
            links.link(tx, "telegram", str(chat), number, "contact", NOW)
        sent = making.send(tx, rules, ALL, making.words(), channel="telegram", address=str(OFFICER))
        broadcast = making.the(tx, sent.id)
        line, reply = rules.lines["telegram"], broadcast_progress.shown(broadcast, None)
        text = rules.renderer.render(reply, Language.BN, NOW.date(), line.abilities)
        size, price = cost(text, line)
        key = outbox.reply_key(broadcast.progress_id or 0)
        until = NOW + making.WORTH
        draft = Draft(key, MessageClass.REPLY, "telegram", str(OFFICER), reply, Language.BN, until)
        outbox.add(tx, draft, content=dump(reply), text=text, size=size, price=price, now=NOW, born=State.QUEUED)
        return broadcast

    return await gateway.app.store.write(work)


async def edits(telegram: Telegram) -> list[dict[str, Any]]:
    """How the officer's message has been changed."""
    sent = (await telegram.state())["sent"]
    return [each for each in sent if each["method"] == "editMessageText" and each["chat_id"] == OFFICER]


def labels(edit: dict[str, Any]) -> list[str]:
    return [button["text"] for row in edit["reply_markup"]["inline_keyboard"] for button in row]


async def told(gateway: Running, broadcast: Broadcast) -> bool:
    now = await gateway.app.store.read(partial(making.the, broadcast_id=broadcast.id))
    return now.told_at is not None


@pytest.mark.parametrize(
    "fault",
    [
        None,
        {"times": 1, "status": 429, "retry_after": 1, "description": "Too Many Requests: retry after 1"},
        {"times": 1, "status": 500, "description": "Internal Server Error"},
    ],
    ids=["well", "throttled", "broken"],
)
async def test_one_message_is_changed(
    telegram: Telegram, clock: Clock, registered_url: str, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(progress, "SECONDS", 0.4)
    monkeypatch.setattr("bot.channels.telegram.sending.EDITED_AGAIN", 0.5)
    await telegram.meet(OFFICER)
    for chat in range(6001, 6006):
        await telegram.meet(chat)
    if fault is not None:
        await telegram.fail("editMessageText", **fault)
    port = free_port()
    settings = config(telegram, port, segments_per_second=2)
    async with running(settings, clock, registered_url, port) as gateway:
        await linked(gateway, OFFICER, making.SENDER)
        broadcast = await begin(gateway)
        await wait_for(partial(told, gateway, broadcast), 30, "the broadcast to be over")
        (message,) = await telegram.sent(OFFICER)
        changed = await edits(telegram)
        assert {each["message_id"] for each in changed} == {message.message_id}
        assert "পাঠানো শেষ" in changed[-1]["text"]
        assert precomposed("পাঠানো হয়েছে: ৫") in changed[-1]["text"]
        assert labels(changed[-1])[0] == "হিসাব"
        texts = [each["text"] for each in changed]
        assert len(set(texts)) == len(texts)  # nothing is said twice
        assert (2 if fault is None else 1) <= len(changed) < 12
        row = next(row for row in await gateway.rows() if row.to == str(OFFICER))
        assert row.text == changed[-1]["text"]
        # A button of the message as it is now does what it says.
        await telegram.press(OFFICER, f"{row.id}:4", message.message_id)
        _, answer = await telegram.wait_sent(OFFICER, 2)
        assert answer.text == row.text


async def test_what_cannot_be_changed(telegram: Telegram, clock: Clock, registered_url: str) -> None:
    await telegram.meet(OFFICER)
    port = free_port()
    async with running(config(telegram, port), clock, registered_url, port) as gateway:
        channel: Any = gateway.app.channels["telegram"]
        message = MT(1, str(OFFICER), "text", Encoding.UTF8, 1, choices=("", "Cancel"))
        for description, outcome in (
            ("Bad Request: message is not modified: specified new message content and reply markup", 0.0),
            ("Bad Request: message to edit not found", None),
            ("Bad Request: message can't be edited", None),
        ):
            await telegram.fail("editMessageText", times=1, status=400, description=description)
            assert await channel.edit(message, "17") == outcome
        await telegram.block(OFFICER)
        waits = await channel.edit(message, "17")
        assert waits is None or waits > 0
        busy = [await channel.edit(message, "17") for _ in range(4)]
        assert any(wait is not None and 0 < wait <= 1 for wait in busy)  # edits keep to the pace of a chat, too
