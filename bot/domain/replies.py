"""What a handler wants said, before the reader's language and the abilities of his channel are known.

A ``Reply`` is a key of the text catalogue with parameters. It is kept whole beside the message, so that what tells of time passing is
true on the day it goes out, and so that a button pressed later still knows what it stood for: a choice carries the call that it makes, and
needs no memory of the dialogue it was offered in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the phones at the end of a channel can show.

    Attributes:
        chat: a chat with room, buttons and documents; otherwise plain short messages, counted in segments. A chat is also known by its
            address rather than by a telephone number, and stands for one only once it is linked.
    """

    chat: bool = False


SMS = Abilities()
CHAT = Abilities(chat=True)


@dataclass(frozen=True, slots=True)
class Order:
    """A document to be made when the message leaves (``bot.document``).

    Attributes:
        kind: which document.
        args: plain JSON values that say of what.
    """

    kind: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the reader may choose: a line of a numbered list, or a button.

    Attributes:
        label: what he reads.
        command: what choosing it runs.
        args: with these arguments; plain JSON values.
        words: what else picks it when typed instead of its number, such as a name.
        withdrawn: not offered at the moment. A message that is edited keeps such a choice in its place, so that the buttons of an
            older version still mean what was read on them.
    """

    label: Reply
    command: str
    args: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be said.

    Attributes:
        key: a key of the text catalogue, declared as a ``bot.domain.wording.Wording``.
        params: values for the text's slots; plain JSON values and dates.
        turns_on: the day on which the text changes (a committee's last day). The text is then one of ``key.running``,
            ``key.last_day`` and ``key.expired``, chosen on the day that it goes out, with the slots ``n`` (days) and
            ``colour`` filled in.
        lines: further lines below it, such as the rows of a list.
        choices: what the reader may choose from: a numbered list on SMS, buttons in a chat.
        document: what a chat gets with it.
        asks_contact: a chat offers a button that shares the reader's own telephone number.
        secret: it holds a one-time code, and is forgotten once it has left.
        area: the lineage of the office in whose area the text may have been changed.
    """

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    turns_on: date | None = None
    lines: tuple[Reply, ...] = ()
    choices: tuple[Choice, ...] = ()
    document: Order | None = None
    asks_contact: bool = False
    secret: bool = False
    area: str | None = None


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=date.isoformat).encode


def dump(reply: Reply) -> str:
    """A reply as the outbox keeps it."""
    return _encode(_plain(reply))


def load(content: str) -> Reply:
    """A reply as the outbox kept it."""
    return _reply(json.loads(content))


def _plain(reply: Reply) -> dict[str, Any]:
    """Most replies are a key with parameters: what is not there is not written."""
    plain: dict[str, Any] = {"key": reply.key, "params": dict(reply.params)}
    if reply.turns_on is not None:
        plain["turns_on"] = reply.turns_on
    if reply.lines:
        plain["lines"] = [_plain(line) for line in reply.lines]
    if reply.choices:
        plain["choices"] = [_plain_choice(one) for one in reply.choices]
    if reply.document is not None:
        plain["document"] = {"kind": reply.document.kind, "args": dict(reply.document.args)}
    for name in ("asks_contact", "secret", "area"):
        value = getattr(reply, name)
        if value:
            plain[name] = value
    return plain


def _plain_choice(one: Choice) -> dict[str, Any]:
    plain = {"label": _plain(one.label), "command": one.command, "args": dict(one.args), "words": one.words}
    return {**plain, "withdrawn": True} if one.withdrawn else plain


def _reply(plain: Mapping[str, Any]) -> Reply:
    turns_on, document = plain.get("turns_on"), plain.get("document")
    return Reply(
        plain["key"],
        plain["params"],
        turns_on=date.fromisoformat(turns_on) if turns_on else None,
        lines=tuple(_reply(line) for line in plain.get("lines", ())),
        choices=tuple(_choice(one) for one in plain.get("choices", ())),
        document=Order(document["kind"], document["args"]) if document else None,
        asks_contact=plain.get("asks_contact", False),
        secret=plain.get("secret", False),
        area=plain.get("area"),
    )


def _choice(plain: Mapping[str, Any]) -> Choice:
    if "label" not in plain:  # written by the first release, whose choices were bare labels
        return Choice(_reply(plain), "help")
    return Choice(
        _reply(plain["label"]), plain["command"], plain["args"], tuple(plain["words"]), plain.get("withdrawn", False)
    )
