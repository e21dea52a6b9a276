"""Taking figures for a return, and saying what came of it: by ``return`` and by the guided questions alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import filing, owed, return_lines
from bot.domain.checking import Fault
from bot.domain.figures import plain
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording
from bot.filing import Fate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.checking import Problem
    from bot.domain.figures import Value
    from bot.domain.forms import Form
    from bot.domain.periods import Period
    from bot.filing import Given, Owed

MOST_PROBLEMS = 2
"""Problems that one answer tells; with them corrected the next ones show."""

MOST_OTHERS = 3
"""Returns that are filed along with one and are named."""

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD}
_FILED = {**_WHICH, "ref": Slot.CODE}
_WITHOUT_FIGURES: Mapping[Fault, str] = {Fault.NOT_A_DAY: "day", Fault.WHOLE: "whole"}
_LABELLED = {"label": Slot.LABEL, "typed": Slot.FIGURE, "should": Slot.FIGURE}

TEXTS = (
    Wording("return.filed", 6, {**_FILED, "figures": Slot.FIGURES}, row="return.also", rows=MOST_OTHERS),
    Wording("return.also", 1, _FILED),
    Wording("return.whose", 1, {"name": Slot.NAME}),
    Wording("return.same", 4, {**_FILED, "figures": Slot.FIGURES}),
    Wording("return.other", 6, {**_FILED, "figures": Slot.FIGURES, "line": Slot.COMMAND}),
    Wording("return.spoils", 2, {**_FILED, "later": Slot.PERIOD}),
    Wording("return.kept", 4, {**_WHICH, "line": Slot.COMMAND}),
    Wording("return.opening", 4, {**_WHICH, "label": Slot.LABEL, "line": Slot.COMMAND}),
    Wording("return.refused", 6, _WHICH, row="return.send", rows=MOST_PROBLEMS + 1),
    Wording("return.send", 2, {"line": Slot.COMMAND}),
    Wording("return.refused_how", 4, _WHICH, row="return.fault.carried", rows=MOST_PROBLEMS),
    Wording("return.fault.carried", 2, _LABELLED),
    Wording("return.fault.total", 2, _LABELLED),
    Wording("return.fault.least", 2, _LABELLED),
    Wording("return.fault.most", 2, _LABELLED),
    Wording("return.fault.rule", 1, {"rule": Slot.RULE}),
    Wording("return.fault.day", 1, {"label": Slot.LABEL}),
    Wording("return.fault.whole", 1, {"label": Slot.LABEL}),
    Wording("return.fault.unknown", 1, {"typed": Slot.TYPED}),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """The figures of a message.

    Attributes:
        values: by indicator.
        ordered: the indicators in the order in which bare numbers were typed; None where they had labels.
    """

    values: Mapping[str, Value]
    ordered: tuple[str, ...] | None = None


def file(context: Context, due: Owed, typed: Typed, *, file_open: bool = False) -> Reply:
    """Take figures for a return, and say what came of it."""
    by = owed.author(context, due.filer)
    if by is None:
        return Reply("return.none_yours", {"form": due.form.code, "title": dict(due.form.title)})
    given = filing.give(context.tx, context.returns.forms, due, by, typed.values, file_open=file_open)
    match given.fate:
        case Fate.REFUSED if given.spoilt is not None:
            later = given.spoilt
            return Reply(
                "return.spoils",
                {**_params(due.form, due.period), "later": later.period.name, "ref": str(later.filed_in)},
            )
        case Fate.REFUSED:
            return refused(due, typed, given.checked.problems)
        case Fate.OTHER:
            return _other(due, given, typed)
        case Fate.FILED:
            return said("return.filed", context, due, given)
        case Fate.SAME if given.one is not None and given.one.is_filed:
            return said("return.same", context, due, given)
        case Fate.KEPT | Fate.SAME:
            return _kept(due, given)


def said(key: str, context: Context, due: Owed, given: Given) -> Reply:
    """A filed return with its figures and its reference."""
    assert given.one is not None  # noqa: S101 - it is filed
    assert given.one.filed_in is not None  # noqa: S101 - as above
    found = return_lines.of_year(context.tx, due.form, due.period, due.filer)
    params = {**_params(due.form, due.period), "ref": str(given.one.filed_in)}
    also = whose(context, due)
    also += tuple(
        Reply("return.also", {"form": one.form, "p": one.period.name, "ref": str(one.filed_in)})
        for one in given.others[:MOST_OTHERS]
    )
    return Reply(key, {**params, "figures": return_lines.shown(due.form, found)}, lines=also[:MOST_OTHERS])


def whose(context: Context, due: Owed) -> tuple[Reply, ...]:
    """A line that tells whose return it is, where the sender files the form for several."""
    own = owed.owns(context.tx, context.sender, due.form)
    named = (Reply("return.whose", {"name": each.shown}) for each in own if each.filer == due.filer)
    return tuple(named) if len(own) > 1 else ()


def _other(due: Owed, given: Given, typed: Typed) -> Reply:
    """A return with other figures is filed: what is asked for is a correction."""
    assert given.one is not None  # noqa: S101 - it is filed
    assert given.one.filed_in is not None  # noqa: S101 - as above
    was = given.one.figures
    changes = [
        [dict(due.form.by_name[name].label), plain(value)]
        for name, value in typed.values.items()
        if name in due.form.by_name and due.form.by_name[name].is_asked and was.get(name) != value
    ]
    listed = return_lines.filed(due.form, was)
    ref = str(given.one.filed_in)
    line = {"word": "correct", "ref": f"R{ref}", "values": changes}
    return Reply("return.other", {**_params(due.form, due.period), "ref": ref, "figures": listed, "line": line})


def _kept(due: Owed, given: Given) -> Reply:
    """Something is missing: it is named, with a line that gives it."""
    form, missing = due.form, given.checked.missing
    example = return_lines.line(form, due.period, dict.fromkeys(missing))
    if len(missing) == 1 and form.by_name[missing[0]].carried is not None:
        params = {**_params(form, due.period), "label": dict(form.by_name[missing[0]].label), "line": example}
        return Reply("return.opening", params)
    return Reply("return.kept", {**_params(form, due.period), "line": example})


def refused(due: Owed, typed: Typed, problems: Sequence[Problem]) -> Reply:
    """What does not agree, and the sender's own line with what would."""
    lines = tuple(fault(due.form, problem) for problem in problems[:MOST_PROBLEMS])
    values = dict(typed.values)
    for problem in problems:
        if problem.fault in {Fault.CARRIED, Fault.TOTAL} and problem.should is not None and problem.name in values:
            values[problem.name] = problem.should
    if values == typed.values:
        return Reply("return.refused_how", _params(due.form, due.period), lines=lines)
    ordered = typed.ordered
    line = return_lines.line(due.form, due.period, values, ordered=ordered)
    return Reply("return.refused", _params(due.form, due.period), lines=(*lines, Reply("return.send", {"line": line})))


def fault(form: Form, problem: Problem) -> Reply:
    """What is wrong with a figure, as a line of an answer."""
    if problem.fault is Fault.UNKNOWN:
        return Reply("return.fault.unknown", {"typed": problem.name})
    if problem.fault is Fault.RULE:
        return Reply("return.fault.rule", {"rule": dict(problem.message)})
    label = {"label": dict(form.by_name[problem.name].label)}
    if problem.fault in _WITHOUT_FIGURES:
        return Reply(f"return.fault.{_WITHOUT_FIGURES[problem.fault]}", label)
    key = problem.fault.value
    if problem.fault is Fault.BOUNDS:
        least = form.by_name[problem.name].least
        key = "least" if least is not None and problem.should == least else "most"
    return Reply(f"return.fault.{key}", {**label, "typed": plain(problem.typed), "should": plain(problem.should)})


def _params(form: Form, period: Period) -> dict[str, Any]:
    return {"form": form.code, "p": period.name}
