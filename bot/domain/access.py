"""Who may run what, where: one table, tested cell by cell.

A scope says how far from a person's own post a command may reach. Reading public facts (a society's committee, AGM and audit
dates are on the public page) needs no post at all, because a sender's number can be forged; what writes or sends will ask more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.events import EventKind
from bot.domain.offices import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Role(StrEnum):
    """A person's post. ``PUBLIC`` is everybody without one."""

    REGISTRAR = "registrar"
    ADDITIONAL_REGISTRAR = "additional_registrar"
    JOINT_REGISTRAR = "jr"
    DISTRICT_OFFICER = "dco"
    UPAZILA_OFFICER = "uco"
    INSPECTOR = "inspector"
    PRESIDENT = "president"
    SECRETARY = "secretary"
    PUBLIC = "public"

    @property
    def is_officer(self) -> bool:
        """Whether the post belongs to an office rather than a society."""
        return self not in {Role.PRESIDENT, Role.SECRETARY, Role.PUBLIC}


LEVELS: Mapping[Role, frozenset[Level]] = {
    Role.UPAZILA_OFFICER: frozenset({Level.UPAZILA, Level.THANA}),
    Role.DISTRICT_OFFICER: frozenset({Level.DISTRICT}),
    Role.JOINT_REGISTRAR: frozenset({Level.DIVISION}),
    Role.REGISTRAR: frozenset({Level.NATION}),
    Role.ADDITIONAL_REGISTRAR: frozenset({Level.NATION}),
    Role.INSPECTOR: frozenset(Level),
}
"""Post → at which offices it can be held; the head of an office comes first."""

SEVERAL = frozenset({Role.INSPECTOR, Role.ADDITIONAL_REGISTRAR})
"""Posts of which an office may have any number."""


def head_of(level: Level) -> Role:
    """The post that heads an office: the one that it has one of."""
    return next(role for role, levels in LEVELS.items() if level in levels and role not in SEVERAL)


class Scope(StrEnum):
    """How far a command reaches for a role."""

    NONE = "none"
    SELF = "self"  # the sender's own number: language, stop
    SOCIETY = "society"  # the societies he serves
    OFFICE = "office"  # his own office only
    BELOW = "below"  # his own office and all under it
    ALL = "all"  # anything, anywhere


@dataclass(frozen=True, slots=True)
class Post:
    """One appointment as far as permission needs it.

    Attributes:
        role: which post.
        person: the name, for the screen of the simulator and for echoes.
        lineage: of the office, or of the office that looks after the society.
        society_id: the society served, for presidents and secretaries.
    """

    role: Role
    person: str
    lineage: str
    society_id: int | None = None


_OFFICERS = (
    Role.REGISTRAR,
    Role.ADDITIONAL_REGISTRAR,
    Role.JOINT_REGISTRAR,
    Role.DISTRICT_OFFICER,
    Role.UPAZILA_OFFICER,
    Role.INSPECTOR,
)
_ABOVE = _OFFICERS[:4]
_LOCAL = _OFFICERS[4:]
_BEARERS = (Role.PRESIDENT, Role.SECRETARY)
RECORDED = tuple(EventKind)
"""The commands that tell of an event: an office records it, an office-bearer reports it."""

SENDING = ("send", "pause", "resume", "broadcasts", "answers")
"""The commands about messages to many."""

_EVERYBODY: Mapping[Role, Scope] = dict.fromkeys(Role, Scope.SELF)

TABLE: Mapping[str, Mapping[Role, Scope]] = {
    "status": dict.fromkeys(Role, Scope.ALL),
    "help": _EVERYBODY,
    "language": _EVERYBODY,
    "stop": _EVERYBODY,
    "start": _EVERYBODY,
    "yes": _EVERYBODY,
    "no": _EVERYBODY,
    "link": _EVERYBODY,
    "answer": _EVERYBODY,
    "find": dict.fromkeys(Role, Scope.ALL),
    "calendar": dict.fromkeys(_OFFICERS, Scope.BELOW) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "stale": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "stale.confirm": dict.fromkeys(_LOCAL, Scope.OFFICE),
    "phones": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "officer": dict.fromkeys(_ABOVE, Scope.BELOW),
    "contact": dict.fromkeys(_OFFICERS, Scope.BELOW) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "contact.change": dict.fromkeys(_LOCAL, Scope.OFFICE),
    "texts": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "texts.change": dict.fromkeys(map(head_of, Level), Scope.OFFICE),
    **dict.fromkeys(RECORDED, dict.fromkeys(_OFFICERS, Scope.BELOW) | dict.fromkeys(_BEARERS, Scope.SOCIETY)),
    **dict.fromkeys((f"{each}.record" for each in RECORDED), dict.fromkeys(_OFFICERS, Scope.OFFICE)),
    "undo": dict.fromkeys(_OFFICERS, Scope.BELOW) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "approve": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "reject": dict.fromkeys(_OFFICERS, Scope.BELOW) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "return": dict.fromkeys(_OFFICERS, Scope.OFFICE) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "guide": dict.fromkeys(_OFFICERS, Scope.OFFICE) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "rollup": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "explain": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "due": dict.fromkeys(_OFFICERS, Scope.BELOW) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "nudge": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "correct": dict.fromkeys(_OFFICERS, Scope.OFFICE) | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "correct.decide": dict.fromkeys(_OFFICERS, Scope.BELOW),
    "remind": dict.fromkeys(_ABOVE, Scope.BELOW) | dict.fromkeys(_LOCAL, Scope.OFFICE),
    **dict.fromkeys(SENDING, dict.fromkeys(_ABOVE, Scope.BELOW) | dict.fromkeys(_LOCAL, Scope.OFFICE)),
    # With the same word an office-bearer withdraws his own report (বাতিল R26), which is ``reject``.
    "cancel": dict.fromkeys(_ABOVE, Scope.BELOW)
    | dict.fromkeys(_LOCAL, Scope.OFFICE)
    | dict.fromkeys(_BEARERS, Scope.SOCIETY),
    "send.approve": dict.fromkeys(_ABOVE, Scope.BELOW) | {Role.UPAZILA_OFFICER: Scope.OFFICE},
}
"""Command → role → scope. A command that is not here may be run by nobody.

A name with a dot is what a command changes, where fewer may change than may see: the office above looks, and never edits.
"""


def may_run(command: str, posts: Iterable[Post]) -> bool:
    """Whether anybody with these posts (or none) may run ``command`` at all; where, the scope decides."""
    row = TABLE.get(command, {})
    if row.get(Role.PUBLIC, Scope.NONE) is not Scope.NONE:
        return True
    return any(row.get(post.role, Scope.NONE) is not Scope.NONE for post in posts)


def may_reach(command: str, posts: Iterable[Post], *, lineage: str, society_id: int | None = None) -> bool:
    """Whether ``command`` may touch the society or office at ``lineage`` for a sender with these posts."""
    row = TABLE.get(command, {})
    if row.get(Role.PUBLIC, Scope.NONE) is Scope.ALL:
        return True
    return any(_reaches(row.get(post.role, Scope.NONE), post, lineage, society_id) for post in posts)


def _reaches(scope: Scope, post: Post, lineage: str, society_id: int | None) -> bool:
    match scope:
        case Scope.ALL:
            return True
        case Scope.BELOW:
            return lineage.startswith(post.lineage)
        case Scope.OFFICE:
            return lineage == post.lineage
        case Scope.SOCIETY:
            return society_id is not None and society_id == post.society_id
        case Scope.SELF | Scope.NONE:
            return False
