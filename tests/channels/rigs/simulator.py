"""The simulator's page: its telephone, and its chat."""

from __future__ import annotations

from bot.config import Config
from bot.store import links
from tests.channels.rigs.base import PRESIDENT, Rig


class SimulatorRig(Rig):
    kind, channel = "simulator", "simulator"

    def config(self) -> Config:
        return Config()

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        body = {"id": provider_id, "from": sender, "text": text}
        headers = {} if trusted else {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        async with self.gateway.http.post(f"{self.gateway.url}/simulator/send", json=body, headers=headers) as response:
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        url = f"{self.gateway.url}/simulator/thread"
        async with self.gateway.http.get(url, params={"from": number}) as response:
            messages = (await response.json())["messages"]
        return [
            message["text"] for message in messages if message["direction"] == "out" and message["state"] == "delivered"
        ]


class SimulatedChatRig(Rig):
    """The page's second phone: a chat, with the number of its owner's telephone, that stands for it."""

    kind, channel = "simulated_chat", "simulated_chat"

    def config(self) -> Config:
        return Config()

    def address(self, number: str = PRESIDENT) -> str:
        return number.removeprefix("+")

    async def hand_in(self, provider_id: str, text: str, sender: str = PRESIDENT, *, trusted: bool = True) -> int:
        store = self.gateway.app.store
        if trusted and sender.startswith("+") and store.writer.alive:
            now = self.gateway.app.clock.now()
            await store.write(lambda tx: links.link(tx, self.channel, self.address(sender), sender, "contact", now))
        body = {"id": provider_id, "from": sender, "text": text, "phone": "chat"}
        headers = {} if trusted else {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        async with self.gateway.http.post(f"{self.gateway.url}/simulator/send", json=body, headers=headers) as response:
            return response.status

    async def handset(self, number: str = PRESIDENT) -> list[str]:
        url = f"{self.gateway.url}/simulator/thread"
        async with self.gateway.http.get(url, params={"from": number}) as response:
            messages = (await response.json())["chat"]["messages"]
        return [
            message["text"] for message in messages if message["direction"] == "out" and message["state"] == "delivered"
        ]
