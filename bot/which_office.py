"""Which office is meant, as typed or as chosen from a list: one whose posts the sender fills, or one that a command may read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.domain.access import LEVELS, Role, may_reach
from bot.domain.offices import Level
from bot.domain.places import KIND_WORDS
from bot.domain.replies import Choice, Reply
from bot.domain.staffing import Area, Sought
from bot.domain.wording import Slot, Wording
from bot.store import offices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.command import Context, Look
    from bot.domain.access import Post
    from bot.domain.offices import Office
    from bot.store.query import Tx

LISTED = 5
"""Most offices in a question."""

TEXTS = (
    Wording("officer.which_office", 4, {}, option="officer.office_option", options=LISTED),
    Wording("officer.office_option", 1, {"place": Slot.PLACE, "district": Slot.PLACE}),
    Wording("officer.many_offices", 2, {"typed": Slot.TYPED}),
    Wording("officer.unknown_office", 2, {"typed": Slot.TYPED}),
    Wording("officer.outside", 2, {"place": Slot.PLACE}),
    Wording("officer.no_office"),
)
AREA_TEXTS = (
    Wording("area.which_office", 4, {}, option="area.office_option", options=LISTED),
    Wording("area.office_option", 1, {"place": Slot.PLACE, "district": Slot.PLACE}),
    Wording("area.many_offices", 2, {"typed": Slot.TYPED}),
    Wording("area.unknown_office", 2, {"typed": Slot.TYPED}),
    Wording("area.outside", 2, {"place": Slot.PLACE}),
)


@dataclass(frozen=True, slots=True)
class Meant:
    """Which offices a command is about.

    Attributes:
        command: its name, with which choosing from a list goes on.
        texts: the first part of the keys of what is said.
        reaches: whether a sender with these posts may name an office.
    """

    command: str
    texts: str
    reaches: Callable[[Iterable[Post], Office], bool]


def readable(command: str) -> Meant:
    """The offices that a command may read: the sender's own, and those in its scope."""
    return Meant(command, "area", partial(_reads, command))


def _reads(command: str, posts: Iterable[Post], office: Office) -> bool:
    return may_reach(command, posts, lineage=office.lineage)


_AS = frozenset({"office", "office_code", "text"})
"""Arguments that may hold an office."""


def disposes(posts: Iterable[Post], office: Office) -> bool:
    """Whether a sender fills the posts of an office: it lies below his own, so that he reaches the office above it."""
    return fills(posts, office.lineage)


def fills(posts: Iterable[Post], lineage: str) -> bool:
    """``disposes`` of the office with a lineage."""
    above = lineage.rstrip("/").rpartition("/")[0] + "/"
    return may_reach("officer", posts, lineage=above)


def place(office: Office) -> dict[str, str]:
    """An office's name in both languages."""
    return {"bn": office.name_bn, "en": office.name_en}


def named(office: Office, **others: Any) -> dict[str, Any]:
    """What a text about an office is filled with."""
    return {"place": place(office), **others}


def role_in(args: Mapping[str, Any]) -> Role | None:
    """The post at an office that a request names."""
    role = args.get("role")
    return Role(role) if role in set(LEVELS) else None


def is_given(args: Mapping[str, Any]) -> bool:
    """Whether a request may name an office."""
    return not _AS.isdisjoint(args)


def look(tx: Tx, look: Look, of: Meant | None = None) -> Sought:
    """What was typed is compared with the names of all offices, which takes too long for the writer."""
    reaches = (of or _FILLED).reaches
    every = offices.all_offices(tx)
    below = [office for office in every if reaches(look.sender.posts, office)]
    typed = str(look.args.get("office") or look.args["text"])
    role = role_in(look.args)
    if role is not None and "topic" in look.args:
        fitting = Area([office for office in below if office.level in LEVELS[role]], every).find(typed)
        if fitting.offices:
            return fitting
    return _of_kind(Area(below, every).find(typed), typed)


def _of_kind(found: Sought, typed: str) -> Sought:
    """Of several offices of one name those of the kind that was said beside it: ``রংপুর বিভাগ``."""
    said = {Level(kind) for kind, words in KIND_WORDS.items() if not set(words).isdisjoint(typed.casefold().split())}
    fitting = tuple(office for office in found.offices if office.level in said)
    return Sought(fitting, rest=found.rest) if len(found.offices) > 1 and fitting else found


def beside(context: Context, args: Mapping[str, Any]) -> str | None:
    """What was typed besides the office, such as a person's name."""
    return _beside(context.found, args)


def _beside(found: Sought | None, args: Mapping[str, Any]) -> str | None:
    if "text" in args and {"office", "office_code"} & args.keys():
        return str(args["text"])
    return found.rest if found is not None else None


def office(context: Context, args: Mapping[str, Any], of: Meant | None = None) -> Office | Reply:
    """The office that is meant, as a rule one whose posts the sender fills; or what to say instead."""
    of = of or _FILLED
    if "office_code" in args:
        return _by_code(context, str(args["office_code"]), of)
    if not is_given(args):
        return Reply(f"{of.texts}.no_office")
    typed = str(args.get("office") or args["text"])
    return settled(context.tx, context.found or Sought(rest=typed), args, of)


def settled(tx: Tx, found: Sought, args: Mapping[str, Any], of: Meant) -> Office | Reply:
    """The office that was found, or what to say where that is not one."""
    typed = str(args.get("office") or args.get("text", ""))
    if len(found.offices) == 1:
        return found.offices[0]
    if found.outside is not None:
        return Reply(f"{of.texts}.outside", named(found.outside))
    if not found.offices:
        return Reply(f"{of.texts}.unknown_office", {"typed": typed})
    if len(found.offices) > LISTED:
        return Reply(f"{of.texts}.many_offices", {"typed": typed})
    return _asking(tx, found, args, of)


def _by_code(context: Context, code: str, of: Meant) -> Office | Reply:
    found = offices.by_code(context.tx, code)
    if found is None:
        return Reply(f"{of.texts}.unknown_office", {"typed": code})
    return found if of.reaches(context.sender.posts, found) else Reply(f"{of.texts}.outside", named(found))


def _asking(tx: Tx, found: Sought, args: Mapping[str, Any], of: Meant) -> Reply:
    """A numbered list of like-named offices with their districts; choosing goes on with the request."""
    kept = {key: value for key, value in args.items() if key not in _AS}
    rest = _beside(found, args)
    if rest:
        kept["text"] = rest
    choices = []
    for each in found.offices:
        above = offices.by_code(tx, each.lineage.rstrip("/").split("/")[-2]) or each
        label = Reply(f"{of.texts}.office_option", named(each, district=place(above)))
        words = (above.name_bn, above.name_en, each.code)
        choices.append(Choice(label, of.command, {**kept, "office_code": each.code}, words))
    return Reply(f"{of.texts}.which_office", choices=tuple(choices))


_FILLED = Meant("officer", "officer", disposes)
"""What is meant where nothing else is said: an office whose posts the sender fills."""
