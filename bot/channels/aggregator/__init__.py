"""Providers that speak HTTP, each described by a file in ``bot/profiles`` or by an office's own: a provider is data, not code.

``settings`` finds the profile (``loading``, ``profile``, ``checks``) and the values that it asks for; ``sending`` writes a message as the
provider's request (``templates``), ``answers`` tells what came back; ``incoming`` reads messages and receipts (``paths``), ``proofs`` tells
the provider from others; ``recent`` knows what was submitted a moment ago. ``channel`` puts them together.
"""

from bot.channels.aggregator.channel import AggregatorChannel
from bot.channels.aggregator.settings import AggregatorSettings

__all__ = ["AggregatorChannel", "AggregatorSettings"]
