"""Compute a formula exactly, for one period, from what is known of its variables."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, Self

from qse_audit.core.expressions.parsing import Formula
from qse_audit.core.expressions.tree import (
    MAX_BITS,
    Binary,
    Call,
    FormulaError,
    Function,
    Name,
    Negation,
    Node,
    Number,
    Power,
)
from qse_audit.core.periods import Period
from qse_audit.core.text import N_


class Values(Protocol):
    """What is known of the variables, seen from one period."""

    @property
    def elapsed(self) -> int:
        """Return how many periods of the year are over with this one: 3 for March."""

    def value(self, name: str, back: int) -> Fraction | None:
        """Return the value ``back`` periods ago, 0 being this one; ``None`` for none."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values of one period, of a year that starts with it."""

    values: Mapping[str, Fraction | None]
    elapsed: int = 1

    def value(self, name: str, back: int) -> Fraction | None:
        """Return the value of this period."""
        return self.values.get(name) if back == 0 else None


class History:
    """The values of many periods of one frequency, seen from one of them."""

    def __init__(
        self, values: Mapping[str, Mapping[Period, Fraction | None]], period: Period
    ) -> None:
        self._values = {
            name: {at.ordinal: value for at, value in known.items()}
            for name, known in values.items()
        }
        self._stand(period)

    def _stand(self, period: Period) -> None:
        self.period, self.elapsed, self._here = period, period.number, period.ordinal

    def seen_from(self, period: Period) -> Self:
        """Return the same values seen from another period."""
        other = copy(self)
        other._stand(period)
        return other

    def value(self, name: str, back: int) -> Fraction | None:
        """Return the value of ``name`` so many periods ago."""
        return self._values.get(name, {}).get(self._here - back)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value of a formula; ``None`` when it is not computable, with the reason."""

    value: Fraction | None
    missing: tuple[str, ...] = ()
    """The names without a value, in the order they were met."""
    zero_at: int | None = None
    """The position of the division whose denominator is zero."""


def evaluate(formula: Formula | Node, values: Values) -> Outcome:
    """Return the value of ``formula`` in the period that ``values`` is seen from.

    :raises FormulaError: when a number on the way becomes larger than :data:`MAX_BITS`.
    """
    run = _Run(values)
    value = run.compute(formula.root if isinstance(formula, Formula) else formula, 0)
    return Outcome(value, tuple(run.missing), run.zero_at if value is None else None)


class _Run:
    """One evaluation; remembers why something was not computable."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.missing: dict[str, None] = {}
        self.zero_at: int | None = None

    def compute(self, node: Node, back: int) -> Fraction | None:
        """Return the value of ``node`` so many periods ago."""
        match node:
            case Number():
                return node.value
            case Name():
                return self.named(node, back)
            case Negation():
                operand = self.compute(node.operand, back)
                return None if operand is None else -operand
            case Binary():
                return self.binary(node, back)
            case Power():
                base = self.compute(node.base, back)
                return None if base is None else _bounded(base**node.exponent, node)
            case Call():
                return self.call(node, back)

    def named(self, node: Name, back: int) -> Fraction | None:
        """Return what is known of a name, and note when nothing is."""
        value = self.values.value(node.name, back)
        if value is None:
            self.missing[node.name] = None
            return None
        return _bounded(value, node)

    def binary(self, node: Binary, back: int) -> Fraction | None:
        """Return both sides put together; both are computed, to know all that is missing."""
        left, right = self.compute(node.left, back), self.compute(node.right, back)
        if node.operator == "/" and right == 0 and self.zero_at is None:
            self.zero_at = node.position
        if left is None or right is None or (node.operator == "/" and right == 0):
            return None
        match node.operator:
            case "+":
                return _bounded(left + right, node)
            case "-":
                return _bounded(left - right, node)
            case "*":
                return _bounded(left * right, node)
            case _:
                return _bounded(left / right, node)

    def call(self, node: Call, back: int) -> Fraction | None:
        """Return the value of a function; of missing arguments there is none."""
        if node.function is Function.ROLLING:
            return self.over(node, range(back, back + (node.count or 0)))
        if node.function is Function.CUMUL:
            return self.over(node, range(back, self.values.elapsed))
        found = [self.compute(argument, back) for argument in node.arguments]
        known = [value for value in found if value is not None]
        if len(known) < len(found):
            return None
        match node.function:
            case Function.MIN:
                return min(known)
            case Function.MAX:
                return max(known)
            case Function.ABS:
                return abs(known[0])
            case Function.ROUND:
                return _rounded(known[0], node.count or 0)
        total = self.total(known, node)
        return total / len(known) if node.function is Function.MEAN else total

    def over(self, node: Call, backs: Iterable[int]) -> Fraction | None:
        """Return the sum over several periods; of an incomplete span there is none."""
        found = [self.compute(node.arguments[0], back) for back in backs]
        known = [value for value in found if value is not None]
        return self.total(known, node) if len(known) == len(found) else None

    def total(self, values: Iterable[Fraction], node: Node) -> Fraction:
        """Return a sum, watched at each step."""
        total = Fraction(0)
        for value in values:
            total = _bounded(total + value, node)
        return total


def _bounded(value: Fraction, node: Node) -> Fraction:
    if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
        raise FormulaError(
            "number_too_large",
            N_("le calcul donne un nombre démesuré ; attendu : des valeurs plus petites"),
            node.position,
        )
    return value


def _rounded(value: Fraction, digits: int) -> Fraction:
    """Return ``value`` with so many decimals; halves go away from zero, as people round."""
    scale = 10**digits
    whole = (abs(value) * scale + Fraction(1, 2)).__floor__()
    return Fraction(whole if value >= 0 else -whole, scale)
