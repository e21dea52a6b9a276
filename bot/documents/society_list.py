"""The society list (সমিতির তালিকা): every society of an office, with its committee, general meeting and audit.

Who serves and their phones are in it only by ``phones``; without it they are not even read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from bot.document import MOST_ROWS
from bot.documents.headings import above, made, summary, summary_by_office, totals
from bot.documents.ordering import Scene, check_rows, flag, format_of, scene
from bot.documents.paper import Column, Pair, Paper, Phone, Section, Sign
from bot.documents.writing import tidy
from bot.domain.committee import Colour, colour
from bot.domain.messages import Language
from bot.domain.registry import SocietyLevel
from bot.store.listing import listed, registered
from bot.store.terms import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from bot.document import Order
    from bot.documents.paper import Summary, Value, Where
    from bot.documents.writing import Writing
    from bot.store.listing import Listed, Serving
    from bot.store.query import Tx


@dataclass(frozen=True, slots=True)
class SocietyList:
    """What the list is made of.

    Attributes:
        scene: where and when.
        societies: by office, year and serial.
        phones: whether it says who serves, with their phones.
    """

    scene: Scene
    societies: list[Listed]
    phones: bool


@dataclass(frozen=True, slots=True)
class _Row:
    serial: int
    society: Listed


def collect(tx: Tx, order: Order, today: date) -> SocietyList:
    """Read the societies of ``office``; ``phones`` adds who serves."""
    phones = flag(order.args, "phones")
    place = scene(tx, order, today)
    check_rows(order, registered(tx, place.office.lineage))
    societies = listed(tx, place.office.lineage, most=MOST_ROWS[format_of(order)], bearers=phones)
    return SocietyList(place, societies, phones)


def lay_out(data: SocietyList, writing: Writing) -> Paper:
    """The list in a language."""
    place, rows = data.scene, [_Row(serial, society) for serial, society in enumerate(data.societies, start=1)]
    by_office = {
        code: _counts(group, place.today) for code, group in groupby(data.societies, lambda one: one.office_code)
    }
    return Paper(
        title=writing.text("societies.title"),
        office=writing.office(place.office),
        above=above(place, writing),
        made=made(place, writing),
        scope=writing.text("societies.scope", n=len(rows)),
        notes=(_categories(data.societies, writing),) if rows else (),
        demo=writing.text("demo") if place.demo else "",
        totals=totals(by_office.values(), writing),
        summary=summary_by_office(place, by_office, writing) or _by_level(data, writing),
        columns=tuple(_columns(data, writing)),
        sections=tuple(_offices(place, rows, writing)),
        empty=writing.text("societies.empty"),
    )


def _counts(societies: Iterable[Listed], today: date) -> Counts:
    seen = Counter(None if one.expires_on is None else colour(one.expires_on, today) for one in societies)
    return Counts(seen[Colour.GREEN], seen[Colour.YELLOW], seen[Colour.RED], seen[None])


def _by_level(data: SocietyList, writing: Writing) -> Summary:
    """For an office with none below: its societies by level."""
    rows = [
        (
            writing.text(f"level.{level}"),
            _counts((one for one in data.societies if one.level is level), data.scene.today),
        )
        for level in SocietyLevel
    ]
    return summary(writing.text("column.level"), rows, writing)


def _categories(societies: list[Listed], writing: Writing) -> str:
    """How many there are of each category, the most frequent first."""
    seen = Counter(_category(one.category, writing) or writing.text("category_none") for one in societies)
    ranked = sorted(seen.items(), key=lambda each: (-each[1], each[0]))
    counted = ", ".join(f"{name} {writing.number(count)}" for name, count in ranked)
    return writing.text("societies.categories", counts=counted)


def _category(category: str | None, writing: Writing) -> str:
    return tidy((writing.known(f"category.{category}") or category) if category else "")


def _offices(place: Scene, rows: list[_Row], writing: Writing) -> Iterator[Section]:
    """A section for each office that looks after societies."""
    for code, found in groupby(rows, lambda row: row.society.office_code):
        group, office = list(found), place.tree[code]
        yield Section(writing.text("societies.office", office=writing.office(office), n=len(group)), group)


def _columns(data: SocietyList, writing: Writing) -> Iterator[Column]:
    place, text = data.scene, writing.text
    yield Column(text("column.serial"), lambda row: row.serial, "12mm", 8, align="center")
    yield Column(text("column.sign"), lambda row: _sign(row.society, place.today), "10mm", 11, align="center")
    number = partial(Column, text("column.number"), align="center")
    yield number(lambda row: Pair(*_number(row.society, writing)), "22mm", where="paper")
    yield number(lambda row: writing.figures(row.society.registration_no), chars=13, where="workbook")
    yield Column(text("column.registered_on"), lambda row: row.society.registered_on, chars=13, where="workbook")
    yield Column(text("column.society"), lambda row: _names(row.society, writing), "2fr", where="paper")
    yield Column(
        text("column.society"),
        lambda row: writing.name(row.society.name_bn, row.society.name_en),
        chars=46,
        where="workbook",
    )
    if not place.office.level.is_local:
        yield Column(text("column.office"), lambda row: _place(place, row.society, writing), chars=18, where="workbook")
    yield Column(text("column.level"), lambda row: text(f"level.{row.society.level}"), "17mm", 12)
    yield Column(text("column.category"), lambda row: _category(row.society.category, writing), "26mm", 20)
    # On paper there is room for who serves, or for the address and the day of confirmation.
    spare: Where = "workbook" if data.phones else "both"
    yield Column(text("column.address"), lambda row: tidy(row.society.address or ""), "1fr", 30, spare)
    if data.phones:
        yield from _bearers(writing)
    yield Column(text("column.term_ends"), lambda row: row.society.expires_on, "20mm", 13, align="center")
    yield Column(
        text("column.agm"), lambda row: writing.figures(row.society.agm_year or ""), "16mm", 11, align="center"
    )
    yield Column(
        text("column.audit"), lambda row: writing.figures(row.society.audit_year or ""), "16mm", 11, align="center"
    )
    yield Column(text("column.confirmed"), lambda row: row.society.confirmed_on, "20mm", 13, spare, "center")


def _bearers(writing: Writing) -> Iterator[Column]:
    """Who serves: name over phone on paper, side by side in a workbook."""
    for role in ("president", "secretary"):
        serving: Callable[[_Row], Serving | None] = attrgetter(f"society.{role}")
        title = writing.text(f"column.{role}")
        yield Column(title, partial(_bearer, serving=serving), "30mm", where="paper")
        yield Column(title, partial(_bearer_name, serving=serving), chars=22, where="workbook")
        phone = partial(_bearer_phone, serving=serving, writing=writing)
        yield Column(writing.text(f"column.{role}_phone"), phone, chars=16, where="workbook")


def _bearer(row: _Row, serving: Callable[[_Row], Serving | None]) -> Value:
    found = serving(row)
    return None if found is None else Phone(tidy(found.name), found.msisdn)


def _bearer_name(row: _Row, serving: Callable[[_Row], Serving | None]) -> Value:
    found = serving(row)
    return None if found is None else tidy(found.name)


def _bearer_phone(row: _Row, serving: Callable[[_Row], Serving | None], writing: Writing) -> Value:
    found = serving(row)
    return None if found is None else writing.phone(found.msisdn)


def _sign(society: Listed, today: date) -> Value:
    return Sign(None if society.expires_on is None else colour(society.expires_on, today))


def _number(society: Listed, writing: Writing) -> tuple[str, str]:
    registered_on = society.registered_on
    return writing.figures(society.registration_no), writing.day(registered_on) if registered_on else ""


def _names(society: Listed, writing: Writing) -> Value:
    """The name; on a Bangla list the English one under it."""
    name = writing.name(society.name_bn, society.name_en)
    if writing.language is Language.BN and society.name_en:
        return Pair(name, tidy(society.name_en))
    return name


def _place(place: Scene, society: Listed, writing: Writing) -> str:
    office = place.tree[society.office_code]
    return writing.name(office.name_bn, office.name_en)
