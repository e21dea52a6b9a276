"""``due``: which returns are open: the sender's own, to be filed, and those that lack under his office, to be asked for.

An upazila officer, a president and a secretary see what they have to file, and choosing one begins it. An office above sees how many
returns of each form and period lack in its area; choosing one lists who has not filed, and choosing there sends a reminder
(``bot.handlers.nudge``). Societies' forms are counted where societies use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import listing, open_returns, overdue, owed, which_form, which_office
from bot.command import Command
from bot.domain.access import may_reach
from bot.domain.forms import FiledBy
from bot.domain.replies import Choice, Reply
from bot.domain.staffing import Sought
from bot.domain.wording import Slot, Wording
from bot.due_letters import MOST_NUDGED
from bot.open_returns import LISTED, LISTED_IN_CHAT
from bot.store import missing, offices
from bot.store.missing import BEGINNING, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context, Look
    from bot.domain.access import Post
    from bot.domain.offices import Office
    from bot.domain.periods import Period
    from bot.overdue import Tally
    from bot.owed import Open, Own
    from bot.store.missing import Lacking
    from bot.store.query import Tx

AREA = which_office.readable("due")

_WHICH = {"form": Slot.FORM, "p": Slot.PERIOD}
_COUNTS = {"lacking": Slot.COUNT, "all": Slot.COUNT}
_LIST: dict[str, Any] = {"option": "due.own_option", "options": LISTED, "more": listing.MORE.key}

TEXTS = (
    Wording("due.own", 5, **_LIST),
    Wording("due.under", 5, {"place": Slot.PLACE}, **_LIST),
    Wording("due.mine_and_under", 5, **_LIST),
    Wording("due.of_office", 5, {"place": Slot.PLACE}, **_LIST),
    Wording("due.rest", 5, **_LIST),
    Wording("due.tally", 1, {**_WHICH, **_COUNTS}),
    Wording("due.place_tally", 1, {**_WHICH, **_COUNTS, "place": Slot.PLACE}),
    Wording("due.filed", 2, {**_WHICH, "place": Slot.PLACE}),
    Wording("due.all_filed", 2, {"place": Slot.PLACE}),
    Wording("due.no_period", 2, {**_WHICH}),
    Wording(
        "due.list",
        4,
        {**_WHICH, **_COUNTS, "filed": Slot.COUNT, "place": Slot.PLACE},
        turns=True,
        option="due.office",
        options=LISTED,
        more="due.all",
    ),
    Wording("due.office", 1, {"place": Slot.PLACE}),
    Wording("due.society", 1, {"r": Slot.REG_NO, "name": Slot.SHORT_NAME}),
    Wording("due.all", 1, {"n": Slot.COUNT}),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer is made of.

    Attributes:
        instead: what to say instead of anything else.
        sought: what is known of the office that was asked about, where that is not one.
        office: the office that was asked about, if one was.
        open: returns of the sender's own, or of the office's.
        tallies: what lacks below, by form and period.
        page: who has not filed, where one form and period is asked about.
    """

    instead: Reply | None = None
    sought: Sought | None = None
    office: Office | None = None
    open: tuple[Open, ...] = ()
    tallies: tuple[Tally, ...] = ()
    page: tuple[Lacking, ...] | None = None


def look(tx: Tx, look: Look) -> Found:
    """Count and list; for choices the handler does so itself, of which each reads a page only."""
    args, today, rules = look.args, look.today, look.returns
    office = _office(tx, look)
    if isinstance(office, Sought):
        return Found(sought=office)
    wanted = overdue.asked_for(rules, args, today)
    if not wanted and "form" in args:
        newest = rules.forms.newest(args["form"])
        if newest is None:
            return Found(which_form.unknown(args["form"], rules.forms))
        last = owed.ended(newest, today)[0]
        return Found(Reply("due.no_period", {"form": newest.code, "p": last.name}))
    other = None if _is_own(look.sender.posts, office) else office
    found = owed.open_ones(tx, rules, look.sender, today) if other is None else overdue.open_at(tx, rules, other, today)
    still_open = tuple(each for each in found if _is_meant(each, wanted, args))
    areas = [office] if office is not None else _areas(tx, look.sender.posts)
    tallies = [
        tally
        for area in areas
        for tally in overdue.tallies(tx, rules, area, [each for each in wanted if _counts(tx, each, area, args)])
    ]
    page = None
    if "form" in args and len(tallies) == 1 and not still_open:
        (tally,) = tallies
        after = Place(*args["after"]) if "after" in args else BEGINNING
        page = missing.lacking(tx, tally.form, tally.period, tally.office.lineage, after=after, most=LISTED_IN_CHAT + 1)
    return Found(None, None, office, still_open, tuple(tallies), None if page is None else tuple(page))


def _office(tx: Tx, look: Look) -> Office | Sought | None:
    """The office that is asked about, in the sender's jurisdiction; what is known of it where that is not one; None where none is named."""
    args = look.args
    if "office_code" in args:
        chosen = offices.by_code(tx, str(args["office_code"]))
        reached = chosen is not None and may_reach("due", look.sender.posts, lineage=chosen.lineage)
        return chosen if reached else Sought()
    if "office" not in args:
        return None
    sought = which_office.look(tx, look, AREA)
    return sought.offices[0] if len(sought.offices) == 1 else sought


def _is_own(posts: Sequence[Post], office: Office | None) -> bool:
    """Whether what is asked about is the sender's own: no office is named, or his."""
    return office is None or any(post.role.is_officer and post.lineage == office.lineage for post in posts)


