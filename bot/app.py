"""The composition root: builds every part, wires them, starts and stops them. The only module that knows everything."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import config as settings
from bot import reviewing
from bot.answering import Answering
from bot.board.pages import Board
from bot.channel import Gateway, Line
from bot.claiming import Leaving
from bot.command import Commands
from bot.configured import (
    SIMULATED_CHAT,
    TELEGRAM,
    channels,
    no_real_channels_in_a_demo,
    simulator_is_on,
    sms_order,
)
from bot.deliver import Courier, Delivery
from bot.documents import DocumentMaker
from bot.domain.errors import SettingsError
from bot.domain.grammar import Grammar
from bot.domain.messages import Language
from bot.domain.retry import RetryPolicy
from bot.domain.vocabulary import Vocabulary
from bot.downloads import Downloads
from bot.form import load_forms
from bot.gathering import Gathering
from bot.handlers import COMMANDS, STEPS, WORDINGS
from bot.http import client
from bot.i18n import Renderer, read_catalogue
from bot.metrics import Metrics
from bot.planning import Rules
from bot.posting import Post
from bot.printing import Printer
from bot.receipts import Receipts
from bot.receive import Receiver
from bot.rerouting import Routes, Way
from bot.return_rules import ReturnRules
from bot.scheduler.broadcasting import Broadcasting
from bot.scheduler.indexing import Indexing
from bot.scheduler.jobs import JOBS
from bot.scheduler.progress import Progress
from bot.scheduler.running import Runner
from bot.scheduler.service import Scheduler
from bot.send_rules import SendRules
from bot.store import form_versions, marks, offices
from bot.store.store import Store
from bot.trouble import Breaking
from bot.web import Probes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.clock import Clock
    from bot.scheduler.job import Job
    from bot.store.query import Tx

log = structlog.get_logger()

POLICY = RetryPolicy(first=1.0, factor=2.0, ceiling=30.0)
"""How an unreachable provider is tried again: 1, 2, 4 … 30 seconds, give or take a fifth."""

LONGEST_LINE = 64 * 1024
"""A long message in, percent-encoded, is one line of HTTP: 20 parts of Bangla are about 12,000 characters."""

LARGEST_BODY = 256 * 1024
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts that understand and speak need, without a database: for ``barta parse`` too."""

    commands: Commands
    grammar: Grammar
    renderer: Renderer


def parts(config: settings.Config) -> Parts:
    """Build everything that is pure.

    Raises:
        SettingsError: a catalogue cannot be read.
        RegistrationClash: two parts claim the same name.
    """
    commands = Commands(COMMANDS, WORDINGS, STEPS)
    return Parts(commands, grammar(config), Renderer(commands.texts.values()))


def grammar(config: settings.Config) -> Grammar:
    """The parser with the words of the catalogues and of the forms."""
    return _grammar(config.gateway.keywords, config.returns.folder)


@lru_cache(maxsize=4)
def _grammar(keywords: tuple[str, ...], folder: str | None) -> Grammar:
    """Built once: that takes half a second, and it holds no state."""
    words = (read_catalogue(language, "words") for language in Language)
    forms = load_forms(None if folder is None else Path(folder))
    return Grammar(Vocabulary.from_catalogues(*words), keywords, forms)


