"""``/d/<token>``: a document whose address was sent by SMS, made when it is opened, for as long as the address is good.

It is good for hours, and only as long as whoever got it may see the document: an officer who is released has no more use of it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot.domain.access import may_reach
from bot.domain.codes import TOKEN_LENGTH
from bot.domain.errors import BartaError
from bot.domain.messages import Language
from bot.domain.replies import Order
from bot.store import offices, senders, tickets

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.clock import Clock
    from bot.i18n import Renderer
    from bot.printing import Printer
    from bot.store.query import Tx
    from bot.store.store import Store
    from bot.store.tickets import Ticket

log = structlog.get_logger()

_READ_BY = {"rollup": "rollup"}
"""Kind of document → the command whose reader may have it; the others are for whom ``calendar`` is."""

_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Downloads:
    """Serves documents to whoever holds their address."""

    def __init__(self, store: Store, printer: Printer, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._printer = printer
        self._renderer = renderer
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get(f"/d/{{token:[0-9A-Z]{{{TOKEN_LENGTH}}}}}", self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        now, today = self._clock.now(), self._clock.today()
        look = partial(_good, token=request.match_info["token"], now=now, today=today)
        ticket = await self._store.read(look)
        if ticket is None:
            return self._sorry("document.gone", 404)
        try:
            file = await self._printer.make(Order(ticket.content["kind"], ticket.content["args"]))
        except BartaError as error:
            log.warning("document_not_made", error=type(error).__name__)
            return self._sorry("document.not_made", 422)
        headers = {**_HEADERS, "Content-Disposition": f'inline; filename="{file.name}"'}
        return web.Response(body=file.content, content_type=file.mime, headers=headers)

    def _sorry(self, key: str, status: int) -> web.Response:
        """Both languages: whose the address was is not known any more."""
        said = "<br>".join(self._renderer.text(language, key) for language in Language)
        page = f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><p>{said}</p>'
        return web.Response(text=page, status=status, content_type="text/html", headers=_HEADERS)


def _good(tx: Tx, token: str, now: datetime, today: date) -> Ticket | None:
    """The ticket that an address opens, where its holder still reaches the office that the document is about."""
    ticket = tickets.by_token(tx, "file", token, now)
    office = None if ticket is None else offices.by_code(tx, str(ticket.content["args"]["office"]))
    if ticket is None or office is None:
        return None
    posts = senders.known(tx, ticket.holder, today, now).posts
    command = _READ_BY.get(str(ticket.content["kind"]), "calendar")
    return ticket if may_reach(command, posts, lineage=office.lineage) else None
