"""What a formula is made of, and how large it may be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Message

MAX_LENGTH = 2000
"""Characters of a formula."""
MAX_NODES = 100
"""Numbers, names, operators and functions of a formula."""
MAX_DEPTH = 30
"""Parentheses, functions and signs inside each other."""
MAX_NAME = 48
"""Characters of a name."""
MAX_EXPONENT = 12
MAX_SPAN = 366
"""Periods that ``rolling`` may add up; as many as ``cumul`` may find in a year."""
MAX_STEPS = 4000
"""Numbers, names and operators computed for one value, those of each period counted."""
MAX_BITS = 1024
"""Size of the numerator and of the denominator of any number on the way."""


class FormulaError(BadInput):
    """Raised for a formula that cannot be used; names the character, what it is, what fits."""

    def __init__(self, code: str, message: Message, position: int) -> None:
        super().__init__(message, place=N_("caractère %(position)d", position=position))
        self.code = code
        """Stable name, for tests: ``unexpected``, ``too_long``, ``divides_by_itself``…"""
        self.position = position
        """Which character of the formula, from 1; one after the last for its end."""


class Function(StrEnum):
    """What may be called, by its stored name."""

    MIN = "min"
    MAX = "max"
    SUM = "sum"
    MEAN = "mean"
    ABS = "abs"
    ROUND = "round"
    ROLLING = "rolling"
    CUMUL = "cumul"


OVER_PERIODS = frozenset({Function.ROLLING, Function.CUMUL})
"""The functions that look at earlier periods too."""
SPANS: dict[Function, tuple[int, int]] = {
    Function.ROUND: (0, 6),
    Function.ROLLING: (2, MAX_SPAN),
}
"""The functions whose last argument is a whole number written as such, from least to most."""
ARGUMENTS: dict[Function, tuple[int, int]] = {
    **dict.fromkeys([Function.MIN, Function.MAX, Function.SUM, Function.MEAN], (2, 20)),
    **dict.fromkeys([Function.ABS, Function.CUMUL], (1, 1)),
    **dict.fromkeys([Function.ROUND, Function.ROLLING], (2, 2)),
}
"""How many arguments each function takes, from least to most."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the formula."""

    value: Fraction
    is_percent: bool = False
    """Whether it was written with ``%``; ``value`` is already divided."""
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or another indicator."""

    name: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of something."""

    operand: "Node"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides and one of ``+ - * /``; ``position`` is the operator’s."""

    operator: str
    left: "Node"
    right: "Node"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Power:
    """Something to a whole exponent."""

    base: "Node"
    exponent: int
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments; ``count``: digits of ``round``, span of ``rolling``."""

    function: Function
    arguments: tuple["Node", ...]
    count: int | None = None
    position: int = field(default=0, compare=False)


Node = Number | Name | Negation | Binary | Power | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return what stands directly under ``node``, in reading order."""
    match node:
        case Binary():
            return (node.left, node.right)
        case Call():
            return node.arguments
        case Negation():
            return (node.operand,)
        case Power():
            return (node.base,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Give ``node`` and all under it."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> tuple[str, ...]:
    """Return the names in a formula, each once, in reading order."""
    return tuple(dict.fromkeys(found.name for found in walk(node) if isinstance(found, Name)))


def looks_back(node: Node) -> bool:
    """Say whether earlier periods enter a value: its neighbours then share data."""
    return any(isinstance(one, Call) and one.function in OVER_PERIODS for one in walk(node))


def steps(node: Node) -> int:
    """Return how many nodes are computed for one value, at most."""
    below = sum(steps(child) for child in children(node))
    if isinstance(node, Call) and node.function in OVER_PERIODS:
        return 1 + below * (node.count or MAX_SPAN)
    return 1 + below
