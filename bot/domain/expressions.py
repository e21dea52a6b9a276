"""What forms compute and check, written as formulas: ``opening + new - cancelled``, ``done <= target``.

A formula has the names of indicators, numbers, ``+ - * /``, parentheses and, in a rule, one comparison, in which ``=`` is the same as
``==``. It is read with Python's own parser and taken over node by node, so that nothing but arithmetic can be written in a form. A
division by nothing gives None.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from bot.domain.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Number: TypeAlias = int | Decimal

_Work: TypeAlias = "Callable[[Mapping[str, Number | None]], Any]"

_LONGEST = 400
_DEEPEST = 200
_CHARACTERS = re.compile(r"[\sA-Za-z0-9_.+\-*/()<>=!]*")
_ALONE = re.compile("(?<![<>=!])=(?!=)")
_WHAT_IT_HAS = "a formula has names of indicators, numbers, + - * / and parentheses"
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: Decimal(left) / Decimal(right) if right else None,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class Formula:
    """A formula, ready to be worked out.

    Args:
        text: as it is written in a form.

    Attributes:
        is_check: it is a comparison.
        names: what it names, each once.
        adds_up: the formula of sums is the sum of the formulas, so that it holds for an area as for each of its offices.

    Raises:
        InvalidValue: it is not arithmetic; says what cannot be there.
    """

    __slots__ = ("_compare", "_sides", "adds_up", "is_check", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > _LONGEST:
            raise InvalidValue(f"a formula has at most {_LONGEST} characters")
        if _CHARACTERS.fullmatch(text) is None:
            raise InvalidValue(_WHAT_IT_HAS)
        try:
            tree = ast.parse(_ALONE.sub("==", " ".join(text.split())), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise InvalidValue(f"not a formula: {text}") from None
        self.is_check = isinstance(tree, ast.Compare)
        names: dict[str, None] = {}
        sides = [tree.left, *tree.comparators] if isinstance(tree, ast.Compare) else [tree]
        for side in sides:
            _collect(side, names, _DEEPEST)
        if isinstance(tree, ast.Compare) and (len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARISONS):
            raise InvalidValue("a rule compares two sides with = (==), !=, <, <=, > or >=")
        self._sides = [_work(side) for side in sides]
        self._compare = _COMPARISONS[type(tree.ops[0])] if isinstance(tree, ast.Compare) else None
        self.names = tuple(names)
        self.adds_up = _adds_up(tree)

    def value(self, values: Mapping[str, Number | None]) -> Number | None:
        """What it comes to; None where a value is missing or a division is by nothing."""
        found = self._sides[0](values)
        return found if found is None or isinstance(found, int) else Decimal(found)

    def holds(self, values: Mapping[str, Number | None]) -> bool | None:
        """Whether a rule is kept; None where a value is missing."""
        assert self._compare is not None  # noqa: S101 - ``is_check`` told
        left, right = (side(values) for side in self._sides)
        return None if left is None or right is None else self._compare(left, right)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"


def _collect(node: ast.expr, names: dict[str, None], depth: int) -> None:
    if depth == 0:
        raise InvalidValue(f"a formula has at most {_DEEPEST} operations one within the other")
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            _collect(left, names, depth - 1)
            _collect(right, names, depth - 1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _collect(operand, names, depth - 1)
        case ast.Name(id=name):
            names[name] = None
        case ast.Constant(value=value) if type(value) is int or (type(value) is float and math.isfinite(value)):
            pass
        case _:
            raise InvalidValue(_WHAT_IT_HAS)


def _adds_up(node: ast.expr) -> bool:
    """Whether it is linear, without a number that stands for itself."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _adds_up(left) and _adds_up(right)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return (_adds_up(left) and _is_constant(right)) or (_is_constant(left) and _adds_up(right))
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _adds_up(left) and _is_constant(right)
        case ast.UnaryOp(operand=operand):
            return _adds_up(operand)
    return isinstance(node, ast.Name)


def _is_constant(node: ast.expr) -> bool:
    return not any(isinstance(each, ast.Name) for each in ast.walk(node))


def _work(node: ast.expr) -> _Work:
    """A part of a formula as a function of the values, so that the tree is walked once and not for every office."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _of_two(_work(left), _ARITHMETIC[type(op)], _work(right))
        case ast.UnaryOp(operand=operand):
            return _negative(_work(operand))
        case ast.Name(id=name):
            return operator.methodcaller("get", name)
    assert isinstance(node, ast.Constant)  # noqa: S101 - ``_collect`` saw to it
    value: Any = Decimal(str(node.value)) if isinstance(node.value, float) else node.value
    return lambda _: value


def _of_two(left: _Work, operation: Callable[[Any, Any], Any], right: _Work) -> _Work:
    def work(values: Mapping[str, Number | None]) -> Any:
        one, other = left(values), right(values)
        return None if one is None or other is None else operation(one, other)

    return work


def _negative(operand: _Work) -> _Work:
    def work(values: Mapping[str, Number | None]) -> Any:
        found = operand(values)
        return None if found is None else -found

    return work
