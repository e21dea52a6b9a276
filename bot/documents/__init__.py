"""Printed documents, one per module: what an office pins to its wall or files.

=========================  ===========================================================================================
``election_calendar``      whose committee's term ends, by days left
``society_list``           the societies of an office
=========================  ===========================================================================================

A document reads its data (``collect``) and lays it out once as a ``Paper`` (``lay_out``); ``pdf`` and ``workbook`` turn any paper into
a file. A new document is one new module here, its line in ``KINDS`` and its texts ``document.*`` in the catalogues.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.document import File, Maker
from bot.documents import election_calendar, society_list
from bot.documents.ordering import MIME, format_of, language_of
from bot.documents.pdf import pdf
from bot.documents.workbook import workbook
from bot.documents.writing import Writing
from bot.domain.errors import InvalidValue
from bot.i18n import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from bot.document import Order
    from bot.documents.paper import Paper
    from bot.domain.messages import Language
    from bot.store.query import Tx

__all__ = ["KINDS", "DocumentMaker", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document.

    Attributes:
        file_name: the first words of the file's name.
        collect: reads what an order needs: a plain value with the ``scene`` it is for, of use to no other kind.
        lay_out: puts it on paper in a language.
    """

    file_name: str
    collect: Callable[[Tx, Order, date], Any]
    lay_out: Callable[[Any, Writing], Paper]


KINDS: Mapping[str, Kind] = {
    "calendar": Kind("election-calendar", election_calendar.collect, election_calendar.lay_out),
    "societies": Kind("society-list", society_list.collect, society_list.lay_out),
}
"""Kind of an order → what it makes."""

_WRITERS: Mapping[str, Callable[[Paper, Writing, date], bytes]] = {"pdf": pdf, "xlsx": workbook}


class DocumentMaker(Maker):
    """Makes the documents of ``KINDS``.

    Args:
        texts: language → key → text of the catalogues, or the renderer that has read them.
    """

    def __init__(self, texts: Mapping[Language, Mapping[str, str]] | Renderer) -> None:
        found = texts.texts if isinstance(texts, Renderer) else texts
        self._writings = {language: Writing(language, of_language) for language, of_language in found.items()}

    def collect(self, tx: Tx, order: Order, today: date) -> Any:
        """As ``bot.document.Maker``; reads an upazila in milliseconds and the country in seconds."""
        format_of(order)
        language_of(order)
        return _kind(order).collect(tx, order, today)

    def make(self, order: Order, data: Any, today: date) -> File:
        """As ``bot.document.Maker``."""
        kind, kind_of_file, writing = _kind(order), format_of(order), self._writings[language_of(order)]
        content = _WRITERS[kind_of_file](kind.lay_out(data, writing), writing, today)
        name = f"{kind.file_name}-{data.scene.office.code}-{today.isoformat()}.{kind_of_file}"
        return File(name, MIME[kind_of_file], content)


def _kind(order: Order) -> Kind:
    found = KINDS.get(order.kind)
    if found is None:
        raise InvalidValue("There is no document of that kind.")
    return found
