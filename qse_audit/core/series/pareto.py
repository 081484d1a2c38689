"""Pareto: the few causes that make most of the total."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.series.points import Exact

CUT = Fraction(80, 100)


@dataclass(frozen=True, slots=True)
class Share:
    """One cause: its amount, its part of the total, and that of all down to it."""

    label: str
    amount: Exact
    ratio: Fraction | None
    """From 0 to 1; ``None`` when the total is 0."""
    cumulative: Fraction | None
    is_vital: bool
    """Whether it belongs to the few that reach the cut."""


@dataclass(frozen=True, slots=True)
class Pareto:
    """Causes from the largest to the smallest."""

    shares: tuple[Share, ...]
    total: Fraction

    @property
    def vital(self) -> tuple[Share, ...]:
        """The few causes that together reach the cut."""
        return tuple(share for share in self.shares if share.is_vital)


def pareto(
    amounts: Iterable[tuple[str, Exact]], *, cut: Fraction = CUT, other: str | None = None
) -> Pareto:
    """Return ``amounts`` (counts or costs by cause) sorted and cumulated.

    Causes of one label are added up; equal amounts stand in the order of their labels. The vital
    few are the smallest set that reaches ``cut``, with every cause as large as the last of them.
    ``other`` names what is left over: it stands last and is never vital.

    :raises ValueError: for a negative amount.
    """
    sums: dict[str, Fraction] = {}
    for label, amount in amounts:
        if amount < 0:
            raise ValueError(f"{label}: a negative amount")
        sums[label] = sums.get(label, Fraction(0)) + Fraction(amount)
    total = sum(sums.values(), Fraction(0))
    ordered = sorted(sums, key=lambda label: (label == other, -sums[label], label))
    shares: list[Share] = []
    so_far, least = Fraction(0), None
    for label in ordered:
        amount = sums[label]
        vital = bool(amount) and label != other and (least is None or amount == least)
        so_far += amount
        if vital and least is None and so_far >= cut * total:
            least = amount
        ratio = amount / total if total else None
        shares.append(Share(label, amount, ratio, so_far / total if total else None, vital))
    return Pareto(tuple(shares), total)
