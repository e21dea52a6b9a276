"""Free ports, and waiting for a condition where a test would otherwise sleep."""

import asyncio
import inspect
import os
import random
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar, cast, overload

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel takes the ports of clients: none of those can slip in between
# the moment a port is found free and the moment a program listens on it.
_ALL = range(20_000, 32_000)
# Tests that run side by side have ports of their own: two would else be given the same one before either listens.
_WORKERS = 16
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
_PORTS = _ALL[_worker::_WORKERS]
_random = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A loopback port that nobody listens on and that was not handed out before."""
    for port in _random.sample(_PORTS, len(_PORTS)):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise OSError("no free port on loopback")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def listening(port: int) -> bool:
    """Whether a program accepts connections on that loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


@overload
async def wait_for(condition: Callable[[], Awaitable[T]], within: float = ..., what: str = ...) -> T: ...
@overload
async def wait_for(condition: Callable[[], T], within: float = ..., what: str = ...) -> T: ...
async def wait_for(condition: Callable[[], object], within: float = 10, what: str = "a condition") -> object:
    """Ask again and again until the condition's value is true, and return that value."""
    for pause in _pauses(within):
        value = condition()
        if inspect.isawaitable(value):
            value = await cast("Awaitable[object]", value)
        if value:
            return value
        await asyncio.sleep(pause)
    raise TimeoutError(f"waited {within} s for {what}")


def wait_until(condition: Callable[[], T], within: float = 10, what: str = "a condition") -> T:
    """Do as `wait_for` does, where no event loop runs."""
    for pause in _pauses(within):
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise TimeoutError(f"waited {within} s for {what}")


def _pauses(within: float) -> Iterator[float]:
    deadline = time.monotonic() + within
    pause = 0.005
    while time.monotonic() < deadline:
        yield pause
        pause = min(pause * 1.5, 0.1)
