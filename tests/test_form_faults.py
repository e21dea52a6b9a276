"""What is said about a return form that cannot be used: every fault, with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.form import OURS, load_forms
from tests.forms import WHOLE, folder, said

if TYPE_CHECKING:
    from pathlib import Path

ENOUGH = '[[indicators]]\nname = "much"\nkind = "flow"\nlabel = { bn = "বহু", en = "Much" }\n'

# What is written instead of what in WHOLE, and what is said; ``#!`` stands on the line to which it must point. ``@`` is a rule.
FAULTS: dict[str, tuple[str, str, str]] = {
    "not TOML": ('filed_by = "upazila"', "filed_by = upazila #!", "is not TOML: Invalid value"),
    "a string that does not end": ('en = "Visited" }', 'en = "Visited } #!', "is not TOML: "),
    "the same key twice": ("words =", 'name = "x" #!\nwords =', "is not TOML: Cannot overwrite a value"),
    "a key that is not known": (
        "words =",
        "colour = 1 #!\nwords =",
        "indicators[1].colour: there is no such key; there are name, kind, ",
    ),
    "a key that is misspelt": ("words = [", "word = [ #!\n", "indicators[1].word: there is no such key: words is near"),
    "a table that is not known": (
        "[[indicators]]",
        "[titel] #!\nbn = 1\n[[indicators]]",
        "titel: there is no such key: title is near",
    ),
    "a key of a label": (
        'en = "Visited" }',
        'en = "Visited", fr = "Vu" } #!',
        "indicators[1].label.fr: there is no such key; there are bn, en",
    ),
    "no code": ('code = "VISIT"', "#!", "code: is missing"),
    "a code in small letters": ('code = "VISIT"', 'code = "visit" #!', "code: is 2 to 10 capital letters"),
    "a code that is too long": ('code = "VISIT"', 'code = "VISITSVISITS" #!', "code: is 2 to 10 capital letters"),
    "a code that is a number": ('code = "VISIT"', "code = 12 #!", "code: is a text in quotes"),
    "a version in quotes": (
        'code = "VISIT"',
        'code = "VISIT"\nversion = "1" #!',
        "version: is a whole number, without quotes",
    ),
    "a version of nothing": ('code = "VISIT"', 'code = "VISIT"\nversion = 0 #!', "version: is at least 1"),
    "a version that is true": ('code = "VISIT"', 'code = "VISIT"\nversion = true #!', "version: is a whole number"),
    "since no day": ('code = "VISIT"', 'code = "VISIT"\nsince = "July" #!', "since: is a day such as 2024-07-01"),
    "since a time": (
        'code = "VISIT"',
        'code = "VISIT"\nsince = 2024-07-01 00:00:00 #!',
        "since: is a day such as 2024-07-01",
    ),
    "since the middle": (
        'code = "VISIT"',
        'code = "VISIT"\nsince = 2024-07-02 #!',
        "since: is the first day of a month;",
    ),
    "filed by nobody": ('"upazila"', '"union" #!', "filed_by: is one of upazila, district, division, nation, society"),
    "no period": ('every = ["month"]', "every = [] #!", "every: has at least one entry"),
    "a period that is none": (
        'every = ["month"]',
        'every = [\n "month",\n "week", #!\n]',
        "every[1]: is one of month, quarter, year",
    ),
    "a period twice": ('every = ["month"]', 'every = ["month", "month"] #!', "every[1]: names month twice"),
    "a period that is no list": ('every = ["month"]', 'every = "month" #!', "every: is a list in brackets"),
    "due on day 32": ("[[indicators]]", "[due]\nmonth = 32 #!\n[[indicators]]", "due.month: is at most 31"),
    "due for another length": (
        "[[indicators]]",
        "[due]\n\nyear = 30 #!\n[[indicators]]",
        "due.year: says when a year is due, and the form has none",
    ),
    "no title": ('title = { bn = "পরিদর্শন", en = "Visits" }', "", "title: is missing"),
    "a title in one language": ('{ bn = "পরিদর্শন", en = "Visits" }', '{ bn = "পরিদর্শন" } #!', "title.en: is missing"),
    "a title that is long": (
        'en = "Visits" }',
        f'en = "{"V" * 41}" }} #!',
        "title.en: has 41 characters and may have 40",
    ),
    "no indicators": (WHOLE[WHOLE.index("[[") :], "", "indicators: is missing"),
    "one table for all": (
        WHOLE[WHOLE.index("[[") :],
        '[indicators] #!\nname = "x"\n',
        "indicators: is a list in brackets, or tables [[…]]",
    ),
    "a name with capitals": (
        'name = "visited"',
        'name = "Visited" #!',
        "indicators[1].name: is at most 30 small letters",
    ),
    "a name that is long": (
        'name = "visited"',
        f'name = "{"v" * 31}" #!',
        "indicators[1].name: is at most 30 small letters",
    ),
    "a name twice": (
        'name = "planned"',
        'name = "visited"',
        "indicators[1].name: an indicator before it is called visited too",
    ),
    "a kind that is none": (
        'kind = "flow"',
        'kind = "flaw" #!',
        "indicators[1].kind: is one of flow, stock, target, computed, ratio, date",
    ),
    "no kind": (
        '[[indicators]]\nname = "visited"\nkind = "flow"',
        '[[indicators]] #!\nname = "visited"',
        "indicators[1].kind: is missing",
    ),
    "a label in one language": (
        '{ bn = "পরিদর্শিত", en = "Visited" }',
        '{ en = "Visited" } #!',
        "indicators[1].label.bn: is missing",
    ),
    "a label that is long": (
        'bn = "পরিদর্শিত"',
        f'bn = "{"পরি" * 9}"',
        "indicators[1].label.bn: has 27 characters and may have 24",
    ),
    "a label without text": (
        'en = "Visited" }',
        'en = " " } #!',
        "indicators[1].label.en: is a text, without spaces around it",
    ),
    "a label of two lines": ('en = "Visited" }', 'en = "Visi\\nted" } #!', "indicators[1].label.en: is one line"),
    "a label that costs": (
        'en = "Visited" }',
        'en = "Visité – x" } #!',
        "indicators[1].label.en: has the character –, which makes every SMS",
    ),
    "a label that is a text": (
        'label = { bn = "পরিদর্শিত", en = "Visited" }',
        'label = "Visited" #!',
        "indicators[1].label: is a table",
    ),
    "words that are a text": ('words = ["দেখা"]', 'words = "দেখা" #!', "indicators[1].words: is a list in brackets"),
    "a word that is a number": (
        'words = ["দেখা"]',
        'words = ["দেখা",\n "১২"] #!',
        "indicators[1].words[1]: is a word that people type",
    ),
    "words joined": ('words = ["দেখা"]', 'words = ["দেখা | দেখ"] #!', "indicators[1].words[0]: is one word or phrase"),
    "a word of another": (
        'words = ["দেখা"]',
        'words = ["দেখা", "Plan Ned"] #!',
        "indicators[1].words[1]: 'Plan Ned' means planned already",
    ),
    "a label of another": (
        'en = "Visited" }',
        'en = "PLANNED" } #!',
        "indicators[1].label.en: 'PLANNED' means planned already",
    ),
    "a unit that is none": (
        'kind = "flow"',
        'kind = "flow"\nunit = "kilo" #!',
        "indicators[1].unit: is one of number, taka, percent",
    ),
    "a unit on a ratio": (
        'kind = "ratio"',
        'kind = "ratio"\nunit = "percent" #!',
        "indicators[2].unit: belongs on a number",
    ),
    "a bound in quotes": (
        'kind = "flow"',
        'kind = "flow"\nmost = "9" #!',
        "indicators[1].most: is a number, without quotes",
    ),
    "a bound that is endless": (
        'kind = "flow"',
        'kind = "flow"\nmost = inf #!',
        "indicators[1].most: is a number between",
    ),
    "bounds out of order": (
        'kind = "flow"',
        'kind = "flow"\nleast = 3\nmost = 2 #!',
        "indicators[1].most: is less than least, which is 3",
    ),
    "less than the default": (
        'kind = "flow"',
        'kind = "flow"\nmost = -1 #!',
        "indicators[1].most: is less than least, which is 0",
    ),
    "a bound on a ratio": (
        'kind = "ratio"',
        'kind = "ratio"\nmost = 100 #!',
        "indicators[2].most: belongs on a number, and not on a ratio",
    ),
    "carried on a flow": (
        'kind = "flow"',
        'kind = "flow"\ncarried = "planned" #!',
        "indicators[1].carried: belongs on a stock, and visited is of kind flow",
    ),
    "carried from nowhere": (
        'kind = "flow"',
        'kind = "stock"\ncarried = "end" #!',
        "indicators[1].carried: there is no indicator end in this form",
    ),
    "carried from a target": (
        'kind = "flow"',
        'kind = "stock"\ncarried = "planned" #!',
        "indicators[1].carried: names what there is at the end of a period: planned",
    ),
    "carried from itself": (
        'kind = "flow"',
        'kind = "stock"\ncarried = "visited" #!',
        "indicators[1].carried: names what there is at the end of a period: visited",
    ),
    "carried from another unit": (
        'kind = "flow"',
        'kind = "stock"\ncarried = "cash" #!',
        "indicators[1].carried: cash has another unit than visited",
    ),
    "yearly on a flow": (
        'kind = "flow"',
        'kind = "flow"\nyearly = true #!',
        "indicators[1].yearly: belongs on a target",
    ),
    "yearly in quotes": (
        'kind = "target"',
        'kind = "target"\nyearly = "yes" #!',
        "indicators[0].yearly: is true or false, without quotes",
    ),
    "a cap on a flow": ('kind = "flow"', 'kind = "flow"\ncap = 100 #!', "indicators[1].cap: belongs on a ratio"),
    "a cap of nothing": ('kind = "ratio"', 'kind = "ratio"\ncap = 0 #!', "indicators[2].cap: is more than 0"),
    "an optional ratio": (
        'kind = "ratio"',
        'kind = "ratio"\noptional = true #!',
        "indicators[2].optional: belongs on what is typed",
    ),
    "a formula on a flow": (
        'kind = "flow"',
        'kind = "flow"\nexpression = "planned + planned" #!',
        "indicators[1].expression: belongs on a computed figure",
    ),
    "nothing to compute": (
        '[[indicators]]\nname = "visited"\nkind = "flow"',
        '[[indicators]] #!\nname = "visited"\nkind = "computed"',
        "indicators[1].expression: is missing: visited is of kind computed",
    ),
    "no denominator": (
        'denominator = "planned"\n',
        "",
        "indicators[2].denominator: is missing: percent is of kind ratio",
    ),
    "a formula that is none": (
        'numerator = "visited"',
        'numerator = "visited +" #!',
        "indicators[2].numerator: not a formula: visited +",
    ),
    "a formula that calls": (
        'numerator = "visited"',
        'numerator = "abs(visited)" #!',
        "indicators[2].numerator: a formula has names of indicators",
    ),
    "a formula that is a number": (
        'numerator = "visited"',
        "numerator = 5 #!",
        "indicators[2].numerator: is a formula in quotes",
    ),
    "a formula that compares": (
        'numerator = "visited"',
        'numerator = "visited < 5" #!',
        "indicators[2].numerator: is a formula without a comparison",
    ),
    "a formula without names": (
        'denominator = "planned"',
        'denominator = "5" #!',
        "indicators[2].denominator: names no indicator",
    ),
    "a formula of the unknown": (
        'numerator = "visited"',
        'numerator = "visits" #!',
        "indicators[2].numerator: there is no indicator visits in this form",
    ),
    "a ratio of a ratio": (
        'numerator = "visited"',
        'numerator = "percent" #!',
        "indicators[2].numerator: percent is a ratio: write its numerator",
    ),
    "a formula of dates": (
        'kind = "flow"',
        'kind = "date"',
        "indicators[2].numerator: visited is a date, and dates cannot be reckoned with",
    ),
    "a product": (
        'numerator = "visited"',
        'numerator = "visited * planned" #!',
        "indicators[2].numerator: adds and subtracts indicators",
    ),
    "a number added": (
        'denominator = "planned"',
        'denominator = "planned + 1" #!',
        "indicators[2].denominator: adds and subtracts indicators",
    ),
    "a percentage by a number": (
        'kind = "flow"',
        'kind = "flow"\nunit = "percent"',
        "indicators[2].denominator: visited is a percentage, and can only be divided by another",
    ),
    "a percentage computed": (
        'kind = "flow"',
        'kind = "computed"\nexpression = "planned * 2"\nunit = "percent" #!',
        "indicators[1].unit: a percentage that is computed is of kind ratio",
    ),
    "a sum of percentages": (
        'kind = "flow"',
        'kind = "computed"\nexpression = "planned + share" #!',
        "indicators[1].expression: share is a percentage, and percentages cannot be added up",
    ),
    "a rule that is none": ("@", 'check = "visited + planned" #!', "rules[0].check: is a comparison of two sides"),
    "a rule of three sides": ("@", 'check = "1 < visited < 9" #!', "rules[0].check: a rule compares two sides"),
    "a rule about nothing": ("@", 'check = "1 < 2" #!', "rules[0].check: names no indicator"),
    "a rule about the unknown": (
        "@",
        'check = "visited < most" #!',
        "rules[0].check: there is no indicator most in this form",
    ),
    "a rule about a ratio": ("@", 'check = "percent <= 100" #!', "rules[0].check: percent is a ratio"),
    "a rule that is a number": ("@", "check = 1 #!", "rules[0].check: is a comparison in quotes"),
}
BESIDES = {
    "carried from another unit": ENOUGH.replace('"much"', '"cash"').replace('"flow"', '"stock"\nunit = "taka"'),
    "a sum of percentages": ENOUGH.replace('"much"', '"share"').replace('"flow"', '"stock"\nunit = "percent"'),
}
ELSEWHERE = {
    "no title": 1,
    "no indicators": 1,
    "a name twice": 12,
    "a label that is long": 14,
    "no denominator": 17,
    "a formula of dates": 20,
    "a percentage by a number": 22,
}
"""Lines of faults that stand beside what was changed."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_line(fault: str, tmp_path: Path) -> None:
    old, new, sentence = FAULTS[fault]
    message = 'message = { bn = "ভুল", en = "Wrong" }'
    whole = f"{WHOLE}\n[[rules]]\n@\n{message}\n" if old == "@" else WHOLE + BESIDES.get(fault, "")
    assert old in whole
    text = whole.replace(old, new, 1)
    line = ELSEWHERE.get(fault) or text[: text.index("#!")].count("\n") + 1
    told = said(folder(tmp_path, visit=text))
    assert any(each.startswith(f"visit.toml:{line}: {sentence}") for each in told), "\n".join(told)
    assert len(told) == 1 or fault in SEVERAL, "\n".join(told)


