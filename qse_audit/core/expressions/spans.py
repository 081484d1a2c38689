"""Turn the formula of one period into the formula of a longer one."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from qse_audit.core.expressions.tree import (
    OVER_PERIODS,
    Binary,
    Call,
    Function,
    Name,
    Negation,
    Node,
    Number,
    Power,
)
from qse_audit.core.text import N_, Coded


class Aggregation(Coded):
    """How the values of several periods make that of a longer one."""

    SUM = "sum", N_("Somme")
    """What happens during a period: hours, accidents, pieces."""
    MEAN = "mean", N_("Moyenne")
    """What is there throughout: a headcount."""
    LAST = "last", N_("Dernière valeur")
    """What stands at the end: open actions, a baseline."""


def rolled(node: Node, aggregations: Mapping[str, Aggregation], count: int) -> Node:
    """Return the formula over ``count`` periods: ``a/b`` becomes ``rolling(a;12)/rolling(b;12)``.

    A rate over twelve months is the ratio of two sums, never the mean of twelve rates. Names
    without an aggregation, and what already looks at several periods, stay as they are.
    """
    match node:
        case Name():
            return _spanned(node, aggregations.get(node.name, Aggregation.LAST), count)
        case Binary():
            left = rolled(node.left, aggregations, count)
            return replace(node, left=left, right=rolled(node.right, aggregations, count))
        case Negation():
            return replace(node, operand=rolled(node.operand, aggregations, count))
        case Power():
            return replace(node, base=rolled(node.base, aggregations, count))
        case Call() if node.function not in OVER_PERIODS:
            arguments = tuple(rolled(one, aggregations, count) for one in node.arguments)
            return replace(node, arguments=arguments)
    return node


def _spanned(node: Name, aggregation: Aggregation, count: int) -> Node:
    if aggregation is Aggregation.LAST:
        return node
    total = Call(Function.ROLLING, (node,), count, node.position)
    if aggregation is Aggregation.SUM:
        return total
    return Binary("/", total, Number(Fraction(count), position=node.position), node.position)
