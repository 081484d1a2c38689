"""What people must hear of: who, about what, in which words, each with a key of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Row,
    Select,
    String,
    cast,
    exists,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules.duties import SOON_HOURS
from qse_audit.accounts.models import Membership
from qse_audit.actions.models import Action
from qse_audit.actions.queries import verifier_ids
from qse_audit.actions.rules import REMINDER_OFFSETS, ActionStatus, due_reminder
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import Message
from qse_audit.dashboard.rules import (
    CATCH_UP_DAYS,
    analysis_review,
    duerp_days,
    duerp_update,
    duty_due,
    policy_review,
    reminder,
    values_due,
    verification_due,
)
from qse_audit.db.base import UtcDateTime
from qse_audit.duerp.queries import coordinators_told
from qse_audit.duerp.rules import Duties
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import IndicatorStatus
from qse_audit.indicators.rules import due_reminder as values_reminder
from qse_audit.policy.models import Policy
from qse_audit.policy.rules import PolicyStatus
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules import RiskMethod
from qse_audit.risks.rules.analyses import AnalysisStatus

POLICY_OFFSETS = (-30, 0)
"""When people hear of the review of a policy or of an analysis: days from its date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One thing that one person must hear of, once."""

    key: str
    person_id: int
    organisation_id: int
    subject: tuple[Kind, int]
    message: Message


def owners_reminded(session: Session, today: date) -> Iterator[Reminder]:
    """Give what the owners of open actions should have heard of by today."""
    rows = session.execute(
        select(
            Action.id,
            Action.reference,
            Action.title,
            Action.due_on,
            Action.due_set_on,
            Action.owner_id,
            Action.organisation_id,
        ).where(
            Action.status == ActionStatus.OPEN,
            Action.due_on <= today - timedelta(days=min(REMINDER_OFFSETS)),
            Action.due_on >= today - timedelta(days=CATCH_UP_DAYS),
            exists().where(
                Membership.person_id == Action.owner_id,
                Membership.organisation_id == Action.organisation_id,
            ),
        )
    )
    for row in rows:
        offset = due_reminder(row.due_on, today, given_on=row.due_set_on)
        if offset is not None:
            yield Reminder(
                key=f"reminder/action/{row.id}/{offset:+d}/{row.due_on}",
                person_id=row.owner_id,
                organisation_id=row.organisation_id,
                subject=(Kind.ACTION, row.id),
                message=reminder(row.due_on, today, title=row.title, reference=row.reference),
            )


def verifiers_reminded(session: Session, today: date) -> Iterator[Reminder]:
    """Give what the verifiers should have heard of: the delay before verification is over."""
    actions = session.scalars(
        select(Action).where(
            Action.status == ActionStatus.DONE,
            Action.verify_on <= today,
            Action.verify_on >= today - timedelta(days=CATCH_UP_DAYS),
        )
    ).all()
    for action in actions:
        if action.verify_on is None or action.done_at is None:
            continue
        if action.verify_on <= day_in_paris(action.done_at):
            continue  # they were told when it was done
        message = verification_due(action.verify_on, title=action.title, reference=action.reference)
        for person_id in verifier_ids(session, action):
            yield Reminder(
                key=f"reminder/verify/{action.id}/{action.verify_on}/{person_id}",
                person_id=person_id,
                organisation_id=action.organisation_id,
                subject=(Kind.ACTION, action.id),
                message=message,
            )


def coordinators_reminded(session: Session, now: datetime) -> Iterator[Reminder]:
    """Give what coordinators should have heard of: the policy, the DUERP, what the law asks.

    The owners of other risk analyses hear of their reviews; all come in one statement.
    """
    today = day_in_paris(now)
    parts = (_policies(today), _duerps(), _duties(now), _reviews(today))
    told = {Kind.POLICY: _policy_due, Kind.RISK_ANALYSIS: _duerp_due, Kind.RISK: _review_due}
    for row in session.execute(union_all(*parts)):
        if row.what == Kind.ACCIDENT:
            yield _duty_due(row, now)
        else:
            yield from told[Kind(row.what)](row, today)


def _policies(today: date) -> Select[Any]:
    columns: list[Any] = [
        literal(Kind.POLICY.value).label("what"),
        Policy.id,
        cast(Policy.number, String).label("reference"),
        Policy.review_on.label("day"),
        null().cast(Integer).label("employees"),
        null().cast(Date).label("event_on"),
        Policy.organisation_id,
        Membership.person_id,
        null().cast(UtcDateTime).label("due_at"),
    ]
    return (
        select(*columns)
        .join(Membership, Membership.organisation_id == Policy.organisation_id)
        .where(
            Policy.status == PolicyStatus.IN_FORCE,
            Policy.review_on <= today - timedelta(days=min(POLICY_OFFSETS)),
            Policy.review_on >= today - timedelta(days=CATCH_UP_DAYS),
            Membership.role == Role.COORDINATOR,
        )
    )


def _duerps() -> Select[Any]:
    told = coordinators_told().subquery()
    return select(literal(Kind.RISK_ANALYSIS.value), *told.c, null().cast(UtcDateTime))


def _duties(now: datetime) -> Select[Any]:
    """Return the events after which the law asks for something soon, for each coordinator."""
    columns: list[Any] = [
        literal(Kind.ACCIDENT.value),
        Accident.id,
        Accident.reference,
        null().cast(Date),
        null().cast(Integer),
        null().cast(Date),
        Accident.organisation_id,
        Membership.person_id,
        Accident.duty_due_at,
    ]
    return (
        select(*columns)
        .join(Membership, Membership.organisation_id == Accident.organisation_id)
        .where(
            Accident.duty_due_at <= now + timedelta(hours=SOON_HOURS),
            Accident.duty_due_at >= now - timedelta(days=CATCH_UP_DAYS),
            Membership.role == Role.COORDINATOR,
        )
    )


def _reviews(today: date) -> Select[Any]:
    """Return the risk analyses in force whose review comes; the DUERP has rules of its own."""
    columns: list[Any] = [
        literal(Kind.RISK.value).label("what"),
        RiskAnalysis.id,
        RiskAnalysis.reference,
        RiskAnalysis.review_on.label("day"),
        null().cast(Integer).label("employees"),
        null().cast(Date).label("event_on"),
        RiskAnalysis.organisation_id,
        RiskAnalysis.owner_id.label("person_id"),
        null().cast(UtcDateTime),
    ]
    return select(*columns).where(
        RiskAnalysis.status == AnalysisStatus.IN_FORCE,
        RiskAnalysis.method != RiskMethod.OCCUPATIONAL,
        RiskAnalysis.review_on <= today - timedelta(days=min(POLICY_OFFSETS)),
        RiskAnalysis.review_on >= today - timedelta(days=CATCH_UP_DAYS),
        exists().where(
            Membership.person_id == RiskAnalysis.owner_id,
            Membership.organisation_id == RiskAnalysis.organisation_id,
        ),
    )


def _review_due(row: Row[Any], today: date) -> Iterator[Reminder]:
    offset = max(n for n in POLICY_OFFSETS if row.day + timedelta(days=n) <= today)
    yield Reminder(
        key=f"reminder/risks/{row.id}/{offset:+d}/{row.day}",
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        subject=(Kind.RISK_ANALYSIS, row.id),
        message=analysis_review(row.day, today, reference=row.reference),
    )


def _policy_due(row: Row[Any], today: date) -> Iterator[Reminder]:
    offset = max(n for n in POLICY_OFFSETS if row.day + timedelta(days=n) <= today)
    yield Reminder(
        key=f"reminder/policy/{row.id}/{offset:+d}/{row.day}/{row.person_id}",
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        subject=(Kind.POLICY, row.id),
        message=policy_review(row.day, today, number=row.reference),
    )


def _duty_due(row: Row[Any], now: datetime) -> Reminder:
    """Return what is told once before the hour, and once after it."""
    stage = "late" if row.due_at < now else "soon"
    return Reminder(
        key=f"reminder/accident/{row.id}/{stage}/{row.due_at:%Y%m%dT%H%M}/{row.person_id}",
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        subject=(Kind.ACCIDENT, row.id),
        message=duty_due(row.due_at, now, reference=row.reference),
    )


def _duerp_due(row: Row[Any], today: date) -> Iterator[Reminder]:
    """Give the yearly update where the headcount asks for it, and what happened since."""
    for name, due_on in duerp_days(row.day, Duties(row.employees), row.event_on, today):
        yield Reminder(
            key=f"reminder/duerp/{row.id}/{name}/{due_on}/{row.person_id}",
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            subject=(Kind.RISK_ANALYSIS, row.id),
            message=duerp_update(name, due_on, reference=row.reference),
        )


def values_reminded(session: Session, today: date) -> Iterator[Reminder]:
    """Give what the owners of indicators should have heard of: values are due, or late."""
    rows = session.execute(
        select(
            Indicator.id,
            Indicator.reference,
            Indicator.title,
            Indicator.awaited_on,
            Indicator.due_on,
            Indicator.owner_id,
            Indicator.organisation_id,
        ).where(
            Indicator.status == IndicatorStatus.ACTIVE,
            Indicator.due_on <= today,
            Indicator.due_on >= today - timedelta(days=CATCH_UP_DAYS),
            exists().where(
                Membership.person_id == Indicator.owner_id,
                Membership.organisation_id == Indicator.organisation_id,
            ),
        )
    )
    for row in rows:
        offset = values_reminder(row.due_on, today)
        if offset is not None:
            yield Reminder(
                key=f"reminder/indicator/{row.id}/{offset:+d}/{row.awaited_on}",
                person_id=row.owner_id,
                organisation_id=row.organisation_id,
                subject=(Kind.INDICATOR, row.id),
                message=values_due(row.due_on, title=row.title, reference=row.reference),
            )
