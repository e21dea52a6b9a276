"""Who is asked to decide what an office or a society has told: the head of an office, or its inspectors where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.access import Role, head_of
from bot.domain.offices import Level
from bot.domain.replies import Choice, Reply
from bot.domain.staffing import same_name
from bot.store import links, offices, people
from bot.store.recipients import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


def second(tx: Tx, office: Office, sender: str) -> tuple[Office, list[tuple[str, str]]] | None:
    """Who decides about a costly message of somebody at an office: its head, else the head of the nearest office above that has one.

    Of the nation the other officers there. Nobody who uses the sender's number, or bears his name under another one, decides for him.

    Returns:
        The office, and the names and numbers of those who are asked there; None where there is nobody.
    """
    own = people.names_with(tx, sender)
    for at in (office, *above(tx, office.lineage)):
        roles = [head_of(at.level), *([Role.ADDITIONAL_REGISTRAR] if at.level is Level.NATION else [])]
        holders = [one for role in roles for one in people.holders(tx, at.id, role)]
        found = {
            one.msisdn: one.name for one in holders if one.msisdn and not is_same(one.name, one.msisdn, own, sender)
        }
        if found:
            return at, [(name, number) for number, name in found.items()]
    return None


def is_same(name: str, number: str, own: Iterable[str], sender: str) -> bool:
    """Whether somebody is the sender, by his number or, so that a second telephone is no second officer, by his name."""
    return number == sender or any(each != UNNAMED and same_name(name, each) for each in own)


def buttons(tx: Tx, number: str, inbox_id: int) -> tuple[Choice, ...]:
    """What somebody who decides may press below the question, where a chat stands for his number."""
    if not links.chats_of(tx, number):
        return ()
    return tuple(
        Choice(Reply(f"report.{command}"), command, {"ref": f"R{inbox_id}"}) for command in ("approve", "reject")
    )
