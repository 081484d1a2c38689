"""Finding candidacies, situations and dossiers, and listing those that a person may read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.accounts.models import Organisation, Person
from qse_audit.certifications.models import CertificationVersion
from qse_audit.certifications.rules import Route
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.db.participation import Participation, linked_to
from qse_audit.policies import Identity
from qse_audit.portfolios.models import Candidacy, Dossier, Situation, SituationRecord
from qse_audit.portfolios.rules import CandidacyStatus, late_days

PANEL = (Link.EVALUATOR, Link.JURY)
ORDER: list[Any] = [(Candidacy.id, True)]
"""The newest candidacies first."""


def _with_people() -> Any:
    return (
        joinedload(Candidacy.candidate),
        joinedload(Candidacy.late_accepted_by),
        joinedload(Candidacy.organisation),
        joinedload(Candidacy.exam_centre),
        joinedload(Candidacy.training_provider),
        joinedload(Candidacy.certification),
        selectinload(Candidacy.participations),
    )


def get_candidacy(session: Session, candidacy_id: int) -> Candidacy:
    """Return a candidacy with its people, organisations and certification (two statements).

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(Candidacy).where(Candidacy.id == candidacy_id).options(*_with_people())
    ).one_or_none()
    if found is None:
        raise NotFound(f"candidacy {candidacy_id}")
    return found


def own_open_candidacy(session: Session, who: Identity) -> int | None:
    """Return the id of the portfolio that ``who`` is writing, the newest; ``None`` for none."""
    return session.scalar(
        select(func.max(Candidacy.id)).where(
            Candidacy.candidate_id == who.user_id, Candidacy.status == CandidacyStatus.EVIDENCING
        )
    )


