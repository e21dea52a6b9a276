"""What must hold between the parts of a form's file, between versions of a form, and between forms. Each check yields what is wrong."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from bot.domain.forms import Kind, Unit
from bot.domain.periods import Every, Period
from bot.domain.text import normalise
from bot.toml_lines import Path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.form_file import FormTable, IndicatorTable

Fault: TypeAlias = tuple[Path, str]
"""Where in a file something is wrong, and what."""

MOST_HEADLINES: Final = 6

_ONLY_ON: Final[Mapping[str, tuple[frozenset[Kind], str]]] = {
    "carried": (frozenset({Kind.STOCK}), "a stock"),
    "yearly": (frozenset({Kind.TARGET}), "a target"),
    "expression": (frozenset({Kind.COMPUTED}), "a computed figure"),
    "numerator": (frozenset({Kind.RATIO}), "a ratio"),
    "denominator": (frozenset({Kind.RATIO}), "a ratio"),
    "cap": (frozenset({Kind.RATIO}), "a ratio"),
    "optional": (frozenset({Kind.FLOW, Kind.STOCK, Kind.TARGET, Kind.DATE}), "what is typed"),
    "unit": (frozenset({Kind.FLOW, Kind.STOCK, Kind.TARGET, Kind.COMPUTED}), "a number, and a ratio is in percent"),
    "least": (frozenset({Kind.FLOW, Kind.STOCK, Kind.TARGET, Kind.COMPUTED}), "a number, and not on a ratio"),
    "most": (frozenset({Kind.FLOW, Kind.STOCK, Kind.TARGET, Kind.COMPUTED}), "a number, and not on a ratio"),
}
_DOES_NOT_ADD_UP: Final = (
    "adds and subtracts indicators, also times or by a number; nothing else adds up over the offices of an area"
)
_NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.COMPUTED: ("expression",),
    Kind.RATIO: ("numerator", "denominator"),
}


def of_form(form: FormTable) -> Iterator[Fault]:
    """What is wrong in one file."""
    yield from _periods(form)
    yield from _names(form)
    yield from _words(form)
    for index, each in enumerate(form.indicators):
        for place, sentence in (*_keys(each), *_bounds(each)):
            yield ("indicators", index, *place), sentence
    yield from _carried(form)
    yield from _formulas(form)
    yield from _cycles(form)
    yield from _enough(form)


def _periods(form: FormTable) -> Iterator[Fault]:
    for index, length in enumerate(form.every):
        if length in form.every[:index]:
            yield ("every", index), f"names {length.value} twice"
    for length in Every:
        if getattr(form.due, length.value) is not None and length not in form.every:
            yield ("due", length.value), f"says when a {length.value} is due, and the form has none: see every"
    if form.since and not any(Period.of(length, form.since).starts_on == form.since for length in form.every):
        yield (
            ("since",),
            f"is the first day of a {' or a '.join(form.every)}; the co-operative year begins on 1 July",
        )


def _names(form: FormTable) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, each in enumerate(form.indicators):
        if each.name in seen:
            yield ("indicators", index, "name"), f"an indicator before it is called {each.name} too"
        seen.add(each.name)


def fold(word: str) -> str:
    """The form in which words of forms are compared: case, marks and spaces make no difference."""
    return "".join(char for char in normalise(word).casefold() if char not in " .:-_/,()'\"")


def _words(form: FormTable) -> Iterator[Fault]:
    """Each word may mean one indicator only, or what people type is ambiguous."""
    owners: dict[str, str] = {}
    for index, each in enumerate(form.indicators):
        places = [
            (("name",), each.name),
            (("label", "bn"), each.label.bn),
            (("label", "en"), each.label.en),
            *((("words", at), word) for at, word in enumerate(each.words)),
        ]
        for place, word in places:
            owner = owners.setdefault(fold(word), each.name)
            if owner != each.name:
                yield ("indicators", index, *place), f"'{word}' means {owner} already"


def _keys(each: IndicatorTable) -> Iterator[Fault]:
    for key, (kinds, what) in _ONLY_ON.items():
        if getattr(each, key) is not None and each.kind not in kinds:
            yield (key,), f"belongs on {what}, and {each.name} is of kind {each.kind.value}"
    for key in _NEEDED.get(each.kind, ()):
        if getattr(each, key) is None:
            yield (key,), f"is missing: {each.name} is of kind {each.kind.value}"


def _bounds(each: IndicatorTable) -> Iterator[Fault]:
    least = 0 if each.least is None else each.least
    if each.most is not None and each.most < least:
        yield ("most",), f"is less than least, which is {least}"
    if each.cap is not None and each.cap <= 0:
        yield ("cap",), "is more than 0, such as 100"


def _carried(form: FormTable) -> Iterator[Fault]:
    by_name = {each.name: each for each in form.indicators}
    for index, each in enumerate(form.indicators):
        if each.carried is None or each.kind is not Kind.STOCK:
            continue
        place = ("indicators", index, "carried")
        source = by_name.get(each.carried)
        if source is None:
            yield place, f"there is no indicator {each.carried} in this form"
        elif source.kind not in {Kind.COMPUTED, Kind.STOCK} or source.carried is not None:
            yield (
                place,
                f"names what there is at the end of a period: {each.carried} is neither computed nor a closing stock",
            )
        elif (source.unit or Unit.NUMBER) is not (each.unit or Unit.NUMBER):
            yield place, f"{each.carried} has another unit than {each.name}"


def _formulas(form: FormTable) -> Iterator[Fault]:
    by_name = {each.name: each for each in form.indicators}
    for index, each in enumerate(form.indicators):
        for key in ("expression", "numerator", "denominator"):
            formula = getattr(each, key)
            if formula is not None:
                for sentence in _operands(formula.names, by_name):
                    yield ("indicators", index, key), sentence
                if not formula.adds_up:
                    yield ("indicators", index, key), _DOES_NOT_ADD_UP
        yield from _units(each, ("indicators", index), by_name)
    for index, rule in enumerate(form.rules):
        for sentence in _operands(rule.check.names, by_name):
            yield ("rules", index, "check"), sentence


def _operands(names: Iterable[str], by_name: Mapping[str, IndicatorTable]) -> Iterator[str]:
    for name in names:
        found = by_name.get(name)
        if found is None:
            yield f"there is no indicator {name} in this form"
        elif found.kind is Kind.DATE:
            yield f"{name} is a date, and dates cannot be reckoned with"
        elif found.kind is Kind.RATIO:
            yield f"{name} is a ratio: write its numerator and denominator instead"


def _units(each: IndicatorTable, place: Path, by_name: Mapping[str, IndicatorTable]) -> Iterator[Fault]:
    """Percentages that are typed cannot be added up; a ratio may be one of two of them."""

    def percentages(names: Iterable[str]) -> list[str]:
        return [name for name in names if name in by_name and by_name[name].unit is Unit.PERCENT]

    if each.expression and (found := percentages(each.expression.names)):
        yield (*place, "expression"), f"{found[0]} is a percentage, and percentages cannot be added up"
    if each.kind is Kind.COMPUTED and each.unit is Unit.PERCENT:
        yield (*place, "unit"), "a percentage that is computed is of kind ratio"
    if each.numerator and each.denominator:
        names = dict.fromkeys((*each.numerator.names, *each.denominator.names))
        if (found := percentages(names)) and len(found) < len(names):
            yield (*place, "denominator"), f"{found[0]} is a percentage, and can only be divided by another one"


def _cycles(form: FormTable) -> Iterator[Fault]:
    """A computed figure must not follow from itself."""
    follows = {each.name: each.expression.names for each in form.indicators if each.expression}
    for index, each in enumerate(form.indicators):
        reached: list[str] = []
        waiting = list(follows.get(each.name, ()))
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.append(name)
                waiting += follows.get(name, ())
        if each.name in reached:
            yield ("indicators", index, "expression"), f"{each.name} follows from itself"


def _enough(form: FormTable) -> Iterator[Fault]:
    if all(each.kind in {Kind.COMPUTED, Kind.RATIO} for each in form.indicators):
        yield ("indicators",), "nothing is asked: at least one indicator is typed"
    headlines = [index for index, each in enumerate(form.indicators) if each.headline]
    if len(headlines) > MOST_HEADLINES:
        yield (
            ("indicators", headlines[MOST_HEADLINES], "headline"),
            f"at most {MOST_HEADLINES} indicators are headlines",
        )


def of_versions(versions: Sequence[FormTable]) -> Iterator[tuple[FormTable, Fault]]:
    """What is wrong between the versions of one form, which have different numbers."""
    for older, newer in pairwise(sorted(versions, key=lambda each: each.version)):
        if newer.since is None or (older.since is not None and newer.since <= older.since):
            held = f"which holds since {older.since}" if older.since else "which holds from ever"
            yield newer, (("since",), f"is later than that of version {older.version}, {held}")
        if newer.filed_by is not older.filed_by:
            yield (
                newer,
                (("filed_by",), f"is {older.filed_by.value} in version {older.version}: give the form another code"),
            )
        kinds = {each.name: (each.kind, each.unit or Unit.NUMBER) for each in older.indicators}
        for index, each in enumerate(newer.indicators):
            if kinds.get(each.name, was := (each.kind, each.unit or Unit.NUMBER)) != was:
                sentence = f"{each.name} has another kind or unit in version {older.version}: give it another name"
                yield newer, (("indicators", index, "kind"), sentence)


def of_all(forms: Sequence[FormTable]) -> Iterator[tuple[FormTable, Fault]]:
    """What is wrong between forms: two that are called alike."""
    owners = {fold(form.code): form.code for form in forms}
    seen: set[tuple[str, int]] = set()
    for form in forms:
        if (form.code, form.version) in seen:
            yield form, (("version",), f"{form.code} has a version {form.version} already, in another file")
        seen.add((form.code, form.version))
        for index, word in enumerate(form.words):
            owner = owners.setdefault(fold(word), form.code)
            if owner != form.code:
                yield form, (("words", index), f"'{word}' means the form {owner} already")
