"""Which officer is meant by a name, or picked from a list: those who serve at the offices that a message may go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import listing
from bot.domain import search
from bot.domain.audiences import Group
from bot.domain.replies import Choice, Reply
from bot.domain.staffing import same_name
from bot.domain.wording import Slot, Wording
from bot.store import people

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.access import Role
    from bot.domain.offices import Office
    from bot.store.people import Holder
    from bot.store.query import Tx

LISTED = 5
"""Officers in one list by SMS."""

LISTED_IN_CHAT = 10

_LIST: dict[str, Any] = {"option": "send.officer", "options": LISTED, "more": listing.MORE.key}
TEXTS = (
    Wording("send.which_officer", 4, **_LIST),
    Wording("send.pick", 5, {"to": Slot.AUDIENCE}, **_LIST),
    Wording("send.officer", 1, {"name": Slot.PERSON, "place": Slot.PLACE}),
)


@dataclass(frozen=True, slots=True)
class Serving:
    """An officer at his office."""

    office: Office
    holder: Holder

    def choice(self, args: Mapping[str, Any]) -> Choice:
        """Himself in a list of officers."""
        office, holder = self.office, self.holder
        label = Reply("send.officer", {"name": holder.name, "place": {"bn": office.name_bn, "en": office.name_en}})
        words = (office.name_bn, office.name_en, holder.name)
        return Choice(label, "send", {**args, "person_id": holder.person_id, "audience": Group.ONE.value}, words)


def serving(tx: Tx, lineage: str, roles: Iterable[Role] = (), *, alone: bool = False, but: str = "") -> list[Serving]:
    """The officers at an office and, unless it alone is meant, below it.

    Args:
        tx: an open transaction.
        lineage: of the office.
        roles: the posts that are meant; any where none is given.
        alone: at this very office only.
        but: a number whose owner is not meant: the sender's own.
    """
    wanted = frozenset(roles)
    return [
        Serving(office, holder)
        for office, holder in people.staff(tx, lineage)
        if holder is not None
        and (not wanted or holder.role in wanted)
        and not (alone and office.lineage != lineage)
        and holder.msisdn != but
    ]


def called(found: Sequence[Serving], typed: str) -> list[Serving]:
    """Those whom a name means: this very name, else one that sounds so or of which a part was said; each person once."""
    meant = [one for one in found if same_name(one.holder.name, typed)]
    for heard in (search.keys, _bones):
        wanted = heard([typed])
        if not meant and wanted:
            meant = [one for one in found if wanted <= heard([one.holder.name])]
        if not meant:  # with a title, or a post beside it
            meant = [one for one in found if (own := heard([one.holder.name])) and own <= wanted]
    return list({one.holder.person_id: one for one in meant}.values())


def _bones(names: Iterable[str | None]) -> frozenset[str]:
    """The words as they sound without vowels, which Latin letters write in many ways."""
    return frozenset(map(search.bones, search.keys(names)))


def page(found: Sequence[Serving], args: Mapping[str, Any], *, in_chat: bool) -> tuple[Choice, ...]:
    """A page of officers to choose from, with the choice that brings the next one."""
    after = int(args.get("after", 0))
    most = LISTED_IN_CHAT if in_chat else LISTED
    kept = {name: value for name, value in args.items() if name not in {"after", "pick", "all", "name", "audience"}}
    shown = tuple(one.choice(kept) for one in found[after : after + most])
    if after + most >= len(found):
        return shown
    rest = {**args, "after": after + most}
    return (*shown, Choice(Reply(listing.MORE.key), "send", rest, ("more",)))