def get_situation(session: Session, situation_id: int) -> Situation:
    """Return a situation with its candidacy, claims and records.

    :raises NotFound: if there is none.
    """
    candidacy = joinedload(Situation.candidacy)
    found = session.scalars(
        select(Situation)
        .where(Situation.id == situation_id)
        .options(
            candidacy.joinedload(Candidacy.certification),
            candidacy.joinedload(Candidacy.candidate),
            candidacy.selectinload(Candidacy.participations),
            selectinload(Situation.claims),
            selectinload(Situation.records),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"situation {situation_id}")
    return found


def get_tied(session: Session, tied_id: int) -> SituationRecord:
    """Return a record as tied to a situation, with the candidacy behind it.

    :raises NotFound: if there is none.
    """
    tied = session.scalars(
        select(SituationRecord)
        .where(SituationRecord.id == tied_id)
        .options(
            joinedload(SituationRecord.situation)
            .joinedload(Situation.candidacy)
            .selectinload(Candidacy.participations)
        )
    ).one_or_none()
    if tied is None:
        raise NotFound(f"tied record {tied_id}")
    return tied


def get_dossier(session: Session, dossier_id: int) -> Dossier:
    """Return a submitted dossier with its candidacy and the people of it.

    :raises NotFound: if there is none.
    """
    candidacy = joinedload(Dossier.candidacy)
    found = session.scalars(
        select(Dossier)
        .where(Dossier.id == dossier_id)
        .options(
            candidacy.joinedload(Candidacy.candidate),
            candidacy.selectinload(Candidacy.participations),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"dossier {dossier_id}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidacyLine:
    """One candidacy as shown in the list."""

    id: int
    candidate: str
    company: str
    certification: str
    route: Route
    status: CandidacyStatus
    report_due_on: date | None
    submitted_at: datetime | None
    dossier_id: int | None
    """The last submitted dossier."""
    evaluators: int
    """How many people are named to evaluate it."""
    is_open_to_me: bool
    """Whether the person may open the candidacy itself, or only its dossier."""

    def days_late(self, today: date) -> int:
        """Return how many days late the dossier came, or is today while it is expected."""
        if self.status == CandidacyStatus.WITHDRAWN:
            return 0
        came_on = today
        if self.status == CandidacyStatus.SUBMITTED and self.submitted_at is not None:
            came_on = day_in_paris(self.submitted_at)
        return late_days(self.report_due_on, came_on)


def panel_version(links: Mapping[Link, Iterable[int]]) -> str:
    """Return what tells two panels apart: ``3.8/5``, the evaluators, then the jury.

    The version of the candidacy would not do: it counts what the candidate writes.
    """
    return "/".join(".".join(map(str, sorted(links.get(link, ())))) for link in PANEL)


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return CANDIDACY_READ in SQL; ``test_scopes`` holds it and the policy together."""
    reason = linked_to(Kind.CANDIDACY, Candidacy.id, who.user_id, [Link.TUTOR])
    if who.roles & {Role.COORDINATOR, Role.EXAM_STAFF}:
        reason = true()
    return or_(Candidacy.candidate_id == who.user_id, and_(is_here(who), reason))


def is_here(who: Identity) -> ColumnElement[bool]:
    """Return, in SQL, that the person now acts in the company or the exam centre."""
    return or_(
        Candidacy.organisation_id == who.organisation_id,
        Candidacy.exam_centre_id == who.organisation_id,
    )


def assessed_by(who: Identity) -> ColumnElement[bool]:
    """Return, in SQL, that the person is on the panel or the jury of a submitted dossier."""
    return and_(
        is_here(who),
        Candidacy.status == CandidacyStatus.SUBMITTED,
        linked_to(Kind.CANDIDACY, Candidacy.id, who.user_id, PANEL),
    )


def candidacy_lines(who: Identity, *, search: str = "", status: str = "") -> Select[Any]:
    """Return the statement that lists the candidacies that ``who`` may read, in whole or part."""
    company = select(Organisation.name).where(Organisation.id == Candidacy.organisation_id)
    statement = (
        select(
            Candidacy.id,
            Person.name.label("candidate"),
            company.scalar_subquery().label("company"),
            CertificationVersion.code.label("certification"),
            Candidacy.route,
            Candidacy.status,
            Candidacy.report_due_on,
            Candidacy.submitted_at,
            latest_dossier().label("dossier_id"),
            evaluator_count().label("evaluators"),
            readable_by(who).label("is_open_to_me"),
        )
        .join(Person, Person.id == Candidacy.candidate_id)
        .join(CertificationVersion, CertificationVersion.id == Candidacy.certification_version_id)
        .where(or_(readable_by(who), assessed_by(who)))
    )
    if search:
        statement = statement.where(
            func.lower(Person.name).contains(search.lower(), autoescape=True)
        )
    if status:
        known = status in {s.value for s in CandidacyStatus}
        statement = statement.where(Candidacy.status == status if known else false())
    return statement


def latest_dossier() -> ColumnElement[int | None]:
    """Return, in SQL, the id of the last dossier of a candidacy."""
    return (
        select(func.max(Dossier.id))
        .where(Dossier.candidacy_id == Candidacy.id)
        .correlate(Candidacy)
        .scalar_subquery()
    )


def latest_late_days() -> ColumnElement[int | None]:
    """Return, in SQL, how many days late the last dossier of a candidacy came."""
    late_days = select(Dossier.late_days).where(Dossier.candidacy_id == Candidacy.id)
    newest = late_days.order_by(Dossier.number.desc()).limit(1)
    return newest.correlate(Candidacy).scalar_subquery()


def evaluator_count() -> ColumnElement[int]:
    """Return, in SQL, how many evaluators a candidacy has."""
    named = select(func.count(Participation.id)).where(
        Participation.subject_kind == Kind.CANDIDACY,
        Participation.subject_id == Candidacy.id,
        Participation.link == Link.EVALUATOR,
    )
    return named.correlate(Candidacy).scalar_subquery()


def as_line(row: Row[Any]) -> CandidacyLine:
    """Return a row of :func:`candidacy_lines` as a line."""
    return CandidacyLine(**dict(row._mapping))


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """Someone tied to a candidacy."""

    id: int
    name: str
    link: Link


def people_of_candidacy(session: Session, candidacy_id: int) -> tuple[LinkedPerson, ...]:
    """Return the people tied to a candidacy: candidate, tutors, evaluators, jury; each by name."""
    rows = session.execute(
        select(Person.id, Person.name, Participation.link)
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.subject_kind == Kind.CANDIDACY, Participation.subject_id == candidacy_id
        )
        .order_by(Person.name, Person.id)
    )
    people = [LinkedPerson(row.id, row.name, row.link) for row in rows]
    return tuple(sorted(people, key=lambda person: list(Link).index(person.link)))


@dataclass(frozen=True, slots=True)
class DossierLine:
    """One submitted dossier, without its content."""

    id: int
    number: int
    reference: str
    sha256: str
    size_bytes: int
    late_days: int
    submitted_at: datetime


def dossiers_of(session: Session, candidacy_id: int) -> tuple[DossierLine, ...]:
    """Return the dossiers of a candidacy, the newest first."""
    rows = session.execute(
        select(
            Dossier.id,
            Dossier.number,
            Dossier.reference,
            Dossier.sha256,
            Dossier.size_bytes,
            Dossier.late_days,
            Dossier.submitted_at,
        )
        .where(Dossier.candidacy_id == candidacy_id)
        .order_by(Dossier.number.desc())
    )
    return tuple(DossierLine(*row) for row in rows)


def organisations_of_kind(session: Session, kind: str) -> Sequence[tuple[int, str]]:
    """Return (id, name) of the organisations of one kind, by name."""
    rows = session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.kind == kind)
        .order_by(Organisation.name, Organisation.id)
    )
    return [(row.id, row.name) for row in rows]


def certification_versions(session: Session) -> Sequence[CertificationVersion]:
    """Return the certifications that a candidacy may aim at, the newest first."""
    return session.scalars(
        select(CertificationVersion).order_by(
            CertificationVersion.starts_on.desc(), CertificationVersion.id.desc()
        )
    ).all()


def situations_relying_on(
    session: Session, evidence_id: int, who: Identity
) -> Sequence[tuple[int, str]]:
    """Return (id, title) of the situations that rely on a file and that ``who`` may read."""
    mine = or_(
        Candidacy.candidate_id == who.user_id,
        linked_to(Kind.CANDIDACY, Candidacy.id, who.user_id, [Link.TUTOR]),
    )
    rows = session.execute(
        select(Situation.id, Situation.title)
        .join(SituationRecord, SituationRecord.situation_id == Situation.id)
        .join(Candidacy, Candidacy.id == Situation.candidacy_id)
        .where(
            SituationRecord.record_kind == Kind.EVIDENCE,
            SituationRecord.record_id == evidence_id,
            mine,
        )
        .order_by(Situation.id)
    )
    return [(row.id, row.title) for row in rows]
