"""``return``: an office or a society files its figures of a period, once, and hears them back with a reference.

Figures come by order or by label. What does not agree is refused whole, with the sender's own line corrected; what is missing is
asked for, and several messages may complete one return. Without figures the return is filed question by question (``guide``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot import filing, owed, return_lines, taking
from bot.command import Command
from bot.domain import figures
from bot.domain.forms import FiledBy, Kind
from bot.domain.grammar import Call
from bot.domain.periods import Period
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import returns
from bot.taking import Typed
from bot.which_society import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.command import Context
    from bot.domain.figures import Value
    from bot.domain.forms import Form
    from bot.filing import Owed
    from bot.owed import Own

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD}

TEXTS = (
    Wording("return.count", 5, {**_WHICH, "n": Slot.COUNT, "line": Slot.COMMAND}),
    Wording("return.by_label", 5, {**_WHICH, "line": Slot.COMMAND}),
    Wording("return.no_form", 2, {"typed": Slot.TYPED}),
    Wording("return.other_period", 2, {"form": Slot.FORM, "title": Slot.TITLE, "p": Slot.PERIOD}),
    Wording("return.not_begun", 2, _WHICH),
    Wording("return.none_yours", 2, {"form": Slot.FORM, "title": Slot.TITLE}),
    Wording("return.none_open", 2),
    Wording("return.society_files", 2, {"form": Slot.FORM, "title": Slot.TITLE}),
    Wording("return.which_form", 5, {"p": Slot.PERIOD}, option="return.form_option", options=LISTED),
    Wording("return.which_open", 5, option="return.open_option", options=LISTED),
    Wording("return.which_own", 4, _WHICH, option="return.own_option", options=LISTED),
    Wording("return.form_option", 1, {"form": Slot.FORM, "title": Slot.TITLE}),
    Wording("return.open_option", 1, {**_WHICH, "d": Slot.DATE}),
    Wording("return.own_option", 1, {"name": Slot.NAME}),
)


def _run(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    if "period" not in args:
        return _which_open(context, args)
    values = args.get("values")
    if "form" not in args:
        return _which_form(context, args)
    newest = context.returns.forms.newest(args["form"])
    if newest is None:
        return Reply("return.no_form", {"typed": args["form"]})
    period = Period.named(args["period"], newest.every)
    form = context.returns.forms.of(newest.code, period) if period is not None else None
    if period is None or form is None:
        params = {"form": newest.code, "title": dict(newest.title), "p": owed.ended(newest, context.today)[0].name}
        return Reply("return.other_period", params)
    if period.starts_on > context.today:
        return Reply("return.not_begun", _params(form, period))
    own = _own(context, form, period, args)
    if isinstance(own, Reply):
        return own
    if not values:
        return Call("guide", {"form": form.code, "period": period.name, **_place(own)}, context.language)
    due = owed.owed(context.returns, form, period, own.filer)
    typed = _typed(context, due, values)
    return typed if isinstance(typed, Reply) else taking.file(context, due, typed)


def _typed(context: Context, due: Owed, values: list[Any] | Mapping[str, Any]) -> Typed | Reply:
    """What was typed as the form's figures; or what to say where numbers could be several."""
    form = due.form
    if isinstance(values, Mapping):
        return Typed({name: _value(value) for name, value in values.items()})
    numbers = [number for value in values if not isinstance(number := _value(value), date)]
    ways = figures.best(form, numbers, filing.carried(context.tx, due))
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


def _place(own: Own) -> dict[str, Any]:
    """Whose a return is, as arguments of a choice."""
    if own.filer.society_id is not None:
        return {"society_id": own.filer.society_id}
    return {"office_id": own.filer.office_id}


def _own(context: Context, form: Form, period: Period, args: Mapping[str, Any]) -> Own | Reply:
    """The office or society that is meant, of those that the sender files for."""
    found = owed.owns(context.tx, context.sender, form)
    named = {name: args[name] for name in ("office_id", "society_id") if name in args}
    meant = [own for own in found if not named or _place(own) == named]
    if len(meant) == 1:
        return meant[0]
    title = {"form": form.code, "title": dict(form.title)}
    if not meant:
        officer = any(post.role.is_officer for post in context.sender.posts)
        societys = form.filed_by is FiledBy.SOCIETY
        return Reply("return.society_files" if societys and officer else "return.none_yours", title)
    kept = {name: value for name, value in args.items() if name not in {"office_id", "society_id"}}
    choices = tuple(
        Choice(Reply("return.own_option", {"name": dict(own.name)}), "return", {**kept, **_place(own)}, _words(own))
        for own in meant[:LISTED]
    )
    return Reply("return.which_own", _params(form, period), choices=choices)


def _words(own: Own) -> tuple[str, ...]:
    return tuple(filter(None, (own.number, *own.name.values())))


def _which_open(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    """No period was said: what is open, to choose from; where there is only one, figures are asked for at once."""
    found = owed.open_ones(context.tx, context.returns, context.sender, context.today)
    found = [each for each in found if args.get("form") in {None, each.form.code}]
    if not found:
        newest = context.returns.forms.newest(args["form"]) if "form" in args else None
        if newest is not None and not owed.owns(context.tx, context.sender, newest):
            return Reply("return.none_yours", {"form": newest.code, "title": dict(newest.title)})
        return Reply("return.none_open")
    choices = tuple(
        Choice(
            Reply("return.open_option", {**_params(each.form, each.period), "d": each.due_on}),
            "return",
            {"form": each.form.code, "period": each.period.name, **_place(each.own)},
            (each.form.code,),
        )
        for each in found[:LISTED]
    )
    return Reply("return.which_open", choices=choices)


def _which_form(context: Context, args: Mapping[str, Any]) -> Reply | Call:
    """No form was said: the one that the figures fit, of those that the sender files; else a list."""
    own = list(_own_forms(context, args["period"]))
    fitting = [form for form in own if _agrees(form, args)] or [form for form in own if _fits(form, args)]
    still_open = [form for form in fitting if not _is_filed(context, form, args)]
    meant = still_open or fitting
    if len(meant) == 1:
        return Call("return", {**args, "form": meant[0].code}, context.language)
    if not meant:
        return _which_open(context, {})
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
    return bool(figures.by_order(form, list(values)))


def _agrees(form: Form, args: Mapping[str, Any]) -> bool:
    """Whether the figures can be the form's without a contradiction."""
    values = args.get("values")
    if not values or isinstance(values, Mapping):
        return _fits(form, args)
    numbers = [number for value in values if not isinstance(number := _value(value), date)]
    return any(not figures.check(form, way).problems for way in figures.by_order(form, numbers))


def _is_filed(context: Context, form: Form, args: Mapping[str, Any]) -> bool:
    """Whether everybody for whom the sender files it has filed it."""
    period = Period.named(args["period"], form.every)
    assert period is not None  # noqa: S101 - the form is one that has such a period
    states = (
        returns.find(context.tx, form.code, period, own.filer) for own in owed.owns(context.tx, context.sender, form)
    )
    return all(one is not None and one.is_filed for one in states)


RETURN = Command("return", _run, TEXTS)
