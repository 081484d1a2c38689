"""What people write on a card, page by page, before it is stored. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qse_audit.core.numbers import decimal_text
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction, RuleSet
from qse_audit.indicators.rules.cards import Band, Card, TargetPoint, Variable
from qse_audit.indicators.rules.codes import AutomaticSource, Chart, IndicatorDomain, Timing

OPEN = Band()
"""A band without an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDraft:
    """What an indicator is for, who answers for it, when it is measured."""

    title: str
    domain: IndicatorDomain
    owner_id: int
    frequency: Frequency = Frequency.MONTH
    direction: Direction = Direction.DOWN
    timing: Timing = Timing.LAGGING
    chart: Chart = Chart.XMR
    rule_set: RuleSet = RuleSet.WHEELER
    process_id: int | None = None
    site_id: int | None = None
    purpose: str = ""
    decision: str = ""
    perimeter: str = ""
    data_source: str = ""
    collection: str = ""
    biases: str = ""
    delay_days: int = 10
    starts_on: date | None = None
    """``None``: from the current period on."""
    review_on: date | None = None

    def first_day(self, today: date) -> date:
        """Return the first day of the first period that is due."""
        return Period.of(self.frequency, self.starts_on or today).starts_on


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableDraft(Variable):
    """A variable as written: what it is, and what counts it."""

    automatic: AutomaticSource | None = None
    was: str = ""
    """Its name before, when it was stored already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How the number is made."""

    formula: str
    unit: str
    decimals: int = 1
    code: str = ""
    variables: tuple[VariableDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is to be reached by when, and what is done otherwise."""

    targets: tuple[TargetPoint, ...] = ()
    alert: Band = OPEN
    action: Band = OPEN
    tolerance: Band = OPEN
    reaction_plan: str = ""


def new_card(draft: CardDraft) -> Card:
    """Return the card that ``draft`` alone makes."""
    blank = Card(
        name="",
        domain=draft.domain,
        direction=draft.direction,
        timing=draft.timing,
        frequency=draft.frequency,
        chart=draft.chart,
    )
    return carded(blank, draft)


def carded(card: Card, draft: CardDraft) -> Card:
    """Return ``card`` with what ``draft`` writes on it."""
    return replace(
        card,
        name=draft.title.strip(),
        domain=draft.domain,
        direction=draft.direction,
        timing=draft.timing,
        frequency=draft.frequency,
        chart=draft.chart,
        purpose=draft.purpose,
        decision=draft.decision,
        perimeter=draft.perimeter,
        source=draft.data_source,
        collection=draft.collection,
        biases=draft.biases,
        review_on=draft.review_on,
        has_owner=bool(draft.owner_id),
    )


def defined(card: Card, definition: Definition) -> Card:
    """Return ``card`` with another formula."""
    return replace(
        card,
        code=definition.code,
        formula=definition.formula,
        unit=definition.unit,
        variables=tuple(definition.variables),
    )


def aimed(card: Card, aim: Aim) -> Card:
    """Return ``card`` with another target path and other limits."""
    return replace(
        card,
        targets=aim.targets,
        alert=aim.alert,
        action=aim.action,
        reaction_plan=aim.reaction_plan,
    )


def definition_texts(definition: Definition) -> dict[str, str]:
    """Return a definition as texts to compare, one a line of the page."""
    found = {
        "formula": definition.formula,
        "unit": definition.unit,
        "decimals": str(definition.decimals),
        "code": definition.code,
    }
    return {**found, **{f"variable {each.name}": _variable_text(each)
                        for each in definition.variables}}  # fmt: skip


def aim_texts(aim: Aim) -> dict[str, str]:
    """Return targets and limits as texts to compare."""
    found = {f"target {each.period.iso}": f"{decimal_text(each.value)} {each.reason}".strip()
             for each in aim.targets}  # fmt: skip
    for name in ("alert", "action", "tolerance"):
        band: Band = getattr(aim, name)
        ends = ("" if end is None else decimal_text(end) for end in (band.low, band.high))
        found[name] = " … ".join(ends)
    return {**found, "reaction_plan": aim.reaction_plan}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> Sequence[str]:
    """Return the names of what differs between two sets of texts, in order."""
    return tuple(_differing(before, after))


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name, "").strip() != after.get(name, "").strip():
            yield name


def _variable_text(variable: VariableDraft) -> str:
    bounds = (variable.minimum, variable.maximum)
    parts = (
        variable.label,
        variable.unit,
        variable.aggregation.value,
        *("" if bound is None else decimal_text(bound) for bound in bounds),
        "1" if variable.is_whole else "",
        variable.automatic.value if variable.automatic else "",
        variable.definition,
    )
    return " ; ".join(parts)
