"""What returns depend on besides what is filed: the forms, and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.form import load_forms

if TYPE_CHECKING:
    from datetime import date

    from bot.config import Config
    from bot.domain.forms import Form, Forms
    from bot.domain.periods import Period
    from bot.sections import ReturnSettings


@dataclass(frozen=True, slots=True)
class ReturnRules:
    """The forms, and the settings that returns depend on."""

    forms: Forms
    settings: ReturnSettings

    @classmethod
    def of(cls, config: Config) -> ReturnRules:
        """As configured.

        Raises:
            SettingsError: a form cannot be used.
        """
        folder = config.returns.folder
        return cls(load_forms(None if folder is None else Path(folder)), config.returns)

    def due_on(self, form: Form, period: Period) -> date:
        """The last day to file a return in time."""
        return period.due_on(form.due[period.every], holidays=frozenset(self.settings.holidays))
