"""A district officer asks for a roll-up in Telegram: a picture with its caption and buttons, a PDF, and where a figure comes from."""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.text import precomposed
from tests.channels.test_telegram_officer import Phone, gateway
from tests.documents.test_rollup import file
from tests.handlers.talking import DIMLA

if TYPE_CHECKING:
    from tests.gateway import Running
    from tests.peers.telegram import Telegram

__all__ = ["gateway"]

OFFICER = 5003
NUMBER = "01700099800"  # the demo's district officer of Nilphamari


async def test_a_picture_then_a_file_then_where_from(gateway: Running, telegram: Telegram) -> None:
    await gateway.app.store.write(
        partial(file, code=DIMLA, form="SOC", period="2026-10", opening=1390, new=5, cancelled=2)
    )
    await telegram.meet(OFFICER)
    phone = Phone(telegram, OFFICER)
    await phone.shares(NUMBER, owner=OFFICER)
    table = await phone.says("সমষ্টি SOC ১০/২৬")
    assert table.method == "sendPhoto"
    assert table.content is not None
    width, height = struct.unpack(">II", table.content[16:24])
    # What Telegram takes as a picture: sides of at most 10,000 together, and not twenty times as long as wide.
    assert width + height < 10_000
    assert height < 20 * width
    assert precomposed("নীলফামারী: দাখিল ১/৬, সময়মতো ০, বিলম্বে ১") in (table.text or "")
    assert (await phone.presses(table, "PDF")).method == "sendDocument"
    which = await phone.presses(table, "কোথা থেকে?")
    areas = await phone.presses(which, "নতুন ৫")
    found = await phone.presses(areas, "ডিমলা ৫")
    assert "১) R১ ২১/১১/২৬ ১০:০০: নতুন ৫" in (found.text or "")
