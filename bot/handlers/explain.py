"""``explain``: where a total comes from, step by step, by buttons or numbered lists that ``rollup`` leads to.

Which figure, which area below, and so on down to a return: its reference, and each message that gave or corrected the figure. Every step
looks anew at what the sender may see, because a list may be answered by somebody else, or by somebody who has lost his post.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import explaining, listing, rollup_lines, rollups, which_office
from bot.command import Command
from bot.domain import choices
from bot.domain.access import may_reach
from bot.domain.periods import Period
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import offices, returns, standings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.command import Context
    from bot.domain.forms import Form, Indicator
    from bot.domain.offices import Office
    from bot.domain.returns import Return
    from bot.explaining import Change
    from bot.rollups import Row

MEANT = which_office.readable("explain")

LISTED, LISTED_IN_CHAT = 4, 40
MOST_VERSIONS, MOST_VERSIONS_IN_CHAT = 2, 12

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD, "place": Slot.PLACE}
_VALUE = {**_WHICH, "label": Slot.LABEL, "n": Slot.AMOUNTS}
_VERSION = {"no": Slot.DAYS, "ref": Slot.CODE, "at": Slot.MOMENT, "figures": Slot.SUMS}
_LIST: dict[str, Any] = {"options": LISTED, "more": listing.MORE.key}

TEXTS = (
    Wording("explain.which", 5, _WHICH, option="explain.indicator", **_LIST),
    Wording("explain.indicator", 1, {"label": Slot.LABEL, "n": Slot.AMOUNTS}),
    Wording("explain.areas", 5, _VALUE, option="explain.area", **_LIST),
    Wording("explain.area", 1, {"place": Slot.PLACE, "n": Slot.AMOUNTS}),
    Wording("explain.own", 1, {"place": Slot.PLACE, "n": Slot.AMOUNTS}),
    Wording("explain.societies", 5, _VALUE, option="explain.society", **_LIST),
    Wording("explain.society", 1, {"r": Slot.REG_NO, "name": Slot.SHORT_NAME, "n": Slot.AMOUNTS}),
    Wording(
        "explain.return",
        6,
        {**_VALUE, "name": Slot.NAME, "ref": Slot.CODE, "at": Slot.MOMENT},
        row="explain.approved",
        rows=MOST_VERSIONS,
    ),
    Wording("explain.version", 2, _VERSION),
    Wording("explain.approved", 3, {**_VERSION, "role": Slot.ROLE}),
    Wording("explain.corrected", 2, _VERSION),
    Wording("explain.undone", 2, _VERSION),
    Wording("explain.carried", 1, {"p": Slot.PERIOD, "ref": Slot.CODE}),
    Wording("explain.none", 2, _WHICH),
    Wording("explain.gone", 1),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked about.

    Attributes:
        form: the version that holds for the period.
        period: of the figures.
        office: whose they are.
        skip: where a list goes on.
        own: only what is filed right at the office.
    """

    form: Form
    period: Period
    office: Office
    skip: int = 0
    own: bool = False

    def args(self, **more: Any) -> dict[str, Any]:
        """What asks about the same, and more."""
        return {"form": self.form.code, "period": self.period.name, "office_code": self.office.code, **more}

    def params(self, **more: Any) -> dict[str, Any]:
        """What a text about it is filled with."""
        return {"form": self.form.code, "p": self.period.name, **which_office.named(self.office), **more}


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    newest = context.returns.forms.newest(str(args.get("form")))
    period = None if newest is None else Period.named(str(args.get("period")), newest.every)
    form = None if newest is None or period is None else context.returns.forms.of(newest.code, period)
    if form is None or period is None or "office_code" not in args:
        return Reply("explain.gone")
    office = which_office.office(context, args, MEANT)
    if isinstance(office, Reply):
        return office
    asked = _Asked(form, period, office, args.get("skip", 0), args.get("own", False))
    rollup_lines.use(context, "explain", form, period, office)
    indicator = form.by_name.get(str(args.get("indicator")))
    if "return_id" in args and indicator is not None:
        return _one(context, asked, indicator, args["return_id"])
    whole = rollups.rollup(context.tx, form, period, office, office.level).total
    if not whole.filed:
        return Reply("explain.none", asked.params())
    return _which(context, asked, whole) if indicator is None else _parts(context, asked, indicator, whole)


def _which(context: Context, asked: _Asked, whole: Row) -> Reply:
    """Which figure: the main ones come first."""
    form = asked.form
    rest = [each for each in form.indicators if each not in form.headlines]

    def choice(each: Indicator) -> Choice:
        label = Reply("explain.indicator", {"label": dict(each.label), "n": rollup_lines.amount(whole, each)})
        return Choice(label, "explain", asked.args(indicator=each.name), (each.name, *each.label.values()))

    page = _page(context, asked, [partial(choice, each) for each in (*form.headlines, *rest)], {})
    return Reply("explain.which", asked.params(), choices=page)


def _page(
    context: Context, asked: _Asked, found: Sequence[Callable[[], Choice]], kept: Mapping[str, Any]
) -> tuple[Choice, ...]:
    """A page of a list, of which no more is made than is shown, with what brings the next one."""
    until = asked.skip + (LISTED_IN_CHAT if context.in_chat else LISTED)
    page = tuple(make() for make in found[asked.skip : until])
    if until >= len(found):
        return page
    return (*page, Choice(Reply(listing.MORE.key), "explain", asked.args(**kept, skip=until), (choices.MORE,)))


