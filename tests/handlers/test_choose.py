"""Answering a numbered list of societies."""

from __future__ import annotations

from typing import Any

import pytest

from bot.command import Event
from bot.domain.grammar import Ask, Call, Understanding, Unknown
from bot.domain.messages import Language
from bot.handlers.choose import step

_LIST: dict[str, Any] = {
    "choices": [
        {"command": "contact", "args": {"society_id": 7}, "words": ["12/2019", "ডিমলা মৎস্যজীবী সমিতি"]},
        {"command": "contact", "args": {"society_id": 8}, "words": ["4/2020", "আদর্শ কৃষক সমিতি"]},
    ]
}
_STATUS = Call("status", {"reg_no": "12/2019"}, Language.BN)
_BARE = Ask("status", "bare_number", Language.BN, ())
_UNKNOWN = Unknown(Language.BN)


@pytest.mark.parametrize(
    ("text", "choice", "understood", "society"),
    [
        ("12/2019", None, _STATUS, 7),
        ("12-19", None, _STATUS, 7),
        ("12", 12, _BARE, 7),
        ("2", 2, _BARE, 8),
        ("4", 4, _BARE, 8),
        ("কৃষক", None, _UNKNOWN, 8),
    ],
)
def test_a_number_or_a_name_on_the_list_picks_it(
    text: str, choice: int | None, understood: Understanding, society: int
) -> None:
    turn = step(_LIST, Event(text, choice, understood, text))
    assert turn is not None
    assert [call.args for call in turn.calls] == [{"society_id": society}]


def test_what_is_not_on_the_list_is_a_command() -> None:
    other = Call("status", {"reg_no": "99/2019"}, Language.BN)
    assert step(_LIST, Event("99/2019", None, other, "99/2019")) is None
    assert step(_LIST, Event("status 12/2019", None, _STATUS, "status 12/2019")) is None
    assert step(_LIST, Event("99", 99, _BARE, "99")) is None
    turn = step(_LIST, Event("7", 7, _BARE, "7"))
    assert turn is not None
    assert turn.reply is not None
