"""``barta texts``: what is refused is refused in one sentence, what is set is what a society gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.domain.text import precomposed

if TYPE_CHECKING:
    from click.testing import Result

NOTICE = ("--key", "reminder.term.notice")
MINE = "{নম্বর}: {দিন} দিন পরে মেয়াদ শেষ ({তারিখ})। নোটিশ দিন।"


def _texts(url: str, *arguments: str) -> Result:
    env = {"BARTA_DATABASE_URL": url, "BARTA_NOW": "2026-11-21T10:00"}
    return CliRunner().invoke(main, ["texts", *arguments], env=env)


def test_set_preview_list_reset(demo_url: str) -> None:
    assert _texts(demo_url, "set", "--office", "5573", *NOTICE, MINE).exit_code == 0
    shown = _texts(demo_url, "preview", "--office", "55730012", *NOTICE, "--society", "১/২০২৩")
    assert shown.stdout == precomposed("১/২০২৩: ৬০ দিন পরে মেয়াদ শেষ (১৭/০১/২৭)। নোটিশ দিন।\n")
    assert shown.stderr == "[UCS-2, 51 characters, 1 segment(s)]\n"
    (row,) = json.loads(_texts(demo_url, "list", "--json").stdout)
    assert (row["office"], row["language"], row["text"]) == (
        "5573",
        "bn",
        precomposed("{r}: {n} দিন পরে মেয়াদ শেষ ({d})। নোটিশ দিন।"),
    )
    rows = json.loads(_texts(demo_url, "list", "--office", "55730012", "--json").stdout)
    assert {row["office"] for row in rows} == {None, "5573"}
    assert _texts(demo_url, "reset", "--office", "5573", *NOTICE).exit_code == 0
    assert json.loads(_texts(demo_url, "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("set", "--office", "5573", *NOTICE, MINE + "ক" * 27),
            "12 characters too long in the longest case: one SMS holds 70",
        ),
        (
            ("set", "--office", "5573", *NOTICE, "{number} {r.__class__} x"),
            "no gap named 'r.__class__'; there are {number} {date} {days}",
        ),
        (("set", "--office", "5573", *NOTICE, "{{number}} x"), "write each gap as one of {number} {date} {days}"),
        (("set", "--office", "5573", *NOTICE, "নোটিশ দিন"), "write {number} where it goes"),
        (
            ("set", "--office", "5573", "--lang", "en", *NOTICE, "{number} ’" + "x" * 90),
            "because of '’', and 160 without it",
        ),
        (("set", "--office", "1", *NOTICE, MINE), "no office with the code 1"),
        (("set", "--office", "5573", "--key", "status.own", MINE), "--key is one of reminder.term.prepare"),
        (("reset", "--office", "5573", *NOTICE), "has no text of its own"),
        (("preview", "--office", "5081", *NOTICE, "--society", "1/2023"), "no society 1/2023 in the area"),
    ],
)
def test_refused(demo_url: str, arguments: tuple[str, ...], said: str) -> None:
    done = _texts(demo_url, *arguments)
    assert done.exit_code == 1
    assert done.stderr.startswith("barta: ")
    assert said in done.stderr
    assert done.stdout == ""
