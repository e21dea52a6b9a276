"""What Telegram refuses, with its own words as far as programs read them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator import Bot

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LARGEST_CALLBACK_DATA = 64
MOST_BUTTONS = 100
TAGS = frozenset(
    "b strong i em u ins s strike del span tg-spoiler a tg-emoji code pre blockquote".split()  # noqa: SIM905
)


class Rejected(Exception):  # noqa: N818 - named for what the call is
    """An answer that is not ``ok``."""

    def __init__(self, status: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after


def check(method: str, body: dict[str, Any], bot: Bot) -> None:
    """Refuse what Telegram would refuse before doing anything."""
    if method.startswith(("send", "edit", "delete")) and "chat_id" in body:
        _check_chat(int(body["chat_id"]), bot)
    html = body.get("parse_mode") == "HTML"
    if "text" in body and method != "answerCallbackQuery":
        _check_text(body["text"], LONGEST_TEXT, "message is too long", html=html)
    elif method in {"sendMessage", "editMessageText"}:
        raise Rejected(400, "Bad Request: message text is empty")
    if body.get("caption"):
        _check_text(body["caption"], LONGEST_CAPTION, "message caption is too long", html=html)
    if isinstance(body.get("reply_markup"), dict):
        _check_keyboard(body["reply_markup"])
    if method == "answerCallbackQuery":
        if body.get("callback_query_id") not in bot.queries:
            raise Rejected(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        bot.answered.append(body["callback_query_id"])


def _check_chat(chat: int, bot: Bot) -> None:
    if chat not in bot.chats:
        raise Rejected(400, "Bad Request: chat not found")
    if chat in bot.blocked:
        raise Rejected(403, "Forbidden: bot was blocked by the user")


def _check_text(text: str, longest: int, too_long: str, *, html: bool) -> None:
    seen = _without_tags(text) if html else text
    if not seen.strip():
        raise Rejected(400, "Bad Request: message text is empty")
    if len(seen.encode("utf-16-le")) // 2 > longest:
        raise Rejected(400, f"Bad Request: {too_long}")


def _check_keyboard(markup: dict[str, Any]) -> None:
    buttons = [button for row in markup.get("inline_keyboard") or [] for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise Rejected(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not button.get("text", "").strip():
            raise Rejected(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if not 0 < len(str(button.get("callback_data", "-")).encode()) <= LARGEST_CALLBACK_DATA:
            raise Rejected(400, "Bad Request: BUTTON_DATA_INVALID")
    for button in (button for row in markup.get("keyboard") or [] for button in row):
        if not (button if isinstance(button, str) else button.get("text", "")).strip():
            raise Rejected(400, "Bad Request: keyboard button text must not be empty")


def check_webhook(body: dict[str, Any]) -> None:
    """The address and the secret of a webhook; plain HTTP is taken, since this is loopback."""
    if not re.match(r"https?://|$", body.get("url", "")):
        raise Rejected(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", body.get("secret_token", "")):
        raise Rejected(400, "Bad Request: secret token contains unallowed characters")


def check_commands(commands: list[dict[str, str]]) -> None:
    """The menu of a bot."""
    if len(commands) > 100:
        raise Rejected(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]):
            raise Rejected(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= 256:
            raise Rejected(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")


class _Html(HTMLParser):
    """Reads the HTML of a message: few tags, all of them closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Rejected(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Rejected(400, f'Bad Request: can\'t parse entities: Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise Rejected(400, "Bad Request: can't parse entities: Unsupported start tag")
        self.text += data


def _without_tags(text: str) -> str:
    reader = _Html()
    # A < that no tag follows is text to a browser, and an error to Telegram; an escaped one is text to both.
    reader.feed(text.replace("&lt;", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"))
    reader.close()
    if reader.open:
        raise Rejected(400, f"Bad Request: can't parse entities: Can't find end tag for \"{reader.open[-1]}\"")
    return reader.text
