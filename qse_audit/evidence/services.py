"""Changing evidence. Each function is one act: it checks, changes, records; it never commits."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Act, record
from qse_audit.documents.store import FileStore
from qse_audit.evidence import rules
from qse_audit.evidence.intake import TakenIn, Upload, take_in
from qse_audit.evidence.models import Evidence, Withdrawal
from qse_audit.evidence.queries import is_here
from qse_audit.evidence.rules import EvidenceType
from qse_audit.policies import Identity


def add_evidence(
    session: Session,
    files: FileStore,
    *,
    organisation_id: int,
    origin: tuple[Kind, int],
    upload: Upload,
    title: str,
    type: EvidenceType,
    happened_on: date,
    place: str,
    actor: Identity,
    now: datetime,
) -> Evidence:
    """Check and keep a file as evidence for ``origin``, the object whose people may read it.

    The check runs while the transaction is open: a page calls :func:`intake.take_in` before it
    opens one, then :func:`keep_evidence`.

    :raises Refused: when the file or what is said of it is not acceptable.
    :raises StorageFull: when the free-space reserve would be touched.
    """
    return keep_evidence(
        session,
        take_in(files, upload),
        organisation_id=organisation_id,
        origin=origin,
        title=title,
        type=type,
        happened_on=happened_on,
        place=place,
        actor=actor,
        now=now,
    )


def keep_evidence(
    session: Session,
    taken: TakenIn,
    *,
    organisation_id: int,
    origin: tuple[Kind, int],
    title: str,
    type: EvidenceType,
    happened_on: date,
    place: str,
    actor: Identity,
    now: datetime,
) -> Evidence:
    """Add the row of a file that was taken in.

    :raises Refused: when what is said of it is not acceptable.
    """
    title = title.strip()
    refuse_all(
        rules.fact_refusals(
            title=title, place=place, happened_on=happened_on, today=day_in_paris(now)
        )
    )
    evidence = Evidence(
        organisation_id=organisation_id,
        origin_kind=origin[0],
        origin_id=origin[1],
        title=title,
        type=type,
        happened_on=happened_on,
        place=place.strip(),
        file_name=taken.file_name,
        media_type=taken.media_type,
        size_bytes=taken.size_bytes,
        sha256=taken.sha256,
        received_sha256=taken.received_sha256,
        thumbnail_sha256=taken.thumbnail_sha256,
        width=taken.width,
        height=taken.height,
        uploaded_at=now,
        uploaded_by_id=actor.user_id,
    )
    session.add(evidence)
    session.flush()
    _record_added(session, evidence, actor=actor, now=now)
    return evidence


def _record_added(session: Session, evidence: Evidence, *, actor: Identity, now: datetime) -> None:
    act = Act(
        verb="evidence.add",
        kind=Kind.EVIDENCE,
        subject_id=evidence.id,
        data={
            "origin": f"{evidence.origin_kind}/{evidence.origin_id}",
            "sha256": evidence.sha256,
            "received_sha256": evidence.received_sha256,
            "size_bytes": evidence.size_bytes,
            "media_type": evidence.media_type,
            "type": evidence.type,
            "happened_on": evidence.happened_on.isoformat(),
        },
        texts={
            "title": evidence.title,
            "place": evidence.place,
            "file_name": evidence.file_name,
        },
    )
    record(session, act, organisation_id=evidence.organisation_id, actor_id=actor.user_id, now=now)


def correct_evidence(
    session: Session,
    evidence: Evidence,
    *,
    title: str,
    type: EvidenceType,
    happened_on: date,
    place: str,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Correct what is said of an evidence file; the file itself never changes.

    :raises Refused: when what is said is not acceptable, or a final record relies on the file.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    title, place = title.strip(), place.strip()
    refuse_all([rules.SEALED_REFUSAL] if evidence.sealed_at else [])
    refuse_all([rules.WITHDRAWN_REFUSAL] if evidence.withdrawal else [])
    refuse_all(
        rules.fact_refusals(
            title=title, place=place, happened_on=happened_on, today=day_in_paris(now)
        )
    )
    if version is not None and version != evidence.version:
        raise Conflict(
            theirs={"title": evidence.title, "place": evidence.place},
            yours={"title": title, "place": place},
        )
    evidence.title, evidence.type = title, type
    evidence.happened_on, evidence.place = happened_on, place
    act = Act(
        verb="evidence.correct",
        kind=Kind.EVIDENCE,
        subject_id=evidence.id,
        data={"type": type, "happened_on": happened_on.isoformat()},
        texts={"title": title, "place": place},
    )
    record(
        session,
        act,
        organisation_id=evidence.organisation_id,
        actor_id=actor.user_id,
        now=now,
    )


def withdraw_evidence(
    session: Session, evidence: Evidence, *, reason: str, actor: Identity, now: datetime
) -> None:
    """Withdraw a file that should not have been kept: its row stays, with its hash and the reason.

    Nobody opens it from then on; the job ``erase-withdrawn`` removes the bytes. The caller unties
    it from what relies on it.

    :raises Refused: without a reason, or once a final record relies on it.
    """
    session.refresh(evidence, ["sealed_at", "version"], with_for_update={"of": Evidence})
    refuse_all(rules.withdrawal_refusals(status=evidence.status, reason=reason))
    evidence.withdrawal = Withdrawal(
        organisation_id=evidence.organisation_id,
        reason=reason.strip(),
        withdrawn_at=now,
        withdrawn_by_id=actor.user_id,
    )
    flag_modified(evidence, "title")  # a new version: who seals it meanwhile is told
    session.flush()
    act = Act(
        verb="evidence.withdraw",
        kind=Kind.EVIDENCE,
        subject_id=evidence.id,
        data={"sha256": evidence.sha256, "received_sha256": evidence.received_sha256},
        texts={"reason": reason.strip()},
    )
    record(session, act, organisation_id=evidence.organisation_id, actor_id=actor.user_id, now=now)


def seal_evidence(session: Session, evidence_ids: Iterable[int], *, now: datetime) -> None:
    """Let nobody correct these files any more: a final record relies on them.

    The caller records the act that made them final; files already sealed keep their date.
    """
    session.execute(
        update(Evidence)
        .where(Evidence.id.in_(list(evidence_ids)), Evidence.sealed_at.is_(None), is_here())
        .values(sealed_at=now, version=Evidence.version + 1)
        .execution_options(synchronize_session="fetch")
    )
