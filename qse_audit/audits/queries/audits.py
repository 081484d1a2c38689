"""Reading one audit: what it is made of and what the rules may know of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, literal, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, joinedload

from qse_audit.accounts.models import Person, Site
from qse_audit.audits.models import Audit, AuditCriterion, Report, audit_process, audit_site
from qse_audit.audits.rules import AuditStatus, Tie
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link, Role
from qse_audit.db.participation import Participation, either, linked_to
from qse_audit.policies import SHARED_AUDIT, Identity
from qse_audit.processes.models import Process, process_member
from qse_audit.referentials.models import Edition, Referential


def get_audit(session: Session, audit_id: int) -> Audit:
    """Return an audit with its participations, in one statement.

    :raises NotFound: if there is none.
    """
    audit = session.get(Audit, audit_id, options=[joinedload(Audit.participations)])
    if audit is None:
        raise NotFound(f"audit {audit_id}")
    return audit


def get_report(session: Session, report_id: int) -> Report:
    """Return one issued version of a report, with its audit.

    :raises NotFound: if there is none.
    """
    options = [joinedload(Report.audit).joinedload(Audit.participations)]
    report = session.get(Report, report_id, options=options)
    if report is None:
        raise NotFound(f"report {report_id}")
    return report


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return AUDIT_READ in SQL; ``test_lists`` holds it and the policy together."""
    here = Audit.organisation_id == who.organisation_id
    if who.roles & {Role.COORDINATOR, Role.MANAGEMENT}:
        return here
    known = [AuditStatus(status) for status in SHARED_AUDIT]
    conducts = linked_to(Kind.AUDIT, Audit.id, who.user_id, (*AUDIT_TEAM, Link.OBSERVER))
    audited = linked_to(Kind.AUDIT, Audit.id, who.user_id, [Link.AUDITEE])
    shared = and_(Audit.status.in_(known), audited)
    return and_(here, either(Audit.id.expression, conducts, shared))


def mine(who: Identity) -> ColumnElement[bool]:
    """Return, in SQL, that the person is linked to the audit in any way."""
    return linked_to(Kind.AUDIT, Audit.id, who.user_id, list(Link))


@dataclass(frozen=True, slots=True)
class Named:
    """A site or a process, by name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody linked to an audit."""

    id: int
    name: str
    link: Link


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One edition that the audit judges against."""

    edition_id: int
    label: str
    title: Mapping[str, str]
    clause_count: int | None
    """How many clauses were chosen; ``None`` for the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditParts:
    """What an audit is made of besides its own columns."""

    people: tuple[Participant, ...]
    sites: tuple[Named, ...]
    processes: tuple[Named, ...]
    criteria: tuple[CriterionLine, ...]

    def named(self, *links: Link) -> tuple[Participant, ...]:
        """Return the people tied by ``links``."""
        return tuple(p for p in self.people if p.link in links)

    @property
    def lead(self) -> Participant | None:
        """Return the lead auditor, if one is named."""
        return next(iter(self.named(Link.LEAD_AUDITOR)), None)

    @property
    def team_ids(self) -> frozenset[int]:
        """Return who must be impartial."""
        return frozenset(p.id for p in self.people if p.link in AUDIT_TEAM)


PEOPLE_ORDER = (
    Link.LEAD_AUDITOR,
    Link.AUDITOR,
    Link.TRAINEE_AUDITOR,
    Link.TECHNICAL_EXPERT,
    Link.OBSERVER,
    Link.AUDITEE,
)


def audit_parts(session: Session, audit_id: int) -> AuditParts:
    """Return the people, places, processes and criteria of an audit, in two statements."""
    rows = session.execute(
        select(literal("site").label("kind"), Site.id, Site.name, literal("").label("link"))
        .join(audit_site, audit_site.c.site_id == Site.id)
        .where(audit_site.c.audit_id == audit_id)
        .union_all(
            select(literal("process"), Process.id, Process.name, literal(""))
            .join(audit_process, audit_process.c.process_id == Process.id)
            .where(audit_process.c.audit_id == audit_id),
            select(literal("person"), Person.id, Person.name, sql_cast(Participation.link, String))
            .join(Participation, Participation.person_id == Person.id)
            .where(Participation.subject_kind == Kind.AUDIT, Participation.subject_id == audit_id),
        )
        .order_by("name")
    ).all()
    people = [Participant(r.id, r.name, Link(r.link)) for r in rows if r.kind == "person"]
    people.sort(key=lambda p: PEOPLE_ORDER.index(p.link) if p.link in PEOPLE_ORDER else 9)
    return AuditParts(
        people=tuple(people),
        sites=tuple(Named(r.id, r.name) for r in rows if r.kind == "site"),
        processes=tuple(Named(r.id, r.name) for r in rows if r.kind == "process"),
        criteria=criteria_of(session, audit_id),
    )


def criteria_of(session: Session, audit_id: int) -> tuple[CriterionLine, ...]:
    """Return the editions that an audit judges against."""
    rows = session.execute(
        select(
            AuditCriterion.edition_id,
            AuditCriterion.clause_keys,
            Referential.ref,
            Referential.title,
            Edition.label,
        )
        .join(Edition, Edition.id == AuditCriterion.edition_id)
        .join(Referential, Referential.id == Edition.referential_id)
        .where(AuditCriterion.audit_id == audit_id)
        .order_by(AuditCriterion.id)
    )
    return tuple(
        CriterionLine(
            row.edition_id,
            edition_label(row.ref, row.label),
            row.title,
            None if row.clause_keys is None else len(row.clause_keys),
        )
        for row in rows
    )


def edition_label(ref: str, label: str) -> str:
    """Return how people name an edition: ``ISO 9001:2015``."""
    return f"{ref}:{label}"


def ties_of(
    session: Session, team_ids: Collection[int], process_ids: Collection[int]
) -> tuple[Tie, ...]:
    """Return the stakes that members of a team have in some processes."""
    if not team_ids or not process_ids:
        return ()
    owners = (
        select(Person.name.label("person"), Process.name.label("process"), literal(1).label("owns"))
        .join(Process, Process.owner_id == Person.id)
        .where(Process.id.in_(process_ids), Person.id.in_(team_ids))
    )
    members = (
        select(Person.name, Process.name, literal(0))
        .join(process_member, process_member.c.person_id == Person.id)
        .join(Process, Process.id == process_member.c.process_id)
        .where(
            Process.id.in_(process_ids),
            Person.id.in_(team_ids),
            or_(Process.owner_id.is_(None), Process.owner_id != Person.id),
        )
    )
    rows = session.execute(owners.union_all(members).order_by("person", "process"))
    return tuple(Tie(row.person, row.process, bool(row.owns)) for row in rows)


def owners_of(session: Session, process_ids: Collection[int]) -> tuple[Participant, ...]:
    """Return who answers for some processes: the people to name as auditees."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Process, Process.owner_id == Person.id)
        .where(Process.id.in_(process_ids), Person.disabled_at.is_(None))
        .order_by(Person.name)
        .distinct()
    )
    return tuple(Participant(row.id, row.name, Link.AUDITEE) for row in rows)
