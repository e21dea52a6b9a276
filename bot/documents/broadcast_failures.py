"""Whom a broadcast did not reach (যাঁরা পাননি), and why; in a workbook each kind on a sheet of its own.

Numbers are in it only by ``phones``; what the provider said stands beside the reason, to the letter, for whoever asks the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.document import MOST_ROWS
from bot.documents.headings import above
from bot.documents.ordering import Scene, check_rows, flag, format_of, scene
from bot.documents.paper import Column, Paper, Section, Total
from bot.documents.writing import tidy
from bot.domain.broadcasts import Unreached
from bot.domain.errors import InvalidValue
from bot.domain.failing import Reason, reason
from bot.domain.messages import State
from bot.store import broadcast_reports, broadcasts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from bot.document import Order
    from bot.documents.paper import Value
    from bot.documents.writing import Writing
    from bot.store.broadcast_reports import Missed
    from bot.store.broadcasts import Broadcast
    from bot.store.query import Tx

SHEETS = ("failed", "unconfirmed", "no_number", "stopped")


@dataclass(frozen=True, slots=True)
class Failures:
    """What the document is made of.

    Attributes:
        scene: where and when.
        broadcast: which one.
        missed: those whom it did not reach, or perhaps not.
        phones: whether their numbers are in it.
    """

    scene: Scene
    broadcast: Broadcast
    missed: list[Missed]
    phones: bool


@dataclass(frozen=True, slots=True)
class _Row:
    serial: int
    missed: Missed
    why: str


def collect(tx: Tx, order: Order, today: date) -> Failures:
    """Read whom the ``broadcast`` of ``office`` did not reach; ``phones`` adds their numbers."""
    phones = flag(order.args, "phones")
    place = scene(tx, order, today)
    number = order.args.get("broadcast")
    broadcast = broadcasts.by_id(tx, number) if isinstance(number, int) else None
    if broadcast is None or broadcast.office_id != place.office.id:
        raise InvalidValue("That office has sent no such broadcast.")
    missed = broadcast_reports.missed(tx, broadcast, MOST_ROWS[format_of(order)] + 1)
    check_rows(order, len(missed))
    return Failures(place, broadcast, missed, phones)


def file_name(data: Failures) -> str:
    """``not-reached-R4821``."""
    return f"not-reached-{data.broadcast.ref}"


def lay_out(data: Failures, writing: Writing) -> Paper:
    """The document in a language."""
    place, text = data.scene, writing.text
    sections = tuple(_sections(data, writing))
    ref = writing.figures(data.broadcast.ref)
    return Paper(
        title=text("broadcast_failures.title", ref=ref),
        office=writing.office(place.office),
        above=above(place, writing),
        made=(text("as_of", date=writing.both_days(place.today)),),
        scope=text("broadcast_failures.scope", n=len(data.missed)),
        notes=(text("broadcast_failures.note"),),
        demo=text("demo") if place.demo else "",
        totals=tuple(
            Total(section.title, text(f"broadcast_failures.about.{sheet}"), len(section.rows))
            for sheet, section in zip(SHEETS, sections, strict=True)
        ),
        summary=None,
        columns=tuple(_columns(data, writing)),
        sections=sections,
        empty=text("broadcast_failures.empty"),
        apart=True,
    )


def _sections(data: Failures, writing: Writing) -> Iterator[Section]:
    for sheet in SHEETS:
        found = [each for each in data.missed if _sheet(each) == sheet]
        rows = [_Row(serial, each, _why(each, writing)) for serial, each in enumerate(found, start=1)]
        yield Section(writing.text(f"broadcast_failures.{sheet}"), rows)


def _sheet(missed: Missed) -> str:
    """Who has no number at all and who has no way to be reached stand together."""
    if missed.state is None:
        return "stopped" if missed.unreached == Unreached.STOPPED else "no_number"
    return "unconfirmed" if missed.state is State.UNCONFIRMED else "failed"


def _why(missed: Missed, writing: Writing) -> str:
    match missed.state:
        case None:
            why = str(missed.unreached)
        case State.UNCONFIRMED:
            why = "unconfirmed"
        case State.EXPIRED:
            why = Reason.EXPIRED.value
        case _:
            why = reason(missed.error).value
    return writing.text(f"broadcast_failures.why.{why}")


def _columns(data: Failures, writing: Writing) -> Iterator[Column]:
    text = writing.text
    yield Column(text("column.serial"), lambda row: row.serial, "12mm", 8, align="center")
    yield Column(text("broadcast_failures.name"), lambda row: tidy(row.missed.name), "1fr", 26)
    if data.phones:
        yield Column(text("broadcast_failures.phone"), lambda row: writing.phone(row.missed.msisdn), "30mm", 16)
    yield Column(text("column.number"), lambda row: _number(row, writing), "24mm", 13, align="center")
    yield Column(
        text("broadcast_failures.serves"),
        lambda row: writing.name(row.missed.place_bn, row.missed.place_en),
        "1fr",
        40,
    )
    yield Column(text("broadcast_failures.reason"), lambda row: row.why, "1fr", 34)
    yield Column(text("broadcast_failures.said"), lambda row: tidy(row.missed.error or ""), chars=40, where="workbook")


def _number(row: _Row, writing: Writing) -> Value:
    number = row.missed.registration_no
    return None if number is None else writing.figures(number)
