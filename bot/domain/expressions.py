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

    __slots__ = ("_tree", "adds_up", "is_check", "names", "text")

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
        for side in [tree.left, *tree.comparators] if isinstance(tree, ast.Compare) else [tree]:
            _collect(side, names, _DEEPEST)
        if isinstance(tree, ast.Compare) and (len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARISONS):
            raise InvalidValue("a rule compares two sides with = (==), !=, <, <=, > or >=")
        self._tree = tree
        self.names = tuple(names)
        self.adds_up = _adds_up(tree)

    def value(self, values: Mapping[str, Number | None]) -> Number | None:
        """What it comes to; None where a value is missing or a division is by nothing."""
        found = _value(self._tree, values)
        return found if found is None or isinstance(found, int) else Decimal(found)

    def holds(self, values: Mapping[str, Number | None]) -> bool | None:
        """Whether a rule is kept; None where a value is missing."""
        assert isinstance(self._tree, ast.Compare)  # noqa: S101 - ``is_check`` told
        left, right = _value(self._tree.left, values), _value(self._tree.comparators[0], values)
        if left is None or right is None:
            return None
        return _COMPARISONS[type(self._tree.ops[0])](left, right)

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


def _value(node: ast.expr, values: Mapping[str, Number | None]) -> Any:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _value(left, values), _value(right, values)
            return None if one is None or other is None else _ARITHMETIC[type(op)](one, other)
        case ast.UnaryOp(operand=operand):
            found = _value(operand, values)
            return None if found is None else -found
        case ast.Name(id=name):
            return values.get(name)
        case ast.Constant(value=value):
            return Decimal(str(value)) if isinstance(value, float) else value
    return None
