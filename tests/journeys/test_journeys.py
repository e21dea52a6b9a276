"""Plays every conversation in this folder against the whole gateway, and compares every answer to the letter.

A journey is a text file: ``#`` begins a comment, ``@ number`` says who is texting, ``>`` is what he sends and ``<`` what comes back (more
lines of the same message are indented), ``< -`` is no answer, ``+ 11 minutes`` lets time pass. ``[2]`` behind an answer is its number of
segments. ``{code}`` in an answer is what nobody knows before, and may be sent later. What goes to somebody else begins with ``→ number:``.

``!`` runs the jobs whose time has come; what they queue follows as answers.

``@ chat number`` is the same person in his chat: ``> ☎`` shares his own contact, ``> /start {token}`` follows a link, ``> [label]`` presses
a button; under an answer stand the name of its document and its buttons. The registry is the demo's, on 21 November 2026 at 10:00 in Dhaka.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, update

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.configured import SIMULATED_CHAT, SIMULATOR
from bot.domain.messages import MO, Language, Press
from bot.domain.replies import Reply, load
from bot.domain.text import precomposed
from bot.domain.understanding import Call
from bot.fills import local
from bot.scheduler.jobs import JOBS
from bot.store import conversation, outbox
from bot.store.query import Query
from bot.store.schema import outbox as outbox_table
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.outbox import Row

FOLDER = Path(__file__).parent
NOTHING = "-"
JOBS_RUN = "!"
CHAT = "chat "

_HAND_OVER: Query[int] = Query(
    update(outbox_table)
    .where(outbox_table.c.broadcast_id.is_not(None), outbox_table.c.state == "queued")
    .values(state="submitted", submitted_at=bindparam("at"))
)


@dataclass
class Exchange:
    """One text, and what must come back."""

    line: int
    after: timedelta
    sender: str
    text: str
    answers: list[str] = field(default_factory=list)


def read(path: Path) -> Iterator[Exchange]:  # noqa: C901 - one case for each mark of a journey
    """The exchanges of a journey."""
    sender, passed = "", timedelta()
    current: Exchange | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        mark, _, rest = line.partition(" ")
        if mark == "@":
            sender = rest.split("#")[0].strip()
        elif mark == "+":
            count, unit = rest.split()
            passed += timedelta(**{unit: int(count)})
        elif mark == ">":
            if current is not None:
                yield current
            current = Exchange(number, passed, sender, rest)
        elif mark == "!":
            if current is not None:
                yield current
            current = Exchange(number, passed, "", JOBS_RUN)
        elif mark == "<":
            assert current is not None, f"{path.name}:{number}: an answer before any text"
            current.answers.append(rest)
        elif line.startswith("  ") and current is not None:
            current.answers[-1] += "\n" + line.strip()
        else:
            assert not line or mark.startswith("#"), f"{path.name}:{number}: not understood"
    if current is not None:
        yield current


class Player:
    """Sends what a journey says, and remembers what was learned on the way: codes and tokens."""

    def __init__(self, app: App, learned: dict[str, str]) -> None:
        self.app = app
        self.learned = learned

    async def play(self, exchange: Exchange, provider_id: str) -> list[str]:
        """What came back, to anybody, as a journey writes it."""
        before = {row.id for row in await self.app.store.read(outbox.rows)}
        if exchange.text == JOBS_RUN:
            for job in JOBS:
                await self.app.runner.run(job)
        else:
            await self.app.receiver.receive(await self._mo(exchange, provider_id))
        while await self.app.broadcasting.once():
            pass
        rows = [row for row in await self.app.store.read(outbox.rows) if row.id not in before]
        # What was sent to many is with its readers before they answer; the rest stands still.
        await self.app.store.write(lambda tx: tx.run(_HAND_OVER, at=self.app.clock.now()))
        return [await self._shown(row, exchange.sender) for row in rows] or [NOTHING]

    async def _mo(self, exchange: Exchange, provider_id: str) -> MO:
        text = exchange.text.format_map(self.learned) if "{" in exchange.text else exchange.text
        if not exchange.sender.startswith(CHAT):
            return MO(SIMULATOR, provider_id, exchange.sender, "16123", text)
        chat = exchange.sender.removeprefix(CHAT)
        mo = partial(MO, SIMULATED_CHAT, provider_id, chat, "16123", text)
        if text == "☎":
            return mo(call=Call("link", {"contact": chat, "owner": True}, Language.BN))
        if text.startswith("/start "):
            return mo(call=Call("link", {"token": text.split()[1]}, Language.BN))
        if text.startswith("["):
            return mo(press=await self._button(chat, text.strip("[]")))
        return mo()

    async def _button(self, chat: str, label: str) -> Press:
        """The newest button with this label in the chat."""
        newest = await self.app.store.read(partial(conversation.went_to, to=chat, channel=SIMULATED_CHAT, most=9))
        for went in newest:
            labels = await self._labels(went.id, chat)
            if label in labels:
                return Press(went.id, labels.index(label) + 1)
        raise AssertionError(f"no button {label!r} in the chat")

    async def _labels(self, row_id: int, chat: str) -> tuple[str, ...]:
        reply = await self._reply(row_id, chat)
        return self.app.renderer.labels(reply, Language.BN, self.app.clock.today())

    async def _reply(self, row_id: int, to: str) -> Reply:
        content = await self.app.store.read(partial(outbox.content, row_id=row_id, channel=SIMULATED_CHAT, to=to))
        assert content is not None
        return load(content)

    async def _shown(self, row: Row, sender: str) -> str:
        """A message as a journey writes it: its segments on SMS, its buttons and its document in a chat."""
        in_chat = row.channel == SIMULATED_CHAT
        to = CHAT + row.to if in_chat else local(row.to)
        shown = [row.text if to == sender else f"→ {to}: {row.text}"]
        if row.segments > 1:
            shown[0] += f" [{row.segments}]"
        if in_chat:
            reply = await self._reply(row.id, row.to)
            if reply.document is not None:
                shown.append(f"📎 {(await self.app.printer.make(reply.document)).name}")
            if labels := await self._labels(row.id, row.to):
                shown.append(" ".join(f"[{label}]" for label in labels if label))
        return "\n".join(shown)

    def matches(self, said: str, expected: str) -> bool:
        """Whether an answer is the expected one; ``{code}`` and ``{token}`` stand for what nobody knows before, and are learned."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[0-9A-Z০-৯]+)", re.escape(expected))
        found = re.fullmatch(pattern, said)
        self.learned |= found.groupdict() if found else {}
        return found is not None


JOURNEYS = sorted(FOLDER.glob("*.txt"))


def test_there_are_journeys() -> None:
    assert {path.stem for path in JOURNEYS} >= {"president", "officer", "dco", "telegram", "printing"}


@pytest.mark.parametrize("path", JOURNEYS, ids=[path.stem for path in JOURNEYS])
async def test_journey(path: Path, demo_url: str) -> None:
    learned: dict[str, str] = {}
    for number, exchange in enumerate(read(path)):
        async with App(Config(), Clock(NOW + exchange.after), demo_url) as app:
            player = Player(app, learned)
            said = await player.play(exchange, f"{path.stem}-{number}")
        expected = [precomposed(text) for text in exchange.answers]
        same = len(said) == len(expected) and all(map(player.matches, said, expected))
        assert same, f"{path.name}:{exchange.line}: {exchange.text}\n" + "\n".join(said)
