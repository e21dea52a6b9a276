"""``barta export returns``: every filed figure on a row of its own, with the reference of the message that filed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DHAKA
from bot.domain.figures import plain
from bot.registry.sheets import new_sheet
from bot.store import returns

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.query import Tx

HEADERS = (
    *("form", "period", "office_code", "registration_no", "reference"),
    *("filed_at", "due_on", "on_time", "indicator", "value"),
)


def export_returns(tx: Tx, path: Path) -> int:
    """Write the figures of every filed return, form by form and period by period; returns how many rows.

    Raises:
        InvalidValue: the name ends in neither .csv nor .xlsx.
    """
    written = 0
    with new_sheet(path) as sheet:
        sheet.write(HEADERS)
        for form, every, starts_on in returns.filed_periods(tx):
            for one, office_code, registration_no in returns.filed_for(tx, form, every, starts_on):
                assert one.filed_at is not None  # noqa: S101 - it is filed
                about = (form, one.period.name, office_code, registration_no, f"R{one.filed_in}")
                when = (f"{one.filed_at.astimezone(DHAKA):%Y-%m-%d %H:%M}", one.due_on, "yes" if one.on_time else "no")
                for name, value in one.figures.items():
                    sheet.write((*about, *when, name, str(plain(value))))
                    written += 1
    return written
