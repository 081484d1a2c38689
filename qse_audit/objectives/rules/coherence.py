"""The checks of coherence of a cascade, K1 to K14: one pass each, linear in its size."""

from collections.abc import Callable, Iterator

from qse_audit.objectives.rules import contents, figures, links
from qse_audit.objectives.rules.anomalies import Anomaly
from qse_audit.objectives.rules.facts import Cascade

CHECKS: tuple[Callable[[Cascade], Iterator[Anomaly]], ...] = (
    links.commitments_without_objective,
    links.objectives_without_commitment,
    links.objectives_without_indicator,
    contents.incomplete_objectives,
    contents.targets_not_measurable,
    contents.children_due_later,
    figures.targets_that_fall_short,
    figures.opposite_directions,
    links.domains_and_sites_without_objective,
    contents.overloaded_owners,
    links.priorities_without_objective,
    contents.conflicts_not_settled,
    contents.objectives_not_reviewed,
    contents.finished_without_result,
)
"""K1 to K14, in order."""


def anomalies(cascade: Cascade) -> tuple[Anomaly, ...]:
    """Return everything that does not hold together, by check, then in the order of the facts."""
    return tuple(found for check in CHECKS for found in check(cascade))
