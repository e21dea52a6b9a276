"""What the status in an SMSC's answer says about the message that was submitted.

An answer that is not "fine" says that the message was not taken. Whether it ever will be, few statuses tell: what is wrong with this
very message or its recipient is final; an SMSC that is too busy says so; all else, an operator's own statuses included, is tried
again, because it is as a rule the account, a setting (the type of the numbers, the receipts that are asked for) or the SMSC that has
to be put right, and a whole queue must not fail meanwhile.
"""

from __future__ import annotations

from aiosmpplib import SmppCommandStatus as Status

from bot.domain.errors import Refused, SubmitError, Throttled, Unreachable

PAUSE = 1.0
"""Seconds that an SMSC is left alone when it asks for a slower pace."""

_TOO_FAST = frozenset({Status.ESME_RTHROTTLED, Status.ESME_RMSGQFUL})
_FINAL = frozenset({
    Status.ESME_RINVMSGLEN,
    Status.ESME_RINVDSTADR,
    Status.ESME_RX_P_APPN,
    Status.ESME_RX_R_APPN,
    Status.ESME_RDELIVERYFAILURE,
})  # fmt: skip


def name(status: int) -> str:
    """A status for the log and the record."""
    try:
        known: str = Status(status).name
    except ValueError:
        return f"0x{status:08X}"
    return known


def meaning(status: int) -> SubmitError:
    """What follows from a status that is not ``ESME_ROK``."""
    if status in _TOO_FAST:
        return Throttled("the SMSC asks for a slower pace", retry_after=PAUSE)
    said = f"the SMSC answers {name(status)}"
    return Refused(said) if status in _FINAL else Unreachable(said)
