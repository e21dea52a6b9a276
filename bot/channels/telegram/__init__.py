"""Telegram: a chat instead of a handset. Transport only; what is said is decided where SMS is decided.

* ``channel``    the settings, the webhook, and the parts below put together
* ``listening``  introduces the bot, asks for updates or has them brought, and hands them in
* ``incoming``   an update as an ``MO``
* ``sending``    an ``MT`` in its turn
* ``outgoing``   an ``MT`` as texts, keyboards and a document
* ``turns``      one message at a time in each chat, and not too many
* ``api``        python-telegram-bot on the program's own HTTP client, and what its errors mean
"""

from bot.channels.telegram.channel import TelegramChannel, TelegramSettings

__all__ = ["TelegramChannel", "TelegramSettings"]
