"""The providers, one per file; ``bot.channel`` says what a channel is. Adding one: its file and its line here."""

from collections.abc import Mapping

from bot.channel import Channel
from bot.channels.kannel import KannelChannel
from bot.channels.simulator import SimulatedChat, SimulatorChannel
from bot.channels.telegram import TelegramChannel

KINDS: Mapping[str, type[Channel]] = {
    "kannel": KannelChannel,
    "simulator": SimulatorChannel,
    "simulated_chat": SimulatedChat,
    "telegram": TelegramChannel,
}
