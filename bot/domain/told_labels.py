"""Telling which indicators labels mean, and of which form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.found import Found
from bot.domain.told_numbers import BAD, UNCLEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.form_words import FormWords, Label
    from bot.domain.found import Scene
    from bot.domain.told_numbers import Number, Told

__all__ = ["BAD", "UNCLEAR", "Pair", "labelled"]

FORMS = "two_forms"


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its figure."""

    label: Label
    told: Told


def labelled(pairs: Sequence[Pair], uses: frozenset[int], scene: Scene) -> Found:
    """The figures by indicator, with the form that the labels name; or why there are none."""
    named = scene.args.get("form")
    codes = _codes(pairs, scene)
    if not codes:
        return Found(None, uses, problem=FORMS)
    by_code = {code: names for code in codes if (names := _names(pairs, code)) is not None}
    if not by_code:
        return Found(None, uses, problem=UNCLEAR)
    if len(set(by_code.values())) > 1:
        return _several(pairs, by_code, uses, scene.forms)
    names = next(iter(by_code.values()))
    read = _values(pairs, names)
    if read is None:
        return Found(None, uses, problem=UNCLEAR)
    along = {"form": next(iter(by_code))} if named is None and len(by_code) == 1 else {}
    if any(pair.told.problem is not None for pair in pairs):
        repaired = _values(pairs, names, repaired=True)
        whole = repaired is not None and _is_right(repaired, by_code, scene.forms)
        repairs = ({"values": repaired, **along},) if whole else ()
        return Found(None, uses, problem=BAD, instead=repairs)
    if not _is_right(read, by_code, scene.forms):
        return Found(None, uses, problem=BAD)
    return Found(read, uses, along=along)


def _codes(pairs: Sequence[Pair], scene: Scene) -> list[str]:
    """The forms that all labels fit, those with the surest labels; where several do, those that have such periods."""
    fitting = set.intersection(*(set(pair.label.names) for pair in pairs))
    if (named := scene.args.get("form")) is not None:
        return [named] if named in fitting else []
    period = scene.args.get("period")
    if period is not None and (having := {code for code in fitting if scene.forms.has_period(code, period)}):
        fitting = having
    unsure = {code: sum(pair.label.names[code][0] for pair in pairs) for code in fitting}
    least = min(unsure.values(), default=0)
    return sorted(code for code in fitting if unsure[code] == least)


def _names(pairs: Sequence[Pair], code: str) -> tuple[str, ...] | None:
    """The indicators of a form that the labels mean; None where one may mean several."""
    names = [pair.label.names[code][1] for pair in pairs]
    return tuple(next(iter(each)) for each in names) if all(len(each) == 1 for each in names) else None


def _values(pairs: Sequence[Pair], names: Sequence[str], *, repaired: bool = False) -> dict[str, Number] | None:
    """The figure of each indicator; None where one has two, or where commas part several."""
    read: dict[str, Number] = {}
    for pair, name in zip(pairs, names, strict=True):
        told = pair.told
        options = (
            told.values if told.problem is None else (told.repair,) if repaired and told.repair is not None else ()
        )
        if told.problem is not None and not repaired:
            continue
        if len(options) != 1 or read.get(name, options[0]) != options[0]:
            return None
        read[name] = options[0]
    return read


def _is_right(read: Mapping[str, Number], by_code: Mapping[str, Any], forms: FormWords) -> bool:
    """Whether each figure is of the kind of its indicator."""
    return all(forms.takes(code, name, value) for code in by_code for name, value in read.items())


def _several(
    pairs: Sequence[Pair], by_code: Mapping[str, tuple[str, ...]], uses: frozenset[int], forms: FormWords
) -> Found:
    """Labels that mean different figures in different forms: asked, each form with its line."""
    instead: list[Mapping[str, Any]] = []
    for code, names in by_code.items():
        read = _values(pairs, names)
        if read is not None and len(read) == len(set(names)) and _is_right(read, {code: names}, forms):
            instead.append({"form": code, "values": read})
    return Found(None, uses, problem=FORMS, instead=tuple(instead))
