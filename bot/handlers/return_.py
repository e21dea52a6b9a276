"""``return``: an office or a society files its figures of a period, once, and hears them back with a reference.

Figures come by order or by label. What does not agree is refused whole, with the sender's own line corrected; what is missing is
asked for, and several messages may complete one return. Without figures the return is filed question by question (``guide``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot import filing, listing, open_returns, owed, return_lines, taking, which_form
from bot.command import Command
from bot.domain import checking
from bot.domain.figures import to_come
from bot.domain.forms import FiledBy, Kind
from bot.domain.grammar import Call
from bot.domain.periods import Period
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.owed import Open, Own
from bot.store import returns
from bot.taking import Typed
from bot.which_society import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.command import Context
    from bot.domain.figures import Value
    from bot.domain.forms import Form
    from bot.filing import Owed

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD}
_OPEN: dict[str, Any] = {"option": "due.own_option", "options": open_returns.LISTED, "more": listing.MORE.key}

TEXTS = (
    Wording("return.count", 5, {**_WHICH, "n": Slot.COUNT, "line": Slot.COMMAND}),
    Wording("return.by_label", 5, {**_WHICH, "line": Slot.COMMAND}),
    Wording("return.other_period", 3, {"form": Slot.FORM, "title": Slot.TITLE, "line": Slot.COMMAND}),
    Wording("return.not_begun", 3, {**_WHICH, "line": Slot.COMMAND}),
    Wording("return.future", 2, {**_WHICH, "d": Slot.DATE}),
    Wording("return.none_yours", 2, {"form": Slot.FORM, "title": Slot.TITLE}),
    Wording("return.files_none", 2),
    Wording("return.society_files", 2, {"form": Slot.FORM, "title": Slot.TITLE}),
    Wording("return.which_form", 5, {"p": Slot.PERIOD}, option="return.form_option", options=LISTED),
    Wording("return.which_open", 5, **_OPEN),
    Wording("return.form_filed", 5, {"form": Slot.FORM}, **_OPEN),
    Wording("return.filed_option", 1, _WHICH),
    Wording("return.which_own", 4, _WHICH, option="return.own_option", options=LISTED),
    Wording("return.form_option", 1, {"form": Slot.FORM, "title": Slot.TITLE}),
    Wording("return.own_option", 1, {"name": Slot.NAME}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    newest = context.returns.forms.newest(args["form"]) if "form" in args else None
    if newest is None and "form" in args:
        return which_form.unknown(args["form"], _filed_by(context) or context.returns.forms)
    if "period" not in args:
        return _which_open(context, newest, args)
    if newest is None:
        return _which_form(context, args)
    period = Period.named(args["period"], newest.every)
    form = context.returns.forms.of(newest.code, period) if period is not None else None
    last = _in_last_period(context, newest, args.get("values"))
    if period is None or form is None:
        return Reply("return.other_period", {"form": newest.code, "title": dict(newest.title), "line": last})
    if period.starts_on > context.today:
        return Reply("return.not_begun", {**_params(form, period), "line": last})
    return _of(context, form, period, args)


def _of(context: Context, form: Form, period: Period, args: Mapping[str, Any]) -> Reply | Call:
    """The return of a form and a period."""
    own = _own(context, form, period, args)
    if isinstance(own, Reply):
        return own
    values = args.get("values")
    if not values:
        return Call("guide", {"form": form.code, "period": period.name, **open_returns.place(own)}, context.language)
    due = owed.owed(context.returns, form, period, own.filer)
    typed = _typed(context, due, values)
    if isinstance(typed, Reply):
        return typed
    day = to_come(typed.values, context.today)
    if day is not None:
        return Reply("return.future", {**_params(form, period), "d": day})
    return taking.file(context, due, typed)


def _typed(context: Context, due: Owed, values: list[Any] | Mapping[str, Any]) -> Typed | Reply:
    """What was typed as the form's figures; or what to say where numbers could be several."""
    form = due.form
    if isinstance(values, Mapping):
        return Typed({name: _value(value) for name, value in values.items()})
    typed = [_value(value) for value in values]
    numbers = [value for value in typed if not isinstance(value, date)]
    days = [each for each in form.asked if each.kind is Kind.DATE]
    if len(typed) == len(days) and not numbers:
        return Typed({each.name: day for each, day in zip(days, typed, strict=True)}, tuple(each.name for each in days))
    if days and not numbers:
        example = return_lines.line(form, due.period, dict.fromkeys(each.name for each in days))
        return Reply("return.by_label", {**_params(form, due.period), "line": example})
    ways = checking.best(form, numbers, filing.carried(context.tx, due)) if len(numbers) == len(typed) else []
    if len(ways) == 1:
        return Typed(ways[0], tuple(ways[0]))
    needed = [each for each in form.asked if not each.is_carried and not each.optional]
    if not ways:
        asked = [each for each in needed if each.kind is not Kind.DATE]
        example = return_lines.line(form, due.period, dict.fromkeys(each.name for each in asked))
        return Reply("return.count", {**_params(form, due.period), "n": len(asked), "line": example})
    example = return_lines.line(form, due.period, {each.name: ways[0].get(each.name) for each in needed})
    return Reply("return.by_label", {**_params(form, due.period), "line": example})


def _value(typed: Any) -> Value:
    """A figure as the grammar, or a choice that was kept as JSON, has it."""
    if isinstance(typed, str):
        return date.fromisoformat(typed)
    return typed if isinstance(typed, int) else Decimal(str(typed))


def _params(form: Form, period: Period) -> dict[str, Any]:
    return {"form": form.code, "p": period.name}


