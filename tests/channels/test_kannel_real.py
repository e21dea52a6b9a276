"""Through Debian's Kannel and an SMPP server: MO in at the SMSC, answer out at the SMSC, receipt back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.messages import State
from bot.domain.text import precomposed
from tests.gateway import SECRET, kannel_config, running
from tests.peers.kannel import mo_url
from tests.peers.ports import LOOPBACK, free_port, wait_for
from tests.peers.smsc import rejoined

if TYPE_CHECKING:
    from bot.clock import Clock
    from tests.gateway import Running
    from tests.peers.plugin import KannelFactory
    from tests.peers.smsc import Smsc

PRESIDENT = "8801700100011"  # serves society 2/1998 alone
OFFICER = "8801700099900"  # answered in Bangla, as the officers' list says
STRANGER = "8801700999999"


async def states(gateway: Running, *expected: State) -> None:
    async def reached() -> bool:
        return [row.state for row in await gateway.rows()] == list(expected)

    try:
        await wait_for(reached, 20, f"states {expected}")
    except TimeoutError:
        pytest.fail(f"{[(row.state, row.error) for row in await gateway.rows()]}, expected {expected}")


@pytest.mark.parametrize("recode", [True, False], ids=["utf-8", "utf-16be"])
async def test_bangla_in_bangla_out_and_the_receipt_moves_the_state(
    smsc: Smsc, kannel_factory: KannelFactory, registered_url: str, clock: Clock, *, recode: bool
) -> None:
    port = free_port()
    kannel = await kannel_factory(mo_url=mo_url(f"http://{LOOPBACK}:{port}", SECRET), mo_recode=recode)
    async with running(kannel_config(port, kannel.send_url), clock, registered_url, port) as gateway:
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await smsc.wait_submitted(1)
        (answer,) = rejoined(await smsc.submitted())
        assert answer.to.lstrip("+") == PRESIDENT
        assert answer.sender == "16123"
        assert answer.text == precomposed("২/১৯৯৮ মেয়াদ ২৩/১১/২৬, বাকি ২ দিন, হলুদ। এজিএম ২৩-২৪ অডিট ২৪-২৫")
        assert [part.data_coding for part in answer.parts] == [8]
        await states(gateway, State.DELIVERED)


async def test_an_answer_of_two_parts_and_one_in_english(
    smsc: Smsc, kannel_factory: KannelFactory, registered_url: str, clock: Clock
) -> None:
    port = free_port()
    kannel = await kannel_factory(mo_url=mo_url(f"http://{LOOPBACK}:{port}", SECRET))
    async with running(kannel_config(port, kannel.send_url), clock, registered_url, port) as gateway:
        await smsc.send_mo(OFFICER, "অবস্থা ১/২০২৩")
        await smsc.wait_submitted(2)
        (bangla,) = rejoined(await smsc.submitted(clear=True))
        assert len(bangla.parts) == 2
        assert {part.data_coding for part in bangla.parts} == {8}
        assert "১/২০২৩" in bangla.text
        await smsc.send_mo(STRANGER, "STATUS 1/2023", encoding="GSM")
        await smsc.wait_submitted(1)
        (english,) = rejoined(await smsc.submitted())
        assert [part.data_coding for part in english.parts] == [0]
        assert "1/2023 term to" in english.text
        await states(gateway, State.DELIVERED, State.DELIVERED)


async def test_a_failed_delivery_is_failed(
    smsc: Smsc, kannel_factory: KannelFactory, registered_url: str, clock: Clock
) -> None:
    port = free_port()
    kannel = await kannel_factory(mo_url=mo_url(f"http://{LOOPBACK}:{port}", SECRET))
    await smsc.behave(receipt_status="UNDELIV")
    async with running(kannel_config(port, kannel.send_url), clock, registered_url, port) as gateway:
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.FAILED)


async def test_a_long_message_arrives_whole(
    smsc: Smsc, kannel_factory: KannelFactory, registered_url: str, clock: Clock
) -> None:
    port = free_port()
    kannel = await kannel_factory(mo_url=mo_url(f"http://{LOOPBACK}:{port}", SECRET))
    polite = "আসসালামু আলাইকুম স্যার, দয়া করে জানাবেন আমাদের সমিতির কমিটির মেয়াদ আর কত দিন আছে, রেজি নং ১/২০২৩, ধন্যবাদ"
    async with running(kannel_config(port, kannel.send_url), clock, registered_url, port):
        sent = await smsc.send_mo(OFFICER, polite)
        assert sent.parts == 2
        await smsc.wait_submitted(2)
        (answer,) = rejoined(await smsc.submitted())
        assert "১/২০২৩" in answer.text


async def test_kannel_stopped_and_started_in_between_loses_and_doubles_nothing(
    smsc: Smsc, kannel_factory: KannelFactory, registered_url: str, clock: Clock
) -> None:
    port = free_port()
    kannel = await kannel_factory(mo_url=mo_url(f"http://{LOOPBACK}:{port}", SECRET))
    async with running(kannel_config(port, kannel.send_url), clock, registered_url, port) as gateway:
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await states(gateway, State.DELIVERED)
        await kannel.stop()
        query = f"id=direct-1&from=%2B{PRESIDENT}&to=16123&text=STATUS&coding=0&charset=UTF-8"
        url = f"{gateway.url}/channels/kannel/mo?{query}"
        async with gateway.http.get(url, params={"secret": SECRET}) as response:
            assert response.status == 200, "a message in is taken although the way out is closed"

        async def down() -> bool:
            async with gateway.http.get(f"{gateway.url}/readyz") as ready:
                assert ready.status == 200
                return str((await ready.json())["channels"]["kannel"]) == "down"

        await wait_for(down, 10, "the channel to be down")
        await states(gateway, State.DELIVERED, State.QUEUED)
        await kannel.restart()
        await states(gateway, State.DELIVERED, State.DELIVERED)
        assert len(rejoined(await smsc.submitted())) == 2


async def test_the_answer_in_the_response_body(
    smsc: Smsc, kannel_factory: KannelFactory, registered_url: str, clock: Clock
) -> None:
    port = free_port()
    kannel = await kannel_factory(mo_url=mo_url(f"http://{LOOPBACK}:{port}", SECRET), body_reply=True)
    config = kannel_config(port, kannel.send_url, reply="body")
    async with running(config, clock, registered_url, port) as gateway:
        await smsc.send_mo(PRESIDENT, "অবস্থা")
        await smsc.wait_submitted(1)
        (answer,) = rejoined(await smsc.submitted())
        assert answer.text.startswith("২/১৯৯৮ ")
        assert answer.parts[0].data_coding == 8
        await states(gateway, State.SUBMITTED)
