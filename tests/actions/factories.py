"""Makers of findings and actions: name only what matters to the test."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.actions import services
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionDraft, ActionKind, Move
from qse_audit.audits.models import Audit
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import write_links
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus, Grade
from qse_audit.policies import Identity
from tests.factories import Cast, today


def make_audit(
    session: Session,
    cast: Cast,
    *,
    reference: str = "AUD-2026-001",
    status: AuditStatus = AuditStatus.REPORTED,
    auditees: Iterable[Identity] | None = None,
    **given: Any,
) -> Audit:
    """Store an audit led by Alice; Bob is audited."""
    starts_on = given.pop("starts_on", today())
    audit = Audit(
        organisation_id=cast.company,
        reference=reference,
        title=given.pop("title", "Achats et sous-traitance"),
        status=status,
        starts_on=starts_on,
        listed_on=starts_on or today(),
        created_at=now(),
        created_by_id=cast.claire.user_id,
        closed_at=now() if status is AuditStatus.CLOSED else None,
        **given,
    )
    session.add(audit)
    session.flush()
    people = [cast.bob] if auditees is None else auditees
    links = {Link.LEAD_AUDITOR: [cast.alice.user_id], Link.AUDITEE: [p.user_id for p in people]}
    write_links(session, Kind.AUDIT, audit.id, links)
    return audit


def make_finding(session: Session, cast: Cast, audit: Audit | None = None, **given: Any) -> Finding:
    """Store a final minor nonconformity of an audit."""
    audit = audit or make_audit(session, cast)
    status = given.pop("status", FindingStatus.FINAL)
    finding = Finding(
        organisation_id=cast.company,
        reference=given.pop("reference", f"CST-2026-{audit.id:03d}"),
        origin_kind=Kind.AUDIT,
        origin_id=audit.id,
        grade=given.pop("grade", Grade.MINOR_NONCONFORMITY),
        status=status,
        title=given.pop("title", "Fiches de poste sans date de révision"),
        clause_ref="7.5.3",
        evidence_text="Trois fiches sur dix, atelier 2, le 3 mars.",
        created_at=now(),
        created_by_id=cast.alice.user_id,
        finalised_at=None if status is FindingStatus.DRAFT else now(),
        **given,
    )
    session.add(finding)
    session.commit()
    return finding


def origin_of(finding: Finding) -> services.Origin:
    """Return a finding as what asks for an action."""
    return services.Origin(
        kind=Kind.FINDING,
        id=finding.id,
        context_kind=finding.origin_kind,
        context_id=finding.origin_id,
        organisation_id=finding.organisation_id,
    )


def make_draft(owner: Identity, **given: Any) -> ActionDraft:
    """Return an acceptable corrective action, due in a fortnight."""
    values: dict[str, Any] = {
        "kind": ActionKind.CORRECTIVE,
        "title": "Dater et signer les fiches de poste",
        "owner_id": owner.user_id,
        "due_on": today() + timedelta(days=14),
        "criterion": "Dix fiches tirées au sort, dix datées.",
        "cause": "Le modèle n’a pas de champ date.",
    }
    return ActionDraft(**{**values, **given})


def make_action(
    session: Session,
    cast: Cast,
    *,
    finding: Finding | None = None,
    owner: Identity | None = None,
    due_on: date | None = None,
    at: datetime | None = None,
    **given: Any,
) -> Action:
    """Store an open action of Bob’s, asked for by Claire; ``due_on`` may be in the past."""
    finding = finding or make_finding(session, cast)
    at = at or now()
    draft = make_draft(owner or cast.bob, **given)
    if due_on and due_on >= day_in_paris(at):
        draft = make_draft(owner or cast.bob, due_on=due_on, **given)
    action = services.plan_action(
        session, draft, origin=origin_of(finding), actor=cast.claire, now=at
    )
    if due_on and due_on < day_in_paris(at):
        action.due_on = due_on
        action.due_set_on = due_on - timedelta(days=60)
    session.commit()
    return action


def make_done(session: Session, cast: Cast, **given: Any) -> Action:
    """Store an action that Bob has done."""
    action = make_action(session, cast, **given)
    actor = given.get("owner") or cast.bob
    move = Move(note="Modèle corrigé, dix fiches refaites.")
    services.move_action(session, action, "do", move, actor=actor, now=now())
    session.commit()
    return action
