"""The action priority of a failure mode from its severity, occurrence and detection, 1 to 10 each.

Unlike the product of the three, it puts severity first, then occurrence, then detection: 6, 6, 6
and 9, 8, 3 both make 216 and do not have the same priority.
Source: method of 2019 common to the American and German automotive industry, for product and
process FMEA; the classes and their letters are facts, the words are ours.
"""

from bisect import bisect_right
from collections.abc import Mapping

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Coded

LEAST, MOST = 1, 10


class Priority(Coded):
    """How much an action is needed."""

    HIGH = "H", N_("Haute : agir, ou dire par écrit pourquoi les maîtrises suffisent")
    MEDIUM = "M", N_("Moyenne : agir, ou dire pourquoi les maîtrises suffisent")
    LOW = "L", N_("Basse : agir si c’est utile")


TABLE: Mapping[int, Mapping[int, str]] = {
    9: {8: "HHHH", 6: "HHHH", 4: "HHHM", 2: "HMLL", 1: "LLLL"},
    7: {8: "HHHH", 6: "HHHM", 4: "HMMM", 2: "MMLL", 1: "LLLL"},
    4: {8: "HHMM", 6: "MMML", 4: "MLLL", 2: "LLLL", 1: "LLLL"},
    2: {8: "MMLL", 6: "LLLL", 4: "LLLL", 2: "LLLL", 1: "LLLL"},
    1: {8: "LLLL", 6: "LLLL", 4: "LLLL", 2: "LLLL", 1: "LLLL"},
}
"""Where a class of severity starts → where one of occurrence starts → a letter for each class of
detection, from the worst (7 to 10, 5 to 6, 2 to 4, 1)."""
SEVERITIES = tuple(sorted(TABLE))
OCCURRENCES = tuple(sorted(TABLE[9]))
DETECTIONS = (1, 2, 5, 7)


def action_priority(severity: int, occurrence: int, detection: int) -> Priority:
    """Return how much an action is needed.

    :raises BadInput: for a value outside 1 to 10, the others in ``others``.
    """
    _check({"severity": severity, "occurrence": occurrence, "detection": detection})
    row = TABLE[_start(SEVERITIES, severity)][_start(OCCURRENCES, occurrence)]
    return Priority(row[len(DETECTIONS) - bisect_right(DETECTIONS, detection)])


def rpn(severity: int, occurrence: int, detection: int) -> int:
    """Return the product of the three, 1 to 1000: shown beside the priority, which decides."""
    return severity * occurrence * detection


def every_triplet() -> tuple[tuple[int, int, int], ...]:
    """Return the 1,000 triplets, from (1, 1, 1) to (10, 10, 10)."""
    notes = range(LEAST, MOST + 1)
    return tuple((s, o, d) for s in notes for o in notes for d in notes)


def _start(starts: tuple[int, ...], value: int) -> int:
    """Return where the class of ``value`` starts."""
    return starts[bisect_right(starts, value) - 1]


def _check(values: Mapping[str, int]) -> None:
    """Refuse every value outside the scale at once."""
    wrong = [
        BadInput(N_("%(found)d ; attendu : un nombre entier de 1 à 10", found=value), place=name)
        for name, value in values.items()
        if not LEAST <= value <= MOST
    ]
    if wrong:
        wrong[0].others = tuple(wrong[1:])
        raise wrong[0]
