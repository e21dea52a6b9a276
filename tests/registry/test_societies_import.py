"""What an import of societies takes, and what it does with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

import pytest

from bot.domain.errors import InvalidValue
from bot.registry.areas import load_offices
from bot.registry.importing import within
from bot.registry.societies import import_societies
from bot.registry.words import columns, fold_header, header, headers
from tests.registry.conftest import ROW, TODAY, society

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.store.query import Tx
    from tests.registry.conftest import Registry

T = TypeVar("T")

SERVING = (
    "SELECT a.role, p.name, p.msisdn, a.started_on, a.ended_on FROM appointments a JOIN people p ON p.id = a.person_id "
    "ORDER BY a.id"
)


def test_a_row_is_stored_with_all_it_says(registry: Registry) -> None:
    assert registry.take(society()).as_json() == {"accepted": 1, "unchanged": 0, "refused": []}
    assert registry.table(
        "SELECT r.code, o.code, s.registration_no, s.serial, s.year, s.level, s.category, s.officer_msisdn FROM societies s "
        "JOIN offices r ON r.id = s.register_id JOIN offices o ON o.id = s.office_id"
    ) == [("5573", "55730012", "123/2019", 123, 2019, "primary", "fisheries", "+8801700099900")]
    assert registry.table("SELECT basis FROM committee_terms") == [("elected",)]
    assert registry.table("SELECT year FROM agms UNION ALL SELECT year FROM audits") == [("2024-25",), ("2025-26",)]
    assert [(role, msisdn) for role, _, msisdn, _, _ in registry.table(SERVING)] == [
        ("president", "+8801700100001"),
        ("secretary", "+8801700100002"),
    ]


def test_the_demonstration_registry_comes_in_twice_and_changes_once(registry: Registry) -> None:
    from importlib import resources

    path = registry.folder / "sample.csv"
    path.write_bytes(resources.files("bot.demo").joinpath("societies.csv").read_bytes())
    assert import_societies(registry.run, path, today=TODAY).as_json() == {
        "accepted": 217,
        "unchanged": 0,
        "refused": [],
    }
    again = import_societies(registry.run, path, today=date(2027, 2, 1))
    assert again.as_json() == {"accepted": 0, "unchanged": 217, "refused": []}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiter_and_byte_order_mark_do_not_matter(registry: Registry, delimiter: str, encoding: str) -> None:
    path = registry.file(society(), delimiter=delimiter, encoding=encoding)
    assert import_societies(registry.run, path, today=TODAY).accepted == 1


def test_bangla_headers_words_digits_and_dates_say_the_same(registry: Registry) -> None:
    registry.take(society())
    bangla = society(
        registration_no="০১২৩-২০১৯",
        registration_date="০৫/০৩/২০১৯",
        level="প্রাথমিক",
        category="মৎস্যজীবী",
        office_code="৫৫৭৩০০১২",
        committee_basis="নির্বাচিত",
        committee_formed_on="১৭ জানুয়ারি ২০২৪",
        committee_expires_on="17-1-27",
        last_agm_year="২০২৪-২০২৫",
        last_agm_date="২৭/৯/২০২৫",
        president_phone="+৮৮০ ১৭০০-১০০০০১",
    )
    renamed = {header("societies", column, "bn"): cell for column, cell in bangla.items()}
    assert registry.take(renamed).as_json() == {"accepted": 0, "unchanged": 1, "refused": []}


@pytest.mark.parametrize("form", ["{}", " {} ", "{}:", "({})"])
def test_headers_may_be_spaced_and_cased_freely(registry: Registry, form: str) -> None:
    row = {form.format(column.replace("_", " ").upper()): cell for column, cell in ROW.items()}
    assert registry.take(row).accepted == 1


@pytest.mark.parametrize(
    "written",
    [
        "123/2019",
        "0123/2019",
        "123-2019",
        "123 / 2019",
        "১২৩/২০১৯",
        "১২৩।২০১৯",
        "রেজিঃ নং-১২৩/২০১৯",
        "১২৩(নীল)২০১৯",
        "Reg no. 123/2019",
    ],
)
def test_a_registration_number_has_one_form_in_the_store(registry: Registry, written: str) -> None:
    registry.take(society(registration_no=written))
    assert registry.table("SELECT registration_no FROM societies") == [("123/2019",)]


@pytest.mark.parametrize(
    "phone",
    ["01700100001", "1700100001", "1700100001.0", "+8801700100001", "8801700100001", "1.700100001E+09", "০১৭০০ ১০০০০১"],
)
def test_a_phone_may_be_written_or_mangled_in_any_way_that_keeps_its_digits(registry: Registry, phone: str) -> None:
    assert registry.take(society(president_phone=phone)).accepted == 1
    assert registry.table(SERVING)[0][2] == "+8801700100001"


def test_a_workbook_gives_real_dates_and_numbers(registry: Registry) -> None:
    cells = {
        **ROW,
        "registration_no": datetime(2019, 3, 1),  # noqa: DTZ001 - 3/2019, which Excel took for the first of March
        "registration_date": datetime(2019, 3, 5),  # noqa: DTZ001 - a cell has no time zone
        "office_code": 55730012,
        "committee_formed_on": date(2024, 1, 17),
        "president_phone": 1700100001.0,
        "secretary_phone": 1700100002,
    }
    path = registry.workbook(list(cells), list(cells.values()), [None] * 3, [])
    assert import_societies(registry.run, path, today=TODAY).as_json() == {"accepted": 1, "unchanged": 0, "refused": []}
    assert registry.table("SELECT registration_no FROM societies") == [("3/2019",)]
    assert [row[2] for row in registry.table(SERVING)] == ["+8801700100001", "+8801700100002"]
    registry.take(society(registration_no="3/2019"))
    assert registry.take(society(registration_no="3/2019")).unchanged == 1


def test_only_three_columns_are_needed(registry: Registry) -> None:
    row = {"registration_no": "5/1998", "name_en": "Saidpur Society", "office_code": "55730085"}
    assert registry.take(row).accepted == 1
    assert registry.take(row).unchanged == 1
    assert registry.table("SELECT name_bn, name_en, level FROM societies") == [
        ("Saidpur Society", "Saidpur Society", "primary")
    ]


def test_the_number_belongs_to_the_district_or_to_the_office_higher_up(registry: Registry) -> None:
    rows = [society(office_code=code, level="national") for code in ("55730012", "5585", "55", "BD", "50810025")]
    assert registry.take(*rows).accepted == 5
    assert registry.table("SELECT o.code FROM societies s JOIN offices o ON o.id = s.register_id ORDER BY s.id") == [
        ("5573",), ("5585",), ("55",), ("BD",), ("5081",)
    ]  # fmt: skip


def test_the_law_says_how_long_a_committee_serves_where_the_file_does_not(registry: Registry) -> None:
    rows = [
        society(
            registration_no=f"{number}/2019",
            committee_basis=basis,
            committee_expires_on="",
            committee_formed_on="2024-02-29",
        )
        for number, basis in enumerate(("first", "elected", "interim"), start=1)
    ]
    assert registry.take(*rows).accepted == 3
    found = [
        str(expires) for (expires,) in registry.table("SELECT expires_on FROM committee_terms ORDER BY society_id")
    ]
    assert found == ["2026-02-28", "2027-02-28", "2024-06-28"]
    assert registry.take(*rows).unchanged == 3


def test_an_empty_cell_says_nothing(registry: Registry) -> None:
    registry.take(society())
    sparse = {
        **dict.fromkeys(ROW, ""),
        "registration_no": "123/2019",
        "name_bn": ROW["name_bn"],
        "office_code": "55730012",
    }
    assert registry.take(sparse).unchanged == 1
    assert registry.take(society(committee_expires_on="", last_agm_date="")).unchanged == 1


def test_one_changed_cell_is_one_accepted_row(registry: Registry) -> None:
    rows = [society(registration_no=f"{number}/2019") for number in range(1, 6)]
    registry.take(*rows)
    rows[2]["address"] = "নতুন ঠিকানা"
    assert registry.take(*rows).as_json() == {"accepted": 1, "unchanged": 4, "refused": []}
    assert registry.table("SELECT registration_no FROM societies WHERE address = 'নতুন ঠিকানা'") == [("3/2019",)]


def test_another_president_ends_the_tenure_of_the_one_before(registry: Registry) -> None:
    registry.take(society())
    later = date(2026, 12, 1)
    assert registry.take(society(president_name="করিম মিয়া", president_phone="01700100009"), today=later).accepted == 1
    tenures = [
        (name, str(start), end and str(end))
        for role, name, _, start, end in registry.table(SERVING)
        if role == "president"
    ]
    assert tenures == [("রহিমা ইসলাম", "2024-01-17", "2026-12-01"), ("করিম মিয়া", "2026-12-01", None)]


def test_a_president_with_a_new_number_goes_on_serving(registry: Registry) -> None:
    registry.take(society())
    assert registry.take(society(president_phone="01700100009")).accepted == 1
    presidents = [row[1:] for row in registry.table(SERVING) if row[0] == "president"]
    assert [(name, msisdn, end) for name, msisdn, _, end in presidents] == [("রহিমা ইসলাম", "+8801700100009", None)]


def test_a_new_committee_adds_a_term_and_the_same_one_is_corrected(registry: Registry) -> None:
    registry.take(society())
    registry.take(society(committee_expires_on="2027-01-16"))
    registry.take(society(committee_formed_on="2027-01-20", committee_expires_on="", committee_basis="interim"))
    terms = registry.table("SELECT basis, formed_on, expires_on FROM committee_terms ORDER BY formed_on")
    assert [(basis, str(formed), str(expires)) for basis, formed, expires in terms] == [
        ("elected", "2024-01-17", "2027-01-16"),
        ("interim", "2027-01-20", "2027-05-20"),
    ]


def test_meetings_and_audits_add_years_and_correct_days(registry: Registry) -> None:
    registry.take(society())
    registry.take(society(last_agm_date="2025-09-28", last_audit_year="2026-27", last_audit_date=""))
    assert [(year, str(day)) for year, day in registry.table("SELECT year, held_on FROM agms")] == [
        ("2024-25", "2025-09-28")
    ]
    assert [year for (year,) in registry.table("SELECT year FROM audits ORDER BY year")] == ["2025-26", "2026-27"]


def test_the_same_name_on_the_same_phone_is_one_person(registry: Registry) -> None:
    registry.take(society(), society(registration_no="124/2019", secretary_name="সুফিয়া", secretary_phone="01700100001"))
    assert registry.table("SELECT name FROM people WHERE msisdn = '+8801700100001' ORDER BY id") == [
        ("রহিমা ইসলাম",),
        ("সুফিয়া",),
    ]
    assert registry.table(
        "SELECT count(*) FROM appointments a JOIN people p ON p.id = a.person_id WHERE p.name = 'রহিমা ইসলাম'"
    ) == [(2,)]


def test_a_president_needs_no_phone(registry: Registry) -> None:
    row = society(president_phone="", secretary_name="", secretary_phone="")
    assert registry.take(row).accepted == 1
    assert registry.take(row).unchanged == 1
    assert [row[:3] for row in registry.table(SERVING)] == [("president", "রহিমা ইসলাম", None)]


def test_an_unknown_category_keeps_its_words(registry: Registry) -> None:
    registry.take(society(category="মৌমাছি পালন"))
    assert registry.table("SELECT category FROM societies") == [("মৌমাছি পালন",)]


def test_one_refused_row_means_that_nothing_is_written(registry: Registry) -> None:
    report = registry.take(society(), society(registration_no="x"))
    assert (report.accepted, report.unchanged, len(report.refused)) == (0, 0, 1)
    assert registry.table("SELECT count(*) FROM societies") == [(0,)]


def test_a_partial_import_takes_the_rows_that_are_in_order(registry: Registry) -> None:
    report = registry.take(society(), society(registration_no="x"), society(registration_no="2/2019"), partial=True)
    assert (report.accepted, [refusal.line for refusal in report.refused]) == (2, [3])
    assert registry.table("SELECT count(*) FROM societies") == [(2,)]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(registry: Registry) -> None:
    assert registry.take(society(), dry_run=True).as_json() == {"accepted": 1, "unchanged": 0, "refused": []}
    assert registry.table("SELECT count(*) FROM people") == [(0,)]
    registry.take(society())
    assert registry.take(society(address="অন্য"), society(registration_no="9/2019"), dry_run=True).accepted == 2
    assert registry.table("SELECT count(*) FROM societies WHERE address = 'অন্য'") == [(0,)]


@pytest.mark.parametrize(("at_once", "transactions"), [(11, {1}), (10, {3, 4})])
def test_rows_beyond_one_batch_all_arrive(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, at_once: int, transactions: set[int]
) -> None:
    monkeypatch.setattr("bot.registry.importing.ROWS_PER_BATCH", 3)
    monkeypatch.setattr("bot.registry.importing.ROWS_AT_ONCE", at_once)
    path = registry.file(*[society(registration_no=f"{number}/2019") for number in range(1, 12)])
    committed = 0

    def run(work: Callable[[Tx], T], /) -> T:
        nonlocal committed
        committed += 1
        return registry.run(work)

    assert import_societies(run, path, today=TODAY).accepted == 11
    assert committed - 1 in transactions  # the offices are read first
    assert import_societies(run, path, today=TODAY, dry_run=True).unchanged == 11


def test_within_one_transaction_an_error_leaves_nothing(registry: Registry) -> None:
    path = registry.file(society())

    def work(tx: Tx) -> None:
        assert import_societies(within(tx), path, today=TODAY).accepted == 1
        raise KeyError

    with pytest.raises(KeyError):
        registry.run(work)
    assert registry.table("SELECT count(*) FROM societies") == [(0,)]


def test_a_missing_file_and_another_kind_of_file_are_told(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="no file nowhere"):
        import_societies(registry.run, tmp_path / "nowhere.csv", today=TODAY)
    for name, content in (("a.pdf", b"x"), ("a.xlsx", b"no zip"), ("a.csv", b"name_bn\n\xff\xe0\x00")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidValue):
            import_societies(registry.run, tmp_path / name, today=TODAY)


def test_offices_are_loaded_once(registry: Registry) -> None:
    assert registry.run(load_offices) == 0
    assert (*ROW, "confirmed_on") == columns("societies")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("সর্বশেষ এজিএম সাল", "last_agm_year"),
        ("শেষ এজিএমের বছর", "last_agm_year"),
        ("সর্বশেষ এজিএমের তারিখ", "last_agm_date"),
        ("সর্বশেষ নিরীক্ষার সাল", "last_audit_year"),
        ("শেষ অডিটের বছর", "last_audit_year"),
        ("শেষ অডিটের তারিখ", "last_audit_date"),
        ("অফিসারের ফোন", "officer_phone"),
        ("দপ্তরের কোড", "office_code"),
        ("Registration No.", "registration_no"),
    ],
)
def test_headers_are_understood_as_people_write_them(header: str, column: str) -> None:
    assert headers("societies")[fold_header(header)] == column
