"""Planning audits: each function is one act; it checks, changes, records; it never commits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from qse_audit.audits import queries
from qse_audit.audits.models import Audit, AuditCriterion, audit_process, audit_site
from qse_audit.audits.rules import (
    AUDIT_WORKFLOW,
    PLAN_GUARDS,
    AuditStatus,
    criteria_are_open,
    dates_are_in_order,
    impartiality,
    plan_is_open,
)
from qse_audit.audits.services.checklists import copy_questions
from qse_audit.audits.services.plans import (
    AuditPlan,
    AuditTeam,
    Criteria,
    check_references,
    check_version,
    note,
    touch,
    words_of,
)
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound, Refusal, refuse_all
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.numbering import next_reference
from qse_audit.db.participation import Participation, write_links
from qse_audit.policies import Identity
from qse_audit.referentials.models import Requirement

PLANNED_LINKS = (*sorted(AUDIT_TEAM), Link.OBSERVER, Link.AUDITEE)
"""The links that a plan may give."""


NO_CLAUSE = Refusal(
    "no_clause",
    N_("Cochez au moins un article de chaque référentiel, ou prenez-le en entier."),
    "ISO 9001:2015, 9.2.2 b",
)


def create_audit(
    session: Session,
    plan: AuditPlan,
    *,
    team: AuditTeam | None = None,
    criteria: Criteria | None = None,
    with_checklist: bool = False,
    actor: Identity,
    now: datetime,
) -> Audit:
    """Add an audit in its initial state, for the organisation of ``actor``; return it with its id.

    At most 15 SQL statements, the checklist of 1,200 questions included.

    :raises NotFound: for a site, process, person or edition that is not the organisation’s.
    :raises Refused: for dates out of order, or a team with a stake in what is audited.
    """
    team, criteria = team or AuditTeam(), criteria or {}
    check_references(session, actor.organisation_id, plan=plan, team=team, criteria=criteria)
    refuse_all(_plan_refusals(session, plan, team.member_ids))
    today = day_in_paris(now)
    audit = Audit(
        organisation_id=actor.organisation_id,
        reference=next_reference(
            session, "AUD", organisation_id=actor.organisation_id, year=today.year
        ),
        status=AUDIT_WORKFLOW.initial,
        listed_on=plan.starts_on or today,
        created_at=now,
        created_by_id=actor.user_id,
    )
    _write_words(audit, plan)
    session.add(audit)
    session.flush()
    _add_places(session, audit.id, plan)
    _add_people(session, audit.id, team)
    _add_criteria(session, audit.id, criteria)
    if with_checklist:
        copy_questions(session, audit, criteria, now=now)
    note(session, audit, "audit.draft", actor=actor, now=now, texts={"title": audit.title})
    return audit


def change_plan(
    session: Session,
    audit: Audit,
    plan: AuditPlan,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write ``plan`` over that of ``audit``.

    :raises Conflict: when ``version`` is no longer the stored one.
    :raises NotFound: for a site or process that is not the organisation’s.
    :raises Refused: for dates out of order, a team with a stake in what is audited, or a plan that
        lacks what a planned audit owes.
    """
    check_version(audit, version, words_of(plan))
    refuse_all([r for r in [plan_is_open(audit.status)] if r])
    check_references(session, audit.organisation_id, plan=plan)
    team_ids = {i for link in AUDIT_TEAM for i in audit.access().links.get(link, ())}
    refuse_all(_plan_refusals(session, plan, team_ids))
    _write_words(audit, plan)
    audit.listed_on = plan.starts_on or day_in_paris(audit.created_at)
    for table in (audit_site, audit_process):
        session.execute(delete(table).where(table.c.audit_id == audit.id))
    _add_places(session, audit.id, plan)
    session.expire(audit, ["sites", "processes"])
    touch(audit)
    _check_still_planned(session, audit)
    texts = {"title": audit.title, "objectives": audit.objectives, "scope": audit.scope}
    note(session, audit, "audit.change_plan", actor=actor, now=now, texts=texts)


