"""``barta doctor``: is everything as it must be for the gateway to run, and if not, what is to be done."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot import app, configured
from bot import config as settings
from bot.catalogues import check
from bot.clock import DHAKA
from bot.domain.errors import BartaError
from bot.return_rules import ReturnRules
from bot.scheduler.jobs import JOBS
from bot.scheduler.standing import standings
from bot.store import form_versions, inbox, marks, store, totals
from bot.store.engine import engine_for
from bot.store.migrate import check_version, differences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.config import Config, Environment

_YEAR_OF_THIS_RELEASE = 2026
_CONNECT_SECONDS = 3.0
_AHEAD = timedelta(minutes=5)
"""Machines' clocks differ by less."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    part: str
    ok: bool
    said: str

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"part": self.part, "ok": self.ok, "said": self.said}


async def examine() -> list[Finding]:
    """Look at everything; a part that cannot be looked at is a finding too."""
    return [finding async for finding in _findings()]


async def _findings() -> AsyncIterator[Finding]:
    env = settings.environment()
    yield _guarded("clock", lambda: _clock(env))
    yield _guarded("catalogues", _catalogues)
    database = _guarded("database", lambda: _database(env))
    yield database
    if database.ok:
        yield _guarded("last message", lambda: _last_message(env))
    try:
        config = settings.load(env)
        found = configured.channels(config)
    except BartaError as error:
        yield Finding("configuration", ok=False, said=str(error))
        return
    if database.ok:
        yield _guarded("jobs", lambda: _jobs(env, config))
        yield _guarded("forms", lambda: _forms(env, config))
    real = [name for name, (kind, _) in found.items() if kind.real]
    said = f"short code {config.gateway.short_code}, {len(real)} provider(s)"
    yield Finding("configuration", ok=True, said=said)
    if real == [configured.TELEGRAM]:
        yield Finding("sms", ok=False, said="Telegram alone: codes and links that must go by SMS reach nobody")
    yield _simulator(config)
    yield _guarded("delivery", lambda: _delivery(env, config, usable=database.ok))
    for name, (kind, own) in found.items():
        address = next(filter(None, (getattr(own, each, None) for each in ("send_url", "api_base", "address"))), None)
        if kind.real and address:
            yield await _reachable(name if name == configured.TELEGRAM else f"channels.{name}", address)


def _guarded(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part, ok=True, said=look())
    except BartaError as error:
        return Finding(part, ok=False, said=str(error))


def _clock(env: Environment) -> str:
    clock = settings.clock(env)
    if datetime.now(UTC).year < _YEAR_OF_THIS_RELEASE:
        message = "the machine's clock is in the past: set it, or terms and receipts will be wrong"
        raise BartaError(message)
    frozen = " (frozen by BARTA_NOW)" if clock.frozen else ""
    return f"today is {clock.today():%d/%m/%Y} in Dhaka{frozen}"


def _catalogues() -> str:
    findings = check(app.parts(settings.Config()).renderer)
    wrong = [f"{finding.language} {finding.key} {finding.wrong}" for finding in findings if finding.wrong]
    if wrong:
        raise BartaError("; ".join(wrong))
    return f"{len(findings)} texts fit their segments"


def _database(env: Environment) -> str:
    engine = engine_for(env.database_url)
    check_version(engine)
    if differences(engine):
        message = "the tables differ from what this program made; restore a backup or ask for help"
        raise BartaError(message)
    is_demo = store.do(env.database_url, marks.is_demo, read_only=True)
    return f"{engine.dialect.name}, up to date{', holds demo data' if is_demo else ''}"


def _last_message(env: Environment) -> str:
    """A clock that was ahead when it came, or is behind now, is wrong."""
    now, came = settings.clock(env).now(), store.do(env.database_url, inbox.last_received, read_only=True)
    if came is None:
        return "none came in yet"
    if came > now + _AHEAD:
        message = f"it came {_days(came - now)} after now: the clock is wrong, or was; set it before jobs send by it"
        raise BartaError(message)
    return f"came in {_days(max(now - came, timedelta()))} ago"


def _days(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds // 3600} hours {span.seconds // 60 % 60} minutes"


def _jobs(env: Environment, config: Config) -> str:
    clock = settings.clock(env)
    found = store.do(
        env.database_url,
        lambda tx: standings(tx, JOBS, config, clock.now(), clock.running()),
        read_only=True,
    )
    held = [f"{each.job.name} is held, {each.held}; see 'barta resume --preview'" for each in found if each.held]
    failed = [f"{each.job.name} failed; see 'barta jobs'" for each in found if each.outcome == "failed"]
    if held or failed:
        raise BartaError("; ".join([*held, *failed]))
    late = sum(each.due for each in found)
    return f"{len(found)} jobs, {late} due" if late else f"{len(found)} jobs, none due"


def _forms(env: Environment, config: Config) -> str:
    forms = ReturnRules.of(config).forms
    changed = store.do(env.database_url, partial(form_versions.changed, forms=forms), read_only=True)
    if changed:
        message = f"returns were filed by {', '.join(changed)}, which is changed or gone: give the change a new version"
        raise BartaError(message)
    wrong = len(store.do(env.database_url, totals.differing, read_only=True))
    if wrong:
        message = f"{wrong} totals are not what their returns add up to; please report this"
        raise BartaError(message)
    return f"{sum(1 for _ in forms)} forms, totals agree with the returns"


def _delivery(env: Environment, config: Config, *, usable: bool) -> str:
    """The order of the providers, and those whose messages go another way now, as the gateway that runs has noted."""
    found = configured.channels(config)
    order = configured.sms_order(found, config)
    ways = ", then ".join(order) or "no channel for short messages"
    if not usable:
        return ways
    since = store.do(env.database_url, marks.circuits, read_only=True)
    broken = [f"{name} since {_local(at)}" for name, at in since.items() if name in found]
    if broken:
        message = f"{ways}; in trouble, so that messages go another way where there is one: {', '.join(broken)}"
        raise BartaError(message)
    return ways


def _local(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(DHAKA):%d/%m %H:%M}"


def _simulator(config: Config) -> Finding:
    on = configured.simulator_is_on(config)
    risky = on and bool(config.channels or config.telegram)
    said = "served; whoever reaches the page can speak as any number" if on else "not served"
    return Finding("simulator", ok=not risky, said=said)


async def _reachable(part: str, address: str) -> Finding:
    parsed = urlsplit(address)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(parsed.hostname, port)
        writer.close()
    except (OSError, TimeoutError):
        return Finding(part, ok=False, said=f"nothing answers at {parsed.hostname}:{port}; messages wait until it does")
    return Finding(part, ok=True, said=f"{parsed.hostname}:{port} answers")
