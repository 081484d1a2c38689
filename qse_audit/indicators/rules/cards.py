"""An indicator card: what may be written on it, and what it needs before values are collected.

Source of the fields: what makes an indicator effective (purpose, decision, formula, perimeter,
source, owner, target, limits, reaction plan, review, biases).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from qse_audit.core.errors import Refusal
from qse_audit.core.expressions import (
    Aggregation,
    Formula,
    FormulaError,
    Name,
    find_cycle,
    parse,
    problems,
)
from qse_audit.core.numbers import decimal_text
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction
from qse_audit.core.text import N_, Message
from qse_audit.indicators.rules.codes import Chart, IndicatorDomain, Timing

HOUSE = N_("règle de la maison")
FORMULA_SOURCE = N_("langage des formules")
NAME_MAX, TEXT_MAX, UNIT_MAX = 200, 4000, 60
MAX_VARIABLES, MAX_POINTS = 20, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One quantity that somebody counts."""

    name: str
    """As the formula writes it."""
    label: str
    unit: str
    definition: str
    """What is counted and what is not."""
    aggregation: Aggregation = Aggregation.SUM
    minimum: Fraction | None = Fraction(0)
    maximum: Fraction | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """Where values are let alone; ``None``: without an end on that side."""

    low: Fraction | None = None
    high: Fraction | None = None

    @property
    def is_set(self) -> bool:
        """Say whether it has an end at all."""
        return self.low is not None or self.high is not None


@dataclass(frozen=True, slots=True)
class TargetPoint:
    """What is to be reached by the end of a period."""

    period: Period
    value: Fraction
    reason: str = ""
    """Why it asks for less than the point before, when it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that an indicator says of itself."""

    name: str
    domain: IndicatorDomain
    direction: Direction
    timing: Timing
    frequency: Frequency
    chart: Chart
    code: str = ""
    """The short name by which other formulas may name it: ``TF1``."""
    formula: str = ""
    unit: str = ""
    variables: tuple[Variable, ...] = ()
    purpose: str = ""
    decision: str = ""
    """What is decided when it moves."""
    perimeter: str = ""
    source: str = ""
    """Where the values come from."""
    collection: str = ""
    """Who takes them, how and when."""
    has_owner: bool = False
    objective: str = ""
    alert: Band = Band()
    action: Band = Band()
    targets: tuple[TargetPoint, ...] = ()
    reaction_plan: str = ""
    review_on: date | None = None
    biases: str = ""


def writing_refusals(card: Card, others: Mapping[str, str] | None = None) -> tuple[Refusal, ...]:
    """Return everything on ``card`` that is wrong; what is still empty is no fault.

    ``others`` gives the formulas of the other indicators by their short names.
    """
    return (
        *_texts(card),
        *_variables(card.variables),
        *_formula(card, others or {}),
        *_limits(card),
        *_target_path(card),
    )


def readiness_refusals(card: Card, today: date) -> tuple[Refusal, ...]:
    """Return what ``card`` still lacks before its values are collected."""
    has_limits = card.alert.is_set or card.action.is_set
    needs: tuple[tuple[bool, str, Message], ...] = (
        (bool(card.name.strip()), "name", N_("Nommez l’indicateur.")),
        (bool(card.purpose.strip()), "purpose", N_("Dites à quoi sert l’indicateur.")),
        (bool(card.decision.strip()), "decision", N_("Dites quelle décision il permet.")),
        (bool(card.formula.strip()), "formula", N_("Écrivez la formule.")),
        (bool(card.unit.strip()), "unit", N_("Donnez l’unité.")),
        (bool(card.perimeter.strip()), "perimeter", N_("Donnez le périmètre.")),
        (bool(card.source.strip()), "source", N_("Dites d’où viennent les valeurs.")),
        (bool(card.collection.strip()), "collection", N_("Dites qui les relève, et comment.")),
        (card.has_owner, "owner", N_("Désignez le pilote de l’indicateur.")),
        (bool(card.targets), "target", N_("Donnez au moins une cible et son échéance.")),
        (not has_limits or bool(card.reaction_plan.strip()), "reaction_plan",
         N_("Écrivez ce qui est fait quand une limite est franchie.")),
        (card.review_on is not None and card.review_on > today, "review_on",
         N_("Choisissez la date, à venir, où l’indicateur sera revu.")),
        (bool(card.biases.strip()), "biases", N_("Notez les biais connus, ou « aucun connu ».")),
    )  # fmt: skip
    undefined = [v.name for v in card.variables if not v.definition.strip() or not v.unit.strip()]
    missing = [Refusal(f"{code}_missing", message, HOUSE) for is_there, code, message in needs
               if not is_there]  # fmt: skip
    if undefined:
        message = N_("Définissez, avec leur unité : %(names)s.", names=", ".join(undefined))
        missing.append(Refusal("definition_missing", message, HOUSE))
    return tuple(missing)


