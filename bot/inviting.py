"""A link that lets the holder of a number open a chat with us: good once, for some days, and known to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.store import tickets

if TYPE_CHECKING:
    from bot.command import Context


def link_for(context: Context, msisdn: str) -> str | None:
    """The address that links a chat with a number; None where there is no chat to open."""
    if context.start_url is None:
        return None
    until = context.now + timedelta(days=context.gateway.link_days)
    token = tickets.issue_token(context.tx, "link", msisdn, {}, now=context.now, until=until, inbox_id=context.inbox_id)
    return f"{context.start_url}{token}"
