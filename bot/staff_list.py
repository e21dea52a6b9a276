"""Who serves at the offices below a sender: a page of names and numbers, vacant posts included."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bot.domain import choices
from bot.domain.access import LEVELS, SEVERAL, TABLE, Role, Scope, head_of
from bot.domain.offices import Level
from bot.domain.replies import Choice, Reply
from bot.domain.text import precomposed
from bot.domain.wording import PERSON_WIDTH, PLACE_WIDTH, Slot, Wording
from bot.store import people

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.command import Context
    from bot.domain.access import Post
    from bot.domain.offices import Office
    from bot.store.people import Holder

LISTED = 5
LISTED_IN_CHAT = 20
ROOM = 162
"""Characters of rows that three segments have room for beside the counts and the choice of more; three rows always go out."""

SHORTEST = 3

_COUNTS = {"n": Slot.COUNT, "serving": Slot.COUNT, "vacant": Slot.COUNT}
_PERSON = {"person": Slot.PERSON, "phone": Slot.PHONE}
# Three rows of the widest names take no less room than the five that make a page as a rule.
_LIST: dict[str, Any] = {"row": "officer.row_linked", "rows": SHORTEST, "more": "officer.more"}
_HEADS = {Level.UPAZILA: "upazilas", Level.DISTRICT: "districts", Level.DIVISION: "divisions"}

TEXTS = (
    *(Wording(f"officer.{kind}", 4, _COUNTS, **_LIST) for kind in (*_HEADS.values(), "offices")),
    Wording("officer.of_role", 4, {"n": Slot.COUNT, "role": Slot.ROLE}, **_LIST),
    Wording("officer.row", 1, {"place": Slot.PLACE, **_PERSON}),
    Wording("officer.row_linked", 1, {"place": Slot.PLACE, **_PERSON}),
    Wording("officer.row_vacant", 1, {"place": Slot.PLACE}),
    Wording("officer.more"),
    Wording("officer.at", 4, {"place": Slot.PLACE}, row="officer.post_linked", rows=3, more="officer.below"),
    Wording("officer.post", 1, {"role": Slot.ROLE, **_PERSON}),
    Wording("officer.post_linked", 1, {"role": Slot.ROLE, **_PERSON}),
    Wording("officer.post_vacant", 1, {"role": Slot.ROLE}),
    Wording("officer.below"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An office, and who holds the post that is listed; None where it is vacant."""

    office: Office
    holder: Holder | None


def below(context: Context, *, under: str | None = None, role: Role | None = None, skip: int = 0) -> Reply:
    """A page of the officers below the sender.

    Args:
        context: of the message.
        under: the lineage of an office, instead of those that the sender serves himself.
        role: only this post, at whatever depth; else the heads of the offices right below.
        skip: how many entries came on the pages before.
    """
    found = [pair for lineage in _lineages(context, under) for pair in _right(context, lineage, role)]
    entries = _entries(found, role)
    left = entries[skip:]
    listed = LISTED_IN_CHAT if context.in_chat else _fitting(left)
    page, rest = left[:listed], left[listed:]
    return Reply(
        *_head(entries, role),
        lines=tuple(_row(entry) for entry in page),
        choices=_more(under, role, skip + listed) if rest else (),
    )


def at(context: Context, office: Office) -> Reply:
    """Who serves at one office."""
    staff = people.staff(context.tx, office.lineage)
    here = [holder for each, holder in staff if each.id == office.id and holder is not None]
    head = head_of(office.level)
    rows = [_post(holder) for holder in here]
    if all(holder.role is not head for holder in here):
        rows.insert(0, Reply("officer.post_vacant", {"role": head.value}))
    further = any(each.id != office.id for each, _ in staff)
    choice = Choice(Reply("officer.below"), "officer", {"under": office.code})
    name = {"bn": office.name_bn, "en": office.name_en}
    return Reply("officer.at", {"place": name}, lines=tuple(rows), choices=(choice,) if further else ())


def _fitting(entries: Sequence[Entry]) -> int:
    """How many rows one short message takes."""
    used = list(accumulate(_width(entry) for entry in entries[:LISTED]))
    return max(SHORTEST, sum(width <= ROOM for width in used))


def _width(entry: Entry) -> int:
    place = min(len(precomposed(entry.office.name_bn)), PLACE_WIDTH)
    holder = entry.holder
    if holder is None:
        return place + len(": শূন্য\n")
    return place + min(len(precomposed(holder.name)), PERSON_WIDTH) + len(":  01700000000\n") + 2 * holder.linked


def _lineages(context: Context, under: str | None) -> list[str]:
    return areas(context.sender.posts) if under is None else [under]


def areas(posts: Iterable[Post]) -> list[str]:
    """The lineages of the offices whose officers a sender sees."""
    return sorted({post.lineage for post in posts if TABLE["officer"].get(post.role) is Scope.BELOW})


def _right(context: Context, lineage: str, role: Role | None) -> list[tuple[Office, Holder | None]]:
    """The offices that are listed: those right below, or those that have the post."""
    depth = lineage.count("/") + 1
    return [
        (office, holder)
        for office, holder in people.staff(context.tx, lineage)
        if office.lineage != lineage
        and (office.lineage.count("/") == depth if role is None else office.level in LEVELS[role])
    ]


def _entries(found: Sequence[tuple[Office, Holder | None]], role: Role | None) -> list[Entry]:
    """Each holder of the post, and each office that has none."""
    entries: dict[tuple[int, int], Entry] = {}
    for office, holder in found:
        if holder is not None and holder.role is (role or head_of(office.level)):
            entries[office.id, holder.appointment_id] = Entry(office, holder)
    filled = {office for office, _ in entries}
    if role not in SEVERAL:
        for office, _ in found:
            if office.id not in filled:
                entries[office.id, 0] = Entry(office, None)
    return sorted(entries.values(), key=lambda entry: entry.office.lineage)


def _head(entries: Sequence[Entry], role: Role | None) -> tuple[str, dict[str, Any]]:
    if role in SEVERAL:
        return "officer.of_role", {"n": len(entries), "role": role}
    serving = {entry.office.id for entry in entries if entry.holder}
    vacant = {entry.office.id for entry in entries if not entry.holder}
    levels = {entry.office.level for entry in entries}
    kind = _HEADS.get(levels.pop(), "offices") if len(levels) == 1 else "offices"
    return f"officer.{kind}", {"n": len(serving) + len(vacant), "serving": len(serving), "vacant": len(vacant)}


def _row(entry: Entry) -> Reply:
    office = {"bn": entry.office.name_bn, "en": entry.office.name_en}
    if entry.holder is None:
        return Reply("officer.row_vacant", {"place": office})
    return Reply(
        "officer.row_linked" if entry.holder.linked else "officer.row",
        {"place": office, "person": entry.holder.name, "phone": entry.holder.msisdn},
    )


def _post(holder: Holder) -> Reply:
    return Reply(
        "officer.post_linked" if holder.linked else "officer.post",
        {"role": holder.role.value, "person": holder.name, "phone": holder.msisdn},
    )


def _more(under: str | None, role: Role | None, skip: int) -> tuple[Choice, ...]:
    args: dict[str, Any] = {"skip": skip}
    if under is not None:
        args["under"] = under.rstrip("/").rpartition("/")[2]
    if role is not None:
        args["role"] = role.value
    return (Choice(Reply("officer.more"), "officer", args, (choices.MORE,)),)
