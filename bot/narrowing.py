"""Who of an area's people are meant: those of some societies only, or those who have not filed a return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import which_category, which_form
from bot.addressed import DEPTH, To, depth, named
from bot.domain.access import LEVELS, TABLE, Scope
from bot.domain.audiences import Audience, Group
from bot.domain.committee import Colour
from bot.domain.forms import FiledBy
from bot.domain.periods import Every, Period
from bot.domain.registry import SocietyLevel
from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from bot.command import Look
    from bot.domain.access import Post
    from bot.domain.offices import Office
    from bot.store.query import Tx

NARROWS = ("colour", "level", "category")
"""What only societies have."""

_TO = {"to": Slot.AUDIENCE}

TEXTS = (
    Wording("send.societies_only", 2, _TO),
    Wording("send.wrong_filer", 2, {**_TO, "form": Slot.FORM}),
    *which_category.TEXTS,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What is known before an audience is narrowed."""

    group: Group
    post: Post
    area: Office
    office: Office

    @property
    def alone(self) -> bool:
        """Whether only the area's own office is meant, and not those below it."""
        at_it = self.group in DEPTH and depth(self.area.lineage) == DEPTH[self.group]
        return at_it or TABLE["send"][self.post.role] is Scope.OFFICE


def narrowed(tx: Tx, look: Look, found: Found) -> To | Reply:
    """The audience with everything that narrows it."""
    args, group = look.args, found.group
    if not group.of_societies and any(name in args for name in NARROWS):
        return Reply("send.societies_only", named(group))
    values: dict[str, Any] = {}
    if "category" in args:
        category = which_category.category(tx, look.sending.renderer, args)
        if isinstance(category, Reply):
            return category
        values["category"] = category
    if "colour" in args:
        values["colour"] = Colour(args["colour"])
    if "level" in args:
        values["level"] = SocietyLevel(args["level"])
    if "form" in args:
        lacking = _lacking(look, group)
        if isinstance(lacking, Reply):
            return lacking
        values |= {"form": args["form"], "every": lacking.every.value, "starts_on": lacking.starts_on.isoformat()}
    audience = Audience(group, found.area.lineage, alone=found.alone, **values)
    return To(audience, found.office, found.area)


def _lacking(look: Look, group: Group) -> Period | Reply:
    """The period of the return that has not been filed; the last one that has ended where none is said."""
    args, rules = look.args, look.returns
    form = rules.forms.newest(str(args["form"]))
    if form is None:
        return which_form.unknown(str(args["form"]), rules.forms)
    files = group.of_societies if form.filed_by is FiledBy.SOCIETY else False
    files = files or any(LEVELS[role] & form.filed_by.levels for role in group.roles if role in LEVELS)
    if not files:
        return Reply("send.wrong_filer", {**named(filer(form.filed_by)), "form": form.code})
    if "period" in args:
        said = Period.named(str(args["period"]), form.every)
        last = Period.of(form.every[0], look.today).previous()
        return said or Reply("due.no_period", {"form": form.code, "p": last.name})
    ended = [Period.of(every, look.today).previous() for every in sorted(form.every, key=list(Every).index)]
    return max(ended, key=lambda period: (rules.due_on(form, period), period.starts_on))


def filer_of(look: Look) -> Group | None:
    """Who is meant where only a form is named: those who file it."""
    form = look.returns.forms.newest(str(look.args["form"])) if "form" in look.args else None
    return None if form is None else filer(form.filed_by)


def filer(filed_by: FiledBy) -> Group:
    """Who files a form."""
    return {FiledBy.SOCIETY: Group.BEARERS, FiledBy.UPAZILA: Group.UCO, FiledBy.DISTRICT: Group.DCO}.get(
        filed_by, Group.JR
    )
