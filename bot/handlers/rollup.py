"""``rollup``: the figures of a return form for a period, added up for an office and parted by the offices under it.

By SMS the main figures with how complete they are, and a short list by area; in a chat a picture of the whole table. Either leads to
the table as a document and to where a figure comes from (``explain``). Only what lies in the sender's own area is ever shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import fitting, listing, owed, rollup_lines, rollups, which_form, which_office
from bot.command import Command
from bot.domain import choices
from bot.domain.forms import FiledBy
from bot.domain.offices import Level
from bot.domain.periods import Period
from bot.domain.replies import Choice, Order, Reply
from bot.domain.rollup_columns import pictured
from bot.domain.segments import measure
from bot.domain.wording import SUMS_WIDTH, Slot, Wording
from bot.store import offices, owing, tickets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from bot.command import Context, Look
    from bot.domain.forms import Form
    from bot.domain.offices import Office
    from bot.domain.staffing import Sought
    from bot.rollups import Row
    from bot.store.query import Tx

    Shown: TypeAlias = Mapping[str, Any]

MEANT = which_office.readable("rollup")

LISTED, LISTED_FORMS = 4, 5
MOST_LISTED = 20
"""Areas that a list by SMS goes through; more are in the document only."""

SEGMENTS = 3
"""What an answer by SMS may cost, whatever the form."""

FILES = ("pdf", "xlsx")
LEVELS = (Level.DIVISION, Level.DISTRICT, Level.UPAZILA)

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD, "place": Slot.PLACE}
_FILED = {"filed": Slot.COUNT, "expected": Slot.COUNT}
_ALL = {**_WHICH, **_FILED, "on_time": Slot.COUNT}
_ROW = {"place": Slot.PLACE, "filed": Slot.DAYS, "expected": Slot.DAYS, "n": Slot.AMOUNTS}

TEXTS = (
    Wording("rollup.sms", SEGMENTS, {**_ALL, "figures": Slot.SUMS}, option="rollup.by_upazila", options=3),
    Wording("rollup.chat", chat=True, slots={**_ALL, "title": Slot.TITLE, "late": Slot.COUNT}),
    Wording("rollup.line", chat=True, slots={"figures": Slot.SUMS}),
    Wording("rollup.none", 2, {**_WHICH, "expected": Slot.COUNT}, option="rollup.lacking", options=1),
    Wording("rollup.lacking"),
    Wording("rollup.missing", chat=True, slots={"n": Slot.COUNT}),
    Wording(
        "rollup.rows",
        5,
        {**_WHICH, "labels": Slot.AMOUNTS},
        option="rollup.row_part",
        options=LISTED,
        more=listing.MORE.key,
    ),
    Wording("rollup.row", 1, {"place": Slot.PLACE, "n": Slot.AMOUNTS}),
    Wording("rollup.row_part", 1, _ROW),
    *(Wording(f"rollup.by_{level}") for level in LEVELS),
    Wording("rollup.where"),
    Wording("rollup.pdf"),
    *(Wording(f"rollup.pdf_by_{level}") for level in LEVELS),
    Wording("rollup.xlsx", chat=True),
    Wording("rollup.file", chat=True, slots=_WHICH),
    Wording("rollup.link", 3, {**_WHICH, "url": Slot.URL, "n": Slot.DAYS}),
    Wording("rollup.which_form", 5, option="rollup.form_option", options=LISTED_FORMS, more=listing.MORE.key),
    Wording("rollup.form_option", 1, {"form": Slot.FORM, "title": Slot.TITLE}),
    Wording("rollup.other_period", 2, {"form": Slot.FORM, "title": Slot.TITLE, "p": Slot.PERIOD}),
    Wording("rollup.not_begun", 2, {"form": Slot.FORM, "p": Slot.PERIOD, "last": Slot.PERIOD}),
    Wording("rollup.nobody", 2, {**_WHICH}),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for.

    Attributes:
        form: the version that holds for the period.
        period: of the figures.
        office: whose they are.
        by: the level of the rows, where one was named.
    """

    form: Form
    period: Period
    office: Office
    by: Level | None

    @property
    def level(self) -> Level:
        """The level of the rows."""
        return rollups.level_below(self.form, self.office, self.by)

    def args(self, **more: Any) -> dict[str, Any]:
        """What asks for the same again."""
        by = {} if self.by is None else {"by": self.by.value}
        return {"form": self.form.code, "period": self.period.name, "office_code": self.office.code} | by | more

    def params(self, **more: Any) -> dict[str, Any]:
        """What a text about it is filled with."""
        return {"form": self.form.code, "p": self.period.name, **which_office.named(self.office), **more}