def _is_meant(one: Open, wanted: Sequence[tuple[Any, Period]], args: Mapping[str, Any]) -> bool:
    if "form" in args and one.form.code not in {form.code for form, _ in wanted}:
        return False
    return "period" not in args or one.period in {period for _, period in wanted}


def _areas(tx: Tx, posts: Sequence[Post]) -> list[Office]:
    codes = [each.rstrip("/").rpartition("/")[2] for each in listing.areas("due", posts)]
    return [office for code in codes if (office := offices.by_code(tx, code)) is not None]


def _counts(tx: Tx, wanted: tuple[Any, Period], area: Office, args: Mapping[str, Any]) -> bool:
    """Whether a form and period is counted in an area: somebody below files it, and societies that were not asked for use it."""
    form, period = wanted
    if not overdue.files_below(form, area):
        return False
    return form.filed_by is not FiledBy.SOCIETY or "form" in args or missing.ever_filed(tx, form, period)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    found = context.found if isinstance(context.found, Found) else look(context.tx, context.look(args))
    if found.instead is not None:
        return found.instead
    if found.sought is not None:
        context.found = found.sought
        asked = which_office.office(context, args, AREA)
        assert isinstance(asked, Reply)  # noqa: S101 - one office would have been found
        return which_form.instead(asked, args, context.returns.forms)
    if found.page is not None:
        return _list(context, found.tallies[0], found.page)
    return _overview(context, found, args)


def _overview(context: Context, found: Found, args: Mapping[str, Any]) -> Reply:
    """Own returns first, then what lacks below; a page of them."""
    lacking = sorted(
        (tally for tally in found.tallies if tally.lacking), key=lambda each: (each.due_on, each.form.code)
    )
    own = _is_own(context.sender.posts, found.office)
    several = len({tally.office.id for tally in found.tallies}) > 1
    rows = open_returns.rows(found.open) if own else [_anothers_row(each) for each in found.open]
    rows += [_tally_row(tally, several=several) for tally in lacking]
    if not rows:
        return _nothing(context, found, args)
    kept = {name: args[name] for name in ("form", "period", "at") if name in args}
    if found.office is not None:
        kept["office_code"] = found.office.code
    head = Reply("due.rest") if args.get("at", 0) else _head(found, lacking, own=own)
    return Reply(head.key, head.params, choices=open_returns.page(context, "due", rows, kept))


def _head(found: Found, lacking: Sequence[Tally], *, own: bool) -> Reply:
    if found.open and not own and found.office is not None:
        return Reply("due.of_office", which_office.named(found.office))
    if found.open:
        return Reply("due.mine_and_under" if lacking else "due.own")
    return Reply("due.under", which_office.named(lacking[0].office))


def _anothers_row(one: Open) -> Choice:
    """An open return of an office below: choosing it sends a reminder."""
    args = {**open_returns.which(one), "office_code": _code(one.own)}
    return Choice(open_returns.label(one, several=False), "nudge", args, open_returns.words(one))


def _code(own: Own) -> str:
    return own.filer.lineage.rstrip("/").rpartition("/")[2]


def _tally_row(tally: Tally, *, several: bool) -> Choice:
    params = {
        "form": tally.form.code,
        "p": tally.period.name,
        "lacking": tally.lacking,
        "all": tally.expected,
        "place": which_office.place(tally.office),
    }
    label = Reply("due.place_tally" if several else "due.tally", params)
    return Choice(label, "due", _one(tally), (tally.form.code,))


def _one(tally: Tally) -> dict[str, Any]:
    return {"form": tally.form.code, "period": tally.period.name, "office_code": tally.office.code}


def _nothing(context: Context, found: Found, args: Mapping[str, Any]) -> Reply:
    if found.tallies:
        return Reply("due.all_filed", which_office.named(found.tallies[0].office))
    if found.office is not None and not _is_own(context.sender.posts, found.office):
        return Reply("due.all_filed", which_office.named(found.office))
    return open_returns.none(context, args.get("form"))


def _list(context: Context, tally: Tally, found: Sequence[Lacking]) -> Reply:
    """Who has not filed: choosing one reminds him, the last choice all of them."""
    params = {
        "form": tally.form.code,
        "p": tally.period.name,
        "place": which_office.place(tally.office),
        "lacking": tally.lacking,
        "filed": tally.filed,
        "all": tally.expected,
    }
    if not found:
        return Reply("due.filed", {name: params[name] for name in ("form", "p", "place")})
    most, which = LISTED_IN_CHAT if context.in_chat else LISTED, _one(tally)
    page, rest = found[:most], found[most:]
    choices = [_lacking_row(each, which) for each in page]
    if 1 < tally.lacking <= MOST_NUDGED:
        choices.append(Choice(Reply("due.all", {"n": tally.lacking}), "nudge", {**which, "all": True}))
    if rest:
        choices.append(Choice(Reply(listing.MORE.key), "due", {**which, "after": list(page[-1].place)}, ("more",)))
    return Reply("due.list", params, turns_on=tally.due_on, choices=tuple(choices))


def _lacking_row(each: Lacking, which: Mapping[str, Any]) -> Choice:
    words = tuple(filter(None, (each.number, *each.name.values())))
    if each.society_id is None:
        label = Reply("due.office", {"place": each.name})
        return Choice(label, "nudge", {**which, "office_code": each.area.code}, words)
    label = Reply("due.society", {"r": each.number, "name": each.name})
    return Choice(label, "nudge", {**which, "office_code": each.area.code, "society_id": each.society_id}, words)


DUE = Command("due", _run, TEXTS, look=look, slow=True)
