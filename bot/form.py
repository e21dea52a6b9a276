"""Reads return forms: those that come with the program, and an office's own. ``docs/forms.md`` says how a form is written.

Every fault of every file is told at once, each with the file and the line on which it stands::

    visit.toml:17: indicators[2].kind: is one of flow, stock, target, computed, ratio, date
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot import form_checks
from bot.domain.errors import SettingsError
from bot.domain.forms import Form, Forms, Indicator, Kind, Rule, Unit
from bot.domain.periods import DueRule
from bot.form_file import FormTable
from bot.toml_faults import content_of, faults_of, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.form_file import IndicatorTable
    from bot.toml_lines import Lines

OURS = Path(__file__).parent / "forms"
"""The forms that come with the program."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file that has the shape of a form."""

    name: str
    table: FormTable
    lines: Lines


@lru_cache(maxsize=4)
def load_forms(folder: Path | None = None) -> Forms:
    """Every version of every form.

    Args:
        folder: an office's own forms; None for those that come with the program alone.

    Raises:
        SettingsError: a form cannot be used; says for every fault the file and the line.
    """
    faults: list[str] = []
    files = [file for path in _paths(folder) if (file := _file(path, faults)) is not None]
    faults += _between(files)
    if faults:
        raise SettingsError("\n".join(faults))
    return Forms(_form(file.table) for file in files)


def _paths(folder: Path | None) -> Iterator[Path]:
    if folder is not None and not folder.is_dir():
        raise SettingsError(f"returns.folder: there is no folder {folder}")
    for each in (OURS, folder):
        if each is not None:  # names that begin with a dot are those of editors and desktops
            yield from sorted(path for path in each.glob("*.toml") if not path.name.startswith("."))


def _file(path: Path, faults: list[str]) -> _File | None:
    """One file; None where its shape is wrong. What is wrong is added to the faults."""
    if (found := content_of(path, faults)) is None:
        return None
    content, lines = found
    try:
        table = FormTable.model_validate(content)
    except ValidationError as error:
        faults += written(path.name, lines, faults_of(error, FormTable))
        return None
    faults += written(path.name, lines, form_checks.of_form(table))
    return _File(path.name, table, lines)


def _between(files: list[_File]) -> Iterator[str]:
    """What is wrong between files."""
    by_table = {id(file.table): file for file in files}
    versions: defaultdict[str, dict[int, FormTable]] = defaultdict(dict)
    for file in files:
        versions[file.table.code].setdefault(file.table.version, file.table)
    found = list(form_checks.of_all([file.table for file in files]))
    for same in versions.values():
        found += form_checks.of_versions(list(same.values()))
    for table, fault in found:
        file = by_table[id(table)]
        yield from written(file.name, file.lines, [fault])


def _form(table: FormTable) -> Form:
    return Form(
        code=table.code,
        version=table.version,
        since=table.since,
        title=table.title.model_dump(),
        words=tuple(table.words),
        filed_by=table.filed_by,
        every=tuple(table.every),
        due={every: DueRule(table.due.day(every)) for every in table.every},
        indicators=tuple(map(_indicator, table.indicators)),
        rules=tuple(Rule(each.check, each.message.model_dump()) for each in table.rules),
    )


def _indicator(table: IndicatorTable) -> Indicator:
    counts = table.kind not in {Kind.DATE, Kind.RATIO}
    return Indicator(
        name=table.name,
        kind=table.kind,
        label=table.label.model_dump(),
        words=tuple(table.words),
        unit=table.unit or Unit.NUMBER,
        least=Decimal(0) if table.least is None and counts else table.least,
        most=table.most,
        carried=table.carried,
        yearly=bool(table.yearly),
        formula=table.expression or table.numerator,
        by=table.denominator,
        cap=table.cap,
        optional=bool(table.optional),
        headline=table.headline,
    )
