"""Reading one event: what happened, its duties, its actions, its files."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.accidents.models import Accident, AccidentDuty, AccidentStop
from qse_audit.accidents.rules import DutyCode, EventFacts, EventStatus
from qse_audit.accidents.rules.duties import Answer, Duty, DutyFacts, due_dates, duties, unanswered
from qse_audit.actions import queries as actions
from qse_audit.actions.models import Action
from qse_audit.actions.queries import ActionLine
from qse_audit.actions.rules import ActionStatus
from qse_audit.causes.models import CauseAnalysis
from qse_audit.causes.rules import CauseStatus
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import links_of
from qse_audit.evidence import queries as evidence
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.queries import EvidenceLine
from qse_audit.policies import Access, Identity, allows

SETTLED = (ActionStatus.EFFECTIVE, ActionStatus.CANCELLED)
"""The states in which nothing more is expected of an action."""
REPEATED = frozenset({"accident.edit", "accident.stop"})
"""Acts that a history shows once when one person does them in a row."""


def get_accident(session: Session, accident_id: int) -> Accident:
    """Return an event with its people, its days of stop and what was answered to the law.

    :raises NotFound: if there is none.
    """
    found = session.get(
        Accident,
        accident_id,
        options=[
            joinedload(Accident.declared_by),
            joinedload(Accident.process),
            joinedload(Accident.site),
            selectinload(Accident.participations),
            selectinload(Accident.stops).joinedload(AccidentStop.recorded_by),
            selectinload(Accident.answers).joinedload(AccidentDuty.recorded_by),
        ],
    )
    if found is None:
        raise NotFound(f"accident {accident_id}")
    return found


def owner_of(accident: Accident) -> int | None:
    """Return who leads the investigation, if somebody does."""
    return min(links_of(accident.participations).get(Link.OWNER, frozenset()), default=None)


def stop_rows(stops: Iterable[AccidentStop]) -> list[tuple[date, date | None]]:
    """Return the days of stop as the rules read them, in the order of recording."""
    return [(stop.from_on, stop.until_on) for stop in stops]


def duty_facts(accident: Accident) -> DutyFacts:
    """Return what the clocks of the law depend on."""
    return DutyFacts(
        kind=accident.kind,
        category=accident.category,
        known_at=accident.known_at,
        requalified_at=accident.requalified_at,
        fatal_at=accident.fatal_at,
    )


def first_due(accident: Accident) -> datetime | None:
    """Return when the first unanswered duty with an hour is due; ``None`` for none.

    What was dismissed asks for nothing.
    """
    if accident.status is EventStatus.DISMISSED:
        return None
    answered = {row.duty for row in accident.answers}
    waiting = (at for code, (at, _) in due_dates(duty_facts(accident)).items()
               if at is not None and code not in answered)  # fmt: skip
    return min(waiting, default=None)


def answers_of(accident: Accident) -> dict[DutyCode, Answer]:
    """Return what was said of each duty."""
    return {
        row.duty: Answer(row.done_at, row.words, row.recorded_by.name, row.recorded_at)
        for row in accident.answers
    }


def told_duties(accident: Accident, now: datetime) -> tuple[Duty, ...]:
    """Return what the law asks after an event, and where it stands."""
    return duties(duty_facts(accident), answers_of(accident), now)


def event_facts(
    session: Session, accident: Accident, now: datetime, *, reason: str = ""
) -> EventFacts:
    """Return what the workflow may know of an event: one statement."""
    concluded = (
        select(func.count(CauseAnalysis.id))
        .where(
            CauseAnalysis.subject_kind == Kind.ACCIDENT,
            CauseAnalysis.subject_id == accident.id,
            CauseAnalysis.status == CauseStatus.CONCLUDED,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(concluded.label("analyses"), Action.reference)
        .select_from(Accident)
        .outerjoin(
            Action,
            and_(
                Action.origin_kind == Kind.ACCIDENT,
                Action.origin_id == Accident.id,
                Action.status.not_in(SETTLED),
            ),
        )
        .where(Accident.id == accident.id)
        .order_by(Action.id)
    ).all()
    return EventFacts(
        kind=accident.kind,
        potential=accident.potential,
        has_owner=owner_of(accident) is not None,
        was_investigated=accident.investigated_at is not None,
        causes_text=accident.causes_text,
        analyses=rows[0].analyses if rows else 0,
        unsettled_actions=tuple(row.reference for row in rows if row.reference),
        unanswered_duties=tuple(d.code.label for d in unanswered(told_duties(accident, now))),
        reason=reason,
    )


def evidence_of_event(
    session: Session, accident: Accident, who: Identity
) -> tuple[EvidenceLine, ...]:
    """Return the photos and files of an event that ``who`` may read."""
    statement = evidence.evidence_lines().where(
        Evidence.origin_kind == Kind.ACCIDENT,
        Evidence.origin_id == accident.id,
        evidence.readable_by(who),
    )
    return tuple(evidence.as_line(row) for row in session.execute(statement))


def actions_of_event(
    session: Session, accident: Accident, who: Identity, today: date
) -> tuple[ActionLine, ...]:
    """Return the actions that an event asks for and ``who`` may read."""
    people = accident.access()
    return tuple(
        line
        for line in actions.actions_of(session, Kind.ACCIDENT, accident.id, today)
        if allows(
            who,
            Permission.ACTION_READ,
            Access(
                people.organisations,
                line.status,
                {**people.links, Link.OWNER: people.links.get(Link.OWNER, frozenset())
                 | frozenset({line.owner_id})},
            ),
        )
    )  # fmt: skip
