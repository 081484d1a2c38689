"""A scale is data: criteria with their levels, a formula, and the bands that results fall into.

A rating takes every criterion or none. What is not rated has no band: it is no low risk.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Self

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Localized, Message
from qse_audit.risks.rules.action_priority import Priority, action_priority
from qse_audit.risks.rules.codes import RiskMethod, RiskRank

NO_OVERRIDE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFault(Refusal):
    """Why something cannot be a scale, and where."""

    place: str
    """The key path: ``bands[1].from``; ``""`` for the whole."""
    reason: Message
    """The message without its place."""

    @classmethod
    def at(cls, place: str, code: str, reason: Message, source: Message | str = "") -> Self:
        """Return a fault whose message begins with its place."""
        message = N_("%(place)s : %(message)s", place=place or "/", message=reason)
        return cls(code, message, source, place=place, reason=reason)


class Formula(Coded):
    """How the notes of a line give its band."""

    PRODUCT = "product", N_("Produit des notes, comparé à des seuils")
    MATRIX = "matrix", N_("Matrice : une case par couple de notes")
    ACTION_PRIORITY = "action_priority", N_("Priorité d’action, lue dans sa table")


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a criterion."""

    value: int
    label: Localized
    meaning: Localized


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the notes that are given."""

    code: str
    letter: str
    """What heads its column: ``G``."""
    label: Localized
    levels: tuple[Level, ...]
    """The mildest first."""

    @property
    def values(self) -> tuple[int, ...]:
        """Return the notes that can be given, the mildest first."""
        return tuple(level.value for level in self.levels)

    @property
    def expected(self) -> Message:
        """Return the notes that can be given, in words."""
        values = self.values
        if values == tuple(range(values[0], values[-1] + 1)):
            return N_("un nombre entier de %(least)d à %(most)d", least=values[0], most=values[-1])
        return N_("l’un de %(values)s", values=", ".join(str(value) for value in values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Where results fall, and what is done there."""

    code: str
    label: Localized
    rank: RiskRank
    colour: str
    """One of :data:`COLOURS`; the label says the same."""
    meaning: Localized
    """What is expected of a line there."""
    least: int | None = None
    most: int | None = None
    """The products from … to …, both inside; ``None`` where the formula is another."""


COLOURS = ("success", "info", "warning", "danger", "neutral")
"""The colour tokens that a band may take."""


@dataclass(frozen=True, slots=True)
class Floor:
    """A note from which a line is never below a band, whatever the others are."""

    criterion: str
    at_least: int
    band: str
    label: Localized