def _parts(context: Context, asked: _Asked, indicator: Indicator, whole: Row) -> Reply:
    """The areas below with what each adds; where there are none, the returns."""
    rows = [] if asked.own else explaining.below(context.tx, asked.form, asked.period, asked.office)
    filed = explaining.filed_at(context.tx, asked.form, asked.period, asked.office)
    if rows:
        found = [partial(_area, asked, indicator, row) for row in rows]
        found += [partial(_own, asked, indicator, filed)] if filed else []
        key = "explain.areas"
    elif len(filed) == 1:
        return _one(context, asked, indicator, filed[0].id)
    else:
        found = [partial(_society, context, asked, indicator, one) for one in filed]
        key = "explain.societies"
    kept = {"indicator": indicator.name} | ({"own": True} if asked.own else {})
    amount = _added(indicator, filed) if asked.own else rollup_lines.amount(whole, indicator)
    params = asked.params(label=dict(indicator.label), n=amount)
    return Reply(key, params, choices=_page(context, asked, found, kept))


def _area(asked: _Asked, indicator: Indicator, row: Row) -> Choice:
    args = {**asked.args(indicator=indicator.name), "office_code": row.office.code}
    label = which_office.named(row.office, n=rollup_lines.amount(row, indicator))
    return Choice(Reply("explain.area", label), "explain", args, (row.office.name_bn, row.office.name_en))


def _own(asked: _Asked, indicator: Indicator, filed: Sequence[Return]) -> Choice:
    """What is filed right at an office that has others below it."""
    label = Reply("explain.own", which_office.named(asked.office, n=_added(indicator, filed)))
    return Choice(label, "explain", asked.args(indicator=indicator.name, own=True))


def _added(indicator: Indicator, filed: Sequence[Return]) -> list[dict[str, Any]]:
    """What returns come to, where they can be added up."""
    found = [value for one in filed if isinstance(value := one.figures.get(indicator.name), int)]
    return [rollup_lines.value(sum(found) if indicator.is_summed or not indicator.by else None, indicator)]


def _society(context: Context, asked: _Asked, indicator: Indicator, one: Return) -> Choice:
    (society,) = standings.by_ids(context.tx, [one.filer.society_id or 0])
    amount = [rollup_lines.value(explaining.value(indicator, one), indicator)]
    label = Reply("explain.society", {"r": society.registration_no, "name": society.names()["name"], "n": amount})
    args = asked.args(indicator=indicator.name, return_id=one.id)
    return Choice(label, "explain", args, (society.registration_no, society.name_bn))


def _one(context: Context, asked: _Asked, indicator: Indicator, return_id: int) -> Reply:
    """A return: its figure, its reference, and the messages that the figure comes from."""
    one = returns.by_id(context.tx, return_id)
    if not may_reach("explain", context.sender.posts, lineage=one.filer.lineage):
        return Reply("area.outside", which_office.named(asked.office))
    about = (one.form, one.period) == (asked.form.code, asked.period)
    if one.filed_at is None or not about or not one.filer.lineage.startswith(asked.office.lineage):
        return Reply("explain.none", asked.params())
    form = context.returns.forms.exact(one.form, one.version) or asked.form
    found = explaining.changes(context.tx, form, one, indicator)
    newest = found[-(MOST_VERSIONS_IN_CHAT if context.in_chat else MOST_VERSIONS) :]
    lines = [_version(form, change) for change in newest]
    source = explaining.carried_from(context.tx, form, indicator, one)
    if source is not None and source.filed_in is not None:
        lines.append(Reply("explain.carried", {"p": source.period.name, "ref": str(source.filed_in)}))
    params = {
        "form": form.code,
        "p": one.period.name,
        "name": _filer(context, one),
        "label": dict(indicator.label),
        "n": [rollup_lines.value(explaining.value(indicator, one), indicator)],
        "ref": str(one.filed_in),
        "at": one.filed_at.isoformat(),
    }
    return Reply("explain.return", params, lines=tuple(lines))


def _filer(context: Context, one: Return) -> dict[str, str]:
    if one.filer.society_id is None:
        office = offices.by_id(context.tx, one.filer.area_id)
        return which_office.place(office)
    (society,) = standings.by_ids(context.tx, [one.filer.society_id])
    return {"bn": society.name_bn, "en": society.name_en or society.name_bn}


def _version(form: Form, change: Change) -> Reply:
    figures = [
        {"label": dict(form.by_name[name].label), **rollup_lines.value(value, form.by_name[name])}
        for name, value in change.figures.items()
    ]
    params = {
        "no": change.number,
        "ref": str(change.inbox_id),
        "at": change.at.isoformat(),
        "figures": {"figures": figures},
    }
    if change.undone:
        return Reply("explain.undone", params)
    if change.approved_by is not None:
        return Reply("explain.approved", {**params, "role": change.approved_by.value})
    return Reply("explain.corrected" if change.corrects else "explain.version", params)


EXPLAIN = Command("explain", _run, TEXTS)
"""Reached by choices alone."""
