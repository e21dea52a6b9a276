"""Whom a message to many is for: the words of a request become an audience in the sender's own area, or a question back.

Nobody reaches beyond his area by whatever he types or presses: an audience is made here only, below a post that may send to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import narrowing, which_office, which_officer
from bot.addressed import DEPTH, To, depth, named, office_of, reaches
from bot.domain.access import LEVELS, TABLE, Scope, head_of, may_reach
from bot.domain.audiences import Audience, Group
from bot.domain.replies import Choice, Reply
from bot.domain.staffing import Sought
from bot.domain.wording import Slot, Wording
from bot.narrowing import NARROWS, Found, narrowed
from bot.store import offices
from bot.which_office import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.command import Look
    from bot.domain.access import Post
    from bot.domain.offices import Office
    from bot.store.query import Tx
    from bot.which_officer import Serving

AREA = which_office.Meant("send", "send", which_office.readable("send").reaches)

GROUPS = (Group.PRESIDENT, Group.SECRETARY, Group.BEARERS)
_TO = {"to": Slot.AUDIENCE}

TEXTS = (
    Wording("send.which_office", 4, {}, option="send.office_option", options=LISTED),
    Wording("send.office_option", 1, {"place": Slot.PLACE, "district": Slot.PLACE}),
    Wording("send.many_offices", 2, {"typed": Slot.TYPED}),
    Wording("send.unknown_office", 2, {"typed": Slot.TYPED}),
    Wording("send.no_office", 1),
    Wording("send.outside", 2, {"place": Slot.PLACE}),
    Wording("send.not_for_you", 3, _TO),
    Wording("send.none_there", 2, {**_TO, "place": Slot.PLACE}),
    Wording("send.no_one", 2, {"typed": Slot.TYPED}),
    Wording("send.which_group", 3, {}, option="send.group", options=len(GROUPS)),
    Wording("send.group", 1, _TO),
    *narrowing.TEXTS,
    *which_officer.TEXTS,
)


def address(tx: Tx, look: Look) -> To | Reply:
    """The audience that a request means, for whoever asks; or what to say instead."""
    args = look.args
    if "name" in args or "person_id" in args:
        return _one(tx, look)
    group = _group(args) or narrowing.filer_of(look)
    is_placed = "office" in args or "office_code" in args
    if group is None and (not is_placed or any(one in args for one in NARROWS)):
        return _which_group(args)
    found = _area(tx, look, group)
    if isinstance(found, Reply):
        return _named_instead(tx, look, found)
    post, area, office = found
    group = group or _head(area, post)
    if group is None:
        return _which_group({**args, "office_code": area.code})
    return narrowed(tx, look, Found(group, post, area, office))


def _group(args: Mapping[str, Any]) -> Group | None:
    said = args.get("audience")
    return Group(said) if said in set(Group) - {Group.ONE} else None


def _head(area: Office, post: Post) -> Group | None:
    """Where only an office is named: who heads it, if he may be written to."""
    role = head_of(area.level)
    group = next((one for one in DEPTH if one.roles == (role,)), None)
    return group if group is not None and reaches(post, group) else None


def _which_group(args: Mapping[str, Any]) -> Reply:
    choices = tuple(
        Choice(Reply("send.group", named(group)), "send", {**args, "audience": group.value}) for group in GROUPS
    )
    return Reply("send.which_group", choices=choices)


def _area(tx: Tx, look: Look, group: Group | None) -> tuple[Post, Office, Office] | Reply:
    """By which post, to whose people, from which office."""
    args = look.args
    fitting = [post for post in look.sender.posts if group is None or reaches(post, group)]
    fitting = [post for post in fitting if TABLE["send"].get(post.role, Scope.NONE) is not Scope.NONE]
    if "office" not in args and "office_code" not in args:
        return _own(tx, fitting, group, args)
    area = _typed(tx, look, group)
    if isinstance(area, Reply):
        return area
    above = [post for post in fitting if may_reach("send", [post], lineage=area.lineage)]
    if not above:
        return Reply("send.not_for_you", named(group)) if group else Reply("send.outside", which_office.named(area))
    post = max(above, key=lambda one: len(one.lineage))  # the nearest one
    if group is not None and depth(area.lineage) > DEPTH.get(group, depth(area.lineage)):
        return Reply("send.none_there", {**named(group), "place": which_office.place(area)})
    return post, area, office_of(tx, post)


def _own(
    tx: Tx, fitting: Iterable[Post], group: Group | None, args: Mapping[str, Any]
) -> tuple[Post, Office, Office] | Reply:
    """The sender's own area: of several the one that the others lie in, else the one that he says."""
    posts = {post.lineage: post for post in sorted(fitting, key=_narrow)}
    topmost = [post for post in posts.values() if not any(_lies_in(post.lineage, other) for other in posts)]
    if not topmost:
        return Reply("send.not_for_you", named(group)) if group else Reply("send.no_office")
    if len(topmost) == 1:
        office = office_of(tx, topmost[0])
        return topmost[0], office, office
    found = Sought(tuple(office_of(tx, post) for post in topmost[:LISTED]))
    asked = which_office.settled(tx, found, {**args, "office": ""}, AREA)
    assert isinstance(asked, Reply)  # noqa: S101 - of several
    return asked