SEVERAL = {"a name twice", "a percentage computed"}
"""One slip that makes more than one thing wrong."""


def test_computed_figures_that_follow_from_themselves(tmp_path: Path) -> None:
    text = WHOLE + "".join(
        f'[[indicators]]\nname = "{name}"\nkind = "computed"\nexpression = "{formula}"\nlabel = {{ bn = "{bn}", en = "{name}" }}\n'
        for name, formula, bn in (("one", "two + visited", "এক"), ("two", "one", "দুই"), ("three", "one", "তিন"), ("four", "four", "চার"))
    )  # fmt: skip
    assert said(folder(tmp_path, visit=text)) == [
        "visit.toml:26: indicators[3].expression: one follows from itself",
        "visit.toml:31: indicators[4].expression: two follows from itself",
        "visit.toml:41: indicators[6].expression: four follows from itself",
    ]


def test_at_least_one_figure_is_typed(tmp_path: Path) -> None:
    text = WHOLE[: WHOLE.index("[[")] + ENOUGH.replace('"flow"', '"computed"\nexpression = "much"')
    assert "visit.toml:6: indicators: nothing is asked: at least one indicator is typed" in said(
        folder(tmp_path, visit=text)
    )


def test_no_more_than_six_headlines(tmp_path: Path) -> None:
    more = "".join(
        ENOUGH.replace("much", f"m{i}").replace("Much", f"M{i}").replace("বহু", "বহু" + "ক" * i) + "headline = true\n"
        for i in range(7)
    )
    assert said(folder(tmp_path, visit=WHOLE + more)) == [
        "visit.toml:57: indicators[9].headline: at most 6 indicators are headlines"
    ]


