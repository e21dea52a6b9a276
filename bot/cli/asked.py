"""What the commands about returns are asked for: a form's version, a period however it is written, an office by its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.domain.errors import InvalidValue

if TYPE_CHECKING:
    from bot import config as settings
    from bot.clock import Clock
    from bot.domain.forms import Form
    from bot.domain.offices import Office
    from bot.domain.periods import Period
    from bot.return_rules import ReturnRules
    from bot.store.query import Tx


def wanted_return(
    rules: ReturnRules, config: settings.Config, clock: Clock, code: str, name: str
) -> tuple[Form, Period]:
    """The version of a form that holds for a period.

    Raises:
        BadParameter: there is no such form, or it has no such period.
    """
    from bot.domain.periods import Period

    newest = rules.forms.newest(code.upper())
    if newest is None:
        codes = ", ".join(each.code for each in rules.forms)
        raise click.BadParameter(f"there is no form '{code}'; there are {codes}", param_hint="FORM")
    about = Period.named(name, newest.every) or Period.named(_as_typed(config, clock, newest, name), newest.every)
    form = None if about is None else rules.forms.of(newest.code, about)
    if about is None or form is None:
        every = " or ".join(newest.every)
        message = f"'{name}' is no {every} of {newest.code}; write 2023-12, 2023-24/Q2 or 2023-24"
        raise click.BadParameter(message, param_hint="PERIOD")
    return form, about


def _as_typed(config: settings.Config, clock: Clock, form: Form, name: str) -> str:
    """A period as a message would have it read."""
    from bot.app import grammar
    from bot.domain.understanding import Call

    understood = grammar(config).parse(f"rollup {form.code} {name}", clock.today())
    return str(understood.args.get("period", "")) if isinstance(understood, Call) else ""


def office_at(tx: Tx, code: str) -> Office:
    """The office with a code.

    Raises:
        InvalidValue: there is none.
    """
    from bot.store import offices

    office = offices.by_code(tx, code)
    if office is None:
        message = f"there is no office with the code {code}"
        raise InvalidValue(message)
    return office