def _texts(card: Card) -> Iterator[Refusal]:
    """Give each text that is too long."""
    for field, most in (
        ("name", NAME_MAX), ("code", UNIT_MAX), ("unit", UNIT_MAX), ("purpose", TEXT_MAX),
        ("decision", TEXT_MAX), ("perimeter", TEXT_MAX), ("source", TEXT_MAX),
        ("collection", TEXT_MAX), ("reaction_plan", TEXT_MAX), ("biases", TEXT_MAX),
    ):  # fmt: skip
        count = len(getattr(card, field))
        if count > most:
            message = N_(
                "%(count)d caractères ; attendu : au plus %(most)d", count=count, most=most
            )
            yield Refusal(f"{field}_long", message, HOUSE)
    if card.code and not _is_name(card.code):
        yield Refusal("code_unusable", _no_name(card.code), FORMULA_SOURCE)


def _variables(variables: Sequence[Variable]) -> Iterator[Refusal]:
    if len(variables) > MAX_VARIABLES:
        message = N_("%(count)d variables ; attendu : au plus %(most)d", count=len(variables),
                     most=MAX_VARIABLES)  # fmt: skip
        yield Refusal("many_variables", message, HOUSE)
    seen: set[str] = set()
    for variable in variables:
        if not _is_name(variable.name):
            yield Refusal("variable_unusable", _no_name(variable.name), FORMULA_SOURCE)
        if variable.name in seen:
            message = N_("La variable « %(name)s » est définie deux fois.", name=variable.name)
            yield Refusal("variable_twice", message, HOUSE)
        seen.add(variable.name)
        low, high = variable.minimum, variable.maximum
        if low is not None and high is not None and low > high:
            message = N_("Le minimum de « %(name)s » dépasse son maximum.", name=variable.name)
            yield Refusal("variable_bounds", message, HOUSE)


def _is_name(text: str) -> bool:
    """Say whether ``text`` can stand in a formula as a name."""
    try:
        return parse(text).root == Name(text)
    except FormulaError:
        return False


def _no_name(text: str) -> Message:
    return N_(
        "« %(name)s » ne peut pas servir de nom ; attendu : des lettres, des chiffres et _, "
        "sans espace, et pas le nom d’une fonction",
        name=text[:40],
    )


def _formula(card: Card, others: Mapping[str, str]) -> Iterator[Refusal]:
    """Give what is wrong with the formula, alone and among the others."""
    if not card.formula.strip():
        return
    try:
        formula = parse(card.formula)
    except FormulaError as error:
        yield _formula_refusal(error)
        return
    declared = [variable.name for variable in card.variables]
    for problem in problems(formula, {*declared, *others}, itself=card.code):
        yield _formula_refusal(problem)
    if not formula.names:
        message = N_("La formule ne nomme aucune variable : son résultat ne change jamais.")
        yield Refusal("formula_constant", message, FORMULA_SOURCE)
    if unused := [name for name in declared if name not in formula.names]:
        message = N_("Variables définies mais absentes de la formule : %(names)s.",
                     names=", ".join(unused))  # fmt: skip
        yield Refusal("variable_unused", message, HOUSE)
    if shared := sorted(set(declared) & set(others)):
        message = N_("Noms de variables qui sont aussi ceux d’indicateurs : %(names)s.",
                     names=", ".join(shared))  # fmt: skip
        yield Refusal("variable_is_indicator", message, HOUSE)
    yield from _circle(card.code, formula, others)


