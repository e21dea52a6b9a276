"""What every order says: for which office, in which format and language, and how long it may get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.document import MOST_ROWS, PDF, PNG, XLSX
from bot.domain.errors import InvalidValue, TooManyRows
from bot.domain.messages import Language
from bot.store import marks, offices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.document import Order
    from bot.domain.offices import Office
    from bot.store.query import Tx

Format = Literal["pdf", "xlsx", "png"]

MIME: Mapping[Format, str] = {"pdf": PDF, "xlsx": XLSX, "png": PNG}


@dataclass(frozen=True, slots=True)
class Scene:
    """What every document knows of the place it is for.

    Attributes:
        office: whose document it is.
        above: the offices above it, from the nation down.
        below: the offices right under it.
        tree: all offices under it, by code, itself included.
        demo: whether the registry is constructed.
        today: the day of the figures.
    """

    office: Office
    above: tuple[Office, ...]
    below: tuple[Office, ...]
    tree: Mapping[str, Office]
    demo: bool
    today: date


def scene(tx: Tx, order: Order, today: date) -> Scene:
    """Read the place of an order.

    Raises:
        InvalidValue: there is no such office.
    """
    code = order.args.get("office")
    office = offices.by_code(tx, code) if isinstance(code, str) else None
    if office is None:
        raise InvalidValue("There is no office with that code.")
    above = (offices.by_code(tx, each) for each in office.lineage.split("/")[:-2])
    everywhere = offices.all_offices(tx)
    return Scene(
        office,
        tuple(each for each in above if each is not None),
        tuple(offices.children(tx, office)),
        offices.by_codes(each for each in everywhere if office.covers(each)),
        marks.is_demo(tx),
        today,
    )


def format_of(order: Order) -> Format:
    """The format asked for.

    Raises:
        InvalidValue: there is no such format.
    """
    match order.args.get("format", "pdf"):
        case "pdf":
            return "pdf"
        case "xlsx":
            return "xlsx"
        case "png":
            return "png"
        case _:
            raise InvalidValue("A document is made as pdf or as xlsx, or as a picture, png.")


def language_of(order: Order) -> Language:
    """The language asked for.

    Raises:
        InvalidValue: there is no such language.
    """
    try:
        return Language(order.args.get("language", Language.BN))
    except ValueError:
        raise InvalidValue("A document is written in bn or in en.") from None


def check_rows(order: Order, rows: int) -> None:
    """Refuse what nobody prints.

    Raises:
        TooManyRows: the document would have more than ``MOST_ROWS``.
    """
    most = MOST_ROWS[format_of(order)]
    if rows > most:
        raise TooManyRows(rows, most)


def flag(args: Mapping[str, Any], name: str) -> bool:
    """A yes or no.

    Raises:
        InvalidValue: neither.
    """
    value = args.get(name, False)
    if not isinstance(value, bool):
        raise InvalidValue(f"'{name}' is true or false.")
    return value
