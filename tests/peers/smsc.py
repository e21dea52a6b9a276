"""The SMSC that a gateway binds to: a Node program (`smsc/smsc.js`) that these classes start and drive."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, TypedDict, Unpack

import aiohttp

from tests.peers.child import Child, PeerFailedError, PeerMissingError, program
from tests.peers.ports import LOOPBACK, wait_for

FOLDER = Path(__file__).parent / "smsc"
SHORT_CODE = "16123"


def node_script(name: str) -> list[str]:
    """The command that runs one of the Node programs beside this file."""
    if not (FOLDER / "node_modules").is_dir():
        raise PeerMissingError("a package of the test SMSC", "nodejs npm`, then `make node")
    return [program("node", "nodejs"), str(FOLDER / name)]


class Behaviour(TypedDict, total=False):
    """How the SMSC treats what comes next; what is not named stays as it is."""

    receipts: bool
    receipt_delay_ms: int
    receipt_status: Literal["DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"]
    answer_delay_ms: int
    refuse_next: int  # so many submits are refused
    refuse_status: str  # an SMPP error's name, such as ESME_RTHROTTLED
    lose_answers: int  # so many submits are accepted, but the session breaks before the answer
    receipt_first: bool  # the receipt leaves before the answer to the submit
    receipt_id: Literal["same", "decimal", "upper", "short"]  # how a receipt writes the id
    receipt_parameters: bool  # whether it tells id and state in parameters too, or in its text alone
    lose_mo_answers: int  # so many acknowledgements of messages are lost, and the session with them
    lose_mo_answers_after: int  # and only once so many receipts were acknowledged
    retry_ms: int  # a message that was answered with an error goes out again after so long; 0: never
    accept_binds: bool


@dataclass(frozen=True)
class Counters:
    """What happened since the SMSC started; `sessions` and `queued` are as of now."""

    mo: int
    mo_acknowledged: int
    dlr: int
    dlr_acknowledged: int
    submits: int
    refused: int
    binds: int
    sessions: int
    queued: int


@dataclass(frozen=True)
class Sent:
    """A message injected at the SMSC: its number of parts, and the SMPP status that acknowledged each (0: fine)."""

    parts: int
    statuses: tuple[int, ...]


@dataclass(frozen=True)
class Submitted:
    """One part as the gateway submitted it."""

    id: str
    sender: str
    to: str
    data_coding: int
    esm_class: int
    registered_delivery: int
    udh: bytes
    octets: bytes
    text: str | None

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Self:
        return cls(
            id=raw["id"],
            sender=raw["from"],
            to=raw["to"],
            data_coding=raw["data_coding"],
            esm_class=raw["esm_class"],
            registered_delivery=raw["registered_delivery"],
            udh=bytes.fromhex(raw["udh"]),
            octets=bytes.fromhex(raw["octets"]),
            text=raw["text"],
        )

    @property
    def place(self) -> tuple[int, int, int]:
        """Reference, number of parts and number of this part; (0, 1, 1) for a message in one part."""
        header = self.udh[1:]
        while header:
            kind, size = header[0], header[1]
            value, header = header[2 : 2 + size], header[2 + size :]
            if kind in {0, 8}:
                return int.from_bytes(value[:-2]), value[-2], value[-1]
        return 0, 1, 1


@dataclass(frozen=True)
class Received:
    """A whole message as a handset would show it."""

    sender: str
    to: str
    text: str
    parts: tuple[Submitted, ...]


def rejoined(submits: Iterable[Submitted]) -> list[Received]:
    """Put parts together as a handset does, in the order of each message's first part; incomplete ones are left out."""
    waiting: dict[object, dict[int, Submitted]] = {}
    for submit in submits:
        reference, parts, number = submit.place
        key = submit.id if parts == 1 else (submit.sender, submit.to, reference, parts)
        waiting.setdefault(key, {})[number] = submit
    return [_joined(parts) for parts in waiting.values() if len(parts) == next(iter(parts.values())).place[1]]


def _joined(parts: dict[int, Submitted]) -> Received:
    ordered = tuple(parts[number] for number in sorted(parts))
    first = ordered[0]
    if first.data_coding == 8:
        text = b"".join(part.octets for part in ordered).decode("utf-16-be")
    else:
        text = "".join(part.text or "" for part in ordered)
    return Received(first.sender, first.to, text, ordered)


