"""What a formula makes of the numbers of each period. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from qse_audit.core.errors import BadInput
from qse_audit.core.expressions import (
    Binary,
    Formula,
    FormulaError,
    Name,
    Node,
    Number,
    evaluate,
    parse,
)
from qse_audit.core.expressions.tree import walk
from qse_audit.core.periods import Period
from qse_audit.core.text import N_, Message

SIGNIFICANT = 15
"""Digits that a stored result keeps."""
LARGEST = 10**30
"""Beyond it a result is refused: it is a mistake of unit."""
SMALL_HOURS = 200_000
"""Hours under which one accident makes a rate per million leap."""
PER_MILLION = 1_000_000
HOUR_UNITS = frozenset({"h", "heure", "heures", "hour", "hours"})

Known = Mapping[str, Mapping[int, Fraction]]
"""What is known: by name, then by the rank of the period."""
_CONTEXT = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one period; ``None``: not computable, and why."""

    value: Decimal | None
    missing: tuple[str, ...] = ()
    is_divided_by_zero: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known, seen from one period; cheap to make, whatever the length of the series."""

    known: Known
    ordinal: int
    elapsed: int

    def value(self, name: str, back: int) -> Fraction | None:
        """Return the value of ``name`` so many periods ago."""
        return self.known.get(name, {}).get(self.ordinal - back)


def result_of(formula: Formula, known: Known, period: Period) -> Result:
    """Return what ``formula`` makes of ``known`` in ``period``.

    :raises BadInput: for a number that no company counts; it names the period.
    """
    try:
        outcome = evaluate(formula, Seen(known, period.ordinal, period.number))
        value = None if outcome.value is None else rounded(outcome.value)
    except FormulaError as error:
        raise BadInput(error.message, place=period.label) from error
    except OverflowError as error:
        message = N_("le résultat dépasse 10³⁰ ; attendu : des valeurs dans la bonne unité")
        raise BadInput(message, place=period.label) from error
    return Result(value, outcome.missing, outcome.zero_at is not None)


def results(text: str, known: Known, periods: Iterable[Period]) -> Iterator[tuple[Period, Result]]:
    """Give what the formula ``text`` makes of each period; nothing for an empty formula.

    :raises BadInput: for a number that no company counts, or a formula that cannot be read.
    """
    formula = parse(text) if text.strip() else None
    for period in periods:
        yield period, result_of(formula, known, period) if formula else Result(None)


def rounded(value: Fraction) -> Decimal:
    """Return ``value`` to 15 significant digits, halves away from zero.

    :raises OverflowError: from 10³⁰ on.
    """
    if abs(value) >= LARGEST:
        raise OverflowError(value)
    found = _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Decimal(0) if abs(found) < Decimal(1) / LARGEST else found


def names_in(text: str) -> tuple[str, ...]:
    """Return the names in a formula; none when it cannot be read."""
    try:
        return parse(text).names
    except FormulaError:
        return ()


def hours_of_rate(text: str, units: Mapping[str, str]) -> str | None:
    """Return the variable of hours that a rate per million divides by; ``None`` for any other."""
    try:
        root = parse(text).root
    except FormulaError:
        return None
    for node in walk(root):
        if isinstance(node, Binary) and node.operator == "/" and _has_million(node.left):
            for under in walk(node.right):
                if isinstance(under, Name) and units.get(under.name, "").lower() in HOUR_UNITS:
                    return under.name
    return None


def small_hours_warning(hours: Fraction) -> Message | None:
    """Return the warning that a frequency rate over so few hours swings wildly."""
    if not 0 < hours < SMALL_HOURS:
        return None
    return N_(
        "Moins de 200 000 heures sur douze mois : un seul accident fait bondir le taux. Lisez-le "
        "sur douze mois glissants, avec les jours écoulés depuis le dernier accident."
    )


def _has_million(node: Node) -> bool:
    return any(isinstance(each, Number) and each.value == PER_MILLION for each in walk(node))
