"""Reading the dossiers that one evaluates, and one’s own notes. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation, Person
from qse_audit.assessments.models import AssessmentNote
from qse_audit.assessments.rules import Reading, reading
from qse_audit.certifications.models import Block, Capability, CertificationVersion
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import linked_to
from qse_audit.policies import Identity
from qse_audit.portfolios.models import Candidacy, Dossier
from qse_audit.portfolios.queries.candidacies import assessed_by, latest_dossier

ORDER: list[Any] = [(Person.name, False), (Dossier.id, False)]
"""By candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedDossier:
    """The last dossier of a candidate, with how far the person is in reading it."""

    id: int
    name: str
    """Of the candidate."""
    reference: str
    company: str
    certification: str
    submitted_at: datetime
    late_days: int
    evaluates: bool
    """Whether the person notes it, or reads it as a member of the jury."""
    noted: int
    capabilities: int

    @property
    def reading(self) -> Reading:
        """Return how far the reading is."""
        return reading(self.noted, self.capabilities)


def assigned_dossiers(who: Identity, *, search: str = "", state: str = "") -> Select[Any]:
    """Return the statement that lists the last dossier of each candidate whom ``who`` judges."""
    noted, capabilities = _noted(who), _capabilities()
    columns: tuple[Any, ...] = (
        Dossier.id,
        Person.name,
        Dossier.reference,
        Organisation.name.label("company"),
        CertificationVersion.code.label("certification"),
        Dossier.submitted_at,
        Dossier.late_days,
        linked_to(Kind.CANDIDACY, Candidacy.id, who.user_id, [Link.EVALUATOR]).label("evaluates"),
        noted.label("noted"),
        capabilities.label("capabilities"),
    )
    statement = (
        select(*columns)
        .join(Candidacy, Candidacy.id == Dossier.candidacy_id)
        .join(Person, Person.id == Candidacy.candidate_id)
        .join(Organisation, Organisation.id == Candidacy.organisation_id)
        .join(CertificationVersion, CertificationVersion.id == Candidacy.certification_version_id)
        .where(assessed_by(who), Dossier.id == latest_dossier())
    )
    if search:
        found = func.lower(Person.name).contains(search.lower(), autoescape=True)
        statement = statement.where(found)
    if state:
        conditions = {
            Reading.TO_READ: noted == 0,
            Reading.BEGUN: (noted > 0) & (noted < capabilities),
            Reading.NOTED: (noted > 0) & (noted >= capabilities),
        }
        statement = statement.where(
            conditions[Reading(state)] if state in set(Reading) else false()
        )
    return statement


def _noted(who: Identity) -> ColumnElement[int]:
    """Return, in SQL, how many capabilities of a dossier have a note of ``who``."""
    says_something = or_(AssessmentNote.level.is_not(None), AssessmentNote.text != "")
    notes = select(func.count(AssessmentNote.id)).where(
        AssessmentNote.dossier_id == Dossier.id,
        AssessmentNote.evaluator_id == who.user_id,
        says_something,
    )
    return notes.correlate(Dossier).scalar_subquery()


def _capabilities() -> ColumnElement[int]:
    """Return, in SQL, how many capabilities the certification of a candidacy has."""
    there = (
        select(func.count(Capability.id))
        .join(Block, Block.id == Capability.block_id)
        .where(Block.certification_version_id == Candidacy.certification_version_id)
    )
    return there.correlate(Candidacy).scalar_subquery()


def as_assigned(row: Row[Any]) -> AssignedDossier:
    """Return a row of :func:`assigned_dossiers` as a line."""
    return AssignedDossier(**dict(row._mapping))


def own_notes(session: Session, dossier_id: int, evaluator_id: int) -> Mapping[int, AssessmentNote]:
    """Return capability id → what this evaluator noted; nobody reads another’s notes."""
    rows = session.scalars(
        select(AssessmentNote).where(
            AssessmentNote.dossier_id == dossier_id, AssessmentNote.evaluator_id == evaluator_id
        )
    )
    return {row.capability_id: row for row in rows}


def capability_in(model: Mapping[str, Any], code: str) -> int:
    """Return the id of the capability ``code`` of a frozen read model.

    :raises NotFound: if it has none.
    """
    for block in model["blocks"]:
        for capability in block["capabilities"]:
            if capability["code"] == code:
                return int(capability["id"])
    raise NotFound(code)


def file_in(model: Mapping[str, Any], sha256: str) -> Mapping[str, Any]:
    """Return what a frozen read model says of one of its files.

    :raises NotFound: for a file that is not in it, whether the store has it or not.
    """
    found: Mapping[str, Any] | None = next(
        (file for file in model["files"] if file["sha256"] == sha256), None
    )
    if found is None:
        raise NotFound(sha256)
    return found
