"""Who is asked to decide what an office or a society has told: the head of an office, or its inspectors where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.access import Role, head_of
from bot.domain.replies import Choice, Reply
from bot.store import links, offices, people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.offices import Office
    from bot.store.query import Tx


def serving(tx: Tx, office: Office, role: Role) -> list[str]:
    """The numbers of those who hold a post at an office."""
    found = (one.msisdn for one in people.holders(tx, office.id, role))
    return list(dict.fromkeys(number for number in found if number))


def of_office(tx: Tx, office: Office, *, but: str = "") -> list[str]:
    """The numbers of those who decide for an office; nobody decides what he told himself."""
    for role in (head_of(office.level), Role.INSPECTOR):
        found = [number for number in serving(tx, office, role) if number != but]
        if found:
            return found
    return []


def above(tx: Tx, lineage: str) -> Iterator[Office]:
    """The offices above one, the nearest first."""
    codes = lineage.strip("/").split("/")[:-1]
    return (office for code in reversed(codes) if (office := offices.by_code(tx, code)) is not None)


def buttons(tx: Tx, number: str, inbox_id: int) -> tuple[Choice, ...]:
    """What somebody who decides may press below the question, where a chat stands for his number."""
    if not links.chats_of(tx, number):
        return ()
    return tuple(
        Choice(Reply(f"report.{command}"), command, {"ref": f"R{inbox_id}"}) for command in ("approve", "reject")
    )
