"""Settings: the environment and ``barta.toml``, parsed once, frozen.

Every setting has a help text and a default that works. Secrets are written ``$NAME`` and come from the environment, so that the file
may be read by anybody. ``barta doctor`` shows what is in force; ``docs/settings.md`` lists everything (a test keeps it complete).
"""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.clock import Clock, parse_now
from bot.domain.errors import SettingsError
from bot.sections import (
    BroadcastSettings,
    DeliverySettings,
    JobSettings,
    LawSettings,
    QuietSettings,
    ReminderSettings,
    ReturnSettings,
    Section,
)

S = TypeVar("S", bound=BaseModel)


def _from_environment(value: Any) -> Any:
    """``$NAME`` becomes the environment's value; a secret that is not there is an error, never an empty string."""
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    found = os.environ.get(value[1:])
    if not found:
        message = f"the environment has no {value[1:]}, or it is empty"
        raise ValueError(message)
    return found


def _address(value: str) -> str:
    """An address that a request can be sent to, without a slash at the end."""
    parsed = urlsplit(value)
    if parsed.scheme not in {"http", "https"} or not parsed.hostname:
        message = "must be an address that begins with http:// or https://"
        raise ValueError(message)
    return value.rstrip("/")


Secret = Annotated[SecretStr, Field(min_length=1), BeforeValidator(_from_environment)]
"""A setting that is never shown; write it as ``$NAME``."""

Address = Annotated[str, AfterValidator(_address)]
"""An HTTP address."""


class GatewaySettings(Section):
    """``[gateway]``: what people see, and how long things last."""

    short_code: str = Field("16123", description="The number people text.")
    public_url: Address = Field(
        "http://127.0.0.1:8080", description="Where providers reach us: receipts, links, QR codes; no slash at the end."
    )
    keywords: tuple[str, ...] = Field(
        ("COOP", "সমবায়"), description="Words a shared short code wants in front of every text; they are skipped."
    )
    reply_hours: Annotated[float, Field(gt=0)] = Field(24, description="How long an answer is worth sending, in hours.")
    dialogue_minutes: Annotated[float, Field(gt=0)] = Field(
        15, description="How long a numbered list waits for its answer, in minutes."
    )
    help_minutes: Annotated[float, Field(gt=0)] = Field(
        10, description="One short help per sender in so many minutes for texts that are not understood."
    )
    code_minutes: Annotated[float, Field(gt=0)] = Field(10, description="How long a one-time code is good, in minutes.")
    link_days: Annotated[float, Field(gt=0)] = Field(
        7, description="How long a link that connects a Telegram chat with a number is good, in days."
    )
    document_hours: Annotated[float, Field(gt=0)] = Field(
        24, description="How long the link of a document that was sent by SMS is good, in hours."
    )
    answers_per_sender: Annotated[int, Field(ge=1)] = Field(
        300, description="Most answers one sender can draw within limit_minutes."
    )
    limit_minutes: Annotated[float, Field(gt=0)] = Field(
        10, description="The window of answers_per_sender, in minutes."
    )
    same_answers: Annotated[int, Field(ge=1)] = Field(
        20, description="So often one sender gets the same answer to the same text; then it is taken for a machine's."
    )
    loop_minutes: Annotated[float, Field(gt=0)] = Field(
        60, description="After so long without that text, in minutes, it is answered again."
    )


class SimulatorSettings(Section):
    """``[simulator]``: the phone on the web page, which may speak as any number."""

    enabled: Literal["auto", True, False] = Field(
        "auto", description="auto: only while no real channel is configured, because its page speaks as any number."
    )


class LogSettings(Section):
    """``[log]``: what the gateway writes to its log. Never numbers or texts."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important level written."
    )
    form: Literal["auto", "json", "text"] = Field("auto", description="auto: text on a terminal, JSON lines elsewhere.")


class Config(Section):
    """The whole of ``barta.toml``."""

    gateway: GatewaySettings = GatewaySettings()
    simulator: SimulatorSettings = SimulatorSettings()
    log: LogSettings = LogSettings()
    law: LawSettings = LawSettings()
    reminders: ReminderSettings = ReminderSettings()
    returns: ReturnSettings = ReturnSettings()
    quiet: QuietSettings = QuietSettings()
    jobs: JobSettings = JobSettings()
    broadcasts: BroadcastSettings = BroadcastSettings()
    delivery: DeliverySettings = DeliverySettings()
    telegram: dict[str, Any] = Field(
        default_factory=dict, description="Telegram's table; without it the gateway speaks by SMS alone."
    )
    channels: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="One table per provider: see the settings of each kind."
    )

    @field_validator("channels")
    @classmethod
    def _names(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, table in value.items():
            if not (name.isascii() and name.replace("_", "").replace("-", "").isalnum()):
                message = f"a channel's name is letters, digits, - and _: {name!r}"
                raise ValueError(message)
            if name in {"simulator", "simulated_chat", "telegram"} or "kind" not in table:
                message = f"channels.{name} needs a kind, and must not be called simulator, simulated_chat or telegram"
                raise ValueError(message)
        return value


class Environment(BaseSettings):
    """What the environment says."""

    model_config = SettingsConfigDict(env_prefix="BARTA_", frozen=True, extra="ignore")

    database_url: str = Field(
        "sqlite:///var/barta.db",
        description="sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host/name.",
    )
    config: Path = Field(
        Path("barta.toml"), description="Path of barta.toml; without the file every default is in force."
    )
    now: str | None = Field(
        None, description="ISO time, Dhaka's without offset: freezes what the gateway calls now (tests, previews)."
    )


def environment() -> Environment:
    """The environment, parsed.

    Raises:
        SettingsError: a value cannot be used.
    """
    try:
        return Environment()
    except ValidationError as error:
        raise SettingsError(_plain(error, "the environment")) from error


def clock(env: Environment) -> Clock:
    """The clock that the environment asks for.

    Raises:
        SettingsError: BARTA_NOW is no ISO time.
    """
    if env.now is None:
        return Clock()
    try:
        return Clock(parse_now(env.now))
    except ValueError as error:
        message = "BARTA_NOW must be an ISO time such as 2026-06-30T09:00"
        raise SettingsError(message) from error


def load(env: Environment) -> Config:
    """``barta.toml``, parsed; every default where there is no such file.

    Raises:
        SettingsError: the file cannot be read, or a setting cannot be used; names the setting.
    """
    return _load(env.config.absolute(), explicit="config" in env.model_fields_set)


@lru_cache(maxsize=4)
def _load(path: Path, *, explicit: bool) -> Config:
    if not path.exists():
        if explicit:
            message = f"BARTA_CONFIG names a file that does not exist: {path}"
            raise SettingsError(message)
        return Config()
    try:
        return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path.name} cannot be read: {error}"
        raise SettingsError(message) from error
    except ValidationError as error:
        raise SettingsError(_plain(error, path.name)) from error


def _plain(error: ValidationError, where: str) -> str:
    """A pydantic error as one clear sentence per setting, without the values."""
    lines = (
        ": ".join([*filter(None, [".".join(map(str, item["loc"]))]), item["msg"].removeprefix("Value error, ")])
        for item in error.errors()
    )
    return f"{where}: " + "; ".join(lines)


def channel_settings(kind: type[S], name: str, table: dict[str, Any]) -> S:
    """One channel's table as its kind's settings.

    Raises:
        SettingsError: a setting is missing or cannot be used.
    """
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise SettingsError(_plain(error, "telegram" if name == "telegram" else f"channels.{name}")) from error
