"""The rigs of the conformance suite: how a provider hands a message in, and what a handset gets in the end.

A new channel adds its rig here: a file of its own and a line in ``RIGS``.
"""

from tests.channels.rigs.aggregator import AndroidRig, InfobipRig
from tests.channels.rigs.base import PRESIDENT, Rig
from tests.channels.rigs.kannel import KannelBodyRig, KannelRig
from tests.channels.rigs.simulator import SimulatedChatRig, SimulatorRig
from tests.channels.rigs.smpp import SmppRig
from tests.channels.rigs.telegram import TelegramRig

RIGS: list[type[Rig]] = [
    InfobipRig,
    AndroidRig,
    KannelRig,
    KannelBodyRig,
    SimulatorRig,
    SimulatedChatRig,
    SmppRig,
    TelegramRig,
]

__all__ = ["PRESIDENT", "RIGS", "Rig", "SimulatedChatRig"]