def _own(context: Context, form: Form, period: Period, args: Mapping[str, Any]) -> Own | Reply:
    """The office or society that is meant, of those that the sender files for."""
    found = owed.owns(context.tx, context.sender, form)
    named = {name: args[name] for name in ("office_id", "society_id") if name in args}
    meant = [own for own in found if not named or open_returns.place(own) == named]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        return _not_his(context, form)
    kept = {name: value for name, value in args.items() if name not in {"office_id", "society_id"}}
    choices = tuple(
        Choice(
            Reply("return.own_option", {"name": own.shown}),
            "return",
            {**kept, **open_returns.place(own)},
            _words(own),
        )
        for own in meant[:LISTED]
    )
    return Reply("return.which_own", _params(form, period), choices=choices)


def _not_his(context: Context, form: Form) -> Reply:
    officer = any(post.role.is_officer for post in context.sender.posts)
    societys = form.filed_by is FiledBy.SOCIETY
    title = {"form": form.code, "title": dict(form.title)}
    return Reply("return.society_files" if societys and officer else "return.none_yours", title)


def _words(own: Own) -> tuple[str, ...]:
    return tuple(filter(None, (own.number, *own.name.values())))


def _in_last_period(context: Context, form: Form, values: list[Any] | Mapping[str, Any] | None) -> dict[str, Any]:
    """The sender's own line with the period that ended last."""
    line: dict[str, Any] = {"word": "return", "form": form.code, "period": owed.ended(form, context.today)[0].name}
    if not isinstance(values, Mapping):
        return {**line, "values": values or []}
    known = [(form.by_name[name], value) for name, value in values.items() if name in form.by_name]
    return {**line, "values": [[dict(each.label), value] for each, value in known]}


def _filed_by(context: Context) -> list[Form]:
    """The forms that the sender files."""
    return [form for form in context.returns.forms if owed.owns(context.tx, context.sender, form)]


def _which_open(context: Context, newest: Form | None, args: Mapping[str, Any]) -> Reply:
    """No period was said: what is open, to choose from; what was typed besides is kept."""
    found = owed.open_ones(context.tx, context.returns, context.sender, context.today)
    found = [each for each in found if newest is None or each.form.code == newest.code]
    found = [each for each in found if _fits(each.form, args)] or found
    kept = {name: args[name] for name in ("form", "values") if name in args}
    if found:
        rows = open_returns.rows(found, **kept)
        return Reply("return.which_open", choices=open_returns.page(context, "return", rows, args))
    if newest is None:
        return open_returns.none(context) if _filed_by(context) else Reply("return.files_none")
    own = owed.owns(context.tx, context.sender, newest)
    return _filed(context, newest, own, args) if own else _not_his(context, newest)


def _filed(context: Context, newest: Form, own: Sequence[Own], args: Mapping[str, Any]) -> Reply:
    """Nothing of a form is open: what was filed last, to be looked at, and the period that runs."""
    kept = {"values": args["values"]} if "values" in args else {}
    rows = []
    for period in owed.ended(newest, context.today):
        form = context.returns.forms.of(newest.code, period)
        running = [
            Open(newest, period.next(), each, context.returns.due_on(newest, period.next()), None) for each in own
        ]
        if form is not None and len(own) == 1:
            label = Reply("return.filed_option", _params(form, period))
            rows.append(
                Choice(label, "return", {"form": form.code, "period": period.name, **open_returns.place(own[0])})
            )
        rows += open_returns.rows(running, **kept)
    choices = open_returns.page(context, "return", rows, args)
    return Reply("return.form_filed", {"form": newest.code}, choices=choices)


def _which_form(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    """No form was said: the one that the figures fit, of those that the sender files; else a list."""
    own = list(_own_forms(context, args["period"]))
    fitting = [form for form in own if _agrees(form, args)] or [form for form in own if _fits(form, args)]
    still_open = [form for form in fitting if not _is_filed(context, form, args)]
    meant = still_open or fitting
    if len(meant) == 1:
        return Call("return", {**args, "form": meant[0].code}, context.language)
    meant = meant or own
    if not meant:
        return _which_open(context, None, {})
    choices = tuple(
        Choice(
            Reply("return.form_option", {"form": form.code, "title": dict(form.title)}),
            "return",
            {**args, "form": form.code},
            (form.code, *form.title.values()),
        )
        for form in meant[:LISTED]
    )
    return Reply("return.which_form", {"p": args["period"]}, choices=choices)


def _own_forms(context: Context, typed: str) -> Iterable[Form]:
    for newest in context.returns.forms:
        period = Period.named(typed, newest.every)
        form = context.returns.forms.of(newest.code, period) if period is not None else None
        if form is not None and owed.owns(context.tx, context.sender, form):
            yield form


def _fits(form: Form, args: Mapping[str, Any]) -> bool:
    values = args.get("values")
    if not values:
        return True
    if isinstance(values, Mapping):
        return all(name in form.by_name for name in values)
    return bool(checking.by_order(form, list(values)))


def _agrees(form: Form, args: Mapping[str, Any]) -> bool:
    """Whether the figures can be the form's without a contradiction."""
    values = args.get("values")
    if not values or isinstance(values, Mapping):
        return _fits(form, args)
    numbers = [number for value in values if not isinstance(number := _value(value), date)]
    return any(not checking.check(form, way).problems for way in checking.by_order(form, numbers))


def _is_filed(context: Context, form: Form, args: Mapping[str, Any]) -> bool:
    """Whether everybody for whom the sender files it has filed it."""
    period = Period.named(args["period"], form.every)
    assert period is not None  # noqa: S101 - the form is one that has such a period
    states = (
        returns.find(context.tx, form.code, period, own.filer) for own in owed.owns(context.tx, context.sender, form)
    )
    return all(one is not None and one.is_filed for one in states)


RETURN = Command("return", _run, TEXTS)
