"""A small form of an office's own, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import SettingsError
from bot.form import load_forms

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
code = "VISIT"
filed_by = "upazila"
every = ["month"]
title = { bn = "পরিদর্শন", en = "Visits" }

[[indicators]]
name = "planned"
kind = "target"
label = { bn = "পরিকল্পিত", en = "Planned" }

[[indicators]]
name = "visited"
kind = "flow"
label = { bn = "পরিদর্শিত", en = "Visited" }
words = ["দেখা"]

[[indicators]]
name = "percent"
kind = "ratio"
numerator = "visited"
denominator = "planned"
label = { bn = "শতকরা", en = "Percent" }
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def said(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load_forms(path)
    return str(raised.value).splitlines()
