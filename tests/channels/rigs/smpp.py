"""SMPP: an SMSC that we bind to.

A ``deliver_sm`` has no id: the same message comes again only when the SMSC lost our acknowledgement, and the session with it. What the
suite hands in several times under one id is therefore handed in once, by an SMSC that loses all acknowledgements but the last.

Nobody but the SMSC that we bind to can hand anything in: the gateway listens for no SMPP, and the addresses that other providers call
do not exist for this channel. That is what the rig tries for whom nobody vouches.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.config import Config
from tests.channels.rigs.base import PRESIDENT, Rig
from tests.peers.ports import LOOPBACK
from tests.peers.smsc import SHORT_CODE, Smsc, rejoined


def smpp_config(smsc: Smsc, port: int, **settings: Any) -> Config:
    """One account at an SMSC; settings of the channel by name."""
    channel: dict[str, Any] = {
        "kind": "smpp",
        "host": LOOPBACK,
        "port": smsc.port,
        "system_id": smsc.system_id,
        "password": smsc.password,
        "segments_per_second": 500,
        "timeout_seconds": 5,
        **settings,
    }
    gateway = {"public_url": f"http://{LOOPBACK}:{port}", "short_code": SHORT_CODE}
    return Config.model_validate({"gateway": gateway, "channels": {"smpp": channel}})


class SmppRig(Rig):
    kind, channel = "smpp", "smpp"

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._smsc = Smsc(Path(self._folder.name))
        self._handed_in: dict[str, list[asyncio.Future[int]]] = {}

    async def start(self) -> None:
        await self._smsc.start()

    async def stop(self) -> None:
        await self._smsc.stop()
        self._folder.cleanup()

    def config(self) -> Config:
        return smpp_config(self._smsc, self.port)

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        if not trusted:
            async with self.gateway.http.get(f"{self.gateway.url}/channels/smpp/mo") as response:
                assert response.status == 404
            return 403
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._handed_in.setdefault(provider_id, []).append(answer)
        if len(self._handed_in[provider_id]) == 1:
            await asyncio.sleep(0)  # whatever is handed in at the same moment has come then
            await self._deliver(provider_id, text, sender)
        return await answer

    async def _deliver(self, provider_id: str, text: str, sender: str) -> None:
        waiting = self._handed_in[provider_id]
        if len(waiting) > 1:
            # The answer has left by then: what a broken session does to it is looked at elsewhere.
            await self._smsc.behave(lose_mo_answers=len(waiting) - 1, lose_mo_answers_after=1)
        ton = 1 if sender.startswith("+") else 5 if sender.isalpha() else 3
        sent = await self._smsc.send_mo(sender.removeprefix("+"), text, ton=ton)
        status = 200 if set(sent.statuses) == {0} else 503
        for answer in self._handed_in.pop(provider_id):
            answer.set_result(status)

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        submitted = await self._smsc.submitted()
        return [message.text for message in rejoined(submitted) if f"+{message.to}" == number]
