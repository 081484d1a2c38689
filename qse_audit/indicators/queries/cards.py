"""Reading one indicator: its card, its formulas’ neighbours, its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from qse_audit.accounts.models import Organisation, Person, Site
from qse_audit.core.errors import Refusal
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.workflow import Transition
from qse_audit.db.loading import loaded
from qse_audit.indicators import models
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import (
    INDICATOR_WORKFLOW,
    Aim,
    Band,
    Calendar,
    Card,
    Column,
    Definition,
    IndicatorFacts,
    IndicatorStatus,
    Sheet,
    TargetPoint,
    Variable,
    VariableDraft,
    move_refusals,
    readiness_refusals,
    writing_refusals,
)
from qse_audit.policies import Identity, allows
from qse_audit.processes.models import Process


def get_indicator(session: Session, indicator_id: int) -> Indicator:
    """Return an indicator with its variables, target path, owner and people.

    :raises NotFound: if there is none.
    """
    found = loaded(
        session,
        Indicator,
        indicator_id,
        selectinload(Indicator.variables),
        selectinload(Indicator.targets),
        selectinload(Indicator.owner),
        selectinload(Indicator.participations),
    )
    return found


def card_of(indicator: Indicator) -> Card:
    """Return what the rules may know of an indicator."""
    return Card(
        name=indicator.title,
        code=indicator.short_name,
        domain=indicator.domain,
        direction=indicator.direction,
        timing=indicator.timing,
        frequency=indicator.frequency,
        chart=indicator.chart,
        formula=indicator.formula,
        unit=indicator.measure_unit,
        variables=tuple(variable_of(each) for each in indicator.variables),
        purpose=indicator.purpose,
        decision=indicator.decision,
        perimeter=indicator.perimeter,
        source=indicator.data_source,
        collection=indicator.collection,
        has_owner=indicator.owner_id is not None,
        alert=Band(exact(indicator.alert_low), exact(indicator.alert_high)),
        action=Band(exact(indicator.action_low), exact(indicator.action_high)),
        targets=target_path(indicator),
        reaction_plan=indicator.reaction_plan,
        review_on=indicator.review_on,
        biases=indicator.biases,
    )


def variable_of(variable: models.Variable) -> Variable:
    """Return what the rules may know of a variable."""
    return Variable(
        name=variable.name,
        label=variable.label,
        unit=variable.measure_unit,
        definition=variable.definition,
        aggregation=variable.aggregation,
        minimum=exact(variable.minimum),
        maximum=exact(variable.maximum),
        is_whole=variable.is_whole,
    )


def target_path(indicator: Indicator) -> tuple[TargetPoint, ...]:
    """Return the target path, first point first."""
    return tuple(
        TargetPoint(
            Period.of(indicator.frequency, each.period_on), Fraction(each.value), each.reason
        )
        for each in indicator.targets
    )


def definition_of(indicator: Indicator) -> Definition:
    """Return how the number is made, as it is stored now."""
    return Definition(
        formula=indicator.formula,
        unit=indicator.measure_unit,
        decimals=indicator.decimals,
        code=indicator.short_name,
        variables=tuple(
            VariableDraft(
                name=each.name,
                label=each.label,
                unit=each.measure_unit,
                definition=each.definition,
                aggregation=each.aggregation,
                minimum=exact(each.minimum),
                maximum=exact(each.maximum),
                is_whole=each.is_whole,
                automatic=each.automatic,
                was=each.name,
            )
            for each in indicator.variables
        ),
    )


def aim_of(indicator: Indicator) -> Aim:
    """Return the target path and the limits, as they are stored now."""
    return Aim(
        targets=target_path(indicator),
        alert=Band(exact(indicator.alert_low), exact(indicator.alert_high)),
        action=Band(exact(indicator.action_low), exact(indicator.action_high)),
        tolerance=Band(exact(indicator.tolerance_low), exact(indicator.tolerance_high)),
        reaction_plan=indicator.reaction_plan,
    )


def exact(value: Decimal | None) -> Fraction | None:
    """Return a stored number as the rules compute with it."""
    return None if value is None else Fraction(value)


def calendar_of(indicator: Indicator) -> Calendar:
    """Return when the values of an indicator are due."""
    return Calendar(
        frequency=indicator.frequency,
        starts_on=indicator.starts_on,
        delay_days=indicator.delay_days,
        closed_until=indicator.closed_until,
    )


def sheet_of(indicator: Indicator, today: date) -> Sheet:
    """Return what may be entered for an indicator."""
    return Sheet(
        calendar=calendar_of(indicator),
        columns={each.name: column_of(each) for each in indicator.variables if not each.automatic},
        automatic=frozenset(each.name for each in indicator.variables if each.automatic),
        today=today,
    )


def column_of(variable: models.Variable) -> Column:
    """Return a variable as a column of the grid."""
    return Column(
        name=variable.name,
        label=variable.label,
        unit=variable.measure_unit,
        minimum=exact(variable.minimum),
        maximum=exact(variable.maximum),
        is_whole=variable.is_whole,
    )


def neighbours(
    session: Session, organisation_id: int, frequency: Frequency, *, except_id: int = 0
) -> Mapping[str, str]:
    """Return the formulas that a formula may name, by short name: same organisation, same pace."""
    rows = session.execute(
        select(Indicator.short_name, Indicator.formula).where(
            Indicator.organisation_id == organisation_id,
            Indicator.frequency == frequency,
            Indicator.status != IndicatorStatus.DROPPED,
            Indicator.short_name != "",
            Indicator.id != except_id,
        )
    )
    return {row.short_name: row.formula for row in rows}


@dataclass(frozen=True, slots=True)
class Places:
    """Where an indicator is measured, in words."""

    process: str | None = None
    site: str | None = None


def places_of(session: Session, indicator: Indicator) -> Places:
    """Return the names of the process and the site of an indicator: one statement."""
    process = select(Process.name).where(Process.id == indicator.process_id).scalar_subquery()
    site = select(Site.name).where(Site.id == indicator.site_id).scalar_subquery()
    return Places(*session.execute(select(process, site)).one())


def printing_names(session: Session, who: Identity) -> tuple[str, str]:
    """Return the names of the organisation where ``who`` acts, and of ``who``: one statement."""
    organisation = select(Organisation.name).where(Organisation.id == who.organisation_id)
    person = select(Person.name).where(Person.id == who.user_id)
    row = session.execute(select(organisation.scalar_subquery(), person.scalar_subquery())).one()
    return row[0] or "", row[1] or ""


# --- what can be done next ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move that this person may make, and what already stands in its way."""

    transition: Transition[IndicatorStatus, IndicatorFacts]
    refusals: tuple[Refusal, ...]


def facts_of(
    indicator: Indicator, others: Mapping[str, str], *, reason: str, today: date
) -> IndicatorFacts:
    """Return what the rules may know of an indicator that moves."""
    card = card_of(indicator)
    lacks = (*readiness_refusals(card, today), *writing_refusals(card, others))
    return IndicatorFacts(lacks=lacks, reason=reason)


def offers(
    indicator: Indicator, who: Identity, others: Mapping[str, str], *, today: date
) -> dict[str, Offer]:
    """Return the moves open to ``who`` by name; what they still have to type is taken as given."""
    typed = facts_of(indicator, others, reason="…", today=today)
    found = {}
    for each in INDICATOR_WORKFLOW.available(indicator.status):
        if allows(who, each.permission, indicator.access()):
            refusals = move_refusals(indicator.status, each.name, typed)
            found[each.name] = Offer(transition=each, refusals=refusals)
    return found