def set_team(
    session: Session,
    audit: Audit,
    team: AuditTeam,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Make the people of ``audit`` exactly those of ``team``.

    :raises Conflict: when ``version`` is no longer the stored one.
    :raises NotFound: for somebody who does not belong to the organisation.
    :raises Refused: when the team has a stake in what is audited.
    """
    check_version(audit, version, {})
    refuse_all([r for r in [plan_is_open(audit.status)] if r])
    check_references(session, audit.organisation_id, team=team)
    process_ids = [process.id for process in audit.processes]
    refuse_all(impartiality(queries.ties_of(session, team.member_ids, process_ids)))
    people = {link: team.people.get(link, ()) for link in PLANNED_LINKS}
    write_links(session, Kind.AUDIT, audit.id, people)
    session.expire(audit, ["participations"])
    touch(audit)
    _check_still_planned(session, audit)
    data = {str(link): sorted(ids) for link, ids in people.items() if ids}
    note(session, audit, "audit.set_team", actor=actor, now=now, data=data)


def set_criteria(
    session: Session,
    audit: Audit,
    criteria: Criteria,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Make the criteria of ``audit`` exactly ``criteria``; a checklist already made is made again.

    :raises Conflict: when ``version`` is no longer the stored one.
    :raises NotFound: for an edition, or a clause, that the organisation does not have.
    :raises Refused: once an answer was given.
    """
    check_version(audit, version, {})
    refuse_all([r for r in [criteria_are_open(audit.status, audit.answered_count)] if r])
    check_references(session, audit.organisation_id, criteria=criteria)
    _check_clauses(session, criteria)
    session.execute(delete(AuditCriterion).where(AuditCriterion.audit_id == audit.id))
    session.expire(audit, ["criteria"])
    _add_criteria(session, audit.id, criteria)
    if audit.question_count or audit.status is not AuditStatus.DRAFT:
        copy_questions(session, audit, criteria, now=now)
    touch(audit)
    _check_still_planned(session, audit)
    data = {
        str(edition_id): None if keys is None else sorted(keys)
        for edition_id, keys in criteria.items()
    }
    note(session, audit, "audit.set_criteria", actor=actor, now=now, data=data)


def _check_clauses(session: Session, criteria: Criteria) -> None:
    """Refuse an edition without any chosen clause, and clauses that an edition does not have.

    :raises Refused: for the first.
    :raises NotFound: for the second.
    """
    empty = any(keys is not None and not keys for keys in criteria.values())
    refuse_all([NO_CLAUSE] if empty else [])
    chosen = {(edition, key) for edition, keys in criteria.items() for key in keys or ()}
    if not chosen:
        return
    found = session.execute(
        select(Requirement.edition_id, Requirement.key).where(
            Requirement.edition_id.in_({edition for edition, _ in chosen}),
            Requirement.key.in_({key for _, key in chosen}),
        )
    )
    if missing := chosen - {tuple(row) for row in found}:
        raise NotFound(str(sorted(missing)))


def _plan_refusals(
    session: Session, plan: AuditPlan, team_ids: Collection[int]
) -> tuple[Refusal, ...]:
    order = dates_are_in_order(plan.starts_on, plan.ends_on)
    ties = queries.ties_of(session, team_ids, plan.process_ids)
    return (*([order] if order else []), *impartiality(ties))


def _check_still_planned(session: Session, audit: Audit) -> None:
    """Refuse to leave a planned audit without what its plan owes.

    :raises Refused: then.
    """
    if audit.status is AuditStatus.DRAFT:
        return
    session.flush()
    facts = queries.audit_facts(session, audit)
    refuse_all([refusal for guard in PLAN_GUARDS if (refusal := guard(facts))])


def _write_words(audit: Audit, plan: AuditPlan) -> None:
    audit.title = plan.title.strip()
    audit.objectives, audit.scope = plan.objectives.strip(), plan.scope.strip()
    audit.virtual_places, audit.client = plan.virtual_places.strip(), plan.client.strip()
    audit.method, audit.starts_on, audit.ends_on = plan.method, plan.starts_on, plan.ends_on


def _add_places(session: Session, audit_id: int, plan: AuditPlan) -> None:
    if sites := [{"audit_id": audit_id, "site_id": i} for i in sorted(set(plan.site_ids))]:
        session.execute(insert(audit_site), sites)
    processes = [{"audit_id": audit_id, "process_id": i} for i in sorted(set(plan.process_ids))]
    if processes:
        session.execute(insert(audit_process), processes)


def _add_people(session: Session, audit_id: int, team: AuditTeam) -> None:
    people = [
        {"subject_kind": Kind.AUDIT, "subject_id": audit_id, "link": link, "person_id": person_id}
        for link, ids in team.people.items()
        for person_id in sorted(set(ids))
    ]
    if people:
        session.execute(insert(Participation), people)


def _add_criteria(session: Session, audit_id: int, criteria: Criteria) -> None:
    session.add_all(
        AuditCriterion(
            audit_id=audit_id,
            edition_id=edition_id,
            clause_keys=None if keys is None else sorted(set(keys)),
        )
        for edition_id, keys in criteria.items()
    )
    session.flush()
