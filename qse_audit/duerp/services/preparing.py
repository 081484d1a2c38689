"""Preparing a version of a DUERP, asking its contributors, approving it: then it never changes."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Person
from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound, Refused, TransitionRefused, refuse_all
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.core.text import N_, Message
from qse_audit.db.notes import change
from qse_audit.db.outbox import notify
from qse_audit.db.participation import write_links
from qse_audit.db.trail import Act, Head, record
from qse_audit.duerp import queries
from qse_audit.duerp.models import DuerpContribution, DuerpEvent, DuerpRecord, DuerpVersion
from qse_audit.duerp.rules import (
    APPROVED_IS_FROZEN,
    DUERP_WORKFLOW,
    NO_REASON,
    ONE_AT_A_TIME,
    Content,
    Contribution,
    VersionStatus,
    approval_refusals,
    contribution_refusals,
    deletion_refusal,
    document_of,
    kept_until,
)
from qse_audit.policies import Identity
from qse_audit.risks.rules.analyses import AnalysisStatus
from qse_audit.risks.services.versions import freeze_version


def prepare_version(
    session: Session, analysis_id: int, reason: str, *, actor: Identity, now: datetime
) -> DuerpVersion:
    """Begin the next version of a DUERP of the organisation of ``actor``.

    :raises NotFound: for the DUERP of somebody else, or an analysis that is none.
    :raises Refused: without a reason, or while another version is being prepared.
    """
    analysis = queries.duerp_of(session, actor.organisation_id, analysis_id)
    if analysis is None:
        raise NotFound(f"DUERP {analysis_id}")
    refusals = [] if reason.strip() else [NO_REASON]
    if queries.prepared_id(session, analysis_id) is not None:
        refusals.append(ONE_AT_A_TIME)
    refuse_all(refusals)
    version = DuerpVersion(
        organisation_id=analysis.organisation_id,
        analysis_id=analysis.id,
        number=queries.next_number(session, analysis.id),
        status=DUERP_WORKFLOW.initial,
        reason=reason.strip(),
        prepared_at=now,
        prepared_by_id=actor.user_id,
    )
    session.add(version)
    session.flush()
    _note(session, version, "prepare", actor=actor, now=now, texts={"reason": version.reason})
    return version


def write_version(
    session: Session,
    version: DuerpVersion,
    reason: str,
    event_ids: Collection[int],
    *,
    version_seen: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Say anew why a version is made, and which events it answers.

    :raises Refused: without a reason, or once it is approved.
    :raises Conflict: when ``version_seen`` is no longer the stored one.
    :raises NotFound: for an event of somebody else, or answered by another version.
    """
    _open(session, version)
    refuse_all([] if reason.strip() else [NO_REASON])
    changed = change(version, {"reason": reason.strip()}, version=version_seen)
    offered = {each.id: each for each in queries.events_on_offer(session, version)}
    if not set(event_ids) <= set(offered):
        raise NotFound("event of a DUERP")
    answered = {key: version.id if key in event_ids else None for key in offered}
    moved = [event for key, event in offered.items() if event.version_id != answered[key]]
    for event in moved:
        event.version_id = answered[event.id]
    if changed or moved:
        data = {"events": sorted(event_ids)}
        texts = {"reason": version.reason}
        _note(session, version, "write", actor=actor, now=now, data=data, texts=texts)


def add_contribution(
    session: Session,
    version: DuerpVersion,
    draft: Contribution,
    *,
    actor: Identity,
    now: datetime,
) -> DuerpContribution:
    """Note who was asked about a version, or why there is nobody to ask.

    :raises Refused: for what a contribution cannot be, or once the version is approved.
    """
    _open(session, version)
    refuse_all(contribution_refusals(draft, day_in_paris(now)))
    made = DuerpContribution(
        version_id=version.id,
        part=draft.part,
        who=draft.who.strip(),
        consulted_on=draft.consulted_on,
        opinion=draft.opinion.strip(),
        is_absent=draft.is_absent,
    )
    session.add(made)
    session.flush()
    session.expire(version, ["contributions"])
    data = {"part": draft.part.value, "consulted_on": draft.consulted_on.isoformat(),
            "is_absent": draft.is_absent}  # fmt: skip
    texts = {"who": made.who, "opinion": made.opinion}
    _note(session, version, "consultation", actor=actor, now=now, data=data, texts=texts)
    return made


def remove_contribution(
    session: Session, contribution: DuerpContribution, *, actor: Identity, now: datetime
) -> None:
    """Take back a contribution that was noted by mistake; the register keeps its words.

    :raises Refused: once the version is approved.
    """
    version = contribution.version
    _open(session, version)
    data = {"part": contribution.part.value}
    texts = {"who": contribution.who, "opinion": contribution.opinion}
    _note(session, version, "withdraw-consultation", actor=actor, now=now, data=data, texts=texts)
    session.delete(contribution)
    session.flush()
    session.expire(version, ["contributions"])


