"""Return forms: those that come with the program, and an office's own."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.config import Config
from bot.domain.checking import best, check
from bot.domain.figures import ratio
from bot.domain.forms import FiledBy, Kind, Unit
from bot.domain.periods import DueRule, Every, Period
from bot.form import OURS, load_forms
from tests.forms import WHOLE, folder, said

if TYPE_CHECKING:
    from bot.domain.forms import Form

DOCS = Path(__file__).parent.parent / "docs" / "forms.md"


def our(code: str) -> Form:
    form = load_forms().newest(code)
    assert form is not None
    return form


# --- the forms that come with the program


NAMES = {
    "SOC": "opening new cancelled closing",
    "AUD": "target done percent",
    "AGM": "due held",
    "NOTHI": "files_created dak_note note letter_note total letters_issued hard_notes percent",
    "EGOV": "target achieved percent dnothi_target dnothi_achieved dnothi_percent",
    "TRACK": "integrity information grievance charter",
    "MEM": "male female share_capital savings loan_disbursed loan_outstanding members",
    "CDF": "demand collected percent",
}
QUARTERLY = {"NOTHI", "EGOV", "TRACK"}


def test_eight_forms_come_with_it() -> None:
    assert {form.code for form in load_forms()} == set(NAMES)


@pytest.mark.parametrize("code", NAMES)
def test_the_order_in_which_figures_are_typed(code: str) -> None:
    assert [each.name for each in our(code).indicators] == NAMES[code].split()


@pytest.mark.parametrize("code", NAMES)
def test_who_files_them_and_when_they_are_due(code: str) -> None:
    form = our(code)
    if code == "MEM":
        assert form.filed_by is FiledBy.SOCIETY
        assert form.due == {Every.QUARTER: DueRule(10), Every.YEAR: DueRule(30)}
    else:
        assert form.filed_by is FiledBy.UPAZILA
        assert form.due == ({Every.QUARTER: DueRule(10)} if code in QUARTERLY else {Every.MONTH: DueRule(5)})


@pytest.mark.parametrize("code", NAMES)
def test_they_hold_for_every_period_of_their_length(code: str) -> None:
    form = our(code)
    for every in Every:
        for day in (date(2019, 12, 5), date(2023, 12, 5), date(2050, 1, 1)):
            found = load_forms().of(code, Period.of(every, day))
            assert found is (form if every in form.every else None)


def test_the_monthly_count_of_societies() -> None:
    soc = our("SOC")
    checked = check(soc, {"opening": 1390, "new": 5, "cancelled": 2})
    assert checked.is_complete
    assert checked.values["closing"] == 1393
    assert soc.by_name["opening"].carried == "closing"
    assert not check(soc, {"opening": 1, "new": 0, "cancelled": 2}).is_complete, "a count is never less than nothing"


def test_the_quarter_in_d_nothi() -> None:
    nothi = our("NOTHI")
    (given_by_order,) = best(nothi, [8, 30, 32, 1081, 1277, 244])
    checked = check(nothi, given_by_order)
    assert checked.is_complete
    assert checked.values["total"] == 1143
    assert ratio(nothi.by_name["percent"], checked.values) == Decimal("82.41")
    assert check(nothi, {**given_by_order, "hard_notes": 0}).is_complete


@pytest.mark.parametrize(("target", "achieved", "percent"), [(4, 1, 25), (80, 86, 100), (4, 0, 0)])
def test_the_work_plan_is_capped(target: int, achieved: int, percent: int) -> None:
    egov = our("EGOV")
    values = {"target": target, "achieved": achieved}
    assert check(egov, values).is_complete
    assert ratio(egov.by_name["percent"], values) == percent
    of_two_percentages = {"dnothi_target": Decimal(target), "dnothi_achieved": Decimal(achieved)}
    assert ratio(egov.by_name["dnothi_percent"], of_two_percentages) == percent


def test_percentages_are_listed_and_not_summed() -> None:
    listed = {(form.code, each.name) for form in load_forms() for each in form.asked if each.unit is Unit.PERCENT}
    assert listed == {("EGOV", "dnothi_target"), ("EGOV", "dnothi_achieved")}
    assert not any(our(code).by_name[name].is_summed for code, name in listed)


def test_the_share_of_audits_has_no_cap() -> None:
    assert ratio(our("AUD").by_name["percent"], {"target": 4, "done": 5}) == 125
    assert ratio(our("CDF").by_name["percent"], {"demand": 0, "collected": 5}) is None


def test_an_office_hands_in_what_it_has() -> None:
    track = our("TRACK")
    assert {each.kind for each in track.indicators} == {Kind.DATE}
    assert check(track, {"charter": date(2023, 12, 31)}).is_complete


def test_members_are_men_and_women() -> None:
    given_figures = dict.fromkeys(NAMES["MEM"].split()[:-1], 0) | {"male": 61, "female": 59}
    assert check(our("MEM"), given_figures).values["members"] == 120


def test_every_form_names_what_is_shown_where_there_is_little_room() -> None:
    assert all(1 < len(form.headlines) <= 6 for form in load_forms())


# --- an office's own


def examples() -> dict[str, str]:
    found = re.findall(r"<!-- example: (\w+)\.toml -->\n```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return dict(found)


def test_the_examples_of_the_documentation_work(tmp_path: Path) -> None:
    assert set(examples()) == {"visit", "visit2"}
    forms = load_forms(folder(tmp_path, **examples()))
    first, second = forms.exact("VISIT", 1), forms.exact("VISIT", 2)
    assert first
    assert second
    assert forms.newest("VISIT") is second
    assert forms.of("VISIT", Period.parse("2027-06")) is first
    assert forms.of("VISIT", Period.parse("2027-07")) is second
    assert first.due == {Every.MONTH: DueRule(7)}
    assert second.due == {Every.MONTH: DueRule(5)}
    checked = check(first, {"planned": 20, "visited": 18})
    assert checked.is_complete
    assert checked.values["sound"] == 18
    (problem,) = check(first, {"planned": 20, "visited": 41}).problems
    assert problem.message["en"] == "More than twice the visits planned"


def test_the_forms_that_come_with_it_are_documented() -> None:
    rows = re.findall(r"^\| `([A-Z]+)` \|[^|]*\|[^|]*\| ([^|]*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {code: names.replace(",", "") for code, names in rows} == NAMES


def test_faults_of_the_documentation_are_said_as_it_says(tmp_path: Path) -> None:
    text = examples()["visit"].replace('kind = "target"', 'kind = "goal"')
    printed = re.findall(r"^visit\.toml:\d+: .*$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert said(folder(tmp_path, visit=text)) == printed[:1]
    text = examples()["visit"].replace('"visited - weak"', '"visit - weak"')
    assert said(folder(tmp_path, visit=text)) == printed[1:]


def test_a_new_version_of_one_of_ours(tmp_path: Path) -> None:
    text = (OURS / "soc.toml").read_text(encoding="utf-8")
    text = text.replace('code = "SOC"', 'code = "SOC"\nversion = 2\nsince = 2027-07-01')
    forms = load_forms(folder(tmp_path, soc=text))
    assert forms.of("SOC", Period.parse("2027-06")) is forms.exact("SOC", 1)
    assert forms.of("SOC", Period.parse("2027-07")) is forms.exact("SOC", 2)


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("ends", [b"\r\n", b"\n"])
def test_files_as_editors_on_windows_save_them(tmp_path: Path, mark: bytes, ends: bytes) -> None:
    (tmp_path / "visit.toml").write_bytes(mark + WHOLE.encode().replace(b"\n", ends))
    (tmp_path / "._visit.toml").write_bytes(b"\x00\x05")
    (tmp_path / "visit.toml.bak").write_bytes(b"x")
    assert "VISIT" in load_forms(tmp_path)
    broken = WHOLE.replace('kind = "flow"', 'kind = "flaw"').encode()
    (tmp_path / "visit.toml").write_bytes(mark + broken.replace(b"\n", ends))
    load_forms.cache_clear()
    assert said(tmp_path) == ["visit.toml:13: indicators[1].kind: is one of flow, stock, target, computed, ratio, date"]


def test_no_bound_but_those_that_are_given(tmp_path: Path) -> None:
    text = WHOLE.replace('kind = "flow"', 'kind = "flow"\nleast = -7.5\nmost = 9')
    form = load_forms(folder(tmp_path, visit=text)).newest("VISIT")
    assert form is not None
    assert [each.least for each in form.indicators] == [0, Decimal("-7.5"), None]
    assert [each.most for each in form.indicators] == [None, 9, None]


def test_a_form_is_read_once() -> None:
    assert load_forms() is load_forms()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert said(tmp_path / "none") == [f"returns.folder: there is no folder {tmp_path / 'none'}"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.toml").mkdir()
    assert said(tmp_path) == ["x.toml:1: cannot be read: Is a directory"]


# --- settings


def test_settings_of_returns() -> None:
    returns = Config.model_validate(
        {"returns": {"holidays": [date(2026, 12, 16), "2027-02-21"], "due_after_days": []}}
    ).returns
    assert returns.holidays == (date(2026, 12, 16), date(2027, 2, 21))
    assert (returns.folder, returns.undo_minutes, returns.due_before_days, returns.guided_hours) == (
        None,
        15,
        (3, 0),
        24,
    )


@pytest.mark.parametrize(
    "table",
    [
        {"undo_minutes": -1},
        {"due_before_days": [-1]},
        {"due_before_days": [61]},
        {"due_after_days": [0]},
        {"due_after_days": [366]},
        {"guided_hours": 0},
        {"holidays": ["tomorrow"]},
        {"x": 1},
    ],
)
def test_settings_of_returns_that_cannot_be_used(table: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="returns"):
        Config.model_validate({"returns": table})
