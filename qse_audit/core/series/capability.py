"""Capability: does the natural spread fit into the tolerance? Only where there is one."""

from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.series.limits import Limits
from qse_audit.core.series.points import Exact


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a customer or a drawing accepts; one side may be open."""

    low: Exact | None = None
    high: Exact | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """Cp = (high - low) / 6 σ̂; Cpk = the smaller distance from the mean to a side / 3 σ̂."""

    cp: Fraction | None
    """``None`` without both sides."""
    cpk: Fraction | None


def capability(limits: Limits | None, tolerance: Tolerance | None) -> Capability:
    """Return the capability; both ``None`` without limits, without tolerance, or for σ̂ = 0.

    It only means something while the process is stable.
    """
    if limits is None or tolerance is None or not limits.sigma:
        return Capability(None, None)
    sides = []
    if tolerance.high is not None:
        sides.append(Fraction(tolerance.high) - limits.mean)
    if tolerance.low is not None:
        sides.append(limits.mean - Fraction(tolerance.low))
    cp = sum(sides, Fraction(0)) / (6 * limits.sigma) if len(sides) == 2 else None  # two distances
    return Capability(cp, min(sides) / (3 * limits.sigma) if sides else None)
