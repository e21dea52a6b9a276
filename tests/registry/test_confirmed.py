"""When a society's row was last confirmed, and which rows nobody has looked at for longest."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.store import offices, societies
from tests.registry.conftest import TODAY, society

if TYPE_CHECKING:
    from tests.registry.conftest import Registry

LATER = date(2027, 3, 1)


def lineage(registry: Registry, code: str) -> str:
    office = registry.run(lambda tx: offices.by_code(tx, code))
    assert office is not None
    return office.lineage


def stalest(registry: Registry, code: str, most: int = 10, skip: int = 0) -> list[tuple[str, date | None]]:
    below = lineage(registry, code)
    found = registry.run(lambda tx: societies.stalest(tx, below, most, skip))
    return [(one.registration_no, one.confirmed_on) for one in found]


def test_the_stalest_rows_of_an_office_come_first(registry: Registry) -> None:
    registry.take(society(registration_no="1/2019"), society(registration_no="2/2019"))
    registry.take(society(registration_no="3/2019"), today=LATER)
    registry.take(society(registration_no="4/2019", office_code="55730015"), today=date(2026, 1, 1))
    registry.take(society(registration_no="5/2019", office_code="50810025"), today=date(2026, 1, 1))
    assert stalest(registry, "55730012") == [("1/2019", TODAY), ("2/2019", TODAY), ("3/2019", LATER)]
    assert [number for number, _ in stalest(registry, "5573")] == ["4/2019", "1/2019", "2/2019", "3/2019"]
    assert [number for number, _ in stalest(registry, "BD", most=2, skip=1)] == ["5/2019", "1/2019"]


def test_what_was_never_confirmed_comes_before_everything(registry: Registry) -> None:
    registry.take(society(registration_no="1/2019"), society(registration_no="2/2019"))
    registry.run(lambda tx: tx._cursor.execute("UPDATE societies SET confirmed_on = NULL WHERE serial = 2"))
    assert stalest(registry, "55730012") == [("2/2019", None), ("1/2019", TODAY)]


def test_a_confirmed_row_goes_to_the_end(registry: Registry) -> None:
    registry.take(society(registration_no="1/2019"), society(registration_no="2/2019"))
    [first, _] = registry.run(lambda tx: societies.stalest(tx, "BD/", 2))
    registry.run(lambda tx: societies.confirm(tx, first.id, LATER))
    assert stalest(registry, "55730012") == [("2/2019", TODAY), ("1/2019", LATER)]


def confirmed(registry: Registry) -> list[str | None]:
    found = registry.table("SELECT confirmed_on FROM societies ORDER BY id")
    return [day and str(day) for (day,) in found]


def test_an_import_confirms_every_row_that_it_repeats(registry: Registry) -> None:
    registry.take(society(registration_no="1/2019"), society(registration_no="2/2019"))
    report = registry.take(society(registration_no="1/2019"), today=LATER)
    assert (report.accepted, report.unchanged) == (0, 1)
    assert confirmed(registry) == ["2027-03-01", "2026-11-21"]


def test_a_dry_run_confirms_nothing(registry: Registry) -> None:
    registry.take(society())
    registry.take(society(), today=LATER, dry_run=True)
    assert confirmed(registry) == ["2026-11-21"]


def test_a_file_may_say_when_a_row_was_confirmed(registry: Registry) -> None:
    registry.take(
        society(registration_no="1/2019", confirmed_on="2025-02-03"), society(registration_no="2/2019", confirmed_on="")
    )
    assert confirmed(registry) == ["2025-02-03", None]
    later = society(registration_no="1/2019", confirmed_on="2026-03-04")
    assert registry.take(later).as_json() == {"accepted": 0, "unchanged": 1, "refused": []}
    assert confirmed(registry) == ["2026-03-04", None]


def test_a_confirmation_does_not_go_back(registry: Registry) -> None:
    registry.take(society())
    registry.take(society(confirmed_on="2025-02-03", address="অন্য"), today=LATER)
    assert confirmed(registry) == ["2026-11-21"]
    registry.take(society(), today=date(2026, 1, 1))
    assert confirmed(registry) == ["2026-11-21"]


def test_a_confirmation_of_tomorrow_is_refused(registry: Registry) -> None:
    report = registry.take(society(confirmed_on="2026-11-22"))
    assert [(one.line, one.column) for one in report.refused] == [(2, "confirmed_on")]


def test_the_column_is_known_in_bangla(registry: Registry) -> None:
    for number, header in enumerate(("সর্বশেষ যাচাই", "সর্বশেষ যাচাইয়ের তারিখ", "last confirmed"), start=1):
        assert registry.take({**society(registration_no=f"{number}/2019"), header: "০৩/০২/২০২৫"}).accepted == 1
    assert confirmed(registry) == ["2025-02-03"] * 3
