"""What the checks of coherence may know: the graph from the policy down to the actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from qse_audit.accounts.rules import USUAL_PER_OWNER, USUAL_REVIEW_MONTHS
from qse_audit.core.series import Direction
from qse_audit.objectives.rules.codes import LIVE, Level, ObjectiveStatus, PriorityKind, RollUp
from qse_audit.referentials.rules import Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A commitment of the policy in force, by the lasting key of its sentence."""

    key: str
    position: int
    """From 1: “sentence n of the policy”."""
    text: str
    domains: frozenset[Domain] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A strategic axis, and the commitments that it carries."""

    id: int
    title: str
    commitments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFacts:
    """An indicator and its last value."""

    id: int
    reference: str
    title: str
    unit: str = ""
    direction: Direction | None = None
    last: Fraction | None = None
    """``None``: no value yet, or not computable."""
    last_on: date | None = None
    """First day of the period of the last value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveFacts:
    """An objective as the checks see it."""

    id: int
    reference: str
    title: str
    level: Level = Level.COMPANY
    domain: Domain = Domain.QUALITY
    status: ObjectiveStatus = ObjectiveStatus.RUNNING
    parent_id: int | None = None
    axis_id: int | None = None
    commitments: frozenset[str] = frozenset()
    site_id: int | None = None
    process_id: int | None = None
    unit_name: str = ""
    owner_id: int | None = None
    owner_name: str = ""
    resources: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    reviewed_on: date | None = None
    """The last day when somebody looked at it: its review, or its agreement."""
    indicator_id: int | None = None
    direction: Direction | None = None
    unit: str = ""
    baseline: Fraction | None = None
    target: Fraction | None = None
    roll_up: RollUp = RollUp.NONE
    weight: int = 1
    actions_open: int = 0
    actions_finished: int = 0
    """Actions tied to it, cancelled ones left out."""
    is_agreed: bool = False
    """Whether the talk with its owner ended in an agreement."""

    @property
    def is_live(self) -> bool:
        """Say whether it still counts."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A site in use, and the processes that work there."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """Something significant that should be answered by an objective."""

    id: int
    kind: PriorityKind
    title: str
    objectives: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two objectives that somebody said pull against each other, and whether that is settled."""

    id: int
    first_id: int
    second_id: int
    is_settled: bool = False


@dataclass(frozen=True, kw_only=True)
class Cascade:
    """All that the checks may know of one organisation on one day.

    Indexes are made once, so that each check looks at each object once: the whole is linear.
    """

    today: date
    commitments: Sequence[Commitment] = ()
    axes: Sequence[Axis] = ()
    objectives: Sequence[ObjectiveFacts] = ()
    indicators: Mapping[int, IndicatorFacts] = field(default_factory=dict)
    sites: Sequence[SiteFacts] = ()
    domains: Sequence[Domain] = (Domain.QUALITY, Domain.SAFETY, Domain.ENVIRONMENT)
    """The domains that must have objectives; those of the commitments are added."""
    priorities: Sequence[Priority] = ()
    conflicts: Sequence[Conflict] = ()
    per_owner: int = USUAL_PER_OWNER
    """Running objectives that one person can carry."""
    review_months: int = USUAL_REVIEW_MONTHS
    """Months after which a running objective should have been looked at again."""

    @cached_property
    def live(self) -> tuple[ObjectiveFacts, ...]:
        """The objectives that still count, in the order given."""
        return tuple(o for o in self.objectives if o.is_live)

    @cached_property
    def by_id(self) -> Mapping[int, ObjectiveFacts]:
        """Every objective by its id."""
        return {o.id: o for o in self.objectives}

    @cached_property
    def children(self) -> Mapping[int, tuple[ObjectiveFacts, ...]]:
        """The live sub-objectives of each objective that has some."""
        found: dict[int, list[ObjectiveFacts]] = {}
        for each in self.live:
            if each.parent_id is not None:
                found.setdefault(each.parent_id, []).append(each)
        return {parent: tuple(children) for parent, children in found.items()}

    @cached_property
    def in_force(self) -> frozenset[str]:
        """The keys of the commitments in force."""
        return frozenset(c.key for c in self.commitments)

    @cached_property
    def served(self) -> Mapping[int, frozenset[str]]:
        """The commitments that each objective serves, in force or not.

        What is tied to the objective itself is precise and counts alone; else what its axis
        carries; else what its parent serves.
        """
        axes = {axis.id: axis.commitments for axis in self.axes}
        found: dict[int, frozenset[str]] = {}
        for each in self.objectives:
            path = []
            node: ObjectiveFacts | None = each
            while node is not None and node.id not in found:
                own = node.commitments or axes.get(node.axis_id or 0, frozenset())
                found[node.id] = own  # also ends a loop, should the tree ever hold one
                if own:
                    break
                path.append(node.id)
                node = self.by_id.get(node.parent_id or 0)
            handed = found[node.id] if node is not None else frozenset()
            found.update(dict.fromkeys(path, handed))
        return found


def direction_of(objective: ObjectiveFacts, cascade: Cascade) -> Direction | None:
    """Return which way is better: as declared, else as its figures go, else as its indicator says.

    ``None`` when nothing tells.
    """
    if objective.direction is not None:
        return objective.direction
    if objective.target is not None and objective.baseline is not None:
        if objective.target > objective.baseline:
            return Direction.UP
        if objective.target < objective.baseline:
            return Direction.DOWN
    indicator = cascade.indicators.get(objective.indicator_id or 0)
    return indicator.direction if indicator is not None else None


def unit_of(objective: ObjectiveFacts, cascade: Cascade) -> str:
    """Return what its figures are counted in: its own unit, else that of its indicator."""
    indicator = cascade.indicators.get(objective.indicator_id or 0)
    return (objective.unit or (indicator.unit if indicator else "")).strip()


def reaches(value: Fraction, target: Fraction, direction: Direction | None) -> bool:
    """Say whether ``value`` meets ``target``; without a direction, only the same number does."""
    if direction is Direction.UP:
        return value >= target
    if direction is Direction.DOWN:
        return value <= target
    return value == target
