"""What a chat has that a short message has not: an account that may stand for a number, buttons, documents.

The page's chat is that of the person whose number texts: its id is the digits of that number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.board.texted import CHAT
from bot.broadcast_progress import CHANGING
from bot.domain.errors import InvalidMsisdn, SettingsError
from bot.domain.messages import Language
from bot.domain.msisdn import Msisdn, is_machine
from bot.domain.replies import load
from bot.store import links, outbox

if TYPE_CHECKING:
    from datetime import date

    from bot.domain.replies import Order
    from bot.i18n import Renderer
    from bot.store.conversation import Went
    from bot.store.query import Tx


def chat_of(sender: str) -> str | None:
    """The chat of a number as typed; None where it is no telephone, and so has no chat either."""
    try:
        return None if is_machine(sender) else str(Msisdn.parse(sender)).lstrip("+")
    except InvalidMsisdn:
        return None


def speaks_for(tx: Tx, chat: str) -> tuple[str, bool]:
    """The number that a chat stands for; else the name under which the gateway keeps what it knows of the chat."""
    number = links.number_of(tx, CHAT, chat)
    return (f"{CHAT}:{chat}", False) if number is None else (number, True)


def shown(went: Went, renderer: Renderer, today: date) -> dict[str, Any]:
    """What is shown with a message's text: buttons, a document, the button that shares the reader's number; and whether it changes."""
    language = Language(went.language)
    try:
        reply = load(went.content)
        buttons = renderer.labels(reply, language, today)
    except (
        KeyError,
        ValueError,
        TypeError,
        SettingsError,
    ):  # an older program wrote it: its text is there all the same
        return {"buttons": [], "document": None, "contact": None, "changes": False}
    return {
        "buttons": list(buttons),
        "document": _file(reply.document) if reply.document else None,
        "contact": renderer.text(language, "link.share") if reply.asks_contact else None,
        "changes": reply.key in CHANGING,
    }


def ordered(tx: Tx, message: int, chat: str) -> Order | None:
    """The document that goes with a message to a chat, if it was sent there."""
    content = outbox.content(tx, message, CHAT, chat)
    return load(content).document if content else None


def _file(order: Order) -> dict[str, str]:
    return {"kind": order.kind, "format": str(order.args.get("format", "pdf"))}
