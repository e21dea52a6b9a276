"""What an import of officers takes, and what it does with it."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.access import LEVELS, Role
from bot.domain.messages import Language
from bot.domain.offices import Level
from bot.registry.officers import import_officers
from bot.registry.words import header
from bot.store import offices, people, senders
from tests.registry.conftest import NOON, TODAY

if TYPE_CHECKING:
    from bot.registry.report import ImportReport
    from tests.registry.conftest import Registry

UCO = {"name": "রহিমা বেগম", "role": "uco", "office_code": "55730012", "phone": "01700099900", "language": "bn"}


def officer(**changes: Any) -> dict[str, Any]:
    return {**UCO, **changes}


def take(registry: Registry, *rows: dict[str, Any], today: date = TODAY, **options: Any) -> ImportReport:
    return import_officers(registry.run, registry.file(*rows), today=today, **options)


def serving(registry: Registry) -> list[tuple[str, str, str | None]]:
    return [(one.name, one.office_code, one.msisdn) for one in registry.run(people.officers)]


def test_the_demonstration_officers_come_in_twice_and_change_once(registry: Registry) -> None:
    path = registry.folder / "officers.csv"
    path.write_bytes(resources.files("bot.demo").joinpath("officers.csv").read_bytes())
    assert import_officers(registry.run, path, today=TODAY).as_json() == {"accepted": 9, "unchanged": 0, "refused": []}
    assert import_officers(registry.run, path, today=TODAY).as_json() == {"accepted": 0, "unchanged": 9, "refused": []}
    assert registry.run(lambda tx: senders.known(tx, "+8801700099600", TODAY, NOON)).language is Language.EN


def test_bangla_headers_and_words_say_the_same(registry: Registry) -> None:
    take(registry, officer())
    bangla = officer(role="উপজেলা সমবায় অফিসার", language="বাংলা", phone="০১৭০০০৯৯৯০০", office_code="৫৫৭৩০০১২")
    assert take(registry, {header("officers", column, "bn"): cell for column, cell in bangla.items()}).unchanged == 1


def test_an_officer_may_hold_several_offices(registry: Registry) -> None:
    assert take(registry, officer(), officer(office_code="55730015")).accepted == 2
    assert registry.table("SELECT count(*) FROM people") == [(1,)]
    assert len(registry.run(lambda tx: senders.known(tx, "+8801700099900", TODAY, NOON)).posts) == 2


def test_a_successor_ends_the_tenure_of_the_one_before(registry: Registry) -> None:
    take(registry, officer(), officer(office_code="55730015"))
    later = date(2026, 12, 1)
    new = officer(name="করিম মিয়া", phone="01700099899")
    assert take(registry, new, today=later).accepted == 1
    assert serving(registry) == [
        ("করিম মিয়া", "55730012", "+8801700099899"),
        ("রহিমা বেগম", "55730015", "+8801700099900"),
    ]
    ended = registry.table("SELECT ended_on FROM appointments WHERE ended_on IS NOT NULL")
    assert [str(day) for (day,) in ended] == ["2026-12-01"]


def test_the_same_officer_with_a_new_number_goes_on_serving(registry: Registry) -> None:
    take(registry, officer())
    assert take(registry, officer(phone="01700099001")).accepted == 1
    assert serving(registry) == [("রহিমা বেগম", "55730012", "+8801700099001")]
    assert registry.table("SELECT count(*) FROM appointments") == [(1,)]


def test_inspectors_are_added_and_stay(registry: Registry) -> None:
    take(registry, officer(role="inspector"))
    take(registry, officer(role="পরিদর্শক", name="করিম মিয়া", phone="01700099899"))
    assert len(serving(registry)) == 2


def test_two_officers_of_one_office_in_one_file_both_serve(registry: Registry) -> None:
    rows = officer(), officer(name="করিম মিয়া", phone="01700099899"), officer(phone="01700099001")
    assert take(registry, *rows).accepted == 3
    assert take(registry, *rows).unchanged == 3


def test_a_language_of_ones_own_choice_stays(registry: Registry) -> None:
    registry.run(lambda tx: senders.choose_language(tx, "+8801700099900", Language.EN))
    registry.run(lambda tx: senders.stop(tx, "+8801700099899", None))  # known, but without a language
    take(registry, officer(), officer(office_code="55730015", phone="01700099899"))
    assert registry.run(lambda tx: senders.known(tx, "+8801700099900", TODAY, NOON)).language is Language.EN
    assert registry.run(lambda tx: senders.known(tx, "+8801700099899", TODAY, NOON)).language is Language.BN
    assert take(registry, officer(language="")).unchanged == 1


def test_a_dry_run_writes_nothing(registry: Registry) -> None:
    assert take(registry, officer(), dry_run=True).accepted == 1
    assert serving(registry) == []


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("name", {"name": ""}),
        ("role", {"role": ""}),
        ("role", {"role": "president"}),
        ("role", {"role": "dco"}),
        ("role", {"role": "registrar", "office_code": "55"}),
        ("office_code", {"office_code": "1"}),
        ("phone", {"phone": ""}),
        ("phone", {"phone": "12"}),
        ("language", {"language": "fr"}),
    ],
)
def test_a_wrong_cell_is_refused(registry: Registry, column: str, cells: dict[str, str]) -> None:
    report = take(registry, officer(**cells))
    assert [(refusal.line, refusal.column) for refusal in report.refused] == [(2, column)]
    assert serving(registry) == []


def test_the_same_row_twice_is_refused(registry: Registry) -> None:
    report = take(registry, officer(), officer(phone="+8801700099900"), partial=True)
    assert (report.accepted, [refusal.line for refusal in report.refused]) == (1, [3])


def test_every_post_fits_its_level_and_a_thana_has_its_officer(registry: Registry) -> None:
    assert set(LEVELS) == {role for role in Role if role.is_officer}
    registry.run(lambda tx: offices.add_office(tx, "3026-01", Level.THANA, "3026", name_bn="মিরপুর", name_en="Mirpur"))
    assert take(registry, officer(office_code="3026-01")).accepted == 1
