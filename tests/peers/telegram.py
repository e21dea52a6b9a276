"""Telegram's Bot API: an emulator (`telegram/server.py`, in its own virtual environment) that these classes start and drive."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

import aiohttp

from tests.peers.child import Child, PeerMissingError
from tests.peers.ports import LOOPBACK, free_port, listening, wait_for, wait_until

FOLDER = Path(__file__).parent / "telegram"
TOKEN = "123456789:AA-emulated-token-of-a-test-bot-0000"


class Fault(TypedDict, total=False):
    """What goes wrong with the next calls of a method."""

    times: int  # so many calls; required
    status: int  # the answer's status: 429, 500 …; the call does nothing
    retry_after: int  # seconds, told with a 429
    description: str
    seconds: float  # how long nothing happens first
    breaks: bool  # the call does its work, and the connection ends without an answer


@dataclass(frozen=True)
class Sent:
    """A call of the bot that a person can see."""

    method: str
    chat: int
    message_id: int
    text: str | None  # or the caption
    markup: dict[str, Any] = field(default_factory=dict)
    filename: str | None = None
    content: bytes | None = None  # of a document or picture

    @property
    def buttons(self) -> list[list[str]]:
        """The texts of the buttons below it, row by row."""
        return [[button["text"] for button in row] for row in self.markup.get("inline_keyboard", [])]

    @property
    def asks_contact(self) -> str | None:
        """The text of the button that shares the reader's number."""
        buttons = [button for row in self.markup.get("keyboard", []) for button in row]
        return next((button["text"] for button in buttons if button.get("request_contact")), None)

    def data(self, label: str) -> str:
        """What pressing a button sends."""
        rows = self.markup["inline_keyboard"]
        found: str = next(button["callback_data"] for row in rows for button in row if button["text"] == label)
        return found


