"""Which channels are configured: built from the settings, with the simulated ones, and what is refused together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import config as settings
from bot.channels import KINDS
from bot.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.channel import Channel, ChannelSettings

SIMULATOR = "simulator"
SIMULATED_CHAT = "simulated_chat"
TELEGRAM = "telegram"
_BUILT_IN = frozenset({SIMULATOR, SIMULATED_CHAT, TELEGRAM})


def channels(config: settings.Config) -> dict[str, tuple[type[Channel], ChannelSettings]]:
    """The configured channels: kind and settings by name; the simulated ones last.

    Raises:
        SettingsError: an unknown kind, or a setting that cannot be used.
    """
    found: dict[str, tuple[type[Channel], ChannelSettings]] = {}
    for name, table in config.channels.items():
        kind = KINDS.get(table["kind"])
        if kind is None or table["kind"] in _BUILT_IN:
            message = f"channels.{name}.kind: there is no channel of kind '{table['kind']}'"
            raise SettingsError(message)
        found[name] = (kind, settings.channel_settings(kind.Settings, name, table))
    if config.telegram:
        telegram = KINDS[TELEGRAM]
        table = {**config.telegram, "kind": TELEGRAM}
        found[TELEGRAM] = (telegram, settings.channel_settings(telegram.Settings, TELEGRAM, table))
    for name in (SIMULATOR, SIMULATED_CHAT):
        found[name] = (KINDS[name], KINDS[name].Settings.model_validate({"kind": name}))
    return found


def simulator_is_on(config: settings.Config) -> bool:
    """Whether the page that speaks as any number is served."""
    real = bool(config.channels or config.telegram)
    return not real if config.simulator.enabled == "auto" else bool(config.simulator.enabled)


def sms_order(
    configured: Mapping[str, tuple[type[Channel], ChannelSettings]], config: settings.Config
) -> tuple[str, ...]:
    """The channels that short messages go by when nobody asked on another one, in order of preference; else the simulator.

    None where the simulator is the only one and its page is not served: nobody would read them.

    Raises:
        SettingsError: the order names something else than channels for short messages, or one of them twice.
    """
    able = [name for name, (kind, _) in configured.items() if not kind.abilities.chat and name != SIMULATOR]
    order = config.delivery.order
    for name in order:
        if name not in able or order.count(name) > 1:
            why = "is there twice" if name in able else "is no configured channel for short messages"
            message = f"delivery.order: '{name}' {why}"
            raise SettingsError(message)
    simulated = (SIMULATOR,) if simulator_is_on(config) and SIMULATOR in configured else ()
    return order or tuple(able) or simulated


def sms_channel(configured: Mapping[str, tuple[type[Channel], ChannelSettings]], config: settings.Config) -> str | None:
    """The channel that short messages are queued on: the first of the order."""
    return next(iter(sms_order(configured, config)), None)


def no_real_channels_in_a_demo(
    configured: Mapping[str, tuple[type[Channel], ChannelSettings]], *, is_demo: bool
) -> None:
    """Refuse to open real channels on demo data.

    Raises:
        SettingsError: there are some.
    """
    real = [name for name, (kind, _) in configured.items() if kind.real]
    if is_demo and real:
        message = f"this database holds demo data, and so does not open real channels ({', '.join(real)})"
        raise SettingsError(message)