def test_no_more_than_forty_figures(tmp_path: Path) -> None:
    more = "".join(ENOUGH.replace("much", f"m{i}").replace("Much", f"M{i}") for i in range(38))
    assert said(folder(tmp_path, visit=WHOLE + more)) == ["visit.toml:6: indicators: has 41 entries and may have 40"]


def test_a_file_that_is_not_in_utf8(tmp_path: Path) -> None:
    (tmp_path / "visit.toml").write_bytes(WHOLE.encode("utf-16"))
    assert said(tmp_path)[0].startswith("visit.toml:1: is not a text in UTF-8")
    (tmp_path / "visit.toml").write_bytes(b'code = "V"\n# caf\xe9\n')
    load_forms.cache_clear()
    assert said(tmp_path)[0].startswith("visit.toml:2: is not a text in UTF-8")


def test_a_file_that_breaks_off(tmp_path: Path) -> None:
    assert said(folder(tmp_path, visit=WHOLE + 'x = """abc\n\n'))[0].startswith("visit.toml:23: is not TOML: ")


def test_brackets_within_brackets_do_not_stop_the_program(tmp_path: Path) -> None:
    assert said(folder(tmp_path, visit="x = " + "[" * 5000 + "]" * 5000))[0].startswith("visit.toml:1: is not TOML")


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    one = WHOLE.replace('"flow"', '"flaw"').replace('"VISIT"', '"visit"')
    two = WHOLE.replace('numerator = "visited"', 'numerator = "visits"')
    assert [each.rpartition(": ")[0] for each in said(folder(tmp_path, one=one, two=two))] == [
        "one.toml:1: code",
        "one.toml:13: indicators[1].kind",
        "two.toml:20: indicators[2].numerator",
    ]