class TelegramServer:
    """The program, started once for a test run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: Child | None = None
        self.port, self.control_port = free_port(), free_port()

    def start(self) -> None:
        python = FOLDER / ".venv" / "bin" / "python"
        if not python.exists():
            raise PeerMissingError("the emulator of Telegram", "python3-venv`, then `make telegram")
        command = [str(python), str(FOLDER / "server.py"), str(self.port), str(self.control_port), TOKEN]
        self._child = Child(command, folder=self._folder, name="telegram")
        wait_until(self._up, 30, "the emulator of Telegram")

    def _up(self) -> bool:
        assert self._child is not None
        self._child.check()
        return listening(self.control_port)

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()


class Telegram:
    """Telegram as one test sees it: nothing has been said yet."""

    token = TOKEN

    def __init__(self, server: TelegramServer) -> None:
        self.api_base = f"http://{LOOPBACK}:{server.port}"
        self._control = f"http://{LOOPBACK}:{server.control_port}"
        self._http = aiohttp.ClientSession()
        self._cut = False

    async def __aenter__(self) -> Self:
        await self._do("reset")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._cut:
            await self.connect()
        await self._do("reset")
        await self._http.close()

    async def _do(self, what: str, **body: Any) -> Any:
        async with self._http.post(f"{self._control}/{what}", json=body) as response:
            response.raise_for_status()
            return await response.json()

    # ---- people ----

    async def say(self, user: int, text: str) -> int:
        """Somebody writes a text; returns the number of the update, as do the others below."""
        return await self.message(user, text=text)

    async def message(self, user: int, chat: dict[str, Any] | None = None, **content: Any) -> int:
        """Somebody sends a message of any kind, if told so elsewhere than in the chat with the bot."""
        return self._number(await self._do("message", user=user, chat=chat, content=content))

    async def start(self, user: int, payload: str = "") -> int:
        """Somebody presses Start, or follows a link with a payload."""
        return await self.say(user, f"/start {payload}".rstrip())

    async def share_contact(self, user: int, number: str, owner: int | None) -> int:
        """Somebody sends a contact: his own when he is its owner."""
        contact = {"phone_number": number, "first_name": "Officer"} | ({"user_id": owner} if owner else {})
        return await self.message(user, contact=contact)

    async def press(self, user: int, data: str, message_id: int) -> str:
        """Somebody presses a button below a message; returns the query that wants an answer."""
        query: str = (await self._do("press", user=user, data=data, message_id=message_id))["query"]
        return query

    async def block(self, user: int) -> int:
        """Somebody blocks the bot, which may then write no more."""
        return self._number(await self._do("membership", user=user, status="kicked"))

    async def unblock(self, user: int) -> int:
        return self._number(await self._do("membership", user=user, status="member"))

    async def meet(self, user: int) -> None:
        """Somebody has started the bot long ago."""
        await self._do("meet", user=user)

    async def raw(self, kind: str, content: Any) -> int:
        """An update as it comes, understandable or not."""
        return self._number(await self._do("raw", kind=kind, content=content))

    @staticmethod
    def _number(answer: dict[str, int]) -> int:
        return answer["update_id"]

    # ---- what the bot did ----

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = await self._do("state")
        return found

    async def sent(self, user: int | None = None) -> list[Sent]:
        """The messages, documents and pictures that somebody, or everybody, got."""
        records = (await self.state())["sent"]
        seen = [each for each in records if each["method"] in {"sendMessage", "sendDocument", "sendPhoto"}]
        return [await self._sent(each) for each in seen if user is None or each["chat_id"] == user]

    async def _sent(self, record: dict[str, Any]) -> Sent:
        content = None
        if "file_id" in record:
            async with self._http.get(f"{self._control}/files/{record['file_id']}") as response:
                content = await response.read()
        return Sent(
            method=record["method"],
            chat=record["chat_id"],
            message_id=record["message_id"],
            text=record.get("text") or record.get("caption"),
            markup=record.get("reply_markup") or {},
            filename=record.get("filename"),
            content=content,
        )

    async def texts(self, user: int | None = None) -> list[str]:
        return [sent.text or "" for sent in await self.sent(user)]

    async def wait_sent(self, user: int, count: int = 1, within: float = 15) -> list[Sent]:
        """Wait until somebody has got so many messages."""

        async def enough() -> list[Sent]:
            found = await self.sent(user)
            return found if len(found) >= count else []

        return await wait_for(enough, within, f"{count} messages of the bot")

    async def actions(self, user: int) -> list[str]:
        """What the bot was shown to be doing, such as ``upload_document``."""
        records = (await self.state())["sent"]
        return [each["action"] for each in records if each["method"] == "sendChatAction" and each["chat_id"] == user]

    async def answered(self) -> list[str]:
        """The callback queries that were answered."""
        found: list[str] = (await self.state())["answered"]
        return found

    async def commands(self, language: str = "") -> dict[str, str]:
        """The menu in a language, empty for everybody else's."""
        menu = (await self.state())["commands"].get(language, [])
        return {each["command"]: each["description"] for each in menu}

    async def calls(self, method: str) -> int:
        """How often a method was called, whatever came of it."""
        count: int = (await self.state())["calls"].get(method, 0)
        return count

    async def polled(self) -> bool:
        """Whether a poll is waiting for updates."""
        return bool((await self.state())["polling"])

    async def pending(self) -> list[int]:
        """The updates that nobody has confirmed."""
        found: list[int] = (await self.state())["pending"]
        return found

    # ---- what goes wrong ----

    async def fail(self, method: str, **fault: Unpack[Fault]) -> None:
        """The next calls of a method fail; ``*`` is every method."""
        await self._do("fault", method=method, **fault)

    async def disconnect(self) -> None:
        """Nobody can reach Telegram; what it knows it keeps."""
        await self._do("cut")
        self._cut = True

    async def connect(self) -> None:
        await self._do("open")
        self._cut = False
