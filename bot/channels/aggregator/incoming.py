"""A provider's request as messages in or as receipts."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from bot.channels.aggregator.answers import LONGEST_ID, fits
from bot.channels.aggregator.paths import said
from bot.domain.messages import DLR, MO, ReceiptKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiohttp import web

    from bot.channels.aggregator.paths import Path
    from bot.channels.aggregator.profile import DlrTable, IncomingTable, MoTable

MOST_FIELDS = 200
MOST_FAULTS = 5
"""Faults of one request that are told: it may hold thousands of entries."""

LONGEST_DETAIL = 100
_NUMBER = re.compile(r"[0-9]{7,}")


@dataclass(frozen=True, slots=True)
class Request:
    """What the provider sent.

    Attributes:
        path: the path with its parameters, as it came.
        address: the parameters of the address; the first of a name counts.
        form: the pairs of a form in the body; None where there is none that can be read.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    address: Mapping[str, str]
    body: bytes
    form: Sequence[tuple[str, str]] | None


async def arrived(request: web.Request) -> Request:
    """The request, read."""
    body = await request.read()
    is_form = request.content_type == "application/x-www-form-urlencoded"
    return Request(
        request.method,
        request.raw_path,
        request.headers,
        _first(_pairs(request.rel_url.raw_query_string) or ()),
        body,
        _pairs(body.decode("utf-8", "replace")) if is_form else None,
    )


@dataclass(frozen=True, slots=True)
class Understood:
    """What a request held.

    Attributes:
        found: the messages or receipts.
        faults: of those that could not be read, why; of the first few.
    """

    found: Sequence[Any]
    faults: Sequence[str]


def messages(request: Request, table: MoTable, channel: str, short_code: str) -> Understood:
    """The messages in a request."""

    def read(item: Any) -> MO:
        def at(path: Path) -> str | None:
            return said(path.of(item, request.address))

        sender, text = at(table.sender), at(table.text)
        if text is None or not (sender or "").strip():
            missing = table.text if text is None else table.sender
            raise ValueError(f"{missing.written} is missing")
        to = at(table.to) if table.to is not None else None
        return MO(channel, _key(table.id, at), (sender or "").strip(), to or short_code, text)

    return _understood(request, table, read)


def receipts(request: Request, table: DlrTable, channel: str, ours: Callable[[str | None], int | None]) -> Understood:
    """The receipts in a request; without those that say nothing new, or that are of nobody's message."""

    def read(item: Any) -> DLR | None:
        def at(path: Path | None) -> str | None:
            return None if path is None else said(path.of(item, request.address))

        status = at(table.status)
        if status is None:
            raise ValueError(f"{table.status.written} is missing")
        number, theirs = ours(at(table.ref)), _short(at(table.provider_id), LONGEST_ID)
        kind = kind_of(status, table)
        if kind is None or (number is None and theirs is None):
            return None
        # It is shown beside the message, and a provider may name the number in it.
        detail = _short(_NUMBER.sub("…", at(table.detail) or status), LONGEST_DETAIL)
        return DLR(channel, number, kind, theirs, detail)

    return _understood(request, table, read)


def kind_of(status: str, table: DlrTable) -> ReceiptKind | None:
    """What a provider's word means; None where it says nothing new."""
    means = table.means
    words = {
        ReceiptKind.ACCEPTED: means.accepted,
        ReceiptKind.DELIVERED: means.delivered,
        ReceiptKind.FAILED: means.failed,
    }
    return next((kind for kind, of_kind in words.items() if status in of_kind), None)


def _understood(request: Request, table: IncomingTable, read: Callable[[Any], MO | DLR | None]) -> Understood:
    found: list[MO | DLR] = []
    faults: list[str] = []
    try:
        items = list(_items(request, table))
    except ValueError as error:
        return Understood((), (str(error),))
    for number, item in enumerate(items, start=1):
        if not fits(table.only, item, request.address):
            continue
        try:
            one = read(item)
        except ValueError as error:
            if len(faults) < MOST_FAULTS:
                faults.append(str(error) if len(items) == 1 else f"number {number}: {error}")
            continue
        if one is not None:
            found.append(one)
    return Understood(found, faults)


def _items(request: Request, table: IncomingTable) -> Iterator[Any]:
    document = _document(request, table)
    if table.each is None:
        yield document
        return
    many = table.each.of(document, request.address)
    if not isinstance(many, list):
        message = f"{table.each.written} is no list"
        raise ValueError(message)  # noqa: TRY004 - what came is wrong, not its type here
    yield from many


def _document(request: Request, table: IncomingTable) -> Any:
    if table.body == "json":
        try:
            document = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            message = "the body is not JSON"
            raise ValueError(message) from error
        return document
    if table.body == "query" or request.method == "GET":
        return request.address
    if request.form is None:
        message = "the body is not a form"
        raise ValueError(message)
    return _first(request.form)


def _key(paths: Sequence[Path], at: Callable[[Path], str | None]) -> str:
    """What tells a message from others, and its repetition from it: the provider's id, or several fields together."""
    parts = [at(path) for path in paths]
    if not parts[0] or not parts[0].strip() or any(part is None for part in parts):
        missing = next(path for path, part in zip(paths, parts, strict=True) if not (part or "").strip())
        message = f"{missing.written} is missing: without it a message cannot be told from its repetition"
        raise ValueError(message)
    if len(parts) == 1 and len(parts[0]) <= LONGEST_ID:
        return parts[0].strip()
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _short(text: str | None, longest: int) -> str | None:
    """A text of the provider that can be kept: a short line without what a database cannot hold."""
    kept = "".join(char for char in text or "" if char.isprintable())[:longest]
    return kept or None


def _pairs(text: str) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        return None


def _first(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found