# --- between files


def test_the_same_version_twice(tmp_path: Path) -> None:
    assert said(folder(tmp_path, one=WHOLE, two=WHOLE)) == [
        "two.toml:1: version: VISIT has a version 1 already, in another file"
    ]
    load_forms.cache_clear()
    (tmp_path / "one.toml").unlink()
    text = (OURS / "soc.toml").read_text(encoding="utf-8")
    (tmp_path / "two.toml").write_text(text, encoding="utf-8")
    assert said(tmp_path) == ["two.toml:1: version: SOC has a version 1 already, in another file"]


@pytest.mark.parametrize(
    ("older", "newer", "fault"),
    [
        ("", "", "two.toml:1: since: is later than that of version 1, which holds from ever"),
        ("", "since = 2025-01-01", None),
        ("since = 2025-01-01", "since = 2025-01-01", "two.toml:3: since: is later than that of version 1, which holds since 2025-01-01"),
        ("since = 2025-01-01", "since = 2025-02-01", None),
        ("since = 2025-02-01", "since = 2025-01-01", "two.toml:3: since: is later than that of version 1, which holds since 2025-02-01"),
    ],
)  # fmt: skip
def test_a_higher_version_begins_later(older: str, newer: str, fault: str | None, tmp_path: Path) -> None:
    code = 'code = "VISIT"\n'
    path = folder(
        tmp_path,
        one=WHOLE.replace(code, f"{code}version = 1\n{older}\n"),
        two=WHOLE.replace(code, f"{code}version = 2\n{newer}\n"),
    )
    if fault is None:
        assert {form.version for form in load_forms(path).versions if form.code == "VISIT"} == {1, 2}
    else:
        assert said(path) == [fault]


def test_what_keeps_its_name_keeps_its_kind(tmp_path: Path) -> None:
    code = 'code = "VISIT"\n'
    two = WHOLE.replace(code, f"{code}version = 2\nsince = 2025-07-01\n")
    two = two.replace('"flow"', '"stock"').replace('"upazila"', '"district"')
    assert said(folder(tmp_path, one=WHOLE, two=two)) == [
        "two.toml:4: filed_by: is upazila in version 1: give the form another code",
        "two.toml:15: indicators[1].kind: visited has another kind or unit in version 1: give it another name",
    ]


@pytest.mark.parametrize("word", ["soc", "Society Count", "society-count"])
def test_no_two_forms_are_called_alike(word: str, tmp_path: Path) -> None:
    text = WHOLE.replace('every = ["month"]', f'every = ["month"]\nwords = ["visits",\n"{word}"]')
    assert said(folder(tmp_path, visit=text)) == [f"visit.toml:5: words[1]: '{word}' means the form SOC already"]
