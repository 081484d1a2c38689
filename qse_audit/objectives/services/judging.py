"""Accepting anomalies by name and for a reason, and freezing what is coherent on a day."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation, Person
from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.numbering import next_reference
from qse_audit.db.participation import write_links
from qse_audit.objectives.models import AnomalyAcceptance, CoherenceReport
from qse_audit.objectives.queries import Check, check_of
from qse_audit.objectives.rules import HOUSE, line_json, line_of, reason_refusals
from qse_audit.objectives.services.noting import note
from qse_audit.policies import Identity


def accept_anomaly(
    session: Session,
    key: str,
    figures_sha256: str,
    reason: str,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Let an anomaly stay, by name and for a reason, as long as its figures are those.

    :raises NotFound: when it is not there (any more).
    :raises Refused: without a reason, or when its figures are not those the person saw.
    """
    found = check_of(session, actor.organisation_id, day_in_paris(now)).named(key)
    if found is None:
        raise NotFound(key)
    refuse_all(reason_refusals(reason))
    if found.anomaly.figures_sha256 != figures_sha256:
        told = N_("Les chiffres de cette anomalie viennent de changer : relisez-la.")
        refuse_all([Refusal("figures_changed", told, HOUSE)])
    _word(session, key, figures_sha256, reason, withdrawn=False, actor=actor, now=now)


def withdraw_acceptance(
    session: Session, key: str, reason: str, *, actor: Identity, now: datetime
) -> None:
    """Take an acceptance back: the anomaly waits for somebody again.

    :raises NotFound: when it is not accepted.
    :raises Refused: without a reason.
    """
    found = check_of(session, actor.organisation_id, day_in_paris(now)).named(key)
    if found is None or found.acceptance is None:
        raise NotFound(key)
    refuse_all(reason_refusals(reason))
    _word(session, key, found.anomaly.figures_sha256, reason, withdrawn=True, actor=actor, now=now)


def _word(
    session: Session,
    key: str,
    figures_sha256: str,
    reason: str,
    *,
    withdrawn: bool,
    actor: Identity,
    now: datetime,
) -> None:
    word = AnomalyAcceptance(
        organisation_id=actor.organisation_id,
        key=key,
        figures_sha256=figures_sha256,
        is_withdrawn=withdrawn,
        reason=reason.strip(),
        said_at=now,
        said_by_id=actor.user_id,
    )
    session.add(word)
    session.flush()
    note(
        session,
        ("anomaly", word.id),
        "withdraw" if withdrawn else "accept",
        organisation_id=actor.organisation_id,
        actor=actor,
        now=now,
        data={"key": key, "figures": figures_sha256},
        texts={"note": reason.strip()},
    )


def freeze_report(
    session: Session, text: str, *, actor: Identity, now: datetime
) -> CoherenceReport:
    """Keep the anomalies as they are now, with a hash that the register holds, and return that."""
    here = actor.organisation_id
    today = day_in_paris(now)
    check = check_of(session, here, today)
    document = _document(session, check, actor=actor, now=now)
    last = session.scalar(
        select(func.max(CoherenceReport.number)).where(CoherenceReport.organisation_id == here)
    )
    report = CoherenceReport(
        organisation_id=here,
        number=(last or 0) + 1,
        reference=next_reference(session, "COH", organisation_id=here, year=today.year),
        document=document.decode(),
        sha256=hashlib.sha256(document).hexdigest(),
        open_count=len(check.open),
        accepted_count=len(check.accepted),
        note=text.strip(),
        made_at=now,
        made_by_id=actor.user_id,
    )
    session.add(report)
    session.flush()
    write_links(session, Kind.COHERENCE, report.id, {Link.AUTHOR: [actor.user_id]})
    note(
        session,
        (Kind.COHERENCE, report.id),
        "freeze",
        organisation_id=here,
        actor=actor,
        now=now,
        data={
            "reference": report.reference,
            "sha256": report.sha256,
            "open": report.open_count,
            "accepted": report.accepted_count,
        },
        texts={"note": report.note},
    )
    return report


def _document(session: Session, check: Check, *, actor: Identity, now: datetime) -> bytes:
    """Return what a report holds, as canonical JSON."""
    name = select(Person.name).where(Person.id == actor.user_id).scalar_subquery()
    row = session.execute(
        select(Organisation.name, name.label("person")).where(
            Organisation.id == actor.organisation_id
        )
    ).one()
    return canonical_json(
        {
            "format": 1,
            "organisation": row.name,
            "made_by": row.person,
            "made_at": now.isoformat(timespec="seconds"),
            "objectives": len(check.cascade.live),
            "lines": [line_json(line_of(each)) for each in check.judged],
        }
    )
