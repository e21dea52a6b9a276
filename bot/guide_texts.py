"""What is said while a return is filed question by question: the question with what is known beside it, and all figures at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot import return_lines
from bot.domain import guiding
from bot.domain.answers import Hint
from bot.domain.figures import plain
from bot.domain.forms import Kind, Unit
from bot.domain.replies import Choice, Reply
from bot.domain.wording import SUMS_WIDTH, Slot, Wording
from bot.taking import MOST_PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.domain.adding import Figure
    from bot.domain.checking import Carried, Checked
    from bot.domain.figures import Value
    from bot.domain.forms import Form, Indicator
    from bot.domain.returns import Return
    from bot.filing import Owed

SEGMENTS = 6
"""What the longest message by SMS may cost, whatever the form."""

LEAST, LISTED = 4, 8
"""Figures that a short message shows for confirmation, each with the number by which it is changed: so many fit in any form, at most
so many are shown; the others stand together in a line."""

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD}
_FIGURE = {"label": Slot.LABEL, "value": Slot.FIGURE}
_SUM = {**_FIGURE, "sum": Slot.FIGURE}
_ASKED = {"i": Slot.COUNT, "n": Slot.COUNT, "label": Slot.LABEL}
_BEFORE = {"p": Slot.PERIOD, "last": Slot.FIGURE}
# A question, and at most two lines beside it.
_QUESTION: dict[str, Any] = {"row": "guide.was_year", "rows": 3}
_LIST: dict[str, Any] = {"row": "guide.others", "rows": 1, "option": "guide.value_option", "options": 1 + LEAST}

TEXTS = (
    Wording("guide.begin", 6, {**_WHICH, "title": Slot.TITLE}, row="guide.was_year", rows=4),
    Wording("guide.begin_days", 6, {**_WHICH, "title": Slot.TITLE}, **_QUESTION),
    Wording("guide.begin_chat", 1, {**_WHICH, "title": Slot.TITLE}, chat=True),
    Wording("guide.resumed", 6, {**_WHICH, "figures": Slot.SUMS}, **_QUESTION),
    Wording("guide.opening", 1, _FIGURE),
    *(Wording(f"guide.ask.{unit}", 5, _ASKED, row="guide.was_year", rows=2) for unit in (*Unit, Kind.DATE)),
    Wording("guide.was", 1, _BEFORE),
    Wording("guide.was_year", 2, {**_BEFORE, "sum": Slot.FIGURE}),
    Wording("guide.now", 1, {"value": Slot.FIGURE}),
    Wording("guide.keeps", 1, {"value": Slot.FIGURE}),
    Wording("guide.optional", 1),
    Wording("guide.noted", 6, {"figures": Slot.SUMS}, **_QUESTION),
    Wording("guide.skipped", 4, {"label": Slot.LABEL}, **_QUESTION),
    Wording("guide.refused", 6, row="return.fault.carried", rows=MOST_PROBLEMS + 2),
    *(Wording(f"guide.hint.{hint}", 5, {"label": Slot.LABEL, "n": Slot.COUNT}, **_QUESTION) for hint in Hint),
    Wording("guide.summary", SEGMENTS, _WHICH, **_LIST),
    Wording("guide.changed", SEGMENTS, _WHICH, **_LIST),
    Wording("guide.others", 2, {"figures": Slot.SUMS}),
    Wording("guide.summary_chat", 1, _WHICH, chat=True),
    Wording("guide.changed_chat", 1, _WHICH, chat=True),
    Wording("guide.value_option", 1, _FIGURE),
    Wording("guide.percent_option", 1, _FIGURE),
    Wording("guide.sum_option", 1, _SUM),
    *(Wording(f"guide.button.{name}") for name in ("file", "back", "skip", "same", "cancel")),
    Wording("guide.button.change", 1, {"label": Slot.LABEL}),
    Wording("guide.stopped", 4, {**_WHICH, "line": Slot.COMMAND}),
    Wording("guide.stopped_empty", 3, {**_WHICH, "line": Slot.COMMAND}),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a return has come.

    Attributes:
        due: which return.
        place: whose it is, as arguments.
        given: the figures that are written down.
        carried: what earlier returns tell.
        checked: what came of both.
        last: the last return that was filed before it.
        year: its figures with those since the year began.
        whose: a line that tells whose it is, where that is not clear.
        in_chat: whether there are buttons, and room.
    """

    due: Owed
    place: Mapping[str, Any]
    given: Mapping[str, Value]
    carried: Carried
    checked: Checked
    last: Return | None
    year: Mapping[str, Figure]
    whose: tuple[Reply, ...]
    in_chat: bool

    @property
    def form(self) -> Form:
        """The form."""
        return self.due.form

    @property
    def questions(self) -> list[Indicator]:
        """What is asked."""
        return guiding.questions(self.form, self.given, self.carried)

    @property
    def which(self) -> dict[str, Any]:
        """Which return, for a text."""
        return {"form": self.form.code, "p": self.due.period.name}

    @property
    def seen(self) -> dict[str, Any]:
        """What is written down, as plain JSON: who confirms it has seen just this."""
        return {name: plain(value) for name, value in sorted(self.given.items())}

    def label(self, name: str) -> dict[str, str]:
        """What an indicator is called."""
        return dict(self.form.by_name[name].label)

    def figures(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Figures for a text."""
        known = {**self.checked.values, **self.given}
        return [self.figure(name, known[name]) for name in names if name in known]

    def figure(self, name: str, value: Value | None) -> dict[str, Any]:
        """One figure for a text."""
        shown = {"label": self.label(name), "value": plain(value)}
        return {**shown, "percent": True} if self.form.by_name[name].is_percentage else shown

    def keeps(self, name: str) -> bool:
        """Whether a figure stays what it is where its question is passed over."""
        return name in self.given or name in self.carried.values

    def button(self, does: str, skipped: Sequence[str], **args: Any) -> Choice:
        """A button: it knows all that it needs, so that it works after a restart and on another telephone."""
        label = {"label": self.label(args["at"])} if does == "change" else {}
        keeps = does == "skip" and self.keeps(args["at"])
        return Choice(
            Reply(f"guide.button.{'same' if keeps else does}", label),
            "guide",
            {
                "form": self.form.code,
                "period": self.due.period.name,
                **self.place,
                "skipped": [*skipped],
                "do": does,
                **args,
            },
        )


def begin(progress: Progress) -> Reply:
    """What stands above the first question: what it is about, or what is written down already; and the opening, which is not asked."""
    told = progress.whose + tuple(
        Reply("guide.opening", {"label": dict(each.label), "value": plain(progress.carried.values[each.name])})
        for each in progress.form.asked
        if each.carried is not None and each.name in progress.carried.values and each.name not in progress.given
    )
    if progress.given:
        figures = progress.figures([each.name for each in progress.form.asked if each.name in progress.given])
        return Reply(
            "guide.resumed", {**progress.which, "figures": {"figures": figures, "room": SUMS_WIDTH}}, lines=told
        )
    title = {**progress.which, "title": dict(progress.form.title)}
    days = all(each.kind is Kind.DATE for each in progress.form.asked)
    key = "guide.begin_chat" if progress.in_chat else "guide.begin_days" if days else "guide.begin"
    return Reply(key, title, lines=told)


def noted(progress: Progress, names: Sequence[str]) -> Reply:
    """What an answer gave."""
    return Reply("guide.noted", {"figures": {"figures": progress.figures(names), "room": SUMS_WIDTH}})


def hint(progress: Progress, why: Hint, name: str | None = None, listed: int = 0) -> Reply:
    """Why an answer is none."""
    label = progress.label(name) if name is not None else ""
    return Reply(f"guide.hint.{why}", {"label": label, "n": listed + 1})


def question(progress: Progress, name: str) -> tuple[Reply, ...]:
    """The question for one figure: which of how many, its last value and the year's sum, and whether it may be left out."""
    indicator = progress.form.by_name[name]
    names = [each.name for each in progress.questions]
    names = names if name in names else [name, *names]
    kind = indicator.kind if indicator.kind is Kind.DATE else indicator.unit
    place = {"i": names.index(name) + 1, "n": len(names), "label": dict(indicator.label)}
    return (Reply(f"guide.ask.{kind}", place), *_history(progress, indicator), *_way_out(progress, indicator))


def _history(progress: Progress, indicator: Indicator) -> tuple[Reply, ...]:
    last = progress.last
    value = None if last is None else last.figures.get(indicator.name)
    if last is None or value is None or indicator.kind is Kind.DATE or indicator.is_carried:
        return ()
    params = {"p": last.period.name, "last": plain(value)}
    year = progress.year[indicator.name].previous
    if indicator.kind is not Kind.FLOW or not year or year == value:
        return (Reply("guide.was", params),)
    return (Reply("guide.was_year", {**params, "sum": plain(year)}),)


def _way_out(progress: Progress, indicator: Indicator) -> tuple[Reply, ...]:
    """What happens to the figure where it is passed over."""
    name = indicator.name
    if name in progress.given:
        return (Reply("guide.now", {"value": plain(progress.given[name])}),)
    if name in progress.carried.values:
        return (Reply("guide.keeps", {"value": plain(progress.carried.values[name])}),)
    return (Reply("guide.optional"),) if indicator.optional else ()


def buttons(progress: Progress, name: str, skipped: Sequence[str]) -> tuple[Choice, ...]:
    """The buttons below a question; on a telephone without, every number is an answer."""
    if not progress.in_chat:
        return ()
    does = ["cancel"]
    if guiding.may_skip(progress.form.by_name[name], progress.given, progress.carried):
        does.insert(0, "skip")
    if guiding.before(progress.questions, name) is not None:
        does.insert(0, "back")
    return tuple(progress.button(each, skipped, at=name) for each in does)


def summary(
    progress: Progress, skipped: Sequence[str], left: Callable[[Reply], int], *, changed: bool = False
) -> tuple[Reply, tuple[str, ...]]:
    """All figures, to be confirmed, and those that are shown with the number by which they are changed.

    Args:
        progress: the return.
        skipped: what was left out.
        left: how many units longer a short message could be.
        changed: whether somebody else changed a figure meanwhile.
    """
    form = progress.form
    names = [each.name for each in progress.questions if _is_there(progress, each)]
    left_out = {each.name for each in progress.questions} - set(names)
    shown = [
        each.name for each in form.indicators if progress.year[each.name].this is not None and each.name not in left_out
    ]
    file = progress.button("file", skipped, seen=progress.seen)
    if progress.in_chat:
        changes = tuple(progress.button("change", skipped, at=name) for name in names)
        lines = (*progress.whose, *(_value(progress, name) for name in shown))
        key = "guide.changed_chat" if changed else "guide.summary_chat"
        buttons = (file, *changes, progress.button("cancel", skipped))
        return Reply(key, progress.which, lines=lines, choices=buttons), tuple(names)
    said, listed = Reply("guide.changed" if changed else "guide.summary", progress.which), tuple(names)
    for most, sums in ((most, sums) for most in range(LISTED, LEAST - 1, -1) for sums in (True, False)):
        listed = _first(progress, names, most)
        choices = (file, *(Choice(_value(progress, name, sums=sums), "guide") for name in listed))
        said = replace(said, choices=choices, lines=progress.whose)
        others = [progress.figure(name, progress.year[name].this) for name in shown if name not in listed]
        if others:
            figures = {"figures": others, "room": max(left(said) - 1, SUMS_WIDTH)}
            said = replace(said, lines=(*progress.whose, Reply("guide.others", {"figures": figures})))
        if left(said) >= 0:
            break
    return said, listed


def _is_there(progress: Progress, indicator: Indicator) -> bool:
    """Whether there is a figure to be confirmed: what was left out counts as nothing, and is not shown as a nought."""
    value = progress.checked.values.get(indicator.name)
    return value is not None and (not indicator.optional or indicator.name in progress.given or bool(value))


def _first(progress: Progress, names: Sequence[str], most: int) -> tuple[str, ...]:
    """So many of the figures, the main ones before the others, in the form's order."""
    first = [each.name for each in progress.form.headlines if each.name in names]
    kept = [*first, *(name for name in names if name not in first)][:most]
    return tuple(name for name in names if name in kept)


def _value(progress: Progress, name: str, *, sums: bool = True) -> Reply:
    """One figure, with the year's sum where it adds up to another number."""
    found, indicator = progress.year[name], progress.form.by_name[name]
    params = {"label": dict(indicator.label), "value": plain(found.this)}
    if sums and indicator.kind is Kind.FLOW and found.cumulative != found.this:
        return Reply("guide.sum_option", {**params, "sum": plain(found.cumulative)})
    return Reply("guide.percent_option" if indicator.is_percentage else "guide.value_option", params)


def stopped(progress: Progress) -> Reply:
    """It is not filed: what is written down stays, and how it goes on."""
    line = return_lines.line(progress.form, progress.due.period, {})
    return Reply("guide.stopped" if progress.given else "guide.stopped_empty", {**progress.which, "line": line})
