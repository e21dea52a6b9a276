"""Role x command x jurisdiction, cell by cell."""

import pytest

from bot.domain.access import TABLE, Post, Role, Scope, may_reach, may_run
from bot.handlers import COMMANDS

EVERYBODY = {"help", "language", "stop", "start", "yes", "no", "link", "answer"}
ABOVE = {Role.REGISTRAR, Role.ADDITIONAL_REGISTRAR, Role.JOINT_REGISTRAR, Role.DISTRICT_OFFICER}
HEADS = {Role.REGISTRAR, Role.JOINT_REGISTRAR, Role.DISTRICT_OFFICER, Role.UPAZILA_OFFICER}
LOCAL = {Role.UPAZILA_OFFICER, Role.INSPECTOR}
BEARERS = {Role.PRESIDENT, Role.SECRETARY}
EVENTS = ("election", "interim", "agm", "audit", "dividend")

SENDING = ("send", "pause", "resume", "cancel", "broadcasts", "answers")

UNDER = ("rollup", "explain", "due", "nudge", "correct.decide")

# What the table must say, written down a second time on purpose: a slip in one of them shows.
EXPECTED = (
    {(command, role): Scope.ALL for command in ("status", "find") for role in Role}
    | {(command, role): Scope.SELF for command in EVERYBODY for role in Role}
    | {(command, role): Scope.BELOW for command in ("calendar", "contact", "phones", "stale") for role in ABOVE | LOCAL}
    | {(command, role): Scope.SOCIETY for command in ("calendar", "contact") for role in BEARERS}
    | {(command, role): Scope.OFFICE for command in ("contact.change", "stale.confirm") for role in LOCAL}
    | {("officer", role): Scope.BELOW for role in ABOVE}
    | {(command, role): Scope.BELOW for command in (*EVENTS, "undo") for role in ABOVE | LOCAL}
    | {(command, role): Scope.SOCIETY for command in (*EVENTS, "undo") for role in BEARERS}
    | {(f"{command}.record", role): Scope.OFFICE for command in EVENTS for role in ABOVE | LOCAL}
    | {(command, role): Scope.BELOW for command in ("approve", "reject") for role in ABOVE | LOCAL}
    | {(command, role): Scope.SOCIETY for command in ("reject", "cancel") for role in BEARERS}
    | {(command, role): Scope.BELOW for command in ("remind", *SENDING) for role in ABOVE}
    | {(command, role): Scope.OFFICE for command in ("remind", *SENDING) for role in LOCAL}
    | {("send.approve", role): Scope.BELOW for role in ABOVE}
    | {("send.approve", Role.UPAZILA_OFFICER): Scope.OFFICE}
    | {("texts", role): Scope.BELOW for role in ABOVE | LOCAL}
    | {("texts.change", role): Scope.OFFICE for role in HEADS}
    | {(command, role): Scope.OFFICE for command in ("return", "guide", "correct") for role in ABOVE | LOCAL}
    | {(command, role): Scope.SOCIETY for command in ("return", "guide", "correct", "due") for role in BEARERS}
    | {(command, role): Scope.BELOW for command in UNDER for role in ABOVE | LOCAL}
)


@pytest.mark.parametrize("command", sorted(TABLE))
@pytest.mark.parametrize("role", list(Role))
def test_cell(command: str, role: Role) -> None:
    expected = EXPECTED.get((command, role), Scope.NONE)
    assert TABLE[command].get(role, Scope.NONE) is expected
    allowed = may_run(command, [Post(role, "x", "BD/")] if role is not Role.PUBLIC else [])
    assert allowed is (expected is not Scope.NONE)


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    names = {command.name for command in COMMANDS}
    assert names == {row for row in TABLE if "." not in row}
    assert {row.split(".")[0] for row in TABLE} == names


def test_a_command_without_a_row_is_for_nobody() -> None:
    assert not may_run("broadcast", [Post(Role.REGISTRAR, "x", "BD/")])
    assert not may_reach("broadcast", [Post(Role.REGISTRAR, "x", "BD/")], lineage="BD/")


@pytest.mark.parametrize(
    ("scope", "lineage", "society", "reached"),
    [
        (Scope.ALL, "BD/10/", 2, True),
        (Scope.BELOW, "BD/55/5573/55730012/", 2, True),
        (Scope.BELOW, "BD/55/5573/", 2, True),
        (Scope.BELOW, "BD/55/", 2, False),
        (Scope.BELOW, "BD/55/55731/", 2, False),
        (Scope.OFFICE, "BD/55/5573/", 2, True),
        (Scope.OFFICE, "BD/55/5573/55730012/", 2, False),
        (Scope.SOCIETY, "BD/10/", 1, True),
        (Scope.SOCIETY, "BD/55/5573/", 2, False),
        (Scope.SOCIETY, "BD/55/5573/", None, False),
        (Scope.SELF, "BD/55/5573/", 1, False),
        (Scope.NONE, "BD/55/5573/", 1, False),
    ],
)
def test_how_far_a_scope_reaches(
    monkeypatch: pytest.MonkeyPatch, scope: Scope, lineage: str, society: int | None, *, reached: bool
) -> None:
    monkeypatch.setattr("bot.domain.access.TABLE", {"act": {Role.DISTRICT_OFFICER: scope}})
    post = Post(Role.DISTRICT_OFFICER, "x", "BD/55/5573/", society_id=1)
    assert may_reach("act", [post], lineage=lineage, society_id=society) is reached
