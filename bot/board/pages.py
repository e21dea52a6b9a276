"""Which address leads to which page.

===========================  ==========================================================================================
``GET /``                    the overview: public facts only
``GET /simulator``           the phones, when they are on; else 404 and how to turn them on; ``?start=`` offers to follow a link
``POST /simulator/send``     ``{"from", "phone"?, "id"?}`` and what was done; answers what was understood and stored
``GET /simulator/thread``    ``?from=``: the newest messages from and to a person, on both phones
``GET /simulator/message``   ``?id=``: the story of one message in
``GET /simulator/document``  ``?message=&from=``: the document that went with a message to the person's chat
``GET /static/…``            styles, scripts, pictures
===========================  ==========================================================================================

A ``phone`` is ``sms``, the default, or ``chat``. What was done is ``"text": …``; in a chat also ``"press": {"message", "choice"}``,
``"contact": true`` (sharing one's own number) or ``"start": token`` (following a link).
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.board.files import Files
from bot.board.frame import Frame, language_of
from bot.board.guard import HEADERS, Refused, not_from_elsewhere, only_our_host, only_our_page
from bot.board.simulator import EXAMPLES, Simulator, nothing_made
from bot.board.texted import LONGEST_TEXT, Texted, id_of, sender_of
from bot.domain.errors import StoreError
from bot.domain.messages import State
from bot.store import marks, overview

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from bot.board.simulator import Make
    from bot.clock import Clock
    from bot.config import Config
    from bot.i18n import Renderer
    from bot.receive import Receiver
    from bot.store.query import Tx
    from bot.store.store import Store

KEPT_SECONDS = 2.0
"""How long the counts of the overview are kept, so that reloading it does not count two hundred thousand rows each time."""


class Board:
    """The pages.

    Args:
        simulator: whether the phones are served; they speak as any number.
        make: makes the documents that are sent to the simulated chat.
    """

    def __init__(
        self,
        store: Store,
        receiver: Receiver,
        renderer: Renderer,
        clock: Clock,
        config: Config,
        *,
        simulator: bool,
        make: Make = nothing_made,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config.gateway
        self._files = Files()
        self._frame = Frame(renderer, self._files, config.gateway.short_code)
        short_code = config.gateway.short_code
        self._phone = Simulator(store, receiver, renderer, clock, short_code, make) if simulator else None
        self._counting = asyncio.Lock()
        self._counted: tuple[float, Mapping[str, Any]] | None = None

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        pages = [web.get("/", self._overview), web.get("/static/{version}/{name}", self._files.serve)]
        if self._phone is None:
            return [*pages, web.route("*", "/simulator{rest:(/.*)?}", self._off)]
        return [
            *pages,
            web.get("/simulator", partial(self._simulator, self._phone)),
            web.get("/simulator/", self._without_slash),
            web.post("/simulator/send", self._json(partial(self._send, self._phone))),
            web.get("/simulator/thread", self._json(partial(self._thread, self._phone))),
            web.get("/simulator/message", self._json(partial(self._message, self._phone))),
            web.get("/simulator/document", self._refusing(partial(self._document, self._phone))),
        ]

    async def _overview(self, request: web.Request) -> web.Response:
        return self._frame.page(request, "overview.html", phone=self._phone is not None, **await self._counts())

    async def _counts(self) -> Mapping[str, Any]:
        """The counts of the moment, or those of two seconds ago."""
        async with self._counting:  # whoever comes meanwhile waits for the same counts, and does not count as well
            at = time.monotonic()
            if self._counted is None or at - self._counted[0] > KEPT_SECONDS:
                self._counted = (at, await self._store.read(partial(_count, today=self._clock.today())))
            return self._counted[1]

    async def _off(self, request: web.Request) -> web.Response:
        return self._frame.page(request, "off.html", status=404)

    async def _without_slash(self, _: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/simulator", headers=HEADERS)

    async def _simulator(self, phone: Simulator, request: web.Request) -> web.Response:
        return self._frame.page(
            request,
            "simulator.html",
            people=await phone.people(),
            examples=EXAMPLES,
            words=self._frame.words[language_of(request)],
            longest=LONGEST_TEXT,
        )

    async def _send(self, phone: Simulator, request: web.Request) -> dict[str, Any]:
        only_our_page(request)
        return await phone.send(Texted.parse(await request.read()), language_of(request))

    async def _thread(self, phone: Simulator, request: web.Request) -> dict[str, Any]:
        return await phone.thread(sender_of(request.query.get("from")))

    async def _message(self, phone: Simulator, request: web.Request) -> dict[str, Any]:
        return await phone.story(id_of(request.query.get("id", "")))

    async def _document(self, phone: Simulator, request: web.Request) -> web.Response:
        not_from_elsewhere(request)  # making one costs time
        message, sender = id_of(request.query.get("message", "")), sender_of(request.query.get("from"))
        file = await phone.document(message, sender)
        headers = {
            **HEADERS,
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'inline; filename="{file.name}"',
        }
        return web.Response(body=file.content, content_type=file.mime, headers=headers)

    def _json(
        self, answer: Callable[[web.Request], Awaitable[dict[str, Any]]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A route that answers JSON."""

        async def handler(request: web.Request) -> web.Response:
            return _respond(await answer(request))

        return self._refusing(handler)

    def _refusing(
        self, answer: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A route of the simulator; what is refused becomes ``{"error", "message"}``."""

        async def handler(request: web.Request) -> web.Response:
            try:
                only_our_host(request, self._config.public_url)
                return await answer(request)
            except Refused as refused:
                status, key = refused.status, refused.key
            except web.HTTPRequestEntityTooLarge:
                status, key = 413, "too_large"
            except StoreError:
                status, key = 503, "store"
            return _respond({"error": key, "message": self._frame.message(request, key)}, status)

        return handler


def _respond(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(body, status=status, headers={**HEADERS, "Cache-Control": "no-store"})


def _count(tx: Tx, today: date) -> Mapping[str, Any]:
    """What the overview shows."""
    found = overview.states(tx)
    return {
        "demo": marks.is_demo(tx),
        "colours": overview.colours(tx, today),
        "states": [(str(state), found[state]) for state in State if state in found],
        "today": today,
    }