def move_version(
    session: Session,
    version: DuerpVersion,
    name: str,
    *,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> DuerpRecord | None:
    """Apply the transition ``name``; an approval freezes the version and returns its record.

    ``reason``: what is to be done again, or why risks that nobody rated are approved.

    :raises TransitionRefused: with every unmet condition; nothing is then changed.
    """
    session.refresh(version, ["status", "version", "lines_sha256"], with_for_update=True)
    content = queries.live_content(session, version, day_in_paris(now))
    facts = replace(queries.facts_of(content, version), reason=reason)
    before = version.status
    if name == "approve" and (refusals := approval_refusals(before, facts)):
        raise TransitionRefused(refusals)
    after = DUERP_WORKFLOW.decide(before, name, facts)
    if name == "approve":
        note = reason.strip() if facts.unrated_count else ""
        return _approve(session, version, replace(content, unrated_note=note), actor=actor, now=now)
    version.status = after
    version.lines_sha256 = queries.lines_digest(content) if name == "consult" else None
    data = {"before": before, "after": after, "lines": version.lines_sha256}
    told = {"reason": reason.strip()}
    head = _note(session, version, name, actor=actor, now=now, data=data, texts=told)
    if name == "send-back":
        _tell_writers(session, version, head, actor=actor, now=now)
    return None


def _approve(
    session: Session,
    version: DuerpVersion,
    content: Content,
    *,
    actor: Identity,
    now: datetime,
) -> DuerpRecord:
    today = day_in_paris(now)
    approver = session.get_one(Person, actor.user_id)
    sealed = replace(content, approved_by=approver.name, approved_on=today)
    document = canonical_json(document_of(sealed))
    digest = hashlib.sha256(document).hexdigest()
    version.analysis.status = AnalysisStatus.IN_FORCE
    frozen = freeze_version(
        session, version.analysis, version.reason, kept_until=kept_until(today), actor=actor,
        now=now,
    )  # fmt: skip
    write_links(session, Kind.RISK_VERSION, frozen.id, {Link.AUTHOR: [version.prepared_by_id]})
    before, version.status = version.status, VersionStatus.APPROVED
    version.approved_at, version.approved_on = now, today
    version.approved_by_id = actor.user_id
    data = {"before": before, "after": version.status, "sha256": digest,
            "assessment_sha256": frozen.sha256}  # fmt: skip
    told = {"reason": content.unrated_note}
    head = _note(session, version, "approve", actor=actor, now=now, data=data, texts=told)
    made = DuerpRecord(
        version_id=version.id,
        risk_version_id=frozen.id,
        document=document.decode(),
        sha256=digest,
        approved_at=now,
        head_seq=head.seq,
        head_hash=head.hash,
    )
    session.add(made)
    session.flush()
    _tell_in_force(session, version, actor=actor, now=now)
    return made


def delete_version(
    session: Session, version: DuerpVersion, *, actor: Identity, now: datetime
) -> None:
    """Give up a version that was never approved; one that was is kept forty years.

    :raises Refused: for an approved version, with the day until which it is kept.
    """
    if version.approved_on is not None:
        refusal = deletion_refusal(version.number, version.approved_on, day_in_paris(now))
        raise Refused([refusal])
    _open(session, version)
    _note(session, version, "abandon", actor=actor, now=now, texts={"reason": version.reason})
    session.execute(
        update(DuerpEvent).where(DuerpEvent.version_id == version.id).values(version_id=None)
    )
    session.delete(version)
    session.flush()


def _open(session: Session, version: DuerpVersion) -> None:
    """Hold a version until the end of the transaction.

    :raises Refused: once it is approved, even if that was a moment ago.
    """
    status = select(DuerpVersion.status).where(DuerpVersion.id == version.id).with_for_update()
    approved = session.scalars(status).one() is VersionStatus.APPROVED
    refuse_all([APPROVED_IS_FROZEN] if approved else [])


def _tell_in_force(
    session: Session, version: DuerpVersion, *, actor: Identity, now: datetime
) -> None:
    """Tell coordinators that a version is in force: it is now sent to the health service."""
    message = N_(
        "Le document unique %(reference)s version %(number)s est approuvé : transmettez-le au "
        "service de prévention et de santé au travail.",
        reference=version.analysis.reference,
        number=version.number,
    )
    people = _coordinators(session, version)
    _tell(session, version, message, "approve", people=people, actor=actor, now=now)


def _tell_writers(
    session: Session, version: DuerpVersion, head: Head, *, actor: Identity, now: datetime
) -> None:
    """Tell who prepares a version that it was sent back, each time."""
    message = N_(
        "Le document unique %(reference)s version %(number)s est renvoyé en préparation : sa page "
        "dit ce qui est à reprendre.",
        reference=version.analysis.reference,
        number=version.number,
    )
    people = _coordinators(session, version) | {version.prepared_by_id}
    act = f"send-back/{head.seq}"
    _tell(session, version, message, act, people=people, actor=actor, now=now)


def _coordinators(session: Session, version: DuerpVersion) -> set[int]:
    found = select(Membership.person_id).where(
        Membership.organisation_id == version.organisation_id,
        Membership.role == Role.COORDINATOR,
    )
    return set(session.scalars(found))


def _tell(
    session: Session,
    version: DuerpVersion,
    message: Message,
    act: str,
    *,
    people: Collection[int],
    actor: Identity,
    now: datetime,
) -> None:
    for person_id in sorted(set(people) - {actor.user_id}):
        notify(
            session,
            message,
            key=f"duerp/{version.id}/{act}/{person_id}",
            person_id=person_id,
            organisation_id=version.organisation_id,
            subject=(Kind.RISK_ANALYSIS, version.analysis_id),
            now=now,
        )


def _note(
    session: Session,
    version: DuerpVersion,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Head:
    session.flush()
    done = Act(
        verb=f"duerp.{act}",
        kind="duerp_version",
        subject_id=version.id,
        data={"reference": version.analysis.reference, "number": version.number, **(data or {})},
        texts={name: text for name, text in (texts or {}).items() if text},
    )
    here = version.organisation_id
    return record(session, done, organisation_id=here, actor_id=actor.user_id, now=now)
