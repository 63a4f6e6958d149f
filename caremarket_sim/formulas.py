"""Formulas written as text in data: arithmetic on columns, checked when it is read; nothing of the text is run as code.

A formula is read for sums over a period. Every column is of degree 1, since twice the weeks are twice the sum; a
number is of degree 0. What is added must be of one degree, and the whole of degree 0: a share, a mean or a rate, the
same for a week, a year and the whole. What is divided by nothing has no value (nan).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

Columns = Any
"""Numbers by name of column: a structured array, or a mapping of arrays."""

Sums = Callable[[str, str], Sequence[str]]
"""The columns of the books that one party paid another; either may be `anyone`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a formula: its degree in the sums, and its value from columns."""

    degree: int
    value: Callable[[Columns], Any]


def read_formula(text: str, known: Sequence[str], paid: Sums = lambda payer, payee: ()) -> Callable[[Columns], Any]:
    """The formula as a function of columns. Raises ValueError that says what is wrong with the text."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no formula: {error.msg}") from None
    part = _Reader(frozenset(known), paid).part(tree.body)
    if part.degree != 0:
        raise ValueError(f"{text!r} grows with the period: divide it by `weeks` or by another sum")
    return part.value


class _Reader:
    """Reads the nodes of a formula, each kind that there is by a method of its own."""

    def __init__(self, known: frozenset[str], paid: Sums) -> None:
        self.known, self.paid = known, paid

    def part(self, node: ast.expr) -> Part:
        """A node as a part of a formula; ValueError for anything but arithmetic."""
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return Part(0, lambda columns: number)
            case ast.Name(id=name):
                return self.total([name])
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
                return _SIGNS[type(sign)](self.part(left), self.part(right), ast.unparse(node))
            case ast.Call(func=ast.Name(id="paid"), args=[ast.Constant(value=payer), ast.Constant(value=payee)]):
                return self.total(self.paid(str(payer), str(payee)), f"what {payer} pays {payee}")
            case ast.Call(func=ast.Name(id="at_least"), args=[what, ast.Constant(value=int() | float() as least)]):
                inner = self.part(what)
                return Part(inner.degree, lambda columns: np.maximum(inner.value(columns), least))
        raise ValueError(f"{ast.unparse(node)!r} is no arithmetic on columns")

    def total(self, names: Sequence[str], what: str = "") -> Part:
        """The sum of some columns, in their order."""
        unknown = [name for name in names if name not in self.known]
        if unknown or not names:
            raise ValueError(f"there is no column {unknown[0]!r}" if unknown else f"the books have no line of {what}")
        return Part(1, lambda columns: reduce(operator.add, (columns[name] for name in names)))


def _together(sign: Callable) -> Callable[[Part, Part, str], Part]:
    def read(left: Part, right: Part, text: str) -> Part:
        if left.degree != right.degree:
            raise ValueError(f"{text!r} adds a sum over the period to what does not grow with it")
        return Part(left.degree, lambda columns: sign(left.value(columns), right.value(columns)))

    return read


def _times(left: Part, right: Part, text: str) -> Part:
    return Part(left.degree + right.degree, lambda columns: left.value(columns) * right.value(columns))


def _over(left: Part, right: Part, text: str) -> Part:
    return Part(left.degree - right.degree, lambda columns: left.value(columns) / _some(right.value(columns)))


def _some(values: Any) -> Any:
    """The values, nan where there is nothing to divide by."""
    return np.where(values > 0.0, values, np.nan)


_SIGNS: Mapping[type, Callable[[Part, Part, str], Part]] = {
    ast.Add: _together(operator.add),
    ast.Sub: _together(operator.sub),
    ast.Mult: _times,
    ast.Div: _over,
}
