"""What changed from one version of the DUERP to another, line by line, in linear time. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from qse_audit.core.text import N_, Coded, Message
from qse_audit.duerp.rules.content import Content, RiskLine, Unit
from qse_audit.duerp.rules.programme import Measure

T = TypeVar("T")


class Change(Coded):
    """What happened to a line."""

    ADDED = "added", N_("Ajoutée")
    REMOVED = "removed", N_("Retirée")
    CHANGED = "changed", N_("Modifiée")
    RERATED = "rerated", N_("Recotée")


FIELDS: Mapping[str, Message] = {
    "unit_key": N_("Unité de travail"),
    "situation": N_("Situation"),
    "hazard": N_("Danger"),
    "family": N_("Famille"),
    "harm": N_("Dommage"),
    "existing": N_("Mesures existantes"),
    "women": N_("Femmes exposées"),
    "men": N_("Hommes exposés"),
    "exposure_note": N_("Exposition différente selon le sexe"),
}
"""What is compared of a line besides its rating, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field in both versions."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """One line that is not the same in both versions."""

    change: Change
    before: RiskLine | None
    after: RiskLine | None
    fields: tuple[FieldChange, ...] = ()
    is_rerated: bool = False

    @property
    def line(self) -> RiskLine:
        """Return the line as it is now, or as it was."""
        found = self.after or self.before
        assert found is not None  # one of the two versions has it
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions side by side."""

    lines: tuple[LineChange, ...]
    units_added: tuple[Unit, ...]
    units_removed: tuple[Unit, ...]
    units_renamed: tuple[tuple[Unit, Unit], ...]
    measures_added: tuple[Measure, ...]
    measures_gone: tuple[Measure, ...]
    """Done, cancelled, or no longer to come."""

    @property
    def is_same(self) -> bool:
        """Say whether nothing differs."""
        return not (
            self.lines
            or self.units_added
            or self.units_removed
            or self.units_renamed
            or self.measures_added
            or self.measures_gone
        )

    def count(self, change: Change) -> int:
        """Return how many lines changed in this way; a line may be both changed and re-rated."""
        if change is Change.RERATED:
            return sum(each.is_rerated for each in self.lines)
        if change is Change.CHANGED:
            return sum(bool(each.fields) for each in self.lines)
        return sum(each.change is change for each in self.lines)


def compare(before: Content, after: Content) -> Comparison:
    """Return what differs: what is new or changed in the order of ``after``, then what is gone."""
    old = {line.key: line for line in before.lines}
    new = {line.key for line in after.lines}
    found = [
        change for line in after.lines if (change := _compared(old.get(line.key), line)) is not None
    ]
    found += [
        LineChange(change=Change.REMOVED, before=line, after=None)
        for line in before.lines
        if line.key not in new
    ]
    units = {unit.key: unit for unit in before.units}
    return Comparison(
        lines=tuple(found),
        units_added=_missing(after.units, before.units),
        units_removed=_missing(before.units, after.units),
        units_renamed=tuple(
            (units[unit.key], unit)
            for unit in after.units
            if unit.key in units and units[unit.key].name != unit.name
        ),
        measures_added=_missing(after.measures, before.measures),
        measures_gone=_missing(before.measures, after.measures),
    )


def _compared(old: RiskLine | None, new: RiskLine) -> LineChange | None:
    if old is None:
        return LineChange(change=Change.ADDED, before=None, after=new)
    if old == new:
        return None
    fields = tuple(
        FieldChange(name, there, here)
        for name in FIELDS
        if (there := getattr(old, name)) != (here := getattr(new, name))
    )
    rerated = old.rating != new.rating
    change = Change.CHANGED if fields else Change.RERATED
    return LineChange(change=change, before=old, after=new, fields=fields, is_rerated=rerated)


def _missing(here: Sequence[T], there: Sequence[T]) -> tuple[T, ...]:
    """Return what only ``here`` has, by its key."""
    known = {_key(each) for each in there}
    return tuple(each for each in here if _key(each) not in known)


def _key(each: object) -> object:
    return each.action_id if isinstance(each, Measure) else getattr(each, "key", each)
