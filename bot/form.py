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
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot import form_checks
from bot.domain.errors import SettingsError
from bot.domain.forms import Form, Forms, Indicator, Kind, Rule, Unit
from bot.domain.periods import DueRule
from bot.form_file import FormTable
from bot.toml_lines import Lines, NotToml, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.form_file import IndicatorTable
    from bot.toml_lines import Path as Place

OURS = Path(__file__).parent / "forms"
"""The forms that come with the program."""

_TYPES: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "is a text in quotes",
    "int_type": "is a whole number, without quotes",
    "bool_type": "is true or false, without quotes",
    "list_type": "is a list in brackets, or tables [[…]]",
    "model_type": "is a table: keys with values",
    "too_short": "has at least one entry",
}


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
    try:
        content, lines = read(path.read_bytes())
    except OSError as error:
        faults.append(f"{path.name}:1: cannot be read: {error.strerror}")
        return None
    except NotToml as error:
        faults.append(f"{path.name}:{error.line}: {error}")
        return None
    try:
        table = FormTable.model_validate(content)
    except ValidationError as error:
        faults += _written(path.name, lines, [(each["loc"], _sentence(each)) for each in error.errors()])
        return None
    faults += _written(path.name, lines, list(form_checks.of_form(table)))
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
        yield from _written(file.name, file.lines, [fault])


def _written(name: str, lines: Lines, faults: list[form_checks.Fault]) -> list[str]:
    """Faults of one file as lines, in the order of the file."""
    placed = sorted((lines.of(place), _path(place), sentence) for place, sentence in faults)
    return [f"{name}:{line}: {path}: {sentence}" for line, path, sentence in placed]


def _path(place: Place) -> str:
    """``indicators[2].kind``."""
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place).removeprefix(".")


def _sentence(error: Any) -> str:
    """One of pydantic's errors as people would say it."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"there is no such key{_instead(error['loc'])}"
    if kind == "enum":
        return f"is one of {str(context['expected']).replace(' or ', ', ').replace(chr(39), '')}"
    if kind == "greater_than_equal":
        return f"is at least {context['ge']}"
    if kind == "less_than_equal":
        return f"is at most {context['le']}"
    if kind == "too_long":
        return f"has {context['actual_length']} entries and may have {context['max_length']}"
    return _TYPES.get(kind) or str(error["msg"]).removeprefix("Value error, ")


def _instead(place: Place) -> str:
    """The key that was meant, where one is near."""
    model: Any = FormTable
    for each in place[:-1]:
        if isinstance(each, str):
            annotation = model.model_fields[each].annotation
            model = next(iter(getattr(annotation, "__args__", ())), annotation)
    known = list(getattr(model, "model_fields", ()))
    key = str(place[-1])
    near = process.extractOne(key, known, scorer=OSA.distance, score_cutoff=min(2, len(key) // 2))
    return f": {near[0]} is near" if near else f"; there are {', '.join(known)}"


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
