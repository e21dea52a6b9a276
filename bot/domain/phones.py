"""Reading telephone numbers out of a line, with the spaces, dashes and country codes that people type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.errors import InvalidMsisdn
from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.msisdn import Msisdn

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from bot.domain.found import Scene
    from bot.domain.line import Line

KEYS = frozenset({"label.phone", "label.number"})
_JOINTS = frozenset("-.() ")
_MOBILE = re.compile(r"(?:(?:00)?88)?01[3-9][0-9]{8}")
_ZERO_LOST = re.compile(r"1[3-9][0-9]{8}")
"""A mobile number whose zero a spreadsheet ate: only when its digits stand together, or it may be two other numbers."""
_BEGINS = re.compile(r"(?:(?:00)?88)?01[3-9]")
_LIKELY_DIGITS, _MOST_DIGITS = 9, 15
"""Digits from which a number can only be meant for a telephone's, and the most that one has."""


def phones(line: Line, free: Set[int], _scene: Scene) -> list[Found]:
    """The telephone numbers; one that cannot be is a problem. A registration number or a code of six digits is none."""
    found: list[Found] = []
    used: set[int] = set()
    for at in line.indices(Kind.NUMBER):
        if at in free and at not in used and (one := _telephone(line, at, free)) is not None:
            found.append(one)
            used |= one.uses
    return found


def _telephone(line: Line, at: int, free: Set[int]) -> Found | None:
    """The telephone number that starts at an item, or None when what starts there is something else."""
    abroad = at > 0 and line.items[at - 1].text == "+" and line.touching(at - 1)
    alone = line.items[at].text
    if _ZERO_LOST.fullmatch(alone):
        return Found(Msisdn.parse(alone), frozenset({at}))
    digits, uses = "", []
    for part in _parts(line, at, free):
        if len(digits) + len(line.items[part].text) > _MOST_DIGITS:
            break
        digits += line.items[part].text
        uses.append(part)
        if _MOBILE.fullmatch(digits):
            return Found(Msisdn.parse(digits), frozenset(uses))
    if abroad:
        return _foreign(digits, frozenset(uses))
    if len(alone) >= _LIKELY_DIGITS:
        return Found(None, frozenset({at}), problem="bad_phone")
    if _BEGINS.match(digits) and len(digits) >= _LIKELY_DIGITS and len(alone) > 1:
        return Found(None, frozenset(uses), problem="bad_phone")
    return None


def _foreign(digits: str, uses: frozenset[int]) -> Found:
    """A number with its ``+``, of any country."""
    try:
        return Found(Msisdn.parse(f"+{digits}"), uses)
    except InvalidMsisdn:
        return Found(None, uses, problem="bad_phone")


def _parts(line: Line, at: int, free: Set[int]) -> Iterator[int]:
    """Where the groups of digits stand that may be one number together; those of ``12/2019`` may not."""
    for index in range(at, len(line.items)):
        item = line.items[index]
        following = line.items[index + 1].text if index + 1 < len(line.items) else ""
        if item.kind is Kind.NUMBER and index in free and (index == at or following != "/"):
            yield index
        elif item.text not in _JOINTS:
            return