def _formula_refusal(error: FormulaError) -> Refusal:
    message = N_("Formule, %(place)s : %(message)s", place=error.place, message=error.message)
    return Refusal(f"formula_{error.code}", message, FORMULA_SOURCE)


def _circle(code: str, formula: Formula, others: Mapping[str, str]) -> Iterator[Refusal]:
    """Give the circle that ``formula`` closes; naming itself at once is said elsewhere."""
    if not code or code in formula.names:
        return
    references: dict[str, tuple[str, ...]] = {code: formula.names}
    for name, text in others.items():
        if name != code:
            references[name] = _names_of(text)
    cycle = find_cycle(references)
    if code in cycle:
        message = N_("Les formules se renvoient l’une à l’autre : %(cycle)s.",
                     cycle=" → ".join(cycle))  # fmt: skip
        yield Refusal("formula_circle", message, FORMULA_SOURCE)


def _names_of(text: str) -> tuple[str, ...]:
    try:
        return parse(text).names
    except FormulaError:
        return ()  # said on its own card


def _limits(card: Card) -> Iterator[Refusal]:
    """Give each limit on the wrong side, and limits and target out of their order."""
    if card.direction is not Direction.NOMINAL:
        side = "high" if card.direction is Direction.UP else "low"
        if any(getattr(band, side) is not None for band in (card.alert, card.action)):
            message = (
                N_("Pour un indicateur à augmenter, les limites sont des minimums.")
                if card.direction is Direction.UP
                else N_("Pour un indicateur à réduire, les limites sont des maximums.")
            )
            yield Refusal("limit_side", message, HOUSE)
            return
    target = card.targets[-1].value if card.targets else None
    lows = [value for value in (card.action.low, card.alert.low, target) if value is not None]
    highs = [value for value in (target, card.alert.high, card.action.high) if value is not None]
    is_low_side = card.direction is not Direction.DOWN
    is_high_side = card.direction is not Direction.UP
    if is_low_side and lows != sorted(lows):
        message = N_("Attendu : limite d’action ≤ seuil d’alerte ≤ cible ; trouvé : %(found)s.",
                     found=_ordered(lows))  # fmt: skip
        yield Refusal("limits_out_of_order", message, HOUSE)
    if is_high_side and highs != sorted(highs):
        message = N_("Attendu : cible ≤ seuil d’alerte ≤ limite d’action ; trouvé : %(found)s.",
                     found=_ordered(highs))  # fmt: skip
        yield Refusal("limits_out_of_order", message, HOUSE)


def _ordered(values: Sequence[Fraction]) -> str:
    return " ; ".join(decimal_text(value) for value in values)


def _target_path(card: Card) -> Iterator[Refusal]:
    """Give each step of the target path that goes back in time, or back on its word."""
    if len(card.targets) > MAX_POINTS:
        message = N_("%(count)d cibles ; attendu : au plus %(most)d", count=len(card.targets),
                     most=MAX_POINTS)  # fmt: skip
        yield Refusal("many_targets", message, HOUSE)
    for before, after in pairwise(card.targets):
        if after.period.ends_on <= before.period.ends_on:
            message = N_("La cible de %(after)s vient après celle de %(before)s ; attendu : des "
                         "échéances qui se suivent.", after=after.period.label,
                         before=before.period.label)  # fmt: skip
            yield Refusal("targets_out_of_order", message, HOUSE)
        elif _goes_back(before, after, card.direction) and not after.reason.strip():
            message = N_("La cible de %(after)s demande moins que celle de %(before)s : dites "
                         "pourquoi.", after=after.period.label,
                         before=before.period.label)  # fmt: skip
            yield Refusal("target_goes_back", message, HOUSE)


def _goes_back(before: TargetPoint, after: TargetPoint, direction: Direction) -> bool:
    if direction is Direction.UP:
        return after.value < before.value
    return direction is Direction.DOWN and after.value > before.value
