"""Fixtures that hand out the counterparts. A missing one fails the test, in one line: `make test` installs them all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.peers.browser import open_page
from tests.peers.child import PeerMissingError
from tests.peers.kannel import Kannel
from tests.peers.postgres import Postgres
from tests.peers.smsc import Smsc
from tests.peers.telegram import Telegram, TelegramServer

KannelFactory = Callable[..., Awaitable[Kannel]]

_PEERS = {"smsc", "kannel_factory", "postgres", "page", "telegram"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give the marker `peer` to every test that uses a counterpart."""
    if _PEERS.intersection(getattr(item, "fixturenames", ())):
        item.add_marker("peer")


@contextmanager
def _present() -> Iterator[None]:
    try:
        yield
    except PeerMissingError as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
async def smsc(tmp_path: Path) -> AsyncIterator[Smsc]:
    """An SMSC that answers and sends receipts."""
    folder = tmp_path / "smsc"
    folder.mkdir()
    server = Smsc(folder)
    try:
        with _present():
            await server.start()
        yield server
    finally:
        await server.stop()


@pytest.fixture
async def kannel_factory(smsc: Smsc, tmp_path: Path) -> AsyncIterator[KannelFactory]:
    """`await kannel_factory(mo_url=…, **options)`: a Kannel of the test's own, online with the SMSC."""
    started: list[Kannel] = []

    async def start(**options: Any) -> Kannel:
        folder = tmp_path / f"kannel{len(started)}"
        folder.mkdir()
        kannel = Kannel(folder, **({"smsc_port": smsc.port} | options))
        started.append(kannel)
        with _present():
            await kannel.start()
        return kannel

    try:
        yield start
    finally:
        for kannel in started:
            await kannel.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; each test makes databases of its own in it."""
    with _present():
        server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def telegram_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramServer]:
    """The emulator's program; tests use `telegram`."""
    server = TelegramServer(tmp_path_factory.mktemp("telegram"))
    try:
        with _present():
            server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def telegram(telegram_server: TelegramServer) -> AsyncIterator[Telegram]:
    """Telegram, with nothing said yet."""
    async with Telegram(telegram_server) as opened:
        yield opened


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty page in Chromium."""
    with _present():
        async with open_page() as opened:
            yield opened
