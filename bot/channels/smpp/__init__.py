"""SMPP 3.4: one bind as transceiver at an operator's or aggregator's SMSC.

* ``channel``   the settings, and the parts below put together
* ``binding``   keeps a session bound: binds, and binds again, longer each time
* ``session``   one connection: requests and their answers, both ways
* ``wire``      what comes over it, read leniently
* ``incoming``  a ``deliver_sm`` as a message or a receipt, answered after the commit
* ``texts``     octets as text, and which part of which message they are
* ``receipts``  whose receipt it is, and what it says
* ``sending``   an ``MT``, one part after the other
* ``outgoing``  an ``MT`` as parts
* ``statuses``  what an SMSC's status means for a message

The PDUs that go out are aiosmpplib's, and so are the names of commands and statuses and the GSM alphabet. Its client is not used: it
answers every ``deliver_sm`` with "fine", takes them in one at a time, ends the session at a receipt whose date or error code it cannot
read or at a status of the operator's own, leaves what is in flight at a disconnect without an outcome, and logs whole messages.
"""

from bot.channels.smpp.channel import SmppChannel, SmppSettings

__all__ = ["SmppChannel", "SmppSettings"]
