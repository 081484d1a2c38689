"""Evidence files in a portfolio: who brought them, and what a dossier keeps of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import Session

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import AUDIT_TEAM, Kind
from qse_audit.core.text import N_
from qse_audit.db.participation import in_team, strongest_link
from qse_audit.documents.names import safe_name
from qse_audit.documents.text import day, moment
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.queries import is_here
from qse_audit.records import (
    CANDIDATE,
    TEAM,
    Candidate,
    FileRef,
    RecordKind,
    Snapshot,
    Telling,
    state_of,
    taken,
)


def taken_part(who: Candidate) -> Select[Any]:
    """Return the files that a candidate brought, or of an audit where they were in the team.

    What was brought to a portfolio belongs to that portfolio alone.
    """
    brought = Evidence.uploaded_by_id == who.person_id
    here = or_(Evidence.origin_kind != Kind.CANDIDACY, Evidence.origin_id == who.candidacy_id)
    of_audit = and_(Evidence.origin_kind == Kind.AUDIT, in_team(Evidence.origin_id, who.person_id))
    return taken(
        Kind.EVIDENCE,
        Evidence.id,
        reference=Evidence.file_name,
        title=Evidence.title,
        happened_on=Evidence.happened_on,
        involvement=case(
            (brought, Involvement.AUTHOR.value),
            else_=strongest_link(Kind.AUDIT, Evidence.origin_id, who.person_id, AUDIT_TEAM),
        ),
        detail=Evidence.media_type,
        entered_at=Evidence.uploaded_at,
    ).where(
        Evidence.organisation_id == who.organisation_id, here, is_here(), or_(brought, of_audit)
    )


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return files as they are now."""
    rows = session.scalars(select(Evidence).where(Evidence.id.in_(ids)))
    return {each.id: _evidence_file(each, telling) for each in rows}


def _evidence_file(evidence: Evidence, telling: Telling) -> Snapshot:
    words = telling.words
    fields = (
        "title", "type", "happened_on", "place", "file_name", "media_type", "size_bytes", "sha256",
        "received_sha256", "uploaded_at",
    )  # fmt: skip
    mine = evidence.uploaded_by_id == telling.candidate_id
    facts = [
        (N_("Type"), words.translate(evidence.type.label)),
        (N_("Date du fait"), day(evidence.happened_on, words.locale)),
        (N_("Lieu"), evidence.place),
        (N_("Versé le"), moment(evidence.uploaded_at, words.locale)),
        (N_("Versé par"), words.translate(CANDIDATE if mine else TEAM)),
        (N_("Empreinte"), evidence.sha256),
    ]
    file = FileRef(
        evidence.sha256,
        safe_name(evidence.file_name),
        evidence.media_type,
        evidence.is_image,
        evidence.thumbnail_sha256,
    )
    state = {**state_of(evidence, *fields), "uploaded_by_candidate": mine}
    return Snapshot(evidence.file_name, evidence.title, evidence.happened_on, state, facts, [file])


EVIDENCE = RecordKind(
    kind=Kind.EVIDENCE,
    word=N_("Preuve"),
    icon="paperclip",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs={"evidence.add": N_("Preuve ajoutée"), "evidence.correct": N_("Preuve corrigée")},
)