class Smsc:
    """An SMSC on a free loopback port. It stores and forwards: what is not acknowledged goes out at the next bind."""

    system_id = "coop"
    password = "secret"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: Child | None = None
        self._control: aiohttp.ClientSession | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Start, on a port of one's own choice or on a free one."""
        command = [*node_script("smsc.js"), self.system_id, self.password, str(port)]
        self._child = Child(command, folder=self._folder, name="smsc", piped=True)
        pipe = self._child.process.stdout
        assert pipe is not None
        line = await asyncio.to_thread(pipe.readline)
        if not line:
            await self._child.stop()
            raise PeerFailedError(f"the SMSC did not start:\n{self._child.last_words()}")
        ports = json.loads(line)
        self.port = ports["smpp"]
        self._control = aiohttp.ClientSession(f"http://{LOOPBACK}:{ports['control']}")

    async def stop(self) -> None:
        if self._control is not None:
            await self._control.close()
        if self._child is not None:
            await self._child.stop()

    async def send_mo(
        self,
        sender: str,
        text: str,
        *,
        to: str = SHORT_CODE,
        encoding: Literal["UCS2", "GSM"] = "UCS2",
        ton: int = 1,
        reference_bits: Literal[8, 16] = 8,
        reversed_parts: bool = False,
        wait: bool = True,
    ) -> Sent:
        """Inject a message from a handset; `wait` for the gateway to acknowledge every part."""
        raw = await self._ask(
            "POST",
            "/mo",
            {
                "from": sender,
                "to": to,
                "text": text,
                "encoding": encoding,
                "ton": ton,
                "reference_bits": reference_bits,
                "reversed": reversed_parts,
                "wait": wait,
            },
        )
        return Sent(raw["parts"], tuple(raw["statuses"]))

    async def send_raw(self, *messages: Mapping[str, Any]) -> Sent:
        """Deliver what a test wrote itself, field by field; wait for the gateway to answer each."""
        written = [
            {name: value.hex() if isinstance(value, bytes) else value for name, value in message.items()}
            for message in messages
        ]
        answer = await self._ask("POST", "/raw", {"messages": written})
        return Sent(answer["parts"], tuple(answer["statuses"]))

    async def ask(self, command: Literal["enquire_link", "unbind", "query_sm"]) -> list[int]:
        """Ask every session something; returns the statuses of the answers."""
        answer = await self._ask("POST", "/ask", {"command": command})
        return list(answer["statuses"])

    async def send_receipt(self, submit_id: str, status: str = "DELIVRD") -> None:
        """Send a receipt for a submit: late, once more, or another one than before."""
        await self._ask("POST", "/receipt", {"id": submit_id, "status": status})

    async def submitted(self, *, clear: bool = False) -> list[Submitted]:
        """Every part submitted since the list was last cleared."""
        parts = [Submitted.of(raw) for raw in await self._ask("GET", "/submitted")]
        if clear:
            await self._ask("DELETE", "/submitted")
        return parts

    async def wait_submitted(self, count: int, within: float = 15) -> list[Submitted]:
        """Wait until at least so many parts were submitted."""

        async def enough() -> list[Submitted] | None:
            parts = await self.submitted()
            return parts if len(parts) >= count else None

        parts = await wait_for(enough, within, f"{count} parts submitted to the SMSC")
        assert parts is not None
        return parts

    async def counters(self) -> Counters:
        return Counters(**await self._ask("GET", "/counters"))

    async def drop(self) -> int:
        """Break every session, as a cut line would; returns how many there were."""
        return int((await self._ask("POST", "/drop"))["dropped"])

    async def behave(self, **behaviour: Unpack[Behaviour]) -> None:
        await self._ask("POST", "/behave", behaviour)

    async def behave_ordinarily(self) -> None:
        await self._ask("POST", "/ordinary")

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        assert self._control is not None, "the SMSC is not started"
        async with self._control.request(method, path, json=body) as response:
            answer = await response.json()
            if response.status != 200:
                raise ValueError(answer["error"])
            return answer