def _narrow(post: Post) -> bool:
    """So that of two posts at one office that which reaches farther comes last, and counts."""
    return TABLE["send"].get(post.role) is Scope.BELOW


def _lies_in(lineage: str, other: str) -> bool:
    return lineage != other and lineage.startswith(other)


def _typed(tx: Tx, look: Look, group: Group | None) -> Office | Reply:
    """The office that was typed or chosen, in the sender's area."""
    args = look.args
    if "office_code" in args:
        chosen = offices.by_code(tx, str(args["office_code"]))
        if chosen is None:
            return Reply("send.unknown_office", {"typed": str(args["office_code"])})
        reached = may_reach("send", look.sender.posts, lineage=chosen.lineage)
        return chosen if reached else Reply("send.outside", which_office.named(chosen))
    found = which_office.look(tx, look, AREA)
    if len(found.offices) > 1 and group is not None and group in DEPTH:
        levels = {level for role in group.roles for level in LEVELS[role]}
        own = tuple(one for one in found.offices if one.level in levels)
        found = Sought(own or found.offices, found.outside, found.rest)
    return which_office.settled(tx, found, args, AREA)


def _named_instead(tx: Tx, look: Look, said: Reply) -> To | Reply:
    """What was taken for an office may be a person's name."""
    group = _group(look.args)
    if said.key != "send.unknown_office" or "office" not in look.args or (group is not None and group.of_societies):
        return said
    people = which_officer.called(_officers(tx, look), str(look.args["office"]))
    return _chosen(tx, look, people) if people else said


def _officers(tx: Tx, look: Look) -> list[Serving]:
    """The officers whom the sender may write to, himself left out; where a group is named, those of that post."""
    group = _group(look.args)
    roles = () if group is None else group.roles
    found = []
    for post in look.sender.posts:
        scope = TABLE["send"].get(post.role, Scope.NONE)
        if scope is not Scope.NONE:
            alone = scope is Scope.OFFICE
            found += which_officer.serving(tx, post.lineage, roles, alone=alone, but=look.sender.msisdn)
    return found


def _one(tx: Tx, look: Look) -> To | Reply:
    """One officer in the sender's area, by name or as chosen from a list."""
    args, found = look.args, _officers(tx, look)
    if "person_id" in args:
        return _chosen(tx, look, [one for one in found if one.holder.person_id == args["person_id"]])
    typed = str(args["name"])
    people = which_officer.called(found, typed)
    if people or "office" in args:
        return _chosen(tx, look, _at(tx, look, people) or people)
    area = _typed(tx, _asking(look, office=typed), _group(args))
    if isinstance(area, Reply):
        return Reply("send.no_one", {"typed": typed}) if area.key == "send.unknown_office" else area
    return address(tx, _asking(look, office_code=area.code))


def _asking(look: Look, **args: Any) -> Look:
    """The same request with an office in the place of a name."""
    kept = {name: value for name, value in look.args.items() if name not in {"name", "office"}}
    return type(look)(look.sender, {**kept, **args}, look.now, look.today, look.returns, look.sending)


def _at(tx: Tx, look: Look, people: Sequence[Serving]) -> list[Serving]:
    """Those at the office that was named beside the name."""
    if "office" not in look.args:
        return list(people)
    found = which_office.look(tx, look, AREA)
    return [one for one in people if any(office.covers(one.office) for office in found.offices)]


def _chosen(tx: Tx, look: Look, people: Sequence[Serving]) -> To | Reply:
    args = look.args
    if not people:
        return Reply("send.no_one", {"typed": str(args.get("name", ""))})
    ids = {one.holder.person_id for one in people}
    if len(ids) > 1:
        return Reply("send.which_officer", choices=which_officer.page(people, args, in_chat=False))
    (one, *_) = people
    above = [post for post in look.sender.posts if may_reach("send", [post], lineage=one.office.lineage)]
    post = max(above, key=lambda each: len(each.lineage))
    alone = TABLE["send"][post.role] is Scope.OFFICE
    audience = Audience(Group.ONE, one.office.lineage, alone=alone, person_id=one.holder.person_id)
    return To(audience, office_of(tx, post), one.office)
