"""The providers, one per file; ``bot.channel`` says what a channel is. Adding one: its file and its line here."""

from collections.abc import Mapping

from bot.channel import Channel
from bot.channels.aggregator import AggregatorChannel
from bot.channels.kannel import KannelChannel
from bot.channels.simulator import SimulatedChat, SimulatorChannel
from bot.channels.smpp import SmppChannel
from bot.channels.telegram import TelegramChannel

KINDS: Mapping[str, type[Channel]] = {
    "aggregator": AggregatorChannel,
    "kannel": KannelChannel,
    "simulator": SimulatorChannel,
    "simulated_chat": SimulatedChat,
    "smpp": SmppChannel,
    "telegram": TelegramChannel,
}
