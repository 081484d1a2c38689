"""How a card is written: fields, rows, and what the database must be asked first."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from qse_audit.accounts.models import Site
from qse_audit.accounts.queries import is_member
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.numbers import decimal_text
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.numbering import next_reference
from qse_audit.db.trail import Act, record
from qse_audit.indicators.models import Indicator, Measurement, Target, Variable
from qse_audit.indicators.rules import (
    INDICATOR_WORKFLOW,
    Aim,
    Band,
    CardDraft,
    Definition,
    IndicatorStatus,
    new_card,
    writing_refusals,
)
from qse_audit.indicators.rules.cards import HOUSE
from qse_audit.policies import Identity
from qse_audit.processes.models import Process

TEXTS = ("purpose", "decision", "perimeter", "data_source", "collection", "biases")
CODES = ("domain", "owner_id", "frequency", "direction", "timing", "chart", "rule_set",
         "process_id", "site_id", "delay_days", "review_on")  # fmt: skip


def begin(session: Session, draft: CardDraft, *, actor: Identity, now: datetime) -> Indicator:
    """Store a new card, as a draft.

    :raises Refused: with every reason.
    """
    today = day_in_paris(now)
    refuse_all((
        *foreign_refusals(session, draft, actor.organisation_id),
        *writing_refusals(new_card(draft)),
    ))  # fmt: skip
    indicator = Indicator(
        organisation_id=actor.organisation_id,
        reference=next_reference(
            session, "IND", organisation_id=actor.organisation_id, year=today.year
        ),
        status=INDICATOR_WORKFLOW.initial,
        created_at=now,
        created_by_id=actor.user_id,
    )
    write_card(indicator, draft, today)
    session.add(indicator)
    session.flush()
    return indicator


def write_card(indicator: Indicator, draft: CardDraft, today: date) -> None:
    """Write a draft on its card."""
    indicator.title = draft.title.strip()
    for name in TEXTS:
        setattr(indicator, name, getattr(draft, name).strip())
    for name in CODES:
        setattr(indicator, name, getattr(draft, name))
    indicator.starts_on = draft.first_day(today)


def as_texts(indicator: Indicator) -> dict[str, str]:
    """Return what a card says of itself as texts to compare."""
    names = ("title", *TEXTS, *CODES, "starts_on")
    return {name: str(getattr(indicator, name)) for name in names}


def write_definition(indicator: Indicator, definition: Definition) -> None:
    """Write the formula and its variables; those that stay keep their row."""
    indicator.formula = definition.formula.strip()
    indicator.measure_unit = definition.unit.strip()
    indicator.decimals = definition.decimals
    indicator.short_name = definition.code.strip()
    stored = {each.name: each for each in indicator.variables}
    kept = []
    for position, each in enumerate(definition.variables):
        variable = stored.get(each.was or each.name) or Variable(name=each.name)
        variable.position, variable.name = position, each.name
        variable.label, variable.measure_unit = each.label.strip(), each.unit.strip()
        variable.definition, variable.aggregation = each.definition.strip(), each.aggregation
        variable.minimum, variable.maximum = _decimal(each.minimum), _decimal(each.maximum)
        variable.is_whole, variable.automatic = each.is_whole, each.automatic
        kept.append(variable)
    indicator.variables = kept
    flag_modified(indicator, "title")


def write_aim(indicator: Indicator, aim: Aim) -> None:
    """Write the target path and the limits."""
    for name in ("alert", "action", "tolerance"):
        band: Band = getattr(aim, name)
        setattr(indicator, f"{name}_low", _decimal(band.low))
        setattr(indicator, f"{name}_high", _decimal(band.high))
    indicator.reaction_plan = aim.reaction_plan.strip()
    stored = {each.period_on: each for each in indicator.targets}
    kept = []
    for point in aim.targets:
        target = stored.get(point.period.starts_on) or Target(period_on=point.period.starts_on)
        target.value, target.reason = Decimal(decimal_text(point.value)), point.reason.strip()
        kept.append(target)
    indicator.targets = kept
    flag_modified(indicator, "title")


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))


def closed_refusals(indicator: Indicator) -> tuple[Refusal, ...]:
    """Return why a card cannot be changed any more."""
    if indicator.status is not IndicatorStatus.DROPPED:
        return ()
    message = N_("Cet indicateur est abandonné : reprenez-le comme projet pour le modifier.")
    return (Refusal("dropped", message, HOUSE),)


def frequency_refusals(
    session: Session, indicator: Indicator, draft: CardDraft
) -> tuple[Refusal, ...]:
    """Refuse another frequency once values, or a target path, stand at the old one."""
    if draft.frequency is indicator.frequency:
        return ()
    has_values = session.scalar(select(exists().where(Measurement.indicator_id == indicator.id)))
    if not has_values and not indicator.targets:
        return ()
    message = N_("Des valeurs ou des cibles existent par %(frequency)s : créez un autre "
                 "indicateur pour une autre fréquence.",
                 frequency=indicator.frequency.label)  # fmt: skip
    return (Refusal("frequency_in_use", message, HOUSE),)


def foreign_refusals(
    session: Session, draft: CardDraft, organisation_id: int, *, known: Indicator | None = None
) -> tuple[Refusal, ...]:
    """Refuse people, processes and sites of elsewhere; what the card has already stays."""
    found = []
    if (known is None or draft.owner_id != known.owner_id) and not is_member(
        session, draft.owner_id, organisation_id
    ):
        message = N_("Choisissez un pilote parmi les personnes de l’organisation.")
        found.append(Refusal("owner_foreign", message, HOUSE))
    for model, key, word in (
        (Process, draft.process_id, N_("Choisissez un processus de l’organisation.")),
        (Site, draft.site_id, N_("Choisissez un site de l’organisation.")),
    ):
        if key is not None and not session.scalar(
            select(exists().where(model.id == key, model.organisation_id == organisation_id))
        ):
            found.append(Refusal(f"{model.__tablename__}_foreign", word, HOUSE))
    return tuple(found)


def is_free(session: Session, indicator: Indicator, code: str) -> bool:
    """Say whether no other indicator in use has this short name."""
    return not code or not session.scalar(
        select(
            exists().where(
                Indicator.organisation_id == indicator.organisation_id,
                Indicator.short_name == code,
                Indicator.status != IndicatorStatus.DROPPED,
                Indicator.id != indicator.id,
            )
        )
    )


def short_name_refusals(
    session: Session, indicator: Indicator, definition: Definition
) -> tuple[Refusal, ...]:
    """Refuse a short name that another indicator has."""
    if is_free(session, indicator, definition.code.strip()):
        return ()
    message = N_("Un autre indicateur porte déjà le nom court « %(name)s ».", name=definition.code)
    return (Refusal("short_name_taken", message, HOUSE),)


def renamed_refusals(
    session: Session, indicator: Indicator, definition: Definition
) -> tuple[Refusal, ...]:
    """Refuse to rename a variable that has values: they would lose their name."""
    renamed = [each for each in definition.variables if each.was and each.was != each.name]
    if not renamed or not session.scalar(
        select(exists().where(Measurement.indicator_id == indicator.id))
    ):
        return ()
    message = N_("Des valeurs sont saisies sous ces noms : %(names)s ne se renomment plus.",
                 names=", ".join(each.was for each in renamed))  # fmt: skip
    return (Refusal("variable_has_values", message, HOUSE),)


def tolerance_refusals(band: Band) -> Sequence[Refusal]:
    """Refuse a tolerance that is upside down."""
    if band.low is None or band.high is None or band.low < band.high:
        return ()
    message = N_("La tolérance basse doit être sous la tolérance haute.")
    return (Refusal("tolerance_order", message, HOUSE),)


def record_act(
    session: Session,
    indicator: Indicator,
    name: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    note: str = "",
) -> None:
    """Record an act on a card in the event chain, with what the person wrote."""
    texts = {"title": indicator.title, **({"note": note} if note else {})}
    act = Act(
        verb=f"indicator.{name}",
        kind=Kind.INDICATOR,
        subject_id=indicator.id,
        data={"reference": indicator.reference, **(data or {})},
        texts=texts,
    )
    record(session, act, organisation_id=indicator.organisation_id, actor_id=actor.user_id, now=now)
