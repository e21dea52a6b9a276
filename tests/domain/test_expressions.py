"""Formulas of forms: arithmetic, as Python does it, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidValue
from bot.domain.expressions import Formula

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("a", "b", "opening", "files_created")
VALUES = st.fixed_dictionaries({name: st.integers(-(10**9), 10**9) for name in NAMES})
WHOLE = st.recursive(
    st.sampled_from(NAMES) | st.integers(0, 10**6).map(str),
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner)
        | st.builds("({})".format, inner)
        | st.builds("-{}".format, inner)
    ),
    max_leaves=12,
)
LINEAR = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner)
        | st.builds("{} * {}".format, inner, st.integers(0, 99))
        | st.builds("{} * {}".format, st.integers(0, 99), inner)
        | st.builds("-{}".format, inner)
    ),
    max_leaves=8,
)
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


def own(text: str, values: Mapping[str, Any]) -> Any:
    """What Python makes of it."""
    return eval(text, {"__builtins__": {}}, dict(values))


@given(WHOLE, VALUES)
def test_whole_numbers_are_reckoned_as_python_does(text: str, values: dict[str, int]) -> None:
    found = Formula(text).value(values)
    assert found == own(text, values)
    assert isinstance(found, int)


@given(WHOLE, WHOLE, VALUES)
def test_division(above: str, below: str, values: dict[str, int]) -> None:
    divisor = own(below, values)
    found = Formula(f"({above}) / ({below})").value(values)
    if divisor == 0:
        assert found is None
    else:
        exact = Fraction(own(above, values), divisor)
        assert isinstance(found, Decimal)
        assert abs(Fraction(found) - exact) <= abs(exact) * Fraction(1, 10**27)


@given(WHOLE, st.sampled_from(COMPARISONS), WHOLE, VALUES)
def test_rules_hold_as_python_says(left: str, sign: str, right: str, values: dict[str, int]) -> None:
    rule = Formula(f"{left} {sign} {right}")
    assert rule.is_check
    assert rule.holds(values) is own(f"{left} {sign} {right}", values)
    if sign == "==":
        assert Formula(f"{left} = {right}").holds(values) is rule.holds(values)


@given(LINEAR, st.lists(VALUES, min_size=1, max_size=5))
def test_what_adds_up_of_sums_is_the_sum(text: str, offices: list[dict[str, int]]) -> None:
    formula = Formula(text)
    assert formula.adds_up
    sums = {name: sum(office[name] for office in offices) for name in NAMES}
    assert formula.value(sums) == sum(own(text, office) for office in offices)


@pytest.mark.parametrize(
    "text", ["a * b", "a / b", "a + 1", "5", "a - 2 * 3", "2 / a", "a * a", "-5", "(a + b) * (a - b)", "a < b"]
)
def test_what_does_not_add_up(text: str) -> None:
    assert not Formula(text).adds_up


@pytest.mark.parametrize("text", ["a", "a / 2", "a * (2 - 1)", "a * 0.5 + b", "(a + b) / (3 * 4)"])
def test_what_adds_up(text: str) -> None:
    assert Formula(text).adds_up


@pytest.mark.parametrize("missing", NAMES)
def test_a_value_that_is_missing(missing: str) -> None:
    values: dict[str, int | None] = dict.fromkeys(NAMES, 1)
    text = " + ".join(NAMES)
    for without in (values | {missing: None}, {name: 1 for name in NAMES if name != missing}):
        assert Formula(text).value(without) is None
        assert Formula(f"-({text}) * 2 / 3").value(without) is None
        assert Formula(f"{text} < 9").holds(without) is None
        assert Formula(f"9 > {text}").holds(without) is None


@pytest.mark.parametrize("text", ["a / 0", "a / (b - b)", "1 + a / 0", "a / (b / 0)", "-(a / 0)", "a / 0.0"])
def test_a_division_by_nothing_is_nothing(text: str) -> None:
    assert Formula(text).value({"a": 5, "b": 7}) is None
    assert Formula(f"{text} > 1").holds({"a": 5, "b": 7}) is None


def test_decimals_are_exact() -> None:
    assert Formula("a * 0.1 + 0.2").value({"a": 1}) == Decimal("0.3")
    assert Formula("a + b").value({"a": Decimal("0.1"), "b": Decimal("0.2")}) == Decimal("0.3")
    assert Formula("0.1 + 0.2 = a").holds({"a": Decimal("0.3")})


def test_names_are_told_once_and_in_their_order() -> None:
    assert Formula("opening + new - cancelled + new").names == ("opening", "new", "cancelled")
    assert Formula("done <= target").names == ("done", "target")
    assert not Formula("opening").is_check


def test_formulas_are_equal_by_their_text() -> None:
    assert Formula("a + b") == Formula("a + b") != Formula("b + a")
    assert len({Formula("a"), Formula("a"), Formula("b")}) == 2
    assert repr(Formula("a")) == "Formula('a')"
    assert Formula("a") != "a"


@pytest.mark.parametrize("text", ["  a\n + b ", "a\t+\r\n b", "(a +\n b)"])
def test_a_formula_may_go_over_lines(text: str) -> None:
    assert Formula(text).value({"a": 1, "b": 2}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "a.real", "a.__class__", "().__class__", "a[0]", "abs(a)", "__import__('os')", "print(a)", "a ** 2", "2 ** 9 ** 9", "a // b",
        "a % b", "a & b", "a | b", "a ^ b", "a << 2", "~a", "+a", "not a", "a and b", "a or b", "a < b and b < a", "a if b else c",
        "True", "False", "None", "a + True", "a < None", "...", "'a'", '"a"', "f'{a}'", "b'a'", "1j", "a + 2j", "1e999", "(a, b)",
        "[a]", "{a}", "{a: b}",
        "lambda: a", "(a := 1)", "a, b", "*a", "await a", "yield a", "a < b < c", "a in b", "a is b", "a is not b", "(a < b) + 1",
        "a < (b < c)", "-(a < b)", "", " ", "a +", "+", "a b", "a = = b", "a === b", "a =< b", "a := b", "a;b", "a # b", "a \\\n b",
        "আ", "a + ১", "ａ", "a\x00", "a\u200b", "1or 2", "0x", "01", "1__0", "import os", "del a", "a\n=\nb = c",
    ],
)  # fmt: skip
def test_whatever_is_not_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        Formula(text)


@given(st.text(max_size=40) | st.text(alphabet="ab01 .+-*/()<>=!_e\n", max_size=40))
def test_any_text_is_a_formula_or_is_refused(text: str) -> None:
    try:
        formula = Formula(text)
    except InvalidValue:
        return
    values = dict.fromkeys(formula.names, 3)
    found = formula.holds(values) if formula.is_check else formula.value(values)
    assert found is None or isinstance(found, bool if formula.is_check else int | Decimal)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 401, "a formula has at most 400 characters"),
        ("a +", "not a formula: a +"),
        ("a ** b", "a formula has names of indicators, numbers"),
        ("a < b < c", "a rule compares two sides"),
        ("-" * 399 + "a", "a formula has at most 200 operations one within the other"),
        ("(" * 199 + "a", "not a formula"),
    ],
)
def test_it_is_said_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(InvalidValue, match=message.replace("+", r"\+")):
        Formula(text)


def test_a_long_sum_is_no_trouble() -> None:
    assert Formula("+".join(["a"] * 200)).value({"a": 2}) == 400