def look(tx: Tx, look: Look) -> Sought:
    """Which office is meant."""
    return which_office.look(tx, look, MEANT)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    office = _office(context, args)
    if isinstance(office, Reply):
        return which_form.instead(office, args, context.returns.forms)
    asked = _asked(context, office, args)
    if isinstance(asked, Reply):
        return asked
    whole = rollups.rollup(context.tx, asked.form, asked.period, office, office.level).total
    if not whole.expected and not whole.filed:
        return Reply("rollup.nobody", asked.params())
    rollup_lines.use(context, "rollup", asked.form, asked.period, office)
    if args.get("topic") in FILES:
        return _file(context, asked, args["topic"])
    if context.in_chat:
        return _in_chat(context, asked, whole)
    if "by" in args and 1 < _count(context, asked) <= MOST_LISTED:
        return _rows(context, asked, args.get("skip", 0))
    return _by_sms(context, asked, whole)


def _office(context: Context, args: Mapping[str, Any]) -> Office | Reply:
    """The office that is named, else the sender's own; of several, the one that covers the most."""
    if which_office.is_given(args):
        return which_office.office(context, args, MEANT)
    own = min(listing.areas("rollup", context.sender.posts), key=len)
    found = offices.by_code(context.tx, own.rstrip("/").rsplit("/", 1)[-1])
    assert found is not None  # noqa: S101 - he serves there
    return found


def _asked(context: Context, office: Office, args: Mapping[str, Any]) -> _Asked | Reply:
    if "form" not in args:
        forms = [each for each in context.returns.forms if _files_at(each, office)]
        if len(forms) != 1:
            return _which_form(context, forms, args)
        args = {**args, "form": forms[0].code}
    newest = context.returns.forms.newest(args["form"])
    if newest is None:
        return which_form.unknown(args["form"], context.returns.forms)
    last = owed.ended(newest, context.today)[0]
    period = Period.named(args["period"], newest.every) if "period" in args else last
    form = None if period is None else context.returns.forms.of(newest.code, period)
    if period is None or form is None:
        return Reply("rollup.other_period", {"form": newest.code, "title": dict(newest.title), "p": last.name})
    if period.starts_on > context.today:
        return Reply("rollup.not_begun", {"form": form.code, "p": period.name, "last": last.name})
    return _Asked(form, period, office, Level(args["by"]) if args.get("by") in set(LEVELS) else None)


def _files_at(form: Form, office: Office) -> bool:
    """Whether the form is filed at an office's level or below it."""
    return rollups.DEPTH[rollups.lowest(form)] >= rollups.DEPTH[office.level]


def _which_form(context: Context, forms: list[Form], args: Mapping[str, Any]) -> Reply:
    skip = args.get("skip", 0)
    listed = forms[skip:] if context.in_chat else forms[skip : skip + LISTED_FORMS]
    kept = {name: value for name, value in args.items() if name != "skip"}
    found = tuple(
        Choice(
            Reply("rollup.form_option", {"form": form.code, "title": dict(form.title)}),
            "rollup",
            {**kept, "form": form.code},
            (form.code, *form.title.values()),
        )
        for form in listed
    )
    return Reply("rollup.which_form", choices=found + _more(kept, skip + len(listed), len(forms)))


def _more(kept: Mapping[str, Any], skip: int, total: int) -> tuple[Choice, ...]:
    """The choice that goes on with a list, where it goes on."""
    if skip >= total:
        return ()
    return (Choice(Reply(listing.MORE.key), "rollup", {**kept, "skip": skip}, (choices.MORE,)),)


def _count(context: Context, asked: _Asked) -> int:
    """Rows of the table."""
    if asked.level is asked.office.level:
        return 1
    return len(owing.offices_of(context.tx, asked.office, asked.level)) + (asked.form.filed_by is FiledBy.SOCIETY)


def _completeness(whole: Row) -> dict[str, int]:
    return {"filed": whole.filed, "expected": whole.expected, "on_time": whole.on_time}


def _by_sms(context: Context, asked: _Asked, whole: Row) -> Reply:
    """The main figures, as many as there is room for; who has not filed can be asked where that costs nothing."""
    if not whole.filed:
        return Reply("rollup.none", asked.params(expected=whole.expected), choices=(_lacking(asked),))
    figures = rollup_lines.sums(asked.form, whole, asked.form.headlines)
    params = asked.params(**_completeness(whole))
    levels = list(_levels(asked, asked.by))[:1]
    pdf = _document(asked, "pdf")
    if asked.by is not None and _count(context, asked) > MOST_LISTED:  # too many to be listed by SMS
        pdf = replace(pdf, label=Reply(f"rollup.pdf_by_{asked.by}"))
    ways = (*(_by(asked, level) for level in levels), _where(asked), pdf)
    said = _main_figures(context, params, figures, ways)
    if whole.filed == whole.expected:
        return said
    longer = _main_figures(context, params, figures, (*ways[:-1], _lacking(asked), pdf))
    return longer if _segments(context, longer) == _segments(context, said) else said


