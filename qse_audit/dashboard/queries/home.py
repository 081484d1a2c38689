"""What awaits a person: the home page as a to-do list by role.

Each function of ``HOME_SECTIONS`` looks at one kind of thing, sends one statement (none to people
whom it does not concern) and returns the sections that it fills. To add lines for a new feature,
write one and put it in the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.audits.models import Audit
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.clock import day_in_paris
from qse_audit.dashboard.queries.lines import SOON_DAYS, HomeSection, Section, oversees
from qse_audit.dashboard.queries.todo_actions import actions_to_do
from qse_audit.dashboard.queries.todo_administration import administration
from qse_audit.dashboard.queries.todo_audits import audits_findings_events
from qse_audit.dashboard.queries.todo_candidacies import candidacies
from qse_audit.dashboard.queries.todo_duerp import duerp_to_do
from qse_audit.dashboard.queries.todo_exam_centre import exam_centre
from qse_audit.dashboard.queries.todo_indicators import indicators_to_do
from qse_audit.dashboard.queries.todo_objectives import objectives_and_risks
from qse_audit.dashboard.queries.todo_policy import policy_to_do
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus, Grade
from qse_audit.policies import Identity
from qse_audit.processes.models import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The few numbers that say whether the system is under control."""

    open_majors: int
    late_actions: int
    to_verify: int
    next_audits: int
    audits: int
    processes: int

    @property
    def is_first_day(self) -> bool:
        """Say whether nothing was planned yet."""
        return self.audits == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The home page."""

    sections: Sequence[Section]
    figures: Figures | None
    """For those who look after everything."""


def home(session: Session, who: Identity, now: datetime) -> Home:
    """Return what awaits ``who``, what is late first; a constant number of statements."""
    found = [section for build in HOME_SECTIONS for section in build(session, who, now)]
    return Home(
        sections=sorted((s for s in found if s.lines), key=lambda section: section.rank),
        figures=_figures(session, who, now) if oversees(who) else None,
    )


HOME_SECTIONS: list[HomeSection] = [
    actions_to_do,
    indicators_to_do,
    audits_findings_events,
    policy_to_do,
    duerp_to_do,
    objectives_and_risks,
    candidacies,
    exam_centre,
    administration,
]
"""What the home page looks at; each entry costs at most one statement."""


def _figures(session: Session, who: Identity, now: datetime) -> Figures:
    """Return the numbers of the organisation, in one statement."""
    today, here = day_in_paris(now), who.organisation_id

    def count(model: Any, *conditions: Any) -> Any:
        chosen = select(func.count(model.id)).where(model.organisation_id == here, *conditions)
        return chosen.scalar_subquery()

    row = session.execute(
        select(
            count(
                Finding,
                Finding.grade == Grade.MAJOR_NONCONFORMITY,
                Finding.status == FindingStatus.FINAL,
            ),
            count(Action, Action.status == ActionStatus.OPEN, Action.due_on < today),
            count(Action, Action.status == ActionStatus.DONE),
            count(
                Audit,
                Audit.status == AuditStatus.PLANNED,
                Audit.starts_on <= today + timedelta(days=SOON_DAYS),
            ),
            count(Audit),
            count(Process),
        )
    ).one()
    return Figures(
        open_majors=row[0],
        late_actions=row[1],
        to_verify=row[2],
        next_audits=row[3],
        audits=row[4],
        processes=row[5],
    )
