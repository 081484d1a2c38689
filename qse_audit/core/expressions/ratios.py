"""See a formula as a count over a size: what charts of counts need to know."""

from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.expressions.tree import Binary, Node, Number


@dataclass(frozen=True, slots=True)
class Ratio:
    """``over`` / ``under`` x ``factor``: accidents / hours x 1,000,000."""

    over: Node
    under: Node | None
    """``None`` for a count on equal areas."""
    factor: Fraction


def ratio_of(node: Node) -> Ratio | None:
    """Return the ratio that ``node`` is; ``None`` when it is a product of several quantities."""
    above, below = _factors(node)
    over = [one for one in above if not isinstance(one, Number)]
    under = [one for one in below if not isinstance(one, Number)]
    divisor = _product(below)
    if len(over) != 1 or len(under) > 1 or not divisor:
        return None
    return Ratio(over[0], under[0] if under else None, _product(above) / divisor)


def _factors(node: Node) -> tuple[list[Node], list[Node]]:
    """Return what is multiplied, and what divides."""
    if not isinstance(node, Binary) or node.operator not in "*/":
        return [node], []
    above, below = _factors(node.left)
    more, less = _factors(node.right)
    if node.operator == "/":
        more, less = less, more
    return above + more, below + less


def _product(nodes: list[Node]) -> Fraction:
    found = Fraction(1)
    for node in nodes:
        if isinstance(node, Number):
            found *= node.value
    return found