class App:
    """A gateway, built and wired. ``async with App.open(...) as app`` opens it; ``app.web`` serves it."""

    def __init__(self, config: settings.Config, clock: Clock, url: str, jobs: Sequence[Job] = JOBS) -> None:
        self.config = config
        self.clock = clock
        self.url = url
        self.jobs = jobs
        self.metrics = Metrics()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> App:
        """Open the database and build every part; nothing is served or sent yet."""
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _open(self) -> None:
        configured = channels(self.config)
        pure = parts(self.config)
        self.renderer = pure.renderer
        self.store = await self._stack.enter_async_context(await Store.open(self.url))
        self.is_demo = await self.store.read(marks.is_demo)
        no_real_channels_in_a_demo(configured, is_demo=self.is_demo)
        returns = ReturnRules.of(self.config)
        await self.store.read(partial(_same_forms, returns))
        http = await self._stack.enter_async_context(client())
        self.receipts = Receipts(self.store, self.clock, self.metrics)
        lines = {name: Line(own, kind.abilities) for name, (kind, own) in configured.items()}
        own = self.config.gateway
        order = sms_order(configured, self.config)
        by_sms = next(iter(order), None)
        post = Post(pure.renderer, lines, by_sms, timedelta(hours=own.reply_hours))
        self._sending = SendRules(self.config.broadcasts, pure.renderer, lines, by_sms, self.config.quiet.hours())
        places = await self.store.read(offices.district_index)
        self.receiver = Receiver(
            self.store,
            pure.grammar,
            Answering(
                pure.commands,
                pure.renderer,
                places,
                own,
                lines,
                post,
                Rules.of(self.config),
                returns,
                self._sending,
                self._start_url,
            ),
            own,
            self.clock,
            self.metrics,
            lines,
            queued=self._wake,
        )
        gateway = Gateway(
            self.receiver.receive,
            self.receipts.receive,
            http,
            self.config.gateway.short_code,
            self.config.gateway.public_url,
            _menu(pure.renderer),
            Gathering(self.store, self.clock),
        )
        self.channels = {name: kind(name, own, gateway) for name, (kind, own) in configured.items()}
        self.printer = Printer(self.store, DocumentMaker(pure.renderer, returns.forms), self.clock)
        rules = self.config.delivery
        routes = Routes([Way(name, lines[name]) for name in order], rules.chat_minutes * 60)
        breaking = Breaking(rules.break_after, rules.break_seconds)
        leaving = Leaving(self.config.quiet.hours(), partial(reviewing.review, rules=Rules.of(self.config)))
        courier = partial(Courier, make=self.printer.make, routes=routes, leaving=leaving, breaking=breaking)
        self.delivery = Delivery(
            [
                courier(channel, self.store, pure.renderer, self.clock, self.metrics, POLICY)
                for channel in self.channels.values()
            ]
        )
        self._indexing = Indexing(self.store)
        self.progress = Progress(self.store, self.clock, self._sending, self.channels, post, self._wake)
        self.broadcasting = Broadcasting(self.store, self.clock, self._sending, self._wake, self.progress.watch)
        self.runner = Runner(self.store, post, self.config, self.clock)
        self._scheduler = Scheduler(
            self.jobs, self.runner, self.store, self.config, self.clock, self.metrics, self._wake
        )
        self._serving: list[asyncio.Task[None]] = []
        # Before the client and the store are closed, whatever ends the gateway.
        self._stack.push_async_callback(self._finish)
        self.web = self._routes(pure.renderer)

    async def _finish(self) -> None:
        await self._scheduler.stop()
        await self.broadcasting.stop()
        await self.progress.stop()
        await self._indexing.stop()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.delivery.stop()
        except TimeoutError:
            log.warning("stopped_with_messages_under_way")

    def _start_url(self) -> str | None:
        """Where a link to a chat with us begins: Telegram's where it is configured, else the simulated one's, if its page is served."""
        if TELEGRAM in self.channels:
            return self.channels[TELEGRAM].start_url
        return self.channels[SIMULATED_CHAT].start_url if simulator_is_on(self.config) else None

    def _wake(self, channel: str) -> None:
        # The couriers are built after the receiver that wakes them.
        self.delivery.wake(channel)

    def _routes(self, renderer: Renderer) -> web.Application:
        application = web.Application(client_max_size=LARGEST_BODY)
        for channel in self.channels.values():
            application.add_routes(channel.routes())
        application.add_routes(Probes(self.store, self.delivery, self.metrics).routes())
        application.add_routes(Downloads(self.store, self.printer, renderer, self.clock).routes())
        board = Board(
            self.store,
            self.receiver,
            renderer,
            self.clock,
            self.config,
            simulator=simulator_is_on(self.config),
            make=self.printer.make,
        )
        application.add_routes(board.routes())
        return application

    async def serve(self, host: str, port: int) -> web.AppRunner:
        """Listen, then start delivery; returns the runner, whose ``cleanup`` stops listening.

        Nothing is claimed before the address is ours, so that a second gateway started by mistake takes no message in its hands.
        """
        runner = web.AppRunner(
            self.web, access_log=None, max_line_size=LONGEST_LINE, max_field_size=LONGEST_LINE, shutdown_timeout=5.0
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self.delivery.start()
        self._indexing.start()
        self.broadcasting.start()
        if self.config.jobs.enabled:
            self._scheduler.start()
        self._serving = [
            asyncio.create_task(channel.serve(), name=f"channel {name}") for name, channel in self.channels.items()
        ]
        return runner


def _same_forms(returns: ReturnRules, tx: Tx) -> None:
    """Figures that are filed mean what they meant.

    Raises:
        SettingsError: a version of a form was changed, or taken away, after returns were filed by it.
    """
    changed = form_versions.changed(tx, returns.forms)
    if changed:
        message = f"returns were filed by {', '.join(changed)}, which is changed or gone: give the change a new version"
        raise SettingsError(message)


MENU = ("status", "find", "calendar", "return", "due", "rollup", "send", "link", "language", "help", "stop")
"""The commands in the menu of a chat."""


def _menu(renderer: Renderer) -> Mapping[Language, Sequence[tuple[str, str]]]:
    return {
        language: [(command, renderer.text(language, f"menu.{command}")) for command in MENU] for language in Language
    }


async def run(config: settings.Config, clock: Clock, url: str, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; then take no more, finish what is in flight, and return.

    Raises:
        BartaError: the gateway cannot start, and why.
        OSError: the address cannot be listened on.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with App(config, clock, url) as app:
        runner = await app.serve(host, port)
        log.info("started", host=host, port=port, channels=sorted(app.channels), demo=app.is_demo)
        await stop.wait()
        log.info("stopping")
        await runner.cleanup()
    log.info("stopped")