@dataclass(frozen=True, slots=True)
class Override:
    """A fact that puts a line into a band, whatever its notes are."""

    code: str
    band: str
    label: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One edition of a scale."""

    key: str
    version: int
    title: Localized
    description: Localized
    source: str
    is_to_be_confirmed: bool
    methods: frozenset[RiskMethod]
    formula: Formula
    criteria: tuple[Criterion, ...]
    bands: tuple[Band, ...]
    """The mildest first."""
    cells: tuple[tuple[str, ...], ...] = ()
    """For a matrix: a row a level of the first criterion, a column a level of the second."""
    floors: tuple[Floor, ...] = ()
    overrides: tuple[Override, ...] = ()

    def criterion(self, code: str) -> Criterion | None:
        """Return the criterion called ``code``, if any."""
        return next((each for each in self.criteria if each.code == code), None)

    def band(self, code: str) -> Band:
        """Return the band called ``code``.

        :raises KeyError: when there is none.
        """
        return self.bands[self.place(code)]

    def place(self, code: str) -> int:
        """Return the place of a band among the others, 0 for the mildest.

        :raises KeyError: when there is none.
        """
        for place, band in enumerate(self.bands):
            if band.code == code:
                return place
        raise KeyError(code)

    @property
    def most(self) -> int:
        """Return the highest product."""
        return prod(criterion.values[-1] for criterion in self.criteria)

    @property
    def thresholds(self) -> Mapping[str, int]:
        """Return where each band but the mildest starts, for a scale of products."""
        return {band.code: band.least for band in self.bands[1:] if band.least is not None}


@dataclass(frozen=True, slots=True)
class Rating:
    """What the notes of a line come to."""

    score: int
    """The product of the notes; it decides only where the formula is the product."""
    band: Band
    priority: Priority | None = None
    reasons: tuple[Localized, ...] = ()
    """Why the band is higher than the notes alone would make it."""

    @property
    def rank(self) -> RiskRank:
        """Return its place in the order that all scales share."""
        return self.band.rank


def rate(
    scale: Scale, values: Mapping[str, int], overrides: Collection[str] = NO_OVERRIDE
) -> Rating | None:
    """Return what ``values`` come to; ``None`` when they are not all there, or not on the scale."""
    if not values or rating_refusals(scale, values, overrides):
        return None
    notes = [values[criterion.code] for criterion in scale.criteria]
    score, priority = prod(notes), None
    if scale.formula is Formula.ACTION_PRIORITY:
        priority = action_priority(*notes)
    own = _own_place(scale, notes, priority)
    raised = [(band, why) for band, why in _raises(scale, values, overrides) if band > own]
    place = max((band for band, _ in raised), default=own)
    return Rating(score, scale.bands[place], priority, tuple(why for _, why in raised))


def rating_refusals(
    scale: Scale, values: Mapping[str, int], overrides: Collection[str] = NO_OVERRIDE
) -> tuple[Refusal, ...]:
    """Return everything that is wrong with ``values``; no value at all is no fault."""
    return tuple(_refusals(scale, values, overrides))


def missing_letters(scale: Scale, values: Mapping[str, int]) -> tuple[str, ...]:
    """Return the letters of the notes that are not there."""
    return tuple(each.letter for each in scale.criteria if each.code not in values)


def _refusals(
    scale: Scale, values: Mapping[str, int], overrides: Collection[str]
) -> Iterator[Refusal]:
    for criterion in scale.criteria:
        value = values.get(criterion.code)
        if value is not None and value not in criterion.values:
            message = N_("%(letter)s = %(found)s ; attendu : %(expected)s",
                         letter=criterion.letter, found=value,
                         expected=criterion.expected)  # fmt: skip
            yield Refusal("off_the_scale", message, scale.source)
    known = {criterion.code for criterion in scale.criteria}
    if unknown := sorted(set(values) - known):
        message = N_("Notes inconnues de cette échelle : %(names)s ; attendu : %(known)s.",
                     names=", ".join(unknown),
                     known=", ".join(each.code for each in scale.criteria))  # fmt: skip
        yield Refusal("unknown_criterion", message, scale.source)
    missing = missing_letters(scale, values)
    if values and missing:
        message = N_("Cotation incomplète, il manque : %(missing)s ; attendu : toutes les notes, "
                     "ou aucune.", missing=", ".join(missing))  # fmt: skip
        yield Refusal("half_rated", message, scale.source)
    known = {override.code for override in scale.overrides}
    if unknown := sorted(set(overrides) - known):
        message = N_("Motifs inconnus de cette échelle : %(names)s ; attendu : %(known)s.",
                     names=", ".join(unknown), known=", ".join(sorted(known)) or "—")  # fmt: skip
        yield Refusal("unknown_override", message, scale.source)


def _own_place(scale: Scale, notes: list[int], priority: Priority | None) -> int:
    """Return the place of the band that the notes alone give."""
    if priority is not None:
        return scale.place(priority)
    if scale.formula is Formula.MATRIX:
        first, second = scale.criteria
        row = scale.cells[first.values.index(notes[0])]
        return scale.place(row[second.values.index(notes[1])])
    score = prod(notes)
    return max(n for n, band in enumerate(scale.bands) if n == 0 or score >= (band.least or 0))


def _raises(
    scale: Scale, values: Mapping[str, int], overrides: Collection[str]
) -> Iterator[tuple[int, Localized]]:
    """Give the place of each band that a line is put into at least, and why."""
    for floor in scale.floors:
        if values[floor.criterion] >= floor.at_least:
            yield scale.place(floor.band), floor.label
    for override in scale.overrides:
        if override.code in overrides:
            yield scale.place(override.band), override.label
