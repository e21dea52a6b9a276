"""Printed documents, one per module: what an office pins to its wall or files.

=========================  ===========================================================================================
``broadcast_failures``     whom a message to many did not reach
``election_calendar``      whose committee's term ends, by days left
``society_list``           the societies of an office
``rollup_table``           the figures of a return form for a period, area by area
=========================  ===========================================================================================

A document reads its data (``collect``) and lays it out once as a ``Paper`` (``lay_out``); ``pdf`` and ``workbook`` turn any paper into
a file or a picture. A new document is one new module here, its line in ``KINDS`` and its texts ``document.*`` in the catalogues.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.document import File, Maker
from bot.documents import broadcast_failures, election_calendar, rollup_table, society_list
from bot.documents.ordering import MIME, format_of, language_of
from bot.documents.pdf import pdf, png
from bot.documents.workbook import workbook
from bot.documents.writing import Writing
from bot.domain.errors import InvalidValue
from bot.domain.forms import Forms
from bot.i18n import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from bot.document import Order
    from bot.documents.paper import Paper
    from bot.domain.messages import Language
    from bot.store.query import Tx

__all__ = ["KINDS", "DocumentMaker", "Kind", "kinds"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document.

    Attributes:
        file_name: the first words of the file's name; what is in it may say more.
        collect: reads what an order needs: a plain value with the ``scene`` it is for, of use to no other kind.
        lay_out: puts it on paper in a language.
    """

    file_name: str | Callable[[Any], str]
    collect: Callable[[Tx, Order, date], Any]
    lay_out: Callable[[Any, Writing], Paper]


KINDS: Mapping[str, Kind] = {
    "calendar": Kind("election-calendar", election_calendar.collect, election_calendar.lay_out),
    "societies": Kind("society-list", society_list.collect, society_list.lay_out),
    "broadcast_failures": Kind(broadcast_failures.file_name, broadcast_failures.collect, broadcast_failures.lay_out),
}
"""Kind of an order → what it makes; ``kinds`` has what needs the return forms, too."""


def kinds(forms: Forms) -> Mapping[str, Kind]:
    """Every kind of document."""
    rollup = Kind(rollup_table.file_name, partial(rollup_table.collect, forms=forms), rollup_table.lay_out)
    return {**KINDS, "rollup": rollup}


_WRITERS: Mapping[str, Callable[[Paper, Writing, date], bytes]] = {"pdf": pdf, "xlsx": workbook, "png": png}


class DocumentMaker(Maker):
    """Makes the documents of ``kinds``.

    Args:
        texts: language → key → text of the catalogues, or the renderer that has read them.
        forms: of returns.
    """

    def __init__(self, texts: Mapping[Language, Mapping[str, str]] | Renderer, forms: Forms | None = None) -> None:
        self._kinds = kinds(forms or Forms())
        found = texts.texts if isinstance(texts, Renderer) else texts
        self._writings = {language: Writing(language, of_language) for language, of_language in found.items()}

    def collect(self, tx: Tx, order: Order, today: date) -> Any:
        """As ``bot.document.Maker``; reads an upazila in milliseconds and the country in seconds."""
        format_of(order)
        language_of(order)
        return self._kind(order).collect(tx, order, today)

    def make(self, order: Order, data: Any, today: date) -> File:
        """As ``bot.document.Maker``."""
        kind, kind_of_file, writing = self._kind(order), format_of(order), self._writings[language_of(order)]
        content = _WRITERS[kind_of_file](kind.lay_out(data, writing), writing, today)
        first = kind.file_name if isinstance(kind.file_name, str) else kind.file_name(data)
        name = f"{first}-{data.scene.office.code}-{today.isoformat()}.{kind_of_file}"
        return File(name, MIME[kind_of_file], content)

    def _kind(self, order: Order) -> Kind:
        found = self._kinds.get(order.kind)
        if found is None:
            raise InvalidValue("There is no document of that kind.")
        return found
