"""All that a file about an analysis says: a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation, Person
from qse_audit.actions.models import Action
from qse_audit.actions.queries import readable_by
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.permissions import Kind
from qse_audit.policies import Identity
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.queries.lines import RiskLine, lines_of, section_paths
from qse_audit.risks.rules import METHODS, MethodCard, Scale, scale_from


@dataclass(frozen=True, slots=True)
class LineAction:
    """An action of a line, as a file says it."""

    reference: str
    title: str
    owner: str
    due_on: date
    status: ActionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An analysis with its lines, as files show it."""

    organisation: str
    reference: str
    title: str
    status: str
    owner: str
    team: tuple[str, ...]
    scope: str
    review_on: date | None
    card: MethodCard
    scale: Scale
    lines: Sequence[RiskLine]
    """In the order of the tree, then as they were written."""
    paths: Mapping[int, tuple[str, ...]]
    actions: Mapping[int, Sequence[LineAction]]
    """By line, those that the reader may read; cancelled ones left out."""


def exported(session: Session, analysis: RiskAnalysis, who: Identity) -> Exported:
    """Return an analysis as files show it to ``who``; withdrawn lines are left out."""
    organisation = session.get_one(Organisation, analysis.organisation_id)
    return Exported(
        organisation=organisation.name,
        reference=analysis.reference,
        title=analysis.title,
        status=analysis.status.label,
        owner=analysis.owner.name if analysis.owner else "",
        team=tuple(
            " – ".join(part for part in (_name(each), each.function) if part)
            for each in analysis.members
        ),
        scope=analysis.scope,
        review_on=analysis.review_on,
        card=METHODS[analysis.method],
        scale=scale_from(analysis.scale),
        lines=lines_of(session, analysis.id),
        paths=section_paths(session, analysis.id),
        actions=actions_by_line(session, analysis.id, who),
    )


def actions_by_line(
    session: Session, analysis_id: int, who: Identity
) -> dict[int, list[LineAction]]:
    """Return the actions of each line that ``who`` may read, the first due first: one statement."""
    columns: list[Any] = [
        Risk.id, Action.reference, Action.title, Person.name, Action.due_on, Action.status,
    ]  # fmt: skip
    rows = session.execute(
        select(*columns)
        .join(Risk, Risk.id == Action.origin_id)
        .join(Person, Person.id == Action.owner_id)
        .where(
            Action.origin_kind == Kind.RISK,
            Risk.analysis_id == analysis_id,
            Action.status != ActionStatus.CANCELLED,
            readable_by(who),
        )
        .order_by(Action.due_on, Action.id)
    )
    found: dict[int, list[LineAction]] = {}
    for key, *values in rows:
        found.setdefault(key, []).append(LineAction(*values))
    return found


def _name(member: Any) -> str:
    return str(member.person.name if member.person else member.name)
