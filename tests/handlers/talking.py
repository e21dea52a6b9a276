"""Texting and chatting with the whole gateway, and seeing everything that goes out because of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.configured import SIMULATED_CHAT, SIMULATOR
from bot.domain.messages import MO, Language, Press
from bot.domain.replies import Reply, load
from bot.domain.text import latin_digits
from bot.domain.understanding import Call
from bot.store import audit, offices, outbox, people
from bot.store.query import Query
from bot.store.schema import appointments, audit_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app import App
    from bot.store.audit import Change
    from bot.store.query import Tx

DCO, JOINT, REGISTRAR = "+8801700099800", "+8801700099700", "+8801700099600"
UCO, UCO_OF_DOMAR = "+8801700099900", "+8801700099899"
PRESIDENT, SECRETARY = "+8801700100001", "+8801700100002"
STRANGER = "+8801711999999"
NEWCOMER, ANOTHER = "+8801700055511", "+8801700055522"
DIMLA, DOMAR, SADAR = "55730012", "55730015", "55730064"

_ALL_POSTS: Query[tuple[Any, ...]] = Query(appointments.select().order_by(appointments.c.id), lambda *row: row)
_ALL_CHANGES: Query[str] = Query(audit_log.select().with_only_columns(audit_log.c.action).order_by(audit_log.c.id))


@dataclass(frozen=True, slots=True)
class Out:
    """A message that went out."""

    id: int
    to: str
    channel: str
    text: str
    segments: int
    reply: Reply

    @property
    def key(self) -> str:
        """What it says."""
        return self.reply.key


@dataclass
class Talk:
    """Somebody with many telephones and chats."""

    app: App
    count: int = 0
    seen: set[int] = field(default_factory=set)

    async def __call__(self, who: str, text: str, /, **args: Any) -> list[Out]:
        """Text as a number, or in a chat where ``who`` is none; with arguments the text stands for a call with them."""
        channel = SIMULATOR if who.startswith("+") else SIMULATED_CHAT
        call = Call(text, args, Language.BN) if args else None
        return await self._send(MO(channel, self._id(), who, "16123", text, call=call))

    async def one(self, who: str, text: str, /, **args: Any) -> Out:
        """The only message that goes out, which is the answer."""
        (answer,) = await self(who, text, **args)
        return answer

    async def link(self, number: str, chat: str) -> None:
        """Let a chat stand for a number."""
        await self(chat, "link", contact=number, owner=True)

    async def press(self, out: Out, choice: int) -> list[Out]:
        """Press a button under a message."""
        return await self._send(MO(SIMULATED_CHAT, self._id(), out.to, "16123", "", press=Press(out.id, choice)))

    async def resend(self, who: str, text: str) -> list[Out]:
        """The provider hands over the last message once more."""
        return await self._send(MO(SIMULATOR, f"t{self.count}", who, "16123", text))

    async def confirmed(self, who: str, text: str, /, **args: Any) -> list[Out]:
        """Ask for something, and confirm it with the code that comes."""
        return await self(who, f"YES {code_in(await self.one(who, text, **args))}")

    async def posts(self) -> list[tuple[Any, ...]]:
        """Every appointment there has been."""
        return await self.app.store.read(lambda tx: tx.all(_ALL_POSTS))

    async def changes(self) -> list[str]:
        """What the audit log says was done."""
        return await self.app.store.read(lambda tx: tx.all(_ALL_CHANGES))

    async def at(self, code: str) -> list[tuple[str, str, str | None]]:
        """Who holds a post at an office."""
        return await self.app.store.read(partial(_at, code=code))

    async def log(self, code: str) -> list[Change]:
        """The audit log of an office."""
        return await self.app.store.read(partial(_log, code=code))

    def _id(self) -> str:
        self.count += 1
        return f"t{self.count}"

    async def _send(self, mo: MO) -> list[Out]:
        await self.app.receiver.receive(mo)
        return await self.app.store.read(self._fresh)

    def _fresh(self, tx: Tx) -> list[Out]:
        rows = [row for row in outbox.rows(tx) if row.id not in self.seen]
        self.seen.update(row.id for row in rows)
        contents = [outbox.content(tx, row.id, row.channel, row.to) or "" for row in rows]
        return [
            Out(row.id, row.to, row.channel, latin_digits(row.text), row.segments, load(content))
            for row, content in zip(rows, contents, strict=True)
        ]


def _at(tx: Tx, code: str) -> list[tuple[str, str, str | None]]:
    office = offices.by_code(tx, code)
    assert office is not None
    staff = people.staff(tx, office.lineage)
    return [(one.role.value, one.name, one.msisdn) for at, one in staff if one and at.code == code]


def _log(tx: Tx, code: str) -> list[Change]:
    office = offices.by_code(tx, code)
    assert office is not None
    return audit.of_office(tx, office.id)


def code_in(out: Out) -> str:
    """The one-time code in a message."""
    found = re.search(r"(?:হ্যাঁ|YES) (\d{6})", out.text)
    assert found is not None, out.text
    return found[1]


def by_number(outs: Sequence[Out]) -> dict[str, Out]:
    """Messages by whom they went to."""
    return {out.to: out for out in outs}
