"""Moving audits through their workflow, and telling the people whom it concerns."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.audits import queries
from qse_audit.audits.models import Audit
from qse_audit.audits.rules import AUDIT_WORKFLOW, AuditStatus
from qse_audit.audits.services.checklists import make_checklist
from qse_audit.audits.services.plans import note
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link
from qse_audit.core.text import N_, Message
from qse_audit.db.outbox import notify
from qse_audit.db.trail import Head
from qse_audit.policies import Identity

REASON_ASKED = Refusal("reason_asked", N_("Dites pourquoi : la raison est gardée au journal."), "")


def move_audit(
    session: Session, audit: Audit, name: str, *, reason: str = "", actor: Identity, now: datetime
) -> None:
    """Apply the transition ``name`` to ``audit``; :func:`issue_report` applies ``report``.

    :raises TransitionRefused: with every unmet condition; ``audit`` is then unchanged.
    :raises Refused: when the transition asks for a reason and none is given.
    """
    if name == "report":
        raise ValueError("a report is issued by issue_report")
    apply_move(session, audit, name, reason=reason, actor=actor, now=now)
    if audit.status is AuditStatus.PLANNED:
        if not audit.question_count:
            make_checklist(session, audit, actor=actor, now=now)
        _tell_plan(session, audit, actor=actor, now=now)


def apply_move(
    session: Session,
    audit: Audit,
    name: str,
    *,
    reason: str = "",
    data: Mapping[str, object] | None = None,
    actor: Identity,
    now: datetime,
) -> Head:
    """Change the status by the workflow, record it, and return the head of the chain.

    :raises TransitionRefused: with every unmet condition.
    :raises Refused: when the transition asks for a reason and none is given.
    """
    before, reason = audit.status, reason.strip()
    after = AUDIT_WORKFLOW.decide(before, name, queries.audit_facts(session, audit))
    transition = AUDIT_WORKFLOW.named(name)
    refuse_all([REASON_ASKED] if transition and transition.asks_reason and not reason else [])
    audit.status = after
    audit.closed_at = now if after is AuditStatus.CLOSED else None
    if after is AuditStatus.REPORTED:
        audit.reported_at = now
    return note(
        session,
        audit,
        f"audit.{name}",
        actor=actor,
        now=now,
        data={"before": before, "after": after, **(data or {})},
        texts={"reason": reason} if reason else {},
    )


def _tell_plan(session: Session, audit: Audit, *, actor: Identity, now: datetime) -> None:
    values = {"reference": audit.reference, "title": audit.title}
    links = audit.access().links
    team = {i for link in AUDIT_TEAM for i in links.get(link, ())}
    message = N_(
        "L’audit %(reference)s « %(title)s » est planifié : vous êtes de l’équipe.", **values
    )
    tell(session, audit, message, people=team, key="plan/team", actor=actor, now=now)
    message = N_("L’audit %(reference)s « %(title)s » est planifié : vous êtes audité.", **values)
    auditees = links.get(Link.AUDITEE, frozenset())
    tell(session, audit, message, people=auditees, key="plan/auditee", actor=actor, now=now)


def tell(
    session: Session,
    audit: Audit,
    message: Message,
    *,
    people: Collection[int],
    key: str,
    actor: Identity,
    now: datetime,
) -> None:
    """Put ``message`` in the inbox of ``people``, once; not in that of who acts."""
    for person_id in sorted(set(people) - {actor.user_id}):
        notify(
            session,
            message,
            key=f"audit/{audit.id}/{key}/{person_id}",
            person_id=person_id,
            organisation_id=audit.organisation_id,
            subject=(Kind.AUDIT, audit.id),
            now=now,
        )