def _main_figures(
    context: Context, params: Mapping[str, Any], figures: list[dict[str, Any]], ways: tuple[Choice, ...]
) -> Reply:
    empty = Reply("rollup.sms", {**params, "figures": {"figures": []}}, choices=ways)
    left = fitting.left(context.renderer, empty, context.language, context.today, SEGMENTS)
    return Reply(empty.key, {**params, "figures": {"figures": figures, "room": max(left, SUMS_WIDTH)}}, choices=ways)


def _segments(context: Context, said: Reply) -> int:
    return measure(context.renderer.render(said, context.language, context.today)).segments


def _lacking(asked: _Asked) -> Choice:
    return Choice(Reply("rollup.lacking"), "due", _plain(asked))


def _in_chat(context: Context, asked: _Asked, whole: Row) -> Reply:
    """The main figures under a picture of the table; the document itself where it is too long for a picture."""
    params = asked.params(title=dict(asked.form.title), **_completeness(whole), late=whole.filed - whole.on_time)
    lines = [
        Reply("rollup.line", {"figures": {"figures": [each]}})
        for each in rollup_lines.sums(asked.form, whole, asked.form.headlines)
    ]
    lacking = []
    if whole.filed < whole.expected:
        lines.append(Reply("rollup.missing", {"n": whole.expected - whole.filed}))
        lacking.append(_lacking(asked))
    rows = _count(context, asked)
    fits = bool(pictured(asked.form, asked.period.every, rows))
    order = _order(context, asked, "png" if fits else "pdf") if rows > 1 else None
    files = [_document(asked, topic) for topic in FILES]
    ways = (*(_by(asked, level) for level in _levels(asked, asked.level)), _where(asked), *lacking, *files)
    return Reply("rollup.chat", params, lines=tuple(lines), choices=ways, document=order)


def _levels(asked: _Asked, but: Level | None) -> Iterator[Level]:
    """The levels by which the table can be parted, but one."""
    depth, lowest = rollups.DEPTH[asked.office.level], rollups.DEPTH[rollups.lowest(asked.form)]
    for level in LEVELS:
        if depth < rollups.DEPTH[level] <= lowest and level is not but:
            yield level


def _by(asked: _Asked, level: Level) -> Choice:
    return Choice(Reply(f"rollup.by_{level}"), "rollup", {**asked.args(), "by": level.value})


def _where(asked: _Asked) -> Choice:
    return Choice(Reply("rollup.where"), "explain", _plain(asked))


def _plain(asked: _Asked) -> dict[str, Any]:
    """What is asked about, however it is parted."""
    return {name: value for name, value in asked.args().items() if name != "by"}


def _document(asked: _Asked, topic: str) -> Choice:
    return Choice(Reply(f"rollup.{topic}"), "rollup", asked.args(topic=topic), (topic,))


def _rows(context: Context, asked: _Asked, skip: int) -> Reply:
    """A page of the areas, with the first of the main figures of each; choosing one shows it by itself."""
    found = rollups.rollup(context.tx, asked.form, asked.period, asked.office, asked.by)
    shown = asked.form.headlines
    page = found.rows[skip : skip + LISTED]
    ways = tuple(_row(asked, row) for row in page) + _more(asked.args(), skip + len(page), len(found.rows))
    labels = [{"label": dict(each.label)} for each in shown]
    return Reply("rollup.rows", asked.params(labels=labels), choices=ways)


def _row(asked: _Asked, row: Row) -> Choice:
    amounts = [one for each in asked.form.headlines for one in rollup_lines.amount(row, each)] if row.filed else []
    params = which_office.named(row.office, n=amounts or [{"value": None}])
    label = Reply("rollup.row", params)
    if row.filed < row.expected:
        label = Reply("rollup.row_part", {**params, "filed": row.filed, "expected": row.expected})
    args = {"form": asked.form.code, "period": asked.period.name, "office_code": row.office.code}
    return Choice(label, "rollup", args, (row.office.name_bn, row.office.name_en))


def _order(context: Context, asked: _Asked, format_: str) -> Order:
    wanted = {"office": asked.office.code, "form": asked.form.code, "period": asked.period.name}
    by = {"by": asked.level.value}
    return Order("rollup", wanted | by | {"format": format_, "language": context.language.value})


def _file(context: Context, asked: _Asked, format_: str) -> Reply:
    """A file in a chat, an address by SMS."""
    order = _order(context, asked, format_)
    if context.in_chat:
        return Reply("rollup.file", asked.params(), document=order)
    hours = context.gateway.document_hours
    token = tickets.issue_token(
        context.tx,
        "file",
        context.sender.msisdn,
        {"kind": order.kind, "args": dict(order.args)},
        now=context.now,
        until=context.now + timedelta(hours=hours),
        inbox_id=context.inbox_id,
    )
    url = f"{context.gateway.public_url}/d/{token}"
    return Reply("rollup.link", asked.params(url=url, n=round(hours)), secret=True)


ROLLUP = Command("rollup", _run, TEXTS, look=look, looks_for=frozenset({"office"}))
